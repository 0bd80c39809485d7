"""A thousand seeded random walks over HTTP: three parties, the carrier and time, two orders a sandbox, under both rulesets.

Most calls are chosen from `allowed_actions`, some are illegal on purpose, some are nonsense. Nothing may answer 5xx, what is not allowed
may not succeed, the forecast is what then fires, and every walk ends with an audit that finds nothing.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from ..conftest import Apps
from ..sandbox import CALLS, TRACKED, Json, Sandbox, usd

WALKS, CHUNK, STEPS, ORDERS = 1000, 40, 30, 2
# PostgreSQL is slower and the walks are the same: every fifth chunk goes there.
CHUNKS = [pytest.param(number, "postgresql" if number % 5 == 4 else "sqlite", id=f"{number}") for number in range(WALKS // CHUNK)]
PARTIES = ("buyer", "buyer", "seller", "seller", "mediator", "carrier")
WORDS = {
    "reason": [
        "not_received",
        "no_tracking",
        "tracking_invalid",
        "wrong_address",
        "not_as_described",
        "wrong_item",
        "damaged",
        "defective",
    ],
    "remedy": ["refund", "return_and_refund", "exchange"],
    "cancel": ["goods_received", "valid_tracking_received", "filed_by_mistake", "agreement_reached", "other"],
    "cancel_claim": ["compromise", "refund_to_buyer", "goods_received", "other"],
}
# How often an action is chosen where it is allowed, beside 1 for all others: what leads nowhere, and what ends a life early, is rare.
WEIGHTS = {
    **dict.fromkeys(("send_message", "report_message", "correct_tracking", "request_extension", "extend_protection"), 0.04),
    **dict.fromkeys(("cancel_order", "confirm_receipt", "extend_processing", "send_replacement"), 0.1),
    **dict.fromkeys(("cancel", "cancel_claim", "review", "deliver"), 0.2),
    **dict.fromkeys(("accept", "rule", "confirm_replacement"), 0.4),
    **dict.fromkeys(("escalate", "offer", "answer"), 2),
}
NONSENSE: list[Any] = [
    None,
    0,
    -1,
    1e300,
    "",
    "\n",
    [],
    {},
    [[]],
    True,
    "x" * 6000,
    {"amount": "1e5", "currency": "USD"},
    "sol_",
    "evd_\x07",
]


class Walk:
    """One sandbox and a wanderer in it."""

    def __init__(self, client: FlaskClient, number: int) -> None:
        self.rng = random.Random(number)
        settings = self.settings()
        self.box = Sandbox(client, ruleset=self.rng.choice(("standard", "legacy")), settings=settings, seed=f"walk {number}")
        self.orders: list[str] = []
        self.orders += [self.place() for _ in range(ORDERS)]
        self.went: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()

    def settings(self) -> Json:
        """None, or some that do not contradict each other under either ruleset."""
        if self.rng.random() < 0.5:
            return {}
        drawn = {
            "protection_end_closes_dispute": self.rng.random() < 0.5,
            "receipt_means": self.rng.choice(("confirmed", "delivered")),
            "dispute_days_after_protection": self.rng.choice((0, 30)),
            "tracking_reasons_from": self.rng.choice(("shipped", "delivery_due")),
            "edit_in_claim": self.rng.random() < 0.5,
            "cancel_while_mediating": self.rng.choice(("withdraw", "cancel_claim", "refuse")),
            "appeal_days": self.rng.choice((0, 7)),
            "store_close_count": self.rng.choice((1, 10)),
        }
        return dict(self.rng.sample(sorted(drawn.items()), 4))

    def place(self) -> str:
        """An order, most of the time shipped, often delivered: what comes before is soon told. Where the store is closed, an old one."""
        total = usd(self.rng.choice(("0.01", "47.00", "100.00", "999999.99")))
        answer = self.box.ask("buyer", "place_order", item={"title": "A lamp", "quantity": 1}, total=total)
        if answer.status_code == 409:
            return self.rng.choice(self.orders)
        assert answer.status_code == 201, answer.text
        order: str = (answer.json or {})["id"]
        if self.rng.random() < 0.8:
            self.box.do("seller", "ship", order)
            if self.rng.random() < 0.8:
                self.box.do("carrier", "deliver", order)
        return order

    # ── moves ──────────────────────────────────────────────────────────────────────────────────────────────────────────

    def step(self) -> None:
        slot = self.rng.randrange(ORDERS)
        order = self.orders[slot]
        if self.rng.random() < 0.08:
            self.let_time_pass(order)
            return
        seen = self.look("buyer", order)
        if seen["status"] in ("finished", "cancelled", "payment_processing") and self.rng.random() < 0.3:
            self.orders[slot] = self.place()
            return
        mediating = seen["dispute"] is not None and seen["dispute"]["status"] == "mediating"
        party = self.rng.choice(("mediator", "mediator", "seller", "buyer") if mediating else PARTIES)
        shown = seen if party == "buyer" else self.look(party, order)
        allowed = [entry["action"] for entry in shown.get("allowed_actions", ())]
        chance = self.rng.random()
        if chance < 0.08:
            self.talk_nonsense(party, order)
        elif allowed and chance < 0.88:
            weights = [WEIGHTS.get(name, 1) for name in allowed]
            (action,) = self.rng.choices(allowed, weights)
            if max(weights) < 0.3 and self.rng.random() < 0.8:
                return
            self.send(party, action, order, self.body(action, party, order, shown))
        else:
            action = self.rng.choice([name for name in CALLS if name != "place_order"])
            if (action == "deliver") == (party == "carrier"):
                self.send(party, action, order, self.body(action, party, order, shown), illegal=action not in allowed)

    def look(self, party: str, order: str) -> Json:
        if party == "carrier":
            return {"allowed_actions": [{"action": "deliver"}]}
        answer = self.box.call(party, "GET", f"/v1/orders/{order}")
        assert answer.status_code == 200 or (party == "mediator" and answer.status_code == 404), answer.text
        return (answer.json or {}) if answer.status_code == 200 else {}

    def let_time_pass(self, order: str) -> None:
        box, chance = self.box, self.rng.random()
        if chance < 0.2:
            answer = box.client.post(f"{box.path}/clock/advance", json={"to_next": True})
            assert answer.status_code in (200, 409), answer.text
            return
        deadline = self.look("buyer", order)["next_deadline"]
        if chance < 0.7 and deadline is not None:
            at = datetime.fromisoformat(deadline["at"]) - timedelta(seconds=self.rng.randrange(2))
            box.advance(to=at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
        else:
            box.advance(by=f"PT{self.rng.randrange(12 * 86_400)}S")

    def send(self, party: str, action: str, order: str, body: Json, illegal: bool = False) -> None:
        answer = self.box.ask(party, action, order, **body)
        assert answer.status_code < 500, f"{action} by {party} {body}: {answer.text}"
        if answer.status_code in (200, 201):
            assert not illegal, f"{action} by {party} was not among allowed_actions but went through"
            self.went[action] += 1
            if action == "open_dispute":
                self.box.disputes[order] = (answer.json or {})["id"]
        else:
            assert answer.mimetype == "application/problem+json"
            self.refused[(answer.json or {})["code"]] += 1

    def talk_nonsense(self, party: str, order: str) -> None:
        """Some action with something that is none of its values in it."""
        action = self.rng.choice([name for name in CALLS if name not in ("place_order", "view_solution")])
        if (action == "deliver") != (party == "carrier"):
            return
        body = self.body(action, party, order, {})
        name = self.rng.choice([*(n for n in body if n != "message" or action != "report_message"), "surprise"])
        body[name] = self.rng.choice(NONSENSE)
        answer = self.box.ask(party, action, order, **body)
        assert answer.status_code < 500, f"{action} by {party} {body}: {answer.text}"
        if answer.status_code not in (200, 201):
            self.refused[(answer.json or {})["code"]] += 1
        elif action == "open_dispute":
            self.box.disputes[order] = (answer.json or {})["id"]

    # ── bodies ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def body(self, action: str, party: str, order: str, shown: Json) -> Json:
        """A body for this action: mostly one that fits, sometimes out of range."""
        pick, maybe = self.rng.choice, self.maybe
        match action:
            case "ship":
                return maybe(**TRACKED) | maybe(delivery_days=pick((1, 10, 45, 60, 61)))
            case "correct_tracking" | "send_replacement" | "ship_return":
                return dict(TRACKED)
            case "extend_processing" | "extend_protection" | "request_extension":
                return {"days": pick((1, 10, 100, 365, 366))}
            case "send_message":
                return {"text": "Please confirm receipt early, friend."}
            case "report_message":
                found = self.box.call("buyer", "GET", f"/v1/orders/{order}/messages").json or {"data": []}
                return {"message": pick([entry["id"] for entry in found["data"]] or ["msg_none"])}
            case "review":
                return {"stars": pick((1, 5, 6))}
            case "deliver":
                return maybe(parcel=pick(("order", "return", "replacement")))
            case "open_dispute":
                return {"reason": pick(WORDS["reason"]), "explanation": "So it is.", **self.solution(shown)} | self.photos(party)
            case "edit":
                solution = maybe(**self.solution(shown))
                return maybe(reason=pick(WORDS["reason"])) | solution | {"explanation": f"Look: {self.rng.random()}"} | self.photos(party)
            case "refuse":
                nothing = {"solution": {"remedy": "no_refund_no_return"}}
                return {"reason": "No."} | pick(({}, nothing, {"solution": self.solution(shown)}, {"solution": self.solution(shown)}))
            case "offer":
                return self.solution(shown)
            case "accept" | "accept_solution":
                return {"solution": self.others_solution(party, order)}
            case "cancel":
                return {"reason": pick(WORDS["cancel"]), "comment": "Done."} | {"confirm": pick((True, True, False))}
            case "cancel_claim":
                return {"reason": pick(WORDS["cancel_claim"]), "message": "Done."} | {"confirm": pick((True, False))}
            case "escalate":
                return maybe(message="Please look at this.")
            case "appeal" | "contest_return":
                return {"explanation": "This is not right."} | self.photos(party)
            case "ask":
                return {"to": pick(("buyer", "seller", "both")), "question": "Why?"} | maybe(evidence_required=True)
            case "answer":
                return {"text": "Because."} | self.photos(party)
            case "rule":
                amount = maybe(amount=self.amount(shown)) | maybe(return_required=pick((True, False)))
                return {"in_favor_of": pick(("buyer", "seller")), "explanation": "So it is."} | pick(({}, amount))
            case _:
                return {}

    def maybe(self, **some: Any) -> Json:
        return some if self.rng.random() < 0.5 else {}

    def amount(self, shown: Json) -> Json:
        total: Json = shown.get("total", usd("100.00"))
        return self.rng.choice((total, total, usd("0.01"), usd("30.00"), usd("0.00"), {"amount": "1.00", "currency": "EUR"}))

    def solution(self, shown: Json) -> Json:
        remedy = self.rng.choice(WORDS["remedy"])
        return {"remedy": remedy} if remedy == "exchange" else {"remedy": remedy, "amount": self.amount(shown)}

    def photos(self, party: str) -> Json:
        chance = self.rng.random()
        if chance < 0.2:
            return {"evidence": [self.box.evidence(party, f"{self.rng.random()}.png")]}
        return {"evidence": ["evd_of_nobody"]} if chance < 0.23 else {}

    def others_solution(self, party: str, order: str) -> str:
        other = "seller" if party == "buyer" else "buyer"
        answer = self.box.call(party, "GET", f"/v1/disputes/{self.box.disputes.get(order, 'dsp_none')}")
        found: list[str] = [s["id"] for s in (answer.json or {}).get("solutions", ()) if s["by"] == other]
        return found[-1] if found and self.rng.random() < 0.9 else self.rng.choice(["sol_none", *found])

    # ── the end ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def end(self) -> None:
        """What the forecast says is what fires; the books are in order before and after."""
        box = self.box
        assert box.audit()["violations"] == []
        foreseen = [(timer["at"], timer["rule"], timer["order"], timer["then"]) for timer in box.control("GET", "/forecast")["data"]]
        fired = [(timer["at"], timer["rule"], timer["order"], timer["says"]) for timer in box.advance(by="P4000D")]
        assert fired == foreseen
        assert box.control("GET", "/forecast")["data"] == []
        report = box.audit()
        assert report["ok"] is True, report["violations"]
        assert report["checked"]["orders"] >= ORDERS


@pytest.mark.slow
@pytest.mark.parametrize(("chunk", "kind"), CHUNKS)
def test_random_walks_leave_a_world_that_the_audit_finds_in_order(chunk: int, kind: str, apps: Apps) -> None:
    client = apps(kind).test_client()
    went: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for number in range(chunk * CHUNK, (chunk + 1) * CHUNK):
        walk = Walk(client, number)
        for _ in range(STEPS):
            walk.step()
        walk.end()
        went += walk.went
        refused += walk.refused
    # Walks that went nowhere would prove nothing.
    assert len(went) >= 20, sorted(went.items())
    assert len(refused) >= 20, sorted(refused.items())
