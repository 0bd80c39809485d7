"""`dispute-emulator serve`."""

from __future__ import annotations

import os

import click

from .ending import Unavailable


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; any but loopback needs EMULATOR_KEY.")
@click.option("--port", default=8080, show_default=True, envvar="PORT", type=click.IntRange(1, 65535), help="Also by PORT.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes; more than one suits PostgreSQL.")
@click.option("--database", envvar="DATABASE_URL", help="SQLAlchemy URL, also by DATABASE_URL. [default: a SQLite file in this folder]")
@click.option("--demo/--no-demo", default=None, help="Whether there is a sandbox `default`. [default: on loopback]")
def serve(host: str, port: int, workers: int, database: str | None, demo: bool | None) -> None:
    """Serve the emulator over HTTP.

    The control plane is open on loopback. On any other address every call under /_emulator needs the header X-Emulator-Key with
    the value of EMULATOR_KEY.
    """
    from .. import server
    from ..remote import is_loopback
    from ..store.database import normal_url

    key = os.environ.get("EMULATOR_KEY") or None
    local = is_loopback(host)
    if not local and key is None:
        raise click.UsageError(f"{host} can be reached by strangers: set EMULATOR_KEY, or listen on 127.0.0.1.")
    try:
        url = normal_url(database) if database else server.default_database()
        shown = server.without_password(url)
    except ValueError as problem:
        raise click.UsageError(str(problem)) from None
    click.echo(f"dispute-emulator on http://{host}:{port}  (data in {shown}; stop with Ctrl+C)")
    try:
        server.serve(host, port, workers, url, key, demo if demo is not None else local)
    except (OSError, ImportError) as problem:
        hint = ": install dispute-emulator[postgres]" if isinstance(problem, ImportError) else ""
        raise Unavailable(f"{problem}{hint}") from problem
