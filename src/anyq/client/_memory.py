"""Where clients take memory for large bodies: see `anyq.codec.allocate`."""

from __future__ import annotations

from anyq.codec import allocate

__all__ = ["allocate"]
