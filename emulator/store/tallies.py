"""What was met how often, as it lies in the database. Several processes add to the same rows.

Rows are always locked in the same order, those of no sandbox first, so that no two that add wait for each other.

A **term** is the time between two beginnings anew. Whoever adds what he has gathered says in which term he did; what was gathered before
counting began anew is no longer of interest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import BigInteger, Text, bindparam, delete, func, select

from ..domain.rules import Rule
from ..domain.words import Actor
from . import tables as t
from .codec import instant, seconds
from .database import Session, Statement
from .orders import ROW_BY_NAME

# How often something of a kind and a name was met.
Counts: TypeAlias = Mapping[tuple[str, str], int]

# What belongs to no sandbox that is there.
NOBODY = ""
_TERM = "term"

_c = t.tallies.c
_KEY = ["sandbox", "kind", "name"]


def _adding(insert: Callable[..., Any]) -> Any:
    new = insert(t.tallies)
    return new.on_conflict_do_update(index_elements=_KEY, set_={"hits": _c.hits + new.excluded.hits})


_ADD = Statement(_adding, [*_KEY, "hits"])
_DELETE = Statement(delete(t.tallies).where(_c.sandbox == bindparam("of_sandbox", type_=Text)))
_CLEAR = Statement(delete(t.tallies).where(_c.kind != _TERM))
# Whoever adds holds the term still until he has; whoever begins anew waits for that.
_READ_TERM = Statement(select(_c.hits).where(_c.sandbox == NOBODY, _c.kind == _TERM, _c.name == "").with_for_update(read=True))
_FIRST_TERM = Statement(lambda insert: insert(t.tallies).on_conflict_do_nothing(), [*_KEY, "hits"])
_READ = Statement(select(_c.kind, _c.name, _c.hits).where(_c.sandbox == bindparam("sandbox"), _c.kind != _TERM))
_READ_ALL = Statement(select(_c.kind, _c.name, func.sum(_c.hits)).where(_c.kind != _TERM).group_by(_c.kind, _c.name))
_SHOWS = Statement(select(t.sandboxes.c.id).where(t.sandboxes.c.world == bindparam("world", type_=BigInteger)))
_FIRED = Statement(
    select(t.events.c.row, t.events.c.at).where(
        t.events.c.world == bindparam("world", type_=BigInteger),
        t.events.c.order_id == bindparam("order", type_=Text),
        t.events.c.at >= bindparam("since", type_=BigInteger),
        t.events.c.by == Actor.SYSTEM.value,
    )
)


def term(session: Session) -> int:
    """The term we are in; it lasts at least until the transaction ends."""
    row = session.one(_READ_TERM)
    if row is None:
        session.run(_FIRST_TERM, sandbox=NOBODY, kind=_TERM, name="", hits=0)
        row = session.one(_READ_TERM)
    assert row is not None
    return int(row[0])


def add(session: Session, by_world: Mapping[int, Counts]) -> None:
    """Add what was met in each world to the sandbox that shows it; where none does any more, to nobody's."""
    rows: Counter[tuple[str, str, str]] = Counter()
    for world, counts in by_world.items():
        found = session.one(_SHOWS, world=world) if world else None
        sandbox = NOBODY if found is None else found[0]
        rows.update({(sandbox, kind, name): hits for (kind, name), hits in counts.items()})
    _add(session, rows)


def leave(session: Session, sandbox_id: str) -> None:
    """A sandbox goes: what was met in it was met in nobody's from now on."""
    term(session)
    _add(session, {(NOBODY, kind, name): hits for (kind, name), hits in read(session, sandbox_id).items()})
    session.run(_DELETE, of_sandbox=sandbox_id)


def begin_anew(session: Session) -> None:
    """Nothing was met yet, and a new term begins."""
    _add(session, {(NOBODY, _TERM, ""): 1})
    session.run(_CLEAR)


def _add(session: Session, rows: Mapping[tuple[str, str, str], int]) -> None:
    # Sorted here: databases sort texts each in its own way.
    session.many(_ADD, [{"sandbox": key[0], "kind": key[1], "name": key[2], "hits": hits} for key, hits in sorted(rows.items())])


def read(session: Session, sandbox_id: str | None) -> dict[tuple[str, str], int]:
    """What was met in a sandbox, or anywhere."""
    rows = session.all(_READ_ALL) if sandbox_id is None else session.all(_READ, sandbox=sandbox_id)
    return {(row[0], row[1]): int(row[2]) for row in rows}


def fired_since(session: Session, world: int, order_id: str, since: datetime) -> Sequence[tuple[Rule, datetime]]:
    """The timers of an order that have fired since an instant, with when they did."""
    rows = session.all(_FIRED, world=world, order=order_id, since=seconds(since))
    return [(ROW_BY_NAME[row[0]], instant(row[1])) for row in rows]
