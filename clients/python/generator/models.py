"""Answers as frozen dataclasses, each with a reader that passes over what it does not know."""

from __future__ import annotations

from collections.abc import Iterable

from .contract import BY_HAND, Contract, Json, is_nullable, model_name, python_name, type_of_member, without_null

HEAD = '''"""What the emulator answers. Written by `make client` from the contract: do not edit.

Instants are aware, in UTC. A member that this client does not know is passed over; what may be missing or null is None.
`etag` names what somebody was shown, as `if_match` takes it; None for what came inside of something else, such as a list. It is no part
of the JSON, and what is alike is equal whatever its `etag`.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from .money import Money
from .values import FROM_HEADER, Json, instant, optional
from .words import {words}
'''

WORDS_HEAD = '''"""The words of the contract, and the objects inside of bodies. Written by `make client` from the contract: do not edit."""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict

from .values import AnyMoney
'''


def source(contract: Contract) -> str:
    """The module of models."""
    classes = [_model(contract, name, schema) for name, schema in contract.models.items()]
    return "\n\n".join([HEAD.format(words=", ".join(contract.words)), _all(map(model_name, contract.models)), *classes]) + "\n"


def words_source(contract: Contract) -> str:
    """The module of words; all of them are known once models and calls are written."""
    nested = [_nested(contract, name, schema) for name, schema in contract.nested.items()]
    words = [f"{name}: TypeAlias = Literal[{', '.join(map(repr, values))}]" for name, values in contract.words.items()]
    return "\n\n".join([WORDS_HEAD, _all([*contract.words, *contract.nested]), "\n".join(words), *nested]) + "\n"


def _all(names: Iterable[str]) -> str:
    return f"__all__ = [{', '.join(map(repr, sorted(names)))}]"


def _model(contract: Contract, name: str, schema: Json) -> str:
    lines = ["@dataclass(frozen=True, slots=True, kw_only=True)", f"class {model_name(name)}:", f'    """{_says(contract, name)}"""', ""]
    required = set(schema.get("required", ()))
    reads = []
    members = schema["properties"].items()
    for member, inner in members:
        maybe = member not in required or is_nullable(inner)
        kind, reader = _member(contract, without_null(inner), f"{name}.{member}")
        lines.append(f"    {python_name(member)}: {kind}{' | None' if maybe else ''}{' = None' if member not in required else ''}")
        reads.append(f"            {python_name(member)}={_reading(member, reader, maybe)},")
    takes = "json: Json"
    if name in contract.tagged:
        lines.append("    etag: str | None = field(default=None, compare=False, repr=False, metadata=FROM_HEADER)")
        takes += ", etag: str | None = None"
        reads.append("            etag=etag,")
    lines += ["", "    @classmethod", f"    def from_json(cls, {takes}) -> Self:", "        return cls(", *reads, "        )"]
    return "\n".join(lines)


def _reading(member: str, reader: str, maybe: bool) -> str:
    found = f'json.get("{member}")' if maybe else f'json["{member}"]'
    if not reader:
        return found
    if "{}" in reader:
        return f"optional(lambda some: {reader.format('some')}, {found})" if maybe else reader.format(found)
    return f"optional({reader}, {found})" if maybe else f"{reader}({found})"


def _member(contract: Contract, schema: Json, place: str) -> tuple[str, str]:
    """The type of a member, and what reads it from JSON; nothing where JSON has it already."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        model = BY_HAND.get(name) or model_name(name)
        return model, f"{model}.from_json"
    if "enum" in schema:
        return contract.word(schema["enum"], place), ""
    match schema.get("type"):
        case "string":
            return ("datetime.datetime", "instant") if schema.get("format") == "date-time" else ("str", "")
        case "integer" | "number" | "boolean" as kind:
            return {"integer": "int", "number": "float", "boolean": "bool"}[kind], ""
        case "array":
            inner, reader = _member(contract, without_null(schema["items"]), place)
            return f"list[{inner}]", f"[{reader}(each) for each in {{}}]" if reader else "list"
        case "object":
            more = schema.get("additionalProperties")
            inner = _member(contract, more, place)[0] if isinstance(more, dict) and more else "Any"
            return f"Mapping[str, {inner}]", ""
    return "Any", ""


def _says(contract: Contract, name: str) -> str:
    """Where one meets it."""
    parts = [f"`{user}`" for user in contract.users_of(name)]
    calls = [f"`{operation.name}`" for operation in contract.answers_of(name)]
    told = []
    if calls:
        told.append(f"What {_listed(calls, 'calls')} answer{'s' if len(calls) == 1 else ''}")
    if parts:
        told.append(f"{'p' if told else 'P'}art of {_listed(parts, 'answers')}")
    return ("; ".join(told) or "Part of refusals") + "."


def _listed(names: list[str], what: str) -> str:
    if len(names) > 4:
        return f"{', '.join(names[:3])} and {len(names) - 3} other {what}"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _nested(contract: Contract, name: str, schema: Json) -> str:
    required = set(schema.get("required", ()))
    lines = [f"class {name}(TypedDict):", f'    """{schema.get("description", "Part of a body.")}"""', ""]
    for member, inner in schema["properties"].items():
        kind = type_of_member(contract, inner, f"{name}.{member}")
        lines.append(f"    {member}: {kind if member in required else f'NotRequired[{kind}]'}")
    return "\n".join(lines)
