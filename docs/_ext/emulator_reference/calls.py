"""What can be called: actions with their rows, all other calls, and the shapes of what comes and goes, from the OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from emulator import derive
from emulator.contract import CONTROL_CALLS, MARKETPLACE_CALLS, PLACES, Call
from emulator.domain.rules import ACTIONS, RULES, Action
from emulator.domain.words import Actor
from emulator.openapi import openapi

from .markdown import code, dashed, facts, headed, joined, listed, paragraphs, refusal_link, rule_link, table

Json = dict[str, Any]

_OBJECTS = {"market": "On the market", "order": "On an order", "dispute": "On a dispute"}
_MOST_WORDS = 12


# ── actions ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def actions() -> str:
    """Every action: who, how, with what, what becomes of it, what it may be refused with."""
    parts = []
    for on, heading in _OBJECTS.items():
        parts.append(f"## {heading}")
        parts += [_action(action) for action in ACTIONS if action.on == on]
    return paragraphs(*parts)


def _action(action: Action) -> str:
    place = PLACES[action.name]
    rows = [row for row in RULES if row.action == action.name]
    roles = dict.fromkeys(row.by for row in rows)
    who = (
        "the carrier, for whom the control plane speaks" if roles == {Actor.CARRIER: None} else " or ".join(f"the {role}" for role in roles)
    )
    done = [f"{row.by}: {row.says} ({rule_link(row.rule)}; {row.source})" for row in rows]
    return paragraphs(
        headed(3, f"action-{dashed(action.name)}", action.name),
        action.says,
        facts(
            ("Call", code(f"{place.method} {place.path}")),
            ("Who", who),
            ("What it does", listed(done)),
            ("Refused with", joined(refusal_link(refusal.code) for refusal in derive.refusals_by_action(action))),
        ),
        _body(place.method, place.path),
    )


# ── other calls ────────────────────────────────────────────────────────────────────────────────────────────────────────


def calls() -> str:
    """Every call that is no action."""
    return paragraphs(
        "## Marketplace", *(_call(call) for call in MARKETPLACE_CALLS), "## Control plane", *(_call(call) for call in CONTROL_CALLS)
    )


def _call(call: Call) -> str:
    operation = _operation(call.method, call.path)
    query = [p for p in operation.get("parameters", ()) if p["in"] == "query"]
    answers = _shape_link(call.answers) if call.answers else ""
    return paragraphs(
        headed(3, f"call-{dashed(call.name)}", call.name),
        call.says,
        facts(
            ("Call", code(f"{call.method} {call.path}")),
            ("Answers", f"{call.status}" + (f", pages of {answers}" if call.page else f", {answers}" if answers else "")),
            ("Refused with", joined(map(refusal_link, call.no))),
        ),
        "Query:\n\n" + _members({p["name"]: {**p["schema"], "description": p.get("description", "")} for p in query}, ()) if query else "",
        _body(call.method, call.path),
    )


def _operation(method: str, path: str) -> Json:
    found: Json = openapi()["paths"][path][method.lower()]
    return found


def _body(method: str, path: str) -> str:
    content = _operation(method, path).get("requestBody", {}).get("content", {})
    for kind, shown in content.items():
        schema = _resolved(shown["schema"])
        if kind == "multipart/form-data":
            return "Body, as `multipart/form-data`:\n\n" + table(
                ("Part", "Is", "Says"), [(code(name), "the file", "required") for name in schema["properties"]]
            )
        if schema.get("properties"):
            return "Body:\n\n" + _members(schema["properties"], schema.get("required", ()))
    return ""


# ── shapes ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def shapes() -> str:
    """Every object that is answered, and those that lie in bodies."""
    schemas = openapi()["components"]["schemas"]
    parts = []
    for name in sorted(schemas):
        if not name.endswith("Body") and schemas[name].get("properties"):
            parts += [headed(2, f"shape-{name.lower()}", name), _members(schemas[name]["properties"], schemas[name].get("required", ()))]
    return paragraphs(*parts)


def _resolved(schema: Json) -> Json:
    if "$ref" not in schema:
        return schema
    found: Json = openapi()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


def _members(properties: Json, required: Iterable[str]) -> str:
    rows = []
    for name, schema in properties.items():
        says = [schema.get("description", ""), "" if name in required else _unless_named(schema)]
        rows.append((code(name), _kind(schema), " ".join(said for said in says if said)))
    if any(says for _, _, says in rows):
        return table(("Field", "Is", "Says"), rows)
    return table(("Field", "Is"), [(name, kind) for name, kind, _ in rows])


def _unless_named(schema: Json) -> str:
    if "default" not in schema:
        return "*May be left out.*"
    shown = str(schema["default"]).lower() if isinstance(schema["default"], bool) else schema["default"]
    return f"*`{shown}` if left out.*"


def _kind(schema: Json) -> str:
    """A schema in a few words."""
    match schema:
        case {"$ref": ref}:
            return _shape_link(ref.rpartition("/")[2])
        case {"anyOf": kinds} | {"oneOf": kinds}:
            return " or ".join(_kind(kind) for kind in kinds)
        case {"enum": words}:
            return joined(code(str(word)) for word in words) if len(words) <= _MOST_WORDS else f"one of {len(words)} words"
        case {"properties": {"amount": _, "currency": _}}:
            return _shape_link("Money")
        case {"type": [first, "null"]}:
            return f"{_kind({**schema, 'type': first})} or null"
        case {"type": "array", "items": items}:
            return f"list of {_kind(items)}"
        case {"type": "object", "properties": members}:
            return "object with " + joined(map(code, members))
        case {"format": "date-time"}:
            return "instant"
        case {"format": "duration"}:
            return "duration"
        case {"format": "date"}:
            return "date"
        case {"type": "null"}:
            return "null"
        case {"type": "integer"}:
            return "whole number"
        case {"type": "string"}:
            return "text"
        case {"type": "boolean"}:
            return "yes or no"
        case {"type": "array"}:
            return "list"
        case {"type": "object"}:
            return "object"
        case _:
            return "anything"


def _shape_link(name: str) -> str:
    return f"[{name}](#shape-{name.lower()})"
