"""A short soak, the same each time: the server shows what the pure core shows, whatever is done to it. `make soak` runs the long one."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ..crash.running import Server
from ..crash.wire import Reply
from .machine import Tally
from .model import Model, Wish
from .running import WORKERS, run_examples
from .twin import Twin, plain

EXAMPLES, STEPS = 10, 40


@pytest.mark.slow
def test_two_workers_on_one_database_show_what_the_core_shows(database_url: str) -> None:
    tally = Tally()
    with Server(database_url, WORKERS) as server:
        run_examples(server.port, tally, EXAMPLES, STEPS)
    # A run that went nowhere would prove nothing.
    assert {"place_order", "ship", "open_dispute", "replayed", "upload"} <= tally.went.keys()
    assert len(tally.went) >= 15, tally.went
    assert len(tally.refused) >= 15, tally.refused


GOODS = {"item": {"title": "A lamp", "quantity": 1}, "total": {"amount": "47.00", "currency": "USD"}}
ACCOUNTS = {"id": "sbx_1", "accounts": [{"name": name, "token": name} for name in ("buyer", "seller", "mediator")]}


def answered() -> tuple[Twin, Reply]:
    """A twin whose model has placed an order, and the answer to that as the server should give it."""
    model = Model(Wish("standard", {}, "seed", datetime(2026, 1, 1, 12, tzinfo=UTC)))
    expected = model.act("buyer", "place_order", {}, GOODS | {"store": model.store})
    reply = Reply(expected.status, {"date": "Thu, 01 Jan 2026 12:00:00 GMT"}, json.dumps(plain(expected.body)).encode())
    return Twin(lambda *_, **__: reply, ACCOUNTS, model), reply


def test_an_answer_that_is_the_cores_is_none_to_complain_of() -> None:
    twin, reply = answered()
    (order,) = twin.model.world.orders
    twin.judge(replace(reply, status=200), twin.model.show_order("buyer", order), "the order")


@pytest.mark.parametrize(
    ("field", "value"),
    [("status", "finished"), ("allowed_actions", []), ("next_deadline", None), ("total", {"amount": "47.01", "currency": "USD"})],
)
def test_an_answer_with_one_other_field_is_a_difference_that_names_it(field: str, value: object) -> None:
    twin, reply = answered()
    (order,) = twin.model.world.orders
    other = json.dumps(reply.json | {field: value}).encode()
    with pytest.raises(AssertionError, match=field):
        twin.judge(Reply(200, reply.headers, other), twin.model.show_order("buyer", order), "the order")


def test_an_answer_at_another_time_is_a_difference() -> None:
    twin, reply = answered()
    (order,) = twin.model.world.orders
    late = replace(reply, status=200, headers={"date": "Thu, 01 Jan 2026 12:00:01 GMT"})
    with pytest.raises(AssertionError, match="Date says"):
        twin.judge(late, twin.model.show_order("buyer", order), "the order")
