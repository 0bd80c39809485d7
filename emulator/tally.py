"""Counts what is met (emulator/coverage.py), in every process that serves a database, at next to no cost for a call.

A process remembers what it has written already of each world. What is met there for the first time is written before the call answers, in
a small transaction of its own: whether a sandbox has met something is true in every process at once. How often is added up in memory, and
written along with the next new thing, or after a second, or a number of calls; and before anybody is told, before a sandbox goes, and when the
process ends. So nothing is asked of the database for what is known, and other processes may be behind in their numbers by what they were asked in
the last second or have not been asked since.

Counting never harms a call: where the database does not take it, it is tried again with the next.

**Listeners** hear of everything that is met in this process, whatever database it belongs to (`listen`).
"""

from __future__ import annotations

import logging
import time
import weakref
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import takewhile
from multiprocessing.util import Finalize
from threading import Lock

from . import coverage
from .coverage import Item
from .domain.engine import Engine, Step, Table
from .domain.refusals import Refusal, Refused
from .domain.words import Actor
from .store import tallies
from .store.database import Database
from .store.orders import Loaded, Sandbox

log = logging.getLogger("emulator")

# Of so many worlds a process knows what is written; of others it is written once more.
MOST_WORLDS = 1024
# What is only counted waits for so long, or for so many calls.
WAIT_SECONDS = 1.0
WAIT_CALLS = 500
# The world of what belongs to no sandbox.
_NOWHERE = 0

_LISTENERS: list[Counter[Item]] = []
_LISTENING = Lock()


def listen() -> Counter[Item]:
    """A counter of all that is met in this process from now on, until `leave`."""
    heard: Counter[Item] = Counter()
    with _LISTENING:
        _LISTENERS.append(heard)
    return heard


def leave(heard: Counter[Item]) -> None:
    """Hear no more."""
    with _LISTENING:
        # Counters that are equal are not the same one.
        _LISTENERS[:] = [listener for listener in _LISTENERS if listener is not heard]


class Tally:
    """What is met over one database, as one process counts it."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._lock = Lock()
        self._term: int | None = None
        self._written: OrderedDict[int, set[Item]] = OrderedDict()
        self._waiting: dict[int, Counter[Item]] = {}
        self._calls = 0
        self._wrote_at = time.perf_counter()
        database.before_close.append(self.flush)
        # Also at the end of a worker process, where atexit is not asked.
        Finalize(self, _flush_at_exit, args=(weakref.ref(self),), exitpriority=0)

    # ── what is met ────────────────────────────────────────────────────────────────────────────────────────────────────

    def acted(
        self,
        sandbox: Sandbox,
        engine: Engine,
        loaded: Loaded | None,
        actor: Actor,
        action: str,
        now: datetime,
        done: Step | Refused,
        steps: Sequence[Step],
    ) -> None:
        """Somebody has asked for an action, and this came of it; to be called when it is saved. `steps` are all, timers before and after."""
