"""What the curl scripts say in their comments: who does what, why, and what comes of it, in the words of the table and of the story."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from emulator.domain.rules import BY_NAME
from emulator.player import Line
from emulator.timeline import spoken

# What is looked at under each root of a path.
SEEN: Mapping[str, str] = {
    "order": "the order",
    "allowed": "the order",
    "dispute": "the dispute",
    "payment": "the order's money",
    "store": "the store",
    "history": "the dispute's history",
    "messages": "the messages",
    "mails": "the mailbox",
    "operations": "the disputes that are closed",
    "buyer": "his money",
    "seller": "his money",
}


def done(lines: Sequence[Line]) -> str:
    """What somebody has done, by which rule, and what money moved."""
    first = lines[0]
    return f"{first.says[:-1]}{f' ({first.rule})' if first.rule else ''}.{money(lines)}"


def tried(by: str, action: str) -> str:
    """The buyer tries to open a dispute."""
    what = BY_NAME[action].says
    return what if what.startswith("The ") else f"The {by} tries to {what[0].lower()}{what[1:]}"


def refused(rule: str | None, detail: str) -> str:
    """Refused (OPEN-2): the window is closed."""
    return f"Refused{f' ({rule})' if rule else ''}: {detail}"


def looks(asker: str, root: str) -> str:
    """The buyer looks at the order."""
    return f"The {asker} looks at {SEEN[root]}."


def passes(rulesets: Sequence[str], spans: Sequence[tuple[datetime, datetime]]) -> str:
    """47 days pass; it is 21 April 2026, 18:30."""
    passed = _or_else(rulesets, [spoken(end - start) for start, end in spans])
    return f"{passed[0].upper()}{passed[1:]}; it is {_or_else(rulesets, [moment(end) for _, end in spans])}."


def by_itself(rulesets: Sequence[str], fired: Sequence[Sequence[Line]]) -> list[str]:
    """What has happened by itself meanwhile."""
    return under_each(rulesets, [" ".join(f"By itself ({line.rule}): {line.says}{money([line])}" for line in lines) for lines in fired])


def money(lines: Iterable[Line]) -> str:
    """What moved, behind a sentence: 47.00 USD escrow → seller."""
    moved = [transfer for line in lines for transfer in line.money]
    return f" Money: {'; '.join(moved)}." if moved else ""


def moment(at: datetime) -> str:
    """21 April 2026, 18:30."""
    return f"{at.day} {at:%B %Y, %H:%M}{f':{at:%S}' if at.second else ''}"


def under_each(rulesets: Sequence[str], sentences: Sequence[str]) -> list[str]:
    """One sentence where all rulesets have the same, else each under its ruleset; what is empty is not told."""
    if len(set(sentences)) == 1:
        return [sentences[0]]
    return [f"Under {ruleset}: {sentence}" for ruleset, sentence in zip(rulesets, sentences, strict=True) if sentence]


def listed(values: Mapping[str, Any]) -> str:
    """edits_max: 4, appeals: True."""
    return ", ".join(f"{name}: {value}" for name, value in values.items())


def _or_else(rulesets: Sequence[str], texts: Sequence[str]) -> str:
    """The first, and behind it in brackets what is otherwise under the other rulesets."""
    others = [f"{ruleset}: {text}" for ruleset, text in zip(rulesets, texts, strict=True) if text != texts[0]]
    return f"{texts[0]} ({'; '.join(others)})" if others else texts[0]
