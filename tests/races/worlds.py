"""Races over whole sandboxes: resets, snapshots, forks, journeys and deletions against commands, and what many make at once.

Here no history says who came first: a reset leaves none. So the clock of the one machine that asks is taken: what had ended before another
thing began was before it.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from emulator.pictures import picture

from ..sandbox import Json, Sandbox, usd
from .connection import Answered, written
from .harness import PAGE, Field, Fork, Report, Shot, all_orders, books_faults, fork
from .server import THREADS

BOUNDARY = "a-boundary"
SERVER_FAULT = 500


@dataclass(slots=True)
class Round:
    """One round: the sandbox afterwards, the order it began with, what was prepared, and the answers by the name of the request."""

    box: Fork
    order: str
    prepared: str
    answers: list[tuple[str, Answered]]

    def of(self, name: str, *statuses: int) -> list[Answered]:
        """The answers to these requests, all or those with these statuses."""
        return [answer for other, answer in self.answers if other == name and (not statuses or answer.status_code in statuses)]


Send = Callable[[Fork, str, str, int], bytes]
Judge = Callable[[Round], Iterator[str]]


@dataclass(frozen=True, slots=True)
class WorldRace:
    """Requests of several kinds, each with how many of sixteen send it and what answers it may get, and a judge of the end."""

    name: str
    at: Callable[[Sandbox], str]
    sides: Mapping[str, tuple[int, Send, frozenset[str]]]
    judge: Judge
    prepare: Callable[[Fork], str] = lambda box: ""
    wish: Mapping[str, Any] = field(default_factory=dict)
    # The sandbox is gone afterwards.
    gone: bool = False
    # Others trade in it too, so the sums of one buyer and one seller are not those of the books.
    crowd: bool = False
    # A round of it is worth so many.
    worth: int = 1


def may(*answers: str) -> frozenset[str]:
    """Statuses of success, and names of refusals."""
    return frozenset(answers)


# ── the requests ───────────────────────────────────────────────────────────────────────────────────────────────────────


def control(method: str, path: str, body: Json | None = None) -> Send:
    """A call of the control plane below the sandbox; `{prepared}` is what was prepared."""

    def send(box: Fork, order: str, prepared: str, sender: int) -> bytes:
        text = json.dumps(body or {}).replace("{prepared}", prepared)
        return written(method, f"{box.path}{path}".replace("{prepared}", prepared), {}, text.encode() if method != "DELETE" else b"")

    return send


def market(by: str, method: str, path: str, body: Callable[[Fork, str, int], Json] | None = None) -> Send:
    """A call of the marketplace; `{order}` is the order it began with."""

    def send(box: Fork, order: str, prepared: str, sender: int) -> bytes:
        data = json.dumps({} if body is None else body(box, order, sender)).encode()
        return written(method, path.replace("{order}", order), box.headers(by), data if method != "GET" else b"")

    return send


def _upload(by: str, name: Callable[[int], str]) -> Send:
    def send(box: Fork, order: str, prepared: str, sender: int) -> bytes:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{sender}.png"\r\n\r\n'
        data = head.encode() + picture(name(sender)) + f"\r\n--{BOUNDARY}--\r\n".encode()
        return written("POST", "/v1/evidence", box.headers(by), data, f"multipart/form-data; boundary={BOUNDARY}")

    return send


def _disputes_another(box: Fork, order: str, prepared: str, sender: int) -> bytes:
    """Each sender opens a dispute on an order of its own."""
    return written(
        "POST",
        f"/v1/orders/{prepared.split()[sender]}/disputes",
        box.headers("buyer"),
        json.dumps(box.opening(reason="defective")).encode(),
    )


ships = market("seller", "POST", "/v1/orders/{order}/ship")
buys = market(
    "buyer",
    "POST",
    "/v1/orders",
    lambda box, order, n: {"store": box.store, "item": {"title": f"Lamp {n}", "quantity": 1}, "total": usd("9.00")},
)
looks = market("buyer", "GET", "/v1/orders/{order}")
lists = market("seller", "GET", "/v1/orders?limit=100")
writes = market("buyer", "POST", "/v1/orders/{order}/messages", lambda box, order, n: {"text": f"Word {n}."})
resets = control("POST", "/reset")
WEEK_LATER = "2026-01-08T12:00:00Z"
MONTH_LATER = "2026-02-01T12:00:00Z"


# ── where they start ───────────────────────────────────────────────────────────────────────────────────────────────────


def one_placed(box: Sandbox) -> str:
    return box.placed()


def several_placed(box: Sandbox) -> str:
    """Five orders whose timers fire an hour apart."""
    first = box.placed()
    for _ in range(4):
        box.advance(by="PT1H")
        box.placed()
    return first


def many_placed(box: Sandbox) -> str:
    first, *_ = [box.placed() for _ in range(25)]
    return first


def sixteen_delivered(box: Sandbox) -> str:
    first, *_ = [box.delivered() for _ in range(16)]
    return first


def snapshot(box: Fork) -> str:
    return str(box.control("POST", "/snapshots", json={})["id"])


def orders_of(box: Fork) -> str:
    return " ".join(order["id"] for order in all_orders(box))


def just_before_the_timers(box: Fork) -> str:
    """A clock that runs, and by now has passed a timer that nobody has looked for."""
    at = min(step["at"] for step in box.forecast())
    before = (datetime.fromisoformat(at) - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    box.control("PUT", "/clock", json={"mode": "shifted", "now": before})
    time.sleep(2.1)
    return str(at)


# ── judges ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def fired(played: Round, name: str) -> Counter[tuple[str, str, str]]:
    """Timers in the answers of those who moved time: when, of which order, by which rule."""
    steps = [step for answer in played.of(name, 200) for step in answer.json["fired"]]
    return Counter((step["at"], step["order"], step["rule"]) for step in steps)


def fired_in_history(box: Sandbox) -> Counter[tuple[str, str, str]]:
    lines = box.pages(f"/timeline?limit={PAGE}")
    return Counter((line["at"], line["order"], line["rule"]) for line in lines if line["by"] == "system")


def timers_fire_once(played: Round, name: str) -> Iterator[str]:
    """Each timer stands once in the history and once in the answers."""
    history = fired_in_history(played.box)
    if any(count > 1 for count in history.values()):
        yield f"a timer has fired more than once: {history}"
    if (told := fired(played, name)) != history:
        yield f"the answers tell of {sum(told.values())} timers, the history of {sum(history.values())}: {told - history} {history - told}"


def nothing_is_left(played: Round) -> Iterator[str]:
    if orders := all_orders(played.box):
        yield f"after the reset there are orders: {[order['id'] for order in orders]}"
    if played.box.pages(f"/timeline?limit={PAGE}") or played.box.pages("/mailbox?limit=100"):
        yield "after the reset there is history or mail"
    if len(played.of("ships", 200)) > 1:
        yield "shipped twice"


def bought_after_the_reset(played: Round) -> Iterator[str]:
    """What began after the last reset had ended is there; what had ended before the last one began is gone."""
    there = {order["id"]: order["item"]["title"] for order in all_orders(played.box)}
    told = [(answer.json["id"], answer.json["item"]["title"], answer) for answer in played.of("buys", 201)]
    resets_of = played.of("resets", 200)
    last_end, last_begin = max(reset.ended for reset in resets_of), max(reset.began for reset in resets_of)
    for order, title in there.items():
        if (order, title) not in {(known, name) for known, name, _ in told}:
            yield f"order {order} is there, but nobody was told of it"
    for order, title, answer in told:
        shown = there.get(order) == title
        if answer.began > last_end and not shown:
            yield f"order {order} was placed after the last reset and is gone"
        if answer.ended < last_begin and shown:
            yield f"order {order} was placed before the last reset and is there"


def shipped_or_restored(played: Round) -> Iterator[str]:
    shipped = played.box.order(played.order)["status"] == "awaiting_confirmation"
    restores, wins = played.of("restores", 200), played.of("ships", 200)
    if shipped and not wins:
        yield "it is shipped though nobody was told so"
    if not shipped and any(win.began > max(r.ended for r in restores) for win in wins):
        yield "a shipment after the last restoring is lost"
    if shipped and all(win.ended < max(r.began for r in restores) for win in wins):
        yield "a shipment before the last restoring is there"


def copies_are_whole(name: str, kind: str) -> Judge:
    """Exactly one has shipped; each copy is of one instant, from before or after that."""

    def judge(played: Round) -> Iterator[str]:
        wins = played.of("ships", 200)
        if len(wins) != 1:
            yield f"{len(wins)} have shipped"
            return
        ids = [answer.json["id"] for answer in played.of(name, 201)]
        if len(set(ids)) != len(ids):
            yield f"two copies have one id: {ids}"
        if played.box.order(played.order)["status"] != "awaiting_confirmation":
            yield "the shipment is lost"
        for answer in played.of(name, 201):
            made = played.box.control("POST", "/fork", json={"snapshot": answer.json["id"]}) if kind == "snapshot" else answer.json
            copy = Fork(played.box, made)
            status = copy.order(played.order)["status"]
            if answer.ended < wins[0].began and status != "awaiting_shipment":
                yield "a copy from before the shipment has it"
            if answer.began > wins[0].ended and status != "awaiting_confirmation":
                yield "a copy from after the shipment has it not"
            yield from (f"copy: {says}" for says in books_faults(copy))
            copy.control("DELETE")

    return judge


def moved_together(played: Round) -> Iterator[str]:
    yield from timers_fire_once(played, "moves")
    if played.box.now() != MONTH_LATER:
        yield f"the clock shows {played.box.now()}"


def moved_one_after_the_other(played: Round) -> Iterator[str]:
    """Whoever moves time by a day has moved it by a day of his own."""
    yield from timers_fire_once(played, "moves")
    starts = sorted(answer.json["from"] for answer in played.of("moves", 200))
    if len(set(starts)) != len(starts):
        yield f"several journeys by a day began at one instant, so days are lost: {starts}; the clock shows {played.box.now()}"


def next_ones_once(played: Round) -> Iterator[str]:
    """Five timers lie ahead: five go to the next one, each to another, and for the rest there is none."""
    yield from timers_fire_once(played, "moves")
    ends = sorted(answer.json["to"] for answer in played.of("moves", 200))
    if len(set(ends)) != len(ends):
        yield f"several went to the same next timer: {ends}"


def all_overdue_are_cancelled(played: Round) -> Iterator[str]:
    yield from timers_fire_once(played, "moves")
    now = played.box.now()
    for order in all_orders(played.box):
        overdue = order["processing_ends_at"] <= now
        if (order["status"] == "cancelled") != overdue:
            yield f"order {order['id']} is {order['status']} at {now}, its processing ends at {order['processing_ends_at']}"
    bought = {answer.json["id"] for answer in played.of("buys", 201)}
    if not bought <= {order["id"] for order in all_orders(played.box)}:
        yield "an order is lost"


def deleted_once(played: Round) -> Iterator[str]:
    if len(played.of("deletes", 204)) != 1:
        yield f"{len(played.of('deletes', 204))} have deleted it"
    if played.box.client.get(played.box.path).status_code != 404:
        yield "it is still there"
    if played.box.call("buyer", "GET", "/v1/me").status_code != 401:
        yield "its tokens still work"
    gone = min(answer.ended for answer in played.of("deletes", 204))
    if any(ship.began > gone for ship in played.of("ships", 200)):
        yield "something was shipped in a sandbox that is gone"


def all_are_there(played: Round) -> Iterator[str]:
    told = [answer.json["id"] for answer in played.of("buys", 201)]
    there = [order["id"] for order in all_orders(played.box)]
    if len(set(told)) != THREADS or sorted(there) != sorted([*told, played.order]):
        yield f"{len(set(told))} orders were told of, {len(there) - 1} are there"
    store = played.box.get("buyer", f"/v1/stores/{played.box.store}")
    if store["orders"] != THREADS + 1:
        yield f"the store counts {store['orders']}"


def files_are_there(played: Round) -> Iterator[str]:
    uploads = [answer for _, answer in played.answers]
    ids = {answer.json["id"] for answer in uploads}
    if len(ids) != THREADS:
        yield f"{len(ids)} ids for {THREADS} files"
    for by, name in (("buyer", "uploads the same"), ("seller", "uploads others")):
        for answer in played.of(name):
            found = played.box.call(by, "GET", f"/v1/evidence/{answer.json['id']}")
            if found.status_code != 200 or len(found.data) != answer.json["size"]:
                yield f"{answer.json['id']} is not what was sent"


def closed_by_all(played: Round) -> Iterator[str]:
    if len(played.of("opens", 201)) != THREADS:
        yield "not all could open"
    if played.box.get("buyer", f"/v1/stores/{played.box.store}")["closed_at"] is None:
        yield "the store is open after the last dispute that closes it"


def closed_to_later_orders(played: Round) -> Iterator[str]:
    if played.box.get("buyer", f"/v1/stores/{played.box.store}")["closed_at"] is None:
        yield "the store is open after the dispute that closes it"
    opened = sorted(answer.ended for answer in played.of("opens", 201))
    if len(opened) != THREADS // 2:
        yield f"{len(opened)} could open"
    if opened and any(answer.began > opened[3] for answer in played.of("buys", 201)):
        yield "a closed store has sold something"
    told = {answer.json["id"] for answer in played.of("buys", 201)}
    if len(all_orders(played.box)) != THREADS + len(told):
        yield "an order is lost"


def looked_for_once(played: Round) -> Iterator[str]:
    history = fired_in_history(played.box)
    if len(history) != len(all_orders(played.box)) or any(count > 1 for count in history.values()):
        yield f"{sum(history.values())} timers fired for {len(all_orders(played.box))} orders"
    if {at for at, _, _ in history} != {played.prepared}:
        yield "a timer has fired at another instant than its own"
    if any(order["status"] != "cancelled" for order in all_orders(played.box)):
        yield "an overdue order is not cancelled"


def words_are_there(played: Round) -> Iterator[str]:
    texts = Counter(m["text"] for m in played.box.get("buyer", f"/v1/orders/{played.order}/messages?limit=100")["data"])
    if len(texts) != len(played.of("writes", 201)) or set(texts.values()) != {1}:
        yield f"{len(texts)} messages are there"


OK, MADE, DELETED = "200", "201", "204"
HALF = THREADS // 2

RACES: tuple[WorldRace, ...] = (
    WorldRace(
        "reset / ships",
        one_placed,
        {"resets": (HALF, resets, may(OK)), "ships": (HALF, ships, may(OK, "not_awaiting_shipment", "not_found"))},
        nothing_is_left,
    ),
    WorldRace("reset / buys", one_placed, {"resets": (HALF, resets, may(OK)), "buys": (HALF, buys, may(MADE))}, bought_after_the_reset),
    WorldRace("reset, sixteen times", one_placed, {"resets": (THREADS, resets, may(OK))}, nothing_is_left),
    WorldRace(
        "restore / ships",
        one_placed,
        {
            "restores": (HALF, control("POST", "/snapshots/{prepared}/restore"), may(OK)),
            "ships": (HALF, ships, may(OK, "not_awaiting_shipment")),
        },
        shipped_or_restored,
        prepare=snapshot,
    ),
    WorldRace(
        "snapshot / ships",
        one_placed,
        {"keeps": (4, control("POST", "/snapshots"), may(MADE)), "ships": (12, ships, may(OK, "not_awaiting_shipment"))},
        copies_are_whole("keeps", "snapshot"),
    ),
    WorldRace(
        "fork / ships",
        one_placed,
        {"forks": (4, control("POST", "/fork"), may(MADE)), "ships": (12, ships, may(OK, "not_awaiting_shipment"))},
        copies_are_whole("forks", "fork"),
    ),
    WorldRace(
        "moves time to one instant, sixteen times",
        several_placed,
        {"moves": (THREADS, control("POST", "/clock/advance", {"to": MONTH_LATER}), may(OK))},
        moved_together,
    ),
    WorldRace(
        "moves time by a day, sixteen times",
        several_placed,
        {"moves": (THREADS, control("POST", "/clock/advance", {"by": "P1D"}), may(OK))},
        moved_one_after_the_other,
    ),
    WorldRace(
        "moves time to the next timer, sixteen times",
        several_placed,
        {"moves": (THREADS, control("POST", "/clock/advance", {"to_next": True}), may(OK, "nothing_due"))},
        next_ones_once,
    ),
    WorldRace(
        "moves time / buys",
        one_placed,
        {"moves": (HALF, control("POST", "/clock/advance", {"to": MONTH_LATER}), may(OK)), "buys": (HALF, buys, may(MADE))},
        all_overdue_are_cancelled,
    ),
    WorldRace(
        "reads find what is overdue",
        many_placed,
        {"looks": (6, looks, may(OK)), "lists": (6, lists, may(OK)), "ships": (4, ships, may("not_awaiting_shipment"))},
        looked_for_once,
        prepare=just_before_the_timers,
        worth=25,
    ),
    WorldRace(
        "deletes the sandbox / ships",
        one_placed,
        {
            "deletes": (HALF, control("DELETE", ""), may(DELETED, "not_found")),
            "ships": (HALF, ships, may(OK, "not_awaiting_shipment", "unauthenticated")),
        },
        deleted_once,
        gone=True,
    ),
    WorldRace("buys, sixteen times", one_placed, {"buys": (THREADS, buys, may(MADE))}, all_are_there),
    WorldRace(
        "uploads of both sides",
        one_placed,
        {
            "uploads the same": (HALF, _upload("buyer", lambda n: "same.png"), may(MADE)),
            "uploads others": (HALF, _upload("seller", lambda n: f"{n}.png"), may(MADE)),
        },
        files_are_there,
    ),
    WorldRace(
        "opens sixteen disputes, which close the store",
        sixteen_delivered,
        {"opens": (THREADS, _disputes_another, may(MADE))},
        closed_by_all,
        prepare=orders_of,
        wish={"settings": {"store_close_count": THREADS}},
    ),
    WorldRace(
        "opens disputes, which close the store / buys",
        sixteen_delivered,
        {"opens": (HALF, _disputes_another, may(MADE)), "buys": (HALF, buys, may(MADE, "store_closed"))},
        closed_to_later_orders,
        prepare=orders_of,
        wish={"settings": {"store_close_count": 4}},
    ),
    WorldRace(
        "plays a scenario / writes",
        one_placed,
        {"plays": (4, control("POST", "/scenarios/S14", {}), may(MADE)), "writes": (12, writes, may(MADE))},
        words_are_there,
        crowd=True,
    ),
)


# ── running ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def judge(race: WorldRace, played: Round) -> Iterator[str]:
    """Everything that is wrong with a round."""
    for name, answer in played.answers:
        got = str(answer.status_code) if answer.status_code in (200, 201, 204) else answer.code or str(answer.status_code)
        if got not in race.sides[name][2]:
            yield f"{name} got {answer.status_code} {answer.text[:300]}"
        if answer.status_code >= SERVER_FAULT or not answer.status_code:
            return
    yield from race.judge(played)
    if not race.gone:
        yield from books_faults(played.box, race.crowd)


def run(race: WorldRace, ground: Field, rounds: int) -> Report:
    """So many rounds of one race, each in a sandbox of its own."""
    began = time.monotonic()
    report = Report(race.name)
    origin = Sandbox(ground.main, **race.wish)  # type: ignore[arg-type] # it stands in for Flask's client
    order = race.at(origin)
    names = [name for name, (share, _, _) in race.sides.items() for _ in range(share)]
    while report.rounds < rounds:
        box = fork(origin)
        prepared = race.prepare(box)
        ground.random.shuffle(names)
        late = dict(zip(race.sides, ground.delays([report.rounds_won[name] for name in race.sides]), strict=True))
        shots = [Shot(0, race.sides[name][1](box, order, prepared, n), late[name]) for n, name in enumerate(names)]
        played = Round(box, order, prepared, list(zip(names, ground.fire([shots])[0], strict=True)))
        report.fault(*judge(race, played))
        _note(race, played, report)
        if not race.gone:
            box.control("DELETE")
    origin.control("DELETE")
    report.seconds = time.monotonic() - began
    return report


def _note(race: WorldRace, played: Round, report: Report) -> None:
    report.rounds += race.worth
    report.answers += len(played.answers)
    report.audits += not race.gone
    won: Sequence[tuple[str, Answered]] = [(name, answer) for name, answer in played.answers if answer.status_code in (200, 201, 204)]
    report.wins.update(dict.fromkeys(race.sides, 0))
    report.wins.update(name for name, _ in won)
    if won:
        report.rounds_won[min(won, key=lambda pair: pair[1].ended)[0]] += 1
    report.refusals.update(
        answer.code or str(answer.status_code) for _, answer in played.answers if answer.status_code not in (200, 201, 204)
    )
