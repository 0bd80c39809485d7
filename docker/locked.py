"""Prints the entries of requirements.lock that one distribution needs, with their pins, markers and hashes.

    python docker/locked.py dispute-emulator    what the project needs to run, its extras included and its tools for development not
    python docker/locked.py hatchling           hatchling itself, and what it needs

The lock tells below each entry for whose sake it is there; this follows those lines. So the image installs what the tests ran with, and no
second list is kept. The standard library is all it needs.
"""

import re
import sys
from pathlib import Path

LOCK = Path(__file__).resolve().parent.parent / "requirements.lock"
# How the lock calls what pyproject.toml asks for itself; what only a group of it asks for has the group's name behind a colon.
PROJECT, OF_PROJECT = "dispute-emulator", "dispute-emulator (pyproject.toml)"


def entries(lock: str) -> list[tuple[str, frozenset[str], str]]:
    """Every entry of a lock: the distribution, for whose sake it is there, and its text without comments."""
    found = []
    for text in re.split(r"^(?=[a-z0-9])", lock, flags=re.MULTILINE)[1:]:
        name = text.partition("==")[0]
        told = "".join(line.strip().lstrip("#") + "\n" for line in text.splitlines() if line.lstrip().startswith("#"))
        lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
        sakes = frozenset(sake for line in told.splitlines() if (sake := line.strip().removeprefix("via").strip()))
        found.append((name, sakes, "\n".join(lines).rstrip() + "\n"))
    return found


def needed(lock: str, name: str) -> str:
    """The part of a lock that a distribution needs, itself included where it stands there; raises ValueError where nothing does."""
    known = entries(lock)
    wanted = {OF_PROJECT if name == PROJECT else name}
    while more := {each for each, sakes, _ in known if sakes & wanted} - wanted:
        wanted |= more
    chosen = [text for each, _, text in known if each in wanted]
    if not chosen:
        raise ValueError(f"The lock has nothing for {name}.")
    return "".join(chosen)


if __name__ == "__main__":
    sys.stdout.write(needed(LOCK.read_text("utf-8"), *sys.argv[1:]))
