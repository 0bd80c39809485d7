"""Freezes a database of today's schema, on which every later program is tested: `python -m tests.store.freezing`.

It writes three files to tests/store/schemas/, named after the revision: `.sqlite.sql`, tables and rows as today's program makes them;
`.postgresql.sql`, the same tables there, whose rows are those of the first; `.json`, what is asked of it and what was answered. A
revision is frozen by the program of that revision, and for good once that is released: nothing is written over without --again.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
from flask.testing import FlaskClient
from sqlalchemy import create_mock_engine

from emulator.app import create_app
from emulator.store.tables import metadata

from ..sandbox import Sandbox

SCHEMAS = Path(__file__).parent / "schemas"
FIRST = "0001"  # its databases have no table that says so
VERSION_TABLE = "alembic_version"


def lead(client: FlaskClient) -> dict[str, Any]:
    """Some lives in two sandboxes; returns what has to be known to ask about them."""
    box = Sandbox(client, seed="frozen", name="Frozen", settings={"negotiation_days": 9})
    box.placed()
    box.finished()
    box.cancelled()
    talked = box.ruled("buyer", amount={"amount": "40.00", "currency": "USD"})
    box.do("seller", "send_message", talked, text="Sorry – “so” it is.\nReally.")
    photo = box.evidence("buyer")
    box.disputed(reason="defective", evidence=[photo])
    box.advance(by="P2D")
    kept = box.control("POST", "/snapshots", json={"name": "Before the mediator"})["id"]
    box.asked()
    box.refused(solution={"remedy": "refund", "amount": {"amount": "20.00", "currency": "USD"}})
    box.control("PUT", "/clock", json={"mode": "frozen", "now": "2026-01-05T12:00:00Z"})
    # Kept for a day.
    said = {
        "path": f"/v1/orders/{talked}/messages",
        "json": {"text": "Once."},
        "headers": box.headers("buyer") | {"Idempotency-Key": "once"},
    }
    assert client.post(**said).status_code == 201
    other = Sandbox(client, seed="another", ruleset="legacy")
    other.accepted(reason="defective")
    other.control("POST", "/reset")
    other.placed()
    return {
        "sandboxes": [{"id": one.id, "tokens": one.tokens} for one in (box, other)],
        "photo": photo,
        "snapshot": kept,
        "said": said,
    }


def look(client: FlaskClient, known: dict[str, Any]) -> dict[str, Any]:
    """What every program, however new, has to answer alike: what there is, where it stands, what has happened and what was paid."""
    return {"sandboxes": [_look_around(client, one) for one in known["sandboxes"]], **_kept(client, known)}


def _get(client: FlaskClient, path: str, token: str | None = None) -> Any:
    answer = client.get(path, headers={} if token is None else {"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200, f"{path}: {answer.text}"
    return answer.json if answer.is_json else answer.data


def _look_around(client: FlaskClient, one: dict[str, Any]) -> dict[str, Any]:
    path = f"/_emulator/sandboxes/{one['id']}"
    shown, audit = _get(client, path), _get(client, f"{path}/audit")
    return {
        "sandbox": {name: shown[name] for name in ("id", "name", "ruleset", "clock")},
        "audit": {name: audit[name] for name in ("ok", "violations")},
        "forecast": [[timer["at"], timer["rule"]] for timer in _get(client, f"{path}/forecast")["data"]],
        "mails": len(_get(client, f"{path}/mailbox?limit=100")["data"]),
        "accounts": {who: _look_as(client, token) for who, token in one["tokens"].items()},
    }


def _look_as(client: FlaskClient, token: str) -> dict[str, Any]:
    me = _get(client, "/v1/me", token)
    disputes = _get(client, "/v1/disputes?limit=100", token)["data"]
    return {
        "me": {name: me.get(name) for name in ("id", "role", "balance", "held", "refunded")},
        "orders": {order["id"]: order["status"] for order in _get(client, "/v1/orders?limit=100", token)["data"]},
        "disputes": {dispute["id"]: [dispute["status"], dispute["outcome"], dispute["evidence"]] for dispute in disputes},
        "histories": {
            dispute["id"]: [
                [step["at"], step["by"], step["rule"]] for step in _get(client, f"/v1/disputes/{dispute['id']}/history", token)["data"]
            ]
            for dispute in disputes
        },
        "messages": [
            message["text"]
            for dispute in disputes
            if me["role"] != "mediator"
            for message in _get(client, f"/v1/orders/{dispute['order']}/messages", token)["data"]
        ],
    }


def _kept(client: FlaskClient, known: dict[str, Any]) -> dict[str, Any]:
    box = known["sandboxes"][0]
    snapshots = _get(client, f"/_emulator/sandboxes/{box['id']}/snapshots")["data"]
    return {
        "photo": sha256(_get(client, f"/v1/evidence/{known['photo']}", box["tokens"]["buyer"])).hexdigest(),
        "snapshots": [[one["id"], one["name"], one["orders"]] for one in snapshots],
    }


def freeze(folder: Path, again: bool = False) -> str:
    """Write the three files of today's revision; returns its name."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "frozen.db"
        app = create_app(f"sqlite:///{path}", demo=False)
        known = lead(app.test_client())
        answers = look(app.test_client(), known)
        app.extensions["dispute_emulator"].close()
        with sqlite3.connect(path) as database:
            stamped = database.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (VERSION_TABLE,)).fetchone()
            revision = FIRST if stamped is None else str(database.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()[0])
            lines = list(database.iterdump())
        database.close()
    if (folder / f"{revision}.json").exists() and not again:
        raise SystemExit(f"{revision} is frozen already. If it was never released, write it anew with --again.")
    (folder / f"{revision}.sqlite.sql").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    tables = [
        *_postgresql_tables(),
        *(
            []
            if stamped is None
            else [
                f"CREATE TABLE {VERSION_TABLE} (version_num VARCHAR(32) NOT NULL, CONSTRAINT {VERSION_TABLE}_pkc PRIMARY KEY (version_num))"
            ]
        ),
    ]
    (folder / f"{revision}.postgresql.sql").write_text("".join(f"{table.strip()};\n" for table in tables), encoding="utf-8")
    text = json.dumps({"known": known, "answers": answers}, indent=1, ensure_ascii=False)
    (folder / f"{revision}.json").write_text(f"{text}\n", encoding="utf-8")
    return revision


def _postgresql_tables() -> list[str]:
    said: list[str] = []
    mock: Any = create_mock_engine("postgresql+psycopg://", lambda clause, *_, **__: said.append(str(clause.compile(dialect=mock.dialect))))
    metadata.create_all(mock, checkfirst=False)
    return said


def thaw_sqlite(revision: str, path: Path) -> None:
    """A SQLite file as the program of that revision left it."""
    with sqlite3.connect(path) as database:
        database.executescript((SCHEMAS / f"{revision}.sqlite.sql").read_text(encoding="utf-8"))
    database.close()


def thaw_postgresql(revision: str, connection: psycopg.Connection[Any]) -> None:
    """The tables of that revision in PostgreSQL, with the rows of its SQLite file."""
    connection.execute((SCHEMAS / f"{revision}.postgresql.sql").read_text(encoding="utf-8").encode())
    with sqlite3.connect(":memory:") as frozen:
        frozen.executescript((SCHEMAS / f"{revision}.sqlite.sql").read_text(encoding="utf-8"))
        for (table,) in frozen.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            rows = frozen.execute(f'SELECT * FROM "{table}"')
            names = ", ".join(f'"{column[0]}"' for column in rows.description)
            marks = ", ".join("%s" for _ in rows.description)
            connection.cursor().executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})'.encode(), rows.fetchall())
        (arrived,) = frozen.execute("SELECT last FROM counters WHERE name = 'arrivals'").fetchone()
    frozen.close()
    connection.execute("SELECT setval('arrivals', %s)", (arrived,))


if __name__ == "__main__":
    print(f"Frozen: {freeze(SCHEMAS, '--again' in sys.argv)}")
