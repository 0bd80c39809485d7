"""What the world remembers of a step: one line of history and, where a status changed, one e-mail to each side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .engine import Step
from .order import Order, State, Transfer
from .words import DISPUTE_LABELS, ORDER_LABELS, Actor, DisputeStatus

_NO_DISPUTE = (DisputeStatus.NONE, DisputeStatus.CLOSED)


@dataclass(frozen=True, slots=True)
class Event:
    """A line of history (REC-1). `dispute` is None for what has nothing to do with one."""

    order: str
    dispute: str | None
    at: datetime
    by: Actor
    action: str
    rule: str
    says: str
    details: Mapping[str, Any]
    before: State
    after: State
    transfers: tuple[Transfer, ...]


@dataclass(frozen=True, slots=True)
class Mail:
    """A notice to one side (REC-2); `to` is an account's id."""

    to: str
    order: str
    dispute: str | None
    at: datetime
    rule: str
    subject: str
    body: str


def event_of(step: Step) -> Event | None:
    """The line of history, or None for a step that leaves no trace (CLM-6; a delivery reported again, section 15)."""
    row = step.row
    if not step.leaves_trace:
        return None
    return Event(
        order=step.order.id,
        dispute=_dispute_of(step),
        at=step.at,
        by=step.actor,
        action=row.action or row.name,
        rule=row.rule,
        says=row.says,
        details=step.details,
        before=step.before,
        after=step.order.state,
        transfers=step.transfers,
    )


def mails_of(step: Step) -> tuple[Mail, ...]:
    """One e-mail to each side if a status changed (REC-2), else none."""
    if not step.changes_status:
        return ()
    order = step.order
    subject = f"Order {order.id}: {_headline(order)}"
    body = f"{step.row.says} It concerns your order of {order.title!r}, {order.total_shown}. Rule {step.row.rule}."
    return tuple(Mail(to, order.id, _dispute_of(step), step.at, step.row.rule, subject, body) for to in (order.buyer, order.seller))


def _dispute_of(step: Step) -> str | None:
    dispute = step.order.dispute
    if dispute is None:
        return None
    was_open = step.before.dispute not in _NO_DISPUTE
    is_open = dispute.status not in _NO_DISPUTE
    return dispute.id if was_open or is_open or step.row.at.dispute is not None else None


def _headline(order: Order) -> str:
    dispute = order.dispute
    if dispute is not None and dispute.status is not DisputeStatus.CLOSED:
        return DISPUTE_LABELS[dispute.status]
    return ORDER_LABELS[order.status]
