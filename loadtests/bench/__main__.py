"""The command: `python -m loadtests.bench`, or `make bench`."""

from __future__ import annotations

import argparse
import os
import platform
import signal
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

from . import table
from .databases import databases
from .disputes import measure_disputes
from .growing import measure_growth
from .results import Results, joined, load, say
from .sandboxes import measure_sandboxes
from .starting import measure_starts
from .targets import DATABASES
from .terms import DISPUTES, SUBJECTS, Terms
from .wrk import Absent, Unfit, version_of_wrk

README = Path(__file__).resolve().parents[2] / "README.md"
WITH_RIVALS = ("read", "open", "edit")
ON_DISPUTES = (*DISPUTES, "raw", "life", "pace", "memory", "workers")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what is asked for, and print the table."""
    given = _options().parse_args(arguments)
    # Whoever stops the run stops its servers too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("The run was stopped."))
    # Where somebody forbids Python to keep what it has compiled, each start would compile all that lies here as source, and nothing else.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if given.show:
        results = joined(load(path) for path in given.show)
    else:
        results = Results()
        try:
            _measure(_terms(given), results, given.json)
        except (Absent, Unfit) as problem:
            sys.exit(f"The run counts for nothing: {problem}")
        say(f"every round: {given.json}")
    print(table.as_text(results))
    if given.write is not None:
        table.write(results, given.write)


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(
        prog="python -m loadtests.bench", description="How fast is it? One table of ratios, measured in one run."
    )
    add = options.add_argument
    add("--only", type=_names, metavar="NAMES", help=f"measure these alone, with commas between them: {', '.join(SUBJECTS)}")
    add("--database", choices=(*DATABASES, "both"), default="both")
    add("--rounds", type=int, help="how often each is measured [5]")
    add("--seconds", type=int, help="how long each is measured in a round [4]")
    add("--orders", type=int, help="how many orders lie in the database [100000]")
    add("--growth", action="store_true", help="measure growth too, up to a million orders: about an hour more")
    add("--without-rivals", action="store_true")
    add("--free", action="store_true", help="do not give servers and generator a core each")
    add("--quick", action="store_true", help="all of it in a few minutes, in numbers that prove nothing")
    add(
        "--json",
        type=Path,
        default=Path(tempfile.gettempdir()) / "dispute-emulator-bench.json",
        help="where every round is written [%(default)s]",
    )
    add("--show", type=Path, nargs="+", metavar="JSON", help="measure nothing: show what was written before, of several runs as one")
    add("--write", type=Path, nargs="?", const=README, metavar="PAGE", help="put the table between the marks of this page [README.md]")
    return options


def _names(given: str) -> frozenset[str]:
    names = frozenset(given.split(","))
    if unknown := names - set(SUBJECTS):
        raise argparse.ArgumentTypeError(f"no such subject: {', '.join(sorted(unknown))}")
    return names


def _terms(given: argparse.Namespace) -> Terms:
    left_out = {name for name, out in (("growth", not given.growth), ("rivals", given.without_rivals)) if out}
    only = given.only or frozenset(SUBJECTS) - left_out
    if "rivals" in only:
        only |= set(WITH_RIVALS)
    terms = Terms(tuple(DATABASES) if given.database == "both" else (given.database,), only, free=given.free)
    if given.quick:
        terms = replace(terms, rounds=1, seconds=1, orders=2_000, sizes=(1_000, 5_000, 10_000), sandboxes=50)
    told = {name: value for name in ("rounds", "seconds", "orders") if (value := getattr(given, name)) is not None}
    return replace(terms, **told)


def _measure(terms: Terms, results: Results, kept: Path) -> None:
    """Measure all that is wanted. What is measured so far is always in the file."""
    results.about |= _about(terms)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        if terms.wants("start"):
            measure_starts(terms, results, folder)
            results.save(kept)
        for kind in terms.kinds:
            with databases(kind, terms.of_servers) as places:
                results.about["versions"] += f", {places.version}"
                if terms.wants(*ON_DISPUTES):
                    measure_disputes(terms, results, places, folder)
                    results.save(kept)
                if terms.wants("worlds"):
                    measure_sandboxes(terms, results, places)
                    results.save(kept)
                if terms.wants("growth"):
                    measure_growth(terms, results, places)
                    results.save(kept)
        if terms.wants("rivals"):
            from .beside import measure_rivals
            from .rivals import RIVALS

            measure_rivals(terms, results, RIVALS, folder)
            results.save(kept)


def _about(terms: Terms) -> dict[str, str]:
    """On what the numbers were measured, and how."""
    libraries = ", ".join(f"{name} {version(name)}" for name in ("granian", "flask", "sqlalchemy"))
    cores = "servers on one core, generator on another (but with two workers)" if terms.apart else "all on all cores"
    about = {
        "date": f"{datetime.now(UTC):%d %B %Y}",
        "command": command_of(sys.argv[1:]),
        "rounds": f"{terms.rounds} of each, of {terms.seconds} s, {terms.orders:,} orders, {terms.connections} connections, {cores}",
        "machine": f"{_processor()}, {len(terms.cores)} cores",
        "versions": f"Python {platform.python_version()}, {libraries}, wrk {version_of_wrk()}",
    }
    if terms.wants("growth"):
        about["growth"] = f"{', '.join(f'{size:,}' for size in terms.sizes)} orders; {terms.sandboxes:,} sandboxes"
    return about


def command_of(words: Sequence[str]) -> str:
    """The command that measures the same elsewhere: where its results were put is nobody else's."""
    kept = [word for before, word in pairwise(["", *words]) if before != "--json" and word.partition("=")[0] != "--json"]
    return " ".join(["python -m loadtests.bench", *kept])


def _processor() -> str:
    """The model of the processor, where the machine tells it."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text("utf-8").splitlines() if told.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    main()
