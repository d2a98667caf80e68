"""What other threads want done in a server's event loop, in order.

Theory of operation. A function that another thread hands to an event loop does not run in a task, and starting tasks or
making events is for tasks alone. So errands wait in a queue; a task of the server runs them, and whoever has awaited a
job that may have left errands runs them first: they come before what the job's end brings about.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

import anyio

from anyq.portal import current_loop

__all__ = ["Errands"]


class Errands:
    """A queue of function calls for one event loop. Made in it."""

    def __init__(self) -> None:
        self.loop = current_loop()
        self._waiting: deque[tuple[Callable[..., object], tuple[Any, ...]]] = deque()
        self._event = anyio.Event()

    def add(self, function: Callable[..., object], *arguments: Any) -> None:
        """Have ``function`` called. Any thread may ask; it must not raise."""
        self._waiting.append((function, arguments))
        self.loop.call_soon(self._wake)

    def _wake(self) -> None:
        self._event.set()

    def run_all(self) -> None:
        """Run what waits, now."""
        waiting = self._waiting
        while waiting:
            function, arguments = waiting.popleft()
            function(*arguments)

    async def run(self) -> None:
        """Run errands as they come, until cancelled."""
        while True:
            await self._event.wait()
            self._event = anyio.Event()
            self.run_all()
