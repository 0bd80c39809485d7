"""What only a raw socket can say, said to a real server, and all of the corpus as well. Nothing gets through, nothing changes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask

from emulator.app import create_app

from ..dumping import dump
from ..sandbox import Sandbox
from .corpus import HERE, WIRE, Request, as_bytes, corpus, filled, read
from .test_hostile import set_stage

PATIENCE = 5.0
SENT = [(group, name) for group in read(HERE / f"{WIRE}.yaml") for name in group["sends"]]


class Served(NamedTuple):
    """A server in a process of its own, and the same database seen from here."""

    app: Flask
    stage: Mapping[str, Any]
    host: str
    port: int


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("wire")
    url = f"sqlite:///{folder / 'emulator.db'}"
    app = create_app(url, demo=False)
    stage = {**set_stage(Sandbox(app.test_client(), seed="wire")), "nobody": "tok_nobody"}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    said = (folder / "log").open("wb")
    command = [sys.executable, "-m", "emulator.cli", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=os.environ | {"DATABASE_URL": url}, stdout=said, stderr=said, cwd=Path.cwd())
    try:
        _wait_for(port, process)
        yield Served(app, stage | {"host": f"127.0.0.1:{port}"}, "127.0.0.1", port)
        assert process.poll() is None, "it has fallen over"
        assert "Traceback" not in (folder / "log").read_text(errors="replace")
    finally:
        process.terminate()
        process.wait(30)
        said.close()
        app.extensions["dispute_emulator"].close()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until it answers, and has made the sandbox that it starts with."""
    give_up = time.monotonic() + 60
    while True:
        assert process.poll() is None, "the server does not start"
        connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            connection.request("GET", "/_emulator/sandboxes/default")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        finally:
            connection.close()
        assert time.monotonic() < give_up, "nobody answers"
        time.sleep(0.05)


def answers(served: Served, sent: bytes, cut: bool) -> list[Any]:
    """The statuses that come back until the connection ends, in order; `closed` where none does."""
    came = b""
    with socket.create_connection((served.host, served.port), PATIENCE) as connection:
        try:
            connection.sendall(sent)
            if cut:
                connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65536):
                came += piece
        except (ConnectionError, TimeoutError):
            pass
    return _statuses(came) or ["closed"]


class _Bytes(BytesIO):
    """What has come, as http.client would read it from a socket."""

    def makefile(self, *_: Any, **__: Any) -> BytesIO:
        return self

    def close(self) -> None:
        """More answers may follow in it."""


def _statuses(came: bytes) -> list[int | str]:
    source = _Bytes(came)
    found: list[int | str] = []
    while source.tell() < len(came):
        if came[source.tell() :].startswith(b"HTTP/1.1 100"):
            found.append(100)
            source.seek(came.index(b"\r\n\r\n", source.tell()) + 4)
            continue
        answer = HTTPResponse(source)  # type: ignore[arg-type] # it only asks for the file
        try:
            answer.begin()
            body = answer.read()
        except HTTPException:
            found.append("frames")
            break
        assert b"Traceback" not in body
        found.append(answer.status)
    return found


def test_nothing_said_over_a_raw_socket_gets_through_or_changes_anything(served: Served) -> None:
    before, wrong = dump(served.app), {}
    for group, name in SENT:
        around, it = as_bytes(filled(group["around"], served.stage)), group["sends"][name]
        sent = around.replace(b"{it}", as_bytes(filled(it, served.stage)))
        found = answers(served, sent, group.get("cut", False))
        if not set(found) <= set(group["answers"]):
            wrong[f"{group['says']}: {name}"] = found
    assert not wrong, "\n".join(f"{name}: {found}" for name, found in wrong.items())
    assert dump(served.app) == before


# What the server refuses itself, or the program only in its own way when it comes through a server: any 4xx will do, or hanging up.
REFUSED_BEFORE = frozenset(
    {
        "files: a form that is too large: eleven megabytes",
        "files: a form without its form: a boundary that is no ASCII",
        "headers: odd headers, which break no line of a shell: Cookie of nonsense",
        "headers: odd headers, which break no line of a shell: X-Request-Id with an escape",
        "headers: a length that is none: a word",
        "headers: a length that is none: below nothing",
        "headers: a length that is none: with a plus",
        "headers: a length that is none: two of them",
        "headers: a length that is none: hexadecimal",
        "headers: a length that is none: beyond all",
        "headers: a length that is none: in full width",
        "json: more than a body may be: eleven megabytes of NULs",
        "paths: nothing at this path: a script",
        "queries: orders: a cursor of a hundred thousand letters",
        "retries: a key of a retry: a delete",
    }
)


def spoken(request: Request, host: str) -> bytes:
    """A call of the corpus as it goes over the wire."""
    headers = [*request.headers, ("Connection", "close")]
    named = {name.lower() for name, _ in headers}
    if "host" not in named:
        headers.insert(0, ("Host", host))
    if request.body and "content-length" not in named:
        headers.append(("Content-Length", str(len(request.body))))
    lines = [as_bytes(f"{request.method} {request.target} HTTP/1.1"), *(f"{name}: {value}".encode("latin-1") for name, value in headers)]
    return b"\r\n".join(lines) + b"\r\n\r\n" + request.body


def test_the_corpus_gets_through_a_real_server_no_better(served: Served) -> None:
    """What the server does not refuse itself is answered as it is in process."""
    before, wrong = dump(served.app), {}
    assert {str(entry) for entry in corpus()} >= REFUSED_BEFORE
    for entry in corpus():
        request = entry.build(served.stage)
        found = answers(served, spoken(request, served.stage["host"]), cut=False)
        good = found == [entry.status]
        if str(entry) in REFUSED_BEFORE:
            good = found in (["closed"], [400], [413], [414], [415], [431])
        elif any(name == "Host" for name, _ in request.headers):
            # A server on loopback takes no call to another's name, whatever it is.
            good = found in ([403], [entry.status])
        if not good:
            wrong[str(entry)] = found
    assert not wrong, "\n".join(f"{name}: {found}" for name, found in wrong.items())
    assert dump(served.app) == before


def test_after_all_of_it_the_server_still_answers(served: Served) -> None:
    connection = HTTPConnection(served.host, served.port, timeout=PATIENCE)
    connection.request("GET", "/v1/me", headers={"Authorization": f"Bearer {served.stage['token']}"})
    assert connection.getresponse().status == 200
    connection.close()
