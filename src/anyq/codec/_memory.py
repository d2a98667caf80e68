"""Memory for the bodies of large messages.

A third of the time of receiving into new memory goes to the kernel, which clears the pages. So the memory
of the last large body that nobody refers to any more is kept for the next one, in each process one such piece. It is
used for a body of about its size only, and let go before memory of another size is made, so that receiving takes no
more memory than without it.
"""

from __future__ import annotations

import sys
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from anyq.values import ReceivedMemory

__all__ = ["allocate"]

_SMALLEST: Final = 1 << 20
_LARGEST: Final = 128 << 20
_SLACK: Final = 8 << 20
"""How much longer than the body the kept piece may be."""
_SHIFT: Final = 2
"""A body begins so many bytes into its memory: the items of a vector in it, at offset 6, are aligned then."""

_spare: list[npt.NDArray[np.uint8]] = []


class _Lent(ReceivedMemory):
    """A view of memory that is kept when the view ends. Whatever reads the body holds the view, by way of buffers."""

    def __del__(self, spare: list[Any] = _spare) -> None:
        # A slice of this view refers to the memory and not to the view: then the memory is not free.
        if _references(self) <= _ONLY_LENT:
            spare[:] = [self.base]


def _references(view: npt.NDArray[Any]) -> int:
    memory = view.base
    return sys.getrefcount(memory)


_ONLY_LENT: Final = _references(np.empty(1, np.uint8).view())
"""How many references are counted where there is none but the view's: interpreters differ by one."""


def allocate(size: int) -> memoryview:
    """Memory for a body of ``size`` bytes, not initialised, aligned for the vector that may be in it."""
    whole = size + _SHIFT
    if not _SMALLEST <= whole <= _LARGEST:
        return _view(np.empty(whole, np.uint8).view(ReceivedMemory), size)
    memory = _take(whole)
    return _view((np.empty(whole, np.uint8) if memory is None else memory).view(_Lent), size)


def _take(whole: int) -> npt.NDArray[np.uint8] | None:
    try:
        memory = _spare.pop()
    except IndexError:
        return None
    return memory if whole <= len(memory) <= whole + _SLACK else None


def _view(memory: npt.NDArray[np.uint8], size: int) -> memoryview:
    return memoryview(memory)[_SHIFT : _SHIFT + size]  # type: ignore[arg-type,unused-ignore]
