"""A call as one line for a shell: what a person pastes who was told what to do next."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Collection, Mapping
from shlex import quote
from typing import Any

from .pictures import picture

# What the shell puts in: a secret is never written out where it was not asked for.
TOKEN = "$TOKEN"  # noqa: S105 -- the name of a variable
KEY_HEADER = '-H "X-Emulator-Key: $EMULATOR_KEY"'
# Stand in for a variable until the line is quoted: no text of a request has them.
_TEXT, _BARE = "\ue000", "\ue001"
_VARIABLE = re.compile(f'{_TEXT}(\\w+){_TEXT}|"{_BARE}(\\w+){_BARE}"')


def curl_line(
    method: str,
    url: str,
    *,
    token: str | None = None,
    body: Mapping[str, Any] | None = None,
    left_open: Collection[str] = (),
    file: str | None = None,
    locked: bool = False,
) -> str:
    """A call with curl. `token` is a token or TOKEN; `file` is the name of a picture to be uploaded; `locked` sends the key.

    What is `left_open` of the body is left to the shell: `reason` says what $REASON does; while that is not set the call is malformed.
    """
    words = ["curl", *(() if method == "GET" else ("-X", method)), quote(url)]
    if token is not None:
        words += ["-H", f'"Authorization: Bearer {TOKEN}"' if token == TOKEN else quote(f"Authorization: Bearer {token}")]
    before = ""
    if file is not None:
        # The picture comes along: a reader has no such file.
        before = f"printf %s {b64encode(picture(file)).decode()} | base64 -d | "
        words += ["-F", quote(f"file=@-;filename={file}")]
    elif body:
        words += ["-H", quote("Content-Type: application/json"), "-d", _written(body, left_open)]
    if locked:
        words.append(KEY_HEADER)
    return before + " ".join(words)


def _written(body: Mapping[str, Any], left_open: Collection[str]) -> str:
    """A body as one word of the shell, with variables where it is left open."""
    said = {name: _variable(name, value) if name in left_open else value for name, value in body.items()}
    return _VARIABLE.sub(lambda found: f"'\"${found[1] or found[2]}\"'", quote(json.dumps(said, ensure_ascii=False)))


def _variable(name: str, value: Any) -> Any:
    """A variable in place of a value. Of a sum the currency stays; what is no text stands without quotation marks."""
    match value:
        case {"amount": _, "currency": currency}:
            return {"amount": f"{_TEXT}{name.upper()}{_TEXT}", "currency": currency}
        case str():
            return f"{_TEXT}{name.upper()}{_TEXT}"
        case _:
            return f"{_BARE}{name.upper()}{_BARE}"
