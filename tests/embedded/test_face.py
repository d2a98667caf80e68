"""The embedded q as a connection."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

import anyq
from anyq.embedded import in_worker

pytestmark = pytest.mark.anyio


async def test_it_is_asked_as_a_connection_is() -> None:
    async with anyq.open_embedded() as q:
        assert await q("1+1") == 2
        assert await q("{x+y+z}", 1, 2, 3) == 6
        assert await q("a:5", wait=False) == anyq.NULL
        assert await q("a") == 5
        await q("double:{2*x}")
        assert await q(anyq.symbol("double"), 21) == 42


async def test_errors_are_q_errors_with_their_place() -> None:
    async with anyq.open_embedded() as q:
        with pytest.raises(anyq.QError, match="type") as caught:
            await q("1+`a")
        assert "1+`a" in caught.value.detail
        assert await q("2") == 2


async def test_names_and_values() -> None:
    async with anyq.open_embedded() as q:
        q["x"] = [1, 2, 3]
        assert await q("sum x") == 6
        await q.set("t", {"a": 1})
        assert await q.get("t") == anyq.as_q({"a": 1})
        with pytest.raises(anyq.QError, match="nothing"):
            await q.get("nothing")
        await q(".test.addition:{x+y}")
        assert await q.test.addition(4, 2) == 6
        with pytest.raises(AttributeError, match=r"QError: '\.test\.unavailable"):
            await q.test.unavailable()


async def test_q_calls_python() -> None:
    threads: list[str] = []

    def add(x: anyq.Atom, y: anyq.Atom) -> int:
        threads.append(threading.current_thread().name)
        return x.py() + y.py()  # type: ignore[no-any-return]

    async with anyq.open_embedded() as q:
        q["add"] = add
        q["elsewhere"] = in_worker(add)
        assert await q("add[1;2]") == 3
        assert await q("add[1] 2") == 3
        assert await q("elsewhere[1;2]") == 3
        assert threads[0].startswith("embedded q")
        assert threads[2].startswith("anyq worker")
        with pytest.raises(anyq.QError, match="rank"):
            await q("add[1;2;3]")


async def test_an_exception_of_python_is_a_q_error() -> None:
    def fails(x: anyq.Value) -> None:
        raise ValueError("no")

    async with anyq.open_embedded() as q:
        q["fails"] = fails
        with pytest.raises(anyq.QError, match="ValueError: no"):
            await q("fails 1")
        assert await q("@[fails;1;{x}]") == anyq.chars("ValueError: no")


async def test_submitted_calls_may_be_awaited_in_any_order() -> None:
    async with anyq.open_embedded() as q:
        calls = [q.submit("{x*x}", number) for number in range(10)]
        assert [int(await call) for call in reversed(calls)] == [n * n for n in reversed(range(10))]
        assert all(call.done() for call in calls)
        assert calls[3].result() == 9
        blocked = q.submit('system"sleep 5"')
        with pytest.raises(anyq.Error, match="not there yet"):
            blocked.result()
        while not blocked.started():
            await anyio.sleep(0.001)
        q.interrupt()
        with pytest.raises(anyq.QError, match="stop"):
            await blocked


async def test_a_posted_call_that_fails_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async with anyq.open_embedded() as q:
        await q.post("1+`a")
        await q.flush()
    assert "nobody waits for failed: type" in caplog.text


async def test_a_timeout_interrupts() -> None:
    async with anyq.open_embedded() as q:
        with pytest.raises(anyq.CallTimeout):
            await q("while[1b;0]", timeout=0.05)
        assert await q("1", timeout=5) == 1
        with pytest.raises(TimeoutError):
            await q('system"sleep 30"', timeout=0.05)
        assert await q("2") == 2


async def test_a_cancelled_call_that_waits_does_not_happen() -> None:
    async with anyq.open_embedded() as q:
        await q("a:0")
        first = q.submit('system"sleep 0.1"')
        with anyio.move_on_after(0.02):
            await q("a:1")
        await first
        assert await q("a") == 0


async def test_a_cancelled_call_that_runs_goes_on_unheard() -> None:
    async with anyq.open_embedded() as q:
        with anyio.move_on_after(0.05) as scope:
            await q('{system"sleep 0.2";a::1}', 0)
        assert scope.cancelled_caught
        assert await q("a") == 1


async def test_the_end_interrupts_and_fails_what_waits() -> None:
    q = anyq.open_embedded(deadline=0.05)
    async with q:
        running, waiting = q.submit("while[1b;0]"), q.submit("1")
        while not running.started():
            await anyio.lowlevel.checkpoint()
    with pytest.raises(anyq.QError, match="stop"):
        await running
    with pytest.raises(anyq.PortalClosed):
        await waiting
    with pytest.raises(anyq.ClosedError):
        await q("1")
    assert not any(t.name == q.core.owner.name for t in threading.enumerate())


async def test_the_end_comes_also_when_the_block_raises() -> None:
    with pytest.raises(ZeroDivisionError):
        async with anyq.open_embedded() as q:
            raise ZeroDivisionError
    assert q.core.owner.closed


async def test_files_run_statement_by_statement(tmp_path: Path) -> None:
    script = tmp_path / "some.q"
    script.write_text("#!/usr/bin/q\n/ a comment\na:1\n\n/\nblock\n\\\nf:{\n  x+a}\r\nf 2\n")
    broken = tmp_path / "broken.q"
    broken.write_text("b:1\n1+`a\n")
    async with anyq.open_embedded() as q:
        assert await q.execute_file(script) == 3
        results = await q.execute_file(script, return_all=True)
        assert isinstance(results, list)
        assert results[-1] == 3
        with pytest.raises(anyq.QError) as caught:
            await q.execute_file(broken)
        assert "broken.q" in caught.value.detail
        assert "2" in caught.value.detail
        assert await q("b") == 1


async def test_two_event_loops_share_one_q() -> None:
    results: list[anyq.Value] = []
    async with anyq.open_embedded() as q:

        async def elsewhere() -> None:
            for number in range(50):
                results.append(await q("{x}", number))

        threads = [
            threading.Thread(target=anyio.run, args=(elsewhere,), kwargs={"backend": backend})
            for backend in ("asyncio", "trio")
        ]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            await anyio.sleep(0.005)
    assert sorted(int(r) for r in results) == sorted([*range(50)] * 2)


async def test_the_timer_of_q(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "anyq.embedded")
    async with anyq.open_embedded() as q:
        await q("n:0; .z.ts:{n::n+1; if[n=1; '`once]}")
        await q("\\t 5")
        with anyio.fail_after(5):
            while int(await q("n")) < 3:
                await anyio.sleep(0.005)
        await q("\\t 0")
        before = await q("n")
        await anyio.sleep(0.02)
        assert await q("n") == before


@pytest.mark.skipif(sys.platform == "win32", reason="limits the stack as Unix does")
def test_deep_recursion_is_an_error_also_where_threads_get_small_stacks() -> None:
    program = (
        "import anyq\n"
        "with anyq.sync.open_embedded() as q:\n"
        "    try:\n"
        "        q('{.z.s each x}enlist 1')\n"
        "    except anyq.QError as error:\n"
        "        print(error)\n"
    )
    limited = f'ulimit -s 1024; exec "{sys.executable}" -c "$0"'
    done = subprocess.run(["sh", "-c", limited, program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "stack\n"), done.stderr


async def test_a_q_that_is_not_open_says_so_and_one_is_opened_once() -> None:
    closed = anyq.open_embedded()
    with pytest.raises(anyq.MisuseError, match="not open yet"):
        await closed("1+1")
    blocking = anyq.sync.open_embedded()
    with pytest.raises(anyq.MisuseError, match="not open yet"):
        blocking.submit("1+1")
    async with anyq.open_embedded() as q:
        with pytest.raises(anyq.MisuseError, match="opened once"):
            async with q:
                pass
        assert await q("1+1") == 2


async def test_a_function_that_q_cannot_call_is_refused_at_once() -> None:
    async def later(x: object) -> object:
        return x

    def nine(a: int, b: int, c: int, d: int, e: int, f: int, g: int, h: int, i: int) -> int:
        return a

    def named(x: int, *, key: int) -> int:
        return x

    async with anyq.open_embedded() as q:
        for function, why in ((later, "cannot await"), (nine, "at most 8 arguments"), (named, "wants key")):
            with pytest.raises(anyq.ConversionError, match=why):
                q["f"] = function
        with pytest.raises(anyq.ConversionError, match="cannot await"):
            in_worker(later)


async def test_an_exit_that_nobody_waits_for_is_logged_and_ends_no_thread(caplog: pytest.LogCaptureFixture) -> None:
    async with anyq.open_embedded() as q:
        await q.post("exit 3")
        with anyio.fail_after(10):
            assert await q("1+1") == 2
    assert "SystemExit(3)" in caplog.text
