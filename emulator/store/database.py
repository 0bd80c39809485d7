"""Connections and transactions: SQLAlchemy Core statements compiled once, run on a connection kept by each thread.

On the way to a database the ORM and even Core's execution cost more than the statement itself (house.md, Store), so a statement is built
with Core, compiled once for the dialect, and handed to the driver. Columns are texts, integers and bytes only: nothing has to be converted.

A read is a single statement outside any transaction, so no kept connection ever holds one open and the WAL can always be reset. A write
begins with BEGIN IMMEDIATE on SQLite, and locks the rows it reads on PostgreSQL.

A connection that was lost is replaced when it is next needed. Where nothing can have happened yet, a lone read or the beginning of a
transaction, that is done at once and nobody notices; otherwise the call is refused, and the next one finds a new connection.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from importlib import import_module
from typing import Any, Protocol, TypeVar

from sqlalchemy import BigInteger, event
from sqlalchemy import Engine as SqlEngine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from ..domain import refusals
from ..domain.refusals import Refused
from .faults import in_the_way, refusal_of

Row = Sequence[Any]
Params = dict[str, Any]

BUSY_TIMEOUT_SECONDS = 10.0
CONNECT_SECONDS = 5
COPY_TRIES = 20
_T = TypeVar("_T")
# A WAL of SQLite's that has grown so long, 40 MB, is written back by whoever commits, if nobody else has done it (store/checkpoints.py).
WAL_PAGES = 10_000


class Statement:
    """A Core statement, compiled when it is first run on a dialect; or what makes one of a dialect's own `insert`, for ON CONFLICT."""

    __slots__ = ("_clause", "_columns", "_compiled")

    def __init__(self, clause: Any, columns: Iterable[str] | None = None) -> None:
        self._clause = clause
        self._columns = None if columns is None else list(columns)
        self._compiled: dict[str, tuple[str, dict[str, Any]]] = {}

    def compiled(self, dialect: str) -> tuple[str, dict[str, Any]]:
        """The SQL for this dialect with named parameters, and the values of those that are constants of the statement."""
        found = self._compiled.get(dialect)
        if found is None:
            clause = self._clause(_dialect_package(dialect).insert) if callable(self._clause) else self._clause
            compiled = clause.compile(dialect=_dialect(dialect), column_keys=self._columns, compile_kwargs={"render_postcompile": True})
            # Parameters that are given with every run have a marker of SQLAlchemy's for a value.
            constants = {name: value for name, value in compiled.params.items() if type(value) in (str, int)}
            found = self._compiled[dialect] = (str(compiled), constants)
        return found


def _dialect_package(name: str) -> Any:
    """PostgreSQL's takes longer to load than all of our store, so either is loaded where its database is used."""
    return import_module(f"sqlalchemy.dialects.{name}")


@cache
def _dialect(name: str) -> Any:
    package = _dialect_package(name)
    return package.dialect(paramstyle="named") if name == "sqlite" else package.psycopg.dialect()


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
    """What is asked of sqlite3's cursor, and of the one of ours for PostgreSQL (store/pipelining.py)."""

    def execute(self, sql: str, params: Params | Sequence[Any] = ..., /) -> Any: ...
    def executemany(self, sql: str, params: Sequence[Params] | Sequence[Sequence[Any]], /) -> Any: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> Any: ...
    @property
    def rowcount(self) -> int: ...


class Session:
    """Runs statements on one connection. `inside` says whether that is in a transaction.

    On PostgreSQL what answers nothing is sent with what comes next, a commit at the latest, and so is the beginning of a transaction.
    """

    __slots__ = ("_cursor", "_database", "_opening", "dialect", "inside")

    def __init__(self, cursor: _Cursor, database: Database) -> None:
        self._cursor = cursor
        self._database = database
        self.dialect = database.dialect
        self.inside = False
        # How a transaction begins of which nothing has been asked yet.
        self._opening: str | None = None

    def one(self, statement: Statement, **params: Any) -> Row | None:
        """The first row, or None."""
        return self._ask(_first, *self._put(statement, params))

    def all(self, statement: Statement, **params: Any) -> list[Row]:
        """Every row."""
        return self._ask(_every, *self._put(statement, params))

    def run(self, statement: Statement, **params: Any) -> int:
        """Run a statement that answers nothing; returns how many rows it touched."""
        return self._ask(_count, *self._put(statement, params))

    def both(self, first: Statement, second: Statement, **params: Any) -> tuple[Row | None, Row | None]:
        """The first rows of two statements in one trip to PostgreSQL; each takes those of the parameters that it knows."""
        first_sql, with_first = self._put(first, params)
        second_sql, with_second = self._put(second, params)

        def send_second(cursor: Any) -> tuple[Row | None, Row | None]:
            cursor.execute(second_sql, with_second)
            found: tuple[Row | None, Row | None] = cursor.fetch_both()
            return found

        return self._ask(send_second, first_sql, with_first)

    def many(self, statement: Statement, rows: Sequence[Params]) -> None:
        """Run a statement once a row."""
        if not rows:
            return
        sql, constants = statement.compiled(self.dialect)
        if constants:
            rows = [constants | row for row in rows]
        self._open()
        if len(rows) == 1:
            self._cursor.execute(sql, rows[0])
        else:
            self._cursor.executemany(sql, rows)

    def _put(self, statement: Statement, params: Params) -> tuple[str, Params]:
        """A statement as the driver takes it."""
        sql, constants = statement.compiled(self.dialect)
        return sql, constants | params if constants else params

    def _ask(self, take: Callable[[_Cursor], _T], sql: str, params: Params) -> _T:
        """Run a statement, and take what it answers."""
        opening = self._opening
        try:
            self._open()
            self._cursor.execute(sql, params)
            return take(self._cursor)
        except self._database.errors:
            if (self.inside and opening is None) or not self._database.lost(self):
                raise
            # What has met a connection that is gone is a lone read, or the first of a transaction: nothing has happened, and it is asked
            # again on a new one.
            self._cursor = self._database.renewed(self)
            self._opening = opening
            self._open()
            self._cursor.execute(sql, params)
            return take(self._cursor)

    def _open(self) -> None:
        """Begin the transaction that has only been spoken of so far."""
        if self._opening is not None:
            self._cursor.execute(self._opening)
            self._opening = None

    def rows(self, insert: str, rows: Sequence[Sequence[Any]]) -> None:
        """Insert many rows by a statement with one mark a column, as the driver writes marks (`mark`)."""
        if rows:
            self._open()
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
        self._open()
        self._cursor.execute("SELECT nextval('arrivals')")
        return int(self._cursor.fetchone()[0])

    def dynamic(self, clause: Any) -> list[Row]:
        """Run a statement built for this one call: lists with filters."""
        compiled = clause.compile(dialect=_dialect(self.dialect), compile_kwargs={"render_postcompile": True})
        return self._ask(_every, str(compiled), compiled.params)

    def begin(self, how: str) -> None:
        """Begin a transaction; on PostgreSQL, where nothing is locked by that, with the first that is asked of it."""
        if self.dialect == "sqlite":
            with self._database.door:
                pass
            self._cursor.execute(how)
        else:
            self._opening = how
        self.inside = True

    def commit(self) -> None:
        """End a transaction well. Raises what is wrong with anything that was sent along, or with the commit."""
        self._end("COMMIT")

    @property
    def spared(self) -> bool:
        """Of a commit that has failed: whether it surely was not carried out, because something before it was not."""
        return self.dialect != "sqlite" and bool(self._cursor.spared)  # type: ignore[attr-defined] # ours

    def roll_back(self) -> None:
        """End a transaction as if it had never been."""
        if self.dialect != "sqlite":
            self._cursor.forget()  # type: ignore[attr-defined] # ours
        self._end("ROLLBACK")

    def _end(self, how: str) -> None:
        self.inside = False
        if self._opening is not None:
            self._opening = None
            return
        self._cursor.execute(how)
        if self.dialect != "sqlite":
            self._cursor.flush()  # type: ignore[attr-defined] # ours


def _first(cursor: _Cursor) -> Row | None:
    row: Row | None = cursor.fetchone()
    return row


def _every(cursor: _Cursor) -> list[Row]:
    rows: list[Row] = cursor.fetchall()
    return rows


def _count(cursor: _Cursor) -> int:
    return cursor.rowcount


def _nothing() -> None:
    pass


class Database:
    """One database, by its SQLAlchemy engine. Every thread keeps a connection of its own."""

    def __init__(self, engine: SqlEngine) -> None:
        self._engine = engine
        self.dialect = engine.dialect.name
        self.closed = False
        # What has to be done while connections can still be had.
        self.before_close: list[Callable[[], object]] = []
        # Told of every commit.
        self.committed: Callable[[], object] = _nothing
        # Held by whoever keeps writers out for a moment. SQLite has them look again after one, two, five and ten milliseconds; who waits
        # here goes on at once.
        self.door = threading.Lock()
        # What goes wrong between here and the database.
        self.errors: tuple[type[Exception], ...] = (engine.dialect.loaded_dbapi.Error, SQLAlchemyError)
        # The same as whoever writes may meet it: what becomes of a commit may be unknown.
        self.outages: tuple[type[Exception], ...] = (*self.errors, Refused)
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
            session = self._local.session = Session(self._cursor(connection), self)
        return session

    def _cursor(self, connection: Any) -> Any:
        if self.dialect == "sqlite":
            return connection.cursor()
        # Not loaded where there is no psycopg to speak of.
        from . import pipelining

        # A connection may have been another thread's before, and what was prepared there still is.
        cursor = connection.info.get("cursor")
        if cursor is None:
            cursor = connection.info["cursor"] = pipelining.PipelinedCursor(connection.driver_connection)
        cursor.forget()
        return cursor

    def lost(self, session: Session) -> bool:
        """Whether the connection of this thread's session is gone; the next that is asked for is a new one."""
        if getattr(self._local, "session", None) is session:
            if self.dialect == "sqlite" or not self._local.connection.driver_connection.closed:
                return False
            self._discard()
        # Any other session is from before, and its connection has been replaced.
        return True

    def renewed(self, session: Session) -> _Cursor:
        """A new connection for this thread, which the session goes on with."""
        cursor = self.reading._cursor
        self._local.session = session
        return cursor

    def _discard(self) -> None:
        """Have nothing more to do with this thread's connection."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.invalidate()
        self._local.connection = self._local.session = None

    def _begun(self, how: str) -> Session:
        """This thread's session, in a transaction that has just begun."""
        session = self.reading
        session.begin(how)
        return session

    def _undo(self, session: Session) -> None:
        """Roll back. Where that cannot be done, the connection is given up, which comes to the same."""
        try:
            session.roll_back()
        except self.errors:
            self._discard()

    def _done(self, session: Session) -> None:
        """Commit. Raises Refused where the connection was lost on the way, so that nobody knows what has become of it."""
        try:
            session.commit()
        except self.errors as problem:
            if not self.lost(session):
                self._undo(session)
            elif not session.spared:
                raise Refused(refusals.OUTCOME_UNKNOWN) from problem
            raise
        self.committed()

    @contextmanager
    def _transaction(self, how: str) -> Iterator[Session]:
        session = self._begun(how)
        try:
            yield session
        except BaseException:
            self._undo(session)
            raise
        self._done(session)

    def writing(self) -> AbstractContextManager[Session]:
        """One transaction: committed at the end, rolled back on any exception."""
        return self._transaction(self._begin)

    @contextmanager
    def looking(self) -> Iterator[Session]:
        """Several reads of one instant, whatever others write meanwhile. Not for long: the WAL cannot be reset before it ends."""
        session = self._begun(self._look)
        try:
            yield session
        finally:
            # It has read only: how it ends makes no difference.
            self._undo(session)

    def copying(self, work: Callable[[Session], _T]) -> _T:
        """One transaction that reads all tables as of one instant and writes. Where others were in its way, it is tried again."""
        for tries in range(COPY_TRIES):
            try:
                with self._transaction(self._copy) as session:
                    return work(session)
            except self.errors as problem:
                if not in_the_way(problem) or tries == COPY_TRIES - 1:
                    raise
        raise AssertionError("the last try returns or raises")

    def outage(self, problem: Exception) -> Refused | None:
        """What an exception from here says about the database, as a refusal; None where it says nothing about it, and is a fault."""
        if not isinstance(problem, self.errors):
            return None
        refusal = refusal_of(problem)
        if refusal is refusals.DATABASE_UNREACHABLE:
            self._discard()
        return None if refusal is None else Refused(refusal)

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
    else:
        options["connect_args"] = {"connect_timeout": CONNECT_SECONDS}
    return options


def prepare(engine: SqlEngine) -> None:
    """Settings of every new connection."""
    settings = _SQLITE_SETTINGS if engine.dialect.name == "sqlite" else _POSTGRESQL_SETTINGS

    @event.listens_for(engine, "connect")
    def _set(connection: Any, _: object) -> None:
        cursor = connection.cursor()
        for setting in settings:
            cursor.execute(setting)
        cursor.close()
        connection.commit()


_SQLITE_SETTINGS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    f"PRAGMA wal_autocheckpoint = {WAL_PAGES}",
    "PRAGMA temp_store = MEMORY",
    # Every look goes through the upper levels of a tree. The usual two megabytes hold those of a hundred thousand orders, not of a million.
    "PRAGMA cache_size = -4000",
)
# Nobody waits for ever for what another has locked.
_POSTGRESQL_SETTINGS = (f"SET lock_timeout = '{BUSY_TIMEOUT_SECONDS:.0f}s'",)
