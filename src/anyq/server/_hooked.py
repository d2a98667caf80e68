"""Handlers of messages whose beginning and end a program's hooks are told of."""

from __future__ import annotations

import inspect
import time
from collections.abc import Awaitable, Callable, Generator
from typing import Any

from anyq.protocol import Hooks, RequestInfo, tell

from ._client import Client
from ._handlers import Action, Handler, Later

__all__ = ["HookedAction"]


class HookedAction(Action):
    """An action for the messages of clients. Hooks are called in the server's event loop."""

    __slots__ = ("_hooks", "_sync")

    def __init__(self, handler: Handler | Callable[..., Any], hooks: Hooks, sync: bool) -> None:
        super().__init__(handler, 1)
        self._hooks = hooks
        self._sync = sync
        self.quick = False

    def now(self, *arguments: Any) -> Any:
        if self.in_thread:
            return super().now(*arguments)
        info = self._begin(arguments)
        try:
            result = super().now(*arguments)
        except BaseException as error:
            self._end(info, error)
            raise
        if isinstance(result, Later):
            return _Noted(result, lambda error: self._end(info, error))
        if inspect.isawaitable(result):
            return self._awaited(result, info)
        self._end(info)
        return result

    async def run(self, *arguments: Any) -> Any:
        if not self.in_thread:
            return await super().run(*arguments)
        return await self._awaited(super().run(*arguments), self._begin(arguments))

    async def _awaited(self, running: Awaitable[Any], info: RequestInfo) -> Any:
        try:
            result = await running
        except BaseException as error:
            self._end(info, error)
            raise
        self._end(info)
        return result

    def _begin(self, arguments: tuple[Any, ...]) -> RequestInfo:
        client = arguments[-1]
        assert isinstance(client, Client)
        info = RequestInfo(client.handle, client.user, self._sync, time.perf_counter())
        tell(self._hooks.request_begins, info)
        return info

    def _end(self, info: RequestInfo, error: BaseException | None = None) -> None:
        info.seconds, info.error = time.perf_counter() - info.started, error
        tell(self._hooks.request_ends, info)


class _Noted(Later):
    """A result that is made elsewhere, whose outcome is noted."""

    def __init__(self, later: Later, note: Callable[[BaseException | None], None]) -> None:
        self._later = later
        self._note = note
        self.evaluated = later.evaluated

    def __await__(self) -> Generator[Any, Any, Any]:
        try:
            result = yield from self._later.__await__()
        except BaseException as error:
            self._note(error)
            raise
        self._note(None)
        return result

    def begin(self, done: Callable[[], object]) -> None:
        self._later.begin(done)

    def outcome(self) -> Any:
        try:
            result = self._later.outcome()
        except BaseException as error:
            self._note(error)
            raise
        self._note(None)
        return result

    def interrupt(self) -> None:
        self._later.interrupt()
