"""Serves the application with granian: one WSGI process a worker, one blocking thread each."""

from __future__ import annotations

from functools import partial
from ipaddress import ip_address
from pathlib import Path

from flask import Flask
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer
from sqlalchemy import make_url

from .app import create_app

STOP_SECONDS = 10


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def default_database() -> str:
    """A SQLite file in the working folder, so that a marketplace is still there after a restart."""
    return f"sqlite:///{Path('dispute-emulator.db').resolve()}"


def normal_url(url: str) -> str:
    """A database URL as SQLAlchemy takes it; `postgres://` is what many services call PostgreSQL. Raises ValueError for no URL."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        raise ValueError(f"{url!r} is no database URL: write sqlite:///file.db or postgresql://user@host/name.")
    return f"postgresql+psycopg://{rest}" if scheme in ("postgres", "postgresql") else url


def without_password(url: str) -> str:
    """A database URL that may be shown."""
    return make_url(url).render_as_string(hide_password=True)


def load_app(database: str, key: str | None, strangers: bool, demo: bool) -> Flask:
    """The application of one worker; every worker makes its own, after it has been forked."""
    return create_app(database, key=key, open_to_strangers=strangers, demo=demo)


def serve(host: str, port: int, workers: int, database: str, key: str | None, demo: bool) -> None:
    """Serve until told to stop; what runs then is finished first. Raises OSError where the address is taken."""
    strangers = not is_loopback(host)
    # Tables and the default sandbox are made once, before any worker starts.
    application = load_app(database, key, strangers, demo)
    application.extensions["dispute_emulator"].close()
    server = MPServer(
        "dispute-emulator",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=1,
        websockets=False,
        log_level=LogLevels.warning,
        workers_kill_timeout=STOP_SECONDS,
    )
    try:
        server.serve(target_loader=partial(load_app, database, key, strangers, demo), wrap_loader=False)
    except RuntimeError as problem:
        raise OSError(f"Cannot serve http://{host}:{port}: {problem}") from problem
