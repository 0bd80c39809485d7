"""Finding a sandbox and showing it: what every part of the control plane begins and ends with."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NamedTuple

from ..clock import Clock, wall_now
from ..domain import refusals
from ..domain.case import make_id
from ..domain.refusals import Refused
from ..domain.rulesets import dump_settings
from ..domain.words import ClockMode
from ..replies import Conditions
from ..service import sandbox_engine
from ..store import sandboxes
from ..store.codec import instant, maybe_seconds
from ..store.database import Session
from ..store.orders import ClockRow, Sandbox

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Origin:
    """What a sandbox began with. `now` None was the wall's time; `fixed` says whether its seed fixes its tokens."""

    world: str
    now: datetime | None
    frozen: bool
    fixed: bool

    def text(self) -> str:
        """As it is kept."""
        return json.dumps(asdict(self) | {"now": maybe_seconds(self.now)})

    @classmethod
    def read(cls, text: str) -> Origin:
        kept = json.loads(text)
        return cls(**kept | {"now": None if kept["now"] is None else instant(kept["now"])})


class Kept(NamedTuple):
    """A sandbox with how it began, and how many things of its own it has numbered."""

    sandbox: Sandbox
    origin: Origin
    serial: int


def find(session: Session, sandbox_id: str) -> Kept:
    """A sandbox; raises Refused where there is none."""
    found = sandboxes.find(session, sandbox_id)
    if found is None:
        raise Refused(refusals.NOT_FOUND)
    sandbox, origin, serial = found
    return Kept(sandbox, Origin.read(origin), serial)


def find_locked(session: Session, sandbox_id: str) -> Kept:
    """A sandbox that nobody else moves until the transaction ends; raises Refused where there is none."""
    sandboxes.lock(session, sandbox_id)
    return find(session, sandbox_id)


def free_turn(session: Session, *parts: object, first: int = 0) -> tuple[int, str]:
    """The first turn whose sandbox id, made of these parts, no sandbox has yet; and that id."""
    turn = first
    while sandboxes.exists(session, sandbox_id := make_id("sbx", *parts, turn)):
        turn += 1
    return turn, sandbox_id


def new_tokens(kept: Kept, names: Iterable[str], conditions: Conditions, *branch: object) -> dict[str, str]:
    """A token for each account name. Those of a sandbox whose seed fixes them depend on its id and the branch alone."""
    if kept.origin.fixed:
        return {name: make_id("tok", kept.sandbox.id, *branch, name) for name in names}
    return {name: conditions.draw(name) for name in names}


def sandbox_view(sandbox: Sandbox, now: datetime) -> Json:
    """A sandbox as it stands at `now`, its own time."""
    return {
        "id": sandbox.id,
        "name": sandbox.name,
        "ruleset": sandbox.ruleset,
        "settings": dump_settings(sandbox_engine(sandbox).settings),
        "seed": sandbox.seed,
        "clock": clock_view(sandbox.clock.mode, now),
    }


def clock_view(mode: str, now: datetime) -> Json:
    return {"mode": str(mode), "now": now}


def clock_row(clock: Clock) -> ClockRow:
    return ClockRow(clock.mode.value, clock.virtual, clock.wall)


def stopped_at(sandbox: Sandbox, now: datetime) -> ClockRow:
    """A sandbox's clock as it is kept for later: its mode, and the instant it shows."""
    return ClockRow(sandbox.clock.mode, now, wall_now())


def first_clock(now: datetime | None, frozen: bool) -> Clock:
    """The clock of a sandbox that begins at `now`, or at the wall's time."""
    wall = wall_now()
    if frozen:
        return Clock(ClockMode.FROZEN, now or wall, wall)
    return Clock(ClockMode.REAL if now is None else ClockMode.SHIFTED, now or wall, wall)
