"""Ten thousand seeded random walks over the core: what the exploration's small steps never meet, long and crooked lives of an order do."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from emulator.domain.check import check
from emulator.domain.engine import Engine, Step
from emulator.domain.order import Escrow, Order
from emulator.domain.refusals import Refused
from emulator.domain.rulesets import LEGACY, STANDARD, Settings, build_settings
from emulator.domain.words import Actor

from .alphabet import SECOND, START, TOTAL, Ask, asks, later, new_order

WALKS, CHUNKS, STEPS = 10_000, 20, 40
EVERYBODY = (Actor.BUYER, Actor.SELLER, Actor.MEDIATOR, Actor.CARRIER)
ACCOUNTS = [f.name for f in fields(Escrow)]


def some_settings(rng: random.Random) -> Settings:
    """Half the walks go under a ruleset as it ships, half under one with some settings drawn; contradictions are drawn again."""
    ruleset = rng.choice(("standard", "legacy"))
    while rng.random() < 0.5:
        drawn: dict[str, Any] = {
            "protection_end_closes_dispute": rng.random() < 0.5,
            "receipt_means": rng.choice(("confirmed", "delivered")),
            "dispute_days_after_protection": rng.choice((0, 5, 90)),
            "dispute_days_after_receipt": rng.choice((1, 15, 90)),
            "tracking_reasons_from": rng.choice(("shipped", "delivery_due")),
            "edits_max": rng.choice((0, 1, 4)),
            "edit_in_claim": rng.random() < 0.5,
            "negotiation_days": rng.choice((1, 7, 15, 100)),
            "cancel_while_mediating": rng.choice(("withdraw", "cancel_claim", "refuse")),
            "cancel_closes_order": rng.random() < 0.5,
            "reopen_after_cancel": rng.random() < 0.5,
            "answer_business_days": rng.choice((1, 7, 30)),
            "appeal_days": rng.choice((0, 1, 7, 30)),
            "appeal_after_cancel": rng.random() < 0.5,
            "refund_business_days": rng.choice(([1, 1], [7, 10], [40, 60])),
            "return_confirm_days": rng.choice((1, 15, 60)),
            "return_transit_days": rng.choice((1, 45)),
        }
        try:
            return build_settings(ruleset, dict(rng.sample(sorted(drawn.items()), rng.randint(1, len(drawn)))))
        except ValueError:
            continue
    return LEGACY if ruleset == "legacy" else STANDARD


def moves(rng: random.Random, engine: Engine) -> Iterator[tuple[Order, datetime, Step | None]]:
    """A random life of one order: the order before and after each move, settled, and the command carried out if there was one."""
    order, now = new_order(f"ord_{rng.random()}"), START
    for _ in range(STEPS):
        dates = list(later(engine, order, now))
        if dates and rng.random() < 0.2:
            now = rng.choice(dates)
        elif rng.random() < 0.1:
            now += timedelta(seconds=rng.randrange(1, 40 * 86_400))
        order, _ = engine.settle(order, now)
        yield order, now, None
        step = command(rng, engine, order, now)
        if step is not None:
            order, _ = engine.settle(step.order, now)
            yield order, now, step


def command(rng: random.Random, engine: Engine, order: Order, now: datetime) -> Step | None:
    """Mostly something that is allowed, sometimes anything at all."""
    allowed = [(a.action, actor) for actor in EVERYBODY for a in engine.allowed(order, actor, now)]
    # Messages, corrections and repeated deliveries are always allowed and would be most of what happens.
    weighed = [key for key in allowed if key[0] not in {"send_message", "correct_tracking", "deliver", "request_extension"}] or allowed
    wanted = rng.choice(weighed if rng.random() < 0.8 else allowed) if allowed and rng.random() < 0.9 else None
    choices: list[Ask] = [ask for ask in asks(order) if wanted is None or (ask.action, ask.actor) == wanted]
    for ask in rng.sample(choices, min(3, len(choices))):
        try:
            return engine.perform(order, ask.action, ask.actor, ask.request, now, ask.around)
        except Refused:
            continue
    return None


def replayed(before: Escrow, step: Step) -> Escrow:
    """The books after the step's transfers."""
    held = {name: getattr(before, name) for name in ACCOUNTS}
    for transfer in step.transfers:
        assert transfer.amount > 0
        held[transfer.source] -= transfer.amount
        held[transfer.target] += transfer.amount
    return Escrow(**held)


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_walk_keeps_the_invariants_and_the_money(chunk: int) -> None:
    for walk in range(WALKS // CHUNKS):
        rng = random.Random(f"walk {chunk} {walk}")
        settings = some_settings(rng)
        engine = Engine(settings, "seed")
        before = Escrow()
        ended_for_good = False
        for order, now, step in moves(rng, engine):
            assert check(order, settings) == []
            held = [getattr(order.money, name) for name in ACCOUNTS]
            assert sum(held) == 0
            assert order.money.to_buyer >= before.to_buyer, "nothing that the buyer has got is ever taken back"
            assert order.money.seller + order.money.hold >= before.seller + before.hold - (order.money.to_buyer - before.to_buyer)
            if step is not None:
                assert replayed(before, step) == step.order.money, "the transfers are what moves the money"
                assert step.at == now
                assert not (ended_for_good and step.row.action == "open_dispute")
            upcoming = engine.next_deadline(order)
            assert upcoming is None or upcoming.at > now
            ended_for_good |= order.dispute is not None and order.dispute.outcome not in (None, "cancelled")
            before = order.money
        assert -before.outside in {0, TOTAL}


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_one_jump_is_many_small_ones_and_the_forecast_is_what_comes(chunk: int) -> None:
    for walk in range(WALKS // CHUNKS // 10):
        rng = random.Random(f"jump {chunk} {walk}")
        engine = Engine(some_settings(rng), "seed")
        states = list(moves(rng, engine))
        order, now, _ = states[rng.randrange(len(states))]
        far = now + timedelta(days=rng.randrange(1, 400))
        jumped, fired = engine.settle(order, far)
        walked, small = order, []
        at = now
        while at < far:
            at = min(far, at + timedelta(seconds=rng.randrange(1, 5 * 86_400)))
            walked, steps = engine.settle(walked, at)
            small += steps
        assert (walked, small) == (jumped, fired)
        assert fired == [step for step in engine.forecast(order) if step.at <= far]
        assert engine.settle(jumped, far) == (jumped, [])
        for step in fired:
            assert engine.settle(order, step.at - SECOND)[0].state != step.order.state or step.before == step.order.state


def test_a_walk_is_the_same_each_time() -> None:
    def walk() -> list[tuple[Order, datetime, Step | None]]:
        rng = random.Random("again")
        return list(moves(rng, Engine(some_settings(rng), "seed")))

    assert walk() == walk()


def test_ids_depend_on_the_order_alone() -> None:
    engine = Engine(STANDARD, "seed")
    place = next(ask for ask in asks(new_order()) if ask.action == "place_order")
    first, second = (engine.perform(new_order(name), place.action, place.actor, {}, START).order for name in ("ord_a", "ord_b"))
    assert replace(second, id="ord_a") == first
