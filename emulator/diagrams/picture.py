"""Draws a plate as SVG: wide, with everything in its place, or narrow, each source with what leads away from it, for a phone.

Colours and strokes stand in picture.css. What is told apart by a colour is told apart by a shape too: each actor has a sign of his own on
the cards and a stroke of his own in the lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from html import escape

from ..domain.words import Actor
from .bundles import Bundle, Line, bundles_of
from .graph import Graph, Node, NodeId
from .layout import Arrow, Box, Drawing, Frame, Link, Place, Rect, lay_out
from .letters import width_of, wrapped
from .marks import Marks
from .plates import GROUPS, Plate

NAME, MEANING, LABEL, RULE_ID = 13.0, 11.0, 12.0, 10.5
NAME_LINE, MEANING_LINE, LABEL_LINE = 17.0, 14.5, 17.0
SIGN, PAD = 19.0, 7.0
WIDE_LABEL, NARROW_LABEL = 128.0, 88.0
STRAND, HEAD = 3.4, 10.0
NARROW_COLUMNS = (102.0, 102.0)
MOST_STEPS = 3

WHO = {Actor.SYSTEM: "timer"}


@dataclass(frozen=True, slots=True)
class _Style:
    """How a card is set: how wide its labels may be, whether a rule's id stands below, and whether boxes tell their meaning."""

    label: float
    rule_below: bool
    meanings: bool


WIDE, NARROW = _Style(WIDE_LABEL, False, True), _Style(NARROW_LABEL, True, False)


@dataclass(frozen=True, slots=True)
class _Item:
    """A line of a card, measured: its label in lines, what stands at its right, its height."""

    line: Line
    label: tuple[str, ...]
    steps: str
    height: float


@dataclass(frozen=True, slots=True)
class _Card:
    """A card, measured."""

    bundle: Bundle
    items: tuple[_Item, ...]
    width: float
    height: float


def who(actor: Actor) -> str:
    """An actor as the pictures name him."""
    return WHO.get(actor, str(actor))


class Picture:
    """One plate under some rules, perhaps with a dispute marked in it. `link` is where a rule is to be read, with `{}` for its id."""

    def __init__(self, plate: Plate, graph: Graph, marks: Marks | None = None, link: str = "/v1/rules/{}") -> None:
        self.plate = plate
        self.bundles = bundles_of(plate, graph)
        self._graph, self._marks, self._link = graph, marks, link

    def wide(self) -> _Drawn:
        """The whole picture as it stands in the table of places."""
        cards = [self._card(bundle, WIDE) for bundle in self.bundles]
        boxes = [Box(place, at, partial(self._height, place.partition("#")[0], WIDE)) for place, at in self.plate.places.items()]
        frames = [replace(frame, title=width_of(self.name_of(frame.key), NAME, bold=True)) for frame in self.plate.frames]
        keys = {frame.key for frame in frames}
        links = [
            Link(
                (card.bundle.source,) if card.bundle.source in keys else self.plate.doors(card.bundle.source, leaving=True),
                self.plate.doors(card.bundle.target, leaving=False),
                card.width,
                card.height,
            )
            for card in cards
        ]
        return _Drawn(self, lay_out(self.plate.columns, boxes, frames, links, self.plate.inner), cards, frames, WIDE)

    def narrow(self) -> _Drawn:
        """What leads away from each box, one below another: sources on the left, where they lead on the right."""
        cards, boxes, links = [], [], []
        row = 0
        for source in dict.fromkeys(bundle.source for bundle in self.bundles):
            leaving = [bundle for bundle in self.bundles if bundle.source == source]
            left = f"{source}#from"
            boxes.append(Box(left, Place(0, row, 0, row + len(leaving) - 1), partial(self._height, source, NARROW)))
            for bundle in leaving:
                right = f"{bundle.target}#{row}"
                boxes.append(Box(right, Place(1, row, 1, row), partial(self._height, bundle.target, NARROW)))
                cards.append(self._card(bundle, NARROW))
                links.append(Link((left,), (right,), cards[-1].width, cards[-1].height))
                row += 1
        return _Drawn(self, lay_out(NARROW_COLUMNS, boxes, (), links), cards, [], NARROW)

    # ── measuring ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _card(self, bundle: Bundle, style: _Style) -> _Card:
        items = tuple(self._item(line, style) for line in bundle.lines)
        widths = [self._item_width(item, style) for item in items]
        return _Card(bundle, items, round(max(widths) + 2 * PAD), sum(item.height for item in items) + 8)

    def _item(self, line: Line, style: _Style) -> _Item:
        label = wrapped(line.what, LABEL, style.label)
        steps = sorted({step for move in line.moves for step in self._marks.steps.get(move, ())}) if self._marks else []
        return _Item(line, label, _numbers(steps), (len(label) + style.rule_below) * LABEL_LINE + (3 if style.rule_below else 0))

    def _item_width(self, item: _Item, style: _Style) -> float:
        label = max(width_of(text, LABEL, bold=bool(self._marks)) for text in item.label)
        rule = width_of(item.line.rule, RULE_ID, mono=True)
        steps = self._steps_width(item)
        if style.rule_below:
            return SIGN + max(label, rule + steps)
        return SIGN + label + 9 + rule + steps

    @staticmethod
    def _steps_width(item: _Item) -> float:
        return width_of(item.steps, RULE_ID, bold=True) + 14 if item.steps else 0.0

    def _height(self, name: str, style: _Style, width: float) -> float:
        node = self._graph.nodes.get(name)
        if node is not None and node.is_start:
            return 30.0
        return self.words_height(name, style, width) + 16

    def words_height(self, name: str, style: _Style, width: float) -> float:
        """How high the words in a box are."""
        high = len(self._name_lines(name, width)) * NAME_LINE + (MEANING_LINE if self.is_here(name) else 0)
        if style.meanings or name in GROUPS:
            high += 3 + len(self._meaning_lines(name, width)) * MEANING_LINE
        return high

    def is_here(self, name: str) -> bool:
        """Whether the marked dispute stands in this box."""
        return self._marks is not None and name not in GROUPS and _within(self._marks.here, name)

    def name_of(self, name: str) -> str:
        """A box or frame as a person calls it."""
        node = self._graph.nodes.get(name)
        return name if node is None else node.name

    def _meaning(self, name: str) -> str:
        node = self._graph.nodes.get(name)
        if node is None:
            return " or ".join(member.name for member in self._graph.nodes.values() if member.id in GROUPS[name])
        return node.word.meaning

    def _name_lines(self, name: str, width: float) -> tuple[str, ...]:
        return wrapped(self.name_of(name), NAME, width - 16, bold=True)

    def _meaning_lines(self, name: str, width: float) -> tuple[str, ...]:
        return wrapped(self._meaning(name), MEANING, width - 14)


class _Drawn:
    """A plate that has been laid out, and its SVG."""

    def __init__(self, picture: Picture, drawing: Drawing, cards: Sequence[_Card], frames: Sequence[Frame], style: _Style) -> None:
        self.picture, self.drawing, self.cards, self._frames, self._style = picture, drawing, cards, frames, style

    @property
    def size(self) -> tuple[float, float]:
        return self.drawing.width, self.drawing.height

    def body(self) -> str:
        """Everything that is drawn, without the element around it."""
        frames = (self._frame(frame) for frame in self._frames)
        boxes = (self._box(key, rect) for key, rect in self.drawing.boxes.items())
        pairs = list(zip(self.drawing.arrows, self.cards, strict=True))
        arrows = (self._arrow(arrow, card) for arrow, card in pairs)
        cards = (self._card(arrow.card, card) for arrow, card in pairs)
        return "\n".join([*frames, *boxes, *arrows, *cards])

    # ── boxes and frames ───────────────────────────────────────────────────────────────────────────────────────────────

    def _frame(self, frame: Frame) -> str:
        rect = self.drawing.frames[frame.key]
        x, y = self.drawing.titles[frame.key]
        kind = "group" if frame.key in GROUPS else "frame"
        shape = f'<rect class="box" {_at(rect)} rx="{10 if kind == "group" else 14}"/>'
        side = " end" if frame.title_right else ""
        title = f'<text class="name{side}" x="{_n(x)}" y="{_n(y)}">{escape(self.picture.name_of(frame.key))}</text>'
        return f'<g class="{kind}{self._marked(frame.key)}">{_tip(self._tells(frame.key))}{shape}{title}</g>'

    def _box(self, key: str, rect: Rect) -> str:
        name = key.partition("#")[0]
        node = self.picture._graph.nodes.get(name)
        if node is not None and node.is_start:
            middle = (rect.x + rect.right) / 2, (rect.y + rect.bottom) / 2
            return f'<g class="node start{self._marked(name)}">{_tip(self._tells(name))}{self._start(rect, middle)}</g>'
        classes = ["node", *self._kinds(name, node)]
        shapes = [f'<rect class="box" {_at(rect)} rx="9"/>']
        if node is not None and node.is_final:
            inner = Rect(rect.x + 3.5, rect.y + 3.5, rect.width - 7, rect.height - 7)
            shapes.append(f'<rect class="inner" {_at(inner)} rx="6"/>')
        if node is not None and node.has_inside and name in self.picture.plate.inner:
            shapes.insert(0, f'<rect class="behind" {_at(Rect(rect.x + 4, rect.y + 4, rect.width, rect.height))} rx="9"/>')
        return f'<g class="{" ".join(classes)}{self._marked(name)}">{_tip(self._tells(name))}{"".join(shapes)}{self._words(name, rect)}</g>'

    def _kinds(self, name: str, node: Node | None) -> Iterator[str]:
        if node is None:
            yield "group"
        elif node.is_final:
            yield "final"
        if name not in self.picture.plate.inner:
            yield "door"

    def _start(self, rect: Rect, middle: tuple[float, float]) -> str:
        x, y = rect.right - 11, middle[1]
        return f'<circle class="dot" cx="{_n(x)}" cy="{_n(y)}" r="9"/>'

    def _words(self, name: str, rect: Rect) -> str:
        names = self.picture._name_lines(name, rect.width)
        told = self._style.meanings or name in GROUPS
        meanings = self.picture._meaning_lines(name, rect.width) if told else ()
        high = self.picture.words_height(name, self._style, rect.width)
        x, y = rect.x + rect.width / 2, rect.y + (rect.height - high) / 2 + 12.5
        parts = []
        if self.picture.is_here(name):
            parts.append(_text("now", x, y - 1.5, "now"))
            y += MEANING_LINE
        parts += [_text("name", x, y + at * NAME_LINE, line) for at, line in enumerate(names)]
        y += len(names) * NAME_LINE + 1.5
        parts += [_text("meaning", x, y + at * MEANING_LINE, line) for at, line in enumerate(meanings)]
        return "".join(parts)

    def _tells(self, name: str) -> str:
        node = self.picture._graph.nodes.get(name)
        meaning = self.picture._meaning(name)
        return meaning if node is None else f"{node.id.replace('.', ' · ')}: {meaning}"

    def _marked(self, name: str) -> str:
        marks = self.picture._marks
        if marks is None:
            return ""
        if _within(marks.here, name):
            return " around" if name in GROUPS or name in self.drawing.frames else " here"
        return " been" if any(_within(node, name) for node in marks.been) else ""

    # ── arrows and cards ───────────────────────────────────────────────────────────────────────────────────────────────

    def _arrow(self, arrow: Arrow, card: _Card) -> str:
        actors = card.bundle.actors
        (x0, y0), (x1, y1) = arrow.start, arrow.end
        sign = 1 if (x1 > x0 or y1 > y0) else -1
        if arrow.is_upright:
            parts = [
                (y0, arrow.card.y if sign > 0 else arrow.card.bottom),
                (arrow.card.bottom if sign > 0 else arrow.card.y, y1 - sign * HEAD),
            ]
        else:
            parts = [
                (x0, arrow.card.x if sign > 0 else arrow.card.right),
                (arrow.card.right if sign > 0 else arrow.card.x, x1 - sign * HEAD),
            ]
        strands = []
        for number, actor in enumerate(actors):
            off = (number - (len(actors) - 1) / 2) * STRAND
            moves = "".join(
                f"M{_n(x0 + off)} {_n(a)}V{_n(b)}" if arrow.is_upright else f"M{_n(a)} {_n(y0 + off)}H{_n(b)}" for a, b in parts
            )
            weight = self._weight(line for line in card.bundle.lines if line.by is actor)
            strands.append(f'<path class="strand {who(actor)}{weight}" d="{moves}"/>')
        half = 4.5 + STRAND * (len(actors) - 1) / 2
        if arrow.is_upright:
            tip = f"{_n(x1)},{_n(y1)} {_n(x1 - half)},{_n(y1 - sign * HEAD)} {_n(x1 + half)},{_n(y1 - sign * HEAD)}"
        else:
            tip = f"{_n(x1)},{_n(y1)} {_n(x1 - sign * HEAD)},{_n(y1 - half)} {_n(x1 - sign * HEAD)},{_n(y1 + half)}"
        alone = f" {who(actors[0])}" if len(actors) == 1 else ""
        return f'<g class="arrow{self._weight(card.bundle.lines)}">{"".join(strands)}<polygon class="head{alone}" points="{tip}"/></g>'

    def _card(self, rect: Rect, card: _Card) -> str:
        y = rect.y + 4
        lines = []
        for item in card.items:
            lines.append(self._line(item, rect, y))
            y += item.height
        shape = f'<rect class="box" {_at(rect)} rx="6"/>'
        return f'<g class="card{self._weight(card.bundle.lines)}">{shape}{"".join(lines)}</g>'

    def _line(self, item: _Item, rect: Rect, y: float) -> str:
        line = item.line
        base = y + 12.5
        x = rect.x + PAD
        parts = [f'<rect class="wash" {_at(Rect(rect.x + 2, y, rect.width - 4, item.height))} rx="4"/>', sign(line.by, x + 6, base - 4.2)]
        parts += [
            f'<text class="what" x="{_n(x + SIGN)}" y="{_n(base + at * LABEL_LINE)}">{escape(text)}</text>'
            for at, text in enumerate(item.label)
        ]
        steps = self.picture._steps_width(item)
        last = base + (len(item.label) - 1 + self._style.rule_below) * LABEL_LINE
        end = rect.right - PAD - steps
        if self._style.rule_below:
            parts.append(self._rule_id(line.rule, x + SIGN, last, "start"))
        else:
            parts.append(self._rule_id(line.rule, end, last, "end"))
        if item.steps:
            left = rect.right - PAD - steps + 5
            parts.append(f'<rect class="step" {_at(Rect(left, last - 10.5, steps - 3, 14))} rx="7"/>')
            parts.append(f'<text class="steps" x="{_n(left + (steps - 3) / 2)}" y="{_n(last)}">{item.steps}</text>')
        tip = _tip(f"{' '.join(row.says for row in line.rows)} ({who(line.by)}, {line.rule})")
        return f'<g class="line {who(line.by)}{self._weight((line,))}">{tip}{"".join(parts)}</g>'

    def _rule_id(self, rule: str, x: float, y: float, anchor: str) -> str:
        href = escape(self.picture._link.format(rule))
        return f'<a href="{href}"><text class="rule {anchor}" x="{_n(x)}" y="{_n(y)}">{rule}</text></a>'

    def _weight(self, lines: Iterable[Line]) -> str:
        """How an arrow, a card or a line of it stands out where a dispute is marked."""
        marks = self.picture._marks
        if marks is None:
            return ""
        moves = {move for line in lines for move in line.moves}
        weights = [
            name for name, marked in (("may", marks.next_moves), ("next", marks.timed), ("been", marks.steps)) if moves & set(marked)
        ]
        return " " + " ".join(weights or ["dim"])


def sign(actor: Actor, x: float, y: float) -> str:
    """An actor's sign: no two have the same shape."""
    match actor:
        case Actor.BUYER:
            shape = f'<circle cx="{_n(x)}" cy="{_n(y)}" r="5"/>'
        case Actor.SELLER:
            shape = f'<rect x="{_n(x - 4.7)}" y="{_n(y - 4.7)}" width="9.4" height="9.4" rx="1"/>'
        case Actor.MEDIATOR:
            shape = f'<path d="M{_n(x)} {_n(y - 6.2)}l6.2 6.2l-6.2 6.2l-6.2 -6.2z"/>'
        case Actor.SYSTEM:
            shape = f'<circle class="dial" cx="{_n(x)}" cy="{_n(y)}" r="5"/><path class="hands" d="M{_n(x)} {_n(y - 3.3)}v3.3l2.4 1.5"/>'
        case _:
            shape = f'<path d="M{_n(x)} {_n(y - 5.6)}l5.8 10.4h-11.6z"/>'
    return f'<g class="sign {who(actor)}">{shape}</g>'


def stroke(actor: Actor, x: float, y: float, length: float) -> str:
    """An actor's stroke, as in a legend."""
    return f'<path class="strand {who(actor)}" d="M{_n(x)} {_n(y)}h{_n(length)}"/>'


def _numbers(steps: Sequence[int]) -> str:
    """Which steps, in little room: of many only the first two and the last."""
    told = [*map(str, steps)]
    return ", ".join(told) if len(told) <= MOST_STEPS else f"{told[0]}, {told[1]} … {told[-1]}"


def _within(node: NodeId, name: str) -> bool:
    return node == name or node.startswith(f"{name}.") or node in GROUPS.get(name, ())


def _tip(text: str) -> str:
    return f"<title>{escape(text)}</title>"


def _text(kind: str, x: float, y: float, text: str) -> str:
    return f'<text class="{kind}" x="{_n(x)}" y="{_n(y)}">{escape(text)}</text>'


def _at(rect: Rect) -> str:
    return f'x="{_n(rect.x)}" y="{_n(rect.y)}" width="{_n(rect.width)}" height="{_n(rect.height)}"'


def _n(value: float) -> str:
    """A number in SVG: tenths are fine enough."""
    return f"{value:.1f}".removesuffix(".0")
