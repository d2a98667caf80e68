"""Values -> NumPy, and NumPy arrays and scalars -> values."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from anyq.errors import ConversionError
from anyq.values import (
    Atom,
    Dict,
    KeyedTable,
    List,
    QType,
    StringArray,
    SymbolArray,
    Table,
    Value,
    Vector,
    as_q,
    collapse,
    symbols,
)

from ._python import mapping_keys, to_py
from ._rules import RULES, moments, nulls

__all__ = [
    "EPOCH",
    "as_array",
    "bounds",
    "exactly",
    "from_array",
    "from_moments",
    "from_scalar",
    "from_spans",
    "temporal",
    "to_np",
    "vector_np",
    "with_nulls",
]

Array = npt.NDArray[Any]
_I64: Final = np.iinfo(np.int64)
EPOCH: Final = {"ns": 946_684_800 * 10**9, "D": 10_957, "M": 360}


_DEEPEST: Final = 1000
"""NumPy frees arrays in arrays by recursion in C: some thousands deep, that is the end of the process."""


def to_np(value: Value, raw: bool = False) -> Any:
    """``value`` as NumPy: the column *NumPy* of the table of conversions; ``raw`` gives the numbers of the wire.

    Numbers are read-only views and not copies. An atom is a scalar, a general list an object array (of ``bytes`` when
    its items are char vectors as received), a table a structured array, a dict a dict. Raises `anyq.ConversionError`
    for nesting deeper than 1,000 or than Python's stack.
    """
    try:
        return _to_np(value, raw, 0)
    except RecursionError:
        raise ConversionError("this value is nested deeper than Python objects can be here") from None


def _to_np(value: Value, raw: bool, depth: int) -> Any:
    if depth > _DEEPEST:
        raise ConversionError("this value is nested deeper than arrays can be")
    if isinstance(value, Atom):
        return _scalar(value, raw)
    if isinstance(value, Vector):
        return vector_np(value, raw)
    if isinstance(value, List):
        plain = list(value.strings) if value.strings is not None else _items(value, raw, depth)
        return objects_of(plain)
    if isinstance(value, KeyedTable):
        return _to_np(value.unkeyed(), raw, depth)
    if isinstance(value, Table):
        return _records(value, raw, depth)
    if isinstance(value, Dict):
        return _dict(value, raw, depth)
    return to_py(value)


def _items(value: List, raw: bool, depth: int) -> list[Any]:
    return [_to_np(item, raw, depth + 1) for item in value.items]


def objects_of(items: list[Any]) -> Array:
    """An object array of ``items``, which may be arrays themselves."""
    out = np.empty(len(items), dtype=object)
    if not items or not any(hasattr(item, "__len__") and not isinstance(item, bytes | str) for item in items):
        out[:] = items
        return out
    for i, item in enumerate(items):
        out[i] = item
    return out


def vector_np(vector: Vector, raw: bool = False) -> Array:
    """The data of a vector; nothing is copied but symbols' texts, and moments, which count from another epoch."""
    qtype = vector.qtype
    if isinstance(vector.data, SymbolArray):
        return _read_only(vector.data.objects())
    data: Array = vector.data
    rule = RULES[qtype]
    if raw or qtype in (QType.GUID, QType.BOOLEAN, QType.REAL, QType.FLOAT):
        return data
    if qtype is QType.CHAR:
        return data.view("S1")
    if rule.unit:
        return moments(qtype, data, rule.unit, *bounds(qtype)).view(rule.numpy)
    mask = nulls(qtype, data)
    return data if mask is None else np.ma.MaskedArray(data, mask)


def _read_only(array: Array) -> Array:
    view = array.view()
    view.flags.writeable = False
    return view


_EXACT: Final = 1 << 53


def as_array(value: Value, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> Array:
    """What ``numpy.asarray(value)`` gives of an atom, a vector or a list: as `to_np`, but never masked.

    The null of integers is NaN in an array of floats, ``None`` in one of objects. Raises `anyq.ConversionError` for a
    null that ``dtype`` has no place for and for integers beside nulls that floats would round; ``ValueError`` when
    ``copy`` is false and the array is not the value's own memory.
    """
    if isinstance(value, Atom):
        if dtype is None and (value.qtype in (QType.CHAR, QType.GUID) or RULES[value.qtype].unit):
            # NumPy asks for the dtype here, and puts the atom itself into an array of many: only objects take it.
            return objects_of([_scalar(value, False)]).reshape(())
        found = as_array(collapse([value]), dtype, copy).reshape(())
    else:
        found = _whole(value, None if dtype is None else np.dtype(dtype))
    held = value.data if isinstance(value, Vector) and isinstance(value.data, np.ndarray) else None
    shared = held is not None and np.may_share_memory(found, held)
    if copy is False and not shared:
        raise ValueError("this array cannot be made without a copy")
    return found.copy() if copy and shared else found


def _whole(value: Value, dtype: np.dtype[Any] | None) -> Array:
    array = to_np(value)
    if not isinstance(value, Vector):
        return array if dtype is None else _cast(value, array, dtype)
    if isinstance(array, np.ma.MaskedArray):
        return _with_nan(value, array, dtype)
    if dtype is None or dtype == array.dtype:
        return array  # type: ignore[no-any-return]
    gone = np.isnat(array) if array.dtype.kind in "mM" else np.isnan(array) if array.dtype.kind == "f" else None
    if gone is not None and dtype.kind in ("iub" if array.dtype.kind == "f" else "iubf") and bool(gone.any()):
        raise _no_place(value, dtype)
    if array.dtype.kind in "mM" and dtype.kind == "O":  # NumPy makes integers of what Python's moments cannot hold
        return objects_of([None if gone else item for item, gone in zip(array, np.isnat(array).tolist(), strict=True)])
    if array.dtype.kind in "mM" and dtype.kind == array.dtype.kind and np.can_cast(array.dtype, dtype, "safe"):
        return exactly(array, dtype, np.isnat(array)).view(dtype)
    return _cast(value, array, dtype)


def _cast(value: Value, array: Array, dtype: np.dtype[Any]) -> Array:
    try:
        return array.astype(dtype, copy=False)
    except (TypeError, ValueError) as error:
        what = f"{value.qtype.label} vector" if isinstance(value, Vector) else "general list"
        raise ConversionError(f"a {what} is no array of {dtype} ({error}): use .np(), .pd() or .py()") from None


def _no_place(vector: Vector, dtype: np.dtype[Any]) -> ConversionError:
    return ConversionError(
        f"the nulls of a {vector.qtype.label} vector have no place in an array of {dtype}: "
        "use .np(), which masks them, .np(raw=True) for q's own numbers, or .pd()"
    )


def _with_nan(vector: Vector, masked: Any, dtype: np.dtype[Any] | None) -> Array:
    """Integers of which some are null."""
    mask = np.ma.getmaskarray(masked)
    if dtype is not None and dtype.kind == "O":
        plain = masked.data.astype(object)
        plain[mask] = None
        return plain  # type: ignore[no-any-return]
    if dtype is not None and dtype.kind not in "fc":
        raise _no_place(vector, dtype)
    found: Array = masked.data.astype(np.float64)
    if vector.qtype is QType.LONG:
        raw = masked.data[~mask]
        wide = raw[(np.abs(raw) > _EXACT) & (raw != vector.qtype.inf) & (raw != vector.qtype.ninf)]
        if bool((wide.astype(np.float64).astype(np.int64) != wide).any()):
            raise ConversionError(
                "floats, which NumPy needs beside nulls, would round these longs: "
                "use .np(), which masks nulls, or .pd()"
            )
    found[mask] = np.nan
    return found if dtype is None else found.astype(dtype, copy=False)


def bounds(qtype: QType) -> tuple[int, int]:
    """The first and last count that `to_np` gives: where q's infinities end up."""
    if qtype is QType.DATETIME:
        return -62_135_596_800_000, 253_402_300_799_999
    shift = 0 if RULES[qtype].span else EPOCH[RULES[qtype].unit]
    return int(qtype.ninf or 0) + shift, min(int(qtype.inf or 0) + shift, _I64.max)


def _scalar(value: Atom, raw: bool) -> Any:
    if value.qtype is QType.SYMBOL or (raw and value.qtype is not QType.GUID):
        return value.raw
    if value.qtype is QType.GUID:
        return np.void(value.raw)
    found = vector_np(Vector.of(value.qtype, np.array([value.raw], value.qtype.numpy)))[0]
    return None if found is np.ma.masked else found


def _records(table: Table, raw: bool, depth: int) -> Array:
    columns = [_to_np(column, raw, depth + 1) for column in table.data]
    names = table.column_names
    if len(set(names)) < len(names):
        raise ConversionError(f"columns of the same name have no place in a structured array: {', '.join(names)}")
    dtype = np.dtype([(name, c.dtype) for name, c in zip(names, columns, strict=True)])
    masked = any(isinstance(c, np.ma.MaskedArray) for c in columns)
    out: Array = np.ma.empty(len(table), dtype) if masked else np.empty(len(table), dtype)
    for name, column in zip(dtype.names or (), columns, strict=True):  # NumPy has its own name for an empty one
        out[name] = column
    return out


def _dict(value: Dict, raw: bool, depth: int) -> dict[Any, Any]:
    values = value.value
    if isinstance(values, List):
        items = _items(values, raw, depth)
    elif isinstance(values, Vector) and (raw or RULES[values.qtype].unit):
        items = list(vector_np(values, raw))
    else:
        whole: dict[Any, Any] = to_py(value)
        return whole
    found: dict[Any, Any] = {}
    for key, item in zip(mapping_keys(value.key), items, strict=True):
        found.setdefault(key, item)  # q finds the first of equal keys
    return found


# --- NumPy -> q ------------------------------------------------------------------------------------------------------

_INTEGERS: Final = {
    "i1": QType.SHORT, "i2": QType.SHORT, "i4": QType.INT, "i8": QType.LONG, "u1": QType.BYTE, "u2": QType.INT,
    "u4": QType.LONG, "u8": QType.LONG, "f2": QType.REAL, "f4": QType.REAL, "f8": QType.FLOAT, "b1": QType.BOOLEAN,
}  # fmt: skip
_DATES: Final = {"Y": QType.MONTH, "M": QType.MONTH, "W": QType.DATE, "D": QType.DATE}
_SPANS: Final = {"m": QType.MINUTE, "s": QType.SECOND, "ms": QType.TIME}


def from_array(array: Array) -> Value:
    """A q value of an array: one dimension gives a vector, more give lists of vectors, none gives an atom.

    Arrays of the right dtype are not copied: do not write to them afterwards. Masked items become nulls; what q has
    no number for (``uint64`` of over 63 bits, a moment outside q's range) raises `anyq.ConversionError`.
    """
    if array.ndim == 0:
        return from_array(array.reshape(1))[0]  # type: ignore[no-any-return]
    if array.dtype.names is not None:
        return Table(symbols(array.dtype.names), List.of(tuple([from_array(array[n]) for n in array.dtype.names])))
    if array.ndim > 1:
        return List.of(tuple([from_array(row) for row in _rows(array)]))
    if isinstance(array, np.ma.MaskedArray):
        return _masked(array)
    kind = array.dtype.kind
    if kind in "biuf":
        return _numbers(array)
    if kind == "M":
        return from_moments(array)
    if kind == "m":
        return from_spans(array)
    return _texts(array)


def _rows(array: Array) -> Array:
    """``array`` as one whose rows have a dimension less: those of a matrix are matrices."""
    if isinstance(array, np.ma.MaskedArray):
        return np.ma.MaskedArray(np.asarray(array.data), np.ma.getmaskarray(array))
    return np.asarray(array)


def _numbers(array: Array) -> Vector:
    code = array.dtype.kind + str(array.dtype.itemsize)
    qtype = _INTEGERS.get(code, QType.FLOAT)
    if code == "u8" and array.size and int(array.max()) > _I64.max:
        raise ConversionError(f"{array.max()} is out of the range of long")
    if code == "f16":
        array = array.astype(np.float64)
    native = array if array.dtype == qtype.numpy else array.astype(qtype.numpy)
    return Vector(qtype, native)


def _masked(array: Any) -> Value:
    mask = np.ma.getmaskarray(array)
    if not mask.any():
        return from_array(array.data)
    if array.dtype.kind in "OS":
        return as_q(array.tolist())
    if array.dtype.kind in "uMm":  # what is under the mask need not fit
        array = array.filled(np.zeros(1, array.dtype)[0])
    found = from_array(np.asarray(array))
    if not isinstance(found, Vector):
        raise ConversionError(f"a masked array of {array.dtype} has no q form")
    return with_nulls(found, mask)


def with_nulls(vector: Vector, mask: Array) -> Vector:
    """``vector`` with the type's null where ``mask`` is set; `ConversionError` for types without a null."""
    if not mask.any():
        return vector
    null = vector.qtype.null
    if null is None:
        raise ConversionError(f"nulls among values of type {vector.qtype.label}, which has no null")
    data = vector.array.copy()
    data[mask] = null if not isinstance(null, bytes) else np.zeros(1, "V16")[0]
    return Vector(vector.qtype, data)


def from_moments(array: Array) -> Vector:
    """``datetime64``: months and years -> month, weeks and days -> date, finer units -> timestamp."""
    unit = np.datetime_data(array.dtype)[0]
    if unit == "generic":
        array = _without_unit(array)
    qtype = _DATES.get(unit, QType.TIMESTAMP)
    target = {QType.MONTH: "M", QType.DATE: "D"}.get(qtype, "ns")
    mask = np.isnat(array)
    counts = exactly(array, np.dtype(f"M8[{target}]"), mask)
    return temporal(qtype, counts, mask, EPOCH[target])


def from_spans(array: Array) -> Vector:
    """``timedelta64``: of minutes, seconds and milliseconds -> minute, second and time, other units -> timespan."""
    unit, step = np.datetime_data(array.dtype)
    if unit in ("generic", "Y", "M"):
        array = _without_unit(array)
    qtype = _SPANS.get(unit, QType.TIMESPAN) if step == 1 else QType.TIMESPAN
    mask = np.isnat(array)
    counts = exactly(array, np.dtype(f"m8[{RULES[qtype].unit}]"), mask)
    return temporal(qtype, counts, mask, 0)


def _without_unit(array: Array) -> Array:
    if not bool(np.isnat(array).all()):
        unit = np.datetime_data(array.dtype)[0]
        what = {"Y": "of years, which have no fixed length,", "M": "of months, which have no fixed length,"}
        raise ConversionError(
            f"a timedelta64 {what.get(unit, 'without a unit')} has no q form: give days or finer units"
        )
    return np.full(len(array), "NaT", f"{array.dtype.kind}8[ns]")


def exactly(array: Array, dtype: np.dtype[Any], mask: Array) -> Array:
    """The counts of the unit of ``dtype``.

    `ConversionError` when one does not fit: NumPy's own cast wraps before 2.5.
    """
    native = array.astype(array.dtype.newbyteorder("="), copy=False)
    unit = np.datetime_data(dtype)[0]
    try:
        cast = native.astype(dtype)
    except OverflowError:
        raise _outside(_overflowing(native[~mask], dtype), unit) from None
    if native.dtype != dtype and native.dtype != np.dtype(f"{dtype.kind}8[Y]") and _coarser(native.dtype, dtype):
        wrong = (cast.astype(native.dtype) != native) & ~mask
        if bool(wrong.any()):
            raise _outside(native[wrong][0], unit)
    return cast.view(np.int64)


def _outside(item: np.generic, unit: str) -> ConversionError:
    return ConversionError(
        f"{item} is out of the range of counts of {unit}; types= makes another type of a column, "
        "anyq.vector of an array"
    )


def _overflowing(items: Array, dtype: np.dtype[Any]) -> np.generic:
    """An end of ``items`` that NumPy refuses to cast."""
    low, high = items.min(), items.max()
    try:
        np.array([low]).astype(dtype)
    except OverflowError:
        return low  # type: ignore[no-any-return]
    return high  # type: ignore[no-any-return]


def _coarser(dtype: np.dtype[Any], other: np.dtype[Any]) -> bool:
    return np.can_cast(dtype, other, "safe")


def temporal(qtype: QType, counts: Array, mask: Array, shift: int) -> Vector:
    low, high = int(qtype.ninf or 0), int(qtype.inf or 0)
    top = counts == _I64.max
    ends = shift == EPOCH["ns"] and bool(top.any())
    valid = counts[~mask] if mask.any() else counts
    if valid.size and not low + shift <= int(valid.min()) <= int(valid.max()) <= high + shift:
        raise ConversionError(
            f"a moment or a span is out of the range of q's {qtype.label}; types= makes another type of a column, "
            "anyq.vector of an array"
        )
    data = (counts - shift if shift else counts).astype(qtype.numpy, copy=False)
    if mask.any():
        data = np.where(mask, qtype.numpy.type(qtype.null), data)
    if ends:
        # The last nanosecond that NumPy has is what the infinity became on its way out.
        data = np.where(top, high, data)
    return Vector(qtype, data)


def _texts(array: Array) -> Value:
    kind, size = array.dtype.kind, array.dtype.itemsize
    if kind == "S" and size == 1:
        # NumPy takes trailing NULs for padding: an empty item is the NUL byte or nothing; q's char null is a space.
        return Vector.of(QType.CHAR, np.ascontiguousarray(array).view(np.uint8))
    if kind == "S":
        return List.of(StringArray.from_bytes(array.tolist()))
    if kind == "U":
        return symbols(array.tolist())
    if kind == "V" and size == 16:
        return Vector(QType.GUID, np.ascontiguousarray(array))
    if kind == "O":
        return as_q(array.tolist())
    if kind == "T":
        return symbols([item if isinstance(item, str) else "" for item in array.tolist()])
    raise ConversionError(f"NumPy's {array.dtype} has no q form")


def from_scalar(obj: np.generic) -> Value:
    """An atom of a NumPy scalar; text and bytes as Python's."""
    if isinstance(obj, np.str_ | np.bytes_):
        return as_q(obj.item())
    return from_array(np.array([obj]))[0]  # type: ignore[no-any-return]
