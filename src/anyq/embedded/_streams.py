"""Pipes, terminals and FIFOs: reading and writing what may block, in short steps.

A pipe that nobody drains, or a FIFO without another end, holds its reader or writer for ever. Here each step waits
a moment at most; ``look``, which is called between them, raises when the evaluation is to end.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Final

__all__ = ["append_to_stream", "blocking_stream", "is_stream", "read_stream", "write_stream"]

_STEP: Final = 0.05
_PIECE: Final = 1 << 16
_WRITES: Final = getattr(select, "PIPE_BUF", 512)
"""Bytes that a pipe takes whole when it takes any (POSIX)."""

Look = Callable[[], object]


def _blocks(mode: int) -> bool:
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or stat.S_ISCHR(mode)


def is_stream(path: Path) -> bool:
    """Whether reading or writing the file at a path may block: a FIFO, a device, a socket."""
    try:
        return hasattr(select, "poll") and _blocks(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def blocking_stream(file: IO[Any]) -> int | None:
    """The descriptor of an open file that may block its writer, else ``None``."""
    if not hasattr(select, "poll"):
        return None
    try:
        number = file.fileno()
        return number if _blocks(os.fstat(number).st_mode) else None
    except (OSError, ValueError, AttributeError):
        return None


def _wait(number: int, event: int, look: Look) -> None:
    poll = select.poll()
    poll.register(number, event)
    look()
    while not poll.poll(_STEP * 1000):
        look()


def write_stream(number: int, data: bytes, look: Look) -> None:
    """Write all of ``data`` to a pipe, terminal or socket. `OSError` when its other end is gone.

    Given up, a part of it has been written.
    """
    rest = memoryview(data)
    with contextlib.ExitStack() as stack:
        send = _sender(number, stack)
        while rest:
            _wait(number, select.POLLOUT, look)
            with contextlib.suppress(BlockingIOError):
                rest = rest[send(rest[:_WRITES]) :]


def _sender(number: int, stack: contextlib.ExitStack) -> Callable[[memoryview], int]:
    if not stat.S_ISSOCK(os.fstat(number).st_mode):
        return lambda piece: os.write(number, piece)
    sock = stack.enter_context(socket.socket(fileno=os.dup(number)))
    return lambda piece: sock.send(piece, socket.MSG_DONTWAIT)


def read_stream(path: Path, length: int | None, look: Look) -> bytes:
    """What comes out of a FIFO or device until its end, or the first ``length`` bytes."""
    pieces: list[bytes] = []
    left = -1 if length is None else length
    number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        while left:
            _wait(number, select.POLLIN, look)
            try:
                piece = os.read(number, _PIECE if left < 0 else min(left, _PIECE))
            except BlockingIOError:
                continue
            if not piece:
                break
            pieces.append(piece)
            left -= len(piece) if left > 0 else 0
    finally:
        os.close(number)
    return b"".join(pieces)


def append_to_stream(path: Path, data: bytes, look: Look) -> None:
    """Write to a FIFO or device, waiting for somebody who reads it."""
    while True:
        try:
            number = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            break
        except OSError:
            if not stat.S_ISFIFO(path.stat().st_mode):
                raise
            look()
            time.sleep(_STEP)
    try:
        write_stream(number, data, look)
    finally:
        os.close(number)
