"""Handed over is handed over: entry point by entry point, with everything that its owner can write to.

Each case gives an object to an entry point, lets go of what kept anyq from using it, and writes to it in between. What
arrives is what was given. An entry point is a function of the object, which gives what arrived; it calls ``spoil`` when
the object has been handed over and cannot have been used yet.
"""

from __future__ import annotations

import array
import socket
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import anyio
import attrs
import numpy as np
import pytest

import anyq
from anyq import codec
from anyq.embedded import EmbeddedQ
from anyq.server import Client
from anyq.testing import MemoryStream, ScriptedPeer, VirtualNetwork

pd = pytest.importorskip("pandas")
pa = pytest.importorskip("pyarrow")
pl = pytest.importorskip("polars")

SHORT, LONG, LONGER = 3, 1 << 13, 1 << 18
"""Items of vectors that are copied to be sent, that are sent as they are, and that no socket takes at once."""

Spoil = Callable[[], None]


@attrs.frozen
class Owned:
    """What is given to anyq, and the memory behind it, to which its owner writes."""

    obj: Any
    memory: Any

    def spoil(self) -> None:
        if isinstance(self.memory, list):
            self.memory[:] = [0.0] * len(self.memory)
        else:
            self.memory.fill("z" if self.memory.dtype == object else 0)


def owned(wrap: Callable[[Any], Any]) -> Callable[[int], Owned]:
    """A maker of what ``wrap`` makes of an array."""

    def make(count: int) -> Owned:
        memory = np.arange(1.0, count + 1)
        return Owned(wrap(memory), memory)

    return make


def locked(array: Any) -> Any:
    view = array.view()
    view.flags.writeable = False
    return view


def shared_list(count: int) -> Owned:
    items = np.arange(1.0, count + 1).tolist()
    return Owned(items, items)


def shared_numbers(count: int) -> Owned:
    numbers = array.array("d", np.arange(1.0, count + 1))
    return Owned(numbers, np.frombuffer(numbers))


def shared_texts(count: int) -> Owned:
    texts = np.array(["b"] * count, object)
    return Owned(texts, texts)


OWNERS: dict[str, Callable[[int], Owned]] = {
    "array": owned(lambda array: array),
    "every second item": owned(lambda array: array[::2]),
    "locked view": owned(locked),
    "integers": owned(lambda array: array.view(np.int64)),
    "moments": owned(lambda array: array.view(np.int64).view("m8[ns]")),
    "masked": owned(lambda array: np.ma.masked_less(array, 2.0, copy=False)),
    "list": shared_list,
    "list of arrays": owned(lambda array: [array, array[:2]]),
    "dict of arrays": owned(lambda array: {"a": array}),
    "array.array": shared_numbers,
    "texts": shared_texts,
    "vector": owned(lambda array: anyq.vector("float", array)),
    "table": owned(lambda array: anyq.table({"a": array})),
    "keyed table": owned(lambda array: anyq.keyed_table({"a": array}, {"b": array})),
    "projection": owned(lambda array: anyq.Projection((anyq.Lambda("", "{x;y}"), anyq.vector("float", array)))),
    "frame": owned(lambda array: pd.DataFrame(array, columns=["a"], copy=False)),
    "series": owned(lambda array: pd.Series(array, copy=False)),
    "Arrow array": owned(lambda array: pa.array(array)),
    "Arrow table": owned(lambda array: pa.table({"a": pa.array(array)})),
    "polars series": owned(lambda array: pl.from_arrow(pa.array(array))),
}


# Embedded


class Busy:
    """An embedded q whose thread waits until `go` is called."""

    def __init__(self, core: object) -> None:
        assert isinstance(core, EmbeddedQ)
        self._gate = threading.Event()
        core.submit(lambda interpreter: self._gate.wait(30))

    def go(self) -> None:
        self._gate.set()


def embedded_post(obj: Any, spoil: Spoil) -> Any:
    with anyq.sync.open_embedded() as q:
        busy = Busy(q.core)
        q.post("{seen::x}", obj)
        spoil()
        busy.go()
        return q("seen")


def embedded_submit(obj: Any, spoil: Spoil) -> Any:
    with anyq.sync.open_embedded() as q:
        busy = Busy(q.core)
        pending = q.submit("{x}", obj)
        spoil()
        busy.go()
        return pending.result()


def embedded_call(obj: Any, spoil: Spoil) -> Any:
    with anyq.sync.open_embedded() as q:
        q(anyq.symbol("set"), "seen", obj)
        spoil()
        return q("seen")


def embedded_item(obj: Any, spoil: Spoil) -> Any:
    with anyq.sync.open_embedded() as q:
        q["seen"] = obj
        spoil()
        return q["seen"]


def embedded_list_argument(obj: Any, spoil: Spoil) -> Any:
    with anyq.sync.open_embedded() as q:
        q("{seen::first x}", [obj, 1])
        spoil()
        return q("seen")


def embedded_python_function(obj: Any, spoil: Spoil) -> Any:
    with anyq.sync.open_embedded() as q:
        q["live"] = lambda _: obj
        q("seen:live[]")
        spoil()
        return q("seen")


def async_embedded_post(obj: Any, spoil: Spoil) -> Any:
    async def main() -> Any:
        async with anyq.open_embedded() as q:
            busy = Busy(q.core)
            await q.post("{seen::x}", obj)
            q["again"] = obj
            pending = q.submit("{x}", obj)
            spoil()
            busy.go()
            assert bool(await q("seen~again"))
            assert await pending == await q("seen")
            return await q("seen")

    return anyio.run(main, backend="trio")


def async_embedded_set(obj: Any, spoil: Spoil) -> Any:
    async def main() -> Any:
        async with anyq.open_embedded() as q:
            await q.set("seen", obj)
            spoil()
            return await q.get("seen")

    return anyio.run(main)


def async_embedded_cancelled(obj: Any, spoil: Spoil) -> Any:
    async def main() -> Any:
        async with anyq.open_embedded() as q:
            begun, gate = threading.Event(), threading.Event()

            def wait(_: anyq.Value) -> bool:
                begun.set()
                return gate.wait(30)

            q["wait"] = wait
            with anyio.CancelScope() as scope:
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(q, "{wait[];seen::x}", obj)
                    await anyio.to_thread.run_sync(begun.wait)
                    scope.cancel()
            spoil()
            gate.set()
            return await q("seen")

    return anyio.run(main)


def portal_embedded(obj: Any, spoil: Spoil) -> Any:
    with anyq.start_portal() as portal, portal.embedded() as q:
        busy = Busy(q.core)
        q.post("{seen::x}", obj)
        spoil()
        busy.go()
        value: anyq.Value = q("seen")
        return value


# Portals


def portal_post(obj: Any, spoil: Spoil) -> Any:
    return through_portal(lambda portal, address, **options: portal.connect(*address, **options), "post", obj, spoil)


def portal_submit(obj: Any, spoil: Spoil) -> Any:
    return through_portal(lambda portal, address, **options: portal.connect(*address, **options), "submit", obj, spoil)


def portal_pool_submit(obj: Any, spoil: Spoil) -> Any:
    return through_portal(lambda portal, address, **options: portal.pool(*address, **options), "submit", obj, spoil)


def through_portal(open_q: Callable[..., Any], verb: str, obj: Any, spoil: Spoil) -> Any:
    """What a peer gets that reads only afterwards; what is submitted waits in the mailbox of a busy portal."""
    seen: list[anyq.Value] = []
    arrived, gate = threading.Event(), threading.Event()

    async def peer(stream: MemoryStream) -> None:
        there = ScriptedPeer(stream)
        await there.accept()
        seen.append((await there.request())[1])  # type: ignore[index]
        arrived.set()

    with (
        anyq.start_portal() as portal,
        portal.wrap(VirtualNetwork.open(peer)) as network,
        open_q(portal, ("peer", 1), dial=network.dial) as q,
    ):
        if verb == "post":
            q.post("f", obj)
            spoil()
        else:
            portal.submit(gate.wait, 30)
            q.submit("f", obj)
            spoil()
            gate.set()
        assert arrived.wait(30)
        return seen[0]


# Connections


def connected(use: Callable[[Any, Spoil], Awaitable[object]], open_q: Callable[..., Any], spoil: Spoil) -> Any:
    """The first message that a peer gets, which reads only when ``use`` has returned."""
    seen: list[anyq.Value] = []

    async def main() -> None:
        arrived, go = anyio.Event(), anyio.Event()

        async def peer(stream: MemoryStream) -> None:
            there = ScriptedPeer(stream)
            await there.accept()
            await go.wait()
            seen.append((await there.request())[1])  # type: ignore[index]
            arrived.set()

        async with VirtualNetwork.open(peer) as network, open_q("peer", 1, dial=network.dial) as q:
            await use(q, spoil)
            go.set()
            with anyio.fail_after(30):
                await arrived.wait()

    anyio.run(main)
    return seen[0]


def connection_post(obj: Any, spoil: Spoil) -> Any:
    async def use(q: anyq.Connection, spoil: Spoil) -> None:
        await q.post("f", obj)
        spoil()

    return connected(use, anyq.connect, spoil)


def connection_submit(obj: Any, spoil: Spoil) -> Any:
    async def use(q: anyq.Connection, spoil: Spoil) -> None:
        q.submit("f", obj)
        spoil()

    return connected(use, anyq.connect, spoil)


def connection_cancelled_call(obj: Any, spoil: Spoil) -> Any:
    async def use(q: anyq.Connection, spoil: Spoil) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(q, "f", obj)
            await anyio.wait_all_tasks_blocked()
            tasks.cancel_scope.cancel()
        spoil()

    return connected(use, anyq.connect, spoil)


def from_socket(send: Callable[[int], Any]) -> Any:
    """What arrives at a listening socket that is read only when ``send``, a function of its port, has returned."""
    gate = threading.Event()

    def peer(listener: socket.socket) -> anyq.Value:
        there, _ = listener.accept()
        with there:
            while not there.recv(1000).endswith(b"\0"):
                pass
            there.sendall(b"\3")
            gate.wait(30)
            return codec.loads(received(there, received(there, b"", 8), None))

    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as pool:
        seen = pool.submit(peer, listener)
        try:
            kept = send(listener.getsockname()[1])
        finally:
            gate.set()
        value: Any = seen.result(30)
        del kept
    return value[1]


def received(there: socket.socket, data: bytes, count: int | None) -> bytes:
    """``data`` and so many bytes more, or as many as the header in ``data`` says."""
    whole = bytearray(data)
    wanted = int.from_bytes(data[4:8], "little") if count is None else count
    while len(whole) < wanted:
        whole += there.recv(wanted - len(whole))
    return bytes(whole)


def raw_submit(obj: Any, spoil: Spoil) -> Any:
    async def main(port: int) -> None:
        async with anyq.RawConnection("127.0.0.1", port) as q:
            q.submit("f", obj)
            spoil()
            while q.poll_send(0):
                pass

    return from_socket(lambda port: anyio.run(main, port))


# Servers


class Reader:
    """A client that reads nothing until it is asked."""

    def __init__(self, address: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect("\0" + address.removeprefix("unix:@"))
        self.socket.sendall(b"user\x03\0")
        assert len(self.socket.recv(1)) == 1

    def begin(self) -> bytes:
        """The header of the next message: when it has come, the message was made."""
        return self._read(8)

    def rest(self, header: bytes) -> Any:
        return codec.loads(header + self._read(int.from_bytes(header[4:8], "little") - 8))

    def _read(self, count: int) -> bytes:
        data = bytearray()
        while len(data) < count:
            data += self.socket.recv(min(count - len(data), 1 << 20))
        return bytes(data)

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()


def served(obj: Any, spoil: Spoil, kind: str, index: int | None, **options: Any) -> Any:
    """What a client gets of a server's message: its ``index``, if it is a part of it."""
    with anyq.sync.serve(unix=f"@anyq {uuid4()}", **options) as server, Reader(server.addresses[0]) as reader:
        reader.socket.sendall(codec.dumps(b"go", kind=kind))  # type: ignore[arg-type]
        header = reader.begin()
        server.portal.call(spoil)
        value = reader.rest(header)
        return value if index is None else value[index]


def server_answer(obj: Any, spoil: Spoil) -> Any:
    return served(obj, spoil, "sync", None, on_sync=lambda message: obj)


def server_async_handler(obj: Any, spoil: Spoil) -> Any:
    async def handler(message: anyq.Value) -> Any:
        await anyio.sleep(0)
        return obj

    return served(obj, spoil, "sync", None, on_sync=handler)


def server_deferred_answer(obj: Any, spoil: Spoil) -> Any:
    def handler(message: anyq.Value, client: Client) -> None:
        client.defer().reply(obj)

    return served(obj, spoil, "sync", None, on_sync=handler)


def server_post(obj: Any, spoil: Spoil) -> Any:
    def handler(message: anyq.Value, client: Client) -> None:
        client.post("upd", obj)

    return served(obj, spoil, "async", 1, on_async=handler)


def server_call(obj: Any, spoil: Spoil) -> Any:
    async def handler(message: anyq.Value, client: Client) -> None:
        await client("upd", obj)

    return served(obj, spoil, "async", 1, on_async=handler)


def server_broadcast(obj: Any, spoil: Spoil) -> Any:
    with (
        anyq.sync.serve(unix=f"@anyq {uuid4()}", on_sync=lambda message: 0) as server,
        Reader(server.addresses[0]) as reader,
    ):
        reader.socket.sendall(codec.dumps(b"go", kind="sync"))
        reader.rest(reader.begin())
        server.broadcast(list(server.target.clients), "upd", obj)
        spoil()
        return reader.rest(reader.begin())[1]


ENTRIES = (
    embedded_post, embedded_submit, embedded_call, embedded_item, embedded_list_argument, embedded_python_function,
    async_embedded_post, async_embedded_set, async_embedded_cancelled, portal_embedded, portal_post, portal_submit,
    portal_pool_submit, connection_post, connection_submit, connection_cancelled_call, raw_submit,
    server_answer, server_async_handler, server_deferred_answer, server_post, server_call,
    server_broadcast,
)  # fmt: skip


CASES = [(owner, "long") for owner in OWNERS] + [(owner, "short") for owner in ("array", "list", "texts")]


@pytest.mark.parametrize(("owner", "size"), CASES)
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.__name__)
def test_what_arrives_is_what_was_given(entry: Callable[[Any, Spoil], Any], owner: str, size: str) -> None:
    count = SHORT if size == "short" else LONGER if entry.__name__.startswith("server") else LONG
    expected = anyq.as_q(OWNERS[owner](count).obj)
    given = OWNERS[owner](count)
    assert entry(given.obj, given.spoil) == expected
    assert anyq.as_q(given.obj) != expected
