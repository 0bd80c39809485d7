"""Asks a server for disputes of a filled database."""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Iterator
from itertools import cycle, repeat

from . import calls, driving
from .filling import Filled
from .results import Measured
from .serving import Server
from .terms import Terms
from .wrk import Script

# More are under way than are carried out at once, so that a request waits for the server and not for a connection.
PACED_CONNECTIONS = 32
# So many are opened a second at most, until it is known better.
MOST_OPENED = 3_000


class Asking:
    """Asks a server for disputes of a filled database, each time about others than before."""

    def __init__(self, terms: Terms, filled: Filled) -> None:
        self._terms, self._filled = terms, filled
        self._opened = float(MOST_OPENED)
        self.disputes = list(filled.disputes)
        random.Random(7).shuffle(self.disputes)

    def ask(self, server: Server, what: str) -> float:
        """Requests a second."""
        if what == "open":
            return self._open(server)
        rate = self._terms.wrk(server.base, self._script(what))
        self._turn(rate.requests)
        return rate.per_second

    def _script(self, what: str) -> Script:
        people = self._filled.people
        match what:
            case "read":
                return calls.reading(people, self.disputes)
            case "list":
                return calls.listing(people)
            case _:
                return calls.editing(people, self.disputes)

    def _turn(self, used: int) -> None:
        by = used % len(self.disputes)
        self.disputes = self.disputes[by:] + self.disputes[:by]

    def _open(self, server: Server) -> float:
        """Every order can be opened once only, so some more are at hand than can be reached."""
        count = math.ceil(self._opened * 1.5 * self._terms.seconds)
        orders = self._filled.undisputed(count, server.send)
        rate = self._terms.wrk(server.base, calls.opening(self._filled.people, orders))
        # Those under way at the end may have been opened without an answer that was counted.
        self._filled.give_back(orders[rate.requests + 2 * self._terms.connections :])
        self._opened = rate.per_second
        return rate.per_second

    def live(self, server: Server) -> Measured:
        """Whole lives, and the requests that they take, a second."""
        with self._terms.loading():
            done = driving.hurry(server.port, calls.lives(self._filled.people), self._terms.connections, self._terms.seconds)
        return {"requests": done.requests / done.seconds, "lives": done.scripts / done.seconds}

    def pace(self, server: Server, what: str, per_second: float) -> Measured:
        """The latency that half and 99 of 100 requests stay below when so many come a second, in milliseconds."""
        people = self._filled.people
        make = calls.read if what == "read" else calls.edit
        told, answered = _paced(self._terms, server, (make(people, dispute) for dispute in cycle(self.disputes)), per_second)
        self._turn(answered)
        return told


def pace_bare(terms: Terms, bare: Server, per_second: float) -> Measured:
    """The same for a view that does nothing: what of a latency is the machine's."""
    return _paced(terms, bare, repeat(driving.request("GET", "/", "nobody")), per_second)[0]


def _paced(terms: Terms, server: Server, requests: Iterator[bytes], per_second: float) -> tuple[Measured, int]:
    """The latencies, and how many there were."""
    with terms.loading():
        took = driving.paced(server.port, requests, per_second, terms.seconds, PACED_CONNECTIONS)
    return {"p50": statistics.median(took), "p99": statistics.quantiles(took, n=100)[98]}, len(took)
