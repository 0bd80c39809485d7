"""The first answers to Idempotency-Keys are kept in `replies`; every unique key holds the sandbox (decision 020).

A token is found by an index, and unique only within its sandbox. Which sandbox shows a world is found by an index, too: that no two show
the same follows from how worlds are numbered.
"""

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Text

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "replies",
        Column("world", BigInteger, primary_key=True),
        Column("owner", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("fingerprint", LargeBinary(16), nullable=False),
        Column("at", BigInteger, nullable=False),
        Column("plan", Text),
        Column("location", Text),
        Column("body", Text),
        sqlite_with_rowid=False,
    )
    op.create_index("replies_by_age", "replies", ["world", "owner", "at"])
    op.drop_index("tokens_of_sandbox", "tokens")
    if op.get_bind().dialect.name == "sqlite":
        _write_anew()
    else:
        op.drop_constraint("tokens_pkey", "tokens", type_="primary")
        op.create_primary_key("tokens_pkey", "tokens", ["sandbox", "hash"])
        op.drop_constraint("sandboxes_world_key", "sandboxes", type_="unique")
    op.create_index("tokens_by_hash", "tokens", ["hash"])
    op.create_index("sandboxes_by_world", "sandboxes", ["world"])


def _write_anew() -> None:
    """SQLite can take no key from a table: its rows go into a new one."""
    op.create_table(
        "tokens_0002",
        Column("sandbox", Text, primary_key=True),
        Column("hash", LargeBinary(16), primary_key=True),
        Column("account", Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO tokens_0002 (sandbox, hash, account) SELECT sandbox, hash, account FROM tokens")
    op.drop_table("tokens")
    op.rename_table("tokens_0002", "tokens")
    op.create_table(
        "sandboxes_0002",
        Column("id", Text, primary_key=True),
        Column("world", BigInteger, nullable=False),
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
    columns = "id, world, name, ruleset, settings, seed, origin, serial, created_at, clock_mode, clock_virtual, clock_wall"
    op.execute(f"INSERT INTO sandboxes_0002 ({columns}) SELECT {columns} FROM sandboxes")  # noqa: S608 -- columns of ours
    op.drop_table("sandboxes")
    op.rename_table("sandboxes_0002", "sandboxes")
    op.create_index("sandboxes_by_clock", "sandboxes", ["clock_mode", "id"])
