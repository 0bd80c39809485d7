"""Which refusals the crowd expects, and which it takes for faults."""

from __future__ import annotations

import pytest

from loadtests.crowd.judging import Answer, Verdict, conflicts_of, verdict


def refused(status: int, code: str) -> Answer:
    return Answer(status, {"code": code})


def test_what_went_well_is_well() -> None:
    assert verdict("ship", Answer(200, {}), changed=False) == Verdict()


@pytest.mark.parametrize(
    ("call", "status", "code"),
    [
        ("ship", 409, "not_awaiting_shipment"),
        ("accept", 409, "solution_not_current"),
        ("place_order", 409, "store_closed"),
        ("deliver", 409, "nothing_to_deliver"),
        ("answer", 422, "evidence_missing"),
        ("advance", 409, "nothing_due"),
    ],
)
def test_who_was_overtaken_is_refused_as_is_to_be_expected_and_otherwise_it_is_a_fault(call: str, status: int, code: str) -> None:
    assert verdict(call, refused(status, code), changed=True) == Verdict(overtaken=code)
    assert "although nothing had changed" in verdict(call, refused(status, code), changed=False).fault


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        ("ship", refused(409, "dispute_already_open")),  # the table does not list it for this action
        ("ship", refused(422, "malformed")),
        ("open_dispute", refused(422, "amount_out_of_range")),  # no race makes a sum too large
        ("accept", refused(404, "not_found")),
        ("accept", refused(403, "wrong_role")),
        ("orders", refused(401, "unauthenticated")),
        ("dispute", refused(409, "no_open_claim")),  # to look conflicts with nobody
        ("ship", refused(500, "broken")),
        ("ship", refused(503, "database_busy")),
        ("ship", Answer(404)),
        ("ship", Answer(302)),
        ("ship", Answer(0, lost="Connection refused")),
    ],
)
def test_everything_else_is_a_fault_whatever_has_changed(call: str, answer: Answer) -> None:
    found = verdict(call, answer, changed=True)
    assert not found.well
    assert call in found.fault


def test_what_can_overtake_an_action_is_what_the_table_lists_for_it() -> None:
    assert conflicts_of("confirm_receipt") == {"receipt_in_dispute", "receipt_not_expected"}
    assert not conflicts_of("orders")
