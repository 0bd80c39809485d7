"""The server as a process: workers that die, clients that dawdle, the end, and what it says meanwhile."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread

import psutil
import pytest

from .serving import Server, Told, patiently

BUYER = "Bearer demo-buyer"
LOAD = "/_emulator/sandboxes/default/load"


def head(method: str, path: str, *more: str) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *more, "", ""]).encode()


@pytest.fixture(scope="module")
def served() -> Iterator[Server]:
    """A server with one worker that answers one request at a time; no test here ends it."""
    with Server() as server:
        yield server


# ── workers ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_worker_that_is_killed_is_replaced_again_and_again_and_nobody_outside_notices() -> None:
    with Server("--workers", "2") as server:
        for _ in patiently():
            if len(server.workers()) == 2:
                break
        answered = 0
        for _ in range(6):
            victim, other = sorted(server.workers())
            os.kill(victim, signal.SIGKILL)
            # One look for both: between two, the dead may be gone and his place still empty.
            while victim in (there := server.workers()) or len(there) < 2:
                assert server.ask("GET", "/v1/me", Authorization=BUYER).status == 200
                answered += 1
            assert other in server.workers()
        assert answered
        assert server.process.poll() is None
        assert "SIGKILL" in server.printed
        assert server.stop() == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux deals out what comes to one port")
def test_connections_that_come_at_once_are_dealt_out_among_workers() -> None:
    with Server("--workers", "2") as server:
        connections = [server.open(head("GET", "/v1/rules")) for _ in range(32)]
        for connection in connections:
            assert connection.recv(12) == b"HTTP/1.1 200"
        taken = {
            worker: sum(
                one.laddr.port == server.port and one.status == psutil.CONN_ESTABLISHED for one in psutil.Process(worker).net_connections()
            )
            for worker in server.workers()
        }
        assert sum(taken.values()) == 32
        # A fair coin does not fall otherwise in some thousand years of hourly runs.
        assert len(taken) == 2
        assert min(taken.values()) >= 2
        for connection in connections:
            connection.close()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody can share a port with another")
def test_a_port_of_a_server_with_two_workers_is_taken() -> None:
    with Server("--workers", "2") as server:
        another = Server("--workers", "2", port=server.port)
        assert another.process.wait(30) != 0
        assert "cannot listen on 127.0.0.1" in another.printed
        another.__exit__()


@pytest.mark.skipif(not hasattr(os, "SCHED_BATCH"), reason="only Linux has it")
def test_threads_of_a_worker_do_not_push_each_other_off_a_core(served: Server) -> None:
    assert served.ask("GET", "/v1/me", Authorization=BUYER).status == 200
    (worker,) = served.workers()
    threads = [int(thread.name) for thread in Path(f"/proc/{worker}/task").iterdir()]
    assert {os.sched_getscheduler(thread) for thread in threads if thread != worker} == {os.SCHED_BATCH}
    assert os.sched_getscheduler(served.process.pid) == os.SCHED_OTHER


def test_counts_are_of_all_workers_together_and_outlive_each() -> None:
    with Server("--workers", "2") as server:
        for victim in [*server.workers(), None]:
            for _ in range(20):
                assert server.ask("GET", "/v1/me", Authorization=BUYER).status == 200
            if victim is not None:
                os.kill(victim, signal.SIGKILL)
                for _ in patiently():
                    if victim not in server.workers() and len(server.workers()) == 2:
                        break
        told = server.ask("GET", "/metrics").body.decode()
        assert 'http_requests_total{method="GET",route="/v1/me",status="200"} 60.0' in told
        assert 'http_request_duration_seconds_count{method="GET",route="/v1/me"} 60.0' in told
        assert "process_resident_memory_bytes " in told
        folder = shared_folder(server)
        assert list(folder.glob("*.db"))
        assert server.stop() == 0
        assert not folder.exists()


def shared_folder(server: Server) -> Path:
    """Where the workers of a server count together: it holds a file by the name of a worker's process."""
    for top in (Path("/dev/shm"), Path("/tmp")):
        for path in top.glob("dispute-emulator-*/*.pid"):
            if path.read_text("ascii") in {str(worker) for worker in server.workers()}:
                return path.parent
    raise AssertionError("no worker counts anywhere")


def test_workers_do_not_outlive_their_parent() -> None:
    with Server("--workers", "2") as server:
        for _ in patiently():
            if len(server.workers()) == 2 and all(server.ask("GET", "/v1/rules").status == 200 for _ in range(4)):
                break
        folder = shared_folder(server)
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
        for _ in patiently():
            try:
                server.open().close()
            except ConnectionRefusedError:
                break
        else:
            pytest.fail("somebody still listens")
        assert not folder.exists()


# ── the end ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("by", "whole_group"), [(signal.SIGTERM, False), (signal.SIGINT, True)], ids=["SIGTERM", "Ctrl+C"])
def test_told_to_stop_it_finishes_what_runs_and_ends_well(by: signal.Signals, whole_group: bool) -> None:
    with Server("--stop-seconds", "25") as server:
        told: list[Told] = []
        long = Thread(target=lambda: told.append(server.ask("POST", LOAD, {"orders": 3000})))
        long.start()
        # Its only thread is at work where an ordinary call has to wait.
        for _ in patiently():
            try:
                server.ask("GET", "/v1/me", timeout=0.3, Authorization=BUYER)
            except TimeoutError:
                break
        assert server.stop(by, whole_group=whole_group) == 0
        long.join()
        assert [(answer.status, answer.json["orders"]) for answer in told] == [(201, 3000)]


def test_a_slow_client_does_not_keep_it_from_stopping() -> None:
    with Server("--stop-seconds", "1") as server:
        slow = server.open(head("POST", "/v1/orders", "Content-Length: 50") + b'{"store"')
        assert server.ask("GET", "/v1/rules").status == 200
        assert server.stop() == 0
        slow.close()


def test_a_port_that_is_taken_is_not_announced() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = Server(port=taken.getsockname()[1])
        assert server.process.wait(30) != 0
        assert "cannot listen on 127.0.0.1" in server.printed
        assert "dispute-emulator on http" not in server.printed
        server.__exit__()


# ── slow clients ───────────────────────────────────────────────────────────────────────────────────────────────────────


def body_that_trickles(server: Server) -> socket.socket:
    return server.open(head("POST", "/v1/orders", f"Authorization: {BUYER}", "Content-Type: application/json", "Content-Length: 50") + b"{")


def body_that_never_comes(server: Server) -> socket.socket:
    return server.open(head("POST", "/_emulator/sandboxes", "Content-Type: application/json", "Transfer-Encoding: chunked"))


def upload_that_stops(server: Server) -> socket.socket:
    lines = (f"Authorization: {BUYER}", "Content-Type: multipart/form-data; boundary=b", "Content-Length: 9000000")
    return server.open(head("POST", "/v1/evidence", *lines) + b"--b\r\n" + bytes(100_000))


def head_that_never_ends(server: Server) -> socket.socket:
    return server.open(b"GET /v1/me HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")


def connection_that_idles(server: Server) -> socket.socket:
    connection = server.open(head("GET", "/v1/rules"))
    assert connection.recv(100).startswith(b"HTTP/1.1 200")
    return connection


def answer_that_is_never_read(server: Server) -> socket.socket:
    return server.open(head("GET", "/docs/swagger-ui-bundle.js") * 8, receive_bytes=4096)


def read_all(connection: socket.socket, *, begun: bool) -> None:
    """Read until there is no more; nothing may be there where no answer has begun, and its end must not be."""
    while data := connection.recv(65536):
        assert begun, data
    pytest.fail("it was hung up on")


@pytest.mark.parametrize(
    "dawdle",
    [body_that_trickles, body_that_never_comes, upload_that_stops, head_that_never_ends, connection_that_idles, answer_that_is_never_read],
)
def test_while_ten_slow_clients_hang_an_ordinary_request_is_answered(served: Server, dawdle: Callable[[Server], socket.socket]) -> None:
    slow = [dawdle(served) for _ in range(10)]
    assert served.ask("GET", "/v1/me", Authorization=BUYER).status == 200
    assert served.ask("POST", "/_emulator/sandboxes", {"world": "empty"}).status == 201
    for connection in slow:
        # All of them hang still: nobody was hung up on, so that the others could be served.
        connection.setblocking(False)
        with pytest.raises(BlockingIOError):
            read_all(connection, begun=dawdle in (connection_that_idles, answer_that_is_never_read))
        connection.close()


def test_a_body_that_comes_late_is_acted_upon_once_it_is_whole(served: Server) -> None:
    body = b'{"world": "empty", "name": "late"}'
    slow = served.open(head("POST", "/_emulator/sandboxes", "Content-Type: application/json", f"Content-Length: {len(body)}"))
    for byte in body[:-1]:
        slow.sendall(bytes([byte]))
        assert served.ask("GET", "/v1/rules/CAN-3").status == 200
    assert "late" not in served.ask("GET", "/_emulator/sandboxes").body.decode()
    slow.sendall(body[-1:])
    assert slow.recv(1000).startswith(b"HTTP/1.1 201")
    assert "late" in served.ask("GET", "/_emulator/sandboxes").body.decode()
    slow.close()


@pytest.mark.parametrize("length", ["Content-Length: 40", "Transfer-Encoding: chunked"])
def test_a_request_whose_body_is_cut_off_is_not_acted_upon(served: Server, length: str) -> None:
    """Cancelling takes no body: read as an empty one, what was cut off would have done it."""
    order = served.ask("GET", "/v1/orders?status=awaiting_shipment", Authorization=BUYER).json["data"][0]["id"]
    slow = served.open(head("POST", f"/v1/orders/{order}/cancel", f"Authorization: {BUYER}", "Content-Type: application/json", length))
    assert served.ask("GET", "/v1/rules").status == 200
    slow.close()
    for _ in patiently():
        if 'route="/v1/orders/{order}/cancel",status="400"' in served.ask("GET", "/metrics").body.decode():
            break
    assert served.ask("GET", f"/v1/orders/{order}", Authorization=BUYER).json["status"] == "awaiting_shipment"


# ── limits ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", b"414"),
        (head("GET", "/v1/me", "X-Long: " + "a" * 500_000), b"431"),
        (head("GET", "/v1/me", *(f"X-{number}: 1" for number in range(200))), b"431"),
        (b"GET /v1/me HTTP/1.1\r\nHost : 127.0.0.1\r\n\r\n", b"400"),
    ],
    ids=["line", "header", "headers", "nonsense"],
)
def test_a_head_beyond_all_measure_is_refused_clearly(served: Server, request_head: bytes, status: bytes) -> None:
    connection = served.open()
    with suppress(ConnectionError):  # It may hear enough before the end.
        connection.sendall(request_head)
    assert connection.recv(100).split()[1] == status
    connection.close()
    assert served.ask("GET", "/v1/rules").status == 200


def test_what_is_announced_as_too_large_is_refused_unread() -> None:
    with Server(environment={"EMULATOR_KEY": "sesame"}) as server:
        for path, length, expected in (("/v1/orders", 2_000_000, b"413"), ("/_emulator/sandboxes/import", 200_000_000, b"401")):
            lines = ("Content-Type: application/json", f"Content-Length: {length}", f"Authorization: {BUYER}")
            connection = server.open(head("POST", path, *lines))
            assert connection.recv(100).split()[1] == expected
            connection.close()


# ── what it says ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("form", ["text", "json"])
def test_whatever_happens_it_prints_no_secret(form: str) -> None:
    key, password = "sesame-for-this-test", "hush-hush-for-this-test"
    environment = {"EMULATOR_KEY": key, "EMULATOR_LOG_FORMAT": form, "EMULATOR_ACCESS_LOG": "1"}
    with Server("--workers", "2", environment=environment) as server:
        made = server.ask("POST", "/_emulator/sandboxes", {"seed": "s"}, X_Emulator_Key=key).json
        tokens = [account["token"] for account in made["accounts"]]
        for token in tokens:
            bearer = f"Bearer {token}"
            assert server.ask("GET", "/v1/me", Authorization=bearer, X_Request_Id="id-of-this-test").status == 200
            server.ask("POST", "/v1/orders", {"store": "words of the body"}, Authorization=bearer)
            server.ask("POST", "/v1/orders", b"{words of the body", Authorization=bearer)
            server.ask("GET", f"/v1/orders?cursor={token}", Authorization=bearer)
            server.ask("DELETE", "/v1/me", Authorization=bearer)
        server.ask("GET", "/_emulator/sandboxes", X_Emulator_Key=key + "-almost")
        server.open(head("POST", "/v1/orders", f"Authorization: Bearer {tokens[0]}", "Content-Length: 9") + b"words").close()
        server.open(f"NONSENSE {tokens[0]}\r\n\r\n".encode()).close()
        os.kill(server.workers()[0], signal.SIGKILL)
        for _ in patiently():
            if "SIGKILL" in server.printed:
                break
        server.ask("GET", "/metrics", Authorization=f"Bearer {key}")
        assert server.stop() == 0
        said = server.printed
    assert "id-of-this-test" in said
    assert "SIGKILL" in said
    assert not [secret for secret in (key, "words of the body", *tokens) if secret in said]
    if form == "json":
        lines = [json.loads(line) for line in said.splitlines()]
        assert {"time", "level", "message"} <= set.intersection(*(set(line) for line in lines))
        assert [line for line in lines if line.get("route") == "/v1/me" and line.get("sandbox") == made["id"]]
    away = Server(environment={"DATABASE_URL": f"postgresql://me:{password}@127.0.0.1:1/desk", "EMULATOR_LOG_FORMAT": form})
    assert away.process.wait(30) != 0
    assert "Cannot open" in away.printed
    assert password not in away.printed
    away.__exit__()


def test_options_can_be_given_by_the_environment() -> None:
    with Server(environment={"EMULATOR_MAX_SANDBOXES": "1"}) as server:
        full = server.ask("POST", "/_emulator/sandboxes", {"world": "empty"})
        assert (full.status, full.json["code"]) == (409, "sandboxes_over_limit")


def test_a_page_of_another_site_is_refused_by_the_server_as_it_is_started(served: Server) -> None:
    assert served.ask("POST", LOAD, {}, Origin="https://evil.example").json["code"] == "foreign_origin"
    assert served.ask("GET", "/v1/me", Host="evil.example", Authorization=BUYER).json["code"] == "foreign_origin"
    assert served.ask("GET", "/v1/me", Authorization=BUYER).headers["server"] == "dispute-emulator"
