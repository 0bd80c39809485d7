"""How a person is shown what the emulator answers: tables and colours, and no more lines than anybody reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from ..domain.money import format_amount
from ..timeline import spoken

MOST_LINES = 40
_MOST_ERRORS = 10

Json = Mapping[str, Any]


def _table(*columns: tuple[str, str], right: Iterable[str] = ()) -> Table:
    """A table of columns, each with its style."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim")
    for name, style in columns:
        table.add_column(name, style=style, justify="right" if name in right else "left", no_wrap=name in ("at", "order", "rule"))
    return table


def no(err: Console, sentence: str) -> None:
    """Why it did not go."""
    err.print(f"[bold red]✗[/] {escape(sentence)}", soft_wrap=True)


def why_not(err: Console, code: str, rule: str | None, errors: Mapping[str, Any]) -> None:
    """The refusal's name and rule, and what is wrong with each field."""
    for field, texts in list(errors.items())[:_MOST_ERRORS]:
        said = " ".join(map(str, texts)) if isinstance(texts, list) else str(texts)
        err.print(f"  {escape(field)}: {escape(said)}", soft_wrap=True)
    if len(errors) > _MOST_ERRORS:
        err.print(f"  … and {len(errors) - _MOST_ERRORS} more")
    named = f"code {code}" + (f", rule {rule}: `dispute-emulator rules {rule}` tells it" if rule else "")
    err.print(f"  [dim]{escape(named)}[/]", soft_wrap=True)


def loaded(out: Console, answer: Json, sandbox: str) -> None:
    """How many orders were made, and where they stand."""
    table = _table(("position", ""), ("orders", "bold"), ("", "cyan"), right=("orders",))
    most = max(answer["positions"].values(), default=0)
    for position, count in answer["positions"].items():
        table.add_row(position.replace("_", " "), str(count), "█" * round(20 * count / most) if most else "")
    out.print(f"[bold]{answer['orders']}[/] orders were made in {escape(sandbox)}.")
    out.print(table)


def advanced(out: Console, answer: Json) -> None:
    """From when to when, and what fired: line by line, or where those are many, rule by rule."""
    start, end, fired = answer["from"], answer["to"], answer["fired"]
    passed = datetime.fromisoformat(end) - datetime.fromisoformat(start)
    out.print(f"[bold]{start} → {end}[/]" + (f"  {spoken(passed)}" if passed else ""))
    if not fired:
        out.print("No timer has fired.")
    elif len(fired) <= MOST_LINES:
        out.print(_lines(fired, "says"))
    else:
        table = _table(("timers", "bold"), ("rule", "cyan"), ("what has happened", ""), right=("timers",))
        for (rule, says), count in Counter((line["rule"], line["says"]) for line in fired).most_common():
            table.add_row(str(count), rule, escape(says))
        out.print(table)
        out.print(f"{len(fired)} timers have fired; --json has them one by one.")


def foreseen(out: Console, answer: Json) -> None:
    """What is to come, soonest first."""
    if not answer["data"]:
        out.print("Nothing will happen by itself.")
        return
    out.print(_lines(answer["data"], "then"))
    if answer["next_cursor"] is not None:
        out.print("There is more to come; --json has all of it.")


def _lines(entries: Sequence[Json], says: str) -> Table:
    table = _table(("at", ""), ("rule", "cyan"), ("order", "dim"), ("what happens", ""))
    for entry in entries:
        what = Text(entry[says])
        for move in entry["money"]:
            what.append(f"\n{move['amount']['amount']} {move['amount']['currency']}  {move['from']} → {move['to']}", "green")
        table.add_row(entry["at"], entry["rule"], entry["order"], what)
    return table


def audited(out: Console, answer: Json) -> None:
    """What was checked, where the money lies, and what is wrong."""
    checked = ", ".join(f"{count} {what.replace('_', ' ')}" for what, count in answer["checked"].items())
    out.print(f"{'[bold green]✓[/] Sound' if answer['ok'] else '[bold red]✗[/] Not sound'}: {checked}.")
    if answer["books"]:
        names = [name for name in answer["books"][0] if name != "currency"]
        table = _table(("currency", "bold"), *((name, "green") for name in names), right=names)
        for book in answer["books"]:
            table.add_row(book["currency"], *(format_amount(book[name], book["currency"]) for name in names))
        out.print(table)
    if answer["violations"]:
        table = _table(("order", "dim"), ("what is wrong", "red"))
        for violation in answer["violations"][:MOST_LINES]:
            table.add_row(violation["order"], escape(violation["says"]))
        out.print(table)


def exported(out: Console, answer: Json) -> None:
    """Where the world lies now."""
    out.print(f"The world of {escape(answer['sandbox'])} lies in {escape(answer['file'])}: {answer['bytes'] / 1_000_000:.1f} MB.")


def imported(out: Console, answer: Json) -> None:
    """The new sandbox and who has which token."""
    out.print(f"[bold]{escape(answer['id'])}[/] is a new sandbox under {answer['ruleset']}; it is {answer['clock']['now']} there.")
    table = _table(("account", ""), ("role", "cyan"), ("token", "bold"))
    for account in answer["accounts"]:
        table.add_row(escape(account["name"]), account["role"], account["token"])
    out.print(table)
