"""Worlds that are kept, gone back to and branched.

Nothing that is done in one is seen in another, and what comes back is what was, to the byte.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from freezegun import freeze_time
from hypothesis import given
from sqlalchemy import func, select

from emulator.store.tables import WORLD_TABLES, db

from ..conftest import MakeSandbox
from ..dumping import dump
from ..sandbox import Json, Sandbox, usd
from .commands import DAY, Past, Wanderer, alike, arrivals, examples, fork, led, pasts, rows, said, told_headers, written

WALL = datetime(2031, 5, 7, 8, 9, 10, tzinfo=UTC)


def snapshot(box: Sandbox, **wish: Any) -> str:
    return str(box.control("POST", "/snapshots", json=wish)["id"])


def restore(box: Sandbox, kept: str) -> Json:
    shown: Json = box.control("POST", f"/snapshots/{kept}/restore")
    return shown


def worlds_kept(app: Flask) -> int:
    """How many worlds have rows, whether anybody shows them or not."""
    with app.app_context(), db.engine.connect() as connection:
        found = {key for table in WORLD_TABLES for key in connection.execute(select(table.c.world).distinct()).scalars()}
        return len(found)


# ── branches ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_two_branches_of_one_order_do_not_see_each_other(sandbox: Sandbox) -> None:
    """In one the seller is silent, in the other he offers something else."""
    order = sandbox.disputed(evidence=[sandbox.evidence("buyer")])
    silent, offering = fork(sandbox, name="silent"), fork(sandbox, name="offering")
    source, stood = said(sandbox), said(silent)

    offering.do("seller", "refuse", order, reason="No.", solution={"remedy": "refund", "amount": usd("30.00")})
    offering.do("seller", "send_message", order, text="Take thirty.")
    photo = offering.evidence("seller")
    offering.do("buyer", "accept", order, solution=offering.current(order, "seller"))
    assert offering.dispute(order)["outcome"] == "accepted_by_buyer"
    assert said(silent) == stood
    assert silent.call("seller", "GET", f"/v1/evidence/{photo}").status_code == 404

    agreed = said(offering)
    assert [timer["rule"] for timer in silent.advance(by="P15D")] == ["ESC-2"]
    assert silent.dispute(order)["claim"]["status"] == "processing"
    assert said(offering) == agreed
    assert said(sandbox) == source
    assert silent.audit()["ok"]
    assert offering.audit()["ok"]


def test_a_branch_goes_on_with_the_same_world_so_the_same_calls_make_the_same_ids(make_sandbox: MakeSandbox) -> None:
    box = make_sandbox(world="small", seed="branch")
    box.disputed()
    one, other = fork(box), fork(box)
    assert len({box.id, one.id, other.id}) == 3
    assert one.ids == other.ids == box.ids
    assert alike(one) == alike(other) == alike(box)
    for branch in (one, other, box):
        branch.disputed(evidence=[branch.evidence("buyer", "again.png")])
    assert alike(one) == alike(other) == alike(box)


@pytest.mark.parametrize("seed", [None, "fixed"])
def test_a_token_belongs_to_one_branch_only(seed: str | None, make_sandbox: MakeSandbox) -> None:
    box = make_sandbox(**({} if seed is None else {"seed": seed}))
    order = box.placed()
    branches: list[Sandbox] = [box, fork(box), fork(box)]
    branches.append(fork(branches[1]))
    tokens = [token for branch in branches for token in branch.tokens.values()]
    assert len(set(tokens)) == len(tokens)
    for branch in branches:
        assert {branch.get(who, "/v1/me")["sandbox"] for who in branch.tokens} == {branch.id}
    branches[1].do("buyer", "cancel_order", order)
    assert [branch.order(order)["status"] for branch in branches] == ["awaiting_shipment", "cancelled"] + ["awaiting_shipment"] * 2
    branches[1].control("DELETE")
    assert branches[1].call("buyer", "GET", "/v1/me").status_code == 401
    assert [branch.get("buyer", "/v1/me")["sandbox"] for branch in (box, *branches[2:])] == [box.id, branches[2].id, branches[3].id]


def test_a_sandbox_that_is_made_anew_branches_beside_the_branches_of_the_one_before(make_sandbox: MakeSandbox) -> None:
    left = []
    for _ in range(3):
        box = make_sandbox(seed="again")
        left += [fork(box), fork(box)]
        box.control("DELETE")
    assert len({branch.id for branch in left}) == 6
    assert len({branch.tokens["buyer"] for branch in left}) == 6
    for branch in left:
        assert branch.placed()


def test_a_branch_is_named_as_wished_or_after_its_id(sandbox: Sandbox) -> None:
    assert fork(sandbox, name="the seller is silent").made["name"] == "the seller is silent"
    unnamed = fork(sandbox)
    assert unnamed.made["name"] == unnamed.id


def test_any_world_branches_into_one_that_is_the_same_and_then_lives_its_own_life(shared_app: Flask, database: str) -> None:
    client = shared_app.test_client()

    @examples(10 if database == "sqlite" else 2)
    @given(pasts())
    def holds(past: Past) -> None:
        with led(client, past) as box:
            before, listed = rows(shared_app, box), arrivals(shared_app, box)
            one = fork(box)
            other = fork(one)
            for branch in (one, other):
                assert (rows(shared_app, branch), arrivals(shared_app, branch)) == (before, listed)
                assert branch.now() == box.now()
            Wanderer(other, random.Random(1)).wander(10)
            other.advance(by="P100D")
            assert rows(shared_app, one) == before
            box.control("DELETE")
            assert rows(shared_app, one) == before
            assert one.audit()["ok"]
            assert other.audit()["ok"]
            box.made, box.id, box.path = one.made, one.id, one.path
            other.control("DELETE")

    holds()


def test_a_branch_that_is_reset_goes_back_to_the_world_that_its_origin_began_with(make_sandbox: MakeSandbox, app: Flask) -> None:
    box = make_sandbox(world="small", seed="origin")
    began = rows(app, box), box.now()
    box.disputed()
    box.advance(by="P3D")
    branch = fork(fork(box))
    stood = said(box)
    branch.control("POST", "/reset")
    assert (rows(app, branch), branch.now()) == began
    assert branch.placed()
    assert said(box) == stood


# ── snapshots ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_restored_a_world_answers_as_before_byte_for_byte_as_often_as_one_likes(shared_app: Flask, database: str) -> None:
    client = shared_app.test_client()

    @examples(10 if database == "sqlite" else 2)
    @given(pasts(("empty", "small")))
    def holds(past: Past) -> None:
        with led(client, past) as box:
            file = box.evidence(next(iter(box.tokens)))
            kept = snapshot(box, name="here")
            before, lay, listed = said(box, 2), rows(shared_app, box), arrivals(shared_app, box)
            assert len(before) > 50
            assert any(path.startswith("/v1/evidence/") and status == 200 for (_, path), (status, _, _) in before.items())
            assert file.encode() in before["", "/export"][2]
            for turn in range(3):
                wanderer = Wanderer(box, random.Random(turn))
                wanderer.wander(6)
                wanderer.box.evidence("buyer", "another.png")
                box.advance(by=f"P{turn}D")
                assert rows(shared_app, box) != lay
                restore(box, kept)
                assert said(box, 2) == before
            assert (rows(shared_app, box), arrivals(shared_app, box)) == (lay, listed)

    holds()


def test_after_going_back_the_same_calls_answer_the_same_new_ids_included(make_sandbox: MakeSandbox) -> None:
    box = make_sandbox(world="small", seed="twice")
    order = box.delivered()
    kept = snapshot(box)

    def go_on() -> list[Any]:
        answers = [box.upload("buyer"), box.ask("buyer", "place_order", item={"title": "A lamp", "quantity": 1}, total=usd("9.00"))]
        answers += [box.ask("buyer", "open_dispute", order, **box.opening(evidence=[(answers[0].json or {})["id"]]))]
        box.disputes[order] = (answers[-1].json or {})["id"]
        answers += [
            box.ask("seller", "refuse", order, reason="No.", solution={"remedy": "refund", "amount": usd("3.00")}),
            box.ask("seller", "send_message", order, text="Take three."),
            box.ask("buyer", "escalate", order),
            box.client.post(f"{box.path}/clock/advance", json={"by": "P40D"}),
        ]
        assert {answer.status_code for answer in answers} == {200, 201}
        return [(answer.status_code, told_headers(answer), answer.data) for answer in answers] + [said(box)]

    first = go_on()
    for _ in range(2):
        restore(box, kept)
        assert go_on() == first


def test_going_back_takes_the_clock_back_with_the_deadlines_that_lie_ahead_again(sandbox: Sandbox) -> None:
    order = sandbox.placed()
    kept, now = snapshot(sandbox), sandbox.now()
    sandbox.advance(by="P30D")
    assert sandbox.order(order)["status"] == "cancelled"
    shown = restore(sandbox, kept)
    assert shown["clock"] == {"mode": "frozen", "now": now}
    assert (sandbox.now(), sandbox.order(order)["status"]) == (now, "awaiting_shipment")
    assert [timer["rule"] for timer in sandbox.advance(by="P30D")] == ["ORD-2"]


def test_a_snapshot_says_when_it_is_of_and_how_much_lies_in_it(sandbox: Sandbox) -> None:
    sandbox.placed()
    first = sandbox.control("POST", "/snapshots", json={"name": "one order"})
    sandbox.placed()
    sandbox.advance(by="P1D")
    second = sandbox.control("POST", "/snapshots")
    assert first == {"id": first["id"], "name": "one order", "at": "2026-01-01T12:00:00Z", "orders": 1}
    assert second == {"id": second["id"], "name": second["id"], "at": "2026-01-02T12:00:00Z", "orders": 2}
    assert sandbox.pages("/snapshots?limit=1") == sandbox.pages("/snapshots?limit=50") == [first, second]


def test_what_is_overdue_has_fired_before_a_running_world_is_kept_or_branched(make_sandbox: MakeSandbox, app: Flask) -> None:
    with freeze_time(WALL) as wall:
        box = make_sandbox(frozen=False)
        order = box.placed()
        wall.tick(8 * DAY)
        kept = snapshot(box)
        branch = fork(box)
        restore(box, kept)
        for here in (box, branch):
            assert "cancelled" in rows(app, here)["orders"][0]
            assert here.order(order)["status"] == "cancelled"
            assert here.forecast() == []
            assert [line["at"] for line in here.pages("/timeline?limit=10")][-1] == "2026-01-08T12:00:00Z"


def test_snapshots_outlive_a_reset(make_sandbox: MakeSandbox) -> None:
    box = make_sandbox(world="small", seed="outlives")
    box.disputed()
    kept = snapshot(box)
    before = said(box)
    for _ in range(20):
        box.control("POST", "/reset")
    assert said(box) != before
    restore(box, kept)
    assert said(box) == before


def test_each_snapshot_keeps_its_own_instant(sandbox: Sandbox) -> None:
    kept = []
    for _ in range(3):
        sandbox.disputed()
        sandbox.advance(by="P1D")
        kept.append((snapshot(sandbox), said(sandbox, control=False)))
    for place in (1, 0, 2, 2, 0):
        restore(sandbox, kept[place][0])
        assert said(sandbox, control=False) == kept[place][1]


def test_a_deleted_snapshot_is_gone_and_everything_else_stays(sandbox: Sandbox, app: Flask) -> None:
    sandbox.disputed()
    first = snapshot(sandbox)
    sandbox.advance(by="P1D")
    second, before = snapshot(sandbox), said(sandbox, control=False)
    assert worlds_kept(app) == 3
    sandbox.control("DELETE", f"/snapshots/{first}")
    assert [kept["id"] for kept in sandbox.pages("/snapshots?limit=9")] == [second]
    for method, path in (("POST", f"/snapshots/{first}/restore"), ("DELETE", f"/snapshots/{first}")):
        answer = sandbox.client.open(f"{sandbox.path}{path}", method=method)
        assert (answer.status_code, (answer.json or {})["code"]) == (404, "not_found")
    assert worlds_kept(app) == 2
    assert said(sandbox, control=False) == before
    restore(sandbox, second)
    assert said(sandbox, control=False) == before
    third = snapshot(sandbox)
    assert len({first, second, third}) == 3, "no id is given twice"


def test_a_sandbox_that_is_deleted_takes_its_snapshots_along_but_not_its_branches(sandbox: Sandbox, app: Flask) -> None:
    sandbox.disputed()
    kept = snapshot(sandbox)
    branches = [fork(sandbox), fork(sandbox, snapshot=kept)]
    before = [said(branch) for branch in branches]
    sandbox.control("DELETE")
    assert sandbox.client.post(f"{sandbox.path}/snapshots/{kept}/restore").status_code == 404
    assert [said(branch) for branch in branches] == before
    assert worlds_kept(app) == 2
    with app.app_context(), db.engine.connect() as connection:
        for table in ("snapshots", "forsaken"):
            assert connection.execute(select(func.count()).select_from(db.metadata.tables[table])).scalar_one() == 0


def test_worlds_that_were_left_do_not_pile_up(make_sandbox: MakeSandbox, app: Flask) -> None:
    box = make_sandbox(world="small")
    kept = snapshot(box)
    for _ in range(40):
        restore(box, kept)
    # The world shown, the one that is kept, and less than a handful that are still to be swept.
    assert worlds_kept(app) <= 2 + 8


def test_a_branch_can_start_from_a_snapshot_while_its_origin_is_elsewhere(make_sandbox: MakeSandbox) -> None:
    box = make_sandbox(world="small", seed="from a snapshot")
    box.disputed()
    kept, before = snapshot(box), alike(box)
    box.advance(by="P20D")
    box.placed()
    later = said(box)
    branch = fork(box, snapshot=kept, name="earlier")
    assert alike(branch) == before
    branch.advance(by="P3D")
    assert said(box) == later
    restore(box, kept)
    assert alike(box) == before


def test_a_branch_has_no_snapshots_of_its_origin(sandbox: Sandbox) -> None:
    kept = snapshot(sandbox)
    branch = fork(sandbox)
    assert branch.pages("/snapshots?limit=5") == []
    assert branch.client.post(f"{branch.path}/snapshots/{kept}/restore").status_code == 404
    own = snapshot(branch)
    assert own != kept
    assert sandbox.client.post(f"{sandbox.path}/snapshots/{own}/restore").status_code == 404


WRONG: dict[str, Callable[[Sandbox, str], Any]] = {
    "restoring": lambda box, kept: box.client.post(f"{box.path}/snapshots/{kept}/restore"),
    "deleting": lambda box, kept: box.client.delete(f"{box.path}/snapshots/{kept}"),
    "branching": lambda box, kept: box.client.post(f"{box.path}/fork", json={"snapshot": kept}),
}


@pytest.mark.parametrize("way", WRONG)
def test_a_snapshot_of_nobody_or_of_another_sandbox_is_not_found_and_nothing_changes(
    way: str, make_sandbox: MakeSandbox, app: Flask
) -> None:
    box, other = make_sandbox(), make_sandbox()
    others, own = snapshot(other), snapshot(box)
    nowhere = make_sandbox()
    nowhere.control("DELETE")
    before = dump(app)
    for here, kept in ((box, "snp_aaaaaaaaaaaaaaaa"), (box, others), (other, own), (nowhere, own), (box, "..")):
        answer = WRONG[way](here, kept)
        assert (answer.status_code, answer.json["status"]) == (404, 404), (way, kept)
    # Sandboxes that have numbered something are not all that was looked at: nothing at all has changed.
    assert dump(app) == before


def test_going_back_leaves_every_other_sandbox_alone(make_sandbox: MakeSandbox, app: Flask) -> None:
    box, other = make_sandbox(world="small", seed="one"), make_sandbox(world="small", seed="one")
    kept = snapshot(box)
    theirs = snapshot(other)
    other.disputed()
    stood = said(other)
    # More often than worlds that were left can pile up before they are swept.
    for _ in range(9):
        box.disputed()
        restore(box, kept)
        assert said(other) == stood
    box.control("DELETE", f"/snapshots/{kept}")
    restore(other, theirs)
    assert other.audit()["ok"]
    assert box.audit()["ok"]


# ── running clocks ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("mode", ["real", "shifted"])
@pytest.mark.parametrize("way", ["restore", "fork"])
def test_a_running_clock_goes_on_from_the_instant_of_its_snapshot(mode: str, way: str, make_sandbox: MakeSandbox) -> None:
    with freeze_time(WALL) as wall:
        box = make_sandbox(frozen=False, now=None if mode == "real" else "2026-01-01T12:00:00Z")
        start = WALL if mode == "real" else datetime(2026, 1, 1, 12, tzinfo=UTC)
        order = box.placed()
        wall.tick(timedelta(hours=1))
        kept = snapshot(box)
        wall.tick(10 * DAY)
        assert box.order(order)["status"] == "cancelled"
        here: Sandbox
        if way == "restore":
            restore(box, kept)
            here = box
        else:
            here = fork(box, snapshot=kept)
            assert box.order(order)["status"] == "cancelled"
        assert here.control("GET", "/clock") == {"mode": "shifted", "now": written(start + timedelta(hours=1))}
        assert here.order(order)["status"] == "awaiting_shipment"
        wall.tick(7 * DAY - timedelta(hours=1, seconds=1))
        assert here.order(order)["status"] == "awaiting_shipment"
        wall.tick(timedelta(seconds=1))
        assert here.order(order)["status"] == "cancelled"
        assert here.now() == written(start + 7 * DAY)


def test_a_real_clock_that_has_not_gone_on_since_is_still_the_walls(make_sandbox: MakeSandbox) -> None:
    with freeze_time(WALL) as wall:
        box = make_sandbox(now=None, frozen=False)
        kept = snapshot(box)
        for here in (fork(box), fork(box, snapshot=kept), box):
            restore(box, kept)
            assert here.control("GET", "/clock") == {"mode": "real", "now": written(WALL)}
        wall.tick(DAY)
        assert box.now() == written(WALL + DAY)


def test_a_frozen_world_is_restored_frozen_whatever_its_clock_was_since(sandbox: Sandbox) -> None:
    with freeze_time(WALL) as wall:
        kept = snapshot(sandbox)
        sandbox.control("PUT", "/clock", json={"mode": "shifted"})
        wall.tick(DAY)
        assert sandbox.now() == "2026-01-02T12:00:00Z"
        restore(sandbox, kept)
        wall.tick(DAY)
        assert sandbox.control("GET", "/clock") == {"mode": "frozen", "now": "2026-01-01T12:00:00Z"}
