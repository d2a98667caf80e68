"""Functions that the tests of portals have called, and the loops and processes they run in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import anyio
import trio

__all__ = ["Boom", "add", "explode", "in_asyncio", "in_trio", "slow_add"]


def add(x: int, y: int = 0) -> int:
    return x + y


async def slow_add(x: int, y: int = 0) -> int:
    await anyio.sleep(0)
    return x + y


def in_trio(function: Callable[..., object], *arguments: object) -> object:
    return trio.run(function, *arguments)  # type: ignore[arg-type]


def in_asyncio(function: Callable[..., object], *arguments: object) -> object:
    return asyncio.run(function(*arguments))  # type: ignore[arg-type]


class Boom(Exception):
    pass


def explode() -> None:
    raise Boom("here")
