"""The control plane: sandboxes, their clocks, and what no marketplace has."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from secrets import token_hex, token_urlsafe
from typing import Any

from . import views
from .audit import audit
from .clock import Clock, wall_now
from .domain import refusals
from .domain.calendar import LAST_INSTANT_YEAR
from .domain.case import make_id
from .domain.engine import Engine, Step
from .domain.refusals import Refused
from .domain.rulesets import SettingsError, build_settings, dump_settings
from .domain.words import Actor, ClockMode
from .growth import Grown, grow
from .service import Answer, Marketplace, attempt, clock_of, engine_for, sandbox_engine, settle_due
from .store import reading, sandboxes
from .store.codec import instant
from .store.database import Database, Session
from .store.orders import ClockRow, Sandbox, due_orders, find_order, lock_order, save_steps

Json = dict[str, Any]

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a sandbox shall be. `now` None starts it at the wall's time."""

    name: str | None = None
    ruleset: str = "standard"
    settings: Mapping[str, Any] | None = None
    world: str = "small"
    now: datetime | None = None
    frozen: bool = False
    seed: str | None = None


@dataclass(frozen=True, slots=True)
class _Plan:
    """A world that has been grown and is not written yet."""

    clock: Clock
    engine: Engine
    grown: Grown


class ControlPlane:
    """Everything under /_emulator, over one database. `seeds_fix_tokens` is False where strangers can reach the program."""

    def __init__(self, database: Database, marketplace: Marketplace, seeds_fix_tokens: bool = True) -> None:
        self._db = database
        self._marketplace = marketplace
        self._seeds_fix_tokens = seeds_fix_tokens

    def health(self) -> tuple[datetime, str]:
        """The wall's time and the kind of database, which has just answered."""
        sandboxes.exists(self._db.reading, DEFAULT)
        return wall_now(), self._db.dialect

    # ── sandboxes ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def make_default(self) -> None:
        """The sandbox `default`, with tokens that everybody knows, if it is not there yet."""
        if sandboxes.exists(self._db.reading, DEFAULT):
            return
        wish = Wish(name=DEFAULT, seed=DEFAULT)
        plan = self._grow(wish.ruleset, "{}", DEFAULT, wish.world, _first_clock(wish.now, wish.frozen))
        with self._db.writing() as session:
            sandboxes.lock_seed(session, DEFAULT)
            # Another worker may have been quicker.
            if not sandboxes.exists(session, DEFAULT):
                self._write(session, DEFAULT, wish, plan, {name: f"demo-{name}" for name in plan.grown.world.people})

    def create(self, wish: Wish) -> Answer:
        """A new sandbox with its accounts and tokens; raises Refused where its settings cannot be."""
        _check_settings(wish)
        seed = wish.seed or token_hex(16)
        settings = json.dumps(wish.settings or {}, sort_keys=True)
        # Growing takes longest, so nobody is kept waiting for it.
        plan = self._grow(wish.ruleset, settings, seed, wish.world, _first_clock(wish.now, wish.frozen))
        with self._db.writing() as session:
            sandboxes.lock_seed(session, seed)
            turn = 0
            # Sandboxes of one seed live side by side: the first has the ids and tokens of the seed alone, the next those of its turn.
            while sandboxes.exists(session, sandbox_id := make_id("sbx", seed, "sandbox", turn)):
                turn += 1
            fixed = wish.seed is not None and self._seeds_fix_tokens
            tokens = {
                name: make_id("tok", seed, "token", turn, name) if fixed else f"tok_{token_urlsafe(24)}" for name in plan.grown.world.people
            }
            sandbox = self._write(session, sandbox_id, replace(wish, seed=seed), plan, tokens)
            people = sandboxes.accounts(session, sandbox.world)
        shown = [person | {"token": tokens[person["name"]]} for person in people]
        return Answer(self._view(sandbox) | {"accounts": shown}, clock_of(sandbox).now(), location=f"/_emulator/sandboxes/{sandbox.id}")

    def page(self, after: str, most: int) -> tuple[Answer, str | None]:
        """Sandboxes in order of id, and the cursor behind the last."""
        found = sandboxes.page(self._db.reading, after, most + 1)
        body = [self._view(sandbox) for sandbox, _ in found[:most]]
        return Answer(body, wall_now()), found[most - 1][0].id if len(found) > most else None

    def get(self, sandbox_id: str) -> Answer:
        sandbox = self._find(self._db.reading, sandbox_id)
        people = sandboxes.accounts(self._db.reading, sandbox.world)
        return Answer(self._view(sandbox) | {"accounts": people}, clock_of(sandbox).now())

    def delete(self, sandbox_id: str) -> None:
        with self._db.writing() as session:
            sandboxes.lock(session, sandbox_id)
            sandboxes.delete_sandbox(session, self._find(session, sandbox_id))

    def reset(self, sandbox_id: str) -> Answer:
        """Back to the world it began with, clock included. Tokens and ids are what they were."""
        old, origin, _, _ = self._found(self._db.reading, sandbox_id)
        start = json.loads(origin)
        clock = _first_clock(None if start["now"] is None else instant(start["now"]), start["frozen"])
        plan = self._grow(old.ruleset, old.settings, old.seed, start["world"], clock)
        with self._db.writing() as session:
            sandboxes.lock(session, sandbox_id)
            old, _, generation, _ = self._found(session, sandbox_id)
            new = replace(old, world=sandboxes.new_world_key(), clock=_clock_row(clock))
            sandboxes.insert_world(session, new.world, plan.grown.world, plan.engine, plan.grown.files)
            sandboxes.point_to(session, sandbox_id, new.world, generation + 1)
            sandboxes.set_clock(session, sandbox_id, new.clock)
        # Nobody sees the old world any more; its rows go in a transaction of their own, so that they hold nobody up.
        with self._db.writing() as session:
            sandboxes.clear_world(session, old.world)
        return Answer(self._view(new), clock.now())

    # ── time ───────────────────────────────────────────────────────────────────────────────────────────────────────────

    def clock(self, sandbox_id: str) -> Answer:
        sandbox = self._find(self._db.reading, sandbox_id)
        return Answer(_clock_view(clock_of(sandbox)), clock_of(sandbox).now())

    def set_clock(self, sandbox_id: str, mode: ClockMode, to: datetime | None) -> Answer:
        """Another mode, and another instant if one is named; what falls due on the way fires."""
        with self._db.writing() as session:
            sandbox = self._locked(session, sandbox_id)
            clock = clock_of(sandbox)
            if mode is ClockMode.REAL:
                if to is not None:
                    raise Refused(refusals.MALFORMED, errors={"now": ["A real clock shows the wall's time; leave `now` out."]})
                to = wall_now()
            if to is not None:
                self._travel(session, sandbox, to)
                clock = clock.moved(to)
            clock = clock.switched(mode)
            sandboxes.set_clock(session, sandbox_id, _clock_row(clock))
        return Answer(_clock_view(clock), clock.now())

    def advance(self, sandbox_id: str, by: timedelta | None = None, to: datetime | None = None) -> Answer:
        """Move time `by` so much, or `to` an instant, or to the next timer; every timer on the way has fired before the answer."""
        with self._db.writing() as session:
            sandbox = self._locked(session, sandbox_id)
            clock = clock_of(sandbox)
            start = clock.now()
            fired: list[Step] = []
            if by is not None:
                try:
                    to = start + by
                except OverflowError:
                    raise Refused(refusals.CLOCK_TOO_FAR) from None
            elif to is None:
                # What is overdue already has fired at its own instant: the next timer lies ahead.
                fired = settle_due(session, sandbox, start)
                to = reading.next_due(session, sandbox.world)
                if to is None:
                    raise Refused(refusals.NOTHING_DUE)
            fired += self._travel(session, sandbox, to)
            return self._moved(session, sandbox_id, clock, start, to, fired)

    def forecast(self, sandbox_id: str, order_id: str | None) -> Answer:
        """Every timer that will fire if nobody acts, soonest first; changes nothing."""
        session = self._db.reading
        sandbox = self._find(session, sandbox_id)
        self._marketplace.settle_world(sandbox)
        engine = sandbox_engine(sandbox)
        if order_id is None:
            orders = [loaded.order for loaded in due_orders(session, sandbox.world, None)]
        else:
            loaded = find_order(session, sandbox.world, order_id)
            if loaded is None:
                raise Refused(refusals.NOT_FOUND)
            orders = [loaded.order]
        steps = sorted((step for order in orders for step in engine.forecast(order)), key=lambda step: (step.at, step.order.id))
        return Answer([views.forecast_view(step) for step in steps], clock_of(sandbox).now())

    # ── the rest ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def deliver(self, sandbox_id: str, order_id: str, request: Mapping[str, Any]) -> Answer:
        """The carrier reports a delivery; answers the order as the carrier sees it."""
        with self._db.writing() as session:
            sandbox = self._find(session, sandbox_id)
            lock_order(session, sandbox.world, order_id)
            loaded = find_order(session, sandbox.world, order_id)
            if loaded is None:
                raise Refused(refusals.NOT_FOUND)
            engine, now = sandbox_engine(sandbox), clock_of(sandbox).now()
            done, steps = attempt(
                engine, loaded, Actor.CARRIER, now, lambda order: engine.perform(order, "deliver", Actor.CARRIER, request, now)
            )
            save_steps(session, sandbox.world, loaded, steps, engine)
        if isinstance(done, Refused):
            done.allowed = self._carriers(sandbox, done.allowed)
            raise done
        view = views.order_view(steps[-1].order, engine, Actor.CARRIER, now)
        return Answer(view | {"allowed_actions": self._carriers(sandbox, view["allowed_actions"])}, now)

    def audit(self, sandbox_id: str) -> Answer:
        """The invariants, checked over everything that lies in the sandbox."""
        sandbox = self._find(self._db.reading, sandbox_id)
        self._marketplace.settle_world(sandbox)
        report = audit(self._db.reading, sandbox.world, sandbox_engine(sandbox))
        return Answer(report, clock_of(sandbox).now())

    def mailbox(self, sandbox_id: str, after: reading.Cursor | None, most: int) -> tuple[Answer, reading.Page]:
        sandbox = self._find(self._db.reading, sandbox_id)
        self._marketplace.settle_world(sandbox)
        page = reading.list_mails(self._db.reading, sandbox.world, None, after, most)
        return Answer([views.mail_view(mail) for mail in page.entries], clock_of(sandbox).now()), page

    def settings_of(self, sandbox: Sandbox) -> Json:
        """Every setting of a sandbox with the value it has there."""
        return dump_settings(sandbox_engine(sandbox).settings)

    # ── helpers ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _write(self, session: Session, sandbox_id: str, wish: Wish, plan: _Plan, tokens: Mapping[str, str]) -> Sandbox:
        assert wish.seed is not None
        sandbox = Sandbox(
            id=sandbox_id,
            world=sandboxes.new_world_key(),
            name=wish.name or sandbox_id,
            ruleset=wish.ruleset,
            settings=json.dumps(wish.settings or {}, sort_keys=True),
            seed=wish.seed,
            clock=_clock_row(plan.clock),
        )
        sandboxes.insert_world(session, sandbox.world, plan.grown.world, plan.engine, plan.grown.files)
        origin = {"world": wish.world, "now": None if wish.now is None else int(wish.now.timestamp()), "frozen": wish.frozen}
        accounts = {plan.grown.world.people[name].id: token for name, token in tokens.items()}
        sandboxes.insert_sandbox(session, sandbox, json.dumps(origin), wall_now(), accounts)
        return sandbox

    def _grow(self, ruleset: str, settings: str, seed: str, world: str, clock: Clock) -> _Plan:
        engine = engine_for(ruleset, settings, seed)
        return _Plan(clock, engine, grow(world, engine.settings, seed, clock.now()))

    def _found(self, session: Session, sandbox_id: str) -> tuple[Sandbox, str, int, int]:
        found = sandboxes.find(session, sandbox_id)
        if found is None:
            raise Refused(refusals.NOT_FOUND)
        return found

    def _find(self, session: Session, sandbox_id: str) -> Sandbox:
        return self._found(session, sandbox_id)[0]

    def _locked(self, session: Session, sandbox_id: str) -> Sandbox:
        sandboxes.lock(session, sandbox_id)
        return self._find(session, sandbox_id)

    def _travel(self, session: Session, sandbox: Sandbox, to: datetime) -> list[Step]:
        if to < clock_of(sandbox).now():
            raise Refused(refusals.CLOCK_BACKWARDS)
        if to.year >= LAST_INSTANT_YEAR:
            raise Refused(refusals.CLOCK_TOO_FAR)
        return settle_due(session, sandbox, to)

    def _moved(self, session: Session, sandbox_id: str, clock: Clock, start: datetime, to: datetime, fired: list[Step]) -> Answer:
        moved = clock.moved(to)
        sandboxes.set_clock(session, sandbox_id, _clock_row(moved))
        return Answer({"from": start, "to": to, "fired": [views.fired_view(step) for step in fired]}, to)

    def _view(self, sandbox: Sandbox) -> Json:
        return {
            "id": sandbox.id,
            "name": sandbox.name,
            "ruleset": sandbox.ruleset,
            "settings": self.settings_of(sandbox),
            "seed": sandbox.seed,
            "clock": _clock_view(clock_of(sandbox)),
        }

    def _carriers(self, sandbox: Sandbox, allowed: list[Json]) -> list[Json]:
        return [entry | {"href": entry["href"].replace("{sandbox}", sandbox.id)} for entry in allowed]


def _first_clock(now: datetime | None, frozen: bool) -> Clock:
    wall = wall_now()
    if frozen:
        return Clock(ClockMode.FROZEN, now or wall, wall)
    return Clock(ClockMode.REAL if now is None else ClockMode.SHIFTED, now or wall, wall)


def _clock_row(clock: Clock) -> ClockRow:
    return ClockRow(clock.mode.value, clock.virtual, clock.wall)


def _clock_view(clock: Clock) -> Json:
    return {"mode": clock.mode.value, "now": clock.now()}


def _check_settings(wish: Wish) -> None:
    try:
        build_settings(wish.ruleset, wish.settings or {})
    except SettingsError as problem:
        raise Refused(refusals.SETTINGS_REFUSED, errors={f"settings.{name}": texts for name, texts in problem.errors.items()}) from None
