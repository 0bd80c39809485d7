"""A run's numbers as JSON, and as one page that needs nothing else: its style, its letters and its plots are all inside."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any, TypeAlias

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from .curves import STANDS_FROM
from .drawing import Series, lines, round_numbers, shares, shown, spread
from .summing import targets

Json: TypeAlias = dict[str, Any]

HERE = Path(__file__).parent
KINDS = {"Rows": "What somebody did and the table allowed.", "Timers": "What time did, because nobody else had."}
# Where the money of a run lies, from the buyers' side to the sellers'.
PURSES = {"refunded": "with buyers", "refunding": "on its way back", "escrow": "in escrow", "hold": "on hold", "seller": "with sellers"}


def written(record: Json, path: Path) -> Path:
    """Write the page there, and the numbers beside it; returns where the page is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".json").write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", "utf-8")
    path.write_text(page(record), "utf-8")
    return path


def page(record: Json) -> str:
    """The page about a run, from nothing but its numbers."""
    pages = Environment(loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    pages.filters["ms"] = _milliseconds
    timed = [call for call in record["calls"] if call["p50"] is not None]
    return pages.get_template("report.html").render(
        record=record,
        run=record["run"],
        totals=record["totals"],
        lasted=_lasted(record["run"]["seconds"]),
        targets=targets(record),
        style=Markup(_style()),  # noqa: S704 # ours
        plots=_plots(record),
        calls=_with_bars(timed),
        marks=" · ".join(shown(mark) for mark in _marks(timed)),
        kinds=[_kind(title, says, record["transitions"][title.lower()]) for title, says in KINDS.items()],
        money=[_purse(book) for book in record["money"]],
        purses=PURSES,
    )


def _style() -> str:
    """The emulator's own letters and colours, and what only this page has."""
    static = resources.files("emulator.http") / "static"
    sheets = (static / "frame.css", static / "emulator.css", HERE / "report.css")
    return "\n".join(sheet.read_text(encoding="utf-8") for sheet in sheets)


def _lasted(seconds: float) -> str:
    return f"{seconds / 60:.3g} minutes" if seconds >= 120 else f"{seconds:.0f} seconds"


def _milliseconds(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def _plots(record: Json) -> list[Json]:
    """What goes over time; each with a sentence, the names of its lines, and the picture."""
    windows, run = record["windows"], record["run"]
    times = [window["at"] for window in windows]
    stands_from = STANDS_FROM.get(run["shape"])
    thirds: list[tuple[float, float]] = []
    if stands_from is not None and times:
        begins, ends = stands_from * run["seconds"], max(times[-1], 1.0)
        third = (ends - begins) / 3
        thirds = [(begins, begins + third), (ends - third, ends)] if third > 0 else []

    def of(name: str, scale: float = 1.0) -> Sequence[float | None]:
        return [None if window[name] is None else window[name] * scale for window in windows]

    wanted: Sequence[tuple[str, str, bool, Sequence[Series]]] = (
        ("Throughput", "Requests answered a second.", False, [Series("rate", "requests a second", of("per_second"))]),
        ("Users", "How many there were.", False, [Series("users", "users", of("users"))]),
        (
            "Latency",
            "Milliseconds until an answer was there, whatever was asked, on a logarithmic scale.",
            True,
            [Series("p50", "median", of("p50")), Series("p95", "95 % within", of("p95")), Series("p99", "99 % within", of("p99"))],
        ),
        (
            "Memory",
            "Megabytes that the server's processes have in memory: all that is resident, pages of a SQLite file among it, and their own.",
            False,
            [Series("memory", "resident", of("memory", 1e-6)), Series("own", "their own", of("own", 1e-6))],
        ),
    )
    drawn = []
    for title, says, log, series in wanted:
        picture = lines(times, series, title=title, log=log, marked=thirds) if times else ""
        if picture:
            drawn.append({"title": title, "says": says, "series": series, "picture": Markup(picture)})  # noqa: S704 # escaped there
    return drawn


def _marks(calls: Sequence[Json]) -> list[float]:
    """The round numbers that the bars of all calls lie between."""
    return round_numbers(min(call["p50"] for call in calls), max(call["p99"] for call in calls)) if calls else [1.0, 10.0]


def _with_bars(calls: Sequence[Json]) -> list[Json]:
    marks = _marks(calls)

    def drawn(call: Json) -> Markup:
        title = f"{call['call']}: median {call['p50']} ms, 95 % within {call['p95']} ms, 99 % within {call['p99']} ms"
        bar = spread(marks[0], marks[-1], (call["p50"], call["p95"], call["p99"]), title=title)
        return Markup(bar)  # noqa: S704 # escaped there

    return [call | {"bar": drawn(call)} for call in calls]


def _kind(title: str, says: str, entries: Sequence[Json]) -> Json:
    """The rows or the timers of the table, those that were carried out and those that never were."""
    most = max((entry["hits"] for entry in entries), default=0)
    met = [entry | {"width": round(100 * entry["hits"] / most, 1)} for entry in entries if entry["hits"]]
    return {"title": title, "says": says, "met": met, "never": [entry for entry in entries if not entry["hits"]], "of": len(entries)}


def _purse(book: Mapping[str, str]) -> Json:
    """How much of one currency was paid in, and where what was moved lies now. Less than nothing was there before the run."""
    lies = {account: max(Decimal(book[account]), Decimal(0)) for account in PURSES}
    whole = sum(lies.values())
    parts = [(account, PURSES[account], float(lies[account] / whole)) for account in PURSES if whole and lies[account]]
    bar = Markup(shares(parts, title=f"Where the {book['currency']} lie"))  # noqa: S704 # escaped there
    return {**book, "bar": bar}
