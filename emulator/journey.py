"""One traveller: moves time and fires everything that falls due on the way, whatever it is that moves.

A **driver** is what is moved: anything with freezegun's `move_to` and `tick`. A **road** knows what lies on the way. A journey goes in
legs: each fires what is due up to some instant, in order, every timer at its own instant, and moves the driver there. Whoever is stopped
between two legs has arrived at an instant, with all before it done and nothing after it; going on from there leads to the same end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from .domain import refusals
from .domain.calendar import LAST_INSTANT_YEAR
from .domain.engine import MAX_FIRINGS, EndlessTimers, Step
from .domain.refusals import Refused
from .domain.words import Edge

_SIDE = {Edge.BEFORE: timedelta(seconds=-1), Edge.AT: timedelta(0), Edge.AFTER: timedelta(seconds=1)}


class Driver(Protocol):
    """What can be moved in time: freezegun's frozen object, or a sandbox's clock."""

    def move_to(self, target_datetime: datetime) -> None: ...

    def tick(self, delta: timedelta) -> object: ...


class Firing(NamedTuple):
    """A timer that has fired, and in which sandbox."""

    sandbox: str
    step: Step


class Road(Protocol):
    """What lies between two instants."""

    def now(self) -> datetime: ...

    def next_due(self) -> datetime | None:
        """When the next timer fires that has not fired yet, or None."""

    def leg(self, target: datetime, most: int | None) -> tuple[datetime, Sequence[Firing]]:
        """Fire what is due up to some instant, at the latest the target, and move there; returns that instant and what fired.

        `most` is about how many timers: those of one instant are never parted.
        """


class Journey(NamedTuple):
    """From where to where the clock has moved, where it was to go, and what fired on the way, in order."""

    start: datetime
    reached: datetime
    target: datetime
    fired: Sequence[Firing]


def journey(
    road: Road,
    by: timedelta | None = None,
    to: datetime | None = None,
    edge: Edge = Edge.AT,
    limit: int | None = None,
) -> Journey:
    """Go `by` so much, or `to` an instant, or to the next timer if neither is named, and to which side of it.

    With a limit the journey ends early, once so many timers have fired. Raises Refused, with nothing moved, where there is no way, and
    EndlessTimers where the timers of an order never let it arrive.
    """
    start = road.now()
    fired = list[Firing]()

    def next_due() -> datetime | None:
        # What is overdue already has fired at its own instant: the next timer lies ahead.
        fired.extend(road.leg(start, None)[1])
        return road.next_due()

    target = destination(start, next_due, by, to, edge)
    return travelled(road, start, target, fired, limit)


def destination(
    start: datetime, next_due: Callable[[], datetime | None], by: timedelta | None, to: datetime | None, edge: Edge
) -> datetime:
    """Where a journey goes; `next_due` is asked for the next timer if neither `by` nor `to` is named. Raises Refused."""
    target = to
    if by is not None:
        try:
            target = start + by
        except OverflowError:
            raise Refused(refusals.CLOCK_TOO_FAR) from None
    elif to is None:
        target = next_due()
    if target is None:
        raise Refused(refusals.NOTHING_DUE)
    target += _SIDE[edge]
    if target < start:
        said = refusals.CLOCK_BACKWARDS
        where = f"That would be {target:%Y-%m-%dT%H:%M:%SZ}, and it is {start:%Y-%m-%dT%H:%M:%SZ} already."
        raise Refused(said, detail=f"{said.title} {where} {said.hint}")
    if target.year >= LAST_INSTANT_YEAR:
        raise Refused(refusals.CLOCK_TOO_FAR)
    return target


def travelled(road: Road, start: datetime, target: datetime, fired: list[Firing], limit: int | None) -> Journey:
    """Go there, leg by leg; what has fired already counts towards the limit. Raises EndlessTimers."""
    times: Counter[str] = Counter()
    _count(times, fired)
    while True:
        reached, some = road.leg(target, None if limit is None else limit - len(fired))
        fired += some
        _count(times, some)
        if reached >= target or (limit is not None and len(fired) >= limit):
            return Journey(start, reached, target, fired)


def _count(times: Counter[str], fired: Sequence[Firing]) -> None:
    """No order's timers fire as often as this in one journey; whoever waits for their end waits for ever."""
    times.update(firing.step.order.id for firing in fired)
    for firing in fired:
        if times[firing.step.order.id] > MAX_FIRINGS:
            raise EndlessTimers([firing.step])
