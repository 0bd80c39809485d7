"""Sandboxes and the worlds they show: making, resetting and deleting them, their tokens and their clocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from secrets import randbits
from typing import Any

from sqlalchemy import Text, bindparam, delete, func, insert, select, update

from ..domain.engine import Engine
from ..domain.world import World
from . import tables as t
from .codec import maybe_seconds, seconds
from .database import Session, Statement
from .orders import SANDBOX_COLUMNS, Batch, ClockRow, Sandbox, inserting, read_sandbox

_INSERT = Statement(insert(t.sandboxes), [c.name for c in t.sandboxes.columns])
_FIND = Statement(
    select(*SANDBOX_COLUMNS, t.sandboxes.c.origin, t.sandboxes.c.generation, t.sandboxes.c.created_at).where(
        t.sandboxes.c.id == bindparam("id")
    )
)
_LOCK = Statement(select(t.sandboxes.c.id).where(t.sandboxes.c.id == bindparam("id")).with_for_update())
_LOCK_SEED = Statement(select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("seed", type_=Text), 0))))
_EXISTS = Statement(select(t.sandboxes.c.id).where(t.sandboxes.c.id == bindparam("id")))
_LIST = Statement(
    select(*SANDBOX_COLUMNS, t.sandboxes.c.created_at)
    .where(t.sandboxes.c.id > bindparam("after"))
    .order_by(t.sandboxes.c.id)
    .limit(bindparam("most"))
)
_SET_CLOCK = Statement(
    update(t.sandboxes)
    .where(t.sandboxes.c.id == bindparam("of_id"))
    .values({name: bindparam(name) for name in ("clock_mode", "clock_virtual", "clock_wall")})
)
_SET_WORLD = Statement(
    update(t.sandboxes).where(t.sandboxes.c.id == bindparam("of_id")).values(world=bindparam("world"), generation=bindparam("generation"))
)
_DELETE = Statement(delete(t.sandboxes).where(t.sandboxes.c.id == bindparam("id")))
_DELETE_TOKENS = Statement(delete(t.tokens).where(t.tokens.c.sandbox == bindparam("sandbox")))
_CLEAR = tuple(Statement(delete(table).where(table.c.world == bindparam("world"))) for table in t.WORLD_TABLES)
_ACCOUNTS = Statement(
    select(t.accounts.c.id, t.accounts.c.name, t.accounts.c.role, t.accounts.c.store)
    .where(t.accounts.c.world == bindparam("world"))
    .order_by(t.accounts.c.role, t.accounts.c.name)
)
_INSERT_TOKEN = inserting(t.tokens)
_INSERT_ACCOUNT = inserting(t.accounts)
_INSERT_STORE = inserting(t.stores)
_INSERT_EVIDENCE = inserting(t.evidence)
_INSERT_FILE = inserting(t.files)


def hash_token(token: str) -> bytes:
    """How a token lies in the database."""
    return blake2b(token.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def find(session: Session, sandbox_id: str) -> tuple[Sandbox, str, int, int] | None:
    """A sandbox with its origin (JSON), its generation and when it was made (seconds); None where there is none."""
    row = session.one(_FIND, id=sandbox_id)
    return None if row is None else (read_sandbox(row), row[9], row[10], row[11])


def exists(session: Session, sandbox_id: str) -> bool:
    return session.one(_EXISTS, id=sandbox_id) is not None


def page(session: Session, after: str, most: int) -> list[tuple[Sandbox, int]]:
    """Sandboxes in order of id, each with when it was made (seconds)."""
    return [(read_sandbox(row), row[9]) for row in session.all(_LIST, after=after, most=most)]


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
    clock = clock_row(sandbox.clock)
    session.run(
        _INSERT,
        id=sandbox.id,
        world=sandbox.world,
        name=sandbox.name,
        ruleset=sandbox.ruleset,
        settings=sandbox.settings,
        seed=sandbox.seed,
        origin=origin,
        generation=1,
        created_at=seconds(created_at),
        **clock,
    )
    rows = [{"hash": hash_token(token), "sandbox": sandbox.id, "account": account} for account, token in tokens.items()]
    session.many(_INSERT_TOKEN, rows)


def new_world_key() -> int:
    """A key that no world ever had: worlds are never numbered in a row, so a cleared one can never be mistaken for a new one."""
    return randbits(62)


def insert_world(session: Session, key: int, world: World, engine: Engine, files: Mapping[str, bytes]) -> None:
    """Write a grown world under a fresh key; `files` are the bytes of its evidence by hash."""
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


def point_to(session: Session, sandbox_id: str, world: int, generation: int) -> None:
    """From now on the sandbox shows this world."""
    session.run(_SET_WORLD, of_id=sandbox_id, world=world, generation=generation)


def set_clock(session: Session, sandbox_id: str, clock: ClockRow) -> None:
    session.run(_SET_CLOCK, of_id=sandbox_id, **clock_row(clock))


def clock_row(clock: ClockRow) -> dict[str, Any]:
    return {"clock_mode": clock.mode, "clock_virtual": seconds(clock.virtual), "clock_wall": seconds(clock.wall)}


def accounts(session: Session, world: int) -> list[dict[str, Any]]:
    """Every account of a world: id, name, role, store."""
    return [dict(zip(("id", "name", "role", "store"), row, strict=True)) for row in session.all(_ACCOUNTS, world=world)]


def clear_world(session: Session, world: int) -> None:
    """Delete every row of a world that no sandbox points to any more."""
    for statement in _CLEAR:
        session.run(statement, world=world)


def delete_sandbox(session: Session, sandbox: Sandbox) -> None:
    """A sandbox, its tokens and its world are gone."""
    session.run(_DELETE_TOKENS, sandbox=sandbox.id)
    session.run(_DELETE, id=sandbox.id)
    clear_world(session, sandbox.world)
