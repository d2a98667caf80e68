"""Ctrl-C, when it does no harm.

A KeyboardInterrupt may be raised between any two steps of Python code, also between the system call that received a
piece of a reply and the assignment that notes how long it was. So while a blocking connection is open, Ctrl-C that
finds the main thread inside delicate code (a file named to `delicate`) is kept until that code waits for the network,
or is done; both come soon. Functions marked by `interruptible` are where it waits: they are interrupted at once.

As Trio does, only Python's own handler is replaced: whoever has set another one has other plans.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any, Final, TypeVar

__all__ = ["delicate", "deliver", "guard", "interruptible", "pending", "unguard"]

F = TypeVar("F", bound=Callable[..., Any])

_delicate: Final[set[str]] = set()
_open_spots: Final[set[CodeType]] = set()
_lock: Final = threading.Lock()
_guarded: int = 0
_soon: Any = None
"""What C calls in the main thread; made when it is needed."""

pending: Final[list[bool]] = []
"""Holds something when an interrupt was kept."""


def delicate(file: str) -> None:
    """Keep interrupts that come while code of this file runs (``__file__``)."""
    _delicate.add(file)


def interruptible(function: F) -> F:
    """Mark a function of a delicate file, or one that it calls, as a place where interrupts are raised at once."""
    _open_spots.add(function.__code__)
    return function


def deliver() -> None:
    """Raise the interrupt that was kept, if there is one. Only for the main thread."""
    if pending and _in_main_thread():
        pending.clear()
        raise KeyboardInterrupt


def _handle(number: int, frame: FrameType | None) -> None:
    place = frame
    while place is not None:
        code = place.f_code
        if code in _open_spots:
            break
        if code.co_filename in _delicate:
            pending.append(True)
            return
        place = place.f_back
    signal.default_int_handler(number, frame)


def guard() -> None:
    """A connection is opened. Does nothing but in the main thread, where signals are handled."""
    global _guarded
    with _lock:
        _guarded += 1
    if _in_main_thread() and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _handle)


def unguard() -> None:
    """A connection is closed; after the last one, Python's handler is back: event loops look whether it is there."""
    global _guarded
    with _lock:
        _guarded -= 1
        last = not _guarded
    if last and signal.getsignal(signal.SIGINT) is _handle:
        if _in_main_thread():
            _put_back()
        else:
            _call_soon_in_main_thread()


def _put_back() -> None:
    if not _guarded and signal.getsignal(signal.SIGINT) is _handle:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _call_soon_in_main_thread() -> None:
    """Have `_put_back` called between two steps of the main thread, which alone may set handlers."""
    global _soon
    import ctypes  # rarely needed: the last connection was closed by another thread than the main one

    if _soon is None:

        def put_back(_: object) -> int:
            _put_back()
            return 0

        _soon = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)(put_back)
    ctypes.pythonapi.Py_AddPendingCall(_soon, None)


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
