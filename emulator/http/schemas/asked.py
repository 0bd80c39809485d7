"""What comes in: the bodies of actions, made from the table field by field (domain/rules.py, `takes`), and all other bodies and queries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from ...domain import fields as table
from ...domain.rules import ACTIONS, BY_NAME
from ...domain.rulesets import RULESETS
from ...domain.words import ClockMode, DisputeStatus, Edge, OrderStatus, Outcome, Position
from .kinds import Duration, Instant, Strict, StrictBoolean, StrictInteger, StrictText

MAX_PAGE = 100
DEFAULT_PAGE = 20
# Reports of the control plane are read by programs, and a jump of a season has many lines.
MAX_LIMIT = 1000
DEFAULT_LONG_PAGE = 100
# So many orders are made in one transaction of at most a few seconds.
MAX_LOAD = 5000


# ── bodies of actions, from the table ──────────────────────────────────────────────────────────────────────────────────


class FromTable(fields.Field[Any]):
    """A field whose kind stands in the table; the kind reads the value and knows its JSON schema."""

    def __init__(self, field: table.Field) -> None:
        schema = dict(field.kind.schema)
        meaning = schema.pop("description", None)
        schema["description"] = field.says if meaning is None else f"{field.says} {meaning}"
        super().__init__(required=field.required, metadata=schema)
        self._read = field.kind.read

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> Any:
        try:
            return self._read(value)
        except table.FieldError as problem:
            raise ValidationError(problem.errors) from None


def _body_schema(action: str) -> Schema | None:
    takes = BY_NAME[action].takes
    if not takes:
        return None
    name = "".join(part.capitalize() for part in action.split("_")) + "Body"
    schema: Schema = type(name, (Strict,), {field.name: FromTable(field) for field in takes})()
    return schema


BODIES: Mapping[str, Schema | None] = {action.name: _body_schema(action.name) for action in ACTIONS}


def read_action(action: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    """The body of an action as the engine takes it; raises marshmallow's ValidationError."""
    takes = BY_NAME[action].takes
    values = _read_at_once(takes, raw)
    if values is None:
        schema = BODIES[action]
        if schema is None:
            Strict().load(raw)
            return {}
        values = schema.load(raw)
    return table.flatten(takes, values)


def _read_at_once(takes: tuple[table.Field, ...], raw: Mapping[str, Any]) -> dict[str, Any] | None:
    """A body in which nothing is wrong, in a tenth of the time; None where marshmallow has to find the words for what is."""
    values: dict[str, Any] = {}
    for field in takes:
        given = raw.get(field.name)
        if given is not None:
            try:
                values[field.name] = field.kind.read(given)
            except table.FieldError:
                return None
        elif field.required:
            return None
    # Whatever else was sent, a null included, is missing here.
    return values if len(values) == len(raw) else None


# ── what comes in: the control plane and queries ───────────────────────────────────────────────────────────────────────


class SandboxBody(Strict):
    name = StrictText(100)
    ruleset = fields.String(validate=validate.OneOf(sorted(RULESETS)), load_default="standard")
    settings = fields.Dict(keys=fields.String(), load_default=dict, metadata={"additionalProperties": True})
    world = fields.String(validate=validate.OneOf(["empty", "market", "small"]), load_default="small")
    now = Instant()
    frozen = StrictBoolean(load_default=False)
    seed = StrictText(100)


class ClockBody(Strict):
    mode = fields.String(required=True, validate=validate.OneOf([mode.value for mode in ClockMode]))
    now = Instant()


class AdvanceBody(Strict):
    by = Duration()
    to = Instant()
    to_next = StrictBoolean()
    edge = fields.String(
        validate=validate.OneOf([edge.value for edge in Edge]),
        load_default=Edge.AT.value,
        metadata={"description": "A second before the instant that the rest of the body names, at it, or a second after it."},
    )
    limit = StrictInteger(
        validate=validate.Range(1, MAX_LIMIT),
        metadata={"description": "Stop after the instant at which so many timers have fired; `next` in the answer goes on."},
    )

    @validates_schema
    def _one_way(self, data: Mapping[str, Any], **_: Any) -> None:
        ways = [name for name in ("by", "to", "to_next") if data.get(name)]
        if "by" in data and not data["by"]:
            ways.append("by")
        if len(ways) != 1 or data.get("to_next") is False:
            raise ValidationError("Name exactly one of `by`, `to` and `to_next: true`.", "by")


class WrittenNumber(fields.Integer):
    """A whole number as a query writes it: ASCII digits and nothing else."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not value.isascii() or not value.isdigit() or len(value) > 10:
            raise ValidationError("Must be a whole number.")
        return super()._deserialize(value, attr, data, **kwargs)


class PageQuery(Strict):
    limit = WrittenNumber(
        load_default=DEFAULT_PAGE, validate=validate.Range(1, MAX_PAGE), metadata={"description": "How many entries at most."}
    )
    cursor = fields.String(metadata={"description": "`next_cursor` of the page before."}, validate=validate.Length(1, 500))


class HistoryQuery(PageQuery):
    format = fields.String(
        validate=validate.OneOf(["json", "text"]),
        metadata={"description": "JSON in pages, or a text that is whole and takes no `limit` or `cursor`; left out, `Accept` decides."},
    )


class OrdersQuery(PageQuery):
    status = fields.String(validate=validate.OneOf([s.value for s in OrderStatus if s is not OrderStatus.NEW]))
    in_dispute = fields.String(validate=validate.OneOf(["true", "false"]))


class DisputesQuery(PageQuery):
    status = fields.String(validate=validate.OneOf([s.value for s in DisputeStatus if s is not DisputeStatus.NONE]))
    outcome = fields.String(validate=validate.OneOf([o.value for o in Outcome]))
    order = StrictText(40)


class LongPageQuery(PageQuery):
    limit = WrittenNumber(
        load_default=DEFAULT_LONG_PAGE, validate=validate.Range(1, MAX_LIMIT), metadata={"description": "How many entries at most."}
    )
    order = StrictText(40, description="One order only.")


class ForecastQuery(LongPageQuery):
    until = Instant(metadata={"description": "Nothing later than this."})


class TimelineQuery(LongPageQuery):
    since = Instant(metadata={"description": "Nothing earlier than this."})


class ScenarioBody(Strict):
    tale = StrictText(100, description="Which tale of the story; the first that fits the sandbox's rules if none is named.")
    step = StrictText(100, description="The named step to stop after; the end of the tale if none is named.")


class SnapshotBody(Strict):
    name = StrictText(100)


class ForkBody(Strict):
    name = StrictText(100)
    snapshot = StrictText(40, description="Branch from this kept world, not from how things stand now.")


class LoadBody(Strict):
    orders = StrictInteger(required=True, validate=validate.Range(1, MAX_LOAD), metadata={"description": "How many."})
    mix = fields.Dict(
        keys=fields.String(validate=validate.OneOf([position.value for position in Position])),
        values=StrictInteger(validate=validate.Range(0, 1000)),
        metadata={"description": "How often each position comes, as weights; those not named do not come."},
    )
    oldest = Duration(metadata={"description": "How long ago the oldest orders were placed."})
    seed = StrictText(100, description="What is drawn follows from it, from the sandbox's seed, and from what the sandbox held.")


class CoverageQuery(Strict):
    sandbox = StrictText(40, description="One sandbox only.")


class RulesQuery(Strict):
    ruleset = fields.String(validate=validate.OneOf(sorted(RULESETS)), metadata={"description": "Whose settings to show."})


class StatesQuery(RulesQuery):
    dispute = fields.String(validate=validate.Length(1, 100), metadata={"description": "Which dispute to mark; needs a token."})


class NoQuery(Strict):
    """A call that takes no query."""


class NoBody(Strict):
    """A call that takes no body, or an empty object."""


# ── a world that is brought back ───────────────────────────────────────────────────────────────────────────────────────


class KeptClock(Strict):
    mode = fields.String(required=True, validate=validate.OneOf([mode.value for mode in ClockMode]))
    now = Instant(required=True)


class KeptSandbox(Strict):
    name = fields.String(required=True)
    ruleset = fields.String(required=True, validate=validate.OneOf(sorted(RULESETS)))
    settings = fields.Dict(keys=fields.String(), required=True, metadata={"additionalProperties": True})
    seed = fields.String(required=True)
    seeded = StrictBoolean(required=True)
    world = fields.String(required=True)
    starts_at = Instant(required=True, allow_none=True)
    frozen = StrictBoolean(required=True)
    clock = fields.Nested(KeptClock, required=True)


class KeptTable(Strict):
    columns = fields.List(fields.String(), required=True)
    rows = fields.List(fields.List(fields.Raw(allow_none=True)), required=True)


class WorldDocument(Strict):
    format = fields.String(required=True)
    version = StrictInteger(required=True)
    sandbox = fields.Nested(KeptSandbox, required=True)
    tables = fields.Dict(keys=fields.String(), values=fields.Nested(KeptTable), required=True)
