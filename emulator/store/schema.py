"""Brings a database to today's schema: made where nothing is, moved on where it is older, refused where it is newer or not ours.

Which revision a database is of stands in its table `alembic_version`. Where that is today's, one look is all. An empty database gets
today's tables at once; only where an older one has to be moved on is Alembic loaded at all (decision 019). Whoever makes or moves a
database holds a lock and does it in one transaction: of many processes that start at once one works and the others find it done, and
one that is killed leaves the database as it was.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from sqlalchemy import Connection, Engine, create_mock_engine
from sqlalchemy.exc import OperationalError

from .database import BUSY_TIMEOUT_SECONDS
from .tables import metadata

# Every revision, oldest first, as they lie in emulator/migrations/versions/.
REVISIONS = ("0001", "0002")
TODAY = REVISIONS[-1]
MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"

# Databases were made without a revision once: all of the first.
_FIRST_TABLES = {
    "accounts": "id name role serial store world",
    "attachments": "dispute evidence world",
    "counters": "last name",
    "disputes": "about_goods body buyer closed_at id marked_at mediated opened_at order_id outcome seller seq status store withdrawn world",
    "events": "after at before by details dispute number order_id row world",
    "evidence": "by id media_type name role sha256 size uploaded_at world",
    "files": "bytes sha256 world",
    "forsaken": "world",
    "ledger": "amount at currency leg number order_id rule source target world",
    "mails": "at number order_id recipient seq world",
    "messages": "by id number order_id reported_at sent_at store text world",
    "orders": "body buyer currency dispute events held id mediated next_due_at paid_out placed_at refunded seller seq status store world",
    "reviews": "made_at order_id stars store text world",
    "sandboxes": "clock_mode clock_virtual clock_wall created_at id name origin ruleset seed serial settings world",
    "snapshots": "clock_mode clock_virtual clock_wall id name orders sandbox serial world",
    "stores": "closed_at id name opened_at seller world",
    "tallies": "hits kind name sandbox",
    "tokens": "account hash sandbox",
}

_VERSION_TABLE = "alembic_version"
# What there is where we write: on PostgreSQL in the current schema alone, but for what an extension has brought.
_NAMES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT GLOB 'sqlite_*'",
    "postgresql": "SELECT relname FROM pg_class c WHERE relnamespace = to_regnamespace(quote_ident(current_schema()))"
    " AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND NOT EXISTS (SELECT FROM pg_depend d"
    " WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')",
}
_COLUMNS = {
    "sqlite": "SELECT t.name, c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.name NOT GLOB 'sqlite_*'",
    "postgresql": "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND"
    " NOT a.attisdropped WHERE relnamespace = to_regnamespace(quote_ident(current_schema())) AND relkind IN ('r', 'p', 'v', 'm', 'f')",
}
# Beside the locks of seeds and of kept answers, which have other second numbers.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('dispute-emulator: schema ' || current_schema(), 2))"
# Others may have a large database to move on before it is our turn.
_LONGEST_WAIT_SECONDS = 3600
# Where a SQLite file says what journal it has, and how it says that it is a write-ahead log.
_JOURNAL, _WRITE_AHEAD = slice(18, 20), b"\x02\x02"
_JOURNAL_TRIES, _JOURNAL_PAUSE_SECONDS = 100, 0.01

Ask: TypeAlias = Callable[[str], Sequence[Sequence[Any]]]


class UnfitDatabase(Exception):
    """What lies in the database is nothing that this program can work on; the sentences say why, and what to do."""


def bring_up_to_date(engine: Engine) -> None:
    """Make or move on the tables of a database; raises UnfitDatabase, and leaves it untouched, where that cannot be."""
    try:
        if _revision_at_a_glance(engine) != TODAY:
            with locked(engine) as connection:
                # Somebody else may have been quicker.
                revision = _revision(_asking(connection), engine.dialect.name)
                if revision is None:
                    _make(connection)
                elif revision != TODAY:
                    _stamp(connection, revision)
                    _move_on(connection)
    except BaseException:
        engine.dispose()
        raise


@contextmanager
def locked(engine: Engine) -> Iterator[Connection]:
    """One transaction in which nobody else makes or moves the tables; committed at the end, rolled back on any exception."""
    with _connected(engine) as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {_LONGEST_WAIT_SECONDS * 1000}")
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                yield connection
                connection.commit()
            finally:
                connection.rollback()
                connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(BUSY_TIMEOUT_SECONDS * 1000)}")
        else:
            # Who has waited sees what was done meanwhile, and nobody is thrown out because it took long.
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            connection.exec_driver_sql(_LOCK)
            yield connection
            connection.commit()


def _connected(engine: Engine) -> Connection:
    """A connection. Each gives a SQLite file its write-ahead log: of several that do so first all but one are sent away at once."""
    for _ in range(_JOURNAL_TRIES):
        try:
            return engine.connect()
        except OperationalError as problem:
            if getattr(problem.orig, "sqlite_errorname", None) != "SQLITE_BUSY":
                raise
            time.sleep(_JOURNAL_PAUSE_SECONDS)
    return engine.connect()


def current_schema(connection: Connection) -> str | None:
    """The schema of PostgreSQL in which tables are made; None on SQLite, which has none."""
    if connection.dialect.name == "sqlite":
        return None
    return str(connection.exec_driver_sql("SELECT current_schema()").scalar_one())


# ── looking ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _revision_at_a_glance(engine: Engine) -> str | None:
    """The revision without a lock, as of one instant: somebody else may be making it."""
    if engine.dialect.name != "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            return _revision(_asking(connection), engine.dialect.name)
    head = _head(engine)
    if not head:
        return None
    if head[_JOURNAL] == _WRITE_AHEAD:
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            return _revision(_asking(connection), engine.dialect.name)
    # Connections of the engine would change its journal; what is none of ours stays as it is.
    path, options = engine.dialect.create_connect_args(engine.url)
    try:
        with closing(engine.dialect.connect(*path, **options)) as file:
            cursor = file.cursor()
            cursor.execute("BEGIN")
            return _revision(lambda sql: cursor.execute(sql).fetchall(), "sqlite")
    except sqlite3.Error:
        # Whatever is wrong with it will be said when it is opened in earnest.
        return None


def _head(engine: Engine) -> bytes:
    """The first bytes of a SQLite file; none where there is none, or nothing in it yet."""
    try:
        with open(engine.url.database or "", "rb") as file:
            return file.read(_JOURNAL.stop)
    except OSError:
        return b""


def _asking(connection: Connection) -> Ask:
    return lambda sql: connection.exec_driver_sql(sql).all()


def _revision(ask: Ask, dialect: str) -> str | None:
    """The revision of what is there, None where nothing is; raises UnfitDatabase where it is none of ours."""
    names = {str(name) for (name,) in ask(_NAMES[dialect])}
    stamps = [str(stamp) for (stamp,) in ask(f"SELECT version_num FROM {_VERSION_TABLE}")] if _VERSION_TABLE in names else []  # noqa: S608
    names.discard(_VERSION_TABLE)
    if not stamps:
        if not names:
            return None
        if _columns(ask, dialect) != {table: set(columns.split()) for table, columns in _FIRST_TABLES.items()}:
            raise UnfitDatabase(
                f"It is not empty ({_some(names)}), has no revision, and is not what an emulator has made before there were revisions. "
                f"{_ANOTHER}, or export the sandboxes with the program that made it and import them here."
            )
        return REVISIONS[0]
    (revision, *more) = stamps
    if more or revision not in REVISIONS:
        raise UnfitDatabase(
            f"Its schema is of revision {' and '.join(stamps)}, and this program knows none newer than {TODAY}. "
            f"Install the newer dispute-emulator that made it. Or {_ANOTHER[0].lower()}{_ANOTHER[1:]}."
        )
    wanted = metadata.tables if revision == TODAY else _FIRST_TABLES
    if missing := set(wanted) - names:
        raise UnfitDatabase(f"It says that its schema is of revision {revision}, but has no table {_some(missing)}. {_ANOTHER}.")
    return revision


_ANOTHER = "Name another database (--database or DATABASE_URL)"


def _some(names: set[str]) -> str:
    first = sorted(names)
    return ", ".join(first[:3]) + (", …" if len(first) > 3 else "")


def _columns(ask: Ask, dialect: str) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {}
    for table, column in ask(_COLUMNS[dialect]):
        found.setdefault(str(table), set()).add(str(column))
    found.pop(_VERSION_TABLE, None)
    return found


# ── making and moving on ───────────────────────────────────────────────────────────────────────────────────────────────


def _make(connection: Connection) -> None:
    for sql in _statements(connection.dialect.name):
        connection.exec_driver_sql(sql, execution_options={"no_parameters": True})
    _stamp(connection, TODAY)


@cache
def _statements(dialect: str) -> tuple[str, ...]:
    """What `metadata.create_all` says on an empty database. A test suite makes thousands, so it is compiled once."""
    said: list[str] = []
    mock: Any = create_mock_engine(f"{dialect}://", lambda clause, *_, **__: said.append(str(clause.compile(dialect=mock.dialect))))
    metadata.create_all(mock, checkfirst=False)
    # PostgreSQL takes them all at once, which saves as many ways to the server.
    return tuple(said) if dialect == "sqlite" else (";".join(said),)


def _stamp(connection: Connection, revision: str) -> None:
    """Write down the revision, in Alembic's own table."""
    for sql in (
        f"CREATE TABLE IF NOT EXISTS {_VERSION_TABLE}"
        f" (version_num VARCHAR(32) NOT NULL, CONSTRAINT {_VERSION_TABLE}_pkc PRIMARY KEY (version_num))",
        f"DELETE FROM {_VERSION_TABLE}",  # noqa: S608 -- a name of ours
        f"INSERT INTO {_VERSION_TABLE} (version_num) VALUES ('{revision}')",  # noqa: S608 -- a revision of ours
    ):
        connection.exec_driver_sql(sql)


# Alembic keeps what it works on in its modules, so one thread at a time.
_alembic = threading.Lock()


def _move_on(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config(str(MIGRATIONS / "alembic.ini"), attributes={"connection": connection})
    with _alembic:
        command.upgrade(config, "head")
