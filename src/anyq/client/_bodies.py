"""Between values and the bodies of messages."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from struct import Struct
from typing import Any, Final, TypeAlias, TypeVar

from anyq import codec
from anyq.protocol import AsyncMessage, Response, SyncRequest
from anyq.speedups import COMPILED, speedups
from anyq.values import FIXED_TYPES, HasForm, List, QType, Strings, Value, as_q, chars, handed_over, settled

__all__ = [
    "MAX_ARGUMENTS", "Query", "handed_query", "is_heavy", "request_body",
    "request_value",
]  # fmt: skip

MAX_ARGUMENTS: Final = 8
"""q functions take no more."""

_TEXT: Final = Struct("<BBI").pack
"""Before the items of a vector or list: type, attribute, count."""
_LIST: Final = 0
_CHARS: Final = 10
_KNOWS_ALL: Final = 3
"""The capability from which on a peer knows every type."""

_LONG_TEXT: Final = 2000
_text_body: Final[Any] = getattr(speedups, "text_body", None)
_HEAVY: Final = 4 << 20
_HEAVY_SYMBOLS: Final = 32 << 20 if COMPILED else 8 << 20
"""Symbols are only counted, which takes some milliseconds for so many bytes."""
_VIEWED: Final = frozenset(FIXED_TYPES) - {QType.BOOLEAN}
"""Vectors that are views of the body, whatever their length."""
_HEAVY_COMPRESSED: Final = 1 << 18
_OURS: Final = codec.Limits(max_message_size=2**40, max_depth=2**40)
_LITTLE_ENDIAN: Final = sys.byteorder == "little"

Outgoing = TypeVar("Outgoing", AsyncMessage, SyncRequest, Response)

Query: TypeAlias = str | bytes | Value | HasForm
"""A query's text, or a q value: a function, or the symbol that names one; or a query of `anyq.query`."""


def handed_query(query: Query, arguments: Iterable[object], strings: Strings = "symbols") -> tuple[Any, ...]:
    """A query and its arguments as values that stay as they are, whatever their owner does with his arrays.

    For entry points that send, or evaluate, in another thread than the caller's. `TypeError` for what has no q form.
    """
    if isinstance(query, HasForm):
        query = query.__as_q__()
    return (
        settled(query) if isinstance(query, Value) else query,
        *(handed_over(argument, strings) for argument in arguments),
    )


def request_value(query: Query, arguments: Sequence[object], strings: Strings = "symbols") -> Value:
    """What is sent for a query and its arguments: the text alone as a char vector, or the list ``(f;a;b)``.

    ``strings`` says what ``str`` becomes in arguments, as for `anyq.as_q`.
    `TypeError` for more arguments than a q function takes, or for what has no q form.
    """
    _check_count(arguments)
    if isinstance(query, str):
        head: Value = chars(query)
    elif isinstance(query, bytes):
        head = chars(query)
    elif isinstance(query, Value):
        head = query
    elif isinstance(query, HasForm):
        head = query.__as_q__()
    else:
        raise TypeError(f"a query is text or a q value, not {type(query).__name__}")
    if not arguments:
        return head
    return List.of((head, *_converted(arguments, strings)))


def _converted(arguments: Sequence[object], strings: Strings) -> list[Value]:
    if strings == "symbols":
        return [as_q(argument) for argument in arguments]
    return [as_q(argument, strings=strings) for argument in arguments]


def _check_count(arguments: Sequence[object]) -> None:
    if len(arguments) > MAX_ARGUMENTS:
        raise TypeError(f"a q function takes at most {MAX_ARGUMENTS} arguments, not {len(arguments)}")


def request_body(
    query: Query,
    arguments: Sequence[object],
    capability: int,
    compress: bool = False,
    *,
    strings: Strings = "symbols",
    own: bool = False,
) -> bytes | codec.Packed:
    """The body of `request_value`, for a peer of ``capability``; `Packed` if it is in pieces or compressed.

    Large arrays of the arguments are parts of the body as they are, or with ``own`` copied. Raises as `request_value`
    does, and `EncodeError`.
    """
    if type(query) is str:
        # Nearly all calls: a text, alone or with small arguments, which needs no value to be encoded.
        if _text_body is not None and not arguments:
            short: bytes | None = _text_body(query, _LONG_TEXT)
            if short is not None:
                return short
        text = query.encode() if query.isascii() else bytes(chars(query))
        if len(text) < _LONG_TEXT:
            body = _TEXT(_CHARS, 0, len(text)) + text
            if not arguments:
                return body
            if capability >= _KNOWS_ALL:
                _check_count(arguments)
                arguments = _converted(arguments, strings)
                parts = list(map(codec.encode_small, arguments))
                if None not in parts:
                    body = b"".join([_TEXT(_LIST, 0, 1 + len(parts)), body, *parts])  # type: ignore[list-item]
                    if len(body) < _LONG_TEXT:
                        return body
    packed = codec.pack(request_value(query, arguments, strings), capability=capability, compress=compress)
    if own:
        packed = packed.settled()
    return packed if packed.more or packed.compressed else bytes(packed.body)


def is_heavy(message: AsyncMessage | SyncRequest | Response) -> bool:
    """Whether decoding may take so long that the event loop should not do it."""
    size = len(message.body)
    if message.compressed or size <= _HEAVY:
        return bool(message.compressed) and size > _HEAVY_COMPRESSED
    kind = message.body[0]
    if kind == QType.SYMBOL:
        return size > _HEAVY_SYMBOLS
    return kind not in _VIEWED or message.little_endian != _LITTLE_ENDIAN
