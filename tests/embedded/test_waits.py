"""What q waits for on behalf of a client: it ends with the client's time, or when the client leaves."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

import anyq
from anyq import codec
from anyq.embedded import EmbeddedQ, EmbeddedServer

pytestmark = pytest.mark.anyio

Peer = Callable[[socket.socket], None]


def until_end(sock: socket.socket) -> None:
    while sock.recv(1 << 16):
        pass


def says_nothing(sock: socket.socket) -> None:
    until_end(sock)


def reads_nothing(sock: socket.socket) -> None:
    """Accepts the login, and that is all that it reads."""
    sock.recv(100)
    sock.sendall(b"\x03")
    forever.wait()


def answers_nothing(sock: socket.socket) -> None:
    sock.recv(100)
    sock.sendall(b"\x03")
    until_end(sock)


def drips(sock: socket.socket) -> None:
    """A reply that comes a byte at a time and has no end in sight."""
    sock.recv(100)
    sock.sendall(b"\x03")
    sock.recv(100)
    reply = codec.dumps(anyq.vector("byte", bytes(1_000_000)), kind="response")
    for place in range(len(reply)):
        sock.sendall(reply[place : place + 1])
        if forever.wait(0.002):
            return


def drips_the_login(sock: socket.socket) -> None:
    """TLS or not, it never gets anywhere."""
    forever.wait()


forever = threading.Event()


@contextmanager
def listening(peer: Peer) -> Iterator[int]:
    forever.clear()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def one(sock: socket.socket) -> None:
            with sock, suppress(OSError):
                peer(sock)

        def accept() -> None:
            while True:
                try:
                    sock, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=one, args=(sock,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield listener.getsockname()[1]
        finally:
            forever.set()
            listener.shutdown(socket.SHUT_RDWR)


BIG = "5000000#0x00"
WAITS = {
    "hopen, silent": (says_nothing, "hopen {port}"),
    "hopen, silent TLS": (drips_the_login, "hopen`$\":tcps://localhost:{port}\""),
    "call": (answers_nothing, 'h:hopen {port}; h"1+1"'),
    "call, drips": (drips, 'h:hopen {port}; h"1+1"'),
    "call, unread": (reads_nothing, "h:hopen {port}; h(count;" + BIG + ")"),
    "one-shot": (answers_nothing, '`::{port} "1+1"'),
    "receive": (answers_nothing, "h:hopen {port}; h[]"),
    "post, unread": (reads_nothing, "h:hopen {port}; do[9;neg[h](count;" + BIG + ")]"),
    "flush, unread": (reads_nothing, "h:hopen {port}; do[9;neg[h](count;" + BIG + ")];neg[h][]"),
    "sleep": (says_nothing, 'system"sleep 1000"'),
    "shell": (says_nothing, 'system"sleep 1000; true"'),
    "neighbour": (says_nothing, ".z.w\"1+1\""),
}  # fmt: skip


@pytest.mark.parametrize("how", ["time limit", "leaves"])
@pytest.mark.parametrize("wait", list(WAITS))
async def test_waits_end_with_the_client(wait: str, how: str) -> None:
    peer, text = WAITS[wait]
    with listening(peer) as port:
        query = text.format(port=port)
        limit = 0.2 if how == "time limit" else None
        async with anyq.serve(port=0, timeout=limit, outbound=True, allow_shell=True) as server:
            with anyio.fail_after(20):
                if how == "time limit":
                    await runs_out(server.port, query)
                else:
                    await leaves(server, query)
                assert await server.q("1+1") == 2


async def runs_out(port: int, query: str) -> None:
    async with anyq.connect("127.0.0.1", port, on_request=never) as q:
        with pytest.raises(anyq.QError, match="stop"):
            await q(query)


async def never(message: anyq.Value) -> anyq.Value:
    await anyio.sleep_forever()
    raise AssertionError


async def leaves(server: EmbeddedServer, query: str) -> None:
    """Leave when the query has begun."""
    async with anyq.connect("127.0.0.1", server.port, on_request=never) as q:
        q.submit(query)
        while not server.q.core.owner.busy:
            await anyio.lowlevel.checkpoint()


async def test_the_own_port() -> None:
    async with (
        anyq.serve(port=0, timeout=0.3, outbound=True) as server,
        anyq.connect("127.0.0.1", server.port) as q,
    ):
        with anyio.fail_after(20), pytest.raises(anyq.QError, match="stop"):
            await q(f'h:hopen {server.port}; h"1+1"')
        assert await q("2+2") == 4


@pytest.mark.parametrize(
    "text", ["read0`:fifo", "read1`:fifo", 'h:hopen`:fifo; h"abc"', "get`:fifo", "\\l fifo", "-11!`:fifo"]
)
async def test_a_fifo_without_another_end(text: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    async with anyq.serve(port=0, timeout=0.2, data=tmp_path) as server, anyq.connect("127.0.0.1", server.port) as q:
        with anyio.fail_after(20), pytest.raises(anyq.QError, match="stop"):
            await q(text)
        assert await q("1+1") == 2


@contextmanager
def embedded(**options: object) -> Iterator[EmbeddedQ]:
    core = EmbeddedQ(**options)  # type: ignore[arg-type]
    core.start()
    try:
        yield core
    finally:
        core.stop()


def test_a_fifo_with_another_end(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with embedded(folder=tmp_path) as q:
        reader = threading.Thread(target=fifo.read_bytes)
        reader.start()
        q.evaluate(anyq.chars('h:hopen`:fifo; h"abc"')).wait()
        reader.join()
        writer = threading.Thread(target=lambda: fifo.write_bytes(b"a\nb\n" * 50_000))
        writer.start()
        assert q.evaluate(anyq.chars("count read0`:fifo")).wait() == 100_000
        writer.join()


@pytest.mark.parametrize("kind", ["pipe", "socket"])
@pytest.mark.parametrize(
    "text", ["0N!til 100000", "show til 100000", 'do[100000;-1 "xyz"]', 'do[100000;-2 "xyz"]', '1 10000000#"x"']
)
async def test_output_that_nobody_drains(kind: str, text: str) -> None:
    with ExitStack() as stack:
        if kind == "pipe":
            reading, writing = os.pipe()
            stack.callback(os.close, reading)
        else:
            one, other = socket.socketpair()
            stack.enter_context(one)
            writing = other.detach()
        output = stack.enter_context(open(writing, "wb", buffering=0))
        core = stack.enter_context(embedded(output=output, errors=output))
        async with (
            anyq.serve(port=0, timeout=0.3, q=core) as server,
            anyq.connect("127.0.0.1", server.port) as q,
        ):
            await server.q("\\c 2000 2000")
            with anyio.fail_after(20), pytest.raises(anyq.QError, match="stop"):
                await q(f"do[1000000;{text}]")
            assert await q("1+1") == 2


async def test_interrupts_meet_their_own_evaluation_alone() -> None:
    """A asks B through the server, and leaves while B asks something itself."""
    asked, go_on = anyio.Event(), anyio.Event()
    async with anyq.serve(port=0) as server, anyio.create_task_group() as tasks:

        async def answer(message: anyq.Value) -> anyq.Value:
            asked.set()
            await go_on.wait()
            return anyq.as_q(1)

        async with anyq.connect("127.0.0.1", server.port, on_request=answer) as neighbour:
            number = await neighbour(".z.w")
            leaving = anyio.CancelScope()

            async def ask() -> None:
                with leaving:
                    async with anyq.connect("127.0.0.1", server.port) as q:
                        await q(f'{number} "1+1"')

            tasks.start_soon(ask)
            await asked.wait()
            leaving.cancel()
            for n in range(20):
                assert await neighbour(f"sum til {n}; {n}") == n
            go_on.set()
        assert await server.q("1+1") == 2


async def test_a_time_limit_is_the_asking_evaluations_alone() -> None:
    r"""``\T`` of the one that waits runs out while the neighbour's query runs in the middle of it."""
    async with anyq.serve(port=0) as server:
        await server.q("\\T 1")

        async def answer(message: anyq.Value) -> anyq.Value:
            await anyio.sleep_forever()
            raise AssertionError

        async with (
            anyq.connect("127.0.0.1", server.port, on_request=answer) as neighbour,
            anyq.connect("127.0.0.1", server.port) as q,
        ):
            number = await neighbour(".z.w")
            waiting = q.submit(f'{number} "1+1"')
            with anyio.fail_after(20):
                while not waiting.done():
                    assert await neighbour('system"sleep 0.3"; 1') == 1
                with pytest.raises(anyq.QError, match="stop"):
                    await waiting
