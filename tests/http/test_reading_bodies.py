"""A body is read at once where nothing is wrong with it, and then says the same as marshmallow would; else marshmallow finds the words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from marshmallow import ValidationError

from emulator.contract import EXAMPLES
from emulator.domain import fields as table
from emulator.domain.rules import ACTIONS, BY_NAME
from emulator.http.schemas.asked import BODIES, read_action

NAMES = [action.name for action in ACTIONS]
ODD = (None, "", " ", 0, -1, 1.5, True, [], {}, ["x"], {"x": 1}, "x" * 5000, "\x00", "refund", {"amount": "1.00", "currency": "XXX"})


def bodies(name: str) -> Iterator[Mapping[str, Any]]:
    """The example of an action, and what becomes of it where one field is left out, odd or unknown."""
    example = dict(EXAMPLES.get(name, {}))
    yield example
    yield example | {"unheard_of": 1}
    yield example | {"unheard_of": None}
    for field in BY_NAME[name].takes:
        yield {known: value for known, value in example.items() if known != field.name}
        yield from (example | {field.name: odd} for odd in ODD)


def as_marshmallow_reads(name: str, body: Mapping[str, Any]) -> Any:
    schema = BODIES[name]
    if schema is None:
        return {} if not body else "refused"
    try:
        return table.flatten(BY_NAME[name].takes, schema.load(body))
    except ValidationError as problem:
        return problem.messages


def as_it_is_read(name: str, body: Mapping[str, Any]) -> Any:
    try:
        return read_action(name, body)
    except ValidationError as problem:
        return "refused" if BODIES[name] is None else problem.messages


@pytest.mark.parametrize("name", NAMES)
def test_a_body_says_the_same_whichever_way_it_is_read(name: str) -> None:
    for body in bodies(name):
        assert as_it_is_read(name, body) == as_marshmallow_reads(name, body), body


def test_the_examples_are_read_without_a_fault() -> None:
    with_bodies = [name for name in NAMES if BODIES[name] is not None and name in EXAMPLES]
    assert len(with_bodies) > 10
    for name in with_bodies:
        assert isinstance(read_action(name, EXAMPLES[name]), dict)
