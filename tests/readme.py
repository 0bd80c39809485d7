"""Plays the README's commands against a running emulator, and renders its tables. `make readme` writes both back.

A block marked `sh` holds commands, to be pasted as they stand; the block marked `text` right under it, if there is one, holds what
they print. All `sh` blocks are one session of bash, as for a reader with one terminal.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from emulator.derive import readme_tables

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
COMMAND = Path(sys.executable).parent / "dispute-emulator"
WRITTEN_PORT = "8080"
END_OF_ANSWER = "\x1e"


BLOCK = re.compile(r"^```sh\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.DOTALL | re.MULTILINE)

IDENTIFIER = re.compile(r"\b(?:sbx|snp|tok|sto|ord|dsp|sol|acc)_[a-z0-9]{16}\b")


@dataclass(frozen=True)
class Exchange:
    """Commands as they stand in the README, with the line they begin on, and what is printed under them."""

    line: int
    commands: str
    answer: str


def exchanges(text: str) -> list[Exchange]:
    """Every block of commands with its answer, in order."""
    return [Exchange(text.count("\n", 0, found.start()) + 2, found[1], found[2] or "") for found in BLOCK.finditer(text)]


def play(commands: list[str], port: int) -> list[str]:
    """What each block of commands prints, in one session, with the port of the README for the server's."""
    script = "".join(f"{command}\nprintf '\\036'\n" for command in commands).replace(f":{WRITTEN_PORT}", f":{port}")
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    with tempfile.TemporaryDirectory() as folder:
        session = subprocess.run(
            ["bash", "--noprofile", "--norc", "-c", script],
            cwd=folder,
            env={**environment, "LC_ALL": "C.UTF-8", "HOME": folder},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
    *answers, rest = session.stdout.split(END_OF_ANSWER)
    assert not rest, f"the session ended early: {rest}"
    return [answer.replace(f":{port}", f":{WRITTEN_PORT}") for answer in answers]


@contextmanager
def serving() -> Iterator[int]:
    """The installed command, serving on a free port with a database of its own."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    folder = tempfile.mkdtemp()
    environment = {n: v for n, v in os.environ.items() if n not in ("DATABASE_URL", "EMULATOR_KEY")} | {"PORT": str(port)}
    with (Path(folder) / "log").open("w") as log:
        server = subprocess.Popen([COMMAND, "serve"], cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            _wait_for(port, server, Path(folder) / "log")
            yield port
        finally:
            server.terminate()
            server.wait(30)
            shutil.rmtree(folder)


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


def with_answers(text: str) -> str:
    """The README with every answer as a fresh server gives it, and every id in its commands as the answers have it."""
    told = exchanges(text)
    with serving() as port:
        answers = play([exchange.commands for exchange in told], port)
    for exchange, answer in zip(told, answers, strict=True):
        known, given = IDENTIFIER.findall(exchange.answer), IDENTIFIER.findall(answer)
        if known != given and [of.partition("_")[0] for of in known] == [of.partition("_")[0] for of in given]:
            # The commands further on name the old ids: put in the new ones and begin again.
            for old, new in zip(known, given, strict=True):
                text = text.replace(old, new)
            return with_answers(text)
    left = iter(answers)

    def written(found: re.Match[str]) -> str:
        answer = next(left)
        assert "Traceback" not in answer, f"this went wrong: {found[1]}{answer}"
        assert answer.endswith("\n") or not answer, f"this does not end its line: {found[1]}{answer}"
        return f"```sh\n{found[1]}```\n" + (f"\n```text\n{answer}```\n" if answer else "")

    return BLOCK.sub(written, text)


if __name__ == "__main__":
    README.write_text(with_answers(with_tables(README.read_text("utf-8"))), "utf-8")
