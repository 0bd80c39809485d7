"""The people of the crowd, let at an emulator in process: they go on and on, and are never refused without a reason."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from flask import Flask

from emulator import create_app
from emulator.domain.rules import BY_NAME as ACTIONS
from loadtests.crowd.bodies import Seen, body_of, part_of, reasons_open
from loadtests.crowd.control import Control, Wish, seats
from loadtests.crowd.judging import Answer
from loadtests.crowd.mix import Habits, read_mix
from loadtests.crowd.movers import Carrier, Round, TimeTraveller
from loadtests.crowd.people import Call, Judge, Person
from loadtests.crowd.summing import money, transitions
from loadtests.crowd.traders import Buyer, Mediator, Seller

PEOPLE: dict[type[Person], int] = {Buyer: 5, Seller: 2, Mediator: 1, Carrier: 1, TimeTraveller: 1}
STEPS = 70


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    made = create_app(f"sqlite:///{tmp_path / 'crowd.db'}", demo=False)
    yield made
    made.extensions["dispute_emulator"].close()


class FlaskLine:
    """Carries calls to an application of this process, and keeps what was said of the answers."""

    def __init__(self, app: Flask) -> None:
        self._client = app.test_client()
        self.well: Counter[str] = Counter()
        self.reads = 0
        self.overtaken: Counter[str] = Counter()
        self.faults: list[str] = []

    def send(self, call: Call, judge: Judge) -> Answer:
        headers = {"Authorization": f"Bearer {call.token}"} if call.token else {}
        sent: dict[str, Any] = {} if call.body is None else {"json": call.body}
        if call.file is not None:
            sent = {"data": {"file": (io.BytesIO(call.file[1]), call.file[0])}, "content_type": "multipart/form-data"}
        response = self._client.open(call.path, method=call.method, headers=headers, **sent)
        answer = Answer(response.status_code, response.get_json(silent=True), response.headers["Date"])
        found = judge(answer)
        if found.fault:
            self.faults.append(f"{found.fault}: {call} → {answer.body}")
        elif found.overtaken:
            self.overtaken[found.overtaken] += 1
        else:
            self.well[call.name] += 1
            self.reads += call.method == "GET"
        return answer


def control_of(app: Flask) -> Control:
    return Control(httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://127.0.0.1"))


def test_a_crowd_on_two_rulesets_is_never_refused_without_a_reason_and_takes_most_of_the_table(app: Flask) -> None:
    control = control_of(app)
    sandboxes = list(control.make(Wish(2, seed="crowd")))
    before = [control.audit(sandbox["id"])["books"] for sandbox in sandboxes]
    line, rng, mix = FlaskLine(app), Random(6), read_mix()
    crowd = []
    for kind, many in PEOPLE.items():
        places = seats(sandboxes, kind.role)
        crowd += [kind(line, mix.habits[kind.role], cycle(places[n:] + places[:n]), rng) for n in range(many)]
    for _ in range(STEPS):
        for person in crowd:
            person.step()
    assert line.faults == []
    assert 0.65 < line.reads / line.well.total() < 0.85
    audits = [control.audit(sandbox["id"]) for sandbox in sandboxes]
    assert [audit["violations"] for audit in audits] == [[], []]
    taken = transitions([control.coverage(sandbox["id"]) for sandbox in sandboxes])
    # Fewer than were carried out could not be: each good answer to an action is one row.
    assert sum(row["hits"] for row in taken["rows"]) == sum(many for name, many in line.well.items() if name in ACTIONS)
    assert sum(1 for row in taken["rows"] if row["hits"]) > 30
    assert sum(timer["hits"] for timer in taken["timers"]) > 0
    moved = {book["currency"]: book for book in money([(old, audit["books"]) for old, audit in zip(before, audits, strict=True)])}
    purses = ("escrow", "hold", "seller", "refunding", "refunded")
    assert all(sum(round(float(book[purse]) * 1000) for purse in purses) == round(float(book["paid"]) * 1000) for book in moved.values())
    assert float(moved["USD"]["paid"]) > 0


# ── who was overtaken ──────────────────────────────────────────────────────────────────────────────────────────────────


def buyers(app: Flask) -> tuple[FlaskLine, Buyer, Buyer]:
    """Two who share an account, and have both seen the same order, which can be confirmed."""
    (sandbox,) = control_of(app).make(Wish(1, ruleset="standard", seed="buyers"))
    line, (seat, *_) = FlaskLine(app), seats([sandbox], "buyer")
    habits = Habits(0.0, {"orders": 1.0}, {"confirm_receipt": 1.0})
    one, other = (Buyer(line, habits, cycle([seat]), Random(1)) for _ in range(2))
    one.take("orders", one.get("orders", "/v1/orders?status=awaiting_confirmation"))
    other.focus, other.now = one.focus, one.now
    return line, one, other


def test_who_was_overtaken_looks_again_and_goes_on_from_there(app: Flask) -> None:
    line, one, other = buyers(app)
    one.do({"action": "confirm_receipt", "method": "POST", "href": f"/v1/orders/{one.focus['id']}/confirm-receipt"})
    other.do({"action": "confirm_receipt", "method": "POST", "href": f"/v1/orders/{other.focus['id']}/confirm-receipt"})
    assert (line.well["confirm_receipt"], dict(line.overtaken), line.faults) == (1, {"receipt_not_expected": 1}, [])
    assert other.focus["status"] == "finished"


def test_a_refusal_although_nothing_has_changed_is_a_fault(app: Flask) -> None:
    line, one, _ = buyers(app)
    order = one.focus["id"]
    one.focus = one.get("order", f"/v1/orders/{order}").body
    # What no answer ever allowed: it is the same as an answer that allows what is then refused.
    one.do({"action": "review", "method": "POST", "href": f"/v1/orders/{order}/review"})
    (fault,) = line.faults
    assert fault.startswith("review was refused although nothing had changed since it was allowed: 409 not_finished_yet")


# ── what is known and drawn ────────────────────────────────────────────────────────────────────────────────────────────


def posted(order: str, action: str, at: str, **details: str) -> dict[str, Any]:
    return {"order": order, "action": action, "at": at, "details": details}


def test_a_carrier_hears_of_each_parcel_once_and_forgets_it_when_it_is_delivered() -> None:
    known = Round()
    first = [posted("ord_1", "ship", "09:00"), posted("ord_2", "ship_return", "10:00")]
    known.hear(first)
    assert set(known.parcels) == {("ord_1", "order"), ("ord_2", "return")}
    known.hear([posted("ord_2", "deliver", "10:00", parcel="return")])
    known.hear([first[1], posted("ord_2", "deliver", "10:00", parcel="return"), posted("ord_3", "send_message", "10:00")])
    assert set(known.parcels) == {("ord_1", "order")}
    assert known.since == "10:00"


def test_neighbours_sit_in_different_sandboxes_and_who_has_no_account_has_one_seat_in_each() -> None:
    def sandbox(number: int) -> dict[str, Any]:
        accounts = [{"role": "buyer", "token": f"tok_{number}{name}", "store": None} for name in "ab"]
        return {"id": f"sbx_{number}", "settings": {}, "accounts": accounts}

    made = [sandbox(1), sandbox(2)]
    assert [seat.token for seat in seats(made, "buyer")] == ["tok_1a", "tok_2a", "tok_1b", "tok_2b"]
    assert [(seat.sandbox, seat.token) for seat in seats(made, "carrier")] == [("sbx_1", ""), ("sbx_2", "")]


@pytest.mark.parametrize(
    ("amount", "share", "part"), [("47.00", 0.5, "23.50"), ("47.00", 0.999, "46.95"), ("0.01", 0.1, "0.01"), ("3792", 0.5, "1896")]
)
def test_a_part_of_a_sum_has_its_currencys_places_and_is_never_nothing(amount: str, share: float, part: str) -> None:
    assert part_of({"amount": amount, "currency": "USD"}, share) == {"amount": part, "currency": "USD"}


def test_the_reasons_of_a_dispute_are_those_that_the_order_gives() -> None:
    order = {"delivery_due_at": "2026-03-10T00:00:00Z", "delivered_at": None, "confirmed_at": None}
    before, after = (datetime(2026, 3, day, tzinfo=UTC) for day in (9, 10))
    assert reasons_open(Seen("buyer", order, now=before)) == []
    assert set(reasons_open(Seen("buyer", order, now=after))) == {"not_received", "no_tracking", "tracking_invalid", "wrong_address"}
    confirmed = order | {"confirmed_at": "2026-03-08T00:00:00Z"}
    assert "damaged" in reasons_open(Seen("buyer", confirmed, now=before))
    assert "not_received" not in reasons_open(Seen("buyer", confirmed, now=after))


def test_all_of_the_money_for_damaged_goods_is_asked_for_only_against_the_goods() -> None:
    total = {"amount": "47.00", "currency": "USD"}
    order = {"total": total, "delivery_due_at": None, "delivered_at": "2026-03-08T00:00:00Z", "confirmed_at": None}
    drawn = [body_of("open_dispute", Seen("buyer", order), Random(seed)) for seed in range(300)]
    damaged = [body for body in drawn if body["reason"] == "damaged" and body.get("amount") == total]
    assert {body["remedy"] for body in damaged} == {"return_and_refund"}
