"""The worlds and the stories that ship, from their own files."""

from __future__ import annotations

from emulator.growth import read_world, world_names
from emulator.player import named_steps, story_ids, tales_of

from .markdown import code, facts, headed, joined, listed, paragraphs


def worlds() -> str:
    """Every world with what its file tells of it."""
    parts = []
    for name in world_names():
        world = read_world(name)
        people = [f"{account['name']} ({account['role']})" for account in world["accounts"]]
        shown = joined(people) if len(people) <= 6 else f"{len(people)} of them"
        parts += [headed(3, f"world-{name}", name), world["tells"], facts(("Accounts", shown), ("Orders", str(len(world["orders"]))))]
    return paragraphs(*parts)


def stories() -> str:
    """Every story with its tales and the steps at which it can be put."""
    parts = []
    for story in story_ids():
        tales = tales_of(story)
        told = []
        for tale in tales:
            steps = joined(code(step["name"]) for step in named_steps(tale.steps))
            told.append(f"{tale.name} ({code(tale.ruleset)}): {steps}")
        first = tales[0]
        parts += [
            headed(3, f"story-{story.lower()}", f"{story} {first.title}"),
            first.tells,
            facts(("Source", first.source), ("Tales and their named steps", listed(told))),
        ]
    return paragraphs(*parts)
