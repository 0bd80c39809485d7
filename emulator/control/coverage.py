"""State-machine coverage as it is asked for: of a sandbox or of all, and counted anew."""

from __future__ import annotations

from datetime import datetime

from ..clock import wall_now
from ..coverage import report, table_item
from ..replies import Answer
from ..service import now_of, sandbox_engine
from ..store.database import Database
from ..tally import Tally
from .access import find


class Coverage:
    """What was met over one database."""

    def __init__(self, database: Database, tally: Tally) -> None:
        self._db = database
        self._tally = tally

    def report(self, sandbox_id: str | None) -> Answer:
        """What was met and what never was, in a sandbox or anywhere. Raises Refused where there is no such sandbox."""
        if sandbox_id is None:
            return Answer(report(self._tally.counts(None)), wall_now())
        session = self._db.reading
        sandbox = find(session, sandbox_id).sandbox
        # What a sandbox could meet depends on its own table, whether anything was met in it or not.
        own = {table_item(sandbox_engine(sandbox).table): 0}
        return Answer(report(own | self._tally.counts(sandbox_id), sandbox_id), now_of(session, sandbox))

    def begin_anew(self) -> datetime:
        """Nothing was met yet; returns the wall's time."""
        self._tally.begin_anew()
        return wall_now()
