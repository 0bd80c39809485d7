"""Where everything stands in the pictures: a table of places, checked against the vocabulary when it is loaded.

There are three pictures: an order and its dispute as a whole, and what goes on inside a claim and while goods go back. On the last two the
rest of the world stands at the edge, as doors; a word may have several. What comes after `#` tells them apart: arrows start from `#from`,
and end at all others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..domain.words import ClaimStatus, DisputeStatus, OrderStatus, ReturnStage
from .graph import Graph, Move, NodeId
from .layout import Frame, Place

# Groups are no states of their own: statuses in which the same may be done.
NEGOTIATION, BUYER_OWES, SELLER_OWES = "negotiation", "the buyer owes an answer", "the seller owes an answer"

FROM = "from"

_IN_DISPUTE, _MEDIATING, _RETURNING = "in_dispute", "in_dispute.mediating", "in_dispute.returning"
_TO_SELLER, _TO_BUYER = "in_dispute.waiting_for_seller", "in_dispute.waiting_for_buyer"
_ASKED_BUYER, _ASKED_BOTH, _ASKED_SELLER = (f"{_MEDIATING}.waiting_for_{who}" for who in ("buyer", "both", "seller"))

GROUPS: Mapping[str, frozenset[NodeId]] = {
    NEGOTIATION: frozenset({_TO_SELLER, _TO_BUYER}),
    BUYER_OWES: frozenset({_ASKED_BUYER, _ASKED_BOTH}),
    SELLER_OWES: frozenset({_ASKED_SELLER, _ASKED_BOTH}),
}


@dataclass(frozen=True, slots=True)
class Plate:
    """A picture: its columns' widths, the places of its boxes by name, and the frames around them. `inside` is the node it looks into."""

    name: str
    title: str
    says: str
    columns: tuple[float, ...]
    places: Mapping[str, Place]
    frames: tuple[Frame, ...] = ()
    inside: NodeId | None = None
    inner: frozenset[NodeId] = field(init=False)

    def __post_init__(self) -> None:
        inner = {place for place in self.places if self.inside is None or place.startswith(f"{self.inside}.")}
        object.__setattr__(self, "inner", frozenset(inner))

    def shown(self, node: NodeId) -> str | None:
        """The box or group as which a node is drawn here, without the `#` of a door; None where it is not drawn."""
        for name in self._names():
            if node in GROUPS.get(name, ()) or node == name or node.startswith(f"{name}."):
                return name
        return None

    def doors(self, name: str, leaving: bool) -> tuple[str, ...]:
        """The places of a box from which arrows start, if `leaving`, or at which they end."""
        places = (place.partition("#") for place in self.places)
        return tuple(one + mark + tag for one, mark, tag in places if one == name and (not tag or (tag == FROM) == leaving))

    def moves(self, graph: Graph) -> Iterator[Move]:
        """The moves of the table that this picture draws."""
        for move in graph.moves:
            ends = {self.shown(move.source), self.shown(move.target)}
            if len(ends) == 2 and ends & self.inner:
                yield move

    def _names(self) -> list[str]:
        """The names of the boxes, the most particular first."""
        return sorted({place.partition("#")[0] for place in self.places}, key=lambda name: -name.count("."))


def _frame(
    key: str, *members: str, side: float = 12, head: float = 26, foot: float = 12, below: bool = False, right: bool = False
) -> Frame:
    return Frame(key, frozenset(members), side, head, foot, 0.0, below, right)


OVERVIEW = Plate(
    "order",
    "An order and its dispute",
    "From the payment to the end. A dispute leaves the order finished or with a refund on its way, unless the buyer takes it back in time.",
    (168, 410, 160),
    {
        "new": Place(0, 0, 0, 0),
        "awaiting_shipment": Place(1, 0, 1, 0),
        "cancelled": Place(2, 0, 2, 0),
        "awaiting_confirmation": Place(0, 1, 1, 1),
        "finished": Place(0, 2, 0, 6),
        _TO_SELLER: Place(1, 2, 1, 2),
        _TO_BUYER: Place(1, 3, 1, 3),
        _MEDIATING: Place(1, 4, 1, 4),
        _RETURNING: Place(1, 5, 1, 5),
        "payment_processing": Place(2, 2, 2, 6),
    },
    (_frame(_IN_DISPUTE, _TO_SELLER, _TO_BUYER, _MEDIATING, _RETURNING), _frame(NEGOTIATION, _TO_SELLER, _TO_BUYER)),
)

CLAIM = Plate(
    "claim",
    "Inside a claim",
    "While the platform mediates. The mediator may ask one side or both, and each answers for itself.",
    (112, 138, 120, 138, 112),
    {
        NEGOTIATION: Place(2, 0, 2, 0),
        f"{_RETURNING}#{FROM}": Place(3, 0, 3, 0),
        "awaiting_confirmation": Place(0, 1, 0, 1),
        "finished": Place(0, 2, 0, 3),
        f"{_MEDIATING}.processing": Place(1, 1, 3, 2),
        _ASKED_BUYER: Place(1, 3, 1, 3),
        _ASKED_BOTH: Place(2, 3, 2, 3),
        _ASKED_SELLER: Place(3, 3, 3, 3),
        "payment_processing": Place(4, 1, 4, 3),
        "payment_processing#appealed": Place(1, 4, 1, 4),
        f"{_RETURNING}#to": Place(2, 4, 2, 4),
        "finished#appealed": Place(3, 4, 3, 4),
    },
    (
        _frame(_MEDIATING, f"{_MEDIATING}.processing", _ASKED_BUYER, _ASKED_BOTH, _ASKED_SELLER, side=16),
        _frame(BUYER_OWES, _ASKED_BUYER, _ASKED_BOTH, head=9, foot=27, below=True),
        _frame(SELLER_OWES, _ASKED_SELLER, _ASKED_BOTH, head=15, foot=33, below=True, right=True),
    ),
    _MEDIATING,
)

GOODS = Plate(
    "goods",
    "Goods going back",
    "After an agreement or a ruling by which the goods go back first; for an exchange the new item comes after.",
    (150, 210, 210, 150),
    {
        NEGOTIATION: Place(1, 0, 1, 0),
        f"{_MEDIATING}#{FROM}": Place(2, 0, 2, 0),
        f"{_RETURNING}.to_send": Place(1, 1, 2, 1),
        f"{_RETURNING}.sent": Place(1, 2, 2, 2),
        f"{_RETURNING}.received": Place(1, 3, 2, 3),
        f"{_RETURNING}.replacement_sent": Place(1, 4, 2, 5),
        "finished#unsent": Place(0, 1, 0, 1),
        f"{_MEDIATING}#to": Place(0, 2, 0, 4),
        "finished#exchanged": Place(0, 5, 0, 5),
        "payment_processing": Place(3, 2, 3, 3),
    },
    (_frame(_RETURNING, *(f"{_RETURNING}.{stage}" for stage in ("to_send", "sent", "received", "replacement_sent")), side=16),),
    _RETURNING,
)

PLATES = (OVERVIEW, CLAIM, GOODS)


def _all_nodes() -> set[NodeId]:
    """Every node that is not refined, by the vocabulary."""
    disputes = {word for word in DisputeStatus if word not in (DisputeStatus.NONE, DisputeStatus.CLOSED)}
    claims = {word for word in ClaimStatus if word not in (ClaimStatus.NONE, ClaimStatus.CLOSED)}
    stages = {word for word in ReturnStage if word is not ReturnStage.NONE}
    return {
        *(word for word in OrderStatus if word != _IN_DISPUTE),
        *(f"{_IN_DISPUTE}.{word}" for word in disputes if f"{_IN_DISPUTE}.{word}" not in (_MEDIATING, _RETURNING)),
        *(f"{_MEDIATING}.{word}" for word in claims),
        *(f"{_RETURNING}.{word}" for word in stages),
    }


def _check() -> None:
    """Raise AssertionError unless the places name exactly the nodes there are, each once where it is at home."""
    nodes = _all_nodes()
    for plate in PLATES:
        wanted = {node for node in nodes if plate.inside is None or node.startswith(f"{plate.inside}.")}
        if plate.inside is None:
            wanted = {_MEDIATING if n.startswith(f"{_MEDIATING}.") else _RETURNING if n.startswith(f"{_RETURNING}.") else n for n in wanted}
        assert plate.inner == wanted, f"{plate.name}: {sorted(plate.inner ^ wanted)}"
        for frame in plate.frames:
            assert frame.members <= plate.inner, f"{plate.name}: {frame.key}"
        for place in plate.places:
            name = place.partition("#")[0]
            assert name in GROUPS or any(node == name or node.startswith(f"{name}.") for node in nodes), f"{plate.name}: {place}"
    for name, members in GROUPS.items():
        assert members <= nodes, name


_check()
