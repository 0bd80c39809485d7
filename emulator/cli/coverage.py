"""`dispute-emulator coverage`: what has been met on a running emulator, and what never was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import click
from rich.console import Console

from ..coverage import KINDS, never_met
from .control import Server, asks_a_server
from .output import Column, write_table

_BAR = 20


@click.command()
@click.option("--sandbox", help="One sandbox only, by its id. [default: all there are and were]")
@click.option("--missing", is_flag=True, help="List what has never been met.")
@asks_a_server(of_sandbox=False)
def coverage(server: Server, missing: bool) -> None:
    """Show how much of the table has been met.

    Rows, timers, refusals, joint states, and the three sides of every deadline.
    """
    query = f"?{urlencode({'sandbox': server.sandbox})}" if server.sandbox else ""
    server.tell(server.remote.get(f"/_emulator/coverage{query}"), lambda out, told: _show(out, told, missing))


def _show(out: Console, told: Mapping[str, Any], missing: bool) -> None:
    columns = (
        Column("kind", "bold"),
        Column("met", right=True),
        Column("of", right=True),
        Column("percent", "cyan", right=True),
        Column("", "cyan", drawn=True),
    )
    write_table(out, columns, [_line(kind, told[kind]) for kind in KINDS])
    never = [(kind, *line) for kind in KINDS for line in never_met(told, kind)]
    if not never:
        out.print("[bold green]✓[/] Nothing is missing.")
    elif not missing:
        out.print("--missing lists what has never been met.")
    else:
        out.print("[bold red]Never met[/]")
        write_table(out, (Column("kind"), Column("rule", "cyan", whole=True), Column("name", "bold"), Column("what it is")), never)


def _line(kind: str, part: Mapping[str, Any]) -> tuple[str, ...]:
    full = round(_BAR * part["percent"] / 100)
    return kind, str(part["hit"]), str(part["total"]), f"{part['percent']} %", "█" * full + "░" * (_BAR - full)


COMMANDS: Mapping[str, click.Command] = {"coverage": coverage}
