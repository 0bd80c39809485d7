"""What goes wrong between here and the database, read from the drivers' own codes."""

from __future__ import annotations

import sqlite3

from ..domain import refusals
from ..domain.refusals import Refusal

# PostgreSQL's words for "somebody changed what you have read" and "you waited for each other".
_IN_THE_WAY = frozenset({"40001", "40P01"})
# Classes and codes of SQLSTATE: the connection, an operator's stop, a server that begins or ends, too many connections; full disks; locks.
_AWAY = ("08", "57P", "53300", "58")
_FULL = ("53100",)
_BUSY = ("55P03", "25P03", *_IN_THE_WAY)
_OF_SQLITE = {
    sqlite3.SQLITE_BUSY: refusals.DATABASE_BUSY,
    sqlite3.SQLITE_LOCKED: refusals.DATABASE_BUSY,
    sqlite3.SQLITE_PROTOCOL: refusals.DATABASE_BUSY,
    sqlite3.SQLITE_FULL: refusals.STORAGE_FULL,
    sqlite3.SQLITE_IOERR: refusals.DATABASE_UNREACHABLE,
    sqlite3.SQLITE_CANTOPEN: refusals.DATABASE_UNREACHABLE,
    sqlite3.SQLITE_READONLY: refusals.DATABASE_UNREACHABLE,
    sqlite3.SQLITE_PERM: refusals.DATABASE_UNREACHABLE,
    sqlite3.SQLITE_CORRUPT: refusals.DATABASE_UNREACHABLE,
    sqlite3.SQLITE_NOTADB: refusals.DATABASE_UNREACHABLE,
}
# SQLite's extended codes carry the plain one in their last byte.
_PLAIN = 0xFF


def in_the_way(problem: BaseException) -> bool:
    """Whether another transaction was in this one's way, so that it may go through when it is tried again."""
    return getattr(problem, "sqlstate", None) in _IN_THE_WAY


def refusal_of(problem: BaseException) -> Refusal | None:
    """What a driver's exception, or SQLAlchemy's around it, says about the database; None where it says nothing, and is a fault of ours."""
    problem = getattr(problem, "orig", None) or problem
    if isinstance(problem, sqlite3.Error):
        code = getattr(problem, "sqlite_errorcode", None)
        return None if code is None else _OF_SQLITE.get(code & _PLAIN)
    state = getattr(problem, "sqlstate", None)
    if state is None:
        # Without a word from the server: it was not reached, or is gone. What the driver itself finds wrong with a call is no such error.
        return refusals.DATABASE_UNREACHABLE if type(problem).__name__ in ("OperationalError", "ConnectionTimeout") else None
    for codes, refusal in ((_AWAY, refusals.DATABASE_UNREACHABLE), (_FULL, refusals.STORAGE_FULL), (_BUSY, refusals.DATABASE_BUSY)):
        if state.startswith(codes):
            return refusal
    return None
