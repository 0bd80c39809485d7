"""Says of a sandbox's timeline what must have happened in it, in which order and how fast, and what must not have.

    verify(timeline, sequence=["open_dispute", "seller:refuse", "ESC-2 -> mediating"], never=["seller:accept"], within="P15D")

The events of `sequence` have to come in this order, within one order of the marketplace; others may lie between. Of `never` there may be
none. `within` is the most time that may pass from the first event of the sequence to the last.

An **expectation** is a text, a mapping, or a function.

* A text says who did what, and to which status it led; all but one part may be left out:

      open_dispute                an action, or a timer by its name: escalate_by_time
      seller:refuse               by whom: buyer, seller, mediator, system (the timers), carrier
      ESC-2                       by which rule
      -> mediating                whatever led to this status of the order, the dispute, the claim or the goods going back
      -> claim.waiting_for_buyer  the same, where a status has the name of another
      seller:refuse -> waiting_for_buyer

* A mapping names members of the event and what they are: `{"by": "system", "to.dispute": "mediating"}`. Dots lead inwards, a number into a
  list: `{"money.0.amount.currency": "USD"}`. A value may be a mapping of some members, or a function of what is there:
  `{"details.days": lambda days: days > 5}`.
* A function gets the event as it stands in the timeline.

A sequence whose mappings name several orders or disputes is looked for across those orders, each event where it is said to be.

What fails raises AssertionError and shows what came nearest. A name that nothing bears is never taken for one that did not occur: it raises
ValueError.
"""

from __future__ import annotations

import difflib
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, TypeAlias, get_args

from .values import Id, as_json, id_of
from .words import ActionName, Actor, AnyOrderStatus, ClaimStatus, DisputeStatus, ReturnStage

Expectation: TypeAlias = str | Mapping[str, Any] | Callable[[Any], object]

# What can stand in a timeline; tests compare it with the emulator's table.
ACTORS = frozenset(get_args(Actor))
TRACELESS = frozenset({"view_solution", "decline_solution"})
ACTIONS = frozenset(get_args(ActionName)) - TRACELESS
TIMERS = frozenset(
    "processing_time_ends protection_ends protection_ends_in_negotiation escalate_by_time buyer_silent buyer_silent_in_appeal "
    "seller_silent seller_silent_in_contest seller_silent_goods_go_back seller_silent_in_appeal refund_arrives "
    "part_of_refund_arrives refund_arrives_during_appeal return_not_sent delivered_return_not_confirmed sent_return_not_confirmed "
    "replacement_not_sent replacement_counts_as_confirmed".split()
)
RULES = frozenset(
    "ORD-1 ORD-2 ORD-3 ORD-4 ORD-5 ORD-6 ORD-7 ORD-8 ORD-9 ORD-10 OPEN-8 EDIT-3 EDIT-4 SELL-2 SELL-4 ACC-1 ACC-2 CAN-3 CAN-4 "
    "ESC-2 ESC-3 CLM-2 CLM-4 CLM-6 CLM-7 CLM-8 CLM-9 CLM-10 PAY-1 RET-1 RET-2 RET-3 RET-4 RET-5 REC-3 STO-4".split()
)
DETAILS = frozenset(
    "amount carrier comment compensation days delivery_days evidence evidence_required explanation in_favor_of item message parcel "
    "question reason remedy return_required solution stars store text to total tracking_number".split()
)
STATUSES: Mapping[str, frozenset[str]] = {
    "order": frozenset(get_args(AnyOrderStatus)) - {"new"},
    "dispute": frozenset(get_args(DisputeStatus)),
    "claim": frozenset(get_args(ClaimStatus)),
    "return": frozenset(get_args(ReturnStage)),
}
FIELDS = ("at", "order", "dispute", "by", "action", "rule", "says", "from", "to", "money", "details")

_TEXT = re.compile(r"(?:(?:(?P<by>[^:>\s]+):)?(?P<what>[^:>\s]+))?\s*(?:->\s*(?:(?P<part>[^.>\s]+)\.)?(?P<status>[^.>\s]+))?")
_RULE_ID = re.compile(r"[A-Z]+-[0-9]+")
_DURATION = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.ASCII)
_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))
_IDS = (("order",), ("dispute",))
_MISSING = object()

MOST_LINES, MOST_BETWEEN, MOST_BEFORE, MOST_TOLD = 40, 6, 2, 5


def verify(
    timeline: Iterable[Any],
    *,
    sequence: Sequence[Expectation] = (),
    never: Sequence[Expectation] = (),
    within: timedelta | str | None = None,
    order: Id | None = None,
) -> None:
    """Raise AssertionError unless the sequence happened within one order, none of `never` did, and it took no longer than `within`.

    `timeline` has the entries of a sandbox's timeline, as JSON or as objects. `order` looks at one order alone. Raises ValueError for a
    name that nothing bears and for a duration that is none, TypeError for what is no expectation.
    """
    __tracebackhide__ = True
    events = [_read(entry) for entry in timeline]
    if order is not None:
        events = _narrowed(events, id_of(order))
    known = _Known(events)
    wanted, unwanted = (_expectations(name, given, known) for name, given in (("sequence", sequence), ("never", never)))
    if not wanted and not unwanted:
        raise ValueError("There is nothing to verify: give a sequence, or what must never happen.")
    if within is not None and not wanted:
        raise ValueError("`within` measures a sequence, and there is none.")
    span = None if within is None else _duration(within)
    if wanted and (fault := _fault_of_sequence(events, wanted, span)):
        raise AssertionError(fault)
    if fault := _fault_of_never(events, unwanted):
        raise AssertionError(fault)


# ── events ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Event:
    """An entry of a timeline: as it was given, as JSON has it, and its instant."""

    given: Any
    told: Mapping[str, Any]
    at: datetime

    @property
    def order(self) -> str:
        return str(self.told["order"])

    @property
    def entered(self) -> Mapping[str, str]:
        """The statuses that were not there before, by the part of the order that has them."""
        before, after = self.told["from"], self.told["to"]
        return {part: after[part] for part in STATUSES if after.get(part) is not None and after[part] != before.get(part)}


def _read(entry: Any) -> _Event:
    told = _plain(entry)
    missing = [field for field in FIELDS if field not in told]
    if missing:
        raise TypeError(f"This is no entry of a timeline, for it has no `{missing[0]}`: {entry!r}")
    at = datetime.fromisoformat(told["at"])
    return _Event(entry, told, at.replace(tzinfo=UTC) if at.tzinfo is None else at)


def _plain(value: Any) -> Any:
    """A value as JSON has it; an object by its attributes, whose last underscore is Python's. A function stays what it is."""
    if isinstance(value, str):
        return str(value)
    if callable(value):
        return value
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, datetime | timedelta) or is_dataclass(value) or not hasattr(value, "__dict__"):
        return as_json(value)
    return {name.rstrip("_"): _plain(each) for name, each in vars(value).items()}


def _narrowed(events: Sequence[_Event], order: str) -> list[_Event]:
    found = [event for event in events if event.order == order]
    if not found:
        raise ValueError(f"The timeline has nothing of the order {order}; it has {_listed(_orders(events)) or 'nothing at all'}.")
    return found


def _orders(events: Iterable[_Event]) -> list[str]:
    return list(dict.fromkeys(event.order for event in events))


# ── expectations ───────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Is:
    """A member of the event, by its path, has this value."""

    path: tuple[str, ...]
    wanted: Any

    def holds(self, event: _Event) -> bool:
        return _equal(_member(event.told, self.path), self.wanted)

    def miss(self, event: _Event) -> str:
        """What was there instead."""
        found = _member(event.told, self.path)
        name = ".".join(self.path)
        if found is _MISSING:
            return f"there was no {name}"
        said = "not as wanted" if callable(self.wanted) else f"not {_short(self.wanted)}"
        return f"{name} was {_short(found)}, {said}"


@dataclass(frozen=True, slots=True)
class _Enters:
    """The event led to a status, of this part of the order or of any."""

    status: str
    part: str | None

    def holds(self, event: _Event) -> bool:
        entered = event.entered
        return entered.get(self.part) == self.status if self.part else self.status in entered.values()

    def miss(self, event: _Event) -> str:
        """Where it led instead."""
        return f"it led to {' and '.join(event.entered.values()) or 'no other status'}, not to {self.status}"


@dataclass(frozen=True, slots=True)
class _Expected:
    """An expectation, made out: what it is called, and its conditions or its function. `orders` are those it names."""

    label: str
    conditions: tuple[_Is | _Enters, ...] = ()
    function: Callable[[Any], object] | None = None
    orders: tuple[str, ...] = ()

    def matches(self, event: _Event) -> bool:
        if self.function is not None:
            return bool(self.function(event.given))
        return all(condition.holds(event) for condition in self.conditions)

    def nearness(self, event: _Event) -> int:
        """How many conditions hold."""
        return sum(condition.holds(event) for condition in self.conditions)

    def resembles(self, event: _Event) -> bool:
        """Whether more of it holds than who did it."""
        return any(condition.holds(event) for condition in self.conditions if condition != _Is(("by",), event.told["by"]))

    def misses(self, event: _Event) -> str:
        """Which conditions do not hold, and why."""
        return "; ".join(condition.miss(event) for condition in self.conditions if not condition.holds(event))


class _Known:
    """Every name that can stand in a timeline, and those that stand in this one, which may be newer than this client."""

    def __init__(self, events: Sequence[_Event]) -> None:
        told = [event.told for event in events]
        self.actors = ACTORS | {one["by"] for one in told}
        self.names = ACTIONS | TIMERS | {one["action"] for one in told}
        self.rules = RULES | {one["rule"] for one in told}
        self.details = DETAILS | {name for one in told for name in one["details"]}
        self.orders = {one["order"] for one in told}
        self.disputes = {one["dispute"]: one["order"] for one in told if one["dispute"]}
        seen = {part: {one[side].get(part) for one in told for side in ("from", "to")} - {None} for part in STATUSES}
        self.statuses = {part: words | seen[part] for part, words in STATUSES.items()}

    def text(self, text: str) -> _Expected:
        """An expectation from its text; raises ValueError."""
        match = _TEXT.fullmatch(text.strip())
        if match is None or not text.strip():
            raise ValueError(f'"{text}" is no expectation. Write an action, actor:action, a rule, or -> and a status.')
        conditions: list[_Is | _Enters] = []
        by, what, part, status = match["by"], match["what"], match["part"], match["status"]
        if by is not None:
            conditions.append(_Is(("by",), self.checked("actor", by, self.actors)))
        if what is not None:
            conditions.append(self._what(what))
        if status is not None:
            if part is not None:
                self.checked("part of an order that has a status", part, STATUSES)
            words = self.statuses[part] if part else frozenset().union(*self.statuses.values())
            conditions.append(_Enters(self.checked("status", status, words), part))
        return _Expected(f'"{text.strip()}"', tuple(conditions))

    def mapping(self, members: Mapping[str, Any]) -> _Expected:
        """An expectation from its members; raises ValueError."""
        if not members:
            raise ValueError("An expectation without members is met by anything.")
        conditions = []
        for name, value in members.items():
            path = tuple(part.rstrip("_") for part in str(name).split("."))
            wanted = id_of(value) if path in _IDS and hasattr(value, "id") else _plain(value)
            self._check_member(path, wanted)
            conditions.append(_Is(path, wanted))
        orders = [c.wanted for c in conditions if c.path == ("order",) and isinstance(c.wanted, str)]
        orders += [self.disputes[c.wanted] for c in conditions if c.path == ("dispute",) and isinstance(c.wanted, str)]
        label = ", ".join(f"{'.'.join(c.path)}: {_short(c.wanted)}" for c in conditions)
        return _Expected(f"{{{label}}}", tuple(conditions), orders=tuple(dict.fromkeys(orders)))

    def checked(self, kind: str, name: str, known: Iterable[str]) -> str:
        """A name that something bears; raises ValueError for any other, with those that come near."""
        if name in known:
            return name
        near = difflib.get_close_matches(name, sorted(known), n=3)
        hint = (
            f"Did you mean {' or '.join(near)}?"
            if near
            else f"There {'is' if len(set(known)) == 1 else 'are'} {_listed(sorted(known), 12)}."
        )
        raise ValueError(f'"{name}" is no {kind}. {hint}')

    def _what(self, what: str) -> _Is:
        if _RULE_ID.fullmatch(what):
            return _Is(("rule",), self._rule(what))
        return _Is(("action",), self._name(what))

    def _rule(self, rule: str) -> str:
        return self.checked("rule by which anything happens", rule, self.rules)

    def _name(self, name: str) -> str:
        if name in TRACELESS and name not in self.names:
            raise ValueError(f'"{name}" leaves no trace (CLM-6), so no timeline ever has it, whether it happened or not.')
        if name in self.actors:
            raise ValueError(f'"{name}" is no action. Write {name}:action, or {{"by": "{name}"}} for anything that the {name} did.')
        if name not in self.names and any(name in words for words in self.statuses.values()):
            raise ValueError(f'"{name}" is no action. Write "-> {name}" for whatever led to that status.')
        return self.checked("action or timer", name, self.names)

    def _check_member(self, path: tuple[str, ...], wanted: Any) -> None:
        """Raise ValueError where no event has such a member, or no member such a value."""
        first, *inner = path
        self.checked("member of an event", first, FIELDS)
        if isinstance(wanted, Mapping):
            for name, each in wanted.items():
                self._check_member((*path, str(name)), each)
            return
        match first, inner:
            case "by", []:
                self._check_value(wanted, lambda by: self.checked("actor", by, self.actors))
            case "action", []:
                self._check_value(wanted, self._name)
            case "rule", []:
                self._check_value(wanted, self._rule)
            case "order", []:
                self._check_value(wanted, lambda order: self.checked("order in this timeline", order, self.orders))
            case "dispute", []:
                self._check_value(wanted, lambda dispute: self.checked("dispute in this timeline", dispute, self.disputes))
            case (("from" | "to"), [part]):
                self.checked("part of an order that has a status", part, STATUSES)
                words = self.statuses[part] | {"new"} if part == "order" else self.statuses[part]
                self._check_value(wanted, lambda status: self.checked(f"status of {part}", status, words))
            case "details", [name, *_]:
                self.checked("detail of an event", name, self.details)
            case "money", [_, *members]:
                for name in members:
                    self.checked("member of money", name, ("from", "to", "amount", "currency"))
            case _, [_, *_]:
                raise ValueError(f"The member {first} of an event has nothing in it, so no {'.'.join(path)}.")

    @staticmethod
    def _check_value(wanted: Any, check: Callable[[str], str]) -> None:
        if isinstance(wanted, str):
            check(wanted)
        elif wanted is not None and not callable(wanted):
            raise ValueError(f"{_short(wanted)} is no text.")


def _expectations(name: str, given: Sequence[Expectation], known: _Known) -> list[_Expected]:
    if isinstance(given, str | Mapping) or callable(given):
        raise TypeError(f"`{name}` is a list of expectations, and not one: write [{_short(given)}].")
    return [_expectation(one, known) for one in given]


def _expectation(given: Expectation, known: _Known) -> _Expected:
    if isinstance(given, str):
        return known.text(given)
    if isinstance(given, Mapping):
        return known.mapping(given)
    if callable(given):
        return _Expected(f"<{getattr(given, '__name__', type(given).__name__)}>", function=given)
    raise TypeError(f"An expectation is a text, a mapping or a function, and not {given!r}.")


def _member(value: Any, path: Sequence[str]) -> Any:
    for name in path:
        if isinstance(value, Mapping) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return _MISSING
    return value


def _equal(found: Any, wanted: Any) -> bool:
    """Whether a value is what is wanted; of a mapping only the members that are wanted are compared."""
    if found is _MISSING:
        return False
    if callable(wanted):
        return bool(wanted(found))
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        return all(_equal(_member(found, (str(name),)), each) for name, each in wanted.items())
    return bool(found == wanted)


# ── searching ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _fields_of_search(events: Sequence[_Event], wanted: Sequence[_Expected]) -> list[list[_Event]]:
    """Where the sequence may be: in each order by itself, or across all that it names."""
    named = {order for one in wanted for order in one.orders}
    if len(named) > 1:
        return [[event for event in events if event.order in named]]
    orders = list(named) or _orders(events)
    return [[event for event in events if event.order == order] for order in orders]


def _shortest(events: Sequence[_Event], wanted: Sequence[_Expected]) -> list[int] | None:
    """The places of events that are the sequence, so that the least time passes from first to last; None where there are none.

    From a given first event on, to take for each next one the earliest that fits ends soonest. So it is enough to try every first event.
    """
    fits = [[place for place, event in enumerate(events) if one.matches(event)] for one in wanted]
    best: list[int] | None = None
    for first in fits[0]:
        places = _soonest(fits, first)
        if places is None:
            break
        if best is None or _took(events, places) < _took(events, best):
            best = places
    return best


def _soonest(fits: Sequence[Sequence[int]], first: int) -> list[int] | None:
    places = [first]
    for candidates in fits[1:]:
        after = bisect_right(candidates, places[-1])
        if after == len(candidates):
            return None
        places.append(candidates[after])
    return places


def _took(events: Sequence[_Event], places: Sequence[int]) -> timedelta:
    return events[places[-1]].at - events[places[0]].at


def _aligned(events: Sequence[_Event], wanted: Sequence[_Expected]) -> list[int | None]:
    """Which event stands for each expectation: as many from the beginning as there can be, then as many of the others as there can be."""
    fits = [[one.matches(event) for event in events] for one in wanted]
    found: list[int | None] = []
    start = 0
    for row in fits:
        place = next((at for at in range(start, len(events)) if row[at]), None)
        if place is None:
            break
        found.append(place)
        start = place + 1
    if len(found) < len(wanted):
        found += [None, *_most(fits[len(found) + 1 :], start, len(events))]
    return found


def _most(fits: Sequence[Sequence[bool]], start: int, end: int) -> list[int | None]:
    """As many expectations as can be had in this order from the events of these places, the earliest where there is a choice."""
    count = [[0] * (end + 1) for _ in range(len(fits) + 1)]
    for row in range(len(fits) - 1, -1, -1):
        for at in range(end - 1, start - 1, -1):
            count[row][at] = max(count[row + 1][at], count[row][at + 1], (1 + count[row + 1][at + 1]) if fits[row][at] else 0)
    found: list[int | None] = []
    at = start
    for row in range(len(fits)):
        best = count[row][at] if at <= end else 0
        place = next((p for p in range(at, end) if fits[row][p] and 1 + count[row + 1][p + 1] == best), None) if best else None
        found.append(place)
        at = at if place is None else place + 1
    return found


# ── faults ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _fault_of_sequence(events: Sequence[_Event], wanted: Sequence[_Expected], within: timedelta | None) -> str | None:
    """What is wrong with the sequence, or None."""
    fields = _fields_of_search(events, wanted)
    found = [(field, places) for field in fields if (places := _shortest(field, wanted)) is not None]
    if not found:
        return _not_there(fields, wanted)
    field, places = min(found, key=lambda entry: _took(*entry))
    if within is None or _took(field, places) <= within:
        return None
    return _too_slow(field, places, wanted, within)


def _fault_of_never(events: Sequence[_Event], unwanted: Sequence[_Expected]) -> str | None:
    """What happened that must not, or None."""
    offences = [(place, one) for one in unwanted for place, event in enumerate(events) if one.matches(event)]
    if not offences:
        return None
    place, first = min(offences, key=lambda offence: offence[0])
    times = sum(one is first for _, one in offences)
    order = events[place].order
    lines = [f"What must never happen did: {first.label} in {order}{'' if times == 1 else f', and {times - 1} more'}.", ""]
    near = [at for at, event in enumerate(events) if event.order == order and at <= place][-MOST_BEFORE - 1 :]
    near += [at for at, event in enumerate(events) if event.order == order and at > place][:1]
    shown = _shown([events[at] for at in near])
    lines += [f"{'! ' if at == place else '  '}{text}" for at, text in zip(near, shown, strict=True)]
    others = [one for one in unwanted if one is not first and any(other is one for _, other in offences)]
    lines += ["", *(f"Nor must {one.label}, and it did, too." for one in others[:MOST_TOLD])] if others else []
    return "\n".join(lines)


def _too_slow(events: Sequence[_Event], places: Sequence[int], wanted: Sequence[_Expected], within: timedelta) -> str:
    """What took so long; no other way through the timeline takes less."""
    took = _took(events, places)
    over = f"{_spoken(took - within)} more than the {_spoken(within)} allowed"
    told = [events[place] for place in places]
    waits = ["", *(_later(later.at - earlier.at) for earlier, later in pairwise(told))]
    lines = [f"✓ {text}  {wait}" for text, wait in zip(_even(_shown(told)), waits, strict=True)]
    head = f"The sequence of {len(wanted)} took {_spoken(took)} at least in {told[0].order}, {over}."
    return "\n".join([head, "", *_cut(lines)])


def _not_there(fields: Sequence[Sequence[_Event]], wanted: Sequence[_Expected]) -> str:
    """The nearest miss, as a diff."""
    aligned = [(field, _aligned(field, wanted)) for field in fields if field]
    if not aligned:
        return f"The sequence did not happen: the timeline is empty. Expected {', '.join(one.label for one in wanted)}."

    def nearness(entry: tuple[Sequence[_Event], list[int | None]]) -> tuple[int, int, int]:
        field, places = entry
        first = places.index(None)
        return sum(place is not None for place in places), first, max((wanted[first].nearness(event) for event in field), default=0)

    field, places = max(aligned, key=nearness)
    matched = sum(place is not None for place in places)
    orders = _orders(field)
    where = f"in any of {len(fields)} orders. Nearest came {orders[0]}" if len(fields) > 1 else f"in {' and '.join(orders)}"
    head = f"The sequence did not happen {where}: {matched} of {len(wanted)} matched."
    notes = _notes(fields, field, places, wanted)
    room = MOST_LINES - 5 - len(notes)
    return "\n".join(
        [
            head,
            "",
            "✓ as expected   - expected   + what happened instead",
            *_cut(_diff(field, places, wanted), room),
            *(["", *notes] if notes else []),
        ]
    )


def _diff(events: Sequence[_Event], places: Sequence[int | None], wanted: Sequence[_Expected]) -> list[str]:
    """The sequence against what happened: matched events as they are, missing ones with what came in their stead."""
    shown = dict(enumerate(_shown(events)))
    lines: list[str] = []
    at, first = 0, places.index(None)
    for number, (place, one) in enumerate(zip(places, wanted, strict=True)):
        if place is None:
            here = "   ← here it first went otherwise" if number == first else ""
            lines.append(f"- {one.label}{here}")
            following = next((other for other in places[number + 1 :] if other is not None), len(events))
            if number + 1 == len(places) or places[number + 1] is not None:
                lines += _among([f"+ {shown[other]}" for other in range(at, following)]) or ["+ nothing"]
                at = following
        else:
            if place > at:
                lines += _skipped([shown[other] for other in range(at, place)], leading=not lines)
            lines.append(f"✓ {shown[place]}")
            at = place + 1
    return lines


def _among(lines: list[str]) -> list[str]:
    """Some lines, or their first and last where there are many."""
    if len(lines) <= MOST_BETWEEN:
        return lines
    half = MOST_BETWEEN // 2
    return [*lines[:half], f"  … {len(lines) - 2 * half} more …", *lines[-half:]]


def _skipped(lines: list[str], leading: bool) -> list[str]:
    """What lies before or between matched events: of what came before the first, the last few."""
    kept = lines[-MOST_BEFORE:] if leading else []
    left = len(lines) - len(kept)
    return [*([f"  … {left} more …"] if left else []), *(f"  {line}" for line in kept)]


def _notes(
    fields: Sequence[Sequence[_Event]], field: Sequence[_Event], places: Sequence[int | None], wanted: Sequence[_Expected]
) -> list[str]:
    """What may help with the first expectation that was not met."""
    first = places.index(None)
    one = wanted[first]
    if (before := next((event for event in field if one.matches(event)), None)) is not None:
        return [f"{one.label} did happen, but not after what was expected before it: {_line(before)}"]
    elsewhere = [_orders(other)[0] for other in fields if other is not field and any(one.matches(event) for event in other)]
    if elsewhere:
        return [f"{one.label} did happen in {_listed(elsewhere, 3)}, where less of the sequence did."]
    start = max((place for place in places[:first] if place is not None), default=-1) + 1
    near = max(field[start:], key=one.nearness, default=None)
    if near is not None and one.resembles(near):
        return [f"Nearest to {one.label} came {_line(near)}: {one.misses(near)}."]
    return []


# ── words ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _shown(events: Sequence[_Event]) -> list[str]:
    """Events as lines of a table: when, who, what, by which rule, and to which status it led."""
    seconds = any(event.at.second for event in events)
    columns = [
        [f"{event.at.astimezone(UTC):{'%Y-%m-%d %H:%M:%S' if seconds else '%Y-%m-%d %H:%M'}}" for event in events],
        [str(event.told["by"]) for event in events],
        [str(event.told["action"]) for event in events],
        [str(event.told["rule"]) for event in events],
    ]
    led = [f"→ {', '.join(dict.fromkeys(event.entered.values()))}" if event.entered else "" for event in events]
    if len({event.order for event in events}) > 1:
        columns.insert(1, [event.order for event in events])
    rows = zip(*(_even(column) for column in columns), led, strict=True)
    return ["  ".join(row).rstrip() for row in rows]


def _line(event: _Event) -> str:
    """An event within a sentence."""
    return " ".join(_shown([event])[0].split())


def _even(texts: Sequence[str]) -> list[str]:
    width = max((len(text) for text in texts), default=0)
    return [text.ljust(width) for text in texts]


def _cut(lines: list[str], most: int = MOST_LINES - 5) -> list[str]:
    """No more lines than are read: the first, where it went otherwise among them, and the last."""
    if len(lines) <= most:
        return [line.rstrip() for line in lines]
    kept = most - 1 - most // 4
    return [line.rstrip() for line in (*lines[:kept], f"  … {len(lines) - kept - most // 4} lines more …", *lines[-(most // 4) :])]


def _short(value: Any) -> str:
    """A value on little room."""
    if callable(value):
        return f"<{getattr(value, '__name__', type(value).__name__)}>"
    if isinstance(value, Mapping):
        text = f"{{{', '.join(f'{name}: {_short(each)}' for name, each in value.items())}}}"
    else:
        text = value if isinstance(value, str) else "null" if value is None else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _listed(names: Sequence[str], most: int = MOST_TOLD) -> str:
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def _duration(span: timedelta | str) -> timedelta:
    """A span from its text; raises ValueError."""
    if isinstance(span, str):
        match = _DURATION.fullmatch(span)
        if match is None or not any(match.groups()):
            raise ValueError(f'"{span}" is no ISO 8601 duration such as P15D or PT30M.')
        weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
        span = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    if not isinstance(span, timedelta):
        raise TypeError(f"`within` is a duration such as P15D or a timedelta, and not {span!r}.")
    if span < timedelta(0):
        raise ValueError("Nothing takes less than no time.")
    return span


def _spoken(span: timedelta) -> str:
    """A span as a person says it: 15 days, 1 hour and 30 seconds."""
    left = int(span.total_seconds())
    parts = []
    for unit, size in _UNITS:
        number, left = divmod(left, size)
        if number:
            parts.append(f"{number} {unit}{'s' * (number > 1)}")
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]])) or "no time"


def _later(span: timedelta) -> str:
    return f"{_spoken(span)} later" if span else "at once"
