"""The compiled twin of the few loops that NumPy cannot express, where there is one.

Python is the specification, and all there is where no compiler was at hand or ``ANYQ_PURE=1`` is set. This is the one
place that chooses.
"""

from ._choice import COMPILED, speedups

__all__ = ["COMPILED", "speedups"]
