"""The lives that generated orders lead, as data: who does what, how many days later, and where the order then stands.

A **life** is a list of **beats**. A beat is an action with its body, or time itself (`by` the system), which lets the named timer fire.
What varies from order to order is drawn: how long somebody takes, what he says, how much he asks. Nothing here knows what the rules allow:
a life that a sandbox's rules refuse, or that leads elsewhere there, is found out by rehearsing it (leading.py) and left out.

Most disputes begin in one of a few ways (`BEGINNINGS`) and go on in one of many (`DISPUTED`); every beginning is joined to every sequel.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias, TypeVar

from ..domain.money import Money
from ..domain.order import Order
from ..domain.words import (
    GOODS_REASONS,
    Actor,
    CancelReason,
    ClaimCancelReason,
    ParcelKind,
    Party,
    Position,
    Reason,
    Remedy,
    Side,
)

BUYER, SELLER, MEDIATOR, CARRIER, TIME = Actor.BUYER, Actor.SELLER, Actor.MEDIATOR, Actor.CARRIER, Actor.SYSTEM

T = TypeVar("T")


@dataclass(slots=True)
class Hand:
    """What a body is drawn from: chance, the order as it stands, the body so far, and what the order's life has in store.

    `made` is the id of what was made last, `until_next` the whole days until the next beat.
    """

    chance: Callable[[], float]
    order: Order
    request: dict[str, Any]
    made: str = ""
    until_next: int = 0

    def pick(self, options: Sequence[T]) -> T:
        # Of all that `random.Random` offers only `random()` gives the same on every Python.
        return options[int(self.chance() * len(options))]


Draw: TypeAlias = Callable[[Hand], Any]


class Beat(NamedTuple):
    """Something that somebody does, so many days after the beat before, or not at all if chance will have it so.

    `least` days pass however much haste there is. A beat of time names a row of the table; its date counts from the action `since`, or from
    the beat before. A value drawn as None is left out of the body.
    """

    by: Actor
    do: str
    low: float = 0.0
    high: float = 0.0
    body: tuple[tuple[str, Draw], ...] = ()
    chance: float = 1.0
    least: float = 0.0
    since: str = ""


Beats: TypeAlias = tuple[Beat, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Life:
    """A way to get somewhere. `goods` says that it has a dispute about the goods, of which a store bears only so many (STO-2)."""

    ends: Position
    name: str
    weight: float
    beats: Beats
    goods: bool = False


# ── what is drawn ──────────────────────────────────────────────────────────────────────────────────────────────────────


def just(value: Any) -> Draw:
    """Always the same."""
    return lambda _: value


def one_of(*options: Any) -> Draw:
    """Any of these, alike often."""
    return lambda hand: hand.pick(options)


def whole(low: int, high: int) -> Draw:
    """A whole number."""
    return lambda hand: low + int(hand.chance() * (high - low + 1))


def share(low: float, high: float) -> Draw:
    """So much of the order's total, at least one minor unit."""

    def draw(hand: Hand) -> Money:
        order = hand.order
        part = low + (high - low) * hand.chance()
        return Money(max(1, round(order.total * part)), order.currency)

    return draw


def number(prefix: str, suffix: str, chance: float = 1.0) -> Draw:
    """A tracking number, or none."""

    def draw(hand: Hand) -> str | None:
        if chance < 1 and hand.chance() >= chance:
            return None
        return f"{prefix}{100_000_000 + int(hand.chance() * 900_000_000)}{suffix}"

    return draw


def all_of_it(hand: Hand) -> Money:
    """The whole total."""
    return Money(hand.order.total, hand.order.currency)


def by_reason(hand: Hand) -> str:
    """What somebody says whose reason is the one just drawn."""
    return hand.pick(EXPLANATIONS[hand.request["reason"]])


def too_soon(hand: Hand) -> int:
    """A delivery promised for before the next beat, so that by then it is overdue."""
    return max(1, int(hand.until_next * (0.6 + 0.4 * hand.chance())))


def buyers_solution(hand: Hand) -> str:
    """The solution that the buyer asks for now."""
    assert hand.order.dispute is not None
    return hand.order.dispute.buyer_solution


def sellers_solution(hand: Hand) -> str:
    """The solution that the seller offers now."""
    assert hand.order.dispute is not None
    return hand.order.dispute.seller_solution or "sol_none"


def just_made(hand: Hand) -> str:
    """What was made last: for a report, the message before it."""
    return hand.made


# ── what is traded ─────────────────────────────────────────────────────────────────────────────────────────────────────

# How often each currency is paid in, and its minor units for a US cent.
CURRENCIES: tuple[tuple[str, float, float], ...] = (("USD", 0.7, 1), ("EUR", 0.15, 0.9), ("JPY", 0.1, 1.5), ("KWD", 0.05, 3))

# What it is, and between how many US cents it costs.
WARES: tuple[tuple[str, int, int], ...] = (
    ("Action camera", 3900, 8900),
    ("Alarm clock, twin bell", 900, 2400),
    ("Brass desk lamp", 3200, 7400),
    ("Cast iron pan", 2500, 4900),
    ("Chess set, hand carved", 4200, 12900),
    ("Coffee grinder", 1800, 5200),
    ("Copper kettle", 3600, 6400),
    ("Curtains, pair", 1900, 4800),
    ("Dash camera", 3300, 7900),
    ("Drawing tablet", 4500, 15900),
    ("Enamel mugs, pair", 900, 1900),
    ("Fairy lights, 20 m", 600, 1700),
    ("Gold-plated watch", 2900, 14900),
    ("Headphones, wireless", 1900, 8900),
    ("Jigsaw, 2000 pieces", 1100, 2600),
    ("Keyboard, mechanical", 3400, 9900),
    ("Leather wallet", 1200, 4200),
    ("Linen tablecloth", 1400, 3900),
    ("Mandolin, for beginners", 5900, 13900),
    ("Mirror, round", 2100, 6600),
    ("Phone case", 300, 1400),
    ("Power bank", 1500, 3900),
    ("Rain boots", 1700, 4400),
    ("Scarf, silk", 1300, 4900),
    ("Screwdriver set", 800, 2900),
    ("Soldering iron", 1200, 3600),
    ("Teapot, cast iron", 2200, 5400),
    ("Toy train", 1600, 6200),
    ("Umbrella, automatic", 700, 2100),
    ("Wool socks, six pairs", 900, 2300),
)

# ── what is said ───────────────────────────────────────────────────────────────────────────────────────────────────────

EXPLANATIONS: Mapping[Reason, tuple[str, ...]] = {
    Reason.NOT_RECEIVED: ("It should be here by now.", "Nothing has come.", "It has not moved for weeks.", "Overdue, and no answer."),
    Reason.NO_TRACKING: ("There is no number.", "Shipped, it says, and no number to it.", "How shall I know where it is?"),
    Reason.TRACKING_INVALID: ("The number tracks nothing.", "The post office does not know this number.", "The number is somebody else's."),
    Reason.WRONG_ADDRESS: ("Left in another street.", "Signed for by somebody else.", "It came by another town, too late to be of use."),
    Reason.NOT_AS_DESCRIBED: ("The page promised something else.", "Sold as leather; it is plastic.", "Half as bright as described."),
    Reason.WRONG_ITEM: ("I ordered another one.", "This is somebody else's order.", "A toy came instead."),
    Reason.DAMAGED: ("It came broken.", "The box was crushed, and so is what was in it.", "Cracked right through."),
    Reason.DEFECTIVE: ("It does not switch on.", "It worked for an hour.", "One side is dead."),
    Reason.WRONG_SIZE_OR_COLOR: ("Blue was ordered, green came.", "Two sizes too small by the page's own table."),
    Reason.MISSING_QUANTITY: ("Two were paid for, one came.", "Half of the set is missing.", "The cable is not in the box."),
    Reason.COUNTERFEIT: ("The name on it is spelt wrong.", "The maker says it is not theirs.", "A copy, and not a good one."),
}
MORE = one_of("Please look again.", "As I said, and I mean it.", "Nothing has changed since I wrote.")
STILL = one_of("The page says so in its first line.", "I have measured it once more.", "My neighbours have seen it too.")
NO = one_of(
    "It left us in good order.", "Please be patient.", "The post is to blame.", "You did not read the page.", "Nobody else complains."
)
LESS = one_of("We can meet you halfway.", "A part, and you keep it.", "This is what we can do.")
BACK = one_of("Send it back and we see.", "First the goods, then the money.", "We should like to look at it ourselves.")
NOTHING = one_of("Please accept and wait one week more.", "Accept, and the money comes later, I promise.", "Nothing is wrong with it.")
PLEA = one_of("Please close the dispute, I send the money by PayPal.", "The dispute ruins my store. Cancel it and I send a new one.")
EARLY = one_of(
    "Please confirm today, I need the money.", "Kindly confirm now, the parcel is nearly there.", "Confirm now, and a gift next time."
)
WAITING = one_of("Where is it?", "When will you ship?", "Any news?", "The number does not work.")
SOOTHING = one_of("It is on its way.", "Soon, my friend.", "The factory has a holiday.", "Customs are slow this month.")
THANKS = one_of("It is here, thank you.", "Well packed.", "Came today.")
PRAISE = one_of("Just as described.", "Came in time.", "Good for the price.", "Fast and well packed.", None)
GRUMBLE = one_of("Late, and no word about it.", "Never again.", "Promises, nothing else.", "So so.", None)
TO_BUYER = one_of("What exactly is wrong?", "Have you written to the seller?", "Please tell us what the label says.")
TO_SELLER = one_of("Which proof do you have?", "What did you agree with the buyer?", "Please tell us how it was packed and sent.")
TO_BOTH = one_of("Please each tell what was agreed.", "Who has written last, and what?")
BUYER_SAYS = one_of("As I wrote from the beginning.", "Please read my first message.", "I have told you all I know.")
SELLER_SAYS = one_of("It was sent as ordered, you may believe us.", "All our parcels are weighed.", "We have said all there is to say.")
FOR_BUYER = one_of("The seller has shown nothing.", "The buyer's account is clear.", "The seller had time enough.")
FOR_SELLER = one_of("The seller has kept his word.", "The buyer's account does not hold.", "The page says just that.")
UNFAIR = one_of("That is not what happened.", "Nobody has read what I wrote.", "There is more to say about it.")
WORN = one_of("What came back is a brick.", "It was used, and comes back scratched.", "Half of it is missing.")

# ── beats ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

PLACE = Beat(
    BUYER,
    "place_order",
    body=(
        ("store", lambda hand: hand.order.store),
        ("item", lambda hand: {"title": hand.order.title, "quantity": hand.order.quantity}),
        ("total", all_of_it),
    ),
)


def ship(low: float, high: float, tracked: float = 0.92) -> Beat:
    number_and_carrier = (("tracking_number", number("LP", "CN", tracked)), ("carrier", one_of("Standard Parcel", "Air Mail", None)))
    return Beat(SELLER, "ship", low, high, number_and_carrier)


def ship_too_late(tracked: float) -> Beat:
    """The days that are promised are over when the next beat comes."""
    return Beat(SELLER, "ship", 0.2, 4, (("tracking_number", number("LP", "CN", tracked)), ("delivery_days", too_soon)))


def deliver(low: float, high: float, parcel: ParcelKind | None = None, chance: float = 1.0) -> Beat:
    return Beat(CARRIER, "deliver", low, high, () if parcel is None else (("parcel", just(parcel)),), chance)


def say(by: Actor, texts: Draw, low: float, high: float, chance: float = 1.0) -> Beat:
    return Beat(by, "send_message", low, high, (("text", texts),), chance)


def review(low: int, high: int, texts: Draw, chance: float) -> Beat:
    return Beat(BUYER, "review", 0.1, 3, (("stars", whole(low, high)), ("text", texts)), chance)


def extend_protection(low: float, high: float, days: Draw) -> Beat:
    return Beat(SELLER, "extend_protection", low, high, (("days", days),))


def dispute(reasons: Sequence[Reason], remedy: Remedy, amount: Draw | None, low: float, high: float, least: float = 0.0) -> Beat:
    what = (("reason", one_of(*reasons)), ("remedy", just(remedy)))
    how_much = () if amount is None else (("amount", amount),)
    return Beat(BUYER, "open_dispute", low, high, (*what, *how_much, ("explanation", by_reason)), least=least)


def refuse(reason: Draw = NO, remedy: Remedy | None = None, amount: Draw | None = None) -> Beat:
    what = () if remedy is None else (("remedy", just(remedy)),)
    how_much = () if amount is None else (("amount", amount),)
    return Beat(SELLER, "refuse", 0.1, 2.5, (("reason", reason), *what, *how_much))


def cancel(reason: CancelReason, comment: str, low: float = 0.1, high: float = 2) -> Beat:
    return Beat(BUYER, "cancel", low, high, (("reason", just(reason)), ("comment", just(comment)), ("confirm", just(True))))


def ask(to: Party, question: Draw, evidence: bool | None = None) -> Beat:
    return Beat(MEDIATOR, "ask", 0.5, 4, (("to", just(to)), ("question", question), ("evidence_required", just(evidence))))


def answer(by: Actor, text: Draw) -> Beat:
    return Beat(by, "answer", 0.2, 3, (("text", text),))


def offer(remedy: Remedy, amount: Draw | None) -> Beat:
    return Beat(SELLER, "offer", 0.5, 4, (("remedy", just(remedy)), ("amount", amount or just(None))))


def rule(side: Side, why: Draw, amount: Draw | None = None, back: bool | None = None) -> Beat:
    what = (("in_favor_of", just(side)), ("amount", amount or just(None)), ("return_required", just(back)))
    return Beat(MEDIATOR, "rule", 1, 8, (*what, ("explanation", why)))


def timer(row: str, since: str = "") -> Beat:
    """Nobody acts until this timer has fired."""
    return Beat(TIME, row, since=since)


SHIP = ship(0.1, 3)
DELIVER = deliver(5, 22)
CONFIRM = Beat(BUYER, "confirm_receipt", 0.1, 4)
TAKES_LONGER = Beat(SELLER, "extend_processing", 0.5, 3, (("days", whole(3, 14)),))
CANCEL_ORDER = Beat(BUYER, "cancel_order", 0.05, 4)
CORRECT = Beat(SELLER, "correct_tracking", 0.2, 3, (("tracking_number", number("RR", "CN")), ("carrier", just("Registered Mail"))))
ASK_FOR_TIME = Beat(BUYER, "request_extension", 6, 20, (("days", whole(7, 30)), ("message", one_of("It has not come yet.", None))))
REPORT = Beat(BUYER, "report_message", 0.1, 0.5, (("message", just_made),))
EDIT = Beat(BUYER, "edit", 0.1, 1.5, (("explanation", MORE),))
EDIT_AGAIN = EDIT._replace(body=(("explanation", STILL),))
ESCALATE = Beat(BUYER, "escalate", 0.1, 2, (("message", one_of("We do not agree.", None)),))
SELLER_ACCEPTS = Beat(SELLER, "accept", 0.05, 3, (("solution", buyers_solution),))
BUYER_ACCEPTS = Beat(BUYER, "accept", 0.1, 2.5, (("solution", sellers_solution),))
ACCEPT_OFFER = Beat(BUYER, "accept_solution", 0.1, 3, (("solution", sellers_solution),))
VIEW = Beat(BUYER, "view_solution", 0.1, 1)
NO_THANKS = Beat(BUYER, "decline_solution", 0.1, 1)
CANCEL_CLAIM = Beat(
    BUYER,
    "cancel_claim",
    0.5,
    5,
    (("reason", one_of(*ClaimCancelReason)), ("message", one_of("I let it be.", "We have settled it.")), ("confirm", just(True))),
)
APPEAL = Beat(BUYER, "appeal", 0.3, 4, (("explanation", UNFAIR),))
SEND_BACK = Beat(BUYER, "ship_return", 0.5, 6, (("tracking_number", number("RB", "DE")), ("carrier", one_of("Home Parcel", None))))
RETURN_ARRIVES = deliver(3, 15, ParcelKind.RETURN)
CONFIRM_RETURN = Beat(SELLER, "confirm_return", 0.3, 5)
CONTEST_RETURN = Beat(SELLER, "contest_return", 0.3, 4, (("explanation", WORN),))
SEND_ANOTHER = Beat(SELLER, "send_replacement", 0.3, 6, (("tracking_number", number("RR", "CN")),))
ANOTHER_ARRIVES = deliver(5, 20, ParcelKind.REPLACEMENT)
CONFIRM_ANOTHER = Beat(BUYER, "confirm_replacement", 0.2, 4)
REFUND_ARRIVES = timer("refund_arrives")

ASK_BUYER, ASK_SELLER, ASK_BOTH = ask(Party.BUYER, TO_BUYER), ask(Party.SELLER, TO_SELLER), ask(Party.BOTH, TO_BOTH)
PROVE_IT = ask(Party.BUYER, TO_BUYER, evidence=True)
BUYER_ANSWERS, SELLER_ANSWERS = answer(BUYER, BUYER_SAYS), answer(SELLER, SELLER_SAYS)
RULE_FOR_BUYER = rule(Side.BUYER, FOR_BUYER, share(0.3, 1))
RULE_FOR_BUYER_IN_PART = rule(Side.BUYER, FOR_BUYER, share(0.2, 0.8))
RULE_ALL = rule(Side.BUYER, FOR_BUYER, all_of_it)
RULE_WITH_RETURN = rule(Side.BUYER, FOR_BUYER, all_of_it, back=True)
RULE_FOR_SELLER = rule(Side.SELLER, FOR_SELLER)
OFFER_PART = offer(Remedy.REFUND, share(0.2, 0.6))
OFFER_RETURN = offer(Remedy.RETURN_AND_REFUND, all_of_it)
REFUSE_WITH_PART = refuse(LESS, Remedy.REFUND, share(0.1, 0.6))
REFUSE_WITH_RETURN = refuse(BACK, Remedy.RETURN_AND_REFUND, all_of_it)
REFUSE_WITH_EXCHANGE = refuse(BACK, Remedy.EXCHANGE)
REFUSE_WITH_NOTHING = refuse(NOTHING, Remedy.NO_REFUND_NO_RETURN)
CAME_AFTER_ALL = cancel(CancelReason.GOODS_RECEIVED, "It has come after all.")
BY_TIME = timer("escalate_by_time", since="open_dispute")
BEG = (say(SELLER, PLEA, 0.2, 2), REPORT._replace(chance=0.4))

# ── how disputes begin ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Beginning:
    """How a dispute comes about, up to its opening with the remedy that its sequel needs. The weights of all make one.

    `in_hand` says whether the buyer has something that could go back, `waits` when he opens it: days, fewest and most, and at least.
    """

    name: str
    weight: float
    in_hand: bool
    before: Beats
    reasons: tuple[Reason, ...]
    waits: tuple[float, float, float] = (0.2, 4, 0.0)

    @property
    def goods(self) -> bool:
        """Whether it is about the goods."""
        return GOODS_REASONS.issuperset(self.reasons)

    def beats(self, remedy: Remedy) -> Beats:
        """All up to the opening. Who keeps the goods asks for a part of the money, who has nothing for all of it."""
        amount: Draw | None = all_of_it
        if remedy is Remedy.EXCHANGE:
            amount = None
        elif remedy is Remedy.REFUND and self.goods:
            amount = share(0.2, 0.9)
        return (*self.before, dispute(self.reasons, remedy, amount, *self.waits))


_GOODS = tuple(sorted(GOODS_REASONS))
_OVERDUE = (6, 32, 1.0)

BEGINNINGS: tuple[Beginning, ...] = (
    Beginning("bad goods", 0.32, True, (PLACE, SHIP, DELIVER), _GOODS),
    Beginning("bad goods, confirmed too early", 0.08, True, (PLACE, SHIP, say(SELLER, EARLY, 2, 7, 0.4), CONFIRM), _GOODS, (0.5, 10, 0.0)),
    Beginning("lost", 0.22, False, (PLACE, ship_too_late(0.7)), (Reason.NOT_RECEIVED,), _OVERDUE),
    Beginning("gone astray", 0.1, True, (PLACE, ship_too_late(0.9)), (Reason.WRONG_ADDRESS,), _OVERDUE),
    Beginning("overdue without a number", 0.08, False, (PLACE, ship_too_late(0)), (Reason.NO_TRACKING,), _OVERDUE),
    Beginning("overdue with a wrong number", 0.08, False, (PLACE, ship_too_late(1)), (Reason.TRACKING_INVALID,), _OVERDUE),
    Beginning("without a number", 0.06, False, (PLACE, ship(0.1, 3, tracked=0)), (Reason.NO_TRACKING,), (1, 8, 0.0)),
    Beginning("with a wrong number", 0.04, False, (PLACE, ship(0.1, 3, tracked=1)), (Reason.TRACKING_INVALID,), (1, 8, 0.0)),
    Beginning("confirmed, and then missed", 0.02, False, (PLACE, SHIP, CONFIRM), (Reason.WRONG_ADDRESS,), (0.5, 8, 0.0)),
)

# ── how they go on ─────────────────────────────────────────────────────────────────────────────────────────────────────

MONEY, GOODS_FOR_MONEY, SWAP = Remedy.REFUND, Remedy.RETURN_AND_REFUND, Remedy.EXCHANGE


class Sequel(NamedTuple):
    """What follows the opening of a dispute in which the buyer has asked for this remedy, and where it leads.

    `in_hand` says whether it takes something that can go back, or takes that nothing has come yet; None: either.
    """

    ends: Position
    name: str
    weight: float
    remedy: Remedy
    beats: Beats = ()
    in_hand: bool | None = None

    def follows(self, beginning: Beginning) -> bool:
        """Whether it makes sense after that."""
        takes = self.in_hand if self.remedy is MONEY else True
        return takes in (None, beginning.in_hand)


_P = Position
_ESCALATED = (refuse(), ESCALATE)
_SENT_BACK = (SELLER_ACCEPTS, SEND_BACK)
_DUE_BACK = (*_SENT_BACK, RETURN_ARRIVES)
_SWAPPED = (*_DUE_BACK, CONFIRM_RETURN)
_RULED_OUT = (*_ESCALATED, RULE_FOR_SELLER)

# These pay the buyer: some time later his refund is there.
_PAYING: tuple[Sequel, ...] = (
    Sequel(_P.PAYMENT_PROCESSING, "accepted by the seller", 6, MONEY, (SELLER_ACCEPTS,)),
    Sequel(_P.PAYMENT_PROCESSING, "refused, edited, accepted", 2, MONEY, (refuse(), EDIT, SELLER_ACCEPTS)),
    Sequel(_P.PAYMENT_PROCESSING, "met halfway", 4, MONEY, (REFUSE_WITH_PART, BUYER_ACCEPTS)),
    Sequel(_P.PAYMENT_PROCESSING, "ruled for the buyer", 3, MONEY, (*_ESCALATED, RULE_FOR_BUYER)),
    Sequel(_P.PAYMENT_PROCESSING, "escalated by time and ruled for the buyer", 2, MONEY, (*BEG, BY_TIME, RULE_FOR_BUYER)),
    Sequel(
        _P.PAYMENT_PROCESSING, "both heard, ruled for the buyer", 1, MONEY,
        (*_ESCALATED, ASK_BOTH, BUYER_ANSWERS, SELLER_ANSWERS, RULE_FOR_BUYER),
    ),
    Sequel(_P.PAYMENT_PROCESSING, "the seller silent in the claim", 2, MONEY, (*_ESCALATED, ASK_SELLER, timer("seller_silent"))),
    Sequel(_P.PAYMENT_PROCESSING, "offer accepted in the claim", 2, MONEY, (*_ESCALATED, OFFER_PART, VIEW, ACCEPT_OFFER)),
    Sequel(_P.PAYMENT_PROCESSING, "No Thanks, then ruled", 1, MONEY, (*_ESCALATED, OFFER_PART, VIEW, NO_THANKS, RULE_ALL)),
    Sequel(_P.PAYMENT_PROCESSING, "accepted in the claim", 1, MONEY, (*_ESCALATED, SELLER_ACCEPTS)),
    Sequel(_P.PAYMENT_PROCESSING, "sent back and confirmed", 2, GOODS_FOR_MONEY, (*_DUE_BACK, CONFIRM_RETURN)),
    Sequel(
        _P.PAYMENT_PROCESSING, "sent back and not confirmed", 1, GOODS_FOR_MONEY, (*_DUE_BACK, timer("delivered_return_not_confirmed")),
    ),
    Sequel(_P.PAYMENT_PROCESSING, "sent back and lost", 0.5, GOODS_FOR_MONEY, (*_SENT_BACK, timer("sent_return_not_confirmed"))),
    Sequel(_P.PAYMENT_PROCESSING, "contested, ruled for the buyer", 1, GOODS_FOR_MONEY, (*_DUE_BACK, CONTEST_RETURN, RULE_FOR_BUYER)),
    Sequel(
        _P.PAYMENT_PROCESSING, "contested, and the seller silent", 0.5, GOODS_FOR_MONEY,
        (*_DUE_BACK, CONTEST_RETURN, ASK_SELLER, timer("seller_silent_in_contest")),
    ),
    Sequel(_P.PAYMENT_PROCESSING, "no replacement sent", 0.5, SWAP, (*_SWAPPED, timer("replacement_not_sent"))),
    Sequel(_P.PAYMENT_PROCESSING, "appealed and won", 1, MONEY, (*_RULED_OUT, APPEAL, RULE_FOR_BUYER)),
    Sequel(
        _P.PAYMENT_PROCESSING, "appealed, and the seller silent", 0.5, MONEY,
        (*_RULED_OUT, APPEAL, ASK_SELLER, timer("seller_silent_in_appeal")),
    ),
)  # fmt: skip

DISPUTED: tuple[Sequel, ...] = (
    *_PAYING,
    Sequel(_P.PAYMENT_PROCESSING, "appealed for more and won", 1, MONEY, (*_ESCALATED, RULE_FOR_BUYER_IN_PART, APPEAL, RULE_ALL)),
    *(
        Sequel(_P.FINISHED, f"{sequel.name}, and paid", sequel.weight / 3, sequel.remedy,
               (*sequel.beats, REFUND_ARRIVES, review(1, 4, GRUMBLE, 0.3)))
        for sequel in _PAYING
    ),
    Sequel(_P.WAITING_FOR_SELLER, "just asked", 6, MONEY),
    Sequel(_P.WAITING_FOR_SELLER, "just asked, the goods to go back", 2, GOODS_FOR_MONEY),
    Sequel(_P.WAITING_FOR_SELLER, "just asked for another", 1, SWAP),
    Sequel(_P.WAITING_FOR_SELLER, "begged to cancel", 2, MONEY, BEG),
    Sequel(_P.WAITING_FOR_SELLER, "asked again", 2, MONEY, (refuse(), EDIT)),
    Sequel(_P.WAITING_FOR_SELLER, "asked a third time", 1, MONEY, (REFUSE_WITH_PART, EDIT, refuse(), EDIT_AGAIN)),
    Sequel(_P.WAITING_FOR_SELLER, "another parcel sent", 1, MONEY, (SEND_ANOTHER, extend_protection(0.05, 0.5, whole(15, 45)))),
    Sequel(_P.WAITING_FOR_SELLER, "a number given", 1, MONEY, (CORRECT,), in_hand=False),
    Sequel(_P.WAITING_FOR_SELLER, "withdrawn, and disputed again", 1, MONEY, (
        extend_protection(0.2, 2, just(45)), cancel(CancelReason.OTHER, "The protection was extended. I wait."),
        dispute((Reason.NO_TRACKING, Reason.TRACKING_INVALID), MONEY, all_of_it, 3, 12)), in_hand=False),
    Sequel(_P.WAITING_FOR_BUYER, "refused", 4, MONEY, (refuse(),)),
    Sequel(_P.WAITING_FOR_BUYER, "offered a part", 4, MONEY, (REFUSE_WITH_PART,)),
    Sequel(_P.WAITING_FOR_BUYER, "offered nothing", 2, MONEY, (REFUSE_WITH_NOTHING,)),
    Sequel(_P.WAITING_FOR_BUYER, "asked to send it back", 2, MONEY, (REFUSE_WITH_RETURN,), in_hand=True),
    Sequel(_P.WAITING_FOR_BUYER, "offered another", 1, GOODS_FOR_MONEY, (REFUSE_WITH_EXCHANGE,)),
    Sequel(_P.WAITING_FOR_BUYER, "refused twice", 2, MONEY, (refuse(), EDIT, REFUSE_WITH_PART)),
    Sequel(_P.WAITING_FOR_BUYER, "refused, and begged", 1, MONEY, (refuse(), *BEG)),
    Sequel(_P.MEDIATING, "escalated", 4, MONEY, _ESCALATED),
    Sequel(_P.MEDIATING, "escalated by time", 3, MONEY, (BY_TIME,)),
    Sequel(_P.MEDIATING, "refused, and escalated by time", 2, MONEY, (refuse(), BY_TIME)),
    Sequel(_P.MEDIATING, "the buyer asked", 2, MONEY, (*_ESCALATED, ASK_BUYER)),
    Sequel(_P.MEDIATING, "the buyer asked for proof", 1, MONEY, (BY_TIME, PROVE_IT)),
    Sequel(_P.MEDIATING, "the seller asked", 2, MONEY, (BY_TIME, ASK_SELLER)),
    Sequel(_P.MEDIATING, "both asked", 2, MONEY, (*_ESCALATED, ASK_BOTH)),
    Sequel(_P.MEDIATING, "one of both heard", 1, MONEY, (*_ESCALATED, ASK_BOTH, SELLER_ANSWERS)),
    Sequel(_P.MEDIATING, "both heard", 2, MONEY, (*_ESCALATED, ASK_BOTH, BUYER_ANSWERS, SELLER_ANSWERS)),
    Sequel(_P.MEDIATING, "an offer on the table", 2, MONEY, (*_ESCALATED, OFFER_PART)),
    Sequel(_P.MEDIATING, "an offer declined", 1, MONEY, (*_ESCALATED, OFFER_PART, VIEW, NO_THANKS)),
    Sequel(_P.MEDIATING, "reshipped during the claim", 1, MONEY, (*_ESCALATED, SEND_ANOTHER, ANOTHER_ARRIVES)),
    Sequel(_P.MEDIATING, "return contested", 1, GOODS_FOR_MONEY, (*_DUE_BACK, CONTEST_RETURN)),
    Sequel(_P.MEDIATING, "return contested, the seller asked", 0.5, GOODS_FOR_MONEY, (*_DUE_BACK, CONTEST_RETURN, ASK_SELLER)),
    Sequel(_P.MEDIATING, "replacement contested", 1, SWAP, (*_SWAPPED, SEND_ANOTHER, ESCALATE._replace(low=5, high=20))),
    Sequel(_P.MEDIATING, "appealed", 2, MONEY, (*_RULED_OUT, APPEAL)),
    Sequel(_P.MEDIATING, "appealed after it was cancelled", 1, MONEY, (cancel(CancelReason.AGREEMENT_REACHED, "He pays me back."), APPEAL)),
    Sequel(_P.MEDIATING, "appealed, the buyer asked", 1, MONEY, (*_RULED_OUT, APPEAL, ASK_BUYER)),
    Sequel(_P.RETURNING, "to be sent back", 3, GOODS_FOR_MONEY, (SELLER_ACCEPTS,)),
    Sequel(_P.RETURNING, "to be sent back, as offered", 2, MONEY, (REFUSE_WITH_RETURN, BUYER_ACCEPTS), in_hand=True),
    Sequel(_P.RETURNING, "to be sent back, as ruled", 2, MONEY, (*_ESCALATED, RULE_WITH_RETURN), in_hand=True),
    Sequel(_P.RETURNING, "to be sent back, as offered in the claim", 1, MONEY, (*_ESCALATED, OFFER_RETURN, VIEW, ACCEPT_OFFER),
           in_hand=True),
    Sequel(_P.RETURNING, "to be sent back, the seller silent", 1, GOODS_FOR_MONEY,
           (*_ESCALATED, ASK_SELLER, timer("seller_silent_goods_go_back"))),
    Sequel(_P.RETURNING, "sent back", 3, GOODS_FOR_MONEY, _SENT_BACK),
    Sequel(_P.RETURNING, "back at the seller's door", 2, GOODS_FOR_MONEY, _DUE_BACK),
    Sequel(_P.RETURNING, "to be exchanged", 1, SWAP, (SELLER_ACCEPTS,)),
    Sequel(_P.RETURNING, "to be exchanged, as offered", 1, GOODS_FOR_MONEY, (REFUSE_WITH_EXCHANGE, BUYER_ACCEPTS)),
    Sequel(_P.RETURNING, "another one owed", 1, SWAP, _SWAPPED),
    Sequel(_P.RETURNING, "another one on its way", 1, SWAP, (*_SWAPPED, SEND_ANOTHER)),
    Sequel(_P.RETURNING, "another one delivered", 1, SWAP, (*_SWAPPED, SEND_ANOTHER, ANOTHER_ARRIVES)),
    Sequel(_P.AWAITING_CONFIRMATION, "came after all", 0.5, MONEY, (deliver(0.5, 3), CAME_AFTER_ALL), in_hand=False),
    Sequel(_P.AWAITING_CONFIRMATION, "another parcel sent, and withdrawn", 0.5, MONEY, (
        SEND_ANOTHER, extend_protection(0.05, 0.5, just(30)), cancel(CancelReason.VALID_TRACKING_RECEIVED, "The new number tracks."))),
    Sequel(_P.AWAITING_CONFIRMATION, "withdrawn in the claim", 0.2, MONEY, (
        *_ESCALATED, cancel(CancelReason.AGREEMENT_REACHED, "We have found an agreement."))),
    Sequel(_P.FINISHED, "withdrawn", 1, MONEY, (cancel(CancelReason.FILED_BY_MISTAKE, "There was nothing wrong."),)),
    Sequel(_P.FINISHED, "came after all, and confirmed", 1.5, MONEY, (
        deliver(0.5, 3), CAME_AFTER_ALL, CONFIRM, review(3, 4, PRAISE, 0.4)), in_hand=False),
    Sequel(_P.FINISHED, "withdrawn for a promise", 1, MONEY, (
        *BEG, cancel(CancelReason.AGREEMENT_REACHED, "The seller pays me back."), timer("protection_ends", since="ship"),
        review(1, 1, GRUMBLE, 0.5))),
    Sequel(_P.FINISHED, "accepted nothing", 1, MONEY, (REFUSE_WITH_NOTHING, BUYER_ACCEPTS, review(1, 1, GRUMBLE, 0.5))),
    Sequel(_P.FINISHED, "ruled for the seller", 1.5, MONEY, _RULED_OUT),
    Sequel(_P.FINISHED, "both heard, ruled for the seller", 0.5, MONEY, (
        *_ESCALATED, ASK_BOTH, SELLER_ANSWERS, BUYER_ANSWERS, RULE_FOR_SELLER)),
    Sequel(_P.FINISHED, "the buyer silent in the claim", 1, MONEY, (BY_TIME, PROVE_IT, timer("buyer_silent"))),
    Sequel(_P.FINISHED, "claim cancelled", 1, MONEY, (*_ESCALATED, CANCEL_CLAIM)),
    Sequel(_P.FINISHED, "never sent back", 0.5, GOODS_FOR_MONEY, (SELLER_ACCEPTS, timer("return_not_sent"))),
    Sequel(_P.FINISHED, "contested, ruled for the seller", 0.5, GOODS_FOR_MONEY, (*_DUE_BACK, CONTEST_RETURN, RULE_FOR_SELLER)),
    Sequel(_P.FINISHED, "exchanged", 1, SWAP, (*_SWAPPED, SEND_ANOTHER, ANOTHER_ARRIVES, CONFIRM_ANOTHER, review(3, 5, PRAISE, 0.4))),
    Sequel(_P.FINISHED, "exchanged, and not a word", 0.5, SWAP, (*_SWAPPED, SEND_ANOTHER, timer("replacement_counts_as_confirmed"))),
    Sequel(_P.FINISHED, "appealed in vain", 1, MONEY, (*_RULED_OUT, APPEAL, RULE_FOR_SELLER)),
    Sequel(_P.FINISHED, "appealed, and the buyer silent", 0.5, MONEY, (
        *_RULED_OUT, APPEAL, ASK_BUYER, timer("buyer_silent_in_appeal"))),
)  # fmt: skip

# ── lives without a dispute ────────────────────────────────────────────────────────────────────────────────────────────

UNDISPUTED: tuple[Life, ...] = (
    Life(_P.AWAITING_SHIPMENT, "just paid", 6, (PLACE,)),
    Life(_P.AWAITING_SHIPMENT, "asked about", 2, (PLACE, say(BUYER, WAITING, 0.5, 3), say(SELLER, SOOTHING, 0.1, 1, 0.5))),
    Life(_P.AWAITING_SHIPMENT, "takes longer", 2, (PLACE, TAKES_LONGER, say(SELLER, SOOTHING, 0.05, 0.2, 0.4))),
    Life(_P.AWAITING_CONFIRMATION, "on its way", 8, (PLACE, SHIP)),
    Life(_P.AWAITING_CONFIRMATION, "delivered", 7, (PLACE, SHIP, DELIVER)),
    Life(_P.AWAITING_CONFIRMATION, "begged to confirm", 1, (PLACE, SHIP, say(SELLER, EARLY, 2, 9), REPORT._replace(chance=0.4))),
    Life(_P.AWAITING_CONFIRMATION, "a number given later", 1, (PLACE, ship(0.5, 4, tracked=0), CORRECT)),
    Life(_P.AWAITING_CONFIRMATION, "more time given", 1, (PLACE, SHIP, ASK_FOR_TIME, extend_protection(0.2, 2, whole(7, 30)))),
    Life(_P.AWAITING_CONFIRMATION, "extended", 1, (PLACE, SHIP, extend_protection(8, 30, whole(15, 45)), say(SELLER, SOOTHING, 0, 0.1))),
    Life(_P.FINISHED, "confirmed", 30, (PLACE, SHIP, DELIVER, CONFIRM)),
    Life(_P.FINISHED, "confirmed and reviewed", 20, (PLACE, SHIP, DELIVER, CONFIRM, review(4, 5, PRAISE, 1))),
    Life(_P.FINISHED, "confirmed with thanks", 4, (PLACE, SHIP, DELIVER, say(BUYER, THANKS, 0.05, 1), CONFIRM)),
    Life(_P.FINISHED, "confirmed before it came", 3, (PLACE, SHIP, say(SELLER, EARLY, 2, 9), CONFIRM, review(2, 4, GRUMBLE, 0.3))),
    Life(_P.FINISHED, "never confirmed", 10, (PLACE, SHIP, DELIVER, timer("protection_ends", since="ship"))),
    Life(_P.FINISHED, "extended, and never confirmed", 1, (
        PLACE, SHIP, extend_protection(8, 30, just(15)), timer("protection_ends", since="ship"))),
    Life(_P.CANCELLED, "thought better of it", 5, (PLACE, CANCEL_ORDER)),
    Life(_P.CANCELLED, "never shipped", 5, (PLACE, say(BUYER, WAITING, 1, 4, 0.5), timer("processing_time_ends", since="place_order"))),
    Life(_P.CANCELLED, "tired of waiting", 2, (PLACE, TAKES_LONGER, say(BUYER, WAITING, 0.5, 2, 0.5), CANCEL_ORDER)),
)  # fmt: skip

LIVES: tuple[Life, ...] = (
    *UNDISPUTED,
    *(
        Life(s.ends, f"{b.name}: {s.name}", b.weight * s.weight, (*b.beats(s.remedy), *s.beats), b.goods)
        for s in DISPUTED
        for b in BEGINNINGS
        if s.follows(b)
    ),
)  # fmt: skip

# How often each position comes where nobody says otherwise.
USUAL: Mapping[Position, int] = {
    _P.AWAITING_SHIPMENT: 10,
    _P.AWAITING_CONFIRMATION: 22,
    _P.WAITING_FOR_SELLER: 7,
    _P.WAITING_FOR_BUYER: 5,
    _P.MEDIATING: 7,
    _P.RETURNING: 4,
    _P.PAYMENT_PROCESSING: 5,
    _P.FINISHED: 34,
    _P.CANCELLED: 6,
}

# Where no life leads to a position in time, one towards the position before it is taken.
BEFORE: Mapping[Position, Position] = {
    _P.AWAITING_CONFIRMATION: _P.AWAITING_SHIPMENT,
    _P.WAITING_FOR_SELLER: _P.AWAITING_CONFIRMATION,
    _P.WAITING_FOR_BUYER: _P.WAITING_FOR_SELLER,
    _P.MEDIATING: _P.WAITING_FOR_BUYER,
    _P.RETURNING: _P.WAITING_FOR_BUYER,
    _P.PAYMENT_PROCESSING: _P.WAITING_FOR_SELLER,
    _P.FINISHED: _P.AWAITING_CONFIRMATION,
    _P.CANCELLED: _P.AWAITING_SHIPMENT,
}
