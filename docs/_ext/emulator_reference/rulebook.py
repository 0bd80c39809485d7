"""The rules, the refusals, the settings, the disagreements and the words, from the table and what surrounds it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from http import HTTPStatus
from typing import Any

from emulator import derive
from emulator.derive import Json, spoken_value
from emulator.domain import words as vocabulary
from emulator.domain.refusals import REFUSALS
from emulator.domain.rulebook import GUIDANCE, RULEBOOK, SECTIONS, settings_used_by
from emulator.domain.rulesets import STANDARD, Settings

from .markdown import action_link, code, facts, headed, joined, listed, paragraphs, refusal_link, rule_link, setting_link, table


def rules() -> str:
    """Every rule under its section, with what carries it out."""
    parts = []
    for number, section in SECTIONS.items():
        parts.append(f"## {section}")
        for text in RULEBOOK:
            if text.section == number:
                entry = derive.rule_entry(text.id)
                assert entry is not None
                parts.append(_rule(entry))
    return paragraphs(*parts)


def _rule(entry: Json) -> str:
    rows = [
        f"{row['by']}, {action_link(row['action']) if row['action'] else 'a timer'}: {row['says']} ({row['source']})"
        for row in entry["rows"]
    ]
    return paragraphs(
        headed(3, f"rule-{entry['id'].lower()}", entry["id"]),
        entry["says"],
        facts(
            ("Source", entry["source"]),
            ("Settings", joined(map(setting_link, entry["settings"]))),
            ("Rows of the table", listed(rows)),
            ("Refuses with", joined(map(refusal_link, entry["refusals"]))),
            ("Carried out by", entry["carried_out_by"] or ""),
        ),
    )


def refusals() -> str:
    """Every refusal in the order in which they are asked."""
    return paragraphs(*(_refusal(derive.problem_of(refusal)) for refusal in REFUSALS))


def _refusal(problem: Json) -> str:
    return paragraphs(
        headed(2, f"refusal-{problem['code'].replace('_', '-')}", problem["code"]),
        problem["title"],
        facts(
            ("Status", f"{problem['status']}, {HTTPStatus(problem['status']).phrase}"),
            ("Rule", rule_link(problem["rule"])),
            ("What to do", problem["what_to_do"]),
            ("Given by", joined(map(action_link, problem["actions"]))),
        ),
    )


def settings() -> str:
    """Every setting: a table of all, then each with its meaning, its limits and the rules that read it."""
    every = derive.settings_table(STANDARD)
    limits = {field.name: _limits(field.metadata) for field in fields(Settings)}
    readers: dict[str, list[str]] = {}
    for text in RULEBOOK:
        for name in settings_used_by(text.id):
            readers.setdefault(name, []).append(text.id)
    rows = [(setting_link(s["name"]), spoken_value(s["standard"]), spoken_value(s["legacy"])) for s in every]
    return paragraphs(
        table(("Setting", "`standard`", "`legacy`"), rows),
        *(
            paragraphs(
                headed(2, f"setting-{setting['name'].replace('_', '-')}", setting["name"]),
                setting["says"],
                facts(
                    ("Takes", limits[setting["name"]]),
                    ("In `standard`", spoken_value(setting["standard"])),
                    ("In `legacy`", spoken_value(setting["legacy"])),
                    ("Source", "" if setting["source"] == "-" else setting["source"]),
                    ("Source in `legacy`", setting["legacy_source"] or ""),
                    ("Read by", joined(map(rule_link, readers.get(setting["name"], [])))),
                ),
            )
            for setting in every
        ),
    )


def _limits(metadata: Any) -> str:
    match metadata.get("kind"):
        case "days" | "count":
            return f"a whole number from {metadata['least']} to {metadata['most']:,}"
        case "yes_no":
            return "true or false"
        case "choice":
            return "one of " + joined(map(code, metadata["choices"]))
        case "range":
            return f"two whole numbers, fewest and most, from {metadata['least']} to {metadata['most']:,}"
        case "dates":
            return "a list of dates"
        case other:
            raise AssertionError(f"no words for settings of the kind {other!r}")


def disagreements() -> str:
    """Where the documents disagree, and which setting decides."""
    return derive.readme_tables()["disagreements"]


def guidance() -> str:
    """What a mediator should weigh."""
    return table(("The case", "What the documents suggest", "Source"), [(g.case, g.says, g.source) for g in GUIDANCE])


def words() -> str:
    """Every word that a status, reason, remedy or outcome can be."""
    parts = []
    for kind in _kinds():
        parts += [f"## {_title(kind.__name__)}", kind.__doc__ or "", table(("Word", "Means"), [(code(w.value), w.meaning) for w in kind])]
    return paragraphs(*parts)


def _kinds() -> Iterator[type[vocabulary.Word]]:
    for thing in vars(vocabulary).values():
        if isinstance(thing, type) and issubclass(thing, vocabulary.Word) and thing is not vocabulary.Word:
            yield thing


def _title(name: str) -> str:
    """`OrderStatus` as a heading: Order status."""
    spaced = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
    return spaced.capitalize()
