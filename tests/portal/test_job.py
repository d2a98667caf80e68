"""A job's result: waiting for it in threads and event loops, its errors, and giving it up."""

from __future__ import annotations

import asyncio
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, as_completed, wait

import anyio
import pytest
from tests.portal.work import Boom, add, explode, in_asyncio, in_trio

from anyq.portal import JobState, Portal


@pytest.mark.parametrize("run", [in_trio, in_asyncio])
def test_any_event_loop_may_await(owner: Portal, run: Callable[..., object]) -> None:
    async def main() -> list[int]:
        first = await owner.run(add, 1, 2)
        future = owner.submit(add, 3)
        assert await future == 3
        return [first, await future]

    assert run(main) == [3, 3]


def test_the_standard_library_waits_for_the_futures(owner: Portal) -> None:
    gate = threading.Event()
    owner.submit(gate.wait)
    futures: list[Future[int]] = [owner.submit(add, number) for number in range(10)]
    done, pending = wait(futures, timeout=0.01)
    assert not done
    assert len(pending) == 10
    threading.Timer(0.02, gate.set).start()
    assert sorted(future.result() for future in as_completed(futures)) == list(range(10))

    async def main() -> int:
        return await asyncio.wrap_future(owner.submit(add, 5))

    assert asyncio.run(main()) == 5


def test_callbacks_of_futures_run_once(owner: Portal) -> None:
    told: list[int] = []
    for number in range(200):
        future = owner.submit(add, number)
        future.add_done_callback(lambda done: told.append(done.result()))
    owner.call(add, 0)
    assert sorted(told) == list(range(200))


def test_errors_arrive_with_the_traceback_of_both_threads(owner: Portal) -> None:
    with pytest.raises(Boom) as caught:
        owner.call(explode)
    names = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert names[0] == "test_errors_arrive_with_the_traceback_of_both_threads"
    assert names[-1] == "explode"
    future = owner.submit(explode)
    with pytest.raises(Boom):
        future.result()
    assert isinstance(future.exception(), Boom)


def test_exits_raised_by_a_job_reach_the_caller_only(owner: Portal) -> None:
    def leave() -> None:
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        owner.call(leave)
    assert owner.call(add, 1) == 1


def test_cancelling_a_job_that_waits_withdraws_it(owner: Portal) -> None:
    gate = threading.Event()
    owner.submit(gate.wait)
    ran: list[int] = []
    future = owner.submit(ran.append, 1)
    assert future.cancel()
    assert future.cancelled()
    assert future.ran is False
    assert future.state is JobState.WITHDRAWN
    gate.set()
    owner.call(add, 0)
    assert not ran
    with pytest.raises(CancelledError):
        future.result()


def test_cancelling_a_function_that_runs_abandons_it(owner: Portal) -> None:
    gate, entered = threading.Event(), threading.Event()

    def work() -> None:
        entered.set()
        gate.wait()

    future = owner.submit(work)
    entered.wait()
    assert future.running()
    assert future.cancel()
    assert future.state is JobState.ABANDONED
    assert future.ran is None
    gate.set()
    owner.call(add, 0)
    assert future.ran is True


def test_cancelling_a_coroutine_that_runs_interrupts_it(portal: Portal) -> None:
    entered, left = threading.Event(), threading.Event()

    async def work() -> None:
        entered.set()
        try:
            await anyio.sleep(60)
        finally:
            left.set()

    future = portal.submit(work)
    entered.wait()
    assert future.cancel()
    assert left.wait(5)
    assert future.ran is None
    assert portal.call(add, 1) == 1
    assert not future.cancel() or future.cancelled()


@pytest.mark.parametrize("run", [in_trio, in_asyncio])
def test_a_cancelled_await_gives_its_job_up(portal: Portal, run: Callable[..., object]) -> None:
    left = threading.Event()

    async def work() -> None:
        try:
            await anyio.sleep(60)
        finally:
            left.set()

    async def main() -> None:
        with anyio.move_on_after(0.02):
            await portal.run(work)

    run(main)
    assert left.wait(5)
    assert portal.statistics().dropped == 1
