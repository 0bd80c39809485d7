"""Calls that come with conditions: to happen once, and only as things were seen; and what is answered knows how it was seen."""

from __future__ import annotations

import asyncio
import copy
import datetime
import pickle
from collections.abc import Callable

import pytest
from dispute_emulator_client import AsyncEmulator, Changed, Dispute, Emulator, ItemDict, Malformed, Order, Sandbox, as_json, usd

from emulator.testing.live import LiveServer

LAMP: ItemDict = {"title": "Lamp", "quantity": 1}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(30)


# ── once ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_call_with_a_key_happens_once(sandbox: Sandbox) -> None:
    buyer, store = sandbox.buyer, sandbox.seller.store
    first, again = (buyer.place_order(store=store, item=LAMP, total=usd("64.00"), idempotency_key="lamp") for _ in range(2))
    other = buyer.place_order(store=store, item=LAMP, total=usd("64.00"), idempotency_key="another-lamp")
    assert (again, again.etag) == (first, first.etag)
    assert {order.id for order in buyer.orders()} == {first.id, other.id}


def test_a_key_is_its_callers_own_and_stands_for_one_call(sandbox: Sandbox, placed: Callable[[], Order]) -> None:
    order = placed()
    for who in (sandbox.buyer, sandbox.seller):
        assert len({who.send_message(order, "Hello.", idempotency_key="hello").id for _ in range(2)}) == 1
    assert [message.by for message in sandbox.buyer.messages(order)] == ["buyer", "seller"]
    with pytest.raises(Malformed) as reused:
        sandbox.buyer.send_message(order, "Goodbye.", idempotency_key="hello")
    assert reused.value.code == "idempotency_key_reused"
    assert list(reused.value.errors) == ["Idempotency-Key"]


def test_a_key_is_kept_for_a_day_of_the_sandbox(sandbox: Sandbox, placed: Callable[[], Order]) -> None:
    order = placed()
    for span, messages in (("PT23H", 1), ("PT1H", 2)):
        sandbox.buyer.send_message(order, "Hello.", idempotency_key="hello")
        sandbox.advance(span)
        sandbox.buyer.send_message(order, "Hello.", idempotency_key="hello")
        assert len(list(sandbox.buyer.messages(order))) == messages


def test_the_control_plane_and_uploads_take_keys_too(emulator: Emulator, sandbox: Sandbox) -> None:
    made = [emulator.sandbox(world="empty", idempotency_key=f"one-more-than-{sandbox.id}") for _ in range(2)]
    assert made[0].id == made[1].id
    assert made[0].buyer.token == made[1].buyer.token
    made[0].delete()
    assert len({sandbox.advance("P1D", idempotency_key="a-day").to for _ in range(2)}) == 1
    assert sandbox.clock.now == sandbox.began_at + datetime.timedelta(days=1)
    files = [sandbox.buyer.upload_evidence(PNG, name="crack.png", idempotency_key="crack") for _ in range(2)]
    assert files[0] == files[1]


def test_what_can_be_no_key_is_not_sent_and_what_may_be_none_is_refused(sandbox: Sandbox, placed: Callable[[], Order]) -> None:
    order = placed()
    for wrong in ("a\nb", "a\r\nIf-Match: *", "lämp", "\x00"):
        with pytest.raises(ValueError, match="cannot be sent"):
            sandbox.buyer.send_message(order, "Hello.", idempotency_key=wrong)
    for refused in ("", "two words", "x" * 256):
        with pytest.raises(Malformed) as no:
            sandbox.buyer.send_message(order, "Hello.", idempotency_key=refused)
        assert list(no.value.errors) == ["Idempotency-Key"]
    assert list(sandbox.buyer.messages(order)) == []


# ── as it was seen ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_order_and_a_dispute_have_the_etag_that_came_with_them(sandbox: Sandbox, disputed: Callable[[], Dispute]) -> None:
    buyer, dispute = sandbox.buyer, disputed()
    order = buyer.order(dispute.order)
    assert order.etag == buyer.http.get(f"/v1/orders/{order.id}").headers["ETag"]
    assert dispute.etag == buyer.http.get(f"/v1/disputes/{dispute.id}").headers["ETag"]
    edited = buyer.edit(dispute, explanation="The shade is cracked twice.")
    assert edited.etag == buyer.dispute(dispute).etag != dispute.etag
    assert buyer.send_message(order, "Look.").id
    # Everybody is shown something of his own.
    assert sandbox.seller.dispute(dispute).etag != edited.etag


def test_an_etag_is_no_part_of_what_it_names(sandbox: Sandbox, disputed: Callable[[], Dispute]) -> None:
    dispute = disputed()
    (listed,) = sandbox.buyer.disputes()
    assert listed.etag is None
    assert dispute.etag
    assert listed == dispute
    assert dispute.etag not in repr(dispute)
    assert "etag" not in as_json(dispute)
    assert Dispute.from_json(as_json(dispute)) == dispute
    for again in (pickle.loads(pickle.dumps(dispute)), copy.copy(dispute)):
        assert (again, again.etag) == (dispute, dispute.etag)


def test_what_has_changed_since_is_not_acted_upon(sandbox: Sandbox, disputed: Callable[[], Dispute]) -> None:
    buyer, seller = sandbox.buyer, sandbox.seller
    seen = disputed()
    seller.refuse(seen, reason="It left us whole.")
    with pytest.raises(Changed) as changed:
        buyer.edit(seen, amount=usd("40.00"), if_match=seen)
    assert (changed.value.status, changed.value.code) == (412, "precondition_failed")
    with pytest.raises(Changed):
        buyer.dispute(seen, if_match=seen.etag)
    now = buyer.dispute(seen)
    assert now.edits_used == 0
    assert buyer.edit(now, amount=usd("40.00"), if_match=now).edits_used == 1
    with pytest.raises(Changed):
        buyer.escalate(now, if_match=now.etag)
    assert buyer.escalate(now, if_match="*").status == "mediating"


def test_an_orders_etag_is_meant_by_what_is_done_with_an_order(sandbox: Sandbox, placed: Callable[[], Order]) -> None:
    buyer, seller = sandbox.buyer, sandbox.seller
    order = placed()
    with pytest.raises(Changed):
        # It is the buyer who has been shown this.
        seller.ship(order, if_match=order)
    shipped = seller.ship(order, if_match=seller.order(order))
    assert shipped.status == "awaiting_confirmation"
    with pytest.raises(Changed):
        buyer.confirm_receipt(order, if_match=order)
    with pytest.raises(Changed):
        sandbox.deliver(order, if_match=shipped)
    order = sandbox.deliver(order)
    with pytest.raises(Changed):
        buyer.open_dispute(order, reason="damaged", remedy="refund", amount=usd(1), explanation="Cracked.", if_match=order)
    seen = buyer.order(order)
    dispute = buyer.open_dispute(seen, reason="damaged", remedy="refund", amount=usd(1), explanation="Cracked.", if_match=seen)
    assert buyer.dispute(dispute, if_match=dispute) == dispute


def test_what_has_no_etag_is_not_taken_for_no_condition(sandbox: Sandbox, disputed: Callable[[], Dispute]) -> None:
    dispute = disputed()
    (listed,) = sandbox.buyer.disputes()
    with pytest.raises(ValueError, match="such as a list"):
        sandbox.buyer.edit(dispute, amount=usd("40.00"), if_match=listed)
    for wrong in (3, dispute.solutions[0]):
        with pytest.raises(TypeError, match="An ETag is wanted"):
            sandbox.buyer.edit(dispute, amount=usd("40.00"), if_match=wrong)  # type: ignore[arg-type]
    with pytest.raises(Malformed) as no:
        sandbox.buyer.edit(dispute, amount=usd("40.00"), if_match="no quotes")
    assert list(no.value.errors) == ["If-Match"]
    assert sandbox.buyer.dispute(dispute) == dispute


def test_the_first_answer_comes_again_although_things_have_changed_by_it(sandbox: Sandbox, disputed: Callable[[], Dispute]) -> None:
    seen = disputed()
    first, again = (sandbox.buyer.edit(seen, amount=usd("40.00"), if_match=seen, idempotency_key="less") for _ in range(2))
    assert (again, again.etag, again.edits_used) == (first, first.etag, 1)


def test_the_twin_for_async_has_etags_and_keys_too(server: LiveServer) -> None:
    async def told() -> None:
        async with AsyncEmulator(server.url) as emulator, emulator.sandbox(world="empty") as sandbox:
            buyer, seller = sandbox.buyer, sandbox.seller
            orders = [await buyer.place_order(store=seller.store, item=LAMP, total=usd(64), idempotency_key="lamp") for _ in range(2)]
            assert orders[0].id == orders[1].id
            await seller.ship(orders[0], if_match=await seller.order(orders[0]))
            with pytest.raises(Changed):
                await buyer.cancel_order(orders[0], if_match=orders[0])

    asyncio.run(told())
