"""Does a statement look through a whole table, or a whole index? The databases themselves tell how they would run it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Any

import psycopg
from sqlalchemy import create_engine, make_url

from .recording import Ran

# SQLite's words for reading every row; rows that stand in the statement itself are no table's.
_SCAN = re.compile(r"SCAN (?!CONSTANT|\d+ CONSTANT)")
_FOUND_INSIDE = re.compile(r"(?:CO-ROUTINE|MATERIALIZE) (\w+)")
_PLANNED = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", re.IGNORECASE)


def scans(url: str, heard: Iterable[Ran]) -> list[str]:
    """Every statement that scans, with the step of its plan that does."""
    statements = {ran.sql: ran for ran in heard if _PLANNED.match(ran.sql)}
    look = _of_sqlite if make_url(url).get_backend_name() == "sqlite" else _of_postgres
    return [f"{step}: {sql}" for sql, step in look(url, statements)]


def _values(ran: Ran) -> Any:
    """The parameters of a statement; of one that was run for many rows, the first row's."""
    values = ran.given[1] if len(ran.given) > 1 else ()
    return next(iter(values), ()) if ran.call == "executemany" else values


def _of_sqlite(url: str, statements: dict[str, Ran]) -> Iterator[tuple[str, str]]:
    engine = create_engine(url)
    with closing(engine.raw_connection()) as connection:
        cursor = connection.cursor()
        for sql, ran in statements.items():
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", _values(ran))
            steps = [step for *_, step in cursor.fetchall()]
            # What a query inside has found is read whole; how it finds that, other steps tell.
            found_inside = {f"SCAN {made[1]}" for step in steps if (made := _FOUND_INSIDE.match(step))}
            yield from ((sql, step) for step in steps if _SCAN.match(step) and step not in found_inside)
    engine.dispose()


def _of_postgres(url: str, statements: dict[str, Ran]) -> Iterator[tuple[str, str]]:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    # A few rows are quicker looked through than found by an index, so it is told to prefer any index it could use.
    with psycopg.connect(plain, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute("SET enable_seqscan = off")
        for sql, ran in statements.items():
            plan = connection.execute(f"EXPLAIN (FORMAT JSON) {sql}".encode(), _values(ran)).fetchone()
            assert plan is not None
            told = plan[0] if isinstance(plan[0], list) else json.loads(plan[0])
            yield from ((sql, step) for step in _steps(told[0]["Plan"]))


def _steps(node: dict[str, Any]) -> Iterator[str]:
    """The steps of a plan that read all there is: a whole table, or an index without saying which part of it."""
    kind = node["Node Type"]
    if kind == "Seq Scan" or ("Index" in kind and "Index Cond" not in node):
        yield f"{kind} on {node.get('Relation Name', node.get('Index Name'))}"
    for part in node.get("Plans", ()):
        yield from _steps(part)
