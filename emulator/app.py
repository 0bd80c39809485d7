"""Puts the parts together."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path

from flask import Flask
from sqlalchemy import create_engine

from .clock import one_instant, wall_now
from .control import ControlPlane
from .control.sandboxes import Sandboxes
from .http import control as control_routes
from .http import guarding, pages, problems
from .http import marketplace as marketplace_routes
from .http.codec import OrjsonProvider
from .http.instead import Adviser
from .http.lean import LeanFlask
from .http.paths import Segment
from .metrics import Metrics
from .remote import is_loopback
from .service import Marketplace
from .standing import Standing
from .store.database import Database, engine_options, normal_url
from .store.database import prepare as prepare_connections
from .store.schema import bring_up_to_date
from .store.tables import db

# A request may be as large as a file and its wrapping; each route then sets its own, smaller limit.
MAX_REQUEST_BYTES = marketplace_routes.MAX_UPLOAD_BYTES


def create_app(
    database_url: str | None = None,
    *,
    key: str | None = None,
    open_to_strangers: bool = False,
    demo: bool | None = None,
    prepare: bool = True,
    max_sandboxes: int | None = None,
    only_local: bool = False,
    log_access: bool = False,
) -> Flask:
    """A Flask application over one database.

    `database_url` is SQLAlchemy's, of a SQLite file or PostgreSQL; ValueError for any other. Without one the data lie in a temporary SQLite
    file that goes when the process ends. `key` locks the control plane. `open_to_strangers` is for anything but loopback: it demands a key,
    makes no `default` sandbox unless `demo` asks for it, and seeds no longer fix tokens. The tables are made, or moved on from an older
    schema, and UnfitDatabase says where that cannot be; without `prepare` somebody else has done it, and no database is touched yet.
    `max_sandboxes` is how many there may be at once. `only_local` is for a server on loopback: without a key it answers to no name but
    localhost's. `log_access` writes a line for every request to the logger `emulator.access`.
    """
    if open_to_strangers and not key:
        raise ValueError("An emulator that strangers can reach needs a key for its control plane: set EMULATOR_KEY.")
    url = normal_url(database_url or _temporary_database())
    app = LeanFlask("emulator", static_folder=None)
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
        prepare_connections(db.engine)
        if prepare:
            bring_up_to_date(db.engine)
        database = Database(db.engine)
    marketplace = Marketplace(database)
    if key is not None:
        marketplace.tally.lock()
    control = ControlPlane(database, marketplace, seeds_fix_tokens=not open_to_strangers, max_sandboxes=max_sandboxes)
    standing = Standing(database)
    metrics = Metrics(standing.sandboxes)
    marketplace.tally.hearer = metrics.met
    guarded = guarding.Guard(one_instant(app.wsgi_app), metrics, standing.sandbox_of, log_access)
    app.wsgi_app = guarded  # type: ignore[method-assign] # as Flask documents it
    app.extensions["dispute_emulator"] = database
    problems.install(app, marketplace.refusing, database.outage, Adviser(marketplace.suggest, locked=key is not None))
    guarding.install(app, metrics, key, is_loopback if only_local else None)
    marketplace_routes.install(app, marketplace)
    control_routes.install(app, control, control_routes.Standing(database.dialect, wall_now, standing.check), key)
    pages.install(app, control, marketplace, locked=key is not None)
    if prepare and (demo if demo is not None else not open_to_strangers):
        control.sandboxes.make_default()
    return app


def prepare_database(database_url: str, *, demo: bool) -> None:
    """Make the tables, or move them on from an older schema, and with `demo` the sandbox `default`; whatever is there already stays.

    What an application without `prepare` finds done. Raises ValueError for a URL that does not fit, UnfitDatabase where the schema is
    none of ours, and the driver's errors where the database cannot be reached.
    """
    url = normal_url(database_url)
    engine = create_engine(url, **engine_options(url))
    prepare_connections(engine)
    bring_up_to_date(engine)
    database = Database(engine)
    if demo:
        Sandboxes(database, Marketplace(database)).make_default()
    database.close()


def _temporary_database() -> str:
    folder = tempfile.mkdtemp(prefix="dispute-emulator-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return f"sqlite:///{Path(folder) / 'emulator.db'}"
