"""The CI examples work: each step that is a command is carried out, in a project like the page's own, with everything but pip real."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ..readme import ROOT
from .telling import DOCS, Block, blocks, reader

PAGE = blocks((DOCS / "how-to/ci.md").read_text("utf-8"))
WORKFLOWS = [block for block in PAGE if block.kind == "yaml"]
PIP = """#!/bin/sh
# Stands in for pip: what is asked for is installed already, or it fails.
[ "$1" = install ] || exit 2
shift
for wish; do
  case $wish in
    ./*) test -f "$wish/pyproject.toml" ;;
    *) python -c "import sys, importlib.metadata; importlib.metadata.version(sys.argv[1])" "$wish" ;;
  esac || exit 3
done
"""


def steps(job: dict[str, Any]) -> list[str]:
    """What a job's shell is told, in order."""
    of_github = [step["run"] for step in job.get("steps", ()) if "run" in step]
    return of_github or [*job.get("before_script", ()), *job["script"]]


def jobs(block: Block) -> Iterator[dict[str, Any]]:
    """The jobs of a workflow of GitHub's, or of a pipeline of GitLab's."""
    told = yaml.safe_load(block.text)
    yield from told.get("jobs", told).values()


@pytest.mark.parametrize("block", WORKFLOWS, ids=lambda block: block.file)
def test_every_command_of_a_job_goes_well(block: Block, tmp_path: Path) -> None:
    for file in (block for block in PAGE if block.kind == "python" and block.file):
        (tmp_path / str(file.file)).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / str(file.file)).write_text(file.text, "utf-8")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/pip").write_text(PIP, "utf-8")
    (tmp_path / "bin/pip").chmod(0o755)
    for job in jobs(block):
        if "steps" in job:
            (tmp_path / "dispute-emulator").symlink_to(ROOT)
        run(steps(job), tmp_path)
    assert (tmp_path / "report.xml").is_file() or (tmp_path / "health.json").is_file()


def run(commands: list[str], folder: Path) -> None:
    """Each command in a shell of its own, as a runner does it; what runs in the background ends with the job."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = str(taken.getsockname()[1])
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")} | reader()
    environment |= {"PATH": f"{folder / 'bin'}{os.pathsep}{environment['PATH']}", "DISPUTE_EMULATOR_REPOSITORY": str(ROOT), "PORT": port}
    started = []
    try:
        for number, command in enumerate(commands):
            with (folder / f"step-{number}").open("w") as log:
                step = subprocess.Popen(
                    ["bash", "-e", "-c", command], cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
                )
                started.append(step.pid)
                assert step.wait(120) == 0, f"{command}\n{(folder / f'step-{number}').read_text()}"
    finally:
        for group in started:
            try:
                os.killpg(group, signal.SIGTERM)
            except ProcessLookupError:
                continue


def test_a_job_whose_command_fails_is_found(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="false"):
        run(["true", "false"], tmp_path)


def test_the_stand_in_for_pip_notices_what_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "pip").write_text(PIP, "utf-8")
    for wish, code in (("./nothing", 3), ("no-such-distribution", 3), ("pytest", 0)):
        done = subprocess.run(
            ["sh", "pip", "install", wish], cwd=tmp_path, env={**os.environ, **reader()}, capture_output=True, check=False
        )
        assert done.returncode == code, wish
