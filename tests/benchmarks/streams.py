"""Streams and many connections, each as a ratio to a bare loop in the same run, on asyncio, Trio and uvloop.

``python -m tests.benchmarks.streams [--short] [feeds uploads trips writers]``. Ratios are of the best of several
rounds, taken in turn, so that a busy moment hits both sides. Each line says the goal.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import anyio
import numpy as np
from tests.benchmarks.feeds import update

import anyq
from anyq import codec
from anyq.speedups import COMPILED

__all__ = ["main"]

GO = b"\1\0\0\0\x0a\0\0\0e\0"
Others = dict[str, Callable[[], float]]
LOOPS: dict[str, dict[str, Any]] = {
    "asyncio": {"backend": "asyncio"},
    "trio": {"backend": "trio"},
    "uvloop": {"backend": "asyncio", "backend_options": {"use_uvloop": True}},
}


def loops() -> list[str]:
    try:
        import uvloop  # noqa: F401
    except ImportError:
        return ["asyncio", "trio"]
    return list(LOOPS)


@contextmanager
def process(*command: str) -> Iterator[int]:
    """A process that prints its port."""
    with subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        try:
            yield int(running.stdout.readline())
        finally:
            running.kill()


def compared(what: str, goal: float, bare: Callable[[], float], others: Others, rounds: int) -> None:
    """Print how many times as long as ``bare`` each of the others takes."""
    best = dict.fromkeys(["", *others], float("inf"))
    for _ in range(rounds):
        for name, measure in {"": bare, **others}.items():
            best[name] = min(best[name], measure())
    for name in others:
        times = f"{best[name] * 1e3:9.2f} ms, bare {best[''] * 1e3:8.2f} ms"
        print(f"{what:28} {name:22} {times}: {best[name] / best['']:6.2f} x (goal {goal})", flush=True)


# Feeds


def bare_feed(port: int, count: int) -> float:
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.sendall(b":\6\0")
        sock.recv(1)
        file, unpack = sock.makefile("rb", buffering=1 << 16), struct.Struct("<II").unpack
        sock.sendall(GO)
        began = time.perf_counter()
        for _ in range(count):
            _, size = unpack(file.read(8))
            file.read(size - 8)
        return time.perf_counter() - began


async def our_feed(port: int, count: int, how: str) -> float:
    async with anyq.connect("127.0.0.1", port) as q:
        if how == "subscription":
            async with q.subscribe("trade", buffer=count + 1) as subscription:
                return await taken(subscription, count)
        feed = q.messages(buffer=count + 1)
        await q.post("go")
        if how == "batches":
            began, found = time.perf_counter(), 0
            async for batch in feed.batches(max_items=1000):
                found += len(batch)
                if found >= count:
                    break
            return time.perf_counter() - began
        return await taken(feed, count)


async def taken(feed: Any, count: int) -> float:
    began = time.perf_counter()
    async for _ in feed:
        count -= 1
        if not count:
            break
    return time.perf_counter() - began


def feeds(rounds: int, scale: float) -> None:
    for rows, count, goal in ((1, 100_000, 8.0), (100, 50_000, 8.0), (10_000, 2_000, 1.5)):
        count = max(100, int(count * scale))
        together = max(1, min(count, (1 << 20) // len(update(rows))))
        count = count // together * together
        with process("-m", "tests.benchmarks.feeds", str(rows), str(count)) as port:
            others: Others = {
                f"{loop}, {how}": partial(anyio.run, our_feed, port, count, how, **LOOPS[loop])
                for loop in loops()
                for how in ("messages", "batches", "subscription")
            }
            compared(f"feed of {rows} rows", goal, partial(bare_feed, port, count), others, rounds)


# Uploads

RAW = """
import socket, sys
room = memoryview(bytearray(int(sys.argv[1])))
with socket.create_server(("127.0.0.1", 0)) as listener:
    print(listener.getsockname()[1], flush=True)
    while True:
        client = listener.accept()[0]
        client.recv(100)
        client.sendall(b"\\6")
        while head := client.recv(8, socket.MSG_WAITALL):
            rest = room[: int.from_bytes(head[4:], "little") - 8]
            while rest:
                rest = rest[client.recv_into(rest) :]
            client.sendall(bytes.fromhex("0102000011000000f90100000000000000"))
"""
SERVE = """
import sys, anyio, anyq
from anyq.server import Server
from tests.benchmarks.streams import LOOPS
async def later(message): return 1
kinds = {"plain handler": lambda message: 1, "async handler": later}
async def main():
    server = anyq.serve(port=0) if sys.argv[2] == "embedded q" else Server(kinds[sys.argv[2]], port=0)
    async with server:
        print(server.port, flush=True)
        await server.serve_forever()
anyio.run(main, **LOOPS[sys.argv[1]])
"""


def upload(port: int, message: bytes) -> float:
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.sendall(b":\6\0")
        sock.recv(1)
        began = time.perf_counter()
        sock.sendall(message)
        assert len(sock.recv(17, socket.MSG_WAITALL)) == 17
        return time.perf_counter() - began


def uploads(rounds: int, scale: float) -> None:
    vector = anyq.vector("long", np.arange(int(10_000_000 * scale)))
    plain, call = codec.dumps(vector, kind="sync"), codec.dumps(anyq.List([anyq.chars("count"), vector]), kind="sync")
    with process("-c", RAW, str(len(call))) as raw:
        for kind in ("plain handler", "async handler", "embedded q"):
            for loop in loops():
                message = call if kind == "embedded q" else plain
                with process("-c", SERVE, loop, kind) as port:
                    ours: Others = {f"{loop}, {kind}": partial(upload, port, message)}
                    bare = partial(upload, raw, message)
                    compared(f"{len(message) >> 20} MB sent to a server", 1.5, bare, ours, rounds)


# Round trips

ECHO = """
import selectors, socket
answer = bytes.fromhex("0102000011000000f90100000000000000")
selector = selectors.DefaultSelector()
listener = socket.create_server(("127.0.0.1", 0), backlog=1000)
print(listener.getsockname()[1], flush=True)
selector.register(listener, selectors.EVENT_READ)
while True:
    for key, _ in selector.select():
        if key.fileobj is listener:
            client = listener.accept()[0]
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.recv(100)
            client.sendall(b"\\6")
            selector.register(client, selectors.EVENT_READ)
        elif data := key.fileobj.recv(4096):
            key.fileobj.sendall(answer)
        else:
            selector.unregister(key.fileobj)
            key.fileobj.close()
"""
REQUEST = codec.dumps(anyq.chars("1+1"), kind="sync")


class Bare(asyncio.Protocol):
    """The least that a call needs on asyncio."""

    def __init__(self) -> None:
        self.answered: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(b":\6\0")

    def data_received(self, data: bytes) -> None:
        self.answered.set_result(data)

    async def ask(self) -> None:
        self.answered = asyncio.get_running_loop().create_future()
        self.transport.write(REQUEST)
        await self.answered


async def bare_ask(port: int) -> Callable[[], Awaitable[object]]:
    if anyio.get_cancelled_exc_class() is asyncio.CancelledError:
        _, bare = await asyncio.get_running_loop().create_connection(Bare, "127.0.0.1", port)
        await bare.answered
        return bare.ask
    import trio

    sock = trio.socket.socket()
    await sock.connect(("127.0.0.1", port))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    await sock.send(b":\6\0")
    await sock.recv(1)

    async def ask() -> None:
        await sock.send(REQUEST)
        await sock.recv(4096)

    return ask


async def trips_of(port: int, connections: int, calls: int, ours: bool) -> float:
    async def caller(ask: Callable[[], Awaitable[object]], count: int) -> None:
        for _ in range(count):
            await ask()

    async with anyio.create_task_group() as tasks:
        asks: list[Callable[[], Awaitable[object]]] = []
        opened: list[Any] = []
        for _ in range(connections):
            if ours:
                q = anyq.connect("127.0.0.1", port)
                opened.append(q)
                await q.__aenter__()
                asks.append(lambda q=q: q("1+1"))  # type: ignore[misc]
            else:
                asks.append(await bare_ask(port))
        for ask in asks:
            await ask()
        began = time.perf_counter()
        async with anyio.create_task_group() as callers:
            for ask in asks:
                callers.start_soon(caller, ask, calls // connections)
        took = time.perf_counter() - began
        for q in reversed(opened):
            await q.__aexit__(None, None, None)
        tasks.cancel_scope.cancel()
    return took


def trip_seconds(loop: str, port: int, connections: int, calls: int, ours: bool) -> float:
    return anyio.run(trips_of, port, connections, calls, ours, **LOOPS[loop])


def trips(rounds: int, scale: float) -> None:
    with process("-c", ECHO) as port:
        for connections in (1, 20, 200):
            calls = max(connections * 5, int(10_000 * scale))
            for loop in loops():
                goal = (1.3 if loop == "trio" else 1.2) if connections == 1 else 1.4

                bare = partial(trip_seconds, loop, port, connections, calls, False)
                ours: Others = {f"{loop}, a call": partial(trip_seconds, loop, port, connections, calls, True)}
                compared(f"{connections} connections", goal, bare, ours, rounds)


# Writers


def table(rows: int) -> anyq.Table:
    chance = np.random.default_rng(1)
    return anyq.table(
        {
            "time": anyq.Vector("p", 7 * 10**17 + np.cumsum(chance.integers(0, 10**6, rows))),
            "sym": anyq.symbols([f"S{number % 500}" for number in range(rows)]),
            "price": anyq.Vector("f", np.round(chance.random(rows) * 1e4) / 100),
            "size": anyq.Vector("j", chance.integers(1, 100, rows) * 100),
            "side": anyq.Vector("c", chance.choice(np.frombuffer(b"BS", np.uint8), rows)),
        }
    )


def writers(rounds: int, scale: float) -> None:
    from anyq.cli._format import rendered
    from anyq.engine.verbs.text._json import write_json

    whole = table(int(300_000 * scale))
    frame = whole.pl()

    def timed(work: Callable[[], object]) -> Callable[[], float]:
        def run() -> float:
            began = time.process_time()
            work()
            return time.process_time() - began

        return run

    arrow = timed(lambda: frame.write_ipc_stream(io.BytesIO()))
    for what, polars, ours in (
        ("CSV", timed(frame.write_csv), {"csv": timed(lambda: rendered(whole, "csv"))}),
        (
            "JSON",
            timed(frame.write_json),
            {"json": timed(lambda: rendered(whole, "json")), ".j.j": timed(lambda: write_json(whole))},
        ),
        ("Arrow", arrow, {"arrow": timed(lambda: rendered(whole, "arrow"))}),
    ):
        compared(f"{len(whole)} rows as {what}", 2.0, polars, ours, rounds)


PARTS: dict[str, Callable[[int, float], None]] = {
    "feeds": feeds, "uploads": uploads, "trips": trips, "writers": writers
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="a tenth of the work")
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], default=list(PARTS))
    options = parser.parse_args()
    print(f"{'compiled' if COMPILED else 'pure Python'}")
    for part in options.parts:
        PARTS[part](3 if options.short else 5, 0.1 if options.short else 1.0)


if __name__ == "__main__":
    main()
