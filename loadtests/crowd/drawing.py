"""Plots as SVG elements that a style sheet paints: lines over the time of a run, and bars on a logarithmic scale. No colour stands here."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 760.0, 190.0
LEFT, RIGHT, TOP, BOTTOM = 52.0, 12.0, 12.0, 26.0
BAR_WIDTH, BAR_HEIGHT = 220.0, 14.0
LABEL_GAP = 8.0
_MANTISSAS = (1, 2, 5, 10)


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a plot. `kind` is its class for the style sheet; None leaves a gap."""

    kind: str
    name: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where a value lies between two ends of the paper."""

    low: float
    high: float
    begin: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        low, high = self.low, self.high
        if self.log:
            low, high, value = math.log(low), math.log(high), math.log(max(value, self.low))
        return self.begin + (self.end - self.begin) * (value - low) / (high - low)


def round_step(most: float, parts: int = 4) -> float:
    """The smallest of 1, 2 or 5 times a power of ten that so many of which reach `most`."""
    size = 10.0 ** math.floor(math.log10(most / parts))
    return next(mantissa * size for mantissa in _MANTISSAS if mantissa * size * parts >= most)


def round_numbers(low: float, high: float) -> list[float]:
    """1, 2 and 5 times powers of ten from below `low` to above `high`, at least two, for a logarithmic scale."""
    powers = range(math.floor(math.log10(low)), math.floor(math.log10(high)) + 2)
    marks = [mantissa * 10.0**power for power in powers for mantissa in _MANTISSAS[:-1]]
    begin = max(place for place, mark in enumerate(marks) if mark <= low)
    end = min(place for place, mark in enumerate(marks) if mark >= high)
    return marks[begin : max(end, begin + 1) + 1]


def shown(value: float) -> str:
    """A number of an axis, as short as it can be."""
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.2g}"


def spoken_seconds(seconds: float, longest: float) -> str:
    return f"{seconds / 60:.4g} min" if longest > 300 else f"{seconds:.4g} s"


def lines(
    times: Sequence[float], series: Sequence[Series], *, title: str, log: bool = False, marked: Sequence[tuple[float, float]] = ()
) -> str:
    """Lines over the seconds of a run. `marked` stretches of time are told apart."""
    values = [value for one in series for value in one.values if value is not None and (value > 0 or not log)]
    if not values:
        return ""
    last = max(times[-1], 1.0)
    marks = round_numbers(min(values), max(values)) if log else _even_marks(max(values))
    x = _Scale(0, last, LEFT, WIDTH - RIGHT)
    y = _Scale(marks[0], marks[-1], HEIGHT - BOTTOM, TOP, log)
    parts = [_stretch(x(begin), x(end)) for begin, end in marked]
    parts += [_level(y(mark), shown(mark)) for mark in marks]
    step = round_step(last, 6) if last <= 300 else round_step(last / 60, 6) * 60
    parts += [_moment(x(step * number), spoken_seconds(step * number, last)) for number in range(int(last / step) + 1)]
    for one in series:
        drawn = "".join(_strokes([(x(at), None if value is None else y(value)) for at, value in zip(times, one.values, strict=True)]))
        parts.append(f'<path class="line {one.kind}" d="{drawn}"><title>{escape(one.name)}</title></path>')
    return _element(WIDTH, HEIGHT, title, "".join(parts))


def _even_marks(most: float) -> list[float]:
    step = round_step(most or 1.0)
    return [step * number for number in range(math.ceil((most or 1.0) / step) + 1)]


def _strokes(points: Sequence[tuple[float, float | None]]) -> Iterator[str]:
    """A path through the points, lifted where one is missing; a point by itself is a dot."""
    down = False
    for at, level in points:
        if level is None:
            down = False
            continue
        yield f"{'L' if down else 'M'}{at:.1f} {level:.1f}" + ("" if down else "h0.1")
        down = True


def _stretch(begin: float, end: float) -> str:
    return f'<rect class="third" x="{begin:.1f}" y="{TOP}" width="{end - begin:.1f}" height="{HEIGHT - TOP - BOTTOM}"/>'


def _level(y: float, text: str) -> str:
    grid = f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
    return grid + f'<text class="end" x="{LEFT - LABEL_GAP}" y="{y + 4:.1f}">{text}</text>'


def _moment(x: float, text: str) -> str:
    return f'<text class="middle" x="{x:.1f}" y="{HEIGHT - LABEL_GAP}">{text}</text>'


def spread(low: float, high: float, values: tuple[float, float, float], *, title: str) -> str:
    """From a median over a 95th to a 99th percentile, on the logarithmic scale from `low` to `high` that all such bars share."""
    x = _Scale(low, high, 4, BAR_WIDTH - 4, log=True)
    median, most, nearly_all = map(x, values)
    middle = BAR_HEIGHT / 2
    parts = (
        f'<line class="grid" x1="0" x2="{BAR_WIDTH}" y1="{middle}" y2="{middle}"/>',
        f'<line class="p99" x1="{median:.1f}" x2="{nearly_all:.1f}" y1="{middle}" y2="{middle}"/>',
        f'<line class="p95" x1="{median:.1f}" x2="{most:.1f}" y1="{middle}" y2="{middle}"/>',
        f'<circle class="p50" cx="{median:.1f}" cy="{middle}" r="4"/>',
    )
    return _element(BAR_WIDTH, BAR_HEIGHT, title, "".join(parts), "spread")


def shares(parts: Sequence[tuple[str, str, float]], *, title: str) -> str:
    """One bar made up of parts, each with its class, its name and its share of the whole."""
    at, drawn = 0.0, []
    for kind, name, share in parts:
        drawn.append(
            f'<rect class="share {kind}" x="{at * WIDTH:.1f}" y="0" width="{share * WIDTH:.1f}" height="{BAR_HEIGHT}"><title>{escape(name)}'
            f" {100 * share:.0f} %</title></rect>"
        )
        at += share
    return _element(WIDTH, BAR_HEIGHT, title, "".join(drawn), "shares", ' preserveAspectRatio="none"')


def _element(width: float, height: float, title: str, body: str, kind: str = "plot", how: str = "") -> str:
    return f'<svg class="{kind}" viewBox="0 0 {width:.0f} {height:.0f}"{how} role="img"><title>{escape(title)}</title>{body}</svg>'
