"""Keep-alive connections that send what was written beforehand: between the signal and the bytes on the wire nothing else happens."""

from __future__ import annotations

import json
import socket
import time
from dataclasses import dataclass
from typing import Any

PATIENCE_SECONDS = 60.0
SILENT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer, with the names that Flask's test client gives to its parts. Status 0: the connection broke.

    `began` and `ended` are when it was asked for and when it was there: what ended before something else began was before it.
    """

    status_code: int
    data: bytes
    began: float = 0.0
    ended: float = 0.0

    @property
    def text(self) -> str:
        return self.data.decode("utf-8", "replace")

    @property
    def json(self) -> Any:
        return json.loads(self.data) if self.data else None

    @property
    def code(self) -> str:
        """The name of the refusal, or nothing."""
        try:
            return str(self.json["code"])
        except (ValueError, KeyError, TypeError):
            return ""


def written(method: str, path: str, headers: dict[str, str], data: bytes = b"", content_type: str = "application/json") -> bytes:
    """A request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
    if method not in ("GET", "DELETE"):
        lines += [f"Content-Type: {content_type}", f"Content-Length: {len(data)}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + data


class Connection:
    """One connection to a server. It can stand in for Flask's test client where tests.sandbox.Sandbox speaks."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._dial()

    def _dial(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self._port), PATIENCE_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._incoming = self.socket.makefile("rb")
        self._last = time.perf_counter()

    @property
    def local_port(self) -> int:
        return int(self.socket.getsockname()[1])

    def refresh(self) -> Answered:
        """Say something, so that the server does not hang up on who has long been silent."""
        return self.get("/_emulator/health")

    @property
    def silent(self) -> bool:
        """Whether it has been idle for long."""
        return time.perf_counter() - self._last > SILENT_SECONDS

    def send(self, request: bytes) -> Answered:
        """Send and wait for the answer. A broken connection is an answer too, and the next request has a new one."""
        began = time.perf_counter()
        try:
            self.socket.sendall(request)
            status, data = self._read()
        except (OSError, ValueError) as problem:
            self.close()
            self._dial()
            status, data = 0, repr(problem).encode()
        self._last = time.perf_counter()
        return Answered(status, data, began, self._last)

    def _read(self) -> tuple[int, bytes]:
        first = self._incoming.readline()
        if not first:
            raise ConnectionResetError("closed without an answer")
        length = 0
        while (line := self._incoming.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return int(first.split()[1]), self._incoming.read(length)

    def close(self) -> None:
        self._incoming.close()
        self.socket.close()

    # ── as Flask's test client ─────────────────────────────────────────────────────────────────────────────────────────

    def open(
        self,
        path: str,
        *,
        method: str = "GET",
        headers: dict[str, str] | None = None,
        json: Any = None,
        data: bytes = b"",
        content_type: str = "application/json",
    ) -> Answered:
        body = data if json is None else _dumped(json)
        return self.send(written(method, path, headers or {}, body, content_type))

    def get(self, path: str, **rest: Any) -> Answered:
        return self.open(path, method="GET", **rest)

    def post(self, path: str, **rest: Any) -> Answered:
        return self.open(path, method="POST", **rest)

    def delete(self, path: str, **rest: Any) -> Answered:
        return self.open(path, method="DELETE", **rest)


def _dumped(value: Any) -> bytes:
    return json.dumps(value).encode()
