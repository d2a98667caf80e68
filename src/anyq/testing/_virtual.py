"""Event loops in virtual time, whose every decision a seed makes."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any, Final, Literal, TypeVar

import anyio

__all__ = ["Backend", "run", "virtual_clock"]

T = TypeVar("T")
Backend = Literal["asyncio", "trio"]
_LOOKS: Final = 64
"""Turns of a busy event loop between two looks at the system, where nothing happens but the calls of other threads."""


class _VirtualLoop(asyncio.SelectorEventLoop):
    """asyncio's loop with a clock that jumps to the next timer whenever nothing else is to be done."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0
        self._turns = 0
        selector = self._selector  # type: ignore[attr-defined]
        look = selector.select

        def select(timeout: float | None = None) -> Any:
            self._turns += 1
            if timeout == 0 and self._turns % _LOOKS:
                return ()
            found = look(timeout if timeout is None else 0)
            if not found and timeout:
                self._now += timeout
            return found

        selector.select = select

    def time(self) -> float:
        return self._now


def virtual_clock() -> Callable[[], float]:
    """The clock of the event loop that runs here, for any thread."""
    try:
        return asyncio.get_running_loop().time
    except RuntimeError:
        clock: Callable[[], float] = sys.modules["trio"].lowlevel.current_clock().current_time
        return clock


def run(function: Callable[..., Awaitable[T]], *arguments: Any, backend: Backend, seed: int) -> T:
    """Run an async function as `anyio.run` does, in virtual time. On Trio the order of tasks is the seed's."""
    if backend == "asyncio":
        return anyio.run(function, *arguments, backend_options={"loop_factory": _VirtualLoop})
    from trio.testing import MockClock

    scheduler: Any = sys.modules["trio._core._run"]
    before = scheduler._ALLOW_DETERMINISTIC_SCHEDULING
    # Trio shuffles what is to run; Hypothesis, too, makes that repeatable in this way.
    scheduler._ALLOW_DETERMINISTIC_SCHEDULING = True
    scheduler._r.seed(seed)
    try:
        options = {"clock": MockClock(autojump_threshold=0)}
        return anyio.run(function, *arguments, backend="trio", backend_options=options)
    finally:
        scheduler._ALLOW_DETERMINISTIC_SCHEDULING = before
