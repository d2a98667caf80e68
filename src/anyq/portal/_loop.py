"""The running event loop, as other threads may reach it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

__all__ = ["Loop", "current_loop"]


class Loop:
    """One running event loop, Trio's or asyncio's."""

    __slots__ = ("_gone", "_soon")

    def __init__(self, soon: Callable[..., Any], gone: tuple[type[Exception], ...]) -> None:
        self._soon = soon
        self._gone = gone

    def call_soon(self, function: Callable[..., object], *arguments: object) -> bool:
        """Have ``function`` called in the loop's thread, soon and in order. Any thread may ask.

        False if the loop has ended: the function will not be called.
        """
        try:
            self._soon(function, *arguments)
        except self._gone:
            return False
        return True


def current_loop() -> Loop:
    """The event loop that runs in this thread. ``RuntimeError`` if there is none."""
    trio = sys.modules.get("trio")  # whoever runs Trio has imported it
    if trio is not None:
        try:
            return Loop(trio.lowlevel.current_trio_token().run_sync_soon, (trio.RunFinishedError,))
        except RuntimeError:
            pass
    import asyncio

    return Loop(asyncio.get_running_loop().call_soon_threadsafe, (RuntimeError,))
