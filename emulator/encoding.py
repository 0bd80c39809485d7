"""JSON in and out, instants included, and the tag of what is shown."""

from __future__ import annotations

import datetime
from hashlib import blake2b
from typing import Any

import orjson

_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


def _other(value: Any) -> Any:
    # A frozen clock hands out a subclass of datetime, which orjson leaves to us.
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def to_json(value: Any) -> bytes:
    """A value as JSON; UTC instants end in Z."""
    return orjson.dumps(value, _other, _OPTIONS)


def from_json(data: bytes | str) -> Any:
    """Read JSON strictly; raises ValueError for anything that is none, NaN and wrong UTF-8 included."""
    return orjson.loads(data)


def ready_made(text: str | bytes) -> Any:
    """JSON that stands already, as a value that `to_json` writes as it is."""
    return orjson.Fragment(text)


def entity_tag(data: bytes) -> str:
    """The ETag of what an asker is shown, so that what leaves no trace for him changes no tag of his (CLM-6)."""
    return f'"{blake2b(data, digest_size=12).hexdigest()}"'
