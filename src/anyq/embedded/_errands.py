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
        self.loop = current_loop()
        self._waiting: deque[tuple[Callable[..., object], tuple[Any, ...]]] = deque()
        self._event = anyio.Event()

    def add(self, function: Callable[..., object], *arguments: Any) -> None:
        """Have ``function`` called. Any thread may ask; what it raises is logged."""
        self._waiting.append((function, arguments))
        self.loop.call_soon(self._wake)

    def _wake(self) -> None:
        self._event.set()

    def run_all(self) -> None:
        """Run what waits, now."""
        while self._waiting:
            self._run_next()

    def _run_next(self) -> None:
        function, arguments = self._waiting.popleft()
        try:
            function(*arguments)
        except Exception:  # whoever's errand it is, it must not end the server
            log.exception("an errand of q's failed")

    async def run(self) -> None:
        """Run errands as they come, until cancelled."""
        while True:
            await self._event.wait()
            self._event = anyio.Event()
            for _ in range(len(self._waiting)):  # they bring about others; tasks have their turn before those
                if self._waiting:
                    self._run_next()
            if self._waiting:
                self._event.set()
