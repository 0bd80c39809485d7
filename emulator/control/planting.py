"""Plants the worlds that ship: grown once for each pattern (emulator/stamping.py), stamped for every sandbox after that."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from threading import Lock
from typing import Any

from ..domain.engine import Engine
from ..growth import Grown, grow, week_of
from ..service import engine_for
from ..stamping import Pattern
from ..store import sandboxes, worlds
from ..store.database import Database, Session
from ..store.tables import WORLD_TABLES

# Patterns of this many kinds are kept. What they hold follows from their keys, so every process may keep its own.
MAX_PATTERNS = 64

_INSTANTS = {table.name: worlds.instant_columns(table) for table in WORLD_TABLES}
_Key = tuple[Any, ...]


class Planter:
    """Plants worlds in one database."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._patterns: OrderedDict[_Key, Pattern] = OrderedDict()
        self._lock = Lock()

    def pattern(self, name: str, ruleset: str, settings: str, now: datetime) -> Pattern:
        """The pattern of a world under these rules for this part of the week. Opens a transaction of its own where there is none yet."""
        # All sandboxes share what was drawn in a world's past; what is drawn from `now` on depends on the seed of each.
        engine = engine_for(ruleset, settings, name)
        key = (name, ruleset, settings, *week_of(name, engine.settings, now))
        with self._lock:
            found = self._patterns.get(key)
            if found is not None:
                self._patterns.move_to_end(key)
                return found
        found = self._read_back(grow(name, engine.settings, name, now), engine)
        with self._lock:
            self._patterns[key] = found
            while len(self._patterns) > MAX_PATTERNS:
                self._patterns.popitem(last=False)
        return found

    def _read_back(self, grown: Grown, engine: Engine) -> Pattern:
        """What the database makes of a grown world; nothing of it stays there."""
        with self._db.writing() as session:
            key = worlds.new_world(session)
            sandboxes.insert_world(session, key, grown.world, engine, grown.files)
            rows = worlds.renumbered(worlds.read_rows(session, key))
            worlds.forsake(session, key)
            worlds.sweep(session, sum(map(len, rows.values())) + 1)
        return Pattern(rows, _INSTANTS, grown.world)


def plant(session: Session, pattern: Pattern, seed: str, now: datetime) -> int:
    """Write a world of this pattern; returns its key."""
    key = worlds.new_world(session)
    worlds.insert_rows(session, pattern.stamp(key, seed, now))
    return key
