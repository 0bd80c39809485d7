"""State-machine coverage: which parts of the table a run has met, and which it never has.

What is counted is derived from the table, rows, dates and refusals alike; no rule is named here. Five kinds of things can be met:

    rows      a row of the table was carried out: for a buyer, a seller, a mediator or the carrier. Those that leave no trace count too.
    timers    a row of the table fired because its date had come.
    refusals  a no was answered, by its code: the table's, the form's, the token's, HTTP's own.
    states    an order came into a joint state (order, dispute, claim, kind of claim, stage of the return) from another one.
    edges     somebody asked for something, granted or refused, right beside a deadline, on one of its three sides.

**Deadlines.** Every timer is one: what lies beside it is whatever anybody asks of that order. So is the end of a row that ends by itself
(`until`): what lies beside it is that very action asked for by its own actor. Instants are whole seconds and every window is [start, end),
so there are three sides (TIME-1):

    before    a second before the deadline: of timers, those that will fire a second later if nobody acts
    at        at its very instant: of timers, those that have fired at it
    after     a second after it

A timer that moves an order counts as what lies at or before an act for as long as nothing else has moved the order since.

**Who meets it.** Commands and timers of the run. What a sandbox began with, stories put at a step and loaded orders are history: nobody
met it here. But a timer that fires in such an order later, and an act upon it, count like any other.

**What could be met.** Settings take rows out of the table (`given`). A run could meet what the tables of its own sandboxes lead to, all of
them together; before the first, what the ruleset `standard` leads to. The rest is not missing but *beyond*, with the reason beside it:
rows and timers that those settings leave out, states that no row then leads to, refusals that only such rows and states give, the edges of
such timers. Beyond are also the refusals that no call can bring about: faults of the program, and what the server in front answers before
the program is asked. Whatever has been met could be met, so it is in the total. The walk knows nothing of an order's facts, nor of what a
setting decides within a question: a few things may be missing that such a sandbox never lets happen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache, lru_cache
from itertools import product
from typing import Any, NamedTuple, TypeAlias

from .domain import refusals
from .domain.engine import ROLES, Engine, Step, Table, table_for
from .domain.order import Order, State
from .domain.proof import START, reachable
from .domain.refusals import REFUSALS, Refusal
from .domain.rulebook import BY_ID
from .domain.rules import ACTIONS, RULES, Rule, targets
from .domain.rulesets import RULESETS, STANDARD
from .domain.words import Actor, Edge

Json: TypeAlias = dict[str, Any]
# Something that can be met: its kind and its name.
Item: TypeAlias = tuple[str, str]
# Who asks for what.
Asked: TypeAlias = tuple[Actor, str]

ROWS, TIMERS, REFUSED, STATES, EDGES = KINDS = ("rows", "timers", "refusals", "states", "edges")
# Not met but kept beside it: under which tables the others were met, each as the names of its rows that not all tables have.
TABLES = "tables"
# Stands among the tables for a control plane that asks for a key.
LOCKED: Item = (TABLES, "(locked)")

SECOND = timedelta(seconds=1)
_SIDES: Mapping[Edge, timedelta] = {Edge.BEFORE: -SECOND, Edge.AT: timedelta(0), Edge.AFTER: SECOND}
_SIDE_OF = {offset: edge for edge, offset in _SIDES.items()}
_SPOKEN_SIDE = {Edge.BEFORE: "a second before", Edge.AT: "at the very instant of", Edge.AFTER: "a second after"}

ENDING_ACTIONS = frozenset(row.action for row in RULES if row.until is not None)
_SOMETIMES = tuple(row for row in RULES if row.given)


# ── what was met ───────────────────────────────────────────────────────────────────────────────────────────────────────


def row_item(row: Rule) -> Item:
    """A row carried out, or a timer fired."""
    return (ROWS if row.due is None else TIMERS), row.name


def refusal_item(refusal: Refusal) -> Item:
    return REFUSED, refusal.code


def state_item(state: State) -> Item:
    return STATES, "/".join(state)


def edge_item(row: Rule, edge: Edge) -> Item:
    return EDGES, f"{row.name}:{edge.value}"


@lru_cache(maxsize=256)
def table_item(table: Table) -> Item:
    """Under which table things were met."""
    held = {row.name for row in table.rules}
    return TABLES, ",".join(row.name for row in _SOMETIMES if row.name in held)


def of_steps(steps: Iterable[Step]) -> list[Item]:
    """The rows and timers of these steps, and the states that they led into."""
    items = []
    for step in steps:
        items.append(row_item(step.row))
        after = step.order.state
        if after != step.before:
            items.append(state_item(after))
    return items


def before_timers(engine: Engine, order: Order, due: datetime | None, now: datetime) -> list[Item]:
    """The timers of a settled order that will fire a second from now; `due` is when its next one does."""
    if due is None or due - now != SECOND:
        return []
    return [edge_item(step.row, Edge.BEFORE) for step in engine.settle(order, due)[1] if step.at == due]


def may_have_fired(engine: Engine, order: Order, state: State, now: datetime) -> bool:
    """Whether a timer of this settled order can have fired now or a second ago: one that moved it has, or one may that moves nothing."""
    if order.timed_out_from is not None and order.entered_at is not None and now - order.entered_at <= SECOND:
        return True
    return _fires_in_place(engine.table, state)


@lru_cache(maxsize=4096)
def _fires_in_place(table: Table, state: State) -> bool:
    return any(row.due is not None and state in targets(row.to, state) for row in table.rows(state))


def beside_timers(fired: Iterable[tuple[Rule, datetime]], now: datetime) -> list[Item]:
    """The timers that have fired now or a second ago, as the edges of an act that comes now."""
    return [edge_item(row, _SIDE_OF[now - at]) for row, at in fired if now - at in _SIDE_OF]


def beside_ends(engine: Engine, order: Order, asked: Asked, now: datetime) -> list[Item]:
    """The ends of the rows that are asked for now, where one lies beside now; only those of ENDING_ACTIONS have one."""
    actor, action = asked
    rows = engine.table.cell(order.state).rows.get((action, actor), ())
    ends = ((row, row.until(order, engine.settings)) for row in rows if row.until is not None)
    return [edge_item(row, _SIDE_OF[now - end]) for row, end in ends if end is not None and now - end in _SIDE_OF]


# ── what could be met ──────────────────────────────────────────────────────────────────────────────────────────────────


class Entry(NamedTuple):
    """Something that can be met, as a reader is told of it. `by` is whose row it is; `rule` is None where no rule speaks of it."""

    kind: str
    name: str
    says: str
    rule: str | None = None
    source: str | None = None
    by: Actor | None = None

    @property
    def item(self) -> Item:
        return self.kind, self.name


@cache
def entries() -> Mapping[Item, Entry]:
    """All that could be met under any settings, in the order of the table."""
    found = [_row_entry(row) for row in RULES]
    found += [_refusal_entry(refusal) for refusal in REFUSALS]
    found += [Entry(*state_item(state), spoken_state(state)) for state in _in_order(reachable(RULES)) if state != START]
    found += [_edge_entry(row, edge) for row in RULES if row.due or row.until for edge in Edge]
    return {entry.item: entry for entry in found}


def _row_entry(row: Rule) -> Entry:
    return Entry(*row_item(row), row.says, row.rule, row.source, row.by)


def _refusal_entry(refusal: Refusal) -> Entry:
    source = BY_ID[refusal.rule].source if refusal.rule else None
    return Entry(*refusal_item(refusal), refusal.title, refusal.rule, source)


def _edge_entry(row: Rule, edge: Edge) -> Entry:
    asks = "Somebody asks for something" if row.due else f"The {row.by} asks for this"
    beside = "this" if row.due else "the end of the time for it"
    return Entry(*edge_item(row, edge), f"{asks} {_SPOKEN_SIDE[edge]} {beside}: {row.says}", row.rule, row.source, row.by)


def spoken_state(state: State) -> str:
    """A joint state for a reader; what there is not is left out."""
    named = (("order ", state.order), ("dispute ", state.dispute), ("claim ", state.claim), ("", state.kind), ("goods ", state.stage))
    return ", ".join(f"{what}{word.replace('_', ' ')}" for what, word in named if word != "none")


def _in_order(states: Iterable[State]) -> list[State]:
    """States in the order of their vocabularies."""
    places = [{word: place for place, word in enumerate(type(part))} for part in START]
    return sorted(states, key=lambda state: [place[part] for place, part in zip(places, state, strict=True)])


def could_meet(tables: Iterable[str]) -> set[Item]:
    """What the tables of these names lead to, all together; where there is none, what the ruleset `standard` does."""
    locked = LOCKED[1] in tables
    names = frozenset(tables) - {LOCKED[1]} or {table_item(table_for(STANDARD))[1]}
    found = set().union(*(_of_table(name) for name in names))
    return found - {refusal_item(refusals.FOREIGN_ORIGIN if locked else refusals.KEY_REQUIRED)}


@lru_cache(maxsize=256)
def _of_table(name: str) -> frozenset[Item]:
    held = set(name.split(","))
    rows = [row for row in RULES if not row.given or row.name in held]
    cells = reachable(rows)
    given = _refusals_given(rows, cells)
    told = [refusal for refusal in REFUSALS if refusal not in _OUT_OF_REACH and (refusal in given or not _is_of_table(refusal))]
    return frozenset(
        (
            *map(row_item, rows),
            *map(refusal_item, told),
            *(state_item(state) for state in cells if state != START),
            *(edge_item(row, edge) for row in rows if row.due or row.until for edge in Edge),
        )
    )


@cache
def _is_of_table(refusal: Refusal) -> bool:
    """Whether a refusal stands in the table; all others have nothing to do with settings."""
    listed = {refusal for action in ACTIONS for refusal in (*(o.refusal for o in action.otherwise), *(r for _, r in action.wrong_role))}
    return refusal in listed or any(refusal is given for row in RULES for _, given in row.needs)


def _refusals_given(rows: Sequence[Rule], states: Iterable[State]) -> set[Refusal]:
    """The refusals that these rows and states give: those of needs, of wrong roles, and of states that an action does not fit."""
    found = {refusal for row in rows for _, refusal in row.needs}
    for action in ACTIONS:
        found.update(refusal for _, refusal in action.wrong_role)
        for state, actor in product(states, ROLES[action.name]):
            found.add(next(o.refusal for o in action.otherwise if o.by in (None, actor) and o.at.fits(state)))
    return found


_IN_FRONT = "The server in front answers with it, before the emulator is asked."
_FAULT = "Only a fault of the emulator itself brings it about."
_OUTAGE = "Only a database that is away, busy or full brings it about."
_OUT_OF_REACH: Mapping[Refusal, str] = {
    refusals.URI_TOO_LONG: _IN_FRONT,
    refusals.HEADERS_TOO_LARGE: _IN_FRONT,
    refusals.SANDBOXES_OVER_LIMIT: "Only an emulator that was started with a limit answers with it.",
    **{refusal: _FAULT for refusal in REFUSALS if refusal.status == 500},
    **{refusal: _OUTAGE for refusal in REFUSALS if refusal.status in (503, 507)},
}


def why_beyond(entry: Entry) -> str:
    """Why something cannot be met where it is not in the total."""
    if entry.kind == REFUSED:
        refusal = refusals.BY_CODE[entry.name]
        if refusal in _OUT_OF_REACH:
            return _OUT_OF_REACH[refusal]
        if refusal is refusals.KEY_REQUIRED:
            return "Only an emulator that was started with a key answers with it."
        if refusal is refusals.FOREIGN_ORIGIN:
            return "Only an emulator that was started without a key answers with it."
    shipped = [name for name, settings in RULESETS.items() if entry.item in _of_table(table_item(table_for(settings))[1])]
    row = next((row for row in RULES if row.name == entry.name.partition(":")[0]), None)
    named = ", ".join(f"`{name}`" for name, _ in row.given) if row is not None else ""
    other = f"other settings ({named})" if named else "other settings"
    return f"Only under {other}{f', as in the ruleset {shipped[0]}' if shipped else ''}."


# ── the report ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def report(counts: Mapping[Item, int], sandbox: str | None = None) -> Json:
    """What was met and how often, what never was, and what could not be; of a sandbox, or of everything where none is named."""
    tables = [name for kind, name in counts if kind == TABLES]
    met = {item for item, hits in counts.items() if hits}
    could = could_meet(tables) | met
    return {
        "sandbox": sandbox,
        "locked": LOCKED[1] in tables,
        "tables": [{"rows": _split(name), "hits": counts[TABLES, name]} for name in sorted(tables) if name != LOCKED[1]],
        **{kind: _kind_report(kind, counts, could) for kind in KINDS},
    }


def _kind_report(kind: str, counts: Mapping[Item, int], could: set[Item]) -> Json:
    all_of_kind = [entry for entry in entries().values() if entry.kind == kind]
    met = [entry for entry in all_of_kind if counts.get(entry.item)]
    missing = [entry for entry in all_of_kind if entry.item in could and not counts.get(entry.item)]
    beyond = [entry for entry in all_of_kind if entry.item not in could]
    return {
        "hit": len(met),
        "total": len(met) + len(missing),
        "percent": percent(len(met), len(met) + len(missing)),
        "met": [_view(entry, counts) for entry in met],
        "missing": [_view(entry, counts) for entry in missing],
        "beyond": [_view(entry, counts) | {"why": why_beyond(entry)} for entry in beyond],
    }


def _view(entry: Entry, counts: Mapping[Item, int]) -> Json:
    href = f"/problems/{entry.name}" if entry.kind == REFUSED else f"/v1/rules/{entry.rule}" if entry.rule else None
    told = {"name": entry.name, "says": entry.says, "by": entry.by, "rule": entry.rule, "source": entry.source, "href": href}
    return told | {"hits": counts.get(entry.item, 0)}


def percent(hit: int, total: int) -> float:
    """Hits of a total with one decimal, rounded down: 100 means all. All of nothing is 100."""
    return 1000 * hit // total / 10 if total else 100.0


def counts_of(told: Mapping[str, Any]) -> dict[Item, int]:
    """The counts that a report was made of, back from it."""
    counts = {(kind, entry["name"]): int(entry["hits"]) for kind in KINDS for entry in told[kind]["met"]}
    counts |= {(TABLES, ",".join(table["rows"])): int(table["hits"]) for table in told["tables"]}
    return counts | ({LOCKED: 1} if told["locked"] else {})


def since(before: Mapping[Item, int], now: Mapping[Item, int]) -> dict[Item, int]:
    """What was counted in between; where counting has begun anew meanwhile, all that is counted now."""
    anew = any(now.get(item, 0) < hits for item, hits in before.items())
    more = {item: hits - (0 if anew else before.get(item, 0)) for item, hits in now.items()}
    # That a key is asked for is not counted: it is so.
    return {item: hits for item, hits in more.items() if hits > 0} | ({LOCKED: 1} if LOCKED in now else {})


def _split(name: str) -> list[str]:
    return name.split(",") if name else []


def together(told: Mapping[str, Any], kinds: Iterable[str]) -> tuple[int, int]:
    """How much of these kinds was met, and of how much."""
    wanted = list(kinds)
    return sum(told[kind]["hit"] for kind in wanted), sum(told[kind]["total"] for kind in wanted)


def deadlines(told: Mapping[str, Any]) -> list[Json]:
    """The edges by their deadline, in the order of the table: how often each of its three sides was met, None for one that is beyond."""
    says = {entry["name"]: entry for kind in (ROWS, TIMERS) for part in ("met", "missing", "beyond") for entry in told[kind][part]}
    hits = {entry["name"]: entry["hits"] for part in ("met", "missing") for entry in told[EDGES][part]}
    sides = {row.name: [hits.get(edge_item(row, edge)[1]) for edge in Edge] for row in RULES}
    return [says[name] | {"hits": counted} for name, counted in sides.items() if any(side is not None for side in counted)]


def never_met(told: Mapping[str, Any], kind: str) -> list[tuple[str, str, str]]:
    """What is missing of a kind, a line each: rule, name, and what it is; of a deadline, which of its sides."""
    if kind == EDGES:
        return [
            (deadline["rule"], deadline["name"], ", ".join(edge for edge, hits in zip(Edge, deadline["hits"], strict=True) if hits == 0))
            for deadline in deadlines(told)
            if 0 in deadline["hits"]
        ]
    return [(entry["rule"] or "", "" if kind == STATES else entry["name"], entry["says"]) for entry in told[kind]["missing"]]
