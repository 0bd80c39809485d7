"""Reads a Dockerfile and a .dockerignore: as much of both as ours need, and an AssertionError for what is beyond it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..readme import ROOT

FOLDER = ROOT / "docker"
DOCKERFILE = FOLDER / "Dockerfile"
KNOWN = "FROM COPY RUN ENV LABEL WORKDIR USER VOLUME EXPOSE STOPSIGNAL HEALTHCHECK ENTRYPOINT CMD".split()


@dataclass(frozen=True)
class Instruction:
    """One instruction: its name, its options (`--from=build`) and the rest of it."""

    name: str
    options: dict[str, str]
    rest: str

    def words(self) -> list[str]:
        """The exec form of a command, or a list of volumes."""
        told = json.loads(self.rest.removeprefix("CMD ") if self.name == "HEALTHCHECK" else self.rest)
        assert isinstance(told, list)
        return told

    def pairs(self) -> dict[str, str]:
        """What ENV or LABEL sets."""
        found = re.findall(r'([\w.]+)=("[^"]*"|\S*)', self.rest)
        return {name: value.strip('"') for name, value in found}


def instructions(text: str) -> Iterator[Instruction]:
    """Every instruction of a Dockerfile, in order."""
    lines = "".join(line for line in text.splitlines(keepends=True) if not line.lstrip().startswith("#"))
    for line in lines.replace("\\\n", " ").splitlines():
        if not line.strip():
            continue
        name, rest = line.split(maxsplit=1)
        assert name in KNOWN, f"nobody carries out {name}"
        options = {}
        while option := re.match(r"--([\w-]+)=(\S+)\s+", rest):
            options[option[1]] = option[2]
            rest = rest[option.end() :]
        yield Instruction(name, options, " ".join(rest.split()) if name != "RUN" else rest.strip())


def stages(text: str) -> list[list[Instruction]]:
    """A Dockerfile's stages, each with the FROM that it begins with."""
    found: list[list[Instruction]] = []
    for each in instructions(text):
        if each.name == "FROM":
            found.append([])
        found[-1].append(each)
    return found


def context(root: Path, ignore: str) -> Iterator[str]:
    """The files that `docker build` is given: those that the .dockerignore leaves."""
    patterns = [line.strip() for line in ignore.splitlines() if line.strip() and not line.startswith("#")]
    for top in sorted(root.iterdir()):
        # What is left out whole is not looked into: .venv has a hundred thousand files.
        asked = [pattern.lstrip("!").split("/")[0] for pattern in patterns if pattern.startswith("!")]
        if top.name in asked:
            for path in [top] if top.is_file() else sorted(top.rglob("*")):
                name = path.relative_to(root).as_posix()
                if path.is_file() and not _ignored(name, patterns):
                    yield name


def _ignored(name: str, patterns: list[str]) -> bool:
    parts = name.split("/")
    parents = ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
    ignored = False
    for pattern in patterns:
        wanted = re.escape(pattern.lstrip("!")).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*")
        if any(re.fullmatch(wanted, parent) for parent in parents):
            ignored = not pattern.startswith("!")
    return ignored
