"""A sandbox spoken to over HTTP, as a client would: what the tests of stories, answers, refusals and walks are written in.

The calls are written down here from the contract (api.md), not taken from the program, so that a route that moves is a test that fails.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from emulator.pictures import picture

Json = dict[str, Any]

# A Thursday, so that business days and days differ soon.
START = "2026-01-01T12:00:00Z"

_ORDER, _DISPUTE = "/v1/orders/{order}", "/v1/disputes/{dispute}"
CALLS = {
    "place_order": ("POST", "/v1/orders"),
    "cancel_order": ("POST", f"{_ORDER}/cancel"),
    "ship": ("POST", f"{_ORDER}/ship"),
    "correct_tracking": ("POST", f"{_ORDER}/correct-tracking"),
    "send_replacement": ("POST", f"{_ORDER}/send-replacement"),
    "extend_processing": ("POST", f"{_ORDER}/extend-processing"),
    "extend_protection": ("POST", f"{_ORDER}/extend-protection"),
    "request_extension": ("POST", f"{_ORDER}/request-extension"),
    "confirm_receipt": ("POST", f"{_ORDER}/confirm-receipt"),
    "send_message": ("POST", f"{_ORDER}/messages"),
    "report_message": ("POST", f"{_ORDER}/messages/{{message}}/report"),
    "review": ("POST", f"{_ORDER}/review"),
    "open_dispute": ("POST", f"{_ORDER}/disputes"),
    "edit": ("PATCH", _DISPUTE),
    "accept": ("POST", f"{_DISPUTE}/accept"),
    "refuse": ("POST", f"{_DISPUTE}/refuse"),
    "cancel": ("POST", f"{_DISPUTE}/cancel"),
    "escalate": ("POST", f"{_DISPUTE}/escalate"),
    "appeal": ("POST", f"{_DISPUTE}/appeal"),
    "ask": ("POST", f"{_DISPUTE}/claim/ask"),
    "answer": ("POST", f"{_DISPUTE}/claim/answer"),
    "offer": ("POST", f"{_DISPUTE}/claim/offer"),
    "view_solution": ("GET", f"{_DISPUTE}/claim/solution"),
    "accept_solution": ("POST", f"{_DISPUTE}/claim/accept-solution"),
    "decline_solution": ("POST", f"{_DISPUTE}/claim/decline-solution"),
    "cancel_claim": ("POST", f"{_DISPUTE}/claim/cancel"),
    "rule": ("POST", f"{_DISPUTE}/claim/rule"),
    "ship_return": ("POST", f"{_DISPUTE}/ship-return"),
    "confirm_return": ("POST", f"{_DISPUTE}/confirm-return"),
    "contest_return": ("POST", f"{_DISPUTE}/contest-return"),
    "confirm_replacement": ("POST", f"{_DISPUTE}/confirm-replacement"),
    "deliver": ("POST", "/_emulator/sandboxes/{sandbox}/orders/{order}/deliver"),
}
TRACKED = {"tracking_number": "LP00123"}


def usd(amount: str) -> Json:
    return {"amount": amount, "currency": "USD"}


class Sandbox:
    """A sandbox of its own, its clock frozen unless told otherwise. `who` is an account's name."""

    def __init__(self, client: FlaskClient, *, world: str = "empty", now: str | None = START, frozen: bool = True, **wish: Any) -> None:
        self.client = client
        body = {"world": world, "frozen": frozen, **({} if now is None else {"now": now}), **wish}
        answer = client.post("/_emulator/sandboxes", json=body)
        assert answer.status_code == 201, answer.text
        self.made: Json = answer.json or {}
        self.id: str = self.made["id"]
        self.path = f"/_emulator/sandboxes/{self.id}"
        self.tokens = {account["name"]: account["token"] for account in self.made["accounts"]}
        self.ids = {account["name"]: account["id"] for account in self.made["accounts"]}
        self.store: str = next(account["store"] for account in self.made["accounts"] if account["store"])
        self.disputes: dict[str, str] = {}

    # ── calls ──────────────────────────────────────────────────────────────────────────────────────────────────────────

    def headers(self, who: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[who]}"}

    def call(self, who: str, method: str, path: str, **rest: Any) -> TestResponse:
        """Any call with this account's token."""
        return self.client.open(path, method=method, headers=self.headers(who) | rest.pop("headers", {}), **rest)

    def get(self, who: str, path: str) -> Any:
        """What is shown there; it must be."""
        answer = self.call(who, "GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json

    def ask(self, by: str, action: str, order: str | None = None, **body: Any) -> TestResponse:
        """Ask for an action, whatever the answer. `message` of a report stands in the path."""
        method, path = CALLS[action]
        ids = {"sandbox": self.id, "order": order, "dispute": self.disputes.get(order or "", "dsp_none")}
        if action == "report_message":
            ids["message"] = body.pop("message")
        if action == "place_order":
            body.setdefault("store", self.store)
        json = body if method != "GET" else None
        if by == "carrier":
            return self.client.open(path.format(**ids), method=method, json=json)
        return self.call(by, method, path.format(**ids), json=json)

    def do(self, by: str, action: str, order: str | None = None, **body: Any) -> Any:
        """Carry out an action; it must go through."""
        answer = self.ask(by, action, order, **body)
        assert answer.status_code in (200, 201), f"{action} by {by}: {answer.text}"
        shown = answer.json
        if action == "open_dispute" and shown is not None and order is not None:
            self.disputes[order] = shown["id"]
        return shown

    def upload(self, who: str, name: str = "photo.png", data: bytes | None = None) -> TestResponse:
        """Send a file as a form would; without bytes it is a small real picture."""
        content = FileStorage(BytesIO(picture(name) if data is None else data), name)
        # Encoded here: the client would write a large form into a file and leave it open.
        boundary, form = encode_multipart({"file": content})
        return self.call(who, "POST", "/v1/evidence", data=form, content_type=f"multipart/form-data; boundary={boundary}")

    def evidence(self, who: str, name: str = "photo.png") -> str:
        """The id of a small real picture that was uploaded."""
        answer = self.upload(who, name)
        assert answer.status_code == 201, answer.text
        return str((answer.json or {})["id"])

    # ── control plane ──────────────────────────────────────────────────────────────────────────────────────────────────

    def control(self, method: str, path: str = "", **rest: Any) -> Any:
        answer = self.client.open(f"{self.path}{path}", method=method, **rest)
        assert answer.status_code in (200, 201, 204), answer.text
        return answer.json if answer.status_code != 204 else None

    def advance(self, **how: Any) -> list[Json]:
        """Move time; returns what fired."""
        fired: list[Json] = self.control("POST", "/clock/advance", json=how)["fired"]
        return fired

    def wait(self, by: str) -> list[str]:
        """Let so much time pass; returns the rules that fired."""
        return [timer["rule"] for timer in self.advance(by=by)]

    def forecast(self, query: str = "") -> list[Json]:
        """All that will happen if nobody acts, page by page."""
        return self.pages(f"/forecast?limit=1000{query}")

    def pages(self, path: str) -> list[Json]:
        """Every entry of a list of the control plane; the path has a query already."""
        entries: list[Json] = []
        cursor = ""
        while True:
            page = self.control("GET", f"{path}{cursor}")
            entries += page["data"]
            if page["next_cursor"] is None:
                return entries
            cursor = f"&cursor={page['next_cursor']}"

    def now(self) -> str:
        return str(self.control("GET", "/clock")["now"])

    def audit(self) -> Json:
        report: Json = self.control("GET", "/audit")
        return report

    # ── what is shown ──────────────────────────────────────────────────────────────────────────────────────────────────

    def order(self, order: str, who: str = "buyer") -> Json:
        shown: Json = self.get(who, f"/v1/orders/{order}")
        return shown

    def dispute(self, order: str, who: str = "buyer") -> Json:
        shown: Json = self.get(who, f"/v1/disputes/{self.disputes[order]}")
        return shown

    def current(self, order: str, side: str) -> str:
        """The id of that side's current solution."""
        return str(next(s["id"] for s in self.dispute(order, side)["solutions"] if s["by"] == side and s["current"]))

    # ── the usual ways to get somewhere; each returns the order's id, whose total is 100.00 USD ──────────────────────────

    def placed(self, **body: Any) -> str:
        wanted = {"item": {"title": "A lamp", "quantity": 1}, "total": usd("100.00")} | body
        return str(self.do("buyer", "place_order", **wanted)["id"])

    def shipped(self, **body: Any) -> str:
        order = self.placed()
        self.do("seller", "ship", order, **body)
        return order

    def delivered(self) -> str:
        order = self.shipped()
        self.do("carrier", "deliver", order)
        return order

    def finished(self) -> str:
        order = self.shipped()
        self.do("buyer", "confirm_receipt", order)
        return order

    def cancelled(self) -> str:
        order = self.placed()
        self.do("buyer", "cancel_order", order)
        return order

    def opening(self, **body: Any) -> Json:
        """The body of an opening."""
        return {"reason": "no_tracking", "remedy": "refund", "amount": usd("100.00"), "explanation": "So it is."} | body

    def disputed(self, **body: Any) -> str:
        order = self.delivered()
        self.do("buyer", "open_dispute", order, **self.opening(**body))
        return order

    def refused(self, **body: Any) -> str:
        """The seller has said no; `solution` is what he proposes instead."""
        order = self.disputed()
        self.do("seller", "refuse", order, reason="No.", **body)
        return order

    def in_claim(self, **opening: Any) -> str:
        order = self.disputed(**opening)
        self.do("seller", "refuse", order, reason="No.")
        self.do("buyer", "escalate", order)
        return order

    def asked(self, to: str = "buyer", evidence_required: bool = False) -> str:
        order = self.in_claim()
        self.do("mediator", "ask", order, to=to, question="Why?", evidence_required=evidence_required)
        return order

    def ruled(self, side: str = "buyer", **body: Any) -> str:
        order = self.in_claim()
        self.do("mediator", "rule", order, in_favor_of=side, explanation="So it is.", **body)
        return order

    def accepted(self, **opening: Any) -> str:
        """The seller has accepted what the buyer asks."""
        order = self.disputed(**opening)
        self.do("seller", "accept", order, solution=self.current(order, "buyer"))
        return order

    def returning(self, remedy: str = "return_and_refund") -> str:
        """Agreed: the buyer has to send the goods back."""
        return self.accepted(reason="defective", remedy=remedy)

    def sent_back(self, remedy: str = "return_and_refund") -> str:
        order = self.returning(remedy)
        self.do("buyer", "ship_return", order, **TRACKED)
        return order

    def contested(self) -> str:
        order = self.sent_back()
        self.do("seller", "contest_return", order, explanation="A brick.")
        return order

    def replacing(self) -> str:
        """An exchange whose replacement is on its way."""
        order = self.sent_back("exchange")
        self.do("seller", "confirm_return", order)
        self.do("seller", "send_replacement", order, **TRACKED)
        return order

    def withdrawn(self) -> str:
        order = self.disputed()
        self.do("buyer", "cancel", order, reason="other", comment="Done.", confirm=True)
        return order

    def appealed(self, side: str = "seller", **body: Any) -> str:
        """Only in a ruleset that has appeals."""
        order = self.ruled(side, **body)
        self.do("buyer", "appeal", order, explanation="No.")
        return order
