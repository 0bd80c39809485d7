"""A live server in a thread: an emulator that anything can talk to over HTTP, in the process of the test.

werkzeug's own handler closes the connection after each answer; this one keeps it, so that a client pays for one connection and not for
thousands. Nothing here waits by asking a clock, so a frozen one neither hangs nor hurries it.
"""

from __future__ import annotations

import shutil
import socket
import tempfile
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, ClassVar, cast

from werkzeug.exceptions import ClientDisconnected
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wsgi import LimitedStream

if TYPE_CHECKING:
    from types import TracebackType

    from _typeshed.wsgi import WSGIApplication
    from flask import Flask

# How long the accepting thread sleeps before it looks whether it shall stop.
POLL_SECONDS = 0.005
# So much of a body that the application did not care for is read all the same, so that the client hears why; what sends more is cut off.
MOST_UNREAD_BYTES = 64 * 1024 * 1024
JOIN_SECONDS = 2.0
_CHUNK_BYTES = 64 * 1024


class LiveServer:
    """Serves an application on a port of this machine until it is stopped; without one it makes an emulator of its own.

    `with LiveServer() as server:` serves within the block. `url` is its address; port 0 takes one that is free. Raises OSError where
    a port is taken.
    """

    def __init__(self, app: Flask | None = None, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._folder: str | None = None
        with socket.create_server((host, port)) as listening:
            self._handler: type[_Handler] = type("Handler", (_Handler,), {"connections": {}, "closing": False})
            self.app = app if app is not None else self._own_app()
            # werkzeug ends the whole process where it cannot bind, so it is given what is bound already.
            self._server: BaseWSGIServer = make_server(
                host, port, self.app, threaded=True, request_handler=self._handler, fd=listening.fileno()
            )
        self._thread: threading.Thread | None = None
        self.host, self.port = host, self._server.port
        self.url = f"http://{host}:{self.port}"

    def _own_app(self) -> Flask:
        from ..app import create_app

        self._folder = tempfile.mkdtemp(prefix="dispute-emulator-")
        return create_app(f"sqlite:///{Path(self._folder) / 'emulator.db'}")

    def start(self) -> LiveServer:
        """Serve from now on."""
        assert self._thread is None, "This server has been started before."
        self._thread = threading.Thread(target=self._server.serve_forever, args=(POLL_SECONDS,), name="dispute-emulator", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Serve no longer. A call under way is finished, a connection that is only kept is shut; all threads have ended."""
        if self._thread is None:
            self._server.server_close()
        else:
            self._server.shutdown()
            self._thread.join(JOIN_SECONDS)
        self._handler.shut()
        if self._folder is not None:
            self.app.extensions["dispute_emulator"].close()
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def __enter__(self) -> LiveServer:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()


class _Handler(WSGIRequestHandler):
    """One connection: a call after another, until the client has had enough or the server stops."""

    # The connections of one server, each with its thread. Every server has a subclass of its own.
    connections: ClassVar[dict[socket.socket, threading.Thread]]
    closing: ClassVar[bool]
    protocol_version = "HTTP/1.1"
    # Head and body leave together, and no packet waits for the receipt of the one before.
    disable_nagle_algorithm = True
    wbufsize = -1

    def setup(self) -> None:
        super().setup()
        self.connections[self.connection] = threading.current_thread()
        if self.closing:
            self.connection.shutdown(socket.SHUT_RD)

    def finish(self) -> None:
        self.connections.pop(self.connection, None)
        super().finish()

    @classmethod
    def shut(cls) -> None:
        """Nobody is read from any more, and every answer under way is written."""
        cls.closing = True
        kept = list(cls.connections.items())
        for connection, _ in kept:
            try:
                connection.shutdown(socket.SHUT_RD)
            except OSError:
                continue  # The client was quicker.
        for _, thread in kept:
            thread.join(JOIN_SECONDS)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """A test's own output is not the place for every call it makes."""

    def handle_expect_100(self) -> bool:
        well = super().handle_expect_100()
        self.wfile.flush()
        return well

    def run_wsgi(self) -> None:
        """Answer one call, and leave the connection at the beginning of the next."""
        self.environ = environ = self.make_environ()
        body = environ["wsgi.input"] = self._body(environ["wsgi.input"])
        began: list[tuple[str, list[tuple[str, str]]]] = []
        written: list[bytes] = []

        def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> Callable[[bytes], object]:
            # Nothing is sent before all is there, so what has begun can begin anew.
            began[:] = [(status, headers)]
            return written.append

        app: WSGIApplication = self.server.app
        answer: Iterable[bytes] = app(environ, start_response)
        try:
            written += answer
        finally:
            close = getattr(answer, "close", None)
            if close is not None:
                close()
        self._pass_over(body)
        self._answer(*began[0], b"".join(written))

    def _body(self, stream: IO[bytes]) -> IO[bytes]:
        """What the application may read: no more than belongs to this call."""
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            # It ends by itself, but where is not known unless it is read to its end.
            self.close_connection = True
            return stream
        length = self.headers.get("Content-Length", "0")
        if not (length.isascii() and length.isdigit()):
            self.close_connection = True
            length = "0"
        return cast("IO[bytes]", LimitedStream(stream, int(length)))

    def _pass_over(self, body: IO[bytes]) -> None:
        """Read what the application has left of a body, so that the client is done sending before it is answered."""
        try:
            for _ in range(MOST_UNREAD_BYTES // _CHUNK_BYTES):
                if not body.read(_CHUNK_BYTES):
                    return
        except (ClientDisconnected, OSError):
            pass
        self.close_connection = True

    def _answer(self, status: str, headers: list[tuple[str, str]], data: bytes) -> None:
        code, _, reason = status.partition(" ")
        self.send_response_only(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        named = {name.lower() for name, _ in headers}
        if "date" not in named:
            self.send_header("Date", self.date_time_string())
        if "content-length" not in named and int(code) not in (204, 304):
            self.send_header("Content-Length", str(len(data)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)
