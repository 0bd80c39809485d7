"""What must be true of every order at every instant: the invariants, asked after every step and by the audit."""

from __future__ import annotations

from collections.abc import Iterator

from .order import Dispute, Order
from .rulesets import Settings
from .words import ClaimKind, ClaimStatus, DisputeStatus, OrderStatus, Outcome, Party, RefundStatus, ReturnStage

_QUESTIONS_OPEN = {
    ClaimStatus.NONE: frozenset[Party](),
    ClaimStatus.PROCESSING: frozenset[Party](),
    ClaimStatus.WAITING_FOR_BUYER: frozenset({Party.BUYER}),
    ClaimStatus.WAITING_FOR_SELLER: frozenset({Party.SELLER}),
    ClaimStatus.WAITING_FOR_BOTH: frozenset({Party.BUYER, Party.SELLER}),
    ClaimStatus.CLOSED: frozenset[Party](),
}


def check(order: Order, settings: Settings) -> list[str]:
    """Every invariant this order breaks, as sentences; an empty list is what there should be."""
    faults = [*_money_faults(order), *_order_faults(order)]
    if order.dispute is not None:
        faults.extend(_dispute_faults(order, order.dispute, settings))
    return faults


def _money_faults(order: Order) -> Iterator[str]:
    money = order.money
    held = (money.escrow, money.hold, money.seller, money.refunding, money.refunded)
    if min(held) < 0:
        yield f"an account is below nothing: {money} (PAY-5)"
    if sum(held) + money.outside:
        yield f"paid in {-money.outside} but {sum(held)} lies somewhere (PAY-5)"
    if order.status is not OrderStatus.NEW and -money.outside != order.total:
        yield f"paid in {-money.outside} of {order.total} (ORD-1)"
    on_the_way = sum(part.amount for part in order.refunds if part.status is RefundStatus.PROCESSING)
    arrived = sum(part.amount for part in order.refunds if part.status is RefundStatus.COMPLETED)
    if (on_the_way, arrived) != (money.refunding, money.refunded):
        yield "the parts of the refund are not what lies in the ledger (PAY-3)"
    match order.status:
        case OrderStatus.AWAITING_SHIPMENT | OrderStatus.AWAITING_CONFIRMATION:
            if money.escrow != order.total:
                yield "an open order must have its whole amount in escrow (ORD-1)"
        case OrderStatus.FINISHED | OrderStatus.CANCELLED:
            if money.escrow or money.hold or money.refunding:
                yield "money of a finished order still lies with the platform (PAY-6)"
        case OrderStatus.PAYMENT_PROCESSING:
            if money.escrow or money.hold or not money.refunding:
                yield "in payment processing only a refund is on its way (PAY-1)"
        case OrderStatus.IN_DISPUTE:
            if money.seller:
                yield "the seller has money of an order in dispute (OPEN-2)"
        case OrderStatus.NEW:
            pass
    if order.status is OrderStatus.CANCELLED and money.refunded != order.total:
        yield "a cancelled order is refunded in full (ORD-3)"


def _order_faults(order: Order) -> Iterator[str]:
    shipped = order.status not in (OrderStatus.NEW, OrderStatus.AWAITING_SHIPMENT, OrderStatus.CANCELLED)
    if shipped != (order.shipped_at is not None):
        yield "an order has shipped exactly if its status says so (ORD-1)"
    if shipped and (order.delivery_due_at is None or order.protection_ends_at is None):
        yield "a shipped order has its dates (ORD-5)"
    if order.delivery_due_at and order.protection_ends_at and order.delivery_due_at > order.protection_ends_at:
        yield "delivery falls due while the order is protected (ORD-5)"
    open_dispute = order.dispute is not None and order.dispute.status is not DisputeStatus.CLOSED
    if open_dispute != (order.status is OrderStatus.IN_DISPUTE):
        yield "an order is in dispute exactly while its dispute is open (OPEN-8)"


def _dispute_faults(order: Order, dispute: Dispute, settings: Settings) -> Iterator[str]:
    claim, goods = dispute.claim, dispute.goods
    closed = dispute.status is DisputeStatus.CLOSED
    if closed != (dispute.outcome is not None) or closed != (dispute.closed_at is not None):
        yield "a dispute is closed exactly if it has an outcome and an end"
    if dispute.edits_used > settings.edits_max:
        yield f"{dispute.edits_used} edits of {settings.edits_max} are used (EDIT-1)"
    if dispute.solution(dispute.buyer_solution) is None:
        yield "the buyer's current solution does not exist (EDIT-5)"
    if closed and order.status is not OrderStatus.AWAITING_CONFIRMATION and dispute.compensation != order.money.to_buyer:
        yield "the compensation is not what the buyer gets in all (PAY-6)"
    if dispute.outcome in (Outcome.CANCELLED, Outcome.CLAIM_CANCELLED) and dispute.compensation:
        yield "a cancelled dispute gives the buyer nothing (CAN-3, CLM-7)"
    if (dispute.status is DisputeStatus.MEDIATING) != (claim is not None and claim.status is not ClaimStatus.CLOSED):
        yield "the platform mediates exactly while a claim is open (ESC-3)"
    if claim is not None:
        asked = [q.to for q in claim.questions if q.open]
        if len(asked) != len(set(asked)) or frozenset(asked) != _QUESTIONS_OPEN[claim.status]:
            yield f"the claim is {claim.status} but {sorted(asked)} are asked (CLM-2)"
        if claim.kind is ClaimKind.APPEAL and not (order.appealed and dispute.first_end):
            yield "an appeal has a first end (CLM-9)"
        if claim.kind is ClaimKind.CONTEST and goods is None:
            yield "only goods on their way back can be contested (RET-4)"
    if dispute.first_end is not None and order.money.to_buyer < dispute.first_end.amount:
        yield "an appeal never takes from the first end (CLM-9)"
    if dispute.status is DisputeStatus.RETURNING and (goods is None or dispute.settlement is None):
        yield "goods go back because something was settled (RET-1)"
    if goods is not None and (goods.sent_at is None) != (goods.stage is ReturnStage.TO_SEND):
        yield "a return is sent exactly if its stage says so (RET-1)"
