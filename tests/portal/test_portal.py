"""The portal: one event loop in a thread of its own, from its beginning to its end."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import anyio
import pytest
import trio
from tests.portal.work import Boom, add, explode, slow_add

import anyq
from anyq.portal import Portal, running_loop, start_portal


def test_functions_run_on_the_owner_thread(owner: Portal) -> None:
    assert owner.call(threading.get_ident) not in (threading.get_ident(), None)
    assert owner.call(add, 1, y=2) == 3
    assert owner.submit(add, 1, y=2).result() == 3


def test_coroutine_functions_run_in_the_loop(portal: Portal) -> None:
    assert portal.call(slow_add, 1, y=2) == 3
    assert portal.submit(slow_add, 1).result(5) == 1
    assert portal.call(lambda: running_loop()) == portal.backend


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
