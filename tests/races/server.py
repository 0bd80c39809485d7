"""A real server of several processes over one database, and connections that are spread over all of them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psutil

from .connection import Connection

ROOT = Path(__file__).resolve().parents[2]
PROCESSES, THREADS = 4, 16
START_SECONDS = 60.0
# So many connections are opened at once, so that every process wakes to take some, and so often until each has taken enough.
CROWD, MOST_CROWDS = 32, 50


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(database: str, processes: int = PROCESSES) -> Iterator[Server]:
    """The command `serve` on a free port, ready to answer; stopped at the end."""
    port = free_port()
    command = [
        sys.executable,
        "-c",
        "from emulator.cli import main; main()",
        "serve",
        "--port",
        str(port),
        "--workers",
        str(processes),
        "--database",
        database,
        "--no-demo",
    ]
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}) as process:
        server = Server(process, port, processes)
        try:
            server.await_ready()
            yield server
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()


class Server:
    """A running server."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, processes: int) -> None:
        self._process = process
        self._processes = processes
        self.port = port

    def await_ready(self) -> None:
        give_up = time.monotonic() + START_SECONDS
        while True:
            assert self._process.poll() is None, "the server ended"
            assert time.monotonic() < give_up, "the server does not answer"
            try:
                connection = Connection(self.port)
            except OSError:
                time.sleep(0.05)
                continue
            ready = connection.get("/_emulator/health").status_code == 200
            connection.close()
            if ready:
                return

    def connections(self, threads: int = THREADS) -> list[Connection]:
        """So many connections, the same number to each process: who has accepted one is asked of the operating system."""
        each = threads // self._processes
        kept: dict[int, list[Connection]] = defaultdict(list)
        for _ in range(MOST_CROWDS):
            crowd = [Connection(self.port) for _ in range(CROWD)]
            with ThreadPoolExecutor(CROWD) as together:
                assert {answer.status_code for answer in together.map(Connection.refresh, crowd)} == {200}
            holders = self.holders(crowd)
            for connection in crowd:
                mine = kept[holders[connection]]
                if len(mine) < each:
                    mine.append(connection)
                else:
                    connection.close()
            if len(kept) == self._processes and all(len(found) == each for found in kept.values()):
                return [connection for found in kept.values() for connection in found]
        spread = {process: len(found) for process, found in kept.items()}
        raise AssertionError(f"not every process takes connections: {spread}")

    def holders(self, connections: list[Connection]) -> dict[Connection, int]:
        """The process that has accepted each of these connections."""
        by_port: dict[int, int] = {}
        for process in psutil.Process(self._process.pid).children(recursive=True):
            for found in process.net_connections("tcp"):
                if found.raddr and found.laddr.port == self.port:
                    by_port[found.raddr.port] = int(process.pid)
        return {connection: by_port[connection.local_port] for connection in connections}

    def spread(self, connections: list[Connection]) -> Counter[int]:
        """How many of these connections each process holds."""
        return Counter(self.holders(connections).values())
