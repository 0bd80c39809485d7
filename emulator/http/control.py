"""The control plane, /_emulator: what no marketplace has."""

from __future__ import annotations

from collections.abc import Callable
from hmac import compare_digest
from importlib.metadata import version
from typing import Any

from flask import Flask, Response, request

from ..contract import CONTROL_CALLS, PLACES
from ..control import ControlPlane, Wish
from ..domain import refusals
from ..domain.refusals import Refused
from ..domain.words import ClockMode
from ..service import Answer
from . import asking, schemas
from .answering import answer, page
from .marketplace import flask_path

_SANDBOX, _CLOCK, _ADVANCE = schemas.SandboxBody(), schemas.ClockBody(), schemas.AdvanceBody()
_PAGE, _FORECAST, _EMPTY = schemas.PageQuery(), schemas.ForecastQuery(), schemas.NoBody()


def install(app: Flask, control: ControlPlane, key: str | None) -> None:
    """Register every route of the control plane; with a key, all of them ask for it."""
    calls = _Calls(control)
    for call in CONTROL_CALLS:
        app.add_url_rule(flask_path(call.path), call.name, _locked(getattr(calls, call.name, _not_built), key), methods=[call.method])
    deliver = PLACES["deliver"]
    app.add_url_rule(flask_path(deliver.path), "deliver", _locked(calls.deliver, key), methods=[deliver.method])


def _locked(view: Callable[..., Any], key: str | None) -> Callable[..., Any]:
    if key is None:
        return view
    wanted = key.encode()

    def locked(**ids: str) -> Any:
        if not compare_digest(request.headers.get("X-Emulator-Key", "").encode("utf-8", "surrogatepass"), wanted):
            raise Refused(refusals.KEY_REQUIRED)
        return view(**ids)

    return locked


def _not_built(**_: str) -> Response:
    asking.opened()
    raise Refused(refusals.NOT_IMPLEMENTED)


class _Calls:
    """The calls that are no actions, one method each, named as in the contract."""

    def __init__(self, control: ControlPlane) -> None:
        self._control = control

    def health(self) -> Response:
        asking.opened()
        now, database = self._control.health()
        return answer(Answer({"status": "ok", "version": version("dispute-emulator"), "database": database, "now": now}, now))

    def create_sandbox(self) -> Response:
        asking.opened()
        wanted = asking.body(_SANDBOX)
        return answer(self._control.create(Wish(**wanted)))

    def sandboxes(self) -> Response:
        wanted = asking.opened(_PAGE)
        after = asking.read_cursor(wanted.get("cursor"), str) or ("",)
        given, cursor = self._control.page(after[0], wanted["limit"])
        return page(given.body, None if cursor is None else (cursor,), given.now)

    def sandbox(self, sandbox: str) -> Response:
        asking.opened()
        return answer(self._control.get(sandbox))

    def delete_sandbox(self, sandbox: str) -> Response:
        asking.opened()
        self._control.delete(sandbox)
        gone = Response(status=204)
        del gone.headers["Content-Type"]
        return gone

    def reset(self, sandbox: str) -> Response:
        asking.opened()
        asking.body(_EMPTY)
        return answer(self._control.reset(sandbox))

    def clock(self, sandbox: str) -> Response:
        asking.opened()
        return answer(self._control.clock(sandbox))

    def set_clock(self, sandbox: str) -> Response:
        asking.opened()
        wanted = asking.body(_CLOCK)
        return answer(self._control.set_clock(sandbox, ClockMode(wanted["mode"]), wanted.get("now")))

    def advance(self, sandbox: str) -> Response:
        asking.opened()
        wanted = asking.body(_ADVANCE)
        if "edge" in wanted:
            raise Refused(refusals.NOT_IMPLEMENTED)
        return answer(self._control.advance(sandbox, wanted.get("by"), wanted.get("to")))

    def forecast(self, sandbox: str) -> Response:
        wanted = asking.opened(_FORECAST)
        given = self._control.forecast(sandbox, wanted.get("order"))
        return page(given.body, None, given.now)

    def audit(self, sandbox: str) -> Response:
        asking.opened()
        return answer(self._control.audit(sandbox))

    def sandbox_mailbox(self, sandbox: str) -> Response:
        wanted = asking.opened(_PAGE)
        after = asking.read_cursor(wanted.get("cursor"), int, int)
        given, found = self._control.mailbox(sandbox, after, wanted["limit"])
        return page(given.body, found.cursor, given.now)

    def deliver(self, sandbox: str, order: str) -> Response:
        asking.opened()
        body = asking.action_body("deliver")
        return answer(self._control.deliver(sandbox, order, body), tagged=True)
