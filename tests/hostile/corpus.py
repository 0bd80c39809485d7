"""The corpus: hostile calls kept as data in the YAML files beside this module, one kind of hostility a file.

A file is a list of groups. A group says what its calls have in common and lists them, each under a name that says what is hostile in it:

    says      what the group is about
    call      METHOD and path; {order}, {dispute}, {sandbox}, {token} and the like stand for what the stage holds
    as        whose token comes along: buyer, seller, mediator, or nobody
    headers   what else comes along
    expect    the status and the refusal's code that each of them must be answered with

    valid     a body that would be taken, of which each call has one thing changed:
    puts        field: {name: value}, a value put into it (`item.title` is a field inside a field)
    missing     [field], one left out
    forge     the same for an exported world, `valid: world`: place: {name: value}, by the path to the place; a cell goes by its column
    bodies    name: a whole body
    queries   name: a query
    calls     name: METHOD and path
    heads     name: {header: value}; a value that is a list is a header that comes several times
    parts     name: the parts of a form, each with what differs from a good one

Texts too long or too odd to be written down are made: !repeat [text, times], !join [text, …], !encoded [encoding, text], !hex, !base64,
!picture name.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from emulator.pictures import picture

HERE = Path(__file__).parent
# What only a raw socket can say: its calls are bytes, and have a test of their own.
WIRE = "wire"

Json: TypeAlias = dict[str, Any]
Stage: TypeAlias = Mapping[str, Any]
_VARIED = ("puts", "missing", "forge", "bodies", "queries", "calls", "heads", "parts")
_COMMON = ("says", "call", "as", "type", "headers", "expect", "valid", "body")
_MARK = re.compile(r"\{([a-z_]+)\}")


class _Loader(yaml.SafeLoader):
    """YAML with texts that are made, in which no name is given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        found = super().construct_mapping(node, deep)
        assert len(found) == len(node.value), f"a name twice{node.start_mark}"
        strange = [name for name in found if not isinstance(name, str)]
        assert not strange, f"{strange} are no texts{node.start_mark}"
        return found


def _made(tag: str, make: Callable[[Any], Any]) -> None:
    def construct(loader: yaml.SafeLoader, node: yaml.Node) -> Any:
        if isinstance(node, yaml.SequenceNode):
            return make(loader.construct_sequence(node, deep=True))
        assert isinstance(node, yaml.ScalarNode)
        return make(loader.construct_scalar(node))

    _Loader.add_constructor(tag, construct)


def _join(parts: list[Any]) -> Any:
    if any(isinstance(part, bytes) for part in parts):
        return b"".join(as_bytes(part) for part in parts)
    return "".join(parts)


_made("!repeat", lambda given: given[0] * given[1])
_made("!join", _join)
_made("!encoded", lambda given: given[1].encode(given[0]))
_made("!hex", bytes.fromhex)
_made("!base64", b64decode)
_made("!picture", picture)
_made("!float", float)


def as_bytes(text: str | bytes) -> bytes:
    """A text as it goes over the wire, lone surrogates included."""
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")


@dataclass(frozen=True, slots=True)
class Request:
    """A call, ready to be sent: `target` is the path with its query, both as they go over the wire."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Hostile:
    """One entry of the corpus. `field` is what `errors` must name, where that is known."""

    kind: str
    name: str
    status: int
    code: str
    field: str | None
    build: Callable[[Stage], Request]

    def __str__(self) -> str:
        return f"{self.kind}: {self.name}"


def filled(value: Any, stage: Stage) -> Any:
    """The value with the stage's things in place of their marks."""
    if isinstance(value, str):
        return _MARK.sub(lambda found: str(stage.get(found[1], found[0])), value)
    if isinstance(value, list):
        return [filled(one, stage) for one in value]
    if isinstance(value, dict):
        return {filled(name, stage): filled(one, stage) for name, one in value.items()}
    return value


@cache
def corpus() -> tuple[Hostile, ...]:
    """Every entry but those of the wire, in the order of the files."""
    found = tuple(entry for kind, group in groups() for entry in _entries(kind, group))
    names = [str(entry) for entry in found]
    twice = {name for name in names if names.count(name) > 1}
    assert not twice, f"two entries of the same name: {sorted(twice)}"
    return found


@cache
def read(file: Path) -> list[Json]:
    """The groups of a file."""
    groups: list[Json] = yaml.load(file.read_text(encoding="utf-8"), _Loader)
    return groups


def groups() -> Iterator[tuple[str, Json]]:
    """Every group but those of the wire, with its kind."""
    for file in sorted(HERE.glob("*.yaml")):
        if file.stem != WIRE:
            yield from ((file.stem, group) for group in read(file))


def good(kind: str, group: Json) -> Hostile:
    """The call of a group whose entries have one thing changed, with nothing changed."""
    world = {"forged": None} if group["valid"] == "world" else {}
    return Hostile(kind, group["says"], 200, "", None, _builder(group | world))


def _entries(kind: str, group: Json) -> Iterator[Hostile]:
    strange = set(group) - {*_COMMON, *_VARIED}
    assert not strange, f"{kind}: {group['says']} has {strange}"
    status, _, code = group["expect"].partition(" ")
    for name, field, changed in _changes(group):
        yield Hostile(kind, f"{group['says']}: {name}", int(status), code, field, _builder(group | changed))


def _changes(group: Json) -> Iterator[tuple[str, str | None, Json]]:
    """Each entry of a group: its name, the field at fault, and what it changes in what the group has in common."""
    for field, values in group.get("puts", {}).items():
        for name, value in values.items():
            yield (
                f"{field} is {name}",
                field if field in _flat(group["valid"]) else None,
                {"valid": _put(group["valid"], field.split("."), value)},
            )
    for field in group.get("missing", ()):
        yield f"{field} is missing", field, {"valid": _without(group["valid"], field.split("."))}
    for place, values in group.get("forge", {}).items():
        for name, value in values.items():
            yield f"{place} is {name}", None, {"forged": (place.split("/"), value)}
    for name, body in group.get("bodies", {}).items():
        yield name, None, {"body": body}
    for name, query in group.get("queries", {}).items():
        yield name, None, {"query": query}
    for name, call in group.get("calls", {}).items():
        yield name, None, {"call": call}
    for name, headers in group.get("heads", {}).items():
        yield name, None, {"headers": group.get("headers", {}) | headers}
    for name, parts in group.get("parts", {}).items():
        yield name, None, {"form": parts}


def _flat(valid: Any, before: str = "") -> Iterator[str]:
    for name, value in valid.items() if isinstance(valid, dict) else ():
        yield before + name
        yield from _flat(value, f"{before}{name}.")


def _put(valid: Json, path: list[str], value: Any) -> Json:
    whole = deepcopy(valid)
    inner = whole
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    return whole


def _without(valid: Json, path: list[str]) -> Json:
    whole = deepcopy(valid)
    inner = whole
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    return whole


def forged(world: Json, place: list[str], value: Any) -> Json:
    """An exported world with something else in one place."""
    whole = json.loads(json.dumps(world))
    inner, columns = whole, []
    for name in place[:-1]:
        inner = inner[_step(inner, name, columns)]
        columns = inner["columns"] if isinstance(inner, dict) and "columns" in inner else columns
    inner[_step(inner, place[-1], columns)] = value
    return whole


def _step(inner: Any, name: str, columns: list[str]) -> Any:
    if isinstance(inner, dict):
        return name
    return int(name) if name.isdigit() else columns.index(name)


def _builder(group: Json) -> Callable[[Stage], Request]:
    def build(stage: Stage) -> Request:
        method, _, target = filled(group["call"], stage).partition(" ")
        if "query" in group:
            target += f"?{filled(group['query'], stage)}"
        headers = {"Authorization": f"Bearer {stage[group['as']]}"} if group["as"] != "nobody" else {}
        kind, body = _body(group, stage)
        if body:
            headers["Content-Type"] = group.get("type", kind)
        headers |= filled(group.get("headers", {}), stage)
        pairs = ((name, one) for name, value in headers.items() for one in (value if isinstance(value, list) else [value]))
        return Request(method, target, tuple((name, value) for name, value in pairs if value is not None), body)

    return build


def _body(group: Json, stage: Stage) -> tuple[str, bytes]:
    """A body with its usual type."""
    if "form" in group:
        return "multipart/form-data; boundary=edge", form(group["form"])
    if "forged" in group:
        if group["forged"] is None:
            return "application/json", json.dumps(stage["world"]).encode()
        place, value = group["forged"]
        return "application/json", json.dumps(forged(stage["world"], place, filled(value, stage))).encode()
    body = group.get("body", group.get("valid"))
    if body is None:
        return "", b""
    return "application/json", as_bytes(filled(body, stage)) if isinstance(body, str | bytes) else json.dumps(filled(body, stage)).encode()


def form(parts: list[Json]) -> bytes:
    """A form of these parts; each is a good one but for what it says of itself."""
    sent = b""
    for part in parts:
        whole = {"name": "file", "filename": "photo.png", "type": "image/png", "data": picture("photo")} | part
        names = "".join(f'; {name}="{whole[name]}"' for name in ("name", "filename") if whole[name] is not None)
        disposition = part.get("disposition", f"form-data{names}")
        sent += b"--edge\r\n" + as_bytes(f"Content-Disposition: {disposition}\r\n")
        sent += b"" if whole["type"] is None else as_bytes(f"Content-Type: {whole['type']}\r\n")
        sent += as_bytes(part.get("head", "")) + b"\r\n" + as_bytes(whole["data"]) + b"\r\n"
    return sent + b"--edge--\r\n"
