"""The crowd as locust's users, the line that carries their calls, and the course of their number."""

from __future__ import annotations

import json
from functools import cached_property
from random import Random
from typing import Any, ClassVar

from locust import FastHttpUser, LoadTestShape, task
from locust.contrib.fasthttp import ResponseContextManager

from . import curves, movers, traders
from .ground import Ground
from .judging import Answer
from .movers import TimeTraveller as Traveller
from .options import SECONDS
from .people import Call, Judge, Person

BOUNDARY = "4f1c0e7d2b9a4d6f8e3a"


class Visitor(FastHttpUser):
    """A user of locust's who does what a person of the crowd would do, and carries his calls."""

    abstract = True
    person: ClassVar[type[Person]]

    @cached_property
    def ground(self) -> Ground:
        """Where the run takes place."""
        ground: Ground = self.environment.crowd.ground
        return ground

    def on_start(self) -> None:
        ground, role = self.ground, self.person.role
        self.chance = Random()
        self.somebody = self.person(self, ground.handed.mix.habits[role], ground.seats(role), self.chance)
        if isinstance(self.somebody, Traveller):
            self.somebody.leap_hours = ground.handed.leap_hours

    def wait_time(self) -> float:
        return self.chance.uniform(0.5, 1.5) * self.ground.handed.pace

    @task
    def step(self) -> None:
        self.somebody.step()

    # ── the line ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def send(self, call: Call, judge: Judge) -> Answer:
        """Carry a call, and note what became of it; what was overtaken stands in locust's table by itself."""
        headers, data = self._written(call)
        with self.client.request(call.method, call.path, name=call.name, headers=headers, data=data, catch_response=True) as response:
            answer = _read(response)
            verdict = judge(answer)
            if verdict.fault:
                response.failure(verdict.fault)
                self.ground.fault(call, answer, verdict.fault)
            elif verdict.overtaken:
                response.request_meta["name"] = f"{call.name}, overtaken"
                response.success()
                self.ground.overtaken(call, verdict.overtaken)
            else:
                response.success()
                self.ground.well(call, response.request_meta["response_time"])
        return answer

    def _written(self, call: Call) -> tuple[dict[str, str], Any]:
        headers: dict[str, str] = {}
        if call.token:
            headers["Authorization"] = f"Bearer {call.token}"
        elif self.ground.handed.key:
            headers["X-Emulator-Key"] = self.ground.handed.key
        if call.file is not None:
            headers["Content-Type"] = f"multipart/form-data; boundary={BOUNDARY}"
            name, content = call.file
            head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
            return headers, head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
        if call.body is not None:
            headers["Content-Type"] = "application/json"
            return headers, json.dumps(call.body).encode()
        return headers, None


def _read(response: ResponseContextManager) -> Answer:
    headers: Any = response.headers or {}
    body: Any = None
    if response.content and "json" in headers.get("Content-Type", ""):
        body = json.loads(response.content)
    return Answer(response.status_code, body, headers.get("Date", ""), str(getattr(response, "error", "")))


class Buyer(Visitor):
    """Orders, waits and disputes."""

    person = traders.Buyer


class Seller(Visitor):
    """Ships, accepts and refuses."""

    person = traders.Seller


class Mediator(Visitor):
    """Asks and rules."""

    person = traders.Mediator


class Carrier(Visitor):
    """Delivers."""

    person = movers.Carrier


class TimeTraveller(Visitor):
    """Moves the clocks of the sandboxes."""

    person = Traveller


class Course(LoadTestShape):
    """How many users there are when, as the option --shape wants it; when their time is over they stop, and with them the run.

    Locust takes the one shape that it finds in a locustfile before it reads options, so this is the only one, and follows any curve.
    """

    use_common_options = True

    def tick(self) -> tuple[int, float] | None:
        assert self.runner is not None
        options: Any = self.runner.environment.parsed_options
        plan = curves.Plan(options.num_users, options.run_time or SECONDS)
        at = self.get_run_time()
        if at >= plan.seconds:
            # Else a master would end while its workers' users still act, and what they did last would be lost.
            self.runner.stop()
            return None
        return curves.CURVES[options.shape](at, plan), options.spawn_rate
