"""How long it takes until there is something to work with: the import, a server's first answer, an application in a test."""

from __future__ import annotations

import subprocess
import sys
import time
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path

from .results import Results, alternate, say
from .serving import ROWS, bare_command, emulator_command
from .terms import Terms
from .wrk import READY_SECONDS, Absent, free_port, process_of

# Each in a process of its own, which tells the milliseconds. What an import costs does not depend on the folder it is called in.
_IMPORT = """
import time
began = time.perf_counter()
{}
print((time.perf_counter() - began) * 1000)
"""
EMULATOR = _IMPORT.format("from emulator import create_app")
LIBRARIES = _IMPORT.format("import flask, flask_sqlalchemy, marshmallow")
IN_PROCESS = """
import time
from emulator import create_app
began = time.perf_counter()
client = create_app().test_client()
made = client.post("/_emulator/sandboxes", json={"seed": "test", "world": "small", "now": "2026-03-01T12:00:00Z", "frozen": True})
took = (time.perf_counter() - began) * 1000
assert made.status_code == 201, made.text
print(took)
"""


def measure_starts(terms: Terms, results: Results, folder: Path) -> None:
    """Measure them in turn. Files that Python compiles once are there after the round that warms up."""
    say("imports and starts")
    numbers = count()

    def start(program: str, database: str) -> float:
        url = f"sqlite:///{folder / database}"
        port = free_port()
        if program == "emulator":
            return _first_answer(emulator_command(port, url), port, url, "/v1/disputes", "demo-buyer")
        return _first_answer(bare_command(port, folder, ROWS), port, url, "/", "nobody")

    steps = {
        "import.base": lambda: _told_by(LIBRARIES),
        "import.emulator": lambda: _told_by(EMULATOR),
        "inprocess": lambda: _told_by(IN_PROCESS),
        "start.base": lambda: start("base", "base.db"),
        "start.emulator": lambda: start("emulator", "emulator.db"),
        "start.base_new": lambda: start("base", f"base-{next(numbers)}.db"),
        "start.emulator_new": lambda: start("emulator", f"emulator-{next(numbers)}.db"),
    }
    # They take less time than what else is measured, and vary more.
    alternate(results, 2 * terms.rounds, steps)


def _told_by(code: str) -> float:
    return float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)


def _first_answer(command: list[str], port: int, url: str, path: str, token: str) -> float:
    """Milliseconds from the call of a server's command to its first answer out of a database."""
    began = time.perf_counter()
    with process_of(command, {"DATABASE_URL": url}) as process:
        while time.perf_counter() - began < READY_SECONDS:
            if process.poll() is not None:
                raise Absent(f"It ended with {process.returncode}.")
            if _succeeds(port, path, token):
                return (time.perf_counter() - began) * 1000
            time.sleep(0.002)
        raise Absent(f"It did not answer within {READY_SECONDS:.0f} seconds.")


def _succeeds(port: int, path: str, token: str) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        answer.read()
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
    return answer.status == 200
