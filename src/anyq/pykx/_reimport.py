"""``kx.PyKXReimport``: for starting other processes that import this package."""

from __future__ import annotations

from types import TracebackType
from typing import Self

__all__ = ["PyKXReimport"]


class PyKXReimport:
    """A ``with`` block around the start of other processes. Nothing has to be hidden from them here."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing was changed."""

    def reset(self) -> None:
        """Nothing was changed."""

    def restore(self) -> None:
        """Nothing was changed."""
