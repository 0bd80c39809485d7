"""How long a sandbox takes to make, to set back and to delete, and how long a season takes to pass in one, over HTTP and in process."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping

from .databases import Databases
from .filling import LOAD, Send, in_process, load
from .results import Results, Step, alternate, say
from .serving import Client, emulator
from .terms import Terms
from .wrk import Unfit

START = {"now": "2026-03-02T09:00:00Z", "frozen": True}
SMALL, EMPTY, TODAY = {"world": "small", **START}, {"world": "empty", **START}, {"world": "small"}
SEASON = "P90D"
MIX = {
    "awaiting_shipment": 1,
    "awaiting_confirmation": 3,
    "waiting_for_seller": 3,
    "waiting_for_buyer": 2,
    "returning": 2,
    "payment_processing": 1,
}
# So many sandboxes live in a second of a round's time.
LIVES = 10


def measure_sandboxes(terms: Terms, results: Results, databases: Databases) -> None:
    """Measure it on one kind of database, alone in it."""
    kind = databases.kind
    url = databases.new("worlds")
    orders = min(terms.orders, 2 * LOAD)
    say(f"{kind}: sandboxes, and {SEASON} over {orders:,} orders")
    inside = databases.new("worlds_inside")
    lives = LIVES * terms.seconds
    with emulator(url, terms.of_servers) as server, in_process(inside) as send, terms.loading():
        client = Client(server.port)
        steps: dict[str, Step] = {
            f"{kind}.world": lambda: _live(client.send, lives) | _full(client.send, orders),
            f"{kind}.world.in_process": lambda: _live(send, lives),
        }
        alternate(results, terms.rounds, steps)
        client.close()
    databases.drop(inside)
    databases.drop(url)


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _live(send: Send, lives: int) -> dict[str, float]:
    """What making, setting back and deleting take: the median of so many lives of each kind."""
    took: dict[str, list[float]] = {name: [] for name in ("make", "make_empty", "make_today", "reset", "delete")}
    for _ in range(lives):
        for wish, make in ((SMALL, "make"), (EMPTY, "make_empty"), (TODAY, "make_today")):
            made: list[str] = []
            took[make].append(_milliseconds(lambda wish=wish, made=made: made.append(_made(send, wish))))  # type: ignore[misc]
            reset = _milliseconds(lambda path=made[0]: send("POST", f"{path}/reset"))  # type: ignore[misc]
            delete = _milliseconds(lambda path=made[0]: send("DELETE", path))  # type: ignore[misc]
            if wish is SMALL:
                took["reset"].append(reset)
                took["delete"].append(delete)
    return {name: statistics.median(values) for name, values in took.items()}


def _made(send: Send, wish: Mapping[str, object]) -> str:
    """The path of a new sandbox."""
    return f"/_emulator/sandboxes/{send('POST', '/_emulator/sandboxes', json=wish)['id']}"


def _full(send: Send, orders: int) -> dict[str, float]:
    """What a jump over many orders takes, in seconds, how many timers fire a second, and what resets take then: of that one, of a small."""
    path = _made(send, SMALL)
    load(send, path.rpartition("/")[2], orders, MIX)
    began = time.perf_counter()
    fired = len(send("POST", f"{path}/clock/advance", json={"by": SEASON})["fired"])
    took = time.perf_counter() - began
    if not send("GET", f"{path}/audit")["ok"]:
        raise Unfit("The audit of a sandbox found a violation after a jump.")
    small = _made(send, SMALL)
    # The first commits after a flood of rows pay for emptying the write-ahead log and for cold caches, whoever makes them.
    for _ in range(5):
        send("POST", f"{small}/reset")
    few = _milliseconds(lambda: send("POST", f"{small}/reset"))
    many = _milliseconds(lambda: send("POST", f"{path}/reset"))
    send("DELETE", path)
    send("DELETE", small)
    return {"jump": took, "timers": fired / took, "reset_few": few, "reset_many": many}
