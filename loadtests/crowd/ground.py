"""Where a run takes place: what every process of the crowd is told of it, who sits where, and what is noted there."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import count, cycle, islice
from typing import Any, TypeAlias

from .control import Seat, seats
from .judging import Answer
from .mix import Habits, Mix
from .people import Call
from .recording import Recording

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Handed:
    """What the leader hands to every process: the sandboxes with their tokens, the habits, and how fast all goes.

    `started` is the wall's time in seconds since 1970, `window` how many seconds are counted together, `workers` how many processes act.
    """

    started: float
    window: float
    workers: int
    pace: float
    leap_hours: float
    key: str | None
    mix: Mix
    sandboxes: Sequence[Json]

    def packed(self) -> Json:
        """As plain values, which can be sent."""
        return asdict(self)

    @classmethod
    def unpacked(cls, packed: Mapping[str, Any]) -> Handed:
        mix = packed["mix"]
        habits = {role: Habits(**told) for role, told in mix["habits"].items()}
        return cls(**{**packed, "mix": Mix(mix["users"], habits)})


class Ground:
    """The run as one process sees it. `number` is which of the processes it is."""

    def __init__(self, handed: Handed, number: int, now: Callable[[], float] = time.time) -> None:
        self.handed = handed
        self.recording = Recording()
        self._number, self._now = max(0, number), now
        self._taken: dict[str, count[int]] = {}

    @cached_property
    def _names(self) -> Mapping[str, str]:
        """Whose token it is: for those who read of a fault."""
        return {
            account["token"]: f"{account['name']} of {sandbox['id']}"
            for sandbox in self.handed.sandboxes
            for account in sandbox["accounts"]
        }

    def seats(self, role: str) -> Iterator[Seat]:
        """The seats of a role, beginning at one that as few others as can be begin at, and round again."""
        all_seats = seats(self.handed.sandboxes, role)
        number = self._number + self.handed.workers * next(self._taken.setdefault(role, count()))
        return islice(cycle(all_seats), number % len(all_seats), None)

    # ── what is noted ──────────────────────────────────────────────────────────────────────────────────────────────────

    def window(self) -> int:
        return int(max(0.0, self._now() - self.handed.started) / self.handed.window)

    def well(self, call: Call, milliseconds: float) -> None:
        self.recording.well(self.window(), call.name, milliseconds)

    def overtaken(self, call: Call, code: str) -> None:
        self.recording.was_overtaken(self.window(), call.name, code)

    def fault(self, call: Call, answer: Answer, says: str) -> None:
        who = self._names.get(call.token, "the control plane")
        body = "" if call.body is None else f" {json.dumps(call.body)}"
        came = answer.lost if not answer.status else f"{answer.status} {json.dumps(answer.body)[:600]}"
        self.recording.fault(self.window(), call.name, says, f"{who}: {call.method} {call.path}{body} → {came}")
