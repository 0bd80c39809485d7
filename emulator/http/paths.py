"""What may stand for an id in a path, and which route a path leads to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from werkzeug.routing import BaseConverter, MapAdapter, Rule

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

Found = tuple[Rule, dict[str, Any]]
_METHODS = frozenset({"GET", "POST", "PATCH", "PUT", "DELETE"})


class Segment(BaseConverter):
    """A part of a path without NUL, which no id has and no database takes: what has one is no path of ours."""

    regex = r"[^/\x00]+"
    part_isolating = True


class _Node:
    """A place in the tree of paths: what may come next, and which routes end here."""

    __slots__ = ("fixed", "id", "routes")

    def __init__(self) -> None:
        self.fixed: dict[str, _Node] = {}
        self.id: _Node | None = None
        self.routes: dict[str, tuple[Rule, tuple[str, ...]]] = {}


class Paths:
    """Finds the route of what is asked for well: a path of ours in plain characters, by a method that it has.

    werkzeug finds the same at six times the price, and whatever this does not find is left to it: what is no path of ours, odd characters,
    HEAD and OPTIONS.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._root = _Node()
        for rule in rules:
            self._add(rule)

    def find(self, environ: WSGIEnvironment) -> Found | None:
        """The route and the ids in its path."""
        path: str = environ["PATH_INFO"]
        if path[:1] != "/" or "\x00" in path or not path.isascii():
            return None
        node, ids = self._root, []
        for part in path[1:].split("/"):
            after = node.fixed.get(part)
            if after is None:
                after = node.id
                if after is None or not part:
                    return None
                ids.append(part)
            node = after
        route = node.routes.get(environ["REQUEST_METHOD"])
        return None if route is None else (route[0], dict(zip(route[1], ids, strict=True)))

    def _add(self, rule: Rule) -> None:
        parts = rule.rule[1:].split("/")
        ids = [part[1:-1] for part in parts if part.startswith("<")]
        # Only what is a whole part, and is read as it stands, can be told apart by looking at it.
        if any(("<" in part) != (part[:1] == "<" and part[-1:] == ">" and ":" not in part) for part in parts):
            return
        node = self._root
        for part in parts:
            if part.startswith("<"):
                node.id = node.id or _Node()
                node = node.id
            else:
                node = node.fixed.setdefault(part, _Node())
        for method in _METHODS & (rule.methods or set()):
            node.routes[method] = rule, tuple(ids)


class FoundAdapter:
    """Stands for werkzeug's adapter where the route has been found; anything else than the route is asked of the real one."""

    def __init__(self, found: Found, real: Any) -> None:
        self._found = found
        self._real = real

    def match(self, *_: Any, **__: Any) -> Found:
        return self._found

    def __getattr__(self, name: str) -> Any:
        adapter: MapAdapter = self._real()
        return getattr(adapter, name)
