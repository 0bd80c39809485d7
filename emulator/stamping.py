"""Stamps worlds out of a pattern: the same history again, with other ids and at another time.

To grow a world takes as long as to play all of its orders. Yet two worlds of one name differ in nothing but their ids, which follow from
the seed, and their instants, which lie as far before `now`. So a world is grown once, every id and every instant in its rows becomes a
blank, and each further world fills in the blanks.

Where the weekends lie decides how long business days take, so a pattern holds for those `now` alone from which every step of the plan falls
on the same day of the week (`growth.week_of`), and for no other where there are holidays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeAlias

from .domain.case import make_id
from .domain.world import World

# Rows by table, as the store has them; the first cell is the key of the world.
Rows: TypeAlias = Mapping[str, Sequence[Sequence[Any]]]

_ID = r"[a-z]{3}_[a-z2-7]{16}"
_INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
# So many filled worlds are kept for whoever wants the same one again.
KEPT = 16
_TO_SECONDS = len("2026-03-01T12:00:00")
_BLANK = re.compile(rf"\b({_ID}|{_INSTANT})")


class _Recipe(NamedTuple):
    """How an id is made: of the seed or another id, and the rest of its parts."""

    prefix: str
    of: str | None
    parts: tuple[object, ...]


@dataclass(slots=True)
class _Sheet:
    """The rows of one table, cell after cell, and where its blanks are: which value goes there, or how far it lies from now."""

    width: int
    cells: list[Any]
    values: list[tuple[int, int]] = field(default_factory=list)
    instants: list[tuple[int, int]] = field(default_factory=list)

    def filled(self, values: Sequence[str], at: int) -> list[Any]:
        """The cells with their blanks filled."""
        cells = self.cells.copy()
        for place, value in self.values:
            cells[place] = values[value]
        for place, offset in self.instants:
            cells[place] = at + offset
        return cells


class Pattern:
    """A grown world with blanks. `instants` says for each table which of its columns hold instants."""

    def __init__(self, rows: Rows, instants: Mapping[str, frozenset[int]], world: World) -> None:
        self._now = _seconds(world.now)
        self._ids = dict(_recipes(world))
        # The blanks, in the order in which they are filled: ids, instants as text, and texts with blanks in them.
        self._made: list[str] = []
        self._offsets: list[int] = []
        self._texts: list[tuple[list[str], list[int]]] = []
        self._slots: dict[str, int] = {}
        self._kept: dict[tuple[str, int], list[list[Any]]] = {}
        found = {
            blank for sheet in rows.values() for row in sheet for cell in row if isinstance(cell, str) for blank in _BLANK.findall(cell)
        }
        needed = (
            found | {recipe.of for made, recipe in self._ids.items() if made in found} | {person.id for person in world.people.values()}
        )
        for made in self._ids:
            if made in needed:
                self._slots[made] = len(self._made)
                self._made.append(made)
        for blank in sorted(found - self._slots.keys()):
            self._slots[blank] = len(self._made) + len(self._offsets)
            self._offsets.append(_seconds(datetime.fromisoformat(blank)) - self._now)
        self._sheets = {name: self._sheet(sheet, instants[name]) for name, sheet in rows.items()}

    def stamp(self, key: int, seed: str, now: datetime) -> Rows:
        """The world of this seed as it stands at `now`, under this key."""
        rows: dict[str, Sequence[Sequence[Any]]] = {}
        for (name, sheet), filled in zip(self._sheets.items(), self._filled(seed, _seconds(now)), strict=True):
            cells, width = filled.copy(), sheet.width
            cells[::width] = [key] * (len(cells) // width)
            rows[name] = list(zip(*[iter(cells)] * width, strict=True))
        return rows

    def _filled(self, seed: str, at: int) -> list[list[Any]]:
        """The cells of every sheet with all blanks filled but the key. Who resets a sandbox wants the same ones again."""
        found = self._kept.get((seed, at))
        if found is None:
            values = self._values(seed, at)
            found = [sheet.filled(values, at) for sheet in self._sheets.values()]
            if len(self._kept) >= KEPT:
                self._kept.clear()
            self._kept[seed, at] = found
        return found

    def _values(self, seed: str, at: int) -> list[str]:
        """What goes into the blanks: ids, instants, then texts with blanks of their own."""
        ids: dict[str, str] = {}
        for made in self._made:
            recipe = self._ids[made]
            ids[made] = make_id(recipe.prefix, seed if recipe.of is None else ids[recipe.of], *_filled(recipe.parts, ids))
        values = list(ids.values())
        values += [f"{datetime.fromtimestamp(at + offset, UTC).isoformat()[:_TO_SECONDS]}Z" for offset in self._offsets]
        for pieces, blanks in self._texts:
            text = pieces.copy()
            text[1::2] = [values[blank] for blank in blanks]
            values.append("".join(text))
        return values

    def _sheet(self, rows: Sequence[Sequence[Any]], instants: frozenset[int]) -> _Sheet:
        sheet = _Sheet(len(rows[0]) if rows else 1, [cell for row in rows for cell in row])
        for place, cell in enumerate(sheet.cells):
            if place % sheet.width in instants:
                if cell is not None:
                    sheet.instants.append((place, cell - self._now))
            elif isinstance(cell, str) and (value := self._value(cell)) is not None:
                sheet.values.append((place, value))
        return sheet

    def _value(self, text: str) -> int | None:
        """The blank that a text is, or a new one for a text with blanks in it; None where it has none."""
        found = self._slots.get(text)
        if found is None:
            pieces = _BLANK.split(text)
            if len(pieces) == 1:
                return None
            found = self._slots[text] = len(self._made) + len(self._offsets) + len(self._texts)
            self._texts.append((pieces, [self._slots[blank] for blank in pieces[1::2]]))
        return found


def _filled(parts: tuple[object, ...], ids: Mapping[str, str]) -> Iterator[object]:
    return (ids.get(part, part) if isinstance(part, str) else part for part in parts)


def _recipes(world: World) -> Iterator[tuple[str, _Recipe]]:
    """Every id that the world may hold, in an order in which each comes after those it is made of."""
    for person in world.people.values():
        yield person.id, _Recipe("acc", None, (person.name,))
        if person.store is not None:
            yield person.store, _Recipe("sto", None, (person.name,))
        for number in range(1, world.serials.get(person.id, 0) + 1):
            for prefix in ("ord", "evd"):
                yield make_id(prefix, world.seed, person.id, number), _Recipe(prefix, None, (person.id, number))
    for order in world.orders.values():
        for number in range(1, order.serial + 1):
            for prefix in ("dsp", "sol", "msg"):
                yield make_id(prefix, order.id, number), _Recipe(prefix, order.id, (number,))


def _seconds(instant: datetime) -> int:
    return int(instant.timestamp())
