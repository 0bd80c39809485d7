"""The whole of what can happen to one order, breadth first, over an abstraction of it.

Two orders count as one if they differ only in what no rule can see from here on: instants become the ranks of the dates still to come, ids
vanish, amounts become nothing, some, all. At every such state the laws of the engine are asked.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, deque
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from emulator.domain import dates
from emulator.domain.calendar import add_business_days
from emulator.domain.engine import ROLES, Engine
from emulator.domain.order import Order, State
from emulator.domain.refusals import Refused
from emulator.domain.rules import ACTIONS
from emulator.domain.rulesets import Settings
from emulator.domain.words import Actor, ClaimStatus, DisputeStatus, OrderStatus, ParcelKind, ReturnStage

from .alphabet import FAR, SECOND, START, TOTAL, Ask, asks, later, new_order

FINAL = {OrderStatus.FINISHED, OrderStatus.CANCELLED}
EVERYBODY = (Actor.BUYER, Actor.SELLER, Actor.MEDIATOR, Actor.CARRIER)
NAMES = [action.name for action in ACTIONS]


def amount_class(amount: int | None) -> Hashable:
    return None if amount is None else 0 if amount == 0 else 2 if amount >= TOTAL else amount


def abstract(order: Order, now: datetime, settings: Settings, fine: bool = False) -> Hashable:
    """What the rules can still see of this order; `fine` keeps also what they see but never decide by in the state it is in."""
    dispute, money = order.dispute, order.money
    marks: list[datetime | None] = [order.processing_ends_at if order.status is OrderStatus.AWAITING_SHIPMENT else None]
    parts: list[Hashable] = [order.state, order.confirmed_at is not None, order.delivered_at is not None]
    disputable = order.status in (OrderStatus.AWAITING_CONFIRMATION, OrderStatus.FINISHED)
    if disputable or order.status is OrderStatus.IN_DISPUTE:
        marks += [order.delivery_due_at, dates.window_end(order, settings), order.protection_ends_at]
    # What a command would start now, and whether that ends before or after what runs already.
    starts: list[datetime] = []
    if disputable:
        starts.append(now + timedelta(days=settings.negotiation_days))
    if order.status is OrderStatus.AWAITING_CONFIRMATION:
        starts.append(now + timedelta(days=settings.dispute_days_after_receipt))
    if order.money.refunding and settings.appeal_days:
        starts.append(add_business_days(now, settings.answer_business_days, settings.holidays))
    parts += [amount_class(money.escrow), amount_class(money.hold), amount_class(money.to_buyer), order.appealed]
    parts.append(tuple(part.status for part in order.refunds))
    if order.status is not OrderStatus.FINISHED:
        marks.append(dates.REFUND_DUE(order, settings))
    if dispute is not None:
        parts += [order.before_dispute if order.status is OrderStatus.IN_DISPUTE else None, dispute.outcome]
        marks.append(dates.appeal_end(order, settings))
        appealable = settings.appeal_days > 0 and not order.appealed
        if dispute.status is not DisputeStatus.CLOSED or appealable:
            parts += [dispute.remedy, amount_class(dispute.amount)]
        if dispute.first_end is not None:
            parts.append(amount_class(dispute.first_end.amount))
        if dispute.status in (DisputeStatus.WAITING_FOR_SELLER, DisputeStatus.WAITING_FOR_BUYER, DisputeStatus.MEDIATING):
            offered = dispute.solution(dispute.seller_solution)
            parts.append(None if offered is None else (offered.remedy, amount_class(offered.amount)))
            if dispute.status is not DisputeStatus.MEDIATING or settings.edit_in_claim or fine:
                parts.append(dispute.reason)
            if fine:
                parts.append(any(t.parcel is ParcelKind.REPLACEMENT for t in order.tracking))
        if dispute.status in (DisputeStatus.WAITING_FOR_SELLER, DisputeStatus.WAITING_FOR_BUYER):
            parts += [dispute.edits_used, dispute.seller_refused]
            marks.append(dates.ESCALATION(order, settings))
        elif dispute.status is DisputeStatus.MEDIATING and settings.edit_in_claim:
            parts.append(dispute.edits_used)
        if dispute.claim is not None and dispute.status is DisputeStatus.MEDIATING:
            parts += [
                dispute.claim.declined == dispute.seller_solution,
                tuple((q.to, q.evidence_required) for q in dispute.claim.questions if q.open),
            ]
            marks += [dates.BUYER_ANSWER_DUE(order, settings), dates.SELLER_ANSWER_DUE(order, settings)]
        if dispute.settlement is not None and dispute.status is not DisputeStatus.CLOSED:
            parts += [dispute.settlement.remedy, dispute.settlement.outcome, amount_class(dispute.settlement.amount)]
        if dispute.goods is not None and dispute.status is DisputeStatus.RETURNING:
            parts.append(dispute.goods.delivered_at is not None)
            if dispute.goods.stage is ReturnStage.SENT and dispute.goods.delivered_at is None:
                starts.append(now + timedelta(days=settings.return_confirm_days))
            marks += [d(order, settings) for d in (dates.SHIP_RETURN_BY, dates.CONFIRM_DELIVERED_RETURN_BY, dates.CONFIRM_SENT_RETURN_BY)]
            marks += [d(order, settings) for d in (dates.SEND_REPLACEMENT_BY, dates.CONFIRM_REPLACEMENT_BY)]
    running = sorted({m for m in marks if m is not None and m > now})
    to_come = {mark: rank for rank, mark in enumerate(running, 1)}
    parts.append(tuple(None if m is None else to_come.get(m, 0) for m in marks))
    parts.append(tuple((bisect_left(running, start), bisect_right(running, start)) for start in starts))
    return tuple(parts)


@dataclass
class Found:
    """What an exploration has seen."""

    states: int = 0
    complete: bool = True
    rows: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    joint: set[State] = field(default_factory=set)


class Explorer:
    """From an order not yet placed, breadth first; or where `most` bounds the number of states, the rarest joint states first."""

    def __init__(self, settings: Settings, most: int | None = None, fine: bool = False) -> None:
        self.engine = Engine(settings, "seed")
        self.settings = settings
        self.most = most
        self.fine = fine
        self.found = Found()
        self.seen: set[Hashable] = set()
        # One queue for each joint state where some are to be preferred, else a single one.
        self.queues: dict[State | None, deque[tuple[Order, datetime]]] = {}
        self.visited: Counter[State | None] = Counter()
        # What only the joint state decides is asked once for each.
        self.refused_by_state: dict[State, set[tuple[str, Actor]]] = {}
        self.performed_by_state: dict[State, set[tuple[str, Actor]]] = {}

    def run(self) -> Found:
        self.reach(new_order(), START)
        while any(self.queues.values()):
            if self.most is not None and self.found.states >= self.most:
                self.found.complete = False
                break
            self.visit(*self.next())
        return self.found

    def reach(self, order: Order, now: datetime) -> None:
        # Nobody sees an order before what is due has fired.
        order, steps = self.engine.settle(order, now)
        self.found.rows.update(step.row.name for step in steps)
        key = abstract(order, now, self.settings, self.fine)
        if key not in self.seen:
            self.seen.add(key)
            self.queues.setdefault(order.state if self.most is not None else None, deque()).append((order, now))

    def next(self) -> tuple[Order, datetime]:
        waiting = [joint for joint, queue in self.queues.items() if queue]
        # By turns where we have been least and where most is waiting, so that neither the far nor the many are left out.
        often = self.found.states % 2
        which = max(waiting, key=lambda joint: len(self.queues[joint])) if often else min(waiting, key=self.visited.__getitem__)
        self.visited[which] += 1
        return self.queues[which].popleft()

    def visit(self, order: Order, now: datetime) -> None:
        self.found.states += 1
        self.time_is_sound(order, now)
        allowed = {actor: {a.action: a for a in self.engine.allowed(order, actor, now)} for actor in EVERYBODY}
        performed = self.every_request(order, now)
        offered = {(action, actor) for actor in EVERYBODY for action in allowed[actor]}
        assert offered == performed, f"{sorted(offered ^ performed)} at {order.state}"
        self.ends_are_true(order, now, {actor: {a.action: a.until for a in allowed[actor].values()} for actor in EVERYBODY})
        for at in later(self.engine, order, now):
            self.reach(order, at)

    def every_request(self, order: Order, now: datetime) -> set[tuple[str, Actor]]:
        """Send the whole alphabet; says who could do what."""
        performed: set[tuple[str, Actor]] = set()
        state = order.state
        never = self.refused_by_state.get(state)
        if never is None:
            never = self.refused_by_state[state] = self.never_in(state, order, now)
            self.performed_by_state[state] = {
                (ask.action, ask.actor) for ask in asks(order) if not ask.everywhere and self.send(ask, order, now) is not None
            }
        performed |= self.performed_by_state[state]
        for ask in asks(order):
            key = (ask.action, ask.actor)
            if key in never or not ask.everywhere:
                continue
            step_order = self.send(ask, order, now)
            if step_order is not None:
                performed.add(key)
                if ask.walked or self.fine:
                    self.reach(step_order, now)
        return performed

    def send(self, ask: Ask, order: Order, now: datetime) -> Order | None:
        try:
            step = self.engine.perform(order, ask.action, ask.actor, ask.request, now, ask.around)
        except Refused as refused:
            self.found.refusals[refused.refusal.code] += 1
            return None
        self.found.rows[step.row.name] += 1
        return step.order

    def never_in(self, state: State, order: Order, now: datetime) -> set[tuple[str, Actor]]:
        """What nobody or this actor can ever do in this joint state: tried once, with the whole alphabet."""
        self.found.joint.add(state)
        cell = self.engine.table.cell(state)
        by_name: dict[str, list[Ask]] = {}
        for ask in asks(order):
            by_name.setdefault(ask.action, []).append(ask)
        never = set()
        for name in NAMES:
            for actor in EVERYBODY:
                if (name, actor) in cell.rows:
                    continue
                never.add((name, actor))
                for ask in by_name[name]:
                    done = self.send(Ask(name, actor, ask.request, ask.around), order, now)
                    assert done is None, f"{name} by {actor} is no row of {state} and was performed"
                assert actor in ROLES[name] or not any(key == (name, actor) for key in cell.rows)
        return never

    def time_is_sound(self, order: Order, now: datetime) -> None:
        """Settling twice is settling once, the forecast is what comes, and nothing stands still for ever but a claim in processing."""
        engine = self.engine
        upcoming = engine.next_deadline(order)
        if upcoming is None:
            waits_for_mediator = (
                order.dispute is not None and order.dispute.claim is not None and order.dispute.claim.status is ClaimStatus.PROCESSING
            )
            assert order.status in FINAL or order.status is OrderStatus.NEW or waits_for_mediator, f"dead end at {order.state}"
            assert not engine.forecast(order)
            return
        assert upcoming.at > now, "a settled order has nothing due"
        forecast = engine.forecast(order)
        assert (forecast[0].at, forecast[0].row) == (upcoming.at, upcoming.row)
        assert [step.at for step in forecast] == sorted(step.at for step in forecast)
        end, fired = engine.settle(order, forecast[-1].at)
        assert fired == forecast
        assert engine.settle(end, now + FAR) == (end, [])

    def ends_are_true(self, order: Order, now: datetime, until: dict[Actor, dict[str, datetime | None]]) -> None:
        """A moment before `until` the action is still allowed if nobody acts; at it, it is not. Without one it never ends."""
        instants = {end for actions in until.values() for end in actions.values() if end is not None}
        for end in instants:
            assert end > now
            before, at = self.allowed_then(order, end - SECOND), self.allowed_then(order, end)
            for actor, actions in until.items():
                for action, this_end in actions.items():
                    if this_end == end:
                        assert action in before[actor], f"{action} ends before {end} at {order.state}"
                        assert action not in at[actor], f"{action} goes on after {end} at {order.state}"
        if any(end is None for actions in until.values() for end in actions.values()):
            for_ever = self.allowed_then(order, now + FAR)
            for actor, actions in until.items():
                endless = {action for action, end in actions.items() if end is None}
                assert endless <= for_ever[actor], f"{endless - for_ever[actor]} end at {order.state}"

    def allowed_then(self, order: Order, at: datetime) -> dict[Actor, set[str]]:
        order, _ = self.engine.settle(order, at)
        return {actor: {a.action for a in self.engine.allowed(order, actor, at)} for actor in EVERYBODY}
