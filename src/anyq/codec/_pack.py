"""Bodies as they go to the network: in pieces, or compressed."""

from __future__ import annotations

import attrs

from ._compression import compress as compress_body
from ._encode import Buffer, encode, encode_parts

__all__ = ["Packed", "pack"]


@attrs.frozen
class Packed:
    """A body to be sent: ``body``, then what is in ``more``; ``compressed`` is what byte 2 of the header says."""

    body: Buffer
    compressed: int = 0
    more: tuple[Buffer, ...] = ()


def pack(value: object, *, capability: int = 6, compress: bool = False) -> Packed:
    """The body for ``value``: large arrays as they are, or with ``compress=True`` compressed where q would do it.

    That is where the message is over 2000 bytes, shrinks to less than half, and the peer's capability is 1 or more.
    Whether the peer is on another machine, which q also asks, is the caller's to know. Raises what `encode` raises.
    """
    if compress and capability:
        body = encode(value, capability=capability)
        packed = compress_body(body)
        return Packed(body) if packed is None else Packed(packed.payload, packed.flag)
    first, *more = encode_parts(value, capability=capability)
    return Packed(first, 0, tuple(more))
