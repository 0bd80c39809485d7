"""Connections and transactions: nothing stays open, nothing is left behind, and of those who race exactly one wins."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import make_url, text
from werkzeug.test import TestResponse

from emulator.app import create_app
from emulator.store import orders, reading, replies, sandboxes, tallies, worlds
from emulator.store.database import _SQLITE_SETTINGS, Database, Session, Statement
from emulator.store.tables import db

from ..conftest import MakeSandbox
from ..dumping import dump
from ..sandbox import Sandbox, usd

MEGABYTE = 1024 * 1024


def database_of(app: Flask) -> Database:
    database: Database = app.extensions["dispute_emulator"]
    return database


def in_transaction(app: Flask) -> bool:
    """Whether this thread's kept connection has a transaction open."""
    connection: Any = database_of(app)._local.connection.driver_connection
    if isinstance(connection, sqlite3.Connection):
        return connection.in_transaction
    return bool(connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE)


# ── nothing stays open ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_call_leaves_a_transaction_open(sandbox: Sandbox, app: Flask) -> None:
    order = sandbox.asked("seller")
    sandbox.do("seller", "send_message", order, text="Please.")
    dispute, photo = sandbox.disputes[order], sandbox.evidence("buyer")
    looks = [
        "/v1/me",
        "/v1/orders",
        f"/v1/orders/{order}",
        f"/v1/orders/{order}/messages",
        f"/v1/orders/{order}/payment",
        "/v1/disputes",
        f"/v1/disputes/{dispute}",
        f"/v1/disputes/{dispute}/history",
        f"/v1/disputes/{dispute}/claim",
        f"/v1/evidence/{photo}",
        "/v1/operations",
        "/v1/stores",
        f"/v1/stores/{sandbox.store}",
        "/v1/mailbox",
        "/v1/rules",
        "/v1/orders/ord_none",
        "/v1/orders?limit=0",
        *(f"{sandbox.path}{path}" for path in ("", "/clock", "/forecast", "/audit", "/mailbox")),
        "/_emulator/health",
        "/_emulator/sandboxes",
    ]
    for path in looks:
        assert sandbox.call("buyer", "GET", path).status_code < 500
        assert not in_transaction(app), path
    askings: list[Callable[[], TestResponse]] = [
        lambda: sandbox.ask("seller", "answer", order, text="So."),
        lambda: sandbox.ask("seller", "answer", order, text="So."),
        lambda: sandbox.ask("buyer", "ship", order),
        lambda: sandbox.call("buyer", "PATCH", f"/v1/disputes/{dispute}", data=b"{"),
        lambda: sandbox.ask("buyer", "place_order", store="sto_none", item={"title": "x", "quantity": 1}, total=usd("1.00")),
        lambda: sandbox.client.post(f"{sandbox.path}/clock/advance", json={"by": "P1D"}),
        lambda: sandbox.client.post(f"{sandbox.path}/reset"),
        lambda: sandbox.client.delete(sandbox.path),
    ]
    for send in askings:
        assert send().status_code < 500
        assert not in_transaction(app)


def test_that_an_open_transaction_would_be_seen(app: Flask) -> None:
    with database_of(app).writing() as session:
        # On PostgreSQL a transaction begins with the first that is asked of it.
        session.one(Statement(text("SELECT 1")))
        assert in_transaction(app)
    assert not in_transaction(app)


def wal_size(path: str) -> int:
    return Path(f"{path}-wal").stat().st_size


def work(app: Flask, rounds: int) -> None:
    """Writers and readers, each thread with a connection of its own that it keeps."""
    box = Sandbox(app.test_client())
    order = box.disputed()
    done = threading.Event()

    def read() -> None:
        client = app.test_client()
        while not done.is_set():
            for path in ("/v1/orders", f"/v1/orders/{order}", "/v1/me", "/v1/mailbox"):
                assert client.get(path, headers=box.headers("seller")).status_code == 200

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        for number in range(rounds):
            assert box.ask("seller", "send_message", order, text=f"{number} " + "x" * 4000).status_code == 201
    finally:
        done.set()
        for reader in readers:
            reader.join()


def test_the_write_ahead_log_stays_small_under_readers_and_a_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kept connection that left a read transaction open would stop SQLite from ever starting the log anew."""
    path = str(tmp_path / "a.db")
    # Sooner than it is done otherwise, so that less has to be written here.
    monkeypatch.setattr("emulator.store.database._SQLITE_SETTINGS", (*_SQLITE_SETTINGS, "PRAGMA wal_autocheckpoint = 1000"))
    app = create_app(f"sqlite:///{path}", demo=False)
    work(app, 200)
    first = wal_size(path)
    work(app, 800)
    assert wal_size(path) < 6 * MEGABYTE
    assert wal_size(path) <= max(2 * first, 5 * MEGABYTE)
    # And so that this test can fail: somebody who reads and stays.
    with sqlite3.connect(path, isolation_level=None) as lingering:
        lingering.execute("BEGIN")
        lingering.execute("SELECT count(*) FROM orders").fetchone()
        work(app, 800)
        assert wal_size(path) > 10 * MEGABYTE
        lingering.execute("ROLLBACK")
    lingering.close()
    database_of(app).close()


# ── nothing is left behind ─────────────────────────────────────────────────────────────────────────────────────────────


def test_an_exception_in_a_transaction_leaves_nothing(sandbox: Sandbox, app: Flask) -> None:
    sandbox.placed()
    before = dump(app)

    def insert_and_break() -> None:
        with database_of(app).writing() as session:
            session.run(
                Statement(db.metadata.tables["tokens"].insert(), ["hash", "sandbox", "account"]), hash=b"x", sandbox="s", account="a"
            )
            assert (
                session.one(Statement(db.metadata.tables["tokens"].select().where(db.metadata.tables["tokens"].c.sandbox == "s")))
                is not None
            )
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        insert_and_break()
    assert not in_transaction(app)
    assert dump(app) == before


@pytest.mark.parametrize("last", ["orders", "events", "ledger", "mails", "disputes"])
def test_a_command_that_breaks_halfway_is_a_500_and_leaves_nothing(
    last: str, sandbox: Sandbox, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever table is written when the program breaks, none of the tables written before keeps a row."""
    order = sandbox.finished()
    sandbox.wait("P1D")
    before = dump(app)
    sent = Session.many

    def breaking(self: Any, statement: Statement, rows: Any) -> None:
        sent(self, statement, rows)
        if rows and f" {last} " in f"{statement.compiled(self.dialect)[0]} ".replace("\n", " "):
            raise RuntimeError(f"after {last}")

    monkeypatch.setattr("emulator.store.database.Session.many", breaking)
    answer = sandbox.ask("buyer", "open_dispute", order, **sandbox.opening(reason="defective"))
    assert (answer.status_code, (answer.json or {})["code"]) == (500, "broken")
    monkeypatch.undo()
    assert dump(app) == before
    assert not in_transaction(app)
    assert sandbox.ask("buyer", "open_dispute", order, **sandbox.opening(reason="defective")).status_code == 201
    assert sandbox.audit()["ok"]


def test_an_effect_that_breaks_an_invariant_is_a_500_and_leaves_nothing(
    sandbox: Sandbox, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = sandbox.shipped()
    before = dump(app)
    monkeypatch.setattr("emulator.domain.engine.check", lambda order, settings: ["the books do not balance (PAY-5)"])
    answer = sandbox.ask("buyer", "confirm_receipt", order)
    assert (answer.status_code, (answer.json or {})["code"]) == (500, "broken")
    assert dump(app) == before


# ── of those who race exactly one wins ─────────────────────────────────────────────────────────────────────────────────


def race(app: Flask, askings: list[Callable[[Any], int]]) -> list[int]:
    """All at once, each in a thread of its own with a client of its own; returns the statuses."""
    together = threading.Barrier(len(askings))
    statuses = [0] * len(askings)

    def run(index: int, asking: Callable[[Any], int]) -> None:
        client = app.test_client()
        together.wait()
        statuses[index] = asking(client)

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(askings)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


def asking(box: Sandbox, who: str, action: str, order: str | None, **body: Any) -> Callable[[Any], int]:
    """An action as another client of the same account would ask for it."""

    def send(client: Any) -> int:
        other = Sandbox.__new__(Sandbox)
        other.__dict__.update(box.__dict__, client=client)
        return other.ask(who, action, order, **body).status_code

    return send


ROUNDS = 8
CANCEL = {"reason": "other", "comment": "x", "confirm": True}


def test_of_contradictory_endings_of_one_dispute_exactly_one_wins(app: Flask, make_sandbox: MakeSandbox) -> None:
    box = make_sandbox()
    for _ in range(ROUNDS):
        order = box.refused(solution={"remedy": "refund", "amount": usd("20.00")})
        buyers, sellers = box.current(order, "buyer"), box.current(order, "seller")
        statuses = race(
            app,
            [
                asking(box, "buyer", "cancel", order, **CANCEL),
                asking(box, "seller", "accept", order, solution=buyers),
                asking(box, "buyer", "accept", order, solution=sellers),
                asking(box, "buyer", "cancel", order, **CANCEL),
            ],
        )
        assert sorted(statuses) == [200, 409, 409, 409]
    report = box.audit()
    assert report["violations"] == []


def test_of_many_edits_only_as_many_win_as_there_are(app: Flask, make_sandbox: MakeSandbox) -> None:
    box = make_sandbox()
    for _ in range(ROUNDS):
        order = box.disputed()
        statuses = race(app, [asking(box, "buyer", "edit", order, explanation=f"Edit {n}.") for n in range(6)])
        assert sorted(statuses) == [200] * 4 + [409] * 2
        shown = box.dispute(order)
        assert (shown["edits_used"], len(shown["solutions"])) == (4, 5)
    assert box.audit()["violations"] == []


def test_a_dispute_is_opened_once_however_many_open_it(app: Flask, make_sandbox: MakeSandbox) -> None:
    box = make_sandbox()
    for _ in range(ROUNDS):
        order = box.delivered()
        statuses = race(app, [asking(box, "buyer", "open_dispute", order, **box.opening()) for _ in range(4)])
        assert sorted(statuses) == [201, 409, 409, 409]
        assert len(box.get("buyer", f"/v1/disputes?order={order}")["data"]) == 1
    assert box.audit()["violations"] == []


def test_orders_placed_at_once_have_ids_of_their_own(app: Flask, make_sandbox: MakeSandbox) -> None:
    box = make_sandbox()
    body = {"item": {"title": "x", "quantity": 1}, "total": usd("1.00")}
    assert race(app, [asking(box, "buyer", "place_order", None, **body) for _ in range(6)]) == [201] * 6
    assert len(box.get("buyer", "/v1/orders")["data"]) == 6
    assert box.audit()["violations"] == []


def test_a_timer_fires_once_however_many_advance_and_read(app: Flask, make_sandbox: MakeSandbox) -> None:
    box = make_sandbox()
    placed = [box.placed() for _ in range(10)]
    fired: list[str] = []

    def advance(client: Any) -> int:
        answer = client.post(f"{box.path}/clock/advance", json={"to": "2026-01-10T12:00:00Z"})
        if answer.status_code == 200:
            fired.extend(timer["order"] for timer in answer.json["fired"])
        return int(answer.status_code)

    def look(client: Any) -> int:
        return int(client.get("/v1/orders", headers=box.headers("buyer")).status_code)

    assert race(app, [advance, look, advance, look]) == [200] * 4
    assert sorted(fired) == sorted(placed)
    assert box.audit()["violations"] == []
    assert box.now() == "2026-01-10T12:00:00Z"


def test_a_store_that_closes_closes_however_the_last_disputes_race(app: Flask, make_sandbox: MakeSandbox) -> None:
    for _ in range(ROUNDS):
        box = make_sandbox(settings={"store_close_count": 4})
        delivered = [box.delivered() for _ in range(4)]
        opening = box.opening(reason="defective")
        assert race(app, [asking(box, "buyer", "open_dispute", order, **opening) for order in delivered]) == [201] * 4
        assert box.get("buyer", f"/v1/stores/{box.store}")["closed_at"] is not None


def test_the_same_bytes_uploaded_at_once_are_kept_once(app: Flask, make_sandbox: MakeSandbox) -> None:
    box = make_sandbox()

    def upload(who: str, name: str) -> Callable[[Any], int]:
        def send(client: Any) -> int:
            other = Sandbox.__new__(Sandbox)
            other.__dict__.update(box.__dict__, client=client)
            return other.upload(who, name).status_code

        return send

    for number in range(ROUNDS):
        assert race(app, [upload(who, f"{number}.png") for who in ("buyer", "seller", "mediator", "buyer")]) == [201] * 4
    lies = dump(app)
    assert (len(lies["evidence"]), len(lies["files"])) == (4 * ROUNDS, ROUNDS)


def test_sandboxes_of_one_seed_made_at_once_all_live(app: Flask) -> None:
    made: list[str] = []

    def make(client: Any) -> int:
        answer = client.post("/_emulator/sandboxes", json={"seed": "s", "world": "empty"})
        made.append(str((answer.json or {}).get("id")))
        return int(answer.status_code)

    assert race(app, [make] * 4) == [201] * 4
    assert len(set(made)) == 4


# ── indexes ────────────────────────────────────────────────────────────────────────────────────────────────────────────

OUTSIDE = {"sandboxes", "tokens", "snapshots", "forsaken", "counters", "tallies"}


def test_every_key_and_index_inside_a_world_begins_with_the_world() -> None:
    for table in db.metadata.sorted_tables:
        leading = [next(iter(index.columns)).name for index in table.indexes] + [next(iter(table.primary_key.columns)).name]
        if table.name not in OUTSIDE:
            assert set(leading) == {"world"}, table.name
    assert {table.name for table in db.metadata.sorted_tables} > OUTSIDE
    assert not any(column.foreign_keys for table in db.metadata.sorted_tables for column in table.columns)


# Two are PostgreSQL's own; one asks for a handful of a table that is nearly always empty; two are about every tally there is.
NOT_LOOKED_AT = {"sandboxes._LOCK_SEED", "replies._LOCK", "worlds._FORSAKEN", "tallies._READ_ALL", "tallies._CLEAR"}
STATEMENTS = {
    f"{module.__name__.rpartition('.')[2]}.{name}": statement
    for module in (orders, reading, replies, sandboxes, tallies, worlds)
    for name, found in vars(module).items()
    for statement in (found.values() if isinstance(found, dict) else found if isinstance(found, tuple) else (found,))
    if isinstance(statement, Statement)
}


def test_every_statement_that_is_not_looked_at_is_there() -> None:
    assert set(STATEMENTS) > NOT_LOOKED_AT


@pytest.mark.parametrize("name", sorted(set(STATEMENTS) - NOT_LOOKED_AT))
def test_no_statement_reads_a_table_from_end_to_end(name: str, tmp_path: Path) -> None:
    app = create_app(f"sqlite:///{tmp_path / 'a.db'}", demo=False)
    sql, constants = STATEMENTS[name].compiled("sqlite")
    with sqlite3.connect(tmp_path / "a.db") as connection:
        named = {word.strip("(),") for word in sql.replace(":", " :").split() if word.startswith(":")}
        params = {word[1:].rstrip(","): 0 for word in named} | constants
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", params)]
    connection.close()
    database_of(app).close()
    scans = [line for line in plan if line.startswith("SCAN") and "CONSTANT ROW" not in line]
    assert not scans, plan


def plan_of(statement: Statement, tmp_path: Path, **asked: Any) -> list[str]:
    """What SQLite does for a statement."""
    app = create_app(f"sqlite:///{tmp_path / 'a.db'}", demo=False)
    sql, constants = statement.compiled("sqlite")
    with sqlite3.connect(tmp_path / "a.db") as connection:
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", asked | constants)]
    connection.close()
    database_of(app).close()
    return plan


@pytest.mark.parametrize("from_cursor", [False, True])
@pytest.mark.parametrize("since", [False, True])
def test_the_timeline_of_one_order_reads_the_events_of_no_other(since: bool, from_cursor: bool, tmp_path: Path) -> None:
    plan = plan_of(reading._told(True, since, from_cursor), tmp_path, world=1, order="o", since=0, after_number=0, most=21)
    assert len(plan) == 1, plan
    assert "(world=? AND order_id=?" in plan[0]


@pytest.mark.parametrize("from_cursor", [False, True])
def test_a_mailbox_is_read_without_looking_into_those_of_others(from_cursor: bool, tmp_path: Path) -> None:
    asked = {"world": 1, "recipient": "b", "at": 0, "order": "o", "number": 1, "told": "b", "most": 21}
    plan = plan_of(reading._mails(True, from_cursor), tmp_path, **asked)
    (found,) = [line for line in plan if "mails_of_recipient" in line]
    assert "(world=? AND recipient=?" in found
    assert all("at=? AND seq=?" in line for line in plan if " mails " in line and line != found), plan


def test_a_postgresql_url_needs_no_driver_in_it() -> None:
    """`postgresql://` is what everybody writes; the server command adds the driver that is installed."""
    from emulator.store.database import normal_url

    assert (
        make_url(normal_url("postgres://u@h/d")).drivername == make_url(normal_url("postgresql://u@h/d")).drivername == "postgresql+psycopg"
    )
