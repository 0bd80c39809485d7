"""A campaign: a server under mixed load while its workers are killed or its database is stopped, and what must be true afterwards."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import create_engine, select

from emulator.store import tables

from ..soak.model import Model, Wish
from ..soak.twin import Twin
from .databases import Postgres
from .load import KEPT_SECONDS, START, Client, Counts, Entry, Fault, Loose, Shared
from .running import Server
from .wire import Reply, Wire

JOIN_SECONDS = 180
STOPS = ("immediate", "kill", "fast")
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How long, how often and how much. With `troubles` it ends after so many."""

    seconds: float
    every: float
    seed: int
    troubles: int | None = None
    clients: int = 8
    workers: int = 4
    # So long the database stays away each time.
    away: float = 2.0


class Killer(threading.Thread):
    """Kills a random worker again and again."""

    def __init__(self, server: Server, plan: Plan, stop: threading.Event) -> None:
        super().__init__(name="killer", daemon=True)
        self._server, self._every, self._halt = server, plan.every, stop
        self._rng = random.Random(plan.seed)
        self.done = 0
        self.fault: BaseException | None = None

    def run(self) -> None:
        while not self._halt.wait(self._every):
            workers = self._server.worker_pids()
            if workers:
                self._server.kill(self._rng.choice(workers))
                self.done += 1


class Stopper(threading.Thread):
    """Stops the database in each of its ways by turns, and starts it again after a while. It is left running."""

    def __init__(self, database: Postgres, plan: Plan, stop: threading.Event) -> None:
        super().__init__(name="stopper", daemon=True)
        self._database, self._plan, self._halt = database, plan, stop
        self.done = 0
        self.fault: BaseException | None = None

    def run(self) -> None:
        try:
            while not self._halt.wait(self._plan.every):
                self._database.stop(STOPS[self.done % len(STOPS)])
                time.sleep(self._plan.away)
                self._database.start()
                self.done += 1
        except BaseException as problem:  # noqa: BLE001 -- told by whoever waits for this thread
            self.fault = problem


@dataclass(slots=True)
class Outcome:
    """What a campaign has shown."""

    trouble: int
    counts: Counts
    orders: int = 0
    sandboxes: int = 0
    replayed: int = 0
    loose_done: int = 0
    loose_undone: int = 0

    def __str__(self) -> str:
        counts = self.counts
        away = ", ".join(f"{number} × 503 {code}" for code, number in sorted(counts.away.items())) or "no 503"
        broken = ", ".join(f"{number} × {how}" for how, number in sorted(counts.broken.items())) or "no"
        return (
            f"{counts.acknowledged} acknowledged and {counts.refused} refused, {broken} broken connections, {away}, "
            f"slowest answer {counts.slowest:.1f} s; left alone {self.loose_done} done and {self.loose_undone} undone; "
            f"{self.orders} orders in {self.sandboxes} sandboxes as the core has them, audit ok; {self.replayed} replays identical"
        )


def campaign(url: str, plan: Plan, say: Say, stopped: Postgres | None = None) -> Outcome:
    """Run it on the database at `url`: workers are killed, or the server `stopped` is stopped and started.

    Raises AssertionError where anything acknowledged is not there once, or anything at all is there in part.
    """
    counts = Counts()
    with Server(url, plan.workers) as server:
        wire = Wire(server.port)
        market = _market(wire)
        stop = threading.Event()
        clients = [Client(number, server.port, plan.seed, stop, market, counts) for number in range(plan.clients)]
        trouble = Killer(server, plan, stop) if stopped is None else Stopper(stopped, plan, stop)
        for thread in (*clients, trouble):
            thread.start()
        _wait(plan, clients, trouble, counts, say)
        stop.set()
        for thread in (trouble, *clients):
            thread.join(JOIN_SECONDS)
            if thread.is_alive():
                raise Fault(f"the {thread.name} has not come to an end in {JOIN_SECONDS} seconds")
        _no_faults(clients, trouble)
        say(f"load is over after {trouble.done} × trouble: {dict(counts.went.most_common())}")
        outcome = Outcome(trouble.done, counts)
        # It leads to a worker that has been killed since.
        wire.close()
        try:
            _check(clients, wire, market, outcome, say)
        finally:
            wire.close()
    _no_orphans(url)
    return outcome


def _market(wire: Wire) -> Twin:
    """The sandbox of all, at the start."""
    body = {"world": "empty", "frozen": True, "now": "2026-01-01T12:00:00Z", "seed": "the market"}
    made = wire.ask("POST", "/_emulator/sandboxes", body)
    assert made.status == 201, made
    return Twin(wire.ask, made.json, Model(Wish("standard", {}, "the market", START)))


def _wait(plan: Plan, clients: list[Client], trouble: Killer | Stopper, counts: Counts, say: Say) -> None:
    begun = told = time.monotonic()
    while time.monotonic() - begun < plan.seconds and (plan.troubles is None or trouble.done < plan.troubles):
        time.sleep(0.2)
        _no_faults(clients, trouble)
        if time.monotonic() - told > 10:
            told = time.monotonic()
            far = f"{counts.acknowledged} acknowledged, broken {dict(counts.broken)}, 503 {dict(counts.away)}"
            say(f"{told - begun:5.0f} s  {trouble.done} × trouble, {far}")


def _no_faults(clients: list[Client], trouble: Killer | Stopper) -> None:
    for thread in (*clients, trouble):
        if thread.fault is not None:
            raise thread.fault


# ── afterwards ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _check(clients: list[Client], wire: Wire, market: Twin, outcome: Outcome, say: Say) -> None:
    """Everything that was acknowledged is there once, nothing else is there in part, and every key has its answer."""

    def ask(method: str, path: str, body: object = None, **how: object) -> Reply:
        return wire.ask(method, path, body, **how)  # type: ignore[arg-type] # what a twin asks

    for client in clients:
        for loose in client.loose:
            loose.box.twin.ask = ask
            done = _check_loose(wire, loose)
            outcome.loose_done += done
            outcome.loose_undone += not done
            client.boxes.append(loose.box)
        for box in client.boxes:
            box.twin.ask = ask
            box.twin.compare_lists()
            outcome.orders += len(box.twin.model.world.orders)
            outcome.sandboxes += 1
            kept = [e for e in box.entries if box.twin.model.now - e.at < timedelta(seconds=KEPT_SECONDS)]
            outcome.replayed += _replay(wire, kept)
            # Nothing of that has done anything.
            box.twin.compare_books()
        outcome.replayed += _replay(wire, client.makings)
        say(f"{client.name}: {len(client.boxes)} sandboxes as they should be")
    _check_market(market, [client.shared for client in clients])
    outcome.replayed += sum(_replay(wire, client.shared.entries) for client in clients)
    _check_market(market, [client.shared for client in clients])


def _check_loose(wire: Wire, loose: Loose) -> bool:
    """A command that nobody waited for has been done wholly or not at all; returns whether. Asked once more, it is done once."""
    twin, after = loose.box.twin, loose.box.twin.model
    done = True
    try:
        twin.compare_lists()
    except AssertionError as not_done:
        twin.model, done = loose.before, False
        try:
            twin.compare_lists()
        except AssertionError as neither:
            raise Fault(f"{loose.entry} is there in part:\nas if done: {not_done}\nas if not: {neither}") from neither
    changes = _facts(loose.before) != _facts(after)
    if done and changes and not loose.perhaps:
        raise Fault(f"{loose.entry} was answered with a 503 that says it was not done, and has been done")
    reply = wire.ask(
        loose.entry.method,
        loose.entry.path,
        loose.entry.body,
        token=loose.entry.token,
        headers={"Idempotency-Key": loose.entry.key},
        form=loose.entry.form,
    )
    if reply.status >= 500 or (changes and (reply.headers.get("idempotency-replayed") == "true") != done):
        raise Fault(f"{loose.entry} had {'' if done else 'not '}been done, and is answered {dict(reply.headers)} {reply}")
    twin.model = after
    return done


def _facts(model: Model) -> object:
    """What tells one state of a sandbox from another."""
    world = model.world
    return (world.now, world.orders, world.messages, world.reports, world.files, len(world.events))


def _replay(wire: Wire, entries: list[Entry]) -> int:
    """Every key answers as it did; returns how many."""
    for entry in entries:
        first = entry.reply
        assert first is not None
        again = wire.ask(entry.method, entry.path, entry.body, token=entry.token, headers={"Idempotency-Key": entry.key}, form=entry.form)
        same = (again.status, again.raw, again.headers.get("location")) == (first.status, first.raw, first.headers.get("location"))
        if not same or again.headers.get("idempotency-replayed") != "true":
            raise Fault(f"{entry.key}: {entry.method} {entry.path} was answered {first}\nand is answered {dict(again.headers)} {again}")
    return len(entries)


def _check_market(market: Twin, parts: list[Shared]) -> None:
    """In the sandbox of all there is what its clients have been told, each thing once, and nothing else."""
    texts = {order: told for part in parts for order, told in part.texts.items()}
    shown = market.pages("/v1/orders", market.token("buyer"), {})
    ids = [order["id"] for order in shown]
    if sorted(ids) != sorted(texts):
        raise Fault(f"orders: {sorted(set(ids) ^ set(texts))} on one side only, {len(ids)} shown, {len(texts)} acknowledged")
    edits = {order: number for part in parts for order, number in part.edits.items()}
    disputes = {order: dispute for part in parts for order, dispute in part.disputes.items()}
    shipped = {order for part in parts for order in part.shipped}
    for order in shown:
        at = order["id"]
        said = [message["text"] for message in market.pages(f"/v1/orders/{at}/messages", market.token("buyer"), {})]
        if said != texts[at]:
            raise Fault(f"{at}: {said} was said, {texts[at]} acknowledged")
        found = (order["dispute"] or {}).get("id")
        if found != disputes.get(at) or (order["shipped_at"] is not None) != (at in shipped):
            raise Fault(f"{at}: {order['dispute']} and shipped at {order['shipped_at']}, acknowledged {disputes.get(at)}, {at in shipped}")
        if found is not None:
            used = market.get(f"/v1/disputes/{found}", market.token("buyer"))["edits_used"]
            if used != edits.get(at, 0):
                raise Fault(f"{found}: {used} edits, {edits.get(at, 0)} acknowledged")
    report = market.get(f"{market.path}/audit", None)
    if not report["ok"]:
        raise Fault(f"the audit of the sandbox of all: {report}")


def _no_orphans(url: str) -> None:
    """No row lies in a world that belongs to no sandbox and no snapshot and is not waiting to be swept away."""
    engine = create_engine(url)
    with engine.connect() as connection:
        known = {0}
        for table in (tables.sandboxes, tables.snapshots, tables.forsaken):
            known |= set(connection.scalars(select(table.c.world)))
        for table in tables.metadata.sorted_tables:
            if "world" in table.c:
                strays = set(connection.scalars(select(table.c.world).distinct())) - known
                if strays:
                    raise Fault(f"{table.name} has rows in worlds {sorted(strays)[:5]} that nobody shows")
    engine.dispose()
