"""Copy on write: amend a vector in place when it has no other holder.

``v[0]+:1`` returns a new vector that differs at one place. If the variable holds the only reference to the old vector,
and the vector the only reference to its array, changing the array cannot be observed. A step of a loop then costs the
same whatever the length. Another variable, a list, an argument, the cached value of a view, a Python object and a NumPy
view of the array each count as a reference, and force a copy. So does an array that does not own its memory: one of a
received message, of a mapped file, or of a buffer with spare capacity (see `_growth`).

The number of references that an unshared object has at the place of the check differs between Python versions. It is
measured at import, on objects that are unshared by construction. Without reference counts (PyPy), or when threads run
Python at the same time (free-threaded builds), every amend copies.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Final

import attrs
import numpy as np

from anyq.values import Atom, Dict, QType, Value, Vector

from ._growth import is_latest
from ._places import forget

__all__ = ["IN_LOCAL", "IN_TABLE", "change_item", "references"]

_counts: Final[Callable[[object], int] | None] = (
    getattr(sys, "getrefcount", None) if getattr(sys, "_is_gil_enabled", lambda: True)() else None
)
_NEVER: Final = -1


def references(x: object) -> int:
    """How often ``x`` is referred to, this call's own references among them; at the least so where that is unknown."""
    return _counts(x) if _counts is not None else sys.maxsize


@attrs.define
class _Holder:
    data: object


def _in_table() -> int:
    """What `references` says of a value held by a dict and by one local name of the function that asks."""
    table = {"v": object()}
    x = table.get("v")
    return references(x) if _counts is not None else _NEVER


def _in_local() -> int:
    """What `references` says in a function of its argument, held by one local name of compiled q code."""
    if _counts is None:
        return _NEVER
    names: dict[str, Any] = {"probe": lambda x: references(x), "object": object}
    exec("def q():\n l_v = object()\n l_v = probe(l_v)\n return l_v", names)
    return int(names["q"]())


def _in_slot() -> int:
    holder = _Holder(object())
    data = holder.data
    return references(data) if _counts is not None else _NEVER


def _in_base() -> int:
    """What `references` says of the buffer of a slice that nobody else looks at."""
    base = np.empty(2, np.int64)[:1].base
    return references(base) if _counts is not None else _NEVER


IN_TABLE: Final = _in_table()
IN_LOCAL: Final = _in_local()
_IN_SLOT: Final = _in_slot()
_IN_BASE: Final = _in_base()


def change_item(x: Value, at: int, item: Atom) -> bool:
    """Put an item of the right type into a vector, or into the vector of a dict's values, that nobody else holds.

    Returns whether that could be done; the caller knows that ``x`` itself has no other holder. False when the vector or
    its array has, when the array is not the owner of its memory nor the latest state of one that grows, or when it
    holds no plain numbers.
    """
    vector = x.value if isinstance(x, Dict) else x
    if not isinstance(vector, Vector) or (vector is not x and references(vector) > _IN_SLOT):
        return False
    data = vector.data
    if type(data) is not np.ndarray or vector.attr or vector.qtype is QType.GUID:
        return False
    if references(data) > _IN_SLOT:
        return False
    base = data.base
    if base is None:
        if not data.flags.owndata:
            return False
        base = data
        data.flags.writeable = True
    elif not is_latest(data) or references(base) > _IN_BASE:
        return False
    forget(data)
    base[at] = item.raw
    data.flags.writeable = False
    return True
