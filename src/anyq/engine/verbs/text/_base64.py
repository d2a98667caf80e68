"""Base 64, and the restricted alphabets of ``.Q.j10`` and ``.Q.j12``."""

from __future__ import annotations

import base64
import binascii
import string
from typing import Final

import numpy as np

from anyq.errors import QError
from anyq.values import QType, Value, Vector

from ...kernel._support import chars, integer, long, text_of, vec

__all__ = ["ALPHABET", "BASE_36", "decoded", "encoded", "number_of", "text_of_number"]

ALPHABET: Final = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"
BASE_36: Final = string.digits + string.ascii_uppercase


def encoded(x: Value) -> bytes:
    """``.Q.btoa``: base 64 of a string or of bytes."""
    return base64.b64encode(bytes(x.data) if isinstance(x, Vector) and x.qtype is QType.BYTE else text_of(x))


def decoded(x: Value) -> Value:
    """``.Q.atob``: the bytes that base 64 text stands for."""
    try:
        return vec(QType.BYTE, np.frombuffer(base64.b64decode(text_of(x)), np.uint8))
    except binascii.Error:
        raise QError("length") from None


def number_of(x: Value, alphabet: str) -> Value:
    """The number whose digits are the characters of ``x``."""
    total = 0
    for char in text_of(x).decode("latin-1"):
        place = alphabet.find(char)
        if place < 0:
            raise QError("domain")
        total = total * len(alphabet) + place
    return long((total + 2**63) % 2**64 - 2**63)


def text_of_number(x: Value, alphabet: str, width: int) -> Value:
    """``x`` in so many digits of an alphabet."""
    rest, out = integer(x), []
    for _ in range(width):
        rest, digit = divmod(rest, len(alphabet))
        out.append(alphabet[digit])
    return chars("".join(out[::-1]))
