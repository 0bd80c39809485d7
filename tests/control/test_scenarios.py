"""A scenario stands where its story stands, as far as anybody can see; and the call that it says comes next goes through."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from emulator.app import create_app
from emulator.http.codec import to_json
from emulator.player import CoreStage, Play, Tale, instant, named_steps, read_story, story_ids, tales_of

from ..conftest import MakeSandbox
from ..dumping import dump
from ..sandbox import Json, Sandbox
from ..stories.stage import HttpStage

TALES = [tale for story in story_ids() for tale in tales_of(story)]
HERE = "http://localhost"
SATURDAY = "2026-03-07T10:00:00Z"
BODY_FLAGS = {"-d": "data", "-F": "form"}


class Guest(Sandbox):
    """A sandbox as the parties of one scenario know it; `who` is a part."""

    def __init__(self, host: Sandbox, played: Json) -> None:
        self.client, self.id, self.path, self.made = host.client, host.id, host.path, played
        self.tokens = {account["role"]: account["token"] for account in played["accounts"]}
        self.ids = {account["role"]: account["id"] for account in played["accounts"]}
        self.store = next(account["store"] for account in played["accounts"] if account["store"])
        self.disputes = {entry["order"]: entry["dispute"] for entry in played["orders"] if entry["dispute"]}
        self.orders = {entry["alias"]: entry["order"] for entry in played["orders"]}


class GuestStage(HttpStage):
    """What the parties of a scenario see, under the roots of a tale's paths."""

    def __init__(self, guest: Guest) -> None:
        self.sandbox = guest


def ask(host: Sandbox, story: str, **body: Any) -> TestResponse:
    """Ask for a scenario, whatever the answer."""
    return host.client.post(f"{host.path}/scenarios/{story}", json=body)


def play(host: Sandbox, story: str, **body: Any) -> Guest:
    """Play a scenario; it must be played."""
    answer = ask(host, story, **{name: value for name, value in body.items() if value is not None})
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == host.path
    return Guest(host, answer.json or {})


def curl(client: FlaskClient, line: str) -> TestResponse:
    """Send what a line for a shell says, as curl would; what it says beside that is a mistake."""
    command, *words = shlex.split(line)
    assert command == "curl"
    method, url, headers, sent = None, None, {}, dict[str, str]()
    rest = iter(words)
    for word in rest:
        if word == "-X":
            method = next(rest)
        elif word == "-H":
            name, _, value = next(rest).partition(": ")
            headers[name] = value
        elif word in BODY_FLAGS:
            sent[BODY_FLAGS[word]] = next(rest)
        else:
            assert url is None, f"{word} is one address too many"
            url = word
    assert method is not None
    assert url is not None
    assert url.startswith(f"{HERE}/")
    if "form" in sent:
        field, _, name = sent["form"].partition("=@")
        assert field == "file"
        box = object.__new__(Sandbox)
        box.client, box.tokens = client, {"sender": headers.pop("Authorization").removeprefix("Bearer ")}
        assert not headers
        assert (method, url) == ("POST", f"{HERE}/v1/evidence")
        return box.upload("sender", name)
    if "data" in sent:
        assert headers["Content-Type"] == "application/json"
    return client.open(url.removeprefix(HERE), method=method, headers=headers, data=sent.get("data"))


# ── every story ────────────────────────────────────────────────────────────────────────────────────────────────────────

_ID = re.compile(r"\b[a-z]{3}_[a-z2-7]{16}\b")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def timeless(value: Any, story: str) -> Any:
    """What is shown, without the dates, the ids and the names that are another's each time."""
    text = _INSTANT.sub("an instant", _ID.sub("an id", json.dumps(value, default=str)))
    return json.loads(re.sub(rf"(buyer|seller|mediator)@{story}(\.\d+)?", r"\1", text))


def seen(stage: CoreStage | HttpStage, orders: Mapping[str, str], story: str, all_of_it: bool) -> Iterator[tuple[str, Any]]:
    """What the parties of a tale see: where the orders stand and what each may do, or just everything."""
    roots = [("order", "buyer"), ("order", "seller"), ("dispute", "buyer"), ("history", "buyer")]
    if all_of_it:
        roots += [("dispute", "seller"), ("payment", "seller"), ("messages", "seller")]
    for alias, order in orders.items():
        for root, asker in roots:
            yield f"{alias}: {root} for the {asker}", timeless(plain(stage.show(root, asker, order)), story)
    if all_of_it:
        for asker, purses in (("buyer", ("refunded",)), ("seller", ("balance", "held"))):
            yield f"the {asker}'s money", [stage.show(asker, asker, None)[purse] for purse in purses]
        yield "mails", stage.show("mails", "buyer", None)
        yield "whether the store is closed", stage.show("store", "buyer", None)["closed_at"] is not None


def plain(value: Any) -> Any:
    """As JSON has it."""
    return json.loads(to_json(value))


def named(tale: Tale) -> str:
    return f"{tale.story}-{tale.ruleset}-{tale.name}"


@pytest.mark.parametrize("tale", TALES, ids=named)
def test_a_tale_stands_at_each_of_its_steps_and_the_next_call_goes_through(tale: Tale, shared_client: FlaskClient, database: str) -> None:
    steps = [step["name"] for step in named_steps(tale.steps)] if database == "sqlite" else []
    # Another day of the week for the next tale.
    day = instant("2026-05-01T10:07:31Z") + timedelta(days=TALES.index(tale))
    host = Sandbox(shared_client, now=day.strftime("%Y-%m-%dT%H:%M:%SZ"), ruleset=tale.ruleset, settings=dict(tale.settings))
    for step in (*steps, None):
        before = instant(host.now())
        guest = play(host, tale.story, tale=tale.name, step=step)
        made = guest.made
        assert (made["story"], made["tale"], made["step"]) == (tale.story, tale.name, step)
        assert before <= instant(made["clock"]["now"]) <= before + timedelta(days=3)

        core = CoreStage(tale)
        told = Play(tale, core)
        list(told.play(step))
        assert guest.orders.keys() == told.orders.keys()
        stage = GuestStage(guest)
        shown = dict(seen(stage, guest.orders, tale.story, all_of_it=step is None))
        for what, wanted in seen(core, told.orders, tale.story, all_of_it=step is None):
            assert shown[what] == wanted, f"{what}, after {step}"

        answer = curl(shared_client, made["next"]["curl"])
        assert answer.status_code in (200, 201), f"after {step}: {made['next']}: {answer.text}"
        assert made["next"]["says"]
    report = host.audit()
    assert report["ok"] is True, report["violations"]
    assert report["checked"]["orders"] >= len(steps)
