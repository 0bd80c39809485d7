# Written by `make client` from its twin in asynchronous/: do not edit.
"""Somebody in a sandbox, who calls the marketplace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from ..errors import UnknownToken
from ..models import AccountView
from ..words import Role
from .calls import AccountCalls
from .connection import Connection


class Account(AccountCalls):
    """A buyer, a seller or a mediator, with a method for every call of the marketplace, his own business or not.

    `http` is an httpx client with his token, for raw calls: it answers refusals like anything else and raises nothing.

    Many methods take `idempotency_key`, a text that no other call of his has: the call happens once, however often it is sent, and for
    24 hours of the sandbox's time the same call with the same key gets the same answer. Such a call is repeated by itself where the
    connection breaks.

    Many take `if_match`, an order or a dispute as he was last shown it, or its `etag`: Changed is raised, and nothing done, unless he would
    be shown the same now. An order's ETag is meant by what is done with an order, a dispute's by what is done with a dispute.
    """

    def __init__(self, connection: Connection, view: AccountView) -> None:
        self._connection = connection
        self._view = view
        self._http: httpx.Client | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"

    @property
    def id(self) -> str:
        return self._view.id

    @property
    def name(self) -> str:
        """His name in the sandbox, such as `buyer-2`."""
        return self._view.name

    @property
    def role(self) -> Role:
        return self._view.role

    @property
    def store(self) -> str | None:
        """The id of his store, if he is a seller."""
        return self._view.store

    @property
    def token(self) -> str:
        """What proves that it is he. Raises UnknownToken where the emulator has not told it to this client."""
        if self._view.token is None:
            raise UnknownToken(
                f"The token of {self.name} was told when the sandbox was made, and not again. "
                "Who has it takes emulator.account(token); a fork has tokens of its own."
            )
        return self._view.token

    @property
    def headers(self) -> dict[str, str]:
        """What a client of yours sends to be this person."""
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def http(self) -> httpx.Client:
        """An httpx client with this person's token and the emulator's address: `account.http.get("/v1/me")`."""
        if self._http is None:
            self._http = self._connection.client(self.headers)
        return self._http

    def _send(self, method: str, path: str, **what: Any) -> httpx.Response:
        return self._connection.send(method, path, headers=self.headers, **what)


class Seller(Account):
    """A seller, who has a store."""

    @property
    def store(self) -> str:
        """The id of his store."""
        assert self._view.store is not None
        return self._view.store


def account(connection: Connection, view: AccountView) -> Account:
    """An account as the client has it."""
    return (Account if view.store is None else Seller)(connection, view)


def by_name(connection: Connection, views: list[AccountView]) -> Mapping[str, Account]:
    return {view.name: account(connection, view) for view in views}
