"""The worlds that ship grow into what they promise, whatever the date, and `small` keeps still for a day."""

from __future__ import annotations

import json
import runpy
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest

from emulator.domain.check import check
from emulator.domain.dates import window_end
from emulator.domain.order import Order
from emulator.domain.rulesets import LEGACY, RULESETS, STANDARD, build_settings
from emulator.domain.stores import closes_store, complaint_of
from emulator.domain.words import (
    ClaimStatus,
    DisputeStatus,
    OrderStatus,
    Outcome,
    ParcelKind,
    Remedy,
    ReturnStage,
)
from emulator.domain.world import World
from emulator.durations import parse_duration
from emulator.growth import FIXTURES, Grown, grow, read_world, world_names

DAY = timedelta(days=1)
SEED = "growth"

# Every weekday at its first second, at noon and at its last second; ends of years; a leap day.
WEEK = [datetime(2026, 3, 2, tzinfo=UTC) + day * DAY + part for day in range(7) for part in (0 * DAY, DAY / 2, DAY - timedelta(seconds=1))]
TURNS = [
    datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC),
    datetime(2027, 1, 1, tzinfo=UTC),
    datetime(2028, 2, 29, 9, 30, tzinfo=UTC),
    datetime(2028, 3, 1, tzinfo=UTC),
    datetime(2000, 1, 3, 12, tzinfo=UTC),
]
NOW = datetime(2026, 3, 7, 12, tzinfo=UTC)  # a Saturday

EACH_RULESET = pytest.mark.parametrize("ruleset", RULESETS)
EACH_NOW = pytest.mark.parametrize("now", [*WEEK, *TURNS], ids=lambda now: f"{now:%a %Y-%m-%d %H:%M:%S}")
SOME_NOWS = pytest.mark.parametrize("now", [*WEEK[::5], *TURNS], ids=lambda now: f"{now:%a %Y-%m-%d %H:%M:%S}")


@cache
def grown(name: str, ruleset: str = "standard", now: datetime = NOW) -> Grown:
    return grow(name, RULESETS[ruleset], SEED, now)


def seen(world: World) -> list[tuple[Any, ...]]:
    """What the world looks like from outside, without ids."""
    return sorted((order.title, *order.state, order.dispute.outcome if order.dispute else "") for order in world.orders.values())


def on_the_table(order: Order) -> Remedy | None:
    dispute = order.dispute
    solution = dispute.solution(dispute.seller_solution) if dispute else None
    return solution.remedy if solution else None


def negotiated(status: DisputeStatus) -> Callable[[World, Order], bool]:
    return lambda _, order: order.dispute is not None and order.dispute.status is status


def mediated(status: ClaimStatus) -> Callable[[World, Order], bool]:
    return lambda _, order: order.state.dispute is DisputeStatus.MEDIATING and order.state.claim is status


def returned(stage: ReturnStage) -> Callable[[World, Order], bool]:
    return lambda _, order: order.state.dispute is DisputeStatus.RETURNING and order.state.stage is stage


def ended(outcome: Outcome) -> Callable[[World, Order], bool]:
    return lambda _, order: order.dispute is not None and order.dispute.outcome is outcome


def undisputed(order: Order) -> bool:
    return order.dispute is None


def ends_within(order: Order, world: World, days: int) -> bool:
    return order.protection_ends_at is not None and world.now < order.protection_ends_at < world.now + days * DAY


def is_on(status: OrderStatus) -> Callable[[World, Order], bool]:
    return lambda _, order: order.status is status


AWAITING, FINISHED = OrderStatus.AWAITING_CONFIRMATION, OrderStatus.FINISHED

# Where a test may want to begin. Each is there under both rulesets.
POSITIONS: dict[str, Callable[[World, Order], bool]] = {
    "waiting to be shipped": is_on(OrderStatus.AWAITING_SHIPMENT),
    "just shipped": lambda world, order: (
        order.status is AWAITING and order.shipped_at is not None and order.shipped_at > world.now - 4 * DAY and order.delivered_at is None
    ),
    "delivered, not confirmed": lambda _, order: order.status is AWAITING and order.delivered_at is not None,
    "overdue": lambda world, order: order.status is AWAITING and order.delivery_due_at is not None and order.delivery_due_at < world.now,
    "protection nearly over": lambda world, order: order.status is AWAITING and ends_within(order, world, 4),
    "confirmed and still disputable": lambda world, order: (
        order.status is FINISHED
        and undisputed(order)
        and order.confirmed_at is not None
        and (end := window_end(order, world.settings)) is not None
        and world.now + DAY < end
    ),
    "finished by the timer": lambda _, order: order.status is FINISHED and undisputed(order) and order.confirmed_at is None,
    "reviewed": lambda _, order: order.reviewed,
    "cancelled by the buyer": lambda world, order: order.status is OrderStatus.CANCELLED and last_row(world, order) == "cancel_order",
    "cancelled by the timer": lambda world, order: (
        order.status is OrderStatus.CANCELLED and last_row(world, order) == "processing_time_ends"
    ),
    "waiting for the seller": negotiated(DisputeStatus.WAITING_FOR_SELLER),
    "a refund is offered": lambda world, order: (
        negotiated(DisputeStatus.WAITING_FOR_BUYER)(world, order) and on_the_table(order) is Remedy.REFUND
    ),
    "the trap is set": lambda world, order: (
        negotiated(DisputeStatus.WAITING_FOR_BUYER)(world, order) and on_the_table(order) is Remedy.NO_REFUND_NO_RETURN
    ),
    "edits are used": lambda world, order: (
        negotiated(DisputeStatus.WAITING_FOR_BUYER)(world, order) and order.dispute is not None and 0 < order.dispute.edits_used < 4
    ),
    "the payout is on hold": lambda _, order: order.money.hold == order.total,
    "the mediator is at work": mediated(ClaimStatus.PROCESSING),
    "the mediator waits for the buyer": mediated(ClaimStatus.WAITING_FOR_BUYER),
    "the mediator waits for the seller": mediated(ClaimStatus.WAITING_FOR_SELLER),
    "the mediator waits for both": mediated(ClaimStatus.WAITING_FOR_BOTH),
    "an offer in the claim": lambda world, order: mediated(ClaimStatus.PROCESSING)(world, order) and on_the_table(order) is Remedy.REFUND,
    "goods to be sent back": returned(ReturnStage.TO_SEND),
    "goods sent back": lambda world, order: returned(ReturnStage.SENT)(world, order) and goods_delivered(order) is None,
    "goods delivered back": lambda world, order: returned(ReturnStage.SENT)(world, order) and goods_delivered(order) is not None,
    "a replacement is on its way": lambda world, order: (
        returned(ReturnStage.REPLACEMENT_SENT)(world, order) and any(t.parcel == ParcelKind.REPLACEMENT for t in order.tracking)
    ),
    "a refund is on its way": is_on(OrderStatus.PAYMENT_PROCESSING),
    "evidence is attached": lambda _, order: order.dispute is not None and bool(order.dispute.evidence),
    "begging was reported": lambda world, order: order.id in {order_id for order_id, _ in world.reports},
    "ended by cancelling": ended(Outcome.CANCELLED),
    "ended by the buyer's yes": ended(Outcome.ACCEPTED_BY_BUYER),
    "ruled for the buyer": ended(Outcome.RULED_FOR_BUYER),
    "ruled for the seller": ended(Outcome.RULED_FOR_SELLER),
}


def goods_delivered(order: Order) -> datetime | None:
    return order.dispute.goods.delivered_at if order.dispute and order.dispute.goods else None


def last_row(world: World, order: Order) -> str:
    return [step.row.name for step in world.steps if step.order.id == order.id][-1]


def positions(world: World) -> set[str]:
    return {name for name, holds in POSITIONS.items() for order in world.orders.values() if holds(world, order)}


# ── every world ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_three_worlds_ship() -> None:
    assert world_names() == ["empty", "market", "small"]


def test_a_world_that_does_not_ship_is_no_world() -> None:
    with pytest.raises(KeyError):
        read_world("atlantis")


@pytest.mark.parametrize("name", ["empty", "market", "small"])
def test_the_same_seed_grows_the_same_world(name: str) -> None:
    one, other = grown(name), grow(name, STANDARD, SEED, NOW)
    assert one.world.orders == other.world.orders
    assert one.world.events == other.world.events
    assert one.world.mails == other.world.mails
    assert one.files == other.files


def test_another_seed_grows_the_same_positions_under_other_ids() -> None:
    other = grow("small", STANDARD, "another", NOW).world
    assert seen(other) == seen(grown("small").world)
    assert not set(other.orders) & set(grown("small").world.orders)


@pytest.mark.parametrize("name", ["empty", "market", "small"])
@EACH_RULESET
def test_every_grown_order_keeps_the_invariants(name: str, ruleset: str) -> None:
    world = grown(name, ruleset).world
    assert not [fault for order in world.orders.values() for fault in check(order, world.settings)]


@pytest.mark.parametrize("name", ["market", "small"])
@EACH_RULESET
def test_nothing_in_a_grown_world_is_overdue_or_in_the_future(name: str, ruleset: str) -> None:
    world = grown(name, ruleset).world
    due = world.next_due()
    assert due is not None
    assert due > world.now == NOW
    assert max(step.at for step in world.steps) <= NOW


@pytest.mark.parametrize("name", ["market", "small"])
def test_every_piece_of_evidence_has_its_bytes(name: str) -> None:
    world, files = grown(name).world, grown(name).files
    assert world.files
    assert all(len(files[file.sha256]) == file.size for file in world.files.values())


@pytest.mark.parametrize("name", ["market", "small"])
def test_every_step_of_a_world_comes_after_the_one_before_it(name: str) -> None:
    for order in read_world(name)["orders"]:
        ages = [parse_duration(step["ago"]) for step in order["steps"]]
        assert ages == sorted(ages, reverse=True), order["steps"][0]


# ── small ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@EACH_RULESET
@EACH_NOW
def test_small_grows_without_a_refusal(ruleset: str, now: datetime) -> None:
    assert grown("small", ruleset, now).refused == ()


@EACH_RULESET
@EACH_NOW
def test_small_shows_every_status_and_position(ruleset: str, now: datetime) -> None:
    world = grown("small", ruleset, now).world
    assert {order.status for order in world.orders.values()} == set(OrderStatus) - {OrderStatus.NEW}
    assert set(POSITIONS) - positions(world) == set()


@EACH_RULESET
@EACH_NOW
def test_in_small_nothing_happens_by_itself_for_a_day(ruleset: str, now: datetime) -> None:
    due = grown("small", ruleset, now).world.next_due()
    assert due is not None
    assert due > now + DAY


@EACH_RULESET
@SOME_NOWS
def test_small_looks_the_same_on_every_date(ruleset: str, now: datetime) -> None:
    assert seen(grown("small", ruleset, now).world) == seen(grown("small", ruleset).world)


def test_the_rulesets_differ_in_small_only_in_what_cancelling_a_dispute_did() -> None:
    standard, legacy = ({o.title: o.state for o in grown("small", ruleset).world.orders.values()} for ruleset in ("standard", "legacy"))
    differing = {title: (standard[title].order, legacy[title].order) for title in standard if standard[title] != legacy[title]}
    assert list(differing.values()) == [(OrderStatus.AWAITING_CONFIRMATION, OrderStatus.FINISHED)]


def test_small_has_two_buyers_two_stores_and_a_mediator_who_all_have_something_to_do() -> None:
    world = grown("small").world
    assert list(world.people) == ["buyer", "buyer-2", "seller", "seller-2", "mediator"]
    assert len({store.opened_at for store in world.stores.values()}) == 2
    assert all(store.opened_at < NOW - 90 * DAY for store in world.stores.values())
    pairs = Counter((order.buyer, order.store) for order in world.orders.values())
    assert len(pairs) == 4
    assert min(pairs.values()) >= 4
    disputed = Counter(order.buyer for order in world.orders.values() if order.status is OrderStatus.IN_DISPUTE)
    assert min(disputed.values()) >= 4


def test_small_trades_in_several_currencies_and_mostly_in_dollars() -> None:
    currencies = Counter(order.currency for order in grown("small").world.orders.values())
    assert set(currencies) == {"USD", "EUR", "JPY", "KWD"}
    assert currencies["USD"] > sum(currencies.values()) / 2


def test_small_has_a_few_dozen_orders_at_most_and_each_says_what_it_shows() -> None:
    orders = read_world("small")["orders"]
    assert 18 <= len(orders) <= 24
    assert all(order["tells"].endswith(".") for order in orders)


@pytest.mark.parametrize(
    "overrides",
    [
        {"negotiation_days": 1},
        {"edits_max": 0},
        {"processing_days": 1},
        {"protection_days": 20, "delivery_days": 10},
        {"cancel_while_mediating": "cancel_claim", "protection_end_closes_dispute": True},
        {"holidays": [f"2026-0{month}-{day:02}" for month in (2, 3) for day in range(1, 29)]},
    ],
    ids=str,
)
@EACH_RULESET
def test_small_grows_under_settings_that_it_was_not_written_for(ruleset: str, overrides: dict[str, Any]) -> None:
    settings = build_settings(ruleset, overrides)
    world = grow("small", settings, SEED, NOW).world
    assert world.orders
    assert not [fault for order in world.orders.values() for fault in check(order, settings)]


# ── market ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_script_makes_the_committed_market_byte_for_byte() -> None:
    made = runpy.run_path(str(FIXTURES / "make_market.py"))["make_market"]()
    assert made.encode() == (FIXTURES / "worlds" / "market.json").read_bytes()


def test_the_market_is_compact_with_one_order_a_line() -> None:
    text = (FIXTURES / "worlds" / "market.json").read_text("utf-8")
    assert len(text) < 400_000
    lines = [line.removesuffix(",") for line in text.splitlines() if line.startswith('{"buyer":')]
    assert [json.loads(line) for line in lines] == read_world("market")["orders"]


@SOME_NOWS
def test_the_market_grows_without_a_refusal_under_standard(now: datetime) -> None:
    assert grown("market", "standard", now).refused == ()


def test_under_legacy_the_market_loses_only_what_follows_a_cancelled_dispute() -> None:
    lost = {note.split(":")[0] for note in grown("market", "legacy").refused}
    cancelled = {
        f"order {index}"
        for index, order in enumerate(read_world("market")["orders"])
        if any(step["do"] == "cancel" for step in order["steps"])
    }
    assert lost <= cancelled


@EACH_RULESET
def test_the_market_has_every_status_and_every_end_of_a_dispute(ruleset: str) -> None:
    orders = grown("market", ruleset).world.orders.values()
    assert {order.status for order in orders} == set(OrderStatus) - {OrderStatus.NEW}
    assert {order.dispute.outcome for order in orders if order.dispute and order.dispute.outcome} == set(Outcome)
    assert {order.dispute.status for order in orders if order.dispute} == set(DisputeStatus) - {DisputeStatus.NONE}


def test_the_market_has_twenty_buyers_eight_stores_one_mediator_and_three_hundred_orders() -> None:
    world = grown("market").world
    assert Counter(person.role for person in world.people.values()) == {"buyer": 20, "seller": 8, "mediator": 1}
    assert len(world.orders) == 300
    assert {order.buyer for order in world.orders.values()} == {p.id for p in world.people.values() if p.role == "buyer"}


def test_the_market_has_orders_from_today_to_more_than_a_year_ago_and_none_older_than_its_store() -> None:
    world = grown("market").world
    placed = [order.placed_at for order in world.orders.values() if order.placed_at]
    assert max(placed) > NOW - 2 * DAY
    assert NOW - 400 * DAY <= min(placed) < NOW - 365 * DAY
    assert all(order.placed_at and order.placed_at > world.stores[order.store].opened_at for order in world.orders.values())


def store_of(world: World, account: str) -> str:
    store = world.people[account].store
    assert store is not None
    return store


@SOME_NOWS
def test_the_store_of_bad_goods_is_closed_and_only_it_and_its_open_orders_run_on(now: datetime) -> None:
    world = grown("market", "standard", now).world
    assert [store.id for store in world.stores.values() if store.closed_at] == [store_of(world, "bad-goods")]
    running = {order.status for order in world.orders.values() if order.store == store_of(world, "bad-goods")}
    assert running - {OrderStatus.FINISHED, OrderStatus.CANCELLED}


def test_one_more_complaint_would_close_the_store_that_accepts_everything() -> None:
    world = grown("market").world
    complaints = [c for d in world.disputes_of(store_of(world, "pushover")) if (c := complaint_of(d))]
    assert not closes_store(complaints, STANDARD, NOW)
    one_more = complaints[0]._replace(opened_at=NOW, withdrawn=False)
    assert closes_store([*complaints, one_more], STANDARD, NOW)


def test_every_store_has_its_manner() -> None:
    world = grown("market").world
    rows = {account: Counter[str]() for account in world.people}
    sellers = {person.id: account for account, person in world.people.items()}
    for step in world.steps:
        rows[sellers[step.order.seller]][step.row.name] += 1
    assert rows["saint"]["confirm_receipt"] > 5 * rows["saint"]["open_dispute"]
    assert rows["saint"]["refuse"] == 0
    assert rows["slow-shipper"]["extend_processing"] > rows["slow-shipper"]["place_order"] / 2
    assert rows["never-ships"]["ship"] == 0
    assert rows["beggar"]["report_message"] >= 5
    assert rows["refuser"]["buyer_accepts_nothing"] >= 3
    assert rows["refuser"]["seller_accepts_refund"] == 0
    assert rows["pushover"]["seller_accepts_refund"] + rows["pushover"]["seller_accepts_return"] > rows["pushover"]["open_dispute"] / 2
    assert rows["staller"]["extend_protection"] > rows["staller"]["place_order"]


def test_the_market_closes_the_same_store_under_legacy() -> None:
    assert [s.name for s in grown("market", "legacy").world.stores.values() if s.closed_at] == ["Glitter Palace"]
    assert LEGACY.store_close_count == STANDARD.store_close_count
