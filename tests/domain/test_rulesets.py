from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any

import pytest

from emulator.domain.rulesets import (
    LEGACY,
    LEGACY_SOURCES,
    MAX_DAYS,
    RULESETS,
    STANDARD,
    Settings,
    SettingsError,
    build_settings,
    dump_settings,
)

ALL = {f.name: f for f in fields(Settings)}
# What each kind of setting refuses, and something it takes that is not its default.
WRONG: dict[str, list[Any]] = {
    "days": [-1, MAX_DAYS + 1, 1.5, "7", True, None, [7], 10**30],
    "count": [-1, 10**7, 2.0, "4", False, None],
    "yes_no": [0, 1, "yes", None, "true"],
    "choice": ["", "maybe", None, 1, ["withdraw"]],
    "range": [7, [7], [7, 8, 9], [10, 7], [0, 7], [7, "10"], [7.0, 10], None, {"low": 7}, [True, 7]],
    "dates": ["2026-12-25", ["25.12.2026"], [20261225], [None], [["2026-12-25"]], None, ["2026-02-30"], ["2026-12-25T00:00:00"]],
}


def wrong_values() -> list[tuple[str, Any]]:
    return [(name, value) for name, f in ALL.items() for value in WRONG[f.metadata["kind"]]]


@pytest.mark.parametrize(("name", "value"), wrong_values())
def test_a_wrong_value_is_refused_by_its_settings_name(name: str, value: Any) -> None:
    with pytest.raises(SettingsError) as caught:
        build_settings("standard", {name: value})
    assert list(caught.value.errors) == [name]
    assert name in str(caught.value)


@pytest.mark.parametrize("name", [name for name, f in ALL.items() if f.metadata["kind"] in {"days", "count"}])
def test_a_number_of_days_starts_at_one_but_where_nothing_is_named(name: str) -> None:
    least = ALL[name].metadata["least"]
    assert least == (0 if name in {"dispute_days_after_protection", "edits_max", "appeal_days"} else 1)
    if name != "protection_days":
        assert getattr(build_settings("standard", {name: least}), name) == least
    with pytest.raises(SettingsError):
        build_settings("standard", {name: least - 1})


def test_the_defaults_are_those_of_the_rulebook() -> None:
    assert dump_settings(STANDARD) == {
        "processing_days": 7,
        "delivery_days": 45,
        "protection_days": 60,
        "protection_end_closes_dispute": False,
        "dispute_days_after_receipt": 15,
        "receipt_means": "confirmed",
        "dispute_days_after_protection": 0,
        "tracking_reasons_from": "shipped",
        "edits_max": 4,
        "edit_in_claim": False,
        "negotiation_days": 15,
        "cancel_while_mediating": "withdraw",
        "cancel_closes_order": False,
        "reopen_after_cancel": True,
        "answer_business_days": 7,
        "appeal_days": 0,
        "appeal_after_cancel": False,
        "refund_business_days": [7, 10],
        "return_ship_days": 10,
        "return_confirm_days": 15,
        "return_transit_days": 45,
        "replacement_ship_days": 15,
        "replacement_confirm_days": 60,
        "store_close_count": 10,
        "store_close_days": 90,
        "store_close_counts": "opened",
        "holidays": [],
    }


def test_legacy_differs_where_its_sources_say_so() -> None:
    different = {name: value for name, value in dump_settings(LEGACY).items() if value != dump_settings(STANDARD)[name]}
    assert different == {
        "tracking_reasons_from": "delivery_due",
        "negotiation_days": 7,
        "cancel_while_mediating": "refuse",
        "cancel_closes_order": True,
        "reopen_after_cancel": False,
        "appeal_days": 7,
        "appeal_after_cancel": True,
    }
    assert LEGACY_SOURCES.keys() == different.keys()


def test_every_setting_has_a_sentence_and_a_source() -> None:
    for f in ALL.values():
        assert f.metadata["says"].endswith(".")
        assert f.metadata["source"]


@pytest.mark.parametrize("ruleset", RULESETS)
def test_what_is_shown_is_read_back(ruleset: str) -> None:
    assert build_settings(ruleset, dump_settings(RULESETS[ruleset])) == RULESETS[ruleset]


def test_an_unknown_setting_is_refused_together_with_every_other_fault() -> None:
    with pytest.raises(SettingsError) as caught:
        build_settings("standard", {"patience": 3, "edits_max": -1, "holidays": "soon"})
    assert caught.value.errors.keys() == {"patience", "edits_max", "holidays"}


@pytest.mark.parametrize(
    ("ruleset", "overrides", "named"),
    [
        ("standard", {"cancel_closes_order": True}, "cancel_closes_order"),
        ("legacy", {"reopen_after_cancel": True}, "cancel_closes_order"),
        ("standard", {"protection_days": 44}, "delivery_days"),
        ("standard", {"delivery_days": 61}, "delivery_days"),
    ],
)
def test_contradictory_settings_are_refused(ruleset: str, overrides: dict[str, Any], named: str) -> None:
    with pytest.raises(SettingsError) as caught:
        build_settings(ruleset, overrides)
    assert list(caught.value.errors) == [named]


def test_a_contradiction_is_mended_by_setting_both() -> None:
    assert build_settings("standard", {"cancel_closes_order": True, "reopen_after_cancel": False}).cancel_closes_order
    assert build_settings("legacy", {"reopen_after_cancel": True, "cancel_closes_order": False}).reopen_after_cancel
    assert build_settings("standard", {"protection_days": 10, "delivery_days": 10}).protection_days == 10


def test_holidays_are_kept_sorted_and_once() -> None:
    read = build_settings("standard", {"holidays": ["2026-12-25", "2026-01-01", "2026-12-25"]})
    assert read.holidays == (date(2026, 1, 1), date(2026, 12, 25))
