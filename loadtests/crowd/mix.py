"""How often each kind of step is taken: read from mix.toml and from a file that changes it, and checked against what there is."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulator.contract import CONTROL_CALLS, MARKETPLACE_CALLS
from emulator.domain.engine import ROLES

DEFAULT = Path(__file__).with_name("mix.toml")
TRAVELLER = "time_traveller"
USERS = {"Buyer": "buyer", "Seller": "seller", "Mediator": "mediator", "Carrier": "carrier", "TimeTraveller": TRAVELLER}

_CALLS = {call.name for call in (*MARKETPLACE_CALLS, *CONTROL_CALLS) if call.method == "GET"}
# What is no action of the table: to upload a file, to move time, to let things be.
_BESIDE = {
    "buyer": {"upload_evidence", "nothing"},
    "seller": {"upload_evidence", "nothing"},
    "mediator": {"nothing"},
    TRAVELLER: {"advance", "advance_to_next"},
}
ACTS: Mapping[str, frozenset[str]] = {
    role: frozenset(_BESIDE.get(role, set()) | {action for action, actors in ROLES.items() if role in actors}) for role in USERS.values()
}


class MixError(ValueError):
    """A mix that cannot be; says all that is wrong with it."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What one role does: the share of its steps that only look, and the weights of its looks and of its acts."""

    looks: float
    reads: Mapping[str, float]
    acts: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Mix:
    """How many users of each class there are, in proportion, and what each role does."""

    users: Mapping[str, int]
    habits: Mapping[str, Habits]


def read_mix(path: Path | None = None) -> Mix:
    """The default, changed by what a file names; raises MixError, or OSError where there is no such file."""
    told = tomllib.loads(DEFAULT.read_text("utf-8"))
    if path is not None:
        try:
            _change(told, tomllib.loads(path.read_text("utf-8")))
        except tomllib.TOMLDecodeError as problem:
            raise MixError(f"{path} is no TOML: {problem}") from None
    faults = _faults(told)
    if faults:
        raise MixError("; ".join(faults))
    return Mix(told["users"], {role: Habits(**told[role]) for role in USERS.values()})


def _change(told: dict[str, Any], change: Mapping[str, Any]) -> None:
    for name, value in change.items():
        if isinstance(value, dict) and isinstance(told.get(name), dict):
            _change(told[name], value)
        else:
            told[name] = value


def _faults(told: Mapping[str, Any]) -> list[str]:
    known = {"users", *USERS.values()}
    faults = [f"there is no [{name}]" for name in told if name not in known]
    faults += _weights(told, "users", USERS, (int,))
    if not faults and not any(told["users"].values()):
        faults.append("[users] has nobody in it")
    for role in USERS.values():
        habits = told[role]
        if not isinstance(habits, dict) or habits.keys() != {"looks", "reads", "acts"}:
            faults.append(f"[{role}] takes looks, reads and acts")
            continue
        if not _is_number(habits["looks"], (int, float)) or not 0 <= habits["looks"] <= 1:
            faults.append(f"looks of [{role}] is a share from 0 to 1")
        faults += _weights(habits, "reads", _CALLS, (int, float), role)
        faults += _weights(habits, "acts", ACTS[role], (int, float), role)
    return faults


def _weights(told: Mapping[str, Any], name: str, known: Any, kinds: tuple[type, ...], role: str = "") -> list[str]:
    where, weights = f"[{role}.{name}]" if role else f"[{name}]", told[name]
    if not isinstance(weights, dict):
        return [f"{where} is a table"]
    faults = [f"{where} has no {one}" for one in weights if one not in known]
    wrong = [one for one, weight in weights.items() if not _is_number(weight, kinds) or weight < 0]
    return faults + [f"{one} of {where} is a number that is not negative" for one in wrong]


def _is_number(value: Any, kinds: tuple[type, ...]) -> bool:
    return isinstance(value, kinds) and not isinstance(value, bool)
