# Written by `make client` from its twin in asynchronous/: do not edit.
"""The way to an emulator: one pool of connections for everybody who calls it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import httpx

from ..address import proxy_to
from ..errors import EmulatorError
from ..reading import checked, failure, hung_up

CONNECT_SECONDS = 10.0
AGENT = "dispute-emulator-client"
# A kept connection is given up when the other end closes it, never by a clock: a test may have frozen it, or moved it by weeks.
LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=None)


def default_transport(base_url: str) -> httpx.BaseTransport:
    """A pool of connections to an address, by the proxy that the environment names for it."""
    return httpx.HTTPTransport(proxy=proxy_to(base_url), limits=LIMITS)


class Connection:
    """Sends calls and makes out what becomes of them. Any number of threads or tasks may use it at once."""

    def __init__(self, base_url: str, transport: httpx.BaseTransport | None, timeout: float | None) -> None:
        self.base_url = base_url
        self._transport = transport or default_transport(base_url)
        self._timeout = httpx.Timeout(timeout, connect=None if timeout is None else min(timeout, CONNECT_SECONDS))
        # Whatever takes as long as it takes, once the connection stands.
        self._patience = httpx.Timeout(None, connect=self._timeout.connect)
        self._http = self.client({})

    def client(self, headers: Mapping[str, str]) -> httpx.Client:
        """An httpx client over the same connections, with headers of its own. To close it closes nothing but itself."""
        return httpx.Client(
            base_url=self.base_url,
            headers={"User-Agent": AGENT, "Accept": "application/json", **headers},
            transport=_Borrowed(self._transport),
            timeout=self._timeout,
        )

    def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        files: Mapping[str, tuple[str, bytes]] | None = None,
        patient: bool = False,
    ) -> httpx.Response:
        """What is answered to a call; raises EmulatorError unless it is a success, and where this connection has been closed."""
        if self._http.is_closed:
            raise EmulatorError(f"This client has hung up on {self.base_url}: it was closed, or its `with` is over. Make another one.")
        said = {"Content-Type": "application/json"} if body is not None else {}
        request = self._http.build_request(
            method,
            path,
            headers={**headers, **said},
            params=query or None,
            content=None if body is None else json.dumps(body).encode(),
            files=files,
            timeout=self._patience if patient else self._timeout,
        )
        try:
            try:
                response = self._http.send(request)
            except httpx.TransportError as problem:
                # A kept connection may have been closed at the other end in this very moment. What changes nothing is simply asked again.
                if method != "GET" or not hung_up(problem):
                    raise
                response = self._http.send(request)
        except httpx.HTTPError as problem:
            raise failure(problem, self.base_url) from problem
        return checked(response, self.base_url)

    def close(self) -> None:
        """Hang up."""
        self._http.close()
        self._transport.close()


class _Borrowed(httpx.BaseTransport):
    """A transport that belongs to somebody else, who closes it."""

    def __init__(self, transport: httpx.BaseTransport) -> None:
        self._transport = transport

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._transport.handle_request(request)

    def close(self) -> None:
        """It stays open."""
