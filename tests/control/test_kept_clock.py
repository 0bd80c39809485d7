"""A running sandbox never goes back behind what anybody has seen of its time, whatever freezegun does to the wall, and whoever looked how.

The model: a clock shows where it was when it was last kept, and what the wall has gone on since. It is kept at every look while freezegun
moves the wall.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from freezegun import freeze_time
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from ..conftest import MakeSandbox
from ..sandbox import Sandbox, usd
from .commands import DAY, at, examples, rows, written

# Later than the true wall, so that it stands still wherever nothing is frozen.
WALL = datetime(2051, 5, 7, 8, 9, 10, tzinfo=UTC)
START = datetime(2026, 1, 1, 12, tzinfo=UTC)

Look = Callable[[Sandbox, str], TestResponse]


def control(method: str, path: str, **rest: Any) -> Look:
    return lambda box, order: box.client.open(f"{box.path}{path.format(order=order)}", method=method, **rest)


def seen_by(who: str, path: str) -> Look:
    return lambda box, order: box.call(who, "GET", path.format(order=order))


def asked(by: str, action: str, **body: Any) -> Look:
    return lambda box, order: box.ask(by, action, order, **body)


LOOKS: dict[str, tuple[Look, int]] = {
    "an order": (seen_by("buyer", "/v1/orders/{order}"), 200),
    "its payment": (seen_by("seller", "/v1/orders/{order}/payment"), 200),
    "its messages": (seen_by("seller", "/v1/orders/{order}/messages"), 200),
    "oneself": (seen_by("mediator", "/v1/me"), 200),
    "a list": (seen_by("buyer", "/v1/orders"), 200),
    "an empty list": (seen_by("mediator", "/v1/disputes"), 200),
    "the mailbox": (seen_by("seller", "/v1/mailbox"), 200),
    "the stores": (seen_by("buyer", "/v1/stores"), 200),
    "the rules": (seen_by("buyer", "/v1/rules"), 200),
    "a stranger's order": (seen_by("mediator", "/v1/orders/{order}"), 404),
    "nobody's order": (seen_by("buyer", "/v1/orders/ord_aaaaaaaaaaaaaaaa"), 404),
    "no path at all": (seen_by("buyer", "/v1/nowhere"), 404),
    "writing": (asked("buyer", "send_message", text="Where is it?"), 201),
    "ordering": (lambda box, _: box.ask("buyer", "place_order", item={"title": "A lamp", "quantity": 1}, total=usd("9.00")), 201),
    "uploading": (lambda box, _: box.upload("buyer"), 201),
    "what is refused in this state": (asked("buyer", "review", stars=5), 409),
    "what is refused to this role": (asked("seller", "confirm_receipt"), 403),
    "what is malformed": (asked("buyer", "send_message", surprise=1), 422),
    "what is no action of anybody": (lambda box, order: box.call("buyer", "DELETE", f"/v1/orders/{order}"), 405),
    "delivering": (control("POST", "/orders/{order}/deliver"), 200),
    "delivering what is not there": (control("POST", "/orders/ord_none/deliver"), 404),
    "the sandbox": (control("GET", ""), 200),
    "its clock": (control("GET", "/clock"), 200),
    "its forecast": (control("GET", "/forecast"), 200),
    "its timeline": (control("GET", "/timeline"), 200),
    "its audit": (control("GET", "/audit"), 200),
    "all e-mails": (control("GET", "/mailbox"), 200),
    "its snapshots": (control("GET", "/snapshots"), 200),
    "a snapshot": (control("POST", "/snapshots"), 201),
    "a fork": (control("POST", "/fork"), 201),
    "an export": (control("GET", "/export"), 200),
    "an advance by nothing": (control("POST", "/clock/advance", json={"by": "PT0S"}), 200),
    "an advance that is refused": (control("POST", "/clock/advance", json={"to": "2020-01-01T00:00:00Z"}), 409),
    "the mode it has": (control("PUT", "/clock", json={"mode": "shifted"}), 200),
    "a load": (control("POST", "/load", json={"orders": 1}), 201),
}


@pytest.mark.parametrize("mode", ["real", "shifted"])
@pytest.mark.parametrize("look", LOOKS)
def test_whoever_has_looked_is_never_told_an_earlier_time_again(look: str, mode: str, shared_client: FlaskClient) -> None:
    ask, status = LOOKS[look]
    began = WALL if mode == "real" else START
    with freeze_time(WALL) as wall:
        box = Sandbox(shared_client, frozen=False, now=None if mode == "real" else written(START))
        order, forgotten = box.shipped(), box.placed()
        wall.tick(50 * DAY + timedelta(seconds=7))
        answer = ask(box, order)
        assert answer.status_code == status, answer.text
        told = parsedate_to_datetime(answer.headers["Date"])
        assert told == began + 50 * DAY + timedelta(seconds=7)
    # It stands still there, for reads and for commands alike.
    assert box.now() == written(told)
    assert parsedate_to_datetime(box.upload("buyer").headers["Date"]) == told
    assert box.order(forgotten)["status"] == "cancelled"
    assert box.now() == written(told)
    # And it goes on once the wall has caught up.
    with freeze_time(WALL + 50 * DAY + timedelta(seconds=8)):
        assert box.now() == written(told + timedelta(seconds=1))
    assert box.audit()["ok"]
    box.control("DELETE")


def test_a_list_of_all_sandboxes_is_a_look_at_each_of_them(make_sandbox: MakeSandbox) -> None:
    with freeze_time(WALL) as wall:
        boxes = [make_sandbox(frozen=False) for _ in range(3)]
        wall.tick(DAY)
        listed = boxes[0].client.get("/_emulator/sandboxes").json or {}
        assert {box["clock"]["now"] for box in listed["data"]} == {written(START + DAY)}
    assert {box.now() for box in boxes} == {written(START + DAY)}


@pytest.mark.parametrize("look", LOOKS)
def test_a_frozen_sandbox_stands_where_it_is_whatever_the_wall_does(look: str, shared_client: FlaskClient) -> None:
    sandbox = Sandbox(shared_client)
    order = sandbox.shipped()
    with freeze_time(WALL) as wall:
        wall.tick(70 * DAY)
        # Another mode is what would unfreeze it.
        if look != "the mode it has":
            LOOKS[look][0](sandbox, order)
        wall.move_to(WALL - 700 * DAY)
        assert sandbox.control("GET", "/clock") == {"mode": "frozen", "now": written(START)}
    assert sandbox.control("GET", "/clock") == {"mode": "frozen", "now": written(START)}
    assert sandbox.order(order)["status"] == "awaiting_confirmation"
    sandbox.control("DELETE")


def test_what_only_one_clock_has_shown_moves_no_other(make_sandbox: MakeSandbox) -> None:
    with freeze_time(WALL) as wall:
        seen, unseen = make_sandbox(frozen=False), make_sandbox(frozen=False)
        wall.tick(DAY)
        seen.now()
    assert (seen.now(), unseen.now()) == (written(START + DAY), written(START))
    with freeze_time(WALL + timedelta(hours=1)):
        assert (seen.now(), unseen.now()) == (written(START + DAY), written(START + timedelta(hours=1)))


# ── any walls, any looks ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Model:
    """Where a running clock is kept: what it showed, and where the wall was."""

    virtual: datetime = START
    wall: datetime = WALL

    def at(self, wall: datetime | None) -> datetime:
        return self.virtual if wall is None else self.virtual + max(wall - self.wall, timedelta(0))

    def look(self, wall: datetime | None) -> datetime:
        now = self.at(wall)
        if wall is not None and now > self.virtual:
            self.virtual, self.wall = now, wall
        return now


walls = st.one_of(st.none(), st.integers(-40 * 86_400, 200 * 86_400).map(lambda by: WALL + timedelta(seconds=by)))
steps = st.lists(st.tuples(walls, st.sampled_from([None, *LOOKS])), min_size=2, max_size=12)
# They make sandboxes that stay, or anchor the clock anew.
ANEW = {"a fork", "the mode it has"}


def test_time_is_what_the_model_says_and_never_goes_back(shared_app: Flask, database: str) -> None:
    client = shared_app.test_client()

    @examples(15 if database == "sqlite" else 4)
    @given(steps)
    def holds(steps: list[tuple[datetime | None, str | None]]) -> None:
        with freeze_time(WALL):
            box = Sandbox(client, now=written(START), frozen=False, world="small")
            order = box.shipped()
        model, before = Model(), START
        for wall, look in steps:
            if look in ANEW:
                continue
            frozen = freeze_time(wall) if wall is not None else None
            if frozen is not None:
                frozen.start()
            try:
                if look is not None:
                    shown = parsedate_to_datetime(LOOKS[look][0](box, order).headers["Date"])
                    assert shown == model.look(wall), (wall, look)
                    assert shown >= before
                    before = shown
            finally:
                if frozen is not None:
                    frozen.stop()
        assert at(box.now()) == model.look(None) >= before
        events = [line["at"] for line in box.pages("/timeline?limit=1000")]
        assert events == sorted(events)
        assert events[-1] <= box.now()
        assert box.audit()["ok"]
        assert rows(shared_app, box)
        box.control("DELETE")

    holds()
