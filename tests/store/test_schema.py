"""The schema: made, moved on from every released one, refused where it is none of ours, and fit to be spread by sandbox."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Column, MetaData, Table, Text, UniqueConstraint, create_engine, event, make_url

from emulator.app import create_app
from emulator.store.database import engine_options
from emulator.store.schema import MIGRATIONS, REVISIONS, TODAY, UnfitDatabase, bring_up_to_date, locked
from emulator.store.tables import metadata

from ..dumping import dump
from .freezing import SCHEMAS, look, thaw_postgresql, thaw_sqlite
from .new_migration import write

CONFIG = MIGRATIONS / "alembic.ini"
NewDatabase = Callable[[str], str]
Rows = list[tuple[Any, ...]]


def path_of(url: str) -> Path:
    return Path(make_url(url).database or "")


@contextmanager
def opened(url: str) -> Iterator[Callable[[str], Rows]]:
    """Asks a database past the program; what was said is kept."""
    if url.startswith("sqlite"):
        with sqlite3.connect(path_of(url), isolation_level=None) as file:
            yield lambda sql: file.execute(sql).fetchall()
        file.close()
    else:
        with psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True) as server:

            def ask(sql: str) -> Rows:
                cursor = server.execute(sql.encode())
                return cursor.fetchall() if cursor.description else []

            yield ask


def thaw(revision: str, url: str) -> None:
    """Fill an empty database as the program of that revision left it."""
    if url.startswith("sqlite"):
        thaw_sqlite(revision, path_of(url))
    else:
        with psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)) as server:
            thaw_postgresql(revision, server)


def start(url: str, **wanted: Any) -> Flask:
    return create_app(url, **{"demo": False, **wanted})


def stop(app: Flask) -> None:
    app.extensions["dispute_emulator"].close()


@pytest.fixture
def started(database_url: str) -> Iterator[Flask]:
    app = start(database_url)
    yield app
    stop(app)


def everything(url: str) -> dict[str, Any]:
    """All that a database holds: its schema, and every row."""
    schema = structure(url)
    with opened(url) as ask:
        tables = [name for (kind, name) in schema if kind == "table"]
        return {"schema": schema, "rows": {table: sorted(ask(f'SELECT * FROM "{table}"'), key=repr) for table in tables}}


# ── the shape of a database, without the order of columns ──────────────────────────────────────────────────────────────


def structure(url: str) -> dict[tuple[str, str], Any]:
    """Every table with its columns, keys and indexes, as the database itself describes them."""
    with opened(url) as ask:
        return sqlite_structure(ask) if url.startswith("sqlite") else postgresql_structure(ask)


def sqlite_structure(ask: Callable[[str], Rows]) -> dict[tuple[str, str], Any]:
    found: dict[tuple[str, str], Any] = {}
    for schema, name, kind, _, without_rowid, strict in ask("PRAGMA table_list"):
        if schema != "main" or name.startswith("sqlite_"):
            continue
        columns = sorted(row[1:] for row in ask(f'PRAGMA table_xinfo("{name}")'))
        indexes = sorted(
            (
                index if origin == "c" else "",
                unique,
                origin,
                partial,
                tuple(column[2:] for column in ask(f'PRAGMA index_xinfo("{index}")') if column[5]),
            )
            for _, index, unique, origin, partial in ask(f'PRAGMA index_list("{name}")')
        )
        found[kind, name] = (without_rowid, strict, columns, indexes)
    found["others", ""] = sorted(ask("SELECT type, name FROM sqlite_master WHERE type NOT IN ('table', 'index')"))
    return found


def postgresql_structure(ask: Callable[[str], Rows]) -> dict[tuple[str, str], Any]:
    here = "relnamespace = to_regnamespace(current_schema())"
    ((schema,),) = ask("SELECT current_schema()")
    kinds = {"r": "table", "i": "index", "S": "sequence"}
    found: dict[tuple[str, str], Any] = {
        (kinds.get(kind, kind), name): [] for name, kind in ask(f"SELECT relname, relkind::text FROM pg_class WHERE {here}")
    }
    for table, *column in ask(
        "SELECT relname, attname, format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid) FROM pg_attribute a"
        f" JOIN pg_class c ON c.oid = attrelid LEFT JOIN pg_attrdef d ON adrelid = attrelid AND adnum = attnum"
        f" WHERE attnum > 0 AND NOT attisdropped AND relkind = 'r' AND {here} ORDER BY 1, 2"
    ):
        found["table", table].append(tuple(column))
    for table, *constraint in ask(
        f"SELECT relname, conname, pg_get_constraintdef(o.oid) FROM pg_constraint o JOIN pg_class c ON c.oid = conrelid WHERE {here}"
        " ORDER BY 1, 2"
    ):
        found["table", table].append(tuple(constraint))
    for index, said in ask(f"SELECT relname, pg_get_indexdef(oid) FROM pg_class WHERE relkind = 'i' AND {here}"):
        found["index", index].append(said.replace(f"{schema}.", ""))
    return found


# ── revisions ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_program_knows_every_revision_there_is() -> None:
    scripts = ScriptDirectory.from_config(Config(str(CONFIG)))
    assert [script.revision for script in scripts.walk_revisions()] == list(reversed(REVISIONS)), "REVISIONS in emulator/store/schema.py"
    assert [script.down_revision for script in scripts.walk_revisions()] == [*reversed(REVISIONS[:-1]), None]


def test_a_new_database_is_what_all_migrations_make(database: str, new_database: NewDatabase) -> None:
    """And whoever changes a table without a migration fails here: `make migration`."""
    at_once, by_steps = new_database(database), new_database(database)
    stop(start(at_once))
    engine = create_engine(by_steps, **engine_options(by_steps))
    with locked(engine) as connection:
        command.upgrade(Config(str(CONFIG), attributes={"connection": connection}), "head")
    assert structure(by_steps) == structure(at_once)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []
        other = MetaData()
        for table in metadata.tables.values():
            table.to_metadata(other)
        Table("orders", other, Column("colour", Text), extend_existing=True)
        assert [found[0] for found in compare_metadata(context, other)] == ["add_column"], "a difference would be seen"
    engine.dispose()


def test_the_next_migration_is_written_from_the_tables(tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    for path in (path for path in MIGRATIONS.rglob("*") if path.is_file() and path.suffix != ".pyc"):
        (folder / path.relative_to(MIGRATIONS)).parent.mkdir(parents=True, exist_ok=True)
        (folder / path.relative_to(MIGRATIONS)).write_bytes(path.read_bytes())
    assert write("Nothing has changed", folder) is None
    extra = Table("extra", metadata, Column("world", Text, primary_key=True))
    try:
        written = write("Something has", folder)
    finally:
        metadata.remove(extra)
    assert written is not None
    text = written.read_text(encoding="utf-8")
    assert written.name == f"r{int(TODAY) + 1:04}_something_has.py"
    assert f"down_revision = '{TODAY}'" in text
    assert "op.create_table('extra'" in text


def test_flask_db_knows_the_revision_of_a_database(started: Flask, database_url: str) -> None:
    command_line = [sys.executable, "-m", "flask", "--app", "emulator.migrations.flask_app", "db", "current"]
    ran = subprocess.run(command_line, capture_output=True, text=True, check=True, env=os.environ | {"DATABASE_URL": database_url})
    assert ran.stdout.strip() == f"{TODAY} (head)"


# ── the cheap ways ─────────────────────────────────────────────────────────────────────────────────────────────────────

BOTH_WAYS = """
import sys
from emulator.app import create_app
for _ in range(2):
    create_app(sys.argv[1], demo=False).extensions["dispute_emulator"].close()
print(*sorted({name.split(".")[0] for name in sys.modules} & {"alembic", "flask_migrate", "flask_sqlalchemy"}))
"""


def test_neither_a_new_nor_an_up_to_date_database_loads_alembic(database_url: str) -> None:
    ran = subprocess.run([sys.executable, "-c", BOTH_WAYS, database_url], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["flask_sqlalchemy"]
    with opened(database_url) as ask:
        assert ask("SELECT version_num FROM alembic_version") == [(TODAY,)]


@pytest.mark.parametrize("url", ["sqlite:///{folder}/none/a.db", "postgresql://nobody@127.0.0.1:1/none"])
def test_without_preparing_no_database_is_touched(url: str, tmp_path: Path) -> None:
    app = start(url.format(folder=tmp_path), prepare=False, demo=True)
    assert app.test_client().get("/v1/rules").status_code == 200
    stop(app)
    assert list(tmp_path.iterdir()) == []


def test_an_application_that_prepared_nothing_works_on_what_another_prepared(started: Flask, database_url: str) -> None:
    app = start(database_url, prepare=False)
    assert app.test_client().post("/_emulator/sandboxes", json={"world": "empty"}).status_code == 201
    stop(app)


# ── from every released schema ─────────────────────────────────────────────────────────────────────────────────────────


def test_every_revision_has_a_frozen_database() -> None:
    """`python -m tests.store.freezing` makes the one of today."""
    kinds = (".json", ".postgresql.sql", ".sqlite.sql")
    assert sorted(path.name for path in SCHEMAS.iterdir()) == sorted(f"{revision}{kind}" for revision in REVISIONS for kind in kinds)


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_database_of_every_released_schema_goes_on_as_if_nothing_had_been(
    revision: str, database: str, database_url: str, new_database: NewDatabase
) -> None:
    thaw(revision, database_url)
    frozen = json.loads((SCHEMAS / f"{revision}.json").read_text(encoding="utf-8"))
    app = start(database_url)
    client = app.test_client()
    assert look(client, frozen["known"]) == frozen["answers"]
    fresh = new_database(database)
    stop(start(fresh))
    assert structure(database_url) == structure(fresh)

    if revision != REVISIONS[0]:  # whose program kept no answers
        assert client.post(**frozen["known"]["said"]).headers["Idempotency-Replayed"] == "true"
    box = frozen["known"]["sandboxes"][0]
    buyer = {"Authorization": f"Bearer {box['tokens']['buyer']}"}
    path = f"/_emulator/sandboxes/{box['id']}"
    for method, call, body in (
        ("POST", "/v1/orders", {"store": store_of(client, buyer), "item": {"title": "x", "quantity": 1}, "total": usd("1.00")}),
        ("POST", f"{path}/clock/advance", {"by": "P30D"}),
        ("POST", f"{path}/snapshots/{frozen['known']['snapshot']}/restore", None),
        ("POST", "/_emulator/sandboxes", {"seed": "frozen"}),
        ("DELETE", f"/_emulator/sandboxes/{frozen['known']['sandboxes'][1]['id']}", None),
    ):
        answer = client.open(call, method=method, json=body, headers=buyer if call.startswith("/v1") else {})
        assert answer.status_code in (200, 201, 204), f"{call}: {answer.text}"
    audit = client.get(f"{path}/audit").json or {}
    assert (audit["ok"], audit["violations"]) == (True, [])
    stop(app)


def usd(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "USD"}


def store_of(client: Any, headers: dict[str, str]) -> str:
    return str(client.get("/v1/stores", headers=headers).json["data"][0]["id"])


# ── many at once, and killed in the middle ─────────────────────────────────────────────────────────────────────────────

AT_ONCE = """
import multiprocessing, sys
from emulator.app import create_app

def start(gate, urls):
    for url in urls:
        gate.wait()
        app = create_app(url, demo=False)
        assert app.test_client().get("/_emulator/sandboxes").status_code == 200
        app.extensions["dispute_emulator"].close()

processes = multiprocessing.get_context("fork")
gate = processes.Barrier(5)
started = [processes.Process(target=start, args=(gate, sys.argv[1:]), daemon=True) for _ in range(5)]
for process in started:
    process.start()
for process in started:
    process.join(100)
sys.exit(any(process.exitcode != 0 for process in started))
"""


@pytest.mark.parametrize("revision", [None, REVISIONS[0]], ids=["empty", "old"])
def test_of_many_processes_that_start_at_once_all_succeed(revision: str | None, database: str, new_database: NewDatabase) -> None:
    urls = [new_database(database) for _ in range(4)]
    if revision is not None:
        for url in urls:
            thaw(revision, url)
    ran = subprocess.run([sys.executable, "-c", AT_ONCE, *urls], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    fresh = new_database(database)
    stop(start(fresh))
    for url in urls:
        assert structure(url) == structure(fresh)


def test_who_is_sent_away_by_others_that_begin_the_same_file_tries_again(tmp_path: Path) -> None:
    """SQLite does not let them wait; it happens among many processes, but not every time."""
    times = iter(range(3))

    def send_away(*_: object) -> None:
        if next(times, None) is not None:
            with closing(sqlite3.connect(tmp_path / "held.db", timeout=0)) as another:
                another.execute("BEGIN IMMEDIATE")

    url = f"sqlite:///{tmp_path / 'a.db'}"
    engine = create_engine(url, **engine_options(url))
    event.listen(engine, "connect", send_away)
    with closing(sqlite3.connect(tmp_path / "held.db")) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        bring_up_to_date(engine)
    engine.dispose()
    assert next(times, None) is None
    with opened(url) as ask:
        assert ask("SELECT version_num FROM alembic_version") == [(TODAY,)]


KILLED = """
import os, re, signal, sys
from sqlalchemy import Engine, event
from emulator.app import create_app

@event.listens_for(Engine, "after_cursor_execute")
def die(connection, cursor, sql, *_):
    if re.search(sys.argv[2], sql):
        os.kill(os.getpid(), signal.SIGKILL)

create_app(sys.argv[1], demo=False)
"""


@pytest.mark.parametrize(
    ("revision", "last"),
    [
        (None, r"CREATE TABLE (replies|orders)"),
        (None, r"INSERT INTO alembic_version"),
        (REVISIONS[0], r"CREATE TABLE IF NOT EXISTS alembic_version"),
        (REVISIONS[0], r"DROP TABLE tokens|DROP CONSTRAINT tokens_pkey"),
        (REVISIONS[0], r"UPDATE .*alembic_version"),
    ],
)
def test_a_process_killed_in_the_middle_leaves_the_database_as_it_was(revision: str | None, last: str, database_url: str) -> None:
    if revision is not None:
        thaw(revision, database_url)
    before = everything(database_url)
    ran = subprocess.run([sys.executable, "-c", KILLED, database_url, last], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (-signal.SIGKILL, "")
    assert everything(database_url) == before
    app = start(database_url)
    if revision is not None:
        frozen = json.loads((SCHEMAS / f"{revision}.json").read_text(encoding="utf-8"))
        assert look(app.test_client(), frozen["known"]) == frozen["answers"]
    assert app.test_client().post("/_emulator/sandboxes").status_code == 201
    stop(app)


# ── what is none of ours ───────────────────────────────────────────────────────────────────────────────────────────────

FOREIGN = {
    "of another program": ["CREATE TABLE customers (id INTEGER PRIMARY KEY)", "INSERT INTO customers VALUES (1)"],
    "of another program that uses Alembic": [
        "CREATE TABLE customers (id INTEGER)",
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)",
        f"INSERT INTO alembic_version VALUES ('{TODAY}')",
    ],
    "of another program that has revisions of its own": [
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)",
        "INSERT INTO alembic_version VALUES ('ae1027a6acf0')",
    ],
    "with a view": ["CREATE VIEW customers AS SELECT 1 AS one"],
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_database_of_something_else_is_refused_and_untouched(kind: str, database_url: str) -> None:
    with opened(database_url) as ask:
        for sql in FOREIGN[kind]:
            ask(sql)
    check_refused(database_url, r"Name another database|name another database")


@pytest.mark.parametrize(
    "change",
    ["ALTER TABLE orders ADD COLUMN colour TEXT", "DROP TABLE reviews", "CREATE TABLE customers (id INTEGER)", "DROP INDEX orders_due"],
)
def test_what_is_nearly_an_old_database_is_refused_but_for_what_does_not_matter(change: str, database_url: str) -> None:
    thaw(REVISIONS[0], database_url)
    with opened(database_url) as ask:
        ask(change)
    if "INDEX" in change:
        stop(start(database_url))
    else:
        check_refused(database_url, r"no revision.*export")


def test_a_schema_newer_than_the_program_is_refused(started: Flask, database_url: str) -> None:
    stop(started)
    with opened(database_url) as ask:
        ask("UPDATE alembic_version SET version_num = '9999'")
    check_refused(database_url, rf"revision 9999.*none newer than {TODAY}.*Install the newer dispute-emulator.*name another database")


def test_a_schema_that_lacks_a_table_it_should_have_is_refused(started: Flask, database_url: str) -> None:
    stop(started)
    with opened(database_url) as ask:
        ask("DROP TABLE reviews")
    check_refused(database_url, rf"revision {TODAY}, but has no table reviews")


def check_refused(url: str, sentence: str) -> None:
    before = everything(url)
    file = path_of(url).read_bytes() if url.startswith("sqlite") else b""
    with pytest.raises(UnfitDatabase) as refused:
        start(url)
    assert re.search(sentence, str(refused.value)), str(refused.value)
    assert everything(url) == before
    if url.startswith("sqlite"):
        assert path_of(url).read_bytes() == file, "not even the journal has changed"


def test_serve_says_in_one_line_why_a_database_does_not_fit(database_url: str) -> None:
    with opened(database_url) as ask:
        ask("CREATE TABLE customers (id INTEGER)")
    command_line = [sys.executable, "-m", "emulator.cli", "serve", "--port", "28513", "--database", database_url]
    ran = subprocess.run(command_line, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 4
    (said,) = ran.stderr.splitlines()
    assert re.match(r"dispute-emulator: Cannot serve from (sqlite|postgresql).*: It is not empty \(customers\)", said)


def test_only_the_schema_that_is_written_to_counts(new_database: NewDatabase) -> None:
    """Behind it in PostgreSQL's search path may lie an older emulator's, or anybody's."""
    behind, url = new_database("postgresql"), new_database("postgresql")
    thaw(REVISIONS[0], behind)
    with opened(behind) as ask:
        ask("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        ask("INSERT INTO alembic_version VALUES ('ae1027a6acf0')")
    before = everything(behind)
    ((front, back),) = [[str(make_url(one).query["options"]).rpartition("=")[2] for one in (url, behind)]]
    both = make_url(url).update_query_dict({"options": f"-csearch_path={front},{back}"}).render_as_string(hide_password=False)
    stop(start(both))
    assert structure(both)["table", "tokens"] == structure(url)["table", "tokens"] != []
    assert everything(behind) == before
    with opened(url) as ask:
        ask("DROP TABLE replies")
        ask("DROP TABLE alembic_version")
        ask("DROP INDEX tokens_by_hash")
        ask("CREATE INDEX tokens_of_sandbox ON tokens (sandbox)")
        ask("DROP INDEX sandboxes_by_world")
        ask("ALTER TABLE sandboxes ADD UNIQUE (world)")
    stop(start(both))
    with opened(url) as ask:
        assert ask("SELECT version_num FROM alembic_version") == [(TODAY,)]
    assert everything(behind) == before


# ── fit to be spread over many databases (decision 020) ────────────────────────────────────────────────────────────────

# What says whose a row is, where it is not the world.
WHOSE = {"sandboxes": "id", "snapshots": "sandbox", "tokens": "sandbox", "tallies": "sandbox"}
OF_NOBODY = {"counters": "counts arrivals on SQLite, which is one file; PostgreSQL has a sequence for that"}


def unique_keys(table: Table) -> Iterator[tuple[str, set[str]]]:
    """Everything that must be unique in a table, and what points into another."""
    yield "primary key", {column.name for column in table.primary_key.columns}
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield f"unique constraint {constraint.name}", {column.name for column in constraint.columns}
    for index in table.indexes:
        if index.unique:
            yield f"unique index {index.name}", {column.name for column in index.columns}
    for foreign in table.foreign_key_constraints:
        yield f"foreign key to {foreign.referred_table.name}", {column.name for column in foreign.columns}


def faults_of_keys(tables: MetaData) -> list[str]:
    return [
        f"{table.name}: {key}"
        for table in tables.sorted_tables
        if table.name not in OF_NOBODY
        for key, columns in unique_keys(table)
        if WHOSE.get(table.name, "world") not in columns
    ]


def test_every_unique_and_every_foreign_key_holds_the_sandbox_or_its_world() -> None:
    assert not faults_of_keys(metadata)
    assert set(metadata.tables) > set(WHOSE) | set(OF_NOBODY)


def test_that_a_key_without_the_sandbox_would_be_seen() -> None:
    other = MetaData()
    for table in metadata.tables.values():
        table.to_metadata(other)
    other.tables["sandboxes"].append_constraint(UniqueConstraint("world"))
    other.tables["orders"].append_column(Column("number", Text, unique=True, index=True))
    Table("extra", other, Column("id", Text, primary_key=True))
    assert faults_of_keys(other) == ["extra: primary key", "orders: unique index ix_orders_number", "sandboxes: unique constraint None"]


def test_the_database_has_no_unique_key_that_the_tables_do_not_have(started: Flask, database_url: str) -> None:
    with opened(database_url) as ask:
        if database_url.startswith("sqlite"):
            found = {
                (table, frozenset(column[2] for column in ask(f'PRAGMA index_info("{index}")')))
                for (table,) in ask("SELECT name FROM sqlite_master WHERE type = 'table'")
                for _, index, unique, *_ in ask(f'PRAGMA index_list("{table}")')
                if unique
            }
        else:
            found = {
                (table, frozenset(columns))
                for table, columns in ask(
                    "SELECT c.relname, array_agg(a.attname::text) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
                    " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey::int2[])"
                    " WHERE i.indisunique AND c.relnamespace = to_regnamespace(current_schema()) GROUP BY c.relname, i.indexrelid"
                )
            }
    declared = {(table.name, frozenset(columns)) for table in metadata.tables.values() for _, columns in unique_keys(table)}
    found.discard(("alembic_version", frozenset({"version_num"})))
    assert found <= declared
    assert len(found) >= len(metadata.tables) - 1, "a single whole number is SQLite's row id, which is no index"


def test_a_token_is_one_sandboxs_alone(started: Flask) -> None:
    """The same seed gives the next sandbox tokens of its own, though nothing in the database demands it any more."""
    client = started.test_client()
    made = [client.post("/_emulator/sandboxes", json={"seed": "same", "world": "empty"}).json or {} for _ in range(3)]
    tokens = [account["token"] for one in made for account in one["accounts"]]
    assert len(set(tokens)) == len(tokens) == 9
    hashes = [row[metadata.tables["tokens"].c.keys().index("hash")] for row in dump(started)["tokens"]]
    assert len(set(hashes)) == len(hashes) == 9
