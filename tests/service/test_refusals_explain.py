"""Every refusal says who may, from when until when, and what instead; and what it says instead goes through."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from emulator.app import create_app
from emulator.domain.refusals import BY_CODE

from ..conftest import MakeSandbox
from ..curl import curl
from ..sandbox import TRACKED, Json, Sandbox, usd
from .test_refusals_change_nothing import CASES


def token_of(answer: TestResponse) -> str | None:
    """Whose call was refused."""
    return answer.request.headers.get("Authorization", "").removeprefix("Bearer ") or None


@pytest.mark.parametrize("name", CASES)
def test_what_a_refusal_says_instead_goes_through(name: str, shared_app: Flask) -> None:
    arranged = CASES[name]
    box = Sandbox(shared_app.test_client(), **arranged.wish)
    answer = arranged.arrange(box)()
    problem: Json = answer.json or {}
    assert problem["code"] == arranged.code
    instead = curl(box.client, problem["instead"], token_of(answer))
    assert instead.status_code < 400, f"{problem['instead']}\n{instead.text}"
    assert "tok_" not in problem["instead"], "a token is never written out where it was not asked for"
    box.client.delete(box.path)
