"""What is derived from the table for readers: the pages of rules and problems, and the README's tables. Nothing is written twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from .contract import CALLS, CONTROL_CALLS, MARKETPLACE_CALLS, PLACES
from .domain.refusals import BY_CODE, REFUSALS, Refusal
from .domain.rulebook import BY_ID, DISAGREEMENTS, RULEBOOK, SECTIONS, settings_used_by
from .domain.rules import ACTIONS, BY_NAME, EMBODIED, RULES, Action, Rule
from .domain.rulesets import LEGACY, LEGACY_SOURCES, STANDARD, Settings, dump_settings
from .domain.words import Actor
from .explaining import who_may

Json = dict[str, Any]

_TOKEN_ROLES = (Actor.BUYER, Actor.SELLER, Actor.MEDIATOR)


# ── rules ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def rows_of(rule_id: str) -> list[Rule]:
    """The rows of the table that carry out a rule."""
    return [row for row in RULES if row.rule == rule_id]


def refusals_of(rule_id: str) -> list[Refusal]:
    """The refusals that speak for a rule."""
    return [refusal for refusal in REFUSALS if refusal.rule == rule_id]


def rule_entry(rule_id: str) -> Json | None:
    """A rule with its source, the rows and refusals that carry it out, and the settings it reads; None where there is none."""
    text = BY_ID.get(rule_id)
    if text is None:
        return None
    return {
        "id": text.id,
        "section": SECTIONS[text.section],
        "says": text.says,
        "source": text.source,
        "settings": list(settings_used_by(rule_id)),
        "rows": [
            {"name": row.name, "by": row.by, "action": row.action, "says": row.says, "source": row.source} for row in rows_of(rule_id)
        ],
        "refusals": [refusal.code for refusal in refusals_of(rule_id)],
        "carried_out_by": EMBODIED.get(rule_id),
    }


def rules_document(ruleset: str, settings: Settings) -> Json:
    """The whole rulebook, the settings in force, and where the documents disagree."""
    return {
        "ruleset": ruleset,
        "data": [rule_entry(text.id) for text in RULEBOOK],
        "settings": settings_table(settings),
        "disagreements": [
            {
                "rule": d.rule,
                "question": d.question,
                "one_says": d.one,
                "one_source": d.one_source,
                "other_says": d.other,
                "other_source": d.other_source,
                "settings": [name.strip() for name in d.setting.split(",")],
            }
            for d in DISAGREEMENTS
        ],
    }


def settings_table(settings: Settings) -> list[Json]:
    """Every setting with its value here and in both rulesets, and its source."""
    here, standard, legacy = (dump_settings(s) for s in (settings, STANDARD, LEGACY))
    return [
        {
            "name": f.name,
            "value": here[f.name],
            "says": f.metadata["says"],
            "source": f.metadata["source"],
            "legacy_source": LEGACY_SOURCES.get(f.name),
            "standard": standard[f.name],
            "legacy": legacy[f.name],
        }
        for f in fields(Settings)
    ]


# ── calls ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def call_list() -> list[Json]:
    """Every call there is, actions and others, in the order of their paths."""
    calls = [(place.path, place.method, BY_NAME[name].says) for name, place in PLACES.items()]
    calls += [(call.path, call.method, call.says) for call in (*MARKETPLACE_CALLS, *CONTROL_CALLS)]
    return [{"method": method, "path": path, "says": says} for path, method, says in sorted(calls)]


def tag_of(action: str) -> str:
    """The group an action stands in on the interactive page."""
    if action == "deliver":
        return "control plane"
    return "disputes" if BY_NAME[action].on == "dispute" else "orders"


# ── the README's tables ────────────────────────────────────────────────────────────────────────────────────────────────


def readme_tables() -> Mapping[str, str]:
    """The tables that stand in the README between markers, by their names, as Markdown."""
    return {"disagreements": _disagreements_table(), "settings": _settings_table(), "rules": _rules_tables()}


def spoken_value(value: Any) -> str:
    """A setting's value for a reader: yes, 7 to 10, none."""
    match value:
        case bool():
            return "yes" if value else "no"
        case [low, high] if isinstance(low, int):
            return f"{low} to {high}"
        case [*some]:
            return ", ".join(str(one) for one in some) or "none"
        case _:
            return str(value)


def _disagreements_table() -> str:
    rows = []
    for d in DISAGREEMENTS:
        standard, legacy = (spoken_value(dump_settings(s)[d.setting]) for s in (STANDARD, LEGACY))
        decides = f"`{d.setting}`: {standard}" + (" in both" if standard == legacy else f", in `legacy` {legacy}")
        rows.append((d.question, f"{d.one} ({d.one_source})", f"{d.other} ({d.other_source})", f"{d.rule}, {decides}"))
    return _markdown(("The question", "`standard` follows", "The other reading", "What decides"), rows)


def _settings_table() -> str:
    rows = []
    choices = {f.name: f.metadata.get("choices", ()) for f in fields(Settings)}
    for setting in settings_table(STANDARD):
        legacy, source, says = spoken_value(setting["legacy"]), setting["source"], setting["says"]
        if setting["standard"] == setting["legacy"]:
            legacy = "same"
        elif setting["legacy_source"]:
            source = f"{source.partition('; against')[0]}; `legacy`: {setting['legacy_source']}"
        if choices[setting["name"]]:
            says += f" One of {', '.join(f'`{choice}`' for choice in choices[setting['name']])}."
        rows.append((f"`{setting['name']}`", says, spoken_value(setting["standard"]), legacy, "–" if source == "-" else source))
    return _markdown(("Setting", "What it says", "`standard`", "`legacy`", "Source"), rows)


def _rules_tables() -> str:
    parts = []
    for number, section in SECTIONS.items():
        rows = [(text.id, text.says, text.source) for text in RULEBOOK if text.section == number]
        parts.append(f"**{section}**\n\n" + _markdown(("Rule", "What it says", "Source"), rows))
    return "\n\n".join(parts)


def _markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


# ── problems ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def problem_entry(code: str) -> Json | None:
    """What a refusal means and what to do about it; None where there is no such code."""
    refusal = BY_CODE.get(code)
    return None if refusal is None else problem_of(refusal)


def problem_of(refusal: Refusal) -> Json:
    """What a refusal means and what to do about it."""
    rule = BY_ID.get(refusal.rule or "")
    actions = [action.name for action in ACTIONS if refusal in refusals_by_action(action)]
    return {
        "code": refusal.code,
        "status": refusal.status,
        "title": refusal.title,
        "what_to_do": refusal.hint,
        "rule": refusal.rule,
        "says": rule.says if rule else None,
        "source": rule.source if rule else None,
        "actions": actions,
        "who_may": {name: who_may(name) for name in actions},
        "instead": [_call_view(name) for name in refusal.instead],
    }


def _call_view(name: str) -> Json:
    """A call, whether it is an action of the table or not."""
    says = BY_NAME[name].says if name in BY_NAME else next(call.says for call in (*MARKETPLACE_CALLS, *CONTROL_CALLS) if call.name == name)
    return {"call": name, "method": CALLS[name].method, "path": CALLS[name].path, "says": says}


def refusals_by_action(action: Action) -> list[Refusal]:
    """Every refusal that an action may give, from its rows and from its list for all other states."""
    found: dict[str, Refusal] = {}
    roles = {row.by for row in RULES if row.action == action.name}
    for _, refusal in action.wrong_role:
        found[refusal.code] = refusal
    if len(roles) < len(_TOKEN_ROLES) and action.name != "deliver":
        found.setdefault("wrong_role", BY_CODE["wrong_role"])
    for otherwise in action.otherwise:
        found[otherwise.refusal.code] = otherwise.refusal
    for row in RULES:
        if row.action == action.name:
            for _, refusal in row.needs:
                found[refusal.code] = refusal
    return list(found.values())
