"""A run from its beginning to its end, as locust's events tell of it.

The **leader** is the one process that has all numbers: locust's master, or the only process there is. It makes the sandboxes when a test
starts and hands them to all others along with the options, which locust sends with every order to spawn. When the users are gone it looks
every sandbox over, deletes them, writes the report and decides how the process ends. Whoever has users notes what they were answered;
workers send that to the leader with their other statistics.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import gevent
from locust import events
from locust.exception import StopTest
from locust.runners import LocalRunner, MasterRunner, WorkerRunner

from . import options
from .control import START, Control, ControlError, Wish
from .ground import Ground, Handed
from .memory import own_memory
from .mix import MixError, read_mix
from .recording import Recording
from .report import written
from .summing import Looked, Sample, summed, targets

Json: TypeAlias = dict[str, Any]

# What the options carry to the workers, and what the workers' statistics carry back.
HANDED, NOTED = "crowd_handed", "crowd_noted"
# A run is counted in about so many windows.
WINDOWS = 120
PROGRESS_SECONDS = 10.0


class Crowd:
    """The crowd in one process, from the process's beginning to its end; a run lies between `start` and `conclude`."""

    def __init__(self, environment: Any) -> None:
        self.environment = environment
        self.ground: Ground | None = None
        self.leader = None if isinstance(environment.runner, WorkerRunner) else Leader(environment)

    def start(self) -> None:
        if self.leader is not None:
            self.leader.start()
        if not isinstance(self.environment.runner, MasterRunner):
            handed = Handed.unpacked(getattr(self.environment.parsed_options, HANDED))
            self.ground = Ground(handed, self.environment.runner.worker_index)

    def note(self) -> Json | None:
        """What was noted here since it was last asked for."""
        return None if self.ground is None else self.ground.recording.taken()

    def conclude(self) -> None:
        """The users are gone."""
        if self.leader is not None:
            noted = self.note()
            if noted is not None:
                self.leader.recording.add(noted)
            self.leader.conclude()


class Leader:
    """Makes the sandboxes, gathers what was noted, and says how it was."""

    def __init__(self, environment: Any) -> None:
        self.environment = environment
        self.recording = Recording()
        self._options: Any = environment.parsed_options
        self._handed: Handed | None = None
        self._control: Control
        self._books: dict[str, Sequence[Json]] = {}
        self._samples: list[Sample] = []
        self._watching: gevent.Greenlet | None = None

    # ── the beginning ──────────────────────────────────────────────────────────────────────────────────────────────────

    def start(self) -> None:
        """Make the sandboxes; where that fails the test does not take place, and the process ends with 1."""
        given, runner = self._options, self.environment.runner
        self.recording, self._samples, self._books = Recording(), [], {}
        self._control = Control.at(self.environment.host or "", given.key)
        sandboxes: list[Json] = []
        try:
            mix = read_mix(given.mix and Path(given.mix))
            wish = Wish(given.sandboxes, given.world, given.ruleset, not given.running_clocks)
            for made in self._control.make(wish):
                sandboxes.append(made)
                self._books[made["id"]] = self._control.audit(made["id"])["books"]
        except (ControlError, MixError, OSError) as problem:
            self._delete([made["id"] for made in sandboxes])
            self.environment.process_exit_code = 1
            raise StopTest(f"There are no sandboxes to act in: {problem}") from None
        for user_class in self.environment.user_classes:
            user_class.weight = mix.users.get(user_class.__name__, user_class.weight)
        seconds = given.run_time or options.SECONDS
        workers = runner.worker_count if isinstance(runner, MasterRunner) else 1
        window = max(1.0, round(seconds / WINDOWS))
        self._handed = Handed(time.time(), window, workers, given.pace, given.leap_hours, given.key, mix, sandboxes)
        setattr(given, HANDED, self._handed.packed())
        self._watching = gevent.spawn(self._watch)

    def _watch(self) -> None:
        """Take samples as long as the run goes on, and say now and then how far it is."""
        assert self._handed is not None
        told = 0.0
        while True:
            at = time.time() - self._handed.started
            try:
                memory = self._control.memory()
            except ControlError:
                memory = None
            own = own_memory(self._options.server_pid)
            self._samples.append(Sample(round(at, 2), self.environment.runner.user_count, memory, own))
            if at - told >= PROGRESS_SECONDS:
                told = at
                print(self._progress(at), flush=True)
            gevent.sleep(self._handed.window - at % self._handed.window)

    def _progress(self, at: float) -> str:
        total = self.environment.stats.total
        size = self._samples[-1].own or self._samples[-1].memory
        memory = "" if size is None else f"  {size / 1e6:.0f} MB"
        return (
            f"{at:6.0f} s  {self._samples[-1].users} users  {total.current_rps or 0:.0f} requests/s  "
            f"95 % within {total.get_current_response_time_percentile(0.95) or 0:.0f} ms  {total.num_failures} failures{memory}"
        )

    # ── the end ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def conclude(self) -> None:
        """Look the sandboxes over, write the report, say what was found; once a run."""
        handed, self._handed = self._handed, None
        if handed is None:
            return
        seconds = min(time.time() - handed.started, self._options.run_time or options.SECONDS)
        if self._watching is not None:
            self._watching.kill()
        for row in self.environment.runner.exceptions.values():
            self.recording.note(f"a user broke: {row['msg']}", row["traceback"], row["count"])
        looked = [found for sandbox in handed.sandboxes if (found := self._look_over(sandbox["id"])) is not None]
        record = summed(self._run(handed, seconds), self.recording, self._samples, looked)
        if not self._options.keep_sandboxes:
            self._delete([sandbox["id"] for sandbox in handed.sandboxes])
        self._control.close()
        self._tell(record)

    def _look_over(self, sandbox: str) -> Looked | None:
        try:
            return Looked(sandbox, self._control.audit(sandbox), self._control.coverage(sandbox), self._books[sandbox])
        except ControlError as problem:
            self.recording.note("a sandbox could not be looked over", str(problem))
            return None

    def _delete(self, sandboxes: Sequence[str]) -> None:
        for sandbox in sandboxes:
            try:
                self._control.delete(sandbox)
            except ControlError as problem:
                print(f"{sandbox} is still there: {problem}", file=sys.stderr)

    def _run(self, handed: Handed, seconds: float) -> Json:
        """What the run was, for its report."""
        given = self._options
        try:
            served: Mapping[str, Any] = self._control.version()
        except ControlError:
            served = {}
        return {
            "host": self.environment.host,
            "version": served.get("version"),
            "database": served.get("database"),
            "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(handed.started)),
            "seconds": round(seconds, 2),
            "window": handed.window,
            "shape": given.shape,
            "users": given.num_users,
            "sandboxes": len(handed.sandboxes),
            "processes": handed.workers,
            "world": given.world,
            "ruleset": given.ruleset,
            "clocks": "running" if given.running_clocks else f"frozen at {START}, moved by time travellers",
            "pace": given.pace,
            "leap_hours": given.leap_hours,
            "mix": given.mix,
        }

    def _tell(self, record: Json) -> None:
        totals, page = record["totals"], written(record, Path(self._options.report))
        print(
            f"\n{totals['requests']:,} requests in {record['run']['seconds']:.0f} s, {totals['per_second']:.0f} a second; "
            f"median {totals['p50'] or 0:.1f} ms, 95 % within {totals['p95'] or 0:.1f} ms, 99 % within {totals['p99'] or 0:.1f} ms; "
            f"{totals['overtaken']} overtaken, as is to be expected"
        )
        for target in targets(record):
            print(target.line())
        for fault in record["faults"][:10]:
            print(f"  {fault['count']} × {fault['says']}")
        for audit in record["audits"]:
            for violation in audit["violations"][:3]:
                print(f"  {audit['sandbox']} {violation['order']}: {violation['says']}")
        print(f"report: {page}", flush=True)
        if not record["well"]:
            self.environment.process_exit_code = 1
            missed = ", ".join(target.wanted for target in targets(record) if target.missed)
            print(f"The run has failed. Not met: {missed}.", file=sys.stderr, flush=True)


# ── locust's events ────────────────────────────────────────────────────────────────────────────────────────────────────


def install() -> None:
    """Take part in every run of this process."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
    events.init_command_line_parser.add_listener(options.add)
    events.init.add_listener(_begin)
    # Added before there is a runner, so it comes after the runner's own: by then a master has told its workers to quit.
    events.quitting.add_listener(_quit)


def _begin(environment: Any, **_: Any) -> None:
    environment.crowd = crowd = Crowd(environment)
    options.settle(environment.parsed_options)

    def stopped(**_: Any) -> None:
        # A master that quits says so before its workers' users are gone; then `_quit` comes later.
        if environment.runner.user_count == 0:
            crowd.conclude()

    def gathered(data: Json, **_: Any) -> None:
        if crowd.leader is not None and data.get(NOTED):
            crowd.leader.recording.add(data[NOTED])

    def reported(data: Json, **_: Any) -> None:
        data[NOTED] = crowd.note()

    environment.events.test_start.add_listener(lambda **_: crowd.start())
    environment.events.test_stop.add_listener(stopped)
    environment.events.worker_report.add_listener(gathered)
    environment.events.report_to_master.add_listener(reported)


def _quit(environment: Any, **_: Any) -> None:
    crowd: Crowd | None = getattr(environment, "crowd", None)
    if crowd is not None:
        if isinstance(environment.runner, LocalRunner):
            environment.runner.quit()
        crowd.conclude()
