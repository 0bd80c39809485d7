"""What the program runs for a request can be heard, run again without it, and reads no table from end to end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text

from loadtests.bench import calls
from loadtests.bench.databases import look
from loadtests.bench.driving import Reply, request
from loadtests.bench.filling import People, make_sandbox
from loadtests.bench.recording import Ran, Replayer, hearing, recordable
from loadtests.bench.scans import scans

from ..conftest import MakeApp

# What a buyer looks at, beside what a whole dispute takes.
LOOKS = (
    calls.LIST,
    "/v1/disputes?status=closed&limit=1",
    "/v1/orders",
    "/v1/orders?status=in_dispute",
    "/v1/mailbox",
    "/v1/operations",
    "/v1/stores",
    "/v1/me",
)


@pytest.fixture
def client(make_app: MakeApp) -> Iterator[FlaskClient]:
    """Of an application whose statements can be heard."""
    with recordable():
        yield make_app().test_client()


@pytest.fixture
def people(client: FlaskClient) -> People:
    def send(method: str, path: str, /, *, json: Any = None) -> Any:
        return client.open(path, method=method, json=json).json

    return make_sandbox(send, "bench")


def ask(client: FlaskClient, asked: bytes) -> Reply:
    """Send what would go over the wire."""
    head, _, body = asked.decode().partition("\r\n\r\n")
    line, *headers = head.split("\r\n")
    method, path, _ = line.split(" ")
    answer = client.open(path, method=method, data=body, headers=dict(header.split(": ", 1) for header in headers))
    assert 200 <= answer.status_code < 300, f"{line}: {answer.text}"
    return Reply(answer.status_code, answer.data)


def go_through(client: FlaskClient, script: calls.Course) -> list[str]:
    """Ask for all that a script yields; returns its requests' first lines."""
    lines, asked = [], next(script, None)
    while asked is not None:
        lines.append(asked.decode().partition(" HTTP")[0])
        try:
            asked = script.send(ask(client, asked))
        except StopIteration:
            asked = None
    return lines


def test_no_statement_of_what_is_measured_reads_a_whole_table_or_index(client: FlaskClient, people: People, database_url: str):
    with hearing() as heard:
        lines = go_through(client, next(calls.lives(people)))
        for path in (*LOOKS, lines[-2].partition(" ")[2], f"{lines[-2].partition(' ')[2]}/history"):
            ask(client, request("GET", path, people.buyer))
    assert len(lines) == 8
    assert sum(ran.sql.startswith("BEGIN") for ran in heard) >= 7, "every command of a life has been heard"
    assert scans(database_url, heard) == []


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT id FROM orders WHERE body = 'x'",
        "SELECT placed_at FROM orders ORDER BY world, buyer, placed_at",
        "UPDATE orders SET held = held + 1",
        "SELECT page.id FROM (SELECT id FROM orders WHERE body = 'x' ORDER BY placed_at LIMIT 5) AS page",
    ],
    ids=["a table", "an index", "what is written", "a table, by a query inside"],
)
def test_a_statement_that_does_is_told(client: FlaskClient, people: People, database_url: str, sql: str):
    assert [told.partition(": ")[2] for told in scans(database_url, [Ran("execute", (sql,), {})])] == [sql]


def test_what_was_heard_of_an_edit_has_the_same_effect_without_the_program(client: FlaskClient, people: People, database_url: str):
    script = calls._life(people)
    asked = next(script)
    while not asked.startswith(b"PATCH"):
        asked = script.send(ask(client, asked))
    with hearing() as heard:
        ask(client, asked)
    (edited,) = history(database_url)
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM events WHERE \"row\" = 'edit'"))
    engine.dispose()
    assert history(database_url) == []
    replayer = Replayer(database_url)
    try:
        assert replayer.per_second([heard]) > 0
    finally:
        replayer.close()
    assert history(database_url) == [edited]


def history(url: str) -> list[Any]:
    """The edits that were made."""
    return look(url, "SELECT order_id, number, details FROM events WHERE \"row\" = 'edit'")
