"""A story is worth something only if a wrong one is caught: every expectation of every tale is falsified, one at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from emulator.player import Play, StoryFault, Tale, play_on_core, story_ids, tales_of

from .stage import HttpStage

TALES = [tale for story in story_ids() for tale in tales_of(story)]
WRONG = "certainly not this"


def with_step(tale: Tale, number: int, **changes: Any) -> Tale:
    """The tale with one step changed; None takes a part of it away."""
    step = {name: value for name, value in (dict(tale.steps[number]) | changes).items() if value is not None}
    return replace(tale, steps=(*tale.steps[:number], step, *tale.steps[number + 1 :]))


def falsified(tale: Tale) -> Iterator[tuple[str, Tale]]:
    """The tale told wrongly in one place, once for every expectation that it has."""
    for path in tale.ends:
        yield f"ends with another {path}", replace(tale, ends={**tale.ends, path: WRONG})
    for number, step in enumerate(tale.steps):
        if "refused" in step:
            yield f"{number} goes through", with_step(tale, number, refused=None)
            yield f"{number} is refused by another rule", with_step(tale, number, refused={**step["refused"], "rule": "ORD-0"})
            yield f"{number} is refused with another status", with_step(tale, number, refused={**step["refused"], "status": 418})
            yield f"{number} is refused with another code", with_step(tale, number, refused={**step["refused"], "code": "no_such_code"})
        elif "do" in step:
            yield f"{number} is refused", with_step(tale, number, refused={"status": 409})
        if "fires" in step:
            yield f"{number} fires one more", with_step(tale, number, fires=[*step["fires"], "ESC-2"])
            if step["fires"]:
                yield f"{number} fires nothing", with_step(tale, number, fires=[])
        for path in step.get("see", {}):
            yield f"{number} sees another {path}", with_step(tale, number, see={**step["see"], path: WRONG})


FALSE = [(f"{tale.story}-{tale.ruleset}-{tale.name}: {how}", false) for tale in TALES for how, false in falsified(tale)]


def test_there_is_something_to_falsify_in_every_tale() -> None:
    assert {name.partition(":")[0] for name, _ in FALSE} == {f"{tale.story}-{tale.ruleset}-{tale.name}" for tale in TALES}
    assert len(FALSE) > 10 * len(TALES)


@pytest.mark.parametrize("story", story_ids())
def test_a_tale_told_wrongly_is_caught_on_the_core(story: str) -> None:
    went_through = []
    for name, tale in FALSE:
        if tale.story == story:
            try:
                play_on_core(tale)
            except StoryFault:
                continue
            went_through.append(name)
    assert not went_through


@pytest.mark.parametrize("how", ["ends with", "is refused by another", "goes through", "fires one more", "is refused"])
def test_a_tale_told_wrongly_is_caught_over_http(how: str, shared_client: FlaskClient) -> None:
    tale = next(tale for name, tale in FALSE if how in name)
    with pytest.raises(StoryFault):
        list(Play(tale, HttpStage(shared_client, tale)).play())


@pytest.mark.parametrize(
    "step",
    [{"do": "fly", "by": "buyer"}, {"dream": "P1D"}, {"see": {"moon.phase": "full"}}, {"until": "dispute.closed_at"}],
    ids=json.dumps,
)
def test_a_step_that_says_nothing_known_is_caught(step: dict[str, Any]) -> None:
    (first, *_) = TALES
    with pytest.raises((StoryFault, KeyError)):
        play_on_core(replace(first, steps=(*first.steps[:1], step), ends={}))


def test_a_part_of_a_tale_can_be_played_up_to_a_named_step() -> None:
    tale = next(tale for tale in TALES for step in tale.steps if step.get("name"))
    name = next(step["name"] for step in tale.steps if step.get("name"))
    assert 0 < len(play_part(tale, name)) <= len(play_on_core(tale))


def play_part(tale: Tale, until: str) -> list[Any]:
    from emulator.player import CoreStage

    return list(Play(tale, CoreStage(tale)).play(until))
