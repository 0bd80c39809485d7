"""The only place that asks what time it is.

A sandbox's clock is data: a virtual anchor, a wall anchor and a mode. Every process that reads the same row computes the same instant:

    real     the wall's time
    shifted  the virtual anchor plus what has passed on the wall since the wall anchor
    frozen   the virtual anchor, until somebody moves it

Instants are whole seconds, so that what is shown, what the `Date` header says and what the rules compare are the same.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace

from .domain.words import ClockMode


@dataclass(frozen=True, slots=True)
class Clock:
    """A sandbox's clock. Anchors are UTC datetimes of whole seconds."""

    mode: ClockMode
    virtual: datetime.datetime
    wall: datetime.datetime

    def now(self) -> datetime.datetime:
        """The sandbox's instant. A wall clock that was set back stops the sandbox's time; it never runs backwards from its anchor."""
        if self.mode is ClockMode.FROZEN:
            return self.virtual
        passed = wall_now() - self.wall
        return self.virtual + max(passed, datetime.timedelta(0))

    def moved(self, to: datetime.datetime) -> Clock:
        """The clock at a later instant. A real clock that jumps becomes shifted; otherwise the mode stays."""
        mode = ClockMode.SHIFTED if self.mode is ClockMode.REAL and to != self.now() else self.mode
        return Clock(mode, to, wall_now())

    def switched(self, mode: ClockMode) -> Clock:
        """The same instant under another mode."""
        return replace(self, mode=mode, virtual=self.now(), wall=wall_now())


def wall_now() -> datetime.datetime:
    """The wall's time, in UTC and whole seconds. Read through the module attribute, so that freezegun reaches it."""
    return datetime.datetime.now(datetime.UTC).replace(microsecond=0)
