"""A server as somebody starts it, with all it prints: for tests that stop it, kill its workers, or keep it waiting."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple

from .readme import COMMAND

# What the environment of a test may have, and no server of a test shall.
_OURS = ("DATABASE_URL", "EMULATOR_KEY", "EMULATOR_LOG_FORMAT", "EMULATOR_ACCESS_LOG", "EMULATOR_MAX_SANDBOXES", "EMULATOR_STOP_SECONDS")
PATIENCE_SECONDS = 30.0


class Told(NamedTuple):
    """An answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


class Server:
    """`dispute-emulator serve` with these options, on a free port, with a database of its own unless the environment names one."""

    def __init__(self, *options: str, environment: Mapping[str, str] | None = None, port: int | None = None) -> None:
        self.port = port or free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="dispute-emulator-test-"))
        own = {name: value for name, value in os.environ.items() if name not in _OURS}
        with self._out.open("w") as out, self._err.open("w") as err:
            self.process = subprocess.Popen(
                [COMMAND, "serve", *options],
                cwd=self.folder,
                env={**own, "PORT": str(self.port), **(environment or {})},
                stdout=out,
                stderr=err,
                start_new_session=True,  # so that whatever it starts ends with it
            )

    @property
    def _out(self) -> Path:
        return self.folder / "out"

    @property
    def _err(self) -> Path:
        return self.folder / "err"

    @property
    def printed(self) -> str:
        """All that it has said so far."""
        return self._out.read_text("utf-8") + self._err.read_text("utf-8")

    def ready(self) -> Server:
        """Wait until it serves."""
        for _ in patiently():
            assert self.process.poll() is None, self.printed
            with suppress(OSError):
                if self.ask("GET", "/_emulator/health", timeout=5).status == 200:
                    return self
        raise AssertionError(self.printed)

    def ask(self, method: str, path: str, body: Any = None, *, timeout: float = PATIENCE_SECONDS, **headers: str) -> Told:
        """One request on a connection of its own; `X_Emulator_Key=` is the header X-Emulator-Key."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        sent = {"Content-Type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, data, sent)
            answer = connection.getresponse()
            return Told(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def open(self, data: bytes = b"", receive_bytes: int | None = None) -> socket.socket:
        """A connection on which this was sent, and nothing was read."""
        connection = socket.socket()
        if receive_bytes is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        connection.settimeout(PATIENCE_SECONDS)
        try:
            connection.connect(("127.0.0.1", self.port))
            connection.sendall(data)
        except OSError:
            connection.close()
            raise
        return connection

    def workers(self) -> list[int]:
        """The processes below the parent."""
        pid = self.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]

    def stop(self, by: signal.Signals = signal.SIGTERM, *, whole_group: bool = False) -> int:
        """Tell it to stop and wait; returns its exit code."""
        if self.process.poll() is None:
            (os.killpg if whole_group else os.kill)(self.process.pid, by)
        return self.process.wait(PATIENCE_SECONDS)

    def __enter__(self) -> Server:
        return self.ready()

    def __exit__(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(PATIENCE_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        shutil.rmtree(self.folder)


def patiently(seconds: float = PATIENCE_SECONDS) -> Iterator[None]:
    """Looks again and again, for a while."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        yield
        time.sleep(0.05)
