"""A whole world as one JSON document, and back. What comes back is believed nothing: every cell, every reference and every invariant is checked."""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import Column, Integer, LargeBinary, Table

from ..audit import audit
from ..domain import refusals
from ..domain.engine import Engine
from ..domain.refusals import Refused
from ..domain.rulesets import SettingsError, build_settings
from ..domain.words import Account, Actor, ClockMode, DisputeStatus
from ..growth import world_names
from ..service import engine_for
from ..sniffing import media_type
from ..store import worlds
from ..store.codec import dispute_body, from_json, instant, order_body, read_dispute, read_order, seconds, to_json
from ..store.database import Session
from ..store.orders import ROW_BY_NAME, dispute_row, order_row
from ..store.reading import read_state
from ..store.tables import WORLD_TABLES, Instant
from .access import Json, Kept, Origin

FORMAT, VERSION = "dispute-emulator/world", 1
MAX_ERRORS = 50
LARGEST = 2**63 - 1

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


def read_document(document: Mapping[str, Any], world: int) -> ReadWorld:
    """A document that the schema has let through, as rows of this world; raises Refused that names what cannot be."""
    if (document["format"], document["version"]) != (FORMAT, VERSION):
        _refuse({"format": [f"Must be {FORMAT}, version {VERSION}."]})
    head = document["sandbox"]
    try:
        build_settings(head["ruleset"], head["settings"])
    except SettingsError as problem:
        _refuse({f"sandbox.settings.{name}": texts for name, texts in problem.errors.items()})
    if head["world"] not in world_names():
        _refuse({"sandbox.world": [f"Must be one of {', '.join(world_names())}."]})
    settings = json.dumps(head["settings"], sort_keys=True)
    reader = _Reader(world, engine_for(head["ruleset"], settings, head["seed"]), head["clock"]["now"])
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

    def __init__(self, world: int, engine: Engine, now: datetime) -> None:
        self._world = world
        self.engine = engine
        self._now = seconds(now)
        self._errors: dict[str, list[str]] = {}
        self._found: dict[str, list[Json]] = {}
        self._ids: dict[str, dict[str, Json]] = {}
        self._orders: dict[str, dict[str, list[Json]]] = {}

    def read(self, tables: Mapping[str, Any]) -> worlds.Rows:
        names = [table.name for table in WORLD_TABLES]
        if sorted(tables) != sorted(names):
            _refuse({"tables": [f"Must be {', '.join(names)}."]})
        for table in WORLD_TABLES:
            self._found[table.name] = list(self._read_table(table, tables[table.name]))
        self._stop_at_errors()
        self._index()
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

    def rows(self, table: str) -> list[Json]:
        """All rows of a table."""
        return self._found[table]

    def by_id(self, table: str, row_id: str) -> Json:
        """The row with this id; raises _Fault where there is none."""
        found = self._ids[table].get(row_id)
        if found is None:
            raise _Fault(f"There is no {row_id} among the {table}.")
        return found

    def of_order(self, table: str, order_id: str) -> list[Json]:
        """The rows of an order."""
        return self._orders[table].get(order_id, [])

    def _index(self) -> None:
        for table, rows in self._found.items():
            self._ids[table] = {row["id"]: row for row in rows if "id" in row}
            of_order = self._orders.setdefault(table, {})
            for row in rows:
                if "order_id" in row:
                    of_order.setdefault(row["order_id"], []).append(row)

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
            row: dict[str, Any] = {"world": self._world}
            for name, cell in zip(wanted, cells, strict=True):
                row[name] = self._attempt(f"{where}.{name}", partial(self._read_cell, table, table.c[name], cell))
            key = tuple(row[name] for name in key_columns)
            if "seq" not in table.c and key in keys:
                self._errors[where] = ["There is a row with this key already."]
            keys.add(key)
            yield row

    def _read_cell(self, table: Table, column: Column[Any], cell: Any) -> Any:
        if cell is None:
            if not column.nullable:
                raise _Fault("Must not be null.")
            return None
        if (table.name, column.name) in _BODIES:
            if not isinstance(cell, dict):
                raise _Fault("Must be an object.")
            return to_json(cell)
        if isinstance(column.type, Instant):
            read = datetime.fromisoformat(_text(cell))
            if read.tzinfo is None or read.microsecond:
                raise _Fault("Must be an RFC 3339 instant of whole seconds with its offset.")
            at = seconds(read)
            if at > self._now and column.name != "next_due_at":
                raise _Fault("Must not lie after the clock's `now`.")
            return at
        if isinstance(column.type, Integer):
            if type(cell) is not int or not -LARGEST - 1 <= cell <= LARGEST:
                raise _Fault("Must be a whole number of at most 64 bits.")
            return cell
        if isinstance(column.type, LargeBinary):
            return b64decode(_text(cell), validate=True)
        return _text(cell)


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
    _must(0 <= row["serial"] <= _MAX_SERIAL, "Its `serial` cannot be.")
    _must((row["store"] is not None) == (row["role"] == Actor.SELLER), "A seller has a store, and nobody else.")
    if row["store"] is not None:
        _must(reader.by_id("stores", row["store"])["seller"] == row["id"], "Its store is not its own.")
    _must(sum(other["name"] == row["name"] for other in reader.rows("accounts")) == 1, "There are two accounts of this name.")


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
    _must(row["events"] == len(reader.of_order("events", order.id)), "Its `events` are not as many.")
    as_it_would_be = order_row(row["world"], order, reader.engine, row["events"], bool(row["mediated"]))
    row["body"] = order_body(read_order(row["body"], None))
    _alike(row, as_it_would_be)


def _check_dispute(reader: _Reader, row: Json) -> None:
    dispute, placed = read_dispute(row["body"]), reader.by_id("orders", row["order_id"])
    _must(bool(_ID.fullmatch(dispute.id)), "Its `id` is none.")
    row["body"] = dispute_body(dispute)
    _alike(row, dispute_row(row["world"], read_order(placed["body"], None), dispute))
    latest = placed["dispute"] == dispute.id
    _must(latest or dispute.status is DisputeStatus.CLOSED, "Its order has another one that is open, or none.")
    _must(not (latest and dispute.superseded), "No later one has taken its place.")
    for file in dispute.evidence:
        reader.by_id("evidence", file.id)


def _check_event(reader: _Reader, row: Json) -> None:
    reader.by_id("orders", row["order_id"])
    _must(row["row"] in ROW_BY_NAME, "There is no such row of the table.")
    _must(row["by"] == ROW_BY_NAME[row["row"]].by, "This row is somebody else's.")
    _must(row["dispute"] is None or reader.by_id("disputes", row["dispute"])["order_id"] == row["order_id"], "Its dispute is another order's.")
    read_state(row["before"])
    read_state(row["after"])


def _check_entry(reader: _Reader, row: Json) -> None:
    _check_event_of(reader, row)
    _must(Account(row["source"]) is not Account(row["target"]), "It moves nothing.")


def _check_event_of(reader: _Reader, row: Json) -> None:
    _must(any(event["number"] == row["number"] for event in reader.of_order("events", row["order_id"])), "It belongs to no event.")


def _check_mail(reader: _Reader, row: Json) -> None:
    _check_event_of(reader, row)
    order = reader.by_id("orders", row["order_id"])
    _must(row["recipient"] in (order["buyer"], order["seller"]), "It goes to a stranger.")


def _check_message(reader: _Reader, row: Json) -> None:
    _check_event_of(reader, row)
    _must(row["by"] in (Actor.BUYER, Actor.SELLER), "Only the two sides write.")
    _must(row["store"] == reader.by_id("orders", row["order_id"])["store"], "Its order is another store's.")


def _check_review(reader: _Reader, row: Json) -> None:
    _must(row["store"] == reader.by_id("orders", row["order_id"])["store"], "Its order is another store's.")
    _must(1 <= row["stars"] <= _MAX_STARS, "It has 1 to 5 stars.")


def _check_evidence(reader: _Reader, row: Json) -> None:
    _must(bool(_ID.fullmatch(row["id"])), "Its `id` is none.")
    _must(reader.by_id("accounts", row["by"])["role"] == row["role"], "Its uploader has another role.")
    file = next((file for file in reader.rows("files") if file["sha256"] == row["sha256"]), None)
    _must(file is not None and len(file["bytes"]) == row["size"], "Its bytes are not there.")
    _must(file is not None and media_type(file["bytes"]) == row["media_type"], "Its bytes are of another kind.")


def _check_attachment(reader: _Reader, row: Json) -> None:
    reader.by_id("evidence", row["evidence"])
    reader.by_id("disputes", row["dispute"])


def _check_file(_: _Reader, row: Json) -> None:
    _must(sha256(row["bytes"]).hexdigest() == row["sha256"], "Its bytes have another hash.")


def _alike(row: Json, wanted: Json) -> None:
    """Whether a row's columns say what its document says."""
    wrong = [name for name, value in wanted.items() if row[name] != value and name != "body"]
    _must(not wrong, f"Its {', '.join(wrong)} and its body do not agree.")


_ROLES = (Actor.BUYER.value, Actor.SELLER.value, Actor.MEDIATOR.value)
_MAX_SERIAL, _MAX_STARS = 10**9, 5
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
