"""What is answered comes out as typed objects: nothing lost, nothing that cannot be read, and what a newer emulator adds does no harm."""

from __future__ import annotations

import dataclasses
import datetime
import json
import pickle
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
from dispute_emulator_client import (
    Account,
    Advanced,
    Dispute,
    Emulator,
    Foreign,
    Money,
    NotFound,
    Onward,
    Order,
    Sandbox,
    Seller,
    UnknownToken,
    as_json,
    models,
    usd,
)

START = datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)


# ── the objects are the answers ────────────────────────────────────────────────────────────────────────────────────────


def reads(sandbox: Sandbox, order: Order, dispute: Dispute) -> Iterator[tuple[Account | Sandbox | Emulator, str, Any]]:
    """Everything that can be read, with the path at which it stands: single objects, and lists to their end."""
    buyer, seller = sandbox.buyer, sandbox.seller
    evidence = buyer.upload_evidence(PNG, name="crack.png")
    for who in (buyer, seller, sandbox.mediator):
        yield who, "/v1/me", who.me()
    for who in (buyer, seller):
        yield who, f"/v1/orders/{order.id}", who.order(order)
        yield who, "/v1/orders", who.orders()
        yield who, f"/v1/orders/{order.id}/messages", who.messages(order)
        yield who, f"/v1/orders/{order.id}/payment", who.payment(order)
        yield who, f"/v1/disputes/{dispute.id}", who.dispute(dispute)
        yield who, "/v1/disputes", who.disputes()
        yield who, f"/v1/disputes/{dispute.id}/history", who.history(dispute)
        yield who, f"/v1/disputes/{dispute.id}/claim", who.claim(dispute)
        yield who, "/v1/stores", who.stores()
        yield who, f"/v1/stores/{seller.store}", who.find_store(seller.store)
        yield who, "/v1/mailbox", who.mailbox()
        yield who, "/v1/rules", who.rules()
    yield buyer, "/v1/operations", buyer.operations()
    yield buyer, "/v1/rules/CAN-3", buyer.rule_page("CAN-3")
    yield sandbox, f"{sandbox.path}/clock", sandbox.read_clock()
    yield sandbox, f"{sandbox.path}/forecast", sandbox.forecast()
    yield sandbox, f"{sandbox.path}/timeline", sandbox.timeline()
    yield sandbox, f"{sandbox.path}/audit", sandbox.audit()
    yield sandbox, f"{sandbox.path}/mailbox", sandbox.mailbox()
    kept = sandbox.snapshot("kept")
    yield sandbox, f"{sandbox.path}/snapshots", sandbox.snapshots()
    yield sandbox, f"{sandbox.path}/snapshots/{kept.id}", sandbox.kept_world(kept)
    yield sandbox, "/_emulator/scenarios", sandbox._emulator.scenarios()
    yield sandbox, f"{sandbox.path}/export", sandbox.export()
    assert evidence.size == len(buyer.evidence(evidence)) == len(PNG)


def without_nothing(value: Any) -> Any:
    """JSON without members that are null: what may be missing is None in an object."""
    if isinstance(value, dict):
        return {name: without_nothing(inner) for name, inner in value.items() if inner is not None}
    return [without_nothing(each) for each in value] if isinstance(value, list) else value


def pages(account: Account | Sandbox | Emulator, path: str) -> list[Any]:
    entries: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        page = account.http.get(path, params={"cursor": cursor} if cursor else {}).json()
        entries += page["data"]
        cursor = page["next_cursor"]
    return entries


def test_every_answer_is_its_json_and_nothing_is_lost(sandbox: Sandbox, disputed: Callable[[], Dispute]) -> None:
    seen: dict[str, int] = {}
    buyer, seller, mediator = sandbox.buyer, sandbox.seller, sandbox.mediator
    dispute = disputed()
    buyer.send_message(dispute.order, "Where is my lamp?")
    buyer.edit(dispute, evidence=[buyer.upload_evidence(PNG)])
    dispute = seller.refuse(dispute, reason="It left us whole.", solution={"remedy": "refund", "amount": usd("5.00")})
    buyer.escalate(dispute)
    mediator.ask(dispute, to="both", question="What does it look like?")
    buyer.answer(dispute, text="Bent.", evidence=[buyer.upload_evidence(PNG)])
    order = buyer.order(dispute.order)
    for phase in range(2):
        for who, path, answer in reads(sandbox, order, dispute):
            listed = isinstance(answer, Iterator)
            found = list(answer) if listed else answer
            raw = pages(who, path) if listed else who.http.get(path).json()
            assert without_nothing(as_json(found)) == without_nothing(raw), path
            seen[type(found[0] if listed and found else found).__name__] = phase
        if not phase:
            # Nearly everything that may be null is something now.
            seller.answer(dispute, text="Not by us.")
            mediator.rule(dispute, in_favor_of="buyer", amount=usd("40.00"), return_required=True, explanation="Packed badly.")
            buyer.ship_return(dispute, tracking_number="RB482910555CN")
            sandbox.deliver(order, parcel="return")
            dispute = seller.confirm_return(dispute)
    assert len(seen) >= 20


def test_a_history_is_a_list_and_a_text(sandbox: Sandbox, disputed: Callable[[], Dispute]) -> None:
    dispute = disputed()
    sandbox.seller.refuse(dispute, reason="It left us whole.")
    text = sandbox.buyer.history_text(dispute)
    assert text == sandbox.buyer.http.get(f"/v1/disputes/{dispute.id}/history", params={"format": "text"}).text
    assert all(entry.rule in text for entry in sandbox.buyer.history(dispute))


def test_it_is_all_typed(sandbox: Sandbox, disputed: Callable[[], Dispute]) -> None:
    dispute = disputed()
    assert dispute.opened_at == START
    assert dispute.opened_at.tzinfo is not None
    assert dispute.amount == Money(Decimal("45.00"), "USD")
    assert str(dispute.amount) == "45.00 USD"
    assert dispute.status == "waiting_for_seller"
    assert dispute.claim is None
    assert dispute.return_ is None
    assert [solution.current for solution in dispute.solutions] == [True]
    assert {action.action for action in dispute.allowed_actions} >= {"edit", "cancel"}
    assert dispute.next_deadline is not None
    assert dispute.next_deadline.at == dispute.escalates_at == START + datetime.timedelta(days=15)
    moved = sandbox.advance(to_next=True)
    assert (moved.from_, moved.to, moved.next) == (START, dispute.escalates_at, None)
    (fired,) = moved.fired
    assert (fired.rule, fired.dispute, fired.from_.dispute, fired.to.dispute) == ("ESC-2", dispute.id, "waiting_for_seller", "mediating")
    assert sandbox.advance("P1D").fired == []


def test_models_are_frozen_slotted_equal_and_picklable(placed: Callable[[], Order]) -> None:
    order = placed()
    with pytest.raises(dataclasses.FrozenInstanceError):
        order.status = "finished"  # type: ignore[misc]
    assert not hasattr(order, "__dict__")
    assert pickle.loads(pickle.dumps(order)) == order
    for name in models.__all__:
        model = getattr(models, name)
        assert dataclasses.is_dataclass(model)
        assert "__dict__" not in dir(model) or not hasattr(object.__new__(model), "__dict__")


def test_a_jump_that_stops_on_the_way_goes_on_where_it_says(emulator: Emulator) -> None:
    with emulator.sandbox(world="small", now="2026-03-02T09:00:00Z", frozen=True) as sandbox:
        twin = sandbox.fork()
        whole = twin.advance("P30D").fired
        twin.delete()
        told, moved = [], sandbox.advance(datetime.timedelta(days=30), limit=2)
        assert isinstance(moved.next, Onward)
        told += moved.fired
        while moved.next:
            moved = sandbox.advance(to=moved.next.to, limit=moved.next.limit)
            told += moved.fired
        assert told == whole
        assert isinstance(moved, Advanced)


# ── what a newer or a broken emulator says ─────────────────────────────────────────────────────────────────────────────


def changed(emulator: Emulator, change: Callable[[Any], Any]) -> Emulator:
    """The same emulator with every answer changed on its way."""

    def answer(request: httpx.Request) -> httpx.Response:
        given = emulator.http.request(request.method, str(request.url.raw_path, "ascii"), content=request.content, headers=request.headers)
        content = json.dumps(change(given.json())).encode() if given.content else b""
        return httpx.Response(given.status_code, content=content, headers={"Content-Type": given.headers.get("Content-Type", "")})

    return Emulator("http://newer", transport=httpx.MockTransport(answer))


def with_more(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: with_more(inner) for name, inner in value.items()} | {"unheard_of": {"a": [1]}, "status_of_stars": "aligned"}
    return [with_more(each) for each in value] if isinstance(value, list) else value


def test_members_that_it_does_not_know_are_passed_over(emulator: Emulator) -> None:
    newer = changed(emulator, with_more)
    with newer.sandbox(world="small", now="2026-03-02T09:00:00Z", frozen=True) as sandbox:
        same = emulator.find_sandbox(sandbox)
        assert list(sandbox.forecast()) == list(same.forecast())
        assert sandbox.buyer.me().id == sandbox.buyer.id
        assert len(list(sandbox.buyer.orders())) > 3
        assert not hasattr(sandbox.advance("P1D"), "unheard_of")
        # A document is carried on as it is, whatever is in it.
        assert sandbox.export()["unheard_of"] == {"a": [1]}


@pytest.mark.parametrize(
    "change",
    [
        lambda _: [],
        lambda _: None,
        lambda _: "well",
        lambda said: {name: value for name, value in said.items() if name != "ruleset"},
        lambda said: said | {"clock": {"mode": "frozen", "now": "yesterday"}},
        lambda said: said | {"accounts": 3},
    ],
    ids=["a list", "null", "a text", "a member less", "no instant", "no list"],
)
def test_an_answer_that_is_not_the_contracts_is_foreign(emulator: Emulator, change: Callable[[Any], Any]) -> None:
    with pytest.raises(Foreign, match="no emulator that this client knows"):
        changed(emulator, change).sandbox()


# ── handles ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_sandbox_tells_what_it_is_and_is_gone_at_the_end(emulator: Emulator) -> None:
    with emulator.sandbox(
        name="mine", world="small", now=START, frozen=True, seed="x", ruleset="legacy", settings={"edits_max": 2}
    ) as sandbox:
        assert (sandbox.name, sandbox.ruleset, sandbox.seed, sandbox.settings["edits_max"]) == ("mine", "legacy", "x", 2)
        assert sandbox.began_at == sandbox.clock.now == START
        assert sandbox.url == emulator.base_url + sandbox.path == f"{sandbox.base_url}/_emulator/sandboxes/{sandbox.id}"
        assert set(sandbox.accounts) == {"buyer", "buyer-2", "seller", "seller-2", "mediator"}
        assert (sandbox.buyer.name, sandbox.seller.name, sandbox.mediator.name) == ("buyer", "seller", "mediator")
        assert isinstance(sandbox.accounts["seller-2"], Seller)
        assert sandbox.accounts["seller-2"].store != sandbox.seller.store
        assert sandbox.buyer.store is None
        assert sandbox.buyer.role == "buyer"
        assert sandbox.buyer.headers == {"Authorization": f"Bearer {sandbox.buyer.token}"}
        assert sandbox.buyer.token not in repr(sandbox.buyer) + repr(sandbox)
        assert sandbox.http.get(sandbox.path).json()["id"] == sandbox.id
        with pytest.raises(TypeError):
            sandbox.accounts["me"] = sandbox.buyer  # type: ignore[index]
    with pytest.raises(NotFound):
        emulator.find_sandbox(sandbox.id)


def test_a_sandbox_that_is_gone_already_and_one_whose_block_failed_end_quietly(emulator: Emulator) -> None:
    with emulator.sandbox(world="empty") as sandbox:
        sandbox.delete()
    with pytest.raises(ZeroDivisionError), emulator.sandbox(world="empty") as sandbox:
        raise ZeroDivisionError
    with pytest.raises(NotFound):
        sandbox.audit()


def test_a_sandbox_that_was_only_found_is_left_alone(emulator: Emulator, sandbox: Sandbox) -> None:
    with emulator.find_sandbox(sandbox) as found:
        assert (found.id, found.buyer.id) == (sandbox.id, sandbox.buyer.id)
        with pytest.raises(UnknownToken, match=r"emulator\.account"):
            found.buyer.me()
    assert sandbox.audit().ok
    assert sandbox.id in [box.id for box in emulator.sandboxes(limit=1)]


def test_somebody_is_found_by_his_token(emulator: Emulator, sandbox: Sandbox) -> None:
    demo = emulator.account("demo-seller")
    assert isinstance(demo, Seller)
    assert (demo.name, demo.role, demo.token) == ("seller", "seller", "demo-seller")
    assert emulator.find_sandbox("default").seller.store == demo.store
    again = emulator.account(sandbox.buyer.token)
    assert (again.id, again.store) == (sandbox.buyer.id, None)


def test_worlds_are_kept_branched_carried_and_reset(emulator: Emulator, sandbox: Sandbox, disputed: Callable[[], Dispute]) -> None:
    dispute = disputed()
    kept = sandbox.snapshot("opened")
    with sandbox.fork(name="a branch") as fork, sandbox.fork(snapshot=kept) as early:
        assert (fork.name, fork.buyer.id) == ("a branch", sandbox.buyer.id)
        assert len({fork.buyer.token, early.buyer.token, sandbox.buyer.token}) == 3
        fork.seller.accept(dispute, solution=dispute.solutions[0])
        assert sandbox.buyer.dispute(dispute) == dispute == early.buyer.dispute(dispute)
    with pytest.raises(NotFound):
        fork.audit()
    with emulator.import_sandbox(sandbox.export()) as copy:
        assert copy.id != sandbox.id
        assert copy.buyer.dispute(dispute) == dispute
    sandbox.advance("P20D")
    assert sandbox.restore(kept).clock.now == START
    assert sandbox.buyer.dispute(dispute) == dispute
    sandbox.delete_snapshot(kept)
    sandbox.reset()
    with pytest.raises(NotFound):
        sandbox.buyer.dispute(dispute)


def test_a_story_brings_its_people_along(sandbox: Sandbox) -> None:
    played = sandbox.play_scenario("S14", step="opened")
    buyer, seller = sandbox.accounts["buyer@S14"], sandbox.accounts["seller@S14"]
    dispute = played.orders[0].dispute
    assert dispute is not None
    assert buyer.dispute(dispute).status == "waiting_for_seller"
    assert seller.refuse(dispute, reason="No.").status == "waiting_for_buyer"
    assert sandbox.buyer is not buyer
    assert sandbox.load(20, mix={"mediating": 1}).positions == {"mediating": 20}


def test_what_has_happened_since_it_began_is_verified(emulator: Emulator) -> None:
    with emulator.sandbox(world="small", now="2026-03-02T09:00:00Z", frozen=True) as sandbox:
        began = {"place_order", "ship"} & {entry.action for entry in sandbox.timeline()}
        assert began == {"place_order", "ship"}
        # What lies before is none of its business.
        sandbox.verify(never=["place_order", "ship"])
        lamp = sandbox.buyer.place_order(store=sandbox.seller.store, item={"title": "Lamp", "quantity": 1}, total=usd("64.00"))
        sandbox.advance("P1D")
        sandbox.seller.ship(lamp)
        sandbox.verify(sequence=["buyer:place_order", "seller:ship -> awaiting_confirmation"], within="P1D", order=lamp)
        with pytest.raises(AssertionError, match="1 day at least") as failed:
            sandbox.verify(sequence=["place_order", "ship"], within=datetime.timedelta(hours=23), order=lamp.id)
        assert [entry.name for entry in failed.traceback][-1] == "verify"
        assert [entry.ishidden(failed) for entry in failed.traceback[1:]] == [True, True]
        with pytest.raises(AssertionError, match="did not happen"):
            sandbox.verify(sequence=["ship", "place_order"])
        with pytest.raises(ValueError, match='"vanish" is no action'):
            sandbox.verify(never=["vanish"])


def test_a_clock_is_moved_like_freezeguns(sandbox: Sandbox) -> None:
    clock, day = sandbox.clock, datetime.timedelta(days=1)
    assert (clock.now, clock.mode) == (START, "frozen")
    assert clock.tick() == START + datetime.timedelta(seconds=1)
    assert clock.tick(59) == START + datetime.timedelta(minutes=1)
    assert clock.tick(day) == START + day + datetime.timedelta(minutes=1)
    clock.move_to("2026-03-04T09:00:00Z")
    clock.move_to(datetime.datetime(2026, 3, 5, 9))  # noqa: DTZ001 # as freezegun takes it: UTC
    assert clock.now == START + 3 * day
    assert sandbox.advance(to=clock.now + day, edge="before").to == START + 4 * day - datetime.timedelta(seconds=1)
    assert sandbox.set_clock("shifted").mode == clock.mode == "shifted"
    assert sandbox.set_clock("frozen", now=START + 9 * day).now == START + 9 * day


def test_a_sandbox_without_such_a_person_says_so() -> None:
    clock = {"mode": "frozen", "now": "2026-03-02T09:00:00Z"}
    made = {"id": "sbx_1", "name": "x", "ruleset": "standard", "settings": {}, "seed": "x", "clock": clock, "accounts": []}
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=made))
    with Emulator("http://test", transport=transport) as emulator, pytest.raises(LookupError, match="sbx_1 has no seller"):
        _ = emulator.sandbox().seller
