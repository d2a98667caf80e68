"""The mailbox of a portal: order, bounds, misuse, and what becomes of jobs at the end."""

from __future__ import annotations

import ctypes
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable
from functools import partial

import anyio
import pytest
import trio
from tests.portal.work import Boom, add, explode, in_asyncio, in_trio, slow_add

import anyq
from anyq.portal import Portal, start_portal


def test_scenario_64_fifty_threads_and_a_hundred_calls_each(owner: Portal) -> None:
    seen: dict[int, list[int]] = {}

    def note(thread: int, number: int) -> int:
        seen.setdefault(thread, []).append(number)
        return thread * 1000 + number

    def work(thread: int) -> None:
        for number in range(100):
            assert owner.call(note, thread, number) == thread * 1000 + number

    threads = [threading.Thread(target=work, args=[thread]) for thread in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {thread: list(range(100)) for thread in range(50)}


def test_jobs_begin_in_order_whatever_they_are(portal: Portal) -> None:
    begun: list[int] = []

    async def later(number: int) -> int:
        begun.append(number)
        await anyio.sleep(0)
        return number

    def now(number: int) -> int:
        begun.append(number)
        return number

    gate = threading.Event()
    portal.submit(gate.wait)
    futures = [portal.submit(later if number % 3 else now, number) for number in range(300)]
    gate.set()
    assert [future.result() for future in futures] == list(range(300))
    assert begun == list(range(300))


def test_a_full_mailbox_makes_submitters_wait() -> None:
    with start_portal(max_queued=4) as owner:
        gate = threading.Event()
        owner.submit(gate.wait)
        time.sleep(0.01)
        done: list[int] = []

        def work(thread: int) -> None:
            for number in range(50):
                owner.submit(done.append, thread * 100 + number)

        threads = [threading.Thread(target=work, args=[thread]) for thread in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(0.02)
        assert owner.statistics().queued <= 4 + 4
        gate.set()
        for thread in threads:
            thread.join()
        owner.call(add, 0)
        assert owner.statistics().waits > 0
        for first in (0, 100, 200, 300):
            assert [number for number in done if first <= number < first + 100] == list(range(first, first + 50))


@pytest.mark.parametrize("run", [in_trio, in_asyncio])
def test_a_full_mailbox_in_an_event_loop(run: Callable[..., object]) -> None:
    gate = threading.Event()

    async def main(owner: Portal) -> None:
        with pytest.raises(anyq.BusyError, match="await"):
            owner.submit(add, 1)
        with anyio.move_on_after(0.01) as scope:
            await owner.run(add, 1)
        assert scope.cancelled_caught
        gate.set()
        assert await owner.run(add, 1) == 1

    with start_portal(max_queued=1) as owner:
        owner.submit(gate.wait)
        time.sleep(0.01)
        owner.submit(add, 0)
        run(main, owner)


def test_statistics_count_jobs(owner: Portal) -> None:
    for _ in range(3):
        owner.call(add, 1)
    with pytest.raises(Boom):
        owner.call(explode)
    counts = owner.statistics()
    assert (counts.begun, counts.failed, counts.queued, counts.refused) == (4, 1, 0, 0)
    assert counts.wakeups >= 1


def test_scenario_66_a_thread_killed_while_its_call_runs(portal: Portal) -> None:
    class Killed(BaseException):
        pass

    entered, over = threading.Event(), threading.Event()
    result: list[str] = []

    async def work() -> None:
        entered.set()
        await anyio.sleep(0.05)

    def victim() -> None:
        try:
            portal.call(work)
            for _ in range(1000):
                time.sleep(0.001)
        except Killed:
            result.append("killed")
        over.set()

    thread = threading.Thread(target=victim)
    thread.start()
    entered.wait()
    assert thread.ident is not None
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(Killed))
    assert portal.call(slow_add, 1) == 1
    thread.join()
    assert result == ["killed"]
    assert portal.call(slow_add, 2) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_scenario_22_control_c_in_a_portal_call(owner: Portal) -> None:
    gate = threading.Event()
    pressed: list[float] = []

    def press() -> None:
        pressed.append(time.perf_counter())
        os.kill(os.getpid(), signal.SIGINT)

    timer = threading.Timer(0.05, press)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        owner.call(gate.wait, 5)
    assert time.perf_counter() - pressed[0] < 0.1
    gate.set()
    timer.join()
    assert owner.call(add, 1) == 1


def test_scenario_68_calls_on_the_owners_own_thread(owner: Portal) -> None:
    def nested() -> None:
        for wrong in (owner.call, lambda f: owner.submit(f).result(), lambda f: owner.close()):
            with pytest.raises(anyq.MisuseError, match="owner's own thread"):
                wrong(int)

    owner.call(nested)


def test_scenario_68_awaiting_on_the_portals_own_loop(portal: Portal) -> None:
    async def nested() -> None:
        with pytest.raises(anyq.MisuseError, match="owner's own thread"):
            await portal.run(add, 1)

    portal.call(nested)


@pytest.mark.parametrize("run", [in_trio, in_asyncio])
def test_scenario_67_blocking_in_an_event_loop(owner: Portal, run: Callable[..., object]) -> None:
    gate = threading.Event()

    async def main() -> None:
        with pytest.raises(anyq.MisuseError, match=r"await portal\.run"):
            owner.call(add, 1)
        future = owner.submit(gate.wait)
        with pytest.raises(anyq.MisuseError, match="await future"):
            future.result()
        with pytest.raises(anyq.MisuseError, match="async with"):
            owner.close()
        with pytest.raises(anyq.MisuseError, match="async with"), start_portal():
            pass
        gate.set()
        await future

    run(main)


def test_use_after_close(owner: Portal) -> None:
    owner.close()
    owner.close()
    with pytest.raises(anyq.PortalClosed) as caught:
        owner.call(add, 1)
    assert caught.value.outcome == "not run"
    with pytest.raises(anyq.PortalClosed):
        owner.submit(add, 1)
    with pytest.raises(anyq.PortalClosed):
        trio.run(owner.run, add, 1)
    with pytest.raises(anyq.MisuseError, match="once"):
        owner.__enter__()


def test_jobs_in_flight_finish_when_the_block_is_left() -> None:
    done: list[int] = []
    for owner in (start_portal(), start_portal("trio")):
        done.clear()
        with owner:
            owner.submit(time.sleep, 0.02)
            futures = [owner.submit(done.append, number) for number in range(10)]
        assert done == list(range(10))
        assert all(future.done() for future in futures)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_scenario_65_every_blocked_thread_is_released(backend: str) -> None:
    outcomes: list[str] = []

    async def endless() -> None:
        await anyio.sleep_forever()

    def work() -> None:
        try:
            shared.call(endless)
        except anyq.PortalClosed as error:
            outcomes.append(error.outcome)

    threads = [threading.Thread(target=work) for _ in range(20)]
    start = time.monotonic()
    with start_portal(backend, shutdown_timeout=0.1) as shared:  # type: ignore[arg-type]
        for thread in threads:
            thread.start()
        while shared.statistics().begun < 20:
            time.sleep(0.001)
    for thread in threads:
        thread.join()
    assert time.monotonic() - start < 2
    assert outcomes == ["unknown"] * 20


def test_a_stuck_function_does_not_stop_the_end(caplog: pytest.LogCaptureFixture) -> None:
    gate = threading.Event()
    for owner in (start_portal("trio", shutdown_timeout=0.05), start_portal(shutdown_timeout=0.05)):
        with owner:
            stuck = owner.submit(gate.wait)
            waits = owner.submit(add, 1)
            time.sleep(0.01)
        with pytest.raises(anyq.PortalClosed) as caught:
            stuck.result()
        assert caught.value.outcome == "unknown"
        with pytest.raises(anyq.PortalClosed) as caught:
            waits.result()
        assert caught.value.outcome == "not run"
        assert waits.ran is False
    assert "left behind" in caplog.text
    gate.set()


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="timers")
@pytest.mark.parametrize("way", ["watch", "call", "submit"])
def test_who_waits_is_interrupted_at_any_moment(portal: Portal, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The portal goes on, and nothing of it is left locked."""
    rng, interrupts = random.Random(1), 0
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)  # a destructor swallows what is raised inside it

    async def briefly() -> None:
        await anyio.sleep(0.0002)

    def handler(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, handler)
    try:
        while interrupts < 300:
            try:
                signal.setitimer(signal.ITIMER_REAL, rng.uniform(0.0001, 0.002))
                for _ in range(200):  # not for ever: see above
                    if way == "watch":
                        portal.watch(briefly, lambda: None, 0.0001)
                    elif way == "call":
                        portal.call(briefly)
                    else:
                        portal.submit(briefly).result()
            except KeyboardInterrupt:
                interrupts += 1
            assert portal.submit(add, 1, 2).result(30) == 3
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_a_watched_call(portal: Portal) -> None:
    """What its ticks raise gives it up."""
    with pytest.raises(ZeroDivisionError):
        portal.watch(anyio.sleep_forever, lambda: 1 // 0, 0.0001)
    assert portal.watch(partial(slow_add, 1, 2), lambda: None, 30) == 3
