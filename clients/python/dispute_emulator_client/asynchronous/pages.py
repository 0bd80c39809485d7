"""Lists that come in pages, as iterators."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Generic, Protocol, TypeVar

import httpx

from ..reading import read_json

T = TypeVar("T")


class AsyncSend(Protocol):
    """Sends a call for a page."""

    async def __call__(self, method: str, path: str, *, query: Mapping[str, Any]) -> httpx.Response: ...


class AsyncPages(AsyncIterator[T], Generic[T]):
    """The entries of a list, from page to page; a page is asked for when its first entry is wanted.

    `next_cursor` is where the page after this one begins, None before the first page and after the last.
    """

    def __init__(self, send: AsyncSend, path: str, query: Mapping[str, Any], read: Callable[[Any], T]) -> None:
        self.next_cursor: str | None = None
        self._send = send
        self._path = path
        self._query = query
        self._read = read
        self._entries: deque[T] = deque()
        self._over = False

    def __aiter__(self) -> AsyncPages[T]:
        return self

    async def __anext__(self) -> T:
        while not self._entries:
            if self._over:
                raise StopAsyncIteration
            await self._turn()
        return self._entries.popleft()

    async def all(self) -> list[T]:
        """All that is left of it, as a list."""
        return [entry async for entry in self]

    async def _turn(self) -> None:
        query = dict(self._query) if self.next_cursor is None else {**self._query, "cursor": self.next_cursor}
        entries, self.next_cursor = read_json(await self._send("GET", self._path, query=query), self._page)
        self._over = self.next_cursor is None
        self._entries.extend(entries)

    def _page(self, page: Any) -> tuple[list[T], str | None]:
        return [self._read(entry) for entry in page["data"]], page["next_cursor"]
