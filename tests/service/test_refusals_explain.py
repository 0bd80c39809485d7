"""Every refusal says who may, from when until when, and what instead; and what it says instead goes through."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from emulator.app import create_app

from ..conftest import MakeSandbox
from ..curl import curl, variables
from ..sandbox import TRACKED, Json, Sandbox, usd
from .test_refusals_change_nothing import CASES

CONTROL = ("clock_backwards", "clock_too_far", "nothing_due", "settings_refused", "no_such_tale", "nothing_to_trade", "import_refused")


def token_of(answer: TestResponse) -> str | None:
    """Whose call was refused."""
    return answer.request.headers.get("Authorization", "").removeprefix("Bearer ") or None


# What a person may say where a line leaves it to him; the first that fits.
SAID = {
    "REASON": ("no_tracking", "other"),
    "REMEDY": ("refund", "exchange"),
    "CONFIRM": ("true",),
    "RETURN_REQUIRED": ("false",),
    "TO": ("seller",),
}


def answers(box: Sandbox, line: str, token: str | None) -> Iterator[TestResponse]:
    """What comes of a line, for everything that a person may say in it."""
    names = sorted(variables(line))
    current = ["sol_none"]
    if "SOLUTION" in names:
        path = line.split("/v1/disputes/")[1].split("/", maxsplit=1)[0]
        shown = box.client.get(f"/v1/disputes/{path}", headers={"Authorization": f"Bearer {token}"}).json or {}
        current = [solution["id"] for solution in shown["solutions"] if solution["current"]]
    for values in product(*(current if name == "SOLUTION" else SAID.get(name, ("In my own words.",)) for name in names)):
        yield curl(box.client, line, token, **dict(zip(names, values, strict=True)))


@pytest.mark.parametrize("name", CASES)
def test_what_a_refusal_says_instead_goes_through(name: str, shared_app: Flask) -> None:
    arranged = CASES[name]
    box = Sandbox(shared_app.test_client(), **arranged.wish)
    answer = arranged.arrange(box)()
    problem: Json = answer.json or {}
    assert problem["code"] == arranged.code
    line, token = problem["instead"], token_of(answer)
    assert "tok_" not in line, "a token is never written out where it was not asked for"
    if variables(line) - {"FILE"}:
        assert curl(box.client, line, token).status_code == 422, "what only a person can say is never said for him"
    assert any(said.status_code < 400 for said in answers(box, line, token)), line
    box.client.delete(box.path)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.code in CONTROL])
def test_in_the_control_plane_it_only_looks(name: str, shared_app: Flask) -> None:
    box = Sandbox(shared_app.test_client(), **CASES[name].wish)
    problem = CASES[name].arrange(box)().json or {}
    assert "-X" not in problem["instead"]
    assert "/_emulator/" in problem["instead"]
    box.client.delete(box.path)


def refused(answer: TestResponse, code: str) -> Json:
    problem: Json = answer.json or {}
    assert problem["code"] == code
    return problem


# ── who may ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("who", "action", "may"),
    [
        ("seller", "confirm_receipt", ["buyer"]),
        ("buyer", "extend_protection", ["seller"]),
        ("buyer", "rule", ["mediator"]),
        ("mediator", "send_message", ["buyer", "seller"]),
        ("seller", "cancel", ["buyer"]),
    ],
)
def test_a_refusal_names_the_roles_that_may(sandbox: Sandbox, who: str, action: str, may: list[str]) -> None:
    order = sandbox.in_claim()
    body = {"rule": {"in_favor_of": "buyer", "explanation": "So."}, "extend_protection": {"days": 3}, "send_message": {"text": "Well?"}}
    body["cancel"] = {"reason": "other", "comment": "No.", "confirm": True}
    answer = sandbox.ask(who, action, order, **body.get(action, {}))
    assert answer.status_code == 403
    assert (answer.json or {})["who_may"] == may


def test_a_call_that_is_no_action_of_the_table_names_nobody(sandbox: Sandbox) -> None:
    assert refused(sandbox.call("buyer", "GET", "/v1/stores/sto_nowhere"), "not_found")["who_may"] is None


def test_a_list_for_buyers_names_them(sandbox: Sandbox) -> None:
    """PAY-4."""
    problem = refused(sandbox.call("seller", "GET", "/v1/operations"), "wrong_role")
    assert (problem["who_may"], problem["rule"]) == (["buyer"], "PAY-4")


# ── from when until when ───────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_too_early_says_from_when_and_until_when(sandbox: Sandbox) -> None:
    """OPEN-3: a missing parcel can be disputed once it is overdue; ORD-6, OPEN-2: until protection ends."""
    order = sandbox.shipped()
    shown = sandbox.order(order)
    wish = {"reason": "not_received", "remedy": "refund", "amount": usd("50.00"), "explanation": "It has not come."}
    window = refused(sandbox.ask("buyer", "open_dispute", order, **wish), "reason_not_open")["window"]
    assert window == {"from": shown["delivery_due_at"], "until": shown["protection_ends_at"]}
    sandbox.advance(to=window["from"])
    sandbox.do("buyer", "open_dispute", order, **wish)


def test_a_second_before_its_window_the_same_request_is_still_refused(sandbox: Sandbox) -> None:
    order = sandbox.shipped()
    wish = {"reason": "not_received", "remedy": "refund", "amount": usd("50.00"), "explanation": "It has not come."}
    window = refused(sandbox.ask("buyer", "open_dispute", order, **wish), "reason_not_open")["window"]
    sandbox.advance(to=window["from"], edge="before")
    assert refused(sandbox.ask("buyer", "open_dispute", order, **wish), "reason_not_open")["window"] == window


def test_what_a_timer_will_make_possible_says_when(sandbox: Sandbox) -> None:
    """ORD-10: an order is reviewed once it is finished; ORD-6: it is when protection ends."""
    order = sandbox.shipped()
    ends = sandbox.order(order)["protection_ends_at"]
    problem = refused(sandbox.ask("buyer", "review", order, stars=4), "not_finished_yet")
    assert problem["window"] == {"from": ends, "until": None}


def test_what_time_has_taken_away_has_no_window_and_says_when_it_ended(sandbox: Sandbox) -> None:
    """ESC-2, ESC-3: the seller could answer until the mediator took over."""
    order = sandbox.disputed()
    escalates = sandbox.dispute(order)["escalates_at"]
    sandbox.advance(to=escalates)
    problem = refused(sandbox.ask("seller", "refuse", order, reason="No."), "negotiation_over")
    assert (problem["window"], problem["deadline"]) == (None, escalates)


def test_what_was_only_said_wrong_can_be_said_right_until_the_action_ends(sandbox: Sandbox) -> None:
    """OPEN-5: a cent too much; the dispute itself can be opened until the window closes."""
    order = sandbox.shipped()
    wish = {"reason": "no_tracking", "remedy": "refund", "amount": usd("100.01"), "explanation": "No number."}
    problem = refused(sandbox.ask("buyer", "open_dispute", order, **wish), "amount_out_of_range")
    assert problem["window"] == {"from": None, "until": sandbox.order(order)["protection_ends_at"]}


def test_what_will_never_be_has_no_window(sandbox: Sandbox) -> None:
    """OPEN-6: a ruling is the last word."""
    order = sandbox.in_claim()
    sandbox.do("mediator", "rule", order, in_favor_of="seller", explanation="So.")
    wish = {"reason": "no_tracking", "remedy": "refund", "amount": usd("1.00"), "explanation": "Again."}
    assert refused(sandbox.ask("buyer", "open_dispute", order, **wish), "dispute_was_final")["window"] is None


# ── what instead ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_sum_that_is_too_large_is_put_right_by_the_nearest_that_goes(sandbox: Sandbox) -> None:
    """OPEN-5: for damaged goods that he keeps it has to be less than everything."""
    order = sandbox.delivered()
    wish = {"reason": "damaged", "remedy": "refund", "amount": usd("100.00"), "explanation": "Broken in two."}
    line = refused(sandbox.ask("buyer", "open_dispute", order, **wish), "all_money_needs_return")["instead"]
    assert json.loads(shlex.split(line)[-1]) == {**wish, "amount": usd("99.99")}


def test_a_word_that_is_nearly_right_is_put_right_and_the_rest_of_the_request_stays(sandbox: Sandbox) -> None:
    order = sandbox.shipped()
    wish = {"reason": "no_tracking", "remedy": "refnd", "amount": usd("12.34"), "explanation": "It's my “own” text."}
    line = refused(sandbox.ask("buyer", "open_dispute", order, **wish), "malformed")["instead"]
    dispute = curl(sandbox.client, line, sandbox.tokens["buyer"]).json or {}
    assert (dispute["reason"], dispute["remedy"], dispute["amount"], dispute["explanation"]) == (
        "no_tracking",
        "refund",
        usd("12.34"),
        wish["explanation"],
    )


def test_a_word_that_is_like_none_is_left_to_the_asker(sandbox: Sandbox) -> None:
    order = sandbox.in_claim()
    answer = sandbox.ask("mediator", "rule", order, in_favor_of="nobody", explanation="Nobody is right.")
    line = refused(answer, "malformed")["instead"]
    assert variables(line) == {"IN_FAVOR_OF"}
    assert "Nobody is right." in line


def test_a_field_that_is_nearly_named_right_is_named_right(sandbox: Sandbox) -> None:
    order = sandbox.disputed()
    line = refused(sandbox.ask("buyer", "edit", order, amout=usd("12.00")), "malformed")["instead"]
    assert json.loads(shlex.split(line)[-1]) == {"amount": usd("12.00")}


def test_where_a_field_is_like_none_nothing_is_said_for_the_asker(sandbox: Sandbox) -> None:
    order = sandbox.disputed()
    line = refused(sandbox.ask("buyer", "edit", order, explanation="So.", colour="red"), "malformed")["instead"]
    assert "-X" not in line


def test_a_sum_with_too_many_places_is_put_right(sandbox: Sandbox) -> None:
    order = sandbox.disputed()
    line = refused(sandbox.ask("buyer", "edit", order, amount=usd("5.001")), "malformed")["instead"]
    assert json.loads(shlex.split(line)[-1]) == {"amount": usd("5.00")}


def test_nobody_is_led_to_agree_to_a_solution_that_he_has_not_named(sandbox: Sandbox) -> None:
    """SELL-1, ACC-1: an edit in between is not agreed to unseen."""
    order = sandbox.disputed()
    unread = sandbox.current(order, "buyer")
    sandbox.do("buyer", "edit", order, amount=usd("63.00"))
    problem = refused(sandbox.ask("seller", "accept", order, solution=unread), "solution_not_current")
    assert variables(problem["instead"]) == {"SOLUTION"}


def test_nobody_is_made_to_confirm(sandbox: Sandbox) -> None:
    """CAN-2."""
    order = sandbox.disputed()
    answer = sandbox.ask("buyer", "cancel", order, reason="other", comment="Well.")
    assert variables(refused(answer, "cancel_not_confirmed")["instead"]) == {"CONFIRM"}


def test_a_key_is_left_to_the_shell(new_database: Any) -> None:
    app = create_app(new_database("sqlite"), key="secret", demo=True)
    client = app.test_client()
    answer = client.post("/_emulator/sandboxes/default/clock/advance", json={"by": "P2D"})
    line = (answer.json or {})["instead"]
    assert line.endswith(' -H "X-Emulator-Key: $EMULATOR_KEY"')
    assert """-d '{"by": "P2D"}'""" in line
    assert "secret" not in answer.text
    app.extensions["dispute_emulator"].close()


def test_a_suggestion_never_asks_who_has_not_said_who_he_is(sandbox: Sandbox) -> None:
    """Everything malformed is refused before anybody is asked who he is, and tells a stranger nothing of the order."""
    order = sandbox.disputed()
    path = f"/v1/disputes/{sandbox.disputes[order]}/accept"
    mine = sandbox.client.post(path, json={"solution": 1}).json or {}
    nobodys = sandbox.client.post("/v1/disputes/dsp_nobodys/accept", json={"solution": 1}).json or {}
    assert mine["instead"].replace(sandbox.disputes[order], "") == nobodys["instead"].replace("dsp_nobodys", "")


def test_a_stranger_whose_request_is_malformed_learns_nothing_of_anothers_order(make_sandbox: MakeSandbox) -> None:
    mine, strangers = make_sandbox(seed="mine"), make_sandbox(seed="strangers")
    order = mine.disputed()
    shown = [
        strangers.call("buyer", "POST", f"/v1/disputes/{dispute}/accept", json={"solution": 1}).json or {}
        for dispute in (mine.disputes[order], "dsp_nobodys")
    ]
    assert shown[0]["instead"] == shown[1]["instead"]
    assert shown[0]["instead"] is not None


def test_a_file_that_does_not_count_is_left_out(sandbox: Sandbox) -> None:
    """EDIT-2."""
    order = sandbox.disputed()
    answer = sandbox.ask("buyer", "edit", order, explanation="Look at this.", evidence=["evd_nobodys"])
    line = refused(answer, "unknown_evidence")["instead"]
    assert line.endswith("""-d '{"explanation": "Look at this."}'""")


def test_a_refusal_before_shipping_tells_the_way_out_that_costs_nothing(sandbox: Sandbox) -> None:
    """ORD-3."""
    order = sandbox.placed()
    wish = {"reason": "no_tracking", "remedy": "refund", "amount": usd("1.00"), "explanation": "Slow."}
    line = refused(sandbox.ask("buyer", "open_dispute", order, **wish), "not_shipped_yet")["instead"]
    assert f"/v1/orders/{order}/cancel" in line


def test_number_and_carrier_stay_when_delivery_days_are_put_right(sandbox: Sandbox) -> None:
    order = sandbox.placed()
    line = refused(sandbox.ask("seller", "ship", order, **TRACKED, delivery_days=1000), "delivery_too_late")["instead"]
    assert TRACKED["tracking_number"] in line


@pytest.mark.parametrize("body", [{"explanation": "Look."}, {"explanation": 1}])
def test_of_an_earlier_dispute_there_is_only_the_looking(sandbox: Sandbox, body: Json) -> None:
    """OPEN-7: what was taken back is over, also while a second dispute is open."""
    order = sandbox.withdrawn()
    earlier = sandbox.disputes[order]
    sandbox.do("buyer", "open_dispute", order, **sandbox.opening())
    problem = sandbox.call("buyer", "PATCH", f"/v1/disputes/{earlier}", json=body).json or {}
    assert problem["window"] is None
    looked = curl(sandbox.client, problem["instead"], sandbox.tokens["buyer"])
    assert looked.status_code == 200
    assert looked.request.method == "GET"


@pytest.mark.parametrize(
    "body",
    [
        {"amount": usd("1e999999999")},
        {"amount": usd("1e-999999999")},
        {"amount": usd("NaN")},
        {"amount": usd("9" * 5000)},
        {"amount": {"amount": 5, "currency": "XXX"}},
        {"amount": {"amount": [None, None], "currency": "USD"}},
        {"amount": [], "remedy": ["refund"], "evidence": "evd_x"},
        {"remedy": "x" * 900_000},
        {f"explanatio{number}": 1 for number in range(20_000)},
    ],
    ids=["huge", "tiny", "no number", "long", "no text", "a list for a number", "lists", "a long word", "many names"],
)
def test_nonsense_is_refused_and_leads_nowhere_by_itself(sandbox: Sandbox, body: Json) -> None:
    order = sandbox.disputed()
    before = sandbox.dispute(order)
    problem = refused(sandbox.ask("buyer", "edit", order, **body), "malformed")
    answer = curl(sandbox.client, problem["instead"], sandbox.tokens["buyer"])
    assert answer.status_code in (200, 422)
    assert sandbox.dispute(order)["explanation"] == before["explanation"]
