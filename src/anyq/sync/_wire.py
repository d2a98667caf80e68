"""The socket under a blocking connection: in the clear, or inside TLS.

A plain socket stays in blocking mode, so that an answer costs one system call. What a system call received is put on a
list by the same piece of C code that made the call (``list.extend`` over ``map``): there is no moment in which an
exception from a signal handler could lose it.
"""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
from typing import Any, Final, Protocol

from anyq.protocol import Buffer
from anyq.speedups import speedups
from anyq.sync._interrupt import delicate, deliver, interruptible, pending
from anyq.sync._watched import in_steps, watching

__all__ = ["CompiledWire", "PlainWire", "TlsWire", "Wire", "plain_wire"]

_DONT_WAIT: Final = getattr(socket, "MSG_DONTWAIT", 0)
_CHUNK: Final = 1 << 16
_PIECE_SIZE: Final = 1 << 12
"""Bytes that `Wire.exchange` receives at most; most answers are shorter."""
_PIECE: Final = (_PIECE_SIZE,)
_NOW: Final = (_DONT_WAIT,)
_exchange: Final[Any] = getattr(speedups, "send_and_receive", None)

delicate(__file__)


class Wire(Protocol):
    """Carries bytes. What breaks it is an `OSError`."""

    quick: bool
    """Whether `exchange` may be used."""

    def exchange(self, data: bytes, results: list[Any]) -> None:
        """Send what goes of ``data`` without waiting; if all went, wait for bytes, and receive the first few thousand.

        What became of it is on ``results`` then, also if that is interrupted: how many bytes were sent, and those
        received; less if it did not get so far.
        """

    counts: list[int]
    """What `receive` received, when it was interrupted before it could say so."""

    def send(self, data: Buffer) -> int:
        """Send what goes without waiting; how much that was."""

    def receive(self, buffer: memoryview) -> int:
        """Wait for bytes, and put them at the start of ``buffer``; 0 at the end of the stream."""

    def ready(self, *, sending: bool = False, timeout: float | None = None) -> bool:
        """Wait at most ``timeout`` seconds until there is something to receive (or room, when ``sending``)."""

    def fileno(self) -> int:
        """The socket's number."""

    def shut(self) -> None:
        """End the stream in both directions, so that a thread that waits for it wakes. Any thread may call this."""

    def close(self) -> None:
        """Close the socket. Never raises."""


class PlainWire:
    """A connected socket in blocking mode, which this object owns."""

    __slots__ = ("_number", "_poller", "_receive", "_send", "_sock", "counts")

    quick = bool(_DONT_WAIT)

    def __init__(self, sock: socket.socket) -> None:
        sock.settimeout(None)
        self.counts: list[int] = []
        self._sock = sock
        self._receive = sock.recv_into
        self._send = sock.send
        self._poller = _Poller(sock)
        self._number = sock.fileno()

    @interruptible
    def exchange(self, data: bytes, results: list[Any]) -> None:
        if pending:
            deliver()
        with contextlib.suppress(BlockingIOError):
            results.extend(map(self._send, (data,), _NOW))
            if results[0] == len(data):
                results.extend(map(self._sock.recv, _PIECE))

    def send(self, data: Buffer) -> int:
        if not _DONT_WAIT and not self.ready(sending=True, timeout=0):
            return 0
        try:
            return self._send(data, _DONT_WAIT)
        except (BlockingIOError, InterruptedError):
            return 0

    @interruptible
    def receive(self, buffer: memoryview) -> int:
        if pending:
            deliver()
        if watching():
            self._poller.wait(False, None)
        self.counts.extend(map(self._receive, (buffer,)))
        return self.counts[0]

    def ready(self, *, sending: bool = False, timeout: float | None = None) -> bool:
        return self._poller.wait(sending, timeout)

    def fileno(self) -> int:
        return self._sock.fileno()

    def shut(self) -> None:
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self._sock, socket.SHUT_RDWR)

    def close(self) -> None:
        self._sock.close()


class CompiledWire(PlainWire):
    """A `PlainWire` whose exchange is one piece of C code."""

    __slots__ = ()

    @interruptible
    def exchange(self, data: bytes, results: list[Any]) -> None:
        if pending:
            deliver()
        _exchange(self._number, data, _PIECE_SIZE, results)


class TlsWire:
    """A TLS socket, which this object owns; in non-blocking mode, as a record may end in the middle."""

    __slots__ = ("_poller", "_sock", "counts")

    quick = False  # a record is more than one system call, so signals may come in between

    def __init__(self, sock: ssl.SSLSocket) -> None:
        sock.settimeout(0)
        self.counts: list[int] = []
        self._sock = sock
        self._poller = _Poller(sock)

    def send(self, data: Buffer) -> int:
        try:
            return self._sock.send(memoryview(data)[:_CHUNK])
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return 0

    def exchange(self, data: bytes, results: list[Any]) -> None:
        raise NotImplementedError

    def receive(self, buffer: memoryview) -> int:
        while True:
            try:
                self.counts.append(self._sock.recv_into(buffer))
            except ssl.SSLWantReadError:
                self._poller.wait(False, None)
            except ssl.SSLWantWriteError:
                self._poller.wait(True, None)
            else:
                return self.counts[0]

    def ready(self, *, sending: bool = False, timeout: float | None = None) -> bool:
        return bool(self._sock.pending()) or self._poller.wait(sending, timeout)

    def fileno(self) -> int:
        return self._sock.fileno()

    def shut(self) -> None:
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self._sock, socket.SHUT_RDWR)

    def close(self) -> None:
        self._sock.close()


def plain_wire(sock: socket.socket) -> PlainWire:
    """The quicker of the wires in the clear that there are here."""
    return PlainWire(sock) if _exchange is None else CompiledWire(sock)


class _Poller:
    """Waits for a socket, interruptibly. It keeps no state, so an interrupt can do no harm."""

    __slots__ = ("_poll", "_sock")

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._poll = select.poll() if hasattr(select, "poll") else None
        if self._poll is not None:
            self._poll.register(sock, select.POLLIN)

    @interruptible
    def wait(self, sending: bool, timeout: float | None) -> bool:
        if pending:
            deliver()
        if sending and self._poll is not None:
            self._poll.modify(self._sock, select.POLLIN | select.POLLOUT)
        try:
            if watching():
                return in_steps(lambda seconds: self._wait(sending, seconds), timeout)
            return self._wait(sending, timeout)
        finally:
            if sending and self._poll is not None:
                self._poll.modify(self._sock, select.POLLIN)

    @interruptible
    def _wait(self, sending: bool, timeout: float | None) -> bool:
        if self._poll is None:
            sock = [self._sock]
            return any(select.select(sock, sock if sending else [], [], timeout))
        return bool(self._poll.poll(None if timeout is None else max(0, timeout * 1000)))
