"""Blocking for a lock such that Ctrl-C is never lost.

Only the main thread runs the handlers of signals, and a signal ends its wait for a lock only if it comes while the
thread already sleeps in the system. There is a gap before that: the thread has let others run and does not sleep yet.
A signal in the gap is noted, and nobody looks at the note before the lock is released. So the main thread sleeps in
short stretches, and looks between them.
"""

from __future__ import annotations

import threading
import time
from typing import Final, Protocol

__all__ = ["Lock", "take"]

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
