"""State-machine coverage: what counts as met, what could be met, where the counts are kept, and what counting costs a call."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask import Flask
from flask.testing import FlaskClient
from freezegun import freeze_time
from sqlalchemy import text

from emulator import coverage, tally, travel
from emulator.app import create_app
from emulator.coverage import KINDS, LOCKED, TABLES
from emulator.domain.engine import table_for
from emulator.domain.refusals import REFUSALS
from emulator.domain.rules import RULES
from emulator.domain.rulesets import LEGACY, RULESETS, STANDARD, build_settings
from emulator.http.schemas import answered
from emulator.store import tallies
from emulator.store.tables import db

from .conftest import MakeApp, MakeSandbox
from .sandbox import Json, Sandbox, usd

PATH = "/_emulator/coverage"
# Rules under which a dispute can be appealed, and opened as soon as the order ships.
APPEALS: dict[str, Any] = {"ruleset": "legacy", "settings": {"tracking_reasons_from": "shipped"}}


def told(client: FlaskClient, sandbox: Sandbox | None = None) -> Json:
    """The report: of a sandbox, or of everything."""
    answer = client.get(PATH + ("" if sandbox is None else f"?sandbox={sandbox.id}"))
    assert answer.status_code == 200, answer.text
    body: Json = answer.json or {}
    return body


def met(client: FlaskClient, kind: str, sandbox: Sandbox | None = None) -> dict[str, int]:
    """What was met of a kind, and how often."""
    return {entry["name"]: entry["hits"] for entry in told(client, sandbox)[kind]["met"]}


def names(part: list[Json]) -> set[str]:
    return {entry["name"] for entry in part}


def everything(client: FlaskClient) -> dict[str, dict[str, int]]:
    return {kind: met(client, kind) for kind in KINDS}


# ── rows and timers ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_before_the_first_call_nothing_was_met_and_all_of_the_standard_table_is_missing(client: FlaskClient) -> None:
    report = told(client)
    assert (report["sandbox"], report["locked"], report["tables"]) == (None, False, [])
    rows = {row.name for row in table_for(STANDARD).rules}
    assert names(report["rows"]["missing"]) | names(report["timers"]["missing"]) == rows
    for kind in KINDS:
        assert (report[kind]["hit"], report[kind]["percent"], report[kind]["met"]) == (0, 0.0, [])
        assert report[kind]["total"] == len(report[kind]["missing"]) > 10
    entry = next(entry for entry in report["rows"]["missing"] if entry["name"] == "cancel_claim")
    row = next(row for row in RULES if row.name == "cancel_claim")
    assert entry == {
        "name": "cancel_claim", "says": row.says, "by": "buyer", "rule": "CLM-7", "source": row.source, "href": "/v1/rules/CLM-7", "hits": 0
    }  # fmt: skip


def test_a_row_is_met_each_time_it_is_carried_out_and_not_when_it_is_refused(sandbox: Sandbox) -> None:
    order = sandbox.disputed()
    assert sandbox.ask("seller", "edit", order, explanation="Mine.").status_code == 403
    sandbox.do("buyer", "edit", order, explanation="One.")
    sandbox.do("buyer", "edit", order, explanation="Two.")
    assert met(sandbox.client, "rows") == {"place_order": 1, "ship": 1, "deliver_order": 1, "open_dispute": 1, "edit": 2}
    assert met(sandbox.client, "timers") == {}


def test_rows_that_leave_no_trace_are_met_too(sandbox: Sandbox) -> None:
    order = sandbox.in_claim()
    assert sandbox.ask("buyer", "view_solution", order).status_code == 409
    assert "view_solution" not in met(sandbox.client, "rows")
    sandbox.do("seller", "offer", order, remedy="refund", amount=usd("5.00"))
    sandbox.do("buyer", "view_solution", order)
    sandbox.do("buyer", "decline_solution", order)
    sandbox.do("carrier", "deliver", order)
    rows = met(sandbox.client, "rows")
    assert (rows["view_solution"], rows["decline_solution"], rows["deliver_order"]) == (1, 1, 2)


def _advanced(box: Sandbox, order: str) -> None:
    box.advance(by="P20D")


def _looked_at(box: Sandbox, order: str) -> None:
    box.order(order)


def _listed(box: Sandbox, order: str) -> None:
    box.get("buyer", "/v1/orders")


def _acted_upon(box: Sandbox, order: str) -> None:
    box.do("buyer", "send_message", order, text="Well?")


def _delivered(box: Sandbox, order: str) -> None:
    box.do("carrier", "deliver", order)


def _kept(box: Sandbox, order: str) -> None:
    box.control("POST", "/snapshots", json={})


def _branched(box: Sandbox, order: str) -> None:
    box.control("POST", "/fork", json={})


def _told(box: Sandbox, order: str) -> None:
    box.control("GET", "/timeline")


def _played(box: Sandbox, order: str) -> None:
    box.control("POST", "/scenarios/S14", json={})


@pytest.mark.parametrize("how", [_looked_at, _listed, _acted_upon, _delivered, _kept, _branched, _told, _played, _advanced])
def test_a_timer_is_met_once_however_it_was_found_out_that_it_is_due(
    how: Callable[[Sandbox, str], None], sandbox: Sandbox, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = sandbox.disputed()
    if how is not _advanced:
        # Time has passed, and nobody has looked since.
        with app.app_context(), db.engine.begin() as connection:
            connection.execute(text("UPDATE sandboxes SET clock_virtual = clock_virtual + 20 * 86400"))
    how(sandbox, order)
    sandbox.order(order)
    assert met(sandbox.client, "timers") == {"escalate_by_time": 1}
    assert met(sandbox.client, "timers", sandbox) == {"escalate_by_time": 1}
    assert met(sandbox.client, "states", sandbox)["in_dispute/mediating/processing/mediation/none"] == 1


def test_timers_that_a_moved_wall_makes_due_are_met_too(client: FlaskClient, app: Flask) -> None:
    with freeze_time("2026-03-02T09:00:00Z") as frozen:
        box = Sandbox(client, now=None, frozen=False)
        box.disputed()
        travel(frozen, by="P15D", app=app)
        assert met(client, "timers", box) == {"escalate_by_time": 1}


def test_what_a_world_began_with_a_story_and_loaded_orders_is_nobodys_doing(make_sandbox: MakeSandbox, client: FlaskClient) -> None:
    box = make_sandbox(world="small")
    box.control("POST", "/scenarios/S14", json={})
    box.control("POST", "/load", json={"orders": 50})
    assert everything(client) == {kind: {} for kind in KINDS}
    fired = [entry["rule"] for entry in box.advance(by="P10D")]
    assert sum(met(client, "timers").values()) == len(fired) > 5


# ── refusals ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_no_is_counted_where_it_belongs(sandbox: Sandbox, make_sandbox: MakeSandbox) -> None:
    client, other = sandbox.client, make_sandbox()
    order = sandbox.placed()
    for no in range(2):
        assert sandbox.ask("buyer", "ship", order).status_code == 403, no
    sandbox.ask("buyer", "open_dispute", order, reason="bored")
    sandbox.ask("seller", "ship", order, delivery_days=0)
    sandbox.call("buyer", "GET", "/v1/nowhere")
    sandbox.call("buyer", "DELETE", "/v1/orders")
    client.post(f"{sandbox.path}/clock/advance", json={"by": "P1D", "to": "2026-01-01T00:00:00Z"})
    client.post(f"{sandbox.path}/snapshots/snp_none/restore")
    here = {
        "wrong_role": 2, "malformed": 2, "delivery_too_late": 1, "no_such_path": 1, "method_not_allowed": 1, "not_found": 1
    }  # fmt: skip
    assert met(client, "refusals", sandbox) == here
    other.call("seller", "GET", f"/v1/orders/{order}")
    assert met(client, "refusals", other) == {"not_found": 1}
    # Whoever brings no token that is anybody's is in no sandbox.
    client.get(f"/v1/orders/{order}")
    client.get("/v1/me", headers={"Authorization": "Bearer nobody"})
    client.get("/nowhere")
    client.get("/_emulator/sandboxes/sbx_none")
    assert met(client, "refusals", sandbox) == here
    assert met(client, "refusals") == here | {"not_found": 3, "unauthenticated": 2, "no_such_path": 2}


def test_a_missing_key_is_a_no_that_can_be_met_only_where_there_is_one(make_app: MakeApp) -> None:
    open_to_all, shut = make_app().test_client(), make_app(key="sesame").test_client()
    assert "emulator_key_required" in names(told(open_to_all)["refusals"]["beyond"])
    shut.environ_base["HTTP_X_EMULATOR_KEY"] = "sesame"
    report = told(shut)
    assert report["locked"]
    assert "emulator_key_required" in names(report["refusals"]["missing"])
    assert shut.get(PATH, headers={"X-Emulator-Key": "wrong"}).status_code == 401
    assert shut.delete(PATH, headers={"X-Emulator-Key": "wrong"}).status_code == 401
    assert met(shut, "refusals") == {"emulator_key_required": 2}
    assert shut.delete(PATH).status_code == 204
    assert "emulator_key_required" in names(told(shut)["refusals"]["missing"])


# ── states ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_state_is_met_by_whoever_comes_into_it_and_not_by_staying(sandbox: Sandbox) -> None:
    order = sandbox.disputed()
    sandbox.do("buyer", "edit", order, explanation="So.")
    assert met(sandbox.client, "states") == {
        "awaiting_shipment/none/none/none/none": 1,
        "awaiting_confirmation/none/none/none/none": 1,
        "in_dispute/waiting_for_seller/none/none/none": 1,
    }
    sandbox.do("seller", "refuse", order, reason="No.")
    sandbox.do("buyer", "edit", order, explanation="And so.")
    sandbox.wait("P15D")
    states = told(sandbox.client)["states"]["met"]
    assert {entry["says"]: entry["hits"] for entry in states} == {
        "order awaiting shipment": 1,
        "order awaiting confirmation": 1,
        "order in dispute, dispute waiting for seller": 2,
        "order in dispute, dispute waiting for buyer": 1,
        "order in dispute, dispute mediating, claim processing, mediation": 1,
    }


# ── edges of deadlines ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_act_beside_a_deadline_is_met_on_its_side_granted_or_refused(sandbox: Sandbox) -> None:
    order = sandbox.placed()
    sandbox.advance(to_next=True, edge="before")
    sandbox.do("seller", "extend_processing", order, days=1)
    assert met(sandbox.client, "edges") == {"processing_time_ends:before": 1}
    sandbox.advance(to_next=True, edge="before")
    assert sandbox.ask("buyer", "ship", order).status_code == 403
    assert met(sandbox.client, "edges") == {"processing_time_ends:before": 2}
    sandbox.wait("PT1S")
    assert sandbox.ask("seller", "ship", order).status_code == 409
    sandbox.do("buyer", "send_message", order, text="Oh.")
    assert met(sandbox.client, "edges") == {"processing_time_ends:before": 2, "processing_time_ends:at": 2}
    sandbox.wait("PT1S")
    assert sandbox.ask("seller", "ship", order).status_code == 409
    assert met(sandbox.client, "edges") == {"processing_time_ends:before": 2, "processing_time_ends:at": 2, "processing_time_ends:after": 1}


def test_where_nobody_acts_or_two_seconds_away_or_on_another_order_no_side_is_met(sandbox: Sandbox) -> None:
    order = sandbox.placed()
    sandbox.wait("PT10S")
    other = sandbox.placed()
    sandbox.advance(to_next=True, edge="before")
    sandbox.order(order)
    sandbox.do("seller", "extend_processing", other, days=1)
    sandbox.wait("PT1S")
    sandbox.get("buyer", "/v1/orders")
    sandbox.do("seller", "extend_processing", other, days=1)
    # What never reaches the order is no act upon it.
    assert sandbox.ask("seller", "ship", order, carrier=7).status_code == 422
    sandbox.wait("PT2S")
    assert sandbox.ask("seller", "ship", order).status_code == 409
    late = sandbox.placed()
    sandbox.advance(to="2026-01-20T12:00:00Z")
    assert sandbox.ask("seller", "ship", late).status_code == 409
    assert met(sandbox.client, "edges") == {}


def test_a_timer_that_is_found_out_by_the_act_itself_has_fired_before_it(sandbox: Sandbox, app: Flask) -> None:
    def later(seconds: int) -> None:
        with app.app_context(), db.engine.begin() as connection:
            connection.execute(text(f"UPDATE sandboxes SET clock_virtual = clock_virtual + {seconds}"))

    order = sandbox.disputed()
    later(15 * 86400)
    sandbox.do("buyer", "send_message", order, text="Well?")
    assert met(sandbox.client, "edges") == {"escalate_by_time:at": 1}
    later(1)
    assert sandbox.ask("buyer", "view_solution", order).status_code == 409
    assert met(sandbox.client, "edges") == {"escalate_by_time:at": 1, "escalate_by_time:after": 1}


def test_so_has_what_it_finds_out_while_the_next_deadline_is_a_second_away(make_sandbox: MakeSandbox, app: Flask) -> None:
    box = make_sandbox(ruleset="legacy", settings={"tracking_reasons_from": "shipped", "refund_business_days": [7, 7]})
    order = box.ruled("buyer", amount=usd("30.00"))
    box.do("buyer", "appeal", order, explanation="More.")
    box.wait("PT1S")
    box.do("mediator", "ask", order, to="buyer", question="Why?")
    refund = box.order(order)["refund"]["due_at"]
    assert box.forecast(f"&order={order}")[1]["at"] == refund.replace("00Z", "01Z")
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text(f"UPDATE sandboxes SET clock_virtual = {int(datetime.fromisoformat(refund).timestamp())}"))
    box.do("buyer", "send_message", order, text="Well?")
    assert met(box.client, "edges") == {"refund_arrives_during_appeal:at": 1, "buyer_silent_in_appeal:before": 1}


def test_what_only_looks_is_an_act_as_well_where_it_is_a_row_of_the_table(sandbox: Sandbox) -> None:
    order = sandbox.asked("seller")
    sandbox.do("seller", "offer", order, remedy="refund", amount=usd("5.00"))
    sandbox.advance(to_next=True, edge="before")
    sandbox.do("buyer", "view_solution", order)
    assert met(sandbox.client, "edges") == {"seller_silent:before": 1}


def test_a_timer_that_moves_no_status_has_sides_too(make_sandbox: MakeSandbox) -> None:
    box = make_sandbox(**APPEALS)
    order = box.ruled("buyer", amount=usd("30.00"))
    box.do("buyer", "appeal", order, explanation="More.")
    for edge, by in (("before", {"to_next": True, "edge": "before"}), ("at", {"by": "PT1S"}), ("after", {"by": "PT1S"})):
        fired = box.advance(**by)
        assert [timer["rule"] for timer in fired] == (["PAY-1"] if edge == "at" else [])
        box.do("buyer", "send_message", order, text="And?")
        assert f"refund_arrives_during_appeal:{edge}" in met(box.client, "edges")


def test_once_somebody_has_moved_the_order_the_deadline_is_behind_it(sandbox: Sandbox) -> None:
    order = sandbox.disputed()
    sandbox.advance(to_next=True)
    sandbox.do("mediator", "rule", order, in_favor_of="seller", explanation="So it is.")
    sandbox.wait("PT1S")
    sandbox.do("buyer", "send_message", order, text="Oh.")
    assert met(sandbox.client, "edges") == {"escalate_by_time:at": 1}


def test_of_timers_that_share_an_instant_those_count_that_will_fire(make_sandbox: MakeSandbox) -> None:
    box = make_sandbox(settings={"protection_days": 15, "delivery_days": 10, "protection_end_closes_dispute": True, "negotiation_days": 15})
    order = box.disputed()
    box.advance(to_next=True, edge="before")
    box.do("buyer", "send_message", order, text="Well?")
    # The dispute would escalate at that very instant, were it still open then (TIME-2).
    assert met(box.client, "edges") == {"protection_ends_in_negotiation:before": 1}
    assert box.wait("PT1S") == ["ORD-8"]


def test_a_timer_that_fires_because_of_the_act_has_not_fired_before_it(make_sandbox: MakeSandbox) -> None:
    """The protection of an order ran out during its dispute; with the dispute withdrawn, that takes effect at once."""
    box = make_sandbox(settings={"negotiation_days": 70, "dispute_days_after_protection": 60})
    order = box.disputed()
    assert box.wait("P70D") == ["ESC-2"]
    box.do("buyer", "cancel", order, reason="other", comment="x", confirm=True)
    assert (met(box.client, "timers"), box.order(order)["status"]) == ({"escalate_by_time": 1, "protection_ends": 1}, "finished")
    assert met(box.client, "edges") == {"escalate_by_time:at": 1}


@pytest.mark.parametrize(("edge", "status"), [("before", 201), ("at", 409), ("after", 409)])
def test_the_end_of_a_window_is_met_by_whoever_asks_for_what_it_ends(edge: str, status: int, sandbox: Sandbox) -> None:
    order = sandbox.delivered()
    sandbox.do("buyer", "confirm_receipt", order)
    ends = sandbox.order(order)["dispute_window_ends_at"]
    sandbox.advance(to=ends, edge=edge)
    sandbox.do("buyer", "send_message", order, text="Hm.")
    sandbox.ask("seller", "open_dispute", order, **sandbox.opening(reason="defective"))
    assert met(sandbox.client, "edges") == {}
    assert sandbox.ask("buyer", "open_dispute", order, **sandbox.opening(reason="defective")).status_code == status
    assert met(sandbox.client, "edges") == {f"open_dispute:{edge}": 1}


@pytest.mark.parametrize(("edge", "status"), [("before", 200), ("at", 409), ("after", 409)])
def test_so_is_the_end_of_the_time_to_appeal(edge: str, status: int, make_sandbox: MakeSandbox) -> None:
    box = make_sandbox(**APPEALS)
    order = box.ruled("seller")
    until = next(entry["until"] for entry in box.dispute(order)["allowed_actions"] if entry["action"] == "appeal")
    box.advance(to=until, edge=edge)
    assert box.ask("buyer", "appeal", order, explanation="No.").status_code == status
    assert met(box.client, "edges") == {f"appeal:{edge}": 1}


# ── what could be met ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_the_settings_of_a_run_leave_out_is_beyond_it_with_the_reason(make_sandbox: MakeSandbox, client: FlaskClient) -> None:
    standard, legacy = make_sandbox(), make_sandbox(ruleset="legacy")
    standard.placed()
    report = told(client)
    beyond = {entry["name"]: entry["why"] for kind in KINDS for entry in report[kind]["beyond"]}
    assert beyond["appeal"] == "Only under other settings (`appeal_days`), as in the ruleset legacy."
    assert beyond["edit_in_claim"] == "Only under other settings (`edit_in_claim`)."
    assert beyond["buyer_silent_in_appeal"] == beyond["appeal"]
    assert beyond["buyer_silent_in_appeal:at"] == beyond["appeal"]
    assert beyond["in_dispute/mediating/processing/appeal/none"] == "Only under other settings, as in the ruleset legacy."
    assert beyond["appeal_too_late"] == "Only under other settings, as in the ruleset legacy."
    assert beyond["uri_too_long"] == beyond["headers_too_large"] == "The server in front answers with it, before the emulator is asked."
    assert beyond["endless_timers"] == "Only a fault of the emulator itself brings it about."
    assert "cancel_closes_order" in beyond
    legacy.placed()
    both = told(client)
    assert sorted(len(table["rows"]) for table in both["tables"]) == [4, 7]
    left = {entry["name"] for kind in ("rows", "timers") for entry in both[kind]["beyond"]}
    assert left == {
        "protection_ends_in_negotiation", "edit_in_claim", "cancel_while_mediating_closes_order", "cancel_counts_as_cancelling_the_claim"
    }  # fmt: skip
    # A sandbox is measured against its own table, whether anything was met in it or not.
    assert "appeal" in names(told(client, standard)["rows"]["beyond"])
    fresh = make_sandbox(ruleset="legacy")
    assert (told(client, fresh)["rows"]["hit"], "appeal" in names(told(client, fresh)["rows"]["missing"])) == (0, True)


@pytest.mark.parametrize("ruleset", RULESETS)
def test_a_table_could_meet_its_own_rows_and_no_others(ruleset: str) -> None:
    table = table_for(RULESETS[ruleset])
    could = coverage.could_meet([coverage.table_item(table)[1]])
    assert {name for kind, name in could if kind in ("rows", "timers")} == {row.name for row in table.rules}
    sides = {(name.partition(":")[0], name.partition(":")[2]) for kind, name in could if kind == "edges"}
    assert sides == {(row.name, side) for row in table.rules if row.due or row.until for side in ("before", "at", "after")}
    assert could <= set(coverage.entries())
    of_appeals = {"not_in_an_appeal", "no_return_in_appeal", "ruling_below_first", "appealed_already", "appeal_too_late"}
    away = {"database_unreachable", "database_busy", "storage_full", "outcome_unknown"}
    never = {"uri_too_long", "headers_too_large", "endless_timers", "emulator_key_required", "sandboxes_over_limit"} | away
    missing = {refusal.code for refusal in REFUSALS} - {name for kind, name in could if kind == "refusals"}
    assert missing == (never if ruleset == "legacy" else never | of_appeals)


def test_under_some_settings_everything_can_be_met_but_what_no_call_brings_about() -> None:
    wishes: list[dict[str, Any]] = [
        {"edit_in_claim": True},
        {"protection_end_closes_dispute": True},
        {"cancel_while_mediating": "cancel_claim"},
        {"cancel_closes_order": True, "reopen_after_cancel": False},
        {"appeal_days": 7},
    ]
    all_settings = [STANDARD, LEGACY, *(build_settings("standard", wish) for wish in wishes)]
    could = coverage.could_meet([*(coverage.table_item(table_for(settings))[1] for settings in all_settings), LOCKED[1]])
    assert {name for _, name in set(coverage.entries()) - could} == {
        *("uri_too_long", "headers_too_large", "endless_timers", "foreign_origin", "sandboxes_over_limit"),
        *("database_unreachable", "database_busy", "storage_full", "outcome_unknown"),
    }


def test_what_was_met_could_be_met_whatever_the_table_says() -> None:
    standard = coverage.table_item(table_for(STANDARD))
    report = coverage.report({standard: 1, ("refusals", "uri_too_long"): 2, ("rows", "appeal"): 1, ("rows", "of another version"): 1})
    assert report["refusals"]["met"][0] | {"says": ""} == {
        "name": "uri_too_long", "says": "", "by": None, "rule": None, "source": None, "href": "/problems/uri_too_long", "hits": 2
    }  # fmt: skip
    assert names(report["rows"]["met"]) == {"appeal"}
    assert not {"appeal", "uri_too_long"} & {entry["name"] for kind in KINDS for entry in report[kind]["beyond"]}


@pytest.mark.parametrize(("hit", "total", "shown"), [(0, 3, 0.0), (2, 3, 66.6), (1999, 2000, 99.9), (3, 3, 100.0), (0, 0, 100.0)])
def test_a_percentage_is_rounded_down_so_that_a_hundred_means_all(hit: int, total: int, shown: float) -> None:
    assert coverage.percent(hit, total) == shown


def test_a_report_knows_the_counts_it_was_made_of_and_what_came_since() -> None:
    legacy = coverage.table_item(table_for(LEGACY))
    counts = {legacy: 5, LOCKED: 1, ("rows", "ship"): 2, ("edges", "appeal:at"): 1}
    assert coverage.counts_of(coverage.report(counts)) == counts
    more = counts | {("rows", "ship"): 3, ("refusals", "malformed"): 1}
    assert coverage.since(counts, more) == {("rows", "ship"): 1, ("refusals", "malformed"): 1, LOCKED: 1}
    assert coverage.since(more, counts) == counts, "somebody has begun anew"
    assert coverage.since({}, {("rows", "ship"): 1}) == {("rows", "ship"): 1}


def test_what_was_never_met_is_told_in_lines_and_a_deadline_in_one() -> None:
    report = coverage.report(
        {("edges", "escalate_by_time:at"): 1, ("edges", "appeal:at"): 1, ("states", "finished/none/none/none/none"): 1}
    )
    lines = {name: (rule, says) for rule, name, says in coverage.never_met(report, "edges")}
    assert lines["escalate_by_time"] == ("ESC-2", "before, after")
    assert lines["protection_ends"] == ("ORD-6", "before, at, after")
    assert "appeal" not in lines, "its other sides are beyond, so nothing of it is missing"
    assert ("", "malformed", "The request is malformed.") in coverage.never_met(report, "refusals")
    states = coverage.never_met(report, "states")
    assert ("", "", "order awaiting shipment") in states
    assert ("", "", "order finished") not in states


# ── sandboxes come and go ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_reset_and_a_restored_world_keep_what_was_met_and_a_fork_begins_with_nothing(sandbox: Sandbox, patient: None) -> None:
    client = sandbox.client
    kept = sandbox.control("POST", "/snapshots", json={})
    for back in ("/reset", f"/snapshots/{kept['id']}/restore"):
        for _ in range(3):
            sandbox.placed()
        sandbox.control("POST", back)
    assert met(client, "rows", sandbox) == {"place_order": 6}
    fork = sandbox.control("POST", "/fork", json={})["id"]
    assert (client.get(f"{PATH}?sandbox={fork}").json or {})["rows"]["hit"] == 0
    assert met(client, "rows") == {"place_order": 6}


def test_what_a_sandbox_has_met_stays_when_it_is_deleted_but_not_for_the_next_of_its_name(make_sandbox: MakeSandbox, app: Flask) -> None:
    first = make_sandbox(seed="s")
    client = first.client
    first.placed()
    first.placed()
    first.ask("buyer", "ship", "ord_none")
    first.control("DELETE")
    assert client.get(f"{PATH}?sandbox={first.id}").status_code == 404
    assert met(client, "rows") == {"place_order": 2}
    again = make_sandbox(seed="s")
    assert again.id == first.id
    assert told(client, again)["rows"]["hit"] == 0
    again.placed()
    assert met(client, "rows", again) == {"place_order": 1}
    assert met(client, "rows") == {"place_order": 3}
    with app.app_context(), db.engine.connect() as connection:
        owners = {row[0] for row in connection.execute(text("SELECT DISTINCT sandbox FROM tallies"))}
    assert owners == {tallies.NOBODY, again.id}


def test_begun_anew_nothing_was_met_yet(sandbox: Sandbox) -> None:
    client = sandbox.client
    sandbox.placed()
    client.get("/nowhere")
    answer = client.delete(PATH)
    assert (answer.status_code, answer.data) == (204, b"")
    assert everything(client) == {kind: {} for kind in KINDS}
    assert told(client)["tables"] == []
    sandbox.placed()
    assert (met(client, "rows"), met(client, "refusals")) == ({"place_order": 1}, {})


def test_a_report_is_asked_for_as_it_says_and_answers_as_it_says(sandbox: Sandbox) -> None:
    sandbox.placed()
    client = sandbox.client
    for path, code in ((f"{PATH}?sandbox=sbx_none", "not_found"), (f"{PATH}?colour=red", "malformed"), (f"{PATH}?sandbox=", "malformed")):
        assert (client.get(path).json or {})["code"] == code
    assert (client.delete(f"{PATH}?sandbox={sandbox.id}").json or {})["code"] == "malformed"
    for path in (PATH, f"{PATH}?sandbox={sandbox.id}"):
        assert answered.Coverage().load(client.get(path).json or {})
    assert client.get(f"{PATH}?sandbox={sandbox.id}").headers["Date"] == "Thu, 01 Jan 2026 12:00:00 GMT"
    page = client.get(PATH, headers={"Accept": "text/html"})
    assert (page.mimetype, "Accept" in page.headers["Vary"]) == ("text/html", True)
    assert "<code>cancel_claim</code>" in page.text
    assert 'href="/v1/rules/CLM-7"' in page.text


# ── where it is kept ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is only counted waits until somebody asks."""
    monkeypatch.setattr(tally, "WAIT_SECONDS", 1e9)


@pytest.fixture
def writes(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was written, each time something was."""
    written: list[Any] = []
    real = tallies.add
    monkeypatch.setattr(tallies, "add", lambda session, by_world: (written.append(by_world), real(session, by_world)))
    return written


def test_what_is_known_is_not_written_again_with_every_call(sandbox: Sandbox, patient: None, writes: list[Any]) -> None:
    order = sandbox.disputed()
    sandbox.do("buyer", "edit", order, explanation="New.")
    sandbox.ask("seller", "edit", order, explanation="Mine.")
    known = len(writes)
    assert known == 6, "each call has met something new"
    for number in range(3):
        sandbox.do("buyer", "edit", order, explanation=f"And {number}.")
        sandbox.ask("seller", "edit", order, explanation="Mine.")
        sandbox.get("buyer", "/v1/orders")
    assert len(writes) == known
    assert met(sandbox.client, "rows")["edit"] == 4
    assert met(sandbox.client, "refusals") == {"only_the_buyer_edits": 4}
    assert len(writes) == known + 1, "it is written before it is told"


def test_what_is_known_is_written_after_many_calls_or_a_while(
    sandbox: Sandbox, patient: None, writes: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tally, "WAIT_CALLS", 4)
    path = f"/v1/orders/{sandbox.placed()}/ship"
    before = len(writes)
    for _ in range(9):
        sandbox.call("buyer", "POST", path, json={})
    assert [sum(world.values()) for counts in writes[before:] for world in counts.values()] == [2, 8, 8]
    monkeypatch.setattr(tally, "WAIT_SECONDS", 0.0)
    sandbox.call("buyer", "POST", path, json={})
    assert len(writes) == before + 4


def test_a_restart_forgets_nothing(make_app: MakeApp, patient: None) -> None:
    app = make_app()
    box = Sandbox(app.test_client())
    for _ in range(5):
        box.placed()
    before = everything(app.test_client())
    for _ in range(2):
        box.placed()
    app.extensions["dispute_emulator"].close()
    after = everything(make_app().test_client())
    assert after == before | {
        "rows": {"place_order": 7},
        "states": {"awaiting_shipment/none/none/none/none": 7},
    }


def test_every_process_knows_at_once_what_another_has_met_for_the_first_time(make_app: MakeApp, patient: None) -> None:
    """Two applications over one database are to each other what two workers are."""
    one, other = make_app(), make_app()
    box = Sandbox(one.test_client())
    same = Sandbox.__new__(Sandbox)
    same.__dict__.update(vars(box), client=other.test_client())
    order = box.placed()
    assert met(same.client, "rows", same) == {"place_order": 1}
    same.do("seller", "ship", order)
    box.do("carrier", "deliver", order)
    for client in (box.client, same.client):
        assert met(client, "rows", box) == {"place_order": 1, "ship": 1, "deliver_order": 1}
    for _ in range(4):
        same.placed()
        box.placed()
    # The numbers of the other lack what it has not written yet; what it writes is added, not put in the place of mine.
    assert met(box.client, "rows", box)["place_order"] == 6
    assert met(same.client, "rows", box)["place_order"] == 9
    assert met(box.client, "rows", box)["place_order"] == 9


def test_what_another_process_had_gathered_before_counting_began_anew_is_gone(make_app: MakeApp, patient: None) -> None:
    one, other = make_app(), make_app()
    box = Sandbox(one.test_client())
    for _ in range(3):
        box.placed()
    box.ask("buyer", "ship", "ord_none")
    assert other.test_client().delete(PATH).status_code == 204
    assert everything(other.test_client()) == {kind: {} for kind in KINDS}
    # What it does next belongs to the new term, though it has written the like before.
    box.ask("buyer", "cancel_order", "ord_none")
    box.shipped()
    assert met(box.client, "rows") == {"ship": 1}
    box.placed()
    assert met(other.test_client(), "rows") == {"place_order": 1, "ship": 1}


def test_what_another_process_writes_late_about_a_sandbox_that_is_gone_is_still_counted(make_app: MakeApp, patient: None) -> None:
    one, other = make_app(), make_app()
    box = Sandbox(one.test_client(), seed="s")
    for _ in range(3):
        box.placed()
    assert other.test_client().delete(box.path).status_code == 204
    again = Sandbox(other.test_client(), seed="s")
    assert again.id == box.id
    assert met(one.test_client(), "rows") == {"place_order": 3}
    assert told(one.test_client(), again)["rows"]["hit"] == 0


def test_counting_harms_no_call_and_is_made_up_for(
    app: Flask, client: FlaskClient, patient: None, caplog: pytest.LogCaptureFixture
) -> None:
    box = Sandbox(client)
    box.placed()
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE tallies RENAME TO elsewhere"))
    order = box.placed()
    box.do("seller", "ship", order)
    assert box.ask("seller", "ship", order).status_code == 409
    assert client.get("/nowhere").status_code == 404
    assert "Coverage could not be written" in caplog.text
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO tallies"))
    assert met(client, "rows") == {"place_order": 2, "ship": 1}
    assert met(client, "refusals") == {"not_awaiting_shipment": 1, "no_such_path": 1}


def test_of_many_sandboxes_only_some_are_remembered_and_all_are_counted(
    make_sandbox: MakeSandbox, client: FlaskClient, patient: None, writes: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tally, "MOST_WORLDS", 2)
    boxes = [make_sandbox() for _ in range(5)]
    for box in boxes * 2:
        box.placed()
    assert len(writes) == 10, "what was written of the first is forgotten when its turn comes again"
    boxes[-1].placed()
    assert len(writes) == 10
    boxes[-1].placed()
    assert met(client, "rows") == {"place_order": 12}
    assert [met(client, "rows", box)["place_order"] for box in boxes] == [2, 2, 2, 2, 4]


# ── many at once ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_of_calls_in_many_threads_each_is_counted_once(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "WAIT_CALLS", 7)
    boxes = [Sandbox(client) for _ in range(2)]

    def act(box: Sandbox) -> None:
        mine = Sandbox.__new__(Sandbox)
        mine.__dict__.update(vars(box), client=app.test_client())
        for _ in range(20):
            mine.placed()
            mine.ask("buyer", "ship", "ord_none")
            mine.client.get("/nowhere")

    threads = [threading.Thread(target=act, args=(box,)) for box in boxes * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert met(client, "refusals") == {"not_found": 80, "no_such_path": 80}
    assert [met(client, "rows", box) for box in boxes] == [{"place_order": 40}] * 2


WORKER = """
import sys
from emulator.app import create_app

url, token, store, number, calls = sys.argv[1:]
app = create_app(url, demo=False)
client = app.test_client()
print("ready", flush=True)
sys.stdin.readline()
headers = {"Authorization": f"Bearer {token}"}
body = {"store": store, "item": {"title": "Lamp", "quantity": 1}, "total": {"amount": "9.00", "currency": "USD"}}
for turn in range(int(calls)):
    placed = client.post("/v1/orders", headers=headers, json=body)
    assert placed.status_code == 201, placed.text
    client.post(f"/v1/orders/{placed.json['id']}/ship", headers=headers, json={})
    client.get("/nowhere")
    if turn == 10 and number == "0":
        made = client.post("/_emulator/sandboxes", json={"world": "empty", "seed": "short"}).json
        own = {"Authorization": f"Bearer {made['accounts'][0]['token']}"}
        client.get("/v1/nowhere", headers=own)
        client.delete(f"/_emulator/sandboxes/{made['id']}")
app.extensions["dispute_emulator"].close()
"""


def test_several_processes_over_one_database_lose_no_count(database_url: str) -> None:
    app = create_app(database_url, demo=False)
    client = app.test_client()
    box = Sandbox(client)
    processes, calls = 3, 60
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, database_url, box.tokens["buyer"], box.store, str(number), str(calls)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(processes)
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n", worker.communicate()[1]
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    for worker in workers:
        _, said = worker.communicate(timeout=60)
        assert (worker.returncode, said) == (0, "")
    assert met(client, "rows", box) == {"place_order": processes * calls}
    assert met(client, "refusals", box) == {"wrong_role": processes * calls}
    assert met(client, "refusals") == {"wrong_role": processes * calls, "no_such_path": processes * calls + 1}
    app.extensions["dispute_emulator"].close()


@contextmanager
def _server(database: str) -> Iterator[httpx.Client]:
    """The installed command, serving on a free port until the block ends; then it is told to stop."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if name != "EMULATOR_KEY"}
    command = [str(Path(sys.executable).parent / "dispute-emulator"), "serve", "--port", str(port), "--database", database]
    with (
        subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as server,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http,
    ):
        give_up = time.monotonic() + 60
        while True:
            try:
                http.get("/_emulator/health")
                break
            except httpx.TransportError:
                assert server.poll() is None
                assert time.monotonic() < give_up
                time.sleep(0.05)
        yield http
        server.terminate()
        _, said = server.communicate(timeout=30)
        assert "Coverage" not in said


def test_a_server_that_is_stopped_has_written_all_it_has_counted(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'kept.db'}"
    for times in (1, 2):
        with _server(database) as http:
            for _ in range(50):
                assert http.get("/v1/orders/ord_none", headers={"Authorization": "Bearer demo-buyer"}).status_code == 404
        app = create_app(database, demo=False)
        assert met(app.test_client(), "refusals")["not_found"] == 50 * times
        app.extensions["dispute_emulator"].close()


# ── listeners ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_listener_hears_what_every_application_of_the_process_meets(new_database: Callable[[str], str]) -> None:
    apps = [create_app(new_database("sqlite"), demo=False) for _ in range(2)]
    first, second = tally.listen(), tally.listen()
    Sandbox(apps[0].test_client()).placed()
    tally.leave(second)
    Sandbox(apps[1].test_client(), ruleset="legacy").placed()
    tally.leave(first)
    apps[1].test_client().get("/nowhere")
    assert (first["rows", "place_order"], second["rows", "place_order"]) == (2, 1)
    assert {kind for kind, _ in first} == {"rows", "states", TABLES}
    assert len([name for kind, name in first if kind == TABLES]) == 2
    for app in apps:
        app.extensions["dispute_emulator"].close()
