"""The little that a connection needs from whatever carries its bytes.

There are two carriers. A plain socket is used directly, without a stream on top, so that a reply is
received into the memory it is decoded from; on asyncio its readiness arrives as a callback of the event
loop, which spares a task switch per reply. Everything else (TLS, streams in memory) is an AnyIO byte stream.

Waking a processor that sleeps takes longer than many an answer. So while one answer is due, and the last
one came soon, the event loop is kept from going to sleep for a moment (`_PATIENCE`): it looks for input, and
runs what else there is to run, again and again.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from typing import Final, Protocol

import anyio
import anyio.lowlevel
from anyio.abc import ByteStream

from anyq.protocol import Buffer

__all__ = ["Receiver", "SocketStream", "SocketTransport", "StreamTransport", "Transport", "until_resumed"]

_BLOCKED: Final = (BlockingIOError, InterruptedError)
_BURST: Final = 4 << 20
"""How many bytes one turn of the event loop may receive before others get theirs."""
_CHUNK: Final = 1 << 16
_SMALL: Final = 1 << 12
"""How much is received at first where one answer is due: most are that small, and are not looked at in the buffer."""


class Receiver(Protocol):
    """Who wants the bytes."""

    def get_buffer(self) -> memoryview:
        """Where the next bytes belong."""

    def buffer_updated(self, count: int) -> None:
        """They are there; 0 is the end of the stream. May raise, which ends the receiving."""

    def receive_data(self, data: bytes) -> None:
        """Bytes that are somewhere else already; empty bytes are the end of the stream. May raise."""

    def expects_answer(self) -> bool:
        """Whether what comes next may well be one small answer, whole."""

    def paused(self) -> anyio.Event | None:
        """Something to wait for, and then to `resume`, before more is received; or ``None``."""

    def resume(self) -> None:
        """The wait is over. May raise."""

    def crowded(self, taken: int) -> bool:
        """Whether readers of what was received, ``taken`` bytes in this turn, need theirs before more is received."""


class Transport(Protocol):
    """Carries bytes. One task sends, one receives. What breaks it is an `OSError`."""

    @property
    def in_doubt(self) -> int:
        """Of a `send_some` that did not come back: how many bytes may have been handed over all the same."""

    def try_send(self, data: Buffer) -> int:
        """Hand over what goes without waiting; how many bytes that were."""

    async def send_some(self, pieces: Sequence[memoryview]) -> int:
        """Wait until some of the first piece can be handed over; how much it was.

        The first piece may be replaced by a copy of it while this waits.
        """

    async def receive_once(self, receiver: Receiver) -> bool:
        """Wait for bytes and pass them on; False at the end of the stream (which is passed on too)."""

    async def pump(self, receiver: Receiver) -> None:
        """Receive until the stream ends."""

    async def close(self) -> None:
        """Let go of it without waiting, whoever is cancelled. What was not sent is lost. Never raises."""


class SocketTransport:
    """A connected, non-blocking socket, which this object owns."""

    __slots__ = ("_sock",)

    in_doubt = 0

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def try_send(self, data: Buffer) -> int:
        try:
            return self._sock.send(data)
        except _BLOCKED:
            return 0

    async def send_some(self, pieces: Sequence[memoryview]) -> int:
        while True:
            if count := self.try_send(pieces[0]):
                await anyio.lowlevel.checkpoint()
                return count
            await anyio.wait_writable(self._sock)

    async def receive_once(self, receiver: Receiver) -> bool:
        while True:
            await anyio.wait_readable(self._sock)
            try:
                count = self._sock.recv_into(receiver.get_buffer())
            except _BLOCKED:
                continue
            receiver.buffer_updated(count)
            return count > 0

    async def pump(self, receiver: Receiver) -> None:
        pump = self._pump_by_callback if _has_readiness_callbacks() else self._pump_by_task
        while not await pump(receiver):
            if receiver.paused() is None:
                # The wait was over before this task had its turn; what was received already is still to be looked at.
                receiver.resume()
            await until_resumed(receiver)

    async def close(self) -> None:
        self._sock.close()

    def _burst(self, receiver: Receiver) -> bool | None:
        """Receive what is there, up to a bound. True at the end of the stream, False when the receiver
        pauses.
        """
        if receiver.expects_answer():
            try:
                data = self._sock.recv(_SMALL)
            except _BLOCKED:
                return None
            receiver.receive_data(data)
            if not data:
                return True
            if receiver.paused() is not None:
                return False
            if len(data) < _SMALL:
                return None
        room = _BURST
        while room > 0:
            buffer = receiver.get_buffer()
            count = self._fill(buffer)
            if count is None:
                return None
            receiver.buffer_updated(count)
            if count == 0:
                return True
            if receiver.paused() is not None:
                return False
            room -= count
            if receiver.crowded(_BURST - room):
                return None
            # A small buffer that was not filled means that the socket is empty: asking again would cost a
            # system call.
            if count < len(buffer) <= _CHUNK:
                return None
        return None

    def _fill(self, buffer: memoryview) -> int | None:
        """Receive into ``buffer`` what is there; ``None`` if nothing is, 0 at the end of the stream."""
        count = None
        try:
            count = self._sock.recv_into(buffer)
            limit = min(len(buffer), _BURST) if len(buffer) > _CHUNK else 0
            while 0 < count < limit and (more := self._sock.recv_into(buffer[count:])):
                count += more
        except _BLOCKED:
            pass
        return count

    async def _pump_by_task(self, receiver: Receiver) -> bool:
        while True:
            await anyio.wait_readable(self._sock)
            ended = self._burst(receiver)
            if ended is not None:
                return ended

    async def _pump_by_callback(self, receiver: Receiver) -> bool:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[bool] = loop.create_future()

        def readable() -> None:
            try:
                ended = self._burst(receiver)
            except BaseException as error:
                if not done.done():
                    done.set_exception(error)
            else:
                if ended is None:
                    return
                if not done.done():
                    done.set_result(ended)
            loop.remove_reader(self._sock)

        loop.add_reader(self._sock, readable)
        try:
            return await done
        finally:
            loop.remove_reader(self._sock)


async def until_resumed(receiver: Receiver) -> None:
    """Wait as long as ``receiver`` pauses."""
    while (gate := receiver.paused()) is not None:
        await gate.wait()
        receiver.resume()


def _has_readiness_callbacks() -> bool:
    """Trio has none, and neither have event loops on Windows' completion ports."""
    if anyio.get_cancelled_exc_class() is not asyncio.CancelledError:
        return False
    return not type(asyncio.get_running_loop()).__name__.startswith("Proactor")


class SocketStream(ByteStream):
    """A socket as an AnyIO stream, to put TLS on."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    async def send(self, item: bytes) -> None:
        transport = SocketTransport(self._sock)
        rest = memoryview(item)
        try:
            while rest:
                rest = rest[await transport.send_some([rest]) :]
        except OSError as error:
            raise anyio.BrokenResourceError(str(error)) from error

    async def receive(self, max_bytes: int = _CHUNK) -> bytes:
        while True:
            await anyio.wait_readable(self._sock)
            try:
                data = self._sock.recv(max_bytes)
            except _BLOCKED:
                continue
            except OSError as error:
                raise anyio.BrokenResourceError(str(error)) from error
            if not data:
                raise anyio.EndOfStream
            return data

    async def send_eof(self) -> None:
        self._sock.shutdown(socket.SHUT_WR)

    async def aclose(self) -> None:
        self._sock.close()


class StreamTransport:
    """An AnyIO byte stream, which this object owns."""

    __slots__ = ("_stream", "in_doubt")

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self.in_doubt = 0

    def try_send(self, data: Buffer) -> int:
        return 0

    async def send_some(self, pieces: Sequence[memoryview]) -> int:
        piece = bytes(pieces[0][:_CHUNK])
        self.in_doubt = len(piece)
        try:
            await self._stream.send(piece)
        except (anyio.BrokenResourceError, anyio.ClosedResourceError) as error:
            raise _os_error(error) from error
        self.in_doubt = 0
        return len(piece)

    async def receive_once(self, receiver: Receiver) -> bool:
        try:
            data = await self._stream.receive(_CHUNK)
        except anyio.EndOfStream:
            data = b""
        except (anyio.BrokenResourceError, anyio.ClosedResourceError) as error:
            raise _os_error(error) from error
        receiver.receive_data(data)
        return bool(data)

    async def pump(self, receiver: Receiver) -> None:
        while await self.receive_once(receiver):
            await until_resumed(receiver)

    async def close(self) -> None:
        await anyio.aclose_forcefully(self._stream)


def _os_error(error: Exception) -> OSError:
    cause = error.__cause__
    return cause if isinstance(cause, OSError) else ConnectionError(str(error) or type(error).__name__)
