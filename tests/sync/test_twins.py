"""Blocking twins: the same names, arguments and answers as on the asynchronous side."""

from __future__ import annotations

import inspect
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import trio

import anyq
from anyq.portal import SharedConnection, SharedPool

ONLY_ASYNC = {"aclose", "open", "drained", "serve_transport"}
"""``aclose`` is ``close`` here, what is connected is open, ``drained`` is for those who share a connection, and a
transport belongs to an event loop."""
ONLY_BLOCKING = {"close", "portal", "target"}


def public(kind: type) -> dict[str, Any]:
    return {
        name: member
        for cls in reversed(kind.__mro__)
        for name, member in vars(cls).items()
        if not name.startswith("_") or name == "__call__"
    }


def parameters(function: Callable[..., Any]) -> list[tuple[str, Any, Any]]:
    found = inspect.signature(function).parameters.values()
    return [(p.name, p.kind, p.default) for p in found if p.name != "self"]


@pytest.mark.parametrize(
    ("asynchronous", "blocking"),
    [
        (anyq.Connection, anyq.sync.Connection),
        (anyq.Connection, SharedConnection),
        (anyq.Pool, SharedPool),
        (anyq.Pool, anyq.sync.Pool),
        (anyq.embedded.Embedded, anyq.embedded.BlockingEmbedded),
        (anyq.client.Subscription, anyq.sync.Subscription),
        (anyq.embedded.EmbeddedServer, anyq.sync.Server),
    ],
)
def test_blocking_twins_have_the_same_methods(asynchronous: type, blocking: type) -> None:
    theirs, ours = public(asynchronous), public(blocking)
    missing = theirs.keys() - ours.keys() - ONLY_ASYNC - {"addresses", "q", "clients", "core"}
    assert not missing
    for name in theirs.keys() & ours.keys():
        one, other = theirs[name], ours[name]
        assert isinstance(one, property) == isinstance(other, property), name
        if not inspect.isfunction(one) or name == "connection":
            continue
        expected, found = parameters(one), parameters(other)
        if any(kind is inspect.Parameter.VAR_KEYWORD for _, kind, _ in found):
            expected = [p for p in expected if p[1] not in (inspect.Parameter.KEYWORD_ONLY,)]
            found = [p for p in found if p[1] is not inspect.Parameter.VAR_KEYWORD]
            expected = [p for p in expected if p[1] is not inspect.Parameter.VAR_KEYWORD]
        assert [p for p in found if p[0] != "async_response"] == [p for p in expected if p[0] != "async_response"], name
        assert not inspect.iscoroutinefunction(other), name


def test_openers_take_the_same_arguments() -> None:
    assert parameters(anyq.connect) == parameters(anyq.sync.connect)
    assert parameters(anyq.connect) == parameters(anyq.start_portal().connect)
    blocking = [p for p in parameters(anyq.sync.open_embedded) if p[0] != "thread"]  # a task has no thread to give
    assert parameters(anyq.open_embedded) == blocking
    assert parameters(anyq.Connection.subscribe) == parameters(anyq.sync.Connection.subscribe)
    names = {p.name for p in inspect.signature(anyq.sync.subscribe).parameters.values()}
    assert names > {p.name for p in inspect.signature(anyq.Connection.subscribe).parameters.values()} - {"self"}


@pytest.fixture
def server() -> Iterator[anyq.sync.Server]:
    with anyq.sync.serve(port=0) as server:
        yield server


def test_embedded() -> None:
    with anyq.sync.open_embedded() as q:
        assert q("1+1") == 2
        assert q("{x+y+z}", 1, 2, 3) == 6
        q["f"] = lambda x: x.py() * 2
        assert q("f 21") == 42
        q["a"] = 5
        assert q["a"] == 5
        assert q.get("a") == 5
        pending = q.submit("a+1")
        assert pending.result() == 6
        assert pending.done()
        q("b:7", wait=False)
        q.flush()
        assert q("b") == 7
        q(".t.g:{x+1}")
        assert q.t.g(4) == 5
        with pytest.raises(AttributeError, match=r"\.t\.none"):
            _ = q.t.none
        with pytest.raises(anyq.QError, match="type"):
            q("1+`a")
        with pytest.raises(anyq.CallTimeout):
            q("{while[1b;x]}1", timeout=0.1)
        assert q("1") == 1

        async def main() -> None:
            with pytest.raises(anyq.MisuseError, match="open_embedded"):
                q("1")

        trio.run(main)
    with pytest.raises(anyq.ClosedError):
        q("1")


def test_calling_the_embedded_q_on_its_own_thread() -> None:
    with anyq.sync.open_embedded() as q:
        q["nested"] = lambda x: q("1")
        with pytest.raises(anyq.QError, match="own thread"):
            q("nested 0")
        q["elsewhere"] = anyq.embedded.in_worker(lambda x: threading.get_ident() % 1000)
        q["here"] = lambda x: threading.get_ident() % 1000
        assert q("elsewhere 0") != q("here 0")


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_scenario_22_control_c_in_an_embedded_call() -> None:
    pressed: list[float] = []

    def press() -> None:
        pressed.append(time.perf_counter())
        os.kill(os.getpid(), signal.SIGINT)

    with anyq.sync.open_embedded() as q:
        timer = threading.Timer(0.1, press)
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            q("{while[1b;x]}1")
        assert time.perf_counter() - pressed[0] < 0.1
        assert q("1+1") == 2


def run_script(text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(text)], capture_output=True, text=True, timeout=30, check=False
    )


def test_the_interpreter_exits_with_an_open_embedded_q() -> None:
    done = run_script("""
        import threading, time, anyq
        q = anyq.sync.open_embedded().__enter__()
        threading.Thread(target=lambda: (time.sleep(0.2), print(q("2+2")))).start()
        print(q("1+1"))
    """)
    assert done.stdout == "2\n4\n", done.stderr
    assert done.returncode == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_scenario_70_fork_with_an_open_embedded_q() -> None:
    done = run_script("""
        import os, anyq
        with anyq.sync.open_embedded() as q:
            q("1")
            child = os.fork()
            if child == 0:
                try:
                    q("2")
                except anyq.PortalClosed as error:
                    print("child:", "parent process" in str(error), flush=True)
                os._exit(0)
            os.waitpid(child, 0)
            print("parent:", q("3"))
    """)
    assert done.stdout == "child: True\nparent: 3\n", done.stderr


def test_server_and_pool(server: anyq.sync.Server) -> None:
    assert str(server.port) in server.addresses[0]
    with anyq.sync.Pool("localhost", server.port, max_size=3) as pool:
        assert pool("1+1") == 2
        assert pool.map("{x*x}", [1, 2, 3]) == [1, 4, 9]
        assert pool.submit("5").result() == 5
        with pool.connection() as q:
            assert q.til(3) == anyq.vector("j", [0, 1, 2])
        assert pool.statistics().open <= 3
    with pytest.raises(anyq.ConnectError), anyq.sync.Pool("localhost", 1):
        pass


def test_subscriptions() -> None:
    from anyq.server import Publisher

    publisher = Publisher({"trade": anyq.table({"sym": anyq.symbols(["a"]), "size": anyq.vector("j", [1])})})
    stop = threading.Event()
    with anyq.sync.serve(publisher.on_sync, port=0) as server:

        def publish() -> None:
            number = 0
            while not stop.wait(0.01):
                number += 1
                rows = anyq.table({"sym": anyq.symbols(["a"]), "size": anyq.vector("j", [number])})
                server.portal.call(publisher.publish, "trade", rows)

        thread = threading.Thread(target=publish)
        thread.start()
        try:
            with anyq.sync.connect("localhost", server.port) as q:
                feeds = [anyq.sync.subscribe("localhost", server.port, "trade"), q.subscribe("trade")]
            for feed in feeds:
                with feed:
                    assert set(feed.schemas) == {"trade"}
                    sizes = [next(feed).data.py()["size"][0] for _ in range(5)]  # type: ignore[union-attr]
                    assert sizes == list(range(sizes[0], sizes[0] + 5))
                    assert feed.dropped == 0
        finally:
            stop.set()
            thread.join()


def test_nothing_is_left_behind(server: anyq.sync.Server) -> None:
    before = set(threading.enumerate())
    with anyq.sync.open_embedded() as q, anyq.sync.Pool("localhost", server.port) as pool:
        assert q("1") == pool("1")
    until = time.monotonic() + 2
    while set(threading.enumerate()) > before and time.monotonic() < until:
        time.sleep(0.01)
    assert set(threading.enumerate()) <= before
