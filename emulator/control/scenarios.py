"""Puts a story of the documents at one of its named steps, with the history that leads there.

Each call brings accounts of its own: tokens that were given out are kept as hashes and cannot be shown again.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from itertools import count
from typing import Any, TypeAlias

from ..clock import wall_now
from ..contract import CALLS
from ..curl import curl_line
from ..domain import refusals
from ..domain.calendar import LAST_INSTANT_YEAR
from ..domain.refusals import Refused
from ..domain.rulesets import Settings
from ..player import PARTS, Tale, named_steps, read_story, story_ids, tales_of
from ..replies import NOBODY, UNCONDITIONAL, Answer, Conditions
from ..service import now_of, sandbox_engine, settle_due
from ..staging import Move, Staged, fits, next_move, stage_tale
from ..store import sandboxes
from ..store.database import Database
from ..tally import Tally
from .access import clock_view, find, find_locked, new_tokens
from .time import SandboxClock

Json: TypeAlias = dict[str, Any]


class Scenarios:
    """The stories that ship, played into sandboxes."""

    def __init__(self, database: Database, tally: Tally) -> None:
        self._db = database
        self._tally = tally

    def page(self, after: str, most: int) -> tuple[Answer, str | None]:
        """Stories in order of id with their tales and named steps, and the cursor behind the last."""
        found = [story for story in story_ids() if story > after]
        body = [_story_view(read_story(story)) for story in found[:most]]
        return Answer(body, wall_now()), found[most - 1] if len(found) > most else None

    def play(
        self,
        sandbox_id: str,
        story: str,
        tale: str | None,
        step: str | None,
        here: str,
        locked: bool = False,
        conditions: Conditions = UNCONDITIONAL,
    ) -> Answer:
        """Play a tale up to a named step; `here` is the server's address for the curl line. Raises Refused.

        `locked` says that the control plane wants a key; the curl line then takes it from EMULATOR_KEY.

        Where weekends leave no way for the step to stand just now, the clock goes on to the instant at which it does.
        """
        with self._db.writing() as session:
            kept = find_locked(session, sandbox_id)
            sandbox, engine = kept.sandbox, sandbox_engine(kept.sandbox)
            now = now_of(session, sandbox)
            conditions.replay(session, sandbox.world, NOBODY, now)
            told = _choose(story, tale, step, engine.settings)
            names = _free_names(told, {person["name"] for person in sandboxes.accounts(session, sandbox.world)})
            staged = stage_tale(told, step, engine.settings, sandbox.seed, names, now)
            if staged.ends.year >= LAST_INSTANT_YEAR:
                raise Refused(refusals.CLOCK_TOO_FAR)
            fired = settle_due(session, sandbox, staged.ends)
            if staged.ends > now:
                SandboxClock(session, sandbox).move_to(staged.ends)
            sandboxes.insert_world(session, sandbox.world, staged.stage.world, engine, staged.stage.files)
            # The names are free again after a reset, but tokens that were given out before are not.
            sandboxes.set_serial(session, sandbox_id, kept.serial + 1)
            by_name = new_tokens(kept, names.values(), conditions, "scenario", kept.serial + 1)
            tokens = {part: by_name[name] for part, name in names.items()}
            people = staged.stage.people
            sandboxes.insert_tokens(session, sandbox_id, {people[part].id: token for part, token in tokens.items()})
            clock = find(session, sandbox_id).sandbox.clock
            move = next_move(staged)
            body = {
                "story": told.story,
                "tale": told.name,
                "step": step,
                "accounts": [_account_view(staged, part, token) for part, token in tokens.items()],
                "orders": [_order_view(staged, alias, order) for alias, order in staged.play.orders.items()],
                "clock": clock_view(clock.mode, staged.ends),
                "next": None if move is None else _next_view(move, _curl(move, here, sandbox_id, tokens.get(move.by), locked)),
            }
            answer = Answer(body, staged.ends, location=f"/_emulator/sandboxes/{sandbox_id}")
            conditions.keep(session, sandbox.world, NOBODY, staged.ends, answer)
        self._tally.fired(sandbox, engine, fired)
        return answer


# ── choosing ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _choose(story: str, name: str | None, step: str | None, settings: Settings) -> Tale:
    """The tale of this name, or the first that fits and has the step; raises Refused where there is none, or it goes otherwise here."""
    try:
        tales = tales_of(story)
    except KeyError:
        raise Refused(refusals.NOT_FOUND) from None
    named = [tale for tale in tales if name in (None, tale.name)]
    if not named:
        raise Refused(refusals.NO_SUCH_TALE, errors={"tale": [f"{story} has no such tale. It has {_listed(t.name for t in tales)}."]})
    fitting = [tale for tale in named if fits(tale, settings)]
    if not fitting:
        rules = " or ".join(dict.fromkeys(_rules_of(tale) for tale in named))
        detail = f"This sandbox does not have the rules of {_listed(tale.name for tale in named)} ({story}). Make one with {rules}."
        raise Refused(refusals.TALE_OF_OTHER_RULES, detail=detail)
    chosen = next((tale for tale in fitting if step is None or step in _step_names(tale)), None)
    if chosen is None:
        there_are = " ".join(f"“{tale.name}” has {_listed(_step_names(tale))}." for tale in fitting)
        raise Refused(refusals.NO_SUCH_TALE, errors={"step": [f"There is no such step. {there_are}"]})
    return chosen


def _step_names(tale: Tale) -> list[str]:
    return [entry["name"] for entry in named_steps(tale.steps)]


def _rules_of(tale: Tale) -> str:
    """A tale's rules as the body of the call that makes a sandbox."""
    return json.dumps({"ruleset": tale.ruleset, "settings": dict(tale.settings)})


def _free_names(tale: Tale, taken: Collection[str]) -> dict[str, str]:
    """A name for the account of each part that nobody has yet: buyer@S14, the next time buyer@S14.2."""
    for turn in count(1):
        names = {part: f"{part}@{tale.story}" + (f".{turn}" if turn > 1 else "") for part in PARTS}
        if not any(name in taken for name in names.values()):
            return names
    raise AssertionError("numbers never end")


# ── what is shown ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _story_view(story: Mapping[str, Any]) -> Json:
    return {name: story[name] for name in ("id", "title", "source", "tells")} | {"tales": [_tale_view(tale) for tale in story["tales"]]}


def _tale_view(tale: Mapping[str, Any]) -> Json:
    steps = [{"name": step["name"], "says": step.get("says")} for step in named_steps(tale["steps"])]
    return {"name": tale["name"], "rulesets": tale["rulesets"], "settings": tale.get("settings", {}), "steps": steps}


def _account_view(staged: Staged, part: str, token: str) -> Json:
    person = staged.stage.people[part]
    return {"id": person.id, "name": person.name, "role": person.role, "store": person.store, "token": token}


def _order_view(staged: Staged, alias: str, order_id: str) -> Json:
    dispute = staged.stage.world.orders[order_id].dispute
    return {"alias": alias, "order": order_id, "dispute": None if dispute is None else dispute.id}


def _next_view(move: Move, curl: str) -> Json:
    return {"by": move.by, "action": move.action, "says": move.says, "curl": curl}


def _curl(move: Move, here: str, sandbox_id: str, token: str | None, locked: bool) -> str:
    """The call as one line for a shell. What has no token is the control plane's."""
    place = CALLS[move.action]
    url = here + place.path.format(sandbox=sandbox_id, **move.ids)
    return curl_line(place.method, url, token=token, body=move.body, file=move.file, locked=locked and token is None)


def _listed(names: Iterable[str]) -> str:
    """Names in the order they come, each once: “one”, “two”, “three”."""
    return ", ".join(f"“{name}”" for name in dict.fromkeys(names))
