"""Where a simulation takes the place of sockets that anyq opens itself."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import anyio

from ._network import MemoryStream

__all__ = ["RawSocket", "replaced"]


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

    async def wait(self) -> None:
        """Wait until something is to be read, or has changed."""
        if not self.stream.incoming.readable:
            await self.stream.incoming.changed()
