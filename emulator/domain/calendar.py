"""Business days (TIME-1): they keep the time of day and step over Saturdays, Sundays and holidays."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

ONE_DAY = timedelta(days=1)
SATURDAY = 5

# Dates of the emulator end here: late enough for any test, early enough that no sum of days can overflow.
LAST_INSTANT_YEAR = 9000


def add_business_days(start: datetime, count: int, holidays: Collection[date] = ()) -> datetime:
    """The instant `count` business days after `start`.

    A start on a day off counts from there: one business day after a Saturday is the Monday, same time of day.
    """
    off = frozenset(holidays)
    day = start
    while count > 0:
        day += ONE_DAY
        if day.weekday() < SATURDAY and day.date() not in off:
            count -= 1
    return day
