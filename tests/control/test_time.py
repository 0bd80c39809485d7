"""Time over HTTP: edges of deadlines, journeys in pieces, chains without end, and a forecast that comes true."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.domain.engine import MAX_FIRINGS, Engine, Step

from ..conftest import MakeSandbox
from ..dumping import dump
from ..sandbox import Sandbox

ENDS = "2026-01-08T12:00:00Z"


@pytest.mark.parametrize(
    ("edge", "lands", "status"),
    [
        ("before", "2026-01-08T11:59:59Z", "awaiting_shipment"),
        ("at", ENDS, "cancelled"),
        ("after", "2026-01-08T12:00:01Z", "cancelled"),
    ],
)
@pytest.mark.parametrize("way", [{"to_next": True}, {"by": "P7D"}, {"to": ENDS}], ids=["to_next", "by", "to"])
def test_a_journey_ends_on_the_side_of_the_instant_that_was_asked_for(
    way: dict[str, Any], edge: str, lands: str, status: str, sandbox: Sandbox
) -> None:
    order = sandbox.placed()
    moved = sandbox.control("POST", "/clock/advance", json=way | {"edge": edge})
    assert (moved["to"], sandbox.now(), sandbox.order(order)["status"]) == (lands, lands, status)
    assert [timer["at"] for timer in moved["fired"]] == ([] if edge == "before" else [ENDS])


def test_before_the_next_deadline_one_can_stay_and_then_go_past_it(sandbox: Sandbox) -> None:
    sandbox.placed()
    for _ in range(2):
        assert sandbox.advance(to_next=True, edge="before") == []
        assert sandbox.now() == "2026-01-08T11:59:59Z"
    assert [timer["rule"] for timer in sandbox.advance(by="PT1S")] == ["ORD-2"]


def test_a_second_before_now_is_backwards(sandbox: Sandbox) -> None:
    answer = sandbox.client.post(f"{sandbox.path}/clock/advance", json={"by": "PT0S", "edge": "before"})
    assert (answer.status_code, (answer.json or {})["code"]) == (409, "clock_backwards")


def test_with_a_limit_a_journey_comes_in_pieces_that_are_the_whole(make_sandbox: MakeSandbox) -> None:
    wish = {"world": "small", "seed": "pieces"}
    whole = make_sandbox(**wish)
    fired = whole.advance(by="P90D")
    whole_timeline = whole.pages("/timeline?limit=1000")
    whole.control("DELETE")
    box = make_sandbox(**wish)
    pieces, body = [], {"by": "P90D", "limit": 3}
    while body is not None:
        moved = box.control("POST", "/clock/advance", json=body)
        assert moved["from"] <= moved["to"]
        pieces.append(moved["fired"])
        body = moved["next"]
    assert [timer for piece in pieces for timer in piece] == fired
    assert len(pieces) > 3
    # Timers of one instant are never parted.
    instants = [{timer["at"] for timer in piece} for piece in pieces]
    assert not any(instants[i] & instants[i + 1] for i in range(len(pieces) - 1))
    assert box.pages("/timeline?limit=1000") == whole_timeline


def test_between_two_pieces_the_clock_stands_where_everything_before_has_happened(make_sandbox: MakeSandbox) -> None:
    box = make_sandbox(world="small")
    moved = box.control("POST", "/clock/advance", json={"by": "P90D", "limit": 1})
    assert box.now() == moved["to"] == moved["fired"][-1]["at"]
    assert moved["next"]["to"] > moved["to"]
    assert all(foreseen["at"] > moved["to"] for foreseen in box.forecast())
    assert box.audit()["ok"]


def test_timers_that_a_firing_starts_fire_in_the_same_jump_each_at_its_own_instant(sandbox: Sandbox) -> None:
    """The seller never confirms the return, which then counts as confirmed (RET-4), and that starts the refund's own way (PAY-1)."""
    order = sandbox.sent_back()
    fired = sandbox.advance(by="P400D")
    assert [timer["rule"] for timer in fired][-1] == "PAY-1"
    assert len(fired) > 1
    assert [timer["at"] for timer in fired] == sorted(timer["at"] for timer in fired)
    assert [timer["at"] for timer in fired] == [line["at"] for line in sandbox.pages(f"/timeline?limit=100&order={order}")][-len(fired) :]


def test_timers_without_end_are_a_clear_error_and_move_nothing(sandbox: Sandbox, app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    order = sandbox.placed()
    before = dump(app)
    carry_out = Engine._carry_out

    def in_vain(engine: Engine, row: Any, case: Any) -> Step:
        was = case.order
        return carry_out(engine, row, case)._replace(order=was)

    monkeypatch.setattr(Engine, "_carry_out", in_vain)
    for send in (
        lambda: sandbox.client.post(f"{sandbox.path}/clock/advance", json={"by": "P30D"}),
        lambda: sandbox.client.get(f"{sandbox.path}/forecast"),
    ):
        answer = send()
        problem = answer.json or {}
        assert (answer.status_code, problem["code"], problem["rule"]) == (500, "endless_timers", "TIME-2")
        assert order in problem["detail"]
        assert "ORD-2" in problem["detail"]
    assert dump(app) == before
    assert MAX_FIRINGS < 1000


def test_a_forecast_comes_in_pages_that_are_the_whole(make_sandbox: MakeSandbox) -> None:
    box = make_sandbox(world="small")
    whole = box.forecast()
    assert box.pages("/forecast?limit=1") == box.pages("/forecast?limit=7") == whole
    assert [line["at"] for line in whole] == sorted(line["at"] for line in whole)
    until = whole[len(whole) // 2]["at"]
    assert box.forecast(f"&until={until}") == [line for line in whole if line["at"] <= until]
    for order in {line["order"] for line in whole}:
        assert box.forecast(f"&order={order}") == [line for line in whole if line["order"] == order]


def test_a_forecast_tells_the_money_that_then_moves(make_sandbox: MakeSandbox) -> None:
    box = make_sandbox(world="small")
    foreseen = [{name: line[name] for name in ("at", "rule", "order", "dispute", "to", "money")} for line in box.forecast()]
    fired = [{name: line[name] for name in ("at", "rule", "order", "dispute", "to", "money")} for line in box.advance(by="P2000D")]
    assert fired == foreseen
    assert any(line["money"] for line in fired)
    assert box.forecast() == []


def test_the_timeline_tells_who_did_what_by_which_rule_with_what_money(sandbox: Sandbox) -> None:
    order = sandbox.placed()
    sandbox.wait("P7D")
    lines = sandbox.pages("/timeline?limit=1")
    assert [(line["at"], line["by"], line["action"], line["rule"], line["order"]) for line in lines] == [
        ("2026-01-01T12:00:00Z", "buyer", "place_order", "ORD-1", order),
        (ENDS, "system", lines[1]["action"], "ORD-2", order),
    ]
    assert [[(moved["from"], moved["to"], moved["amount"]["amount"]) for moved in line["money"]] for line in lines] == [
        [("outside", "escrow", "100.00")],
        [("escrow", "refunded", "100.00")],
    ]
    assert sandbox.pages(f"/timeline?limit=100&since={ENDS}") == lines[1:]
    for path in ("/timeline", "/forecast"):
        assert sandbox.client.get(f"{sandbox.path}{path}?order=ord_none").status_code == 404
