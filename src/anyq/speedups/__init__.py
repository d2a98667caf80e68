"""The accelerator: the few loops that NumPy cannot express, in C.

Each has a counterpart in Python, which is its specification, and which runs where no compiler was at hand at
installation or ``ANYQ_PURE=1`` is set. This package is the one place that chooses.
"""

from ._choice import COMPILED, speedups

__all__ = ["COMPILED", "speedups"]
