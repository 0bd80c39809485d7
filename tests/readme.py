"""Plays the README's commands against a running emulator, and renders its tables. `make readme` writes both back.

A block marked `sh` holds commands, to be pasted as they stand; the block marked `text` right under it, if there is one, holds what
they print. All `sh` blocks are one session of bash, as for a reader with one terminal. The pages under docs/ are played by the same
functions (tests/docs/telling.py).
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from emulator.derive import readme_tables

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
COMMAND = Path(sys.executable).parent / "dispute-emulator"
WRITTEN_PORT = "8080"
END_OF_ANSWER = "\x1e"
# Where these are set pytest writes its summary out in full; a reader's terminal has none of them.
OF_CI = ("CI", "BUILD_NUMBER")


BLOCK = re.compile(r"^```sh\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.DOTALL | re.MULTILINE)

IDENTIFIER = re.compile(r"\b(?:sbx|snp|tok|sto|ord|dsp|sol|acc)_[a-z0-9]{16}\b")


@dataclass(frozen=True)
class Exchange:
    """Commands as they stand in a text, with the line they begin on, and what is printed under them.

    `place` is where the answer stands in the text, fences and the empty line before them included; empty where there is none yet.
    """

    line: int
    commands: str
    answer: str
    place: tuple[int, int] = field(default=(0, 0), compare=False)


def exchanges(text: str) -> list[Exchange]:
    """Every block of commands with its answer, in order."""
    return [
        Exchange(
            text.count("\n", 0, found.start()) + 2,
            found[1],
            found[2] or "",
            (found.end(1) + len("```\n"), found.end()),
        )
        for found in BLOCK.finditer(text)
    ]


def play(commands: Sequence[str], port: int, folder: Path | None = None, environment: Mapping[str, str] | None = None) -> list[str]:
    """What each block of commands prints, in one session, with the port that is written for the server's.

    The session begins in `folder`, a fresh one where none is named; `environment` is added to its own.
    """
    script = "".join(f"{command}\nprintf '\\036'\n" for command in commands).replace(f":{WRITTEN_PORT}", f":{port}")
    own = {name: value for name, value in os.environ.items() if not (name.lower().endswith("_proxy") or name in OF_CI)}
    with tempfile.TemporaryDirectory() as fresh:
        session = subprocess.run(
            ["bash", "--noprofile", "--norc", "-c", script],
            cwd=folder or fresh,
            env={**own, "LC_ALL": "C.UTF-8", "HOME": fresh, **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
    *answers, rest = session.stdout.split(END_OF_ANSWER)
    assert not rest, f"the session ended early: {rest}"
    return [answer.replace(f":{port}", f":{WRITTEN_PORT}") for answer in answers]


@contextmanager
def serving(
    command: Sequence[str | Path] = (COMMAND, "serve"), folder: Path | None = None, environment: Mapping[str, str] | None = None
) -> Iterator[int]:
    """The installed command, or another one, serving on a free port with a database of its own.

    It runs in `folder`, in a fresh one where none is named; `environment` is added to its own.
    """
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    fresh = tempfile.mkdtemp()
    own = {n: v for n, v in os.environ.items() if n not in ("DATABASE_URL", "EMULATOR_KEY")} | {"PORT": str(port)}
    with (Path(fresh) / "log").open("w") as log:
        server = subprocess.Popen(
            command,
            cwd=folder or fresh,
            env={**own, **(environment or {})},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # so that whatever it starts ends with it
        )
        try:
            _wait_for(port, server, Path(fresh) / "log")
            yield port
        finally:
            server.terminate()
            server.wait(30)
            with suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)
            shutil.rmtree(fresh)


def _wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + 60
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < give_up:
        assert server.poll() is None, f"the server ended: {log.read_text()}"
        try:
            with opener.open(f"http://127.0.0.1:{port}/_emulator/health", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise AssertionError(f"no server after a minute: {log.read_text()}")


def with_tables(text: str) -> str:
    """The README with its tables as they are today."""
    for name, table in readme_tables().items():
        marked = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        assert len(marked.findall(text)) == 1, f"README.md has no place, or two, for the table {name!r}"
        text = marked.sub(lambda match, table=table: f"{match[1]}{table}\n{match[2]}", text)  # type: ignore[misc]
    return text


def tell(told: Sequence[Exchange]) -> list[str]:
    """What a fresh server answers."""
    with serving() as port:
        return play([exchange.commands for exchange in told], port)


def with_answers(
    text: str,
    find: Callable[[str], list[Exchange]] = exchanges,
    tell: Callable[[list[Exchange]], list[str]] = tell,
) -> str:
    """A text with every answer as a fresh server gives it, and every id in its commands as the answers have it."""
    told = find(text)
    answers = tell(told)
    for exchange, answer in zip(told, answers, strict=True):
        known, given = IDENTIFIER.findall(exchange.answer), IDENTIFIER.findall(answer)
        if known != given and [of.partition("_")[0] for of in known] == [of.partition("_")[0] for of in given]:
            # The commands further on name the old ids: put in the new ones and begin again.
            for old, new in zip(known, given, strict=True):
                text = text.replace(old, new)
            return with_answers(text, find, tell)
    for exchange, answer in reversed(list(zip(told, answers, strict=True))):
        assert "Traceback" not in answer, f"this went wrong: {exchange.commands}{answer}"
        assert answer.endswith("\n") or not answer, f"this does not end its line: {exchange.commands}{answer}"
        start, end = exchange.place
        text = text[:start] + (f"\n```text\n{answer}```\n" if answer else "") + text[end:]
    return text


if __name__ == "__main__":
    README.write_text(with_answers(with_tables(README.read_text("utf-8"))), "utf-8")
