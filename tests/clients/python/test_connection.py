"""The way to an emulator: its address and key, proxies, connections that are kept, threads, tasks, frozen time, raw calls."""

from __future__ import annotations

import asyncio
import datetime
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from dispute_emulator_client import AsyncEmulator, BrokenOff, Emulator, EmulatorError, Refused, Sandbox, Unauthenticated, Unreachable, usd
from flask import Flask
from freezegun import freeze_time

from emulator import create_app
from emulator.testing.live import LiveServer

START = "2026-03-02T09:00:00Z"


@pytest.fixture
def seen() -> list[httpx.Request]:
    return []


def remembering(seen: list[httpx.Request]) -> httpx.MockTransport:
    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        health = {"status": "ok", "version": "9", "database": "sqlite", "now": START}
        return httpx.Response(200, json=health)

    return httpx.MockTransport(answer)


# ── address and key ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_address_is_given_or_named_by_the_environment_or_the_emulators_own(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Emulator().base_url == "http://127.0.0.1:8080"
    monkeypatch.setenv("EMULATOR_URL", "https://desk.example/below/")
    assert Emulator().base_url == "https://desk.example/below"
    assert Emulator("http://here:81/").base_url == "http://here:81"


@pytest.mark.parametrize("url", ["127.0.0.1:8080", "ftp://127.0.0.1", "nonsense", "http://", "http://x:99999", "http://x?y=1"])
def test_what_is_no_address_is_said_to_be_none(url: str) -> None:
    with pytest.raises(ValueError, match="is not the address of a server"):
        Emulator(url)


def test_an_address_may_have_a_path(seen: list[httpx.Request]) -> None:
    with Emulator("http://desk.example/below", transport=remembering(seen)) as emulator:
        emulator.health()
        emulator.http.get("/v1/me")
    assert [request.url.path for request in seen] == ["/below/_emulator/health", "/below/v1/me"]


def test_only_the_control_plane_gets_the_key(seen: list[httpx.Request], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMULATOR_KEY", "from the environment")
    for given, sent in ((None, "from the environment"), ("open sesame", "open sesame"), ("", None)):
        seen.clear()
        with Emulator("http://desk.example", key=given, transport=remembering(seen)) as emulator:
            emulator.health()
            emulator.http.get("/_emulator/health")
            with pytest.raises(Exception, match="lacks"):
                emulator.account("tok_1")
            with pytest.raises(Exception, match="lacks"):
                emulator.rules()
        assert [request.headers.get("X-Emulator-Key") for request in seen] == [sent, sent, None, None]
        assert [request.headers.get("Authorization") for request in seen] == [None, None, "Bearer tok_1", None]


def test_a_locked_emulator_opens_with_its_key() -> None:
    app = create_app(key="open sesame", demo=False)
    with LiveServer(app) as server:
        with Emulator(server.url) as emulator, pytest.raises(Unauthenticated) as no:
            emulator.sandbox()
        assert no.value.code == "emulator_key_required"
        with Emulator(server.url, key="open sesame") as emulator, emulator.sandbox(world="empty") as sandbox:
            assert sandbox.buyer.me().name == "buyer"
            assert sandbox.http.get(sandbox.path).status_code == 200
            assert "X-Emulator-Key" not in sandbox.buyer.http.headers
    app.extensions["dispute_emulator"].close()


# ── proxies ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_this_machine_is_never_asked_through_a_proxy(variable: str, server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "http://127.0.0.1:9")
    for host in ("127.0.0.1", "localhost"):
        with Emulator(f"http://{host}:{server.port}") as emulator:
            assert emulator.health().status == "ok"
            assert emulator.account("demo-buyer").http.get("/v1/me").status_code == 200
    with Emulator("http://desk.example") as emulator, pytest.raises(Unreachable):
        emulator.health()


def test_another_machine_is_asked_through_the_proxy_unless_it_is_an_exception(server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy is asked for whole addresses, which the server here takes as its own."""
    monkeypatch.setenv("HTTP_PROXY", f"127.0.0.1:{server.port}")
    with Emulator("http://desk.invalid") as emulator, emulator.sandbox(world="empty") as sandbox:
        assert sandbox.buyer.me().name == "buyer"
        assert sandbox.buyer.http.get("/v1/me").status_code == 200
    monkeypatch.setenv("NO_PROXY", "desk.invalid")
    with Emulator("http://desk.invalid") as emulator, pytest.raises(Unreachable):
        emulator.health()


# ── connections ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def counted(app: Flask) -> Iterator[tuple[LiveServer, list[Any]]]:
    """A server, with the connections that it was asked for."""
    opened: list[Any] = []
    with LiveServer(app) as server:
        setup = server._handler.setup

        def counting(handler: Any) -> None:
            opened.append(handler.client_address)
            setup(handler)

        server._handler.setup = counting  # type: ignore[method-assign]
        yield server, opened


def test_one_connection_carries_everybodys_calls(counted: tuple[LiveServer, list[Any]]) -> None:
    server, opened = counted
    with Emulator(server.url) as emulator, emulator.sandbox(world="small", now=START, frozen=True) as sandbox:
        for who in sandbox.accounts.values():
            assert who.me().id == who.id
            assert who.http.get("/v1/me").json()["id"] == who.id
        with pytest.raises(Refused):
            sandbox.buyer.order("ord_none")
        assert list(sandbox.timeline())
        # Who closes a client for raw calls has closed that client.
        sandbox.buyer.http.close()
        assert sandbox.seller.http.get("/v1/me").status_code == 200
    assert len(opened) == 1


def test_a_client_that_was_closed_says_so(seen: list[httpx.Request]) -> None:
    with Emulator("http://desk.example", transport=remembering(seen)) as emulator:
        emulator.health()
    with pytest.raises(EmulatorError, match=r"^This client has hung up on http://desk\.example: "):
        emulator.health()
    assert len(seen) == 1


async def _called_too_late() -> None:
    async with AsyncEmulator("http://desk.example") as emulator:
        pass
    await emulator.health()


def test_an_asynchronous_client_that_was_closed_says_so_too() -> None:
    with pytest.raises(EmulatorError, match=r"^This client has hung up on http://desk\.example: "):
        asyncio.run(_called_too_late())


def test_a_connection_is_kept_while_frozen_time_jumps(counted: tuple[LiveServer, list[Any]]) -> None:
    server, opened = counted
    wall = datetime.datetime(2051, 3, 2, 9, tzinfo=datetime.UTC)
    with Emulator(server.url) as emulator, emulator.sandbox(world="empty") as sandbox:
        began = sandbox.clock.now
        for days in (0, 100, 400, 4000):
            with freeze_time(wall + datetime.timedelta(days=days)) as frozen:
                assert sandbox.clock.now == wall + datetime.timedelta(days=days)
                frozen.tick(datetime.timedelta(days=30))
                assert sandbox.buyer.me().now == wall + datetime.timedelta(days=days + 30)
            # And where it is set back, by a freeze that ends.
            assert sandbox.clock.now > began
    assert len(opened) == 1


def test_a_connection_that_the_server_has_shut_is_opened_again(app: Flask) -> None:
    first = LiveServer(app).start()
    with Emulator(first.url) as emulator:
        sandbox = emulator.sandbox(world="empty")
        first.stop()
        with LiveServer(app, port=first.port):
            order = sandbox.buyer.place_order(store=sandbox.seller.store, item={"title": "Lamp", "quantity": 1}, total=usd(1))
            assert sandbox.buyer.order(order) == order
        with pytest.raises((Unreachable, BrokenOff)):
            sandbox.audit()
        with LiveServer(app, port=first.port):
            sandbox.delete()


def test_threads_share_one_emulator(server: LiveServer) -> None:
    ready = threading.Barrier(8)

    def quarrel(number: int) -> str:
        if number < 8:
            ready.wait(10)
        with emulator.sandbox(world="empty", now=START, frozen=True, seed=f"thread {number}") as sandbox:
            lamp = {"title": f"Lamp {number}", "quantity": 1}
            orders = [shared.buyer.me().id, sandbox.buyer.place_order(store=sandbox.seller.store, item=lamp, total=usd(number + 1)).id]  # type: ignore[arg-type]
            assert sandbox.buyer.order(orders[1]).item.title == f"Lamp {number}"
            assert sandbox.advance(f"P{number + 1}D").to == sandbox.clock.now
            assert sandbox.buyer.http.get("/v1/me").json()["id"] == sandbox.buyer.id
            return sandbox.id

    with Emulator(server.url) as emulator, emulator.sandbox(world="empty") as shared, ThreadPoolExecutor(8) as crowd:
        assert len(set(crowd.map(quarrel, range(40)))) == 40


# ── tasks ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_twin_for_async_tells_the_same_story(server: LiveServer) -> None:
    async def story(emulator: AsyncEmulator, number: int) -> list[str]:
        async with emulator.sandbox(world="empty", now=START, frozen=True) as sandbox:
            buyer, seller = sandbox.buyer, sandbox.seller
            order = await buyer.place_order(store=seller.store, item={"title": "Lamp", "quantity": 1}, total=usd("64.00"))
            await seller.ship(order)
            await sandbox.deliver(order)
            photo = await buyer.upload_evidence(b"\x89PNG\r\n\x1a\n" + bytes(number), name="crack.png")
            dispute = await buyer.open_dispute(
                order, reason="damaged", remedy="refund", amount=usd("45.00"), explanation="Cracked.", evidence=[photo]
            )
            with pytest.raises(Refused, match="seller_has_not_refused"):
                await buyer.escalate(dispute)
            assert (await sandbox.clock.tick(60)) == await sandbox.clock.now
            await sandbox.clock.move_to(await sandbox.clock.now + datetime.timedelta(days=1))
            assert await sandbox.clock.mode == "frozen"
            assert (await buyer.http.get("/v1/me")).json()["id"] == buyer.id
            async with sandbox.fork() as branch:
                assert (await branch.buyer.dispute(dispute)).status == "waiting_for_seller"
            fork = await sandbox.fork()
            async with fork:
                await fork.seller.accept(dispute, solution=dispute.solutions[0])
            moved = await sandbox.advance(to_next=True)
            assert [line.rule for line in moved.fired] == ["ESC-2"]
            assert await buyer.evidence(photo) == b"\x89PNG\r\n\x1a\n" + bytes(number)
            assert len(await sandbox.mailbox(limit=2).all()) == len([mail async for mail in sandbox.mailbox()]) > 2
            played = await sandbox.play_scenario("S14", step="opened")
            assert (await sandbox.accounts["buyer@S14"].me()).name == "buyer@S14"
            assert played.orders
            await sandbox.verify(sequence=["open_dispute", "ESC-2 -> mediating"], never=["buyer:cancel"], within="P15D", order=order)
            with pytest.raises(AssertionError, match="What must never happen did"):
                await sandbox.verify(never=["open_dispute"])
            return [entry.rule async for entry in buyer.history(dispute, limit=1)]

    async def all_at_once() -> None:
        async with AsyncEmulator(server.url) as emulator:
            told = await asyncio.gather(*(story(emulator, number) for number in range(8)))
            assert told == [["OPEN-8", "ESC-2"]] * 8
            demo = await emulator.account("demo-buyer")
            assert demo.name == "buyer"
            found = await emulator.find_sandbox("default")
            assert found.seller.store
            assert [box.id async for box in emulator.sandboxes()] == ["default"]

    asyncio.run(all_at_once())


def test_a_sandbox_on_its_way_ends_with_its_block_whatever_happens(server: LiveServer) -> None:
    async def tried() -> None:
        async with AsyncEmulator(server.url) as emulator:
            with pytest.raises(ZeroDivisionError):
                async with emulator.sandbox(world="empty") as sandbox:
                    raise ZeroDivisionError
            with pytest.raises(Refused, match="not_found"):
                await sandbox.audit()
            with pytest.raises(Refused, match="malformed"):
                await emulator.sandbox(seed="")
            async with emulator.sandbox(world="empty") as sandbox:
                await sandbox.delete()

    asyncio.run(tried())


# ── what it is made of ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_it_needs_nothing_but_httpx_and_knows_no_emulator() -> None:
    code = """
import sys
before = set(sys.modules)
import dispute_emulator_client
tops = {name.partition(".")[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)
print(sorted(tops))
"""
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    found = set(eval(out))
    assert {"dispute_emulator_client", "httpx"} <= found
    assert not found & {"emulator", "flask", "werkzeug", "marshmallow", "sqlalchemy", "msgspec", "orjson", "pytest"}


def test_a_sandbox_made_by_hand_shows_nothing_yet(server: LiveServer) -> None:
    with Emulator(server.url) as emulator:
        assert repr(Sandbox(emulator, None)) == "<Sandbox not made yet>"
        assert repr(emulator) == f"<Emulator at {server.url}>"
