"""Runs the state machine against a server with two workers, in batches of examples, and says what was met."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from types import TracebackType

from hypothesis import HealthCheck, Verbosity, settings
from hypothesis import seed as seeded
from hypothesis.stateful import run_state_machine_as_test

from ..crash.databases import new_database
from ..crash.running import Server
from ..crash.wire import Wire
from .machine import Tally, machine

WORKERS, CONNECTIONS = 2, 4


def run_examples(port: int, tally: Tally, examples: int, steps: int, seed: int | None = None) -> None:
    """So many examples of at most so many steps; raises what the smallest failing one raises. Without a seed they are always the same."""
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        derandomize=seed is None,
        database=None,
        deadline=None,
        print_blob=False,
        report_multiple_bugs=False,
        verbosity=Verbosity.normal,
        suppress_health_check=list(HealthCheck),
    )
    wires = [Wire(port) for _ in range(CONNECTIONS)]
    factory = machine(wires, tally)
    if seed is not None:
        factory = seeded(seed)(factory)
    try:
        run_state_machine_as_test(factory, settings=chosen)
    finally:
        for wire in wires:
            wire.close()


class Run:
    """A server over a database of its own, and what has been met on it."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._stack = ExitStack()
        self.tally = Tally()
        self._port = 0

    def __enter__(self) -> Run:
        database = new_database(self._kind)
        self._stack.callback(database.close)
        self._port = self._stack.enter_context(Server(database.url, WORKERS)).port
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.__exit__(kind, value, trace)

    def batch(self, examples: int, steps: int, seed: int) -> None:
        run_examples(self._port, self.tally, examples, steps, seed)

    def progress(self) -> str:
        tally = self.tally
        return (
            f"{tally.examples} examples, {tally.steps} steps, {tally.calls} calls; {sum(tally.went.values())} went through "
            f"({len(tally.went)} kinds), {sum(tally.refused.values())} refused ({len(tally.refused)} codes)"
        )

    def statistics(self) -> str:
        """Everything that went through, every refusal, every look, most frequent first."""
        return "\n".join(
            f"{title}: {_listed(counted)}"
            for title, counted in (("went through", self.tally.went), ("refused", self.tally.refused), ("looked at", self.tally.looked))
        )


def _listed(counted: Counter[str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in counted.most_common())
