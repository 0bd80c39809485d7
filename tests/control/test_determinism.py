"""The same seed, the same calls and the same clock give the same bytes: in another database, of another kind, in another process."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from werkzeug.test import TestResponse

from emulator.app import create_app
from emulator.contract import CONTROL_CALLS, MARKETPLACE_CALLS, PLACES
from emulator.player import Play, story_ids, tales_of

from ..sandbox import Sandbox
from ..stories.stage import HttpStage
from .commands import Past, examples, lead, pasts

LOOKED_AT = 5
# What belongs to no sandbox carries the wall's time; `health` tells nothing else.
OF_NO_SANDBOX = ("/_emulator/sandboxes", "/_emulator/scenarios", "/_emulator/coverage")


class Recorder(FlaskClient):
    """A client that keeps every answer, byte for byte."""

    kept: list[str]

    def open(self, *args: Any, **rest: Any) -> TestResponse:
        answer = super().open(*args, **rest)
        path = answer.request.path
        # Every request has a name of its own.
        own = {"X-Request-Id", "Date"} if path.startswith(OF_NO_SANDBOX) else {"X-Request-Id"}
        headers = [(name, value) for name, value in answer.headers if name not in own]
        self.kept.append(f"{answer.request.method} {path} {answer.status_code} {headers} {answer.data!r}")
        return answer


def session(app: Flask) -> list[str]:
    """A thousand calls through every endpoint; returns every answer."""
    app.test_client_class = Recorder
    client: Any = app.test_client()
    client.kept = []
    client.delete("/_emulator/coverage")
    for number, story in enumerate(story_ids()):
        tale = tales_of(story)[-1]
        stage = HttpStage(client, tale)
        play = Play(tale, stage)
        list(play.play())
        if number % LOOKED_AT == 0:
            look_around(stage.sandbox, next(iter(play.orders.values()), "ord_none"))
    box = Sandbox(client, world="small", seed="determinism")
    live(box)
    kept: list[str] = client.kept
    return kept


def live(box: Sandbox) -> None:
    """Everything that the control plane can do with a sandbox."""
    client = box.client
    made = client.post(f"{box.path}/scenarios/S14", json={"step": "opened"}).json or {}
    client.post(f"{box.path}/load", json={"orders": 60, "seed": "some"})
    kept = client.post(f"{box.path}/snapshots", json={}).json or {}
    box.advance(by="P20D", limit=5)
    box.advance(to_next=True, edge="after")
    order = box.disputed()
    look_around(box, order)
    fork = client.post(f"{box.path}/fork", json={"name": "fork"}).json or {}
    client.post(f"/_emulator/sandboxes/{fork['id']}/clock/advance", json={"by": "P40D"})
    of_snapshot = client.post(f"{box.path}/fork", json={"snapshot": kept["id"]}).json or {}
    client.get(f"/_emulator/sandboxes/{of_snapshot['id']}")
    document = client.get(f"/_emulator/sandboxes/{of_snapshot['id']}/export").json
    brought = client.post("/_emulator/sandboxes/import", json=document).json or {}
    client.get(f"/_emulator/sandboxes/{brought['id']}/timeline?limit=1000")
    client.post(f"{box.path}/snapshots/{kept['id']}/restore")
    look_around(box, made["orders"][0]["order"])
    box.disputed()
    box.control("GET", "/snapshots")
    box.control("GET", f"/snapshots/{kept['id']}")
    box.control("DELETE", f"/snapshots/{kept['id']}")
    box.control("PUT", "/clock", json={"mode": "frozen", "now": "2026-06-01T00:00:00Z"})
    box.control("POST", "/reset")
    look_around(box, "ord_none")
    client.get("/_emulator/scenarios?limit=5")
    client.get("/_emulator/sandboxes")
    replaced = box.replacing()
    box.do("buyer", "confirm_replacement", replaced)
    box.do("seller", "extend_processing", box.placed(), days=2)
    client.get(f"/_emulator/coverage?sandbox={box.id}")
    client.get("/_emulator/coverage")
    for path in (brought["id"], of_snapshot["id"], fork["id"]):
        client.delete(f"/_emulator/sandboxes/{path}")


def look_around(box: Sandbox, order: str) -> None:
    """Every list and every view that each account has, page by page."""
    for path in ("/timeline", "/forecast", "/audit", "/clock", "", "/export"):
        box.client.get(f"{box.path}{path}")
    box.pages("/mailbox?limit=30")
    for who in box.tokens:
        for path in ("me", "orders", "disputes", "operations", "stores", "mailbox?limit=7", "rules", "rules/ORD-1", f"stores/{box.store}"):
            answer = box.call(who, "GET", f"/v1/{path}")
            cursor = (answer.json or {}).get("next_cursor")
            if cursor is not None:
                box.call(who, "GET", f"/v1/{path}{'&' if '?' in path else '?'}cursor={cursor}")
        for path in ("", "/payment", "/messages"):
            box.call(who, "GET", f"/v1/orders/{order}{path}")
        for path in ("", "/claim", "/history", "/claim/solution"):
            box.call(who, "GET", f"/v1/disputes/{box.disputes.get(order, 'dsp_none')}{path}")
        evidence = box.evidence(who) if who != "mediator" else "evd_none"
        box.call(who, "GET", f"/v1/evidence/{evidence}")


def closed(app: Flask) -> list[str]:
    answers = session(app)
    app.extensions["dispute_emulator"].close()
    return answers


def test_the_same_calls_give_the_same_bytes_in_another_database_and_in_one_of_another_kind(new_database: Callable[[str], str]) -> None:
    first, again, elsewhere = (closed(create_app(new_database(kind), demo=False)) for kind in ("sqlite", "sqlite", "postgresql"))
    assert len(first) > 1000
    assert again == first
    assert elsewhere == first


def test_what_others_did_before_in_the_same_database_changes_no_byte(new_database: Callable[[str], str]) -> None:
    busy = create_app(new_database("sqlite"), demo=False)
    box = Sandbox(busy.test_client(), world="market", seed="a stranger")
    box.advance(by="P30D")
    box.control("POST", "/load", json={"orders": 20})
    box.control("DELETE")
    assert closed(busy) == closed(create_app(new_database("sqlite"), demo=False))


def test_any_walk_meets_the_same_bytes_in_a_database_of_the_other_kind(new_database: Callable[[str], str]) -> None:
    apps = [create_app(new_database(kind), demo=False) for kind in ("sqlite", "postgresql")]
    # What was made before lies in one of them only.
    Sandbox(apps[0].test_client(), world="small").advance(by="P9D")

    @examples(8)
    @given(pasts())
    def holds(past: Past) -> None:
        kept = []
        for app in apps:
            app.test_client_class = Recorder
            client: Any = app.test_client()
            client.kept = []
            box = lead(client, past)
            box.advance(by="P60D")
            look_around(box, next(iter(box.disputes), "ord_none"))
            box.control("DELETE")
            kept.append(client.kept)
        assert kept[0] == kept[1]

    holds()
    for app in apps:
        app.extensions["dispute_emulator"].close()


IN_A_PROCESS = """
import sys
from hashlib import sha256
from emulator.app import create_app
from tests.control.test_determinism import closed
print(sha256(repr(closed(create_app(f"sqlite:///{sys.argv[1]}", demo=False))).encode()).hexdigest())
"""


def test_the_same_calls_give_the_same_bytes_in_another_process_with_other_hashes(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parent.parent.parent
    command = [sys.executable, "-c", IN_A_PROCESS]
    digests = {
        subprocess.run(
            [*command, str(tmp_path / f"{number}.db")],
            cwd=root,
            env={"PYTHONHASHSEED": str(number), "PYTHONPATH": str(root)},
            check=True,
            capture_output=True,
            text=True,
            timeout=120,
        ).stdout.strip()
        for number in (1, 2)
    }
    here = hashlib.sha256(repr(closed(create_app(f"sqlite:///{tmp_path / 'here.db'}", demo=False))).encode()).hexdigest()
    assert digests == {here}


def test_the_session_goes_through_every_endpoint(tmp_path: Path) -> None:
    app = create_app(f"sqlite:///{tmp_path / 'a.db'}", demo=False)
    met: set[str] = set()
    app.before_request(lambda: met.add(endpoint()))
    closed(app)
    assert met >= ({call.name for call in (*MARKETPLACE_CALLS, *CONTROL_CALLS)} | set(PLACES)) - {"health", "ready"}


def endpoint() -> str:
    from flask import request

    return request.endpoint or ""
