"""A journey that is killed has happened up to an instant or not at all; run again it comes to the same end."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from emulator.app import create_app

from ..dumping import Dump, dump
from ..sandbox import Sandbox

ORDERS = 3_000
JOURNEY = """
import sys
from emulator.app import create_app
client = create_app(f"sqlite:///{sys.argv[1]}", demo=False).test_client()
answer = client.post(f"{sys.argv[2]}/clock/advance", json={"to": sys.argv[3]})
assert answer.status_code == 200, answer.text
"""
TO = "2026-05-01T12:00:00Z"


def prepared(file: Path) -> str:
    """A database with a sandbox full of timers; returns the sandbox's path."""
    app = create_app(f"sqlite:///{file}", demo=False)
    box = Sandbox(app.test_client(), seed="killed")
    mix = {"awaiting_confirmation": 2, "waiting_for_seller": 3, "returning": 1, "payment_processing": 1}
    box.control("POST", "/load", json={"orders": ORDERS, "mix": mix, "oldest": "P30D"})
    app.extensions["dispute_emulator"].close()
    return box.path


def clock(file: Path) -> int:
    with sqlite3.connect(file, timeout=10) as connection:
        ((virtual,),) = connection.execute("SELECT clock_virtual FROM sandboxes").fetchall()
    connection.close()
    return int(virtual)


def look(file: Path, path: str) -> tuple[Dump, dict[str, Any], list[Any]]:
    """Everything in the database, the audit, and what is still to come."""
    app = create_app(f"sqlite:///{file}", demo=False)
    rows, client = dump(app), app.test_client()
    audit, forecast = client.get(f"{path}/audit").json, client.get(f"{path}/forecast?limit=1").json
    app.extensions["dispute_emulator"].close()
    return rows, audit or {}, (forecast or {})["data"]


def test_a_killed_journey_stands_at_an_instant_and_goes_on_to_the_same_end(tmp_path: Path) -> None:
    killed, whole = tmp_path / "killed.db", tmp_path / "whole.db"
    path = prepared(killed)
    shutil.copy(killed, whole)
    start = clock(killed)

    journey = subprocess.Popen([sys.executable, "-c", JOURNEY, str(killed), path, TO])
    give_up = time.monotonic() + 60
    while clock(killed) == start:
        assert journey.poll() is None, "the journey ended before anybody could kill it"
        assert time.monotonic() < give_up
        time.sleep(0.001)
    os.kill(journey.pid, signal.SIGKILL)
    assert journey.wait(10) == -signal.SIGKILL

    stands = clock(killed)
    rows, audit, coming = look(killed, path)
    assert start < stands
    assert audit["ok"], audit["violations"][:3]
    assert coming, "it was killed on the way"
    by_name = dict(zip(_columns("orders"), zip(*rows["orders"], strict=True), strict=True))
    assert all(due is None or due > stands for due in by_name["next_due_at"]), "what was due before the instant has fired"
    events = dict(zip(_columns("events"), zip(*rows["events"], strict=True), strict=True))
    assert max(events["at"]) <= stands, "nothing after it has"

    for file in (killed, whole):
        subprocess.run([sys.executable, "-c", JOURNEY, str(file), path, TO], check=True, timeout=120)
    assert look(killed, path) == look(whole, path)


def _columns(table: str) -> list[str]:
    from emulator.store.tables import db

    return [column.name for column in db.metadata.tables[table].columns]
