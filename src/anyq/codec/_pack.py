"""Bodies as they go to the network: in pieces, or compressed."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from anyq.values import is_settled

from ._compression import compress as compress_body
from ._encode import Buffer, encode, encode_parts

__all__ = ["Packed", "pack"]


@attrs.frozen
class Packed:
    """A body to be sent: ``body``, then what is in ``more``; ``compressed`` is what byte 2 of the header says."""

    body: Buffer
    compressed: int = 0
    more: tuple[Buffer, ...] = ()

    def settled(self) -> Packed:
        """This body, with a copy of each piece of it whose memory somebody may still write to.

        For messages that wait to be sent while the owner of the arrays goes on.
        """
        if type(self.body) is bytes and not self.more:
            return self
        first, *rest = [part if is_settled(part) else _copied(part) for part in (self.body, *self.more)]
        return Packed(first, self.compressed, tuple(rest))


def _copied(part: Buffer) -> Buffer:
    """A copy of large memory; other threads run while NumPy makes it."""
    made: Any = np.array(np.frombuffer(part, np.uint8))
    made.flags.writeable = False
    return memoryview(made)


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
