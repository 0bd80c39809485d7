"""Schemathesis hooks: calls that reach the rules instead of bouncing off a 404.

`make fuzz` starts a server and runs schemathesis with this file. Before each call an account is drawn, and the ids in the path and body
become ids that it can see, from a world that is reset again and again. What is documented as not built answers 501 and is no fault; any
other status from 500 on is one.
"""

from __future__ import annotations

import os
import random
from typing import Any

import httpx
import schemathesis

BASE = os.environ.get("FUZZ_URL", "http://127.0.0.1:8080")
CALLS_PER_WORLD = 400
ACCOUNTS = ("buyer", "buyer-2", "seller", "seller-2", "mediator")
draw = random.Random(20260301)


class World:
    """A sandbox with the small world, and what each of its accounts can see."""

    def __init__(self) -> None:
        self.calls = 0
        self.sandbox: str | None = None
        self.seen: dict[str, dict[str, list[str]]] = {}
        self.tokens: dict[str, str] = {}

    def fresh(self) -> None:
        """A new sandbox in place of the old one."""
        with httpx.Client(base_url=BASE, timeout=30) as http:
            if self.sandbox is not None:
                http.delete(f"/_emulator/sandboxes/{self.sandbox}")
            made = http.post("/_emulator/sandboxes", json={"ruleset": draw.choice(["standard", "legacy"])}).json()
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


world = World()


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Give the call somebody's token, and mostly ids that exist."""
    if world.calls % CALLS_PER_WORLD == 0:
        world.fresh()
    world.calls += 1
    name = draw.choice(ACCOUNTS)
    known = world.seen[name]
    if draw.random() < 0.97:
        case.headers["Authorization"] = f"Bearer {world.tokens[name]}"
    for place in list(case.path_parameters or {}):
        if place == "sandbox" and world.sandbox is not None:
            # Deleting is tried on a sandbox that is gone already; the one in use is deleted by `fresh`.
            case.path_parameters[place] = "sbx_gone" if case.method == "DELETE" else world.sandbox
        elif known.get(place) and draw.random() < 0.95:
            case.path_parameters[place] = draw.choice(known[place])
    body = case.body
    if isinstance(body, dict):
        if isinstance(body.get("solution"), str) and known["solution"]:
            body["solution"] = draw.choice(known["solution"])
        if isinstance(body.get("store"), str):
            body["store"] = draw.choice(known["store"])
        if isinstance(body.get("evidence"), list) and known["evidence"]:
            body["evidence"] = [draw.choice(known["evidence"])]
        for money in ("amount", "total"):
            if isinstance(body.get(money), dict) and draw.random() < 0.8:
                body[money] = {"amount": f"{draw.randint(0, 60)}.{draw.randint(0, 99):02}", "currency": "USD"}


@schemathesis.check
def no_fault_of_the_program(ctx: Any, response: Any, case: Any) -> None:
    """Nothing from 500 on, but for what the contract says is not built yet."""
    if response.status_code >= 500:
        assert response.status_code == 501, f"{response.status_code}: {response.text[:300]}"
        assert response.json()["code"] == "not_implemented"
