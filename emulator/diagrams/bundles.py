"""What each arrow of a picture stands for: the moves between two of its boxes, a line of the arrow's card for each row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..domain.rules import Rule
from ..domain.words import Actor
from .graph import Graph, Move, what
from .plates import Plate

ORDER = (Actor.BUYER, Actor.SELLER, Actor.MEDIATOR, Actor.SYSTEM, Actor.CARRIER)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an arrow's card: who does what by which rule. `moves` are those it stands for, of one row or of several that read alike."""

    by: Actor
    what: str
    rule: str
    moves: tuple[Move, ...]

    @property
    def rows(self) -> tuple[Rule, ...]:
        """The rows it stands for, in the order of the table."""
        return tuple({move.row.name: move.row for move in self.moves}.values())


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everything that leads from one box or frame of a picture to another box."""

    source: str
    target: str
    lines: tuple[Line, ...]

    @property
    def actors(self) -> tuple[Actor, ...]:
        """Who can take this way, each once."""
        by = {line.by for line in self.lines}
        return tuple(actor for actor in ORDER if actor in by)


def bundles_of(plate: Plate, graph: Graph) -> list[Bundle]:
    """All arrows of a picture, in the order of its boxes."""
    found: dict[tuple[str, str], dict[tuple[Actor, str, str], list[Move]]] = {}
    for row, target, moves in _by_row_and_target(plate, graph):
        for source, made in _sources(plate, moves):
            found.setdefault((source, target), {}).setdefault((row.by, what(row), row.rule), []).extend(made)
    bundles = [Bundle(source, target, _lines(lines)) for (source, target), lines in found.items()]
    place = {name.partition("#")[0]: at for at, name in reversed(list(enumerate(plate.places)))}

    def rank(key: str) -> tuple[int, int]:
        """A box by its place in the table of places, a frame before its first box."""
        frame = next((frame for frame in plate.frames if frame.key == key), None)
        return (place[key], 1) if frame is None else (min(place[member] for member in frame.members), -len(frame.members))

    return sorted(bundles, key=lambda bundle: (rank(bundle.source), rank(bundle.target)))


def _by_row_and_target(plate: Plate, graph: Graph) -> Iterable[tuple[Rule, str, list[Move]]]:
    found: dict[tuple[str, str], tuple[Rule, str, list[Move]]] = {}
    for move in plate.moves(graph):
        target = plate.shown(move.target)
        assert target is not None
        found.setdefault((move.row.name, target), (move.row, target, []))[2].append(move)
    return found.values()


def _sources(plate: Plate, moves: Sequence[Move]) -> Iterable[tuple[str, tuple[Move, ...]]]:
    """Where these moves start: from a frame where a row starts from all that is in it, else from each box."""
    starts: dict[str, list[Move]] = {}
    for move in moves:
        starts.setdefault(str(plate.shown(move.source)), []).append(move)
    left = set(starts)
    for frame in sorted(plate.frames, key=lambda frame: -len(frame.members)):
        if frame.members <= left:
            left -= frame.members
            yield frame.key, tuple(move for key in starts if key in frame.members for move in starts[key])
    for key, made in starts.items():
        if key in left:
            yield key, tuple(made)


def _lines(lines: Mapping[tuple[Actor, str, str], Sequence[Move]]) -> tuple[Line, ...]:
    """By actor, and for each in the order of the table."""
    return tuple(sorted((Line(*key, tuple(moves)) for key, moves in lines.items()), key=lambda line: ORDER.index(line.by)))
