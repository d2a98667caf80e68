"""Handles: ``hopen``, ``hclose``, and the process itself (page ref/hopen.md)."""

from __future__ import annotations

from anyq.errors import QError
from anyq.values import NULL, Atom, List, QType, Value, Vector

from ...kernel._support import INTEGERS, chars, integer, text_of
from ...session._context import Context
from ...session._functions import is_function
from ...session._vocabulary import Vocabulary

__all__ = ["install", "once", "send"]


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


def send(q: Context, handle: int, message: Value) -> Value:
    """Apply a handle: 0 is this process, 1 and 2 write, negative ones write a line or send without waiting."""
    if handle == 0:
        return q.received(message)
    if handle in (1, 2, -1, -2):
        _print(q, abs(handle), message, newline=handle < 0)
        return Atom(QType.LONG, handle)
    if handle < 0:
        return q.host.post(-handle, message)
    try:
        return q.host.call(handle, message)
    except QError as error:
        if is_function(message) and error.text.startswith("Cannot write"):
            raise QError("type") from None  # a number that is no handle is no function either
        raise


def _print(q: Context, stream: int, message: Value, *, newline: bool) -> None:
    for line in message.items if isinstance(message, List) else (message,):
        if not isinstance(line, Atom | Vector) or line.qtype is not QType.CHAR:
            raise QError("type")
        data = text_of(line)
        q.host.write(stream, data + b"\n" if newline else data)


def _url(x: Value) -> str:
    text = str(x.raw) if isinstance(x, Atom) and x.qtype is QType.SYMBOL else text_of(x).decode("latin-1")
    return text.removeprefix(":")


def http_get(q: Context, url: Value) -> Value:
    """``.Q.hg``: the body of a web server's answer to GET, as text."""
    return chars(q.host.fetch(_url(url), "GET", "", b""))


def http_post(q: Context, url: Value, kind: Value, body: Value) -> Value:
    """``.Q.hp``: the body of the answer to POST, of text of a content type."""
    content_type = text_of(kind).decode("latin-1")
    return chars(q.host.fetch(_url(url), "POST", content_type, text_of(body)))


def host_name(q: Context, x: Value) -> Value:
    """``.Q.host``: the name of the machine at an address, given as an int; the null symbol if it has none."""
    if not isinstance(x, Atom) or x.qtype is not QType.INT:
        raise QError("type")
    address = ".".join(str(octet) for octet in (x.raw & 0xFFFFFFFF).to_bytes(4, "big"))
    return Atom(QType.SYMBOL, "" if x.raw == QType.INT.null else q.host.host_name(address))


def host_address(q: Context, x: Value) -> Value:
    """``.Q.addr``: the address of a machine by its name, as an int; null if there is none."""
    name = x.raw if isinstance(x, Atom) and x.qtype is QType.SYMBOL else text_of(x).decode("latin-1")
    found = q.host.host_address(name)
    if not found:
        return Atom(QType.INT, QType.INT.null)
    return Atom(QType.INT, int.from_bytes(bytes(map(int, found.split("."))), "big", signed=True))


def install(vocabulary: Vocabulary) -> None:
    """Enter this family's names."""
    vocabulary.unary("hopen", hopen, context=True)
    vocabulary.unary("hclose", hclose, context=True)
    vocabulary.unary(".Q.hg", http_get, context=True)
    vocabulary.define(".Q.hp", 3, http_post, context=True)
    vocabulary.unary(".Q.host", host_name, context=True)
    vocabulary.unary(".Q.addr", host_address, context=True)
    vocabulary.unary("exit", leave, context=True)
