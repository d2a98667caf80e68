"""The servers and the network of a simulation, in memory and in virtual time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final, Self

import anyio
import anyio.lowlevel
from anyio.abc import ByteStream, TaskGroup

from anyq import codec
from anyq.client import Address
from anyq.errors import LocalProtocolError
from anyq.protocol import AsyncMessage, EndOfFile, Response, SyncRequest
from anyq.values import long

from ._model import Link, Model, payload_number
from ._network import MemoryStream, memory_stream_pair
from ._peer import ScriptedPeer

__all__ = ["Host", "SimulatedServer"]

_GONE: Final = (anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.EndOfStream)


class SimulatedServer:
    """One scripted q process: answers each request with its own body, posts and asks when told to, and restarts.

    ``held`` keeps it from looking at messages. What it sees goes to the model.
    """

    @classmethod
    @asynccontextmanager
    async def open(cls, model: Model, *, ordered: bool) -> AsyncIterator[Self]:
        """A server that lives as long as the block."""
        async with anyio.create_task_group() as tasks:
            try:
                yield cls(model, Host(tasks), ordered=ordered)
            finally:
                tasks.cancel_scope.cancel()

    def __init__(self, model: Model, host: Host, *, ordered: bool) -> None:
        self.model = model
        self.ordered = ordered
        self.up = True
        self.streams: list[MemoryStream] = []
        """The clients' ends of the connections that there are."""
        self._host = host
        self._held = False
        self._go = anyio.Event()
        self._peers: dict[ScriptedPeer, Link] = {}

    @property
    def held(self) -> bool:
        return self._held

    @held.setter
    def held(self, held: bool) -> None:
        self._held = held
        if not held:
            self._go.set()
            self._go = anyio.Event()

    async def dial(self, address: Address) -> ByteStream:
        """Connect, as an asynchronous client does: for its option ``dial``."""
        await anyio.lowlevel.checkpoint()
        return self.connect()

    def connect(self) -> MemoryStream:
        """The client's end of a new connection. ``ConnectionRefusedError`` while the server is down."""
        if not self.up:
            raise ConnectionRefusedError("the simulated server is down")
        near, far = memory_stream_pair()
        self.streams = [*(stream for stream in self.streams if not stream.closed), near]
        self._accept(far)
        return near

    def _accept(self, far: MemoryStream) -> None:
        """There is a client, at the other end of this stream."""
        self._host.start_soon(self._serve, far)

    async def _serve(self, stream: MemoryStream) -> None:
        peer = ScriptedPeer(stream)
        try:
            await peer.accept()
            link = self._peers[peer] = self.model.link(self.ordered)
            await self._talk(peer, link)
        except _GONE:
            pass
        finally:
            self._peers.pop(peer, None)
            with anyio.CancelScope(shield=True):
                await stream.aclose()

    async def _talk(self, peer: ScriptedPeer, link: Link) -> None:
        model = self.model
        while not isinstance(event := await peer.next_event(), EndOfFile):
            while self._held:
                await self._go.wait()
            if isinstance(event, Response):
                wanted, got = link.asked.popleft(), payload_number(codec.decode(event.body))
                if got != wanted:
                    model.broken("faithful", f"the answer to the server's request {wanted} is {got}")
                continue
            assert isinstance(event, SyncRequest | AsyncMessage)
            model.arrived(link, event)
            if isinstance(event, SyncRequest):
                await peer.send_raw(peer.protocol.send(Response(event.body, compressed=event.compressed)))

    # What a program of steps does

    def push(self) -> None:
        """Post a message to the newest client."""
        if self._peers:
            self.model.pushed += 1
            self._host.start_soon(self._quietly, next(reversed(self._peers)).post, long(self.model.pushed))

    def ask(self) -> None:
        """Send the newest client a request."""
        if self._peers:
            peer, link = next(reversed(self._peers.items()))
            self.model.pushed += 1
            self._host.start_soon(self._quietly, self._ask, (peer, link, self.model.pushed))

    async def _ask(self, asked: tuple[ScriptedPeer, Link, int]) -> None:
        peer, link, number = asked
        link.asked.append(number)
        try:
            await peer.ask(long(number))
        except BaseException:
            link.asked.remove(number)
            raise

    @staticmethod
    async def _quietly(send: Callable[[Any], Awaitable[object]], value: object) -> None:
        try:
            await send(value)
        except (*_GONE, LocalProtocolError):
            return

    def restart(self) -> None:
        """Go down: break every connection, and refuse new ones."""
        self.up = False
        for stream in self.streams:
            stream.incoming.cut()
            stream.outgoing.cut()

    def heal(self) -> None:
        """Be up, and have the network carry everything at once."""
        self.up = True
        self.held = False
        for stream in self.streams:
            for pipe in (stream.incoming, stream.outgoing):
                pipe.chunk, pipe.delay, pipe.stalled = None, 0.0, False


class Host:
    """Where the tasks of a simulation run."""

    def __init__(self, tasks: TaskGroup) -> None:
        self._tasks = tasks

    def start_soon(self, function: Callable[..., Coroutine[Any, Any, object]], *arguments: Any) -> None:
        """Run ``function(*arguments)`` in a task."""
        self._tasks.start_soon(function, *arguments)
