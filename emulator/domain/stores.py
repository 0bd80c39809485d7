"""Stores: what bad trade does to them (STO-1, STO-2)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from .order import Dispute
from .rulesets import Settings
from .words import GOODS_REASONS, WITHDRAWN


class Complaint(NamedTuple):
    """A dispute about the goods as it stands against its store. `marked_at` is when its outcome refunded the buyer."""

    opened_at: datetime
    withdrawn: bool
    marked_at: datetime | None


def complaint_of(dispute: Dispute) -> Complaint | None:
    """How the dispute stands against its store, or None where it is not about the goods."""
    if dispute.reason not in GOODS_REASONS:
        return None
    return Complaint(dispute.opened_at, dispute.outcome in WITHDRAWN, dispute.marked_at)


def closes_store(complaints: Iterable[Complaint], settings: Settings, now: datetime) -> bool:
    """Whether disputes about the goods have come too often (STO-2). What comes after `now` does not count yet."""
    return _too_often(_counted(complaints, settings), settings, now)


def counts_after(settings: Settings, weighed: Sequence[datetime]) -> datetime:
    """What came at this instant or before cannot close a store that is weighed at these."""
    return min(weighed) - timedelta(days=settings.store_close_days)


def closing_instant(complaints: Iterable[Complaint], settings: Settings, weighed: Sequence[datetime]) -> datetime | None:
    """The first of these instants at which disputes about the goods had come too often (STO-2), or None.

    Marks are made by timers too, which are found out late and in any order, so one also counts for all that were made after it: they
    are weighed again, each at its own instant. Disputes are opened by commands alone, and nobody learns late of them.
    """
    dates = _counted(complaints, settings)
    again = dates[bisect_right(dates, min(weighed)) :] if settings.store_close_counts == "marks" else []
    return next((at for at in sorted({*weighed, *again}) if _too_often(dates, settings, at)), None)


def _counted(complaints: Iterable[Complaint], settings: Settings) -> list[datetime]:
    """The dates that count, in order."""
    if settings.store_close_counts == "marks":
        return sorted(complaint.marked_at for complaint in complaints if complaint.marked_at is not None)
    return sorted(complaint.opened_at for complaint in complaints if not complaint.withdrawn)


def _too_often(dates: Sequence[datetime], settings: Settings, now: datetime) -> bool:
    since = now - timedelta(days=settings.store_close_days)
    return bisect_right(dates, now) - bisect_right(dates, since) >= settings.store_close_count
