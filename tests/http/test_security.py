"""Who may see what at the edge: headers that every answer has, pages of other sites, the key, and what a browser loads."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ..conftest import MakeApp
from ..sandbox import Sandbox

BUYER = {"Authorization": "Bearer demo-buyer"}
LOCAL = "http://127.0.0.1:8080"


@pytest.fixture
def open_client(make_app: MakeApp) -> FlaskClient:
    """An application with the sandbox `default`."""
    return make_app(demo=True).test_client()


def code(answer: TestResponse) -> str:
    assert answer.mimetype == "application/problem+json", answer.text
    return str((answer.json or {})["code"])


# ── headers ────────────────────────────────────────────────────────────────────────────────────────────────────────────

EVERYWHERE = (
    ("GET", "/"),
    ("GET", "/docs"),
    ("GET", "/docs/swagger-ui.css"),
    ("GET", "/docs/states"),
    ("GET", "/docs/states.svg"),
    ("GET", "/static/docs.js"),
    ("GET", "/openapi.json"),
    ("GET", "/problems"),
    ("GET", "/v1/rules"),
    ("GET", "/v1/me"),
    ("GET", "/v1/orders"),
    ("GET", "/v1/orders/ord_1"),
    ("POST", "/v1/orders"),
    ("DELETE", "/v1/orders"),
    ("OPTIONS", "/v1/orders"),
    ("GET", "/nowhere"),
    ("GET", "/metrics"),
    ("GET", "/_emulator/health"),
    ("GET", "/_emulator/ready"),
    ("GET", "/_emulator/sandboxes"),
    ("GET", "/_emulator/sandboxes/default"),
    ("GET", "/_emulator/coverage"),
)


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_every_answer_says_what_it_is_who_may_frame_it_and_who_may_keep_it(open_client: FlaskClient, accept: str) -> None:
    for method, path in EVERYWHERE:
        headers = open_client.open(path, method=method, headers=BUYER | {"Accept": accept}).headers
        assert headers.getlist("X-Content-Type-Options") == ["nosniff"], path
        assert headers.getlist("X-Frame-Options") == ["DENY"], path
        assert headers.getlist("Referrer-Policy") == ["no-referrer"], path
        (policy,) = headers.getlist("Content-Security-Policy")
        assert "default-src 'none'" in policy, path
        assert "frame-ancestors 'none'" in policy, path
        assert headers.getlist("Cache-Control") in (["no-store"], ["private, no-cache"], ["no-cache"]), path
        assert headers.getlist("X-Request-Id"), path


@pytest.mark.parametrize("path", ["/v1/me", "/v1/mailbox", "/_emulator/sandboxes/default", "/", "/v1/orders"])
def test_what_a_token_has_opened_and_what_tells_tokens_is_kept_by_nobody(open_client: FlaskClient, path: str) -> None:
    assert open_client.get(path, headers=BUYER).headers["Cache-Control"] == "no-store"


def test_an_order_may_be_kept_by_its_asker_who_then_asks_whether_it_is_still_so(client: FlaskClient, sandbox: Sandbox) -> None:
    order = sandbox.call("buyer", "GET", f"/v1/orders/{sandbox.placed()}")
    assert order.headers["Cache-Control"] == "private, no-cache"
    asked = sandbox.headers("buyer") | {"If-None-Match": order.headers["ETag"]}
    again = client.get(f"/v1/orders/{(order.json or {})['id']}", headers=asked)
    assert (again.status_code, again.headers["Cache-Control"]) == (304, "private, no-cache")


def test_a_page_loads_nothing_that_its_policy_forbids(open_client: FlaskClient) -> None:
    """No inline script, no inline style, and whatever is loaded is our own."""
    for path in ("/", "/docs", "/docs/states", "/v1/rules", "/v1/rules/CAN-3", "/problems", "/problems/malformed", "/_emulator/coverage"):
        page = open_client.get(path, headers={"Accept": "text/html"})
        assert page.mimetype == "text/html", path
        text = page.text
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|javascript:", text), path
        loaded = re.findall(r"<(?:script|link|img)[^>]*?\b(?:src|href)=\"([^\"]+)\"", text)
        assert loaded, path
        for address in loaded:
            assert address.startswith("/"), (path, address)
            assert open_client.get(address).status_code == 200, (path, address)
        wanted = "script-src 'self'" if "<script" in text else "style-src 'self'"
        assert wanted in page.headers["Content-Security-Policy"], path


# ── pages of other sites ───────────────────────────────────────────────────────────────────────────────────────────────

FOREIGN: list[dict[str, str]] = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:9999"},
    {"Origin": "http://127.0.0.1:8080.evil.example"},
    {"Origin": "http://["},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
]


@pytest.mark.parametrize("headers", FOREIGN)
def test_what_a_page_of_another_site_sends_to_the_open_control_plane_is_refused(open_client: FlaskClient, headers: dict[str, str]) -> None:
    before = open_client.get("/_emulator/sandboxes/default/clock", base_url=LOCAL).json
    for method, path in (
        ("POST", "/_emulator/sandboxes/default/reset"),
        ("POST", "/_emulator/sandboxes"),
        ("DELETE", "/_emulator/sandboxes/default"),
        ("GET", "/_emulator/sandboxes/default"),
        ("GET", "/_emulator/health"),
        ("GET", "/_emulator/nowhere"),
        ("GET", "/metrics"),
    ):
        answer = open_client.open(path, method=method, base_url=LOCAL, headers=headers)
        assert (answer.status_code, code(answer)) == (403, "foreign_origin"), path
    assert (open_client.get("/_emulator/sandboxes/default/clock", base_url=LOCAL).json or {}).keys() == (before or {}).keys()
    assert open_client.get("/_emulator/sandboxes/default").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": LOCAL},
        {"Origin": LOCAL.upper()},
        {"Sec-Fetch-Site": "same-origin", "Origin": LOCAL},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
    ],
)
def test_programs_own_pages_and_people_who_follow_a_link_are_let_in(open_client: FlaskClient, headers: dict[str, str]) -> None:
    assert open_client.get("/_emulator/sandboxes", base_url=LOCAL, headers=headers).status_code == 200


def test_following_a_link_changes_nothing(open_client: FlaskClient) -> None:
    followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert code(open_client.post("/_emulator/sandboxes/default/reset", base_url=LOCAL, headers=followed)) == "foreign_origin"


def test_with_a_key_it_is_the_key_that_decides(make_app: MakeApp) -> None:
    client = make_app(key="sesame").test_client()
    headers = {"Origin": "https://console.example", "X-Emulator-Key": "sesame"}
    assert client.get("/_emulator/sandboxes", headers=headers).status_code == 200
    assert code(client.get("/_emulator/sandboxes", headers={"Origin": "https://console.example"})) == "emulator_key_required"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "192.168.1.7:8080", "[fe80::1]", "[", "0"])
def test_served_on_loopback_without_a_key_it_answers_to_no_other_name(make_app: MakeApp, host: str) -> None:
    client = make_app(only_local=True, demo=True).test_client()
    for path in ("/_emulator/sandboxes", "/v1/me", "/", "/nowhere"):
        answer = client.get(path, headers=BUYER | {"Host": host})
        assert (answer.status_code, code(answer)) == (403, "foreign_origin"), path
        assert "localhost" in (answer.json or {})["detail"]


@pytest.mark.parametrize("host", ["localhost", "LocalHost:8080", "127.0.0.1:9", "127.1.2.3", "[::1]:8080", "[::1]"])
def test_served_on_loopback_it_answers_to_all_names_of_loopback(make_app: MakeApp, host: str) -> None:
    assert make_app(only_local=True).test_client().get("/_emulator/health", headers={"Host": host}).status_code == 200


def test_in_process_any_name_will_do_and_with_a_key_too(make_app: MakeApp) -> None:
    assert make_app().test_client().get("/_emulator/sandboxes", headers={"Host": "marketplace.test"}).status_code == 200
    locked = make_app(only_local=True, key="sesame").test_client()
    assert locked.get("/_emulator/sandboxes", headers={"Host": "behind.a.proxy", "X-Emulator-Key": "sesame"}).status_code == 200


def test_a_browser_may_not_send_tokens_from_elsewhere(open_client: FlaskClient) -> None:
    """A token travels in a header, for which a browser asks first; it is told of nobody who may."""
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    answer = open_client.options("/v1/orders", headers=asked)
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]


# ── the key ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_counts_want_the_key_as_prometheus_can_send_it(make_app: MakeApp) -> None:
    client = make_app(key="sesame").test_client()
    for headers in ({}, {"X-Emulator-Key": "wrong"}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic sesame"}):
        assert code(client.get("/metrics", headers=headers)) == "emulator_key_required"
    for headers in ({"X-Emulator-Key": "sesame"}, {"Authorization": "Bearer sesame"}):
        assert client.get("/metrics", headers=headers).status_code == 200


def test_without_the_key_health_and_readiness_say_only_that_they_are(make_app: MakeApp) -> None:
    client = make_app(key="sesame").test_client()
    for path, status in (("/_emulator/health", "ok"), ("/_emulator/ready", "ready")):
        bare: Any = client.get(path).json
        assert bare == {"status": status, "version": None, "database": None, "now": None}
        full: Any = client.get(path, headers={"X-Emulator-Key": "sesame"}).json
        assert full["status"] == status
        assert all(full.values())


def test_the_source_compares_no_key_with_equals() -> None:
    source = "".join(path.read_text("utf-8") for path in (Path(__file__).parents[2] / "emulator/http").glob("*.py"))
    assert "compare_digest" in source
    assert not re.search(r"""X-Emulator-Key[^\n]*(?:==|!=)""", source)
