"""What is read without an order at hand: lists, history, mailboxes, stores, evidence, purses, and the rows of an audit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import BigInteger, Integer, and_, bindparam, func, literal, or_, select, tuple_, update

from ..domain.case import make_id
from ..domain.journal import Event, mail_to
from ..domain.order import Dispute, Evidence, Message, Order, State, Transfer
from ..domain.words import Account, Actor, ClaimKind, ClaimStatus, DisputeStatus, OrderStatus, ReturnStage
from ..domain.world import File, Store
from . import tables as t
from .codec import from_json, instant, maybe_instant, read_dispute, read_order, seconds
from .database import Session, Statement
from .orders import ROW_BY_NAME, Asker, inserting

Cursor: TypeAlias = tuple[Any, ...]


class Page(NamedTuple):
    """Some entries of a list, and the cursor behind the last, or None at the end."""

    entries: list[Any]
    cursor: Cursor | None


def _page(rows: list[Any], most: int, key: Any, read: Any) -> Page:
    more = len(rows) > most
    rows = rows[:most]
    return Page([read(row) for row in rows], key(rows[-1]) if more else None)


# ── orders and disputes ────────────────────────────────────────────────────────────────────────────────────────────────

_PARTY = {Actor.BUYER: "buyer", Actor.SELLER: "seller"}
_LATEST = t.disputes.alias("latest")


def _mine(table: Any, role: Actor) -> Any:
    """The rows an asker may see: his own, or for a mediator those that have been escalated."""
    column = _PARTY.get(role)
    return table.c.mediated == 1 if column is None else table.c[column] == bindparam("asker")


def _behind(table: Any, at: Any) -> Any:
    """What comes after a cursor of instant and id in a list that begins with the newest."""
    last = table.alias("last")
    arrived = select(last.c.seq).where(last.c.world == bindparam("world"), last.c.id == bindparam("last")).scalar_subquery()
    return tuple_(at, table.c.seq) < tuple_(bindparam("before", type_=BigInteger), arrived)


def _asked(world: int, asker: Asker, after: Cursor | None, most: int) -> dict[str, Any]:
    """The parameters that all lists of an asker's have."""
    asked = {"world": world, "asker": asker.id, "most": most + 1}
    return asked if after is None else asked | {"before": after[0], "last": after[1]}


@cache
def _orders_of(role: Actor, by: frozenset[str], in_dispute: bool, from_cursor: bool) -> Statement:
    o = t.orders
    query = (
        select(o.c.placed_at, o.c.id, o.c.body, _LATEST.c.body)
        .select_from(o.outerjoin(_LATEST, and_(_LATEST.c.world == o.c.world, _LATEST.c.id == o.c.dispute)))
        .where(o.c.world == bindparam("world"), _mine(o, role))
        .order_by(o.c.placed_at.desc(), o.c.seq.desc())
        .limit(bindparam("most", type_=Integer))
    )
    if "status" in by:
        query = query.where(o.c.status == bindparam("status"))
    if "in_dispute" in by:
        disputed = o.c.status == OrderStatus.IN_DISPUTE.value
        query = query.where(disputed if in_dispute else ~disputed)
    return Statement(query.where(_behind(o, o.c.placed_at)) if from_cursor else query)


def list_orders(session: Session, world: int, asker: Asker, filters: Mapping[str, Any], after: Cursor | None, most: int) -> Page:
    """Orders, newest first, as their documents and those of their latest disputes."""
    statement = _orders_of(asker.role, frozenset(filters), bool(filters.get("in_dispute")), after is not None)
    rows = session.all(statement, **_asked(world, asker, after, most), **_texts(filters, "status"))
    return _page(rows, most, lambda row: (row[0], row[1]), lambda row: (row[2], row[3]))


@cache
def _disputes_of(role: Actor, by: frozenset[str], closed: bool, from_cursor: bool) -> Statement:
    d, o = t.disputes, t.orders
    query = (
        select(d.c.opened_at, d.c.id, d.c.body, o.c.body, _LATEST.c.body)
        .select_from(
            d.join(o, and_(o.c.world == d.c.world, o.c.id == d.c.order_id))
            # Nearly always the listed dispute is the latest, and need not be read twice.
            .outerjoin(_LATEST, and_(_LATEST.c.world == o.c.world, _LATEST.c.id == o.c.dispute, _LATEST.c.id != d.c.id))
        )
        .where(d.c.world == bindparam("world"), _mine(d, role))
        .order_by(d.c.opened_at.desc(), d.c.seq.desc())
        .limit(bindparam("most", type_=Integer))
    )
    for name, column in (("status", d.c.status), ("outcome", d.c.outcome), ("order", d.c.order_id)):
        if name in by:
            query = query.where(column == bindparam(name))
    if closed:
        query = query.where(d.c.closed_at.is_not(None))
    return Statement(query.where(_behind(d, d.c.opened_at)) if from_cursor else query)


def list_disputes(session: Session, world: int, asker: Asker, filters: Mapping[str, Any], after: Cursor | None, most: int) -> Page:
    """Disputes, newest first, as the documents of their order, of its latest dispute where that is another, and of the listed one."""
    statement = _disputes_of(asker.role, frozenset(filters), bool(filters.get("closed")), after is not None)
    rows = session.all(statement, **_asked(world, asker, after, most), **_texts(filters, "status", "outcome", "order"))
    return _page(rows, most, lambda row: (row[0], row[1]), lambda row: (row[3], row[4], row[2]))


def _texts(filters: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: filters[name] for name in names if name in filters}


_SOMETHING_DUE = Statement(
    select(t.orders.c.id).where(t.orders.c.world == bindparam("world"), t.orders.c.next_due_at <= bindparam("now")).limit(1)
)


def something_due(session: Session, world: int, now: datetime) -> bool:
    """Whether any timer of this world is overdue."""
    return session.one(_SOMETHING_DUE, world=world, now=seconds(now)) is not None


_NEXT_DUE = Statement(
    select(func.min(t.orders.c.next_due_at)).where(t.orders.c.world == bindparam("world"), t.orders.c.next_due_at.is_not(None))
)


def next_due(session: Session, world: int) -> datetime | None:
    """When the next timer of this world fires, or None where none is running."""
    row = session.one(_NEXT_DUE, world=world)
    return None if row is None else maybe_instant(row[0])


_DUE_AFTER = Statement(
    select(t.orders.c.next_due_at)
    .where(t.orders.c.world == bindparam("world"), t.orders.c.next_due_at <= bindparam("to"))
    .order_by(t.orders.c.next_due_at)
    .limit(1)
    .offset(bindparam("count"))
)


def due_after(session: Session, world: int, to: datetime, count: int) -> datetime | None:
    """The instant up to which about so many orders have a timer due; None where no more are due up to `to`."""
    row = session.one(_DUE_AFTER, world=world, to=seconds(to), count=count)
    return None if row is None else instant(row[0])


# ── history and mail ───────────────────────────────────────────────────────────────────────────────────────────────────

_EVENT_COLUMNS = (
    t.events.c.order_id, t.events.c.number, t.events.c.dispute, t.events.c.at, t.events.c.by, t.events.c.row,
    t.events.c.before, t.events.c.after, t.events.c.details,
)  # fmt: skip
_HISTORY = Statement(
    select(*_EVENT_COLUMNS)
    .where(
        t.events.c.world == bindparam("world"),
        t.events.c.order_id == bindparam("order"),
        t.events.c.dispute == bindparam("dispute"),
        t.events.c.number > bindparam("after"),
    )
    .order_by(t.events.c.number)
    .limit(bindparam("most"))
)
_MAIL_COLUMNS = (
    t.mails.c.at, t.mails.c.number, t.mails.c.recipient, t.mails.c.order_id, t.events.c.dispute, t.events.c.row,
    t.events.c.after, t.orders.c.body,
)  # fmt: skip
_TOLD_IN_MAILS = t.mails.join(
    t.events,
    and_(t.events.c.world == t.mails.c.world, t.events.c.order_id == t.mails.c.order_id, t.events.c.number == t.mails.c.number),
).join(t.orders, and_(t.orders.c.world == t.mails.c.world, t.orders.c.id == t.mails.c.order_id))


def read_state(text: str) -> State:
    """A joint state from its text."""
    order, dispute, claim, kind, stage = text.split("/")
    return State(OrderStatus(order), DisputeStatus(dispute), ClaimStatus(claim), ClaimKind(kind), ReturnStage(stage))


def read_event(row: Any) -> Event:
    """A line of history; its sentence and rule stand in the table."""
    rule = ROW_BY_NAME[row[5]]
    return Event(
        order=row[0],
        dispute=row[2],
        at=instant(row[3]),
        by=Actor(row[4]),
        action=rule.action or rule.name,
        rule=rule.rule,
        says=rule.says,
        details=from_json(row[8]),
        before=read_state(row[6]),
        after=read_state(row[7]),
        transfers=(),
    )


def history(session: Session, world: int, order: str, dispute: str, after: int, most: int) -> Page:
    """A dispute's history, oldest first; the cursor is the number of the last event."""
    rows = session.all(_HISTORY, world=world, order=order, dispute=dispute, after=after, most=most + 1)
    return _page(rows, most, lambda row: (row[1],), read_event)


@cache
def _mails(to_one: bool, from_cursor: bool) -> Statement:
    m, last = t.mails, t.mails.alias("last")
    # Which mails they are an index tells alone; were more asked of it, SQLite would look through those of all recipients.
    chosen = select(m.c.at, m.c.seq).where(m.c.world == bindparam("world"))
    if to_one:
        chosen = chosen.where(m.c.recipient == bindparam("recipient"))
    if from_cursor:
        arrived = select(last.c.seq).where(
            last.c.world == bindparam("world"),
            last.c.at == bindparam("at"),
            last.c.order_id == bindparam("order"),
            last.c.number == bindparam("number"),
            last.c.recipient == bindparam("told"),
        )
        chosen = chosen.where(tuple_(m.c.at, m.c.seq) < tuple_(bindparam("at", type_=BigInteger), arrived.scalar_subquery()))
    page = chosen.order_by(m.c.at.desc(), m.c.seq.desc()).limit(bindparam("most", type_=Integer)).subquery("page")
    return Statement(
        select(*_MAIL_COLUMNS)
        .select_from(_TOLD_IN_MAILS.join(page, and_(m.c.at == page.c.at, m.c.seq == page.c.seq)))
        .where(m.c.world == bindparam("world"))
        .order_by(page.c.at.desc(), page.c.seq.desc())
    )


def list_mails(session: Session, world: int, recipient: str | None, after: Cursor | None, most: int) -> Page:
    """E-mails to one account or to all, newest first; the cursor says which mail was the last, not where it lies."""
    asked: dict[str, Any] = {"world": world, "most": most + 1}
    if recipient is not None:
        asked["recipient"] = recipient
    if after is not None:
        asked |= zip(("at", "order", "number", "told"), after, strict=True)
    rows = session.all(_mails(recipient is not None, after is not None), **asked)
    return _page(
        rows,
        most,
        lambda row: (row[0], row[3], row[1], row[2]),
        lambda row: mail_to(row[2], read_order(row[7], None), row[4], instant(row[0]), ROW_BY_NAME[row[5]], read_state(row[6])),
    )


# ── the timeline ───────────────────────────────────────────────────────────────────────────────────────────────────────


class Told(NamedTuple):
    """A line of the timeline: an event, with the money it moved and its currency."""

    event: Event
    currency: str


@cache
def _told(of_one: bool, since: bool, from_cursor: bool) -> Statement:
    e = t.events
    # Those of one order lie together by their numbers, which are given out as time goes on.
    place = (e.c.number,) if of_one else (e.c.at, e.c.order_id, e.c.number)
    query = select(*_EVENT_COLUMNS).where(e.c.world == bindparam("world")).order_by(*place).limit(bindparam("most", type_=Integer))
    if of_one:
        query = query.where(e.c.order_id == bindparam("order"))
    if since:
        query = query.where(e.c.at >= bindparam("since"))
    if from_cursor:
        query = query.where(tuple_(*place) > tuple_(*(bindparam(f"after_{column.name}", type_=column.type) for column in place)))
    return Statement(query)


def timeline(session: Session, world: int, order: str | None, since: datetime | None, after: Cursor | None, most: int) -> Page:
    """Every event of a world or of one order as Told, oldest first; the cursor is the instant, order and number of the last."""
    asked: dict[str, Any] = {"world": world, "most": most + 1}
    if order is not None:
        asked["order"] = order
    if since is not None:
        asked["since"] = seconds(since)
    if after is not None:
        asked |= zip(("after_at", "after_order_id", "after_number"), after, strict=True)
    rows = session.all(_told(order is not None, since is not None, after is not None), **asked)
    entries: dict[tuple[str, int], list[tuple[Transfer, str]]] = {}
    for row in _entries_of(session, world, {row[0] for row in rows[:most]}):
        entries.setdefault((row[0], row[1]), []).append((Transfer(Account(row[2]), Account(row[3]), row[4]), row[5]))

    def read(row: Any) -> Told:
        moved = entries.get((row[0], row[1]), [])
        return Told(read_event(row)._replace(transfers=tuple(transfer for transfer, _ in moved)), moved[0][1] if moved else "")

    return _page(rows, most, lambda row: (row[3], row[0], row[1]), read)


_ENTRIES = select(
    t.ledger.c.order_id, t.ledger.c.number, t.ledger.c.source, t.ledger.c.target, t.ledger.c.amount, t.ledger.c.currency
).order_by(t.ledger.c.order_id, t.ledger.c.number, t.ledger.c.leg)
_ENTRIES_OF_ORDER = Statement(_ENTRIES.where(t.ledger.c.world == bindparam("world"), t.ledger.c.order_id == bindparam("order")))


def _entries_of(session: Session, world: int, orders: set[str]) -> list[Any]:
    """The ledger of some orders."""
    if len(orders) == 1:
        return session.all(_ENTRIES_OF_ORDER, world=world, order=next(iter(orders)))
    return session.dynamic(_ENTRIES.where(t.ledger.c.world == world, t.ledger.c.order_id.in_(orders))) if orders else []


# ── messages ───────────────────────────────────────────────────────────────────────────────────────────────────────────

_MESSAGE_COLUMNS = (
    t.messages.c.id, t.messages.c.by, t.messages.c.text, t.messages.c.sent_at, t.messages.c.reported_at, t.messages.c.number,
)  # fmt: skip
_MESSAGES = Statement(
    select(*_MESSAGE_COLUMNS)
    .where(t.messages.c.world == bindparam("world"), t.messages.c.order_id == bindparam("order"), t.messages.c.number > bindparam("after"))
    .order_by(t.messages.c.number)
    .limit(bindparam("most"))
)
_MESSAGE = Statement(
    select(*_MESSAGE_COLUMNS).where(
        t.messages.c.world == bindparam("world"), t.messages.c.order_id == bindparam("order"), t.messages.c.id == bindparam("id")
    )
)


def _read_message(row: Any) -> tuple[Message, bool]:
    return Message(row[0], Actor(row[1]), row[2], instant(row[3])), row[4] is not None


def list_messages(session: Session, world: int, order: str, after: int, most: int) -> Page:
    """An order's messages, oldest first, as (Message, reported); the cursor is the number of the last."""
    rows = session.all(_MESSAGES, world=world, order=order, after=after, most=most + 1)
    return _page(rows, most, lambda row: (row[5],), _read_message)


def find_message(session: Session, world: int, order: str, message: str) -> tuple[Message, bool] | None:
    """A message of this order and whether it has been reported; None where there is none."""
    row = session.one(_MESSAGE, world=world, order=order, id=message)
    return None if row is None else _read_message(row)


# ── stores and purses ──────────────────────────────────────────────────────────────────────────────────────────────────

_STORE_COLUMNS = (t.stores.c.id, t.stores.c.name, t.stores.c.seller, t.stores.c.opened_at, t.stores.c.closed_at)
_STORES = Statement(
    select(*_STORE_COLUMNS)
    .where(t.stores.c.world == bindparam("world"), t.stores.c.id > bindparam("after"))
    .order_by(t.stores.c.id)
    .limit(bindparam("most"))
)
_STORE = Statement(select(*_STORE_COLUMNS).where(t.stores.c.world == bindparam("world"), t.stores.c.id == bindparam("id")))
_ORDERS_OF_STORE = Statement(
    select(func.count()).select_from(t.orders).where(t.orders.c.world == bindparam("world"), t.orders.c.store == bindparam("store"))
)
_STARS = Statement(
    select(func.count(), func.sum(t.reviews.c.stars)).where(
        t.reviews.c.world == bindparam("world"), t.reviews.c.store == bindparam("store")
    )
)
_MARKS = Statement(
    select(func.count())
    .select_from(t.disputes)
    .where(
        t.disputes.c.world == bindparam("world"),
        t.disputes.c.store == bindparam("store"),
        t.disputes.c.about_goods == 1,
        t.disputes.c.marked_at.is_not(None),
    )
)
_REPORTED = Statement(
    select(t.messages.c.text, t.messages.c.reported_at)
    .where(t.messages.c.world == bindparam("world"), t.messages.c.store == bindparam("store"), t.messages.c.reported_at.is_not(None))
    .order_by(t.messages.c.reported_at.desc(), t.messages.c.id)
    .limit(bindparam("most"))
)
_REPORTS = Statement(
    select(func.count())
    .select_from(t.messages)
    .where(t.messages.c.world == bindparam("world"), t.messages.c.store == bindparam("store"), t.messages.c.reported_at.is_not(None))
)
_PURSE = {
    side: Statement(
        select(t.orders.c.currency, func.sum(t.orders.c.paid_out), func.sum(t.orders.c.held), func.sum(t.orders.c.refunded))
        .where(t.orders.c.world == bindparam("world"), t.orders.c[side] == bindparam("account"))
        .group_by(t.orders.c.currency)
        .order_by(t.orders.c.currency)
    )
    for side in ("buyer", "seller")
}


class StoreRecord(NamedTuple):
    """A store with what stands against it and for it (STO-3, STO-4)."""

    store: Store
    orders: int
    reviews: int
    stars: int
    marks: int
    reports: int
    reported: list[tuple[str, int]]


def _read_store(row: Any) -> Store:
    return Store(row[0], row[1], row[2], instant(row[3]), maybe_instant(row[4]))


def list_stores(session: Session, world: int, after: str, most: int) -> Page:
    """Stores with their records, in order of id."""
    rows = session.all(_STORES, world=world, after=after, most=most + 1)
    return _page(rows, most, lambda row: (row[0],), lambda row: _record(session, world, _read_store(row)))


def find_store(session: Session, world: int, store: str) -> StoreRecord | None:
    row = session.one(_STORE, world=world, id=store)
    return None if row is None else _record(session, world, _read_store(row))


def seller_of(session: Session, world: int, store: str) -> tuple[str, bool] | None:
    """The account that owns a store, and whether the store is closed; None where there is no such store."""
    row = session.one(_STORE, world=world, id=store)
    return None if row is None else (row[2], row[4] is not None)


def _record(session: Session, world: int, store: Store) -> StoreRecord:
    orders, stars, marks, reports = (
        session.one(statement, world=world, store=store.id) or (0, 0) for statement in (_ORDERS_OF_STORE, _STARS, _MARKS, _REPORTS)
    )
    reported = [(row[0], row[1]) for row in session.all(_REPORTED, world=world, store=store.id, most=20)]
    return StoreRecord(store, int(orders[0]), int(stars[0]), int(stars[1] or 0), int(marks[0]), int(reports[0]), reported)


class Purse(NamedTuple):
    """What an account has had of the money: sums by currency, in minor units."""

    paid_out: dict[str, int]
    held: dict[str, int]
    refunded: dict[str, int]


def purse(session: Session, world: int, asker: Asker) -> Purse:
    """Sums over all orders of a buyer or a seller."""
    side = _PARTY.get(asker.role)
    rows = session.all(_PURSE[side], world=world, account=asker.id) if side is not None else []
    return Purse({r[0]: int(r[1]) for r in rows}, {r[0]: int(r[2]) for r in rows}, {r[0]: int(r[3]) for r in rows})


# ── evidence ───────────────────────────────────────────────────────────────────────────────────────────────────────────

_EVIDENCE_COLUMNS = (
    t.evidence.c.id, t.evidence.c.by, t.evidence.c.role, t.evidence.c.name, t.evidence.c.media_type, t.evidence.c.size,
    t.evidence.c.sha256, t.evidence.c.uploaded_at,
)  # fmt: skip
_EVIDENCE = Statement(select(*_EVIDENCE_COLUMNS).where(t.evidence.c.world == bindparam("world"), t.evidence.c.id == bindparam("id")))
_SEEN_IN = Statement(
    select(t.disputes.c.id)
    .select_from(
        t.attachments.join(t.disputes, and_(t.disputes.c.world == t.attachments.c.world, t.disputes.c.id == t.attachments.c.dispute))
    )
    .where(
        t.attachments.c.world == bindparam("world"),
        t.attachments.c.evidence == bindparam("id"),
        or_(
            t.disputes.c.buyer == bindparam("account"),
            t.disputes.c.seller == bindparam("account"),
            and_(t.disputes.c.mediated == 1, literal(1) == bindparam("mediator")),
        ),
    )
    .limit(1)
)
_BYTES = Statement(select(t.files.c.bytes).where(t.files.c.world == bindparam("world"), t.files.c.sha256 == bindparam("sha256")))
_INSERT_EVIDENCE = inserting(t.evidence)
# Both databases know this clause; who uploads the same bytes at the same time keeps them once.
_INSERT_FILE = Statement(lambda insert: insert(t.files).on_conflict_do_nothing(), [c.name for c in t.files.columns])
_NEXT_SERIAL = Statement(
    update(t.accounts)
    .where(t.accounts.c.world == bindparam("of_world"), t.accounts.c.id == bindparam("of_id"))
    .values(serial=t.accounts.c.serial + 1)
    .returning(t.accounts.c.serial)
)


def next_id(session: Session, world: int, seed: str, account: str, prefix: str) -> str:
    """The account's next id; it counts per account, so what others do never shifts it."""
    row = session.one(_NEXT_SERIAL, of_world=world, of_id=account)
    assert row is not None
    return make_id(prefix, seed, account, row[0])


def insert_evidence(session: Session, world: int, file: File, data: bytes) -> None:
    """Keep a file; the same bytes are kept once."""
    session.run(
        _INSERT_EVIDENCE,
        world=world,
        id=file.id,
        by=file.by,
        role=file.role.value,
        name=file.name,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        uploaded_at=seconds(file.uploaded_at),
    )
    session.run(_INSERT_FILE, world=world, sha256=file.sha256, bytes=data)


def find_evidence(session: Session, world: int, asker: Asker, evidence_id: str) -> File | None:
    """A file that this asker may see: his own, or one attached to a dispute that he may see."""
    row = session.one(_EVIDENCE, world=world, id=evidence_id)
    mediator = int(asker.role is Actor.MEDIATOR)
    own = row is not None and row[1] == asker.id
    # What is another's takes the same work as what is not there.
    if not own and session.one(_SEEN_IN, world=world, id=evidence_id, account=asker.id, mediator=mediator) is None:
        return None
    assert row is not None, "what is attached was uploaded"
    return File(row[0], row[1], Actor(row[2]), row[3], row[4], row[5], row[6], instant(row[7]))


def file_bytes(session: Session, world: int, sha256: str) -> bytes:
    row = session.one(_BYTES, world=world, sha256=sha256)
    assert row is not None
    return bytes(row[0])


def own_evidence(session: Session, world: int, asker: Asker, wanted: tuple[str, ...], now: Any) -> dict[str, Evidence]:
    """Of the files named, those the asker uploaded, ready to be attached."""
    found = {}
    for evidence_id in wanted:
        row = session.one(_EVIDENCE, world=world, id=evidence_id)
        if row is not None and row[1] == asker.id:
            found[evidence_id] = Evidence(row[0], asker.role, row[5], now)
    return found


# ── the audit ──────────────────────────────────────────────────────────────────────────────────────────────────────────

_ALL_ORDERS = Statement(
    select(
        t.orders.c.id, t.orders.c.body, _LATEST.c.body, t.orders.c.events, t.orders.c.next_due_at, t.orders.c.status,
        t.orders.c.held, t.orders.c.paid_out, t.orders.c.refunded, t.orders.c.currency,
    )
    .select_from(t.orders.outerjoin(_LATEST, and_(_LATEST.c.world == t.orders.c.world, _LATEST.c.id == t.orders.c.dispute)))
    .where(t.orders.c.world == bindparam("world"), t.orders.c.id > bindparam("after"))
    .order_by(t.orders.c.id)
    .limit(bindparam("most"))
)  # fmt: skip
_ALL_DISPUTES = Statement(
    select(t.disputes.c.id, t.disputes.c.order_id, t.disputes.c.status, t.disputes.c.outcome, t.disputes.c.body)
    .where(t.disputes.c.world == bindparam("world"), t.disputes.c.id > bindparam("after"))
    .order_by(t.disputes.c.id)
    .limit(bindparam("most"))
)
_ENTRIES_OF = Statement(
    select(t.ledger.c.source, t.ledger.c.target, t.ledger.c.amount, t.ledger.c.currency)
    .where(t.ledger.c.world == bindparam("world"), t.ledger.c.order_id == bindparam("order"))
    .order_by(t.ledger.c.number, t.ledger.c.leg)
)
_EVENTS_OF = Statement(
    select(t.events.c.number, t.events.c.at, t.events.c.before, t.events.c.after)
    .where(t.events.c.world == bindparam("world"), t.events.c.order_id == bindparam("order"))
    .order_by(t.events.c.number)
)
_ALL_MAILS = Statement(select(t.mails.c.order_id, t.mails.c.number, t.mails.c.recipient).where(t.mails.c.world == bindparam("world")))
_AUDIT_PAGE = 500


class AuditedOrder(NamedTuple):
    """Everything that lies about one order."""

    order: Order
    events: int
    next_due_at: int | None
    columns: tuple[str, int, int, int, str]
    entries: list[tuple[Transfer, str]]
    history: list[tuple[int, int, str, str]]
    mails: list[tuple[int, str]]


def audited_orders(session: Session, world: int) -> Iterator[AuditedOrder]:
    """Every order of a world with its ledger, history and outbox."""
    mails: dict[str, list[tuple[int, str]]] = {}
    for order_id, number, recipient in session.all(_ALL_MAILS, world=world):
        mails.setdefault(order_id, []).append((number, recipient))
    after = ""
    while rows := session.all(_ALL_ORDERS, world=world, after=after, most=_AUDIT_PAGE):
        after = rows[-1][0]
        for row in rows:
            entries = session.all(_ENTRIES_OF, world=world, order=row[0])
            yield AuditedOrder(
                order=read_order(row[1], row[2]),
                events=row[3],
                next_due_at=row[4],
                columns=(row[5], row[6], row[7], row[8], row[9]),
                entries=[(Transfer(Account(e[0]), Account(e[1]), e[2]), e[3]) for e in entries],
                history=[(e[0], e[1], e[2], e[3]) for e in session.all(_EVENTS_OF, world=world, order=row[0])],
                mails=mails.get(row[0], []),
            )


def audited_disputes(session: Session, world: int) -> Iterator[tuple[str, str, str | None, Dispute]]:
    """Every dispute of a world: order, status and outcome columns, and the document."""
    after = ""
    while rows := session.all(_ALL_DISPUTES, world=world, after=after, most=_AUDIT_PAGE):
        after = rows[-1][0]
        for row in rows:
            yield row[1], row[2], row[3], read_dispute(row[4])
