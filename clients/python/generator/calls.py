"""Operations as methods, in the form for code with `async`."""

from __future__ import annotations

import re
from textwrap import wrap

from .contract import OWNERS, SANDBOX, Contract, Operation, Owner, Taken, model_name, python_name

WIDTH = 120
# What the errors of the client are called; other refusals are plain Refused.
ERRORS = {
    401: "Unauthenticated",
    403: "WrongRole",
    404: "NotFound",
    409: "Conflict",
    412: "Changed",
    413: "TooLarge",
    415: "WrongType",
    422: "Malformed",
    500: "Broken",
    503: "Unavailable",
    507: "Unavailable",
}

HEAD = '''"""Every call of the contract as a method. Written by `make client` from the contract: do not edit.

`idempotency_key` and `if_match`, where a method takes them, are told once for all: see AsyncAccount.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import httpx

from ..making import Making
from ..models import {models}
from ..reading import read_json, read_tagged
from ..values import AnyMoney, Duration, File, Id, Instant, Json, Tag, id_of, ids_of, part, quoted, said
from ..words import {words}
from .pages import AsyncPages

if TYPE_CHECKING:
    from .sandbox import AsyncSandbox
'''

SENDS = '''    @abstractmethod
    async def _send(self, method: str, path: str, **what: Any) -> httpx.Response:
        """Send a call as the one whose call it is; `what` as AsyncConnection.send takes it."""
'''
TAKES_IN = '''    @abstractmethod
    async def _taken_in(self, sending: Coroutine[Any, Any, httpx.Response], *, mine: bool) -> AsyncSandbox:
        """The sandbox that is answered; `mine`: `with` deletes it."""
'''
MEETS = '''    @abstractmethod
    def _met(self, played: ScenarioPlayed) -> ScenarioPlayed:
        """Make the people of a story known."""
'''
HAS_PATH = '''    @property
    @abstractmethod
    def path(self) -> str:
        """Where the control plane shows it."""
'''
SAYS = {
    "Account": "The marketplace, as somebody sees it who has a token.",
    "Sandbox": "The control plane of one sandbox.",
    "Emulator": "The control plane of the whole emulator, and what anybody may read.",
}
OF_PAGES = {"limit": "How many entries a page has at most.", "cursor": "Where to begin: `next_cursor` of a list that was left."}
NEEDS = {"Account": [SENDS], "Sandbox": [HAS_PATH, SENDS, TAKES_IN, MEETS], "Emulator": [SENDS, TAKES_IN]}
# A story brings people along, whom the sandbox then knows.
BRINGS_PEOPLE = {"play_scenario"}


def source(contract: Contract) -> str:
    """The module of calls."""
    classes = [_class(contract, owner) for owner in OWNERS]
    text = "\n\n".join(classes)
    # Those that are not needed are left out when the form is put right.
    head = HEAD.format(models=", ".join(map(model_name, contract.models)), words=", ".join([*contract.words, *contract.nested]))
    return f"{head}\n\n{text}"


def _class(contract: Contract, owner: Owner) -> str:
    methods = [_method(operation, owner, contract.tagged) for operation in contract.operations if owner in operation.owners]
    return "\n".join([f"class Async{owner}Calls(ABC):", f'    """{SAYS[owner]}"""', "", *NEEDS[owner], *methods])


def _method(operation: Operation, owner: Owner, tagged: set[str]) -> str:
    path = operation.path.replace(SANDBOX, "{self.path}") if owner == "Sandbox" else operation.path
    placed = re.sub(r"\{(\w+)\}", r"{quoted(\1)}", path).replace("{quoted(self)}", "{self.path}")
    where = f'f"{placed}"' if "{" in placed else f'"{placed}"'
    returns, body, waits = _body(operation, where, tagged)
    head = f"    {'async ' if waits else ''}def {operation.name}({', '.join(_signature(operation))}) -> {returns}:"
    return "\n".join([head, _docstring(operation), f"        return {body}" if returns != "None" else f"        {body}", ""])


def _signature(operation: Operation) -> list[str]:
    loose = [taken for taken in operation.takes if taken.where == "path" or taken.name in operation.positional]
    bound = [taken for taken in operation.takes if taken not in loose]
    return ["self", *map(_argument, loose), *(["*", *map(_argument, bound)] if bound else [])]


def _argument(taken: Taken) -> str:
    return f"{taken.python}: {taken.type}" + ("" if taken.required else " | None = None")


def _body(operation: Operation, where: str, tagged: set[str]) -> tuple[str, str, bool]:
    """What a method returns, the expression that does it, and whether it waits for the answer; `tagged` answers have an ETag."""
    query = _members(operation, "query")
    answer, model = operation.answer, model_name(operation.answer.model)
    if answer.kind == "page":
        return f"AsyncPages[{model}]", f"AsyncPages(self._send, {where}, {query or '{}'}, {model}.from_json)", False
    given = [f'"{operation.verb}"', where]
    if query:
        given.append(f"query={query}")
    if operation.has_body:
        given.append(_sent(operation))
    if operation.patient:
        given.append("patient=True")
    given += [f"{name}={name}" for name in map(python_name, operation.headers)]
    sent = f"self._send({', '.join(given)})"
    match answer.kind:
        case "handle":
            return "Making[AsyncSandbox]", f"Making(self._taken_in({sent}, mine={operation.mine}))", False
        case "nothing":
            return "None", f"await {sent}", True
        case "text":
            return "str", f"(await {sent}).text", True
        case "bytes":
            return "bytes", f"(await {sent}).content", True
        case "document":
            return "dict[str, Any]", f"read_json(await {sent}, dict)", True
    read = f"{'read_tagged' if answer.model in tagged else 'read_json'}(await {sent}, {model}.from_json)"
    return model, f"self._met({read})" if operation.id in BRINGS_PEOPLE else read, True


def _sent(operation: Operation) -> str:
    kinds = {taken.where for taken in operation.takes}
    if "file" in kinds:
        return 'files={"file": part(file, name)}'
    return "body=document" if "whole" in kinds else f"body={_members(operation, 'body') or '{}'}"


def _members(operation: Operation, where: str) -> str:
    members = [taken for taken in operation.takes if taken.where == where]
    given = [f"{taken.python}={_value(taken)}" for taken in members]
    if where == "query":
        given += [f'{name}="{value}"' for name, value in operation.fixed.items()]
    return f"said({', '.join(given)})" if given else ""


def _value(taken: Taken) -> str:
    if not taken.send:
        return taken.python
    sent = f"{taken.send}({taken.python})"
    return sent if taken.required else f"None if {taken.python} is None else {sent}"


def _docstring(operation: Operation) -> str:
    rule = f" ({operation.rule})" if operation.rule and operation.rule not in operation.says else ""
    first, dot, rest = operation.says.rstrip(".").partition(". ")
    more = _wrapped(f"{rest}.", "") if dot else []
    if operation.answer.kind == "page":
        more += _wrapped("The list is an iterator, which asks for a page when it comes to it.", "")
    if operation.answer.kind == "text":
        more += _wrapped("Answers the text.", "")
    for taken in operation.takes:
        says = OF_PAGES.get(taken.name, taken.says) if operation.answer.kind == "page" else taken.says
        if says:
            more += _wrapped(f"`{taken.python}`: {_sentence(says)}", "    ")
    if operation.answer.kind == "handle":
        ends = "`with` deletes it at the end." if operation.mine else "`with` does not delete it."
        more += _wrapped(f"Answers the sandbox itself; {ends}", "")
    raised: dict[str, list[str]] = {}
    for status, codes in sorted(operation.refusals.items()):
        raised.setdefault(ERRORS.get(status, "Refused"), []).extend(codes)
    told = "; ".join(f"{error}: {', '.join(codes)}" for error, codes in raised.items())
    more += _wrapped(f"Raises {told}.", "")
    text = "\n".join(f"        {line}".rstrip() for line in [f"{first}{rule}.", "", *more])
    return f'        """{text.strip()}\n        """'


def _sentence(text: str) -> str:
    """As one sentence: the meanings of words come in a list of sentences of their own."""
    return text.replace(".;", ";")


def _wrapped(text: str, indent: str) -> list[str]:
    return wrap(text, WIDTH - 8, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False)
