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

from anyq.values import Atom, QType, Vector

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


IN_TABLE: Final = _in_table()
IN_LOCAL: Final = _in_local()
_IN_SLOT: Final = _in_slot()


def change_item(x: Vector, at: int, item: Atom) -> bool:
    """Put an item of the right type into a vector that has no other holder; whether that could be done.

    False when the array has other holders, is not the owner of its memory, or holds no plain numbers.
    """
    data = x.data
    if type(data) is not np.ndarray or x.attr or x.qtype is QType.GUID:
        return False
    if references(data) > _IN_SLOT or data.base is not None:
        return False
    flags = data.flags
    if not flags.owndata:
        return False
    flags.writeable = True
    data[at] = item.raw
    flags.writeable = False
    return True
