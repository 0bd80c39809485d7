"""Sandboxes: making, showing, resetting and deleting them, and looking over everything that lies in one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from secrets import token_hex
from typing import Any, NamedTuple

from .. import views
from ..audit import audit
from ..clock import wall_now
from ..domain import refusals
from ..domain.case import make_id
from ..domain.engine import Engine, Step
from ..domain.order import Order
from ..domain.refusals import Refused
from ..domain.rulesets import SettingsError, build_settings
from ..domain.words import Actor
from ..explaining import Asked, explained
from ..replies import NO_WORLD, NOBODY, UNCONDITIONAL, Answer, Conditions, must_match
from ..service import Marketplace, attempt, now_of, sandbox_engine, settled
from ..store import reading, replies, sandboxes, tallies, worlds
from ..store.database import Database, Session
from ..store.orders import Sandbox, find_order, lock_order, pin_sandbox, save_steps
from .access import Json, Origin, clock_row, find, find_locked, first_clock, free_turn, sandbox_view
from .planting import Planter, plant

DEFAULT = "default"
# So many rows of what nobody shows any more go with a call.
SWEPT_ROWS = 2_000


class Wish(NamedTuple):
    """What a sandbox shall be. `now` None starts it at the wall's time."""

    name: str | None = None
    ruleset: str = "standard"
    settings: Mapping[str, Any] | None = None
    world: str = "small"
    now: datetime | None = None
    frozen: bool = False
    seed: str | None = None


class Sandboxes:
    """The sandboxes of one database."""

    def __init__(
        self, database: Database, marketplace: Marketplace, seeds_fix_tokens: bool = True, max_sandboxes: int | None = None
    ) -> None:
        self._db = database
        self._marketplace = marketplace
        self._most = max_sandboxes
        self._seeds_fix_tokens = seeds_fix_tokens
        self._planter = Planter(database)

    # ── sandboxes ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def make_default(self) -> None:
        """The sandbox `default`, with tokens that everybody knows, if it is not there yet."""
        if sandboxes.exists(self._db.reading, DEFAULT):
            return
        clock = first_clock(None, frozen=False)
        pattern = self._planter.pattern("small", "standard", "{}", clock.virtual)
        with self._db.writing() as session:
            sandboxes.lock_seed(session, DEFAULT)
            # Another worker may have been quicker.
            if sandboxes.exists(session, DEFAULT):
                return
            world = plant(session, pattern, DEFAULT, clock.virtual)
            sandbox = Sandbox(DEFAULT, world, DEFAULT, "standard", "{}", DEFAULT, clock_row(clock))
            people = sandboxes.accounts(session, world)
            tokens = {person["id"]: f"demo-{person['name']}" for person in people}
            sandboxes.insert_sandbox(session, sandbox, Origin("small", None, frozen=False, fixed=False).text(), wall_now(), tokens)

    def create(self, wish: Wish, conditions: Conditions = UNCONDITIONAL) -> Answer:
        """A new sandbox with its accounts and tokens; raises Refused where its settings cannot be, or there are too many."""
        _check_settings(wish)
        fixed = wish.seed is not None and self._seeds_fix_tokens
        seed = wish.seed or token_hex(16)
        settings = json.dumps(wish.settings or {}, sort_keys=True)
        clock = first_clock(wish.now, wish.frozen)
        # What takes long is done before anybody has to wait for it.
        pattern = self._planter.pattern(wish.world, wish.ruleset, settings, clock.virtual)
        wall = wall_now()
        with self._db.writing() as session:
            conditions.lock(session)
            conditions.replay(session, NO_WORLD, NOBODY, wall)
            must_have_room(session, self._most)
            sandboxes.lock_seed(session, seed)
            # Sandboxes of one seed live side by side: the first has the ids and tokens of the seed alone, the next those of its turn.
            turn, sandbox_id = free_turn(session, seed, "sandbox")
            world = plant(session, pattern, seed, clock.virtual)
            sandbox = Sandbox(sandbox_id, world, wish.name or sandbox_id, wish.ruleset, settings, seed, clock_row(clock))
            people = sandboxes.accounts(session, world)
            tokens = {p["id"]: make_id("tok", seed, "token", turn, p["name"]) if fixed else conditions.draw(p["name"]) for p in people}
            origin = Origin(wish.world, wish.now, wish.frozen, fixed)
            sandboxes.insert_sandbox(session, sandbox, origin.text(), wall, tokens)
            worlds.sweep(session, SWEPT_ROWS, hurry=True)
            return conditions.keep(session, NO_WORLD, NOBODY, wall, made(sandbox, people, tokens, clock.virtual))

    def page(self, after: str, most: int) -> tuple[Answer, str | None]:
        """Sandboxes in order of id, and the cursor behind the last."""
        session = self._db.reading
        found = [sandbox for sandbox, _ in sandboxes.page(session, after, most + 1)]
        body = [sandbox_view(sandbox, now_of(session, sandbox)) for sandbox in found[:most]]
        return Answer(body, wall_now()), found[most - 1].id if len(found) > most else None

    def get(self, sandbox_id: str) -> Answer:
        session = self._db.reading
        sandbox = find(session, sandbox_id).sandbox
        now = now_of(session, sandbox)
        return Answer(sandbox_view(sandbox, now) | {"accounts": sandboxes.accounts(session, sandbox.world)}, now)

    def delete(self, sandbox_id: str) -> datetime:
        """A sandbox and all in it are gone; returns the time it had."""
        with self._db.writing() as session:
            sandbox = find_locked(session, sandbox_id).sandbox
            now = now_of(session, sandbox)
            sandboxes.delete_sandbox(session, sandbox)
            replies.forget_all(session, NO_WORLD, sandbox_id)
            for world in (sandbox.world, *sandboxes.delete_snapshots(session, sandbox_id)):
                worlds.forsake(session, world)
            worlds.sweep(session, SWEPT_ROWS)
            tallies.leave(session, sandbox_id)
        return now

    def reset(self, sandbox_id: str, conditions: Conditions = UNCONDITIONAL) -> Answer:
        """Back to the world it began with, clock included. Tokens and ids are what they were; snapshots stay."""
        old, origin, _ = find(self._db.reading, sandbox_id)
        clock = first_clock(origin.now, origin.frozen)
        pattern = self._planter.pattern(origin.world, old.ruleset, old.settings, clock.virtual)
        self._marketplace.tally.flush()
        with self._db.writing() as session:
            old = find_locked(session, sandbox_id).sandbox
            conditions.replay(session, NO_WORLD, sandbox_id, now_of(session, old))
            world = plant(session, pattern, old.seed, clock.virtual)
            sandboxes.point_to(session, sandbox_id, world, clock_row(clock))
            # Nobody sees the old world any more; its rows go when there are more of its kind, so that they hold nobody up.
            worlds.forsake(session, old.world)
            worlds.sweep(session, SWEPT_ROWS, hurry=True)
            answer = Answer(sandbox_view(old._replace(world=world, clock=clock_row(clock)), clock.virtual), clock.virtual)
            return conditions.keep(session, NO_WORLD, sandbox_id, clock.virtual, answer)

    # ── what lies in one ───────────────────────────────────────────────────────────────────────────────────────────────

    def deliver(self, sandbox_id: str, order_id: str, request: Mapping[str, Any], conditions: Conditions = UNCONDITIONAL) -> Answer:
        """The carrier reports a delivery; answers the order as the carrier sees it."""
        with self._db.writing() as session:
            pin_sandbox(session, sandbox_id)
            sandbox = find(session, sandbox_id).sandbox
            lock_order(session, sandbox.world, order_id)
            loaded = find_order(session, sandbox.world, order_id)
            if loaded is None:
                raise Refused(refusals.NOT_FOUND)
            engine, now = sandbox_engine(sandbox), now_of(session, sandbox)
            conditions.replay(session, sandbox.world, NOBODY, now)

            def command(order: Order) -> Step:
                if conditions.match is not None:
                    must_match(conditions.match, _carriers_view(sandbox, engine, order, now), "timeline", {"order": order_id})
                return engine.perform(order, "deliver", Actor.CARRIER, request, now)

            done, steps = attempt(engine, loaded, Actor.CARRIER, now, command)
            save_steps(session, sandbox.world, loaded, steps, engine)
            answer = done if isinstance(done, Refused) else Answer(_carriers_view(sandbox, engine, steps[-1].order, now), now)
            if isinstance(answer, Answer):
                conditions.keep(session, sandbox.world, NOBODY, now, answer)
        self._marketplace.tally.acted(sandbox, engine, loaded, (Actor.CARRIER, "deliver"), now, done, steps)
        if isinstance(answer, Refused):
            answer.allowed = _carriers(sandbox, answer.allowed)
            raise explained(answer, engine, Asked(settled(loaded, steps), "deliver", Actor.CARRIER, request, now))
        return answer

    def audit(self, sandbox_id: str) -> Answer:
        """The invariants, checked over everything that lies in the sandbox."""
        _, now = self._settled(sandbox_id)
        with self._db.looking() as session:
            sandbox = find(session, sandbox_id).sandbox
            return Answer(audit(session, sandbox.world, sandbox_engine(sandbox)), now)

    def mailbox(self, sandbox_id: str, after: reading.Cursor | None, most: int) -> tuple[Answer, reading.Page]:
        sandbox, now = self._settled(sandbox_id)
        page = reading.list_mails(self._db.reading, sandbox.world, None, after, most)
        return Answer([views.mail_view(mail) for mail in page.entries], now), page

    def timeline(
        self, sandbox_id: str, order: str | None, since: datetime | None, after: reading.Cursor | None, most: int
    ) -> tuple[Answer, reading.Page]:
        """All that has happened, oldest first."""
        sandbox, now = self._settled(sandbox_id)
        if order is not None and find_order(self._db.reading, sandbox.world, order) is None:
            raise Refused(refusals.NOT_FOUND)
        page = reading.timeline(self._db.reading, sandbox.world, order, since, after, most)
        return Answer([views.told_view(told.event, told.currency) for told in page.entries], now), page

    def _settled(self, sandbox_id: str) -> tuple[Sandbox, datetime]:
        """A sandbox with its time, and nothing overdue in it."""
        session = self._db.reading
        sandbox = find(session, sandbox_id).sandbox
        now = now_of(session, sandbox)
        self._marketplace.settle_world(sandbox, now)
        return sandbox, now


def made(sandbox: Sandbox, people: list[Json], tokens: Mapping[str, str], now: datetime) -> Answer:
    """What is answered when a sandbox has been made; `tokens` are by account id."""
    shown = [person | {"token": tokens[person["id"]]} for person in people]
    return Answer(sandbox_view(sandbox, now) | {"accounts": shown}, now, location=f"/_emulator/sandboxes/{sandbox.id}")


def must_have_room(session: Session, most: int | None) -> None:
    """Raises Refused where there are so many sandboxes already; None is no limit."""
    if most is not None and (most < 1 or sandboxes.so_many(session, most)):
        raise Refused(refusals.SANDBOXES_OVER_LIMIT)


def _carriers_view(sandbox: Sandbox, engine: Engine, order: Order, now: datetime) -> Json:
    """An order as the carrier sees it."""
    view = views.order_view(order, engine, Actor.CARRIER, now)
    return view | {"allowed_actions": _carriers(sandbox, view["allowed_actions"])}


def _carriers(sandbox: Sandbox, allowed: list[Json]) -> list[Json]:
    return [entry | {"href": entry["href"].replace("{sandbox}", sandbox.id)} for entry in allowed]


def _check_settings(wish: Wish) -> None:
    try:
        build_settings(wish.ruleset, wish.settings or {})
    except SettingsError as problem:
        raise Refused(refusals.SETTINGS_REFUSED, errors={f"settings.{name}": texts for name, texts in problem.errors.items()}) from None
