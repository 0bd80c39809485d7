"""The rivals of the benchmark: what is pinned, what is asked of them, how their answers are checked. No rival is installed or run here."""

from __future__ import annotations

import json
import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from loadtests.bench.rivals import RIVALS, Rival, installing
from loadtests.bench.rivals.from_npm import JSON_SERVER
from loadtests.bench.rivals.installing import HERE, Part
from loadtests.bench.rivals.rival import HELD, KNOWN, NEW, Ask
from loadtests.bench.wrk import Absent, Unfit

NPM_LOCK: dict[str, Any] = json.loads((HERE / "package-lock.json").read_text("utf-8"))["packages"]


# ── what is said and pinned ────────────────────────────────────────────────────────────────────────────────────────────


def test_each_rival_tells_what_it_does_what_it_does_less_and_how_it_is_run_at_its_best() -> None:
    assert [rival.name for rival in RIVALS if not all((rival.version, rival.does, rival.note, rival.keeps, rival.setting))] == []
    assert len({rival.name for rival in RIVALS}) == len(RIVALS) == 8


def test_those_and_only_those_that_keep_a_file_count_as_keeping_what_they_are_told() -> None:
    assert [rival.name for rival in RIVALS if rival.durable != ("file" in rival.keeps)] == []


def test_the_locks_name_what_is_pinned_at_its_version() -> None:
    wanted = json.loads((HERE / "package.json").read_text("utf-8"))["dependencies"]
    assert {name: NPM_LOCK[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    pinned = re.findall(r"^([\w-]+)(?:\[\w+\])?==(\S+)", (HERE / "requirements.in").read_text("utf-8"), re.MULTILINE)
    assert len(pinned) == 3
    assert [pin for pin in pinned if pin not in _locked("requirements.txt")] == []


def test_the_locks_have_a_hash_for_each_package_and_name_no_place_to_fetch_it_from() -> None:
    assert [name for name, package in NPM_LOCK.items() if name and ("integrity" not in package or "resolved" in package)] == []
    for lock in ("requirements.txt", "building.txt"):
        blocks = re.split(r"\n(?=\S)", (HERE / lock).read_text("utf-8").strip())
        assert [block for block in blocks if not block.startswith("#") and ("--hash=sha256:" not in block or "://" in block)] == []


def _locked(lock: str) -> list[tuple[str, str]]:
    return re.findall(r"^([\w-]+)==(\S+)", (HERE / lock).read_text("utf-8"), re.MULTILINE)


# ── what is asked ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_wrk_is_told_to_draw_a_known_object_and_to_send_a_new_text_each_time() -> None:
    ask = Ask("PATCH", f"/things/{KNOWN}", f'{{"says": "{NEW}"}}', (("Accept", "text/plain"),))
    headers = "[([==[Accept]==])] = [==[text/plain]==], [([==[Content-Type]==])] = [==[application/json]==]"
    asked = (
        f'wrk.format("PATCH", [==[/things/]==] .. math.random({HELD}), {{{headers}}}, [==[{{"says": "]==] .. mark .. asked .. [==["}}]==])'
    )
    assert asked in ask.script.lua


def test_no_script_leaves_a_place_unfilled() -> None:
    scripts = [script.lua for rival in RIVALS for script in (rival.read, rival.create, rival.update) if script is not None]
    assert len(scripts) == 24
    assert [lua for lua in scripts if re.search(r"<\w+>", lua)] == []


# ── how it is checked ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_rival_that_keeps_what_it_is_told_passes_the_check() -> None:
    with _keeper() as base:
        JSON_SERVER.check(base)


@pytest.mark.parametrize(
    ("method", "says"), [("GET", "a read does not show"), ("POST", "a read of what was created"), ("PATCH", "a read of what was updated")]
)
def test_the_check_finds_out_a_rival_that_forgets_or_makes_up(method: str, says: str) -> None:
    with _keeper(forgets=method) as base, pytest.raises(Unfit, match=says):
        JSON_SERVER.check(base)


def test_the_check_finds_out_a_rival_that_refuses() -> None:
    elsewhere = replace(JSON_SERVER, creating=Ask("POST", "/elsewhere", "{}"))
    with _keeper() as base, pytest.raises(Unfit, match="POST /elsewhere was answered with 404"):
        elsewhere.check(base)


@contextmanager
def _keeper(forgets: str = "") -> Iterator[str]:
    """A server that keeps disputes as json-server does, or forgets what one method is for."""
    kept = {str(number): {"explanation": f"Dispute {number}"} for number in range(1, HELD + 1)}

    class Keeper(BaseHTTPRequestHandler):
        def answer(self) -> None:
            _, collection, *names = self.path.split("/")
            name = names[0] if names else "made"
            sent = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or "{}")
            if self.command != forgets and collection == "disputes":
                kept[name] = kept.get(name, {}) | sent
            shown = {} if self.command == forgets == "GET" else kept.get(name, {})
            body = json.dumps({"id": name, **shown}).encode()
            self.send_response(200 if collection == "disputes" else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = answer  # noqa: N815 - the names that the library calls

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Keeper) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


# ── how it is installed, and absent ────────────────────────────────────────────────────────────────────────────────────


def test_what_is_installed_is_not_installed_again_until_its_lock_changes(tmp_path: Path) -> None:
    part = _part(tmp_path, lambda folder, _lock: (folder / "tool").touch())
    assert not part.installed
    part.install()
    assert part.installed
    part.lock.write_text("another version", "utf-8")
    assert not part.installed


def test_what_cannot_be_installed_makes_its_rivals_absent_with_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_folder: Path, _lock: Path) -> None:
        raise subprocess.CalledProcessError(1, ["pip"], stderr="looking\nno such version")

    monkeypatch.setattr(installing, "NPM", _part(tmp_path, fail))
    with pytest.raises(Absent, match=r"lock\.txt could not be installed: no such version"):
        installing.npm_file("wiremock")
    assert not installing.NPM.installed


@pytest.mark.parametrize(
    ("rival", "missing"),
    [
        (rival, "java" if rival.name in {"WireMock", "MockServer"} else "node")
        for rival in RIVALS
        if rival.name not in {"localstripe", "moto"}
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_a_rival_whose_machine_lacks_what_runs_it_is_absent(
    rival: Rival, missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Absent, match=f"there is no {missing} on the PATH"), rival.start(tmp_path, 1):
        pass


def _part(folder: Path, fill: Callable[[Path, Path], None]) -> Part:
    lock = folder / "lock.txt"
    lock.write_text("a version", "utf-8")
    return Part(folder / "there", lock, fill)
