"""The thinnest HTTP client: a connection that is kept, and an error that says whether it broke. Nothing is ever repeated by itself."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import quote

SECONDS = 45
# A server hangs up on who says nothing for long; what has lain idle for so long is not used again.
IDLE_SECONDS = 10.0


class WireError(Exception):
    """The connection broke or nobody was there; whether the server has done what was asked is not known. `how` names the error."""

    def __init__(self, asked: str, problem: Exception) -> None:
        super().__init__(f"{asked}: {problem!r}")
        self.how = type(problem).__name__


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. `headers` are by their lower-case names."""

    status: int
    headers: Mapping[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.raw) if self.raw else None

    @property
    def ok(self) -> bool:
        return self.status in (200, 201, 204)

    def __str__(self) -> str:
        return f"{self.status} {self.raw[:2000].decode('utf-8', 'replace')}"


class Wire:
    """One kept connection to a server on this machine."""

    def __init__(self, port: int, seconds: float = SECONDS) -> None:
        self._port, self._seconds = port, seconds
        self._connection: HTTPConnection | None = None
        self._used = 0.0

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        form: tuple[bytes, str] | None = None,
    ) -> Reply:
        """One request. `form` is an encoded body with its content type. Raises WireError when no whole answer came."""
        sent = dict(headers or {})
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        data: bytes | None = None
        if form is not None:
            data, sent["Content-Type"] = form
        elif body is not None:
            data, sent["Content-Type"] = json.dumps(body).encode(), "application/json"
        if time.monotonic() - self._used > IDLE_SECONDS:
            self.close()
        if self._connection is None:
            self._connection = HTTPConnection("127.0.0.1", self._port, timeout=self._seconds)
        try:
            self._connection.request(method, quote(path, safe="/?&=%:~"), data, sent)
            answer = self._connection.getresponse()
            raw = answer.read()
        except (OSError, HTTPException) as problem:
            self.close()
            raise WireError(f"{method} {path}", problem) from problem
        self._used = time.monotonic()
        if answer.will_close:
            self.close()
        return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, raw)

    def close(self) -> None:
        """The next request opens it anew."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
