# Written by `make client` from its twin in asynchronous/: do not edit.
"""An emulator: where it is, and what it can do as a whole."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

import httpx

from ..address import base_url_of, key_of
from ..models import AccountView, Me, SandboxWithAccounts
from ..reading import read_json
from .account import Account, account
from .calls import EmulatorCalls
from .connection import Connection
from .sandbox import Sandbox

TIMEOUT_SECONDS = 30.0
RETRY_SECONDS = 5.0


class Emulator(EmulatorCalls):
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
        transport: httpx.BaseTransport | None = None,
        timeout: float | None = TIMEOUT_SECONDS,
        idempotent: bool = False,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        self.connection = Connection(base_url_of(base_url), transport, timeout, idempotent=idempotent, retry_seconds=retry_seconds)
        known = key_of(key)
        self._headers = {} if known is None else {"X-Emulator-Key": known}
        self._http: httpx.Client | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} at {self.base_url}>"

    @property
    def base_url(self) -> str:
        return self.connection.base_url

    @property
    def http(self) -> httpx.Client:
        """An httpx client with the emulator's key and address, for raw calls of the control plane."""
        if self._http is None:
            self._http = self.connection.client(self._headers)
        return self._http

    def account(self, token: str) -> Account:
        """Somebody of whom only the token is known, such as `demo-buyer`. Raises Unauthenticated where the token is nobody's."""
        response = self.connection.send("GET", "/v1/me", headers={"Authorization": f"Bearer {token}"})
        me = read_json(response, Me.from_json)
        return account(self.connection, AccountView(id=me.id, name=me.name, role=me.role, store=me.store, token=token))

    def close(self) -> None:
        """Hang up; its sandboxes stay."""
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _taken_in(self, sending: httpx.Response, *, mine: bool) -> Sandbox:
        return Sandbox(self, read_json(sending, SandboxWithAccounts.from_json), mine=mine)

    def _send(self, method: str, path: str, **what: Any) -> httpx.Response:
        """A call of the control plane, or of what anybody may read."""
        headers = self._headers if path.startswith("/_emulator") else {}
        return self.connection.send(method, path, headers=headers, **what)
