"""What every call must answer: one sandbox of the world `empty` on the pure core, with no database, no HTTP and no process but this.

It holds the facts, asks the engine, and shows them by the same views; what a service adds to that (who may see what, in which order things
are looked at, what a list holds) is written here a second time, from the contract, so that a difference is a finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from emulator import views
from emulator.domain import refusals
from emulator.domain.bodies import read_request
from emulator.domain.engine import Step
from emulator.domain.journal import Mail
from emulator.domain.order import Dispute, Order, changed
from emulator.domain.refusals import Refused
from emulator.domain.rules import BY_NAME
from emulator.domain.rulesets import build_settings
from emulator.domain.words import GOODS_REASONS, Account, Actor, OrderStatus
from emulator.domain.world import File, World
from emulator.growth import grow
from emulator.pictures import picture

Json = dict[str, Any]
PARTIES = ("buyer", "seller", "mediator")
CLOCK_ENDS = 9000
_EDGES = {"before": timedelta(seconds=-1), "at": timedelta(0), "after": timedelta(seconds=1)}


class Expected(NamedTuple):
    """What an answer must be: its status and its body, which for a refusal is no more than what the core knows of it."""

    status: int
    body: Any


@dataclass(frozen=True, slots=True)
class Wish:
    """What the sandbox was made with."""

    ruleset: str
    settings: Mapping[str, Any]
    seed: str
    now: datetime


class Model:
    """A sandbox on the core. `now` moves only by `advance` and `set_clock`; the clock is frozen."""

    def __init__(self, wish: Wish) -> None:
        self.wish = wish
        self.world = self._grown()
        self.mediated: set[str] = set()
        # Every dispute in the order in which they were opened, with its order.
        self.opened: dict[str, str] = {}
        self._seen = 0

    def _grown(self) -> World:
        return grow("empty", build_settings(self.wish.ruleset, self.wish.settings), self.wish.seed, self.wish.now).world

    def copy(self) -> Model:
        """The same facts, to go another way from here."""
        twin = Model.__new__(Model)
        world = self.world
        twin.wish = self.wish
        twin.world = replace(
            world,
            people=dict(world.people),
            stores=dict(world.stores),
            orders=dict(world.orders),
            past=dict(world.past),
            steps=list(world.steps),
            events=list(world.events),
            mails=list(world.mails),
            messages=list(world.messages),
            reviews=list(world.reviews),
            reports=list(world.reports),
            files=dict(world.files),
            serials=dict(world.serials),
            _due=dict(world._due),
        )
        twin.mediated, twin.opened, twin._seen = set(self.mediated), dict(self.opened), self._seen
        return twin

    @property
    def now(self) -> datetime:
        return self.world.now

    @property
    def store(self) -> str:
        return next(iter(self.world.stores))

    def order_of(self, dispute: str | None) -> Order | None:
        """The order with the dispute at hand that is asked for, by the dispute's id; an earlier one is over for good."""
        order = self.world.orders.get(self.opened.get(dispute or "", ""))
        if order is None or order.dispute is None or order.dispute.id == dispute:
            return order
        _, earlier = self.world.past[dispute or ""]
        return changed(order, dispute=earlier)

    def sees(self, party: str, order: Order, by_dispute: bool = False) -> bool:
        """Whether this party may know of the order, or of the dispute at hand: the mediator from escalation on."""
        if party != "mediator":
            return True
        return order.dispute is not None and order.dispute.claim is not None if by_dispute else order.id in self.mediated

    # ── commands ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def act(self, party: str, action: str, ids: Mapping[str, str], body: Mapping[str, Any], stale: bool = False) -> Expected:
        """Carry out an action of the table as this party, or refuse it; `ids` is what stands in the path.

        `stale` says that the request wants things to be as they never were (If-Match).
        """
        world, actor = self.world, Actor(party)
        try:
            request = read_request(action, body) | ({"message": ids["message"]} if "message" in ids else {})
            if action == "place_order":
                return self._place(party, request)
            by_dispute = BY_NAME[action].on == "dispute"
            order = self.order_of(ids["dispute"]) if by_dispute else world.orders.get(ids["order"])
            if order is None or not self.sees(party, order, by_dispute):
                raise Refused(refusals.NOT_FOUND)
        except Refused as no:
            return refusal(no)
        try:
            if stale:
                raise Refused(refusals.PRECONDITION_FAILED)
            if "message" in ids and not any(of == order.id and m.id == ids["message"] for of, m in world.messages):
                raise Refused(refusals.NOT_FOUND)
            if order.dispute is not None and order.dispute.superseded:
                around = world._surroundings(order, world.people.get(party), request)
                gone = world.engine.perform(order, action, actor, request, self.now, around)
                raise AssertionError(f"{action} goes through on a dispute that another has followed: {gone}")
            step = world.act(actor, world.people.get(party), action, order.id, request)
        except Refused as no:
            return refusal(no, views.allowed_view(order, world.engine, actor, self.now))
        self._note()
        return self._done(actor, action, step, world.orders[order.id])

    def _place(self, party: str, request: Mapping[str, Any]) -> Expected:
        if request["store"] not in self.world.stores:
            raise Refused(refusals.NOT_FOUND)
        person = self.world.people[party]
        step = self.world.place(person, request)
        self._note()
        return Expected(201, views.order_view(step.order, self.world.engine, person.role, self.now))

    def _done(self, actor: Actor, action: str, step: Step, order: Order) -> Expected:
        engine, spec = self.world.engine, BY_NAME[action]
        if action == "send_message":
            (message,) = step.records
            return Expected(201, views.message_view(message, reported=False))  # type: ignore[arg-type] # of messages only
        if action == "view_solution":
            return Expected(200, views.solution_view(order))
        if spec.on == "dispute" or spec.creates:
            return Expected(201 if spec.creates else 200, views.dispute_view(order, engine, actor, self.now))
        return Expected(200, views.order_view(order, engine, actor, self.now))

    def upload(self, party: str, name: str) -> Expected:
        """A small picture, different for each name."""
        data = picture(name)
        file = self.world.upload(self.world.people[party], name, "image/png", len(data), sha256(data).hexdigest())
        return Expected(201, views.file_view(file))

    def advance(self, body: Mapping[str, Any]) -> Expected:
        """Move time; with a limit only the core's own order of firing is known beforehand, so that is judged by `went_on`."""
        try:
            target = self._target(body)
        except Refused as no:
            return refusal(no)
        return self.moved_to(target, target)

    def moved_to(self, reached: datetime, target: datetime, limit: int | None = None) -> Expected:
        """The report of a journey that came so far."""
        start = self.now
        fired = self.world.advance(reached)
        self._note()
        onward = None if reached >= target else {"to": target, "limit": limit}
        return Expected(200, {"from": start, "to": reached, "fired": [views.fired_view(step) for step in fired], "next": onward})

    def _target(self, body: Mapping[str, Any]) -> datetime:
        """Where an advance leads; raises Refused where that is nowhere."""
        if "to" in body:
            target = datetime.fromisoformat(body["to"]).astimezone(UTC)
        elif "by" in body:
            try:
                target = self.now + timedelta(seconds=int(body["by"].removeprefix("PT").removesuffix("S")))
            except OverflowError:
                raise Refused(refusals.CLOCK_TOO_FAR) from None
        else:
            due = self.world.next_due()
            if due is None:
                raise Refused(refusals.NOTHING_DUE)
            target = due
        target += _EDGES[body.get("edge", "at")]
        if target < self.now:
            raise Refused(refusals.CLOCK_BACKWARDS)
        if target.year >= CLOCK_ENDS:
            raise Refused(refusals.CLOCK_TOO_FAR)
        return target

    def next_firings(self, until: datetime) -> list[Step]:
        """What fires up to then, in order; changes nothing."""
        steps = [step for order in self.world.orders.values() for step in self.world.engine.settle(order, until)[1]]
        return sorted(steps, key=lambda step: (step.at, step.order.id))

    def set_clock(self, to: datetime) -> Expected:
        """Frozen at another instant."""
        if to < self.now:
            return refusal(Refused(refusals.CLOCK_BACKWARDS))
        self.world.advance(to)
        self._note()
        return Expected(200, {"mode": "frozen", "now": to})

    def reset(self) -> None:
        """As it began."""
        fresh = Model(self.wish)
        self.world, self.mediated, self.opened, self._seen = fresh.world, fresh.mediated, fresh.opened, fresh._seen

    def _note(self) -> None:
        """What the steps since the last look have opened and escalated."""
        for step in self.world.steps[self._seen :]:
            dispute = step.order.dispute
            if dispute is not None:
                self.opened.setdefault(dispute.id, step.order.id)
                if dispute.claim is not None:
                    self.mediated.add(step.order.id)
        self._seen = len(self.world.steps)

    # ── what each party is shown ───────────────────────────────────────────────────────────────────────────────────────

    def show_order(self, party: str, order_id: str) -> Expected:
        order = self.world.orders.get(order_id)
        if order is None or not self.sees(party, order):
            return refusal(Refused(refusals.NOT_FOUND))
        return Expected(200, self._order_view(party, order))

    def _order_view(self, party: str, order: Order) -> Json:
        hidden = party == "mediator" and (order.dispute is None or order.dispute.claim is None)
        return views.order_view(order, self.world.engine, Actor(party), self.now, sees_dispute=not hidden)

    def show_dispute(self, party: str, dispute: str) -> Expected:
        order = self.order_of(dispute)
        if order is None or not self.sees(party, order, by_dispute=True):
            return refusal(Refused(refusals.NOT_FOUND))
        return Expected(200, views.dispute_view(order, self.world.engine, Actor(party), self.now))

    def show_claim(self, party: str, dispute: str) -> Expected:
        order = self.order_of(dispute)
        if order is None or not self.sees(party, order, by_dispute=True):
            return refusal(Refused(refusals.NOT_FOUND))
        assert order.dispute is not None
        if order.dispute.claim is None:
            allowed = views.allowed_view(order, self.world.engine, Actor(party), self.now)
            return refusal(Refused(refusals.NO_OPEN_CLAIM), allowed)
        return Expected(200, views.claim_view(order.dispute.claim, Actor(party)))

    def show_payment(self, party: str, order_id: str) -> Expected:
        order = self.world.orders.get(order_id)
        if order is None or not self.sees(party, order):
            return refusal(Refused(refusals.NOT_FOUND))
        return Expected(200, views.payment_view(order))

    def history(self, dispute: str) -> list[Json]:
        order = self.opened[dispute]
        return [views.event_view(event) for event in self.world.events if event.order == order and event.dispute == dispute]

    def messages(self, order: str) -> list[Json]:
        reported = {report.message for _, report in self.world.reports}
        return [views.message_view(message, message.id in reported) for of, message in self.world.messages if of == order]

    def orders(self, party: str, filters: Mapping[str, str]) -> list[Json]:
        """Newest first."""
        found = [order for order in self.world.orders.values() if self.sees(party, order)]
        if "status" in filters:
            found = [order for order in found if order.status == filters["status"]]
        if "in_dispute" in filters:
            wanted = filters["in_dispute"] == "true"
            found = [order for order in found if (order.status is OrderStatus.IN_DISPUTE) == wanted]
        return [self._order_view(party, order) for order in _newest_first(found, lambda order: order.placed_at)]

    def disputes(self, party: str, filters: Mapping[str, str]) -> list[Json]:
        """Newest first."""
        return [
            views.dispute_view(order, self.world.engine, Actor(party), self.now)
            for order in self._disputed(party)
            if all({"order": order.id}.get(name, getattr(order.dispute, name, None)) == wanted for name, wanted in filters.items())
        ]

    def operations(self) -> list[Json]:
        return [views.operation_view(order) for order in self._disputed("buyer") if order.dispute and order.dispute.closed_at is not None]

    def _disputed(self, party: str) -> list[Order]:
        found = [order for dispute in self.opened if (order := self.order_of(dispute)) is not None and self.sees(party, order, True)]
        return _newest_first(found, lambda order: order.dispute.opened_at if order.dispute else None)

    def mails(self, party: str | None) -> list[Json]:
        """To one party or to all. Those of one instant come in no order that anybody relies on, so they are put into one here."""
        to = None if party is None else self.world.people[party].id
        mails: Iterable[Mail] = (mail for mail in self.world.mails if to in (None, mail.to))
        return in_some_order(views.mail_view(mail) for mail in mails)

    def timeline(self) -> list[Json]:
        """By instant, order, and its number in the order."""
        numbered = sorted(enumerate(self.world.events), key=lambda entry: (entry[1].at, entry[1].order, entry[0]))
        return [views.told_view(event, self.world.orders[event.order].currency) for _, event in numbered]

    def forecast(self, order: str | None) -> list[Json]:
        steps = [
            (step.at, step.order.id, number, step)
            for one in self.world.orders.values()
            if order in (None, one.id)
            for number, step in enumerate(self.world.engine.forecast(one))
        ]
        return [views.forecast_view(step) for *_, step in sorted(steps, key=lambda entry: entry[:3])]

    def purse(self, party: str) -> Json:
        """What `/v1/me` shows of money."""
        shown = {"buyer": {"refunded": Account.REFUNDED}, "seller": {"balance": Account.SELLER, "held": Account.HOLD}, "mediator": {}}[
            party
        ]
        orders = list(self.world.orders.values())
        currencies = {order.currency for order in orders}
        return {
            name: views.sums_view({c: sum(getattr(o.money, account) for o in orders if o.currency == c) for c in currencies})
            for name, account in shown.items()
        }

    def store_view(self) -> Json:
        world, store = self.world, self.world.stores[self.store]
        texts = {message.id: message.text for _, message in world.messages}
        reports = sorted(((r.reported_at, r.message) for _, r in world.reports), key=lambda entry: (-entry[0].timestamp(), entry[1]))
        stars = [review.stars for _, review in world.reviews]
        disputes: list[Dispute] = list(world.disputes_of(store.id))
        return {
            "id": store.id,
            "name": store.name,
            "opened_at": store.opened_at,
            "age_days": (self.now - store.opened_at).days,
            "orders": len(world.orders),
            "rating": round(sum(stars) / len(stars), 2) if stars else None,
            "reviews": len(stars),
            "marks": sum(dispute.reason in GOODS_REASONS and dispute.marked_at is not None for dispute in disputes),
            "reports": len(reports),
            "reported_messages": [{"text": texts[message], "reported_at": at} for at, message in reports[:20]],
            "closed_at": store.closed_at,
        }

    def file(self, party: str, evidence: str) -> File | None:
        """A file as far as this party may see it: his own, or attached to a dispute that he may see."""
        file = self.world.files[evidence]
        mine = self.world.people[party].id == file.by
        shown = any(
            order is not None and order.dispute is not None and evidence in {e.id for e in order.dispute.evidence}
            for order in map(self.order_of, self.opened)
            if order is not None and self.sees(party, order, by_dispute=True)
        )
        return file if mine or shown else None


def refusal(no: Refused, allowed: Sequence[Json] = ()) -> Expected:
    """A refusal as far as the core knows it: of what is malformed, the fields."""
    return Expected(
        no.refusal.status,
        {
            "type": f"/problems/{no.refusal.code}",
            "status": no.refusal.status,
            "code": no.refusal.code,
            "rule": no.rule,
            "allowed_actions": list(allowed),
            "deadline": no.deadline,
        }
        | ({"errors": sorted(no.errors)} if no.refusal is refusals.MALFORMED and no.errors else {}),
    )


def in_some_order(entries: Iterable[Any]) -> list[Any]:
    """A list whose order says nothing, in one that does not depend on where it came from."""
    return sorted(entries, key=str)


def _newest_first(found: Iterable[Order], of: Any) -> list[Order]:
    """Those of one instant the latest made first."""
    return [order for _, order in sorted(enumerate(found), key=lambda entry: (of(entry[1]), entry[0]), reverse=True)]
