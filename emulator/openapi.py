"""The contract as an OpenAPI document, made from the table and the schemas. Nothing is written twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import version
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema

from .contract import CONTROL_CALLS, EXAMPLES, MARKETPLACE_CALLS, PLACES, Call
from .derive import refusals_by_action, tag_of
from .domain.refusals import BY_CODE, Refusal
from .domain.rules import ACTIONS, RULES, Action
from .http.schemas import answered, asked

Json = dict[str, Any]

# What any call may answer, whatever it is about; what those with a body may; and those that are carried out once for an Idempotency-Key.
_ALWAYS = ("malformed", "database_unreachable", "database_busy", "storage_full")
_WITH_BODY = ("too_large", "unsupported_media_type")
_ONCE = ("idempotency_key_reused", "outcome_unknown")
_ONCE_METHODS = ("POST", "PATCH")
# These calls only look, at something that has an ETag.
_SEEN = ("order", "dispute", "evidence")
_ERROR_SCHEMA = "Problem"


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
    spec.components.schema("Problem", schema=answered.Problem)
    for action in ACTIONS:
        place = PLACES[action.name]
        spec.path(path=place.path, operations={place.method.lower(): _action_operation(action)}, parameters=_path_parameters(place.path))
    for call in (*MARKETPLACE_CALLS, *CONTROL_CALLS):
        spec.path(path=call.path, operations={call.method.lower(): _call_operation(call)}, parameters=_path_parameters(call.path))
    return spec.to_dict()


def _schema_name(schema: Any) -> str:
    return schema.__name__ if isinstance(schema, type) else type(schema).__name__


def _action_operation(action: Action) -> Json:
    operation: Json = {
        "operationId": action.name,
        "summary": action.says,
        "description": _action_description(action),
        "tags": [tag_of(action.name)],
        "security": [{}, {"key": []}] if action.name == "deliver" else [{"token": []}],
        "x-rule": action.rule,
    }
    body = asked.BODIES[action.name]
    if body is not None:
        required = any(field.required for field in action.takes)
        operation["requestBody"] = {"required": required, "content": _content(action.name, body)}
    codes = [r.code for r in refusals_by_action(action)]
    codes += ["emulator_key_required", "foreign_origin", "not_found"] if action.name == "deliver" else ["unauthenticated", "not_found"]
    success = {
        "send_message": (201, answered.Message),
        "view_solution": (200, answered.Solution),
        "place_order": (201, answered.Order),
        "open_dispute": (201, answered.Dispute),
    }.get(action.name, (200, answered.Dispute if action.on == "dispute" else answered.Order))
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
    query: type[Schema] = getattr(asked, call.query)
    if query is not asked.NoQuery:
        operation["parameters"].append({"in": "query", "schema": query})
    if call.body is not None:
        body: type[Schema] = getattr(asked, call.body)
        operation["requestBody"] = {"required": True, "content": _content(call.name, body)}
    if call.name == "upload_evidence":
        operation["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": _UPLOAD}}}
    answers: Any = None if call.answers is None else getattr(answered, call.answers)
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
