"""An emulator for the client to talk to: in this process through httpx's WSGI transport, and over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest
from dispute_emulator_client import Dispute, Emulator, Order, Sandbox, usd
from flask import Flask

from emulator import create_app
from emulator.testing.live import LiveServer

START = "2026-03-02T09:00:00Z"
LAMP = {"title": "Lamp", "quantity": 1}


@pytest.fixture(autouse=True)
def nothing_lies_about(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an environment may hold is none of these tests' business."""
    for name in ("EMULATOR_KEY", "EMULATOR_URL", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    app = create_app(f"sqlite:///{tmp_path_factory.mktemp('client') / 'emulator.db'}")
    yield app
    app.extensions["dispute_emulator"].close()


@pytest.fixture(scope="module")
def server(app: Flask) -> Iterator[LiveServer]:
    with LiveServer(app) as server:
        yield server


@pytest.fixture(params=["in process", "over HTTP"])
def emulator(request: pytest.FixtureRequest, app: Flask) -> Iterator[Emulator]:
    if request.param == "in process":
        with Emulator("http://localhost", transport=httpx.WSGITransport(app=app)) as emulator:
            yield emulator
    else:
        with Emulator(request.getfixturevalue("server").url) as emulator:
            yield emulator


@pytest.fixture
def sandbox(emulator: Emulator) -> Iterator[Sandbox]:
    """The empty world, standing still."""
    with emulator.sandbox(world="empty", now=START, frozen=True) as sandbox:
        yield sandbox


@pytest.fixture
def placed(sandbox: Sandbox) -> Callable[[], Order]:
    def place() -> Order:
        return sandbox.buyer.place_order(store=sandbox.seller.store, item={"title": "Lamp", "quantity": 1}, total=usd("64.00"))

    return place


@pytest.fixture
def delivered(sandbox: Sandbox, placed: Callable[[], Order]) -> Callable[[], Order]:
    def deliver() -> Order:
        order = placed()
        sandbox.seller.ship(order, tracking_number="RB482910553CN")
        return sandbox.deliver(order)

    return deliver


@pytest.fixture
def disputed(sandbox: Sandbox, delivered: Callable[[], Order]) -> Callable[[], Dispute]:
    def dispute() -> Dispute:
        return sandbox.buyer.open_dispute(
            delivered(), reason="damaged", remedy="refund", amount=usd("45.00"), explanation="The shade is cracked."
        )

    return dispute
