"""A q client that does as it is told, well or badly: for looking at a server from outside."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import anyio.abc

from anyq import codec
from anyq.errors import QError
from anyq.protocol import NEED_DATA, AsyncMessage, Connection, EndOfFile, Login, Refuse, Response, Role, SyncRequest
from anyq.values import Value, as_q, chars

__all__ = ["Peer", "peer", "text"]


def text(query: str) -> Value:
    return chars(query)


class Peer:
    """One connection."""

    def __init__(self, stream: anyio.abc.ByteStream) -> None:
        self.stream = stream
        self.protocol = Connection(Role.CLIENT, max_in_flight=1000)

    async def login(self, user: str = "", password: str | None = None, capability: int = 6) -> bool:
        """Whether the server accepted."""
        await self.stream.send(self.protocol.send(Login(user, password, capability)))
        return not isinstance(await self.event(), Refuse | EndOfFile)

    async def event(self) -> Any:
        while True:
            event = self.protocol.next_event()
            if event is not NEED_DATA:
                return event
            try:
                self.protocol.receive_data(await self.stream.receive())
            except (anyio.EndOfStream, anyio.BrokenResourceError):
                self.protocol.receive_data(b"")

    async def send(self, value: object, kind: type[AsyncMessage] | type[SyncRequest] = SyncRequest) -> None:
        query = chars(value) if isinstance(value, str) else as_q(value)
        await self.stream.send(self.protocol.send(kind(codec.encode(query))))

    async def post(self, value: object) -> None:
        await self.send(value, AsyncMessage)

    async def answer(self, value: object) -> None:
        await self.stream.send(self.protocol.send(Response(codec.encode(as_q(value)))))

    async def receive(self) -> Value:
        """The value of the next message; `QError` for an error, ``EOFError`` at the end."""
        event = await self.event()
        if isinstance(event, EndOfFile):
            raise EOFError
        return codec.decode(event.body)

    async def ask(self, value: object) -> Value:
        await self.send(value)
        return await self.receive()

    async def error(self, value: object) -> str:
        """The text of the q error that asking raises."""
        try:
            got = await self.ask(value)
        except QError as error:
            return str(error)
        raise AssertionError(f"no error, but {got!r}")

    async def at_end(self) -> bool:
        """Whether the server has closed the connection."""
        with anyio.move_on_after(5):
            while not isinstance(await self.event(), EndOfFile | Refuse):
                pass
            return True
        return False


@asynccontextmanager
async def peer(port: int, user: str = "", password: str | None = None, *, login: bool = True) -> AsyncIterator[Peer]:
    """A peer, logged in unless ``login=False``."""
    async with await anyio.connect_tcp("127.0.0.1", port) as stream:
        one = Peer(stream)
        if login:
            assert await one.login(user, password)
        yield one
