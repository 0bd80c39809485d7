"""An emulator as a test suite holds it: the Python client's, with sandboxes that remember what was refused in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import dispute_emulator_client as client
import httpx
from dispute_emulator_client.reading import read_json
from dispute_emulator_client.synchronous.connection import default_transport
from dispute_emulator_client.values import Instant, said

from .calls import Calls
from .sandbox import Sandbox

if TYPE_CHECKING:
    from flask import Flask, Response

_OF_SANDBOX = re.compile(r"/_emulator/sandboxes/(\w+)(?:/|\Z)")


class Emulator(client.Emulator):
    """One emulator. `app` is its application where that is in this process, else None.

    Whatever client the code under test has: where the application is in this process, what that client is refused is noted too.
    """

    def __init__(
        self,
        base_url: str,
        *,
        app: Flask | None = None,
        key: str | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.app = app
        self._people: dict[str, tuple[Calls, str]] = {}
        self._calls: dict[str, Calls] = {}
        if app is not None:
            app.after_request(self._watch)
        # An emulator elsewhere answers others unseen; what it answers to this client is noted.
        super().__init__(base_url, key=key or "", transport=transport if app is not None else _Noting(self))

    @classmethod
    def in_process(cls, app: Flask, base_url: str = "http://localhost") -> Emulator:
        """An application of this process, called without a network."""
        return cls(base_url, app=app, transport=httpx.WSGITransport(app=app))

    def sandbox(
        self,
        *,
        name: str | None = None,
        ruleset: client.Ruleset | None = None,
        settings: Mapping[str, Any] | None = None,
        world: client.World | None = None,
        now: Instant | None = None,
        frozen: bool | None = None,
        seed: str | None = None,
        idempotency_key: str | None = None,
    ) -> Sandbox:
        """A new sandbox, made when it is first looked at; whoever asks for it deletes it."""
        wish = said(name=name, ruleset=ruleset, settings=settings, world=world, now=now, frozen=frozen, seed=seed)
        return Sandbox(self, wish=wish, key=idempotency_key)

    def make(self, wish: Mapping[str, Any], key: str | None = None) -> client.SandboxWithAccounts:
        """Make a sandbox; `wish` is the body that says what it shall be, `key` makes it happen once."""
        return read_json(self._send("POST", "/_emulator/sandboxes", body=wish, idempotency_key=key), client.SandboxWithAccounts.from_json)

    def _taken_in(self, sending: httpx.Response, *, mine: bool) -> Sandbox:
        return Sandbox(self, read_json(sending, client.SandboxWithAccounts.from_json), mine=mine)

    # ── whose calls were refused ───────────────────────────────────────────────────────────────────────────────────────

    def enter(self, sandbox: Sandbox) -> None:
        """A sandbox has been made, or somebody has come into it."""
        self._calls[sandbox.id] = sandbox.calls
        for account in sandbox.accounts.values():
            # Of a sandbox that was only found nobody's token is known.
            with suppress(client.UnknownToken):
                self._people[account.token] = (sandbox.calls, account.name)

    def leave(self, sandbox: Sandbox) -> None:
        """A sandbox is about to be deleted."""
        self._calls.pop(sandbox.id, None)
        for account in sandbox.accounts.values():
            with suppress(client.UnknownToken):
                self._people.pop(account.token, None)

    def note(self, method: str, path: str, authorization: str, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Remember what became of a call, in the sandbox that it was for."""
        calls, who = self._people.get(authorization.partition(" ")[2].strip(), (None, ""))
        if calls is None:
            found = _OF_SANDBOX.match(path)
            calls, who = self._calls.get(found[1] if found else ""), "carrier" if path.endswith("/deliver") else "control"
        if calls is not None:
            calls.note(who, method, path, status, headers, body)

    def _watch(self, response: Response) -> Response:
        from flask import request

        body = response.get_data() if response.status_code >= 400 else b""
        authorization = request.headers.get("Authorization", "")
        self.note(request.method, request.path, authorization, response.status_code, dict(response.headers), body)
        return response


class _Noting(httpx.BaseTransport):
    """The way to an emulator elsewhere, which notes what it answers."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._transport: httpx.BaseTransport | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self._transport is None:
            self._transport = default_transport(self._emulator.base_url)
        response = self._transport.handle_request(request)
        body = response.read() if response.status_code >= 400 else b""
        path, authorization = request.url.path, request.headers.get("Authorization", "")
        self._emulator.note(request.method, path, authorization, response.status_code, response.headers, body)
        return response

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
