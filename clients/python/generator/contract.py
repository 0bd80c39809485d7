"""The OpenAPI document made out: which operations there are, whose methods they become, and what they take and answer."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

Json: TypeAlias = Mapping[str, Any]
Owner: TypeAlias = Literal["Account", "Sandbox", "Emulator"]
OWNERS: tuple[Owner, ...] = ("Account", "Sandbox", "Emulator")

CONTROL, SANDBOX = "/_emulator", "/_emulator/sandboxes/{sandbox}"

# ── what the document cannot say ───────────────────────────────────────────────────────────────────────────────────────

# A method is named as its operation, unless the name is taken or reads badly where it stands.
METHODS: Mapping[str, str] = {
    "create_sandbox": "sandbox",
    "sandbox": "find_sandbox",
    "delete_sandbox": "delete",
    "clock": "read_clock",
    "store": "find_store",
    "sandbox_mailbox": "mailbox",
}
# Calls about one sandbox that belong to the emulator, because there is no handle of that sandbox yet.
OF_EMULATOR = frozenset({"sandbox"})
# What may be given without its name, besides the ids in the path.
POSITIONAL: Mapping[str, Sequence[str]] = {
    "advance": ["by"],
    "set_clock": ["mode"],
    "load": ["orders"],
    "snapshot": ["name"],
    "send_message": ["text"],
    "upload_evidence": ["file"],
    "import_sandbox": ["document"],
}
# These take in or move a whole world: however long that takes, it is no reason to give up.
PATIENT = frozenset(
    {"advance", "set_clock", "load", "import_sandbox", "export", "snapshot", "restore", "reset", "fork", "audit", "play_scenario"}
)
# Whoever makes a sandbox deletes it; who has only found it does not.
NOT_MINE = frozenset({"sandbox"})
# The handles are called like these answers.
MODELS: Mapping[str, str] = {"Sandbox": "SandboxView"}
# A document that is carried on as it is: what a newer emulator has put in must not get lost on the way.
AS_IT_IS = frozenset({"WorldDocument"})
# Answers that have a form of their own, written by hand.
BY_HAND: Mapping[str, str] = {"Money": "Money"}
# Objects inside of bodies: their name here, and the answer that is as good.
NESTED: Mapping[str, tuple[str, str | None]] = {"PlaceOrderBody.item": ("ItemDict", "Item"), "RefuseBody.solution": ("Proposal", None)}
# Words, named after a place where they stand; others are named after the first place there is.
WORDS: Mapping[str, str] = {
    "Problem.who_may": "Actor",
    "AllowedAction.action": "ActionName",
    "AllowedAction.method": "Method",
    "Money.currency": "Currency",
    "JointState.order": "AnyOrderStatus",
    "Tracking.parcel": "ParcelKind",
    "DisputeOfOrder.status": "DisputeStatus",
    "Dispute.outcome": "Outcome",
    "Dispute.reason": "Reason",
    "Dispute.remedy": "Remedy",
    "Refund.status": "RefundStatus",
    "Question.to": "Party",
    "Return.stage": "ReturnStage",
    "AccountView.role": "Role",
    "RuleBody.in_favor_of": "Side",
    "Sandbox.ruleset": "Ruleset",
    "SandboxBody.world": "World",
    "ClockView.mode": "ClockMode",
    "AdvanceBody.edge": "Edge",
    "Transfer.from": "LedgerAccount",
    "CancelBody.reason": "CancelReason",
    "CancelClaimBody.reason": "CancelClaimReason",
    "OrdersQuery.status": "OrderStatus",
}
# The parameter that chooses the form of an answer, and those that a text, which is whole, does not take.
FORM, OF_PAGES = "format", ("limit", "cursor")
# Headers that set a call's conditions, with the type of the argument that each becomes. If-None-Match is left out: it is for who keeps
# answers and shows them again, and 304, its answer, is no object. Who wants it has `account.http`.
HEADERS: Mapping[str, str | None] = {"Idempotency-Key": "str", "If-Match": "Tag", "If-None-Match": None}
# Fields that name a thing by its id, whatever the thing: any of these may be an object that has an id.
IDS = frozenset({"sandbox", "order", "dispute", "snapshot", "store", "evidence", "message"})
_ID_PATTERN = re.compile(r"\^[a-z]{3}_\[")
_REFUSAL = re.compile(r"^- `(\w+)`(?: \(([A-Z]+-[0-9]+)\))?", re.MULTILINE)


# ── what it says ───────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Taken:
    """Something a method takes. `send` is how it is sent: as it is, as an id, as ids."""

    name: str
    type: str
    where: Literal["path", "query", "body", "whole", "file", "header"]
    required: bool
    says: str = ""
    send: Literal["", "id_of", "ids_of"] = ""

    @property
    def python(self) -> str:
        return python_name(self.name)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a method answers: a model, a page of models, a handle of a sandbox, text, bytes, a document as it is, or nothing."""

    kind: Literal["model", "page", "handle", "text", "bytes", "document", "nothing"]
    model: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """A call of the contract as a method. `fixed` is what the method asks for in the query without being told."""

    id: str
    name: str
    owners: tuple[Owner, ...]
    verb: str
    path: str
    says: str
    rule: str | None
    takes: tuple[Taken, ...]
    has_body: bool
    answer: Answer
    refusals: Mapping[int, Sequence[str]]
    fixed: Mapping[str, str] = field(default_factory=dict)

    @property
    def patient(self) -> bool:
        return self.id in PATIENT

    @property
    def mine(self) -> bool:
        return self.id not in NOT_MINE

    @property
    def headers(self) -> Sequence[str]:
        return [taken.name for taken in self.takes if taken.where == "header"]

    @property
    def positional(self) -> Sequence[str]:
        return POSITIONAL.get(self.id, ())


@dataclass(slots=True)
class Contract:
    """The whole of it. `words` are the enumerations by their names, `nested` the objects that stand inside of bodies."""

    schemas: Mapping[str, Json]
    operations: list[Operation] = field(default_factory=list)
    models: dict[str, Json] = field(default_factory=dict)
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)
    nested: dict[str, Json] = field(default_factory=dict)

    @property
    def tagged(self) -> set[str]:
        """The answers that have an ETag: those that can be looked at on the condition that they still have it."""
        return {
            operation.answer.model
            for operation in self.operations
            if operation.verb == "GET" and operation.answer.kind == "model" and "If-Match" in operation.headers
        }

    def word(self, values: Sequence[str | None], place: str) -> str:
        """The name of an enumeration, which is made where there is none yet."""
        wanted = tuple(value for value in values if value is not None)
        for name, known in self.words.items():
            if set(known) == set(wanted):
                return name
        schema, _, member = place.partition(".")
        name = WORDS.get(place, schema.removesuffix("Body") + "".join(part.capitalize() for part in member.split("_")))
        assert name not in self.words, f"{place}: another enumeration is called {name} already; give this one a name in WORDS"
        self.words[name] = wanted
        return name

    def users_of(self, schema: str) -> list[str]:
        """The models that have one of these in them."""
        return [model_name(name) for name, other in self.models.items() if name != schema and schema in references(other)]

    def answers_of(self, schema: str) -> list[Operation]:
        return [operation for operation in self.operations if operation.answer.model == schema]


def read(document: Json) -> Contract:
    """Make out an OpenAPI document."""
    contract = Contract(document["components"]["schemas"])
    for place in WORDS:
        _name_word(contract, document, place)
    for path, item in document["paths"].items():
        for verb, operation in item.items():
            if verb != "parameters":
                contract.operations += _forms(_operation(contract, path, verb.upper(), operation), operation)
    answered = [operation.answer.model for operation in contract.operations if operation.answer.model]
    # What a refusal shows is read by hand, but of these parts.
    for name in ["AllowedAction", "Window", *answered]:
        _add_model(contract, name)
    return contract


def python_name(name: str) -> str:
    if "-" in name:
        return name.replace("-", "_").lower()
    return f"{name}_" if keyword.iskeyword(name) else name


def model_name(schema: str) -> str:
    return MODELS.get(schema, schema)


def references(schema: Any) -> set[str]:
    """The names of all schemas that one refers to itself."""
    if isinstance(schema, Mapping):
        here = {schema["$ref"].rpartition("/")[2]} if isinstance(schema.get("$ref"), str) else set[str]()
        return here.union(*(references(value) for value in schema.values()))
    if isinstance(schema, list):
        return set[str]().union(*(references(value) for value in schema))
    return set()


def is_nullable(schema: Json) -> bool:
    kind = schema.get("type")
    return "null" in kind if isinstance(kind, list) else any(option.get("type") == "null" for option in schema.get("anyOf", ()))


def without_null(schema: Json) -> Json:
    """The schema of what is there if anything is."""
    if "anyOf" in schema:
        (some,) = (option for option in schema["anyOf"] if option.get("type") != "null")
        return dict(some)
    kind = schema.get("type")
    if isinstance(kind, list):
        (one,) = (each for each in kind if each != "null")
        return {**schema, "type": one}
    return schema


# ── operations ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _operation(contract: Contract, path: str, verb: str, operation: Json) -> Operation:
    name: str = operation["operationId"]
    owners = _owners(name, path, operation)
    takes = [*_takes(contract, name, path, owners, operation), *_headers(operation)]
    return Operation(
        id=name,
        name=METHODS.get(name, name),
        owners=owners,
        verb=verb,
        path=path,
        says=operation["summary"],
        rule=operation.get("x-rule"),
        takes=tuple(sorted(takes, key=lambda taken: (taken.where != "path", not taken.required))),
        has_body="requestBody" in operation,
        answer=_answer(operation),
        refusals={
            int(status): [code + (f" ({rule})" if rule else "") for code, rule in _REFUSAL.findall(response["description"])]
            for status, response in operation["responses"].items()
            if int(status) >= 400
        },
    )


def _forms(operation: Operation, document: Json) -> list[Operation]:
    """A method for each form of the answer: what can be had as JSON and as a text is two methods, for it has two types."""
    if not _has_text(document):
        return [operation]
    as_text = replace(
        operation,
        name=f"{operation.name}_text",
        takes=tuple(taken for taken in operation.takes if taken.name not in OF_PAGES),
        answer=Answer("text"),
        fixed={FORM: "text"},
    )
    return [operation, as_text]


def _has_text(document: Json) -> bool:
    """Whether the answer can be had as a text, too."""
    return any("text/plain" in response.get("content", {}) for status, response in document["responses"].items() if status.startswith("2"))


def _owners(name: str, path: str, operation: Json) -> tuple[Owner, ...]:
    if not path.startswith(CONTROL):
        # What anybody may read needs no account.
        return ("Account", "Emulator") if {} in operation.get("security", ()) else ("Account",)
    return ("Sandbox",) if path.startswith(SANDBOX) and name not in OF_EMULATOR else ("Emulator",)


def _takes(contract: Contract, name: str, path: str, owners: Sequence[Owner], operation: Json) -> Iterator[Taken]:
    for each in re.findall(r"\{(\w+)\}", path):
        if not (each == "sandbox" and owners == ("Sandbox",)):
            yield Taken(each, "Id", "path", required=True)
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "query" and not (parameter["name"] == FORM and _has_text(operation)):
            says = parameter.get("description", "")
            required = parameter.get("required", False)
            yield _taken(contract, parameter["name"], parameter["schema"], says, "query", required, _query_place(name))
    body = operation.get("requestBody", {}).get("content", {})
    if "multipart/form-data" in body:
        yield Taken("file", "File", "file", required=True, says="A path, or the bytes themselves.")
        yield Taken("name", "str", "file", required=False, says="How the file is called; a path has a name of its own.")
    elif body:
        schema_name = body["application/json"]["schema"]["$ref"].rpartition("/")[2]
        if schema_name in AS_IT_IS:
            yield Taken("document", "Json", "whole", required=True, says="What `export` has answered.")
            return
        schema = contract.schemas[schema_name]
        for member, inner in schema["properties"].items():
            says = inner.get("description", "")
            yield _taken(contract, member, inner, says, "body", member in schema.get("required", ()), schema_name)


def _headers(operation: Json) -> Iterator[Taken]:
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "header":
            # One that is not known here must not be passed over in silence.
            kind = HEADERS[parameter["name"]]
            if kind is not None:
                yield Taken(parameter["name"], kind, "header", required=False)


def _query_place(operation: str) -> str:
    return "".join(part.capitalize() for part in operation.split("_")) + "Query"


def _taken(contract: Contract, name: str, schema: Json, says: str, where: Literal["query", "body"], required: bool, place: str) -> Taken:
    kind, send = _type_taken(contract, schema, f"{place}.{name}", name)
    return Taken(name, kind, where, required, says, send)


def _type_taken(contract: Contract, schema: Json, place: str, name: str) -> tuple[str, Literal["", "id_of", "ids_of"]]:
    """How a method writes the type of what it takes, and how that is sent."""
    if "enum" in schema:
        return ("bool", "") if set(schema["enum"]) == {"true", "false"} else (contract.word(schema["enum"], place), "")
    if is_id(schema, name):
        return "Id", "id_of"
    match schema.get("type"):
        case "array" if is_id(schema["items"], ""):
            return "Sequence[Id]", "ids_of"
        case "array":
            return f"Sequence[{_type_taken(contract, schema['items'], place, name)[0]}]", ""
        case "object" if set(schema.get("properties", ())) == {"amount", "currency"}:
            return "AnyMoney", ""
        case "object" if "properties" in schema:
            nested, as_good = NESTED.get(place, (place.replace("Body.", "").title().replace("_", ""), None))
            contract.nested[nested] = schema
            return nested if as_good is None else f"{nested} | {as_good}", ""
        case "object":
            inner = schema.get("additionalProperties")
            return f"Mapping[str, {_type_taken(contract, inner, place, name)[0] if isinstance(inner, dict) and inner else 'Any'}]", ""
    return {"date-time": "Instant", "duration": "Duration"}.get(schema.get("format", ""), _PLAIN.get(str(schema.get("type")), "Any")), ""


_PLAIN: Mapping[str, str] = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}


def is_id(schema: Json, name: str) -> bool:
    return schema.get("type") == "string" and (name in IDS or bool(_ID_PATTERN.match(schema.get("pattern", ""))))


def type_of_member(contract: Contract, schema: Json, place: str) -> str:
    """How a member of an object inside of a body is written."""
    return _type_taken(contract, schema, place, place.rpartition(".")[2])[0]


def _answer(operation: Json) -> Answer:
    (response,) = (response for status, response in operation["responses"].items() if status.startswith("2"))
    content = response.get("content")
    if not content:
        return Answer("nothing")
    if "application/json" not in content:
        return Answer("bytes")
    schema = content["application/json"]["schema"]
    if "$ref" not in schema:
        return Answer("page", schema["properties"]["data"]["items"]["$ref"].rpartition("/")[2])
    name = schema["$ref"].rpartition("/")[2]
    if name in AS_IT_IS:
        return Answer("document")
    return Answer("handle" if name == "SandboxWithAccounts" else "model", name)


# ── models and words ───────────────────────────────────────────────────────────────────────────────────────────────────


def _add_model(contract: Contract, name: str) -> None:
    """A model after those that it is made of."""
    if name in contract.models or name in BY_HAND:
        return
    schema = contract.schemas[name]
    for inner in sorted(references(schema)):
        _add_model(contract, inner)
    contract.models[name] = schema


def _name_word(contract: Contract, document: Json, place: str) -> None:
    """Enter a word that has a name of its own, from the place where it stands."""
    schema_name, _, member = place.partition(".")
    if schema_name == "OrdersQuery":
        parameters = document["paths"]["/v1/orders"]["get"]["parameters"]
        (schema,) = (parameter["schema"] for parameter in parameters if parameter["name"] == member)
    else:
        schema = contract.schemas[schema_name]["properties"][member]
    contract.word((schema.get("items") or schema)["enum"], place)
