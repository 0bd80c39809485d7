"""Lays out boxes, frames and arrows so that every arrow is one straight line and nothing lies upon anything else.

A drawing is a grid. A box takes some columns and rows of it, and a frame is drawn around boxes. Two ends of an arrow that share a row and
see each other are joined across the gutter between their columns; two that share a column, across the gap between their rows. Where
something stands between them in a column, the arrow goes by in a lane beside it, and what stands there gives way. Each arrow carries a
card. The cards of a gutter are stacked and make their row as high as they need; those of a gap stand side by side, or one below another
where there is no room. So lines cross lines, but no line crosses a card, a box or a text that is not its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

MARGIN = 5.0
STUB = 18.0  # how much of a line shows on either side of its card, the arrow's head included
BETWEEN_CARDS = 12.0
BESIDE = 10.0  # from a line to the edge of what it starts from, and between neighbours in a gap
LANE = 20.0
EMPTY_GUTTER, EMPTY_GAP = 26.0, 16.0
MOST_TRIES = 100


class Place(NamedTuple):
    """Which cells of the grid a box takes: from and to, both included."""

    left: int
    top: int
    right: int
    bottom: int


class Rect(NamedTuple):
    """A rectangle; `x` and `y` are its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    def overlaps(self, other: Rect) -> bool:
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom


@dataclass(frozen=True, slots=True)
class Box:
    """What stands in the grid. `height` says how high it must be at a given width."""

    key: str
    place: Place
    height: Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Frame:
    """What is drawn around boxes: `side`, `head` and `foot` are its distances, `title` is the width of its title, in a corner."""

    key: str
    members: frozenset[str]
    side: float
    head: float
    foot: float
    title: float
    title_below: bool = False
    title_right: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """An arrow to be drawn; an end that stands in several places names all of them, and the first that sees the other is taken."""

    sources: tuple[str, ...]
    targets: tuple[str, ...]
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Arrow:
    """An arrow as it is drawn: a straight line with its card on it."""

    source: str
    target: str
    start: tuple[float, float]
    end: tuple[float, float]
    card: Rect

    @property
    def is_upright(self) -> bool:
        return self.start[0] == self.end[0]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything in its place. `titles` are the ends of the baselines of the frames' titles: the left ones, or the right."""

    width: float
    height: float
    boxes: Mapping[str, Rect]
    frames: Mapping[str, Rect]
    titles: Mapping[str, tuple[float, float]]
    arrows: tuple[Arrow, ...]


class NoWay(Exception):
    """Two ends of an arrow neither see each other nor have a lane; the message names them."""


class _Narrow(Exception):
    """A card does not fit into a column, which has to be so much wider."""

    def __init__(self, column: int, by: float) -> None:
        super().__init__(column, by)
        self.column, self.by = column, by


@dataclass(slots=True)
class _Way:
    """How a link goes: across a row or down a column, from one end to the other, perhaps in a lane."""

    link: Link
    source: str
    target: str
    upright: bool
    track: int  # the row it goes along, or the column
    lane: str | None = None  # on which side of its column it goes by; empty until a side is chosen
    gap: int = 0  # above which row an upright link has its card
    x: float = 0.0
    card: Rect = field(default=Rect(0, 0, 0, 0))


def lay_out(
    columns: Sequence[float], boxes: Iterable[Box], frames: Iterable[Frame], links: Iterable[Link], always: Container[str] = ()
) -> Drawing:
    """Put everything in its place. Boxes without an arrow are left out unless `always` has them.

    `columns` are the widths that the columns have if that is enough for their cards. Raises NoWay.
    """
    widths, standing, around, arrows = list(columns), list(boxes), list(frames), list(links)
    for _ in range(MOST_TRIES):
        try:
            return _Layout(widths, {b.key: b for b in standing}, {f.key: f for f in around}, arrows, always).drawing()
        except _Narrow as narrow:
            widths[narrow.column] += narrow.by
    raise NoWay("There is no room for all cards, however wide the columns are.")


class _Layout:
    def __init__(
        self, columns: Sequence[float], boxes: dict[str, Box], frames: dict[str, Frame], links: list[Link], always: Container[str]
    ) -> None:
        self._columns, self._boxes, self._frames = columns, boxes, frames
        self._places = {key: box.place for key, box in boxes.items()} | {key: self._around(frame) for key, frame in frames.items()}
        self._rows = max(place.bottom for place in self._places.values()) + 1
        self._ways = [self._way(link) for link in links]
        used = {end for way in self._ways for end in (way.source, way.target)}
        for key in [key for key in boxes if key not in used and key not in always]:
            del self._boxes[key], self._places[key]
        self._choose_rows()
        self._choose_lanes()
        self._choose_gaps()

    def drawing(self) -> Drawing:
        self._across()
        self._stand()
        self._down()
        boxes = {key: self._rect(key) for key in self._boxes}
        frames = {key: self._rect(key) for key in self._frames}
        self._hang()
        arrows = tuple(self._arrow(way) for way in self._ways)
        edge = [*boxes.values(), *frames.values(), *(arrow.card for arrow in arrows)]
        return Drawing(
            max(rect.right for rect in edge) + MARGIN,
            max(rect.bottom for rect in edge) + MARGIN,
            boxes,
            frames,
            {key: self._title(frame) for key, frame in self._frames.items()},
            arrows,
        )

    # ── which way each arrow goes ──────────────────────────────────────────────────────────────────────────────────────

    def _around(self, frame: Frame) -> Place:
        inside = [self._boxes[key].place for key in frame.members]
        return Place(min(p.left for p in inside), min(p.top for p in inside), max(p.right for p in inside), max(p.bottom for p in inside))

    def _way(self, link: Link) -> _Way:
        ends = [(source, target) for source in link.sources for target in link.targets]
        for source, target in ends:
            if rows := self._rows_between(source, target):
                return _Way(link, source, target, upright=False, track=rows[0])
        for blocked_too in (False, True):
            for source, target in ends:
                if columns := self._columns_between(source, target, blocked_too):
                    return _Way(link, source, target, upright=True, track=columns[0], lane="" if blocked_too else None)
        raise NoWay(f"There is no straight way from {' or '.join(link.sources)} to {' or '.join(link.targets)}.")

    def _rows_between(self, source: str, target: str) -> list[int]:
        """The rows in which two ends see each other."""
        one, other = sorted((self._places[source], self._places[target]))
        if one.right >= other.left:
            return []
        rows = range(max(one.top, other.top), min(one.bottom, other.bottom) + 1)
        return [
            row
            for row in rows
            if not any(
                p.top <= row <= p.bottom and one.right < p.right and p.left < other.left
                for key, p in self._places.items()
                if key in self._boxes and not self._belongs(key, source) and not self._belongs(key, target)
            )
        ]

    def _columns_between(self, source: str, target: str, blocked_too: bool) -> list[int]:
        """The columns in which two ends see each other, or would if nothing stood between them."""
        one, other = self._places[source], self._places[target]
        if one.top <= other.bottom and other.top <= one.bottom:
            return []
        columns = range(max(one.left, other.left), min(one.right, other.right) + 1)
        return [column for column in columns if blocked_too or not self._in_the_way(source, target, column)]

    def _in_the_way(self, source: str, target: str, column: int) -> list[str]:
        """The boxes and frames that stand between two ends in a column."""
        one, other = sorted((self._places[source], self._places[target]), key=lambda place: place.top)
        return [
            key
            for key, place in self._places.items()
            if place.left <= column <= place.right and one.bottom < place.top and place.bottom < other.top
        ]

    def _belongs(self, key: str, end: str) -> bool:
        """Whether a box is an end of an arrow, or stands in a frame that is."""
        return key == end or (end in self._frames and key in self._frames[end].members)

    def _choose_rows(self) -> None:
        """Spread the arrows that go across over the rows they may take; who has the least choice chooses first."""
        load: dict[tuple[int, int], float] = defaultdict(float)
        level = [(self._rows_between(way.source, way.target), way) for way in self._ways if not way.upright]
        for rows, way in sorted(level, key=lambda entry: len(entry[0])):
            gutters = self._gutters(way)
            way.track = min(rows, key=lambda row: (max(load[gutter, row] for gutter in gutters), row))
            for gutter in gutters:
                load[gutter, way.track] += way.link.height + BETWEEN_CARDS

    def _gutters(self, way: _Way) -> range:
        """The gutters that an arrow crosses; gutter 0 lies behind column 0."""
        one, other = sorted((self._places[way.source], self._places[way.target]))
        return range(one.right, other.left)

    def _choose_lanes(self) -> None:
        """Give every blocked arrow a side of its column, so that no two are in each other's way; if it can be, up goes left, down right."""
        given: dict[tuple[int, str], list[_Way]] = defaultdict(list)
        for way in self._ways:
            if way.lane is None:
                continue
            up = self._places[way.source].top > self._places[way.target].top
            sides = [side for side in ("left", "right") if self._ordered([*given[way.track, side], way])]
            if not sides:
                raise NoWay(f"There is no lane from {way.source} to {way.target}.")
            way.lane = sides[0 if up else -1]
            given[way.track, way.lane].append(way)
        self._lanes = {key: self._ordered(ways) or [] for key, ways in given.items()}

    def _ordered(self, ways: Sequence[_Way]) -> list[_Way] | None:
        """These lanes from the outermost in: one that passes an end of another lies outside of it. None where they cannot be ordered."""
        left, order = list(ways), []
        while left:
            free = [way for way in left if not any(self._passes_end(other, way) for other in left if other is not way)]
            if not free:
                return None
            order.append(free[0])
            left.remove(free[0])
        return order

    def _passes_end(self, way: _Way, other: _Way) -> bool:
        passed = self._in_the_way(way.source, way.target, way.track)
        return other.source in passed or other.target in passed

    def _choose_gaps(self) -> None:
        """Give every upright arrow a column and a gap for its card: outside of frames if it can be, then where the fewest others are."""
        load: dict[tuple[int, int], int] = defaultdict(int)
        upright = [
            (way, self._columns_between(way.source, way.target, blocked_too=way.lane is not None)) for way in self._ways if way.upright
        ]
        for way, columns in sorted(upright, key=lambda entry: len(self._gaps(entry[0])) * len(entry[1])):
            choices = [(column, gap) for column in columns for gap in self._gaps(way)]
            way.track, way.gap = min(choices, key=lambda choice: (self._framed(choice[1]), load[choice], choice))
            load[way.track, way.gap] += 1

    def _framed(self, gap: int) -> int:
        """How many frames reach across a gap."""
        return sum(self._places[key].top < gap <= self._places[key].bottom for key in self._frames)

    def _gaps(self, way: _Way) -> range:
        """The gaps that an upright arrow crosses, each named after the row below it."""
        one, other = sorted((self._places[way.source], self._places[way.target]), key=lambda place: place.top)
        return range(one.bottom + 1, other.top + 1)

    # ── how wide, how high ─────────────────────────────────────────────────────────────────────────────────────────────

    def _across(self) -> None:
        """Where each column begins and ends: a gutter is as wide as its widest card needs."""
        gutters = [EMPTY_GUTTER] * (len(self._columns) - 1)
        for way in self._ways:
            if not way.upright and len(self._gutters(way)) == 1:
                gutter = self._gutters(way)[0]
                gutters[gutter] = max(gutters[gutter], way.link.width + 2 * STUB)
        self._x: list[tuple[float, float]] = []
        at = MARGIN
        for width, beyond in zip(self._columns, [*gutters, 0.0], strict=True):
            self._x.append((at, at + width))
            at += width + beyond

    def _down(self) -> None:
        """Where each row begins and ends, and the free part of the gap above it."""
        heights = [self._row_height(row) for row in range(self._rows)]
        for box in self._boxes.values():
            rows = range(box.place.top, box.place.bottom + 1)
            left, right = self._left(box.key), self._right(box.key)
            missing = box.height(right - left) - sum(heights[row] for row in rows)
            if missing > 0:
                for row in rows:
                    heights[row] += missing / len(rows)
        self._y: list[tuple[float, float]] = []
        self._free: list[tuple[float, float]] = []
        at: float = MARGIN
        for row, height in enumerate(heights):
            feet = max((self._depth(key, "foot") for key in self._frames if self._places[key].bottom == row - 1), default=0.0)
            heads = max((self._depth(key, "head") for key in self._frames if self._places[key].top == row), default=0.0)
            free = at + feet
            gap = self._gap_height(row) if row else 0.0
            self._free.append((free, free + gap))
            at = free + gap + heads
            self._y.append((at, at + height))
            at += height

    def _row_height(self, row: int) -> float:
        """The height that the cards of its gutters need."""
        stacks = [self._stack(gutter, row) for gutter in range(len(self._columns) - 1)]
        return max((sum(way.link.height + BETWEEN_CARDS for way in stack) for stack in stacks), default=0.0)

    def _stack(self, gutter: int, row: int) -> list[_Way]:
        """The arrows of one row in one gutter, from above. What crosses several gutters lies at the bottom, at one height in all."""
        ways = [way for way in self._ways if not way.upright and way.track == row and gutter in self._gutters(way)]
        return sorted(ways, key=lambda way: len(self._gutters(way)))

    def _gap_height(self, row: int) -> float:
        high = sum(max(way.link.height for way in level) + BESIDE for level in self._levels(row))
        return high + 2 * STUB - BESIDE if high else EMPTY_GAP

    # ── where an end lies ──────────────────────────────────────────────────────────────────────────────────────────────

    def _rect(self, key: str) -> Rect:
        place = self._places[key]
        left, right = self._left(key), self._right(key)
        top = self._y[place.top][0] - (self._depth(key, "head") if key in self._frames else 0.0)
        bottom = self._y[place.bottom][1] + (self._depth(key, "foot") if key in self._frames else 0.0)
        return Rect(left, top, right - left, bottom - top)

    def _left(self, key: str) -> float:
        return self._inside(key, self._places[key].left, "left")

    def _right(self, key: str) -> float:
        return self._inside(key, self._places[key].right, "right")

    def _inside(self, key: str, column: int, side: str) -> float:
        """The side of a box or frame: that of the column, or of the frame around it, moved in by frames and lanes."""
        around = self._frame_around(key, column, side)
        inwards = 1 if side == "left" else -1
        base = self._x[column][0 if side == "left" else 1] if around is None else self._inside(around, column, side)
        if around is not None:
            base += inwards * self._frames[around].side
        passed = [at for at, way in enumerate(self._lanes.get((column, side), []), 1) if self._passes(way, key)]
        before = [at for at, way in enumerate(self._lanes.get((column, side), []), 1) if around is not None and self._passes(way, around)]
        return base + inwards * LANE * (max(passed, default=0) - max(before, default=0))

    def _passes(self, way: _Way, key: str) -> bool:
        return key in self._in_the_way(way.source, way.target, way.track)

    def _frame_around(self, key: str, column: int, side: str) -> str | None:
        """The innermost frame around a box or frame that ends in the same column."""
        around = [
            frame.key
            for frame in self._frames.values()
            if frame.key != key and self._holds(frame, key) and self._places[frame.key][0 if side == "left" else 2] == column
        ]
        return min(around, key=lambda name: len(self._frames[name].members), default=None)

    def _holds(self, frame: Frame, key: str) -> bool:
        return key in frame.members or (key in self._frames and self._frames[key].members < frame.members)

    def _depth(self, key: str, side: str) -> float:
        """How far a frame reaches beyond the rows of its boxes on one side, the frames within it included."""
        edge = 1 if side == "head" else 3
        inside = [
            self._depth(other, side)
            for other, frame in self._frames.items()
            if frame.members < self._frames[key].members and self._places[other][edge] == self._places[key][edge]
        ]
        own: float = getattr(self._frames[key], side)
        return own + max(inside, default=0.0)

    def _title(self, frame: Frame) -> tuple[float, float]:
        rect = self._rect(frame.key)
        x = rect.right - BESIDE if frame.title_right else self._title_starts(frame)
        return x, rect.bottom - 9 if frame.title_below else rect.y + 17

    def _title_starts(self, frame: Frame) -> float:
        lanes = [way for way in self._lanes.get((self._places[frame.key].left, "left"), []) if self._crosses(way, frame)]
        return self._left(frame.key) + BESIDE + (frame.side + LANE * len(lanes) if lanes else 0.0)

    def _crosses(self, way: _Way, frame: Frame) -> bool:
        """Whether an upright arrow goes through the edge of a frame that has its title."""
        inside = [end for end in (way.source, way.target) if self._holds(frame, end)]
        if len(inside) != 1 or not way.upright:
            return False
        (end,) = inside
        other = way.target if end == way.source else way.source
        above = self._places[other].top < self._places[end].top
        return above != frame.title_below

    # ── cards and lines ────────────────────────────────────────────────────────────────────────────────────────────────

    def _range(self, way: _Way) -> tuple[float, float]:
        """From where to where an upright arrow may stand: both its ends are there, and no title that it would go through."""
        columns = [way.track] if way.lane else self._columns_between(way.source, way.target, blocked_too=False)
        left, right = self._x[columns[0]][0], self._x[columns[-1]][1]
        for end in (way.source, way.target):
            left, right = max(left, self._left(end) + BESIDE), min(right, self._right(end) - BESIDE)
        for frame in self._frames.values():
            if self._crosses(way, frame) and frame.title_right:
                right = min(right, self._right(frame.key) - frame.title - 2 * BESIDE)
            elif self._crosses(way, frame):
                left = max(left, self._title_starts(frame) + frame.title + BESIDE)
        return left, right

    def _lane_x(self, way: _Way) -> float:
        assert way.lane is not None
        column, side = way.track, way.lane
        number = next(at for at, other in enumerate(self._lanes[column, side]) if other is way)
        passed = self._in_the_way(way.source, way.target, column)
        outermost = max(passed, key=lambda key: len(self._frames[key].members) if key in self._frames else 0)
        around = self._frame_around(outermost, column, side)
        inwards = 1 if side == "left" else -1
        edge = self._x[column][0 if side == "left" else 1]
        if around is not None:
            edge = self._inside(around, column, side) + inwards * self._frames[around].side
        return edge + inwards * LANE * (number + 0.5)

    def _stand(self) -> None:
        """Set the `x` of every upright arrow and where its card lies along its gap."""
        upright = [way for way in self._ways if way.upright]
        for way in upright:
            if way.lane:
                way.x = self._lane_x(way)
        for column, row in dict.fromkeys((way.track, way.gap) for way in upright):
            self._stand_in_gap([way for way in upright if (way.track, way.gap) == (column, row)])
        for way in upright:
            lines = [other.x for other in upright if other is not way and way.gap in self._gaps(other)]
            way.card = self._beside(way, lines)

    def _stand_in_gap(self, ways: list[_Way]) -> None:
        """Set the arrows of one gap of one column side by side if there is room, in the middle of it; else as far apart as can be."""
        ways.sort(key=lambda way: ({"left": 0, None: 1, "right": 3}[way.lane], self._places[way.source].top > self._places[way.target].top))
        free = [way for way in ways if way.lane is None]
        if free and not self._fit_side_by_side(ways, free):
            for at, way in enumerate(free):
                left, right = self._range(way)
                way.x = left + (right - left) * at / (len(free) - 1) if len(free) > 1 else (left + right) / 2

    def _fit_side_by_side(self, ways: Sequence[_Way], free: Sequence[_Way]) -> bool:
        at = float("-inf")
        slack = float("inf")
        for way in ways:
            low, high = self._limits(way)
            half = way.link.width / 2
            if way.lane is None:
                left, right = self._range(way)
                way.x = max(left, low + half, at + BESIDE + half)
                slack = min(slack, right - way.x, high - way.x - half)
                at = way.x + half
            elif way.lane == "left":
                at = max(way.x + half, low + way.link.width)
            else:
                slack = min(slack, min(way.x - half, high - way.link.width) - BESIDE - at)
        if slack < 0:
            return False
        for way in free:
            way.x += slack / 2
        return True

    def _limits(self, way: _Way) -> tuple[float, float]:
        """Between what the card of an upright arrow stands: the edges of the frame around both its ends, if there is one."""
        around = [frame.key for frame in self._frames.values() if self._holds(frame, way.source) and self._holds(frame, way.target)]
        if not around:
            return MARGIN, float("inf")
        inner = min(around, key=lambda key: len(self._frames[key].members))
        return self._left(inner) + BESIDE / 2, self._right(inner) - BESIDE / 2

    def _beside(self, way: _Way, lines: Iterable[float]) -> Rect:
        """A card's place along its gap: in the middle of its line, moved where another line would go through it. `y` is set later."""
        low, high = self._limits(way)
        low = max([low, *(line + BESIDE / 2 for line in lines if line < way.x)])
        high = min([high, *(line - BESIDE / 2 for line in lines if line > way.x)])
        width = way.link.width
        if high - low < width:
            raise _Narrow(way.track, width - high + low)
        return Rect(min(max(way.x - width / 2, low), high - width), 0.0, width, way.link.height)

    def _levels(self, row: int) -> list[list[_Way]]:
        """The cards of a gap by levels, from above: as few as keep them apart."""
        levels: list[list[_Way]] = []
        ways = [way for way in self._ways if way.upright and way.gap == row]
        for way in sorted(ways, key=lambda way: way.x):
            fits = next((level for level in levels if all(_apart(way.card, other.card) for other in level)), None)
            if fits is None:
                levels.append([way])
            else:
                fits.append(way)
        return levels

    def _hang(self) -> None:
        """Give the cards of all gaps their heights."""
        for row, (top, bottom) in enumerate(self._free):
            levels = self._levels(row)
            highest = [max(way.link.height for way in level) for level in levels]
            at = (top + bottom - sum(highest) - BESIDE * (len(levels) - 1)) / 2
            for level, high in zip(levels, highest, strict=True):
                for way in level:
                    way.card = way.card._replace(y=at + (high - way.link.height) / 2)
                at += high + BESIDE

    def _arrow(self, way: _Way) -> Arrow:
        source, target = self._rect(way.source), self._rect(way.target)
        if way.upright:
            down = source.y < target.y
            start, end = (source.bottom, target.y) if down else (source.y, target.bottom)
            return Arrow(way.source, way.target, (way.x, start), (way.x, end), way.card)
        rightwards = source.x < target.x
        begin, finish = (source.right, target.x) if rightwards else (source.x, target.right)
        y = self._height_in_row(way)
        gutters = self._gutters(way)
        if len(gutters) == 1:
            middle = (self._x[gutters[0]][1] + self._x[gutters[0] + 1][0]) / 2
        else:
            columns = [self._x[column] for column in range(gutters[0] + 1, gutters[-1] + 1)]
            middle = (columns[0][0] + columns[-1][1]) / 2
        card = Rect(middle - way.link.width / 2, y - way.link.height / 2, way.link.width, way.link.height)
        return Arrow(way.source, way.target, (begin, y), (finish, y), card)

    def _height_in_row(self, way: _Way) -> float:
        """The y of an arrow that goes across: its place in the stack of its gutter."""
        top, bottom = self._y[way.track]
        gutters = self._gutters(way)
        if len(gutters) > 1:
            below = [other for other in self._stack(gutters[0], way.track) if len(self._gutters(other)) > 1]
            after = below[below.index(way) :]
            return bottom - sum(other.link.height + BETWEEN_CARDS for other in after) + (way.link.height + BETWEEN_CARDS) / 2
        stack = self._stack(gutters[0], way.track)
        room = bottom - top - sum(other.link.height + BETWEEN_CARDS for other in stack if len(self._gutters(other)) > 1)
        short = [other for other in stack if len(self._gutters(other)) == 1]
        need = sum(other.link.height + BETWEEN_CARDS for other in short)
        at = top + (room - need) / 2
        for other in short:
            if other is way:
                return at + (other.link.height + BETWEEN_CARDS) / 2
            at += other.link.height + BETWEEN_CARDS
        raise AssertionError(way)


def _apart(one: Rect, other: Rect) -> bool:
    return one.right + BESIDE <= other.x or other.right + BESIDE <= one.x


def crossings(arrows: Sequence[Arrow]) -> int:
    """How many pairs of lines cross."""
    level = [arrow for arrow in arrows if not arrow.is_upright]
    upright = [arrow for arrow in arrows if arrow.is_upright]
    return sum(_cross(one, other) for one in level for other in upright)


def _cross(level: Arrow, upright: Arrow) -> bool:
    (x0, x1), (y0, y1) = sorted((level.start[0], level.end[0])), sorted((upright.start[1], upright.end[1]))
    return x0 < upright.start[0] < x1 and y0 < level.start[1] < y1


__all__ = ["Arrow", "Box", "Drawing", "Frame", "Link", "NoWay", "Place", "Rect", "crossings", "lay_out"]
