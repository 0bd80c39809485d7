"""The tables. Every row of a marketplace carries its world, and every index begins with it.

A sandbox points to a **world**: the rows it shows now. A reset grows a fresh world and moves the pointer, so its cost does not depend on
what lies in the old one. What decides about an order lies in two documents, `orders.body` and `disputes.body`; the columns beside
them are what lists filter and sort by, and what SQL sums. Instants are whole seconds since 1970, amounts whole minor units.

Every unique key holds the sandbox or its world, so that a database could be spread over many by it (decision 020). A table that changes
here wants a migration beside it: `make migration` (decision 019).
"""

from __future__ import annotations

from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Sequence, Table, Text

metadata = MetaData()
db = SQLAlchemy(metadata=metadata)


class Instant(BigInteger):
    """Whole seconds since 1970."""


Amount = BigInteger

# Arrivals are counted for all worlds together: what arrived later at the same instant is newer, `seq` says so, and so is a world of a
# higher key. PostgreSQL counts by a sequence, so that nobody waits for another; SQLite, where one writes at a time, by a row.
arrivals = Sequence("arrivals", metadata=metadata)
counters = Table("counters", metadata, Column("name", Text, primary_key=True), Column("last", BigInteger, nullable=False))

# Small rows lie in their primary key's own tree on SQLite: one tree less to write at every insert.
CLUSTERED: dict[str, Any] = {"sqlite_with_rowid": False}

sandboxes = Table(
    "sandboxes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("world", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("ruleset", Text, nullable=False),
    Column("settings", Text, nullable=False),
    Column("seed", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("serial", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("clock_mode", Text, nullable=False),
    Column("clock_virtual", Instant, nullable=False),
    Column("clock_wall", Instant, nullable=False),
    Index("sandboxes_by_world", "world"),
    Index("sandboxes_by_clock", "clock_mode", "id"),
)

# Worlds that a sandbox has kept, each with the clock it had then (its anchors are those of `sandboxes`).
snapshots = Table(
    "snapshots",
    metadata,
    Column("sandbox", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("serial", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("world", BigInteger, nullable=False),
    Column("orders", Integer, nullable=False),
    Column("clock_mode", Text, nullable=False),
    Column("clock_virtual", Instant, nullable=False),
    Column("clock_wall", Instant, nullable=False),
    Index("snapshots_by_age", "sandbox", "serial"),
    **CLUSTERED,
)

# Worlds that nobody shows any more; their rows go bit by bit.
forsaken = Table("forsaken", metadata, Column("world", BigInteger, primary_key=True, autoincrement=False))

# A directory for finding the sandbox of a token.
tokens = Table(
    "tokens",
    metadata,
    Column("sandbox", Text, primary_key=True),
    Column("hash", LargeBinary(16), primary_key=True),
    Column("account", Text, nullable=False),
    Index("tokens_by_hash", "hash"),
    **CLUSTERED,
)

accounts = Table(
    "accounts",
    metadata,
    Column("world", BigInteger, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("store", Text),
    Column("serial", Integer, nullable=False),
    **CLUSTERED,
)

stores = Table(
    "stores",
    metadata,
    Column("world", BigInteger, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("seller", Text, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant),
    **CLUSTERED,
)

orders = Table(
    "orders",
    metadata,
    Column("world", BigInteger, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("buyer", Text, nullable=False),
    Column("seller", Text, nullable=False),
    Column("store", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("placed_at", Instant, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("next_due_at", Instant),
    Column("dispute", Text),
    Column("mediated", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("held", Amount, nullable=False),
    Column("paid_out", Amount, nullable=False),
    Column("refunded", Amount, nullable=False),
    Column("events", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Index("orders_of_buyer", "world", "buyer", "placed_at", "seq"),
    Index("orders_of_seller", "world", "seller", "placed_at", "seq"),
    Index("orders_of_mediator", "world", "mediated", "placed_at", "seq"),
    Index("orders_of_store", "world", "store"),
    Index("orders_due", "world", "next_due_at", "id"),
)

disputes = Table(
    "disputes",
    metadata,
    Column("world", BigInteger, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("order_id", Text, nullable=False),
    Column("buyer", Text, nullable=False),
    Column("seller", Text, nullable=False),
    Column("store", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("outcome", Text),
    Column("mediated", Integer, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("closed_at", Instant),
    Column("about_goods", Integer, nullable=False),
    Column("withdrawn", Integer, nullable=False),
    Column("marked_at", Instant),
    Column("body", Text, nullable=False),
    Index("disputes_of_order", "world", "order_id"),
    Index("disputes_of_buyer", "world", "buyer", "opened_at", "seq"),
    Index("disputes_of_seller", "world", "seller", "opened_at", "seq"),
    Index("disputes_of_mediator", "world", "mediated", "opened_at", "seq"),
    Index("disputes_of_store", "world", "store", "about_goods", "opened_at"),
)

# Append only: one row a step of an order (REC-1); `number` counts per order.
events = Table(
    "events",
    metadata,
    Column("world", BigInteger, primary_key=True),
    Column("order_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("dispute", Text),
    Column("at", Instant, nullable=False),
    Column("by", Text, nullable=False),
    Column("row", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("details", Text, nullable=False),
    Index("events_by_time", "world", "at", "order_id", "number"),
    **CLUSTERED,
)

# Append only: every transfer takes from one account what it gives to another (PAY-5).
ledger = Table(
    "ledger",
    metadata,
    Column("world", BigInteger, primary_key=True),
    Column("order_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("leg", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("rule", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("amount", Amount, nullable=False),
    Column("currency", Text, nullable=False),
    **CLUSTERED,
)

# The outbox (REC-2): who is told of which event. What the mail says follows from the event and from what never changes of its order.
mails = Table(
    "mails",
    metadata,
    Column("world", BigInteger, primary_key=True),
    Column("at", Instant, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("order_id", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("recipient", Text, nullable=False),
    Index("mails_of_recipient", "world", "recipient", "at", "seq"),
    **CLUSTERED,
)

messages = Table(
    "messages",
    metadata,
    Column("world", BigInteger, primary_key=True),
    Column("order_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("by", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("sent_at", Instant, nullable=False),
    Column("reported_at", Instant),
    Column("store", Text, nullable=False),
    Index("messages_of_order", "world", "order_id", "number"),
    Index("messages_of_store", "world", "store", "reported_at"),
    **CLUSTERED,
)

reviews = Table(
    "reviews",
    metadata,
    Column("world", BigInteger, primary_key=True),
    Column("order_id", Text, primary_key=True),
    Column("store", Text, nullable=False),
    Column("stars", Integer, nullable=False),
    Column("text", Text),
    Column("made_at", Instant, nullable=False),
    Index("reviews_of_store", "world", "store", "made_at"),
    **CLUSTERED,
)

evidence = Table(
    "evidence",
    metadata,
    Column("world", BigInteger, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("by", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("uploaded_at", Instant, nullable=False),
    **CLUSTERED,
)

# To which disputes a file is attached; from then on it is no longer its uploader's alone.
attachments = Table(
    "attachments",
    metadata,
    Column("world", BigInteger, primary_key=True),
    Column("evidence", Text, primary_key=True),
    Column("dispute", Text, primary_key=True),
    **CLUSTERED,
)

# The bytes, under their hash: no client names where a file lies.
files = Table(
    "files",
    metadata,
    Column("world", BigInteger, primary_key=True),
    Column("sha256", Text, primary_key=True),
    Column("bytes", LargeBinary, nullable=False),
)

# The first answer to each Idempotency-Key, written in the transaction of what it answers. `owner` is the account that asked, empty for the
# control plane; world 0 holds what was done to a sandbox as a whole, under its id, and what was asked of none. A journey goes in several
# transactions: its `plan` is there from the first, its `body` from the last.
replies = Table(
    "replies",
    metadata,
    Column("world", BigInteger, primary_key=True),
    Column("owner", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", LargeBinary(16), nullable=False),
    Column("at", Instant, nullable=False),
    Column("plan", Text),
    Column("location", Text),
    Column("body", Text),
    Index("replies_by_age", "world", "owner", "at"),
    **CLUSTERED,
)

# What was met in each sandbox (emulator/coverage.py), and under an empty id what was met in none, or in one that is gone. It lives apart
# from all worlds: a refused command, a reset and a restored world leave it as it is.
tallies = Table(
    "tallies",
    metadata,
    Column("sandbox", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("hits", BigInteger, nullable=False),
    **CLUSTERED,
)

WORLD_TABLES = (
    accounts, stores, orders, disputes, events, ledger, mails, messages, reviews, evidence, attachments, files,
)  # fmt: skip
