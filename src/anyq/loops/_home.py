"""The event loop that something belongs to."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import Final

import anyio

from anyq.errors import MisuseError

__all__ = ["Home", "on_asyncio"]

_running_loop: Final[Callable[[], object]] = asyncio._get_running_loop


def on_asyncio() -> bool:
    """Whether the event loop that runs here is one of asyncio: in a task or in a callback of the loop.

    `anyio.get_cancelled_exc_class` knows the loop of a task only. Raises as it does where no event loop runs.
    """
    trio = getattr(sys.modules.get("trio"), "lowlevel", None)
    if trio is not None and trio.in_trio_run():  # perhaps as a guest of an asyncio loop
        return False
    return _running_loop() is not None or anyio.get_cancelled_exc_class() is asyncio.CancelledError


def _running_on_trio() -> Callable[[], object]:
    """A function that gives Trio's token of the loop in its caller's thread; ``None`` outside."""
    current: Callable[[], object] = sys.modules["trio"].lowlevel.current_trio_token

    def loop() -> object:
        try:
            return current()
        except RuntimeError:
            return None

    return loop


class Home:
    """The event loop in which this object was made."""

    __slots__ = ("_here", "_loop")

    def __init__(self) -> None:
        self._here = _running_loop if on_asyncio() else _running_on_trio()
        self._loop = self._here()

    def here(self) -> bool:
        """Whether the caller runs in that event loop: in a task or a callback of it."""
        return self._here() is self._loop

    def check(self, what: object) -> None:
        """Raise `MisuseError` unless this runs in that event loop. ``what`` is the object that belongs to the loop."""
        if self._here() is not self._loop:
            raise MisuseError(
                f"{what} belongs to the event loop that opened it, and this is another loop or thread; to share one "
                "among threads and loops, open it with anyq.start_portal()"
            )
