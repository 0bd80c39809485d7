"""`dispute-emulator coverage`: what has been met on a running emulator, and what never was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import click
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..coverage import KINDS, never_met
from .control import Server, asks_a_server

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
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim")
    for name, style, justify in (
        ("met", "bold", "left"),
        ("", "", "right"),
        ("of", "", "right"),
        ("", "cyan", "right"),
        ("", "cyan", "left"),
    ):
        table.add_column(name, style=style, justify=justify)  # type: ignore[arg-type] # rich names its words in a Literal
    for kind in KINDS:
        part = told[kind]
        full = round(_BAR * part["percent"] / 100)
        table.add_row(kind, str(part["hit"]), str(part["total"]), f"{part['percent']} %", "█" * full + "░" * (_BAR - full))
    out.print(table)
    never = {kind: lines for kind in KINDS if (lines := never_met(told, kind))}
    if not never:
        out.print("[bold green]✓[/] Nothing is missing.")
    elif not missing:
        out.print("--missing lists what has never been met.")
    else:
        for kind, lines in never.items():
            _list(out, kind, lines)


def _list(out: Console, kind: str, lines: list[tuple[str, str, str]]) -> None:
    out.print(f"[bold red]never met[/] [bold]{kind}[/]")
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(style="bold", overflow="fold")
    table.add_column()
    for rule, name, says in lines:
        table.add_row(rule, name, escape(says))
    out.print(table)
    out.print()
