"""The database is away, locked or full: every call says so clearly, nothing happens by halves, and nothing has to be restarted."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import make_url, text
from werkzeug.test import TestResponse

from emulator.app import create_app
from emulator.domain.refusals import Refused
from emulator.store import database as databases
from emulator.store.database import Database, Statement

from ..dumping import dump
from ..sandbox import Sandbox, usd

LOOKS = ("/v1/me", "/v1/orders", "/v1/disputes", "/v1/mailbox", "/v1/rules", "/v1/evidence/evd_none")


def database_of(app: Flask) -> Database:
    database: Database = app.extensions["dispute_emulator"]
    return database


def connection_of(app: Flask) -> Any:
    """The connection that this thread keeps."""
    assert database_of(app).reading
    return database_of(app)._local.connection.driver_connection


def problem(answer: TestResponse) -> tuple[int, str]:
    assert answer.mimetype == "application/problem+json", answer.text
    if answer.status_code >= 500:
        assert answer.headers["Retry-After"] == "1"
    return answer.status_code, (answer.json or {})["code"]


# ── PostgreSQL goes away and comes back ────────────────────────────────────────────────────────────────────────────────


@contextmanager
def served(url: str) -> Iterator[tuple[Flask, Sandbox]]:
    app = create_app(url, demo=False)
    yield app, Sandbox(app.test_client())
    database_of(app).close()


@pytest.fixture
def postgres_app(new_database: Callable[[str], str]) -> Iterator[tuple[Flask, Sandbox]]:
    with served(new_database("postgresql")) as both:
        yield both


def cut(app: Flask) -> None:
    """The server ends this thread's session, as a restart does."""
    pid = connection_of(app).info.backend_pid
    with app.app_context():
        from emulator.store.tables import db

        with db.engine.connect() as other:
            other.exec_driver_sql(f"SELECT pg_terminate_backend({pid}, 5000)")


def test_a_look_over_a_connection_that_was_cut_is_answered_over_a_new_one(postgres_app: tuple[Flask, Sandbox]) -> None:
    app, box = postgres_app
    order = box.placed()
    for path in ("/v1/me", "/v1/orders", f"/v1/orders/{order}", "/v1/mailbox?limit=1"):
        cut(app)
        assert box.call("buyer", "GET", path).status_code == 200, path
    cut(app)
    assert box.audit()["ok"]


def test_an_act_over_a_connection_that_was_cut_is_carried_out_once(postgres_app: tuple[Flask, Sandbox]) -> None:
    app, box = postgres_app
    order = box.placed()
    cut(app)
    assert box.do("seller", "ship", order)["status"] == "awaiting_confirmation"
    assert box.audit()["ok"]


def test_an_act_whose_connection_is_cut_on_the_way_has_not_happened(
    postgres_app: tuple[Flask, Sandbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    app, box = postgres_app
    order = box.placed()
    before = dump(app)
    with monkeypatch.context() as patch:
        from emulator import service

        saving = service.save_steps

        def cut_before(*args: Any) -> None:
            cut(app)
            saving(*args)

        patch.setattr(service, "save_steps", cut_before)
        assert problem(box.ask("seller", "ship", order)) == (503, "database_unreachable")
    assert dump(app) == before
    assert box.do("seller", "ship", order)["status"] == "awaiting_confirmation"


def test_who_loses_the_database_at_the_commit_is_told_that_nobody_knows(postgres_app: tuple[Flask, Sandbox]) -> None:
    app, box = postgres_app
    order = box.placed()
    session = database_of(app).reading

    def act() -> None:
        with database_of(app).writing() as writing:
            writing.one(Statement(text("SELECT 1")))
            cut(app)

    with pytest.raises(Refused) as refused:
        act()
    assert refused.value.refusal.code == "outcome_unknown"
    assert database_of(app).reading is not session
    assert box.order(order)["status"] == "awaiting_shipment"


def test_an_unknown_outcome_is_a_503_and_the_same_key_settles_it(
    postgres_app: tuple[Flask, Sandbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    app, box = postgres_app
    body = {"store": box.store, "item": {"title": "x", "quantity": 1}, "total": usd("1.00")}
    key = {"Idempotency-Key": "k"}
    for committed in (False, True):
        with monkeypatch.context() as patch:

            def lose(self: Database, session: Any, committed: bool = committed, done: Any = Database._done) -> None:
                if committed:
                    session.commit()
                    session.begin("BEGIN")
                # The commit is in a trip of its own, so that nothing before it tells that it cannot have happened.
                session.one(Statement(text("SELECT 1")))
                cut(app)
                done(self, session)

            patch.setattr(Database, "_done", lose)
            answer = box.call("buyer", "POST", "/v1/orders", json=body, headers=key)
            assert problem(answer) == (503, "outcome_unknown")
        again = box.call("buyer", "POST", "/v1/orders", json=body, headers=key)
        assert again.status_code == 201
        assert len(box.get("buyer", "/v1/orders")["data"]) == 1
        key = {"Idempotency-Key": "l"} if not committed else key
        if not committed:
            box.control("POST", "/reset")


def test_a_server_that_is_not_there_is_a_503_everywhere_and_back_again_all_is_well(
    new_database: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(new_database("postgresql")) as (app, box):
        order = box.placed()
        with monkeypatch.context() as patch:
            nobody = psycopg.OperationalError("connection to server failed: Connection refused")

            def refuse(*_: Any, **__: Any) -> Any:
                raise nobody

            cut(app)
            patch.setattr(database_of(app)._engine.dialect, "connect", refuse)
            with app.app_context():
                from emulator.store.tables import db

                db.engine.dispose()
            for path in LOOKS[:4]:
                assert problem(box.call("buyer", "GET", path)) == (503, "database_unreachable"), path
            assert problem(box.ask("seller", "ship", order)) == (503, "database_unreachable")
            assert problem(box.client.post(f"{box.path}/clock/advance", json={"by": "P1D"})) == (503, "database_unreachable")
            # What is refused before the database is asked is still refused for what it is.
            assert problem(box.ask("seller", "ship", order, delivery_days="soon")) == (422, "malformed")
            assert problem(box.client.get("/v1/nowhere")) == (404, "no_such_path")
        assert box.do("seller", "ship", order)["status"] == "awaiting_confirmation"
        assert box.audit()["ok"]


def test_who_waits_too_long_for_what_another_has_locked_is_told_so(
    new_database: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "_POSTGRESQL_SETTINGS", ("SET lock_timeout = '200ms'",))
    url = new_database("postgresql")
    with served(url) as (_, box):
        order = box.placed()
        plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain) as other:
            other.execute("SELECT * FROM orders FOR UPDATE")
            assert problem(box.ask("seller", "ship", order)) == (503, "database_busy")
            assert box.order(order)["status"] == "awaiting_shipment", "who only looks waits for nobody"
        assert box.do("seller", "ship", order)["status"] == "awaiting_confirmation"


def test_a_full_disk_under_postgresql_is_a_507(postgres_app: tuple[Flask, Sandbox], monkeypatch: pytest.MonkeyPatch) -> None:
    from emulator import service

    def full(*_: Any) -> None:
        raise psycopg.errors.DiskFull("could not extend file: No space left on device")

    app, box = postgres_app
    order = box.placed()
    before = dump(app)
    with monkeypatch.context() as patch:
        patch.setattr(service, "save_steps", full)
        assert problem(box.ask("seller", "ship", order)) == (507, "storage_full")
    assert dump(app) == before
    assert box.do("seller", "ship", order)


# ── a SQLite file is locked, full, or gone ─────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


def test_a_file_that_another_program_has_locked_is_a_503_until_it_lets_go(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "BUSY_TIMEOUT_SECONDS", 0.1)
    monkeypatch.setattr("emulator.store.schema.BUSY_TIMEOUT_SECONDS", 0.1)
    with served(f"sqlite:///{file}") as (app, box):
        order = box.placed()
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        before = dump(app)
        assert problem(box.ask("seller", "ship", order)) == (503, "database_busy")
        assert box.order(order)["status"] == "awaiting_shipment", "who only looks waits for nobody"
        assert dump(app) == before
        other.execute("ROLLBACK")
        other.close()
        assert box.do("seller", "ship", order)["status"] == "awaiting_confirmation"


def test_a_full_disk_is_a_507_that_undoes_what_was_begun_and_passes(file: Path) -> None:
    with served(f"sqlite:///{file}") as (app, box):
        order = box.placed()
        connection = connection_of(app)
        ((pages,),) = connection.execute("PRAGMA page_count").fetchall()
        connection.execute(f"PRAGMA max_page_count = {pages}")
        before = dump(app)
        statuses = set()
        for number in range(200):
            answer = box.ask("seller", "send_message", order, text=f"{number} " + "x" * 4000)
            statuses.add(answer.status_code)
            if answer.status_code == 507:
                break
        assert statuses <= {201, 507}
        assert problem(answer) == (507, "storage_full")
        assert len(dump(app)["messages"]) == number + len(before["messages"]), "what was acknowledged is there, and nothing else"
        assert box.order(order)["status"] == "awaiting_shipment"
        assert box.audit()["ok"]
        connection_of(app).execute("PRAGMA max_page_count = 1000000")
        assert box.ask("seller", "send_message", order, text="x" * 4000).status_code == 201


def test_a_file_that_is_none_any_more_is_a_503(file: Path) -> None:
    with served(f"sqlite:///{file}") as (app, box):
        box.placed()
        database_of(app).close()
        whole = file.read_bytes()
        file.write_bytes(b"This is no database. " * 500)
        assert problem(box.call("buyer", "GET", "/v1/me")) == (503, "database_unreachable")
        database_of(app).close()
        file.write_bytes(whole)
        assert box.call("buyer", "GET", "/v1/me").status_code == 200


def test_what_is_wrong_with_a_statement_is_a_fault_of_ours_and_no_outage(file: Path) -> None:
    with served(f"sqlite:///{file}") as (app, box):
        connection_of(app).execute("DROP TABLE orders")
        answer = box.call("buyer", "GET", "/v1/orders")
        assert (answer.status_code, (answer.json or {})["code"]) == (500, "broken")
