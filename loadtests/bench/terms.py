"""How a run is made: what of all, how long, how often, on which cores."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from . import wrk
from .wrk import Rate, Script, placed

# What can be asked for one by one. Growth takes long, and is measured only where it is named.
DISPUTES = ("read", "list", "open", "edit")
SUBJECTS = (*DISPUTES, "raw", "life", "pace", "memory", "workers", "worlds", "start", "rivals", "growth")


@dataclass(frozen=True)
class Terms:
    """What is measured, and how. Seconds are those of one measurement of a round."""

    kinds: tuple[str, ...]
    only: frozenset[str]
    rounds: int = 5
    seconds: int = 4
    orders: int = 100_000
    sizes: tuple[int, ...] = (1_000, 100_000, 1_000_000)
    sandboxes: int = 10_000
    free: bool = False
    connections: int = 8
    cores: tuple[int, ...] = field(default_factory=lambda: tuple(sorted(os.sched_getaffinity(0))))

    def wants(self, *subjects: str) -> bool:
        return not self.only.isdisjoint(subjects)

    @property
    def sets(self) -> int:
        """How many requests' statements are run without the program in each round."""
        return 250 * self.seconds

    @property
    def apart(self) -> bool:
        """Whether servers and generator have a core each, so that work for a request is what is compared."""
        return not self.free and len(self.cores) > 1 and shutil.which("taskset") is not None

    @property
    def of_servers(self) -> tuple[int, ...]:
        """The cores of all that serves; none means wherever the machine likes."""
        return self.cores[:1] if self.apart else ()

    @property
    def of_load(self) -> tuple[int, ...]:
        return self.cores[1:2] if self.apart else ()

    def wrk(self, base: str, script: Script | None, seconds: int | None = None) -> Rate:
        """Load by wrk from its core."""
        pin = ("taskset", "-c", str(self.of_load[0])) if self.of_load else ()
        return wrk.rate(base, script, seconds=seconds or self.seconds, connections=self.connections, pin=pin)

    @contextmanager
    def loading(self) -> Iterator[None]:
        """This process is the generator, and on its core."""
        with placed(self.of_load):
            yield
