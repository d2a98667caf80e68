"""A thread that owns something, and the jobs that others give it.

Theory of operation. Jobs wait in one queue, so the jobs of one submitter run in the order in which they were submitted.
A job is claimed once, by the thread that runs it or by whoever gives it up before: the first on its list has it.
Who waits for a job leaves a function that is called when it is done: releasing a lock for a blocked thread, setting an
event for a task. There is no lock around the job itself; ``_done`` is set before the waiters are called, and whoever
adds a waiter looks at ``_done`` afterwards, so none is missed.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import threading
from collections import deque
from collections.abc import Callable, Generator
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, Final, Generic, TypeVar
from weakref import WeakSet

from anyq.errors import CallTimeout, ClosedError, Error, MisuseError, PortalClosed
from anyq.loops import Local

from ._loop import current_loop
from ._patience import new_gate

__all__ = ["Job", "Owner"]

T = TypeVar("T")
_UNSET: Final[Any] = object()
_RUN: Final = object()
"""The owner's claim on a job."""
log: Final = logging.getLogger("anyq.portal")
_STACK: Final = 16 << 20
"""Bytes. An engine's deepest recursion fits; with the 2 MB that some systems give a thread it would be a crash."""
_STACKS: Final = threading.Lock()


class Job(Local, Generic[T]):
    """One piece of work for an owner thread. Await it, or block for it with `wait`; both as often as you like."""

    __slots__ = ("_arguments", "_claims", "_done", "_error", "_function", "_owner", "_result", "_waiters", "tag")

    def __init__(
        self, owner: Owner, function: Callable[..., T], arguments: tuple[Any, ...], tag: object = None
    ) -> None:
        self.tag: object = tag
        self._owner = owner
        self._function = function
        self._arguments = arguments
        self._claims: list[object] = []
        self._done = False
        self._result: T = _UNSET
        self._error: BaseException | None = None
        self._waiters: list[Callable[[], object]] = []

    # The owner's side

    def _claimed(self, claim: object) -> bool:
        """Claim it; whether this was the first claim. Appending is a single step, whoever does it."""
        self._claims.append(claim)
        return self._claims[0] is claim

    def _run(self) -> None:
        if not self._claimed(_RUN):
            return
        try:
            self._result = self._function(*self._arguments)
        except BaseException as error:
            self._error = error
        self._finish()

    def _fail(self, error: BaseException) -> None:
        if self._claimed(error):
            self._error = error
            self._finish()

    def _leave(self, error: BaseException) -> None:
        """It does not return: let those go who wait for it."""
        self._error = error
        self._done = True
        self._call_waiters()

    def _finish(self) -> None:
        self._function = self._arguments = _UNSET
        self._done = True
        self._call_waiters()

    def _call_waiters(self) -> None:
        """Each waiter once: taking one off the list is a single step, whoever does it."""
        waiters = self._waiters
        while waiters:
            try:
                waiter = waiters.pop()
            except IndexError:
                return
            try:
                waiter()
            except Exception:
                with contextlib.suppress(Exception):  # a handler of the log that raises must not end the owner either
                    log.exception("what was to be called at the end of a job of %s failed", self._owner.name)

    # The submitter's side

    @property
    def started(self) -> bool:
        """Whether it runs or has run; false also for one that was given up before, see `done`."""
        return self._claims[:1] == [_RUN]

    def done(self) -> bool:
        """Whether the result, or what prevents it, is known."""
        return self._done

    def cancel(self) -> bool:
        """Give it up, if it has not begun. True if it never ran and will never run, whoever gave it up."""
        self._fail(ClosedError("this job was cancelled before it began"))
        return not self.started

    def interrupt(self) -> None:
        """Make it stop soon if it runs, in the way of what is owned; cancel it if it waits."""
        if not self.cancel():
            self._owner._interrupt_job(self)

    def add_waiter(self, waiter: Callable[[], object]) -> None:
        """Have ``waiter`` called when it is done, in whatever thread that happens, or now if it is."""
        self._waiters.append(waiter)
        if self._done:
            self._call_waiters()

    def result(self) -> T:
        """The result, without waiting. `anyq.Error` if it is not there yet; raises what the job raised."""
        if not self._done:
            raise Error("the result is not there yet: await this handle, or ask done() first")
        if self._error is not None:
            raise self._error
        return self._result

    def wait(self, timeout: float | None = None) -> T:
        """Block this thread until it is done. `CallTimeout` after ``timeout`` seconds; the job goes on."""
        if not self._done:
            if self._owner.owns_this_thread():
                raise MisuseError(f"waiting for a job on {self._owner.name}'s own thread would wait for itself")
            gate = new_gate()
            self.add_waiter(gate.open)
            if not gate.wait(timeout):
                raise CallTimeout(f"no result within {timeout} s")
        return self.result()

    def __await__(self) -> Generator[Any, Any, T]:
        return self._awaited().__await__()

    async def _awaited(self) -> T:
        import anyio  # there is an event loop, so it has been imported
        import anyio.lowlevel

        if self._done:
            await anyio.lowlevel.checkpoint()
        else:
            event, loop = anyio.Event(), current_loop()
            self.add_waiter(lambda: loop.call_soon(event.set))
            await event.wait()
        return self.result()


class Owner(Local):
    """A thread that runs jobs one after the other, until it is stopped.

    ``interrupt`` is called (in any thread) to make the job that runs stop soon, ``rest`` before each job begins: what
    an earlier interrupt left behind is none of its business. The two are never called at the same time.
    """

    def __init__(
        self, name: str, interrupt: Callable[[], object] = lambda: None, rest: Callable[[], object] = lambda: None
    ) -> None:
        self.name = name
        self._interrupt = interrupt
        self._rest = rest
        self._queue: SimpleQueue[Job[Any] | None] = SimpleQueue()
        self._current: Job[Any] | None = None
        self._interrupted: Job[Any] | None = None
        self._outer: dict[Job[Any], bool] = {}
        """The jobs in the middle of which the current one runs, and whether they are to stop."""
        self._switching = threading.Lock()
        self._closing = threading.Lock()
        self._closed = False
        self._ticking = False
        self._parent: int | None = None
        self._thread: threading.Thread | None = None
        self._bell: Callable[[], object] = lambda: None
        self._aside: deque[Job[Any] | None] = deque()
        self._timers: dict[object, tuple[float, float, Callable[[], object]]] = {}

    def start(self) -> None:
        """Start the thread. `MisuseError` if it was started before: there is one owner."""
        if self._thread is not None:
            raise MisuseError(f"{self.name} was started before; what has one owner thread is opened once")
        # A daemon, so that a job that does not return cannot keep the interpreter alive; nothing is lost by that,
        # because owners that are still open at exit are stopped first.
        self._thread = threading.Thread(target=self._work, name=self.name, daemon=True)
        _OWNERS.add(self)
        with _STACKS:
            before = threading.stack_size(_STACK)
            try:
                self._thread.start()
            finally:
                threading.stack_size(before)

    def start_here(self, bell: Callable[[], object]) -> None:
        """Have the jobs run in this thread, by `work_off`, and not in one of its own: for simulations.

        ``bell`` is called, in any thread, when a job was submitted.
        """
        self._thread, self._bell = threading.current_thread(), bell

    def work_off(self) -> None:
        """Run the jobs that wait."""
        while self._aside or not self._queue.empty():
            job = self._aside.popleft() if self._aside else self._queue.get()
            if job is not None:
                self._run_job(job)

    def owns_this_thread(self) -> bool:
        """Whether this is called from the owner thread."""
        return threading.current_thread() is self._thread

    @property
    def closed(self) -> bool:
        return self._closed

    @property
    def busy(self) -> bool:
        """Whether a job or a timer runs just now."""
        return self._current is not None or self._ticking

    def submit(self, function: Callable[..., T], *arguments: Any, tag: object = None) -> Job[T]:
        """Have ``function(*arguments)`` run by the owner after all that was submitted before.

        `ClosedError` after the end, `MisuseError` before the start.
        """
        job = Job(self, function, arguments, tag)
        with self._closing:
            if self._parent is not None:
                raise PortalClosed(
                    f"{self.name} belongs to the parent process {self._parent}: open one in this process"
                )
            if self._closed:
                raise ClosedError(f"{self.name} is closed")
            if self._thread is None:
                raise MisuseError(f"{self.name} is not open yet: use it inside its block")
            self._queue.put(job)
        self._bell()
        return job

    def every(self, seconds: float, function: Callable[[], object]) -> Callable[[], None]:
        """Have ``function`` run between jobs, every so many seconds. From the owner thread only; the result ends it."""
        key = object()
        self._timers[key] = (monotonic() + seconds, seconds, function)
        return lambda: self._timers.pop(key, None) and None

    def stop(self, deadline: float = 5.0) -> None:
        """End the thread; idempotent. Blocks until it has ended, or for about twice ``deadline`` seconds.

        The job that runs may finish within ``deadline``, then it is interrupted; those that wait fail with
        `PortalClosed`.
        """
        with self._closing:
            first, self._closed = not self._closed, True
        thread = self._thread
        if thread is None or self.owns_this_thread():
            return
        if first:
            self._fail_waiting()
            self._queue.put(None)
        thread.join(deadline)
        if thread.is_alive():
            self.interrupt()
            thread.join(deadline)
        job = self._current
        if thread.is_alive() and job is not None:
            job._leave(PortalClosed(f"{self.name} was closed while this job ran", outcome="unknown"))

    def _forked(self) -> None:
        """In the child of a fork there is no owner thread."""
        self._parent = os.getppid()
        self._closing, self._switching = threading.Lock(), threading.Lock()
        self._closed, self._thread = True, None

    def _fail_waiting(self) -> None:
        while True:
            try:
                job = self._aside.popleft() if self._aside else self._queue.get_nowait()
            except (Empty, IndexError):
                return
            if job is not None:
                job._fail(PortalClosed(f"{self.name} was closed before this job began"))

    def _interrupt_job(self, job: Job[Any]) -> None:
        with self._switching:
            if self._current is job:
                self._interrupted = job
                self._interrupt()
            elif job in self._outer:  # when the job that runs inside it is over
                self._outer[job] = True

    def interrupt(self) -> bool:
        """Make the job or timer that runs stop soon. False if none runs. Any thread may call this."""
        with self._switching:
            busy = self.busy
            if busy:
                self._interrupted = self._current
                self._interrupt()
        return busy

    def run_next(self, wanted: Callable[[object], bool], timeout: float) -> bool:
        """From the owner thread, inside a job: run the next job whose tag is ``wanted``; the others keep their turn.

        False if none came in time, or the owner is to end.
        """
        until = monotonic() + timeout
        while (left := until - monotonic()) > 0:
            try:
                job = self._queue.get(timeout=left)
            except Empty:
                return False
            if job is not None and wanted(job.tag):
                self._run_inside(job)
                return True
            self._aside.append(job)
            if job is None:
                return False
        return False

    def _run_inside(self, job: Job[Any]) -> None:
        """Run a job while another one waits: what interrupts the one does not interrupt the other."""
        with self._switching:
            outer, self._current = self._current, job
            if outer is not None:
                self._outer[outer] = self._interrupted is outer
            self._rest()
        job._run()
        with self._switching:
            self._current = outer
            self._rest()
            if outer is not None and self._outer.pop(outer):
                self._interrupt()

    def _work(self) -> None:
        """Run jobs to the end. Should anything but a job fail, nobody waits for a thread that is gone."""
        try:
            self._run_jobs()
        finally:
            with self._closing:
                self._closed = True
            self._fail_waiting()

    def _run_jobs(self) -> None:
        queue = self._queue
        while True:
            if self._aside:
                job = self._aside.popleft()
            else:
                job = queue.get() if not self._timers else self._next_or_tick()
            if job is None:
                return
            self._run_job(job)
            del job

    def _run_job(self, job: Job[Any]) -> None:
        with self._switching:
            self._rest()
            self._current = job
        job._run()
        with self._switching:
            self._current = None

    def _next_or_tick(self) -> Job[Any] | None:
        """The next job, with what is due run before it: one job at most between two ticks, and the reverse."""
        while self._timers:
            left = min(at for at, _, _ in self._timers.values()) - monotonic()
            if left <= 0:
                self._tick()
                left = 0
            with contextlib.suppress(Empty):
                return self._queue.get(timeout=left)
        return self._queue.get()

    def _tick(self) -> None:
        now = monotonic()
        for key, (at, seconds, function) in list(self._timers.items()):
            if at <= now and key in self._timers:
                self._timers[key] = (max(at + seconds, now), seconds, function)
                with self._switching:
                    self._rest()
                    self._ticking = True
                try:
                    function()
                finally:
                    with self._switching:
                        self._ticking = False


_OWNERS: Final[WeakSet[Owner]] = WeakSet()


def _stop_all() -> None:
    for owner in list(_OWNERS):
        owner.stop(1.0)


def _forget_all() -> None:
    for owner in list(_OWNERS):
        owner._forked()


# Runs after the last thread that is not a daemon has ended, so that such threads can use their owner to the end.
atexit.register(_stop_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
