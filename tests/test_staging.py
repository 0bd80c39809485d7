"""A staged tale stands at its step at the instant asked for; what comes next is what the tale does next, or else something legal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

import pytest

from emulator import staging
from emulator.contract import EXAMPLES
from emulator.domain.rulesets import LEGACY, STANDARD, build_settings
from emulator.player import PARTS, CoreStage, Play, Scene, StoryFault, Tale, named_steps, own_scene, story_ids, tales_of
from emulator.staging import Move, Staged, fits, next_move, stage_tale

TALES = [tale for story in story_ids() for tale in tales_of(story)]
DAY = timedelta(days=1)
# A Friday, at a time of day that no tale begins at.
FRIDAY = datetime(2027, 1, 1, 13, 47, 11, tzinfo=UTC)
SATURDAY = FRIDAY + DAY


def tale_of(story: str, name: str, ruleset: str = "standard") -> Tale:
    return next(tale for tale in tales_of(story) if (tale.name, tale.ruleset) == (name, ruleset))


def names_for(tale: Tale) -> dict[str, str]:
    return {part: f"{part}@{tale.story}" for part in PARTS}


def staged(tale: Tale, step: str | None, now: datetime = FRIDAY, seed: str = "seed", names: Mapping[str, str] | None = None) -> Staged:
    return stage_tale(tale, step, own_scene(tale).settings, seed, names or names_for(tale), now)


def steps_of(tale: Tale) -> list[str | None]:
    """Every step that a tale can be stopped at, and its end."""
    return [*(step["name"] for step in named_steps(tale.steps)), None]


# ── when ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def ends_of_every_start(tale: Tale, step: str | None, now: datetime) -> list[datetime]:
    """When the step stands, from every start that lies whole days from one that could lead to `now`."""
    scene = own_scene(tale)
    own = CoreStage(tale)
    list(Play(tale, own).play(step))
    ends = []
    for days in range(-21, 22):
        stage = CoreStage(tale, Scene(scene.settings, "seed", now - (own.now() - tale.now) + days * DAY, names_for(tale)))
        try:
            list(Play(tale, stage, dated=False).play(step))
        except StoryFault:
            continue
        ends.append(stage.now())
    return ends


def test_every_step_of_every_tale_stands_at_the_instant_asked_for_or_as_soon_after_as_weekends_allow() -> None:
    late = 0
    for number, tale in enumerate(TALES):
        for place, step in enumerate(steps_of(tale)):
            now = FRIDAY + (number + place) * DAY
            found = staged(tale, step, now)
            if found.ends != now:
                late += 1
                assert found.ends == min(end for end in ends_of_every_start(tale, step, now) if end >= now), (tale.story, tale.name, step)
                assert found.ends - now <= 3 * DAY
    assert 0 < late < 50


@pytest.mark.parametrize(("days", "late"), [(0, 0), (1, 2), (2, 1), (3, 0)], ids=["friday", "saturday", "sunday", "monday"])
def test_an_answer_is_never_due_on_a_weekend_so_the_story_stands_there_on_the_monday(days: int, late: int) -> None:
    now = FRIDAY + days * DAY
    assert staged(tale_of("S10", "the seller is silent, about an exchange"), "decided", now).ends == now + late * DAY


def test_a_tale_with_business_days_in_it_goes_as_told_from_every_day_of_the_week() -> None:
    """Its question is due when the view says so, not after so many days that hold in one week alone."""
    tale = tale_of("S10", "no answer")
    for days in range(7):
        assert staged(tale, None, FRIDAY + days * DAY).ends >= FRIDAY + days * DAY


def test_everything_in_the_history_lies_before_the_instant_at_which_the_step_stands() -> None:
    for tale in TALES:
        found = staged(tale, None)
        world = found.stage.world
        instants = [event.at for event in world.events]
        assert instants == sorted(instants)
        lasting = [mail.at for mail in world.mails] + [file.uploaded_at for file in world.files.values()] + instants
        assert max(lasting) <= found.ends == world.now
        assert all(store.opened_at <= min(instants) for store in world.stores.values())
        due = world.next_due()
        assert due is None or due > found.ends


def test_a_world_may_stand_at_the_beginning_and_at_the_end_of_time() -> None:
    tale = tale_of("S14", "closed for a promise")
    for now in (datetime(1970, 1, 1, tzinfo=UTC), datetime(8999, 12, 31, tzinfo=UTC)):
        assert staged(tale, None, now).ends == now


# ── who, and by which rules ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_parts_are_played_by_accounts_of_the_names_that_were_asked_for() -> None:
    found = staged(tale_of("S14", "kept open"), None, names={"buyer": "Ann", "seller": "Bob", "mediator": "Mia"})
    assert {person.name: person.role.value for person in found.stage.world.people.values()} == {
        "Ann": "buyer",
        "Bob": "seller",
        "Mia": "mediator",
    }


def ids(found: Staged) -> set[str]:
    world = found.stage.world
    return {*(person.id for person in world.people.values()), *world.stores, *world.orders}


def test_the_same_seed_and_names_give_the_same_ids_and_others_give_others() -> None:
    tale = tale_of("S20", "ten disputes")
    assert ids(staged(tale, None)) == ids(staged(tale, None, SATURDAY))
    assert not ids(staged(tale, None)) & ids(staged(tale, None, seed="another"))
    again = {part: f"{name}.2" for part, name in names_for(tale).items()}
    assert not ids(staged(tale, None)) & ids(staged(tale, None, names=again))


def test_a_tale_fits_its_own_settings_and_no_others() -> None:
    tale = tale_of("S14", "closed for a promise")
    assert fits(tale, STANDARD)
    assert not fits(tale, LEGACY)
    assert not fits(tale, build_settings("standard", {"edits_max": 5}))
    assert fits(tale, build_settings("standard", {"edits_max": 4}))


def test_a_tale_that_goes_otherwise_under_other_rules_is_not_staged() -> None:
    tale = tale_of("S14", "closed for a promise")
    with pytest.raises(StoryFault, match="closed for a promise"):
        stage_tale(tale, None, LEGACY, "seed", names_for(tale), FRIDAY)


def test_the_bytes_of_every_file_come_along() -> None:
    for tale in TALES:
        stage = staged(tale, None).stage
        assert {file.sha256 for file in stage.world.files.values()} == stage.files.keys()
        assert all(sha256(data).hexdigest() == digest for digest, data in stage.files.items())


# ── what comes next ────────────────────────────────────────────────────────────────────────────────────────────────────


def move_after(story: str, name: str, step: str | None, ruleset: str = "standard") -> tuple[Staged, Move]:
    found = staged(tale_of(story, name, ruleset), step)
    move = next_move(found)
    assert move is not None
    return found, move


def test_what_only_looks_is_skipped() -> None:
    """Between the cancelling and the invented number stands a step that looks."""
    found, move = move_after("S14", "closed for a promise", "cancelled")
    (order,) = found.stage.world.orders.values()
    assert (move.by, move.action, move.body) == ("seller", "correct_tracking", {"tracking_number": "LZ000000001CN"})
    assert move.says == "A number arrives. It has a lot of zeros."
    assert move.ids["order"] == order.id


def test_what_is_refused_is_skipped() -> None:
    _, move = move_after("S14", "closed for a promise", "timer-out")
    assert (move.by, move.action, move.body) == ("time", "advance", {"by": "P30D"})


def test_a_wait_until_a_date_names_the_date_as_it_is_here() -> None:
    found, move = move_after("S14", "closed for a promise", "asks")
    (order,) = found.stage.world.orders.values()
    assert order.protection_ends_at is not None
    just_before = (order.protection_ends_at - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert (move.by, move.action, move.body) == ("time", "advance", {"to": just_before})


@cache
def all_moves() -> list[tuple[Staged, Move]]:
    """What comes next after every step of every tale; after none of them is nothing left to be done."""
    found = [staged(tale, step) for tale in TALES for step in steps_of(tale)]
    moves = [(stage, next_move(stage)) for stage in found]
    assert all(move is not None for _, move in moves)
    return [(stage, move) for stage, move in moves if move is not None]


def moves_of(action: str) -> list[tuple[Staged, Move]]:
    """What comes next where it is this action; it comes next somewhere."""
    found = [(stage, move) for stage, move in all_moves() if move.action == action]
    assert found
    return found


def test_no_name_of_the_tale_is_left_where_an_id_belongs() -> None:
    for _, move in all_moves():
        ids = [value for name in ("solution", "evidence", "message") for value in _listed(move.body.get(name)) if value.startswith("$")]
        assert not ids


def _listed(value: Any) -> list[str]:
    return [entry for entry in (value if isinstance(value, list) else [value]) if isinstance(entry, str)]


@pytest.mark.parametrize("action", ["accept", "accept_solution"])
def test_what_is_accepted_is_a_solution_of_the_dispute(action: str) -> None:
    for found, move in moves_of(action):
        dispute = found.stage.world.orders[move.ids["order"]].dispute
        assert dispute is not None
        assert move.ids["dispute"] == dispute.id
        assert move.body["solution"] in {solution.id for solution in dispute.solutions}


def test_what_is_attached_has_been_uploaded() -> None:
    attached = [(found, entry) for found, move in moves_of("open_dispute") for entry in move.body.get("evidence", ())]
    assert attached
    assert all(entry in found.stage.world.files for found, entry in attached)


def test_the_message_that_is_reported_stands_in_the_path_and_not_in_the_body() -> None:
    for found, move in moves_of("report_message"):
        assert "message" not in move.body
        assert move.ids["message"] in {message.id for _, message in found.stage.world.messages}


def test_an_order_is_placed_in_the_sellers_store() -> None:
    for found, move in moves_of("place_order"):
        assert move.body["store"] == found.stage.people["seller"].store


def test_a_file_is_sent_in_place_of_a_body() -> None:
    assert all(move.file and not move.body for _, move in moves_of("upload_evidence"))
    assert all(move.file is None for _, move in all_moves() if move.action != "upload_evidence")


def test_after_the_end_comes_the_first_thing_that_anybody_may_do() -> None:
    found, move = move_after("S01", "cancelled in time", None)
    (order,) = found.stage.world.orders.values()
    first = found.stage.world.engine.allowed(order, PARTS["buyer"], found.ends)[0]
    assert (move.by, move.action, move.body) == ("buyer", first.action, EXAMPLES[first.action])
    assert move.says == "Ask the seller to extend buyer protection."


def test_an_example_that_does_not_fit_the_order_is_put_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "EXAMPLES", {**EXAMPLES, "request_extension": {"days": 100_000}})
    found, move = move_after("S01", "cancelled in time", None)
    (order,) = found.stage.world.orders.values()
    assert found.stage.world.engine.allowed(order, PARTS["buyer"], found.ends)[0].action == move.action == "request_extension"
    assert 1 <= move.body["days"] <= 365


def test_where_nobody_may_do_anything_nothing_comes_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "legal_body", lambda *_: None)
    assert next_move(staged(tale_of("S14", "kept open"), None)) is None
