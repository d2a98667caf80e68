"""Between messages and values: what of the codec a session uses."""

from __future__ import annotations

from typing import Final, TypeAlias

from anyq import codec
from anyq.values import Value

__all__ = ["NOT_HTTP", "Encoded", "encode", "error_body"]

NOT_HTTP: Final = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: 36\r\n\r\n"
    b"This port speaks q IPC and not HTTP\n"
)
"""What a web browser is told."""


Encoded: TypeAlias = codec.Packed
"""A handler's result that is a message body already, for the capability of its client (see `encode`)."""


def encode(value: Value, capability: int, remote: bool) -> Encoded:
    """The body for a value, for ``remote`` peers compressed where q would do it.

    What is written later to the value's arrays does not reach the body: those that somebody can write to are copied.
    """
    return codec.pack(value, capability=capability, compress=remote).settled()


def error_body(text: str) -> Encoded:
    """The body of a response that is a q error."""
    return Encoded(codec.encode_error(text))
