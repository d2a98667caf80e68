"""Expressions by group without an evaluation for each group.

``f price`` and ``20 f price`` by ``sym``, where ``f`` is built in and its argument goes row by row: the argument is
evaluated once and put into the order of the groups, whose rows are then next to each other. ``f`` is applied to slices;
or, if it only looks at neighbours (`_KERNELS`), to all of it at once, and mended where groups begin.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any, Final

import attrs
import numpy as np

from anyq.values import Atom, Derived, List, Primitive, QType, Value, Vector

from ..kernel._groups import Groups
from ..kernel._support import null_raw, vec
from ..kernel._take import Positions, take
from ..session._context import Context
from ..session._vocabulary import Entry, Native
from ._selection import Selection

__all__ = ["group_values", "row_wise", "segmented"]

_ITEM_WISE: Final = frozenset({"+", "-", "*", "%", "neg", "abs", "&", "|"})
_DERIVED: Final = {
    (QType.PRIOR, "-"): "deltas", (QType.PRIOR, ":"): "prev", (QType.SCAN, "+"): "sums",
}  # fmt: skip
_PLAIN: Final = frozenset({QType.LONG, QType.INT, QType.FLOAT})


def row_wise(q: Context, tree: Value, rows: Selection) -> Value | None:
    """An expression over all rows, if it gives every row its own item; ``None`` if it may mix them."""
    if not _is_row_wise(q, tree):
        return None
    made = rows.eval(tree)
    return made if isinstance(made, Vector | List) and len(made) == len(rows) else None


def _is_row_wise(q: Context, tree: Value) -> bool:
    todo = [tree]
    while todo:
        part = todo.pop()
        if isinstance(part, List) and len(part) > 1:
            entry = _entry_of(q, part[0])
            if entry is None or entry.name not in _ITEM_WISE:
                return False
            todo.extend(part.items[1:])
        elif not isinstance(part, Atom):
            return False
    return True


def _entry_of(q: Context, head: Value) -> Entry | None:
    if isinstance(head, Primitive):
        return q.vocabulary.primitive(head)
    return q.vocabulary.entries.get(head.name) if isinstance(head, Native) else None


@attrs.frozen
class _Call:
    """A built-in function of rows, its first argument if there is one, and the rows in the order of the groups."""

    name: str
    function: Callable[[Value], Value]
    left: Atom | None
    ordered: Vector


def _call(q: Context, tree: Value, rows: Selection, groups: Groups) -> _Call | None:
    if not isinstance(tree, List) or not 2 <= len(tree) <= 3 or len(groups) < 2:
        return None
    named = _function_of(q, tree[0], len(tree) - 1)
    left = tree[1] if len(tree) == 3 else None
    if named is None or not _uses_columns(tree[-1], rows):
        return None
    if left is not None and (not isinstance(left, Atom) or left.qtype is QType.SYMBOL):
        return None
    whole = row_wise(q, tree[-1], rows)
    if not isinstance(whole, Vector):
        return None
    ordered = take(whole, groups.order)
    assert isinstance(ordered, Vector)
    name, function = named
    return _Call(name, function if left is None else partial(function, left), left, ordered)


def _function_of(q: Context, head: Value, rank: int) -> tuple[str, Callable[..., Value]] | None:
    """A built-in function, or one derived from a primitive, as ``deltas`` is; with the name of its kernel."""
    entry = _entry_of(q, head)
    if entry is not None:
        return (entry.name, q.builtin(entry, rank)) if entry.function(rank) is not None else None
    inner = _entry_of(q, head.function) if isinstance(head, Derived) and rank == 1 else None
    if inner is None or not isinstance(head, Derived):
        return None
    return _DERIVED.get((head.qtype, inner.name), ""), q.callable(head, 1)


def _uses_columns(tree: Value, rows: Selection) -> bool:
    """Whether each name in a tree is a column: another vector would not be cut as the groups are."""
    if isinstance(tree, Atom):
        return tree.qtype is not QType.SYMBOL or rows.column(tree.raw) is not None
    return not isinstance(tree, List) or all(_uses_columns(part, rows) for part in tree.items[1:])


def group_values(q: Context, tree: Value, rows: Selection, groups: Groups) -> list[Value] | None:
    """The value of ``tree`` for each group; ``None`` if it is no built-in function of rows."""
    call = _call(q, tree, rows, groups)
    return None if call is None else _slices(q, call, groups)


def _slices(q: Context, call: _Call, groups: Groups) -> list[Value]:
    out = []
    bounds = groups.starts.tolist()
    for start, stop in pairwise(bounds):
        q.check()
        out.append(call.function(call.ordered[start:stop]))
    return out


def segmented(q: Context, tree: Value, rows: Selection, groups: Groups) -> Vector | list[Value] | None:
    """As `group_values`; or the values of all groups as one vector, in the order of the groups, if each has one item
    for each row."""
    call = _call(q, tree, rows, groups)
    if call is None:
        return None
    kernel = _KERNELS.get(call.name)
    if kernel is not None and type(call.ordered) is Vector and call.ordered.qtype in _PLAIN:
        made = kernel(call, groups.starts)
        if made is not None:
            return made
    return _slices(q, call, groups)


# -- functions of neighbours


def _deltas(call: _Call, starts: Positions) -> Vector | None:
    """The first item of each group stays."""
    made = call.function(call.ordered)
    if call.left is not None or type(made) is not Vector or made.qtype is not call.ordered.qtype:
        return None
    data = made.data.copy()
    data[starts[:-1]] = call.ordered.data[starts[:-1]]
    return vec(made.qtype, data)


def _shifted(call: _Call, starts: Positions, by: int) -> Vector | None:
    """Items ``by`` places before, nulls where the group has none there."""
    size = len(call.ordered)
    sizes = np.diff(starts)
    inside = np.arange(size) - np.repeat(starts[:-1], sizes) - by
    outside = (inside < 0) | (inside >= np.repeat(sizes, sizes))
    data = np.roll(call.ordered.data, by)
    data[outside] = null_raw(call.ordered.qtype)
    return vec(call.ordered.qtype, data)


def _xprev(call: _Call, starts: Positions) -> Vector | None:
    if call.left is None or call.left.qtype is not QType.LONG or abs(call.left.raw) > len(call.ordered):
        return None
    return _shifted(call, starts, call.left.raw)


def _sums(call: _Call, starts: Positions) -> Vector | None:
    """Running sums of longs, less what the groups before add up to: exact, as longs wrap. Floats go one by one."""
    data = call.ordered.data
    if call.ordered.qtype is not QType.LONG or call.left is not None or bool((data == QType.LONG.null).any()):
        return None
    with np.errstate(all="ignore"):
        running = np.cumsum(data)
        before = np.concatenate([[0], running[starts[1:-1] - 1]])
        return vec(QType.LONG, running - np.repeat(before, np.diff(starts)))


_KERNELS: Final[dict[str, Callable[[_Call, Any], Vector | None]]] = {
    "deltas": _deltas,
    "prev": partial(_shifted, by=1),
    "next": partial(_shifted, by=-1),
    "xprev": _xprev,
    "sums": _sums,
}
