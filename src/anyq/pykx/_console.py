"""``q.console()``: a q prompt on standard input and output."""

from __future__ import annotations

import sys
from typing import Any

from ._exceptions import QError

__all__ = ["Console"]


class Console:
    """A prompt that evaluates line by line, until ``\\\\`` or the end of input; ``\\`` changes between q and k."""

    def __init__(self, q: Any) -> None:
        self._q = q
        self.k_mode: bool = False

    def __call__(self) -> None:
        """Read, evaluate, print."""
        k_mode = self.k_mode
        while True:
            try:
                line = input("  " if k_mode else "q)").rstrip()
            except EOFError:
                print()
                return
            if line == "\\\\":
                return
            if line == "\\":
                k_mode = not k_mode
            elif line:
                self._show(f"k){line}" if k_mode else line)

    def _show(self, line: str) -> None:
        try:
            result = self._q._now("{value x}", line.encode() + b" ")
        except QError as error:
            print(f"'{str(error).partition(':')[0]}", file=sys.stderr)
            return
        if not result.is_null or not callable(result):
            print(result)
