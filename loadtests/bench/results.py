"""What a run has measured, round by round, and on what. It is kept as JSON, so that the table can be made of it again."""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TypeAlias

# One measured value, or several that come of one measurement, by the ends of their names.
Measured: TypeAlias = float | Mapping[str, float]
Step: TypeAlias = Callable[[], Measured]


@dataclass
class Results:
    """Measured values by name, in the order of rounds.

    `about` says on what, `rivals` what each one compared with is, and `absent` why one was not measured.
    """

    about: dict[str, str] = field(default_factory=dict)
    rounds: dict[str, list[float]] = field(default_factory=dict)
    rivals: dict[str, dict[str, str | bool]] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, measured: Measured) -> None:
        """Note what one round gave."""
        parts = measured.items() if isinstance(measured, Mapping) else [("", measured)]
        for part, value in parts:
            self.rounds.setdefault(f"{name}.{part}" if part else name, []).append(value)

    def median(self, name: str) -> float | None:
        values = self.rounds.get(name)
        return statistics.median(values) if values else None

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", "utf-8")


def alternate(results: Results, rounds: int, steps: Mapping[str, Step]) -> None:
    """Measure every step once a round, one after another, so that whatever else the machine does falls on all alike.

    There is one round more, before the others, which warms up and does not count.
    """
    for number in range(rounds + 1):
        told = f"round {number} of {rounds}" if number else "warming up"
        for name, step in steps.items():
            say(f"  {told}: {name}")
            measured = step()
            if number:
                results.add(name, measured)


def joined(parts: Iterable[Results]) -> Results:
    """Results of several runs as one: what was measured again counts as it was measured last."""
    whole = Results()
    for part in parts:
        for name, value in part.about.items():
            before = whole.about.get(name, value)
            whole.about[name] = before if f"; {value}; " in f"; {before}; " else f"{before}; {value}"
        for name, about in part.rivals.items():
            whole.absent.pop(f"{name} {about['version']}", None)
        whole.rounds |= part.rounds
        whole.rivals |= part.rivals
        whole.absent |= part.absent
    return whole


def load(path: Path) -> Results:
    """Results that were saved."""
    return Results(**json.loads(path.read_text("utf-8")))


def say(told: str) -> None:
    """How far the run is; the table alone goes to the output."""
    print(told, file=sys.stderr, flush=True)
