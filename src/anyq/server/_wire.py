"""Between messages and values: what of the codec a session uses."""

from __future__ import annotations

from typing import Final, TypeVar

import attrs

from anyq import codec
from anyq.errors import DecodeError, QError
from anyq.protocol import AsyncMessage, Buffer, Response, SyncRequest
from anyq.values import Value

Outgoing = TypeVar("Outgoing", AsyncMessage, SyncRequest, Response)

__all__ = ["NOT_HTTP", "Encoded", "decode_request", "decode_response", "encode", "error_body"]

NOT_HTTP: Final = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: 36\r\n\r\n"
    b"This port speaks q IPC and not HTTP\n"
)
"""What a web browser is told."""


@attrs.frozen
class Encoded:
    """A handler's result that is a message body already, for the capability of its client (see `encode`)."""

    body: Buffer
    compressed: int = 0
    more: tuple[Buffer, ...] = ()
    """What of the body follows ``body``."""

    def message(self, kind: type[Outgoing]) -> Outgoing:
        """A message with this body."""
        return kind(self.body, compressed=self.compressed, more=self.more)


def decode_response(message: Response) -> Value:
    """The value of a response; `QError` if it is an error."""
    body = message.body
    if message.compressed:
        body = codec.decompress(body, flag=message.compressed, little_endian=message.little_endian)
    return codec.decode(body, little_endian=message.little_endian)


def decode_request(message: SyncRequest | AsyncMessage) -> Value:
    """The value of a message; `DecodeError` or `LimitError` if it holds none."""
    try:
        return decode_response(message)  # type: ignore[arg-type]
    except QError:
        raise DecodeError("an error can only be the body of a response") from None


def encode(value: Value, capability: int, remote: bool) -> Encoded:
    """The body for a value, for ``remote`` peers compressed where q would do it.

    What is written later to the value's arrays does not reach the body: those that somebody can write to are copied.
    """
    packed = codec.pack(value, capability=capability, compress=remote).settled()
    return Encoded(packed.body, packed.compressed, packed.more)


def error_body(text: str) -> Encoded:
    """The body of a response that is a q error."""
    return Encoded(codec.encode_error(text))
