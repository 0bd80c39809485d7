"""A stamped world is the grown one, at any time and for any seed: only its ids and its distance from today are its own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.app import create_app
from emulator.control.planting import Planter
from emulator.growth import grow, week_of, world_names
from emulator.service import engine_for
from emulator.stamping import Pattern, Rows
from emulator.store import sandboxes, worlds

from .control.commands import examples, rules

KEY = 1
FRIDAY = datetime(2026, 3, 6, 9, tzinfo=UTC)
WEEK = timedelta(days=7)
ID = re.compile(r"\b[a-z]{3}_[a-z2-7]{16}\b")
EARLIEST, LATEST = datetime(1971, 1, 1, tzinfo=UTC), datetime(8000, 1, 1, tzinfo=UTC)
# Any second, and those around midnight, where the day of the week changes.
midnights = st.tuples(st.integers(0, (LATEST - EARLIEST).days - 1), st.sampled_from([-1, 0, 1, 3 * 3600])).map(
    lambda drawn: max(EARLIEST, EARLIEST + timedelta(days=drawn[0], seconds=drawn[1]))
)
instants = st.one_of(
    st.integers(int(EARLIEST.timestamp()), int(LATEST.timestamp())).map(lambda at: datetime.fromtimestamp(at, UTC)), midnights
)
small_worlds = st.sampled_from(["empty", "small", "small"])


@pytest.fixture(scope="module")
def planter() -> Iterator[Planter]:
    app = create_app(demo=False)
    database = app.extensions["dispute_emulator"]
    yield Planter(database)
    database.close()


def grown(planter: Planter, world: str, ruleset: str, settings: str, now: datetime) -> Pattern:
    """The pattern of a world that was really grown at this instant, not found among those that are kept."""
    engine = engine_for(ruleset, settings, world)
    return planter._read_back(grow(world, engine.settings, world, now), engine)


def ids_in(rows: Rows) -> set[str]:
    return {found for sheet in rows.values() for row in sheet for cell in row if isinstance(cell, str) for found in ID.findall(cell)}


@examples(40)
@given(world=small_worlds, rule=rules, now=instants, weeks=st.integers(-20_000, 20_000), seed=st.text(min_size=1, max_size=20))
def test_a_pattern_gives_at_another_time_what_grows_there(
    planter: Planter, world: str, rule: tuple[str, dict[str, Any]], now: datetime, weeks: int, seed: str
) -> None:
    ruleset, settings = rule[0], json.dumps(rule[1], sort_keys=True)
    there = min(max(now + weeks * WEEK, EARLIEST), LATEST)
    kept = planter.pattern(world, ruleset, settings, now)
    assert kept.stamp(KEY, seed, now) == grown(planter, world, ruleset, settings, now).stamp(KEY, seed, now)
    of_there = planter.pattern(world, ruleset, settings, there)
    assert of_there.stamp(KEY, seed, there) == grown(planter, world, ruleset, settings, there).stamp(KEY, seed, there)
    chosen = engine_for(ruleset, settings, world).settings
    if week_of(world, chosen, now) == week_of(world, chosen, there):
        assert of_there is kept


def read_back(planter: Planter, world: str, ruleset: str, settings: str, now: datetime) -> Rows:
    """What lies in the database once a world has grown into it, without any pattern on the way."""
    engine = engine_for(ruleset, settings, world)
    grown_there = grow(world, engine.settings, world, now)
    with planter._db.writing() as session:
        key = worlds.new_world(session)
        sandboxes.insert_world(session, key, grown_there.world, engine, grown_there.files)
        rows = worlds.renumbered(worlds.read_rows(session, key))
        worlds.forsake(session, key)
        worlds.sweep(session, 100_000)
    return {name: [(KEY, *row[1:]) for row in sheet] for name, sheet in rows.items()}


@examples(12)
@given(world=small_worlds, rule=rules, now=instants, weeks=st.integers(-20_000, 20_000))
def test_stamped_with_its_own_seed_a_pattern_is_what_grows_cell_by_cell(
    planter: Planter, world: str, rule: tuple[str, dict[str, Any]], now: datetime, weeks: int
) -> None:
    ruleset, settings = rule[0], json.dumps(rule[1], sort_keys=True)
    there = min(max(now + weeks * WEEK, EARLIEST), LATEST)
    planter.pattern(world, ruleset, settings, now)
    stamped = planter.pattern(world, ruleset, settings, there).stamp(KEY, world, there)
    assert {name: sorted(sheet, key=repr) for name, sheet in stamped.items()} == {
        name: sorted(sheet, key=repr) for name, sheet in read_back(planter, world, ruleset, settings, there).items()
    }


@examples(10)
@given(rule=rules, now=instants, seeds=st.lists(st.text(min_size=1, max_size=20), min_size=2, max_size=2, unique=True))
def test_two_seeds_differ_in_nothing_but_their_ids(
    planter: Planter, rule: tuple[str, dict[str, Any]], now: datetime, seeds: list[str]
) -> None:
    pattern = planter.pattern("small", rule[0], json.dumps(rule[1], sort_keys=True), now)
    one, other = (pattern.stamp(KEY, seed, now) for seed in seeds)
    called: dict[str, str] = {}
    for name, sheet in one.items():
        for row, twin in zip(sheet, other[name], strict=True):
            for cell, there in zip(row, twin, strict=True):
                if isinstance(cell, str):
                    called.update(zip(ID.findall(cell), ID.findall(there), strict=True))
                    assert ID.sub(lambda found: called[found.group()], cell) == there
                else:
                    assert cell == there
    assert len(set(called.values())) == len(called)
    assert not called.keys() & set(called.values())


@pytest.mark.parametrize("world", world_names())
def test_stamped_with_its_own_seed_at_its_own_time_a_pattern_is_the_world_it_was_made_of(planter: Planter, world: str) -> None:
    """Every blank is filled with what stood there."""
    pattern = planter.pattern(world, "standard", "{}", FRIDAY)
    stamped = pattern.stamp(KEY, world, FRIDAY)
    assert ids_in(stamped) == {found for found in pattern._slots if ID.fullmatch(found)} & ids_in(stamped)
    again = grow(world, engine_for("standard", "{}", world).settings, world, FRIDAY).world
    assert {row[1] for row in stamped["orders"]} == set(again.orders)
    assert {row[1] for row in stamped["accounts"]} == {person.id for person in again.people.values()}


def test_the_day_of_the_week_matters_so_the_test_of_patterns_can_fail(planter: Planter) -> None:
    friday = planter.pattern("small", "standard", "{}", FRIDAY)
    saturday = FRIDAY + timedelta(days=1)
    assert friday.stamp(KEY, "s", saturday) != grown(planter, "small", "standard", "{}", saturday).stamp(KEY, "s", saturday)


def test_with_holidays_no_pattern_serves_another_time(planter: Planter) -> None:
    settings = json.dumps({"holidays": ["2026-03-09"]})
    kept = planter.pattern("small", "standard", settings, FRIDAY)
    assert planter.pattern("small", "standard", settings, FRIDAY) is kept
    assert planter.pattern("small", "standard", settings, FRIDAY + WEEK) is not kept


@pytest.mark.parametrize("world", world_names())
def test_worlds_of_two_seeds_share_no_id_and_none_has_one_of_the_pattern(planter: Planter, world: str) -> None:
    pattern = planter.pattern(world, "standard", "{}", FRIDAY)
    one, other, own = (ids_in(pattern.stamp(KEY, seed, FRIDAY)) for seed in ("one", "other", world))
    assert len(one) == len(other) == len(own) > 0
    assert not one & other
    assert not (one | other) & own


def test_the_same_world_comes_out_whatever_was_stamped_before(planter: Planter) -> None:
    pattern = planter.pattern("small", "standard", "{}", FRIDAY)
    first = pattern.stamp(KEY, "seed", FRIDAY)
    for number in range(100):
        pattern.stamp(KEY, f"another {number}", FRIDAY + timedelta(seconds=number))
    assert pattern.stamp(KEY, "seed", FRIDAY) == first
    assert {row[0] for sheet in pattern.stamp(2, "seed", FRIDAY).values() for row in sheet} == {2}
