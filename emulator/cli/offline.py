"""The commands that need no server: what the package knows by itself, the stories, the worlds and the rules."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import click
from rich.console import Console
from rich.markup import escape

from ..growth import world_names
from ..player import CoreStage, Line, Play, StoryFault, Tale, read_story, story_ids, tales_of
from .completion import complete_rule, complete_story
from .ending import Ending
from .output import Column, page, write_json, write_table

_as_json = click.option("--json", "as_json", is_flag=True, help="One JSON document, for programs.")


# ── stories ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@click.command()
@click.argument("stories", nargs=-1, metavar="[S01 …]", shell_complete=complete_story)
@click.option("--ruleset", type=click.Choice(["standard", "legacy"]), help="Only tales of this ruleset.")
@click.option("--plain", is_flag=True, help="No colours, whoever reads.")
@click.option("--list", "listing", is_flag=True, help="List the stories and stop.")
@_as_json
def play(stories: tuple[str, ...], ruleset: str | None, plain: bool, listing: bool, as_json: bool) -> None:
    """Play stories and print them as timelines.

    Without a name, all. They are played on the pure core; no server is needed. Ends with 1 where one goes otherwise than told.
    """
    known = story_ids()
    wanted = list(dict.fromkeys(story.upper() for story in stories)) or known
    unknown = [story for story in wanted if story not in known]
    if unknown:
        raise click.UsageError(f"There is no story {', '.join(unknown)}; `dispute-emulator play --list` lists them.")
    tales = [tale for story in wanted for tale in tales_of(story) if ruleset in (None, tale.ruleset)]
    if not tales:
        raise click.UsageError(f"No tale of {', '.join(wanted)} is told for the ruleset {ruleset}.")
    if listing:
        _list(dict.fromkeys(tale.story for tale in tales), plain, as_json)
        return
    if as_json:
        told = [_told(tale) for tale in tales]
        write_json({"data": told})
        well = all(entry["well"] for entry in told)
    else:
        from ..timeline import print_story

        # A story is for reading: its lines are broken for the eye wherever it is printed.
        console = page(plain=plain)
        console.soft_wrap = False
        well = print_story(console, tales)
    if not well:
        sys.exit(Ending.NOT_SO)


def _list(stories: Iterable[str], plain: bool, as_json: bool) -> None:
    told = [read_story(story) for story in stories]
    if as_json:
        write_json({"data": [{name: story[name] for name in ("id", "title", "source", "tells")} for story in told]})
        return
    out = page(plain=plain)
    for story in told:
        out.print(f"[bold]{story['id']}[/]  {escape(story['title'])}")


def _told(tale: Tale) -> dict[str, Any]:
    """A tale played: what happened, and whether and where it goes otherwise than told."""
    lines: list[Line] = []
    fault: str | None = None
    try:
        for line in Play(tale, CoreStage(tale)).play():
            lines.append(line)  # noqa: PERF402 # what came before a fault is told too
    except StoryFault as problem:
        fault = str(problem)
    names = {"story": tale.story, "title": tale.title, "tale": tale.name, "ruleset": tale.ruleset, "settings": dict(tale.settings)}
    return {**names, "well": fault is None, "fault": fault, "lines": [_line(line) for line in lines]}


def _line(line: Line) -> dict[str, Any]:
    return {
        "at": line.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "by": line.by,
        "what": line.what,
        "says": line.says,
        "rule": line.rule,
        "refused": line.refused,
        "money": list(line.money),
        "step": line.step,
        "asked": dict(line.asked),
    }


# ── worlds ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@click.command()
@click.argument("name", type=click.Choice(world_names()))
@_as_json
def world(name: str, as_json: bool) -> None:
    """Show what a world holds."""
    from ..clock import wall_now
    from ..domain.rulesets import STANDARD
    from ..growth import grow, read_world

    grown = grow(name, STANDARD, name, wall_now()).world
    statuses = Counter(order.status.value for order in grown.orders.values()).most_common()
    holds = {"accounts": len(grown.people), "stores": len(grown.stores), "orders": len(grown.orders)}
    if as_json:
        write_json({"name": name, "tells": read_world(name)["tells"], **holds, "statuses": dict(statuses)})
        return
    out = page()
    out.print(read_world(name)["tells"], markup=False)
    out.print(", ".join(f"[bold]{count}[/] {what}" for what, count in holds.items()))
    if statuses:
        rows = [(str(count), status) for status, count in statuses]
        write_table(out, (Column("orders", "bold", right=True), Column("status")), rows)


# ── rules ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@click.command()
@click.argument("rule_id", required=False, metavar="[RULE]", shell_complete=complete_rule)
@_as_json
def rules(rule_id: str | None, as_json: bool) -> None:
    """Show the rulebook, or one rule.

    One rule comes with all that carries it out: rows of the table, refusals, settings.
    """
    from ..derive import rule_entry
    from ..domain.rulebook import RULEBOOK

    if rule_id is None:
        if as_json:
            write_json({"data": [rule_entry(text.id) for text in RULEBOOK]})
            return
        columns = (Column("rule", "bold", whole=True), Column("what it says"), Column("source", "dim"))
        write_table(page(), columns, [(text.id, text.says, text.source) for text in RULEBOOK])
        return
    entry = rule_entry(rule_id.upper())
    if entry is None:
        raise click.UsageError(f"There is no rule {rule_id}; `dispute-emulator rules` lists them.")
    if as_json:
        write_json(entry)
    else:
        _show_rule(page(), entry)


def _show_rule(out: Console, entry: Mapping[str, Any]) -> None:
    out.print(f"[bold]{entry['id']}[/]  {escape(entry['says'])} [dim]({escape(entry['source'])})[/]")
    if entry["rows"]:
        columns = (Column("who", "cyan"), Column("does", "bold"), Column("what happens"), Column("source", "dim"))
        rows = [(row["by"], row["action"] or "timer", row["says"], row["source"]) for row in entry["rows"]]
        write_table(out, columns, rows)
    for name, values in (("refuses with", entry["refusals"]), ("settings", entry["settings"])):
        if values:
            out.print(f"{name}: {', '.join(values)}")
    if entry["carried_out_by"]:
        out.print(f"carried out by: {escape(entry['carried_out_by'])}")


COMMANDS: Mapping[str, click.Command] = {"play": play, "world": world, "rules": rules}
