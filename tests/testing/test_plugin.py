"""The pytest plugin, as users meet it: their tests are written into a folder and run there, with every warning an error."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import httpcore  # noqa: F401 # httpx imports it late, and pytester would forget it after each run while httpx still knew the old one
import httpx
import pytest

from emulator import create_app
from emulator.testing.hosting import InThisProcess
from emulator.testing.live import LiveServer
from emulator.testing.report import MOST_LINES, WIDTH

pytest_plugins = ["pytester"]

INI = """
[pytest]
strict = true
filterwarnings = error
"""

# What users' tests have in common here: an order that was delivered, and a dispute about it.
SCENE = """
from dispute_emulator_client import NotFound, Refused, usd

def delivered(sandbox):
    order = sandbox.buyer.place_order(store=sandbox.seller.store, item={"title": "Lamp", "quantity": 1}, total=usd("64.00"))
    sandbox.seller.ship(order)
    return sandbox.deliver(order)

def disputed(sandbox):
    return sandbox.buyer.open_dispute(
        delivered(sandbox), reason="no_tracking", remedy="refund", amount=usd("64.00"), explanation="So it is."
    )
"""

MODES = {"in process": (), "server": ("--dispute-emulator=server",)}


@pytest.fixture(autouse=True)
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder for users' tests. The run around it is none of their business, nor is a key that lies about."""
    for name in ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT", "PYTEST_XDIST_TESTRUNUID", "EMULATOR_KEY"):
        monkeypatch.delenv(name, raising=False)
    pytester.makeini(INI)
    pytester.makepyfile(scene=SCENE)
    return pytester


@pytest.fixture(params=MODES)
def mode(request: pytest.FixtureRequest) -> tuple[str, ...]:
    return MODES[request.param]


def run(suite: pytest.Pytester, code: str, *arguments: str) -> pytest.RunResult:
    """Run some tests in this process; they must come to an end by themselves."""
    suite.makepyfile(test_it="import pytest\nfrom scene import *\n" + textwrap.dedent(code))
    return suite.runpytest("-p", "no:cacheprovider", *arguments)


# ── fixtures ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_sandbox_has_its_people_its_clock_and_the_control_plane(suite: pytest.Pytester, mode: tuple[str, ...]) -> None:
    code = """
        from datetime import UTC, datetime, timedelta
        from emulator import travel

        def test_it(sandbox, dispute_emulator):
            assert sandbox.id.startswith("sbx_") and sandbox.id in sandbox.url
            assert sandbox.url.startswith(sandbox.base_url) and sandbox.base_url == dispute_emulator.base_url
            assert (sandbox.ruleset, sandbox.settings["negotiation_days"]) == ("standard", 15)
            assert sandbox.seed == "test_it.py::test_it"
            assert set(sandbox.accounts) == {"buyer", "buyer-2", "seller", "seller-2", "mediator"}
            assert [who.role for who in (sandbox.buyer, sandbox.seller, sandbox.mediator)] == ["buyer", "seller", "mediator"]
            assert sandbox.buyer.headers == {"Authorization": f"Bearer {sandbox.buyer.token}"}
            assert sandbox.seller.store and sandbox.buyer.store is None
            start = datetime(2026, 3, 2, 9, tzinfo=UTC)
            assert (sandbox.clock.now, sandbox.clock.mode, sandbox.began_at) == (start, "frozen", start)

            me = sandbox.buyer.http.get("/v1/me")
            assert me.status_code == 200 and me.json()["id"] == sandbox.buyer.me().id == sandbox.buyer.id
            assert me.headers["date"] == me.headers["Date"] == "Mon, 02 Mar 2026 09:00:00 GMT"
            dispute = disputed(sandbox)
            assert sandbox.buyer.edit(dispute, explanation="Anew.").edits_left == 3
            picture = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
                "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082")
            shown = sandbox.buyer.upload_evidence(picture, name="crack.png")
            assert (shown.name, shown.size) == ("crack.png", len(picture))
            assert sandbox.buyer.evidence(shown) == sandbox.buyer.http.get(shown.href).content == picture
            assert sandbox.buyer.http.delete("/v1/orders").status_code == 405

            assert sandbox.clock.tick() == start + timedelta(seconds=1)
            assert sandbox.clock.tick(timedelta(days=1)) == start + timedelta(days=1, seconds=1)
            sandbox.clock.move_to("2026-03-04T09:00:00Z")
            sandbox.clock.move_to(datetime(2026, 3, 4, 10))
            assert sandbox.clock.now == datetime(2026, 3, 4, 10, tzinfo=UTC)
            assert travel(sandbox.clock, by="PT1H")["to"] == "2026-03-04T11:00:00Z"

            foreseen = list(sandbox.forecast())
            assert foreseen[0] == next(sandbox.forecast(limit=2))
            own = list(sandbox.forecast(order=dispute.order))
            assert own and {line.order for line in own} == {dispute.order}
            moved = sandbox.advance(to_next=True, edge="before")
            assert moved.fired == [] and moved.next is None
            some = sandbox.advance("P30D", limit=2)
            assert len(some.fired) >= 2 and some.next
            sandbox.advance(to=some.next.to, limit=some.next.limit)
            told = list(sandbox.timeline(order=dispute.order))
            assert [line.action for line in told[:4]] == ["place_order", "ship", "deliver", "open_dispute"]
            later = datetime(2026, 3, 3, tzinfo=UTC)
            assert list(sandbox.timeline(since=later)) == [line for line in sandbox.timeline() if line.at >= later]
            assert len(list(sandbox.timeline())) > 100
            assert sandbox.audit().ok
            assert next(sandbox.mailbox()).subject
            assert sandbox.http.get(f"{sandbox.path}/mailbox").json()["data"]
            assert dispute_emulator.find_sandbox(sandbox).buyer.id == sandbox.buyer.id
    """
    run(suite, code, *mode).assert_outcomes(passed=1)


def test_worlds_are_kept_gone_back_to_and_branched(suite: pytest.Pytester, mode: tuple[str, ...]) -> None:
    code = """
        def test_it(sandbox):
            dispute = disputed(sandbox)
            kept = sandbox.snapshot("opened")
            fork = sandbox.fork()
            assert fork.id != sandbox.id and fork.buyer.token != sandbox.buyer.token and fork.buyer.id == sandbox.buyer.id
            fork.seller.refuse(dispute, reason="No.")
            assert fork.buyer.escalate(dispute).status == "mediating"
            assert sandbox.buyer.dispute(dispute).status == "waiting_for_seller"
            sandbox.advance("P15D")
            assert sandbox.buyer.dispute(dispute).status == "mediating"
            early = sandbox.fork(snapshot=kept)
            assert early.clock.now == early.began_at < sandbox.clock.now
            sandbox.restore(kept)
            assert sandbox.buyer.dispute(dispute) == dispute
            sandbox.reset()
            with pytest.raises(NotFound):
                sandbox.buyer.dispute(dispute)

        def test_the_forks_are_gone_too(sandbox, dispute_emulator):
            one = dispute_emulator.sandbox()
            assert len(sandbox.fork().fork().accounts) == 5
            assert one.id in [box.id for box in dispute_emulator.sandboxes()]
            assert len(list(dispute_emulator.sandboxes())) == 4
            one.delete()

        def test_nothing_is_left(dispute_emulator):
            one = dispute_emulator.sandbox()
            assert list(dispute_emulator.sandboxes()) == []
            assert [one.id] == [box.id for box in dispute_emulator.sandboxes()]
            one.delete()
            one.delete()
            with dispute_emulator.sandbox(world="empty") as another, another.fork() as fork:
                assert {box.id for box in dispute_emulator.sandboxes()} == {another.id, fork.id}
            assert list(dispute_emulator.sandboxes()) == []
    """
    run(suite, code, *mode).assert_outcomes(passed=3)


def test_each_test_has_a_sandbox_of_its_own_which_is_deleted(suite: pytest.Pytester, mode: tuple[str, ...]) -> None:
    code = """
        gone, disputes = [], []

        @pytest.mark.parametrize("number", [1, 2, 3])
        def test_each(sandbox, dispute_emulator, number):
            assert sandbox.clock.now == sandbox.began_at
            sandbox.advance(f"P{number}D")
            disputed(sandbox)
            disputes.append(len(list(sandbox.buyer.disputes())))
            for other in gone:
                with pytest.raises(NotFound):
                    dispute_emulator.find_sandbox(other)
            gone.append(sandbox.id)

        def test_none_has_seen_anything_of_another():
            assert len(set(gone)) == 3
            assert len(set(disputes)) == 1
    """
    run(suite, code, *mode).assert_outcomes(passed=4)


def test_ids_and_tokens_are_the_same_tomorrow(suite: pytest.Pytester) -> None:
    code = """
        @pytest.mark.parametrize("text", ["a", pytest.param("b", id="b" * 200), pytest.param("c", id="c\\\\n")])
        def test_it(sandbox, text):
            dispute = disputed(sandbox)
            with open("seen.txt", "a") as seen:
                print(sandbox.id, sandbox.buyer.token, dispute.id, len(sandbox.seed), file=seen)
    """
    runs = []
    for arguments in ((), ("--dispute-emulator=server",), ("-n2",)):
        run(suite, code, *arguments).assert_outcomes(passed=3)
        seen = suite.path / "seen.txt"
        runs.append(sorted(seen.read_text().splitlines()))
        seen.unlink()
    assert runs[0] == runs[1] == runs[2]
    assert len({line.split()[0] for line in runs[0]}) == 3
    assert max(int(line.split()[-1]) for line in runs[0]) == 100


def test_what_somebody_is_refused_raises_and_a_raw_call_does_not(suite: pytest.Pytester) -> None:
    code = """
        def test_it(sandbox):
            dispute = disputed(sandbox)
            with pytest.raises(Refused) as no:
                sandbox.buyer.escalate(dispute)
            assert (no.value.status, no.value.code, no.value.rule) == (409, "seller_has_not_refused", "ESC-1")
            raw = sandbox.buyer.http.post(f"/v1/disputes/{dispute.id}/escalate")
            assert (raw.status_code, raw.json()) == (409, no.value.problem)
            with pytest.raises(Refused, match=r"POST /v1/orders: 422 malformed\\n.*\\n  store: "):
                sandbox.buyer.place_order(store="", item={"title": "Lamp", "quantity": 1}, total=usd(1))
            with pytest.raises(Refused, match="nothing_to_deliver"):
                sandbox.deliver(dispute.order, parcel="return")
            for wrong in (
                lambda: sandbox.advance("P1D", to_next=True),
                lambda: sandbox.clock.move_to("2020-01-01T00:00:00Z"),
                lambda: sandbox.restore("snp_none"),
                lambda: list(sandbox.forecast(order="ord_none")),
            ):
                with pytest.raises(Refused, match="4[0-9][0-9]"):
                    wrong()
            with pytest.raises(ValueError):
                sandbox.advance(__import__("datetime").timedelta(days=-1))
    """
    run(suite, code).assert_outcomes(passed=1)


def test_a_refusal_that_nobody_expects_fails_the_test_and_says_why(suite: pytest.Pytester, mode: tuple[str, ...]) -> None:
    code = """
        def test_it(sandbox):
            dispute = disputed(sandbox)
            sandbox.buyer.escalate(dispute)  # the line that counts
    """
    result = run(suite, code, *mode)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            ">*the line that counts",
            "E*Conflict: POST /v1/disputes/dsp_*/escalate: 409 seller_has_not_refused (ESC-1)",
            "E*The buyer may escalate once the seller has refused.*",
            "E*allowed now: *, cancel, *",
            "test_it.py:*: Conflict",
        ]
    )
    # The inside of the client is not what the author of a test has to look at, unless he wants to.
    assert "read_tagged(" not in result.stdout.str()
    assert "read_tagged(" in run(suite, code, *mode, "--full-trace").stdout.str()


# ── markers ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_markers_say_what_the_sandbox_shall_be_and_nearer_ones_win_keyword_by_keyword(suite: pytest.Pytester) -> None:
    code = """
        from datetime import UTC, datetime

        pytestmark = pytest.mark.dispute_sandbox(world="empty", settings={"negotiation_days": 3, "edits_max": 9}, seed="module")

        def test_of_the_module(sandbox):
            assert (len(sandbox.accounts), sandbox.ruleset, sandbox.seed) == (3, "standard", "module")
            assert (sandbox.settings["negotiation_days"], sandbox.settings["edits_max"]) == (3, 9)

        @pytest.mark.dispute_sandbox(ruleset="legacy", settings={"negotiation_days": 4}, now="2031-01-01T00:00:00Z")
        class TestOfTheClass:
            def test_it(self, sandbox):
                assert (len(sandbox.accounts), sandbox.ruleset, sandbox.seed) == (3, "legacy", "module")
                assert (sandbox.settings["negotiation_days"], sandbox.settings["edits_max"]) == (4, 9)
                assert sandbox.clock.now == datetime(2031, 1, 1, tzinfo=UTC)

            @pytest.mark.dispute_sandbox(world="market", seed=None)
            @pytest.mark.dispute_sandbox(world="small", settings={"edits_max": 1}, now=datetime(2032, 1, 1))
            def test_its_own(self, sandbox):
                assert (len(sandbox.accounts), sandbox.ruleset) == (5, "legacy")
                assert sandbox.seed not in ("module", "test_it.py::TestOfTheClass::test_its_own")
                assert (sandbox.settings["negotiation_days"], sandbox.settings["edits_max"]) == (4, 1)
                assert sandbox.clock.now == datetime(2032, 1, 1, tzinfo=UTC)

        @pytest.mark.dispute_sandbox(frozen=False)
        def test_running(sandbox):
            assert sandbox.clock.mode == "shifted"
            assert sandbox.began_at == datetime(2026, 3, 2, 9, tzinfo=UTC)

        @pytest.mark.dispute_sandbox(now=None)
        def test_following(sandbox):
            assert sandbox.clock.mode == "real"
            assert abs(sandbox.clock.now - datetime.now(UTC)).total_seconds() < 60

        @pytest.mark.dispute_sandbox(now=None, frozen=True)
        def test_standing(sandbox):
            assert sandbox.clock.mode == "frozen"
    """
    run(suite, code).assert_outcomes(passed=6)


WRONG_MARKERS = {
    "keyword": ('rules="legacy"', "knows no rules; it takes ruleset, world, now, settings, seed, frozen"),
    "argument": ('"legacy"', "takes keywords only"),
    "settings": ("settings=3", "settings is a dict"),
}


@pytest.mark.parametrize("wrong", WRONG_MARKERS)
def test_a_marker_that_asks_for_what_there_is_not_is_a_usage_error(wrong: str, suite: pytest.Pytester) -> None:
    asks, says = WRONG_MARKERS[wrong]
    code = f"""
        def test_good(sandbox):
            pass

        @pytest.mark.dispute_sandbox({asks})
        def test_bad(sandbox):
            pass
    """
    result = run(suite, code)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: test_it.py::test_bad: @pytest.mark.dispute_sandbox*{says}*"])
    assert "Traceback" not in result.stdout.str() + result.stderr.str()
    # Whoever does not run it need not mend it.
    run(suite, code, "test_it.py::test_good").assert_outcomes(passed=1)


def test_what_the_emulator_refuses_of_a_marker_says_why(suite: pytest.Pytester) -> None:
    code = """
        @pytest.mark.dispute_sandbox(world="big", settings={"edits": 3})
        def test_it(sandbox):
            pass
    """
    result = run(suite, code)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*Malformed: POST /_emulator/sandboxes: 422 malformed*", "*world: *"])


def test_the_marker_is_listed(suite: pytest.Pytester) -> None:
    suite.runpytest("--markers").stdout.fnmatch_lines(["@pytest.mark.dispute_sandbox(ruleset=*"])


# ── freezegun ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_sandbox_that_follows_the_wall_begins_inside_the_freeze_of_its_test(suite: pytest.Pytester, mode: tuple[str, ...]) -> None:
    code = """
        from datetime import UTC, datetime, timedelta
        from freezegun import freeze_time
        from emulator import travel

        START = datetime(2019, 3, 2, 9, tzinfo=UTC)

        @pytest.mark.dispute_sandbox(now=None)
        @freeze_time(START, as_kwarg="frozen")
        def test_it(sandbox, frozen=None):
            assert sandbox.clock.now == sandbox.began_at == START
            dispute = disputed(sandbox)
            report = travel(frozen, by="P15D")
            assert ("ESC-2", sandbox.id) in [(line["rule"], line["sandbox"]) for line in report["fired"]]
            assert sandbox.clock.now == datetime.now(UTC) == START + timedelta(days=15)
            assert sandbox.buyer.dispute(dispute).status == "mediating"

        @pytest.mark.dispute_sandbox(frozen=False)
        @freeze_time(START, as_kwarg="frozen")
        def test_shifted(sandbox, frozen=None):
            began = sandbox.clock.now
            frozen.tick(timedelta(days=2))
            assert (sandbox.clock.now, began) == (datetime(2026, 3, 4, 9, tzinfo=UTC), datetime(2026, 3, 2, 9, tzinfo=UTC))

        @freeze_time(START, as_kwarg="frozen")
        def test_a_clock_that_stands_still_stands_still(sandbox, frozen=None):
            frozen.tick(timedelta(days=2))
            assert sandbox.clock.now == datetime(2026, 3, 2, 9, tzinfo=UTC)
    """
    run(suite, code, *mode).assert_outcomes(passed=3)


def test_it_works_where_freezegun_is_not_installed(suite: pytest.Pytester) -> None:
    suite.makeconftest("import sys\nsys.modules['freezegun'] = None\n")
    code = """
        from emulator import travel

        def test_it(sandbox):
            with pytest.raises(ImportError):
                import freezegun
            disputed(sandbox)
            assert travel(sandbox.clock, by="P15D")["fired"]
    """
    suite.makepyfile(test_it="import pytest\nfrom scene import *\n" + textwrap.dedent(code))
    suite.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:xdist").assert_outcomes(passed=1)


# ── a test that fails ──────────────────────────────────────────────────────────────────────────────────────────────────


def section(result: pytest.RunResult) -> list[str]:
    """The lines of the sandbox's section in the report of the one test that failed."""
    lines = result.outlines
    begin = next(number for number, line in enumerate(lines) if re.fullmatch(r"-+ dispute sandbox -+", line))
    end = next(number for number, line in enumerate(lines) if number > begin and re.match(r"[=_]{5}|-{5}", line))
    return lines[begin + 1 : end]


def test_a_test_that_fails_is_told_what_happened_in_its_sandbox(suite: pytest.Pytester, mode: tuple[str, ...]) -> None:
    code = """
        def test_it(sandbox):
            dispute = disputed(sandbox)
            with pytest.raises(Refused):
                sandbox.buyer.escalate(dispute)
            sandbox.seller.refuse(dispute, reason="No.")
            sandbox.clock.tick(60)
            sandbox.seller.http.get("/v1/orders/ord_none")
            sandbox.advance(to="2026-03-17T09:00:00Z")
            assert sandbox.buyer.dispute(dispute).status == "closed", dispute.order
    """
    result = run(suite, code, *mode)
    result.assert_outcomes(failed=1)
    lines = section(result)
    (order,) = set(re.findall(r"AssertionError: (ord_\w+)", result.stdout.str()))
    assert re.fullmatch(r"sbx_\w+, ruleset standard, clock frozen at 2026-03-17 09:00:00", lines[0])
    assert lines[1] == "seed test_it.py::test_it"
    assert re.fullmatch(r"[0-9]+ events of its world lie before the test, which begins at 2026-03-02 09:00:00", lines[2])
    assert re.fullmatch(r"\([0-9]+ timers of [0-9]+ orders that nobody touched are left out\)", lines[4])
    told = " ".join(line.strip() for line in lines)
    wanted = [
        rf"2026-03-02 09:00:00 buyer ORD-1 The order is placed .*? \[{order}\] 64\.00 USD: outside -> escrow",
        rf"seller ORD-5 .*? \[{order}\]",
        rf"carrier ORD-7 .*? \[{order}\]",
        rf"buyer OPEN-8 .*? \[{order}\]",
        r"buyer ESC-1 REFUSED 409 seller_has_not_refused: The buyer may escalate .*? POST /v1/disputes/dsp_\w+/escalate",
        rf"seller SELL-2 .*? \[{order}\]",
        r"2026-03-02 09:01:00 seller REFUSED 404 not_found: .*? GET /v1/orders/ord_none",
        rf"2026-03-17 09:00:00 timer ESC-2 No agreement in time: the mediator takes over\. \[{order}\]",
        r"Next, if nobody acts: 2026-03-\S+ \S+ timer ",
    ]
    flat = re.sub(r" +", " ", told)
    assert re.search(".*?".join(wanted), flat), "\n".join(lines)
    assert len(lines) <= MOST_LINES
    assert max(map(len, lines)) <= WIDTH
    assert "\n".join(lines).isascii()


def test_the_report_knows_what_a_client_of_the_code_under_test_was_refused(suite: pytest.Pytester, mode: tuple[str, ...]) -> None:
    code = """
        import httpx

        def test_it(sandbox, dispute_emulator):
            transport = httpx.WSGITransport(app=dispute_emulator.app) if "localhost" in sandbox.base_url else None
            with httpx.Client(transport=transport, base_url=sandbox.base_url) as client:
                client.post("/v1/orders", json={}, headers=sandbox.buyer.headers)
                client.get("/v1/me", headers={"Authorization": "Bearer of-nobody"})
            assert 0
    """
    lines = "\n".join(section(run(suite, code, *mode)))
    assert "buyer             REFUSED 422 malformed: " in lines
    assert "POST /v1/orders" in lines
    assert "401" not in lines


def test_a_long_story_is_cut_to_what_matters(suite: pytest.Pytester) -> None:
    code = """
        @pytest.mark.dispute_sandbox(world="market", settings={"store_close_count": 1000})
        def test_it(sandbox):
            order = delivered(sandbox)
            sandbox.advance("P30D")
            for number in range(70):
                sandbox.buyer.send_message(order, f"Number {number}")
            sandbox.buyer.send_message(order, "")
    """
    lines = section(run(suite, code))
    assert len(lines) == MOST_LINES
    assert max(map(len, lines)) <= WIDTH
    text = "\n".join(lines)
    assert re.search(r"^\([0-9]+ timers of [0-9]+ orders that nobody touched are left out\)$", text, re.MULTILINE)
    assert re.search(r"^\([0-9]+ earlier lines of this test are left out\)$", text, re.MULTILINE)
    assert "REFUSED 422" in text
    assert "Next, if nobody acts:" in text
    assert int(re.findall(r"([0-9]+) events of its world", text)[0]) > 1000


def test_a_short_story_is_told_whole(suite: pytest.Pytester) -> None:
    code = """
        def test_it(sandbox):
            sandbox.advance("P3D")
            assert 0
    """
    text = re.sub(r" +", " ", " ".join(section(run(suite, code))))
    assert re.search(r"2026-03-04 21:00:00 timer ORD-6 The protection .*? seller is paid\. \[ord_\w+\] \S+ USD: escrow -> seller", text)
    assert "left out" not in text


def test_what_lies_in_a_branch_that_was_left_is_not_told(suite: pytest.Pytester) -> None:
    code = """
        @pytest.mark.dispute_sandbox(world="empty")
        def test_it(sandbox):
            kept = sandbox.snapshot()
            sandbox.clock.tick(60)
            sandbox.buyer.http.post("/v1/orders", json={})
            sandbox.restore(kept)
            assert 0
    """
    text = "\n".join(section(run(suite, code)))
    assert "REFUSED" not in text
    assert "Nothing has happened since." in text
    assert "Nothing is due." in text


def test_only_what_fails_by_itself_and_has_a_sandbox_is_told(suite: pytest.Pytester) -> None:
    code = """
        def test_passes(sandbox):
            pass

        def test_skips(sandbox):
            pytest.skip("so")

        @pytest.mark.xfail(strict=True, reason="so")
        def test_fails_as_expected(sandbox):
            assert 0

        def test_has_none():
            assert 0

        @pytest.fixture
        def broken(sandbox):
            raise RuntimeError

        @pytest.mark.dispute_sandbox(now=None)
        def test_never_begins_and_never_looked(broken):
            pass

        @pytest.fixture
        def ends_badly(sandbox):
            yield
            raise RuntimeError

        def test_ends_badly(ends_badly):
            pass

        @pytest.mark.dispute_sandbox(now=None)
        def test_never_looks(sandbox):
            assert 0
    """
    result = run(suite, code, "-rA")
    result.assert_outcomes(passed=2, skipped=1, xfailed=1, failed=2, errors=2)
    assert "dispute sandbox -" not in result.stdout.str()


@pytest.mark.parametrize("ends", ["sandbox.buyer.escalate(dispute)", "raise RuntimeError"])
def test_a_fixture_that_fails_is_told_what_happened_in_its_sandbox(suite: pytest.Pytester, mode: tuple[str, ...], ends: str) -> None:
    code = f"""
        @pytest.fixture
        def dispute(sandbox):
            dispute = disputed(sandbox)
            {ends}

        def test_it(dispute):
            pass
    """
    result = run(suite, code, *mode)
    result.assert_outcomes(errors=1)
    text = "\n".join(section(result))
    assert "OPEN-8" in text
    assert ("REFUSED 409 " in text) == ("escalate" in ends)


def test_a_server_that_is_gone_takes_no_test_with_it_but_those_that_need_it(suite: pytest.Pytester) -> None:
    with LiveServer() as server:
        code = """
            def test_it(sandbox, pytestconfig):
                disputed(sandbox)
                pytestconfig.stop_server()
                assert 0, "the reason"

            def test_next():
                pass

            def test_needs_it(sandbox):
                pass
        """

        class Stops:
            @staticmethod
            def pytest_configure(config: pytest.Config) -> None:
                config.stop_server = server.stop  # type: ignore[attr-defined]

        suite.makepyfile(test_it="import pytest\nfrom scene import *\n" + textwrap.dedent(code))
        result = suite.runpytest_inprocess(f"--dispute-emulator-url={server.url}", "-p", "no:cacheprovider", plugins=[Stops()])
    result.assert_outcomes(failed=1, passed=1, errors=1)
    assert section(result)[0].startswith("No timeline: Unreachable: Nobody answers at http://127.0.0.1:")
    assert "the reason" in result.stdout.str()
    assert "INTERNALERROR" not in result.stdout.str()


def test_without_the_client_it_says_what_to_install(suite: pytest.Pytester) -> None:
    suite.makeconftest(
        """
        import sys
        from importlib.abc import MetaPathFinder

        class Missing(MetaPathFinder):
            def find_spec(self, fullname, path, target=None):
                if fullname.partition(".")[0] in ("dispute_emulator_client", "httpx"):
                    raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)

        sys.meta_path.insert(0, Missing())
        """
    )
    code = """
        import datetime
        from freezegun import freeze_time
        from emulator import create_app, travel

        def test_needs_it(sandbox):
            pass

        def test_needs_it_too(dispute_emulator):
            pass

        def test_does_not():
            app = create_app()
            with freeze_time("2026-03-02") as frozen:
                app.test_client().get("/_emulator/health")
                travel(frozen, by="P1D", app=app)
                assert datetime.date.today() == datetime.date(2026, 3, 3)
            app.extensions["dispute_emulator"].close()
    """
    suite.makepyfile(test_it=textwrap.dedent(code))
    for arguments in ((), ("-n1", "--dispute-emulator=server")):
        result = suite.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:schemathesis", *arguments)
        result.assert_outcomes(passed=1, errors=2)
        result.stdout.fnmatch_lines(["*pip install ./clients/python*"])
        assert "INTERNALERROR" not in result.stdout.str()


# ── servers ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def locked() -> Iterator[LiveServer]:
    """An emulator that asks for a key, as one does that strangers can reach."""
    with LiveServer(create_app(key="open sesame")) as server:
        yield server
    server.app.extensions["dispute_emulator"].close()


def test_an_emulator_that_runs_already_is_used_with_its_key(
    suite: pytest.Pytester, locked: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = """
        def test_it(sandbox, dispute_emulator):
            assert dispute_emulator.app is None
            disputed(sandbox)
            assert sandbox.advance("P15D").fired
            assert sandbox.url == "URL/_emulator/sandboxes/" + sandbox.id
    """.replace("URL", locked.url)
    refused = run(suite, code, f"--dispute-emulator-url={locked.url}/")
    refused.assert_outcomes(errors=1)
    refused.stdout.fnmatch_lines(["*401 emulator_key_required*"])
    monkeypatch.setenv("EMULATOR_KEY", "open sesame")
    for workers in ("-n0", "-n2"):
        run(suite, code, workers, f"--dispute-emulator-url={locked.url}/").assert_outcomes(passed=1)
    suite.makeini(f"{INI}dispute_emulator_url = {locked.url}\ndispute_emulator = server\n")
    run(suite, code).assert_outcomes(passed=1)


def test_the_report_knows_what_the_client_was_refused_by_an_emulator_elsewhere(suite: pytest.Pytester) -> None:
    code = """
        import httpx

        def test_it(sandbox):
            order = delivered(sandbox)
            with pytest.raises(Refused):
                sandbox.buyer.cancel_order(order)
            with sandbox.fork() as fork, pytest.raises(Refused):
                fork.seller.ship(order)
            sandbox.seller.http.post(f"/v1/orders/{order.id}/cancel")
            played = sandbox.play_scenario("S14", step="opened")
            with pytest.raises(Refused):
                sandbox.accounts["buyer@S14"].escalate(played.orders[0].dispute)
            with httpx.Client(base_url=sandbox.base_url, trust_env=False) as own:
                own.post("/v1/orders", json={}, headers=sandbox.buyer.headers)
            sandbox.deliver(order, parcel="return")
    """
    with LiveServer() as server:
        result = run(suite, code, f"--dispute-emulator-url={server.url}")
        assert [box["id"] for box in httpx.get(f"{server.url}/_emulator/sandboxes", trust_env=False).json()["data"]] == ["default"]
    refused = re.findall(r"(\S+) +(?:[A-Z]+-[0-9]+)? +REFUSED (\d+ \w+)", "\n".join(section(result)))
    assert refused == [
        ("buyer", "409 order_not_cancellable"),
        ("seller", "403 wrong_role"),
        ("buyer@S14", "409 seller_has_not_refused"),
        ("carrier", "409 nothing_to_deliver"),
    ]


@pytest.mark.parametrize("url", ["127.0.0.1:8080", "ftp://127.0.0.1", "nonsense"])
def test_what_is_no_address_is_said_to_be_none(url: str, suite: pytest.Pytester) -> None:
    result = run(suite, "def test_it(sandbox): pass", f"--dispute-emulator-url={url}")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*ValueError: '{url}' is not the address of a server*"])


def test_the_mode_is_an_option_or_a_line_of_the_ini_file(suite: pytest.Pytester) -> None:
    code = """
        def test_it(dispute_emulator):
            print("lies at", dispute_emulator.base_url)
    """
    assert "lies at http://localhost" in run(suite, code, "-s").stdout.str()
    suite.makeini(f"{INI}dispute_emulator = server\n")
    assert "lies at http://127.0.0.1:" in run(suite, code, "-s").stdout.str()
    assert "lies at http://localhost" in run(suite, code, "-s", "--dispute-emulator=in-process").stdout.str()
    suite.makeini(f"{INI}dispute_emulator = cloud\n")
    assert "dispute_emulator is in-process or server, not 'cloud'" in run(suite, code).stdout.str()
    assert run(suite, code, "--dispute-emulator=cloud").ret == pytest.ExitCode.USAGE_ERROR


CROWD = """
    @pytest.mark.parametrize("number", range(COUNT))
    def test_it(sandbox, number, worker_id, dispute_emulator):
        at = sandbox.clock.now
        dispute = disputed(sandbox)
        for _ in range(1 + number % 3):
            sandbox.advance("P1D")
        assert (sandbox.clock.now - at).days == 1 + number % 3
        assert sandbox.buyer.dispute(dispute).status == "waiting_for_seller"
        moved = sandbox.advance(to=dispute.escalates_at)
        assert [line.rule for line in moved.fired if line.dispute == dispute.id] == ["ESC-2"]
        assert sandbox.buyer.dispute(dispute).status == "mediating"
        assert sandbox.audit().ok
        with open(f"seen-{worker_id}.txt", "a") as seen:
            print(sandbox.id, dispute_emulator.base_url, file=seen)
"""


def test_workers_of_xdist_share_one_server_and_never_meet(suite: pytest.Pytester, mode: tuple[str, ...]) -> None:
    result = run(suite, CROWD.replace("COUNT", "80"), "-n4", *mode)
    result.assert_outcomes(passed=80)
    seen = [line.split() for path in suite.path.glob("seen-*.txt") for line in path.read_text().splitlines()]
    assert len({sandbox for sandbox, _ in seen}) == 80
    assert len(list(suite.path.glob("seen-*.txt"))) == 4
    (url,) = {url for _, url in seen}
    assert url.startswith("http://127.0.0.1:" if mode else "http://localhost")


def test_with_workers_a_wrong_marker_is_the_fault_of_its_test(suite: pytest.Pytester) -> None:
    code = """
        @pytest.mark.dispute_sandbox(rules="legacy")
        def test_bad(sandbox):
            pass
    """
    result = run(suite, code, "-n2")
    result.assert_outcomes(errors=1)
    assert "@pytest.mark.dispute_sandbox knows no rules" in result.stdout.str()


def test_how_long_stopping_takes_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    import time

    for served in (False, True):
        own = InThisProcess(served=served)
        sandbox = own.emulator.sandbox()
        assert sandbox.buyer.me().name == "buyer"
        begun = time.perf_counter()
        own.stop()
        print(f"stopped in {(time.perf_counter() - begun) * 1000:.1f} ms, {'served' if served else 'in process'}")
        assert not Path(own.app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///")).parent.exists()


# ── the cost of being there ────────────────────────────────────────────────────────────────────────────────────────────


def test_who_asks_for_no_fixture_pays_next_to_nothing(suite: pytest.Pytester) -> None:
    code = """
        import sys

        def test_it():
            heavy = {"dispute_emulator_client", "httpx", "flask", "werkzeug", "sqlalchemy", "msgspec", "marshmallow", "freezegun"}
            assert not (heavy | {"requests"}) & set(sys.modules)
            assert [name for name in sorted(sys.modules) if name.partition(".")[0] == "emulator"] == [
                "emulator", "emulator.testing", "emulator.testing.covering", "emulator.testing.freezing", "emulator.testing.plugin"
            ]
    """
    suite.makepyfile(test_it=textwrap.dedent(code))
    suite.makeini("[pytest]\n")
    suite.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "no:hypothesispytest").assert_outcomes(passed=1)
    measured = """
        import time, pytest, _pytest.config
        begun = time.perf_counter()
        import emulator.testing.plugin
        print(f"{(time.perf_counter() - begun) * 1000:.1f} ms")
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(measured)], capture_output=True, text=True, check=True)
    print("imported in", done.stdout)


def test_it_says_nothing_where_it_is_not_asked(suite: pytest.Pytester) -> None:
    suite.makepyfile(test_it="def test_it(): pass")

    def said(*arguments: str) -> list[str]:
        lines = suite.runpytest_subprocess("-p", "no:cacheprovider", *arguments).outlines
        return [re.sub(r"[0-9.]+s", "", line) for line in lines if not line.startswith("plugins: ")]

    assert said() == said("-p", "no:dispute_emulator")
