"""Every operation of the contract has its method, which takes all that the operation takes and sends it as the contract says."""

from __future__ import annotations

import asyncio
import inspect
import json
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import dispute_emulator_client as client
import httpx
import pytest
from dispute_emulator_client import AsyncEmulator, Emulator
from dispute_emulator_client.making import Making

from clients.python.generator.contract import FORM, HEADERS, OF_PAGES, POSITIONAL, Contract, Operation, python_name, read
from clients.python.generator.writing import generated
from emulator.openapi import openapi

CONTRACT: Contract = read(openapi())
FORMS = {operation.id: [other.name for other in CONTRACT.operations if other.id == operation.id] for operation in CONTRACT.operations}
CASES = [(operation, owner) for operation in CONTRACT.operations for owner in operation.owners]
IDS = [f"{operation.name}-{owner}" for operation, owner in CASES]


def method_of(operation: Operation, owner: str, prefix: str = "") -> Any:
    return getattr(getattr(client, prefix + owner), operation.name)


def document_of(operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = openapi()["paths"][operation.path][operation.verb.lower()]
    return found


def wire_names(operation: Operation, owner: str) -> set[str]:
    """What the document says that the operation takes: ids in the path, the query, headers, the members of the body."""
    document, item = document_of(operation), openapi()["paths"][operation.path]
    names = {parameter["name"] for parameter in (*item.get("parameters", ()), *document.get("parameters", ()))}
    names -= {name for name, kind in HEADERS.items() if kind is None}
    if owner == "Sandbox":
        names.discard("sandbox")
    if len(FORMS[operation.id]) > 1:
        # There is a method for each form; a text is whole.
        names -= {FORM, *(OF_PAGES if operation.answer.kind == "text" else ())}
    content = document.get("requestBody", {}).get("content", {})
    if "multipart/form-data" in content:
        return names | set(content["multipart/form-data"]["schema"]["properties"])
    if content:
        schema = openapi()["components"]["schemas"][content["application/json"]["schema"]["$ref"].rpartition("/")[2]]
        # A document is carried on whole, whatever is in it.
        names |= {"document"} if operation.id == "import_sandbox" else set(schema["properties"])
    return names


# ── there is a method, and it takes everything ─────────────────────────────────────────────────────────────────────────


def test_every_operation_of_the_document_is_made_out() -> None:
    told = {
        operation["operationId"]
        for item in openapi()["paths"].values()
        for verb, operation in item.items()
        if verb in ("get", "post", "put", "patch", "delete")
    }
    assert {operation.id for operation in CONTRACT.operations} == told
    assert len(told) > 70
    assert [names for names in FORMS.values() if len(names) > 1] == [["history", "history_text"]]


@pytest.mark.parametrize("prefix", ["", "Async"], ids=["sync", "async"])
@pytest.mark.parametrize(("operation", "owner"), CASES, ids=IDS)
def test_every_operation_has_a_method_that_takes_all_of_it(operation: Operation, owner: str, prefix: str) -> None:
    method = method_of(operation, owner, prefix)
    taken = set(inspect.signature(method).parameters) - {"self"}
    wanted = {python_name(name) for name in wire_names(operation, owner)}
    if operation.id == "upload_evidence":
        wanted.add("name")  # the file's, which stands in the head of its part
    assert taken == wanted
    assert inspect.getdoc(method)
    for codes in operation.refusals.values():
        for code in codes:
            assert code.partition(" ")[0] in inspect.getdoc(method), f"{code} may be refused and is not in the docstring"


@pytest.mark.parametrize(("operation", "owner"), CASES, ids=IDS)
def test_ids_come_first_and_the_rest_by_name(operation: Operation, owner: str) -> None:
    parameters = list(inspect.signature(method_of(operation, owner)).parameters.values())[1:]
    loose = [parameter.name for parameter in parameters if parameter.kind is parameter.POSITIONAL_OR_KEYWORD]
    in_path = [name for name in wire_names(operation, owner) if f"{{{name}}}" in operation.path]
    assert set(loose) == {*in_path, *POSITIONAL.get(operation.id, ())}


# ── what is generated is today's ───────────────────────────────────────────────────────────────────────────────────────


def test_the_generated_files_are_todays() -> None:
    stale = [path.name for path, text in generated().items() if not path.exists() or path.read_text("utf-8") != text]
    assert not stale, f"these are stale, `make client` writes them anew: {', '.join(stale)}"


def test_the_generator_sees_a_change_of_the_contract() -> None:
    document = json.loads(json.dumps(openapi()))
    document["components"]["schemas"]["RefuseBody"]["properties"]["in_verse"] = {"type": "boolean", "description": "In rhymes."}
    (operation,) = (operation for operation in read(document).operations if operation.id == "refuse")
    assert [taken.type for taken in operation.takes if taken.name == "in_verse"] == ["bool"]
    assert "in_verse" not in inspect.signature(client.Account.refuse).parameters


def test_a_header_that_the_generator_does_not_know_is_not_passed_over() -> None:
    document = json.loads(json.dumps(openapi()))
    document["paths"]["/v1/orders"]["post"]["parameters"].append({"in": "header", "name": "Prefer", "schema": {"type": "string"}})
    with pytest.raises(KeyError, match="Prefer"):
        read(document)


# ── it sends what it was given, where the document says ────────────────────────────────────────────────────────────────


@dataclass
class Sent:
    """The last request that came through."""

    method: str = ""
    path: str = ""
    query: Mapping[str, str] | None = None
    headers: Mapping[str, str] | None = None
    body: Any = None


def answering(sent: Sent) -> httpx.MockTransport:
    """Remembers a request and answers what is no success, which ends the call: what is answered is tested elsewhere."""
    problem = {"type": "/problems/x", "title": "x", "status": 418, "code": "x", "detail": "x", "allowed_actions": []}
    clock = {"mode": "frozen", "now": "2026-03-02T09:00:00Z"}
    person = {"id": "acc_1", "name": "seller", "role": "seller", "store": "sto_1", "token": "tok_1"}
    made = {"id": "sbx_1", "name": "x", "ruleset": "standard", "settings": {}, "seed": "x", "clock": clock, "accounts": [person]}

    def answer(request: httpx.Request) -> httpx.Response:
        if not sent.method:
            sent.method = "made"
            return httpx.Response(201, json=made)
        data = request.content
        sent.method, sent.path, sent.query = request.method, request.url.path, dict(request.url.params)
        sent.headers = {name: request.headers[name] for name in HEADERS if name in request.headers}
        kind = request.headers.get("Content-Type", "")
        sent.body = json.loads(data) if kind == "application/json" else data
        return httpx.Response(418, json=problem, headers={"Content-Type": "application/problem+json"})

    return httpx.MockTransport(answer)


def sample(kind: str, name: str) -> tuple[Any, Any]:
    """A value that a method takes, and what it is in the request."""
    kind = kind.removesuffix(" | None")
    if kind in CONTRACT.words:
        return CONTRACT.words[kind][-1], CONTRACT.words[kind][-1]
    if kind.partition(" | ")[0] in CONTRACT.nested:
        members = CONTRACT.nested[kind.partition(" | ")[0]]["properties"]
        made = {member: {"title": "Lamp", "quantity": 2, "remedy": "refund"}.get(member, client.usd(1)) for member in members}
        return made, client.as_json(made)
    samples: dict[str, tuple[Any, Any]] = {
        "Id": (Named(f"x? {name}"), f"x? {name}"),
        "Sequence[Id]": ([Named("evd_1"), "evd_2"], ["evd_1", "evd_2"]),
        "AnyMoney": (client.usd("1.50"), {"amount": "1.50", "currency": "USD"}),
        "Instant": ("2026-03-03T09:00:00Z", "2026-03-03T09:00:00Z"),
        "Duration": ("P1D", "P1D"),
        "str": (name, name),
        "Tag": (Tagged(f'"{name}"'), f'"{name}"'),
        "int": (7, 7),
        "bool": (True, True),
        "Mapping[str, Any]": ({"edits_max": 3}, {"edits_max": 3}),
        "Mapping[str, int]": ({"mediating": 3}, {"mediating": 3}),
        "Json": ({"format": "x", "more": 1}, {"format": "x", "more": 1}),
    }
    return samples[kind]


class Named:
    """An object with an id, whatever else it may be."""

    def __init__(self, name: str) -> None:
        self.id = name


class Tagged:
    """An object with an ETag, whatever else it may be."""

    def __init__(self, etag: str) -> None:
        self.etag = etag


def expectation(operation: Operation, owner: str) -> tuple[dict[str, Any], str, dict[str, str], dict[str, str], Any]:
    """Arguments for a method, and the path, query, headers and body that they must become."""
    arguments, query, headers, body = dict[str, Any](), dict[str, str](operation.fixed), dict[str, str](), dict[str, Any]()
    path = operation.path.replace("{sandbox}", "sbx_1") if owner == "Sandbox" else operation.path
    whole: Any = None
    for taken in operation.takes:
        if taken.where == "file":
            arguments |= {"file": b"\x89PNG", "name": "crack.png"}
            continue
        given, wire = sample(taken.type, taken.name)
        arguments[taken.python] = given
        match taken.where:
            case "path":
                path = path.replace(f"{{{taken.name}}}", wire)
            case "query":
                query[taken.name] = {True: "true"}.get(wire, str(wire))
            case "header":
                headers[taken.name] = wire
            case "body":
                body[taken.name] = wire
            case "whole":
                whole = wire
    return arguments, path, query, headers, whole if whole is not None else body


def first(answer: Any) -> Any:
    """What is answered, or the first entry of a list: nothing is asked before."""
    if hasattr(answer, "__anext__"):
        return anext(answer)
    return next(answer) if isinstance(answer, Iterator) else answer


def check(sent: Sent, operation: Operation, owner: str) -> None:
    _, path, query, headers, body = expectation(operation, owner)
    assert (sent.method, sent.path, sent.query, sent.headers) == (operation.verb, path, query, headers)
    if operation.id == "upload_evidence":
        assert b'name="file"; filename="crack.png"' in sent.body
        assert b"\x89PNG" in sent.body
    elif operation.has_body:
        assert sent.body == body
    else:
        assert sent.body == b""


@pytest.mark.parametrize(("operation", "owner"), CASES, ids=IDS)
def test_a_method_sends_everything_where_the_document_says(operation: Operation, owner: str) -> None:
    sent = Sent()
    with Emulator("http://test", transport=answering(sent)) as emulator:
        sandbox = emulator.sandbox()
        handle: Any = {"Emulator": emulator, "Sandbox": sandbox, "Account": sandbox.seller}[owner]
        arguments, *_ = expectation(operation, owner)
        with pytest.raises(client.Refused) as refused:
            _ = first(getattr(handle, operation.name)(**arguments))
        assert refused.value.status == 418
    check(sent, operation, owner)


@pytest.mark.parametrize(("operation", "owner"), CASES, ids=IDS)
def test_its_twin_sends_the_same(operation: Operation, owner: str) -> None:
    sent = Sent()

    async def call() -> None:
        async with AsyncEmulator("http://test", transport=answering(sent)) as emulator:
            sandbox = await emulator.sandbox()
            handle: Any = {"Emulator": emulator, "Sandbox": sandbox, "Account": sandbox.seller}[owner]
            arguments, *_ = expectation(operation, owner)
            with pytest.raises(client.Refused):
                await first(getattr(handle, operation.name)(**arguments))

    asyncio.run(call())
    check(sent, operation, owner)


def test_what_is_not_given_is_not_sent() -> None:
    sent = Sent()
    with Emulator("http://test", transport=answering(sent)) as emulator:
        sandbox = emulator.sandbox()
        for call in (lambda: sandbox.seller.ship("ord_1"), lambda: sandbox.seller.edit("dsp_1"), lambda: sandbox.snapshot()):
            with pytest.raises(client.Refused):
                call()
            assert sent.body == {}
            assert sent.headers == {}
        with pytest.raises(client.Refused):
            next(sandbox.seller.orders())
        assert sent.query == {}


# ── types ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("operation", "owner"), CASES, ids=IDS)
def test_twins_have_the_same_signature_but_for_the_waiting(operation: Operation, owner: str) -> None:
    plain, waiting = (method_of(operation, owner, prefix) for prefix in ("", "Async"))
    assert inspect.signature(plain).parameters == inspect.signature(waiting).parameters
    answers = {"page": "Pages", "handle": "Making"}.get(operation.answer.kind)
    assert inspect.iscoroutinefunction(waiting) == (answers is None)
    if answers == "Making":
        assert waiting.__annotations__["return"] == "Making[AsyncSandbox]"
        assert issubclass(Making, typing.Generic)  # type: ignore[arg-type]
