"""Hears every statement that the program hands to its database driver, and runs what was heard again without the program.

On SQLite it listens between SQLAlchemy, which opens the connections, and the driver; on PostgreSQL to the cursor that takes the driver's
place (emulator/store/pipelining.py), so that what went in one trip does so again.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, Self
from unittest.mock import patch

from sqlalchemy import Engine, create_engine, event

from emulator.store import pipelining
from emulator.store.database import engine_options, prepare


class Ran(NamedTuple):
    """One call of a driver: the name of a cursor's method or of a connection's, and what it was given."""

    call: str
    given: tuple[Any, ...]
    named: dict[str, Any]

    @property
    def sql(self) -> str:
        """The statement, or nothing for a commit."""
        return str(self.given[0]) if self.given else ""


# All that one request ran, in order.
Heard = list[Ran]
_heard = threading.local()


def _note(call: str, *given: Any, **named: Any) -> None:
    into: Heard | None = getattr(_heard, "into", None)
    if into is not None:
        into.append(Ran(call, given, named))


@contextmanager
def hearing() -> Iterator[Heard]:
    """What this thread runs until the block ends, on connections that were opened while there was `recordable`."""
    _heard.into = []
    try:
        yield _heard.into
    finally:
        _heard.into = None


@contextmanager
def recordable() -> Iterator[None]:
    """Connections that SQLAlchemy opens until the block ends can be heard."""

    def opened(dialect: Any, _: object, __: object, how: dict[str, Any]) -> None:
        if dialect.name == "sqlite":
            how["factory"] = _SqliteConnection

    event.listen(Engine, "do_connect", opened)
    with patch.object(pipelining, "PipelinedCursor", _PostgresCursor):
        try:
            yield
        finally:
            event.remove(Engine, "do_connect", opened)


class _SqliteCursor(sqlite3.Cursor):
    def execute(self, sql: str, values: Any = (), /) -> Self:
        _note("execute", sql, values)
        super().execute(sql, values)
        return self

    def executemany(self, sql: str, rows: Any, /) -> Self:
        _note("executemany", sql, rows)
        super().executemany(sql, rows)
        return self


class _SqliteConnection(sqlite3.Connection):
    def cursor(self, factory: Any = _SqliteCursor) -> Any:
        return super().cursor(factory)

    def commit(self) -> None:
        _note("commit")
        super().commit()


class _PostgresCursor(pipelining.PipelinedCursor):
    def execute(self, sql: str, params: Any = (), /) -> None:
        _note("execute", sql, params)
        super().execute(sql, params)

    def flush(self) -> None:
        if self.waits:
            _note("flush")
        super().flush()


class Replayer:
    """Runs on one connection, with the program's own settings, what was heard."""

    def __init__(self, url: str) -> None:
        self._engine = create_engine(url, **engine_options(url))
        prepare(self._engine)
        self._connection = self._engine.raw_connection()
        self._cursor: Any = self._connection.cursor()
        if self._engine.dialect.name != "sqlite":
            driver: Any = self._connection.driver_connection
            driver.autocommit = True  # as the program has it
            self._cursor = pipelining.PipelinedCursor(driver)

    def per_second(self, requests: Sequence[Heard]) -> float:
        """How many requests' statements it gets through in a second, with all rows that they find."""
        cursor, connection = self._cursor, self._connection.driver_connection
        lazy = isinstance(cursor, pipelining.PipelinedCursor)
        began = time.perf_counter()
        for heard in requests:
            for call, given, named in heard:
                if call == "commit":
                    connection.commit()  # type: ignore[union-attr]
                    continue
                getattr(cursor, call)(*given, **named)
                if lazy:
                    if call == "flush":
                        cursor.fetchall()
                elif cursor.description is not None:
                    cursor.fetchall()
        return len(requests) / (time.perf_counter() - began)

    def close(self) -> None:
        self._connection.close()
        self._engine.dispose()
