"""A network in memory that trickles, stalls and cuts, but never reorders.

For tests of connections without sockets: give `VirtualNetwork.dial` to `anyq.connect` as ``dial``, and the network
runs your handler for each connection that is made. What the two `Pipe` of a connection do can be changed at any time.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Self

import anyio
import anyio.lowlevel
from anyio.abc import ByteStream

from anyq.client import Address, BackgroundTasks

__all__ = ["MemoryStream", "Pipe", "VirtualNetwork", "memory_stream_pair"]


class Pipe:
    """Bytes on their way in one direction.

    ``capacity`` bounds how many may be under way; a sender waits for room. The rest may be changed at any time:
    ``chunk`` bounds what one receive gives (1 trickles), ``delay`` is how many seconds bytes take, ``stalled`` holds
    everything back. ``carried`` counts.
    """

    def __init__(self, capacity: int = 1 << 16) -> None:
        self.capacity = capacity
        self.chunk: int | None = None
        self.delay: float = 0.0
        self.carried: int = 0
        self._stalled = False
        self._cut_at: int | None = None
        self._data = bytearray()
        self._arrival = 0.0
        self._closed = False
        self._waiters: list[Callable[[], object]] = []

    @property
    def stalled(self) -> bool:
        return self._stalled

    @stalled.setter
    def stalled(self, stalled: bool) -> None:
        self._stalled = stalled
        self._notify()

    def cut(self, after: int = 0) -> None:
        """Break once ``after`` more bytes went in: the receiver gets those, then the end; the sender fails.

        What is broken stays so.
        """
        if not self.broken:
            self._cut_at = self.carried + after
        self._notify()

    @property
    def broken(self) -> bool:
        return self._cut_at is not None and self.carried >= self._cut_at

    def close(self) -> None:
        """The sender closed; what is under way still arrives."""
        self._closed = True
        self._notify()

    # Without waiting

    def put(self, data: bytes | memoryview) -> int:
        """Take in what there is room for; how much that was. `BrokenResourceError` if it is closed or broken."""
        if self._closed or self.broken:
            raise anyio.BrokenResourceError("the wire was cut")
        room = self.capacity - len(self._data)
        if self._cut_at is not None:
            room = min(room, self._cut_at - self.carried)
        taken = min(room, len(data))
        if taken > 0:
            self._data += data[:taken]
            self.carried += taken
            if self.delay:
                self._arrival = max(self._arrival, anyio.current_time() + self.delay)
            self._notify()
        return max(0, taken)

    def get(self, max_bytes: int) -> bytes | None:
        """What has arrived, at most so much; ``b""`` at the end of the stream, ``None`` when nothing is there yet."""
        if self._stalled or self.late:
            return None
        if not self._data:
            return b"" if self._closed or self.broken else None
        count = min(max_bytes, self.chunk or max_bytes)
        data = bytes(self._data[:count])
        del self._data[:count]
        self._notify()
        return data

    def call_on_change(self, function: Callable[[], object]) -> None:
        """Have ``function`` called, once, when something has changed."""
        self._waiters.append(function)

    @property
    def late(self) -> float:
        """Seconds until what is under way has arrived; 0 if it has."""
        return max(0.0, self._arrival - anyio.current_time()) if self._arrival and self._data else 0.0

    @property
    def readable(self) -> bool:
        """Whether `get` would give something, or the end."""
        return not self._stalled and not self.late and bool(self._data or self._closed or self.broken)

    @property
    def writable(self) -> bool:
        """Whether `put` would take something, or fail."""
        return self._closed or self.broken or len(self._data) < self.capacity

    def _notify(self) -> None:
        waiters, self._waiters = self._waiters, []
        for function in waiters:
            function()

    # Waiting

    async def changed(self) -> None:
        """Wait until something has changed, or has arrived."""
        event = anyio.Event()
        self._waiters.append(event.set)
        if late := self.late:
            with anyio.move_on_after(late):
                await event.wait()
        else:
            await event.wait()

    async def send(self, data: bytes) -> None:
        rest = memoryview(data)
        await anyio.lowlevel.checkpoint()
        while rest:
            count = self.put(rest)
            rest = rest[count:]
            if not count:
                await self.changed()

    async def receive(self, max_bytes: int) -> bytes:
        await anyio.lowlevel.checkpoint()
        while (data := self.get(max_bytes)) is None:
            await self.changed()
        if not data:
            raise anyio.EndOfStream
        return data


class MemoryStream(ByteStream):
    """One end of a connection in memory; ``incoming`` and ``outgoing`` are its pipes."""

    def __init__(self, incoming: Pipe, outgoing: Pipe) -> None:
        self.incoming = incoming
        self.outgoing = outgoing
        self.closed: bool = False

    async def send(self, item: bytes) -> None:
        if self.closed:
            raise anyio.ClosedResourceError
        await self.outgoing.send(item)

    async def receive(self, max_bytes: int = 65536) -> bytes:
        if self.closed:
            raise anyio.ClosedResourceError
        return await self.incoming.receive(max_bytes)

    async def send_eof(self) -> None:
        self.outgoing.close()

    async def aclose(self) -> None:
        self.closed = True
        self.incoming.close()
        self.outgoing.close()


def memory_stream_pair(capacity: int = 1 << 16) -> tuple[MemoryStream, MemoryStream]:
    """Both ends of a new connection."""
    up, down = Pipe(capacity), Pipe(capacity)
    return MemoryStream(down, up), MemoryStream(up, down)


Handler = Callable[[MemoryStream], Awaitable[object]]


class VirtualNetwork:
    """A place where connections in memory are made: each runs ``handler`` with the server's end.

    ``up`` is False while the server is down: connecting is refused; ``refusals`` counts down how many of the next
    attempts are refused. ``connections`` holds the client's ends, in the
    order in which they were made; ``attempts`` counts all tries.
    """

    def __init__(self, handler: Handler, tasks: BackgroundTasks) -> None:
        self.handler = handler
        self.up = True
        self.refusals: int = 0
        self.attempts: int = 0
        self.errors: list[Exception] = []
        self.connections: list[MemoryStream] = []
        self._tasks = tasks

    @classmethod
    @asynccontextmanager
    async def open(cls, handler: Handler) -> AsyncIterator[Self]:
        """A network that lives as long as the block; its handlers are cancelled at the end.

        What a handler raised comes out of the block, if need be instead of what the block raised because of it.
        """
        async with BackgroundTasks() as tasks:
            network = cls(handler, tasks)
            try:
                yield network
            except Exception as error:
                if network.errors:
                    raise network.errors[0] from error
                raise
        if network.errors:
            raise network.errors[0]

    async def dial(self, address: Address) -> ByteStream:
        """What to pass to `anyq.connect` as ``dial``."""
        self.attempts += 1
        await anyio.lowlevel.checkpoint()
        if not self.up or self.refusals:
            self.refusals = max(0, self.refusals - 1)
            raise ConnectionRefusedError("the virtual server is down")
        near, far = memory_stream_pair()
        self.connections.append(near)
        self._tasks.start_soon(self._serve, far)
        return near

    async def _serve(self, stream: MemoryStream) -> None:
        try:
            await self.handler(stream)
        except (anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.EndOfStream):
            pass
        except Exception as error:
            self.errors.append(error)
        finally:
            with anyio.CancelScope(shield=True):
                await stream.aclose()

    def cut_all(self) -> None:
        """Break every connection there is."""
        for stream in self.connections:
            stream.incoming.cut()
            stream.outgoing.cut()
