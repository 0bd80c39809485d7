"""Runs the curl scripts as a person would, against a server that the test names."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx

from clients.curl.write import FOLDER

SHARED = ("lib.sh", "answer.py", "demo.sh")


def environment(url: str, **more: str) -> dict[str, str]:
    """What a script runs with: no proxy, no colours asked for, and the interpreter of the tests as `python3`."""
    own = {n: v for n, v in os.environ.items() if not n.lower().endswith("_proxy") and n not in ("NO_COLOR", "EMULATOR_KEY", "STORY_STEP")}
    return {**own, "HERE": url, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8", **more}


def run(script: Path, url: str, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """A script, to its end."""
    command = ["bash", str(script), *arguments]
    return subprocess.run(
        command, env=environment(url, **more), capture_output=True, stdin=subprocess.DEVNULL, text=True, timeout=300, check=False
    )


def script_of(story: str) -> Path:
    (script,) = FOLDER.glob(f"{story}-*.sh")
    return script


def changed(script: Path, old: str, new: str, folder: Path) -> Path:
    """A copy of a script in which something stands in place of the first of something else."""
    text = script.read_text("utf-8")
    assert old in text, f"{script.name} has no {old!r}"
    for name in SHARED:
        shutil.copy(FOLDER / name, folder)
    copy = folder / script.name
    copy.write_text(text.replace(old, new, 1), "utf-8")
    return copy


def sandboxes(url: str, key: str = "") -> list[str]:
    """The names of all sandboxes but the one that is always there."""
    answer: Any = httpx.get(f"{url}/_emulator/sandboxes?limit=100", headers={"X-Emulator-Key": key}, trust_env=False).raise_for_status()
    page = answer.json()
    assert page["next_cursor"] is None
    return [sandbox["name"] for sandbox in page["data"] if sandbox["id"] != "default"]


def checks_of(script: Path) -> int:
    """How often a script expects something, each ruleset counted."""
    text = script.read_text("utf-8")
    return sum(
        (len(loop[1].split()) if (loop := re.search(r"^for RULESET in (.*); do$", tale, re.MULTILINE)) else 1)
        * len(re.findall(r"^ *expect ", tale, re.MULTILINE))
        for tale in text.split("# ══ Tale ")[1:]
    )
