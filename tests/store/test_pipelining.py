"""Statements that go to PostgreSQL together answer as if each had gone alone."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import psycopg
import pytest
from psycopg.pq import TransactionStatus

from emulator.store import pipelining
from emulator.store.pipelining import MOST_PREPARED, PipelinedCursor

LARGE = "x" * 100_000


@pytest.fixture
def connection(postgres: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE TEMPORARY TABLE things (id bigint PRIMARY KEY, name text, data bytea)")
        yield connection


@pytest.fixture
def cursor(connection: psycopg.Connection[tuple[object, ...]]) -> PipelinedCursor:
    return PipelinedCursor(connection)


def put(cursor: PipelinedCursor, number: int, name: str | None = None, data: bytes | None = None) -> None:
    cursor.execute("INSERT INTO things VALUES (%(id)s, %(name)s, %(data)s)", {"id": number, "name": name, "data": data})


def names(cursor: PipelinedCursor) -> list[object]:
    cursor.execute("SELECT name FROM things ORDER BY id")
    return [row[0] for row in cursor.fetchall()]


@pytest.mark.parametrize(
    ("name", "data"),
    [("", b""), (None, None), ("Löwenzahn 🦁 %s $1 ' \\x00", bytes(range(256))), (LARGE, LARGE.encode())],
)
@pytest.mark.parametrize("number", [0, -1, 2**63 - 1, -(2**63)])
def test_a_value_comes_back_as_it_went(cursor: PipelinedCursor, number: int, name: str | None, data: bytes | None) -> None:
    put(cursor, number, name, data)
    cursor.execute("SELECT *, id = %(id)s, sum(id) OVER () FROM things WHERE id = %(id)s", {"id": number})
    assert cursor.fetchone() == (number, name, data, True, Decimal(number))


def test_parameters_by_place_and_a_percent_sign(cursor: PipelinedCursor) -> None:
    cursor.execute("SELECT %s::text, 7 %% 4, %s::bigint", ("a", 5))
    assert cursor.fetchall() == [("a", 3, 5)]


def test_nothing_is_sent_before_somebody_asks(cursor: PipelinedCursor, connection: psycopg.Connection[tuple[object, ...]]) -> None:
    put(cursor, 1, "one")
    assert cursor.waits
    assert connection.execute("SELECT count(*) FROM things").fetchone() == (0,)
    assert names(cursor) == ["one"]
    assert not cursor.waits
    put(cursor, 2, "two")
    cursor.forget()
    assert names(cursor) == ["one"]


def test_rows_touched_are_counted(cursor: PipelinedCursor) -> None:
    cursor.executemany("INSERT INTO things (id) VALUES (%s)", [(number,) for number in range(5)])
    cursor.execute("UPDATE things SET name = 'x' WHERE id < 3")
    assert cursor.rowcount == 3
    cursor.execute("UPDATE things SET name = 'x' WHERE id < 0")
    assert cursor.rowcount == 0


def test_two_answers_at_once(cursor: PipelinedCursor) -> None:
    put(cursor, 1, "one")
    cursor.execute("SELECT id FROM things WHERE id = 2")
    cursor.execute("SELECT name FROM things")
    assert cursor.fetch_both() == (None, ("one",))


def test_what_is_wrong_is_raised_as_psycopg_would_and_those_behind_it_are_not_carried_out(
    cursor: PipelinedCursor, connection: psycopg.Connection[tuple[object, ...]]
) -> None:
    cursor.execute("BEGIN")
    put(cursor, 1, "one")
    put(cursor, 1, "another")
    put(cursor, 2, "two")
    cursor.execute("COMMIT")
    with pytest.raises(psycopg.errors.UniqueViolation) as raised:
        cursor.flush()
    assert raised.value.diag.constraint_name == "things_pkey"
    # The commit behind it surely did not happen.
    assert cursor.spared
    assert connection.info.transaction_status is TransactionStatus.INERROR
    cursor.execute("ROLLBACK")
    assert names(cursor) == []


def test_a_statement_that_cannot_be_read_is_told_as_such_each_time(cursor: PipelinedCursor) -> None:
    for _ in range(2):
        cursor.execute("SELEKT 1")
        with pytest.raises(psycopg.errors.SyntaxError):
            cursor.fetchall()
    assert names(cursor) == []


def test_a_nul_is_refused_and_ends_no_text(cursor: PipelinedCursor) -> None:
    put(cursor, 1, "before\x00behind")
    with pytest.raises(psycopg.DataError):
        cursor.flush()
    assert names(cursor) == []


def test_the_last_statement_tells_nothing_about_itself(cursor: PipelinedCursor) -> None:
    put(cursor, 1)
    put(cursor, 1)
    with pytest.raises(psycopg.errors.UniqueViolation):
        cursor.flush()
    assert not cursor.spared


def test_more_than_either_side_can_hold_is_sent_and_answered(cursor: PipelinedCursor) -> None:
    for number in range(200):
        put(cursor, number, LARGE)
        cursor.execute("SELECT name, %(number)s::bigint FROM things WHERE id = %(number)s", {"number": number})
    assert cursor.fetchall() == [(LARGE, 199)]


def test_more_wait_than_are_sent_at_once(cursor: PipelinedCursor) -> None:
    count = pipelining.MOST_WAITING + 10
    cursor.executemany("INSERT INTO things (id) VALUES (%s)", [(number,) for number in range(count)])
    assert len(names(cursor)) == count


def test_only_so_many_statements_are_kept_and_all_are_answered(
    cursor: PipelinedCursor, connection: psycopg.Connection[tuple[object, ...]]
) -> None:
    for number in range(MOST_PREPARED + 20):
        cursor.execute(f"SELECT {number}, %s::text", ("x",))
        assert cursor.fetchone() == (number, "x")
    kept = connection.execute("SELECT count(*) FROM pg_prepared_statements WHERE name <> ''").fetchone()
    assert kept == (MOST_PREPARED,)


def test_a_connection_that_is_cut_is_closed_and_says_so(
    cursor: PipelinedCursor, connection: psycopg.Connection[tuple[object, ...]], postgres: str
) -> None:
    names(cursor)
    with psycopg.connect(postgres, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (connection.info.backend_pid,))
    cursor.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError):
        cursor.fetchall()
    assert connection.closed
    # And so whoever tries again.
    cursor.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError):
        cursor.fetchall()


def test_who_is_interrupted_leaves_no_answer_to_the_next(
    cursor: PipelinedCursor, connection: psycopg.Connection[tuple[object, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cursor, "_hear", interrupt)
    cursor.execute("SELECT 1")
    with pytest.raises(KeyboardInterrupt):
        cursor.flush()
    assert connection.closed
