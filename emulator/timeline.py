"""Prints a story as a timeline that a person enjoys reading: day by day, who did what, refusals in red, money on its own line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from rich.console import Console
from rich.text import Text

from .domain.money import format_amount
from .domain.words import Account
from .player import CoreStage, Line, Play, StoryFault, Tale

# Longer lines are hard to read, however wide the window.
WIDEST = 100
INDENT, WHO = 2, 10
BODY = INDENT + WHO

_STYLES = {"buyer": "cyan", "seller": "yellow", "mediator": "magenta", "timer": "blue", "carrier": "green"}
_QUOTED = ("text", "question", "explanation", "comment", "message")
_PURSES = {"outside": "the buyer", "hold": "the seller's payout, on hold", "refunding": "a refund on its way", "refunded": "the buyer"}
_SPOKEN = {"escrow": "escrow", "seller": "the seller", **_PURSES}
_TRANSFER = re.compile(r"(\S+ [A-Z]{3}) (\w+) → (\w+)")
_NUMBER = re.compile(r"[0-9]+")
SHORTENED_FROM, LONGEST_TURN = 3, 6
_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


def print_story(console: Console, tales: Iterable[Tale]) -> bool:
    """Play tales and print them; returns whether all went as told."""
    page = _Page(console)
    told: str | None = None
    well = True
    for tale in tales:
        if told != tale.story:
            told = tale.story
            page.title(tale)
        well = page.tale(tale) and well
    return well


class _Page:
    """What is printed, line by line, at the width there is and no wider than reads well."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._width = min(console.width, WIDEST)

    def title(self, tale: Tale) -> None:
        self._write()
        self._row(Text.assemble((tale.story, "bold"), "  ", (tale.title, "bold")), 0, tale.source)
        self._row(Text(tale.tells), 5)

    def tale(self, tale: Tale) -> bool:
        """Play one tale; returns whether it went as told. What happened until it went otherwise is printed too."""
        self._write()
        self._divider(f"── {tale.name} · {tale.ruleset} ")
        if tale.settings:
            self._row(Text(" · ".join(f"{name}: {value}" for name, value in tale.settings.items()), "dim"), 3)
        stage = CoreStage(tale)
        lines: list[Line] = []
        fault: StoryFault | None = None
        try:
            for line in Play(tale, stage).play():
                lines.append(line)  # noqa: PERF402 # what came before a fault is told too
        except StoryFault as problem:
            fault = problem
        self._timeline(lines, tale.now)
        self._write()
        if fault is not None:
            self._row(Text(f"✗ {fault}", "bold red"), 0)
            return False
        self._ending(stage)
        return True

    # ── the parts of a tale ────────────────────────────────────────────────────────────────────────────────────────────

    def _timeline(self, lines: Sequence[Line], start: datetime) -> None:
        now, headed = start, None
        for entry in _shortened(_with_remarks(lines)):
            if isinstance(entry, _Again):
                until = f", until day {(entry.until - start).days}" if entry.until - now >= timedelta(days=1) else ""
                self._row(Text(f"… and so on, {entry.times} times more{until} …", "dim"), BODY)
                now = entry.until
                continue
            if entry.at > now:
                self._row(Text(f"… {spoken(entry.at - now)} …", "dim"), BODY)
                now = entry.at
            if entry.by in ("time", "story") and not entry.says:
                continue
            if headed != now:
                self._row(_heading(now, start, headed), 0)
                headed = now
            self._entry(entry)

    def _entry(self, line: Line) -> None:
        if line.by in ("time", "story"):
            self._row(Text(line.says, "italic"), BODY)
            return
        who = "timer" if line.by == "system" else line.by
        what = Text(line.what.replace("_", " "), "bold red" if line.refused else "bold")
        for term in _terms(line):
            what.append(f" · {term}", "not bold")
        lead = Text.assemble(("✗ " if line.refused else "  ", "bold red"), (who, "red" if line.refused else _STYLES.get(who, "")))
        self._row(what, BODY, line.rule, lead)
        quote = Text(f"“{quoted}”", "italic dim") if (quoted := _quote(line)) else None
        if not line.refused:
            self._row(Text(line.says), BODY)
        if quote:
            self._row(quote, BODY)
        if line.refused:
            self._row(Text(f"no ({_words(line.refused)}): {line.says}", "red"), BODY)
        for transfer in line.money:
            self._row(Text(f"¤ {_spoken_transfer(transfer)}", "green"), BODY)

    def _ending(self, stage: CoreStage) -> None:
        """Who has what in the end."""
        self._row(_order_endings(stage), BODY, None, Text("✓ orders" if len(stage.world.orders) > 1 else "✓ order", "bold green"))
        for who, purse in _purses(stage):
            self._row(Text(purse, "green"), BODY, None, Text(f"  {who}"))

    # ── writing ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _row(self, text: Text, indent: int, aside: str | None = None, lead: Text | None = None) -> None:
        """Text wrapped behind an indent; the lead stands in the indent, the aside at the right edge of the first line."""
        room = max(self._width - indent - (len(aside) + 2 if aside else 0), 20)
        for number, wrapped in enumerate(text.wrap(self._console, room)):
            wrapped.rstrip()
            first = number == 0
            row = lead.copy() if first and lead else Text()
            row.append(" " * (indent - row.cell_len))
            row.append_text(wrapped)
            if first and aside:
                row.append(" " * max(self._width - row.cell_len - len(aside), 2))
                row.append(aside, "dim")
            self._write(row)

    def _divider(self, text: str) -> None:
        title = Text(text, "dim")
        if title.cell_len <= self._width:
            title.append("─" * (self._width - title.cell_len), "dim")
        self._row(title, 0)

    def _write(self, row: Text | None = None) -> None:
        self._console.print(row or Text(), soft_wrap=True)


# ── what is told ───────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Again:
    """The lines just told come so many times more, until then."""

    times: int
    until: datetime


def _with_remarks(lines: Sequence[Line]) -> list[Line]:
    """What the story says of a wait goes to the timer that fired at its end, if one did: it speaks of that."""
    told: list[Line] = []
    for line in lines:
        if line.by == "time" and told and told[-1].by == "system" and told[-1].at == line.at:
            told[-1] = replace(told[-1], says=line.says or told[-1].says)
        else:
            told.append(line)
    return told


def _shortened(lines: Sequence[Line]) -> Iterator[Line | _Again]:
    """Lines that come three times or more, alone or by turns, once; they may differ in their numbers."""
    keys = [_key(line) for line in lines]
    at = 0
    while at < len(lines):
        best, length = 1, 1
        for turn in range(1, LONGEST_TURN + 1):
            times = 1
            while keys[at + times * turn : at + (times + 1) * turn] == keys[at : at + turn]:
                times += 1
            if times >= SHORTENED_FROM and times * turn > best * length:
                best, length = times, turn
        yield from lines[at : at + length]
        at += best * length
        if best > 1:
            yield _Again(best - 1, lines[at - 1].at)


def _key(line: Line) -> tuple[str | None, ...]:
    told = (line.by, line.what, line.says, line.rule, line.refused, *line.money, *_terms(line), _quote(line))
    return tuple(part and _NUMBER.sub("#", part) for part in told)


def _heading(at: datetime, start: datetime, last: datetime | None) -> Text:
    year = f" {at.year}" if last is None or last.year != at.year else ""
    usual = (at.hour, at.minute, at.second) == (start.hour, start.minute, start.second)
    clock = "" if usual and last is not None else f", {at:%H:%M:%S}" if at.second else f", {at:%H:%M}"
    return Text.assemble((f"day {(at - start).days}", "bold"), (f" · {at.day} {at:%b}{year}{clock}", "dim"))


def spoken(passed: timedelta) -> str:
    """How long it is: 47 days pass; 15 days pass, but for a second."""
    seconds = int(passed.total_seconds())
    if seconds > 1 and (seconds + 1) % 3600 == 0:
        return f"{spoken(timedelta(seconds=seconds + 1))}, but for a second"
    parts = []
    for unit, size in _UNITS:
        number, seconds = divmod(seconds, size)
        if number:
            parts.append(f"{number} {unit}s" if number > 1 else f"{'an' if unit == 'hour' else 'a'} {unit}")
    amount = " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]])) or "no time"
    plural = len(parts) > 1 or amount[0].isdigit()
    return f"{amount} {'pass' if plural else 'passes'}"


def _spoken_transfer(transfer: str) -> str:
    match = _TRANSFER.fullmatch(transfer)
    return transfer if match is None else f"{match[1]}  {_SPOKEN.get(match[2], match[2])} → {_SPOKEN.get(match[3], match[3])}"


def _quote(line: Line) -> str | None:
    """What somebody wrote, in his own words."""
    if line.what == "report_message":
        return None
    names = ("reason",) if line.what == "refuse" else _QUOTED
    return next((str(line.asked[name]) for name in names if line.asked.get(name)), None)


def _terms(line: Line) -> Iterator[str]:
    """What was asked for, in a few words: not received · refund · 47.00 USD."""
    asked = line.asked
    if "item" in asked:
        yield str(asked["item"]["title"])
    if "total" in asked:
        yield _sum(asked["total"])
    if line.what == "upload_evidence":
        yield str(asked["name"])
    if "reason" in asked and line.what != "refuse":
        yield _words(asked["reason"])
    yield from _solution(asked)
    if asked.get("solution") and isinstance(asked["solution"], Mapping):
        yield f"offers {', '.join(_solution(asked['solution']))}"
    if "in_favor_of" in asked:
        yield f"for the {asked['in_favor_of']}"
    if asked.get("return_required"):
        yield "the goods go back"
    if "to" in asked:
        yield "both sides" if asked["to"] == "both" else f"the {asked['to']}"
    if asked.get("evidence_required"):
        yield "with evidence"
    if "days" in asked:
        yield f"{asked['days']} days"
    if "tracking_number" in asked:
        yield str(asked["tracking_number"])
    if "stars" in asked:
        yield "★" * asked["stars"]
    if asked.get("parcel", "order") != "order":
        yield f"the {asked['parcel']}"
    if asked.get("evidence"):
        yield f"{len(asked['evidence'])} file{'s' * (len(asked['evidence']) > 1)}"


def _solution(asked: Mapping[str, Any]) -> Iterator[str]:
    if "remedy" in asked:
        yield _words(asked["remedy"])
    if asked.get("amount"):
        yield _sum(asked["amount"])


def _sum(amount: Mapping[str, Any]) -> str:
    return f"{amount['amount']} {amount['currency']}"


def _words(name: str) -> str:
    return str(name).replace("_", " ")


def _order_endings(stage: CoreStage) -> Text:
    endings: Counter[str] = Counter()
    for order in stage.world.orders.values():
        outcome = order.dispute.outcome if order.dispute is not None else None
        endings[_words(order.status) + (f", dispute {_words(outcome)}" if outcome else "")] += 1
    if len(stage.world.orders) == 1:
        return Text(next(iter(endings)))
    return Text("; ".join(f"{count} × {ending}" for ending, count in endings.items()))


def _purses(stage: CoreStage) -> Iterator[tuple[str, str]]:
    """Every purse with something in it; the buyer's and the seller's always."""
    for who, account, what in (
        ("buyer", Account.REFUNDED, " back"),
        ("", Account.REFUNDING, " on its way"),
        ("seller", Account.SELLER, ""),
        ("", Account.HOLD, " on hold"),
        ("escrow", Account.ESCROW, ""),
    ):
        sums: Counter[str] = Counter()
        for order in stage.world.orders.values():
            sums[order.currency] += getattr(order.money, account)
        for currency, minor in sorted(sums.items()):
            if minor or who in ("buyer", "seller"):
                yield who, f"{format_amount(minor, currency)} {currency}{what}"
