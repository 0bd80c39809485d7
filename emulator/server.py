"""Serves the application with granian: one WSGI process a worker, one blocking thread each."""

from __future__ import annotations

import gc
import socket
from functools import partial
from pathlib import Path

from flask import Flask
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from .app import create_app
from .remote import is_loopback

STOP_SECONDS = 10
GC_ALLOCATIONS = 20_000


def default_database() -> str:
    """A SQLite file in the working folder, so that a marketplace is still there after a restart."""
    return f"sqlite:///{Path('dispute-emulator.db').resolve()}"


def without_password(url: str) -> str:
    """A database URL that may be shown."""
    return make_url(url).render_as_string(hide_password=True)


def load_app(database: str, key: str | None, strangers: bool, demo: bool) -> Flask:
    """The application of one worker; every worker makes its own, after it has been forked."""
    application = create_app(database, key=key, open_to_strangers=strangers, demo=demo)
    # What is there now stays, and a request leaves no cycles behind: the collector need neither look at the one nor so often for the other.
    gc.freeze()
    gc.set_threshold(GC_ALLOCATIONS, 50, 100)
    return application


def _must_be_free(host: str, port: int) -> None:
    """Two servers can share a port without a word, each getting some of the calls; raises OSError where one listens already."""
    family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind) as probe:
        # Only what listens is in the way, not connections of a server that has just stopped.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as problem:
            raise OSError(f"cannot listen on {host}:{port}: {problem.strerror}. Name another with --port or PORT.") from problem


def serve(host: str, port: int, workers: int, database: str, key: str | None, demo: bool) -> None:
    """Serve until told to stop; what runs then is finished first. Raises OSError where the address is taken or the database shut."""
    _must_be_free(host, port)
    strangers = not is_loopback(host)
    # Tables and the default sandbox are made once, before any worker starts.
    try:
        application = load_app(database, key, strangers, demo)
    except DBAPIError as problem:
        raise OSError(f"Cannot open {without_password(database)}: {str(problem.orig).strip()}") from problem
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
        raise OSError(f"cannot serve http://{host}:{port}: {problem}") from problem
