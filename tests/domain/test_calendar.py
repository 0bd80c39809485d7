from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from emulator.domain.calendar import SATURDAY, add_business_days

FRIDAY = datetime(2026, 1, 2, 17, 30, tzinfo=UTC)
INSTANTS = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def test_a_weekend_is_stepped_over_and_the_time_of_day_kept() -> None:
    assert add_business_days(FRIDAY, 1) == datetime(2026, 1, 5, 17, 30, tzinfo=UTC)


def test_five_business_days_are_a_week() -> None:
    assert add_business_days(FRIDAY, 5) == FRIDAY + timedelta(days=7)


def test_from_a_day_off_the_first_business_day_is_the_next_working_day() -> None:
    for off in (1, 2):
        assert add_business_days(FRIDAY + timedelta(days=off), 1).date() == date(2026, 1, 5)


def test_holidays_are_stepped_over_and_one_on_a_weekend_costs_nothing() -> None:
    assert add_business_days(FRIDAY, 1, [date(2026, 1, 5), date(2026, 1, 6)]).date() == date(2026, 1, 7)
    assert add_business_days(FRIDAY, 1, [date(2026, 1, 3)]).date() == date(2026, 1, 5)


def test_no_business_days_are_no_time() -> None:
    assert add_business_days(FRIDAY, 0) == FRIDAY


def test_a_decade_of_holidays_comes_to_an_end() -> None:
    closed = tuple(FRIDAY.date() + timedelta(days=n) for n in range(1, 3651))
    assert add_business_days(FRIDAY, 3650, closed) > FRIDAY + timedelta(days=3650 + 3650)


@given(start=INSTANTS, count=st.integers(1, 40), off=st.sets(st.dates(date(2000, 1, 1), date(2100, 1, 1)), max_size=20))
def test_exactly_so_many_working_days_lie_behind_the_result(start: datetime, count: int, off: set[date]) -> None:
    end = add_business_days(start, count, off)
    days = [start.date() + timedelta(days=n) for n in range(1, (end.date() - start.date()).days + 1)]
    worked = [day for day in days if day.weekday() < SATURDAY and day not in off]
    assert len(worked) == count
    assert worked[-1] == end.date(), "it never ends on a day off"
    assert end.timetz() == start.timetz()
