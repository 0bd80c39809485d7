"""Two sandboxes side by side: whatever one of them is asked with the other's ids, it answers as if there were no such thing.

The calls are taken from the OpenAPI document that is served, so a call that is added is a call that is tried.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from ..conftest import Apps
from ..dumping import dump
from ..sandbox import START, Json, Sandbox, usd

# Stores stay open whatever becomes of their orders, and the end of a dispute may be appealed.
SETTINGS = {"store_close_count": 1000, "appeal_days": 7}
# What there may be of each kind that nobody has.
NOBODYS = {
    "order": "ord_aaaaaaaaaaaaaaaa",
    "dispute": "dsp_aaaaaaaaaaaaaaaa",
    "message": "msg_aaaaaaaaaaaaaaaa",
    "evidence": "evd_aaaaaaaaaaaaaaaa",
    "store": "sto_aaaaaaaaaaaaaaaa",
    "solution": "sol_aaaaaaaaaaaaaaaa",
    "snapshot": "snp_aaaaaaaaaaaaaaaa",
}
# They name no thing of a sandbox.
NO_THINGS = {"sandbox", "rule", "story"}
ANY_ID = re.compile(r"\b(?:ord|dsp|sol|evd|msg|sto|acc|snp)_[a-z2-7]{16}\b")


class Operation(NamedTuple):
    method: str
    path: str
    says: Json

    @property
    def places(self) -> list[str]:
        """The things of a sandbox that its path names."""
        return [name for name in re.findall(r"\{(\w+)\}", self.path) if name not in NO_THINGS]

    @property
    def body(self) -> Json | None:
        """A body that it takes."""
        content = self.says.get("requestBody", {}).get("content", {}).get("application/json")
        return None if content is None else dict(content.get("example", {}))

    def takes(self, document: Json) -> list[str]:
        """The fields of its body that name things of a sandbox."""
        content = self.says.get("requestBody", {}).get("content", {}).get("application/json", {"schema": {}})
        schema = content["schema"]
        if "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return [name for name, kind in schema.get("properties", {}).items() if name == "snapshot" or _is_of_ids(kind)]

    def asks(self, name: str) -> bool:
        """Whether it has this in its query."""
        return any(given["in"] == "query" and given["name"] == name for given in self.says.get("parameters", ()))


def _is_of_ids(kind: Json) -> bool:
    """Whether a field's values are ids, or lists of ids."""
    return re.match(r"\^[a-z]{3}_", kind.get("pattern") or kind.get("items", {}).get("pattern", "")) is not None


class Rich(NamedTuple):
    """A sandbox with orders in many positions, and the ids of all there is in it by their kinds."""

    box: Sandbox
    things: Mapping[str, list[str]]

    def all_ids(self) -> set[str]:
        return {one for some in self.things.values() for one in some} | set(self.box.ids.values())


def rich(app: Flask, seed: str) -> Rich:
    box = Sandbox(app.test_client(), world="small", now=START, seed=seed, settings=SETTINGS)
    for make in (box.placed, box.shipped, box.delivered, box.finished, box.cancelled, box.disputed, box.refused, box.asked, box.returning):
        make()
    for make in (box.sent_back, box.contested, box.replacing, box.ruled, box.withdrawn):
        make()
    talked, claimed = box.disputed(), box.in_claim()
    box.do("seller", "send_message", talked, text="Hello.")
    box.do("seller", "offer", claimed, remedy="refund", amount=usd("3.00"))
    box.do("buyer", "edit", talked, evidence=[box.evidence("buyer", f"{seed} attached.png")])
    box.control("POST", "/load", json={"orders": 40})
    found: dict[str, set[str]] = {kind: set() for kind in NOBODYS}
    for who in box.tokens:
        for order in everything(box, who, "/v1/orders"):
            found["order"].add(order["id"])
            found["message"] |= {message["id"] for message in everything(box, who, f"/v1/orders/{order['id']}/messages")}
        for dispute in everything(box, who, "/v1/disputes"):
            found["dispute"].add(dispute["id"])
            found["solution"] |= {solution["id"] for solution in dispute["solutions"]}
            found["evidence"] |= {evidence["id"] for evidence in dispute["evidence"]}
        found["evidence"].add(box.evidence(who, f"{seed} {who}.png"))
    found["store"] = {store["id"] for store in everything(box, "buyer", "/v1/stores")}
    found["snapshot"] = {box.control("POST", "/snapshots", json={"name": "kept"})["id"]}
    assert all(found.values()), found
    return Rich(box, {kind: sorted(ids) for kind, ids in found.items()})


def everything(box: Sandbox, who: str, path: str) -> Iterator[Json]:
    """Every entry of a list."""
    cursor = ""
    while True:
        page = box.get(who, f"{path}?limit=100{cursor}")
        yield from page["data"]
        if page["next_cursor"] is None:
            return
        cursor = f"&cursor={page['next_cursor']}"


def some(ids: list[str], most: int = 8) -> list[str]:
    """So many of them, from all over."""
    return ids[:: max(1, len(ids) // most)][:most]


class Pair(NamedTuple):
    app: Flask
    document: Json
    operations: list[Operation]
    one: Rich
    other: Rich


@pytest.fixture(scope="module", params=["this way", "the other way"])
def pair(request: pytest.FixtureRequest, database: str, apps: Apps, made: dict[str, tuple[Rich, Rich]]) -> Pair:
    """Two sandboxes, each as the one that asks."""
    app = apps(database)
    if database not in made:
        made[database] = (rich(app, "neighbours, the one"), rich(app, "neighbours, the other"))
    one, other = made[database] if request.param == "this way" else made[database][::-1]
    document: Json = app.test_client().get("/openapi.json").json or {}
    operations = [
        Operation(method.upper(), path, says)
        for path, methods in document["paths"].items()
        for method, says in methods.items()
        if method in ("get", "put", "post", "patch", "delete")
    ]
    return Pair(app, document, operations, one, other)


@pytest.fixture(scope="module")
def made() -> dict[str, tuple[Rich, Rich]]:
    return {}


def shown(answer: TestResponse, *ids: str) -> tuple[Any, ...]:
    """All that an answer tells, but for the ids that were asked for and the place they were asked at."""
    text = answer.data.decode(errors="replace")
    for one in ids:
        text = text.replace(one, "ID")
    headers = sorted((name, value) for name, value in answer.headers if name not in ("Content-Length", "X-Request-Id", "ETag"))
    return answer.status_code, text, headers


def askers(rich: Rich, path: str) -> list[str | None]:
    """Who can make this call: every account, or nobody where it is the control plane's."""
    return [None] if path.startswith("/_emulator") else list(rich.box.tokens)


def ask(rich: Rich, who: str | None, operation: Operation, ids: Mapping[str, str], query: str = "", **change: Any) -> TestResponse:
    path = operation.path.format_map({"sandbox": rich.box.id, "rule": "CAN-3", "story": "S01", **ids}) + query
    body = operation.body
    sent = None if body is None and not change else {**(body or {}), **change}
    if who is None:
        return rich.box.client.open(path, method=operation.method, json=sent)
    return rich.box.call(who, operation.method, path, json=sent)


def test_no_call_finds_what_is_the_others_by_an_id_in_its_path(pair: Pair) -> None:
    before, tried, refused = dump(pair.app), 0, 0
    for operation in pair.operations:
        places = operation.places
        assert set(places) <= set(NOBODYS), f"{operation.path} names things that this test does not know"
        for place in places:
            # The others of its things are its own, so that nothing but the other's is missing.
            own = {name: pair.one.things[name][0] for name in places if name != place}
            for who in askers(pair.one, operation.path):
                nothing = ask(pair.one, who, operation, {**own, place: NOBODYS[place]})
                assert nothing.status_code == 404, f"{operation.method} {operation.path}: {nothing.text}"
                for theirs in some(pair.other.things[place]):
                    answer = ask(pair.one, who, operation, {**own, place: theirs})
                    tried += 1
                    refused += answer.status_code == 404
                    alike = shown(answer, theirs) == shown(nothing, NOBODYS[place])
                    assert alike, f"{who}: {operation.method} {operation.path} of {theirs}: {answer.text}"
    assert (refused, tried > 800) == (tried, True)
    assert dump(pair.app) == before


def test_no_list_tells_of_the_other_and_no_query_finds_it(pair: Pair) -> None:
    before, theirs = dump(pair.app), pair.other.all_ids()
    for operation in pair.operations:
        if operation.method != "GET" or operation.path == "/_emulator/sandboxes":
            continue
        own = {name: pair.one.things[name][0] for name in operation.places}
        for who in askers(pair.one, operation.path):
            answer = ask(pair.one, who, operation, own)
            assert not theirs.intersection(ANY_ID.findall(answer.data.decode(errors="replace"))), f"{who}: {operation.path}"
            for name in ("order", "dispute", "store"):
                if operation.asks(name):
                    nothing = ask(pair.one, who, operation, own, f"?{name}={NOBODYS[name]}")
                    for one in some(pair.other.things[name]):
                        answer = ask(pair.one, who, operation, own, f"?{name}={one}")
                        assert shown(answer, one) == shown(nothing, NOBODYS[name]), f"{who}: {operation.path}?{name}={one}"
    assert dump(pair.app) == before


def test_a_cursor_of_the_others_leads_to_nothing_of_the_others(pair: Pair) -> None:
    """It is worth no more than one that names nothing, unless it is itself the place in the list, as an id is where a list goes by ids."""
    before, theirs, tried = dump(pair.app), pair.other.all_ids(), 0
    for operation in pair.operations:
        if not operation.asks("cursor") or ("{sandbox}" not in operation.path and operation.path.startswith("/_emulator")):
            continue
        for who in askers(pair.one, operation.path):
            for theirs_own in [dict.fromkeys(operation.places, one) for one in some(_of_places(pair.other, operation))]:
                page = ask(pair.other, who, operation, theirs_own, "?limit=1")
                cursor = (page.get_json(silent=True) or {}).get("next_cursor")
                if cursor is None:
                    continue
                own = {name: pair.one.things[name][0] for name in operation.places}
                answer = ask(pair.one, who, operation, own, f"?limit=100&cursor={cursor}")
                nothing = ask(pair.one, who, operation, own, f"?limit=100&cursor={_of_nobody(cursor)}")
                tried += 1
                if not _is_place(cursor):
                    assert shown(answer) == shown(nothing), f"{who}: {operation.path}?cursor={cursor}"
                assert not theirs.intersection(ANY_ID.findall(answer.data.decode(errors="replace")))
    assert tried > 20
    assert dump(pair.app) == before


def _of_places(rich: Rich, operation: Operation) -> list[str]:
    return rich.things[operation.places[0]] if operation.places else [""]


def _read(cursor: str) -> list[Any]:
    parts: list[Any] = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    return parts


def _is_place(cursor: str) -> bool:
    return len(_read(cursor)) == 1


def _of_nobody(cursor: str) -> str:
    """The same cursor with ids that nobody has."""

    def nobodys(part: Any) -> Any:
        return ANY_ID.sub(lambda found: f"{found[0][:4]}aaaaaaaaaaaaaaaa", part) if isinstance(part, str) else part

    return urlsafe_b64encode(json.dumps([nobodys(part) for part in _read(cursor)], separators=(",", ":")).encode()).rstrip(b"=").decode()


# Where a thing named in a body is asked for at all: who does it, on an order that is made for it.
MOMENTS: Mapping[str, tuple[str, Callable[[Sandbox], str], Json]] = {
    "place_order": ("buyer", lambda box: "", {"item": {"title": "x", "quantity": 1}, "total": usd("1.00")}),
    "open_dispute": ("buyer", lambda box: box.delivered(), {"reason": "defective", "remedy": "exchange", "explanation": "x"}),
    "edit": ("buyer", lambda box: box.disputed(), {}),
    "accept": ("seller", lambda box: box.disputed(), {}),
    "answer": ("buyer", lambda box: box.asked(), {"text": "x"}),
    "accept_solution": ("buyer", lambda box: _offered(box), {}),
    "appeal": ("buyer", lambda box: _lost(box), {"explanation": "x"}),
    "contest_return": ("seller", lambda box: box.sent_back(), {"explanation": "x"}),
    "fork": ("", lambda box: "", {}),
}


def _offered(box: Sandbox) -> str:
    order = box.in_claim()
    box.do("seller", "offer", order, remedy="refund", amount=usd("3.00"))
    return order


def _lost(box: Sandbox) -> str:
    return box.ruled("seller")


def test_nothing_of_the_others_can_be_named_in_a_body(pair: Pair) -> None:
    box, tried = pair.one.box, 0
    for operation in pair.operations:
        for field in operation.takes(pair.document):
            action = operation.says["operationId"]
            assert action in MOMENTS, f"{action} takes {field}: say when"
            who, moment, body = MOMENTS[action]
            order = moment(box)
            ids = {"order": order, "dispute": box.disputes.get(order, "")}
            before = dump(pair.app)
            answers = {}
            for one in (NOBODYS[field], *some(pair.other.things[field])):
                change = {**body, field: [one] if field == "evidence" else one}
                path = operation.path.format_map({"sandbox": box.id, **ids})
                if who:
                    answer = box.call(who, operation.method, path, json=change)
                else:
                    answer = box.client.open(path, method=operation.method, json=change)
                assert 400 <= answer.status_code < 500, f"{action} with {one}: {answer.text}"
                answers[one] = shown(answer, one)
                tried += 1
            assert len(set(map(str, answers.values()))) == 1, answers
            assert dump(pair.app) == before
    assert tried > 50


def test_that_the_moments_are_right(pair: Pair) -> None:
    """What is one's own goes through there, so it is the other's that is refused."""
    box = pair.one.box
    photo = box.evidence("buyer", "own.png")
    own: dict[str, Callable[[str], Json]] = {
        "place_order": lambda _: {"store": box.store},
        "open_dispute": lambda _: {"evidence": [photo]},
        "edit": lambda _: {"evidence": [photo]},
        "accept": lambda order: {"solution": box.current(order, "buyer")},
        "answer": lambda _: {"evidence": [photo]},
        "accept_solution": lambda order: {"solution": box.current(order, "seller")},
        "appeal": lambda _: {"evidence": [photo]},
        "contest_return": lambda _: {"evidence": [box.evidence("seller", "brick.png")]},
    }
    for action, named in own.items():
        who, moment, body = MOMENTS[action]
        order = moment(box)
        box.do(who, action, order, **body, **named(order))


def all_answers(rich: Rich, operations: list[Operation]) -> dict[str, Any]:
    """All that can be read in a sandbox by anybody."""
    found = {}
    for operation in operations:
        if operation.method != "GET" or (operation.path.startswith("/_emulator") and "{sandbox}" not in operation.path):
            continue
        for who in askers(rich, operation.path):
            for one in some(_of_places(rich, operation), 3):
                ids = dict.fromkeys(operation.places, one)
                answer = ask(rich, who, operation, ids)
                found[f"{who} {operation.path} {one}"] = (answer.status_code, answer.data, answer.headers.get("ETag"))
    return found


def test_a_fork_and_its_origin_have_the_same_ids_and_nothing_else_in_common(pair: Pair) -> None:
    origin = pair.one
    made = origin.box.control("POST", "/fork", json={})
    twin = Sandbox.__new__(Sandbox)
    twin.__dict__ |= origin.box.__dict__ | {
        "id": made["id"],
        "path": f"/_emulator/sandboxes/{made['id']}",
        "tokens": {account["name"]: account["token"] for account in made["accounts"]},
        "disputes": dict(origin.box.disputes),
    }
    fork = Rich(twin, origin.things)
    assert twin.ids == {account["name"]: account["id"] for account in made["accounts"]}
    assert not set(twin.tokens.values()) & set(origin.box.tokens.values())
    for changed, quiet in ((origin, fork), (fork, origin)):
        before, mine = all_answers(quiet, pair.operations), all_answers(changed, pair.operations)
        assert {name for name, (status, *_) in before.items() if status == 200}
        _live(changed.box)
        assert all_answers(quiet, pair.operations) == before
        after = all_answers(changed, pair.operations)
        assert sum(after[name] != mine[name] for name in mine) > 20, "and something has happened"
    twin.control("DELETE")
    assert {twin.call(who, "GET", "/v1/me").status_code for who in twin.tokens} == {401}
    assert {origin.box.call(who, "GET", "/v1/me").status_code for who in origin.box.tokens} == {200}


def _live(box: Sandbox) -> None:
    """Something happens to many of a sandbox's orders, and time passes."""
    for who in box.tokens:
        for order in box.get(who, "/v1/orders?limit=20")["data"]:
            box.ask(who, "send_message", order["id"], text="Only here.")
    box.disputed()
    box.wait("P5D")
