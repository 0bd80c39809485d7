"""What the program writes about its own work, for people or for programs, and never a secret.

Whatever is logged while a request is answered says which: its id, and in JSON also its sandbox, method and route. A path may hold anything
a caller likes, so a line for people is one line: control characters are written out. Before anything leaves, known secrets and whatever
looks like a token are blotted out; nothing is supposed to log them in the first place.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from typing import Any

FORMATS = ("text", "json")
BLOT = "…"
_TOKEN = re.compile(r"\btok_[\w-]+|(?<=[Bb]earer )[^\s'\"]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


# What tells about the request that is being answered: its id, method, route and sandbox.
CURRENT: ContextVar[Callable[[], Mapping[str, str]] | None] = ContextVar("emulator_request", default=None)


def config(format: str, access: bool, secrets: Sequence[str] = ()) -> dict[str, Any]:
    """How everything in this process is logged, as logging.config takes it: on stderr, granian's lines among ours."""
    # Not loaded where people read.
    kind: Any = "emulator.log_json.JsonLine" if format == "json" else TextLine
    quiet = {"handlers": ["stderr"], "level": "WARNING", "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request": {"()": OfRequest}},
        "formatters": {"line": {"()": kind, "secrets": tuple(secret for secret in secrets if secret)}},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "stream": "ext://sys.stderr", "formatter": "line", "filters": ["request"]}
        },
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "emulator": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
            "emulator.access": {"level": "INFO" if access else "CRITICAL"},
            "_granian": quiet,
            "granian.access": quiet,
        },
    }


def use(said: Mapping[str, Any]) -> None:
    """Log as `config` has said, from now on."""
    import logging.config

    logging.config.dictConfig(dict(said))


class OfRequest(logging.Filter):
    """Adds to each record which request it is about."""

    def filter(self, record: logging.LogRecord) -> bool:
        # What a driver has to say it says while it holds its connection, which must not be asked anything then.
        about = CURRENT.get() if record.name.startswith("emulator") else None
        for name, value in (about() if about is not None else {}).items():
            if not hasattr(record, name):
                setattr(record, name, value)
        return True


def blotted(text: str, secrets: Sequence[str]) -> str:
    """A text without these secrets, and without anything that looks like a token."""
    for secret in secrets:
        text = text.replace(secret, BLOT)
    return _TOKEN.sub(BLOT, text)


def _plain(text: str) -> str:
    """A text in which no character ends a line or moves a cursor."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text).replace("\n", "\\n")


class TextLine(logging.Formatter):
    """A line for people; a traceback stands under it."""

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")
        self._secrets = secrets

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 -- logging's name
        """The line itself."""
        record.message = _plain(record.message)
        known = getattr(record, "request_id", None)
        return super().formatMessage(record) + ("" if known is None else f" [{known}]")

    def format(self, record: logging.LogRecord) -> str:
        """The line and what stands under it."""
        return blotted(super().format(record), self._secrets)
