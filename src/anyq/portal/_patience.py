"""Lock waits that signals interrupt: the main thread polls, so that Ctrl-C is never lost.

Python runs signal handlers in the main thread only. A signal interrupts a lock wait if it arrives while the thread
sleeps in the system call. If it arrives earlier, after the thread released the GIL but before it sleeps, Python records
the signal and runs the handler only when the wait ends. So the main thread waits in intervals of `_STRETCH` seconds and
handlers run between them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

__all__ = ["Gate", "Lock", "block_by", "new_gate", "take"]

_STRETCH: Final = 0.2
"""Poll interval in seconds: the longest delay of a signal that arrived before the thread slept."""


class Lock(Protocol):
    """The part of a `threading.Lock` that `take` uses."""

    def acquire(self, blocking: bool = ..., timeout: float = ...) -> bool: ...


def take(lock: Lock, timeout: float | None = None) -> bool:
    """Acquire ``lock``. False after ``timeout`` seconds. Raises the exception of a signal handler."""
    if threading.current_thread() is not threading.main_thread():
        return lock.acquire(timeout=-1 if timeout is None else max(0.0, timeout))
    if timeout is None:
        while not lock.acquire(timeout=_STRETCH):
            pass
        return True
    until = time.monotonic() + timeout
    while (left := until - time.monotonic()) > _STRETCH:
        if lock.acquire(timeout=_STRETCH):
            return True
    return lock.acquire(timeout=max(0.0, left))


class Gate(Protocol):
    """One-shot event: one thread waits until another thread opens it."""

    def open(self) -> None:
        """Release the waiting thread. Call it once."""

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is open. False after ``timeout`` seconds. Raises the exception of a signal handler."""


class _LockGate:
    """Gate on a `threading.Lock`, which is cheaper than a `threading.Event`."""

    __slots__ = ("_lock", "open")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lock.acquire()
        self.open: Callable[[], None] = self._lock.release

    def wait(self, timeout: float | None = None) -> bool:
        return take(self._lock, timeout)


_here: Final = threading.local()


def block_by(make: Callable[[], Gate]) -> None:
    """Make blocking calls in this thread wait at gates from ``make``. For simulations."""
    _here.make = make


def new_gate() -> Gate:
    """Return a closed gate for this thread."""
    make: Callable[[], Gate] = getattr(_here, "make", _LockGate)
    return make()
