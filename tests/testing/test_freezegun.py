"""freezegun in a test of the user's own: however it is used and whatever client he has, the emulator lives in the frozen time.

What a freeze has shown of a sandbox's time stays in its past: after unfreezing it stands still until the wall has caught up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from freezegun import freeze_time

from emulator import create_app, travel

from .clients import CLIENTS, Ask, Quarrel, flask_client

# Ahead of any wall on which these tests run, for what is shown must not depend on when they do.
START = datetime(2051, 3, 2, 9, 0, tzinfo=UTC)
DAYS = timedelta(days=15)

# Runs a test's body in frozen time, as users write it. The body gets a function that lets fifteen days pass.
Body = Callable[[Callable[[], object]], None]
Style = Callable[[Body], None]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    app = create_app(f"sqlite:///{tmp_path_factory.mktemp('freezes') / 'emulator.db'}", demo=False)
    yield app
    app.extensions["dispute_emulator"].close()


@pytest.fixture(params=CLIENTS, ids=lambda client: client.__name__)
def ask(request: pytest.FixtureRequest, app: Flask) -> Iterator[Ask]:
    client: Callable[[Flask], AbstractContextManager[Ask]] = request.param
    with client(app) as ask:
        yield ask


# ── the ways to freeze ─────────────────────────────────────────────────────────────────────────────────────────────────


def decorated_function(body: Body) -> None:
    @freeze_time(START, as_kwarg="frozen")
    def test(frozen: Any) -> None:
        body(lambda: frozen.tick(DAYS))

    test()  # type: ignore[call-arg] # freezegun gives it


def decorated_class(body: Body) -> None:
    @freeze_time(START, as_kwarg="frozen")
    class Tests:
        def test(self, frozen: Any) -> None:
            body(lambda: frozen.tick(DAYS))

    Tests().test()  # type: ignore[call-arg] # freezegun gives it


def decorated_coroutine(body: Body) -> None:
    @freeze_time(START, as_arg=True)
    async def test(frozen: Any) -> None:
        body(lambda: frozen.tick(DAYS))

    asyncio.run(test())  # type: ignore[no-untyped-call] # freezegun's decorator has no types for it


def block_and_tick(body: Body) -> None:
    with freeze_time(START) as frozen:
        body(lambda: frozen.tick(DAYS))


def move_to(body: Body) -> None:
    with freeze_time(START) as frozen:
        body(lambda: frozen.move_to(START + DAYS))


def one_freeze_in_another(body: Body) -> None:
    with freeze_time(START), ExitStack() as inner:
        body(lambda: inner.enter_context(freeze_time(START + DAYS)))


def by_itself_at_every_look(body: Body) -> None:
    with freeze_time(START, auto_tick_seconds=7) as frozen:
        body(lambda: frozen.tick(DAYS))


def while_the_clock_runs_on(body: Body) -> None:
    with freeze_time(START, tick=True) as frozen:
        body(lambda: frozen.tick(DAYS))


STYLES = (
    decorated_function,
    decorated_class,
    decorated_coroutine,
    block_and_tick,
    move_to,
    one_freeze_in_another,
    by_itself_at_every_look,
    while_the_clock_runs_on,
)


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.__name__)
def test_a_timer_fires_at_its_own_instant_at_the_next_look(style: Style, ask: Ask) -> None:
    played = []

    def body(fifteen_days_pass: Callable[[], object]) -> None:
        before = datetime.now(UTC).replace(microsecond=0)
        quarrel = Quarrel(ask)
        opened = quarrel.opened()
        assert before <= quarrel.began <= datetime.fromisoformat(opened["opened_at"]) <= datetime.now(UTC)
        assert quarrel.look().json["status"] == "waiting_for_seller"
        fifteen_days_pass()
        earliest = datetime.now(UTC).replace(microsecond=0)
        look = quarrel.look()
        assert earliest <= look.date <= datetime.now(UTC)
        assert look.json["status"] == "mediating"
        assert ("ESC-2", opened["escalates_at"]) in quarrel.history()
        played.append(quarrel)

    style(body)
    assert played
    assert datetime.now(UTC) < START


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.__name__)
def test_the_date_of_an_answer_is_the_frozen_time(style: Style, ask: Ask) -> None:
    def body(fifteen_days_pass: Callable[[], object]) -> None:
        shop = Quarrel(ask)
        for _ in range(2):
            seen = [
                datetime.now(UTC).replace(microsecond=0),
                shop.do("buyer", "GET", "/v1/me").date,
                shop.ask("GET", "/v1/orders/ord_none", shop.tokens["buyer"], None).date,
                shop.ask("GET", "/v1/me", None, None).date,
                shop.do("", "GET", "/_emulator/health").date,
                datetime.now(UTC),
            ]
            assert seen == sorted(seen)
            fifteen_days_pass()

    style(body)


def test_frozen_time_that_stands_still_is_in_every_answer_to_the_second(ask: Ask) -> None:
    with freeze_time(START) as frozen:
        quarrel = Quarrel(ask)
        assert datetime.fromisoformat(quarrel.opened()["opened_at"]) == quarrel.began == START
        for hours in range(1, 30):
            frozen.tick(timedelta(hours=1))
            assert quarrel.look().date == quarrel.now() == START + timedelta(hours=hours)


def test_an_answer_is_of_one_instant_though_every_look_at_the_clock_moves_it(ask: Ask) -> None:
    with freeze_time(START, auto_tick_seconds=3600):
        shops = [Quarrel(ask) for _ in range(3)]
        me = shops[0].do("buyer", "GET", "/v1/me")
        assert datetime.fromisoformat(me.json["now"]) == me.date
        order = shops[0].ask("POST", "/v1/orders", shops[0].tokens["buyer"], {"store": shops[0].store, **WISH})
        assert order.status == 201
        assert datetime.fromisoformat(order.json["placed_at"]) == order.date
        listed = ask("GET", "/_emulator/sandboxes?limit=100", None, None)
        mine = {shop.id for shop in shops}
        clocks = {box["clock"]["now"] for box in listed.json["data"] if box["id"] in mine}
        assert {datetime.fromisoformat(now) for now in clocks} == {listed.date}
        refused = ask("POST", f"/v1/orders/{order.json['id']}/review", shops[0].tokens["buyer"], {"stars": 5})
        assert refused.status == 409
        assert refused.date > listed.date


WISH = {"item": {"title": "Lamp", "quantity": 1}, "total": {"amount": "64.00", "currency": "USD"}}


# ── unfreezing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def shop_ask(app: Flask) -> Iterator[Ask]:
    with flask_client(app) as ask:
        yield ask


@pytest.mark.parametrize("wish", [{}, {"now": "2020-01-01T00:00:00Z"}], ids=["real", "shifted"])
def test_after_unfreezing_time_stands_still_until_the_wall_has_caught_up(wish: dict[str, Any], shop_ask: Ask) -> None:
    with freeze_time(START) as frozen:
        quarrel = Quarrel(shop_ask, **wish)
        quarrel.opened()
        began = quarrel.now()
        frozen.tick(DAYS)
        assert quarrel.look().json["status"] == "mediating"
    for _ in range(2):
        assert quarrel.now() == quarrel.look().date == began + DAYS
    assert quarrel.look().json["status"] == "mediating"
    # Even where the wall is frozen again, as long as it is behind.
    with freeze_time(START + timedelta(days=3)):
        assert quarrel.now() == began + DAYS
        # Whoever acts meanwhile acts at that standing instant, and all stays in order.
        quarrel.do("buyer", "POST", f"/v1/orders/{quarrel.order}/messages", {"text": "Well?"})
    assert quarrel.now() == began + DAYS
    # A freeze further on moves it on again, by as much as the wall is ahead of what it had shown.
    with freeze_time(START + DAYS + timedelta(hours=5)):
        assert quarrel.now() == began + DAYS + timedelta(hours=5)
    assert quarrel.now() == began + DAYS + timedelta(hours=5)
    assert [at for _, at in quarrel.history()] == sorted(at for _, at in quarrel.history())
    assert quarrel.do("", "GET", f"/_emulator/sandboxes/{quarrel.id}/audit").json["ok"]


def test_what_nobody_has_looked_at_is_not_in_its_past(shop_ask: Ask) -> None:
    with freeze_time(START) as frozen:
        quarrel = Quarrel(shop_ask)
        frozen.tick(DAYS)
    assert quarrel.now() == START


def test_a_clock_that_a_journey_has_taken_along_stays_there_though_nobody_has_looked(shop_ask: Ask, app: Flask) -> None:
    with freeze_time(START) as frozen:
        quarrel = Quarrel(shop_ask)
        travel(frozen, by=DAYS, app=app)
    assert quarrel.now() == START + DAYS


def test_a_sandbox_whose_clock_stands_still_does_not_care(shop_ask: Ask) -> None:
    quarrel = Quarrel(shop_ask, now="2026-03-02T09:00:00Z", frozen=True)
    stands = quarrel.now()
    with freeze_time(START) as frozen:
        assert quarrel.now() == stands
        quarrel.opened()
        frozen.tick(DAYS)
        assert quarrel.look().json["status"] == "waiting_for_seller"
        travel(frozen, by=DAYS)
        assert quarrel.look().date == stands
    assert quarrel.now() == stands


def test_a_sandbox_made_after_unfreezing_is_at_the_true_time(shop_ask: Ask) -> None:
    with freeze_time(START):
        Quarrel(shop_ask)
    before = datetime.now(UTC).replace(microsecond=0)
    assert before <= Quarrel(shop_ask).now() <= datetime.now(UTC)


def test_a_sandbox_older_than_a_freeze_waits_where_it_is_while_the_wall_is_behind(shop_ask: Ask) -> None:
    quarrel = Quarrel(shop_ask)
    with freeze_time("2001-01-01") as frozen:
        assert quarrel.now() == quarrel.began
        frozen.tick(DAYS)
        assert quarrel.now() == quarrel.began
    assert quarrel.now() >= quarrel.began


def test_a_restart_forgets_nothing_of_a_freeze(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'kept.db'}"
    app = create_app(url, demo=False)
    with flask_client(app) as ask, freeze_time(START) as frozen:
        quarrel = Quarrel(ask)
        quarrel.opened()
        frozen.tick(DAYS)
        assert quarrel.look().json["status"] == "mediating"
    app.extensions["dispute_emulator"].close()
    again = create_app(url, demo=False)
    with flask_client(again) as ask:
        quarrel.ask = ask
        assert quarrel.now() == START + DAYS
        with freeze_time(START + 2 * DAYS):
            assert quarrel.now() == START + 2 * DAYS
        assert quarrel.now() == START + 2 * DAYS
    again.extensions["dispute_emulator"].close()
