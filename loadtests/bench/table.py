"""The one table: results held against the targets, for a terminal and as Markdown."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .results import Results
from .targets import DATABASES, LINES, ONE_FILE_LINES, RIVAL_LINES, SIZE_LINES, Bound, Line, Style

HEADS = ("What", "On", "Median (from – to)", "Held against", "Ratio (from – to)", "Target", "")
MARKED = re.compile(r"(<!-- bench -->\n).*?(<!-- /bench -->)", re.DOTALL)
MET, NOT_MET = "met", "**not met**"


@dataclass(frozen=True)
class Spread:
    """The median of some rounds, and the least and the greatest of them."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Judged:
    """A line of the table with what was measured. `met` is None where nothing is asked for."""

    line: Line
    on: str
    measured: Spread
    base: Spread | None
    ratio: Spread | None
    target: Bound | None
    met: bool | None


def judged(results: Results) -> list[Judged]:
    """Every line that was measured, and what it is held against."""
    return [found for line, on in _lines(results) if (found := _judge(results, line, on)) is not None]


def unmeasured(results: Results) -> list[str]:
    """Lines with a target of which nothing was measured, or nothing to hold them against; each with its databases."""
    met = {(one.line.of, one.line.against) for one in judged(results) if one.met is not None}
    missing: dict[str, list[str]] = {}
    for line, on in _lines(results):
        if on in line.targets and (line.of, line.against) not in met:
            missing.setdefault(line.says, []).append(DATABASES.get(on, ""))
    return [f"{says} ({', '.join(kinds)})" if all(kinds) else says for says, kinds in missing.items()]


def _lines(results: Results) -> Iterator[tuple[Line, str]]:
    """Every line there can be, with its database."""
    for line in LINES:
        for kind in DATABASES if "{db}" in line.of else ("",):
            yield _named(line, db=kind), kind
    for kind in DATABASES:
        for size in _other_sizes(results, kind):
            yield from ((_named(line, db=kind, size=size), kind) for line in SIZE_LINES)
    for name, about in results.rivals.items():
        for line in RIVAL_LINES:
            yield _named(line, rival=name, version=about["version"]), ""
    for line in ONE_FILE_LINES:
        best = _best_with_one_file(results, line)
        if best is not None:
            yield replace(line, against=best), ""


def _other_sizes(results: Results, kind: str) -> list[int]:
    """How many orders growth was measured with, but for the first and the last, which have lines of their own."""
    found = {int(size[1]) for name in results.rounds if (size := re.match(rf"{kind}\.growth\.(\d+)\.", name))}
    return sorted(found - {1_000, 1_000_000})


def _named(line: Line, **names: Any) -> Line:
    """A line with what its braces stand for."""
    says, of, base = (told.format(**names) for told in (line.says, line.of, line.base))
    return replace(line, says=says, of=of, base=base, against=None if line.against is None else line.against.format(**names))


def _best_with_one_file(results: Results, line: Line) -> str | None:
    """The measure of the quickest rival that keeps what it is told in one file."""
    assert line.against is not None
    what = line.against.partition(".")[2]
    found = [(median, name) for rival, about in results.rivals.items() if about["durable"]
             and (median := results.median(name := f"rival.{rival}.{what}")) is not None]  # fmt: skip
    return max(found)[1] if found else None


def _judge(results: Results, line: Line, on: str) -> Judged | None:
    values, bases = results.rounds.get(line.of), results.rounds.get(line.against or "")
    if not values or (line.against is not None and not bases):
        return None
    # Rounds took turns, so each is divided by the one that was measured beside it.
    ratio = _spread([value / base for value, base in zip(values, bases, strict=False)]) if bases else None
    target = line.targets.get(on)
    met = None if target is None else target.holds((ratio or _spread(values)).median)
    return Judged(line, on, _spread(values), _spread(bases) if bases else None, ratio, target, met)


def _spread(values: Sequence[float]) -> Spread:
    return Spread(statistics.median(values), min(values), max(values))


# ── how it looks ───────────────────────────────────────────────────────────────────────────────────────────────────────


def cells(one: Judged) -> tuple[str, ...]:
    """A line as texts, one a column."""
    line, measured = one.line, one.measured
    base = ratio = ""
    if one.base is not None and one.ratio is not None:
        base = f"{line.base}, {_number(one.base.median)} {line.unit}"
        middle, low, high = (_ratio(value, line.style) for value in (one.ratio.median, one.ratio.low, one.ratio.high))
        ratio = f"{middle} ({low} – {high})"
    return (
        line.says,
        DATABASES.get(one.on, ""),
        f"{_number(measured.median)} {line.unit} ({_number(measured.low)} – {_number(measured.high)})",
        base,
        ratio,
        _target(one),
        {True: MET, False: NOT_MET, None: ""}[one.met],
    )


def _target(one: Judged) -> str:
    if one.target is None:
        return ""
    sign, value = ("≥", one.target.least) if one.target.least is not None else ("≤", one.target.most)
    assert value is not None
    return f"{sign} {f'{value:g} {one.line.unit}' if one.line.against is None else _ratio(value, one.line.style)}"


def _ratio(value: float, style: Style) -> str:
    return f"{value:.1%}".replace("%", " %") if style == "%" else f"{value:.2f}×"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def as_text(results: Results) -> str:
    """The table for a terminal."""
    rows = [HEADS, *(tuple(cell.replace("*", "") for cell in cells(one)) for one in judged(results))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "─" * max(map(len, lines)), *lines[1:], "", *_notes(results)])


def as_markdown(results: Results) -> str:
    """The table for the README, with what it was measured on."""
    rows = [HEADS, ("---",) * len(HEADS), *map(cells, judged(results))]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    notes = "\n".join(f"- {note}" for note in _notes(results))
    return f"{table}\n\n{notes}"


def _notes(results: Results) -> list[str]:
    """What a reader has to know beside the numbers."""
    notes = [f"{name.capitalize()}: {value}" for name, value in results.about.items()]
    for name, about in results.rivals.items():
        notes.append(f"{name} {about['version']}: {about['does']}. It does less: {about['less']}. Kept in {about['keeps']}")
    notes += [f"{name} was not measured: {why}" for name, why in results.absent.items()]
    if missing := unmeasured(results):
        notes.append(f"Targets of which this run says nothing: {', '.join(missing)}")
    return notes


def write(results: Results, page: Path) -> None:
    """Put the table between the marks of a page; raises ValueError where it has none, or more than one pair."""
    text = page.read_text("utf-8")
    if len(MARKED.findall(text)) != 1:
        raise ValueError(f"{page.name} has no place for the table, or two: <!-- bench --> and <!-- /bench --> mark it.")
    page.write_text(MARKED.sub(lambda marks: f"{marks[1]}{as_markdown(results)}\n{marks[2]}", text), "utf-8")
