"""How long does a sandbox live, a reset take, a season pass? In process and over HTTP, on a SQLite file.

    make bench-worlds         # or: .venv/bin/python loadtests/worlds.py --orders 10000 --rounds 300

A life is: make a sandbox with the world `small`, delete it. Three kinds take turns, so that whatever else the machine does falls on
all alike: sandboxes that start at a given instant, ones that start at the wall's, and empty ones. Medians in milliseconds, and the 95th
of a hundred. A season is ninety days over many orders with open timers, once in process.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from emulator.app import create_app

from .bench import free_port, running

Send = Callable[..., Any]
START = {"now": "2026-03-02T09:00:00Z", "frozen": True}
KINDS = {"small": {"world": "small", **START}, "small, at the wall's time": {"world": "small"}, "empty": {"world": "empty", **START}}
SEASON = "P90D"
LOAD = 5000
MIX = {
    "awaiting_shipment": 1,
    "awaiting_confirmation": 3,
    "waiting_for_seller": 3,
    "waiting_for_buyer": 2,
    "returning": 2,
    "payment_processing": 1,
}


def milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def lives(send: Send, rounds: int) -> dict[str, dict[str, list[float]]]:
    """What making, resetting and deleting took, for each kind of sandbox."""
    took: dict[str, dict[str, list[float]]] = {kind: {"make": [], "reset": [], "delete": [], "life": []} for kind in KINDS}
    for _ in range(rounds):
        for kind, wish in KINDS.items():
            made: list[str] = []
            make = milliseconds(lambda wish=wish, made=made: made.append(send("POST", "/_emulator/sandboxes", json=wish)["id"]))  # type: ignore[misc]
            path = f"/_emulator/sandboxes/{made[0]}"
            reset = milliseconds(lambda path=path: send("POST", f"{path}/reset"))  # type: ignore[misc]
            delete = milliseconds(lambda path=path: send("DELETE", path))  # type: ignore[misc]
            for name, value in (("make", make), ("reset", reset), ("delete", delete), ("life", make + delete)):
                took[kind][name].append(value)
    return took


def resets_of_a_full_one(send: Send, orders: int, rounds: int) -> tuple[list[float], list[float]]:
    """What a reset takes of a sandbox that holds so many orders, filled anew each time, and right before it of one that holds few."""
    few, many = list[float](), list[float]()
    paths = [f"/_emulator/sandboxes/{send('POST', '/_emulator/sandboxes', json=KINDS['small'])['id']}" for _ in range(2)]
    for _ in range(rounds):
        fill(send, paths[1], orders)
        # The first commits after a flood of rows pay for emptying the write-ahead log and for cold caches, whoever makes them.
        for _ in range(5):
            send("POST", f"{paths[0]}/reset")
        few.append(milliseconds(lambda: send("POST", f"{paths[0]}/reset")))
        many.append(milliseconds(lambda: send("POST", f"{paths[1]}/reset")))
    for path in paths:
        send("DELETE", path)
    return few, many


def fill(send: Send, path: str, orders: int) -> None:
    for done in range(0, orders, LOAD):
        send("POST", f"{path}/load", json={"orders": min(LOAD, orders - done), "mix": MIX, "oldest": "P30D"})


def season(send: Send, orders: int) -> tuple[int, float]:
    """How many timers fire in ninety days over so many orders, and in how many seconds."""
    path = f"/_emulator/sandboxes/{send('POST', '/_emulator/sandboxes', json={'world': 'empty', **START})['id']}"
    fill(send, path, orders)
    began = time.perf_counter()
    fired = len(send("POST", f"{path}/clock/advance", json={"by": SEASON})["fired"])
    took = time.perf_counter() - began
    assert send("GET", f"{path}/audit")["ok"]
    send("DELETE", path)
    return fired, took


@contextmanager
def in_process(folder: Path) -> Iterator[Send]:
    client = create_app(f"sqlite:///{folder / 'in-process.db'}", demo=False).test_client()

    def send(method: str, path: str, **rest: Any) -> Any:
        answer = client.open(path, method=method, **rest)
        assert answer.status_code < 300, answer.text
        return answer.json if answer.data else None

    yield send


@contextmanager
def over_http(folder: Path) -> Iterator[Send]:
    port = free_port()
    command = [str(Path(sys.executable).parent / "dispute-emulator"), "serve", "--no-demo"]
    environment = {"PORT": str(port), "DATABASE_URL": f"sqlite:///{folder / 'over-http.db'}"}
    with running(command, port, **environment) as base, httpx.Client(base_url=base, timeout=120, trust_env=False) as client:

        def send(method: str, path: str, **rest: Any) -> Any:
            answer = client.request(method, path, **rest)
            assert answer.status_code < 300, answer.text
            return answer.json() if answer.content else None

        yield send


def shown(values: list[float]) -> str:
    return f"{statistics.median(values):8.2f} {sorted(values)[int(len(values) * 0.95)]:8.2f}"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=300)
    arguments.add_argument("--orders", type=int, default=10_000)
    given = arguments.parse_args()
    for name, way in (("in process", in_process), ("over HTTP", over_http)):
        with tempfile.TemporaryDirectory() as folder, way(Path(folder)) as send:
            lives(send, 20)
            print(f"\n{name:34}  median     p95   (milliseconds, {given.rounds} rounds)")
            for kind, steps in lives(send, given.rounds).items():
                for step, values in steps.items():
                    print(f"  {kind:26} {step:6} {shown(values)}")
            for holds, values in zip((24, given.orders), resets_of_a_full_one(send, given.orders, 9), strict=True):
                print(f"  {f'holding {holds} orders':26} reset  {shown(values)}")
            gc.collect()
            fired, took = season(send, given.orders)
            print(f"  ninety days over {given.orders} orders: {fired} timers in {took:.2f} s, {fired / took:,.0f} a second")


if __name__ == "__main__":
    main()
