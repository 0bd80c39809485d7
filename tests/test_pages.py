"""The pages: who gets what from the same address, that nothing loads from elsewhere, that every link leads somewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from emulator import create_app
from emulator.contract import CONTROL_CALLS, EXAMPLES, MARKETPLACE_CALLS, PLACES
from emulator.domain.refusals import BY_CODE
from emulator.domain.rulebook import DISAGREEMENTS, RULEBOOK
from emulator.domain.rules import ACTIONS
from emulator.domain.rulesets import STANDARD, dump_settings
from emulator.http import pages
from emulator.http.problems import BROKEN
from emulator.http.schemas import asked
from emulator.openapi import openapi

from .readme import play, serving

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"}
CURL = {"Accept": "*/*"}
PROGRAM = {"Accept": "application/json"}
PAGES = [
    "/",
    "/problems",
    "/problems/window_closed",
    "/problems/broken",
    "/v1/rules",
    "/v1/rules?ruleset=legacy",
    "/v1/rules/CAN-3",
    "/_emulator/coverage",
    "/docs",
]


@pytest.fixture(scope="module")
def app() -> Iterator[Flask]:
    app = create_app()
    yield app
    app.extensions["dispute_emulator"].close()


@pytest.fixture(scope="module")
def client(app: Flask) -> FlaskClient:
    return app.test_client()


class Read(HTMLParser):
    """A page as a strict reader sees it: its links, ids and what it loads; raises AssertionError where tags do not match."""

    VOID = frozenset({"meta", "link", "img", "br"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: set[str] = set()
        self.loads: set[str] = set()
        self.ids: list[str] = []
        self.inline: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "a":
            self.links.add(named["href"] or "")
        if tag in ("link", "img", "script"):
            self.loads.add(named.get("href") or named.get("src") or "inline")
        if "id" in named:
            self.ids.append(named["id"] or "")
        self.inline += [name for name in named if name == "style" or name.startswith("on")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open, tag
        assert self.open[-1] == tag, (tag, self.open, self.getpos())
        self.open.pop()


def html(client: FlaskClient, path: str) -> str:
    answer = client.get(path, headers=BROWSER)
    assert (answer.status_code, answer.mimetype) == (200, "text/html"), path
    return answer.text


# ── who gets what ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("path", "accept", "kind"),
    [
        ("/", BROWSER, "text/html"),
        ("/", CURL, "text/plain"),
        ("/", {}, "text/plain"),
        ("/", PROGRAM, "application/json"),
        ("/", {"Accept": "image/png"}, "text/plain"),
        ("/", {"Accept": "text/html;q=0, */*"}, "text/plain"),
        *((path, BROWSER, "text/html") for path in PAGES),
        *((path, accept, "application/json") for path in PAGES[1:-1] for accept in (CURL, {}, PROGRAM)),
    ],
)
def test_a_browser_gets_a_page_and_a_program_its_own_form(client: FlaskClient, path: str, accept: dict[str, str], kind: str) -> None:
    answer = client.get(path, headers=accept)
    assert (answer.status_code, answer.mimetype) == (200, kind)
    if path.startswith("/v1") and kind == "application/json":
        return
    assert "Accept" in answer.headers["Vary"]


@pytest.mark.parametrize("path", ["/problems/nothing", "/v1/rules/XXX-1", "/nowhere", "/docs/index.html", "/static/nothing", "/?x=1"])
def test_a_no_is_a_problem_even_for_a_browser(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers=BROWSER)
    assert answer.mimetype == "application/problem+json"
    assert 400 <= answer.status_code < 500


def test_every_page_can_be_asked_for_its_head_alone(client: FlaskClient) -> None:
    assert all(client.head(path, headers=BROWSER).status_code == 200 for path in PAGES)


# ── the front door ─────────────────────────────────────────────────────────────────────────────────────────────────────


def door(client: FlaskClient, **headers: str) -> Any:
    return client.get("/", headers={**PROGRAM, **headers}).get_json()


def test_the_front_door_names_tokens_links_and_calls_in_every_form(client: FlaskClient) -> None:
    told = door(client)
    plain, page = client.get("/").text, html(client, "/")
    assert [account["token"] for account in told["accounts"]] == [
        "demo-buyer",
        "demo-buyer-2",
        "demo-seller",
        "demo-seller-2",
        "demo-mediator",
    ]
    for account in told["accounts"]:
        assert account["token"] in plain
        assert f"<code>{account['token']}</code>" in page
    for path in told["links"].values():
        assert client.get(path).status_code == 200
        assert f'href="{path}"' in page
    assert "http://localhost/docs " in plain
    assert {(call["method"], call["path"]) for call in told["calls"]} == {
        *((place.method, place.path) for place in PLACES.values()),
        *((call.method, call.path) for call in (*MARKETPLACE_CALLS, *CONTROL_CALLS)),
    }


def test_its_commands_can_be_pasted() -> None:
    with serving() as port:
        (said,) = play([f"curl -s http://127.0.0.1:{port}/"], port)
        (told,) = play([f"curl -s http://127.0.0.1:{port}/ -H 'Accept: application/json'"], port)
        commands = [call for step in json.loads(told)["next"] for call in step["calls"]]
        answers = play(commands, port)
    assert len(commands) >= 8
    for command, answer in zip(commands, answers, strict=True):
        assert "detail" not in json.loads(answer), (command, answer)
        assert command.splitlines()[0] in said


def test_without_a_default_sandbox_it_names_no_tokens_and_with_a_key_it_says_where_it_goes(client: FlaskClient) -> None:
    app = create_app(key="sesame", open_to_strangers=True)
    told = door(app.test_client())
    plain, page = app.test_client().get("/").text, html(app.test_client(), "/")
    app.extensions["dispute_emulator"].close()
    assert told["accounts"] == []
    assert "demo-" not in json.dumps(told["next"]) + plain
    control = [call for step in told["next"] for call in step["calls"] if "/_emulator/" in call]
    assert control
    assert all('-H "X-Emulator-Key: $EMULATOR_KEY"' in call for call in control)
    assert "sesame" not in json.dumps(told)
    # A browser has no key to send with a link.
    assert "coverage" in door(client)["links"]
    assert "coverage" not in told["links"]
    assert 'href="/_emulator/coverage"' not in page


@pytest.mark.parametrize("host", ["emulator.test:8080", "192.0.2.1", "[::1]:9000"])
def test_commands_name_the_host_the_request_came_to(client: FlaskClient, host: str) -> None:
    calls = [call for step in door(client, Host=host)["next"] for call in step["calls"]]
    assert all(call.startswith(("curl -s http://" + host, f"curl -s 'http://{host}")) for call in calls)


@pytest.mark.parametrize("host", ['"><script>alert(1)</script>', "x$(id)", "a b", "x;rm", "'", "x\\", "@evil", "x/y", "", "x:99999999"])
@pytest.mark.parametrize("accept", [BROWSER, CURL, PROGRAM])
def test_a_host_that_is_none_is_never_repeated(client: FlaskClient, host: str, accept: dict[str, str]) -> None:
    answer = client.get("/", headers={**accept, "Host": host})
    assert answer.status_code in (200, 400)
    assert "script>alert" not in answer.text
    if answer.status_code == 200:
        assert "http://127.0.0.1:80/" in answer.text
        assert not host or f"http://{host}" not in answer.text


# ── safety ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def policy(answer: TestResponse) -> dict[str, str]:
    return dict(directive.strip().split(" ", 1) for directive in answer.headers["Content-Security-Policy"].split(";"))  # type: ignore[misc]


@pytest.mark.parametrize("path", [*PAGES, "/openapi.json", "/static/frame.css", "/docs/swagger-ui.css", "/docs/swagger-ui-bundle.js"])
@pytest.mark.parametrize("accept", [BROWSER, CURL])
def test_pages_load_nothing_from_elsewhere_and_tell_nobody(client: FlaskClient, path: str, accept: dict[str, str]) -> None:
    answer = client.get(path, headers=accept, buffered=True)
    if path.startswith("/v1/") and accept == CURL:
        return
    directives = policy(answer)
    assert directives["default-src"] == directives["base-uri"] == directives["frame-ancestors"] == "'none'"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert ("script-src" in directives) == (path == "/docs")
    assert set(" ".join(directives.values()).split()) <= {"'none'", "'self'", "data:"}
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_well_formed_and_have_nothing_inline(client: FlaskClient, path: str) -> None:
    read = Read(html(client, path))
    assert not read.inline
    assert len(read.ids) == len(set(read.ids))
    assert read.loads
    for source in read.loads:
        assert source.startswith("/")
        assert client.get(source, buffered=True).status_code == 200


@pytest.mark.parametrize(
    "path", ["/static/frame.css", "/static/emulator.css", "/static/docs.css", "/static/docs.js", "/docs/swagger-ui.css"]
)
def test_what_pages_load_loads_nothing_further(client: FlaskClient, path: str) -> None:
    text = client.get(path, buffered=True).text
    assert not re.search(r"@import|url\((?!\"?data:)|https?://(?!www\.w3\.org/)", text)


def test_everything_shown_is_escaped(app: Flask) -> None:
    evil = "<script>alert(1)</script>`<b>`"
    said = dict.fromkeys(("code", "title", "what_to_do", "says", "source"), evil)
    call = {"call": evil, "method": "POST", "path": evil, "says": evil}
    problem = {**said, "status": 409, "rule": "CAN-1", "actions": ["ship"], "who_may": {"ship": [evil]}, "instead": [call]}
    with app.test_request_context():
        shown = pages.page("problem.html", problem=problem).get_data(as_text=True)
    assert "<script" not in shown
    assert "<b>" not in shown
    assert "<code>&lt;b&gt;</code>" in shown


def test_a_problem_page_says_who_may_and_what_instead(client: FlaskClient) -> None:
    told = client.get("/problems/negotiation_over").json or {}
    assert told["who_may"]["refuse"] == ["seller"]
    assert told["instead"][0] == {
        "call": "offer",
        "method": "POST",
        "path": "/v1/disputes/{dispute}/claim/offer",
        "says": "Put a solution to the buyer while the platform mediates.",
    }
    page = client.get("/problems/negotiation_over", headers={"Accept": "text/html"}).text
    assert "/v1/disputes/{dispute}/claim/offer" in page
    assert "buyer and the seller" in page


@pytest.mark.parametrize(
    "path", ["/static/..%2fpages.py", "/static/../pages.py", "/static/%2e%2e/pages.py", "/docs/..%2f__init__.py", "/static/"]
)
def test_no_file_beside_the_pages_is_served(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


# ── links ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_link_of_every_page_leads_somewhere(client: FlaskClient) -> None:
    operations = {
        f"/{op['tags'][0].replace(' ', '%20')}/{op['operationId']}" for path in openapi()["paths"].values() for op in operations_of(path)
    }
    waiting, read = ["/"], {}
    while waiting:
        path = waiting.pop()
        if path in read:
            continue
        answer = client.get(path, headers=BROWSER)
        assert answer.status_code == 200, path
        read[path] = Read(answer.text) if answer.mimetype == "text/html" else None
        if read[path] is not None:
            waiting += [link.partition("#")[0] or path for link in read[path].links]
    assert {f"/v1/rules/{rule.id}" for rule in RULEBOOK} <= set(read)
    assert {f"/problems/{code}" for code in (*BY_CODE, BROKEN.code)} <= set(read)
    for path, page in read.items():
        for link in page.links if page else ():
            target, _, anchor = link.partition("#")
            if target == "/docs" and anchor:
                assert anchor in operations, (path, link)
            elif anchor:
                there = read[target or path]
                assert there is not None
                assert anchor in there.ids, (path, link)


def operations_of(path: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for operation in path.values() if isinstance(operation, dict)]


# ── rules and problems ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_rules_page_shows_every_rule_setting_and_disagreement(client: FlaskClient) -> None:
    page = Read(text := html(client, "/v1/rules"))
    assert {rule.id for rule in RULEBOOK} | set(dump_settings(STANDARD)) <= set(page.ids)
    assert text.count('class="duel"') == len(DISAGREEMENTS)
    assert "The first reading, marked by the coloured bar, is that of <b>standard</b>" in text
    assert "15" in text
    assert '<a href="/v1/rules?ruleset=legacy" aria-current="true">' in html(client, "/v1/rules?ruleset=legacy")
    assert '<tr id="negotiation_days" class="differs">' in text
    assert '<tr id="edits_max">' in text


def test_the_problems_are_all_of_them(client: FlaskClient) -> None:
    listed = client.get("/problems").get_json()["data"]
    assert [problem["code"] for problem in listed] == [*BY_CODE, "broken"]
    assert all(client.get(f"/problems/{problem['code']}").get_json() == problem for problem in listed)


def test_a_problem_page_says_what_to_do_and_which_rule(client: FlaskClient) -> None:
    text = html(client, "/problems/all_money_needs_return")
    assert "For damaged goods that the buyer keeps there is less than all the money." in text
    assert "<code>return_and_refund</code>" in text
    assert '<a class="id" href="/v1/rules/OPEN-5">OPEN-5</a>' in text
    assert '<a href="/docs#/orders/open_dispute">' in text


# ── the interactive page ───────────────────────────────────────────────────────────────────────────────────────────────


def test_every_call_with_a_body_has_an_example_that_can_be_sent() -> None:
    with_bodies = {action.name for action in ACTIONS if asked.BODIES[action.name] is not None and action.takes}
    with_bodies |= {call.name for call in CONTROL_CALLS if call.body not in (None, "NoBody")}
    assert set(EXAMPLES) == with_bodies
    for name, body in EXAMPLES.items():
        if name in asked.BODIES:
            asked.read_action(name, body)
        else:
            call = next(call for call in CONTROL_CALLS if call.name == name)
            getattr(asked, call.body or "")().load(body)


def test_examples_stand_in_the_openapi_document() -> None:
    paths = openapi()["paths"]
    content = paths["/v1/orders/{order}/disputes"]["post"]["requestBody"]["content"]["application/json"]
    assert content["example"] == EXAMPLES["open_dispute"]
