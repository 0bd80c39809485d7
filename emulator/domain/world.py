"""A whole marketplace in memory: accounts, stores, orders and what is remembered of them, without a database.

Stories are played on it, worlds are grown in it before they are stored, and random walks run over it. It does what the service does over
a database, with the same engine and journal; `now` moves only by `advance`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from .case import Request, Surroundings, make_id
from .engine import Engine, Step
from .journal import Event, Mail, event_of, mails_of
from .order import Dispute, Evidence, Message, Order, Report, Review
from .rulesets import Settings
from .stores import closes_store, complaint_of
from .words import Actor


class Person(NamedTuple):
    """An account of a sandbox: who acts, in one role."""

    id: str
    name: str
    role: Actor
    store: str | None = None


class Store(NamedTuple):
    """A seller's store (STO-3)."""

    id: str
    name: str
    seller: str
    opened_at: datetime
    closed_at: datetime | None = None


class File(NamedTuple):
    """An uploaded piece of evidence, without its bytes."""

    id: str
    by: str
    role: Actor
    name: str
    media_type: str
    size: int
    sha256: str
    uploaded_at: datetime


@dataclass(slots=True)
class World:
    """One marketplace under one set of settings."""

    settings: Settings
    seed: str
    now: datetime
    people: dict[str, Person] = field(default_factory=dict)
    stores: dict[str, Store] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    past: dict[str, tuple[str, Dispute]] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    mails: list[Mail] = field(default_factory=list)
    messages: list[tuple[str, Message]] = field(default_factory=list)
    reviews: list[tuple[str, Review]] = field(default_factory=list)
    reports: list[tuple[str, Report]] = field(default_factory=list)
    files: dict[str, File] = field(default_factory=dict)
    serials: dict[str, int] = field(default_factory=dict)
    engine: Engine = field(init=False)
    _due: dict[str, datetime | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.engine = Engine(self.settings, self.seed)

    def join(self, name: str, role: Actor, store: str | None = None, since: datetime | None = None) -> Person:
        """A new account; a seller's comes with a store of that name, open since then."""
        store_id = None
        if role is Actor.SELLER:
            store_id = make_id("sto", self.seed, name)
            account = make_id("acc", self.seed, name)
            self.stores[store_id] = Store(store_id, store or name, account, since or self.now)
        person = Person(make_id("acc", self.seed, name), name, role, store_id)
        self.people[name] = person
        return person

    def place(self, buyer: Person, request: Request) -> Step:
        """Place an order in the store that the request names; raises Refused."""
        store = self.stores[request["store"]]
        order = Order(
            id=self.next_id("ord", buyer),
            buyer=buyer.id,
            seller=store.seller,
            store=store.id,
            title=request["item"]["title"],
            quantity=request["item"]["quantity"],
            total=request["total"].minor,
            currency=request["total"].currency,
        )
        around = Surroundings(store_closed=store.closed_at is not None)
        step = self.engine.perform(order, "place_order", buyer.role, request, self.now, around)
        self.serials[buyer.id] = self.serials.get(buyer.id, 0) + 1
        self._remember(step)
        return step

    def act(self, actor: Actor, person: Person | None, action: str, order_id: str, request: Request) -> Step:
        """Carry out an action on an order or its latest dispute; raises Refused. The carrier is nobody's account."""
        order = self.orders[order_id]
        around = self._surroundings(order, person, request)
        step = self.engine.perform(order, action, actor, request, self.now, around)
        self._remember(step)
        _, due = self.engine.settle(step.order, self.now)
        for fired in due:
            self._remember(fired)
        return step

    def upload(self, person: Person, name: str, media_type: str, size: int, sha256: str) -> File:
        """Keep a file's facts; it is its uploader's alone until attached."""
        file = File(self.next_id("evd", person), person.id, person.role, name, media_type, size, sha256, self.now)
        self.serials[person.id] = self.serials.get(person.id, 0) + 1
        self.files[file.id] = file
        return file

    def advance(self, to: datetime) -> list[Step]:
        """Move the clock and fire every timer on the way: in order of instant, then order id (TIME-2)."""
        fired: list[Step] = []
        for order_id, due in list(self._due.items()):
            if due is not None and due <= to:
                fired.extend(self.engine.settle(self.orders[order_id], to)[1])
        fired.sort(key=lambda step: (step.at, step.order.id))
        for step in fired:
            self._remember(step)
        self.now = max(self.now, to)
        return fired

    def next_due(self) -> datetime | None:
        """When the next timer of any order fires, or None."""
        return min((due for due in self._due.values() if due is not None), default=None)

    def next_id(self, prefix: str, person: Person) -> str:
        """The person's next id; it counts per person, so others never shift it."""
        return make_id(prefix, self.seed, person.id, self.serials.get(person.id, 0) + 1)

    def disputes_of(self, store: str) -> Iterable[Dispute]:
        """Every dispute there ever was in this store."""
        for order in self.orders.values():
            if order.store == store and order.dispute is not None:
                yield order.dispute
        for order_id, dispute in self.past.values():
            if self.orders[order_id].store == store:
                yield dispute

    def _surroundings(self, order: Order, person: Person | None, request: Request) -> Surroundings:
        wanted: Sequence[str] = request.get("evidence", ())
        mine = {f.id: f for f in self.files.values() if person is not None and f.by == person.id}
        message = next((m for of, m in self.messages if of == order.id and m.id == request.get("message")), None)
        return Surroundings(
            evidence=tuple(Evidence(i, mine[i].role, mine[i].size, self.now) for i in wanted if i in mine),
            strange_evidence=tuple(i for i in wanted if i not in mine),
            message_by=message.by if message else None,
            message_reported=any(r.message == request.get("message") for _, r in self.reports),
        )

    def _remember(self, step: Step) -> None:
        order = step.order
        before = self.orders.get(order.id)
        if before is not None and before.dispute is not None and order.dispute is not None and before.dispute.id != order.dispute.id:
            self.past[before.dispute.id] = (order.id, replace(before.dispute, superseded=True))
        self.orders[order.id] = order
        upcoming = self.engine.next_deadline(order)
        self._due[order.id] = None if upcoming is None else upcoming.at
        self.steps.append(step)
        event = event_of(step)
        if event is not None:
            self.events.append(event)
        self.mails.extend(mails_of(step))
        for record in step.records:
            match record:
                case Message():
                    self.messages.append((order.id, record))
                case Review():
                    self.reviews.append((order.id, record))
                case Report():
                    self.reports.append((order.id, record))
        if step.weighs_store:
            self._weigh(order.store, step.at)

    def _weigh(self, store_id: str, now: datetime) -> None:
        store = self.stores[store_id]
        if store.closed_at is not None:
            return
        complaints = [c for d in self.disputes_of(store_id) if (c := complaint_of(d)) is not None]
        if closes_store(complaints, self.settings, now):
            self.stores[store_id] = store._replace(closed_at=now)
