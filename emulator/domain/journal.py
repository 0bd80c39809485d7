"""What the world remembers of a step: one line of history and, where a status changed, one e-mail to each side."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from .engine import Step
from .order import Order, State, Transfer
from .rules import Rule
from .words import DISPUTE_LABELS, ORDER_LABELS, Actor, DisputeStatus

_NO_DISPUTE = (DisputeStatus.NONE, DisputeStatus.CLOSED)


class Event(NamedTuple):
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


class Mail(NamedTuple):
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
    order = step.order
    return tuple(mail_to(to, order, _dispute_of(step), step.at, step.row, order.state) for to in recipients_of(step))


def recipients_of(step: Step) -> tuple[str, ...]:
    """The accounts that hear of a step."""
    return (step.order.buyer, step.order.seller) if step.changes_status else ()


def mail_to(to: str, order: Order, dispute: str | None, at: datetime, row: Rule, after: State) -> Mail:
    """What one side is told of a row that was carried out; `after` is the state it led to. Of the order only what never changes is told."""
    headline = ORDER_LABELS[after.order] if after.dispute in _NO_DISPUTE else DISPUTE_LABELS[after.dispute]
    body = f"{row.says} It concerns your order of {order.title!r}, {order.total_shown}. Rule {row.rule}."
    return Mail(to, order.id, dispute, at, row.rule, f"Order {order.id}: {headline}", body)


def _dispute_of(step: Step) -> str | None:
    dispute = step.order.dispute
    if dispute is None:
        return None
    was_open = step.before.dispute not in _NO_DISPUTE
    is_open = dispute.status not in _NO_DISPUTE
    return dispute.id if was_open or is_open or step.row.at.dispute is not None else None
