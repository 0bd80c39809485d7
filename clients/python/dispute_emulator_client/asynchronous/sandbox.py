"""A sandbox: its people, its clock, and what the control plane does with it."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Any, Self

import httpx

from ..errors import EmulatorError, NotFound
from ..models import SandboxWithAccounts, ScenarioPlayed
from ..values import Duration, Id
from ..verifying import Expectation, verify
from ..words import Ruleset
from .account import AsyncAccount, AsyncSeller, by_name
from .calls import AsyncSandboxCalls
from .clock import AsyncClock

if TYPE_CHECKING:
    from .emulator import AsyncEmulator


_LONG_PAGE = 1000


class AsyncSandbox(AsyncSandboxCalls):
    """A marketplace of its own, with its own people and its own clock; whoever made it in `with` deletes it at the end.

    `http` is an httpx client with the emulator's key and address, for raw calls: `sandbox.http.get(f"{sandbox.path}/clock")`.
    """

    def __init__(self, emulator: AsyncEmulator, made: SandboxWithAccounts | None, *, mine: bool = True) -> None:
        """`made` is what the emulator answered; without it a subclass says what `_shown` shows. `mine`: `with` deletes it."""
        self.clock = AsyncClock(self)
        self._emulator = emulator
        self._mine = mine
        self._accounts: dict[str, AsyncAccount] = {}
        self._made: SandboxWithAccounts | None = None
        if made is not None:
            self._settle_in(made)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._made.id if self._made else 'not made yet'}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if not self._mine:
            return
        try:
            await self.delete()
        except NotFound:
            pass  # It is gone already.
        except EmulatorError:
            # What went wrong inside must not be hidden by what goes wrong here.
            if error is None:
                raise

    # ── what it is ─────────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def id(self) -> str:
        return self._shown().id

    @property
    def name(self) -> str:
        return self._shown().name

    @property
    def seed(self) -> str:
        """Same seed, same calls: same ids, same tokens, same draws."""
        return self._shown().seed

    @property
    def ruleset(self) -> Ruleset:
        return self._shown().ruleset

    @property
    def settings(self) -> Mapping[str, Any]:
        """Every setting in force."""
        return self._shown().settings

    @property
    def began_at(self) -> datetime:
        """The sandbox's time when it was made, or found."""
        return self._shown().clock.now

    @property
    def base_url(self) -> str:
        """Where the emulator is; a client of yours begins its addresses with it."""
        return self._emulator.base_url

    @property
    def path(self) -> str:
        """Where the control plane shows it."""
        return f"/_emulator/sandboxes/{self.id}"

    @property
    def url(self) -> str:
        return self.base_url + self.path

    @property
    def http(self) -> httpx.AsyncClient:
        """An httpx client with the emulator's key and address, for raw calls of the control plane."""
        return self._emulator.http

    # ── its people ─────────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def accounts(self) -> Mapping[str, AsyncAccount]:
        """Everybody in it, by name."""
        self._shown()
        return MappingProxyType(self._accounts)

    @property
    def buyer(self) -> AsyncAccount:
        """The first buyer; the others are in `accounts`."""
        return self._first("buyer")

    @property
    def seller(self) -> AsyncSeller:
        """The first seller."""
        found = self._first("seller")
        assert isinstance(found, AsyncSeller)
        return found

    @property
    def mediator(self) -> AsyncAccount:
        return self._first("mediator")

    def _first(self, role: str) -> AsyncAccount:
        for account in self.accounts.values():
            if account.role == role:
                return account
        raise LookupError(f"The sandbox {self.id} has no {role}.")

    # ── what has happened in it ────────────────────────────────────────────────────────────────────────────────────────

    async def verify(
        self,
        *,
        sequence: Sequence[Expectation] = (),
        never: Sequence[Expectation] = (),
        within: Duration | None = None,
        order: Id | None = None,
    ) -> None:
        """Raise AssertionError unless what has happened since it began is what is expected, and say what came nearest.

        The events of `sequence` came in this order within one order of the marketplace, or within `order`; none of `never` came at all;
        and no more than `within` passed from the first to the last. `verifying` tells how an expectation is written, such as
        "seller:refuse -> waiting_for_buyer". Raises ValueError for a name that nothing bears.
        """
        __tracebackhide__ = True
        timeline = await self.timeline(since=self.began_at, limit=_LONG_PAGE).all()
        verify(timeline, sequence=sequence, never=never, within=within, order=order)

    # ── helpers ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _shown(self) -> SandboxWithAccounts:
        """What the emulator answered when it was made."""
        assert self._made is not None
        return self._made

    def _settle_in(self, made: SandboxWithAccounts) -> None:
        self._accounts.update(by_name(self._emulator.connection, made.accounts))
        self._made = made

    def _met(self, played: ScenarioPlayed) -> ScenarioPlayed:
        """A story brings its own people along."""
        self._accounts.update(by_name(self._emulator.connection, played.accounts))
        return played

    async def _taken_in(self, sending: Coroutine[Any, Any, httpx.Response], *, mine: bool) -> AsyncSandbox:
        return await self._emulator._taken_in(sending, mine=mine)

    async def _send(self, method: str, path: str, **what: Any) -> httpx.Response:
        return await self._emulator._send(method, path, **what)
