"""Counts what is met (emulator/coverage.py), in every process that serves a database, at next to no cost for a call.

A process remembers what it has written already of each world. What is met there for the first time is written before the call answers,
in a small transaction of its own, so that all processes know at once what a sandbox has met. How often is added up in memory. It is
written along with the next new thing, with the next call after a second, or after many calls; before anybody is told, before a world
makes way for another, and when the process ends. So what is known costs no look at the database, and the numbers of other processes may
lack what they have met since they last wrote.

Counting never harms a call: what the database does not take is kept for the next one.

**Listeners** hear of everything that is met in this process, whatever database it belongs to (`listen`).
"""

from __future__ import annotations

import logging
import time
import weakref
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import takewhile
from multiprocessing.util import Finalize
from threading import Lock
from typing import TypeVar

from . import coverage
from .coverage import LOCKED, Asked, Item
from .domain.engine import Engine, Step
from .domain.order import Order
from .domain.refusals import Refusal, Refused
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
NOWHERE = 0
_NOTHING: frozenset[Item] = frozenset()

_T = TypeVar("_T")

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


def _tell(items: Iterable[Item]) -> None:
    with _LISTENING:
        for heard in _LISTENERS:
            heard.update(items)


class Tally:
    """What is met over one database, as one process counts it."""

    def __init__(self, database: Database) -> None:
        self._db = database
        # Told of the same, for this database alone and as it happens (emulator/metrics.py).
        self.hearer: Callable[[Sequence[Item]], None] | None = None
        self._lock = Lock()
        self._locked = self._ending = False
        self._term: int | None = None
        self._written: OrderedDict[int, set[Item]] = OrderedDict()
        self._waiting: dict[int, dict[Item, int]] = {}
        self._calls = 0
        self._wrote_at = 0.0
        database.before_close.append(self.flush)
        # Unlike atexit this is also asked where a worker process ends; whoever goes before that has been closed.
        Finalize(self, _flush_at_exit, args=(weakref.ref(self),), exitpriority=0)

    # ── what is met ────────────────────────────────────────────────────────────────────────────────────────────────────

    def lock(self) -> None:
        """The control plane asks for a key, so its refusal can be met."""
        self._locked = True
        _tell([LOCKED])

    def acted(
        self,
        sandbox: Sandbox,
        engine: Engine,
        loaded: Loaded | None,
        asked: Asked,
        now: datetime,
        done: Step | Refused,
        steps: Sequence[Step],
    ) -> None:
        """Somebody has asked for an action, and `done` came of it; for when its transaction has ended.

        `loaded` is the order as it lay in the database before, None for a new one; `steps` are all that happened to it, the timers before
        and after included.
        """
        items = coverage.of_steps(steps)
        if loaded is not None:
            items += self._edges(sandbox, engine, loaded, asked, now, done, steps)
        self._note_in(sandbox, engine, items)

    def looked(self, sandbox: Sandbox, engine: Engine, order: Order, asked: Asked, now: datetime, done: Step | Refused) -> None:
        """The same for an action that only looks at a settled order."""
        if order.dispute is not None and order.dispute.superseded:
            # Another dispute has followed: what becomes of the order is no longer this one's.
            return
        upcoming = engine.next_deadline(order)
        loaded = Loaded(order, 0, None if upcoming is None else upcoming.at, mediated=False)
        self.acted(sandbox, engine, loaded, asked, now, done, () if isinstance(done, Refused) else (done,))

    def fired(self, sandbox: Sandbox, engine: Engine, steps: Sequence[Step]) -> None:
        """Timers have fired; for when their transaction has ended."""
        self._note_in(sandbox, engine, coverage.of_steps(steps))

    def refused(self, refusal: Refusal, sandbox: Sandbox | None, engine: Engine | None) -> None:
        """A no is about to be answered, in a sandbox or in none."""
        if sandbox is None or engine is None:
            self._note(NOWHERE, [coverage.refusal_item(refusal)])
        else:
            self._note_in(sandbox, engine, [coverage.refusal_item(refusal)])

    def _edges(
        self, sandbox: Sandbox, engine: Engine, loaded: Loaded, asked: Asked, now: datetime, done: Step | Refused, steps: Sequence[Step]
    ) -> list[Item]:
        """The deadlines that this act lies beside."""
        order, due, earlier = loaded.order, loaded.next_due_at, 0
        if steps and steps[0] is not done:
            # Timers have fired before it was looked at.
            earlier = len(list(takewhile(lambda step: step is not done, steps)))
            order = steps[earlier - 1].order
            upcoming = engine.next_deadline(order)
            due = None if upcoming is None else upcoming.at
        items = coverage.before_timers(engine, order, due, now)
        if asked[1] in coverage.ENDING_ACTIONS:
            items += coverage.beside_ends(engine, loaded.at_hand(order), asked, now)
        if coverage.may_have_fired(engine, order, order.state if earlier or isinstance(done, Refused) else done.before, now):
            later = {step.row.name for step in steps[earlier + 1 :]}
            fired = self._guarded(lambda: tallies.fired_since(self._db.reading, sandbox.world, order.id, now - coverage.SECOND))
            items += coverage.beside_timers([(row, at) for row, at in fired or () if row.name not in later], now)
        return items

    # ── what is kept ───────────────────────────────────────────────────────────────────────────────────────────────────

    def counts(self, sandbox_id: str | None) -> dict[Item, int]:
        """What was met in a sandbox, or anywhere, and how often."""
        self.flush()
        found = tallies.read(self._db.reading, sandbox_id)
        return found | {LOCKED: 1} if self._locked else found

    def begin_anew(self) -> None:
        """Nothing was met yet."""
        with self._db.writing() as session:
            tallies.begin_anew(session)
            term = tallies.term(session)
        with self._lock:
            self._term = term
            self._waiting = {}
            self._written.clear()

    def flush(self, now_met: tuple[int, Iterable[Item]] | None = None) -> None:
        """Write what waits; `now_met` is what the call under way has met, and in which world. Not within a transaction."""
        with self._lock:
            taken, term = self._waiting, self._term
            self._waiting, self._calls, self._wrote_at = {}, 0, time.perf_counter()
        if not taken:
            return

        def write() -> int:
            with self._db.writing() as session:
                current = tallies.term(session)
                if term not in (None, current):
                    # Another process has begun anew meanwhile: only what comes now is of this term.
                    taken.clear()
                    if now_met is not None:
                        taken[now_met[0]] = Counter(now_met[1])
                tallies.add(session, taken)
            return current

        wrote = self._guarded(write)
        with self._lock:
            if wrote is None:
                for world, counts in taken.items():
                    _add(self._waiting.setdefault(world, {}), counts)
                return
            if wrote != term:
                self._written.clear()
            self._term = wrote
            for world, counts in taken.items():
                self._written.setdefault(world, set()).update(counts)
            while len(self._written) > MOST_WORLDS:
                self._written.popitem(last=False)

    def _note_in(self, sandbox: Sandbox, engine: Engine, items: list[Item]) -> None:
        if items:
            items.append(coverage.table_item(engine.table))
            self._note(sandbox.world, items)

    def _note(self, world: int, items: Sequence[Item]) -> None:
        if _LISTENERS:
            _tell(items)
        if self.hearer is not None:
            self.hearer(items)
        with self._lock:
            counts = self._waiting.get(world)
            if counts is None:
                counts = self._waiting[world] = {}
            for item in items:
                counts[item] = counts.get(item, 0) + 1
            self._calls += 1
            known = self._written.get(world, _NOTHING).issuperset(items)
            if known and self._calls < WAIT_CALLS and time.perf_counter() - self._wrote_at < WAIT_SECONDS:
                return
        self.flush((world, items))

    def _guarded(self, ask: Callable[[], _T]) -> _T | None:
        """What the database answers; None where it does not, which is no reason for a call to fail that has been carried out."""
        try:
            return ask()
        except self._db.outages as problem:
            # Where the process ends, the database may have gone before it.
            log.log(
                logging.DEBUG if self._ending else logging.WARNING, "Coverage could not be written; the next call tries again: %s", problem
            )
            return None

    def end(self) -> None:
        """The process ends."""
        self._ending = True
        if not self._db.closed:
            self.flush()


def _add(counts: dict[Item, int], more: Mapping[Item, int]) -> None:
    for item, hits in more.items():
        counts[item] = counts.get(item, 0) + hits


def _flush_at_exit(ref: weakref.ref[Tally]) -> None:
    tally = ref()
    if tally is not None:
        tally.end()
