"""The state machine: every command is given to a real server and to the pure core, and after each of them both must show the same.

One example is one sandbox with its branches. The buyer, the seller, the mediator and the carrier act on up to three orders, mostly as they
may, sometimes as they may not, sometimes with nonsense; time is moved to, beside and past every edge; commands are repeated under their
Idempotency-Key; worlds are kept, gone back to and forked. In the end every list is compared, the ledger is added up and the audit is clean.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from io import BytesIO
from itertools import count
from typing import Any, ClassVar

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from emulator.domain.engine import ROLES
from emulator.domain.order import Order
from emulator.domain.rules import BY_NAME
from emulator.domain.words import Actor
from emulator.pictures import picture

from ..crash.wire import Reply, Wire
from ..sandbox import CALLS
from . import drawing
from .model import PARTIES, Model, Wish
from .twin import Ask, Twin

Json = dict[str, Any]
MOST_ORDERS, MOST_BRANCHES, MOST_KEPT = 3, 3, 2
KEPT_HOURS = 24
# What leads nowhere, and what ends a life early: a walk over `allowed` alone would consist of these.
IDLE = {
    *("send_message", "report_message", "correct_tracking", "request_extension", "extend_protection", "extend_processing"),
    *("cancel_order", "confirm_receipt", "cancel", "cancel_claim", "review", "send_replacement"),
}
# How often each kind of step is drawn.
WEIGHTS = {
    "go_on": 40,
    "place": 10,
    "idle": 6,
    "try_anything": 12,
    "talk_nonsense": 4,
    "upload": 4,
    "let_time_pass": 12,
    "let_time_pass_in_parts": 3,
    "set_clock": 2,
    "retry": 6,
    "take_a_used_key": 2,
    "branch_off": 4,
    "look_around": 6,
}
COMMANDS = [action for action in CALLS if action not in ("place_order", "view_solution")]


@dataclass(slots=True)
class Tally:
    """What a run has done: examples and steps, actions that went through, refusals by code, and what was looked at."""

    examples: int = 0
    steps: int = 0
    calls: int = 0
    went: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    looked: Counter[str] = field(default_factory=Counter)
    differs: bool = False

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Say at once what differs; making the example small takes some minutes."""
        try:
            yield
        except AssertionError as found:
            if not self.differs:
                self.differs = True
                print(f"a difference; looking for the smallest example that shows it:\n{found}", flush=True)
            raise


@dataclass(slots=True)
class Sent:
    """A command that was sent under a key, and what came of it the first time."""

    party: str
    action: str
    method: str
    path: str
    body: Json
    ids: Mapping[str, str]
    key: str
    reply: Reply
    at: datetime


class Branch(Twin):
    """A sandbox of the example, with the worlds that were kept of it and the commands that were sent to it."""

    def __init__(self, ask: Ask, made: Json, model: Model) -> None:
        super().__init__(ask, made, model, note)
        self.kept: dict[str, Model] = {}
        self.sent: list[Sent] = []


def machine(wires: Sequence[Wire], tally: Tally) -> type[RuleBasedStateMachine]:
    """The machine against the server that these connections lead to, counting into `tally`."""
    return type("SoakMachine", (Soak,), {"wires": wires, "tally": tally})


class Soak(RuleBasedStateMachine):
    """One example. `wires` are used by turns, so that neighbouring calls meet different workers."""

    wires: ClassVar[Sequence[Wire]] = ()
    tally: ClassVar[Tally] = Tally()

    def __init__(self) -> None:
        super().__init__()
        self.branches: list[Branch] = []
        self.at = 0
        self.turns, self.names = count(), count()
        self.keys: Counter[str] = Counter()

    # ── the beginning and the end ──────────────────────────────────────────────────────────────────────────────────────

    @initialize(wish=drawing.wishes(), begun=st.sampled_from(("nothing", "placed", "shipped", "delivered", "delivered")))
    def make(self, wish: Wish, begun: str) -> None:
        body = {
            "world": "empty",
            "frozen": True,
            "now": wish.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "ruleset": wish.ruleset,
            "settings": dict(wish.settings),
            "seed": wish.seed,
        }
        reply = self.ask("POST", "/_emulator/sandboxes", body)
        assert reply.status == 201, reply
        self.branches = [Branch(self.ask, reply.json, Model(wish))]
        store = self.branch.model.store
        assert store in {account["store"] for account in reply.json["accounts"]}
        if begun != "nothing":
            goods = {"store": store, "item": {"title": "A lamp", "quantity": 1}, "total": {"amount": "100.00", "currency": "USD"}}
            self.command("buyer", "place_order", {}, goods)
        ids = {"order": next(iter(self.branch.model.world.orders), "")}
        if begun in ("shipped", "delivered"):
            self.command("seller", "ship", ids, {})
        if begun == "delivered":
            self.command("carrier", "deliver", ids, {})

    def teardown(self) -> None:
        try:
            with self.tally.telling():
                for branch in self.branches:
                    branch.compare_all()
            self.tally.examples += 1
        finally:
            for branch in self.branches:
                self.ask("DELETE", branch.path)

    # ── the parties ────────────────────────────────────────────────────────────────────────────────────────────────────

    @rule(data=st.data())
    def step(self, data: st.DataObject) -> None:
        """One step of any kind that makes sense here. One rule for all: rules of their own would each be missing in half the examples."""
        kinds = [kind for kind, weight in WEIGHTS.items() for _ in range(weight) if self.makes_sense(kind)]
        kind = data.draw(st.sampled_from(kinds))
        self.tally.steps += 1
        with self.tally.telling():
            getattr(self, kind)(data)

    def makes_sense(self, kind: str) -> bool:
        branch = self.branch
        orders = branch.model.world.orders
        match kind:
            case "place":
                return len(orders) < MOST_ORDERS
            case "go_on" | "idle":
                return bool(self.allowed(kind == "idle"))
            case "try_anything" | "talk_nonsense":
                return bool(orders)
            case "let_time_pass_in_parts":
                return branch.model.world.next_due() is not None
            case "retry":
                return bool(branch.sent)
            case "take_a_used_key":
                return bool(orders) and any(sent.reply.ok for sent in branch.sent)
            case _:
                return True

    def place(self, data: st.DataObject) -> None:
        party = data.draw(st.sampled_from(("buyer",) * 9 + ("seller", "mediator")))
        body = data.draw(drawing.bodies("place_order", None, (), self.branch.model.store))
        self.command(party, "place_order", {}, body)

    def go_on(self, data: st.DataObject) -> None:
        """Something that somebody may do and that leads on."""
        self.take_allowed(data, idle=False)

    def idle(self, data: st.DataObject) -> None:
        """Something that somebody may do, of what leads nowhere or to the end."""
        self.take_allowed(data, idle=True)

    def take_allowed(self, data: st.DataObject, idle: bool) -> None:
        party, action, order = data.draw(st.sampled_from(self.allowed(idle)))
        self.act(data, party, action, order)

    def allowed(self, idle: bool) -> list[tuple[str, str, Order]]:
        model = self.branch.model
        return [
            (party, entry.action, order)
            for order in model.world.orders.values()
            for party in (*PARTIES, "carrier")
            if party == "carrier" or model.sees(party, order)
            for entry in model.world.engine.allowed(order, Actor(party), model.now)
            if _is_idle(entry.action, order) == idle
        ]

    def try_anything(self, data: st.DataObject) -> None:
        """Any action by anybody, on any order or dispute, and on what there is not."""
        model = self.branch.model
        order = data.draw(st.sampled_from([*model.world.orders.values()]))
        # Without a dispute most of the actions have nothing to be sent to.
        of_order = [action for action in COMMANDS if BY_NAME[action].on == "order"]
        action = data.draw(st.sampled_from(COMMANDS if order.dispute or not data.draw(st.integers(0, 9)) else of_order))
        right = [str(actor) for actor in ROLES[action]] * 2
        party = "carrier" if action == "deliver" else data.draw(st.sampled_from([*sorted(right), *PARTIES]))
        stray = data.draw(st.sampled_from([None] * 6 + ["ord_none", *model.opened]))
        self.act(data, party, action, order, stray)

    def talk_nonsense(self, data: st.DataObject) -> None:
        """An action that may be allowed, with a body that is spoilt."""
        model = self.branch.model
        action = data.draw(st.sampled_from([*COMMANDS, "place_order"]))
        party = "carrier" if action == "deliver" else data.draw(st.sampled_from(PARTIES))
        order = data.draw(st.sampled_from([*model.world.orders.values()]))
        body = data.draw(drawing.spoilt(data.draw(drawing.bodies(action, order, self.files(party), model.store))))
        self.command(party, action, self.ids(data, action, order, None), body)

    def upload(self, data: st.DataObject) -> None:
        party = data.draw(st.sampled_from(PARTIES))
        name, key = f"{next(self.names)}.png", self.new_key(party)
        first = self.send_file(party, name, key)
        self.branch.judge(first, self.branch.model.upload(party, name), f"{party} uploads {name}")
        self.tally.went["upload"] += 1
        if key is not None and data.draw(st.booleans()):
            again = self.send_file(party, name, key)
            assert (again.status, again.json, again.headers["idempotency-replayed"]) == (first.status, first.json, "true"), again

    def send_file(self, party: str, name: str, key: str | None) -> Reply:
        boundary, form = encode_multipart({"file": FileStorage(BytesIO(picture(name)), name)})
        sent = (form, f"multipart/form-data; boundary={boundary}")
        return self.ask("POST", "/v1/evidence", token=self.branch.tokens[party], form=sent, key=key)

    # ── time ───────────────────────────────────────────────────────────────────────────────────────────────────────────

    def let_time_pass(self, data: st.DataObject) -> None:
        model = self.branch.model
        body = data.draw(drawing.journeys(model.world.engine, [*model.world.orders.values()], model.now))
        reply = self.send(None, "advance", "POST", f"{self.branch.path}/clock/advance", body)
        self.branch.judge(reply, model.advance(body), f"advance {body}")
        self.branch.compare_orders()

    def let_time_pass_in_parts(self, data: st.DataObject) -> None:
        """With a limit the server says how far it came; what fired up to there, and no more, is the core's."""
        model, limit = self.branch.model, data.draw(st.integers(1, 3))
        target = model.now + timedelta(days=data.draw(st.integers(1, 120)))
        body: Json = {"to": target.strftime("%Y-%m-%dT%H:%M:%SZ"), "limit": limit}
        due = model.next_firings(target)
        reply = self.send(None, "advance", "POST", f"{self.branch.path}/clock/advance", body)
        assert reply.status == 200, reply
        reached = datetime.fromisoformat(reply.json["to"])
        fired = [step for step in due if step.at <= reached]
        assert reached == target or (len(fired) >= limit and fired[-1].at == reached), reply
        self.branch.judge(reply, model.moved_to(reached, target, limit), f"advance {body}")
        self.branch.compare_orders()

    def set_clock(self, data: st.DataObject) -> None:
        seconds = data.draw(st.one_of(st.integers(-1, 3), st.integers(0, 30 * 86_400)))
        to = self.branch.model.now + timedelta(seconds=seconds)
        body = {"mode": "frozen", "now": to.strftime("%Y-%m-%dT%H:%M:%SZ")}
        self.branch.judge(self.ask("PUT", f"{self.branch.path}/clock", body), self.branch.model.set_clock(to), f"clock {body}")
        self.branch.compare_orders()

    # ── again ──────────────────────────────────────────────────────────────────────────────────────────────────────────

    def retry(self, data: st.DataObject) -> None:
        """The same request under the same key: what went through is answered again and not done again, what was refused is asked anew."""
        branch = self.branch
        first = data.draw(st.sampled_from(branch.sent[-6:]))
        kept = first.reply.ok and branch.model.now - first.at < timedelta(hours=KEPT_HOURS)
        reply = self.ask(first.method, first.path, first.body, token=self.branch.token(first.party), key=first.key)
        if kept:
            note(f"the same again, key {first.key}: {reply.status}")
            self.tally.went["replayed"] += 1
            assert reply.headers.get("idempotency-replayed") == "true", reply
            assert (reply.status, reply.json) == (first.reply.status, first.reply.json), f"{reply} is not {first.reply}"
            assert reply.headers.get("location") == first.reply.headers.get("location")
            self.branch.compare_orders()
            return
        assert "idempotency-replayed" not in reply.headers, reply
        branch.sent.remove(first)
        self.remember(first.party, first.action, first.method, first.path, first.body, first.ids, first.key, reply)
        self.judge_command(first.party, first.action, first.ids, first.body, reply)

    def take_a_used_key(self, data: st.DataObject) -> None:
        """Another request under a key that has its answer changes nothing."""
        branch = self.branch
        used = [sent for sent in branch.sent if sent.reply.ok and branch.model.now - sent.at < timedelta(hours=KEPT_HOURS)]
        if not used:
            return
        first = data.draw(st.sampled_from(used[-6:]))
        if first.party in PARTIES:
            reply = self.send_file(first.party, "another.png", key=first.key)
        else:
            reply = self.ask("POST", f"{branch.path}/clock/advance", {"by": "PT7S", "edge": "at"}, key=first.key)
        self.tally.refused["idempotency_key_reused"] += 1
        assert (reply.status, reply.json["code"]) == (422, "idempotency_key_reused"), f"key {first.key} of {first.action}: {reply}"
        self.branch.compare_orders()

    # ── branches ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def branch_off(self, data: st.DataObject) -> None:
        """Keep the world, go back to a kept one, fork it, go to another branch, or begin anew."""
        branch = self.branch
        ways = ["turn"] + ["keep"] * (len(branch.kept) < MOST_KEPT) + ["restore", "fork_kept"] * bool(branch.kept) + ["fork"]
        ways = ways * 3 + ["reset"]
        way = data.draw(st.sampled_from(ways))
        if way == "keep":
            reply = self.send(None, "snapshot", "POST", f"{branch.path}/snapshots", {"name": "kept"})
            assert reply.status == 201, reply
            branch.kept[reply.json["id"]] = branch.model.copy()
        elif way == "restore":
            kept = data.draw(st.sampled_from(sorted(branch.kept)))
            reply = self.ask("POST", f"{branch.path}/snapshots/{kept}/restore", {})
            assert reply.status == 200, reply
            branch.model = branch.kept[kept].copy()
            branch.sent.clear()
        elif way == "reset":
            reply = self.ask("POST", f"{branch.path}/reset", {})
            assert reply.status == 200, reply
            branch.model.reset()
            branch.sent.clear()
        elif way == "turn":
            self.at = (self.at + 1) % len(self.branches)
        elif len(self.branches) < MOST_BRANCHES:
            kept = data.draw(st.sampled_from(sorted(branch.kept))) if way == "fork_kept" else None
            reply = self.send(None, "fork", "POST", f"{branch.path}/fork", {} if kept is None else {"snapshot": kept})
            assert reply.status == 201, reply
            self.branches.append(Branch(self.ask, reply.json, (branch.kept[kept] if kept else branch.model).copy()))
            self.at = len(self.branches) - 1
        note(f"{way}, now in {self.branch.id}")
        self.tally.went[way] += 1
        self.branch.compare_orders()

    # ── looking ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def look_around(self, data: st.DataObject) -> None:
        """One of the many things that can be looked at, in pages of any size, by any of the parties."""
        model, party = self.branch.model, data.draw(st.sampled_from(PARTIES))
        limit = data.draw(st.sampled_from((100, 1, 2)))
        what = data.draw(
            st.sampled_from(("orders", "disputes", "mails", "me", "store", "timeline", "forecast", "files", "claims", "operations"))
        )
        filters: dict[str, str] = {}
        if what == "orders":
            filters = data.draw(
                st.sampled_from(({}, {"in_dispute": "true"}, {"in_dispute": "false"}, {"status": "in_dispute"}, {"status": "finished"}))
            )
        elif what == "disputes":
            one = next(iter(model.world.orders), "ord_none")
            filters = data.draw(
                st.sampled_from(({}, {"status": "closed"}, {"status": "mediating"}, {"outcome": "cancelled"}, {"order": one}))
            )
        elif what == "forecast":
            one = next(iter(model.world.orders), None)
            filters = data.draw(st.sampled_from([{}] + ([{"order": one}] if one else [])))
        self.tally.looked[what] += 1
        self.branch.look(what, party, filters, limit)

    # ── helpers ────────────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def branch(self) -> Branch:
        return self.branches[self.at]

    def files(self, party: str) -> list[str]:
        """The files of everybody: somebody else's is not to be attached."""
        world = self.branch.model.world
        mine = world.people[party].id if party in world.people else None
        return sorted(world.files, key=lambda evidence: world.files[evidence].by == mine)

    def ids(self, data: st.DataObject, action: str, order: Order, stray: str | None) -> dict[str, str]:
        """What stands in the path."""
        model, path = self.branch.model, CALLS[action][1]
        ids: dict[str, str] = {}
        if "{order}" in path:
            ids["order"] = stray if stray is not None and stray.startswith("ord") else order.id
        if "{dispute}" in path:
            latest = order.dispute.id if order.dispute else "dsp_none"
            ids["dispute"] = stray if stray is not None and stray.startswith("dsp") else latest
        if "{message}" in path:
            known = [message.id for _, message in model.world.messages]
            ids["message"] = data.draw(st.sampled_from([*known[-4:], "msg_none"]))
        return ids

    def act(self, data: st.DataObject, party: str, action: str, order: Order, stray: str | None = None) -> None:
        body = {} if action == "view_solution" else data.draw(drawing.bodies(action, order, self.files(party), self.branch.model.store))
        match = data.draw(st.sampled_from((None,) * 6 + ("as seen", "stale"))) if party in PARTIES and action != "view_solution" else None
        self.command(party, action, self.ids(data, action, order, stray), body, match)

    def command(self, party: str, action: str, ids: Mapping[str, str], body: Json, match: str | None = None) -> None:
        """`match` sends an If-Match: of what the party has just seen, or one that nothing ever had."""
        method, path = CALLS[action]
        filled = path.format(sandbox=self.branch.id, **ids)
        if match is not None:
            seen = f"/v1/disputes/{ids['dispute']}" if "dispute" in ids else f"/v1/orders/{ids['order']}"
            tag = self.ask("GET", seen, token=self.branch.token(party)).headers.get("etag", '"none"') if match == "as seen" else '"stale"'
            reply = self.ask(method, filled, body, token=self.branch.token(party), headers={"If-Match": tag})
        elif method == "GET":
            reply = self.ask(method, filled, token=self.branch.token(party))
        else:
            reply = self.send(party, action, method, filled, body, ids)
        self.judge_command(party, action, ids, body, reply, stale=match == "stale")

    def judge_command(self, party: str | None, action: str, ids: Mapping[str, str], body: Json, reply: Reply, stale: bool = False) -> None:
        model = self.branch.model
        if action == "advance":
            self.branch.judge(reply, model.advance(body), f"advance {body}")
            self.branch.compare_orders()
            return
        assert party is not None
        expected = self.branch.expected(party, action, ids, body, stale)
        self.branch.judge(reply, expected, f"{action} by {party} {dict(ids)} {json.dumps(body)[:300]}")
        (self.tally.went if reply.ok else self.tally.refused)[action if reply.ok else reply.json["code"]] += 1
        touched = reply.json["id"] if action == "place_order" and reply.ok else ids.get("order") or model.opened.get(ids.get("dispute", ""))
        if touched in model.world.orders:
            self.branch.compare(touched)

    def send(self, party: str | None, action: str, method: str, path: str, body: Json, ids: Mapping[str, str] | None = None) -> Reply:
        """A command, two times out of three under a key of its own."""
        key = self.new_key(party)
        reply = self.ask(method, path, body, token=self.branch.token(party), key=key)
        # What a journey with a limit would do the next time is not known beforehand; branches are looked at by themselves.
        if key is not None and (action in CALLS or action == "advance") and "limit" not in body:
            self.remember(party, action, method, path, body, ids or {}, key, reply)
        assert "idempotency-replayed" not in reply.headers, reply
        return reply

    def new_key(self, party: str | None) -> str | None:
        """A key that this party has not used. Others may have: it is theirs alone."""
        self.keys[party or "carrier"] += 1
        number = self.keys[party or "carrier"]
        return None if number % 3 == 0 else f"key-{number}"

    def remember(
        self, party: str | None, action: str, method: str, path: str, body: Json, ids: Mapping[str, str], key: str, reply: Reply
    ) -> None:
        at = parsedate_to_datetime(reply.headers["date"])
        self.branch.sent.append(Sent(party or "", action, method, path, body, ids, key, reply, at))

    def ask(
        self, method: str, path: str, body: Any = None, *, key: str | None = None, headers: Mapping[str, str] | None = None, **how: Any
    ) -> Reply:
        wire = self.wires[next(self.turns) % len(self.wires)]
        headers = {**(headers or {}), **({} if key is None else {"Idempotency-Key": key})}
        self.tally.calls += 1
        reply = wire.ask(method, path, body, headers=headers, **how)
        assert reply.status < 500, f"{method} {path} {body}: {reply}"
        return reply


def _is_idle(action: str, order: Order) -> bool:
    """Whether the action leads nowhere or to an early end; the carrier may say the same again and again."""
    goods = order.dispute.goods if order.dispute else None
    said = order.delivered_at is not None and (goods is None or goods.sent_at is None or goods.delivered_at is not None)
    return action in IDLE or (action == "deliver" and said)
