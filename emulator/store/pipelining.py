"""Statements on their way to PostgreSQL, as many at a time as nobody waits for.

Most of what a statement costs is its trip: a message, two processes that wake each other, an answer. psycopg makes a trip for each, and a
command of the marketplace takes eight. Here a statement is handed over only when somebody asks for what it answers, together with all
before it; libpq's pipeline mode carries them. So a command takes two trips: one to begin, lock and load, one to write and commit.

Everything is sent as a prepared statement, which PostgreSQL has parsed and planned the first time. psycopg opens the connection, says what
went wrong, and lends its wrapper of libpq (`psycopg.pq`); its cursors are left out.
"""

from __future__ import annotations

import re
import select
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGresult

Row = tuple[Any, ...]
Params = Mapping[str, Any] | Sequence[Any]

# So many are under way at most: what they answer has to lie somewhere.
MOST_WAITING = 500
# So many are prepared on a connection. What comes then, lists with rare filters, is parsed each time it comes.
MOST_PREPARED = 200
_MARK = re.compile(r"%\((\w+)\)s|%s|%%")
_TEXT, _BINARY = 0, 1


def _read_bytes(value: bytes) -> bytes:
    # PostgreSQL writes \x and two digits a byte.
    return bytes.fromhex(value[2:].decode("ascii"))


# How a value of a column reads, by the number that PostgreSQL has for its type. A table has no other types (store/tables.py).
_READERS: dict[int, Callable[[bytes], Any]] = {
    **dict.fromkeys((20, 21, 23), int),
    **dict.fromkeys((19, 25, 705, 1042, 1043, 2278), bytes.decode),
    16: lambda value: value == b"t",
    17: _read_bytes,
    1700: lambda value: Decimal(value.decode("ascii")),
}


class _Known:
    """A statement as it is prepared on one connection. `keys` are the names, or the places, of its parameters in order."""

    __slots__ = ("keys", "name", "prepared", "readers", "sql")

    def __init__(self, sql: str, number: int) -> None:
        # The one without a name is forgotten with the next.
        self.name = f"statement_{number}".encode() if number < MOST_PREPARED else b""
        self.keys: list[Any] = []
        self.prepared = False
        self.readers: list[Callable[[bytes], Any]] | None = None
        self.sql = _MARK.sub(self._numbered, sql).encode()

    def _numbered(self, mark: re.Match[str]) -> str:
        if mark[0] == "%%":
            return "%"
        key = mark[1] if mark[1] is not None else len(self.keys)
        if key not in self.keys:
            self.keys.append(key)
        return f"${self.keys.index(key) + 1}"

    def rows(self, result: PGresult) -> list[Row]:
        columns = range(result.nfields)
        if self.readers is None:
            self.readers = [_READERS[result.ftype(column)] for column in columns]
        cell = result.get_value
        return [
            tuple(
                [None if (value := cell(row, column)) is None else read(value) for column, read in zip(columns, self.readers, strict=True)]
            )
            for row in range(result.ntuples)
        ]


class PipelinedCursor:
    """What a `Session` needs of a cursor, on a connection of psycopg's that is in autocommit mode.

    What goes wrong with a statement is raised when it is sent: by whoever asks for an answer next, or by `flush`. Those behind it are not
    carried out then, as in any transaction.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._wire = connection.pgconn
        self._heard, self._movable = select.poll(), select.poll()
        self._heard.register(self._wire.socket, select.POLLIN)
        self._movable.register(self._wire.socket, select.POLLIN | select.POLLOUT)
        self._known: dict[str, _Known] = {}
        self._waiting: list[tuple[_Known, list[bytes | None], list[int]]] = []
        self._answers: list[tuple[_Known, PGresult]] = []
        # Of what was sent last and has failed: whether the last of it surely was not carried out, because something before it was not.
        self.spared = False

    def execute(self, sql: str, params: Params = (), /) -> None:
        """Put a statement behind those that wait. Its parameters are texts, whole numbers, bytes and None."""
        known = self._known.get(sql)
        if known is None:
            known = _Known(sql, len(self._known))
            if known.name:
                self._known[sql] = known
        values: list[bytes | None] = []
        formats: list[int] = []
        for key in known.keys:
            value: Any = params[key]
            kind = type(value)
            if kind is int:
                values.append(b"%d" % value)
                formats.append(_TEXT)
            elif kind is bytes:
                values.append(value)
                formats.append(_BINARY)
            else:
                # As bytes, so that PostgreSQL sees all of it and refuses a NUL, which would end it otherwise.
                values.append(None if value is None else value.encode())
                formats.append(_BINARY)
        if len(self._waiting) >= MOST_WAITING:
            self.flush()
        self._waiting.append((known, values, formats))

    def executemany(self, sql: str, rows: Sequence[Params], /) -> None:
        """The same statement for each row."""
        for row in rows:
            self.execute(sql, row)

    def fetchone(self) -> Row | None:
        """The first row that the last statement answers."""
        rows = self.fetchall()
        return rows[0] if rows else None

    def fetchall(self) -> list[Row]:
        """All of them."""
        self.flush()
        known, result = self._answers[-1]
        return known.rows(result)

    def fetch_both(self) -> tuple[Row | None, Row | None]:
        """The first rows that the last two statements answer, which have both been waiting."""
        self.flush()
        first, second = (known.rows(result) for known, result in self._answers[-2:])
        return first[0] if first else None, second[0] if second else None

    @property
    def rowcount(self) -> int:
        """How many rows the last statement touched."""
        self.flush()
        return self._answers[-1][1].command_tuples or 0

    @property
    def waits(self) -> bool:
        """Whether anything waits to be sent."""
        return bool(self._waiting)

    def forget(self) -> None:
        """What waits is not sent."""
        self._waiting.clear()

    def flush(self) -> None:
        """Send all that waits, and wait for all answers. Raises what psycopg would for the first that is none of success."""
        if not self._waiting:
            return
        waiting, self._waiting, self._answers, self.spared = self._waiting, [], [], False
        wire = self._wire
        try:
            wire.enter_pipeline_mode()
            # What is answered, in order: that a statement has been prepared, and what it answers itself.
            sent: list[tuple[_Known, bool]] = []
            for known, values, formats in waiting:
                if not known.prepared and (known, True) not in sent:
                    wire.send_prepare(known.name, known.sql)
                    sent.append((known, True))
                wire.send_query_prepared(known.name, values, formats)
                sent.append((known, False))
            wire.pipeline_sync()
            while wire.flush():
                # PostgreSQL takes no more before somebody hears what it has answered so far.
                self._movable.poll()
                wire.consume_input()
            fault = self._hear(sent)
        except BaseException:
            # Nobody knows what of it has arrived, and answers may still be on their way.
            self._connection.close()
            raise
        if fault is not None:
            raise error_from_result(fault, encoding="utf-8")

    def _hear(self, sent: Sequence[tuple[_Known, bool]]) -> PGresult | None:
        """Take the answers to what was sent; returns the first that is a fault, or None."""
        fault: PGresult | None = None
        for known, prepares in sent:
            result = self._answer()
            if result is None:
                if fault is None:
                    raise psycopg.OperationalError(self._wire.get_error_message())
                # The connection is gone, as that has told.
                return fault
            if result.status == ExecStatus.FATAL_ERROR and fault is None:
                fault = result
                self.spared = (known, prepares) != sent[-1]
            if prepares:
                known.prepared = bool(known.name) and result.status == ExecStatus.COMMAND_OK
            else:
                self._answers.append((known, result))
        if self._answer() is not None:
            self._wire.exit_pipeline_mode()
        return fault

    def _answer(self) -> PGresult | None:
        """The next answer; None where none will come."""
        while True:
            result = self._next()
            # Between two answers there is nothing once.
            if result is not None or self._wire.status != ConnStatus.OK:
                return result

    def _next(self) -> PGresult | None:
        """The next answer. Others may work meanwhile."""
        wire = self._wire
        while wire.is_busy():
            self._heard.poll()
            wire.consume_input()
        return wire.get_result()
