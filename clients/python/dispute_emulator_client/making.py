"""What is on its way: something that may be awaited, or entered as soon as it is there."""

from __future__ import annotations

from collections.abc import Coroutine, Generator
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any, Generic, TypeVar

T = TypeVar("T", bound=AbstractAsyncContextManager[Any, bool | None])


class Making(Generic[T]):
    """`await` it for the thing itself, or use it in `async with`, which also ends it as the thing's own `async with` would."""

    def __init__(self, coming: Coroutine[Any, Any, T]) -> None:
        self._coming = coming
        self._made: T | None = None

    def __await__(self) -> Generator[Any, None, T]:
        return self._coming.__await__()

    async def __aenter__(self) -> T:
        self._made = await self._coming
        await self._made.__aenter__()
        return self._made

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool | None:
        assert self._made is not None
        return await self._made.__aexit__(kind, error, trace)
