"""Lambdas of numbers as code over plain Python numbers; see `anyq.engine.compile._scalars`, which makes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import attrs

from anyq.values import Atom, QType, Value

__all__ = ["EDGE", "SCALARS", "ScalarCode", "Unfit", "boxed"]

EDGE: Final = 2**62
"""Longs of at least this magnitude, nulls and infinities among them, are left to the general way."""

SCALARS: Final = frozenset({QType.LONG, QType.FLOAT})
"""The types of arguments."""


class Unfit(Exception):
    """Raised by scalar code where only the general way knows the result. Nothing was changed by then."""


@attrs.frozen(eq=False)
class ScalarCode:
    """``code`` takes and returns raw numbers, or raises `Unfit`; ``qtype`` is the type of its result."""

    code: Callable[..., Any]
    qtype: QType
    globals: dict[str, Value]
    """The global functions that the code calls, under their full names: those of when it was made."""


def boxed(qtype: QType, raw: Any) -> Atom:
    """The atom of what scalar code returned."""
    return Atom(qtype, int(raw) if qtype is QType.BOOLEAN else raw)
