"""THE TARGETS: what is measured, against what it is held, and what it shall come to. Data, and nothing else.

A name in braces stands for each database, or for each rival. What stands behind a name is told in `results.py` and by whoever measures it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
Style = Literal["%", "×"]


@dataclass(frozen=True)
class Bound:
    """What a ratio, or where there is none the median itself, shall be at least or at most."""

    least: float | None = None
    most: float | None = None

    def holds(self, value: float) -> bool:
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)


def least(value: float) -> Bound:
    return Bound(least=value)


def most(value: float) -> Bound:
    return Bound(most=value)


@dataclass(frozen=True)
class Line:
    """A line of the table: what it says, which measure it shows in which unit, and which measure that is divided by.

    `base` names the latter for a reader. Targets are by database, under "" where the line is about none.
    """

    says: str
    of: str
    unit: str = "/s"
    against: str | None = None
    base: str = ""
    style: Style = "×"
    targets: Mapping[str, Bound] = field(default_factory=dict)


_BARE = "{db}.bare"
_VIEW = "a bare Flask view"
_RAW = "its statements alone"


def _of_bare(says: str, of: str, **targets: float) -> Line:
    return Line(says, of, "/s", _BARE, _VIEW, "%", {name: least(share) for name, share in targets.items()})


def _of_raw(says: str, of: str) -> Line:
    return Line(says, f"{{db}}.{of}", "/s", f"{{db}}.raw.{of}", _RAW, "%")


def _of_one_worker(says: str, of: str, **targets: float) -> Line:
    bounds = {name: least(times) for name, times in targets.items()}
    return Line(says, f"{{db}}.workers.2.{of}", "/s", f"{{db}}.workers.1.{of}", "one worker", "×", bounds)


def _of_its_median(says: str, of: str, bound: Bound | None = None) -> Line:
    of = f"{{db}}.pace.{of}"
    return Line(says, f"{of}.p99", "ms", f"{of}.p50", "their median", "×", _everywhere(bound))


def _of_few_orders(says: str, of: str, size: str, bound: Bound | None = None) -> Line:
    return Line(says, f"{{db}}.growth.{size}.{of}", "/s", f"{{db}}.growth.1000.{of}", "1,000 orders", "%", _everywhere(bound))


def _everywhere(bound: Bound | None) -> dict[str, Bound]:
    """The same target on both databases, or none."""
    return {} if bound is None else dict.fromkeys(DATABASES, bound)


GROWING = (("Reads", "read"), ("Openings", "open"), ("Edits", "edit"))

LINES: tuple[Line, ...] = (
    _of_bare("Read of a dispute", "{db}.read", sqlite=0.60, postgresql=0.35),
    _of_bare("List of 20 disputes", "{db}.list", sqlite=0.35),
    _of_bare("Opening a dispute", "{db}.open", sqlite=0.20, postgresql=0.18),
    _of_bare("Edit of a dispute", "{db}.edit", sqlite=0.25, postgresql=0.20),
    _of_bare("Whole disputes, requests of all kinds", "{db}.life.requests"),
    Line("Whole disputes, from order to ruling", "{db}.life.lives"),
    _of_raw("Read of a dispute", "read"),
    _of_raw("List of 20 disputes", "list"),
    _of_raw("Opening a dispute", "open"),
    _of_raw("Edit of a dispute", "edit"),
    _of_one_worker("Reads with two workers", "read", sqlite=1.2, postgresql=1.8),
    _of_one_worker("Edits with two workers", "edit", postgresql=2.0),
    _of_its_median("Reads at half the peak rate, p99", "read", most(10)),
    _of_its_median("Edits at half the peak rate, p99", "edit", most(10)),
    _of_its_median("A bare Flask view at half its peak rate, p99", "bare"),
    *(_of_few_orders(f"{says}, 1,000,000 orders", of, "1000000", least(0.85)) for says, of in GROWING),
    _of_few_orders("Lists, 1,000,000 orders", "list", "1000000"),
    *(_of_few_orders(f"{says}, 1,000 orders among many sandboxes", of, "sandboxes") for says, of in (*GROWING, ("Lists", "list"))),
    Line("Making a sandbox with 24 orders", "{db}.world.make", "ms"),
    Line("Making one that starts at the wall's time", "{db}.world.make_today", "ms"),
    Line("Making an empty sandbox", "{db}.world.make_empty", "ms"),
    Line("Reset of a sandbox with 24 orders", "{db}.world.reset", "ms"),
    Line("Reset of a sandbox with many orders", "{db}.world.reset_many", "ms", "{db}.world.reset_few", "with 24 orders", "×"),
    Line("Deleting a sandbox with 24 orders", "{db}.world.delete", "ms"),
    Line("Making a sandbox with 24 orders, in process", "{db}.world.in_process.make", "ms"),
    Line("Reset of it, in process", "{db}.world.in_process.reset", "ms"),
    Line("Deleting it, in process", "{db}.world.in_process.delete", "ms"),
    Line("Jump of 90 days over many orders", "{db}.world.jump", "s"),
    Line("Timers fired in that jump", "{db}.world.timers", "/s"),
    Line(
        "Import of the package", "import.emulator", "ms", "import.base", "flask, flask_sqlalchemy and marshmallow", "×",
        {"": most(1.2)},
    ),
    Line(
        "Start to first answer, database there", "start.emulator", "ms", "start.base",
        "a bare Flask-SQLAlchemy application", "×", {"": most(1.4)},
    ),
    Line(
        "Start to first answer, none there yet", "start.emulator_new", "ms", "start.base_new",
        "a bare Flask-SQLAlchemy application", "×", {"": most(1.4)},
    ),
    Line("Application in process with a seeded sandbox", "inprocess", "ms", targets={"": most(300)}),
    Line("Resident memory of a worker, after the run", "{db}.memory.resident", "MB", targets=dict.fromkeys(DATABASES, most(110))),
    Line("of that, pages of the file that SQLite maps", "{db}.memory.mapped", "MB"),
)  # fmt: skip

# Any other size that was measured.
SIZE_LINES = tuple(_of_few_orders(f"{says}, {{size:,}} orders", of, "{size}") for says, of in (*GROWING, ("Lists", "list")))

# What is held against each rival. The emulator opens disputes where it creates, and edits them where it updates: its two dearest requests.
RIVAL_LINES: tuple[Line, ...] = (
    Line("Read", "sqlite.read", "/s", "rival.{rival}.read", "{rival} {version}", "×", {"": least(1)}),
    Line("Create (opening a dispute)", "sqlite.open", "/s", "rival.{rival}.create", "{rival} {version}", "×", {"": least(1)}),
    Line("Update (edit of a dispute)", "sqlite.edit", "/s", "rival.{rival}.update", "{rival} {version}", "×", {"": least(1)}),
)
# Those that keep what they are told in one file on disk are held to more: the best of them at each.
ONE_FILE_LINES: tuple[Line, ...] = (
    Line("Create (opening a dispute)", "sqlite.open", "/s", "one_file.create", "the best with one file on disk", "×", {"": least(3)}),
    Line("Update (edit of a dispute)", "sqlite.edit", "/s", "one_file.update", "the best with one file on disk", "×", {"": least(3)}),
)
