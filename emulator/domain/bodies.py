"""Reads the body of an action into the request that the engine takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .fields import FieldError, read_body
from .refusals import MALFORMED, Refused
from .rules import BY_NAME


def read_request(action: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """A body as the engine takes it; raises Refused, naming every fault, where it is malformed.

    Where HTTP has an id in the path, fixtures write it into the body: `report_message` takes `message`.
    """
    in_path = {"message": body["message"]} if action == "report_message" and "message" in body else {}
    fields = {name: value for name, value in body.items() if name not in in_path}
    try:
        return read_body(BY_NAME[action].takes, fields) | in_path
    except FieldError as problem:
        errors = problem.errors if isinstance(problem.errors, dict) else {"body": [problem.errors]}
        raise Refused(MALFORMED, errors=errors) from None
