"""Whole worlds: copied, read, written and cleared, table by table.

A world is what a sandbox or a snapshot shows. What nobody shows any more is forsaken first and swept later, bit by bit, so that no call
waits for rows that are nobody's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import Integer, Table, bindparam, delete, func, insert, select

from . import tables as t
from .database import Session, Statement

# Rows in the order of their table's columns, the world first, by the table's name.
Rows: TypeAlias = Mapping[str, Sequence[Sequence[Any]]]

# Forsaken worlds are swept a handful at a time where a call is in a hurry.
HANDFUL = 8
SMALL_ORDERS = 100


def _copying(table: Table) -> Statement:
    others = [column for column in table.columns if column.name != "world"]
    chosen = select(bindparam("target"), *others).where(table.c.world == bindparam("source"))
    return Statement(insert(table).from_select([column.name for column in table.columns], chosen))


def _sweeping(table: Table) -> Statement:
    """Deletes the first rows of a world: whole runs of the same key, until there are so many."""
    key = next(column for column in table.primary_key.columns if column.name != "world")
    some = select(key).where(table.c.world == bindparam("world")).order_by(key).limit(bindparam("most", type_=Integer)).subquery()
    return Statement(delete(table).where(table.c.world == bindparam("world"), key <= select(func.max(some.c[key.name])).scalar_subquery()))


# What was answered in a world goes where it goes, but is no part of what it holds.
_WITH_REPLIES = (*t.WORLD_TABLES, t.replies)
_COPY = tuple(_copying(table) for table in _WITH_REPLIES)
_READ = {
    table.name: Statement(select(*table.columns).where(table.c.world == bindparam("world")).order_by(*table.primary_key.columns))
    for table in t.WORLD_TABLES
}
_SWEEP = tuple(_sweeping(table) for table in _WITH_REPLIES)
_CLEAR = tuple(Statement(delete(table).where(table.c.world == bindparam("world"))) for table in _WITH_REPLIES)
# A world of few orders is cleared table by table, which is quicker than looking where the first rows end.
_IS_LARGE = Statement(select(t.orders.c.id).where(t.orders.c.world == bindparam("world")).limit(1).offset(SMALL_ORDERS))
_FORSAKE = Statement(insert(t.forsaken), ["world"])
# Who else is sweeping has those he sweeps for himself.
_FORSAKEN = Statement(select(t.forsaken.c.world).limit(bindparam("most", type_=Integer)).with_for_update(skip_locked=True))
_FORGET = Statement(delete(t.forsaken).where(t.forsaken.c.world == bindparam("world")))
_COUNT = Statement(select(func.count()).select_from(t.orders).where(t.orders.c.world == bindparam("world")))


def new_world(session: Session) -> int:
    """A key that no world ever had. A newer world's is higher, so its rows lie together at the end of every tree."""
    return session.arrivals(1)


def copy_world(session: Session, source: int) -> int:
    """Copy every row of a world; returns the key of the copy."""
    target = new_world(session)
    for statement in _COPY:
        session.run(statement, source=source, target=target)
    return target


def count_orders(session: Session, world: int) -> int:
    row = session.one(_COUNT, world=world)
    assert row is not None
    return int(row[0])


def read_rows(session: Session, world: int) -> Rows:
    """Every row of a world, in order of the primary keys."""
    return {name: [tuple(row) for row in session.all(statement, world=world)] for name, statement in _READ.items()}


def under(rows: Rows, world: int) -> Rows:
    """The same rows under the key of another world."""
    return {name: [(world, *row[1:]) for row in sheet] for name, sheet in rows.items()}


def insert_rows(session: Session, rows: Rows) -> None:
    """Write whole rows."""
    for table in t.WORLD_TABLES:
        session.rows(_inserting(table, session.mark), rows[table.name])


def _inserting(table: Table, mark: str) -> str:
    found = _INSERTS.get((table.name, mark))
    if found is None:
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        found = f"INSERT INTO {table.name} ({names}) VALUES ({', '.join([mark] * len(table.columns))})"  # noqa: S608 -- tables of ours
        _INSERTS[table.name, mark] = found
    return found


_INSERTS: dict[tuple[str, str], str] = {}


def forsake(session: Session, world: int) -> None:
    """Nobody shows this world any more; `sweep` takes its rows."""
    session.run(_FORSAKE, world=world)


def sweep(session: Session, most: int, hurry: bool = False) -> None:
    """Delete about so many rows of forsaken worlds; in a hurry only if there is a handful of them."""
    found = session.all(_FORSAKEN, most=HANDFUL)
    if hurry and len(found) < HANDFUL:
        return
    for (world,) in found:
        if session.one(_IS_LARGE, world=world) is None:
            most -= sum(session.run(statement, world=world) for statement in _CLEAR)
        else:
            for statement in _SWEEP:
                most -= session.run(statement, world=world, most=most)
                if most <= 0:
                    return
        session.run(_FORGET, world=world)
        if most <= 0:
            return


def instant_columns(table: Table) -> frozenset[int]:
    """The places of a table's columns that hold instants."""
    return frozenset(place for place, column in enumerate(table.columns) if isinstance(column.type, t.Instant))


def renumbered(rows: Rows) -> Rows:
    """The rows with arrivals numbered anew, below zero: before all that will ever arrive, in the order they had."""
    anew = dict(rows)
    for table in t.WORLD_TABLES:
        if "seq" in table.c:
            place = [column.name for column in table.columns].index("seq")
            ordered = sorted(rows[table.name], key=lambda row: row[place])
            anew[table.name] = [(*row[:place], number, *row[place + 1 :]) for number, row in enumerate(ordered, -len(ordered))]
    return anew
