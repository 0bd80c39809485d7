"""Which refusals are to be expected where many act at once while time is moved, and which are faults.

An action is taken because the last answer allowed it. If it is refused all the same, somebody else or a timer must have been faster. So a
refusal is expected if it is one that the table lists for this very action, "not in this state" or made so by what was stale, and if a
second look shows something else than the first. Everything else is a fault: a refusal although nothing has changed contradicts
`allowed_actions`, a malformed body is the crowd's own mistake, and an answer of 500 or more, or none, is nobody's right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulator.domain.rules import BY_NAME, RULES

CONFLICT = 409
# These answer 422, as they are about what was sent; but whether it fits depends on what had happened meanwhile.
STALE = frozenset({"evidence_missing", "no_return_in_contest", "no_return_in_appeal", "ruling_below_first"})
# What is no action of the table may conflict with others, too.
_BESIDE: Mapping[str, frozenset[str]] = {"advance": frozenset({"nothing_due"})}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, body as JSON, and the Date, which is the sandbox's time. Status 0: nothing did, and `lost` says why."""

    status: int
    body: Any = None
    date: str = ""
    lost: str = ""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def code(self) -> str:
        """The refusal's name, or nothing."""
        return str(self.body.get("code", "")) if isinstance(self.body, dict) else ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer is worth. `overtaken` names the refusal that was to be expected; `fault` says what must not be."""

    overtaken: str = ""
    fault: str = ""

    @property
    def well(self) -> bool:
        return not self.fault


GOOD = Verdict()


def conflicts_of(call: str) -> frozenset[str]:
    """The refusals that somebody faster can bring about for this call; the table says which."""
    action = BY_NAME.get(call)
    if action is None:
        return _BESIDE.get(call, frozenset())
    listed = {entry.refusal for entry in action.otherwise}
    listed |= {refusal for row in RULES if row.action == call for _, refusal in row.needs}
    return frozenset(refusal.code for refusal in listed if refusal.status == CONFLICT or refusal.code in STALE)


_CONFLICTS = {name: conflicts_of(name) for name in (*BY_NAME, *_BESIDE)}


def verdict(call: str, answer: Answer, *, changed: bool) -> Verdict:
    """What the answer to a call is worth; `changed` says whether a second look showed something else than the one it was based on."""
    if answer.ok:
        return GOOD
    if answer.status == 0:
        return Verdict(fault=f"{call} was not answered: {answer.lost}")
    if answer.status < 400 or answer.status >= 500 or not answer.code:
        return Verdict(fault=f"{call} was answered {answer.status} {answer.code}".rstrip())
    if answer.code not in _CONFLICTS.get(call, frozenset()):
        return Verdict(fault=f"{call} was refused: {answer.status} {answer.code}")
    if not changed:
        return Verdict(fault=f"{call} was refused although nothing had changed since it was allowed: {answer.status} {answer.code}")
    return Verdict(overtaken=answer.code)
