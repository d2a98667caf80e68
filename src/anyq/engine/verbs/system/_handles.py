"""Handles: ``hopen``, ``hclose``, and the process itself (page ref/hopen.md)."""

from __future__ import annotations

from anyq.errors import QError
from anyq.values import NULL, Atom, List, QType, Value, Vector

from ...kernel._support import INTEGERS, integer
from ...session._context import Context
from ...session._vocabulary import Vocabulary

__all__ = ["install"]


def _target(x: Value) -> str:
    """``x`` as the text of an address or a file, without its first colon; a number is a port of this machine."""
    if isinstance(x, Atom) and x.qtype in INTEGERS:
        return f":{integer(x)}"
    if isinstance(x, Atom) and x.qtype is QType.SYMBOL:
        return str(x.raw).removeprefix(":")
    if isinstance(x, Vector) and x.qtype is QType.CHAR:
        return bytes(x).decode("utf-8", "surrogateescape").removeprefix(":")
    raise QError("type")


def _address(x: Value) -> tuple[str, float | None]:
    """A target, and the seconds that connecting to it may take: ``(target;milliseconds)`` bounds them."""
    timeout = None
    if isinstance(x, List) and len(x) == 2:
        x, limit = x.items
        if not (isinstance(limit, Atom) and limit.qtype in INTEGERS):
            raise QError("type")
        timeout = integer(limit) / 1000 or None
    elif isinstance(x, Vector) and x.qtype in INTEGERS and len(x) == 2:
        timeout = integer(x[1]) / 1000 or None
        x = x[0]
    return _target(x), timeout


def hopen(q: Context, x: Value) -> Value:
    """A new handle to a process or file; ``(target;milliseconds)`` bounds the waiting."""
    return Atom(QType.INT, q.host.open(*_address(x)))


def hclose(q: Context, x: Value) -> Value:
    """Close a handle."""
    if not (isinstance(x, Atom) and x.qtype in INTEGERS):
        raise QError("type")
    q.host.close(integer(x))
    return NULL


def leave(q: Context, x: Value) -> Value:
    """``exit``: end the process."""
    if not (isinstance(x, Atom) and x.qtype in INTEGERS):
        raise QError("type")
    q.host.exit(integer(x))
    return NULL


def once(q: Context, target: Value, message: Value) -> Value:
    """``:host:port`` applied to a message: connect, ask, disconnect."""
    handle = q.host.open(*_address(target))
    try:
        return q.host.call(handle, message)
    finally:
        q.host.close(handle)


def install(vocabulary: Vocabulary) -> None:
    """Enter this family's names."""
    vocabulary.unary("hopen", hopen, context=True)
    vocabulary.unary("hclose", hclose, context=True)
    vocabulary.unary("exit", leave, context=True)
