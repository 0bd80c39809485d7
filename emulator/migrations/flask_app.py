"""The application of Flask-Migrate's commands: `DATABASE_URL=… flask --app emulator.migrations.flask_app db current`.

The program itself never loads it: a server brings its database up to date by itself. It knows nothing but the tables.
"""

from __future__ import annotations

import os

from flask import Flask
from flask_migrate import Migrate  # type: ignore[import-untyped] # it ships no types

from ..store.database import engine_options, normal_url
from ..store.schema import MIGRATIONS
from ..store.tables import db


def create_app(database_url: str | None = None) -> Flask:
    """An application that has the command `db`; its database is DATABASE_URL where none is given."""
    url = normal_url(database_url or os.environ.get("DATABASE_URL", ""))
    app = Flask("migrations", static_folder=None)
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(url)
    db.init_app(app)
    Migrate(app, db, directory=str(MIGRATIONS), render_as_batch=False)
    return app
