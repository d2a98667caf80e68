"""Listening sockets: TCP, and unix sockets where q clients look for them."""

from __future__ import annotations

import os
import socket
import ssl
import stat
from pathlib import Path

import attrs

__all__ = ["Listener", "abstract_name", "listen_tcp", "listen_unix"]

_BACKLOG = 1024


@attrs.define
class Listener:
    """One listening socket. ``tls`` with ``plain`` takes both kinds of clients on one port."""

    socket: socket.socket
    address: str
    tls: ssl.SSLContext | None = None
    plain: bool = True
    path: Path | None = None

    def close(self) -> None:
        """Close the socket; remove its file, if it has one."""
        self.socket.close()
        if self.path is not None:
            self.path.unlink(missing_ok=True)


def listen_tcp(host: str, port: int) -> list[tuple[socket.socket, str]]:
    """Sockets for each address of ``host``; port 0 is one free port for all of them. ``OSError`` if it is taken."""
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise _failed(error, f"{host}:{port}") from error
    made: list[tuple[socket.socket, str]] = []
    try:
        for family, _, _, _, address in dict.fromkeys(found):
            sock = _bound(family, (address[0], port, *address[2:]))
            port = sock.getsockname()[1]
            made.append((sock, f"{host}:{port}"))
    except OSError as error:
        for sock, _ in made:
            sock.close()
        raise _failed(error, f"{host}:{port}") from error
    return made


def _failed(error: OSError, where: str) -> OSError:
    return OSError(error.errno, f"cannot listen on {where}: {error.strerror or error}")


def _bound(family: int, address: object) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        if family != socket.AF_UNIX:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind(address)  # type: ignore[arg-type]
        sock.listen(_BACKLOG)
    except BaseException:
        sock.close()
        raise
    return sock


def abstract_name(port: int) -> str:
    """Where clients on this machine look for the q that listens on ``port`` (page basics/listening-port.md)."""
    directory = os.environ.get("QUDSPATH") or "/tmp"
    return f"@{directory}/kx.{port}"


def listen_unix(name: str) -> tuple[socket.socket, str, Path | None]:
    """A socket at a path, or for ``@name`` in Linux' abstract namespace.

    A socket file that nobody listens on is replaced. The file is for its owner only.
    """
    try:
        if name.startswith("@"):
            return _bound(socket.AF_UNIX, "\0" + name[1:]), f"unix:{name}", None
        path = Path(name)
        _remove_stale(path)
        before = os.umask(0o177)
        try:
            return _bound(socket.AF_UNIX, str(path)), f"unix:{name}", path
        finally:
            os.umask(before)
    except OSError as error:
        raise _failed(error, f"unix:{name}") from error


def _remove_stale(path: Path) -> None:
    try:
        if not stat.S_ISSOCK(path.stat().st_mode):
            return
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
