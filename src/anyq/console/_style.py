"""The console's size and precision."""

from __future__ import annotations

from typing import Final

import attrs

__all__ = ["DEFAULT", "Style"]


@attrs.frozen
class Style:
    """How much the console shows: q's ``\\c`` (rows and columns, in bytes) and ``\\P`` (significant digits of floats).

    Precision 0 means 17 digits. q keeps rows and columns from 10 to 2000; the setter clamps them.
    """

    rows: int = 25
    columns: int = 80
    precision: int = 7

    @property
    def digits(self) -> int:
        return self.precision or 17

    @property
    def width(self) -> int:
        """The longest line that is shown whole; a longer one is cut to this, its last two characters being ``..``."""
        return self.columns - 1

    def fit(self, count: int, heading: int = 0) -> int:
        """How many of ``count`` lines below a heading are shown; when that is not all, a line ``..`` follows them."""
        room = self.rows - 2 - heading
        return count if count <= room else max(room - 1, 0)

    def cut(self, text: str) -> str:
        """``text`` cut to the width, which q counts in bytes of UTF-8."""
        if len(text) <= self.width and (text.isascii() or len(encoded(text)) <= self.width):
            return text
        if text.isascii():
            return text[: self.width - 2] + ".."
        return encoded(text)[: self.width - 2].decode("utf-8", "ignore") + ".."


def encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def width(text: str) -> int:
    """Bytes of UTF-8: what q pads columns by."""
    return len(text) if text.isascii() else len(encoded(text))


DEFAULT: Final = Style()
