"""The control plane: sandboxes that do not touch each other, clocks that never go back, and time that fires everything on its way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from freezegun import freeze_time

from emulator.app import create_app
from emulator.store.worlds import HANDFUL

from ..conftest import MakeApp, MakeSandbox
from ..dumping import dump
from ..sandbox import START, Json, Sandbox, usd


def life(box: Sandbox) -> list[Any]:
    """Some calls of everybody, and all that was answered."""
    order = box.disputed(evidence=[box.evidence("buyer")])
    box.do("seller", "send_message", order, text="Please.")
    box.do("buyer", "edit", order, amount=usd("50.00"))
    box.do("seller", "refuse", order, reason="No.", solution={"remedy": "refund", "amount": usd("20.00")})
    box.do("buyer", "accept", order, solution=box.current(order, "seller"))
    fired = box.advance(by="P30D")
    looked = [
        box.get(who, path)
        for who in ("buyer", "seller")
        for path in (f"/v1/orders/{order}", f"/v1/disputes/{box.disputes[order]}", "/v1/mailbox")
    ]
    return [order, fired, *looked, box.get("buyer", f"/v1/orders/{order}/messages")]


# ── sandboxes and seeds ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_seed_and_calls_give_the_same_ids_tokens_and_draws(new_database: Callable[[str], str], database: str) -> None:
    told = []
    for _ in range(2):
        app = create_app(new_database(database), demo=False)
        box = Sandbox(app.test_client(), seed="the same")
        told.append((box.made, life(box)))
        app.extensions["dispute_emulator"].close()
    assert told[0] == told[1]


def test_another_seed_gives_other_ids_tokens_and_draws(make_sandbox: MakeSandbox) -> None:
    one, other = make_sandbox(seed="one"), make_sandbox(seed="other")
    assert not {one.id, *one.tokens.values(), *one.ids.values()} & {other.id, *other.tokens.values(), *other.ids.values()}
    dues = {make_sandbox(seed=f"{n}") for n in range(8)}
    drawn = {box.order(box.accepted())["refund"]["due_at"] for box in dues}
    assert len(drawn) > 1


def test_two_sandboxes_of_one_seed_live_side_by_side(make_sandbox: MakeSandbox) -> None:
    first, second = make_sandbox(seed="s"), make_sandbox(seed="s")
    assert first.id != second.id
    assert not set(first.tokens.values()) & set(second.tokens.values())
    order = first.placed()
    assert second.get("buyer", "/v1/orders")["data"] == []
    # What happens in one shifts no id of the other.
    assert second.placed() == order
    second.wait("P8D")
    assert (second.order(order)["status"], first.order(order)["status"]) == ("cancelled", "awaiting_shipment")
    second.control("DELETE")
    assert first.order(order)["status"] == "awaiting_shipment"


def test_tokens_without_a_seed_cannot_be_guessed(make_sandbox: MakeSandbox) -> None:
    tokens = [token for _ in range(5) for token in make_sandbox().tokens.values()]
    assert len(set(tokens)) == 15
    assert all(len(token) >= 32 for token in tokens)


def test_no_token_lies_readable_in_the_database(app: Any, make_sandbox: MakeSandbox) -> None:
    box = make_sandbox(seed="s")
    lies = repr(dump(app))
    assert not any(token in lies for token in box.tokens.values())


def test_a_sandbox_shows_what_it_was_made_of_but_its_tokens_only_once(make_sandbox: MakeSandbox, client: FlaskClient) -> None:
    box = make_sandbox(name="Mine", ruleset="legacy", settings={"edits_max": 2}, seed="s")
    shown = box.control("GET")
    assert (shown["name"], shown["ruleset"], shown["seed"]) == ("Mine", "legacy", "s")
    assert (shown["settings"]["edits_max"], shown["settings"]["negotiation_days"]) == (2, 7)
    assert shown["clock"] == {"mode": "frozen", "now": START}
    assert [set(account) for account in shown["accounts"]] == [{"id", "name", "role", "store"}] * 3
    assert all(account["token"] for account in box.made["accounts"])
    assert client.get("/_emulator/sandboxes").json is not None


def test_sandboxes_are_listed_page_by_page(make_sandbox: MakeSandbox, client: FlaskClient) -> None:
    made = {make_sandbox().id for _ in range(5)}
    first = client.get("/_emulator/sandboxes?limit=3").json or {}
    rest = client.get(f"/_emulator/sandboxes?limit=3&cursor={first['next_cursor']}").json or {}
    assert [len(page["data"]) for page in (first, rest)] == [3, 2]
    assert {entry["id"] for page in (first, rest) for entry in page["data"]} == made
    assert rest["next_cursor"] is None


@pytest.mark.parametrize("world", ["empty", "small", "market"])
@pytest.mark.parametrize("ruleset", ["standard", "legacy"])
def test_every_world_grows_under_every_ruleset_and_is_in_order(world: str, ruleset: str, shared_client: FlaskClient) -> None:
    box = Sandbox(shared_client, world=world, ruleset=ruleset)
    report = box.audit()
    assert report["violations"] == []
    least = {"empty": 0, "small": 10, "market": 250}[world]
    assert report["checked"]["orders"] >= least
    foreseen = [(timer["at"], timer["rule"], timer["order"]) for timer in box.forecast()]
    fired = [(timer["at"], timer["rule"], timer["order"]) for timer in box.advance(by="P4000D")]
    assert fired == foreseen
    assert box.audit()["violations"] == []
    box.control("DELETE")


def test_the_default_sandbox_has_tokens_that_everybody_knows(make_app: MakeApp) -> None:
    app = make_app(demo=None)
    client = app.test_client()
    roles = {
        "demo-buyer": "buyer",
        "demo-buyer-2": "buyer",
        "demo-seller": "seller",
        "demo-seller-2": "seller",
        "demo-mediator": "mediator",
    }
    for token, role in roles.items():
        me = client.get("/v1/me", headers={"Authorization": f"Bearer {token}"}).json or {}
        assert (me["role"], me["sandbox"]) == (role, "default")
    before = dump(app)
    make_app(demo=None)
    assert dump(app) == before, "a second start makes no second default"
    assert (client.get("/_emulator/sandboxes/default/clock").json or {})["mode"] == "real"
    assert (client.get("/_emulator/health").json or {})["status"] == "ok"


# ── reset ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("world", ["empty", "small"])
def test_a_reset_brings_back_the_world_it_began_with_ids_tokens_and_clock(world: str, make_sandbox: MakeSandbox) -> None:
    box = make_sandbox(world=world, seed="s")
    seen = {
        who: (box.get(who, "/v1/orders?limit=100"), box.get(who, "/v1/disputes?limit=100"), box.get(who, "/v1/me")) for who in box.tokens
    }
    shown = box.control("GET")
    lived = life(box) if world == "empty" else box.advance(by="P30D")
    assert box.now() != START
    assert box.control("POST", "/reset")["clock"] == {"mode": "frozen", "now": START}
    again = {
        who: (box.get(who, "/v1/orders?limit=100"), box.get(who, "/v1/disputes?limit=100"), box.get(who, "/v1/me")) for who in box.tokens
    }
    assert again == seen
    assert box.control("GET") == shown
    assert box.audit()["ok"]
    assert (life(box) if world == "empty" else box.advance(by="P30D")) == lived


def test_after_a_handful_of_resets_nothing_of_the_old_worlds_is_left(make_sandbox: MakeSandbox, app: Any) -> None:
    box, other = make_sandbox(), make_sandbox()
    other.disputed()
    kept = {name: len(rows) for name, rows in dump(app).items()}
    for _ in range(HANDFUL):
        life(box)
        box.control("POST", "/reset")
    assert {name: len(rows) for name, rows in dump(app).items()} == kept
    assert other.audit()["checked"]["disputes"] == 1


def test_a_deleted_sandbox_leaves_nothing_behind_snapshots_included(make_sandbox: MakeSandbox, app: Any) -> None:
    kept = {name: len(rows) for name, rows in dump(app).items() if name != "counters"}
    box = make_sandbox()
    life(box)
    box.control("POST", "/snapshots")
    box.control("DELETE")
    assert {name: len(rows) for name, rows in dump(app).items() if name != "counters"} == kept


# ── clocks ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_two_sandboxes_with_different_times_do_not_touch_each_other(make_sandbox: MakeSandbox) -> None:
    early, late = make_sandbox(now="2020-02-29T00:00:00Z"), make_sandbox(now="2040-12-31T23:59:59Z")
    orders = {box: box.shipped() for box in (early, late)}
    early.wait("P10D")
    assert (early.now(), late.now()) == ("2020-03-10T00:00:00Z", "2040-12-31T23:59:59Z")
    assert early.order(orders[early])["placed_at"] == "2020-02-29T00:00:00Z"
    assert late.order(orders[late])["placed_at"] == "2040-12-31T23:59:59Z"
    assert early.wait("P50D") == ["ORD-6"]
    assert late.order(orders[late])["status"] == "awaiting_confirmation"


def test_a_frozen_clock_stands_a_shifted_one_runs_and_a_real_one_is_the_walls(make_sandbox: MakeSandbox) -> None:
    with freeze_time("2026-05-01T10:00:00Z") as wall:
        frozen, shifted, real = make_sandbox(), make_sandbox(frozen=False), make_sandbox(now=None, frozen=False)
        assert [box.control("GET", "/clock") for box in (frozen, shifted, real)] == [
            {"mode": "frozen", "now": START},
            {"mode": "shifted", "now": START},
            {"mode": "real", "now": "2026-05-01T10:00:00Z"},
        ]
        wall.tick(timedelta(hours=3))
        assert [box.now() for box in (frozen, shifted, real)] == [START, "2026-01-01T15:00:00Z", "2026-05-01T13:00:00Z"]


def test_a_wall_clock_that_is_set_back_takes_no_sandbox_back(make_sandbox: MakeSandbox) -> None:
    with freeze_time("2026-05-01T10:00:00Z") as wall:
        box = make_sandbox(frozen=False)
        wall.move_to("2026-04-01T10:00:00Z")
        assert box.now() == START


def test_time_that_has_passed_fires_what_was_due_at_its_own_instant_before_anything_is_shown(make_sandbox: MakeSandbox) -> None:
    with freeze_time("2026-05-01T10:00:00Z") as wall:
        box = make_sandbox(now=None, frozen=False)
        order = box.shipped()
        wall.tick(timedelta(days=100))
        assert box.get("seller", "/v1/me")["balance"] == [usd("100.00")]
        assert box.order(order)["status"] == "finished"
        assert box.get("buyer", "/v1/mailbox")["data"][0]["at"] == "2026-06-30T10:00:00Z"


def test_the_mode_of_a_clock_can_be_changed_and_its_time_set_forward(make_sandbox: MakeSandbox) -> None:
    with freeze_time("2026-05-01T10:00:00Z") as wall:
        box = make_sandbox(now=None, frozen=False)
        order = box.placed()
        assert box.control("PUT", "/clock", json={"mode": "frozen"}) == {"mode": "frozen", "now": "2026-05-01T10:00:00Z"}
        wall.tick(timedelta(hours=1))
        assert box.now() == "2026-05-01T10:00:00Z"
        assert box.control("PUT", "/clock", json={"mode": "shifted"}) == {"mode": "shifted", "now": "2026-05-01T10:00:00Z"}
        wall.tick(timedelta(hours=1))
        assert box.now() == "2026-05-01T11:00:00Z"
        assert box.control("PUT", "/clock", json={"mode": "real"}) == {"mode": "real", "now": "2026-05-01T12:00:00Z"}
        assert box.control("PUT", "/clock", json={"mode": "frozen", "now": "2026-05-09T12:00:00Z"})["now"] == "2026-05-09T12:00:00Z"
        assert box.order(order)["status"] == "cancelled", "what fell due on the way has fired"
        refused = box.client.put(f"{box.path}/clock", json={"mode": "real"})
        assert (refused.status_code, (refused.json or {})["code"]) == (409, "clock_backwards")


def test_a_real_clock_that_is_advanced_runs_on_from_there(make_sandbox: MakeSandbox) -> None:
    with freeze_time("2026-05-01T10:00:00Z") as wall:
        box = make_sandbox(now=None, frozen=False)
        box.wait("P1D")
        assert box.control("GET", "/clock") == {"mode": "shifted", "now": "2026-05-02T10:00:00Z"}
        wall.tick(timedelta(minutes=1))
        assert box.now() == "2026-05-02T10:01:00Z"


# ── advancing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_advance_by_nothing_and_to_now_moves_nothing(sandbox: Sandbox) -> None:
    sandbox.placed()
    assert sandbox.control("POST", "/clock/advance", json={"by": "PT0S"}) == {"from": START, "to": START, "fired": [], "next": None}
    assert sandbox.control("POST", "/clock/advance", json={"to": START}) == {"from": START, "to": START, "fired": [], "next": None}
    offset = sandbox.control("POST", "/clock/advance", json={"to": "2026-01-01T14:00:00+02:00"})
    assert offset["to"] == START


def test_windows_are_closed_at_their_end(sandbox: Sandbox) -> None:
    """TIME-1: a second before it nothing has fired; at the very instant it has."""
    order = sandbox.shipped()
    ends = sandbox.order(order)["protection_ends_at"]
    at = datetime.fromisoformat(ends)
    assert sandbox.advance(to=(at - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")) == []
    assert sandbox.order(order)["status"] == "awaiting_confirmation"
    (fired,) = sandbox.advance(to=ends)
    assert (fired["at"], fired["rule"], fired["order"], fired["dispute"]) == (ends, "ORD-6", order, None)
    assert (fired["from"]["order"], fired["to"]["order"]) == ("awaiting_confirmation", "finished")
    assert fired["money"] == [{"from": "escrow", "to": "seller", "amount": usd("100.00")}]


def test_what_is_due_at_one_instant_fires_in_the_order_of_ids(sandbox: Sandbox) -> None:
    """TIME-2."""
    orders = [sandbox.placed() for _ in range(8)]
    fired = sandbox.advance(by="P7D")
    assert [timer["order"] for timer in fired] == sorted(orders) != orders
    assert {(timer["at"], timer["rule"]) for timer in fired} == {("2026-01-08T12:00:00Z", "ORD-2")}


def test_the_second_timer_of_one_order_takes_its_place_among_the_first_ones_of_others(make_sandbox: MakeSandbox) -> None:
    """TIME-2 holds along a chain of timers as well: an order that has fired already waits its turn at the next instant."""
    box = make_sandbox(settings={"processing_days": 30}, seed="a chain")
    chained = box.sent_back()
    first, second = (timer["at"] for timer in box.control("GET", f"/forecast?order={chained}")["data"])
    at = datetime.fromisoformat(second) - timedelta(days=30)
    assert at < datetime.fromisoformat(first)
    box.advance(to=at.strftime("%Y-%m-%dT%H:%M:%SZ"))
    orders = [chained, *(box.placed() for _ in range(8))]
    assert chained not in (min(orders), max(orders)), "draw another seed: the order with the chain must not come first or last by itself"
    foreseen = [timer["order"] for timer in box.control("GET", "/forecast")["data"]]
    fired = [timer["order"] for timer in box.advance(to=second)]
    assert fired == foreseen == [chained, *sorted(orders)]


def test_timers_fire_in_the_order_of_their_instants_whatever_order_they_belong_to(sandbox: Sandbox) -> None:
    first = sandbox.disputed()
    sandbox.wait("P1D")
    second = sandbox.placed()
    sandbox.wait("PT1H")
    third = sandbox.accepted()
    fired = sandbox.advance(by="P200D")
    assert [timer["at"] for timer in fired] == sorted(timer["at"] for timer in fired)
    assert {timer["order"] for timer in fired} == {first, second, third}
    assert [timer["rule"] for timer in fired if timer["order"] == first] == ["ESC-2"]
    assert sandbox.audit()["ok"]


def test_one_jump_is_the_same_as_many_steps_from_timer_to_timer(make_sandbox: MakeSandbox) -> None:
    jumping, stepping = make_sandbox(world="market", seed="s"), make_sandbox(world="market", seed="s")
    end = "2026-06-01T00:00:00Z"
    jumped = jumping.advance(to=end)
    stepped: list[Json] = []
    while (stepping.control("GET", "/forecast")["data"] or [{"at": "9"}])[0]["at"] <= end:
        fired = stepping.advance(to_next=True)
        assert fired
        assert {timer["at"] for timer in fired} == {stepping.now()}
        stepped += fired
    stepping.advance(to=end)
    assert stepped == jumped
    assert len(jumped) > 100
    assert [jumping.get(who, "/v1/me") | {"sandbox": ""} for who in jumping.tokens] == [
        stepping.get(who, "/v1/me") | {"sandbox": ""} for who in stepping.tokens
    ]


def test_with_no_timer_there_is_no_next_one(sandbox: Sandbox) -> None:
    refused = sandbox.client.post(f"{sandbox.path}/clock/advance", json={"to_next": True})
    assert (refused.status_code, (refused.json or {})["code"]) == (409, "nothing_due")
    sandbox.placed()
    assert [timer["rule"] for timer in sandbox.advance(to_next=True)] == ["ORD-2"]
    assert sandbox.client.post(f"{sandbox.path}/clock/advance", json={"to_next": True}).status_code == 409


def test_the_forecast_is_what_then_fires_and_looking_at_it_changes_nothing(sandbox: Sandbox, app: Any) -> None:
    for make in (
        sandbox.placed,
        sandbox.shipped,
        sandbox.disputed,
        sandbox.asked,
        sandbox.returning,
        sandbox.sent_back,
        sandbox.replacing,
        sandbox.accepted,
    ):
        make()
    order = sandbox.sent_back("exchange")
    before = dump(app)
    everything = sandbox.control("GET", "/forecast")["data"]
    mine = sandbox.control("GET", f"/forecast?order={order}")["data"]
    assert dump(app) == before
    assert mine == [timer for timer in everything if timer["order"] == order]
    assert mine
    fired = sandbox.advance(by="P3000D")
    shown = [{name: timer[name] for name in ("at", "rule", "order", "dispute", "to", "money")} for timer in everything]
    assert shown == [{name: timer[name] for name in ("at", "rule", "order", "dispute", "to", "money")} for timer in fired]
    assert [timer["then"] for timer in everything] == [timer["says"] for timer in fired]


def test_the_last_instant_is_before_the_year_9000(sandbox: Sandbox) -> None:
    order = sandbox.disputed()
    sandbox.advance(to="8999-12-31T23:59:59Z")
    assert sandbox.order(order)["dispute"]["status"] == "mediating"
    refused = sandbox.client.post(f"{sandbox.path}/clock/advance", json={"by": "PT1S"})
    assert (refused.status_code, (refused.json or {})["code"]) == (422, "clock_too_far")
    refused_days = sandbox.ask("seller", "extend_protection", order, days=1)
    assert (refused_days.status_code, (refused_days.json or {})["code"]) == (422, "days_out_of_range")


def test_calls_near_the_end_of_time_answer_without_a_fault(make_sandbox: MakeSandbox) -> None:
    """The clock may stand a second before its end; what then falls due falls due after it."""
    box = make_sandbox(now="8999-12-31T23:59:59Z")
    for order in (box.placed(), box.disputed(), box.asked(), box.accepted(), box.sent_back(), box.replacing()):
        assert box.call("buyer", "GET", f"/v1/orders/{order}").status_code == 200
    assert box.client.get(f"{box.path}/forecast").status_code == 200
    refused = box.client.post(f"{box.path}/clock/advance", json={"to_next": True})
    assert (refused.status_code, (refused.json or {})["code"]) == (422, "clock_too_far")
    assert box.audit()["ok"]


# ── the carrier ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_carrier_reports_a_delivery_once_and_repeating_it_has_no_effect(sandbox: Sandbox) -> None:
    order = sandbox.shipped()
    sandbox.wait("P3D")
    delivered = sandbox.do("carrier", "deliver", order)
    assert (delivered["delivered_at"], delivered["status"]) == ("2026-01-04T12:00:00Z", "awaiting_confirmation")
    sandbox.wait("P1D")
    assert sandbox.do("carrier", "deliver", order)["delivered_at"] == "2026-01-04T12:00:00Z"
    (allowed,) = delivered["allowed_actions"]
    assert allowed["href"] == f"{sandbox.path}/orders/{order}/deliver"
    assert sandbox.client.open(allowed["href"], method=allowed["method"]).status_code == 200


def test_an_audit_says_what_it_has_checked_and_where_the_money_lies(sandbox: Sandbox) -> None:
    sandbox.placed()
    sandbox.finished()
    sandbox.accepted(amount=usd("30.00"))
    report = sandbox.audit()
    assert (report["ok"], report["violations"]) == (True, [])
    assert (report["checked"]["orders"], report["checked"]["disputes"]) == (3, 1)
    (books,) = report["books"]
    assert books == {"currency": "USD", "outside": -30000, "escrow": 10000, "hold": 0, "seller": 17000, "refunding": 3000, "refunded": 0}


def corrupt(app: Any, table: str, **values: Any) -> None:
    from sqlalchemy import update

    from emulator.store.tables import db

    with app.app_context(), db.engine.begin() as connection:
        connection.execute(update(db.metadata.tables[table]).values(**values))


@pytest.mark.parametrize(
    ("table", "values", "says"),
    [
        ("orders", {"status": "finished"}, "columns"),
        ("orders", {"next_due_at": 1}, "next timer"),
        ("orders", {"events": 99}, "gap"),
        ("disputes", {"status": "closed"}, "columns"),
        ("ledger", {"amount": 1}, "PAY-5"),
        ("ledger", {"currency": "EUR"}, "PAY-5"),
        ("events", {"at": 99**5}, ""),
        ("events", {"after": "new/none/none/none/none"}, "REC-1"),
        ("mails", {"number": 77}, "REC-2"),
    ],
)
def test_an_audit_finds_what_is_wrong(table: str, values: Json, says: str, make_sandbox: MakeSandbox, app: Any) -> None:
    box = make_sandbox()
    box.disputed()
    assert box.audit()["ok"]
    if table == "mails":
        # One notice is gone; the rest stay as they are.
        from sqlalchemy import delete

        from emulator.store.tables import db, mails

        with app.app_context(), db.engine.begin() as connection:
            connection.execute(delete(mails).where(mails.c.recipient == box.ids["buyer"]))
    elif table == "events" and "at" in values:
        from sqlalchemy import update

        from emulator.store.tables import db, events

        with app.app_context(), db.engine.begin() as connection:
            connection.execute(update(events).where(events.c.number == 1).values(**values))
        says = "backwards"
    else:
        corrupt(app, table, **values)
    report = box.audit()
    assert report["ok"] is False
    assert any(says in violation["says"] for violation in report["violations"]), report["violations"]


def test_the_wall_is_what_a_real_sandbox_shows(make_sandbox: MakeSandbox) -> None:
    box = make_sandbox(now=None, frozen=False)
    assert abs(datetime.fromisoformat(box.now()) - datetime.now(UTC)) < timedelta(minutes=5)
