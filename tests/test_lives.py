"""The lives of orders that are made up: that each can be led, that it ends where it says, and that it is what people could have done."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from emulator.domain.bodies import read_request
from emulator.domain.engine import Engine
from emulator.domain.money import Money, format_amount
from emulator.domain.order import Order
from emulator.domain.rules import BY_NAME
from emulator.domain.rulesets import LEGACY, RULESETS, STANDARD, Settings
from emulator.domain.stores import Complaint, complaint_of
from emulator.domain.words import GOODS_REASONS, ClaimStatus, Outcome, Position, Reason, Remedy, ReturnStage, Word
from emulator.lives.leading import DAY, Company, Patience, Played, company, counted
from emulator.lives.scripts import BEFORE, BEGINNINGS, CURRENCIES, DISPUTED, LIVES, UNDISPUTED, USUAL, WARES, Life

from .domain.test_walks import some_settings

NOW = datetime(2026, 3, 4, 9, 30, 15, tzinfo=UTC)
OLDEST = 120 * DAY


def new_order(number: object = 1, total: int = 10_000, currency: str = "USD") -> Order:
    return Order(f"ord_{number}", "acc_buyer", "acc_seller", "sto_store", "A lamp", 1, total, currency)


def lived(settings: Settings, wanted: Position, seed: str, patience: Patience | None = None, oldest: int = OLDEST, **order: Any) -> Played:
    """An order led to a position; without patience given, the store bears anything."""
    bears = patience or Patience(replace(settings, store_close_count=1_000_000), [])
    chance = random.Random(seed).random
    return company(settings, oldest).live(Engine(settings, "seed"), wanted, new_order(seed, **order), NOW, bears, chance)


def all_lives(settings: Settings, each: int = 3) -> Iterator[tuple[Life, Played]]:
    """Every life that can be led under these settings, some times."""
    everybody, engine = company(settings, OLDEST), Engine(settings, "seed")
    for life in LIVES:
        if everybody.pace(life) is not None:
            for number in range(each):
                chance = random.Random(f"{life.name}/{number}").random
                played = everybody.lead(engine, life, everybody.plan(life, chance), new_order(f"{life.name}/{number}"), NOW, chance)
                if played is not None:
                    yield life, played


# ── the scripts ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_script_can_be_led_to_its_end_under_one_ruleset_or_the_other() -> None:
    """Not every sequel follows every beginning, nor under every rule; but nothing is written that never happens."""
    possible = {ruleset: led(settings) for ruleset, settings in RULESETS.items()}
    somewhere = possible["standard"] | possible["legacy"]
    assert [life.name for life in UNDISPUTED if life.name not in somewhere] == []
    assert [
        sequel.name for sequel in DISPUTED if not any(f"{beginning.name}: {sequel.name}" in somewhere for beginning in BEGINNINGS)
    ] == []
    assert [beginning.name for beginning in BEGINNINGS if not any(name.startswith(f"{beginning.name}: ") for name in somewhere)] == []
    assert possible["standard"] - possible["legacy"]
    assert possible["legacy"] - possible["standard"]


def led(settings: Settings) -> set[str]:
    """The names of the lives that can be led under these settings."""
    everybody = Company(settings, OLDEST)
    return {life.name for life in LIVES if everybody.pace(life) is not None}


def test_names_tell_lives_apart() -> None:
    assert not [name for (_, name), count in Counter((life.ends, life.name) for life in LIVES).items() if count > 1]


def test_a_life_goes_as_fast_as_it_must_and_no_faster() -> None:
    life = next(life for life in LIVES if life.name == "confirmed")
    paces = [Company(STANDARD, days * DAY).pace(life) for days in (120, 20, 1)]
    assert [pace is not None and pace.takes <= days * DAY for pace, days in zip(paces, (120, 20, 1), strict=True)] == [True] * 3
    assert paces[0] is not None
    assert paces[0].haste == 1
    hastes = [pace.haste for pace in paces if pace is not None]
    assert hastes == sorted(hastes, reverse=True)
    assert len(set(hastes)) == 3


def test_wares_cost_something_sensible_in_every_currency() -> None:
    assert sum(share for _, share, _ in CURRENCIES) == pytest.approx(1)
    assert sum(beginning.weight for beginning in BEGINNINGS) == pytest.approx(1)
    assert {currency for currency, _, _ in CURRENCIES} >= {"USD", "EUR", "JPY", "KWD"}
    assert all(0 < low < high for _, low, high in WARES)


def test_the_usual_mix_has_every_position_and_every_position_but_the_first_has_one_before_it() -> None:
    assert set(USUAL) == set(Position)
    assert set(BEFORE) == set(Position) - {Position.AWAITING_SHIPMENT}


# ── where they end ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("ruleset", RULESETS)
def test_every_position_is_reached_and_stands(ruleset: str) -> None:
    settings = RULESETS[ruleset]
    engine = Engine(settings, "seed")
    for wanted in Position:
        for number in range(40):
            played = lived(settings, wanted, f"{wanted}/{number}")
            order = played.order
            assert played.position is wanted
            assert engine.settle(order, NOW) == (order, [])
            assert order.placed_at is not None
            assert NOW - timedelta(seconds=OLDEST) <= order.placed_at <= NOW
            dates = [step.at for step in played.steps]
            assert dates == sorted(dates)
            assert dates[-1] <= NOW


@pytest.mark.parametrize("ruleset", RULESETS)
def test_nearly_every_life_leads_where_it_says_at_the_first_draw(ruleset: str) -> None:
    settings = RULESETS[ruleset]
    possible = [life for life in LIVES if company(settings, OLDEST).pace(life) is not None]
    assert len(list(all_lives(settings))) > 0.97 * 3 * len(possible)


@pytest.mark.parametrize("ruleset", RULESETS)
def test_lives_are_of_many_kinds(ruleset: str) -> None:
    disputes = [dispute for _, played in all_lives(RULESETS[ruleset]) for dispute in played.disputes()]
    assert {dispute.reason for dispute in disputes} == set(Reason)
    assert {dispute.remedy for dispute in disputes} == set(Remedy) - {Remedy.NO_REFUND_NO_RETURN}
    assert {dispute.outcome for dispute in disputes} == {None, *Outcome}
    assert {solution.remedy for dispute in disputes for solution in dispute.solutions} == set(Remedy)
    assert {dispute.edits_used for dispute in disputes} >= {0, 1, 2}
    assert {dispute.claim.status for dispute in disputes if dispute.claim} == set(ClaimStatus) - {ClaimStatus.NONE}
    assert {dispute.goods.stage for dispute in disputes if dispute.goods} == set(ReturnStage) - {ReturnStage.NONE}


@pytest.mark.parametrize("ruleset", RULESETS)
def test_every_timer_moves_some_life(ruleset: str) -> None:
    """All that ship, but those of an appeal that the first refund overtakes: nobody waits for that here."""
    settings = RULESETS[ruleset]
    fired = {step.row.name for _, played in all_lives(settings) for step in played.steps if step.row.due is not None}
    timers = {row.name for row in Engine(settings, "seed").table.rules if row.due is not None}
    assert timers - fired <= {"part_of_refund_arrives", "refund_arrives_during_appeal"}


def test_a_second_dispute_leaves_the_first_on_record() -> None:
    twice = [played for _, played in all_lives(STANDARD) if played.past]
    assert twice
    for played in twice:
        ((order, first),) = played.past
        assert order.id == played.order.id
        assert first.superseded
        assert first.outcome is Outcome.CANCELLED
        assert played.disputes() == [first, played.order.dispute]


@pytest.mark.parametrize("ruleset", RULESETS)
def test_lives_make_sense(ruleset: str) -> None:
    """The rules would let a buyer send back what never came, or miss a number that he was given; people do not."""
    for life, played in all_lives(RULESETS[ruleset]):
        for dispute in played.disputes():
            if dispute.goods is not None:
                assert dispute.reason in {*GOODS_REASONS, Reason.WRONG_ADDRESS}, life.name
            numbers = [t.number for t in played.order.tracking if t.given_at < dispute.opened_at and t.number]
            if dispute.reason is Reason.NO_TRACKING and not played.past:
                assert numbers == [], life.name
            if dispute.reason is Reason.TRACKING_INVALID and not played.past:
                assert len(numbers) == 1, life.name


@pytest.mark.parametrize(("currency", "total"), [("USD", 4_700), ("EUR", 999), ("JPY", 1_200), ("KWD", 12_345), ("JPY", 2)])
def test_amounts_fit_the_order_whatever_it_costs(currency: str, total: int) -> None:
    for wanted in Position:
        for number in range(20):
            played = lived(STANDARD, wanted, f"{wanted}/{number}", currency=currency, total=total)
            assert played.position is wanted
            for dispute in played.disputes():
                assert all(solution.amount is None or 0 < solution.amount <= total for solution in dispute.solutions)


def as_json(value: Any) -> Any:
    """A value of a request as a client would send it."""
    if isinstance(value, Money):
        return {"amount": format_amount(value.minor, value.currency), "currency": value.currency}
    if isinstance(value, Word):
        return value.value
    return {name: as_json(inner) for name, inner in value.items()} if isinstance(value, Mapping) else value


def as_body(action: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """A request as a client would send it: what the engine sees as if it stood in the body itself goes back into its object."""
    body = {name: as_json(value) for name, value in request.items()}
    if action == "refuse" and "remedy" in body:
        body["solution"] = {name: body.pop(name) for name in ("remedy", "amount") if name in body}
    return body


@pytest.mark.parametrize("ruleset", RULESETS)
def test_what_people_send_is_what_the_contract_takes(ruleset: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, Mapping[str, Any]]] = []
    perform = Engine.perform

    def listening(self: Engine, order: Order, action: str, actor: Any, request: Mapping[str, Any], *rest: Any) -> Any:
        sent.append((action, request))
        return perform(self, order, action, actor, request, *rest)

    monkeypatch.setattr(Engine, "perform", listening)
    assert len(list(all_lives(RULESETS[ruleset]))) > 1000
    for action, request in sent:
        assert read_request(action, as_body(action, request)) == request
    assert set(BY_NAME) - {action for action, _ in sent} == ({"appeal"} if ruleset == "standard" else set())


def test_the_same_chance_gives_the_same_life() -> None:
    one, other, another = (lived(STANDARD, Position.MEDIATING, seed) for seed in ("a", "a", "b"))
    assert one == other
    assert one != another
    assert (
        Company(STANDARD, OLDEST).live(
            Engine(STANDARD, "seed"),
            Position.MEDIATING,
            new_order("a"),
            NOW,
            Patience(replace(STANDARD, store_close_count=1_000_000), []),
            random.Random("a").random,
        )
        == one
    ), "what others have rehearsed before changes nothing"


# ── settings and ages that leave little room ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("chunk", range(4))
def test_under_any_settings_orders_stand_where_they_say(chunk: int) -> None:
    for number in range(chunk * 15, (chunk + 1) * 15):
        rng = random.Random(f"lives {number}")
        settings = some_settings(rng)
        oldest = rng.choice((0, 3600, 2 * DAY, 30 * DAY, OLDEST, 1000 * DAY))
        engine = Engine(settings, "seed")
        for wanted in Position:
            played = lived(settings, wanted, f"{number}/{wanted}", oldest=oldest)
            order = played.order
            assert engine.settle(order, NOW) == (order, [])
            assert order.placed_at is not None
            assert NOW - timedelta(seconds=oldest) <= order.placed_at <= NOW
            assert played.position in towards(wanted)


def towards(position: Position) -> list[Position]:
    found = [position]
    while found[-1] in BEFORE:
        found.append(BEFORE[found[-1]])
    return found


TIGHT = {
    "hardly any time": {
        "processing_days": 1,
        "delivery_days": 1,
        "protection_days": 1,
        "negotiation_days": 1,
        "dispute_days_after_receipt": 1,
    },
    "hardly any time to return": {"return_ship_days": 1, "return_confirm_days": 1, "return_transit_days": 1, "replacement_ship_days": 1},
    "quick money": {"refund_business_days": (1, 1), "answer_business_days": 1},
    "slow money": {"refund_business_days": (3650, 3650), "answer_business_days": 3650},
    "years": {"processing_days": 3650, "delivery_days": 3650, "protection_days": 3650, "negotiation_days": 3650},
}


@pytest.mark.parametrize("tight", TIGHT)
@pytest.mark.parametrize("ruleset", RULESETS)
def test_every_position_is_reached_however_tight_the_settings(ruleset: str, tight: str) -> None:
    settings = replace(RULESETS[ruleset], **TIGHT[tight])  # type: ignore[arg-type] # settings by name
    for wanted in Position:
        for number in range(5):
            assert lived(settings, wanted, f"{wanted}/{number}").position is wanted


@pytest.mark.parametrize(
    ("settings", "oldest", "wanted", "stands"),
    [
        (STANDARD, 0, Position.FINISHED, Position.FINISHED),
        (STANDARD, 0, Position.MEDIATING, Position.MEDIATING),
        # Where only what is overdue may be disputed, and the goods are all bad already, nobody disputes on the first day.
        (replace(LEGACY, store_close_count=1), DAY // 2, Position.MEDIATING, Position.AWAITING_CONFIRMATION),
        (replace(LEGACY, store_close_count=1), DAY // 2, Position.RETURNING, Position.AWAITING_CONFIRMATION),
        (replace(LEGACY, store_close_count=1), 60 * DAY, Position.RETURNING, Position.RETURNING),
    ],
)
def test_where_a_position_cannot_be_reached_in_time_the_one_before_is(
    settings: Settings, oldest: int, wanted: Position, stands: Position
) -> None:
    assert lived(settings, wanted, "x", Patience(settings, []), oldest).position is stands


def test_orders_are_of_every_age_that_their_position_allows() -> None:
    ages = [(NOW - played.steps[0].at) / timedelta(days=1) for played in (lived(STANDARD, Position.FINISHED, str(n)) for n in range(300))]
    assert min(ages) < 20
    assert max(ages) > 110
    waiting = [lived(STANDARD, Position.WAITING_FOR_SELLER, str(number)).order.dispute for number in range(300)]
    waited = [(NOW - dispute.opened_at) / timedelta(days=1) for dispute in waiting if dispute is not None]
    assert min(waited) < 1
    assert 13 < max(waited) < STANDARD.negotiation_days


# ── what a store bears ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_store_bears_half_of_what_would_close_it() -> None:
    settings = replace(STANDARD, store_close_count=10, store_close_days=90)
    patience = Patience(settings, [])
    borne = 0
    for day in range(300):
        if patience.bears(day * DAY):
            patience.note(day * DAY)
            borne += 1
    # Four in the first days, and four more whenever ninety days have passed.
    assert borne == 16
    assert not patience.bears(95 * DAY)


@pytest.mark.parametrize(
    ("count", "dates", "at", "bears"),
    [
        (1, [], 0, False),
        (2, [], 0, False),
        (3, [], 0, True),
        (3, [0], 89, False),
        (3, [0], 90, True),
        (3, [90], 0, True),
        (5, [0, 50], 89, False),
        (5, [0, 50], 91, True),
        (5, [0, 89], 45, False),
        (5, [0, 100], 50, True),
        (5, [0, 100, 10], 95, True),
        (5, [0, 0, 0, 0, 0], 200, True),
        (1_000_000, [0] * 50, 0, True),
    ],
)
def test_what_it_bears_counts_every_stretch_of_days(count: int, dates: list[int], at: int, bears: bool) -> None:
    settings = replace(STANDARD, store_close_count=count, store_close_days=90)
    assert Patience(settings, [date * DAY for date in dates]).bears(at * DAY) is bears


def test_what_counts_is_what_the_settings_count() -> None:
    opened, marked = NOW - timedelta(days=30), NOW - timedelta(days=3)
    marks = replace(STANDARD, store_close_counts="marks")
    for complaint, closed, settings, date in (
        (Complaint(opened, True, None), True, STANDARD, opened),
        (Complaint(opened, False, marked), True, STANDARD, opened),
        (Complaint(opened, False, marked), True, marks, marked),
        (Complaint(opened, False, None), False, marks, NOW),
        (Complaint(opened, False, None), True, marks, None),
    ):
        assert counted(complaint, closed, settings, NOW) == (None if date is None else int(date.timestamp()))


@pytest.mark.parametrize("counts", ["opened", "marks"])
def test_no_store_is_brought_near_its_end(counts: str) -> None:
    settings = replace(STANDARD, store_close_counts=counts)
    patience = Patience(settings, [])
    played = [lived(settings, wanted, f"{wanted}/{number}", patience) for number in range(60) for wanted in Position]
    about = [dispute for one in played for dispute in one.disputes() if dispute.reason in GOODS_REASONS]
    complaints = [(complaint_of(dispute), dispute.closed_at is not None) for dispute in about]
    dates = [counted(given, closed, settings, NOW) for given, closed in complaints if given is not None]
    known = sorted(date for date in dates if date is not None)
    assert max(sum(later - 90 * DAY < date <= later for date in known) for later in known) == 4
    assert len(about) < len([dispute for one in played for dispute in one.disputes()]) / 3
    assert {one.position for one in played} == set(Position)
