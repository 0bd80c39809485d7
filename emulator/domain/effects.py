"""What rows do besides changing status, and the only place where money moves.

An effect takes the case and writes to it. Those with arguments are built in the table from names alone:
`closes(Outcome.RULED_FOR_BUYER, ruled_sum)`. An outcome names what the buyer gets **in all** (PAY-6): only the difference to what he has
already moves, from escrow first and then from the seller's payout of this order, and the seller gets the rest at once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from hashlib import blake2b
from typing import TypeAlias

from . import dates
from .calendar import add_business_days
from .case import Case
from .order import (
    Answer,
    Claim,
    Dispute,
    FirstEnd,
    Message,
    Question,
    RefundPart,
    Report,
    Return,
    Review,
    Settlement,
    Solution,
    Tracking,
    changed,
)
from .words import (
    GOODS_REASONS,
    MONEY_REMEDIES,
    Account,
    Actor,
    ClaimKind,
    ClaimStatus,
    DisputeStatus,
    Outcome,
    ParcelKind,
    Party,
    RefundStatus,
    Remedy,
    ReturnStage,
)

Effect: TypeAlias = Callable[[Case], None]
Sum: TypeAlias = Callable[[Case], int]


# ── sums: what the buyer gets in all ───────────────────────────────────────────────────────────────────────────────────


def nothing(case: Case) -> int:
    """No money at all."""
    return 0


def everything(case: Case) -> int:
    """The order's whole total."""
    return case.order.total


def buyers_sum(case: Case) -> int:
    """What the buyer asks; for an exchange, where it turns into money, the total."""
    return case.order.total if case.dispute.amount is None else case.dispute.amount


def sellers_sum(case: Case) -> int:
    """What the seller's current solution gives; nothing for an exchange."""
    solution = case.dispute.solution(case.dispute.seller_solution)
    assert solution is not None
    return solution.amount or 0


def settled_sum(case: Case) -> int:
    """What was agreed or ruled; where an exchange fails, the total."""
    settlement = case.dispute.settlement
    assert settlement is not None
    return case.order.total if settlement.remedy is Remedy.EXCHANGE else settlement.amount


def first_sum(case: Case) -> int:
    """What the buyer had got before he appealed; nothing where nobody has appealed."""
    return case.dispute.first_end.amount if case.dispute.first_end else 0


def asked_in_all(case: Case) -> int:
    """What CLM-4 gives the buyer whose opponent is silent: what was settled if it is contested, else what he asked."""
    if case.claim.kind is ClaimKind.CONTEST:
        return settled_sum(case)
    return max(buyers_sum(case), first_sum(case))


def ruled_sum(case: Case) -> int:
    """What the mediator names; left out, what CLM-4 would give (CLM-8)."""
    amount = case.amount()
    return asked_in_all(case) if amount is None else amount


# ── the order ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def pay_in(case: Case) -> None:
    """The buyer pays the whole amount into escrow; the processing time begins (ORD-1, ORD-2)."""
    case.change(placed_at=case.now, processing_ends_at=case.now + timedelta(days=case.settings.processing_days))
    case.move(Account.OUTSIDE, Account.ESCROW, case.order.total)
    case.made = case.order.id


def refund_at_once(case: Case) -> None:
    """All money goes back the moment an unshipped order is cancelled (ORD-3)."""
    part = RefundPart(case.order.total, RefundStatus.COMPLETED, case.now, case.now, case.now)
    case.change(refunds=(part,))
    case.move(Account.ESCROW, Account.REFUNDED, case.order.total)


def start_protection(case: Case) -> None:
    """Shipping starts the protection timer and fixes when delivery is due (ORD-5)."""
    days = case.request.get("delivery_days")
    case.change(
        shipped_at=case.now,
        delivery_due_at=case.now + timedelta(days=case.settings.delivery_days if days is None else days),
        protection_ends_at=case.now + timedelta(days=case.settings.protection_days),
    )


def give_tracking(kind: ParcelKind) -> Effect:
    """A tracking number for a parcel; the last one given holds (ORD-4, ORD-9)."""

    def effect(case: Case) -> None:
        number, carrier = case.request.get("tracking_number"), case.request.get("carrier")
        if number or carrier:
            case.change(tracking=(*case.order.tracking, Tracking(kind, number, carrier, case.now)))

    return effect


def send_another_parcel(case: Case) -> None:
    """A replacement goes out. Each is a parcel of its own: that an earlier one was delivered says nothing of it (ORD-9)."""
    give_tracking(ParcelKind.REPLACEMENT)(case)
    case.change(replacement_delivered_at=None)


def extend_processing(case: Case) -> None:
    """More time to ship (ORD-2)."""
    assert case.order.processing_ends_at is not None
    case.change(processing_ends_at=case.order.processing_ends_at + timedelta(days=case.request["days"]))


def extend_protection(case: Case) -> None:
    """Days added to the later of the old end and now; a passed window reopens (ORD-5)."""
    assert case.order.protection_ends_at is not None
    case.change(protection_ends_at=max(case.order.protection_ends_at, case.now) + timedelta(days=case.request["days"]))


def note_confirmation(case: Case) -> None:
    """The buyer says that the parcel is there (ORD-7)."""
    case.change(confirmed_at=case.now)


def note_delivery(case: Case) -> None:
    """The carrier says that the parcel is there; only the first time counts (ORD-7)."""
    case.repeated = case.order.delivered_at is not None
    case.change(delivered_at=case.order.delivered_at or case.now)


def note_replacement_delivery(case: Case) -> None:
    """The carrier says that the replacement is there; only the first time counts."""
    case.repeated = case.order.replacement_delivered_at is not None
    case.change(replacement_delivered_at=case.order.replacement_delivered_at or case.now)


def pay_seller(case: Case) -> None:
    """Whatever the platform still holds of this order goes to the seller (ORD-6, ORD-7)."""
    case.move(Account.ESCROW, Account.SELLER, case.order.money.escrow)
    case.move(Account.HOLD, Account.SELLER, case.order.money.hold)


def complete_refund(case: Case) -> None:
    """Every part that is due now arrives (PAY-1)."""
    due = dates.REFUND_DUE(case.order, case.settings)
    arriving = [part for part in case.order.refunds if part.status is RefundStatus.PROCESSING and part.due_at == due]
    for part in arriving:
        case.move(Account.REFUNDING, Account.REFUNDED, part.amount)
    arrived = {part: changed(part, status=RefundStatus.COMPLETED, completed_at=case.now) for part in arriving}
    case.change(refunds=tuple(arrived.get(part, part) for part in case.order.refunds))


def write_message(case: Case) -> None:
    """Words between the sides; they change nothing (REC-3)."""
    case.made = case.new_id("msg")
    case.records.append(Message(case.made, case.actor, case.request["text"], case.now))
    if case.actor is Actor.SELLER:
        case.change(unreported=(*case.order.unreported, case.made))


def write_request(case: Case) -> None:
    """Asking for more time has no effect of its own (ORD-5); its words, if any, go into the messages."""
    if text := case.request.get("message"):
        case.records.append(Message(case.new_id("msg"), case.actor, text, case.now))


def write_report(case: Case) -> None:
    """The message stands on the store's record (STO-4)."""
    case.records.append(Report(case.request["message"], case.now))
    case.change(unreported=tuple(message for message in case.order.unreported if message != case.request["message"]))


def write_review(case: Case) -> None:
    """Stars and text, once (ORD-10)."""
    case.change(reviewed=True)
    case.records.append(Review(case.request["stars"], case.request.get("text"), case.now))


# ── the dispute ────────────────────────────────────────────────────────────────────────────────────────────────────────


def open_dispute(case: Case) -> None:
    """A dispute with the buyer's first solution; the order remembers the status it had (OPEN-8)."""
    request = case.request
    case.change(before_dispute=case.order.status)
    case.made = case.new_id("dsp")
    dispute = Dispute(
        id=case.made,
        status=DisputeStatus.WAITING_FOR_SELLER,
        reason=request["reason"],
        remedy=request["remedy"],
        amount=_amount_for(request["remedy"], case.amount()),
        explanation=request["explanation"],
        opened_at=case.now,
    )
    case.change(dispute=dispute)
    _propose_as_buyer(case)


def hold_payout(case: Case) -> None:
    """While it is disputed, what the seller has been paid for this order is on hold (OPEN-2)."""
    case.move(Account.SELLER, Account.HOLD, case.order.money.seller)


def attach_evidence(case: Case) -> None:
    """Evidence is only ever added (EDIT-2)."""
    attached = {e.id for e in case.dispute.evidence}
    added = tuple(changed(e, attached_at=case.now) for e in case.around.evidence if e.id not in attached)
    if added:
        case.change_dispute(evidence=(*case.dispute.evidence, *added))


def edit(case: Case) -> None:
    """One edit changes all it names at once and makes a new solution (EDIT-2, EDIT-5)."""
    request, dispute = case.request, case.dispute
    remedy = request.get("remedy", dispute.remedy)
    amount = case.amount()
    case.change_dispute(
        explanation=request.get("explanation", dispute.explanation),
        reason=request.get("reason", dispute.reason),
        remedy=remedy,
        amount=_amount_for(remedy, dispute.amount if amount is None else amount),
        edits_used=dispute.edits_used + 1,
    )
    _propose_as_buyer(case)


def refuse(case: Case) -> None:
    """The seller says no, which gives the buyer the right to escalate (ESC-1); his own solution replaces the earlier (SELL-2)."""
    case.change_dispute(seller_refused=True)
    if case.request.get("remedy") is not None:
        propose_as_seller(case)


def propose_as_seller(case: Case) -> None:
    """The seller's solution is put to the buyer, and replaces his earlier one (SELL-2, CLM-6)."""
    request = case.request
    case.made = case.new_id("sol")
    solution = Solution(
        case.made, Actor.SELLER, request["remedy"], _amount_for(request["remedy"], case.amount()), request.get("reason"), case.now
    )
    case.change_dispute(solutions=(*case.dispute.solutions, solution), seller_solution=solution.id)


def withdraw(case: Case) -> None:
    """The buyer takes the dispute back and the order goes on (CAN-3); a payout on hold is the seller's again."""
    case.move(Account.HOLD, Account.SELLER, case.order.money.hold)
    _end(case, Outcome.CANCELLED, 0)


def weigh_store(case: Case) -> None:
    """Disputes about the goods that come often close the store (STO-2); the caller counts."""
    case.weighs_store = case.weighs_store or case.dispute.reason in GOODS_REASONS


def closes(outcome: Outcome, gives: Sum = nothing) -> Effect:
    """The dispute ends so; the buyer gets the sum in all, the seller the rest at once (PAY-6)."""

    def effect(case: Case) -> None:
        _pay_out(case, gives(case))
        _end(case, outcome, gives(case))

    return effect


def closes_as_settled(gives: Sum) -> Effect:
    """The goods are where they belong: what was agreed or ruled comes true (RET-1, RET-2)."""

    def effect(case: Case) -> None:
        assert case.dispute.settlement is not None
        closes(case.dispute.settlement.outcome, gives)(case)

    return effect


def settles(outcome: Outcome, remedy: Callable[[Case], Remedy], gives: Sum) -> Effect:
    """It is agreed or decided, but the goods have to go back first (RET-1, RET-2)."""

    def effect(case: Case) -> None:
        settlement = Settlement(outcome, remedy(case), gives(case), case.now)
        _lapse_questions(case)
        case.change_dispute(settlement=settlement, goods=Return(ReturnStage.TO_SEND))

    return effect


def asked_remedy(case: Case) -> Remedy:
    """What the buyer asks for."""
    return case.dispute.remedy


def offered_remedy(case: Case) -> Remedy:
    """What the seller offers."""
    solution = case.dispute.solution(case.dispute.seller_solution)
    assert solution is not None
    return solution.remedy


def money_for_goods(case: Case) -> Remedy:
    """A decision never exchanges: it gives money against the goods (CLM-4)."""
    return Remedy.RETURN_AND_REFUND


# ── the claim ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def open_claim(case: Case) -> None:
    """The mediator takes over (ESC-3). The seller's solution stands, but one that gives nothing lapses (CLM-6)."""
    standing = case.dispute.solution(case.dispute.seller_solution)
    if standing is not None and standing.remedy is Remedy.NO_REFUND_NO_RETURN:
        case.change_dispute(seller_solution=None)
    case.change_dispute(claim=Claim(ClaimStatus.PROCESSING, ClaimKind.MEDIATION, case.now))


def reopen_claim(case: Case) -> None:
    """What came back, or its end, is contested before the mediator (RET-4, CLM-9). Earlier questions stay on the record."""
    earlier = case.dispute.claim
    claim = earlier or Claim(ClaimStatus.PROCESSING, ClaimKind.MEDIATION, case.now)
    case.change_dispute(claim=claim, seller_solution=None)


def ask(case: Case) -> None:
    """The mediator asks one side or both; the answer is due in so many business days (CLM-2, CLM-3)."""
    to: Party = case.request["to"]
    settings = case.settings
    due = add_business_days(case.now, settings.answer_business_days, settings.holidays)
    asked = tuple(
        Question(party, case.request["question"], bool(case.request.get("evidence_required")), case.now, due)
        for party in (Party.BUYER, Party.SELLER)
        if to in (party, Party.BOTH)
    )
    case.change_claim(questions=(*case.claim.questions, *asked))


def answer(case: Case) -> None:
    """A side answers what it was asked (CLM-2)."""
    given = Answer(case.request["text"], tuple(e.id for e in case.around.evidence), case.now)
    mine = dates.open_question(case.order, Party(case.actor))
    case.change_claim(questions=tuple(changed(q, answer=given) if q is mine else q for q in case.claim.questions))


def decline(case: Case) -> None:
    """No Thanks: off the table until offered anew, without a trace (CLM-6)."""
    case.change_claim(declined=case.dispute.seller_solution)


def look(case: Case) -> None:
    """The buyer looks at the seller's solution, which leaves no trace (CLM-6)."""


def appeal(case: Case) -> None:
    """The end is put aside but not undone: a refund under way goes on, and the second ruling can only add (CLM-9)."""
    dispute = case.dispute
    assert dispute.outcome is not None and dispute.closed_at is not None
    case.change_dispute(
        first_end=FirstEnd(dispute.outcome, case.order.money.to_buyer, dispute.closed_at),
        outcome=None,
        compensation=None,
        closed_at=None,
        cancel_reason=None,
    )
    case.change(appealed=True)


# ── the goods ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def send_return(case: Case) -> None:
    """The buyer sends the goods back (RET-1)."""
    correct_return(case)
    case.change_goods(sent_at=case.now)


def correct_return(case: Case) -> None:
    """A return's tracking number, correctable until it is delivered (RET-1)."""
    case.change_goods(tracking_number=case.request["tracking_number"], carrier=case.request.get("carrier"))


def note_return_delivery(case: Case) -> None:
    """The carrier says that the return is there; only the first time counts."""
    case.repeated = case.goods.delivered_at is not None
    case.change_goods(delivered_at=case.goods.delivered_at or case.now)


def receive_return(case: Case) -> None:
    """The seller has the goods and owes the replacement (RET-2)."""
    case.change_goods(received_at=case.now)


def send_replacement(case: Case) -> None:
    """The new item is on its way (RET-2)."""
    send_another_parcel(case)
    case.change_goods(replacement_sent_at=case.now)


# ── helpers ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _amount_for(remedy: Remedy, amount: int | None) -> int | None:
    return amount if remedy in MONEY_REMEDIES else None


def _propose_as_buyer(case: Case) -> None:
    solution_id = case.new_id("sol")
    dispute = case.dispute
    solution = Solution(solution_id, Actor.BUYER, dispute.remedy, dispute.amount, dispute.reason, case.now)
    case.change_dispute(solutions=(*dispute.solutions, solution), buyer_solution=solution_id)


def _pay_out(case: Case, in_all: int) -> None:
    missing = in_all - case.order.money.to_buyer
    assert missing >= 0, "an outcome never takes money back from the buyer"
    if missing:
        from_escrow = min(missing, case.order.money.escrow)
        case.move(Account.ESCROW, Account.REFUNDING, from_escrow)
        case.move(Account.HOLD, Account.REFUNDING, missing - from_escrow)
        due = add_business_days(case.now, _drawn_days(case), case.settings.holidays)
        part = RefundPart(missing, RefundStatus.PROCESSING, case.now, due, None)
        case.change(refunds=(*case.order.refunds, part))
    pay_seller(case)


def _drawn_days(case: Case) -> int:
    """How many business days this order's refund takes: drawn from the sandbox's seed and the order (PAY-1)."""
    low, high = case.settings.refund_business_days
    drawn = int.from_bytes(blake2b(f"{case.seed}/refund/{case.order.id}".encode(), digest_size=8).digest(), "big")
    return low + drawn % (high - low + 1)


def _end(case: Case, outcome: Outcome, in_all: int) -> None:
    dispute = case.dispute
    marks = in_all > 0 and dispute.reason in GOODS_REASONS and dispute.marked_at is None
    _lapse_questions(case)
    case.change_dispute(
        outcome=outcome,
        compensation=in_all,
        closed_at=case.now,
        cancel_reason=case.request.get("reason") if outcome in (Outcome.CANCELLED, Outcome.CLAIM_CANCELLED) else None,
        marked_at=case.now if marks else dispute.marked_at,
    )
    # Where openings are counted a mark changes nothing, and timers that are found out late must not weigh what has come since.
    case.weighs_store = case.weighs_store or (marks and case.settings.store_close_counts == "marks")
    case.details["compensation"] = case.shown(in_all)


def _lapse_questions(case: Case) -> None:
    claim = case.dispute.claim
    if claim is not None and any(q.open for q in claim.questions):
        case.change_claim(questions=tuple(changed(q, lapsed=True) if q.open else q for q in claim.questions))
