"""What those need who look after a running program: whether it is there, what it counts, what it logs."""

from __future__ import annotations

import json
import logging
import logging.config
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from emulator import logs
from emulator.app import create_app
from emulator.store.database import Statement

from ..conftest import MakeApp
from ..sandbox import Sandbox

NOBODY_THERE = "postgresql://someone:hush-hush@127.0.0.1:1/desk"
BUYER = {"Authorization": "Bearer demo-buyer"}


def metric(client: FlaskClient, line: str) -> float:
    """A sample, by its name and labels as they are written; 0 where there is none."""
    found = [text.rpartition(" ")[2] for text in client.get("/metrics").text.splitlines() if text.rpartition(" ")[0] == line]
    return float(found[0]) if found else 0.0


# ── health and readiness ───────────────────────────────────────────────────────────────────────────────────────────────


def test_the_program_is_healthy_and_not_ready_while_its_database_is_away() -> None:
    """A worker that is started anew meanwhile comes up all the same."""
    client = create_app(NOBODY_THERE, prepare=False).test_client()
    health = client.get("/_emulator/health")
    assert (health.status_code, (health.json or {})["status"], (health.json or {})["database"]) == (200, "ok", "postgresql")
    ready = client.get("/_emulator/ready")
    assert (ready.status_code, (ready.json or {})["code"]) == (503, "database_unreachable")
    assert ready.headers["Retry-After"]
    assert "hush-hush" not in ready.text


def test_it_is_ready_where_its_database_has_the_tables_of_this_release(client: FlaskClient) -> None:
    ready = client.get("/_emulator/ready")
    assert (ready.status_code, (ready.json or {})["status"]) == (200, "ready")


def test_it_is_not_ready_where_the_tables_are_of_another_release(make_app: MakeApp) -> None:
    app = make_app()
    with app.extensions["dispute_emulator"].writing() as session:
        session.run(Statement(text("UPDATE alembic_version SET version_num = '9999'")))
    ready = app.test_client().get("/_emulator/ready")
    assert (ready.status_code, (ready.json or {})["code"]) == (503, "database_unreachable")
    assert "9999" in (ready.json or {})["detail"]
    assert app.test_client().get("/_emulator/health").status_code == 200


# ── counts ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_requests_are_counted_and_timed_by_method_route_and_status(client: FlaskClient, sandbox: Sandbox) -> None:
    order = sandbox.placed()
    for _ in range(3):
        sandbox.call("buyer", "GET", f"/v1/orders/{order}")
    sandbox.call("buyer", "GET", "/v1/orders/ord_none")
    assert metric(client, 'http_requests_total{method="GET",route="/v1/orders/{order}",status="200"}') == 3
    assert metric(client, 'http_requests_total{method="GET",route="/v1/orders/{order}",status="404"}') == 1
    assert metric(client, 'http_request_duration_seconds_count{method="GET",route="/v1/orders/{order}"}') == 4
    assert metric(client, 'http_requests_total{method="POST",route="/v1/orders",status="201"}') == 1
    assert metric(client, "process_resident_memory_bytes") > 1_000_000
    assert metric(client, "emulator_sandboxes") == 1
    assert 'emulator_build_info{python="' in client.get("/metrics").text


def test_actions_timers_and_refusals_are_counted_by_name(client: FlaskClient, sandbox: Sandbox) -> None:
    order = sandbox.shipped()
    sandbox.ask("seller", "ship", order, tracking_number="RB482910553CN")
    sandbox.advance(by="P200D")
    assert metric(client, 'emulator_actions_total{action="place_order"}') == 1
    assert metric(client, 'emulator_actions_total{action="ship"}') == 1
    told = client.get("/metrics").text
    assert sum(float(found) for found in re.findall(r'^emulator_refusals_total\{code="\w+"\} (.*)$', told, re.MULTILINE)) == 1
    assert sum(float(found) for found in re.findall(r'^emulator_timers_fired_total\{row="\w+"\} (.*)$', told, re.MULTILINE)) >= 1


def test_faults_of_the_database_are_counted() -> None:
    client = create_app(NOBODY_THERE, prepare=False).test_client()
    client.get("/v1/me", headers=BUYER)
    assert metric(client, 'emulator_database_errors_total{code="database_unreachable"}') == 1
    assert metric(client, 'emulator_refusals_total{code="database_unreachable"}') == 1
    assert "emulator_sandboxes " not in client.get("/metrics").text


def test_nothing_a_caller_makes_up_adds_a_series(client: FlaskClient) -> None:
    client.get("/metrics")
    for number in range(50):
        client.get(f"/made/up/{number}")
        client.get(f"/v1/orders/ord_{number}")
        client.get(f"/_emulator/sandboxes/sbx_{number}")
        client.open("/v1/orders", method=f"MADEUP{number}")
    series = [line for line in client.get("/metrics").text.splitlines() if line.startswith("http_requests_total{")]
    assert len(series) < 10, series


# ── the id of a request ────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_id_that_is_one_is_kept_and_anything_else_gets_one(client: FlaskClient) -> None:
    assert client.get("/v1/rules", headers={"X-Request-Id": "checkout-7f3a.9_b"}).headers["X-Request-Id"] == "checkout-7f3a.9_b"
    for wrong in ("short", "x" * 65, "with space in it", "<script>alert(1)</script>", "a\tb\tc\td\te", ""):
        given = client.get("/v1/rules", headers={"X-Request-Id": wrong}).headers.getlist("X-Request-Id")
        assert len(given) == 1
        assert given[0] != wrong
        assert re.fullmatch(r"[A-Za-z0-9._-]{8,64}", given[0])
    assert len({client.get("/v1/rules").headers["X-Request-Id"] for _ in range(50)}) == 50


# ── logs ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Lines(logging.Handler):
    """Keeps what a configured handler would have written."""

    def __init__(self, like: logging.Handler) -> None:
        super().__init__()
        self.written: list[str] = []
        self.setFormatter(like.formatter)
        for one in like.filters:
            self.addFilter(one)

    def emit(self, record: logging.LogRecord) -> None:
        self.written.append(self.format(record))


@pytest.fixture
def log_lines() -> Any:
    """Makes the program log in a format, and hands out the lines."""
    emulator = logging.getLogger("emulator")
    kept = emulator.handlers[:], emulator.level, emulator.propagate
    access = logging.getLogger("emulator.access").level

    def begin(form: str, secrets: tuple[str, ...] = ()) -> list[str]:
        said = logs.config(form, access=True, secrets=secrets)
        # Other loggers are pytest's own business.
        said["loggers"] = {name: told for name, told in said["loggers"].items() if name.startswith("emulator")}
        logging.config.dictConfig({name: told for name, told in said.items() if name != "root"} | {"incremental": False})
        lines = Lines(emulator.handlers[0])
        emulator.handlers[:] = [lines]
        return lines.written

    yield begin
    emulator.handlers[:], emulator.level, emulator.propagate = kept
    logging.getLogger("emulator.access").setLevel(access)


def test_in_json_each_request_is_one_object_that_says_whose_it_is(make_app: MakeApp, log_lines: Any) -> None:
    client = make_app(demo=True, log_access=True).test_client()
    lines = log_lines("json")
    client.get("/v1/me", headers=BUYER | {"X-Request-Id": "of-the-test"})
    client.get("/_emulator/sandboxes/default/clock")
    client.get("/no/such/path")
    first, second, third = (json.loads(line) for line in lines)
    wanted = {"level": "INFO", "request_id": "of-the-test", "sandbox": "default", "method": "GET", "route": "/v1/me", "status": 200}
    assert {name: first[name] for name in wanted} == wanted
    assert first["duration"] >= 0
    assert first["time"]
    assert first["message"].startswith("GET /v1/me 200")
    assert (second["sandbox"], second["route"]) == ("default", "/_emulator/sandboxes/{sandbox}/clock")
    assert "sandbox" not in third
    assert (third["status"], third["route"]) == (404, "(none)")


def test_a_fault_is_logged_with_the_requests_id_and_what_a_caller_writes_makes_no_line(make_app: MakeApp, log_lines: Any) -> None:
    app = make_app(demo=True)
    app.view_functions["rule_page"] = lambda **_: 1 / 0
    client = app.test_client()
    lines = log_lines("text")
    answer = client.get("/v1/rules/X%0A2026-01-01 ERROR forged", headers={"X-Request-Id": "of-the-test"})
    assert (answer.status_code, (answer.json or {})["code"]) == (500, "broken")
    (line,) = lines
    head, *below = line.splitlines()
    assert head.endswith("[of-the-test]")
    assert "\\nERROR" not in head
    assert not [under for under in below if under.startswith("2026-01-01")]
    assert "ZeroDivisionError" in line


def test_no_secret_gets_into_a_line_even_if_somebody_logs_it(log_lines: Any) -> None:
    for form in ("text", "json"):
        lines = log_lines(form, ("sesame-of-mine", "hush-hush"))
        try:
            raise ValueError("no entry at postgresql://me:hush-hush@db for tok_AbC-9_xyz12345")
        except ValueError:
            logging.getLogger("emulator").exception(
                "key sesame-of-mine, Bearer tok_AbC-9_xyz12345 and Bearer demo-buyer", extra={"more": ["sesame-of-mine"]}
            )
        (line,) = lines
        for secret in ("sesame-of-mine", "hush-hush", "AbC-9_xyz12345", "demo-buyer"):
            assert secret not in line
