"""Runs servers, lets wrk loose on them, and reads what wrk prints."""

from __future__ import annotations

import math
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

READY_SECONDS = 60.0
STOP_SECONDS = 20.0
# What has not been answered by then counts as an error of wrk's, and an error ends the run.
ANSWER_SECONDS = 30
_MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0, "h": 3_600_000.0}
_DURATION = re.compile(r"([\d.]+)(us|ms|s|m|h)$")
_COUNT = re.compile(r"^\s*(\d+) requests in ", re.MULTILINE)


class Absent(Exception):
    """Something to compare with cannot start here; says why."""


class Unfit(Exception):
    """A run that counts for nothing: an answer was not 2xx, or there was none."""


@dataclass(frozen=True)
class Script:
    """What wrk asks: Lua text, as its option -s takes it from a file. None in its place is GET / of the server."""

    lua: str


@dataclass(frozen=True)
class Rate:
    """What a run came to: requests a second, the latency that half and 99 of 100 requests stayed below, in milliseconds, and how many."""

    per_second: float
    p50: float
    p99: float
    requests: int


def rate(base: str, script: Script | None, *, seconds: float, connections: int, threads: int = 1, pin: Sequence[str] = ()) -> Rate:
    """Load a server for so long (whole seconds, rounded up); raises Unfit at anything but 2xx. `pin` stands before the command."""
    with tempfile.TemporaryDirectory(prefix="bench-wrk-") as folder:
        command = [*pin, "wrk", "--latency", f"-t{threads}", f"-c{connections}", f"-d{math.ceil(seconds)}s", f"--timeout={ANSWER_SECONDS}s"]
        if script is not None:
            lua = Path(folder) / "script.lua"
            lua.write_text(script.lua, "utf-8")
            command += ["-s", str(lua)]
        ran = subprocess.run([*command, f"{base}/"], capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        raise Unfit(f"wrk ended with {ran.returncode}: {ran.stderr.strip() or ran.stdout.strip()}")
    return parse(ran.stdout)


def parse(told: str) -> Rate:
    """What wrk printed; raises Unfit where it tells of answers that are not 2xx or 3xx, of errors, or of nothing at all."""
    if "Non-2xx" in told or "Socket errors" in told:
        raise Unfit(told.strip())
    values = {words[0]: words[1] for words in map(str.split, told.splitlines()) if len(words) == 2}
    count = _COUNT.search(told)
    missing = [name for name in ("Requests/sec:", "50%", "99%") if name not in values]
    if missing or count is None:
        raise Unfit(f"wrk did not say {', '.join(missing) or 'how many requests it made'}:\n{told.strip()}")
    found = Rate(float(values["Requests/sec:"]), _milliseconds(values["50%"]), _milliseconds(values["99%"]), int(count[1]))
    if found.requests == 0:
        raise Unfit(f"nothing was answered:\n{told.strip()}")
    return found


def _milliseconds(told: str) -> float:
    found = _DURATION.match(told)
    if found is None:
        raise Unfit(f"wrk told a duration that is none: {told}")
    return float(found[1]) * _MILLISECONDS[found[2]]


def version_of_wrk() -> str:
    """Raises Absent where there is no wrk."""
    found = shutil.which("wrk")
    if found is None:
        raise Absent("wrk is not installed: it is a package of Debian's.")
    return subprocess.run([found, "-v"], capture_output=True, text=True, check=False).stdout.split()[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def placed(cores: Iterable[int]) -> Iterator[None]:
    """This process is on these cores until the block ends, and what it starts inside for good; no cores: wherever the machine likes."""
    before, wanted = os.sched_getaffinity(0), set(cores)
    if wanted:
        os.sched_setaffinity(0, wanted)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def running(
    command: Sequence[str], port: int, environment: Mapping[str, str] | None = None, *, path: str = "/", folder: Path | None = None
) -> Iterator[str]:
    """A server that answers at this port, until the block ends; yields its base URL. Raises Absent where it does not come up.

    It is ready when it answers anything at all at `path`. What it starts itself ends with it.
    """
    with process_of(command, environment, folder) as process:
        await_answer(process, port, path)
        yield f"http://127.0.0.1:{port}"


@contextmanager
def process_of(
    command: Sequence[str], environment: Mapping[str, str] | None = None, folder: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that has just been started, until the block ends. Where it is Absent, what it has printed is told."""
    with tempfile.TemporaryFile() as log:
        try:
            process = subprocess.Popen(
                list(command), env={**os.environ, **(environment or {})}, cwd=folder, stdout=log, stderr=log, start_new_session=True
            )
        except OSError as problem:
            raise Absent(f"{command[0]} cannot be started: {problem.strerror}") from problem
        try:
            yield process
        except Absent as problem:
            end(process)
            log.seek(0)
            raise Absent(f"{problem} {log.read()[-500:].decode(errors='replace').strip()}".strip()) from None
        finally:
            end(process)


def await_answer(process: subprocess.Popen[bytes], port: int, path: str, every: float = 0.05) -> None:
    """Ask again and again until something is answered; raises Absent where the process ends first, or too much time passes."""
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise Absent(f"It ended with {process.returncode}.")
        if answers(port, path):
            return
        time.sleep(every)
    raise Absent(f"It did not answer within {READY_SECONDS:.0f} seconds.")


def answers(port: int, path: str) -> bool:
    """Whether anything, of whatever status, is answered there right now."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        connection.getresponse().read()
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
    return True


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask a process and what it has started to stop, and see to it that they do."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
