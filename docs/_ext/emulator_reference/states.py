"""The states of an order as the program draws them, and every transition in words."""

from __future__ import annotations

import re
from collections.abc import Iterable

from emulator.diagrams import Entry, Graph, entries, figures, graph_under, legend, style
from emulator.domain.rulesets import LEGACY, STANDARD
from emulator.domain.words import Actor

from .markdown import paragraphs, rule_link, table

# Where a rule is to be read; targets are written small.
_LINK = "rules.html#rule-{}"
_TARGET = re.compile(r"(?<=rules\.html#rule-)[A-Z]+-\d+")
_VARIABLES = re.compile(r"\{([^{}]*--st-[^{}]*)\}")


def states() -> str:
    """The pictures under `standard`, what they show as tables, and what is otherwise under `legacy`."""
    graph, other = graph_under(STANDARD), graph_under(LEGACY)
    moving, staying = entries(graph)
    others = entries(other)[0]
    return paragraphs(
        f"<style>\n{_both_themes()}\n</style>",
        _html(f'<ul class="states-legend">{"".join(f"<li>{sign} {says}</li>" for sign, says in legend())}</ul>'),
        *_pictures(graph),
        "## Every transition",
        _transitions(moving),
        "## What leaves an order where it is",
        table(
            ("At", "Who", "Does", "Rule"),
            [(", ".join(e.sources), _who(e.by), f"**{e.what}**: {e.says}", rule_link(e.rule)) for e in staying],
        ),
        "## What `legacy` has besides",
        _transitions(entry for entry in others if entry not in moving),
        "## What `legacy` has not",
        _transitions(entry for entry in moving if entry not in others),
    )


def _pictures(graph: Graph) -> list[str]:
    parts = []
    for figure in figures(graph, link=_LINK):
        drawn = _TARGET.sub(lambda rule: rule[0].lower(), figure.wide + figure.narrow)
        parts += [f"## {figure.title}", figure.says, _html(f'<div class="states-figure">\n{drawn}</div>')]
    return parts


def _transitions(moves: Iterable[Entry]) -> str:
    rows = [(" or ".join(e.sources), e.target or "", _who(e.by), f"**{e.what}**: {e.says}", rule_link(e.rule)) for e in moves]
    return table(("From", "To", "Who", "Does", "Rule"), rows)


def _who(actor: Actor) -> str:
    return "timer" if actor is Actor.SYSTEM else str(actor)


def _html(text: str) -> str:
    """HTML in Markdown lasts until an empty line."""
    return re.sub(r"\n\s*\n", "\n", text)


def _both_themes() -> str:
    """The style of the pictures, which goes by the machine's light or dark; and by the reader's, who can choose on this site."""
    own = style()
    light, dark = _VARIABLES.findall(own)[:2]
    chosen = "".join(f'html[data-theme="{name}"] .states {{{values}}}\n' for name, values in (("light", light), ("dark", dark)))
    return _html(own + chosen)
