"""A sandbox of a server beside its twin on the core: what they show, compared down to the last field."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from emulator.pictures import picture

from ..crash.wire import Reply
from .model import PARTIES, Expected, Model, in_some_order

Json = dict[str, Any]
# method, path, body, and by name: token, headers, form, key.
Ask = Callable[..., Reply]


class Twin:
    """One sandbox. Whatever differs is an AssertionError that says where; `note` is told of every answer that was judged.

    Without `timely` the Date of refusals is not looked at: where the database goes away after the refusal they tell the wall's.
    """

    def __init__(self, ask: Ask, made: Json, model: Model, note: Callable[[str], object] | None = None, timely: bool = True) -> None:
        self.ask = ask
        self.timely = timely
        self.note = note or (lambda _: None)
        self.model = model
        self.id: str = made["id"]
        self.tokens: Mapping[str, str] = {account["name"]: account["token"] for account in made["accounts"]}

    @property
    def path(self) -> str:
        return f"/_emulator/sandboxes/{self.id}"

    def token(self, party: str | None) -> str | None:
        """The carrier has none."""
        return self.tokens.get(party or "")

    def expected(self, party: str, action: str, ids: Mapping[str, str], body: Mapping[str, Any], stale: bool = False) -> Expected:
        """What the core answers to an action, which is thereby done."""
        found = self.model.act(party, action, ids, body, stale)
        if party == "carrier":
            # His calls name the sandbox, of which the core knows nothing.
            for entry in found.body.get("allowed_actions", ()):
                entry["href"] = entry["href"].replace("{sandbox}", self.id)
        return found

    # ── one answer ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def judge(self, reply: Reply, expected: Expected, what: str) -> None:
        """The answer is what the core says: all of what went through, and of a refusal what the core knows; and it is of the same time."""
        self.note(f"{what} → {reply.status}{' ' + reply.json['code'] if reply.status >= 400 else ''}")
        wanted = plain(expected.body)
        shown = reply.json
        if reply.status >= 400:
            assert reply.headers["content-type"] == "application/problem+json"
            shown = {name: shown.get(name) for name in wanted}
            if "errors" in wanted:
                shown["errors"] = sorted({name.partition(".")[0] for name in shown["errors"] or ()})
        self.same((reply.status, shown), (expected.status, wanted), what)
        if not self.timely and not reply.ok:
            return
        date = parsedate_to_datetime(reply.headers["date"])
        assert date == self.model.now, f"{what}: Date says {date}, the core {self.model.now}"

    def same(self, shown: Any, wanted: Any, what: str) -> None:
        wanted = plain(wanted)
        shown = plain(shown)
        assert shown == wanted, f"{what}:\n" + "\n".join(_differences(shown, wanted, ""))

    # ── all that is shown ──────────────────────────────────────────────────────────────────────────────────────────────

    def look(self, what: str, party: str, filters: Mapping[str, str], limit: int = 100) -> None:
        model, token = self.model, self.tokens[party]
        match what:
            case "orders":
                self.same(self.pages("/v1/orders", token, filters, limit), model.orders(party, filters), f"{what} of {party} {filters}")
            case "disputes":
                shown = self.pages("/v1/disputes", token, filters, limit)
                self.same(shown, model.disputes(party, filters), f"{what} of {party} {filters}")
            case "mails":
                mails = self.pages("/v1/mailbox", token, {}, limit)
                assert [mail["at"] for mail in mails] == sorted((mail["at"] for mail in mails), reverse=True)
                self.same(in_some_order(mails), in_some_order(plain(model.mails(party))), f"mails of {party}")
            case "me":
                shown = self.get("/v1/me", token)
                self.same({name: shown.get(name) for name in model.purse(party)}, model.purse(party), f"the purse of the {party}")
                self.same(shown["now"], model.now, "now")
            case "store":
                self.same(self.get(f"/v1/stores/{model.store}", token), model.store_view(), "the store")
            case "timeline":
                self.same(self.pages(f"{self.path}/timeline", None, {}, limit), model.timeline(), "the timeline")
            case "forecast":
                self.same(
                    self.pages(f"{self.path}/forecast", None, filters, limit), model.forecast(filters.get("order")), f"forecast {filters}"
                )
            case "operations":
                if party == "buyer":
                    self.same(self.pages("/v1/operations", token, {}, limit), model.operations(), "operations")
            case "files":
                for evidence in list(model.world.files)[-2:]:
                    reply = self.ask("GET", f"/v1/evidence/{evidence}", token=token)
                    file = model.file(party, evidence)
                    wanted = (404, None) if file is None else (200, picture(file.name))
                    assert (reply.status, reply.raw if reply.status == 200 else None) == wanted, f"{evidence} for {party}: {reply.status}"
            case "claims":
                for dispute in model.opened:
                    self.judge(self.ask("GET", f"/v1/disputes/{dispute}/claim", token=token), model.show_claim(party, dispute), "the claim")
                    solution = {"dispute": dispute}
                    reply = self.ask("GET", f"/v1/disputes/{dispute}/claim/solution", token=token)
                    self.judge(reply, self.expected(party, "view_solution", solution, {}), f"{party} views the solution")
                    if model.show_dispute(party, dispute).status == 200:
                        history = self.pages(f"/v1/disputes/{dispute}/history", token, {}, limit)
                        self.same(history, model.history(dispute), f"the history of {dispute}")
            case _:
                raise AssertionError(what)

    def compare_orders(self) -> None:
        for order in list(self.model.world.orders):
            self.compare(order)

    def compare(self, order: str) -> None:
        """The order and its dispute as each of the three sees them."""
        model = self.model
        latest = model.world.orders[order].dispute
        for party in PARTIES:
            token = self.tokens[party]
            self.judge(self.ask("GET", f"/v1/orders/{order}", token=token), model.show_order(party, order), f"{order} for {party}")
            if latest is not None:
                reply = self.ask("GET", f"/v1/disputes/{latest.id}", token=token)
                self.judge(reply, model.show_dispute(party, latest.id), f"{latest.id} for {party}")

    def compare_all(self) -> None:
        """Everything that can be seen, and the books."""
        model = self.model
        self.compare_orders()
        for party in PARTIES:
            for what in ("orders", "disputes", "mails", "me", "claims", "files"):
                self.look(what, party, {})
            for order in model.world.orders:
                reply = self.ask("GET", f"/v1/orders/{order}/payment", token=self.tokens[party])
                self.judge(reply, model.show_payment(party, order), f"the payment of {order} for {party}")
                if party != "mediator":
                    messages = self.pages(f"/v1/orders/{order}/messages", self.tokens[party], {})
                    self.same(messages, model.messages(order), f"the messages of {order}")
            for dispute in model.opened:
                reply = self.ask("GET", f"/v1/disputes/{dispute}", token=self.tokens[party])
                self.judge(reply, model.show_dispute(party, dispute), f"{dispute} for {party}")
        for what in ("store", "timeline", "forecast", "operations"):
            self.look(what, "buyer", {})
        self.compare_books()
        self.add_up()

    def compare_lists(self) -> None:
        """All that there is, by the lists that show it whole, and the audit: what is left out is other views of the same."""
        model = self.model
        for party in PARTIES:
            self.look("orders", party, {})
            self.look("disputes", party, {})
            self.look("files", party, {})
        for what, party in (("me", "buyer"), ("me", "seller"), ("store", "seller"), ("timeline", "buyer"), ("forecast", "buyer")):
            self.look(what, party, {})
        for order in {of for of, _ in model.world.messages}:
            self.same(self.pages(f"/v1/orders/{order}/messages", self.tokens["buyer"], {}), model.messages(order), f"messages of {order}")
        self.compare_books()

    def compare_books(self) -> None:
        """Every e-mail is there once, and the audit finds nothing."""
        mails = self.pages(f"{self.path}/mailbox", None, {})
        self.same(in_some_order(mails), in_some_order(plain(self.model.mails(None))), "all mails")
        report = self.get(f"{self.path}/audit", None)
        assert report["ok"] is True, report
        assert report["violations"] == [], report
        assert report["checked"]["orders"] == len(self.model.world.orders), report

    def add_up(self) -> None:
        """The timeline's transfers, added up from nothing, are where the payments say the money lies; and all of it sums to nothing."""
        shown = {
            "escrow": "escrow",
            "hold": "on_hold",
            "seller": "paid_to_seller",
            "refunding": "refund_on_its_way",
            "refunded": "refunded",
        }
        books: dict[str, Counter[str]] = {order: Counter() for order in self.model.world.orders}
        for event in self.pages(f"{self.path}/timeline", None, {}):
            for moved in event["money"]:
                minor = int(moved["amount"]["amount"].replace(".", ""))
                books[event["order"]][moved["from"]] -= minor
                books[event["order"]][moved["to"]] += minor
        for order, held in books.items():
            assert sum(held.values()) == 0
            payment = self.get(f"/v1/orders/{order}/payment", self.tokens["buyer"])
            lies = {account: int(payment[name]["amount"].replace(".", "")) for account, name in shown.items()}
            assert {account: held[account] for account in lies} == lies, f"{order}: the ledger says {held}, its payment {payment}"

    def get(self, path: str, token: str | None) -> Any:
        """What is shown there; it must be."""
        reply = self.ask("GET", path, token=token)
        assert reply.status == 200, f"{path}: {reply}"
        return reply.json

    def pages(self, path: str, token: str | None, filters: Mapping[str, str], limit: int = 100) -> list[Any]:
        """A whole list, page by page."""
        entries: list[Any] = []
        query = "&".join(f"{name}={value}" for name, value in {**filters, "limit": limit}.items())
        cursor = ""
        while True:
            page = self.get(f"{path}?{query}{cursor}", token)
            assert len(page["data"]) <= limit
            entries += page["data"]
            if page["next_cursor"] is None:
                return entries
            cursor = f"&cursor={page['next_cursor']}"


def plain(value: Any) -> Any:
    """As JSON has it."""
    return json.loads(json.dumps(value, default=lambda instant: instant.strftime("%Y-%m-%dT%H:%M:%SZ")))


def _differences(shown: Any, wanted: Any, path: str) -> list[str]:
    """Where two JSON values part, one line each."""
    if isinstance(shown, dict) and isinstance(wanted, dict):
        names = {**shown, **wanted}
        return [line for name in names for line in _differences(shown.get(name), wanted.get(name), f"{path}.{name}")]
    if isinstance(shown, list) and isinstance(wanted, list) and len(shown) == len(wanted):
        return [line for number, pair in enumerate(zip(shown, wanted, strict=True)) for line in _differences(*pair, f"{path}[{number}]")]
    return [] if shown == wanted else [f"  {path or 'it'}: the server shows {shown!r}, the core {wanted!r}"]
