"""The pictures in words: every transition as an entry of a list, and the whole as a document for programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from ..domain.rules import Rule
from ..domain.words import Actor
from .graph import Graph, Node, NodeId, what
from .marks import Marks

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """What a row does, as a reader reads it: from these statuses to that one; `target` is None for a row that leaves all where it is."""

    sources: tuple[str, ...]
    target: str | None
    by: Actor
    what: str
    rule: str
    says: str


def entries(graph: Graph) -> tuple[list[Entry], list[Entry]]:
    """Every row that moves an order, once for each status it leads to; and every row that can leave it where it is."""
    moving: dict[tuple[str, NodeId], tuple[Rule, list[NodeId]]] = {}
    for move in graph.moves:
        moving.setdefault((move.row.name, move.target), (move.row, []))[1].append(move.source)
    staying: dict[str, tuple[Rule, list[NodeId]]] = {}
    for stay in graph.stays:
        staying.setdefault(stay.row.name, (stay.row, []))[1].append(stay.at)
    return (
        [_entry(graph, row, sources, _full_name(graph, target)) for (_, target), (row, sources) in moving.items()],
        [_entry(graph, row, places, None) for row, places in staying.values()],
    )


def document(graph: Graph, ruleset: str, marks: Marks | None = None) -> Json:
    """Nodes, edges and what moves nothing, as a JSON value; and where the marked dispute stands."""
    return {
        "ruleset": ruleset,
        "nodes": [_node(node) for node in graph.nodes.values()],
        "edges": [{"from": move.source, "to": move.target, **_row(move.row)} for move in graph.moves],
        "stays": [{"at": stay.at, **_row(stay.row)} for stay in graph.stays],
        "marked": None if marks is None else _marked(marks),
    }


def _node(node: Node) -> Json:
    return {
        "id": node.id,
        "name": node.name,
        "meaning": node.word.meaning,
        "within": node.within,
        "start": node.is_start,
        "final": node.is_final,
    }


def _row(row: Rule) -> Json:
    return {"row": row.name, "by": row.by, "action": row.action, "rule": row.rule, "says": row.says}


def _marked(marks: Marks) -> Json:
    return {
        "dispute": marks.dispute,
        "as": marks.asker,
        "now": marks.now,
        "here": marks.here,
        "path": [{"at": event.at, "from": move.source, "to": move.target, **_row(move.row)} for event, move in marks.path],
        "may": [{"to": move.target, **_row(move.row)} for move in marks.graph.moves if move in marks.next_moves],
        "may_and_stay": [_row(row) for row in marks.beside],
        "next_deadline": None
        if marks.upcoming is None
        else {
            "at": marks.upcoming[0],
            "to": [move.target for move in marks.graph.moves if move in marks.timed],
            **_row(marks.upcoming[1]),
        },
    }


def _entry(graph: Graph, row: Rule, sources: Sequence[NodeId], target: str | None) -> Entry:
    return Entry(tuple(_full_name(graph, node) for node in _together(graph, sources)), target, row.by, what(row), row.rule, row.says)


def _together(graph: Graph, nodes: Iterable[NodeId]) -> list[NodeId]:
    """These nodes, where all that is inside one is named that one instead."""
    left = set(nodes)
    for outer in reversed([node.id for node in graph.nodes.values() if node.has_inside]):
        inside = {node.id for node in graph.nodes.values() if node.within == outer}
        if inside <= left:
            left = left - inside | {outer}
    return [node for node in graph.nodes if node in left]


def full_names(graph: Graph) -> dict[NodeId, str]:
    """Every node's name with what it is in."""
    return {node: _full_name(graph, node) for node in graph.nodes}


def _full_name(graph: Graph, node: NodeId) -> str:
    """A node with what it is in, but for the order's `in dispute`, which the others tell: mediating · processing."""
    names = []
    at: NodeId | None = node
    while at is not None:
        names.append(graph.nodes[at].name)
        at = graph.nodes[at].within
    return " · ".join(reversed(names[:-1] if len(names) > 1 else names))
