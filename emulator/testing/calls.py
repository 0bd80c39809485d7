"""What became of the calls into a sandbox: refusals, for the report of a test that fails."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# They write, but nothing that a timeline shows.
_UNTOLD = "/v1/evidence"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A call that was refused: when, by the sandbox's time, and after how many calls that went through at the same instant."""

    at: datetime
    after: int
    who: str
    method: str
    path: str
    status: int
    code: str
    rule: str
    detail: str


@dataclass(slots=True)
class Calls:
    """The calls into one sandbox."""

    refused: list[Refusal] = field(default_factory=list)
    _done: Counter[str] = field(default_factory=Counter)

    def note(self, who: str, method: str, path: str, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Remember a call if it was refused; if it changed something, that it came first."""
        date = headers.get("Date", "")
        if status >= 400:
            self.refused.append(_refusal(who, method, path, status, date, self._done[date], body))
        elif method != "GET" and (path.startswith("/v1/") or path.endswith("/deliver")) and not path.startswith(_UNTOLD):
            self._done[date] += 1

    def forget_after(self, now: datetime) -> None:
        """The sandbox has gone back to this instant: what came later has not been."""
        self.refused[:] = [refusal for refusal in self.refused if refusal.at <= now]


def _refusal(who: str, method: str, path: str, status: int, date: str, after: int, body: bytes) -> Refusal:
    try:
        problem = json.loads(body)
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        problem = {}
    try:
        at = parsedate_to_datetime(date)
    except ValueError:
        at = datetime.min.replace(tzinfo=UTC)
    said = {name: str(problem.get(name) or "") for name in ("code", "rule", "detail")}
    return Refusal(at, after, who, method, path, status, **said)
