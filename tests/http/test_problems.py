"""Every no is a problem (RFC 9457) that says why, where it stands, and what to do instead; and of several the first is the one answered."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from emulator.domain.rulebook import BY_ID

from ..conftest import MakeApp, MakeSandbox
from ..sandbox import Json, Sandbox, usd


def problem(answer: TestResponse) -> Json:
    assert answer.mimetype == "application/problem+json", answer.text
    body: Json = answer.json or {}
    assert body["status"] == answer.status_code
    return body


def test_a_problem_says_what_where_why_and_what_instead(sandbox: Sandbox) -> None:
    order = sandbox.disputed()
    path = f"/v1/disputes/{sandbox.disputes[order]}/cancel"
    body = problem(sandbox.ask("seller", "cancel", order, reason="other", comment="x", confirm=True))
    assert {name: body[name] for name in ("type", "status", "instance", "code", "rule", "source", "deadline")} == {
        "type": "/problems/seller_never_cancels",
        "status": 403,
        "instance": path,
        "code": "seller_never_cancels",
        "rule": "SELL-3",
        "source": BY_ID["SELL-3"].source,
        "deadline": None,
    }
    assert body["title"] in body["detail"]
    assert [entry["action"] for entry in body["allowed_actions"]] == [
        entry["action"] for entry in sandbox.dispute(order, "seller")["allowed_actions"]
    ]
    assert "errors" not in body


def test_what_is_allowed_instead_can_be_called_as_it_says(sandbox: Sandbox) -> None:
    order = sandbox.disputed()
    body = problem(sandbox.ask("seller", "cancel", order, reason="other", comment="x", confirm=True))
    refuse = next(entry for entry in body["allowed_actions"] if entry["action"] == "refuse")
    assert set(refuse) == {"action", "method", "href", "rule", "until", "fields"}
    assert refuse["fields"] == ["reason", "solution"]
    answer = sandbox.call("seller", refuse["method"], refuse["href"], json={"reason": "No."})
    assert (answer.status_code, (answer.json or {})["status"]) == (200, "waiting_for_buyer")


@pytest.mark.parametrize("ruleset", ["standard", "legacy"])
def test_a_deadline_is_named_where_time_is_the_reason(ruleset: str, make_sandbox: MakeSandbox) -> None:
    box = make_sandbox(ruleset=ruleset)
    order = box.finished()
    ends = box.order(order)["dispute_window_ends_at"]
    box.wait("P20D")
    body = problem(box.ask("buyer", "open_dispute", order, **box.opening(reason="defective")))
    assert (
        (body["code"], body["rule"], body["deadline"])
        == ("window_closed", "OPEN-2", ends)
        == ("window_closed", "OPEN-2", "2026-01-16T12:00:00Z")
    )


def test_a_malformed_body_names_every_faulty_field(sandbox: Sandbox) -> None:
    order = sandbox.delivered()
    amount = {"amount": "47.001", "currency": "USD", "colour": "red"}
    body = problem(sandbox.ask("buyer", "open_dispute", order, reason="bored", amount=amount, explanation="", surprise=1))
    assert (body["code"], body["rule"], body["source"]) == ("malformed", None, None)
    assert {"reason", "remedy", "amount.colour", "explanation", "surprise"} <= set(body["errors"])
    body = problem(sandbox.ask("buyer", "open_dispute", order, **sandbox.opening(amount={"amount": "47.001", "currency": "USD"})))
    assert body["errors"] == {"amount.amount": ["USD has 2 decimal places, not 3."]}


def test_a_value_out_of_range_names_its_field(sandbox: Sandbox) -> None:
    order = sandbox.delivered()
    body = problem(sandbox.ask("buyer", "open_dispute", order, **sandbox.opening(amount=usd("100.01"))))
    assert (body["status"], body["rule"], list(body["errors"])) == (422, "OPEN-5", ["amount"])


def test_every_code_has_a_page_that_explains_it(client: FlaskClient, sandbox: Sandbox) -> None:
    order = sandbox.disputed()
    body = problem(sandbox.ask("seller", "cancel", order, reason="other", comment="x", confirm=True))
    page = client.get(body["type"], headers={"Accept": "application/json"}).json or {}
    assert (page["code"], page["status"], page["title"]) == (body["code"], 403, body["title"])
    assert problem(client.get("/problems/no_such_code"))["code"] == "not_found"


def test_a_method_that_is_not_taken_is_answered_with_those_that_are(sandbox: Sandbox) -> None:
    answer = sandbox.call("buyer", "DELETE", f"/v1/orders/{sandbox.placed()}")
    assert problem(answer)["code"] == "method_not_allowed"
    assert set(answer.headers["Allow"].split(", ")) >= {"GET"}


def test_a_fault_of_the_program_is_a_problem_too_and_says_nothing_of_its_inside(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> str:
        raise RuntimeError("secret")

    app.add_url_rule("/broken", "broken", broken)
    answer = app.test_client().get("/broken")
    assert (answer.status_code, problem(answer)["code"]) == (500, "broken")
    assert "secret" not in answer.text
    assert "secret" in caplog.text


# ── precedence: malformed → no token → not yours → not your role → not in this state → values → the rest ────────────────────


def test_malformed_comes_before_no_token(client: FlaskClient) -> None:
    assert problem(client.post("/v1/orders/ord_none/ship", json={"colour": "red"}))["code"] == "malformed"
    assert problem(client.post("/v1/orders/ord_none/ship", data="x", content_type="text/plain"))["code"] == "unsupported_media_type"
    assert problem(client.get("/v1/orders?limit=0"))["code"] == "malformed"


def test_no_token_comes_before_not_yours(client: FlaskClient) -> None:
    assert problem(client.post("/v1/orders/ord_none/ship", json={}))["code"] == "unauthenticated"
    assert problem(client.get("/v1/disputes/dsp_none"))["code"] == "unauthenticated"


def test_not_yours_comes_before_not_your_role(make_sandbox: MakeSandbox) -> None:
    mine, theirs = make_sandbox(), make_sandbox()
    assert problem(mine.ask("buyer", "ship", theirs.placed()))["code"] == "not_found"
    mine.disputes["order"] = "dsp_none"
    assert problem(mine.ask("seller", "cancel", "order", reason="other", comment="x", confirm=True))["code"] == "not_found"


def test_not_your_role_comes_before_not_in_this_state(sandbox: Sandbox) -> None:
    assert problem(sandbox.ask("buyer", "ship", sandbox.shipped()))["code"] == "wrong_role"
    closed = sandbox.withdrawn()
    assert problem(sandbox.ask("seller", "cancel", closed, reason="other", comment="x", confirm=True))["code"] == "seller_never_cancels"


def test_not_in_this_state_comes_before_the_values(sandbox: Sandbox) -> None:
    placed = sandbox.placed()
    assert problem(sandbox.ask("buyer", "open_dispute", placed, **sandbox.opening(amount=usd("0.00"))))["code"] == "not_shipped_yet"
    assert problem(sandbox.ask("seller", "ship", sandbox.shipped(), delivery_days=61))["code"] == "not_awaiting_shipment"


def test_the_values_come_before_the_rest(sandbox: Sandbox) -> None:
    order = sandbox.disputed()
    nothing_new = {"explanation": "So it is.", "amount": {"amount": "100.00", "currency": "EUR"}}
    assert problem(sandbox.ask("buyer", "edit", order, **nothing_new))["code"] == "currency_differs"
    owing = sandbox.asked("buyer", evidence_required=True)
    assert problem(sandbox.ask("buyer", "answer", owing, text="x", evidence=["evd_none"]))["code"] == "unknown_evidence"


def test_an_opening_is_refused_in_the_order_of_the_rulebook(make_sandbox: MakeSandbox) -> None:
    """OPEN-1, OPEN-6, OPEN-7, OPEN-2, OPEN-3, OPEN-4, OPEN-5: mended one after another, each gives way to the next."""
    box = make_sandbox()
    wrong = box.opening(reason="not_received", remedy="no_refund_no_return", amount=usd("100.01"))

    def refused(order: str, **mended: object) -> str:
        return str(problem(box.ask("buyer", "open_dispute", order, **wrong | mended))["rule"])

    order = box.placed()
    assert refused(order) == "OPEN-1"
    final = box.ruled("seller")
    box.wait("P70D")
    assert refused(final) == "OPEN-6"
    late = box.shipped()
    box.wait("P60D")
    assert refused(late) == "OPEN-2"
    order = box.shipped()
    assert refused(order) == "OPEN-3"
    assert refused(order, reason="no_tracking") == "OPEN-4"
    assert refused(order, reason="no_tracking", remedy="refund") == "OPEN-5"
    assert (
        box.ask("buyer", "open_dispute", order, **wrong | {"reason": "no_tracking", "remedy": "refund", "amount": usd("1.00")}).status_code
        == 201
    )


def test_a_cancelled_dispute_in_legacy_is_refused_by_open_7_even_when_the_window_has_closed(make_sandbox: MakeSandbox) -> None:
    box = make_sandbox(ruleset="legacy")
    order = box.disputed(reason="defective")
    box.do("buyer", "cancel", order, reason="other", comment="x", confirm=True)
    box.wait("P70D")
    assert problem(box.ask("buyer", "open_dispute", order, **box.opening(remedy="no_refund_no_return")))["rule"] == "OPEN-7"


# ── what the contract promises and is not built yet ────────────────────────────────────────────────────────────────────


# ── the control plane's key ────────────────────────────────────────────────────────────────────────────────────────────


def test_with_a_key_every_call_of_the_control_plane_asks_for_it_and_no_call_of_the_marketplace(make_app: MakeApp) -> None:
    app = make_app(key="sesame", demo=True)
    client = app.test_client()
    # Those two tell nothing without it (tests/http/test_security.py).
    alive = ("/_emulator/health", "/_emulator/ready")
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/_emulator") and rule.rule not in alive]
    assert len(rules) > 15
    for rule in rules:
        path = rule.build(dict.fromkeys(rule.arguments, "default"))
        assert path is not None
        for method in rule.methods or ():
            if method in ("OPTIONS", "HEAD"):
                continue
            for headers in ({}, {"X-Emulator-Key": "wrong"}, {"X-Emulator-Key": "sésame"}, {"Authorization": "Bearer demo-seller"}):
                answer = client.open(path[1], method=method, headers=headers)
                assert (answer.status_code, problem(answer)["code"]) == (401, "emulator_key_required"), (method, path)
    assert client.get("/_emulator/health", headers={"X-Emulator-Key": "sesame"}).status_code == 200
    assert client.get("/v1/me", headers={"Authorization": "Bearer demo-buyer"}).status_code == 200
    assert client.get("/v1/me", headers={"X-Emulator-Key": "sesame"}).status_code == 401


def test_a_program_that_strangers_reach_needs_a_key_makes_no_default_and_its_seeds_fix_no_tokens(make_app: MakeApp) -> None:
    with pytest.raises(ValueError, match="EMULATOR_KEY"):
        make_app(open_to_strangers=True, demo=None)
    app = make_app(open_to_strangers=True, key="sesame", demo=None)
    client, key = app.test_client(), {"X-Emulator-Key": "sesame"}
    assert (client.get("/_emulator/sandboxes", headers=key).json or {})["data"] == []
    first, second = (client.post("/_emulator/sandboxes", json={"seed": "s", "world": "empty"}, headers=key).json or {} for _ in range(2))
    tokens = [{account["token"] for account in made["accounts"]} for made in (first, second)]
    assert not tokens[0] & tokens[1]
    client.delete(f"/_emulator/sandboxes/{first['id']}", headers=key)
    third = client.post("/_emulator/sandboxes", json={"seed": "s", "world": "empty"}, headers=key).json or {}
    assert third["id"] == first["id"]
    assert not {account["token"] for account in third["accounts"]} & tokens[0]


def test_a_range_beyond_the_end_of_a_file_is_the_askers_fault(client: FlaskClient) -> None:
    answer = client.get("/static/docs.js", headers={"Range": "bytes=99999999-"})
    assert (answer.status_code, answer.mimetype, (answer.json or {})["code"]) == (400, "application/problem+json", "bad_request")
