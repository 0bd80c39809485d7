"""The pictures put together: for a page, one by one in both widths; and all on one sheet, as an SVG document that needs nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from html import escape
from importlib import resources

from ..domain.words import Actor
from .graph import Graph
from .letters import width_of
from .marks import Marks
from .picture import Picture, sign, stroke, who
from .plates import PLATES
from .telling import entries

LINK = "/v1/rules/{}"
HEADING, LEAD = 19.0, 12.5
SPACE, EDGE = 46.0, 22.0

# The carrier's reports move no order, so he has no stroke.
_STROKES = (Actor.BUYER, Actor.SELLER, Actor.MEDIATOR, Actor.SYSTEM)
_LEGEND = {
    Actor.BUYER: "buyer",
    Actor.SELLER: "seller",
    Actor.MEDIATOR: "mediator",
    Actor.SYSTEM: "timer: what happens if nobody acts",
}
_SWATCH = '<rect class="{kind}" x="{{x}}" y="{{y}}" width="32" height="16" rx="4"/>'
_SAMPLE = '<text class="{kind}" x="{{x}}" y="{{y}}" dx="16" dy="11.5">{text}</text>'
_MARKS = (
    (f'<g class="node here">{_SWATCH.format(kind="box")}{_SAMPLE.format(kind="now", text="now")}</g>', "where it stands"),
    (f'<g class="line been">{_SWATCH.format(kind="step")}{_SAMPLE.format(kind="steps", text="1, 2")}</g>', "the steps it took, in order"),
    (f'<g class="line may">{_SWATCH.format(kind="wash")}</g>', "what you may do next"),
    (f'<g class="line next">{_SWATCH.format(kind="wash")}</g>', "what happens next if nobody acts"),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture for a page: both widths are SVG elements that a style sheet has to paint."""

    name: str
    title: str
    says: str
    wide: str
    narrow: str


def figures(graph: Graph, marks: Marks | None = None, link: str = LINK) -> list[Figure]:
    """All pictures, the whole first."""
    found = []
    for plate in PLATES:
        picture = Picture(plate, graph, marks, link)
        drawn = {width: draw() for width, draw in (("wide", picture.wide), ("narrow", picture.narrow))}
        elements = {
            width: _element(f"{plate.name}-{width}", width, one.size, plate.title, _described(plate.says, picture, marks), one.body())
            for width, one in drawn.items()
        }
        found.append(Figure(plate.name, plate.title, plate.says, **elements))
    return found


def legend() -> list[tuple[str, str]]:
    """Each sign with its stroke as an SVG element, and what it means."""
    return [(_key(62, sign(actor, 8, 9) + stroke(actor, 20, 9, 40)), meaning) for actor, meaning in _LEGEND.items()]


def marks_legend() -> list[tuple[str, str]]:
    """How a dispute is marked: each sign as an SVG element, and what it means."""
    return [(_key(34, shape.format(x=1, y=1)), meaning) for shape, meaning in _MARKS]


def _key(width: int, shape: str) -> str:
    return f'<svg class="states key" width="{width}" height="18" viewBox="0 0 {width} 18" aria-hidden="true">{shape}</svg>'


def style() -> str:
    """The style sheet of the pictures."""
    return _style()


def svg(graph: Graph, ruleset: str, marks: Marks | None = None, link: str = LINK) -> str:
    """All pictures on one sheet, painted, in the light or the dark as its reader has it."""
    drawn = [(plate, Picture(plate, graph, marks, link).wide()) for plate in PLATES]
    width = max(one.size[0] for _, one in drawn)
    y = EDGE + 24
    parts = [_heading(0, y, "h1", f"The states of an order, by the rules of {ruleset}")]
    y += 22
    if marks is not None:
        parts.append(_heading(0, y, "lead", stands(marks)))
        y += 20
    parts.append(_legend_row(y))
    y += 30
    if marks is not None:
        parts.append(_marks_row(y))
        y += 26
    for plate, one in drawn:
        y += SPACE
        parts.append(_heading(0, y, "h2", plate.title))
        parts.append(_heading(0, y + 20, "lead", plate.says))
        y += 40
        parts.append(f'<g transform="translate({(width - one.size[0]) / 2:.1f} {y:.1f})">\n{one.body()}\n</g>')
        y += one.size[1]
    y += EDGE
    says = _told(graph, marks)
    head = f'<style>{_style()}</style>\n<rect class="paper" width="100%" height="100%"/>\n<g transform="translate({EDGE:.0f} 0)">\n'
    return _element("states", "sheet", (width + 2 * EDGE, y), f"The states of an order ({ruleset})", says, f"{head}{''.join(parts)}\n</g>")


def stands(marks: Marks) -> str:
    """A sentence about where the marked dispute stands, for its asker."""
    node = marks.graph.nodes[marks.here]
    around = [node.name]
    while node.within is not None:
        node = marks.graph.nodes[node.within]
        around.append(node.name)
    return f"{marks.dispute} as its {marks.asker} sees it on {marks.now:%Y-%m-%d at %H:%M} UTC: {', '.join(reversed(around))}."


def _element(name: str, kind: str, size: tuple[float, float], title: str, says: str, body: str) -> str:
    width, height = (f"{side:.0f}" for side in size)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="states {kind}" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" aria-labelledby="{name}-title {name}-says">\n'
        f'<title id="{name}-title">{escape(title)}</title>\n<desc id="{name}-says">{escape(says)}</desc>\n{body}\n</svg>\n'
    )


def _described(says: str, picture: Picture, marks: Marks | None) -> str:
    parts = [says]
    if marks is not None:
        parts.append(stands(marks))
    for bundle in picture.bundles:
        lines = ", ".join(f"{who(line.by)} {line.what} ({line.rule})" for line in bundle.lines)
        parts.append(f"From {picture.name_of(bundle.source)} to {picture.name_of(bundle.target)}: {lines}.")
    return " ".join(parts)


def _told(graph: Graph, marks: Marks | None) -> str:
    told = [stands(marks)] if marks is not None else []
    told += [f"From {' or '.join(e.sources)} to {e.target}: {who(e.by)} {e.what} ({e.rule})." for e in entries(graph)[0]]
    return " ".join(told)


def _heading(x: float, y: float, kind: str, text: str) -> str:
    return f'<text class="{kind}" x="{x:.0f}" y="{y:.0f}">{escape(text)}</text>\n'


def _legend_row(y: float) -> str:
    parts, x = [], 0.0
    for actor, meaning in _LEGEND.items():
        parts.append(
            f'{sign(actor, x + 8, y + 8)}{stroke(actor, x + 20, y + 8, 40)}<text x="{x + 68:.0f}" y="{y + 12:.0f}">{meaning}</text>'
        )
        x += 68 + width_of(meaning, 12) + 30
    return "".join(parts) + "\n"


def _marks_row(y: float) -> str:
    parts, x = [], 0.0
    for shape, meaning in _MARKS:
        parts.append(f'{shape.format(x=f"{x:.0f}", y=f"{y:.0f}")}<text x="{x + 40:.0f}" y="{y + 12:.0f}">{meaning}</text>')
        x += 40 + width_of(meaning, 12) + 30
    return "".join(parts) + "\n"


@cache
def _style() -> str:
    return resources.files(__package__).joinpath("picture.css").read_text(encoding="utf-8")
