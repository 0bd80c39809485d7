"""What goes out, as OpenAPI describes it. No answer passes through these: they are loaded where somebody asks for the contract."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from ...domain.money import PLACES
from ...domain.rules import ACTIONS
from ...domain.rulesets import RULESETS
from ...domain.words import (
    Account,
    Actor,
    ClaimKind,
    ClaimStatus,
    ClockMode,
    DisputeStatus,
    OrderStatus,
    Outcome,
    ParcelKind,
    Party,
    Reason,
    RefundStatus,
    Remedy,
    ReturnStage,
    Word,
)
from .asked import WorldDocument
from .kinds import Instant, Strict

# An exported world comes in again as it went out.
__all__ = ["WorldDocument"]


def _word(of: type[Word], none: bool = False, but: tuple[Word, ...] = ()) -> fields.String:
    """A word of the vocabulary in an answer."""
    values: list[str | None] = [w.value for w in of if w not in but]
    if none:
        values.append(None)
    return fields.String(required=True, allow_none=none, metadata={"enum": values})


def _text(none: bool = False) -> fields.String:
    return fields.String(required=True, allow_none=none)


def _at(none: bool = False) -> Instant:
    return Instant(required=True, allow_none=none)


def _some(schema: type[Schema], none: bool = False) -> fields.Nested:
    return fields.Nested(schema, required=True, allow_none=none)


def _list(schema: type[Schema]) -> fields.List[Any]:
    return fields.List(fields.Nested(schema), required=True)


def _whole() -> fields.Integer:
    return fields.Integer(required=True)


def _yes_no() -> fields.Boolean:
    return fields.Boolean(required=True)


# ── what goes out: the marketplace ─────────────────────────────────────────────────────────────────────────────────────


class Money(Strict):
    amount = fields.String(required=True, metadata={"pattern": r"^-?[0-9]+(\.[0-9]+)?$", "examples": ["47.00"]})
    currency = fields.String(required=True, metadata={"enum": sorted(PLACES)})


class AllowedAction(Strict):
    action = fields.String(required=True, metadata={"enum": [action.name for action in ACTIONS]})
    method = fields.String(required=True, metadata={"enum": ["GET", "POST", "PATCH"]})
    href = _text()
    rule = _text()
    until = _at(none=True)
    fields_ = fields.List(fields.String(), required=True, data_key="fields")


class NextDeadline(Strict):
    at = _at()
    rule = _text()
    then = _text()


class Item(Strict):
    title = _text()
    quantity = _whole()


class Tracking(Strict):
    parcel = _word(ParcelKind)
    tracking_number = _text(none=True)
    carrier = _text(none=True)
    given_at = _at()


class DisputeOfOrder(Strict):
    id = _text()
    status = _word(DisputeStatus, but=(DisputeStatus.NONE,))
    outcome = _word(Outcome, none=True)


class RefundPart(Strict):
    amount = _some(Money)
    status = _word(RefundStatus)
    started_at = _at()
    due_at = _at()
    completed_at = _at(none=True)


class Refund(Strict):
    status = _word(RefundStatus)
    amount = _some(Money)
    due_at = _at()
    parts = _list(RefundPart)


class Order(Strict):
    id = _text()
    status = _word(OrderStatus, but=(OrderStatus.NEW,))
    status_label = _text()
    buyer = _text()
    seller = _text()
    store = _text()
    item = _some(Item)
    total = _some(Money)
    placed_at = _at()
    processing_ends_at = _at()
    shipped_at = _at(none=True)
    delivery_due_at = _at(none=True)
    delivered_at = _at(none=True)
    confirmed_at = _at(none=True)
    protection_ends_at = _at(none=True)
    dispute_window_ends_at = _at(none=True)
    tracking = _list(Tracking)
    dispute = _some(DisputeOfOrder, none=True)
    refund = _some(Refund, none=True)
    allowed_actions = _list(AllowedAction)
    next_deadline = _some(NextDeadline, none=True)


class AttachedEvidence(Strict):
    id = _text()
    by = _word(Actor)
    size = _whole()
    attached_at = _at()


class Solution(Strict):
    id = _text()
    by = _word(Actor)
    remedy = _word(Remedy)
    amount = _some(Money, none=True)
    reason = _text(none=True)
    made_at = _at()
    current = _yes_no()


class Answer(Strict):
    text = _text()
    evidence = fields.List(fields.String(), required=True)
    answered_at = _at()


class Question(Strict):
    to = _word(Party)
    question = _text()
    evidence_required = _yes_no()
    asked_at = _at()
    due_at = _at()
    answer = _some(Answer, none=True)
    lapsed = _yes_no()


class Claim(Strict):
    status = _word(ClaimStatus, but=(ClaimStatus.NONE,))
    status_label = _text()
    kind = _word(ClaimKind, but=(ClaimKind.NONE,))
    opened_at = _at()
    questions = _list(Question)


class Return(Strict):
    stage = _word(ReturnStage, but=(ReturnStage.NONE,))
    tracking_number = _text(none=True)
    carrier = _text(none=True)
    ship_by = _at(none=True)
    sent_at = _at(none=True)
    delivered_at = _at(none=True)
    confirm_by = _at(none=True)
    received_at = _at(none=True)


class Replacement(Strict):
    tracking_number = _text(none=True)
    carrier = _text(none=True)
    sent_at = _at(none=True)
    send_by = _at(none=True)
    delivered_at = _at(none=True)
    confirm_by = _at(none=True)


class Dispute(Strict):
    id = _text()
    order = _text()
    status = _word(DisputeStatus, but=(DisputeStatus.NONE,))
    status_label = _text()
    reason = _word(Reason)
    remedy = _word(Remedy)
    amount = _some(Money, none=True)
    explanation = _text()
    evidence = _list(AttachedEvidence)
    edits_used = _whole()
    edits_left = _whole()
    solutions = _list(Solution)
    claim = _some(Claim, none=True)
    return_ = fields.Nested(Return, required=True, allow_none=True, data_key="return")
    replacement = _some(Replacement, none=True)
    outcome = _word(Outcome, none=True)
    compensation = _some(Money, none=True)
    opened_at = _at()
    escalates_at = _at(none=True)
    closed_at = _at(none=True)
    appeal_until = _at(none=True)
    allowed_actions = _list(AllowedAction)
    next_deadline = _some(NextDeadline, none=True)


class Payment(Strict):
    order = _text()
    paid_in = _some(Money)
    escrow = _some(Money)
    on_hold = _some(Money)
    paid_to_seller = _some(Money)
    refund_on_its_way = _some(Money)
    refunded = _some(Money)
    refund = _some(Refund, none=True)


class Operation(Strict):
    order = _text()
    dispute = _text()
    outcome = _word(Outcome)
    compensation = _some(Money)
    closed_at = _at()
    refund = _some(Refund, none=True)
    view_data = _text()


class Message(Strict):
    id = _text()
    by = _word(Actor)
    text = _text()
    sent_at = _at()
    reported = _yes_no()


class HistoryEntry(Strict):
    at = _at()
    by = _word(Actor)
    action = _text()
    rule = _text()
    says = _text()
    details = fields.Dict(required=True)


class Mail(Strict):
    to = _text()
    at = _at()
    subject = _text()
    body = _text()
    order = _text()
    dispute = _text(none=True)
    rule = _text()


class ReportedMessage(Strict):
    text = _text()
    reported_at = _at()


class Store(Strict):
    id = _text()
    name = _text()
    opened_at = _at()
    age_days = _whole()
    orders = _whole()
    rating = fields.Float(required=True, allow_none=True)
    reviews = _whole()
    marks = _whole()
    reports = _whole()
    reported_messages = _list(ReportedMessage)
    closed_at = _at(none=True)


class Evidence(Strict):
    id = _text()
    name = _text()
    media_type = _text()
    size = _whole()
    sha256 = _text()
    uploaded_at = _at()
    href = _text()


class Me(Strict):
    id = _text()
    name = _text()
    role = _word(Actor, but=(Actor.SYSTEM, Actor.CARRIER))
    sandbox = _text()
    now = _at()
    store = fields.String()
    balance = fields.List(fields.Nested(Money))
    held = fields.List(fields.Nested(Money))
    refunded = fields.List(fields.Nested(Money))


class Window(Strict):
    """From when until when; null for a side that is open."""

    from_ = Instant(required=True, allow_none=True, data_key="from")
    until = _at(none=True)


class Problem(Strict):
    """RFC 9457, with what the asker needs to go on."""

    type = _text()
    title = _text()
    status = _whole()
    detail = _text()
    instance = _text()
    code = _text()
    rule = _text(none=True)
    source = _text(none=True)
    allowed_actions = _list(AllowedAction)
    deadline = _at(none=True)
    who_may = fields.List(_word(Actor), required=True, allow_none=True)
    window = fields.Nested(Window, required=True, allow_none=True)
    instead = _text(none=True)
    errors = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))


class RuleRow(Strict):
    name = _text()
    by = _word(Actor)
    action = _text(none=True)
    says = _text()
    source = _text()


class Rule(Strict):
    id = _text()
    section = _text()
    says = _text()
    source = _text()
    settings = fields.List(fields.String(), required=True)
    rows = _list(RuleRow)
    refusals = fields.List(fields.String(), required=True)
    carried_out_by = _text(none=True)


class Setting(Strict):
    name = _text()
    value = fields.Raw(required=True, allow_none=True)
    says = _text()
    source = _text()
    legacy_source = _text(none=True)
    standard = fields.Raw(required=True, allow_none=True)
    legacy = fields.Raw(required=True, allow_none=True)


class Disagreement(Strict):
    rule = _text()
    question = _text()
    one_says = _text()
    one_source = _text()
    other_says = _text()
    other_source = _text()
    settings = fields.List(fields.String(), required=True)


class Rules(Strict):
    ruleset = _text()
    data = _list(Rule)
    settings = _list(Setting)
    disagreements = _list(Disagreement)


# ── what goes out: the control plane ───────────────────────────────────────────────────────────────────────────────────


class ClockView(Strict):
    mode = fields.String(required=True, metadata={"enum": [mode.value for mode in ClockMode]})
    now = _at()


class AccountView(Strict):
    id = _text()
    name = _text()
    role = _word(Actor, but=(Actor.SYSTEM, Actor.CARRIER))
    store = _text(none=True)
    token = fields.String()


class Sandbox(Strict):
    id = _text()
    name = _text()
    ruleset = fields.String(required=True, metadata={"enum": sorted(RULESETS)})
    settings = fields.Dict(required=True)
    seed = _text()
    clock = _some(ClockView)


class SandboxWithAccounts(Sandbox):
    accounts = _list(AccountView)


class JointState(Strict):
    order = _word(OrderStatus)
    dispute = _word(DisputeStatus, none=True, but=(DisputeStatus.NONE,))
    claim = _word(ClaimStatus, none=True, but=(ClaimStatus.NONE,))
    return_ = fields.String(
        required=True,
        allow_none=True,
        data_key="return",
        metadata={"enum": [*(stage.value for stage in ReturnStage if stage is not ReturnStage.NONE), None]},
    )


class Transfer(Strict):
    from_ = fields.String(required=True, data_key="from", metadata={"enum": [a.value for a in Account]})
    to = _word(Account)
    amount = _some(Money)


class Fired(Strict):
    at = _at()
    rule = _text()
    order = _text()
    dispute = _text(none=True)
    says = _text()
    from_ = fields.Nested(JointState, required=True, data_key="from")
    to = _some(JointState)
    money = _list(Transfer)


class Onward(Strict):
    to = _at()
    limit = _whole()


class Advanced(Strict):
    from_ = Instant(required=True, data_key="from")
    to = _at()
    fired = _list(Fired)
    # Where `limit` has stopped the clock on the way: the body of the call that goes on.
    next = _some(Onward, none=True)


class TimelineEntry(Strict):
    at = _at()
    order = _text()
    dispute = _text(none=True)
    by = _word(Actor)
    action = _text()
    rule = _text()
    says = _text()
    from_ = fields.Nested(JointState, required=True, data_key="from")
    to = _some(JointState)
    money = _list(Transfer)
    details = fields.Dict(required=True)


class Snapshot(Strict):
    id = _text()
    name = _text()
    at = _at()
    orders = _whole()


class NamedStep(Strict):
    name = _text()
    says = _text(none=True)


class TaleView(Strict):
    name = _text()
    rulesets = fields.List(fields.String(), required=True)
    settings = fields.Dict(required=True)
    steps = _list(NamedStep)


class Scenario(Strict):
    id = _text()
    title = _text()
    source = _text()
    tells = _text()
    tales = _list(TaleView)


class PlayedOrder(Strict):
    alias = _text()
    order = _text()
    dispute = _text(none=True)


class NextCall(Strict):
    by = _text()
    action = _text()
    says = _text()
    curl = _text()


class ScenarioPlayed(Strict):
    story = _text()
    tale = _text()
    step = _text(none=True)
    accounts = _list(AccountView)
    orders = _list(PlayedOrder)
    clock = _some(ClockView)
    next = _some(NextCall, none=True)


class Loaded(Strict):
    orders = _whole()
    positions = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class Forecast(Strict):
    at = _at()
    rule = _text()
    order = _text()
    dispute = _text(none=True)
    then = _text()
    to = _some(JointState)
    money = _list(Transfer)


class Checked(Strict):
    orders = _whole()
    disputes = _whole()
    events = _whole()
    ledger_entries = _whole()
    mails = _whole()


class Books(Strict):
    currency = _text()
    outside = _whole()
    escrow = _whole()
    hold = _whole()
    seller = _whole()
    refunding = _whole()
    refunded = _whole()


class Violation(Strict):
    order = _text()
    says = _text()


class Audit(Strict):
    ok = _yes_no()
    checked = _some(Checked)
    books = _list(Books)
    violations = _list(Violation)


class CoverageEntry(Strict):
    name = _text()
    says = _text()
    by = _word(Actor, none=True)
    rule = _text(none=True)
    source = _text(none=True)
    href = _text(none=True)
    hits = _whole()


class CoverageBeyond(CoverageEntry):
    why = _text()


class CoverageKind(Strict):
    hit = _whole()
    total = _whole()
    percent = fields.Float(required=True)
    met = _list(CoverageEntry)
    missing = _list(CoverageEntry)
    beyond = _list(CoverageBeyond)


class CoverageTable(Strict):
    rows = fields.List(fields.String(), required=True)
    hits = _whole()


class Coverage(Strict):
    sandbox = _text(none=True)
    locked = _yes_no()
    # The tables that things were met under, each by its rows that not all tables have.
    tables = _list(CoverageTable)
    rows = _some(CoverageKind)
    timers = _some(CoverageKind)
    refusals = _some(CoverageKind)
    states = _some(CoverageKind)
    edges = _some(CoverageKind)


class Health(Strict):
    """What runs, and on what; all but `status` is null for whoever lacks the key."""

    status = fields.String(required=True, metadata={"enum": ["ok", "ready"]})
    version = _text(none=True)
    database = _text(none=True)
    now = _at(none=True)
