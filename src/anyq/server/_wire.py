"""Between messages and values: what of the codec a session uses."""

from __future__ import annotations

import attrs

from anyq import codec
from anyq.errors import DecodeError, QError
from anyq.protocol import AsyncMessage, Buffer, Response, SyncRequest
from anyq.values import Value

__all__ = ["Encoded", "decode_request", "decode_response", "encode", "error_body"]


@attrs.frozen
class Encoded:
    """A handler's result that is a message body already, for the capability of its client (see `encode`)."""

    body: Buffer
    compressed: int = 0


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


def encode(value: Value, capability: int, remote: bool) -> tuple[Buffer, int]:
    """The body for a value, and its compression flag; ``remote`` peers get large bodies compressed, as q does it."""
    body = codec.encode(value, capability=capability)
    if remote and capability:
        packed = codec.compress(body)
        if packed is not None:
            return packed.payload, packed.flag
    return body, 0


def error_body(text: str) -> bytes:
    """The body of a response that is a q error."""
    return b"\x80" + text.replace("\0", "").encode("utf-8", "surrogateescape") + b"\0"
