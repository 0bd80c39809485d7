"""What surrounds every request: its id, the headers every answer has, what is counted and logged, and who may come at all.

This stands outside Flask, as plain WSGI, because it is on the way of every call: what it adds costs a few microseconds.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from hmac import compare_digest
from itertools import count
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request

from ..domain import refusals
from ..domain.refusals import Refused
from ..encoding import from_json
from ..logs import CURRENT
from ..metrics import CONTENT_TYPE, Metrics

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

access = logging.getLogger("emulator.access")

# What a server in front gives as an id is kept if it is one (docker/nginx.conf has the same).
_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
UNROUTED = "(none)"
# Set by a server that could not read the body to its end: what it says is not to be acted upon.
BROKEN_BODY = "emulator.broken_body"

# What an answer says about itself unless its route knows better. JSON loads nothing, and is no page's frame.
_ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
)
# An answer is its asker's alone. One with an ETag may be kept by him, and asked about; any other is not to be kept.
_KEPT, _NOT_KEPT = ("Cache-Control", "private, no-cache"), ("Cache-Control", "no-store")
_PROBLEM = "application/problem+json"


class Guard:
    """The application with its surroundings. `sandbox_of` finds the sandbox of a token, for the log."""

    def __init__(self, app: WSGIApplication, metrics: Metrics, sandbox_of: Callable[[str], str | None], log_access: bool) -> None:
        self._app = app
        self._metrics = metrics
        self._sandbox_of = sandbox_of
        self._log_access = log_access
        self._ids, self._prefix = count(1), token_hex(6)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        started = time.perf_counter()
        given = environ.get("HTTP_X_REQUEST_ID")
        known_as = given if given is not None and _ID.fullmatch(given) else f"{self._prefix}-{next(self._ids):x}"
        code = 0
        problem = False
        # What Flask has made of the request; it lets go of it before we are done.
        asked: Any = None

        def begin(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            nonlocal code, problem, asked
            code = int(status[:3])
            asked = environ.get("werkzeug.request")
            names = {name for name, _ in headers}
            headers += [header for header in _ALWAYS if header[0] not in names]
            if "Cache-Control" not in names:
                headers.append(_KEPT if "ETag" in names else _NOT_KEPT)
            headers.append(("X-Request-Id", known_as))
            problem = code >= 400 and ("Content-Type", _PROBLEM) in headers
            return start_response(status, headers, exc_info)

        token = CURRENT.set(lambda: self._about(known_as, environ, asked or environ.get("werkzeug.request")))
        try:
            answer = self._app(environ, begin)
            try:
                data = b"".join(answer)
            finally:
                if hasattr(answer, "close"):
                    answer.close()
            took = max(time.perf_counter() - started, 0.0)
            method, route = environ["REQUEST_METHOD"], _route(asked)
            self._metrics.answered(method, route, code, took)
            if problem and data:
                self._metrics.refused(from_json(data)["code"])
            if self._log_access:
                access.info("%s %s %d in %.1f ms", method, route, code, took * 1000, extra={"status": code, "duration": round(took, 6)})
        finally:
            CURRENT.reset(token)
        return [data]

    def _about(self, known_as: str, environ: WSGIEnvironment, asked: Any) -> Mapping[str, str]:
        """What a line of the log says of this request."""
        told = {"request_id": known_as, "method": environ["REQUEST_METHOD"], "route": _route(asked)}
        sandbox = (getattr(asked, "view_args", None) or {}).get("sandbox")
        scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        if sandbox is None and scheme.lower() == "bearer":
            sandbox = self._sandbox_of(token.strip())
        return told if sandbox is None else told | {"sandbox": sandbox}


def _route(asked: Any) -> str:
    rule = getattr(asked, "url_rule", None)
    return UNROUTED if rule is None else _as_written(rule.rule)


@lru_cache(maxsize=256)
def _as_written(rule: str) -> str:
    """A path of Flask's as the contract writes it."""
    return rule.replace("<", "{").replace(">", "}")


# ── who may come ───────────────────────────────────────────────────────────────────────────────────────────────────────


def install(app: Flask, metrics: Metrics, key: str | None, local: Callable[[str], bool] | None) -> None:
    """Refuse bodies that have not come whole and, without a key, what a page of another site sends; and tell /metrics.

    `local` says whether a host's name is this machine's, where the program serves nobody else: then no other name is answered to.
    """
    # The few names that callers use, each looked at once.
    answers_to = None if local is None else lru_cache(maxsize=64)(lambda host: local(_name(host)))

    @app.before_request
    def _comes_well() -> None:
        environ = request.environ
        if BROKEN_BODY in environ:
            raise Refused(refusals.BAD_REQUEST, detail="The body has not come whole, so nothing has been done. Send it again.")
        # Werkzeug forgives both; then what is decided by path or method further on would be decided by another than is served.
        if environ["PATH_INFO"].startswith("//"):
            raise Refused(refusals.NO_SUCH_PATH)
        if environ["REQUEST_METHOD"] != request.method:
            raise Refused(refusals.BAD_REQUEST, detail=f"A method is written in capitals: {request.method}.")
        if key is not None:
            return
        host = environ.get("HTTP_HOST", "")
        if answers_to is not None and host and not answers_to(host):
            raise Refused(
                refusals.FOREIGN_ORIGIN,
                detail="Served on loopback and without a key, the emulator answers only to localhost, 127.0.0.1 and [::1]: "
                "a page of another site could lead here under a name of its own. Use one of these names, or set EMULATOR_KEY.",
            )
        if environ["PATH_INFO"].startswith(("/_emulator", "/metrics")) and _foreign(environ, host):
            raise Refused(refusals.FOREIGN_ORIGIN)

    @app.get("/metrics")
    def metrics_page() -> Response:
        if key is not None and not has_key(key):
            scheme, _, value = request.headers.get("Authorization", "").partition(" ")
            if scheme.lower() != "bearer" or not same(value.strip(), key):
                raise Refused(refusals.KEY_REQUIRED)
        return Response(metrics.exposition(), content_type=CONTENT_TYPE)


def has_key(key: str) -> bool:
    """Whether the request came with the key of the control plane."""
    return same(request.headers.get("X-Emulator-Key", ""), key)


def same(given: str, key: str) -> bool:
    """Whether a key that came is the key, in a time that tells nothing of either."""
    return compare_digest(given.encode("utf-8", "surrogatepass"), key.encode())


def _name(host: str) -> str:
    """The name in a Host header, without the port."""
    return (host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]).lower()


def _foreign(environ: WSGIEnvironment, host: str) -> bool:
    """Whether a page of another site has sent this. Following a link from there is no harm: what it shows, that page cannot read."""
    origin = environ.get("HTTP_ORIGIN")
    if origin is not None:
        return str(origin).partition("://")[2].lower() != host.lower()
    if environ.get("HTTP_SEC_FETCH_SITE") != "cross-site":
        return False
    follows = environ.get("HTTP_SEC_FETCH_MODE") == "navigate" and environ.get("HTTP_SEC_FETCH_DEST") == "document"
    return not follows or environ["REQUEST_METHOD"] not in ("GET", "HEAD")
