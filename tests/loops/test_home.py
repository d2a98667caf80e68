"""The event loop that something belongs to: in a task, in a callback, and where no loop runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import anyio
import pytest
import trio

from anyq.client._waiter import scheduler, waiter_maker
from anyq.loops import Home, on_asyncio


def in_a_callback(function: Callable[[], object]) -> Callable[[], object]:
    async def main() -> object:
        answer = asyncio.get_running_loop().create_future()

        def call() -> None:
            try:
                answer.set_result(function())
            except Exception as error:
                answer.set_exception(error)

        asyncio.get_running_loop().call_soon(call)
        return await answer

    return lambda: asyncio.run(main())


def in_a_callback_of_trio(function: Callable[[], object]) -> Callable[[], object]:
    async def main() -> object:
        answers: list[object] = []
        done = trio.Event()

        def call() -> None:
            answers.append(function())
            done.set()

        trio.lowlevel.current_trio_token().run_sync_soon(call)
        await done.wait()
        return answers[0]

    return lambda: trio.run(main)


def in_a_task(function: Callable[[], object], backend: str) -> Callable[[], object]:
    async def main() -> object:
        return function()

    return lambda: anyio.run(main, backend=backend)


@pytest.mark.parametrize("function", [Home, waiter_maker, scheduler])
def test_callbacks_belong_to_their_loop(function: Callable[[], object]) -> None:
    for run in (in_a_callback(function), in_a_callback_of_trio(function)):
        assert run() is not None


def test_the_loop_of_tasks_and_callbacks() -> None:
    assert in_a_callback(on_asyncio)() is True
    assert in_a_task(on_asyncio, "asyncio")() is True
    assert in_a_callback_of_trio(on_asyncio)() is False
    assert in_a_task(on_asyncio, "trio")() is False


def test_no_loop() -> None:
    with pytest.raises(RuntimeError):
        on_asyncio()
