"""The embedded q for programs without an event loop: any thread may call it."""

from __future__ import annotations

from typing import Final, Self, TypeVar

from anyq.client import Query, check_name, checked_strings, request_value
from anyq.errors import CallTimeout
from anyq.portal import Job, LocalQ, refuse_blocking
from anyq.values import NULL, Strings, Value

from ._core import EmbeddedQ
from ._face import log_error

__all__ = ["BlockingEmbedded", "BlockingPendingCall"]

T = TypeVar("T")
_INSTEAD: Final = "`await` on a q of `anyq.open_embedded`"


class BlockingPendingCall:
    """The handle of a call: ask for its `result`, in any order, as often as you like, and in any thread."""

    __slots__ = ("_job",)

    def __init__(self, job: Job[Value]) -> None:
        self._job = job

    def done(self) -> bool:
        """Whether the answer, or what prevents it, is known."""
        return self._job.done()

    @property
    def started(self) -> bool:
        """Whether the evaluation has begun: false for a call that was cancelled, or failed, before."""
        return self._job.started

    def result(self, timeout: float | None = None) -> Value:
        """The answer, waiting for it at most ``timeout`` seconds (`CallTimeout`)."""
        if not self._job.done():
            refuse_blocking("waiting for an answer", _INSTEAD)
        return self._job.wait(timeout)

    def cancel(self) -> None:
        """Give the call up. If it has begun it goes on, unheard."""
        self._job.cancel()


class BlockingEmbedded(LocalQ):
    """A q in this process, for any number of threads. It is called as a connection is: ``q("1+1")``.

    All that reads or changes it happens on its own thread, in the order in which it is asked; what one thread asks is
    done in the order of asking. ``q["name"] = value`` sets a variable; a Python function given so can be called by q,
    on the thread of the q (see `anyq.embedded.in_worker`). An attribute that is not defined here is a name in q.

    Leaving the block lets the evaluation that runs finish within ``deadline`` seconds, then interrupts it; calls that
    wait fail with `anyq.PortalClosed`. In a running event loop its methods raise `anyq.MisuseError`.
    """

    core: EmbeddedQ
    _fields = frozenset({"core"})
    _opener = "anyq.sync.open_embedded"

    def __init__(
        self, core: EmbeddedQ, deadline: float = 5.0, strings: Strings = "symbols", *, started: bool = False
    ) -> None:
        self.core = core
        self._strings = checked_strings(strings)
        self._started = started
        """Whether entering a block finds it open, as that of a portal is."""
        self._deadline = deadline

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.core.owner.name}{' closed' if self.core.owner.closed else ''}>"

    def __enter__(self) -> Self:
        if not self._started:
            self.core.start()
        return self

    def close(self) -> None:
        """End it, as leaving the block does."""
        self.core.stop(self._deadline)

    # Asking

    def _refuse(self) -> None:
        """`MisuseError` where waiting for the owner's thread would stop an event loop."""
        refuse_blocking("the embedded q", _INSTEAD)

    def __call__(
        self,
        query: Query,
        *arguments: object,
        wait: bool = True,
        reuse: bool = True,
        timeout: float | None = None,
        idempotent: bool = False,
        async_response: bool = False,
    ) -> Value:
        """Ask, and wait for the answer, as `anyq.embedded.Embedded.__call__`.

        Interrupted (Ctrl-C), or after ``timeout`` seconds (`CallTimeout`), the evaluation is interrupted too; if it has
        not begun it will not.
        """
        if not wait:
            self.post(query, *arguments)
            return NULL
        message = request_value(query, arguments, self._strings)
        self._refuse()
        return _done(self.core.evaluate(message), timeout)

    def submit(self, query: Query, *arguments: object, idempotent: bool = False) -> BlockingPendingCall:
        """Ask now, and get a handle to ask for the answer later. Never waits."""
        return BlockingPendingCall(self.core.evaluate(request_value(query, arguments, self._strings)))

    def post(self, query: Query, *arguments: object) -> None:
        """Ask without waiting; an error is logged."""
        job = self.core.evaluate(request_value(query, arguments, self._strings))
        job.add_waiter(lambda: log_error(job))

    def flush(self, *, confirm: bool = False) -> None:
        """Wait until all that was asked so far has been done. ``confirm`` is there for the likeness to a connection."""
        self._refuse()
        self.core.submit(lambda interpreter: None).wait()

    def interrupt(self) -> None:
        """Make the evaluation that runs raise the q error ``stop``."""
        self.core.interrupt()

    # Names and files

    def set(self, name: str, value: object, *, timeout: float | None = None) -> None:
        """Set a variable to any object that has a q form, or to a Python function, and wait until it is set.

        Raises as `anyq.sync.Connection.set`.
        """
        self._refuse()
        _done(self.core.assign(check_name(name), value, self._strings), timeout)


def _done(job: Job[T], timeout: float | None) -> T:
    """The result of a job, which is interrupted after ``timeout`` seconds, and when its caller is."""
    try:
        return job.wait(timeout)
    except CallTimeout:
        job.interrupt()
        raise CallTimeout(f"no answer within {timeout} s") from None
    except BaseException:
        if not job.done():
            job.interrupt()
        raise
