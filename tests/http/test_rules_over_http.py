"""Rules that no story tells and no test of the core names, as a client meets them. The last word of a test is the rule's or the row's."""

from __future__ import annotations

import pytest

from ..conftest import MakeSandbox
from ..sandbox import TRACKED, Json, Sandbox, usd


def rows(box: Sandbox, order: str) -> list[str]:
    """The sentences of a dispute's history: each row of the table has one of its own."""
    return [entry["says"] for entry in box.get("buyer", f"/v1/disputes/{box.disputes[order]}/history")["data"]]


def money(box: Sandbox, order: str) -> dict[str, str]:
    """Where the order's money lies, but for what holds nothing."""
    shown = box.get("seller", f"/v1/orders/{order}/payment")
    names = ("escrow", "on_hold", "paid_to_seller", "refund_on_its_way", "refunded")
    return {name: shown[name]["amount"] for name in names if shown[name]["amount"] != "0.00"}


def said_by(row: str) -> str:
    from emulator.domain.rules import RULES

    return next(rule.says for rule in RULES if rule.name == row)


# ── the seller's answer ────────────────────────────────────────────────────────────────────────────────────────────────


def test_sell_1_the_seller_accepts_what_stands_not_what_stood(sandbox: Sandbox) -> None:
    order = sandbox.disputed(amount=usd("100.00"))
    earlier = sandbox.current(order, "buyer")
    sandbox.do("buyer", "edit", order, amount=usd("40.00"))
    refused = sandbox.ask("seller", "accept", order, solution=earlier)
    assert (refused.status_code, (refused.json or {})["rule"]) == (409, "ACC-1")
    accepted = sandbox.do("seller", "accept", order, solution=sandbox.current(order, "buyer"))
    assert (accepted["status"], accepted["outcome"], accepted["compensation"]) == ("closed", "accepted_by_seller", usd("40.00"))


def test_sell_5_a_silent_seller_changes_nothing_until_the_dispute_escalates(sandbox: Sandbox) -> None:
    order = sandbox.disputed()
    before = sandbox.dispute(order)
    assert sandbox.wait("P14DT23H59M59S") == []
    assert sandbox.dispute(order) == before
    assert sandbox.wait("PT1S") == ["ESC-2"]
    assert sandbox.dispute(order)["status"] == "mediating"


def test_the_seller_accepts_a_return_while_the_platform_mediates(sandbox: Sandbox) -> None:
    """The row seller_accepts_return_in_claim: SELL-4 in a claim, section 10 after it."""
    order = sandbox.in_claim(reason="defective", remedy="return_and_refund")
    shown = sandbox.do("seller", "accept", order, solution=sandbox.current(order, "buyer"))
    assert (shown["status"], shown["claim"]["status"], shown["return"]["stage"], shown["outcome"]) == (
        "returning",
        "closed",
        "to_send",
        None,
    )
    assert rows(sandbox, order)[-1] == said_by("seller_accepts_return_in_claim")
    assert money(sandbox, order) == {"escrow": "100.00"}
    sandbox.do("buyer", "ship_return", order, **TRACKED)
    done = sandbox.do("seller", "confirm_return", order)
    assert (done["outcome"], done["compensation"]) == ("accepted_by_seller", usd("100.00"))
    assert money(sandbox, order) == {"refund_on_its_way": "100.00"}


# ── the buyer accepts ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_acc_3_a_partial_refund_leaves_the_rest_to_the_seller_to_the_cent(sandbox: Sandbox) -> None:
    order = sandbox.refused(solution={"remedy": "refund", "amount": usd("33.33")})
    sandbox.do("buyer", "accept", order, solution=sandbox.current(order, "seller"))
    assert money(sandbox, order) == {"refund_on_its_way": "33.33", "paid_to_seller": "66.67"}


@pytest.mark.parametrize("remedy", ["return_and_refund", "exchange"])
def test_the_buyer_accepts_that_the_goods_go_back(remedy: str, sandbox: Sandbox) -> None:
    """The row buyer_accepts_return: ACC-1, a return or exchange runs on under section 10."""
    solution: Json = {"remedy": remedy} | ({"amount": usd("80.00")} if remedy == "return_and_refund" else {})
    order = sandbox.refused(solution=solution)
    shown = sandbox.do("buyer", "accept", order, solution=sandbox.current(order, "seller"))
    assert (shown["status"], shown["outcome"]) == ("returning", None)
    assert rows(sandbox, order)[-1] == said_by("buyer_accepts_return")
    assert (sandbox.ask("buyer", "cancel", order, reason="other", comment="x", confirm=True).json or {})["rule"] == "CAN-1"
    sandbox.do("buyer", "ship_return", order, **TRACKED)
    shown = sandbox.do("seller", "confirm_return", order)
    if remedy == "exchange":
        assert (shown["status"], shown["return"]["stage"]) == ("returning", "received")
        sandbox.do("seller", "send_replacement", order, **TRACKED)
        shown = sandbox.do("buyer", "confirm_replacement", order)
    expected = {"return_and_refund": {"refund_on_its_way": "80.00", "paid_to_seller": "20.00"}, "exchange": {"paid_to_seller": "100.00"}}
    assert (shown["outcome"], money(sandbox, order)) == ("accepted_by_buyer", expected[remedy])


def test_a_return_offered_in_the_claim_is_accepted(sandbox: Sandbox) -> None:
    """The row accept_solution_return: CLM-6, then section 10."""
    order = sandbox.in_claim()
    sandbox.do("seller", "offer", order, remedy="return_and_refund", amount=usd("70.00"))
    shown = sandbox.do("buyer", "accept_solution", order, solution=sandbox.current(order, "seller"))
    assert (shown["status"], shown["claim"]["status"], shown["return"]["ship_by"]) == ("returning", "closed", "2026-01-11T12:00:00Z")
    assert rows(sandbox, order)[-1] == said_by("accept_solution_return")
    sandbox.do("buyer", "ship_return", order, **TRACKED)
    sandbox.do("seller", "confirm_return", order)
    assert money(sandbox, order) == {"refund_on_its_way": "70.00", "paid_to_seller": "30.00"}


# ── cancelling ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_mediated_dispute_cancelled_after_its_window_pays_the_seller(sandbox: Sandbox) -> None:
    """The row cancel_while_mediating_too_late: CAN-1 and CAN-4 in a claim, the milder act of CLM-10."""
    order = sandbox.in_claim()
    assert sandbox.wait("P61D") == []
    shown = sandbox.do("buyer", "cancel", order, reason="goods_received", comment="It came.", confirm=True)
    assert (shown["outcome"], shown["claim"]["status"], shown["compensation"]) == ("cancelled", "closed", usd("0.00"))
    assert rows(sandbox, order)[-1] == said_by("cancel_while_mediating_too_late")
    assert (sandbox.order(order)["status"], money(sandbox, order)) == ("finished", {"paid_to_seller": "100.00"})
    assert (sandbox.ask("buyer", "open_dispute", order, **sandbox.opening()).json or {})["rule"] == "OPEN-2"


# ── the mediator asks ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("first", "then", "row"), [("buyer", "seller", "ask_seller_too"), ("seller", "buyer", "ask_buyer_too")])
def test_the_mediator_asks_the_other_side_as_well(first: str, then: str, row: str, sandbox: Sandbox) -> None:
    """CLM-2: one open question a side, CLM-1: then both are waited for."""
    order = sandbox.asked(first)
    sandbox.wait("P1D")
    shown = sandbox.do("mediator", "ask", order, to=then, question="And you?")
    assert shown["claim"]["status"] == "waiting_for_both"
    assert [(q["to"], q["due_at"]) for q in shown["claim"]["questions"]] == [
        (first, "2026-01-12T12:00:00Z"),
        (then, "2026-01-13T12:00:00Z"),
    ]
    assert rows(sandbox, order)[-1] == said_by(row)
    for who in (first, then):
        assert (sandbox.ask("mediator", "ask", order, to=who, question="And?").json or {})["rule"] == "CLM-2"
    labels = {who: sandbox.get(who, f"/v1/disputes/{sandbox.disputes[order]}/claim")["status_label"] for who in ("buyer", "seller")}
    assert set(labels.values()) == {"Waiting for both party's response"}


@pytest.mark.parametrize(("first", "row"), [("seller", "seller_answers_first"), ("buyer", "buyer_answers_first")])
def test_the_first_answer_leaves_the_other_sides_question_open(first: str, row: str, sandbox: Sandbox) -> None:
    other = {"seller": "buyer", "buyer": "seller"}[first]
    order = sandbox.asked("both")
    shown = sandbox.do(first, "answer", order, text="So.")
    assert shown["claim"]["status"] == f"waiting_for_{other}"
    assert rows(sandbox, order)[-1] == said_by(row)
    assert (sandbox.ask(first, "answer", order, text="And so.").json or {})["rule"] == "CLM-2"
    assert sandbox.wait("P30D")[:1] == ["CLM-4"]
    assert sandbox.dispute(order)["outcome"] == f"defaulted_for_{first}"


# ── money and stores ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_pay_3_an_order_shows_its_refund_from_its_beginning_to_its_end(sandbox: Sandbox) -> None:
    order = sandbox.shipped()
    assert sandbox.order(order)["refund"] is None
    sandbox.do("carrier", "deliver", order)
    sandbox.do("buyer", "open_dispute", order, **sandbox.opening(amount=usd("30.00")))
    sandbox.do("seller", "accept", order, solution=sandbox.current(order, "buyer"))
    refund = sandbox.order(order)["refund"]
    (part,) = refund["parts"]
    assert (refund["status"], refund["amount"], refund["due_at"]) == ("processing", usd("30.00"), part["due_at"])
    assert part == {
        "amount": usd("30.00"), "status": "processing", "started_at": "2026-01-01T12:00:00Z", "due_at": part["due_at"], "completed_at": None
    }  # fmt: skip
    assert sandbox.order(order, "seller")["refund"] == sandbox.get("buyer", f"/v1/orders/{order}/payment")["refund"] == refund
    assert "2026-01-12T12:00:00Z" <= part["due_at"] <= "2026-01-15T12:00:00Z", "7 to 10 business days from a Thursday"
    sandbox.advance(to=part["due_at"])
    refund = sandbox.order(order)["refund"]
    assert (refund["status"], refund["parts"][0]["completed_at"]) == ("completed", part["due_at"])
    assert sandbox.order(order)["status"] == "finished"


def test_pay_6_a_second_ruling_names_the_whole_sum_and_only_the_difference_moves(make_sandbox: MakeSandbox) -> None:
    box = make_sandbox(ruleset="legacy", settings={"tracking_reasons_from": "shipped"})
    order = box.ruled("buyer", amount=usd("30.00"))
    assert money(box, order) == {"refund_on_its_way": "30.00", "paid_to_seller": "70.00"}
    box.do("buyer", "appeal", order, explanation="More.")
    assert money(box, order) == {"refund_on_its_way": "30.00", "on_hold": "70.00"}
    box.do("mediator", "rule", order, in_favor_of="buyer", amount=usd("45.50"), explanation="So be it.")
    assert money(box, order) == {"refund_on_its_way": "45.50", "paid_to_seller": "54.50"}
    assert [part["amount"] for part in box.order(order)["refund"]["parts"]] == [usd("30.00"), usd("15.50")]
    box.wait("P30D")
    assert (money(box, order), box.order(order)["status"]) == ({"refunded": "45.50", "paid_to_seller": "54.50"}, "finished")
    assert box.audit()["ok"]


def test_sto_3_a_store_shows_its_age_orders_rating_and_marks(make_sandbox: MakeSandbox) -> None:
    box = make_sandbox()
    path = f"/v1/stores/{box.store}"
    new = box.get("mediator", path)
    assert {name: new[name] for name in ("age_days", "orders", "rating", "reviews", "marks", "reports", "closed_at")} == {
        "age_days": 0, "orders": 0, "rating": None, "reviews": 0, "marks": 0, "reports": 0, "closed_at": None
    }  # fmt: skip
    for stars in (5, 4, 4):
        box.do("buyer", "review", box.finished(), stars=stars)
    box.accepted(reason="defective", amount=usd("0.01"))
    box.accepted(reason="no_tracking", amount=usd("50.00"))
    box.wait("P9DT12H")
    seen = box.get("buyer", path)
    assert {name: seen[name] for name in ("age_days", "orders", "rating", "reviews", "marks")} == {
        "age_days": 9, "orders": 5, "rating": 4.33, "reviews": 3, "marks": 1
    }  # fmt: skip


def test_clm_9_each_part_of_a_refund_arrives_at_its_time(make_sandbox: MakeSandbox) -> None:
    """The row part_of_refund_arrives: an appeal won while the first part is still on its way adds a second."""
    box = make_sandbox(ruleset="legacy")
    order = box.in_claim(reason="defective")
    box.do("mediator", "rule", order, in_favor_of="buyer", amount=usd("30.00"), explanation="So it is.")
    box.wait("P1D")
    box.do("buyer", "appeal", order, explanation="More.")
    box.do("mediator", "rule", order, in_favor_of="buyer", amount=usd("40.00"), explanation="So it is.")
    assert money(box, order) == {"paid_to_seller": "60.00", "refund_on_its_way": "40.00"}
    box.advance(to_next=True)
    assert money(box, order) == {"paid_to_seller": "60.00", "refund_on_its_way": "10.00", "refunded": "30.00"}
    assert said_by("part_of_refund_arrives") in [entry["says"] for entry in box.pages(f"/timeline?order={order}")]
    box.advance(to_next=True)
    assert money(box, order) == {"paid_to_seller": "60.00", "refunded": "40.00"}
