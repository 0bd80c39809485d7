"""What is proved of the table when it is loaded, for the rows that hold under given settings.

A table that says two things about one question, or nothing about one, would be found out by a user, late. So before the first
command the table is walked as a graph: from an order not yet placed along every row, whatever the row needs, to all joint states that
it can reach. There

* every cell (action, actor, joint state) has at most one row for each combination of answers of the choices used in it, and where it has
  none, the action's list `otherwise` ends in a refusal that fits anywhere: one cell, one answer;
* timer rows with the same date tell all combinations apart, so exactly one of them fires;
* every row and every word of the five statuses is reached;
* no state is a dead end: where nobody acts, time goes on, except for a claim in `processing` (CLM-5) and a finished or cancelled order.

The walk knows nothing of an order's facts, so it reaches more than an order can; what is proved there holds all the more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import product

from .needs import Choice
from .order import State
from .refusals import REFUSALS, Refusal
from .rules import ACTIONS, ANYWHERE, RULES, Action, Remembered, Rule, targets
from .words import Actor, ClaimKind, ClaimStatus, DisputeStatus, OrderStatus, ReturnStage, Word

START = State(OrderStatus.NEW, DisputeStatus.NONE, ClaimStatus.NONE, ClaimKind.NONE, ReturnStage.NONE)
FINAL = frozenset({OrderStatus.FINISHED, OrderStatus.CANCELLED})
VOCABULARIES: tuple[type[Word], ...] = (OrderStatus, DisputeStatus, ClaimStatus, ClaimKind, ReturnStage)


class TableError(Exception):
    """The table is wrong; the message is a sentence that names row and state."""


def prove(
    rules: Sequence[Rule],
    actions: Sequence[Action] = ACTIONS,
    every_rule: Sequence[Rule] = RULES,
    refusals: Iterable[Refusal] = REFUSALS,
) -> None:
    """Raise TableError unless these rows are sound. `rules` hold together under one set of settings, `every_rule` under some."""
    _prove_names(every_rule, actions, refusals)
    _prove_kinds_of_row(every_rule)
    _prove_every_refusal_found(actions)
    cells = reachable(rules)
    for state, rows in cells.items():
        _prove_one_answer_a_cell(state, rows)
        _prove_one_timer_a_date(state, rows)
        _prove_no_dead_end(state, rows)
    _prove_all_reached(rules, every_rule, cells)


def reachable(rules: Sequence[Rule]) -> dict[State, list[Rule]]:
    """All joint states that the rows lead to from an order not yet placed, needs and guards left aside; and the rows that start there."""
    found: dict[State, list[Rule]] = {}
    queue = [START]
    for state in queue:
        if state not in found:
            found[state] = [row for row in rules if row.at.fits(state)]
            queue.extend(target for row in found[state] for target in targets(row.to, state) if target not in found)
    return found


def _prove_names(every_rule: Sequence[Rule], actions: Sequence[Action], refusals: Iterable[Refusal]) -> None:
    for kind, names in (
        ("row", [row.name for row in every_rule]),
        ("action", [action.name for action in actions]),
        ("refusal", [refusal.code for refusal in refusals]),
    ):
        for name, times in Counter(names).items():
            if times > 1:
                raise TableError(f"The name of the {kind} {name} is used {times} times.")
    asked_for = {row.action for row in every_rule if row.action is not None}
    known = {action.name for action in actions}
    for name in sorted(known - asked_for):
        raise TableError(f"The action {name} has no row under any settings.")
    for row in every_rule:
        if row.action is not None and row.action not in known:
            raise TableError(f"The row {row.name} is for the action {row.action}, which there is not.")


def _prove_kinds_of_row(every_rule: Sequence[Rule]) -> None:
    for row in every_rule:
        if (row.action is None) == (row.due is None):
            raise TableError(f"The row {row.name} must be either for an action or for a date.")
        if (row.due is not None) != (row.by is Actor.SYSTEM):
            raise TableError(f"The row {row.name} is by {row.by}; dates are the system's, and only they.")
        if row.due is not None and (row.needs or any(choice.of_request for choice, _ in row.when)):
            raise TableError(f"The timer {row.name} asks about a request, and there is none.")
        for choice, answers in row.when:
            if not answers or not answers <= choice.answers:
                raise TableError(f"The row {row.name} expects of {choice.name} what it never answers.")


def _prove_every_refusal_found(actions: Sequence[Action]) -> None:
    for action in actions:
        if not action.otherwise or action.otherwise[-1].at != ANYWHERE or action.otherwise[-1].by is not None:
            raise TableError(f"The refusals of the action {action.name} must end with one that fits anywhere and anybody.")


def _prove_one_answer_a_cell(state: State, rows: Sequence[Rule]) -> None:
    cells: dict[tuple[str, Actor], list[Rule]] = {}
    for row in rows:
        if row.action is not None:
            cells.setdefault((row.action, row.by), []).append(row)
    for (action, actor), together in cells.items():
        # A row alone in its cell cannot be at odds with another.
        for answers, fitting in _fitting(together) if len(together) > 1 else ():
            if len(fitting) > 1:
                raise TableError(f"The rows {_names(fitting)} all fit {action} by {actor} in {_shown(state)}{_given(answers)}.")


def _prove_one_timer_a_date(state: State, rows: Sequence[Rule]) -> None:
    timers: dict[str, list[Rule]] = {}
    for row in rows:
        if row.due is not None:
            timers.setdefault(row.due.name, []).append(row)
    for date, together in timers.items():
        for answers, fitting in _fitting(together):
            if not fitting:
                raise TableError(f"Of {_names(together)} none fires at {date} in {_shown(state)}{_given(answers)}.")
            if len(fitting) > 1:
                raise TableError(f"The timers {_names(fitting)} all fire at {date} in {_shown(state)}{_given(answers)}.")


def _prove_no_dead_end(state: State, rows: Sequence[Rule]) -> None:
    if state.order in FINAL or state == START or state.claim is ClaimStatus.PROCESSING:
        return
    if not any(row.due is not None and state not in targets(row.to, state) for row in rows):
        raise TableError(f"Nothing ever ends {_shown(state)} if nobody acts: no timer row leads out of it.")


def _prove_all_reached(rules: Sequence[Rule], every_rule: Sequence[Rule], cells: dict[State, list[Rule]]) -> None:
    used = {id(row) for rows in cells.values() for row in rows}
    for row in rules:
        if id(row) not in used:
            raise TableError(f"The row {row.name} is never reached: no order comes to a state that it starts from.")
    for part, vocabulary in enumerate(VOCABULARIES):
        reached = {state[part] for state in cells}
        # What only other settings lead to (appeals) is their table's to reach; but some row must lead there.
        aimed_at = {word for row in every_rule for word in _aims(row, part)}
        here = {word for row in rules for word in _aims(row, part)}
        for word in vocabulary:
            if word not in reached and (word in here or word not in aimed_at):
                raise TableError(f"The word {word} of {vocabulary.__name__} is never reached.")


def _aims(row: Rule, part: int) -> Iterable[Word]:
    to = row.to[part]
    if isinstance(to, Remembered):
        return to.words
    return () if to is None else (to,)


def _fitting(rows: Sequence[Rule]) -> Iterator[tuple[dict[str, str], list[Rule]]]:
    """For every combination of answers of the choices that these rows use: which rows it picks."""
    choices: dict[str, Choice] = {choice.name: choice for row in rows for choice, _ in row.when}
    for combination in product(*(sorted(choice.answers) for choice in choices.values())):
        answers = dict(zip(choices, combination, strict=True))
        yield answers, [row for row in rows if all(answers[choice.name] in wanted for choice, wanted in row.when)]


def _names(rows: Iterable[Rule]) -> str:
    return " and ".join(row.name for row in rows)


def _shown(state: State) -> str:
    return f"({', '.join(state)})"


def _given(answers: dict[str, str]) -> str:
    return "".join(f", {name}: {answer}" for name, answer in answers.items())
