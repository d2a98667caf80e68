"""The event loop that something belongs to."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import Final

import anyio

from anyq.errors import MisuseError

__all__ = ["Home"]

_running_loop: Final[Callable[[], object]] = asyncio._get_running_loop


def _trio_loop() -> object:
    """What stands for Trio's loop in this thread; ``None`` outside."""
    try:
        return sys.modules["trio"].lowlevel.current_trio_token()
    except RuntimeError:
        return None


class Home:
    """The event loop in which it was made."""

    __slots__ = ("_here", "_loop")

    def __init__(self) -> None:
        on_asyncio = anyio.get_cancelled_exc_class() is asyncio.CancelledError
        self._here = _running_loop if on_asyncio else _trio_loop
        self._loop = self._here()

    def check(self, what: object) -> None:
        """Raise `MisuseError` unless this runs in that event loop. ``what`` is what belongs to the loop."""
        if self._here() is not self._loop:
            raise MisuseError(
                f"{what} belongs to the event loop that opened it, and this is another loop or thread; to share one "
                "among threads and loops, open it with anyq.start_portal()"
            )
