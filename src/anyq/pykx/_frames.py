"""The methods that tables share with pandas' frames."""

from __future__ import annotations

__all__ = ["FrameMethods", "PandasAPI"]


class FrameMethods:
    """To be written."""


PandasAPI = FrameMethods
