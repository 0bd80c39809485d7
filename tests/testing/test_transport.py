"""How calls get to an emulator: the same answers in process and over HTTP, and what becomes of them where nobody answers."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
from flask import Flask, Response, jsonify, request

from emulator.testing.live import LiveServer
from emulator.testing.transport import InProcess, OverHttp, Transport, encoded

LOST_SECONDS = 0.2


def mirror() -> Flask:
    app = Flask("mirror")

    @app.route("/", defaults={"path": ""}, methods=["GET", "POST"])
    @app.route("/<path:path>", methods=["GET", "POST"])
    def show(path: str) -> Response:
        files = {name: [file.filename, file.read().decode("latin-1")] for name, file in request.files.items()}
        answer = jsonify(path=request.full_path, key=request.headers.get("X-Emulator-Key"), files=files, json=request.get_json(silent=True))
        answer.headers["X-Thread"] = str(threading.get_ident())
        return answer

    return app


@pytest.fixture(params=["in process", "over HTTP"])
def transport(request: pytest.FixtureRequest) -> Iterator[Transport]:
    app = mirror()
    if request.param == "in process":
        yield InProcess(app)
        return
    with LiveServer(app) as server:
        transport = OverHttp(server.url)
        yield transport
        transport.close()


def test_both_bring_the_same_there_and_back(transport: Transport) -> None:
    body, headers = encoded({"text": "ü"}, None)
    reply = transport.call("POST", "/v1/a%20b?c=d&c=%C3%BC", {**headers, "X-Mine": "1"}, body)
    assert (reply.status, reply.headers["content-TYPE"]) == (200, "application/json")
    assert b'"json":{"text":"\\u00fc"}' in reply.body
    assert b'"path":"/v1/a b?c=d&c=' in reply.body
    assert "CONTENT-LENGTH" in reply.headers
    assert reply.headers.get("X-None", "no") == "no"
    assert transport.call("PUT", "/", {}, None).status == 405


def test_files_go_as_a_form(transport: Transport) -> None:
    body, headers = encoded(None, {"file": ('a"b\r\n.png', b"\x00\r\n--\xff"), "bare": b"1"})
    reply = transport.call("POST", "/", headers, body)
    assert b'"files":{"bare":["bare","1"],"file":["a\\"b%0D%0A.png","\\u0000\\r\\n--\\u00ff"]}' in reply.body


def test_an_address_may_have_a_path_and_only_the_control_plane_gets_the_key() -> None:
    with LiveServer(mirror()) as server:
        transport = OverHttp(f"{server.url}/below/", key="sesame")
        assert transport.base_url == f"{server.url}/below"
        assert b'"key":null' in transport.call("GET", "/v1/me", {}, None).body
        answer = transport.call("GET", "/_emulator/health", {}, None).body
        assert b'"key":"sesame"' in answer
        assert b'"path":"/below/_emulator/health?"' in answer
        transport.close()


def test_a_connection_that_the_server_has_shut_is_opened_again() -> None:
    app = mirror()
    first = LiveServer(app).start()
    transport = OverHttp(first.url)
    assert transport.call("GET", "/", {}, None).status == 200
    first.stop()
    with LiveServer(app, port=first.port):
        assert transport.call("POST", "/", {}, b"{}").status == 200
    with pytest.raises(ConnectionError):
        transport.call("GET", "/", {}, None)
    transport.close()


def test_every_thread_has_a_connection_of_its_own() -> None:
    with LiveServer(mirror()) as server:
        transport = OverHttp(server.url)
        served: list[str] = []

        def call() -> None:
            served.extend(transport.call("GET", "/", {}, None).headers["X-Thread"] for _ in range(3))

        threads = [threading.Thread(target=call) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        call()
        assert len(served) == 15
        assert len(set(served[-3:])) == 1
        transport.close()


@pytest.mark.parametrize(
    "says", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", b"nonsense\r\n\r\n"], ids=["nothing", "half", "nonsense"]
)
def test_an_answer_that_breaks_off_is_an_error_of_the_connection(says: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(10_000)
                connection.sendall(says)

        thread = threading.Thread(target=answer)
        thread.start()
        transport = OverHttp(f"http://127.0.0.1:{listening.getsockname()[1]}")
        with pytest.raises(ConnectionError):
            transport.call("GET", "/", {}, None)
        thread.join()
        transport.close()


def test_a_server_that_never_answers_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        transport = OverHttp(f"http://127.0.0.1:{deaf.getsockname()[1]}", timeout=LOST_SECONDS)
        with pytest.raises(TimeoutError):
            transport.call("GET", "/", {}, None)
        transport.close()
