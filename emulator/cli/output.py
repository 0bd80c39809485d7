"""Where a command writes: one JSON document for a program, tables and colours in a terminal, plain lines everywhere else."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import click
from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .ending import end_unread

_BETWEEN = "  "
# Columns as narrow as this are filled up, so that they stand below each other; prose is not.
_WIDEST_FILLED = 40


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. One that is `drawn` holds a picture of what other columns say, and only a terminal shows it."""

    name: str
    style: str = ""
    right: bool = False
    whole: bool = False
    drawn: bool = False


class _Page(Console):
    """A console that ends as other commands do where its reader has gone."""

    def on_broken_pipe(self) -> NoReturn:
        end_unread()


def page(*, stderr: bool = False, plain: bool = False) -> Console:
    """The terminal with its colours; or what is no terminal, where a line is never broken."""
    console = _Page(highlight=False, stderr=stderr, force_terminal=False if plain else None)
    console.soft_wrap = not console.is_terminal
    return console


def write_json(document: Any) -> None:
    """One document on one line. Where the output knows no letters but ASCII, they are escaped, so that nothing is lost."""
    encoding = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "")
    click.echo(json.dumps(document, ensure_ascii=encoding != "utf8"))


def write_table(out: Console, columns: Sequence[Column], rows: Iterable[Sequence[str | Text]]) -> None:
    """A table for the eye; where nobody looks a line for each row, however long, its columns two spaces apart or more."""
    if out.is_terminal:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim")
        for column in columns:
            table.add_column(column.name, style=column.style, justify="right" if column.right else "left", no_wrap=column.whole)
        for row in rows:
            table.add_row(*(cell if isinstance(cell, Text) else Text(cell) for cell in row))
        out.print(table)
        return
    kept = [index for index, column in enumerate(columns) if not column.drawn]
    lines = [[columns[index].name for index in kept], *([_on_one_line(row[index]) for index in kept] for row in rows)]
    widths = [max(map(cell_len, cells)) for cells in zip(*lines, strict=True)]
    for line in lines:
        cells = [_filled(cell, width, columns[index].right) for cell, width, index in zip(line, widths, kept, strict=True)]
        out.print(Text(_BETWEEN.join(cells).rstrip()))


def _on_one_line(cell: str | Text) -> str:
    return "; ".join((cell.plain if isinstance(cell, Text) else cell).split("\n"))


def _filled(cell: str, width: int, right: bool) -> str:
    space = " " * (width - cell_len(cell)) if width <= _WIDEST_FILLED else ""
    return space + cell if right else cell + space
