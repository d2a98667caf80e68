"""``kx.random``: q's random numbers."""

from __future__ import annotations

from typing import Any

from anyq.values import Atom, QType, long

from . import _engine
from ._base import unwrap, wrap

__all__ = ["random", "seed"]


def seed(seed: Any) -> None:
    """Begin the sequence of random numbers anew at a number."""
    _engine.call('{system"S ",string x;}', long(int(seed)))


def random(dimensions: Any, data: Any, seed: Any = None) -> Any:
    """Random items: of a list, below a number, of the type of an atom. ``dimensions`` is a count or several.

    A negative count, or a first negative one of several, deals without repetition. Raises `QError`.
    """
    source = unwrap(data)
    if isinstance(source, Atom) and source.qtype.inf is not None and source.raw == source.qtype.inf:
        source = Atom(source.qtype, source.qtype.inf)
    before = _engine.evaluate('system"S"') if seed is not None else None
    try:
        if seed is not None:
            _engine.call('{system"S ",string x;}', long(int(seed)))
        if isinstance(dimensions, list | tuple):
            return wrap(_engine.call(_SHAPED, unwrap(list(dimensions)), source))
        return wrap(_engine.call("{x?y}", long(int(dimensions)), source))
    finally:
        if before is not None:
            _engine.call('{system"S ",string x;}', before)


_SHAPED = "{n:prd abs x;(abs x)#$[0>first x;neg n;n]?y}"
_ = QType
