"""What actions take: the kinds of fields a body may have, and how each reads JSON into the engine's own types.

The HTTP schemas and the OpenAPI document are built from these, and fixtures are read by them, so a body means the same everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from .money import PLACES, Money, MoneyError, parse_money
from .words import Remedy, Word

JsonSchema: TypeAlias = dict[str, Any]

# Control characters but tab and line breaks, and lone surrogates: no database and no terminal takes them well.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


class FieldError(ValueError):
    """A value does not fit its field; `errors` is a message, or for an object a map from field to error."""

    def __init__(self, errors: str | dict[str, Any]) -> None:
        super().__init__(str(errors))
        self.errors = errors


class Kind(NamedTuple):
    """A kind of value: how it is read, and how OpenAPI describes it."""

    read: Callable[[Any], Any]
    schema: JsonSchema


class Field(NamedTuple):
    """One field of a body. `flat` fields are objects whose members the engine sees as if they stood in the body itself."""

    name: str
    kind: Kind
    says: str
    required: bool = True
    flat: bool = False


MONEY_SCHEMA: JsonSchema = {
    "type": "object",
    "properties": {
        "amount": {"type": "string", "pattern": r"^-?[0-9]{1,12}(\.[0-9]+)?$", "examples": ["47.00"]},
        "currency": {"type": "string", "enum": sorted(PLACES)},
    },
    "required": ["amount", "currency"],
    "additionalProperties": False,
    "examples": [{"amount": "47.00", "currency": "USD"}],
}


def _read_money(raw: Any) -> Money:
    values = read_object(raw, {"amount": _read_string, "currency": _read_string}, required=("amount", "currency"))
    if values["currency"] not in PLACES:
        raise FieldError({"currency": [f"Not a currency this emulator knows: {', '.join(sorted(PLACES))}."]})
    try:
        return parse_money(values["amount"], values["currency"])
    except MoneyError as problem:
        raise FieldError({"amount": [str(problem)]}) from None


def _read_string(raw: Any) -> str:
    if not isinstance(raw, str):
        raise FieldError("Must be a string.")
    return raw


def text(longest: int, shortest: int = 1) -> Kind:
    """A text of so many characters, without control characters but line breaks and tabs."""

    def read(raw: Any) -> str:
        value = _read_string(raw)
        if not shortest <= len(value) <= longest:
            raise FieldError(f"Must have {shortest} to {longest} characters.")
        if shortest and not value.strip():
            raise FieldError("Must not be blank.")
        if _CONTROL.search(value):
            raise FieldError("Must not have control characters.")
        return value

    return Kind(read, {"type": "string", "minLength": shortest, "maxLength": longest})


def word(*, of: type[Word]) -> Kind:
    """A word of the vocabulary."""
    known: Mapping[str, Word] = {str(w.value): w for w in of}

    def read(raw: Any) -> Word:
        found = known.get(raw) if isinstance(raw, str) else None
        if found is None:
            raise FieldError(f"Must be one of: {', '.join(known)}.")
        return found

    meanings = "; ".join(f"`{value}`: {w.meaning}" for value, w in known.items())
    return Kind(read, {"type": "string", "enum": list(known), "description": meanings})


def identifier(prefix: str) -> Kind:
    """An id, by its prefix. Whether it exists is asked later."""

    def read(raw: Any) -> str:
        value = _read_string(raw)
        if not value.startswith(f"{prefix}_") or len(value) > 40 or not value.isascii() or not value.isprintable():
            raise FieldError(f"Must be an id such as {prefix}_….")
        return value

    return Kind(read, {"type": "string", "pattern": f"^{prefix}_[ -~]{{0,{39 - len(prefix)}}}$"})


def _read_whole(raw: Any) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise FieldError("Must be a whole number.")
    if abs(raw) > 10**9:
        raise FieldError("Must not be that large.")
    return raw


def _read_quantity(raw: Any) -> int:
    value = _read_whole(raw)
    if value < 1:
        raise FieldError("Must be at least 1.")
    return value


def _read_yes_no(raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise FieldError("Must be true or false.")
    return raw


def list_of(kind: Kind, most: int) -> Kind:
    """A list of different values."""

    def read(raw: Any) -> tuple[Any, ...]:
        if not isinstance(raw, list | tuple):
            raise FieldError("Must be a list.")
        if len(raw) > most:
            raise FieldError(f"Must have at most {most} entries.")
        values = tuple(kind.read(value) for value in raw)
        if len(set(values)) != len(values):
            raise FieldError("Must not name the same twice.")
        return values

    return Kind(read, {"type": "array", "items": kind.schema, "maxItems": most, "uniqueItems": True})


def read_object(raw: Any, readers: Mapping[str, Callable[[Any], Any]], required: tuple[str, ...]) -> dict[str, Any]:
    """Read a JSON object: every member known, every required one there; raises FieldError naming each fault."""
    if not isinstance(raw, Mapping):
        raise FieldError("Must be an object.")
    errors: dict[str, Any] = {}
    values: dict[str, Any] = {}
    for name, value in raw.items():
        if name not in readers:
            errors[str(name)] = ["Unknown field."]
            continue
        try:
            values[name] = readers[name](value)
        except FieldError as problem:
            errors[name] = [problem.errors] if isinstance(problem.errors, str) else problem.errors
    for name in required:
        if name not in raw:
            errors[name] = ["Missing data for required field."]
    if errors:
        raise FieldError(errors)
    return values


def record(*members: Field) -> Kind:
    """A JSON object with these members."""
    readers = {member.name: member.kind.read for member in members}
    required = tuple(member.name for member in members if member.required)

    def read(raw: Any) -> dict[str, Any]:
        return read_object(raw, readers, required)

    schema = {
        "type": "object",
        "properties": {member.name: member.kind.schema for member in members},
        "required": list(required),
        "additionalProperties": False,
    }
    return Kind(read, schema)


MONEY = Kind(_read_money, MONEY_SCHEMA)
WHOLE = Kind(_read_whole, {"type": "integer", "minimum": -(10**9), "maximum": 10**9})
YES_NO = Kind(_read_yes_no, {"type": "boolean"})
LONG_TEXT = text(5000)
SHORT_TEXT = text(200)
TRACKING = text(64)
EVIDENCE = list_of(identifier("evd"), 50)
PROPOSAL = record(
    Field("remedy", word(of=Remedy), "What the seller proposes."),
    Field("amount", MONEY, "For a refund or a return and refund; ignored otherwise.", required=False),
)
ITEM = record(
    Field("title", SHORT_TEXT, "What was bought."),
    Field("quantity", Kind(_read_quantity, {"type": "integer", "minimum": 1, "maximum": 10**9}), "How many."),
)


def read_body(fields: tuple[Field, ...], raw: Any) -> dict[str, Any]:
    """Read a whole body into a request for the engine; raises FieldError naming each fault."""
    values = read_object(raw, {f.name: f.kind.read for f in fields}, tuple(f.name for f in fields if f.required))
    return flatten(fields, values)


def flatten(fields: tuple[Field, ...], values: dict[str, Any]) -> dict[str, Any]:
    """Lift the members of `flat` fields into the request."""
    for field in fields:
        if field.flat and field.name in values:
            values |= values.pop(field.name)
    return values
