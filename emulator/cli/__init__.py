"""The command `dispute-emulator`."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper

import click

from ..growth import world_names
from ..player import story_ids, tales_of
from . import control

# Exit codes: 0 well; 1 a story went otherwise than told, the server could not start, or the emulator that was asked says no;
# 2 the command was called wrongly; 130 stopped with Ctrl+C.


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="dispute-emulator", prog_name="dispute-emulator")
def main() -> None:
    """A stateful test double of a marketplace's dispute desk."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # What a terminal or a pipe cannot show becomes a question mark, not a traceback.
            stream.reconfigure(errors="replace")


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; any but loopback needs EMULATOR_KEY.")
@click.option("--port", default=8080, show_default=True, envvar="PORT", type=click.IntRange(1, 65535), help="Also by PORT.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes; more than one suits PostgreSQL.")
@click.option("--database", envvar="DATABASE_URL", help="SQLAlchemy URL, also by DATABASE_URL. [default: a SQLite file in this folder]")
@click.option("--demo/--no-demo", default=None, help="Whether there is a sandbox `default`. [default: on loopback]")
def serve(host: str, port: int, workers: int, database: str | None, demo: bool | None) -> None:
    """Serve the emulator over HTTP.

    The control plane is open on loopback. On any other address every call under /_emulator needs the header X-Emulator-Key with
    the value of EMULATOR_KEY.
    """
    from .. import server
    from ..remote import is_loopback
    from ..store.database import normal_url

    key = os.environ.get("EMULATOR_KEY") or None
    local = is_loopback(host)
    if not local and key is None:
        raise click.UsageError(f"{host} can be reached by strangers: set EMULATOR_KEY, or listen on 127.0.0.1.")
    try:
        url = normal_url(database) if database else server.default_database()
        shown = server.without_password(url)
    except ValueError as problem:
        raise click.UsageError(str(problem)) from None
    click.echo(f"dispute-emulator on http://{host}:{port}  (data in {shown}; stop with Ctrl+C)")
    try:
        server.serve(host, port, workers, url, key, demo if demo is not None else local)
    except (OSError, ImportError) as problem:
        hint = ": install dispute-emulator[postgres]" if isinstance(problem, ImportError) else ""
        click.echo(f"dispute-emulator: {problem}{hint}", err=True)
        sys.exit(1)


@main.command()
@click.argument("stories", nargs=-1, metavar="[S01 …]")
@click.option("--ruleset", type=click.Choice(["standard", "legacy"]), help="Only tales of this ruleset.")
@click.option("--plain", is_flag=True, help="No colours, whoever reads.")
@click.option("--list", "listing", is_flag=True, help="List the stories and stop.")
def play(stories: tuple[str, ...], ruleset: str | None, plain: bool, listing: bool) -> None:
    """Play stories on the pure core and print them as timelines; without a name, all."""
    from rich.console import Console

    from ..timeline import print_story

    console = Console(force_terminal=False if plain else None, highlight=False)
    known = story_ids()
    if listing:
        for story in known:
            console.print(f"{story}  {tales_of(story)[0].title}")
        return
    wanted = [story.upper() for story in stories] or known
    unknown = [story for story in wanted if story not in known]
    if unknown:
        raise click.UsageError(f"There is no story {', '.join(unknown)}; `dispute-emulator play --list` lists them.")
    tales = [tale for story in wanted for tale in tales_of(story) if ruleset in (None, tale.ruleset)]
    if not tales:
        raise click.UsageError(f"No tale of {', '.join(wanted)} is told for the ruleset {ruleset}.")
    if not print_story(console, tales):
        sys.exit(1)


@main.command()
@click.argument("name", type=click.Choice(world_names()))
def world(name: str) -> None:
    """Show what a world holds."""
    from collections import Counter

    from rich.console import Console

    from ..clock import wall_now
    from ..domain.rulesets import STANDARD
    from ..growth import grow, read_world

    grown = grow(name, STANDARD, name, wall_now()).world
    console = Console(highlight=False)
    console.print(read_world(name)["tells"])
    console.print(f"{len(grown.people)} accounts, {len(grown.stores)} stores, {len(grown.orders)} orders:")
    for status, count in Counter(order.status for order in grown.orders.values()).most_common():
        console.print(f"  {count:4}  {status}")


@main.command()
@click.argument("rule_id", required=False)
def rules(rule_id: str | None) -> None:
    """Show every rule of the rulebook, or one with all that carries it out."""
    from rich.console import Console

    from ..derive import rule_entry
    from ..domain.rulebook import RULEBOOK

    console = Console(highlight=False)
    if rule_id is None:
        for text in RULEBOOK:
            console.print(f"[bold]{text.id:8}[/] {text.says} [dim]({text.source})[/]")
        return
    entry = rule_entry(rule_id.upper())
    if entry is None:
        raise click.UsageError(f"There is no rule {rule_id}; `dispute-emulator rules` lists them.")
    console.print(f"[bold]{entry['id']}[/]  {entry['says']} [dim]({entry['source']})[/]")
    for row in entry["rows"]:
        console.print(f"  [cyan]{row['by']}[/] {row['action'] or 'timer'}: {row['says']} [dim]({row['source']})[/]")
    if entry["refusals"]:
        console.print(f"  refuses with: {', '.join(entry['refusals'])}")
    if entry["settings"]:
        console.print(f"  settings: {', '.join(entry['settings'])}")
    if entry["carried_out_by"]:
        console.print(f"  carried out by: {entry['carried_out_by']}")


for command in control.COMMANDS:
    main.add_command(command)
