"""The crowd as locust runs it, for some seconds: over a server that is well it ends with 0, and where something is wrong with 1."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask

from emulator import create_app
from emulator.testing.live import LiveServer

from ..serving import free_port

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ROOT = Path(__file__).parent.parent.parent
# One of each but the carrier, and a traveller who does nothing but move time.
MIX = "[users]\nBuyer = 1\nSeller = 1\nMediator = 1\nCarrier = 0\nTimeTraveller = 1\n[time_traveller]\nlooks = 0\n"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    made = create_app(f"sqlite:///{tmp_path / 'crowd.db'}", demo=False)
    yield made
    made.extensions["dispute_emulator"].close()


def let_in(host: str, folder: Path, *options: str) -> tuple[int, str, dict[str, Any]]:
    """Four users in two sandboxes for three seconds; returns how it ended, what was printed, and the numbers of the report."""
    mix, report = folder / "mix.toml", folder / "report.html"
    mix.write_text(MIX)
    run = ("--users", "4", "--spawn-rate", "4", "--sandboxes", "2", "--run-time", "3s", "--pace", "0.1")
    ended = subprocess.run(
        [sys.executable, "-m", "loadtests.crowd", "--host", host, *run, "--mix", str(mix), "--report", str(report), *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    assert report.is_file(), ended.stdout
    return ended.returncode, ended.stdout, json.loads(report.with_suffix(".json").read_text("utf-8"))


def test_a_run_over_a_server_that_is_well_ends_with_0_and_leaves_no_sandbox(app: Flask, tmp_path: Path) -> None:
    with LiveServer(app) as server:
        code, printed, record = let_in(server.url, tmp_path)
    assert code == 0, printed
    assert f"report: {tmp_path / 'report.html'}" in printed
    assert record["well"]
    assert len(record["audits"]) == 2
    assert {"advance", "orders"} <= {call["call"] for call in record["calls"]}
    assert app.test_client().get("/_emulator/sandboxes").get_json()["data"] == []


def broken(app: Flask, path: str, fault: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """From now on an answer to this path is another one."""
    whole = app.wsgi_app

    def wrapped(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if not environ["PATH_INFO"].endswith(path):
            return whole(environ, start)
        answered: list[Any] = []

        def keep(status: str, headers: list[tuple[str, str]], _: Any = None) -> Callable[[bytes], object]:
            answered[:] = [status, [(name, value) for name, value in headers if name != "Content-Length"]]
            return lambda _: None

        body = json.dumps(fault(json.loads(b"".join(whole(environ, keep))))).encode()
        start(*answered)
        return [body]

    app.wsgi_app = wrapped  # type: ignore[method-assign] # as Flask's own documentation does it


def test_a_run_of_two_processes_ends_with_1_where_an_audit_finds_a_violation_and_says_so(app: Flask, tmp_path: Path) -> None:
    violation = {"order": "ord_planted", "says": "the books of USD do not balance (PAY-5)"}
    broken(app, "/audit", lambda told: told | {"ok": False, "violations": [violation]})
    with LiveServer(app) as server:
        port = str(free_port())
        code, printed, record = let_in(server.url, tmp_path, "--processes", "2", "--master-port", port, "--master-bind-port", port)
    assert code == 1, printed
    assert "The run has failed. Not met: audits ok." in printed
    assert "ord_planted: the books of USD do not balance (PAY-5)" in printed
    assert not record["well"]
    assert (record["faults"], record["run"]["processes"]) == ([], 2)
    assert "advance" in {call["call"] for call in record["calls"]}
