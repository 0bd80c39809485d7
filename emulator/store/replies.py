"""The first answers to Idempotency-Keys, as they lie in the database (`tables.replies`)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Text, bindparam, delete, func, select

from . import tables as t
from .codec import instant, seconds
from .database import Session, Statement
from .orders import END_OF_TIME

_c = t.replies.c
_MINE = (
    _c.world == bindparam("of_world", type_=BigInteger),
    _c.owner == bindparam("of_owner", type_=Text),
    _c.key == bindparam("of_key", type_=Text),
)
_TOLD = ("fingerprint", "at", "plan", "location", "body")
_FIND = Statement(select(*(_c[name] for name in _TOLD)).where(*_MINE))


def _keeping(insert: Callable[..., Any]) -> Any:
    """What is replaced is a plan, or an answer that is no longer kept."""
    new = insert(t.replies)
    return new.on_conflict_do_update(index_elements=["world", "owner", "key"], set_={name: new.excluded[name] for name in _TOLD})


_KEEP = Statement(_keeping, [column.name for column in t.replies.columns])
_FORGET = Statement(
    delete(t.replies).where(
        _c.world == bindparam("of_world", type_=BigInteger),
        _c.owner == bindparam("of_owner", type_=Text),
        _c.at <= bindparam("before", type_=BigInteger),
    )
)
# Beside the locks of seeds: another second number.
_LOCK = Statement(select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("name", type_=Text), 1))))


class Place(NamedTuple):
    """Whose key it is: an account's or nobody's of a world, or in world 0 a sandbox's or nobody's."""

    world: int
    owner: str
    key: str


class Kept(NamedTuple):
    """What is kept of a request: what it said, when it was answered, and the answer, or the plan of one that is under way."""

    fingerprint: bytes
    at: datetime
    plan: str | None
    location: str | None
    body: str | None


def lock(session: Session, name: str) -> None:
    """Nobody else goes past here under this name until the transaction ends. SQLite has locked the whole file already."""
    if session.dialect != "sqlite":
        session.one(_LOCK, name=name)


def find(session: Session, place: Place) -> Kept | None:
    row = session.one(_FIND, of_world=place.world, of_owner=place.owner, of_key=place.key)
    return None if row is None else Kept(bytes(row[0]), instant(row[1]), row[2], row[3], row[4])


def keep(session: Session, place: Place, kept: Kept) -> None:
    session.run(
        _KEEP,
        world=place.world,
        owner=place.owner,
        key=place.key,
        fingerprint=kept.fingerprint,
        at=seconds(kept.at),
        plan=kept.plan,
        location=kept.location,
        body=kept.body,
    )


def forget(session: Session, world: int, owner: str, now: datetime, age: timedelta) -> None:
    """Drop what this owner was answered so long ago, or longer."""
    session.run(_FORGET, of_world=world, of_owner=owner, before=seconds(now) - int(age.total_seconds()))


def forget_all(session: Session, world: int, owner: str) -> None:
    """Drop all that this owner was answered."""
    session.run(_FORGET, of_world=world, of_owner=owner, before=END_OF_TIME)
