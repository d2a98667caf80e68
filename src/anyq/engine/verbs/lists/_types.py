"""What a value is: ``type``, ``null``, ``attr``, ``key`` of data, fill ``^``."""

from __future__ import annotations

from typing import Any

import numpy as np

from anyq.errors import QError
from anyq.values import NULL, Atom, Dict, KeyedTable, List, QType, SymbolArray, Table, Value, Vector, collapse

from ...kernel._enumeration import Domain, EnumeratedAtom, Enumeration
from ...kernel._itemwise import extend1, extend2
from ...kernel._promote import LESSER
from ...kernel._raw import convert
from ...kernel._records import records
from ...kernel._search import positions
from ...kernel._support import array_of, atom_of, bools, flag, items_of, type_number, vec
from ...session._vocabulary import Vocabulary
from ._attributes import attribute_of

__all__ = ["fill", "install", "is_null"]


def type_of(x: Value) -> Value:
    """q's ``type``: a short, negative for atoms."""
    return Atom(QType.SHORT, type_number(x))


def _missing(x: Vector) -> Any:
    data, null = x.data, x.qtype.null
    if isinstance(data, SymbolArray):
        if data.coded:
            codes, uniques = data.factorize()
            return (uniques == "")[codes] if len(uniques) else np.zeros(0, np.bool_)
        return data.objects() == ""
    if x.qtype is QType.GUID:
        return data == np.zeros(1, data.dtype)[0]
    if null is None:
        return np.zeros(len(data), np.bool_)
    return np.isnan(data) if data.dtype.kind == "f" else data == null


def _has_null(source: Domain | None) -> bool:
    """Whether a null is a member of a domain; then no item of its enumerations is null (page ref/null.md)."""
    words = source.words if source is not None else None
    return words is not None and bool(_missing(words).any())


def is_null(x: Value) -> Value:
    """q's ``null``, item by item."""
    if isinstance(x, Enumeration | EnumeratedAtom) and _has_null(x.source):
        return bools(np.zeros(len(x), np.bool_)) if isinstance(x, Enumeration) else flag(False)
    if isinstance(x, Atom):
        return flag(x.is_null)
    if isinstance(x, Vector):
        return bools(_missing(x))
    if isinstance(x, List | Dict | Table):
        return extend1(is_null, x)
    return flag(x is NULL or x == NULL)


def fill(x: Value, y: Value) -> Value:
    """q's ``x^y``: ``y`` with ``x`` in the place of nulls. Of keyed tables and dicts: coalesced."""
    if isinstance(x, Dict) and isinstance(y, Dict):
        return _coalesced(x, y)
    if isinstance(x, Table) and isinstance(y, Table):
        return extend2(fill, x, y)
    if not isinstance(x, Atom | Vector) or not isinstance(y, Atom | Vector):
        return extend2(fill, x, y)
    if isinstance(x, Vector) and isinstance(y, Vector) and len(x) != len(y):
        raise QError("length")
    scalar = isinstance(x, Atom) and isinstance(y, Atom)
    whole = y if isinstance(y, Vector) else _one_item(y)
    if x.qtype is QType.SYMBOL or y.qtype is QType.SYMBOL:
        return _fill_symbols(x, whole, scalar)
    qtype = _fill_type(x.qtype, y.qtype)
    own = array_of(x)
    if qtype is QType.GUID:
        return _filled(qtype, own, whole.data, _missing(whole), scalar)
    if x.qtype is not qtype:
        own = convert(own, x.qtype, qtype)
    return _filled(qtype, own, convert(whole.data, y.qtype, qtype), _missing(whole), scalar)


def _filled(qtype: QType, own: Any, other: Any, gaps: Any, scalar: bool) -> Value:
    size = max(len(own), len(other)) if len(own) and len(other) else 0
    out = np.broadcast_to(other, size).copy()
    gaps = np.broadcast_to(gaps, size)
    if gaps.any():
        out[gaps] = np.broadcast_to(own, size)[gaps]
    return atom_of(qtype, out[0]) if scalar else vec(qtype, out)


def _one_item(y: Atom) -> Vector:
    data = SymbolArray.from_strs([y.raw]) if y.qtype is QType.SYMBOL else array_of(y)
    return Vector.of(y.qtype, data)


def _fill_type(x: QType, y: QType) -> QType:
    if x is y:
        return x
    found = LESSER.get((x, y))
    if found is None:
        raise QError("type")
    return found


def _fill_symbols(x: Atom | Vector, y: Vector, scalar: bool) -> Value:
    if x.qtype is not y.qtype:
        raise QError("type")
    gaps = _missing(y)
    size = len(x) if isinstance(x, Vector) else len(y)
    strs = np.broadcast_to(y.symbols.objects(), size).copy()
    gaps = np.broadcast_to(gaps, size)
    strs[gaps] = x.symbols.objects()[gaps] if isinstance(x, Vector) else x.raw
    return Atom(QType.SYMBOL, strs[0]) if scalar else vec(QType.SYMBOL, SymbolArray.from_strs(strs))


def _coalesced(x: Dict, y: Dict) -> Value:
    keys, values = items_of(x.key), items_of(x.value)
    have = len(keys)
    found = positions(x.key, y.key).tolist()
    for place, key, value in zip(found, items_of(y.key), items_of(y.value), strict=True):
        if place < have:
            values[place] = fill(values[place], value)
        else:
            keys.append(key)
            values.append(value)
    if isinstance(x, KeyedTable):
        return KeyedTable(records(keys), records(values))
    made = records(keys) if isinstance(x.key, Table) else collapse(keys)
    return Dict(made, collapse(values))


def install(vocabulary: Vocabulary) -> None:
    """Enter this family's names."""
    vocabulary.unary("type", type_of)
    vocabulary.unary("null", is_null)
    vocabulary.unary("attr", attribute_of)
    vocabulary.binary("^", fill)
