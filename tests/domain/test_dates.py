from __future__ import annotations

from datetime import timedelta

from emulator.domain import dates
from emulator.domain.words import ParcelKind, Party, Reason, Remedy, Side

from .alphabet import NUMBER, START, new_order
from .play import BUYER, SELLER, Play

DAYS = {n: timedelta(days=n) for n in range(1, 120)}


def test_an_order_not_shipped_has_no_window_and_no_date_but_the_end_of_processing() -> None:
    play = Play()
    assert dates.PROCESSING_END(play.order, play.settings) == START + DAYS[7]
    assert dates.window_end(play.order, play.settings) is None
    for deadline in (dates.PROTECTION_END, dates.DELIVERY_DUE, dates.ESCALATION, dates.REFUND_DUE, dates.SHIP_RETURN_BY):
        assert deadline(play.order, play.settings) is None


def test_an_order_not_placed_has_no_dates_at_all() -> None:
    settings = Play().settings
    every = [value for value in vars(dates).values() if isinstance(value, dates.Deadline)]
    assert len(every) >= 12
    for deadline in every:
        assert deadline(new_order(), settings) is None
    assert dates.appeal_end(new_order(), settings) is None
    assert dates.confirm_return_by(new_order(), settings) is None
    assert dates.open_question(new_order(), Party.BUYER) is None


def test_the_window_is_the_earlier_of_protection_and_days_after_receipt() -> None:
    play = Play().ship()
    assert dates.window_end(play.order, play.settings) == START + DAYS[60]
    play.do("confirm_receipt", BUYER)
    assert dates.window_end(play.order, play.settings) == START + DAYS[15]


def test_the_escalation_counts_from_the_opening() -> None:
    play = Play().ship()
    play.wait(days=1)
    play.open()
    play.wait(days=2)
    play.do("edit", BUYER, explanation="more")
    assert dates.ESCALATION(play.order, play.settings) == START + DAYS[16]


def test_a_question_has_a_due_date_until_it_is_answered() -> None:
    play = Play().ship().open().escalate().ask(Party.BOTH)
    due = START + DAYS[11]
    assert dates.BUYER_ANSWER_DUE(play.order, play.settings) == dates.SELLER_ANSWER_DUE(play.order, play.settings) == due
    play.do("answer", BUYER, text="so")
    assert dates.BUYER_ANSWER_DUE(play.order, play.settings) is None
    assert dates.SELLER_ANSWER_DUE(play.order, play.settings) == due


def test_holidays_move_the_date_of_an_answer() -> None:
    play = Play(holidays=((START + DAYS[1]).date(),)).ship().open().escalate().ask(Party.BUYER)
    assert dates.BUYER_ANSWER_DUE(play.order, play.settings) == START + DAYS[12]


def test_a_return_is_confirmed_by_the_earlier_of_two_dates() -> None:
    play = Play().returning(Remedy.EXCHANGE)
    assert dates.confirm_return_by(play.order, play.settings) == START + DAYS[45]
    play.wait(days=5)
    play.deliver(ParcelKind.RETURN)
    assert dates.confirm_return_by(play.order, play.settings) == START + DAYS[20]
    play.do("confirm_return", SELLER)
    assert dates.SEND_REPLACEMENT_BY(play.order, play.settings) == play.now + DAYS[15]
    play.do("send_replacement", SELLER, **NUMBER)
    assert dates.CONFIRM_REPLACEMENT_BY(play.order, play.settings) == play.now + DAYS[60]


def test_an_end_can_be_appealed_for_so_many_days_once() -> None:
    play = Play("legacy").ship().deliver().open(Reason.DEFECTIVE).escalate().rule(Side.SELLER)
    assert dates.appeal_end(play.order, play.settings) == START + DAYS[7]
    play.appeal().rule(Side.SELLER)
    assert dates.appeal_end(play.order, play.settings) is None


def test_an_end_that_is_never_appealed_has_no_date_for_it() -> None:
    for play in (
        Play().ship().open().escalate().rule(Side.SELLER),
        Play("legacy").ship().deliver().open(Reason.DEFECTIVE, amount=1_00).seller_accepts(),
        Play("legacy").ship().deliver().open(Reason.DEFECTIVE).escalate().cancel_claim(),
        Play("legacy", appeal_after_cancel=False).ship().deliver().open(Reason.DEFECTIVE).cancel(),
        Play("legacy").ship().deliver().open(Reason.DEFECTIVE).escalate().rule(Side.BUYER, 100_00),
    ):
        assert dates.appeal_end(play.order, play.settings) is None, play.dispute.outcome
