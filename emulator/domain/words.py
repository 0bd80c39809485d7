"""The vocabulary: every status, reason, remedy and outcome, each with its one-line meaning.

The values are the names that the HTTP contract uses; `label` texts are the platform's own (rulebook, section 14).
"""

from __future__ import annotations

from enum import StrEnum


class Word(StrEnum):
    """A word of the vocabulary: a string that knows its meaning."""

    meaning: str
    # As a word and its text are equal, so are their hashes, and this one is not computed in Python at each look into a table.
    __hash__ = str.__hash__

    def __new__(cls, value: str, meaning: str = "") -> Word:
        word = str.__new__(cls, value)
        word._value_ = value
        word.meaning = meaning
        return word


class Actor(Word):
    """Who acts. `carrier` is ours: the emulator's control plane speaks for the parcel service."""

    BUYER = "buyer", "Who ordered and paid."
    SELLER = "seller", "The owner of the store that sold."
    MEDIATOR = "mediator", "The platform's staff, who rule claims."
    SYSTEM = "system", "The timers."
    CARRIER = "carrier", "The parcel service, which reports deliveries."


class OrderStatus(Word):
    """Where an order stands (ORD-1)."""

    NEW = "new", "Not placed yet; never seen from outside."
    AWAITING_SHIPMENT = "awaiting_shipment", "Paid; the seller has to ship."
    AWAITING_CONFIRMATION = "awaiting_confirmation", "Shipped; the protection timer runs."
    IN_DISPUTE = "in_dispute", "A dispute is open."
    PAYMENT_PROCESSING = "payment_processing", "A refund is on its way to the buyer."
    FINISHED = "finished", "Over: the money lies where it belongs."
    CANCELLED = "cancelled", "Never shipped; the buyer has all the money back."


class DisputeStatus(Word):
    """Where a dispute stands."""

    NONE = "none", "There is no dispute."
    WAITING_FOR_SELLER = "waiting_for_seller", "The buyer has asked; the seller has to answer."
    WAITING_FOR_BUYER = "waiting_for_buyer", "The seller has refused; the buyer is thinking."
    MEDIATING = "mediating", "A claim is open before the platform's mediator."
    RETURNING = "returning", "Goods are on their way back."
    CLOSED = "closed", "Over."


class ClaimStatus(Word):
    """Where a claim stands (CLM-1)."""

    NONE = "none", "There is no claim."
    PROCESSING = "processing", "The mediator is at work; nobody else has to act."
    WAITING_FOR_BUYER = "waiting_for_buyer", "The buyer owes the mediator an answer."
    WAITING_FOR_SELLER = "waiting_for_seller", "The seller owes the mediator an answer."
    WAITING_FOR_BOTH = "waiting_for_both", "Both owe the mediator an answer."
    CLOSED = "closed", "The claim is over."


class ClaimKind(Word):
    """What a claim is about; it decides what may be done in it."""

    NONE = "none", "There is no claim."
    MEDIATION = "mediation", "No agreement was reached: the mediator decides (ESC-3)."
    CONTEST = "contest", "What came back, or did not come, is contested (RET-4, RET-5)."
    APPEAL = "appeal", "The end of the dispute is appealed (CLM-9)."


class ReturnStage(Word):
    """How far the goods are on their way back (section 10)."""

    NONE = "none", "Nothing goes back."
    TO_SEND = "to_send", "The buyer has to send the goods back."
    SENT = "sent", "On the way to the seller, who has to confirm or contest."
    RECEIVED = "received", "The seller has the goods and owes the replacement."
    REPLACEMENT_SENT = "replacement_sent", "The new item is on its way to the buyer."


class Reason(Word):
    """Why a buyer disputes (OPEN-3)."""

    NOT_RECEIVED = "not_received", "Delivery is overdue and nothing has come."
    NO_TRACKING = "no_tracking", "The seller gave no tracking number."
    TRACKING_INVALID = "tracking_invalid", "The tracking number tracks nothing."
    WRONG_ADDRESS = "wrong_address", "The parcel went somewhere else."
    NOT_AS_DESCRIBED = "not_as_described", "The goods are not what the page said."
    WRONG_ITEM = "wrong_item", "Another thing came."
    DAMAGED = "damaged", "The goods came damaged."
    DEFECTIVE = "defective", "The goods do not work."
    WRONG_SIZE_OR_COLOR = "wrong_size_or_color", "Size or colour differ from the order."
    MISSING_QUANTITY = "missing_quantity", "Fewer pieces came than were paid for."
    COUNTERFEIT = "counterfeit", "The goods are a forgery."


TRACKING_REASONS = frozenset({Reason.NO_TRACKING, Reason.TRACKING_INVALID, Reason.WRONG_ADDRESS})
GOODS_REASONS = frozenset(Reason) - TRACKING_REASONS - {Reason.NOT_RECEIVED}


class Remedy(Word):
    """What a solution gives (OPEN-4, SELL-2)."""

    REFUND = "refund", "Money; the buyer keeps what he has."
    RETURN_AND_REFUND = "return_and_refund", "The goods go back, then the money comes."
    EXCHANGE = "exchange", "The goods go back, then a new item comes; no money."
    NO_REFUND_NO_RETURN = "no_refund_no_return", "Nothing for the buyer, everything for the seller."


BUYER_REMEDIES = frozenset({Remedy.REFUND, Remedy.RETURN_AND_REFUND, Remedy.EXCHANGE})
MONEY_REMEDIES = frozenset({Remedy.REFUND, Remedy.RETURN_AND_REFUND})


class Outcome(Word):
    """How a dispute ended."""

    ACCEPTED_BY_SELLER = "accepted_by_seller", "The seller accepted what the buyer asked."
    ACCEPTED_BY_BUYER = "accepted_by_buyer", "The buyer accepted what the seller offered."
    CANCELLED = "cancelled", "The buyer withdrew the dispute."
    CLAIM_CANCELLED = "claim_cancelled", "The buyer cancelled the claim and with it the order."
    RULED_FOR_BUYER = "ruled_for_buyer", "The mediator ruled for the buyer."
    RULED_FOR_SELLER = "ruled_for_seller", "The mediator ruled for the seller."
    DEFAULTED_FOR_BUYER = "defaulted_for_buyer", "The seller let his time pass."
    DEFAULTED_FOR_SELLER = "defaulted_for_seller", "The buyer let his time pass."


DEFAULTS = frozenset({Outcome.DEFAULTED_FOR_BUYER, Outcome.DEFAULTED_FOR_SELLER})
RULINGS = frozenset({Outcome.RULED_FOR_BUYER, Outcome.RULED_FOR_SELLER})
WITHDRAWN = frozenset({Outcome.CANCELLED, Outcome.CLAIM_CANCELLED})


class CancelReason(Word):
    """Why a buyer cancels a dispute (CAN-2)."""

    GOODS_RECEIVED = "goods_received", "The goods came after all."
    VALID_TRACKING_RECEIVED = "valid_tracking_received", "The seller gave a number that tracks."
    FILED_BY_MISTAKE = "filed_by_mistake", "There was nothing to dispute."
    AGREEMENT_REACHED = "agreement_reached", "The sides have agreed."
    OTHER = "other", "Something else."


class ClaimCancelReason(Word):
    """Why a buyer cancels a claim (CLM-7)."""

    COMPROMISE = "compromise", "The sides have met halfway."
    REFUND_TO_BUYER = "refund_to_buyer", "The money came back."
    GOODS_RECEIVED = "goods_received", "The goods came after all."
    OTHER = "other", "Something else."


class Party(Word):
    """Whom the mediator asks (CLM-2)."""

    BUYER = "buyer", "The buyer alone."
    SELLER = "seller", "The seller alone."
    BOTH = "both", "Both sides."


class Side(Word):
    """For whom the mediator rules (CLM-8)."""

    BUYER = "buyer", "The buyer gets money."
    SELLER = "seller", "The seller gets what is left."


class RefundStatus(Word):
    """How far a refund is (PAY-1)."""

    PROCESSING = "processing", "On its way."
    COMPLETED = "completed", "With the buyer."


class ParcelKind(Word):
    """Which parcel the carrier speaks of."""

    ORDER = "order", "What was ordered."
    RETURN = "return", "What goes back."
    REPLACEMENT = "replacement", "What comes instead."


class Account(Word):
    """The accounts of the ledger (PAY-5). Every transfer goes from one to another, so the books always balance."""

    OUTSIDE = "outside", "Where the buyer's payment comes from."
    ESCROW = "escrow", "Held by the platform for the order."
    HOLD = "hold", "The seller's payout of this order, stopped while it is disputed."
    SELLER = "seller", "Paid out to the seller."
    REFUNDING = "refunding", "A refund on its way to the buyer."
    REFUNDED = "refunded", "With the buyer again."


class ClockMode(Word):
    """How a sandbox's clock runs."""

    REAL = "real", "As the wall's."
    SHIFTED = "shifted", "As fast as the wall's, from another instant."
    FROZEN = "frozen", "Not at all, until somebody moves it."


class Edge(Word):
    """On which side of an instant a journey ends."""

    BEFORE = "before", "A second before it: whoever has to act still can."
    AT = "at", "At it: its timers have fired."
    AFTER = "after", "A second after it."


class Position(Word):
    """Where an order of a generated world stands."""

    AWAITING_SHIPMENT = "awaiting_shipment", "Paid and not shipped."
    AWAITING_CONFIRMATION = "awaiting_confirmation", "Shipped, some of it delivered, under protection."
    WAITING_FOR_SELLER = "waiting_for_seller", "Disputed; the seller has to answer."
    WAITING_FOR_BUYER = "waiting_for_buyer", "Disputed; the seller has refused."
    MEDIATING = "mediating", "A claim before the mediator."
    RETURNING = "returning", "The goods are on their way back."
    PAYMENT_PROCESSING = "payment_processing", "A refund is on its way."
    FINISHED = "finished", "Over, disputed or not."
    CANCELLED = "cancelled", "Never shipped."


ORDER_LABELS = {
    OrderStatus.AWAITING_SHIPMENT: "Awaiting shipment",
    OrderStatus.AWAITING_CONFIRMATION: "Awaiting confirmation",
    OrderStatus.IN_DISPUTE: "Dispute in Progress",
    OrderStatus.PAYMENT_PROCESSING: "Payment processing",
    OrderStatus.FINISHED: "Finished",
    OrderStatus.CANCELLED: "Cancelled",
}

DISPUTE_LABELS = {
    DisputeStatus.WAITING_FOR_SELLER: "Open, waiting for seller response",
    DisputeStatus.WAITING_FOR_BUYER: "Seller responded, you are reviewing",
    DisputeStatus.MEDIATING: "AliExpress is mediating",
    DisputeStatus.RETURNING: "Goods are being returned",
    DisputeStatus.CLOSED: "Dispute closed",
}

# Where the outcome says more than "closed", and where agreed goods are on their way back.
OUTCOME_LABELS = {
    Outcome.ACCEPTED_BY_BUYER: "You accepted seller's proposal",
    Outcome.RULED_FOR_BUYER: "Final decision issued",
    Outcome.RULED_FOR_SELLER: "Final decision issued",
}

_MINE, _OTHERS = "Waiting my response", "Waiting for other party's response"

CLAIM_LABELS = {
    (ClaimStatus.PROCESSING, None): "Processing",
    (ClaimStatus.WAITING_FOR_BUYER, Actor.BUYER): _MINE,
    (ClaimStatus.WAITING_FOR_BUYER, None): _OTHERS,
    (ClaimStatus.WAITING_FOR_SELLER, Actor.SELLER): _MINE,
    (ClaimStatus.WAITING_FOR_SELLER, None): _OTHERS,
    (ClaimStatus.WAITING_FOR_BOTH, None): "Waiting for both party's response",
    (ClaimStatus.CLOSED, None): "Closed",
}


def claim_label(status: ClaimStatus, asker: Actor) -> str:
    """The platform's words for a claim's status as this asker sees it (section 14)."""
    return CLAIM_LABELS.get((status, asker)) or CLAIM_LABELS[status, None]
