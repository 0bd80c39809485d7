"""What is derived from the table and the schemas: the pages of rules and problems, and the OpenAPI document. Nothing is written twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from importlib.metadata import version
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema

from .contract import CALLS, CONTROL_CALLS, EXAMPLES, MARKETPLACE_CALLS, PLACES, Call
from .domain.refusals import BY_CODE, REFUSALS, Refusal
from .domain.rulebook import BY_ID, DISAGREEMENTS, RULEBOOK, SECTIONS, settings_used_by
from .domain.rules import ACTIONS, BY_NAME, EMBODIED, RULES, Action, Rule
from .domain.rulesets import LEGACY, LEGACY_SOURCES, STANDARD, Settings, dump_settings
from .domain.words import Actor
from .explaining import who_may
from .http import schemas

Json = dict[str, Any]

# What any call may answer, whatever it is about; what those with a body may; and those that are carried out once for an Idempotency-Key.
_ALWAYS = ("malformed", "database_unreachable", "database_busy", "storage_full")
_WITH_BODY = ("too_large", "unsupported_media_type")
_ONCE = ("idempotency_key_reused", "outcome_unknown")
_ONCE_METHODS = ("POST", "PATCH")
# These calls only look, at something that has an ETag.
_SEEN = ("order", "dispute", "evidence")
_ERROR_SCHEMA = "Problem"
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


# ── OpenAPI ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@cache
def openapi() -> Json:
    """The contract as an OpenAPI 3.1 document, made from the table and the schemas."""
    spec = APISpec(
        title="dispute-emulator",
        version=version("dispute-emulator"),
        openapi_version="3.1.0",
        info={
            "summary": "A stateful test double of a marketplace's dispute desk.",
            "description": "Orders, buyer protection, disputes, claims and refunds by the rulebook, and a clock that moves when told to. "
            "Every answer lists `allowed_actions`; every no is a problem that names its rule.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        tags=[
            {"name": "orders", "description": "Orders and what surrounds them."},
            {"name": "disputes", "description": "Disputes, claims and goods going back."},
            {"name": "looking", "description": "What is only read."},
            {"name": "control plane", "description": "Sandboxes, time, and what no marketplace has."},
        ],
        plugins=[MarshmallowPlugin(schema_name_resolver=_schema_name)],
        servers=[{"url": "/"}],
    )
    bearer = "An account's token. In the sandbox `default`, where there is one: `demo-buyer`, `demo-seller` or `demo-mediator`."
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer", "description": bearer})
    spec.components.security_scheme(
        "key", {"type": "apiKey", "in": "header", "name": "X-Emulator-Key", "description": "Only where the program was started with a key."}
    )
    spec.components.schema("Problem", schema=schemas.Problem)
    for action in ACTIONS:
        place = PLACES[action.name]
        spec.path(path=place.path, operations={place.method.lower(): _action_operation(action)}, parameters=_path_parameters(place.path))
    for call in (*MARKETPLACE_CALLS, *CONTROL_CALLS):
        spec.path(path=call.path, operations={call.method.lower(): _call_operation(call)}, parameters=_path_parameters(call.path))
    return spec.to_dict()


def _schema_name(schema: Any) -> str:
    return schema.__name__ if isinstance(schema, type) else type(schema).__name__


def tag_of(action: str) -> str:
    """The group an action stands in on the interactive page."""
    if action == "deliver":
        return "control plane"
    return "disputes" if BY_NAME[action].on == "dispute" else "orders"


def _action_operation(action: Action) -> Json:
    operation: Json = {
        "operationId": action.name,
        "summary": action.says,
        "description": _action_description(action),
        "tags": [tag_of(action.name)],
        "security": [{}, {"key": []}] if action.name == "deliver" else [{"token": []}],
        "x-rule": action.rule,
    }
    body = schemas.BODIES[action.name]
    if body is not None:
        required = any(field.required for field in action.takes)
        operation["requestBody"] = {"required": required, "content": _content(action.name, body)}
    codes = [r.code for r in refusals_by_action(action)]
    codes += ["emulator_key_required", "foreign_origin", "not_found"] if action.name == "deliver" else ["unauthenticated", "not_found"]
    success = {
        "send_message": (201, schemas.Message),
        "view_solution": (200, schemas.Solution),
        "place_order": (201, schemas.Order),
        "open_dispute": (201, schemas.Dispute),
    }.get(action.name, (200, schemas.Dispute if action.on == "dispute" else schemas.Order))
    method = PLACES[action.name].method
    tagged = action.name not in ("place_order", "view_solution")
    operation["parameters"] = _headers(method, tagged)
    operation["responses"] = _responses(success[0], success[1], [*codes, *_common(method, tagged)])
    _tell_headers(operation, method, action.name not in ("send_message", "view_solution"))
    return operation


def _headers(method: str, tagged: bool) -> list[Json]:
    """The headers that set a call's conditions."""
    found = []
    if method in _ONCE_METHODS:
        says = "Carry the request out once: for 24 hours of the sandbox's time the same key and body get the same answer."
        found.append(_header("Idempotency-Key", says, pattern="^[!-~]{1,255}$"))
    if tagged:
        says = "Only if what this is about still has this ETag, or one of these."
        found.append(_header("If-Match", says, pattern=_TAGS))
    if tagged and method == "GET":
        found.append(_header("If-None-Match", "Only if it no longer has this ETag; else 304.", pattern=_TAGS))
    return found


def _tell_headers(operation: Json, method: str, tagged: bool) -> None:
    """What stands in the head of an answer, beside what any may have."""
    once = {"Idempotency-Replayed": _told("`true` where this is the first answer once more.")} if method in _ONCE_METHODS else {}
    tag = {"ETag": _told("The tag of what is shown, to be sent as If-Match.")} if tagged else {}
    for status, response in operation["responses"].items():
        if status.startswith("2") and (once or tag):
            response["headers"] = once | tag
        if status in ("503", "507"):
            response["headers"] = {"Retry-After": _told("When to try again: in so many seconds.")}


def _told(says: str) -> Json:
    return {"description": says, "schema": {"type": "string"}}


def _header(name: str, says: str, **schema: str) -> Json:
    return {"in": "header", "name": name, "required": False, "description": says, "schema": {"type": "string", **schema}}


_TAG = '(W/)?"[!#-~]*"'
_TAGS = rf"^(\*|{_TAG}( ?, ?{_TAG})*)$"


def _content(name: str, body: Any) -> Json:
    """A JSON body; with an example where there is one, for a schema alone suggests what no rule would take."""
    example = {"example": EXAMPLES[name]} if name in EXAMPLES else {}
    return {"application/json": {"schema": body, **example}}


def _action_description(action: Action) -> str:
    rows = [row for row in RULES if row.action == action.name]
    return "\n".join([*(f"- {row.says} ({row.by}; {row.rule}; {row.source})" for row in rows)])


def _call_operation(call: Call) -> Json:
    control = call.path.startswith("/_emulator")
    operation: Json = {
        "operationId": call.name,
        "summary": call.says,
        "tags": ["control plane" if control else "looking"],
        "security": [{}, {"key": []}] if control else [{"token": []}],
    }
    if call.name in ("rules", "rule_page"):
        operation["security"] = [{}, {"token": []}]
    tagged = call.name in _SEEN
    operation["parameters"] = _headers(call.method, tagged)
    query: type[Schema] = getattr(schemas, call.query)
    if query is not schemas.NoQuery:
        operation["parameters"].append({"in": "query", "schema": query})
    if call.body is not None:
        body: type[Schema] = getattr(schemas, call.body)
        operation["requestBody"] = {"required": True, "content": _content(call.name, body)}
    if call.name == "upload_evidence":
        operation["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": _UPLOAD}}}
    answers: Any = None if call.answers is None else getattr(schemas, call.answers)
    if call.page:
        answers = {
            "type": "object",
            "properties": {"data": {"type": "array", "items": answers}, "next_cursor": {"type": ["string", "null"]}},
            "required": ["data", "next_cursor"],
        }
    codes = [*call.no, *_common(call.method, tagged)]
    operation["responses"] = _responses(call.status, answers, codes, media="image/png" if call.name == "evidence" else None)
    if tagged:
        operation["responses"]["304"] = {"description": "It still has the ETag that If-None-Match names."}
    _tell_headers(operation, call.method, tagged)
    if call.text:
        operation["responses"][str(call.status)]["content"]["text/plain"] = {"schema": {"type": "string"}}
    return operation


_UPLOAD = {
    "type": "object",
    "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
    "required": ["file"],
}


def _common(method: str, tagged: bool) -> tuple[str, ...]:
    with_body = _WITH_BODY if method in ("POST", "PATCH", "PUT") else ()
    return (*_ALWAYS, *with_body, *(_ONCE if method in _ONCE_METHODS else ()), *(("precondition_failed",) if tagged else ()))


def _responses(status: int | None, answers: Any, codes: Iterable[str], media: str | None = None) -> Json:
    responses: Json = {}
    if status is not None:
        responses[str(status)] = {"description": {200: "Done.", 201: "Made.", 204: "Gone."}[status]}
        if answers is not None:
            responses[str(status)]["content"] = {"application/json": {"schema": answers}}
        elif media is not None:
            responses[str(status)]["content"] = {kind: {} for kind in ("image/*", "video/*")}
    by_status: dict[int, list[Refusal]] = {}
    for code in dict.fromkeys(codes):
        refusal = BY_CODE[code]
        by_status.setdefault(refusal.status, []).append(refusal)
    for number, refusals in sorted(by_status.items()):
        lines = [f"- `{r.code}`{f' ({r.rule})' if r.rule else ''}: {r.title}" for r in refusals]
        responses[str(number)] = {
            "description": "\n".join(lines),
            "content": {"application/problem+json": {"schema": _ERROR_SCHEMA}},
        }
    return responses


_IDS: Mapping[str, str] = {
    "order": "An order's id.",
    "dispute": "A dispute's id.",
    "message": "A message's id.",
    "evidence": "A file's id.",
    "store": "A store's id.",
    "sandbox": "A sandbox's id; `default` is there from the start.",
    "rule": "A rule's id, such as CAN-3.",
    "story": "A story's id, such as S14.",
    "snapshot": "A snapshot's id.",
}


def _path_parameters(path: str) -> list[Json]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    return [{"in": "path", "name": name, "required": True, "description": _IDS[name], "schema": {"type": "string"}} for name in names]
