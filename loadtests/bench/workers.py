"""What a second worker brings, where generator, servers and database share all cores."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace

from .asking import Asking
from .databases import Databases
from .filling import Filled
from .results import Results, Step, alternate, say
from .serving import emulator
from .terms import Terms

# Enough for every thread of two workers to have something to do, however connections fall to them.
CONNECTIONS = 16


def measure_workers(terms: Terms, results: Results, databases: Databases, filled: Filled) -> None:
    """Two servers of one database take turns: one has one worker, the other two."""
    kind = databases.kind
    say(f"{kind}: one worker and two")
    databases.settle(filled.url)
    databases.place(())
    terms = replace(terms, free=True, connections=CONNECTIONS)
    asking = Asking(terms, filled)
    with ExitStack() as stack:
        steps: dict[str, Step] = {}
        servers = {count: stack.enter_context(emulator(filled.url, (), workers=count)) for count in (1, 2)}
        for what in ("read", "edit"):
            for count, server in servers.items():
                steps[f"{kind}.workers.{count}.{what}"] = lambda server=server, what=what: asking.ask(server, what)  # type: ignore[misc]
        alternate(results, terms.rounds, steps)
    databases.place(terms.of_servers)
