"""A small but complete alphabet of requests: for every action and everybody who may ask for it, some that succeed where anything can.

Shared by the exhaustive exploration, which sends all of it at every state, and by the random walks, which pick from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from emulator.domain import dates
from emulator.domain.case import NOWHERE, Surroundings
from emulator.domain.engine import Engine
from emulator.domain.money import Money
from emulator.domain.order import Evidence, Order
from emulator.domain.rulesets import Settings
from emulator.domain.words import Actor, CancelReason, ClaimCancelReason, ParcelKind, Party, Reason, Remedy, Side

TOTAL = 100_00
PART = Money(30_00, "USD")
MORE = Money(60_00, "USD")
ALL = Money(TOTAL, "USD")
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
# A Thursday, so that business days and days differ soon.
START = datetime(2026, 1, 1, 12, tzinfo=UTC)
FAR = timedelta(days=20_000)
BUYER, SELLER, MEDIATOR, CARRIER = Actor.BUYER, Actor.SELLER, Actor.MEDIATOR, Actor.CARRIER


@dataclass(frozen=True)
class Ask:
    """One request. Those not `walked` lead nowhere new that matters; of those not `everywhere` the joint state alone decides."""

    action: str
    actor: Actor
    request: dict[str, Any] = field(default_factory=dict)
    around: Surroundings = NOWHERE
    walked: bool = True
    everywhere: bool = True


def evidence(name: str, by: Actor, size: int = 1000) -> Surroundings:
    return Surroundings(evidence=(Evidence(f"evd_{name}", by, size, START),))


STRANGE = Surroundings(strange_evidence=("evd_strange",))
HUGE = Surroundings(evidence=tuple(Evidence(f"evd_huge{i}", BUYER, 10 * 1024 * 1024, START) for i in range(6)))
NUMBER = {"tracking_number": "LP1", "carrier": "Post"}


def _open(reason: Reason, remedy: Remedy, amount: Money | None, around: Surroundings = NOWHERE, walked: bool = True) -> Ask:
    request = {"reason": reason, "remedy": remedy, "explanation": "so it is"}
    if amount is not None:
        request["amount"] = amount
    return Ask("open_dispute", BUYER, request, around, walked)


def _rule(side: Side, **decided: Any) -> Ask:
    return Ask("rule", MEDIATOR, {"in_favor_of": side, "explanation": "so it is"} | decided)


# Everything that does not depend on the order's solutions.
FIXED: tuple[Ask, ...] = (
    Ask("place_order", BUYER),
    Ask("place_order", BUYER, around=Surroundings(store_closed=True)),
    Ask("cancel_order", BUYER),
    Ask("ship", SELLER, {}),
    Ask("ship", SELLER, NUMBER | {"delivery_days": 60}, walked=False),
    Ask("ship", SELLER, {"delivery_days": 61}, everywhere=False),
    Ask("ship", SELLER, {"delivery_days": 0}, everywhere=False),
    Ask("correct_tracking", SELLER, NUMBER, walked=False, everywhere=False),
    Ask("send_replacement", SELLER, NUMBER),
    Ask("extend_processing", SELLER, {"days": 5}, walked=False, everywhere=False),
    Ask("extend_processing", SELLER, {"days": 366}, everywhere=False),
    Ask("extend_protection", SELLER, {"days": 3}),
    Ask("extend_protection", SELLER, {"days": 365}, walked=False),
    Ask("extend_protection", SELLER, {"days": 0}, everywhere=False),
    Ask("request_extension", BUYER, {"days": 3, "message": "please"}, walked=False, everywhere=False),
    Ask("request_extension", BUYER, {"days": -1}, everywhere=False),
    Ask("confirm_receipt", BUYER),
    Ask("send_message", BUYER, {"text": "hello"}, walked=False, everywhere=False),
    Ask("send_message", SELLER, {"text": "please close it"}, walked=False, everywhere=False),
    Ask("report_message", BUYER, {"message": "msg_1"}, Surroundings(message_by=SELLER), walked=False, everywhere=False),
    Ask("report_message", BUYER, {"message": "msg_1"}, Surroundings(message_by=BUYER), everywhere=False),
    Ask("report_message", BUYER, {"message": "msg_1"}, Surroundings(message_by=SELLER, message_reported=True), everywhere=False),
    Ask("review", BUYER, {"stars": 5}, walked=False),
    Ask("review", BUYER, {"stars": 6}),
    Ask("deliver", CARRIER),
    Ask("deliver", CARRIER, {"parcel": ParcelKind.RETURN}),
    Ask("deliver", CARRIER, {"parcel": ParcelKind.REPLACEMENT}, walked=False),
    _open(Reason.NOT_RECEIVED, Remedy.REFUND, ALL),
    _open(Reason.NO_TRACKING, Remedy.REFUND, PART, evidence("b1", BUYER)),
    _open(Reason.DAMAGED, Remedy.RETURN_AND_REFUND, ALL),
    _open(Reason.DEFECTIVE, Remedy.EXCHANGE, None),
    _open(Reason.COUNTERFEIT, Remedy.REFUND, ALL, walked=False),
    _open(Reason.DAMAGED, Remedy.REFUND, ALL),
    _open(Reason.NO_TRACKING, Remedy.REFUND, None),
    _open(Reason.NO_TRACKING, Remedy.REFUND, Money(0, "USD")),
    _open(Reason.NO_TRACKING, Remedy.REFUND, Money(TOTAL + 1, "USD")),
    _open(Reason.NO_TRACKING, Remedy.REFUND, Money(PART.minor, "EUR")),
    _open(Reason.NO_TRACKING, Remedy.NO_REFUND_NO_RETURN, None),
    _open(Reason.NO_TRACKING, Remedy.REFUND, PART, STRANGE),
    _open(Reason.NO_TRACKING, Remedy.REFUND, PART, HUGE),
    Ask("edit", BUYER, {}),
    Ask("edit", BUYER, {"explanation": "look again"}),
    Ask("edit", BUYER, {"reason": Reason.NO_TRACKING, "remedy": Remedy.REFUND, "amount": MORE}),
    Ask("edit", BUYER, {"reason": Reason.DEFECTIVE, "remedy": Remedy.RETURN_AND_REFUND, "amount": ALL}),
    Ask("edit", BUYER, {"remedy": Remedy.EXCHANGE}),
    Ask("edit", BUYER, {"remedy": Remedy.REFUND}, walked=False),
    Ask("edit", BUYER, {"remedy": Remedy.NO_REFUND_NO_RETURN}),
    Ask("edit", BUYER, {"reason": Reason.NOT_RECEIVED}, walked=False),
    Ask("edit", BUYER, {"reason": Reason.DAMAGED, "remedy": Remedy.REFUND, "amount": ALL}),
    Ask("edit", BUYER, {}, evidence("b2", BUYER), walked=False),
    Ask("edit", BUYER, {"explanation": "see"}, STRANGE),
    Ask("edit", BUYER, {"explanation": "see"}, HUGE),
    Ask("refuse", SELLER, {"reason": "no"}),
    Ask("refuse", SELLER, {"reason": "no", "remedy": Remedy.REFUND, "amount": PART}),
    Ask("refuse", SELLER, {"reason": "no", "remedy": Remedy.RETURN_AND_REFUND, "amount": ALL}),
    Ask("refuse", SELLER, {"reason": "no", "remedy": Remedy.EXCHANGE}, walked=False),
    Ask("refuse", SELLER, {"reason": "no", "remedy": Remedy.NO_REFUND_NO_RETURN}),
    Ask("refuse", SELLER, {"reason": "no", "remedy": Remedy.REFUND}),
    Ask("refuse", SELLER, {"reason": "no", "remedy": Remedy.REFUND, "amount": Money(TOTAL + 1, "USD")}),
    Ask("cancel", BUYER, {"reason": CancelReason.OTHER, "comment": "done", "confirm": True}),
    Ask("cancel", BUYER, {"reason": CancelReason.OTHER, "comment": "done"}),
    Ask("escalate", BUYER, {}),
    Ask("appeal", BUYER, {"explanation": "no"}),
    Ask("appeal", BUYER, {"explanation": "no"}, evidence("b3", BUYER), walked=False),
    Ask("appeal", BUYER, {"explanation": "no"}, STRANGE),
    Ask("ask", MEDIATOR, {"to": Party.BUYER, "question": "why?"}),
    Ask("ask", MEDIATOR, {"to": Party.SELLER, "question": "why?"}),
    Ask("ask", MEDIATOR, {"to": Party.BOTH, "question": "why?", "evidence_required": True}),
    Ask("answer", BUYER, {"text": "so"}),
    Ask("answer", BUYER, {"text": "so"}, evidence("b4", BUYER)),
    Ask("answer", SELLER, {"text": "so"}),
    Ask("answer", SELLER, {"text": "so"}, evidence("s1", SELLER)),
    Ask("offer", SELLER, {"remedy": Remedy.REFUND, "amount": PART}),
    Ask("offer", SELLER, {"remedy": Remedy.RETURN_AND_REFUND, "amount": ALL}),
    Ask("offer", SELLER, {"remedy": Remedy.EXCHANGE}, walked=False),
    Ask("offer", SELLER, {"remedy": Remedy.NO_REFUND_NO_RETURN}),
    Ask("view_solution", BUYER, walked=False),
    Ask("decline_solution", BUYER),
    Ask("cancel_claim", BUYER, {"reason": ClaimCancelReason.COMPROMISE, "message": "done", "confirm": True}),
    Ask("cancel_claim", BUYER, {"reason": ClaimCancelReason.COMPROMISE, "message": "done", "confirm": False}),
    _rule(Side.BUYER),
    _rule(Side.BUYER, amount=PART),
    _rule(Side.BUYER, amount=ALL, return_required=False),
    _rule(Side.BUYER, amount=MORE, return_required=True),
    _rule(Side.BUYER, amount=Money(TOTAL + 1, "USD")),
    _rule(Side.SELLER),
    _rule(Side.SELLER, amount=PART),
    Ask("ship_return", BUYER, NUMBER),
    Ask("confirm_return", SELLER),
    Ask("contest_return", SELLER, {"explanation": "a brick"}),
    Ask("contest_return", SELLER, {"explanation": "a brick"}, STRANGE),
    Ask("confirm_replacement", BUYER),
)


def asks(order: Order) -> Iterator[Ask]:
    """The whole alphabet at this order: with the solutions it has, current and not."""
    yield from FIXED
    dispute = order.dispute
    buyers = dispute.buyer_solution if dispute else "sol_none"
    sellers = (dispute.seller_solution if dispute else None) or "sol_none"
    yield Ask("accept", BUYER, {"solution": sellers})
    yield Ask("accept", BUYER, {"solution": "sol_stale"})
    yield Ask("accept", SELLER, {"solution": buyers})
    yield Ask("accept", SELLER, {"solution": "sol_stale"})
    yield Ask("accept_solution", BUYER, {"solution": sellers})
    yield Ask("accept_solution", BUYER, {"solution": "sol_stale"})


def new_order(order_id: str = "ord_1") -> Order:
    return Order(id=order_id, buyer="acc_b", seller="acc_s", store="sto_1", title="a lamp", quantity=1, total=TOTAL, currency="USD")


def later(engine: Engine, order: Order, now: datetime) -> Iterator[datetime]:
    """The instants worth going to: the next deadline and the dates that are no timer, each also a second before."""
    settings: Settings = engine.settings
    upcoming = engine.next_deadline(order)
    marks = {
        upcoming.at if upcoming else None,
        order.delivery_due_at,
        dates.window_end(order, settings),
        dates.appeal_end(order, settings),
    }
    for mark in sorted(mark for mark in marks if mark is not None):
        for at in (mark - SECOND, mark):
            if at > now:
                yield at
