"""What a call answers, as a test looks at it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .transport import Reply


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """An answer, refused or not. `json` is the object asked for, or the problem that says why not; None where there is no JSON."""

    method: str
    path: str
    reply: Reply

    @property
    def status(self) -> int:
        return self.reply.status

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers; upper and lower case are the same."""
        return self.reply.headers

    @property
    def body(self) -> bytes:
        return self.reply.body

    @property
    def ok(self) -> bool:
        return self.status < 400

    @property
    def json(self) -> Any:
        kind = self.headers.get("Content-Type", "")
        return json.loads(self.body) if self.body and "json" in kind else None

    def must(self) -> Answer:
        """The same answer, which must be none that refuses; raises AssertionError that says what was refused, why, and what is allowed."""
        __tracebackhide__ = True
        if not self.ok:
            raise AssertionError(str(self))
        return self

    def __repr__(self) -> str:
        return f"<Answer {str(self).partition(chr(10))[0]}>"

    def __str__(self) -> str:
        head = f"{self.method} {self.path}: {self.status}"
        found = self.json
        if self.ok or not isinstance(found, dict):
            return head
        rule = f" ({found['rule']})" if found.get("rule") else ""
        lines = [f"{head} {found.get('code')}{rule}", f"  {found.get('detail')}"]
        errors: Mapping[str, list[str]] = found.get("errors") or {}
        lines += [f"  {field}: {text}" for field, texts in errors.items() for text in texts]
        if found.get("deadline"):
            lines.append(f"  deadline: {found['deadline']}")
        if found.get("source"):
            lines.append(f"  source: {found['source']}")
        allowed = [str(action["action"]) for action in found.get("allowed_actions") or ()]
        if allowed:
            lines.append(f"  allowed now: {', '.join(allowed)}")
        return "\n".join(lines)
