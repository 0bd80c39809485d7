"""`dispute-emulator coverage`: what a person is shown, what a program gets, and with which code it ends."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from click.testing import CliRunner, Result

from emulator import cli
from emulator.app import create_app
from emulator.testing.live import LiveServer

from .sandbox import Sandbox

Run = Callable[..., Result]


@pytest.fixture
def server(new_database: Callable[[str], str]) -> Iterator[LiveServer]:
    app = create_app(new_database("sqlite"), demo=False)
    with LiveServer(app) as server:
        yield server
    app.extensions["dispute_emulator"].close()


@pytest.fixture
def box(server: LiveServer) -> Sandbox:
    """A sandbox in which somebody has opened a dispute."""
    box = Sandbox(server.app.test_client())
    box.disputed()
    return box


@pytest.fixture
def run(server: LiveServer) -> Run:
    def run(*arguments: str, **environment: str | None) -> Result:
        names = ("EMULATOR_KEY", "EMULATOR_SANDBOX", "NO_COLOR", "FORCE_COLOR")
        clean: dict[str, Any] = {**dict.fromkeys(names), "COLUMNS": "100", "EMULATOR_URL": server.url, **environment}
        return CliRunner().invoke(cli.main, ["coverage", *arguments], env=clean)

    return run


def test_a_person_sees_how_much_of_each_kind_was_met(run: Run, box: Sandbox) -> None:
    result = run()
    assert result.exit_code == 0, result.output
    shown = {line.split()[0]: line.split()[1:5] for line in result.output.splitlines() if "%" in line}
    assert shown["rows"] == ["4", "58", "6.8", "%"]
    assert list(shown) == ["rows", "timers", "refusals", "states", "edges"]
    assert shown["states"][:2] == ["3", "48"]
    assert "--missing lists what has never been met." in result.output
    assert "cancel_claim" not in result.output


def test_what_was_never_met_is_listed_for_who_asks_with_the_rule_of_each(run: Run, box: Sandbox) -> None:
    text = run("--missing").output
    assert re.search(r"^rows +CLM-7 +cancel_claim +The buyer cancels the claim", text, re.MULTILINE)
    assert re.search(r"^edges +ESC-2 +escalate_by_time +before, at, after", text, re.MULTILINE)
    assert re.search(r"^states +order cancelled", text, re.MULTILINE)
    assert re.search(r"^refusals +malformed +The request is malformed\.", text, re.MULTILINE)
    assert "open_dispute  " in text, "nobody has asked for it beside the end of its time"
    rows = text.partition("never met rows")[2].partition("never met timers")[0]
    assert "open_dispute" not in rows
    assert "[" not in text


def test_a_program_gets_the_document(run: Run, box: Sandbox) -> None:
    result = run("--json")
    assert (result.exit_code, result.stdout.count("\n"), result.stderr) == (0, 1, "")
    told = json.loads(result.stdout)
    assert told == box.client.get("/_emulator/coverage").json
    assert json.loads(run("--json", "--missing").stdout) == told


def test_one_sandbox_is_looked_at_where_one_is_named_and_only_then(run: Run, box: Sandbox) -> None:
    other = Sandbox(box.client)
    assert json.loads(run("--json", "--sandbox", other.id).stdout)["rows"]["hit"] == 0
    assert json.loads(run("--json", "--sandbox", box.id).stdout)["sandbox"] == box.id
    assert json.loads(run("--json", EMULATOR_SANDBOX=other.id).stdout)["rows"]["hit"] == 4


def test_a_no_is_said_in_a_sentence_and_ends_with_3_or_4(run: Run, server: LiveServer) -> None:
    result = run("--sandbox", "sbx_none")
    assert result.exit_code == 3
    assert "code not_found" in result.stderr
    away = run("--url", "http://127.0.0.1:9")
    assert (away.exit_code, "Nobody answers" in away.stderr) == (4, True)


def test_where_nothing_is_missing_it_says_so(monkeypatch: pytest.MonkeyPatch, run: Run, box: Sandbox) -> None:
    whole = dict(box.client.get("/_emulator/coverage").json or {})
    for kind in ("rows", "timers", "refusals", "states", "edges"):
        part = whole[kind]
        whole[kind] = part | {
            "hit": part["total"],
            "percent": 100.0,
            "missing": [],
            "met": [e | {"hits": 1} for e in part["met"] + part["missing"]],
        }
    monkeypatch.setattr("emulator.remote.Remote.get", lambda self, path: whole)
    result = run("--missing")
    assert "Nothing is missing." in result.output
    assert "100.0 %" in result.output
