"""The README tells the truth: its commands answer what it prints, its tables are today's, its Python runs, its limits are limits."""

from __future__ import annotations

import re
import subprocess
import sys
from difflib import unified_diff
from pathlib import Path

import pytest

from emulator import create_app
from emulator.derive import readme_tables
from emulator.growth import read_world, world_names
from emulator.player import story_ids

from .readme import README, ROOT, WRITTEN_PORT, Exchange, exchanges, play, serving, with_tables

TEXT = README.read_text("utf-8")


def faults_of_answers(told: list[Exchange], answers: list[str]) -> str:
    faults = []
    for exchange, answer in zip(told, answers, strict=True):
        written, given = exchange.answer.splitlines(), answer.splitlines()
        faults += list(unified_diff(written, given, f"README.md, line {exchange.line}", "the emulator", lineterm=""))
    return "\n".join(faults)


def test_the_curl_story_runs_to_its_end_as_printed() -> None:
    told = exchanges(TEXT)
    with serving() as port:
        answers = play([exchange.commands for exchange in told], port)
        again = play([exchange.commands for exchange in told], port)
    assert len(told) > 20
    assert not faults_of_answers(told, answers), f"`make readme` writes the answers anew:\n{faults_of_answers(told, answers)}"
    assert again == answers, "after its last command the story can be told again"


def test_the_test_of_the_story_can_fail() -> None:
    (told,) = exchanges("```sh\necho :8080\n```\n\n```text\n:8081\n```\n")
    assert told == Exchange(2, "echo :8080\n", ":8081\n")
    assert play([told.commands], 1) == [":8080\n"]
    assert "+:8080" in faults_of_answers([told], [":8080\n"])


@pytest.mark.parametrize("act", ["dispute", "PATCH", "refuse", "escalate", "claim/rule", "advance", "refunded"])
def test_the_story_shows_the_whole_way_of_a_dispute(act: str) -> None:
    assert any(act in exchange.commands for exchange in exchanges(TEXT))


def test_the_tables_are_todays() -> None:
    assert with_tables(TEXT) == TEXT, "the tables of README.md are stale: `make readme` writes them anew"


def test_the_test_of_tables_can_fail() -> None:
    empty = "".join(f"<!-- {name} -->\nold\n<!-- /{name} -->\n" for name in readme_tables())
    assert with_tables(empty) != empty
    with pytest.raises(AssertionError, match="no place"):
        with_tables("")


# Programs, each with what it prints, and test files.
PROGRAMS = re.findall(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```\n", TEXT, re.DOTALL | re.MULTILINE)
TEST_FILES = [block for block in re.findall(r"^```python\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE) if "def test_" in block]


def run_program(code: str) -> str:
    """What a program prints, with a live server where it looks for one."""
    with serving() as port:
        run = subprocess.run(
            [sys.executable, "-c", code.replace(f":{WRITTEN_PORT}", f":{port}")], capture_output=True, text=True, timeout=120, check=False
        )
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_the_story_in_python_runs_as_printed_in_at_most_twelve_lines() -> None:
    ((code, printed),) = PROGRAMS
    assert run_program(code) == printed
    assert len([line for line in code.splitlines() if line.strip()]) <= 12
    assert all(call in code for call in ("place_order", "open_dispute", "refuse", "advance", "rule"))


def test_the_tests_in_it_run(tmp_path: Path) -> None:
    (block,) = TEST_FILES
    assert len(TEST_FILES) + len(PROGRAMS) == TEXT.count("```python\n"), "a block of Python is neither run nor tested"
    (tmp_path / "test_mine.py").write_text(block, "utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_mine.py"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "3 passed" in run.stdout


def test_it_names_every_world_and_the_fixed_tokens_that_there_are() -> None:
    assert set(re.findall(r"^\| `(\w+)`.*? \| .*orders", TEXT, re.MULTILINE)) == set(world_names())
    (tokens,) = re.findall(r"^    (demo-.*)$", TEXT, re.MULTILINE)
    assert sorted(tokens.split()) == sorted(f"demo-{account['name']}" for account in read_world("small")["accounts"])
    client = create_app().test_client()
    assert all(client.get("/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200 for token in tokens.split())


def test_its_numbers_are_right() -> None:
    assert "Thirty-four stories" in TEXT
    assert len(story_ids()) == 34
    market = read_world("market")
    roles = [account["role"] for account in market["accounts"]]
    assert "twenty buyers, eight stores of different manners, three hundred orders" in TEXT
    assert (roles.count("buyer"), roles.count("seller"), len(market["orders"])) == (20, 8, 300)


def test_every_link_leads_somewhere() -> None:
    headings = {re.sub(r"[^a-z -]", "", line.lower()).replace(" ", "-") for line in re.findall(r"^#+ (.*)$", TEXT, re.MULTILINE)}
    for target in re.findall(r"\]\(([^)]+)\)", TEXT):
        if target.startswith("#"):
            assert target[1:] in headings, target
        else:
            assert (ROOT / target).exists(), target


def test_no_line_of_it_binds_a_reader_to_a_machine() -> None:
    assert not re.findall(r"/(?:home|work|tmp|root)/|\.venv/lib", TEXT)
