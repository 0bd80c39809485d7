"""Schemathesis hooks: calls that reach the rules instead of bouncing off a 404.

`make fuzz` starts a server and runs schemathesis with this file. Before each call an account is drawn, and the ids in the path and body
become ids that it can see, from a world that is reset again and again. An id that came from an answer, as the stateful phase hands it on,
stays as it is, and mostly somebody asks who has seen it. Any status from 500 on is a fault.
"""

from __future__ import annotations

import os
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import httpx
import schemathesis

BASE = os.environ.get("FUZZ_URL", "http://127.0.0.1:8080")
CALLS_PER_WORLD = 400
ACCOUNTS = ("buyer", "buyer-2", "seller", "seller-2", "mediator")
# Nothing that is drawn looks like this: it came from an answer.
REAL_ID = re.compile(r"(?P<kind>ord|dsp|sol|evd|msg|sto|sbx|snp)_[a-z2-7]{16}")
draw = random.Random(int(os.environ.get("FUZZ_SEED", "20260301")))


class World:
    """A sandbox with the small world, and what each of its accounts can see."""

    def __init__(self) -> None:
        self.calls = 0
        self.sandbox: str | None = None
        self.seen: dict[str, dict[str, list[str]]] = {}
        self.tokens: dict[str, str] = {}
        self.seen_by: dict[str, set[str]] = defaultdict(set)
        # Sandboxes that calls have made, the oldest first: they go when there are too many.
        self.made: list[str] = []

    def fresh(self) -> None:
        """A new sandbox in place of the old one and of all that were made meanwhile."""
        with httpx.Client(base_url=BASE, timeout=60) as http:
            for gone in (self.sandbox, *self.made):
                if gone is not None:
                    http.delete(f"/_emulator/sandboxes/{gone}")
            self.made = []
            self.seen_by.clear()
            answer = http.post("/_emulator/sandboxes", json={"ruleset": draw.choice(["standard", "legacy"])})
            assert answer.status_code == 201, answer.text
            made = answer.json()
            self.sandbox = made["id"]
            self.tokens = {account["name"]: account["token"] for account in made["accounts"]}
            stores = [account["store"] for account in made["accounts"] if account["store"]]
            for name, token in self.tokens.items():
                headers = {"Authorization": f"Bearer {token}"}
                orders = http.get("/v1/orders?limit=100", headers=headers).json()["data"]
                disputes = http.get("/v1/disputes?limit=100", headers=headers).json()["data"]
                messages = [m["id"] for o in orders for m in http.get(f"/v1/orders/{o['id']}/messages", headers=headers).json()["data"]]
                self.seen[name] = {
                    "order": [o["id"] for o in orders],
                    "dispute": [d["id"] for d in disputes],
                    "solution": [s["id"] for d in disputes for s in d["solutions"]],
                    "evidence": [e["id"] for d in disputes for e in d["evidence"]],
                    "message": messages,
                    "store": stores,
                }
                for ids in self.seen[name].values():
                    for one in ids:
                        self.seen_by[one].add(name)

    def asker(self, ids: list[str]) -> str:
        """Mostly somebody who has seen all of these things; else anybody."""
        knows = set(ACCOUNTS).intersection(*(self.seen_by[one] for one in ids if one in self.seen_by))
        return draw.choice(sorted(knows)) if knows and draw.random() < 0.85 else draw.choice(ACCOUNTS)


world = World()


def _is_real(value: Any) -> bool:
    return isinstance(value, str) and REAL_ID.fullmatch(value) is not None


def _ids(answer: Any) -> Iterator[str]:
    """Every id that an answer tells."""
    if isinstance(answer, dict):
        if _is_real(answer.get("id")):
            yield answer["id"]
        for value in answer.values():
            yield from _ids(value)
    elif isinstance(answer, list):
        for value in answer:
            yield from _ids(value)


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Give the call somebody's token, and mostly ids that exist."""
    if world.calls % CALLS_PER_WORLD == 0:
        world.fresh()
    world.calls += 1
    given = [value for value in (case.path_parameters or {}).values() if _is_real(value)]
    name = world.asker(given)
    known = world.seen[name]
    if draw.random() < 0.97:
        case.headers["Authorization"] = f"Bearer {world.tokens[name]}"
    for place, value in list((case.path_parameters or {}).items()):
        if place == "sandbox" and world.sandbox is not None:
            # Deleting is tried on sandboxes that calls have made; the one in use is deleted by `fresh`.
            if case.method == "DELETE" and "snapshot" not in case.path_parameters:
                case.path_parameters[place] = value if value in world.made else "sbx_gone"
            elif not _is_real(value):
                case.path_parameters[place] = world.sandbox
        elif known.get(place) and not _is_real(value) and draw.random() < 0.95:
            case.path_parameters[place] = draw.choice(known[place])
    body = case.body
    if isinstance(body, dict):
        if isinstance(body.get("solution"), str) and known["solution"] and not _is_real(body["solution"]):
            body["solution"] = draw.choice(known["solution"])
        if isinstance(body.get("store"), str) and not _is_real(body["store"]):
            body["store"] = draw.choice(known["store"])
        if isinstance(body.get("evidence"), list) and known["evidence"]:
            body["evidence"] = [draw.choice(known["evidence"])]
        for money in ("amount", "total"):
            if isinstance(body.get(money), dict) and draw.random() < 0.8:
                body[money] = {"amount": f"{draw.randint(0, 60)}.{draw.randint(0, 99):02}", "currency": "USD"}


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    """Remember who has seen what, and which sandboxes there are now."""
    if response.status_code not in (200, 201) or "json" not in response.headers.get("content-type", [""])[0]:
        return
    sent = (case.headers or {}).get("Authorization", "").removeprefix("Bearer ")
    name = next((name for name, token in world.tokens.items() if token == sent), None)
    answer = response.json()
    for one in _ids(answer):
        if name is not None and case.path.startswith("/v1"):
            world.seen_by[one].add(name)
    if response.status_code == 201 and isinstance(answer, dict) and str(answer.get("id")).startswith("sbx_"):
        world.made.append(answer["id"])


@schemathesis.check
def no_fault_of_the_program(ctx: Any, response: Any, case: Any) -> None:
    """Nothing from 500 on."""
    assert response.status_code < 500, f"{response.status_code}: {response.text[:300]}"
