"""What a request brings: its token, its query, its body. Everything malformed is refused here, before anybody is asked who he is."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from flask import request
from marshmallow import Schema, ValidationError

from ..domain import refusals
from ..domain.refusals import Refused
from .codec import from_json, to_json
from .schemas import NoQuery, read_action

MAX_JSON_BYTES = 1024 * 1024
MAX_TOKEN = 200
_NO_QUERY = NoQuery()
_BODILESS = ("GET", "HEAD", "DELETE")
# The largest whole number a column holds.
LARGEST = 2**63 - 1
_HOST = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_NOT_BUILT = ("HTTP_IDEMPOTENCY_KEY", "HTTP_IF_MATCH")


def token() -> str:
    """The bearer token; raises Refused where none came."""
    value = given_token()
    if value is None:
        raise Refused(refusals.UNAUTHENTICATED)
    return value


def given_token() -> str | None:
    """The bearer token, or None where none came; whether it is anybody's is asked later."""
    scheme, _, value = request.environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    value = value.strip()
    return value if scheme.lower() == "bearer" and 0 < len(value) <= MAX_TOKEN else None


def has_token() -> bool:
    return "Authorization" in request.headers


def here() -> str:
    """The address the request came to, if it is one: it is shown inside commands that people paste."""
    host = request.headers.get("Host", "")
    if not _HOST.fullmatch(host):
        host = f"127.0.0.1:{request.environ.get('SERVER_PORT', 8080)}"
    return f"{request.scheme}://{host}"


def action_body(action: str) -> dict[str, Any]:
    """The body of an action, read as the table says; raises Refused."""
    try:
        return read_action(action, _object())
    except ValidationError as problem:
        raise malformed(problem) from None


def body(schema: Schema, most: int = MAX_JSON_BYTES) -> dict[str, Any]:
    """A body of at most so many bytes, read by a schema; raises Refused."""
    try:
        values: dict[str, Any] = schema.load(_object(most))
    except ValidationError as problem:
        raise malformed(problem) from None
    return values


def opened(schema: Schema | None = None) -> dict[str, Any]:
    """What every call begins with: headers that a later version honours are refused, never ignored, and the query is read.

    Without a schema the call takes no query at all; one that reads or deletes takes no body. Raises Refused.
    """
    environ = request.environ
    if environ["REQUEST_METHOD"] in _BODILESS and environ.get("CONTENT_LENGTH", "0") not in ("0", ""):
        raise Refused(refusals.MALFORMED, errors={"body": ["This call takes no body."]})
    for header in _NOT_BUILT:
        if header in environ:
            name = header.removeprefix("HTTP_").replace("_", "-").title()
            raise Refused(
                refusals.NOT_IMPLEMENTED, detail=f"The header {name} is not honoured yet. Leave it out; nothing has been changed."
            )
    if schema is None:
        if not environ.get("QUERY_STRING"):
            return {}
        schema = _NO_QUERY
    try:
        doubled = [name for name, values in request.args.lists() if len(values) > 1]
        if doubled:
            raise ValidationError({name: ["Named more than once."] for name in doubled})
        values: dict[str, Any] = schema.load(request.args.to_dict())
    except ValidationError as problem:
        raise malformed(problem) from None
    return values


def write_cursor(position: tuple[Any, ...] | None) -> str | None:
    """A position in a list as an opaque text."""
    return None if position is None else base64.urlsafe_b64encode(to_json(position)).rstrip(b"=").decode()


def read_cursor(text: str | None, *kinds: type) -> tuple[Any, ...] | None:
    """A position back from its text; raises Refused where the text is no cursor of this list."""
    if text is None:
        return None
    try:
        position = from_json(base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)))
    except (ValueError, binascii.Error):
        position = None
    fits = isinstance(position, list) and len(position) == len(kinds)
    if not fits or not all(_may_be_in_cursor(value, kind) for value, kind in zip(position, kinds, strict=True)):
        raise Refused(refusals.MALFORMED, errors={"cursor": ["This is no cursor of this list; take `next_cursor` of the page before."]})
    return tuple(position)


def _may_be_in_cursor(value: Any, kind: type) -> bool:
    """Whether a database can compare it: a whole number of 64 bits, or a text without NUL."""
    if type(value) is not kind:
        return False
    return -LARGEST - 1 <= value <= LARGEST if isinstance(value, int) else "\x00" not in str(value)


def _object(most: int = MAX_JSON_BYTES) -> Mapping[str, Any]:
    request.max_content_length = most
    data = request.get_data()
    if not data:
        return {}
    if request.environ.get("CONTENT_TYPE") != "application/json" and request.mimetype != "application/json":
        raise Refused(refusals.UNSUPPORTED_MEDIA_TYPE)
    try:
        value = from_json(data)
    except ValueError as problem:
        raise Refused(refusals.MALFORMED, errors={"body": [f"This is no JSON: {problem}."]}) from None
    if not isinstance(value, dict):
        raise Refused(refusals.MALFORMED, errors={"body": ["Must be an object."]})
    return value


def malformed(problem: ValidationError) -> Refused:
    """The refusal that names each faulty field, nested ones with dots."""
    errors: dict[str, list[str]] = {}
    _flatten(problem.messages, "", errors)
    return Refused(refusals.MALFORMED, errors=errors)


def _flatten(messages: Any, path: str, into: dict[str, list[str]]) -> None:
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            _flatten(inner, f"{path}.{name}" if path else str(name), into)
    else:
        texts = messages if isinstance(messages, list) else [messages]
        for text in texts:
            if isinstance(text, Mapping):
                _flatten(text, path, into)
            else:
                into.setdefault(path or "body", []).append(str(text))
