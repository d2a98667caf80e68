"""Lists of char vectors as bytes, from their storage, without a value for each."""

from __future__ import annotations

from struct import Struct
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from anyq.values import StringArray

__all__ = ["HEAD_BYTES", "string_list_bytes"]

_HEAD: Final = Struct("<BBI").pack
HEAD_BYTES: Final = 6


def string_list_bytes(texts: StringArray) -> bytes | memoryview:
    """The char vectors one after the other, each with its head: what follows the list's own head.

    Texts that stand in their buffer as they were received are given as they are.
    """
    if _as_received(texts):
        part = texts.data[int(texts.starts[0]) - HEAD_BYTES : texts.ends[-1]]
        return part.data.toreadonly()
    view = texts.data.data
    parts: list[Any] = []
    for start, end in zip(texts.starts.tolist(), texts.ends.tolist(), strict=True):
        parts += (_HEAD(10, 0, end - start), view[start:end])
    return b"".join(parts)


def _as_received(texts: StringArray) -> bool:
    """Whether the head of each text stands before it, and the texts follow one another."""
    starts, ends, data = texts.starts, texts.ends, texts.data
    if starts[0] < HEAD_BYTES or not np.array_equal(starts[1:], ends[:-1] + HEAD_BYTES):
        return False
    have: npt.NDArray[np.uint8] = data[(starts - HEAD_BYTES)[:, None] + np.arange(HEAD_BYTES)]
    want = np.empty((len(texts), HEAD_BYTES), np.uint8)
    want[:, :2] = (10, 0)
    want[:, 2:] = (ends - starts).astype("<u4").view(np.uint8).reshape(-1, 4)
    return bool(np.array_equal(have, want))
