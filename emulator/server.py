"""Serves the application with granian: one parent, and below it as many worker processes as are wanted.

The parent listens, prepares the database, and starts the workers, each with a socket of the parent's; a worker that dies leaves what has
not been accepted to the one that takes its place, at once, or where it did not even come up after a pause that grows. SIGTERM and SIGINT
end it: workers accept no more, finish what runs, and go.
"""

from __future__ import annotations

import gc
import logging
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import granian.net
import granian.server.mp as granian_workers
from flask import Flask
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer, WorkerProcess
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from . import logs, metrics
from .app import create_app, prepare_database
from .http import guarding
from .http.asking import MAX_JSON_BYTES
from .http.control import MAX_WORLD_BYTES
from .http.marketplace import MAX_UPLOAD_BYTES
from .loading import undisturbed
from .remote import is_loopback
from .store.checkpoints import Checkpointer
from .store.schema import UnfitDatabase
from .worker import Desk, Environ, end_with

# granian's own stubs know neither that it is there nor all it takes.
_SocketHolder: Any = vars(granian.net)["SocketHolder"]

log = logging.getLogger("emulator")

# What runs when the server is told to stop has so long to end.
STOP_SECONDS = 10
GC_ALLOCATIONS = 20_000
# How many threads of a worker carry out requests. Measured (decision 005): users of one SQLite file are in each other's way, while
# PostgreSQL works for one as another computes.
THREADS = {"sqlite": 1, "postgresql": 4}
# A client that has not sent a request's head by then, or sends no other request, is hung up on.
HEAD_SECONDS = 30
# The head of a request, its line included. What is longer is no request of this contract.
MAX_HEAD_BYTES = 64 * 1024
# A peer that takes nothing of its answer for so long, or is gone without a word, is hung up on by the kernel.
UNREAD_SECONDS = 60
BACKLOG = 1024
# So many connections a worker has at once; others wait at the door.
CONNECTIONS = 1024
# A worker that ends before it was up is replaced after a pause, which doubles each time.
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 8.0

_IMPORT = "/_emulator/sandboxes/import"
_EVIDENCE = "/v1/evidence"


@dataclass(frozen=True)
class Operating:
    """How a server is operated, beside what it serves and where."""

    log_format: str = "text"
    log_access: bool = False
    max_sandboxes: int | None = None
    stop_seconds: int = STOP_SECONDS


@dataclass(frozen=True)
class Plan:
    """All that a worker needs to know; the parent hands it on."""

    database: str = field(repr=False)
    key: str | None = field(repr=False)
    strangers: bool
    demo: bool
    operating: Operating
    folder: Path


def default_database() -> str:
    """A SQLite file in the working folder, so that a marketplace is still there after a restart."""
    return f"sqlite:///{Path('dispute-emulator.db').resolve()}"


def without_password(url: str) -> str:
    """A database URL that may be shown."""
    return make_url(url).render_as_string(hide_password=True)


def load_app(plan: Plan) -> Flask:
    """The application of one process. A worker that is started anew while the database is away comes up all the same."""
    return create_app(
        plan.database,
        key=plan.key,
        open_to_strangers=plan.strangers,
        prepare=False,
        max_sandboxes=plan.operating.max_sandboxes,
        only_local=not plan.strangers,
        log_access=plan.operating.log_access,
    )


def load_worker(plan: Plan, parent: int, place: int) -> Flask:
    """What a worker does first, in its own process."""
    _take_turns()
    # Ctrl+C reaches a whole terminal; it is the parent who tells workers to stop. Until it takes requests, a worker that is told so just
    # ends: what the parent does at these signals it has inherited, and would do for nobody.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    end_with(parent, partial(shutil.rmtree, plan.folder, ignore_errors=True))
    metrics.share(plan.folder, place)
    with undisturbed():
        application = load_app(plan)
    if kind_of(plan.database) == "sqlite":
        Checkpointer(application.extensions["dispute_emulator"]).start()
    _take_requests(THREADS[kind_of(plan.database)], partial(body_limit, plan.key))
    # What is there now stays, and a request leaves no cycles behind: the collector need neither look at the one nor so often for the other.
    gc.freeze()
    gc.set_threshold(GC_ALLOCATIONS, 50, 100)
    metrics.enter(plan.folder, place)
    return application


def _take_turns() -> None:
    """Threads of this process, those to come included, do not push each other off a core: who runs goes on until he waits.

    granian's threads wake at each step of each request. Linux lets who wakes go first, which under load is four times a request, in the
    midst of what is carried out, for no gain: it is all one worker's work.
    """
    if hasattr(os, "SCHED_BATCH"):
        # Some containers forbid it.
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def kind_of(database: str) -> str:
    return make_url(database).get_backend_name()


def _take_requests(threads: int, most: Callable[[Environ], int]) -> None:
    """Let granian call a Desk for each request. Its own caller reads bodies, and hands out answers, on the threads that do the work."""
    name = "_wsgi_call_wrap"
    assert hasattr(granian_workers, name), "this release of granian calls applications in another way"
    setattr(granian_workers, name, lambda app, *_: Desk(app, threads, most, guarding.BROKEN_BODY))


def body_limit(key: str | None, environ: Environ) -> int:
    """How many bytes a body may have before it is read; none where whoever sends it lacks the key that its path asks for."""
    path = environ["PATH_INFO"]
    if path == _IMPORT:
        return MAX_WORLD_BYTES if key is None or guarding.same(environ.get("HTTP_X_EMULATOR_KEY", ""), key) else 0
    return MAX_UPLOAD_BYTES if path == _EVIDENCE else MAX_JSON_BYTES


def listen(host: str, port: int, workers: int = 1) -> list[socket.socket]:
    """A socket for each worker, all of them listening there; raises OSError where that cannot be.

    Linux deals connections out among sockets of one port. Of a socket that all workers share, whoever is awake takes all that come at
    once: with a generator that opens its connections before it asks, one worker would do everything (decision 029).
    """
    first = _listen(host, port)
    if workers == 1 or sys.platform != "linux":
        return [first] * workers
    # Now nobody else listens there, which those who share a port are not told.
    port = first.getsockname()[1]
    first.close()
    return [_listen(host, port, shared=True) for _ in range(workers)]


def _listen(host: str, port: int, *, shared: bool = False) -> socket.socket:
    family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    listening = socket.socket(family, kind)
    # Connections of a server that has just stopped are in nobody's way, but what listens is.
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    # Whoever is accepted inherits these.
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_SECONDS * 1000)
    try:
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError as problem:
        listening.close()
        raise OSError(f"cannot listen on {host}:{port}: {problem.strerror}. Name another with --port or PORT.") from problem
    return listening


class _Parent(MPServer):
    """granian's parent process. Its own gives up when a worker dies twice within seconds, and has workers on Linux listen by themselves.

    Here sockets outlive workers: who has not been accepted when one dies waits for the next in its place.
    """

    def __init__(self, listening: list[socket.socket], folder: Path, **settings: Any) -> None:
        super().__init__("dispute-emulator", **settings)
        self._listening, self._folder = listening, folder
        self._pauses: dict[int, float] = {}

    def _init_shared_socket(self) -> None:
        """Each worker has a socket of its own, or shares ours."""

    def _spawn_worker(self, idx: int, target: Any, callback_loader: Any, *_: Any) -> WorkerProcess:
        number = self._listening[idx].fileno()
        its: dict[str, Any] = {"_ssp": None, "_sfd": number, "_shd": _SocketHolder(number, False, BACKLOG), "_sso": self._listening[idx]}
        vars(self).update(its)
        return super()._spawn_worker(idx, target, partial(callback_loader, idx))

    def signal_handler_interrupt(self, *_: Any, **__: Any) -> None:
        self.interrupt_signal = True
        # From now on it is expected that workers end.
        for worker in self.wrks:
            worker.interrupt_by_parent = True
        self.main_loop_interrupt.set()

    def _serve_loop(self, spawn_target: Any, target_loader: Callable[..., Any]) -> None:
        due: dict[int, float] = {}
        while True:
            self.main_loop_interrupt.wait(max(min(due.values()) - time.monotonic(), 0.0) if due else None)
            self.main_loop_interrupt.clear()
            if self.interrupt_signal:
                break
            if self.reload_signal:
                self._reload(spawn_target, target_loader)  # type: ignore[no-untyped-call] # granian's, for SIGHUP
            while self.interrupt_children:
                place = self.interrupt_children.pop(0)
                due[place] = time.monotonic() + self._pause(place)
            for place in [place for place, at in due.items() if at <= time.monotonic()]:
                del due[place]
                self.wrks[place] = self._spawn_worker(idx=place, target=spawn_target, callback_loader=target_loader)
                self.wrks[place].start()  # type: ignore[no-untyped-call] # granian's
        # A worker that has ended in these last moments is no fault of the server's.
        self.interrupt_children.clear()

    def _pause(self, place: int) -> float:
        """How long the place of a worker that has ended stays empty."""
        log.error("Worker %d ended unexpectedly (%s); another takes its place", place + 1, _said(self.wrks[place].inner.exitcode))
        # One that was up may have been anybody's victim; one that never came up will hardly do so the next time.
        was_up = metrics.leave(self._folder, place)
        self._pauses[place] = 0.0 if was_up else min(max(self._pauses.get(place, 0.0) * 2, FIRST_PAUSE), LONGEST_PAUSE)
        return self._pauses[place]


def _said(exitcode: int | None) -> str:
    if exitcode is not None and exitcode < 0:
        with suppress(ValueError):
            return signal.Signals(-exitcode).name
    return f"status {exitcode}"


def serve(
    host: str,
    port: int,
    workers: int,
    database: str,
    key: str | None,
    demo: bool,
    *,
    operating: Operating = Operating(),
    announce: Callable[[], None] = lambda: None,
) -> None:
    """Serve until told to stop; what runs then is finished first. Raises OSError where the address is taken or the database shut.

    `announce` is called when callers are let in, though the first may have to wait for a moment; where logs are JSON, a line there says so.
    """
    password = make_url(database).password
    said = logs.config(operating.log_format, operating.log_access, [str(secret) for secret in (key, password) if secret])
    logs.use(said)
    listening = listen(host, port, workers)
    folder = Path(tempfile.mkdtemp(prefix="dispute-emulator-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))  # noqa: S108
    plan = Plan(database, key, not is_loopback(host), demo, operating, folder)
    try:
        # Tables and the default sandbox are made once, before any worker starts.
        try:
            with undisturbed():
                prepare_database(plan.database, demo=plan.demo)
        except DBAPIError as problem:
            raise OSError(f"Cannot open {without_password(database)}: {str(problem.orig).strip()}") from problem
        except UnfitDatabase as problem:
            raise OSError(f"Cannot serve from {without_password(database)}: {problem}") from problem
        server = _Parent(
            listening,
            folder,
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=workers,
            # They only wait for bodies (emulator/worker.py), one for each connection that can be.
            blocking_threads=CONNECTIONS,
            backpressure=CONNECTIONS,
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(header_read_timeout=HEAD_SECONDS * 1000, max_buffer_size=MAX_HEAD_BYTES),
            websockets=False,
            backlog=BACKLOG,
            log_level=LogLevels.error,
            log_dictconfig=said,
            workers_kill_timeout=operating.stop_seconds,
        )
        started = partial(log.info, "Serving http://%s:%d from %s", host, port, without_password(database))
        server.on_startup(announce if operating.log_format == "text" else started)
        server.serve(target_loader=partial(load_worker, plan, os.getpid()), wrap_loader=False)
        log.info("Stopped")
    except RuntimeError as problem:
        raise OSError(f"cannot serve http://{host}:{port}: {problem}") from problem
    finally:
        for one in listening:
            one.close()
        shutil.rmtree(folder, ignore_errors=True)
