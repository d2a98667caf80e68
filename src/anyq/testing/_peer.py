"""A scripted q process: it does what your test says, byte for byte, and nothing by itself."""

from __future__ import annotations

import anyio
from anyio.abc import ByteStream

from anyq import codec
from anyq.protocol import (
    Accept,
    AsyncMessage,
    Connection,
    EndOfFile,
    Event,
    Login,
    NeedData,
    Refuse,
    Response,
    Role,
    SyncRequest,
)
from anyq.values import Value, as_q

__all__ = ["ScriptedPeer"]


class ScriptedPeer:
    """The server's side of a q connection over any AnyIO byte stream.

    ``login`` is what the client logged in with. Whatever the client does wrong raises as in `anyq.protocol`.
    """

    def __init__(self, stream: ByteStream) -> None:
        self.stream = stream
        self.protocol: Connection = Connection(Role.SERVER)
        self.login: Login = Login()
        self._sending = anyio.Lock()

    async def next_event(self) -> Event:
        """What the client does next; `EndOfFile` when it has gone."""
        while isinstance(event := self.protocol.next_event(), NeedData):
            try:
                data = await self.stream.receive(65536)
            except (anyio.EndOfStream, anyio.BrokenResourceError):
                data = b""
            self.protocol.receive_data(data)
        return event

    async def accept(self, capability: int = 6) -> Login:
        """Wait for the login and accept it, with at most this capability. `EndOfStream` if the client goes instead."""
        event = await self._login()
        self.login = event
        await self.send_raw(self.protocol.send(Accept(min(capability, event.capability))))
        return event

    async def refuse(self) -> Login:
        """Wait for the login and refuse it. `EndOfStream` if the client goes instead."""
        event = await self._login()
        self.protocol.send(Refuse())
        await self.stream.aclose()
        return event

    async def _login(self) -> Login:
        event = await self.next_event()
        if isinstance(event, EndOfFile):
            raise anyio.EndOfStream
        assert isinstance(event, Login), f"a login was expected, not {event}"
        return event

    async def request(self) -> Value | None:
        """The value of the client's next sync request or async message; ``None`` when it has gone."""
        event = await self.next_event()
        if isinstance(event, EndOfFile):
            return None
        assert isinstance(event, SyncRequest | AsyncMessage), f"a request was expected, not {event}"
        return codec.decoded(event)

    async def reply(self, value: object) -> None:
        """Answer the oldest unanswered request."""
        await self.send_raw(self.protocol.send(Response(codec.encode(as_q(value)))))

    async def reply_error(self, text: str) -> None:
        """Answer it with a q error."""
        await self.send_raw(self.protocol.send(Response(codec.encode_error(text))))

    async def post(self, value: object) -> None:
        """Send an async message."""
        await self.send_raw(self.protocol.send(AsyncMessage(codec.encode(as_q(value)))))

    async def ask(self, value: object) -> None:
        """Send a sync request; the answer comes as an event."""
        await self.send_raw(self.protocol.send(SyncRequest(codec.encode(as_q(value)))))

    async def send_raw(self, data: bytes) -> None:
        """Send any bytes; what several tasks send is not mixed up."""
        async with self._sending:
            await self.stream.send(data)

    async def echo(self) -> None:
        """Answer each request with its own value, until the client goes."""
        while not isinstance(event := await self.next_event(), EndOfFile):
            if isinstance(event, SyncRequest):
                await self.send_raw(self.protocol.send(Response(event.body, compressed=event.compressed)))
