"""Any world with any past: sandboxes under drawn settings, wandered through by seeded commands, and ways to look at all that lies in one.

Shared by the property tests of time, branches, documents and determinism. `PROPERTY_EXAMPLES=10` tries ten times as many examples, new ones
each time; without it they are few and always the same.
"""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from sqlalchemy import Table, select
from werkzeug.test import TestResponse

from emulator.domain.rulesets import build_settings
from emulator.store.tables import WORLD_TABLES, db, disputes, mails, orders, sandboxes

from ..http.test_walks import PARTIES, WEIGHTS, Walk
from ..sandbox import CALLS, TRACKED, Json, Sandbox, usd

TIMES = int(os.environ.get("PROPERTY_EXAMPLES", "1"))
DAY = timedelta(days=1)
GOODS = ("damaged", "defective", "not_as_described", "wrong_item")
# How often a step of a sequence is no command of somebody about an order at hand: time, a new order, nonsense, anything at all.
TIME, NEW_ORDER, NONSENSE, ANYTHING = 0.1, 0.1, 0.06, 0.06
# So many orders of a world are walked on at a time, so that their lives become long.
AT_HAND = 5


def examples(count: int) -> Callable[[Any], Any]:
    """Hypothesis with so many examples: always the same ones, unless more were asked for."""
    return settings(
        max_examples=count * TIMES,
        deadline=None,
        derandomize=TIMES == 1,
        database=None,
        print_blob=True,
        # An example takes a good part of a second: making a failing one smaller would take minutes.
        phases=[Phase.generate] if TIMES == 1 else list(Phase),
        suppress_health_check=list(HealthCheck),
    )


# ── what is drawn ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Past:
    """How a sandbox came to be what it is: its world, its rules, disputes that come often, and a walk of so many steps by a seed."""

    world: str
    ruleset: str
    settings: Mapping[str, Any]
    crowd: int
    steps: int
    walk: int


def _fits(drawn: tuple[str, Mapping[str, Any]]) -> bool:
    try:
        build_settings(*drawn)
    except ValueError:
        return False
    return True


_SETTINGS: Mapping[str, list[Any]] = {
    "processing_days": [1, 7],
    "protection_days": [45, 60, 90],
    "protection_end_closes_dispute": [True, False],
    "receipt_means": ["confirmed", "delivered"],
    "dispute_days_after_protection": [0, 5, 90],
    "dispute_days_after_receipt": [1, 15, 90],
    "tracking_reasons_from": ["shipped", "delivery_due"],
    "edits_max": [0, 1, 4],
    "edit_in_claim": [True, False],
    "negotiation_days": [1, 7, 15, 100],
    "cancel_while_mediating": ["withdraw", "cancel_claim", "refuse"],
    "cancel_closes_order": [True, False],
    "reopen_after_cancel": [True, False],
    "answer_business_days": [1, 7, 30],
    "appeal_days": [0, 1, 7, 30],
    "appeal_after_cancel": [True, False],
    "refund_business_days": [[1, 1], [7, 10], [40, 60]],
    "return_ship_days": [1, 10],
    "return_confirm_days": [1, 15, 60],
    "return_transit_days": [1, 45],
    "replacement_ship_days": [1, 15],
    "replacement_confirm_days": [1, 60],
    "store_close_count": [1, 2, 3, 10],
    "store_close_days": [1, 10, 90],
    "store_close_counts": ["opened", "marks"],
    "holidays": [[], ["2026-01-02", "2026-01-20", "2026-02-16", "2026-02-17"]],
}
_drawn_settings = st.one_of(
    st.just({}), st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in _SETTINGS.items()})
)
# A ruleset and settings over it that do not contradict each other.
rules: st.SearchStrategy[tuple[str, dict[str, Any]]] = st.tuples(st.sampled_from(["standard", "legacy"]), _drawn_settings).filter(_fits)
_WORLDS = ("empty", "small", "empty", "small", "empty", "small", "empty", "market")


@st.composite
def pasts(draw: st.DrawFn, worlds: Sequence[str] = _WORLDS) -> Past:
    """Any past; where a crowd disputes, the store closes soon."""
    world = draw(st.sampled_from(worlds))
    ruleset, overrides = draw(rules)
    crowd = draw(st.sampled_from([0, 4, 6]))
    if crowd:
        counts = {"store_close_count": [2, 3], "store_close_days": [3, 30, 90], "store_close_counts": ["opened", "marks", "marks"]}
        overrides = overrides | {name: draw(st.sampled_from(values)) for name, values in counts.items()}
    return Past(world, ruleset, overrides, crowd, draw(st.integers(0, 40)), draw(st.integers(0, 2**32)))


# ── sandboxes ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class Branch(Sandbox):
    """A sandbox that another call has made: a fork, an import."""

    def __init__(self, client: FlaskClient, made: Json, disputes: Mapping[str, str] | None = None) -> None:
        self.client = client
        self.made = made
        self.id = made["id"]
        self.path = f"/_emulator/sandboxes/{self.id}"
        self.tokens = {account["name"]: account["token"] for account in made["accounts"]}
        self.ids = {account["name"]: account["id"] for account in made["accounts"]}
        self.store = next((account["store"] for account in made["accounts"] if account["store"]), "")
        self.disputes = dict(disputes or {})


class Cast(Sandbox):
    """The same sandbox, in which `buyer`, `seller` and `mediator` are those of one order."""

    def __init__(self, box: Sandbox, **parts: str) -> None:
        self.client, self.made, self.id, self.path, self.disputes = box.client, box.made, box.id, box.path, box.disputes
        self.tokens = {part: box.tokens[name] for part, name in parts.items()}
        self.ids = {part: box.ids[name] for part, name in parts.items()}
        self.store = next(account["store"] for account in box.made["accounts"] if account["name"] == parts["seller"])


def fork(box: Sandbox, **wish: Any) -> Branch:
    """A second sandbox with the same world."""
    return Branch(box.client, box.control("POST", "/fork", json=wish), box.disputes)


@contextmanager
def forked(box: Sandbox, **wish: Any) -> Iterator[Branch]:
    """A fork that is gone afterwards."""
    branch = fork(box, **wish)
    yield branch
    branch.control("DELETE")


def export(box: Sandbox) -> Json:
    document: Json = box.control("GET", "/export")
    return document


def import_(client: FlaskClient, document: Any) -> TestResponse:
    # Written by Python itself: what no program of ours would write can come too.
    return client.post("/_emulator/sandboxes/import", data=json.dumps(document).encode(), content_type="application/json")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def written(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# ── a past ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Wanderer(Walk):
    """Goes through a whole world: every account acts, most calls are chosen from `allowed_actions`, and now and then time moves."""

    def __init__(self, box: Sandbox, rng: random.Random) -> None:
        self.whole, self.box, self.rng = box, box, rng
        self.went: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.names = {account["id"]: account["name"] for account in box.made["accounts"]}
        by_role: dict[str, list[str]] = {}
        for account in box.made["accounts"]:
            by_role.setdefault(account["role"], []).append(account["name"])
        self.buyers, self.sellers, (self.mediator,) = by_role["buyer"], by_role["seller"], by_role["mediator"]
        self.casts: dict[str, Cast] = {}
        for seller in self.sellers:
            for order in box.get(seller, "/v1/orders?limit=100")["data"]:
                self.casts[order["id"]] = self.cast(self.names[order["buyer"]], seller)
                if order["dispute"] is not None:
                    box.disputes[order["id"]] = order["dispute"]["id"]
        self.orders = rng.sample(sorted(self.casts), min(AT_HAND, len(self.casts)))
        while len(self.orders) < 2:
            self.orders.append(self.place())

    def cast(self, buyer: str, seller: str) -> Cast:
        return Cast(self.whole, buyer=buyer, seller=seller, mediator=self.mediator)

    def wander(self, steps: int) -> None:
        for _ in range(steps):
            self.step()

    def place(self) -> str:
        """An order of some buyer in some store, most of the time shipped, often delivered; where the store is closed, an old one."""
        self.box = cast = self.cast(self.rng.choice(self.buyers), self.rng.choice(self.sellers))
        order = super().place()
        self.casts.setdefault(order, cast)
        return order

    def step(self) -> None:
        slot = self.rng.randrange(len(self.orders))
        order = self.orders[slot]
        self.box = self.casts[order]
        chance = self.rng.random()
        if chance < TIME:
            self.let_time_pass(order)
        elif chance < TIME + NEW_ORDER:
            self.orders[slot] = self.place() if self.rng.random() < 0.6 else self.rng.choice(sorted(self.casts))
        elif chance < TIME + NEW_ORDER + NONSENSE:
            self.talk_nonsense(self.rng.choice(PARTIES), order)
        else:
            seen = self.look("buyer", order)
            mediating = seen["dispute"] is not None and seen["dispute"]["status"] == "mediating"
            party = self.rng.choice(("mediator", "mediator", "seller", "buyer") if mediating else PARTIES)
            shown = seen if party == "buyer" else self.look(party, order)
            allowed = [entry["action"] for entry in shown.get("allowed_actions", ())]
            if chance > 1 - ANYTHING:
                action = self.rng.choice([name for name in CALLS if name != "place_order"])
                if (action == "deliver") == (party == "carrier"):
                    self.send(party, action, order, self.body(action, party, order, shown))
            elif allowed:
                (action,) = self.rng.choices(allowed, [WEIGHTS.get(name, 1) for name in allowed])
                self.send(party, action, order, self.body(action, party, order, shown))

    def crowd(self, count: int) -> None:
        """So many disputes about the goods of one store, led to where marks come soon, later by time, or never."""
        rng, seller = self.rng, self.rng.choice(self.sellers)
        for _ in range(count):
            self.box = box = self.cast(rng.choice(self.buyers), seller)
            answer = box.ask("buyer", "place_order", item={"title": "A lamp", "quantity": 1}, total=usd("100.00"))
            if answer.status_code != 201:
                return
            order = str((answer.json or {})["id"])
            self.casts[order] = box
            self.orders[rng.randrange(len(self.orders))] = order
            remedy = rng.choice(("refund", "refund", "return_and_refund", "exchange"))
            asked = {"remedy": remedy} | ({} if remedy == "exchange" else {"amount": usd("30.00")})
            self.tries(order, ("seller", "ship", {}), ("carrier", "deliver", {}))
            self.tries(order, ("buyer", "open_dispute", {"reason": rng.choice(GOODS), "explanation": "So it is.", **asked}))
            if order not in box.disputes:
                return
            claim = (("seller", "refuse", {"reason": "No."}), ("buyer", "escalate", {}))
            ask = ("mediator", "ask", {"to": "seller", "question": "Why?"})
            accept = ("seller", "accept", {"solution": box.current(order, "buyer")})
            cancel = ("buyer", "cancel", {"reason": "other", "comment": "Done.", "confirm": True})
            led: Any = rng.choice(
                ([*claim, ask], [*claim, ask], [accept], [accept, ("buyer", "ship_return", TRACKED)], claim, [cancel], ())
            )
            self.tries(order, *led)
            if rng.random() < 0.6:
                self.whole.advance(by=f"PT{rng.randrange(1, 3 * 86_400)}S")

    def tries(self, order: str, *moves: tuple[str, str, Json]) -> None:
        for party, action, body in moves:
            self.send(party, action, order, dict(body))


def lead(client: FlaskClient, past: Past, **wish: Any) -> Sandbox:
    """A sandbox with this past, frozen where the walk has ended. The same past makes the same sandbox."""
    rng = random.Random(past.walk)
    wanted = {"world": past.world, "ruleset": past.ruleset, "settings": dict(past.settings), "seed": f"walk {past.walk}"}
    box = Sandbox(client, **wanted | wish)
    wanderer = Wanderer(box, rng)
    before = past.steps // 2
    wanderer.wander(before)
    wanderer.crowd(past.crowd)
    wanderer.wander(past.steps - before)
    return box


@contextmanager
def led(client: FlaskClient, past: Past) -> Iterator[Sandbox]:
    """A sandbox with this past that is gone afterwards."""
    box = lead(client, past)
    yield box
    box.control("DELETE")


# ── everything that lies in one ────────────────────────────────────────────────────────────────────────────────────────

Rows = dict[str, list[tuple[Any, ...]]]
_HIDDEN = ("world", "seq")


def rows(app: Flask, box: Sandbox) -> Rows:
    """Every row of a sandbox's world, in an order of its own, without the numbers that only tell one world from another."""
    return {table.name: sorted(_read(app, box, table), key=repr) for table in WORLD_TABLES}


def arrivals(app: Flask, box: Sandbox) -> Rows:
    """The rows of those tables that lists show in the order of their instants and, of one instant, of their arrival."""
    return {table.name: _read(app, box, table, table.c[when], table.c.seq) for table, when in _LISTED}


_LISTED = ((orders, "placed_at"), (disputes, "opened_at"), (mails, "at"))


def _read(app: Flask, box: Sandbox, table: Table, *order: Any) -> list[tuple[Any, ...]]:
    shown = [column for column in table.columns if column.name not in _HIDDEN]
    of = select(sandboxes.c.world).where(sandboxes.c.id == box.id).scalar_subquery()
    with app.app_context(), db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(*shown).where(table.c.world == of).order_by(*order))]


# ── everything that is answered ────────────────────────────────────────────────────────────────────────────────────────

Said = dict[tuple[str, str], tuple[int, list[tuple[str, str]], bytes]]
_LISTS = ("orders", "disputes", "operations", "stores", "mailbox")
_OF_ORDER = ("", "/messages", "/payment")
_OF_DISPUTE = ("", "/history", "/claim", "/claim/solution")
_OF_SANDBOX = ("", "/clock", "/forecast?limit=50", "/timeline?limit=100", "/audit", "/mailbox?limit=100", "/export", "/snapshots")
# So many of a world's accounts are asked: every role among them.
ASKED = 5


def told_headers(answer: TestResponse) -> list[tuple[str, str]]:
    """The headers of an answer, but for the name that every request has for itself."""
    return sorted((name, value) for name, value in answer.headers if name != "X-Request-Id")


def said(box: Sandbox, most: int = 4, control: bool = True) -> Said:
    """What every call that only asks answers to everybody, with its headers: whole lists page by page, and about some orders and files."""
    document = export(box)
    things = {name: [row[0] for row in document["tables"][name]["rows"]][-most:] for name in ("orders", "disputes", "evidence", "stores")}
    paths = ["/v1/me", "/v1/rules", *(f"/v1/{name}?limit=15" for name in _LISTS), *(f"/v1/stores/{store}" for store in things["stores"])]
    paths += [f"/v1/orders/{order}{rest}" for order in things["orders"] for rest in _OF_ORDER]
    paths += [f"/v1/disputes/{dispute}{rest}" for dispute in things["disputes"] for rest in _OF_DISPUTE]
    paths += [f"/v1/evidence/{evidence}" for evidence in things["evidence"]]
    roles = {account["name"]: account["role"] for account in reversed(box.made["accounts"])}
    one_each = {role: name for name, role in roles.items()}.values()
    found: Said = {}
    for who in list(dict.fromkeys((*one_each, *roles)))[:ASKED]:
        for path in paths:
            _read_on(found, who, path, lambda path, who=who: box.call(who, "GET", path))
    for path in _OF_SANDBOX if control else ():
        _read_on(found, "", path, lambda path: box.client.get(f"{box.path}{path}"))
    return found


def _read_on(found: Said, who: str, path: str, get: Callable[[str], TestResponse]) -> None:
    """An answer, and as long as it is a page of a list the next one too."""
    answer = get(path)
    assert answer.status_code < 500, (path, answer.text)
    found[who, path] = (answer.status_code, told_headers(answer), answer.data)
    cursor = (answer.json or {}).get("next_cursor") if answer.is_json else None
    if cursor is not None:
        _read_on(found, who, f"{path.partition('&cursor')[0]}&cursor={cursor}", get)


def alike(box: Sandbox, **how: Any) -> Said:
    """What is said in one sandbox, put so that another one with the same world says the same: ids, names and cursors' homes left out."""
    own = {box.id: "SANDBOX", box.made["name"]: "SANDBOX"}

    def masked(text: str) -> str:
        for mine, common in own.items():
            text = text.replace(mine, common)
        return text

    return {
        (who, masked(path)): (status, [(name, masked(value)) for name, value in headers if name not in ("Content-Length", "ETag")],
                              masked(data.decode("latin-1")).encode())
        for (who, path), (status, headers, data) in said(box, **how).items()
        if not path.startswith("/snapshots")
    }  # fmt: skip
