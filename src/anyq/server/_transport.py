"""Sockets as a session wants them: receive into its memory, send what fits now.

Theory of operation. Sockets are non-blocking. `wait_readable` is the only place where a session waits for input;
`try_receive` and `try_send` never wait, so that a response leaves in the same step that made it, and only what the
network does not take at once becomes a backlog for a writer task. The same code runs on Trio and asyncio: both can wait
for a descriptor. TLS is the same with an `ssl.MemoryBIO` pair between.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import sys
from typing import Any, Protocol, cast

import anyio

from ._readiness import Eager, Lookout, Readable

__all__ = ["SocketTransport", "TlsTransport", "Transport"]

Bytes = bytes | bytearray | memoryview
_RECORDS = 1 << 16
_AT_ONCE = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
"""``struct linger``: drop what was not sent, and reset the connection (socket(7))."""


class Transport(Protocol):
    """A byte stream in both directions. One task receives, one sends."""

    @property
    def backlog(self) -> int:
        """Bytes that `try_send` took and the network has not."""

    @property
    def certificate(self) -> dict[str, Any]:
        """The certificate that the peer has shown and TLS has checked, as `ssl.SSLSocket.getpeercert` gives it."""

    async def wait_readable(self) -> None:
        """Wait until there is input, or the end of it."""

    def try_receive(self, buffer: memoryview) -> int:
        """How many bytes were put at the start of ``buffer``; 0 at the end of the stream, -1 if there is none now."""

    def try_send(self, data: Bytes) -> int:
        """Send without waiting; how many bytes were taken. ``OSError`` when the stream is broken."""

    async def wait_writable(self) -> None:
        """Wait until `try_send` can make progress."""

    def close(self) -> None:
        """Close the socket, at once. Nobody may be waiting in another method."""

    def reset(self) -> None:
        """As `close`, but so that the peer sees a broken connection: an orderly end is how q refuses a login."""


class SocketTransport:
    """A connected TCP or unix socket."""

    __slots__ = ("_lookout", "_readable", "_socket")
    backlog = 0
    certificate: dict[str, Any] = {}  # noqa: RUF012 - nobody changes it

    def __init__(self, sock: socket.socket, lookout: Lookout) -> None:
        sock.setblocking(False)
        if sock.family in (socket.AF_INET, socket.AF_INET6):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._socket = sock
        self._lookout = lookout
        self._readable: Readable | None = None

    @property
    def socket(self) -> socket.socket:
        return self._socket

    async def wait_readable(self) -> None:
        # Also where there may be input: clients get their turn in order, and several that are ready are served in one
        # round of the event loop.
        await self._waiting().wait()

    def _waiting(self) -> Readable:
        if self._readable is None:
            self._readable = self._lookout.readable(self._socket)
        return self._readable

    def try_receive(self, buffer: memoryview) -> int:
        try:
            return self._socket.recv_into(buffer)
        except (BlockingIOError, InterruptedError):
            return -1

    def answer_eagerly(self, eager: Eager) -> None:
        """Have ``eager`` called when there is input, in place of waking who waits for it; see `Readable`."""
        self._waiting().eager = eager

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

    def reset(self) -> None:
        if self._socket.family in (socket.AF_INET, socket.AF_INET6):
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        self.close()

    def close(self) -> None:
        if self._readable is not None:
            self._readable.close()
        self._socket.close()


class TlsTransport:
    """TLS over a socket, the server's side. Call `handshake` first."""

    __slots__ = ("_incoming", "_lower", "_may_have_more", "_outgoing", "_pending", "_received", "_shaken", "_tls")

    def __init__(self, lower: SocketTransport, context: ssl.SSLContext) -> None:
        self._lower = lower
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._pending = memoryview(b"")
        self._shaken = False
        self._received = memoryview(bytearray(_RECORDS))
        self._may_have_more = True  # what follows the handshake may have come with its end

    async def handshake(self) -> None:
        """Do the handshake. ``ssl.SSLError`` or ``OSError`` when it fails; the alert, if any, was sent."""
        while not self.try_handshake():
            if self._pending:
                await self._lower.wait_writable()
            else:
                await self._lower.wait_readable()

    def try_handshake(self) -> bool:
        """Go on with the handshake as far as it goes without waiting; whether it is done. Raises as `handshake`."""
        while not self._shaken:
            try:
                self._tls.do_handshake()
                self._shaken = True
            except ssl.SSLWantReadError:
                if not self._flush():
                    return False
                more = self._try_fill()
                if more is None:
                    return False
                if not more:
                    raise ConnectionResetError("the stream ended inside the TLS handshake") from None
            except ssl.SSLError:
                self._flush()
                raise
        return self._flush()

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

    @property
    def certificate(self) -> dict[str, Any]:
        return self._tls.getpeercert() or {}

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

    def reset(self) -> None:
        self._lower.reset()
