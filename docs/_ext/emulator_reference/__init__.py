"""Puts what the code knows into the pages: a line `<!-- generated: rules -->` becomes the text that `rules` makes at build time.

Nothing of the reference is written a second time, so nothing of it can go stale. A marker that nobody makes fails the build; a text that no
page asks for fails a test.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from . import calls, code, library, rulebook, states, tales

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

MARKER = re.compile(r"^<!-- generated: ([a-z-]+) -->$", re.MULTILINE)

TEXTS: Mapping[str, Callable[[], str]] = {
    "rules": rulebook.rules,
    "refusals": rulebook.refusals,
    "settings": rulebook.settings,
    "disagreements": rulebook.disagreements,
    "guidance": rulebook.guidance,
    "words": rulebook.words,
    "actions": calls.actions,
    "calls": calls.calls,
    "shapes": calls.shapes,
    "commands": code.commands,
    "plugin": code.plugin,
    "client": library.client,
    "states": states.states,
    "worlds": tales.worlds,
    "stories": tales.stories,
}


class UnknownText(ValueError):
    """A page asks for a text that nobody makes."""


def filled(page: str) -> str:
    """The page with every marker replaced by its text."""

    def text(found: re.Match[str]) -> str:
        make = TEXTS.get(found[1])
        if make is None:
            raise UnknownText(f"Nobody makes {found[1]!r}; there are {', '.join(TEXTS)}.")
        return make()

    return MARKER.sub(text, page)


def _fill(app: Sphinx, name: str, source: list[str]) -> None:
    source[0] = filled(source[0])


def _always_anew(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> Iterable[str]:
    """The code may have changed where the page has not."""
    return [name for name in env.found_docs if MARKER.search(Path(env.doc2path(name)).read_text("utf-8"))]


def setup(app: Sphinx) -> dict[str, bool]:
    """What Sphinx calls."""
    app.connect("source-read", _fill)
    app.connect("env-get-outdated", _always_anew)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
