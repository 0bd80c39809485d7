"""What the program counts for Prometheus, and how the counts of many worker processes become one.

In process every application counts for itself, in memory. Under `serve` each worker counts in files of its own in a folder that all share
(`share`), and whoever is asked adds them up. The files are named by a worker's place, not by its process: a worker that takes the place of
one that died goes on with its counts, so nothing is lost, and their number never grows.

Labels hold only what the program itself names: methods, routes with their `{ids}` as they stand in the contract, statuses, codes, actions,
rows. Nothing that a caller makes up can add a series.
"""

from __future__ import annotations

import os
import platform
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import ClassVar

from prometheus_client import CollectorRegistry, Counter, Histogram, values
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from .coverage import ROWS, TIMERS, Item
from .domain.rules import BY_NAME, RULES

CONTENT_TYPE = CONTENT_TYPE_LATEST
# Seconds. Most answers take one or two milliseconds; a jump through a season may take some seconds.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"})
OTHER = "other"
DATABASE_CODES = frozenset({"database_unreachable", "database_busy", "storage_full", "outcome_unknown"})
# Enough for every series there can be. Taken beforehand, so that a full disk is noticed at the start and not while a request is answered.
FILE_BYTES = 1024 * 1024

_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_KINDS = ("counter", "histogram")
_ACTIONS = {row.name: row.action for row in RULES if row.due is None and row.action in BY_NAME}


def share(folder: Path, place: int) -> None:
    """From now on this process is the worker of this place, whose counts lie in the folder. To be called before any are made."""
    for kind in _KINDS:
        path = folder / f"{kind}_{place}.db"
        with path.open("ab") as file:
            if not file.tell():
                file.write(bytes(FILE_BYTES))
    os.environ[_FOLDER] = str(folder)
    values.ValueClass = values.MultiProcessValue(lambda: place)  # type: ignore[no-untyped-call] # as it is documented


def enter(folder: Path, place: int) -> None:
    """The worker of this place is up."""
    (folder / f"{place}.pid").write_text(str(os.getpid()), encoding="ascii")


def leave(folder: Path, place: int) -> bool:
    """The worker of this place has ended; says whether it was up."""
    path = folder / f"{place}.pid"
    was_up = path.exists()
    path.unlink(missing_ok=True)
    return was_up


class Metrics:
    """The counts of one application. `sandboxes` tells how many there are, or None where the database does not say."""

    def __init__(self, sandboxes: Callable[[], int | None]) -> None:
        self._registry = CollectorRegistry()
        self._folder = Path(os.environ[_FOLDER]) if values.ValueClass is not values.MutexValue else None
        self._beside = CollectorRegistry()
        self._beside.register(_Standing(sandboxes))
        self._beside.register(_Processes(self._folder))

        def counter(name: str, says: str, *labels: str) -> Counter:
            return Counter(name, says, labels, registry=self._registry)

        self._requests = counter("http_requests", "Requests answered.", "method", "route", "status")
        self._seconds = Histogram(
            "http_request_duration_seconds",
            "How long requests took, from their body's arrival to the answer.",
            ("method", "route"),
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._refusals = counter("emulator_refusals", "Refusals answered.", "code")
        self._actions = counter("emulator_actions", "Actions of the table that were carried out.", "action")
        self._timers = counter("emulator_timers_fired", "Timers of the table that fired.", "row")
        self._database = counter("emulator_database_errors", "Requests refused because of the database.", "code")
        # A row of the table is an action's or a timer's; what else is met is not counted here. No series is made before it is needed.
        self._counts = {(ROWS, row): _later(self._actions, action) for row, action in _ACTIONS.items()}
        self._counts |= {(TIMERS, row.name): _later(self._timers, row.name) for row in RULES if row.due is not None}
        self._known: dict[tuple[str, str, int], tuple[Callable[[], None], Callable[[float], None]]] = {}

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request has been answered."""
        known = self._known.get((method, route, status))
        if known is None:
            name = method if method in METHODS else OTHER
            count, took = self._requests.labels(name, route, str(status)), self._seconds.labels(name, route)
            known = count.inc, took.observe
            if name is method:
                self._known[method, route, status] = known
        known[0]()
        known[1](seconds)

    def refused(self, code: str) -> None:
        """A problem has been answered."""
        self._refusals.labels(code).inc()
        if code in DATABASE_CODES:
            self._database.labels(code).inc()

    def met(self, items: Iterable[Item]) -> None:
        """Rows of the table were carried out, as emulator/tally.py hears of them."""
        for item in items:
            count = self._counts.get(item)
            if count is not None:
                count()

    def exposition(self) -> bytes:
        """Everything, as Prometheus reads it: of all workers together where there are several."""
        counted = self._registry
        if self._folder is not None:
            counted = CollectorRegistry()
            MultiProcessCollector(counted, str(self._folder))  # type: ignore[no-untyped-call]
        return generate_latest(counted) + generate_latest(self._beside)


def _later(counter: Counter, label: str) -> Callable[[], None]:
    """Counts one more under a label, which is looked up the first time only."""
    child: list[Counter] = []

    def count() -> None:
        if not child:
            child.append(counter.labels(label))
        child[0].inc()

    return count


def _same(pid: int | str) -> int | str:
    return pid


class _Standing(Collector):
    """What is not counted but looked up when somebody asks."""

    def __init__(self, sandboxes: Callable[[], int | None]) -> None:
        self._sandboxes = sandboxes

    def collect(self) -> Iterator[Metric]:
        build = {"version": version("dispute-emulator"), "python": platform.python_version()}
        yield InfoMetricFamily("emulator_build", "What is running.", value=build)
        there = self._sandboxes()
        if there is not None:
            yield GaugeMetricFamily("emulator_sandboxes", "Sandboxes there are.", value=there)


class _Processes(Collector):
    """What the operating system knows of the processes, added up: one in process; parent and workers under `serve`."""

    # Prometheus' own names for these; of the others there is no sum.
    SUMMED: ClassVar = {
        "process_cpu_seconds": CounterMetricFamily,
        "process_resident_memory_bytes": GaugeMetricFamily,
        "process_virtual_memory_bytes": GaugeMetricFamily,
        "process_open_fds": GaugeMetricFamily,
    }
    STARTED = "process_start_time_seconds"

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def collect(self) -> Iterator[Metric]:
        sums: dict[str, float] = defaultdict(float)
        says: dict[str, str] = {}
        started: list[float] = []
        for pid in self._processes():
            for metric in ProcessCollector(pid=partial(_same, pid), registry=None).collect():
                says[metric.name] = metric.documentation
                if metric.name in self.SUMMED:
                    sums[metric.name] += metric.samples[0].value
                elif metric.name == self.STARTED:
                    started.append(metric.samples[0].value)
        for name, value in sums.items():
            yield self.SUMMED[name](name, says[name], value=value)
        if started:
            yield GaugeMetricFamily(self.STARTED, says[self.STARTED], value=min(started))
        if self._folder is not None:
            yield GaugeMetricFamily("emulator_workers", "Worker processes there are.", value=max(len(started) - 1, 0))

    def _processes(self) -> list[int | str]:
        if self._folder is None:
            return ["self"]
        workers = [int(text) for path in self._folder.glob("*.pid") if (text := path.read_text(encoding="ascii")).isdigit()]
        return [os.getppid(), *workers]
