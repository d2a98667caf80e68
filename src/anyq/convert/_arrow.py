"""Values -> Arrow. Buffers are shared wherever q's layout is Arrow's; only moments and symbols' bytes are rewritten."""

from __future__ import annotations

import json
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from anyq.errors import ConversionError
from anyq.values import Atom, Dict, KeyedTable, List, QType, SymbolArray, Table, Value, Vector

from ._from_arrow import METADATA
from ._numpy import bounds
from ._optional import need
from ._python import refuse_deep, to_py
from ._rules import RULES, moments, nulls
from ._texts import char_texts, column_labels, guid_texts, printable, string_list, string_texts, symbol_texts
from ._wanted import notes_of

__all__ = [
    "LIMITS",
    "ZONED",
    "arrow_array",
    "arrow_schema",
    "arrow_stream",
    "list_pa",
    "narwhals_frame",
    "narwhals_series",
    "to_pa",
    "vector_pa",
    "views_pa",
]

_I64: Final = np.iinfo(np.int64)
LIMITS: Final = {
    QType.MONTH: (-719_162, 2_932_866), QType.DATE: (-719_162, 2_932_896),
    QType.DATETIME: (-62_135_596_800_000, 253_402_300_799_999),
}  # fmt: skip
"""The years 1 to 9999, which are all that Python's own types, and so Arrow's ``as_py``, reach."""


ZONED: Final = (QType.TIMESTAMP, QType.DATETIME)
"""The types that have an instant to show in a time zone."""


def to_pa(value: Value, tz: str | None = None) -> Any:
    """``value`` as pyarrow: the column *Arrow* of the table of conversions.

    A table is a ``Table``, a vector or list an ``Array``, an atom a ``Scalar``; a dict is a table of the columns
    ``key`` and ``value``. A list of vectors of one type is a list array. Raises ``ImportError`` without pyarrow and
    `anyq.ConversionError` for what Arrow has no type for (functions, lists of mixed types), and for nesting over 100.
    ``tz`` names the zone in which timestamps and datetimes are shown.
    """
    pa = need("pyarrow", "arrow")
    refuse_deep(value)
    if isinstance(value, Atom):
        return _zoned(pa, vector_pa(pa, Vector(value.qtype, _one(value))), tz)[0]
    if isinstance(value, KeyedTable | Table):
        table = value.unkeyed() if isinstance(value, KeyedTable) else value
        columns = [_zoned(pa, column_pa(pa, c), tz) for c in table.data]
        made = pa.Table.from_arrays(columns, names=column_labels(table))
        notes = notes_pa(value, table)
        return made.replace_schema_metadata({METADATA: json.dumps(notes)}) if notes else made
    if isinstance(value, Dict):
        columns = [_zoned(pa, column_pa(pa, c), tz) for c in (value.key, value.value)]
        return pa.Table.from_arrays(columns, names=["key", "value"])
    return _zoned(pa, column_pa(pa, value), tz)


def _zoned(pa: Any, array: Any, tz: str | None) -> Any:
    """``array`` with a zone to show its instants in, at any depth."""
    return array if tz is None else array.cast(_zoned_type(pa, array.type, tz))


def _zoned_type(pa: Any, kind: Any, tz: str) -> Any:
    if pa.types.is_timestamp(kind):
        return pa.timestamp(kind.unit, tz)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        make = pa.list_ if pa.types.is_list(kind) else pa.large_list
        return make(kind.value_field.with_type(_zoned_type(pa, kind.value_type, tz)))
    if pa.types.is_struct(kind):
        fields = [kind.field(i) for i in range(kind.num_fields)]
        return pa.struct([field.with_type(_zoned_type(pa, field.type, tz)) for field in fields])
    return kind


def notes_pa(value: Value, table: Table) -> dict[str, Any]:
    """What a table remembers; see ``_wanted``."""
    labels = column_labels(table)
    notes: dict[str, Any] = {"columns": notes_of(table, labels)} if len(labels) else {}
    if isinstance(value, KeyedTable):
        notes |= {"keys": len(value.key_table.names), "labels": labels, "sorted": value.sorted}
    return {name: note for name, note in notes.items() if note}


def _one(atom: Atom) -> Any:
    return [atom.raw] if atom.qtype is QType.SYMBOL else np.array([atom.raw], atom.qtype.numpy)


def arrow_stream(value: Value, requested_schema: object = None) -> object:
    """The Arrow C stream of a table, or of a vector or list as one chunk, as other libraries ask for it."""
    pa, made = need("pyarrow", "arrow"), to_pa(value)
    whole = pa.chunked_array([made]) if isinstance(made, pa.Array) else made
    return whole.__arrow_c_stream__(requested_schema)


def arrow_array(value: Value, requested_schema: object = None) -> tuple[object, object]:
    """The Arrow C array of a vector or list, of a table the structs of its rows."""
    pa, made = need("pyarrow", "arrow"), to_pa(value)
    whole = pa.RecordBatch.from_struct_array(_one_struct(pa, made)) if isinstance(made, pa.Table) else made
    found: tuple[object, object] = whole.__arrow_c_array__(requested_schema)
    return found


def _one_struct(pa: Any, table: Any) -> Any:
    columns = [pa.concat_arrays(column.chunks) if column.num_chunks != 1 else column.chunk(0) for column in table]
    return pa.StructArray.from_arrays(columns, fields=list(table.schema))


def arrow_schema(value: Value) -> object:
    """The Arrow C schema of a table, or the type of a vector or list."""
    pa, made = need("pyarrow", "arrow"), to_pa(value)
    return (made.type if isinstance(made, pa.Array) else made.schema).__arrow_c_schema__()


def narwhals_frame(value: Value) -> object:
    """What narwhals wraps of a table: its own view of the Arrow table."""
    return need("narwhals", "arrow").from_native(to_pa(value), eager_only=True)._compliant_frame


def narwhals_series(value: Value) -> object:
    """What narwhals wraps of a vector or list: its own view of one Arrow chunk."""
    chunked = need("pyarrow", "arrow").chunked_array([to_pa(value)])
    return need("narwhals", "arrow").from_native(chunked, series_only=True)._compliant_series


def column_pa(pa: Any, value: Value) -> Any:
    if isinstance(value, Vector):
        return vector_pa(pa, value)
    if isinstance(value, List):
        return list_pa(pa, value)
    if isinstance(value, Table):
        return pa.StructArray.from_arrays([column_pa(pa, c) for c in value.data], names=column_labels(value))
    raise ConversionError(f"a {type(value).__name__} has no Arrow form")


def vector_pa(pa: Any, vector: Vector, *, guid_text: bool = False) -> Any:
    """A vector as an Arrow array; guids as text where ``guid_text`` says so."""
    qtype = vector.qtype
    if isinstance(vector.data, SymbolArray):
        return _symbols(pa, vector.data)
    data: npt.NDArray[Any] = vector.data
    if qtype is QType.CHAR:
        return texts_pa(pa, char_texts(data))
    if qtype is QType.GUID and guid_text:
        return texts_pa(pa, guid_texts(data))
    if qtype is QType.BOOLEAN:
        return pa.array(data)
    kind = _type(pa, qtype)
    mask = nulls(qtype, data)
    if RULES[qtype].unit:
        data = _counts(qtype, data)
    if mask is not None:
        # Readers compute with what is under a null, too: DuckDB refuses the products of q's own nulls.
        data = data * ~mask  # a third of the time of numpy.where
    return fixed_pa(pa, kind, data, mask)


def _type(pa: Any, qtype: QType) -> Any:
    rule = RULES[qtype]
    if qtype is QType.GUID:
        return pa.binary(16)
    if not rule.unit:
        return pa.from_numpy_dtype(qtype.numpy)
    if rule.span:
        return pa.duration(rule.arrow)
    return pa.date32() if rule.arrow == "D" else pa.timestamp(rule.arrow)


def _counts(qtype: QType, data: npt.NDArray[Any]) -> npt.NDArray[Any]:
    unit = RULES[qtype].arrow
    if RULES[qtype].span:
        limits = (_I64.min + 1, _I64.max)
    else:
        limits = bounds(qtype) if unit == "ns" else LIMITS[qtype]
    found = moments(qtype, data, unit, *limits)
    return found.astype(np.int32) if unit == "D" else found


def fixed_pa(pa: Any, kind: Any, data: npt.NDArray[Any], mask: npt.NDArray[np.bool_] | None) -> Any:
    """An array over the memory of ``data``."""
    valid = None if mask is None else pa.py_buffer(np.packbits(~mask, bitorder="little"))
    raw = np.ascontiguousarray(data)
    return pa.Array.from_buffers(kind, len(raw), [valid, pa.py_buffer(raw.view(np.uint8))])


def texts_pa(pa: Any, texts: tuple[Any, Any]) -> Any:
    data, offsets = texts
    return pa.LargeStringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(data))


def views_pa(pa: Any, views: tuple[Any, Any]) -> Any:
    """An array of string views, which other libraries take as it is; ``None`` where pyarrow is too old for them."""
    table, data = views
    buffers = [None, pa.py_buffer(table), *([] if data is None else [pa.py_buffer(data)])]
    try:
        return pa.Array.from_buffers(pa.string_view(), table.nbytes // 16, buffers)
    except ValueError:  # the first versions with the type take no buffers behind the views
        return None


def _symbols(pa: Any, symbols: SymbolArray) -> Any:
    if symbols.held == "codes":
        codes, uniques = symbols.factorize()
        found = texts_pa(pa, symbol_texts(SymbolArray.from_strs(uniques)))
        return pa.DictionaryArray.from_arrays(pa.array(codes), found).dictionary_decode()
    return texts_pa(pa, symbol_texts(symbols))


def _check_moments(value: List) -> None:
    """Refuse moments among items of other types: Arrow would take a number for one, or cut off a time of day."""
    kinds = {item.qtype for item in value.items if isinstance(item, Atom)}
    if len(kinds) > 1 and any(kind.char in "pmdznuvt" for kind in kinds):
        raise TypeError("its items are of types " + ", ".join(sorted(kind.label for kind in kinds)))


def list_pa(pa: Any, value: List) -> Any:
    """A general list: texts, or lists of one type, or what Arrow makes of the Python objects."""
    texts = string_list(value)
    if texts is not None:
        return texts_pa(pa, string_texts(texts))
    try:
        nested = _nested(pa, value)
        if nested is not None:
            return nested
        _check_moments(value)
        plain = to_py(value)
        try:
            return pa.array(plain)
        except UnicodeEncodeError:
            return pa.array(printable(plain))
    except RecursionError:
        raise ConversionError("this value is nested deeper than Python objects can be here") from None
    except (ValueError, TypeError, pa.ArrowNotImplementedError, OverflowError) as error:
        raise ConversionError(f"this general list has no Arrow form: {error}; .py() and .np() have its items") from None


def _nested(pa: Any, value: List) -> Any:
    """Vectors of one type, one after the other, with offsets."""
    items = value.items
    if items and all(isinstance(item, List) for item in items):
        return _lists(pa, items)
    if not items or not all(isinstance(item, Vector) for item in items):
        return None
    kinds = {item.qtype for item in items if isinstance(item, Vector) and len(item)}
    if len(kinds) > 1:
        return None
    qtype = kinds.pop() if kinds else items[0].qtype  # type: ignore[attr-defined]
    arrays = [item.array for item in items if isinstance(item, Vector) and len(item)]
    joined = np.concatenate(arrays) if arrays else np.empty(0, object if qtype is QType.SYMBOL else qtype.numpy)
    data = SymbolArray.from_strs(joined) if qtype is QType.SYMBOL else joined
    return _in_parts(pa, items, vector_pa(pa, Vector.of(qtype, data)))


def _lists(pa: Any, items: tuple[Any, ...]) -> Any:
    """Lists of lists: their items as one list, with offsets; ``None`` where that has no type of its own."""
    parts = [inner for item in items for inner in item.items]
    joined = List.of(tuple(parts))
    texts = string_list(joined)
    whole = _nested(pa, joined) if texts is None else texts_pa(pa, string_texts(texts))
    return None if whole is None else _in_parts(pa, items, whole)


def _in_parts(pa: Any, items: tuple[Any, ...], joined: Any) -> Any:
    # Small offsets where they will do: polars before 2.0 misreads large lists of texts.
    kind, width = (pa.ListArray, np.int32) if len(joined) < 1 << 31 else (pa.LargeListArray, np.int64)
    offsets = np.zeros(len(items) + 1, width)
    np.cumsum([len(item) for item in items], out=offsets[1:])
    return kind.from_arrays(pa.array(offsets), joined)
