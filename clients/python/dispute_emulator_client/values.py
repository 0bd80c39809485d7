"""How values get into a call and out of an answer: ids, instants, durations, files, JSON."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol, TypeAlias, TypedDict, TypeVar
from urllib.parse import quote

from .money import Money

T = TypeVar("T")
Json: TypeAlias = Mapping[str, Any]


class HasId(Protocol):
    """Whatever has an id: an order, a dispute, a file, a snapshot."""

    @property
    def id(self) -> str: ...


class HasTag(Protocol):
    """Whatever was answered with an ETag: an order, a dispute."""

    @property
    def etag(self) -> str | None: ...


class MoneyDict(TypedDict):
    """Money as JSON has it."""

    amount: str
    currency: str


Id: TypeAlias = str | HasId
Tag: TypeAlias = str | HasTag
Instant: TypeAlias = datetime.datetime | str
Duration: TypeAlias = datetime.timedelta | str
AnyMoney: TypeAlias = Money | MoneyDict
File: TypeAlias = str | PathLike[str] | bytes

# A field of an answer that stands in its headers and not in its JSON.
FROM_HEADER: Mapping[str, Any] = MappingProxyType({"header": True})

# ── into a call ────────────────────────────────────────────────────────────────────────────────────────────────────────


def as_json(value: Any) -> Any:
    """A value as JSON has it: instants and durations as texts, money as amount and currency, objects as dicts.

    An answer becomes what it came from, without the members that this client does not know. Raises ValueError for an instant or a span
    that is not of whole seconds, and TypeError for what has no form in JSON.
    """
    match value:
        case None | bool() | str() | int() | float():
            return value
        case Money():
            return {"amount": f"{value.amount:f}", "currency": value.currency}
        case datetime.datetime():
            return instant_text(value)
        case datetime.timedelta():
            return duration_text(value)
        case Mapping():
            return {str(name): as_json(each) for name, each in value.items()}
        case Sequence():
            return [as_json(each) for each in value]
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            # A name that Python keeps for itself has an underscore here.
            fields = [field.name for field in dataclasses.fields(value) if "header" not in field.metadata]
            return {name.rstrip("_"): as_json(getattr(value, name)) for name in fields}
    raise TypeError(f"{type(value).__name__} has no form in JSON.")


def said(**members: Any) -> dict[str, Any]:
    """The members of a body or query that were given."""
    return {name.rstrip("_"): as_json(value) for name, value in members.items() if value is not None}


def id_of(named: Id) -> str:
    """The id itself; raises TypeError for what has none."""
    found = named if isinstance(named, str) else getattr(named, "id", None)
    if not isinstance(found, str):
        raise TypeError(f"An id is wanted, or an object that has one, and not {named!r}.")
    return found


def ids_of(named: Sequence[Id]) -> list[str]:
    if isinstance(named, str):
        raise TypeError(f"A list of ids is wanted, and not the text {named!r}.")
    return [id_of(each) for each in named]


def tag_of(seen: Tag) -> str:
    """The ETag itself, or that of something; raises TypeError for what has none, ValueError for what came without it."""
    found = seen if isinstance(seen, str) else getattr(seen, "etag", seen)
    if found is None:
        raise ValueError("This came inside of something else, such as a list, which tells no ETag; look at it by itself first.")
    if not isinstance(found, str):
        raise TypeError(f"An ETag is wanted, or an order or a dispute that was answered with one, and not {seen!r}.")
    return in_header(found)


def in_header(text: str) -> str:
    """A text that can stand in a header; raises ValueError where it cannot. What it may say there is the emulator's business."""
    if not (text.isascii() and text.isprintable()):
        raise ValueError(f"{text!r} cannot be sent: what stands in a header is printable ASCII.")
    return text


def quoted(named: Id) -> str:
    """An id as a part of a path; raises ValueError for what would lead to another place."""
    found = id_of(named)
    if "/" in found or found in ("", ".", ".."):
        raise ValueError(f"{found!r} is no id.")
    return quote(found, safe="")


def optional(read: Callable[[Any], T], value: Any) -> T | None:
    """What is read of a value, unless there is none."""
    return None if value is None else read(value)


def instant_text(instant: Instant) -> str:
    """An instant as the contract writes it; a datetime without an offset is UTC, as it is for freezegun."""
    if isinstance(instant, str):
        return instant
    aware = instant.replace(tzinfo=datetime.UTC) if instant.tzinfo is None else instant.astimezone(datetime.UTC)
    if aware.microsecond:
        raise ValueError(f"A sandbox's clock has whole seconds, and {instant.isoformat()} lies between two.")
    return f"{aware:%Y-%m-%dT%H:%M:%S}Z"


def duration_text(span: Duration) -> str:
    """A span as the contract writes it."""
    if isinstance(span, str):
        return span
    if span.microseconds:
        raise ValueError(f"A sandbox's clock has whole seconds, and {span} is none.")
    if span < datetime.timedelta(0):
        raise ValueError(f"A clock never goes back, so not by {span}.")
    return f"P{span.days}DT{span.seconds}S"


def part(file: File, name: str | None) -> tuple[str, bytes]:
    """A file as a part of a form: its name and its bytes. Raises OSError where a path cannot be read."""
    if isinstance(file, bytes):
        return name or "evidence", file
    path = Path(file)
    return name or path.name, path.read_bytes()


# ── out of an answer ───────────────────────────────────────────────────────────────────────────────────────────────────


def instant(text: str) -> datetime.datetime:
    """An instant of the contract, in UTC."""
    return datetime.datetime.fromisoformat(text)
