"""Contradictory commands at once, on four processes and sixteen threads: one wins, the others are told why not, and nothing is lost.

`python -m tests.races` runs the same races hundreds of times; here each is run a few times, on both databases.
"""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from . import harness, pairs, worlds
from .__main__ import run_all
from .connection import Answered
from .harness import Field, Report, Round
from .server import PROCESSES, THREADS, served

ROUNDS = int(os.environ.get("RACE_ROUNDS", "1"))


def test_of_contradictory_commands_exactly_one_wins_and_nothing_is_lost(database_url: str) -> None:
    with served(database_url) as server:
        ground = Field(server)
        try:
            spread = server.spread(ground.connections)
            reports = list(run_all(ground, ROUNDS))
        finally:
            ground.close()
    assert sorted(spread.values()) == [THREADS // PROCESSES] * PROCESSES
    assert [report.line() for report in reports if report.rounds < ROUNDS] == []
    assert {report.name: report.faults for report in reports if report.faults} == {}


# ── that the judge would see it ────────────────────────────────────────────────────────────────────────────────────────

RACE = next(race for race in pairs.RACES if race.name == "buyer accepts / cancels")
ACCEPTS, CANCELS = RACE.sides
WON = Answered(200, b"{}")
ACCEPTED = {"by": "buyer", "action": "accept", "rule": "ACC-1", "details": {}}
CANCELLED = {"by": "buyer", "action": "cancel", "rule": "CAN-3", "details": {}}
ORDER = {
    "status": "payment_processing",
    "dispute": {"status": "closed", "outcome": "accepted_by_buyer"},
    "refund": {"amount": {"amount": "20.00", "currency": "USD"}},
}


def refused(code: str, status: int = 409) -> Answered:
    return Answered(status, f'{{"code":"{code}"}}'.encode())


RIGHT = Round([(ACCEPTS, WON), (ACCEPTS, refused("nothing_to_accept")), (CANCELS, refused("not_cancellable"))], [ACCEPTED], ORDER)


def judged(played: Round) -> str:
    return "; ".join(harness.judge(RACE, played))


def test_the_judge_finds_nothing_wrong_with_a_round_that_is_right() -> None:
    assert judged(RIGHT) == ""


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (replace(RIGHT, answers=[*RIGHT.answers, (CANCELS, WON)], history=[ACCEPTED, CANCELLED]), "2 have won, not one"),
        (replace(RIGHT, answers=[*RIGHT.answers, (CANCELS, WON)], history=[ACCEPTED, CANCELLED]), "though buyer accepts had"),
        (replace(RIGHT, answers=[*RIGHT.answers, (ACCEPTS, WON)]), "2 were told that they have won, the history has 1"),
        (replace(RIGHT, history=[]), "nobody has won"),
        (replace(RIGHT, history=[ACCEPTED, ACCEPTED]), "1 were told that they have won, the history has 2"),
        (replace(RIGHT, history=[ACCEPTED, {**CANCELLED, "by": "system"}]), "a line of nobody's"),
        (replace(RIGHT, answers=[*RIGHT.answers, (CANCELS, refused("not_found", 404))]), "1 got not_found"),
        (replace(RIGHT, answers=[*RIGHT.answers, (CANCELS, refused("broken", 500))]), "500"),
        (replace(RIGHT, answers=[*RIGHT.answers, (CANCELS, Answered(0, b"gone"))]), "cancels: 0 gone"),
        (replace(RIGHT, order={**ORDER, "refund": None}), "the order stands at"),
    ],
)
def test_the_judge_sees_what_is_wrong(wrong: Round, says: str) -> None:
    assert says in judged(wrong)


def test_a_timer_that_nothing_has_stopped_must_fire_and_be_told_of_once() -> None:
    race = next(race for race in pairs.RACES if race.name == "refuses / escalation by time")
    refuses, passes = race.sides
    timer = {"by": "system", "action": "escalate_by_time", "rule": "ESC-2", "details": {}}
    order = {"status": "in_dispute", "dispute": {"status": "mediating", "outcome": None}, "refund": None}
    moved, empty = Answered(200, b'{"fired":[{"rule":"ESC-2"}]}'), Answered(200, b'{"fired":[]}')
    over = (refuses, refused("negotiation_over"))
    assert list(harness.judge(race, Round([(passes, moved), (passes, empty), over], [timer], order))) == []
    assert "2 times in the answers" in "; ".join(harness.judge(race, Round([(passes, moved), (passes, moved), over], [timer], order)))
    assert "has not fired" in "; ".join(harness.judge(race, Round([(passes, empty), over], [], order)))


def test_two_sides_of_a_contradiction_each_refuse_both() -> None:
    with pytest.raises(AssertionError, match="both have to refuse both"):
        pairs.contradiction("x", pairs.disputed, pairs.refuses.after(""), pairs.cancels.after("", pairs.ENDED))


def test_races_have_names_of_their_own() -> None:
    names = [race.name for race in (*pairs.RACES, *worlds.RACES)]
    assert len(set(names)) == len(names)
    assert Report("x").line().startswith("x")
