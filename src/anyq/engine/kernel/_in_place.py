"""Amending a vector where it lies, when nobody else can see it.

``v[0]+:1`` gives a new vector that differs at one place. When the variable holds the only reference to the old one, and
that holds the only reference to its array, nobody can tell a new vector from the old one changed; then a step of a loop
costs the same whatever the length. Whoever else has the vector (another variable, a list, an argument, a view's memory,
Python) or a view of its array counts as a reference and has a copy made, as does an array whose memory is another's: a
received message, a mapped file, a buffer with room to grow.

How many references an unshared object has where it is looked at depends on the Python version; so it is measured here,
on objects that are unshared for certain. Without reference counts, or with threads that run Python at the same time,
nothing is ever changed in place.
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
