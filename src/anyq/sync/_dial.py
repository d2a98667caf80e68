"""From an address to a wire, blocking: TCP, unix sockets, and TLS on either."""

from __future__ import annotations

import errno
import os
import selectors
import socket
import ssl
import time
from typing import Final

from anyq.client import Address, Options, tls_reason, tune_socket, wrapped
from anyq.errors import ConnectError, ConnectTimeout
from anyq.protocol import broken_reason
from anyq.sync._watched import in_steps, look_up, watching
from anyq.sync._wire import TlsWire, Wire, plain_wire

__all__ = ["dial"]

_IN_PROGRESS: Final = {errno.EINPROGRESS, errno.EWOULDBLOCK, getattr(errno, "WSAEWOULDBLOCK", errno.EWOULDBLOCK)}
_Selector: Final = getattr(selectors, "PollSelector", selectors.SelectSelector)
"""`select.select` knows no descriptors above 1,023, and epoll needs a descriptor of its own."""
_STAGGER: Final = 0.25
"""Seconds that an address of several gets before the next is tried beside it (RFC 8305)."""


def dial(address: Address, options: Options, deadline: float | None) -> Wire:
    """A wire to ``address`` over which nothing was said yet; TLS, if wanted, is in place.

    ``deadline`` is a time of `time.monotonic`. Raises `ConnectError` naming the place and the phase, `ConnectTimeout`;
    failing or interrupted, it leaves no socket behind.
    """
    sock = _connect_unix(address, deadline) if address.unix else _connect_tcp(address, deadline)
    try:
        tune_socket(sock, options)
        if address.tls:
            return TlsWire(_start_tls(sock, address, options, deadline))
        return plain_wire(sock)
    except BaseException:
        sock.close()
        raise


def _error(address: Address, phase: str, error: Exception) -> ConnectError:
    if isinstance(error, TimeoutError) and error.errno is None:
        return ConnectTimeout(f"cannot connect to {address}: {phase}: no answer in time")
    return ConnectError(f"cannot connect to {address}: {phase}: {broken_reason(error)}")


def _left(deadline: float | None) -> float | None:
    if deadline is None:
        return None
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _connect_unix(address: Address, deadline: float | None) -> socket.socket:
    error: OSError = OSError("no name to try")
    for name in address.socket_names:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            _join_unix(sock, name, deadline)
        except OSError as failed:
            sock.close()
            error = failed
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise _error(address, "connecting", error) from error


def _join_unix(sock: socket.socket, name: bytes, deadline: float | None) -> None:
    """Connect to a unix socket, which takes time when its backlog is full."""
    if not watching():
        sock.settimeout(_left(deadline))
        sock.connect(name)
        return
    sock.setblocking(False)

    def joined(seconds: float | None) -> bool:
        try:
            sock.connect(name)
        except BlockingIOError:
            time.sleep(seconds or 0)
            return False
        return True

    if not in_steps(joined, _left(deadline)):
        raise TimeoutError


def _connect_tcp(address: Address, deadline: float | None) -> socket.socket:
    try:
        found = look_up(address.host, address.port, deadline)
    except (OSError, UnicodeError) as error:
        raise _error(address, "looking up the name", error) from error
    race = _Race([(family, target) for family, _, _, _, target in found])
    try:
        return race.run(deadline)
    except OSError as error:
        raise _error(address, "connecting", error) from error
    finally:
        race.close()


class _Race:
    """Connects to several addresses, each some time after the one before, and takes the first that answers."""

    def __init__(self, targets: list[tuple[int, tuple[object, ...]]]) -> None:
        self._targets = targets
        self._trying: dict[socket.socket, None] = {}
        self._ready: list[socket.socket] = []
        self._error: OSError | None = None

    def run(self, deadline: float | None) -> socket.socket:
        for family, target in self._targets:
            winner = self._start(family, target) or self._wait(_STAGGER, deadline)
            if winner is not None:
                return winner
        while self._trying:
            winner = self._wait(None, deadline)
            if winner is not None:
                return winner
        raise self._error or OSError("the name has no address")

    def _start(self, family: int, target: tuple[object, ...]) -> socket.socket | None:
        sock = socket.socket(family, socket.SOCK_STREAM)
        self._trying[sock] = None
        sock.setblocking(False)
        code = sock.connect_ex(target)
        return None if code in _IN_PROGRESS else self._judge(sock, code)

    def _wait(self, pause: float | None, deadline: float | None) -> socket.socket | None:
        """The first socket that is connected; ``None`` after ``pause``, or when one has failed."""
        if not self._trying:
            return None
        left = _left(deadline)
        timeout = pause if left is None or (pause is not None and pause < left) else left
        in_steps(self._some_ready, timeout)
        for sock in self._ready:
            winner = self._judge(sock, sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
            if winner is not None:
                return winner
        return None

    def _some_ready(self, timeout: float | None) -> bool:
        with _Selector() as selector:
            for sock in self._trying:
                selector.register(sock, selectors.EVENT_WRITE)
            self._ready = [key.fileobj for key, _ in selector.select(timeout)]  # type: ignore[misc]
        return bool(self._ready)

    def _judge(self, sock: socket.socket, code: int) -> socket.socket | None:
        del self._trying[sock]
        if not code:
            return sock
        sock.close()
        self._error = self._error or OSError(code, os.strerror(code))
        return None

    def close(self) -> None:
        """Let go of those that did not win."""
        for sock in self._trying:
            sock.close()


def _start_tls(sock: socket.socket, address: Address, options: Options, deadline: float | None) -> ssl.SSLSocket:
    try:
        secure = wrapped(sock, options, address)
        try:
            secure.setblocking(False)
            _shake_hands(secure, deadline)
        except BaseException:
            secure.close()
            raise
        return secure
    except (OSError, ValueError) as error:
        raise _error(address, "starting TLS", tls_reason(error)) from error


def _shake_hands(secure: ssl.SSLSocket, deadline: float | None) -> None:
    def ready(event: int) -> bool:
        with _Selector() as selector:
            selector.register(secure, event)
            return in_steps(lambda seconds: bool(selector.select(seconds)), _left(deadline))

    while True:
        try:
            secure.do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError) as error:
            event = selectors.EVENT_READ if isinstance(error, ssl.SSLWantReadError) else selectors.EVENT_WRITE
            if not ready(event):
                raise TimeoutError from None
        else:
            return
