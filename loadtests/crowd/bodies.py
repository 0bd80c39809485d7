"""What an action is sent with: bodies drawn from what the asker has just seen, so that they are legal as long as that is still so.

Nothing here knows what is allowed; that was said by the answer which named the action. What is traded and said is taken from the lives of
generated orders.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from random import Random
from typing import Any, TypeAlias

from emulator.domain.money import format_amount
from emulator.domain.order import Order
from emulator.domain.words import GOODS_REASONS, TRACKING_REASONS, CancelReason, ClaimCancelReason, Party, Reason, Remedy, Side
from emulator.lives import scripts
from emulator.lives.scripts import Draw, Hand

Json: TypeAlias = dict[str, Any]

# Drawing words asks no order anything, but a hand holds one.
_NO_ORDER = Order("ord_", "acc_", "acc_", "sto_", "", 1, 1, "USD")
MOST_ATTACHED = 2


@dataclass(frozen=True, slots=True)
class Seen:
    """What a body is drawn from: who acts, what he has just seen of the order and of its dispute, and at which time of the sandbox.

    `files` are those he has uploaded; `settings` are the sandbox's.
    """

    role: str
    order: Json = field(default_factory=dict)
    dispute: Json = field(default_factory=dict)
    now: datetime | None = None
    store: str = ""
    files: Sequence[str] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)


def body_of(action: str, seen: Seen, rng: Random) -> Json:
    """A body for an action that was among `allowed_actions` of what was seen."""
    draw = _BODIES.get(action)
    return {} if draw is None else {name: value for name, value in draw(_Pen(seen, rng)).items() if value is not None}


def wants_evidence(seen: Seen) -> bool:
    """Whether the mediator has asked this side for evidence, and is still waiting for it."""
    questions = (seen.dispute.get("claim") or {}).get("questions", ())
    return any(q["to"] == seen.role and q["evidence_required"] and q["answer"] is None and not q["lapsed"] for q in questions)


def solution_of_the_other(seen: Seen) -> Json | None:
    """What the other side offers or asks for now, or None."""
    return next((s for s in seen.dispute.get("solutions", ()) if s["current"] and s["by"] != seen.role), None)


def part_of(total: Json, share: float) -> Json:
    """So much of a sum, rounded down to what its currency has, but not to nothing."""
    whole = Decimal(total["amount"])
    least = Decimal(1).scaleb(int(whole.as_tuple().exponent))
    part = (whole * Decimal(share)).quantize(least, ROUND_DOWN)
    return {"amount": str(max(part, least)), "currency": total["currency"]}


def instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


@dataclass(frozen=True, slots=True)
class _Pen:
    """Draws the values of one body."""

    seen: Seen
    rng: Random

    def maybe(self, chance: float) -> bool:
        return self.rng.random() < chance

    def said(self, words: Draw) -> Any:
        return words(Hand(self.rng.random, _NO_ORDER, {}))

    def apart(self, words: Draw) -> str:
        """Words that nobody has said before: an edit has to change something, whoever else edits."""
        return f"{self.said(words)} ({self.rng.getrandbits(32):08x})"

    def word(self, words: Any) -> str:
        return str(self.rng.choice(sorted(words)))

    def days(self, most: int) -> int:
        return self.rng.randint(1, most)

    def total(self) -> Json:
        total: Json = self.seen.order["total"]
        return total

    def some(self, low: float, high: float) -> Json:
        return part_of(self.total(), self.rng.uniform(low, high))

    def tracked(self) -> Json:
        return {"tracking_number": f"LP{self.rng.randrange(10**8, 10**9)}CN", "carrier": self.rng.choice(("Standard Parcel", None))}

    def evidence(self, chance: float) -> list[str] | None:
        files = list(self.seen.files)[-MOST_ATTACHED:]
        return files if files and self.maybe(chance) else None

    def wish(self, reason: str) -> Json:
        """What a buyer asks for, and why. All of the money for damaged goods wants the goods back (OPEN-5)."""
        remedies = (Remedy.REFUND, Remedy.REFUND, Remedy.RETURN_AND_REFUND, Remedy.EXCHANGE)
        remedy = str(self.rng.choice(remedies if reason in GOODS_REASONS else remedies[:1]))
        amount = self.total() if self.maybe(0.4) else self.some(0.2, 0.95)
        if reason == Reason.DAMAGED and remedy == Remedy.REFUND and amount == self.total():
            remedy = str(Remedy.RETURN_AND_REFUND)
        return {"reason": reason, "remedy": remedy, "amount": None if remedy == Remedy.EXCHANGE else amount}

    def counter(self, remedies: Sequence[Remedy]) -> Json:
        """What a seller gives."""
        remedy = self.rng.choice(remedies)
        gives_money = remedy in (Remedy.REFUND, Remedy.RETURN_AND_REFUND)
        return {"remedy": str(remedy)} | ({"amount": self.some(0.1, 0.9)} if gives_money else {})


# ── one function an action ─────────────────────────────────────────────────────────────────────────────────────────────


def _place_order(pen: _Pen) -> Json:
    title, low, high = pen.rng.choice(scripts.WARES)
    currency, _, units = pen.rng.choices(scripts.CURRENCIES, [often for _, often, _ in scripts.CURRENCIES])[0]
    total = {"amount": format_amount(round(pen.rng.randint(low, high) * units), currency), "currency": currency}
    return {"store": pen.seen.store, "item": {"title": title, "quantity": pen.rng.choice((1, 1, 1, 2, 3))}, "total": total}


def _ship(pen: _Pen) -> Json:
    """With or without a number; a third promises to be quick, so that delivery falls due while somebody waits for it."""
    quick = min(20, pen.seen.settings.get("protection_days", 20))
    return (pen.tracked() if pen.maybe(0.85) else {}) | {"delivery_days": pen.days(quick) if pen.maybe(0.35) else None}


def _open_dispute(pen: _Pen) -> Json:
    reason = pen.rng.choice(reasons_open(pen.seen))
    return pen.wish(reason) | {"explanation": pen.rng.choice(scripts.EXPLANATIONS[Reason(reason)]), "evidence": pen.evidence(0.3)}


def reasons_open(seen: Seen) -> list[str]:
    """The reasons that may be given for a dispute now (OPEN-3)."""
    order = seen.order
    due, confirmed = instant(order["delivery_due_at"]), order["confirmed_at"] is not None
    overdue = due is not None and seen.now is not None and seen.now >= due
    open_now: list[str] = []
    if overdue and not confirmed:
        open_now.append(Reason.NOT_RECEIVED)
    if overdue or seen.settings.get("tracking_reasons_from") == "shipped":
        open_now += sorted(TRACKING_REASONS)
    if order["delivered_at"] is not None or confirmed:
        open_now += sorted(GOODS_REASONS)
    return [str(reason) for reason in open_now]


def _edit(pen: _Pen) -> Json:
    """All of the dispute is said anew, so that nothing depends on what another has edited in between; the reason's kind stays."""
    reason = pen.seen.dispute["reason"]
    kin = next((reasons for reasons in (GOODS_REASONS, TRACKING_REASONS) if reason in reasons), None)
    reason = reason if kin is None else pen.word(kin)
    return pen.wish(reason) | {"explanation": pen.apart(scripts.MORE), "evidence": pen.evidence(0.3)}


def _accept(pen: _Pen) -> Json:
    solution = solution_of_the_other(pen.seen)
    return {"solution": None if solution is None else solution["id"]}


def _refuse(pen: _Pen) -> Json:
    remedies = (Remedy.REFUND, Remedy.REFUND, Remedy.RETURN_AND_REFUND, Remedy.EXCHANGE, Remedy.NO_REFUND_NO_RETURN)
    return {"reason": pen.said(scripts.NO), "solution": pen.counter(remedies) if pen.maybe(0.7) else None}


def _ask(pen: _Pen) -> Json:
    """One open question a side (CLM-2): whom has not been asked yet."""
    status = pen.seen.dispute["claim"]["status"]
    to = {"waiting_for_buyer": Party.SELLER, "waiting_for_seller": Party.BUYER}.get(status) or pen.rng.choice(list(Party))
    words = {Party.BUYER: scripts.TO_BUYER, Party.SELLER: scripts.TO_SELLER, Party.BOTH: scripts.TO_BOTH}
    return {"to": str(to), "question": pen.said(words[to]), "evidence_required": pen.maybe(0.3)}


def _answer(pen: _Pen) -> Json:
    words = scripts.BUYER_SAYS if pen.seen.role == "buyer" else scripts.SELLER_SAYS
    return {"text": pen.said(words), "evidence": pen.evidence(1.0 if wants_evidence(pen.seen) else 0.3)}


def _rule(pen: _Pen) -> Json:
    """On contested goods nothing goes back again (RET-4), and an appeal is never ruled below what was given (CLM-9)."""
    kind = pen.seen.dispute["claim"]["kind"]
    if pen.maybe(0.4):
        return {"in_favor_of": str(Side.SELLER), "explanation": pen.said(scripts.FOR_SELLER)}
    amount = pen.total() if kind == "appeal" or pen.maybe(0.4) else pen.some(0.2, 0.9)
    back = kind == "mediation" and pen.maybe(0.3)
    return {"in_favor_of": str(Side.BUYER), "amount": amount, "return_required": back, "explanation": pen.said(scripts.FOR_BUYER)}


_BODIES: Mapping[str, Callable[[_Pen], Json]] = {
    "place_order": _place_order,
    "ship": _ship,
    "correct_tracking": _Pen.tracked,
    "send_replacement": _Pen.tracked,
    "ship_return": _Pen.tracked,
    "extend_processing": lambda pen: {"days": pen.days(14)},
    "extend_protection": lambda pen: {"days": pen.days(30)},
    "request_extension": lambda pen: {"days": pen.days(30), "message": pen.said(scripts.WAITING)},
    "send_message": lambda pen: {"text": pen.said(scripts.WAITING if pen.seen.role == "buyer" else scripts.SOOTHING)},
    "review": lambda pen: {"stars": pen.days(5), "text": pen.said(scripts.PRAISE)},
    "open_dispute": _open_dispute,
    "edit": _edit,
    "accept": _accept,
    "accept_solution": _accept,
    "refuse": _refuse,
    "offer": lambda pen: pen.counter((Remedy.REFUND, Remedy.REFUND, Remedy.RETURN_AND_REFUND, Remedy.EXCHANGE)),
    "cancel": lambda pen: {"reason": pen.word(CancelReason), "comment": pen.said(scripts.THANKS), "confirm": True},
    "cancel_claim": lambda pen: {"reason": pen.word(ClaimCancelReason), "message": pen.said(scripts.THANKS), "confirm": True},
    "escalate": lambda pen: {"message": pen.said(scripts.STILL) if pen.maybe(0.5) else None},
    "appeal": lambda pen: {"explanation": pen.said(scripts.UNFAIR), "evidence": pen.evidence(0.3)},
    "contest_return": lambda pen: {"explanation": pen.said(scripts.WORN), "evidence": pen.evidence(0.5)},
    "ask": _ask,
    "answer": _answer,
    "rule": _rule,
}
