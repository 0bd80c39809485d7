"""What all people of the crowd have in common: they sit somewhere, look or act, and hear what came of it.

They send calls along a line; whether it is locust's or a test's is nothing to them. Who they are stands in traders.py and movers.py.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from random import Random
from typing import Any, ClassVar, Protocol, TypeAlias

from emulator.contract import CALLS

from .choosing import pick
from .control import Seat
from .judging import Answer, Verdict, verdict
from .mix import Habits

Json: TypeAlias = dict[str, Any]
Judge: TypeAlias = Callable[[Answer], Verdict]

# Who goes from one seat to the next stays for so many steps.
VISIT_STEPS = 8


@dataclass(frozen=True, slots=True)
class Call:
    """A request, under the name that the contract gives it. Without a token it is the control plane's."""

    name: str
    path: str
    method: str = "GET"
    body: Json | None = None
    file: tuple[str, bytes] | None = None
    token: str = ""


class Line(Protocol):
    """Carries calls to the emulator and notes what `judge` says of the answers."""

    def send(self, call: Call, judge: Judge) -> Answer: ...


class Person(ABC):
    """Somebody at a seat. Who does not stay goes on to the next one after some steps."""

    role: ClassVar[str]
    stays: ClassVar[bool] = False

    def __init__(self, line: Line, habits: Habits, seats: Iterator[Seat], rng: Random) -> None:
        self.line, self.habits, self.rng = line, habits, rng
        self._seats = seats
        self._steps = 0
        self.sit(next(seats))

    def sit(self, seat: Seat) -> None:
        """Begin at a seat, knowing nothing of it."""
        self.seat = seat

    def step(self) -> None:
        """Do one thing: look, or act where something can be done."""
        if self._steps == VISIT_STEPS and not self.stays:
            self._steps = 0
            self.sit(next(self._seats))
        self._steps += 1
        if self.rng.random() < self.habits.looks or not self.act():
            self.look()

    def look(self) -> None:
        """Look at something that the habits name and that is known."""
        ids = self.ids()
        calls = (name for name in self.habits.reads if self.may_look(name))
        paths = {name: path for name in calls if (path := _filled(CALLS[name].path, ids)) is not None}
        name = pick(list(paths), [self.habits.reads[name] for name in paths], self.rng)
        if name is not None:
            self.take(name, self.get(name, paths[name] + self.query(name)))

    def get(self, name: str, path: str) -> Answer:
        return self.line.send(Call(name, path, token=self.seat.token), lambda answer: verdict(name, answer, changed=False))

    def ids(self) -> dict[str, str]:
        """What can be named in a path."""
        return {"sandbox": self.seat.sandbox}

    def may_look(self, _: str) -> bool:
        """Whether this look makes sense now."""
        return True

    def query(self, _: str) -> str:
        """What is asked for besides the path of a look."""
        return ""

    @abstractmethod
    def act(self) -> bool:
        """Do something; False where nothing can be done."""

    @abstractmethod
    def take(self, name: str, answer: Answer) -> None:
        """Keep in mind what a look has shown."""


def _filled(path: str, ids: Mapping[str, str]) -> str | None:
    """A path of the contract with its ids, or None where one is not known."""
    try:
        return path.format_map(ids)
    except KeyError:
        return None


def time_of(answer: Answer) -> datetime | None:
    """The sandbox's time when it answered."""
    return parsedate_to_datetime(answer.date) if answer.date else None
