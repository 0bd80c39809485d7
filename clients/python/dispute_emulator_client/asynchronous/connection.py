"""The way to an emulator: one pool of connections for everybody who calls it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import httpx

from ..address import proxy_to
from ..errors import EmulatorError
from ..reading import checked, failure, hung_up
from ..repeating import Pauses, asleep
from ..values import Tag, in_header, tag_of

CONNECT_SECONDS = 10.0
AGENT = "dispute-emulator-client"
# What takes an Idempotency-Key.
ONCE = ("POST", "PATCH")
# A kept connection is given up when the other end closes it, never by a clock: a test may have frozen it, or moved it by weeks.
LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=None)


def default_transport(base_url: str) -> httpx.AsyncBaseTransport:
    """A pool of connections to an address, by the proxy that the environment names for it."""
    return httpx.AsyncHTTPTransport(proxy=proxy_to(base_url), limits=LIMITS)


class AsyncConnection:
    """Sends calls and makes out what becomes of them. Any number of threads or tasks may use it at once.

    A call with a key is repeated, with pauses of `retry_seconds` in all; `idempotent` gives a key to every call that takes one.
    """

    def __init__(
        self,
        base_url: str,
        transport: httpx.AsyncBaseTransport | None,
        timeout: float | None,
        *,
        idempotent: bool = False,
        retry_seconds: float = 0.0,
    ) -> None:
        self.base_url = base_url
        self._idempotent = idempotent
        self._retry_seconds = retry_seconds
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
        idempotency_key: str | None = None,
        if_match: Tag | None = None,
    ) -> httpx.Response:
        """What is answered to a call; raises EmulatorError unless it is a success, and where this connection has been closed."""
        said = {"Content-Type": "application/json"} if body is not None else {}
        if idempotency_key is None and self._idempotent and method in ONCE:
            idempotency_key = str(uuid4())
        if idempotency_key is not None:
            said["Idempotency-Key"] = in_header(idempotency_key)
        if if_match is not None:
            said["If-Match"] = tag_of(if_match)
        request = self._http.build_request(
            method,
            path,
            headers={**headers, **said},
            params=query or None,
            content=None if body is None else json.dumps(body).encode(),
            files=files,
            timeout=self._patience if patient else self._timeout,
        )
        # What may happen twice is never repeated.
        pauses = Pauses(0.0 if idempotency_key is None else self._retry_seconds)
        while True:
            try:
                return checked(await self._sent(request), self.base_url)
            except EmulatorError as problem:
                pause = pauses.before_repeating(problem)
                if pause is None:
                    raise
            await asleep(pause)

    async def _sent(self, request: httpx.Request) -> httpx.Response:
        if self._http.is_closed:
            raise EmulatorError(f"This client has hung up on {self.base_url}: it was closed, or its `with` is over. Make another one.")
        try:
            try:
                return await self._http.send(request)
            except httpx.TransportError as problem:
                # A kept connection may have been closed at the other end in this very moment. What changes nothing is simply asked again.
                if request.method != "GET" or not hung_up(problem):
                    raise
                return await self._http.send(request)
        except httpx.HTTPError as problem:
            raise failure(problem, self.base_url) from problem

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
