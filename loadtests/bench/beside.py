"""Rivals under the same load on the same cores, each at its best setting and on its nearest work."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from .results import Results, say
from .rivals import Rival, install
from .terms import Terms
from .wrk import Absent, Unfit, free_port, placed

# There are many of them, and most take their time to start and to get warm.
MOST_SECONDS = 2


def measure_rivals(terms: Terms, results: Results, rivals: Sequence[Rival], folder: Path) -> None:
    """Measure one after another, in every round a fresh one; why one could not be measured is told in the results."""
    install()
    for rival in rivals:
        name = f"{rival.name} {rival.version}"
        found = Results()
        try:
            for number in range(terms.rounds):
                say(f"  round {number + 1} of {terms.rounds}: {name}")
                _round(terms, found, rival, folder / f"rival-{len(results.rivals)}-{number}")
        except (Absent, Unfit) as problem:
            # Half of its rounds would be no fair picture of it.
            results.absent[name] = " ".join(str(problem).split())[:300]
            say(f"  not measured: {problem}")
        else:
            results.rounds |= found.rounds
            about = {"version": rival.version, "does": rival.does, "less": rival.note, "keeps": rival.keeps}
            results.rivals[rival.name] = about | {"durable": rival.durable}


def _round(terms: Terms, found: Results, rival: Rival, folder: Path) -> None:
    folder.mkdir()
    seconds = min(MOST_SECONDS, terms.seconds)
    with ExitStack() as stack:
        with placed(terms.of_servers):
            base = stack.enter_context(rival.start(folder, free_port()))
        rival.check(base)
        # What is created slows some of them down, so that comes last.
        for what, script in (("read", rival.read), ("update", rival.update), ("create", rival.create)):
            if script is not None:
                # Those on Java and Node compile as they run.
                terms.wrk(base, script, rival.warm_seconds)
                found.add(f"rival.{rival.name}.{what}", terms.wrk(base, script, seconds).per_second)
