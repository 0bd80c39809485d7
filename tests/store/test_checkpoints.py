"""SQLite's write-ahead log is written back beside those who write, and by nobody else."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from emulator.app import create_app
from emulator.store.checkpoints import Checkpointer
from emulator.store.database import WAL_PAGES, Database, Statement

from ..serving import patiently


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "marketplace.db"


@pytest.fixture
def app(file: Path) -> Iterator[Flask]:
    app = create_app(f"sqlite:///{file}")
    yield app
    app.extensions["dispute_emulator"].close()


def database_of(app: Flask) -> Database:
    database: Database = app.extensions["dispute_emulator"]
    return database


def write(app: Flask, times: int = 1) -> None:
    for _ in range(times):
        order = app.test_client().get("/v1/orders?limit=1", headers={"Authorization": "Bearer demo-buyer"}).json["data"][0]["id"]
        sent = app.test_client().post(
            f"/v1/orders/{order}/messages", headers={"Authorization": "Bearer demo-buyer"}, json={"text": "Where is it?"}
        )
        assert sent.status_code == 201, sent.text


def waiting(file: Path) -> int:
    """How many pages of the log lie in no other place yet."""
    copy = file.with_name("copy.db")
    for end in ("", "-wal"):
        copy.with_name(copy.name + end).write_bytes(file.with_name(file.name + end).read_bytes())
    with closing(sqlite3.connect(copy)) as connection:
        _, in_log, _ = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    return int(in_log)


def test_after_so_many_commits_the_log_begins_anew(app: Flask, file: Path) -> None:
    write(app, times=20)
    before = waiting(file)
    assert before > 20
    Checkpointer(database_of(app), commits=10, pages=20).start()
    write(app, times=10)
    for _ in patiently():
        # Whoever writes next begins at the log's head, and what is behind counts no more.
        write(app)
        if waiting(file) < before:
            break
    else:
        pytest.fail("the log only grew")


def test_whoever_reads_a_long_time_holds_up_no_writer(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    database = database_of(app)
    write(app, times=3)
    checkpointer = Checkpointer(database, commits=1_000_000, pages=10)
    read, done = threading.Event(), threading.Event()

    def look() -> None:
        with database.looking() as session:
            session.one(Statement(text("SELECT count(*) FROM orders")))
            read.set()
            done.wait()

    reader = threading.Thread(target=look)
    reader.start()
    assert read.wait(10)
    write(app, times=3)
    # It gives up the end after a moment; a writer meanwhile only waits for that.
    ended = threading.Thread(target=checkpointer.write_back)
    ended.start()
    write(app, times=3)
    ended.join(10)
    assert not ended.is_alive()
    # What was written meanwhile may be worth another try. Where nothing has been, it is not tried again, at which writers would wait again.
    checkpointer.write_back()
    monkeypatch.setattr(database, "door", None)
    checkpointer.write_back()
    monkeypatch.undo()
    assert reader.is_alive()
    done.set()
    reader.join(10)


def test_what_the_database_does_not_let_happen_ends_nothing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    checkpointer = Checkpointer(database_of(app), commits=1)
    tried = []

    def break_down() -> None:
        tried.append(1)
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(checkpointer, "write_back", break_down)
    checkpointer.start()
    for _ in patiently():
        write(app)
        if len(tried) > 1:
            break
    assert len(tried) > 1
    assert checkpointer.is_alive()


# SQLite's SHARED lock, which whoever has a file in its WAL mode keeps for as long.
_LOCK_SHARED = """
import fcntl, sys
with open(sys.argv[1], "r+b") as file:
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 510, 0x40000002)
    except OSError:
        print("locked")
"""


def test_sqlite_keeps_its_locks_on_a_file_that_is_written_back(app: Flask, file: Path) -> None:
    def others_are_kept_out() -> bool:
        asked = subprocess.run([sys.executable, "-c", _LOCK_SHARED, str(file)], capture_output=True, text=True, check=True)
        return asked.stdout == "locked\n"

    write(app)
    assert others_are_kept_out()
    checkpointer = Checkpointer(database_of(app), pages=1)
    checkpointer.write_back()
    checkpointer.end()
    del checkpointer
    assert others_are_kept_out()


def test_where_no_thread_does_it_the_log_grows_to_a_bound(app: Flask) -> None:
    assert database_of(app).reading.one(Statement(text("PRAGMA wal_autocheckpoint"))) == (WAL_PAGES,)
