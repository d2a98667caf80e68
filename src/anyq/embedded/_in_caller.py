"""The embedded q without a thread of its own: each evaluation runs in the thread that asks for it.

A call costs under a microsecond, where handing it to an owner thread costs thirty. One lock makes of the threads that
call a queue. A Python function that q calls may call the q again, and so may code that an event loop runs: nothing is
waited for but the lock.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from time import monotonic
from typing import Any, TypeVar

from anyq.client import Query, request_value
from anyq.engine import Interpreter
from anyq.errors import CallTimeout, ClosedError, MisuseError, QError
from anyq.portal import Job, Owner
from anyq.values import NULL, Strings, Value, settled

from ._blocking import BlockingEmbedded
from ._caller import OWNER
from ._core import EmbeddedQ

__all__ = ["CallerEmbedded", "CallerOwner"]

T = TypeVar("T")


class CallerOwner(Owner):
    """Runs each job at once, in the thread that submits it; one thread at a time."""

    def __init__(
        self, name: str, interrupt: Callable[[], object] = lambda: None, rest: Callable[[], object] = lambda: None
    ) -> None:
        super().__init__(name, interrupt, rest)
        self.lock: AbstractContextManager[object] = threading.RLock()
        self.turn: threading.Condition = threading.Condition(self.lock)
        self._wanted: Callable[[object], bool] | None = None
        self._started = False

    def start(self) -> None:
        """Open. `MisuseError` if it was opened before."""
        if self._started:
            raise MisuseError(f"{self.name} was opened before; open another one")
        self._started = True

    def owns_this_thread(self) -> bool:
        """Always: no thread has to wait for another one's answer."""
        return True

    @property
    def ready(self) -> bool:
        """Whether an evaluation may just begin: it is open, no timer is due, and nobody waits for a certain job."""
        return self._started and not self._closed and not self._timers and self._wanted is None

    def check_open(self) -> None:
        """Raise `ClosedError` after the end, `MisuseError` before the start."""
        if self._closed:
            raise ClosedError(f"{self.name} is closed")
        if not self._started:
            raise MisuseError(f"{self.name} is not open yet: use it inside its block")

    def submit(self, function: Callable[..., T], *arguments: Any, tag: object = None) -> Job[T]:
        """Run ``function(*arguments)`` now, after what other threads run; the job is done when this returns."""
        job = Job(self, function, arguments, tag)
        with self.turn:
            while self._wanted is not None and not self._wanted(tag):
                self.turn.wait()
            self.check_open()
            self.tick()
            self._run_inside(job)
            self.turn.notify_all()
        return job

    def tick(self) -> None:
        """Run the timers that are due; from outside of jobs, and with the turn."""
        if self._timers and not self.busy:
            self._tick()

    def run_next(self, wanted: Callable[[object], bool], timeout: float) -> bool:
        """From a job: let other threads run a job whose tag is ``wanted``. False if none came in time."""
        before, self._wanted = self._wanted, wanted
        try:
            return self.turn.wait(timeout)
        finally:
            self._wanted = before
            self.turn.notify_all()

    def interrupt(self) -> bool:
        """Make what runs stop soon, a job or not."""
        self._interrupt()
        return True

    def stop(self, deadline: float = 5.0) -> None:
        """End: calls raise `ClosedError`. What runs in another thread has ``deadline`` seconds, then it is stopped."""
        self._closed = True
        if not self.turn.acquire(timeout=deadline):
            self.interrupt()
            if not self.turn.acquire(timeout=deadline):
                return
        self.turn.release()


class CallerEmbedded(BlockingEmbedded):
    """A `BlockingEmbedded` whose evaluations run in the calling thread, made by ``open_embedded(thread="caller")``.

    Any thread may call it, also inside a running event loop, which stands still meanwhile, and also from a Python
    function that q calls. Threads wait for each other. Timers run when it is called, not between calls. Ctrl-C raises
    `KeyboardInterrupt` in the evaluation itself.
    """

    def __init__(self, deadline: float = 5.0, strings: Strings = "symbols", **options: Any) -> None:
        core = EmbeddedQ(owned_by=CallerOwner, **options)
        super().__init__(core, deadline, strings)
        assert isinstance(core.owner, CallerOwner)
        self._owner: CallerOwner = core.owner
        self._turn: AbstractContextManager[object] = core.owner.lock

    def _refuse(self) -> None:
        """Nothing here waits for another thread."""

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
        """Evaluate, as `BlockingEmbedded` does; after ``timeout`` seconds it is stopped (`CallTimeout`)."""
        if not wait:
            self.post(query, *arguments)
            return NULL
        message: Value | str
        if not arguments and type(query) is str and query.isascii():
            message = query
        else:
            message = settled(request_value(query, arguments, self._strings))
        return self.evaluate(message, timeout)

    def interrupt(self) -> None:
        """Make the evaluation that runs, in another thread, raise the q error ``stop``."""
        self.core.interpreter.interrupt()

    def evaluate(self, message: Value | str, timeout: float | None = None) -> Value:
        """What q makes of a message that nobody else writes to: text, or a list of a function and its arguments."""
        if isinstance(message, str):
            text = message
            return self.run(lambda interpreter: interpreter.eval(text), timeout)
        value = message
        return self.run(lambda interpreter: interpreter.value(value), timeout)

    def run(self, work: Callable[[Interpreter], T], timeout: float | None = None) -> T:
        """``work`` done with the interpreter, in its turn; `CallTimeout` after so many seconds."""
        owner, core = self._owner, self.core
        with self._turn:
            if timeout is not None or not owner.ready:
                return self._slowly(work, timeout)
            try:
                return work(core.interpreter)
            except QError:
                core.rest()
                raise
            finally:
                if OWNER.outbox:
                    core.handles.flush(OWNER.outbox)

    def _slowly(self, work: Callable[[Interpreter], T], timeout: float | None) -> T:
        began = monotonic()
        try:
            return self.core.submit(work, seconds=timeout).result()
        except QError as error:
            if timeout is not None and error.text == "stop" and monotonic() - began >= timeout:
                raise CallTimeout(f"no answer within {timeout} s") from None
            raise
