"""The questions that rows name.

A **question** is answered yes or no. One *of facts* looks at the order and the clock alone, so it decides already what is among
`allowed_actions`; one *of the request* also looks at what was sent. A **choice** has one of a few named answers and
tells rows of the same cell apart; its answers are listed, so the loader can prove that exactly one row fits.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from . import dates
from .calendar import LAST_INSTANT_YEAR
from .case import Case
from .effects import first_sum, ruled_sum
from .money import Money
from .words import (
    BUYER_REMEDIES,
    GOODS_REASONS,
    MONEY_REMEDIES,
    TRACKING_REASONS,
    WITHDRAWN,
    Actor,
    ClaimKind,
    OrderStatus,
    Outcome,
    ParcelKind,
    Party,
    Reason,
    Remedy,
    Side,
)

MAX_EXTENSION_DAYS = 365
MAX_DISPUTE_EVIDENCE = 50 * 1024 * 1024


class Question(NamedTuple):
    """A named yes/no question. `of_request` marks those that cannot be answered before something is sent."""

    name: str
    holds: Callable[[Case], bool]
    of_request: bool


class Choice(NamedTuple):
    """A named question with few answers. `pick` gives the answer; `of_request` as in Question."""

    name: str
    answers: frozenset[str]
    pick: Callable[[Case], str]
    of_request: bool


def of_facts(function: Callable[[Case], bool]) -> Question:
    return Question(function.__name__, function, of_request=False)


def of_request(function: Callable[[Case], bool]) -> Question:
    return Question(function.__name__, function, of_request=True)


def choice(*answers: str, sent: bool = False) -> Callable[[Callable[[Case], str]], Choice]:
    def wrap(function: Callable[[Case], str]) -> Choice:
        return Choice(function.__name__, frozenset(answers), function, of_request=sent)

    return wrap


# ── choices ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@choice("open", "closed")
def window(case: Case) -> str:
    """Whether the order could still be disputed (OPEN-2)."""
    end = dates.window_end(case.order, case.settings)
    return "open" if end is not None and case.now < end else "closed"


@choice(*Remedy)
def buyers_remedy(case: Case) -> str:
    """What the buyer's current solution asks for."""
    return case.dispute.remedy


@choice(*Remedy, "nothing")
def sellers_remedy(case: Case) -> str:
    """What the seller's current solution offers, or "nothing" where he has none on the table."""
    solution = case.dispute.solution(case.dispute.seller_solution)
    claim = case.dispute.claim
    if solution is None or (claim is not None and claim.declined == solution.id):
        return "nothing"
    return solution.remedy


@choice("money_only", "goods_go_back")
def asked(case: Case) -> str:
    """What a buyer gets whose opponent is silent (CLM-4): money, or money against the goods."""
    goods_asked = case.claim.kind is ClaimKind.MEDIATION and case.dispute.remedy is not Remedy.REFUND
    return "goods_go_back" if goods_asked else "money_only"


@choice("for_the_seller", "buyer_keeps", "buyer_returns", sent=True)
def ruling(case: Case) -> str:
    """What the mediator has decided (CLM-8); what he leaves out is what CLM-4 would give."""
    if case.request["in_favor_of"] is Side.SELLER:
        return "for_the_seller"
    returned = case.request.get("return_required")
    if returned is None:
        amount_left_out = case.request.get("amount") is None
        by_default = case.claim.kind is ClaimKind.MEDIATION and case.dispute.remedy is not Remedy.REFUND
        returned = amount_left_out and by_default
    return "buyer_returns" if returned else "buyer_keeps"


@choice(*Party, sent=True)
def asks(case: Case) -> str:
    """Whom the mediator asks."""
    party: Party = case.request["to"]
    return party


@choice("refund_only", "exchange")
def goods_for(case: Case) -> str:
    """What the buyer gets for the goods he sends back."""
    settlement = case.dispute.settlement
    return "exchange" if settlement is not None and settlement.remedy is Remedy.EXCHANGE else "refund_only"


@choice("order", "return", "replacement", sent=True)
def parcel(case: Case) -> str:
    """Which parcel the carrier speaks of."""
    kind: str = case.request.get("parcel", ParcelKind.ORDER)
    return kind


@choice("last", "more_to_come")
def refund_parts(case: Case) -> str:
    """Whether the refund that arrives now is the last one on its way."""
    arriving = dates.REFUND_DUE(case.order, case.settings)
    still_away = [part for part in case.order.refunds if part.completed_at is None and part.due_at != arriving]
    return "more_to_come" if still_away else "last"


# ── questions about the facts ──────────────────────────────────────────────────────────────────────────────────────────


@of_facts
def not_ended_for_good(case: Case) -> bool:
    dispute = case.order.dispute
    return dispute is None or dispute.outcome is Outcome.CANCELLED


@of_facts
def may_open_again(case: Case) -> bool:
    return case.order.dispute is None or case.settings.reopen_after_cancel


@of_facts
def window_open(case: Case) -> bool:
    return window.pick(case) == "open"


@of_facts
def some_reason_open(case: Case) -> bool:
    return any(_reason_open(case, reason) for reason in Reason)


@of_facts
def edits_left(case: Case) -> bool:
    return case.dispute.edits_used < case.settings.edits_max


@of_facts
def seller_refused(case: Case) -> bool:
    return case.dispute.seller_refused


@of_facts
def seller_offers(case: Case) -> bool:
    """Whether a solution of the seller is on the table. A No Thanks takes it off until he offers anew (CLM-6)."""
    return sellers_remedy.pick(case) != "nothing"


@of_facts
def not_appealed_yet(case: Case) -> bool:
    return not case.order.appealed


@of_facts
def end_appealable(case: Case) -> bool:
    """Whether the end of the dispute is of a kind that the ruleset lets the buyer appeal, and not all was refunded."""
    dispute = case.dispute
    if dispute.superseded or dispute.outcome is None:
        return False
    if dispute.outcome in WITHDRAWN:
        return dispute.outcome is Outcome.CANCELLED and case.settings.appeal_after_cancel
    if dispute.outcome in (Outcome.ACCEPTED_BY_BUYER, Outcome.ACCEPTED_BY_SELLER):
        return False
    return case.order.money.to_buyer < case.order.total


@of_facts
def appeal_in_time(case: Case) -> bool:
    end = dates.appeal_end(case.order, case.settings)
    return end is not None and case.now < end


@of_facts
def not_reviewed_yet(case: Case) -> bool:
    return not case.order.reviewed


@of_facts
def return_not_delivered(case: Case) -> bool:
    return case.goods.delivered_at is None


@of_facts
def some_message_reportable(case: Case) -> bool:
    return bool(case.order.unreported)


@of_facts
def replacement_sent(case: Case) -> bool:
    return any(tracking.parcel == "replacement" for tracking in case.order.tracking)


@of_facts
def store_open(case: Case) -> bool:
    return not case.around.store_closed


# ── questions about the request ────────────────────────────────────────────────────────────────────────────────────────


@of_request
def reason_open(case: Case) -> bool:
    return _reason_open(case, _wanted(case, "reason"))


@of_request
def remedy_for_buyer(case: Case) -> bool:
    return _wanted(case, "remedy") in BUYER_REMEDIES


@of_request
def currency_matches(case: Case) -> bool:
    money = case.request.get("amount")
    return not isinstance(money, Money) or money.currency == case.order.currency


@of_request
def asked_currency_matches(case: Case) -> bool:
    """The amount of an exchange is ignored, its currency too (OPEN-4)."""
    return _wanted(case, "remedy") not in MONEY_REMEDIES or currency_matches.holds(case)


@of_request
def offered_currency_matches(case: Case) -> bool:
    """The same for what the seller proposes."""
    return case.request.get("remedy") not in MONEY_REMEDIES or currency_matches.holds(case)


@of_request
def amount_in_range(case: Case) -> bool:
    """0 < amount <= total where the remedy has one; an exchange has none (OPEN-4, OPEN-5)."""
    if _wanted(case, "remedy") not in MONEY_REMEDIES:
        return True
    amount = _wanted_amount(case)
    return amount is not None and 0 < amount <= case.order.total


@of_request
def solution_amount_in_range(case: Case) -> bool:
    """The same for what the seller proposes, whose amount never falls back on an earlier one."""
    if case.request.get("remedy") not in MONEY_REMEDIES:
        return True
    amount = case.amount()
    return amount is not None and 0 < amount <= case.order.total


@of_request
def damaged_is_not_paid_whole(case: Case) -> bool:
    if _wanted(case, "reason") is not Reason.DAMAGED or _wanted(case, "remedy") is not Remedy.REFUND:
        return True
    return _wanted_amount(case) != case.order.total


@of_request
def evidence_known(case: Case) -> bool:
    return not case.around.strange_evidence


@of_request
def evidence_fits(case: Case) -> bool:
    """At most 50 MB a dispute; what is attached already counts once."""
    attached = {e.id: e.size for e in case.dispute.evidence}
    return sum((attached | {e.id: e.size for e in case.around.evidence}).values()) <= MAX_DISPUTE_EVIDENCE


@of_request
def first_evidence_fits(case: Case) -> bool:
    """The same for a dispute that this very request opens: nothing is attached yet."""
    return sum(e.size for e in case.around.evidence) <= MAX_DISPUTE_EVIDENCE


@of_request
def edit_changes_something(case: Case) -> bool:
    dispute, request = case.dispute, case.request
    changed = any(name in request and request[name] != getattr(dispute, name) for name in ("explanation", "reason", "remedy"))
    amount = case.amount()
    if amount is not None and _wanted(case, "remedy") in MONEY_REMEDIES and amount != dispute.amount:
        changed = True
    attached = {e.id for e in dispute.evidence}
    return changed or any(e.id not in attached for e in case.around.evidence)


@of_request
def names_buyers_solution(case: Case) -> bool:
    return bool(case.request["solution"] == case.dispute.buyer_solution)


@of_request
def names_sellers_solution(case: Case) -> bool:
    return bool(case.request["solution"] == case.dispute.seller_solution)


@of_request
def confirmed(case: Case) -> bool:
    return case.request.get("confirm") is True


@of_request
def evidence_if_asked(case: Case) -> bool:
    question = dates.open_question(case.order, Party(case.actor))
    return question is None or not question.evidence_required or bool(case.around.evidence)


@of_request
def offer_gives_something(case: Case) -> bool:
    return case.request["remedy"] is not Remedy.NO_REFUND_NO_RETURN


@of_request
def ruling_in_range(case: Case) -> bool:
    """More than nothing and at most the total. Left out, the amount is what CLM-4 would give, which must not be nothing either."""
    return currency_matches.holds(case) and 0 < ruled_sum(case) <= case.order.total


@of_request
def ruling_not_below_first(case: Case) -> bool:
    return ruled_sum(case) >= first_sum(case)


@of_request
def nothing_for_the_buyer(case: Case) -> bool:
    return case.request.get("amount") is None and not case.request.get("return_required")


@of_request
def no_return_ordered(case: Case) -> bool:
    return not case.request.get("return_required")


@of_request
def total_positive(case: Case) -> bool:
    return case.order.total > 0


@of_request
def days_in_range(case: Case) -> bool:
    """1 to 365, and no further than dates go."""
    days = case.request["days"]
    reference = case.order.protection_ends_at or case.order.processing_ends_at or case.now
    return 1 <= days <= MAX_EXTENSION_DAYS and _within_calendar(max(reference, case.now) + timedelta(days=days))


@of_request
def delivery_within_protection(case: Case) -> bool:
    days = case.request.get("delivery_days")
    return days is None or 1 <= days <= case.settings.protection_days


@of_request
def stars_in_range(case: Case) -> bool:
    return bool(1 <= case.request["stars"] <= 5)


@of_request
def message_is_the_sellers(case: Case) -> bool:
    return case.around.message_by is Actor.SELLER


@of_request
def not_reported_yet(case: Case) -> bool:
    return not case.around.message_reported


# ── helpers ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _wanted(case: Case, name: str) -> object:
    """What the request asks for, or what stands where an edit leaves it out."""
    if name in case.request:
        return case.request[name]
    return getattr(case.dispute, name)


def _wanted_amount(case: Case) -> int | None:
    """The amount asked for; an edit that names none keeps the one that stands."""
    amount = case.amount()
    if amount is None and case.order.status is OrderStatus.IN_DISPUTE:
        return case.dispute.amount
    return amount


def _reason_open(case: Case, reason: object) -> bool:
    order, now = case.order, case.now
    overdue = order.delivery_due_at is not None and now >= order.delivery_due_at
    if reason is Reason.NOT_RECEIVED:
        return overdue and order.confirmed_at is None
    if reason in TRACKING_REASONS:
        return overdue or case.settings.tracking_reasons_from == "shipped"
    assert reason in GOODS_REASONS
    return order.delivered_at is not None or order.confirmed_at is not None


def _within_calendar(instant: datetime) -> bool:
    return instant.year < LAST_INSTANT_YEAR
