"""What is said of the emulator's answers where no program asked for the document: sentences and tables, no more than anybody reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from ..domain.money import format_amount
from ..remote import Problem
from ..timeline import spoken
from .output import Column, write_table

MOST_LINES = 40
_MOST_ERRORS = 10

Json = Mapping[str, Any]


def no(err: Console, sentence: str) -> None:
    """Why it did not go."""
    err.print(f"[bold red]✗[/] {escape(sentence)}")


def why_not(err: Console, problem: Problem) -> None:
    """What is wrong with each field, the refusal's name and rule, and the nearest call that goes through."""
    errors = problem.errors
    for field, texts in list(errors.items())[:_MOST_ERRORS]:
        said = " ".join(map(str, texts)) if isinstance(texts, list) else str(texts)
        err.print(f"  {escape(field)}: {escape(said)}")
    if len(errors) > _MOST_ERRORS:
        err.print(f"  … and {len(errors) - _MOST_ERRORS} more")
    named = f"code {problem.code}"
    if problem.rule:
        named += f", rule {problem.rule}: `dispute-emulator rules {problem.rule}` tells it"
    err.print(f"  [dim]{escape(named)}[/]")
    if instead := problem.body.get("instead"):
        err.print(f"  [dim]this goes: {escape(str(instead))}[/]", soft_wrap=True)


def loaded(out: Console, answer: Json, sandbox: str) -> None:
    """How many orders were made, and where they stand."""
    most = max(answer["positions"].values(), default=0)
    out.print(f"[bold]{answer['orders']}[/] orders were made in {escape(sandbox)}.")
    columns = (Column("position"), Column("orders", "bold", right=True), Column("", "cyan", drawn=True))
    bars = {position: "█" * round(20 * count / most) if most else "" for position, count in answer["positions"].items()}
    write_table(out, columns, [(place.replace("_", " "), str(answer["positions"][place]), bar) for place, bar in bars.items()])


def advanced(out: Console, answer: Json) -> None:
    """From when to when, and what fired: line by line, or where those are many, rule by rule."""
    start, end, fired = answer["from"], answer["to"], answer["fired"]
    passed = datetime.fromisoformat(end) - datetime.fromisoformat(start)
    out.print(f"[bold]{start} → {end}[/]" + (f"  {spoken(passed)}" if passed else ""))
    if not fired:
        out.print("No timer has fired.")
    elif len(fired) <= MOST_LINES:
        _lines(out, fired, "says")
    else:
        columns = (Column("timers", "bold", right=True), Column("rule", "cyan", whole=True), Column("what has happened"))
        counted = Counter((line["rule"], line["says"]) for line in fired)
        write_table(out, columns, [(str(count), rule, says) for (rule, says), count in counted.most_common()])
        out.print(f"{len(fired)} timers have fired; --json has them one by one.")


def foreseen(out: Console, answer: Json) -> None:
    """What is to come, soonest first."""
    if not answer["data"]:
        out.print("Nothing will happen by itself.")
        return
    _lines(out, answer["data"], "then")
    if answer["next_cursor"] is not None:
        out.print("There is more to come; --json has all of it.")


def _lines(out: Console, entries: Sequence[Json], says: str) -> None:
    rows = []
    for entry in entries:
        what = Text(entry[says])
        for move in entry["money"]:
            what.append(f"\n{move['amount']['amount']} {move['amount']['currency']}  {move['from']} → {move['to']}", "green")
        rows.append((entry["at"], entry["rule"], entry["order"], what))
    columns = (Column("at", whole=True), Column("rule", "cyan", whole=True), Column("order", "dim", whole=True), Column("what happens"))
    write_table(out, columns, rows)


def audited(out: Console, answer: Json) -> None:
    """What was checked, where the money lies, and what is wrong."""
    checked = ", ".join(f"{count} {what.replace('_', ' ')}" for what, count in answer["checked"].items())
    out.print(f"{'[bold green]✓[/] Sound' if answer['ok'] else '[bold red]✗[/] Not sound'}: {checked}.")
    if answer["books"]:
        names = [name for name in answer["books"][0] if name != "currency"]
        columns = [Column("currency", "bold"), *(Column(name, "green", right=True) for name in names)]
        write_table(out, columns, [_book(book, names) for book in answer["books"]])
    if answer["violations"]:
        columns = [Column("order", "dim", whole=True), Column("what is wrong", "red")]
        write_table(out, columns, [(wrong["order"], wrong["says"]) for wrong in answer["violations"][:MOST_LINES]])
        if len(answer["violations"]) > MOST_LINES:
            out.print(f"There are {len(answer['violations'])} of them; --json has all.")


def _book(book: Json, names: Sequence[str]) -> list[str]:
    return [book["currency"], *(format_amount(book[name], book["currency"]) for name in names)]


def exported(out: Console, answer: Json) -> None:
    """Where the world lies now."""
    out.print(f"The world of {escape(answer['sandbox'])} lies in {escape(answer['file'])}: {answer['bytes'] / 1_000_000:.1f} MB.")


def imported(out: Console, answer: Json) -> None:
    """The new sandbox and who has which token."""
    out.print(f"[bold]{escape(answer['id'])}[/] is a new sandbox under {answer['ruleset']}; it is {answer['clock']['now']} there.")
    columns = (Column("account", whole=True), Column("role", "cyan"), Column("token", "bold", whole=True))
    write_table(out, columns, [(account["name"], account["role"], account["token"]) for account in answer["accounts"]])
