"""Flask, without what no call of ours needs.

Every request passes here, and half of what Flask does for each (sessions, signals, blueprints, finding the route, putting headers together)
is done for nobody. What is overridden is public and does the same in fewer steps; where somebody has hooked into the application, such as
a test with `after_request`, Flask's own steps are taken. `make bench` shows what that buys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from flask import (
    Flask,
    Request,
    Response,
    appcontext_tearing_down,
    request_finished,
    request_started,
    request_tearing_down,
)
from flask.sessions import NullSession, SessionInterface

from .paths import FoundAdapter, Paths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from flask.sessions import SessionMixin

_STATUS = {200: "200 OK", 201: "201 CREATED"}
# What the guard asks of every request (http/guarding.py).
_OWN_HOOKS = 1


class Reply:
    """A whole answer, ready for the server: its status, its headers and its bytes. It is a WSGI application, so Flask takes it, too."""

    __slots__ = ("data", "headers", "status")

    def __init__(self, data: bytes, headers: list[tuple[str, str]], status: int = 200) -> None:
        self.data = data
        self.headers = [*headers, ("Content-Length", str(len(data)))]
        self.status = _STATUS[status]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        start_response(self.status, self.headers)
        return () if environ["REQUEST_METHOD"] == "HEAD" else (self.data,)


Outgoing: TypeAlias = Reply | Response


class _NoSessions(SessionInterface):
    """Nobody has one: who asks is told by a token."""

    _NONE = NullSession()

    def open_session(self, app: Flask, request: Request) -> SessionMixin:  # noqa: ARG002 -- Flask's signature
        return self._NONE


class LeanFlask(Flask):
    """A Flask application whose views may return a Reply, which goes to the server as it stands."""

    session_interface = _NoSessions()

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._paths: Paths | None = None
        self._plain: set[Any] = set()

    def create_url_adapter(self, request: Request | None) -> Any:
        """What finds the route of a request."""
        if request is None:
            return super().create_url_adapter(None)
        if self._paths is None:
            self._paths = Paths(self.url_map.iter_rules())
        found = self._paths.find(request.environ)
        real = super().create_url_adapter
        return real(request) if found is None else FoundAdapter(found, lambda: real(request))

    def full_dispatch_request(self) -> Any:
        """Answer the request at hand."""
        if self._is_hooked():
            return super().full_dispatch_request()
        self._got_first_request = True
        answer: Any
        try:
            for ask in self.before_request_funcs[None]:
                ask()
            answer = self.dispatch_request()
        except Exception as problem:  # noqa: BLE001 -- each has its answer
            answer = self.handle_user_exception(problem)
        return answer if type(answer) is Reply else self.finalize_request(answer)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """A function that may be called as it is; one that is async is wrapped. Each is looked at once."""
        if func in self._plain:
            return func
        called = super().ensure_sync(func)
        if called is func:
            self._plain.add(func)
        return called

    def do_teardown_request(self, *given: Any, **named: Any) -> None:
        """Tell whoever wants to know that the request ends."""
        if self.teardown_request_funcs or request_tearing_down.receivers:
            super().do_teardown_request(*given, **named)

    def do_teardown_appcontext(self, *given: Any, **named: Any) -> None:
        """Tell whoever wants to know that nobody needs the application any more."""
        if self.teardown_appcontext_funcs or appcontext_tearing_down.receivers:
            super().do_teardown_appcontext(*given, **named)

    def _is_hooked(self) -> bool:
        """Whether others want to know of requests: then nothing of what Flask does is left out."""
        return bool(
            self.after_request_funcs
            or self.blueprints
            or len(self.before_request_funcs[None]) > _OWN_HOOKS
            or request_started.receivers
            or request_finished.receivers
        )
