"""Numbers that were recorded become a table that says what is met and what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from loadtests.bench.__main__ import command_of
from loadtests.bench.results import Results, alternate, joined, load
from loadtests.bench.table import as_markdown, as_text, judged, unmeasured, write


def recorded(**rounds: list[float]) -> Results:
    """Results by name, with two underscores for a dot."""
    return Results({"date": "1 March 2026"}, {name.replace("__", "."): values for name, values in rounds.items()})


def row(text: str, *words: str) -> str:
    """The one line of a table in which all these words stand."""
    found = [line for line in text.splitlines() if all(word in line for word in words)]
    assert len(found) == 1, found
    return found[0]


def test_a_ratio_is_the_median_of_rounds_that_were_measured_side_by_side():
    # The machine was slow in the second round: side by side nothing has changed, while the medians alone would tell 50 %.
    results = recorded(sqlite__read=[600, 300, 500], sqlite__bare=[1000, 500, 1000])
    (line,) = judged(results)
    assert line.ratio is not None
    assert (line.ratio.median, line.ratio.low, line.ratio.high) == (0.6, 0.5, 0.6)
    assert line.met is True


def test_a_target_that_is_missed_by_little_is_shown_as_not_met():
    text = as_markdown(recorded(sqlite__read=[599.9], sqlite__bare=[1000]))
    assert row(text, "| Read of a dispute").endswith("| 60.0 % (60.0 % – 60.0 %) | ≥ 60.0 % | **not met** |")


def test_the_same_ratio_is_judged_by_the_target_of_its_own_database():
    results = recorded(sqlite__edit=[220], sqlite__bare=[1000], postgresql__edit=[220], postgresql__bare=[1000])
    assert {line.on: line.met for line in judged(results)} == {"sqlite": False, "postgresql": True}


def test_where_less_is_better_more_is_not_met():
    results = recorded(inprocess=[290, 310, 320], start__emulator=[130], start__base=[100])
    assert {line.line.of: line.met for line in judged(results)} == {"inprocess": False, "start.emulator": True}


def test_a_target_of_which_nothing_was_measured_is_named_and_never_counted_as_met():
    results = recorded(sqlite__read=[700], sqlite__bare=[1000])
    assert "Read of a dispute (PostgreSQL)" in unmeasured(results)
    assert "Import of the package" in unmeasured(results)
    assert "Edit of a dispute (SQLite, PostgreSQL)" in as_text(results)
    assert not [line for line in judged(results) if line.line.says != "Read of a dispute"]


def test_the_writes_of_those_with_one_file_on_disk_must_be_beaten_by_far_and_others_only_beaten():
    results = recorded(sqlite__open=[500], rival__filer__create=[200], rival__slower__create=[90], rival__keeper__create=[400])
    about = {"version": "1.0", "does": "things", "less": "no rules", "keeps": "memory"}
    results.rivals = {name: {**about, "durable": name != "keeper"} for name in ("filer", "slower", "keeper")}
    text = as_text(results)
    assert row(text, "Create", "filer 1.0").endswith("2.50× (2.50× – 2.50×)  ≥ 1.00×  met")
    assert row(text, "Create", "keeper 1.0").endswith("≥ 1.00×  met")
    assert row(text, "Create", "the best with one file on disk, 200 /s").endswith("≥ 3.00×  not met")


def test_growth_is_shown_for_any_size_and_judged_at_a_million():
    sizes = {"postgresql.growth.1000.open": [100.0], "postgresql.growth.5000.open": [80.0], "postgresql.growth.1000000.open": [84.0]}
    text = as_text(Results({}, sizes))
    assert row(text, "Openings, 1,000,000 orders", "84.0 %").endswith("not met")
    assert row(text, "Openings, 5,000 orders").endswith("80.0 % (80.0 % – 80.0 %)")


def test_whoever_could_not_start_is_named_with_the_reason():
    results = recorded()
    results.absent = {"gone 2.1": "Java is not there."}
    assert "gone 2.1 was not measured: Java is not there." in as_markdown(results)


def test_steps_take_turns_and_the_round_that_warms_up_does_not_count(capsys: pytest.CaptureFixture[str]):
    calls: list[str] = []

    def step(name: str) -> float:
        calls.append(name)
        return float(len(calls))

    results = Results()
    alternate(results, 2, {"a": lambda: step("a"), "b": lambda: {"part": step("b")}})
    assert calls == ["a", "b", "a", "b", "a", "b"]
    assert results.rounds == {"a": [3, 5], "b.part": [4, 6]}
    assert capsys.readouterr().out == "", "the table alone goes to the output"


def test_results_of_several_runs_are_shown_as_one(tmp_path: Path):
    first = Results({"command": "one"}, {"a": [1.0], "b": [2.0]}, absent={"rival 1": "away"})
    second = Results({"command": "two"}, {"b": [3.0]}, rivals={"rival": {"version": "1"}})
    first.save(tmp_path / "first.json")
    whole = joined([load(tmp_path / "first.json"), second])
    assert whole == Results({"command": "one; two"}, {"a": [1.0], "b": [3.0]}, {"rival": {"version": "1"}})


def test_what_several_runs_have_in_common_is_said_once():
    one = Results({"growth": "1,000 orders; 50 sandboxes", "command": "bench --quick"})
    other = Results({"growth": "1,000 orders; 50 sandboxes", "command": "bench"})
    assert joined([one, other]).about == {"growth": "1,000 orders; 50 sandboxes", "command": "bench --quick; bench"}


@pytest.mark.parametrize("words", [["--json", "/somewhere/a.json", "--rounds", "3"], ["--rounds", "3", "--json=/somewhere/a.json"]])
def test_the_command_that_is_shown_names_no_folder_of_who_measured(words: list[str]):
    assert command_of(words) == "python -m loadtests.bench --rounds 3"


def test_the_table_goes_between_the_marks_of_a_page_and_nowhere_else(tmp_path: Path):
    page, results = tmp_path / "README.md", recorded(inprocess=[100])
    page.write_text("Before\n\n<!-- bench -->\nold\n<!-- /bench -->\n\nAfter\n")
    write(results, page)
    assert page.read_text() == f"Before\n\n<!-- bench -->\n{as_markdown(results)}\n<!-- /bench -->\n\nAfter\n"
    page.write_text("No marks")
    with pytest.raises(ValueError, match="has no place for the table"):
        write(results, page)
