"""Mixed load that keeps a journal: clients that repeat under the same Idempotency-Key until they are answered.

Every client has sandboxes of its own, each with a twin on the pure core that is told of exactly what was acknowledged; and all clients
trade in one sandbox together, with the same accounts. Now and then a client whose connection broke walks away and never learns what
became of its command.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from emulator.domain.order import Order
from emulator.domain.words import Actor
from emulator.pictures import picture

from ..sandbox import CALLS
from ..soak.model import PARTIES, Expected, Model, Wish
from ..soak.twin import Twin
from .bodies import body_of
from .wire import Reply, Wire, WireError

Json = dict[str, Any]
START = datetime(2026, 1, 1, 12, tzinfo=UTC)
# So long a client goes on asking for one answer before it says that there is none.
PATIENCE_SECONDS = 120.0
ORDERS_A_BOX = 40
KEPT_SECONDS = 24 * 3600
MOST_EDITS = 4
AWAY = ("database_unreachable", "database_busy", "outcome_unknown")
# How often each thing is done.
WEIGHTS = {"act": 46, "place": 12, "upload": 6, "advance": 8, "together": 16, "look": 8, "snapshot": 0.4, "restore": 0.3, "fork": 0.3}
# What is always allowed would be most of what is done.
SELDOM = {
    **dict.fromkeys(("extend_processing", "extend_protection", "correct_tracking", "request_extension", "cancel_order"), 0.1),
    **dict.fromkeys(("send_message", "report_message", "deliver", "confirm_receipt", "review"), 0.3),
}
# How often a client whose connection broke does not ask again.
WALKS_AWAY = 0.35


class Fault(AssertionError):
    """Something that may not be."""


class WalkedAway(Exception):
    """The client asks no more; `before` is the world without what it asked, `perhaps` says whether that may have been done."""

    def __init__(self, before: Model, perhaps: bool) -> None:
        super().__init__()
        self.before = before
        self.perhaps = perhaps


@dataclass(slots=True)
class Entry:
    """A command that was acknowledged, or of which nobody knows. `at` is the sandbox's time after it."""

    key: str
    method: str
    path: str
    token: str | None
    body: Json | None
    form: tuple[bytes, str] | None
    reply: Reply | None = None
    at: datetime = START


@dataclass(slots=True)
class Box:
    """A sandbox of one client, with what it has acknowledged."""

    twin: Twin
    entries: list[Entry] = field(default_factory=list)
    kept: dict[str, Model] = field(default_factory=dict)


@dataclass(slots=True)
class Loose:
    """A sandbox whose client has walked away from a command: it is as `before`, or as the twin's model now is."""

    box: Box
    before: Model
    entry: Entry
    perhaps: bool


@dataclass(slots=True)
class Shared:
    """What one client has acknowledged in the sandbox of all: its orders, each with its messages, edits and dispute."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    edits: Counter[str] = field(default_factory=Counter)
    disputes: dict[str, str] = field(default_factory=dict)
    shipped: set[str] = field(default_factory=set)
    entries: list[Entry] = field(default_factory=list)


@dataclass(slots=True)
class Counts:
    """What has happened so far; every client adds to it."""

    acknowledged: int = 0
    refused: int = 0
    broken: Counter[str] = field(default_factory=Counter)
    away: Counter[str] = field(default_factory=Counter)
    went: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0


class Client(threading.Thread):
    """One client: does one thing after another until it is told to stop, and never leaves a command unanswered but for good."""

    def __init__(self, number: int, port: int, seed: int, stop: threading.Event, together: Twin, counts: Counts) -> None:
        super().__init__(name=f"client {number}", daemon=True)
        self.number = number
        self._wire = Wire(port)
        self._rng = random.Random(f"{seed}/{number}")
        self._stop_event = stop
        self._market = together
        self._counts = counts
        self._keys = 0
        self._names = 0
        self._last: Entry | None = None
        self.boxes: list[Box] = []
        self.loose: list[Loose] = []
        # Made by a command of no sandbox.
        self.makings: list[Entry] = []
        self.shared = Shared()
        self.fault: BaseException | None = None

    def run(self) -> None:
        try:
            self._box()
            while not self._stop_event.is_set():
                self.step()
        except BaseException as problem:  # noqa: BLE001 -- it is told by whoever waits for this thread
            self.fault = problem
        finally:
            self._wire.close()

    @property
    def box(self) -> Box:
        return self.boxes[-1]

    # ── things to do ───────────────────────────────────────────────────────────────────────────────────────────────────

    def step(self) -> None:
        (kind,) = self._rng.choices(list(WEIGHTS), list(WEIGHTS.values()))
        try:
            getattr(self, f"_{kind}")()
        except WalkedAway as gone:
            assert self._last is not None
            left = self.boxes.pop()
            self.loose.append(Loose(left, gone.before, self._last, gone.perhaps))
            self._box()

    def _box(self) -> None:
        """Another sandbox; the ones before stay as they are."""
        self._names += 1
        ruleset = self._rng.choice(("standard", "legacy"))
        body: Json = {"world": "empty", "frozen": True, "now": "2026-01-01T12:00:00Z", "ruleset": ruleset}
        if self._rng.random() < 0.5:
            body["seed"] = f"client {self.number} box {self._names}"
        reply = self.command("POST", "/_emulator/sandboxes", body, None, walks_away=False)
        _expect(reply, 201, body)
        assert self._last is not None
        self.makings.append(self._last)
        self.boxes.append(Box(Twin(self.ask, reply.json, Model(Wish(ruleset, {}, reply.json["seed"], START)), timely=False)))
        self._counts.went["sandbox"] += 1

    def _place(self) -> None:
        if len(self.box.twin.model.world.orders) >= ORDERS_A_BOX:
            self._box()
        amount = self._rng.choice(("0.01", "47.00", "100.00"))
        goods = {"title": "A lamp", "quantity": self._rng.randint(1, 3)}
        body = {"store": self.box.twin.model.store, "item": goods, "total": {"amount": amount, "currency": "USD"}}
        self._do("buyer", "place_order", {}, body)

    def _act(self) -> None:
        model = self.box.twin.model
        if not model.world.orders:
            return self._place()
        order = self._rng.choice(list(model.world.orders.values()))
        allowed = [
            (party, entry.action)
            for party in (*PARTIES, "carrier")
            if party == "carrier" or model.sees(party, order)
            for entry in model.world.engine.allowed(order, Actor(party), model.now)
            if entry.action != "view_solution"
        ]
        if not allowed:
            return self._place()
        ((party, action),) = self._rng.choices(allowed, [SELDOM.get(action, 1.0) for _, action in allowed])
        return self._do(party, action, self._ids(action, order), body_of(self._rng, action, order, self._mine(party)))

    def _do(self, party: str, action: str, ids: Mapping[str, str], body: Json) -> None:
        box = self.box
        method, path = CALLS[action]
        filled = path.format(sandbox=box.twin.id, **ids)
        try:
            reply = self.command(method, filled, body, box.twin.token(party))
        except WalkedAway:
            box.twin.expected(party, action, ids, body)
            raise
        self._judge(reply, box.twin.expected(party, action, ids, body), f"{action} by {party} {dict(ids)} {body}")
        self._keep(reply)
        self._counts.went[action] += reply.ok

    def _upload(self) -> None:
        party, box = self._rng.choice(PARTIES), self.box
        self._names += 1
        name = f"{self.number}-{self._names}.png"
        boundary, form = encode_multipart({"file": FileStorage(BytesIO(picture(name)), name)})
        sent = (form, f"multipart/form-data; boundary={boundary}")
        try:
            reply = self.command("POST", "/v1/evidence", None, box.twin.token(party), form=sent)
        except WalkedAway:
            box.twin.model.upload(party, name)
            raise
        self._judge(reply, box.twin.model.upload(party, name), f"{party} uploads {name}")
        self._keep(reply)
        self._counts.went["upload"] += 1

    def _advance(self) -> None:
        """Mostly some hours, so that keys are still kept; sometimes to the next timer, or over many."""
        hours = self._rng.choice((0, 1, 2, 24 * 9))
        body: Json = self._rng.choice(({"by": f"PT{hours * 3600 + 1}S"}, {"by": "PT600S"}, {"to_next": True}))
        self._move(body)

    def _move(self, body: Json) -> None:
        box = self.box
        try:
            reply = self.command("POST", f"{box.twin.path}/clock/advance", body, None)
        except WalkedAway:
            box.twin.model.advance(body)
            raise
        self._judge(reply, box.twin.model.advance(body), f"advance {body}")
        self._keep(reply)
        self._counts.went["advance"] += reply.ok

    def _snapshot(self) -> None:
        box = self.box
        reply = self.command("POST", f"{box.twin.path}/snapshots", {"name": f"kept by {self.number}"}, None)
        _expect(reply, 201, box.twin.path)
        box.kept[reply.json["id"]] = box.twin.model.copy()
        self._keep(reply)
        self._counts.went["snapshot"] += 1

    def _restore(self) -> None:
        box = self.box
        if not box.kept:
            return
        kept = self._rng.choice(list(box.kept))
        try:
            reply = self.command("POST", f"{box.twin.path}/snapshots/{kept}/restore", {}, None)
        except WalkedAway:
            box.twin.model = box.kept[kept].copy()
            box.entries.clear()
            raise
        _expect(reply, 200, kept)
        box.twin.model = box.kept[kept].copy()
        # What was answered in the world that is gone is not asked for again.
        box.entries.clear()
        self._keep(reply)
        self._counts.went["restore"] += 1

    def _fork(self) -> None:
        box = self.box
        reply = self.command("POST", f"{box.twin.path}/fork", {}, None)
        _expect(reply, 201, box.twin.path)
        self._keep(reply)
        # Behind the current one, which goes on.
        self.boxes.insert(0, Box(Twin(self.ask, reply.json, box.twin.model.copy(), timely=False)))
        self._counts.went["fork"] += 1

    def _look(self) -> None:
        """Reads go on as well, and show what was acknowledged."""
        orders = list(self.box.twin.model.world.orders)
        if orders:
            self.box.twin.compare(self._rng.choice(orders))
        self._counts.went["look"] += 1

    # ── the sandbox of all ─────────────────────────────────────────────────────────────────────────────────────────────

    def _together_command(self, party: str, method: str, path: str, body: Json) -> Reply:
        reply = self.command(method, path, body, self._market.token(party), walks_away=False)
        if not reply.ok:
            raise Fault(f"{self.name}: {method} {path} {body} in the sandbox of all: {reply}")
        assert self._last is not None
        self.shared.entries.append(self._last)
        self._counts.went["together"] += 1
        return reply

    def _together(self) -> None:
        """The same accounts for all clients, but orders of one's own."""
        rng, shared = self._rng, self.shared
        orders = list(shared.texts)
        if not orders or rng.random() < 0.15:
            goods = {"title": f"{self.name}'s lamp", "quantity": 1}
            body: Json = {"store": self._market.model.store, "item": goods, "total": {"amount": "100.00", "currency": "USD"}}
            order = self._together_command("buyer", "POST", "/v1/orders", body).json["id"]
            shared.texts[order] = []
            return
        order = rng.choice(orders)
        dispute = shared.disputes.get(order)
        if order not in shared.shipped:
            self._together_command("seller", "POST", f"/v1/orders/{order}/ship", {})
            shared.shipped.add(order)
        elif dispute is None:
            money = {"amount": "100.00", "currency": "USD"}
            body = {"reason": "no_tracking", "remedy": "refund", "amount": money, "explanation": "Where is it?"}
            shared.disputes[order] = self._together_command("buyer", "POST", f"/v1/orders/{order}/disputes", body).json["id"]
        elif rng.random() < 0.4 and shared.edits[order] < MOST_EDITS:
            body = {"explanation": f"Edit {shared.edits[order] + 1}."}
            shown = self._together_command("buyer", "PATCH", f"/v1/disputes/{dispute}", body).json
            shared.edits[order] += 1
            if shown["edits_used"] != shared.edits[order]:
                raise Fault(f"{dispute} says {shown['edits_used']} edits, not {shared.edits[order]}")
        else:
            self._names += 1
            text = f"{self.name} says {self._names}"
            self._together_command(rng.choice(("buyer", "seller")), "POST", f"/v1/orders/{order}/messages", {"text": text})
            shared.texts[order].append(text)

    # ── asking ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def command(
        self,
        method: str,
        path: str,
        body: Json | None,
        token: str | None,
        *,
        form: tuple[bytes, str] | None = None,
        walks_away: bool = True,
    ) -> Reply:
        """A command under a key of its own, repeated until it is answered. Raises WalkedAway, and Fault for what no answer may be."""
        self._keys += 1
        entry = self._last = Entry(f"client-{self.number}-{self._keys}", method, path, token, body, form)
        perhaps, begun = False, time.monotonic()
        while True:
            try:
                reply = self.send(self._wire, entry)
            except WireError as broken:
                self._broken(broken)
                perhaps = True
            else:
                if reply.status != 503:
                    if reply.status >= 500:
                        raise Fault(f"{self.name}: {method} {path} {body}: {reply}")
                    entry.reply = reply
                    self._counts.acknowledged += reply.ok
                    self._counts.refused += not reply.ok
                    self._counts.slowest = max(self._counts.slowest, time.monotonic() - begun)
                    return reply
                perhaps |= self._away(reply) == "outcome_unknown"
            if walks_away and self._rng.random() < WALKS_AWAY:
                raise WalkedAway(self.box.twin.model.copy(), perhaps)
            if time.monotonic() - begun > PATIENCE_SECONDS:
                raise Fault(f"{self.name}: {method} {path} was not answered in {PATIENCE_SECONDS:.0f} seconds")
            time.sleep(self._rng.uniform(0.02, 0.3))

    def send(self, wire: Wire, entry: Entry) -> Reply:
        return wire.ask(entry.method, entry.path, entry.body, token=entry.token, headers={"Idempotency-Key": entry.key}, form=entry.form)

    def ask(self, method: str, path: str, body: Any = None, **how: Any) -> Reply:
        """A read, repeated until it is answered."""
        begun = time.monotonic()
        while True:
            try:
                reply = self._wire.ask(method, path, body, **how)
                if reply.status < 500:
                    return reply
                if reply.status != 503:
                    raise Fault(f"{self.name}: {method} {path}: {reply}")
                self._away(reply)
            except WireError as broken:
                self._broken(broken)
            if time.monotonic() - begun > PATIENCE_SECONDS:
                raise Fault(f"{self.name}: {method} {path} was not answered in {PATIENCE_SECONDS:.0f} seconds")
            time.sleep(self._rng.uniform(0.02, 0.3))

    def _broken(self, broken: WireError) -> None:
        """A connection may break; but whoever holds one has to answer."""
        self._counts.broken[broken.how] += 1
        if broken.how == TimeoutError.__name__:
            raise Fault(f"{self.name}: {broken}: the server holds it without an answer") from broken

    def _away(self, reply: Reply) -> str:
        """A 503 says what is the matter, and when to come again."""
        problem = reply.json if reply.headers.get("content-type") == "application/problem+json" else {}
        if problem.get("code") not in AWAY or not reply.headers.get("retry-after", "").isdigit():
            raise Fault(f"{self.name}: a 503 that does not say enough: {dict(reply.headers)} {reply}")
        code = str(problem["code"])
        self._counts.away[code] += 1
        return code

    # ── helpers ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _judge(self, reply: Reply, expected: Expected, what: str) -> None:
        self.box.twin.judge(reply, expected, f"{self.name}: {what}")

    def _keep(self, reply: Reply) -> None:
        """What went through is in the journal."""
        assert self._last is not None
        if reply.ok:
            self._last.at = self.box.twin.model.now
            self.box.entries.append(self._last)

    def _mine(self, party: str) -> list[str]:
        world = self.box.twin.model.world
        return [file.id for file in world.files.values() if party in world.people and file.by == world.people[party].id]

    def _ids(self, action: str, order: Order) -> dict[str, str]:
        path = CALLS[action][1]
        ids = {"order": order.id} if "{order}" in path else {}
        if "{dispute}" in path:
            assert order.dispute is not None
            ids["dispute"] = order.dispute.id
        if "{message}" in path:
            ids["message"] = order.unreported[-1] if order.unreported else "msg_none"
        return ids


def _expect(reply: Reply, status: int, what: object) -> None:
    if reply.status != status:
        raise Fault(f"{what}: {reply}")
