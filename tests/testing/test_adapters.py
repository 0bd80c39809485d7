"""The adapters of requests and responses: what a network would carry arrives, and what the application answers comes back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
import requests
import responses
from flask import Flask, Response, jsonify, request

from emulator import create_app
from emulator.pictures import picture
from emulator.testing.adapters import RequestsAdapter, everything_below, responses_callback
from emulator.testing.live import LiveServer

SHOP = "https://shop.example"


def mirror() -> Flask:
    """Answers what it was sent."""
    app = Flask("mirror")

    @app.route("/mirror/<path:path>", methods=["GET", "POST", "PUT", "DELETE"])
    def show(path: str) -> Response:
        return jsonify(
            method=request.method,
            path=request.path,
            host=request.host_url,
            query=list(request.args.items(multi=True)),
            kind=request.headers.get("Content-Type"),
            mine=request.headers.get("X-Mine"),
            cookies=request.cookies,
            body=hashlib.sha256(request.get_data()).hexdigest(),
        )

    @app.get("/set")
    def cookie() -> Response:
        response = Response("ü", content_type="text/plain; charset=utf-8")
        response.set_cookie("who", "me")
        return response

    return app


@pytest.fixture(params=["adapter", "responses", "server"])
def session(request: pytest.FixtureRequest) -> Iterator[tuple[requests.Session, str]]:
    """A session and an address that lead to the mirror: by an adapter, by the library `responses`, and, for comparison, over a wire."""
    app = mirror()
    with requests.Session() as session:
        if request.param == "adapter":
            session.mount(SHOP, RequestsAdapter(app))
            yield session, SHOP
        elif request.param == "responses":
            with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
                for method in ("GET", "POST", "PUT", "DELETE"):
                    mock.add_callback(method, everything_below(SHOP), responses_callback(app))
                yield session, SHOP
        else:
            with LiveServer(app) as server:
                yield session, server.url


@pytest.mark.parametrize(
    ("method", "how", "body", "kind"),
    [
        pytest.param("GET", dict, b"", None, id="nothing"),
        pytest.param("DELETE", lambda: {"params": {"q": ["ü & ö", "2"]}}, b"", None, id="query"),
        pytest.param("POST", lambda: {"data": b"\x00\xff"}, b"\x00\xff", None, id="bytes"),
        pytest.param("POST", lambda: {"data": "ü"}, "ü".encode(), None, id="text"),
        pytest.param("PUT", lambda: {"data": {"a": "b c"}}, b"a=b+c", "application/x-www-form-urlencoded", id="form"),
        pytest.param("POST", lambda: {"data": iter((b"one ", b"two"))}, b"one two", None, id="pieces"),
        pytest.param("POST", lambda: {"data": BytesIO(b"of a file")}, b"of a file", None, id="file"),
        pytest.param("PUT", lambda: {"json": {"a": 1}}, b'{"a": 1}', "application/json", id="json"),
    ],
)
def test_what_is_sent_arrives(
    method: str, how: Callable[[], dict[str, Any]], body: bytes, kind: str | None, session: tuple[requests.Session, str]
) -> None:
    client, url = session
    sent = how()
    answer = client.request(method, f"{url}/mirror/b%20c", headers={"X-Mine": "yes"}, timeout=10, **sent)
    got = answer.json()
    assert (got["method"], got["mine"]) == (method, "yes")
    assert (got["host"], got["path"]) == (f"{url}/", "/mirror/b c")
    assert got["query"] == [["q", text] for text in sent.get("params", {}).get("q", [])]
    assert (got["kind"], got["body"]) == (kind, hashlib.sha256(body).hexdigest())


def test_what_is_answered_comes_back(session: tuple[requests.Session, str]) -> None:
    client, url = session
    answer = client.get(f"{url}/set", timeout=10)
    assert (answer.status_code, answer.reason, answer.text, answer.encoding) == (200, "OK", "ü", "utf-8")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert client.cookies.get("who") == "me"
    assert client.get(f"{url}/mirror/a", timeout=10).json()["cookies"] == {"who": "me"}
    assert client.post(f"{url}/set", timeout=10).status_code == 405
    with pytest.raises(requests.HTTPError, match="405"):
        client.post(f"{url}/set", timeout=10).raise_for_status()


def test_a_file_is_evidence_byte_for_byte() -> None:
    app = create_app()
    with requests.Session() as client:
        client.mount(SHOP, RequestsAdapter(app))
        mine = {"Authorization": "Bearer demo-buyer"}
        shown = client.post(f"{SHOP}/v1/evidence", files={"file": ("crack.png", picture("crack"))}, headers=mine, timeout=10).json()
        with client.get(SHOP + shown["href"], headers=mine, stream=True, timeout=10) as answer:
            assert b"".join(answer.iter_content(7)) == picture("crack")
    app.extensions["dispute_emulator"].close()


def test_an_address_is_led_there_with_all_below_it_and_nothing_beside() -> None:
    below = everything_below("https://shop.example/api/")
    for url in ("", "/", "/v1/orders?limit=3", "?x=1"):
        assert below.match(f"https://shop.example/api{url}"), url
    for url in ("https://shop.example/apis", "https://shop.example.org/api", "https://shopxexample/api", "http://shop.example/api"):
        assert not below.match(url), url
