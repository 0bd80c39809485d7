"""The rivals from npm that run on Node: json-server, Mockoon, Prism and emulate."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..wrk import running
from .installing import from_npm, npm_file, tool
from .rival import CREATED, EDITED, HELD, KNOWN, NEW, TURN, Ask, Rival, dispute, held

WARM_SECONDS = 3
READ = Ask("GET", f"/disputes/{KNOWN}")
CREATE = Ask("POST", "/disputes", CREATED)
UPDATE = Ask("PATCH", f"/disputes/{KNOWN}", EDITED)


@contextmanager
def _node(port: int, file: str, *arguments: str) -> Iterator[str]:
    """A server on Node. What it prints is thrown away: Mockoon tells of each request and cannot be silenced."""
    command = ["sh", "-c", 'exec "$0" "$@" > /dev/null', tool("node", "nodejs"), npm_file(file), *arguments]
    with running(command, port, {"NODE_ENV": "production"}) as base:
        yield base


def _written(path: Path, data: Any) -> str:
    path.write_text(json.dumps(data), "utf-8")
    return str(path)


@contextmanager
def _json_server(folder: Path, port: int) -> Iterator[str]:
    file = _written(folder / "db.json", {"disputes": held()})
    options = ["--quiet", "--no-gzip", "--no-cors", "--host", "127.0.0.1", "--port", str(port)]
    with _node(port, "json-server/lib/cli/bin.js", *options, file) as base:
        yield base


JSON_SERVER = Rival(
    name="json-server",
    version=from_npm("json-server"),
    does="disputes: read, create, change the explanation",
    note="no rules, no transactions: one process that writes the file anew after each change, without waiting for the disk",
    keeps="memory, and one JSON file rewritten whole",
    durable=True,
    setting="no log, no compression, no CORS; it has one process only. Without its file (a .js module) it writes about 1.4 times as much",
    start=_json_server,
    reading=READ,
    creating=CREATE,
    updating=UPDATE,
    warm_seconds=WARM_SECONDS,
)


def _uuid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


def _mockoon_environment(port: int) -> dict[str, Any]:
    """What its desktop program would save: one CRUD route over one data bucket. A field that is missing gets its default with --repair."""
    answer = {"uuid": _uuid(3), "statusCode": 200, "bodyType": "DATABUCKET", "databucketID": "held", "default": True, "crudKey": "id"}
    route = {"uuid": _uuid(2), "type": "crud", "method": "", "endpoint": "disputes", "responses": [answer]}
    return {
        "uuid": _uuid(1),
        "lastMigration": 33,
        "name": "disputes",
        "hostname": "127.0.0.1",
        "port": port,
        "cors": False,
        "headers": [{"key": "Content-Type", "value": "application/json"}],
        "routes": [route],
        "rootChildren": [{"type": "route", "uuid": _uuid(2)}],
        "data": [{"uuid": _uuid(4), "id": "held", "name": "disputes", "value": json.dumps(held())}],
    }


@contextmanager
def _mockoon(folder: Path, port: int) -> Iterator[str]:
    file = _written(folder / "mockoon.json", _mockoon_environment(port))
    options = [
        "--repair",
        "--disable-log-to-file",
        "--disable-admin-api",
        "--disable-tls",
        "--proxy",
        "disabled",
        "--max-transaction-logs",
        "1",
    ]
    with _node(port, "@mockoon/cli/bin/run.js", "start", "--data", file, *options) as base:
        yield base


MOCKOON = Rival(
    name="Mockoon",
    version=from_npm("@mockoon/cli"),
    does="disputes in a data bucket behind a CRUD route: read, create, change the explanation",
    note="no rules; one process, memory only, gone at its end",
    keeps="memory",
    setting="no log file, no admin API, one request remembered (it has no option for none), what it prints thrown away",
    start=_mockoon,
    reading=READ,
    creating=CREATE,
    updating=UPDATE,
    warm_seconds=WARM_SECONDS,
)


def _prism_contract() -> dict[str, Any]:
    shape = {"type": "object", "properties": {"explanation": {"type": "string"}}}
    example = {"id": "1", **dispute("an example")}

    def call(status: str, *, body: bool = True) -> dict[str, Any]:
        answer = {status: {"description": "A dispute", "content": {"application/json": {"schema": shape, "example": example}}}}
        return {"responses": answer, **({"requestBody": {"content": {"application/json": {"schema": shape}}}} if body else {})}

    identity = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    one = {"parameters": [identity], "get": call("200", body=False), "patch": call("200")}
    paths = {"/disputes": {"post": call("201")}, "/disputes/{id}": one}
    return {"openapi": "3.0.3", "info": {"title": "Disputes", "version": "1"}, "paths": paths}


@contextmanager
def _prism(folder: Path, port: int) -> Iterator[str]:
    file = _written(folder / "openapi.json", _prism_contract())
    options = ["--host", "127.0.0.1", "--port", str(port), "--verboseLevel", "silent", "--cors", "false"]
    with _node(port, "@stoplight/prism-cli/dist/index.js", "mock", *options, file) as base:
        yield base


PRISM = Rival(
    name="Prism",
    version=from_npm("@stoplight/prism-cli"),
    does="the example of an OpenAPI document for every read, create and update, each checked against the document",
    note="keeps nothing at all: what was created is not there, what was updated is as before",
    keeps="nothing",
    setting="silent, no CORS, the example as written rather than made up; this version is the last that says it runs on Node 20, "
    "and is as fast as the newest",
    start=_prism,
    reading=READ,
    creating=CREATE,
    updating=UPDATE,
    warm_seconds=WARM_SECONDS,
    shows="an example",
)

TOKEN = (("Authorization", f"Bearer sk_test_{TURN}"),)


@contextmanager
def _emulate(folder: Path, port: int) -> Iterator[str]:
    customers = [{"id": f"cus_{n}", "email": f"{n}@example.com", "description": f"Dispute {n}"} for n in range(1, HELD + 1)]
    file = _written(folder / "seed.json", {"stripe": {"customers": customers}})
    with _node(port, "emulate/dist/index.js", "start", "--service", "stripe", "--port", str(port), "--seed", file) as base:
        yield base


EMULATE = Rival(
    name="emulate",
    version=from_npm("emulate"),
    does="Stripe's customers: read, create, change the description",
    note="no rules on customers, one process, memory only; a token gets 5,000 requests an hour, then 403, and nothing switches that off",
    keeps="memory",
    setting="one service alone; another token every 4,000 requests, so that its throttle never closes",
    start=_emulate,
    reading=Ask("GET", f"/v1/customers/cus_{KNOWN}", headers=TOKEN),
    creating=Ask("POST", "/v1/customers", json.dumps({"email": "b@example.com", "description": f"Opened {NEW}"}), TOKEN),
    updating=Ask("POST", f"/v1/customers/cus_{KNOWN}", json.dumps({"description": f"Edited {NEW}"}), TOKEN),
    made=lambda answer, _new: answer["id"].removeprefix("cus_"),
    warm_seconds=WARM_SECONDS,
)
