"""What a server calls, and how its failures are said in q."""

from __future__ import annotations

import inspect
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator
from typing import Any, Final, TypeVar

import anyio
import anyio.to_thread
import attrs

from anyq.console import visible
from anyq.errors import QError, error_text

from ._limits import Stats

__all__ = ["ASYNC", "SYNC", "Action", "Failures", "Handler", "Later", "leaves"]

H = TypeVar("H", bound=Callable[..., Any])

log: Final = logging.getLogger("anyq.server")
SYNC: Final = "a sync message"
ASYNC: Final = "an async message"


@attrs.frozen
class Handler:
    """A function with the way it is to be run; a bare function is the same as ``Handler(function)``.

    * ``in_thread``: run it (a plain function) in a worker thread; the event loop goes on. Methods of `Client` may be
      called there.
    * ``concurrency``: how many runs at a time, over all clients; the rest wait in order.
    * ``timeout``: seconds after which a run is cancelled; a sync caller gets the error ``timeout``.
    * ``finish``: go on when the client has left. Otherwise the run is cancelled (a thread is abandoned).
    """

    function: Callable[..., Any]
    in_thread: bool = False
    concurrency: int | None = None
    timeout: float | None = None
    finish: bool = False


def _takes(function: Callable[..., Any], count: int) -> bool:
    """Whether ``function`` names ``count`` positional parameters."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return False
    places = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return len(places) >= count


def _is_async(function: Callable[..., Any]) -> bool:
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(type(function).__call__)


class Later(ABC):
    """A result that is made elsewhere, in another thread say. A plain handler may return one in place of an awaitable,
    which takes a task to wait for.

    A handler that `leaves` its results may be called again before the last one is there: it keeps the order, and defers
    no answer itself. ``evaluated`` says that q makes the result: its errors come with a call chain of q.
    """

    evaluated = False

    @abstractmethod
    def begin(self, done: Callable[[], object]) -> None:
        """Have ``done`` called in the server's event loop when the result is there: once, and not at once."""

    @abstractmethod
    def outcome(self) -> Any:
        """The result, or what prevented it is raised. Once, after ``done``."""

    @abstractmethod
    def interrupt(self) -> None:
        """The client has left: nobody wants the result any more."""

    @abstractmethod
    def __await__(self) -> Generator[Any, Any, Any]:
        """In place of `begin` and `outcome`, where there is a task. Cancelled: as `interrupt`."""


def leaves(handler: H) -> H:
    """Mark a plain handler whose results are `Later` (or awaitables), and are there in the order of the calls."""
    handler.leaves = True  # type: ignore[attr-defined]
    return handler


class Action:
    """A handler made ready: ``run(*arguments, client)``, where the client is left out if the function does not take it.

    ``plain`` actions are run by calling `now`; others by awaiting `run`.
    """

    __slots__ = ("_limiter", "finish", "function", "in_thread", "leaves", "plain", "quick", "timeout", "wants_client")

    def __init__(self, handler: Handler | Callable[..., Any], arguments: int) -> None:
        given = handler if isinstance(handler, Handler) else Handler(handler)
        if not callable(given.function):
            raise TypeError(f"a handler is a function, not {type(given.function).__name__}")
        self.function: Callable[..., Any] = given.function
        self.in_thread: bool = given.in_thread
        self.timeout: float | None = given.timeout
        self.finish: bool = given.finish
        self.wants_client: bool = _takes(given.function, arguments + 1)
        self._limiter = None if given.concurrency is None else anyio.CapacityLimiter(given.concurrency)
        awaits = _is_async(given.function)
        if awaits and given.in_thread:
            raise TypeError("a coroutine function cannot run in a worker thread; leave in_thread out")
        self.leaves: bool = getattr(given.function, "leaves", False) is True
        self.plain: bool = not (awaits or given.in_thread or given.concurrency or given.timeout or given.finish)
        self.quick: bool = self.plain
        """Whether its function may be called past `now`, for small requests."""

    def now(self, *arguments: Any) -> Any:
        """Call a plain action's function. The last argument is the client."""
        return self.function(*arguments) if self.wants_client else self.function(*arguments[:-1])

    async def run(self, *arguments: Any) -> Any:
        """Run the action in its own way. ``TimeoutError`` when its time is over."""
        with anyio.CancelScope(shield=self.finish), anyio.fail_after(self.timeout):
            if self._limiter is None:
                return await self._run(arguments)
            async with self._limiter:
                return await self._run(arguments)

    async def _run(self, arguments: tuple[Any, ...]) -> Any:
        if self.in_thread:
            return await anyio.to_thread.run_sync(self.now, *arguments, abandon_on_cancel=not self.finish)
        result = self.now(*arguments)
        return await result if inspect.isawaitable(result) else result


@attrs.define
class Failures:
    """What becomes of the failures of a server's handlers: counted, logged, told to the client."""

    stats: Stats
    expose: bool = True
    """Whether clients are told the text of exceptions that are no `QError`, or their class alone."""
    end_server: Callable[[BaseException], None] = lambda error: None
    """Called when what came out of a handler is no `Exception`."""

    def text(self, error: BaseException) -> str:
        """What the client is told."""
        return error_text(error, self.expose)

    def note(self, error: BaseException, handle: int, user: str, what: str, evaluated: bool = False) -> None:
        """Log a failure. One of q itself (``evaluated``) has no traceback but its call chain."""
        fatal = not isinstance(error, Exception)
        level = logging.CRITICAL if fatal else logging.ERROR
        refused = evaluated and isinstance(error, QError)
        if refused and what == SYNC:
            level = logging.INFO  # its client knows
        if log.isEnabledFor(level):
            detail = error.detail if refused and isinstance(error, QError) else ""
            log.log(
                level, "client %d (%r): %s failed: %s%s", handle, user, what, visible(error_text(error)),
                visible(f"\n{detail}", lines=True) if detail else "",
                exc_info=None if refused else error, extra={"handle": handle, "user": user},
            )  # fmt: skip
        if fatal:
            self.end_server(error)
