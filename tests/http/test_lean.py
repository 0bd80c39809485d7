"""Flask without what no call needs finds the same routes, gives the same answers, and leaves nothing out where somebody has hooked in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, appcontext_tearing_down, request_finished, request_started, request_tearing_down
from werkzeug.routing import MapAdapter

from emulator.app import create_app
from emulator.http.paths import Paths

METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return create_app(f"sqlite:///{tmp_path / 'lean.db'}")


def adapter(app: Flask) -> MapAdapter:
    return app.url_map.bind("127.0.0.1")


def find(app: Flask, method: str, path: str) -> Any:
    return Paths(app.url_map.iter_rules()).find({"REQUEST_METHOD": method, "PATH_INFO": path})


def test_every_route_of_ours_is_found_as_werkzeug_finds_it(app: Flask) -> None:
    rules = list(app.url_map.iter_rules())
    paths, found = Paths(rules), set()
    for rule in rules:
        parts = rule.rule.split("/")
        path = "/".join(f"{part[1:-1]}_{number}" if part.startswith("<") else part for number, part in enumerate(parts))
        for method in METHODS:
            here = paths.find({"REQUEST_METHOD": method, "PATH_INFO": path})
            if here is not None:
                assert here == adapter(app).match(path, method, return_rule=True), (method, path)
                found.add((rule.rule, method))
    assert found == {(rule.rule, method) for rule in rules if ":" not in rule.rule for method in METHODS if method in rule.methods}
    assert len(found) > 60


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "//v1/me",
        "/v1",
        "/v1/",
        "/v1/orders/",
        "/v1/orders//ship",
        "/v1/orders/a/b/c/d",
        "/v1/nothing",
        "/v1/örders/x",
        "/v1/me\x00",
    ],
)
def test_what_is_no_plain_path_of_ours_is_left_to_werkzeug(app: Flask, path: str) -> None:
    found = find(app, "GET", path)
    assert found is None or path == "/", found


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "get", "PUT"])
def test_a_method_that_a_path_does_not_have_is_left_to_werkzeug(app: Flask, method: str) -> None:
    assert find(app, method, "/v1/me") is None


def test_an_id_is_what_stands_in_the_path(app: Flask) -> None:
    rule, ids = find(app, "POST", "/v1/orders/o%20.~/messages/m/report")
    assert (rule.endpoint, ids) == ("report_message", {"order": "o%20.~", "message": "m"})


def ends(app: Flask) -> list[tuple[int, bytes]]:
    """The same few calls, and what comes of them."""
    client = app.test_client()
    made = client.post("/_emulator/sandboxes", json={"world": "small", "seed": "lean", "now": "2026-03-02T09:00:00Z", "frozen": True})
    signed = {"Authorization": f"Bearer {next(a['token'] for a in made.get_json()['accounts'] if a['role'] == 'buyer')}"}
    said = [
        client.get("/v1/orders", headers=signed),
        client.get("/v1/orders/ord_nothing", headers=signed),
        client.head("/v1/orders", headers=signed),
        client.get("/v1/me"),
        client.post("/v1/orders", headers=signed, json={}),
        client.options("/v1/me"),
    ]
    return [(answer.status_code, answer.data) for answer in said]


def after(app: Flask, heard: list[Any]) -> Callable[[], object]:
    app.after_request(lambda response: heard.append(type(response)) or response)
    return lambda: None


def before(app: Flask, heard: list[Any]) -> Callable[[], object]:
    app.before_request(lambda: heard.append(Response))
    return lambda: None


def signals(app: Flask, heard: list[Any]) -> Callable[[], object]:
    def started(*_: Any, **__: Any) -> None: ...

    def finished(_: Any, response: Response, **__: Any) -> None:
        heard.append(type(response))

    request_started.connect(started, app)
    request_finished.connect(finished, app)
    return lambda: (request_started.disconnect(started, app), request_finished.disconnect(finished, app))


def at_the_end(app: Flask, heard: list[Any]) -> Callable[[], object]:
    app.teardown_request(lambda _: heard.append(Response))
    return lambda: None


def at_the_very_end(app: Flask, heard: list[Any]) -> Callable[[], object]:
    app.teardown_appcontext(lambda _: heard.append(Response))
    return lambda: None


def signals_at_the_end(app: Flask, heard: list[Any]) -> Callable[[], object]:
    def ended(*_: Any, **__: Any) -> None:
        heard.append(Response)

    def ended_at_last(*_: Any, **__: Any) -> None:
        assert len(heard)

    request_tearing_down.connect(ended, app)
    appcontext_tearing_down.connect(ended_at_last, app)
    return lambda: (request_tearing_down.disconnect(ended, app), appcontext_tearing_down.disconnect(ended_at_last, app))


@pytest.mark.parametrize("hook", [after, before, signals, at_the_end, at_the_very_end, signals_at_the_end])
def test_whoever_hooks_in_hears_of_every_request_and_changes_no_answer(app: Flask, hook: Any) -> None:
    unheard = ends(app)
    assert [status for status, _ in unheard] == [200, 404, 200, 401, 422, 200]
    other = create_app(app.config["SQLALCHEMY_DATABASE_URI"])
    heard: list[Any] = []
    undo = hook(other, heard)
    try:
        again = ends(other)
    finally:
        undo()
    assert again == unheard
    assert len(heard) == len(again) + 1
    assert all(issubclass(kind, Response) for kind in heard)
