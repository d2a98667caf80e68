"""A server without sockets: its clients come over a virtual network."""

from __future__ import annotations

import contextlib
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self, Unpack

import anyio
import anyio.lowlevel

from anyq.client import Connection, ConnectOptions, connect
from anyq.embedded import EmbeddedServer
from anyq.server import Server

from ._network import MemoryStream, VirtualNetwork

__all__ = ["VirtualServer"]


class MemoryTransport:
    """The server's end of a connection in memory, as `anyq.server.Transport`."""

    backlog = 0
    certificate: dict[str, Any] = {}  # noqa: RUF012 - nobody changes it

    def __init__(self, stream: MemoryStream) -> None:
        self._incoming, self._outgoing = stream.incoming, stream.outgoing

    async def wait_readable(self) -> None:
        await anyio.lowlevel.checkpoint()
        while not self._incoming.readable:
            await self._incoming.changed()

    def try_receive(self, buffer: memoryview) -> int:
        data = self._incoming.get(len(buffer))
        if data is None:
            return -1
        buffer[: len(data)] = data
        return len(data)

    def try_send(self, data: bytes | bytearray | memoryview) -> int:
        try:
            return self._outgoing.put(memoryview(data))
        except anyio.BrokenResourceError as error:
            raise BrokenPipeError(str(error)) from error

    async def wait_writable(self) -> None:
        await anyio.lowlevel.checkpoint()
        while not self._outgoing.writable:
            await self._outgoing.changed()

    def close(self) -> None:
        self._incoming.close()
        self._outgoing.close()

    def reset(self) -> None:
        self._incoming.cut()
        self._outgoing.cut()


class VirtualServer:
    """A server on a network in memory: ``async with VirtualServer(anyq.serve(f, listen=False)) as server``.

    ``server.connect()`` makes connections to it, ``network`` breaks them and says how they carry bytes; ``server`` is
    the server itself, with ``stats`` and ``clients``. What is sent and received are the bytes of the wire. With
    handlers in Python everything happens in the event loop, so that virtual time (Trio's ``MockClock``) works; an
    embedded q evaluates on a thread of its own, which a virtual clock does not wait for.

    Leaving the block, also by an exception or cancellation, stops the server and breaks the connections.
    """

    network: VirtualNetwork
    """The network, inside the block."""

    def __init__(self, server: Server | EmbeddedServer) -> None:
        self.server = server
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.server)
            self.network = await stack.enter_async_context(VirtualNetwork.open(self._serve))
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        with contextlib.suppress(Exception):  # the network below cancels those that are left
            await self.server.stop(0)
        return await self._stack.__aexit__(kind, error, trace)

    async def _serve(self, stream: MemoryStream) -> None:
        await self.server.serve_transport(MemoryTransport(stream))

    def connect(
        self, *, username: str = "", password: str | None = None, **options: Unpack[ConnectOptions]
    ) -> Connection:
        """A connection to the server, to be opened by ``async with``. Options as for `anyq.connect`."""
        options["dial"] = self.network.dial
        return connect("virtual", 1, username=username, password=password, **options)
