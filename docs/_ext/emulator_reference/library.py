"""The Python client, from its own signatures and docstrings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import is_dataclass
from typing import Any, cast

import dispute_emulator_client as library

from .markdown import code, headed, joined, paragraphs, table

# What `Emulator` leads to, in the order in which a reader meets it.
CLASSES = (library.Emulator, library.Sandbox, library.Account, library.Seller, library.Clock, library.Pages, library.Money)
WIDEST = 88


def client() -> str:
    """Every class with its methods, the errors, and the names of what is answered."""
    return paragraphs(
        *(_class(each) for each in CLASSES),
        headed(2, "client-functions", "Functions"),
        *(_member("", name, function) for name, function in _functions()),
        _errors(),
        headed(2, "client-answers", "What is answered"),
        "Frozen dataclasses, named and filled as the [shapes](shapes.md) are: " + joined(map(code, _answers())) + ".",
        headed(2, "client-async", "With `async`"),
        "The same again, word by word, for code with `async`; each method has to be awaited, each iterator is asynchronous: "
        + joined(code(name) for name in library.__all__ if name.startswith("Async"))
        + ".",
    )


def _functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    for name in library.__all__:
        thing = getattr(library, name)
        if inspect.isfunction(thing):
            yield name, thing


def _answers() -> list[str]:
    return sorted(name for name in library.__all__ if is_dataclass(getattr(library, name)) and getattr(library, name) not in CLASSES)


def _class(each: type) -> str:
    members = [
        _member(each.__name__, name, member)
        for above in reversed(each.__mro__)
        if above.__module__.startswith(library.__name__) and not _is_told(each, above)
        for name, member in vars(above).items()
        if not name.startswith("_") and getattr(each, name, None) is not None and _is_last(each, above, name)
    ]
    return paragraphs(headed(2, f"client-{each.__name__.lower()}", each.__name__), _prose(inspect.getdoc(each) or ""), *members)


def _is_told(each: type, above: type) -> bool:
    """Whether the members of a class above stand under another class already: a `Seller` is an `Account` and has all that one has."""
    return any(other is not each and issubclass(each, other) and issubclass(other, above) for other in CLASSES)


def _is_last(each: type, above: type, name: str) -> bool:
    """Whether this class is the one whose member of that name counts."""
    return next(other for other in each.__mro__ if name in vars(other)) is above


def _member(owner: str, name: str, member: Any) -> str:
    target = f"client-{owner}-{name}".lower().replace("_", "-").replace("--", "-")
    if isinstance(member, property):
        kind = _annotation(inspect.signature(cast("Callable[..., Any]", member.fget)).return_annotation)
        return paragraphs(headed(3, target, name), f"```python\n{name}: {kind}\n```", _prose(inspect.getdoc(member) or ""))
    if isinstance(member, classmethod | staticmethod):
        member = member.__func__
    if not inspect.isfunction(member):
        return ""
    return paragraphs(headed(3, target, name), f"```python\n{_signature(name, member)}\n```", _prose(inspect.getdoc(member) or ""))


def _signature(name: str, function: Callable[..., Any]) -> str:
    signature = inspect.signature(function)
    shown = [_parameter(p) for p in signature.parameters.values() if p.name not in ("self", "cls")]
    star = next((n for n, p in enumerate(signature.parameters.values()) if p.kind is p.KEYWORD_ONLY), None)
    if star is not None and not any(p.kind is p.VAR_POSITIONAL for p in signature.parameters.values()):
        shown.insert(star - len(signature.parameters) + len(shown), "*")
    back = _annotation(signature.return_annotation)
    line = f"{name}({', '.join(shown)}) -> {back}"
    if len(line) <= WIDEST:
        return line
    return f"{name}(\n" + "".join(f"    {part},\n" for part in shown) + f") -> {back}"


def _parameter(parameter: inspect.Parameter) -> str:
    stars = "*" if parameter.kind is parameter.VAR_POSITIONAL else "**" if parameter.kind is parameter.VAR_KEYWORD else ""
    kind = "" if parameter.annotation is parameter.empty else f": {_annotation(parameter.annotation)}"
    default = "" if parameter.default is parameter.empty else f" = {parameter.default!r}"
    return f"{stars}{parameter.name}{kind}{default}"


def _annotation(annotation: Any) -> str:
    if annotation is inspect.Signature.empty:
        return "None"
    return annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)


def _prose(docstring: str) -> str:
    """A docstring as Markdown: what it says of a parameter or an error becomes an entry of a list, what is indented becomes code."""
    shown: list[str] = []
    inside = ""
    for line in docstring.splitlines():
        if re.match(r"`\w+`: |Raises \w+: ", line):
            shown += ([] if inside == "list" else [""]) + [f"- {line}"]
            inside = "list"
        elif not line.strip():
            shown.append("" if inside != "code" else line)
            inside = "" if inside == "list" else inside
        elif inside == "list" and (line.startswith(" ") or shown[-1].startswith("- Raises ")):
            shown[-1] += f" {line.strip()}"
        elif line.startswith("    "):
            shown += ([] if inside == "code" else ["", "```python"]) + [line[4:]]
            inside = "code"
        else:
            shown += [*{"code": ["```", ""], "list": [""]}.get(inside, []), line]
            inside = "prose"
    return "\n".join([*shown, *(["```"] if inside == "code" else [])])


def _errors() -> str:
    """The tree of errors as their module draws it, and what a refusal tells."""
    from dispute_emulator_client import errors

    drawn = inspect.cleandoc(re.split(r"\n\n(?=\S)", (errors.__doc__ or "").partition("\n\n")[2])[0])
    told = [
        (code(name), (inspect.getdoc(member) or "").partition("\n")[0])
        for name, member in vars(library.Refused).items()
        if isinstance(member, property)
    ]
    return paragraphs(
        headed(2, "client-errors", "Errors"),
        f"```none\n{drawn}\n```",
        "What a `Refused` tells:",
        table(("Member", "Is"), told),
    )
