"""localstripe with its data in a folder of ours, filled, and without a log of requests; run by the rivals' own Python.

Its own command writes to one fixed place of the machine, and prints a line for each request, which no option stops.
"""

from __future__ import annotations

import builtins
import sys
from pathlib import Path
from typing import Any

from aiohttp import web
from localstripe import resources
from localstripe.server import app

folder, port, held = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])


def opened(_path: str, mode: str) -> Any:
    return builtins.open(folder / "localstripe.pickle", mode)


async def fill(_app: web.Application) -> None:
    dump, resources.Store.dump_to_disk = resources.Store.dump_to_disk, lambda _store: None
    for number in range(1, held + 1):
        resources.Product(id=f"prod_{number}", name="Lamp", description=f"Dispute {number}")
    resources.Store.dump_to_disk = dump
    resources.store.dump_to_disk()


resources.open = opened
app.on_startup.append(fill)
web.run_app(app, host="127.0.0.1", port=port, access_log=None, print=None)
