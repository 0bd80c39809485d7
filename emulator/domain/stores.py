"""Stores: what bad trade does to them (STO-1, STO-2)."""

from __future__ import annotations

from collections.abc import Iterable
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
    """Whether disputes about the goods have come too often (STO-2)."""
    since = now - timedelta(days=settings.store_close_days)
    if settings.store_close_counts == "marks":
        dates = (complaint.marked_at for complaint in complaints)
    else:
        dates = (None if complaint.withdrawn else complaint.opened_at for complaint in complaints)
    return sum(date is not None and date > since for date in dates) >= settings.store_close_count
