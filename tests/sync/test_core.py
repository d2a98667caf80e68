"""Who may use a blocking connection: one thread at a time, outside event loops, not in a forked child."""

from __future__ import annotations

import os
import threading
import time

import anyio
import pytest
import trio
from tests.sync.peer import Peer

import anyq
from anyq.sync import connect


def test_use_after_close(q: anyq.sync.Connection) -> None:
    handle = q.submit("sleep 0.05 x")
    q.close()
    q.close()
    assert q.state == "closed"
    for use in (lambda: q("x"), lambda: q.submit("x"), lambda: q.post("x"), q.flush, q.messages, handle.result):
        with pytest.raises(anyq.ClosedError):
            use()


def test_closing_while_another_thread_waits(q: anyq.sync.Connection) -> None:
    errors: list[BaseException] = []

    def work() -> None:
        try:
            q("sleep 5 x")
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    time.sleep(0.05)
    q.close()
    thread.join(1)
    assert [type(error) for error in errors] == [anyq.ClosedError]


def test_two_threads_at_once(q: anyq.sync.Connection) -> None:
    entered = threading.Event()

    def work() -> None:
        entered.set()
        q("sleep 0.1 x")

    thread = threading.Thread(target=work)
    thread.start()
    entered.wait()
    time.sleep(0.02)
    with pytest.raises(anyq.BusyError, match="portal"):
        q("y")
    thread.join()
    assert q("z") == "z"


def test_scenario_67_in_an_event_loop(q: anyq.sync.Connection, peer: Peer) -> None:
    async def main() -> None:
        for use in (lambda: q("x"), lambda: q.submit("x"), lambda: q.post("x"), q.flush):
            with pytest.raises(anyq.MisuseError, match=r"anyq\.connect"):
                use()
        with pytest.raises(anyq.MisuseError, match=r"anyq\.connect"):
            connect("127.0.0.1", peer.port)

    trio.run(main)
    anyio.run(main)
    assert q("after") == "after"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_scenario_70_fork_after_use(q: anyq.sync.Connection) -> None:
    assert q("a") == "a"
    child = os.fork()
    if child == 0:
        code = 1
        try:
            q("b")
        except anyq.MisuseError as error:
            code = 0 if f"process {os.getppid()}" in str(error) else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert q("c") == "c"


def test_a_hook_cannot_close_the_connection_in_the_middle_of_its_call(peer: Peer) -> None:
    errors: list[Exception] = []

    def close(report: object) -> None:
        try:
            held.close()
        except anyq.MisuseError as error:
            errors.append(error)

    with connect("127.0.0.1", peer.port, on_call=close) as held:
        assert held("a") == "a"
        assert held("b") == "b"
    assert len(errors) == 2
