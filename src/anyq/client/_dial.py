"""From an address to a transport: TCP, unix sockets, and TLS on either."""

from __future__ import annotations

import errno
import os
import socket
import ssl
from typing import Final

import anyio
from anyio.abc import ByteStream
from anyio.streams.tls import TLSStream

from anyq.client._address import Address
from anyq.client._options import Options
from anyq.client._tls import client_context
from anyq.client._transport import SocketStream, SocketTransport, StreamTransport, Transport
from anyq.errors import ConnectError
from anyq.protocol import broken_reason

__all__ = ["dial", "dial_socket", "phase_error", "tls_reason", "tune_socket"]

_IN_PROGRESS: Final = {errno.EINPROGRESS, errno.EWOULDBLOCK, getattr(errno, "WSAEWOULDBLOCK", errno.EWOULDBLOCK)}
_KEEPALIVE: Final = (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 20), ("TCP_KEEPCNT", 5))
_STAGGER: Final = 0.25
"""Seconds that an address of several gets before the next is tried beside it (RFC 8305)."""


async def dial(address: Address, options: Options) -> Transport:
    """A transport to ``address`` over which nothing was said yet; TLS, if wanted, is in place.

    Raises `ConnectError` naming the place and the phase. Cancelled or failing, it leaves no socket behind.
    """
    if options.dial is not None:
        return await _dial_with(address, options)
    sock = await dial_socket(address, options)
    if not address.tls:
        return SocketTransport(sock)
    return await _start_tls(SocketStream(sock), address, options)


async def dial_socket(address: Address, options: Options) -> socket.socket:
    """A connected, non-blocking socket. Raises as `dial`."""
    sock = await (_connect_unix(address) if address.unix else _connect_tcp(address))
    tune_socket(sock, options)
    return sock


async def _dial_with(address: Address, options: Options) -> Transport:
    assert options.dial is not None
    try:
        stream = await options.dial(address)
    except OSError as error:
        raise phase_error(address, "connecting", error) from error
    if address.tls:
        return await _start_tls(stream, address, options)
    return StreamTransport(stream)


def phase_error(address: Address, phase: str, error: Exception) -> ConnectError:
    """What to raise because of ``error`` in that phase of connecting."""
    return ConnectError(f"cannot connect to {address}: {phase}: {broken_reason(error)}")


async def _connect_tcp(address: Address) -> socket.socket:
    try:
        found = await anyio.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise phase_error(address, "looking up the name", error) from error
    winner: list[socket.socket] = []
    errors: list[OSError] = []

    async def attempt(family: int, target: tuple[object, ...], failed: anyio.Event) -> None:
        try:
            sock = await _connect(family, target)
        except OSError as error:
            errors.append(error)
            failed.set()
        else:
            if winner:
                sock.close()
            else:
                winner.append(sock)
                tasks.cancel_scope.cancel()

    try:
        async with anyio.create_task_group() as tasks:
            for family, _, _, _, target in found:
                failed = anyio.Event()
                tasks.start_soon(attempt, family, target, failed)
                with anyio.move_on_after(_STAGGER):
                    await failed.wait()
    except BaseException:
        for sock in winner:
            sock.close()
        raise
    if not winner:
        raise phase_error(address, "connecting", errors[0]) from errors[0]
    return winner[0]


async def _connect_unix(address: Address) -> socket.socket:
    errors: list[OSError] = []
    for name in address.socket_names:
        try:
            return await _connect(socket.AF_UNIX, name)
        except OSError as error:
            errors.append(error)
    raise phase_error(address, "connecting", errors[-1]) from errors[-1]


async def _connect(family: int, target: object) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        code = sock.connect_ex(target)  # type: ignore[arg-type]
        if code in _IN_PROGRESS:
            await anyio.wait_writable(sock)
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, os.strerror(code))
    except BaseException:
        sock.close()
        raise
    return sock


def tune_socket(sock: socket.socket, options: Options) -> None:
    """What is set on every TCP socket; nothing on others."""
    if sock.family == getattr(socket, "AF_UNIX", None):
        return
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if options.keepalive:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, seconds in _KEEPALIVE:
            if hasattr(socket, name):
                sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), seconds)


async def _start_tls(stream: ByteStream, address: Address, options: Options) -> Transport:
    """TLS over ``stream``, which is closed if that fails."""
    try:
        context = client_context(options)
        hostname = options.server_hostname or address.host
        # Truncation is noticed by the framing of messages, so a peer may close without TLS's own farewell.
        secure = await TLSStream.wrap(
            stream, server_side=False, hostname=hostname, ssl_context=context, standard_compatible=False
        )
    except (OSError, ssl.SSLError, anyio.BrokenResourceError, anyio.EndOfStream, ValueError) as error:
        await anyio.aclose_forcefully(stream)
        raise phase_error(address, "starting TLS", tls_reason(error)) from error
    except BaseException:
        with anyio.CancelScope(shield=True):
            await anyio.aclose_forcefully(stream)
        raise
    return StreamTransport(secure)


def tls_reason(error: Exception) -> Exception:
    """Why TLS could not be started, in words that do not guess wrong."""
    cause = error.__cause__
    if isinstance(error, anyio.EndOfStream | ssl.SSLEOFError | ConnectionResetError | BrokenPipeError):
        return ConnectionError(
            "the peer closed the connection: that port speaks no TLS, or there is no room for another client"
        )
    return cause if isinstance(cause, OSError) else error
