"""Writes back what lies in SQLite's write-ahead log, beside the threads that answer.

Left alone, SQLite does it within the commit that makes the log too long. That request then waits for thousands of pages and two syncs of
the disk, and with one thread a worker so do all behind it. Here a thread of its own does it after every so many commits, without holding
up anybody, and a little at a time: it needs the processor, too. When the log is long, it is written back to its end, so that it begins
anew; writers are held up for the few pages that have come meanwhile. So it stays as short as it was.

SQLite has the disk keep what it copied only when all of it is copied, which would be while writers wait. So that is done before, by us.

Where no such thread runs, as in tests in process, or where it does not keep up, SQLite does it itself (`WAL_PAGES`).
"""

from __future__ import annotations

import os
from contextlib import suppress
from itertools import count
from threading import Event, Thread

from sqlalchemy import text

from .database import Database, Session, Statement

# Some hundreds of pages: an edit writes six of them, an opening some fifteen.
COMMITS = 100
# A log of so many begins anew. That has a price for writers, so it is not done often; the rest of `WAL_PAGES` is for what comes meanwhile.
PAGES = 6_000
# Whoever reads a long time keeps the log from beginning anew; no writer shall wait for that.
PATIENCE_MS = 50
# What comes while pages are written back, and the disk takes them, is left for another round, and little for the end.
ROUNDS = 3

# SQLite writes back when the first and only row is asked for.
_PATIENTLY = Statement(text(f"PRAGMA busy_timeout = {PATIENCE_MS}"))
_BESIDE_WRITERS = Statement(text("PRAGMA wal_checkpoint(PASSIVE)"))
_TO_THE_END = Statement(text("PRAGMA wal_checkpoint(RESTART)"))
_FILE = Statement(text("SELECT file FROM pragma_database_list WHERE name = 'main'"))

# Only Linux can leave out what a file's data do not need.
_have_it_kept = getattr(os, "fdatasync", os.fsync)


class Checkpointer(Thread):
    """Does so for a database, a SQLite file, until that is closed. Every process may have one of its own."""

    def __init__(self, database: Database, commits: int = COMMITS, pages: int = PAGES) -> None:
        super().__init__(name="checkpoints", daemon=True)
        self._database, self._commits, self._pages = database, commits, pages
        self._due = Event()
        self._ended = False
        self._count = count(1)
        self._long = pages
        self._file: int | None = None
        database.committed = self._committed
        database.before_close.append(self.end)

    def _committed(self) -> None:
        if next(self._count) % self._commits == 0:
            self._due.set()

    def run(self) -> None:
        while not self._ended:
            self._due.wait()
            self._due.clear()
            # Another process may be about it, or the file be gone: who commits next finds out.
            with suppress(OSError, *self._database.errors):
                self.write_back()

    def end(self) -> None:
        """Do no more. What is being written back is finished first: nobody may close a connection meanwhile."""
        self._ended = True
        self._due.set()
        if self.is_alive():
            self.join()

    def write_back(self) -> None:
        """Once, on this thread's connection."""
        session = self._database.reading
        session.all(_PATIENTLY)
        _, pages, _ = session.all(_BESIDE_WRITERS)[0]
        if pages < self._pages:
            self._long = self._pages
        elif pages >= self._long:
            self._begin_anew(session)

    def _begin_anew(self, session: Session) -> None:
        if self._file is None:
            # Never closed: whoever closes a file gives up all locks that his process has on it, and with them SQLite's.
            self._file = os.open(session.all(_FILE)[0][0], os.O_RDWR)
        for _ in range(ROUNDS):
            _have_it_kept(self._file)
            session.all(_BESIDE_WRITERS)
        _have_it_kept(self._file)
        with self._database.door:
            busy, pages, _ = session.all(_TO_THE_END)[0]
        # Whom it had to give way to may stay; it is tried again when the log is that much longer.
        self._long = self._pages + (pages if busy else 0)
