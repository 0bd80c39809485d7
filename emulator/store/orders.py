"""How an order gets out of the database and back in, with everything that its steps leave behind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Integer, Text, and_, bindparam, insert, literal, select, tuple_, update

from ..domain.engine import Engine, Step
from ..domain.journal import event_of, recipients_of
from ..domain.order import Dispute, Message, Order, Report, Review, changed
from ..domain.rules import RULES
from ..domain.stores import Complaint, closing_instant, complaint_of, counts_after
from ..domain.words import Actor, ClaimStatus
from . import tables as t
from .codec import (
    dispute_body,
    instant,
    maybe_instant,
    maybe_seconds,
    order_body,
    read_dispute,
    read_order,
    seconds,
    state_text,
    to_json,
    with_dispute,
)
from .database import Arrival, Row, Session, Statement

# Later than any instant that a sandbox can have.
END_OF_TIME = 1 << 62
# How many orders with timers are read at first, and then at a time.
FIRST_TIMED, MORE_TIMED = 100, 500

ROW_BY_NAME = {row.name: row for row in RULES}


class ClockRow(NamedTuple):
    """A sandbox's clock as it is kept: its mode and its two anchors."""

    mode: str
    virtual: datetime
    wall: datetime


class Sandbox(NamedTuple):
    """A sandbox as every call needs it: which world it shows, under which rules, at what time."""

    id: str
    world: int
    name: str
    ruleset: str
    settings: str
    seed: str
    clock: ClockRow


class Asker(NamedTuple):
    """The account that a token belongs to."""

    id: str
    name: str
    role: Actor
    store: str | None
    serial: int


class Loaded(NamedTuple):
    """An order as it lies in the database. `disputes` are those whose row exists; `asked` is the dispute the call names."""

    order: Order
    events: int
    next_due_at: datetime | None
    mediated: bool
    asked: Dispute | None = None
    asked_mediated: bool = False

    def at_hand(self, order: Order) -> Order:
        """The order, as it was loaded or settled since, with the dispute that was asked for; an earlier one is closed for good."""
        if self.asked is None or (order.dispute is not None and order.dispute.id == self.asked.id):
            return order
        return changed(order, dispute=changed(self.asked, superseded=True))


SANDBOX_COLUMNS = (
    t.sandboxes.c.id,
    t.sandboxes.c.world,
    t.sandboxes.c.name,
    t.sandboxes.c.ruleset,
    t.sandboxes.c.settings,
    t.sandboxes.c.seed,
    t.sandboxes.c.clock_mode,
    t.sandboxes.c.clock_virtual,
    t.sandboxes.c.clock_wall,
)
ASKER_COLUMNS = (t.accounts.c.id, t.accounts.c.name, t.accounts.c.role, t.accounts.c.store, t.accounts.c.serial)
_LATEST = t.disputes.alias("latest")
_ASKED = t.disputes.alias("asked")
_ORDER_COLUMNS = (t.orders.c.body, _LATEST.c.body, t.orders.c.events, t.orders.c.next_due_at, t.orders.c.mediated)
_ASKED_COLUMNS = (_ASKED.c.body, _ASKED.c.mediated)

ASKED_BY = (
    t.tokens.join(t.sandboxes, t.sandboxes.c.id == t.tokens.c.sandbox)
    .join(t.accounts, and_(t.accounts.c.world == t.sandboxes.c.world, t.accounts.c.id == t.tokens.c.account))
)  # fmt: skip
_WITH_LATEST = and_(_LATEST.c.world == t.orders.c.world, _LATEST.c.id == t.orders.c.dispute)

ASK = Statement(select(*SANDBOX_COLUMNS, *ASKER_COLUMNS).select_from(ASKED_BY).where(t.tokens.c.hash == bindparam("token")))
ASK_ORDER = Statement(
    select(*SANDBOX_COLUMNS, *ASKER_COLUMNS, *_ORDER_COLUMNS)
    .select_from(
        ASKED_BY.outerjoin(t.orders, and_(t.orders.c.world == t.sandboxes.c.world, t.orders.c.id == bindparam("order"))).outerjoin(
            _LATEST, _WITH_LATEST
        )
    )
    .where(t.tokens.c.hash == bindparam("token"))
)
ASK_DISPUTE = Statement(
    select(*SANDBOX_COLUMNS, *ASKER_COLUMNS, *_ORDER_COLUMNS, *_ASKED_COLUMNS)
    .select_from(
        ASKED_BY.outerjoin(_ASKED, and_(_ASKED.c.world == t.sandboxes.c.world, _ASKED.c.id == bindparam("dispute")))
        .outerjoin(t.orders, and_(t.orders.c.world == _ASKED.c.world, t.orders.c.id == _ASKED.c.order_id))
        # Nearly always the dispute asked for is the latest, and need not be read twice.
        .outerjoin(_LATEST, and_(_WITH_LATEST, _LATEST.c.id != _ASKED.c.id))
    )
    .where(t.tokens.c.hash == bindparam("token"))
)
_FIND_ORDER = Statement(
    select(*_ORDER_COLUMNS)
    .select_from(t.orders.outerjoin(_LATEST, _WITH_LATEST))
    .where(t.orders.c.world == bindparam("world"), t.orders.c.id == bindparam("order"))
)
_DUE = Statement(
    select(*_ORDER_COLUMNS)
    .select_from(t.orders.outerjoin(_LATEST, _WITH_LATEST))
    .where(t.orders.c.world == bindparam("world"), t.orders.c.next_due_at <= bindparam("now"))
    .order_by(t.orders.c.next_due_at, t.orders.c.id)
)
_DUE_FROM = Statement(
    select(*_ORDER_COLUMNS, t.orders.c.id)
    .select_from(t.orders.outerjoin(_LATEST, _WITH_LATEST))
    .where(
        t.orders.c.world == bindparam("world"),
        tuple_(t.orders.c.next_due_at, t.orders.c.id) > tuple_(bindparam("at", type_=BigInteger), bindparam("id", type_=Text)),
    )
    .order_by(t.orders.c.next_due_at, t.orders.c.id)
    .limit(bindparam("most", type_=Integer))
)
_LOCK = Statement(
    select(t.orders.c.id).where(t.orders.c.world == bindparam("world"), t.orders.c.id == bindparam("order")).with_for_update()
)
# The sandbox comes first, as for whoever moves its clock or world: the other way round they would wait for each other.
_PIN = Statement(select(t.sandboxes.c.id).where(t.sandboxes.c.id == bindparam("sandbox")).with_for_update(read=True, key_share=True))
# The same for the sandbox that a token belongs to, and then an order or a dispute's order there.
_OF_TOKEN = (
    select(t.sandboxes.c.world)
    .select_from(t.tokens.join(t.sandboxes, t.sandboxes.c.id == t.tokens.c.sandbox))
    .where(t.tokens.c.hash == bindparam("token"))
    .with_for_update(read=True, key_share=True, of=t.sandboxes)
    .cte("pinned")
)
LOCK_ORDER = Statement(
    select(t.orders.c.id)
    .select_from(t.orders.join(_OF_TOKEN, _OF_TOKEN.c.world == t.orders.c.world))
    .where(t.orders.c.id == bindparam("order"))
    .with_for_update(of=t.orders)
)
LOCK_DISPUTE = Statement(
    select(t.orders.c.id)
    .select_from(
        t.orders.join(_OF_TOKEN, _OF_TOKEN.c.world == t.orders.c.world).join(
            _ASKED, and_(_ASKED.c.world == t.orders.c.world, _ASKED.c.order_id == t.orders.c.id)
        )
    )
    .where(_ASKED.c.id == bindparam("dispute"))
    .with_for_update(of=t.orders)
)
_UPDATE_ORDER = Statement(
    update(t.orders)
    .where(t.orders.c.world == bindparam("of_world"), t.orders.c.id == bindparam("of_id"))
    .values(
        {
            name: bindparam(name)
            for name in ("status", "next_due_at", "dispute", "mediated", "held", "paid_out", "refunded", "events", "body")
        }
    )
)
# Most commands change nothing that a list filters by, and then no index has to be written either.
_UPDATE_ORDER_BODY = Statement(
    update(t.orders)
    .where(t.orders.c.world == bindparam("of_world"), t.orders.c.id == bindparam("of_id"))
    .values(events=bindparam("events"), body=bindparam("body"))
)
_UPDATE_DISPUTE_BODY = Statement(
    update(t.disputes)
    .where(t.disputes.c.world == bindparam("of_world"), t.disputes.c.id == bindparam("of_id"))
    .values(body=bindparam("body"))
)
_UPDATE_DISPUTE = Statement(
    update(t.disputes)
    .where(t.disputes.c.world == bindparam("of_world"), t.disputes.c.id == bindparam("of_id"))
    .values(
        {name: bindparam(name) for name in ("status", "outcome", "mediated", "closed_at", "about_goods", "withdrawn", "marked_at", "body")}
    )
)


def inserting(table: Any) -> Statement:
    """A statement that inserts whole rows; those of tables with a `seq` are numbered by arrival."""
    given = [column.name for column in table.columns if column.name != "seq"]
    statement = insert(table).values(seq=Arrival()) if "seq" in table.c else insert(table)
    # What the database numbers is not asked back.
    return Statement(statement.inline(), given)


_INSERT_ORDER = inserting(t.orders)
_INSERT_DISPUTE = inserting(t.disputes)
_INSERT_EVENT = inserting(t.events)
_INSERT_ENTRY = inserting(t.ledger)
_INSERT_MAIL = inserting(t.mails)
_INSERT_MESSAGE = inserting(t.messages)
_INSERT_REVIEW = inserting(t.reviews)
_INSERT_ATTACHMENT = inserting(t.attachments)
_REPORT = Statement(
    update(t.messages)
    .where(
        t.messages.c.world == bindparam("of_world"), t.messages.c.order_id == bindparam("of_order"), t.messages.c.id == bindparam("of_id")
    )
    .values(reported_at=bindparam("reported_at"))
)
# In this order rows are written: what others speak of comes first.
_IN_ORDER = (
    _INSERT_ORDER, _UPDATE_ORDER, _UPDATE_ORDER_BODY, _INSERT_DISPUTE, _UPDATE_DISPUTE, _UPDATE_DISPUTE_BODY, _INSERT_ATTACHMENT,
    _INSERT_EVENT, _INSERT_ENTRY, _INSERT_MAIL, _INSERT_MESSAGE, _INSERT_REVIEW, _REPORT,
)  # fmt: skip
_NUMBERED = (_INSERT_ORDER, _INSERT_DISPUTE, _INSERT_MAIL)
_COMPLAINED = and_(t.disputes.c.world == bindparam("world"), t.disputes.c.store == bindparam("store"), t.disputes.c.about_goods == 1)
_COMPLAINT = select(t.disputes.c.opened_at, t.disputes.c.withdrawn, t.disputes.c.marked_at).where(_COMPLAINED)
# What may count after an instant, by what a store is weighed by (`store_close_counts`).
_COMPLAINTS_AFTER = {
    "opened": Statement(_COMPLAINT.where(t.disputes.c.opened_at > bindparam("after"))),
    "marks": Statement(_COMPLAINT.where(t.disputes.c.marked_at > bindparam("after"))),
}
# Whether more than so many have been opened; the index alone tells, and mostly there are not.
_MORE_OPENED = Statement(
    select(literal(1))
    .select_from(t.disputes)
    .where(_COMPLAINED, t.disputes.c.opened_at > bindparam("after"))
    .limit(1)
    .offset(bindparam("most", type_=Integer))
)
_CLOSE_STORE = Statement(
    update(t.stores)
    .where(t.stores.c.world == bindparam("of_world"), t.stores.c.id == bindparam("of_id"))
    .values(closed_at=bindparam("closed_at"))
)
_LOCK_STORE = Statement(
    select(t.stores.c.id).where(t.stores.c.world == bindparam("world"), t.stores.c.id == bindparam("store")).with_for_update()
)
_STORE_CLOSED = Statement(select(t.stores.c.closed_at).where(t.stores.c.world == bindparam("world"), t.stores.c.id == bindparam("store")))


def read_sandbox(row: Row) -> Sandbox:
    """A sandbox from the columns SANDBOX_COLUMNS."""
    clock = ClockRow(row[6], instant(row[7]), instant(row[8]))
    return Sandbox(row[0], row[1], row[2], row[3], row[4], row[5], clock)


def read_asker(row: Row) -> Asker:
    """An account from the columns ASKER_COLUMNS."""
    return Asker(row[0], row[1], Actor(row[2]), row[3], row[4])


def read_loaded(row: Row) -> Loaded | None:
    """An order from the columns _ORDER_COLUMNS and, where they follow, _ASKED_COLUMNS; None where there is none."""
    if row[0] is None:
        return None
    order = read_order(row[0], row[1])
    if len(row) <= len(_ORDER_COLUMNS):
        return Loaded(order, row[2], maybe_instant(row[3]), bool(row[4]))
    asked = read_dispute(row[5])
    if row[1] is None:
        with_dispute(order, asked)
    return Loaded(order, row[2], maybe_instant(row[3]), bool(row[4]), asked, bool(row[6]))


def find_order(session: Session, world: int, order_id: str) -> Loaded | None:
    """An order of this world, whoever asks."""
    row = session.one(_FIND_ORDER, world=world, order=order_id)
    return None if row is None else read_loaded(row)


def due_orders(session: Session, world: int, now: datetime) -> list[Loaded]:
    """Every order of this world with a timer due at `now` or before, soonest first."""
    found = (read_loaded(row) for row in session.all(_DUE, world=world, now=seconds(now)))
    return [loaded for loaded in found if loaded is not None]


def timed_orders(session: Session, world: int) -> Iterator[Loaded]:
    """Every order of this world with a timer, soonest first; read bit by bit, as they are asked for."""
    at, order_id, most = -END_OF_TIME, "", FIRST_TIMED
    while rows := session.all(_DUE_FROM, world=world, at=at, id=order_id, most=most):
        at, order_id = rows[-1][3], rows[-1][-1]
        for row in rows:
            loaded = read_loaded(row[:-1])
            assert loaded is not None
            yield loaded
        most = MORE_TIMED


def lock_order(session: Session, world: int, order_id: str) -> None:
    """Nobody else changes this order until the transaction ends. SQLite has locked the whole file already."""
    if session.dialect != "sqlite":
        session.one(_LOCK, world=world, order=order_id)


def pin_sandbox(session: Session, sandbox_id: str) -> None:
    """Nobody moves this sandbox's clock or world until the transaction ends, though others act in it. SQLite has locked the whole file."""
    if session.dialect != "sqlite":
        session.one(_PIN, sandbox=sandbox_id)


def save_steps(session: Session, world: int, loaded: Loaded | None, steps: Sequence[Step], engine: Engine) -> None:
    """Write what one order's steps have changed. `loaded` is how it lay in the database before, or None for one that is new."""
    batch = Batch(world, engine)
    batch.add(loaded, steps)
    batch.flush(session)


def order_row(world: int, order: Order, engine: Engine, number: int, mediated: bool) -> dict[str, Any]:
    """An order as a row."""
    upcoming = engine.next_deadline(order)
    assert order.placed_at is not None
    return {
        "world": world,
        "id": order.id,
        "buyer": order.buyer,
        "seller": order.seller,
        "store": order.store,
        "placed_at": seconds(order.placed_at),
        "currency": order.currency,
        "events": number,
        "body": order_body(order),
        **order_columns(order, None if upcoming is None else upcoming.at, mediated),
    }


def order_columns(order: Order, next_due_at: datetime | None, mediated: bool) -> dict[str, Any]:
    """The columns of an order that lists filter by, timers are found by and SQL sums."""
    return {
        "status": order.status.value,
        "next_due_at": maybe_seconds(next_due_at),
        "dispute": None if order.dispute is None else order.dispute.id,
        "mediated": int(mediated or is_mediated(order.dispute)),
        "held": order.money.hold,
        "paid_out": order.money.seller,
        "refunded": order.money.refunded,
    }


def dispute_row(world: int, order: Order, dispute: Dispute) -> dict[str, Any]:
    """A dispute as a row."""
    return {
        "world": world,
        "id": dispute.id,
        "order_id": order.id,
        "buyer": order.buyer,
        "seller": order.seller,
        "store": order.store,
        "opened_at": seconds(dispute.opened_at),
        "body": dispute_body(dispute),
        **dispute_columns(dispute),
    }


def dispute_columns(dispute: Dispute) -> dict[str, Any]:
    """The columns of a dispute that lists filter by and stores are weighed by."""
    complaint = complaint_of(dispute)
    return {
        "status": dispute.status.value,
        "outcome": None if dispute.outcome is None else dispute.outcome.value,
        "mediated": int(is_mediated(dispute)),
        "closed_at": maybe_seconds(dispute.closed_at),
        "about_goods": int(complaint is not None),
        "withdrawn": int(complaint is not None and complaint.withdrawn),
        "marked_at": maybe_seconds(dispute.marked_at),
    }


def is_mediated(dispute: Dispute | None) -> bool:
    """Whether the mediator has come into it."""
    return dispute is not None and dispute.claim is not None and dispute.claim.status is not ClaimStatus.NONE


class Batch:
    """Collects all rows that steps of one order or of many leave behind, and writes them, one round trip a table."""

    def __init__(self, world: int, engine: Engine) -> None:
        self.world = world
        self.engine = engine
        self._rows: dict[Statement, list[dict[str, Any]]] = {statement: [] for statement in _IN_ORDER}
        self._weigh: dict[str, list[datetime]] = {}

    def add(self, loaded: Loaded | None, steps: Sequence[Step]) -> None:
        """Collect one order's steps: the order, its dispute, history, ledger, outbox and records."""
        if not steps:
            return
        order = steps[-1].order
        number = loaded.events if loaded is not None else 0
        for step in steps:
            number = self._add_step(step, number)
        known = loaded.order.dispute if loaded is not None else None
        # A dispute that a later one has replaced was closed before and stays as it is, so only the latest is written.
        if order.dispute is not None and order.dispute is not known:
            self._add_dispute(order, order.dispute, known if known is not None and known.id == order.dispute.id else None)
        # Whoever has mediated once still sees the order when another dispute follows.
        mediated = (loaded is not None and loaded.mediated) or any(is_mediated(step.order.dispute) for step in steps)
        if loaded is None:
            self._rows[_INSERT_ORDER].append(order_row(self.world, order, self.engine, number, mediated))
            return
        upcoming = self.engine.next_deadline(order)
        after = order_columns(order, None if upcoming is None else upcoming.at, mediated)
        written = {"of_world": self.world, "of_id": order.id, "events": number, "body": order_body(order)}
        if after == order_columns(loaded.order, loaded.next_due_at, loaded.mediated):
            self._rows[_UPDATE_ORDER_BODY].append(written)
        else:
            self._rows[_UPDATE_ORDER].append(written | after)

    def add_world(self, steps: Sequence[Step], past: Sequence[tuple[Order, Dispute]]) -> None:
        """Collect a whole grown world: the steps of all its orders, and the disputes that later ones have replaced."""
        of_order: dict[str, list[Step]] = {}
        for step in steps:
            of_order.setdefault(step.order.id, []).append(step)
        for own in of_order.values():
            self.add(None, own)
        for order, dispute in past:
            self._add_dispute(order, dispute, None)
        self._weigh.clear()

    def flush(self, session: Session) -> None:
        """Write everything collected, then close the stores that have to close."""
        # Mails arrive in the order of time, then as timers fire (TIME-2), whichever order's steps were collected first.
        self._rows[_INSERT_MAIL].sort(key=lambda row: (row["at"], row["order_id"], row["number"]))
        number_arrivals(session, [row for statement in _NUMBERED for row in self._rows[statement]])
        for statement, rows in self._rows.items():
            if rows:
                session.many(statement, rows)
        # One store after another in a fixed order, so that nobody waits for somebody who waits for him.
        for store, weighed in sorted(self._weigh.items()):
            weigh_store(session, self.world, store, self.engine, weighed)

    def _add_dispute(self, order: Order, dispute: Dispute, known: Dispute | None) -> None:
        if known is None:
            self._rows[_INSERT_DISPUTE].append(dispute_row(self.world, order, dispute))
        else:
            after = dispute_columns(dispute)
            written = {"of_world": self.world, "of_id": dispute.id, "body": dispute_body(dispute)}
            if after == dispute_columns(known):
                self._rows[_UPDATE_DISPUTE_BODY].append(written)
            else:
                self._rows[_UPDATE_DISPUTE].append(written | after)
        attached = () if known is None else {e.id for e in known.evidence}
        new = [e for e in dispute.evidence if e.id not in attached]
        self._rows[_INSERT_ATTACHMENT] += [{"world": self.world, "evidence": e.id, "dispute": dispute.id} for e in new]

    def _add_step(self, step: Step, number: int) -> int:
        """Collect what a step leaves behind and return the number of its event; a row without a trace leaves nothing (CLM-6)."""
        event = event_of(step)
        if event is None:
            return number
        number += 1
        at = seconds(step.at)
        key = {"world": self.world, "order_id": event.order, "number": number}
        states = {"before": state_text(event.before), "after": state_text(event.after)}
        told = {"dispute": event.dispute, "at": at, "by": event.by.value, "row": step.row.name, "details": to_json(event.details)}
        self._rows[_INSERT_EVENT].append(key | states | told)
        for leg, transfer in enumerate(event.transfers):
            entry = {"source": transfer.source.value, "target": transfer.target.value, "amount": transfer.amount}
            booked = {"leg": leg, "at": at, "rule": event.rule, "currency": step.order.currency}
            self._rows[_INSERT_ENTRY].append(key | booked | entry)
        self._rows[_INSERT_MAIL] += [key | {"at": at, "recipient": to} for to in recipients_of(step)]
        for record in step.records:
            self._add_record(step.order, number, record)
        if step.weighs_store:
            self._weigh.setdefault(step.order.store, []).append(step.at)
        return number

    def _add_record(self, order: Order, number: int, record: Message | Review | Report) -> None:
        key = {"world": self.world, "order_id": order.id}
        match record:
            case Message():
                message = {"id": record.id, "number": number, "by": record.by.value, "text": record.text}
                sent = {"sent_at": seconds(record.sent_at), "reported_at": None, "store": order.store}
                self._rows[_INSERT_MESSAGE].append(key | message | sent)
            case Review():
                review = {"stars": record.stars, "text": record.text, "made_at": seconds(record.made_at)}
                self._rows[_INSERT_REVIEW].append(key | {"store": order.store} | review)
            case Report():
                report = {"of_id": record.message, "reported_at": seconds(record.reported_at)}
                self._rows[_REPORT].append({"of_world": self.world, "of_order": order.id} | report)


def number_arrivals(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Give rows their `seq` in the order they come, where the database does not do it itself."""
    if rows and session.dialect == "sqlite":
        for number, row in enumerate(rows, session.arrivals(len(rows))):
            row["seq"] = number


def weigh_store(session: Session, world: int, store: str, engine: Engine, weighed: Sequence[datetime]) -> None:
    """Close the store as of the first of these instants at which disputes about the goods had come too often (STO-2)."""
    # Whoever disputes in the same store at the same time counts after us and sees ours. SQLite has locked the whole file already.
    if session.dialect != "sqlite":
        session.one(_LOCK_STORE, world=world, store=store)
    row = session.one(_STORE_CLOSED, world=world, store=store)
    closed = None if row is None else row[0]
    if closed is not None and closed <= seconds(min(weighed)):
        return
    settings = engine.settings
    asked = {"world": world, "store": store, "after": seconds(counts_after(settings, weighed))}
    if settings.store_close_counts == "opened" and session.one(_MORE_OPENED, **asked, most=settings.store_close_count - 1) is None:
        return
    complaints = [
        Complaint(instant(opened), bool(withdrawn), maybe_instant(marked))
        for opened, withdrawn, marked in session.all(_COMPLAINTS_AFTER[settings.store_close_counts], **asked)
    ]
    closing = closing_instant(complaints, settings, weighed)
    if closing is not None and (closed is None or seconds(closing) < closed):
        session.run(_CLOSE_STORE, of_world=world, of_id=store, closed_at=seconds(closing))
