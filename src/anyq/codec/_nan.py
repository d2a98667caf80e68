"""Reals that are no numbers, bit by bit.

Python keeps a real as a double, and a processor that converts a signalling NaN makes a quiet one of it. What comes from
a peer is to go back as it came, so the bits of NaNs are moved here, and no number is converted.
"""

from __future__ import annotations

import struct
from typing import Final

__all__ = ["nan_of", "nan_pattern"]

_SIGN, _EXPONENT, _QUIET, _FRACTION = 1 << 31, 0x7F80_0000, 0x0040_0000, 0x007F_FFFF
_DOUBLE_EXPONENT: Final = 0x7FF << 52
_DROPPED: Final = 29
"""By so many bits is the fraction of a double longer."""


def nan_of(pattern: int) -> float:
    """The double that stands for the NaN of these 32 bits."""
    bits = (pattern & _SIGN) << 32 | _DOUBLE_EXPONENT | (pattern & _FRACTION) << _DROPPED
    found: float = struct.unpack("<d", struct.pack("<Q", bits))[0]
    return found


def nan_pattern(number: float) -> int:
    """The 32 bits of the NaN that a double stands for."""
    (bits,) = struct.unpack("<Q", struct.pack("<d", number))
    return bits >> 32 & _SIGN | _EXPONENT | (bits >> _DROPPED & _FRACTION or _QUIET)  # type: ignore[no-any-return]
