"""Where each action lives in HTTP: the marketplace half of the contract, beside the table that says what it does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Place(NamedTuple):
    """The method and path of an action; `{order}`, `{dispute}` and `{message}` stand for ids."""

    method: str
    path: str


_ORDER, _DISPUTE = "/v1/orders/{order}", "/v1/disputes/{dispute}"

PLACES: Mapping[str, Place] = {
    "place_order": Place("POST", "/v1/orders"),
    "cancel_order": Place("POST", f"{_ORDER}/cancel"),
    "ship": Place("POST", f"{_ORDER}/ship"),
    "correct_tracking": Place("POST", f"{_ORDER}/correct-tracking"),
    "send_replacement": Place("POST", f"{_ORDER}/send-replacement"),
    "extend_processing": Place("POST", f"{_ORDER}/extend-processing"),
    "extend_protection": Place("POST", f"{_ORDER}/extend-protection"),
    "request_extension": Place("POST", f"{_ORDER}/request-extension"),
    "confirm_receipt": Place("POST", f"{_ORDER}/confirm-receipt"),
    "send_message": Place("POST", f"{_ORDER}/messages"),
    "report_message": Place("POST", f"{_ORDER}/messages/{{message}}/report"),
    "review": Place("POST", f"{_ORDER}/review"),
    "open_dispute": Place("POST", f"{_ORDER}/disputes"),
    "edit": Place("PATCH", _DISPUTE),
    "accept": Place("POST", f"{_DISPUTE}/accept"),
    "refuse": Place("POST", f"{_DISPUTE}/refuse"),
    "cancel": Place("POST", f"{_DISPUTE}/cancel"),
    "escalate": Place("POST", f"{_DISPUTE}/escalate"),
    "appeal": Place("POST", f"{_DISPUTE}/appeal"),
    "ask": Place("POST", f"{_DISPUTE}/claim/ask"),
    "answer": Place("POST", f"{_DISPUTE}/claim/answer"),
    "offer": Place("POST", f"{_DISPUTE}/claim/offer"),
    "view_solution": Place("GET", f"{_DISPUTE}/claim/solution"),
    "accept_solution": Place("POST", f"{_DISPUTE}/claim/accept-solution"),
    "decline_solution": Place("POST", f"{_DISPUTE}/claim/decline-solution"),
    "cancel_claim": Place("POST", f"{_DISPUTE}/claim/cancel"),
    "rule": Place("POST", f"{_DISPUTE}/claim/rule"),
    "ship_return": Place("POST", f"{_DISPUTE}/ship-return"),
    "confirm_return": Place("POST", f"{_DISPUTE}/confirm-return"),
    "contest_return": Place("POST", f"{_DISPUTE}/contest-return"),
    "confirm_replacement": Place("POST", f"{_DISPUTE}/confirm-replacement"),
    # The carrier has no token: the control plane speaks for it.
    "deliver": Place("POST", "/_emulator/sandboxes/{sandbox}/orders/{order}/deliver"),
}
