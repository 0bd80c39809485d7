"""Leads orders through lives (scripts.py), with the engine, so that they stand where they shall at a given time.

Every life is **rehearsed** under a sandbox's settings before its first order leads it: as slowly as it goes, and with more and more haste
where the rules refuse that, where it ends elsewhere, or where it takes longer than the oldest order may be old. What no haste makes
possible is left out. A rehearsal tells how long a life takes and how long an order then stands at its end, so nearly every order is played
once only: its waits are drawn, which says how old it has to be to stand there now, and it is played from its first day to this one.

Everything here is in memory. The same settings, `oldest` and chance give the same lives.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple, TypeAlias

from ..domain.case import Surroundings
from ..domain.engine import Engine, Step
from ..domain.order import Dispute, Order, changed
from ..domain.refusals import Refused
from ..domain.rulesets import Settings
from ..domain.stores import Complaint, complaint_of
from ..domain.words import Actor, OrderStatus, Position
from .scripts import BEFORE, LIVES, TIME, Beat, Hand, Life

Chance: TypeAlias = Callable[[], float]

DAY = 24 * 60 * 60

# How slowly a life may go where it cannot as written: its longest waits times one of these, or at once.
HASTE = (0.7, 0.5, 0.35, 0.25, 0.15, 0.08, 0.04, 0.02, 0.01, 0.002)
# Rehearsals begin on days of the week between which business days differ most.
REHEARSALS = (datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 4, tzinfo=UTC))
# After so many lives that led elsewhere, or were played anew so often, an order takes what there is.
MAX_DRAWS = 12
MAX_PLAYS = 3
# A draw that hits nothing possible so often looks through all.
MAX_PICKS = 40

# The only messages that anybody reports are the seller's, and no evidence is attached.
AROUND = Surroundings(message_by=Actor.SELLER)


class Astray(Exception):
    """A life went otherwise than written: a timer came between, or did not come."""


class Pace(NamedTuple):
    """What rehearsals have shown of a life.

    `waits` are the longest before each beat, for a timer those since the action it counts from; `takes` is the whole and `stands` the time
    at its end before a timer moves the order on, or None. `spread` is by how much timers vary. All in seconds.
    """

    haste: float
    waits: tuple[int, ...]
    takes: int
    stands: int | None
    spread: int


class Plan(NamedTuple):
    """How an order shall go through its life: the wait before each beat, None for one left out.

    When all is done, how long it surely stands then (None: for good), and when it is disputed. All in seconds.
    """

    waits: list[int | None]
    takes: int
    stands: int | None
    disputed: int


@dataclass(slots=True)
class Played:
    """What an order has gone through: its steps, when each beat came, and the disputes that later ones have replaced."""

    steps: list[Step] = field(default_factory=list)
    times: list[datetime] = field(default_factory=list)
    past: list[tuple[Order, Dispute]] = field(default_factory=list)

    @property
    def order(self) -> Order:
        return self.steps[-1].order

    @property
    def position(self) -> Position:
        return position_of(self.order)

    def disputes(self) -> list[Dispute]:
        """Every dispute there ever was about the order."""
        latest = self.order.dispute
        return [dispute for _, dispute in self.past] + ([] if latest is None else [latest])


def position_of(order: Order) -> Position:
    """Where an order stands."""
    disputed = order.dispute is not None and order.status is OrderStatus.IN_DISPUTE
    return Position(order.dispute.status if disputed and order.dispute is not None else order.status)


class Patience:
    """How many disputes about its goods a store can still bear, by their dates, in seconds (STO-2).

    Orders that are made up shall close no store, nor bring it to where the next dispute does: they use half of what it bears.
    """

    def __init__(self, settings: Settings, dates: Iterable[int]) -> None:
        self._most = (settings.store_close_count - 1) // 2
        self._within = settings.store_close_days * DAY
        self._dates = sorted(dates)

    def bears(self, at: int) -> bool:
        """Whether one more at that time keeps every such stretch of days within bounds."""
        first, last = bisect_right(self._dates, at - self._within), bisect_left(self._dates, at + self._within)
        if last - first < self._most:
            return True
        near = self._dates[first:last]
        insort(near, at)
        return all(later - earlier >= self._within for earlier, later in zip(near, near[self._most :], strict=False))

    def note(self, at: int) -> None:
        insort(self._dates, at)


class Company:
    """Leads orders to any position, under some settings, none of them older than `oldest` seconds."""

    def __init__(self, settings: Settings, oldest: int) -> None:
        self._oldest = oldest
        self._rehearsing = Engine(settings, "rehearsal")
        self._paces: dict[Life, Pace | None] = {}
        self._lives = {position: [life for life in LIVES if life.ends is position] for position in Position}
        self._sums = {position: list(accumulate(life.weight for life in lives)) for position, lives in self._lives.items()}

    def live(self, engine: Engine, wanted: Position, order: Order, now: datetime, patience: Patience, chance: Chance) -> Played:
        """A new order's life up to `now`, at the wanted position or at the nearest that can be reached."""
        goods = True
        for position in _towards(wanted):
            for _ in range(MAX_DRAWS):
                life = self._pick(position, goods, chance)
                if life is None:
                    break
                plan = self.plan(life, chance)
                if life.goods and not patience.bears(int(now.timestamp()) - plan.takes + plan.disputed):
                    goods = False
                    continue
                played = self.lead(engine, life, plan, order, now, chance)
                if played is not None:
                    if _borne(played, engine.settings, now, patience):
                        return played
                    goods = False
        raise AssertionError("an order that was just paid can stand under any settings")

    def plan(self, life: Life, chance: Chance) -> Plan:
        """Draw which beats of a life come, and how long each takes. The life must be one that can be led here."""
        pace = self.pace(life)
        assert pace is not None, f"{life.name} cannot be led here"
        waits: list[int | None] = []
        clock = 0
        since: dict[str, int] = {}
        for beat, longest in zip(life.beats, pace.waits, strict=True):
            if beat.chance < 1 and chance() < 1 - beat.chance:
                waits.append(None)
                continue
            if beat.by is TIME:
                clock = max(clock, since.get(beat.since, clock) + longest)
                waits.append(longest)
            else:
                shortest = min(longest, int(max(beat.low * pace.haste, beat.least) * DAY))
                wait = shortest + int((longest - shortest) * chance())
                clock += wait
                waits.append(wait)
            since[beat.do] = clock
        stands = None if pace.stands is None else max(pace.stands - pace.spread, pace.stands // 8)
        return Plan(waits, clock, stands, since.get("open_dispute", clock))

    def lead(self, engine: Engine, life: Life, plan: Plan, order: Order, now: datetime, chance: Chance) -> Played | None:
        """Play a new order so that it stands at its life's end now; None if it comes to stand elsewhere.

        Where timers came otherwise than planned its age is mended, and it is played anew.
        """
        takes, stands = plan.takes, plan.stands
        for _ in range(MAX_PLAYS):
            if takes > self._oldest:
                return None
            age = takes + int(_shorter(self._oldest - takes, stands) * chance())
            start = now - timedelta(seconds=age)
            try:
                played = _play(engine, life, plan.waits, order, start, chance)
            except (Astray, Refused):
                return None
            done, upcoming = played.times[-1], engine.next_deadline(played.order)
            if done <= now and (upcoming is None or upcoming.at > now):
                return played if played.position is life.ends else None
            takes = _seconds(done - start)
            stands = None if upcoming is None else _seconds(upcoming.at - done) - 1
        return None

    def _pick(self, position: Position, goods: bool, chance: Chance) -> Life | None:
        """A life that leads there, drawn by weight; None where there is none."""
        lives, sums = self._lives[position], self._sums[position]
        for _ in range(MAX_PICKS):
            life = lives[min(bisect_right(sums, chance() * sums[-1]), len(lives) - 1)]
            if (goods or not life.goods) and self.pace(life) is not None:
                return life
        return next((life for life in lives if (goods or not life.goods) and self.pace(life) is not None), None)

    def pace(self, life: Life) -> Pace | None:
        """How fast to lead this life here, or None where it cannot be led."""
        if life not in self._paces:
            self._paces[life] = self._rehearsed(life)
        return self._paces[life]

    def _rehearsed(self, life: Life) -> Pace | None:
        slowest = self._rehearse(life, 1)
        if slowest is not None and slowest.takes <= self._oldest:
            return slowest
        fastest = self._rehearse(life, 0)
        if fastest is None or fastest.takes > self._oldest:
            return None
        enough = 1.0 if slowest is None else (self._oldest - fastest.takes) / (slowest.takes - fastest.takes)
        for haste in HASTE:
            if haste <= enough:
                pace = self._rehearse(life, haste)
                if pace is not None and pace.takes <= self._oldest:
                    return pace
        return fastest

    def _rehearse(self, life: Life, haste: float) -> Pace | None:
        """The life led at its slowest in this haste; None where that is refused or leads elsewhere."""
        engine = self._rehearsing
        waits: list[int | None] = [_slowest(beat, haste) for beat in life.beats]
        offsets: list[list[int]] = []
        takes, stands = 0, []
        for number, start in enumerate(REHEARSALS):
            order = Order(f"ord_{number}", "acc_buyer", "acc_seller", "sto_store", "A lamp", 1, 10_000, "USD")
            try:
                played = _play(engine, life, waits, order, start, _highest)
            except (Astray, Refused):
                return None
            if played.position is not life.ends:
                return None
            upcoming = engine.next_deadline(played.order)
            if upcoming is not None:
                stands.append(_seconds(upcoming.at - played.times[-1]) - 1)
            takes = max(takes, _seconds(played.times[-1] - start))
            offsets.append(_offsets(life, played.times))
        longest = [max(of_beat) for of_beat in zip(*offsets, strict=True)]
        spread = sum(max(of_beat) - min(of_beat) for of_beat in zip(*offsets, strict=True))
        return Pace(haste, tuple(longest), takes, min(stands, default=None), spread)


@lru_cache(maxsize=64)
def company(settings: Settings, oldest: int) -> Company:
    """What is learnt by rehearsing is kept for the next time."""
    return Company(settings, oldest)


# ── playing ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _play(engine: Engine, life: Life, waits: Sequence[int | None], order: Order, start: datetime, chance: Chance) -> Played:
    """Lead a new order through a life that begins at `start`; raises Refused, or Astray where a timer came between."""
    played = Played()
    hand = Hand(chance, order, {})
    at = start
    for place, (beat, wait) in enumerate(zip(life.beats, waits, strict=True)):
        if wait is None:
            continue
        upcoming = engine.next_deadline(order)
        if beat.by is TIME:
            if upcoming is None or upcoming.row.name != beat.do:
                raise Astray
            at = upcoming.at
            order, fired = engine.settle(order, at)
            played.steps += fired
            played.times.append(at)
            continue
        at += timedelta(seconds=wait)
        if upcoming is not None and upcoming.at <= at:
            raise Astray
        request = hand.request = {}
        hand.order, hand.until_next = order, _until_next(waits, place)
        for name, draw in beat.body:
            value = draw(hand)
            if value is not None:
                request[name] = value
        step = engine.perform(order, beat.do, beat.by, request, at, AROUND)
        _replace_dispute(played, order, step.order)
        order, hand.made = step.order, step.made or hand.made
        played.steps.append(step)
        played.times.append(at)
    return played


def _replace_dispute(played: Played, before: Order, after: Order) -> None:
    """A dispute in whose place another has come stays on record, closed for good."""
    if before.dispute is not None and after.dispute is not None and before.dispute.id != after.dispute.id:
        played.past.append((after, changed(before.dispute, superseded=True)))


def _until_next(waits: Sequence[int | None], place: int) -> int:
    """Whole days until the next beat that is not left out."""
    return next((wait for wait in waits[place + 1 :] if wait is not None), 0) // DAY


def _borne(played: Played, settings: Settings, now: datetime, patience: Patience) -> bool:
    """Whether the store bears what was disputed; if so it is noted."""
    dates = [
        date
        for dispute in played.disputes()
        if (complaint := complaint_of(dispute)) is not None
        and (date := counted(complaint, dispute.closed_at is not None, settings, now)) is not None
    ]
    if not all(map(patience.bears, dates)):
        return False
    for date in dates:
        patience.note(date)
    return True


def counted(complaint: Complaint, closed: bool, settings: Settings, now: datetime) -> int | None:
    """When a dispute about the goods counts against its store, in seconds, or None.

    Where marks are counted, what is still open may become one at any time. What was withdrawn later had counted until then.
    """
    marked_at = complaint.marked_at or (None if closed else now)
    date = marked_at if settings.store_close_counts == "marks" else complaint.opened_at
    return None if date is None else int(date.timestamp())


def _towards(position: Position) -> Iterable[Position]:
    """A position, the one before it, and so on."""
    found: Position | None = position
    while found is not None:
        yield found
        found = BEFORE.get(found)


def _slowest(beat: Beat, haste: float) -> int:
    return int(max(beat.high * haste, beat.least) * DAY)


def _offsets(life: Life, times: Sequence[datetime]) -> list[int]:
    """Seconds from each beat to the one before it; of a timer, to the action it counts from. No beat was left out."""
    found, before = [], times[0]
    since: dict[str, datetime] = {}
    for beat, at in zip(life.beats, times, strict=True):
        found.append(_seconds(at - (since.get(beat.since, before) if beat.by is TIME else before)))
        since[beat.do] = before = at
    return found


def _seconds(span: timedelta) -> int:
    return span.days * DAY + span.seconds


def _shorter(one: int, other: int | None) -> int:
    return one if other is None else min(one, other)


def _highest() -> float:
    """The highest of all chances: everything happens, and takes as long as it can."""
    return 1 - 2**-53
