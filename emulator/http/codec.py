"""Dates as HTTP writes them, and Flask's JSON by ours."""

from __future__ import annotations

import datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Any

from flask.json.provider import JSONProvider

from ..encoding import from_json, to_json


@lru_cache(maxsize=256)
def http_date(now: datetime.datetime) -> str:
    """An instant as the Date header writes it."""
    return format_datetime(now, usegmt=True)


class OrjsonProvider(JSONProvider):
    """Flask's JSON, by orjson."""

    def dumps(self, obj: Any, **_: Any) -> str:
        return to_json(obj).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        return from_json(s)
