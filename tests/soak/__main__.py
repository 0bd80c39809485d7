"""`make soak`: the state machine against a real server on one kind of database, with fresh seeds until the time is up.

    SOAK_SECONDS=1800 DATABASE=postgresql python -m tests.soak

Ends with 0 and what was met, or with 1 and the smallest example that shows a difference between the server and the core.
"""

from __future__ import annotations

import os
import random
import sys
import time
import traceback

from ..crash.databases import KINDS
from ..crash.wire import WireError
from .running import Run

EXAMPLES, STEPS = 20, 60


def main() -> int:
    seconds, kind = float(os.environ.get("SOAK_SECONDS", "300")), os.environ.get("DATABASE") or "sqlite"
    if kind not in KINDS:
        print(f"DATABASE is one of {', '.join(KINDS)}, not {kind!r}.", file=sys.stderr)
        return 2
    seed = int(os.environ.get("SOAK_SEED") or random.SystemRandom().randrange(2**32))
    print(f"soak on {kind}: {seconds:.0f} seconds, seeds from {seed} (SOAK_SEED={seed} begins with the same)", flush=True)
    begun = time.monotonic()
    with Run(kind) as run:
        number = 0
        while time.monotonic() - begun < seconds:
            try:
                run.batch(EXAMPLES, STEPS, seed=seed + number)
            except (AssertionError, WireError, BaseExceptionGroup):
                print(traceback.format_exc())
                print(f"a difference on {kind}, with SOAK_SEED={seed + number}", flush=True)
                return 1
            number += 1
            print(f"{time.monotonic() - begun:6.0f} s  {run.progress()}", flush=True)
        print(run.statistics())
    print(f"soak on {kind}: no difference from the core in {time.monotonic() - begun:.0f} seconds")
    return 0


if __name__ == "__main__":
    sys.exit(main())
