"""The table as a graph: the words at which an order can stand, and the rows that lead from one to another.

A **node** is a status of the order; inside `in_dispute` it is the dispute's, inside `mediating` the claim's, inside `returning` the stage
of the goods. A **move** is a row that leads from one node to another in some joint state that can be reached, a **stay** a row that leads
nowhere else there. What a claim is about (its kind) is no node: which rows hold in it says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from ..domain.engine import table_for
from ..domain.order import State
from ..domain.proof import FINAL, START, reachable
from ..domain.rules import Rule, targets
from ..domain.rulesets import Settings
from ..domain.words import ClaimKind, DisputeStatus, OrderStatus, Word

# A node's id: the words from the order down to it, such as `in_dispute.mediating.processing`.
NodeId: TypeAlias = str

# Which part of the joint state says more about a word.
_REFINED: Mapping[Word, int] = {
    OrderStatus.IN_DISPUTE: State._fields.index("dispute"),
    DisputeStatus.MEDIATING: State._fields.index("claim"),
    DisputeStatus.RETURNING: State._fields.index("stage"),
}


@dataclass(frozen=True, slots=True)
class Node:
    """A word at which an order stands. One with others inside it is where they are."""

    id: NodeId
    word: Word
    within: NodeId | None
    has_inside: bool

    @property
    def name(self) -> str:
        """The word as a person says it: waiting for seller."""
        return spoken(self.word)

    @property
    def is_start(self) -> bool:
        """Whether every order begins here."""
        return self.word is START.order

    @property
    def is_final(self) -> bool:
        """Whether an order can stay here for ever."""
        return self.word in FINAL and self.within is None


@dataclass(frozen=True, slots=True)
class Move:
    """A row that leads from one node to another."""

    source: NodeId
    target: NodeId
    row: Rule


@dataclass(frozen=True, slots=True)
class Stay:
    """A row that may be carried out at a node and leaves the order there."""

    at: NodeId
    row: Rule


@dataclass(frozen=True, slots=True)
class Graph:
    """All nodes, moves and stays under some rules; nodes in the order of the vocabulary, the rest in that of the table."""

    nodes: Mapping[NodeId, Node]
    moves: tuple[Move, ...]
    stays: tuple[Stay, ...]


def spoken(name: str) -> str:
    """A name of the contract in a person's words."""
    return name.replace("_", " ")


def what(row: Rule) -> str:
    """What a row is called: its action, or a timer's own name; and what the claim must be about, where only one thing will do."""
    name = spoken(row.action or row.name)
    kind = next(iter(row.at.kind)) if row.at.kind and len(row.at.kind) == 1 else ClaimKind.MEDIATION
    return name if kind in (ClaimKind.NONE, ClaimKind.MEDIATION) or kind in name else f"{name} ({kind})"


def node_of(state: State) -> NodeId:
    """The node at which an order in this joint state stands."""
    return ".".join(_words(state))


@lru_cache(maxsize=64)
def graph_of(rules: tuple[Rule, ...]) -> Graph:
    """The graph of these rows, from an order not yet placed."""
    cells = reachable(rules)
    nodes = _nodes(cells)
    moves: set[tuple[int, NodeId, NodeId]] = set()
    stays: set[tuple[int, NodeId]] = set()
    number = {row.name: at for at, row in enumerate(rules)}
    for state, rows in cells.items():
        for row in rows:
            for target in targets(row.to, state):
                source, then = node_of(state), node_of(target)
                if source == then:
                    stays.add((number[row.name], source))
                else:
                    moves.add((number[row.name], source, then))
    place = {name: at for at, name in enumerate(nodes)}
    return Graph(
        nodes,
        tuple(Move(a, b, rules[n]) for n, a, b in sorted(moves, key=lambda move: (move[0], place[move[1]], place[move[2]]))),
        tuple(
            Stay(at, rules[n]) for n, at in sorted(stays, key=lambda stay: (stay[0], place[stay[1]])) if nodes[at].word is not START.order
        ),
    )


def graph_under(settings: Settings) -> Graph:
    """The graph of the rows that hold under these settings."""
    return graph_of(table_for(settings).rules)


def _words(state: State) -> tuple[Word, ...]:
    words: list[Word] = [state.order]
    while words[-1] in _REFINED:
        words.append(state[_REFINED[words[-1]]])
    return tuple(words)


def _nodes(states: Iterable[State]) -> dict[NodeId, Node]:
    paths = {path for state in states for path in _prefixes(_words(state))}
    inner = {path[:-1] for path in paths}
    found = {}
    for path in sorted(paths, key=lambda path: [_rank(word) for word in path]):
        name = ".".join(path)
        found[name] = Node(name, path[-1], ".".join(path[:-1]) or None, path in inner)
    return found


def _rank(word: Word) -> int:
    """A word's place in its vocabulary."""
    return list(word.__class__.__members__.values()).index(word)


def _prefixes(path: Sequence[Word]) -> Iterator[tuple[Word, ...]]:
    return (tuple(path[:length]) for length in range(1, len(path) + 1))
