"""How fast is it? Reads and edits of a dispute against a bare Flask view on the same server, in one run, as ratios.

    make bench            # or: .venv/bin/python loadtests/bench.py --orders 10000 --rounds 5

Needs wrk. Everything runs on this machine, one granian worker each, the emulator on a SQLite file; rounds alternate, so that whatever
else the machine does falls on all alike. The servers share one core and wrk has another, so that work for a request is what is compared;
with `--free` the machine places them, and a view that does nothing then gains most, as granian reads and writes on a core of its own.
Medians are printed, and the spread.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

SECONDS = 4
CONNECTIONS = 8
MONEY = {"amount": "47.00", "currency": "USD"}

BARE = """
from flask import Flask
app = Flask("bare")
@app.get("/")
def hello():
    return {"hello": "world"}
"""

IDS = """
local ids, token = {}, nil
for line in io.lines("%s") do if token == nil then token = line else ids[#ids + 1] = line end end
math.randomseed(os.time() + %d)
local bad = 0
"""
READ = (
    IDS
    + """
request = function()
  return wrk.format("GET", "/v1/disputes/" .. ids[math.random(#ids)], {["Authorization"] = "Bearer " .. token})
end
"""
)
EDIT = (
    IDS
    + """
local n = 0
request = function()
  n = n + 1
  local body = '{"explanation": "edit ' .. n .. ' of ' .. math.random(1000000000) .. '"}'
  local headers = {["Authorization"] = "Bearer " .. token, ["Content-Type"] = "application/json"}
  return wrk.format("PATCH", "/v1/disputes/" .. ids[math.random(#ids)], headers, body)
end
"""
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(command: list[str], port: int, **environment: str) -> Iterator[str]:
    """A server, until the block ends."""
    process = subprocess.Popen(
        command, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(100):
            try:
                httpx.get(base, timeout=1)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield base
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def fill(database: str, orders: int) -> tuple[str, list[str]]:
    """A sandbox with so many orders, all in dispute; returns the buyer's token and the disputes."""
    from emulator import create_app

    client = create_app(database).test_client()
    # Thousands of disputes would close the store, and a benchmark edits a dispute more often than a buyer may.
    settings = {"store_close_count": 1_000_000, "edits_max": 1_000_000}
    wish = {"seed": "bench", "world": "empty", "now": "2026-03-01T12:00:00Z", "frozen": True, "settings": settings}
    made: dict[str, Any] = client.post("/_emulator/sandboxes", json=wish).json
    headers = {account["name"]: {"Authorization": f"Bearer {account['token']}"} for account in made["accounts"]}
    store = next(account["store"] for account in made["accounts"] if account["store"])
    disputes = []
    for _ in range(orders):
        placed = {"store": store, "item": {"title": "Lamp", "quantity": 1}, "total": MONEY}
        order = client.post("/v1/orders", headers=headers["buyer"], json=placed).json["id"]
        client.post(f"/v1/orders/{order}/ship", headers=headers["seller"], json={})
        opened = {"reason": "no_tracking", "remedy": "refund", "amount": MONEY, "explanation": "Where is it?"}
        disputes.append(client.post(f"/v1/orders/{order}/disputes", headers=headers["buyer"], json=opened).json["id"])
    return headers["buyer"]["Authorization"].removeprefix("Bearer "), disputes


def wrk(pin: list[str], base: str, script: str | None) -> float:
    """Requests a second; anything but 2xx stops the run."""
    command = [*pin, "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", *(["-s", script] if script else []), f"{base}/"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in told or "Socket errors" in told:
        sys.exit(told)
    return float(next(line.split()[1] for line in told.splitlines() if line.startswith("Requests/sec")))


def main() -> None:
    """Fill, serve, measure, print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--orders", type=int, default=10_000)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--free", action="store_true", help="do not give servers and generator a core each")
    wanted = options.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed: it is a package of Debian's.")
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    database = f"sqlite:///{folder / 'bench.db'}"
    print(f"filling a SQLite file with {wanted.orders} orders …", flush=True)
    token, disputes = fill(database, wanted.orders)
    (folder / "ids.txt").write_text("\n".join([token, *disputes]))
    (folder / "bare.py").write_text(BARE)
    (folder / "read.lua").write_text(READ % (folder / "ids.txt", 7))
    (folder / "edit.lua").write_text(EDIT % (folder / "ids.txt", 8))
    pins = [[], []] if wanted.free or shutil.which("taskset") is None else [["taskset", "-c", "0"], ["taskset", "-c", "1"]]
    bin_ = Path(sys.executable).parent
    ports = free_port(), free_port()
    granian = [str(bin_ / "granian"), "--interface", "wsgi", "--workers", "1", "--blocking-threads", "1", "--log-level", "warning"]
    bare = [*pins[0], *granian, "--port", str(ports[0]), "--working-dir", str(folder), "bare:app"]
    emulator = [*pins[0], str(bin_ / "dispute-emulator"), "serve", "--port", str(ports[1]), "--database", database]
    rates: dict[str, list[float]] = {"bare Flask view": [], "read of a dispute": [], "edit of a dispute": []}
    with running(bare, ports[0]) as flask, running(emulator, ports[1]) as emulated:
        for base, script in ((flask, None), (emulated, "read.lua"), (emulated, "edit.lua")):
            wrk(pins[1], base, str(folder / script) if script else None)
        for number in range(wanted.rounds):
            print(f"round {number + 1} of {wanted.rounds}", flush=True)
            rates["bare Flask view"].append(wrk(pins[1], flask, None))
            rates["read of a dispute"].append(wrk(pins[1], emulated, str(folder / "read.lua")))
            rates["edit of a dispute"].append(wrk(pins[1], emulated, str(folder / "edit.lua")))
    shutil.rmtree(folder)
    base_rate = statistics.median(rates["bare Flask view"])
    for name, found in rates.items():
        median = statistics.median(found)
        print(f"{name:20} {median:9.0f}/s   {median / base_rate:6.1%} of bare   (from {min(found):.0f} to {max(found):.0f})")


if __name__ == "__main__":
    main()
