"""The rulebook's sentences one by one, where they are easily got wrong. The stories tell the usual ways."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from emulator.domain import dates
from emulator.domain.case import Surroundings
from emulator.domain.money import Money
from emulator.domain.order import Order
from emulator.domain.words import CancelReason, DisputeStatus, OrderStatus, Outcome, ParcelKind, Party, Reason, Remedy, ReturnStage, Side

from .alphabet import HUGE, NUMBER, SECOND, START, evidence, new_order
from .play import BUYER, CARRIER, MEDIATOR, SELLER, Play, usd

CANCEL = {"reason": CancelReason.OTHER, "comment": "done", "confirm": True}
OPEN = {"reason": Reason.NO_TRACKING, "remedy": Remedy.REFUND, "amount": usd(100_00), "explanation": "so it is"}


def opening(**changes: object) -> dict[str, object]:
    return OPEN | changes


# ── 1 Orders and protection ────────────────────────────────────────────────────────────────────────────────────────────


def test_ord_1_a_paid_order_has_its_whole_amount_in_escrow() -> None:
    assert Play().money == {"escrow": 100_00}


def test_ord_1_a_closed_store_takes_no_order_and_a_free_one_is_none() -> None:
    play = Play()
    play.order = unplaced()
    assert play.refusal("place_order", BUYER, Surroundings(store_closed=True)) == (409, "STO-2", "store_closed")


def unplaced(total: int = 100_00) -> Order:
    return replace(new_order(), total=total)


def test_ord_1_an_order_for_nothing_is_refused() -> None:
    play = Play()
    play.order = unplaced(0)
    assert play.refusal("place_order", BUYER) == (422, "ORD-1", "total_out_of_range")


def test_ord_2_an_unshipped_order_is_cancelled_and_refunded_at_the_very_end_of_its_processing_time() -> None:
    play = Play()
    assert play.wait(days=7, seconds=-1) == []
    assert play.wait(seconds=1) == ["processing_time_ends"]
    assert (play.status, play.money) == ("cancelled", {"refunded": 100_00})


def test_ord_2_processing_time_is_extended_again_and_again() -> None:
    play = Play()
    for _ in range(3):
        play.do("extend_processing", SELLER, days=5)
    assert play.order.processing_ends_at == START + timedelta(days=22)
    for days in (0, -1, 366):
        assert play.refusal("extend_processing", SELLER, days=days) == (422, "ORD-2", "processing_days_out_of_range")
    assert play.ship().refusal("extend_processing", SELLER, days=5) == (409, "ORD-2", "not_awaiting_shipment")


def test_ord_3_the_buyer_cancels_until_it_ships_and_not_after() -> None:
    assert Play().ship().refusal("cancel_order", BUYER) == (409, "ORD-3", "order_not_cancellable")
    play = Play()
    play.do("cancel_order", BUYER)
    assert (play.status, play.money) == ("cancelled", {"refunded": 100_00})


def test_ord_4_tracking_is_corrected_from_shipping_until_finished_also_in_a_dispute_and_while_the_refund_is_on_its_way() -> None:
    play = Play()
    assert play.refusal("correct_tracking", SELLER, **NUMBER) == (409, "ORD-4", "tracking_fixed")
    play.ship().do("correct_tracking", SELLER, **NUMBER)
    play.open().do("correct_tracking", SELLER, **NUMBER)
    play.seller_accepts().do("correct_tracking", SELLER, **NUMBER)
    assert len(play.order.tracking) == 3
    play.wait(days=30)
    assert play.refusal("correct_tracking", SELLER, **NUMBER) == (409, "ORD-4", "tracking_fixed")


def test_ord_4_a_delivery_repeated_has_no_effect_and_before_shipping_or_after_the_end_is_refused() -> None:
    play = Play()
    assert play.refusal("deliver", CARRIER) == (409, "ORD-4", "nothing_to_deliver")
    play.ship().deliver()
    play.wait(days=1)
    delivered = play.order
    play.deliver()
    assert play.order == delivered
    assert not play.steps[-1].leaves_trace
    play.do("confirm_receipt", BUYER)
    assert play.refusal("deliver", CARRIER) == (409, "ORD-4", "nothing_to_deliver")


def test_ord_5_delivery_falls_due_within_the_protection() -> None:
    for days in (0, 61):
        assert Play().refusal("ship", SELLER, delivery_days=days) == (422, "ORD-5", "delivery_too_late")
    assert Play().ship(delivery_days=60).order.delivery_due_at == START + timedelta(days=60)


def test_ord_5_an_extension_counts_from_the_later_of_the_old_end_and_now_and_never_moves_the_delivery() -> None:
    play = Play().ship()
    play.wait(days=50)
    play.do("extend_protection", SELLER, days=5)
    assert play.order.protection_ends_at == START + timedelta(days=65)
    play.open()
    play.wait(days=14)
    play.refuse()
    play.do("edit", BUYER, explanation="more")
    play.wait(days=10)
    assert play.now > START + timedelta(days=65)
    play.do("extend_protection", SELLER, days=5)
    assert play.order.protection_ends_at == play.now + timedelta(days=5)
    assert play.order.delivery_due_at == START + timedelta(days=45)
    assert play.cancel().status == "awaiting_confirmation", "the passed window is open again"


def test_ord_5_only_the_seller_extends_and_only_while_awaiting_confirmation_or_in_dispute() -> None:
    play = Play()
    assert play.refusal("extend_protection", SELLER, days=5) == (409, "ORD-5", "protection_fixed")
    assert play.refusal("request_extension", BUYER, days=5) == (409, "ORD-5", "protection_fixed")
    play.ship()
    assert play.refusal("extend_protection", BUYER, days=5) == (403, "ORD-5", "wrong_role")
    assert play.refusal("extend_protection", SELLER, days=366) == (422, "ORD-5", "days_out_of_range")
    before = play.order.protection_ends_at
    play.do("request_extension", BUYER, days=5, message="please")
    assert play.order.protection_ends_at == before
    play.do("confirm_receipt", BUYER)
    assert play.refusal("extend_protection", SELLER, days=5) == (409, "ORD-5", "protection_fixed")


def test_ord_6_at_the_end_of_protection_the_seller_is_paid() -> None:
    play = Play().ship()
    assert play.wait(days=60) == ["protection_ends"]
    assert (play.status, play.money) == ("finished", {"seller": 100_00})


def test_ord_7_receipt_may_be_confirmed_before_the_carrier_says_so_once_and_not_in_a_dispute() -> None:
    play = Play().ship().open()
    assert play.refusal("confirm_receipt", BUYER) == (409, "ORD-7", "receipt_in_dispute")
    play.cancel().do("confirm_receipt", BUYER)
    assert (play.status, play.money) == ("finished", {"seller": 100_00})
    assert play.refusal("confirm_receipt", BUYER) == (409, "ORD-7", "receipt_not_expected")


def test_ord_8_protection_may_end_during_a_dispute_without_finishing_the_order() -> None:
    play = Play().ship()
    play.wait(days=59)
    assert play.open().wait(days=5) == []
    assert play.status == "in_dispute"


def test_ord_8_by_setting_the_end_of_protection_closes_a_dispute_under_negotiation_but_none_in_a_claim() -> None:
    play = Play(protection_end_closes_dispute=True).ship()
    play.wait(days=59)
    assert play.open().wait(days=1) == ["protection_ends_in_negotiation"]
    assert (play.status, play.dispute.outcome, play.money) == ("finished", Outcome.DEFAULTED_FOR_SELLER, {"seller": 100_00})
    claim = Play(protection_end_closes_dispute=True).ship()
    claim.wait(days=59)
    assert claim.open().escalate().wait(days=5) == []


def test_ord_8_by_setting_a_dispute_opened_after_the_protection_is_not_closed_by_its_end() -> None:
    play = Play(protection_end_closes_dispute=True, dispute_days_after_protection=10).ship()
    play.wait(days=62)
    play.open()
    assert play.dispute.status is DisputeStatus.WAITING_FOR_SELLER
    play.do("extend_protection", SELLER, days=3)
    assert play.wait(days=3) == ["protection_ends_in_negotiation"], "an extension makes an end that falls into the dispute"


def test_ord_9_a_replacement_is_sent_while_negotiated_or_mediated_and_closes_nothing() -> None:
    play = Play().ship()
    assert play.refusal("send_replacement", SELLER, **NUMBER) == (409, "ORD-9", "no_dispute_to_replace_in")
    assert play.open().refusal("deliver", CARRIER, parcel=ParcelKind.REPLACEMENT) == (409, "ORD-4", "nothing_to_deliver")
    play.do("send_replacement", SELLER, **NUMBER)
    play.deliver(ParcelKind.REPLACEMENT)
    play.escalate().do("send_replacement", SELLER, **NUMBER)
    assert play.dispute.status is DisputeStatus.MEDIATING


def test_ord_9_a_second_replacement_has_not_been_delivered_because_the_first_was() -> None:
    play = Play().ship().deliver().open(Reason.DEFECTIVE, Remedy.EXCHANGE)
    play.do("send_replacement", SELLER, **NUMBER)
    play.deliver(ParcelKind.REPLACEMENT)
    assert play.order.replacement_delivered_at is not None
    play.seller_accepts().do("ship_return", BUYER, **NUMBER)
    play.do("confirm_return", SELLER)
    play.do("send_replacement", SELLER, **NUMBER)
    assert play.order.replacement_delivered_at is None
    play.wait(days=2)
    play.deliver(ParcelKind.REPLACEMENT)
    assert play.order.replacement_delivered_at == play.now


def test_ord_10_a_finished_order_is_reviewed_once_with_one_to_five_stars() -> None:
    play = Play().ship()
    assert play.refusal("review", BUYER, stars=5) == (409, "ORD-10", "not_finished_yet")
    play.do("confirm_receipt", BUYER)
    for stars in (0, 6):
        assert play.refusal("review", BUYER, stars=stars) == (422, "ORD-10", "stars_out_of_range")
    play.do("review", BUYER, stars=1, text="late")
    assert play.refusal("review", BUYER, stars=9) == (409, "ORD-10", "already_reviewed"), "state before values"


# ── 2 Opening ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_open_refusals_come_in_the_order_of_the_rulebook() -> None:
    wrong = opening(reason=Reason.DAMAGED, remedy=Remedy.NO_REFUND_NO_RETURN, amount=usd(0))
    play = Play()
    assert play.refusal("open_dispute", BUYER, **wrong) == (409, "OPEN-1", "not_shipped_yet")
    play.ship()
    assert play.refusal("open_dispute", BUYER, **wrong) == (409, "OPEN-3", "reason_not_open")
    play.deliver()
    assert play.refusal("open_dispute", BUYER, **wrong) == (422, "OPEN-4", "remedy_not_for_buyer")
    wrong |= {"remedy": Remedy.REFUND}
    assert play.refusal("open_dispute", BUYER, **wrong) == (422, "OPEN-5", "amount_out_of_range")
    wrong |= {"amount": usd(100_00)}
    assert play.refusal("open_dispute", BUYER, HUGE, **wrong) == (422, "OPEN-5", "all_money_needs_return")
    play.open()
    assert play.refusal("open_dispute", BUYER, **wrong) == (409, "OPEN-1", "dispute_already_open")
    play.cancel()
    play.wait(days=61)
    assert play.refusal("open_dispute", BUYER, **wrong) == (409, "OPEN-2", "window_closed")
    cancelled = Play()
    cancelled.do("cancel_order", BUYER)
    assert cancelled.refusal("open_dispute", BUYER, **wrong) == (409, "OPEN-1", "order_cancelled")


def test_open_2_the_window_is_closed_at_its_very_end_and_says_when_that_was() -> None:
    play = Play().ship()
    play.do("confirm_receipt", BUYER)
    end = play.now + timedelta(days=15)
    play.go(end - SECOND)
    assert play.allowed(BUYER)["open_dispute"] == end
    play.go(end)
    assert "open_dispute" not in play.allowed(BUYER)
    no = play.refused("open_dispute", BUYER, **OPEN)
    assert (no.rule, no.deadline) == ("OPEN-2", end)


def test_open_2_protection_ends_the_window_of_a_confirmed_order_where_it_comes_first() -> None:
    play = Play().ship()
    play.wait(days=50)
    play.do("confirm_receipt", BUYER)
    assert dates.window_end(play.order, play.settings) == START + timedelta(days=60)


def test_open_2_a_confirmed_order_is_disputed_with_the_payout_on_hold_and_cancelling_gives_it_back() -> None:
    play = Play().ship()
    play.do("confirm_receipt", BUYER)
    assert play.open().money == {"hold": 100_00}
    assert play.cancel().money == {"seller": 100_00}
    assert play.status == "finished"


def test_open_2_by_setting_the_days_count_from_the_carriers_delivery() -> None:
    play = Play(receipt_means="delivered").ship().deliver()
    play.wait(days=15)
    assert play.refusal("open_dispute", BUYER, **OPEN) == (409, "OPEN-2", "window_closed")
    confirmed = Play(receipt_means="delivered").ship()
    confirmed.do("confirm_receipt", BUYER)
    assert dates.window_end(confirmed.order, confirmed.settings) == START + timedelta(days=60)


def test_open_2_by_setting_the_window_outlasts_the_protection() -> None:
    play = Play(dispute_days_after_protection=5).ship()
    play.wait(days=64)
    assert play.status == "finished"
    assert play.open().money == {"hold": 100_00}
    assert play.cancel().status == "finished"
    play.wait(days=1)
    assert play.refusal("open_dispute", BUYER, **OPEN) == (409, "OPEN-2", "window_closed")


def test_can_3_where_the_window_outlasts_the_protection_a_cancelled_dispute_lets_the_passed_timer_fire_at_once() -> None:
    play = Play(dispute_days_after_protection=30).ship()
    play.wait(days=55)
    play.open()
    play.wait(days=8)
    play.cancel()
    assert [step.row.name for step in play.steps[-2:]] == ["cancel", "protection_ends"]
    assert play.steps[-1].at == play.now
    assert (play.status, play.money) == ("finished", {"seller": 100_00})
    assert play.open().status == "in_dispute", "the window is still open"


def test_open_3_each_kind_of_reason_has_its_time() -> None:
    play = Play().ship()
    assert play.refusal("open_dispute", BUYER, **opening(reason=Reason.NOT_RECEIVED)) == (409, "OPEN-3", "reason_not_open")
    play.go(START + timedelta(days=45) - SECOND)
    assert play.refusal("open_dispute", BUYER, **opening(reason=Reason.NOT_RECEIVED))[1] == "OPEN-3"
    play.wait(seconds=1)
    play.open(Reason.NOT_RECEIVED).cancel().do("confirm_receipt", BUYER)
    assert play.refusal("open_dispute", BUYER, **opening(reason=Reason.NOT_RECEIVED))[1] == "OPEN-3"
    play.open(Reason.COUNTERFEIT)


def test_open_3_legacy_has_tracking_reasons_only_from_when_delivery_is_due() -> None:
    play = Play("legacy").ship()
    assert "open_dispute" not in play.allowed(BUYER)
    assert play.refusal("open_dispute", BUYER, **OPEN) == (409, "OPEN-3", "reason_not_open")
    play.wait(days=45)
    assert play.open(Reason.WRONG_ADDRESS).status == "in_dispute"


def test_open_4_the_amount_of_an_exchange_is_ignored() -> None:
    play = Play().ship().deliver()
    play.do("open_dispute", BUYER, **opening(reason=Reason.DEFECTIVE, remedy=Remedy.EXCHANGE, amount=usd(7)))
    assert play.dispute.amount is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": usd(0)}, "amount_out_of_range"),
        ({"amount": usd(-1)}, "amount_out_of_range"),
        ({"amount": usd(100_01)}, "amount_out_of_range"),
    ],
)
def test_open_5_the_amount_is_more_than_nothing_and_at_most_the_total(change: dict[str, object], code: str) -> None:
    assert Play().ship().refusal("open_dispute", BUYER, **opening(**change)) == (422, "OPEN-5", code)


def test_open_5_damaged_goods_that_are_kept_cost_less_than_the_total() -> None:
    play = Play().ship().deliver()
    assert play.refusal("open_dispute", BUYER, **opening(reason=Reason.DAMAGED)) == (422, "OPEN-5", "all_money_needs_return")
    play.open(Reason.DAMAGED, Remedy.REFUND, 99_99)
    assert play.refusal("edit", BUYER, amount=usd(100_00)) == (422, "OPEN-5", "all_money_needs_return")
    play.do("edit", BUYER, remedy=Remedy.RETURN_AND_REFUND, amount=usd(100_00))
    assert play.refusal("edit", BUYER, remedy=Remedy.REFUND) == (422, "OPEN-5", "all_money_needs_return")


def test_open_6_after_a_final_end_there_is_no_second_dispute_while_the_refund_runs_and_after() -> None:
    play = Play().ship().open(amount=40_00).seller_accepts()
    assert play.status == "payment_processing"
    assert play.refusal("open_dispute", BUYER, **OPEN) == (409, "OPEN-6", "dispute_was_final")
    play.wait(days=20)
    assert play.status == "finished"
    assert play.refusal("open_dispute", BUYER, **OPEN) == (409, "OPEN-6", "dispute_was_final")
    claim = Play().ship().open().escalate().cancel_claim()
    assert claim.refusal("open_dispute", BUYER, **OPEN) == (409, "OPEN-6", "dispute_was_final")


def test_open_6_comes_before_open_7() -> None:
    assert legacy_ruled(None).refusal("open_dispute", BUYER, **OPEN) == (409, "OPEN-6", "dispute_was_final")


def test_open_6_comes_before_the_closed_window() -> None:
    play = Play().ship().open().escalate().rule(Side.SELLER)
    play.wait(days=100)
    assert play.refusal("open_dispute", BUYER, **OPEN)[1] == "OPEN-6"


def test_open_7_a_cancelled_dispute_is_followed_by_a_new_one_with_its_own_edits_and_nothing_of_the_old() -> None:
    play = Play().ship().open()
    for n in range(4):
        play.do("edit", BUYER, explanation=f"more {n}")
    play.refuse(Remedy.REFUND, 10_00).do("escalate", BUYER)
    play.cancel()
    first = play.dispute.id
    play.open()
    assert play.dispute.id != first
    assert (play.dispute.edits_used, play.dispute.seller_refused, play.dispute.claim, play.dispute.seller_solution) == (
        0,
        False,
        None,
        None,
    )
    assert play.refusal("escalate", BUYER) == (409, "ESC-1", "seller_has_not_refused")


def test_open_7_legacy_has_no_second_dispute_whatever_the_window_says() -> None:
    play = Play("legacy").ship().deliver().open(Reason.DEFECTIVE).cancel()
    assert play.refusal("open_dispute", BUYER, **OPEN) == (409, "OPEN-7", "no_second_dispute")


def test_open_7_standard_may_forbid_the_second_dispute_though_the_order_goes_on() -> None:
    play = Play(reopen_after_cancel=False).ship().open().cancel()
    assert play.status == "awaiting_confirmation"
    assert play.refusal("open_dispute", BUYER, **OPEN) == (409, "OPEN-7", "no_second_dispute")


# ── 3 Edits ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_edit_1_a_fifth_edit_is_refused_and_refused_ones_are_not_counted() -> None:
    play = Play().ship().open()
    for n in range(4):
        assert play.refusal("edit", BUYER) == (422, "EDIT-2", "edit_changes_nothing")
        play.do("edit", BUYER, explanation=f"more {n}")
    assert play.refusal("edit", BUYER, remedy=Remedy.NO_REFUND_NO_RETURN) == (409, "EDIT-1", "edits_used_up")
    assert play.dispute.edits_used == 4


def test_edit_2_asking_for_what_stands_already_changes_nothing() -> None:
    play = Play().ship().open()
    same = {"reason": Reason.NO_TRACKING, "remedy": Remedy.REFUND, "amount": usd(100_00), "explanation": "so it is"}
    assert play.refusal("edit", BUYER, **same) == (422, "EDIT-2", "edit_changes_nothing")
    play.do("edit", BUYER, evidence("one", BUYER))
    assert play.refusal("edit", BUYER, evidence("one", BUYER)) == (422, "EDIT-2", "edit_changes_nothing")


def test_edit_2_from_an_exchange_to_money_an_amount_must_be_named() -> None:
    play = Play().ship().deliver().open(Reason.DEFECTIVE, Remedy.EXCHANGE)
    assert play.refusal("edit", BUYER, amount=usd(1)) == (422, "EDIT-2", "edit_changes_nothing")
    assert play.refusal("edit", BUYER, remedy=Remedy.REFUND) == (422, "OPEN-5", "amount_out_of_range")
    play.do("edit", BUYER, remedy=Remedy.REFUND, amount=usd(1))
    play.do("edit", BUYER, remedy=Remedy.EXCHANGE)
    assert play.dispute.amount is None


def test_edit_3_nobody_but_the_buyer_edits_and_nobody_in_a_claim() -> None:
    play = Play().ship().open()
    for actor in (SELLER, MEDIATOR):
        assert play.refusal("edit", actor, explanation="no") == (403, "EDIT-3", "only_the_buyer_edits")
    play.escalate()
    assert play.refusal("edit", BUYER, explanation="no") == (409, "EDIT-3", "not_editable")
    assert play.refusal("edit", SELLER, explanation="no")[1] == "EDIT-3"


def test_edit_3_by_setting_the_buyer_edits_in_a_claim_which_asks_nobody_again() -> None:
    play = Play(edit_in_claim=True).ship().open().escalate()
    play.do("edit", BUYER, amount=usd(50_00))
    assert (play.dispute.status, play.dispute.edits_used) == (DisputeStatus.MEDIATING, 1)
    assert play.rule(Side.BUYER).money == {"refunding": 50_00, "seller": 50_00}


def test_edit_4_an_edit_takes_away_neither_the_sellers_offer_nor_the_right_to_escalate() -> None:
    play = Play().ship().open().refuse(Remedy.REFUND, 30_00)
    play.do("edit", BUYER, explanation="more")
    assert play.dispute.status is DisputeStatus.WAITING_FOR_SELLER
    assert {"accept", "escalate"} <= play.allowed(BUYER).keys()
    assert play.buyer_accepts().money == {"refunding": 30_00, "seller": 70_00}


def test_edit_5_an_edit_makes_a_new_solution_and_never_moves_the_escalation() -> None:
    play = Play().ship().open()
    first = play.dispute.buyer_solution
    play.wait(days=10)
    play.do("edit", BUYER, explanation="more")
    assert play.refusal("accept", SELLER, solution=first) == (409, "ACC-1", "solution_not_current")
    assert play.wait(days=5) == ["escalate_by_time"]


# ── 4 and 5 Answers ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_sell_2_a_later_solution_replaces_the_earlier_and_a_bare_refusal_leaves_it() -> None:
    play = Play().ship().open().refuse(Remedy.REFUND, 10_00)
    first = play.dispute.seller_solution
    play.refuse(Remedy.REFUND, 20_00)
    assert play.refusal("accept", BUYER, solution=first) == (409, "ACC-1", "solution_not_current")
    second = play.dispute.seller_solution
    play.refuse()
    assert play.dispute.seller_solution == second
    assert len(play.dispute.solutions) == 3


def test_sell_2_what_the_seller_proposes_is_checked() -> None:
    play = Play().ship().open()
    for amount in (None, usd(0), usd(100_01)):
        request = {"reason": "no", "remedy": Remedy.REFUND} | ({"amount": amount} if amount else {})
        assert play.refusal("refuse", SELLER, **request) == (422, "OPEN-5", "amount_out_of_range")
    assert not play.dispute.seller_refused


def test_sell_3_a_seller_never_cancels_whatever_the_state() -> None:
    play = Play().ship().open()
    for action in ("cancel", "cancel_claim"):
        assert play.refusal(action, SELLER, **CANCEL) == (403, "SELL-3", "seller_never_cancels")
        assert play.refusal(action, MEDIATOR, **CANCEL)[0] == 403
    play.seller_accepts()
    assert play.refusal("cancel", SELLER, **CANCEL)[1] == "SELL-3"


@pytest.mark.parametrize("remedy", [Remedy.REFUND, Remedy.RETURN_AND_REFUND, Remedy.EXCHANGE])
def test_sell_4_acceptance_ends_a_claim_too_and_its_questions_lapse(remedy: Remedy) -> None:
    play = Play().ship().deliver().open(Reason.DEFECTIVE, remedy).escalate().ask(Party.BOTH).seller_accepts()
    assert play.dispute.status is (DisputeStatus.CLOSED if remedy is Remedy.REFUND else DisputeStatus.RETURNING)
    assert play.dispute.claim is not None
    assert all(question.lapsed for question in play.dispute.claim.questions)
    assert play.order.state.claim == "closed"


def test_acc_1_without_a_solution_of_the_seller_there_is_nothing_to_accept() -> None:
    play = Play().ship().open()
    assert "accept" not in play.allowed(BUYER)
    assert play.refusal("accept", BUYER, solution="sol_any") == (409, "ACC-1", "nothing_to_accept")
    assert play.refuse().refusal("accept", BUYER, solution="sol_any") == (409, "ACC-1", "nothing_to_accept")


def test_acc_2_accepting_no_refund_and_no_return_pays_the_seller_everything_for_good() -> None:
    play = Play().ship().open().refuse(Remedy.NO_REFUND_NO_RETURN).buyer_accepts()
    assert (play.status, play.money, play.dispute.compensation) == ("finished", {"seller": 100_00}, 0)
    assert play.refusal("open_dispute", BUYER, **OPEN)[1] == "OPEN-6"
    assert play.refusal("cancel", BUYER, **CANCEL) == (409, "CAN-1", "not_cancellable")


# ── 6 Cancelling ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_can_1_no_cancelling_after_an_acceptance_or_while_goods_go_back() -> None:
    play = Play().ship().deliver().open(Reason.DEFECTIVE, Remedy.RETURN_AND_REFUND).seller_accepts()
    assert play.refusal("cancel", BUYER, **CANCEL) == (409, "CAN-1", "not_cancellable")
    play.do("ship_return", BUYER, **NUMBER)
    assert play.refusal("cancel", BUYER, **CANCEL) == (409, "CAN-1", "not_cancellable")
    play.do("contest_return", SELLER, explanation="a brick")
    assert play.refusal("cancel", BUYER, **CANCEL) == (409, "CAN-1", "not_cancellable")


def test_can_2_cancelling_wants_to_be_confirmed_but_first_to_be_possible() -> None:
    play = Play().ship().open()
    assert play.refusal("cancel", BUYER, **(CANCEL | {"confirm": False})) == (422, "CAN-2", "cancel_not_confirmed")
    play.seller_accepts()
    assert play.refusal("cancel", BUYER, **(CANCEL | {"confirm": False})) == (409, "CAN-1", "not_cancellable")


def test_can_3_the_order_goes_back_to_awaiting_confirmation_and_its_timer_runs_on() -> None:
    play = Play().ship().open()
    play.wait(days=10)
    play.cancel()
    assert (play.status, play.money) == ("awaiting_confirmation", {"escrow": 100_00})
    assert play.go(START + timedelta(days=60)) == ["protection_ends"]


def test_can_4_at_the_very_end_of_the_window_cancelling_finishes_the_order() -> None:
    play = Play().ship()
    play.wait(days=59)
    play.open()
    play.wait(days=1)
    play.cancel()
    assert (play.status, play.money, play.dispute.outcome) == ("finished", {"seller": 100_00}, Outcome.CANCELLED)
    assert play.refusal("open_dispute", BUYER, **OPEN) == (409, "OPEN-2", "window_closed")


def test_can_4_holds_in_a_claim_too() -> None:
    play = Play().ship()
    play.wait(days=59)
    play.open().escalate().ask(Party.BOTH)
    play.wait(days=2)
    play.cancel()
    assert (play.status, play.money) == ("finished", {"seller": 100_00})


@pytest.mark.parametrize(("how", "outcome"), [("withdraw", Outcome.CANCELLED), ("cancel_claim", Outcome.CLAIM_CANCELLED)])
def test_clm_10_cancelling_a_mediated_dispute_is_what_the_setting_says(how: str, outcome: Outcome) -> None:
    play = Play(cancel_while_mediating=how).ship().open().escalate().cancel()
    assert play.dispute.outcome is outcome
    assert play.status == ("awaiting_confirmation" if how == "withdraw" else "finished")


def test_clm_10_legacy_refuses_to_cancel_a_mediated_dispute() -> None:
    play = Play("legacy").ship().deliver().open(Reason.DEFECTIVE).escalate()
    assert "cancel" not in play.allowed(BUYER)
    assert play.refusal("cancel", BUYER, **CANCEL) == (409, "CAN-1", "not_cancellable")


def test_can_3_legacy_closes_the_order_and_pays_the_seller_inside_the_window() -> None:
    play = Play("legacy").ship().deliver().open(Reason.DEFECTIVE).cancel()
    assert (play.status, play.money) == ("finished", {"seller": 100_00})


def test_can_3_legacy_with_withdrawing_while_mediating_closes_the_order_there_too() -> None:
    play = Play("legacy", cancel_while_mediating="withdraw").ship().deliver().open(Reason.DEFECTIVE).escalate().cancel()
    assert (play.status, play.money, play.dispute.outcome) == ("finished", {"seller": 100_00}, Outcome.CANCELLED)


# ── 7 Escalation ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_esc_2_it_escalates_by_itself_after_fifteen_days_and_in_legacy_after_seven() -> None:
    for ruleset, days in (("standard", 15), ("legacy", 7)):
        play = Play(ruleset).ship().deliver().open(Reason.DEFECTIVE)
        assert play.wait(days=days, seconds=-1) == []
        assert play.wait(seconds=1) == ["escalate_by_time"]


def test_esc_3_ends_the_negotiation() -> None:
    play = Play().ship().open().refuse(Remedy.REFUND, 10_00)
    play.do("escalate", BUYER)
    assert play.refusal("refuse", SELLER, reason="no") == (409, "ESC-3", "negotiation_over")
    assert play.refusal("escalate", BUYER) == (409, "ESC-3", "negotiation_over")
    assert play.refusal("accept", BUYER, solution=play.dispute.seller_solution) == (409, "ESC-3", "negotiation_over")


# ── 8 The claim ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_clm_1_claim_calls_without_a_claim() -> None:
    play = Play().ship().open()
    calls = [("ask", MEDIATOR, {"to": Party.BOTH, "question": "?"}), ("answer", BUYER, {"text": "so"}), ("answer", SELLER, {"text": "so"})]
    calls += [("offer", SELLER, {"remedy": Remedy.EXCHANGE}), ("view_solution", BUYER, {}), ("decline_solution", BUYER, {})]
    calls += [("accept_solution", BUYER, {"solution": "sol_x"}), ("cancel_claim", BUYER, CANCEL)]
    calls += [("rule", MEDIATOR, {"in_favor_of": Side.SELLER, "explanation": "so"})]
    for action, actor, request in calls:
        assert play.refusal(action, actor, **request) == (409, "CLM-1", "no_open_claim")
    play.escalate().rule(Side.SELLER)
    for action, actor, request in calls:
        assert play.refusal(action, actor, **request) == (409, "CLM-1", "no_open_claim")


def test_clm_2_one_open_question_a_side() -> None:
    play = Play().ship().open().escalate()
    assert play.refusal("answer", BUYER, text="so") == (409, "CLM-2", "not_asked")
    play.ask(Party.BUYER)
    assert play.refusal("answer", SELLER, text="so") == (409, "CLM-2", "not_asked")
    for to in (Party.BUYER, Party.BOTH):
        assert play.refusal("ask", MEDIATOR, to=to, question="?") == (409, "CLM-2", "question_still_open")
    play.ask(Party.SELLER).do("answer", BUYER, text="so")
    assert play.order.state.claim == "waiting_for_seller"


def test_clm_3_an_answer_is_due_in_seven_business_days() -> None:
    play = Play().ship().open().escalate().ask(Party.BUYER)
    # Thursday the 1st at noon; seven business days later it is Monday the 12th.
    assert play.allowed(BUYER)["answer"] == START + timedelta(days=11)


def test_clm_4_the_buyers_silence_pays_the_seller_and_decides_a_tie() -> None:
    play = Play().ship().open().escalate().ask(Party.BOTH)
    assert play.wait(days=11) == ["buyer_silent"]
    assert (play.status, play.money, play.dispute.outcome) == ("finished", {"seller": 100_00}, Outcome.DEFAULTED_FOR_SELLER)


def test_clm_4_the_earlier_deadline_decides() -> None:
    play = Play().ship().open().escalate().ask(Party.SELLER)
    play.wait(days=1)
    assert play.ask(Party.BUYER).wait(days=30)[0] == "seller_silent"
    assert play.dispute.outcome is Outcome.DEFAULTED_FOR_BUYER


def test_clm_4_the_sellers_silence_gives_what_was_asked_and_for_an_exchange_all_the_money_against_the_goods() -> None:
    part = Play().ship().open(amount=40_00).escalate().ask(Party.SELLER)
    part.wait(days=11)
    assert part.money == {"refunding": 40_00, "seller": 60_00}
    for remedy, amount in ((Remedy.EXCHANGE, 100_00), (Remedy.RETURN_AND_REFUND, 40_00)):
        play = Play().ship().deliver().open(Reason.DEFECTIVE, remedy, 40_00).escalate().ask(Party.SELLER)
        play.wait(days=11)
        assert play.dispute.status is DisputeStatus.RETURNING
        assert play.dispute.settlement is not None
        assert (play.dispute.settlement.amount, play.dispute.settlement.remedy) == (amount, Remedy.RETURN_AND_REFUND)


def test_clm_4_an_answer_without_the_evidence_asked_for_is_refused_and_the_question_stays() -> None:
    play = Play().ship().open().escalate().ask(Party.BUYER, evidence_required=True)
    assert play.refusal("answer", BUYER, text="so") == (422, "CLM-4", "evidence_missing")
    assert "answer" in play.allowed(BUYER)
    play.do("answer", BUYER, evidence("one", BUYER), text="so")
    assert play.order.state.claim == "processing"


def test_clm_5_a_claim_in_processing_waits_for_ever() -> None:
    play = Play().ship().open().escalate()
    assert play.wait(days=5000) == []


def test_clm_6_the_standing_solution_is_put_again_and_one_that_gives_nothing_lapses() -> None:
    play = Play().ship().open().refuse(Remedy.REFUND, 30_00)
    play.do("escalate", BUYER)
    assert play.buyer_accepts("accept_solution").money == {"refunding": 30_00, "seller": 70_00}
    nothing = Play().ship().open().refuse(Remedy.NO_REFUND_NO_RETURN)
    standing = nothing.dispute.seller_solution
    nothing.do("escalate", BUYER)
    assert not {"view_solution", "accept_solution", "decline_solution"} & nothing.allowed(BUYER).keys()
    assert nothing.refusal("accept_solution", BUYER, solution=standing) == (409, "ACC-1", "solution_not_current")
    assert nothing.refusal("view_solution", BUYER) == (409, "CLM-6", "no_seller_solution")
    assert nothing.refusal("offer", SELLER, remedy=Remedy.NO_REFUND_NO_RETURN) == (422, "CLM-6", "offer_gives_nothing")


def test_clm_6_no_thanks_takes_the_offer_off_until_it_is_made_anew() -> None:
    play = Play().ship().open().refuse(Remedy.REFUND, 30_00)
    play.do("escalate", BUYER)
    declined = play.dispute.seller_solution
    seller_may = play.allowed(SELLER)
    play.do("decline_solution", BUYER)
    assert play.allowed(SELLER) == seller_may
    assert play.refusal("decline_solution", BUYER) == (409, "CLM-6", "no_seller_solution")
    assert play.refusal("accept_solution", BUYER, solution=declined)[1] == "ACC-1"
    play.do("offer", SELLER, remedy=Remedy.REFUND, amount=usd(30_00))
    assert play.buyer_accepts("accept_solution").dispute.outcome is Outcome.ACCEPTED_BY_BUYER


def test_clm_7_cancelling_the_claim_pays_the_seller_though_protection_runs_in_both_rulesets() -> None:
    for ruleset in ("standard", "legacy"):
        play = Play(ruleset).ship().deliver().open(Reason.DEFECTIVE).escalate().ask(Party.BOTH)
        assert play.refusal("cancel_claim", BUYER, message="x", reason="other") == (422, "CLM-7", "claim_cancel_not_confirmed")
        play.cancel_claim()
        assert (play.status, play.money, play.dispute.outcome) == ("finished", {"seller": 100_00}, Outcome.CLAIM_CANCELLED)
        assert play.refusal("appeal", BUYER, explanation="no") == (409, "CLM-8", "nothing_to_appeal")


def test_clm_8_a_ruling_is_not_bound_by_what_was_asked_and_left_out_gives_it() -> None:
    assert Play().ship().open(amount=10_00).escalate().rule(Side.BUYER, 90_00).money == {"refunding": 90_00, "seller": 10_00}
    assert Play().ship().open(amount=10_00).escalate().rule(Side.BUYER).money == {"refunding": 10_00, "seller": 90_00}
    exchange = Play().ship().deliver().open(Reason.DEFECTIVE, Remedy.EXCHANGE).escalate().rule(Side.BUYER)
    assert exchange.dispute.goods is not None
    assert exchange.dispute.settlement is not None
    assert exchange.dispute.settlement.amount == 100_00


def test_clm_8_refusals_of_a_ruling() -> None:
    play = Play().ship().open().escalate()
    words = {"explanation": "so"}
    for amount in (0, 100_01):
        assert play.refusal("rule", MEDIATOR, in_favor_of=Side.BUYER, amount=usd(amount), **words) == (422, "CLM-8", "ruling_out_of_range")
    for extra in ({"amount": usd(1)}, {"return_required": True}):
        assert play.refusal("rule", MEDIATOR, in_favor_of=Side.SELLER, **extra, **words) == (422, "CLM-8", "ruling_gives_seller")
    assert play.refusal("rule", BUYER, in_favor_of=Side.BUYER, **words)[0] == 403


def test_clm_8_standard_has_no_appeal() -> None:
    play = Play().ship().open().escalate().rule(Side.SELLER)
    assert "appeal" not in play.allowed(BUYER)
    assert play.refusal("appeal", BUYER, explanation="no") == (409, "CLM-8", "nothing_to_appeal")


def legacy_ruled(amount: int | None) -> Play:
    play = Play("legacy").ship().deliver().open(Reason.DEFECTIVE).escalate()
    return play.rule(Side.SELLER) if amount is None else play.rule(Side.BUYER, amount)


def test_clm_9_an_appeal_is_taken_inside_seven_days_and_refused_at_their_end() -> None:
    play = legacy_ruled(None)
    end = play.now + timedelta(days=7)
    play.go(end - SECOND)
    assert play.allowed(BUYER)["appeal"] == end
    play.go(end)
    no = play.refused("appeal", BUYER, explanation="no")
    assert (no.rule, no.refusal.code, no.deadline) == ("CLM-9", "appeal_too_late", end)


def test_clm_9_the_second_ruling_names_the_whole_sum_and_only_the_difference_moves() -> None:
    play = legacy_ruled(30_00)
    assert play.money == {"refunding": 30_00, "seller": 70_00}
    play.appeal()
    assert (play.status, play.money) == ("in_dispute", {"refunding": 30_00, "hold": 70_00})
    below = {"in_favor_of": Side.BUYER, "amount": usd(29_99), "explanation": "so"}
    assert play.refusal("rule", MEDIATOR, **below) == (422, "CLM-9", "ruling_below_first")
    assert play.refusal("rule", MEDIATOR, **(below | {"return_required": True})) == (422, "CLM-9", "no_return_in_appeal")
    play.rule(Side.BUYER, 50_00)
    assert (play.status, play.money, play.dispute.compensation) == ("payment_processing", {"refunding": 50_00, "seller": 50_00}, 50_00)
    assert [part.amount for part in play.order.refunds] == [30_00, 20_00]
    assert play.refusal("appeal", BUYER, explanation="no") == (409, "CLM-9", "appealed_already")


def test_clm_9_a_refund_under_way_goes_on_and_may_arrive_before_the_appeal_is_ruled() -> None:
    play = legacy_ruled(30_00)
    play.wait(days=5)
    play.appeal()
    assert play.wait(days=20) == ["refund_arrives_during_appeal"]
    assert (play.status, play.money) == ("in_dispute", {"refunded": 30_00, "hold": 70_00})
    play.rule(Side.BUYER, 40_00)
    assert play.money == {"refunded": 30_00, "refunding": 10_00, "seller": 60_00}
    assert play.wait(days=20) == ["refund_arrives"]
    assert (play.status, play.money) == ("finished", {"refunded": 40_00, "seller": 60_00})


def test_clm_9_two_parts_of_a_refund_arrive_each_at_its_time() -> None:
    play = legacy_ruled(30_00)
    play.wait(days=1)
    play.appeal().rule(Side.BUYER, 40_00)
    assert play.wait(days=40) == ["part_of_refund_arrives", "refund_arrives"]
    assert play.money == {"refunded": 40_00, "seller": 60_00}


@pytest.mark.parametrize("first", [None, 30_00])
def test_clm_9_a_ruling_for_the_seller_or_the_buyers_silence_lets_the_first_end_stand(first: int | None) -> None:
    paid = {"seller": 100_00} if first is None else {"refunding": 30_00, "seller": 70_00}
    assert legacy_ruled(first).appeal().rule(Side.SELLER).money == paid
    silent = legacy_ruled(first).appeal().ask(Party.BOTH)
    assert "buyer_silent_in_appeal" in silent.wait(days=11)
    assert sum(silent.money.values()) == 100_00
    assert silent.order.money.to_buyer == (first or 0)


def test_clm_9_the_sellers_silence_in_an_appeal_gives_what_was_asked_and_never_less_than_the_first() -> None:
    play = Play("legacy").ship().deliver().open(Reason.DEFECTIVE, Remedy.REFUND, 20_00).escalate().rule(Side.BUYER, 60_00).appeal()
    play.ask(Party.SELLER)
    assert "seller_silent_in_appeal" in play.wait(days=13)
    assert play.order.money.to_buyer == 60_00


def test_clm_9_only_asking_answering_and_ruling_are_left_in_an_appeal() -> None:
    play = legacy_ruled(None).appeal()
    assert set(play.allowed(BUYER)) == {"request_extension", "send_message"}
    assert set(play.allowed(SELLER)) == {"correct_tracking", "extend_protection", "send_message"}
    assert set(play.allowed(MEDIATOR)) == {"ask", "rule"}
    assert play.refusal("cancel", BUYER, **CANCEL)[1] == "CAN-1"
    assert play.refusal("appeal", BUYER, explanation="again") == (409, "CLM-9", "appealed_already")
    for action, actor in (("cancel_claim", BUYER), ("offer", SELLER), ("accept_solution", BUYER), ("send_replacement", SELLER)):
        assert play.refusal(action, actor) == (409, "CLM-9", "not_in_an_appeal")


def test_clm_9_a_cancelled_dispute_is_appealed_with_a_claim_of_its_own() -> None:
    play = Play("legacy").ship().deliver().open(Reason.DEFECTIVE).cancel()
    play.wait(days=6)
    play.appeal()
    assert play.money == {"hold": 100_00}
    play.rule(Side.BUYER, 25_00)
    assert (play.money, play.dispute.outcome) == ({"refunding": 25_00, "seller": 75_00}, Outcome.RULED_FOR_BUYER)
    assert Play("legacy", appeal_after_cancel=False).ship().deliver().open(Reason.DEFECTIVE).cancel().refusal(
        "appeal", BUYER, explanation="no"
    ) == (409, "CLM-8", "nothing_to_appeal")


def test_clm_9_what_was_refunded_in_full_or_agreed_is_not_appealed() -> None:
    for play in (legacy_ruled(100_00), Play("legacy").ship().deliver().open(Reason.DEFECTIVE, amount=10_00).seller_accepts()):
        assert play.refusal("appeal", BUYER, explanation="no") == (409, "CLM-8", "nothing_to_appeal")


def test_clm_9_a_dispute_that_a_later_one_has_followed_is_not_appealed() -> None:
    play = Play("legacy", cancel_closes_order=False, reopen_after_cancel=True).ship().deliver().open(Reason.DEFECTIVE).cancel()
    assert "appeal" in play.allowed(BUYER)
    first = replace(play.dispute, superseded=True)
    play.open(Reason.DEFECTIVE).cancel()
    play.order = replace(play.order, dispute=first)
    assert "appeal" not in play.allowed(BUYER)
    assert play.refusal("appeal", BUYER, explanation="no") == (409, "CLM-8", "nothing_to_appeal")


def test_clm_9_evidence_of_an_appeal_adds_to_what_the_dispute_has() -> None:
    forty = Surroundings(evidence=HUGE.evidence[:4])
    play = Play("legacy").ship().deliver()
    play.do("open_dispute", BUYER, forty, **opening(reason=Reason.DEFECTIVE))
    play.cancel()
    more = Surroundings(evidence=tuple(e for part in ("x", "y") for e in evidence(part, BUYER, 10 * 1024 * 1024).evidence))
    assert play.refusal("appeal", BUYER, more, explanation="no") == (413, None, "evidence_over_limit")
    play.do("appeal", BUYER, Surroundings(evidence=more.evidence[:1]), explanation="no")
    assert len(play.dispute.evidence) == 5


def test_open_7_evidence_of_a_cancelled_dispute_does_not_weigh_on_the_next() -> None:
    play = Play().ship()
    play.do("open_dispute", BUYER, Surroundings(evidence=HUGE.evidence[:5]), **OPEN)
    play.cancel()
    play.do("open_dispute", BUYER, Surroundings(evidence=HUGE.evidence[1:]), **OPEN)
    assert len(play.dispute.evidence) == 5


# ── 9 Money ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_pay_1_a_refund_takes_seven_to_ten_business_days_drawn_from_seed_and_order() -> None:
    play = Play().ship().open().seller_accepts()
    part = play.order.refunds[0]
    assert START + timedelta(days=11) <= part.due_at <= START + timedelta(days=14)
    again = Play().ship().open().seller_accepts()
    assert again.order.refunds[0].due_at == part.due_at
    assert play.status == "payment_processing"
    assert play.go(part.due_at) == ["refund_arrives"]
    assert (play.status, play.money) == ("finished", {"refunded": 100_00})


def test_pay_2_after_a_confirmed_receipt_the_refund_comes_out_of_the_payout() -> None:
    play = Play().ship()
    play.do("confirm_receipt", BUYER)
    play.open(Reason.DEFECTIVE, amount=40_00).seller_accepts()
    assert play.money == {"refunding": 40_00, "seller": 60_00}


# ── 10 Goods going back ────────────────────────────────────────────────────────────────────────────────────────────────


def test_ret_1_the_refund_starts_when_the_seller_has_the_goods() -> None:
    play = Play().returning(amount=80_00)
    assert play.money == {"escrow": 100_00}
    play.do("ship_return", BUYER, tracking_number="LP2")
    play.deliver(ParcelKind.RETURN)
    assert play.refusal("ship_return", BUYER, tracking_number="LP3") == (409, "RET-1", "return_delivered")
    play.do("confirm_return", SELLER)
    assert (play.status, play.money) == ("payment_processing", {"refunding": 80_00, "seller": 20_00})


def test_ret_2_an_exchange_stays_open_until_the_new_item_is_confirmed() -> None:
    play = Play().returning(Remedy.EXCHANGE)
    assert play.refusal("confirm_replacement", BUYER) == (409, "RET-2", "no_replacement_expected")
    assert play.refusal("send_replacement", SELLER, **NUMBER) == (409, "RET-2", "no_replacement_expected")
    play.do("confirm_return", SELLER)
    play.do("send_replacement", SELLER, **NUMBER)
    play.deliver(ParcelKind.REPLACEMENT)
    assert play.status == "in_dispute"
    play.do("confirm_replacement", BUYER)
    assert (play.status, play.money, play.dispute.outcome) == ("finished", {"seller": 100_00}, Outcome.ACCEPTED_BY_SELLER)


def test_ret_3_the_buyer_has_ten_days_to_send() -> None:
    play = Play().ship().deliver().open(Reason.DEFECTIVE, Remedy.RETURN_AND_REFUND).seller_accepts()
    assert play.refusal("confirm_return", SELLER) == (409, "RET-3", "no_return_to_confirm")
    assert play.refusal("contest_return", SELLER, explanation="x") == (409, "RET-4", "no_return_to_contest")
    assert play.wait(days=10) == ["return_not_sent"]
    assert (play.dispute.outcome, play.money) == (Outcome.DEFAULTED_FOR_SELLER, {"seller": 100_00})


@pytest.mark.parametrize("remedy", [Remedy.RETURN_AND_REFUND, Remedy.EXCHANGE])
def test_ret_3_a_return_neither_confirmed_nor_contested_is_closed_for_the_buyer(remedy: Remedy) -> None:
    play = Play().returning(remedy)
    assert play.wait(days=45) == ["sent_return_not_confirmed"]
    assert (play.dispute.outcome, play.money) == (Outcome.DEFAULTED_FOR_BUYER, {"refunding": 100_00})
    delivered = Play().returning(remedy)
    delivered.wait(days=3)
    delivered.deliver(ParcelKind.RETURN)
    delivered.wait(days=2)
    delivered.deliver(ParcelKind.RETURN)
    assert delivered.wait(days=13) == ["delivered_return_not_confirmed"], "a second report of the delivery moves nothing"
    late = Play().returning(remedy)
    late.wait(days=40)
    late.deliver(ParcelKind.RETURN)
    assert late.wait(days=5) == ["sent_return_not_confirmed"]


def test_ret_4_a_contested_return_is_mediated_without_offers_and_ruled_without_a_return() -> None:
    play = Play().returning()
    play.do("contest_return", SELLER, explanation="a brick")
    assert play.order.state.kind == "contest"
    for action, actor in (("offer", SELLER), ("view_solution", BUYER), ("send_replacement", SELLER)):
        assert play.refusal(action, actor) == (409, "RET-4", "not_in_a_contest")
    ruling = {"in_favor_of": Side.BUYER, "explanation": "so"}
    assert play.refusal("rule", MEDIATOR, return_required=True, **ruling) == (422, "RET-4", "no_return_in_contest")
    assert play.rule(Side.BUYER, 55_00).money == {"refunding": 55_00, "seller": 45_00}


@pytest.mark.parametrize(("remedy", "gives"), [(Remedy.RETURN_AND_REFUND, 80_00), (Remedy.EXCHANGE, 100_00)])
def test_ret_4_the_sellers_silence_in_a_contest_gives_what_was_settled(remedy: Remedy, gives: int) -> None:
    play = Play().returning(remedy, 80_00)
    play.do("contest_return", SELLER, explanation="a brick")
    play.ask(Party.SELLER)
    assert play.wait(days=11) == ["seller_silent_in_contest"]
    assert play.order.money.to_buyer == gives


def agreed_on_less() -> Play:
    """80.00 asked, 60.00 offered against the goods and accepted; the goods are on their way."""
    play = Play().ship().deliver().open(Reason.DEFECTIVE, Remedy.RETURN_AND_REFUND, 80_00)
    play.refuse(Remedy.RETURN_AND_REFUND, 60_00).buyer_accepts().do("ship_return", BUYER, **NUMBER)
    return play


def test_ret_4_what_was_agreed_and_not_what_was_asked_is_given_when_the_seller_falls_silent() -> None:
    confirmed = agreed_on_less()
    confirmed.do("confirm_return", SELLER)
    late = agreed_on_less()
    late.wait(days=45)
    contested = agreed_on_less()
    contested.do("contest_return", SELLER, explanation="a brick")
    contested.ask(Party.SELLER).wait(days=11)
    ruled = agreed_on_less()
    ruled.do("contest_return", SELLER, explanation="a brick")
    ruled.rule(Side.BUYER)
    for play in (confirmed, late, contested, ruled):
        assert play.money == {"refunding": 60_00, "seller": 40_00}


def test_ret_5_a_replacement_not_sent_is_all_the_money_and_one_not_confirmed_counts_as_confirmed() -> None:
    play = Play().returning(Remedy.EXCHANGE)
    play.do("confirm_return", SELLER)
    assert play.refusal("escalate", BUYER) == (409, "RET-5", "replacement_not_underway")
    assert play.wait(days=15) == ["replacement_not_sent"]
    assert play.money == {"refunding": 100_00}
    sent = Play().returning(Remedy.EXCHANGE)
    sent.do("confirm_return", SELLER)
    sent.do("send_replacement", SELLER, **NUMBER)
    assert sent.allowed(BUYER)["escalate"] == sent.now + timedelta(days=60)
    assert sent.wait(days=60) == ["replacement_counts_as_confirmed"]
    assert (sent.status, sent.money) == ("finished", {"seller": 100_00})


def test_ret_5_until_it_is_confirmed_the_buyer_may_escalate_as_a_contest() -> None:
    play = Play().returning(Remedy.EXCHANGE)
    play.do("confirm_return", SELLER)
    play.do("send_replacement", SELLER, **NUMBER)
    play.do("escalate", BUYER)
    assert (play.order.state.kind, play.order.state.stage) == ("contest", ReturnStage.REPLACEMENT_SENT)
    assert play.rule(Side.BUYER).money == {"refunding": 100_00}


def test_ret_3_a_ruled_return_that_is_confirmed_counts_as_the_ruling_and_its_appeal_runs_from_then() -> None:
    play = Play("legacy").ship().deliver().open(Reason.DEFECTIVE).escalate().rule(Side.BUYER, 60_00, return_required=True)
    play.do("ship_return", BUYER, **NUMBER)
    play.wait(days=9)
    play.do("confirm_return", SELLER)
    assert play.dispute.outcome is Outcome.RULED_FOR_BUYER
    assert play.allowed(BUYER)["appeal"] == play.now + timedelta(days=7)


# ── 11 Stores, 12 Record ───────────────────────────────────────────────────────────────────────────────────────────────


def test_sto_1_a_refunded_dispute_about_the_goods_marks_the_store_once_by_its_final_reason() -> None:
    play = Play().ship().deliver().open(Reason.NO_TRACKING)
    play.do("edit", BUYER, reason=Reason.DEFECTIVE)
    assert play.seller_accepts().dispute.marked_at == play.now
    unmarked = Play().ship().open().seller_accepts()
    assert unmarked.dispute.marked_at is None
    appealed = legacy_ruled(30_00)
    first = appealed.now
    appealed.wait(days=1)
    assert appealed.appeal().rule(Side.BUYER, 50_00).dispute.marked_at == first


def test_sto_2_the_store_is_weighed_whenever_its_count_may_have_grown() -> None:
    play = Play("legacy").ship().deliver().open(Reason.DEFECTIVE)
    assert play.steps[-1].weighs_store
    play.cancel()
    assert not play.steps[-1].weighs_store
    play.appeal()
    assert play.steps[-1].weighs_store, "appealed, it is no longer a dispute that the buyer cancelled"


def test_sto_4_only_a_sellers_message_is_reported_and_once() -> None:
    play = Play()
    message = play.do("send_message", SELLER, text="confirm early please").made
    assert "report_message" in play.allowed(BUYER)
    buyers, again = Surroundings(message_by=BUYER), Surroundings(message_by=SELLER, message_reported=True)
    assert play.refusal("report_message", BUYER, buyers, message="msg_1") == (409, "STO-4", "message_not_reportable")
    assert play.refusal("report_message", BUYER, again, message="msg_1") == (409, "STO-4", "already_reported")
    play.do("report_message", BUYER, Surroundings(message_by=SELLER), message=message)
    assert "report_message" not in play.allowed(BUYER)
    assert play.refusal("report_message", SELLER, message="msg_1")[0] == 403


def test_open_4_the_amount_of_an_exchange_is_ignored_and_its_currency_too() -> None:
    play = Play().ship().deliver()
    play.do("open_dispute", BUYER, reason=Reason.DEFECTIVE, remedy=Remedy.EXCHANGE, amount=Money(5, "EUR"), explanation="It is dead.")
    assert play.dispute.amount is None
    play.do("edit", BUYER, amount=Money(5, "EUR"), explanation="Still dead.")
    play.do("refuse", SELLER, reason="No.", remedy=Remedy.EXCHANGE, amount=Money(5, "EUR"))


def test_ret_1_a_confirmed_return_has_been_received() -> None:
    play = Play().ship().deliver()
    play.do("open_dispute", BUYER, reason=Reason.DEFECTIVE, remedy=Remedy.RETURN_AND_REFUND, amount=usd(50_00), explanation="It is dead.")
    play.do("accept", SELLER, solution=play.dispute.buyer_solution)
    play.do("ship_return", BUYER, **NUMBER)
    play.do("confirm_return", SELLER)
    assert play.dispute.goods is not None
    assert play.dispute.goods.stage == "received"


def test_rec_3_words_change_nothing_and_may_be_written_at_any_time() -> None:
    play = Play()
    play.do("cancel_order", BUYER)
    for actor in (BUYER, SELLER):
        play.do("send_message", actor, text="hello")
    assert (play.status, play.money) == ("cancelled", {"refunded": 100_00})
    assert play.order.status is OrderStatus.CANCELLED


def test_rec_2_only_what_changes_a_status_is_mailed() -> None:
    play = Play().ship().open()
    assert play.steps[-1].changes_status
    play.do("edit", BUYER, explanation="more")
    assert not play.steps[-1].changes_status
    play.refuse()
    assert play.steps[-1].changes_status
    play.refuse()
    assert not play.steps[-1].changes_status
