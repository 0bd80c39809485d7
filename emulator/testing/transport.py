"""How a call gets to an emulator and its answer back: straight into an application of this process, or over HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias
from urllib.parse import urlsplit
from uuid import uuid4

if TYPE_CHECKING:
    from flask import Flask

# What a form's part may be: the bytes, or a name with them.
Part: TypeAlias = bytes | tuple[str, bytes]

TIMEOUT_SECONDS = 30.0


class Headers(dict[str, str]):
    """Headers by name; upper and lower case are the same."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        super().__init__((name.title(), value) for name, value in pairs)

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.title())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(name.title())

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.title(), default)


class Reply(NamedTuple):
    """What came back."""

    status: int
    headers: Headers
    body: bytes


class Transport(Protocol):
    """Takes calls to one emulator."""

    base_url: str

    def call(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        """Send a call and wait for its answer; `path` begins with a slash. Raises OSError where nobody answers."""

    def close(self) -> None: ...


class InProcess:
    """Calls an application of this process."""

    def __init__(self, app: Flask, base_url: str = "http://localhost") -> None:
        from werkzeug.test import Client

        self.base_url = base_url
        # Without cookies nothing is kept between calls, so that any thread may use it.
        self._client = Client(app, use_cookies=False)

    def call(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        answer = self._client.open(path, method=method, base_url=self.base_url, headers=dict(headers), data=body)
        return Reply(answer.status_code, Headers(list(answer.headers)), answer.get_data())

    def close(self) -> None:
        """Nothing is open."""


class OverHttp:
    """Calls a server. Every thread keeps a connection of its own; with a key it opens the control plane."""

    def __init__(self, base_url: str, key: str | None = None, timeout: float = TIMEOUT_SECONDS) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{base_url!r} is not the address of a server, such as http://127.0.0.1:8080.")
        self.base_url = base_url.rstrip("/")
        self._kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._host, self._port, self._prefix = parts.hostname, parts.port, parts.path.rstrip("/")
        self._key = {} if key is None else {"X-Emulator-Key": key}
        self._timeout = timeout
        self._mine = threading.local()
        self._all: list[HTTPConnection] = []

    def call(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        whole = {**headers, **self._key} if path.startswith("/_emulator") else dict(headers)
        connection: HTTPConnection | None = getattr(self._mine, "connection", None)
        if connection is None:
            connection = self._mine.connection = self._kind(self._host, self._port, timeout=self._timeout)
            self._all.append(connection)
        kept = connection.sock is not None
        try:
            try:
                answer = _ask(connection, method, self._prefix + path, whole, body)
            except (ConnectionError, HTTPException):
                connection.close()
                # A server may shut a connection that it has kept for long; it has not read this call then.
                if not kept:
                    raise
                answer = _ask(connection, method, self._prefix + path, whole, body)
            return Reply(answer.status, Headers(answer.getheaders()), answer.read())
        except HTTPException as problem:
            connection.close()
            raise ConnectionError(f"{self.base_url} broke off: {problem!r}") from problem
        except OSError:
            connection.close()
            raise

    def close(self) -> None:
        while self._all:
            self._all.pop().close()


def _ask(connection: HTTPConnection, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> HTTPResponse:
    connection.request(method, path, body, dict(headers))
    return connection.getresponse()


def encoded(body: Any, files: Mapping[str, Part] | None) -> tuple[bytes | None, dict[str, str]]:
    """A body as bytes with its Content-Type: JSON, or a form of files."""
    if files is not None:
        if body is not None:
            raise ValueError("A call brings JSON or files, not both.")
        return _form(files)
    return (None, {}) if body is None else (json.dumps(body).encode(), {"Content-Type": "application/json"})


def _form(files: Mapping[str, Part]) -> tuple[bytes, dict[str, str]]:
    boundary, parts = uuid4().hex, list[bytes]()
    for field, part in files.items():
        name, data = (field, part) if isinstance(part, bytes) else part
        said = "; ".join(f'{key}="{value.translate(_QUOTED)}"' for key, value in (("name", field), ("filename", name)))
        head = f"--{boundary}\r\nContent-Disposition: form-data; {said}\r\nContent-Type: application/octet-stream\r\n\r\n"
        parts += [head.encode(), data, b"\r\n"]
    parts.append(f"--{boundary}--\r\n".encode())
    return b"".join(parts), {"Content-Type": f"multipart/form-data; boundary={boundary}"}


# As browsers do it.
_QUOTED = {ord('"'): "%22", ord("\r"): "%0D", ord("\n"): "%0A"}
