"""ISO 8601 durations of whole seconds: P15D, PT30S, P1DT12H."""

from __future__ import annotations

import re
from datetime import timedelta

_DURATION = re.compile(r"P(?:(\d{1,6})W)?(?:(\d{1,7})D)?(?:T(?=\d)(?:(\d{1,8})H)?(?:(\d{1,9})M)?(?:(\d{1,11})S)?)?", re.ASCII)


def parse_duration(text: str) -> timedelta:
    """Read a duration; raises ValueError with a sentence that says how one is written."""
    match = _DURATION.fullmatch(text)
    if match is None or not any(match.groups()):
        raise ValueError("Must be an ISO 8601 duration in weeks, days, hours, minutes and whole seconds, such as P15D or PT30S.")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
