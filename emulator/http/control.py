"""The control plane, /_emulator: what no marketplace has."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from importlib.metadata import version
from typing import Any, NamedTuple

from flask import Flask, Response

from ..contract import CONTROL_CALLS, PLACES
from ..control import ControlPlane
from ..control.sandboxes import Wish
from ..domain import refusals
from ..domain.refusals import Refused
from ..domain.words import ClockMode, Edge
from ..replies import Answer
from . import asking, pages
from .answering import acted, answer, page
from .codec import http_date
from .guarding import has_key
from .lean import Outgoing
from .marketplace import MAIL_CURSOR, flask_path
from .schemas import asked

_SANDBOX, _CLOCK, _ADVANCE = asked.SandboxBody(), asked.ClockBody(), asked.AdvanceBody()
_PAGE, _FORECAST, _TIMELINE, _EMPTY = asked.PageQuery(), asked.ForecastQuery(), asked.TimelineQuery(), asked.NoBody()
_SNAPSHOT, _FORK, _WORLD = asked.SnapshotBody(), asked.ForkBody(), asked.WorldDocument()
_SCENARIO, _LOAD, _COVERAGE = asked.ScenarioBody(), asked.LoadBody(), asked.CoverageQuery()

# An exported world of some hundred thousand orders.
MAX_WORLD_BYTES = 256 * 1024 * 1024


# An orchestrator that asks whether to restart the program, or whether to send it calls, has no key (decision 021).
_OPEN = frozenset({"health", "ready"})


class Standing(NamedTuple):
    """How the program stands: the kind of its database, the wall's time, and what raises Refused where the database cannot serve."""

    database: str
    now: Callable[[], datetime]
    check: Callable[[], None]


def install(app: Flask, control: ControlPlane, standing: Standing, key: str | None) -> None:
    """Register every route of the control plane; with a key, all of them ask for it but those that say whether it is there."""
    calls = _Calls(control, standing, key)
    for call in CONTROL_CALLS:
        view = getattr(calls, call.name)
        app.add_url_rule(flask_path(call.path), call.name, view if call.name in _OPEN else _locked(view, key), methods=[call.method])
    deliver = PLACES["deliver"]
    app.add_url_rule(flask_path(deliver.path), "deliver", _locked(calls.deliver, key), methods=[deliver.method])


def _locked(view: Callable[..., Any], key: str | None) -> Callable[..., Any]:
    if key is None:
        return view

    def locked(**ids: str) -> Any:
        if not has_key(key):
            raise Refused(refusals.KEY_REQUIRED)
        return view(**ids)

    return locked


class _Calls:
    """The calls that are no actions, one method each, named as in the contract."""

    def __init__(self, control: ControlPlane, standing: Standing, key: str | None) -> None:
        self._standing, self._key, self._locked = standing, key, key is not None
        self._control, self._sandboxes, self._time, self._coverage = control, control.sandboxes, control.time, control.coverage

    # ── the program ────────────────────────────────────────────────────────────────────────────────────────────────────

    def health(self) -> Outgoing:
        asking.opened()
        return self._tell("ok")

    def ready(self) -> Outgoing:
        asking.opened()
        self._standing.check()
        return self._tell("ready")

    def _tell(self, status: str) -> Outgoing:
        """The status; and what runs here, for whoever may know."""
        now, shut = self._standing.now(), self._key is not None and not has_key(self._key)
        told = {"version": version("dispute-emulator"), "database": self._standing.database, "now": now}
        return answer(Answer({"status": status, **(dict.fromkeys(told) if shut else told)}, now))

    # ── sandboxes ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def create_sandbox(self) -> Outgoing:
        asking.opened()
        wanted = asking.body(_SANDBOX)
        return answer(self._sandboxes.create(Wish(**wanted), asking.conditions()))

    def sandboxes(self) -> Outgoing:
        wanted = asking.opened(_PAGE)
        after = asking.read_cursor(wanted.get("cursor"), str) or ("",)
        given, cursor = self._sandboxes.page(after[0], wanted["limit"])
        return page(given.body, None if cursor is None else (cursor,), given.now)

    def sandbox(self, sandbox: str) -> Outgoing:
        asking.opened()
        return answer(self._sandboxes.get(sandbox))

    def delete_sandbox(self, sandbox: str) -> Outgoing:
        asking.opened()
        return _gone(self._sandboxes.delete(sandbox))

    def reset(self, sandbox: str) -> Outgoing:
        asking.opened()
        asking.body(_EMPTY)
        return answer(self._sandboxes.reset(sandbox, asking.conditions()))

    def timeline(self, sandbox: str) -> Outgoing:
        wanted = asking.opened(_TIMELINE)
        after = asking.read_cursor(wanted.get("cursor"), int, str, int)
        given, found = self._sandboxes.timeline(sandbox, wanted.get("order"), wanted.get("since"), after, wanted["limit"])
        return page(given.body, found.cursor, given.now)

    def audit(self, sandbox: str) -> Outgoing:
        asking.opened()
        return answer(self._sandboxes.audit(sandbox))

    def sandbox_mailbox(self, sandbox: str) -> Outgoing:
        wanted = asking.opened(_PAGE)
        after = asking.read_cursor(wanted.get("cursor"), *MAIL_CURSOR)
        given, found = self._sandboxes.mailbox(sandbox, after, wanted["limit"])
        return page(given.body, found.cursor, given.now)

    def deliver(self, sandbox: str, order: str) -> Outgoing:
        asking.opened(tagged=True)
        body = asking.action_body("deliver")
        return acted(self._sandboxes.deliver(sandbox, order, body, asking.conditions()))

    # ── time ───────────────────────────────────────────────────────────────────────────────────────────────────────────

    def clock(self, sandbox: str) -> Outgoing:
        asking.opened()
        return answer(self._time.clock(sandbox))

    def set_clock(self, sandbox: str) -> Outgoing:
        asking.opened()
        wanted = asking.body(_CLOCK)
        return answer(self._time.set_clock(sandbox, ClockMode(wanted["mode"]), wanted.get("now")))

    def advance(self, sandbox: str) -> Outgoing:
        asking.opened()
        wanted = asking.body(_ADVANCE)
        edge = Edge(wanted["edge"])
        return answer(self._time.advance(sandbox, wanted.get("by"), wanted.get("to"), edge, wanted.get("limit"), asking.conditions()))

    def forecast(self, sandbox: str) -> Outgoing:
        wanted = asking.opened(_FORECAST)
        after = asking.read_cursor(wanted.get("cursor"), int, str, int)
        given, found = self._time.forecast(sandbox, wanted.get("order"), wanted.get("until"), after, wanted["limit"])
        return page(given.body, found, given.now)

    # ── worlds ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def snapshot(self, sandbox: str) -> Outgoing:
        asking.opened()
        return answer(self._control.branches.snapshot(sandbox, asking.body(_SNAPSHOT).get("name"), asking.conditions()))

    def snapshots(self, sandbox: str) -> Outgoing:
        wanted = asking.opened(_PAGE)
        after = asking.read_cursor(wanted.get("cursor"), int) or (0,)
        given, found = self._control.branches.snapshots(sandbox, after[0], wanted["limit"])
        return page(given.body, found.cursor, given.now)

    def delete_snapshot(self, sandbox: str, snapshot: str) -> Outgoing:
        asking.opened()
        return _gone(self._control.branches.delete_snapshot(sandbox, snapshot))

    def kept_world(self, sandbox: str, snapshot: str) -> Outgoing:
        asking.opened()
        return answer(self._control.branches.kept(sandbox, snapshot))

    def restore(self, sandbox: str, snapshot: str) -> Outgoing:
        asking.opened()
        asking.body(_EMPTY)
        return answer(self._control.branches.restore(sandbox, snapshot, asking.conditions()))

    def fork(self, sandbox: str) -> Outgoing:
        asking.opened()
        wanted = asking.body(_FORK)
        return answer(self._control.branches.fork(sandbox, wanted.get("name"), wanted.get("snapshot"), asking.conditions()))

    def export(self, sandbox: str) -> Outgoing:
        asking.opened()
        return answer(self._control.branches.export(sandbox))

    def import_sandbox(self) -> Outgoing:
        asking.opened()
        return answer(self._control.branches.import_world(asking.body(_WORLD, most=MAX_WORLD_BYTES), asking.conditions()))

    def scenarios(self) -> Outgoing:
        wanted = asking.opened(_PAGE)
        after = asking.read_cursor(wanted.get("cursor"), str) or ("",)
        given, cursor = self._control.scenarios.page(after[0], wanted["limit"])
        return page(given.body, None if cursor is None else (cursor,), given.now)

    def play_scenario(self, sandbox: str, story: str) -> Outgoing:
        asking.opened()
        wanted = asking.body(_SCENARIO)
        tale, step = wanted.get("tale"), wanted.get("step")
        return answer(self._control.scenarios.play(sandbox, story, tale, step, asking.here(), self._locked, asking.conditions()))

    def load(self, sandbox: str) -> Outgoing:
        from ..control.generator import Load

        asking.opened()
        wanted = asking.body(_LOAD)
        return answer(self._control.generator.load(sandbox, Load(**wanted), asking.conditions()))

    # ── coverage ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def coverage(self) -> Outgoing:
        wanted = asking.opened(_COVERAGE)
        return pages.coverage(self._coverage.report(wanted.get("sandbox")))

    def forget_coverage(self) -> Outgoing:
        asking.opened()
        return _gone(self._coverage.begin_anew())


def _gone(now: datetime) -> Response:
    gone = Response(status=204)
    del gone.headers["Content-Type"]
    gone.headers["Date"] = http_date(now)
    return gone
