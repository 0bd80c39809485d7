"""What is proved of the table: that it is sound, and that a broken one is refused by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from itertools import product

import pytest

from emulator.domain import dates, effects, needs, refusals
from emulator.domain.engine import Engine, table_for
from emulator.domain.proof import FINAL, TableError, prove, reachable
from emulator.domain.rules import ACTIONS, ANYWHERE, RULES, At, Otherwise, Rule, To, at, when
from emulator.domain.rulesets import LEGACY, RULESETS, STANDARD, Settings
from emulator.domain.words import Actor, ClaimKind, ClaimStatus, DisputeStatus, OrderStatus

STANDARD_ROWS, LEGACY_ROWS = table_for(STANDARD).rules, table_for(LEGACY).rules
NAMED_BY_ROWS = sorted({name for row in RULES for name, _ in row.given})


def row(name: str, rules: tuple[Rule, ...] = RULES) -> Rule:
    return next(r for r in rules if r.name == name)


def with_row(changed: Rule, rules: tuple[Rule, ...] = LEGACY_ROWS) -> tuple[Rule, ...]:
    """The table with the row of this name exchanged."""
    assert any(r.name == changed.name for r in rules)
    return tuple(changed if r.name == changed.name else r for r in rules)


def without(*names: str, rules: tuple[Rule, ...] = LEGACY_ROWS) -> tuple[Rule, ...]:
    assert {r.name for r in rules}.issuperset(names)
    return tuple(r for r in rules if r.name not in names)


@pytest.mark.parametrize("ruleset", RULESETS)
def test_both_rulesets_have_a_sound_table(ruleset: str) -> None:
    prove(table_for(RULESETS[ruleset]).rules)


def test_every_combination_of_the_settings_that_rows_ask_for_has_a_sound_table() -> None:
    values = {
        "appeal_days": (0, 7),
        "cancel_closes_order": (False, True),
        "cancel_while_mediating": ("withdraw", "cancel_claim", "refuse"),
        "edit_in_claim": (False, True),
        "protection_end_closes_dispute": (False, True),
    }
    assert sorted(values) == NAMED_BY_ROWS, "a setting that rows ask for is missing here"
    for combination in product(*values.values()):
        table_for(replace(STANDARD, **dict(zip(values, combination, strict=True))))


def test_every_row_stands_in_some_table_and_names_settings_that_exist() -> None:
    known = {f.name for f in fields(Settings)}
    assert known.issuperset(NAMED_BY_ROWS)
    shown = {r.name for r in STANDARD_ROWS} | {r.name for r in LEGACY_ROWS}
    by_override = {
        "protection_ends_in_negotiation",
        "edit_in_claim",
        "cancel_counts_as_cancelling_the_claim",
        "cancel_while_mediating_closes_order",
    }
    assert shown | by_override == {r.name for r in RULES}


def test_appeals_are_reached_in_legacy_alone() -> None:
    def kinds(rules: tuple[Rule, ...]) -> set[ClaimKind]:
        return {state.kind for state in reachable(rules)}

    assert kinds(LEGACY_ROWS) - kinds(STANDARD_ROWS) == {ClaimKind.APPEAL}


def test_a_new_dispute_starts_without_the_claim_and_the_goods_of_the_one_before() -> None:
    negotiating = (DisputeStatus.WAITING_FOR_SELLER, DisputeStatus.WAITING_FOR_BUYER)
    for state in reachable(LEGACY_ROWS):
        if state.dispute in negotiating:
            assert (state.claim, state.kind, state.stage) == ("none", "none", "none")


def test_an_engine_proves_its_table_when_it_is_made() -> None:
    assert Engine(STANDARD, "seed").table is Engine(replace(STANDARD, negotiation_days=3), "other").table


def test_silence_lasts_for_ever_only_in_a_claim_in_processing_and_after_the_end() -> None:
    for state, rows in reachable(LEGACY_ROWS).items():
        if not any(r.due for r in rows):
            assert state.order in FINAL | {OrderStatus.NEW} or state.claim is ClaimStatus.PROCESSING


BROKEN: dict[str, tuple[Callable[[], tuple[Rule, ...]], str]] = {
    "two rows in one cell": (
        lambda: (*LEGACY_ROWS, row("refuse")._replace(name="refuse_too")),
        "The rows refuse and refuse_too all fit refuse by seller in (in_dispute, waiting_for_seller, none, none, none).",
    ),
    "two rows whose guards overlap": (
        lambda: with_row(row("seller_accepts_return")._replace(when=(when(needs.buyers_remedy, "refund", "exchange"),))),
        "buyers_remedy: refund",
    ),
    "a row without its guard": (
        lambda: with_row(row("cancel")._replace(when=()), STANDARD_ROWS),
        "The rows cancel and cancel_too_late all fit cancel by buyer",
    ),
    "the cancelling of both rulesets at once": (
        lambda: (*LEGACY_ROWS, row("cancel")),
        "The rows cancel_closes_order and cancel all fit cancel by buyer",
    ),
    "two timers at one date": (
        lambda: (*LEGACY_ROWS, row("escalate_by_time")._replace(name="escalate_twice")),
        "The timers escalate_by_time and escalate_twice all fire at escalates_at in (in_dispute, waiting_for_seller, none, none, none).",
    ),
    "a timer that leaves a case out": (
        lambda: without("part_of_refund_arrives"),
        "Of refund_arrives none fires at refund_due_at in (payment_processing, closed, none, none, none), refund_parts: more_to_come.",
    ),
    "a row that is never reached": (
        lambda: (
            *LEGACY_ROWS,
            row("refuse")._replace(name="refuse_cancelled", at=at(order=[OrderStatus.CANCELLED], dispute=[DisputeStatus.CLOSED])),
        ),
        "The row refuse_cancelled is never reached: no order comes to a state that it starts from.",
    ),
    "rows that only a missing row led to": (
        lambda: without("contest_return", "contest_replacement"),
        "The row seller_silent_in_contest is never reached",
    ),
    "appeal rows where nothing is appealed": (
        lambda: (*STANDARD_ROWS, row("rule_appeal_for_buyer")),
        "The row rule_appeal_for_buyer is never reached",
    ),
    "a dead end in the negotiation": (
        lambda: without("escalate_by_time"),
        "Nothing ever ends (in_dispute, waiting_for_seller, none, none, none) if nobody acts: no timer row leads out of it.",
    ),
    "a dead end in a claim": (
        lambda: without("buyer_silent_in_appeal"),
        "Nothing ever ends (in_dispute, mediating, waiting_for_buyer, appeal, ",
    ),
    "a dead end after shipping": (
        lambda: without("protection_ends"),
        "Nothing ever ends (awaiting_confirmation, none, none, none, none)",
    ),
    "a dead end of goods": (
        lambda: without("replacement_counts_as_confirmed"),
        "Nothing ever ends (in_dispute, returning, none, none, replacement_sent)",
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_table_is_refused(fault: str) -> None:
    build, says = BROKEN[fault]
    with pytest.raises(TableError) as caught:
        prove(build())
    assert says in str(caught.value)


def test_a_word_that_nothing_leads_to_is_refused() -> None:
    def stay(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        return tuple(r._replace(to=r.to._replace(order=OrderStatus.FINISHED)) if r.to.order is OrderStatus.CANCELLED else r for r in rules)

    with pytest.raises(TableError, match="The word cancelled of OrderStatus is never reached"):
        prove(stay(STANDARD_ROWS), every_rule=stay(RULES))


def test_a_name_used_twice_is_refused() -> None:
    with pytest.raises(TableError, match="The name of the row refuse is used 2 times"):
        prove(STANDARD_ROWS, every_rule=(*RULES, row("refuse")))
    with pytest.raises(TableError, match="The name of the action ship is used 2 times"):
        prove(STANDARD_ROWS, actions=(*ACTIONS, next(a for a in ACTIONS if a.name == "ship")))
    with pytest.raises(TableError, match="The name of the refusal not_asked is used 2 times"):
        prove(STANDARD_ROWS, refusals=(*refusals.REFUSALS, refusals.NOT_ASKED))


def test_an_action_without_a_row_and_a_row_without_an_action_are_refused() -> None:
    idle = ACTIONS[0]._replace(name="idle")
    with pytest.raises(TableError, match="The action idle has no row under any settings"):
        prove(STANDARD_ROWS, actions=(*ACTIONS, idle))
    stray = row("refuse")._replace(name="stray", action="stray")
    with pytest.raises(TableError, match="The row stray is for the action stray, which there is not"):
        prove(STANDARD_ROWS, every_rule=(*RULES, stray))


def test_an_action_whose_refusals_do_not_end_with_one_for_everything_is_refused() -> None:
    open_ended = tuple(a._replace(otherwise=a.otherwise[:-1]) if a.name == "offer" else a for a in ACTIONS)
    with pytest.raises(TableError, match="The refusals of the action offer must end with one that fits anywhere"):
        prove(STANDARD_ROWS, actions=open_ended)
    buyers = tuple(
        a._replace(otherwise=(Otherwise(ANYWHERE, refusals.NOT_ASKED, Actor.BUYER),)) if a.name == "offer" else a for a in ACTIONS
    )
    with pytest.raises(TableError, match="offer must end"):
        prove(STANDARD_ROWS, actions=buyers)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"due": dates.ESCALATION}, "must be either for an action or for a date"),
        ({"by": Actor.SYSTEM}, "is by system; dates are the system's"),
        ({"when": ((needs.window, frozenset({"ajar"})),)}, "expects of window what it never answers"),
    ],
)
def test_a_row_that_is_neither_request_nor_timer_is_refused(change: dict[str, object], says: str) -> None:
    with pytest.raises(TableError, match=says):
        prove(STANDARD_ROWS, every_rule=tuple(r._replace(**change) if r.name == "refuse" else r for r in RULES))


def test_a_timer_that_asks_about_a_request_is_refused() -> None:
    asking = row("escalate_by_time")._replace(when=(when(needs.asks, "buyer", "seller", "both"),))
    with pytest.raises(TableError, match="The timer escalate_by_time asks about a request, and there is none"):
        prove(STANDARD_ROWS, every_rule=tuple(asking if r.name == asking.name else r for r in RULES))


def test_a_pattern_takes_any_word_of_a_part_it_does_not_name() -> None:
    state = next(iter(reachable(STANDARD_ROWS)))
    assert At().fits(state)
    assert at(order=[state.order]).fits(state)
    assert not at(order=[OrderStatus.FINISHED]).fits(state)
    assert To() == (None,) * 5
    assert callable(effects.pay_in)
