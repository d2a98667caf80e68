"""The attribute that a vector keeps when items are appended to it."""

from __future__ import annotations

from anyq.values import Attr, Vector

from ._join import join
from ._order import is_sorted
from ._search import factorized, positions

__all__ = ["kept_attr"]


def kept_attr(x: Vector, more: Vector) -> Attr:
    """The attribute that ``x`` keeps when items of its type are appended to it."""
    if x.attr is Attr.GROUPED or not len(more):
        return x.attr
    if x.attr is Attr.SORTED and is_sorted(more) and (not len(x) or is_sorted(join(x[len(x) - 1 :], more[:1]))):
        return Attr.SORTED
    if x.attr is Attr.UNIQUE and _is_unique(more) and bool((positions(x, more) == len(x)).all()):
        return Attr.UNIQUE
    return Attr.NONE


def _is_unique(x: Vector) -> bool:
    if len(x) < 2:
        return True
    codes, firsts = factorized(x)
    return len(codes) == len(firsts)
