"""The servers that are measured: the emulator, and beside it a bare Flask view and a bare Flask-SQLAlchemy application on granian."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import orjson
import psutil

from .databases import file_of
from .wrk import Unfit, await_answer, free_port, placed, process_of

BIN = Path(sys.executable).parent
# As the emulator has it on a SQLite file: one worker with one thread for requests.
GRANIAN = ("--interface", "wsgi", "--workers", "1", "--blocking-threads", "1", "--http", "1", "--no-ws", "--log-level", "error")
MEGABYTE = 1_000_000
PATIENCE_SECONDS = 600

VIEW = """
from flask import Flask

app = Flask("view")


@app.get("/")
def hello():
    return {"hello": "world"}
"""
# The least that has a table: it makes it where it is not there, and answers with its rows.
ROWS = """
import os

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import Mapped, mapped_column

db = SQLAlchemy()
app = Flask("rows")
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]
db.init_app(app)


class Row(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]


with app.app_context():
    db.create_all()
    if db.session.query(Row).count() == 0:
        db.session.add_all(Row(title=f"Lamp {number}") for number in range(20))
        db.session.commit()


@app.get("/")
def rows():
    return [{"id": row.id, "title": row.title} for row in db.session.query(Row)]
"""


class Client:
    """One kept connection, for calls of the control plane."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)

    def send(self, method: str, path: str, /, *, json: Any = None) -> Any:
        """The answer's body; raises Unfit where it is none of success."""
        self._connection.request(method, path, None if json is None else orjson.dumps(json), {"Content-Type": "application/json"})
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status >= 300:
            raise Unfit(f"{method} {path} was answered {answer.status}: {body[:1000].decode(errors='replace')}")
        return orjson.loads(body) if body else None

    def close(self) -> None:
        self._connection.close()


@dataclass(frozen=True)
class Server:
    """A server that answers."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def send(self, method: str, path: str, /, *, json: Any = None) -> Any:
        """A call on a connection of its own."""
        client = Client(self.port)
        try:
            return client.send(method, path, json=json)
        finally:
            client.close()

    def memory(self, url: str) -> dict[str, float]:
        """What the largest process below the first has in memory, and how much of that are pages of the database's file, in MB."""
        worker = max(psutil.Process(self.process.pid).children(recursive=True), key=lambda child: child.memory_info().rss)
        found = {"resident": worker.memory_info().rss / MEGABYTE}
        if url.startswith("sqlite"):
            found["mapped"] = sum(part.rss for part in worker.memory_maps() if part.path == file_of(url)) / MEGABYTE
        return found


def emulator_command(port: int, url: str, *options: str) -> list[str]:
    return [str(BIN / "dispute-emulator"), "serve", "--port", str(port), "--database", url, *options]


@contextmanager
def emulator(url: str, cores: Iterable[int], workers: int = 1) -> Iterator[Server]:
    """The emulator, without the sandbox `default`."""
    with _serving(lambda port: emulator_command(port, url, "--workers", str(workers), "--no-demo"), "/_emulator/health", cores) as server:
        yield server


@contextmanager
def bare_view(folder: Path, cores: Iterable[int]) -> Iterator[Server]:
    """A view that does nothing."""
    with _serving(lambda port: bare_command(port, folder, VIEW), "/", cores) as server:
        yield server


def bare_command(port: int, folder: Path, code: str) -> list[str]:
    """How granian serves an application whose code this is."""
    (folder / "bare.py").write_text(code, "utf-8")
    return [str(BIN / "granian"), *GRANIAN, "--port", str(port), "--working-dir", str(folder), "bare:app"]


@contextmanager
def _serving(command: Callable[[int], list[str]], path: str, cores: Iterable[int]) -> Iterator[Server]:
    port = free_port()
    with ExitStack() as stack:
        with placed(cores):
            process = stack.enter_context(process_of(command(port)))
        await_answer(process, port, path)
        yield Server(port, process)
