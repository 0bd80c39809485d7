"""Grows the worlds a sandbox starts from: fixtures/worlds/*.json, played through the engine up to the sandbox's `now`.

    {
      "name": "small",
      "tells": "What a reader finds in it.",
      "accounts": [{"name": "seller", "role": "seller", "store": "Lantern House", "since": "P400D"}, ...],
      "orders": [{"buyer": "buyer", "seller": "seller", "steps": [
        {"ago": "P30D", "by": "buyer", "do": "place_order", "with": {...}}, ...
      ]}, ...]
    }

`ago` counts back from now. `by` is `buyer`, `seller`, `mediator` or `carrier` of that order; `"as": "photo"` keeps an id for `"$photo"`.
A body may name `"$buyer_solution"` and `"$seller_solution"`, as in a story. What the sandbox's settings refuse is left out, so a world
grows under any.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Any

from .domain.bodies import read_request
from .domain.refusals import Refused
from .domain.rulesets import Settings
from .domain.words import Actor
from .domain.world import World
from .durations import parse_duration
from .pictures import picture

FIXTURES = Path(str(resources.files("emulator"))) / "_fixtures"
if not FIXTURES.is_dir():
    FIXTURES = Path(__file__).parent.parent / "fixtures"


@dataclass(frozen=True, slots=True)
class Grown:
    """A grown world, the bytes of its files by hash, and the steps that its settings refused."""

    world: World
    files: Mapping[str, bytes] = field(default_factory=dict)
    refused: tuple[str, ...] = ()


def world_names() -> list[str]:
    """The worlds that ship; `empty` is the smallest."""
    return sorted(path.stem for path in (FIXTURES / "worlds").glob("*.json"))


@cache
def read_world(name: str) -> Mapping[str, Any]:
    """A world's file; raises KeyError where there is none."""
    if name not in world_names():
        raise KeyError(name)
    plan: Mapping[str, Any] = json.loads((FIXTURES / "worlds" / f"{name}.json").read_text("utf-8"))
    return plan


def grow(name: str, settings: Settings, seed: str, now: datetime) -> Grown:
    """A world of this name as it stands at `now`, the same for the same seed."""
    plan = read_world(name)
    world = World(settings, seed, now)
    for account in plan["accounts"]:
        since = now - parse_duration(account["since"]) if "since" in account else now
        world.join(account["name"], Actor(account["role"]), account.get("store"), since)
    steps = [
        (now - parse_duration(step["ago"]), index, _Place(index, order), step)
        for index, order in enumerate(plan["orders"])
        for step in order["steps"]
    ]
    steps.sort(key=lambda entry: entry[:2])
    growth = _Growth(world)
    for at, _, place, step in steps:
        world.advance(at)
        world.now = at
        try:
            growth.take(place, step)
        except Refused as no:
            growth.refused.append(f"order {place.index}: {step['do']}: {no.refusal.code}")
    world.advance(now)
    world.now = now
    return Grown(world, growth.files, tuple(growth.refused))


def week_of(name: str, settings: Settings, now: datetime) -> tuple[object, ...]:
    """What of `now` decides how a world grows beside its distance from it: the days of the week on which its steps fall.

    All that lies between two instants of a world is whole days and business days, so with the same weekdays everything else is the same,
    only shifted. Holidays are dates, and with any of them nothing is.
    """
    if settings.holidays:
        return (now,)
    return tuple((now - ago).weekday() for ago in _agos(name))


@cache
def _agos(name: str) -> tuple[timedelta, ...]:
    """How far back the steps of a world lie, but for whole days."""
    steps = (step for order in read_world(name)["orders"] for step in order["steps"])
    return tuple(sorted({parse_duration(step["ago"]) % timedelta(days=1) for step in steps} | {timedelta(0)}))


@dataclass(frozen=True, slots=True)
class _Place:
    """The order that a step is about: its index in the file, and who trades."""

    index: int
    order: Mapping[str, Any]


@dataclass(slots=True)
class _Growth:
    world: World
    placed: dict[int, str] = field(default_factory=dict)
    ids: dict[tuple[int, str], str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def take(self, place: _Place, step: Mapping[str, Any]) -> None:
        """One step of the plan; raises Refused."""
        world, action = self.world, step["do"]
        name = place.order.get(step["by"], step["by"])
        person = world.people.get(name)
        made: str | None
        if action == "upload_evidence":
            assert person is not None
            data = picture(step["with"]["name"])
            digest = sha256(data).hexdigest()
            self.files[digest] = data
            made = world.upload(person, step["with"]["name"], "image/png", len(data), digest).id
        elif action == "place_order":
            assert person is not None
            store = world.people[place.order["seller"]].store
            request = read_request(action, {"store": store, **step["with"]})
            made = self.placed[place.index] = world.place(person, request).order.id
        else:
            order = self.placed.get(place.index)
            if order is None:
                return
            body = self._resolve(place, step.get("with", {}))
            actor = person.role if person else Actor(name)
            made = world.act(actor, person, action, order, read_request(action, body)).made
        if "as" in step and made is not None:
            self.ids[place.index, step["as"]] = made

    def _resolve(self, place: _Place, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {name: self._resolve(place, inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self._resolve(place, inner) for inner in value]
        if not isinstance(value, str) or not value.startswith("$"):
            return value
        dispute = self.world.orders[self.placed[place.index]].dispute
        if value == "$buyer_solution":
            return dispute.buyer_solution if dispute else "sol_none"
        if value == "$seller_solution":
            return (dispute.seller_solution if dispute else None) or "sol_none"
        return self.ids.get((place.index, value[1:]), "evd_none")
