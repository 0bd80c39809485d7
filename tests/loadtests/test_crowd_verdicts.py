"""How many users there are when, and whether a run stayed as it began."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from loadtests.crowd.curves import CURVES, Plan
from loadtests.crowd.recording import Call, Recording, bin_of, middle_of, percentile
from loadtests.crowd.verdicts import LEAST_ANSWERS, change_of_latency, change_of_memory, flatness, wellness

PLAN = Plan(users=200, seconds=300)


def at(shape: str, *seconds: float) -> list[int]:
    return [CURVES[shape](second, PLAN) for second in seconds]


def test_steady_has_all_users_all_the_time() -> None:
    assert at("steady", 0, 1, 150, 299) == [200, 200, 200, 200]


def test_a_ramp_goes_up_in_steps_and_ends_with_all() -> None:
    assert at("ramp", 0, 14.9, 15, 150, 299, 301) == [10, 10, 20, 110, 200, 200]


def test_a_spike_has_two_peaks_and_calm_around_them() -> None:
    assert at("spike", 0, 59, 60, 119, 120, 179, 180, 239, 240, 299) == [40, 40, 200, 200, 40, 40, 200, 200, 40, 40]


def test_a_soak_fills_up_within_a_fifteenth_and_stays() -> None:
    assert at("soak", 0, 9.5, 20, 299) == [10, 100, 200, 200]


@pytest.mark.parametrize("shape", CURVES)
def test_there_is_always_somebody_and_never_more_than_wanted(shape: str) -> None:
    assert all(1 <= CURVES[shape](second, Plan(3, 30)) <= 3 for second in range(31))


# ── what was recorded ──────────────────────────────────────────────────────────────────────────────────────────────────


def calls(**times: list[float]) -> dict[str, Call]:
    return {name: Call(Counter(map(bin_of, milliseconds))) for name, milliseconds in times.items()}


def test_a_percentile_is_right_within_one_percent() -> None:
    hundred = Counter(bin_of(float(number)) for number in range(1, 101))
    assert percentile(hundred, 0.5) == pytest.approx(50, rel=0.011)
    assert percentile(hundred, 0.99) == pytest.approx(99, rel=0.011)
    assert percentile(Counter(), 0.5) is None
    assert middle_of(bin_of(3.7)) == pytest.approx(3.7, rel=0.011)


def test_what_one_process_hands_over_is_what_another_adds_and_then_it_is_gone() -> None:
    here, there = Recording(), Recording()
    for recording in (here, there):
        recording.well(0, "ship", 2.0)
        recording.was_overtaken(1, "ship", "not_awaiting_shipment")
        recording.fault(1, "rule", "rule was answered 500", "the mediator: …")
    here.add(there.taken())
    both = here.together()
    assert (both["ship"].requests, both["ship"].overtaken, both["rule"].faults) == (4, 2, 2)
    assert here.overtaken["ship", "not_awaiting_shipment"] == 2
    assert here.faults == {"rule was answered 500": 2}
    assert here.told == {"rule was answered 500": ["the mediator: …"] * 2}
    assert there == Recording()


# ── flat or not ────────────────────────────────────────────────────────────────────────────────────────────────────────

MANY = LEAST_ANSWERS


def test_another_mix_of_calls_is_not_taken_for_another_speed() -> None:
    first, last = calls(read=[2.0] * 9 * MANY, list=[20.0] * MANY), calls(read=[2.0] * MANY, list=[20.0] * 9 * MANY)
    assert change_of_latency(first, last) == {"calls": 2, "answers": 20 * MANY, "p50": 0.0, "p95": 0.0}


def test_what_became_slower_counts_as_often_as_it_was_asked() -> None:
    first, last = calls(read=[2.0] * 3 * MANY, list=[20.0] * MANY), calls(read=[3.0] * 3 * MANY, list=[20.0] * MANY)
    found = change_of_latency(first, last)
    assert found is not None
    assert found["p50"] == pytest.approx(1.5**0.75 - 1, abs=0.02)


def test_a_call_that_was_rarely_answered_says_nothing() -> None:
    assert change_of_latency(calls(read=[2.0] * (MANY - 1)), calls(read=[9.0] * MANY)) is None


def test_memory_is_compared_by_the_medians_of_thirds() -> None:
    assert change_of_memory([100, 900, 100, 500, 500, 500, 104, 104, 1]) == {"first": 100, "last": 104, "change": 0.04}
    assert change_of_memory([100, 900]) is None


def record(shape: str = "soak", **parts: Any) -> dict[str, Any]:
    return {
        "run": {"shape": shape, "sandboxes": 1},
        "totals": {"requests": 10},
        "faults": [],
        "audits": [{"ok": True, "violations": []}],
        "memory": {"first": 100e6, "last": 105e6, "change": 0.05},
        "latency": {"p50": 0.2, "p95": -0.5},
    } | parts


def test_at_its_bounds_a_soak_is_flat() -> None:
    found = [*wellness(record()), *flatness(record())]
    assert [target.met for target in found] == [True] * 4
    assert not any(target.missed for target in found)


@pytest.mark.parametrize(
    ("parts", "missed"),
    [
        ({"totals": {"requests": 0}}, "no failure"),
        ({"faults": [{"count": 1}]}, "no failure"),
        ({"audits": [{"ok": False, "violations": [{}]}]}, "audits ok"),
        ({"audits": []}, "audits ok"),
        ({"memory": {"first": 100e6, "last": 105.1e6, "change": 0.051}}, "memory flat within 5 %"),
        ({"latency": {"p50": 0.21, "p95": 0.0}}, "latency flat within 20 %"),
        ({"latency": {"p50": 0.0, "p95": 0.21}}, "latency flat within 20 %"),
    ],
)
def test_beyond_them_it_is_said_what_was_not_met(parts: dict[str, Any], missed: str) -> None:
    found = record(**parts)
    assert [target.wanted for target in (*wellness(found), *flatness(found)) if target.missed] == [missed]


def test_what_nobody_can_say_is_neither_met_nor_missed_and_only_a_soak_has_to_be_flat() -> None:
    unknown = flatness(record(memory=None, latency=None))
    assert [(target.met, target.missed) for target in unknown] == [(None, False)] * 2
    assert not any(target.missed for target in flatness(record("steady", memory={"first": 1, "last": 9, "change": 8.0})))
