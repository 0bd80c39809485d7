"""Fills databases with what is measured: one sandbox with many orders, whose clock stands still, and others beside it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from emulator import create_app

from .databases import look
from .results import say

LOAD = 5000
NOW = "2026-03-01T12:00:00Z"
# Nearly half of the orders can be disputed, nearly half have a dispute that can be edited; the rest stand elsewhere.
MIX = {
    "awaiting_confirmation": 18,
    "waiting_for_seller": 18,
    "awaiting_shipment": 1,
    "waiting_for_buyer": 1,
    "returning": 1,
    "payment_processing": 1,
}
# A benchmark edits a dispute more often than a buyer may.
SETTINGS = {"edits_max": 1_000_000}

_DISPUTES = """
SELECT d.id FROM sandboxes s JOIN disputes d ON d.world = s.world WHERE s.id = :sandbox AND d.status = 'waiting_for_seller' ORDER BY d.id
"""
# In dollars, so that one body fits all.
_UNDISPUTED = """
SELECT o.id FROM sandboxes s JOIN orders o ON o.world = s.world
WHERE s.id = :sandbox AND o.status = 'awaiting_confirmation' AND o.dispute IS NULL AND o.currency = 'USD' ORDER BY o.id
"""


class Send(Protocol):
    """A call of the control plane; returns the answer's body, and fails where it is none of success."""

    def __call__(self, method: str, path: str, /, *, json: Any = None) -> Any: ...


@dataclass(frozen=True)
class People:
    """A sandbox, the tokens of those in it, and its store."""

    sandbox: str
    buyer: str
    seller: str
    mediator: str
    store: str


class Filled:
    """A database with a sandbox full of orders, and those of them that have not been used yet."""

    def __init__(self, url: str, people: People) -> None:
        self.url, self.people = url, people
        self._undisputed: deque[str] = deque()
        self._seen: set[str] = set()
        self.disputes = [row[0] for row in look(url, _DISPUTES, sandbox=people.sandbox)]

    def undisputed(self, count: int, send: Send) -> list[str]:
        """So many orders that can be disputed, each handed out once. Where there are too few, more are made by `send`."""
        if len(self._undisputed) < count:
            self._find()
        while len(self._undisputed) < count:
            say(f"  making {LOAD} more orders that can be disputed")
            load(send, self.people.sandbox, LOAD, {"awaiting_confirmation": 1})
            self._find()
        return [self._undisputed.popleft() for _ in range(count)]

    def give_back(self, orders: list[str]) -> None:
        """These were not used after all."""
        self._undisputed.extendleft(reversed(orders))

    def _find(self) -> None:
        found = [row[0] for row in look(self.url, _UNDISPUTED, sandbox=self.people.sandbox)]
        self._undisputed.extend(order for order in found if order not in self._seen)
        self._seen.update(found)


@contextmanager
def in_process(url: str) -> Iterator[Send]:
    """Calls an application of this process."""
    app = create_app(url, demo=False)
    client = app.test_client()

    def send(method: str, path: str, /, *, json: Any = None) -> Any:
        answer = client.open(path, method=method, json=json)
        assert answer.status_code < 300, answer.text
        return answer.json if answer.data else None

    try:
        yield send
    finally:
        app.extensions["dispute_emulator"].close()


def make_sandbox(send: Send, seed: str) -> People:
    """A sandbox without orders, with one buyer, one seller and a mediator."""
    wish = {"seed": seed, "world": "empty", "now": NOW, "frozen": True, "settings": SETTINGS}
    made = send("POST", "/_emulator/sandboxes", json=wish)
    token = {account["role"]: account["token"] for account in made["accounts"]}
    store = next(account["store"] for account in made["accounts"] if account["store"])
    return People(made["id"], token["buyer"], token["seller"], token["mediator"], store)


def load(send: Send, sandbox: str, orders: int, mix: dict[str, int]) -> None:
    """Fill a sandbox with orders, none older than a month."""
    for done in range(0, orders, LOAD):
        send("POST", f"/_emulator/sandboxes/{sandbox}/load", json={"orders": min(LOAD, orders - done), "mix": mix, "oldest": "P30D"})


def fill(url: str, orders: int, sandboxes: int = 0) -> Filled:
    """A database with a sandbox of so many orders, and so many other sandboxes with the small world of 24 orders."""
    began = time.perf_counter()
    with in_process(url) as send:
        for _ in range(sandboxes):
            send("POST", "/_emulator/sandboxes", json={"world": "small", "now": NOW, "frozen": True})
        people = make_sandbox(send, "bench")
        load(send, people.sandbox, orders, MIX)
    among = f" among {sandboxes:,} sandboxes" if sandboxes else ""
    say(f"filled with {orders:,} orders{among} in {time.perf_counter() - began:.0f} s")
    return Filled(url, people)
