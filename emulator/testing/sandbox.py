"""A sandbox as a test holds it: the Python client's, but made when it is first looked at, and with what was refused in it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import dispute_emulator_client as client
import httpx

from .calls import Calls

if TYPE_CHECKING:
    from dispute_emulator_client.values import Id

    from .emulator import Emulator


class Sandbox(client.Sandbox):
    """A marketplace of a test's own. `calls` are those into it that were refused; its forks go when it goes."""

    def __init__(
        self,
        emulator: Emulator,
        made: client.SandboxWithAccounts | None = None,
        *,
        mine: bool = True,
        wish: Mapping[str, Any] | None = None,
        key: str | None = None,
    ) -> None:
        """`made` is there already, or `wish` is the body that will make it, under a key if there is one."""
        assert (made is None) != (wish is None)
        self.calls = Calls()
        self._home = emulator
        self._wish, self._key = wish, key
        self._forks: list[client.Sandbox] = []
        self._lock = threading.RLock()
        super().__init__(emulator, made, mine=mine)

    @property
    def made(self) -> bool:
        """Whether it is there yet."""
        return self._made is not None

    def reset(self, *, idempotency_key: str | None = None) -> client.SandboxView:
        """Back to the world it began with, clock included."""
        return self._gone_back(super().reset(idempotency_key=idempotency_key))

    def restore(self, snapshot: Id, *, idempotency_key: str | None = None) -> client.SandboxView:
        """Go back to a kept world, clock included, as often as you like."""
        return self._gone_back(super().restore(snapshot, idempotency_key=idempotency_key))

    def delete(self) -> None:
        """It and its forks are gone. What is not there, or not there any more, is no fault."""
        for fork in self._forks:
            fork.delete()
        if self._made is not None:
            self._home.leave(self)
            with suppress(client.NotFound):
                super().delete()

    def _shown(self) -> client.SandboxWithAccounts:
        if self._made is None:
            with self._lock:
                if self._made is None:
                    assert self._wish is not None
                    self._settle_in(self._home.make(self._wish, self._key))
        return super()._shown()

    def _settle_in(self, made: client.SandboxWithAccounts) -> None:
        super()._settle_in(made)
        self._home.enter(self)

    def _met(self, played: client.ScenarioPlayed) -> client.ScenarioPlayed:
        super()._met(played)
        self._home.enter(self)
        return played

    def _taken_in(self, sending: httpx.Response, *, mine: bool) -> client.Sandbox:
        fork = super()._taken_in(sending, mine=mine)
        self._forks.append(fork)
        return fork

    def _gone_back(self, view: client.SandboxView) -> client.SandboxView:
        self.calls.forget_after(view.clock.now)
        return view
