"""Connections and transactions: SQLAlchemy Core statements compiled once, run on a connection kept by each thread.

On the way to a database the ORM and even Core's execution cost more than the statement itself (house.md, Store), so a statement is built
with Core, compiled once for the dialect, and handed to the driver. Columns are texts, integers and bytes only: nothing has to be converted.

A read is a single statement outside any transaction, so no kept connection ever holds one open and the WAL can always be reset. A write
begins with BEGIN IMMEDIATE on SQLite, and locks the rows it reads on PostgreSQL.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from sqlalchemy import BigInteger, event
from sqlalchemy import Engine as SqlEngine
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

Row = Sequence[Any]
Params = dict[str, Any]

BUSY_TIMEOUT_SECONDS = 10.0
COPY_TRIES = 20
# PostgreSQL's words for "somebody changed what you have read" and "you waited for each other".
_IN_THE_WAY = ("40001", "40P01")
_T = TypeVar("_T")
MMAP_BYTES = 256 * 1024 * 1024


class Statement:
    """A Core statement, compiled when it is first run on a dialect."""

    __slots__ = ("_clause", "_columns", "_compiled")

    def __init__(self, clause: Any, columns: Iterable[str] | None = None) -> None:
        self._clause = clause
        self._columns = None if columns is None else list(columns)
        self._compiled: dict[str, tuple[str, dict[str, Any]]] = {}

    def compiled(self, dialect: str) -> tuple[str, dict[str, Any]]:
        """The SQL for this dialect with named parameters, and the values of those that are constants of the statement."""
        found = self._compiled.get(dialect)
        if found is None:
            compiled = self._clause.compile(
                dialect=_DIALECTS[dialect], column_keys=self._columns, compile_kwargs={"render_postcompile": True}
            )
            # Parameters that are given with every run have a marker of SQLAlchemy's for a value.
            constants = {name: value for name, value in compiled.params.items() if type(value) in (str, int)}
            found = self._compiled[dialect] = (str(compiled), constants)
        return found


_DIALECTS: dict[str, Any] = {
    "sqlite": sqlite.dialect(paramstyle="named"),
    "postgresql": postgresql.psycopg.dialect(),  # type: ignore[no-untyped-call]
}


class Arrival(FunctionElement[int]):
    """What a row's `seq` becomes when it is inserted: PostgreSQL draws it itself, SQLite is told (`Session.arrivals`)."""

    inherit_cache = True
    type = BigInteger()


@compiles(Arrival, "sqlite")
def _arrival_as_told(*_: Any, **__: Any) -> str:
    return ":seq"


@compiles(Arrival, "postgresql")
def _arrival_among_many(*_: Any, **__: Any) -> str:
    return "nextval('arrivals')"


_COUNT = """INSERT INTO counters (name, last) VALUES ('arrivals', ?1) ON CONFLICT (name) DO UPDATE SET last = last + ?1 RETURNING last"""


class _Cursor(Protocol):
    def execute(self, sql: str, params: Params | Sequence[Any] = ..., /) -> Any: ...
    def executemany(self, sql: str, params: Sequence[Params] | Sequence[Sequence[Any]], /) -> Any: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> Any: ...
    @property
    def rowcount(self) -> int: ...


class Session:
    """Runs statements on one connection."""

    __slots__ = ("_cursor", "dialect")

    def __init__(self, cursor: _Cursor, dialect: str) -> None:
        self._cursor = cursor
        self.dialect = dialect

    def one(self, statement: Statement, **params: Any) -> Row | None:
        """The first row, or None."""
        self._execute(statement, params)
        row: Row | None = self._cursor.fetchone()
        return row

    def all(self, statement: Statement, **params: Any) -> list[Row]:
        """Every row."""
        self._execute(statement, params)
        rows: list[Row] = self._cursor.fetchall()
        return rows

    def run(self, statement: Statement, **params: Any) -> int:
        """Run a statement that answers nothing; returns how many rows it touched."""
        self._execute(statement, params)
        return self._cursor.rowcount

    def many(self, statement: Statement, rows: Sequence[Params]) -> None:
        """Run a statement once a row."""
        if not rows:
            return
        sql, constants = statement.compiled(self.dialect)
        self._cursor.executemany(sql, [constants | row for row in rows] if constants else rows)

    def _execute(self, statement: Statement, params: dict[str, Any]) -> None:
        sql, constants = statement.compiled(self.dialect)
        self._cursor.execute(sql, constants | params if constants else params)

    def rows(self, insert: str, rows: Sequence[Sequence[Any]]) -> None:
        """Insert many rows by a statement with one mark a column, as the driver writes marks (`mark`)."""
        if rows:
            self._cursor.executemany(insert, rows)

    @property
    def mark(self) -> str:
        """How this driver marks a parameter by its place."""
        return "?" if self.dialect == "sqlite" else "%s"

    def arrivals(self, count: int) -> int:
        """Reserve so many numbers in a row, inside a write, and return the first. On PostgreSQL only for one at a time."""
        if self.dialect == "sqlite":
            self._cursor.execute(_COUNT, (count,))
            return int(self._cursor.fetchone()[0]) - count + 1
        assert count == 1, "PostgreSQL numbers rows as they are inserted"
        self._cursor.execute("SELECT nextval('arrivals')")
        return int(self._cursor.fetchone()[0])

    def dynamic(self, clause: Any) -> list[Row]:
        """Run a statement built for this one call: lists with filters."""
        compiled = clause.compile(dialect=_DIALECTS[self.dialect], compile_kwargs={"render_postcompile": True})
        self._cursor.execute(str(compiled), compiled.params)
        rows: list[Row] = self._cursor.fetchall()
        return rows

    def raw(self, sql: str) -> None:
        self._cursor.execute(sql)


class Database:
    """One database, by its SQLAlchemy engine. Every thread keeps a connection of its own."""

    def __init__(self, engine: SqlEngine) -> None:
        self._engine = engine
        self.dialect = engine.dialect.name
        self.closed = False
        # What has to be done while connections can still be had.
        self.before_close: list[Callable[[], object]] = []
        # What goes wrong between here and the database.
        self.errors: tuple[type[Exception], ...] = (engine.dialect.loaded_dbapi.Error, SQLAlchemyError)
        self._local = threading.local()
        one_instant = "BEGIN ISOLATION LEVEL REPEATABLE READ"
        sqlite = self.dialect == "sqlite"
        # SQLite shows any transaction one instant; there only writing has to be asked for.
        self._begin, self._copy = ("BEGIN IMMEDIATE", "BEGIN IMMEDIATE") if sqlite else ("BEGIN", one_instant)
        self._look = "BEGIN" if sqlite else f"{one_instant} READ ONLY"

    @property
    def reading(self) -> Session:
        """For single statements outside a transaction."""
        session: Session | None = getattr(self._local, "session", None)
        if session is None:
            self.closed = False
            connection = self._engine.raw_connection()
            if self.dialect != "sqlite":
                connection.driver_connection.autocommit = True  # type: ignore[union-attr]
            # The fairy goes back to the pool when its thread ends.
            self._local.connection = connection
            session = self._local.session = Session(connection.cursor(), self.dialect)
        return session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction: committed at the end, rolled back on any exception."""
        session = self.reading
        session.raw(self._begin)
        try:
            yield session
        except BaseException:
            session.raw("ROLLBACK")
            raise
        session.raw("COMMIT")

    @contextmanager
    def looking(self) -> Iterator[Session]:
        """Several reads of one instant, whatever others write meanwhile. Not for long: the WAL cannot be reset before it ends."""
        session = self.reading
        session.raw(self._look)
        try:
            yield session
        finally:
            session.raw("COMMIT")

    def copying(self, work: Callable[[Session], _T]) -> _T:
        """One transaction that reads all tables as of one instant and writes. Where others were in its way, it is tried again."""
        session = self.reading
        for tries in range(COPY_TRIES):
            session.raw(self._copy)
            try:
                done = work(session)
                session.raw("COMMIT")
                return done
            except BaseException as problem:
                session.raw("ROLLBACK")
                if getattr(problem, "sqlstate", None) not in _IN_THE_WAY or tries == COPY_TRIES - 1:
                    raise
        raise AssertionError("the last try returns or raises")

    def close(self) -> None:
        """Give back this thread's connection and close the idle ones. Whoever asks again opens it again."""
        for last in self.before_close:
            last()
        self.closed = True
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
        self._local = threading.local()
        self._engine.dispose()


def normal_url(url: str) -> str:
    """A database URL as SQLAlchemy takes it; `postgres://` is what many services call PostgreSQL.

    Raises ValueError for what is no URL, for another kind of database, and for SQLite in memory, which threads cannot share.
    """
    scheme, _, rest = url.partition("://")
    normal = f"postgresql+psycopg://{rest}" if scheme in ("postgres", "postgresql") else url
    try:
        read = make_url(normal)
    except (ArgumentError, ValueError):
        read = None
    kind = None if read is None else read.get_backend_name()
    if read is None or kind not in ("sqlite", "postgresql") or (kind == "sqlite" and read.database in (None, "", ":memory:")):
        raise ValueError("The database URL is none that fits: write sqlite:///file.db or postgresql://user@host/name.")
    return normal


def engine_options(url: str) -> dict[str, Any]:
    """What SQLAlchemy's engine needs for this URL."""
    options: dict[str, Any] = {"pool_size": 0}
    if make_url(url).get_backend_name() == "sqlite":
        options["connect_args"] = {"timeout": BUSY_TIMEOUT_SECONDS, "isolation_level": None, "check_same_thread": False}
    return options


def prepare(engine: SqlEngine) -> None:
    """Settings of every new connection."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _set_pragmas(connection: sqlite3.Connection, _: object) -> None:
        for pragma in (
            "journal_mode = WAL",
            "synchronous = NORMAL",
            f"mmap_size = {MMAP_BYTES}",
            "temp_store = MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")
