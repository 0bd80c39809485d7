"""How many users there shall be at which time of a run, as plain functions; Course (users.py) is what locust asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Plan:
    """How many users at most, and for how many seconds."""

    users: int
    seconds: float


Curve: TypeAlias = Callable[[float, Plan], int]

STEPS = 20
# A spike's calm, as a share of all users, and the fifths of the run in which all of them come.
CALM = 0.2
PEAKS = (1, 3)
# A soak takes so much of its time to fill up.
RISE = 1 / 15


def steady(_: float, plan: Plan) -> int:
    """All of them, all the time."""
    return plan.users


def ramp(at: float, plan: Plan) -> int:
    """More and more, in twenty steps of the same length; the last has all."""
    step = min(int(at / plan.seconds * STEPS), STEPS - 1) + 1
    return ceil(plan.users * step / STEPS)


def spike(at: float, plan: Plan) -> int:
    """A fifth of them, and twice for a fifth of the time all at once."""
    return plan.users if int(at / plan.seconds * 5) in PEAKS else max(1, round(plan.users * CALM))


def soak(at: float, plan: Plan) -> int:
    """All of them, once they have come little by little."""
    step = min(int(at / (plan.seconds * RISE) * STEPS) + 1, STEPS)
    return ceil(plan.users * step / STEPS)


CURVES: Mapping[str, Curve] = {"steady": steady, "ramp": ramp, "spike": spike, "soak": soak}

# From which share of its time on a run is to stay as it is: the rest before is for filling up and for warm caches.
STANDS_FROM: Mapping[str, float] = {"steady": 0.2, "soak": 0.1}


def spawn_rate(users: int, shape: str) -> float:
    """How many users come or go in a second, where nobody says: enough to keep to the curve, and no flood."""
    return max(1.0, min(100.0, users / (10 if shape == "steady" else 4)))
