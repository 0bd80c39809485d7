"""The scripts are today's, hold all that their stories expect, and are sound shell."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from clients.curl import wording, write
from emulator.domain.rules import BY_NAME
from emulator.player import flat, story_ids, tales_of

from ...stories.test_the_player_can_fail import falsified
from .looks import LOOKS, looking

SHELL = sorted(write.FOLDER.glob("*.sh"))
SHELLCHECK = Path(sys.executable).parent / "shellcheck"


def test_the_scripts_are_todays() -> None:
    assert write.scripts() == write.kept(), "the curl scripts are stale: `make curl` writes them anew"


def test_there_is_a_script_for_each_story_that_can_be_started_as_it_is() -> None:
    names = sorted(write.kept())
    assert [name[:3] for name in names] == story_ids()
    assert all(os.access(write.FOLDER / name, os.X_OK) for name in (*names, "demo.sh"))


def test_stale_and_surplus_scripts_are_found_and_mended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write, "FOLDER", tmp_path)
    (tmp_path / "S99-never-told.sh").write_text("exit 1\n")
    (tmp_path / "S14-forty-seven-dollars.sh").write_text("exit 1\n")
    (tmp_path / "lib.sh").write_text("stays\n")
    assert write.scripts() != write.kept()
    write.main()
    assert write.scripts() == write.kept()
    assert (tmp_path / "lib.sh").read_text() == "stays\n"


# ── all that is expected is in them ────────────────────────────────────────────────────────────────────────────────────

# Whether an act goes through at all is told by how it is expected to be answered, which is falsified below.
OUTCOME = ("goes through", "is refused")


@pytest.mark.parametrize("story", story_ids())
def test_a_script_checks_whatever_its_story_expects(story: str) -> None:
    """Each expectation is falsified in the story, one at a time; each time the script expects something else."""
    dropped, tried = [], 0
    for tale in tales_of(story):
        came = [write.happenings(tale)]
        right = write.tell([tale], came)
        for how, false in falsified(tale):
            if how.split(" ", 1)[1] in OUTCOME:
                continue
            tried += 1
            if expectations(write.tell([false], came)) == expectations(right):
                dropped.append(f"{tale.name}: {how}")
    assert tried
    assert not dropped


def expectations(text: str) -> list[str]:
    """What a script expects, and nothing else of it."""
    lines = text.split("\n")
    found = []
    for number, line in enumerate(lines):
        if line.startswith("  expect "):
            last = next(at for at in count(number) if not lines[at].endswith("\\"))
            found.append("\n".join(lines[number : last + 1]))
    return found


@pytest.mark.parametrize("story", story_ids())
def test_an_act_is_expected_to_go_through_or_not_as_the_story_says(story: str) -> None:
    for tale in tales_of(story):
        for step, happening in zip(flat(tale.steps), write.happenings(tale), strict=True):
            assert (happening.refused is not None) == ("refused" in step)
        text = write.tell([tale], [write.happenings(tale)])
        refusals = sum("refused" in step for step in flat(tale.steps))
        assert text.count("\n  expect 4") == refusals


@pytest.mark.parametrize(("look", "expected"), LOOKS, ids=str)
def test_every_kind_of_look_and_of_expectation_has_its_words(look: Mapping[str, Any], expected: str) -> None:
    tale = looking(look)
    assert expectations(write.tell([tale], [write.happenings(tale)]))[-2].strip() == expected


def test_a_look_at_nothing_known_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing to see"):
        write.Names().look("moon.phase", "buyer", "order")


def test_a_time_before_an_instant_for_which_the_clock_has_no_word_is_refused() -> None:
    tale = tales_of("S14")[0]
    steps = tuple({**step, "less": "PT2H"} if "less" in step else step for step in tale.steps)
    with pytest.raises(ValueError, match="PT2H"):
        write.tell([replace(tale, steps=steps)], [write.happenings(tale)])


def test_a_tale_that_goes_otherwise_under_another_ruleset_is_told_apart() -> None:
    standard, legacy = tales_of("S29")
    refused = [happening for happening in write.happenings(tales_of("S14")[0]) if happening.refused]
    assert write.go_alike([write.happenings(standard), write.happenings(legacy)])
    assert not write.go_alike([refused, [replace(happening, refused=None) for happening in refused]])


def test_texts_are_quoted_for_the_shell(tmp_path: Path) -> None:
    """Quotes, dollars and backslashes reach the server as they are; variables are filled in."""
    body = {"text": 'it\'s $HOME, `ls` and \\ and "so"', "id": write.variable("ORDER"), "many": ["x" * 80]}
    call = write.Call([], "/v1", "POST", body=body)
    curl = f"ORDER=ord_1\ncurl() {{ printf '%s' \"${{@: -1}}\"; }}\nexpect() {{ cat; }}\nHERE=\n{call.text()}\n"
    sent = subprocess.run(["bash", "-c", curl], capture_output=True, text=True, check=True).stdout
    assert json.loads(sent) == {**body, "id": "ord_1"}


def test_every_action_has_its_sentence() -> None:
    for action in BY_NAME:
        sentence = wording.tried("buyer", action)
        assert sentence.endswith(".")
        assert sentence.startswith("The ")


# ── sound shell ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("script", SHELL, ids=lambda path: path.name)
def test_bash_can_read_it(script: Path) -> None:
    read = subprocess.run(["bash", "-n", script], capture_output=True, text=True, check=False)
    assert (read.returncode, read.stderr) == (0, "")


@pytest.mark.parametrize("script", SHELL, ids=lambda path: path.name)
def test_shellcheck_finds_nothing(script: Path) -> None:
    command = [SHELLCHECK, "--external-sources", "--source-path=SCRIPTDIR", "--enable=quote-safe-variables", script]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_the_test_of_shellcheck_can_fail(tmp_path: Path) -> None:
    (tmp_path / "bad.sh").write_text("#!/bin/bash\nrm $1\n")
    assert subprocess.run([SHELLCHECK, tmp_path / "bad.sh"], capture_output=True, check=False).returncode == 1


def test_a_script_uses_nothing_but_bash_curl_and_its_two_functions() -> None:
    """A command begins a line of a step, or follows a bar; `base64 -d` of coreutils makes the pictures."""
    for name, text in write.kept().items():
        words = {line.split()[0] for line in text.split("\n") if line.strip() and not line.lstrip().startswith(("#", "-", '"', "}"))}
        commands = {word for word in words if "=" not in word and "!~" not in word and "~" not in word}
        assert commands <= {"curl", "expect", "base64", ".", "for", "done"}, name
