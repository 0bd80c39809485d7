"""An order comes out of the database as it went in, whatever life it has had."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask

from emulator.domain.engine import Engine
from emulator.domain.order import Order, State
from emulator.domain.rulesets import RULESETS
from emulator.growth import grow
from emulator.store import sandboxes
from emulator.store.codec import dispute_body, from_json, instant, order_body, read_dispute, read_order, seconds, state_text, to_json
from emulator.store.orders import find_order
from emulator.store.reading import audited_disputes, read_state

from ..domain.test_walks import moves, some_settings

WALKS = 200


@pytest.mark.parametrize("chunk", range(4))
def test_every_state_of_a_walked_order_survives_the_codec(chunk: int) -> None:
    states: set[State] = set()
    for number in range(chunk * WALKS, (chunk + 1) * WALKS):
        rng = random.Random(f"codec {number}")
        engine = Engine(some_settings(rng), "seed")
        for order, _, _ in moves(rng, engine):
            assert again(order) == order
            states.add(order.state)
    assert len(states) > 25


def again(order: Order) -> Order:
    dispute = None if order.dispute is None else dispute_body(order.dispute)
    if order.dispute is not None:
        assert dispute is not None
        assert read_dispute(dispute) == order.dispute
    read = read_order(order_body(order), dispute)
    assert read.state == order.state
    assert read_state(state_text(order.state)) == order.state
    return read


def test_the_dispute_is_written_once_and_not_inside_its_order() -> None:
    walks = (moves(random.Random(f"dispute {number}"), Engine(RULESETS["standard"], "seed")) for number in range(20))
    orders = [order for walk in walks for order, _, _ in walk if order.dispute is not None]
    assert orders
    assert all('"dispute":null' in order_body(order) for order in orders)


@pytest.mark.parametrize("text", ["", "ü", "中文", "🦄", "e\u0301", "\u2028", '"\\', "\t\n", "x" * 5000])
def test_words_survive_as_they_are(text: str) -> None:
    assert from_json(to_json({"text": text})) == {"text": text}


def test_instants_are_kept_as_whole_seconds_up_to_the_end_of_time() -> None:
    for at in (
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC),
        datetime(8999, 12, 31, 23, 59, 59, tzinfo=UTC),
    ):
        assert instant(seconds(at)) == at


@pytest.mark.parametrize("ruleset", ["standard", "legacy"])
def test_every_order_and_dispute_of_a_grown_world_comes_out_of_the_database_as_it_went_in(ruleset: str, app: Flask) -> None:
    database = app.extensions["dispute_emulator"]
    engine = Engine(RULESETS[ruleset], "seed")
    grown = grow("market", engine.settings, "seed", datetime(2026, 1, 1, 12, tzinfo=UTC))
    with database.writing() as session:
        sandboxes.insert_world(session, 7, grown.world, engine, grown.files)
    read = {order_id: find_order(database.reading, 7, order_id) for order_id in grown.world.orders}
    assert {order_id: loaded and loaded.order for order_id, loaded in read.items()} == grown.world.orders
    for order_id, loaded in read.items():
        assert loaded is not None
        upcoming = engine.next_deadline(grown.world.orders[order_id])
        assert loaded.next_due_at == (upcoming and upcoming.at)
    mine = {dispute.id for _, dispute in grown.world.past.values()} | {o.dispute.id for o in grown.world.orders.values() if o.dispute}
    assert {dispute.id for _, _, _, dispute in audited_disputes(database.reading, 7)} == mine
    assert find_order(database.reading, 8, next(iter(read))) is None, "another world has none of it"


@pytest.mark.parametrize("name", ["order_body", "to_json"])
def test_what_has_no_form_is_refused_not_guessed(name: str) -> None:
    write: Callable[[object], str] = {"order_body": lambda value: to_json([value]), "to_json": to_json}[name]
    with pytest.raises(TypeError):
        write(object())
