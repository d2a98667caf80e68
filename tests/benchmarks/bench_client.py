"""What a call, waiting and a big reply cost: each against something measured in the same run."""

from __future__ import annotations

import asyncio
import os
import resource
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import anyio
import numpy as np
import pytest

import anyq

os.environ.setdefault("PYKX_UNLICENSED", "true")

CALLS = 1000
ROUNDS = 5
PEER = """
import socket, struct, sys, threading
size = int(sys.argv[1])
body = b"\\xf9" + bytes(8) if not size else b"\\x07\\x00" + struct.pack("<I", size) + bytes(8 * size)
total = len(body) + 8
reply = bytes((1, 2, 0, total >> 32)) + struct.pack("<I", total & 0xFFFFFFFF) + body
listener = socket.create_server(("127.0.0.1", 0), backlog=2000)
print(listener.getsockname()[1], flush=True)

def serve(client):
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    login = client.recv(1000)
    client.sendall(login[-2:-1])
    data = b""
    while got := client.recv(65536):
        data += got
        answers = 0
        while len(data) >= 8 and len(data) >= (length := struct.unpack("<I", data[4:8])[0]):
            answers += data[1] == 1
            data = data[length:]
        if answers:
            client.sendall(reply * answers)

while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
"""
"""A peer that answers each request with the same reply, and is hardly more than the system calls for that."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    yield from peer(0)


@pytest.fixture(scope="module")
def big_port() -> Iterator[int]:
    yield from peer(32 << 20)


def peer(size: int) -> Iterator[int]:
    with subprocess.Popen([sys.executable, "-c", PEER, str(size)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.kill()


Measure = Callable[[int], Awaitable[float]]


async def one_at_a_time(port: int) -> float:
    """Seconds for a call."""
    async with anyq.connect("127.0.0.1", port) as q:
        return await calls(q)


async def calls(q: Any) -> float:
    for _ in range(CALLS // 10):
        await q("1")
    began = time.perf_counter()
    for _ in range(CALLS):
        await q("1")
    return (time.perf_counter() - began) / CALLS


async def many_in_flight(port: int) -> float:
    """Seconds for a call, 64 being in flight."""

    async def caller() -> None:
        for _ in range(CALLS // 16):
            await q("1")

    async with anyq.connect("127.0.0.1", port, max_in_flight=64) as q:
        began = time.perf_counter()
        async with anyio.create_task_group() as tasks:
            for _ in range(64):
                tasks.start_soon(caller)
        return (time.perf_counter() - began) / (64 * (CALLS // 16))


async def pykx_one_at_a_time(port: int) -> float:
    import pykx

    loop = asyncio.get_running_loop()
    async with pykx.AsyncQConnection("127.0.0.1", port, event_loop=loop, no_ctx=True) as q:
        return await calls(q)


def in_turn(first: tuple[Measure, str], second: tuple[Measure, str], port: int) -> tuple[float, float]:
    """The best of several runs of each, in turn, so that a busy moment hits both."""
    runs = [[anyio.run(measure, port, backend=backend) for measure, backend in (first, second)] for _ in range(ROUNDS)]
    return min(run[0] for run in runs), min(run[1] for run in runs)


@pytest.mark.parametrize("server", ["port", "served"])
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_round_trip_against_pykx(request: pytest.FixtureRequest, server: str, backend: str) -> None:
    """On a peer that does nothing, where only the client counts, and on a q process."""
    pytest.importorskip("pykx")
    port = request.getfixturevalue(server)
    ours, theirs = in_turn((one_at_a_time, backend), (pykx_one_at_a_time, "asyncio"), port)
    ratio = ours / theirs
    print(
        f"\n{backend}, {server}: {ours * 1e6:.0f} us a call, PyKX {theirs * 1e6:.0f} us: {ratio:.2f} times (limit 1.5)"
    )
    assert ratio < 1.5


@pytest.mark.parametrize("server", ["port", "served"])
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_calls_in_flight(request: pytest.FixtureRequest, server: str, backend: str) -> None:
    """On a peer that does nothing, where only the client can gain, and on a q process."""
    port = request.getfixturevalue(server)
    single, many = in_turn((one_at_a_time, backend), (many_in_flight, backend), port)
    gain = single / many
    each = f"{single * 1e6:.0f} us a call, {many * 1e6:.0f} us with 64 in flight"
    print(f"\n{backend}, {server}: {each}: {gain:.1f} times (least 3)")
    assert gain > 3


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_idle_connections(port: int, backend: str) -> None:
    """1,000 connections: memory, and processor time of a second of idling."""

    async def idle() -> tuple[float, float]:
        before = memory()
        async with anyio.create_task_group() as tasks:
            connections = [anyq.connect("127.0.0.1", port) for _ in range(1000)]
            for connection in connections:
                await connection.open(tasks)
            used = memory() - before
            began = time.process_time()
            await anyio.sleep(1)
            spent = time.process_time() - began
            for connection in connections:
                await connection.aclose()
        return used, spent

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    used, spent = anyio.run(idle, backend=backend)
    print(f"\n{backend}: 1,000 connections: {used / 1e6:.1f} MB (limit 40), {spent * 1e3:.1f} ms/s of processor")
    assert used < 40e6
    assert spent < 0.02


def memory() -> int:
    """Resident bytes."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_waiting(backend: str) -> None:
    """Processor time of waiting 10 s for an answer."""

    async def wait() -> float:
        with socket.create_server(("127.0.0.1", 0)) as listener, silent_peer(listener) as peer:
            async with anyq.connect("127.0.0.1", listener.getsockname()[1]) as q:
                began = time.process_time()
                with anyio.move_on_after(10):
                    await q("never")
                spent = time.process_time() - began
            peer.kill()
            return spent

    spent = anyio.run(wait, backend=backend)
    print(f"\n{backend}: waiting 10 s costs {spent * 1e3:.1f} ms of processor (limit 50)")
    assert spent < 0.05


def silent_peer(listener: socket.socket) -> subprocess.Popen[bytes]:
    """Another process that accepts one login on the socket and then says nothing."""
    code = (
        "import socket, sys, time; c, _ = socket.socket(fileno=int(sys.argv[1])).accept(); "
        "c.recv(100); c.sendall(bytes([6])); time.sleep(60)"
    )
    fd = listener.fileno()
    return subprocess.Popen([sys.executable, "-c", code, str(fd)], pass_fds=[fd])


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_big_reply_against_the_bare_socket(big_port: int, backend: str) -> None:
    """256 MB, received and decoded, against a loop of recv_into."""

    async def ours() -> float:
        async with anyq.connect("127.0.0.1", big_port) as q:
            began = time.perf_counter()
            value = await q("x")
            took = time.perf_counter() - began
            assert value.np()[-1] == 0
            return took

    ratios = []
    for _ in range(ROUNDS):
        bare = bare_seconds(big_port)
        ratios.append(anyio.run(ours, backend=backend) / bare)
    ratio = statistics.median(ratios)
    print(f"\n{backend}: 256 MB take {ratio:.2f} times what the bare socket takes (limit 1.15)")
    assert ratio < 1.15


def bare_seconds(port: int) -> float:
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.sendall(b":\x06\0")
        sock.recv(1)
        began = time.perf_counter()
        sock.sendall(bytes.fromhex("0101000009000000aa"))
        rest = memoryview(np.empty((32 << 23) + 14, np.uint8))  # type: ignore[arg-type]
        while rest:
            rest = rest[sock.recv_into(rest) :]
        return time.perf_counter() - began
