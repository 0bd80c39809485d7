"""`dispute-emulator serve`."""

from __future__ import annotations

import os
from collections.abc import Mapping

import click

from ..loading import undisturbed
from .ending import Unavailable


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; any but loopback needs EMULATOR_KEY.")
@click.option("--port", default=8080, show_default=True, envvar="PORT", type=click.IntRange(1, 65535), help="Also by PORT.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes; more than one suits PostgreSQL.")
@click.option("--database", envvar="DATABASE_URL", help="SQLAlchemy URL, also by DATABASE_URL. [default: a SQLite file in this folder]")
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    envvar="EMULATOR_LOG_FORMAT",
    help="For people, or one JSON object a line; also by EMULATOR_LOG_FORMAT.",
)
@click.option("--access-log/--no-access-log", envvar="EMULATOR_ACCESS_LOG", help="Whether each request is logged. [default: not]")
@click.option(
    "--max-sandboxes", type=click.IntRange(1), envvar="EMULATOR_MAX_SANDBOXES", help="Also by EMULATOR_MAX_SANDBOXES. [default: no limit]"
)
@click.option(
    "--stop-seconds",
    type=click.IntRange(1, 3600),
    default=10,
    show_default=True,
    envvar="EMULATOR_STOP_SECONDS",
    help="How long what runs may take when the server is told to stop; also by EMULATOR_STOP_SECONDS.",
)
@click.option("--demo/--no-demo", default=None, help="Whether there is a sandbox `default`. [default: on loopback]")
def serve(
    host: str,
    port: int,
    workers: int,
    database: str | None,
    log_format: str,
    access_log: bool,
    max_sandboxes: int | None,
    stop_seconds: int,
    demo: bool | None,
) -> None:
    """Serve the emulator over HTTP.

    The control plane is open on loopback. On any other address every call under /_emulator needs the header X-Emulator-Key with
    the value of EMULATOR_KEY; only /_emulator/health and /_emulator/ready answer without. Warnings and errors go to stderr.
    """
    with undisturbed():
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
    operating = server.Operating(log_format, access_log, max_sandboxes, stop_seconds)

    def announce() -> None:
        click.echo(f"dispute-emulator on http://{host}:{port}  (data in {shown}; stop with Ctrl+C)")

    try:
        server.serve(host, port, workers, url, key, demo if demo is not None else local, operating=operating, announce=announce)
    except (OSError, ImportError) as problem:
        hint = ": install dispute-emulator[postgres]" if isinstance(problem, ImportError) else ""
        raise Unavailable(f"{problem}{hint}") from problem


COMMANDS: Mapping[str, click.Command] = {"serve": serve}
