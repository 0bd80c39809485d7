"""Who races whom, as data: from which state, and what each one's winning means for the others.

A **side** is a request that several send at once. `then` says what requests of the sides get after one of this side has won; a side that it
does not name goes on winning. Two sides that both name both contradict each other, so exactly one request wins. `ends` is how the order
stands when this side was the last to win: its status, the dispute's status and outcome, and what the buyer gets back. Both are written from
the rulebook, never taken from rules.py.

A side of **time** advances the sandbox's clock to a timer: it is never refused, and has won if the timer has fired.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

from ..sandbox import TRACKED, Json, Sandbox, usd

TIME = "time"
NO_MORE = ""


class Facts:
    """What a body may speak of: the order's current solutions and messages, and which of the sixteen sends it."""

    def __init__(self, box: Sandbox, order: str) -> None:
        self._box = box
        self.order = order
        self.sender = 0

    @cached_property
    def buyers(self) -> str:
        return self._box.current(self.order, "buyer")

    @cached_property
    def sellers(self) -> str:
        return self._box.current(self.order, "seller")

    @cached_property
    def message(self) -> str:
        return str(self._box.get("buyer", f"/v1/orders/{self.order}/messages")["data"][0]["id"])


Body: TypeAlias = Mapping[str, Any] | Callable[[Facts], Mapping[str, Any]]
Shown: TypeAlias = Mapping[str, Json]
Setup: TypeAlias = Callable[[Sandbox], str]


@dataclass(frozen=True, slots=True)
class Side:
    """A request, and what its winning means. At most `most` of its kind can win, and then the others get `over`."""

    name: str
    by: str
    action: str
    body: Body = field(default_factory=dict)
    then: Mapping[str, str] = field(default_factory=dict)
    ends: str = ""
    most: int | None = None
    over: str = ""
    # Leaves no line of history (CLM-6).
    traceless: bool = False
    # Said again it is true again, and leaves no second line of history (ORD-7).
    once: bool = False
    # What it may get whoever has won.
    may: frozenset[str] = frozenset()
    # Of an action that both sides ask for, which line of history is this side's: what its `to` has.
    told: Mapping[str, Any] = field(default_factory=dict)

    def after(self, ends: str, *phases: Mapping[str, str], **more: Any) -> Side:
        """The same request in a race in which its winning means this."""
        values = {name: getattr(self, name) for name in self.__slots__}
        then = {name: code for phase in phases for name, code in phase.items()}
        return Side(**{**values, "then": then, "ends": ends, **more})


@dataclass(frozen=True, slots=True)
class Race:
    """Two sides and where they start. `count` looks at the order afterwards: what has to be true of it."""

    name: str
    at: Setup
    sides: tuple[Side, ...]
    wish: Mapping[str, Any] = field(default_factory=dict)
    count: Callable[[Shown], bool] | None = None
    # Everybody wins here, or not: where both sides refuse both, exactly one does.
    one_wins: bool = False


def contradiction(name: str, at: Setup, first: Side, second: Side, **rest: Any) -> Race:
    """Exactly one request of all wins."""
    names = {first.name, second.name}
    assert names <= first.then.keys() & second.then.keys(), f"{name}: both have to refuse both"
    return Race(name, at, (first, second), one_wins=True, **rest)


def alone(name: str, at: Setup, side: Side, **rest: Any) -> Race:
    """All sixteen send the same, and exactly one wins."""
    assert side.name in side.then, f"{name}: it has to refuse its like"
    return Race(f"{name}, sixteen times", at, (side,), one_wins=True, **rest)


def rivals(name: str, at: Setup, first: Side, second: Side, **rest: Any) -> Race:
    """Some wins exclude others, but not all: the first may win again and again until the second does, or both may win in one order only."""
    return Race(name, at, (first, second), **rest)


def friends(name: str, at: Setup, *sides: Side, **rest: Any) -> Race:
    """Nobody is in anybody's way."""
    return Race(name, at, sides, **rest)


# ── the requests ───────────────────────────────────────────────────────────────────────────────────────────────────────

CANCEL = {"reason": "other", "comment": "Enough.", "confirm": True}
OFFER = {"remedy": "refund", "amount": usd("20.00")}

buyer_accepts = Side("buyer accepts", "buyer", "accept", lambda f: {"solution": f.sellers})
seller_accepts = Side("seller accepts", "seller", "accept", lambda f: {"solution": f.buyers})
cancels = Side("cancels", "buyer", "cancel", CANCEL)
refuses = Side("refuses", "seller", "refuse", {"reason": "Never."})
refuses_anew = Side("refuses anew", "seller", "refuse", {"reason": "Less.", "solution": {"remedy": "refund", "amount": usd("10.00")}})
edits = Side("edits", "buyer", "edit", {"explanation": "Better said."})
edits_apart = Side("edits apart", "buyer", "edit", lambda f: {"explanation": f"Said by {f.sender}."}, most=4, over="edits_used_up")
escalates = Side("escalates", "buyer", "escalate", {"message": "Help."})

accepts_solution = Side("accepts solution", "buyer", "accept_solution", lambda f: {"solution": f.sellers})
declines = Side("declines", "buyer", "decline_solution", traceless=True)
offers = Side("offers", "seller", "offer", {"remedy": "refund", "amount": usd("30.00")})
cancels_claim = Side("cancels claim", "buyer", "cancel_claim", {"reason": "other", "message": "Enough.", "confirm": True})
rules = Side(
    "rules",
    "mediator",
    "rule",
    {"in_favor_of": "buyer", "amount": usd("60.00"), "return_required": False, "explanation": "So."},
    told={"in_favor_of": "buyer"},
)
rules_for_seller = Side(
    "rules for seller", "mediator", "rule", {"in_favor_of": "seller", "explanation": "So."}, told={"in_favor_of": "seller"}
)
rules_with_return = Side(
    "rules with return", "mediator", "rule", {"in_favor_of": "buyer", "amount": usd("60.00"), "return_required": True, "explanation": "So."}
)
buyer_answers = Side("buyer answers", "buyer", "answer", {"text": "Because."})
seller_answers = Side("seller answers", "seller", "answer", {"text": "Because."})
asks_buyer = Side("asks buyer", "mediator", "ask", {"to": "buyer", "question": "Why?"})
asks_seller = Side("asks seller", "mediator", "ask", {"to": "seller", "question": "Why?"})
appeals = Side("appeals", "buyer", "appeal", {"explanation": "No."})

sends_back = Side("sends back", "buyer", "ship_return", TRACKED)
corrects_return = Side("corrects return", "buyer", "ship_return", {"tracking_number": "LP00999"})
confirms_return = Side("confirms return", "seller", "confirm_return")
contests_return = Side("contests return", "seller", "contest_return", {"explanation": "A brick."})
sends_new = Side("sends new", "seller", "send_replacement", TRACKED)
confirms_new = Side("confirms new", "buyer", "confirm_replacement")

ships = Side("ships", "seller", "ship")
cancels_order = Side("cancels order", "buyer", "cancel_order")
extends_processing = Side("extends processing", "seller", "extend_processing", {"days": 1})
extends_protection = Side("extends protection", "seller", "extend_protection", {"days": 1})
requests_more = Side("requests more", "buyer", "request_extension", {"days": 2, "message": "Please."})
corrects_tracking = Side("corrects tracking", "seller", "correct_tracking", lambda f: {"tracking_number": f"LP{f.sender}"})
confirms = Side("confirms", "buyer", "confirm_receipt")
delivers = Side("delivers", "carrier", "deliver", once=True)
delivers_return = Side("delivers return", "carrier", "deliver", {"parcel": "return"}, once=True)
reviews = Side("reviews", "buyer", "review", {"stars": 4, "text": "Good."})
opens = Side(
    "opens", "buyer", "open_dispute", {"reason": "no_tracking", "remedy": "refund", "amount": usd("50.00"), "explanation": "So it is."}
)
opens_not_received = Side(
    "opens", "buyer", "open_dispute", {"reason": "not_received", "remedy": "refund", "amount": usd("50.00"), "explanation": "So it is."}
)
buyer_writes = Side("buyer writes", "buyer", "send_message", lambda f: {"text": f"Buyer {f.sender}."})
seller_writes = Side("seller writes", "seller", "send_message", lambda f: {"text": f"Seller {f.sender}."})
reports = Side("reports", "buyer", "report_message", lambda f: {"message": f.message})


def time_for(rule: str) -> Side:
    """The clock moves to the next timer of this rule."""
    return Side(TIME, "system", rule)


# ── what one gets after the other ──────────────────────────────────────────────────────────────────────────────────────

NEGOTIATION = {
    "buyer accepts": "nothing_to_accept",
    "seller accepts": "nothing_to_accept",
    "cancels": "not_cancellable",
    "refuses": "nothing_to_refuse",
    "refuses anew": "nothing_to_refuse",
    "edits": "not_editable",
    "edits apart": "not_editable",
    "escalates": "not_escalatable",
    TIME: NO_MORE,
}
# The dispute has ended, or goods go back, without a claim.
ENDED = NEGOTIATION
GOING_BACK = NEGOTIATION | {"escalates": "replacement_not_underway"}
# The mediator has taken over, before whom the seller may still accept and the buyer still cancel.
CLAIM_OPEN = {
    "buyer accepts": "negotiation_over",
    "refuses": "negotiation_over",
    "refuses anew": "negotiation_over",
    "escalates": "negotiation_over",
    "edits": "not_editable",
    "edits apart": "not_editable",
    TIME: NO_MORE,
}
CLAIM_ENDED = {
    "accepts solution": "no_open_claim",
    "declines": "no_open_claim",
    "offers": "no_open_claim",
    "cancels claim": "no_open_claim",
    "rules": "no_open_claim",
    "rules for seller": "no_open_claim",
    "rules with return": "no_open_claim",
    "buyer answers": "no_open_claim",
    "seller answers": "no_open_claim",
    "asks buyer": "no_open_claim",
    "asks seller": "no_open_claim",
    "seller accepts": "nothing_to_accept",
    "cancels": "not_cancellable",
    "escalates": "negotiation_over",
    TIME: NO_MORE,
}
NOT_ON_ITS_WAY = {
    "confirms return": "no_return_to_confirm",
    "contests return": "no_return_to_contest",
    "corrects return": "no_return_expected",
    "sends back": "no_return_expected",
    "sends new": "no_dispute_to_replace_in",
    "confirms new": "no_replacement_expected",
    "escalates": "not_escalatable",
    TIME: NO_MORE,
}
SHIPPED = {
    "ships": "not_awaiting_shipment",
    "cancels order": "order_not_cancellable",
    "extends processing": "not_awaiting_shipment",
    TIME: NO_MORE,
}
FINISHED = {
    "confirms": "receipt_not_expected",
    "extends protection": "protection_fixed",
    "requests more": "protection_fixed",
    "corrects tracking": "tracking_fixed",
    "delivers": "nothing_to_deliver",
    TIME: NO_MORE,
}
DISPUTED = {"opens": "dispute_already_open", "confirms": "receipt_in_dispute", "reviews": "not_finished_yet", TIME: NO_MORE}


# ── where they start ───────────────────────────────────────────────────────────────────────────────────────────────────


def placed(box: Sandbox) -> str:
    return box.placed()


def shipped(box: Sandbox) -> str:
    return box.shipped()


def delivered(box: Sandbox) -> str:
    return box.delivered()


def finished(box: Sandbox) -> str:
    return box.finished()


def disputed(box: Sandbox) -> str:
    return box.disputed()


def refused(box: Sandbox) -> str:
    return box.refused()


def offered(box: Sandbox) -> str:
    """The seller has refused and offers 20.00 of 100.00 instead."""
    return box.refused(solution=OFFER)


def offered_in_claim(box: Sandbox) -> str:
    order = offered(box)
    box.do("buyer", "escalate", order)
    return order


def asked_buyer(box: Sandbox) -> str:
    return box.asked("buyer")


def asked_seller(box: Sandbox) -> str:
    return box.asked("seller")


def asked_both(box: Sandbox) -> str:
    return box.asked("both")


def in_claim(box: Sandbox) -> str:
    return box.in_claim()


def returning(box: Sandbox) -> str:
    return box.returning()


def sent_back(box: Sandbox) -> str:
    return box.sent_back()


def sent_back_for_exchange(box: Sandbox) -> str:
    return box.sent_back("exchange")


def received_for_exchange(box: Sandbox) -> str:
    order = box.sent_back("exchange")
    box.do("seller", "confirm_return", order)
    return order


def replacing(box: Sandbox) -> str:
    return box.replacing()


def contested(box: Sandbox) -> str:
    return box.contested()


def ruled_for_seller(box: Sandbox) -> str:
    order = box.in_claim(reason="defective")
    box.do("mediator", "rule", order, in_favor_of="seller", explanation="So.")
    return order


def appealed(box: Sandbox) -> str:
    order = ruled_for_seller(box)
    box.do("buyer", "appeal", order, explanation="No.")
    return order


def begged(box: Sandbox) -> str:
    """The seller has written a message."""
    order = box.shipped()
    box.do("seller", "send_message", order, text="Please confirm, friend.")
    return order


def overdue(box: Sandbox) -> str:
    """Delivery is due and nothing has come; every order of the sandbox is so old at least."""
    order = box.shipped(delivery_days=1)
    box.advance(by="P2D")
    return order


LEGACY = {"ruleset": "legacy"}
# As in `standard`, but a mediated dispute cannot be cancelled.
STRICT = {"settings": {"cancel_while_mediating": "refuse"}}

GONE_ON = "awaiting_confirmation closed cancelled -"
TWENTY = "payment_processing closed accepted_by_buyer 20.00"
HUNDRED = "payment_processing closed accepted_by_seller 100.00"
MEDIATED = "in_dispute mediating - -"
SIXTY = "payment_processing closed ruled_for_buyer 60.00"
LOST = "finished closed ruled_for_seller -"
GIVEN_UP = "finished closed claim_cancelled -"
PARCEL_BACK = "in_dispute returning - -"
UNDONE = "cancelled - - 100.00"
UNDER_WAY = "awaiting_confirmation - - -"
PAID = "finished - - -"
OPEN = "in_dispute waiting_for_seller - -"
REFUSED = "in_dispute waiting_for_buyer - -"
BUYER_SILENT = "finished closed defaulted_for_seller -"
SELLER_SILENT = "payment_processing closed defaulted_for_buyer 100.00"

RACES: tuple[Race, ...] = (
    # ── a dispute under negotiation ──
    contradiction("buyer accepts / cancels", offered, buyer_accepts.after(TWENTY, ENDED), cancels.after(GONE_ON, ENDED)),
    contradiction("seller accepts / cancels", disputed, seller_accepts.after(HUNDRED, ENDED), cancels.after(GONE_ON, ENDED)),
    contradiction("seller accepts / buyer accepts", offered, seller_accepts.after(HUNDRED, ENDED), buyer_accepts.after(TWENTY, ENDED)),
    contradiction(
        "seller accepts / edits",
        disputed,
        seller_accepts.after(HUNDRED, ENDED),
        edits.after(OPEN, {"seller accepts": "solution_not_current", "edits": "edit_changes_nothing"}),
    ),
    contradiction("buyer accepts / escalates", offered, buyer_accepts.after(TWENTY, ENDED), escalates.after(MEDIATED, CLAIM_OPEN)),
    contradiction(
        "cancels / escalates, where none cancels a claim",
        refused,
        cancels.after(GONE_ON, ENDED),
        escalates.after(MEDIATED, CLAIM_OPEN, {"cancels": "not_cancellable"}),
        wish=STRICT,
    ),
    rivals("escalates / cancels", refused, escalates.after(MEDIATED, CLAIM_OPEN), cancels.after(GONE_ON, ENDED)),
    rivals("escalates / seller accepts", refused, escalates.after(MEDIATED, CLAIM_OPEN), seller_accepts.after(HUNDRED, CLAIM_ENDED, ENDED)),
    rivals("refuses / cancels", disputed, refuses.after(REFUSED), cancels.after(GONE_ON, ENDED)),
    rivals("refuses / seller accepts", disputed, refuses.after(REFUSED), seller_accepts.after(HUNDRED, ENDED)),
    rivals("refuses / escalates", refused, refuses.after(REFUSED), escalates.after(MEDIATED, CLAIM_OPEN)),
    rivals("refuses / edits", disputed, refuses.after(REFUSED), edits.after(OPEN, {"edits": "edit_changes_nothing"})),
    rivals(
        "refuses anew / buyer accepts",
        offered,
        refuses_anew.after(REFUSED, {"buyer accepts": "solution_not_current"}),
        buyer_accepts.after(TWENTY, ENDED),
    ),
    rivals("edits / buyer accepts", offered, edits.after(OPEN, {"edits": "edit_changes_nothing"}), buyer_accepts.after(TWENTY, ENDED)),
    rivals("edits / cancels", disputed, edits.after(OPEN, {"edits": "edit_changes_nothing"}), cancels.after(GONE_ON, ENDED)),
    rivals("edits apart / escalates", refused, edits_apart.after(OPEN), escalates.after(MEDIATED, CLAIM_OPEN)),
    contradiction(
        "buyer accepts / escalation by time", offered, buyer_accepts.after(TWENTY, ENDED), time_for("ESC-2").after(MEDIATED, CLAIM_OPEN)
    ),
    rivals("refuses / escalation by time", disputed, refuses.after(REFUSED), time_for("ESC-2").after(MEDIATED, CLAIM_OPEN)),
    rivals(
        "seller accepts / escalation by time", disputed, seller_accepts.after(HUNDRED, ENDED), time_for("ESC-2").after(MEDIATED, CLAIM_OPEN)
    ),
    rivals("cancels / escalation by time", disputed, cancels.after(GONE_ON, ENDED), time_for("ESC-2").after(MEDIATED, CLAIM_OPEN)),
    contradiction(
        "buyer accepts / end of protection, which closes the dispute",
        offered,
        buyer_accepts.after(TWENTY, ENDED),
        time_for("ORD-8").after(BUYER_SILENT, ENDED),
        wish={"settings": {"protection_end_closes_dispute": True, "protection_days": 5, "delivery_days": 3}},
    ),
    # ── a claim ──
    contradiction("rules / cancels claim", in_claim, rules.after(SIXTY, CLAIM_ENDED), cancels_claim.after(GIVEN_UP, CLAIM_ENDED)),
    contradiction(
        "rules for buyer / rules for seller", in_claim, rules.after(SIXTY, CLAIM_ENDED), rules_for_seller.after(LOST, CLAIM_ENDED)
    ),
    contradiction("rules / cancels the dispute", in_claim, rules.after(SIXTY, CLAIM_ENDED), cancels.after(GONE_ON, CLAIM_ENDED)),
    contradiction(
        "cancels claim / cancels the dispute", in_claim, cancels_claim.after(GIVEN_UP, CLAIM_ENDED), cancels.after(GONE_ON, CLAIM_ENDED)
    ),
    contradiction("rules / seller accepts", in_claim, rules.after(SIXTY, CLAIM_ENDED), seller_accepts.after(HUNDRED, CLAIM_ENDED)),
    contradiction(
        "cancels claim / seller accepts", in_claim, cancels_claim.after(GIVEN_UP, CLAIM_ENDED), seller_accepts.after(HUNDRED, CLAIM_ENDED)
    ),
    contradiction(
        "accepts solution / rules", offered_in_claim, accepts_solution.after(TWENTY, CLAIM_ENDED), rules.after(SIXTY, CLAIM_ENDED)
    ),
    contradiction(
        "accepts solution / rules with return",
        offered_in_claim,
        accepts_solution.after(TWENTY, CLAIM_ENDED),
        rules_with_return.after(PARCEL_BACK, CLAIM_ENDED),
    ),
    contradiction(
        "accepts solution / cancels claim",
        offered_in_claim,
        accepts_solution.after(TWENTY, CLAIM_ENDED),
        cancels_claim.after(GIVEN_UP, CLAIM_ENDED),
    ),
    contradiction(
        "accepts solution / seller accepts",
        offered_in_claim,
        accepts_solution.after(TWENTY, CLAIM_ENDED),
        seller_accepts.after(HUNDRED, CLAIM_ENDED),
    ),
    contradiction(
        "accepts solution / declines",
        offered_in_claim,
        accepts_solution.after(TWENTY, CLAIM_ENDED),
        declines.after(MEDIATED, {"accepts solution": "solution_not_current", "declines": "no_seller_solution"}),
    ),
    rivals(
        "offers / accepts the earlier solution",
        offered_in_claim,
        offers.after(MEDIATED, {"accepts solution": "solution_not_current"}),
        accepts_solution.after(TWENTY, CLAIM_ENDED),
    ),
    rivals("offers / rules", in_claim, offers.after(MEDIATED), rules.after(SIXTY, CLAIM_ENDED)),
    friends("offers / declines", offered_in_claim, offers.after(MEDIATED), declines.after("", may=frozenset({"no_seller_solution"}))),
    rivals(
        "buyer answers / rules", asked_buyer, buyer_answers.after(MEDIATED, {"buyer answers": "not_asked"}), rules.after(SIXTY, CLAIM_ENDED)
    ),
    rivals(
        "buyer answers / cancels claim",
        asked_buyer,
        buyer_answers.after(MEDIATED, {"buyer answers": "not_asked"}),
        cancels_claim.after(GIVEN_UP, CLAIM_ENDED),
    ),
    rivals(
        "asks buyer / rules", in_claim, asks_buyer.after(MEDIATED, {"asks buyer": "question_still_open"}), rules.after(SIXTY, CLAIM_ENDED)
    ),
    rivals(
        "asks buyer / asks seller",
        in_claim,
        asks_buyer.after(MEDIATED, {"asks buyer": "question_still_open"}, told={"to": "buyer"}),
        asks_seller.after(MEDIATED, {"asks seller": "question_still_open"}, told={"to": "seller"}),
    ),
    rivals(
        "buyer answers / seller answers",
        asked_both,
        buyer_answers.after(MEDIATED, {"buyer answers": "not_asked"}),
        seller_answers.after(MEDIATED, {"seller answers": "not_asked"}),
    ),
    contradiction(
        "buyer answers / deadline",
        asked_buyer,
        buyer_answers.after(MEDIATED, {"buyer answers": "not_asked", TIME: NO_MORE}),
        time_for("CLM-4").after(BUYER_SILENT, CLAIM_ENDED),
    ),
    contradiction(
        "seller answers / deadline",
        asked_seller,
        seller_answers.after(MEDIATED, {"seller answers": "not_asked", TIME: NO_MORE}),
        time_for("CLM-4").after(SELLER_SILENT, CLAIM_ENDED),
    ),
    contradiction("rules / deadline", asked_buyer, rules.after(SIXTY, CLAIM_ENDED), time_for("CLM-4").after(BUYER_SILENT, CLAIM_ENDED)),
    contradiction(
        "cancels claim / deadline",
        asked_seller,
        cancels_claim.after(GIVEN_UP, CLAIM_ENDED),
        time_for("CLM-4").after(SELLER_SILENT, CLAIM_ENDED),
    ),
    # ── goods on their way back ──
    contradiction(
        "confirms return / contests return",
        sent_back,
        confirms_return.after(HUNDRED, NOT_ON_ITS_WAY),
        contests_return.after(MEDIATED, NOT_ON_ITS_WAY),
    ),
    contradiction(
        "confirms return / deadline",
        sent_back,
        confirms_return.after(HUNDRED, NOT_ON_ITS_WAY),
        time_for("RET-3").after(SELLER_SILENT, NOT_ON_ITS_WAY),
    ),
    contradiction(
        "contests return / deadline",
        sent_back,
        contests_return.after(MEDIATED, NOT_ON_ITS_WAY),
        time_for("RET-3").after(SELLER_SILENT, NOT_ON_ITS_WAY),
    ),
    rivals(
        "corrects return / confirms return", sent_back, corrects_return.after(PARCEL_BACK), confirms_return.after(HUNDRED, NOT_ON_ITS_WAY)
    ),
    rivals(
        "corrects return / return delivered",
        sent_back,
        corrects_return.after(PARCEL_BACK),
        delivers_return.after(PARCEL_BACK, {"corrects return": "return_delivered"}),
    ),
    rivals(
        "sends back / deadline",
        returning,
        sends_back.after(PARCEL_BACK, {TIME: NO_MORE}),
        time_for("RET-3").after(BUYER_SILENT, NOT_ON_ITS_WAY),
    ),
    contradiction(
        "sends new item / deadline",
        received_for_exchange,
        sends_new.after(PARCEL_BACK, {"sends new": "no_replacement_expected", TIME: NO_MORE}),
        time_for("RET-5").after(SELLER_SILENT, NOT_ON_ITS_WAY),
    ),
    contradiction(
        "confirms new item / escalates",
        replacing,
        confirms_new.after("finished closed accepted_by_seller -", NOT_ON_ITS_WAY),
        escalates.after(MEDIATED, NOT_ON_ITS_WAY, {"escalates": "negotiation_over"}),
    ),
    contradiction(
        "confirms new item / deadline",
        replacing,
        confirms_new.after("finished closed accepted_by_seller -", NOT_ON_ITS_WAY),
        time_for("RET-5").after("finished closed accepted_by_seller -", NOT_ON_ITS_WAY),
    ),
    contradiction(
        "escalates over new item / deadline",
        replacing,
        escalates.after(MEDIATED, {"escalates": "negotiation_over", TIME: NO_MORE}),
        time_for("RET-5").after("finished closed accepted_by_seller -", NOT_ON_ITS_WAY),
    ),
    contradiction(
        "rules / cancels claim over contested goods", contested, rules.after(SIXTY, CLAIM_ENDED), cancels_claim.after(GIVEN_UP, CLAIM_ENDED)
    ),
    # ── an appeal ──
    contradiction(
        "appeals / end of its time",
        ruled_for_seller,
        appeals.after(MEDIATED, {"appeals": "appealed_already", TIME: NO_MORE}),
        Side(TIME, "nobody", "P7D").after("", {"appeals": "appeal_too_late", TIME: NO_MORE}),
        wish=LEGACY,
    ),
    contradiction(
        "rules for buyer / rules for seller in an appeal",
        appealed,
        rules.after(SIXTY, CLAIM_ENDED),
        rules_for_seller.after(LOST, CLAIM_ENDED),
        wish=LEGACY,
    ),
    # ── an order ──
    contradiction("ships / cancels order", placed, ships.after(UNDER_WAY, SHIPPED), cancels_order.after(UNDONE, SHIPPED)),
    contradiction("ships / end of processing", placed, ships.after(UNDER_WAY, SHIPPED), time_for("ORD-2").after(UNDONE, SHIPPED)),
    contradiction(
        "cancels order / end of processing", placed, cancels_order.after(UNDONE, SHIPPED), time_for("ORD-2").after(UNDONE, SHIPPED)
    ),
    rivals("extends processing / ships", placed, extends_processing.after("awaiting_shipment - - -"), ships.after(UNDER_WAY, SHIPPED)),
    rivals(
        "extends processing / cancels order",
        placed,
        extends_processing.after("awaiting_shipment - - -"),
        cancels_order.after(UNDONE, SHIPPED),
    ),
    rivals(
        "extends processing / its end",
        placed,
        extends_processing.after("awaiting_shipment - - -", {TIME: NO_MORE}),
        time_for("ORD-2").after(UNDONE, SHIPPED),
    ),
    contradiction(
        "confirms / opens for what has not come",
        overdue,
        confirms.after(PAID, FINISHED, {"opens": "reason_not_open"}),
        opens_not_received.after(OPEN, DISPUTED),
    ),
    rivals("confirms / opens", delivered, confirms.after(PAID, FINISHED), opens.after(OPEN, DISPUTED)),
    contradiction(
        "opens / end of protection",
        delivered,
        opens.after(OPEN, DISPUTED),
        time_for("ORD-6").after(PAID, {"opens": "window_closed", TIME: NO_MORE}),
        wish={"settings": {"negotiation_days": 90}},
    ),
    contradiction("confirms / end of protection", shipped, confirms.after(PAID, FINISHED), time_for("ORD-6").after(PAID, FINISHED)),
    rivals(
        "extends protection / its end",
        shipped,
        extends_protection.after(UNDER_WAY, {TIME: NO_MORE}),
        time_for("ORD-6").after(PAID, FINISHED),
    ),
    rivals("extends protection / confirms", shipped, extends_protection.after(UNDER_WAY), confirms.after(PAID, FINISHED)),
    rivals("corrects tracking / confirms", shipped, corrects_tracking.after(UNDER_WAY), confirms.after(PAID, FINISHED)),
    rivals("delivers / confirms", shipped, delivers.after(UNDER_WAY), confirms.after(PAID, FINISHED)),
    rivals("reviews / opens", finished, reviews.after(PAID, {"reviews": "already_reviewed"}), opens.after(OPEN, DISPUTED)),
    # ── the same request sixteen times ──
    alone("ships", placed, ships.after(UNDER_WAY, SHIPPED)),
    alone("confirms", shipped, confirms.after(PAID, FINISHED)),
    alone("opens", delivered, opens.after(OPEN, DISPUTED)),
    alone("seller accepts", disputed, seller_accepts.after(HUNDRED, ENDED)),
    alone("rules", in_claim, rules.after(SIXTY, CLAIM_ENDED)),
    alone("appeals", ruled_for_seller, appeals.after(MEDIATED, {"appeals": "appealed_already"}), wish=LEGACY),
    alone("reviews", finished, reviews.after(PAID, {"reviews": "already_reviewed"})),
    alone("reports", begged, reports.after(UNDER_WAY, {"reports": "already_reported"})),
    rivals("edits up to the limit / refuses", disputed, edits_apart.after(OPEN), refuses.after(REFUSED)),
    # ── nobody is in anybody's way ──
    friends(
        "messages of both sides",
        disputed,
        buyer_writes.after(OPEN),
        seller_writes.after(OPEN),
        count=lambda shown: len(shown["messages"]["data"]) == 16,
    ),
    friends(
        "edits up to the limit / messages",
        disputed,
        edits_apart.after(OPEN),
        seller_writes.after(OPEN),
        count=lambda shown: shown["dispute"]["edits_used"] == 4 and len(shown["dispute"]["solutions"]) == 5,
    ),
    friends(
        "extends protection / asks for it",
        shipped,
        extends_protection.after(UNDER_WAY),
        requests_more.after(UNDER_WAY),
        count=lambda shown: shown["order"]["protection_ends_at"] == "2026-03-10T12:00:00Z" and len(shown["messages"]["data"]) == 8,
    ),
    friends(
        "extends processing sixteen times",
        placed,
        extends_processing.after("awaiting_shipment - - -"),
        count=lambda shown: shown["order"]["processing_ends_at"] == "2026-01-24T12:00:00Z",
    ),
    friends(
        "corrects tracking / delivers",
        shipped,
        corrects_tracking.after(UNDER_WAY),
        delivers.after(UNDER_WAY),
        count=lambda shown: len(shown["order"]["tracking"]) == 8 and shown["order"]["delivered_at"] is not None,
    ),
    friends(
        "offers / messages",
        in_claim,
        offers.after(MEDIATED),
        buyer_writes.after(MEDIATED),
        count=lambda shown: len(shown["dispute"]["solutions"]) == 9 and len(shown["messages"]["data"]) == 8,
    ),
)
