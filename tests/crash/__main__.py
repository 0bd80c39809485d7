"""`make crash`: mixed load while workers are killed, or while PostgreSQL is stopped and started.

python -m tests.crash --database sqlite --seconds 300
python -m tests.crash --database postgresql --stop-database --seconds 300 --every 10
"""

from __future__ import annotations

import argparse
import random
import sys
import time

from .campaign import Plan, campaign
from .databases import KINDS, Postgres, new_database


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description="Crash a loaded server; nothing acknowledged may be lost.")
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--every", type=float, help="seconds from one trouble to the next [2; of the database 10]")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--stop-database", action="store_true", help="leave the workers alone; stop and start PostgreSQL")
    given = parser.parse_args()
    if given.stop_database and given.database != "postgresql":
        parser.error("only PostgreSQL can be stopped")
    every = given.every or (10.0 if given.stop_database else 2.0)
    plan = Plan(given.seconds, every, given.seed, clients=given.clients, workers=given.workers)
    what = "the database is stopped and started" if given.stop_database else "a random worker is killed"
    print(f"crash on {given.database}: {given.seconds:.0f} seconds, every {every:g} seconds {what}, seed {given.seed}", flush=True)
    database = new_database(given.database, durable=True)
    begun = time.monotonic()
    try:
        stopped = database if given.stop_database and isinstance(database, Postgres) else None
        outcome = campaign(database.url, plan, lambda line: print(line, flush=True), stopped)
    finally:
        database.close()
    done = "stops" if given.stop_database else "kills"
    print(f"crash on {given.database}: {outcome.trouble} {done}; {outcome}")
    print(f"nothing was lost, nothing is there twice or in part ({time.monotonic() - begun:.0f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
