"""Everything that lies in a database, to be compared before and after; but for what was met, which is counted apart from everything."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import select

from emulator.store.tables import db, tallies

Dump = dict[str, list[tuple[Any, ...]]]


def dump(app: Flask) -> Dump:
    """Every row of every other table, in an order of its own, on a connection of its own: only what has been committed is seen."""
    with app.app_context(), db.engine.connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in db.metadata.sorted_tables
            if table is not tallies
        }
