"""Prints a story as a timeline that a person enjoys reading."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.rule import Rule as Line_
from rich.table import Table
from rich.text import Text

from .player import CoreStage, Line, Play, StoryFault, Tale

_STYLES = {"buyer": "cyan", "seller": "yellow", "mediator": "magenta", "system": "blue", "carrier": "green", "time": "dim"}


def print_story(console: Console, tales: Iterable[Tale]) -> bool:
    """Play tales and print them; returns whether all went as told."""
    told: str | None = None
    well = True
    for tale in tales:
        if told != tale.story:
            told = tale.story
            console.print()
            console.print(Text.assemble((f"{tale.story}  ", "bold"), (tale.title, "bold"), (f"  ({tale.source})", "dim")))
            console.print(Padding(Text(tale.tells), (0, 0, 0, 5)))
        well = _print_tale(console, tale) and well
    return well


def _print_tale(console: Console, tale: Tale) -> bool:
    console.print()
    console.print(Line_(Text(f"{tale.name} · {tale.ruleset}{_settings(tale)}"), style="dim", align="left"))
    stage = CoreStage(tale)
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, expand=True)
    table.add_column("day", justify="right", style="dim", no_wrap=True)
    table.add_column("when", no_wrap=True, style="dim")
    table.add_column("who", no_wrap=True)
    table.add_column("what", no_wrap=True)
    table.add_column("", ratio=1)
    table.add_column("rule", no_wrap=True, style="dim")
    fault: StoryFault | None = None
    try:
        for line in Play(tale, stage).play():
            _add(table, line, tale.now)
    except StoryFault as problem:
        fault = problem
    console.print(table)
    if fault is not None:
        console.print(Text(f"✗ {fault}", style="bold red"))
        return False
    console.print(Text.assemble(("✓ ", "bold green"), _ending(stage)))
    return True


def _settings(tale: Tale) -> str:
    return "".join(f" · {name} = {value}" for name, value in tale.settings.items())


def _add(table: Table, line: Line, start: datetime) -> None:
    days = (line.at - start).days
    says = Text(line.says)
    if line.refused:
        says = Text.assemble(("no: ", "bold red"), line.says)
    for transfer in line.money:
        says.append(f"\n{transfer}", style="bold")
    who = Text(line.by, style=_STYLES.get(line.by, ""))
    what = Text(line.what.replace("_", " "), style="strike" if line.refused else "dim" if line.by == "time" else "")
    table.add_row(str(days), line.at.strftime("%d %b %Y %H:%M"), who, what, says, line.rule or "")


def _ending(stage: CoreStage) -> str:
    """Where everybody stands in the end."""
    parts = []
    for order in stage.world.orders.values():
        outcome = order.dispute.outcome if order.dispute is not None else None
        ended = f", dispute {outcome.replace('_', ' ')}" if outcome else ""
        parts.append(f"order {order.status.replace('_', ' ')}{ended}")
    shown = parts[:1] if len(set(parts)) == 1 else parts[:3]
    buyer, seller = stage.show("buyer", "buyer", None), stage.show("seller", "seller", None)
    return f"{'; '.join(shown)}. The buyer has {buyer['refunded']} back, the seller {seller['balance']}."
