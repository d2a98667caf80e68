"""The vocabulary of q, by family."""

from ._cast import part_of
from ._handles import once
from ._install import install

__all__ = ["install", "once", "part_of"]
