"""`travel`: moves time and fires what falls due on the way, whether freezegun drives or a sandbox's own clock.

freezegun may be missing, and so may the client; who has no frozen object and no sandbox has never imported them, so they are looked for
among what has been imported.
"""

from __future__ import annotations

import datetime
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from ..durations import parse_duration

if TYPE_CHECKING:
    from dispute_emulator_client import Clock
    from flask import Flask

    from ..control.time import Time
    from ..journey import Driver

Json: TypeAlias = dict[str, Any]
Side: TypeAlias = Literal["before", "at", "after"]

# Beyond what any clock shows, and what a duration can say.
_FARTHEST = datetime.timedelta(days=4_000_000)


class CannotTravel(RuntimeError):
    """There is no way.

    `code` is the contract's name for the refusal, or one of `not_main_thread`, `freeze_over`, `freeze_covered` and `nobody_here`.
    """

    def __init__(self, code: str, says: str) -> None:
        super().__init__(says)
        self.code = code


def travel(
    driver: Driver | Clock,
    *,
    by: datetime.timedelta | str | None = None,
    to: datetime.datetime | str | None = None,
    to_next: bool = False,
    edge: Side = "at",
    app: Flask | None = None,
) -> Json:
    """Move time `by` so much, or `to` an instant, or `to_next`, the next one at which anything fires; to which `edge` of it.

    `driver` is what freezegun's freeze gives (`with freeze_time(…) as frozen`), or a sandbox's clock (`sandbox.clock`). Every timer that is
    due on the way has fired, in order and each at its own instant, when this returns. With freezegun the wall of this process moves, and
    with it every sandbox whose clock is not frozen, in all applications of this process or in `app` alone; all code sees the due
    instant while its timers fire.

    `by` is a timedelta or an ISO 8601 duration (P15D), `to` a datetime (UTC where it has no offset) or an RFC 3339 text. Returns the report
    of the contract: `from`, `to`, `fired`, `next`; with freezegun each line of `fired` names its `sandbox` too. Raises CannotTravel where
    there is no way (nothing has moved then, unless timers never come to an end), ValueError for arguments that make no sense, and TypeError
    for what is no driver.
    """
    span, target = _span(by), _instant(to)
    if sum((span is not None, target is not None, bool(to_next))) != 1:
        raise ValueError("Name exactly one of `by`, `to` and `to_next=True`.")
    if edge not in ("before", "at", "after"):
        raise ValueError(f"`edge` is before, at or after, not {edge!r}.")
    if span is not None and span < datetime.timedelta(0):
        raise CannotTravel("clock_backwards", "A clock never goes back: `by` is negative.")
    if span is not None and span > _FARTHEST:
        raise CannotTravel("clock_too_far", "No clock shows an instant as far away as that.")
    client: Any = sys.modules.get("dispute_emulator_client")
    if client is not None and isinstance(driver, client.AsyncClock):
        raise TypeError("travel() does not wait, and this clock must be waited for: `await sandbox.advance(…)`.")
    if client is not None and isinstance(driver, client.Clock):
        if app is not None:
            raise ValueError("`app` says whose sandboxes freezegun moves; a sandbox's clock moves its own sandbox alone.")
        return _by_clock(driver, span, target, edge)
    return _by_freezegun(_frozen(driver), span, target, edge, app)


# ── arguments ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _span(by: datetime.timedelta | str | None) -> datetime.timedelta | None:
    if by is None or isinstance(by, datetime.timedelta):
        return by
    if not isinstance(by, str):
        raise TypeError(f"`by` is a timedelta or a duration such as P15D, not {by!r}.")
    return parse_duration(by)


def _instant(to: datetime.datetime | str | None) -> datetime.datetime | None:
    if to is None:
        return None
    if isinstance(to, str):
        return _read(to)
    if not isinstance(to, datetime.datetime):
        raise TypeError(f"`to` is a datetime or a text such as 2026-03-17T09:00:00Z, not {to!r}.")
    return to.replace(tzinfo=datetime.UTC) if to.tzinfo is None else to.astimezone(datetime.UTC)


def _read(text: str) -> datetime.datetime:
    try:
        read = datetime.datetime.fromisoformat(text)
        if read.tzinfo is None:
            raise ValueError
    except ValueError:
        raise ValueError(f"`to` is an RFC 3339 instant such as 2026-03-17T09:00:00Z, not {text!r}.") from None
    return read.astimezone(datetime.UTC)


# ── a sandbox's clock drives ───────────────────────────────────────────────────────────────────────────────────────────


def _by_clock(clock: Clock, span: datetime.timedelta | None, target: datetime.datetime | None, edge: Side) -> Json:
    from dispute_emulator_client import Refused, as_json

    try:
        to_next = True if span is None and target is None else None
        report: Json = as_json(clock.sandbox.advance(span, to=target, to_next=to_next, edge=edge))
    except Refused as no:
        raise CannotTravel(no.code, no.detail) from None
    return report


# ── freezegun drives ───────────────────────────────────────────────────────────────────────────────────────────────────


def _by_freezegun(wall: _Wall, span: datetime.timedelta | None, target: datetime.datetime | None, edge: Side, app: Flask | None) -> Json:
    from ..control.time import ProcessRoad, report
    from ..domain.engine import EndlessTimers
    from ..domain.refusals import Refused
    from ..domain.words import Edge
    from ..encoding import from_json, to_json
    from ..journey import journey

    road = ProcessRoad(wall, _applications(app))
    # Sandboxes know whole seconds; what is less than one of them is gone in the end, so that the wall stands where it was told to.
    rest = datetime.timedelta(0)
    try:
        if span is not None:
            span, rest = _whole(span + datetime.timedelta(microseconds=wall.shows().microsecond))
        if target is not None:
            rest = datetime.timedelta(microseconds=target.microsecond)
            target = target.replace(microsecond=0)
        with wall.standing():
            made = journey(road, span, target, Edge(edge))
            wall.move_to(made.target + rest)
    except Refused as no:
        raise CannotTravel(no.refusal.code, no.detail) from None
    except EndlessTimers as endless:
        raise CannotTravel("endless_timers", str(endless)) from endless
    told: Json = from_json(to_json(report(made) | {"next": None}))
    for line, firing in zip(told["fired"], made.fired, strict=True):
        line["sandbox"] = firing.sandbox
    return told


def _whole(span: datetime.timedelta) -> tuple[datetime.timedelta, datetime.timedelta]:
    rest = datetime.timedelta(microseconds=span.microseconds)
    return span - rest, rest


def _applications(app: Flask | None) -> Sequence[Time]:
    """The time of every application of this process, or of one."""
    from ..control.time import running

    times = running()
    if app is not None:
        database = app.extensions.get("dispute_emulator")
        if database is None:
            raise TypeError("`app` is what create_app() gives, and this is another application.")
        times = [time for time in times if time.database is database]
    if not times:
        raise CannotTravel(
            "nobody_here",
            "No emulator runs in this process, so freezegun cannot move any. One in another process follows its own machine's time: "
            "travel with the clock of your sandbox, travel(sandbox.clock, …).",
        )
    return times


def _frozen(driver: Any) -> _Wall:
    """The wall as freezegun's object moves it; raises TypeError for anything else, CannotTravel where it moves nothing."""
    freezegun: Any = sys.modules.get("freezegun.api")
    kinds = () if freezegun is None else (freezegun.FrozenDateTimeFactory, freezegun.TickingDateTimeFactory, freezegun.StepTickTimeFactory)
    if not isinstance(driver, kinds):
        raise TypeError(
            "travel() is driven by what freezegun's freeze gives (`with freeze_time(…) as frozen`) or by a sandbox's clock "
            f"(`sandbox.clock`), not by a {type(driver).__name__}."
        )
    if threading.current_thread() is not threading.main_thread():
        raise CannotTravel("not_main_thread", "Only the main thread moves frozen time: every other one would see it move under its feet.")
    freezes = freezegun.freeze_factories
    if not any(freeze is driver for freeze in freezes):
        raise CannotTravel("freeze_over", "This freeze is over: what is frozen now, if anything, is another one's.")
    if freezes[-1] is not driver:
        raise CannotTravel("freeze_covered", "Another freeze lies on top of this one; end it first, or travel with its object.")
    if datetime.datetime is not freezegun.FakeDatetime:
        raise CannotTravel("freeze_over", "freezegun's clock is not in place: freezes have overlapped in two threads.")
    return _Wall(driver, freezegun)


class _Wall:
    """The wall of this process, moved by freezegun; never backwards, and to where it then shows what was asked for."""

    def __init__(self, freeze: Any, freezegun: Any) -> None:
        self._freeze = freeze
        # With `tz_offset` freezegun shows another time than it was set to, UTC included.
        self._offset: datetime.timedelta = freezegun.tz_offsets[-1]
        self._step: float | None = getattr(freeze, "step_width", None)

    def shows(self) -> datetime.datetime:
        """What the wall shows, to the microsecond; to look at it moves nothing."""
        naive: datetime.datetime = self._freeze.time_to_freeze if self._step is not None else self._freeze()
        return naive.replace(tzinfo=datetime.UTC) + self._offset

    def move_to(self, target_datetime: datetime.datetime) -> None:
        if target_datetime > self.shows():
            self._freeze.move_to(target_datetime - self._offset)

    def tick(self, delta: datetime.timedelta) -> None:
        self.move_to(self.shows() + delta)

    @contextmanager
    def standing(self) -> Iterator[None]:
        """While it travels, looking at the wall does not move it."""
        if self._step is None:
            yield
            return
        self._freeze.update_step_width(0)
        try:
            yield
        finally:
            self._freeze.update_step_width(self._step)
