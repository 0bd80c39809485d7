"""An emulator as a test suite holds it: in this process, on a server of its own, or on one that runs already."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .calls import Calls
from .sandbox import Sandbox, sandbox_wish
from .transport import InProcess, OverHttp, Transport

if TYPE_CHECKING:
    from flask import Flask, Response

    from .live import LiveServer


class Emulator:
    """One emulator. `app` is its application where that is in this process, else None; `base_url` is where clients find it."""

    def __init__(self, transport: Transport, app: Flask | None = None) -> None:
        self.app = app
        self.transport = transport
        self._people: dict[str, tuple[Calls, str]] = {}
        self._calls: dict[str, Calls] = {}
        if app is not None:
            app.after_request(self._watch)

    @property
    def base_url(self) -> str:
        return self.transport.base_url

    def sandbox(
        self,
        *,
        world: str = "small",
        ruleset: str = "standard",
        settings: Mapping[str, Any] | None = None,
        now: datetime | str | None = None,
        frozen: bool = False,
        seed: str | None = None,
        name: str | None = None,
    ) -> Sandbox:
        """A new sandbox, as `POST /_emulator/sandboxes` makes it; whoever asks for it deletes it."""
        rules = {"ruleset": ruleset, "settings": dict(settings or {})}
        return Sandbox(self, sandbox_wish({"world": world, **rules, "now": now, "frozen": frozen, "seed": seed, "name": name}))

    def close(self) -> None:
        """Let go of what is open towards it."""
        self.transport.close()

    # ── whose calls were refused ───────────────────────────────────────────────────────────────────────────────────────

    @property
    def watches(self) -> bool:
        return self.app is not None

    def enter(self, sandbox: Sandbox) -> None:
        self._calls[sandbox.id] = sandbox.calls
        for account in sandbox.accounts.values():
            self._people[account.token] = (sandbox.calls, account.name)

    def leave(self, sandbox: Sandbox) -> None:
        self._calls.pop(sandbox.id, None)
        for account in sandbox.accounts.values():
            self._people.pop(account.token, None)

    def _watch(self, response: Response) -> Response:
        """Whatever client the code under test has: what it was refused stands in the report of the test."""
        from flask import request

        ids = request.view_args or {}
        token = request.headers.get("Authorization", "").partition(" ")[2].strip()
        calls, who = self._people.get(token, (None, ""))
        if calls is None:
            calls, who = self._calls.get(ids.get("sandbox", "")), "carrier" if request.path.endswith("/deliver") else "control"
        if calls is not None:
            body = response.get_data() if response.status_code >= 400 else b""
            calls.note(who, request.method, request.path, response.status_code, dict(response.headers), body)
        return response


class InThisProcess:
    """An application of this process on a temporary SQLite file, which goes with it; with a server in front if one is wanted."""

    def __init__(self, *, served: bool) -> None:
        from ..app import create_app

        self._folder = tempfile.mkdtemp(prefix="dispute-emulator-")
        self.app = create_app(f"sqlite:///{Path(self._folder) / 'emulator.db'}", demo=False)
        self.server: LiveServer | None = None
        transport: Transport = InProcess(self.app)
        if served:
            from .live import LiveServer

            self.server = LiveServer(self.app).start()
            transport = OverHttp(self.server.url)
        self.emulator = Emulator(transport, self.app)

    def stop(self) -> None:
        """Stop serving, close the database, put the folder away."""
        self.emulator.close()
        if self.server is not None:
            self.server.stop()
        self.app.extensions["dispute_emulator"].close()
        shutil.rmtree(self._folder, ignore_errors=True)
