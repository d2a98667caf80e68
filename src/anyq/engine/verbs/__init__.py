"""The vocabulary of q, by family."""

from ._install import install

__all__ = ["install"]
