"""q values as Python, NumPy, pandas and Arrow objects, by PyKX's rules.

Where they differ from anyq's own (see `anyq.convert`): a null integer is ``pandas.NA`` and a null moment ``pandas.NaT``
in Python, integer infinities are ``math.inf``, minutes, seconds and times are timedeltas, the keys of a keyed table are
tuples, characters are bytes in pandas, and the deprecated datetime is refused without ``raw=True``.
"""

from __future__ import annotations

import datetime as dt
import math
import uuid
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from anyq import convert
from anyq.errors import ConversionError
from anyq.values import ELIDED, NULL, Atom, Dict, KeyedTable, List, QType, SymbolArray, Table, Value, Vector

from ._base import SPECIAL, wrap
from ._exceptions import PyArrowUnavailable, QError
from ._functions import ForeignValue
from ._links import LINKS

__all__ = ["converted"]

_INTEGERS: Final = frozenset({QType.SHORT, QType.INT, QType.LONG})
_MOMENTS: Final = frozenset({QType.TIMESTAMP, QType.MONTH, QType.DATE})
_SPANS: Final = frozenset({QType.TIMESPAN, QType.MINUTE, QType.SECOND, QType.TIME})
_EPOCHS: Final = {QType.TIMESTAMP: 946_684_800 * 10**9, QType.MONTH: 360, QType.DATE: 10_957}
_DEPRECATED: Final = "The q datetime type is deprecated, and can only be accessed with the keyword argument `raw=True`"
_MICROS: Final = {QType.MINUTE: 60_000_000, QType.SECOND: 1_000_000, QType.TIME: 1000}


def _pandas() -> Any:
    import pandas

    return pandas


def _enumerated(value: Value) -> str | None:
    if getattr(value, "domain", None) is None or not isinstance(value, Atom | Vector):
        return None
    return "enumerated atom" if isinstance(value, Atom) else "enumeration"


def _on_disk(value: Value) -> str | None:
    return "partitioned" if isinstance(value, Table) and getattr(value, "database", None) is not None else None


SPECIAL.extend([_enumerated, _on_disk])


def converted(value: Value, form: str, **keywords: Any) -> Any:
    """``value`` in a form: ``py np pd pa``, with the keywords that PyKX has."""
    return _FORMS[form](value, **keywords)


# Python


def _py(
    value: Value, raw: bool = False, has_nulls: Any = None, has_infs: Any = None, stdlib: bool = True, **more: Any
) -> Any:
    if isinstance(value, Atom):
        found = _atom_raw(value) if raw else _atom_py(value) if stdlib else _atom_np(value, raw)
        return _zoned(found, **more) if more else found
    if isinstance(value, Vector):
        if value.qtype is QType.CHAR:
            return bytes(value.data)
        if not stdlib:
            return _np(value, raw=raw)
        items = _items_raw(value) if raw else _items_py(value)
        return [_zoned(item, **more) for item in items] if more else items
    if isinstance(value, List):
        return [_py(item, raw=raw, stdlib=stdlib, **more) for item in value.items]
    if isinstance(value, Table):
        if not stdlib:
            return _pd(value, raw=raw)
        return {
            name: _py(column, raw=raw, **more) for name, column in zip(value.columns, value.data.items, strict=True)
        }
    if isinstance(value, KeyedTable):
        return _pd(value, raw=raw) if not stdlib else _keyed_py(value, raw)
    if isinstance(value, Dict):
        return _dict_py(value, raw, stdlib)
    if value == NULL:
        return None
    if value == ELIDED:
        return ...
    if isinstance(value, ForeignValue):
        return value.obj
    return wrap(value)


def _dict_py(value: Dict, raw: bool, stdlib: bool) -> dict[Any, Any]:
    keys = [_hashable(_py(item, raw=raw)) for item in value.key]
    if isinstance(value.value, Table):
        names = value.value.columns
        values: list[Any] = [
            dict(zip(names, row, strict=True))
            for row in zip(*[[_py(item, raw=raw) for item in column] for column in value.value.data.items], strict=True)
        ]
    else:
        values = [_py(item, raw=raw, stdlib=stdlib) for item in value.value]
    return dict(zip(keys, values, strict=True))


def _keyed_py(value: KeyedTable, raw: bool) -> dict[Any, Any]:
    keys, rows = value.key_table, value.value_table
    lines = zip(*[[_hashable(_py(item, raw=raw)) for item in column] for column in keys.data.items], strict=True)
    columns = [[_py(item, raw=raw) for item in column] for column in rows.data.items]
    found = zip(*columns, strict=True) if columns else iter([()] * len(rows))
    return {key: dict(zip(rows.columns, row, strict=True)) for key, row in zip(lines, found, strict=False)}


def _hashable(obj: Any) -> Any:
    return tuple(map(_hashable, obj)) if isinstance(obj, list) else obj


def _zoned(obj: Any, tzinfo: Any = None, tzshift: bool = True, **_: Any) -> Any:
    """A moment in a time zone: as UTC's shown there, or with ``tzshift=False`` as written."""
    if tzinfo is None or not isinstance(obj, dt.datetime):
        return obj
    return obj.replace(tzinfo=dt.UTC).astimezone(tzinfo) if tzshift else obj.replace(tzinfo=tzinfo)


def _atom_raw(atom: Atom) -> Any:
    if atom.qtype is QType.SYMBOL:
        if _enumerated(atom):
            return _place(atom)
        return atom.raw.encode("utf-8", "surrogateescape")
    if atom.qtype is QType.GUID:
        return complex(np.frombuffer(atom.raw, np.complex128)[0])
    return atom.raw


def _place(value: Any) -> Any:
    from ._engine import call

    found = call('{"j"$x}', value)
    return _items_raw(found) if isinstance(found, Vector) else found.raw  # type: ignore[attr-defined]


def _atom_py(atom: Atom) -> Any:
    qtype, raw = atom.qtype, atom.raw
    if qtype in (QType.SYMBOL, QType.REAL, QType.FLOAT, QType.BYTE):
        return raw
    if qtype in _INTEGERS:
        return _integer(qtype, raw)
    if qtype is QType.BOOLEAN:
        return bool(raw)
    if qtype is QType.CHAR:
        return bytes([raw])
    if qtype is QType.GUID:
        return uuid.UUID(bytes=raw)
    if qtype is QType.DATETIME:
        raise TypeError(_DEPRECATED)
    return _temporal_py(qtype, raw)


def _integer(qtype: QType, raw: int) -> Any:
    if raw == qtype.null:
        return _pandas().NA
    if raw == qtype.inf:
        return math.inf
    return -math.inf if raw == qtype.ninf else raw


def _temporal_py(qtype: QType, raw: int) -> Any:
    if raw == qtype.null:
        return _pandas().NaT
    if qtype is QType.TIMESPAN:
        return dt.timedelta(microseconds=raw // 1000)
    if qtype in _SPANS:
        return dt.timedelta(microseconds=raw * _MICROS[qtype])
    if qtype is QType.TIMESTAMP:
        ticks = min(raw, 2**63 - 1 - _EPOCHS[qtype]) + _EPOCHS[qtype]
        return dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=ticks // 1000)
    moved = raw + _EPOCHS[qtype]
    found = np.datetime64(moved, "M" if qtype is QType.MONTH else "D").astype(object)
    if isinstance(found, dt.date):
        return found
    return moved


def _items_raw(vector: Vector) -> list[Any]:
    if _enumerated(vector):
        found: list[Any] = _place(vector)
        return found
    if vector.qtype is QType.SYMBOL:
        return [text.encode("utf-8", "surrogateescape") for text in vector.symbols.objects().tolist()]
    return _raw_array(vector).tolist()  # type: ignore[no-any-return]


def _items_py(vector: Vector) -> list[Any]:
    qtype, data = vector.qtype, vector.data
    if isinstance(data, SymbolArray):
        return data.objects().tolist()  # type: ignore[no-any-return]
    if qtype in (QType.BOOLEAN, QType.BYTE, QType.REAL, QType.FLOAT):
        return data.tolist()  # type: ignore[no-any-return]
    if qtype in _INTEGERS:
        if len(data) and ((data == qtype.null) | (data == qtype.inf) | (data == qtype.ninf)).any():
            return [_integer(qtype, raw) for raw in data.tolist()]
        return data.tolist()  # type: ignore[no-any-return]
    return [_atom_py(atom) for atom in vector]


# NumPy


def _np(
    value: Value, raw: bool = False, has_nulls: Any = None, has_infs: Any = None, reshape: Any = None, **_: Any
) -> Any:
    if isinstance(value, Atom):
        return _atom_np(value, raw)
    if isinstance(value, Vector):
        return _vector_np(value, raw)
    if isinstance(value, List):
        return _list_np(value, raw, reshape)
    if isinstance(value, Table):
        return _pd(value, raw=raw).to_records(index=False)
    if isinstance(value, KeyedTable):
        return _pd(value, raw=raw).to_records()
    if isinstance(value, Dict):
        return {_hashable(_py(key)): _np(item, raw=raw) for key, item in zip(value.key, value.value, strict=True)}
    return _py(value)


def _atom_np(atom: Atom, raw: bool) -> Any:
    qtype = atom.qtype
    if raw:
        return _atom_raw(atom)
    if qtype is QType.DATETIME:
        raise TypeError(_DEPRECATED)
    if qtype in (QType.BOOLEAN, QType.CHAR, QType.SYMBOL, QType.GUID):
        return _atom_py(atom)
    if qtype in _MOMENTS or qtype in _SPANS:
        if atom.is_null:
            return np.datetime64("NaT") if qtype in _MOMENTS else np.timedelta64("NaT")
        return convert.to_np(atom)
    return qtype.numpy.type(atom.raw)


def _raw_array(vector: Vector) -> Any:
    if vector.qtype is QType.GUID:
        return np.ascontiguousarray(vector.data).view(np.complex128)
    if vector.qtype is QType.CHAR:
        return vector.data.view("S1")
    return vector.data


def _vector_np(vector: Vector, raw: bool) -> Any:
    qtype, data = vector.qtype, vector.data
    if raw:
        if _enumerated(vector):
            return np.array(_place(vector), np.int64)
        if qtype is QType.SYMBOL:
            return np.array(_items_raw(vector), object)
        return _raw_array(vector)
    if qtype is QType.DATETIME:
        raise TypeError(_DEPRECATED)
    if qtype is QType.GUID:
        found = np.empty(len(data), object)
        found[:] = [uuid.UUID(bytes=item.tobytes()) for item in data]
        return found
    if qtype in _INTEGERS:
        mask = data == qtype.null
        return np.ma.MaskedArray(data, mask=mask, copy=False, fill_value=qtype.null) if mask.any() else data
    return convert.to_np(vector)


def _list_np(value: List, raw: bool, reshape: Any) -> Any:
    if reshape is None or reshape is False:
        found = np.empty(len(value), object)
        for place, item in enumerate(value.items):
            found[place] = _np(item, raw=raw)
        return found
    wrong = TypeError('Data must be a singular type "rectangular" matrix')
    kinds = {getattr(item, "qtype", None) for item in value.items}
    if len(kinds) > 1 or not all(isinstance(item, Vector | List) for item in value.items):
        raise wrong
    try:
        made = np.array([_np(item, raw=raw, reshape=True if isinstance(item, List) else None) for item in value.items])
    except ValueError:
        raise wrong from None
    return made if reshape is True else made.reshape(reshape)


# pandas


def _pd(
    value: Value,
    raw: bool = False,
    has_nulls: Any = None,
    has_infs: Any = None,
    as_arrow: bool = False,
    raw_guids: bool = False,
    **_: Any,
) -> Any:
    pandas = _pandas()
    if isinstance(value, Atom):
        return _atom_pd(value, raw)
    if isinstance(value, KeyedTable):
        frame = _pd(value.unkeyed(), raw=raw, as_arrow=as_arrow)
        return frame.set_index(value.key_table.columns)
    if isinstance(value, Table):
        columns = [_column_pd(column, raw, as_arrow) for column in value.data.items]
        frame = pandas.DataFrame(dict(enumerate(columns)), copy=False)
        frame.columns = value.columns
        return frame
    if isinstance(value, Vector | List):
        return _column_pd(value, raw, as_arrow)
    return _py(value, raw=raw)


def _atom_pd(atom: Atom, raw: bool) -> Any:
    if raw:
        return _atom_raw(atom)
    pandas = _pandas()
    qtype = atom.qtype
    if qtype in _MOMENTS or qtype in _SPANS:
        found = _atom_np(atom, raw)
        if atom.is_null:
            return pandas.NaT
        if qtype in _MOMENTS:
            return pandas.Timestamp(found)
        return pandas.Timedelta(found)
    if qtype in _INTEGERS and atom.is_null:
        return pandas.NA
    return _atom_np(atom, False)


def _column_pd(column: Value, raw: bool, as_arrow: bool) -> Any:
    pandas = _pandas()
    if isinstance(column, Vector) and _enumerated(column) and not raw and not as_arrow:
        return pandas.Series(pandas.Categorical(_items_py(column)))
    if as_arrow:
        return _arrow_pd(column, raw)
    array = _np(column, raw=raw)
    if raw or not isinstance(column, Vector):
        return pandas.Series(array, copy=False)
    qtype = column.qtype
    if isinstance(array, np.ma.MaskedArray):
        dtype = {QType.SHORT: "Int16", QType.INT: "Int32", QType.LONG: "Int64"}[qtype]
        return pandas.Series(pandas.arrays.IntegerArray(array.data.copy(), array.mask.copy()), dtype=dtype)
    if qtype in (QType.MONTH, QType.DATE):
        array = _narrowed(array)
    elif qtype is QType.MINUTE:
        array = array.astype("m8[s]")
    return pandas.Series(array, dtype=object if array.dtype.kind in "OS" else None, copy=False)


def _narrowed(array: Any) -> Any:
    """Days and months in seconds, saturated where those do not reach."""
    seconds = array.astype("M8[D]").view(np.int64)
    low, high = -(2**62) // 86_400, 2**62 // 86_400
    found = np.clip(seconds, low, high) * 86_400
    found[np.isnat(array)] = np.iinfo(np.int64).min
    return found.view("M8[s]")


def _arrow_pd(column: Value, raw: bool) -> Any:
    pandas = _pandas()
    array = _pa(column, raw=raw, wide=True)
    return pandas.Series(pandas.arrays.ArrowExtensionArray(array))


# Arrow


def _arrow() -> Any:
    try:
        import pyarrow
    except ImportError as error:
        raise PyArrowUnavailable from error
    return pyarrow


def _pa(
    value: Value, raw: bool = False, has_nulls: Any = None, has_infs: Any = None, wide: bool = False, **_: Any
) -> Any:
    pyarrow = _arrow()
    if isinstance(value, Atom):
        return _atom_pd(value, raw)
    if isinstance(value, KeyedTable):
        raise NotImplementedError("Keyed tables have no Arrow form: take .set_index(0), or .pd()")
    if isinstance(value, Table):
        return pyarrow.table([_pa(column, raw=raw) for column in value.data.items], names=value.columns)
    if isinstance(value, Vector):
        return _vector_pa(pyarrow, value, raw, wide)
    if isinstance(value, List):
        try:
            return pyarrow.array(_of_one_kind([_plain(item, raw) for item in value.items]))
        except (pyarrow.lib.ArrowInvalid, pyarrow.lib.ArrowTypeError, ConversionError) as error:
            raise QError(f"Unable to convert pykx.List with mixed types to an Arrow array: {error}") from error
    return _py(value, raw=raw)


def _of_one_kind(items: list[Any]) -> list[Any]:
    """The items, if they are of one kind. `ConversionError` else: Arrow itself may end the process."""
    kinds = {type(item) for item in items if item is not None}
    if len(kinds) > 1 and any(issubclass(kind, np.datetime64 | np.timedelta64) for kind in kinds):
        raise ConversionError(f"items of {', '.join(sorted(kind.__name__ for kind in kinds))} in one list")
    return items


def _plain(item: Value, raw: bool) -> Any:
    found = _np(item, raw=raw)
    return None if found is _pandas().NA else found


def _vector_pa(pyarrow: Any, vector: Vector, raw: bool, wide: bool) -> Any:
    qtype, data = vector.qtype, vector.data
    if qtype is QType.GUID:
        return pyarrow.array([item.tobytes() for item in data], pyarrow.binary(16))
    if raw:
        return pyarrow.array(_np(vector, raw=True))
    if qtype is QType.CHAR:
        return pyarrow.array([bytes([item]) for item in data.tolist()], pyarrow.binary())
    array = _np(vector)
    if qtype in _INTEGERS and isinstance(array, np.ma.MaskedArray):
        return pyarrow.array(array.data, mask=array.mask)
    if wide and qtype in (QType.MONTH, QType.DATE):
        array = _narrowed(array)
    elif wide and qtype is QType.MINUTE:
        array = array.astype("m8[s]")
    return pyarrow.array(array, pyarrow.string() if qtype is QType.SYMBOL else None)


_FORMS: Final[dict[str, Callable[..., Any]]] = {"py": _py, "np": _np, "pd": _pd, "pa": _pa}
LINKS.convert = converted
