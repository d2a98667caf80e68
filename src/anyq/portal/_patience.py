"""Blocking for a lock such that Ctrl-C is never lost.

Only the main thread runs the handlers of signals, and a signal ends its wait for a lock only if it comes while the
thread already sleeps in the system. There is a gap before that: the thread has let others run and does not sleep yet.
A signal in the gap is noted, and nobody looks at the note before the lock is released. So the main thread sleeps in
short stretches, and looks between them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

__all__ = ["Gate", "Lock", "block_by", "new_gate", "take"]

_STRETCH: Final = 0.2
"""Seconds: how long a signal that came in the gap may wait."""


class Lock(Protocol):
    """What `threading.Lock` makes."""

    def acquire(self, blocking: bool = ..., timeout: float = ...) -> bool: ...


def take(lock: Lock, timeout: float | None = None) -> bool:
    """Acquire ``lock``; false if that takes more than ``timeout`` seconds. Raises what a signal's handler raises."""
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
    """What a thread waits at until another one opens it."""

    def open(self) -> None:
        """Let the waiting thread pass. Once."""

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is open; false after ``timeout`` seconds. Raises what a signal's handler raises."""


class _LockGate:
    """A gate that is a lock, the cheapest thing to wait for."""

    __slots__ = ("_lock", "open")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lock.acquire()
        self.open: Callable[[], None] = self._lock.release

    def wait(self, timeout: float | None = None) -> bool:
        return take(self._lock, timeout)


_here: Final = threading.local()


def block_by(make: Callable[[], Gate]) -> None:
    """Have blocking calls in this thread wait at gates that ``make`` gives: for simulations."""
    _here.make = make


def new_gate() -> Gate:
    """A closed gate for this thread to wait at."""
    make: Callable[[], Gate] = getattr(_here, "make", _LockGate)
    return make()
