"""Who moves parcels and time: the carrier and the time traveller. Both speak through the control plane and have no account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any, TypeAlias
from urllib.parse import urlencode

from .choosing import pick
from .control import Seat
from .judging import GOOD, Answer, Verdict, verdict
from .mix import TRAVELLER, Habits
from .people import Call, Line, Person, time_of

Json: TypeAlias = dict[str, Any]

# What the carrier hears of in a timeline, and which parcel it is about.
POSTED: Mapping[str, str] = {"ship": "order", "ship_return": "return", "send_replacement": "replacement"}
PAGE = 200
# What was posted earlier than so many days before the carrier first came has been delivered, or is lost.
FIRST_LOOK_DAYS = 10
LEAP_HOURS = 24.0


@dataclass(slots=True)
class Round:
    """What a carrier knows of one sandbox: the parcels on their way, by order and kind, each with the event that told of it.

    `since` is the instant of the last event he has heard of, whose like may still come; `heard` are those of that instant.
    """

    since: str = ""
    parcels: dict[tuple[str, str], Json] = field(default_factory=dict)
    heard: list[Json] = field(default_factory=list)

    def hear(self, events: list[Json]) -> None:
        """Take in a page of the timeline."""
        for event in events:
            if event["at"] != self.since:
                self.since, self.heard = event["at"], []
            if event in self.heard:
                continue
            self.heard.append(event)
            if event["action"] in POSTED:
                self.parcels[event["order"], POSTED[event["action"]]] = event
            elif event["action"] == "deliver":
                self.parcels.pop((event["order"], event["details"].get("parcel", "order")), None)


class Carrier(Person):
    """Delivers what has been posted, in no order."""

    role = "carrier"

    def __init__(self, line: Line, habits: Habits, seats: Iterator[Seat], rng: Random) -> None:
        self._rounds: dict[str, Round] = {}
        super().__init__(line, habits, seats, rng)

    def sit(self, seat: Seat) -> None:
        super().sit(seat)
        self.round = self._rounds.setdefault(seat.sandbox, Round())
        self._cursor = ""

    def query(self, name: str) -> str:
        if name != "timeline":
            return ""
        if not self.round.since:
            now = time_of(self.get("clock", f"/_emulator/sandboxes/{self.seat.sandbox}/clock"))
            self.round.since = "" if now is None else f"{now - timedelta(days=FIRST_LOOK_DAYS):%Y-%m-%dT%H:%M:%SZ}"
        asked = {"limit": PAGE, "since": self.round.since, "cursor": self._cursor}
        return "?" + urlencode({name: value for name, value in asked.items() if value})

    def take(self, name: str, answer: Answer) -> None:
        if name == "timeline" and answer.ok:
            self.round.hear(answer.body["data"])
            self._cursor = answer.body["next_cursor"] or ""

    def act(self) -> bool:
        if not self.round.parcels:
            return False
        order, kind = self.rng.choice(list(self.round.parcels))
        posted = self.round.parcels.pop((order, kind))
        sandbox = f"/_emulator/sandboxes/{self.seat.sandbox}"

        def judge(answer: Answer) -> Verdict:
            if answer.ok:
                return GOOD
            told = self.get("timeline", f"{sandbox}/timeline?order={order}&limit={PAGE}")
            return verdict("deliver", answer, changed=told.ok and told.body["data"][-1] != posted)

        self.line.send(Call("deliver", f"{sandbox}/orders/{order}/deliver", "POST", {"parcel": kind}), judge)
        return True


class TimeTraveller(Person):
    """Moves the clocks of sandboxes: by some hours, or to the next timer. `leap_hours` is the furthest he goes at once."""

    role = TRAVELLER
    leap_hours = LEAP_HOURS

    def sit(self, seat: Seat) -> None:
        super().sit(seat)
        self._ahead: list[Json] = []

    def query(self, name: str) -> str:
        return "?limit=20" if name in ("forecast", "timeline", "sandbox_mailbox") else ""

    def take(self, name: str, answer: Answer) -> None:
        if name == "forecast" and answer.ok:
            self._ahead = answer.body["data"]

    def act(self) -> bool:
        ways = [way for way in self.habits.acts if way != "advance_to_next" or self._ahead]
        way = pick(ways, [self.habits.acts[way] for way in ways], self.rng)
        if way is None:
            return False
        seconds = int(self.rng.uniform(0, self.leap_hours) * 3600)
        body: Json = {"to_next": True} if way == "advance_to_next" else {"by": f"PT{seconds + 1}S"}
        sandbox = f"/_emulator/sandboxes/{self.seat.sandbox}"

        def judge(answer: Answer) -> Verdict:
            if answer.ok:
                return GOOD
            # A timer was seen ahead; there may be none any more.
            ahead = self.get("forecast", f"{sandbox}/forecast{self.query('forecast')}")
            return verdict("advance", answer, changed=ahead.ok and not ahead.body["data"])

        self.line.send(Call("advance", f"{sandbox}/clock/advance", "POST", body), judge)
        return True
