"""Prints what carries out each rule and what tests it, and fails on a gap: `make coverage`.

    a rule of the rulebook   is carried out by rows, refusals or code that names itself in EMBODIED, and named by a test or a story
    a row of the table       is carried out in a story, or named by a test
    a refusal                is given in a story, or named by a test

Stories are not searched but played: what counts is what happened in them. A test names something in its own name or text: `test_ord_1_…`, a
string, a docstring, `refusals.NAME`.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulator.domain import refusals
from emulator.domain.refusals import REFUSALS, Refusal, Refused
from emulator.domain.rulebook import RULEBOOK
from emulator.domain.rules import ACTIONS, EMBODIED, RULES
from emulator.player import CoreStage, Play, story_ids, tales_of

TESTS = Path(__file__).parent
RULE_ID = re.compile(r"\b[A-Z]{3,4}-[0-9]+\b")
RULE_IN_NAME = re.compile(r"_([a-z]{3,4})_([0-9]+)(?=_|$)")
CODE_OF = {name: value.code for name, value in vars(refusals).items() if isinstance(value, Refusal)}
# Tests that look at all rules alike say nothing of any one.
ABOUT_ALL = {"domain/test_rulebook.py", "test_coverage_of_rules.py"}
SHOWN = 4

Names = dict[str, list[str]]


@dataclass(frozen=True)
class Line:
    """What is known of a rule, a row or a refusal. `carried` is None where nothing has to carry it out."""

    name: str
    carried: list[str] | None
    tests: list[str]
    stories: list[str]

    @property
    def gaps(self) -> list[str]:
        found = []
        if self.carried is not None and not self.carried:
            found.append(f"{self.name} is carried out by nothing")
        if not self.tests and not self.stories:
            found.append(f"{self.name} is in no test and no story")
        return found


@dataclass(frozen=True)
class Report:
    """Every rule, row and refusal with what carries it out and what tests it."""

    rules: list[Line]
    rows: list[Line]
    refusals: list[Line]

    @property
    def gaps(self) -> list[str]:
        return [gap for lines in (self.rules, self.rows, self.refusals) for line in lines for gap in line.gaps]


# ── what tests name ────────────────────────────────────────────────────────────────────────────────────────────────────


def named_in(source: str, file: str) -> tuple[Names, Names]:
    """Rule ids, and refusal codes or row names, that the parts of a test module name, each with the part."""
    rules, words = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for node in ast.parse(source).body:
        if isinstance(node, ast.Expr | ast.Import | ast.ImportFrom):
            continue
        part = f"{file}::{node.name}" if isinstance(node, ast.FunctionDef | ast.ClassDef) else file
        if isinstance(node, ast.FunctionDef):
            for letters, number in RULE_IN_NAME.findall(node.name):
                _note(rules[f"{letters.upper()}-{number}"], part)
        for inner in ast.walk(node):
            if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                for rule in RULE_ID.findall(inner.value):
                    _note(rules[rule], part)
                _note(words[inner.value], part)
            elif isinstance(inner, ast.Attribute) and inner.attr in CODE_OF:
                _note(words[CODE_OF[inner.attr]], part)
    return dict(rules), dict(words)


def _note(parts: list[str], part: str) -> None:
    if part not in parts:
        parts.append(part)


def named_in_tests() -> tuple[Names, Names]:
    """The same over all test modules."""
    rules, words = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for path in sorted(TESTS.rglob("test_*.py")):
        file = path.relative_to(TESTS).as_posix()
        if file in ABOUT_ALL:
            continue
        for found, into in zip(named_in(path.read_text(encoding="utf-8"), file), (rules, words), strict=True):
            for name, parts in found.items():
                into[name] += parts
    return dict(rules), dict(words)


# ── what happens in stories ────────────────────────────────────────────────────────────────────────────────────────────


class Watched(CoreStage):
    """A stage that remembers every refusal it gave."""

    def __init__(self, tale: Any) -> None:
        super().__init__(tale)
        self.refused: list[Refused] = []

    def act(self, *arguments: Any, **named: Any) -> Mapping[str, Any]:
        try:
            return super().act(*arguments, **named)
        except Refused as no:
            self.refused.append(no)
            raise


def happened_in_stories(stories: Iterable[str] | None = None) -> tuple[Names, Names, Names]:
    """The rules, rows and refusal codes of everything that happens in the stories, each with the stories."""
    rules, rows, codes = (defaultdict[str, list[str]](list) for _ in range(3))
    for story in story_ids() if stories is None else stories:
        for tale in tales_of(story):
            stage = Watched(tale)
            list(Play(tale, stage).play())
            for step in stage.world.steps:
                _note(rules[step.row.rule], story)
                _note(rows[step.row.name], story)
            for no in stage.refused:
                _note(codes[no.refusal.code], story)
                if no.rule is not None:
                    _note(rules[no.rule], story)
    return dict(rules), dict(rows), dict(codes)


# ── the report ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def carriers() -> Names:
    """For each rule id the rows, the refusals and the code that carry it out."""
    found = defaultdict[str, list[str]](list)
    for row in RULES:
        _note(found[row.rule], f"row {row.name}")
    for refusal in REFUSALS:
        if refusal.rule is not None:
            _note(found[refusal.rule], f"refusal {refusal.code}")
    for action in ACTIONS:
        _note(found[action.rule], f"action {action.name}")
    for rule, where in EMBODIED.items():
        found[rule].append(where)
    return dict(found)


def report(rule_ids: Iterable[str] = (), row_names: Iterable[str] = (), codes: Iterable[str] = ()) -> Report:
    """The report over all there is; what is named on top is looked for as well."""
    in_tests, words = named_in_tests()
    in_stories, rows_in_stories, codes_in_stories = happened_in_stories()
    carried = carriers()
    return Report(
        rules=[
            Line(rule, carried.get(rule, []), in_tests.get(rule, []), in_stories.get(rule, [])) for rule in _all(RULEBOOK, "id", rule_ids)
        ],
        rows=[Line(row, None, words.get(row, []), rows_in_stories.get(row, [])) for row in _all(RULES, "name", row_names)],
        refusals=[Line(code, None, words.get(code, []), codes_in_stories.get(code, [])) for code in _all(REFUSALS, "code", codes)],
    )


def _all(things: Iterable[Any], name: str, more: Iterable[str]) -> list[str]:
    return [*dict.fromkeys(getattr(thing, name) for thing in things), *more]


def show(told: Report, write: Callable[[str], object]) -> None:
    """The report as tables for a reader."""
    for title, lines in (("RULES", told.rules), ("ROWS", told.rows), ("REFUSALS", told.refusals)):
        write(f"\n{title}")
        for line in lines:
            write(f"{'GAP ' if line.gaps else ''}{line.name}")
            if line.carried:
                write(f"    by       {_some(line.carried)}")
            if line.stories:
                write(f"    stories  {' '.join(line.stories)}")
            if line.tests:
                write(f"    tests    {_some(line.tests)}")
    write(f"\n{len(told.rules)} rules, {len(told.rows)} rows, {len(told.refusals)} refusals: {len(told.gaps) or 'no'} gaps")
    for gap in told.gaps:
        write(f"  {gap}")


def _some(parts: list[str]) -> str:
    more = f" … and {len(parts) - SHOWN} more" if len(parts) > SHOWN else ""
    return "; ".join(parts[:SHOWN]) + more


def main() -> int:
    told = report()
    show(told, print)
    return 1 if told.gaps else 0


if __name__ == "__main__":
    sys.exit(main())
