"""The engine reads the table. It knows no action, status or rule by name.

    perform        carry out one action, or raise Refused and change nothing
    settle         fire every timer that is due, in order, each at its own instant
    allowed        what an actor may do now
    next_deadline  the next timer, if nobody acts
    forecast       all timers to come, if nobody acts
    check          the invariants of an order

Everything here is pure: an order goes in, a new one comes out, and `now` is always an argument.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from .case import NOWHERE, Case, Request, Surroundings
from .check import check
from .money import Money, format_amount
from .order import Order, Record, State, Transfer, changed
from .proof import prove
from .refusals import WRONG_ROLE, Refusal, Refused
from .rules import ACTIONS, BY_NAME, RULES, Remembered, Rule, To, targets
from .rulesets import Settings
from .words import Actor

__all__ = ["Allowed", "EndlessTimers", "Engine", "Step", "Table", "Upcoming", "check", "table_for"]

# What can be asked for, and by whom.
Key: TypeAlias = tuple[str, Actor]

# No chain of timers of one order is this long; more can only be a loop in the table.
MAX_FIRINGS = 100
# How many links of an endless chain are named.
CHAIN_SHOWN = 10


class EndlessTimers(AssertionError):
    """The timers of an order never come to an end: a loop in the table. `steps` are the last ones that fired."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self.steps = tuple(steps)
        chain = ", ".join(dict.fromkeys(f"{step.row.name} ({step.row.rule})" for step in steps))
        last = steps[-1]
        super().__init__(
            f"The timers of {last.order.id} never come to an end: {chain} fire again and again, last at {last.at:%Y-%m-%dT%H:%M:%SZ}."
        )


ROLES: Mapping[str, frozenset[Actor]] = {action.name: frozenset(row.by for row in RULES if row.action == action.name) for action in ACTIONS}
_GIVEN = tuple(sorted({name for row in RULES for name, _ in row.given}))


class Step(NamedTuple):
    """One row carried out: what it was, when, and what came of it."""

    row: Rule
    at: datetime
    actor: Actor
    before: State
    order: Order
    transfers: tuple[Transfer, ...]
    details: Mapping[str, Any]
    records: tuple[Record, ...]
    made: str | None
    weighs_store: bool
    leaves_trace: bool

    @property
    def changes_status(self) -> bool:
        """Whether a status of the order, its dispute or its claim has changed (REC-2)."""
        return self.before[:3] != self.order.state[:3]


class Allowed(NamedTuple):
    """An action that its actor may take now. `until` is when it ends if nobody acts, or None."""

    action: str
    rule: str
    until: datetime | None


class Upcoming(NamedTuple):
    """A timer that will fire at `at` if nobody acts before."""

    at: datetime
    row: Rule


class Pending(NamedTuple):
    """A running timer: when it fires, its row, what it puts an end to, and what it or those after it may put an end to."""

    at: datetime
    row: Rule
    lost: frozenset[Key]
    perhaps: frozenset[Key]


class Facts(NamedTuple):
    """A row, and of its guards and questions those that the facts decide before anything is sent."""

    row: Rule
    guards: tuple[tuple[Callable[[Case], str], frozenset[str]], ...]
    questions: tuple[Callable[[Case], bool], ...]


class Cell(NamedTuple):
    """All rows that start from one joint state; with each timer what it puts an end to, and what it or those after it may.

    `possible` has an actor's actions, each with its rows.
    """

    rows: Mapping[Key, tuple[Rule, ...]]
    possible: Mapping[Actor, tuple[tuple[Key, tuple[Facts, ...]], ...]]
    timers: tuple[tuple[Rule, frozenset[Key], frozenset[Key]], ...]


class Table:
    """The rows that hold under given settings, found by joint state."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self.rules = rules
        self._cells: dict[State, Cell] = {}
        self._rows: dict[State, tuple[Rule, ...]] = {}

    def rows(self, state: State) -> tuple[Rule, ...]:
        """The rows whose pattern takes this state, in the order of the table."""
        found = self._rows.get(state)
        if found is None:
            found = self._rows[state] = tuple(row for row in self.rules if row.at.fits(state))
        return found

    def cell(self, state: State) -> Cell:
        found = self._cells.get(state)
        if found is None:
            found = self._cells[state] = self._build(state)
        return found

    def _build(self, state: State) -> Cell:
        rows: dict[Key, tuple[Rule, ...]] = {}
        for row in self.rows(state):
            if row.action is not None:
                key = (row.action, row.by)
                rows[key] = (*rows.get(key, ()), row)
        timers = []
        for row in self.rows(state):
            if row.due is not None:
                leads_to = targets(row.to, state)
                lost = frozenset(self._asked(state).difference(*map(self._asked, leads_to)))
                perhaps = {key for after in self._after(leads_to) for key in self._asked(state) - self._asked(after)}
                timers.append((row, lost, frozenset(perhaps - lost)))
        possible: dict[Actor, tuple[tuple[Key, tuple[Facts, ...]], ...]] = {
            actor: tuple((key, tuple(map(_facts, found))) for key, found in rows.items() if key[1] is actor) for actor in Actor
        }
        return Cell(rows, possible, tuple(timers))

    def _timers(self, state: State) -> Iterator[Rule]:
        return (row for row in self.rows(state) if row.due is not None)

    def _asked(self, state: State) -> set[Key]:
        return {(row.action, row.by) for row in self.rows(state) if row.action is not None}

    def _after(self, states: tuple[State, ...]) -> list[State]:
        """These states and all that time alone can lead to from them."""
        found: dict[State, None] = {}
        queue = list(states)
        for reached in queue:
            if reached not in found:
                found[reached] = None
                queue.extend(target for row in self._timers(reached) for target in targets(row.to, reached))
        return list(found)


def table_for(settings: Settings) -> Table:
    """The table as these settings make it; built once for each set of values that rows ask for."""
    return _table(tuple(getattr(settings, name) for name in _GIVEN))


@lru_cache(maxsize=256)
def _table(values: tuple[Any, ...]) -> Table:
    given = dict(zip(_GIVEN, values, strict=True))

    def holds(name: str, wanted: Any) -> bool:
        return bool(wanted(given[name])) if callable(wanted) else given[name] == wanted

    rows = tuple(row for row in RULES if all(holds(*condition) for condition in row.given))
    prove(rows)
    return Table(rows)


class Engine:
    """The rules under one sandbox's settings and seed."""

    def __init__(self, settings: Settings, seed: str) -> None:
        self.settings = settings
        self.seed = seed
        self.table = table_for(settings)
        # One answer asks for the same order's next timer several times; orders never change, so the last one found still holds.
        self._last: tuple[Order, Pending | None] | None = None

    def perform(self, order: Order, action: str, actor: Actor, request: Request, now: datetime, around: Surroundings = NOWHERE) -> Step:
        """Carry out an action on a settled order; raises Refused, with nothing changed, where it may not be."""
        case = self._case(order, actor, request, now, around)
        row = self._choose(case, action)
        for question, refusal in row.needs:
            if not question.holds(case):
                raise self._refused(refusal, case)
        return self._carry_out(row, case)

    def settle(self, order: Order, now: datetime) -> tuple[Order, list[Step]]:
        """Fire every timer due at `now` or before, each at its own instant. Settling twice changes nothing."""
        steps: list[Step] = []
        for step in self._firings(order, now):
            steps.append(step)
            order = step.order
        return order, steps

    def allowed(self, order: Order, actor: Actor, now: datetime) -> list[Allowed]:
        """What this actor may do to the settled order now, in the order of the table."""
        cell = self.table.cell(order.state)
        case = self._case(order, actor, {}, now)
        possible: dict[Key, Rule] = {}
        for key, rows in cell.possible[actor]:
            for facts in rows:
                if _possible(facts, case):
                    possible[key] = facts.row
                    break
        ends = self._ends(order, set(possible))
        found = []
        for key, row in possible.items():
            until = ends.get(key)
            if row.until is not None and (end := row.until(order, self.settings)) is not None:
                until = end if until is None else min(until, end)
            found.append(Allowed(key[0], row.rule, until))
        return found

    def possible(self, order: Order, actor: Actor, now: datetime) -> list[Rule]:
        """The rows that some request of this actor's could carry out on the settled order now; one action may have several."""
        case = self._case(order, actor, {}, now)
        return [facts.row for _, rows in self.table.cell(order.state).possible[actor] for facts in rows if _possible(facts, case)]

    def next_deadline(self, order: Order) -> Upcoming | None:
        """The timer that fires next if nobody acts, or None."""
        first = self._first(order)
        return None if first is None else Upcoming(first.at, first.row)

    def forecast(self, order: Order) -> list[Step]:
        """Every timer that will fire if nobody acts, soonest first; changes nothing."""
        return list(self._firings(order, None))

    def _firings(self, order: Order, until: datetime | None) -> Iterator[Step]:
        last: deque[Step] = deque(maxlen=CHAIN_SHOWN)
        for _ in range(MAX_FIRINGS):
            upcoming = self.next_deadline(order)
            if upcoming is None or (until is not None and upcoming.at > until):
                return
            step = self._carry_out(upcoming.row, self._case(order, upcoming.row.by, {}, upcoming.at))
            order = step.order
            last.append(step)
            yield step
        raise EndlessTimers(tuple(last))

    def _ends(self, order: Order, keys: set[Key]) -> dict[Key, datetime]:
        """When time puts an end to each of these actions if nobody acts. Goes only as far as there is an end to be found."""
        ends: dict[Key, datetime] = {}
        for _ in range(MAX_FIRINGS):
            first = self._first(order)
            if first is None:
                break
            ends.update(dict.fromkeys(keys & first.lost, first.at))
            keys = keys & first.perhaps
            if not keys:
                break
            order = self._carry_out(first.row, self._case(order, first.row.by, {}, first.at)).order
            gone = keys.difference(self.table.cell(order.state).rows)
            ends.update(dict.fromkeys(gone, first.at))
            keys -= gone
        return ends

    def _first(self, order: Order) -> Pending | None:
        """The running timer that fires first: the earliest, and of those due together the first in the table (TIME-2)."""
        last = self._last
        if last is not None and last[0] is order:
            return last[1]
        first: Pending | None = None
        for row, lost, perhaps in self.table.cell(order.state).timers:
            assert row.due is not None
            due = row.due(order, self.settings)
            if due is None:
                continue
            at = due if order.entered_at is None else max(due, order.entered_at)
            if (first is None or at < first.at) and (not row.when or _picks(row, self._case(order, row.by, {}, at))):
                first = Pending(at, row, lost, perhaps)
        self._last = order, first
        return first

    def _choose(self, case: Case, action: str) -> Rule:
        spec, actor = BY_NAME[action], case.actor
        if actor not in ROLES[action]:
            raise self._refused(dict(spec.wrong_role).get(actor, WRONG_ROLE), case, rule=spec.rule)
        state = case.order.state
        rows = [row for row in self.table.cell(state).rows.get((action, actor), ()) if _picks(row, case)]
        if rows:
            assert len(rows) == 1, f"{[row.name for row in rows]} all fit {action} by {actor} at {state}"
            return rows[0]
        refusal = next(o.refusal for o in spec.otherwise if o.by in (None, actor) and o.at.fits(state))
        raise self._refused(refusal, case, late_since=self._late_since(case, action))

    def _late_since(self, case: Case, action: str) -> datetime | None:
        """When time took this action away: it could be asked for in the state that the last timer ended. None where it was not time."""
        before = case.order.timed_out_from
        return case.order.entered_at if before is not None and (action, case.actor) in self.table.cell(before).rows else None

    def _carry_out(self, row: Rule, case: Case) -> Step:
        before = case.order.state
        for effect in row.effects:
            effect(case)
        _enter(row.to, case, before, by_time=row.due is not None)
        faults = check(case.order, self.settings)
        assert not faults, f"{row.name} breaks {case.order.id}: {'; '.join(faults)}"
        return Step(
            row=row,
            at=case.now,
            actor=case.actor,
            before=before,
            order=case.order,
            transfers=tuple(case.transfers),
            details={name: _plain(value) for name, value in case.request.items() if name != "confirm"} | case.details,
            records=tuple(case.records),
            made=case.made,
            weighs_store=case.weighs_store,
            leaves_trace=row.leaves_trace and not case.repeated,
        )

    def _case(self, order: Order, actor: Actor, request: Request, now: datetime, around: Surroundings = NOWHERE) -> Case:
        return Case(order, self.settings, self.seed, now, actor, request, around)

    def _refused(self, refusal: Refusal, case: Case, rule: str | None = None, late_since: datetime | None = None) -> Refused:
        deadline = refusal.deadline(case.order, self.settings) if refusal.deadline else late_since
        return Refused(refusal, rule=refusal.rule or rule, deadline=deadline)


def _picks(row: Rule, case: Case) -> bool:
    return all(choice.pick(case) in answers for choice, answers in row.when)


def _facts(row: Rule) -> Facts:
    return Facts(
        row,
        tuple((choice.pick, answers) for choice, answers in row.when if not choice.of_request),
        tuple(question.holds for question, _ in row.needs if not question.of_request),
    )


def _possible(facts: Facts, case: Case) -> bool:
    """Whether some request could succeed: only what the facts decide is asked."""
    for pick, answers in facts.guards:
        if pick(case) not in answers:
            return False
    for holds in facts.questions:  # noqa: SIM110 -- asked for every row of every answer, where `all` would cost as much as the questions
        if not holds(case):
            return False
    return True


def _enter(to: To, case: Case, before: State, by_time: bool) -> None:
    """Put the order into the state that the row leads to."""
    order, dispute = case.order, case.order.dispute
    if dispute is not None:
        claim, goods = dispute.claim, dispute.goods
        if claim is not None and (to.claim or to.kind):
            claim = changed(claim, status=to.claim or claim.status, kind=to.kind or claim.kind)
        if goods is not None and to.stage:
            goods = changed(goods, stage=to.stage)
        status_after = to.dispute or dispute.status
        if status_after is not dispute.status or claim is not dispute.claim or goods is not dispute.goods:
            dispute = changed(dispute, status=status_after, claim=claim, goods=goods)
    status = to.order.pick(order) if isinstance(to.order, Remembered) else to.order or order.status
    if dispute is not order.dispute or status is not order.status:
        order = changed(order, status=status, dispute=dispute)
    if order.state != before:
        order = changed(order, entered_at=case.now, timed_out_from=before if by_time else None)
    case.order = order


def _plain(value: Any) -> Any:
    """A value of a request as JSON shows it."""
    if isinstance(value, Money):
        return {"amount": format_amount(value.minor, value.currency), "currency": value.currency}
    if isinstance(value, tuple):
        return list(value)
    return value
