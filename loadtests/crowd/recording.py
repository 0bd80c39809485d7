"""What was answered and how long it took, by call and by window of time, in a form that processes can send each other and add up.

Times are kept in bins that are two percent wide, so a percentile is right within one percent, whatever the number of requests.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]
# Bins of milliseconds by their number, with how often each was hit.
Histogram: TypeAlias = Counter[int]

WIDTH = 1.02
_LOG_WIDTH = math.log(WIDTH)
LEAST_MS = 0.01
# Of each kind of fault so many are told in full.
MOST_TOLD = 5


def bin_of(milliseconds: float) -> int:
    return math.floor(math.log(max(milliseconds, LEAST_MS)) / _LOG_WIDTH)


def middle_of(number: int) -> float:
    """The milliseconds that stand for a bin."""
    return float(WIDTH ** (number + 0.5))


def percentile(times: Mapping[int, int], share: float) -> float | None:
    """So many of the requests took at most so many milliseconds; None where there were none."""
    wanted = share * sum(times.values())
    reached = 0
    for number in sorted(times):
        reached += times[number]
        if reached >= wanted:
            return middle_of(number)
    return None


def mean(times: Mapping[int, int]) -> float | None:
    count = sum(times.values())
    return sum(middle_of(number) * hits for number, hits in times.items()) / count if count else None


@dataclass(slots=True)
class Call:
    """What became of one call, by its name, in one window: how long the good ones took, and how many were faults or were overtaken."""

    times: Histogram = field(default_factory=Counter)
    faults: int = 0
    overtaken: int = 0

    @property
    def requests(self) -> int:
        return self.times.total() + self.faults + self.overtaken

    def add(self, other: Call) -> None:
        self.times.update(other.times)
        self.faults += other.faults
        self.overtaken += other.overtaken


@dataclass(slots=True)
class Recording:
    """All that was answered: by window and call, what overtook whom, and which faults there were, the first of each told in full."""

    windows: dict[int, dict[str, Call]] = field(default_factory=dict)
    overtaken: Counter[tuple[str, str]] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    told: dict[str, list[str]] = field(default_factory=dict)

    def call(self, window: int, name: str) -> Call:
        return self.windows.setdefault(window, {}).setdefault(name, Call())

    def well(self, window: int, name: str, milliseconds: float) -> None:
        self.call(window, name).times[bin_of(milliseconds)] += 1

    def was_overtaken(self, window: int, name: str, code: str) -> None:
        self.call(window, name).overtaken += 1
        self.overtaken[name, code] += 1

    def fault(self, window: int, name: str, says: str, told: str) -> None:
        self.call(window, name).faults += 1
        self.note(says, told)

    def note(self, says: str, told: str = "", times: int = 1) -> None:
        """A fault, whether or not a request's."""
        self.faults[says] += times
        kept = self.told.setdefault(says, [])
        if told and len(kept) < MOST_TOLD:
            kept.append(told)

    def together(self, windows: Iterable[int] | None = None) -> dict[str, Call]:
        """The calls of some windows added up, of all where none are named."""
        found: dict[str, Call] = {}
        for window in self.windows if windows is None else windows:
            for name, call in self.windows.get(window, {}).items():
                found.setdefault(name, Call()).add(call)
        return found

    # ── from process to process ────────────────────────────────────────────────────────────────────────────────────────

    def taken(self) -> Json:
        """All of it as plain values; from now on it is empty."""
        packed = {
            "windows": [
                [window, name, list(call.times.items()), call.faults, call.overtaken]
                for window, calls in self.windows.items()
                for name, call in calls.items()
            ],
            "overtaken": [[*key, count] for key, count in self.overtaken.items()],
            "faults": [[says, count, self.told.get(says, [])] for says, count in self.faults.items()],
        }
        for part in (self.windows, self.overtaken, self.faults, self.told):
            part.clear()
        return packed

    def add(self, packed: Mapping[str, Any]) -> None:
        """What another recording has handed over."""
        for window, name, times, faults, overtaken in packed["windows"]:
            self.call(window, name).add(Call(Counter(dict(times)), faults, overtaken))
        for name, code, count in packed["overtaken"]:
            self.overtaken[name, code] += count
        for says, count, told in packed["faults"]:
            self.faults[says] += count
            kept = self.told.setdefault(says, [])
            kept += told[: max(0, MOST_TOLD - len(kept))]


def told(call: Call) -> Json:
    """A call in numbers: how many, and how long in milliseconds."""
    shown = {"requests": call.requests, "faults": call.faults, "overtaken": call.overtaken, "mean": _rounded(mean(call.times))}
    return shown | {f"p{round(share * 100)}": _rounded(percentile(call.times, share)) for share in (0.5, 0.95, 0.99)}


def _rounded(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else round(milliseconds, 2)
