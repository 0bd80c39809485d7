"""What to call instead of what was refused, as a curl line: what the refusal names, or what can be derived from the call itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias
from urllib.parse import quote, urlencode

from flask import request
from werkzeug.exceptions import HTTPException

from ..contract import CALLS, PLACES
from ..curl import TOKEN, curl_line
from ..domain import refusals
from ..domain.refusals import Refused, Suggestion
from ..encoding import from_json
from ..service import Target
from . import asking

Suggest: TypeAlias = Callable[[str, str, Target, Mapping[str, Any]], Suggestion | None]

# It is not what was asked for that is at fault, but how it was said: the same call goes through when it is said right.
_FORM = frozenset({400, 413, 414, 415, 422, 431})
# They are refused for what comes along with them or lies beneath them, not for what they say.
_AS_IT_WAS = (
    refusals.KEY_REQUIRED, refusals.FOREIGN_ORIGIN, refusals.DATABASE_UNREACHABLE, refusals.DATABASE_BUSY, refusals.STORAGE_FULL,
)  # fmt: skip


class Adviser:
    """Says what to call instead. `suggest` finds a body for an action of the table; `locked` says that the control plane wants a key.

    What it names in the control plane, and for whoever has no token, only looks: nothing is made, moved or lost by pasting it.
    """

    def __init__(self, suggest: Suggest, locked: bool) -> None:
        self._suggest = suggest
        self._locked = locked

    def line(self, refused: Refused) -> str:
        """The nearest call that goes through, as one line for a shell."""
        refusal, call, token = refused.refusal, request.endpoint or "", asking.given_token()
        if refused.instead is not None:
            return self._written(refused.instead)
        if refusal in _AS_IT_WAS and call in CALLS:
            return self._curl(call, quote(request.path), _sent())
        if refusal.status in _FORM and token is not None:
            if call == "upload_evidence":
                return self._curl(call, request.path)
            if call in PLACES and call != "deliver" and (sent := _sent()) is not None:
                return self._said_right(call, token, sent)
        for name in refusal.instead:
            if name in CALLS and name not in PLACES:
                return self._written(Suggestion(name, request.view_args or {}))
        return self._above(known=refusal.status != 404)

    def _said_right(self, action: str, token: str, sent: Mapping[str, Any]) -> str:
        """The same action with a body that is well formed and legal."""
        try:
            found = self._suggest(token, action, Target(**(request.view_args or {})), sent)
        except Refused:
            return self._above(known=False)
        return self._above(known=True) if found is None else self._written(found)

    def _above(self, known: bool) -> str:
        """What can be looked at nearest above the path that was asked for; in the end, the front door. `known`: its ids are right."""
        path = request.url_rule.rule if request.url_rule else request.path
        path = path.replace("<", "{").replace(">", "}") if known else path.partition("<")[0]
        while path := path.rstrip("/"):
            for name, place in CALLS.items():
                if place == ("GET", path) and (path.startswith("/_emulator") or asking.given_token() is not None):
                    return self._written(Suggestion(name, request.view_args or {}))
            path = path.rpartition("/")[0]
        return curl_line("GET", asking.here() + "/")

    def _written(self, suggestion: Suggestion) -> str:
        ids = {**(request.view_args or {}), **suggestion.ids}
        path = CALLS[suggestion.call].path.format_map({name: quote(str(value), safe="") for name, value in ids.items()})
        query = "?" + urlencode({"order": suggestion.ids["order"]}) if suggestion.call == "timeline" and "order" in suggestion.ids else ""
        return self._curl(suggestion.call, path + query, suggestion.body, suggestion.open)

    def _curl(self, call: str, path: str, body: Mapping[str, Any] | None = None, left_open: frozenset[str] = frozenset()) -> str:
        control = path.startswith("/_emulator")
        line = curl_line(
            CALLS[call].method,
            asking.here() + path,
            token=None if control else TOKEN,
            body=body,
            left_open=left_open,
            locked=control and self._locked,
        )
        return f'{line} -F "file=@$FILE"' if call == "upload_evidence" else line


def _sent() -> Mapping[str, Any] | None:
    """What was sent; None where it is no JSON object, or cannot be read."""
    try:
        data = request.get_data()
        value = from_json(data) if data else {}
    except (ValueError, OSError, HTTPException):
        return None
    return value if isinstance(value, dict) and (not data or request.mimetype == "application/json") else None
