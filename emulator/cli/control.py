"""The commands that talk to a running emulator: fill its sandboxes, move their time, look into them, carry worlds out and in."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from ..domain.words import Edge, Position
from ..durations import parse_duration
from ..remote import Remote, RemoteError
from . import showing
from .ending import Ending, Interrupted, Unavailable
from .output import page, write_json

# What one call makes or fires: so many that a person sees progress, and so few that nobody else waits for long.
ORDERS_A_CALL = 500
TIMERS_A_CALL = 500
LINES_A_PAGE = 1000
MOST_ORDERS, MOST_WEIGHT = 1_000_000, 1000

Command = TypeVar("Command", bound=Callable[..., Any])


# ── what all of them have ──────────────────────────────────────────────────────────────────────────────────────────────


class Server:
    """A running emulator, as one command sees it: the sandbox it is about, and how its answers are told."""

    def __init__(self, url: str, sandbox: str, as_json: bool) -> None:
        self.remote = Remote(url, os.environ.get("EMULATOR_KEY") or None)
        self.sandbox = sandbox
        self.as_json = as_json
        self.out, self.err = page(), page(stderr=True)

    def path(self, rest: str, **query: str | int | None) -> str:
        """A path below the sandbox."""
        given = {name: value for name, value in query.items() if value is not None}
        return f"/_emulator/sandboxes/{quote(self.sandbox, safe='')}/{rest}" + (f"?{urlencode(given)}" if given else "")

    def tell(self, answer: Any, show: Callable[[Console, Any], None]) -> None:
        """The answer: a document for a program, or what a person likes to read."""
        if self.as_json:
            write_json(answer)
        else:
            show(self.out, answer)

    def progress(self, *columns: TextColumn | BarColumn | MofNCompleteColumn | TaskProgressColumn) -> Progress:
        """A bar where somebody looks, and none where a program reads."""
        watched = self.err.is_terminal and not self.as_json
        return Progress(*columns, TimeElapsedColumn(), console=self.err, transient=True, disable=not watched)

    def pages(self, rest: str, **query: str | int | None) -> Iterator[dict[str, Any]]:
        """Every entry of a list."""
        cursor: str | None = None
        while True:
            page = self.remote.get(self.path(rest, cursor=cursor, **query))
            yield from page["data"]
            cursor = page["next_cursor"]
            if cursor is None:
                return


def asks_a_server(of_sandbox: bool = True) -> Callable[[Command], Command]:
    """The options of a command that talks to a server."""

    def wrap(command: Command) -> Command:
        @wraps(command)
        def run(url: str, as_json: bool, sandbox: str = "", **given: Any) -> None:
            try:
                server = Server(url, sandbox, as_json)
            except ValueError as problem:
                raise click.BadParameter(str(problem), param_hint="--url") from None
            try:
                command(server, **given)
            except KeyboardInterrupt as stop:
                interrupted = Interrupted()
                for note in getattr(stop, "__notes__", ()):
                    interrupted.add_note(note)
                raise interrupted from None
            finally:
                server.remote.close()

        wrapped = run
        if of_sandbox:
            wrapped = click.option(
                "--sandbox", envvar="EMULATOR_SANDBOX", default="default", show_default=True, help="Its id; also by EMULATOR_SANDBOX."
            )(wrapped)
        wrapped = click.option("--json", "as_json", is_flag=True, help="One JSON document, for programs.")(wrapped)
        return click.option(
            "--url",
            envvar="EMULATOR_URL",
            default="http://127.0.0.1:8080",
            show_default=True,
            help="Where the emulator runs; also by EMULATOR_URL. Its key, if it has one, comes from EMULATOR_KEY.",
        )(wrapped)  # type: ignore[return-value] # click's decorators take and give any function

    return wrap


# ── load ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _read_mix(_: click.Context, __: click.Parameter, text: str | None) -> dict[str, int] | None:
    """`finished=5,mediating=1`: how often each position comes."""
    if text is None:
        return None
    known = [position.value for position in Position]
    mix: dict[str, int] = {}
    for part in text.split(","):
        position, sign, weight = part.strip().partition("=")
        if position not in known:
            raise click.BadParameter(f"There is no position {position!r}; there are {', '.join(known)}.")
        if not sign or not (weight.isascii() and weight.isdecimal()) or int(weight) > MOST_WEIGHT:
            raise click.BadParameter(f"Give {position} a weight from 0 to {MOST_WEIGHT}, such as {position}=5.")
        if position in mix:
            raise click.BadParameter(f"{position} comes twice.")
        mix[position] = int(weight)
    if not any(mix.values()):
        raise click.BadParameter("At least one position needs a weight of more than 0.")
    return mix


def _read_duration(_: click.Context, __: click.Parameter, text: str | None) -> str | None:
    try:
        parse_duration(text or "P0D")
    except ValueError as problem:
        raise click.BadParameter(str(problem)) from None
    return text


def _read_instant(_: click.Context, __: click.Parameter, text: str | None) -> str | None:
    try:
        known = text is None or datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        known = False
    if not known:
        raise click.BadParameter(f"{text!r} is no instant such as 2026-03-01T12:00:00Z.")
    return text


@click.command()
@click.argument("orders", type=click.IntRange(1, MOST_ORDERS))
@click.option(
    "--mix",
    metavar="POSITION=WEIGHT,…",
    callback=_read_mix,
    help="How often each position comes, such as finished=5,mediating=1. [default: a usual mix]",
)
@click.option(
    "--oldest",
    metavar="DURATION",
    callback=_read_duration,
    help="How long ago the oldest orders were placed, such as P30D. [default: P120D]",
)
@click.option("--seed", help="What is drawn depends on it and on the sandbox's own seed.")
@asks_a_server()
def load(server: Server, orders: int, mix: dict[str, int] | None, oldest: str | None, seed: str | None) -> None:
    """Fill a sandbox with ORDERS orders of many kinds and ages."""
    body = {name: value for name, value in (("oldest", oldest), ("seed", seed)) if value is not None}
    positions: Counter[str] = Counter()
    made = 0
    with server.progress(TextColumn("[bold]making orders"), BarColumn(), MofNCompleteColumn()) as progress:
        task = progress.add_task("", total=orders)
        try:
            for wanted in _in_calls(orders, mix):
                answer = server.remote.post(server.path("load"), body | wanted)
                positions.update(answer["positions"])
                made += answer["orders"]
                progress.update(task, completed=made)
        except (RemoteError, KeyboardInterrupt) as fault:
            if made:
                fault.add_note(f"{made} of {orders} orders were made before this.")
            raise
    stand = {position.value: positions[position.value] for position in Position if position.value in positions}
    server.tell({"orders": made, "positions": stand}, lambda out, answer: showing.loaded(out, answer, server.sandbox))


def _in_calls(orders: int, mix: Mapping[str, int] | None) -> Iterator[dict[str, Any]]:
    """The bodies of the calls. A mix is shared out over all orders, so that it comes out even where no single call could have it so."""
    whole = sum((mix or {}).values())
    begun = 0
    given: Counter[str] = Counter()
    while begun < orders:
        count = min(ORDERS_A_CALL, orders - begun)
        begun += count
        if mix is None:
            yield {"orders": count}
            continue
        missing = {position: begun * weight / whole - given[position] for position, weight in mix.items()}
        share = {position: max(0, int(part)) for position, part in missing.items()}
        short = sorted(mix, key=lambda position: share[position] - missing[position])
        for position in short[: count - sum(share.values())]:
            share[position] += 1
        given.update(share)
        yield {"orders": count, "mix": share}


# ── time ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


@click.command()
@click.option("--by", metavar="DURATION", callback=_read_duration, help="Move time by so much, such as P15D.")
@click.option("--to", metavar="INSTANT", callback=_read_instant, help="Move time to an instant.")
@click.option("--to-next", is_flag=True, help="Move time to the next timer.")
@click.option(
    "--edge", type=click.Choice([edge.value for edge in Edge]), help="A second before it, at it, or a second after. [default: at]"
)
@asks_a_server()
def advance(server: Server, by: str | None, to: str | None, to_next: bool, edge: str | None) -> None:
    """Move a sandbox's time.

    Every timer on the way fires, in order, each at its own instant.
    """
    ways = {name: value for name, value in (("by", by), ("to", to), ("to_next", to_next)) if value}
    if len(ways) != 1:
        raise click.UsageError("Say how far: one of --by, --to and --to-next.")
    body: dict[str, Any] | None = ways | ({"edge": edge} if edge else {}) | {"limit": TIMERS_A_CALL}
    start, reached = None, None
    fired: list[dict[str, Any]] = []
    columns = (TextColumn("[bold]travelling"), BarColumn(), TaskProgressColumn(), TextColumn("{task.description}"))
    with server.progress(*columns) as progress:
        task = progress.add_task("", total=None)
        try:
            while body is not None:
                answer = server.remote.post(server.path("clock/advance"), body)
                start, reached, body = start or answer["from"], answer["to"], answer["next"]
                fired += answer["fired"]
                travelled = _seconds(start, reached)
                total = travelled if body is None else _seconds(start, body["to"])
                progress.update(task, completed=travelled, total=total, description=f"{len(fired)} timers fired, {reached}")
        except (RemoteError, KeyboardInterrupt) as fault:
            if reached:
                fault.add_note(f"Timers that had fired before this: {len(fired)}. It is {reached} in {server.sandbox}.")
            raise
    server.tell({"from": start, "to": reached, "fired": fired, "next": None}, showing.advanced)


def _seconds(start: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()


@click.command()
@click.option("--order", metavar="ID", help="One order only.")
@asks_a_server()
def forecast(server: Server, order: str | None) -> None:
    """Tell what will happen if nobody acts."""
    if server.as_json:
        entries = list(server.pages("forecast", order=order, limit=LINES_A_PAGE))
        server.tell({"data": entries, "next_cursor": None}, showing.foreseen)
    else:
        showing.foreseen(server.out, server.remote.get(server.path("forecast", order=order, limit=showing.MOST_LINES)))


# ── a look inside ──────────────────────────────────────────────────────────────────────────────────────────────────────


@click.command()
@asks_a_server()
def audit(server: Server) -> None:
    """Check every invariant of a sandbox.

    Ends with 1 where one is broken.
    """
    report = server.remote.get(server.path("audit"))
    server.tell(report, showing.audited)
    if not report["ok"]:
        sys.exit(Ending.NOT_SO)


# ── worlds out and in ──────────────────────────────────────────────────────────────────────────────────────────────────


@click.command()
@click.argument("file", required=False, default="-", type=click.Path(dir_okay=False, allow_dash=True))
@asks_a_server()
def export(server: Server, file: str) -> None:
    """Write a sandbox's world to FILE.

    The whole world, clock included, as one JSON document; without FILE to the standard output.
    """
    document = server.remote.raw("GET", server.path("export"))
    if file == "-":
        sys.stdout.buffer.write(document + b"\n")
        return
    path = Path(file)
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_bytes(document)
        part.replace(path)
    except OSError as problem:
        raise Unavailable(f"cannot write {file}: {problem.strerror or problem}") from None
    server.tell({"file": file, "bytes": len(document), "sandbox": server.sandbox}, showing.exported)


@click.command("import")
@click.argument("file", type=click.File("rb"))
@asks_a_server(of_sandbox=False)
def import_(server: Server, file: Any) -> None:
    """Make a sandbox from the world in FILE.

    A new one, with new tokens; - is the standard input.
    """
    server.tell(server.remote.post_raw("/_emulator/sandboxes/import", file.read()), showing.imported)


COMMANDS: Mapping[str, click.Command] = {
    "load": load,
    "advance": advance,
    "forecast": forecast,
    "audit": audit,
    "export": export,
    "import": import_,
}
