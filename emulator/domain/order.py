"""The facts of one order and its dispute: frozen, complete, and nothing derived.

An order is one item line. It has at most one dispute at a time; `Order.dispute` is the latest one, open or closed. Earlier
ones are closed for good and are kept by the store alone. Instants are UTC-aware datetimes, amounts whole minor units of
`Order.currency`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, make_dataclass
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple, TypeAlias, TypeVar, cast

from .money import format_amount
from .words import (
    Account,
    Actor,
    ClaimKind,
    ClaimStatus,
    DisputeStatus,
    OrderStatus,
    Outcome,
    ParcelKind,
    Party,
    Reason,
    RefundStatus,
    Remedy,
    ReturnStage,
)

_Fact = TypeVar("_Fact")


def changed(fact: _Fact, **values: Any) -> _Fact:
    """The fact with some values changed. `dataclasses.replace` does the same at eight times the price, and every effect pays it."""
    kind: Any = type(fact)
    read, place, build = _shape(kind)
    now = list(read(fact))
    for name, value in values.items():
        now[place[name]] = value
    built = build(*now)
    # A frozen class sets its values one by one past its own lock; one that is not frozen and otherwise alike is built much faster.
    built.__class__ = kind
    return cast(_Fact, built)


@cache
def _shape(kind: Any) -> tuple[Callable[[Any], tuple[Any, ...]], Mapping[str, int], Callable[..., Any]]:
    names = [f.name for f in fields(kind)]
    build = make_dataclass(kind.__name__, names, slots=True, repr=False, eq=False)
    return attrgetter(*names), {name: place for place, name in enumerate(names)}, build


class State(NamedTuple):
    """The joint state that a row of the table starts from."""

    order: OrderStatus
    dispute: DisputeStatus
    claim: ClaimStatus
    kind: ClaimKind
    stage: ReturnStage


@dataclass(frozen=True, slots=True)
class Tracking:
    """A tracking number given for a parcel; the last one given for a parcel holds."""

    parcel: ParcelKind
    number: str | None
    carrier: str | None
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Transfer:
    """Money moving between two accounts of the ledger; `amount` is always positive."""

    source: Account
    target: Account
    amount: int


@dataclass(frozen=True, slots=True)
class Message:
    """What one side wrote to the other about an order. Words change nothing (REC-3)."""

    id: str
    by: Actor
    text: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Review:
    """What the buyer thinks of a finished order (ORD-10)."""

    stars: int
    text: str | None
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Report:
    """A seller's message that the buyer reported; it stands on the store's record (STO-4)."""

    message: str
    reported_at: datetime


Record: TypeAlias = Message | Review | Report


@dataclass(frozen=True, slots=True)
class Escrow:
    """Where the money of one order lies. The six accounts always sum to nothing: `outside` is what was paid in, negative."""

    outside: int = 0
    escrow: int = 0
    hold: int = 0
    seller: int = 0
    refunding: int = 0
    refunded: int = 0

    @property
    def to_buyer(self) -> int:
        """What the buyer has got back or is about to."""
        return self.refunding + self.refunded


@dataclass(frozen=True, slots=True)
class RefundPart:
    """One refund on its way, or there. An appeal can add a second part."""

    amount: int
    status: RefundStatus
    started_at: datetime
    due_at: datetime
    completed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Solution:
    """What one side proposes. `amount` is None where the remedy has none."""

    id: str
    by: Actor
    remedy: Remedy
    amount: int | None
    reason: str | None
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file attached to a dispute."""

    id: str
    by: Actor
    size: int
    attached_at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What a side told the mediator."""

    text: str
    evidence: tuple[str, ...]
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class Question:
    """What the mediator asked one side; open until it is answered or lapses."""

    to: Party
    text: str
    evidence_required: bool
    asked_at: datetime
    due_at: datetime
    answer: Answer | None = None
    lapsed: bool = False

    @property
    def open(self) -> bool:
        return self.answer is None and not self.lapsed


@dataclass(frozen=True, slots=True)
class Claim:
    """A dispute in the mediator's hands. `declined` is the seller's solution that the buyer said No Thanks to (CLM-6)."""

    status: ClaimStatus
    kind: ClaimKind
    opened_at: datetime
    questions: tuple[Question, ...] = ()
    declined: str | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """What was agreed or decided while the goods still travel: who decided, and what the buyer gets in all."""

    outcome: Outcome
    remedy: Remedy
    amount: int
    settled_at: datetime


@dataclass(frozen=True, slots=True)
class Return:
    """The goods on their way back, and for an exchange the new item on its way out."""

    stage: ReturnStage
    tracking_number: str | None = None
    carrier: str | None = None
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    received_at: datetime | None = None
    replacement_sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FirstEnd:
    """How an appealed dispute had ended: what an appeal can only better (CLM-9)."""

    outcome: Outcome
    amount: int
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class Dispute:
    """A buyer's complaint about an order, from opening to end."""

    id: str
    status: DisputeStatus
    reason: Reason
    remedy: Remedy
    amount: int | None
    explanation: str
    opened_at: datetime
    evidence: tuple[Evidence, ...] = ()
    edits_used: int = 0
    seller_refused: bool = False
    solutions: tuple[Solution, ...] = ()
    buyer_solution: str = ""
    seller_solution: str | None = None
    claim: Claim | None = None
    settlement: Settlement | None = None
    goods: Return | None = None
    outcome: Outcome | None = None
    compensation: int | None = None
    closed_at: datetime | None = None
    cancel_reason: str | None = None
    first_end: FirstEnd | None = None
    marked_at: datetime | None = None
    superseded: bool = False

    def solution(self, solution_id: str | None) -> Solution | None:
        """The solution with this id, or None."""
        return next((s for s in self.solutions if s.id == solution_id), None)


@dataclass(frozen=True, slots=True)
class Order:
    """An order with everything that decides what may happen to it.

    `entered_at` is when it came into its present state; `timed_out_from` is the state it left then, if it was time that moved it.
    """

    id: str
    buyer: str
    seller: str
    store: str
    title: str
    quantity: int
    total: int
    currency: str
    status: OrderStatus = OrderStatus.NEW
    entered_at: datetime | None = None
    timed_out_from: State | None = None
    before_dispute: OrderStatus | None = None
    placed_at: datetime | None = None
    processing_ends_at: datetime | None = None
    shipped_at: datetime | None = None
    delivery_due_at: datetime | None = None
    delivered_at: datetime | None = None
    confirmed_at: datetime | None = None
    protection_ends_at: datetime | None = None
    tracking: tuple[Tracking, ...] = ()
    replacement_delivered_at: datetime | None = None
    money: Escrow = Escrow()
    refunds: tuple[RefundPart, ...] = ()
    reviewed: bool = False
    unreported: tuple[str, ...] = ()
    appealed: bool = False
    serial: int = 0
    dispute: Dispute | None = None

    @property
    def total_shown(self) -> str:
        """The total for a reader: 47.00 USD."""
        return f"{format_amount(self.total, self.currency)} {self.currency}"

    @property
    def state(self) -> State:
        """The joint state of order, dispute, claim and goods."""
        dispute = self.dispute
        if dispute is None:
            return State(self.status, DisputeStatus.NONE, ClaimStatus.NONE, ClaimKind.NONE, ReturnStage.NONE)
        claim, goods = dispute.claim, dispute.goods
        return State(
            self.status,
            dispute.status,
            ClaimStatus.NONE if claim is None else claim.status,
            ClaimKind.NONE if claim is None else claim.kind,
            ReturnStage.NONE if goods is None else goods.stage,
        )
