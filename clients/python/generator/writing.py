"""Which file is written from what, and in which form."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from emulator.openapi import openapi

from . import calls, models, twins
from .contract import read

HERE = Path(__file__).resolve().parent.parent
PACKAGE = HERE / "dispute_emulator_client"
ASYNCHRONOUS, SYNCHRONOUS = PACKAGE / "asynchronous", PACKAGE / "synchronous"
RUFF = Path(sys.executable).parent / "ruff"


def generated() -> Mapping[Path, str]:
    """Every generated file with what it has to hold today."""
    contract = read(openapi())
    # Words are named where they are met, so they come last; but calls and models import them.
    models.source(contract)
    sources = {PACKAGE / "models.py": models.source, ASYNCHRONOUS / "calls.py": calls.source, PACKAGE / "words.py": models.words_source}
    files = {path: formatted(path, source(contract)) for path, source in sources.items()}
    written = {path: path.read_text("utf-8") for path in sorted(ASYNCHRONOUS.glob("*.py")) if path not in files}
    for path, text in {**written, ASYNCHRONOUS / "calls.py": files[ASYNCHRONOUS / "calls.py"]}.items():
        twin = SYNCHRONOUS / path.name
        files[twin] = formatted(twin, twins.without_async(text))
    return files


def formatted(path: Path, text: str) -> str:
    """Code in the project's one form, with its imports in order and none that is not used."""
    tidy = ["check", "--quiet", "--select", "I,F401,UP034", "--fix"]
    for command in (tidy, ["format", "--quiet"]):
        done = subprocess.run(  # noqa: S603 # the project's own ruff, on the project's own code
            [RUFF, *command, "--stdin-filename", path, "-"], input=text, capture_output=True, text=True, cwd=HERE, check=False
        )
        assert done.returncode == 0, f"{path.name} cannot be read: {done.stdout}{done.stderr}"
        text = done.stdout
    return text
