"""The iterators: what a derived function does with its arguments.

`derive` turns a derived value into a Python function of a given number of arguments; the inner function is resolved
once, before the loop. Facts: KX reference, pages ref/maps.md (Each, Each Left, Each Right, Each Parallel, Each Prior,
Case) and ref/accumulators.md (Scan, Over: converge, do, while, reduce).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from anyq.values import Derived, QType, Value

from ..session._context import Context
from ._accumulators import over, scan
from ._maps import each, each_left, each_prior, each_right

__all__ = ["derive"]

Function = Callable[..., Value]
Q = QType


def derive(q: Context, f: Derived, n: int) -> Function:
    """The derived function ``f`` for ``n`` arguments. `QError` (``rank``) if there is no such form."""
    return _BUILDERS[f.qtype](q, f.function, n)


_BUILDERS: Final[dict[QType, Callable[[Any, Value, int], Function]]] = {
    Q.EACH: each, Q.OVER: over, Q.SCAN: scan, Q.PRIOR: each_prior, Q.EACH_RIGHT: each_right,
    Q.EACH_LEFT: each_left,
}  # fmt: skip
