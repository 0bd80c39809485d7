"""The documents' own stories, hand-written as data, each told on the pure core and over HTTP on both databases."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient

from emulator.encoding import to_json
from emulator.player import CoreStage, Play, Tale, play_on_core, story_ids, tales_of

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


@pytest.mark.parametrize("tale", TALES, ids=named)
def test_over_http_everybody_sees_what_the_core_shows(tale: Tale, shared_client: FlaskClient) -> None:
    """Not only what the tale looks at: every order, dispute, history and purse at its end, field by field."""
    core, http = CoreStage(tale), HttpStage(shared_client, tale, seed=f"story/{tale.story}")
    told = Play(tale, core), Play(tale, http)
    for play in told:
        list(play.play())
    assert told[0].orders == told[1].orders
    for order in told[0].orders.values():
        for asker in ("buyer", "seller"):
            for root in ("order", "dispute", "payment", "history", "messages", "allowed"):
                shown = (plain(stage.show(root, asker, order)) for stage in (core, http))
                assert next(shown) == next(shown), (root, asker)
    assert core.show("mails", "buyer", None) == http.show("mails", "buyer", None)
    assert core.show("seller", "seller", None) | http.show("seller", "seller", None) == core.show("seller", "seller", None)
    assert core.show("buyer", "buyer", None) | http.show("buyer", "buyer", None) == core.show("buyer", "buyer", None)


def plain(value: object) -> object:
    """As JSON has it."""
    return json.loads(to_json(value))
