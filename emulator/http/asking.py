"""What a request brings: its token, its query, its body. Everything malformed is refused here, before anybody is asked who he is."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from flask import request
from marshmallow import Schema, ValidationError

from ..domain import refusals
from ..domain.refusals import Refused
from ..encoding import from_json, to_json
from ..replies import UNCONDITIONAL, Conditions, Once
from .schemas.asked import NoQuery, read_action

MAX_JSON_BYTES = 1024 * 1024
MAX_TOKEN = 200
_NO_QUERY = NoQuery()
_BODILESS = ("GET", "HEAD", "DELETE")
# The largest whole number a column holds.
LARGEST = 2**63 - 1
_HOST = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_KEY = re.compile(r"[!-~]{1,255}")
_TAG = re.compile(r'(?:W/)?("[!#-~]*")')


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


def conditions(said: bytes | None = None) -> Conditions:
    """Under which conditions the request is to be carried out; raises Refused where they are malformed.

    `said` is what tells it from another with the same key, where that is not its body.
    """
    match, key = tags("If-Match"), request.environ.get("HTTP_IDEMPOTENCY_KEY")
    if key is None:
        return UNCONDITIONAL if match is None else Conditions(match=match)
    if not _KEY.fullmatch(key):
        raise Refused(refusals.MALFORMED, errors={"Idempotency-Key": ["Must be 1 to 255 visible ASCII characters without spaces."]})
    ids = request.view_args or {}
    said = b"\n".join(
        [request.method.encode(), request.path.encode("utf-8", "surrogatepass"), request.get_data() if said is None else said]
    )
    return Conditions(Once(key, given_token() or ids.get("sandbox", ""), said), match)


def tags(header: str) -> frozenset[str] | None:
    """The entity tags that a header names, `*` for any; None where it did not come. Raises Refused where it is malformed."""
    value = request.environ.get("HTTP_" + header.upper().replace("-", "_"))
    if value is None:
        return None
    named = [part.strip() for part in value.split(",")]
    if named == ["*"]:
        return frozenset(named)
    # A weak tag says that things are nearly alike, which is not enough to match, but enough to know.
    strong = header == "If-Match"
    found = [_TAG.fullmatch(part) for part in named]
    if not all(found):
        raise Refused(refusals.MALFORMED, errors={header: ['Must be `*`, or ETags with their quotes: "3f0c…", "9a1b…".']})
    return frozenset(tag[1] for tag in found if tag is not None and not (strong and tag[0].startswith("W/")))


def opened(schema: Schema | None = None, *, tagged: bool = False) -> dict[str, Any]:
    """What every call begins with: the query is read, and If-Match is refused where there is nothing that it could name, never ignored.

    Without a schema the call takes no query at all; one that reads or deletes takes no body. `tagged` calls are about something that has
    an ETag. Raises Refused.
    """
    environ = request.environ
    if environ["REQUEST_METHOD"] in _BODILESS and environ.get("CONTENT_LENGTH", "0") not in ("0", ""):
        raise Refused(refusals.MALFORMED, errors={"body": ["This call takes no body."]})
    if not tagged and "HTTP_IF_MATCH" in environ:
        said = refusals.PRECONDITION_FAILED
        raise Refused(said, detail="What this call is about has no ETag, so none can match: leave If-Match out. Nothing has been changed.")
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
    data = _bytes(most)
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


def _bytes(most: int) -> bytes:
    """The body as it came; werkzeug raises where it is too large."""
    environ = request.environ
    came, length = environ["wsgi.input"], environ.get("CONTENT_LENGTH", "")
    # A server that has read the whole body needs nobody who reads it again, bit by bit (emulator/worker.py).
    if type(came) is BytesIO and length.isdecimal() and len(whole := came.getvalue()) == int(length) <= most:
        return whole
    request.max_content_length = most
    return request.get_data()


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
