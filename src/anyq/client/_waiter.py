"""What a task waits on for one answer: the cheapest thing that its event loop has."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Protocol

import anyio

from anyq.loops import on_asyncio

__all__ = ["Scheduler", "Waiter", "scheduler", "waiter_maker"]

Scheduler = Callable[[Callable[[], object]], object]
"""Lets a function run soon in an event loop, from any thread."""


class Waiter(Protocol):
    """Something that one task waits for, once."""

    def set(self) -> None:
        """It happened. May be called again."""

    def wait(self) -> Awaitable[object]:
        """Wait until it happens."""


class FutureWaiter:
    """A future of asyncio: an `anyio.Event` finds out which event loop it is on each time, and holds one more."""

    __slots__ = ("_future",)

    def __init__(self) -> None:
        self._future: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def set(self) -> None:
        if not self._future.done():
            self._future.set_result(None)

    def wait(self) -> asyncio.Future[None]:
        return self._future


def waiter_maker() -> Callable[[], Waiter]:
    """What makes waiters for the event loop that runs here."""
    if on_asyncio():
        return FutureWaiter
    trio = sys.modules.get("trio")
    return trio.Event if trio is not None else anyio.Event


def scheduler() -> Scheduler:
    """That of the event loop that runs here."""
    if on_asyncio():
        return asyncio.get_running_loop().call_soon_threadsafe
    found: Scheduler = sys.modules["trio"].lowlevel.current_trio_token().run_sync_soon
    return found
