"""However time moves, the same happens, in any world with any past; and what was foreseen comes true.

Every way goes from the same state, in a fork of its own, and is compared over the whole database. What lists show in order of arrival
(orders, disputes, mails) has to be in the same order too, wherever whole sandboxes are settled. Only who looks at single orders while
the clock runs settles them one by one, and then mails of one instant lie in the order in which somebody looked; all else is the same.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory
from hypothesis import given

from emulator.app import create_app
from emulator.control.time import ProcessRoad, report, running
from emulator.encoding import to_json
from emulator.journey import journey

from ..conftest import MakeSandbox
from ..sandbox import TRACKED, Json, Sandbox, usd
from .commands import DAY, Branch, Past, arrivals, at, examples, forked, led, pasts, rows, written

AHEAD = 90 * DAY
# Where the wall is while freezegun holds it.
WALL = datetime(2031, 5, 7, 8, 9, 10, tzinfo=UTC)
EDGES = {"before": timedelta(seconds=-1), "at": timedelta(0), "after": timedelta(seconds=1)}
FAR = "P9000D"

# A way goes to an instant, with some draws of its own, and returns what its reports say has fired, or None where nobody reports.
Way = Callable[[Branch, datetime, random.Random, Flask], list[Json] | None]


# ── the ways ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def one_jump(branch: Branch, end: datetime, *_: Any) -> list[Json]:
    return branch.advance(to=written(end))


def ninety_days(branch: Branch, end: datetime, *_: Any) -> list[Json]:
    fired = [timer for _ in range(90) for timer in branch.advance(by="P1D")]
    assert branch.now() == written(end)
    return fired


def next_by_next(branch: Branch, end: datetime, *_: Any) -> list[Json]:
    fired: list[Json] = []
    while (due := next_at(branch)) is not None and due <= end:
        some = branch.advance(to_next=True)
        assert {timer["at"] for timer in some} == {written(due)} == {branch.now()}
        fired += some
    return fired + branch.advance(to=written(end))


def in_pieces(branch: Branch, end: datetime, rng: random.Random, _: Flask) -> list[Json]:
    """Limits and edges, mixed: on the way a piece is followed to its end, or left for something else."""
    fired: list[Json] = []
    while (now := at(branch.now())) < end:
        due, edge = next_at(branch), rng.choice(sorted(EDGES))
        by = rng.randrange(1, 20 * 86_400)
        targets = {
            "to_next": (due, {"to_next": True}),
            "by": (now + timedelta(seconds=by), {"by": f"PT{by}S"}),
            "to": (end, {"to": written(end)}),
        }
        target, way = targets[rng.choice(("to_next", "to_next", "by", "by", "to"))]
        if target is None or target + EDGES[edge] > end:
            target, way, edge = end, {"to": written(end)}, "at"
        body: Json | None = way | {"edge": edge} | ({"limit": rng.choice((1, 2, 5))} if rng.random() < 0.6 else {})
        while body is not None and rng.random() < 0.9:
            moved = branch.control("POST", "/clock/advance", json=body)
            fired += moved["fired"]
            body = moved["next"]
            reached = branch.now()
            assert reached == moved["to"]
            if body is None:
                assert reached == written(target + EDGES[edge])
    return fired


def ticked_at_once(branch: Branch, end: datetime, rng: random.Random, _: Flask) -> None:
    """The wall goes ninety days on; the first look at the sandbox finds everything done."""
    with running_clock(branch) as wall:
        wall.tick(AHEAD)
        rng.choice((branch.audit, branch.forecast, lambda: branch.pages("/timeline?limit=1000"), lambda: lists(branch, rng)))()
        look_at_all(branch)


def ticked_with_looks(branch: Branch, end: datetime, rng: random.Random, _: Flask) -> None:
    """The wall goes on day by day, while now and then somebody looks at some order."""
    orders = all_orders(branch)
    with running_clock(branch) as wall:
        for _day in range(90):
            wall.tick(DAY)
            for _look in range(rng.choice((0, 0, 0, 1, 2))):
                look(branch, *rng.choice(orders))
        look_at_all(branch)


def travelled(branch: Branch, end: datetime, rng: random.Random, app: Flask) -> list[Json]:
    """The traveller moves the wall itself, from timer to timer."""
    database = app.extensions["dispute_emulator"]
    with running_clock(branch) as wall:
        here = [time for time in running() if time.database is database]
        made = journey(ProcessRoad(wall, here), by=AHEAD)
        assert made.reached == WALL + AHEAD
        fired: list[Json] = json.loads(to_json(report(made)["fired"]))
        look_at_all(branch)
    return fired


WAYS: tuple[tuple[Way, bool], ...] = (
    (ninety_days, True),
    (next_by_next, True),
    (in_pieces, True),
    (ticked_at_once, True),
    (ticked_with_looks, False),
    (travelled, True),
)


# ── the property ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("way", "in_order"), [pytest.param(*way, id=way[0].__name__) for way in WAYS])
def test_ninety_days_on_is_the_same_however_one_gets_there(way: Way, in_order: bool, shared_app: Flask, database: str) -> None:
    client = shared_app.test_client()

    @examples(12 if database == "sqlite" else 3)
    @given(pasts())
    def holds(past: Past) -> None:
        with led(client, past) as box, forked(box) as jumped, forked(box) as other:
            end = at(box.now()) + AHEAD
            fired = one_jump(jumped, end)
            assert rows(shared_app, other) == rows(shared_app, box)
            reported = way(other, end, random.Random(past.walk), shared_app)
            assert rows(shared_app, other) == rows(shared_app, jumped)
            arrived, wanted = arrivals(shared_app, other), arrivals(shared_app, jumped)
            if not in_order:
                assert sorted(arrived.pop("mails")) == sorted(wanted.pop("mails"))
            assert arrived == wanted
            if reported is not None:
                assert reported == fired
            assert told(other, box.now()) == [(timer["at"], timer["order"], timer["rule"], timer["to"], timer["money"]) for timer in fired]
            for branch in (jumped, other):
                assert branch.audit()["violations"] == []
            assert shown(other, end) == shown(jumped, end)

    holds()


# ── what is foreseen ───────────────────────────────────────────────────────────────────────────────────────────────────

# Where the money of an order lies, as the ledger calls it and as its payment is shown.
SHOWN_AS = {
    "escrow": "escrow",
    "hold": "on_hold",
    "seller": "paid_to_seller",
    "refunding": "refund_on_its_way",
    "refunded": "refunded",
}


def test_what_was_foreseen_is_what_happens(shared_app: Flask, database: str) -> None:
    client = shared_app.test_client()

    @examples(12 if database == "sqlite" else 3)
    @given(pasts())
    def holds(past: Past) -> None:
        rng = random.Random(past.walk)
        with led(client, past) as box, forked(box) as other:
            foreseen = box.forecast()
            assert foreseen == box.pages(f"/forecast?limit={rng.choice((1, 3, 1000))}")
            before = {order["id"]: (seller, order, payment(box, seller, order)) for seller, order in all_orders(box)}
            for order in before:
                own = box.forecast(f"&order={order}")
                assert own == [line for line in foreseen if line["order"] == order]
            assert rows(shared_app, other) == rows(shared_app, box), "to look ahead changes nothing"

            until = written(at(box.now()) + rng.randrange(1, 200) * DAY)
            assert box.forecast(f"&until={until}") == [line for line in foreseen if line["at"] <= until]
            halfway = other.advance(to=until)
            assert other.forecast() == foreseen[len(halfway) :]

            fired = box.advance(by=FAR)
            assert [come(timer, timer["says"]) for timer in fired] == [come(line, line["then"]) for line in foreseen]
            assert box.forecast() == []
            for order, (seller, was, paid) in before.items():
                own = [line for line in foreseen if line["order"] == order]
                now = box.order(order, seller)
                assert now["next_deadline"] is None
                last = own[-1]["to"] if own else {"order": was["status"], "dispute": was["dispute"] and was["dispute"]["status"]}
                assert (now["status"], now["dispute"] and now["dispute"]["status"]) == (last["order"], last["dispute"])
                assert payment(box, seller, now) == moved(paid, own)

    holds()


def test_the_next_deadline_that_anybody_sees_is_the_first_that_is_foreseen(shared_app: Flask, database: str) -> None:
    client, seen = shared_app.test_client(), Counter[str]()

    @examples(10 if database == "sqlite" else 3)
    @given(pasts())
    def holds(past: Past) -> None:
        with led(client, past) as box:
            first = {line["order"]: deadline(line) for line in reversed(box.forecast())}
            latest = {order["id"]: order["dispute"] and order["dispute"]["id"] for _, order in all_orders(box)}
            for who in box.tokens:
                for kind in ("orders", "disputes"):
                    for shown in everything(box, who, f"/v1/{kind}"):
                        assert box.get(who, f"/v1/{kind}/{shown['id']}") == shown
                        order = shown["id"] if kind == "orders" else shown["order"]
                        # A mediator is not told of a dispute that has not come to him, and an earlier dispute is closed for good.
                        here = latest[order] == (shown["dispute"] and shown["dispute"]["id"] if kind == "orders" else shown["id"])
                        assert shown["next_deadline"] == (first.get(order) if here else None), (who, kind, shown["id"])
                        seen[f"{kind}, {'none' if shown['next_deadline'] is None else 'some'}"] += 1

    holds()
    assert min(seen.values()) > 0
    assert len(seen) == 4


# ── stores ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def closed_at(box: Sandbox) -> str | None:
    closed: str | None = box.get("buyer", f"/v1/stores/{box.store}")["closed_at"]
    return closed


def marked_in_turn(make_sandbox: MakeSandbox, count: int, apart: str = "P2D") -> tuple[Sandbox, list[str], list[str]]:
    """Disputes that a seller's silence turns into marks, one after another; returns their orders, and when the marks fall due."""
    box = make_sandbox(settings={"store_close_count": 2, "store_close_counts": "marks"})
    orders = []
    for _ in range(count):
        orders.append(box.in_claim(reason="damaged", amount=usd("30.00")))
        box.do("mediator", "ask", orders[-1], to="seller", question="Why?")
        box.advance(by=apart)
    due = [line["at"] for line in box.forecast() if line["rule"] == "CLM-4"]
    assert due == sorted(set(due))
    assert len(due) == count
    return box, orders, due


def test_a_store_closes_at_the_mark_that_is_too_many_also_when_later_ones_fire_in_the_same_jump(make_sandbox: MakeSandbox) -> None:
    box, _, due = marked_in_turn(make_sandbox, 3)
    box.advance(by="P60D")
    assert closed_at(box) == due[1]


@pytest.mark.parametrize("looks", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (2, 0, 1), (0, 2, 1), (1, 2, 0)])
def test_a_store_closes_at_the_same_instant_in_whichever_order_its_marks_are_found(
    looks: tuple[int, ...], make_sandbox: MakeSandbox
) -> None:
    box, orders, due = marked_in_turn(make_sandbox, 3)
    with running_clock(box) as wall:
        wall.tick(60 * DAY)
        for place in looks:
            box.order(orders[place])
        assert closed_at(box) == due[1]


def test_marks_further_apart_than_the_days_they_must_fall_in_close_no_store(make_sandbox: MakeSandbox) -> None:
    box = make_sandbox(settings={"store_close_count": 2, "store_close_counts": "marks", "store_close_days": 2})
    for _ in range(2):
        box.do("mediator", "ask", box.in_claim(reason="damaged", amount=usd("30.00")), to="seller", question="Why?")
        box.advance(by="P7D")
    box.advance(by="P60D")
    assert closed_at(box) is None


@pytest.mark.parametrize("reason", ["damaged", "no_tracking"])
def test_what_is_found_out_late_counts_as_it_was_then_not_as_it_is_now(reason: str, make_sandbox: MakeSandbox) -> None:
    """One dispute becomes a mark after eight days, but nobody looks; after ten and a half, when it counts no more, there is a second one.

    It has been opened then, or was opened on the first day for another reason and is only now about the goods.
    """
    box = make_sandbox(settings={"store_close_count": 2, "store_close_days": 10, "return_transit_days": 7, "return_ship_days": 1})
    first, second = box.delivered(), box.delivered()
    box.do("buyer", "open_dispute", first, **box.opening(reason="defective", remedy="return_and_refund"))
    box.do("seller", "accept", first, solution=box.current(first, "buyer"))
    box.do("buyer", "ship_return", first, **TRACKED)
    with running_clock(box) as wall:
        wall.tick(DAY)
        if reason == "no_tracking":
            box.do("buyer", "open_dispute", second, **box.opening(reason=reason, amount=usd("30.00")))
        wall.tick(9.5 * DAY)
        if reason == "no_tracking":
            box.do("buyer", "edit", second, reason="damaged", explanation="It has come, in pieces.")
        else:
            box.do("buyer", "open_dispute", second, **box.opening(reason=reason, amount=usd("30.00")))
        box.order(first)
        assert box.dispute(first)["outcome"] == "defaulted_for_buyer"
        assert box.get("buyer", f"/v1/stores/{box.store}")["marks"] == 1
        assert closed_at(box) is None


def test_at_least_one_past_in_a_few_closes_a_store(new_database: Callable[[str], str]) -> None:
    """The property above would say nothing of stores that close if none did."""
    app = create_app(new_database("sqlite"), demo=False)
    client, closed, seen = app.test_client(), Counter[bool](), Counter[str]()

    @examples(20)
    @given(pasts())
    def some(past: Past) -> None:
        with led(client, past) as box:
            box.advance(by="P90D")
            found = rows(app, box)
            closed.update(store[-1] is not None for store in found["stores"])
            seen.update({name: len(lines) for name, lines in found.items()})

    some()
    app.extensions["dispute_emulator"].close()
    assert closed[True] >= 5
    assert min(seen.values()) > 0, seen


# ── helpers ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class running_clock:  # noqa: N801 -- read as a phrase
    """The branch's clock follows a wall that freezegun holds; afterwards it stands again where it was then."""

    def __init__(self, branch: Branch) -> None:
        self._branch = branch
        self._freeze = freeze_time(WALL)

    def __enter__(self) -> FrozenDateTimeFactory:
        wall = self._freeze.start()
        self._branch.control("PUT", "/clock", json={"mode": "shifted"})
        return wall

    def __exit__(self, *_: object) -> None:
        self._branch.control("PUT", "/clock", json={"mode": "frozen"})
        self._freeze.stop()


def next_at(box: Sandbox) -> datetime | None:
    """When the next timer fires."""
    coming = box.control("GET", "/forecast?limit=1")["data"]
    return at(coming[0]["at"]) if coming else None


def all_orders(box: Sandbox) -> list[tuple[str, Json]]:
    """Every order as its seller sees it, with his name."""
    sellers = [account["name"] for account in box.made["accounts"] if account["role"] == "seller"]
    return [(seller, order) for seller in sellers for order in everything(box, seller, "/v1/orders")]


def everything(box: Sandbox, who: str, path: str) -> list[Json]:
    """All pages of a list."""
    found: list[Json] = []
    cursor = ""
    while True:
        page = box.get(who, f"{path}?limit=100{cursor}")
        found += page["data"]
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


def look(box: Sandbox, seller: str, order: Json) -> None:
    """Look at one order and nothing else."""
    box.get(seller, f"/v1/orders/{order['id']}")
    if order["dispute"] is not None:
        box.get(seller, f"/v1/disputes/{order['dispute']['id']}/history")


def lists(box: Sandbox, rng: random.Random) -> None:
    everything(box, rng.choice(sorted(box.tokens)), rng.choice(("/v1/orders", "/v1/disputes", "/v1/mailbox", "/v1/stores")))


def look_at_all(box: Sandbox) -> None:
    """What is due fires as soon as anybody looks at the whole."""
    box.control("GET", "/audit")


def told(box: Sandbox, since: str) -> list[tuple[Any, ...]]:
    """What the timeline says that time has done since."""
    lines = box.pages(f"/timeline?limit=1000&since={since}")
    return [
        (line["at"], line["order"], line["rule"], line["to"], line["money"])
        for line in lines
        if line["by"] == "system" and line["at"] > since
    ]


def shown(box: Sandbox, end: datetime) -> Iterable[Any]:
    """The clock, and what is still to come."""
    now = box.now()
    assert now == written(end)
    return now, box.forecast()


def deadline(line: Json) -> Json:
    """A line of a forecast as an order shows it."""
    return {name: line[name] for name in ("at", "rule", "then")}


def come(line: Json, says: str) -> tuple[Any, ...]:
    """What is foreseen and what has fired, put alike."""
    return (*(line[name] for name in ("at", "rule", "order", "dispute", "to", "money")), says)


def payment(box: Sandbox, who: str, order: Json) -> Json:
    """Where an order's money lies."""
    shown = box.get(who, f"/v1/orders/{order['id']}/payment")
    return {account: Decimal(shown[name]["amount"]) for account, name in SHOWN_AS.items()}


def moved(paid: Json, lines: list[Json]) -> Json:
    """The money after what is foreseen has moved it."""
    lies = Counter(paid)
    for transfer in (transfer for line in lines for transfer in line["money"]):
        lies[transfer["from"]] -= Decimal(transfer["amount"]["amount"])
        lies[transfer["to"]] += Decimal(transfer["amount"]["amount"])
    return {account: lies[account] for account in SHOWN_AS}
