"""Short campaigns: whatever dies under load, what was acknowledged is there once, and nothing in part. `make crash` runs long ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from .campaign import Outcome, Plan, campaign
from .databases import Postgres

# A campaign ends after so many troubles; the seconds are for one in which they do not come.
KILLS, STOPS, AT_MOST = 4, 1, 120.0


def run(url: str, plan: Plan, stopped: Postgres | None = None) -> Outcome:
    return campaign(url, plan, print, stopped)


@pytest.mark.slow
def test_killed_workers_lose_nothing_and_leave_nothing_half_done(database_url: str) -> None:
    outcome = run(database_url, Plan(AT_MOST, every=1.5, seed=1, troubles=KILLS, clients=4, workers=2))
    assert outcome.trouble == KILLS
    assert outcome.counts.acknowledged > 0
    assert outcome.replayed > 0
    # Only a database that is away is a reason for a 503, and it was not.
    assert not outcome.counts.away


@pytest.fixture
def durable() -> Iterator[Postgres]:
    """A PostgreSQL server of the test's own, which keeps what it has acknowledged."""
    server = Postgres(durable=True)
    yield server
    server.close()


@pytest.mark.slow
def test_a_database_that_goes_and_comes_back_is_a_503_meanwhile_and_loses_nothing(durable: Postgres) -> None:
    outcome: Any = run(durable.url, Plan(AT_MOST, every=2.0, seed=1, troubles=STOPS, clients=4, workers=2, away=1.0), durable)
    assert outcome.trouble == STOPS
    assert outcome.counts.away["database_unreachable"] > 0
    assert not outcome.counts.broken, "the server itself was there all the time"
