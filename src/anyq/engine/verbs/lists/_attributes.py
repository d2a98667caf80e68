"""Attributes: sorted, unique, parted, grouped (page ref/set-attribute.md). Each is checked where it is set."""

from __future__ import annotations

import numpy as np

from anyq.errors import QError
from anyq.values import Atom, Attr, Dict, KeyedTable, List, Table, Value, Vector

from ...kernel._order import is_sorted
from ...kernel._search import factorized
from ...kernel._support import is_atom, symbol

__all__ = ["attribute_of", "set_attribute"]


def set_attribute(name: str, x: Value) -> Value:
    """q's ```s#x`` and its siblings; an empty name takes the attribute away.

    Raises ``'s-fail`` for what is not ascending, ``'u-fail`` for what is not unique (or not in parts, for p).
    """
    if name not in ("", "s", "u", "p", "g"):
        raise QError("type")
    attr = Attr.of(name)
    if isinstance(x, Table):
        return _of_table(attr, x)
    if isinstance(x, Dict):
        return _of_dict(name, x)
    if is_atom(x):
        if isinstance(x, Atom):
            raise QError("type")
        return x
    _verify(attr, x)
    if isinstance(x, Vector):
        return x.with_attr(attr)
    assert isinstance(x, List)
    return List.of(x.strings or x.items, attr if attr is not Attr.GROUPED else Attr.NONE)


def _of_table(attr: Attr, x: Table) -> Table:
    columns = list(x.data.items)
    if columns:
        marked = Attr.PARTED if attr is Attr.SORTED else attr
        if attr is Attr.SORTED:
            _verify(attr, columns[0])
        first = set_attribute(marked.char, columns[0])
        columns[0] = first
    return Table.of(x.names, List.of(tuple(columns)), attr if attr is Attr.SORTED else Attr.NONE)


def _of_dict(name: str, x: Dict) -> Dict:
    if name not in ("", "s"):
        return type(x)(set_attribute(name, x.key), x.value)
    if isinstance(x, KeyedTable):
        keys = x.key_table
        if name and not is_sorted(keys):
            raise QError("s-fail")
        return KeyedTable(Table.of(keys.names, keys.data, Attr.of(name)), x.value, name == "s")
    marked = set_attribute(name, x.key)
    return Dict(marked, x.value, name == "s")


def _verify(attr: Attr, x: Value) -> None:
    if attr is Attr.SORTED and not is_sorted(x):
        raise QError("s-fail")
    if attr is Attr.UNIQUE:
        codes, firsts = factorized(x)
        if len(codes) != len(firsts):
            raise QError("u-fail")
    if attr is Attr.PARTED:
        codes, firsts = factorized(x)
        if len(codes) and int(np.count_nonzero(codes[1:] != codes[:-1])) + 1 != len(firsts):
            raise QError("u-fail")


def attribute_of(x: Value) -> Value:
    """q's ``attr``: the letter of the attribute, empty for none."""
    if isinstance(x, Vector | List):
        return symbol(x.attr.char)
    if isinstance(x, Table):
        return symbol(x.attr.char)
    if isinstance(x, Dict):
        return symbol("s" if x.sorted else attribute_of(x.key).raw if not isinstance(x, KeyedTable) else "")  # type: ignore[attr-defined]
    return symbol("")
