"""The table: everything that anybody may do, and everything that time does.

A **row** says who, from which joint states of order, dispute, claim and goods, to which; which question of a choice picks it among the rows
of its cell; what must hold, each question beside its refusal; what it does; for a timer, at which date; one sentence; and the place in
the source documents. A row holds names and constants only. The engine knows no action by name: what does not fit becomes one named
question or one named effect.

A **cell** is an action, an actor and a joint state. Where rows stand in a cell exactly one fits; where none stands or fits, the action's
list `otherwise` gives the refusal of that state. `given` limits a row to sandboxes whose settings have these values. The order of rows
is the order in which timers due at the same instant fire (TIME-2).

The joint state is (order, dispute, claim, kind of claim, stage of the return). A pattern that does not name a part takes any.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from . import dates, effects, needs, refusals
from .dates import Deadline
from .effects import Effect
from .fields import EVIDENCE, ITEM, LONG_TEXT, MONEY, PROPOSAL, SHORT_TEXT, TRACKING, WHOLE, YES_NO, Field, identifier, word
from .needs import Choice, Question
from .order import Order, State
from .refusals import Refusal
from .words import (
    Actor,
    CancelReason,
    ClaimCancelReason,
    ClaimKind,
    ClaimStatus,
    DisputeStatus,
    OrderStatus,
    Outcome,
    ParcelKind,
    Party,
    Reason,
    Remedy,
    ReturnStage,
    Side,
)

BUYER, SELLER, MEDIATOR, SYSTEM, CARRIER = Actor.BUYER, Actor.SELLER, Actor.MEDIATOR, Actor.SYSTEM, Actor.CARRIER


class At(NamedTuple):
    """A pattern of joint states; None takes any."""

    order: frozenset[OrderStatus] | None = None
    dispute: frozenset[DisputeStatus] | None = None
    claim: frozenset[ClaimStatus] | None = None
    kind: frozenset[ClaimKind] | None = None
    stage: frozenset[ReturnStage] | None = None

    def fits(self, state: State) -> bool:
        return all(allowed is None or part in allowed for allowed, part in zip(self, state, strict=True))

    def but(self, **parts: Iterable[Any]) -> At:
        """The same pattern with some parts named anew."""
        return self._replace(**{name: frozenset(words) for name, words in parts.items()})


def at(**parts: Iterable[Any]) -> At:
    return At().but(**parts)


class Remembered(NamedTuple):
    """A target that depends on the order: one of `words`, and `pick` says which."""

    words: frozenset[OrderStatus]
    pick: Callable[[Order], OrderStatus]


def _status_before_dispute(order: Order) -> OrderStatus:
    assert order.before_dispute is not None
    return order.before_dispute


def _status_by_refund(order: Order) -> OrderStatus:
    return OrderStatus.PAYMENT_PROCESSING if order.money.refunding else OrderStatus.FINISHED


# The status the order had before the dispute (OPEN-8), and the one its refunds put it in (PAY-1).
BEFORE_DISPUTE = Remembered(frozenset({OrderStatus.AWAITING_CONFIRMATION, OrderStatus.FINISHED}), _status_before_dispute)
BY_REFUND = Remembered(frozenset({OrderStatus.PAYMENT_PROCESSING, OrderStatus.FINISHED}), _status_by_refund)


def positive(value: int) -> bool:
    """For `given`: the setting is more than 0."""
    return value > 0


class To(NamedTuple):
    """Where a row leads; None leaves a part as it is."""

    order: OrderStatus | Remembered | None = None
    dispute: DisputeStatus | None = None
    claim: ClaimStatus | None = None
    kind: ClaimKind | None = None
    stage: ReturnStage | None = None


def targets(to: To, state: State) -> tuple[State, ...]:
    """The joint states a row can lead to from this one; more than one only where the facts of the order decide."""
    orders = sorted(to.order.words) if isinstance(to.order, Remembered) else [to.order or state.order]
    dispute, claim = to.dispute or state.dispute, to.claim or state.claim
    kind, stage = to.kind or state.kind, to.stage or state.stage
    return tuple(State(order, dispute, claim, kind, stage) for order in orders)


class Rule(NamedTuple):
    """A row of the table. `leaves_trace` is False for what stands in no history (CLM-6)."""

    name: str
    by: Actor
    rule: str
    at: At
    says: str
    source: str
    action: str | None = None
    to: To = To()
    when: tuple[tuple[Choice, frozenset[str]], ...] = ()
    given: tuple[tuple[str, Any], ...] = ()
    needs: tuple[tuple[Question, Refusal], ...] = ()
    effects: tuple[Effect, ...] = ()
    due: Deadline | None = None
    until: Callable[..., Any] | None = None
    leaves_trace: bool = True


class Otherwise(NamedTuple):
    """The refusal of an action where no row fits: in these states, for this actor (None: for any)."""

    at: At
    refusal: Refusal
    by: Actor | None = None


class Action(NamedTuple):
    """Something that can be asked for: what it takes, and how it is refused where no row fits.

    `wrong_role` names the refusals of single roles; `otherwise` is read from the top, and its last entry takes any state and actor.
    """

    name: str
    on: str
    rule: str
    says: str
    takes: tuple[Field, ...]
    otherwise: tuple[Otherwise, ...]
    wrong_role: tuple[tuple[Actor, Refusal], ...] = ()
    button: str | None = None
    creates: bool = False


def when(question: Choice, *answers: str) -> tuple[Choice, frozenset[str]]:
    assert question.answers.issuperset(answers), f"{question.name} has no answer {answers}"
    return question, frozenset(answers)


# ── states that many rows name ─────────────────────────────────────────────────────────────────────────────────────────

O, D, C, K, S = OrderStatus, DisputeStatus, ClaimStatus, ClaimKind, ReturnStage

ANYWHERE = At()
SHIPPED_UNDISPUTED = at(order=[O.AWAITING_CONFIRMATION])
DISPUTABLE = at(order=[O.AWAITING_CONFIRMATION, O.FINISHED])
NEGOTIATING = at(order=[O.IN_DISPUTE], dispute=[D.WAITING_FOR_SELLER, D.WAITING_FOR_BUYER])
MEDIATING = at(
    order=[O.IN_DISPUTE], dispute=[D.MEDIATING], claim=[C.PROCESSING, C.WAITING_FOR_BUYER, C.WAITING_FOR_SELLER, C.WAITING_FOR_BOTH]
)
IN_CLAIM = MEDIATING.but(kind=[K.MEDIATION])
CONTESTED = MEDIATING.but(kind=[K.CONTEST])
APPEALED = MEDIATING.but(kind=[K.APPEAL])
RETURNING = at(order=[O.IN_DISPUTE], dispute=[D.RETURNING])
ANY_CLAIM = at(claim=set(C) - {C.NONE})
UNDER_WAY = at(order=[O.AWAITING_CONFIRMATION, O.IN_DISPUTE, O.PAYMENT_PROCESSING])
GOODS_ON_THE_WAY = at(order=[O.IN_DISPUTE], stage=[S.SENT, S.RECEIVED, S.REPLACEMENT_SENT])

BUYER_OWES = [C.WAITING_FOR_BUYER, C.WAITING_FOR_BOTH]
SELLER_OWES = [C.WAITING_FOR_SELLER, C.WAITING_FOR_BOTH]

# A new dispute takes the place of an earlier one, whose claim and goods it does not have.
NEWLY_DISPUTED = To(O.IN_DISPUTE, D.WAITING_FOR_SELLER, C.NONE, K.NONE, S.NONE)
TO_RETURN = To(dispute=D.RETURNING, stage=S.TO_SEND)
CLAIM_TO_RETURN = To(dispute=D.RETURNING, claim=C.CLOSED, stage=S.TO_SEND)
REFUNDED = To(O.PAYMENT_PROCESSING, D.CLOSED)
CLAIM_REFUNDED = To(O.PAYMENT_PROCESSING, D.CLOSED, C.CLOSED)
APPEAL_OVER = To(BY_REFUND, D.CLOSED, C.CLOSED)
SELLER_PAID = To(O.FINISHED, D.CLOSED)
CLAIM_SELLER_PAID = To(O.FINISHED, D.CLOSED, C.CLOSED)
AS_BEFORE = To(BEFORE_DISPUTE, D.CLOSED)
CLAIM_AS_BEFORE = To(BEFORE_DISPUTE, D.CLOSED, C.CLOSED)

EVIDENCE_NEEDS = (
    (needs.evidence_known, refusals.UNKNOWN_EVIDENCE),
    (needs.evidence_fits, refusals.EVIDENCE_OVER_LIMIT),
)
CLAIM_NEEDS = (
    (needs.reason_open, refusals.REASON_NOT_OPEN),
    (needs.remedy_for_buyer, refusals.REMEDY_NOT_FOR_BUYER),
    (needs.asked_currency_matches, refusals.CURRENCY_DIFFERS),
    (needs.amount_in_range, refusals.AMOUNT_OUT_OF_RANGE),
    (needs.damaged_is_not_paid_whole, refusals.ALL_MONEY_NEEDS_RETURN),
)
EDIT_NEEDS = (
    (needs.edits_left, refusals.EDITS_USED_UP),
    *CLAIM_NEEDS,
    *EVIDENCE_NEEDS,
    (needs.edit_changes_something, refusals.EDIT_CHANGES_NOTHING),
)
SOLUTION_NEEDS = (
    (needs.offered_currency_matches, refusals.CURRENCY_DIFFERS),
    (needs.solution_amount_in_range, refusals.AMOUNT_OUT_OF_RANGE),
)
CURRENT_BUYERS = ((needs.names_buyers_solution, refusals.SOLUTION_NOT_CURRENT),)
CURRENT_SELLERS = ((needs.names_sellers_solution, refusals.SOLUTION_NOT_CURRENT),)
CANCEL_NEEDS = ((needs.confirmed, refusals.CANCEL_NOT_CONFIRMED),)
GOODS_BACK = (Remedy.RETURN_AND_REFUND, Remedy.EXCHANGE)
APPEALS_EXIST = (("appeal_days", positive),)

# ── what can be asked for ──────────────────────────────────────────────────────────────────────────────────────────────

CONFIRM = Field("confirm", YES_NO, "Must be true: the emulator's form of pressing the button twice.", required=False)
TRACKING_FIELDS = (
    Field("tracking_number", TRACKING, "The parcel's number."),
    Field("carrier", SHORT_TEXT, "Who carries it.", required=False),
)
DAYS = Field("days", WHOLE, "How many days more: 1 to 365.")
ATTACHED = Field("evidence", EVIDENCE, "Ids of uploaded files.", required=False)
NO_CLAIM = (
    Otherwise(APPEALED, refusals.NOT_IN_AN_APPEAL),
    Otherwise(CONTESTED, refusals.NOT_IN_A_CONTEST),
)

ACTIONS: tuple[Action, ...] = (
    Action(
        "place_order",
        on="market",
        rule="ORD-1",
        says="Place an order and pay for it.",
        takes=(
            Field("store", identifier("sto"), "Where to buy."),
            Field("item", ITEM, "What to buy."),
            Field("total", MONEY, "What it costs in all."),
        ),
        otherwise=(Otherwise(ANYWHERE, refusals.STORE_CLOSED),),
        creates=True,
    ),
    Action(
        "cancel_order",
        on="order",
        rule="ORD-3",
        says="Cancel an order that has not shipped.",
        takes=(),
        otherwise=(Otherwise(ANYWHERE, refusals.ORDER_NOT_CANCELLABLE),),
    ),
    Action(
        "ship",
        on="order",
        rule="ORD-2",
        says="Ship the order.",
        takes=(
            Field("tracking_number", TRACKING, "The parcel's number; it may be left out (ORD-4).", required=False),
            Field("carrier", SHORT_TEXT, "Who carries it.", required=False),
            Field("delivery_days", WHOLE, "Days until delivery is due; left out, the sandbox's setting.", required=False),
        ),
        otherwise=(Otherwise(ANYWHERE, refusals.NOT_AWAITING_SHIPMENT),),
    ),
    Action(
        "correct_tracking",
        on="order",
        rule="ORD-4",
        says="Give or correct the tracking number.",
        takes=TRACKING_FIELDS,
        otherwise=(Otherwise(ANYWHERE, refusals.TRACKING_FIXED),),
    ),
    Action(
        "send_replacement",
        on="order",
        rule="ORD-9",
        says="Send a replacement parcel.",
        takes=TRACKING_FIELDS,
        otherwise=(
            *NO_CLAIM,
            Otherwise(RETURNING, refusals.NO_REPLACEMENT_EXPECTED),
            Otherwise(ANYWHERE, refusals.NO_DISPUTE_TO_REPLACE_IN),
        ),
    ),
    Action(
        "extend_processing",
        on="order",
        rule="ORD-2",
        says="Take more time to ship.",
        takes=(DAYS,),
        otherwise=(Otherwise(ANYWHERE, refusals.NOT_AWAITING_SHIPMENT),),
    ),
    Action(
        "extend_protection",
        on="order",
        rule="ORD-5",
        says="Extend buyer protection.",
        takes=(DAYS,),
        otherwise=(Otherwise(ANYWHERE, refusals.PROTECTION_FIXED),),
    ),
    Action(
        "request_extension",
        on="order",
        rule="ORD-5",
        says="Ask the seller to extend buyer protection.",
        takes=(DAYS, Field("message", LONG_TEXT, "A word to the seller.", required=False)),
        otherwise=(Otherwise(ANYWHERE, refusals.PROTECTION_FIXED),),
    ),
    Action(
        "confirm_receipt",
        on="order",
        rule="ORD-7",
        says="Confirm that the goods have come.",
        takes=(),
        otherwise=(Otherwise(at(order=[O.IN_DISPUTE]), refusals.RECEIPT_IN_DISPUTE), Otherwise(ANYWHERE, refusals.RECEIPT_NOT_EXPECTED)),
    ),
    Action(
        "send_message",
        on="order",
        rule="REC-3",
        says="Write to the other side.",
        takes=(Field("text", LONG_TEXT, "What to say."),),
        otherwise=(Otherwise(ANYWHERE, refusals.NOT_FOUND),),
        creates=True,
    ),
    Action(
        "report_message",
        on="order",
        rule="STO-4",
        says="Report a message in which the seller begs.",
        takes=(),
        otherwise=(Otherwise(ANYWHERE, refusals.MESSAGE_NOT_REPORTABLE),),
    ),
    Action(
        "review",
        on="order",
        rule="ORD-10",
        says="Review the finished order.",
        takes=(Field("stars", WHOLE, "1 to 5."), Field("text", LONG_TEXT, "In words.", required=False)),
        otherwise=(Otherwise(ANYWHERE, refusals.NOT_FINISHED_YET),),
    ),
    Action(
        "deliver",
        on="order",
        rule="ORD-7",
        says="The carrier reports a delivery.",
        takes=(Field("parcel", word(of=ParcelKind), "Which parcel; left out, the order's.", required=False),),
        otherwise=(Otherwise(ANYWHERE, refusals.NOTHING_TO_DELIVER),),
    ),
    Action(
        "open_dispute",
        on="order",
        rule="OPEN-1",
        says="Open a dispute.",
        takes=(
            Field("reason", word(of=Reason), "What is wrong."),
            Field("remedy", word(of=Remedy), "What you want."),
            Field("amount", MONEY, "How much; ignored for an exchange.", required=False),
            Field("explanation", LONG_TEXT, "In your words."),
            ATTACHED,
        ),
        otherwise=(
            Otherwise(at(order=[O.IN_DISPUTE]), refusals.DISPUTE_ALREADY_OPEN),
            Otherwise(at(order=[O.CANCELLED]), refusals.ORDER_CANCELLED),
            Otherwise(at(order=[O.PAYMENT_PROCESSING]), refusals.DISPUTE_WAS_FINAL),
            Otherwise(ANYWHERE, refusals.NOT_SHIPPED_YET),
        ),
        creates=True,
    ),
    Action(
        "edit",
        on="dispute",
        rule="EDIT-1",
        says="Edit the dispute.",
        takes=(
            Field("explanation", LONG_TEXT, "In your words.", required=False),
            Field("reason", word(of=Reason), "What is wrong.", required=False),
            Field("remedy", word(of=Remedy), "What you want.", required=False),
            Field("amount", MONEY, "How much; ignored for an exchange.", required=False),
            ATTACHED,
        ),
        otherwise=(Otherwise(ANYWHERE, refusals.NOT_EDITABLE),),
        wrong_role=((SELLER, refusals.ONLY_THE_BUYER_EDITS), (MEDIATOR, refusals.ONLY_THE_BUYER_EDITS)),
    ),
    Action(
        "accept",
        on="dispute",
        rule="ACC-1",
        says="Accept the other side's current solution, for good.",
        takes=(Field("solution", identifier("sol"), "The one being accepted."),),
        otherwise=(
            Otherwise(ANY_CLAIM, refusals.NEGOTIATION_OVER, BUYER),
            *NO_CLAIM,
            Otherwise(ANYWHERE, refusals.NOTHING_TO_ACCEPT),
        ),
    ),
    Action(
        "refuse",
        on="dispute",
        rule="SELL-2",
        says="Refuse what the buyer asks.",
        takes=(
            Field("reason", LONG_TEXT, "Why."),
            Field("solution", PROPOSAL, "What the seller proposes instead.", required=False, flat=True),
        ),
        otherwise=(Otherwise(ANY_CLAIM, refusals.NEGOTIATION_OVER), Otherwise(ANYWHERE, refusals.NOTHING_TO_REFUSE)),
    ),
    Action(
        "cancel",
        on="dispute",
        rule="CAN-1",
        says="Cancel the dispute.",
        takes=(
            Field("reason", word(of=CancelReason), "Why."),
            Field("comment", LONG_TEXT, "In your words."),
            CONFIRM,
        ),
        otherwise=(Otherwise(ANYWHERE, refusals.NOT_CANCELLABLE),),
        wrong_role=((SELLER, refusals.SELLER_NEVER_CANCELS),),
        button="Cancel dispute",
    ),
    Action(
        "escalate",
        on="dispute",
        rule="ESC-1",
        says="Hand the dispute to the platform's mediator.",
        takes=(Field("message", LONG_TEXT, "A word to the mediator.", required=False),),
        otherwise=(
            Otherwise(ANY_CLAIM, refusals.NEGOTIATION_OVER),
            Otherwise(RETURNING, refusals.REPLACEMENT_NOT_UNDERWAY),
            Otherwise(ANYWHERE, refusals.NOT_ESCALATABLE),
        ),
        button="Escalate Dispute",
    ),
    Action(
        "appeal",
        on="dispute",
        rule="CLM-9",
        says="Appeal the end of the dispute.",
        takes=(Field("explanation", LONG_TEXT, "Why it should end otherwise."), ATTACHED),
        otherwise=(Otherwise(APPEALED, refusals.APPEALED_ALREADY), Otherwise(ANYWHERE, refusals.NOTHING_TO_APPEAL)),
    ),
    Action(
        "ask",
        on="dispute",
        rule="CLM-2",
        says="Ask one side or both.",
        takes=(
            Field("to", word(of=Party), "Whom."),
            Field("question", LONG_TEXT, "What."),
            Field("evidence_required", YES_NO, "Whether the answer must have evidence.", required=False),
        ),
        otherwise=(Otherwise(MEDIATING, refusals.QUESTION_STILL_OPEN), Otherwise(ANYWHERE, refusals.NO_OPEN_CLAIM)),
    ),
    Action(
        "answer",
        on="dispute",
        rule="CLM-2",
        says="Answer the mediator.",
        takes=(Field("text", LONG_TEXT, "The answer."), ATTACHED),
        otherwise=(Otherwise(MEDIATING, refusals.NOT_ASKED), Otherwise(ANYWHERE, refusals.NO_OPEN_CLAIM)),
        button="Respond Now",
    ),
    Action(
        "offer",
        on="dispute",
        rule="CLM-6",
        says="Put a solution to the buyer while the platform mediates.",
        takes=(
            Field("remedy", word(of=Remedy), "What the seller gives."),
            Field("amount", MONEY, "For a refund or a return and refund; ignored for an exchange.", required=False),
        ),
        otherwise=(*NO_CLAIM, Otherwise(ANYWHERE, refusals.NO_OPEN_CLAIM)),
    ),
    Action(
        "view_solution",
        on="dispute",
        rule="CLM-6",
        says="Look at what the seller offers.",
        takes=(),
        otherwise=(*NO_CLAIM, Otherwise(ANYWHERE, refusals.NO_OPEN_CLAIM)),
        button="View seller solution",
    ),
    Action(
        "accept_solution",
        on="dispute",
        rule="CLM-6",
        says="Accept what the seller offers in the claim, for good.",
        takes=(Field("solution", identifier("sol"), "The one being accepted."),),
        otherwise=(*NO_CLAIM, Otherwise(MEDIATING, refusals.SOLUTION_NOT_CURRENT), Otherwise(ANYWHERE, refusals.NO_OPEN_CLAIM)),
    ),
    Action(
        "decline_solution",
        on="dispute",
        rule="CLM-6",
        says="No Thanks: take the seller's solution off the table, without a trace.",
        takes=(),
        otherwise=(*NO_CLAIM, Otherwise(ANYWHERE, refusals.NO_OPEN_CLAIM)),
        button="No Thanks",
    ),
    Action(
        "cancel_claim",
        on="dispute",
        rule="CLM-7",
        says="Cancel the claim; the seller gets all the money.",
        takes=(
            Field("reason", word(of=ClaimCancelReason), "Why."),
            Field("message", LONG_TEXT, "In your words."),
            CONFIRM,
        ),
        otherwise=(Otherwise(APPEALED, refusals.NOT_IN_AN_APPEAL), Otherwise(ANYWHERE, refusals.NO_OPEN_CLAIM)),
        wrong_role=((SELLER, refusals.SELLER_NEVER_CANCELS),),
        button="CANCEL ARBITRATION",
    ),
    Action(
        "rule",
        on="dispute",
        rule="CLM-8",
        says="Rule the claim.",
        takes=(
            Field("in_favor_of", word(of=Side), "For whom."),
            Field("amount", MONEY, "What the buyer gets in all; left out, what he asked.", required=False),
            Field("return_required", YES_NO, "Whether the goods go back first.", required=False),
            Field("explanation", LONG_TEXT, "Why."),
        ),
        otherwise=(Otherwise(ANYWHERE, refusals.NO_OPEN_CLAIM),),
    ),
    Action(
        "ship_return",
        on="dispute",
        rule="RET-1",
        says="Send the goods back, or correct the number of the parcel.",
        takes=TRACKING_FIELDS,
        otherwise=(Otherwise(ANYWHERE, refusals.NO_RETURN_EXPECTED),),
    ),
    Action(
        "confirm_return",
        on="dispute",
        rule="RET-1",
        says="Confirm that the goods have come back.",
        takes=(),
        otherwise=(Otherwise(ANYWHERE, refusals.NO_RETURN_TO_CONFIRM),),
    ),
    Action(
        "contest_return",
        on="dispute",
        rule="RET-4",
        says="Contest what has come back.",
        takes=(Field("explanation", LONG_TEXT, "What is wrong with it."), ATTACHED),
        otherwise=(Otherwise(ANYWHERE, refusals.NO_RETURN_TO_CONTEST),),
    ),
    Action(
        "confirm_replacement",
        on="dispute",
        rule="RET-2",
        says="Confirm that the replacement has come.",
        takes=(),
        otherwise=(Otherwise(ANYWHERE, refusals.NO_REPLACEMENT_EXPECTED),),
    ),
)

# ── the rows ───────────────────────────────────────────────────────────────────────────────────────────────────────────

RULES: tuple[Rule, ...] = (
    # 1 Orders and protection
    Rule(
        "place_order",
        BUYER,
        "ORD-1",
        at(order=[O.NEW]),
        "The order is placed and paid; the whole amount sits in escrow.",
        "000:L116; rest silent",
        action="place_order",
        to=To(O.AWAITING_SHIPMENT),
        needs=((needs.store_open, refusals.STORE_CLOSED), (needs.total_positive, refusals.TOTAL_OUT_OF_RANGE)),
        effects=(effects.pay_in,),
    ),
    Rule(
        "processing_time_ends",
        SYSTEM,
        "ORD-2",
        at(order=[O.AWAITING_SHIPMENT]),
        "The processing time ends unshipped: the order is cancelled and refunded in full.",
        "000:L189, L235; the cancelling is ours",
        to=To(O.CANCELLED),
        effects=(effects.refund_at_once,),
        due=dates.PROCESSING_END,
    ),
    Rule(
        "extend_processing",
        SELLER,
        "ORD-2",
        at(order=[O.AWAITING_SHIPMENT]),
        "The seller takes more time to ship, again and again if he likes.",
        "000:L189, L235",
        action="extend_processing",
        needs=((needs.days_in_range, refusals.PROCESSING_DAYS_OUT_OF_RANGE),),
        effects=(effects.extend_processing,),
    ),
    Rule(
        "cancel_order",
        BUYER,
        "ORD-3",
        at(order=[O.AWAITING_SHIPMENT]),
        "The buyer cancels before it ships; the refund is completed at once.",
        "000:L215, L235",
        action="cancel_order",
        to=To(O.CANCELLED),
        effects=(effects.refund_at_once,),
    ),
    Rule(
        "ship",
        SELLER,
        "ORD-5",
        at(order=[O.AWAITING_SHIPMENT]),
        "The seller ships, with or without a tracking number; the protection timer starts.",
        "000:L7, L15, L39, L55, L175, L215, L236",
        action="ship",
        to=To(O.AWAITING_CONFIRMATION),
        needs=((needs.delivery_within_protection, refusals.DELIVERY_TOO_LATE),),
        effects=(effects.start_protection, effects.give_tracking(ParcelKind.ORDER)),
    ),
    Rule(
        "correct_tracking",
        SELLER,
        "ORD-4",
        UNDER_WAY,
        "The seller gives or corrects the tracking number.",
        "000:L7, L215, L236",
        action="correct_tracking",
        effects=(effects.give_tracking(ParcelKind.ORDER),),
    ),
    Rule(
        "extend_protection",
        SELLER,
        "ORD-5",
        at(order=[O.AWAITING_CONFIRMATION, O.IN_DISPUTE]),
        "The seller extends buyer protection; a window that had passed opens again.",
        "000:L15, L39, L55, L175",
        action="extend_protection",
        needs=((needs.days_in_range, refusals.DAYS_OUT_OF_RANGE),),
        effects=(effects.extend_protection,),
    ),
    Rule(
        "request_extension",
        BUYER,
        "ORD-5",
        at(order=[O.AWAITING_CONFIRMATION, O.IN_DISPUTE]),
        "The buyer asks the seller to extend the protection, which by itself does nothing.",
        "000:L55, L175",
        action="request_extension",
        needs=((needs.days_in_range, refusals.DAYS_OUT_OF_RANGE),),
        effects=(effects.write_request,),
    ),
    Rule(
        "protection_ends",
        SYSTEM,
        "ORD-6",
        SHIPPED_UNDISPUTED,
        "The protection timer runs out with no dispute open: the order finishes and the seller is paid.",
        "000:L21; 003:L65",
        to=To(O.FINISHED),
        effects=(effects.pay_seller,),
        due=dates.PROTECTION_END,
    ),
    Rule(
        "protection_ends_in_negotiation",
        SYSTEM,
        "ORD-8",
        NEGOTIATING,
        "The protection timer runs out and closes the dispute under negotiation; the seller is paid.",
        "000:L21; against 000:L170",
        to=SELLER_PAID,
        given=(("protection_end_closes_dispute", True),),
        effects=(effects.closes(Outcome.DEFAULTED_FOR_SELLER),),
        due=dates.PROTECTION_END_IN_DISPUTE,
    ),
    Rule(
        "confirm_receipt",
        BUYER,
        "ORD-7",
        SHIPPED_UNDISPUTED,
        "The buyer confirms receipt: the order finishes and the seller is paid at once.",
        "000:L33-35, L209, L223",
        action="confirm_receipt",
        to=To(O.FINISHED),
        effects=(effects.note_confirmation, effects.pay_seller),
    ),
    Rule(
        "deliver_order",
        CARRIER,
        "ORD-7",
        UNDER_WAY,
        "The carrier reports the parcel delivered, which confirms nothing.",
        "000:L35, L209",
        action="deliver",
        when=(when(needs.parcel, ParcelKind.ORDER),),
        effects=(effects.note_delivery,),
    ),
    Rule(
        "send_replacement",
        SELLER,
        "ORD-9",
        at(order=[O.IN_DISPUTE], dispute=[D.WAITING_FOR_SELLER, D.WAITING_FOR_BUYER, D.MEDIATING], kind=[K.NONE, K.MEDIATION]),
        "The seller sends a replacement parcel; it closes nothing.",
        "003:L44, L58; 000:L105",
        action="send_replacement",
        effects=(effects.send_another_parcel,),
    ),
    Rule(
        "deliver_replacement",
        CARRIER,
        "ORD-9",
        UNDER_WAY,
        "The carrier reports the replacement delivered, which closes nothing.",
        "003:L44; 000:L105",
        action="deliver",
        when=(when(needs.parcel, ParcelKind.REPLACEMENT),),
        needs=((needs.replacement_sent, refusals.NOTHING_TO_DELIVER),),
        effects=(effects.note_replacement_delivery,),
    ),
    Rule(
        "review",
        BUYER,
        "ORD-10",
        at(order=[O.FINISHED]),
        "The buyer reviews the finished order.",
        "000:L209, L213, L237-238",
        action="review",
        needs=((needs.not_reviewed_yet, refusals.ALREADY_REVIEWED), (needs.stars_in_range, refusals.STARS_OUT_OF_RANGE)),
        effects=(effects.write_review,),
    ),
    # 2 Opening a dispute
    Rule(
        "open_dispute",
        BUYER,
        "OPEN-8",
        DISPUTABLE,
        "The buyer opens a dispute; the seller has to answer.",
        "000:L178-180; 003:L15",
        action="open_dispute",
        to=NEWLY_DISPUTED,
        needs=(
            (needs.not_ended_for_good, refusals.DISPUTE_WAS_FINAL),
            (needs.may_open_again, refusals.NO_SECOND_DISPUTE),
            (needs.window_open, refusals.WINDOW_CLOSED),
            (needs.some_reason_open, refusals.REASON_NOT_OPEN),
            *CLAIM_NEEDS,
            (needs.evidence_known, refusals.UNKNOWN_EVIDENCE),
            (needs.first_evidence_fits, refusals.EVIDENCE_OVER_LIMIT),
        ),
        effects=(effects.hold_payout, effects.open_dispute, effects.attach_evidence, effects.weigh_store),
        until=dates.window_end,
    ),
    # 3 Edits
    Rule(
        "edit",
        BUYER,
        "EDIT-4",
        NEGOTIATING,
        "The buyer edits the dispute, which asks the seller again.",
        "003:L61-62, L74; 000:L39",
        action="edit",
        to=To(dispute=D.WAITING_FOR_SELLER),
        needs=EDIT_NEEDS,
        effects=(effects.edit, effects.attach_evidence, effects.weigh_store),
    ),
    Rule(
        "edit_in_claim",
        BUYER,
        "EDIT-3",
        IN_CLAIM,
        "The buyer edits the dispute while the platform mediates.",
        "000:L82; 003:L25-30, L61",
        action="edit",
        given=(("edit_in_claim", True),),
        needs=EDIT_NEEDS,
        effects=(effects.edit, effects.attach_evidence, effects.weigh_store),
    ),
    # 4 The seller's answer
    Rule(
        "seller_accepts_refund",
        SELLER,
        "SELL-4",
        NEGOTIATING,
        "The seller accepts: the buyer gets what he asked.",
        "000:L78, L109-111; 003:L58",
        action="accept",
        to=REFUNDED,
        when=(when(needs.buyers_remedy, Remedy.REFUND),),
        needs=CURRENT_BUYERS,
        effects=(effects.closes(Outcome.ACCEPTED_BY_SELLER, effects.buyers_sum),),
    ),
    Rule(
        "seller_accepts_return",
        SELLER,
        "SELL-4",
        NEGOTIATING,
        "The seller accepts: the goods go back first.",
        "000:L9, L109-111, L205; 003:L58",
        action="accept",
        to=TO_RETURN,
        when=(when(needs.buyers_remedy, *GOODS_BACK),),
        needs=CURRENT_BUYERS,
        effects=(effects.settles(Outcome.ACCEPTED_BY_SELLER, effects.asked_remedy, effects.buyers_sum),),
    ),
    Rule(
        "seller_accepts_refund_in_claim",
        SELLER,
        "SELL-4",
        IN_CLAIM,
        "The seller accepts while the platform mediates: the buyer gets what he asked.",
        "000:L109-111",
        action="accept",
        to=CLAIM_REFUNDED,
        when=(when(needs.buyers_remedy, Remedy.REFUND),),
        needs=CURRENT_BUYERS,
        effects=(effects.closes(Outcome.ACCEPTED_BY_SELLER, effects.buyers_sum),),
    ),
    Rule(
        "seller_accepts_return_in_claim",
        SELLER,
        "SELL-4",
        IN_CLAIM,
        "The seller accepts while the platform mediates: the goods go back first.",
        "000:L9, L109-111, L205",
        action="accept",
        to=CLAIM_TO_RETURN,
        when=(when(needs.buyers_remedy, *GOODS_BACK),),
        needs=CURRENT_BUYERS,
        effects=(effects.settles(Outcome.ACCEPTED_BY_SELLER, effects.asked_remedy, effects.buyers_sum),),
    ),
    Rule(
        "refuse",
        SELLER,
        "SELL-2",
        NEGOTIATING,
        "The seller refuses, and may propose something else.",
        "000:L82, L163",
        action="refuse",
        to=To(dispute=D.WAITING_FOR_BUYER),
        needs=SOLUTION_NEEDS,
        effects=(effects.refuse,),
    ),
    # 5 The buyer accepts
    Rule(
        "buyer_accepts_refund",
        BUYER,
        "ACC-1",
        NEGOTIATING,
        "The buyer accepts the seller's refund, for good; the rest is the seller's.",
        "000:L55-57; 003:L33, L36",
        action="accept",
        to=REFUNDED,
        when=(when(needs.sellers_remedy, Remedy.REFUND),),
        needs=CURRENT_SELLERS,
        effects=(effects.closes(Outcome.ACCEPTED_BY_BUYER, effects.sellers_sum),),
    ),
    Rule(
        "buyer_accepts_return",
        BUYER,
        "ACC-1",
        NEGOTIATING,
        "The buyer accepts the seller's solution, for good: the goods go back first.",
        "000:L55-57, L205; 003:L33, L36",
        action="accept",
        to=TO_RETURN,
        when=(when(needs.sellers_remedy, *GOODS_BACK),),
        needs=CURRENT_SELLERS,
        effects=(effects.settles(Outcome.ACCEPTED_BY_BUYER, effects.offered_remedy, effects.sellers_sum),),
    ),
    Rule(
        "buyer_accepts_nothing",
        BUYER,
        "ACC-2",
        NEGOTIATING,
        "The buyer accepts no refund and no return: he gets nothing and the seller everything. The classic mistake.",
        "000:L163-167",
        action="accept",
        to=SELLER_PAID,
        when=(when(needs.sellers_remedy, Remedy.NO_REFUND_NO_RETURN),),
        needs=CURRENT_SELLERS,
        effects=(effects.closes(Outcome.ACCEPTED_BY_BUYER),),
    ),
    # 6 Cancelling a dispute
    Rule(
        "cancel",
        BUYER,
        "CAN-3",
        NEGOTIATING,
        "The buyer cancels in time: the order goes back to the status it had, its timers running on.",
        "003:L15, L23, L36",
        action="cancel",
        to=AS_BEFORE,
        when=(when(needs.window, "open"),),
        given=(("cancel_closes_order", False),),
        needs=CANCEL_NEEDS,
        effects=(effects.withdraw,),
    ),
    Rule(
        "cancel_too_late",
        BUYER,
        "CAN-4",
        NEGOTIATING,
        "The buyer cancels after the window has closed: the order finishes and the seller has all the money.",
        "000:L21, L170; 003:L38, L76",
        action="cancel",
        to=SELLER_PAID,
        when=(when(needs.window, "closed"),),
        given=(("cancel_closes_order", False),),
        needs=CANCEL_NEEDS,
        effects=(effects.closes(Outcome.CANCELLED),),
    ),
    Rule(
        "cancel_closes_order",
        BUYER,
        "CAN-3",
        NEGOTIATING,
        "The buyer cancels: the order closes and the seller is paid.",
        "000:L29, L180, L223",
        action="cancel",
        to=SELLER_PAID,
        given=(("cancel_closes_order", True),),
        needs=CANCEL_NEEDS,
        effects=(effects.closes(Outcome.CANCELLED),),
    ),
    Rule(
        "cancel_while_mediating",
        BUYER,
        "CAN-3",
        IN_CLAIM,
        "The buyer cancels the dispute in time, and the claim with it: the order goes back to the status it had.",
        "003:L30, L15, L23, L36",
        action="cancel",
        to=CLAIM_AS_BEFORE,
        when=(when(needs.window, "open"),),
        given=(("cancel_while_mediating", "withdraw"), ("cancel_closes_order", False)),
        needs=CANCEL_NEEDS,
        effects=(effects.withdraw,),
    ),
    Rule(
        "cancel_while_mediating_too_late",
        BUYER,
        "CAN-4",
        IN_CLAIM,
        "The buyer cancels the mediated dispute after the window has closed: the seller has all the money.",
        "003:L30, L38, L76; 000:L170",
        action="cancel",
        to=CLAIM_SELLER_PAID,
        when=(when(needs.window, "closed"),),
        given=(("cancel_while_mediating", "withdraw"), ("cancel_closes_order", False)),
        needs=CANCEL_NEEDS,
        effects=(effects.closes(Outcome.CANCELLED),),
    ),
    Rule(
        "cancel_while_mediating_closes_order",
        BUYER,
        "CAN-3",
        IN_CLAIM,
        "The buyer cancels the mediated dispute: the order closes and the seller is paid.",
        "003:L30; 000:L180, L223",
        action="cancel",
        to=CLAIM_SELLER_PAID,
        given=(("cancel_while_mediating", "withdraw"), ("cancel_closes_order", True)),
        needs=CANCEL_NEEDS,
        effects=(effects.closes(Outcome.CANCELLED),),
    ),
    Rule(
        "cancel_counts_as_cancelling_the_claim",
        BUYER,
        "CLM-10",
        IN_CLAIM,
        "Cancelling the mediated dispute counts as cancelling the claim: the seller has all the money.",
        "000:L105; against 003:L30",
        action="cancel",
        to=CLAIM_SELLER_PAID,
        given=(("cancel_while_mediating", "cancel_claim"),),
        needs=CANCEL_NEEDS,
        effects=(effects.closes(Outcome.CLAIM_CANCELLED),),
    ),
    # 7 Escalation
    Rule(
        "escalate",
        BUYER,
        "ESC-3",
        NEGOTIATING,
        "The buyer hands the refused dispute to the mediator; the negotiation ends.",
        "000:L39, L80-88",
        action="escalate",
        to=To(dispute=D.MEDIATING, claim=C.PROCESSING, kind=K.MEDIATION),
        needs=((needs.seller_refused, refusals.SELLER_HAS_NOT_REFUSED),),
        effects=(effects.open_claim,),
    ),
    Rule(
        "escalate_by_time",
        SYSTEM,
        "ESC-2",
        NEGOTIATING,
        "No agreement in time: the mediator takes over.",
        "000:L82; 000:L199",
        to=To(dispute=D.MEDIATING, claim=C.PROCESSING, kind=K.MEDIATION),
        effects=(effects.open_claim,),
        due=dates.ESCALATION,
    ),
    # 8 The claim
    Rule(
        "ask_buyer",
        MEDIATOR,
        "CLM-2",
        MEDIATING.but(claim=[C.PROCESSING]),
        "The mediator asks the buyer.",
        "000:L82, L90, L93",
        action="ask",
        to=To(claim=C.WAITING_FOR_BUYER),
        when=(when(needs.asks, Party.BUYER),),
        effects=(effects.ask,),
    ),
    Rule(
        "ask_seller",
        MEDIATOR,
        "CLM-2",
        MEDIATING.but(claim=[C.PROCESSING]),
        "The mediator asks the seller.",
        "000:L82, L89, L93",
        action="ask",
        to=To(claim=C.WAITING_FOR_SELLER),
        when=(when(needs.asks, Party.SELLER),),
        effects=(effects.ask,),
    ),
    Rule(
        "ask_both",
        MEDIATOR,
        "CLM-2",
        MEDIATING.but(claim=[C.PROCESSING]),
        "The mediator asks both sides.",
        "000:L82, L91, L93",
        action="ask",
        to=To(claim=C.WAITING_FOR_BOTH),
        when=(when(needs.asks, Party.BOTH),),
        effects=(effects.ask,),
    ),
    Rule(
        "ask_seller_too",
        MEDIATOR,
        "CLM-2",
        MEDIATING.but(claim=[C.WAITING_FOR_BUYER]),
        "The mediator asks the seller as well.",
        "000:L82, L91, L93",
        action="ask",
        to=To(claim=C.WAITING_FOR_BOTH),
        when=(when(needs.asks, Party.SELLER),),
        effects=(effects.ask,),
    ),
    Rule(
        "ask_buyer_too",
        MEDIATOR,
        "CLM-2",
        MEDIATING.but(claim=[C.WAITING_FOR_SELLER]),
        "The mediator asks the buyer as well.",
        "000:L82, L91, L93",
        action="ask",
        to=To(claim=C.WAITING_FOR_BOTH),
        when=(when(needs.asks, Party.BUYER),),
        effects=(effects.ask,),
    ),
    *(
        Rule(
            name,
            by,
            "CLM-2",
            MEDIATING.but(claim=[waiting]),
            says,
            "000:L82, L97",
            action="answer",
            to=To(claim=then),
            needs=(*EVIDENCE_NEEDS, (needs.evidence_if_asked, refusals.EVIDENCE_MISSING)),
            effects=(effects.answer, effects.attach_evidence),
        )
        for name, by, waiting, then, says in (
            ("buyer_answers", BUYER, C.WAITING_FOR_BUYER, C.PROCESSING, "The buyer answers; the mediator goes on."),
            ("buyer_answers_first", BUYER, C.WAITING_FOR_BOTH, C.WAITING_FOR_SELLER, "The buyer answers; the seller still has to."),
            ("seller_answers", SELLER, C.WAITING_FOR_SELLER, C.PROCESSING, "The seller answers; the mediator goes on."),
            ("seller_answers_first", SELLER, C.WAITING_FOR_BOTH, C.WAITING_FOR_BUYER, "The seller answers; the buyer still has to."),
        )
    ),
    Rule(
        "buyer_silent",
        SYSTEM,
        "CLM-4",
        MEDIATING.but(claim=BUYER_OWES, kind=[K.MEDIATION, K.CONTEST]),
        "The buyer let the mediator's question pass: closed in the seller's favour.",
        "000:L93",
        to=CLAIM_SELLER_PAID,
        effects=(effects.closes(Outcome.DEFAULTED_FOR_SELLER),),
        due=dates.BUYER_ANSWER_DUE,
    ),
    Rule(
        "buyer_silent_in_appeal",
        SYSTEM,
        "CLM-9",
        APPEALED.but(claim=BUYER_OWES),
        "The buyer let the question about his appeal pass: the first end stands.",
        "000:L93; details ours",
        to=APPEAL_OVER,
        given=APPEALS_EXIST,
        effects=(effects.closes(Outcome.DEFAULTED_FOR_SELLER, effects.first_sum),),
        due=dates.BUYER_ANSWER_DUE,
    ),
    Rule(
        "seller_silent_in_contest",
        SYSTEM,
        "RET-4",
        CONTESTED.but(claim=SELLER_OWES),
        "The seller let the question about the contested goods pass: the buyer gets what was agreed or ruled.",
        "silent",
        to=CLAIM_REFUNDED,
        effects=(effects.closes(Outcome.DEFAULTED_FOR_BUYER, effects.asked_in_all),),
        due=dates.SELLER_ANSWER_DUE,
    ),
    Rule(
        "seller_silent",
        SYSTEM,
        "CLM-4",
        IN_CLAIM.but(claim=SELLER_OWES),
        "The seller let the mediator's question pass: closed in the buyer's favour.",
        "000:L93; the seller's silence is silent",
        to=CLAIM_REFUNDED,
        when=(when(needs.asked, "money_only"),),
        effects=(effects.closes(Outcome.DEFAULTED_FOR_BUYER, effects.asked_in_all),),
        due=dates.SELLER_ANSWER_DUE,
    ),
    Rule(
        "seller_silent_goods_go_back",
        SYSTEM,
        "CLM-4",
        IN_CLAIM.but(claim=SELLER_OWES),
        "The seller let the mediator's question pass: the buyer gets the money against the goods.",
        "000:L93; the seller's silence is silent",
        to=CLAIM_TO_RETURN,
        when=(when(needs.asked, "goods_go_back"),),
        effects=(effects.settles(Outcome.DEFAULTED_FOR_BUYER, effects.money_for_goods, effects.asked_in_all),),
        due=dates.SELLER_ANSWER_DUE,
    ),
    Rule(
        "seller_silent_in_appeal",
        SYSTEM,
        "CLM-9",
        APPEALED.but(claim=SELLER_OWES),
        "The seller let the question about the appeal pass: the buyer gets what he asked.",
        "000:L93; details ours",
        to=APPEAL_OVER,
        given=APPEALS_EXIST,
        effects=(effects.closes(Outcome.DEFAULTED_FOR_BUYER, effects.asked_in_all),),
        due=dates.SELLER_ANSWER_DUE,
    ),
    Rule(
        "offer",
        SELLER,
        "CLM-6",
        IN_CLAIM,
        "The seller puts a solution to the buyer while the platform mediates.",
        "000:L95; 003:L48",
        action="offer",
        needs=((needs.offer_gives_something, refusals.OFFER_GIVES_NOTHING), *SOLUTION_NEEDS),
        effects=(effects.propose_as_seller,),
    ),
    Rule(
        "view_solution",
        BUYER,
        "CLM-6",
        IN_CLAIM,
        "The buyer looks at the seller's solution, which leaves no trace.",
        "000:L95",
        action="view_solution",
        needs=((needs.seller_offers, refusals.NO_SELLER_SOLUTION),),
        effects=(effects.look,),
        leaves_trace=False,
    ),
    Rule(
        "decline_solution",
        BUYER,
        "CLM-6",
        IN_CLAIM,
        "No Thanks: the solution is off the table, and nobody will know.",
        "000:L97",
        action="decline_solution",
        needs=((needs.seller_offers, refusals.NO_SELLER_SOLUTION),),
        effects=(effects.decline,),
        leaves_trace=False,
    ),
    Rule(
        "accept_solution_refund",
        BUYER,
        "CLM-6",
        IN_CLAIM,
        "The buyer accepts the seller's refund; the dispute closes and the rest is the seller's.",
        "000:L99",
        action="accept_solution",
        to=CLAIM_REFUNDED,
        when=(when(needs.sellers_remedy, Remedy.REFUND),),
        needs=CURRENT_SELLERS,
        effects=(effects.closes(Outcome.ACCEPTED_BY_BUYER, effects.sellers_sum),),
    ),
    Rule(
        "accept_solution_return",
        BUYER,
        "CLM-6",
        IN_CLAIM,
        "The buyer accepts the seller's solution: the goods go back first.",
        "000:L99, L205",
        action="accept_solution",
        to=CLAIM_TO_RETURN,
        when=(when(needs.sellers_remedy, *GOODS_BACK),),
        needs=CURRENT_SELLERS,
        effects=(effects.settles(Outcome.ACCEPTED_BY_BUYER, effects.offered_remedy, effects.sellers_sum),),
    ),
    Rule(
        "cancel_claim",
        BUYER,
        "CLM-7",
        MEDIATING.but(kind=[K.MEDIATION, K.CONTEST]),
        "The buyer cancels the claim: the order closes and the seller has all the money, whatever the timer says.",
        "000:L61-65, L105",
        action="cancel_claim",
        to=CLAIM_SELLER_PAID,
        needs=((needs.confirmed, refusals.CLAIM_CANCEL_NOT_CONFIRMED),),
        effects=(effects.closes(Outcome.CLAIM_CANCELLED),),
    ),
    Rule(
        "rule_for_buyer",
        MEDIATOR,
        "CLM-8",
        IN_CLAIM,
        "The mediator rules for the buyer, who keeps what he has.",
        "000:L80, L112, L199; 003:L31-36",
        action="rule",
        to=CLAIM_REFUNDED,
        when=(when(needs.ruling, "buyer_keeps"),),
        needs=((needs.ruling_in_range, refusals.RULING_OUT_OF_RANGE),),
        effects=(effects.closes(Outcome.RULED_FOR_BUYER, effects.ruled_sum),),
    ),
    Rule(
        "rule_for_buyer_with_return",
        MEDIATOR,
        "CLM-8",
        IN_CLAIM,
        "The mediator rules for the buyer, who sends the goods back first.",
        "000:L9, L80, L112, L199; 003:L31-36",
        action="rule",
        to=CLAIM_TO_RETURN,
        when=(when(needs.ruling, "buyer_returns"),),
        needs=((needs.ruling_in_range, refusals.RULING_OUT_OF_RANGE),),
        effects=(effects.settles(Outcome.RULED_FOR_BUYER, effects.money_for_goods, effects.ruled_sum),),
    ),
    Rule(
        "rule_for_seller",
        MEDIATOR,
        "CLM-8",
        MEDIATING.but(kind=[K.MEDIATION, K.CONTEST]),
        "The mediator rules for the seller: the order closes and the buyer gets nothing.",
        "000:L41, L80, L112, L199; 003:L31-36",
        action="rule",
        to=CLAIM_SELLER_PAID,
        when=(when(needs.ruling, "for_the_seller"),),
        needs=((needs.nothing_for_the_buyer, refusals.RULING_GIVES_SELLER),),
        effects=(effects.closes(Outcome.RULED_FOR_SELLER),),
    ),
    Rule(
        "rule_contest_for_buyer",
        MEDIATOR,
        "RET-4",
        CONTESTED,
        "The mediator rules for the buyer about the contested goods.",
        "silent",
        action="rule",
        to=CLAIM_REFUNDED,
        when=(when(needs.ruling, "buyer_keeps", "buyer_returns"),),
        needs=((needs.no_return_ordered, refusals.NO_RETURN_IN_CONTEST), (needs.ruling_in_range, refusals.RULING_OUT_OF_RANGE)),
        effects=(effects.closes(Outcome.RULED_FOR_BUYER, effects.ruled_sum),),
    ),
    Rule(
        "rule_appeal_for_buyer",
        MEDIATOR,
        "CLM-9",
        APPEALED,
        "The mediator rules on the appeal: the whole sum, never below the first.",
        "000:L180, L199, L223, L227; details ours",
        action="rule",
        to=APPEAL_OVER,
        when=(when(needs.ruling, "buyer_keeps", "buyer_returns"),),
        given=APPEALS_EXIST,
        needs=(
            (needs.no_return_ordered, refusals.NO_RETURN_IN_APPEAL),
            (needs.ruling_in_range, refusals.RULING_OUT_OF_RANGE),
            (needs.ruling_not_below_first, refusals.RULING_BELOW_FIRST),
        ),
        effects=(effects.closes(Outcome.RULED_FOR_BUYER, effects.ruled_sum),),
    ),
    Rule(
        "rule_appeal_for_seller",
        MEDIATOR,
        "CLM-9",
        APPEALED,
        "The mediator rules against the appeal: the first end stands.",
        "000:L180, L199, L227; details ours",
        action="rule",
        to=APPEAL_OVER,
        when=(when(needs.ruling, "for_the_seller"),),
        given=APPEALS_EXIST,
        needs=((needs.nothing_for_the_buyer, refusals.RULING_GIVES_SELLER),),
        effects=(effects.closes(Outcome.RULED_FOR_SELLER, effects.first_sum),),
    ),
    Rule(
        "appeal",
        BUYER,
        "CLM-9",
        at(order=[O.PAYMENT_PROCESSING, O.FINISHED, O.AWAITING_CONFIRMATION], dispute=[D.CLOSED]),
        "The buyer appeals: the mediator looks at the dispute once more, and the payout is on hold.",
        "000:L180, L199, L223, L227; against 000:L219",
        action="appeal",
        to=To(O.IN_DISPUTE, D.MEDIATING, C.PROCESSING, K.APPEAL),
        given=APPEALS_EXIST,
        needs=(
            (needs.not_appealed_yet, refusals.APPEALED_ALREADY),
            (needs.end_appealable, refusals.NOTHING_TO_APPEAL),
            (needs.appeal_in_time, refusals.APPEAL_TOO_LATE),
            *EVIDENCE_NEEDS,
        ),
        effects=(effects.hold_payout, effects.reopen_claim, effects.appeal, effects.attach_evidence, effects.weigh_store),
        until=dates.appeal_end,
    ),
    # 9 Money
    Rule(
        "refund_arrives",
        SYSTEM,
        "PAY-1",
        at(order=[O.PAYMENT_PROCESSING], dispute=[D.CLOSED]),
        "The refund arrives and the order is finished.",
        "000:L116-118",
        to=To(O.FINISHED),
        when=(when(needs.refund_parts, "last"),),
        effects=(effects.complete_refund,),
        due=dates.REFUND_DUE,
    ),
    Rule(
        "part_of_refund_arrives",
        SYSTEM,
        "PAY-1",
        at(order=[O.PAYMENT_PROCESSING], dispute=[D.CLOSED]),
        "A part of the refund arrives; more is on its way.",
        "000:L116-118",
        when=(when(needs.refund_parts, "more_to_come"),),
        effects=(effects.complete_refund,),
        due=dates.REFUND_DUE,
    ),
    Rule(
        "refund_arrives_during_appeal",
        SYSTEM,
        "PAY-1",
        APPEALED,
        "The first refund arrives while the appeal is heard.",
        "000:L116-118; details ours",
        given=APPEALS_EXIST,
        effects=(effects.complete_refund,),
        due=dates.REFUND_DUE,
    ),
    # 10 Goods going back
    Rule(
        "ship_return",
        BUYER,
        "RET-1",
        RETURNING.but(stage=[S.TO_SEND]),
        "The buyer sends the goods back.",
        "000:L9, L205",
        action="ship_return",
        to=To(stage=S.SENT),
        effects=(effects.send_return,),
    ),
    Rule(
        "correct_return",
        BUYER,
        "RET-1",
        RETURNING.but(stage=[S.SENT]),
        "The buyer corrects the return's tracking number.",
        "000:L205",
        action="ship_return",
        needs=((needs.return_not_delivered, refusals.RETURN_DELIVERED),),
        effects=(effects.correct_return,),
    ),
    Rule(
        "return_not_sent",
        SYSTEM,
        "RET-3",
        RETURNING.but(stage=[S.TO_SEND]),
        "The buyer did not send the goods back in time: closed for the seller.",
        "silent",
        to=SELLER_PAID,
        effects=(effects.closes(Outcome.DEFAULTED_FOR_SELLER),),
        due=dates.SHIP_RETURN_BY,
    ),
    Rule(
        "deliver_return",
        CARRIER,
        "RET-3",
        GOODS_ON_THE_WAY,
        "The carrier reports the return delivered; the seller has to confirm or contest it.",
        "silent",
        action="deliver",
        when=(when(needs.parcel, ParcelKind.RETURN),),
        effects=(effects.note_return_delivery,),
    ),
    Rule(
        "confirm_return",
        SELLER,
        "RET-1",
        RETURNING.but(stage=[S.SENT]),
        "The seller has the goods back: the refund starts.",
        "000:L9",
        action="confirm_return",
        to=REFUNDED._replace(stage=S.RECEIVED),
        when=(when(needs.goods_for, "refund_only"),),
        effects=(effects.receive_return, effects.closes_as_settled(effects.settled_sum)),
    ),
    Rule(
        "confirm_return_for_exchange",
        SELLER,
        "RET-2",
        RETURNING.but(stage=[S.SENT]),
        "The seller has the goods back and owes the replacement.",
        "000:L105, L205",
        action="confirm_return",
        to=To(stage=S.RECEIVED),
        when=(when(needs.goods_for, "exchange"),),
        effects=(effects.receive_return,),
    ),
    Rule(
        "contest_return",
        SELLER,
        "RET-4",
        RETURNING.but(stage=[S.SENT]),
        "The seller contests what has come back: the mediator decides.",
        "silent",
        action="contest_return",
        to=To(dispute=D.MEDIATING, claim=C.PROCESSING, kind=K.CONTEST),
        needs=EVIDENCE_NEEDS,
        effects=(effects.reopen_claim, effects.attach_evidence),
    ),
    Rule(
        "delivered_return_not_confirmed",
        SYSTEM,
        "RET-3",
        RETURNING.but(stage=[S.SENT]),
        "The seller neither confirmed nor contested the delivered return: closed for the buyer.",
        "silent",
        to=REFUNDED,
        effects=(effects.closes(Outcome.DEFAULTED_FOR_BUYER, effects.settled_sum),),
        due=dates.CONFIRM_DELIVERED_RETURN_BY,
    ),
    Rule(
        "sent_return_not_confirmed",
        SYSTEM,
        "RET-3",
        RETURNING.but(stage=[S.SENT]),
        "The seller neither confirmed nor contested the return he was sent: closed for the buyer.",
        "silent",
        to=REFUNDED,
        effects=(effects.closes(Outcome.DEFAULTED_FOR_BUYER, effects.settled_sum),),
        due=dates.CONFIRM_SENT_RETURN_BY,
    ),
    Rule(
        "send_replacement_for_return",
        SELLER,
        "RET-2",
        RETURNING.but(stage=[S.RECEIVED]),
        "The seller sends the new item.",
        "000:L105, L205",
        action="send_replacement",
        to=To(stage=S.REPLACEMENT_SENT),
        effects=(effects.send_replacement,),
    ),
    Rule(
        "replacement_not_sent",
        SYSTEM,
        "RET-5",
        RETURNING.but(stage=[S.RECEIVED]),
        "The seller has the goods but sent no replacement: the buyer gets all the money.",
        "silent",
        to=REFUNDED,
        effects=(effects.closes(Outcome.DEFAULTED_FOR_BUYER, effects.everything),),
        due=dates.SEND_REPLACEMENT_BY,
    ),
    Rule(
        "confirm_replacement",
        BUYER,
        "RET-2",
        RETURNING.but(stage=[S.REPLACEMENT_SENT]),
        "The buyer has the new item: the seller is paid.",
        "000:L105, L205",
        action="confirm_replacement",
        to=SELLER_PAID,
        effects=(effects.closes_as_settled(effects.nothing),),
    ),
    Rule(
        "replacement_counts_as_confirmed",
        SYSTEM,
        "RET-5",
        RETURNING.but(stage=[S.REPLACEMENT_SENT]),
        "The buyer said nothing about the replacement: it counts as confirmed and the seller is paid.",
        "silent",
        to=SELLER_PAID,
        effects=(effects.closes_as_settled(effects.nothing),),
        due=dates.CONFIRM_REPLACEMENT_BY,
    ),
    Rule(
        "contest_replacement",
        BUYER,
        "RET-5",
        RETURNING.but(stage=[S.REPLACEMENT_SENT]),
        "The replacement does not come or is no good: the mediator decides.",
        "silent",
        action="escalate",
        to=To(dispute=D.MEDIATING, claim=C.PROCESSING, kind=K.CONTEST),
        effects=(effects.reopen_claim,),
    ),
    # 11 Stores, 12 Record and notice
    Rule(
        "send_message_buyer",
        BUYER,
        "REC-3",
        ANYWHERE,
        "The buyer writes to the seller; words change nothing.",
        "003:L56-57; 000:L29",
        action="send_message",
        effects=(effects.write_message,),
    ),
    Rule(
        "send_message_seller",
        SELLER,
        "REC-3",
        ANYWHERE,
        "The seller writes to the buyer; words change nothing, promises least of all.",
        "003:L56-57; 000:L29",
        action="send_message",
        effects=(effects.write_message,),
    ),
    Rule(
        "report_message",
        BUYER,
        "STO-4",
        ANYWHERE,
        "The buyer reports the seller's begging; it stands on the store's record.",
        "000:L178, L193, L209",
        action="report_message",
        needs=(
            (needs.message_is_the_sellers, refusals.MESSAGE_NOT_REPORTABLE),
            (needs.not_reported_yet, refusals.ALREADY_REPORTED),
            (needs.some_message_reportable, refusals.MESSAGE_NOT_REPORTABLE),
        ),
        effects=(effects.write_report,),
    ),
)

BY_NAME = {action.name: action for action in ACTIONS}

# Rules that shape rows rather than stand in one: what they decide, and the name that carries it out.
EMBODIED = {
    "TIME-1": "Every window is [start, end): engine.settle fires what is due before a command is looked at; calendar.add_business_days.",
    "TIME-2": "engine.settle: deadline, order id, row of the table.",
    "OPEN-7": "needs.may_open_again; effects.open_dispute starts a dispute with its own edits.",
    "EDIT-5": "effects.edit makes a new solution; dates.ESCALATION counts from the opening.",
    "SELL-1": "needs.names_buyers_solution.",
    "SELL-3": "refusals.SELLER_NEVER_CANCELS.",
    "SELL-5": "No row: the seller's silence is decided by escalate_by_time.",
    "ACC-3": "effects.closes pays the seller the rest.",
    "CLM-1": "words.ClaimStatus and words.claim_label; refusals.NO_OPEN_CLAIM.",
    "CLM-3": "effects.ask sets the due date in business days.",
    "CLM-5": "No timer row has a claim in `processing` before it, but for a refund that is on its way.",
    "PAY-2": "effects.hold_payout and effects.closes: escrow first, then the seller's payout of this order.",
    "PAY-3": "views: an order's refund and the payment page.",
    "PAY-4": "views: the buyer's operations.",
    "PAY-5": "engine.check and the ledger.",
    "PAY-6": "effects.closes moves differences only.",
    "STO-1": "effects.closes marks the dispute; the store counts its marks.",
    "STO-2": "stores.closes_store, asked after effects.weigh_store.",
    "STO-3": "views: a store's age, orders, rating and marks.",
    "REC-1": "Every step of the engine is one line of history, but for rows that leave no trace.",
    "REC-2": "Every step that changes a status sends each side one e-mail.",
    "OPEN-2": "dates.window_end; needs.window_open.",
    "OPEN-3": "needs.reason_open.",
    "OPEN-4": "needs.remedy_for_buyer.",
    "OPEN-5": "needs.amount_in_range and needs.damaged_is_not_paid_whole.",
    "OPEN-6": "needs.not_ended_for_good.",
    "OPEN-1": "refusals.NOT_SHIPPED_YET, ORDER_CANCELLED and DISPUTE_ALREADY_OPEN.",
    "EDIT-1": "needs.edits_left.",
    "EDIT-2": "effects.edit; needs.edit_changes_something.",
    "CAN-1": "The rows of `cancel`; refusals.NOT_CANCELLABLE elsewhere.",
    "CAN-2": "needs.confirmed.",
    "ESC-1": "needs.seller_refused.",
    "ORD-3": "The row cancel_order.",
    "STO-4": "The row report_message.",
}
