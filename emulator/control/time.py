"""Time: the clocks of sandboxes, journeys, and what will happen if nobody acts."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from weakref import WeakSet

from .. import views
from ..clock import Clock, wall_now
from ..domain import refusals
from ..domain.engine import Engine, Step
from ..domain.refusals import Refused
from ..domain.words import ClockMode, Edge
from ..journey import Driver, Firing, Journey, destination, travelled
from ..replies import NOBODY, UNCONDITIONAL, Answer, Conditions, Once
from ..service import Marketplace, clock_of, now_of, sandbox_engine, settle_due
from ..store import reading, sandboxes
from ..store.codec import seconds
from ..store.database import Database, Session
from ..store.orders import Sandbox, find_order, timed_orders
from ..tally import Tally
from .access import clock_row, clock_view, find, find_locked

Json: TypeAlias = dict[str, Any]
Place: TypeAlias = tuple[int, str, int]

# So many orders are settled in one transaction: what a kill can undo, and how long others wait for the file.
LEG_ORDERS = 500


class Time:
    """The clocks of one database's sandboxes."""

    def __init__(self, database: Database, marketplace: Marketplace) -> None:
        self.database = database
        self._marketplace = marketplace
        self.tally = marketplace.tally
        _RUNNING.add(self)

    def clock(self, sandbox_id: str) -> Answer:
        session = self.database.reading
        sandbox = find(session, sandbox_id).sandbox
        now = now_of(session, sandbox)
        return Answer(clock_view(sandbox.clock.mode, now), now)

    def set_clock(self, sandbox_id: str, mode: ClockMode, to: datetime | None) -> Answer:
        """Another mode, and another instant if one is named; what falls due on the way fires."""
        if mode is ClockMode.REAL:
            if to is not None:
                raise Refused(refusals.MALFORMED, errors={"now": ["A real clock shows the wall's time; leave `now` out."]})
            to = wall_now()
        if to is not None:
            now = SandboxRoad(self.database, self.tally, sandbox_id, becomes=mode).journey(to=to).reached
            return Answer(clock_view(mode, now), now)
        with self.database.writing() as session:
            clock = clock_of(find_locked(session, sandbox_id).sandbox).switched(mode)
            sandboxes.set_clock(session, sandbox_id, clock_row(clock))
        return Answer(clock_view(mode, clock.virtual), clock.virtual)

    def advance(
        self,
        sandbox_id: str,
        by: timedelta | None,
        to: datetime | None,
        edge: Edge,
        limit: int | None,
        conditions: Conditions = UNCONDITIONAL,
    ) -> Answer:
        """Move time; every timer on the way has fired before the answer. With a limit the answer says how to go on.

        One that is to be carried out once and was cut off goes on to where it was going, when it comes again.
        """
        if conditions.once is None:
            made = SandboxRoad(self.database, self.tally, sandbox_id).journey(by, to, edge, limit)
            return Answer(report(made) | _onward(made.reached, made.target, limit), made.reached)
        return RoadOnce(self.database, self.tally, sandbox_id, conditions.once).answer(by, to, edge, limit)

    def forecast(
        self, sandbox_id: str, order_id: str | None, until: datetime | None, after: Place | None, most: int
    ) -> tuple[Answer, Place | None]:
        """Every timer that will fire if nobody acts, soonest first, and the place of the last one shown; changes nothing."""
        session = self.database.reading
        sandbox = find(session, sandbox_id).sandbox
        now = now_of(session, sandbox)
        self._marketplace.settle_world(sandbox, now)
        shown: list[tuple[Place, Step]] = []
        with self.database.looking() as session:
            for place, step in self._coming(session, find(session, sandbox_id).sandbox, order_id):
                if until is not None and step.at > until:
                    break
                if after is None or place > after:
                    shown.append((place, step))
                if len(shown) > most:
                    break
        body = [views.forecast_view(step) for _, step in shown[:most]]
        return Answer(body, now), shown[most - 1][0] if len(shown) > most else None

    def _coming(self, session: Session, sandbox: Sandbox, order_id: str | None) -> Iterator[tuple[Place, Step]]:
        """What is to come, in order, each with its instant, its order and its number among the order's own."""
        engine = sandbox_engine(sandbox)
        if order_id is not None:
            loaded = find_order(session, sandbox.world, order_id)
            if loaded is None:
                raise Refused(refusals.NOT_FOUND)
            return iter(_chain(engine, loaded.order))
        # Chains begin where their orders' next timers lie, so an order is not looked at before its time has come.
        chains = (_chain(engine, loaded.order) for loaded in timed_orders(session, sandbox.world))
        return _merged(chains)


def _chain(engine: Engine, order: Any) -> list[tuple[Place, Step]]:
    return [((seconds(step.at), step.order.id, number), step) for number, step in enumerate(engine.forecast(order))]


def _merged(chains: Iterator[list[tuple[Place, Step]]]) -> Iterator[tuple[Place, Step]]:
    """Chains that come in order of their first steps, merged; none is taken before it is needed."""
    waiting: list[tuple[Place, Step]] = []
    for chain in chains:
        if not chain:
            continue
        while waiting and waiting[0][0] < chain[0][0]:
            yield heapq.heappop(waiting)
        for entry in chain:
            heapq.heappush(waiting, entry)
    while waiting:
        yield heapq.heappop(waiting)


def report(made: Journey) -> Json:
    """What has become of a journey."""
    return {"from": made.start, "to": made.reached, "fired": [views.fired_view(firing.step) for firing in made.fired]}


def _onward(reached: datetime, target: datetime, limit: int | None) -> Json:
    """How to go on from there."""
    return {"next": None if reached >= target else {"to": target, "limit": limit}}


class SandboxClock:
    """A sandbox's clock as something that is driven, inside the transaction that fires what is due."""

    def __init__(self, session: Session, sandbox: Sandbox) -> None:
        self._session = session
        self._id = sandbox.id
        self._clock = clock_of(sandbox)

    def move_to(self, target_datetime: datetime) -> None:
        """Show this instant from now on. A running clock that is past it already stays where it is."""
        if target_datetime > self._clock.now():
            self._keep(self._clock.moved(target_datetime))

    def tick(self, delta: timedelta) -> None:
        self.move_to(self._clock.now() + delta)

    def become(self, mode: ClockMode) -> None:
        """The same instant under another mode."""
        self._keep(self._clock.switched(mode))

    def _keep(self, clock: Clock) -> None:
        self._clock = clock
        sandboxes.set_clock(self._session, self._id, clock_row(clock))


class SandboxRoad:
    """A sandbox's timers, one transaction a leg; the clock moves in the same transaction. At the end it may become of another mode."""

    def __init__(self, database: Database, tally: Tally, sandbox_id: str, becomes: ClockMode | None = None) -> None:
        self._db = database
        self._tally = tally
        self._id = sandbox_id
        self._world = find(database.reading, sandbox_id).sandbox.world
        self._becomes = becomes

    def now(self) -> datetime:
        session = self._db.reading
        return now_of(session, find(session, self._id).sandbox)

    def next_due(self) -> datetime | None:
        return reading.next_due(self._db.reading, self._world)

    def journey(self, by: timedelta | None = None, to: datetime | None = None, edge: Edge = Edge.AT, limit: int | None = None) -> Journey:
        """A whole journey, as `journey.journey` makes it.

        Where it begins and where it goes are found in the transaction of its first leg, so that of many who go by a day each goes a day.
        """
        with self._db.writing() as session:
            sandbox = find_locked(session, self._id).sandbox
            self._world, now = sandbox.world, now_of(session, sandbox)
            overdue: list[Step] = []

            def next_due() -> datetime | None:
                # What is overdue fires first, so that the next timer lies ahead.
                overdue.extend(settle_due(session, sandbox, now))
                return reading.next_due(session, sandbox.world)

            start, target, before = self._under_way(session, now) or (now, destination(now, next_due, by, to, edge), 0)
            self._set_out(start, target, overdue, limit)
            left = None if limit is None else limit - before
            reached, steps = self._go(session, sandbox, target, left)
        self._tally.fired(sandbox, sandbox_engine(sandbox), [*overdue, *steps])
        fired = [Firing(self._id, step) for step in (*overdue, *steps)]
        if reached >= target or (left is not None and len(fired) >= left):
            return Journey(start, reached, target, fired)
        return travelled(self, start, target, fired, left)

    def leg(self, target: datetime, most: int | None) -> tuple[datetime, Sequence[Firing]]:
        with self._db.writing() as session:
            sandbox = find_locked(session, self._id).sandbox
            if sandbox.world != self._world:
                # Somebody has reset or restored the sandbox meanwhile: what is there now is not what was to be moved.
                return target, ()
            reached, steps = self._go(session, sandbox, target, most)
        self._tally.fired(sandbox, sandbox_engine(sandbox), steps)
        return reached, [Firing(self._id, step) for step in steps]

    def _go(self, session: Session, sandbox: Sandbox, target: datetime, most: int | None) -> tuple[datetime, list[Step]]:
        orders = LEG_ORDERS if most is None else max(1, min(most, LEG_ORDERS))
        reached = reading.due_after(session, sandbox.world, target, orders) or target
        steps = settle_due(session, sandbox, reached)
        driver = SandboxClock(session, sandbox)
        driver.move_to(reached)
        if reached == target and self._becomes is not None:
            driver.become(self._becomes)
        self._passed(session, reached, steps)
        return reached, steps

    def _under_way(self, session: Session, now: datetime) -> tuple[datetime, datetime, int] | None:  # noqa: ARG002 -- for who knows more
        """From where to where the same journey was going when it was cut off, and how many timers had fired; None if it was not."""
        return None

    def _set_out(self, start: datetime, target: datetime, overdue: Sequence[Step], limit: int | None) -> None:
        """The way is known and open."""

    def _passed(self, session: Session, reached: datetime, steps: Sequence[Step]) -> None:
        """What else is done in the transaction of a leg."""


class RoadOnce(SandboxRoad):
    """The same for a journey that is made once: each leg notes how far it has come, and the last one keeps the answer."""

    def __init__(self, database: Database, tally: Tally, sandbox_id: str, once: Once) -> None:
        super().__init__(database, tally, sandbox_id)
        self._once = once
        self._start = self._target = self.now()
        self._limit: int | None = None
        self._fired: list[Json] = []
        self._answer: Answer | None = None

    def answer(self, by: timedelta | None, to: datetime | None, edge: Edge, limit: int | None) -> Answer:
        """Make the journey, or the rest of it; raises Refused, and Replayed where it has been made."""
        reached = self.journey(by, to, edge, limit).reached
        # Where the sandbox has been reset on the way, there is nothing to be kept.
        return self._answer or self._report(reached)

    def _under_way(self, session: Session, now: datetime) -> tuple[datetime, datetime, int] | None:
        plan = self._once.replay(session, self._world, NOBODY, now)
        if plan is None:
            return None
        self._fired = plan["fired"]
        return datetime.fromisoformat(plan["from"]), datetime.fromisoformat(plan["to"]), len(self._fired)

    def _set_out(self, start: datetime, target: datetime, overdue: Sequence[Step], limit: int | None) -> None:
        self._start, self._target, self._limit = start, target, limit
        self._fired += [views.fired_view(step) for step in overdue]

    def _passed(self, session: Session, reached: datetime, steps: Sequence[Step]) -> None:
        self._fired += [views.fired_view(step) for step in steps]
        if reached < self._target and (self._limit is None or len(self._fired) < self._limit):
            plan = {"from": self._start, "to": self._target, "fired": self._fired}
            self._once.plan(session, self._world, NOBODY, reached, plan)
        else:
            self._answer = self._report(reached)
            self._once.keep(session, self._world, NOBODY, reached, self._answer)

    def _report(self, reached: datetime) -> Answer:
        told = {"from": self._start, "to": reached, "fired": self._fired}
        return Answer(told | _onward(reached, self._target, self._limit), reached)


# ── all sandboxes of this process, for who moves the wall itself ───────────────────────────────────────────────────────

_RUNNING: WeakSet[Time] = WeakSet()


def running() -> list[Time]:
    """The time of every application that this process has made and keeps open."""
    return [time for time in _RUNNING if not time.database.closed]


def _settled(application: Time, sandbox_id: str) -> list[Firing]:
    """Fire what is due in a sandbox, as it is now: other threads may have reset or deleted it since it was found."""
    with application.database.writing() as session:
        sandboxes.lock(session, sandbox_id)
        found = sandboxes.find(session, sandbox_id)
        if found is None:
            return []
        steps = settle_due(session, found[0], now_of(session, found[0]))
    application.tally.fired(found[0], sandbox_engine(found[0]), steps)
    return [Firing(sandbox_id, step) for step in steps]


class ProcessRoad:
    """The timers of every sandbox that follows the wall, in some applications of this process; the driver moves the wall."""

    def __init__(self, driver: Driver, applications: Sequence[Time]) -> None:
        self._driver = driver
        self._applications = applications

    def now(self) -> datetime:
        return wall_now()

    def next_due(self) -> datetime | None:
        return min((due for _, _, due in self._due()), default=None)

    def leg(self, target: datetime, most: int | None) -> tuple[datetime, Sequence[Firing]]:  # noqa: ARG002 -- a road's signature
        """As far as the next instant at which anything fires, so that all code sees that instant on the wall."""
        due = self.next_due()
        reached = target if due is None else min(due, target)
        # What is overdue fires where the wall is.
        reached = max(reached, self.now())
        self._driver.move_to(reached)
        assert self.now() >= reached, "The driver does not move the wall, so it would never get there."
        fired: list[Firing] = []
        for application, sandbox, at in self._due():
            if at <= reached:
                fired += _settled(application, sandbox.id)
        if reached >= target:
            self._arrive()
        return reached, sorted(fired, key=lambda firing: (firing.step.at, firing.step.order.id))

    def _arrive(self) -> None:
        """Every clock remembers where it has been taken, though nobody has looked at it yet: a journey is not undone by unfreezing."""
        for application in self._applications:
            session = application.database.reading
            for sandbox in sandboxes.with_running_clocks(session):
                now_of(session, sandbox)

    def _due(self) -> Iterator[tuple[Time, Sandbox, datetime]]:
        """Every sandbox with a timer, and when the wall will be where it fires."""
        for application in self._applications:
            session = application.database.reading
            for sandbox in sandboxes.with_running_clocks(session):
                due = reading.next_due(session, sandbox.world)
                if due is not None:
                    yield application, sandbox, clock_of(sandbox).reaches(due)
