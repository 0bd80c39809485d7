"""What the crowd does next: chosen by weights, among what the last answer allows, from a mix that is checked."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

import pytest

from emulator.domain.engine import ROLES
from loadtests.crowd.choosing import next_step, worthiest
from loadtests.crowd.mix import ACTS, MixError, read_mix

ALLOWED = [{"action": name} for name in ("ship", "send_message", "extend_processing")]


def test_a_step_is_taken_as_often_as_its_weight_says_and_never_without_one() -> None:
    rng = Random(1)
    taken = Counter(step["action"] for _ in range(2000) if (step := next_step(ALLOWED, {"ship": 3, "send_message": 1, "rule": 9}, rng)))
    assert set(taken) == {"ship", "send_message"}
    assert 2.5 < taken["ship"] / taken["send_message"] < 3.5


def test_where_nothing_has_a_weight_there_is_no_step() -> None:
    assert next_step(ALLOWED, {"ship": 0, "rule": 1}, Random(1)) is None
    assert next_step([], {"ship": 1}, Random(1)) is None


def test_of_a_list_what_has_most_to_do_is_mostly_taken_and_the_rest_at_times() -> None:
    listed = [{"id": "busy", "allowed_actions": [{"action": "ship"}]}, {"id": "idle", "allowed_actions": []}]
    rng = Random(1)
    taken = Counter(found["id"] for _ in range(1000) if (found := worthiest(listed, {"ship": 9}, rng)))
    assert taken["busy"] > taken["idle"] > 0
    assert worthiest([], {"ship": 9}, rng) is None


def test_the_usual_mix_has_a_weight_for_every_action_that_a_role_has() -> None:
    habits = read_mix().habits
    assert [(role, missing) for role in habits if (missing := ACTS[role] - habits[role].acts.keys())] == []
    assert set().union(*ACTS.values()) >= ROLES.keys()


def test_a_file_changes_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "mix.toml"
    path.write_text("[users]\nBuyer = 9\n[buyer]\nlooks = 0.1\n[buyer.acts]\ncancel = 0\n")
    mix, usual = read_mix(path), read_mix()
    assert mix.users == {**usual.users, "Buyer": 9}
    assert mix.habits["buyer"].looks == 0.1
    assert mix.habits["buyer"].acts == {**usual.habits["buyer"].acts, "cancel": 0}
    assert mix.habits["seller"] == usual.habits["seller"]


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ("[buyer.acts]\nship = 1", "[buyer.acts] has no ship"),
        ("[buyer.reads]\nplace_order = 1", "[buyer.reads] has no place_order"),
        ("[seller.acts]\nship = -1", "ship of [seller.acts] is a number that is not negative"),
        ("[mediator]\nlooks = 2", "looks of [mediator] is a share from 0 to 1"),
        ("[users]\nJudge = 1", "[users] has no Judge"),
        ("[users]\nBuyer = 0\nSeller = 0\nMediator = 0\nCarrier = 0\nTimeTraveller = 0", "[users] has nobody in it"),
        ("[judge]\nlooks = 1", "there is no [judge]"),
        ("buyer = 1", "[buyer] takes looks, reads and acts"),
        ("[buyer", "is no TOML"),
    ],
)
def test_a_mix_that_cannot_be_is_refused_with_the_reason(told: str, fault: str, tmp_path: Path) -> None:
    path = tmp_path / "mix.toml"
    path.write_text(told)
    with pytest.raises(MixError) as found:
        read_mix(path)
    assert fault in str(found.value)
