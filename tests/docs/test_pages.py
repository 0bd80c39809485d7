"""Every page of the site does what it says: its commands print what stands under them, its programs run, its data can be read."""

from __future__ import annotations

import shutil
from difflib import unified_diff
from pathlib import Path

import pytest

from .telling import DOCS, BadBlock, blocks, exchanges, pages, teller


def faults(page: str, name: str) -> list[str]:
    told = exchanges(page)
    found = []
    for exchange, answer in zip(told, teller(page)(told), strict=True):
        written = exchange.answer.splitlines()
        found += list(unified_diff(written, answer.splitlines(), f"{name}, line {exchange.line}", "what is printed", lineterm=""))
    return found


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.relative_to(DOCS).as_posix())
def test_a_page_does_what_it_says(path: Path) -> None:
    text = path.read_text("utf-8")
    if any(block.kind == "javascript" for block in blocks(text)) and shutil.which("node") is None:
        pytest.skip("node is not installed here")
    found = faults(text, path.name)
    assert not found, "`make docs-answers` writes the answers anew:\n" + "\n".join(found)


# ── the test can fail ──────────────────────────────────────────────────────────────────────────────────────────────────


def page(*parts: str) -> str:
    return "# A page\n\n" + "\n\n".join(f"```{part}\n```" for part in parts) + "\n"


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        (page("sh\necho one", "text\ntwo"), "+one"),
        (page("sh\necho one"), "+one"),
        (page("sh\ncurl -s http://127.0.0.1:8080/_emulator/health", "text\n"), '"status":"ok"'),
        (page('python\nprint("one")', "text\ntwo"), "+one"),
        (page('python\nraise SystemExit("gone wrong")'), "+gone wrong"),
        (page("python\ndef test_one():\n    assert 1 == 2"), "assert 1 == 2"),
        (page('python\n# one.py\nprint("one")', "sh\npython one.py", "text\ntwo"), "+one"),
    ],
)
def test_what_is_printed_otherwise_is_found(told: str, fault: str) -> None:
    assert fault in "\n".join(faults(told, "page"))


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        (page("ruby\nputs 1"), "kind 'ruby'"),
        (page("\nplain"), "kind ''"),
        (page("text\nprinted by nobody"), "kind 'text'"),
        ("# A page\n\nIndented:\n\n    make run\n", "fence it"),
        (page("yaml\na: [1"), "no yaml"),
        (page("json\n{"), "no json"),
        (page("toml\n=1"), "no toml"),
        (page("sh sometimes\ntrue"), "'sometimes'"),
        (page("python\n# test_one.py\ndef test_one(): ..."), "nobody runs test_one.py"),
    ],
)
def test_what_cannot_be_run_is_found(told: str, fault: str) -> None:
    with pytest.raises(BadBlock, match=fault):
        blocks(told)


def test_what_is_as_written_is_no_fault() -> None:
    told = page(
        "sh\necho one", "text\none", "python\nprint(2)", "text\n2", "json\n{}", "python\n# t.py\nprint(3)", "sh\npython t.py", "text\n3"
    )
    assert len(exchanges(told)) == 5
    assert not faults(told, "page")
