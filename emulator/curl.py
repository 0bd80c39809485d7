"""A call as one line for a shell: what a person pastes who was told what to do next."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from shlex import quote
from typing import Any

from .pictures import picture

# What the shell puts in: a secret is never written out where it was not asked for.
TOKEN = "$TOKEN"  # noqa: S105 -- the name of a variable
KEY_HEADER = '-H "X-Emulator-Key: $EMULATOR_KEY"'


def curl_line(
    method: str, url: str, *, token: str | None = None, body: Mapping[str, Any] | None = None, file: str | None = None, locked: bool = False
) -> str:
    """A call with curl. `token` is a token or TOKEN; `file` is the name of a picture to be uploaded; `locked` sends the key."""
    words = ["curl", *(() if method == "GET" else ("-X", method)), quote(url)]
    if token is not None:
        words += ["-H", f'"Authorization: Bearer {TOKEN}"' if token == TOKEN else quote(f"Authorization: Bearer {token}")]
    before = ""
    if file is not None:
        # The picture comes along: a reader has no such file.
        before = f"printf %s {b64encode(picture(file)).decode()} | base64 -d | "
        words += ["-F", quote(f"file=@-;filename={file}")]
    elif body:
        words += ["-H", quote("Content-Type: application/json"), "-d", quote(json.dumps(body, ensure_ascii=False))]
    if locked:
        words.append(KEY_HEADER)
    return before + " ".join(words)
