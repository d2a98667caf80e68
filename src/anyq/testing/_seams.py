"""Where a simulation takes the place of sockets that anyq opens itself."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum

import anyio
import anyio.lowlevel

from ._network import MemoryStream

__all__ = ["MemoryLookout", "MemoryWaits", "RawListener", "RawSocket", "replaced"]


@contextmanager
def replaced(package: str, **names: object) -> Iterator[None]:
    """Put other things in the place of names of the modules whose names begin with ``package``."""
    places = [module for name, module in sys.modules.items() if name.startswith(package)]
    before = [(module, name, vars(module)[name]) for module in places for name in names if name in vars(module)]
    for module, name, _ in before:
        setattr(module, name, names[name])
    try:
        yield
    finally:
        for module, name, value in before:
            setattr(module, name, value)


class RawSocket:
    """A connection in memory as a socket that does not block."""

    family = socket.AF_UNIX

    def __init__(self, stream: MemoryStream) -> None:
        self.stream = stream

    def send(self, data: bytes | memoryview) -> int:
        """Hand over what there is room for; ``BlockingIOError`` if that is nothing."""
        try:
            count = self.stream.outgoing.put(data)
        except anyio.BrokenResourceError as error:
            raise BrokenPipeError(str(error)) from None
        if not count:
            raise BlockingIOError
        return count

    def recv_into(self, buffer: memoryview) -> int:
        """Receive what is there; 0 at the end, ``BlockingIOError`` if there is nothing yet."""
        data = self.stream.incoming.get(len(buffer))
        if data is None:
            raise BlockingIOError
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close both directions."""
        self.stream.closed = True
        self.stream.incoming.close()
        self.stream.outgoing.close()

    def recv(self, size: int) -> bytes:
        """Receive what is there; empty at the end, ``BlockingIOError`` if there is nothing yet."""
        data = self.stream.incoming.get(size)
        if data is None:
            raise BlockingIOError
        return data

    def setblocking(self, blocks: bool) -> None:
        """Nothing here blocks."""

    async def wait(self) -> None:
        """Wait until something is to be read, or has changed."""
        if not self.stream.incoming.readable:
            await self.stream.incoming.changed()
        else:
            await anyio.lowlevel.checkpoint()

    async def wait_writable(self) -> None:
        """Wait until there is room, or something has changed."""
        if not self.stream.outgoing.writable:
            await self.stream.outgoing.changed()
        else:
            await anyio.lowlevel.checkpoint()


class RawListener:
    """A listening socket in memory: it accepts the streams in ``waiting``."""

    def __init__(self) -> None:
        self.waiting: list[MemoryStream] = []
        self.closed = False
        self._news = anyio.Event()

    def add(self, stream: MemoryStream) -> None:
        """A client connects."""
        self.waiting.append(stream)
        self._news.set()

    def accept(self) -> tuple[RawSocket, tuple[str, int]]:
        """The next connection, and where it comes from; ``BlockingIOError`` if there is none."""
        if not self.waiting:
            raise BlockingIOError
        return RawSocket(self.waiting.pop(0)), ("127.0.0.1", 1)

    def getsockname(self) -> tuple[str, int]:
        """Where it listens."""
        return "127.0.0.1", 1

    def close(self) -> None:
        """Listen no more."""
        self.closed = True

    async def wait(self) -> None:
        """Wait until there is a connection to accept."""
        self._news = anyio.Event()
        if not self.waiting:
            await self._news.wait()


class MemoryReadable:
    """Waits for the input of one socket of a server's."""

    def __init__(self, sock: RawSocket) -> None:
        self._socket = sock
        self.eager: Callable[[], Enum] | None = None

    async def wait(self) -> None:
        """Wait until there is input that ``eager`` does not deal with."""
        await self._socket.wait()
        while self.eager is not None and self.eager().name != "WAKE":
            await self._socket.wait()

    def close(self) -> None:
        """The socket is about to be closed."""


class MemoryLookout:
    """Waits for the input of a server's sockets, each by itself."""

    readable = MemoryReadable

    async def run(self) -> None:
        """There is nothing to look after."""
        await anyio.sleep_forever()


class MemoryWaits:
    """AnyIO, with the waiting for sockets in memory in place of those of the system."""

    def __getattr__(self, name: str) -> object:
        return getattr(anyio, name)

    @staticmethod
    async def wait_readable(sock: RawSocket | RawListener) -> None:
        """As `anyio.wait_readable`."""
        await sock.wait()

    @staticmethod
    async def wait_writable(sock: RawSocket) -> None:
        """As `anyio.wait_writable`."""
        await sock.wait_writable()
