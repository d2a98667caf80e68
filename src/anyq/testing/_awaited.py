"""A connection in a portal's event loop, awaited in any other one."""

from __future__ import annotations

import os
from typing import Any, Self

from anyq.client import ConnectionStatistics, Feed, Namespace, Query, handed_query
from anyq.portal import JobFuture, SharedConnection
from anyq.values import Value

__all__ = ["AwaitedConnection", "AwaitedFeed"]


class AwaitedFeed:
    """What the other side posts, to be read with ``async for``; see `anyq.client.Feed`."""

    def __init__(self, shared: SharedConnection, opened: JobFuture[Feed[Value]]) -> None:
        self._portal = shared.portal
        self._opened = opened

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Value:
        feed = await self._opened
        return await self._portal.run(feed.__anext__)


class AwaitedConnection:
    """A connection with the methods of `anyq.Connection`, which belongs to no event loop or task of the caller's.

    A test, and its fixtures, may use it whatever runs them: the plugins of AnyIO, pytest-asyncio or pytest-trio. Raises
    what `anyq.Connection` raises. Cancelled, a call is given up as there.
    """

    def __init__(self, shared: SharedConnection) -> None:
        self._shared = shared
        self._known: set[str] = set()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._shared.target!r}>"

    def _handed(self, query: Query, arguments: tuple[object, ...]) -> tuple[Any, ...]:
        return handed_query(query, arguments, self._shared.strings_as)

    async def __call__(self, query: Query, *arguments: object, **options: Any) -> Value:
        """Ask, and wait for the answer, as `anyq.Connection.__call__`."""
        shared = self._shared
        answer: Value = await shared.portal.run(shared.target, *self._handed(query, arguments), **options)
        return answer

    def submit(self, query: Query, *arguments: object, idempotent: bool = False) -> JobFuture[Value]:
        """Ask now; the future of the answer, to be awaited."""
        return self._shared.submit(query, *arguments, idempotent=idempotent)

    async def post(self, query: Query, *arguments: object) -> None:
        """As `anyq.Connection.post`."""
        await self._shared.portal.run(self._shared.target.post, *self._handed(query, arguments))

    async def flush(self) -> None:
        """As `anyq.Connection.flush`."""
        await self._shared.portal.run(self._shared.target.flush)

    async def deferred(self, query: Query, *arguments: object, timeout: float | None = None) -> Value:
        """As `anyq.Connection.deferred`."""
        shared = self._shared
        given = self._handed(query, arguments)
        answer: Value = await shared.portal.run(shared.target.deferred, *given, timeout=timeout)
        return answer

    async def execute_file(
        self, path: str | os.PathLike[str], return_all: bool = False, *, timeout: float | None = None
    ) -> Value | list[Value]:
        """As `anyq.Connection.execute_file`."""
        shared = self._shared
        return await shared.portal.run(shared.target.execute_file, path, return_all, timeout=timeout)

    def messages(self) -> AwaitedFeed:
        """What the server posts from now on, to be read with ``async for``."""
        return AwaitedFeed(self._shared, self._shared.portal.submit(self._shared.target.messages))

    async def statistics(self) -> ConnectionStatistics:
        """As `anyq.Connection.statistics`."""
        return await self._shared.portal.run(self._shared.target.statistics)

    def __getattr__(self, name: str) -> Namespace:
        if name.startswith("_"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)
        return Namespace(name, self, self._known)
