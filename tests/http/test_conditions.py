"""If-Match and If-None-Match: only if it is still as it was seen, or only if it is not."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from ..conftest import MakeSandbox
from ..dumping import dump
from ..sandbox import Sandbox


def code(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, (answer.json or {})["code"]


def tag(box: Sandbox, who: str, path: str) -> str:
    return str(box.call(who, "GET", path).headers["ETag"])


def test_an_act_on_what_was_seen_goes_through_and_on_what_has_changed_does_not(sandbox: Sandbox, app: Flask) -> None:
    order = sandbox.disputed()
    dispute = f"/v1/disputes/{sandbox.disputes[order]}"
    seen = tag(sandbox, "seller", dispute)
    sandbox.do("buyer", "edit", order, explanation="I have thought about it.")
    before = dump(app)
    refused = sandbox.call("seller", "POST", f"{dispute}/refuse", json={"reason": "No."}, headers={"If-Match": seen})
    assert code(refused) == (412, "precondition_failed")
    problem = refused.json or {}
    assert problem["instead"].endswith(f'{dispute} -H "Authorization: Bearer $TOKEN"'), "it is to be read again"
    assert [entry["action"] for entry in problem["allowed_actions"]]
    assert dump(app) == before
    now = {"If-Match": tag(sandbox, "seller", dispute)}
    assert sandbox.call("seller", "POST", f"{dispute}/refuse", json={"reason": "No."}, headers=now).status_code == 200


def test_of_two_edits_of_what_both_have_seen_one_is_lost_to_nobody(sandbox: Sandbox) -> None:
    order = sandbox.disputed()
    dispute = f"/v1/disputes/{sandbox.disputes[order]}"
    seen = {"If-Match": tag(sandbox, "buyer", dispute)}
    assert sandbox.call("buyer", "PATCH", dispute, json={"explanation": "One."}, headers=seen).status_code == 200
    assert code(sandbox.call("buyer", "PATCH", dispute, json={"explanation": "Two."}, headers=seen)) == (412, "precondition_failed")
    assert sandbox.dispute(order)["explanation"] == "One."


def test_an_orders_acts_go_by_the_orders_tag_and_a_disputes_by_the_disputes(sandbox: Sandbox) -> None:
    order = sandbox.delivered()
    opening = sandbox.opening()
    path = f"/v1/orders/{order}"
    opened = sandbox.call("buyer", "POST", f"{path}/disputes", json=opening, headers={"If-Match": tag(sandbox, "buyer", path)})
    assert opened.status_code == 201
    answered = opened.headers["ETag"]
    dispute = f"/v1/disputes/{(opened.json or {})['id']}"
    assert tag(sandbox, "buyer", dispute) == answered
    of_order = {"If-Match": tag(sandbox, "buyer", path)}
    assert sandbox.call("buyer", "POST", f"{dispute}/escalate", json={}, headers=of_order).status_code == 412


def test_each_asker_has_tags_of_his_own(sandbox: Sandbox) -> None:
    order = sandbox.disputed()
    dispute = f"/v1/disputes/{sandbox.disputes[order]}"
    theirs = {"If-Match": tag(sandbox, "seller", dispute)}
    assert code(sandbox.call("buyer", "PATCH", dispute, json={"explanation": "x"}, headers=theirs)) == (412, "precondition_failed")


def test_time_that_has_passed_is_a_change_where_it_shows(sandbox: Sandbox) -> None:
    """What was due fires before the tag is looked at."""
    order = sandbox.disputed()
    dispute = f"/v1/disputes/{sandbox.disputes[order]}"
    seen = {"If-Match": tag(sandbox, "buyer", dispute)}
    sandbox.wait("P15D")
    assert code(sandbox.call("buyer", "PATCH", dispute, json={"explanation": "x"}, headers=seen)) == (412, "precondition_failed")


@pytest.mark.parametrize("value", ["*", '"none", {tag}', '{tag},"none"', " {tag} "])
def test_any_of_several_tags_will_do(value: str, sandbox: Sandbox) -> None:
    order = sandbox.placed()
    given = value.format(tag=tag(sandbox, "seller", f"/v1/orders/{order}"))
    assert sandbox.call("seller", "POST", f"/v1/orders/{order}/ship", json={}, headers={"If-Match": given}).status_code == 200


def test_a_weak_tag_is_not_enough_to_act_on(sandbox: Sandbox) -> None:
    order = sandbox.placed()
    weak = "W/" + tag(sandbox, "seller", f"/v1/orders/{order}")
    assert sandbox.call("seller", "POST", f"/v1/orders/{order}/ship", json={}, headers={"If-Match": weak}).status_code == 412


@pytest.mark.parametrize("header", ["If-Match", "If-None-Match"])
@pytest.mark.parametrize("value", ["", "bare", '"open', '"a" "b"', "*, *", "'a'", ","])
def test_what_is_no_tag_is_refused(header: str, value: str, sandbox: Sandbox) -> None:
    order = sandbox.placed()
    answer = sandbox.call("buyer", "GET", f"/v1/orders/{order}", headers={header: value})
    assert code(answer) == (422, "malformed")
    assert list((answer.json or {})["errors"]) == [header]


def test_who_has_it_already_is_not_told_again(sandbox: Sandbox) -> None:
    order = sandbox.disputed()
    photo = sandbox.evidence("buyer")
    for path in (f"/v1/orders/{order}", f"/v1/disputes/{sandbox.disputes[order]}", f"/v1/evidence/{photo}"):
        seen = tag(sandbox, "buyer", path)
        for known in (seen, f"W/{seen}", f'"other", {seen}', "*"):
            answer = sandbox.call("buyer", "GET", path, headers={"If-None-Match": known})
            assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", seen), path
            assert answer.headers["Date"] == sandbox.call("buyer", "GET", path).headers["Date"]
        assert sandbox.call("buyer", "GET", path, headers={"If-None-Match": '"other"'}).status_code == 200
        assert sandbox.call("buyer", "GET", path, headers={"If-Match": seen}).status_code == 200
        assert code(sandbox.call("buyer", "GET", path, headers={"If-Match": '"other"'})) == (412, "precondition_failed")


def test_if_match_is_never_ignored_where_nothing_has_a_tag(sandbox: Sandbox) -> None:
    order = sandbox.placed()
    for method, path in (
        ("GET", "/v1/me"),
        ("GET", "/v1/orders"),
        ("POST", "/v1/orders"),
        ("GET", f"/v1/orders/{order}/payment"),
        ("POST", f"{sandbox.path}/reset"),
        ("POST", f"{sandbox.path}/clock/advance"),
    ):
        answer = sandbox.call("buyer", method, path, headers={"If-Match": "*"}, **({"json": {}} if method == "POST" else {}))
        assert code(answer) == (412, "precondition_failed"), path
        assert "no ETag" in (answer.json or {})["detail"]


def test_the_carrier_delivers_what_he_has_seen(sandbox: Sandbox) -> None:
    order = sandbox.shipped()
    path = f"{sandbox.path}/orders/{order}/deliver"
    assert sandbox.client.post(path, json={}, headers={"If-Match": '"other"'}).status_code == 412
    assert sandbox.client.post(path, json={}, headers={"If-Match": "*"}).status_code == 200


def test_another_partys_order_is_not_there_whatever_tag_is_named(make_sandbox: MakeSandbox) -> None:
    box = make_sandbox(world="small")
    order = box.placed()
    for given in ("*", tag(box, "buyer", f"/v1/orders/{order}")):
        assert code(box.call("buyer-2", "GET", f"/v1/orders/{order}", headers={"If-Match": given})) == (404, "not_found")
        refused = box.call("buyer-2", "POST", f"/v1/orders/{order}/cancel", json={}, headers={"If-Match": given})
        assert code(refused) == (404, "not_found")
