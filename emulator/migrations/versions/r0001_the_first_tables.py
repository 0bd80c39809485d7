"""The first tables, as they stood before databases had revisions.

A database without a revision that has exactly these tables is taken to be of this one (emulator/store/schema.py).
"""

from typing import Any

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Sequence, Text
from sqlalchemy.schema import CreateSequence

revision = "0001"
down_revision = None

CLUSTERED: dict[str, Any] = {"sqlite_with_rowid": False}


def upgrade() -> None:
    # SQLite has no sequences; there arrivals are counted in `counters`.
    if op.get_bind().dialect.supports_sequences:
        op.execute(CreateSequence(Sequence("arrivals")))
    op.create_table(
        "counters",
        Column("name", Text, primary_key=True),
        Column("last", BigInteger, nullable=False),
    )
    op.create_table(
        "sandboxes",
        Column("id", Text, primary_key=True),
        Column("world", BigInteger, nullable=False, unique=True),
        Column("name", Text, nullable=False),
        Column("ruleset", Text, nullable=False),
        Column("settings", Text, nullable=False),
        Column("seed", Text, nullable=False),
        Column("origin", Text, nullable=False),
        Column("serial", Integer, nullable=False),
        Column("created_at", BigInteger, nullable=False),
        Column("clock_mode", Text, nullable=False),
        Column("clock_virtual", BigInteger, nullable=False),
        Column("clock_wall", BigInteger, nullable=False),
    )
    op.create_index("sandboxes_by_clock", "sandboxes", ["clock_mode", "id"])
    op.create_table(
        "snapshots",
        Column("sandbox", Text, primary_key=True),
        Column("id", Text, primary_key=True),
        Column("serial", Integer, nullable=False),
        Column("name", Text, nullable=False),
        Column("world", BigInteger, nullable=False),
        Column("orders", Integer, nullable=False),
        Column("clock_mode", Text, nullable=False),
        Column("clock_virtual", BigInteger, nullable=False),
        Column("clock_wall", BigInteger, nullable=False),
        **CLUSTERED,
    )
    op.create_index("snapshots_by_age", "snapshots", ["sandbox", "serial"])
    op.create_table(
        "forsaken",
        Column("world", BigInteger, primary_key=True, autoincrement=False),
    )
    op.create_table(
        "tokens",
        Column("hash", LargeBinary(16), primary_key=True),
        Column("sandbox", Text, nullable=False),
        Column("account", Text, nullable=False),
    )
    op.create_index("tokens_of_sandbox", "tokens", ["sandbox"])
    op.create_table(
        "accounts",
        Column("world", BigInteger, primary_key=True),
        Column("id", Text, primary_key=True),
        Column("name", Text, nullable=False),
        Column("role", Text, nullable=False),
        Column("store", Text),
        Column("serial", Integer, nullable=False),
        **CLUSTERED,
    )
    op.create_table(
        "stores",
        Column("world", BigInteger, primary_key=True),
        Column("id", Text, primary_key=True),
        Column("name", Text, nullable=False),
        Column("seller", Text, nullable=False),
        Column("opened_at", BigInteger, nullable=False),
        Column("closed_at", BigInteger),
        **CLUSTERED,
    )
    op.create_table(
        "orders",
        Column("world", BigInteger, primary_key=True),
        Column("id", Text, primary_key=True),
        Column("buyer", Text, nullable=False),
        Column("seller", Text, nullable=False),
        Column("store", Text, nullable=False),
        Column("status", Text, nullable=False),
        Column("placed_at", BigInteger, nullable=False),
        Column("seq", BigInteger, nullable=False),
        Column("next_due_at", BigInteger),
        Column("dispute", Text),
        Column("mediated", Integer, nullable=False),
        Column("currency", Text, nullable=False),
        Column("held", BigInteger, nullable=False),
        Column("paid_out", BigInteger, nullable=False),
        Column("refunded", BigInteger, nullable=False),
        Column("events", Integer, nullable=False),
        Column("body", Text, nullable=False),
    )
    op.create_index("orders_due", "orders", ["world", "next_due_at", "id"])
    op.create_index("orders_of_buyer", "orders", ["world", "buyer", "placed_at", "seq"])
    op.create_index("orders_of_mediator", "orders", ["world", "mediated", "placed_at", "seq"])
    op.create_index("orders_of_seller", "orders", ["world", "seller", "placed_at", "seq"])
    op.create_index("orders_of_store", "orders", ["world", "store"])
    op.create_table(
        "disputes",
        Column("world", BigInteger, primary_key=True),
        Column("id", Text, primary_key=True),
        Column("order_id", Text, nullable=False),
        Column("buyer", Text, nullable=False),
        Column("seller", Text, nullable=False),
        Column("store", Text, nullable=False),
        Column("status", Text, nullable=False),
        Column("outcome", Text),
        Column("mediated", Integer, nullable=False),
        Column("opened_at", BigInteger, nullable=False),
        Column("seq", BigInteger, nullable=False),
        Column("closed_at", BigInteger),
        Column("about_goods", Integer, nullable=False),
        Column("withdrawn", Integer, nullable=False),
        Column("marked_at", BigInteger),
        Column("body", Text, nullable=False),
    )
    op.create_index("disputes_of_buyer", "disputes", ["world", "buyer", "opened_at", "seq"])
    op.create_index("disputes_of_mediator", "disputes", ["world", "mediated", "opened_at", "seq"])
    op.create_index("disputes_of_order", "disputes", ["world", "order_id"])
    op.create_index("disputes_of_seller", "disputes", ["world", "seller", "opened_at", "seq"])
    op.create_index("disputes_of_store", "disputes", ["world", "store", "about_goods", "opened_at"])
    op.create_table(
        "events",
        Column("world", BigInteger, primary_key=True),
        Column("order_id", Text, primary_key=True),
        Column("number", Integer, primary_key=True),
        Column("dispute", Text),
        Column("at", BigInteger, nullable=False),
        Column("by", Text, nullable=False),
        Column("row", Text, nullable=False),
        Column("before", Text, nullable=False),
        Column("after", Text, nullable=False),
        Column("details", Text, nullable=False),
        **CLUSTERED,
    )
    op.create_index("events_by_time", "events", ["world", "at", "order_id", "number"])
    op.create_table(
        "ledger",
        Column("world", BigInteger, primary_key=True),
        Column("order_id", Text, primary_key=True),
        Column("number", Integer, primary_key=True),
        Column("leg", Integer, primary_key=True),
        Column("at", BigInteger, nullable=False),
        Column("rule", Text, nullable=False),
        Column("source", Text, nullable=False),
        Column("target", Text, nullable=False),
        Column("amount", BigInteger, nullable=False),
        Column("currency", Text, nullable=False),
        **CLUSTERED,
    )
    op.create_table(
        "mails",
        Column("world", BigInteger, primary_key=True),
        Column("at", BigInteger, primary_key=True, autoincrement=False),
        Column("seq", BigInteger, primary_key=True, autoincrement=False),
        Column("order_id", Text, nullable=False),
        Column("number", Integer, nullable=False),
        Column("recipient", Text, nullable=False),
        **CLUSTERED,
    )
    op.create_index("mails_of_recipient", "mails", ["world", "recipient", "at", "seq"])
    op.create_table(
        "messages",
        Column("world", BigInteger, primary_key=True),
        Column("order_id", Text, primary_key=True),
        Column("id", Text, primary_key=True),
        Column("number", Integer, nullable=False),
        Column("by", Text, nullable=False),
        Column("text", Text, nullable=False),
        Column("sent_at", BigInteger, nullable=False),
        Column("reported_at", BigInteger),
        Column("store", Text, nullable=False),
        **CLUSTERED,
    )
    op.create_index("messages_of_order", "messages", ["world", "order_id", "number"])
    op.create_index("messages_of_store", "messages", ["world", "store", "reported_at"])
    op.create_table(
        "reviews",
        Column("world", BigInteger, primary_key=True),
        Column("order_id", Text, primary_key=True),
        Column("store", Text, nullable=False),
        Column("stars", Integer, nullable=False),
        Column("text", Text),
        Column("made_at", BigInteger, nullable=False),
        **CLUSTERED,
    )
    op.create_index("reviews_of_store", "reviews", ["world", "store", "made_at"])
    op.create_table(
        "evidence",
        Column("world", BigInteger, primary_key=True),
        Column("id", Text, primary_key=True),
        Column("by", Text, nullable=False),
        Column("role", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("media_type", Text, nullable=False),
        Column("size", BigInteger, nullable=False),
        Column("sha256", Text, nullable=False),
        Column("uploaded_at", BigInteger, nullable=False),
        **CLUSTERED,
    )
    op.create_table(
        "attachments",
        Column("world", BigInteger, primary_key=True),
        Column("evidence", Text, primary_key=True),
        Column("dispute", Text, primary_key=True),
        **CLUSTERED,
    )
    op.create_table(
        "files",
        Column("world", BigInteger, primary_key=True),
        Column("sha256", Text, primary_key=True),
        Column("bytes", LargeBinary, nullable=False),
    )
    op.create_table(
        "tallies",
        Column("sandbox", Text, primary_key=True),
        Column("kind", Text, primary_key=True),
        Column("name", Text, primary_key=True),
        Column("hits", BigInteger, nullable=False),
        **CLUSTERED,
    )
