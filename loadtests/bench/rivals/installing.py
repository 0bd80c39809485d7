"""Installs the rivals into `.rivals/`, apart from the emulator's environment: what they ask for contradicts what it asks for.

The pins stand in `requirements.in` and `package.json`; what follows from them, with a hash for every file, in `requirements.txt` and
`package-lock.json`. To make these two anew after a change, in this folder:

    uv pip compile requirements.in --universal --python-version 3.11 --generate-hashes --no-config --no-header --no-annotate
        --no-emit-index-url --no-emit-find-links --output-file requirements.txt
    npm install --package-lock-only --ignore-scripts

No script of any package of npm is run. localstripe is published as source alone and built here, with what `building.txt` names.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..wrk import Absent

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]


@dataclass(frozen=True)
class Part:
    """What comes from one registry: where it goes, the lock that names it all, and how it gets there."""

    folder: Path
    lock: Path
    fill: Callable[[Path, Path], None]

    @property
    def installed(self) -> bool:
        """Whether what is there is what the lock names."""
        stamp = self.folder / "stamp"
        return stamp.is_file() and stamp.read_text("utf-8") == self._stamp

    @property
    def _stamp(self) -> str:
        return f"{hashlib.sha256(self.lock.read_bytes()).hexdigest()} {sys.version.split()[0]}\n"

    def install(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.fill(self.folder, self.lock)
        (self.folder / "stamp").write_text(self._stamp, "utf-8")


def _with_pip(folder: Path, lock: Path) -> None:
    _run(sys.executable, "-m", "venv", str(folder))
    pip = (str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--quiet")
    hashed = (*pip, "install", "--require-hashes", "--only-binary", ":all:")
    _run(*hashed, "-r", str(lock.with_name("building.txt")))
    _run(*hashed, "--no-binary", "localstripe", "--no-build-isolation", "-r", str(lock))


def _with_npm(folder: Path, lock: Path) -> None:
    shutil.copy(lock.with_name("package.json"), folder)
    shutil.copy(lock, folder)
    _run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(folder))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True, text=True)


PYTHON = Part(ROOT / ".rivals" / "python", HERE / "requirements.txt", _with_pip)
NPM = Part(ROOT / ".rivals" / "npm", HERE / "package-lock.json", _with_npm)


def install() -> None:
    """Install what is missing or of another version, and say so. What cannot be installed is told, and absent when it is to start."""
    for part in (PYTHON, NPM):
        _missing(part)


@cache
def _missing(part: Part) -> str | None:
    """Why a part is not there after all has been tried, once in a run; None where it is there."""
    if part.installed:
        print(f".rivals/{part.folder.name} is as {part.lock.name} says", flush=True)
        return None
    print(f"installing what {part.lock.name} names into .rivals/{part.folder.name}, about half a minute", flush=True)
    try:
        part.install()
    except (OSError, subprocess.CalledProcessError) as problem:
        lines = (problem.stderr or "").strip().splitlines() if isinstance(problem, subprocess.CalledProcessError) else []
        print("\n".join(lines), flush=True)
        return f"{part.lock.name} could not be installed: {lines[-1] if lines else problem}"
    return None


def python_file(name: str) -> str:
    """The path of a command from PyPI, installed if need be; raises Absent."""
    return _file(PYTHON, f"bin/{name}")


def npm_file(name: str) -> str:
    """The path of a file of a package from npm, its name with a `*` or none, installed if need be; raises Absent."""
    return _file(NPM, f"node_modules/{name}")


def _file(part: Part, pattern: str) -> str:
    if (reason := _missing(part)) is not None:
        raise Absent(reason)
    found = sorted(part.folder.glob(pattern))
    if not found:
        raise Absent(f"its package has no {pattern}")
    return str(found[0])


def tool(name: str, package: str) -> str:
    """The path of a program of the machine; raises Absent."""
    path = shutil.which(name)
    if path is None:
        raise Absent(f"there is no {name} on the PATH; Debian's package {package} has it")
    return path


def from_pypi(name: str) -> str:
    """The version pinned of a package from PyPI."""
    found = re.search(rf"^{re.escape(name)}(?:\[\w+\])?==(\S+)", (HERE / "requirements.in").read_text("utf-8"), re.MULTILINE)
    assert found, f"{name} is not pinned in requirements.in"
    return found[1]


def from_npm(name: str) -> str:
    """The version pinned of a package from npm."""
    version: str = json.loads((HERE / "package.json").read_text("utf-8"))["dependencies"][name]
    return version
