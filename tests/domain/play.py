"""One order, played step by step: what the tests of single rules are written in."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from emulator.domain.case import NOWHERE, Surroundings
from emulator.domain.engine import Engine, Step
from emulator.domain.money import Money
from emulator.domain.order import Dispute, Order
from emulator.domain.refusals import Refused
from emulator.domain.rulesets import RULESETS
from emulator.domain.words import Actor, CancelReason, ClaimCancelReason, ParcelKind, Party, Reason, Remedy, Side

from .alphabet import START, new_order

BUYER, SELLER, MEDIATOR, CARRIER = Actor.BUYER, Actor.SELLER, Actor.MEDIATOR, Actor.CARRIER
NUMBER = {"tracking_number": "LP1"}


def usd(minor: int) -> Money:
    return Money(minor, "USD")


class Play:
    """An order under a ruleset with some settings overridden. The total is 100.00 USD."""

    def __init__(self, ruleset: str = "standard", **settings: Any) -> None:
        self.settings = replace(RULESETS[ruleset], **settings)
        self.engine = Engine(self.settings, "seed")
        self.now: datetime = START
        self.order: Order = new_order()
        self.steps: list[Step] = []
        self.do("place_order", BUYER)

    @property
    def dispute(self) -> Dispute:
        assert self.order.dispute is not None
        return self.order.dispute

    @property
    def status(self) -> str:
        return self.order.status

    @property
    def money(self) -> dict[str, int]:
        """Where the money lies, but for accounts that hold nothing."""
        names = ("escrow", "hold", "seller", "refunding", "refunded")
        return {name: held for name in names if (held := getattr(self.order.money, name))}

    def do(self, action: str, actor: Actor, around: Surroundings = NOWHERE, **request: Any) -> Step:
        step = self.engine.perform(self.order, action, actor, request, self.now, around)
        self.order = step.order
        self.steps.append(step)
        self._settle()
        return step

    def refused(self, action: str, actor: Actor, around: Surroundings = NOWHERE, **request: Any) -> Refused:
        with pytest.raises(Refused) as caught:
            self.engine.perform(self.order, action, actor, request, self.now, around)
        return caught.value

    def refusal(self, action: str, actor: Actor, around: Surroundings = NOWHERE, **request: Any) -> tuple[int, str | None, str]:
        """The status, rule and code it is refused with."""
        no = self.refused(action, actor, around, **request)
        return no.refusal.status, no.rule, no.refusal.code

    def wait(self, **time: float) -> list[str]:
        return self.go(self.now + timedelta(**time))

    def go(self, to: datetime | None) -> list[str]:
        """Go to that instant; says which rows have fired."""
        assert to is not None
        self.now = max(to, self.now)
        return self._settle()

    def allowed(self, actor: Actor) -> dict[str, datetime | None]:
        return {a.action: a.until for a in self.engine.allowed(self.order, actor, self.now)}

    def _settle(self) -> list[str]:
        self.order, steps = self.engine.settle(self.order, self.now)
        self.steps += steps
        return [step.row.name for step in steps]

    # The usual ways to get somewhere.

    def ship(self, **request: Any) -> Play:
        self.do("ship", SELLER, **request)
        return self

    def open(self, reason: Reason = Reason.NO_TRACKING, remedy: Remedy = Remedy.REFUND, amount: int | None = 100_00) -> Play:
        request: dict[str, Any] = {"reason": reason, "remedy": remedy, "explanation": "so it is"}
        if remedy is not Remedy.EXCHANGE and amount is not None:
            request["amount"] = usd(amount)
        self.do("open_dispute", BUYER, **request)
        return self

    def deliver(self, parcel: ParcelKind = ParcelKind.ORDER) -> Play:
        self.do("deliver", CARRIER, parcel=parcel)
        return self

    def refuse(self, remedy: Remedy | None = None, amount: int | None = None) -> Play:
        request: dict[str, Any] = {"reason": "no"}
        if remedy is not None:
            request["remedy"] = remedy
        if amount is not None:
            request["amount"] = usd(amount)
        self.do("refuse", SELLER, **request)
        return self

    def escalate(self) -> Play:
        """By the buyer, after a refusal."""
        self.refuse()
        self.do("escalate", BUYER)
        return self

    def seller_accepts(self) -> Play:
        self.do("accept", SELLER, solution=self.dispute.buyer_solution)
        return self

    def buyer_accepts(self, action: str = "accept") -> Play:
        self.do(action, BUYER, solution=self.dispute.seller_solution)
        return self

    def cancel(self) -> Play:
        self.do("cancel", BUYER, reason=CancelReason.OTHER, comment="done", confirm=True)
        return self

    def cancel_claim(self) -> Play:
        self.do("cancel_claim", BUYER, reason=ClaimCancelReason.OTHER, message="done", confirm=True)
        return self

    def ask(self, to: Party, evidence_required: bool = False) -> Play:
        self.do("ask", MEDIATOR, to=to, question="why?", evidence_required=evidence_required)
        return self

    def rule(self, side: Side, amount: int | None = None, **decided: Any) -> Play:
        if amount is not None:
            decided["amount"] = usd(amount)
        self.do("rule", MEDIATOR, in_favor_of=side, explanation="so it is", **decided)
        return self

    def appeal(self) -> Play:
        self.do("appeal", BUYER, explanation="no")
        return self

    def returning(self, remedy: Remedy = Remedy.RETURN_AND_REFUND, amount: int | None = 100_00) -> Play:
        """Goods delivered, disputed, and the seller takes them back; the buyer has sent them."""
        self.ship().deliver().open(Reason.DEFECTIVE, remedy, amount).seller_accepts()
        self.do("ship_return", BUYER, **NUMBER)
        return self
