"""A call that may be repeated is, where the way to the emulator is bad; it happens once all the same. No other call is."""

from __future__ import annotations

import asyncio
import datetime
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from dispute_emulator_client import (
    AsyncEmulator,
    BrokenOff,
    Conflict,
    Emulator,
    EmulatorError,
    Foreign,
    Order,
    Refused,
    Sandbox,
    Unavailable,
    Unreachable,
    usd,
)
from dispute_emulator_client.asynchronous import connection as waiting
from dispute_emulator_client.synchronous import connection as plain
from flask import Flask
from freezegun import freeze_time

from emulator.testing.live import LiveServer

START = "2026-03-02T09:00:00Z"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(30)


def says(status: int, code: str, **headers: str) -> httpx.Response:
    return httpx.Response(status, json={"status": status, "code": code}, headers={"Content-Type": "application/problem+json", **headers})


BREAKS: dict[str, Callable[[], Exception | httpx.Response]] = {
    "nobody answers": lambda: httpx.ConnectError("refused"),
    "it cannot be sent": lambda: httpx.WriteError("broken pipe"),
    "no answer comes": lambda: httpx.ReadError("reset"),
    "the other end hangs up": lambda: httpx.RemoteProtocolError("Server disconnected without sending a response."),
    "the database is away": lambda: says(503, "database_unreachable"),
    "nobody knows": lambda: says(503, "outcome_unknown", **{"Retry-After": "1"}),
}
LASTS: dict[str, tuple[Callable[[], Exception | httpx.Response], type[EmulatorError]]] = {
    "the disk is full": (lambda: says(507, "storage_full", **{"Retry-After": "1"}), Unavailable),
    "it is refused": (lambda: says(409, "window_closed"), Conflict),
    "it broke": (lambda: says(500, "broken"), Refused),
    "there is no answer in time": (lambda: httpx.ReadTimeout("late"), BrokenOff),
    "there is no connection in time": (lambda: httpx.ConnectTimeout("late"), Unreachable),
    "it is somebody else": (lambda: httpx.Response(502, text="<html>"), Foreign),
    "it is another protocol": (lambda: httpx.RemoteProtocolError("illegal status line"), Foreign),
}


class Bad(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A way to the application on which answers get lost: `ahead` is what becomes of the next calls, None for nothing bad.

    Whatever becomes of it, the request has come through.
    """

    def __init__(self, app: Flask) -> None:
        self._way = httpx.WSGITransport(app=app)
        self.ahead: list[Exception | httpx.Response | None] = []
        self.asked: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        given = self._way.handle_request(request)
        given.read()
        bad = self.ahead.pop(0) if self.ahead else None
        if isinstance(bad, Exception):
            raise bad
        return bad or httpx.Response(given.status_code, headers=given.headers, content=given.content)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self.handle_request(request)

    @property
    def keys(self) -> list[str | None]:
        return [request.headers.get("Idempotency-Key") for request in self.asked]


@pytest.fixture
def bad(app: Flask) -> Bad:
    return Bad(app)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited, which is not waited here."""
    taken: list[float] = []

    async def wait(seconds: float) -> None:
        taken.append(seconds)

    monkeypatch.setattr(plain, "sleep", taken.append)
    monkeypatch.setattr(waiting, "asleep", wait)
    return taken


@pytest.fixture
def sandbox(bad: Bad) -> Iterator[Sandbox]:
    with Emulator("http://localhost", transport=bad) as emulator, emulator.sandbox(world="empty", now=START, frozen=True) as sandbox:
        bad.asked.clear()
        yield sandbox


def lamp(sandbox: Sandbox, **more: Any) -> Order:
    return sandbox.buyer.place_order(store=sandbox.seller.store, item={"title": "Lamp", "quantity": 1}, total=usd("64.00"), **more)


# ── what is repeated, and what is not ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("case", BREAKS)
def test_a_call_with_a_key_is_repeated_and_happens_once(case: str, sandbox: Sandbox, bad: Bad, pauses: list[float]) -> None:
    bad.ahead = [BREAKS[case](), BREAKS[case]()]
    order = lamp(sandbox, idempotency_key="lamp")
    assert bad.keys == ["lamp"] * 3
    assert len({request.content for request in bad.asked}) == 1
    assert len(pauses) == 2
    assert [each.id for each in sandbox.buyer.orders()] == [order.id]


@pytest.mark.parametrize("case", BREAKS)
def test_a_call_without_a_key_is_never_repeated(case: str, sandbox: Sandbox, bad: Bad, pauses: list[float]) -> None:
    for call in (lambda: lamp(sandbox), lambda: sandbox.set_clock("frozen"), lambda: sandbox.delete_snapshot("snp_none")):
        bad.asked.clear()
        bad.ahead = [BREAKS[case]()]
        with pytest.raises((BrokenOff, Unreachable, Unavailable)):
            call()
        assert (len(bad.asked), pauses) == (1, [])


@pytest.mark.parametrize("case", LASTS)
def test_what_will_be_no_better_in_a_moment_is_not_repeated(case: str, sandbox: Sandbox, bad: Bad, pauses: list[float]) -> None:
    problem, error = LASTS[case]
    bad.ahead = [problem()]
    with pytest.raises(error):
        lamp(sandbox, idempotency_key="lamp")
    assert (len(bad.asked), pauses) == (1, [])


def test_what_is_only_looked_at_is_asked_for_once_more_and_only_where_the_other_end_hung_up(
    sandbox: Sandbox, bad: Bad, pauses: list[float]
) -> None:
    for case, times in (("no answer comes", 2), ("the other end hangs up", 2), ("nobody answers", 1), ("the database is away", 1)):
        bad.asked.clear()
        bad.ahead = [BREAKS[case](), BREAKS[case](), None]
        with pytest.raises(EmulatorError):
            sandbox.buyer.me()
        bad.ahead.clear()
        assert (len(bad.asked), pauses) == (times, [])


def test_a_file_is_sent_again_as_it_was(sandbox: Sandbox, bad: Bad, pauses: list[float]) -> None:
    bad.ahead = [httpx.ReadError("reset"), says(503, "database_busy")]
    file = sandbox.buyer.upload_evidence(PNG, name="crack.png", idempotency_key="crack")
    assert len(bad.asked) == 3
    assert sandbox.buyer.evidence(file) == PNG


def test_a_change_that_was_made_is_not_taken_for_somebody_elses(sandbox: Sandbox, bad: Bad, pauses: list[float]) -> None:
    order = lamp(sandbox)
    bad.ahead = [httpx.ReadError("reset")]
    assert sandbox.buyer.cancel_order(order, if_match=order, idempotency_key="enough").status == "cancelled"


def test_every_post_and_patch_of_an_idempotent_client_has_a_key_of_its_own(bad: Bad, pauses: list[float]) -> None:
    with (
        Emulator("http://localhost", transport=bad, idempotent=True) as emulator,
        emulator.sandbox(world="empty", now=START, frozen=True) as sandbox,
    ):
        made = bad.keys
        assert [key is not None for key in made] == [True]
        bad.asked.clear()
        bad.ahead = [httpx.ReadError("reset"), None, says(503, "database_busy")]
        first, second = lamp(sandbox), lamp(sandbox)
        again, once, busy, at_last = bad.keys
        assert again == once != busy == at_last
        assert len({*made, again, busy}) == 3
        assert {order.id for order in sandbox.buyer.orders()} == {first.id, second.id}
        bad.asked.clear()
        lamp(sandbox, idempotency_key="mine")
        sandbox.set_clock("frozen")
        sandbox.buyer.me()
        assert bad.keys == ["mine", None, None]


# ── how often, and after how long ──────────────────────────────────────────────────────────────────────────────────────


def tried(bad: Bad, seconds: float, problem: Callable[[], Exception | httpx.Response]) -> EmulatorError:
    """How a call ends on a way that stays bad."""
    bad.ahead = [None, *(problem() for _ in range(1000))]
    with Emulator("http://localhost", transport=bad, retry_seconds=seconds) as emulator:
        sandbox = emulator.sandbox(world="empty", idempotency_key=f"{id(bad)}")
        bad.asked.clear()
        with pytest.raises(EmulatorError) as end:
            lamp(sandbox, idempotency_key="lamp")
        bad.ahead.clear()
        sandbox.delete()
    return end.value


def test_pauses_grow_up_to_a_second_and_come_to_an_end(bad: Bad, pauses: list[float]) -> None:
    end = tried(bad, 5, lambda: httpx.ReadError("reset"))
    assert isinstance(end, BrokenOff)
    assert pauses == [0.05, 0.1, 0.2, 0.4, 0.8, 1, 1, 1]
    assert len(bad.asked) - 1 == len(pauses) + 1
    # What the last attempt met is told, and not all that was met before.
    assert isinstance(end.__cause__, httpx.ReadError)
    assert end.__cause__.__context__ is None or not isinstance(end.__cause__.__context__, EmulatorError)


def test_the_emulator_says_when_to_ask_again(bad: Bad, pauses: list[float]) -> None:
    end = tried(bad, 5, lambda: says(503, "database_busy", **{"Retry-After": "2"}))
    assert pauses == [2, 2]
    assert isinstance(end, Unavailable)
    assert end.retry_after == 2


@pytest.mark.parametrize(
    ("seconds", "retry_after", "wanted"),
    [(0, "0", []), (0, "1", []), (1, "0", [0.05, 0.1, 0.2, 0.4]), (5, "3600", []), (0.05, "0", [0.05]), (-1, "0", [])],
)
def test_how_long_is_waited_in_all_is_the_clients_to_say(
    seconds: float, retry_after: str, wanted: list[float], bad: Bad, pauses: list[float]
) -> None:
    tried(bad, seconds, lambda: says(503, "database_busy", **{"Retry-After": retry_after}))
    assert pauses == wanted


# ── really ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_server_that_comes_back_meanwhile_gets_the_call(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    first = LiveServer(app).start()
    with Emulator(first.url) as emulator, ExitStack() as back:
        sandbox = emulator.sandbox(world="empty")
        first.stop()
        monkeypatch.setattr(plain, "sleep", lambda _: back.enter_context(LiveServer(app, port=first.port)))
        order = lamp(sandbox, idempotency_key="lamp")
        assert [each.id for each in sandbox.buyer.orders()] == [order.id]
        sandbox.delete()


def in_time(call: Callable[[], Any]) -> None:
    """Make sure that it comes to an end, by no clock that is frozen."""
    done: list[Any] = []
    thread = threading.Thread(target=lambda: done.append(call()), daemon=True)
    thread.start()
    thread.join(30)
    assert done, "it hangs, or it failed"


def test_it_is_waited_while_time_stands_still(sandbox: Sandbox, bad: Bad) -> None:
    bad.ahead = [httpx.ReadError("reset"), says(503, "database_busy")]
    with freeze_time(datetime.datetime(2051, 3, 2, 9, tzinfo=datetime.UTC)):
        in_time(lambda: lamp(sandbox, idempotency_key="lamp"))
    assert bad.keys == ["lamp"] * 3


def test_tasks_wait_while_time_stands_still_and_hold_nobody_up(sandbox: Sandbox, bad: Bad) -> None:
    async def placed() -> bool:
        async with AsyncEmulator("http://localhost", transport=bad, idempotent=True) as emulator:
            buyer, store = await emulator.account(sandbox.buyer.token), sandbox.seller.store
            bad.ahead = [BREAKS[case]() for case in BREAKS]
            async with asyncio.TaskGroup() as tasks:
                for number in range(1, 7):
                    tasks.create_task(buyer.place_order(store=store, item={"title": "Lamp", "quantity": 1}, total=usd(number)))
        return True

    with freeze_time(datetime.datetime(2051, 3, 2, 9, tzinfo=datetime.UTC)):
        in_time(lambda: asyncio.run(placed()))
    assert sorted(order.total.amount for order in sandbox.buyer.orders()) == [1, 2, 3, 4, 5, 6]


def test_a_task_that_is_cancelled_while_it_waits_is_cancelled_at_once(sandbox: Sandbox, bad: Bad) -> None:
    async def cancelled() -> bool:
        async with AsyncEmulator("http://localhost", transport=bad, retry_seconds=10_000) as emulator:
            buyer = await emulator.account(sandbox.buyer.token)
            bad.ahead = [says(503, "database_busy", **{"Retry-After": "9000"})]
            bad.asked.clear()
            call = asyncio.ensure_future(buyer.send_message("ord_1", "Hello.", idempotency_key="hello"))
            while not bad.asked:
                await asyncio.sleep(0)
            for _ in range(10):
                await asyncio.sleep(0)
            assert not call.done()
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
        return True

    in_time(lambda: asyncio.run(cancelled()))
