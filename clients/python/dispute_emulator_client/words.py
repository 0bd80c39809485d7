"""The words of the contract, and the objects inside of bodies. Written by `make client` from the contract: do not edit."""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict

from .values import AnyMoney

__all__ = [
    "ActionName",
    "Actor",
    "AnyOrderStatus",
    "CancelClaimReason",
    "CancelReason",
    "ClaimKind",
    "ClaimStatus",
    "ClockMode",
    "Currency",
    "DisputeStatus",
    "Edge",
    "HealthStatus",
    "ItemDict",
    "LedgerAccount",
    "Method",
    "OrderStatus",
    "Outcome",
    "ParcelKind",
    "Party",
    "Proposal",
    "Reason",
    "RefundStatus",
    "Remedy",
    "ReturnStage",
    "Role",
    "Ruleset",
    "Side",
    "World",
]

Actor: TypeAlias = Literal["buyer", "seller", "mediator", "system", "carrier"]
ActionName: TypeAlias = Literal[
    "place_order",
    "cancel_order",
    "ship",
    "correct_tracking",
    "send_replacement",
    "extend_processing",
    "extend_protection",
    "request_extension",
    "confirm_receipt",
    "send_message",
    "report_message",
    "review",
    "deliver",
    "open_dispute",
    "edit",
    "accept",
    "refuse",
    "cancel",
    "escalate",
    "appeal",
    "ask",
    "answer",
    "offer",
    "view_solution",
    "accept_solution",
    "decline_solution",
    "cancel_claim",
    "rule",
    "ship_return",
    "confirm_return",
    "contest_return",
    "confirm_replacement",
]
Method: TypeAlias = Literal["GET", "POST", "PATCH"]
Currency: TypeAlias = Literal[
    "AED",
    "AUD",
    "BHD",
    "BRL",
    "CAD",
    "CHF",
    "CLP",
    "CNY",
    "CZK",
    "DKK",
    "EGP",
    "EUR",
    "GBP",
    "HKD",
    "HUF",
    "IDR",
    "ILS",
    "INR",
    "JOD",
    "JPY",
    "KRW",
    "KWD",
    "KZT",
    "MXN",
    "MYR",
    "NGN",
    "NOK",
    "NZD",
    "OMR",
    "PEN",
    "PHP",
    "PKR",
    "PLN",
    "PYG",
    "RON",
    "RUB",
    "SAR",
    "SEK",
    "SGD",
    "THB",
    "TND",
    "TRY",
    "TWD",
    "UAH",
    "USD",
    "VND",
    "XAF",
    "XOF",
    "ZAR",
]
AnyOrderStatus: TypeAlias = Literal[
    "new", "awaiting_shipment", "awaiting_confirmation", "in_dispute", "payment_processing", "finished", "cancelled"
]
ParcelKind: TypeAlias = Literal["order", "return", "replacement"]
DisputeStatus: TypeAlias = Literal["waiting_for_seller", "waiting_for_buyer", "mediating", "returning", "closed"]
Outcome: TypeAlias = Literal[
    "accepted_by_seller",
    "accepted_by_buyer",
    "cancelled",
    "claim_cancelled",
    "ruled_for_buyer",
    "ruled_for_seller",
    "defaulted_for_buyer",
    "defaulted_for_seller",
]
Reason: TypeAlias = Literal[
    "not_received",
    "no_tracking",
    "tracking_invalid",
    "wrong_address",
    "not_as_described",
    "wrong_item",
    "damaged",
    "defective",
    "wrong_size_or_color",
    "missing_quantity",
    "counterfeit",
]
Remedy: TypeAlias = Literal["refund", "return_and_refund", "exchange", "no_refund_no_return"]
RefundStatus: TypeAlias = Literal["processing", "completed"]
Party: TypeAlias = Literal["buyer", "seller", "both"]
ReturnStage: TypeAlias = Literal["to_send", "sent", "received", "replacement_sent"]
Role: TypeAlias = Literal["buyer", "seller", "mediator"]
Side: TypeAlias = Literal["buyer", "seller"]
Ruleset: TypeAlias = Literal["legacy", "standard"]
World: TypeAlias = Literal["empty", "market", "small"]
ClockMode: TypeAlias = Literal["real", "shifted", "frozen"]
Edge: TypeAlias = Literal["before", "at", "after"]
LedgerAccount: TypeAlias = Literal["outside", "escrow", "hold", "seller", "refunding", "refunded"]
CancelReason: TypeAlias = Literal["goods_received", "valid_tracking_received", "filed_by_mistake", "agreement_reached", "other"]
CancelClaimReason: TypeAlias = Literal["compromise", "refund_to_buyer", "goods_received", "other"]
OrderStatus: TypeAlias = Literal["awaiting_shipment", "awaiting_confirmation", "in_dispute", "payment_processing", "finished", "cancelled"]
ClaimStatus: TypeAlias = Literal["processing", "waiting_for_buyer", "waiting_for_seller", "waiting_for_both", "closed"]
ClaimKind: TypeAlias = Literal["mediation", "contest", "appeal"]
HealthStatus: TypeAlias = Literal["ok", "ready"]


class ItemDict(TypedDict):
    """What to buy."""

    title: str
    quantity: int


class Proposal(TypedDict):
    """What the seller proposes instead."""

    remedy: Remedy
    amount: NotRequired[AnyMoney]
