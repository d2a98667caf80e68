"""Arrow -> values. Buffers without nulls are shared; nulls become the type's null."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from anyq.errors import ConversionError
from anyq.values import NULL, KeyedTable, List, QType, StringArray, SymbolArray, Table, Value, Vector, symbols

from ._numpy import from_array, from_moments, from_spans, with_nulls
from ._optional import need
from ._texts import symbols_of_texts
from ._wanted import DEFAULT, How, Note, as_chars, fitted

__all__ = ["METADATA", "from_arrow", "keyed_again", "plain_arrow"]

METADATA: Final = b"anyq"
"""The entry of a schema's metadata in which a table keeps what it remembers of q."""

Array = npt.NDArray[Any]


def from_arrow(obj: Any, how: How = DEFAULT) -> Value | None:
    """A value of a pyarrow ``Table``, ``RecordBatch``, ``Array``, ``ChunkedArray`` or ``Scalar``, or of any object with
    an Arrow C stream of a table; ``None`` for other objects.

    Strings and dictionaries of strings become symbols, binaries char vectors, time-zone-aware timestamps UTC.
    """
    pa = need("pyarrow", "arrow")
    if isinstance(obj, pa.ChunkedArray | pa.Array):
        return _fitted(pa, how, "", None, obj)
    if isinstance(obj, pa.Scalar):
        found: Any = _fitted(pa, how, "", None, pa.array([obj.as_py()], obj.type))
        return found[0]  # type: ignore[no-any-return]
    if isinstance(obj, pa.Table | pa.RecordBatch):
        return _table(pa, obj, how)
    if hasattr(obj, "__arrow_c_stream__"):
        return _streamed(pa, obj, how)
    return None


def _streamed(pa: Any, obj: Any, how: How) -> Value:
    """What a stream holds: a table, or the chunks of one column."""
    try:
        return _table(pa, pa.table(obj), how)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, TypeError, ValueError):
        return _fitted(pa, how, "", None, pa.chunked_array(obj))


def _table(pa: Any, table: Any, how: How) -> Value:
    names = table.column_names
    how.check(names)
    notes = _notes(table.schema)
    kept = notes.get("columns", {})
    columns = [_fitted(pa, how, name, kept.get(name), c) for name, c in zip(names, table.columns, strict=True)]
    return keyed_again(Table(symbols(names), List.of(tuple(columns))), notes)


def keyed_again(table: Table, notes: dict[str, Any]) -> Value:
    """``table`` as a keyed table, if that is what came from q with just these columns."""
    keys = notes.get("keys", 0)
    if not keys or notes.get("labels") != table.columns:
        return table
    parts = (slice(keys), slice(keys, None))
    key, value = [Table.of(table.names[part], List.of(table.data.items[part])) for part in parts]
    return KeyedTable(key, value, bool(notes.get("sorted")))


def _notes(schema: Any) -> dict[str, Any]:
    """What the schema of a table that came from q remembers."""
    raw = (schema.metadata or {}).get(METADATA)
    try:
        found = json.loads(raw) if raw else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _fitted(pa: Any, how: How, name: str, note: Note | None, column: Any) -> Value:
    array = _one_chunk(pa, column)
    kind = array.type

    def default() -> Value:
        return _with_chars(pa, kind, _array(pa, array)) if how.chars else _array(pa, array)

    return fitted(how, name, note, text=_is_text(pa, kind), plain=lambda: plain_arrow(pa, array), default=default)


def _is_text(pa: Any, kind: Any) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _with_chars(pa: Any, kind: Any, value: Value) -> Value:
    """What came of an array of that Arrow type, with char vectors for its strings; dictionaries stay symbols."""
    if _is_text(pa, kind):
        return as_chars(value)
    if isinstance(value, Table) and pa.types.is_struct(kind):
        parts = [_with_chars(pa, kind.field(i).type, column) for i, column in enumerate(value.data)]
        return Table(value.names, List.of(tuple(parts)))
    if isinstance(value, List) and pa.types.is_nested(kind):
        return List.of(tuple([_with_chars(pa, kind.value_type, item) for item in value.items]))
    return value


def _one_chunk(pa: Any, array: Any) -> Any:
    if not isinstance(array, pa.ChunkedArray):
        return array
    whole = array.combine_chunks() if array.num_chunks != 1 else array.chunk(0)
    return pa.concat_arrays(whole.chunks) if isinstance(whole, pa.ChunkedArray) else whole


def plain_arrow(pa: Any, array: Any) -> Any:
    """What `become` takes of an array."""
    array = _one_chunk(pa, array)
    kind, types = array.type, pa.types
    if _is_text(pa, kind):
        data, offsets = _large(pa, array, pa.large_string())
        return StringArray(data, offsets[:-1], offsets[1:])
    if types.is_timestamp(kind):
        return _dated(array, _data(array, np.int64)).view(f"M8[{kind.unit}]")
    if types.is_duration(kind):
        return _dated(array, _data(array, np.int64)).view(f"m8[{kind.unit}]")
    if types.is_date(kind):
        return _dated(array, _whole_days(pa, array)).view("M8[D]")
    if types.is_integer(kind) or types.is_floating(kind):
        data, mask = _data(array, kind.to_pandas_dtype()), _missing(array)
        return data if mask is None else np.ma.MaskedArray(data, mask)
    return array.to_pylist()


def _array(pa: Any, array: Any) -> Value:
    array = _one_chunk(pa, array)
    kind = array.type
    for applies, convert in _KINDS:
        if getattr(pa.types, applies)(kind):
            return convert(pa, array)
    if isinstance(kind, pa.BaseExtensionType):
        return _array(pa, array.storage)
    hint = "; types={...: 'f'} makes floats of it" if pa.types.is_decimal(kind) else ""
    raise ConversionError(f"Arrow's {kind} has no q form{hint}")


def _missing(array: Any) -> npt.NDArray[np.bool_] | None:
    """Where an array is null, or ``None`` where nowhere."""
    valid = array.buffers()[0]
    if not array.null_count or valid is None:
        return None
    bits = np.unpackbits(np.frombuffer(valid, np.uint8), bitorder="little", count=array.offset + len(array))
    return np.logical_not(bits[array.offset :])


def _data(array: Any, dtype: Any) -> Array:
    """The items of a fixed-width array; whatever is there where it is null."""
    kind = np.dtype(dtype)
    buffer = array.buffers()[1]
    if buffer is None or not len(array):
        return np.zeros(len(array), kind)
    return np.frombuffer(buffer, kind, len(array), array.offset * kind.itemsize)


def _with_missing(vector: Vector, array: Any) -> Vector:
    mask = _missing(array)
    return vector if mask is None else with_nulls(vector, mask)


def _numbers(pa: Any, array: Any) -> Value:
    found = from_array(_data(array, array.type.to_pandas_dtype()))
    assert isinstance(found, Vector)
    return _with_missing(found, array)


def _booleans(pa: Any, array: Any) -> Value:
    if array.null_count:
        raise ConversionError("nulls among values of type boolean, which has no null")
    return Vector.of(QType.BOOLEAN, array.to_numpy(zero_copy_only=False))


def _dated(array: Any, data: Array) -> Array:
    mask = _missing(array)
    return data if mask is None else np.where(mask, np.iinfo(np.int64).min, data)


def _timestamps(pa: Any, array: Any) -> Value:
    return from_moments(_dated(array, _data(array, np.int64)).view(f"M8[{array.type.unit}]"))


def _durations(pa: Any, array: Any) -> Value:
    return from_spans(_dated(array, _data(array, np.int64)).view(f"m8[{array.type.unit}]"))


def _dates(pa: Any, array: Any) -> Value:
    return from_moments(_dated(array, _whole_days(pa, array)).view("M8[D]"))


def _whole_days(pa: Any, array: Any) -> Array:
    if pa.types.is_date32(array.type):
        return _data(array, np.int32).astype(np.int64)
    return _data(array, np.int64) // 86_400_000


def _times(pa: Any, array: Any) -> Value:
    unit = array.type.unit
    qtype = {"s": QType.SECOND, "ms": QType.TIME}.get(unit, QType.TIMESPAN)
    raw = _data(array, np.int32 if unit in ("s", "ms") else np.int64)
    return _with_missing(Vector(qtype, raw * 1000 if unit == "us" else raw), array)


def _large(pa: Any, array: Any, kind: Any) -> tuple[Array, Array]:
    """The bytes and the offsets of texts; a null is empty."""
    # Cast first: Arrow fills neither views nor, with an empty text, texts of a fixed width.
    wide = array if array.type == kind else array.cast(kind)
    if wide.null_count:
        wide = wide.fill_null(b"" if kind == pa.large_binary() else "")
    _, offsets, data = wide.buffers()
    if offsets is None or not len(wide):
        return np.empty(0, np.uint8), np.zeros(1, np.int64)
    found = np.frombuffer(offsets, np.int64, len(wide) + 1, wide.offset * 8)
    return np.frombuffer(data, np.uint8) if data is not None and data.size else np.empty(0, np.uint8), found


def _strings(pa: Any, array: Any) -> Value:
    return symbols_of_texts(*_large(pa, array, pa.large_string()))


def _binaries(pa: Any, array: Any) -> Value:
    data, offsets = _large(pa, array, pa.large_binary())
    return List.of(StringArray(data, offsets[:-1], offsets[1:]))


def _fixed_binaries(pa: Any, array: Any) -> Value:
    if array.type.byte_width != 16:
        return _binaries(pa, array)
    return _with_missing(Vector(QType.GUID, _data(array, "V16")), array)


def _dictionary(pa: Any, array: Any) -> Value:
    words = _array(pa, array.dictionary)
    if not (isinstance(words, Vector) and words.qtype is QType.SYMBOL):
        return _array(pa, array.dictionary_decode())
    texts = words.symbols.objects().tolist()
    missing = array.indices.null_count > 0
    codes = array.indices.fill_null(len(texts)) if missing else array.indices
    found = codes.to_numpy(zero_copy_only=False)
    uniques = list(dict.fromkeys([*texts, ""] if missing else texts))
    if len(uniques) != len(texts) + missing:
        where = {text: i for i, text in enumerate(uniques)}
        found = np.array([where[text] for text in ([*texts, ""] if missing else texts)], np.int32)[found]
    table = np.empty(len(uniques), object)
    table[:] = uniques
    return Vector.of(QType.SYMBOL, SymbolArray.from_codes(found.astype(np.int32, copy=False), table))


def _lists(pa: Any, array: Any) -> Value:
    wide = array if pa.types.is_large_list(array.type) else array.cast(pa.large_list(array.type.value_type))
    values = _array(pa, wide.values)
    offsets = np.frombuffer(wide.buffers()[1], np.int64, len(wide) + 1, wide.offset * 8).tolist() if len(wide) else [0]
    missing = _missing(wide)
    return _parts(values, list(pairwise(offsets)), missing)


def _list_views(pa: Any, array: Any) -> Value:
    """Not by Arrow's own cast to lists, which loses items: 26.0 takes where the next begins for the end of each."""
    starts = array.offsets.to_pylist()
    bounds = [(start, start + size) for start, size in zip(starts, array.sizes.to_pylist(), strict=True)]
    return _parts(_array(pa, array.values), bounds, _missing(array))


def _parts(values: Value, bounds: list[tuple[int, int]], missing: npt.NDArray[np.bool_] | None) -> Value:
    parts = [values[a:b] for a, b in bounds]
    if missing is not None:
        parts = [values[:0] if gone else part for part, gone in zip(parts, missing.tolist(), strict=True)]
    return List.of(tuple(parts))


def _intervals(pa: Any, array: Any) -> Value:
    """Spans as DuckDB gives them: months, days and nanoseconds; `ConversionError` for months, of no fixed length."""
    fields = np.dtype([("months", np.int32), ("days", np.int32), ("nanos", np.int64)])
    data, mask = _data(array, fields), _missing(array)
    if mask is not None:
        data = np.where(mask, np.zeros(1, fields), data)
    if bool((data["months"] != 0).any()):
        raise ConversionError("an interval of months, which have no fixed length, has no q form")
    spans = from_spans(data["nanos"].view("m8[ns]") + data["days"].astype("m8[D]"))
    return spans if mask is None else with_nulls(spans, mask)


def _structs(pa: Any, array: Any) -> Value:
    fields = [array.type.field(i).name for i in range(array.type.num_fields)]
    return Table(symbols(fields), List.of(tuple([_array(pa, part) for part in array.flatten()])))


def _all_null(pa: Any, array: Any) -> Value:
    return List.of((NULL,) * len(array))


_KINDS: Final[tuple[tuple[str, Callable[[Any, Any], Value]], ...]] = (
    ("is_dictionary", _dictionary),
    ("is_boolean", _booleans),
    ("is_integer", _numbers),
    ("is_floating", _numbers),
    ("is_timestamp", _timestamps),
    ("is_duration", _durations),
    ("is_interval", _intervals),
    ("is_date", _dates),
    ("is_time", _times),
    ("is_string", _strings),
    ("is_large_string", _strings),
    ("is_string_view", _strings),
    ("is_fixed_size_binary", _fixed_binaries),
    ("is_binary", _binaries),
    ("is_large_binary", _binaries),
    ("is_binary_view", _binaries),
    ("is_list", _lists),
    ("is_large_list", _lists),
    ("is_list_view", _list_views),
    ("is_large_list_view", _list_views),
    ("is_fixed_size_list", _lists),
    ("is_struct", _structs),
    ("is_null", _all_null),
)
