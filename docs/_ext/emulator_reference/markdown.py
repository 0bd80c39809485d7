"""Markdown in small pieces: tables, targets, links between the pages of the reference."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells may hold Markdown of one line."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |" for line in lines)


def headed(level: int, target: str, title: str) -> str:
    """A heading that every page can link to as `#target`."""
    return f"({target})=\n{'#' * level} {title}"


def code(text: str) -> str:
    return f"`{text}`"


def facts(*pairs: tuple[str, str]) -> str:
    """A list of what is so; empty facts are left out."""
    return "\n".join(f"- **{name}:** {value}" for name, value in pairs if value)


def listed(items: Iterable[str]) -> str:
    """A list inside a list of facts."""
    return "".join(f"\n  - {item}" for item in items)


def joined(items: Iterable[str]) -> str:
    return ", ".join(items)


def paragraphs(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def rule_link(rule: str | None) -> str:
    return f"[{rule}](#rule-{rule.lower()})" if rule else ""


def refusal_link(refusal: str) -> str:
    return f"[`{refusal}`](#refusal-{dashed(refusal)})"


def setting_link(setting: str) -> str:
    return f"[`{setting}`](#setting-{dashed(setting)})"


def action_link(action: str) -> str:
    return f"[`{action}`](#action-{dashed(action)})"


def dashed(name: str) -> str:
    """A name as a target: Sphinx writes targets with dashes."""
    return name.replace("_", "-").lower()
