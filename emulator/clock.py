"""The only place that asks what time it is.

A sandbox's clock is data: a virtual anchor, a wall anchor and a mode. Every process that reads the same row computes the same instant:

    real     the wall's time
    shifted  the virtual anchor plus what has passed on the wall since the wall anchor
    frozen   the virtual anchor, until somebody moves it

Instants are whole seconds, so that what is shown, what the `Date` header says and what the rules compare are the same.

**The wall can be set back**, and in a test it is whenever freezegun's freeze ends. A sandbox's time never goes back: it stands still at its
anchor until the wall has caught up. While freezegun moves the wall, a running clock is anchored anew at every instant at which it was read
(`service.now_of`), so that what anybody has seen of that time stays in the past.

**A wall that moves whenever it is looked at** (freezegun's `auto_tick_seconds`) is looked at once a request (`one_instant`): an answer is
of one instant, whatever was done for it.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Iterable
from contextvars import ContextVar
from typing import TYPE_CHECKING, NamedTuple

from .domain.words import ClockMode

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# What the wall showed at the first look of the request under way; None outside of any.
_SEEN: ContextVar[list[datetime.datetime] | None] = ContextVar("seen", default=None)
_LOOKS = 1000


class Clock(NamedTuple):
    """A sandbox's clock. Anchors are UTC datetimes of whole seconds."""

    mode: ClockMode
    virtual: datetime.datetime
    wall: datetime.datetime

    def now(self) -> datetime.datetime:
        """The sandbox's instant. A wall clock that was set back stops the sandbox's time; it never runs backwards from its anchor."""
        return self.virtual if self.mode is ClockMode.FROZEN else self._at(wall_now())

    def anchored(self) -> Clock:
        """The same clock, anchored at the instant it shows; reads the wall once."""
        wall = wall_now()
        return self if self.mode is ClockMode.FROZEN else Clock(self.mode, self._at(wall), wall)

    def _at(self, wall: datetime.datetime) -> datetime.datetime:
        return self.virtual + max(wall - self.wall, datetime.timedelta(0))

    def moved(self, to: datetime.datetime) -> Clock:
        """The clock at another instant. A real clock that jumps becomes shifted; otherwise the mode stays."""
        here = self.anchored()
        if to == here.virtual:
            return here
        return Clock(ClockMode.SHIFTED if self.mode is ClockMode.REAL else self.mode, to, here.wall)

    def reaches(self, instant: datetime.datetime) -> datetime.datetime:
        """When the wall will be where this clock shows that instant. Meaningless for a frozen one."""
        return self.wall + (instant - self.virtual)

    def switched(self, mode: ClockMode) -> Clock:
        """The same instant under another mode."""
        wall = wall_now()
        return Clock(mode, self.virtual if self.mode is ClockMode.FROZEN else self._at(wall), wall)


def wall_now() -> datetime.datetime:
    """The wall's time, in UTC and whole seconds. Read through the module attribute, so that freezegun reaches it."""
    seen = _SEEN.get()
    if seen is None or not wall_is_moved():
        return _look()
    if not seen:
        seen.append(_look())
    return seen[0]


def _look() -> datetime.datetime:
    looks = 0
    while True:
        kind = datetime.datetime
        try:
            now = kind.now(datetime.UTC).replace(microsecond=0)
        except IndexError:
            # Another thread is ending a freeze: freezegun's clock is gone, and the true one not yet back in its place. Let it go on.
            looks += 1
            if looks == _LOOKS:
                raise
            time.sleep(0)
        else:
            if kind is datetime.datetime:
                return now


def wall_is_moved() -> bool:
    """Whether freezegun has put its own clock into the place of the wall's."""
    return datetime.datetime.__module__ != "datetime"


def one_instant(app: WSGIApplication) -> WSGIApplication:
    """The application, each of whose requests sees a moved wall at one instant only: that of its first look."""

    def with_one_instant(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        token = _SEEN.set([])
        try:
            return app(environ, start_response)
        finally:
            _SEEN.reset(token)

    return with_one_instant
