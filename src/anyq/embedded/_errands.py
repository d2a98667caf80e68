"""What other threads want done in a server's event loop, in order.

Theory of operation. A function that another thread hands to an event loop does not run in a task, and starting tasks or
making events is for tasks alone. So errands wait in a queue; a task of the server runs them, and whoever has awaited a
job that may have left errands runs them first: they come before what the job's end brings about.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from typing import Any, Final

import anyio

from anyq.portal import current_loop

__all__ = ["Errands"]

log: Final = logging.getLogger("anyq.embedded")


class Errands:
    """A queue of function calls for one event loop. Made in it."""

    def __init__(self) -> None:
        self._loop = current_loop()
        self._waiting: deque[tuple[Callable[..., object], tuple[Any, ...]]] = deque()
        self._after: dict[Callable[[], object], None] = {}
        self._event = anyio.Event()

    def add(self, function: Callable[..., object], *arguments: Any) -> None:
        """Have ``function`` called. Any thread may ask; what it raises is logged."""
        self._waiting.append((function, arguments))
        self._loop.call_soon(self._wake)

    def _wake(self) -> None:
        self._event.set()

    def afterwards(self, function: Callable[[], object]) -> None:
        """From an errand: have ``function`` called when those that wait already are run; once, however often asked."""
        self._after[function] = None

    def run_all(self) -> None:
        """Run what waits, now."""
        while self._waiting:
            self._run_some()

    def _run_some(self) -> None:
        for _ in range(len(self._waiting)):
            self._run(*self._waiting.popleft())
        after, self._after = self._after, {}
        for function in after:
            self._run(function, ())

    def _run(self, function: Callable[..., object], arguments: tuple[Any, ...]) -> None:
        try:
            function(*arguments)
        except Exception:  # whoever's errand it is, it must not end the server
            log.exception("an errand of q's failed")

    async def run(self) -> None:
        """Run errands as they come, until cancelled."""
        while True:
            await self._event.wait()
            self._event = anyio.Event()
            self._run_some()
            if self._waiting:  # what the errands brought about; tasks have their turn before
                self._event.set()
