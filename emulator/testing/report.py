"""What a failing test is told about its sandbox: what happened and when, by which rule, what was refused, and what would come next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from textwrap import wrap

from dispute_emulator_client import Forecast, TimelineEntry, Transfer

from .calls import Refusal
from .sandbox import Sandbox

WIDTH, MOST_LINES = 120, 60
FORECAST = 4
# So much of the forecast is searched for what becomes of the test's own orders.
_LOOKED_AT = 200
# How many lines are asked for at once.
_PAGE = 1000
# Columns: when, who, which rule. What is told begins behind them.
_WHEN, _WHO, _RULE = 21, 10, 8
_BODY = _WHEN + _WHO + _RULE


@dataclass(frozen=True, slots=True)
class _Entry:
    """One thing that happened: some lines, of which the first has the columns. `order` is whose it is, `timer` that nobody did it."""

    at: datetime
    lines: tuple[str, ...]
    order: str | None
    timer: bool


def timeline_text(sandbox: Sandbox) -> str:
    """The story of a sandbox since it was made, in plain text of at most 60 lines; asks the emulator, and may raise what a call raises."""
    told = list(sandbox.timeline(limit=_PAGE))
    began = sandbox.began_at
    earlier = sum(entry.at < began for entry in told)
    since = told[earlier:]
    touched = {entry.order for entry in since if entry.by != "system"}
    ahead = _soon(list(islice(sandbox.forecast(limit=_LOOKED_AT), _LOOKED_AT)), touched)
    many = len({*(entry.order for entry in since), *(entry.order for entry in ahead)}) > 1
    entries = list(_woven([_told(line, many) for line in since], sandbox.calls.refused))
    head = [
        f"{sandbox.id}, ruleset {sandbox.ruleset}, clock {sandbox.clock.mode} at {sandbox.clock.now:%Y-%m-%d %H:%M:%S}",
        *_wrapped(f"seed {sandbox.seed}", 0),
    ]
    if earlier:
        head.append(f"{earlier} events of its world lie before the test, which begins at {began:%Y-%m-%d %H:%M:%S}")
    tail = ["Next, if nobody acts:" if ahead else "Nothing is due.", *_laid_out([_coming(line, many) for line in ahead])]
    room = MOST_LINES - len(head) - len(tail) - 2
    return "\n".join([*head, "", *_fitted(entries, touched, room), "", *tail])


def _soon(ahead: Sequence[Forecast], touched: set[str]) -> list[Forecast]:
    """The next few timers in order: those of orders that the test has touched, and others where there is room."""
    first = sorted(range(len(ahead)), key=lambda number: ahead[number].order not in touched)[:FORECAST]
    return [ahead[number] for number in sorted(first)]


def _told(entry: TimelineEntry, many: bool) -> _Entry:
    timer = entry.by == "system"
    says = entry.says + (f" [{entry.order}]" if many else "")
    return _Entry(entry.at, _row("timer" if timer else entry.by, entry.rule, says, entry.money), entry.order, timer)


def _coming(entry: Forecast, many: bool) -> _Entry:
    says = entry.then + (f" [{entry.order}]" if many else "")
    return _Entry(entry.at, _row("timer", entry.rule, says, entry.money), entry.order, timer=True)


def _refused(refusal: Refusal) -> _Entry:
    lines = _row(refusal.who, refusal.rule, f"REFUSED {refusal.status} {refusal.code}: {refusal.detail}", ())
    return _Entry(refusal.at, (*lines, *_wrapped(f"{refusal.method} {refusal.path}", _BODY + 2)), None, timer=False)


def _row(who: str, rule: str, says: str, money: Sequence[Transfer]) -> tuple[str, ...]:
    first, *rest = _wrapped(says, _BODY)
    columns = f"{'':{_WHEN}}{who:<{_WHO}}{rule:<{_RULE}}"
    moved = [f"{transfer.amount}: {transfer.from_} -> {transfer.to}" for transfer in money]
    return (columns[:_BODY] + first.lstrip(), *rest, *(f"{'':{_BODY + 2}}{text}" for text in moved))


def _wrapped(text: str, indent: int) -> list[str]:
    margin = " " * indent
    return wrap(text, WIDTH, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False) or [margin.rstrip()]


def _woven(events: Sequence[_Entry], refusals: Sequence[Refusal]) -> Iterator[_Entry]:
    """Events with the refusals among them, by time; at one instant a refusal comes after as many acts as had gone through before it."""
    waiting = sorted(refusals, key=lambda refusal: refusal.at)
    for at, group in groupby(events, key=lambda entry: entry.at):
        while waiting and waiting[0].at < at:
            yield _refused(waiting.pop(0))
        acts = 0
        for entry in group:
            if not entry.timer:
                while waiting and waiting[0].at == at and waiting[0].after <= acts:
                    yield _refused(waiting.pop(0))
                acts += 1
            yield entry
    yield from map(_refused, waiting)


def _fitted(entries: Sequence[_Entry], touched: set[str], room: int) -> list[str]:
    """As lines, no more than there is room for: first the timers of orders that nobody has touched are left out, then what is oldest."""
    lines = _laid_out(entries)
    if len(lines) <= room:
        return lines or ["Nothing has happened since."]
    kept = [entry for entry in entries if not entry.timer or entry.order in touched]
    others = Counter(entry.order for entry in entries if entry.timer and entry.order not in touched)
    notes = [f"({others.total()} timers of {len(others)} orders that nobody touched are left out)"] if others else []
    dropped = 0
    while kept and len(_laid_out(kept)) > room - len(notes) - 1:
        kept.pop(0)
        dropped += 1
    if dropped:
        notes.append(f"({dropped} earlier lines of this test are left out)")
    return [*notes, *_laid_out(kept)]


def _laid_out(entries: Sequence[_Entry]) -> list[str]:
    """Lines, with the time before the first of each instant."""
    lines: list[str] = []
    last = None
    for entry in entries:
        first, *rest = entry.lines
        when = "" if entry.at == last else f"{entry.at:%Y-%m-%d %H:%M:%S}"
        lines += [f"{when:<{_WHEN}}{first[_WHEN:]}", *rest]
        last = entry.at
    return lines
