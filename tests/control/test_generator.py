"""Sandboxes filled with orders: which, how old, the same from the same seed, and as sound as if everybody had really done it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from emulator.app import create_app
from emulator.control import generator
from emulator.domain.words import GOODS_REASONS, Position
from emulator.durations import parse_duration
from emulator.lives.scripts import USUAL

from ..conftest import DATABASES, MakeSandbox
from ..sandbox import START, Sandbox, usd

Json = dict[str, Any]
RULESETS = ("standard", "legacy")
NOW = datetime.fromisoformat(START)


def load(box: Sandbox, **wish: Any) -> Json:
    """Fill a sandbox; it must go through."""
    answer: Json = box.control("POST", "/load", json=wish)
    return answer


def ask(box: Sandbox, **wish: Any) -> TestResponse:
    return box.client.post(f"{box.path}/load", json=wish)


def every(box: Sandbox, path: str, who: str = "seller") -> list[Json]:
    """A whole list of the marketplace."""
    found: list[Json] = []
    cursor: str | None = ""
    while cursor is not None:
        page = box.get(who, f"{path}?limit=100{cursor and f'&cursor={cursor}'}")
        found, cursor = found + page["data"], page["next_cursor"]
    return found


def orders_of(box: Sandbox, who: str = "seller") -> list[Json]:
    return every(box, "/v1/orders", who)


def positions(box: Sandbox) -> Counter[str]:
    """Where the seller's orders stand, as the marketplace shows it."""
    statuses = {dispute["id"]: dispute["status"] for dispute in every(box, "/v1/disputes")}
    orders = orders_of(box)
    return Counter(statuses[order["dispute"]["id"]] if order["status"] == "in_dispute" else order["status"] for order in orders)


# ── what comes of it ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("ruleset", RULESETS)
def test_the_answer_says_where_the_orders_really_stand(ruleset: str, make_sandbox: MakeSandbox) -> None:
    box = make_sandbox(ruleset=ruleset)
    answer = box.client.post(f"{box.path}/load", json={"orders": 200})
    assert answer.status_code == 201
    assert answer.headers["Location"].endswith(box.path)
    said = (answer.json or {})["positions"]
    assert (answer.json or {})["orders"] == sum(said.values()) == 200
    assert set(said) == {position.value for position in Position}
    assert said == {position.value: 2 * count for position, count in USUAL.items()}
    assert positions(box) == said


@pytest.mark.parametrize("ruleset", RULESETS)
def test_a_filled_sandbox_is_sound_now_and_when_time_goes_on(ruleset: str, make_sandbox: MakeSandbox) -> None:
    box = make_sandbox(ruleset=ruleset, world="small")
    load(box, orders=300)
    assert box.control("GET", "/audit")["ok"]
    assert box.now() == START, "loading takes no time"
    foreseen = [(line["at"], line["rule"], line["order"]) for line in box.pages("/forecast?limit=1000")]
    assert len(foreseen) > 100
    assert all(at > START for at, _, _ in foreseen)
    fired = [(line["at"], line["rule"], line["order"]) for line in box.advance(by="P3000D")]
    assert fired == foreseen
    report = box.control("GET", "/audit")
    assert report["ok"], report["violations"]
    assert report["checked"]["orders"] >= 300


def test_the_past_reads_like_a_past(make_sandbox: MakeSandbox) -> None:
    box = make_sandbox()
    load(box, orders=150)
    told = box.pages("/timeline?limit=1000")
    dates = [line["at"] for line in told]
    assert dates == sorted(dates)
    assert dates[-1] <= START
    assert {line["by"] for line in told} == {"buyer", "seller", "mediator", "carrier", "system"}
    assert Counter(line["action"] for line in told)["place_order"] == 150
    mails = [mail["at"] for mail in box.pages("/mailbox?limit=100")]
    assert mails == sorted(mails, reverse=True)
    shown = [order["placed_at"] for order in orders_of(box)]
    assert shown == sorted(shown, reverse=True)


def test_orders_are_paid_in_many_currencies_each_with_its_own_places(make_sandbox: MakeSandbox) -> None:
    box = make_sandbox()
    load(box, orders=300, mix={"finished": 1, "mediating": 1})
    places = {"USD": 2, "EUR": 2, "JPY": 0, "KWD": 3}
    totals = [order["total"] for order in orders_of(box)]
    assert {total["currency"] for total in totals} == set(places)
    assert all(len(total["amount"].partition(".")[2]) == places[total["currency"]] for total in totals)


def test_everybody_trades_with_everybody(make_sandbox: MakeSandbox) -> None:
    box = make_sandbox(world="market")
    before = {store["id"]: store for store in every(box, "/v1/stores", "alma")}
    orders = Counter({store["id"]: store["orders"] for store in before.values()})
    load(box, orders=400)
    after = {store["id"]: store for store in every(box, "/v1/stores", "alma")}
    grown = Counter({store["id"]: store["orders"] for store in after.values()}) - orders
    assert sum(grown.values()) == 400
    # One store of the market is closed: nobody buys there any more.
    assert set(grown) == {store["id"] for store in before.values() if store["closed_at"] is None}
    assert len(grown) == len(before) - 1
    assert all(grown[store] > 20 for store in grown)
    assert [store["closed_at"] for store in after.values()] == [before[store]["closed_at"] for store in after], "none closes for it"
    buyers = {order["buyer"] for order in orders_of(box, "saint")}
    assert len(buyers) > 15


# ── the wish ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("ruleset", RULESETS)
@pytest.mark.parametrize(
    ("orders", "mix", "stand"),
    [
        (12, {"finished": 5, "mediating": 1}, {"finished": 10, "mediating": 2}),
        (7, {"returning": 1}, {"returning": 7}),
        (
            10,
            {"cancelled": 1, "awaiting_shipment": 1, "payment_processing": 1},
            {"cancelled": 3, "awaiting_shipment": 4, "payment_processing": 3},
        ),
        (1, {"waiting_for_seller": 1, "waiting_for_buyer": 1000}, {"waiting_for_seller": 0, "waiting_for_buyer": 1}),
        (9, {"finished": 0, "awaiting_confirmation": 3}, {"awaiting_confirmation": 9}),
    ],
)
def test_the_mix_is_what_was_asked_for(ruleset: str, orders: int, mix: Json, stand: Json, make_sandbox: MakeSandbox) -> None:
    box = make_sandbox(ruleset=ruleset)
    assert load(box, orders=orders, mix=mix)["positions"] == stand
    assert positions(box) == Counter(stand)


@pytest.mark.parametrize("mix", [{}, {"finished": 0}])
def test_a_mix_of_nothing_is_refused(mix: Json, sandbox: Sandbox) -> None:
    answer = ask(sandbox, orders=3, mix=mix)
    assert (answer.status_code, (answer.json or {})["errors"]) == (422, {"mix": ["At least one position needs a weight of more than 0."]})
    assert orders_of(sandbox) == []


@pytest.mark.parametrize("ruleset", RULESETS)
@pytest.mark.parametrize("oldest", ["PT0S", "PT5H", "P3D", "P20D", "P120D", "P2000D"])
def test_no_order_is_older_than_was_asked_for(ruleset: str, oldest: str, make_sandbox: MakeSandbox) -> None:
    box = make_sandbox(ruleset=ruleset)
    said = load(box, orders=120, oldest=oldest)
    assert sum(said["positions"].values()) == 120
    assert positions(box) == Counter({name: count for name, count in said["positions"].items() if count})
    placed = [datetime.fromisoformat(order["placed_at"]) for order in orders_of(box)]
    assert NOW - parse_duration(oldest) <= min(placed)
    assert max(placed) <= NOW
    assert box.control("GET", "/audit")["ok"]


def test_what_cannot_be_in_time_is_said_and_not_pretended(make_sandbox: MakeSandbox) -> None:
    """Under `legacy` a dispute about what has not come needs a day at least, and the store here bears none about the goods."""
    box = make_sandbox(ruleset="legacy", settings={"store_close_count": 1})
    said = load(box, orders=10, mix={"returning": 1}, oldest="PT6H")
    assert said["positions"] == {"awaiting_confirmation": 10, "returning": 0}


def test_nothing_is_placed_before_there_was_anything(make_sandbox: MakeSandbox) -> None:
    box = make_sandbox(now="1971-01-01T00:00:00Z")
    load(box, orders=40, oldest="P9999999D")
    assert min(order["placed_at"] for order in orders_of(box)) >= "1970-01-01T00:00:00Z"


def test_a_store_is_as_old_as_its_oldest_order(make_sandbox: MakeSandbox) -> None:
    box = make_sandbox()
    opened = box.get("buyer", f"/v1/stores/{box.store}")["opened_at"]
    assert opened == START
    load(box, orders=50)
    oldest = min(order["placed_at"] for order in orders_of(box))
    assert box.get("buyer", f"/v1/stores/{box.store}")["opened_at"] == oldest < START
    load(box, orders=5, oldest="P1D")
    assert box.get("buyer", f"/v1/stores/{box.store}")["opened_at"] == oldest


@pytest.mark.parametrize("counts", ["opened", "marks"])
def test_stores_stay_open_and_bear_disputes_about_goods_even_then(counts: str, make_sandbox: MakeSandbox) -> None:
    box = make_sandbox(seed="patience", settings={"store_close_counts": counts})
    for seed in ("a", "b"):
        load(box, orders=150, seed=seed, mix={"payment_processing": 1, "finished": 1, "returning": 1})
    assert box.get("buyer", f"/v1/stores/{box.store}")["closed_at"] is None
    reasons = Counter(dispute["reason"] for dispute in every(box, "/v1/disputes"))
    assert 0 < sum(reasons[reason.value] for reason in GOODS_REASONS) < 20
    box.disputed(reason="defective")
    assert box.get("buyer", f"/v1/stores/{box.store}")["closed_at"] is None
    assert box.control("GET", "/audit")["ok"]


# ── the same and not the same ──────────────────────────────────────────────────────────────────────────────────────────


def lies(box: Sandbox) -> Any:
    """All that lies in a sandbox but for what its database numbers it with."""
    found = box.control("GET", "/export")["tables"]
    return {name: sorted(row_without_arrival(table["columns"], row) for row in table["rows"]) for name, table in found.items()}


def row_without_arrival(columns: list[str], row: list[Any]) -> str:
    return repr([value for name, value in zip(columns, row, strict=True) if name != "seq"])


def test_the_same_seed_gives_the_same_orders(make_sandbox: MakeSandbox) -> None:
    boxes = [make_sandbox(seed="same", world="small") for _ in range(2)]
    for box in boxes:
        load(box, orders=60, seed="x")
        load(box, orders=20)
    one, other = map(lies, boxes)
    assert one == other
    assert len(one["orders"]) > 80


@pytest.mark.parametrize("other", [{"seed": "other"}, {"seed": "same", "of_load": "y"}])
def test_every_seed_gives_orders_of_its_own(other: Json, make_sandbox: MakeSandbox) -> None:
    one, two = make_sandbox(seed="same"), make_sandbox(seed=other["seed"])
    load(one, orders=20, seed="x")
    load(two, orders=20, seed=other.get("of_load", "x"))
    what = [[(order["item"], order["total"], order["placed_at"]) for order in orders_of(box)] for box in (one, two)]
    assert what[0] != what[1]


def test_two_loads_in_a_row_differ_and_do_not_clash(make_sandbox: MakeSandbox) -> None:
    box = make_sandbox(seed="twice")
    for _ in range(3):
        load(box, orders=40, seed="x")
    orders = orders_of(box)
    assert len({order["id"] for order in orders}) == 120
    assert len({(order["item"]["title"], order["total"]["amount"], order["placed_at"]) for order in orders}) == 120


def test_orders_placed_later_get_ids_of_their_own(make_sandbox: MakeSandbox) -> None:
    box = make_sandbox(world="small")
    mine = box.placed()
    load(box, orders=80)
    later = [box.placed() for _ in range(3)]
    box.evidence("buyer")
    load(box, orders=80)
    assert len({mine, *later}) == 4
    known = {order["id"] for who in ("seller", "seller-2") for order in orders_of(box, who)}
    assert {mine, *later} <= known
    assert box.control("GET", "/audit")["ok"]


def test_a_reset_leaves_nothing_of_it(make_sandbox: MakeSandbox) -> None:
    box = make_sandbox(seed="reset")
    before = lies(box)
    load(box, orders=30)
    loaded = lies(box)
    box.control("POST", "/reset")
    assert lies(box) == before
    load(box, orders=30)
    assert lies(box) == loaded


def test_what_happens_while_orders_are_drawn_is_not_lost(make_sandbox: MakeSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing holds nobody up. Whoever buys meanwhile has bought first, and the load is as if it had begun after that."""
    box, calm = make_sandbox(seed="race"), make_sandbox(seed="race")
    draw = generator._draw
    drawn = []

    def interrupted(*arguments: Any) -> Any:
        drawn.append(draw(*arguments))
        if len(drawn) == 1:
            box.placed()
        return drawn[-1]

    monkeypatch.setattr(generator, "_draw", interrupted)
    load(box, orders=30)
    assert len(drawn) == 2
    calm.placed()
    load(calm, orders=30)
    assert len(drawn) == 3, "undisturbed, it draws once"
    assert lies(box) == lies(calm)


def test_loads_at_the_same_time_do_not_clash(app: Flask, make_sandbox: MakeSandbox) -> None:
    box = make_sandbox(world="small")
    with ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(lambda: app.test_client().post(f"{box.path}/load", json={"orders": 40, "seed": "x"})) for _ in range(3)]
        answers = [each.result() for each in asked]
    assert [answer.status_code for answer in answers] == [201] * 3
    report = box.control("GET", "/audit")
    assert report["ok"], report["violations"]
    assert report["checked"]["orders"] == 120 + 24


def test_both_databases_are_given_the_same(new_database: Callable[[str], str]) -> None:
    filled = []
    for kind in DATABASES:
        app = create_app(new_database(kind), demo=False)
        box = Sandbox(app.test_client(), seed="same", world="small")
        load(box, orders=100)
        filled.append(lies(box))
        app.extensions["dispute_emulator"].close()
    assert filled[0] == filled[1]


def test_a_running_clock_stands_still_for_nobody(make_sandbox: MakeSandbox) -> None:
    box = make_sandbox(now=None, frozen=False)
    load(box, orders=50)
    assert box.control("GET", "/audit")["ok"]
    assert max(order["placed_at"] for order in orders_of(box)) <= box.now()


# ── who cannot be served ───────────────────────────────────────────────────────────────────────────────────────────────


def test_without_an_open_store_nobody_trades(make_sandbox: MakeSandbox) -> None:
    box = make_sandbox(settings={"store_close_count": 1})
    box.disputed(reason="defective", amount=usd("10.00"))
    assert box.get("buyer", f"/v1/stores/{box.store}")["closed_at"] is not None
    answer = ask(box, orders=1)
    assert (answer.status_code, (answer.json or {})["code"]) == (409, "nothing_to_trade")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"orders": 0},
        {"orders": 5001},
        {"orders": 1.0},
        {"orders": 1, "mix": {"lost": 1}},
        {"orders": 1, "mix": {"finished": -1}},
        {"orders": 1, "oldest": "soon"},
    ],
)
def test_what_cannot_be_wished_is_refused(body: Json, sandbox: Sandbox) -> None:
    assert ask(sandbox, **body).status_code == 422


def test_a_sandbox_that_is_not_there_is_not_filled(sandbox: Sandbox) -> None:
    assert sandbox.client.post("/_emulator/sandboxes/sbx_none/load", json={"orders": 1}).status_code == 404
