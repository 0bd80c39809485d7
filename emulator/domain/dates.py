"""Every date the rules speak of, each defined once: timers, windows, refusals and views all read it here.

A deadline counts from a fact of the order; `first` or `last` in its sentence says which, where there can be several.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from .order import Order, Question
from .rulesets import Settings
from .words import DEFAULTS, RULINGS, Outcome, Party, RefundStatus

Instant: TypeAlias = datetime | None


@dataclass(frozen=True, slots=True)
class Deadline:
    """A date: so long after a fact. Called with an order and the settings it gives the instant, or None."""

    name: str
    says: str
    since: Callable[[Order], Instant]
    setting: str | None = None

    def __call__(self, order: Order, settings: Settings) -> Instant:
        start = self.since(order)
        if start is None or self.setting is None:
            return start
        return start + timedelta(days=getattr(settings, self.setting))


def _opened(order: Order) -> Instant:
    return order.dispute.opened_at if order.dispute else None


def _protection_end_since_opening(order: Order) -> Instant:
    """Where the window outlasts the protection, a dispute may be opened after the timer has run out (OPEN-2, ORD-8)."""
    end = order.protection_ends_at
    return end if end is not None and order.dispute is not None and order.dispute.opened_at < end else None


def open_question(order: Order, party: Party) -> Question | None:
    """The question this side still owes an answer to, or None."""
    claim = order.dispute.claim if order.dispute else None
    if claim is None:
        return None
    return next((q for q in reversed(claim.questions) if q.open and q.to is party), None)


def _buyer_answer_due(order: Order) -> Instant:
    question = open_question(order, Party.BUYER)
    return question.due_at if question else None


def _seller_answer_due(order: Order) -> Instant:
    question = open_question(order, Party.SELLER)
    return question.due_at if question else None


def _refund_due(order: Order) -> Instant:
    return min((part.due_at for part in order.refunds if part.status is RefundStatus.PROCESSING), default=None)


def _settled(order: Order) -> Instant:
    settlement = order.dispute.settlement if order.dispute else None
    return settlement.settled_at if settlement else None


def _return_sent(order: Order) -> Instant:
    return order.dispute.goods.sent_at if order.dispute and order.dispute.goods else None


def _return_delivered(order: Order) -> Instant:
    return order.dispute.goods.delivered_at if order.dispute and order.dispute.goods else None


def _goods_received(order: Order) -> Instant:
    return order.dispute.goods.received_at if order.dispute and order.dispute.goods else None


def _replacement_sent(order: Order) -> Instant:
    return order.dispute.goods.replacement_sent_at if order.dispute and order.dispute.goods else None


def _appealable_end(order: Order) -> Instant:
    dispute = order.dispute
    if dispute is None or dispute.outcome is None or dispute.superseded or order.money.to_buyer >= order.total:
        return None
    appealable = dispute.outcome in RULINGS or dispute.outcome in DEFAULTS or dispute.outcome is Outcome.CANCELLED
    return dispute.closed_at if appealable else None


PROCESSING_END = Deadline("processing_ends_at", "The seller has to have shipped.", lambda order: order.processing_ends_at)
DELIVERY_DUE = Deadline("delivery_due_at", "Delivery is due.", lambda order: order.delivery_due_at)
PROTECTION_END = Deadline("protection_ends_at", "Buyer protection ends.", lambda order: order.protection_ends_at)
PROTECTION_END_IN_DISPUTE = Deadline(
    "protection_ends_at",
    "Buyer protection ends while the dispute is open; an end before it was opened closes nothing.",
    _protection_end_since_opening,
)
ESCALATION = Deadline("escalates_at", "Counted from the opening of the dispute; edits never move it.", _opened, "negotiation_days")
BUYER_ANSWER_DUE = Deadline("buyer_answer_due_at", "The buyer's answer to the mediator is due.", _buyer_answer_due)
SELLER_ANSWER_DUE = Deadline("seller_answer_due_at", "The seller's answer to the mediator is due.", _seller_answer_due)
REFUND_DUE = Deadline("refund_due_at", "The next refund on its way arrives.", _refund_due)
SHIP_RETURN_BY = Deadline("ship_by", "Counted from the agreement or ruling.", _settled, "return_ship_days")
CONFIRM_DELIVERED_RETURN_BY = Deadline(
    "confirm_delivered_by", "Counted from the first delivery of the return.", _return_delivered, "return_confirm_days"
)
CONFIRM_SENT_RETURN_BY = Deadline(
    "confirm_sent_by", "Counted from the first sending; a corrected number does not move it.", _return_sent, "return_transit_days"
)
SEND_REPLACEMENT_BY = Deadline("send_replacement_by", "Counted from the confirmed return.", _goods_received, "replacement_ship_days")
CONFIRM_REPLACEMENT_BY = Deadline(
    "confirm_replacement_by", "Counted from the sending of the replacement.", _replacement_sent, "replacement_confirm_days"
)


def window_end(order: Order, settings: Settings) -> Instant:
    """When the order can no longer be disputed (OPEN-2); None before it ships."""
    if order.protection_ends_at is None:
        return None
    protected = order.protection_ends_at + timedelta(days=settings.dispute_days_after_protection)
    received = order.confirmed_at if settings.receipt_means == "confirmed" else order.delivered_at
    if received is None:
        return protected
    return min(protected, received + timedelta(days=settings.dispute_days_after_receipt))


def appeal_end(order: Order, settings: Settings) -> Instant:
    """When the end of the latest dispute can no longer be appealed (CLM-9); None where it never could be."""
    ended = _appealable_end(order)
    if ended is None or not settings.appeal_days or order.appealed:
        return None
    if order.dispute and order.dispute.outcome is Outcome.CANCELLED and not settings.appeal_after_cancel:
        return None
    return ended + timedelta(days=settings.appeal_days)


def confirm_return_by(order: Order, settings: Settings) -> Instant:
    """The earlier of the two dates by which the seller has to confirm or contest the return (RET-3)."""
    dates = (CONFIRM_DELIVERED_RETURN_BY(order, settings), CONFIRM_SENT_RETURN_BY(order, settings))
    return min((date for date in dates if date is not None), default=None)
