"""Asks a server from one thread that never sleeps: as fast as it answers, or at fixed instants whether it has answered or not.

wrk does neither: it cannot follow a dispute from call to call, it takes the next request of each connection when the last one is answered
(so that a slow answer hides those that would have come meanwhile), and wrk2, which would not, is no package of Debian's. Locust makes some
hundreds of requests a second on one core. A loop over a few sockets that looks again instead of waiting is late by some 20 µs, which is
little beside the answers it times; it takes a core of its own for that.
"""

from __future__ import annotations

import gc
import select
import socket
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from time import perf_counter
from typing import NamedTuple, TypeAlias

from .wrk import ANSWER_SECONDS, Unfit


class Reply(NamedTuple):
    """An answer."""

    status: int
    body: bytes


class Done(NamedTuple):
    """How many answers came, how many scripts ended, and in how many seconds."""

    requests: int
    scripts: int
    seconds: float


# Yields requests, as bytes, and is sent the answer to each.
Script: TypeAlias = Generator[bytes, Reply, None]


def request(method: str, path: str, token: str, body: bytes | None = None) -> bytes:
    """A request as it goes over the wire; `body` is JSON."""
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
    if body is None:
        return f"{head}\r\n".encode()
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


class _Connection:
    """A kept connection with at most one request under way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=ANSWER_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self._asked = b""
        self._got = bytearray()

    def send(self, asked: bytes) -> None:
        self._asked = asked
        if self.socket.send(asked) != len(asked):
            raise Unfit("A request did not go out at once.")

    def receive(self) -> Reply | None:
        """The answer, once all of it is there. Raises Unfit where it is none of success."""
        part = self.socket.recv(1 << 18)
        if not part:
            raise Unfit(f"The server hung up on {self._asked!r}")
        self._got += part
        end = self._got.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = self._got[:end].lower()
        at = head.find(b"\r\ncontent-length:")
        status = int(head[9:12])
        if at < 0 and status != 204:
            raise Unfit(f"An answer did not say how long it is: {bytes(head)!r}")
        length = 0 if at < 0 else int(head[at + 17 :].split(b"\r", 1)[0])
        whole = end + 4 + length
        if len(self._got) < whole:
            return None
        reply = Reply(status, bytes(self._got[end + 4 : whole]))
        del self._got[:whole]
        if not 200 <= status < 300:
            raise Unfit(f"{self._asked!r} was answered {status}: {reply.body[:1000].decode(errors='replace')}")
        return reply


@contextmanager
def _connections(port: int, count: int) -> Iterator[tuple[list[_Connection], Callable[[], list[_Connection]]]]:
    """Connections, and what tells which of them have something to be read. Meanwhile no collector takes its time."""
    made = [_Connection(port) for _ in range(count)]
    by_number = {one.socket.fileno(): one for one in made}
    poll = select.poll()
    for number in by_number:
        poll.register(number, select.POLLIN)
    heard = perf_counter()

    def readable() -> list[_Connection]:
        nonlocal heard
        found = [by_number[number] for number, _ in poll.poll(0)]
        now = perf_counter()
        if found:
            heard = now
        elif now - heard > ANSWER_SECONDS:
            raise Unfit(f"Nothing was answered for {ANSWER_SECONDS} seconds.")
        return found

    gc.disable()
    try:
        yield made, readable
    finally:
        gc.enable()
        for one in made:
            with suppress(OSError):
                one.socket.close()


def hurry(port: int, scripts: Iterator[Script], connections: int, seconds: float | None = None) -> Done:
    """Go through scripts, one at a time on each connection, as fast as they are answered, until they or the seconds are over."""
    running: dict[_Connection, Script] = {}
    requests = ended = 0

    def begin(connection: _Connection) -> None:
        script = next(scripts, None)
        if script is None:
            running.pop(connection, None)
            return
        running[connection] = script
        connection.send(next(script))

    with _connections(port, connections) as (made, readable):
        began = perf_counter()
        for connection in made:
            begin(connection)
        while running and (seconds is None or perf_counter() - began < seconds):
            for connection in readable():
                reply = connection.receive()
                if reply is None:
                    continue
                requests += 1
                try:
                    connection.send(running[connection].send(reply))
                except StopIteration:
                    ended += 1
                    begin(connection)
        return Done(requests, ended, perf_counter() - began)


def paced(port: int, requests: Iterator[bytes], per_second: float, seconds: float, connections: int) -> list[float]:
    """Send requests at even intervals whatever becomes of them; returns how long each took, in milliseconds.

    A request that finds no free connection waits for one, and that counts: time runs from the instant at which it was due.
    """
    took = list[float]()
    # Requests that were due and have not been sent, and when those under way were due.
    waiting = deque[float]()
    due_at: dict[_Connection, float] = {}
    total = int(per_second * seconds)
    sent = 0
    with _connections(port, connections) as (made, readable):
        free = deque(made)
        began = perf_counter()
        while len(took) < total:
            now = perf_counter()
            while sent < total and began + sent / per_second <= now:
                waiting.append(began + sent / per_second)
                sent += 1
            while waiting and free:
                connection = free.popleft()
                due_at[connection] = waiting.popleft()
                connection.send(next(requests))
            for connection in readable():
                if connection.receive() is not None:
                    took.append((perf_counter() - due_at.pop(connection)) * 1000)
                    free.append(connection)
    return took
