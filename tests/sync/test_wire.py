"""The wires under a blocking connection: what an exchange says of itself, in Python and compiled."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from anyq.speedups import COMPILED
from anyq.sync._wire import CompiledWire, PlainWire

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no sockets that do not wait for once")

KINDS = [PlainWire, pytest.param(CompiledWire, marks=pytest.mark.skipif(not COMPILED, reason="not compiled"))]


@pytest.fixture(params=KINDS)
def ends(request: pytest.FixtureRequest) -> Iterator[tuple[PlainWire, socket.socket]]:
    ours, theirs = socket.socketpair()
    with theirs:
        wire = request.param(ours)
        yield wire, theirs
        wire.close()


def test_an_answer(ends: tuple[PlainWire, socket.socket]) -> None:
    wire, theirs = ends
    theirs.sendall(b"answer")
    results: list[Any] = []
    wire.exchange(b"question", results)
    assert results == [8, b"answer"]
    assert theirs.recv(100) == b"question"


def test_the_end_of_the_stream_and_a_broken_one(ends: tuple[PlainWire, socket.socket]) -> None:
    wire, theirs = ends
    theirs.shutdown(socket.SHUT_WR)
    results: list[Any] = []
    wire.exchange(b"question", results)
    assert results == [8, b""]
    theirs.close()
    results.clear()
    with pytest.raises(OSError, match=r"."):
        wire.exchange(b"question", results)
    assert results == []


def test_what_does_not_go_at_once(ends: tuple[PlainWire, socket.socket]) -> None:
    wire, _ = ends
    results: list[Any] = []
    wire.exchange(bytes(64 << 20), results)
    assert len(results) == 1
    assert 0 < results[0] < 64 << 20
    results.clear()
    wire.exchange(b"more", results)
    assert results == []


def test_a_long_answer_comes_in_pieces(ends: tuple[PlainWire, socket.socket]) -> None:
    wire, theirs = ends
    theirs.sendall(bytes(10_000))
    results: list[Any] = []
    wire.exchange(b"question", results)
    assert results[0] == 8
    assert 0 < len(results[1]) < 10_000


def test_an_interrupt_while_it_waits(ends: tuple[PlainWire, socket.socket]) -> None:
    wire, theirs = ends

    raised = threading.Event()

    def handle(number: int, frame: object) -> None:
        if not raised.is_set():
            raised.set()
            raise KeyboardInterrupt

    def press() -> None:
        assert theirs.recv(100) == b"question"
        while not raised.wait(0.01):  # a signal between two system calls wakes none of them
            os.kill(os.getpid(), signal.SIGINT)

    before = signal.signal(signal.SIGINT, handle)
    try:
        for _ in range(5):
            raised.clear()
            results: list[Any] = []
            thread = threading.Thread(target=press)
            thread.start()
            with pytest.raises(KeyboardInterrupt):  # it would wait for ever
                wire.exchange(b"question", results)
            thread.join()
            assert results == [8]
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(not COMPILED, reason="not compiled")
@pytest.mark.parametrize(
    "arguments",
    [
        (),
        (1, "text", 1, []),
        (1, b"", 1, ()),
        ("1", b"", 1, []),
        (1, b"", 1.5, []),
        (1, b"", 1, [], 0),
    ],
)
def test_wrong_arguments_of_the_compiled_one(arguments: tuple[Any, ...]) -> None:
    from anyq.speedups import speedups

    with pytest.raises(TypeError):
        speedups.send_and_receive(*arguments)
    for limit in (0, -1, 1 << 20):
        with pytest.raises(ValueError, match="65536"):
            speedups.send_and_receive(1, b"", limit, [])
