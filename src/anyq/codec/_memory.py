"""Memory for the bodies of large messages.

A third of the time of receiving into new memory goes to the kernel, which clears the pages. So memory of large bodies
that nobody refers to any more is kept for the next ones, in each process: the last piece of up to 128 MB, and up to
8 MB in pieces below 1 MB, as the messages of a feed take. A kept piece is used for a body of about its size only, and
the large one is let go before memory of another size is made, so that receiving takes hardly more memory than without.
"""

from __future__ import annotations

import sys
from typing import Any, Final

import numpy as np
import numpy.typing as npt

__all__ = ["allocate"]

_SMALLEST: Final = 1 << 16
_MEDIUM: Final = 1 << 20
"""Pieces from here on are kept one at a time."""
_LARGEST: Final = 128 << 20
_SLACK: Final = 8 << 20
"""How much longer than the body the kept large piece may be."""
_STEP: Final = 1 << 15
"""Smaller pieces are multiples of this, so that one fits the next message of a feed."""
_PIECES: Final = 8 * (_MEDIUM // _STEP)
"""How many steps of the smaller pieces are kept."""
_SHIFT: Final = 2
"""A body begins so many bytes into its memory: the items of a vector in it, at offset 6, are aligned then."""

Memory = npt.NDArray[np.uint8]
_spare: list[Memory] = []
_pieces: dict[int, list[Memory]] = {}
"""The smaller pieces, by their number of steps."""


class _Lent(np.ndarray[Any, Any]):
    """A view of memory that is kept when the view ends. Whatever reads the body holds the view, by way of buffers."""

    def __del__(self, spare: list[Any] = _spare, pieces: dict[int, list[Memory]] = _pieces) -> None:
        # A slice of this view refers to the memory and not to the view: then the memory is not free.
        memory = self.base
        if memory is None or _references(self) > _ONLY_LENT + 1:
            return
        if len(memory) >= _MEDIUM:
            spare[:] = [memory]
            return
        steps = len(memory) // _STEP
        kept = pieces.setdefault(steps, [])
        if (len(kept) + 1) * steps <= _PIECES // 4:
            kept.append(memory)
            if len(pieces) > 4:  # sizes of another time
                pieces.pop(next(iter(pieces)), None)


def _references(view: npt.NDArray[Any]) -> int:
    memory = view.base
    return sys.getrefcount(memory)


_ONLY_LENT: Final = _references(np.empty(1, np.uint8).view())
"""How many references are counted where there is none but the view's: interpreters differ by one."""


def allocate(size: int) -> memoryview:
    """Memory for a body of ``size`` bytes, not initialised, aligned for the vector that may be in it."""
    whole = size + _SHIFT
    if not _SMALLEST <= whole <= _LARGEST:
        return _view(np.empty(whole, np.uint8), size)
    memory = _large(whole) if whole > _MEDIUM - _STEP else _piece(-(-whole // _STEP))
    return _view(memory.view(_Lent), size)


def _large(whole: int) -> Memory:
    try:
        memory = _spare.pop()
    except IndexError:
        return np.empty(whole, np.uint8)
    if whole <= len(memory) <= whole + _SLACK:
        return memory
    del memory
    return np.empty(whole, np.uint8)


def _piece(steps: int) -> Memory:
    try:
        return _pieces[steps].pop()
    except (KeyError, IndexError):
        return np.empty(steps * _STEP, np.uint8)


def _view(memory: Memory, size: int) -> memoryview:
    return memoryview(memory)[_SHIFT : _SHIFT + size]  # type: ignore[arg-type,unused-ignore]
