"""Every story's curl script goes well against a real server, leaves nothing behind, and ends with 1 where something is not as told."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from clients.curl import write
from emulator.app import create_app
from emulator.player import story_ids
from emulator.testing.live import LiveServer

from ...readme import serving
from .looks import LOOKS, looking
from .shell import changed, checks_of, environment, run, sandboxes, script_of

ANSI = re.compile(r"\x1b\[")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The installed command, serving."""
    with serving() as port:
        yield f"http://127.0.0.1:{port}"


@pytest.mark.slow
@pytest.mark.parametrize("story", story_ids())
def test_a_script_goes_as_told_and_leaves_no_sandbox(story: str, url: str) -> None:
    played = run(script_of(story), url)
    assert (played.returncode, played.stderr) == (0, "")
    assert played.stdout.count("  ✓ ") == checks_of(script_of(story))
    assert not ANSI.search(played.stdout)
    assert sandboxes(url) == []


def test_every_kind_of_look_goes_well_and_not_only_those_that_stories_have(url: str, tmp_path: Path) -> None:
    tale = looking(*(look for look, _ in LOOKS))
    text = write.tell([tale], [write.happenings(tale)])
    script = changed(script_of("S14"), "# ══ Tale 1", f"{text}\nexit\n# ══ Tale 1", tmp_path)
    played = run(script, url)
    assert (played.returncode, played.stderr) == (0, "")
    assert played.stdout.count("  ✓ ") == len(re.findall("^ *expect ", text, re.MULTILINE)) > len(LOOKS)


# ── what is otherwise than told ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("story", "old", "new", "expected", "given"),
    [
        ("S14", "expect 201", "expect 200", "HTTP 200", "HTTP 201"),
        ("S14", "code=window_closed", "code=no_such_code", "code=no_such_code", "code=window_closed"),
        ("S14", "rule=OPEN-2", "rule=OPEN-3", "rule=OPEN-3", "rule=OPEN-2"),
        ("S14", "expect 409", "expect 404", "HTTP 404", "HTTP 409"),
        ("S14", "fired=[]", 'fired.*.rule=["ESC-2"]', 'fired.*.rule=["ESC-2"]', "fired.*.rule=[]"),
        ("S14", "balance.USD.amount=47.00", "balance.USD.amount=46.99", "balance.USD.amount=46.99", "balance.USD.amount=47.00"),
        ("S14", "action~open_dispute", "action!~open_dispute", "allowed_actions.*.action!~open_dispute", "allowed_actions.*.action=["),
        ("S14", "outcome=cancelled", "outcome=null", "outcome=null", "outcome=cancelled"),
        ("S14", "outcome=cancelled", "outcom=cancelled", "outcom=cancelled", "no field outcom"),
        ("S01", "evidence.length=1", "evidence.length=2", "evidence.length=2", "evidence.length=1"),
        ("S01", '"status=$LATE_ORDER_STATUS"', '"status=not-$LATE_ORDER_STATUS"', "status=not-awaiting_confirmation", "status=awaiting"),
        ("S01", '"P15D"', '"P5D"', 'fired.*.rule=["PAY-1"]', "fired.*.rule=[]"),
        ("S11", "$BEFORE_HISTORY", "[]", "data.*.action=[]", 'data.*.action=["open_dispute"'),
        ("S24", "violations=[]", "violations.length=1", "violations.length=1", "violations.length=0"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_script_ends_with_1_where_something_is_not_as_told(
    story: str, old: str, new: str, expected: str, given: str, url: str, tmp_path: Path
) -> None:
    script = changed(script_of(story), old, new, tmp_path)
    played = run(script, url)
    assert played.returncode == 1
    told = played.stderr.splitlines()
    assert re.fullmatch(rf"✗ {script.name}, line \d+: not as told", told[1])
    assert f"  expected  {expected}" in told
    assert any(line.startswith(f"  given     {given}") for line in told), played.stderr
    assert any(line.startswith("    curl -sSi ") for line in told), "the command is shown"
    assert any(line.startswith("The whole answer: HTTP ") for line in told)
    assert played.stdout.count("  ✓ ") < checks_of(script), "it goes no further"
    assert sandboxes(url) == []


def test_all_that_is_wrong_with_an_answer_is_told_at_once(url: str, tmp_path: Path) -> None:
    script = changed(script_of("S14"), "409 code=window_closed rule=OPEN-2", "404 code=late rule=OPEN-1", tmp_path)
    told = run(script, url).stderr
    assert re.findall(r"^  expected  (.*)$", told, re.MULTILINE) == ["HTTP 404", "code=late", "rule=OPEN-1"]
    assert re.findall(r"^  given     (.*)$", told, re.MULTILINE) == ["HTTP 409", "code=window_closed", "rule=OPEN-2"]


def test_a_field_that_is_picked_and_not_there_ends_the_script(url: str, tmp_path: Path) -> None:
    played = run(changed(script_of("S14"), "ORDER=$(pick id)", "ORDER=$(pick number)", tmp_path), url)
    assert (played.returncode, played.stderr) == (1, "✗ The last answer has no field number.\n")
    assert sandboxes(url) == []


def test_without_a_server_a_script_says_what_to_do() -> None:
    played = run(script_of("S14"), "http://127.0.0.1:1")
    assert played.returncode == 1
    assert "  given     no answer" in played.stderr
    assert "`make run` starts an emulator" in played.stderr


# ── sandboxes ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_script_that_is_stopped_deletes_its_sandboxes(sent: signal.Signals, code: int, url: str) -> None:
    playing = subprocess.Popen(
        ["bash", str(script_of("S20"))],
        env=environment(url),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert playing.stdout is not None
    seen = [next(line for line in playing.stdout if "✓" in line) for _ in range(3)]
    assert len(seen) == 3
    assert len(sandboxes(url)) == 1
    # As a terminal does with Ctrl+C: to all that run in it.
    os.killpg(playing.pid, sent)
    _, told = playing.communicate(timeout=60)
    assert playing.returncode == code, told
    assert sandboxes(url) == []


def test_a_sandbox_of_the_same_name_and_seed_is_in_nobodys_way(url: str) -> None:
    name = "S27 replaced, extended, cancelled"
    assert f'"seed": "{name}"' in script_of("S27").read_text("utf-8")
    wish = {"name": name, "seed": name, "world": "empty", "now": "2026-01-13T13:30:00Z", "frozen": True}
    made = httpx.post(f"{url}/_emulator/sandboxes", json=wish, trust_env=False).json()
    try:
        assert run(script_of("S27"), url).returncode == 0
        assert sandboxes(url) == [name], "the one that stood already still stands"
    finally:
        httpx.delete(f"{url}/_emulator/sandboxes/{made['id']}", trust_env=False)


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[str]:
    """A server whose control plane wants a key."""
    app = create_app(f"sqlite:///{tmp_path / 'locked.db'}", key="open sesame", demo=False)
    with LiveServer(app) as server:
        yield server.url
    app.extensions["dispute_emulator"].close()


@pytest.mark.parametrize("story", ["S14", "S29"])
def test_a_script_knows_the_key(story: str, locked: str) -> None:
    played = run(script_of(story), locked, EMULATOR_KEY="open sesame")
    assert (played.returncode, played.stderr) == (0, "")
    assert sandboxes(locked, "open sesame") == []


def test_a_script_without_the_key_ends_with_1(locked: str) -> None:
    played = run(script_of("S14"), locked)
    assert played.returncode == 1
    assert "emulator_key_required" in played.stderr


# ── by hand ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("story", ["S27", "S11"])
def test_a_script_can_be_pasted_into_a_terminal_line_by_line(story: str, url: str) -> None:
    script = script_of(story)
    pasted = f'{script.read_text("utf-8")}\necho "shell options: $-"\nsweep\n'
    shell = subprocess.run(
        ["bash", "--noprofile", "--norc", "-i"],
        input=pasted,
        cwd=script.parent,
        env=environment(url, PS1="", PS2="", HISTFILE=""),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert shell.returncode == 0
    assert shell.stdout.count("  ✓ ") == checks_of(script)
    assert "✗" not in shell.stdout + shell.stderr
    (options,) = re.findall(r"^shell options: (\w+)", shell.stdout, re.MULTILINE)
    assert "e" not in options, "a fault would close the terminal"
    assert sandboxes(url) == []


def test_in_a_terminal_a_fault_is_told_and_the_terminal_stays(url: str) -> None:
    shell = subprocess.run(
        ["bash", "--noprofile", "--norc", "-i"],
        input='. ./lib.sh\ncurl -sSi "$HERE/_emulator/health" | expect 200 status=ill\npick status\n',
        cwd=script_of("S14").parent,
        env=environment(url, PS1="", PS2="", HISTFILE=""),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "  expected  status=ill" in shell.stderr
    assert shell.stdout == "ok\n"
