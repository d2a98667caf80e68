"""Callbacks after a time, on one thread for the whole process.

A served evaluation with a time limit sets an alarm and cancels it some microseconds later. So setting one that is due
later than the one that the thread waits for costs two dictionary operations, and wakes nobody; the thread finds out
when it wakes for the earlier one. It ends when no alarm is left.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from time import monotonic
from typing import Final

__all__ = ["Alarms", "alarms"]

log: Final = logging.getLogger("anyq.embedded")


class Alarms:
    """Pending callbacks and the thread that calls them. Any thread may use it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()  # its lock may be taken again by a signal handler of the same thread
        self._pending: dict[object, tuple[float, Callable[[], None]]] = {}
        self._running = False
        self._wakes_at = 0.0

    def add(self, seconds: float, callback: Callable[[], None]) -> Callable[[], None]:
        """Have ``callback`` called after ``seconds``; the result cancels it. ``RuntimeError`` without a thread for it.

        The callback must not block; what it raises is logged.
        """
        key, at = object(), monotonic() + seconds
        with self._changed:
            self._pending[key] = at, callback
            if not self._running:
                try:
                    threading.Thread(target=self._run, name="anyq alarms", daemon=True).start()
                except RuntimeError:
                    del self._pending[key]
                    raise
                self._running, self._wakes_at = True, at
            elif at < self._wakes_at:
                self._wakes_at = at
                self._changed.notify()

        def cancel() -> None:
            self._pending.pop(key, None)

        return cancel

    def _run(self) -> None:
        while True:
            with self._changed:
                # Also when all are cancelled: the next evaluation sets one that is due later, and needs no new thread.
                self._changed.wait(min(max(self._wakes_at - monotonic(), 0.0), threading.TIMEOUT_MAX))
                now = monotonic()
                due = [key for key, (at, _) in self._pending.copy().items() if at <= now]
            for key in due:
                self._call(key)
            with self._changed:
                if not self._pending:
                    self._running = False
                    return
                self._wakes_at = min((at for at, _ in self._pending.copy().values()), default=now)

    def _call(self, key: object) -> None:
        found = self._pending.pop(key, None)  # a single step, as in `cancel`: it is called or cancelled, never both
        if found is not None:
            try:
                found[1]()
            except Exception:
                log.exception("an alarm failed")


alarms: Alarms = Alarms()

if hasattr(os, "register_at_fork"):  # the thread is not in the child, and its lock may be held there
    os.register_at_fork(after_in_child=alarms.__init__)  # type: ignore[misc]
