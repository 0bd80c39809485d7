"""Plays the pages of the site as a reader would, and writes their printed answers anew (`make docs-answers`).

Every fenced block of a page is something. `sh` is pasted into the reader's one terminal. A block whose first line is a comment with a
file's name (`# test_lamp.py`) is saved under that name, and a block after it has to use it. `python` without a name is run at
once, by pytest where it has tests. `json`, `toml` and `yaml` are read by a parser, named or not. `text` right under a block is what it
prints; it stands nowhere else. A block marked `sh serves` starts the page's own server in a terminal of its own; without one a server
runs already.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from ..readme import ROOT, Exchange, play, serving, with_answers

DOCS = ROOT / "docs"
PYTHON = Path(sys.executable)
FILE_NAME = re.compile(r"^(?:#|//) ((?:[\w.-]+/)*[\w.-]*\.\w+)$")
DIRECTIVES = ("{toctree}",)
READERS: Mapping[str, Callable[[str], object]] = {"json": json.loads, "toml": tomllib.loads, "yaml": yaml.safe_load}
# How long something took is the one thing printed that a reader sees otherwise.
TOOK = re.compile(r"\b\d+\.\d\ds\b")


class BadBlock(AssertionError):
    """A block that nobody knows how to run."""


@dataclass(frozen=True)
class Block:
    """A fenced block: the line its text begins on, its kind, the words after the kind, its text, what it prints and where that stands."""

    line: int
    kind: str
    words: tuple[str, ...]
    text: str
    answer: str
    place: tuple[int, int]

    @property
    def file(self) -> str | None:
        """The name under which a reader saves it."""
        named = FILE_NAME.match(self.text.partition("\n")[0])
        return named[1] if named and self.kind != "sh" else None

    @property
    def serves(self) -> bool:
        return self.words == ("serves",)


def pages() -> list[Path]:
    """The pages that we write; the decisions are bound in as they are."""
    return sorted(path for path in DOCS.rglob("*.md") if not {"decisions", "_build"} & set(path.relative_to(DOCS).parts))


def blocks(page: str) -> list[Block]:
    """Every block of a page, in order; raises BadBlock where one could not be run."""
    starts = [0]
    for line in page.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    tokens = MarkdownIt("commonmark").parse(page)
    found: list[Block] = []
    printed: set[int] = set()
    for number, token in enumerate(tokens):
        if token.type == "code_block":
            raise BadBlock(f"line {_span(token)[0] + 1}: an indented block is run by nobody; fence it")
        if token.type != "fence" or token.info.split()[:1] in ([name] for name in DIRECTIVES) or number in printed:
            continue
        kind, *words = token.info.split() or [""]
        after = tokens[number + 1] if number + 1 < len(tokens) else None
        answer, end = "", starts[_span(token)[1]]
        place = (end, end)
        if after is not None and after.type == "fence" and after.info == "text":
            printed.add(number + 1)
            answer, place = after.content, (end, starts[_span(after)[1]])
        block = Block(_span(token)[0] + 2, kind, tuple(words), token.content, answer, place)
        _script(block)
        found.append(block)
    _all_files_are_used(found)
    return found


def _span(token: Token) -> tuple[int, int]:
    assert token.map is not None
    return token.map[0], token.map[1]


def _all_files_are_used(found: Sequence[Block]) -> None:
    """A program that is saved is named by a later block, or pytest finds it; what is only data may be for another machine."""
    for number, block in enumerate(found):
        later = "".join(other.text for other in found[number + 1 :])
        path = Path(block.file or "")
        name = "pytest" if re.match(r"test_|conftest\.py", path.name) else path.stem
        if block.file and block.kind not in READERS and name not in later:
            raise BadBlock(f"line {block.line}: nobody runs {block.file} afterwards")


def _script(block: Block) -> str:
    """The block as commands of the reader's terminal; raises BadBlock where it cannot be run."""
    if block.words not in ((), ("serves",)) or (block.words and block.kind != "sh"):
        raise BadBlock(f"line {block.line}: nobody knows what {' '.join(block.words)!r} after {block.kind} means")
    if block.kind == "sh":
        return block.text
    if block.kind in READERS:
        try:
            READERS[block.kind](block.text)
        except (ValueError, yaml.YAMLError) as problem:
            raise BadBlock(f"line {block.line}: this is no {block.kind}: {problem}") from None
    elif block.kind not in ("python", "javascript"):
        raise BadBlock(f"line {block.line}: nobody can run a block of the kind {block.kind!r}")
    if block.file:
        return _saved(block.file, block.text)
    if block.kind == "python":
        name = (
            f"test_at_line_{block.line}.py" if re.search(r"^(?:async )?def test_", block.text, re.MULTILINE) else f"at_line_{block.line}.py"
        )
        run = f"pytest -q {name} > ran 2>&1 || cat ran" if name.startswith("test_") else f"python {name}"
        return _saved(name, block.text) + run
    if block.kind == "javascript":
        return _saved(f"at_line_{block.line}.mjs", block.text) + f"node at_line_{block.line}.mjs"
    return ":"


def _saved(name: str, text: str) -> str:
    assert "\nEND_OF_FILE\n" not in text
    return f"mkdir -p {Path(name).parent}\ncat > {name} <<'END_OF_FILE'\n{text}END_OF_FILE\n"


def exchanges(page: str) -> list[Exchange]:
    """What the reader types into the one terminal, and what is printed; `serves` is for another."""
    return [Exchange(block.line, _script(block), block.answer, block.place) for block in blocks(page) if not block.serves]


def teller(page: str) -> Callable[[Sequence[Exchange]], list[str]]:
    """How this page is told: with a server that runs already, or with the one that it starts itself."""

    def tell(told: Sequence[Exchange]) -> list[str]:
        if not told:
            return []
        with tempfile.TemporaryDirectory() as name, _server(page, Path(name)) as port:
            answers = play([exchange.commands for exchange in told], port, Path(name), reader())
        return [TOOK.sub("0.12s", answer) for answer in answers]

    return tell


def reader() -> dict[str, str]:
    """What a reader's terminal has: the command, pytest and python of the checkout, and eighty columns."""
    return {
        "PATH": f"{PYTHON.parent}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "80",
        "NO_COLOR": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_ADDOPTS": "-p no:cacheprovider",
    }


@contextmanager
def _server(page: str, folder: Path) -> Iterator[int]:
    started = [block for block in blocks(page) if block.serves]
    if not started:
        if "dispute-emulator/clients" in page:
            (folder / "dispute-emulator").symlink_to(ROOT)
        with serving() as port:
            yield port
        return
    (block,) = started
    # The commands are carried out as they stand: what is cloned is this checkout, and its environment is the one that runs this.
    environment = {"REPOSITORY": str(ROOT), "MAKEFLAGS": f"-- VENV={PYTHON.parent.parent} PIP=:"}
    with serving(["bash", "-euc", block.text], folder, environment) as port:
        for clone in folder.iterdir():
            (clone / ".venv").symlink_to(PYTHON.parent.parent)
        yield port


if __name__ == "__main__":
    for path in pages():
        text = path.read_text("utf-8")
        path.write_text(with_answers(text, exchanges, teller(text)), "utf-8")
