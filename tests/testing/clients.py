"""Every kind of client that code under test may have, each led to an emulator of this process, and one small story to tell through it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

import httpx
import requests
import responses
from flask import Flask

from emulator.testing.adapters import RequestsAdapter, everything_below, responses_callback
from emulator.testing.live import LiveServer

Json = dict[str, Any]
SHOP = "https://shop.example"
METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")


class Told(NamedTuple):
    """What a client was told: the status, the Date header, the JSON."""

    status: int
    date: datetime
    json: Any


# A method, a path, a token and a body; answers what came back.
Ask = Callable[[str, str, str | None, Json | None], Told]


def _headers(token: str | None) -> dict[str, str]:
    return {} if token is None else {"Authorization": f"Bearer {token}"}


def _told(status: int, date: str, body: bytes) -> Told:
    return Told(status, parsedate_to_datetime(date), json.loads(body) if body else None)


@contextmanager
def flask_client(app: Flask) -> Iterator[Ask]:
    client = app.test_client()

    def ask(method: str, path: str, token: str | None, body: Json | None) -> Told:
        answer = client.open(path, method=method, headers=_headers(token), json=body)
        return _told(answer.status_code, answer.headers["Date"], answer.data)

    yield ask


@contextmanager
def httpx_client(app: Flask, base_url: str = SHOP, transport: httpx.BaseTransport | None = None) -> Iterator[Ask]:
    with httpx.Client(transport=transport or httpx.WSGITransport(app=app), base_url=base_url) as client:

        def ask(method: str, path: str, token: str | None, body: Json | None) -> Told:
            answer = client.request(method, path, headers=_headers(token), json=body)
            return _told(answer.status_code, answer.headers["Date"], answer.content)

        yield ask


def _by(session: requests.Session, base_url: str = SHOP) -> Ask:
    def ask(method: str, path: str, token: str | None, body: Json | None) -> Told:
        answer = session.request(method, base_url + path, headers=_headers(token), json=body, timeout=10)
        return _told(answer.status_code, answer.headers["Date"], answer.content)

    return ask


@contextmanager
def requests_adapter(app: Flask) -> Iterator[Ask]:
    with requests.Session() as session:
        session.mount(SHOP, RequestsAdapter(app))
        yield _by(session)


@contextmanager
def responses_library(app: Flask) -> Iterator[Ask]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock, requests.Session() as session:
        for method in METHODS:
            mock.add_callback(method, everything_below(SHOP), responses_callback(app))
        yield _by(session)


@contextmanager
def live_server(app: Flask) -> Iterator[Ask]:
    with LiveServer(app) as server, requests.Session() as session:
        yield _by(session, server.url)


CLIENTS = (flask_client, httpx_client, requests_adapter, responses_library, live_server)


class Quarrel:
    """A sandbox of the world `empty`, told through any client: an order that was delivered, and a dispute about it."""

    def __init__(self, ask: Ask, **wish: Any) -> None:
        self.ask = ask
        made = ask("POST", "/_emulator/sandboxes", None, {"world": "empty", **wish})
        assert made.status == 201, made
        self.id: str = made.json["id"]
        self.began = made.date
        self.tokens: dict[str, str] = {person["name"]: person["token"] for person in made.json["accounts"]}
        self.store: str = next(person["store"] for person in made.json["accounts"] if person["store"])
        self.order = self.dispute = ""

    def do(self, who: str, method: str, path: str, body: Json | None = None) -> Told:
        """A call that goes through."""
        told = self.ask(method, path, self.tokens.get(who), body)
        assert told.status in (200, 201), told
        return told

    def placed(self) -> Json:
        body = {"store": self.store, "item": {"title": "Lamp", "quantity": 1}, "total": {"amount": "64.00", "currency": "USD"}}
        order: Json = self.do("buyer", "POST", "/v1/orders", body).json
        self.order = order["id"]
        return order

    def opened(self) -> Json:
        """The dispute, just opened."""
        self.placed()
        self.do("seller", "POST", f"/v1/orders/{self.order}/ship", {})
        self.do("", "POST", f"/_emulator/sandboxes/{self.id}/orders/{self.order}/deliver", {})
        body = {"reason": "no_tracking", "remedy": "refund", "amount": {"amount": "64.00", "currency": "USD"}, "explanation": "So it is."}
        dispute: Json = self.do("buyer", "POST", f"/v1/orders/{self.order}/disputes", body).json
        self.dispute = dispute["id"]
        return dispute

    def look(self) -> Told:
        """The dispute as the buyer sees it."""
        return self.do("buyer", "GET", f"/v1/disputes/{self.dispute}")

    def history(self) -> list[tuple[str, str]]:
        """Rule and time of all that was done in the dispute."""
        lines = self.do("buyer", "GET", f"/v1/disputes/{self.dispute}/history").json["data"]
        return [(line["rule"], line["at"]) for line in lines]

    def now(self) -> datetime:
        return datetime.fromisoformat(self.do("", "GET", f"/_emulator/sandboxes/{self.id}/clock").json["now"])


def without_digits(text: str) -> str:
    return re.sub(r"[0-9]+", "#", text)
