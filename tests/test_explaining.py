"""What a refusal tells is true wherever it is given: along random lives of orders, everything that was told is tried."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest

from emulator.contract import CALLS, PLACES
from emulator.domain.engine import Engine
from emulator.domain.fields import read_body
from emulator.domain.order import Order
from emulator.domain.refusals import Refused
from emulator.domain.rules import BY_NAME
from emulator.domain.words import Actor
from emulator.explaining import Asked, explained

from .domain.alphabet import SECOND, Ask, asks, later
from .domain.test_walks import EVERYBODY, moves, some_settings

CHUNKS, WALKS, ASKED = 4, 20, 4


def refused(engine: Engine, order: Order, ask: Ask, now: datetime) -> Refused | None:
    try:
        engine.perform(order, ask.action, ask.actor, ask.request, now, ask.around)
    except Refused as no:
        return no
    return None


def refusals(seed: str) -> Iterator[tuple[Engine, Order, Ask, datetime, Refused]]:
    """Requests that are refused along random lives, each with what its refusal tells. An order that is not placed yet has no clock."""
    for walk in range(WALKS):
        rng = random.Random(f"{seed} {walk}")
        engine = Engine(some_settings(rng), "seed")
        for order, now, _ in moves(rng, engine):
            if order.placed_at is None:
                continue
            everything = [ask for ask in asks(order) if ask.action != "place_order"]
            for drawn in rng.sample(everything, ASKED):
                # Whoever it is, he may ask for anything.
                ask = replace(drawn, actor=rng.choice(EVERYBODY)) if rng.random() < 0.2 else drawn
                no = refused(engine, order, ask, now)
                if no is not None:
                    yield engine, order, ask, now, explained(no, engine, Asked(order, ask.action, ask.actor, ask.request, now, ask.around))


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_what_is_told_instead_goes_through(chunk: int) -> None:
    told = 0
    for engine, order, ask, now, no in refusals(f"instead {chunk}"):
        assert no.instead is not None
        assert no.instead.call in CALLS
        if no.instead.call in PLACES:
            told += 1
            body = dict(no.instead.body or {})
            request = read_body(BY_NAME[no.instead.call].takes, body)
            around = ask.around if "evidence" in body else type(ask.around)(message_by=Actor.SELLER)
            assert engine.perform(order, no.instead.call, ask.actor, request, now, around)
    assert told > 100


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_the_same_request_goes_through_when_its_window_opens_and_not_a_second_before(chunk: int) -> None:
    opened = 0
    for engine, order, ask, now, no in refusals(f"window {chunk}"):
        if no.window is None or no.window.start is None:
            continue
        opened += 1
        assert no.window.start > now
        assert refused(engine, engine.settle(order, no.window.start)[0], ask, no.window.start) is None
        if no.window.start - SECOND >= now:
            assert refused(engine, engine.settle(order, no.window.start - SECOND)[0], ask, no.window.start - SECOND) is not None
    assert opened


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_what_has_no_window_to_come_never_goes_through_by_waiting(chunk: int) -> None:
    for engine, order, ask, now, no in refusals(f"never {chunk}"):
        if no.refusal.status == 409 and (no.window is None or no.window.start is None):
            for at in (at for at in later(engine, order, now) if at > now):
                assert refused(engine, engine.settle(order, at)[0], ask, at) is not None, f"{ask} at {at}"


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_a_window_that_ends_is_over_at_its_end(chunk: int) -> None:
    """TIME-1: at that instant the act comes too late."""
    ended = 0
    for engine, order, ask, now, no in refusals(f"end {chunk}"):
        if no.window is not None and no.window.end is not None:
            ended += 1
            at = max(no.window.end, now)
            assert ask.action not in {allowed.action for allowed in engine.allowed(engine.settle(order, at)[0], ask.actor, at)}
    assert ended
