"""What is marked in the pictures: where one dispute stands, how it came there, and where it can go from there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from ..domain.journal import Event
from ..domain.rules import BEFORE_DISPUTE, Rule
from ..domain.words import Actor, OrderStatus
from .graph import Graph, Move, NodeId, node_of


@dataclass(frozen=True)
class Marks:
    """A dispute in the pictures as one asker may know it.

    `events` are its history, `may` the rows that some request of the asker's could carry out now, `upcoming` the timer that fires if nobody
    acts. `here` is the node at which its order stands, or stood when the dispute ended, where another has followed; `before` is the status
    that it goes back to with the dispute.
    """

    graph: Graph
    dispute: str
    asker: Actor
    now: datetime
    here: NodeId
    before: OrderStatus | None
    events: Sequence[Event]
    may: Sequence[Rule]
    upcoming: tuple[datetime, Rule] | None

    @cached_property
    def path(self) -> tuple[tuple[Event, Move], ...]:
        """The moves that the dispute has made, oldest first, each with its line of history."""
        moves = {(move.row.says, move.source, move.target): move for move in self.graph.moves}
        made = ((event, moves.get((event.says, node_of(event.before), node_of(event.after)))) for event in self.events)
        return tuple((event, move) for event, move in made if move is not None)

    @cached_property
    def steps(self) -> Mapping[Move, tuple[int, ...]]:
        """Which steps of the path each move was, counted from 1."""
        found: dict[Move, tuple[int, ...]] = {}
        for number, (_, move) in enumerate(self.path, 1):
            found[move] = (*found.get(move, ()), number)
        return found

    @cached_property
    def been(self) -> frozenset[NodeId]:
        """The nodes that the path has touched."""
        return frozenset(node for _, move in self.path for node in (move.source, move.target))

    @cached_property
    def next_moves(self) -> frozenset[Move]:
        """The moves that the asker can make from here."""
        return frozenset(
            move
            for move in self.graph.moves
            if move.source == self.here and move.row in self.may and (move.row.to.order is not BEFORE_DISPUTE or move.target == self.before)
        )

    @cached_property
    def beside(self) -> tuple[Rule, ...]:
        """What the asker may do that leads nowhere else."""
        moving = {move.row.name for move in self.next_moves}
        return tuple(row for row in self.may if row.name not in moving)

    @cached_property
    def timed(self) -> frozenset[Move]:
        """The moves that the next timer makes from here."""
        if self.upcoming is None:
            return frozenset()
        return frozenset(move for move in self.graph.moves if move.source == self.here and move.row is self.upcoming[1])
