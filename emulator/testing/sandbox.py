"""A sandbox as a test holds it: its people, its clock, and what can be asked of the control plane about it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeAlias
from urllib.parse import urlencode

from .answer import Answer
from .calls import Calls
from .transport import Part, Transport, encoded

Json: TypeAlias = dict[str, Any]
Note: TypeAlias = Callable[[str, Answer], None]

_LONG_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody in a sandbox. A refused call returns its answer like any other; `answer.must()` insists."""

    id: str
    name: str
    role: str
    store: str | None
    token: str
    _transport: Transport
    _note: Note

    @property
    def headers(self) -> dict[str, str]:
        """What a client of yours sends to be this person."""
        return {"Authorization": f"Bearer {self.token}"}

    def get(self, path: str) -> Answer:
        return self.call("GET", path)

    def post(self, path: str, json: Any = None, files: Mapping[str, Part] | None = None) -> Answer:
        """Post JSON, or files as a form: `files={"file": ("crack.png", data)}`."""
        return self.call("POST", path, json=json, files=files)

    def patch(self, path: str, json: Any = None) -> Answer:
        return self.call("PATCH", path, json=json)

    def delete(self, path: str) -> Answer:
        return self.call("DELETE", path)

    def call(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        files: Mapping[str, Part] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Any call with this account's token."""
        body, said = encoded(json, files)
        answer = Answer(method, path, self._transport.call(method, path, {**self.headers, **said, **(headers or {})}, body))
        self._note(self.name, answer)
        return answer


class Clock:
    """A sandbox's clock. It has freezegun's `tick` and `move_to`, and `travel(sandbox.clock, …)` says what has fired on the way."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    @property
    def now(self) -> datetime:
        """The sandbox's time, in UTC."""
        return _instant(self._sandbox.call("GET", "/clock").must().json["now"])

    @property
    def mode(self) -> str:
        """real, shifted or frozen."""
        return str(self._sandbox.call("GET", "/clock").must().json["mode"])

    def tick(self, delta: timedelta | int = timedelta(seconds=1)) -> datetime:
        """Move so far (a number is seconds) and fire what is due; returns the new time."""
        span = delta if isinstance(delta, timedelta) else timedelta(seconds=delta)
        return _instant(self.advance(span, None, "at").must().json["to"])

    def move_to(self, target_datetime: datetime | str) -> None:
        """Move to an instant and fire what is due; never backwards."""
        self._sandbox.advance(to=target_datetime)

    def advance(self, span: timedelta | None, target: datetime | None, edge: str) -> Answer:
        """The call that moves the clock: by a span, to a target, or to the next timer where neither is named; refused or not."""
        body: Json = {"edge": edge}
        if span is not None:
            body |= {"by": _duration(span)}
        elif target is not None:
            body |= {"to": _text(target)}
        else:
            body |= {"to_next": True}
        return self._sandbox.call("POST", "/clock/advance", json=body)


class Home(Protocol):
    """The emulator in which sandboxes lie."""

    transport: Transport

    @property
    def watches(self) -> bool:
        """Whether the application itself notes what becomes of calls, whoever makes them."""

    def enter(self, sandbox: Sandbox) -> None:
        """A sandbox has been made."""

    def leave(self, sandbox: Sandbox) -> None:
        """A sandbox has been deleted."""


class Sandbox:
    """A marketplace of a test's own, made when it is first looked at.

    What the control plane refuses here raises AssertionError, for a test that goes on without it would test something else; what people
    are refused is an answer like any other.
    """

    def __init__(self, home: Home, wish: Mapping[str, Any]) -> None:
        """`wish` is the body that makes it."""
        self.calls = Calls()
        self.clock = Clock(self)
        self._home = home
        self._transport = home.transport
        self._wish = wish
        self._forks: list[Sandbox] = []
        self._lock = threading.RLock()
        self._made: Json | None = None
        self._accounts: dict[str, Account] = {}

    def __repr__(self) -> str:
        return f"<Sandbox {self._made['id'] if self._made else 'not made yet'}>"

    # ── what it is ─────────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def made(self) -> bool:
        """Whether it is there yet."""
        return self._made is not None

    @property
    def id(self) -> str:
        return str(self._shown["id"])

    @property
    def seed(self) -> str:
        """Same seed, same calls: same ids, same tokens, same draws."""
        return str(self._shown["seed"])

    @property
    def ruleset(self) -> str:
        return str(self._shown["ruleset"])

    @property
    def settings(self) -> Mapping[str, Any]:
        """Every setting in force."""
        found: Mapping[str, Any] = self._shown["settings"]
        return found

    @property
    def began_at(self) -> datetime:
        """The sandbox's time when it was made."""
        return _instant(self._shown["clock"]["now"])

    @property
    def base_url(self) -> str:
        """Where the emulator is; a client of yours begins its addresses with it."""
        return self._transport.base_url

    @property
    def path(self) -> str:
        """Where the control plane shows it."""
        return f"/_emulator/sandboxes/{self.id}"

    @property
    def url(self) -> str:
        return self.base_url + self.path

    @property
    def accounts(self) -> Mapping[str, Account]:
        """Everybody in it, by name."""
        _ = self._shown
        return self._accounts

    @property
    def buyer(self) -> Account:
        """The first buyer; the others are in `accounts`."""
        return self._first("buyer")

    @property
    def seller(self) -> Account:
        return self._first("seller")

    @property
    def mediator(self) -> Account:
        return self._first("mediator")

    # ── the control plane ──────────────────────────────────────────────────────────────────────────────────────────────

    def call(self, method: str, path: str = "", *, json: Any = None) -> Answer:
        """Any call of the control plane about this sandbox: `sandbox.call("GET", "/mailbox")`."""
        answer = self._call(method, self.path + path, json)
        self._note("control", answer)
        return answer

    def advance(
        self,
        *,
        by: timedelta | str | None = None,
        to: datetime | str | None = None,
        to_next: bool = False,
        edge: str | None = None,
        limit: int | None = None,
    ) -> Json:
        """Move time; every timer on the way has fired. Returns the report: `from`, `to`, `fired`, `next`."""
        wanted = {
            "by": _duration(by) if isinstance(by, timedelta) else by,
            "to": to if to is None else _text(to),
            "to_next": to_next or None,
            "edge": edge,
            "limit": limit,
        }
        report: Json = self.call("POST", "/clock/advance", json=_said(wanted)).must().json
        return report

    def forecast(self, order: str | None = None, most: int | None = None) -> list[Json]:
        """What will happen if nobody acts, soonest first: all of it, or the first `most`."""
        return self._pages("/forecast", {"order": order}, most)

    def timeline(self, order: str | None = None, since: datetime | str | None = None) -> list[Json]:
        """All that has happened, oldest first."""
        return self._pages("/timeline", {"order": order, "since": since if since is None else _text(since)}, None)

    def audit(self) -> Json:
        """The invariants, checked over the whole sandbox: `ok`, `checked`, `violations`."""
        report: Json = self.call("GET", "/audit").must().json
        return report

    def snapshot(self, name: str | None = None) -> str:
        """Keep the world as it is, clock included; returns the snapshot's id."""
        return str(self.call("POST", "/snapshots", json=_said({"name": name})).must().json["id"])

    def restore(self, snapshot: str) -> None:
        """Go back to a snapshot, clock included, as often as you like."""
        self._gone_back(self.call("POST", f"/snapshots/{snapshot}/restore"))

    def reset(self) -> None:
        """Back to the world it began with, clock included."""
        self._gone_back(self.call("POST", "/reset"))

    def fork(self, snapshot: str | None = None, name: str | None = None) -> Sandbox:
        """A second sandbox with the same world, as it stands or as a snapshot has it; it goes when this one goes."""
        made = self.call("POST", "/fork", json=_said({"snapshot": snapshot, "name": name})).must().json
        fork = Sandbox(self._home, {})
        fork._settle_in(made)
        self._forks.append(fork)
        return fork

    def deliver(self, order: str, parcel: str | None = None) -> Answer:
        """The carrier says that a parcel was delivered: the order's, or with `parcel` the `return` or `replacement`."""
        path = f"{self.path}/orders/{order}/deliver"
        answer = self._call("POST", path, _said({"parcel": parcel}))
        self._note("carrier", answer)
        return answer

    def delete(self) -> None:
        """It and its forks are gone. What is not there, or not there any more, is no fault."""
        for fork in self._forks:
            fork.delete()
        if self._made is not None:
            self._home.leave(self)
            answer = self._call("DELETE", self.path, None)
            if answer.status != 404:
                answer.must()

    # ── helpers ────────────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def _shown(self) -> Json:
        if self._made is None:
            with self._lock:
                if self._made is None:
                    self._settle_in(self._call("POST", "/_emulator/sandboxes", dict(self._wish)).must().json)
        assert self._made is not None
        return self._made

    def _settle_in(self, made: Json) -> None:
        for person in made["accounts"]:
            account = Account(person["id"], person["name"], person["role"], person["store"], person["token"], self._transport, self._note)
            self._accounts[account.name] = account
        self._made = made
        self._home.enter(self)

    def _first(self, role: str) -> Account:
        return next(account for account in self.accounts.values() if account.role == role)

    def _call(self, method: str, path: str, json: Any) -> Answer:
        body, headers = encoded(json, None)
        return Answer(method, path, self._transport.call(method, path, headers, body))

    def _note(self, who: str, answer: Answer) -> None:
        if not self._home.watches:
            self.calls.note(who, answer.method, answer.path, answer.status, answer.headers, answer.body)

    def _gone_back(self, answer: Answer) -> None:
        self.calls.forget_after(_instant(answer.must().json["clock"]["now"]))

    def _pages(self, path: str, query: Mapping[str, str | None], most: int | None) -> list[Json]:
        entries: list[Json] = []
        cursor: str | None = None
        while True:
            left = _LONG_PAGE if most is None else min(most - len(entries), _LONG_PAGE)
            asked = _said({**query, "limit": left, "cursor": cursor})
            page = self.call("GET", f"{path}?{urlencode(asked)}").must().json
            entries += page["data"]
            cursor = page["next_cursor"]
            if cursor is None or len(entries) == most:
                return entries


def _said(wanted: Mapping[str, Any]) -> Json:
    return {name: value for name, value in wanted.items() if value is not None}


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _text(instant: datetime | str) -> str:
    """An instant as the contract writes it; a datetime without an offset is UTC, as it is for freezegun."""
    if isinstance(instant, str):
        return instant
    aware = instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    if aware.microsecond:
        raise ValueError(f"A sandbox's clock has whole seconds, and {instant.isoformat()} lies between two.")
    return f"{aware:%Y-%m-%dT%H:%M:%SZ}"


def _duration(span: timedelta) -> str:
    """A span as the contract writes it."""
    if span.microseconds:
        raise ValueError(f"A sandbox's clock has whole seconds, and {span} is none.")
    if span < timedelta(0):
        raise ValueError(f"A clock never goes back, so not by {span}.")
    return f"P{span.days}DT{span.seconds}S"


def sandbox_wish(wish: Mapping[str, Any]) -> Json:
    """A wish as the body that makes a sandbox: what is None is left out, and an instant is a text."""
    return _said({name: _text(value) if isinstance(value, datetime) else value for name, value in wish.items()})
