"""The pytest option `--dispute-cov`: what of the table a run of tests has met, with a table at the end.

It counts what every emulator of the run has met: all applications that its processes make, in whatever way, with the workers of xdist added
up; or where --dispute-emulator-url names one that runs elsewhere, what that one has counted since the run began, whoever asked it.

pytest loads this at every start, so nothing is imported and nothing hooked before the option is given.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ..coverage import Item

_NAME = "dispute_emulator_covering"
# Under this name a worker of xdist hands over what it has counted.
_OUTPUT = "dispute_emulator_coverage"
# What --dispute-cov-fail-under asks for together where it names no kind.
TOGETHER = ("rows", "timers", "refusals")
_KINDS = ("rows", "timers", "refusals", "states", "edges")
# So many lines of a kind are shown, unless all are wanted.
MOST_LINES = 8


# ── options ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("dispute-emulator")
    group.addoption(
        "--dispute-cov",
        dest="dispute_cov",
        action="store_const",
        const="some",
        default=None,
        help="Count which rows, timers, refusals, states and sides of deadlines the run meets, and show what it never has.",
    )
    # A name of its own: an option with a value that may be left out would take the path of the tests for it.
    group.addoption(
        "--dispute-cov=all", dest="dispute_cov", action="store_const", const="all", help="The same with every line, as with -v."
    )
    group.addoption(
        "--dispute-cov-report",
        action="append",
        default=[],
        metavar="KIND",
        help="term (the default), json:PATH or html:PATH; may be given several times.",
    )
    group.addoption(
        "--dispute-cov-fail-under",
        default=None,
        metavar="PERCENT",
        help="Fail where less was met: of rows, timers and refusals together, or of each kind named, as in rows:90,refusals:50.",
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to become of the counts."""

    every_line: bool
    on_terminal: bool
    files: tuple[tuple[str, Path], ...]
    least: Mapping[str, float]


def _read_options(config: pytest.Config) -> Wanted | None:
    """What the options ask for, or None where they ask for nothing; raises UsageError."""
    given, reports, least = (config.getoption(name) for name in ("dispute_cov", "--dispute-cov-report", "--dispute-cov-fail-under"))
    if given is None and not reports and least is None:
        return None
    kinds = [report.partition(":") for report in reports]
    for kind, _, path in kinds:
        if (kind, bool(path)) not in (("term", False), ("json", True), ("html", True)):
            raise pytest.UsageError(f"--dispute-cov-report takes term, json:PATH or html:PATH, not {kind}{':' if path else ''}{path}.")
    folder = config.invocation_params.dir
    return Wanted(
        every_line=given == "all" or config.get_verbosity() > 0,
        on_terminal=not kinds or any(kind == "term" for kind, _, _ in kinds),
        files=tuple((kind, folder / path) for kind, _, path in kinds if path),
        least=_read_least(least),
    )


def _read_least(text: str | None) -> Mapping[str, float]:
    """`90` or `rows:90,refusals:50`: how many percent of what; an empty name stands for all together."""
    wrong = pytest.UsageError(
        f"--dispute-cov-fail-under takes a percentage, or one for each of some kinds, such as rows:90,refusals:50; not {text}."
    )
    least: dict[str, float] = {}
    for part in text.split(",") if text is not None else ():
        kind, sign, number = part.strip().rpartition(":")
        try:
            percent = float(number)
        except ValueError:
            raise wrong from None
        if not 0 <= percent <= 100 or kind in least or (kind not in _KINDS if sign else text != part):
            raise wrong
        least[kind] = percent
    return least


def pytest_configure(config: pytest.Config) -> None:
    wanted = _read_options(config)
    if wanted is not None:
        config.pluginmanager.register(Covering(config, wanted), _NAME)


def _url(config: pytest.Config) -> str:
    """Where an emulator runs that the tests are to use; nowhere where the plugin with the fixtures is left out."""
    if not config.pluginmanager.hasplugin("dispute_emulator"):
        return ""
    return str(config.getoption("--dispute-emulator-url") or config.getini("dispute_emulator_url"))


# ── a run ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Covering:
    """The counts of one run, as one of its processes has them."""

    def __init__(self, config: pytest.Config, wanted: Wanted) -> None:
        from .. import tally

        self._config = config
        self._wanted = wanted
        self._is_worker = hasattr(config, "workerinput")
        self._url = _url(config)
        self._before: Mapping[Item, int] = {}
        self._started, self._ended = 0, 0
        self._told: dict[str, Any] | None = None
        self._faults: list[str] = []
        self._heard: Counter[Item] = Counter() if self._url else tally.listen()

    def pytest_sessionstart(self) -> None:
        """What was met before the run is none of its business."""
        if self._url and not self._is_worker:
            self._before = self._counts_there()

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self) -> None:
        """A worker of xdist starts."""
        self._started += 1

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A worker of xdist has ended, and has handed over what it counted unless it broke down."""
        output = getattr(node, "workeroutput", {}).get(_OUTPUT)
        if output is not None:
            self._ended += 1
            for kind, name, hits in output:
                self._heard[kind, name] += hits

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hand over, or judge and write."""
        if self._is_worker:
            handed: dict[str, Any] = self._config.workeroutput  # type: ignore[attr-defined] # xdist puts it there
            handed[_OUTPUT] = [[kind, name, hits] for (kind, name), hits in self._heard.items()]
            return
        if self._config.getoption("collectonly"):
            return
        told = self._told = self._report()
        self._faults += [fault for part in self._wanted.least.items() if (fault := _fault(told, *part)) is not None]
        for kind, path in self._wanted.files:
            self._write(kind, path, told)
        if self._faults and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """The table, what was written, and whether it was enough."""
        if self._told is None:
            return
        show = _Terminal(terminalreporter, self._wanted.every_line)
        if self._wanted.on_terminal:
            show.report(self._told)
        for kind, path in self._wanted.files:
            terminalreporter.write_line(f"Dispute coverage as {kind.upper()} in {path}")
        if self._ended < self._started:
            lost = self._started - self._ended
            terminalreporter.write_line(f"Dispute coverage lacks what {lost} of {self._started} workers have met.", yellow=True)
        for fault in self._faults:
            terminalreporter.write_line(f"FAIL {fault}", red=True, bold=True)
        if self._wanted.least and not self._faults:
            terminalreporter.write_line("Dispute coverage is what it has to be.", green=True)

    def pytest_unconfigure(self) -> None:
        """Hear no more."""
        from .. import tally

        tally.leave(self._heard)

    def _report(self) -> dict[str, Any]:
        from ..coverage import report, since

        if not self._url:
            return report(self._heard)
        return report(since(self._before, self._counts_there()))

    def _counts_there(self) -> Mapping[Item, int]:
        """What the emulator that runs elsewhere has counted up to now; raises UsageError where it does not say."""
        from ..coverage import counts_of
        from ..remote import Remote, RemoteError

        remote = Remote(self._url, os.environ.get("EMULATOR_KEY") or None)
        try:
            return counts_of(remote.get("/_emulator/coverage"))
        except RemoteError as problem:
            raise pytest.UsageError(f"No coverage from {self._url}: {problem}") from None
        finally:
            remote.close()

    def _write(self, kind: str, path: Path, told: Mapping[str, Any]) -> None:
        from ..http.pages import coverage_document

        text = json.dumps(told, indent=2) + "\n" if kind == "json" else coverage_document(dict(told), self._url or None)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as problem:
            self._faults.append(f"Dispute coverage could not be written to {path}: {problem.strerror}.")


def _fault(told: Mapping[str, Any], kind: str, least: float) -> str | None:
    """What is missing up to the percentage that was wanted, or None."""
    from ..coverage import percent, together

    reached = percent(*together(told, (kind,) if kind else TOGETHER))
    named = kind or "rows, timers and refusals together"
    return f"Dispute coverage: {reached} % of {named}, and {least:g} % are wanted." if reached < least else None


# ── the table at the end ───────────────────────────────────────────────────────────────────────────────────────────────


class _Terminal:
    """Writes a report as lines."""

    def __init__(self, reporter: pytest.TerminalReporter, every_line: bool) -> None:
        self._out = reporter
        self._most = None if every_line else MOST_LINES
        # Lines that are not cut may be as long as they are.
        self._width = None if every_line else reporter._tw.fullwidth - 1

    def report(self, told: Mapping[str, Any]) -> None:
        from ..coverage import KINDS, never_met

        self._out.section("dispute coverage")
        self._out.write_line(f"{'':10}{'met':>5}{'of':>6}")
        for kind in KINDS:
            part = told[kind]
            self._out.write_line(f"{kind:10}{part['hit']:5}{part['total']:6}{part['percent']:8} %", bold=part["hit"] == part["total"])
        for kind in KINDS:
            self._list(kind, never_met(told, kind))
        beyond = sum(len(told[kind]["beyond"]) for kind in KINDS)
        if beyond:
            self._out.write_line(f"Not counted are {beyond} more that no sandbox of this run could meet.")

    def _list(self, kind: str, lines: list[tuple[str, str, str]]) -> None:
        if not lines:
            return
        self._out.write_line(f"never met: {kind}", red=True)
        widths = [max(len(line[place]) for line in lines) for place in (0, 1)]
        for rule, name, says in lines[: self._most]:
            cells = [f"{cell:{width}}" for cell, width in zip((rule, name), widths, strict=True) if width]
            self._out.write_line(self._cut("  " + "  ".join([*cells, says])))
        if self._most is not None and len(lines) > self._most:
            self._out.write_line(f"  … and {len(lines) - self._most} more; --dispute-cov=all shows them")

    def _cut(self, line: str) -> str:
        return line if self._width is None or len(line) <= self._width else f"{line[: self._width - 1]}…"
