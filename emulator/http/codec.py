"""JSON in and out, instants included."""

from __future__ import annotations

import datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Any

import orjson
from flask.json.provider import JSONProvider

_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


def _other(value: Any) -> Any:
    # A frozen clock hands out a subclass of datetime, which orjson leaves to us.
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def to_json(value: Any) -> bytes:
    """A value as JSON; UTC instants end in Z."""
    return orjson.dumps(value, _other, _OPTIONS)


def from_json(data: bytes) -> Any:
    """Read JSON strictly; raises ValueError for anything that is none, NaN and wrong UTF-8 included."""
    return orjson.loads(data)


@lru_cache(maxsize=256)
def http_date(now: datetime.datetime) -> str:
    """An instant as the Date header writes it."""
    return format_datetime(now, usegmt=True)


class OrjsonProvider(JSONProvider):
    """Flask's JSON, by orjson."""

    def dumps(self, obj: Any, **_: Any) -> str:
        return to_json(obj).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        return orjson.loads(s)
