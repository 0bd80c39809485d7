"""One worker process of the server: what granian calls for each request, and what it does there.

A body is read by the thread that granian calls with its request, and that thread waits for as long as the sender likes. So there are as
many of those as there can be connections, and they do nothing but wait: granian starts one only when all others are taken. What has come
whole is carried out by a few threads of ours, as many as suit the database (decision 005), each with a connection of its own. A slow
sender so holds a thread that sleeps, and nothing else. An answer is handed over whole, so that a slow reader holds nothing at all.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from io import BytesIO
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

log = logging.getLogger("emulator")

_SERVER = ("Server", "dispute-emulator")

Environ = dict[str, Any]


class Caller(Protocol):
    """Where granian takes an answer, from any thread."""

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None: ...


class Desk:
    """Takes requests from granian and has them answered by `threads` threads.

    `most` tells how many bytes a body may have; what is announced as longer is not read. `broken` is the name under which the application
    finds in its environment that a body has not come whole.
    """

    def __init__(self, app: WSGIApplication, threads: int, most: Callable[[Environ], int], broken: str) -> None:
        self._app, self._most, self._broken = app, most, broken
        self._common: Environ = {
            "SCRIPT_NAME": "",
            "wsgi.errors": sys.stderr,
            "wsgi.input_terminated": True,
            "wsgi.multiprocess": True,
            "wsgi.multithread": threads > 1,
            "wsgi.run_once": False,
            "wsgi.version": (1, 0),
        }
        self._whole: SimpleQueue[tuple[Caller, Environ]] = SimpleQueue()
        for number in range(threads):
            Thread(target=self._work, name=f"answering-{number + 1}", daemon=True).start()

    def __call__(self, caller: Caller, scope: Environ) -> None:
        """One request, on a thread of granian's."""
        environ = self._common | scope
        length = environ.get("CONTENT_LENGTH")
        if length in (None, "0") and "HTTP_TRANSFER_ENCODING" not in environ:
            environ["wsgi.input"] = BytesIO()
        else:
            environ["wsgi.input"] = BytesIO(self._body(environ, None if length is None else int(length)))
        self._whole.put((caller, environ))

    def _body(self, environ: Environ, length: int | None) -> bytes:
        most = self._most(environ)
        if length is not None and length > most:
            # The application refuses it by its length, unread.
            return b""
        # One byte more than it may have shows that it has more.
        body: bytes = environ["wsgi.input"].read(most + 1)
        # Where no length is announced, one cut off before it began looks like an empty one; nobody has to send such a body.
        if not body if length is None else len(body) < length:
            environ[self._broken] = True
        return body

    def _work(self) -> None:
        while True:
            caller, environ = self._whole.get()
            try:
                self._answer(caller, environ)
            except Exception:
                log.exception("A request broke outside the application")
                caller.response_bytes(500, [_SERVER], b"")
            # Whatever it held need not be held while nothing comes.
            del caller, environ

    def _answer(self, caller: Caller, environ: Environ) -> None:
        began: list[tuple[str, list[tuple[str, str]]]] = []

        def begin(status: str, headers: list[tuple[str, str]], _: Any = None, /) -> Callable[[bytes], object]:
            began[:] = [(status, headers)]
            return _refuse_to_write

        answer = self._app(environ, begin)
        try:
            data = b"".join(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()
        ((status, headers),) = began
        headers.append(_SERVER)
        caller.response_bytes(int(status[:3]), headers, data)


def _refuse_to_write(_: bytes) -> None:
    raise AssertionError("an answer is given, not written")


def end_with(parent: int, last: Callable[[], None]) -> None:
    """Ends this process, at once, when its parent is gone without a word; `last` is done before."""

    def watch() -> None:
        from multiprocessing import parent_process

        process = parent_process()
        if process is not None and process.pid == parent:
            process.join()
            last()
            os._exit(1)

    Thread(target=watch, name="parent", daemon=True).start()
