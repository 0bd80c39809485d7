"""Tells what happened as a timeline that a person enjoys reading: day by day, who did what, refusals in red, money on its own line.

A story is printed in colour for whoever plays it; a dispute's history is plain text for whoever asks for it with curl.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

from rich.console import Console
from rich.text import Text

from .domain.engine import Upcoming
from .domain.journal import Event
from .domain.money import format_amount
from .domain.order import Order
from .domain.words import Account, Actor, DisputeStatus
from .player import CoreStage, Line, Play, StoryFault, Tale, spoken_transfer

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


def history_text(order: Order, events: Sequence[Event], upcoming: Upcoming | None, asker: Actor, now: datetime) -> str:
    """The history of the order's dispute as plain text no wider than `WIDEST`, with what comes next if nobody acts.

    `events` have the money that they moved.
    """
    told = StringIO()
    page = _Page(Console(file=told, width=WIDEST, force_terminal=False, color_system=None, highlight=False, legacy_windows=False))
    page.history(order, events, upcoming, asker, now)
    return told.getvalue()


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

    def history(self, order: Order, events: Sequence[Event], upcoming: Upcoming | None, asker: Actor, now: datetime) -> None:
        """A dispute from its opening to now, and what time does to it next."""
        dispute = order.dispute
        assert dispute is not None
        self._row(Text(f"{dispute.id} · {order.title}, {order.total_shown}"), 0, order.id)
        self._row(Text(f"{', '.join(_standing(order))} · as its {asker} sees it"), 0)
        self._write()
        start = dispute.opened_at
        lines = [
            Line(
                event.at,
                event.by,
                event.action,
                event.says,
                event.rule,
                money=tuple(spoken_transfer(transfer, order.currency) for transfer in event.transfers),
                asked=event.details,
            )
            for event in events
        ]
        last, headed = self._lines(lines, start)
        if now > last:
            self._gap(spoken(now - last))
        self._row(Text(f"now · {_heading(now, start, headed).plain}"), 0)
        if upcoming is None:
            self._row(Text("Nothing happens by itself."), BODY)
            return
        if upcoming.at > now:
            self._gap(f"{amount_of(upcoming.at - now)}, if nobody acts")
        self._row(_heading(upcoming.at, start, now), 0)
        row = upcoming.row
        self._entry(Line(upcoming.at, row.by, row.name, row.says, row.rule))

    # ── the parts of a tale ────────────────────────────────────────────────────────────────────────────────────────────

    def _timeline(self, lines: Sequence[Line], start: datetime) -> None:
        self._lines(_shortened(_with_remarks(lines)), start)

    def _lines(self, lines: Iterable[Line | _Again], start: datetime) -> tuple[datetime, datetime | None]:
        """Lines under their days; returns the instant of the last, and the last that stands in a heading."""
        now, headed = start, None
        for entry in lines:
            if isinstance(entry, _Again):
                until = f", until day {(entry.until - start).days}" if entry.until - now >= timedelta(days=1) else ""
                self._gap(f"and so on, {entry.times} times more{until}")
                now = entry.until
                continue
            if entry.at > now:
                self._gap(spoken(entry.at - now))
                now = entry.at
            if entry.by in ("time", "story") and not entry.says:
                continue
            if headed != now:
                self._row(_heading(now, start, headed), 0)
                headed = now
            self._entry(entry)
        return now, headed

    def _gap(self, says: str) -> None:
        self._row(Text(f"… {says} …", "dim"), BODY)

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
            row.rstrip()
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
    amount = amount_of(passed)
    plural = " and " in amount or amount[0].isdigit()
    return f"{amount} {'pass' if plural else 'passes'}"


def amount_of(passed: timedelta) -> str:
    """A span of time: 47 days; an hour and 5 seconds."""
    seconds = int(passed.total_seconds())
    parts = []
    for unit, size in _UNITS:
        number, seconds = divmod(seconds, size)
        if number:
            parts.append(f"{number} {unit}s" if number > 1 else f"{'an' if unit == 'hour' else 'a'} {unit}")
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]])) or "no time"


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
    offered = ", ".join(_solution(asked))
    if offered and line.what == "refuse":
        yield f"offers {offered}"
    else:
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


def _standing(order: Order) -> Iterator[str]:
    """Where the order's dispute stands, in words: mediating, waiting for seller; closed, ruled for buyer."""
    dispute = order.dispute
    assert dispute is not None
    yield _words(dispute.status)
    if dispute.status is DisputeStatus.MEDIATING and dispute.claim is not None:
        yield _words(dispute.claim.status)
    if dispute.status is DisputeStatus.RETURNING and dispute.goods is not None:
        yield _words(dispute.goods.stage)
    if dispute.outcome is not None:
        yield _words(dispute.outcome)


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
