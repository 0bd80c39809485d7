"""The command: what it prints, what it refuses, and with which code it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from io import StringIO
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import click
import pytest
from click.testing import CliRunner, Result
from rich.console import Console
from werkzeug.serving import WSGIRequestHandler, make_server

from emulator import cli, server
from emulator.app import create_app
from emulator.cli import control, offline
from emulator.cli.ending import MEANINGS, Ending
from emulator.domain.rulebook import RULEBOOK
from emulator.domain.words import Position
from emulator.growth import world_names
from emulator.player import Tale, story_ids, tales_of
from emulator.remote import BrokenOff, Foreign, RemoteError, Unreachable
from emulator.timeline import print_story, spoken

COMMAND = Path(sys.executable).parent / "dispute-emulator"
ANSI = re.compile(r"\x1b\[")
ANSI_CODE = re.compile(r"\x1b\[[0-9;]*m")
TERMINAL = {"FORCE_COLOR": "1", "TERM": "xterm-256color"}


@pytest.fixture
def run() -> Any:
    def run(*arguments: str, **environment: str | None) -> Result:
        names = ("PORT", "DATABASE_URL", "EMULATOR_KEY", "EMULATOR_URL", "EMULATOR_SANDBOX", "NO_COLOR", "FORCE_COLOR")
        clean = {**dict.fromkeys(names), "COLUMNS": "80"}
        return CliRunner().invoke(cli.main, arguments, env={**clean, **environment})

    return run


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What `serve` was asked to serve, instead of serving it."""
    asked: list[tuple[Any, ...]] = []

    def serve(*arguments: Any, announce: Callable[[], None], **_: Any) -> None:
        asked.append(arguments)
        announce()

    monkeypatch.setattr(server, "serve", serve)
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
    assert ANSI.search(run("play", "S21", **TERMINAL).output)
    assert not ANSI.search(run("play", "S21", "--plain", **TERMINAL).output)


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
    monkeypatch.setattr(offline, "tales_of", lambda story: [replace(tale, ends={"order.status": "on fire"})])
    result = run("play", "S21")
    assert result.exit_code == 1
    assert "✗ S21" in result.output
    assert "on fire" in result.output
    assert "place order" in result.output, "what came before is told"
    assert "✓" not in result.output


def test_a_story_that_is_refused_where_it_should_not_be_ends_with_1(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    tale = tales_of("S21")[0]
    steps = ({"by": "buyer", "do": "place_order", "with": tale.steps[0]["with"]}, {"by": "buyer", "do": "review", "with": {"stars": 5}})
    monkeypatch.setattr(offline, "tales_of", lambda story: [replace(tale, steps=steps)])
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
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    result = run("serve", DATABASE_URL=url, PORT=str(port))
    assert result.exit_code == Ending.NO_ANSWER
    assert "dispute-emulator: Cannot open " in result.output
    assert "secret" not in result.output


def test_a_port_that_is_taken_is_said_in_a_sentence(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def taken(*_: Any, **__: Any) -> None:
        raise OSError("Cannot serve http://127.0.0.1:8080: it is taken")

    monkeypatch.setattr(server, "serve", taken)
    result = run("serve")
    assert result.exit_code == Ending.NO_ANSWER
    assert "dispute-emulator: Cannot serve" in result.output


# ── commands that talk to a running emulator ───────────────────────────────────────────────────────────────────────────


class Quiet(WSGIRequestHandler):
    """Serves without a line for each call, and remembers them."""

    calls: ClassVar[list[str]] = []

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        self.calls.append(f"{self.command} {self.path}")


@pytest.fixture
def serving(new_database: Callable[[str], str]) -> Iterator[Callable[..., str]]:
    """Serves applications, each on a port of its own and with an empty database; returns their addresses."""
    running: list[tuple[Any, Thread]] = []

    def serve(**wanted: Any) -> str:
        app = create_app(new_database("sqlite"), **{"demo": True, **wanted})
        Quiet.calls.clear()
        served = make_server("127.0.0.1", 0, app, request_handler=Quiet)
        thread = Thread(target=served.serve_forever, args=(0.02,))
        thread.start()
        running.append((served, thread))
        return f"http://127.0.0.1:{served.port}"

    yield serve
    for served, thread in running:
        served.shutdown()
        thread.join()
        served.server_close()
        served.app.extensions["dispute_emulator"].close()


@pytest.fixture
def ask(run: Any, serving: Callable[..., str]) -> Any:
    """Runs a command against an emulator with the sandbox `default`."""
    url = serving()
    return lambda *arguments, **environment: run(*arguments, EMULATOR_URL=url, **environment)


def document(result: Result) -> Any:
    """The one document that a command has printed for a program."""
    assert result.stderr == ""
    assert result.stdout.count("\n") == 1
    return json.loads(result.stdout)


def read(result: Result) -> Any:
    """The same where all went well."""
    assert result.exit_code == 0, result.output
    return document(result)


def test_load_fills_a_sandbox_call_by_call(ask: Any) -> None:
    answer = read(ask("load", "1200", "--mix", "finished=5,mediating=1", "--oldest", "P40D", "--seed", "x", "--json"))
    assert answer == {"orders": 1200, "positions": {"mediating": 200, "finished": 1000}}
    assert Quiet.calls == ["POST /_emulator/sandboxes/default/load"] * 3
    assert read(ask("audit", "--json"))["checked"]["orders"] == 1200 + 24


def test_a_mix_comes_out_over_all_calls_even_where_no_single_call_could_have_it_so() -> None:
    bodies = list(control._in_calls(1301, {"finished": 1000, "mediating": 1, "cancelled": 300}))
    assert [body["orders"] for body in bodies] == [500, 500, 301]
    assert [sum(body["mix"].values()) for body in bodies] == [500, 500, 301]
    total = {name: sum(body["mix"][name] for body in bodies) for name in ("finished", "mediating", "cancelled")}
    assert total == {"finished": 1000, "mediating": 1, "cancelled": 300}


def test_the_usual_mix_is_the_emulators_own(ask: Any) -> None:
    assert set(read(ask("load", "100", "--json"))["positions"]) == {position.value for position in Position}


def test_load_shows_a_person_where_the_orders_stand(ask: Any) -> None:
    result = ask("load", "30", "--mix", "finished=2,waiting_for_seller=1", **TERMINAL)
    assert result.exit_code == 0
    text = ANSI_CODE.sub("", result.stdout)
    assert "30 orders were made in default." in text
    rows = [line.split() for line in text.splitlines() if "█" in line]
    assert rows == [["waiting", "for", "seller", "10", "█" * 10], ["finished", "20", "█" * 20]]


def test_a_bar_is_drawn_where_somebody_looks_and_nowhere_else(ask: Any) -> None:
    assert "making orders" in ask("load", "10", **TERMINAL).stderr
    assert ask("load", "10").stderr == ""
    assert ask("load", "10", "--json", **TERMINAL).stderr == ""
    assert "travelling" in ask("advance", "--by", "P1D", **TERMINAL).stderr


def test_advance_follows_the_journey_to_its_end(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "TIMERS_A_CALL", 50)
    read(ask("load", "400", "--seed", "x", "--json"))
    foreseen = read(ask("forecast", "--json"))
    assert foreseen["next_cursor"] is None
    Quiet.calls.clear()
    moved = read(ask("advance", "--by", "P300D", "--json"))
    assert len(Quiet.calls) > 4
    assert moved["next"] is None
    assert datetime.fromisoformat(moved["to"]) - datetime.fromisoformat(moved["from"]) == timedelta(days=300)
    assert [(line["at"], line["rule"], line["order"]) for line in moved["fired"]] == [
        (line["at"], line["rule"], line["order"]) for line in foreseen["data"] if line["at"] <= moved["to"]
    ]
    assert read(ask("audit", "--json"))["ok"]


def test_advance_goes_by_to_and_to_next_and_to_every_edge(ask: Any) -> None:
    first = read(ask("forecast", "--json"))["data"][0]
    before = read(ask("advance", "--to-next", "--edge", "before", "--json"))
    assert (before["to"], before["fired"]) == (
        (datetime.fromisoformat(first["at"]) - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        [],
    )
    there = read(ask("advance", "--to", first["at"], "--json"))
    assert [line["rule"] for line in there["fired"]] == [first["rule"]]
    assert read(ask("advance", "--by", "PT1H", "--edge", "after", "--json"))["fired"] == []


def test_a_journey_is_told_line_by_line_or_where_it_is_long_rule_by_rule(ask: Any) -> None:
    short = ask("advance", "--to-next").stdout
    assert re.search(r"ord_\w{16}", short)
    assert "→" in short.splitlines()[0]
    ask("load", "300")
    long = ask("advance", "--by", "P200D").stdout
    assert "200 days pass" in long
    assert not re.search(r"ord_\w{16}", long)
    assert re.search(r"\d+ timers have fired; --json has them one by one.", long)
    assert "No timer has fired." in ask("advance", "--by", "PT0S").stdout


def test_forecast_tells_the_next_lines_and_that_there_are_more(ask: Any) -> None:
    first = read(ask("forecast", "--json"))["data"][0]
    assert first["order"] in ask("forecast").stdout
    one = ask("forecast", "--order", first["order"])
    assert set(re.findall(r"ord_\w{16}", one.stdout)) == {first["order"]}
    ask("load", "100")
    assert "There is more to come; --json has all of it." in ask("forecast").stdout
    ask("advance", "--by", "P4000D")
    assert ask("forecast").stdout == "Nothing will happen by itself.\n"


def test_audit_ends_with_1_where_something_is_broken(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sound = ask("audit")
    assert sound.exit_code == 0
    assert "✓ Sound: 24 orders" in sound.stdout
    monkeypatch.setattr("emulator.audit.check", lambda order, settings: ["the sky is [green]"])
    broken = ask("audit")
    assert broken.exit_code == 1
    assert "✗ Not sound" in broken.stdout
    assert "the sky is [green]" in broken.stdout
    assert json.loads(ask("audit", "--json").stdout)["ok"] is False


def test_a_world_goes_out_and_comes_in_again(ask: Any, tmp_path: Path) -> None:
    ask("load", "20")
    file = tmp_path / "world.json"
    told = ask("export", str(file))
    assert told.exit_code == 0
    assert "The world of default lies in" in told.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["world.json"]
    assert json.loads(ask("export").stdout)["tables"] == json.loads(file.read_text("utf-8"))["tables"]
    assert read(ask("export", str(file), "--json")) == {"file": str(file), "bytes": file.stat().st_size, "sandbox": "default"}
    made = read(ask("import", str(file), "--json"))
    assert re.search(r"\btok_\w+", ask("import", str(file)).stdout)
    twin = read(ask("audit", "--sandbox", made["id"], "--json"))
    assert twin == read(ask("audit", "--json", EMULATOR_SANDBOX="default"))
    assert read(ask("audit", "--json", EMULATOR_SANDBOX=made["id"])) == twin
    assert CliRunner().invoke(cli.main, ["import", "-", "--json", "--url", "http://127.0.0.1:1"], input=b"{}").exit_code == Ending.NO_ANSWER


def test_the_key_comes_from_the_environment(run: Any, serving: Callable[..., str]) -> None:
    url = serving(key="sesame")
    assert run("audit", "--url", url, EMULATOR_KEY="sesame").exit_code == 0
    for key in (None, "tahini"):
        shut = run("audit", "--url", url, EMULATOR_KEY=key)
        assert shut.exit_code == Ending.REFUSED
        assert "Put its key into EMULATOR_KEY." in shut.stderr


# ── and how they fail ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("load", "3", "--sandbox", "sbx_none"), ["There is no such thing here.", "code not_found"]),
        (("load", "3", "--sandbox", "ü ?&#"), ["code not_found"]),
        (("advance", "--to", "2020-01-01T00:00:00Z"), ["reset the sandbox", "code clock_backwards, rule TIME-1"]),
        (("advance", "--by", "P9999999D"), ["Go less far.", "code clock_too_far, rule TIME-1"]),
        (("forecast", "--order", "ord_none"), ["code not_found"]),
    ],
)
def test_a_refusal_is_a_sentence_with_its_code_and_ends_with_3(ask: Any, arguments: tuple[str, ...], said: list[str]) -> None:
    result = ask(*arguments)
    assert (result.exit_code, result.stdout) == (Ending.REFUSED, "")
    assert [words for words in said if words not in result.stderr] == []
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("load", "3", "--sandbox", "sbx_none"), "not_found"),
        (("advance", "--to", "2020-01-01T00:00:00Z"), "clock_backwards"),
        (("forecast", "--order", "ord_none"), "not_found"),
        (("export", "--sandbox", "sbx_none"), "not_found"),
        (("coverage", "--sandbox", "sbx_none"), "not_found"),
    ],
)
def test_a_program_gets_the_problem_as_it_is(ask: Any, arguments: tuple[str, ...], code: str) -> None:
    result = ask(*arguments, "--json")
    assert result.exit_code == Ending.REFUSED
    problem = document(result)
    assert problem["code"] == code
    assert problem["type"] == f"/problems/{code}"
    assert {"title", "status", "detail", "instance", "rule", "source", "allowed_actions", "deadline"} <= problem.keys()


def test_a_person_hears_what_goes_instead(ask: Any) -> None:
    result = ask("advance", "--to", "2020-01-01T00:00:00Z")
    assert re.search(r"^  this goes: curl http://\S+/clock$", result.stderr, re.MULTILINE)


def test_what_is_wrong_with_a_document_is_said(ask: Any, tmp_path: Path) -> None:
    file = tmp_path / "world.json"
    file.write_text('{"format": "a shopping list"}')
    result = ask("import", str(file))
    assert (result.exit_code, result.stdout) == (Ending.REFUSED, "")
    assert "tables: " in result.stderr


def test_orders_that_were_made_before_it_failed_are_counted(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "_in_calls", lambda orders, mix: iter([{"orders": 7}, {"orders": 0}]))
    result = ask("load", "10")
    assert result.exit_code == Ending.REFUSED
    assert result.stderr.startswith("7 of 10 orders were made before this.\n✗ The request is malformed.")
    told = document(ask("load", "10", "--json"))
    assert (told["code"], told["before"]) == ("malformed", "7 of 10 orders were made before this.")


def test_how_far_a_journey_came_before_it_failed_is_told(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "TIMERS_A_CALL", 1)
    post, calls = control.Remote.post, count()

    def breaks(remote: Any, path: str, body: Any) -> Any:
        if next(calls):
            raise BrokenOff("It broke.")
        return post(remote, path, body)

    monkeypatch.setattr(control.Remote, "post", breaks)
    told = ask("advance", "--by", "P90D", "--json")
    assert told.exit_code == Ending.NO_ANSWER
    assert document(told)["code"] == "broken_off"
    assert re.fullmatch(r"Timers that had fired before this: [1-9]\. It is \S+Z in default\.", document(told)["before"])


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address at which nobody answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{free.getsockname()[1]}"


def test_nobody_there_is_said_with_what_to_start(run: Any, nobody: str) -> None:
    result = run("audit", "--url", nobody)
    assert (result.exit_code, result.stdout) == (Ending.NO_ANSWER, "")
    assert f"Nobody answers at {nobody}" in result.stderr
    assert "dispute-emulator serve" in result.stderr


def test_a_program_hears_in_a_document_that_nobody_is_there(run: Any, nobody: str) -> None:
    result = run("audit", "--url", nobody, "--json")
    assert result.exit_code == Ending.NO_ANSWER
    told = document(result)
    assert told == {"code": "unreachable", "title": "Nobody answers.", "detail": f"Nobody answers at {nobody}: connection refused."}


@pytest.mark.parametrize(
    ("error", "code"),
    [(BrokenOff("It broke."), "broken_off"), (Foreign("It is a printer."), "foreign"), (Unreachable("It is away."), "unreachable")],
    ids=lambda value: str(value),
)
def test_every_way_to_get_no_answer_has_its_code_and_ends_with_4(
    ask: Any, monkeypatch: pytest.MonkeyPatch, error: RemoteError, code: str
) -> None:
    def get(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(control.Remote, "get", get)
    spoken = ask("audit")
    assert (spoken.exit_code, spoken.stdout) == (Ending.NO_ANSWER, "")
    assert f"✗ {error}" in spoken.stderr
    told = ask("audit", "--json")
    assert told.exit_code == Ending.NO_ANSWER
    assert document(told) == {"code": code, "title": error.title, "detail": str(error)}


@pytest.mark.parametrize(
    "arguments",
    [("advance",), ("audit", "--url", "emulator"), ("rules", "X-1"), ("play", "S99"), ("world", "flat"), ("audit", "--colour"), ("plya",)],
    ids=" ".join,
)
def test_a_program_that_calls_wrongly_gets_a_document_too(run: Any, arguments: tuple[str, ...]) -> None:
    result = run(*arguments, "--json")
    assert result.exit_code == Ending.CALLED_WRONGLY
    told = document(result)
    assert told["code"] == "called_wrongly"
    assert len(told["detail"]) > 10


def test_all_exit_codes_stand_in_the_help(run: Any) -> None:
    text = run("--help").output
    told = text.partition("Exit codes:\n")[2].partition("For programs:")[0]
    assert (
        re.findall(r"^  (\d+) ", told, re.MULTILINE) == [str(int(ending)) for ending in Ending] == ["0", "1", "2", "3", "4", "130", "141"]
    )
    assert all(meaning in " ".join(told.split()) for meaning in MEANINGS.values())


@pytest.mark.parametrize(
    "arguments",
    [
        ("load",),
        ("load", "0"),
        ("load", "many"),
        ("load", "5", "--mix", "lost=1"),
        ("load", "5", "--mix", "finished"),
        ("load", "5", "--mix", "finished=-1"),
        ("load", "5", "--mix", "finished=1001"),
        ("load", "5", "--mix", "finished=²"),
        ("load", "5", "--mix", "finished=0"),
        ("load", "5", "--mix", "finished=1,finished=2"),
        ("load", "5", "--oldest", "long ago"),
        ("advance",),
        ("advance", "--by", "P1D", "--to-next"),
        ("advance", "--by", "tomorrow"),
        ("advance", "--to", "tomorrow"),
        ("advance", "--to", "2026-03-01T12:00:00"),
        ("advance", "--to-next", "--edge", "beside"),
        ("import",),
        ("import", "/no/such/file"),
        ("audit", "--url", "emulator"),
        ("audit", "--url", "ftp://emulator"),
        ("audit", "--url", "http://emulator:port"),
        ("audit", "--url", "http://emulator/?q"),
    ],
)
def test_what_makes_no_sense_ends_with_2(run: Any, arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Error: " in result.stderr


def test_a_file_that_cannot_be_written_is_said(ask: Any, tmp_path: Path) -> None:
    file = str(tmp_path / "nowhere" / "world.json")
    result = ask("export", file)
    assert (result.exit_code, result.stdout) == (Ending.NO_ANSWER, "")
    assert result.stderr == f"dispute-emulator: cannot write {file}: No such file or directory\n"
    assert document(ask("export", file, "--json"))["code"] == "unavailable"


@pytest.mark.parametrize("flags", [(), ("--json",)], ids=str)
def test_ctrl_c_ends_it_with_130_and_without_a_traceback(flags: tuple[str, ...]) -> None:
    """The other end takes the call and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with subprocess.Popen(
            [COMMAND, "advance", "--by", "P1D", "--url", url, *flags], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as command:
            caller, _ = silent.accept()
            with caller:
                assert caller.recv(10) == b"POST /_emu"
                command.send_signal(signal.SIGINT)
                out, err = command.communicate(timeout=20)
    assert command.returncode == Ending.INTERRUPTED
    if flags:
        assert (json.loads(out)["code"], err) == ("interrupted", "")
    else:
        assert (out, err) == ("", "Stopped.\n")


def test_ctrl_c_ends_a_command_without_a_server_with_130_too(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(offline, "tales_of", stop)
    result = run("play", "S14")
    assert (result.exit_code, result.stdout, result.stderr.strip()) == (Ending.INTERRUPTED, "", "Stopped.")


@pytest.mark.parametrize(
    "arguments", [("rules",), ("rules", "--json"), ("play", "S14"), ("play", "S14", "--json"), ("world", "small")], ids=" ".join
)
def test_where_nobody_reads_any_more_it_ends_without_a_word(arguments: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run([COMMAND, *arguments], stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (Ending.UNREAD, b"")


# ── the rest ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_rules_prints_every_rule_and_one_with_what_carries_it_out(run: Any) -> None:
    assert "CLM-10" in run("rules").output
    one = run("rules", "can-3").output
    assert "CAN-3" in one
    assert "settings: " in one
    assert re.search(r"^buyer +cancel +The buyer cancels in time", one, re.MULTILINE)
    assert "refuses with: window_closed" in run("rules", "OPEN-2").output


def test_a_rule_stands_on_one_line_where_a_program_reads(run: Any) -> None:
    lines = run("rules").output.splitlines()
    assert lines[0].split() == ["rule", "what", "it", "says", "source"]
    assert [line.split()[0] for line in lines[1:]] == [rule.id for rule in RULEBOOK]
    assert all(rule.says in line and line.endswith(rule.source) for rule, line in zip(RULEBOOK, lines[1:], strict=True))


def test_programs_get_rules_stories_and_worlds_as_documents(run: Any) -> None:
    every = read(run("rules", "--json"))["data"]
    assert [rule["id"] for rule in every] == [rule.id for rule in RULEBOOK]
    assert read(run("rules", "can-3", "--json")) == next(rule for rule in every if rule["id"] == "CAN-3")
    stories = read(run("play", "--list", "--json"))["data"]
    assert [story["id"] for story in stories] == story_ids()
    assert {"id", "title", "source", "tells"} == stories[0].keys()
    small = read(run("world", "small", "--json"))
    assert small["orders"] == sum(small["statuses"].values()) == 24


def test_programs_get_a_story_line_by_line(run: Any) -> None:
    told = read(run("play", "S14", "S21", "--json"))["data"]
    assert [(tale["story"], tale["tale"], tale["ruleset"]) for tale in told] == [
        (tale.story, tale.name, tale.ruleset) for story in ("S14", "S21") for tale in tales_of(story)
    ]
    assert all(tale["well"] and tale["fault"] is None for tale in told)
    refused = next(line for line in told[0]["lines"] if line["refused"])
    assert (refused["at"], refused["by"], refused["what"]) == ("2026-05-04T18:30:00Z", "buyer", "open_dispute")
    assert (refused["refused"], refused["rule"], refused["asked"]["reason"]) == ("window_closed", "OPEN-2", "tracking_invalid")
    assert told[0]["lines"][0]["money"] == ["47.00 USD outside → escrow"]


def test_a_program_hears_what_goes_otherwise_in_a_story(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    tale = tales_of("S21")[0]
    monkeypatch.setattr(offline, "tales_of", lambda story: [replace(tale, ends={"order.status": "on fire"})])
    result = run("play", "S21", "--json")
    assert result.exit_code == Ending.NOT_SO
    (told,) = document(result)["data"]
    assert not told["well"]
    assert "on fire" in told["fault"]
    assert told["lines"], "what came before is told"


def test_a_document_is_whole_where_the_output_knows_only_ascii() -> None:
    piped = subprocess.run(
        [COMMAND, "play", "S14", "--json"], capture_output=True, env={**os.environ, "PYTHONIOENCODING": "ascii"}, check=True
    )
    assert piped.stdout.isascii()
    assert json.loads(piped.stdout)["data"][0]["lines"][0]["money"] == ["47.00 USD outside → escrow"]


@pytest.mark.parametrize("name", world_names())
def test_world_says_what_it_holds(run: Any, name: str) -> None:
    result = run("world", name)
    assert result.exit_code == 0
    assert "accounts" in result.output


TABLES = [("rules",), ("rules", "CAN-3"), ("world", "small"), ("forecast",), ("audit",), ("advance", "--by", "P30D"), ("load", "20")]


@pytest.mark.parametrize("arguments", TABLES, ids=" ".join)
def test_a_person_sees_tables_with_colours_and_a_pipe_plain_lines(ask: Any, arguments: tuple[str, ...]) -> None:
    seen, piped = ask(*arguments, **TERMINAL), ask(*arguments)
    assert (seen.exit_code, piped.exit_code) == (0, 0)
    assert ANSI.search(seen.stdout)
    assert "───" in seen.stdout
    assert max(map(len, ANSI_CODE.sub("", seen.stdout).splitlines())) <= 80
    assert not ANSI.search(piped.stdout)
    assert not re.search(r"[─━│┃█]", piped.stdout)
    assert all(line == line.rstrip() for line in piped.stdout.splitlines())


def test_where_nobody_looks_a_line_is_never_broken(ask: Any) -> None:
    """So that grep finds whole lines, and what is said of an order stands beside it."""
    first = read(ask("forecast", "--json"))["data"][0]
    (line,) = [line for line in ask("forecast").stdout.splitlines() if first["order"] in line and first["at"] in line]
    assert len(line) > 80
    assert first["then"] in line
    move = first["money"][0]
    assert f"{move['amount']['amount']} {move['amount']['currency']}  {move['from']} → {move['to']}" in line


def test_no_color_is_heeded_in_a_terminal(ask: Any) -> None:
    coloured, plain = ask("audit", **TERMINAL), ask("audit", **TERMINAL, NO_COLOR="1")
    assert "\x1b[32m" in coloured.stdout or "\x1b[1;32m" in coloured.stdout
    assert not re.search(r"\x1b\[(?:\d+;)*(?:3[0-7]|9[0-7])m", plain.stdout)


def test_version_and_help_are_there(run: Any) -> None:
    assert "dispute-emulator, version " in run("--version").output
    text = run("-h").output
    assert all(f"\n  {name} " in text for name in cli.main.list_commands(click.Context(cli.main)))
    assert "..." not in text.partition("Commands:")[2], "every command is told in a line"
