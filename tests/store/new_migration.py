"""Writes the next migration, from what tables.py has and the last revision has not: `make migration MESSAGE="Orders have a colour"`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from flask_migrate import migrate, upgrade

from emulator.migrations.flask_app import create_app
from emulator.store.schema import MIGRATIONS, REVISIONS, TODAY

TODO = f"""
Then, before it is released:
1. Read it. It must run on SQLite and PostgreSQL and keep every row; SQLite takes a key from a table only by writing it anew (see r0002).
2. Add the revision to REVISIONS in emulator/store/schema.py, today ({", ".join(REVISIONS)}).
3. `make format`, then `python -m tests.store.freezing`, and keep the three files it writes to tests/store/schemas/.
"""


def write(message: str, folder: Path = MIGRATIONS) -> Path | None:
    """Write a migration into a folder like emulator/migrations; None where there is nothing to write."""
    before = set(folder.rglob("r*.py"))
    with tempfile.TemporaryDirectory() as scratch, create_app(f"sqlite:///{scratch}/last.db").app_context():
        upgrade(directory=str(folder))
        migrate(directory=str(folder), message=message, rev_id=f"{int(TODAY) + 1:04}")
    return next(iter(set(folder.rglob("r*.py")) - before), None)


if __name__ == "__main__":
    said = " ".join(sys.argv[1:]).strip()
    if not said:
        raise SystemExit('Say what changes: make migration MESSAGE="Orders have a colour"')
    print("The tables are as the last migration leaves them." if write(said) is None else TODO)
