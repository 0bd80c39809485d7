"""What wrk prints is read as it is meant, and our own generator asks when it should."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise, repeat
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest

from loadtests.bench import driving
from loadtests.bench.driving import Reply, hurry, paced, request
from loadtests.bench.wrk import Rate, Unfit, parse

PRINTED = """Running 1s test @ http://127.0.0.1:1234/
  1 threads and 8 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     2.21ms  831.26us  16.97ms   97.15%
    Req/Sec     3.69k   232.29     3.96k    80.00%
  Latency Distribution
     50%  951.00us
     75%    2.19ms
     90%    2.47ms
     99%    1.21s
  3674 requests in 1.00s, 6.50MB read
Requests/sec:   3671.43
Transfer/sec:      6.50MB
"""


def test_rate_and_latencies_are_read_in_milliseconds_whatever_unit_they_are_told_in():
    assert parse(PRINTED) == Rate(3671.43, pytest.approx(0.951), pytest.approx(1210), 3674)


@pytest.mark.parametrize(
    "told",
    [
        PRINTED.replace("Requests/sec", "  Non-2xx or 3xx responses: 3\nRequests/sec"),
        PRINTED.replace("Requests/sec", "  Socket errors: connect 0, read 0, write 0, timeout 1\nRequests/sec"),
        PRINTED.replace("3674 requests", "0 requests"),
        PRINTED.replace("99%    1.21s", ""),
        "",
    ],
    ids=["refusals", "errors", "nothing answered", "no latency", "nothing said"],
)
def test_a_run_with_anything_but_answers_of_success_counts_for_nothing(told: str):
    with pytest.raises(Unfit):
        parse(told)


@contextmanager
def serving(status: str = "200 OK", seconds: float = 0.0) -> Iterator[tuple[int, list[bytes]]]:
    """A server that answers each request with the line it began with; yields its port and all of these lines."""
    lines: list[bytes] = []

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            while line := self.rfile.readline():
                length = 0
                while (header := self.rfile.readline()) != b"\r\n":
                    name, _, value = header.partition(b":")
                    length = int(value) if name.lower() == b"content-length" else length
                asked = line.strip() + b" " + self.rfile.read(length)
                lines.append(asked)
                time.sleep(seconds)
                self.wfile.write(b"HTTP/1.1 %s\r\ncontent-length: %d\r\n\r\n%s" % (status.encode(), len(asked), asked))

    server = ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield server.server_address[1], lines
    finally:
        server.shutdown()
        server.server_close()


def conversation(name: str) -> driving.Script:
    """A first request, and a second that repeats what the first was answered."""
    reply: Reply = yield request("GET", f"/{name}", "token")
    yield request("POST", f"/{name}/again", "token", reply.body)


def test_each_script_goes_on_with_its_own_answer_whichever_connection_it_has():
    with serving() as (port, lines):
        done = hurry(port, map(conversation, "abc"), connections=2)
    assert (done.requests, done.scripts) == (6, 3)
    assert sorted(lines) == sorted(
        line
        for name in (b"a", b"b", b"c")
        for line in (b"GET /%s HTTP/1.1 " % name, b"POST /%s/again HTTP/1.1 GET /%s HTTP/1.1 " % (name, name))
    )


def test_scripts_without_end_are_left_when_the_time_is_over():
    with serving() as (port, lines):
        done = hurry(port, map(conversation, repeat("x")), connections=1, seconds=0.1)
    assert done.seconds >= 0.1
    assert done.requests in (len(lines), len(lines) - 1), "one may be under way"


def test_a_slow_server_gets_no_fewer_requests_and_waiting_for_a_connection_counts():
    # Five requests are due in 50 ms; the one connection there is carries out one in 30 ms.
    with serving(seconds=0.03) as (port, lines):
        took = paced(port, repeat(request("GET", "/", "token")), per_second=100, seconds=0.05, connections=1)
    assert len(took) == len(lines) == 5
    # The last was due 10 ms after the one before it and answered 30 ms after it, so each waits longer by some 20 ms.
    assert all(later - earlier > 10 for earlier, later in pairwise(took))
    assert took[-1] > 100


@pytest.mark.parametrize("status", ["404 Not Found", "500 Internal Server Error"])
def test_our_own_generator_stops_at_anything_but_success_too(status: str):
    with serving(status) as (port, _), pytest.raises(Unfit, match=status[:3]):
        hurry(port, map(conversation, "a"), connections=1)


def test_an_answer_that_does_not_say_how_long_it_is_is_none():
    with serving("200 OK\r\n\r\n") as (port, _), pytest.raises(Unfit, match="did not say how long"):
        hurry(port, map(conversation, "a"), connections=1)
