"""The rivals that run on Java, their jars inside packages of npm: WireMock and MockServer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..wrk import running
from .installing import from_npm, npm_file, tool
from .rival import CREATED, EDITED, KNOWN, SHELF, SHELVES, Ask, Rival, dispute, held

WARM_SECONDS = 8
# Of the collectors tried the one that gives both cores most to the requests, by a fifth or more.
COLLECTOR = "-XX:+UseParallelGC"


def _java() -> str:
    return tool("java", "default-jre-headless")


def _stub(method: str, path: str, status: int, explanation: str, **scenario: str) -> dict[str, Any]:
    answer = {"status": status, "headers": {"Content-Type": "application/json"}, "body": json.dumps({"id": "1", **dispute(explanation)})}
    return {"request": {"method": method, "urlPathPattern": path}, "response": answer, **scenario}


def _stubs() -> list[dict[str, Any]]:
    one, name = "/disputes/[^/]+", "the dispute"
    return [
        _stub("GET", one, 200, "as opened", scenarioName=name, requiredScenarioState="Started"),
        _stub("GET", one, 200, "as edited", scenarioName=name, requiredScenarioState="edited"),
        _stub("PATCH", one, 200, "as edited", scenarioName=name, newScenarioState="edited"),
        _stub("POST", "/disputes", 201, "as opened"),
    ]


@contextmanager
def _wiremock(folder: Path, port: int) -> Iterator[str]:
    (folder / "mappings").mkdir()
    (folder / "mappings" / "disputes.json").write_text(json.dumps({"mappings": _stubs()}), "utf-8")
    java, jar = _java(), npm_file("wiremock/build/wiremock-standalone-*.jar")
    quiet = ["--no-request-journal", "--disable-request-logging", "--disable-banner", "--disable-gzip", "--disable-extensions-scanning"]
    place = ["--root-dir", str(folder), "--bind-address", "127.0.0.1", "--port", str(port)]
    with running([java, COLLECTOR, "-jar", jar, *place, *quiet, "--disable-response-templating"], port) as base:
        yield base


WIREMOCK = Rival(
    name="WireMock",
    version=from_npm("wiremock"),
    does="answers written beforehand: a read by the state of a scenario, an update that sets it, a create",
    note="keeps one word, the scenario's state, for all disputes together: nothing that was sent is kept, created or read back",
    keeps="memory: one word",
    setting="no journal, no log, no templates, no compression, the parallel collector; asynchronous answers were slower",
    start=_wiremock,
    reading=Ask("GET", f"/disputes/{KNOWN}"),
    creating=Ask("POST", "/disputes", CREATED),
    updating=Ask("PATCH", f"/disputes/{KNOWN}", EDITED),
    shows="as edited",
    warm_seconds=WARM_SECONDS,
)


@contextmanager
def _mockserver(folder: Path, port: int) -> Iterator[str]:
    java, jar = _java(), npm_file("mockserver-node/mockserver-netty-*-jar-with-dependencies.jar")
    quiet = ["-Dmockserver.logLevel=OFF", "-Dmockserver.disableLogging=true", "-Dmockserver.disableSystemOut=true"]
    place = ["-Dmockserver.localBoundIP=127.0.0.1", "-jar", jar, "-serverPort", str(port)]
    with running([java, COLLECTOR, *quiet, *place], port, folder=folder) as base:
        for shelf in range(SHELVES):
            numbered = [row | {"id": int(row["id"])} for row in held()] if shelf == 0 else []
            Ask("PUT", "/mockserver/crud", json.dumps({"basePath": f"/disputes{shelf}", "initialData": numbered})).send(base)
        yield base


MOCKSERVER = Rival(
    name="MockServer",
    version=from_npm("mockserver-node"),
    does="disputes in its CRUD store: read, create, change the explanation",
    note="no rules, memory only; a store takes 10,000 objects and then refuses, so what is created is spread over 50 of them",
    keeps="memory",
    setting="no log, no record of requests, the parallel collector",
    start=_mockserver,
    reading=Ask("GET", f"/disputes0/{KNOWN}"),
    creating=Ask("POST", f"/disputes{SHELF}", CREATED),
    updating=Ask("PATCH", f"/disputes0/{KNOWN}", EDITED),
    warm_seconds=WARM_SECONDS,
)
