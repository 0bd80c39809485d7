"""A whole world as one JSON document, and back.

What comes back is believed nothing: every cell, every reference, every number and every invariant is checked.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Table

from ..audit import audit
from ..domain import refusals
from ..domain.calendar import LAST_INSTANT_YEAR
from ..domain.case import make_id
from ..domain.engine import Engine
from ..domain.fields import FieldError, text
from ..domain.order import Dispute, Order, State
from ..domain.refusals import Refused
from ..domain.rules import targets
from ..domain.rulesets import SettingsError, build_settings
from ..domain.words import (
    MONEY_REMEDIES,
    WITHDRAWN,
    Account,
    Actor,
    ClaimKind,
    ClaimStatus,
    ClockMode,
    DisputeStatus,
    OrderStatus,
    ReturnStage,
)
from ..growth import world_names
from ..service import engine_for
from ..sniffing import media_type
from ..store import worlds
from ..store.codec import dispute_body, from_json, instant, order_body, read_dispute, read_order, seconds, state_text, to_json
from ..store.database import Session
from ..store.orders import ROW_BY_NAME, dispute_row, order_row
from ..store.reading import read_state
from ..store.tables import WORLD_TABLES, Instant
from .access import Json, Kept, Origin

FORMAT, VERSION = "dispute-emulator/world", 1
MAX_ERRORS = 50
LARGEST, LARGEST_SMALL = 2**63 - 1, 2**31 - 1
# Worlds reach back from 1970 and their deadlines lie past the last instant, but not further than any setting can put them.
FIRST_YEAR, LAST_YEAR = 1900, LAST_INSTANT_YEAR + 100
# What is told of an event is a request's fields; nothing of ours lies deeper.
MAX_DEPTH = 20
MAX_NAME = 100
# What rows carry until they are written under a key of their own.
NO_WORLD = 0

# Documents inside the document: they are shown as JSON, not as texts of it.
_BODIES = {("orders", "body"), ("disputes", "body"), ("events", "details")}
_NOT_SHOWN = ("world", "seq")
_ID = re.compile(r"[a-z]{3}_[a-z2-7]{16}")


def shown_columns(table: Table) -> list[str]:
    """The columns of a table that a document has: all but the key of the world and the number of arrival, which the order of rows tells."""
    return [column.name for column in table.columns if column.name not in _NOT_SHOWN]


# ── out ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def write_document(kept: Kept, now: datetime, rows: worlds.Rows) -> Json:
    """A sandbox with all of its rows as it stands at `now`."""
    sandbox, origin = kept.sandbox, kept.origin
    return {
        "format": FORMAT,
        "version": VERSION,
        "sandbox": {
            "name": sandbox.name,
            "ruleset": sandbox.ruleset,
            "settings": from_json(sandbox.settings),
            "seed": sandbox.seed,
            "seeded": origin.fixed,
            "world": origin.world,
            "starts_at": origin.now,
            "frozen": origin.frozen,
            "clock": {"mode": sandbox.clock.mode, "now": now},
        },
        "tables": {table.name: _written(table, rows[table.name]) for table in WORLD_TABLES},
    }


def _written(table: Table, rows: Sequence[Sequence[Any]]) -> Json:
    places = [(place, column) for place, column in enumerate(table.columns) if column.name not in _NOT_SHOWN]
    names = [column.name for column in table.columns]
    if "seq" in names:
        rows = sorted(rows, key=lambda row: row[names.index("seq")])
    return {
        "columns": [column.name for _, column in places],
        "rows": [[_shown(table, column, row[place]) for place, column in places] for row in rows],
    }


def _shown(table: Table, column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, Instant):
        return instant(value)
    if isinstance(column.type, LargeBinary):
        return b64encode(value).decode()
    return from_json(value) if (table.name, column.name) in _BODIES else value


# ── in ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class ReadWorld:
    """A document that has been read: what the sandbox shall be, and its rows."""

    name: str
    ruleset: str
    settings: str
    seed: str
    origin: Origin
    mode: ClockMode
    now: datetime
    rows: worlds.Rows

    def check(self, session: Session, world: int) -> None:
        """Audit the rows once they lie in the database; raises Refused where an invariant does not hold."""
        found = audit(session, world, engine_for(self.ruleset, self.settings, self.seed))["violations"]
        if found:
            _refuse({f"order {violation['order']}": [violation["says"]] for violation in found})


def read_document(document: Mapping[str, Any]) -> ReadWorld:
    """A document that the schema has let through, as rows of no world yet; raises Refused that names what cannot be."""
    if (document["format"], document["version"]) != (FORMAT, VERSION):
        _refuse({"format": [f"Must be {FORMAT}, version {VERSION}."]})
    head = document["sandbox"]
    try:
        build_settings(head["ruleset"], head["settings"])
    except SettingsError as problem:
        _refuse({f"sandbox.settings.{name}": texts for name, texts in problem.errors.items()})
    for name in ("name", "seed"):
        try:
            text(MAX_NAME).read(head[name])
        except FieldError as problem:
            _refuse({f"sandbox.{name}": list(problem.errors)})
    if head["world"] not in world_names():
        _refuse({"sandbox.world": [f"Must be one of {', '.join(world_names())}."]})
    settings = json.dumps(head["settings"], sort_keys=True)
    reader = _Reader(engine_for(head["ruleset"], settings, head["seed"]), head["clock"]["now"])
    rows = reader.read(document["tables"])
    origin = Origin(head["world"], head["starts_at"], head["frozen"], head["seeded"])
    mode = ClockMode(head["clock"]["mode"])
    return ReadWorld(head["name"], head["ruleset"], settings, head["seed"], origin, mode, head["clock"]["now"], rows)


def _refuse(errors: Mapping[str, list[str]]) -> None:
    raise Refused(refusals.IMPORT_REFUSED, errors=dict(list(errors.items())[:MAX_ERRORS]))


class _Fault(ValueError):
    """A cell or a row that cannot be, in a sentence."""


class _Reader:
    """Reads the tables of a document, collecting what is wrong with them."""

    def __init__(self, engine: Engine, now: datetime) -> None:
        self.engine = engine
        self.now = now
        self._errors: dict[str, list[str]] = {}
        self._found: dict[str, list[Json]] = {}
        self._grouped: dict[tuple[str, str], dict[Any, list[Json]]] = {}

    def read(self, tables: Mapping[str, Any]) -> worlds.Rows:
        names = [table.name for table in WORLD_TABLES]
        if sorted(tables) != sorted(names):
            _refuse({"tables": [f"Must be {', '.join(names)}."]})
        for table in WORLD_TABLES:
            self._found[table.name] = list(self._read_table(table, tables[table.name]))
        self._stop_at_errors()
        for table in WORLD_TABLES:
            check = _CHECKS.get(table.name)
            for number, row in enumerate(self._found[table.name]):
                if check is not None:
                    self._attempt(f"tables.{table.name}.rows.{number}", partial(check, self, row))
        self._stop_at_errors()
        return {
            table.name: [
                [number - len(found) if column.name == "seq" else row[column.name] for column in table.columns]
                for number, row in enumerate(found)
            ]
            for table in WORLD_TABLES
            for found in [self._found[table.name]]
        }

    def by_id(self, table: str, row_id: str) -> Json:
        """The row with this id; raises _Fault where there is none."""
        found = self.having(table, "id", row_id)
        if not found:
            raise _Fault(f"There is no {row_id} among the {table}.")
        return found[0]

    def of_order(self, table: str, order_id: str) -> list[Json]:
        """The rows of an order."""
        return self.having(table, "order_id", order_id)

    def having(self, table: str, column: str, value: Any) -> list[Json]:
        """The rows of a table with this value."""
        grouped = self._grouped.get((table, column))
        if grouped is None:
            grouped = self._grouped[table, column] = {}
            for row in self._found[table]:
                grouped.setdefault(row[column], []).append(row)
        return grouped.get(value, [])

    def _stop_at_errors(self) -> None:
        if self._errors:
            _refuse(self._errors)

    def _attempt(self, where: str, what: Callable[[], Any]) -> Any:
        try:
            return what()
        except (_Fault, ValueError, KeyError, TypeError, AttributeError, OverflowError, msgspec.MsgspecError, AssertionError) as problem:
            said = str(problem) if isinstance(problem, _Fault) else "This cannot be."
            self._errors.setdefault(where, []).append(said)
            return None

    def _read_table(self, table: Table, given: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        wanted = shown_columns(table)
        if given["columns"] != wanted:
            self._errors[f"tables.{table.name}.columns"] = [f"Must be {', '.join(wanted)}."]
            return
        keys: set[tuple[Any, ...]] = set()
        key_columns = [column.name for column in table.primary_key.columns if column.name not in _NOT_SHOWN]
        for number, cells in enumerate(given["rows"]):
            where = f"tables.{table.name}.rows.{number}"
            if len(cells) != len(wanted):
                self._errors[where] = [f"Must have {len(wanted)} cells."]
                continue
            row: dict[str, Any] = {"world": NO_WORLD}
            for name, cell in zip(wanted, cells, strict=True):
                row[name] = self._attempt(f"{where}.{name}", partial(self._read_cell, table, table.c[name], cell))
            key = tuple(row[name] for name in key_columns)
            if "seq" not in table.primary_key.columns and key in keys:
                self._errors[where] = ["There is a row with this key already."]
            keys.add(key)
            yield row

    def _read_cell(self, table: Table, column: Column[Any], cell: Any) -> Any:
        if cell is None:
            if not column.nullable:
                raise _Fault("Must not be null.")
            return None
        if (table.name, column.name) in _BODIES:
            if not isinstance(cell, dict) or not _within(cell, MAX_DEPTH):
                raise _Fault(f"Must be an object, not nested deeper than {MAX_DEPTH}.")
            return to_json(cell)
        if isinstance(column.type, Instant):
            read = datetime.fromisoformat(_text(cell))
            if read.tzinfo is None or read.microsecond or not FIRST_YEAR <= read.astimezone(UTC).year < LAST_YEAR:
                raise _Fault(f"Must be an RFC 3339 instant of whole seconds with its offset, from {FIRST_YEAR} to {LAST_YEAR - 1}.")
            at = seconds(read)
            if at > seconds(self.now) and column.name != "next_due_at":
                raise _Fault("Must not lie after the clock's `now`.")
            return at
        if isinstance(column.type, Integer):
            largest = LARGEST if isinstance(column.type, BigInteger) else LARGEST_SMALL
            if type(cell) is not int or not -largest - 1 <= cell <= largest:
                raise _Fault(f"Must be a whole number of at most {largest.bit_length() + 1} bits.")
            return cell
        if isinstance(column.type, LargeBinary):
            return b64decode(_text(cell), validate=True)
        return _text(cell)


def _within(value: Any, depth: int) -> bool:
    """Whether a value of JSON is nothing deeper than so many layers."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return depth > 0 and all(_within(one, depth - 1) for one in inner)


def _text(cell: Any) -> str:
    if not isinstance(cell, str) or "\x00" in cell:
        raise _Fault("Must be a text.")
    return cell


# ── what must hold between rows ────────────────────────────────────────────────────────────────────────────────────────


def _must(holds: bool, says: str) -> None:
    if not holds:
        raise _Fault(says)


def _check_account(reader: _Reader, row: Json) -> None:
    _must(bool(_ID.fullmatch(row["id"])), "Its `id` is none.")
    _must(row["role"] in _ROLES, f"Its `role` must be one of {', '.join(_ROLES)}.")
    _must((row["store"] is not None) == (row["role"] == Actor.SELLER), "A seller has a store, and nobody else.")
    if row["store"] is not None:
        _must(reader.by_id("stores", row["store"])["seller"] == row["id"], "Its store is not its own.")
    _must(len(reader.having("accounts", "name", row["name"])) == 1, "There are two accounts of this name.")
    made = [*reader.having("orders", "buyer", row["id"]), *reader.having("evidence", "by", row["id"])]
    _check_numbered([thing["id"] for thing in made], row["serial"], ("ord", "evd"), reader.engine.seed, row["id"])


def _check_store(reader: _Reader, row: Json) -> None:
    _must(bool(_ID.fullmatch(row["id"])), "Its `id` is none.")
    _must(reader.by_id("accounts", row["seller"])["store"] == row["id"], "Its seller has another store.")


def _check_order(reader: _Reader, row: Json) -> None:
    dispute = None if row["dispute"] is None else reader.by_id("disputes", row["dispute"])
    order = read_order(row["body"], None if dispute is None else dispute["body"])
    _must(dispute is None or dispute["order_id"] == row["id"], "Its dispute is about another order.")
    _must(bool(_ID.fullmatch(order.id)), "Its `id` is none.")
    _must(reader.by_id("accounts", order.buyer)["role"] == Actor.BUYER, "Its buyer is none.")
    _must(reader.by_id("stores", order.store)["seller"] == order.seller, "Its store is not its seller's.")
    of_order = {name: reader.of_order(name, order.id) for name in ("events", "disputes", "messages", "reviews")}
    _must(row["events"] == len(of_order["events"]), "Its `events` are not as many.")
    _must(row["mediated"] == max((other["mediated"] for other in of_order["disputes"]), default=0), "Its `mediated` is not its disputes'.")
    as_it_would_be = order_row(row["world"], order, reader.engine, row["events"], bool(row["mediated"]))
    plain = read_order(row["body"], None)
    row["body"] = _checked(reader, plain, order_body(plain), row["body"])
    _check_order_facts(order, of_order)
    _alike(row, as_it_would_be)
    solutions = [solution.id for other in of_order["disputes"] for solution in read_dispute(other["body"]).solutions]
    made = [*solutions, *(other["id"] for name in ("disputes", "messages") for other in of_order[name])]
    _check_numbered(made, order.serial, ("dsp", "sol", "msg"), order.id)


def _check_order_facts(order: Order, of_order: Mapping[str, list[Json]]) -> None:
    """What no columns and no invariant of an order alone tell."""
    _must(order.quantity > 0, "Its `quantity` cannot be.")
    _must(order.processing_ends_at is not None, "It has no end of its processing time.")
    _must(
        order.status is not OrderStatus.IN_DISPUTE or order.before_dispute is not None, "Where it goes on after its dispute is not known."
    )
    entered = [event["at"] for event in of_order["events"] if event["before"] != event["after"]]
    _must(order.entered_at is not None and seconds(order.entered_at) == entered[-1], "It has come into its state at another instant.")
    _must(order.reviewed == bool(of_order["reviews"]), "Its review is not there, or not known.")
    unreported = [message["id"] for message in of_order["messages"] if message["by"] == Actor.SELLER and message["reported_at"] is None]
    _must(sorted(order.unreported) == sorted(unreported), "Its `unreported` messages are others.")
    _must(all(part.amount > 0 for part in order.refunds), "An amount of it cannot be.")


def _check_dispute(reader: _Reader, row: Json) -> None:
    dispute, placed = read_dispute(row["body"]), reader.by_id("orders", row["order_id"])
    _must(bool(_ID.fullmatch(dispute.id)), "Its `id` is none.")
    order = read_order(placed["body"], None)
    row["body"] = _checked(reader, dispute, dispute_body(dispute), row["body"])
    _check_dispute_facts(dispute, order)
    _must(0 <= dispute.edits_used <= reader.engine.settings.edits_max, "Its `edits_used` cannot be.")
    _alike(row, dispute_row(row["world"], order, dispute))
    latest = placed["dispute"] == dispute.id
    _must(latest or dispute.status is DisputeStatus.CLOSED, "Its order has another one that is open, or none.")
    _must(
        latest or (dispute.outcome in WITHDRAWN and dispute.compensation == 0), "Only a dispute that was withdrawn is followed by another."
    )
    _must(not (latest and dispute.superseded), "No later one has taken its place.")
    for file in dispute.evidence:
        kept = reader.by_id("evidence", file.id)
        _must((kept["role"], kept["size"]) == (file.by, file.size), "Its evidence is not what was uploaded.")
    attached = {attachment["evidence"] for attachment in reader.having("attachments", "dispute", dispute.id)}
    _must(attached == {file.id for file in dispute.evidence}, "Its evidence is not what is attached.")


def _check_dispute_facts(dispute: Dispute, order: Order) -> None:
    """What no columns and no invariant of an order alone tell."""
    asked = [(dispute.remedy, dispute.amount), *((solution.remedy, solution.amount) for solution in dispute.solutions)]
    money = all(
        (amount is None) == (remedy not in MONEY_REMEDIES) and (amount is None or 0 < amount <= order.total) for remedy, amount in asked
    )
    ends = [end.amount for end in (dispute.settlement, dispute.first_end) if end is not None]
    _must(money and all(0 <= amount <= order.total for amount in (dispute.compensation or 0, *ends)), "An amount of it cannot be.")
    _must(dispute.settlement is None or dispute.settlement.outcome not in WITHDRAWN, "What was withdrawn has not been settled.")
    sides = {solution.id: solution.by for solution in dispute.solutions}
    known = (dispute.seller_solution, dispute.claim.declined if dispute.claim is not None else None)
    _must(all(wanted is None or sides.get(wanted) is Actor.SELLER for wanted in known), "A solution of its seller is not there.")
    _must(sides.get(dispute.buyer_solution) is Actor.BUYER, "The solution of its buyer is not there.")


def _checked(reader: _Reader, fact: Order | Dispute, written: str, given: str) -> str:
    """A document as we write it, if it was given so, and tells of nothing that has not happened yet."""
    _must(from_json(written) == from_json(given), "Its `body` is not in the form in which it is exported.")
    for name, at in _instants(fact):
        ours = at.utcoffset() == timedelta(0) and not at.microsecond and FIRST_YEAR <= at.year < LAST_YEAR
        _must(ours, f"Its `{name}` must be an instant of whole seconds in UTC, from {FIRST_YEAR} to {LAST_YEAR - 1}.")
        _must(name in _DEADLINES or at <= reader.now, f"Its `{name}` must not lie after the clock's `now`.")
    return written


def _instants(fact: Any) -> Iterator[tuple[str, datetime]]:
    """Every instant in a fact, with its name."""
    for field in fields(fact):
        value = getattr(fact, field.name)
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, datetime):
                yield field.name, one
            elif is_dataclass(one):
                yield from _instants(one)


def _check_numbered(made: Sequence[str], serial: int, prefixes: Sequence[str], *of: object) -> None:
    """Whether these are all the ids up to a number, so that the next one is nobody's yet."""
    _must(serial == len(made), "Its `serial` is not how many things it has numbered.")
    ids = set(made)
    for number in range(1, serial + 1):
        ours = sum(make_id(prefix, *of, number) in ids for prefix in prefixes)
        _must(ours == 1, f"What it has numbered {number} has another id.")


def _check_event(reader: _Reader, row: Json) -> None:
    reader.by_id("orders", row["order_id"])
    _must(row["row"] in ROW_BY_NAME, "There is no such row of the table.")
    _must(row["by"] == ROW_BY_NAME[row["row"]].by, "This row is somebody else's.")
    _must(
        row["dispute"] is None or reader.by_id("disputes", row["dispute"])["order_id"] == row["order_id"], "Its dispute is another order's."
    )
    rule, before, after = ROW_BY_NAME[row["row"]], read_state(row["before"]), read_state(row["after"])
    _must(
        rule.at.fits(before) and after in targets(rule.to, before), "Its row of the table does not lead from its `before` to its `after`."
    )
    earlier = [event["after"] for event in reader.of_order("events", row["order_id"]) if event["number"] == row["number"] - 1]
    _must([row["before"]] == (earlier or [state_text(NOTHING_YET)]), "Its `before` is not where the event before it has led.")
    about_none = all(state.dispute in (DisputeStatus.NONE, DisputeStatus.CLOSED) for state in (before, after))
    _must(row["dispute"] is not None or about_none, "Its dispute is not named.")


def _check_entry(reader: _Reader, row: Json) -> None:
    event = _check_event_of(reader, row, row["at"])
    _must(row["rule"] == ROW_BY_NAME[event["row"]].rule, "Its `rule` is not its event's.")
    _must(Account(row["source"]) is not Account(row["target"]), "It moves nothing.")
    legs = [entry["leg"] for entry in reader.of_order("ledger", row["order_id"]) if entry["number"] == row["number"]]
    _must(sorted(legs) == list(range(len(legs))), "The `leg`s of its event have a gap.")


def _check_event_of(reader: _Reader, row: Json, at: int) -> Json:
    event = next((event for event in reader.of_order("events", row["order_id"]) if event["number"] == row["number"]), None)
    if event is None:
        raise _Fault("It belongs to no event.")
    _must(event["at"] == at, "It is of another instant than its event.")
    return event


def _check_mail(reader: _Reader, row: Json) -> None:
    _check_event_of(reader, row, row["at"])
    order = reader.by_id("orders", row["order_id"])
    _must(row["recipient"] in (order["buyer"], order["seller"]), "It goes to a stranger.")


def _check_message(reader: _Reader, row: Json) -> None:
    event = _check_event_of(reader, row, row["sent_at"])
    _must(row["by"] == event["by"] and row["by"] in (Actor.BUYER, Actor.SELLER), "Its event is somebody else's.")
    _must(row["text"] in from_json(event["details"]).values(), "Its event does not tell of it.")
    _must(
        row["reported_at"] is None or (row["by"] == Actor.SELLER and row["reported_at"] >= row["sent_at"]), "It cannot have been reported."
    )
    _must(row["store"] == reader.by_id("orders", row["order_id"])["store"], "Its order is another store's.")


def _check_review(reader: _Reader, row: Json) -> None:
    _must(row["store"] == reader.by_id("orders", row["order_id"])["store"], "Its order is another store's.")
    _must(1 <= row["stars"] <= _MAX_STARS, "It has 1 to 5 stars.")
    events = reader.of_order("events", row["order_id"])
    _must(any(event["at"] == row["made_at"] and event["by"] == Actor.BUYER for event in events), "It belongs to no event.")


def _check_evidence(reader: _Reader, row: Json) -> None:
    _must(bool(_ID.fullmatch(row["id"])), "Its `id` is none.")
    _must(reader.by_id("accounts", row["by"])["role"] == row["role"], "Its uploader has another role.")
    data = next((file["bytes"] for file in reader.having("files", "sha256", row["sha256"])), b"")
    _must(len(data) == row["size"], "Its bytes are not there.")
    _must(media_type(data) == row["media_type"], "Its bytes are of another kind.")


def _check_attachment(reader: _Reader, row: Json) -> None:
    reader.by_id("evidence", row["evidence"])
    reader.by_id("disputes", row["dispute"])


def _check_file(reader: _Reader, row: Json) -> None:
    _must(sha256(row["bytes"]).hexdigest() == row["sha256"], "Its bytes have another hash.")
    _must(bool(reader.having("evidence", "sha256", row["sha256"])), "It is nobody's evidence.")


def _alike(row: Json, wanted: Json) -> None:
    """Whether a row's columns say what its document says."""
    wrong = [name for name, value in wanted.items() if row[name] != value and name != "body"]
    _must(not wrong, f"Its {', '.join(wrong)} and its body do not agree.")


_ROLES = (Actor.BUYER.value, Actor.SELLER.value, Actor.MEDIATOR.value)
_MAX_STARS = 5
# Where every order begins.
NOTHING_YET = State(OrderStatus.NEW, DisputeStatus.NONE, ClaimStatus.NONE, ClaimKind.NONE, ReturnStage.NONE)
# The instants of an order or a dispute that may lie ahead.
_DEADLINES = frozenset({"processing_ends_at", "delivery_due_at", "protection_ends_at", "due_at"})
_CHECKS: Mapping[str, Callable[[_Reader, Json], None]] = {
    "accounts": _check_account,
    "stores": _check_store,
    "orders": _check_order,
    "disputes": _check_dispute,
    "events": _check_event,
    "ledger": _check_entry,
    "mails": _check_mail,
    "messages": _check_message,
    "reviews": _check_review,
    "evidence": _check_evidence,
    "attachments": _check_attachment,
    "files": _check_file,
}
