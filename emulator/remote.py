"""A small HTTP client for the commands that talk to a running emulator; the standard library is all it needs.

    RemoteError
    ├── Unreachable   nobody answers
    ├── BrokenOff     the connection broke while the answer was waited for
    ├── Foreign       somebody answers, but it is no emulator
    └── Problem       the emulator says no, and why (RFC 9457)

One connection is kept for all calls. What this machine serves itself is never asked through a proxy.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from http.client import BadStatusLine, HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, LineTooLong, RemoteDisconnected
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

CONNECT_SECONDS = 10.0
_PORTS = {"http": 80, "https": 443}
_IDLE_TOO_LONG = (RemoteDisconnected, ConnectionResetError, BrokenPipeError)
_LONGEST_EXCERPT = 80


class RemoteError(Exception):
    """A call did not get the answer it was made for; the message is a sentence for a person, `code` a name for a program."""

    code: str
    title: str


class Unreachable(RemoteError):
    """Nobody answers at the address."""

    code, title = "unreachable", "Nobody answers."


class BrokenOff(RemoteError):
    """The connection broke while the answer was waited for: what was asked may have happened or not."""

    code, title = "broken_off", "The connection broke."


class Foreign(RemoteError):
    """Somebody answers, but not as an emulator does."""

    code, title = "foreign", "What answers is no emulator."


class Problem(RemoteError):
    """The emulator refuses; `body` is the whole problem document."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        super().__init__(str(body.get("detail") or body.get("title") or f"Refused with {status}."))
        self.status = status
        self.body = body
        self.code, self.title = str(body.get("code", "")), str(body.get("title", ""))
        self.rule: str | None = body.get("rule")
        self.errors: Mapping[str, Any] = body.get("errors") or {}


class Remote:
    """A running emulator at an address such as http://127.0.0.1:8080. Raises ValueError where the address is none."""

    def __init__(self, url: str, key: str | None = None) -> None:
        self.url = url.rstrip("/")
        self._parts = _read_url(self.url)
        self._headers = {"Accept": "application/json"} | ({"X-Emulator-Key": key} if key else {})
        self._connection: HTTPConnection | None = None
        self._before_path = self._parts.path

    def get(self, path: str) -> Any:
        """What a path shows."""
        return _read_json(self.raw("GET", path), self.url)

    def post(self, path: str, body: Any) -> Any:
        """The answer to a JSON body, however long it takes."""
        return self.post_raw(path, json.dumps(body).encode())

    def post_raw(self, path: str, data: bytes) -> Any:
        """The same for JSON that is written already."""
        return _read_json(self.raw("POST", path, data), self.url)

    def raw(self, method: str, path: str, data: bytes | None = None) -> bytes:
        """The answer as it is; raises RemoteError unless it is a success. Waits as long as it takes once the connection stands."""
        response, answer = self._exchange(method, path, data)
        if 200 <= response.status < 300:
            return answer
        kind = response.headers.get_content_type()
        problem = _read_json(answer, self.url) if kind == "application/problem+json" else None
        if not isinstance(problem, dict):
            raise Foreign(f"What answers at {self.url} is no emulator: it says {response.status} {response.reason}.")
        raise Problem(response.status, problem)

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _exchange(self, method: str, path: str, data: bytes | None) -> tuple[HTTPResponse, bytes]:
        kept = self._connection is not None
        try:
            return self._send(self._connected(), method, path, data)
        except _IDLE_TOO_LONG as problem:
            self.close()
            # A kept connection may have been given up at the other end meanwhile. What changes nothing is simply asked again.
            if kept and method == "GET":
                return self._exchange(method, path, data)
            raise BrokenOff(f"{self.url} hung up before it answered.") from problem
        except (BadStatusLine, LineTooLong) as problem:
            self.close()
            raise Foreign(f"What answers at {self.url} is no emulator: it does not speak HTTP.") from problem
        except (OSError, HTTPException) as problem:
            self.close()
            raise BrokenOff(f"The connection to {self.url} broke: {_said(problem)}.") from problem
        except BaseException:
            # Whoever is interrupted in the middle of an answer must not read its rest as the next one.
            self.close()
            raise

    def _send(self, connection: HTTPConnection, method: str, path: str, data: bytes | None) -> tuple[HTTPResponse, bytes]:
        headers = self._headers | ({"Content-Type": "application/json"} if data is not None else {})
        connection.request(method, f"{self._before_path}{path}", body=data, headers=headers)
        response = connection.getresponse()
        return response, response.read()

    def _connected(self) -> HTTPConnection:
        if self._connection is None:
            connection, self._before_path, headers = _connection_to(self._parts)
            self._headers |= headers
            try:
                connection.connect()
            except (OSError, HTTPException) as problem:
                raise Unreachable(f"Nobody answers at {self.url}: {_said(problem)}.") from problem
            if connection.sock is not None:
                connection.sock.settimeout(None)
            self._connection = connection
        return self._connection


def _connection_to(parts: SplitResult) -> tuple[HTTPConnection, str, dict[str, str]]:
    """A connection, what its paths begin with, and the headers its requests need: by a proxy where the environment names one."""
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    proxy = None if is_loopback(host) or proxy_bypass(host) else getproxies().get(parts.scheme)
    if not proxy:
        return kind(host, port, timeout=CONNECT_SECONDS), parts.path, {}
    by = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    headers = {}
    if by.username is not None:
        told = f"{unquote(by.username)}:{unquote(by.password or '')}"
        headers["Proxy-Authorization"] = f"Basic {b64encode(told.encode()).decode()}"
    connection = kind(by.hostname or "", by.port or _PORTS["http"], timeout=CONNECT_SECONDS)
    if parts.scheme == "https":
        connection.set_tunnel(host, port, headers)
        return connection, parts.path, {}
    return connection, f"{parts.scheme}://{parts.netloc}{parts.path}", headers


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _read_url(url: str) -> SplitResult:
    wrong = ValueError(f"{url!r} is no address such as http://127.0.0.1:8080.")
    try:
        parts = urlsplit(url)
        known = parts.scheme in _PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise wrong from None
    if not known or parts.query or parts.fragment or parts.username is not None:
        raise wrong
    return parts


def _read_json(answer: bytes, url: str) -> Any:
    try:
        return json.loads(answer)
    except ValueError:
        excerpt = answer[:_LONGEST_EXCERPT].decode("utf-8", "replace")
        raise Foreign(f"What answers at {url} is no emulator: it says {excerpt!r}.") from None


def _said(problem: Exception) -> str:
    """What the system says about it, as the end of a sentence."""
    return (getattr(problem, "strerror", None) or str(problem) or type(problem).__name__).rstrip(".").lower()
