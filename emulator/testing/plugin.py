"""The pytest plugin: an emulator for the whole run, a sandbox for each test, and its timeline where a test fails.

pytest loads this at every start, so nothing is imported that a fixture does not need.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Iterator, Mapping
from contextlib import suppress
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import pytest

from . import freezing

if TYPE_CHECKING:
    from .emulator import Emulator
    from .hosting import InThisProcess
    from .sandbox import Sandbox

MARKER = "dispute_sandbox"
START = "2026-03-02T09:00:00Z"
_DEFAULTS: Mapping[str, Any] = {"world": "small", "ruleset": "standard", "now": START}
_WISHES = ("ruleset", "world", "now", "settings", "seed", "frozen")
_LONGEST_SEED = 100
NO_CLIENT = (
    "The fixtures `sandbox` and `dispute_emulator` hand out the Python client, which is not installed here: "
    "pip install dispute-emulator-client, or in a checkout of dispute-emulator: pip install ./clients/python"
)

_SANDBOX: pytest.StashKey[Sandbox] = pytest.StashKey()
_SHARED: pytest.StashKey[InThisProcess] = pytest.StashKey()
_SHARED_URL = "dispute_emulator_url"


# ── options ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("dispute-emulator")
    group.addoption(
        "--dispute-emulator",
        choices=("in-process", "server"),
        default=None,
        help="Where the emulator runs: in the process of the tests (the default), or as one server that all xdist workers share.",
    )
    group.addoption(
        "--dispute-emulator-url", default=None, metavar="URL", help="Use the emulator that runs there; EMULATOR_KEY is its key."
    )
    parser.addini("dispute_emulator", "Like --dispute-emulator: in-process or server.", default="in-process")
    parser.addini("dispute_emulator_url", "Like --dispute-emulator-url.", default="")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        f"{MARKER}(ruleset=…, world=…, now=…, settings={{…}}, seed=…, frozen=…): what the test's `sandbox` shall be; nearer ones win, "
        "keyword by keyword. now=None follows the machine's time, or freezegun's.",
    )
    freezing.spare()


def _mode(config: pytest.Config) -> str:
    mode = str(config.getoption("--dispute-emulator") or config.getini("dispute_emulator"))
    if mode not in ("in-process", "server"):
        raise pytest.UsageError(f"dispute_emulator is in-process or server, not {mode!r}.")
    return mode


def _url(config: pytest.Config) -> str:
    return str(config.getoption("--dispute-emulator-url") or config.getini("dispute_emulator_url"))


# ── one server for all workers of xdist ────────────────────────────────────────────────────────────────────────────────


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """The controlling process serves, and tells every worker where."""
    config: pytest.Config = node.config
    if _url(config) or _mode(config) != "server":
        return
    if _SHARED not in config.stash:
        from .hosting import InThisProcess

        config.stash[_SHARED] = InThisProcess(served=True)
    server = config.stash[_SHARED].server
    assert server is not None
    node.workerinput[_SHARED_URL] = server.url


def pytest_unconfigure(config: pytest.Config) -> None:
    shared = config.stash.get(_SHARED, None)
    if shared is not None:
        del config.stash[_SHARED]
        shared.stop()


# ── fixtures ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="session")
def dispute_emulator(pytestconfig: pytest.Config) -> Iterator[Emulator]:
    """The emulator of this run: in this process, on a server, or wherever --dispute-emulator-url says."""
    try:
        from .emulator import Emulator
    except ModuleNotFoundError as missing:
        if missing.name not in ("dispute_emulator_client", "httpx"):
            raise
        pytest.fail(NO_CLIENT, pytrace=False)
    from .hosting import InThisProcess

    shared = getattr(pytestconfig, "workerinput", {}).get(_SHARED_URL)
    url = shared or _url(pytestconfig)
    if url:
        emulator = Emulator(url, key=None if shared else os.environ.get("EMULATOR_KEY"))
        yield emulator
        emulator.close()
        return
    own = InThisProcess(served=_mode(pytestconfig) == "server")
    yield own.emulator
    own.stop()


@pytest.fixture
def sandbox(request: pytest.FixtureRequest, dispute_emulator: Emulator) -> Iterator[Sandbox]:
    """A sandbox of the test's own, gone afterwards; `@pytest.mark.dispute_sandbox(…)` says which."""
    wish = _wish(request.node)
    made = request.node.stash[_SANDBOX] = dispute_emulator.sandbox(**wish)
    if wish["frozen"]:
        # A clock that stands still does so wherever it is made; one that runs is made by whoever first looks at it, inside his freeze.
        _ = made.id
    yield made
    from dispute_emulator_client import BrokenOff, Unreachable

    # Where the server is gone, every call has said so already.
    with suppress(BrokenOff, Unreachable):
        made.delete()


def _wish(node: pytest.Item) -> dict[str, Any]:
    """What the markers ask for, the nearest first."""
    wish: dict[str, Any] = {}
    settings: dict[str, Any] = {}
    for mark in node.iter_markers(MARKER):
        fault = _fault(mark)
        if fault is not None:
            pytest.fail(fault, pytrace=False)
        settings = {**(mark.kwargs.get("settings") or {}), **settings}
        wish = {**mark.kwargs, **wish}
    whole = {**_DEFAULTS, "seed": _seed(node.nodeid), **wish, "settings": settings}
    return {**whole, "frozen": whole.get("frozen", whole["now"] is not None)}


def _seed(nodeid: str) -> str:
    """The test's name as a seed: the same tomorrow, and not longer than a seed may be."""
    if len(nodeid) <= _LONGEST_SEED and nodeid.isprintable():
        return nodeid
    digest = blake2b(nodeid.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    start = "".join(character if character.isprintable() else "?" for character in nodeid)
    return f"{start[: _LONGEST_SEED - len(digest) - 1]} {digest}"


# ── markers ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A marker that asks for what there is not is found before any test runs; a worker of xdist cannot say so, and there the test fails."""
    if hasattr(config, "workerinput"):
        return
    faults = dict.fromkeys(
        f"{item.nodeid}: {fault}" for item in items for mark in item.iter_markers(MARKER) if (fault := _fault(mark)) is not None
    )
    if faults:
        raise pytest.UsageError("\n".join(faults))


def _fault(mark: pytest.Mark) -> str | None:
    if mark.args:
        return f"@pytest.mark.{MARKER} takes keywords only: {', '.join(_WISHES)}."
    unknown = [name for name in mark.kwargs if name not in _WISHES]
    if unknown:
        return f"@pytest.mark.{MARKER} knows no {', '.join(unknown)}; it takes {', '.join(_WISHES)}."
    if not isinstance(mark.kwargs.get("settings", {}), Mapping):
        return f"@pytest.mark.{MARKER}: settings is a dict of single settings."
    return None


# ── a test that fails ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    if call.excinfo is not None and not item.config.getoption("fulltrace"):
        _end_at_the_test(call.excinfo.value)
    report = yield
    made = item.stash.get(_SANDBOX, None)
    # By the time an end fails, the sandbox is gone.
    if made is not None and made.made and report.when != "teardown" and report.failed:
        report.sections.append(("dispute sandbox", _story(made)))
    return report


_OF_THE_CLIENT = ("dispute_emulator_client", "emulator.testing.emulator", "emulator.testing.sandbox")


def _end_at_the_test(error: BaseException) -> None:
    """Cut the inside of the client off the trace of its own errors: what counts is the line that called it."""
    client = sys.modules.get("dispute_emulator_client")
    if client is None or not isinstance(error, client.EmulatorError):
        return
    frame, last = error.__traceback__, None
    while frame is not None:
        if not frame.tb_frame.f_globals.get("__name__", "").startswith(_OF_THE_CLIENT):
            last = frame
        frame = frame.tb_next
    if last is not None:
        last.tb_next = None


def _story(sandbox: Sandbox) -> str:
    """The sandbox's timeline, or why there is none: it must not hide the failure it is to explain."""
    try:
        from .report import timeline_text

        return timeline_text(sandbox)
    except Exception as problem:  # noqa: BLE001 -- whatever it is, the test's own failure is what counts
        return f"No timeline: {type(problem).__name__}: {problem}"
