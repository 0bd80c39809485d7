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


def default_transport(base_url: str) -> httpx.AsyncBaseTransport:
    """A pool of connections to an address, by the proxy that the environment names for it."""
    return httpx.AsyncHTTPTransport(proxy=proxy_to(base_url), limits=LIMITS)


class AsyncConnection:
    """Sends calls and makes out what becomes of them. Any number of threads or tasks may use it at once."""

    def __init__(self, base_url: str, transport: httpx.AsyncBaseTransport | None, timeout: float | None) -> None:
        self.base_url = base_url
        self._transport = transport or default_transport(base_url)
        self._timeout = httpx.Timeout(timeout, connect=None if timeout is None else min(timeout, CONNECT_SECONDS))
        # Whatever takes as long as it takes, once the connection stands.
        self._patience = httpx.Timeout(None, connect=self._timeout.connect)
        self._http = self.client({})

    def client(self, headers: Mapping[str, str]) -> httpx.AsyncClient:
        """An httpx client over the same connections, with headers of its own. To close it closes nothing but itself."""
        return httpx.AsyncClient(
            base_url=self.base_url,
            headers={"User-Agent": AGENT, "Accept": "application/json", **headers},
            transport=_Borrowed(self._transport),
            timeout=self._timeout,
        )

    async def send(
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
                response = await self._http.send(request)
            except httpx.TransportError as problem:
                # A kept connection may have been closed at the other end in this very moment. What changes nothing is simply asked again.
                if method != "GET" or not hung_up(problem):
                    raise
                response = await self._http.send(request)
        except httpx.HTTPError as problem:
            raise failure(problem, self.base_url) from problem
        return checked(response, self.base_url)

    async def aclose(self) -> None:
        """Hang up."""
        await self._http.aclose()
        await self._transport.aclose()


class _Borrowed(httpx.AsyncBaseTransport):
    """A transport that belongs to somebody else, who closes it."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._transport.handle_async_request(request)

    async def aclose(self) -> None:
        """It stays open."""
