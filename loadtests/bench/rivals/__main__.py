"""Installs the rivals, starts each, checks its answers by hand, and says roughly how fast it is.

    python -m loadtests.bench.rivals            # all of them
    python -m loadtests.bench.rivals moto Prism # these

The rates are of one second on a machine that is not told to be quiet: they show that it works, and compare nothing.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from ..wrk import Absent, Unfit, free_port, rate, version_of_wrk
from . import RIVALS, Rival, install


def tried(rival: Rival) -> str:
    """What is to be said of it; raises Absent where it cannot start and Unfit where an answer is wrong."""
    with tempfile.TemporaryDirectory(prefix="rival-") as folder, rival.start(Path(folder), free_port()) as base:
        rival.check(base)
        told = []
        for name, script in (("read", rival.read), ("update", rival.update), ("create", rival.create)):
            if script is not None:
                rate(base, script, seconds=rival.warm_seconds, connections=8)
                told.append(f"{name} {rate(base, script, seconds=1, connections=8).per_second:7.0f}/s")
    return f"{', '.join(told)}   keeps: {rival.keeps}"


def main() -> int:
    """Go through them; 1 where one of them answers what it should not."""
    options = argparse.ArgumentParser(prog="python -m loadtests.bench.rivals", description=__doc__.splitlines()[0])
    options.add_argument("names", nargs="*", help="those to try; all where none is named", metavar="NAME")
    wanted = options.parse_args().names
    unknown = set(wanted) - {rival.name for rival in RIVALS}
    if unknown:
        options.error(f"no rival is named {', '.join(sorted(unknown))}; there are {', '.join(rival.name for rival in RIVALS)}")
    try:
        version_of_wrk()
    except Absent as reason:
        sys.exit(str(reason))
    install()
    wrong = 0
    for rival in RIVALS:
        if not wanted or rival.name in wanted:
            try:
                said = tried(rival)
            except Absent as reason:
                said = f"ABSENT: {reason}"
            except Unfit as reason:
                said, wrong = f"WRONG: {' '.join(str(reason).split())}", 1
            print(f"{rival.name:12} {rival.version:24} {said}", flush=True)
    return wrong


if __name__ == "__main__":
    sys.exit(main())
