"""Sandboxes and the worlds they show: making, resetting and deleting them, their tokens and their clocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple

from sqlalchemy import Integer, Text, bindparam, delete, func, select, update

from ..domain.engine import Engine
from ..domain.words import ClockMode
from ..domain.world import World
from . import tables as t
from .codec import instant, maybe_seconds, seconds
from .database import Row, Session, Statement
from .orders import SANDBOX_COLUMNS, Batch, ClockRow, Sandbox, inserting, read_sandbox

_INSERT = inserting(t.sandboxes)
_FIND = Statement(select(*SANDBOX_COLUMNS, t.sandboxes.c.origin, t.sandboxes.c.serial).where(t.sandboxes.c.id == bindparam("id")))
_LOCK = Statement(select(t.sandboxes.c.id).where(t.sandboxes.c.id == bindparam("id")).with_for_update())
_LOCK_SEED = Statement(select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("seed", type_=Text), 0))))
_EXISTS = Statement(select(t.sandboxes.c.id).where(t.sandboxes.c.id == bindparam("id")))
_LIST = Statement(
    select(*SANDBOX_COLUMNS, t.sandboxes.c.created_at)
    .where(t.sandboxes.c.id > bindparam("after"))
    .order_by(t.sandboxes.c.id)
    .limit(bindparam("most"))
)
_NUMBERED = Statement(
    select(t.sandboxes.c.id).where(t.sandboxes.c.id > "").order_by(t.sandboxes.c.id).limit(1).offset(bindparam("before", type_=Integer))
)
_RUNNING_MODES = (ClockMode.REAL.value, ClockMode.SHIFTED.value)
_RUNNING = Statement(select(*SANDBOX_COLUMNS).where(t.sandboxes.c.clock_mode.in_(_RUNNING_MODES)))
_SET_CLOCK = Statement(
    update(t.sandboxes)
    .where(t.sandboxes.c.id == bindparam("of_id"))
    .values({name: bindparam(name) for name in ("clock_mode", "clock_virtual", "clock_wall")})
)
_ANCHOR = Statement(
    update(t.sandboxes)
    .where(t.sandboxes.c.id == bindparam("of_id"), t.sandboxes.c.clock_virtual < bindparam("clock_virtual"))
    .values({name: bindparam(name) for name in ("clock_virtual", "clock_wall")})
)
_POINT_TO = Statement(
    update(t.sandboxes)
    .where(t.sandboxes.c.id == bindparam("of_id"))
    .values({name: bindparam(name) for name in ("world", "clock_mode", "clock_virtual", "clock_wall")})
)
_SET_SERIAL = Statement(update(t.sandboxes).where(t.sandboxes.c.id == bindparam("of_id")).values(serial=bindparam("serial")))
_DELETE = Statement(delete(t.sandboxes).where(t.sandboxes.c.id == bindparam("id")))
_DELETE_TOKENS = Statement(delete(t.tokens).where(t.tokens.c.sandbox == bindparam("sandbox")))
_ACCOUNTS = Statement(
    select(t.accounts.c.id, t.accounts.c.name, t.accounts.c.role, t.accounts.c.store)
    .where(t.accounts.c.world == bindparam("world"))
    .order_by(t.accounts.c.role, t.accounts.c.name)
)
_INSERT_TOKEN = inserting(t.tokens)
_INSERT_ACCOUNT = inserting(t.accounts)
_INSERT_STORE = inserting(t.stores)
_INSERT_EVIDENCE = inserting(t.evidence)
# Both databases know this clause; the same bytes are kept once.
_INSERT_FILE = Statement(lambda insert: insert(t.files).on_conflict_do_nothing(), [c.name for c in t.files.columns])


@lru_cache(maxsize=1024)
def hash_token(token: str) -> bytes:
    """How a token lies in the database."""
    return blake2b(token.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def find(session: Session, sandbox_id: str) -> tuple[Sandbox, str, int] | None:
    """A sandbox with its origin (JSON) and its serial number; None where there is none."""
    row = session.one(_FIND, id=sandbox_id)
    return None if row is None else (read_sandbox(row), row[9], row[10])


def exists(session: Session, sandbox_id: str) -> bool:
    return session.one(_EXISTS, id=sandbox_id) is not None


def so_many(session: Session, number: int) -> bool:
    """Whether there are so many sandboxes; at least one is asked for."""
    return session.one(_NUMBERED, before=number - 1) is not None


def page(session: Session, after: str, most: int) -> list[tuple[Sandbox, int]]:
    """Sandboxes in order of id, each with when it was made (seconds)."""
    return [(read_sandbox(row), row[9]) for row in session.all(_LIST, after=after, most=most)]


def with_running_clocks(session: Session) -> list[Sandbox]:
    """Every sandbox whose clock follows the wall."""
    return [read_sandbox(row) for row in session.all(_RUNNING)]


def lock(session: Session, sandbox_id: str) -> None:
    """Nobody else moves this sandbox's clock or world until the transaction ends. SQLite has locked the whole file already."""
    if session.dialect != "sqlite":
        session.one(_LOCK, id=sandbox_id)


def lock_seed(session: Session, seed: str) -> None:
    """Nobody else makes a sandbox of this seed until the transaction ends. SQLite has locked the whole file already."""
    if session.dialect != "sqlite":
        session.one(_LOCK_SEED, seed=seed)


def insert_sandbox(session: Session, sandbox: Sandbox, origin: str, created_at: datetime, tokens: Mapping[str, str]) -> None:
    """A new sandbox with its tokens, by account id. Its world is written apart."""
    session.run(
        _INSERT,
        id=sandbox.id,
        world=sandbox.world,
        name=sandbox.name,
        ruleset=sandbox.ruleset,
        settings=sandbox.settings,
        seed=sandbox.seed,
        origin=origin,
        serial=0,
        created_at=seconds(created_at),
        **clock_columns(sandbox.clock),
    )
    insert_tokens(session, sandbox.id, tokens)


def insert_tokens(session: Session, sandbox_id: str, tokens: Mapping[str, str]) -> None:
    """Tokens of accounts, by account id."""
    session.many(
        _INSERT_TOKEN, [{"hash": hash_token(token), "sandbox": sandbox_id, "account": account} for account, token in tokens.items()]
    )


def insert_world(session: Session, key: int, world: World, engine: Engine, files: Mapping[str, bytes]) -> None:
    """Write all that has happened in a world in memory, under a fresh key or beside what is there; `files` are bytes by their hash."""
    people = world.people.values()
    serials = world.serials
    session.many(
        _INSERT_ACCOUNT,
        [
            {"world": key, "id": p.id, "name": p.name, "role": p.role.value, "store": p.store, "serial": serials.get(p.id, 0)}
            for p in people
        ],
    )
    stores: Sequence[dict[str, Any]] = [
        {
            "world": key,
            "id": s.id,
            "name": s.name,
            "seller": s.seller,
            "opened_at": seconds(s.opened_at),
            "closed_at": maybe_seconds(s.closed_at),
        }
        for s in world.stores.values()
    ]
    session.many(_INSERT_STORE, stores)
    batch = Batch(key, engine)
    batch.add_world(world.steps, [(world.orders[order_id], dispute) for order_id, dispute in world.past.values()])
    batch.flush(session)
    uploaded = [
        {
            "world": key,
            "id": f.id,
            "by": f.by,
            "role": f.role.value,
            "name": f.name,
            "media_type": f.media_type,
            "size": f.size,
            "sha256": f.sha256,
            "uploaded_at": seconds(f.uploaded_at),
        }
        for f in world.files.values()
    ]
    session.many(_INSERT_EVIDENCE, uploaded)
    session.many(_INSERT_FILE, [{"world": key, "sha256": digest, "bytes": data} for digest, data in files.items()])


def point_to(session: Session, sandbox_id: str, world: int, clock: ClockRow) -> None:
    """From now on the sandbox shows this world, at this time."""
    session.run(_POINT_TO, of_id=sandbox_id, world=world, **clock_columns(clock))


def set_clock(session: Session, sandbox_id: str, clock: ClockRow) -> None:
    session.run(_SET_CLOCK, of_id=sandbox_id, **clock_columns(clock))


def anchor(session: Session, sandbox_id: str, clock: ClockRow) -> None:
    """The same clock with later anchors; whoever was later still stays."""
    session.run(_ANCHOR, of_id=sandbox_id, clock_virtual=seconds(clock.virtual), clock_wall=seconds(clock.wall))


def set_serial(session: Session, sandbox_id: str, serial: int) -> None:
    """How many things of its own the sandbox has numbered."""
    session.run(_SET_SERIAL, of_id=sandbox_id, serial=serial)


def clock_columns(clock: ClockRow) -> dict[str, Any]:
    return {"clock_mode": clock.mode, "clock_virtual": seconds(clock.virtual), "clock_wall": seconds(clock.wall)}


def accounts(session: Session, world: int) -> list[dict[str, Any]]:
    """Every account of a world: id, name, role, store."""
    return [dict(zip(("id", "name", "role", "store"), row, strict=True)) for row in session.all(_ACCOUNTS, world=world)]


def delete_sandbox(session: Session, sandbox: Sandbox) -> None:
    """A sandbox and its tokens are gone. Its worlds are forsaken apart."""
    session.run(_DELETE_TOKENS, sandbox=sandbox.id)
    session.run(_DELETE, id=sandbox.id)


# ── snapshots ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class Snapshot(NamedTuple):
    """A world that a sandbox has kept, with the clock it had. `serial` counts within the sandbox."""

    id: str
    serial: int
    name: str
    world: int
    orders: int
    clock: ClockRow


_SNAPSHOT_COLUMNS = tuple(
    t.snapshots.c[name] for name in ("id", "serial", "name", "world", "orders", "clock_mode", "clock_virtual", "clock_wall")
)
_INSERT_SNAPSHOT = inserting(t.snapshots)
_FIND_SNAPSHOT = Statement(
    select(*_SNAPSHOT_COLUMNS).where(t.snapshots.c.sandbox == bindparam("sandbox"), t.snapshots.c.id == bindparam("id"))
)
_LIST_SNAPSHOTS = Statement(
    select(*_SNAPSHOT_COLUMNS)
    .where(t.snapshots.c.sandbox == bindparam("sandbox"), t.snapshots.c.serial > bindparam("after"))
    .order_by(t.snapshots.c.serial)
    .limit(bindparam("most"))
)
_DELETE_SNAPSHOT = Statement(delete(t.snapshots).where(t.snapshots.c.sandbox == bindparam("sandbox"), t.snapshots.c.id == bindparam("id")))
_DELETE_SNAPSHOTS = Statement(delete(t.snapshots).where(t.snapshots.c.sandbox == bindparam("sandbox")).returning(t.snapshots.c.world))


def insert_snapshot(session: Session, sandbox_id: str, snapshot: Snapshot) -> None:
    kept = {"id": snapshot.id, "serial": snapshot.serial, "name": snapshot.name, "world": snapshot.world, "orders": snapshot.orders}
    session.many(_INSERT_SNAPSHOT, [{"sandbox": sandbox_id, **kept, **clock_columns(snapshot.clock)}])


def find_snapshot(session: Session, sandbox_id: str, snapshot_id: str) -> Snapshot | None:
    row = session.one(_FIND_SNAPSHOT, sandbox=sandbox_id, id=snapshot_id)
    return None if row is None else _read_snapshot(row)


def list_snapshots(session: Session, sandbox_id: str, after: int, most: int) -> list[Snapshot]:
    """The snapshots of a sandbox whose serial is above `after`, oldest first."""
    return [_read_snapshot(row) for row in session.all(_LIST_SNAPSHOTS, sandbox=sandbox_id, after=after, most=most)]


def delete_snapshot(session: Session, sandbox_id: str, snapshot_id: str) -> None:
    session.run(_DELETE_SNAPSHOT, sandbox=sandbox_id, id=snapshot_id)


def delete_snapshots(session: Session, sandbox_id: str) -> list[int]:
    """Delete all snapshots of a sandbox; returns the worlds they showed."""
    return [int(row[0]) for row in session.all(_DELETE_SNAPSHOTS, sandbox=sandbox_id)]


def _read_snapshot(row: Row) -> Snapshot:
    return Snapshot(row[0], row[1], row[2], row[3], row[4], ClockRow(row[5], instant(row[6]), instant(row[7])))
