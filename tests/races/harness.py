"""Runs races on a server and judges them: what was answered, what the history says, how the order stands, and the audit.

Many orders are led to where a race starts, in one sandbox; forks of it give as many rounds as are wanted. In a round sixteen threads are
let go at once, each on its own connection, half of them with each side's request. Whose half starts a little later is drawn, and whoever
has lost more often so far is favoured: both have to win at times.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from ..sandbox import CALLS, Json, Sandbox
from .connection import Answered, Connection, written
from .pairs import TIME, Facts, Race, Side
from .server import THREADS, Server

PAGE = 1000
ORDERS_A_SANDBOX = 25
LONGEST_DELAY = 0.004
MOST_FAULTS = 20


class Fork(Sandbox):
    """A sandbox that a fork has made; orders and disputes have the ids they had."""

    def __init__(self, origin: Sandbox, made: Json) -> None:
        self.client, self.made, self.id, self.disputes = origin.client, made, made["id"], dict(origin.disputes)
        self.path = f"/_emulator/sandboxes/{self.id}"
        self.tokens = {account["name"]: account["token"] for account in made["accounts"]}
        self.ids, self.store = origin.ids, origin.store


def fork(origin: Sandbox) -> Fork:
    return Fork(origin, origin.control("POST", "/fork"))


@dataclass(slots=True)
class Report:
    """What came of a race."""

    name: str
    rounds: int = 0
    wins: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    rounds_won: Counter[str] = field(default_factory=Counter)
    answers: int = 0
    audits: int = 0
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def fault(self, *found: str) -> None:
        self.faults += found[: max(0, MOST_FAULTS - len(self.faults))]

    def line(self) -> str:
        """One line for people."""
        won = ", ".join(f"{name} {count}" for name, count in self.wins.items())
        firsts = ", ".join(f"{name} {count}" for name, count in self.rounds_won.items())
        refused = ", ".join(f"{code} {count}" for code, count in sorted(self.refusals.items())) or "none"
        verdict = f"audit ok ({self.audits})" if not self.faults else f"{len(self.faults)} FAULTS"
        parts = (
            f"{self.name:<60} rounds {self.rounds:>4}",
            f"wins: {won}",
            f"first: {firsts}",
            f"refused: {refused}",
            verdict,
            f"{self.seconds:.1f} s",
        )
        return " | ".join(parts)


@dataclass(frozen=True, slots=True)
class Shot:
    """What one thread sends in one round, and how long after the signal."""

    side: int
    request: bytes
    delay: float


@dataclass(frozen=True, slots=True)
class Start:
    """Where a race starts: a sandbox with orders, where time is moved to, and how many lines of history each order has."""

    box: Sandbox
    facts: Mapping[str, Facts]
    moves_to: str
    before: Mapping[str, int]


class Field:
    """Sixteen threads with a connection each, spread over the processes of a server, and one connection to prepare and to look."""

    def __init__(self, server: Server, seed: int = 5) -> None:
        self.server = server
        self.connections = server.connections()
        self.main = Connection(server.port)
        self.random = random.Random(seed)
        self._threads = ThreadPoolExecutor(THREADS)
        self._starts: dict[tuple[Any, ...], Start] = {}

    def close(self) -> None:
        self._threads.shutdown()
        for connection in (*self.connections, self.main):
            connection.close()

    def start(self, race: Race, rounds: int) -> Start:
        """Orders at the start of a race. Races that start alike share them: each round is a fork."""
        time_side = next((side for side in race.sides if side.name == TIME), None)
        key = (race.at, repr(race.wish), None if time_side is None else time_side.action)
        if key not in self._starts:
            box = Sandbox(self.main, **race.wish)  # type: ignore[arg-type] # it stands in for Flask's client
            orders = [race.at(box) for _ in range(1 if time_side else min(rounds, ORDERS_A_SANDBOX))]
            goal = "" if time_side is None else moves_to(time_side, box, orders[0])
            lines = Counter(entry["order"] for entry in box.pages(f"/timeline?limit={PAGE}"))
            self._starts[key] = Start(box, {order: Facts(box, order) for order in orders}, goal, lines)
        return self._starts[key]

    def clear(self) -> None:
        """The sandboxes that races started from are gone."""
        while self._starts:
            self._starts.popitem()[1].box.control("DELETE")

    def fire(self, rounds: Sequence[Sequence[Shot]]) -> list[list[Answered]]:
        """Rounds one after the other, each let go by a barrier; returns the answers, thread by thread."""
        together = threading.Barrier(THREADS)

        def run(thread: int) -> list[Answered]:
            answers = []
            if self.connections[thread].silent:
                self.connections[thread].refresh()
            for shots in rounds:
                together.wait(120)
                shot = shots[thread]
                if shot.delay:
                    time.sleep(shot.delay)
                answers.append(self.connections[thread].send(shot.request))
            return answers

        by_thread = list(self._threads.map(run, range(THREADS)))
        return [[answers[number] for answers in by_thread] for number in range(len(rounds))]

    def delays(self, won: Sequence[int]) -> list[float]:
        """For each side how long it waits: one of them, mostly the one that has won more, a moment at random."""
        delays = [0.0] * len(won)
        if len(won) > 1 and self.random.random() < 0.7:
            leader = max(range(len(won)), key=lambda side: (won[side], self.random.random()))
            late = leader if self.random.random() < 0.8 else self.random.randrange(len(won))
            delays[late] = self.random.uniform(0, LONGEST_DELAY)
        return delays


# ── the requests ───────────────────────────────────────────────────────────────────────────────────────────────────────


def call(side: Side, facts: Facts, box: Sandbox, sender: int, moves_to: str) -> tuple[str, str, Json]:
    """Method, path and body of a side's request; the sandbox's and sender's own."""
    if side.name == TIME:
        return "POST", "/_emulator/sandboxes/{sandbox}/clock/advance", {"to": moves_to}
    facts.sender = sender
    body = dict(side.body(facts) if callable(side.body) else side.body)
    method, path = CALLS[side.action]
    ids = {"order": facts.order, "dispute": box.disputes.get(facts.order, ""), "sandbox": "{sandbox}", "message": body.get("message", "")}
    if side.action == "report_message":
        del body["message"]
    return method, path.format(**ids), body


def request(side: Side, box: Sandbox, method: str, path: str, body: Json) -> bytes:
    headers = {} if side.by in ("carrier", "system", "nobody") else box.headers(side.by)
    return written(method, path.replace("{sandbox}", box.id), headers, json.dumps(body).encode())


def moves_to(side: Side, box: Sandbox, order: str) -> str:
    """Where a side of time moves the clock: to the first timer of its rule, or by so many days. The clock is put just before it."""
    if side.by == "nobody":
        days = int(side.action.removeprefix("P").removesuffix("D"))
        return (datetime.fromisoformat(box.now()) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
    at = str(next(step["at"] for step in box.forecast(f"&order={order}") if step["rule"] == side.action))
    box.advance(to=at, edge="before")
    return at


# ── the judge ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Round:
    """All that is known of a round: each answer with its side, the new lines of the order's history, and how the order stands."""

    answers: Sequence[tuple[Side, Answered]]
    history: Sequence[Json]
    order: Json


def side_of(race: Race, entry: Json) -> Side | None:
    """Whose line of history it is."""
    for side in race.sides:
        if side.name == TIME and side.by == entry["by"] and side.action == entry["rule"]:
            return side
        if (side.by, side.action) == (entry["by"], entry["action"]) and side.told.items() <= entry["details"].items():
            return side
    return None


def stands(order: Json) -> str:
    """How an order stands: its status, its dispute's status and outcome, and what the buyer gets back."""
    dispute = order["dispute"] or {"status": None, "outcome": None}
    refund = order["refund"]["amount"]["amount"] if order["refund"] else None
    return " ".join(part or "-" for part in (order["status"], dispute["status"], dispute["outcome"], refund))


def winners(race: Race, played: Round) -> tuple[list[Side], list[str]]:
    """Who has won, in the order of the history; and what stands there that nobody raced for."""
    told, faults = [], []
    for entry in played.history:
        side = side_of(race, entry)
        if side is None:
            faults.append(f"the history has a line of nobody's: {entry['by']} {entry['action']} ({entry['rule']})")
        else:
            told.append(side)
    for side in race.sides:
        if side.traceless:
            told = [side] * sum(1 for other, answer in played.answers if other is side and _won(answer)) + told
    if not told:
        told = [side for side in race.sides if side.by == "nobody"]
    return told, faults


def _won(answer: Answered) -> bool:
    return answer.status_code in (200, 201)


def judge(race: Race, played: Round) -> Iterator[str]:
    """Everything that is wrong with a round."""
    told, faults = winners(race, played)
    yield from faults
    for side, answer in played.answers:
        if answer.status_code >= 500 or answer.status_code == 0:
            yield f"{side.name}: {answer.status_code} {answer.text[:300]}"
    if race.one_wins and len(told) != 1:
        yield f"{len(told)} have won, not one: {[side.name for side in told]}"
    if not told:
        yield "nobody has won"
    yield from _wins_are_told(race, played, told)
    yield from _order_of_wins(race, told)
    yield from _losers(race, played, told)
    if told and told[-1].ends and stands(played.order) != told[-1].ends:
        yield f"{told[-1].name} has won last, but the order stands at {stands(played.order)!r}, not {told[-1].ends!r}"


def _wins_are_told(race: Race, played: Round, told: Sequence[Side]) -> Iterator[str]:
    """Whoever was told that he has won stands in the history, and nobody else does."""
    for side in race.sides:
        answers = [answer for other, answer in played.answers if other is side]
        if side.name != TIME:
            won = sum(map(_won, answers))
            if won != told.count(side) and not (side.once and won > told.count(side) == 1):
                yield f"{side.name}: {won} were told that they have won, the history has {told.count(side)}"
            continue
        if not all(map(_won, answers)):
            yield f"time was refused: {sorted({(a.status_code, a.code) for a in answers})}"
            continue
        fired = sum(step["rule"] == side.action for answer in answers for step in answer.json["fired"])
        if side.by == "system" and fired != told.count(side):
            yield f"the timer stands {told.count(side)} times in the history and {fired} times in the answers of those who moved time"


def _order_of_wins(race: Race, told: Sequence[Side]) -> Iterator[str]:
    """Nobody wins after one who excludes him; time, which nothing has stopped, comes."""
    excluded: dict[str, str] = {}
    seen: Counter[str] = Counter()
    for side in told:
        if side.name in excluded:
            yield f"{side.name} has won though {excluded[side.name]} had: {[s.name for s in told]}"
        seen[side.name] += 1
        if side.most is not None and seen[side.name] > side.most:
            yield f"{side.name} has won {seen[side.name]} times, more than {side.most}"
        excluded |= dict.fromkeys(side.then, side.name)
    for side in race.sides:
        if side.name == TIME and side.by == "system" and side not in told and TIME not in excluded:
            yield f"the timer {side.action} has not fired though nothing has stopped it"


def _losers(race: Race, played: Round, told: Sequence[Side]) -> Iterator[str]:
    """Every loser got a refusal that some winner explains; whom no winner excludes has won."""
    for side in race.sides:
        right = {winner.then[side.name] for winner in told if side.name in winner.then} | side.may
        if side.most is not None and told.count(side) >= side.most:
            right.add(side.over)
        wrong = Counter(answer.code or str(answer.status_code) for other, answer in played.answers if other is side and not _won(answer))
        for code, count in wrong.items():
            if code not in right:
                text = next(
                    answer.text for other, answer in played.answers if other is side and code in (answer.code, str(answer.status_code))
                )
                yield f"{side.name}: {count} got {code}, right were {sorted(right)} after {[s.name for s in told]}: {text[:300]}"


# ── running ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def run(race: Race, ground: Field, rounds: int) -> Report:
    """So many rounds of one race, judged."""
    began = time.monotonic()
    report = Report(race.name)
    start = ground.start(race, rounds)
    calls = {order: _calls(race, facts, start) for order, facts in start.facts.items()}
    while report.rounds < rounds:
        box = fork(start.box)
        _batch(race, ground, box, dict(islice(calls.items(), rounds - report.rounds)), start.before, report)
        box.control("DELETE")
    report.seconds = time.monotonic() - began
    return report


Calls = Mapping[tuple[int, int], tuple[str, str, Json]]


def _calls(race: Race, facts: Facts, start: Start) -> Calls:
    """Every side's request as every one of the threads would send it."""
    return {
        (number, thread): call(side, facts, start.box, thread, start.moves_to)
        for number, side in enumerate(race.sides)
        for thread in range(THREADS)
    }


def _batch(race: Race, ground: Field, box: Fork, calls: Mapping[str, Calls], before: Mapping[str, int], report: Report) -> None:
    """A round for every order of a sandbox, and then a look at all of them."""
    rounds = []
    for known in calls.values():
        numbers = [thread % len(race.sides) for thread in range(THREADS)]
        ground.random.shuffle(numbers)
        delays = ground.delays([report.rounds_won[side.name] for side in race.sides])
        rounds.append([Shot(n, request(race.sides[n], box, *known[n, thread]), delays[n]) for thread, n in enumerate(numbers)])
    answered = ground.fire(rounds)
    history: dict[str, list[Json]] = defaultdict(list)
    for entry in box.pages(f"/timeline?limit={PAGE}"):
        history[entry["order"]].append(entry)
    shown = {order["id"]: order for order in all_orders(box)}
    for (order, _), shots, answers in zip(calls.items(), rounds, answered, strict=True):
        told = [(race.sides[shot.side], answer) for shot, answer in zip(shots, answers, strict=True)]
        played = Round(told, history[order][before[order] :], shown[order])
        _note(race, played, report)
        report.fault(*(f"{order}: {says}" for says in judge(race, played)))
        if race.count is not None and not race.count(_whole(box, order)):
            report.fault(f"{order}: something was lost: {json.dumps(_whole(box, order))[:1500]}")
    report.fault(*books_faults(box))
    report.audits += 1


def _note(race: Race, played: Round, report: Report) -> None:
    told, _ = winners(race, played)
    report.rounds += 1
    report.answers += len(played.answers)
    report.wins.update({side.name: told.count(side) for side in race.sides})
    if told:
        report.rounds_won[told[0].name] += 1
    report.refusals.update(answer.code or str(answer.status_code) for _, answer in played.answers if not _won(answer))


def _whole(box: Fork, order: str) -> dict[str, Json]:
    """What `count` looks at."""
    shown = {"order": box.order(order), "messages": box.get("buyer", f"/v1/orders/{order}/messages?limit=100")}
    return shown | ({"dispute": box.dispute(order)} if order in box.disputes else {})


def all_orders(box: Sandbox) -> list[Json]:
    """Every order, as its buyer sees it."""
    found: list[Json] = []
    cursor = ""
    while True:
        page = box.get("buyer", f"/v1/orders?limit=100{cursor}")
        found += page["data"]
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


def books_faults(box: Sandbox, crowd: bool = False) -> Iterator[str]:
    """The audit is ok, and unless others trade there too the two sides' own sums are those of the books."""
    audit = box.audit()
    yield from (f"audit: {violation}" for violation in audit["violations"])
    books: dict[str, Any] = next(iter(audit["books"]), {})
    if not books or crowd:
        return
    seller, buyer = box.get("seller", "/v1/me"), box.get("buyer", "/v1/me")
    for name, shown in (("seller", seller["balance"]), ("hold", seller["held"]), ("refunded", buyer["refunded"])):
        cents = sum(round(float(money["amount"]) * 100) for money in shown)
        if cents != books[name]:
            yield f"{name} shows {cents} cents, the books have {books[name]}"
