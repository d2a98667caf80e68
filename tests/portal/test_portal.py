"""The portal: jobs of many threads on one loop, in order, and its end."""

from __future__ import annotations

import asyncio
import ctypes
import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time
import traceback
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import CancelledError, Future, as_completed, wait
from contextlib import asynccontextmanager
from functools import partial
from types import ModuleType

import anyio
import pytest
import trio

import anyq
from anyq.portal import JobState, Portal, running_loop, start_portal


@pytest.fixture(params=["asyncio", "trio"])
def portal(request: pytest.FixtureRequest) -> Iterator[Portal]:
    with start_portal(request.param) as portal:
        yield portal


@pytest.fixture(params=["asyncio", "trio"])
def owner(request: pytest.FixtureRequest) -> Iterator[Portal]:
    with start_portal(request.param) as owner:
        yield owner


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


# Calls


def test_functions_run_on_the_owner_thread(owner: Portal) -> None:
    assert owner.call(threading.get_ident) not in (threading.get_ident(), None)
    assert owner.call(add, 1, y=2) == 3
    assert owner.submit(add, 1, y=2).result() == 3


def test_trio_half_imported_by_another_thread_is_no_loop_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trio", ModuleType("trio"))
    assert running_loop() is None


def test_coroutine_functions_run_in_the_loop(portal: Portal) -> None:
    assert portal.call(slow_add, 1, y=2) == 3
    assert portal.submit(slow_add, 1).result(5) == 1
    assert portal.call(lambda: running_loop()) == portal.backend


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


# Order and bounds


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


# Giving up


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


# Misuse


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


def test_use_before_the_block_is_told_and_harms_nothing() -> None:
    portal = start_portal()
    for use in (lambda: portal.call(add, 1), lambda: portal.submit(add, 1), lambda: portal.connect(port=1)):
        with pytest.raises(anyq.MisuseError, match=r"not started.*with start_portal\(\)"):
            use()
    with portal:
        assert portal.call(add, 1) == 1
    portal = start_portal()
    portal.close()
    with pytest.raises(anyq.MisuseError, match="was closed before"), portal:
        pass


def test_jobs_that_come_while_the_owner_begins_are_done(owner: Portal) -> None:
    portal = Portal(owner.backend)
    main, go = portal._main, threading.Event()

    def late() -> None:
        go.wait()
        main()

    portal._main = late  # type: ignore[method-assign]
    opening = threading.Thread(target=portal.__enter__)
    opening.start()
    while portal._thread is None:
        time.sleep(0.001)
    future = portal.submit(add, 1)
    go.set()
    opening.join()
    assert future.result(10) == 1
    portal.close()


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), SystemExit(3), asyncio.CancelledError()])
def test_what_stops_a_program_in_a_wrapped_block_does_not_stop_the_loop(owner: Portal, stop: BaseException) -> None:
    seen: list[BaseException] = []

    @asynccontextmanager
    async def manager() -> AsyncIterator[int]:
        try:
            yield 1
        except BaseException as error:
            seen.append(error)
            raise

    with pytest.raises(type(stop)) as raised, owner.wrap(manager()):
        raise stop
    assert raised.value is stop
    assert seen == [stop]
    assert owner.call(add, 1) == 1

    @asynccontextmanager
    async def leaving() -> AsyncIterator[int]:
        yield 1
        raise SystemExit(4)

    with pytest.raises(SystemExit, match="4"), owner.wrap(leaving()):
        pass
    assert owner.call(add, 1) == 1


def test_the_embedded_q_of_a_portal_in_a_block_has_one_owner_still(owner: Portal) -> None:
    with owner.embedded() as q:
        assert isinstance(q, anyq.embedded.BlockingEmbedded)
        q("a:1")
        with q:
            assert q("a") == 1
        assert len([thread for thread in threading.enumerate() if thread.name == q.core.owner.name]) == 0
    with pytest.raises(anyq.ClosedError):
        q("a")
    owner.close()
    assert owner._thread is not None
    assert not owner._thread.is_alive()


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


# The end


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


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_body_that_raises_gives_no_time(backend: str) -> None:
    async def endless() -> None:
        await anyio.sleep_forever()

    other = start_portal(backend)  # type: ignore[arg-type]
    start = time.monotonic()
    with pytest.raises(Boom), other:  # noqa: PT012
        future = other.submit(endless)
        other.call(add, 1)
        explode()
    assert time.monotonic() - start < 1
    with pytest.raises(anyq.PortalClosed):
        future.result()


def test_async_with_from_both_loops() -> None:
    async def main() -> None:
        async with start_portal() as portal, start_portal() as owner:
            assert await portal.run(slow_add, 1) == 1
            assert await owner.run(add, 1) == 1
        with pytest.raises(anyq.PortalClosed):
            await portal.run(slow_add, 1)

    trio.run(main)
    asyncio.run(main())


def run_script(text: str, timeout: float = 20) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(text)], capture_output=True, text=True, timeout=timeout, check=False
    )


def test_scenario_65_the_interpreter_exits_without_being_told() -> None:
    done = run_script("""
        import threading, time, anyq
        portal = anyq.start_portal(shutdown_timeout=0.2).__enter__()
        print(portal.call(int, "3"))
        later = threading.Thread(target=lambda: (time.sleep(0.1), print("still usable", portal.call(int, "5"))))
        later.start()
    """)
    assert done.stdout.split("\n") == ["3", "still usable 5", ""]
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_the_interpreter_exits_with_what_a_portal_has_open(backend: str) -> None:
    done = run_script(f"""
        import anyq
        portal = anyq.start_portal("{backend}").__enter__()
        q = portal.embedded()
        server = anyq.sync.serve(port=0).__enter__()
        asked = portal.connect("127.0.0.1", server.port)
        print(q("6*7"), asked("6*7"))
    """)
    assert (done.stdout, done.stderr, done.returncode) == ("42 42\n", "", 0)


def test_the_interpreter_exits_with_a_function_that_does_not_return() -> None:
    done = run_script("""
        import time, anyq
        portal = anyq.start_portal(shutdown_timeout=0.1).__enter__()
        portal.submit(time.sleep, 3600)
        other = anyq.start_portal("trio", shutdown_timeout=0.1).__enter__()
        other.submit(time.sleep, 3600)
        time.sleep(0.05)
        print("end")
    """)
    assert done.stdout == "end\n"
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_scenario_70_fork_after_use() -> None:
    done = run_script("""
        import os, sys, anyq
        with anyq.start_portal() as portal:
            assert portal.call(int, "1") == 1
            child = os.fork()
            if child == 0:
                try:
                    portal.call(int, "2")
                except anyq.PortalClosed as error:
                    print("child:", "parent process" in str(error), flush=True)
                with anyq.start_portal() as own:
                    print("child:", own.call(int, "3"), flush=True)
            else:
                os.waitpid(child, 0)
                print("parent:", portal.call(int, "4"))
    """)
    assert done.stdout.split("\n")[:3] == ["child: True", "child: 3", "parent: 4"], done.stderr
    assert done.returncode == 0


# Things held open


def test_wrap_enters_and_leaves_in_the_loop(portal: Portal) -> None:
    events: list[str] = []

    @asynccontextmanager
    async def manager() -> AsyncIterator[int]:
        events.append("in")
        async with anyio.create_task_group():
            try:
                yield 5
            except Boom:
                events.append("boom")
        events.append("out")

    with portal.wrap(manager()) as value:
        assert value == 5
        assert events == ["in"]
    assert events == ["in", "out"]
    with portal.wrap(manager()):
        explode()
    assert events[2:] == ["in", "boom", "out"]


def test_wrap_passes_errors_on(portal: Portal) -> None:
    @asynccontextmanager
    async def manager(fails: str = "") -> AsyncIterator[None]:
        if fails == "in":
            explode()
        yield
        if fails == "out":
            explode()

    with pytest.raises(KeyError), portal.wrap(manager()):
        raise KeyError
    for where in ("in", "out"):
        with pytest.raises(Boom), portal.wrap(manager(where)):
            pass


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_the_end_closes_what_is_open_last_first(backend: str) -> None:
    events: list[str] = []

    @asynccontextmanager
    async def manager(name: str) -> AsyncIterator[str]:
        try:
            yield name
        finally:
            events.append(name)

    with start_portal(backend) as portal:  # type: ignore[arg-type]
        first, second = portal.wrap(manager("first")), portal.wrap(manager("second"))
        assert first.__enter__() == "first"
        assert second.__enter__() == "second"
    assert events == ["second", "first"]
    first.__exit__(None, None, None)


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


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="timers")
def test_an_interrupt_while_the_portal_begins_ends_it() -> None:
    waits, go_on = threading.Event(), threading.Event()

    def loop_factory() -> asyncio.AbstractEventLoop:
        waits.set()
        go_on.wait(20)
        return asyncio.new_event_loop()

    def handler(number: int, frame: object) -> None:
        if not waits.is_set():
            signal.setitimer(signal.ITIMER_REAL, 0.01)
            return
        raise KeyboardInterrupt

    portal = start_portal(backend_options={"loop_factory": loop_factory})
    before = signal.signal(signal.SIGALRM, handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.01)
        with pytest.raises(KeyboardInterrupt):
            portal.__enter__()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    go_on.set()
    assert portal._thread is not None
    portal._thread.join(20)
    assert not portal._thread.is_alive()
    with pytest.raises(anyq.PortalClosed):
        portal.call(add, 1, 2)


def test_a_watched_call(portal: Portal) -> None:
    """What its ticks raise gives it up."""
    with pytest.raises(ZeroDivisionError):
        portal.watch(anyio.sleep_forever, lambda: 1 // 0, 0.0001)
    assert portal.watch(partial(slow_add, 1, 2), lambda: None, 30) == 3
