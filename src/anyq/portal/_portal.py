"""An owner thread with an event loop: what lives in that loop serves any number of threads and other loops.

Theory of operation. One task, the clerk, takes jobs off the mailbox. It calls the function of a job itself; what comes
back is the result, or a coroutine, which needs a task of its own. Jobs are to begin in the order of submission, and a
loop promises nothing about the order in which new tasks begin (Trio shuffles them). So from the first coroutine on, the
clerk starts one worker for each job but does not tell it which: a worker that gets to run takes the first job in line.
"""

from __future__ import annotations

import ssl
import threading
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Coroutine, Generator, Sequence
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from types import TracebackType
from typing import Any, Literal, TypeVar, Unpack

import anyio
import anyio.lowlevel
from anyio.abc import TaskGroup
from anyio.from_thread import BlockingPortal

from anyq.client import Address, ConnectOptions, Pool, connect
from anyq.errors import MisuseError, PortalClosed
from anyq.portal._above import HOLD_LOCAL, LocalQ
from anyq.portal._held import Held
from anyq.portal._job import Job
from anyq.portal._loop import Loop, current_loop
from anyq.portal._mailbox import Mailbox
from anyq.portal._patience import take
from anyq.portal._shared import Shared, SharedConnection, SharedPool
from anyq.values import Strings

__all__ = ["Backend", "Portal", "start_portal"]

T = TypeVar("T")
S = TypeVar("S", bound=Shared[Any])
Backend = Literal["asyncio", "trio"]


def start_portal(
    backend: Backend = "asyncio",
    *,
    backend_options: dict[str, Any] | None = None,
    name: str = "anyq-portal",
    max_queued: int = 16384,
    shutdown_timeout: float = 5.0,
    blocks_loops: bool = False,
) -> Portal:
    """A thread with an event loop, which ends with the block: ``with start_portal() as portal: ...``.

    In a task, say ``async with``. See `Portal`; ``backend_options`` are AnyIO's.
    """
    return Portal(
        backend,
        backend_options=backend_options,
        name=name,
        max_queued=max_queued,
        shutdown_timeout=shutdown_timeout,
        blocks_loops=blocks_loops,
    )


class Portal(Mailbox):
    """A thread with an event loop of its own, on which functions and coroutine functions are called for others.

    Jobs begin in the order of their submission; coroutines then run side by side. Leaving the block gives jobs in
    flight ``shutdown_timeout`` seconds (none, if the body raised), then cancels them and fails them with
    `PortalClosed`; afterwards everything that was opened through the portal is closed, the last one first.

    ``blocks_loops`` is for who may stop an event loop, as the cells of a notebook do: calls then block a thread also
    while its event loop runs, instead of raising `MisuseError`.
    """

    blocking_portal: BlockingPortal
    """AnyIO's portal on the same loop, while that runs."""

    def __init__(
        self,
        backend: Backend = "asyncio",
        *,
        backend_options: dict[str, Any] | None = None,
        name: str = "anyq-portal",
        max_queued: int = 16384,
        shutdown_timeout: float = 5.0,
        blocks_loops: bool = False,
    ) -> None:
        super().__init__(name=name, max_queued=max_queued, shutdown_timeout=shutdown_timeout)
        self._blocks_loops = blocks_loops
        self.backend: Backend = backend
        self._backend_options = backend_options or {}
        self._ready: Future[None] = Future()
        self._begun_or_not = threading.Lock()
        """Free when `_ready` is done: an interrupt of who waits for a future may leave the lock of that taken."""
        self._begun_or_not.acquire()
        self._loop: Loop | None = None
        self._tasks: TaskGroup | None = None
        self._line: deque[tuple[Job, Awaitable[Any] | None]] = deque()
        self._at_work: dict[Job, None] = {}
        self._held: dict[Held[Any], None] = {}
        self._grace = 0.0

    # Life

    def __enter__(self) -> Portal:
        self._refuse_blocking("`with start_portal()`", "`async with start_portal()`")
        try:
            self._start()
            take(self._begun_or_not)
            self._ready.result()
        except MisuseError:  # it was started before
            raise
        except BaseException:
            self.close(grace=0.0)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close(grace=None if kind is None else 0.0)

    async def __aenter__(self) -> Portal:
        self._start()
        loop, event = current_loop(), anyio.Event()
        self._ready.add_done_callback(lambda _: loop.post(event.set))
        try:
            await event.wait()
            self._ready.result()
        except BaseException:
            await self.aclose(grace=0.0)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose(grace=None if kind is None else 0.0)

    @asynccontextmanager
    async def in_this_loop(self) -> AsyncIterator[Portal]:
        """The portal on the event loop that runs here, without a thread of its own, for the length of the block.

        For simulations: threads may call it while this loop waits for them. Its end gives jobs no time.
        """
        self._thread, self._ident = threading.current_thread(), threading.get_ident()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._serve)
            try:
                while not self._ready.done():
                    await anyio.lowlevel.checkpoint()
                yield self
            finally:
                self._note_end(f"{self.name} was closed")
                self._stop(0.0)

    async def aclose(self, *, grace: float | None = None) -> None:
        """As `close`, for a task. A cancelled one closes it nonetheless."""
        await self._close_in_loop(grace)

    def _refuse_blocking(self, what: str, instead: str) -> None:
        if not self._blocks_loops:
            super()._refuse_blocking(what, instead)

    def _main(self) -> None:
        self._ident = threading.get_ident()
        try:
            anyio.run(self._serve, backend=self.backend, backend_options=self._backend_options)
        except BaseException as error:
            self._closed = self._closed or f"{self.name} broke: {error!r}"
            self._sweep()
            if not self._ready.done():
                self._ready.set_exception(error)
                self._begun_or_not.release()

    async def _serve(self) -> None:
        self._loop = current_loop()
        self._wake, self._ending, self._quiet = anyio.Event(), anyio.Event(), anyio.Event()
        async with BlockingPortal() as self.blocking_portal, anyio.create_task_group() as holders:
            self._holders = holders
            async with anyio.create_task_group() as self._tasks:
                self._tasks.start_soon(self._clerk)
                self._ready.set_result(None)
                self._begun_or_not.release()
                if self._closed:  # perhaps before there was an event to set
                    self._ending.set()
                await self._ending.wait()
                await self._finish_jobs()
                self._tasks.cancel_scope.cancel()
            for held in reversed(list(self._held)):
                held.leave()
                with anyio.move_on_after(max(self._grace, 0.5)):
                    await held.left.wait()
            holders.cancel_scope.cancel()

    async def _finish_jobs(self) -> None:
        """Give the jobs in flight their time."""
        with anyio.move_on_after(self._grace):
            while self._jobs or self._line or self._at_work:
                self._quiet = anyio.Event()
                await self._quiet.wait()
        self._sweep()
        while self._line:
            job, coroutine = self._line.popleft()
            if isinstance(coroutine, Coroutine):
                coroutine.close()
            self._refuse(job)

    def _stop(self, grace: float) -> None:
        self._grace = grace
        if self._loop is not None:
            self._loop.post(lambda: self._ending.set())

    def _running(self) -> list[Job]:
        jobs = list(self._at_work) + [job for job, _ in self._line]
        return jobs if self._current is None else [*jobs, self._current]

    # Things that are open in the portal's loop

    def connect(
        self,
        host: str | Address | None = None,
        port: int | None = None,
        *,
        username: str = "",
        password: str | None = None,
        tls: bool | ssl.SSLContext = False,
        **options: Unpack[ConnectOptions],
    ) -> SharedConnection:
        """One connection for any number of threads, open when this returns. Arguments and errors as `anyq.connect`."""
        made = connect(host, port, username=username, password=password, tls=tls, **options)
        return self.share(made, SharedConnection)

    def pool(
        self, hosts: str | Address | Sequence[str | Address] | None = None, port: int | None = None, **options: Any
    ) -> SharedPool:
        """A pool of connections for any number of threads, open when this returns. Arguments as `anyq.Pool`."""
        return self.share(Pool(hosts, port, **options), SharedPool)

    def embedded(self, *, deadline: float = 5.0, strings: Strings = "symbols") -> LocalQ:
        """An embedded q for any number of threads (`anyq.embedded.BlockingEmbedded`), open when this returns.

        It ends with the portal, or before with a ``with`` block of its own. ``strings`` as in `anyq.connect`.
        """
        manager, face = HOLD_LOCAL.opener(deadline, strings)
        self.call(self._hold, manager)
        return face

    def share(self, manager: AbstractAsyncContextManager[Any, bool | None], kind: type[S]) -> S:
        """Enter ``manager`` in the portal's loop; a `Shared` of that kind for what it gives.

        It is left when that is closed, or by the portal's end. Raises what entering raises.
        """
        held, value = self.call(self._hold, manager)
        return kind(self, value, lambda error: self._leave(held, error))

    @contextmanager
    def wrap(self, manager: AbstractAsyncContextManager[T, bool | None]) -> Generator[T, None, None]:
        """An async context manager as a blocking one; it is entered and left in the portal's loop.

        What it gives belongs to that loop: use it through `call` and its siblings.
        """
        held, value = self.call(self._hold, manager)
        try:
            yield value
        except BaseException as error:
            if not self._leave(held, error):
                raise
        else:
            self._leave(held, None)

    def _leave(self, held: Held[Any], error: BaseException | None) -> bool:
        try:
            return self.call(held.close, error)
        except PortalClosed:
            return False  # the portal has closed, or is closing, all that it holds

    async def _hold(self, manager: AbstractAsyncContextManager[T, bool | None]) -> tuple[Held[T], T]:
        held = Held(manager)
        self._held[held] = None
        self._holders.start_soon(self._live, held)
        return held, await held.opened()

    async def _live(self, held: Held[Any]) -> None:
        try:
            await held.live()
        finally:
            del self._held[held]

    # Jobs

    def _ring(self) -> bool:
        return self._loop is not None and self._loop.post(self._rung)

    def _rung(self) -> None:
        self._wakeups += 1
        self._wake.set()

    async def _clerk(self) -> None:
        while True:
            for job in self._batch():
                self._begin_or_line_up(job)
            if self._jobs:
                await anyio.lowlevel.checkpoint()
                continue
            self._wake = anyio.Event()
            self._asleep = True
            # Whoever queued a job before it saw that flag did not ring.
            if self._jobs:
                self._asleep = False
                continue
            self._report_quiet()
            await self._wake.wait()

    def _begin_or_line_up(self, job: Job) -> None:
        coroutine = None if self._line else self._enter(job)
        if coroutine is not None or self._line:
            assert self._tasks is not None
            self._line.append((job, coroutine))
            self._tasks.start_soon(self._work)

    async def _work(self) -> None:
        if not self._line:
            return
        job, coroutine = self._line.popleft()
        coroutine = coroutine or self._enter(job)
        if coroutine is not None:
            self._at_work[job] = None
            try:
                await self._follow(job, coroutine)
            finally:
                del self._at_work[job]
        self._report_quiet()

    async def _follow(self, job: Job, coroutine: Awaitable[Any]) -> None:
        """Run the coroutine of a job to its end, whatever that is."""
        assert self._loop is not None
        loop = self._loop
        value, error = None, None
        with anyio.CancelScope() as scope:
            job.interrupt = lambda: loop.post(scope.cancel)
            if job.given_up:  # before there was something to interrupt
                scope.cancel()
            try:
                value = await coroutine
            except anyio.get_cancelled_exc_class() as cancelled:
                if scope.cancel_called:
                    raise
                # By the end of the portal, or because the function cancelled itself: either way nobody gets a result.
                self._refuse(job)
                raise cancelled
            except BaseException as raised:
                error = raised
        if error is not None:
            self._failed += 1
            job.fail(error)
        elif not scope.cancelled_caught:
            job.finish(value)

    def _report_quiet(self) -> None:
        if not (self._jobs or self._line or self._at_work):
            self._quiet.set()
