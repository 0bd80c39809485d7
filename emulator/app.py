"""Puts the parts together."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path

from flask import Flask

from .clock import one_instant
from .control import ControlPlane
from .http import control as control_routes
from .http import marketplace as marketplace_routes
from .http import pages, problems
from .http.codec import OrjsonProvider
from .http.instead import Adviser
from .http.paths import Segment
from .service import Marketplace
from .store.database import Database, engine_options, normal_url, prepare
from .store.tables import db

# A request may be as large as a file and its wrapping; each route then sets its own, smaller limit.
MAX_REQUEST_BYTES = marketplace_routes.MAX_UPLOAD_BYTES


def create_app(
    database_url: str | None = None, *, key: str | None = None, open_to_strangers: bool = False, demo: bool | None = None
) -> Flask:
    """A Flask application over one database.

    `database_url` is SQLAlchemy's, of a SQLite file or PostgreSQL; ValueError for any other. Without one the data lie in a temporary SQLite
    file that goes when the process ends. `key` locks the control plane. `open_to_strangers` is for anything but loopback: it demands a key,
    makes no `default` sandbox unless `demo` asks for it, and seeds no longer fix tokens.
    """
    if open_to_strangers and not key:
        raise ValueError("An emulator that strangers can reach needs a key for its control plane: set EMULATOR_KEY.")
    url = normal_url(database_url or _temporary_database())
    app = Flask("emulator", static_folder=None)
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(url)
    app.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST_BYTES
    app.json = OrjsonProvider(app)
    # What is no path of ours is a problem, never a redirect to one that is.
    app.url_map.merge_slashes = False
    app.url_map.converters["default"] = Segment
    db.init_app(app)
    # No session of the ORM is ever opened, so none has to be looked for after every request.
    app.teardown_appcontext_funcs.clear()
    with app.app_context():
        prepare(db.engine)
        db.metadata.create_all(db.engine)
        database = Database(db.engine)
    marketplace = Marketplace(database)
    if key is not None:
        marketplace.tally.lock()
    control = ControlPlane(database, marketplace, seeds_fix_tokens=not open_to_strangers)
    app.wsgi_app = one_instant(app.wsgi_app)  # type: ignore[assignment, method-assign] # as Flask documents it
    app.extensions["dispute_emulator"] = database
    problems.install(app, marketplace.refusing, Adviser(marketplace.suggest, locked=key is not None))
    marketplace_routes.install(app, marketplace)
    control_routes.install(app, control, key)
    pages.install(app, control, marketplace, locked=key is not None)
    if demo if demo is not None else not open_to_strangers:
        control.sandboxes.make_default()
    return app


def _temporary_database() -> str:
    folder = tempfile.mkdtemp(prefix="dispute-emulator-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return f"sqlite:///{Path(folder) / 'emulator.db'}"
