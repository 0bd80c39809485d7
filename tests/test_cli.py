"""The command: what it prints, what it refuses, and with which code it ends."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from emulator import cli, server
from emulator.player import Tale, story_ids, tales_of
from emulator.timeline import print_story, spoken

COMMAND = Path(sys.executable).parent / "dispute-emulator"
ANSI = re.compile(r"\x1b\[")


@pytest.fixture
def run() -> Any:
    def run(*arguments: str, **environment: str | None) -> Result:
        clean = {"PORT": None, "DATABASE_URL": None, "EMULATOR_KEY": None, "NO_COLOR": None, "FORCE_COLOR": None, "COLUMNS": "80"}
        return CliRunner().invoke(cli.main, arguments, env={**clean, **environment})

    return run


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What `serve` was asked to serve, instead of serving it."""
    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr(server, "serve", lambda *arguments: asked.append(arguments))
    return asked


# ── play ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def printed(tales: list[Tale], width: int, **console: Any) -> tuple[bool, str]:
    out = StringIO()
    well = print_story(Console(file=out, width=width, highlight=False, **console), tales)
    return well, out.getvalue()


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("story", story_ids())
def test_every_story_prints_within_its_width(story: str, width: int) -> None:
    well, text = printed(tales_of(story), width)
    assert well
    lines = text.splitlines()
    assert lines[1].startswith(story)
    assert all(line == line.rstrip() for line in lines)
    if width >= 80:
        assert max(map(len, lines)) <= min(width, 100)
    assert not ANSI.search(text)
    assert not re.search(r"\bP(T?\d+[DHMS])+\b", text), "durations are in words"


def test_playing_without_a_name_plays_all(run: Any) -> None:
    result = run("play")
    assert result.exit_code == 0
    assert [story for story in story_ids() if f"\n{story}  " not in result.output] == []
    assert result.output.count("✓ order") == sum(len(tales_of(story)) for story in story_ids())
    assert "✗ S" not in result.output


def test_a_story_reads_like_a_story(run: Any) -> None:
    lines = run("play", "s14", "--ruleset", "standard").output.splitlines()
    assert lines[1] == "S14  Forty-seven dollars" + " " * 49 + "003:L59"
    told = [line.strip() for line in lines]
    begin = told.index("day 48 · 21 Apr")
    assert told[begin - 1] == "… 47 days pass …"
    assert told[begin + 1 : begin + 5] == [
        "The parcel was last seen on a conveyor belt, a month ago.",
        "buyer     open dispute · not received · refund · 47.00 USD              OPEN-8",
        "The buyer opens a dispute; the seller has to answer.",
        "“Tracking stopped a month ago in the same hall it started in.”",
    ]
    assert "¤ 47.00 USD  escrow → the seller" in told
    assert "… 12 days pass, but for a second …" in told
    refused = told.index("✗ buyer     open dispute · tracking invalid · refund · 47.00 USD          OPEN-2")
    assert told[refused + 2].startswith("no (window closed): Now he knows")
    end = told.index("✓ order     finished, dispute cancelled")
    assert told[end + 1 : end + 3] == ["buyer     0.00 USD back", "seller    47.00 USD"]


def test_what_comes_again_and_again_is_told_once(run: Any) -> None:
    text = run("play", "S20", "--ruleset", "standard").output
    assert "… and so on, 8 times more, until day 4 …" in text
    assert "lot 2" not in text
    assert "lot 10" in text


def test_piped_output_has_no_colours() -> None:
    environment = {name: value for name, value in os.environ.items() if name not in ("FORCE_COLOR", "COLUMNS")}
    piped = subprocess.run([COMMAND, "play", "S21"], capture_output=True, env=environment, check=True)
    assert not ANSI.search(piped.stdout.decode("utf-8"))


def test_a_terminal_has_colours_unless_asked_for_none(run: Any) -> None:
    assert ANSI.search(run("play", "S21", FORCE_COLOR="1", TERM="xterm-256color").output)
    assert not ANSI.search(run("play", "S21", "--plain", FORCE_COLOR="1", TERM="xterm-256color").output)


def test_refusals_are_red_and_people_have_colours() -> None:
    _, text = printed(tales_of("S21")[:1], 80, force_terminal=True, color_system="standard")
    assert re.search(r"\x1b\[1;31m✗ ", text)
    assert "\x1b[33mseller\x1b[0m" in text


def test_a_pipe_that_knows_no_arrows_gets_question_marks() -> None:
    piped = subprocess.run([COMMAND, "play", "S21"], capture_output=True, env={**os.environ, "PYTHONIOENCODING": "ascii"}, check=False)
    assert (piped.returncode, piped.stderr) == (0, b"")
    assert b"escrow ? the buyer" in piped.stdout or b"the buyer ? escrow" in piped.stdout


def test_a_story_that_goes_otherwise_than_told_ends_with_1(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    tale = tales_of("S21")[0]
    monkeypatch.setattr(cli, "tales_of", lambda story: [replace(tale, ends={"order.status": "on fire"})])
    result = run("play", "S21")
    assert result.exit_code == 1
    assert "✗ S21" in result.output
    assert "on fire" in result.output
    assert "place order" in result.output, "what came before is told"
    assert "✓" not in result.output


def test_a_story_that_is_refused_where_it_should_not_be_ends_with_1(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    tale = tales_of("S21")[0]
    steps = ({"by": "buyer", "do": "place_order", "with": tale.steps[0]["with"]}, {"by": "buyer", "do": "review", "with": {"stars": 5}})
    monkeypatch.setattr(cli, "tales_of", lambda story: [replace(tale, steps=steps)])
    result = run("play", "S21")
    assert result.exit_code == 1
    assert "not_finished_yet" in result.output


@pytest.mark.parametrize(
    "arguments", [("play", "S99"), ("play", "S14", "nonsense"), ("play", "S23", "--ruleset", "modern"), ("rules", "X-1")]
)
def test_what_there_is_not_ends_with_2_and_a_sentence(run: Any, arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Error: " in result.output


def test_a_ruleset_for_which_a_story_is_not_told_ends_with_2(run: Any) -> None:
    result = run("play", "S23", "--ruleset", "standard")
    assert result.exit_code == 2
    assert "No tale of S23 is told for the ruleset standard." in result.output


def test_the_list_names_every_story(run: Any) -> None:
    result = run("play", "--list")
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.output.splitlines()] == story_ids()


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=1), "a second passes"),
        (timedelta(hours=1), "an hour passes"),
        (timedelta(days=1), "a day passes"),
        (timedelta(days=47), "47 days pass"),
        (timedelta(days=15) - timedelta(seconds=1), "15 days pass, but for a second"),
        (timedelta(days=1, hours=2, seconds=5), "a day, 2 hours and 5 seconds pass"),
    ],
)
def test_time_passes_in_words(passed: timedelta, words: str) -> None:
    assert spoken(passed) == words


# ── serve ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "emulator.example"])
def test_strangers_need_a_key(run: Any, served: list[Any], host: str) -> None:
    result = run("serve", "--host", host)
    assert result.exit_code == 2
    assert f"{host} can be reached by strangers: set EMULATOR_KEY, or listen on 127.0.0.1." in " ".join(result.output.split())
    assert not served


def test_with_a_key_strangers_may_come_but_find_no_default_sandbox(run: Any, served: list[Any]) -> None:
    assert run("serve", "--host", "0.0.0.0", EMULATOR_KEY="sesame").exit_code == 0
    assert run("serve", "--host", "0.0.0.0", "--demo", EMULATOR_KEY="sesame").exit_code == 0
    assert [(host, key, demo) for host, _, _, _, key, demo in served] == [("0.0.0.0", "sesame", False), ("0.0.0.0", "sesame", True)]


def test_port_and_database_come_from_the_environment(run: Any, served: list[Any]) -> None:
    assert run("serve", PORT="9123", DATABASE_URL="postgres://someone@db.example/desk").exit_code == 0
    assert served == [("127.0.0.1", 9123, 1, "postgresql+psycopg://someone@db.example/desk", None, True)]


def test_what_is_written_goes_before_the_environment(run: Any, served: list[Any]) -> None:
    assert run("serve", "--port", "9124", "--database", "sqlite:///mine.db", PORT="9123", DATABASE_URL="sqlite:///other.db").exit_code == 0
    assert served[0][1:4] == (9124, 1, "sqlite:///mine.db")


def test_it_says_where_it_serves_but_never_a_password(run: Any, served: list[Any]) -> None:
    result = run("serve", DATABASE_URL="postgresql://someone:secret@db.example/desk")
    assert "http://127.0.0.1:8080" in result.output
    assert "db.example/desk" in result.output
    assert "secret" not in result.output


@pytest.mark.parametrize(
    "environment",
    [
        *({"PORT": port} for port in ("0", "65536", "eighty")),
        *(
            {"DATABASE_URL": url}
            for url in ("nonsense", "nonsense://x", "mysql://a@b/c", "sqlite://", "sqlite:///:memory:", "postgresql://h:port/x")
        ),
    ],
)
def test_an_environment_that_cannot_be_is_refused_in_a_sentence(run: Any, served: list[Any], environment: dict[str, str]) -> None:
    result = run("serve", **environment)
    assert result.exit_code == 2
    assert "Error: " in result.output
    assert not served


@pytest.mark.parametrize("url", ["sqlite:////no/such/folder/desk.db", "postgresql://me:secret@127.0.0.1:1/desk"])
def test_a_database_that_does_not_open_is_said_in_a_sentence(run: Any, url: str) -> None:
    result = run("serve", DATABASE_URL=url)
    assert result.exit_code == 1
    assert "dispute-emulator: Cannot open " in result.output
    assert "secret" not in result.output


def test_a_port_that_is_taken_is_said_in_a_sentence(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def taken(*_: Any) -> None:
        raise OSError("Cannot serve http://127.0.0.1:8080: it is taken")

    monkeypatch.setattr(server, "serve", taken)
    result = run("serve")
    assert result.exit_code == 1
    assert "dispute-emulator: Cannot serve" in result.output


# ── the rest ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_rules_prints_every_rule_and_one_with_what_carries_it_out(run: Any) -> None:
    assert "CLM-10" in run("rules").output
    one = run("rules", "can-3").output
    assert "CAN-3" in one
    assert "settings: " in one


@pytest.mark.parametrize("name", ["empty", "small", "market"])
def test_world_says_what_it_holds(run: Any, name: str) -> None:
    result = run("world", name)
    assert result.exit_code == 0
    assert "accounts" in result.output


def test_version_and_help_are_there(run: Any) -> None:
    assert "dispute-emulator, version " in run("--version").output
    assert "play" in run("-h").output
