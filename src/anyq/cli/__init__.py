"""The command line: `anyq demo`, `anyq q`."""

from ._main import main

__all__ = ["main"]
