"""`--dispute-cov`, as users meet it: their tests are written into a folder and run there, with every warning an error."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from emulator import create_app, tally
from emulator.http.schemas import answered
from emulator.testing.covering import MOST_LINES
from emulator.testing.live import LiveServer

pytest_plugins = ["pytester"]

INI = """
[pytest]
strict = true
filterwarnings = error
"""

# What the tests have in common here: an emulator that is talked to as any code of theirs might, and somebody who orders something.
SCENE = """
import httpx
from contextlib import contextmanager

@contextmanager
def talking_to(emulator):
    if emulator.base_url.startswith("http://127.0.0.1"):
        with httpx.Client(base_url=emulator.base_url, trust_env=False) as client:
            yield client
    else:
        yield emulator.app.test_client()

def order_with(client, key=None, **wish):
    headers = {"X-Emulator-Key": key} if key else {}
    made = client.post("/_emulator/sandboxes", json={"world": "empty", "seed": "s", **wish}, headers=headers)
    made = made.json() if callable(made.json) else made.json
    people = {account["name"]: account for account in made["accounts"]}
    body = {"store": people["seller"]["store"], "item": {"title": "Lamp", "quantity": 1}, "total": {"amount": "9.00", "currency": "USD"}}
    placed = client.post("/v1/orders", json=body, headers={"Authorization": "Bearer " + people["buyer"]["token"]})
    assert placed.status_code == 201
"""

ONE_ORDER = """
def test_it(dispute_emulator):
    with talking_to(dispute_emulator) as client:
        order_with(client)
        assert client.get("/nowhere").status_code == 404
"""


@pytest.fixture(autouse=True)
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder for users' tests. The run around it is none of their business, nor is a key that lies about."""
    for name in ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT", "PYTEST_XDIST_TESTRUNUID", "EMULATOR_KEY"):
        monkeypatch.delenv(name, raising=False)
    pytester.makeini(INI)
    pytester.makepyfile(scene=SCENE)
    return pytester


def run(suite: pytest.Pytester, code: str, *arguments: str) -> pytest.RunResult:
    """Run some tests in this process; they must come to an end by themselves."""
    suite.makepyfile(test_it="import pytest\nfrom scene import *\n" + textwrap.dedent(code))
    return suite.runpytest("-p", "no:cacheprovider", *arguments)


def report_of(suite: pytest.Pytester, code: str, *arguments: str) -> dict[str, Any]:
    """The report of a run that goes well, as a program reads it."""
    result = run(suite, code, "--dispute-cov-report=json:coverage.json", *arguments)
    assert result.ret == 0, result.stdout.str()
    told: dict[str, Any] = json.loads((suite.path / "coverage.json").read_text(encoding="utf-8"))
    assert answered.Coverage().load(told)
    return told


def met(told: dict[str, Any], kind: str) -> dict[str, int]:
    return {entry["name"]: entry["hits"] for entry in told[kind]["met"]}


# ── what is counted ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("mode", [(), ("--dispute-emulator=server",)])
@pytest.mark.parametrize("workers", ["0", "2"])
def test_what_the_tests_of_a_run_have_met_is_counted_wherever_they_ran(mode: tuple[str, ...], workers: str, suite: pytest.Pytester) -> None:
    code = """
        @pytest.mark.parametrize("number", range(6))
        def test_it(dispute_emulator, number):
            with talking_to(dispute_emulator) as client:
                order_with(client, ruleset="legacy" if number == 5 else "standard")
                assert client.get("/nowhere").status_code == 404
    """
    told = report_of(suite, code, "-n", workers, *mode)
    assert (met(told, "rows"), met(told, "refusals")) == ({"place_order": 6}, {"no_such_path": 6})
    assert met(told, "states") == {"awaiting_shipment/none/none/none/none": 6}
    assert sorted((len(table["rows"]), table["hits"]) for table in told["tables"]) == [(4, 5), (7, 1)]
    assert "appeal" in {entry["name"] for entry in told["rows"]["missing"]}


def test_every_application_of_the_run_counts_whoever_has_made_it(suite: pytest.Pytester, tmp_path: Path) -> None:
    code = f"""
        from emulator import create_app
        from emulator.testing.live import LiveServer

        def test_with_an_application_of_my_own():
            app = create_app("sqlite:///{tmp_path}/mine.db")
            order_with(app.test_client())
            app.extensions["dispute_emulator"].close()

        def test_with_a_server_of_my_own():
            with LiveServer() as server, httpx.Client(base_url=server.url, trust_env=False) as client:
                order_with(client)

        def test_with_the_sandbox_of_the_plugin(sandbox):
            sandbox.advance(by="P30D")

        def test_with_none_at_all():
            pass
    """
    told = report_of(suite, code)
    assert met(told, "rows") == {"place_order": 2}
    assert told["timers"]["hit"] > 1


def test_of_an_emulator_that_runs_elsewhere_counts_what_it_has_met_since_the_run_began(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It has lived before, asks for a key, and tests may make applications of their own beside it."""
    monkeypatch.setenv("EMULATOR_KEY", "sesame")
    scene: dict[str, Any] = {}
    exec(SCENE, scene)
    app = create_app(f"sqlite:///{tmp_path / 'there.db'}", key="sesame")
    with LiveServer(app) as server:
        order_with, before = scene["order_with"], app.test_client()
        order_with(before, key="sesame", ruleset="legacy")
        before.get("/v1/me")
        code = f"""
            from emulator import create_app

            def test_there(dispute_emulator):
                with talking_to(dispute_emulator) as client:
                    order_with(client, key="sesame")
                    client.get("/nowhere")

            def test_beside_it():
                app = create_app("sqlite:///{tmp_path}/mine.db")
                app.test_client().get("/v1/me")
                app.extensions["dispute_emulator"].close()
        """
        for workers in ("0", "2"):
            told = report_of(suite, code, f"--dispute-emulator-url={server.url}", "-n", workers)
            assert (met(told, "rows"), met(told, "refusals")) == ({"place_order": 1}, {"no_such_path": 1})
            assert [len(table["rows"]) for table in told["tables"]] == [4], "what others had before is not this run's"
            assert "emulator_key_required" in {entry["name"] for entry in told["refusals"]["missing"]}
        anew = """
            def test_it(dispute_emulator):
                with talking_to(dispute_emulator) as client:
                    client.delete("/_emulator/coverage", headers={"X-Emulator-Key": "sesame"})
                    client.get("/nowhere")
        """
        assert met(report_of(suite, anew, f"--dispute-emulator-url={server.url}"), "refusals") == {"no_such_path": 1}
    app.extensions["dispute_emulator"].close()


def test_where_nobody_answers_for_the_counts_no_test_is_run(suite: pytest.Pytester) -> None:
    result = run(suite, "def test_it(): pass", "--dispute-cov", "--dispute-emulator-url=http://127.0.0.1:9")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*No coverage from http://127.0.0.1:9: Nobody answers at http://127.0.0.1:9: *"])
    assert "passed" not in result.stdout.str()


def test_a_run_that_is_part_of_another_counts_for_itself(suite: pytest.Pytester) -> None:
    listeners = list(map(id, tally._LISTENERS))
    for _ in range(2):
        assert met(report_of(suite, ONE_ORDER), "rows") == {"place_order": 1}
    assert list(map(id, tally._LISTENERS)) == listeners


# ── the table at the end ───────────────────────────────────────────────────────────────────────────────────────────────


def test_without_the_option_nothing_is_said_and_nothing_hooked(suite: pytest.Pytester) -> None:
    code = """
        def test_it(pytestconfig, dispute_emulator):
            assert not pytestconfig.pluginmanager.hasplugin("dispute_emulator_covering")
    """
    heard = list(tally._LISTENERS)
    result = run(suite, code)
    result.assert_outcomes(passed=1)
    assert "coverage" not in result.stdout.str()
    assert heard == tally._LISTENERS


def test_at_the_end_stands_what_was_met_and_some_of_what_never_was(suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    result = run(suite, ONE_ORDER, "--dispute-cov")
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        [
            "*= dispute coverage =*",
            "            met    of",
            "rows          1    58     1.7 %",
            "timers        0    14     0.0 %",
            "refusals      1    8?     1.2 %",
            "states        1    48     2.0 %",
            "edges         0    45     0.0 %",
            "never met: rows",
            "  ORD-3 * cancel_order * The buyer cancels before it ships*",
            f"  … and {57 - MOST_LINES} more; --dispute-cov=all shows them",
            "never met: timers",
            "never met: refusals",
            "never met: states",
            "  order in dispute, dispute waiting for seller",
            "never met: edges",
            "  ESC-2 * escalate_by_time * before, at, after",
            "Not counted are * more that no sandbox of this run could meet.",
        ]
    )
    lines = [line for line in result.stdout.lines if line.startswith("  ")]
    assert max(map(len, lines)) <= 100
    assert len(lines) <= 1 + 5 * (MOST_LINES + 1)


@pytest.mark.parametrize("arguments", [("--dispute-cov=all",), ("--dispute-cov", "-v")])
def test_every_line_is_shown_to_who_asks_for_all(
    arguments: tuple[str, ...], suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    result = run(suite, ONE_ORDER, *arguments)
    text = result.stdout.str()
    assert "… and" not in text
    for line in (
        r"  ACC-2 +buyer_accepts_nothing +The buyer accepts no refund and no return: he gets nothing and the seller .*mistake\.",
        r"  CLM-4 +seller_silent_goods_go_back +before, at, after",
        r"  order cancelled",
    ):
        assert re.search(f"^{line}$", text, re.MULTILINE), line


def test_the_option_takes_no_path_for_its_value(suite: pytest.Pytester) -> None:
    suite.makepyfile(test_other="def test_other(): raise AssertionError")
    result = run(suite, ONE_ORDER, "--dispute-cov", "test_it.py")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["rows *"])


def test_nothing_is_said_where_tests_are_only_listed(suite: pytest.Pytester) -> None:
    result = run(suite, ONE_ORDER, "--collect-only", "--dispute-cov", "--dispute-cov-fail-under=100")
    assert result.ret == 0
    assert "dispute coverage" not in result.stdout.str()


def test_what_a_worker_that_broke_down_has_met_is_said_to_be_missing(suite: pytest.Pytester) -> None:
    code = """
        import os

        @pytest.mark.parametrize("number", range(4))
        def test_it(dispute_emulator, number):
            with talking_to(dispute_emulator) as client:
                order_with(client)
            if number == 0:
                os._exit(3)
    """
    result = run(suite, code, "-n", "2", "--dispute-cov")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["Dispute coverage lacks what 1 of 3 workers have met."])


# ── reports ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_reports_are_written_where_they_are_wanted_and_the_table_only_if_it_is(suite: pytest.Pytester) -> None:
    result = run(suite, ONE_ORDER, "--dispute-cov-report=json:out/a.json", "--dispute-cov-report=html:out/b.html")
    assert result.ret == 0
    result.stdout.fnmatch_lines([f"Dispute coverage as JSON in {suite.path / 'out' / 'a.json'}", "Dispute coverage as HTML in *b.html"])
    assert "never met" not in result.stdout.str()
    assert json.loads((suite.path / "out" / "a.json").read_text())["rows"]["hit"] == 1
    page = (suite.path / "out" / "b.html").read_text(encoding="utf-8")
    assert "<code>cancel_claim</code>" in page
    # It stands alone: nothing is loaded, and no link leads to a server that is gone.
    assert not re.search(r"<(?:link|script|img)\b|\bsrc=", page)
    assert {link for link in re.findall(r'href="([^"]*)"', page) if not link.startswith("#")} == set()
    result = run(suite, ONE_ORDER, "--dispute-cov-report=term", "--dispute-cov-report=html:c.html")
    result.stdout.fnmatch_lines(["never met: rows", "Dispute coverage as HTML in *c.html"])


def test_the_page_of_an_emulator_that_runs_elsewhere_links_to_its_rules(suite: pytest.Pytester) -> None:
    with LiveServer() as server:
        result = run(suite, ONE_ORDER, "--dispute-cov-report=html:a.html", f"--dispute-emulator-url={server.url}")
        assert result.ret == 0
        assert f'href="{server.url}/v1/rules/CLM-7"' in (suite.path / "a.html").read_text(encoding="utf-8")


def test_a_report_that_cannot_be_written_fails_the_run(suite: pytest.Pytester) -> None:
    (suite.path / "file").write_text("in the way")
    result = run(suite, ONE_ORDER, "--dispute-cov-report=json:file/a.json")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["FAIL Dispute coverage could not be written to *a.json: *."])
    result.assert_outcomes(passed=1)


# ── how much is enough ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("least", "said"),
    [
        ("1.2", None),
        ("0", None),
        ("1.4", "FAIL Dispute coverage: 1.2 % of rows, timers and refusals together, and 1.4 % are wanted."),
        ("rows:1.7,refusals:1", None),
        ("rows:1.7, refusals:50", "FAIL Dispute coverage: 1.2 % of refusals, and 50 % are wanted."),
        ("timers:0,states:2,edges:0", None),
        ("edges:0.1", "FAIL Dispute coverage: 0.0 % of edges, and 0.1 % are wanted."),
    ],
)
def test_a_run_that_has_met_too_little_fails_and_says_of_what(least: str, said: str | None, suite: pytest.Pytester) -> None:
    result = run(suite, ONE_ORDER, f"--dispute-cov-fail-under={least}")
    assert (result.ret, [line for line in result.stdout.lines if "FAIL" in line]) == ((0, []) if said is None else (1, [said]))
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["Dispute coverage is what it has to be." if said is None else said])


def test_what_was_counted_by_workers_decides_for_all(suite: pytest.Pytester) -> None:
    code = """
        @pytest.mark.parametrize("path", ["/nowhere", "/v1/me"])
        def test_it(dispute_emulator, path):
            with talking_to(dispute_emulator) as client:
                client.get(path)
    """
    assert run(suite, code, "-n", "2", "--dispute-cov-fail-under=refusals:2.4").ret == 0
    assert run(suite, code, "-n", "2", "--dispute-cov-fail-under=refusals:2.6").ret == 1


def test_a_run_that_has_failed_anyway_fails_as_it_did(suite: pytest.Pytester) -> None:
    result = run(suite, "def test_it(): raise AssertionError", "--dispute-cov-fail-under=50")
    assert result.ret == 1
    result.assert_outcomes(failed=1)
    assert run(suite, "", "--dispute-cov-fail-under=50").ret == pytest.ExitCode.NO_TESTS_COLLECTED


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("--dispute-cov-fail-under=much", "*takes a percentage, or one for each of some kinds, such as rows:90,refusals:50; not much.*"),
        ("--dispute-cov-fail-under=101", "*not 101.*"),
        ("--dispute-cov-fail-under=rows", "*not rows.*"),
        ("--dispute-cov-fail-under=rows:90,90", "*not rows:90,90.*"),
        ("--dispute-cov-fail-under=rows:90,rows:90", "*not rows:90,rows:90.*"),
        ("--dispute-cov-fail-under=lamps:90", "*not lamps:90.*"),
        ("--dispute-cov-fail-under=nan", "*not nan.*"),
        ("--dispute-cov-report=xml:a.xml", "*--dispute-cov-report takes term, json:PATH or html:PATH, not xml:a.xml.*"),
        ("--dispute-cov-report=json", "*json:PATH or html:PATH, not json.*"),
        ("--dispute-cov=some", "*--dispute-cov*some*"),
    ],
)
def test_an_option_that_means_nothing_is_refused_before_any_test_runs(argument: str, said: str, suite: pytest.Pytester) -> None:
    result = run(suite, "def test_it(): pass", argument)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([said])


@pytest.mark.parametrize("without", ["xdist", "dispute_emulator"])
def test_it_works_in_a_process_of_its_own_without_other_plugins(without: str, suite: pytest.Pytester) -> None:
    code = """
        def test_it():
            from emulator import create_app
            order_with(create_app().test_client())
    """
    suite.makepyfile(test_it="from scene import *\n" + textwrap.dedent(code))
    arguments = ["-p", "no:cacheprovider", "-p", f"no:{without}", "--dispute-cov", "--dispute-cov-fail-under=rows:1"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments],
        cwd=suite.path,
        env=os.environ | {"COLUMNS": "100"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Dispute coverage is what it has to be." in done.stdout
