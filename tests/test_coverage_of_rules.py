"""Every rule, row and refusal is carried out and tested; and the gate that says so can say no."""

from __future__ import annotations

import pytest

from . import coverage_of_rules as gate


@pytest.fixture(scope="module")
def told() -> gate.Report:
    return gate.report(rule_ids=["ORD-99"], row_names=["seller_flies"], codes=["no_such_" + "refusal"])


def test_there_is_no_gap_but_in_what_there_is_not(told: gate.Report) -> None:
    assert told.gaps == [
        "ORD-99 is carried out by nothing",
        "ORD-99 is in no test and no story",
        "seller_flies is in no test and no story",
        "no_such_refusal is in no test and no story",
    ]


def test_a_gap_ends_the_command_with_one_and_none_with_nought(
    told: gate.Report, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gate, "report", lambda: told)
    assert gate.main() == 1
    assert "GAP ORD-99" in capsys.readouterr().out
    monkeypatch.setattr(gate, "report", lambda: gate.Report(told.rules[:5], told.rows[:5], told.refusals[:5]))
    assert gate.main() == 0
    assert "no gaps" in capsys.readouterr().out


def test_a_rule_that_nothing_carries_out_is_a_gap_though_it_is_tested() -> None:
    assert gate.Line("X-1", [], ["a test"], []).gaps == ["X-1 is carried out by nothing"]
    assert gate.Line("X-1", ["row x"], [], ["S01"]).gaps == []
    assert gate.Line("x", None, [], []).gaps == ["x is in no test and no story"]


def test_what_a_test_names_is_found_in_its_name_strings_docstring_and_attributes_and_not_in_what_stands_around_it() -> None:
    source = '''"""About ORD-1."""
from x import y

def test_ord_4_it():
    """ORD-2."""
    assert no == (409, "a_code", "ORD-3"), refusals.NOT_FOUND
'''
    rules, words = gate.named_in(source, "test_x.py")
    assert rules == {rule: ["test_x.py::test_ord_4_it"] for rule in ("ORD-4", "ORD-2", "ORD-3")}
    assert {"a_code", "not_found"} <= set(words)


def test_a_story_counts_for_what_happens_in_it_and_not_for_what_it_says() -> None:
    rules, rows, codes = gate.happened_in_stories(["S21"])
    assert codes["seller_never_cancels"] == ["S21"]
    assert rules["SELL-3"] == ["S21"]
    assert rows["place_order"] == ["S21"]
    assert "rule_for_buyer" not in rows
