"""Completion in the shell: the script that a shell reads, and the words that only we know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import click
from click.shell_completion import CompletionItem, get_completion_class

COMMAND = "dispute-emulator"
# click asks the command for words through this variable.
_VARIABLE = "_DISPUTE_EMULATOR_COMPLETE"
_LONGEST_HELP = 72


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print what makes a shell complete this command.

    Put it where your shell starts: `eval "$(dispute-emulator completion bash)"` into ~/.bashrc, or
    `eval "$(dispute-emulator completion zsh)"` into ~/.zshrc, behind `compinit`. bash has to be 4.4 or newer.
    """
    kind = get_completion_class(shell)
    assert kind is not None, shell
    click.echo(kind(context.find_root().command, {}, COMMAND, _VARIABLE).source())


def complete_story(context: click.Context, _: click.Parameter, begun: str) -> list[CompletionItem]:
    """The stories that begin so and are not named yet, each with its title."""
    from ..player import read_story, story_ids

    named = {story.upper() for story in context.params.get("stories") or ()}
    return _items(((story, read_story(story)["title"]) for story in story_ids() if story not in named), begun)


def complete_rule(_: click.Context, __: click.Parameter, begun: str) -> list[CompletionItem]:
    """The rules that begin so, each with what it says."""
    from ..domain.rulebook import RULEBOOK

    return _items(((text.id, text.says) for text in RULEBOOK), begun)


def _items(words: Iterable[tuple[str, str]], begun: str) -> list[CompletionItem]:
    """Whatever begins so, in whichever case."""
    return [CompletionItem(word, help=_short(says)) for word, says in words if word.startswith(begun.upper())]


def _short(says: str) -> str:
    return says if len(says) <= _LONGEST_HELP else f"{says[:_LONGEST_HELP].rsplit(' ', 1)[0]} …"


COMMANDS: Mapping[str, click.Command] = {"completion": completion}
