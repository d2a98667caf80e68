"""A socket and the protocol on it, moved by hand: nothing here waits unless it says so."""

from __future__ import annotations

import socket
import ssl
from typing import Final

import anyio

from anyq.errors import ConnectionLost
from anyq.protocol import NEED_DATA, Connection, Event, Message, NeedData, Outbox

__all__ = ["Wire", "shake_hands"]

_BLOCKED: Final = (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
"""A TLS socket that does not block may want either before it does what it was asked."""


async def shake_hands(sock: ssl.SSLSocket) -> None:
    """Do TLS's handshake on a socket that does not block. `OSError` if it fails; cancelled, the socket is of no use."""
    while True:
        try:
            sock.do_handshake()
        except ssl.SSLWantReadError:
            await anyio.wait_readable(sock)
        except ssl.SSLWantWriteError:
            await anyio.wait_writable(sock)
        else:
            return


class Wire:
    """One side of a q connection over a non-blocking socket, plain or TLS, which it owns."""

    def __init__(self, sock: socket.socket, protocol: Connection) -> None:
        self.sock = sock
        self.protocol = protocol
        self.outbox = Outbox(protocol)
        self.sent = self.received = 0
        """How many bytes the network took, and gave."""

    @property
    def unsent(self) -> int:
        """How many bytes wait for the network to take them."""
        return len(self.outbox)

    def write(self, data: bytes) -> None:
        """Send these bytes behind those that wait."""
        self.outbox.add(data)
        self.flush()

    def send(self, event: Message) -> None:
        """Send a message behind the bytes that wait."""
        self.write(self.protocol.send(event))

    def send_next(self) -> bool:
        """Hand over the next queued message, if the network took all before it. False if nothing went."""
        if not self.flush():
            return False
        if not self.outbox.take():
            return False
        self.flush()
        return True

    def flush(self) -> bool:
        """Hand over what waits; whether that was all. Raises `ConnectionLost`."""
        while self.outbox:
            try:
                count = self.sock.send(self.outbox.pieces[0])
            except _BLOCKED:
                return False
            except OSError as error:
                raise ConnectionLost(f"the connection broke: {error}") from error
            self.sent += count
            self.outbox.sent(count)
        return True

    def next_event(self) -> Event | NeedData:
        """The next event, read from the network if need be. Raises `ConnectionLost` or what the protocol raises."""
        while (event := self.protocol.next_event()) is NEED_DATA:
            try:
                count = self.sock.recv_into(self.protocol.get_buffer())
            except _BLOCKED:
                break
            except OSError as error:
                raise ConnectionLost(f"the connection broke: {error}") from error
            self.received += count
            self.protocol.buffer_updated(count)
        return event

    async def wait(self) -> None:
        """Wait until there is something to read, or to write if something waits for that.

        Call `next_event` before: what TLS has read and not given yet is not waited for. Cancelled, nothing is lost.
        """
        if self.flush():
            await anyio.wait_readable(self.sock)
            return

        async def writable() -> None:
            await anyio.wait_writable(self.sock)
            tasks.cancel_scope.cancel()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(writable)
            await anyio.wait_readable(self.sock)
            tasks.cancel_scope.cancel()

    def close(self) -> None:
        """Let go of the socket."""
        self.sock.close()
