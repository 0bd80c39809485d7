"""Sends what a line for a shell says, without a shell."""

from __future__ import annotations

import re
import shlex
import subprocess

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from .sandbox import Sandbox

HERE = "http://localhost"
BODY_FLAGS = {"-d": "data", "-F": "form"}


def variables(line: str) -> set[str]:
    """What a line leaves to the shell, but for the token and the key."""
    return set(re.findall(r"\$([A-Z_]+)", line)) - {"TOKEN", "EMULATOR_KEY"}


def curl(client: FlaskClient, line: str, token: str | None = None, **said: str) -> TestResponse:
    """Send what a line for a shell says, as curl would; what it says beside that is a mistake.

    `token` is what $TOKEN stands for, and `said` what other variables do; those that are not there are empty, as in a shell.
    """
    line = re.sub(r"\$([A-Z_]+)", lambda found: found[0] if found[1] == "TOKEN" else said.get(found[1], ""), line)
    piped, _, line = line.rpartition("| ")
    command, *words = shlex.split(line)
    assert command == "curl"
    method, url, headers, sent = None, None, {}, dict[str, str]()
    rest = iter(words)
    for word in rest:
        if word == "-X":
            method = next(rest)
        elif word == "-H":
            name, _, value = next(rest).partition(": ")
            headers[name] = value.replace("$TOKEN", token or "$TOKEN")
        elif word in BODY_FLAGS:
            sent[BODY_FLAGS[word]] = next(rest)
        else:
            assert url is None, f"{word} is one address too many"
            url = word
    assert url is not None
    assert url.startswith(f"{HERE}/")
    if "form" in sent:
        field, _, name = sent["form"].partition("=@-;filename=" if piped else "=@")
        assert field == "file"
        decoded = ["sh", "-c", piped.rpartition("|")[0] + "| base64 -d"]
        data = subprocess.run(decoded, capture_output=True, check=True).stdout if piped else None
        box = object.__new__(Sandbox)
        box.client, box.tokens = client, {"sender": headers.pop("Authorization").removeprefix("Bearer ")}
        assert not headers
        assert (method, url) == ("POST", f"{HERE}/v1/evidence")
        return box.upload("sender", name or "photo.png", data)
    if "data" in sent:
        assert headers["Content-Type"] == "application/json"
    return client.open(url.removeprefix(HERE), method=method or "GET", headers=headers, data=sent.get("data"))
