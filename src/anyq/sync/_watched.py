"""Waits that can be given up: inside `watched`, a thread's waits for the network call a function again and again.

A thread that waits for the network in a system call hears nothing. What it does for somebody else, who may go away or
have a time limit, waits in short steps instead, and looks between them. What the function raises comes out of the wait,
at the places where Ctrl-C does (see ``_interrupt``): the connection stays usable.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any, Final, TypeVar

__all__ = ["apart", "in_steps", "look_up", "watched", "watching"]

T = TypeVar("T")

_STEP: Final = 0.05
"""Seconds between two looks."""
_LOOKUPS: Final = threading.BoundedSemaphore(16)
"""Threads that look up names; some nameservers take half a minute to say nothing."""


class _Here(threading.local):
    look: Callable[[], object] | None = None


_here: Final = _Here()


@contextmanager
def watched(look: Callable[[], object]) -> Iterator[None]:
    """Inside the block, waits of blocking connections in this thread call ``look``, which may raise to end them."""
    before, _here.look = _here.look, look
    try:
        yield
    finally:
        _here.look = before


def watching() -> bool:
    """Whether this thread's waits are watched."""
    return _here.look is not None


def in_steps(wait: Callable[[float | None], bool], timeout: float | None) -> bool:
    """``wait(timeout)``; when watched in steps, as long as it is false and there is time."""
    look = _here.look
    if look is None or timeout == 0:
        return wait(timeout)
    until = None if timeout is None else monotonic() + timeout
    while True:
        look()
        left = _STEP if until is None else min(_STEP, until - monotonic())
        if wait(max(left, 0)):
            return True
        if until is not None and monotonic() >= until:
            return False


def look_up(host: str, port: int | None, deadline: float | None) -> list[Any]:
    """`socket.getaddrinfo` for streams. When watched it is given up, with its thread, at the ``deadline`` and by
    ``look``. Raises `OSError`, `TimeoutError`, `UnicodeError`.
    """
    if _here.look is None:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except OSError:
        pass
    return apart(lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM), deadline)


def apart(look_up: Callable[[], T], deadline: float | None = None) -> T:
    """The result of looking up a name, in a thread that is given up at the ``deadline`` and as other waits are.

    Raises `OSError`, `TimeoutError`, `UnicodeError`.
    """
    if not _LOOKUPS.acquire(blocking=False):
        raise OSError("too many names are being looked up")
    found: list[T] = []
    failed: list[Exception] = []
    done = threading.Event()

    def work() -> None:
        try:
            found.append(look_up())
        except (OSError, UnicodeError) as error:
            failed.append(error)
        finally:
            _LOOKUPS.release()
            done.set()

    try:
        threading.Thread(target=work, name="anyq look-up of a name", daemon=True).start()
    except RuntimeError as error:  # no more threads
        _LOOKUPS.release()
        raise OSError(str(error)) from error
    if not in_steps(done.wait, None if deadline is None else max(0.0, deadline - monotonic())):
        raise TimeoutError
    if failed:
        raise failed[0]
    return found[0]
