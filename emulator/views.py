"""What an asker sees: orders, disputes and the rest as JSON values, built from the facts and the table alone.

Every view is for somebody: `allowed_actions` and labels are the asker's, and nothing of No Thanks (CLM-6) shows to anyone but the buyer.
Instants stay datetimes; whoever writes the JSON gives them their form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any

from .contract import PLACES
from .domain import dates
from .domain.engine import Allowed, Engine, Step
from .domain.journal import Event, Mail
from .domain.money import format_amount
from .domain.order import Claim, Dispute, Message, Order, Question, Return, State, Transfer
from .domain.rules import BY_NAME
from .domain.words import (
    DISPUTE_LABELS,
    ORDER_LABELS,
    OUTCOME_LABELS,
    Actor,
    DisputeStatus,
    Outcome,
    ParcelKind,
    RefundStatus,
    ReturnStage,
    claim_label,
)
from .domain.world import File

Json = dict[str, Any]

_FIELDS = {name: [field.name for field in action.takes] for name, action in BY_NAME.items()}


def _href(path: str) -> tuple[str, Callable[[Order], str], str]:
    """An action's path: what stands before the id of the order or dispute that it is about, that id, and what stands behind."""
    for mark, name in (("{order}", "id"), ("{dispute}", "dispute.id")):
        if mark in path:
            before, _, behind = path.partition(mark)
            return before, attrgetter(name), behind
    return path, lambda _: "", ""


_HREFS = {name: _href(place.path) for name, place in PLACES.items()}


def money(minor: int, currency: str) -> Json:
    """An amount as the contract shows it."""
    return {"amount": format_amount(minor, currency), "currency": currency}


def order_view(order: Order, engine: Engine, asker: Actor, now: datetime, sees_dispute: bool = True) -> Json:
    """An order for this asker. `sees_dispute` is False for a mediator whose dispute has not escalated yet."""
    dispute = order.dispute if sees_dispute else None
    return {
        "id": order.id,
        "status": order.status,
        "status_label": ORDER_LABELS[order.status],
        "buyer": order.buyer,
        "seller": order.seller,
        "store": order.store,
        "item": {"title": order.title, "quantity": order.quantity},
        "total": money(order.total, order.currency),
        "placed_at": order.placed_at,
        "processing_ends_at": order.processing_ends_at,
        "shipped_at": order.shipped_at,
        "delivery_due_at": order.delivery_due_at,
        "delivered_at": order.delivered_at,
        "confirmed_at": order.confirmed_at,
        "protection_ends_at": order.protection_ends_at,
        "dispute_window_ends_at": dates.window_end(order, engine.settings),
        "tracking": [
            {"parcel": t.parcel, "tracking_number": t.number, "carrier": t.carrier, "given_at": t.given_at} for t in order.tracking
        ],
        "dispute": None if dispute is None else {"id": dispute.id, "status": dispute.status, "outcome": dispute.outcome},
        "refund": refund_view(order),
        "allowed_actions": allowed_view(order, engine, asker, now),
        "next_deadline": deadline_view(order, engine) if sees_dispute else None,
    }


def dispute_view(order: Order, engine: Engine, asker: Actor, now: datetime) -> Json:
    """The order's dispute at hand, for this asker."""
    dispute = order.dispute
    assert dispute is not None
    currency = order.currency
    current = {dispute.buyer_solution, _seller_solution_for(dispute, asker)}
    return {
        "id": dispute.id,
        "order": order.id,
        "status": dispute.status,
        "status_label": dispute_label(dispute, asker),
        "reason": dispute.reason,
        "remedy": dispute.remedy,
        "amount": _amount(dispute.amount, currency),
        "explanation": dispute.explanation,
        "evidence": [{"id": e.id, "by": e.by, "size": e.size, "attached_at": e.attached_at} for e in dispute.evidence],
        "edits_used": dispute.edits_used,
        "edits_left": max(engine.settings.edits_max - dispute.edits_used, 0),
        "solutions": [
            {
                "id": s.id,
                "by": s.by,
                "remedy": s.remedy,
                "amount": _amount(s.amount, currency),
                "reason": s.reason,
                "made_at": s.made_at,
                "current": s.id in current,
            }
            for s in dispute.solutions
        ],
        "claim": None if dispute.claim is None else claim_view(dispute.claim, asker),
        "return": None if dispute.goods is None else _return_view(order, dispute.goods, engine),
        "replacement": _replacement_view(order, engine),
        "outcome": dispute.outcome,
        "compensation": _amount(dispute.compensation, currency),
        "opened_at": dispute.opened_at,
        "escalates_at": dates.ESCALATION(order, engine.settings) if dispute.status in _NEGOTIATING else None,
        "closed_at": dispute.closed_at,
        "appeal_until": dates.appeal_end(order, engine.settings),
        "allowed_actions": allowed_view(order, engine, asker, now),
        "next_deadline": deadline_view(order, engine),
    }


_NEGOTIATING = (DisputeStatus.WAITING_FOR_SELLER, DisputeStatus.WAITING_FOR_BUYER)


def dispute_label(dispute: Dispute, asker: Actor) -> str:
    """The platform's words for the dispute's status (section 14)."""
    outcome = dispute.outcome or (dispute.settlement.outcome if dispute.settlement and dispute.status is DisputeStatus.RETURNING else None)
    if outcome is not None and outcome in OUTCOME_LABELS and (outcome is not Outcome.ACCEPTED_BY_BUYER or asker is Actor.BUYER):
        return OUTCOME_LABELS[outcome]
    return DISPUTE_LABELS[dispute.status]


def claim_view(claim: Claim, asker: Actor) -> Json:
    """A claim with its questions, in the words its asker sees."""
    return {
        "status": claim.status,
        "status_label": claim_label(claim.status, asker),
        "kind": claim.kind,
        "opened_at": claim.opened_at,
        "questions": [_question_view(q) for q in claim.questions],
    }


def solution_view(order: Order) -> Json:
    """The seller's solution that lies before the buyer (CLM-6)."""
    dispute = order.dispute
    assert dispute is not None
    solution = dispute.solution(dispute.seller_solution)
    assert solution is not None
    return {
        "id": solution.id,
        "by": solution.by,
        "remedy": solution.remedy,
        "amount": _amount(solution.amount, order.currency),
        "reason": solution.reason,
        "made_at": solution.made_at,
        "current": True,
    }


def refund_view(order: Order) -> Json | None:
    """The Refund Information of an order, or None where nothing is refunded (PAY-3)."""
    if not order.refunds:
        return None
    under_way = any(part.status is RefundStatus.PROCESSING for part in order.refunds)
    return {
        "status": RefundStatus.PROCESSING if under_way else RefundStatus.COMPLETED,
        "amount": money(order.money.to_buyer, order.currency),
        "due_at": max(part.due_at for part in order.refunds),
        "parts": [
            {
                "amount": money(part.amount, order.currency),
                "status": part.status,
                "started_at": part.started_at,
                "due_at": part.due_at,
                "completed_at": part.completed_at,
            }
            for part in order.refunds
        ],
    }


def payment_view(order: Order) -> Json:
    """Where the order's money lies (PAY-3, PAY-5)."""
    lies, currency = order.money, order.currency
    return {
        "order": order.id,
        "paid_in": money(-lies.outside, currency),
        "escrow": money(lies.escrow, currency),
        "on_hold": money(lies.hold, currency),
        "paid_to_seller": money(lies.seller, currency),
        "refund_on_its_way": money(lies.refunding, currency),
        "refunded": money(lies.refunded, currency),
        "refund": refund_view(order),
    }


def operation_view(order: Order) -> Json:
    """A closed dispute in the buyer's Operations (PAY-4)."""
    dispute = order.dispute
    assert dispute is not None
    return {
        "order": order.id,
        "dispute": dispute.id,
        "outcome": dispute.outcome,
        "compensation": _amount(dispute.compensation, order.currency),
        "closed_at": dispute.closed_at,
        "refund": refund_view(order),
        "view_data": f"/v1/disputes/{dispute.id}",
    }


def allowed_view(order: Order, engine: Engine, asker: Actor, now: datetime) -> list[Json]:
    """What the asker may do to the order and its dispute, each with the call that does it."""
    return [_allowed(entry, order) for entry in engine.allowed(order, asker, now)]


def deadline_view(order: Order, engine: Engine) -> Json | None:
    """What happens next if nobody acts, or None."""
    upcoming = engine.next_deadline(order)
    return None if upcoming is None else {"at": upcoming.at, "rule": upcoming.row.rule, "then": upcoming.row.says}


def event_view(event: Event) -> Json:
    """A line of a dispute's history (REC-1)."""
    return {
        "at": event.at,
        "by": event.by,
        "action": event.action,
        "rule": event.rule,
        "says": event.says,
        "details": event.details,
    }


def fired_view(step: Step) -> Json:
    """A timer that fired, for the report of an advance."""
    currency = step.order.currency
    return {
        "at": step.at,
        "rule": step.row.rule,
        "order": step.order.id,
        "dispute": step.order.dispute.id if step.order.dispute else None,
        "says": step.row.says,
        "from": state_view(step.before),
        "to": state_view(step.order.state),
        "money": [transfer_view(t, currency) for t in step.transfers],
    }


def told_view(event: Event, currency: str) -> Json:
    """A line of the sandbox's timeline; `currency` is that of the money it moved."""
    return {
        "at": event.at,
        "order": event.order,
        "dispute": event.dispute,
        "by": event.by,
        "action": event.action,
        "rule": event.rule,
        "says": event.says,
        "from": state_view(event.before),
        "to": state_view(event.after),
        "money": [transfer_view(t, currency) for t in event.transfers],
        "details": event.details,
    }


def forecast_view(step: Step) -> Json:
    """A timer that will fire if nobody acts."""
    return {
        "at": step.at,
        "rule": step.row.rule,
        "order": step.order.id,
        "dispute": step.order.dispute.id if step.order.dispute else None,
        "then": step.row.says,
        "to": state_view(step.order.state),
        "money": [transfer_view(t, step.order.currency) for t in step.transfers],
    }


def state_view(state: State) -> Json:
    """A joint state; parts that there are not are null."""
    order, dispute, claim, _, stage = (None if part == "none" else part for part in state)
    return {"order": order, "dispute": dispute, "claim": claim, "return": stage}


def transfer_view(transfer: Transfer, currency: str) -> Json:
    """Money that moved between two accounts of the ledger."""
    return {"from": transfer.source, "to": transfer.target, "amount": money(transfer.amount, currency)}


def message_view(message: Message, reported: bool) -> Json:
    """A message between the sides."""
    return {"id": message.id, "by": message.by, "text": message.text, "sent_at": message.sent_at, "reported": reported}


def mail_view(mail: Mail) -> Json:
    """An e-mail of the outbox."""
    return {
        "to": mail.to,
        "at": mail.at,
        "subject": mail.subject,
        "body": mail.body,
        "order": mail.order,
        "dispute": mail.dispute,
        "rule": mail.rule,
    }


def sums_view(sums: Mapping[str, int]) -> list[Json]:
    """One amount a currency, as a list."""
    return [money(minor, currency) for currency, minor in sorted(sums.items())]


def file_view(file: File) -> Json:
    """An uploaded piece of evidence."""
    return {
        "id": file.id,
        "name": file.name,
        "media_type": file.media_type,
        "size": file.size,
        "sha256": file.sha256,
        "uploaded_at": file.uploaded_at,
        "href": f"/v1/evidence/{file.id}",
    }


def _allowed(entry: Allowed, order: Order) -> Json:
    before, id_of, behind = _HREFS[entry.action]
    if "{" in behind:
        behind = behind.replace("{message}", order.unreported[-1])
    return {
        "action": entry.action,
        "method": PLACES[entry.action].method,
        "href": f"{before}{id_of(order)}{behind}",
        "rule": entry.rule,
        "until": entry.until,
        "fields": _FIELDS[entry.action],
    }


def _amount(minor: int | None, currency: str) -> Json | None:
    return None if minor is None else money(minor, currency)


def _seller_solution_for(dispute: Dispute, asker: Actor) -> str | None:
    """The seller's current solution; after No Thanks it is off the table for the buyer, and only he knows (CLM-6)."""
    declined = dispute.claim.declined if dispute.claim and asker is Actor.BUYER else None
    return None if declined == dispute.seller_solution else dispute.seller_solution


def _question_view(question: Question) -> Json:
    given = question.answer
    return {
        "to": question.to,
        "question": question.text,
        "evidence_required": question.evidence_required,
        "asked_at": question.asked_at,
        "due_at": question.due_at,
        "answer": None if given is None else {"text": given.text, "evidence": list(given.evidence), "answered_at": given.answered_at},
        "lapsed": question.lapsed,
    }


def _return_view(order: Order, goods: Return, engine: Engine) -> Json:
    stage, settings = goods.stage, engine.settings
    return {
        "stage": stage,
        "tracking_number": goods.tracking_number,
        "carrier": goods.carrier,
        "ship_by": dates.SHIP_RETURN_BY(order, settings) if stage is ReturnStage.TO_SEND else None,
        "sent_at": goods.sent_at,
        "delivered_at": goods.delivered_at,
        "confirm_by": dates.confirm_return_by(order, settings) if stage is ReturnStage.SENT else None,
        "received_at": goods.received_at,
    }


def _replacement_view(order: Order, engine: Engine) -> Json | None:
    """The parcel sent instead (ORD-9, RET-2), or what is owed for an exchange; None where there is neither."""
    goods = order.dispute.goods if order.dispute else None
    opened_at = order.dispute.opened_at if order.dispute else None
    sent = [t for t in order.tracking if t.parcel is ParcelKind.REPLACEMENT and (opened_at is None or t.given_at >= opened_at)]
    returning = order.dispute is not None and order.dispute.status is DisputeStatus.RETURNING
    owed = returning and goods is not None and goods.stage is ReturnStage.RECEIVED
    if not sent and not owed:
        return None
    last = sent[-1] if sent else None
    return {
        "tracking_number": last.number if last else None,
        "carrier": last.carrier if last else None,
        "sent_at": last.given_at if last else None,
        "send_by": dates.SEND_REPLACEMENT_BY(order, engine.settings) if owed else None,
        "delivered_at": order.replacement_delivered_at,
        "confirm_by": dates.CONFIRM_REPLACEMENT_BY(order, engine.settings),
    }
