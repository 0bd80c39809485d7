"""A line of the log as one JSON object, for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from .logs import blotted


class JsonLine(JsonFormatter):
    """One JSON object a line."""

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        super().__init__(["levelname", "name", "message"], rename_fields={"levelname": "level", "name": "logger"}, timestamp="time")
        self._secrets = secrets

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """What is written, without secrets in any of it."""
        return {name: self._clean(value) for name, value in log_data.items()}

    def _clean(self, value: Any) -> Any:
        if isinstance(value, str):
            return blotted(value, self._secrets)
        if isinstance(value, Mapping):
            return {name: self._clean(inner) for name, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self._clean(inner) for inner in value]
        return value
