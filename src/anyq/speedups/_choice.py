"""Choose between the compiled loops and those in Python, once, at import."""

from __future__ import annotations

import os
from typing import Any, Final

__all__ = ["COMPILED", "speedups"]


def _choose() -> Any:
    if os.environ.get("ANYQ_PURE", "") not in ("", "0"):
        return None
    try:
        from . import _speedups
    except ImportError:
        return None
    return _speedups


speedups: Final = _choose()
"""The compiled module, or ``None``. Its functions take buffers, check their bounds, and let other threads run."""

COMPILED: Final = speedups is not None
"""True if the accelerator is in use."""
