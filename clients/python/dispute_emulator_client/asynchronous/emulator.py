"""An emulator: where it is, and what it can do as a whole."""

from __future__ import annotations

from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self

import httpx

from ..address import base_url_of, key_of
from ..models import AccountView, Me, SandboxWithAccounts
from ..reading import read_json
from .account import AsyncAccount, account
from .calls import AsyncEmulatorCalls
from .connection import AsyncConnection
from .sandbox import AsyncSandbox

TIMEOUT_SECONDS = 30.0
RETRY_SECONDS = 5.0


class AsyncEmulator(AsyncEmulatorCalls):
    """A running emulator.

    `base_url` is its address, or else $EMULATOR_URL, or else http://127.0.0.1:8080. `key` opens the control plane of one that asks
    for a key; unless given it is $EMULATOR_KEY. `transport` is any of httpx's, for one that is reached in another way than by a network; it
    is closed with the emulator. `timeout` is how many seconds a call may wait for its answer, None for ever; `advance`, `load`, and
    whatever else takes in a whole world may wait for ever anyway. Raises ValueError where the address is none.

    A call with an `idempotency_key` is repeated where nobody answers, where the connection breaks, and where the emulator says 503; it
    happens once all the same. `retry_seconds` is how long it waits in between, all in all; 0 leaves repeating to you. With `idempotent`
    every POST and PATCH that is given no key gets a new one, so that all of them are repeated. Nothing else is: what is only looked at
    is asked for again once, where the other end has just hung up.
    """

    def __init__(
        self,
        base_url: str | None = None,
        *,
        key: str | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        timeout: float | None = TIMEOUT_SECONDS,
        idempotent: bool = False,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        self.connection = AsyncConnection(base_url_of(base_url), transport, timeout, idempotent=idempotent, retry_seconds=retry_seconds)
        known = key_of(key)
        self._headers = {} if known is None else {"X-Emulator-Key": known}
        self._http: httpx.AsyncClient | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} at {self.base_url}>"

    @property
    def base_url(self) -> str:
        return self.connection.base_url

    @property
    def http(self) -> httpx.AsyncClient:
        """An httpx client with the emulator's key and address, for raw calls of the control plane."""
        if self._http is None:
            self._http = self.connection.client(self._headers)
        return self._http

    async def account(self, token: str) -> AsyncAccount:
        """Somebody of whom only the token is known, such as `demo-buyer`. Raises Unauthenticated where the token is nobody's."""
        response = await self.connection.send("GET", "/v1/me", headers={"Authorization": f"Bearer {token}"})
        me = read_json(response, Me.from_json)
        return account(self.connection, AccountView(id=me.id, name=me.name, role=me.role, store=me.store, token=token))

    async def aclose(self) -> None:
        """Hang up; its sandboxes stay."""
        await self.connection.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.aclose()

    async def _taken_in(self, sending: Coroutine[Any, Any, httpx.Response], *, mine: bool) -> AsyncSandbox:
        return AsyncSandbox(self, read_json(await sending, SandboxWithAccounts.from_json), mine=mine)

    async def _send(self, method: str, path: str, **what: Any) -> httpx.Response:
        """A call of the control plane, or of what anybody may read."""
        headers = self._headers if path.startswith("/_emulator") else {}
        return await self.connection.send(method, path, headers=headers, **what)
