"""demo.sh plays one tale for a person: with colours and pauses in a terminal, and without either where nobody looks or wants them."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from clients.curl.write import FOLDER
from emulator.testing.live import LiveServer

from .shell import changed, environment, run, sandboxes, script_of

DEMO = FOLDER / "demo.sh"
ANSI = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with LiveServer() as server:
        yield server.url


def steps(story: str, tale: int) -> int:
    return len(re.findall(r"^ *curl ", script_of(story).read_text("utf-8").split("# ══ Tale ")[tale], re.MULTILINE))


def test_it_plays_the_first_tale_of_forty_seven_dollars(url: str) -> None:
    played = run(DEMO, url, "--fast")
    assert (played.returncode, played.stderr) == (0, "")
    lines = played.stdout.splitlines()
    assert lines[0] == "S14 · Forty-seven dollars"
    assert "Tale 1 of 3: closed for a promise · standard" in lines
    assert "Forty-seven dollars, for coffee." in lines
    assert '  curl -sSi -X POST "$HERE/v1/orders" \\' in lines
    assert "    code: window_closed" in lines
    assert played.stdout.count("\n  ✓ ") == steps("S14", 1)
    assert "expect" not in played.stdout
    assert not ANSI.search(played.stdout)
    assert sandboxes(url) == []


@pytest.mark.parametrize(
    ("arguments", "story", "tale", "heading", "ruleset"),
    [
        (["S29"], "S29", 1, "Tale 1 of 1: ignored and reported · standard, legacy", "standard"),
        (["s14", "--tale", "3"], "S14", 3, "Tale 3 of 3: closed for a promise, by the older book · legacy", "legacy"),
        (["--ruleset", "legacy", "S11"], "S11", 1, "Tale 1 of 1: looked at and left · standard, legacy", "legacy"),
        ([f"clients/curl/{script_of('S27').name}"], "S27", 1, "Tale 1 of 1: replaced, extended, cancelled · standard", "standard"),
    ],
)
def test_it_plays_the_tale_that_is_named(arguments: list[str], story: str, tale: int, heading: str, ruleset: str, url: str) -> None:
    played = run(DEMO, url, "--fast", *arguments)
    assert (played.returncode, played.stderr) == (0, "")
    assert heading in played.stdout.splitlines()
    assert f"    ruleset: {ruleset}" in played.stdout.splitlines()
    assert played.stdout.count("\n  ✓ ") == steps(story, tale)


def test_it_plays_every_kind_of_script(url: str) -> None:
    """One with several orders, pictures and a comparison."""
    for story in ("S01", "S20", "S28"):
        played = run(DEMO, url, "--fast", story)
        assert (played.returncode, played.stderr) == (0, ""), story


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["S35"], "there is no story S35"),
        (["nothing"], "there is no story not"),
        (["S14", "--tale", "4"], "S14 has 3 tale(s), and no tale 4."),
        (["S14", "--tale", "x"], "no tale x"),
        (["S14", "--tale"], "--tale wants a word"),
        (["S14", "--ruleset", "legacy"], "told under standard, not under legacy"),
        (["--slow"], "there is no option --slow"),
    ],
)
def test_what_it_cannot_play_it_refuses_with_2(arguments: list[str], said: str) -> None:
    refused = run(DEMO, "http://127.0.0.1:1", *arguments)
    assert refused.returncode == 2
    assert said in refused.stderr
    assert refused.stdout == ""


def test_it_explains_itself() -> None:
    helped = run(DEMO, "http://127.0.0.1:1", "--help")
    assert helped.returncode == 0
    assert all(word in helped.stdout for word in ("--tale", "--ruleset", "--fast", "NO_COLOR", "HERE", "EMULATOR_KEY"))


def test_a_demo_that_goes_otherwise_ends_with_1(url: str, tmp_path: Path) -> None:
    changed(script_of("S14"), "code=window_closed", "code=no_such_code", tmp_path)
    played = run(tmp_path / "demo.sh", url, "--fast")
    assert played.returncode == 1
    assert "✗ The step: not as told" in played.stderr
    assert "  expected  code=no_such_code" in played.stderr
    assert sandboxes(url) == []


# ── in a terminal ──────────────────────────────────────────────────────────────────────────────────────────────────────


def in_terminal(url: str, *arguments: str, **more: str) -> tuple[int, str]:
    """Play in a terminal, in which somebody says Enter whenever nothing comes for a while."""
    terminal, theirs = pty.openpty()
    playing = subprocess.Popen(
        ["bash", str(DEMO), *arguments],
        env=environment(url, **{"TERM": "xterm-256color", **more}),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    seen = b""
    give_up = time.monotonic() + 120
    try:
        while time.monotonic() < give_up:
            ready, _, _ = select.select([terminal], [], [], 0.15)
            if ready:
                seen += os.read(terminal, 65536)
            else:
                os.write(terminal, b"\n")
    except OSError:
        pass  # Its end is closed: the demo is over.
    finally:
        if time.monotonic() >= give_up:
            playing.kill()
        os.close(terminal)
    return playing.wait(60), seen.decode("utf-8", "replace")


def test_a_terminal_has_colours(url: str) -> None:
    code, shown = in_terminal(url, "--fast", "S27")
    assert code == 0
    assert "\x1b[1;36m" in shown, "what happens"
    assert "\x1b[2m" in shown, "the command"
    assert "\x1b[32m" in shown, "the answer"


@pytest.mark.parametrize("off", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_a_terminal_that_wants_no_colours_has_none(off: dict[str, str], url: str) -> None:
    code, shown = in_terminal(url, "--fast", "S27", **off)
    assert code == 0
    assert not ANSI.search(shown)
    assert shown.count("  ✓ ") == steps("S27", 1)


def test_it_pauses_and_enter_goes_on(url: str) -> None:
    begun = time.monotonic()
    code, shown = in_terminal(url, "S27")
    took = time.monotonic() - begun
    assert code == 0
    assert shown.count("  ✓ ") == steps("S27", 1)
    # Each step rests three times, and Enter ends every rest long before its time.
    assert 3 * 0.1 * steps("S27", 1) < took < 5 * steps("S27", 1)
