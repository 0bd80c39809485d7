"""The same requests among few orders and among many, and with many sandboxes beside.

A few hundred requests are made at a time, as many as a thousand orders allow: of those each can be opened once, and who edits one dispute
again and again makes it longer, which is another thing. So the smallest sandbox is filled anew before each round. Each size has a
database and a server of its own, and they take turns.
"""

from __future__ import annotations

import random
from contextlib import ExitStack
from dataclasses import dataclass, field

from . import calls, driving
from .databases import Databases
from .filling import MIX, Filled, fill, load
from .results import Measured, Results, Step, alternate, say
from .serving import Server, emulator
from .terms import Terms

# Of a thousand orders some 450 have a dispute that can be edited, and some 300 can be disputed for dollars.
REQUESTS = 240
READS = 4 * REQUESTS
# They are over in a moment, so there are more rounds than of what takes longer.
MORE_ROUNDS = 3


@dataclass
class _Place:
    """A size: how many orders, in which database, served by whom. A small one is filled anew each time."""

    orders: int
    filled: Filled
    server: Server
    small: bool
    random: random.Random = field(default_factory=lambda: random.Random(7))

    def refresh(self) -> None:
        """As many orders as it had, none of them touched."""
        people = self.filled.people
        self.server.send("POST", f"/_emulator/sandboxes/{people.sandbox}/reset")
        load(self.server.send, people.sandbox, self.orders, MIX)
        self.filled = Filled(self.filled.url, people)

    def some(self, count: int) -> list[str]:
        """So many disputes, each once where there are enough."""
        known = self.filled.disputes
        return self.random.sample(known, count) if count <= len(known) else self.random.choices(known, k=count)

    def requests(self) -> dict[str, list[bytes]]:
        """What is asked in one round. Lists come last, as what was just opened stands in them."""
        people = self.filled.people
        return {
            "read": [calls.read(people, dispute) for dispute in self.some(READS)],
            "edit": [calls.edit(people, dispute) for dispute in self.some(REQUESTS)],
            "open": [calls.open_dispute(people, order) for order in self.filled.undisputed(REQUESTS, self.server.send)],
            "list": [calls.list_disputes(people)] * REQUESTS,
        }


def measure_growth(terms: Terms, results: Results, databases: Databases) -> None:
    """Measure it on one kind of database."""
    kind = databases.kind
    smallest = min(terms.sizes)
    sizes = {str(size): (size, 0) for size in terms.sizes} | {"sandboxes": (smallest, terms.sandboxes)}
    with ExitStack() as stack:
        steps: dict[str, Step] = {}
        for name, (orders, sandboxes) in sizes.items():
            say(f"{kind}: filling with {orders:,} orders")
            url = databases.new(f"growth_{name}")
            stack.callback(databases.drop, url)
            filled = fill(url, orders, sandboxes)
            databases.settle(url)
            place = _Place(orders, filled, stack.enter_context(emulator(url, terms.of_servers)), small=orders == smallest)
            steps[f"{kind}.growth.{name}"] = lambda place=place: _rates(terms, databases, place)  # type: ignore[misc]
        alternate(results, MORE_ROUNDS * terms.rounds, steps)


def _rates(terms: Terms, databases: Databases, place: _Place) -> Measured:
    """Requests a second of each kind."""
    if place.small:
        place.refresh()
        databases.settle(place.filled.url)

    def ask(requests: list[bytes]) -> float:
        with terms.loading():
            done = driving.hurry(place.server.port, map(calls.once, requests), terms.connections)
        return done.requests / done.seconds

    # Whoever has just been filled, or has waited for its turn, is woken first.
    ask([calls.read(place.filled.people, dispute) for dispute in place.some(REQUESTS)])
    return {what: ask(requests) for what, requests in place.requests().items()}
