"""A program of somebody's who has the client and nothing else: it uses many calls, and mypy --strict has nothing against it."""

from __future__ import annotations

import asyncio
import datetime
import sys
from collections.abc import Iterable

from dispute_emulator_client import (
    Account,
    AsyncEmulator,
    Changed,
    Conflict,
    Dispute,
    Emulator,
    Malformed,
    Money,
    Order,
    OrderStatus,
    Reason,
    Refused,
    Sandbox,
    TimelineEntry,
    Unavailable,
    as_json,
    usd,
)

NOW = datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC)


def bought(sandbox: Sandbox, total: Money) -> Order:
    order = sandbox.buyer.place_order(store=sandbox.seller.store, item={"title": "Lamp", "quantity": 1}, total=total)
    sandbox.seller.ship(order, tracking_number="RB482910553CN", delivery_days=20)
    return sandbox.deliver(order, parcel="order")


def opened(buyer: Account, order: Order, reason: Reason) -> Dispute:
    photo = buyer.upload_evidence(b"\x89PNG\r\n\x1a\n" + bytes(20), name="crack.png")
    return buyer.open_dispute(
        order, reason=reason, remedy="refund", amount=usd("45.00"), explanation="The shade is cracked.", evidence=[photo]
    )


def told(entries: Iterable[TimelineEntry]) -> list[str]:
    return [f"{entry.at:%m-%d} {entry.by} {entry.action}" for entry in entries]


def quarrel(emulator: Emulator) -> list[str]:
    with emulator.sandbox(world="empty", now=NOW, frozen=True, ruleset="standard", settings={"edits_max": 2}) as sandbox:
        buyer, seller, mediator = sandbox.buyer, sandbox.seller, sandbox.mediator
        order = bought(sandbox, usd("64.00"))
        dispute = opened(buyer, order, "damaged")
        buyer.edit(dispute, amount=Money.of("40.00", "USD"), if_match=dispute, idempotency_key="less")
        try:
            buyer.edit(dispute, amount=Money.of("39.00", "USD"), if_match=dispute.etag)
        except Changed as no:
            changed: str = no.code
            assert changed == "precondition_failed"
        except Unavailable as no:
            seconds: float | None = no.retry_after
            assert seconds is None
        dispute = seller.refuse(dispute, reason="It left us whole.", solution={"remedy": "refund", "amount": usd("5.00")})
        try:
            buyer.accept(dispute, solution="sol_nope")
        except Conflict as no:
            code: str = no.code
            actions: list[str] = [allowed.action for allowed in no.allowed_actions]
            assert code == "solution_not_current", code
            assert "escalate" in actions
        try:
            buyer.send_message(order, "")
        except Malformed as no:
            fields: list[str] = [field for field, _ in no.errors.items()]
            assert fields == ["text"]
        buyer.escalate(dispute, message="We do not agree.")
        mediator.ask(dispute, to="both", question="What does the parcel look like?")
        buyer.answer(dispute, text="Somebody sat on it.")
        seller.answer(dispute, text="Nobody did.")
        ruled = mediator.rule(dispute, in_favor_of="buyer", amount=usd("30.00"), explanation="It was packed badly.")
        assert ruled.compensation is not None
        assert ruled.compensation.amount == 30
        moved = sandbox.advance(to_next=True)
        for fired in moved.fired:
            for transfer in fired.money:
                print(fired.rule, transfer.from_, transfer.to, transfer.amount)
        finished: OrderStatus = buyer.order(order).status
        assert finished == "finished"
        for other in buyer.orders(status="finished", limit=1):
            assert other.refund is not None
            assert other.refund.status == "completed"
        kept = sandbox.snapshot("the end")
        with sandbox.fork(snapshot=kept) as fork:
            assert fork.audit().ok
        copy = emulator.import_sandbox(sandbox.export())
        copy.delete()
        assert as_json(seller.me().balance) == [{"amount": "34.00", "currency": "USD"}]
        assert sandbox.clock.tick(datetime.timedelta(days=1)) == sandbox.clock.now
        status: int = buyer.http.get("/v1/me").status_code
        assert status == 200
        assert [operation.dispute for operation in buyer.operations()] == [dispute.id]
        return told(sandbox.timeline(order=order))


async def waiting(url: str) -> int:
    async with AsyncEmulator(url) as emulator, emulator.sandbox(world="small") as sandbox:
        orders = [order async for order in sandbox.buyer.orders()]
        try:
            await sandbox.buyer.order("ord_none")
        except Refused as no:
            if no.status != 404:
                raise
        return len(orders)


def main() -> None:
    with Emulator(idempotent=True, retry_seconds=1.5) as emulator:
        assert emulator.health().status == "ok"
        print(*quarrel(emulator), sep="\n")
        print(asyncio.run(waiting(emulator.base_url)) > 3)


if __name__ == "__main__":
    for name in ("emulator", "flask", "werkzeug", "marshmallow", "sqlalchemy"):
        try:
            __import__(name)
        except ImportError:
            continue
        sys.exit(f"{name} can be imported here")
    main()
