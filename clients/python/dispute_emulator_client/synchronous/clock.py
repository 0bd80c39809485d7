# Written by `make client` from its twin in asynchronous/: do not edit.
"""A sandbox's clock, to be moved like freezegun's."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from ..values import Instant
from ..words import ClockMode

if TYPE_CHECKING:
    from .sandbox import Sandbox

_SECOND = datetime.timedelta(seconds=1)


class Clock:
    """The clock of one sandbox. It has freezegun's `tick` and `move_to`; `sandbox.advance` says what has fired on the way too."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    @property
    def now(self) -> datetime.datetime:
        """The sandbox's time, in UTC."""
        return (self.sandbox.read_clock()).now

    @property
    def mode(self) -> ClockMode:
        """real, shifted or frozen."""
        return (self.sandbox.read_clock()).mode

    def tick(self, delta: datetime.timedelta | int = _SECOND) -> datetime.datetime:
        """Move so far (a number is seconds) and fire what is due; returns the new time."""
        span = delta if isinstance(delta, datetime.timedelta) else datetime.timedelta(seconds=delta)
        return (self.sandbox.advance(span)).to

    def move_to(self, target_datetime: Instant) -> None:
        """Move to an instant and fire what is due; never backwards."""
        self.sandbox.advance(to=target_datetime)
