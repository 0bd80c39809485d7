"""Whatever is sent, the answer is a problem with a 4xx and a code, and nothing has changed."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeAlias

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from emulator.app import create_app

from ..dumping import dump
from ..sandbox import Json, Sandbox, usd


class Stage(NamedTuple):
    """An open dispute under which nothing is due, and another sandbox beside it."""

    box: Sandbox
    order: str
    dispute: str
    photo: str
    elsewhere: Sandbox
    strange_order: str
    strange_dispute: str


Send: TypeAlias = Callable[[Stage], TestResponse]
CASES: dict[str, tuple[int, str, Send]] = {}


def add(name: str, status: int, code: str, send: Send) -> None:
    assert name not in CASES
    CASES[name] = (status, code, send)


def raw(data: bytes, content_type: str = "application/json", path: str = "/v1/orders/{order}/messages") -> Send:
    """These bytes, sent by the buyer where a message is written."""
    return lambda s: s.box.call(
        "buyer", "POST", path.format(order=s.order, dispute=s.dispute), data=data, headers={"Content-Type": content_type}
    )


def edit(**body: Any) -> Send:
    return lambda s: s.box.ask("buyer", "edit", s.order, **body)


def get(path: str, who: str = "buyer") -> Send:
    return lambda s: s.box.call(who, "GET", path.format(order=s.order, dispute=s.dispute, sandbox=s.box.id))


def as_json(**body: Any) -> Json:
    """A body as Python writes it, whatever its numbers and texts: the client's own way refuses some."""
    return {"data": json.dumps(body).encode(), "headers": {"Content-Type": "application/json"}}


def extend(days: Any) -> Send:
    return lambda s: s.box.call("seller", "POST", f"/v1/orders/{s.order}/extend-protection", **as_json(days=days))


def by(method: str) -> Send:
    return lambda s: s.box.call("buyer", method, f"/v1/orders/{s.order}")


def create(**wish: Any) -> Send:
    return lambda s: s.box.client.post("/_emulator/sandboxes", **as_json(**wish))


def control(method: str, path: str, **body: Any) -> Send:
    return lambda s: s.box.client.open(f"{s.box.path}{path}", method=method, json=body)


def bare(method: str, path: str, **headers: str) -> Send:
    """Without a token but these headers."""
    return lambda s: s.box.client.open(path.format(order=s.order, token=s.box.tokens["buyer"]), method=method, headers=headers)


def cursor(value: Any) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


MALFORMED = (422, "malformed")
text = '{"text": "%s"}'

# JSON that is none, or none of ours.
for name, data in {
    "nothing but a brace": b"{",
    "trailing words": b'{"text": "a"} b',
    "NaN": b'{"text": NaN}',
    "Infinity": b'{"text": Infinity}',
    "a list": b"[]",
    "a bare text": b'"text"',
    "null": b"null",
    "single quotes": b"{'text': 'a'}",
    "a comment": b'{"text": "a" /* b */}',
    "invalid UTF-8": b'{"text": "\xff\xfe"}',
    "an overlong encoding": b'{"text": "\xc0\xaf"}',
    "a raw surrogate": b'{"text": "\xed\xa0\x80"}',
    "an escaped lone surrogate": rb'{"text": "\ud800"}',
    "a NUL": rb'{"text": "a\u0000b"}',
    "a raw NUL": b'{"text": "a\x00b"}',
    "an escape sequence for terminals": rb'{"text": "\u001b[2J"}',
    "UTF-16": '{"text": "a"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"text": "a"}',
    "nothing at all": b"",
    "white space": b"   ",
    "deep nesting": b'{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep objects": b'{"text": ' + b'{"a":' * 20_000 + b"1" + b"}" * 20_000 + b"}",
    "a number of a million digits": b'{"text": ' + b"9" * 1_000_000 + b"}",
    "an unknown field": b'{"text": "a", "colour": "red"}',
    "an unknown field with a strange name": rb'{"text": "a", "\u0000\ud83d": 1}',
    "a missing field": b"{}",
    "only blanks": b'{"text": " \\n "}',
    "a text too long": b'{"text": "' + b"x" * 5001 + b'"}',
    "a number for a text": b'{"text": 1}',
    "null for a text": b'{"text": null}',
}.items():
    add(name, *MALFORMED, raw(data))

add("ten megabytes of JSON", 413, "too_large", raw(b'{"text": "' + b"x" * 10_000_000 + b'"}'))
add("ten megabytes of brackets", 413, "too_large", raw(b"[" * 10_000_000))
add("ten megabytes without a token", 413, "too_large", lambda s: s.box.client.post("/v1/orders", data=b"{" * 10_000_000))
add("a form", 415, "unsupported_media_type", raw(b"text=a", "application/x-www-form-urlencoded"))
add("a plain text", 415, "unsupported_media_type", raw(b'{"text": "a"}', "text/plain"))
add("XML", 415, "unsupported_media_type", raw(b"<text/>", "application/xml"))
add("JSON for a file", 415, "unsupported_media_type", raw(b"{}", path="/v1/evidence"))
add("no content type", 415, "unsupported_media_type", raw(b'{"text": "a"}', ""))
add("a multipart without a boundary", *MALFORMED, raw(b"--a--", "multipart/form-data", "/v1/evidence"))
add("a multipart that is none", *MALFORMED, raw(b"\x00\xff", "multipart/form-data; boundary=a", "/v1/evidence"))
add("a body on GET", *MALFORMED, lambda s: s.box.call("buyer", "GET", f"/v1/orders/{s.order}", json={"surprise": 1}))

# Money.
for name, amount in {
    "a float": 47.0,
    "a whole number": 47,
    "1e400": "1e400",
    "NaN as a text": "NaN",
    "a third of a cent": "47.001",
    "Arabic digits": "٤٧.٠٠",
    "a plus": "+47.00",
    "a comma": "47,00",
    "blanks": " 47.00",
    "a line break": "47.00\n",
    "half an amount": ".50",
    "a point too many": "1.000.00",
    "thirteen digits": "1000000000000.00",
    "nothing": "",
    "null": None,
    "hexadecimal": "0x10",
}.items():
    add(f"the amount is {name}", *MALFORMED, edit(amount={"amount": amount, "currency": "USD"}))
add("1e400 as a number", *MALFORMED, raw(b'{"amount": {"amount": 1e400, "currency": "USD"}}', path="/v1/orders/{order}/disputes"))
add("an amount without a currency", *MALFORMED, edit(amount={"amount": "47.00"}))
add("an amount with a friend", *MALFORMED, edit(amount=usd("47.00") | {"friend": 1}))
add("a bare amount", *MALFORMED, edit(amount="47.00"))
for name, currency in {"unknown": "XXX", "in small letters": "usd", "a list": ["USD"], "empty": ""}.items():
    add(f"the currency is {name}", *MALFORMED, edit(amount={"amount": "47.00", "currency": currency}))
add("another currency", 422, "currency_differs", edit(amount={"amount": "47.00", "currency": "EUR"}))
add("a currency without places, with some", *MALFORMED, edit(amount={"amount": "47.00", "currency": "JPY"}))
add("an amount below nothing", 422, "amount_out_of_range", edit(amount=usd("-1.00")))
add("minus nothing", 422, "amount_out_of_range", edit(amount=usd("-0.00")))
add("all the money of the world", 422, "amount_out_of_range", edit(amount=usd("999999999999.99")))

# Numbers.
for name, days, status, code in (
    ("negative days", -1, 422, "days_out_of_range"),
    ("no days", 0, 422, "days_out_of_range"),
    ("days as a float", 1.0, *MALFORMED),
    ("days as a text", "1", *MALFORMED),
    ("days as yes", True, *MALFORMED),
    ("more days than there are", 10**18, *MALFORMED),
    ("more days than a database counts", 2**64, *MALFORMED),
    ("days of a hundred digits", 10**100, *MALFORMED),
):
    add(
        name,
        status,
        code,
        extend(days),
    )

# Words and ids.
add("an unknown reason", *MALFORMED, edit(reason="bored"))
add("a reason in capitals", *MALFORMED, edit(reason="DEFECTIVE"))
add("a reason in a list", *MALFORMED, edit(reason=["defective"]))
add("evidence that is no list", *MALFORMED, edit(evidence="evd_1"))
add("the same evidence twice", *MALFORMED, lambda s: s.box.ask("buyer", "edit", s.order, evidence=[s.photo, s.photo]))
add("fifty-one pieces of evidence", *MALFORMED, edit(evidence=[f"evd_{n}" for n in range(51)]))
add("evidence with a NUL in its id", *MALFORMED, edit(evidence=["evd_\x00"]))
add("evidence that is a path", *MALFORMED, edit(evidence=["../../etc/passwd"]))
add("evidence that does not exist", 422, "unknown_evidence", edit(evidence=["evd_none"]))
add(
    "evidence of another sandbox",
    422,
    "unknown_evidence",
    lambda s: s.box.ask("buyer", "edit", s.order, evidence=[s.elsewhere.evidence("buyer")]),
)
add("an order of another sandbox", 404, "not_found", lambda s: s.box.ask("seller", "extend_protection", s.strange_order, days=1))
add(
    "a dispute of another sandbox",
    404,
    "not_found",
    lambda s: s.box.call("buyer", "PATCH", f"/v1/disputes/{s.strange_dispute}", json={"explanation": "x"}),
)
add("an order for a dispute", 404, "not_found", lambda s: s.box.call("buyer", "GET", f"/v1/disputes/{s.order}"))
for path in ("/v1/orders/%ff%fe", "/v1/orders/ord_%ed%a0%80", "/v1/orders/'%20OR%201=1--", f"/v1/orders/{'x' * 5000}"):
    add(f"the path {path[:40]}", 404, "not_found", get(path))
for path in (
    "/v1/orders/%00",
    "/v1/disputes/%00",
    "/v1/stores/%00",
    "/v1/evidence/%00",
    "/v1/orders/%00/payment",
    "/v1/orders/%00/messages",
    "/v1/rules/%00",
    "/problems/%00",
    "/v1/disputes/dsp_%00/history",
):
    add(f"the path {path}", 404, "no_such_path", get(path))
add(
    "a report of a message with a NUL in its id",
    404,
    "no_such_path",
    lambda s: s.box.ask("buyer", "report_message", s.order, message="%00"),
)
for path in (
    "/v1/orders/../../etc/passwd",
    "/v1/orders/a/b/c",
    "/v1//orders",
    "/V1/orders",
    "/v1/orders/",
    "/v2/orders",
    "/_emulator/",
    "/%2e%2e/x",
    "/\\",
    "/v1/disputes/{dispute}/claim/nothing",
):
    add(f"no such path: {path}", 404, "no_such_path", get(path))
for method in ("PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "X"):
    add(f"{method} an order", 405, "method_not_allowed", by(method))
add("GET an action", 405, "method_not_allowed", get("/v1/orders/{order}/cancel"))
for path in ("/docs/%00", "/docs/%2e%2e/%2e%2e/conftest.py", "/docs/nothing.js", "/docs//etc/passwd"):
    add(f"the page {path}", 404, "no_such_path", get(path))
add(
    "a store that is no store",
    404,
    "not_found",
    lambda s: s.box.ask("buyer", "place_order", store="sto_none", item={"title": "x", "quantity": 1}, total=usd("1.00")),
)
add(
    "a store of another sandbox",
    404,
    "not_found",
    lambda s: s.box.ask("buyer", "place_order", store=s.elsewhere.store, item={"title": "x", "quantity": 1}, total=usd("1.00")),
)
add("half an item", *MALFORMED, lambda s: s.box.ask("buyer", "place_order", item={"title": "x", "quantity": 0.5}, total=usd("1.00")))
add("no item", *MALFORMED, lambda s: s.box.ask("buyer", "place_order", item={"title": "x", "quantity": 0}, total=usd("1.00")))

# Queries.
for query in (
    "limit=0",
    "limit=101",
    "limit=-1",
    "limit=1.5",
    "limit=1_0",
    "limit=+5",
    "limit=%205",
    "limit=ten",
    "limit=",
    "limit=1&limit=2",
    f"limit={10**30}",
    "limit=٥",
    "limit=%00",
    "cursor=",
    "cursor=x",
    "cursor=%00",
    "cursor=%ff",
    "cursor=é",
    "cursor=a&cursor=a",
    f"cursor={'A' * 501}",
    "cursor=bnVsbA",
    "cursor=e30",
    "status=new",
    "status=bored",
    "status=finished&status=finished",
    "in_dispute=yes",
    "in_dispute=1",
    "colour=red",
    "order=x",
    "=",
    "a",
    f"cursor={cursor([])}",
    f"cursor={cursor([1])}",
    f"cursor={cursor(['x', 1])}",
    f"cursor={cursor([1.5, 'x'])}",
    f"cursor={cursor([True, 'x'])}",
    f"cursor={cursor([10**30, 'x'])}",
    f"cursor={cursor([2**63, 'x'])}",
    f"cursor={cursor([-(2**63) - 1, 'x'])}",
    f"cursor={cursor([1, 'x', 1])}",
    "cursor=" + urlsafe_b64encode(b'[1,"\\u0000"]').decode().rstrip("="),
    "cursor=" + urlsafe_b64encode(b'[1,"\\ud800"]').decode().rstrip("="),
):
    add(f"orders?{query[:60]}", *MALFORMED, get(f"/v1/orders?{query}"))
for path in (
    "/v1/me",
    "/v1/orders/{order}",
    "/v1/disputes/{dispute}",
    "/v1/orders/{order}/payment",
    "/_emulator/health",
    "/_emulator/sandboxes/{sandbox}/audit",
):
    add(f"{path}?surprise", *MALFORMED, get(f"{path}?surprise=1"))
for path in ("/v1/disputes/{dispute}/history", "/v1/orders/{order}/messages"):
    positions: list[list[Any]] = [["x"], [1.0], [2**63], [-(2**63) - 1], [10**30], [None]]
    for position in positions:
        add(f"{path}?cursor={position}", *MALFORMED, get(f"{path}?cursor={cursor(position)}"))
for path in ("/v1/mailbox", "/_emulator/sandboxes/{sandbox}/mailbox"):
    for position in ([1], [1, "x", 1], [2**63, "x", 1, "y"], [1, "x", 2**63, "y"]):
        add(f"{path}?cursor={position}", *MALFORMED, get(f"{path}?cursor={cursor(position)}"))
    add(f"{path}?cursor=NUL", *MALFORMED, get(f"{path}?cursor={cursor([1, chr(0), 1, 'y'])}"))
add("stores?cursor=NUL", *MALFORMED, get(f"/v1/stores?cursor={cursor([chr(0)])}"))
add("sandboxes?cursor=NUL", *MALFORMED, get(f"/_emulator/sandboxes?cursor={cursor([chr(0)])}"))
add("disputes of an order with a NUL", *MALFORMED, get("/v1/disputes?order=%00"))
add("a forecast of an order with a NUL", *MALFORMED, get("/_emulator/sandboxes/{sandbox}/forecast?order=%00"))
add("a forecast of no order", 404, "not_found", get("/_emulator/sandboxes/{sandbox}/forecast?order=ord_none"))

# Tokens.
NOBODY = (401, "unauthenticated")
add("no token", *NOBODY, bare("GET", "/v1/orders/{order}"))
add("a wrong token", *NOBODY, bare("GET", "/v1/orders/{order}", Authorization="Bearer tok_wrong"))
add("an empty token", *NOBODY, bare("GET", "/v1/orders/{order}", Authorization="Bearer "))
add("a token of a thousand characters", *NOBODY, bare("GET", "/v1/orders/{order}", Authorization="Bearer " + "x" * 1000))
add("a token that is not ASCII", *NOBODY, bare("GET", "/v1/orders/{order}", Authorization="Bearer tök"))
add("two tokens in one", *NOBODY, bare("GET", "/v1/orders/{order}", Authorization="Bearer a b"))
add("a token in the cookie", *NOBODY, lambda s: bare("GET", "/v1/orders/{order}", Cookie=f"token={s.box.tokens['buyer']}")(s))
add("a token in another header", *NOBODY, lambda s: bare("GET", "/v1/orders/{order}", **{"X-Token": s.box.tokens["buyer"]})(s))
add("a token as Basic", *NOBODY, lambda s: bare("GET", "/v1/orders/{order}", Authorization=f"Basic {s.box.tokens['buyer']}")(s))
add("a token without its scheme", *NOBODY, lambda s: bare("GET", "/v1/orders/{order}", Authorization=s.box.tokens["buyer"])(s))
add("a token in the query", *MALFORMED, bare("GET", "/v1/orders/{order}?token={token}"))
add("a token in the query of a list", *MALFORMED, bare("GET", "/v1/orders?access_token={token}"))
add(
    "the token of another sandbox",
    404,
    "not_found",
    lambda s: s.elsewhere.call("buyer", "POST", f"/v1/orders/{s.order}/messages", json={"text": "hi"}),
)
add("a token in the body", *NOBODY, lambda s: s.box.client.post(f"/v1/orders/{s.order}/confirm-receipt", json={}))

# The control plane.
WISHES: dict[str, Json] = {
    "an unknown world": {"world": "moon"},
    "a world that is a path": {"world": "../worlds/small"},
    "an unknown ruleset": {"ruleset": "harsh"},
    "an unknown field": {"colour": "red"},
    "a name with a NUL": {"name": "a\x00"},
    "a seed with a surrogate": {"seed": "\ud800"},
    "an empty seed": {"seed": ""},
    "a seed of a thousand characters": {"seed": "x" * 1000},
    "now without an offset": {"now": "2026-01-01T12:00:00"},
    "now as a date": {"now": "2026-01-01"},
    "now as a number": {"now": 1767268800},
    "now with parts of a second": {"now": "2026-01-01T12:00:00.5Z"},
    "now before 1970": {"now": "1969-12-31T23:59:59Z"},
    "now in the year 9000": {"now": "9000-01-01T00:00:00Z"},
    "now on the 30th of February": {"now": "2026-02-30T12:00:00Z"},
    "frozen as a text": {"frozen": "true"},
    "frozen as a number": {"frozen": 1},
    "settings as a list": {"settings": []},
    "settings as null": {"settings": None},
}
for name, wish in WISHES.items():
    add(f"a sandbox with {name}", *MALFORMED, create(**wish))
for name, value in {
    "unknown": {"moon_days": 1},
    "negative": {"negotiation_days": -1},
    "none": {"negotiation_days": 0},
    "a float": {"negotiation_days": 1.5},
    "a text": {"negotiation_days": "15"},
    "yes": {"negotiation_days": True},
    "null": {"negotiation_days": None},
    "enormous": {"negotiation_days": 10**30},
    "low above high": {"refund_business_days": [10, 7]},
    "half a range": {"refund_business_days": [7]},
    "no range": {"refund_business_days": 7},
    "no word": {"receipt_means": "hoped"},
    "no day": {"holidays": ["2026-02-30"]},
    "no days": {"holidays": "2026-02-03"},
    "a deep day": {"holidays": [[[]]]},
    "a contradiction": {"cancel_closes_order": True},
    "delivery after protection": {"delivery_days": 61},
}.items():
    add(f"a setting that is {name}", 422, "settings_refused", create(settings=value))
ADVANCES: dict[str, Json] = {
    "nothing": {},
    "two ways": {"by": "P1D", "to_next": True},
    "three ways": {"by": "P1D", "to": "2027-01-01T00:00:00Z", "to_next": True},
    "not to the next": {"to_next": False},
    "a month": {"by": "P1M"},
    "a year": {"by": "P1Y"},
    "backwards": {"by": "-P1D"},
    "a number": {"by": 86400},
    "half a second": {"by": "PT0.5S"},
    "no time": {"by": "P"},
    "half a duration": {"by": "P1DT"},
    "Arabic digits": {"by": "P١D"},
    "no instant": {"to": "tomorrow"},
    "an edge that is none": {"by": "P1D", "edge": "over"},
    "a long wait": {"by": "P" + "9" * 70 + "D"},
}
for name, body in ADVANCES.items():
    add(f"advance: {name}", *MALFORMED, control("POST", "/clock/advance", **body))
add("advance: past the calendar", 422, "clock_too_far", control("POST", "/clock/advance", by="P9999999D"))
add("advance: by weeks and weeks", 422, "clock_too_far", control("POST", "/clock/advance", by="P999999W"))
add("advance: back", 409, "clock_backwards", control("POST", "/clock/advance", to="2025-01-01T00:00:00Z"))
add("a clock without a mode", *MALFORMED, control("PUT", "/clock", now="2027-01-01T00:00:00Z"))
add("a clock of another mode", *MALFORMED, control("PUT", "/clock", mode="slow"))
add("a real clock with another time", *MALFORMED, control("PUT", "/clock", mode="real", now="2027-01-01T00:00:00Z"))
add("a clock set back", 409, "clock_backwards", control("PUT", "/clock", mode="frozen", now="2025-01-01T00:00:00Z"))
add("reset with a body", *MALFORMED, control("POST", "/reset", hard=True))
add("a sandbox that is none", 404, "not_found", lambda s: s.box.client.get("/_emulator/sandboxes/sbx_none"))
add("a sandbox with a NUL", 404, "no_such_path", lambda s: s.box.client.get("/_emulator/sandboxes/%00"))
add("deleting a sandbox that is none", 404, "not_found", lambda s: s.box.client.delete("/_emulator/sandboxes/sbx_none"))
add("resetting a sandbox with a NUL", 404, "no_such_path", lambda s: s.box.client.post("/_emulator/sandboxes/%00/reset"))
add("delivering an order with a NUL", 404, "no_such_path", lambda s: s.box.client.post(f"{s.box.path}/orders/%00/deliver", json={}))
add("delivering an order of another sandbox", 404, "not_found", lambda s: s.box.ask("carrier", "deliver", s.strange_order))
add("delivering an unknown parcel", *MALFORMED, lambda s: s.box.ask("carrier", "deliver", s.order, parcel="elephant"))


@pytest.fixture(scope="module")
def kept(database: str, new_database: Callable[[str], str]) -> Iterator[tuple[Flask, Stage]]:
    app = create_app(new_database(database), demo=False)
    client = app.test_client()
    box, elsewhere = Sandbox(client), Sandbox(client)
    order, strange = box.disputed(), elsewhere.disputed()
    yield app, Stage(box, order, box.disputes[order], box.evidence("buyer"), elsewhere, strange, elsewhere.disputes[strange])
    app.extensions["dispute_emulator"].close()


@pytest.mark.parametrize("name", CASES)
def test_bad_input_is_a_problem_and_changes_nothing(name: str, kept: tuple[Flask, Stage]) -> None:
    app, stage = kept
    status, code, send = CASES[name]
    if name == "evidence of another sandbox":
        send = prepared(send, stage)
    before = dump(app)
    answer = send(stage)
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.mimetype == "application/problem+json"
    body: Json = answer.json or {}
    assert (answer.status_code, body["code"]) == (status, code), body
    assert body["status"] == status
    assert {"type", "title", "detail", "instance", "rule", "source", "allowed_actions", "deadline"} <= set(body)
    if code == "malformed":
        assert body["rule"] is None
        assert body["errors"]
        assert all(isinstance(text, str) for texts in body["errors"].values() for text in texts)
    assert dump(app) == before


def prepared(send: Send, stage: Stage) -> Send:
    """The upload into the other sandbox comes first: it is no part of what must change nothing."""
    photo = stage.elsewhere.evidence("buyer")
    return lambda s: s.box.ask("buyer", "edit", s.order, evidence=[photo])


@pytest.mark.parametrize("path", ["//v1/orders", "//_emulator/sandboxes", "///_emulator/health"])
def test_a_path_with_too_many_slashes_in_front_is_no_path(path: str, sandbox: Sandbox) -> None:
    answer = sandbox.client.open(path, method="GET", environ_overrides={"PATH_INFO": path}, headers=sandbox.headers("buyer"))
    assert (answer.status_code, (answer.json or {})["code"]) == (404, "no_such_path")


def test_a_method_is_written_in_capitals(sandbox: Sandbox) -> None:
    for method in ("get", "Post"):
        answer = sandbox.client.open("/v1/orders", environ_overrides={"REQUEST_METHOD": method}, headers=sandbox.headers("buyer"))
        assert (answer.status_code, (answer.json or {})["code"]) == (400, "bad_request")
        assert method.upper() in (answer.json or {})["detail"]
