"""The rivals from PyPI: localstripe and moto."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..wrk import running
from .installing import HERE, from_pypi, python_file
from .rival import CREATED, EDITED, HELD, KNOWN, NEW, Ask, Rival, dispute

STRIPE = (("Authorization", "Bearer sk_test_localstripe"),)


@contextmanager
def _localstripe(folder: Path, port: int) -> Iterator[str]:
    server = HERE / "served" / "localstripe_server.py"
    with running([python_file("python"), str(server), str(folder), str(port), str(HELD)], port) as base:
        yield base


LOCALSTRIPE = Rival(
    name="localstripe",
    version=from_pypi("localstripe"),
    does="products: read, create, change the description",
    note="no rules for a product, one process; rewrites all it has once to three times at every write, so it slows down as it fills",
    keeps="memory, and one pickle file rewritten whole",
    durable=True,
    setting="its log of requests off, which its own command cannot; products, which it writes with less ado than customers or charges",
    start=_localstripe,
    reading=Ask("GET", f"/v1/products/prod_{KNOWN}", headers=STRIPE),
    creating=Ask("POST", "/v1/products", json.dumps({"name": "Lamp", "description": f"Opened {NEW}"}), STRIPE),
    updating=Ask("POST", f"/v1/products/prod_{KNOWN}", json.dumps({"description": f"Edited {NEW}"}), STRIPE),
    made=lambda answer, _new: answer["id"].removeprefix("prod_"),
)


def _ssm(action: str, body: dict[str, object]) -> Ask:
    """A call of the Parameter Store, signed with nothing that anybody would check."""
    signed = "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/ssm/aws4_request, SignedHeaders=host, Signature=none"
    headers = (("X-Amz-Target", f"AmazonSSM.{action}"), ("Content-Type", "application/x-amz-json-1.1"), ("Authorization", signed))
    return Ask("POST", "/", json.dumps(body), headers)


def _put(name: str, value: str) -> Ask:
    return _ssm("PutParameter", {"Name": f"dispute-{name}", "Type": "String", "Value": value})


@contextmanager
def _moto(_folder: Path, port: int) -> Iterator[str]:
    command = [python_file("granian"), "--interface", "wsgi", "--workers", "1", "--blocking-threads", "1", "--log-level", "warning"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--working-dir", str(HERE / "served"), "moto_server:app"]
    with running(command, port) as base:
        for number in range(1, HELD + 1):
            _put(str(number), json.dumps(dispute(f"Dispute {number}"))).send(base)
        yield base


MOTO = Rival(
    name="moto",
    version=f"{from_pypi('moto')} on granian {from_pypi('granian')}",
    does="parameters of the Parameter Store, a dispute as JSON in each: get, put, put over",
    note="one process, memory only, no rules: whatever is put is kept, and an update sends the whole value",
    keeps="memory",
    setting="one service alone on granian, as the emulator is served; the Parameter Store, the fastest to update of those tried "
    "(DynamoDB reads and updates slower, SQS all; Secrets Manager is like it)",
    start=_moto,
    reading=_ssm("GetParameter", {"Name": f"dispute-{KNOWN}"}),
    creating=_put(NEW, CREATED),
    updating=_ssm("PutParameter", {"Name": f"dispute-{KNOWN}", "Type": "String", "Value": EDITED, "Overwrite": True}),
    made=lambda _answer, new: new,
)
