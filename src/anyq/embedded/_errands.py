"""Callbacks that other threads queue for a server's event loop, run in order by one task.

Theory of operation. A function that another thread hands to an event loop does not run in a task, but only a task may
start tasks or create events. So callbacks wait in a queue, and a task of the server runs them. A task that has awaited
a job runs the queue before it continues: callbacks that the job left come before the effects of its end.
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
    """Queue of callbacks for the event loop in which it is created."""

    def __init__(self) -> None:
        self._loop = current_loop()
        self._waiting: deque[tuple[Callable[..., object], tuple[Any, ...]]] = deque()
        self._after: dict[Callable[[], object], None] = {}
        self._event = anyio.Event()

    def add(self, function: Callable[..., object], *arguments: Any) -> None:
        """Queue ``function(*arguments)``, from any thread. An exception of the callback is logged."""
        self._waiting.append((function, arguments))
        self._loop.call_soon(self._wake)

    def _wake(self) -> None:
        self._event.set()

    def afterwards(self, function: Callable[[], object]) -> None:
        """Call ``function`` once after the callbacks queued so far. For callbacks only; repeats count once."""
        self._after[function] = None

    def run_all(self) -> None:
        """Run the queued callbacks, and those that they queue, before returning."""
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
        except Exception:  # a failed callback must not end the server
            log.exception("an errand of q's failed")

    async def run(self) -> None:
        """Run callbacks as they are queued, until cancelled; those still queued then are kept."""
        while True:
            await self._event.wait()
            self._event = anyio.Event()
            self._run_some()
            if self._waiting:  # queued by the callbacks: other tasks run first
                self._event.set()
