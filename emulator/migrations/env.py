"""What Alembic runs for each of its commands.

The program hands over the connection on which it holds the lock (emulator/store/schema.py); the commands of Flask-Migrate come without one,
and take the same lock here.
"""

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from emulator.store.schema import current_schema, locked
from emulator.store.tables import metadata


def none_for_nothing(_context: object, _revision: object, directives: list[Any]) -> None:
    """Where the tables are as they were, there is no migration to write."""
    if getattr(context.config.cmd_opts, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
        directives.clear()


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        # In the schema that we write to, and not wherever else the search path leads.
        version_table_schema=current_schema(connection),
        process_revision_directives=none_for_nothing,
    )
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("What a migration does depends on the database it finds: there is no --sql.")
given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with locked(current_app.extensions["migrate"].db.engine) as taken:
        run(taken)
