"""The one place that chooses between the hot loops in Python and their compiled twins."""

from __future__ import annotations

from ._scan import string_bounds, symbols_end
from ._stream import compress_stream, decompress_stream

__all__ = ["compress_stream", "decompress_stream", "string_bounds", "symbols_end"]
