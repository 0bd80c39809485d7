"""What the program asks of its database, statement by statement: two calls that ask the same do the same work, whatever they find."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.store.database import Session


class _Told:
    """A cursor that writes down what it is told."""

    def __init__(self, cursor: Any, told: list[str]) -> None:
        self._cursor = cursor
        self._told = told

    def execute(self, sql: str, *rest: Any) -> Any:
        self._told.append(sql)
        return self._cursor.execute(sql, *rest)

    def executemany(self, sql: str, *rest: Any) -> Any:
        self._told.append(f"many times: {sql}")
        return self._cursor.executemany(sql, *rest)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)


def written_down(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A list that every statement of a session is added to that is made from now on."""
    told: list[str] = []
    made = Session.__init__

    def make(session: Session, cursor: Any, *rest: Any) -> None:
        made(session, _Told(cursor, told), *rest)

    monkeypatch.setattr(Session, "__init__", make)
    return told
