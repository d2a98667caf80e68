"""Logs: messages in a file, one after the other, and their replay (``-11!``, page basics/internal.md)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from anyq.codec import decode_first
from anyq.errors import DecodeError, LimitError, QError
from anyq.values import List, Value, Vector

from ...kernel._support import integer, long, longs
from ...session._context import Context
from ._files import is_file, path_of
from ._stored import LOG

__all__ = ["replay"]

_ALL: Final = -1
_CHECK: Final = -2


def _messages(data: bytes, path: str) -> Iterator[tuple[Value, int]]:
    """The messages of a log, each with the place where it ends; ends where one is not whole."""
    if not data.startswith(LOG[:4]):
        raise QError(f"{path}. The file is no log")
    at = len(LOG)
    view = memoryview(data)
    while at < len(data):
        try:
            message, size = decode_first(view[at:])
        except (DecodeError, LimitError):
            return
        at += size
        yield message, at


def replay(q: Context, x: Value) -> Value:
    """q's ``-11!``: apply the messages of a log in order; their number.

    ``(n;file)`` stops after ``n`` messages. ``(-2;file)`` applies none: the number of messages, and for a log whose end
    is damaged also the length of its good part. A damaged end is the error ``badtail``, after all messages before it.
    """
    limit = _ALL
    if isinstance(x, List | Vector) and len(x) == 2 and not is_file(x):
        limit, x = integer(x[0]), x[1]
    path = path_of(x)
    data = q.host.read(path)
    if limit == _CHECK:
        return _checked(data, path)
    done, end = 0, len(LOG)
    for message, place in _messages(data, path):
        if done == limit:
            return long(done)
        end = place
        q.check()
        q.received(message)
        done += 1
    if end < len(data) and done != limit:
        raise QError("badtail")
    return long(done)


def _checked(data: bytes, path: str) -> Value:
    count, end = 0, len(LOG)
    for _, place in _messages(data, path):
        count, end = count + 1, place
    return long(count) if end == len(data) else longs([count, end])
