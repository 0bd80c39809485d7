"""How a program stands with its database: whether it can serve, and what is asked of it for the log and the counts."""

from __future__ import annotations

from collections import OrderedDict

from sqlalchemy import text

from .domain import refusals
from .domain.refusals import Refused
from .store.database import Database, Statement
from .store.orders import ASK, read_sandbox
from .store.sandboxes import hash_token
from .store.schema import TODAY

_REVISION = Statement(text("SELECT version_num FROM alembic_version"))
_SANDBOXES = Statement(text("SELECT count(*) FROM sandboxes WHERE id > ''"))
# Of so many tokens it is remembered whose sandbox they open; it never changes.
_MOST_TOKENS = 4096


class Standing:
    """One database, as those see it who look after the program."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._sandboxes: OrderedDict[bytes, str] = OrderedDict()

    def check(self) -> None:
        """Raises Refused where the database does not answer, or has another release's tables."""
        try:
            row = self._db.reading.one(_REVISION)
        except self._db.errors as problem:
            raise self._db.outage(problem) or Refused(refusals.DATABASE_UNREACHABLE) from problem
        found = None if row is None else row[0]
        if found != TODAY:
            raise Refused(
                refusals.DATABASE_UNREACHABLE,
                detail=f"The database has the schema {found or 'of nobody'}, and this release works on {TODAY}. "
                "Start the release that belongs to it, or start this one anew, which moves an older schema on.",
            )

    def sandboxes(self) -> int | None:
        """How many sandboxes there are; None where the database does not say."""
        try:
            row = self._db.reading.one(_SANDBOXES)
        except self._db.errors as problem:
            self._db.outage(problem)
            return None
        return None if row is None else int(row[0])

    def sandbox_of(self, token: str) -> str | None:
        """The sandbox that a token opens; None where it opens none, or nobody can say."""
        hashed = hash_token(token)
        known = self._sandboxes.get(hashed)
        if known is None:
            try:
                row = self._db.reading.one(ASK, token=hashed)
            except self._db.errors as problem:
                self._db.outage(problem)
                return None
            if row is None:
                return None
            known = self._sandboxes[hashed] = read_sandbox(row).id
            while len(self._sandboxes) > _MOST_TOKENS:
                self._sandboxes.popitem(last=False)
        return known
