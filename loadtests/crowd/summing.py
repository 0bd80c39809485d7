"""All numbers of a run as one document: what report.json holds, and what the page and the verdicts are made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from emulator.domain.money import format_amount
from emulator.domain.words import Account

from .curves import STANDS_FROM
from .recording import Call, Recording, told
from .verdicts import Target, change_of_latency, change_of_memory, flatness, wellness

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sample:
    """How it stood at one moment of the run: how many users there were, and the server's bytes in memory, where somebody knows.

    `memory` is all that is resident, as the server tells; `own` is without the files it has mapped (memory.py).
    """

    at: float
    users: int
    memory: int | None
    own: int | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found in a sandbox after the run, and what lay in its books before it."""

    sandbox: str
    audit: Json
    coverage: Json
    books_before: Sequence[Json]


def summed(run: Json, recording: Recording, samples: Sequence[Sample], looked: Sequence[Looked]) -> Json:
    """The document. `run` says what was wanted: at least its shape, its seconds, its window and how many sandboxes."""
    record = {
        "run": run,
        "totals": _totals(run, recording),
        "windows": _windows(run, recording, samples),
        "calls": _calls(recording),
        "overtaken": [{"call": call, "code": code, "count": count} for (call, code), count in recording.overtaken.most_common()],
        "faults": [{"says": says, "count": count, "told": recording.told.get(says, [])} for says, count in recording.faults.most_common()],
        "transitions": transitions([found.coverage for found in looked]),
        "money": money([(found.books_before, found.audit["books"]) for found in looked]),
        "audits": [{"sandbox": found.sandbox} | {name: found.audit[name] for name in ("ok", "checked", "violations")} for found in looked],
        **_thirds(run, recording, samples),
    }
    found = wellness(record) + (flatness(record) if run["shape"] in STANDS_FROM else [])
    record["verdicts"] = [asdict(target) for target in found]
    record["well"] = not any(target.missed for target in found)
    return record


def targets(record: Mapping[str, Any]) -> list[Target]:
    return [Target(**told) for told in record["verdicts"]]


def _totals(run: Json, recording: Recording) -> Json:
    everything = Call()
    for call in recording.together().values():
        everything.add(call)
    return told(everything) | {"per_second": round(everything.requests / run["seconds"], 1) if run["seconds"] else 0.0}


def _windows(run: Json, recording: Recording, samples: Sequence[Sample]) -> list[Json]:
    found = []
    for number in range(max(recording.windows, default=-1) + 1):
        together = Call()
        for call in recording.windows.get(number, {}).values():
            together.add(call)
        begins, ends = number * run["window"], (number + 1) * run["window"]
        before = [sample for sample in samples if sample.at < ends]
        stood = {name: getattr(before[-1], name) if before else None for name in ("users", "memory", "own")}
        # The last window may have been cut short.
        lasted = max(min(ends, run["seconds"]) - begins, 0.1 * run["window"])
        found.append({"at": round(begins, 2), "per_second": round(together.requests / lasted, 1)} | told(together) | stood)
    return found


def _calls(recording: Recording) -> list[Json]:
    together = recording.together()
    return [{"call": name} | told(together[name]) for name in sorted(together, key=lambda name: -together[name].requests)]


def _thirds(run: Json, recording: Recording, samples: Sequence[Sample]) -> Json:
    """Memory and latency, the first third against the last of the time in which all stood still."""
    stands_from = STANDS_FROM.get(run["shape"])
    if stands_from is None:
        return {"memory": None, "latency": None}
    begins = stands_from * run["seconds"]
    windows = [number for number in sorted(recording.windows) if number * run["window"] >= begins]
    third = len(windows) // 3
    first, last = recording.together(windows[:third]), recording.together(windows[len(windows) - third :])
    then = [sample for sample in samples if begins <= sample.at < run["seconds"]]
    memory = change_of_memory([sample.own for sample in then]) or change_of_memory([sample.memory for sample in then])
    return {"memory": memory, "latency": change_of_latency(first, last)}


def transitions(coverages: Sequence[Json]) -> Json:
    """How often each row and timer of the table was carried out in all sandboxes together, and which never were."""
    found: Json = {}
    for kind in ("rows", "timers"):
        known: dict[str, Json] = {}
        hits: Counter[str] = Counter()
        for coverage in coverages:
            for entry in (*coverage[kind]["met"], *coverage[kind]["missing"]):
                known.setdefault(entry["name"], {name: entry.get(name) for name in ("name", "rule", "by", "says")})
                hits[entry["name"]] += entry["hits"]
        found[kind] = sorted((entry | {"hits": hits[name]} for name, entry in known.items()), key=lambda entry: -entry["hits"])
    return found


def money(books: Sequence[tuple[Sequence[Json], Sequence[Json]]]) -> list[Json]:
    """How much the run moved into each account of the ledger, by currency; `paid` is what buyers paid in. Sums are decimal strings."""
    moved: dict[str, Counter[str]] = {}
    for before, after in books:
        for sign, told_books in ((-1, before), (1, after)):
            for book in told_books:
                into = moved.setdefault(book["currency"], Counter())
                for account in Account:
                    into[account] += sign * book[account]
    return [
        {"currency": currency, "paid": format_amount(-into[Account.OUTSIDE], currency)}
        | {str(account): format_amount(into[account], currency) for account in Account if account is not Account.OUTSIDE}
        for currency, into in sorted(moved.items())
    ]
