"""Lists are iterators that ask for a page when they come to it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import httpx
import pytest
from dispute_emulator_client import Emulator, Malformed, Sandbox
from flask import Flask


class Counting(httpx.WSGITransport):
    """Counts the calls to the application."""

    asked: list[str]

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.url.path.rpartition('/')[2]}?{request.url.query.decode()}")
        return super().handle_request(request)


@pytest.fixture
def asked(app: Flask) -> Iterator[tuple[Sandbox, list[str]]]:
    transport = Counting(app=app)
    transport.asked = []
    with (
        Emulator("http://localhost", transport=transport) as emulator,
        emulator.sandbox(world="small", now="2026-03-02T09:00:00Z", frozen=True) as sandbox,
    ):
        transport.asked.clear()
        yield sandbox, transport.asked


def test_a_page_is_asked_for_when_its_first_entry_is_wanted(asked: tuple[Sandbox, list[str]]) -> None:
    sandbox, calls = asked
    orders = sandbox.buyer.orders(limit=3)
    assert calls == []
    assert orders.next_cursor is None
    first = next(orders)
    assert calls == ["orders?limit=3"]
    assert orders.next_cursor
    assert len(list(islice(orders, 2))) == 2
    assert len(calls) == 1
    fourth = next(orders)
    assert len(calls) == 2
    rest = orders.all()
    whole = list(sandbox.buyer.orders(limit=100))
    assert [whole[0], whole[3], *whole[4:]] == [first, fourth, *rest]
    assert orders.next_cursor is None
    assert list(orders) == []
    with pytest.raises(StopIteration):
        next(orders)


def test_any_size_of_page_shows_the_same(asked: tuple[Sandbox, list[str]]) -> None:
    sandbox, _ = asked
    for read in (sandbox.buyer.orders, sandbox.timeline, sandbox.forecast, sandbox.mailbox, sandbox.seller.mailbox):
        whole = list(read())
        assert len(whole) > 7
        assert list(read(limit=1)) == list(read(limit=7)) == whole


def test_filters_go_along_from_page_to_page(asked: tuple[Sandbox, list[str]]) -> None:
    sandbox, calls = asked
    finished = list(sandbox.buyer.orders(status="finished", limit=1))
    assert {order.status for order in finished} == {"finished"}
    assert len(finished) > 1
    assert all("status=finished" in call for call in calls)
    assert all("cursor=" in call for call in calls[1:])
    quarrelling = list(sandbox.buyer.orders(in_dispute=True))
    assert {order.status for order in quarrelling} == {"in_dispute"}
    peaceful = list(sandbox.buyer.orders(in_dispute=False))
    assert len(peaceful) + len(quarrelling) == len(list(sandbox.buyer.orders()))
    assert {dispute.status for dispute in sandbox.buyer.disputes(status="closed")} == {"closed"}


def test_a_list_that_was_left_goes_on_at_its_cursor(asked: tuple[Sandbox, list[str]]) -> None:
    sandbox, _ = asked
    orders = sandbox.buyer.orders(limit=2)
    begun = [next(orders), next(orders)]
    assert begun + list(sandbox.buyer.orders(cursor=orders.next_cursor)) == list(sandbox.buyer.orders())


def test_an_empty_list_and_one_that_is_refused(asked: tuple[Sandbox, list[str]]) -> None:
    sandbox, _ = asked
    assert list(sandbox.snapshots()) == []
    refused = sandbox.buyer.orders(limit=101)
    with pytest.raises(Malformed):
        next(refused)
