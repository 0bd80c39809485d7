"""Do many workers get in each other's way? Two thousand tests by sixteen of them, each with a sandbox and a time of its own.

    .venv/bin/python loadtests/xdist_crowd.py            # or: --tests 200 --workers 4

The tests are written into a temporary folder and run by pytest with xdist, first with an emulator in every worker, then with one server for
all of them. Each test opens a dispute, jumps by days of its own, and looks whether its world and its time are what they would be if it
were alone. Afterwards one process measures how long a sandbox lives: made with the small world, deleted; and what a reset costs. The run
must be whole; what is measured depends on the machine, and is printed and nothing more.
"""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from emulator.testing.emulator import Emulator
from emulator.testing.hosting import InThisProcess

MODES = ("in-process", "server")
LIVES = 400

TESTS = """
from datetime import timedelta
import pytest
from dispute_emulator_client import as_json, usd
from emulator import travel

@pytest.mark.parametrize("number", range(COUNT))
def test_it(sandbox, number, worker_id):
    began = sandbox.began_at
    item = {"title": f"Lamp {number}", "quantity": 1}
    order = sandbox.buyer.place_order(store=sandbox.seller.store, item=item, total=usd("64.00"))
    sandbox.seller.ship(order)
    sandbox.deliver(order)
    dispute = sandbox.buyer.open_dispute(
        order, reason="no_tracking", remedy="refund", amount=usd("64.00"), explanation=f"Number {number}."
    )

    days = timedelta(days=number % 14)
    foreseen = as_json([line for line in sandbox.forecast(limit=1000) if line.at <= began + days])
    moved = travel(sandbox.clock, by=days)
    assert [(line["at"], line["order"], line["rule"]) for line in moved["fired"]] == [
        (line["at"], line["order"], line["rule"]) for line in foreseen
    ]
    assert sandbox.clock.now == began + days
    shown = sandbox.buyer.dispute(dispute)
    assert (shown.status, shown.explanation) == ("waiting_for_seller", f"Number {number}.")

    moved = travel(sandbox.clock, to=dispute.escalates_at)
    assert [line["rule"] for line in moved["fired"] if line["dispute"] == dispute.id] == ["ESC-2"]
    assert sandbox.buyer.dispute(dispute).status == "mediating"
    assert sandbox.clock.now == began + timedelta(days=15)
    assert sandbox.audit().ok
    with open(f"seen-{worker_id}.txt", "a") as seen:
        print(sandbox.id, sandbox.base_url, file=seen)
"""


def crowd(mode: str, tests: int, workers: int) -> bool:
    """Run the tests; returns whether all went well, and prints how it went."""
    with tempfile.TemporaryDirectory(prefix="dispute-crowd-") as folder:
        Path(folder, "test_crowd.py").write_text(TESTS.replace("COUNT", str(tests)), encoding="utf-8")
        Path(folder, "pytest.ini").write_text("[pytest]\nstrict = true\nfilterwarnings = error\n", encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", str(workers), f"--dispute-emulator={mode}"]
        begun = time.perf_counter()
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        took = time.perf_counter() - begun
        seen = [line.split() for path in Path(folder).glob("seen-*.txt") for line in path.read_text(encoding="utf-8").splitlines()]
    ids, addresses = Counter(sandbox for sandbox, _ in seen), {address for _, address in seen}
    twice = sum(count > 1 for count in ids.values())
    well = done.returncode == 0 and len(ids) == tests and not twice and len(addresses) == 1
    if not well:
        print(done.stdout[-6000:], done.stderr[-2000:])
    last = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout.strip().splitlines()[-1])
    print(f"{mode:10}  {workers} workers: {last.strip('= ')}; {len(ids)} sandboxes, {twice} seen twice, at {', '.join(sorted(addresses))}")
    print(f"{'':10}  {tests / took:.0f} tests a second, {took:.1f} s with pytest's start")
    return well


@contextmanager
def emulator(mode: str) -> Iterator[Emulator]:
    own = InThisProcess(served=mode == "server")
    try:
        yield own.emulator
    finally:
        begun = time.perf_counter()
        own.stop()
        print(f"{mode:10}  stopped in {(time.perf_counter() - begun) * 1000:.1f} ms")


def lives(mode: str) -> None:
    """Print how long a sandbox lives: made with the small world, deleted; and what a reset costs."""
    with emulator(mode) as home:
        whole, reset = [], []
        for number in range(LIVES):
            begun = time.perf_counter()
            sandbox = home.sandbox(seed=f"life {number}", now="2026-03-02T09:00:00Z", frozen=True)
            assert sandbox.id
            made = time.perf_counter()
            sandbox.reset()
            after = time.perf_counter()
            sandbox.delete()
            whole.append(made - begun + time.perf_counter() - after)
            reset.append(after - made)
    for name, times in (("a sandbox's life", whole), ("a reset", reset)):
        middle, slowest = statistics.median(times) * 1000, statistics.quantiles(times, n=20)[-1] * 1000
        print(f"{mode:10}  {name}: median {middle:.2f} ms, one in twenty over {slowest:.1f} ms ({LIVES} of them)")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tests", type=int, default=2000)
    parser.add_argument("--workers", type=int, default=16)
    wanted = parser.parse_args()
    well = [crowd(mode, wanted.tests, wanted.workers) for mode in MODES]
    for mode in MODES:
        lives(mode)
    return 0 if all(well) else 1


if __name__ == "__main__":
    sys.exit(main())
