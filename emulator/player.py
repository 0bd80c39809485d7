"""Plays stories and grows worlds on the pure core: data in, a marketplace and a timeline out.

The format is described in fixtures/README.md. The runner over HTTP (tests) reads the same files and the same expectations, through
`Stage`: whatever can act, wait and show can have a story played on it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from itertools import islice
from typing import Any, Protocol

from . import views
from .domain.bodies import read_request
from .domain.refusals import Refused
from .domain.rulesets import Settings, build_settings
from .domain.words import Account, Actor
from .domain.world import Person, World
from .durations import parse_duration
from .growth import FIXTURES
from .pictures import picture

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT")


class StoryFault(AssertionError):
    """The story does not go as it says it does."""


@dataclass(frozen=True, slots=True)
class Tale:
    """One way a story goes, under one ruleset."""

    story: str
    title: str
    source: str
    tells: str
    name: str
    ruleset: str
    settings: Mapping[str, Any]
    now: datetime
    steps: tuple[Mapping[str, Any], ...]
    ends: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a tale's timeline: what was done or came to pass.

    `by` is `time` where time passes, `story` where the story looks at something. `refused` is the code of the answer, where it was no.
    `asked` is the body of the request.
    """

    at: datetime
    by: str
    what: str
    says: str
    rule: str | None
    refused: str | None = None
    money: tuple[str, ...] = ()
    step: str | None = None
    asked: Mapping[str, Any] = field(default_factory=dict)


class Stage(Protocol):
    """Where a tale can be played."""

    def act(self, by: str, action: str, order: str | None, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Carry out an action; returns {"made": id or None, "order": id, "lines": [...]}; raises Refused."""

    def wait(self, to: datetime) -> list[Line]:
        """Let time pass to an instant; returns what fired."""

    def now(self) -> datetime: ...

    def show(self, root: str, asker: str, order: str | None) -> Any:
        """What the asker sees under this root of a path."""


# ── reading ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def story_ids() -> list[str]:
    """The ids of all stories that ship, in order."""
    return sorted(path.stem for path in (FIXTURES / "stories").glob("S*.json"))


@cache
def read_story(story_id: str) -> Mapping[str, Any]:
    """A story's file; raises KeyError where there is none."""
    if story_id not in story_ids():
        raise KeyError(story_id)
    story: Mapping[str, Any] = json.loads((FIXTURES / "stories" / f"{story_id}.json").read_text("utf-8"))
    return story


def tales_of(story_id: str) -> list[Tale]:
    """Every tale of a story under every ruleset it is told for."""
    story = read_story(story_id)
    return [
        Tale(
            story=story["id"],
            title=story["title"],
            source=story["source"],
            tells=story["tells"],
            name=tale["name"],
            ruleset=ruleset,
            settings=tale.get("settings", {}),
            now=instant(tale["now"]),
            steps=tuple(tale["steps"]),
            ends=tale.get("ends", {}),
        )
        for tale in story["tales"]
        for ruleset in tale["rulesets"]
    ]


def named_steps(steps: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The steps that have a name, repetitions written out: where a tale can be stopped."""
    return [step for step in flat(steps) if "name" in step]


def instant(text: str) -> datetime:
    """An RFC 3339 instant as a UTC datetime."""
    return datetime.fromisoformat(text).astimezone(UTC)


# ── playing ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Play:
    """A tale being played on a stage. `play` raises StoryFault at the first thing that is not as told.

    Without `dated`, for a tale played at another date than its own, what it says of fixed dates is left out; all else has to be as told.
    `orders` has the ids of orders by alias, `taken` says how many steps lie behind.
    """

    tale: Tale
    stage: Stage
    dated: bool = True
    taken: int = 0
    orders: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    seen: dict[str, dict[str, Any]] = field(default_factory=dict)
    compared: set[str] = field(default_factory=set)

    def play(self, until: str | None = None) -> Iterator[Line]:
        """Play step by step, to the end or through the step named `until`; yields the timeline."""
        self.compared = {
            value["same_as"]
            for step in (*flat(self.tale.steps), {"see": self.tale.ends})
            for value in step.get("see", {}).values()
            if isinstance(value, Mapping) and "same_as" in value
        }
        for step in flat(self.tale.steps):
            yield from self._step(step)
            self.taken += 1
            if name := step.get("name"):
                self._remember(name, step)
                if name == until:
                    return
        self._see(self.tale.ends, "buyer", "order", "at its end")

    def onward(self) -> Mapping[str, Any] | None:
        """The next step that goes on with the tale: an act that goes through, or a wait. None where only looks and refusals are left."""
        left = islice(flat(self.tale.steps), self.taken, None)
        return next((step for step in left if "see" not in step and "refused" not in step), None)

    def body(self, step: Mapping[str, Any]) -> dict[str, Any]:
        """The body of an act as things stand, with ids where the tale says `$name`."""
        body: dict[str, Any] = self._resolve(step.get("with", {}), step.get("on", "order"))
        return body

    def target(self, step: Mapping[str, Any]) -> datetime:
        """The instant to which a wait leads as things stand."""
        if "wait" in step:
            return self.stage.now() + parse_duration(step["wait"])
        at = self._look(step["until"], step.get("as", "buyer"), step.get("on", "order"))
        if at is None:
            raise StoryFault(f"{self._title}: {_where(step)}: {step['until']} shows no date")
        at = instant(at) if isinstance(at, str) else at
        return at - parse_duration(step["less"]) if "less" in step else at

    def _step(self, step: Mapping[str, Any]) -> Iterator[Line]:
        where = _where(step)
        if "do" in step:
            yield from self._act(step, where)
        elif "wait" in step or "until" in step:
            fired = self.stage.wait(self.target(step))
            wanted = step.get("fires")
            rules = [line.rule for line in fired]
            if wanted is not None and rules != wanted:
                raise StoryFault(f"{self._title}: {where}: {rules} fired, not {wanted}")
            yield from fired
            passed = f"{step['wait']} pass" if "wait" in step else f"until {step['until']}"
            yield Line(self.stage.now(), "time", passed, step.get("says", ""), None, step=step.get("name"))
        elif "see" in step:
            self._see(step["see"], step.get("as", "buyer"), step.get("on", "order"), where)
            if "says" in step:
                yield Line(self.stage.now(), "story", "see", step["says"], None, step=step.get("name"))
        else:
            raise StoryFault(f"{self._title}: {where}: no such kind of step")

    def _act(self, step: Mapping[str, Any], where: str) -> Iterator[Line]:
        alias = step.get("on", "order")
        action, by = step["do"], step["by"]
        body = self.body(step)
        refused = step.get("refused")
        try:
            done = self.stage.act(by, action, self.orders.get(alias), body)
        except Refused as no:
            answer = {"status": no.refusal.status, "rule": no.rule, "code": no.refusal.code}
            if refused is None:
                raise StoryFault(f"{self._title}: {where}: refused with {answer}: {no.detail}") from no
            if any(answer[name] != value for name, value in refused.items()):
                raise StoryFault(f"{self._title}: {where}: refused with {answer}, not {refused}") from no
            told = step.get("says") or no.detail
            yield Line(self.stage.now(), by, action, told, no.rule, refused=no.refusal.code, step=step.get("name"), asked=body)
            return
        if refused is not None:
            raise StoryFault(f"{self._title}: {where}: went through, but should be refused with {refused}")
        if action == "place_order":
            self.orders[alias] = done["order"]
        if "as" in step:
            self.ids[step["as"]] = done["made"]
        lines: list[Line] = done["lines"]
        for index, line in enumerate(lines):
            says = step.get("says") if index == 0 else None
            asked = body if index == 0 else {}
            yield Line(line.at, line.by, line.what, says or line.says, line.rule, None, line.money, step.get("name"), asked)

    def _see(self, wanted: Mapping[str, Any], asker: str, alias: str, where: str) -> None:
        for path, value in wanted.items():
            if not self.dated and _names_a_date(value):
                continue
            shown = _plain(self._look(path, asker, alias))
            fault = self._differs(shown, value, asker, alias)
            if fault:
                raise StoryFault(f"{self._title}: {where}: {path} is {shown!r}, {fault}")

    def _differs(self, shown: Any, wanted: Any, asker: str, alias: str) -> str | None:
        if not isinstance(wanted, Mapping) or len(wanted) != 1:
            return None if shown == wanted else f"not {wanted!r}"
        (how, value), right = next(iter(wanted.items())), True
        match how:
            case "has":
                right = value in (shown or ())
            case "lacks":
                right = value not in (shown or ())
            case "count":
                right = len(shown or ()) == value
            case "not":
                right = shown != value
            case "after":
                right = shown is not None and shown > (value if value[:1].isdigit() else _plain(self._look(value, asker, alias)))
            case "same_as":
                name, path = value.split(".", 1)
                right = shown == self.seen[name][path]
            case _:
                right = shown == wanted
        return None if right else f"but wanted {wanted!r}"

    def _look(self, path: str, asker: str, alias: str) -> Any:
        root, *rest = path.split(".")
        value = self.stage.show(root, asker, self.orders.get(alias))
        for part in rest:
            if value is None:
                return None
            value = value[int(part)] if part.isdigit() else value.get(part)
        if root == "history" and not rest:
            return value["actions"]
        return value

    def _remember(self, name: str, step: Mapping[str, Any]) -> None:
        """Keep what a later step compares with."""
        for reference in sorted(self.compared):
            at, path = reference.split(".", 1)
            if at == name:
                shown = _plain(self._look(path, step.get("as", "buyer") if "see" in step else "buyer", step.get("on", "order")))
                self.seen.setdefault(name, {})[path] = shown

    def _resolve(self, value: Any, alias: str) -> Any:
        if isinstance(value, Mapping):
            return {name: self._resolve(inner, alias) for name, inner in value.items()}
        if isinstance(value, list):
            return [self._resolve(inner, alias) for inner in value]
        if not isinstance(value, str) or not value.startswith("$"):
            return value
        name = value[1:]
        if name in ("buyer_solution", "seller_solution"):
            side = name.partition("_")[0]
            shown = self.stage.show("dispute", "seller", self.orders.get(alias)) or {"solutions": []}
            mine = [s["id"] for s in shown["solutions"] if s["by"] == side]
            return mine[-1] if mine else "sol_none"
        return self.ids[name]

    @property
    def _title(self) -> str:
        return f"{self.tale.story} ({self.tale.name}, {self.tale.ruleset})"


def _names_a_date(wanted: Any) -> bool:
    values = wanted.values() if isinstance(wanted, Mapping) else (wanted,)
    return any(isinstance(value, str) and _INSTANT.match(value) for value in values)


def _where(step: Mapping[str, Any]) -> str:
    return f"in step {step.get('name') or json.dumps(step)[:120]}"


def flat(steps: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The steps with repetitions written out."""
    for step in steps:
        if "repeat" not in step:
            yield step
            continue
        for n in range(1, step["repeat"] + 1):
            for inner in flat(step["steps"]):
                yield json.loads(json.dumps(inner).replace("{n}", str(n)))


def _plain(value: Any) -> Any:
    """A shown value as JSON would have it."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value


# ── the pure core as a stage ───────────────────────────────────────────────────────────────────────────────────────────


# The parts of every tale; each is played by an account of its own.
PARTS = {"buyer": Actor.BUYER, "seller": Actor.SELLER, "mediator": Actor.MEDIATOR}


@dataclass(frozen=True, slots=True)
class Scene:
    """Where and by whom a tale is played: the rules, the seed and the start of the world, and the account's name for each part."""

    settings: Settings
    seed: str
    start: datetime
    names: Mapping[str, str] = field(default_factory=lambda: {part: part for part in PARTS})


def own_scene(tale: Tale) -> Scene:
    """Where a tale plays by itself: under its own rules, at its own date."""
    return Scene(build_settings(tale.ruleset, tale.settings), f"story/{tale.story}", tale.now)


class CoreStage:
    """A tale's stage in memory: a world of one account a part, whose clock stands still but for waits. `files` are bytes by their hash."""

    def __init__(self, tale: Tale, scene: Scene | None = None) -> None:
        scene = scene or own_scene(tale)
        self.world = World(scene.settings, scene.seed, scene.start)
        self.people = {part: self.world.join(scene.names[part], role) for part, role in PARTS.items()}
        self.files: dict[str, bytes] = {}

    @property
    def store(self) -> str:
        """The seller's store."""
        return next(iter(self.world.stores))

    def now(self) -> datetime:
        return self.world.now

    def act(self, by: str, action: str, order: str | None, body: Mapping[str, Any]) -> Mapping[str, Any]:
        person = self.people.get(by)
        actor = person.role if person else Actor(by)
        remembered = len(self.world.events)
        if action == "upload_evidence":
            assert person is not None
            name = body["name"]
            data = picture(name)
            digest = sha256(data).hexdigest()
            self.files[digest] = data
            file = self.world.upload(person, name, "image/png", len(data), digest)
            return {"made": file.id, "order": order, "lines": [Line(self.now(), by, action, f"Uploads {name}.", None)]}
        request = read_request(action, body if action != "place_order" else {"store": self.store, **body})
        if action == "place_order":
            assert person is not None
            step = self.world.place(person, request)
        else:
            assert order is not None
            step = self.world.act(actor, person, action, order, request)
        currency = step.order.currency
        lines = [
            Line(e.at, e.by, e.action, e.says, e.rule, money=tuple(spoken_transfer(t, currency) for t in e.transfers))
            for e in self.world.events[remembered:]
        ]
        return {"made": step.made, "order": step.order.id, "lines": lines or [Line(self.now(), by, action, step.row.says, step.row.rule)]}

    def wait(self, to: datetime) -> list[Line]:
        return [
            Line(s.at, s.actor, s.row.name, s.row.says, s.row.rule, money=tuple(spoken_transfer(t, s.order.currency) for t in s.transfers))
            for s in self.world.advance(to)
        ]

    def show(self, root: str, asker: str, order: str | None) -> Any:
        world, person = self.world, self.people[asker]
        at_hand = world.orders.get(order or "")
        match root:
            case "order":
                return at_hand and views.order_view(at_hand, world.engine, person.role, world.now)
            case "dispute":
                disputed = at_hand is not None and at_hand.dispute is not None
                return views.dispute_view(at_hand, world.engine, person.role, world.now) if at_hand and disputed else None
            case "payment":
                return at_hand and views.payment_view(at_hand)
            case "history":
                dispute = at_hand.dispute.id if at_hand and at_hand.dispute else None
                events = [e for e in world.events if e.dispute == dispute and dispute is not None]
                return {"actions": [e.action for e in events], "rules": [e.rule for e in events]}
            case "messages":
                return [m.text for of, m in world.messages if of == order]
            case "mails":
                return {part: sum(mail.to == p.id for mail in world.mails) for part, p in self.people.items()}
            case "buyer" | "seller":
                return self._purse(self.people[root])
            case "allowed":
                return [] if at_hand is None else [a.action for a in world.engine.allowed(at_hand, person.role, world.now)]
            case "operations":
                closed = [o for o in world.orders.values() if o.dispute is not None and o.dispute.closed_at is not None]
                return [views.operation_view(o) for o in closed]
            case "store":
                return {"closed_at": world.stores[self.store].closed_at}
            case _:
                raise StoryFault(f"there is nothing to see under {root!r}")

    def _purse(self, person: Person) -> dict[str, str]:
        mine = [o for o in self.world.orders.values() if person.id in (o.buyer, o.seller)]
        currency = mine[0].currency if mine else "USD"
        shown = {"refunded": Account.REFUNDED, "balance": Account.SELLER, "held": Account.HOLD}
        return {name: views.money(sum(getattr(o.money, account) for o in mine), currency)["amount"] for name, account in shown.items()}


def spoken_transfer(transfer: Any, currency: str) -> str:
    """Money that moved, for a reader: 47.00 USD escrow → seller."""
    shown = views.money(transfer.amount, currency)
    return f"{shown['amount']} {currency} {transfer.source} → {transfer.target}"


def play_on_core(tale: Tale) -> list[Line]:
    """Play a tale on the pure core; raises StoryFault where it does not go as told."""
    return list(Play(tale, CoreStage(tale)).play())
