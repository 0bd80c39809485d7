"""Plays a tale so that it stands at one of its steps just now, and finds the call that goes on from there.

A tale is told forwards from a date of its own; here its end is given, and its start is looked for. Most of what lies between takes the same
time whenever it begins. Business days do not: where weekends leave no start from which the step stands exactly now, it stands as soon
after as whole days allow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from string import Formatter
from typing import Any

from .contract import EXAMPLES, PLACES
from .domain.rules import BY_NAME
from .domain.rulesets import Settings, build_settings
from .explaining import Asked, legal_body
from .player import PARTS, CoreStage, Play, Scene, StoryFault, Tale

# How far the start is looked for around the usual one. Weekends lie every way there is within a week; tales wait for business days twice.
MOST_DAYS = 14


@dataclass(frozen=True, slots=True)
class Staged:
    """A tale that has been played up to a step, and how."""

    tale: Tale
    stage: CoreStage
    play: Play

    @property
    def ends(self) -> datetime:
        """When the step stands."""
        return self.stage.now()


@dataclass(frozen=True, slots=True)
class Move:
    """A call that goes on from where a tale stands. `action` is one of the table's, or the name of another of the contract's calls.

    `by` is the part that plays it, `carrier`, or `time` where time passes. `ids` are those that its path speaks of, by name. `file` is the
    name of a file that is sent in place of a body.
    """

    by: str
    action: str
    says: str
    body: Mapping[str, Any]
    ids: Mapping[str, str] = field(default_factory=dict)
    file: str | None = None


def fits(tale: Tale, settings: Settings) -> bool:
    """Whether the tale is told of just these settings."""
    return build_settings(tale.ruleset, tale.settings) == settings


def stage_tale(tale: Tale, step: str | None, settings: Settings, seed: str, names: Mapping[str, str], now: datetime) -> Staged:
    """Play a tale through the step of this name, or to its end, so that it stands at `now`, or as soon after it as weekends allow.

    `names` has the account's name for each part. Raises StoryFault where the tale does not go as told under these settings.
    """

    def played(start: datetime) -> Staged:
        stage = CoreStage(tale, Scene(settings, seed, start, names))
        play = Play(tale, stage, dated=False)
        for _ in play.play(step):
            pass
        return Staged(tale, stage, play)

    usual = now - (played(tale.now).ends - tale.now)
    fault: StoryFault | None = None
    for days in (None, *range(-MOST_DAYS, MOST_DAYS + 1)):
        try:
            staged = played(usual + timedelta(days=days or 0))
        except StoryFault as problem:
            # It leans on the days of the week of its own date; another start has them too.
            fault = problem
            continue
        if staged.ends == now or (days is not None and staged.ends > now):
            return staged
    raise fault or StoryFault(f"{tale.story} ({tale.name}, {tale.ruleset}): no start leads to {now}")


# ── what comes next ────────────────────────────────────────────────────────────────────────────────────────────────────


def next_move(staged: Staged) -> Move | None:
    """The tale's next step that changes something; where it has none left, the first thing that anybody may do. None if nobody may."""
    step = staged.play.onward()
    if step is None:
        return next(_legal_moves(staged), None)
    if "do" not in step:
        return Move("time", "advance", step.get("says", "Time passes."), _advance(staged.play, step))
    by, action, body = step["by"], step["do"], staged.play.body(step)
    if action == "upload_evidence":
        return Move(by, action, step.get("says", f"Uploads {body['name']}."), {}, file=body["name"])
    if action == "place_order":
        body = {"store": staged.stage.store, **body}
    in_path = {name: body.pop(name) for name in _named_in_path(action) if name in body}
    ids = _ids(staged, staged.play.orders.get(step.get("on", "order")))
    return Move(by, action, step.get("says", BY_NAME[action].says), body, ids | in_path)


def _advance(play: Play, step: Mapping[str, Any]) -> dict[str, str]:
    return {"by": step["wait"]} if "wait" in step else {"to": play.target(step).strftime("%Y-%m-%dT%H:%M:%SZ")}


def _legal_moves(staged: Staged) -> Iterator[Move]:
    """Whatever somebody may do to an order of the tale: the buyer's first, then the others'."""
    world = staged.stage.world
    for part, role in PARTS.items():
        for order_id in staged.play.orders.values():
            order, ids = world.orders[order_id], _ids(staged, order_id)
            for action in (allowed.action for allowed in world.engine.allowed(order, role, world.now)):
                body = legal_body(world.engine, Asked(order, action, role, {}, world.now), EXAMPLES.get(action))
                if ids.keys() >= _named_in_path(action) and body is not None:
                    yield Move(part, action, BY_NAME[action].says, body, ids)


def _ids(staged: Staged, order_id: str | None) -> dict[str, str]:
    """The ids of an order and of its latest dispute, as far as there are any."""
    if order_id is None:
        return {}
    dispute = staged.stage.world.orders[order_id].dispute
    return {"order": order_id} if dispute is None else {"order": order_id, "dispute": dispute.id}


def _named_in_path(action: str) -> set[str]:
    """What the path of an action has ids of; the sandbox's is known to whoever asks."""
    return {name for _, name, _, _ in Formatter().parse(PLACES[action].path) if name} - {"sandbox"}
