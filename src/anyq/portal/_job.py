"""A function that an owner thread is asked to call, and what became of it.

Two questions are decided once each, by whoever is first: does the job begin (the owner) or is it withdrawn (its
caller, or the end of the owner); and who settles it (the owner with a result, or somebody who gives it up). Each is a
lock that is taken and never given back.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future
from contextlib import suppress
from enum import Enum
from typing import Any, Final, Generic, Protocol, TypeVar

import anyio

from anyq.errors import MisuseError, PortalClosed
from anyq.loops import Local
from anyq.portal._loop import current_loop, refuse_blocking
from anyq.portal._patience import Gate, new_gate

__all__ = ["Job", "JobFuture", "JobState"]

T = TypeVar("T")

_making: Final = threading.Lock()
_OVER: Final = ("FINISHED", "CANCELLED", "CANCELLED_AND_NOTIFIED")
"""The states of a future that is done. They are asked for without its lock, which an interrupt may leave taken."""


class JobState(Enum):
    """Where a job stands."""

    QUEUED = "waits for its turn"
    RUNNING = "runs"
    DONE = "ran to its end"
    WITHDRAWN = "was given up before it began, and never ran"
    ABANDONED = "was given up while it ran"


def _nobody() -> None:
    """Nobody waits for this job."""


class Job(Local):
    """One call of ``function`` on the owner's thread."""

    __slots__ = (
        "_begun",
        "_end",
        "_settled",
        "args",
        "ended",
        "error",
        "function",
        "interrupt",
        "kwargs",
        "notify",
        "value",
    )

    def __init__(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.function: Callable[..., Any] = function
        self.args: tuple[Any, ...] = args
        self.kwargs: dict[str, Any] = kwargs
        self.value: Any = None
        self.error: BaseException | None = None
        self.ended: bool = False
        """Whether the function ran to its end, also when nobody waited for it any more."""
        self.notify: Callable[[], object] = _nobody
        """Called once, in any thread, when the job is settled by the owner or by its end."""
        self.interrupt: Callable[[], object] | None = None
        """Stops the function while it runs, if that is possible; any thread may call it."""
        self._begun = threading.Lock()
        self._settled = threading.Lock()
        self._end: JobState | None = None

    @property
    def state(self) -> JobState:
        return self._end or (JobState.RUNNING if self._begun.locked() else JobState.QUEUED)

    @property
    def given_up(self) -> bool:
        """Whether nobody waits for it any more."""
        return self._settled.locked()

    @property
    def ran(self) -> bool | None:
        """True if the function ran to its end, False if it never began, ``None`` if it is not over or was stopped
        on its way."""
        if self.ended:
            return True
        return False if self.state is JobState.WITHDRAWN else None

    # The owner's side

    def begin(self) -> bool:
        """The owner is about to call the function; False if it must not."""
        return self._begun.acquire(False)

    def finish(self, value: Any) -> bool:
        """The function returned. False if the job had been given up."""
        self.ended = True
        if not self._settled.acquire(False):
            return False
        self.value = value
        self._end = JobState.DONE
        self.notify()
        return True

    def fail(self, error: BaseException, *, ended: bool = True) -> bool:
        """The function raised (``ended``), or will not get further. False if the job had been given up."""
        self.ended = ended
        if not self._settled.acquire(False):
            return False
        self.error = error
        self._end = JobState.DONE if ended else JobState.ABANDONED
        self.notify()
        return True

    def refuse(self, reason: str) -> bool:
        """The owner ends: fail the job with `PortalClosed`, which says whether it began. False if it was settled."""
        if self._begun.acquire(False):
            error, state = PortalClosed(f"{reason}; this job never ran", outcome="not run"), JobState.WITHDRAWN
        else:
            error, state = PortalClosed(f"{reason} while this job ran", outcome="unknown"), JobState.ABANDONED
        if not self._settled.acquire(False):
            return False
        self.error = error
        self._end = state
        self.notify()
        return True

    # The caller's side

    def abandon(self) -> bool:
        """The caller goes away. False if the job was settled before.

        A job that has not begun never will; one that runs is interrupted if it can be, and its result dropped.
        """
        withdrawn = self._begun.acquire(False)
        if not self._settled.acquire(False):
            return False
        self._end = JobState.WITHDRAWN if withdrawn else JobState.ABANDONED
        if not withdrawn and self.interrupt is not None:
            self.interrupt()
        return True

    def outcome(self) -> Any:
        """What the function returned or raised; the job is settled."""
        if self.error is None:
            return self.value
        try:
            raise self.error
        finally:
            # The traceback holds this frame; without this the two would keep each other alive.
            self = None  # type: ignore[assignment]


class JobFuture(Job, Future[T], Generic[T]):
    """The future of a submitted job. It can also be awaited, in any event loop.

    ``cancel()`` gives up a job that is not over: if it has not begun it never will, if it runs it is interrupted at its
    next ``await`` (a plain function runs to its end), and its result is dropped either way. `ran` tells what happened.
    Cancelling an ``await`` leaves the job alone.
    """

    # A condition variable costs more than all the rest of a job, and most futures of a burst are over before anybody
    # waits for them. So it is made when it is first asked for, with the lists that it guards. The methods of `Future`
    # ask for it, then look at the state; `_tell` sets the state, then looks for it: one of the two sees the other.
    _state = "PENDING"
    _result: Any = None
    _exception: BaseException | None = None
    _made: threading.Condition | None = None
    _told = False
    """True once every waiter was notified; later callers need not block."""

    def __init__(
        self, owner: JobOwner, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        Job.__init__(self, function, args, kwargs)
        self._owner = owner
        self.notify: Callable[[], None] = self._tell

    @property
    def _condition(self) -> threading.Condition:  # type: ignore[override]
        condition = self._made
        if condition is None:
            with _making:
                condition = self._made
                if condition is None:
                    self._waiters: list[Any] = []
                    self._done_callbacks: list[Callable[[Any], Any]] = []
                    condition = self._made = threading.Condition()
        return condition

    def _tell(self) -> None:
        """The job is settled: let those know who wait."""
        self._result, self._exception = self.value, self.error
        self._state = "FINISHED"
        condition = self._made
        if condition is not None:
            self._tell_others(condition)
        self._open_gates()

    def _tell_others(self, condition: threading.Condition) -> None:
        with condition:
            for waiter in self._waiters:
                if self.error is None:
                    waiter.add_result(self)
                else:
                    waiter.add_exception(self)
            condition.notify_all()
        self._invoke_callbacks()  # type: ignore[attr-defined]

    def running(self) -> bool:
        """Whether the job runs now."""
        return self.state is JobState.RUNNING

    def done(self) -> bool:
        """Whether the job is over or was given up."""
        return self._state in _OVER

    def cancelled(self) -> bool:
        """Whether the job was given up."""
        return self._state in _OVER and self._state != "FINISHED"

    def cancel(self) -> bool:
        """Give the job up. False if it was over."""
        if not self._owner._give_up(self):
            return self.cancelled()
        super().cancel()
        self.set_running_or_notify_cancel()
        self._open_gates()
        return True

    def _open_gates(self) -> None:
        self._told = True
        gates: list[Gate] = self.__dict__.get("_gates", [])
        while gates:
            with suppress(IndexError):  # another thread opened it
                gates.pop().open()

    def _pass_gate(self, timeout: float | None) -> None:
        """Wait until the job is over and told of, or raise ``TimeoutError``.

        The condition variable is nothing to wait for here: interrupted at a bad moment (Ctrl-C) it stays taken, and the
        owner would wait for it for ever.
        """
        if self._told:
            return
        gate = new_gate()
        self.__dict__.setdefault("_gates", []).append(gate)
        if self.done() or gate.wait(timeout):  # it may have been told of before the gate was there
            return
        raise TimeoutError

    def result(self, timeout: float | None = None) -> T:
        """The result, waiting for it at most ``timeout`` seconds (`TimeoutError`); raises what the job raised.

        `MisuseError` if that would block an event loop or the owner's thread.
        """
        if self._state != "FINISHED":
            self._refuse_blocking()
            self._pass_gate(timeout)
        if self._state == "FINISHED":
            return self.outcome()  # type: ignore[no-any-return]
        return super().result(0)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """What the job raised, or ``None``; otherwise as `result`."""
        self._refuse_blocking()
        self._pass_gate(timeout)
        return self.error if self._state == "FINISHED" else super().exception(0)

    def _refuse_blocking(self) -> None:
        if not self.done():
            if self._owner._is_owner():
                refuse_own_thread("waiting for a job")
            refuse_blocking("waiting for a job's result", "`await future`")

    def __await__(self) -> Generator[Any, Any, T]:
        return self._wait().__await__()

    async def _wait(self) -> T:
        if not self.done():
            loop, event = current_loop(), anyio.Event()
            self.add_done_callback(lambda _: loop.post(event.set))
            await event.wait()
        return super().result(0)


class JobOwner(Protocol):
    """What a future needs of the owner of its job."""

    def _give_up(self, job: Job) -> bool: ...

    def _is_owner(self) -> bool: ...


def refuse_own_thread(what: str) -> None:
    """Raise the error for ``what`` on the owner's own thread."""
    raise MisuseError(f"{what} on the owner's own thread would wait for itself; call the function directly there")
