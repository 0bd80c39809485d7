"""A world as a document.

What is exported comes back the same anywhere, and what nobody can have exported is refused, whatever was done to it.
"""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from freezegun import freeze_time
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Integer, LargeBinary
from werkzeug.test import TestResponse

from emulator.app import create_app
from emulator.store.tables import WORLD_TABLES, Instant

from ..conftest import Apps
from ..dumping import dump
from ..sandbox import Json, Sandbox, usd
from .commands import Branch, Past, Wanderer, alike, arrivals, at, examples, export, import_, led, pasts, rows, written

TABLES = {table.name: table for table in WORLD_TABLES}
OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}
# What is refused before a database is asked is the same on both.
SQLITE = pytest.mark.parametrize("database", ["sqlite"])


def brought(client: FlaskClient, document: Json) -> Branch:
    """The sandbox of a document."""
    answer = import_(client, document)
    assert answer.status_code == 201, answer.text
    return Branch(client, answer.json or {}, {row[1]: row[0] for row in document["tables"]["disputes"]["rows"]})


# ── there and back ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("elsewhere", [False, True], ids=["the same database", "a database of the other kind"])
def test_any_world_comes_back_as_it_was_and_goes_on_alike(elsewhere: bool, apps: Apps, database: str) -> None:
    home, away = apps(database), apps(OTHER[database] if elsewhere else database)

    @examples(6 if database == "sqlite" else 2)
    @given(pasts(("empty", "small", "small", "market")))
    def holds(past: Past) -> None:
        with led(home.test_client(), past) as box:
            document = export(box)
            twin = brought(away.test_client(), document)
            assert twin.id != box.id
            assert rows(away, twin) == rows(home, box)
            assert arrivals(away, twin) == arrivals(home, box)
            assert export(twin) == document
            if past.world != "market":
                assert alike(twin) == alike(box)
            for here in (box, twin):
                here.made["accounts"] = sorted(here.made["accounts"], key=lambda account: account["name"])
                wanderer = Wanderer(here, random.Random(past.walk))
                wanderer.wander(12)
                here.advance(by="P50D")
                wanderer.wander(3)
            assert rows(away, twin) == rows(home, box)
            assert arrivals(away, twin) == arrivals(home, box)
            again = export(box)
            twin.control("DELETE")
        back = brought(home.test_client(), again)
        assert export(back) == again
        assert back.audit()["ok"]
        back.control("DELETE")

    holds()


def test_the_document_is_the_same_wherever_the_world_has_been(apps: Apps) -> None:
    """From SQLite to PostgreSQL and back, a file, a snapshot and a fork of it included."""
    box = rich(apps("sqlite").test_client())
    first = export(box)
    there = brought(apps("postgresql").test_client(), first)
    kept = there.control("POST", "/snapshots")["id"]
    there.advance(by="P3D")
    there.control("POST", f"/snapshots/{kept}/restore")
    back = brought(box.client, export(there))
    assert export(back) == first
    assert alike(back) == alike(box)
    assert back.order(first["tables"]["orders"]["rows"][0][0])["status"]


def test_what_an_import_answers_is_a_sandbox_of_its_own(shared_client: FlaskClient) -> None:
    box = rich(shared_client)
    document = export(box)
    one, other = brought(shared_client, document), brought(shared_client, document)
    tokens = [token for here in (box, one, other) for token in here.tokens.values()]
    assert len(set(tokens)) == len(tokens)
    assert one.ids == other.ids == box.ids
    assert one.made["name"] == box.made["name"]
    stood = alike(box)
    one.disputed()
    one.advance(by="P30D")
    assert alike(other) == alike(box) == stood
    one.control("POST", "/reset")
    assert one.now() == document["sandbox"]["starts_at"]
    assert one.placed()


@pytest.mark.parametrize("mode", ["real", "shifted"])
def test_a_running_world_goes_on_from_the_instant_of_its_document(mode: str, shared_client: FlaskClient) -> None:
    wall_at = datetime(2031, 5, 7, 8, 9, 10, tzinfo=UTC)
    began = wall_at if mode == "real" else datetime(2026, 1, 1, 12, tzinfo=UTC)
    with freeze_time(wall_at) as wall:
        box = Sandbox(shared_client, frozen=False, now=None if mode == "real" else written(began))
        order, late = box.placed(), box.shipped()
        wall.tick(timedelta(days=8))
        # Nobody has looked, so what is overdue comes along.
        document = export(box)
        assert document["sandbox"]["clock"] == {"mode": mode, "now": written(began + timedelta(days=8))}
        wall.tick(timedelta(days=100))
        twin = brought(shared_client, document)
        assert twin.control("GET", "/clock") == {"mode": "shifted", "now": written(began + timedelta(days=8))}
        assert [twin.order(one)["status"] for one in (order, late)] == ["cancelled", "awaiting_confirmation"]
        wall.tick(timedelta(days=52))
        assert twin.order(late)["status"] == "finished"
        assert twin.pages("/timeline?limit=100")[-1]["at"] == written(began + timedelta(days=60))
        assert twin.audit()["ok"]
        for here in (box, twin):
            here.control("DELETE")


@pytest.mark.parametrize("fill", ["load", "scenario", "default"])
def test_however_a_world_was_filled_it_can_be_carried_away(
    fill: str, apps: Apps, database: str, new_database: Callable[[str], str]
) -> None:
    client = apps(database).test_client()
    box = Sandbox(client, world="small", seed=f"filled by {fill}")
    if fill == "load":
        box.control("POST", "/load", json={"orders": 150})
    if fill == "scenario":
        for story in ("S02", "S09", "S19", "S32"):
            box.control("POST", f"/scenarios/{story}", json={})
    if fill == "default":
        app = create_app(new_database(database), demo=True)
        document = app.test_client().get("/_emulator/sandboxes/default/export").json or {}
        app.extensions["dispute_emulator"].close()
    else:
        document = export(box)
    twin = brought(client, document)
    assert export(twin)["tables"] == document["tables"]
    assert twin.audit()["ok"]
    twin.advance(by="P200D")
    assert twin.audit()["ok"]


# ── what is refused ────────────────────────────────────────────────────────────────────────────────────────────────────


def rich(client: FlaskClient, **wish: Any) -> Sandbox:
    """A sandbox in which every table has rows and every kind of fact occurs."""
    box = Sandbox(client, seed="rich", settings={"appeal_days": 7, "appeal_after_cancel": True, "store_close_count": 6}, **wish)
    asked = box.asked(to="seller", evidence_required=True)
    message = box.do("seller", "send_message", asked, text="Please close it, friend.")["id"]
    box.do("buyer", "report_message", asked, message=message)
    box.do("seller", "send_message", asked, text="Please.")
    box.do("seller", "offer", asked, remedy="refund", amount=usd("30.00"))
    box.do("buyer", "decline_solution", asked)
    box.do("seller", "answer", asked, text="So.", evidence=[box.evidence("seller", "s.png")])
    reviewed = box.finished()
    box.do("buyer", "review", reviewed, stars=4, text="Fine.")
    box.accepted(reason="damaged", amount=usd("20.00"), evidence=[box.evidence("buyer", "b.png")])
    again = box.withdrawn()
    box.do("buyer", "open_dispute", again, **box.opening())
    box.placed()
    box.replacing()
    box.contested()
    box.advance(by="P1D")
    box.appealed()
    box.evidence("buyer", "kept back.png")
    box.advance(by="P2D")
    return box


@pytest.fixture(scope="module")
def documents(apps: Apps) -> Callable[[str], tuple[Flask, Json]]:
    """A rich document and an application in which nothing lies, a kind of database."""
    made: dict[str, Json] = {}

    def document(kind: str) -> tuple[Flask, Json]:
        if kind not in made:
            box = rich(apps(kind).test_client())
            made[kind] = export(box)
            box.control("DELETE")
        return apps(kind), made[kind]

    return document


@pytest.fixture
def given_app(documents: Callable[[str], tuple[Flask, Json]], database: str) -> Flask:
    return documents(database)[0]


@pytest.fixture
def document(documents: Callable[[str], tuple[Flask, Json]], database: str) -> Json:
    """A document that may be tampered with."""
    return copy.deepcopy(documents(database)[1])


def errors(answer: TestResponse) -> Json:
    """What an import was refused for; it must have been, by a problem that says so."""
    told = answer.json or {}
    assert answer.status_code == 422, (answer.status_code, answer.text[:300])
    assert answer.mimetype == "application/problem+json"
    assert told["code"] in ("import_refused", "malformed"), told
    assert "Traceback" not in answer.text
    found: Json = told["errors"]
    assert found
    return found


class Tampering:
    """Tries documents that differ from a good one in one place, and looks whether anything was left behind."""

    def __init__(self, app: Flask, document: Json) -> None:
        self.app, self.client, self.document = app, app.test_client(), document
        self.before = dump(app)
        self.tried = 0

    def cells(self) -> Iterator[tuple[str, str, list[Any], int, int]]:
        """Of every column a row that has a value there: the table, the column, the row, and the places of both."""
        for name, table in self.document["tables"].items():
            for place, column in enumerate(table["columns"]):
                number, row = next((entry for entry in enumerate(table["rows"]) if entry[1][place] not in (None, 0)), (0, table["rows"][0]))
                yield name, column, row, number, place

    def refused(self, holder: Any, key: Any, value: Any) -> Json:
        """With this value there it must be refused; the document is whole again afterwards."""
        was = holder[key]
        holder[key] = value
        try:
            return errors(self.send())
        except AssertionError as problem:
            raise AssertionError(f"{key} of {str(holder)[:200]}: {was!r} became {str(value)[:100]!r}: {problem}") from None
        finally:
            holder[key] = was

    def send(self) -> TestResponse:
        self.tried += 1
        return import_(self.client, self.document)

    def end(self) -> None:
        left = dump(self.app)
        good = self.send()
        for box in (self.client.get("/_emulator/sandboxes").json or {})["data"]:
            self.client.delete(f"/_emulator/sandboxes/{box['id']}")
        assert left == self.before
        assert good.status_code == 201, "the document was good but for what was tried"
        assert self.tried > 1


@pytest.fixture
def tampering(given_app: Flask, document: Json) -> Iterator[Tampering]:
    trying = Tampering(given_app, document)
    yield trying
    trying.end()


def nested(depth: int) -> Any:
    value: Any = "deep"
    for _ in range(depth):
        value = {"a": value}
    return value


LATE = "2026-01-04T12:00:01Z"
ANYWHERE = [[[]], True, 1e308, 2**63, -(2**63) - 1, 10**30]
IN_TEXTS = [*ANYWHERE, {}, 5, "a\x00b"]
IN_NUMBERS = [*ANYWHERE, {}, "1", "", "x"]
IN_INSTANTS = [*IN_TEXTS, "", "yesterday", "2026-01-01", "2026-01-01T12:00:00", "2026-01-01T12:00:00.5Z", "0001-01-01T00:00:00+14:00",
               "1700-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00"]  # fmt: skip
IN_BYTES = [*IN_TEXTS, "=", "===", "é", "AAA", "A" * 1001]
IN_BODIES = [*ANYWHERE, 5, "x", "{}", {}, nested(30), nested(300), nested(900)]


def wrong_values(name: str, column: str) -> list[Any]:
    """What no row of this table can have there."""
    kind = TABLES[name].c[column].type
    if column in ("body", "details"):
        return [value for value in IN_BODIES if (column, value) != ("details", {})]
    if isinstance(kind, Instant):
        return IN_INSTANTS if column == "next_due_at" else [*IN_INSTANTS, LATE]
    if isinstance(kind, Integer):
        return IN_NUMBERS if isinstance(kind, BigInteger) else [*IN_NUMBERS, 2**31, -(2**31) - 1]
    return IN_BYTES if isinstance(kind, LargeBinary) else IN_TEXTS


@SQLITE
def test_a_cell_of_the_wrong_kind_is_refused_by_its_place(tampering: Tampering) -> None:
    for name, column, row, number, place in tampering.cells():
        for value in wrong_values(name, column):
            found = tampering.refused(row, place, value)
            where = f"tables.{name}.rows.{number}"
            assert any(key in (where, f"{where}.{column}") for key in found), (name, column, value, found)
        if not TABLES[name].c[column].nullable:
            assert tampering.refused(row, place, None) == {f"tables.{name}.rows.{number}.{column}": ["Must not be null."]}


# What an account, a store or a side has said of itself, and when a file came: nothing else in the world tells it too.
SAID = {
    ("accounts", "name"), ("stores", "name"), ("stores", "opened_at"), ("stores", "closed_at"), ("events", "details"), ("messages", "text"),
    ("messages", "reported_at"), ("reviews", "stars"), ("reviews", "text"), ("evidence", "name"), ("evidence", "uploaded_at"),
}  # fmt: skip


def other_values(name: str, column: str, value: Any, all_rows: list[list[Any]], place: int) -> list[Any]:
    """What could stand there, but does not: a value of another row, the next number, another instant, a stranger's id."""
    kind = TABLES[name].c[column].type
    others = [other for other in {json.dumps(row[place]): row[place] for row in all_rows}.values() if other not in (value, None)][:3]
    if isinstance(kind, Instant):
        near = [written(at(value) + timedelta(hours=hours)) for hours in (-1, -100)] if value else ["2026-01-02T12:00:00Z"]
        return [*others, *near, *([None] if TABLES[name].c[column].nullable and value else [])]
    if isinstance(kind, Integer):
        return [*others, value + 1, value - 1, 2**31 - 1]
    if isinstance(kind, LargeBinary):
        return [*others, "", "AAAA"]
    if column in ("body", "details"):
        return others
    ids = [value[:4] + "a" * 16] if isinstance(value, str) and value[3:4] == "_" else []
    return [*others, *ids, "x", "", *([None] if TABLES[name].c[column].nullable and value else [])]


def test_a_cell_that_does_not_agree_with_the_others_is_refused(tampering: Tampering) -> None:
    for name, column, row, _, place in tampering.cells():
        if (name, column) in SAID:
            continue
        for value in other_values(name, column, row[place], tampering.document["tables"][name]["rows"], place):
            tampering.refused(row, place, value)


@SQLITE
def test_missing_doubled_short_and_long_rows_are_refused(tampering: Tampering) -> None:
    for name, table in tampering.document["tables"].items():
        whole = table["rows"]
        for number, row in enumerate(whole):
            # A mediator whom nobody knows yet is missed by nobody.
            if name != "accounts" or row[2] != "mediator":
                tampering.refused(table, "rows", whole[:number] + whole[number + 1 :])
            tampering.refused(table, "rows", [*whole, row])
            if number == 0:
                for wrong in (row[:-1], [*row, None], [], None, {}, "row"):
                    tampering.refused(table, "rows", [wrong, *whole[1:]])
        for wrong in (None, {}, "rows", [whole]):
            tampering.refused(table, "rows", wrong)


def test_other_tables_and_columns_are_refused_by_name(tampering: Tampering) -> None:
    tables = tampering.document["tables"]
    for name, table in tables.items():
        columns = table["columns"]
        for wrong in (columns[1:], [*columns, "surprise"], columns[::-1], [*columns[:-1], "surprise"], ["world", *columns], []):
            if wrong != columns:
                assert next(iter(tampering.refused(table, "columns", wrong))).startswith(f"tables.{name}")
        for gone in (None, [], {}, {"columns": columns}, {"rows": []}, table | {"surprise": 1}):
            assert any(name in key for key in tampering.refused(tables, name, gone))
        others = {other: found for other, found in tables.items() if other != name}
        assert "tables" in tampering.refused(tampering.document, "tables", others)
        assert "tables" in tampering.refused(tampering.document, "tables", others | {"sandboxes": table})
    assert "tables" in tampering.refused(tampering.document, "tables", tables | {"tokens": tables["accounts"]})


WRONG_HEADS: dict[str, list[Any]] = {
    "name": [None, 5, [], "", " ", "a\x00b", "x" * 101],
    "seed": [None, 5, "", "a\x00b", "another seed", "x" * 101],
    "ruleset": [None, 5, "", "strict"],
    "settings": [None, 5, [], "", {"surprise": 1}, {"appeal_days": -1}, {"cancel_closes_order": True, "reopen_after_cancel": True},
                 {"a": nested(900)}],
    "seeded": [None, "perhaps", "yes", 1, []],
    "world": [None, 5, "", "large", "../small"],
    "starts_at": [5, "", "yesterday", "0001-01-01T00:00:00Z", "9999-01-01T00:00:00Z"],
    "frozen": [None, 1, "yes"],
    "clock": [None, {}, [], {"mode": "frozen"}, {"now": "2026-01-04T12:00:00Z"}, {"mode": "stopped", "now": "2026-01-04T12:00:00Z"},
              {"mode": "frozen", "now": "2026-01-02T00:00:00Z"}, {"mode": "frozen", "now": "9999-01-01T00:00:00Z"},
              {"mode": "frozen", "now": None}, {"mode": "frozen", "now": "2026-01-04T12:00:00Z", "surprise": 1}],
    "surprise": [1],
}  # fmt: skip


def test_a_head_that_cannot_be_is_refused_by_its_field(tampering: Tampering) -> None:
    head = tampering.document["sandbox"]
    for field, values in WRONG_HEADS.items():
        for value in values:
            if field == "surprise":
                head[field] = 0
            found = tampering.refused(head, field, value)
            rows_instead = (field, value) == ("seed", "another seed") or (field == "clock" and "2026-01-02" in str(value))
            assert any(key.startswith("tables." if rows_instead else f"sandbox.{field}") for key in found), (field, value, found)
            head.pop("surprise", None)
        if field in head:
            was = head.pop(field)
            assert f"sandbox.{field}" in errors(tampering.send())
            head[field] = was
    for field, wrong in (
        ("format", ["", None, "json", 5]),
        ("version", [0, 2, None, "x", "1", [], 1.5, True, 2**70]),
        ("sandbox", [None, [], {}]),
    ):
        for value in wrong:
            found = tampering.refused(tampering.document, field, value)
            assert any(key.startswith(("format", field)) for key in found), (field, value, found)


@pytest.mark.parametrize(
    ("data", "status"),
    [(b"", 422), (b"[]", 422), (b"null", 422), (b"{", 422), (b'{"format": 1e999}', 422), (b"[" * 100_000, 422), (b'{"a":' * 2000, 422),
     (b'{"format": "\xff"}', 422), (b'{"format": "\\ud800"}', 422)],
)  # fmt: skip
def test_what_is_no_document_at_all_is_refused(data: bytes, status: int, shared_client: FlaskClient) -> None:
    answer = shared_client.post("/_emulator/sandboxes/import", data=data, content_type="application/json")
    assert answer.status_code == status
    assert errors(answer)


# ── inside the bodies ──────────────────────────────────────────────────────────────────────────────────────────────────


def leaves(value: Any, name: str = "") -> Iterator[tuple[Any, Any, str]]:
    """Every place inside a value: what holds it, its key there, and the last name on the way."""
    entries = list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    for key, inner in entries:
        called = key if isinstance(key, str) else name
        yield value, key, called
        yield from leaves(inner, called)


def bodies(document: Json) -> Iterator[Json]:
    for name in ("orders", "disputes"):
        for row in document["tables"][name]["rows"]:
            yield row[-1]


AMOUNTS = {"amount", "compensation", "total", "outside", "escrow", "hold", "seller", "refunding", "refunded"}
NUMBERS = {"serial", "edits_used", "size"}
STATES = {"status", "outcome", "kind", "stage", "dispute", "reviewed"}
IDS = {"id", "buyer", "store", "buyer_solution", "seller_solution", "declined", "unreported"}
AHEAD = {"processing_ends_at", "delivery_due_at", "protection_ends_at", "due_at"}
WORDS = ("finished", "cancelled", "closed", "processing", "sent", "mediation", True)


@SQLITE
def test_amounts_states_ids_and_dates_inside_a_body_cannot_be_changed(tampering: Tampering) -> None:
    tried = Counter[Any]()
    for body in bodies(tampering.document):
        for holder, key, name in list(leaves(body)):
            value = holder[key]
            # Two of every kind of fact, in whatever state: all are looked at alike.
            kind = (name, len(holder), type(value))
            tried[kind] += 1
            if tried[kind] > 2:
                continue
            wrong: list[Any] = []
            if isinstance(value, int) and not isinstance(value, bool) and name in AMOUNTS | NUMBERS:
                # Up to the total a buyer may have asked for any amount: what nobody tells twice is not what money moves by.
                free = name == "amount" and "made_at" not in holder and "due_at" not in holder and "remedy" not in holder
                wrong = [-1, 2**62] if (name == "amount" and not free) or name == "edits_used" else [value + 1, value - 1, 2**62]
            elif name in STATES and holder.keys() == {"outcome", "amount", "closed_at"}:
                # How a dispute had ended before it was appealed is told only here.
                continue
            elif name in STATES:
                wrong = [word for word in WORDS if word != value]
            elif name in IDS and value:
                wrong = ["ord_aaaaaaaaaaaaaaaa", "", None] if isinstance(value, str) else [[], ["msg_aaaaaaaaaaaaaaaa"]]
                # A side's solution can be off the table.
                wrong = wrong[:2] if name in ("seller_solution", "declined") else wrong
            elif isinstance(value, str) and name.endswith("_at"):
                wrong = ["2026-01-01T12:00:00.5Z", "2026-01-01T13:00:00+01:00", "1700-01-01T00:00:00Z", "9999-12-31T23:59:59Z"]
                wrong += [] if name in AHEAD else [LATE]
            for one in wrong:
                tampering.refused(holder, key, one)
    names = {name for name, _, _ in tried}
    assert names >= AMOUNTS | NUMBERS | IDS | {"entered_at", "due_at", "marked_at", "attached_at", "answered_at", "settled_at", "status"}


def test_the_latest_dispute_of_an_order_has_no_successor(tampering: Tampering) -> None:
    latest = {row[7] for row in tampering.document["tables"]["orders"]["rows"]} - {None}
    for row in tampering.document["tables"]["disputes"]["rows"]:
        if row[0] in latest:
            tampering.refused(row[-1], "superseded", True)


@SQLITE
def test_nothing_inside_a_body_can_be_of_another_kind_left_out_or_added(tampering: Tampering) -> None:
    seen: set[tuple[str, str]] = set()
    for body in bodies(tampering.document):
        for holder, key, name in list(leaves(body)):
            # Once of every kind of fact is enough: all are read alike.
            if (name, type(holder[key]).__name__) in seen or not isinstance(holder, dict):
                continue
            seen.add((name, type(holder[key]).__name__))
            for wrong in ([[]], {"surprise": []}, 1.5):
                tampering.refused(holder, key, wrong)
            was = holder.pop(key)
            errors(tampering.send())
            holder[key] = was
            holder["surprise"] = 1
            errors(tampering.send())
            del holder["surprise"]
    assert len(seen) > 60


# ── anything at all ────────────────────────────────────────────────────────────────────────────────────────────────────


_small = st.none() | st.integers() | st.text(max_size=3)
strange = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([2**31, 2**63, -(2**63), 10**30, 1e308, -0.0]),
    st.sampled_from(["", "x", "\x00", "2026-01-02T00:00:00Z", "2027-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z"]),
    st.text(max_size=5),
    st.lists(_small, max_size=2),
    st.lists(st.lists(_small, max_size=2), max_size=1),
    st.dictionaries(st.text(max_size=3), _small, max_size=2),
)


@st.composite
def mutations(draw: st.DrawFn) -> list[tuple[int, str, Any]]:
    """What is done, each at a place of the document chosen by a number: put something there, or do something with what is there."""
    done = st.tuples(
        st.integers(0, 10**9),
        st.sampled_from(["put", "put", "put", "say", "say", "nudge", "drop", "double", "swap", "shift", "borrow"]),
        strange,
    )
    return draw(st.lists(done, min_size=1, max_size=2))


# What can be told otherwise without anybody being able to tell.
TOLD = {"title", "explanation", "name", "carrier", "reason", "tracking_number"}


def mutate(document: Json, number: int, what: str, value: Any) -> None:
    places = [place for place in leaves(document) if what != "say" or place[2] in TOLD]
    if not places:
        return
    holder, key, name = places[number % len(places)]
    was = holder[key]
    others = [h[k] for h, k, called in places if called == name and type(h[k]) is type(was)]
    if what == "put":
        holder[key] = value
    elif what == "say":
        holder[key] = value if isinstance(value, str) and isinstance(was, str) else "else"
    elif what == "nudge":
        holder[key] = was + 1 if isinstance(was, int) else was + "x" if isinstance(was, str) else was
    elif what == "drop" and isinstance(holder, list):
        del holder[key]
    elif what == "double" and isinstance(holder, list):
        holder.insert(key, copy.deepcopy(was))
    elif what == "swap" and isinstance(holder, list):
        holder[key], holder[0] = holder[0], holder[key]
    elif what == "shift" and isinstance(was, str) and was.endswith("Z"):
        holder[key] = written(at(was) + timedelta(hours=number % 2000 - 1000)) if was[:2] == "20" else was
    elif what == "borrow":
        holder[key] = copy.deepcopy(others[number % len(others)])


def test_whatever_is_done_to_a_document_it_is_refused_or_is_a_world_that_works(given_app: Flask, document: Json, database: str) -> None:
    client, outcomes = given_app.test_client(), [0, 0]
    whole = json.dumps(document)

    @examples(60 if database == "sqlite" else 20)
    @given(mutations())
    def holds(done: list[tuple[int, str, Any]]) -> None:
        tampered = json.loads(whole)
        for number, what, value in done:
            mutate(tampered, number, what, value)
        before = dump(given_app)
        answer = import_(client, tampered)
        assert answer.status_code in (201, 422), answer.text
        outcomes[answer.status_code == 201] += 1
        if answer.status_code == 422:
            errors(answer)
            assert dump(given_app) == before
            return
        box = Branch(client, answer.json or {}, {})
        works(box)
        box.control("DELETE")

    holds()
    assert min(outcomes) >= 3, f"{outcomes[0]} were refused, {outcomes[1]} are worlds"


def works(box: Branch) -> None:
    """Nothing that is asked of this sandbox breaks, now or later."""
    assert box.audit() == box.audit() | {"ok": True, "violations": []}
    alike(box, most=8)
    roles = {account["role"] for account in box.made["accounts"]}
    if roles >= {"buyer", "seller", "mediator"}:
        Wanderer(box, random.Random(1)).wander(12)
    answer = box.client.post(f"{box.path}/clock/advance", json={"by": "P300D"})
    assert answer.status_code == 200, answer.text
    alike(box, most=8)
    assert box.audit()["violations"] == []
    kept = export(box)
    twin = brought(box.client, kept)
    assert export(twin) == kept
    twin.control("DELETE")
