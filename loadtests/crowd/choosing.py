"""The next step, chosen by weights: among what an answer allows, and among the orders and disputes of a list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from random import Random
from typing import Any, TypeAlias, TypeVar

Json: TypeAlias = dict[str, Any]
T = TypeVar("T")

# What nothing can be done with is looked at, too, but rarely.
IDLE_WORTH = 0.5


def pick(options: Sequence[T], weights: Iterable[float], rng: Random) -> T | None:
    """One of the options, each as often as its weight says; None where there is none with a weight."""
    weighed = list(weights)
    return rng.choices(options, weighed)[0] if any(weighed) else None


def next_step(allowed: Iterable[Json], weights: Mapping[str, float], rng: Random) -> Json | None:
    """One of `allowed_actions`, or None where the role takes none of them."""
    entries = list(allowed)
    return pick(entries, (weights.get(entry["action"], 0) for entry in entries), rng)


def worth(seen: Mapping[str, Any], weights: Mapping[str, float]) -> float:
    """How much there is to do with an order or a dispute."""
    return IDLE_WORTH + sum(weights.get(entry["action"], 0) for entry in seen["allowed_actions"])


def worthiest(listed: Sequence[Json], weights: Mapping[str, float], rng: Random) -> Json | None:
    """One order or dispute of a list, the more likely the more there is to do with it; None where the list is empty."""
    return pick(listed, [worth(seen, weights) for seen in listed], rng)
