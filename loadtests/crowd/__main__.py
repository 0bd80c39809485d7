"""`make load`: lets the crowd at a server of its own, or at one that is there, and ends as the run does.

python -m loadtests.crowd --users 20 --sandboxes 4 --run-time 60s              # a server of its own, on a temporary SQLite file
DATABASE_URL=postgresql://… python -m loadtests.crowd --server-workers 2       # a server of its own, on that database
python -m loadtests.crowd --host https://emulator.example --shape soak         # one that is there; EMULATOR_KEY opens it
python -m loadtests.crowd --page                                               # with locust's page, where the run is started
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

LOCUSTFILE = Path(__file__).parent.parent / "locustfile.py"
# What the server says, faults among it.
LOG = Path("var/load/server.log")
START_SECONDS, STOP_SECONDS = 60.0, 30.0
# Locust's own tables are not wanted beside the crowd's summary; where its numbers go to a file it does not print them.
QUIET = ("--headless", "--only-summary", "--loglevel", "WARNING")


@contextmanager
def served(workers: int) -> Iterator[tuple[str, int]]:
    """A server on a free port of this machine, by its address and process; it goes when the block ends, its temporary database with it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    LOG.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="dispute-emulator-load-") as folder, LOG.open("w") as log:
        database = os.environ.get("DATABASE_URL") or f"sqlite:///{Path(folder) / 'load.db'}"
        command = [sys.executable, "-m", "emulator.cli", "serve", "--no-demo", "--port", str(port), "--workers", str(workers)]
        # In a session of its own, so that Ctrl+C ends the crowd first and the crowd can still look its sandboxes over.
        server = subprocess.Popen([*command, "--database", database], stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            _wait_for(server, f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}", server.pid
        finally:
            server.terminate()
            try:
                server.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)


def _wait_for(server: subprocess.Popen[bytes], host: str) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if server.poll() is not None:
            sys.exit(f"The server has not started:\n{LOG.read_text()}")
        try:
            httpx.get(f"{host}/_emulator/health", timeout=5, trust_env=False)
            return
        except httpx.TransportError:
            time.sleep(0.05)
    sys.exit(f"The server does not answer:\n{LOG.read_text()}")


def let_in(host: str, given: Sequence[str], *, page: bool) -> int:
    """Run locust with the crowd against a host; returns how it ended."""
    with tempfile.TemporaryDirectory(prefix="dispute-emulator-load-") as folder:
        quiet = () if page else (*QUIET, "--json-file", str(Path(folder) / "locust"))
        # Where a shell has made this process deaf to Ctrl+C, as it does in the background, the crowd is not to be.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        crowd = subprocess.Popen([sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--host", host, *quiet, *given])
        # Told to end, the crowd still looks its sandboxes over, which locust does after Ctrl+C alone; then the server goes, too.
        signal.signal(signal.SIGTERM, lambda *_: crowd.send_signal(signal.SIGINT))
        while True:
            try:
                return crowd.wait()
            except KeyboardInterrupt:
                # Locust has heard it too.
                continue


def explain(arguments: argparse.ArgumentParser) -> None:
    """Tell the options: those of this command, the crowd's, and where locust's are told."""
    import configargparse

    from . import options

    arguments.print_help()
    print()
    crowd = configargparse.ArgumentParser(usage=configargparse.SUPPRESS, add_help=False, add_env_var_help=False)
    options.add(crowd)
    crowd.print_help()
    print("\nEverything else is locust's: --users, --spawn-rate, --run-time, --processes and many more; see locust --help.")


def main() -> int:
    arguments = argparse.ArgumentParser(
        prog="python -m loadtests.crowd", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, add_help=False
    )
    arguments.add_argument("-h", "--help", action="store_true", help="Tell all of this.")
    arguments.add_argument("--host", help="Where a server is already. Without it one is started.")
    arguments.add_argument("--server-workers", type=int, default=1, metavar="<int>", help="How many processes the server started here has.")
    arguments.add_argument("--page", action="store_true", help="With locust's page, at http://127.0.0.1:8089 or --web-port.")
    given, others = arguments.parse_known_args()
    if given.help:
        explain(arguments)
        return 0
    if given.page:
        others = ["--web-host", "127.0.0.1", *others]
    if given.host:
        return let_in(given.host, others, page=given.page)
    with served(given.server_workers) as (host, pid):
        return let_in(host, ["--server-pid", str(pid), *others], page=given.page)


if __name__ == "__main__":
    sys.exit(main())
