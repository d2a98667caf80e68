"""An owner thread that calls plain functions, one after the other, without an event loop: the quickest there is."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final

from anyq.errors import MisuseError
from anyq.portal._job import Job
from anyq.portal._mailbox import Owner

__all__ = ["OwnerThread"]

log: Final = logging.getLogger("anyq.portal")


class OwnerThread(Owner):
    """A thread on which all functions are called that other threads, Trio and asyncio tasks give it, in order.

    ``idle`` is called on the owner's thread when no job waits, and between two jobs when the seconds have passed that
    it returned before (``None``: it wants to be called only when no job waits). What it raises is logged.

    Use it as a context manager, ``with`` or ``async with``; or `start` and `close` it. Leaving a block whose body
    raised gives jobs in flight no more time, otherwise they have ``shutdown_timeout`` seconds.
    """

    def __init__(
        self,
        *,
        name: str = "anyq-owner",
        max_queued: int = 16384,
        shutdown_timeout: float = 5.0,
        idle: Callable[[], float | None] | None = None,
    ) -> None:
        super().__init__(name=name, max_queued=max_queued, shutdown_timeout=shutdown_timeout)
        self._idle = idle
        self._due: float | None = None
        self._gate = threading.Lock()
        self._gate.acquire()
        self._hurry = False

    def start(self) -> None:
        """Start the thread."""
        self._start()

    def __enter__(self) -> OwnerThread:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close(grace=None if kind is None else 0.0)

    async def __aenter__(self) -> OwnerThread:
        self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose(grace=None if kind is None else 0.0)

    async def aclose(self, *, grace: float | None = None) -> None:
        """As `close`, for a task. A cancelled one closes it nonetheless."""
        await self._close_in_loop(grace)

    def _ring(self) -> bool:
        with contextlib.suppress(RuntimeError):  # somebody else rang
            self._gate.release()
        return True

    def _main(self) -> None:
        self._ident = threading.get_ident()
        while not self._hurry:
            if self._due is not None and time.monotonic() >= self._due:
                self._ask_idle()
            for job in self._batch():
                if (awaitable := self._enter(job)) is not None:
                    _complain(job, awaitable)
                if self._must_pause():
                    break
            if not self._jobs:
                if self._closed:
                    return
                self._sleep()

    def _must_pause(self) -> bool:
        return self._hurry or self._due is not None

    def _sleep(self) -> None:
        if self._idle is not None:
            self._ask_idle()
        self._asleep = True
        # Whoever queued a job before it saw that flag did not ring.
        if self._jobs or self._closed:
            self._asleep = False
            return
        self._gate.acquire(timeout=-1 if self._due is None else max(0.0, self._due - time.monotonic()))
        self._asleep = False
        self._wakeups += 1

    def _ask_idle(self) -> None:
        assert self._idle is not None
        try:
            pause = self._idle()
        except Exception:
            log.warning("%s: the idle function failed", self.name, exc_info=True)
            pause = None
        self._due = None if pause is None else time.monotonic() + pause

    def _stop(self, grace: float) -> None:
        self._hurry = grace <= 0
        self._ring()

    def _running(self) -> list[Job]:
        job = self._current
        return [] if job is None else [job]


def _complain(job: Job, awaitable: Any) -> None:
    """There is no event loop here that could await what a job returned."""
    if hasattr(awaitable, "close"):
        awaitable.close()
    job.fail(MisuseError(f"{job.function!r} is asynchronous, and this owner has no event loop: use a Portal"))
