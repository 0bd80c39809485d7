"""What a rival is, what is asked of it, and how its answers are checked by hand before any load."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from ..wrk import ANSWER_SECONDS, Script, Unfit

# So many objects each rival holds when it has started, numbered from 1. The emulator is measured with a hundred times as many.
HELD = 1_000

# What stands for something else in a path, a header or a body, and what it becomes in wrk's Lua.
KNOWN = "<known>"  # one of the objects held, drawn anew for each request
NEW = "<new>"  # a text that no other request bears
TURN = "<turn>"  # a text that another takes the place of after 4,000 requests
SHELF = "<shelf>"  # a number from 0 to 49, each in turn
SHELVES = 50
_LUA = {
    KNOWN: f"math.random({HELD})",
    NEW: "mark .. asked",
    TURN: "mark .. math.floor(asked / 4000)",
    SHELF: f"asked % {SHELVES}",
}
_PLACES = re.compile("|".join(map(re.escape, _LUA)))

_SCRIPT = """
local threads, asked, mark = 0, 0, ""
function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end
function init()
  math.randomseed(os.time() + number)
  mark = number .. "x" .. os.time() .. "x"
end
function request()
  asked = asked + 1
  return wrk.format("%s", %s, {%s}, %s)
end
"""


@dataclass(frozen=True)
class Ask:
    """A request of which wrk sends many and the check one: the same words in both."""

    method: str
    path: str
    body: str | None = None
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def script(self) -> Script:
        headers = ", ".join(f"[({_lua(name)})] = {_lua(value)}" for name, value in self._headers)
        return Script(_SCRIPT % (self.method, _lua(self.path), headers, "nil" if self.body is None else _lua(self.body)))

    @property
    def _headers(self) -> tuple[tuple[str, str], ...]:
        typed = any(name == "Content-Type" for name, _ in self.headers)
        return self.headers if typed or self.body is None else (*self.headers, ("Content-Type", "application/json"))

    def send(self, base: str, *, known: str = "1", new: str = "") -> str:
        """Send it once; returns the body of the answer, and raises Unfit where its status is not 2xx."""
        values = {KNOWN: known, NEW: new, TURN: "0", SHELF: "0"}

        def filled(template: str) -> str:
            return _PLACES.sub(lambda place: values[place[0]], template)

        connection = HTTPConnection(base.removeprefix("http://"), timeout=ANSWER_SECONDS)
        try:
            body = None if self.body is None else filled(self.body)
            connection.request(self.method, filled(self.path), body, {name: filled(value) for name, value in self._headers})
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        if not 200 <= answer.status < 300:
            raise Unfit(f"{self.method} {filled(self.path)} was answered with {answer.status}: {text[:300]}")
        return text


def _lua(template: str) -> str:
    """A Lua expression that makes the text anew for each request."""
    parts, end = [], 0
    for place in _PLACES.finditer(template):
        parts += [_quoted(template[end : place.start()]), _LUA[place[0]]]
        end = place.end()
    return " .. ".join(part for part in (*parts, _quoted(template[end:])) if part) or '""'


def _quoted(text: str) -> str:
    return f"[==[{text}]==]" if text else ""


def _own_id(answer: Any, _new: str) -> str:
    return str(answer["id"])


@dataclass(frozen=True)
class Rival:
    """A program to compare with, at its best setting and on its nearest work.

    `start` begins anew with HELD objects each time: what `create` has left slows some down, so start it again before the next round.
    It raises Absent where it cannot start.
    """

    name: str
    version: str
    does: str  # its nearest work: what is read, created and updated
    note: str  # what it does less
    keeps: str  # where its data lie
    setting: str  # its best setting, and how it was found
    start: Callable[[Path, int], AbstractContextManager[str]]
    reading: Ask
    creating: Ask
    updating: Ask | None
    # Whether what it was told is in a file when it has ended.
    durable: bool = False
    # What a read shows of the last update. NEW: the text that the update sent. Anything else: words of its own, as it keeps nothing.
    shows: str = NEW
    # The name of what was created, to be read again: from its answer, or from the text that the request bore.
    made: Callable[[Any, str], str] = _own_id
    # How long each kind of request is to be asked before it is measured: Node and Java compile what they run as they run it.
    warm_seconds: int = 1

    @property
    def read(self) -> Script:
        return self.reading.script

    @property
    def create(self) -> Script:
        return self.creating.script

    @property
    def update(self) -> Script | None:
        return None if self.updating is None else self.updating.script

    def check(self, base: str) -> None:
        """Read, create and update one object by hand; raises Unfit where an answer is not what it should be."""
        _expect(f"ispute {HELD}" if self.shows == NEW else "explanation", self.reading.send(base, known=str(HELD)), "a read")
        known, answer = "7", self.creating.send(base, new="made-by-hand")
        if self.shows == NEW:
            known = self.made(json.loads(answer), "made-by-hand")
            _expect("made-by-hand", self.reading.send(base, known=known), "a read of what was created")
        if self.updating is not None:
            self.updating.send(base, known=known, new="changed-by-hand")
            changed = "changed-by-hand" if self.shows == NEW else self.shows
            _expect(changed, self.reading.send(base, known=known), "a read of what was updated")


def _expect(words: str, answer: str, what: str) -> None:
    if words not in answer:
        raise Unfit(f"{what} does not show {words!r}: {answer[:300]}")


def dispute(explanation: str) -> dict[str, Any]:
    """A dispute as the emulator knows it, in little, for the rivals that keep any JSON."""
    money = {"amount": "47.00", "currency": "USD"}
    return {"status": "waiting_for_seller", "reason": "no_tracking", "remedy": "refund", "amount": money, "explanation": explanation}


def held() -> list[dict[str, Any]]:
    """What a rival that takes any JSON holds from the start."""
    return [{"id": str(number), **dispute(f"Dispute {number}")} for number in range(1, HELD + 1)]


CREATED = json.dumps(dispute(f"Opened {NEW}"))
EDITED = json.dumps({"explanation": f"Edited {NEW}"})
