"""The client of the commands: one connection, no proxy to this machine, and a name for every way to get no answer."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from emulator.remote import BrokenOff, Foreign, Problem, Remote, Unreachable, is_loopback


class Other(BaseHTTPRequestHandler):
    """The other end: remembers what it was asked on which connection, and answers as its server was told."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append((self.client_address[1], self.command, self.path, dict(self.headers), body))
        kind, status, data = self.server.answers.pop(0) if self.server.answers else ("application/json", 200, b"{}")
        if kind == "hang up":
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data) + (5 if kind == "cut off" else 0)))
        self.end_headers()
        self.wfile.write(data)
        if kind in ("last", "cut off"):
            self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Without a word."""


class Server(ThreadingHTTPServer):
    """What was asked, and what is answered: kind, status and bytes."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Other)
        self.asked: list[tuple[int, str, str, dict[str, str], bytes]] = []
        self.answers: list[tuple[str, int, bytes]] = []
        self.url = f"http://127.0.0.1:{self.server_port}"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        thread = Thread(target=made.serve_forever, args=(0.02,))
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.fixture
def remote(server: Server) -> Iterator[Remote]:
    made = Remote(server.url, key="sesame")
    yield made
    made.close()


def test_all_calls_go_over_one_connection_with_the_key(server: Server, remote: Remote) -> None:
    server.answers += [("application/json", 200, b'{"a": "\xc3\xbc"}'), ("application/json", 201, b"[1]")]
    assert remote.get("/one?x=%20y") == {"a": "ü"}
    assert remote.post("/two", {"b": "ü"}) == [1]
    assert remote.raw("GET", "/three") == b"{}"
    assert len({port for port, *_ in server.asked}) == 1
    assert [(method, path) for _, method, path, _, _ in server.asked] == [("GET", "/one?x=%20y"), ("POST", "/two"), ("GET", "/three")]
    assert all(headers["X-Emulator-Key"] == "sesame" for *_, headers, _ in server.asked)
    assert json.loads(server.asked[1][4]) == {"b": "ü"}
    assert server.asked[1][3]["Content-Type"] == "application/json"


def test_an_address_may_have_a_path_before_it(server: Server) -> None:
    remote = Remote(f"{server.url}/desk/")
    remote.get("/one")
    remote.close()
    assert server.asked[0][2] == "/desk/one"
    assert "X-Emulator-Key" not in server.asked[0][3]


def test_a_refusal_says_all_that_the_problem_does(server: Server, remote: Remote) -> None:
    body = {"title": "No.", "detail": "No. Do so.", "code": "no_way", "rule": "ORD-1", "errors": {"a": ["b"]}}
    server.answers.append(("application/problem+json", 409, json.dumps(body).encode()))
    with pytest.raises(Problem, match=r"No\. Do so\.") as refused:
        remote.get("/")
    no = refused.value
    assert (no.status, no.code, no.rule, no.errors, no.body) == (409, "no_way", "ORD-1", {"a": ["b"]}, body)
    assert remote.get("/") == {}, "and the next call goes on"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (("text/html", 200, b"<html>hello"), "'<html>hello'"),
        (("text/html", 404, b"<html>hello"), "404 Not Found"),
        (("application/json", 500, b"{}"), "500 Internal Server Error"),
        (("application/problem+json", 500, b"[]"), "500"),
        (("text/html", 302, b""), "302 Found"),
    ],
)
def test_what_is_no_emulator_is_named_so(server: Server, remote: Remote, answer: tuple[str, int, bytes], said: str) -> None:
    server.answers.append(answer)
    with pytest.raises(Foreign, match="is no emulator") as foreign:
        remote.get("/")
    assert said in str(foreign.value)


def test_what_speaks_no_http_is_named_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        remote = Remote(f"http://127.0.0.1:{listening.getsockname()[1]}")

        def greet() -> None:
            caller, _ = listening.accept()
            with caller:
                caller.sendall(b"220 mail.example ESMTP\r\n")

        thread = Thread(target=greet)
        thread.start()
        with pytest.raises((Foreign, BrokenOff)):
            remote.get("/")
        thread.join()
        remote.close()


def test_nobody_there_is_named_so() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        with pytest.raises(Unreachable, match="connection refused"):
            Remote(f"http://127.0.0.1:{free.getsockname()[1]}").get("/")
    with pytest.raises(Unreachable, match=r"Nobody answers at http://emulator\.invalid"):
        Remote("http://emulator.invalid").get("/")


def test_a_connection_given_up_meanwhile_is_made_anew_for_what_changes_nothing(server: Server, remote: Remote) -> None:
    remote.get("/one")
    server.answers.append(("hang up", 0, b""))
    assert remote.get("/two") == {}
    assert [path for _, _, path, _, _ in server.asked] == ["/one", "/two", "/two"]


def test_what_may_have_happened_is_never_asked_twice(server: Server, remote: Remote) -> None:
    remote.get("/one")
    server.answers.append(("hang up", 0, b""))
    with pytest.raises(BrokenOff, match="hung up before it answered"):
        remote.post("/two", {})
    assert [path for _, _, path, _, _ in server.asked] == ["/one", "/two"]
    assert remote.post("/three", {}) == {}


def test_an_answer_that_is_cut_off_is_no_answer(server: Server, remote: Remote) -> None:
    server.answers.append(("cut off", 200, b"{}"))
    with pytest.raises(BrokenOff, match="broke"):
        remote.get("/")


def test_this_machine_is_never_asked_through_a_proxy(server: Server, remote: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert remote.get("/") == {}


def test_other_machines_are_asked_as_the_environment_wants(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("no_proxy", "NO_PROXY", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", server.url.replace("//", "//me:p%40ss@"))
    remote = Remote("http://emulator.example:8080/desk")
    assert remote.get("/one") == {}
    remote.close()
    _, _, path, headers, _ = server.asked[0]
    assert (path, headers["Host"]) == ("http://emulator.example:8080/desk/one", "emulator.example:8080")
    assert headers["Proxy-Authorization"] == "Basic bWU6cEBzcw=="
    monkeypatch.setenv("no_proxy", "emulator.invalid")
    with pytest.raises(Unreachable):
        Remote("http://emulator.invalid").get("/")


@pytest.mark.parametrize(
    ("host", "mine"),
    [("127.0.0.1", True), ("127.3.2.1", True), ("::1", True), ("localhost", True), ("192.0.2.1", False), ("localhost.example", False)],
)
def test_what_is_this_machine(host: str, mine: bool) -> None:
    assert is_loopback(host) is mine


@pytest.mark.parametrize(
    "url", ["", "emulator", "ftp://emulator", "http://", "http://a:b", "http://a:70000", "http://a?b", "http://a#b", "http://me@a"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="is no address such as"):
        Remote(url)
