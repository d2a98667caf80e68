"""Whose turn it is: the messages of one client are handled one after the other, in order.

Theory of operation. A message whose handler is a plain function is handled at once, in the step that brought it, unless
messages before it still wait. If the function leaves its result for `Later`, that goes on in the callback. Other
handlers run in a task, which lives while there is work. Whoever makes results elsewhere keeps their order himself, so
he may have several at a time.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Final

import anyio
import anyio.lowlevel

from anyq.errors import LocalProtocolError, QError
from anyq.loops import on_asyncio
from anyq.protocol import Connection
from anyq.values import NULL

from ._client import Client
from ._handlers import ASYNC, SYNC, Action, Failures, Later
from ._limits import Limits
from ._transport import Transport
from ._wire import error_body

__all__ = ["Worker"]

log: Final = logging.getLogger("anyq.server")
_WINDOW: Final = 32
"""How many results of one client are made elsewhere at a time."""

Plain = tuple[Action, Any, bool]
"""A message for a plain function: action, value, whether it is to be answered."""


class _Left:
    """A message whose result was left for later, and what became of it."""

    __slots__ = ("done", "evaluated", "result", "sync")

    def __init__(self, result: Later | None, sync: bool) -> None:
        self.result = result
        self.sync = sync
        self.evaluated = False
        self.done: Callable[[], Any] | None = None
        """When it is there: gives it, or raises what prevented it."""


class Worker(Client):
    """A client whose messages are handled."""

    def __init__(
        self, handle: int, address: str, peer: Connection, transport: Transport, limits: Limits, failures: Failures
    ) -> None:
        super().__init__(handle, address, peer, transport, limits, failures)
        self._work: deque[Callable[[], Any] | Plain] = deque()
        self._working = False
        self._laters: deque[_Left] = deque()
        """What is made elsewhere, and what comes behind it."""
        self._room: anyio.Event | None = None
        self._finishing = False

    def _handle_now(self, action: Action, value: Any, sync: bool) -> None:
        self._begin(sync)
        try:
            result = action.now(value, self)
        except BaseException as error:
            if self._laters:
                self._leave(None, sync).done = _raiser(error)
            else:
                self._failed(error, sync)
        else:
            self._handled(result, sync)

    def _handled(self, result: Any, sync: bool) -> None:
        """A plain handler has returned, perhaps something to be waited for."""
        if isinstance(result, Later):
            if self._closed:
                result.interrupt()
                return
            left = self._leave(result, sync)
            result.begin(lambda: self._ready(left))
        elif inspect.isawaitable(result):
            evaluated = getattr(result, "evaluated", False) is True
            self._work.appendleft(lambda: self._await(result, sync, evaluated))
            self._handle_first()
            self._go_on()
        elif self._laters:
            self._leave(None, sync).done = lambda: result
        else:
            self._succeeded(result, sync)

    def _leave(self, result: Later | None, sync: bool) -> _Left:
        left = _Left(result, sync)
        self._laters.append(left)
        self._handle_first()
        return left

    def _handle_first(self) -> None:
        """Of what is going on, the first message is the one that may be deferred."""
        self._handling_sync = bool(self._laters) and self._laters[0].sync

    def _ready(self, left: _Left) -> None:
        """A result that was left for later is there."""
        assert left.result is not None
        left.done, left.evaluated, left.result = left.result.outcome, left.result.evaluated, None
        laters = self._laters
        try:
            while laters and (outcome := laters[0].done) is not None:
                first = laters.popleft()
                sync = first.sync
                try:
                    result = outcome()
                except BaseException as error:
                    self._failed(error, sync, first.evaluated)
                else:
                    self._succeeded(result, sync)
                self._handle_first()
            self._go_on()
        except Exception:  # here it would end the server, not the session
            log.exception("client %d at %s: the session failed", self.handle, self.address)
            self._end("the session failed")

    def _end(self, reason: str) -> None:
        super()._end(reason)
        while self._laters:  # the last one first, or it would begin when the first one ends
            result = self._laters.pop().result
            if result is not None:
                result.interrupt()

    async def _handle(self, action: Action, value: Any, sync: bool) -> None:
        self._begin(sync)
        await self._await(action.run(value, self), sync, action.leaves)

    async def _await(self, running: Awaitable[Any], sync: bool, evaluated: bool = False) -> None:
        self._handling_sync = sync
        try:
            result = await running
        except anyio.get_cancelled_exc_class() as error:
            self._failed(error, sync)
            await anyio.lowlevel.checkpoint_if_cancelled()
        except BaseException as error:
            self._failed(error, sync, evaluated)
        else:
            self._succeeded(result, sync)

    def _begin(self, sync: bool) -> None:
        if not self._laters:
            self._handling_sync = sync
        if sync:
            self._stats.sync_messages += 1
        else:
            self._stats.async_messages += 1

    def _succeeded(self, result: Any, sync: bool) -> None:
        self._handling_sync = False
        deferred, self._current = self._current, None
        if sync and deferred is None and not self._closed:
            self._respond(self._encode_result(NULL if result is None else result))

    def _failed(self, error: BaseException, sync: bool, evaluated: bool = False) -> None:
        self._handling_sync = False
        deferred, self._current = self._current, None
        self._stats.errors += 1
        self._stats.denied += isinstance(error, QError) and error.text == "access"
        if _is_cancellation(error):
            # The handler was cancelled, and if that was not our doing, its caller must learn of it.
            if self._closed:
                return
            error = LocalProtocolError("the handler was cancelled")
        text = self._failures.text(error)
        if deferred is not None:
            deferred.fail(text)
        elif sync:
            self._respond(error_body(text))
        self._failures.note(error, self.handle, self.user, SYNC if sync else ASYNC, evaluated)

    # Work that is not done at once

    def _add_work(self, job: Callable[[], Any] | Plain) -> None:
        self._work.append(job)
        self._go_on()

    def _go_on(self) -> None:
        """Do what may be done now, as far as that takes no task; else have a task do it."""
        work, laters = self._work, self._laters
        while work and not (self._working or self._closed):
            job = work[0]
            if callable(job):
                if self._tasks is not None and not laters:
                    self._working = True
                    self._tasks.start_soon(self._work_off)
                return
            if laters and (len(laters) >= _WINDOW or not job[0].leaves):
                return
            work.popleft()
            self._make_room()
            self._handle_now(*job)
        self._finish_if_idle()

    def _make_room(self) -> None:
        if self._room is not None:
            self._room.set()
            self._room = None

    async def _work_off(self) -> None:
        work = self._work
        try:
            while work and callable(job := work[0]) and not self._closed:
                work.popleft()
                await job()
                self._make_room()
        finally:
            self._working = False
        self._go_on()

    # Graceful end

    def finish(self) -> None:
        """Take no more messages; end when those taken are answered."""
        self._finishing = True
        self._finish_if_idle()

    def _backlog_sent(self) -> None:
        self._finish_if_idle()

    def release(self) -> None:
        super().release()
        self._finish_if_idle()

    def _send_answers(self) -> None:
        super()._send_answers()
        self._finish_if_idle()

    @property
    def idle(self) -> bool:
        """Whether nothing of this client is being done and nothing waits."""
        busy = self._working or self._work or self._laters or self._answers or self._held
        return not (busy or self._handling_sync or self.queued_bytes)

    def _finish_if_idle(self) -> None:
        if self._finishing and self.idle:
            self._end("the server stops")


def _raiser(error: BaseException) -> Callable[[], Any]:
    def fail() -> Any:
        raise error

    return fail


def _is_cancellation(error: BaseException) -> bool:
    try:
        return isinstance(error, asyncio.CancelledError if on_asyncio() else anyio.get_cancelled_exc_class())
    except RuntimeError:  # no event loop, where a session is polled
        return False
