"""Event loops in virtual time, whose every decision a seed makes."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any, Literal, TypeVar

import anyio

__all__ = ["Backend", "run"]

T = TypeVar("T")
Backend = Literal["asyncio", "trio"]


class _VirtualLoop(asyncio.SelectorEventLoop):
    """asyncio's loop with a clock that jumps to the next timer whenever nothing else is to be done."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0
        selector = self._selector  # type: ignore[attr-defined]
        look = selector.select

        def select(timeout: float | None = None) -> Any:
            found = look(timeout if timeout is None else 0)
            if not found and timeout:
                self._now += timeout
            return found

        selector.select = select

    def time(self) -> float:
        return self._now


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
