"""Money, ids, instants and spans: what goes into a call, and what is no such thing."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from dispute_emulator_client import Dispute, Malformed, Money, NotFound, Order, Sandbox, as_json, usd
from dispute_emulator_client.values import duration_text, id_of, ids_of, instant_text
from freezegun import freeze_time

NOON = datetime.datetime(2026, 3, 2, 12, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("given", "is_"),
    [("45.00", "45.00"), ("45", "45.00"), (45, "45.00"), (Decimal("4.5"), "4.50"), ("-1.1", "-1.10"), ("1e3", "1000.00")],
    ids=repr,
)
def test_dollars_have_two_places(given: Any, is_: str) -> None:
    assert as_json(usd(given)) == {"amount": is_, "currency": "USD"}
    assert usd(given) == Money(Decimal(is_), "USD")


@pytest.mark.parametrize("wrong", ["0.001", "a lot", "", "NaN", "Infinity"])
def test_what_is_no_money_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"cents|no amount"):
        usd(wrong)


def test_money_is_never_a_float() -> None:
    with pytest.raises(TypeError, match=r'"0\.1"'):
        usd(0.1)  # type: ignore[arg-type]


@pytest.mark.parametrize(("amount", "currency"), [("500", "JPY"), ("1.250", "KWD"), ("64.00", "EUR")])
def test_a_currency_keeps_its_own_places_there_and_back(amount: str, currency: str, sandbox: Sandbox) -> None:
    total = Money.of(amount, currency)
    order = sandbox.buyer.place_order(store=sandbox.seller.store, item={"title": "Lamp", "quantity": 1}, total=total)
    assert order.total == total
    assert str(order.total) == f"{amount} {currency}"
    assert as_json(order.total) == {"amount": amount, "currency": currency}
    again = sandbox.buyer.place_order(store=order.store, item=order.item, total={"amount": amount, "currency": currency})
    assert (again.total, again.item) == (order.total, order.item)


def test_an_id_or_whatever_has_one(sandbox: Sandbox, disputed: Callable[[], Dispute]) -> None:
    dispute = disputed()
    order = sandbox.buyer.order(dispute.order)
    assert order.dispute is not None
    assert sandbox.buyer.dispute(dispute) == sandbox.buyer.dispute(dispute.id) == sandbox.buyer.dispute(order.dispute)
    assert list(sandbox.buyer.disputes(order=order)) == [dispute]
    assert list(sandbox.forecast(order=order)) == list(sandbox.forecast(order=order.id))
    for wrong in (None, 3, object()):
        with pytest.raises(TypeError, match="An id is wanted"):
            id_of(wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="A list of ids"):
        ids_of("evd_1")


def test_an_id_never_leaves_its_place_in_the_path(sandbox: Sandbox, placed: Callable[[], Order]) -> None:
    order = placed()
    for wrong in (f"../orders/{order.id}", f"{order.id}/payment", "", ".", ".."):
        with pytest.raises(ValueError, match="is no id"):
            sandbox.buyer.order(wrong)
    for unknown in (f"{order.id}?limit=1", f"{order.id}#x", f"{order.id};x", "a b", "ü", "%2e%2e", "%2f"):
        with pytest.raises(NotFound) as no:
            sandbox.buyer.order(unknown)
        assert no.value.code == "not_found"


def test_instants_and_spans_are_whole_seconds() -> None:
    east = datetime.timezone(datetime.timedelta(hours=2))
    assert instant_text(NOON) == instant_text(NOON.astimezone(east)) == instant_text(NOON.replace(tzinfo=None)) == "2026-03-02T12:00:00Z"
    assert instant_text("whatever") == "whatever"
    assert duration_text(datetime.timedelta(days=2, hours=1, seconds=5)) == "P2DT3605S"
    with pytest.raises(ValueError, match="whole seconds"):
        instant_text(NOON.replace(microsecond=1))
    with pytest.raises(ValueError, match="whole seconds"):
        duration_text(datetime.timedelta(milliseconds=1))
    with pytest.raises(ValueError, match="never goes back"):
        duration_text(datetime.timedelta(days=-1))
    with freeze_time(NOON):
        assert as_json([datetime.datetime.now(datetime.UTC), datetime.timedelta(days=1)]) == ["2026-03-02T12:00:00Z", "P1DT0S"]
    with pytest.raises(TypeError, match="no form in JSON"):
        as_json(object())


def test_what_the_emulator_does_not_take_it_refuses_itself(sandbox: Sandbox) -> None:
    with pytest.raises(Malformed) as no:
        sandbox.buyer.place_order(store=sandbox.seller.store, item={"title": "Lamp", "quantity": 1}, total=Money.of("1.001", "USD"))
    assert list(no.value.errors) == ["total.amount"]
