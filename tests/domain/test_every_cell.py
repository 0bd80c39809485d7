"""Every state that an order can reach, every request in each: the laws of the engine, asked exhaustively.

As it stands it comes to 23,158 states in `standard` and 37,469 in `legacy`. `EVERY_CELL=fine` also tells apart what the rules see but do
not decide by in that state, and walks every request: 135,044 and 142,516, a quarter of an hour.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from emulator.domain.engine import table_for
from emulator.domain.proof import reachable
from emulator.domain.refusals import REFUSALS
from emulator.domain.rulesets import RULESETS, STANDARD, Settings

from .explore import Explorer

FINE = os.environ.get("EVERY_CELL") == "fine"
# How many states are explored with each single override, the rarest joint states first.
OVERRIDE_STATES = 20_000 if FINE else 1000

# Rows that the alphabet leaves out: reporting needs a message that was kept, and messages are no state.
NOT_WALKED = {"report_message"}
# `refund_arrives` needs its other case in every table; only an appeal ever makes two parts of a refund.
ONLY_AFTER_APPEAL = {"part_of_refund_arrives"}

OVERRIDES: list[dict[str, Any]] = [
    {"protection_end_closes_dispute": True},
    {"protection_end_closes_dispute": True, "dispute_days_after_protection": 30},
    {"receipt_means": "delivered"},
    {"dispute_days_after_protection": 30},
    {"tracking_reasons_from": "delivery_due"},
    {"tracking_reasons_from": "shipped"},
    {"edits_max": 0},
    {"edit_in_claim": True},
    {"cancel_while_mediating": "withdraw"},
    {"cancel_while_mediating": "cancel_claim"},
    {"cancel_while_mediating": "refuse"},
    {"cancel_closes_order": True, "reopen_after_cancel": False},
    {"cancel_closes_order": False},
    {"reopen_after_cancel": False},
    {"reopen_after_cancel": True, "cancel_closes_order": False},
    {"appeal_days": 0},
    {"appeal_days": 7},
    {"appeal_days": 7, "appeal_after_cancel": True},
    {"appeal_after_cancel": False},
    {"refund_business_days": (1, 1)},
]


@pytest.fixture(autouse=True)
def _no_collection_of_what_is_never_garbage() -> Iterator[None]:
    """A hundred thousand live orders make each pass of the collector slow, and it finds nothing."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("ruleset", RULESETS)
def test_the_laws_hold_in_every_state_of_a_ruleset(ruleset: str) -> None:
    explorer = Explorer(RULESETS[ruleset], fine=FINE)
    found = explorer.run()
    print(f"{ruleset}: {found.states} states")
    assert found.complete
    rows = explorer.engine.table.rules
    out_of_reach = NOT_WALKED | (ONLY_AFTER_APPEAL if ruleset == "standard" else set())
    assert {row.name for row in rows} - set(found.rows) == out_of_reach, "every row of the table is carried out somewhere"
    # What the proof walks without needs is what orders come to: the table leads nowhere that no order can go.
    assert found.joint == set(reachable(rows))
    ours = {refusal.code for refusal in REFUSALS if refusal.rule is not None}
    assert set(found.refusals) - ours <= {"evidence_over_limit", "wrong_role"}


def overridden() -> Iterator[Any]:
    for ruleset, override in product(RULESETS, OVERRIDES):
        settings = replace(RULESETS[ruleset], **override)
        contradictory = settings.cancel_closes_order and settings.reopen_after_cancel
        if settings != RULESETS[ruleset] and not contradictory:
            yield pytest.param(ruleset, override, id=" ".join([ruleset, *(f"{name}={value}" for name, value in override.items())]))


@pytest.mark.parametrize(("ruleset", "override"), list(overridden()))
def test_the_laws_hold_with_single_settings_overridden(ruleset: str, override: dict[str, Any]) -> None:
    explorer = Explorer(replace(RULESETS[ruleset], **override), OVERRIDE_STATES)
    found = explorer.run()
    assert found.states == OVERRIDE_STATES
    shipped = {row.name for rules in RULESETS.values() for row in table_for(rules).rules}
    own = {row.name for row in explorer.engine.table.rules} - shipped
    assert own <= set(found.rows), "the rows that the override brings are carried out"


def test_every_choice_and_every_yes_or_no_has_an_override_each_way() -> None:
    named = {name for override in OVERRIDES for name in override}
    choices = {
        name for name in Settings.__dataclass_fields__ if Settings.__dataclass_fields__[name].metadata["kind"] in {"choice", "yes_no"}
    }
    assert choices - named == {"store_close_counts"}, "which no order sees"
    assert table_for(STANDARD) is table_for(replace(STANDARD, store_close_counts="marks"))
