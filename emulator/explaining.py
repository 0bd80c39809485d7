"""What a refusal tells beyond its rule: who may do such a thing, when the asker can, and what goes through instead.

Nothing here knows an action by name, and nothing is guessed. A request that may go through later is tried at each instant at which
something changes, and a call is named instead only after it has been tried; the engine is pure, so trying changes nothing.

Nobody's decision is made for him either. What a person has not said, and what cannot be mended from what he said, is tried with some value
but left open in the call that is named: his words, a sum he did not name, the solution he has read, and whether he confirms.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from itertools import chain, islice
from typing import Any, NamedTuple, TypeAlias

from .contract import EXAMPLES, PLACES
from .domain import dates
from .domain.case import NOWHERE, Surroundings
from .domain.dates import Deadline
from .domain.engine import ROLES, Engine
from .domain.fields import EVIDENCE, MONEY, PROPOSAL, Field, FieldError, read_body
from .domain.money import PLACES as PLACES_OF
from .domain.money import Money, format_amount
from .domain.order import Order
from .domain.refusals import Refused, Suggestion, Window
from .domain.rules import BY_NAME
from .domain.words import Actor, Remedy

Json: TypeAlias = dict[str, Any]

_DATES = tuple(date for date in vars(dates).values() if isinstance(date, Deadline))
_ROLES = (Actor.BUYER, Actor.SELLER, Actor.MEDIATOR, Actor.CARRIER)
# So many bodies are tried for one action before another is looked at.
MOST_TRIED = 100
# What is longer is no misspelt word, and what has more digits no sum.
LONGEST_WORD, MOST_DIGITS = 64, 20
# Stands for leaving a field out.
_LEFT_OUT = object()


class Asked(NamedTuple):
    """What was asked for, of which settled order, by whom and when."""

    order: Order
    action: str
    actor: Actor
    request: Mapping[str, Any]
    now: datetime
    around: Surroundings = NOWHERE


def explained(no: Refused, engine: Engine, asked: Asked) -> Refused:
    """The same refusal, which now says who may, from when until when, and what instead."""
    no.who_may = who_may(asked.action)
    bygone = _bygone(asked.order)
    if not bygone:
        no.window = _window(no, engine, asked)
    # What was asked of an order that is not placed yet stands in its facts, so there is no other body to be tried.
    only_look = bygone or asked.order.placed_at is None
    if no.instead is None:
        no.instead = Suggestion(_look(asked), _ids_to_look(asked)) if only_look else _instead(no, engine, asked)
    return no


def who_may(action: str) -> list[Actor]:
    """The roles to which the table gives an action at all."""
    return [role for role in _ROLES if role in ROLES[action]]


def legal_body(engine: Engine, asked: Asked, sent: Mapping[str, Any] | None = None, faulty: Iterable[str] = ()) -> Json | None:
    """A body with which the action goes through now, as near to what was sent as can be; None where none is found.

    `faulty` names the fields that were found to be wrong; they are changed first. A field that there is not is taken for the one whose name
    is nearly the same; where there is none such, nothing can be said of what was meant.
    """
    takes, meant = BY_NAME[asked.action].takes, _named_right(asked.action, sent or {})
    if meant is None or _bygone(asked.order):
        return None
    without_files = asked._replace(around=asked.around._replace(evidence=(), strange_evidence=()))
    tried = 0
    for body in _bodies(asked, meant, frozenset(faulty)):
        try:
            request = read_body(takes, body)
        except FieldError:
            continue
        tried += 1
        if _goes_through(engine, asked if "evidence" in body else without_files, request, asked.order, asked.now):
            return body
        if tried == MOST_TRIED:
            break
    return None


def left_open(action: str, body: Mapping[str, Any], sent: Mapping[str, Any]) -> frozenset[str]:
    """The fields of a body whose values only the asker can say: they are neither his own nor follow from what he said."""
    meant = _named_right(action, sent) or {}
    return frozenset(field.name for field in BY_NAME[action].takes if field.name in body and not _follows(field, body, meant))


def _follows(field: Field, body: Mapping[str, Any], sent: Mapping[str, Any]) -> bool:
    """Whether a field's value is what was sent, or the nearest to it."""
    value, said = body[field.name], sent.get(field.name)
    if value == said:
        return True
    if field.kind is MONEY:
        return _decimal(said) is not None
    if field.kind is PROPOSAL:
        return isinstance(said, Mapping) and value.get("remedy") == said.get("remedy") and _decimal(said.get("amount")) is not None
    if field.kind.schema["type"] == "integer":
        return isinstance(said, int) and not isinstance(said, bool)
    return "enum" in field.kind.schema and _nearest_word(said, field.kind.schema["enum"]) == value


def _named_right(action: str, sent: Mapping[str, Any]) -> Json | None:
    """What was sent under the names of the action's fields; None where a name is like none of them."""
    known = [field.name for field in BY_NAME[action].takes]
    right: Json = {}
    if len(sent) > len(known):
        return None
    for name, value in sent.items():
        meant = name if name in known else _nearest_word(name, [one for one in known if one not in sent])
        if meant is None:
            return None
        right[meant] = value
    return right


def _nearest_word(said: Any, words: Sequence[str]) -> str | None:
    found = get_close_matches(said, words, 1) if isinstance(said, str) and len(said) <= LONGEST_WORD else []
    return found[0] if found else None


def _decimal(money: Any) -> Decimal | None:
    """The number of a sum, well formed or not; None where nobody can have meant it."""
    named = money.get("amount") if isinstance(money, Mapping) else None
    try:
        number = Decimal(named if isinstance(named, str) else "NaN")
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) <= MOST_DIGITS else None


def ids_of(order: Order, action: str) -> dict[str, str] | None:
    """The ids that stand in an action's path, of this order; None where it has not all of them."""
    known = {"order": order.id}
    if order.dispute is not None:
        known["dispute"] = order.dispute.id
    if order.unreported:
        known["message"] = order.unreported[-1]
    path = PLACES[action].path
    ids = {name: value for name, value in known.items() if f"{{{name}}}" in path}
    return ids if path.count("{") == len(ids) + ("{sandbox}" in path) else None


# ── from when until when ───────────────────────────────────────────────────────────────────────────────────────────────


def _window(no: Refused, engine: Engine, asked: Asked) -> Window | None:
    """When the asker can do this; None where he never can, as things stand.

    Where it starts at None he can already, though not as asked.
    """
    if no.refusal.status == 409 and (opening := _opening(engine, asked)) is not None:
        return opening
    for allowed in engine.allowed(asked.order, asked.actor, asked.now):
        if allowed.action == asked.action:
            return Window(None, allowed.until)
    return None


def _opening(engine: Engine, asked: Asked) -> Window | None:
    """From when until when the very same request goes through, if nobody acts before; None where it never does."""
    stations = [(asked.now, asked.order), *((step.at, step.order) for step in engine.forecast(asked.order))]
    later = {at for at, _ in stations} | {
        at for _, order in stations for date in _DATES if (at := date(order, engine.settings)) is not None
    }
    for at in sorted(instant for instant in later if instant > asked.now):
        order = next(order for since, order in reversed(stations) if since <= at)
        if _goes_through(engine, asked, asked.request, order, at):
            ends = {allowed.action: allowed.until for allowed in engine.allowed(order, asked.actor, at)}
            return Window(at, ends.get(asked.action))
    return None


def _bygone(order: Order) -> bool:
    """Whether the dispute at hand is an earlier one of the order: it is closed for good, and nothing can be tried on it."""
    return order.dispute is not None and order.dispute.superseded


# ── what instead ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _instead(no: Refused, engine: Engine, asked: Asked) -> Suggestion:
    """The nearest call that goes through: the same action put right, else what the refusal names, else a look at where things stand."""
    sent, faulty = _as_body(asked.action, asked.request), {name.partition(".")[0] for name in no.errors or ()}
    allowed = {entry.action for entry in engine.allowed(asked.order, asked.actor, asked.now)}
    for action in dict.fromkeys((asked.action, *no.refusal.instead)):
        if action not in PLACES:
            return Suggestion(action, _ids_to_look(asked))
        ids = ids_of(asked.order, action)
        if ids is None or action not in allowed:
            continue
        mine = sent if action == asked.action else {}
        body = legal_body(engine, asked if mine is sent else Asked(asked.order, action, asked.actor, {}, asked.now), mine, faulty)
        if body is not None:
            return Suggestion(action, ids, body, left_open(action, body, mine))
    return Suggestion(_look(asked), _ids_to_look(asked))


def _look(asked: Asked) -> str:
    """The call that shows the asker where things stand."""
    if asked.actor is Actor.CARRIER:
        return "timeline"
    return {"market": "stores", "order": "order", "dispute": "dispute"}[BY_NAME[asked.action].on]


def _ids_to_look(asked: Asked) -> dict[str, str]:
    ids = {"order": asked.order.id}
    return ids if asked.order.dispute is None else ids | {"dispute": asked.order.dispute.id}


def _goes_through(engine: Engine, asked: Asked, request: Mapping[str, Any], order: Order, at: datetime) -> bool:
    try:
        engine.perform(order, asked.action, asked.actor, request, at, asked.around)
    except Refused:
        return False
    return True


# ── bodies ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _as_body(action: str, request: Mapping[str, Any]) -> Json:
    """A request of the engine as the body it was read from."""
    body: Json = {}
    for field in BY_NAME[action].takes:
        if field.flat:
            members = {name: _as_json(request[name]) for name in field.kind.schema["properties"] if name in request}
            if members:
                body[field.name] = members
        elif field.name in request:
            body[field.name] = _as_json(request[field.name])
    return body


def _as_json(value: Any) -> Any:
    match value:
        case Money():
            return {"amount": format_amount(value.minor, value.currency), "currency": value.currency}
        case Mapping():
            return {name: _as_json(member) for name, member in value.items()}
        case tuple():
            return list(value)
        case _:
            return value


def _bodies(asked: Asked, sent: Json, faulty: frozenset[str]) -> Iterator[Json]:
    """Bodies for an action, the nearest first: what was sent with one field changed, the faulty ones before others; then with two."""
    takes = BY_NAME[asked.action].takes
    example = EXAMPLES.get(asked.action, {})
    begin: Json = {}
    for field in takes:
        if field.name in sent and _readable(field, sent[field.name]):
            begin[field.name] = sent[field.name]
        elif field.required or field.name in sent:
            begin[field.name] = _usual(field, asked, sent.get(field.name), example.get(field.name))
    yield {name: value for name, value in begin.items() if value is not _LEFT_OUT}
    fields = sorted(takes, key=lambda field: (field.name not in faulty, field.name not in sent))
    changes = [(field.name, value) for field in fields for value in _others(field, asked, sent.get(field.name), example.get(field.name))]
    pairs = ((one, two) for place, one in enumerate(changes) for two in changes[place + 1 :] if one[0] != two[0])
    for change in chain(((one,) for one in changes), islice(pairs, MOST_TRIED)):
        body = begin | dict(change)
        yield {name: value for name, value in body.items() if value is not _LEFT_OUT}


def _readable(field: Field, value: Any) -> bool:
    try:
        field.kind.read(value)
    except FieldError:
        return False
    return True


def _usual(field: Field, asked: Asked, sent: Any, example: Any) -> Any:
    """What a field is tried with first: the nearest to what was sent, else the contract's example, unless it depends on the order."""
    of_the_order = field.kind in (MONEY, PROPOSAL) or _named_by(field) is not None
    return example if sent is None and example is not None and not of_the_order else next(_others(field, asked, sent, example), None)


def _others(field: Field, asked: Asked, sent: Any, example: Any) -> Iterator[Any]:
    """What else a field could say, the nearest to what it said first."""
    kind, schema = field.kind, field.kind.schema
    if kind is MONEY:
        yield from _sums(asked.order, sent)
    elif kind is PROPOSAL:
        said = sent if isinstance(sent, Mapping) else {}
        yield from ({"remedy": str(Remedy.REFUND), "amount": amount} for amount in _sums(asked.order, said.get("amount")))
        yield from ({"remedy": str(remedy)} for remedy in Remedy)
    elif kind is EVIDENCE:
        pass
    elif schema["type"] == "boolean":
        yield from (True, False)
    elif schema["type"] == "integer":
        yield from sorted((1, 2, 3, 5, 7, 15, 30, 365), key=lambda number: abs(number - (sent if isinstance(sent, int) else 0)))
    elif "enum" in schema:
        nearest = _nearest_word(sent, schema["enum"])
        yield from sorted(schema["enum"], key=lambda word: word != nearest)
    elif (prefix := _named_by(field)) is not None:
        yield from (found for found in _known_ids(asked.order) if found.startswith(prefix))
    elif example is not None:
        yield example
    if not field.required:
        yield _LEFT_OUT


def _sums(order: Order, sent: Any) -> list[Json]:
    """Sums of an order, in its currency, the nearest to what was named first; from half of it where nothing was."""
    whole = Decimal(format_amount(order.total, order.currency))
    named, places = _decimal(sent), Decimal(1).scaleb(-PLACES_OF[order.currency])
    minors = (1, order.total // 2, order.total - 1, order.total, order.money.to_buyer)
    sums = {format_amount(minor, order.currency) for minor in minors if minor > 0}
    if named is not None and 0 < named <= whole:
        sums.add(str(named.quantize(places)))
    nearest = sorted(sums, key=lambda amount: (abs(Decimal(amount) - (whole / 2 if named is None else named)), amount))
    return [{"amount": amount, "currency": order.currency} for amount in nearest]


def _named_by(field: Field) -> str | None:
    """How the id begins that a field takes; None where it takes something else."""
    pattern = str(field.kind.schema.get("pattern", ""))
    return pattern[1:5] if pattern.startswith(("^sol_", "^sto_")) else None


def _known_ids(order: Order) -> Iterator[str]:
    """What an order knows by id that a body may name: its store, and the solutions on the table."""
    yield order.store
    if order.dispute is not None:
        yield from (found for found in (order.dispute.buyer_solution, order.dispute.seller_solution) if found)
