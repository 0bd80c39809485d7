"""The rulebook in our own words agrees with the table, the refusals and the settings."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from emulator.domain.engine import table_for
from emulator.domain.refusals import REFUSALS
from emulator.domain.rulebook import BY_ID, DISAGREEMENTS, GUIDANCE, RULEBOOK, SECTIONS, settings_used_by
from emulator.domain.rules import ACTIONS, EMBODIED, RULES
from emulator.domain.rulesets import LEGACY, LEGACY_SOURCES, STANDARD, Settings, build_settings

SETTINGS = {setting.name: setting for setting in fields(Settings)}
CARRIED_OUT = {row.rule for row in RULES} | {refusal.rule for refusal in REFUSALS if refusal.rule} | set(EMBODIED)

LAST_LINE = {"000": 243, "003": 80}
PLACE = re.compile(r"(000|003):(L\d+(?:-\d+)?(?:, L\d+(?:-\d+)?)*)")
OURS = re.compile(r"(.+ )?(silent|ours)")
REMARK = re.compile(r" names the confirmation alone")


def faults_of_source(source: str) -> list[str]:
    """What is no place in the documents, said or left unsaid."""
    faults = []
    for piece in source.split("; "):
        if OURS.fullmatch(piece):
            continue
        match = PLACE.match(piece.removeprefix("against "))
        if match is None or not (match.end() == len(piece.removeprefix("against ")) or REMARK.search(piece)):
            faults.append(piece)
            continue
        document, lines = match.groups()
        for span in lines.replace("L", "").split(", "):
            first, last = int(span.split("-")[0]), int(span.split("-")[-1])
            in_range = 1 <= first <= last <= LAST_LINE[document]
            about_arguments_in_general = document == "000" and last >= 119 and first <= 159
            if not in_range or about_arguments_in_general:
                faults.append(f"{document}:L{span}")
    return faults


def groups_and_numbers() -> list[tuple[str, int]]:
    return [(match.group(1), int(match.group(2))) for rule in RULEBOOK if (match := re.fullmatch(r"([A-Z]+)-(\d+)", rule.id))]


def test_every_row_refusal_action_and_embodied_rule_stands_in_the_rulebook() -> None:
    assert CARRIED_OUT | {action.rule for action in ACTIONS} <= set(BY_ID)


def test_every_rule_of_the_rulebook_is_carried_out() -> None:
    assert not [rule.id for rule in RULEBOOK if rule.id not in CARRIED_OUT]


def test_ids_count_up_without_a_gap_in_each_group() -> None:
    ids = groups_and_numbers()
    assert len(ids) == len(RULEBOOK) == len(BY_ID)
    for group in dict.fromkeys(group for group, _ in ids):
        numbers = [number for of, number in ids if of == group]
        assert numbers == list(range(1, len(numbers) + 1)), group


def test_sections_come_in_order_and_none_is_empty() -> None:
    numbers = [rule.section for rule in RULEBOOK]
    assert numbers == sorted(numbers)
    assert list(dict.fromkeys(numbers)) == list(SECTIONS) == list(range(13))


def test_every_rule_says_something_briefly() -> None:
    assert not [rule.id for rule in RULEBOOK if not (rule.says.endswith(".") and 20 <= len(rule.says) <= 300)]


def test_every_source_is_a_place_in_the_documents_or_says_that_there_is_none() -> None:
    sources = [(rule.id, rule.source) for rule in RULEBOOK]
    sources += [(point.rule, source) for point in DISAGREEMENTS for source in (point.one_source, point.other_source)]
    sources += [(guidance.case, guidance.source) for guidance in GUIDANCE]
    assert not {(of, fault) for of, source in sources for fault in faults_of_source(source)}


@pytest.mark.parametrize("source", ["", "L12", "003:61", "003:L81", "000:L130", "000:L110-125", "000:L9-7", "000:L7 and L8", "somewhere"])
def test_the_test_of_sources_can_fail(source: str) -> None:
    assert faults_of_source(source)


def test_every_setting_is_read_by_some_rule() -> None:
    read = {name for rule in RULEBOOK for name in settings_used_by(rule.id)}
    assert read == set(SETTINGS)


def test_the_settings_that_rows_ask_for_are_read_by_their_rules() -> None:
    for row in RULES:
        asked = {name for name, _ in row.given} | ({row.due.setting} if row.due and row.due.setting else set())
        assert asked <= set(settings_used_by(row.rule)), row.name


def test_a_setting_that_changes_which_rows_there_are_is_read_by_the_rules_of_those_rows() -> None:
    for name, values in {"edit_in_claim": (False, True), "appeal_days": (0, 7), "protection_end_closes_dispute": (False, True)}.items():
        one, other = ({row.name: row for row in table_for(build_settings("standard", {name: value})).rules} for value in values)
        for row in {**one, **other}.values():
            if (row.name in one) != (row.name in other):
                assert name in settings_used_by(row.rule), (name, row.name)


def test_every_disagreement_names_a_rule_that_reads_the_setting_that_decides() -> None:
    for point in DISAGREEMENTS:
        assert point.setting in settings_used_by(point.rule), point.question


def test_every_setting_in_which_the_rulesets_differ_decides_a_disagreement() -> None:
    differing = {name for name in SETTINGS if getattr(STANDARD, name) != getattr(LEGACY, name)}
    assert differing == set(LEGACY_SOURCES) <= {point.setting for point in DISAGREEMENTS}


def test_every_setting_whose_source_speaks_against_another_decides_a_disagreement() -> None:
    disputed = {name for name, setting in SETTINGS.items() if "against" in setting.metadata["source"]}
    assert disputed <= {point.setting for point in DISAGREEMENTS}


def test_a_disagreement_shows_what_both_rulesets_have() -> None:
    shown = {(point.rule, point.setting): (point.standard, point.legacy) for point in DISAGREEMENTS}
    assert shown["ESC-2", "negotiation_days"] == (15, 7)
    assert shown["CAN-1", "cancel_while_mediating"] == ("withdraw", "refuse")
    assert shown["PAY-1", "refund_business_days"] == ((7, 10), (7, 10))


def test_the_guidance_is_for_mediators_and_names_its_cases_once() -> None:
    cases = [guidance.case for guidance in GUIDANCE]
    assert len(set(cases)) == len(cases) == 7
    assert all(guidance.says.endswith(".") for guidance in GUIDANCE)
