"""Every no, as application/problem+json (RFC 9457). The one place where an exception becomes an answer."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from ..contract import PLACES
from ..domain import refusals
from ..domain.engine import EndlessTimers
from ..domain.refusals import Refusal, Refused
from ..domain.rulebook import BY_ID
from ..encoding import to_json
from ..explaining import who_may
from ..replies import Replayed
from . import asking
from .answering import replayed
from .codec import http_date
from .instead import Adviser

log = logging.getLogger("emulator")

_BY_STATUS = {
    400: refusals.BAD_REQUEST,
    404: refusals.NO_SUCH_PATH,
    405: refusals.METHOD_NOT_ALLOWED,
    413: refusals.TOO_LARGE,
    414: refusals.URI_TOO_LONG,
    415: refusals.UNSUPPORTED_MEDIA_TYPE,
    431: refusals.HEADERS_TOO_LARGE,
}
RETRY_AFTER_SECONDS = "1"
BROKEN = Refusal(
    "broken", 500, None, "The emulator itself is at fault.", "Nothing has been changed; the log has the details. Please report it."
)


def problem(refused: Refused, instead: str | None) -> Response:
    """A refusal as its answer. `instead` is the nearest call that goes through, as a curl line."""
    refusal, action = refused.refusal, request.endpoint or ""
    who = who_may(action) if refused.who_may is None and action in PLACES else refused.who_may
    body: dict[str, Any] = {
        "type": f"/problems/{refusal.code}",
        "title": refusal.title,
        "status": refusal.status,
        "detail": refused.detail,
        "instance": request.path,
        "code": refusal.code,
        "rule": refused.rule,
        "source": BY_ID[refused.rule].source if refused.rule else None,
        "allowed_actions": refused.allowed,
        "deadline": refused.deadline,
        "who_may": who,
        "window": None if refused.window is None else {"from": refused.window.start, "until": refused.window.end},
        "instead": instead,
    }
    if refusal.status in (413, 415, 422) and refused.errors:
        body["errors"] = refused.errors
    response = Response(to_json(body), refusal.status, mimetype="application/problem+json")
    if refusal is refusals.UNAUTHENTICATED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def install(
    app: Flask,
    refusing: Callable[[Refusal, str | None, str | None], datetime],
    outage: Callable[[Exception], Refused | None],
    adviser: Adviser,
) -> None:
    """Answer every exception with a problem: refusals, HTTP's own, and faults of the program.

    `refusing` is told of every refusal, with the token and the sandbox's id that came, and tells that sandbox's time, or else the wall's;
    `outage` what an exception of the database's says about it, if anything; `adviser` what to call instead.
    """

    def dated(refusal: Refusal, response: Response) -> Response:
        known = response.status_code != 401
        sandbox = (request.view_args or {}).get("sandbox")
        response.headers["Date"] = http_date(refusing(refusal, asking.given_token() if known else None, sandbox if known else None))
        return response

    @app.errorhandler(Refused)
    def _refused(refused: Refused) -> Response:
        response = problem(refused, adviser.line(refused))
        if refused.refusal.status in (503, 507):
            response.headers["Retry-After"] = RETRY_AFTER_SECONDS
        return dated(refused.refusal, response)

    app.register_error_handler(Replayed, replayed)

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Response:
        status = error.code or 500
        # What HTTP refuses in a way of its own, such as a range beyond the end of a file, is the asker's fault all the same.
        refusal = _BY_STATUS.get(status, refusals.BAD_REQUEST if status < 500 else BROKEN)
        if isinstance(error, RequestEntityTooLarge):
            refusal = refusals.TOO_LARGE
        refused = Refused(refusal)
        response = problem(refused, None if refusal is BROKEN else adviser.line(refused))
        for name, value in error.get_headers():
            if name in ("Allow", "Retry-After"):
                response.headers[name] = value
        return dated(refusal, response)

    @app.errorhandler(EndlessTimers)
    def _endless(error: EndlessTimers) -> Response:
        log.error("%s %s: %s", request.method, request.path, error)
        refused = Refused(refusals.ENDLESS_TIMERS, detail=str(error))
        return dated(refused.refusal, problem(refused, adviser.line(refused)))

    @app.errorhandler(Exception)
    def _broken(error: Exception) -> Response:
        away = outage(error)
        if away is not None:
            log.warning("%s %s: %s %s", request.method, request.path, away.refusal.title, " ".join(str(error).split()))
            return _refused(away)
        log.error("%s %s broke", request.method, request.path, exc_info=error)
        return problem(Refused(BROKEN), None)
