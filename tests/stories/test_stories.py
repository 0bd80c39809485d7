"""The documents' own stories, hand-written as data, each told on the pure core and over HTTP on both databases."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from emulator.player import Play, Tale, play_on_core, story_ids, tales_of

from .stage import HttpStage

TALES = [tale for story in story_ids() for tale in tales_of(story)]


def test_there_are_34_stories() -> None:
    assert story_ids() == [f"S{number:02}" for number in range(1, 35)]


def named(tale: Tale) -> str:
    return f"{tale.story}-{tale.ruleset}-{tale.name}"


@pytest.mark.parametrize("tale", TALES, ids=named)
def test_a_tale_goes_as_told_on_the_core(tale: Tale) -> None:
    assert play_on_core(tale)


@pytest.mark.parametrize("tale", TALES, ids=named)
def test_a_tale_goes_as_told_over_http(tale: Tale, shared_client: FlaskClient) -> None:
    stage = HttpStage(shared_client, tale)
    assert list(Play(tale, stage).play())
    report = stage.sandbox.audit()
    assert report["ok"] is True, report["violations"]
    assert report["violations"] == []
    assert report["checked"]["orders"] > 0
