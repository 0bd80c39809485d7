"""`travel`: one traveller, whether freezegun drives or a sandbox's own clock; the same fires, the same is reported, the same is refused."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import Mock

import pytest
from dispute_emulator_client import AsyncClock
from flask import Flask
from freezegun import freeze_time

from emulator import create_app, service, travel
from emulator.control import time as control_time
from emulator.domain.engine import EndlessTimers, Engine, Step
from emulator.testing.emulator import Emulator
from emulator.testing.sandbox import Sandbox
from emulator.testing.traveller import CannotTravel

START = datetime(2051, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def make_app(folder: Path) -> Flask:
    return create_app(f"sqlite:///{folder / 'emulator.db'}", demo=False)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    app = make_app(tmp_path)
    yield app
    app.extensions["dispute_emulator"].close()


@pytest.fixture
def emulator(app: Flask) -> Emulator:
    return Emulator.in_process(app)


class Way(NamedTuple):
    """A driver with the sandbox that it moves."""

    driver: Any
    sandbox: Sandbox


@pytest.fixture(params=["freezegun", "clock"])
def way(request: pytest.FixtureRequest, emulator: Emulator) -> Iterator[Way]:
    """The same small world at the same instant, moved by freezegun or by its own clock."""
    if request.param == "clock":
        sandbox = emulator.sandbox(seed="travel", now=START, frozen=True)
        yield Way(sandbox.clock, sandbox)
    else:
        with freeze_time(START) as frozen:
            yield Way(frozen, emulator.sandbox(seed="travel"))


def without_sandbox(report: dict[str, Any]) -> dict[str, Any]:
    return report | {"fired": [{name: value for name, value in line.items() if name != "sandbox"} for line in report["fired"]]}


# ── the same journey ───────────────────────────────────────────────────────────────────────────────────────────────────

LEGS: list[dict[str, Any]] = [
    {"to_next": True, "edge": "before"},
    {"to_next": True},
    {"to_next": True, "edge": "after"},
    {"by": "P7D"},
    {"by": timedelta(days=7, seconds=1), "edge": "before"},
    {"to": "2051-04-15T09:00:00Z"},
    {"to": datetime(2051, 4, 17, 9, 0), "edge": "after"},  # noqa: DTZ001 # as freezegun takes them: UTC
    {"to": datetime(2051, 4, 20, 9, 0, tzinfo=timezone(timedelta(hours=2)))},
    {"by": "P400D"},
]


def test_both_drivers_fire_the_same_and_report_the_same(emulator: Emulator) -> None:
    by_clock = emulator.sandbox(seed="travel", now=START, frozen=True)
    reports = [travel(by_clock.clock, **leg) for leg in LEGS]
    told = list(by_clock.timeline())
    by_clock.delete()
    with freeze_time(START) as frozen:
        by_wall = emulator.sandbox(seed="travel")
        assert by_wall.id == by_clock.id
        again = [travel(frozen, app=emulator.app, **leg) for leg in LEGS]
        assert {line["sandbox"] for report in again for line in report["fired"]} == {by_wall.id}
        assert [without_sandbox(report) for report in again] == reports
        assert list(by_wall.timeline()) == told
    assert sum(len(report["fired"]) for report in reports) >= 20
    assert all(report["next"] is None for report in reports)


def test_it_lands_a_second_before_at_or_after(way: Way) -> None:
    due = next(way.sandbox.forecast()).at
    for edge, second in (("before", -1), ("at", 0), ("after", 1)):
        report = travel(way.driver, to=due, edge=edge)  # type: ignore[arg-type] # of a loop
        assert datetime.fromisoformat(report["to"]) == way.sandbox.clock.now == due + timedelta(seconds=second)
        assert bool(report["fired"]) == (edge == "at")


def test_what_is_overdue_fires_at_its_own_instant_before_the_next_timer_is_looked_for(emulator: Emulator) -> None:
    with freeze_time(START) as frozen:
        first, second = (line.at for line in islice(emulator.sandbox().forecast(), 2))
        frozen.move_to(first + timedelta(seconds=1))
        report = travel(frozen, to_next=True)
        assert [datetime.fromisoformat(line["at"]) for line in report["fired"]] == [first, second]
        assert datetime.fromisoformat(report["to"]) == second


# ── freezegun ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_all_code_sees_the_due_instant_while_its_timers_fire(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    settle, seen = service.settle_due, list[tuple[datetime, datetime]]()

    def watched(*arguments: Any) -> list[Step]:
        steps = settle(*arguments)
        seen.extend((step.at, datetime.now(UTC)) for step in steps)
        return steps

    monkeypatch.setattr(control_time, "settle_due", watched)
    with freeze_time(START) as frozen:
        emulator.sandbox().read_clock()
        report = travel(frozen, by="P60D")
    assert len(seen) == len(report["fired"]) > 10
    assert len({at for at, _ in seen}) > 5
    assert all(at == wall for at, wall in seen)


def test_real_and_shifted_clocks_follow_and_frozen_ones_do_not(emulator: Emulator) -> None:
    with freeze_time(START) as frozen:
        real, shifted = emulator.sandbox(), emulator.sandbox(now="2026-03-02T09:00:00Z")
        still = emulator.sandbox(now="2026-03-02T09:00:00Z", frozen=True)
        stood = still.clock.now
        moved = {box.id: box.clock.now for box in (real, shifted)}
        report = travel(frozen, by="P10D")
        assert {line["sandbox"] for line in report["fired"]} == set(moved)
        assert {box.id: box.clock.now - 10 * DAY for box in (real, shifted)} == moved
        assert still.clock.now == stood
        # Each at its own instant, in its own time.
        for box in (real, shifted):
            fired = [line["at"] for line in report["fired"] if line["sandbox"] == box.id]
            assert fired == sorted(fired)
            assert moved[box.id] < datetime.fromisoformat(fired[0]) < moved[box.id] + 10 * DAY


def test_one_application_or_all_of_this_process(emulator: Emulator, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other_app = make_app(tmp_path / "other")
    other = Emulator.in_process(other_app)
    with freeze_time(START) as frozen:
        here, there = emulator.sandbox(), other.sandbox()
        foreseen = {box.id: next(box.forecast()).at for box in (here, there)}
        assert {line["sandbox"] for line in travel(frozen, by="P3D", app=other_app)["fired"]} == {there.id}
        overdue = travel(frozen, by="PT0S")["fired"]
        assert {line["sandbox"] for line in overdue} == {here.id}
        assert datetime.fromisoformat(overdue[0]["at"]) == foreseen[here.id]
    other_app.extensions["dispute_emulator"].close()
    # Closed, it is nobody's any more, though it is still there.
    with freeze_time(START) as frozen, pytest.raises(CannotTravel, match="No emulator runs in this process") as refused:
        travel(frozen, by="P1D", app=other_app)
    assert refused.value.code == "nobody_here"


@pytest.mark.parametrize("offset", [-5, 3.5, timedelta(hours=12)], ids=str)
def test_with_an_offset_it_lands_where_it_was_told_to(offset: Any, emulator: Emulator) -> None:
    with freeze_time(START, tz_offset=offset) as frozen:
        sandbox = emulator.sandbox()
        began = datetime.now(UTC)
        assert sandbox.clock.now == began != START
        report = travel(frozen, by="P15D")
        assert datetime.now(UTC) == datetime.fromisoformat(report["to"]) == sandbox.clock.now == began + 15 * DAY
        travel(frozen, to=START + 40 * DAY)
        assert datetime.now(UTC) == sandbox.clock.now == START + 40 * DAY
        assert frozen() == (START + 40 * DAY - timedelta(hours=1) * (offset if not isinstance(offset, timedelta) else 12)).replace(
            tzinfo=None
        )


def test_parts_of_a_second_are_not_lost(emulator: Emulator) -> None:
    with freeze_time(START + timedelta(milliseconds=250)) as frozen:
        sandbox = emulator.sandbox()
        travel(frozen, by=DAY)
        assert datetime.now(UTC) == START + DAY + timedelta(milliseconds=250)
        travel(frozen, by=timedelta(milliseconds=900))
        assert datetime.now(UTC) == START + DAY + timedelta(milliseconds=1150)
        assert sandbox.clock.now == START + DAY + timedelta(seconds=1)
        travel(frozen, to=START + 2 * DAY + timedelta(milliseconds=5))
        assert datetime.now(UTC) == START + 2 * DAY + timedelta(milliseconds=5)
        # To where it is already: nothing moves, not even back to the whole second.
        travel(frozen, by="PT0S")
        assert datetime.now(UTC) == START + 2 * DAY + timedelta(milliseconds=5)


def test_a_wall_that_ticks_by_itself_does_not_while_it_travels(emulator: Emulator) -> None:
    with freeze_time(START, auto_tick_seconds=3600) as frozen:
        sandbox = emulator.sandbox()
        sandbox.read_clock()
        before = frozen.time_to_freeze.replace(tzinfo=UTC)
        report = travel(frozen, by="P30D")
        assert datetime.fromisoformat(report["from"]) == before
        assert frozen.time_to_freeze.replace(tzinfo=UTC) == before + 30 * DAY
        assert getattr(frozen, "step_width") == 3600  # noqa: B009 # only this kind of freeze has it, and its type does not say
        assert len(report["fired"]) > 5


def test_a_wall_that_runs_on_is_not_set_back(emulator: Emulator) -> None:
    with freeze_time(START, tick=True) as frozen:
        sandbox = emulator.sandbox()
        sandbox.read_clock()
        wall = [datetime.now(UTC)]
        for _ in range(3):
            report = travel(frozen, by="P1D")
            wall.append(datetime.now(UTC))
            assert wall[-1] >= datetime.fromisoformat(report["to"])
            assert wall[-1] >= wall[-2] + DAY
        assert sandbox.clock.now >= START + 3 * DAY


def test_a_sandbox_that_goes_while_time_moves_is_no_fault(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request of another thread may delete what the journey has found to be due."""
    with freeze_time(START) as frozen:
        going, staying = emulator.sandbox(), emulator.sandbox()
        staying.read_clock()
        going.read_clock()
        due = control_time.ProcessRoad._due

        def gone_by_then(road: Any) -> list[Any]:
            found = list(due(road))
            if any(at <= datetime.now(UTC) for *_, at in found) and going.made:
                going.delete()
            return found

        monkeypatch.setattr(control_time.ProcessRoad, "_due", gone_by_then)
        report = travel(frozen, by="P10D")
        assert {line["sandbox"] for line in report["fired"]} == {staying.id}


# ── what there is no way for ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("how", "fault", "says"),
    [
        ({}, ValueError, "exactly one"),
        ({"by": "P1D", "to": START}, ValueError, "exactly one"),
        ({"by": "P1D", "to_next": True}, ValueError, "exactly one"),
        ({"to": START, "to_next": True}, ValueError, "exactly one"),
        ({"by": "15 days"}, ValueError, "ISO 8601"),
        ({"by": 15}, TypeError, "timedelta"),
        ({"to": "tomorrow"}, ValueError, "RFC 3339"),
        ({"to": "2051-03-05T09:00:00"}, ValueError, "RFC 3339"),
        ({"to": 15}, TypeError, "datetime"),
        ({"by": "P1D", "edge": "beside"}, ValueError, "before, at or after"),
        ({"by": -DAY}, CannotTravel, "clock_backwards"),
        ({"to": START - DAY}, CannotTravel, "clock_backwards"),
        ({"to": START, "edge": "before"}, CannotTravel, "clock_backwards"),
        ({"by": timedelta.max}, CannotTravel, "clock_too_far"),
        ({"by": timedelta(days=3_500_000)}, CannotTravel, "clock_too_far"),
        ({"by": timedelta(days=2_700_000)}, CannotTravel, "clock_too_far"),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_a_clear_error_and_moves_nothing(how: dict[str, Any], fault: type[Exception], says: str, way: Way) -> None:
    before = way.sandbox.clock.now
    with pytest.raises(fault) as refused:
        travel(way.driver, **how)
    assert says in (refused.value.code if isinstance(refused.value, CannotTravel) else str(refused.value))
    assert way.sandbox.clock.now == before


def test_the_next_timer_where_there_is_none(way: Way) -> None:
    travel(way.driver, by="P3000D")
    with pytest.raises(CannotTravel) as refused:
        travel(way.driver, to_next=True)
    assert refused.value.code == "nothing_due"


def test_timers_without_end_are_an_error_and_not_a_hang(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    carry_out = Engine._carry_out

    def in_vain(engine: Engine, row: Any, case: Any) -> Step:
        was = case.order
        return carry_out(engine, row, case)._replace(order=was)

    way.sandbox.read_clock()
    monkeypatch.setattr(Engine, "_carry_out", in_vain)
    with pytest.raises(CannotTravel, match=r"ord_\w+ never come to an end: \w+ \([A-Z]+-[0-9]+\)") as refused:
        travel(way.driver, by="P30D")
    assert refused.value.code == "endless_timers"
    assert isinstance(refused.value.__cause__, EndlessTimers | None)


def test_a_timer_that_is_due_again_and_again_without_time_passing_is_found_too(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """The wall stops at every due instant; a leg that never gets further must end as well."""
    with freeze_time(START) as frozen:
        emulator.sandbox().read_clock()

        def settled(session: Any, sandbox: Any, to: datetime) -> list[Step]:
            unsaved: Any = _Unsaved(session)
            return service.settle_due(unsaved, sandbox, to)

        monkeypatch.setattr(control_time, "settle_due", settled)
        with pytest.raises(CannotTravel) as refused:
            travel(frozen, by="P30D")
    assert refused.value.code == "endless_timers"


class _Unsaved:
    """A session that reads and writes nothing: what fires stays due."""

    def __init__(self, session: Any) -> None:
        self._session = session

    def __getattr__(self, name: str) -> Any:
        return (lambda *_, **__: 0) if name in ("many", "run", "rows") else getattr(self._session, name)


def test_only_the_main_thread_moves_frozen_time(emulator: Emulator) -> None:
    caught: list[CannotTravel] = []
    with freeze_time(START) as frozen:

        def elsewhere() -> None:
            with pytest.raises(CannotTravel) as refused:
                travel(frozen, by="P1D")
            caught.append(refused.value)

        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
        assert datetime.now(UTC) == START
    assert [refused.code for refused in caught] == ["not_main_thread"]


def test_a_sandbox_clock_travels_from_any_thread(emulator: Emulator) -> None:
    sandbox = emulator.sandbox(now=START, frozen=True)
    thread = threading.Thread(target=lambda: travel(sandbox.clock, by="P1D"))
    thread.start()
    thread.join()
    assert sandbox.clock.now == START + DAY


def test_a_freeze_that_is_over_or_covered_drives_nothing(emulator: Emulator) -> None:
    with freeze_time(START) as over:
        pass
    with freeze_time(START) as below:
        for freeze, code in ((over, "freeze_over"), (below, "freeze_covered")):
            with freeze_time(START) as above, pytest.raises(CannotTravel) as refused:
                travel(freeze, by="P1D")
            assert refused.value.code == code
            assert above().replace(tzinfo=UTC) == START
        travel(below, by="P1D")
    with pytest.raises(CannotTravel) as refused:
        travel(over, by="P1D")
    assert refused.value.code == "freeze_over"


@pytest.mark.parametrize(
    "driver", [None, 3, freeze_time(START), datetime(2051, 1, 1, tzinfo=UTC)], ids=lambda driver: type(driver).__name__
)
def test_what_is_no_driver_is_said_to_be_none(driver: Any, emulator: Emulator) -> None:
    with pytest.raises(TypeError, match="as frozen"):
        travel(driver, by="P1D")


def test_a_clock_that_must_be_waited_for_is_said_to_be_one(emulator: Emulator) -> None:
    with pytest.raises(TypeError, match=r"await sandbox\.advance"):
        travel(AsyncClock(Mock()), by="P1D")  # type: ignore[arg-type]


def test_an_application_must_be_an_emulator_and_goes_with_freezegun_alone(emulator: Emulator, app: Flask) -> None:
    with freeze_time(START) as frozen, pytest.raises(TypeError, match="another application"):
        travel(frozen, by="P1D", app=Flask("another"))
    with pytest.raises(ValueError, match="its own sandbox alone"):
        travel(emulator.sandbox(now=START, frozen=True).clock, by="P1D", app=app)


def test_a_sandbox_clock_takes_whole_seconds_alone(emulator: Emulator) -> None:
    clock = emulator.sandbox(now=START, frozen=True).clock
    for how in ({"by": timedelta(milliseconds=1)}, {"to": START + timedelta(days=1, milliseconds=1)}):
        with pytest.raises(ValueError, match="whole seconds"):
            travel(clock, **how)
    assert clock.now == START


# ── without freezegun ──────────────────────────────────────────────────────────────────────────────────────────────────


def run(code: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments, "-c", textwrap.dedent(code)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_nothing_of_the_emulator_imports_freezegun() -> None:
    out = run("""
        import sys
        from emulator import create_app, travel
        from emulator.testing.emulator import Emulator
        from emulator.testing.live import LiveServer
        app = create_app()
        sandbox = Emulator.in_process(app).sandbox(now="2026-03-02T09:00:00Z", frozen=True)
        print(len(travel(sandbox.clock, by="P30D")["fired"]) > 5, len(sandbox.advance("P90D").fired) > 1)
        try:
            travel(object(), by="P1D")
        except TypeError:
            print("no driver")
        print("freezegun" in sys.modules)
    """)
    assert out.split("\n")[:3] == ["True True", "no driver", "False"]


def test_where_there_is_no_emulator_in_the_process_it_says_what_to_do() -> None:
    out = run("""
        import freezegun
        from emulator import travel
        with freezegun.freeze_time("2026-03-02") as frozen:
            try:
                travel(frozen, by="P1D")
            except RuntimeError as no:
                print(no.code, no)
    """)
    assert out.startswith("nobody_here ")
    assert "travel(sandbox.clock" in out


def test_whatever_has_been_imported_before_travel_is_the_function(capfd: pytest.CaptureFixture[str]) -> None:
    for first in ("", "import emulator.app", "import emulator.journey", "from emulator import create_app; create_app()"):
        assert (
            run(f"{first}\nfrom emulator import travel, create_app\nprint(callable(travel), callable(create_app))").strip() == "True True"
        )
