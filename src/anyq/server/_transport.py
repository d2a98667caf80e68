"""Sockets as a session wants them: receive into its memory, send what fits now.

Theory of operation. Sockets are non-blocking. `wait_readable` is the only place where a session waits for input;
`try_receive` and `try_send` never wait, so that a response leaves in the same step that made it, and only what the
network does not take at once becomes a backlog for a writer task. The same code runs on Trio and asyncio: both can wait
for a descriptor. TLS is the same with an `ssl.MemoryBIO` pair between.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable
from typing import Protocol, cast

import anyio

__all__ = ["SocketTransport", "TlsTransport", "Transport"]

Bytes = bytes | bytearray | memoryview
_RECORDS = 1 << 16
_SOME = 1 << 12


class Transport(Protocol):
    """A byte stream in both directions. One task receives, one sends."""

    @property
    def backlog(self) -> int:
        """Bytes that `try_send` took and the network has not."""

    async def wait_readable(self) -> None:
        """Wait until there is input, or the end of it; or, after `answer_eagerly`, until the reader is needed."""

    def try_receive(self, buffer: memoryview) -> int:
        """How many bytes were put at the start of ``buffer``; 0 at the end of the stream, -1 if there is none now."""

    def try_receive_some(self) -> bytes | None:
        """As `try_receive`, a little at most; ``None`` if there is no input now."""

    def answer_eagerly(self, eager: Callable[[], bool]) -> None:
        """Where the event loop can, call ``eager`` when there is input, in place of waking who waits for it; false
        asks to wake that one nonetheless.
        """

    def try_send(self, data: Bytes) -> int:
        """Send without waiting; how many bytes were taken. ``OSError`` when the stream is broken."""

    async def wait_writable(self) -> None:
        """Wait until `try_send` can make progress."""

    def close(self) -> None:
        """Close the socket, at once. Nobody may be waiting in another method."""


class AnyioReadable:
    """Waits for input by AnyIO."""

    __slots__ = ("_socket",)

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock

    async def wait(self) -> None:
        """Wait until there is input, or the end of it."""
        await anyio.wait_readable(self._socket)

    def close(self) -> None:
        """The socket is about to be closed."""


class AsyncioReadable:
    """Waits for input on asyncio, where to ask for each wait anew takes two system calls and a turn of the loop.

    The socket stays registered from the first wait on. Input that comes while nobody waits ends that, or the loop
    would spin; the next wait registers it again.
    """

    __slots__ = ("_loop", "_number", "_registered", "_waiter", "eager")

    def __init__(self, sock: socket.socket) -> None:
        self._loop = asyncio.get_running_loop()
        self._number = sock.fileno()
        self._registered = False
        self._waiter: asyncio.Future[None] | None = None
        self.eager: Callable[[], bool] | None = None

    async def wait(self) -> None:
        """Wait until there is input, or the end of it."""
        if not self._registered:
            self._loop.add_reader(self._number, self._ready)
            self._registered = True
        waiter = self._waiter = self._loop.create_future()
        try:
            await waiter
        finally:
            self._waiter = None

    def _ready(self) -> None:
        waiter = self._waiter
        if waiter is None:
            self.close()
        elif not waiter.done() and (self.eager is None or not self.eager()) and not waiter.done():
            waiter.set_result(None)

    def close(self) -> None:
        """The socket is about to be closed."""
        if self._registered:
            self._registered = False
            self._loop.remove_reader(self._number)


def readable_of(sock: socket.socket) -> AnyioReadable | AsyncioReadable:
    """The best way to wait for input in the running event loop."""
    try:
        asyncio.get_running_loop().add_reader  # noqa: B018
    except (RuntimeError, AttributeError):
        return AnyioReadable(sock)
    return AsyncioReadable(sock)


class SocketTransport:
    """A connected TCP or unix socket."""

    __slots__ = ("_readable", "_socket")
    backlog = 0

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        if sock.family in (socket.AF_INET, socket.AF_INET6):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._socket = sock
        self._readable: AnyioReadable | AsyncioReadable | None = None

    async def wait_readable(self) -> None:
        # Also where there may be input: clients get their turn in order, and several that are ready are served in one
        # round of the event loop.
        await self._waiting().wait()

    def _waiting(self) -> AnyioReadable | AsyncioReadable:
        if self._readable is None:
            self._readable = readable_of(self._socket)
        return self._readable

    def try_receive(self, buffer: memoryview) -> int:
        try:
            return self._socket.recv_into(buffer)
        except (BlockingIOError, InterruptedError):
            return -1

    def try_receive_some(self) -> bytes | None:
        try:
            return self._socket.recv(_SOME)
        except (BlockingIOError, InterruptedError):
            return None

    def answer_eagerly(self, eager: Callable[[], bool]) -> None:
        readable = self._waiting()
        if isinstance(readable, AsyncioReadable):
            readable.eager = eager

    async def peek(self) -> bytes:
        """The first byte, left where it is; empty at the end of the stream."""
        while True:
            try:
                return self._socket.recv(1, socket.MSG_PEEK)
            except (BlockingIOError, InterruptedError):
                await anyio.wait_readable(self._socket)

    def try_send(self, data: Bytes) -> int:
        try:
            return self._socket.send(data)
        except (BlockingIOError, InterruptedError):
            return 0

    async def wait_writable(self) -> None:
        await anyio.wait_writable(self._socket)

    def close(self) -> None:
        if self._readable is not None:
            self._readable.close()
        self._socket.close()


class TlsTransport:
    """TLS over a socket, the server's side. Call `handshake` first."""

    __slots__ = ("_incoming", "_lower", "_may_have_more", "_outgoing", "_pending", "_received", "_tls")

    def __init__(self, lower: SocketTransport, context: ssl.SSLContext) -> None:
        self._lower = lower
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._pending = memoryview(b"")
        self._received = memoryview(bytearray(_RECORDS))
        self._may_have_more = True  # what follows the handshake may have come with its end

    async def handshake(self) -> None:
        """Do the handshake. ``ssl.SSLError`` or ``OSError`` when it fails; the alert, if any, was sent."""
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                await self._send_all()
                if not await self._fill():
                    raise ConnectionResetError("the stream ended inside the TLS handshake") from None
            except ssl.SSLError:
                self._flush()
                raise
            else:
                return await self._send_all()

    async def _send_all(self) -> None:
        while not self._flush():
            await self._lower.wait_writable()

    async def _fill(self) -> bool:
        while (more := self._try_fill()) is None:
            await self._lower.wait_readable()
        return more

    def _try_fill(self) -> bool | None:
        """Take ciphertext from the socket: false at its end, ``None`` if there is none now."""
        count = self._lower.try_receive(self._received)
        if count < 0:
            return None
        if not count:
            self._incoming.write_eof()
            return False
        self._incoming.write(self._received[:count])
        return True

    def _flush(self) -> bool:
        """Send ciphertext; True when none is left."""
        if self._outgoing.pending:
            self._pending = memoryview(bytes(self._pending) + self._outgoing.read())
        while self._pending:
            sent = self._lower.try_send(self._pending)
            if not sent:
                return False
            self._pending = self._pending[sent:]
        return True

    def _say_goodbye(self) -> None:
        """Send close_notify as far as it goes without waiting; the peer's is not awaited."""
        with contextlib.suppress(ssl.SSLWantReadError):
            self._tls.unwrap()
        self._flush()

    @property
    def backlog(self) -> int:
        return len(self._pending) + self._outgoing.pending

    async def wait_readable(self) -> None:
        if not self._may_have_more:
            await self._lower.wait_readable()

    def try_receive(self, buffer: memoryview) -> int:
        while True:
            try:
                count = cast(int, self._tls.read(len(buffer), buffer))
            except ssl.SSLWantReadError:
                self._flush()
                more = self._try_fill()
                if not more:
                    self._may_have_more = False
                    return -1 if more is None else 0
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return 0
            else:
                self._may_have_more = True
                return count

    def try_receive_some(self) -> bytes | None:
        count = self.try_receive(memoryview(some := bytearray(_SOME)))
        return None if count < 0 else bytes(some[:count])

    def answer_eagerly(self, eager: Callable[[], bool]) -> None:
        """Never: what the socket has may be no whole record."""

    def try_send(self, data: Bytes) -> int:
        view, taken = memoryview(data), 0
        while self._flush() and taken < len(view):
            taken += self._tls.write(view[taken : taken + _RECORDS])
        return taken

    async def wait_writable(self) -> None:
        await self._lower.wait_writable()

    def close(self) -> None:
        with contextlib.suppress(ssl.SSLError, ValueError, OSError):
            self._say_goodbye()
        self._lower.close()
