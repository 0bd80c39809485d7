"""One transaction a command: load, settle, perform, save; and everything the marketplace can be asked.

Whoever calls brings a token and gets views back, or Refused. What was due before a command fires, commits and stays, even if the command
is refused; the command itself then leaves no trace.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

from . import listing, views
from .clock import Clock, wall_is_moved, wall_now
from .domain import refusals
from .domain.case import NOWHERE, Surroundings
from .domain.engine import Engine, Step, Upcoming
from .domain.order import Evidence, Message, Order
from .domain.refusals import Refusal, Refused, Suggestion
from .domain.rules import BY_NAME, Rule
from .domain.rulesets import RULESETS, Settings, build_settings
from .domain.words import Actor, ClockMode
from .domain.world import File
from .explaining import Asked, explained, ids_of, left_open, legal_body
from .replies import UNCONDITIONAL, Answer, Conditions, must_match
from .sniffing import MAX_FILE_BYTES, media_type
from .store import reading, sandboxes
from .store.codec import from_json, instant
from .store.database import Database, Row, Session
from .store.orders import (
    ASK,
    ASK_DISPUTE,
    ASK_ORDER,
    LOCK_DISPUTE,
    LOCK_ORDER,
    Asker,
    Batch,
    ClockRow,
    Loaded,
    Sandbox,
    due_orders,
    find_order,
    is_mediated,
    lock_order,
    pin_sandbox,
    read_asker,
    read_loaded,
    read_sandbox,
    save_steps,
)
from .store.sandboxes import hash_token
from .tally import Tally

Json = dict[str, Any]
_COURSE_PAGE = 1000
_SANDBOX_WIDTH, _ASKER_WIDTH = 9, 5
# One would do, and another where the sandbox was reset meanwhile.
_LOCK_TRIES = 5


@lru_cache(maxsize=1024)
def _known(row: Row) -> tuple[Sandbox, Asker, Engine]:
    """Who asks, and where, from the columns that come first; most calls are made by the few who made those before."""
    sandbox = read_sandbox(row)
    return sandbox, read_asker(row[_SANDBOX_WIDTH:]), sandbox_engine(sandbox)


class Context(NamedTuple):
    """Who asks, in which sandbox, under which rules, at what time."""

    sandbox: Sandbox
    asker: Asker
    engine: Engine
    now: datetime

    @property
    def world(self) -> int:
        return self.sandbox.world


class Target(NamedTuple):
    """What a call is about: an order or a dispute by id, and for a report the message."""

    order: str | None = None
    dispute: str | None = None
    message: str | None = None


class Course(NamedTuple):
    """A dispute from its opening on, as one asker may know it: what was told of it, and what can come next.

    `order` has the dispute at hand. `may` are the rows that some request of the asker's could carry out now, `upcoming` is what happens if
    nobody acts; a dispute that another has followed has neither.
    """

    ruleset: str
    engine: Engine
    asker: Actor
    now: datetime
    order: Order
    told: tuple[reading.Told, ...]
    may: tuple[Rule, ...]
    upcoming: Upcoming | None


@lru_cache(maxsize=1024)
def engine_for(ruleset: str, settings: str, seed: str) -> Engine:
    """The engine of a sandbox; `settings` is the JSON of its overrides. Nothing in it depends on anything but these texts."""
    return Engine(build_settings(ruleset, from_json(settings)), seed)


def sandbox_engine(sandbox: Sandbox) -> Engine:
    return engine_for(sandbox.ruleset, sandbox.settings, sandbox.seed)


def clock_of(sandbox: Sandbox) -> Clock:
    """A sandbox's clock, from how it is kept."""
    return Clock(ClockMode(sandbox.clock.mode), sandbox.clock.virtual, sandbox.clock.wall)


def now_of(session: Session, sandbox: Sandbox) -> datetime:
    """A sandbox's time. Where freezegun moves the wall, the clock remembers what it has shown, and never goes back behind it."""
    clock = clock_of(sandbox)
    if not wall_is_moved():
        return clock.now()
    anchored = clock.anchored()
    if anchored.virtual > clock.virtual:
        sandboxes.anchor(session, sandbox.id, ClockRow(sandbox.clock.mode, anchored.virtual, anchored.wall))
    return anchored.virtual


def attempt(
    engine: Engine, loaded: Loaded, actor: Actor, now: datetime, command: Callable[[Order], Step]
) -> tuple[Step | Refused, list[Step]]:
    """Settle an order, carry out a command on what is then at hand, settle again; returns what came of it and all steps to be saved.

    A refusal is handed back, not raised: what was due has fired and stays, so the caller saves first and raises after the transaction.
    """
    order, steps = engine.settle(loaded.order, now)
    at_hand = loaded.at_hand(order)
    try:
        done = command(at_hand)
    except Refused as no:
        no.allowed = views.allowed_view(at_hand, engine, actor, now)
        return no, steps
    return done, [*steps, done, *engine.settle(done.order, now)[1]]


def settled(loaded: Loaded, steps: Sequence[Step]) -> Order:
    """The order at hand after these steps; where there are none, as it was loaded."""
    return loaded.at_hand(steps[-1].order if steps else loaded.order)


def evidence_kind(data: bytes) -> str:
    """The media type of a file that may be evidence; raises Refused for any other, and for one that is too large."""
    kind = media_type(data)
    if kind is None:
        raise Refused(refusals.NOT_EVIDENCE)
    if len(data) > MAX_FILE_BYTES:
        raise Refused(refusals.EVIDENCE_OVER_LIMIT)
    return kind


class Marketplace:
    """The marketplace half of the contract, over one database."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self.tally = Tally(database)

    # ── commands ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def perform(
        self, token: str, action: str, target: Target, request: Mapping[str, Any], conditions: Conditions = UNCONDITIONAL
    ) -> Answer:
        """Carry out one action of the table; raises Refused, and Replayed where that has been done."""
        if action == "place_order":
            return self._place_order(token, request, conditions)
        with self._db.writing() as session:
            context, loaded = self._load_locked(session, token, target)
            engine, role, now = context.engine, context.asker.role, context.now
            conditions.replay(session, context.world, context.asker.id, now)
            around = NOWHERE

            def command(order: Order) -> Step:
                nonlocal around
                if conditions.match is not None:
                    self._must_match(conditions.match, context, target, order)
                around = self._surroundings(session, context, order, target, request)
                return engine.perform(order, action, role, request, now, around)

            done, steps = attempt(engine, loaded, role, now, command)
            save_steps(session, context.world, loaded, steps, context.engine)
            answer = done if isinstance(done, Refused) else self._answer(context, action, done, steps[-1].order)
            if isinstance(answer, Answer):
                conditions.keep(session, context.world, context.asker.id, now, answer)
        self.tally.acted(context.sandbox, engine, loaded, (role, action), now, done, steps)
        if isinstance(answer, Refused):
            raise explained(answer, engine, Asked(settled(loaded, steps), action, role, request, now, around))
        return answer

    def _place_order(self, token: str, request: Mapping[str, Any], conditions: Conditions) -> Answer:
        context = self._asked(token)
        self.settle_world(context.sandbox, context.now)
        with self._db.writing() as session:
            conditions.lock(session)
            context = self._pinned(session, token)
            asker = context.asker
            conditions.replay(session, context.world, asker.id, context.now)
            seller = reading.seller_of(session, context.world, request["store"])
            if seller is None:
                raise Refused(refusals.NOT_FOUND)
            order = Order(
                id=reading.next_id(session, context.world, context.sandbox.seed, asker.id, "ord"),
                buyer=asker.id,
                seller=seller[0],
                store=request["store"],
                title=request["item"]["title"],
                quantity=request["item"]["quantity"],
                total=request["total"].minor,
                currency=request["total"].currency,
            )
            around = Surroundings(store_closed=seller[1])
            try:
                step = context.engine.perform(order, "place_order", asker.role, request, context.now, around)
            except Refused as no:
                raise explained(no, context.engine, Asked(order, "place_order", asker.role, request, context.now, around)) from None
            save_steps(session, context.world, None, [step], context.engine)
            view = views.order_view(step.order, context.engine, asker.role, context.now)
            answer = Answer(view, context.now, location=f"/v1/orders/{order.id}")
            conditions.keep(session, context.world, asker.id, context.now, answer)
        self.tally.acted(context.sandbox, context.engine, None, (asker.role, "place_order"), context.now, step, [step])
        return answer

    def _must_match(self, match: frozenset[str], context: Context, target: Target, order: Order) -> None:
        """Raises Refused unless the asker, looking now, would see one of these tags."""
        if target.dispute is not None:
            shown = views.dispute_view(order, context.engine, context.asker.role, context.now)
            must_match(match, shown, "dispute", {"dispute": target.dispute})
        else:
            must_match(match, self._order_view(context, order), "order", {"order": order.id})

    def _answer(self, context: Context, action: str, step: Step, order: Order) -> Answer:
        spec, role = BY_NAME[action], context.asker.role
        if action == "send_message":
            message = next(record for record in step.records if isinstance(record, Message))
            return Answer(views.message_view(message, reported=False), context.now, location=f"/v1/orders/{order.id}/messages")
        if action == "view_solution":
            return Answer(views.solution_view(order), context.now)
        if spec.on == "dispute" or spec.creates:
            view = views.dispute_view(order, context.engine, role, context.now)
            return Answer(view, context.now, location=f"/v1/disputes/{view['id']}" if spec.creates else None)
        return Answer(views.order_view(order, context.engine, role, context.now), context.now)

    def _surroundings(self, session: Session, context: Context, order: Order, target: Target, request: Mapping[str, Any]) -> Surroundings:
        wanted = request.get("evidence", ())
        own: Mapping[str, Evidence] = {}
        if wanted:
            own = reading.own_evidence(session, context.world, context.asker, wanted, context.now)
        message_by, reported = None, False
        if target.message is not None:
            found = reading.find_message(session, context.world, order.id, target.message)
            if found is None:
                raise Refused(refusals.NOT_FOUND)
            message_by, reported = found[0].by, found[1]
        return Surroundings(
            evidence=tuple(own[i] for i in wanted if i in own),
            strange_evidence=tuple(i for i in wanted if i not in own),
            message_by=message_by,
            message_reported=reported,
        )

    def upload(self, token: str, name: str, kind: str, data: bytes, conditions: Conditions = UNCONDITIONAL) -> Answer:
        """Keep a photo or video of a kind that `evidence_kind` has found; it is its uploader's alone until attached."""
        with self._db.writing() as session:
            conditions.lock(session)
            context = self._pinned(session, token)
            asker = context.asker
            conditions.replay(session, context.world, asker.id, context.now)
            evidence_id = reading.next_id(session, context.world, context.sandbox.seed, asker.id, "evd")
            file = File(evidence_id, asker.id, asker.role, name, kind, len(data), sha256(data).hexdigest(), context.now)
            reading.insert_evidence(session, context.world, file, data)
            answer = Answer(views.file_view(file), context.now, location=f"/v1/evidence/{file.id}")
            return conditions.keep(session, context.world, asker.id, context.now, answer)

    def suggest(self, token: str, action: str, target: Target, sent: Mapping[str, Any]) -> Suggestion | None:
        """The same action with a body that goes through, as near to what was sent as can be; None where there is none. Raises Refused."""
        if action == "place_order":
            return Suggestion("stores", {})
        try:
            context, order = self._read(token, target)
        except self._db.errors:
            return None
        asked = Asked(order, action, context.asker.role, {}, context.now)
        ids = ids_of(order, action)
        body = legal_body(context.engine, asked, sent) if ids is not None else None
        return None if body is None or ids is None else Suggestion(action, ids, body, left_open(action, body, sent))

    # ── one order, one dispute ─────────────────────────────────────────────────────────────────────────────────────────

    def order(self, token: str, order_id: str) -> Answer:
        context, order = self._read(token, Target(order=order_id))
        return Answer(self._order_view(context, order), context.now)

    def payment(self, token: str, order_id: str) -> Answer:
        context, order = self._read(token, Target(order=order_id))
        return Answer(views.payment_view(order), context.now)

    def dispute(self, token: str, dispute_id: str) -> Answer:
        context, order = self._read(token, Target(dispute=dispute_id))
        return Answer(views.dispute_view(order, context.engine, context.asker.role, context.now), context.now)

    def claim(self, token: str, dispute_id: str) -> Answer:
        context, order = self._read(token, Target(dispute=dispute_id))
        assert order.dispute is not None
        if order.dispute.claim is None:
            no_claim = Refused(refusals.NO_OPEN_CLAIM, instead=Suggestion("dispute", {"dispute": dispute_id}))
            no_claim.allowed = views.allowed_view(order, context.engine, context.asker.role, context.now)
            raise no_claim
        return Answer(views.claim_view(order.dispute.claim, context.asker.role), context.now)

    def view_solution(self, token: str, dispute_id: str) -> Answer:
        """The seller's solution in a claim. It is a row of the table, but writes nothing, so it is carried out without a transaction."""
        context, order = self._read(token, Target(dispute=dispute_id))
        asked = (context.asker.role, "view_solution")
        try:
            step = context.engine.perform(order, "view_solution", context.asker.role, {}, context.now)
        except Refused as no:
            self.tally.looked(context.sandbox, context.engine, order, asked, context.now, no)
            no.allowed = views.allowed_view(order, context.engine, context.asker.role, context.now)
            raise explained(no, context.engine, Asked(order, "view_solution", context.asker.role, {}, context.now)) from None
        self.tally.looked(context.sandbox, context.engine, order, asked, context.now, step)
        return Answer(views.solution_view(step.order), context.now)

    def history(self, token: str, dispute_id: str, after: int, most: int) -> tuple[Answer, reading.Page]:
        context, order = self._read(token, Target(dispute=dispute_id))
        page = reading.history(self._db.reading, context.world, order.id, dispute_id, after, most)
        return Answer([views.event_view(event) for event in page.entries], context.now), page

    def course(self, token: str, dispute_id: str) -> Course:
        """The whole history of a dispute with the money that moved in it, and what can come next; raises Refused."""
        context, order = self._read(token, Target(dispute=dispute_id))
        assert order.dispute is not None
        told: list[reading.Told] = []
        after: reading.Cursor | None = None
        while True:
            page = reading.timeline(self._db.reading, context.world, order.id, order.dispute.opened_at, after, _COURSE_PAGE)
            told += [entry for entry in page.entries if entry.event.dispute == dispute_id]
            after = page.cursor
            if after is None:
                break
        engine, asker, over = context.engine, context.asker.role, order.dispute.superseded
        may = () if over else tuple(engine.possible(order, asker, context.now))
        upcoming = None if over else engine.next_deadline(order)
        return Course(context.sandbox.ruleset, engine, asker, context.now, order, tuple(told), may, upcoming)

    def messages(self, token: str, order_id: str, after: int, most: int) -> tuple[Answer, reading.Page]:
        context, _ = self._read(token, Target(order=order_id))
        page = reading.list_messages(self._db.reading, context.world, order_id, after, most)
        return Answer([views.message_view(message, reported) for message, reported in page.entries], context.now), page

    # ── lists ──────────────────────────────────────────────────────────────────────────────────────────────────────────

    def me(self, token: str) -> Answer:
        context = self._settled(token)
        asker, sandbox = context.asker, context.sandbox
        purse = reading.purse(self._db.reading, context.world, asker)
        body: Json = {"id": asker.id, "name": asker.name, "role": asker.role, "sandbox": sandbox.id, "now": context.now}
        if asker.role is Actor.SELLER:
            body |= {"store": asker.store, "balance": views.sums_view(purse.paid_out), "held": views.sums_view(purse.held)}
        if asker.role is Actor.BUYER:
            body |= {"refunded": views.sums_view(purse.refunded)}
        return Answer(body, context.now)

    def orders(self, token: str, filters: Mapping[str, Any], after: reading.Cursor | None, most: int) -> tuple[Answer, reading.Page]:
        context = self._settled(token)
        page = reading.list_orders(self._db.reading, context.world, context.asker, filters, after, most)
        for_whom = context.engine, context.asker.role, context.now
        return Answer([listing.order_entry(*documents, *for_whom) for documents in page.entries], context.now), page

    def disputes(self, token: str, filters: Mapping[str, Any], after: reading.Cursor | None, most: int) -> tuple[Answer, reading.Page]:
        context = self._settled(token)
        page = reading.list_disputes(self._db.reading, context.world, context.asker, filters, after, most)
        for_whom = context.engine, context.asker.role, context.now
        return Answer([listing.dispute_entry(*documents, *for_whom) for documents in page.entries], context.now), page

    def operations(self, token: str, after: reading.Cursor | None, most: int) -> tuple[Answer, reading.Page]:
        context = self._settled(token)
        if context.asker.role is not Actor.BUYER:
            raise Refused(refusals.WRONG_ROLE, rule="PAY-4", who_may=[Actor.BUYER], instead=Suggestion("disputes", {}))
        page = reading.list_disputes(self._db.reading, context.world, context.asker, {"closed": True}, after, most)
        return Answer([views.operation_view(listing.listed_order(*documents)) for documents in page.entries], context.now), page

    def stores(self, token: str, after: str, most: int) -> tuple[Answer, reading.Page]:
        context = self._settled(token)
        page = reading.list_stores(self._db.reading, context.world, after, most)
        return Answer([_store_view(record, context.now) for record in page.entries], context.now), page

    def store(self, token: str, store_id: str) -> Answer:
        context = self._settled(token)
        record = reading.find_store(self._db.reading, context.world, store_id)
        if record is None:
            raise Refused(refusals.NOT_FOUND)
        return Answer(_store_view(record, context.now), context.now)

    def mailbox(self, token: str, after: reading.Cursor | None, most: int) -> tuple[Answer, reading.Page]:
        context = self._settled(token)
        page = reading.list_mails(self._db.reading, context.world, context.asker.id, after, most)
        return Answer([views.mail_view(mail) for mail in page.entries], context.now), page

    def evidence(self, token: str, evidence_id: str) -> tuple[File, bytes, datetime]:
        """A file that the asker may see, with its bytes; raises Refused."""
        context = self._settled(token)
        session = self._db.reading
        file = reading.find_evidence(session, context.world, context.asker, evidence_id)
        if file is None:
            raise Refused(refusals.NOT_FOUND)
        return file, reading.file_bytes(session, context.world, file.sha256), context.now

    def rules_of(self, token: str) -> tuple[str, Settings, datetime]:
        """The ruleset and settings of a token's sandbox, and its time; raises Refused."""
        context = self._asked(token)
        return context.sandbox.ruleset, context.engine.settings, context.now

    def rules_of_ruleset(self, ruleset: str) -> tuple[str, Settings, datetime]:
        """A ruleset's settings as it ships, and the wall's time."""
        return ruleset, RULESETS[ruleset], wall_now()

    def time_of(self, token: str | None, sandbox_id: str | None) -> datetime:
        """The time of the sandbox with this id, or of this token's; the wall's where there is none."""
        session = self._db.reading
        sandbox = self._sandbox_of(session, token, sandbox_id)
        return wall_now() if sandbox is None else now_of(session, sandbox)

    def refusing(self, refusal: Refusal, token: str | None, sandbox_id: str | None) -> datetime:
        """The same for an answer that refuses; it is counted."""
        try:
            session = self._db.reading
            sandbox = self._sandbox_of(session, token, sandbox_id)
            now = wall_now() if sandbox is None else now_of(session, sandbox)
        except self._db.outages:
            # The database is away, which may be what the answer says.
            sandbox, now = None, wall_now()
        self.tally.refused(refusal, sandbox, None if sandbox is None else sandbox_engine(sandbox))
        return now

    def _sandbox_of(self, session: Session, token: str | None, sandbox_id: str | None) -> Sandbox | None:
        if sandbox_id is not None:
            found = sandboxes.find(session, sandbox_id)
            return None if found is None else found[0]
        row = None if token is None else session.one(ASK, token=hash_token(token))
        return None if row is None else read_sandbox(row)

    # ── settling ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def settle_world(self, sandbox: Sandbox, now: datetime) -> None:
        """Fire whatever is due anywhere in the sandbox, so that lists and sums tell the truth."""
        if reading.something_due(self._db.reading, sandbox.world, now):
            with self._db.writing() as session:
                pin_sandbox(session, sandbox.id)
                found = sandboxes.find(session, sandbox.id)
                # Where it has been reset or restored meanwhile, what was due has gone with it.
                fired = settle_due(session, sandbox, now) if found is not None and found[0].world == sandbox.world else []
            self.tally.fired(sandbox, sandbox_engine(sandbox), fired)

    # ── helpers ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _context(self, row: Row | None) -> Context:
        if row is None:
            raise Refused(refusals.UNAUTHENTICATED)
        # Under freezegun a clock is read as its kind of datetime, which is not to outlast it.
        read = _known.__wrapped__ if wall_is_moved() else _known
        sandbox, asker, engine = read(row[: _SANDBOX_WIDTH + _ASKER_WIDTH])
        return Context(sandbox, asker, engine, now_of(self._db.reading, sandbox))

    def _asked(self, token: str) -> Context:
        return self._context(self._db.reading.one(ASK, token=hash_token(token)))

    def _pinned(self, session: Session, token: str) -> Context:
        """Who asks, where nobody moves the sandbox's clock or world until the transaction ends."""
        ask = {"token": hash_token(token)}
        context = self._context(session.one(ASK, **ask))
        if session.dialect == "sqlite":
            return context
        pin_sandbox(session, context.sandbox.id)
        return self._context(session.one(ASK, **ask))

    def _settled(self, token: str) -> Context:
        context = self._asked(token)
        self.settle_world(context.sandbox, context.now)
        return context

    def _load(self, session: Session, token: str, target: Target) -> tuple[Context, Loaded]:
        """The order or dispute that the call names, if this asker may see it; raises Refused."""
        return self._loaded(session.one(ASK_ORDER if target.dispute is None else ASK_DISPUTE, **_asked_for(token, target)))

    def _loaded(self, row: Row | None) -> tuple[Context, Loaded]:
        context = self._context(row)
        assert row is not None
        loaded = read_loaded(row[_SANDBOX_WIDTH + _ASKER_WIDTH :])
        if loaded is None or not _visible(loaded, context):
            raise Refused(refusals.NOT_FOUND)
        return context, loaded

    def _load_locked(self, session: Session, token: str, target: Target) -> tuple[Context, Loaded]:
        """The same, and nobody else changes it, or the sandbox's clock or world, until the transaction ends."""
        if session.dialect == "sqlite":
            # The whole file is locked.
            return self._load(session, token, target)
        lock, ask = (LOCK_ORDER, ASK_ORDER) if target.dispute is None else (LOCK_DISPUTE, ASK_DISPUTE)
        for _ in range(_LOCK_TRIES):
            locked, row = session.both(lock, ask, **_asked_for(token, target))
            found = self._loaded(row)
            if locked is not None:
                return found
            # The sandbox was reset or restored while we waited for it: what we looked for is in another world. That one stays as it is.
        raise Refused(refusals.DATABASE_BUSY)

    def _read(self, token: str, target: Target) -> tuple[Context, Order]:
        """The order at hand, settled, for a call that changes nothing."""
        context, loaded = self._load(self._db.reading, token, target)
        order = loaded.order
        if loaded.next_due_at is not None and loaded.next_due_at <= context.now:
            with self._db.writing() as session:
                context, loaded = self._load_locked(session, token, target)
                order, steps = context.engine.settle(loaded.order, context.now)
                save_steps(session, context.world, loaded, steps, context.engine)
            self.tally.fired(context.sandbox, context.engine, steps)
        return context, loaded.at_hand(order)

    def _order_view(self, context: Context, order: Order) -> Json:
        return listing.order_view(order, context.engine, context.asker.role, context.now)


def _asked_for(token: str, target: Target) -> dict[str, Any]:
    """What is looked for, as the statements ASK_* and LOCK_* name it."""
    named = {"order": target.order} if target.dispute is None else {"dispute": target.dispute}
    return {"token": hash_token(token), **named}


def settle_due(session: Session, sandbox: Sandbox, to: datetime) -> list[Step]:
    """Fire every timer of a sandbox that is due at `to` or before; returns the steps by instant and order id (TIME-2)."""
    engine = sandbox_engine(sandbox)
    batch = Batch(sandbox.world, engine)
    fired: list[Step] = []
    for loaded in due_orders(session, sandbox.world, to):
        lock_order(session, sandbox.world, loaded.order.id)
        current = loaded if session.dialect == "sqlite" else find_order(session, sandbox.world, loaded.order.id)
        assert current is not None
        steps = engine.settle(current.order, to)[1]
        batch.add(current, steps)
        fired.extend(steps)
    batch.flush(session)
    fired.sort(key=lambda step: (step.at, step.order.id))
    return fired


def _visible(loaded: Loaded, context: Context) -> bool:
    """Whether the asker may know of it; the mediator once he has come into it, which what is overdue may bring about."""
    asker = context.asker
    if asker.role is not Actor.MEDIATOR:
        return asker.id in (loaded.order.buyer, loaded.order.seller)
    seen = loaded.mediated if loaded.asked is None else loaded.asked_mediated
    if seen or loaded.next_due_at is None or loaded.next_due_at > context.now:
        return seen
    return is_mediated(loaded.at_hand(context.engine.settle(loaded.order, context.now)[0]).dispute)


def _store_view(record: reading.StoreRecord, now: datetime) -> Json:
    """A store as everybody sees it (STO-3)."""
    store = record.store
    return {
        "id": store.id,
        "name": store.name,
        "opened_at": store.opened_at,
        "age_days": (now - store.opened_at).days,
        "orders": record.orders,
        "rating": round(record.stars / record.reviews, 2) if record.reviews else None,
        "reviews": record.reviews,
        "marks": record.marks,
        "reports": record.reports,
        "reported_messages": [{"text": text, "reported_at": instant(at)} for text, at in record.reported],
        "closed_at": store.closed_at,
    }
