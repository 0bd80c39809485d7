"""The only place that asks what time it is.

A sandbox's clock is data: a virtual anchor, a wall anchor and a mode. Every process that reads the same row computes the same instant:

    real     the wall's time
    shifted  the virtual anchor plus what has passed on the wall since the wall anchor
    frozen   the virtual anchor, until somebody moves it

Instants are whole seconds, so that what is shown, what the `Date` header says and what the rules compare are the same.

**The wall can be set back**, and in a test it is whenever freezegun's freeze ends. A sandbox's time never goes back: it stands still at its
anchor until the wall has caught up. While freezegun moves the wall, a running clock is anchored anew at every instant at which it was read
(`service.now_of`), so that what anybody has seen of that time stays in the past.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from .domain.words import ClockMode


@dataclass(frozen=True, slots=True)
class Clock:
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
    return datetime.datetime.now(datetime.UTC).replace(microsecond=0)


def wall_is_moved() -> bool:
    """Whether freezegun has put its own clock into the place of the wall's."""
    return datetime.datetime.__module__ != "datetime"
