"""Whether a run was well, and whether it stayed as it began: judged from its numbers alone, so that anybody can judge a report anew."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any, TypeAlias

from .recording import Call, percentile

Json: TypeAlias = dict[str, Any]

MEMORY_WITHIN = 0.05
LATENCY_WITHIN = 0.20
# A call says something of its speed where it was answered so often in either third.
LEAST_ANSWERS = 100
SHARES = {"p50": 0.5, "p95": 0.95}


@dataclass(frozen=True, slots=True)
class Target:
    """Something that was wanted, whether it was met (None: nobody can say), and by which numbers. What does not count is only told."""

    wanted: str
    met: bool | None
    found: str
    counts: bool = True

    @property
    def missed(self) -> bool:
        return self.counts and self.met is False

    def line(self) -> str:
        word = "not known" if self.met is None else "met" if self.met else "not met"
        return f"{word:9}  {self.wanted}: {self.found}"


def wellness(record: Mapping[str, Any]) -> list[Target]:
    """What every run is to be."""
    totals, audits = record["totals"], record["audits"]
    asked, faults = totals["requests"], sum(fault["count"] for fault in record["faults"])
    violations = sum(len(audit["violations"]) for audit in audits)
    looked_over = len(audits) == record["run"]["sandboxes"] and all(audit["ok"] for audit in audits)
    return [
        Target("no failure", bool(asked) and not faults, f"{faults} in {asked:,} requests" if asked else "nothing was asked"),
        Target("audits ok", looked_over, f"{len(audits)} of {record['run']['sandboxes']} sandboxes looked over, {violations} violations"),
    ]


def flatness(record: Mapping[str, Any]) -> list[Target]:
    """As fast at its end as at its beginning, and no bigger: what a soak has to be."""
    found = (_memory(record["memory"]), _latency(record["latency"]))
    return [replace(target, counts=record["run"]["shape"] == "soak") for target in found]


def _memory(memory: Mapping[str, Any] | None) -> Target:
    wanted = f"memory flat within {100 * MEMORY_WITHIN:.0f} %"
    if memory is None:
        return Target(wanted, None, "the server does not tell, or the run was too short")
    first, last = memory["first"], memory["last"]
    found = f"{first / 1e6:.1f} MB in the first third, {last / 1e6:.1f} MB in the last, {100 * memory['change']:+.1f} %"
    return Target(wanted, memory["change"] <= MEMORY_WITHIN, found)


def _latency(latency: Mapping[str, Any] | None) -> Target:
    wanted = f"latency flat within {100 * LATENCY_WITHIN:.0f} %"
    if latency is None:
        return Target(wanted, None, "too few answers in either third")
    median_by, p95_by = 100 * latency["p50"], 100 * latency["p95"]
    found = f"median {median_by:+.1f} %, 95th percentile {p95_by:+.1f} % from the first third to the last, call by call"
    return Target(wanted, all(latency[name] <= LATENCY_WITHIN for name in SHARES), found)


def change_of_memory(samples: Sequence[float | None]) -> Json | None:
    """The median of the first third of some samples, of the last, and by which share it grew; None where too few are known."""
    known = [sample for sample in samples if sample is not None]
    third = len(known) // 3
    if not third:
        return None
    first, last = median(known[:third]), median(known[-third:])
    return {"first": first, "last": last, "change": round(last / first - 1, 4)}


def change_of_latency(first: Mapping[str, Call], last: Mapping[str, Call]) -> Json | None:
    """By which share calls became slower, at the median and at the 95th percentile; None where too few were answered.

    Each call is compared with itself and counts as often as it was made, so that another mix of calls is not taken for another speed.
    Ratios are averaged as logarithms: twice as slow and twice as fast make no difference.
    """
    alike = {name for name in first.keys() & last.keys() if min(first[name].times.total(), last[name].times.total()) >= LEAST_ANSWERS}
    weight = {name: first[name].times.total() + last[name].times.total() for name in alike}
    if not alike:
        return None
    changes: Json = {"calls": len(alike), "answers": sum(weight.values())}
    for named, share in SHARES.items():
        ratios = {name: (percentile(last[name].times, share) or 0) / (percentile(first[name].times, share) or 1) for name in alike}
        mean = sum(weight[name] * math.log(ratios[name]) for name in alike) / changes["answers"]
        changes[named] = round(math.exp(mean) - 1, 4)
    return changes
