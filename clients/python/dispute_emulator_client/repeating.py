"""When a call that may be repeated is repeated, and how to wait until then.

No clock is read: a test may have frozen it, or moved it by weeks. Pauses are counted, not measured.
"""

from __future__ import annotations

import asyncio
import threading
import time

import httpx

from .errors import BrokenOff, EmulatorError, Unavailable, Unreachable

# A pause is twice as long as the one before.
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.05, 1.0


class Pauses:
    """The pauses between one call and its repetitions; together they are never longer than so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._left = seconds
        self._next = FIRST_PAUSE_SECONDS

    def before_repeating(self, problem: EmulatorError) -> float | None:
        """How many seconds to wait before the call is repeated; None if it is not, since that would not help or there is no time left."""
        if not _may_pass(problem):
            return None
        told = problem.retry_after if isinstance(problem, Unavailable) else None
        pause = max(self._next, told or 0.0)
        if pause > self._left:
            return None
        self._left -= pause
        self._next = min(2 * self._next, LONGEST_PAUSE_SECONDS)
        return pause


def _may_pass(problem: EmulatorError) -> bool:
    """Whether it may go better in a moment. A full disk stays full for longer, and whoever has waited in vain has waited enough."""
    if isinstance(problem, Unavailable):
        return problem.status == 503
    return isinstance(problem, BrokenOff | Unreachable) and not isinstance(problem.__cause__, httpx.TimeoutException)


def sleep(seconds: float) -> None:
    """Wait."""
    time.sleep(seconds)


async def asleep(seconds: float) -> None:
    """The same without holding up others. An event loop whose clock is frozen wakes no sleeper of its own, so a thread does."""
    woken = asyncio.Event()
    timer = threading.Timer(seconds, asyncio.get_running_loop().call_soon_threadsafe, [woken.set])
    timer.daemon = True
    timer.start()
    try:
        await woken.wait()
    finally:
        timer.cancel()
