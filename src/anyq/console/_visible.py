"""Text that is safe to show: what others sent must not drive a terminal, nor forge lines of a log."""

from __future__ import annotations

__all__ = ["visible"]


def visible(text: str, *, lines: bool = False) -> str:
    r"""Escape control characters, and what is no Unicode (``\x1b``); with ``lines`` ends of lines stay."""
    if text.isprintable():
        return text
    kept = "\n\t" if lines else "\t"
    return "".join([c if c.isprintable() or c in kept else c.encode("unicode_escape").decode() for c in text])
