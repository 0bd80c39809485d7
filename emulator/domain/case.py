"""What a command brings before the engine: the facts, the request, and what the engine writes while it works."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple

from .money import Money, format_amount
from .order import Claim, Dispute, Evidence, Order, Record, Return, Transfer, changed
from .rulesets import Settings
from .words import Account, Actor

Request = Mapping[str, Any]

_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
# Ten bits at a time, two letters of base 32, which is four times as quick as `base64`.
_PAIRS = [first + second for first in _LETTERS for second in _LETTERS]
_PLACES = range(70, -1, -10)


def make_id(prefix: str, *parts: object) -> str:
    """An opaque id that depends on its parts alone: the same world gives the same ids, whoever asks first elsewhere."""
    digest = blake2b("/".join(map(str, (prefix, *parts))).encode(), digest_size=10).digest()
    bits = int.from_bytes(digest, "big")
    return f"{prefix}_{''.join([_PAIRS[bits >> place & 1023] for place in _PLACES])}"


class Surroundings(NamedTuple):
    """Facts that lie outside the order's own aggregate, looked up by whoever calls the engine.

    `evidence` are the files the request names that the asker may attach; `strange_evidence` the ids it names that are not.
    """

    store_closed: bool = False
    evidence: tuple[Evidence, ...] = ()
    strange_evidence: tuple[str, ...] = ()
    message_by: Actor | None = None
    message_reported: bool = False


NOWHERE = Surroundings()


@dataclass(slots=True)
class Case:
    """One request about one order, at one instant. Questions read it, effects write to it. `repeated` says that nothing new was told."""

    order: Order
    settings: Settings
    seed: str
    now: datetime
    actor: Actor
    request: Request
    around: Surroundings = NOWHERE
    transfers: list[Transfer] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    made: str | None = None
    weighs_store: bool = False
    repeated: bool = False

    @property
    def dispute(self) -> Dispute:
        """The dispute at hand; rows that reach for it stand in states that have one."""
        assert self.order.dispute is not None
        return self.order.dispute

    @property
    def claim(self) -> Claim:
        assert self.dispute.claim is not None
        return self.dispute.claim

    @property
    def goods(self) -> Return:
        assert self.dispute.goods is not None
        return self.dispute.goods

    def change(self, **facts: Any) -> None:
        """Change facts of the order."""
        self.order = changed(self.order, **facts)

    def change_dispute(self, **facts: Any) -> None:
        self.order = changed(self.order, dispute=changed(self.dispute, **facts))

    def change_claim(self, **facts: Any) -> None:
        self.change_dispute(claim=changed(self.claim, **facts))

    def change_goods(self, **facts: Any) -> None:
        self.change_dispute(goods=changed(self.goods, **facts))

    def new_id(self, prefix: str) -> str:
        """The order's next id; it counts per order, so what happens elsewhere never shifts it."""
        self.change(serial=self.order.serial + 1)
        return make_id(prefix, self.order.id, self.order.serial)

    def amount(self, name: str = "amount") -> int | None:
        """A requested amount in minor units, or None where none was named."""
        money = self.request.get(name)
        return money.minor if isinstance(money, Money) else None

    def move(self, source: Account, target: Account, amount: int) -> None:
        """Move money between two accounts of the order. Moving nothing leaves no entry."""
        if not amount:
            return
        assert amount > 0, f"cannot move {amount} from {source} to {target}"
        money = self.order.money
        left = getattr(money, source) - amount
        assert left >= 0 or source is Account.OUTSIDE, f"{source} holds less than {amount}"
        self.change(money=changed(money, **{source: left, target: getattr(money, target) + amount}))
        self.transfers.append(Transfer(source, target, amount))

    def shown(self, minor: int) -> dict[str, str]:
        """An amount of this order as JSON shows it."""
        return {"amount": format_amount(minor, self.order.currency), "currency": self.order.currency}
