"""The embedded q with the face of a connection."""

from __future__ import annotations

import logging
from collections.abc import Generator
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import anyio
import anyio.lowlevel

from anyq.client import AsyncFace, Query, check_name, checked_strings, request_value
from anyq.errors import CallTimeout, ClosedError
from anyq.portal import Job
from anyq.values import NULL, Strings, Value

from ._core import EmbeddedQ

__all__ = ["Embedded", "PendingCall", "open_embedded"]

T = TypeVar("T")
log: Final = logging.getLogger("anyq.embedded")


def open_embedded(*, deadline: float = 5.0, strings: Strings = "symbols") -> Embedded:
    """An embedded q that lives as long as the ``async with`` block.

    It has a thread of its own. Any number of tasks, of any event loops, may call it; what they ask is done in the order
    in which they ask. Leaving the block lets the evaluation that runs finish within ``deadline`` seconds, then
    interrupts it; calls that wait fail with `anyq.PortalClosed`. ``strings`` is what
    ``str`` becomes in arguments and variables, as in `anyq.connect`.
    """
    return Embedded(EmbeddedQ(), deadline, strings)


class PendingCall:
    """The handle of a call: await it for the answer, in any order and as often as you like.

    Cancelling an ``await`` leaves the call alone.
    """

    __slots__ = ("_job",)

    def __init__(self, job: Job[Value]) -> None:
        self._job = job

    def __await__(self) -> Generator[Any, Any, Value]:
        return self._job.__await__()

    def __repr__(self) -> str:
        state = "answered" if self._job.done() else "evaluating" if self._job.started else "waiting for its turn"
        return f"<PendingCall: {state}>"

    def done(self) -> bool:
        """Whether the answer, or what prevents it, is known."""
        return self._job.done()

    def started(self) -> bool:
        """Whether the evaluation has begun."""
        return self._job.started

    def result(self) -> Value:
        """The answer, without waiting. `anyq.Error` if it is not there yet."""
        return self._job.result()

    def cancel(self) -> None:
        """Give the call up. If it has begun it goes on, unheard."""
        self._job.cancel()


class Embedded(AsyncFace):
    """A q in this process. It is called as a connection is: ``await q("1+1")``, ``await q("{x+y}", 1, 2)``.

    ``q["name"] = value`` sets a variable at once, before all later calls; a Python function given so can be called
    by q, with q values, on the thread of the q (see `anyq.embedded.in_worker`). ``await q.get("name")`` reads.
    An attribute that is not defined here is a name in q, see `anyq.client.Namespace`.
    """

    _fields = frozenset({"core"})
    _opener = "anyq.open_embedded"
    _blocking = "anyq.sync.open_embedded"

    def __init__(self, core: EmbeddedQ, deadline: float | None = None, strings: Strings = "symbols") -> None:
        self.core = core
        self._strings = checked_strings(strings)
        self._deadline = deadline

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.core.owner.name}{' closed' if self.core.owner.closed else ''}>"

    async def __aenter__(self) -> Self:
        self.core.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """End it, as leaving the block does. Not cancellable: it takes no longer than twice the deadline."""
        deadline = 5.0 if self._deadline is None else self._deadline
        await self.core.astop(deadline)

    # Asking

    async def __call__(
        self,
        query: Query,
        *arguments: object,
        wait: bool = True,
        reuse: bool = True,
        timeout: float | None = None,
        idempotent: bool = False,
        async_response: bool = False,
    ) -> Value:
        """Ask, and wait for the answer.

        ``query`` is q text, or a q value: a function, or a symbol that names one. With arguments the function is
        applied to them, at most 8. ``wait=False`` does not wait, see `post`, and gives the generic null. A call that
        takes longer than ``timeout`` seconds, waiting included, is interrupted. ``reuse``, ``idempotent`` and
        ``async_response`` are there for the likeness to a connection, and change nothing.

        Raises `QError` for q's errors, `CallTimeout`, `ClosedError`, `PortalClosed`, `TypeError` for what has no q
        form. Cancelled before the evaluation began, it does not happen; afterwards it goes on, unheard.
        """
        if not wait:
            await self.post(query, *arguments)
            return NULL
        message = request_value(query, arguments, self._strings)
        await anyio.lowlevel.checkpoint_if_cancelled()
        return await _done(self.core.evaluate(message), timeout)

    def submit(self, query: Query, *arguments: object, idempotent: bool = False) -> PendingCall:
        """Ask now, and get a handle to await the answer later. Raises as a call does, but never waits."""
        return PendingCall(self.core.evaluate(request_value(query, arguments, self._strings)))

    async def post(self, query: Query, *arguments: object) -> None:
        """Ask without waiting; an error is logged. Cancelled, it was not asked."""
        message = request_value(query, arguments, self._strings)
        await anyio.lowlevel.checkpoint_if_cancelled()
        job = self.core.evaluate(message)  # before others have their turn: what is asked later is done later
        job.add_waiter(lambda: log_error(job))
        await anyio.lowlevel.cancel_shielded_checkpoint()

    async def flush(self, *, confirm: bool = False) -> None:
        """Wait until all that was asked so far has been done. ``confirm`` is there for the likeness to a connection."""
        await self.core.submit(lambda interpreter: None)

    def interrupt(self) -> None:
        """Make the evaluation that runs raise the q error ``stop``."""
        self.core.interrupt()

    # Names and files

    async def set(self, name: str, value: object, *, timeout: float | None = None) -> None:
        """Set a variable to any object that has a q form, or to a Python function, and wait until it is set.

        Raises and is cancelled as `anyq.Connection.set`.
        """
        job = self.core.assign(check_name(name), value, self._strings)
        await _done(job, timeout)

    def __setitem__(self, name: str, value: object) -> None:
        job = self.core.assign(check_name(name), value, self._strings)
        job.add_waiter(lambda: log_error(job))


async def _done(job: Job[T], timeout: float | None) -> T:
    """The result of a job; interrupted after ``timeout`` seconds, withdrawn if we are cancelled before it began."""
    try:
        if timeout is None:
            return await job
        with anyio.move_on_after(timeout):
            return await job
    finally:
        if not job.done():
            job.cancel()
    job.interrupt()
    raise CallTimeout(f"no answer within {timeout} s")


def log_error(job: Job[Any]) -> None:
    """What nobody waited for, and failed."""
    try:
        job.result()
    except ClosedError:
        pass
    except BaseException as error:  # the call's, and not of the thread that logs it: ``exit`` raises SystemExit
        log.error("a call that nobody waits for failed: %s", repr(error) if isinstance(error, SystemExit) else error)
