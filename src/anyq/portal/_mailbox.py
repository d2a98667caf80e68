"""What a portal is without its event loop: a bounded mailbox of jobs, ways to wait for them, and an orderly end.

Theory of operation. Jobs wait in one deque, in the order of submission. A submitter appends its job, and rings only if
the owner sleeps (`Mailbox._ring`); the owner takes jobs until there are none, says that it sleeps, and looks once more.
So a burst of jobs costs one wake-up, and none is overlooked. Submitters that find the mailbox full sleep until half of
it is free.

An owner's end has two steps. First the mailbox closes: what comes later is refused. When the time for what is in
flight is over, everything that was not settled fails with `PortalClosed`, even if the thread itself is stuck in a
function that does not return. Threads are daemons so that a stuck one cannot keep the interpreter alive; nothing is
lost by that, because owners that are still open at exit are closed first.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
import weakref
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Final, ParamSpec, TypeVar, overload

import anyio
import attrs

from anyq.client import AsyncFace
from anyq.errors import BusyError, MisuseError, PortalClosed
from anyq.loops import Local
from anyq.portal._job import Job, JobFuture, refuse_own_thread
from anyq.portal._loop import current_loop, refuse_blocking, running_loop
from anyq.portal._patience import new_gate

__all__ = ["Mailbox", "OwnerStatistics"]

P = ParamSpec("P")
T = TypeVar("T")

log: Final = logging.getLogger("anyq.portal")
_BATCH: Final = 256
"""How many jobs begin before an owner does something else."""
_owners: Final[weakref.WeakSet[Mailbox]] = weakref.WeakSet()


@attrs.frozen
class OwnerStatistics:
    """What an owner thread has done so far.

    Jobs: ``queued`` now, ``peak_queued`` at most so far, ``begun``, ``failed`` (raised), ``dropped`` (given up before
    or while they ran), ``refused`` (by the end of the owner). ``wakeups`` of the owner's thread, ``waits`` of
    submitters for room in the mailbox.
    """

    queued: int
    peak_queued: int
    begun: int
    failed: int
    dropped: int
    refused: int
    wakeups: int
    waits: int


class Mailbox(Local, ABC):
    """A thread that owns things which are not thread-safe, and calls functions on them for other threads.

    Jobs begin in the order of their submission. At most ``max_queued`` of them wait (each thread that submits may
    exceed that by one); then submitters wait for room. ``shutdown_timeout`` is the time in seconds that jobs in flight
    have to finish when the owner is closed.
    """

    def __init__(self, *, name: str, max_queued: int = 16384, shutdown_timeout: float = 5.0) -> None:
        if max_queued < 1:
            raise ValueError(f"max_queued must be at least 1, not {max_queued}")
        self.name = name
        self.max_queued = max_queued
        self.shutdown_timeout = shutdown_timeout
        self._jobs: deque[Job] = deque()
        self._hungry: deque[Callable[[], object]] = deque()
        self._asleep = False
        """Whether the owner waits to be rung; one that is being started looks at the mailbox by itself."""
        self._closed = ""
        self._current: Job | None = None
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._ident: int | None = None
        self._pid = os.getpid()
        self._peak = self._begun = self._failed = self._dropped = self._refused = self._wakeups = self._waits = 0

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}: {self._closed or ('open' if self._thread else 'not started')}>"

    # For other threads

    @overload
    def call(self, function: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs) -> T: ...

    @overload
    def call(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T: ...

    def call(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Call ``function`` on the owner's thread and wait for its result.

        Raises what the function raised, with the traceback of both threads; `PortalClosed` if the owner ends before the
        job does; `MisuseError` on the owner's own thread and in a thread that runs an event loop. Interrupted by a
        signal (Ctrl-C) it returns at once: the job is given up as by `JobFuture.cancel`.
        """
        return self._call(Job(function, args, kwargs), None, None)

    def watch(self, function: Callable[[], Awaitable[T]], tick: Callable[[], object], seconds: float) -> T:
        """As `call`; while it waits, ``tick`` is called every so many ``seconds``, in the thread that waits.

        What ``tick`` raises gives up the job, as an interrupt does.
        """
        return self._call(Job(function, (), {}), tick, seconds)  # type: ignore[no-any-return]

    def _call(self, job: Job, tick: Callable[[], object] | None, seconds: float | None) -> Any:
        if threading.get_ident() == self._ident:
            refuse_own_thread("call()")
        self._refuse_blocking("call()", "`await portal.run(...)`")
        gate = new_gate()
        job.notify = gate.open
        try:
            self._put(job)
            while not gate.wait(seconds):
                if tick is not None:
                    tick()
        except BaseException:
            self._give_up(job)
            raise
        return job.outcome()

    @overload
    def submit(self, function: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs) -> JobFuture[T]: ...

    @overload
    def submit(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> JobFuture[T]: ...

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> JobFuture[Any]:
        """Have ``function`` called on the owner's thread; its future, at once.

        Waits for room if the mailbox is full; in a thread that runs an event loop, and on the owner's own, that is
        `BusyError` instead. `PortalClosed` if the owner is closed.
        """
        job: JobFuture[Any] = JobFuture(self, function, args, kwargs)
        self._put(job)
        return job

    @overload
    async def run(self, function: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs) -> T: ...

    @overload
    async def run(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T: ...

    async def run(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """As `call`, awaited, in a Trio or asyncio event loop of any other thread.

        Cancelled, the job is given up as by `JobFuture.cancel`, without waiting for it.
        """
        job = Job(function, args, kwargs)
        if threading.get_ident() == self._ident:
            refuse_own_thread("run()")
        loop, event = current_loop(), anyio.Event()
        job.notify = lambda: loop.post(event.set)
        try:
            while len(self._jobs) >= self.max_queued:
                await self._room()
            self._push(job)
            await event.wait()
        except BaseException:
            self._give_up(job)
            raise
        return job.outcome()

    def statistics(self) -> OwnerStatistics:
        """What the owner has done so far; any thread may ask."""
        return OwnerStatistics(
            len(self._jobs),
            self._peak,
            self._begun,
            self._failed,
            self._dropped,
            self._refused,
            self._wakeups,
            self._waits,
        )

    # The mailbox

    def _refuse_blocking(self, what: str, instead: str) -> None:
        """Raise `MisuseError` if ``what`` would block an event loop."""
        refuse_blocking(what, instead)

    def _is_owner(self) -> bool:
        return threading.get_ident() == self._ident

    def _put(self, job: Job) -> None:
        if len(self._jobs) >= self.max_queued:
            self._wait_for_room()
        self._push(job)

    def _push(self, job: Job) -> None:
        if self._closed:
            raise PortalClosed(self._why())
        if self._thread is None:
            raise MisuseError(f"{self!r}: use it inside its block, `with start_portal() as portal`")
        self._jobs.append(job)
        try:
            if self._asleep:
                self._asleep = False
                if not self._ring():
                    self._note_end(f"{self.name} has ended")
        except BaseException:  # a signal's, perhaps between noting that the owner is awake and waking it
            self._ring()
            raise
        if self._closed:  # it closed meanwhile, and perhaps looked at the mailbox before the job was in it
            self._sweep()

    def _note_end(self, reason: str) -> None:
        self._closed = self._closed or reason

    def _give_up(self, job: Job) -> bool:
        dropped = job.abandon()
        if dropped:
            with self._lock:
                self._dropped += 1
        return dropped

    def _wait_for_room(self) -> None:
        if self._is_owner() or running_loop() is not None:
            raise BusyError(f"{self.max_queued} jobs wait already: `await portal.run(...)` would wait for room")
        while len(self._jobs) >= self.max_queued and not self._closed:
            room = new_gate()
            self._wait(room.open)
            room.wait()

    async def _room(self) -> None:
        loop, event = current_loop(), anyio.Event()
        self._wait(lambda: loop.post(event.set))
        await event.wait()

    def _wait(self, wake: Callable[[], object]) -> None:
        with self._lock:
            self._waits += 1
        self._hungry.append(wake)
        if len(self._jobs) < self.max_queued or self._closed:
            self._feed()

    def _feed(self) -> None:
        """Wake the submitters that wait for room."""
        hungry = self._hungry
        while hungry:
            try:
                hungry.popleft()()
            except IndexError:
                return

    def _why(self) -> str:
        return self._closed or "the portal is closed"

    def _sweep(self) -> None:
        """Refuse all that waits."""
        self._feed()
        while self._jobs:
            try:
                job = self._jobs.popleft()
            except IndexError:
                return
            self._refuse(job)

    def _refuse(self, job: Job) -> None:
        if job.refuse(self._why()):
            with self._lock:
                self._refused += 1

    # The owner's side

    def _batch(self) -> Iterator[Job]:
        """At most `_BATCH` jobs off the mailbox, as they are asked for."""
        jobs = self._jobs
        self._peak = max(self._peak, len(jobs))
        for _ in range(_BATCH):
            try:
                yield jobs.popleft()
            except IndexError:
                break
            if self._hungry and len(jobs) <= self.max_queued // 2:
                self._feed()

    def _enter(self, job: Job) -> Any:
        """Call the job's function, unless it was given up, and settle the job.

        But if it returned a coroutine, that is returned and the job goes on.
        """
        if not job.begin():
            return None
        self._begun += 1
        self._current = job
        try:
            value = job.function(*job.args, **job.kwargs)
            if hasattr(type(value), "__await__") and not isinstance(value, AsyncFace):  # whose awaiting is misuse
                return value
        except BaseException as error:
            self._failed += 1
            job.fail(error)
        else:
            job.finish(value)
        finally:
            self._current = None
        return None

    @abstractmethod
    def _ring(self) -> bool:
        """Wake the owner, which sleeps; any thread calls this. False if it has ended."""

    @abstractmethod
    def _main(self) -> None:
        """What the owner's thread does."""

    @abstractmethod
    def _stop(self, grace: float) -> None:
        """Have the owner end within ``grace`` seconds; any thread calls this, once."""

    @abstractmethod
    def _running(self) -> list[Job]:
        """The jobs that have begun and are not over."""

    # Life

    def _start(self) -> None:
        if self._thread is not None or self._closed:
            before = "closed" if self._thread is None else "started"
            raise MisuseError(f"{self!r} was {before} before; an owner thread is started once")
        self._thread = threading.Thread(target=self._main, name=self.name, daemon=True)
        _owners.add(self)
        self._thread.start()

    def close(self, *, grace: float | None = None) -> None:
        """End the owner's thread, and wait for that. Closing twice is fine.

        Jobs in flight have ``grace`` seconds (default: ``shutdown_timeout``) to finish; those that do not fail with
        `PortalClosed`. A function that does not return is left behind on its thread with a warning.
        """
        if self._is_owner():
            refuse_own_thread("close()")
        self._refuse_blocking("close()", "`async with`")
        grace = self.shutdown_timeout if grace is None else grace
        thread = self._thread
        with self._lock:
            first, self._closed = not self._closed, self._closed or f"{self.name} was closed"
        if thread is None or thread.ident is None or self._pid != os.getpid():
            self._sweep()
            return
        until = time.monotonic() + grace
        try:
            if first:
                self._feed()
                self._stop(grace)
            # The owner keeps the deadline itself; it is late only if a function does not return.
            thread.join(max(0.0, until - time.monotonic()) + 0.5)
        except BaseException:  # a signal's, perhaps before the owner was told
            self._stop(0.0)
            raise
        finally:
            self._sweep()
            for job in self._running():
                self._refuse(job)
        if thread.is_alive() and first:
            log.warning("%s: a function does not return, and is left behind on its thread", self.name)

    async def _close_in_loop(self, grace: float | None) -> None:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(lambda: self.close(grace=grace))

    def _forked(self) -> None:
        """In the child of a fork there is no owner thread."""
        self._closed = f"{self.name} belongs to the parent process {self._pid}: start one in this process"
        self._jobs.clear()
        self._hungry.clear()
        self._ident = None


def _at_fork() -> None:
    for owner in list(_owners):
        owner._forked()


def _at_exit() -> None:
    for owner in list(_owners):
        owner.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_at_fork)
# Runs after the last thread that is not a daemon has ended, so that such threads can use their owner to the end.
atexit.register(_at_exit)
