"""The command and the pytest plugin, each asked for its own help."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from importlib.metadata import distribution
from types import ModuleType
from typing import Any

import click

from emulator.cli import main

from .markdown import headed, paragraphs

# ── the command ────────────────────────────────────────────────────────────────────────────────────────────────────────


def commands() -> str:
    """The help of every command, as it prints it."""
    return paragraphs(*(_command(context) for context in _contexts(_context(main, "dispute-emulator"))))


def _contexts(context: click.Context) -> Iterator[click.Context]:
    """The command itself and all below it."""
    yield context
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            command = context.command.get_command(context, name)
            assert command is not None
            yield from _contexts(_context(command, name, context))


def _context(command: click.Command, name: str, parent: click.Context | None = None) -> click.Context:
    return click.Context(command, info_name=name, parent=parent, **{**command.context_settings, "terminal_width": 78})


def _command(context: click.Context) -> str:
    name = context.command_path
    return paragraphs(headed(2, f"command-{name.replace(' ', '-')}", name), f"```none\n{context.command.get_help(context)}\n```")


# ── the pytest plugin ──────────────────────────────────────────────────────────────────────────────────────────────────


class _Listener:
    """Stands in for pytest's parser and its config, and writes down what the plugin adds to them."""

    def __init__(self) -> None:
        self.options: list[tuple[str, str]] = []
        self.ini: list[tuple[str, str]] = []
        self.markers: list[str] = []

    def getgroup(self, name: str, description: str = "") -> _Listener:
        return self

    def addoption(self, *names: str, **about: Any) -> None:
        value = about.get("metavar") or "|".join(about.get("choices") or ())
        self.options.append((f"{names[0]}={value}" if value else names[0], about.get("help", "")))

    def addini(self, name: str, about: str, **_: Any) -> None:
        self.ini.append((name, about))

    def addinivalue_line(self, name: str, line: str) -> None:
        self.markers.append(line)

    def getoption(self, name: str, default: Any = None) -> Any:
        return default

    def getini(self, name: str) -> str:
        return ""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"the plugin asks pytest for {name!r}, which the reference does not know")


def plugin() -> str:
    """Options, lines of the ini file, markers and fixtures, of every plugin that the distribution brings."""
    listener = _Listener()
    fixtures: list[tuple[str, str]] = []
    for module in _plugins():
        for name in ("pytest_addoption", "pytest_configure"):
            if hasattr(module, name):
                getattr(module, name)(listener)
        fixtures += [
            (name, inspect.getdoc(thing) or "")
            for name, thing in vars(module).items()
            if type(thing).__name__ == "FixtureFunctionDefinition"
        ]
    markers = [line.partition(": ") for line in listener.markers]
    return paragraphs(
        "## Fixtures",
        *(_told(name, f"`{name}`", says) for name, says in fixtures),
        "## Markers",
        *(
            paragraphs(_told(head, f"`{head.partition('(')[0]}`", f"`@pytest.mark.{head}`"), says[:1].upper() + says[1:])
            for head, _, says in markers
        ),
        "## Options",
        *(_told(name, f"`{name}`", says) for name, says in listener.options),
        "## Lines of the ini file",
        *(_told(f"ini-{name}", f"`{name}`", says) for name, says in listener.ini),
    )


def _told(name: str, title: str, says: str) -> str:
    target = re.sub(r"[^a-z]+", "-", name.partition("(")[0].lower()).strip("-")
    return paragraphs(headed(3, f"plugin-{target}", title), says)


def _plugins() -> Iterator[ModuleType]:
    for entry in distribution("dispute-emulator").entry_points.select(group="pytest11"):
        yield entry.load()
