"""What the emulator answers. Written by `make client` from the contract: do not edit.

Instants are aware, in UTC. A member that this client does not know is passed over; what may be missing or null is None.
`etag` names what somebody was shown, as `if_match` takes it; None for what came inside of something else, such as a list. It is no part
of the JSON, and what is alike is equal whatever its `etag`.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from .money import Money
from .values import FROM_HEADER, Json, instant, optional
from .words import (
    ActionName,
    Actor,
    AnyOrderStatus,
    ClaimKind,
    ClaimStatus,
    ClockMode,
    DisputeStatus,
    HealthStatus,
    LedgerAccount,
    Method,
    OrderStatus,
    Outcome,
    ParcelKind,
    Party,
    Reason,
    RefundStatus,
    Remedy,
    ReturnStage,
    Role,
    Ruleset,
)

__all__ = [
    "AccountView",
    "Advanced",
    "AllowedAction",
    "Answer",
    "AttachedEvidence",
    "Audit",
    "Books",
    "Checked",
    "Claim",
    "ClockView",
    "Coverage",
    "CoverageBeyond",
    "CoverageEntry",
    "CoverageKind",
    "CoverageTable",
    "Disagreement",
    "Dispute",
    "DisputeOfOrder",
    "Evidence",
    "Fired",
    "Forecast",
    "Health",
    "HistoryEntry",
    "Item",
    "JointState",
    "Loaded",
    "Mail",
    "Me",
    "Message",
    "NamedStep",
    "NextCall",
    "NextDeadline",
    "Onward",
    "Operation",
    "Order",
    "Payment",
    "PlayedOrder",
    "Question",
    "Refund",
    "RefundPart",
    "Replacement",
    "ReportedMessage",
    "Return",
    "Rule",
    "RuleRow",
    "Rules",
    "SandboxView",
    "SandboxWithAccounts",
    "Scenario",
    "ScenarioPlayed",
    "Setting",
    "Snapshot",
    "Solution",
    "Store",
    "TaleView",
    "TimelineEntry",
    "Tracking",
    "Transfer",
    "Violation",
    "Window",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowedAction:
    """Part of `Order` and `Dispute`."""

    action: ActionName
    method: Method
    href: str
    rule: str
    until: datetime.datetime | None
    fields: list[str]

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            action=json["action"],
            method=json["method"],
            href=json["href"],
            rule=json["rule"],
            until=optional(instant, json.get("until")),
            fields=list(json["fields"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Part of refusals."""

    from_: datetime.datetime | None
    until: datetime.datetime | None

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            from_=optional(instant, json.get("from")),
            until=optional(instant, json.get("until")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeOfOrder:
    """Part of `Order`."""

    id: str
    status: DisputeStatus
    outcome: Outcome | None

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            id=json["id"],
            status=json["status"],
            outcome=json.get("outcome"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Part of `Order`."""

    title: str
    quantity: int

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            title=json["title"],
            quantity=json["quantity"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NextDeadline:
    """Part of `Order` and `Dispute`."""

    at: datetime.datetime
    rule: str
    then: str

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            at=instant(json["at"]),
            rule=json["rule"],
            then=json["then"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundPart:
    """Part of `Refund`."""

    amount: Money
    status: RefundStatus
    started_at: datetime.datetime
    due_at: datetime.datetime
    completed_at: datetime.datetime | None

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            amount=Money.from_json(json["amount"]),
            status=json["status"],
            started_at=instant(json["started_at"]),
            due_at=instant(json["due_at"]),
            completed_at=optional(instant, json.get("completed_at")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Part of `Order`, `Payment` and `Operation`."""

    status: RefundStatus
    amount: Money
    due_at: datetime.datetime
    parts: list[RefundPart]

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            status=json["status"],
            amount=Money.from_json(json["amount"]),
            due_at=instant(json["due_at"]),
            parts=[RefundPart.from_json(each) for each in json["parts"]],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracking:
    """Part of `Order`."""

    parcel: ParcelKind
    tracking_number: str | None
    carrier: str | None
    given_at: datetime.datetime

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            parcel=json["parcel"],
            tracking_number=json.get("tracking_number"),
            carrier=json.get("carrier"),
            given_at=instant(json["given_at"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What `place_order`, `orders`, `cancel_order` and 11 other calls answer."""

    id: str
    status: OrderStatus
    status_label: str
    buyer: str
    seller: str
    store: str
    item: Item
    total: Money
    placed_at: datetime.datetime
    processing_ends_at: datetime.datetime
    shipped_at: datetime.datetime | None
    delivery_due_at: datetime.datetime | None
    delivered_at: datetime.datetime | None
    confirmed_at: datetime.datetime | None
    protection_ends_at: datetime.datetime | None
    dispute_window_ends_at: datetime.datetime | None
    tracking: list[Tracking]
    dispute: DisputeOfOrder | None
    refund: Refund | None
    allowed_actions: list[AllowedAction]
    next_deadline: NextDeadline | None
    etag: str | None = field(default=None, compare=False, repr=False, metadata=FROM_HEADER)

    @classmethod
    def from_json(cls, json: Json, etag: str | None = None) -> Self:
        return cls(
            id=json["id"],
            status=json["status"],
            status_label=json["status_label"],
            buyer=json["buyer"],
            seller=json["seller"],
            store=json["store"],
            item=Item.from_json(json["item"]),
            total=Money.from_json(json["total"]),
            placed_at=instant(json["placed_at"]),
            processing_ends_at=instant(json["processing_ends_at"]),
            shipped_at=optional(instant, json.get("shipped_at")),
            delivery_due_at=optional(instant, json.get("delivery_due_at")),
            delivered_at=optional(instant, json.get("delivered_at")),
            confirmed_at=optional(instant, json.get("confirmed_at")),
            protection_ends_at=optional(instant, json.get("protection_ends_at")),
            dispute_window_ends_at=optional(instant, json.get("dispute_window_ends_at")),
            tracking=[Tracking.from_json(each) for each in json["tracking"]],
            dispute=optional(DisputeOfOrder.from_json, json.get("dispute")),
            refund=optional(Refund.from_json, json.get("refund")),
            allowed_actions=[AllowedAction.from_json(each) for each in json["allowed_actions"]],
            next_deadline=optional(NextDeadline.from_json, json.get("next_deadline")),
            etag=etag,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What `send_message` and `messages` answer."""

    id: str
    by: Actor
    text: str
    sent_at: datetime.datetime
    reported: bool

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            id=json["id"],
            by=json["by"],
            text=json["text"],
            sent_at=instant(json["sent_at"]),
            reported=json["reported"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedEvidence:
    """Part of `Dispute`."""

    id: str
    by: Actor
    size: int
    attached_at: datetime.datetime

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            id=json["id"],
            by=json["by"],
            size=json["size"],
            attached_at=instant(json["attached_at"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Part of `Question`."""

    text: str
    evidence: list[str]
    answered_at: datetime.datetime

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            text=json["text"],
            evidence=list(json["evidence"]),
            answered_at=instant(json["answered_at"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Part of `Claim`."""

    to: Party
    question: str
    evidence_required: bool
    asked_at: datetime.datetime
    due_at: datetime.datetime
    answer: Answer | None
    lapsed: bool

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            to=json["to"],
            question=json["question"],
            evidence_required=json["evidence_required"],
            asked_at=instant(json["asked_at"]),
            due_at=instant(json["due_at"]),
            answer=optional(Answer.from_json, json.get("answer")),
            lapsed=json["lapsed"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What `claim` answers; part of `Dispute`."""

    status: ClaimStatus
    status_label: str
    kind: ClaimKind
    opened_at: datetime.datetime
    questions: list[Question]

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            status=json["status"],
            status_label=json["status_label"],
            kind=json["kind"],
            opened_at=instant(json["opened_at"]),
            questions=[Question.from_json(each) for each in json["questions"]],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """Part of `Dispute`."""

    tracking_number: str | None
    carrier: str | None
    sent_at: datetime.datetime | None
    send_by: datetime.datetime | None
    delivered_at: datetime.datetime | None
    confirm_by: datetime.datetime | None

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            tracking_number=json.get("tracking_number"),
            carrier=json.get("carrier"),
            sent_at=optional(instant, json.get("sent_at")),
            send_by=optional(instant, json.get("send_by")),
            delivered_at=optional(instant, json.get("delivered_at")),
            confirm_by=optional(instant, json.get("confirm_by")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """Part of `Dispute`."""

    stage: ReturnStage
    tracking_number: str | None
    carrier: str | None
    ship_by: datetime.datetime | None
    sent_at: datetime.datetime | None
    delivered_at: datetime.datetime | None
    confirm_by: datetime.datetime | None
    received_at: datetime.datetime | None

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            stage=json["stage"],
            tracking_number=json.get("tracking_number"),
            carrier=json.get("carrier"),
            ship_by=optional(instant, json.get("ship_by")),
            sent_at=optional(instant, json.get("sent_at")),
            delivered_at=optional(instant, json.get("delivered_at")),
            confirm_by=optional(instant, json.get("confirm_by")),
            received_at=optional(instant, json.get("received_at")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """What `view_solution` answers; part of `Dispute`."""

    id: str
    by: Actor
    remedy: Remedy
    amount: Money | None
    reason: str | None
    made_at: datetime.datetime
    current: bool

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            id=json["id"],
            by=json["by"],
            remedy=json["remedy"],
            amount=optional(Money.from_json, json.get("amount")),
            reason=json.get("reason"),
            made_at=instant(json["made_at"]),
            current=json["current"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """What `open_dispute`, `edit`, `dispute` and 17 other calls answer."""

    id: str
    order: str
    status: DisputeStatus
    status_label: str
    reason: Reason
    remedy: Remedy
    amount: Money | None
    explanation: str
    evidence: list[AttachedEvidence]
    edits_used: int
    edits_left: int
    solutions: list[Solution]
    claim: Claim | None
    return_: Return | None
    replacement: Replacement | None
    outcome: Outcome | None
    compensation: Money | None
    opened_at: datetime.datetime
    escalates_at: datetime.datetime | None
    closed_at: datetime.datetime | None
    appeal_until: datetime.datetime | None
    allowed_actions: list[AllowedAction]
    next_deadline: NextDeadline | None
    etag: str | None = field(default=None, compare=False, repr=False, metadata=FROM_HEADER)

    @classmethod
    def from_json(cls, json: Json, etag: str | None = None) -> Self:
        return cls(
            id=json["id"],
            order=json["order"],
            status=json["status"],
            status_label=json["status_label"],
            reason=json["reason"],
            remedy=json["remedy"],
            amount=optional(Money.from_json, json.get("amount")),
            explanation=json["explanation"],
            evidence=[AttachedEvidence.from_json(each) for each in json["evidence"]],
            edits_used=json["edits_used"],
            edits_left=json["edits_left"],
            solutions=[Solution.from_json(each) for each in json["solutions"]],
            claim=optional(Claim.from_json, json.get("claim")),
            return_=optional(Return.from_json, json.get("return")),
            replacement=optional(Replacement.from_json, json.get("replacement")),
            outcome=json.get("outcome"),
            compensation=optional(Money.from_json, json.get("compensation")),
            opened_at=instant(json["opened_at"]),
            escalates_at=optional(instant, json.get("escalates_at")),
            closed_at=optional(instant, json.get("closed_at")),
            appeal_until=optional(instant, json.get("appeal_until")),
            allowed_actions=[AllowedAction.from_json(each) for each in json["allowed_actions"]],
            next_deadline=optional(NextDeadline.from_json, json.get("next_deadline")),
            etag=etag,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """What `me` answers."""

    id: str
    name: str
    role: Role
    sandbox: str
    now: datetime.datetime
    store: str | None = None
    balance: list[Money] | None = None
    held: list[Money] | None = None
    refunded: list[Money] | None = None

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            id=json["id"],
            name=json["name"],
            role=json["role"],
            sandbox=json["sandbox"],
            now=instant(json["now"]),
            store=json.get("store"),
            balance=optional(lambda some: [Money.from_json(each) for each in some], json.get("balance")),
            held=optional(lambda some: [Money.from_json(each) for each in some], json.get("held")),
            refunded=optional(lambda some: [Money.from_json(each) for each in some], json.get("refunded")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """What `payment` answers."""

    order: str
    paid_in: Money
    escrow: Money
    on_hold: Money
    paid_to_seller: Money
    refund_on_its_way: Money
    refunded: Money
    refund: Refund | None

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            order=json["order"],
            paid_in=Money.from_json(json["paid_in"]),
            escrow=Money.from_json(json["escrow"]),
            on_hold=Money.from_json(json["on_hold"]),
            paid_to_seller=Money.from_json(json["paid_to_seller"]),
            refund_on_its_way=Money.from_json(json["refund_on_its_way"]),
            refunded=Money.from_json(json["refunded"]),
            refund=optional(Refund.from_json, json.get("refund")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """What `history` answers."""

    at: datetime.datetime
    by: Actor
    action: str
    rule: str
    says: str
    details: Mapping[str, Any]

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            at=instant(json["at"]),
            by=json["by"],
            action=json["action"],
            rule=json["rule"],
            says=json["says"],
            details=json["details"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What `upload_evidence` answers."""

    id: str
    name: str
    media_type: str
    size: int
    sha256: str
    uploaded_at: datetime.datetime
    href: str

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            id=json["id"],
            name=json["name"],
            media_type=json["media_type"],
            size=json["size"],
            sha256=json["sha256"],
            uploaded_at=instant(json["uploaded_at"]),
            href=json["href"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What `operations` answers."""

    order: str
    dispute: str
    outcome: Outcome
    compensation: Money
    closed_at: datetime.datetime
    refund: Refund | None
    view_data: str

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            order=json["order"],
            dispute=json["dispute"],
            outcome=json["outcome"],
            compensation=Money.from_json(json["compensation"]),
            closed_at=instant(json["closed_at"]),
            refund=optional(Refund.from_json, json.get("refund")),
            view_data=json["view_data"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedMessage:
    """Part of `Store`."""

    text: str
    reported_at: datetime.datetime

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            text=json["text"],
            reported_at=instant(json["reported_at"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """What `stores` and `find_store` answer."""

    id: str
    name: str
    opened_at: datetime.datetime
    age_days: int
    orders: int
    rating: float | None
    reviews: int
    marks: int
    reports: int
    reported_messages: list[ReportedMessage]
    closed_at: datetime.datetime | None

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            id=json["id"],
            name=json["name"],
            opened_at=instant(json["opened_at"]),
            age_days=json["age_days"],
            orders=json["orders"],
            rating=json.get("rating"),
            reviews=json["reviews"],
            marks=json["marks"],
            reports=json["reports"],
            reported_messages=[ReportedMessage.from_json(each) for each in json["reported_messages"]],
            closed_at=optional(instant, json.get("closed_at")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """What `mailbox` and `mailbox` answer."""

    to: str
    at: datetime.datetime
    subject: str
    body: str
    order: str
    dispute: str | None
    rule: str

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            to=json["to"],
            at=instant(json["at"]),
            subject=json["subject"],
            body=json["body"],
            order=json["order"],
            dispute=json.get("dispute"),
            rule=json["rule"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """Part of `Rules`."""

    rule: str
    question: str
    one_says: str
    one_source: str
    other_says: str
    other_source: str
    settings: list[str]

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            rule=json["rule"],
            question=json["question"],
            one_says=json["one_says"],
            one_source=json["one_source"],
            other_says=json["other_says"],
            other_source=json["other_source"],
            settings=list(json["settings"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """Part of `Rule`."""

    name: str
    by: Actor
    action: str | None
    says: str
    source: str

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            name=json["name"],
            by=json["by"],
            action=json.get("action"),
            says=json["says"],
            source=json["source"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What `rule_page` answers; part of `Rules`."""

    id: str
    section: str
    says: str
    source: str
    settings: list[str]
    rows: list[RuleRow]
    refusals: list[str]
    carried_out_by: str | None

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            id=json["id"],
            section=json["section"],
            says=json["says"],
            source=json["source"],
            settings=list(json["settings"]),
            rows=[RuleRow.from_json(each) for each in json["rows"]],
            refusals=list(json["refusals"]),
            carried_out_by=json.get("carried_out_by"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Part of `Rules`."""

    name: str
    value: Any
    says: str
    source: str
    legacy_source: str | None
    standard: Any
    legacy: Any

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            name=json["name"],
            value=json["value"],
            says=json["says"],
            source=json["source"],
            legacy_source=json.get("legacy_source"),
            standard=json["standard"],
            legacy=json["legacy"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What `rules` answers."""

    ruleset: str
    data: list[Rule]
    settings: list[Setting]
    disagreements: list[Disagreement]

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            ruleset=json["ruleset"],
            data=[Rule.from_json(each) for each in json["data"]],
            settings=[Setting.from_json(each) for each in json["settings"]],
            disagreements=[Disagreement.from_json(each) for each in json["disagreements"]],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What `health` and `ready` answer."""

    status: HealthStatus
    version: str | None
    database: str | None
    now: datetime.datetime | None

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            status=json["status"],
            version=json.get("version"),
            database=json.get("database"),
            now=optional(instant, json.get("now")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """Part of `SandboxWithAccounts` and `ScenarioPlayed`."""

    id: str
    name: str
    role: Role
    store: str | None
    token: str | None = None

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            id=json["id"],
            name=json["name"],
            role=json["role"],
            store=json.get("store"),
            token=json.get("token"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockView:
    """What `read_clock` and `set_clock` answer; part of `SandboxWithAccounts`, `SandboxView` and `ScenarioPlayed`."""

    mode: ClockMode
    now: datetime.datetime

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            mode=json["mode"],
            now=instant(json["now"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxWithAccounts:
    """What `sandbox`, `find_sandbox`, `fork` and `import_sandbox` answer."""

    id: str
    name: str
    ruleset: Ruleset
    settings: Mapping[str, Any]
    seed: str
    clock: ClockView
    accounts: list[AccountView]

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            id=json["id"],
            name=json["name"],
            ruleset=json["ruleset"],
            settings=json["settings"],
            seed=json["seed"],
            clock=ClockView.from_json(json["clock"]),
            accounts=[AccountView.from_json(each) for each in json["accounts"]],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxView:
    """What `sandboxes`, `reset` and `restore` answer."""

    id: str
    name: str
    ruleset: Ruleset
    settings: Mapping[str, Any]
    seed: str
    clock: ClockView

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            id=json["id"],
            name=json["name"],
            ruleset=json["ruleset"],
            settings=json["settings"],
            seed=json["seed"],
            clock=ClockView.from_json(json["clock"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class JointState:
    """Part of `Fired`, `Forecast` and `TimelineEntry`."""

    order: AnyOrderStatus
    dispute: DisputeStatus | None
    claim: ClaimStatus | None
    return_: ReturnStage | None

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            order=json["order"],
            dispute=json.get("dispute"),
            claim=json.get("claim"),
            return_=json.get("return"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Part of `Fired`, `Forecast` and `TimelineEntry`."""

    from_: LedgerAccount
    to: LedgerAccount
    amount: Money

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            from_=json["from"],
            to=json["to"],
            amount=Money.from_json(json["amount"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """Part of `Advanced`."""

    at: datetime.datetime
    rule: str
    order: str
    dispute: str | None
    says: str
    from_: JointState
    to: JointState
    money: list[Transfer]

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            at=instant(json["at"]),
            rule=json["rule"],
            order=json["order"],
            dispute=json.get("dispute"),
            says=json["says"],
            from_=JointState.from_json(json["from"]),
            to=JointState.from_json(json["to"]),
            money=[Transfer.from_json(each) for each in json["money"]],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Onward:
    """Part of `Advanced`."""

    to: datetime.datetime
    limit: int

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            to=instant(json["to"]),
            limit=json["limit"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Advanced:
    """What `advance` answers."""

    from_: datetime.datetime
    to: datetime.datetime
    fired: list[Fired]
    next: Onward | None

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            from_=instant(json["from"]),
            to=instant(json["to"]),
            fired=[Fired.from_json(each) for each in json["fired"]],
            next=optional(Onward.from_json, json.get("next")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What `forecast` answers."""

    at: datetime.datetime
    rule: str
    order: str
    dispute: str | None
    then: str
    to: JointState
    money: list[Transfer]

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            at=instant(json["at"]),
            rule=json["rule"],
            order=json["order"],
            dispute=json.get("dispute"),
            then=json["then"],
            to=JointState.from_json(json["to"]),
            money=[Transfer.from_json(each) for each in json["money"]],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """What `timeline` answers."""

    at: datetime.datetime
    order: str
    dispute: str | None
    by: Actor
    action: str
    rule: str
    says: str
    from_: JointState
    to: JointState
    money: list[Transfer]
    details: Mapping[str, Any]

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            at=instant(json["at"]),
            order=json["order"],
            dispute=json.get("dispute"),
            by=json["by"],
            action=json["action"],
            rule=json["rule"],
            says=json["says"],
            from_=JointState.from_json(json["from"]),
            to=JointState.from_json(json["to"]),
            money=[Transfer.from_json(each) for each in json["money"]],
            details=json["details"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """Part of `Audit`."""

    currency: str
    outside: int
    escrow: int
    hold: int
    seller: int
    refunding: int
    refunded: int

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            currency=json["currency"],
            outside=json["outside"],
            escrow=json["escrow"],
            hold=json["hold"],
            seller=json["seller"],
            refunding=json["refunding"],
            refunded=json["refunded"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Part of `Audit`."""

    orders: int
    disputes: int
    events: int
    ledger_entries: int
    mails: int

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            orders=json["orders"],
            disputes=json["disputes"],
            events=json["events"],
            ledger_entries=json["ledger_entries"],
            mails=json["mails"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """Part of `Audit`."""

    order: str
    says: str

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            order=json["order"],
            says=json["says"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What `audit` answers."""

    ok: bool
    checked: Checked
    books: list[Books]
    violations: list[Violation]

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            ok=json["ok"],
            checked=Checked.from_json(json["checked"]),
            books=[Books.from_json(each) for each in json["books"]],
            violations=[Violation.from_json(each) for each in json["violations"]],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedStep:
    """Part of `TaleView`."""

    name: str
    says: str | None

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            name=json["name"],
            says=json.get("says"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TaleView:
    """Part of `Scenario`."""

    name: str
    rulesets: list[str]
    settings: Mapping[str, Any]
    steps: list[NamedStep]

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            name=json["name"],
            rulesets=list(json["rulesets"]),
            settings=json["settings"],
            steps=[NamedStep.from_json(each) for each in json["steps"]],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What `scenarios` answers."""

    id: str
    title: str
    source: str
    tells: str
    tales: list[TaleView]

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            id=json["id"],
            title=json["title"],
            source=json["source"],
            tells=json["tells"],
            tales=[TaleView.from_json(each) for each in json["tales"]],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NextCall:
    """Part of `ScenarioPlayed`."""

    by: str
    action: str
    says: str
    curl: str

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            by=json["by"],
            action=json["action"],
            says=json["says"],
            curl=json["curl"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedOrder:
    """Part of `ScenarioPlayed`."""

    alias: str
    order: str
    dispute: str | None

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            alias=json["alias"],
            order=json["order"],
            dispute=json.get("dispute"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioPlayed:
    """What `play_scenario` answers."""

    story: str
    tale: str
    step: str | None
    accounts: list[AccountView]
    orders: list[PlayedOrder]
    clock: ClockView
    next: NextCall | None

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            story=json["story"],
            tale=json["tale"],
            step=json.get("step"),
            accounts=[AccountView.from_json(each) for each in json["accounts"]],
            orders=[PlayedOrder.from_json(each) for each in json["orders"]],
            clock=ClockView.from_json(json["clock"]),
            next=optional(NextCall.from_json, json.get("next")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What `load` answers."""

    orders: int
    positions: Mapping[str, int]

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            orders=json["orders"],
            positions=json["positions"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What `snapshot`, `snapshots` and `kept_world` answer."""

    id: str
    name: str
    at: datetime.datetime
    orders: int

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            id=json["id"],
            name=json["name"],
            at=instant(json["at"]),
            orders=json["orders"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageBeyond:
    """Part of `CoverageKind`."""

    name: str
    says: str
    by: Actor | None
    rule: str | None
    source: str | None
    href: str | None
    hits: int
    why: str

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            name=json["name"],
            says=json["says"],
            by=json.get("by"),
            rule=json.get("rule"),
            source=json.get("source"),
            href=json.get("href"),
            hits=json["hits"],
            why=json["why"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageEntry:
    """Part of `CoverageKind`."""

    name: str
    says: str
    by: Actor | None
    rule: str | None
    source: str | None
    href: str | None
    hits: int

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            name=json["name"],
            says=json["says"],
            by=json.get("by"),
            rule=json.get("rule"),
            source=json.get("source"),
            href=json.get("href"),
            hits=json["hits"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageKind:
    """Part of `Coverage`."""

    hit: int
    total: int
    percent: float
    met: list[CoverageEntry]
    missing: list[CoverageEntry]
    beyond: list[CoverageBeyond]

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            hit=json["hit"],
            total=json["total"],
            percent=json["percent"],
            met=[CoverageEntry.from_json(each) for each in json["met"]],
            missing=[CoverageEntry.from_json(each) for each in json["missing"]],
            beyond=[CoverageBeyond.from_json(each) for each in json["beyond"]],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageTable:
    """Part of `Coverage`."""

    rows: list[str]
    hits: int

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            rows=list(json["rows"]),
            hits=json["hits"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What `coverage` answers."""

    sandbox: str | None
    locked: bool
    tables: list[CoverageTable]
    rows: CoverageKind
    timers: CoverageKind
    refusals: CoverageKind
    states: CoverageKind
    edges: CoverageKind

    @classmethod
    def from_json(cls, json: Json) -> Self:
        return cls(
            sandbox=json.get("sandbox"),
            locked=json["locked"],
            tables=[CoverageTable.from_json(each) for each in json["tables"]],
            rows=CoverageKind.from_json(json["rows"]),
            timers=CoverageKind.from_json(json["timers"]),
            refusals=CoverageKind.from_json(json["refusals"]),
            states=CoverageKind.from_json(json["states"]),
            edges=CoverageKind.from_json(json["edges"]),
        )
