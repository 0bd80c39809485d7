"""Who can trade in a world, and what many orders that are made up at once change about them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select, update

from ..domain.stores import Complaint
from ..domain.words import Actor
from . import tables as t
from .codec import instant, maybe_instant, seconds
from .database import Session, Statement


class Shop(NamedTuple):
    """An open store with its seller, and the disputes about its goods, each with whether it is closed."""

    id: str
    seller: str
    complaints: tuple[tuple[Complaint, bool], ...]


class Traders(NamedTuple):
    """Everybody who can trade, in order of id. Buyers come with how many things of their own they have numbered."""

    buyers: tuple[tuple[str, int], ...]
    shops: tuple[Shop, ...]


def _both(query: Any) -> tuple[Statement, Statement]:
    """A statement that only reads, and one after which nobody else changes what it has read; SQLite has locked the whole file already."""
    return Statement(query), Statement(query.with_for_update())


_BUYERS = _both(
    select(t.accounts.c.id, t.accounts.c.serial)
    .where(t.accounts.c.world == bindparam("world"), t.accounts.c.role == Actor.BUYER.value)
    .order_by(t.accounts.c.id)
)
_SHOPS = _both(
    select(t.stores.c.id, t.stores.c.seller)
    .where(t.stores.c.world == bindparam("world"), t.stores.c.closed_at.is_(None))
    .order_by(t.stores.c.id)
)
_COMPLAINTS = Statement(
    select(t.disputes.c.opened_at, t.disputes.c.withdrawn, t.disputes.c.marked_at, t.disputes.c.closed_at)
    .where(t.disputes.c.world == bindparam("world"), t.disputes.c.store == bindparam("store"), t.disputes.c.about_goods == 1)
    .order_by(t.disputes.c.opened_at, t.disputes.c.id)
)
_NUMBER = Statement(
    update(t.accounts)
    .where(t.accounts.c.world == bindparam("of_world"), t.accounts.c.id == bindparam("of_id"))
    .values(serial=bindparam("serial"))
)
_OPEN_EARLIER = Statement(
    update(t.stores)
    .where(t.stores.c.world == bindparam("of_world"), t.stores.c.id == bindparam("of_id"), t.stores.c.opened_at > bindparam("since"))
    .values(opened_at=bindparam("since"))
)


def find_traders(session: Session, world: int, lock: bool = False) -> Traders:
    """Everybody who can trade; with `lock`, nobody else makes orders or closes stores until the transaction ends."""
    buyers = session.all(_BUYERS[lock], world=world)
    shops = session.all(_SHOPS[lock], world=world)
    return Traders(
        buyers=tuple((row[0], row[1]) for row in buyers),
        shops=tuple(Shop(row[0], row[1], tuple(_complaints(session, world, row[0]))) for row in shops),
    )


def _complaints(session: Session, world: int, store: str) -> list[tuple[Complaint, bool]]:
    rows = session.all(_COMPLAINTS, world=world, store=store)
    return [(Complaint(instant(row[0]), bool(row[1]), maybe_instant(row[2])), row[3] is not None) for row in rows]


def number_on(session: Session, world: int, serials: Mapping[str, int]) -> None:
    """How many things of his own each buyer has numbered from now on."""
    session.many(_NUMBER, [{"of_world": world, "of_id": buyer, "serial": serial} for buyer, serial in sorted(serials.items())])


def open_earlier(session: Session, world: int, since: Mapping[str, datetime]) -> None:
    """A store is never younger than its oldest order (STO-3)."""
    session.many(_OPEN_EARLIER, [{"of_world": world, "of_id": store, "since": seconds(at)} for store, at in sorted(since.items())])
