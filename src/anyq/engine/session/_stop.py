"""Stopping an evaluation, whatever it does.

Theory of operation. Compiled code and long loops look at ``Stop.stop`` and raise the q error ``stop``: that is the
first way, and it ends an evaluation between two of its steps. A primitive that works through millions of items in
Python does not look. So when the evaluation still runs a moment after `Stop.request`, `Interrupted` is raised in its
thread by the interpreter of Python itself, between two bytecodes; the evaluation makes the q error ``stop`` of it.
(CPython's ``PyThreadState_SetAsyncExc``, C API reference, "Initialization, Finalization, and Threads".)

An exception at any bytecode must not meet code that changes shared state. It is therefore raised only while every
frame above the evaluation belongs to a module that computes values, of this library or of `_LIBRARIES`: host operations
(files, handles, locks) look at the flag themselves, and the modules of `_CAREFUL` change variables or arrays in place
and look between two changes. A Python function of the user's is left alone, as is a callback of the garbage collector,
in which the exception would be lost.

`Interrupted` is never left pending behind the evaluation: at its end no more are raised, one that is being raised is
waited for, and one that is pending is received. It is not withdrawn (``PyThreadState_SetAsyncExc`` of ``NULL``): that
tells the interpreter that an exception is pending when none is, whereupon CPython 3.11 hangs under a profiler or
debugger, and calls of functions take half as long again on 3.12.
"""

from __future__ import annotations

import ctypes
import sys
from _thread import get_ident  # not `threading`: an engine starts no threads
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Final, TypeVar

__all__ = ["GRACE", "Interrupted", "Stop"]

T = TypeVar("T")

GRACE: Final = 0.2
"""Seconds between the request and `Interrupted`, and between two attempts to raise it."""

_COMPUTING: Final = ("anyq.engine.", "anyq.values.", "anyq.codec.", "anyq.console.", "anyq.convert.")
_CAREFUL: Final = frozenset({"_names", "_owned", "_in_place", "_growth", "_stop"})
_LIBRARIES: Final = frozenset({"numpy", "json", "re", "functools", "contextlib", "collections", "decimal", "datetime"})


_TURNS: Final = range(3)
"""Rounds of a loop: what is pending is raised at the end of the first."""


def _raise_in_thread(thread: int, error: type[BaseException]) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(error))


def _nothing() -> None:
    """Stands where there is no alarm."""


class Interrupted(BaseException):
    """Raised in the thread of an evaluation that was asked to stop and did not look. No trap of q can catch it."""


def _may_raise(frame: FrameType | None, code: object) -> bool:
    """True when all that runs above the evaluation (the frame of ``code``) computes values.

    The outermost frames may be anybody's: those of the job, which evaluates and then encodes, say.
    """
    inside = False
    for module in reversed(_modules(frame, code)):
        if module.startswith(_COMPUTING) or module == "q":
            if module.rpartition(".")[2] in _CAREFUL:
                return False
            inside = True
        elif inside and module.partition(".")[0] not in _LIBRARIES:
            return False  # a host operation, a Python function of the user's, a callback of the collector
    return inside


def _modules(frame: FrameType | None, code: object) -> list[str]:
    """The modules of the frames above the one of ``code``, innermost first; none if that one is not there."""
    found = []
    while frame is not None and frame.f_code is not code:
        found.append(frame.f_globals.get("__name__") or "")
        frame = frame.f_back
    return found if frame is not None else []


class _Evaluation:
    """One evaluation, and whether it was asked to stop."""

    __slots__ = ("asked",)

    def __init__(self) -> None:
        self.asked: bool = False


class Stop:
    """What compiled code looks at in every call, ``stop``; and how a running evaluation is made to end.

    `run` is for the thread of the evaluation, `request` for any. ``alarm`` is `Host.alarm`, ``wake`` `Host.wake`.
    """

    __slots__ = ("_alarm", "_cancel", "_forced", "_running", "_senders", "_thread", "_wake", "stop")

    def __init__(
        self, alarm: Callable[[float, Callable[[], None]], Callable[[], None]], wake: Callable[[], None] = _nothing
    ) -> None:
        self.stop: bool = False
        self._alarm = alarm
        self._wake = wake
        self._running: _Evaluation | None = None
        self._thread = 0
        self._forced = False
        self._cancel: Callable[[], None] = _nothing
        self._senders: list[object] = []  # its methods are single steps, whichever thread calls them

    @property
    def running(self) -> bool:
        """Whether an evaluation runs."""
        return self._running is not None

    def run(self, job: Callable[[], T], seconds: float | None = None) -> T:
        """Call ``job`` as the evaluation that `request` stops, and the end of its time limit of so many seconds.

        Raises `Interrupted` when it had to be stopped between two bytecodes.
        """
        self._thread = get_ident()
        self._running = _Evaluation()
        end_limit = self._alarm(seconds, self.requester()) if seconds else None
        if self.stop:  # asked for before it began
            self.request()
        try:
            try:
                return job()
            finally:
                self._leave()
        except Interrupted:
            self._leave()
            raise
        finally:
            if end_limit is not None:
                end_limit()
                end_limit = None  # a traceback may hold this frame, and the collector meet the alarm at a bad time

    def _leave(self) -> None:
        while True:
            try:
                self._running = None
                while self._senders:  # for the microseconds that one needs
                    pass
                if self._forced:
                    self._forced = False
                    for _ in _TURNS:
                        pass
                self.stop = False
                self._cancel()
                self._cancel = _nothing  # no cycle is left for the collector to find in the midst of another job
                return
            except Interrupted:  # the last one: none is raised once `_running` is unset
                continue

    def request(self) -> None:
        """Make the evaluation that runs end soon. Nothing when none runs. Any thread may call this."""
        self._request(self._running)

    def _request(self, running: _Evaluation | None) -> None:
        """`request` for that evaluation. `_leave` waits for this, so the next evaluation is never meant by mistake."""
        if running is None:
            return
        running.asked = True  # first: while it is aside it is not `_running`, and looks at this when it goes on
        self._senders.append(running)
        try:
            if self._running is running:
                self.stop = True
                self._wake()
                self._cancel()
                self._cancel = self._alarm(GRACE, partial(self._force, running))
        finally:
            self._senders.pop()

    def requester(self) -> Callable[[], None]:
        """`request` for the evaluation that runs now, and for no other."""
        return partial(self._request, self._running)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Inside the block, in which the evaluation waits, others run, each with interrupts of its own."""
        waiting, cancel = self._running, self._cancel
        cancel()
        stops = self.stop
        self._running, self.stop, self._cancel = None, False, lambda: None
        try:
            yield
        finally:
            self._running = waiting
            if stops or self.stop or (waiting is not None and waiting.asked):
                self.request()

    def _force(self, running: _Evaluation) -> None:
        """Raise `Interrupted`, again and again until the evaluation is over: one may be lost in a destructor."""
        if self._running is not running:
            return
        self._senders.append(running)
        try:
            if self._running is running and self.stop and self._computes():
                self._forced = True
                _raise_in_thread(self._thread, Interrupted)
        finally:
            self._senders.pop()
        self._cancel = self._alarm(GRACE, partial(self._force, running))

    def _computes(self) -> bool:
        return _may_raise(sys._current_frames().get(self._thread), Stop.run.__code__)
