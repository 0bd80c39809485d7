"""Whatever is sent, the answer is a 4xx that says why, and nothing has changed. The corpus lies beside this file, as data."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote, unquote_to_bytes

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from emulator.contract import CALLS
from emulator.http.schemas.asked import BODIES

from ..conftest import Apps
from ..dumping import dump
from ..sandbox import Json, Sandbox
from .corpus import Hostile, Request, corpus, good, groups

AT_LEAST = 500
KINDS = sorted({entry.kind for entry in corpus()})
ALWAYS_THERE = {"type", "title", "status", "detail", "instance", "code", "rule", "source", "allowed_actions", "deadline"}
NO_BUSINESS_OF_THEIRS = ("Traceback", 'File "', "sqlite3", "psycopg", "site-packages", "SELECT ", "INSERT ")


def set_stage(box: Sandbox) -> dict[str, Any]:
    """What the marks of the corpus stand for: a sandbox with orders in many positions, and all that hangs on them."""
    order, placed, shipped, finished = box.disputed(), box.placed(), box.shipped(), box.finished()
    claimed, returning = box.asked(), box.returning()
    message = box.do("seller", "send_message", order, text="Hello.")["id"]
    snapshot = box.control("POST", "/snapshots", json={"name": "kept"})["id"]
    return {
        **{name: box.tokens[name] for name in ("buyer", "seller", "mediator")},
        **{f"{name}_id": box.ids[name] for name in ("buyer", "seller", "mediator")},
        "token": box.tokens["buyer"],
        "sandbox": box.id,
        "store": box.store,
        "order": order,
        "placed": placed,
        "shipped": shipped,
        "finished": finished,
        "dispute": box.disputes[order],
        "claimed": box.disputes[claimed],
        "returning": box.disputes[returning],
        "solution": box.current(order, "buyer"),
        "message": message,
        "photo": box.evidence("buyer"),
        "snapshot": snapshot,
        "world": box.control("GET", "/export"),
    }


def send(app: Flask, request: Request) -> TestResponse:
    """The call as a server hands it to the application: the path with its escapes undone, the query as it came."""
    path, _, query = request.target.partition("?")
    overrides = {
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query.encode("utf-8", "surrogatepass").decode("latin-1"),
        "REQUEST_METHOD": request.method,
    }
    headers = [(name, value) for name, value in request.headers if name != "Content-Length"]
    kept = [str(value) for name, value in request.headers if name == "Content-Length"]
    if kept:
        overrides["CONTENT_LENGTH"] = kept[0]
    return app.test_client().open("/", data=request.body or None, headers=headers, environ_overrides=overrides)


def faults(entry: Hostile, request: Request, answer: TestResponse) -> list[str]:
    """What is wrong with an answer."""
    found = []
    body: Json = answer.get_json(silent=True) or {}
    if (answer.status_code, body.get("code")) != (entry.status, entry.code):
        found.append(f"{answer.status_code} {body.get('code')} {body.get('errors', '')} instead of {entry.status} {entry.code}")
    if answer.mimetype != "application/problem+json":
        found.append(f"{answer.mimetype} instead of a problem")
    if request.method != "HEAD" and (not set(body) >= ALWAYS_THERE or body["status"] != answer.status_code):
        found.append(f"no whole problem: {answer.text[:200]}")
    named = body.get("errors") or {}
    tops = {name.partition(".")[0] for name in named}
    if entry.field is not None and entry.code == "malformed" and not {entry.field.partition(".")[0], "body"} & tops:
        found.append(f"`errors` names {list(named)}, not {entry.field}")
    told = str({name: value for name, value in body.items() if name not in ("instance", "instead")})
    found += [f"it tells of {word}" for word in NO_BUSINESS_OF_THEIRS if word in told]
    if body.get("instead") and not harmless(body["instead"]):
        found.append(f"a shell would not take this for one call: {body['instead']}")
    found += [f"the header {name} has {value!r}" for name, value in answer.headers if "\n" in value or "\r" in value]
    return found


def harmless(line: str) -> bool:
    """Whether a shell that is given this line makes one call of curl, to an address that is one."""
    command, *rest = shlex.split(line.replace("$TOKEN", "TOKEN").replace("$EMULATOR_KEY", "KEY").replace("$FILE", "FILE"), comments=False)
    at = [word for word in rest if re.fullmatch(r"https?://[A-Za-z0-9.:\[\]-]+/[^\s]*", word)]
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    return command == "curl" and len(at) == 1 and "\n" not in line and not set(lexer) & {";", "|", "||", "&", "&&", "<", ">", "(", ")"}


class Played(NamedTuple):
    """An application, and a stage of its own for each kind, so that what one kind has broken does not hide another."""

    app: Flask
    stages: dict[str, Mapping[str, Any]]

    def requests(self, kind: str) -> list[tuple[Hostile, Request]]:
        if kind not in self.stages:
            self.stages[kind] = set_stage(Sandbox(self.app.test_client(), seed=f"hostile {kind}"))
        return [(entry, entry.build(self.stages[kind])) for entry in corpus() if entry.kind == kind]


@pytest.fixture(scope="module")
def played(database: str, apps: Apps) -> Played:
    return Played(apps(database), {})


def test_the_corpus_is_large_and_has_no_two_calls_alike(played: Played) -> None:
    seen: dict[Request, str] = {}
    for entry, request in (pair for kind in KINDS for pair in played.requests(kind)):
        assert request not in seen, f"{entry} is {seen[request]}"
        seen[request] = str(entry)
    assert len(seen) >= AT_LEAST


# Werkzeug leaves it to the collector to close what it has read of a form when it gives up on it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("kind", KINDS)
def test_every_hostile_call_is_refused_and_changes_nothing(kind: str, played: Played) -> None:
    wrong = {}
    requests = played.requests(kind)
    before = dump(played.app)
    for entry, request in requests:
        found = faults(entry, request, send(played.app, request))
        if found:
            wrong[str(entry)] = found
    if dump(played.app) != before:
        wrong["one of them"] = ["has changed something"]
        for entry, request in requests:
            before = dump(played.app)
            send(played.app, request)
            if dump(played.app) != before:
                wrong.setdefault(str(entry), []).append("it has changed something")
    assert not wrong, "\n".join(f"{name}: {'; '.join(found)}" for name, found in wrong.items())


def test_what_has_one_thing_changed_would_have_been_taken_unchanged(played: Played) -> None:
    """So it is the change that is refused. Some of it comes at a wrong moment, but nothing of it is malformed."""
    stage = set_stage(Sandbox(played.app.test_client(), seed="hostile good"))
    for kind, group in groups():
        if "valid" not in group:
            continue
        entry = good(kind, group)
        answer = send(played.app, entry.build(stage))
        assert answer.status_code < 400 or answer.status_code == 409, f"{entry}: {answer.text}"


def test_every_field_of_every_action_is_attacked() -> None:
    attacked = {group["says"]: set(group["puts"]) for kind, group in groups() if kind == "fields" and "puts" in group}
    for action, schema in BODIES.items():
        if action != "view_solution":
            assert {field.split(".")[0] for field in attacked[action]} >= set(schema.fields if schema else ()), action


def test_every_call_of_the_contract_is_attacked(played: Played) -> None:
    adapter = played.app.url_map.bind("127.0.0.1")
    attacked = set()
    for kind in KINDS:
        for _, request in played.requests(kind):
            try:
                endpoint, _ = adapter.match(unquote(request.target.partition("?")[0]), request.method)
            except HTTPException:
                continue
            attacked.add(endpoint)
    assert set(CALLS) - attacked == set()
