"""Functions that compiled code calls besides verbs: conditions, appends, amends, patterns, errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from anyq.errors import QError
from anyq.values import Atom, Composition, Dict, KeyedTable, List, QType, Table, Value, Vector

from ..kernel._amend import Change, amend_deep, new_item, of_nothing, with_item
from ..kernel._append import kept_attr
from ..kernel._append_rows import append_columns
from ..kernel._build import build_table
from ..kernel._domains import appendable
from ..kernel._enumeration import Enumeration
from ..kernel._in_place import IN_LOCAL, change_item, references
from ..kernel._records import records
from ..kernel._support import depth
from ..session._context import Context

__all__ = ["amend_local", "append", "compose", "make_table", "signal", "times", "truth", "unpack", "unset"]


_EMPTY: Final = List.of(())


def truth(x: Value) -> bool:
    """Whether a condition holds. Raises `QError` (``type``) for what is no atom of a number."""
    if type(x) is Atom and x.qtype is not QType.SYMBOL and x.qtype is not QType.GUID:
        return bool(x.raw != 0)
    raise QError("type")


def times(x: Value) -> int:
    """How often ``do`` runs."""
    if type(x) is Atom and isinstance(x.raw, int) and x.qtype <= QType.LONG:
        return x.raw
    raise QError("type")


def signal(x: Value) -> QError:
    """The error that ``'x`` raises."""
    if isinstance(x, Atom) and x.qtype is QType.SYMBOL:
        return QError(x.raw)
    if isinstance(x, Vector) and x.qtype is QType.CHAR:
        return QError(bytes(x).decode("utf-8", "surrogateescape"))
    return QError("stype")


def amend_local(x: Value, path: tuple[Value, ...], change: Change, y: Value) -> Value:
    """The new value of a local variable ``x`` after ``x[path] f: y``: ``x`` itself if it has no other holder."""
    found = new_item(x, path, change, y)
    if found is None:
        return amend_deep(x, path, change, y)
    return x if references(x) <= IN_LOCAL and change_item(x, *found) else with_item(x, *found)


def append(q: Context, join: Callable[[Value, Value], Value], x: Value, y: Value) -> Value:
    """``x,:y``, which is stricter than ``x,y`` (page ref/join.md, "Append").

    A vector keeps its type, else `QError` (``type``); and its attribute, if what is appended lets it (page
    ref/set-attribute.md). An enumeration takes members of its domain, else `QError` (``cast``). A general list takes
    what has the rank of its first item as one item. An atom takes the empty list only, and is a list then. A table
    takes the records that it takes by ``upsert`` (page kb/faq.md).
    """
    if isinstance(x, Table | KeyedTable):
        partly = append_columns(x, y) if isinstance(x, KeyedTable) else None
        return q.verb("upsert", x, y) if partly is None else partly
    if type(x) is List and len(x) and depth(x[0]) == depth(y):
        return join(x, List.of((y,)))
    if isinstance(x, Enumeration):
        y = appendable(x, y)
    if isinstance(x, Vector) and isinstance(y, Atom | Vector):
        if y.qtype is x.qtype:
            return _longer(join, x, y) if x.attr else join(x, y)
        if len(x):
            raise QError("type")
    if isinstance(x, Atom) and not (isinstance(y, Dict | Table) or y == _EMPTY):
        raise QError("type")
    if isinstance(x, Dict) and isinstance(y, Dict) and isinstance(x.value, Vector) and len(x):
        others = y.value
        if len(y) and not (isinstance(others, Vector) and others.qtype is x.value.qtype):
            raise QError("type")
    return join(x, y)


def unset(error: QError, key: str, change: Callable[..., Value], y: Value) -> Value:
    """``x op: y`` of a variable that is not set. Raises ``error`` again if it is about something else."""
    if error.text != key:
        raise error
    return of_nothing(change, y)


def _longer(join: Callable[[Value, Value], Value], x: Vector, y: Atom | Vector) -> Value:
    more = records([y]) if isinstance(y, Atom) else y
    assert isinstance(more, Vector)
    attr = kept_attr(x, more)  # before the join: only the latest state of a vector has the index of its items
    made = join(x, y)
    return made.with_attr(attr) if isinstance(made, Vector) and attr else made


def compose(outer: Value, inner: Value) -> Value:
    """``outer inner@``."""
    tail = inner.items if isinstance(inner, Composition) else (inner,)
    return Composition((outer, *tail))


def unpack(x: Value, size: int) -> list[Value]:
    """The items that ``(a;b):x`` assigns."""
    if isinstance(x, Vector | List | Table):
        if len(x) != size:
            raise QError("length")
        return list(x)
    return [x] * size


def make_table(names: tuple[str, ...], columns: tuple[Value, ...], keyed: int) -> Value:
    """The value of ``([..]..)``: ``keyed`` columns are the key, -1 makes a dict."""
    return build_table(names, columns, keyed)
