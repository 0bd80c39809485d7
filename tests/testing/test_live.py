"""The live server: HTTP as clients expect it, connections that are kept, and time that may stand still while it serves and stops."""

from __future__ import annotations

import datetime as datetime_module
import gc
import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
from flask import Flask
from freezegun import freeze_time

from emulator import create_app, travel
from emulator.testing.live import LiveServer

from .clients import Quarrel, httpx_client

START = datetime(2051, 3, 2, 9, 0, tzinfo=UTC)
HEALTH = "/_emulator/health"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    app = create_app(f"sqlite:///{tmp_path_factory.mktemp('live') / 'emulator.db'}", demo=False)
    yield app
    app.extensions["dispute_emulator"].close()


@pytest.fixture
def server(app: Flask) -> Iterator[LiveServer]:
    with LiveServer(app) as server:
        yield server


@pytest.fixture
def connection(server: LiveServer) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=10)
    yield connection
    connection.close()


def ask(connection: http.client.HTTPConnection, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any, datetime]:
    said = {"Content-Type": "application/json", **headers}
    connection.request(method, path, None if body is None else json.dumps(body), said)
    answer = connection.getresponse()
    date, data = parsedate_to_datetime(answer.headers["Date"]), answer.read()
    return answer.status, json.loads(data) if data else None, date


# ── HTTP ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_one_connection_carries_any_number_of_calls(connection: http.client.HTTPConnection) -> None:
    sockets = set()
    for number in range(30):
        status, made, _ = ask(connection, "POST", "/_emulator/sandboxes", {"world": "empty", "name": f"n{number}"})
        assert (status, made["name"]) == (201, f"n{number}")
        path = f"/_emulator/sandboxes/{made['id']}"
        assert ask(connection, "GET", path)[0] == 200
        assert ask(connection, "HEAD", path)[:2] == (200, None)
        assert ask(connection, "DELETE", path)[:2] == (204, None)
        assert ask(connection, "GET", path)[0] == 404
        assert ask(connection, "POST", "/nowhere", {"what": "ever" * number})[0] == 404
        sockets.add(connection.sock)
    assert len(sockets) == 1
    assert None not in sockets


def test_a_body_that_nobody_reads_leaves_the_connection_in_order(connection: http.client.HTTPConnection) -> None:
    """Refused for its size, its type or its place before it was read: the next call on the connection is the next call."""
    for path, kind, size, status in (
        ("/v1/orders", "application/json", 3_000_000, 413),
        ("/_emulator/sandboxes", "application/json", 3_000_000, 413),
        ("/_emulator/sandboxes", "text/plain", 3_000, 415),
        ("/nowhere", "text/plain", 300_000, 404),
    ):
        connection.request("POST", path, b"x" * size, {"Content-Type": kind})
        answer = connection.getresponse()
        assert answer.read()
        kept = connection.sock
        assert kept is not None
        assert answer.status == status
        assert ask(connection, "GET", HEALTH)[0] == 200
        assert connection.sock is kept


def test_a_body_in_pieces_arrives_whole(server: LiveServer) -> None:
    def pieces() -> Iterator[bytes]:
        yield from (b'{"world": ', b'"empty", "name"', b': "in pieces"}')

    made = requests.post(f"{server.url}/_emulator/sandboxes", data=pieces(), headers={"Content-Type": "application/json"}, timeout=10)
    assert (made.status_code, made.json()["name"]) == (201, "in pieces")


def test_who_waits_to_be_asked_for_the_body_is_asked(server: LiveServer) -> None:
    body = b'{"world": "empty"}'
    head = f"POST /_emulator/sandboxes HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    with socket.create_connection((server.host, server.port), timeout=10) as plain:
        plain.sendall(f"{head}Expect: 100-continue\r\n\r\n".encode())
        assert plain.recv(1000).startswith(b"HTTP/1.1 100 ")
        plain.sendall(body)
        assert plain.recv(1000).startswith(b"HTTP/1.1 201 ")


def test_calls_sent_at_once_are_answered_one_after_another(server: LiveServer) -> None:
    call = f"GET {HEALTH} HTTP/1.1\r\nHost: x\r\n"
    with socket.create_connection((server.host, server.port), timeout=10) as plain:
        plain.sendall(f"{call}\r\n{call}\r\n{call}Connection: close\r\n\r\n".encode())
        answers = b""
        while piece := plain.recv(10_000):
            answers += piece
    assert answers.count(b"HTTP/1.1 200 ") == answers.count(b'"status":"ok"') == 3


def test_a_client_that_leaves_in_the_middle_harms_nobody(server: LiveServer, capfd: pytest.CaptureFixture[str]) -> None:
    for start in (b"POST /_emulator/sandboxes HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{", b"GET /_emul", b""):
        with socket.create_connection((server.host, server.port), timeout=10) as plain:
            plain.sendall(start)
    assert httpx.get(server.url + HEALTH).status_code == 200
    assert "Traceback" not in capfd.readouterr().err


def test_many_clients_at_once_each_get_their_own_answers(server: LiveServer) -> None:
    def tell(number: int) -> str:
        with httpx_client(server.app, server.url, httpx.HTTPTransport()) as client:
            quarrel = Quarrel(client, seed=f"crowd {number}", now=f"2026-03-{number % 28 + 1:02}T09:00:00Z", frozen=True)
            opened = quarrel.opened()
            moved = quarrel.do("", "POST", f"/_emulator/sandboxes/{quarrel.id}/clock/advance", {"to_next": True}).json
            assert [line["dispute"] for line in moved["fired"]] == [quarrel.dispute]
            assert moved["to"] == opened["escalates_at"]
            return quarrel.id

    with ThreadPoolExecutor(12) as crowd:
        assert len(set(crowd.map(tell, range(60)))) == 60


def test_a_port_that_is_taken_is_an_error_and_not_the_end_of_the_process(server: LiveServer) -> None:
    with pytest.raises(OSError, match="in use"):
        LiveServer(server.app, port=server.port)


def test_a_server_without_an_application_makes_an_emulator_and_puts_it_away() -> None:
    with LiveServer() as server:
        folder = Path(server.app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///")).parent
        assert folder.is_dir()
        me = httpx.get(f"{server.url}/v1/me", headers={"Authorization": "Bearer demo-buyer"})
        assert me.json()["name"] == "buyer"
    assert not folder.exists()
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.url + HEALTH)


def test_a_server_that_was_never_started_can_be_stopped(app: Flask) -> None:
    server = LiveServer(app)
    server.stop()
    LiveServer(app, port=server.port).stop()


# ── frozen time ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_connection_is_kept_while_frozen_time_jumps(connection: http.client.HTTPConnection) -> None:
    with freeze_time(START) as frozen:
        _, made, _ = ask(connection, "POST", "/_emulator/sandboxes", {"world": "empty"})
        kept = connection.sock
        assert kept is not None
        for days in (0, 1, 400, 4000):
            frozen.move_to(START + timedelta(days=days))
            _, clock, date = ask(connection, "GET", f"/_emulator/sandboxes/{made['id']}/clock")
            assert date == datetime.fromisoformat(clock["now"]) == START + timedelta(days=days)
        # Also where it is set back, by a freeze that ends.
        with freeze_time(START + timedelta(days=9000)):
            assert ask(connection, "GET", HEALTH)[2] == START + timedelta(days=9000)
        assert ask(connection, "GET", HEALTH)[2] == START + timedelta(days=4000)
    assert ask(connection, "GET", HEALTH)[2] < START
    assert connection.sock is kept


@pytest.mark.parametrize("client", ["httpx", "requests"])
def test_clients_with_pools_go_on_while_frozen_time_jumps(client: str, server: LiveServer) -> None:
    kind: Any = httpx.Client if client == "httpx" else requests.Session
    with kind() as pool, freeze_time(START) as frozen:
        for _ in range(5):
            assert pool.get(server.url + HEALTH, timeout=5).status_code == 200
            frozen.tick(timedelta(days=15))
        with freeze_time(START):
            assert pool.get(server.url + HEALTH, timeout=5).status_code == 200


def test_it_stops_though_time_stands_still_and_a_connection_is_kept(app: Flask) -> None:
    """It would hang where anything waited by asking the frozen clock; how long it takes is printed and nothing more."""
    real = time.perf_counter
    for wish in ({}, {"tick": True}, {"auto_tick_seconds": 60}):
        server = LiveServer(app).start()
        kept = http.client.HTTPConnection(server.host, server.port, timeout=10)
        with freeze_time(START, **wish):
            assert ask(kept, "GET", HEALTH)[0] == 200
            begun = real()
            stopper = threading.Thread(target=server.stop, daemon=True)
            stopper.start()
            stopper.join(10)
            assert not stopper.is_alive()
            print(f"stopped in {(real() - begun) * 1000:.1f} ms, frozen {wish}")
        kept.close()
        assert not [thread.name for thread in threading.enumerate() if "dispute-emulator" in thread.name or "request" in thread.name]


def test_a_call_under_way_is_finished_before_it_stops(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    entered, go_on = threading.Event(), threading.Event()
    served = app.view_functions["health"]

    def slowly(**ids: str) -> Any:
        entered.set()
        assert go_on.wait(10)
        return served(**ids)

    monkeypatch.setitem(app.view_functions, "health", slowly)
    server = LiveServer(app).start()
    with ThreadPoolExecutor(2) as others:
        answer = others.submit(httpx.get, server.url + HEALTH)
        assert entered.wait(10)
        stopping = others.submit(server.stop)
        go_on.set()
        assert answer.result(10).status_code == 200
        stopping.result(10)


def test_a_served_emulator_never_freezes_anything_and_leaves_datetime_whole(server: LiveServer) -> None:
    """Freezes that overlap in threads break datetime for good; the traveller starts none, and moves time on the main thread alone."""
    true = datetime_module.datetime
    stop = threading.Event()
    told: list[int] = []

    def look() -> None:
        with httpx.Client(base_url=server.url) as client:
            while not stop.is_set():
                told.append(client.get(HEALTH).status_code)

    lookers = [threading.Thread(target=look) for _ in range(4)]
    with httpx_client(server.app, server.url, httpx.HTTPTransport()) as client:
        for looker in lookers:
            looker.start()
        try:
            for _ in range(10):
                with freeze_time(START) as frozen:
                    quarrel = Quarrel(client)
                    opened = quarrel.opened()
                    report = travel(frozen, by="P15D", app=server.app)
                    assert [line["at"] for line in report["fired"] if line["dispute"] == quarrel.dispute] == [opened["escalates_at"]]
                    assert quarrel.look().date == START + timedelta(days=15)
        finally:
            stop.set()
            for looker in lookers:
                looker.join(10)
    assert set(told) == {200}
    assert datetime_module.datetime is true
    frozen_left = [
        f"{module.__name__}.{name}"
        for module in list(gc.get_objects())
        if isinstance(module, type(threading)) and module.__name__.partition(".")[0] != "freezegun"
        for name, value in list(vars(module).items())
        if isinstance(value, type) and value.__module__ == "freezegun.api" and name == value.__name__.replace("Fake", "").lower()
    ]
    assert not frozen_left
