"""A connection to PostgreSQL that is lost in the middle of a command costs that command, and nothing and nobody else."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator

import psycopg
import pytest
from sqlalchemy import make_url

from .running import Server
from .wire import Reply, Wire

# More than a worker has threads, so that one that did not come back would be missed.
TIMES = 6
SECONDS = 15.0
CUTS = 150
CUT = b"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction' AND pid <> pg_backend_pid()"
# Whoever writes here loses his connection while he does.
DEADLY = """
CREATE FUNCTION go() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$;
CREATE TRIGGER deadly BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION go();
"""
HARMLESS = "DROP TRIGGER deadly ON {table}; DROP FUNCTION go();"
# One that is written row by row, and two of which a command writes many rows at once.
TABLES = ("orders", "events", "mails")


@pytest.fixture(scope="module")
def url(new_database: Callable[[str], str]) -> str:
    return new_database("postgresql")


@pytest.fixture(scope="module")
def server(url: str) -> Iterator[Server]:
    with Server(url, workers=1) as running:
        yield running


def plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def alter(url: str, sql: str) -> None:
    with psycopg.connect(plain(url), autocommit=True) as connection:
        connection.execute(sql.encode())


@pytest.mark.parametrize("table", TABLES)
def test_a_connection_lost_while_rows_are_written_is_a_503_and_the_next_call_has_another(server: Server, url: str, table: str) -> None:
    wire = Wire(server.port, SECONDS)
    made = wire.ask("POST", "/_emulator/sandboxes", {"world": "empty", "frozen": True}).json
    tokens = {account["name"]: account["token"] for account in made["accounts"]}
    store = next(account["store"] for account in made["accounts"] if account["store"])
    goods = {"store": store, "item": {"title": "A lamp", "quantity": 1}, "total": {"amount": "47.00", "currency": "USD"}}

    def place(number: int) -> Reply:
        return wire.ask("POST", "/v1/orders", goods, token=tokens["buyer"], headers={"Idempotency-Key": f"{table}-{number}"})

    alter(url, DEADLY.format(table=table))
    try:
        for number in range(TIMES):
            lost = place(number)
            assert (lost.status, lost.json["code"], lost.headers["retry-after"].isdigit()) == (503, "database_unreachable", True), lost
    finally:
        alter(url, HARMLESS.format(table=table))
    for number in range(TIMES):
        assert (placed := place(number)).status == 201, placed
    shown = wire.ask("GET", "/v1/orders", token=tokens["buyer"]).json["data"]
    assert len(shown) == TIMES
    assert wire.ask("GET", f"/_emulator/sandboxes/{made['id']}/audit").json["ok"] is True
    wire.close()


@pytest.mark.slow
def test_connections_lost_between_statements_hold_nobody(server: Server, url: str) -> None:
    wire = Wire(server.port, SECONDS)
    made = wire.ask("POST", "/_emulator/sandboxes", {"world": "empty", "frozen": True}).json
    tokens = {account["name"]: account["token"] for account in made["accounts"]}
    store = next(account["store"] for account in made["accounts"] if account["store"])
    goods = {"store": store, "item": {"title": "A lamp", "quantity": 1}, "total": {"amount": "47.00", "currency": "USD"}}
    over, lost, placed = threading.Event(), Counter[str](), set[str]()

    def cut() -> None:
        """Ends every session that is found inside a transaction and waiting for its next statement."""
        with psycopg.connect(plain(url), autocommit=True) as connection:
            while not over.is_set():
                lost["cut"] += len(connection.execute(CUT).fetchall())

    cutting = threading.Thread(target=cut)
    cutting.start()
    try:
        while lost["cut"] < CUTS:
            key = f"cut-{len(placed) + lost['503']}"
            while (reply := wire.ask("POST", "/v1/orders", goods, token=tokens["buyer"], headers={"Idempotency-Key": key})).status == 503:
                lost["503"] += 1
                assert reply.json["code"] in ("database_unreachable", "outcome_unknown"), reply
            placed.add(reply.json["id"])
    finally:
        over.set()
        cutting.join()
    shown = wire.ask("GET", f"/_emulator/sandboxes/{made['id']}/audit").json
    assert shown["ok"] is True
    assert shown["checked"]["orders"] == len(placed)
    assert lost["503"] > 0
    wire.close()
