"""Everything that can go wrong with a call.

    EmulatorError
    ├── Unreachable             nobody answers at the address
    ├── BrokenOff               the connection broke, or the time was up, while the answer was waited for
    ├── Foreign                 somebody answers, but not as an emulator does
    ├── UnknownToken            this client was never told the token of that account
    └── Refused                 the emulator says no, and why
        ├── Unauthenticated     401: no token or key, or a wrong one
        ├── WrongRole           403: the right sandbox, but another role's business; or a page of another site asks
        ├── NotFound            404: there is no such thing here, or it is another party's
        ├── Conflict            409: not as things stand now
        ├── Changed             412: it is no longer as `if_match` says
        ├── TooLarge            413: more bytes than are taken
        ├── WrongType           415: another type of content than is taken
        ├── Malformed           422: not well formed, out of range, or against a rule that the request alone decides
        ├── Broken              500: the emulator itself is at fault
        └── Unavailable         503, 507: the database underneath is away, busy or full

A refusal of any other status is a plain Refused. All of them can be pickled.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .values import instant, optional

if TYPE_CHECKING:
    from .models import AllowedAction, Window
    from .words import Actor


class EmulatorError(Exception):
    """A call did not get the answer it was made for; the message is for a person to read."""


class Unreachable(EmulatorError):
    """Nobody answers at the address."""


class BrokenOff(EmulatorError):
    """The connection broke while the answer was waited for: what was asked may have happened or not."""


class Foreign(EmulatorError):
    """Somebody answers, but not as an emulator does."""


class UnknownToken(EmulatorError):
    """The token of an account is told once, when its sandbox is made, and this client was not told."""


class Refused(EmulatorError):
    """The emulator refuses. `problem` is the whole document (RFC 9457), with members that this client does not know too."""

    def __init__(self, status: int, problem: Mapping[str, Any], method: str = "", path: str = "") -> None:
        # The arguments are what pickle makes it from again.
        super().__init__(status, problem, method, path)
        self.status = status
        self.problem = problem
        self.method = method
        self.path = path

    @property
    def code(self) -> str:
        """The refusal's name, such as `negotiation_over`; each is explained at /problems/CODE."""
        return str(self.problem.get("code") or "")

    @property
    def title(self) -> str:
        return str(self.problem.get("title") or "")

    @property
    def detail(self) -> str:
        """Why, and what to do about it, in words."""
        return str(self.problem.get("detail") or self.title)

    @property
    def rule(self) -> str | None:
        """The rule of the rulebook that it follows from, such as ESC-3."""
        return self.problem.get("rule")

    @property
    def source(self) -> str | None:
        """Where the documents say so."""
        return self.problem.get("source")

    @property
    def errors(self) -> Mapping[str, list[str]]:
        """What is wrong with which field of the request; empty where no field is to blame."""
        return self.problem.get("errors") or {}

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        """What the asker may do now instead."""
        from .models import AllowedAction

        return [AllowedAction.from_json(each) for each in self.problem.get("allowed_actions") or ()]

    @property
    def deadline(self) -> datetime | None:
        """Since when it is too late, or until when too early, where time is the reason."""
        return optional(instant, self.problem.get("deadline"))

    @property
    def instead(self) -> str | None:
        """The nearest call that would go through, as a line of curl; `$TOKEN` and `$EMULATOR_KEY` stand for what is secret."""
        return self.problem.get("instead")

    @property
    def who_may(self) -> list[Actor] | None:
        """The roles that may ever do this."""
        return self.problem.get("who_may")

    @property
    def window(self) -> Window | None:
        """When this asker's same request goes through if nobody acts meanwhile."""
        from .models import Window

        return optional(Window.from_json, self.problem.get("window"))

    def __str__(self) -> str:
        """Some lines for a person: what was asked, the code and its rule, the detail, what is wrong in which field, what is allowed."""
        rule = f" ({self.rule})" if self.rule else ""
        lines = [f"{self.method} {self.path}: ".lstrip(" :") + f"{self.status} {self.code}{rule}", f"  {self.detail}"]
        lines += [f"  {field}: {text}" for field, texts in self.errors.items() for text in texts]
        told = {
            "deadline": self.problem.get("deadline"),
            "window": _span(self.problem.get("window")),
            "who may": ", ".join(self.who_may or ()),
            "source": self.source,
            "allowed now": ", ".join(str(allowed["action"]) for allowed in self.problem.get("allowed_actions") or ()),
            "instead": self.instead,
        }
        return "\n".join([*lines, *(f"  {name}: {text}" for name, text in told.items() if text)])


def _span(window: Mapping[str, Any] | None) -> str:
    if not window:
        return ""
    return " ".join(f"{name} {window[name]}" for name in ("from", "until") if window.get(name))


class Unauthenticated(Refused):
    """401: no token or key came, or a wrong one."""


class WrongRole(Refused):
    """403: it is another role's business; or a page of another site asks."""


class NotFound(Refused):
    """404: there is no such thing, or not for this asker."""


class Conflict(Refused):
    """409: not as things stand now."""


class Changed(Refused):
    """412: it is no longer as `if_match` says; nothing has been changed. Look at it again before you decide."""


class TooLarge(Refused):
    """413: more bytes than are taken."""


class WrongType(Refused):
    """415: another type of content than is taken."""


class Malformed(Refused):
    """422: not well formed, out of range, or against a rule that the request alone decides; `errors` says which field."""


class Broken(Refused):
    """500: the emulator itself is at fault; nothing has been changed."""


class Unavailable(Refused):
    """503, 507: the database underneath is away, busy or full. The call may be repeated as it is, after `retry_after` seconds if told.

    Nothing has been changed, unless `code` is `outcome_unknown`: then it has happened or not, and only a call that had an
    `idempotency_key` can be repeated without harm.
    """

    retry_after: float | None = None


BY_STATUS: Mapping[int, type[Refused]] = {
    401: Unauthenticated,
    403: WrongRole,
    404: NotFound,
    409: Conflict,
    412: Changed,
    413: TooLarge,
    415: WrongType,
    422: Malformed,
    500: Broken,
    503: Unavailable,
    507: Unavailable,
}


# Under this name they are imported, so under it a traceback and pytest's summary show them.
for _error in (EmulatorError, Unreachable, BrokenOff, Foreign, UnknownToken, Refused, *BY_STATUS.values()):
    _error.__module__ = __name__.rpartition(".")[0]
del _error


def refusal(status: int, problem: Mapping[str, Any], method: str, path: str, retry_after: float | None = None) -> Refused:
    """The exception for a problem document."""
    no = BY_STATUS.get(status, Refused)(status, problem, method, path)
    if isinstance(no, Unavailable):
        no.retry_after = retry_after
    return no
