"""Worlds that are kept, gone back to, branched, and carried from one database to another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from ..clock import wall_now
from ..domain import refusals
from ..domain.case import make_id
from ..domain.engine import Step
from ..domain.refusals import Refused
from ..domain.words import ClockMode
from ..replies import NO_WORLD, NOBODY, UNCONDITIONAL, Answer, Conditions
from ..service import now_of, sandbox_engine, settle_due
from ..store import reading, sandboxes, worlds
from ..store.database import Database, Session
from ..store.orders import ClockRow, Sandbox
from ..store.sandboxes import Snapshot
from ..tally import Tally
from .access import Json, Kept, find, find_locked, free_turn, new_tokens, sandbox_view, stopped_at
from .documents import read_document, write_document
from .sandboxes import SWEPT_ROWS, made, must_have_room


class Counted(NamedTuple):
    """A sandbox that has numbered one thing more, its time, and what was overdue in it and has fired."""

    kept: Kept
    now: datetime
    fired: list[Step]


class Branches:
    """What becomes of the worlds of one database's sandboxes."""

    def __init__(self, database: Database, tally: Tally, seeds_fix_tokens: bool = True, max_sandboxes: int | None = None) -> None:
        self._db = database
        self._tally = tally
        self._most = max_sandboxes
        self._seeds_fix_tokens = seeds_fix_tokens

    # ── snapshots ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def snapshot(self, sandbox_id: str, name: str | None, conditions: Conditions = UNCONDITIONAL) -> Answer:
        """Keep the world as it stands, clock included."""

        def keep(session: Session) -> tuple[Answer, Counted]:
            counted = self._counted(session, sandbox_id, conditions)
            kept, now, _ = counted
            sandbox = kept.sandbox
            snapshot_id = make_id("snp", sandbox_id, kept.serial)
            world = worlds.copy_world(session, sandbox.world)
            clock = stopped_at(sandbox, now)
            orders = worlds.count_orders(session, world)
            snapshot = Snapshot(snapshot_id, kept.serial, name or snapshot_id, world, orders, clock)
            sandboxes.insert_snapshot(session, sandbox_id, snapshot)
            answer = Answer(_snapshot_view(snapshot), now, location=f"/_emulator/sandboxes/{sandbox_id}/snapshots/{snapshot.id}")
            return conditions.keep(session, NO_WORLD, sandbox_id, now, answer), counted

        answer, counted = self._db.copying(keep)
        self._note(counted)
        return answer

    def kept(self, sandbox_id: str, snapshot_id: str) -> Answer:
        """One snapshot."""
        session = self._db.reading
        sandbox = find(session, sandbox_id).sandbox
        return Answer(_snapshot_view(_find_snapshot(session, sandbox_id, snapshot_id)), now_of(session, sandbox))

    def snapshots(self, sandbox_id: str, after: int, most: int) -> tuple[Answer, reading.Page]:
        """The snapshots of a sandbox, oldest first; the cursor is the serial of the last."""
        session = self._db.reading
        sandbox = find(session, sandbox_id).sandbox
        found = sandboxes.list_snapshots(session, sandbox_id, after, most + 1)
        page = reading.Page(found[:most], (found[most - 1].serial,) if len(found) > most else None)
        return Answer([_snapshot_view(snapshot) for snapshot in page.entries], now_of(session, sandbox)), page

    def delete_snapshot(self, sandbox_id: str, snapshot_id: str) -> datetime:
        """A snapshot is gone; returns the sandbox's time."""
        with self._db.writing() as session:
            now = now_of(session, find_locked(session, sandbox_id).sandbox)
            snapshot = _find_snapshot(session, sandbox_id, snapshot_id)
            sandboxes.delete_snapshot(session, sandbox_id, snapshot_id)
            worlds.forsake(session, snapshot.world)
            worlds.sweep(session, SWEPT_ROWS)
        return now

    def restore(self, sandbox_id: str, snapshot_id: str, conditions: Conditions = UNCONDITIONAL) -> Answer:
        """Go back to a snapshot, clock included; it stays, to be gone back to again."""
        self._tally.flush()
        with self._db.writing() as session:
            sandbox = find_locked(session, sandbox_id).sandbox
            conditions.replay(session, NO_WORLD, sandbox_id, now_of(session, sandbox))
            snapshot = _find_snapshot(session, sandbox_id, snapshot_id)
            clock = _resumed(snapshot.clock)
            world = worlds.copy_world(session, snapshot.world)
            sandboxes.point_to(session, sandbox_id, world, clock)
            worlds.forsake(session, sandbox.world)
            worlds.sweep(session, SWEPT_ROWS, hurry=True)
            answer = Answer(sandbox_view(sandbox._replace(world=world, clock=clock), clock.virtual), clock.virtual)
            return conditions.keep(session, NO_WORLD, sandbox_id, clock.virtual, answer)

    def fork(self, sandbox_id: str, name: str | None, snapshot_id: str | None, conditions: Conditions = UNCONDITIONAL) -> Answer:
        """A second sandbox with the same world, as it stands or as a snapshot has it, and tokens of its own."""

        def branch(session: Session) -> tuple[Answer, Counted]:
            counted = self._counted(session, sandbox_id, conditions)
            must_have_room(session, self._most)
            kept, now, _ = counted
            source, clock = kept.sandbox.world, stopped_at(kept.sandbox, now)
            if snapshot_id is not None:
                snapshot = _find_snapshot(session, sandbox_id, snapshot_id)
                source, clock = snapshot.world, _resumed(snapshot.clock)
            # A sandbox of this id may have been here before, and its branches still are.
            _, fork_id = free_turn(session, sandbox_id, "fork", first=kept.serial)
            world = worlds.copy_world(session, source)
            sandbox = kept.sandbox._replace(id=fork_id, world=world, name=name or fork_id, clock=clock)
            answer = self._settle_in(session, Kept(sandbox, kept.origin, 0), clock.virtual, conditions)
            return conditions.keep(session, NO_WORLD, sandbox_id, now, answer), counted

        answer, counted = self._db.copying(branch)
        self._note(counted)
        return answer

    # ── documents ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def export(self, sandbox_id: str) -> Answer:
        """The whole world as a document that another database can import."""
        now = now_of(self._db.reading, find(self._db.reading, sandbox_id).sandbox)
        with self._db.looking() as session:
            kept = find(session, sandbox_id)
            rows = worlds.read_rows(session, kept.sandbox.world)
        return Answer(write_document(kept, now, rows), now)

    def import_world(self, document: Mapping[str, Any], conditions: Conditions = UNCONDITIONAL) -> Answer:
        """A new sandbox from an exported world; raises Refused for what no sandbox could have become."""
        # Reading takes longest, so nobody is kept waiting for it.
        read = read_document(document)
        wall = wall_now()
        with self._db.writing() as session:
            conditions.lock(session)
            conditions.replay(session, NO_WORLD, NOBODY, wall)
            must_have_room(session, self._most)
            world = worlds.new_world(session)
            sandboxes.lock_seed(session, read.seed)
            _, sandbox_id = free_turn(session, read.seed, "import")
            worlds.insert_rows(session, worlds.under(read.rows, world))
            read.check(session, world)
            clock = _resumed(ClockRow(read.mode.value, read.now, wall_now()))
            sandbox = Sandbox(sandbox_id, world, read.name, read.ruleset, read.settings, read.seed, clock)
            origin = replace(read.origin, fixed=read.origin.fixed and self._seeds_fix_tokens)
            answer = self._settle_in(session, Kept(sandbox, origin, 0), clock.virtual, conditions)
            return conditions.keep(session, NO_WORLD, NOBODY, wall, answer)

    # ── helpers ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _counted(self, session: Session, sandbox_id: str, conditions: Conditions) -> Counted:
        """A sandbox with nothing overdue, and a number that nothing else of it has; raises Replayed where that has been answered."""
        kept = find_locked(session, sandbox_id)
        now = now_of(session, kept.sandbox)
        conditions.replay(session, NO_WORLD, sandbox_id, now)
        fired = settle_due(session, kept.sandbox, now)
        sandboxes.set_serial(session, sandbox_id, kept.serial + 1)
        return Counted(kept._replace(serial=kept.serial + 1), now, fired)

    def _note(self, counted: Counted) -> None:
        sandbox = counted.kept.sandbox
        self._tally.fired(sandbox, sandbox_engine(sandbox), counted.fired)

    def _settle_in(self, session: Session, kept: Kept, now: datetime, conditions: Conditions) -> Answer:
        """A sandbox whose world is there gets its tokens and its row."""
        people = sandboxes.accounts(session, kept.sandbox.world)
        by_name = new_tokens(kept, [person["name"] for person in people], conditions)
        tokens = {person["id"]: by_name[person["name"]] for person in people}
        sandboxes.insert_sandbox(session, kept.sandbox, kept.origin.text(), wall_now(), tokens)
        return made(kept.sandbox, people, tokens, now)


def _find_snapshot(session: Session, sandbox_id: str, snapshot_id: str) -> Snapshot:
    snapshot = sandboxes.find_snapshot(session, sandbox_id, snapshot_id)
    if snapshot is None:
        raise Refused(refusals.NOT_FOUND)
    return snapshot


def _resumed(clock: ClockRow) -> ClockRow:
    """A kept clock that goes on from where it was; a real one that is behind the wall by now is shifted from here on."""
    wall = wall_now()
    mode = ClockMode(clock.mode)
    if mode is ClockMode.REAL and clock.virtual != wall:
        mode = ClockMode.SHIFTED
    return ClockRow(mode.value, clock.virtual, wall)


def _snapshot_view(snapshot: Snapshot) -> Json:
    return {"id": snapshot.id, "name": snapshot.name, "at": snapshot.clock.virtual, "orders": snapshot.orders}
