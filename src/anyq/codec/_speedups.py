"""The hot loops of the codec, in Python or compiled as `anyq.speedups` chose."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from anyq.errors import DecodeError
from anyq.speedups import speedups
from anyq.values import StringArray

from . import _scan, _stream, _strings

__all__ = ["compress_stream", "decompress_stream", "string_bounds", "string_list_bytes", "symbols_end"]

_WRONG: Final = {
    1: "a compressed message is cut off",
    2: "a compressed message refers to what it has not written",
    3: "a compressed message is not as long as it declares",
}


def _decompress_stream(stream: Any, size: int) -> Any:
    out = np.empty(size, np.uint8)
    status = speedups.decompress(stream, out)
    if status:
        raise DecodeError(_WRONG[status])
    return out.data


def _compress_stream(body: Any, limit: int) -> bytes | None:
    out = np.empty(max(0, limit), np.uint8)
    size = speedups.compress(body, out)
    return None if size < 0 else out[:size].tobytes()


def _string_bounds(buf: Any, pos: int, count: int, little_endian: bool) -> _scan.Bounds | None:
    starts, ends = np.empty(count, np.int64), np.empty(count, np.int64)
    stop = speedups.string_bounds(buf, pos, starts, ends, little_endian)
    return None if stop < 0 else (starts, ends, stop)


def _string_list_bytes(texts: StringArray) -> bytes | memoryview:
    starts, ends = np.ascontiguousarray(texts.starts), np.ascontiguousarray(texts.ends)
    out = np.empty(int((ends - starts).sum()) + _strings.HEAD_BYTES * len(texts), np.uint8)
    speedups.join_strings(np.ascontiguousarray(texts.data), starts, ends, out, True)
    return out.data.toreadonly()


compress_stream = _compress_stream if speedups else _stream.compress_stream
decompress_stream = _decompress_stream if speedups else _stream.decompress_stream
string_bounds = _string_bounds if speedups else _scan.string_bounds
string_list_bytes = _string_list_bytes if speedups else _strings.string_list_bytes
symbols_end = speedups.symbols_end if speedups else _scan.symbols_end
