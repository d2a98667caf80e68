"""Tasks in the background of a block."""

from __future__ import annotations

import asyncio

import anyio
import anyio.lowlevel
import pytest

from anyq.errors import MisuseError
from anyq.loops import BackgroundTasks

pytestmark = pytest.mark.anyio


class Fatal(BaseException):
    """What ends a program."""


async def fail() -> None:
    await anyio.lowlevel.checkpoint()
    raise Fatal


async def test_tasks_end_with_the_block() -> None:
    ended = []

    async def work() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            ended.append(1)

    async with BackgroundTasks() as tasks:
        tasks.start_soon(work)
        tasks.start_soon(work)
        await anyio.wait_all_tasks_blocked()
    assert ended == [1, 1]


async def test_an_error_of_the_block_leaves_it_as_itself() -> None:
    with pytest.raises(ZeroDivisionError):  # noqa: PT012
        async with BackgroundTasks() as tasks:
            tasks.start_soon(anyio.sleep_forever)
            raise ZeroDivisionError


async def test_what_ends_a_program_cancels_the_block_and_leaves_it_as_itself() -> None:
    with pytest.raises(Fatal):  # noqa: PT012
        async with BackgroundTasks() as tasks:
            tasks.start_soon(fail)
            await anyio.sleep_forever()
    await anyio.lowlevel.checkpoint()  # and no cancellation is left behind


async def test_a_task_that_fails_at_the_end_is_heard() -> None:
    async def fail_late() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            raise Fatal

    with pytest.raises(Fatal):  # noqa: PT012
        async with BackgroundTasks() as tasks:
            tasks.start_soon(fail_late)
            await anyio.wait_all_tasks_blocked()


async def test_the_end_waits_for_the_tasks_although_it_is_cancelled() -> None:
    ended = []

    async def work() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            with anyio.CancelScope(shield=True):
                for _ in range(5):
                    await anyio.lowlevel.checkpoint()
            ended.append(1)

    with anyio.CancelScope() as scope:
        async with BackgroundTasks() as tasks:
            tasks.start_soon(work)
            await anyio.wait_all_tasks_blocked()
            scope.cancel()
    assert ended == [1]


def test_asyncio_leaves_in_another_task() -> None:
    async def main() -> None:
        tasks = BackgroundTasks()
        await asyncio.create_task(tasks.__aenter__())
        tasks.start_soon(anyio.sleep_forever)
        await asyncio.create_task(tasks.__aexit__(None, None, None))
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(main())


@pytest.mark.parametrize("anyio_backend", ["trio"])
async def test_trio_says_that_the_task_is_another(anyio_backend: str) -> None:
    async def leave(tasks: BackgroundTasks) -> None:
        with pytest.raises(MisuseError, match="task that entered"):
            await tasks.__aexit__(None, None, None)

    async with BackgroundTasks() as tasks, anyio.create_task_group() as others:
        others.start_soon(leave, tasks)
