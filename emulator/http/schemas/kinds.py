"""What schemas are made of: the schema that refuses what it does not know, and fields that are stricter than marshmallow's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields

from ...domain import fields as table
from ...domain.calendar import LAST_INSTANT_YEAR
from ...durations import parse_duration


class Strict(Schema):
    """A schema that refuses what it does not know."""

    class Meta:
        unknown = RAISE


class Instant(fields.Field[datetime]):
    """An RFC 3339 instant with its offset, in whole seconds."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["metadata"] = {"type": "string", "format": "date-time", "examples": ["2026-03-01T12:00:00Z"]} | kwargs.get("metadata", {})
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> datetime:
        if not isinstance(value, str) or len(value) > 40:
            raise ValidationError("Must be an RFC 3339 instant such as 2026-03-01T12:00:00Z.")
        try:
            read = datetime.fromisoformat(value)
            if read.tzinfo is None or "T" not in value.upper():
                raise ValueError
            instant = read.astimezone(UTC)
        except (ValueError, OverflowError):
            raise ValidationError("Must be an RFC 3339 instant with its offset, such as 2026-03-01T12:00:00Z.") from None
        if instant.microsecond:
            raise ValidationError("Instants are whole seconds here.")
        if not 1970 <= instant.year < LAST_INSTANT_YEAR:
            raise ValidationError(f"Must lie from 1970 to {LAST_INSTANT_YEAR - 1}.")
        return instant


class Duration(fields.Field[timedelta]):
    """An ISO 8601 duration of whole seconds."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["metadata"] = {"type": "string", "format": "duration", "examples": ["P15D"]} | kwargs.get("metadata", {})
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> timedelta:
        if not isinstance(value, str) or len(value) > 60:
            raise ValidationError("Must be an ISO 8601 duration such as P15D.")
        try:
            return parse_duration(value)
        except (ValueError, OverflowError) as problem:
            raise ValidationError(str(problem)) from None


class StrictText(fields.String):
    """A text as the table reads texts: without control characters, never blank."""

    def __init__(self, longest: int, description: str | None = None, **kwargs: Any) -> None:
        self._kind = table.text(longest)
        said = {} if description is None else {"description": description}
        super().__init__(metadata={"minLength": 1, "maxLength": longest, **said}, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> Any:
        try:
            return self._kind.read(value)
        except table.FieldError as problem:
            raise ValidationError(problem.errors) from None


class StrictBoolean(fields.Boolean):
    """JSON's true and false only."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> Any:
        if not isinstance(value, bool):
            raise ValidationError("Must be true or false.")
        return value


class StrictInteger(fields.Integer):
    """JSON's whole numbers only: neither 2.0 nor true."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if type(value) is not int:
            raise ValidationError("Must be a whole number.")
        return super()._deserialize(value, attr, data, **kwargs)
