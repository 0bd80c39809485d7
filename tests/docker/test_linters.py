"""The Dockerfile passes hadolint, and the compose files are what the Compose specification's own schema allows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .dockerfile import DOCKERFILE, FOLDER

COMPOSE = sorted(FOLDER.glob("compose*.yaml"))


def hadolint(path: Path) -> subprocess.CompletedProcess[str]:
    command = Path(sys.executable).parent / "hadolint"
    return subprocess.run([command, "--no-color", path], capture_output=True, text=True, check=False)


def checked(path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_dockerfile_passes_hadolint() -> None:
    done = hadolint(DOCKERFILE)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", COMPOSE, ids=lambda path: path.name)
def test_a_compose_file_is_what_its_schema_allows(path: Path) -> None:
    done = checked(path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_wrong_is_found(tmp_path: Path) -> None:
    wrong = tmp_path / "Dockerfile"
    wrong.write_text("FROM python\nRUN pip install flask\n", "utf-8")
    assert "DL3006" in hadolint(wrong).stdout
    wrong = tmp_path / "compose.yaml"
    wrong.write_text("services: {one: {image: a, read_onyl: true}}\n", "utf-8")
    assert "read_onyl" in checked(wrong).stdout
