"""What the program does with disputes, request by request, on one database: beside a bare view, and beside its statements alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from .asking import Asking, pace_bare
from .databases import Databases
from .filling import fill
from .hearing import hear
from .recording import Heard, Replayer
from .results import Results, Step, alternate, say
from .serving import Server, bare_view, emulator
from .terms import DISPUTES, Terms
from .workers import measure_workers
from .wrk import placed


def measure_disputes(terms: Terms, results: Results, databases: Databases, folder: Path) -> None:
    """Measure all that is wanted on one kind of database."""
    kind = databases.kind
    url = databases.new("bench")
    say(f"{kind}: filling")
    filled = fill(url, terms.orders)
    databases.settle(url)
    with ExitStack() as stack:
        parts: dict[str, Iterator[list[Heard]]] = {}
        steps: dict[str, Step] = {}
        wanted = [what for what in DISPUTES if terms.wants(what)]
        if terms.wants("raw"):
            # What is heard is written where it is heard, so it is run again where it is not yet.
            copy = databases.copy(url, "raw")
            parts = hear(terms, filled, wanted or DISPUTES)
            databases.settle(url)
            replayer = Replayer(copy)
            stack.callback(replayer.close)
        bare = stack.enter_context(bare_view(folder, terms.of_servers))
        server = stack.enter_context(emulator(url, terms.of_servers))
        asking = Asking(terms, filled)
        if wanted or terms.wants("life"):
            steps[f"{kind}.bare"] = lambda: terms.wrk(bare.base, None).per_second
        for what in wanted:
            steps[f"{kind}.{what}"] = lambda what=what: asking.ask(server, what)  # type: ignore[misc]
        for what, several in parts.items():
            steps[f"{kind}.raw.{what}"] = lambda several=several: _replay(terms, replayer, next(several))  # type: ignore[misc]
        if terms.wants("life"):
            steps[f"{kind}.life"] = lambda: asking.live(server)
        alternate(results, terms.rounds, steps)
        if terms.wants("pace"):
            alternate(results, terms.rounds, _paced(terms, results, asking, server, bare, kind))
        if terms.wants("memory"):
            results.add(f"{kind}.memory", server.memory(url))
    if terms.wants("workers"):
        measure_workers(terms, results, databases, filled)
    databases.drop(url)


def _replay(terms: Terms, replayer: Replayer, requests: list[Heard]) -> float:
    with placed(terms.of_servers):
        return replayer.per_second(requests)


def _paced(terms: Terms, results: Results, asking: Asking, server: Server, bare: Server, kind: str) -> dict[str, Step]:
    """Half the peak rate, which was measured before or is measured now."""
    most = results.median(f"{kind}.bare") or terms.wrk(bare.base, None).per_second
    steps: dict[str, Step] = {f"{kind}.pace.bare": lambda: pace_bare(terms, bare, most / 2)}
    for what in ("read", "edit"):
        peak = results.median(f"{kind}.{what}") or asking.ask(server, what)
        steps[f"{kind}.pace.{what}"] = lambda what=what, peak=peak: asking.pace(server, what, peak / 2)  # type: ignore[misc]
    return steps
