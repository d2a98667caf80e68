"""The owner thread of an embedded q: jobs in order, giving them up, timers, jobs inside jobs, and its end."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from tests.portal.work import Boom, add, explode, in_asyncio, in_trio

import anyq
from anyq.portal import Owner


@pytest.fixture
def owner() -> Iterator[Owner]:
    owner = Owner("owner of a test")
    owner.start()
    yield owner
    owner.stop()


def test_jobs_run_in_order_on_one_thread(owner: Owner) -> None:
    ran: list[int] = []
    jobs = [owner.submit(ran.append, number) for number in range(100)]
    assert jobs[-1].wait(10) is None
    assert ran == list(range(100))
    assert owner.submit(owner.owns_this_thread).wait(10)
    assert not owner.owns_this_thread()


def test_an_error_reaches_the_waiter_and_not_the_owner(owner: Owner) -> None:
    with pytest.raises(Boom):
        owner.submit(explode).wait(10)
    assert owner.submit(add, 1, 2).wait(10) == 3


@pytest.mark.parametrize("run", [in_trio, in_asyncio])
def test_a_task_awaits_a_job(owner: Owner, run: object) -> None:
    async def main() -> int:
        return await owner.submit(add, 1, 2)

    assert run(main) == 3  # type: ignore[operator]


def test_a_cancelled_job_that_waits_never_runs(owner: Owner) -> None:
    gate, ran = threading.Event(), list[int]()
    owner.submit(gate.wait)
    job = owner.submit(ran.append, 1)
    assert job.cancel()
    gate.set()
    owner.submit(add, 0).wait(10)
    assert not ran
    assert not job.started


def test_an_interrupt_is_for_the_job_that_runs() -> None:
    stopped, entered = threading.Event(), threading.Event()
    owner = Owner("interrupted", interrupt=stopped.set, rest=stopped.clear)
    owner.start()

    def work() -> bool:
        entered.set()
        return stopped.wait(10)

    job = owner.submit(work)
    assert entered.wait(10)
    job.interrupt()
    assert job.wait(10)
    job.interrupt()  # it is over: the next job is not stopped
    assert not owner.submit(stopped.is_set).wait(10)
    owner.stop()
    assert not owner.interrupt()


def test_a_job_may_run_the_next_wanted_one(owner: Owner) -> None:
    ran: list[str] = []
    submitted = threading.Event()

    def outer() -> bool:
        submitted.wait(10)
        found = owner.run_next(lambda tag: tag == "wanted", 10)
        ran.append("outer")
        return found

    job = owner.submit(outer)
    other = owner.submit(ran.append, "other")
    owner.submit(ran.append, "wanted", tag="wanted")
    submitted.set()
    assert job.wait(10)
    other.wait(10)
    assert ran == ["wanted", "outer", "other"]


def test_a_timer_runs_until_it_is_ended(owner: Owner) -> None:
    ticked = threading.Event()
    end = owner.submit(owner.every, 0.001, ticked.set).wait(10)
    assert ticked.wait(10)
    owner.submit(end).wait(10)
    ticked.clear()
    owner.submit(add, 0).wait(10)
    assert not ticked.is_set()


def test_it_starts_once(owner: Owner) -> None:
    with pytest.raises(anyq.MisuseError, match="opened once"):
        owner.start()


def test_jobs_before_the_start_and_after_the_end() -> None:
    owner = Owner("owner")
    with pytest.raises(anyq.MisuseError, match="not open yet"):
        owner.submit(add, 1)
    owner.start()
    gate, entered = threading.Event(), threading.Event()

    def work() -> None:
        entered.set()
        gate.wait(10)

    running, waiting = owner.submit(work), owner.submit(add, 1)
    assert entered.wait(10)
    stopping = threading.Thread(target=owner.stop)
    stopping.start()
    with pytest.raises(anyq.PortalClosed, match="before this job began"):
        waiting.wait(10)
    gate.set()
    stopping.join()
    assert running.done()
    owner.stop()
    assert owner.closed
    with pytest.raises(anyq.ClosedError):
        owner.submit(add, 1)


def test_a_simulation_runs_the_jobs_in_its_own_thread() -> None:
    owner, rung = Owner("simulated"), list[int]()
    owner.start_here(lambda: rung.append(1))
    job = owner.submit(add, 1, 2)
    assert rung == [1]
    assert not job.done()
    owner.work_off()
    assert job.result() == 3
