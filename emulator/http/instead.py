"""What to call instead of what was refused, as a curl line: what the refusal names, or what can be derived from the call itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias
from urllib.parse import quote, urlencode

from flask import request
from werkzeug.exceptions import HTTPException

from ..contract import CALLS, EXAMPLES, PLACES
from ..curl import TOKEN, curl_line
from ..domain import refusals
from ..domain.refusals import Refused, Suggestion
from ..service import Target
from . import asking
from .codec import from_json

Suggest: TypeAlias = Callable[[str, str, Target, Mapping[str, Any]], Suggestion | None]

_PICTURE = "crack.png"
# Their example shows the shape alone: a whole world is too long for a line.
_SHAPES = frozenset({"import_sandbox"})
# It is not what was asked for that is at fault, but how it was said: the same call goes through when it is said right.
_FORM = frozenset({400, 413, 414, 415, 422, 431, 501})


class Adviser:
    """Says what to call instead. `suggest` finds a body for an action of the table; `locked` says that the control plane wants a key."""

    def __init__(self, suggest: Suggest, locked: bool) -> None:
        self._suggest = suggest
        self._locked = locked

    def line(self, refused: Refused) -> str:
        """The nearest call that goes through, as one line for a shell."""
        if refused.instead is not None:
            return self._written(refused.instead)
        if refused.refusal is refusals.KEY_REQUIRED:
            return self._same(_sent())
        for name in refused.refusal.instead:
            if name in CALLS and name not in PLACES:
                return self._written(Suggestion(name, request.view_args or {}))
        if refused.refusal.status in _FORM or refused.refusal in (refusals.CLOCK_BACKWARDS, refusals.NOTHING_DUE):
            return self._said_right()
        return self._above()

    def _said_right(self) -> str:
        """The same call with a body that is well formed and, for an action, legal."""
        action, ids = request.endpoint or "", dict(request.view_args or {})
        token = asking.given_token()
        if action in PLACES and action != "deliver" and token is not None:
            try:
                found = self._suggest(token, action, Target(**ids), _sent())
            except Refused:
                return self._above()
            return self._above() if found is None else self._written(found)
        return self._above() if action in _SHAPES else self._same(EXAMPLES.get(action, {}))

    def _same(self, body: Mapping[str, Any]) -> str:
        call = request.endpoint or ""
        return self._curl(call, quote(request.path), body) if call in CALLS else self._above()

    def _above(self) -> str:
        """What can be looked at nearest above the path that was asked for; in the end, the front door."""
        path = (request.url_rule.rule.partition("<")[0] if request.url_rule else request.path).rstrip("/")
        while path:
            for name, place in CALLS.items():
                if place == ("GET", path):
                    return self._curl(name, path, {})
            path = path.rpartition("/")[0]
        return curl_line("GET", asking.here() + "/")

    def _written(self, suggestion: Suggestion) -> str:
        place = CALLS[suggestion.call]
        ids = {**(request.view_args or {}), **suggestion.ids}
        path = place.path.format_map({name: quote(str(value), safe="") for name, value in ids.items()})
        query = "?" + urlencode({"order": suggestion.ids["order"]}) if suggestion.call == "timeline" and "order" in suggestion.ids else ""
        body = EXAMPLES.get(suggestion.call, {}) if suggestion.body is None else suggestion.body
        return self._curl(suggestion.call, path + query, body if place.method != "GET" else {})

    def _curl(self, call: str, path: str, body: Mapping[str, Any]) -> str:
        control = path.startswith("/_emulator")
        return curl_line(
            CALLS[call].method,
            asking.here() + path,
            token=None if control else TOKEN,
            body=body,
            file=_PICTURE if call == "upload_evidence" else None,
            locked=control and self._locked,
        )


def _sent() -> Mapping[str, Any]:
    """What was sent, as far as it is a JSON object that can be read."""
    if request.mimetype != "application/json":
        return {}
    try:
        value = from_json(request.get_data())
    except (ValueError, OSError, HTTPException):
        return {}
    return value if isinstance(value, dict) else {}
