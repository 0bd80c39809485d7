"""`dispute-emulator completion`: what bash and zsh offer, asked of the shells themselves."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from emulator.domain.rulebook import RULEBOOK
from emulator.growth import world_names
from emulator.player import read_story, story_ids

COMMAND = Path(sys.executable).parent / "dispute-emulator"
TEENS = [story for story in story_ids() if story.startswith("S1")]


def environment(**more: str) -> dict[str, str]:
    path = f"{COMMAND.parent}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "TERM": "dumb", "HISTFILE": "", **more}


OFFERS = [
    (["pl"], ["play"]),
    (["play", "S1"], TEENS),
    (["play", "s1"], TEENS),
    (["play", "S14", "S1"], [story for story in TEENS if story != "S14"]),
    (["play", "--ruleset", ""], ["standard", "legacy"]),
    (["rules", "CAN"], [rule.id for rule in RULEBOOK if rule.id.startswith("CAN")]),
    (["rules", "clm-1"], ["CLM-1", "CLM-10"]),
    (["world", ""], list(world_names())),
    (["advance", "--edge", ""], ["before", "at", "after"]),
    (["completion", ""], ["bash", "zsh"]),
    (["play", "S99"], []),
]


@pytest.mark.parametrize(("words", "offered"), OFFERS, ids=str)
def test_bash_offers(words: list[str], offered: list[str]) -> None:
    typed = " ".join(f"'{word}'" for word in ("dispute-emulator", *words))
    script = f"""
        eval "$(dispute-emulator completion bash)"
        complete -p dispute-emulator | grep -q -- '-F _dispute_emulator_completion ' || exit 9
        COMP_WORDS=({typed}) COMP_CWORD={len(words)}
        _dispute_emulator_completion dispute-emulator '{words[-1]}' ''
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    asked = subprocess.run(["bash", "--norc", "-c", script], env=environment(), capture_output=True, text=True, check=True)
    assert (asked.stdout.split(), asked.stderr) == (offered, "")


@pytest.mark.parametrize(("words", "offered"), OFFERS, ids=str)
def test_zsh_is_offered(words: list[str], offered: list[str]) -> None:
    """What the command answers to the function of zsh: kind, word and what it means, three lines each."""
    typed = {
        "COMP_WORDS": " ".join(("dispute-emulator", *words)),
        "COMP_CWORD": str(len(words)),
        "_DISPUTE_EMULATOR_COMPLETE": "zsh_complete",
    }
    asked = subprocess.run([COMMAND], env=environment(**typed), capture_output=True, text=True, check=True)
    lines = asked.stdout.strip().splitlines()
    assert (lines[1::3], set(lines[::3]) <= {"plain"}, asked.stderr) == (offered, True, "")


def test_zsh_shows_what_a_word_means() -> None:
    typed = {"COMP_WORDS": "dispute-emulator play S14", "COMP_CWORD": "2", "_DISPUTE_EMULATOR_COMPLETE": "zsh_complete"}
    asked = subprocess.run([COMMAND], env=environment(**typed), capture_output=True, text=True, check=True)
    assert asked.stdout.splitlines() == ["plain", "S14", read_story("S14")["title"]]


def typed_into(shell: list[str], begin: str, word: str, until: str) -> str:
    """What a terminal shows in which somebody begins with these commands, types a word and the tabulator, until this is seen."""
    terminal, theirs = pty.openpty()
    running = subprocess.Popen(shell, env=environment(PS1="$ ", PS2=""), stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    shown = ""
    try:
        shown += _until(terminal, "$ ")
        os.write(terminal, f"{begin}; echo re''ady\n".encode())
        shown += _until(terminal, "ready")
        os.write(terminal, f"{word}\t".encode())
        shown += _until(terminal, until)
    finally:
        running.kill()
        running.wait()
        os.close(terminal)
    return shown


def _until(terminal: int, wanted: str) -> str:
    seen, give_up = "", time.monotonic() + 30
    while wanted not in seen:
        assert time.monotonic() < give_up, f"no {wanted!r} in {seen!r}"
        if select.select([terminal], [], [], 0.2)[0]:
            seen += os.read(terminal, 65536).decode("utf-8", "replace")
    return seen


def test_the_tabulator_completes_in_bash() -> None:
    begin = 'eval "$(dispute-emulator completion bash)"'
    assert "world market" in typed_into(["bash", "--norc", "-i"], begin, "dispute-emulator world mar", "world market")


@pytest.mark.skipif(shutil.which("zsh") is None, reason="there is no zsh here; what it would be told is tested all the same")
def test_the_tabulator_completes_in_zsh() -> None:
    begin = 'autoload -U compinit; compinit -u -D; eval "$(dispute-emulator completion zsh)"'
    assert "world market" in typed_into(["zsh", "-f", "-i"], begin, "dispute-emulator world mar", "world market")


def test_another_shell_is_refused() -> None:
    refused = subprocess.run([COMMAND, "completion", "tcsh"], capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "'bash', 'zsh'" in refused.stderr
