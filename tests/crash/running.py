"""A real server as a child process: `dispute-emulator serve` on a free port, with its workers, which can be killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import IO

from .wire import Wire, WireError

# The checkout that these tests lie in is what is run, wherever else the program may be installed.
ROOT = Path(__file__).parent.parent.parent
START_SECONDS = 60
STOP_SECONDS = 30


class Server:
    """A server over one database. As a context it runs inside and is stopped in good order at the end."""

    def __init__(self, database: str, workers: int) -> None:
        self.database = database
        self.workers = workers
        self.port = _free_port()
        # What it says is kept for whoever wants to know why a run failed.
        self.log: IO[bytes] = tempfile.NamedTemporaryFile(prefix="dispute-emulator-", suffix=".log", delete=False)  # noqa: SIM115
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Server:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
        self.log.close()
        if kind is None:
            Path(self.log.name).unlink()

    def start(self) -> None:
        """Returns when it answers."""
        command = [sys.executable, "-m", "emulator.cli", "serve", "--port", str(self.port), "--workers", str(self.workers), "--no-demo"]
        environment = {name: value for name, value in os.environ.items() if name not in ("PORT", "DATABASE_URL", "EMULATOR_KEY")}
        self._process = subprocess.Popen(
            [*command, "--database", self.database],
            stdout=self.log,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=ROOT,
            start_new_session=True,
        )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self._process.poll() is None, f"the server ended with {self._process.returncode}: {self.said()}"
            wire = Wire(self.port)
            try:
                if wire.ask("GET", "/_emulator/health").status == 200:
                    return
            except WireError:
                time.sleep(0.05)
            finally:
                wire.close()
        raise AssertionError(f"the server does not answer: {self.said()}")

    def stop(self) -> None:
        """As an operator stops it: SIGTERM, and time to finish. It must have ended by itself."""
        process = self._process
        if process is None:
            return
        workers = self.worker_pids()
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            for pid in (process.pid, *workers):
                _kill(pid)
            process.wait()
            raise AssertionError(f"the server did not end within {STOP_SECONDS} seconds of SIGTERM: {self.said()}") from None
        finally:
            self._process = None

    def worker_pids(self) -> list[int]:
        """The processes that answer calls: the children of the server that run its code, helpers of multiprocessing left out."""
        assert self._process is not None
        found = []
        for child in _children(self._process.pid):
            try:
                command = Path(f"/proc/{child}/cmdline").read_bytes()
            except OSError:
                continue
            if command and b"resource_tracker" not in command:
                found.append(child)
        return found

    def kill(self, pid: int) -> None:
        """No goodbye: SIGKILL."""
        _kill(pid)

    def said(self) -> str:
        """The end of its log."""
        return Path(self.log.name).read_text("utf-8", "replace")[-4000:]


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]
    except OSError:
        listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False).stdout
        return [int(child) for child in listed.split()]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
