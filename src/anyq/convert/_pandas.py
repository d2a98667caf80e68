"""Values -> pandas, and pandas -> values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from anyq.errors import ConversionError
from anyq.values import (
    NULL,
    Atom,
    Attr,
    Dict,
    KeyedTable,
    List,
    QType,
    SymbolArray,
    Table,
    Value,
    Vector,
    as_q,
    atom,
    collapse,
    symbols,
    timespan,
)

from ._arrow import ZONED, list_pa, to_pa, vector_pa
from ._from_arrow import from_arrow, plain_arrow
from ._numpy import bounds, from_array, objects_of, to_np, with_nulls
from ._optional import has_arrow, need
from ._python import items_py, to_py
from ._rules import RULES, moments, nulls
from ._texts import column_labels, guid_texts, printable, string_list
from ._wanted import DEFAULT, How, Note, fitted, kept_attr, note_of, notes_of

__all__ = ["from_pandas", "operand_pd", "to_pd"]

Array = npt.NDArray[Any]
_YEARS_1_TO_9999: Final = {
    QType.MONTH: (-62_135_596_800, 253_399_622_400), QType.DATE: (-62_135_596_800, 253_402_214_400),
    QType.DATETIME: (-62_135_596_800_000, 253_402_300_799_999),
}  # fmt: skip
"""The first and the last month, day and millisecond that pandas' timestamps have."""
_ATTRS: Final = "anyq"
"""Where frames keep what they remember of q."""
_TEXT: Final = (QType.SYMBOL, QType.CHAR, QType.GUID)


def to_pd(value: Value, tz: str | None = None, arrow: bool = False) -> Any:
    """``value`` as pandas: the column *pandas* of the table of conversions.

    A table is a ``DataFrame``, a keyed table one whose index are the keys, a vector or list a ``Series``, a dict a
    ``Series`` with its keys as the index, an atom a scalar (``NaT`` or ``NA`` when null). Numbers share memory with
    the value and are read-only. ``tz`` names the zone in which timestamps and datetimes are shown; ``arrow`` gives
    columns of Arrow's dtypes. Raises ``ImportError`` without pandas.
    """
    pd = need("pandas", "pandas")
    if isinstance(value, Atom):
        found = _scalar(pd, value)
        return found if tz is None or value.qtype not in ZONED else _in_zone(pd, found, tz)
    if not isinstance(value, Vector | List | Dict | Table):
        return to_py(value)

    def column(part: Value) -> Any:
        return column_pd(pd, part) if tz is None and not arrow else _shown(pd, part, tz, arrow)

    if isinstance(value, KeyedTable | Table):
        frame = _frame(pd, value.value_table if isinstance(value, KeyedTable) else value, column)
        if isinstance(value, KeyedTable):
            frame.index = _index(pd, value.key_table, column)
        return _remembered(frame, _frame_notes(value))
    if isinstance(value, Dict):
        made = pd.Series(column(value.value), index=_index(pd, value.key, column), copy=False)
        flags: dict[str, Any] = {"sorted": True} if value.sorted else {}
        keys = notes_of(value.key, column_labels(value.key)) if isinstance(value.key, Table) else note_of(value.key)
        return _remembered(made, {"dict": {"key": keys, "value": note_of(value.value), **flags}})
    note = note_of(value)
    return _remembered(pd.Series(column(value), copy=False), {"value": note} if note else {})


def _in_zone(pd: Any, moment: Any, tz: str) -> Any:
    """A moment in a zone; in UTC where the zone would leave what pandas reaches."""
    aware = pd.Timestamp(moment).tz_localize("UTC")
    try:
        return aware.tz_convert(tz)
    except (pd.errors.OutOfBoundsDatetime, OverflowError):
        return aware


def _shown(pd: Any, value: Value, tz: str | None, arrow: bool) -> Any:
    if arrow:
        found = to_pa(value, tz)
        return pd.array(found, dtype=pd.ArrowDtype(found.type))
    if isinstance(value, List):
        return _list(pd, value, tz)
    plain = column_pd(pd, value)
    if tz is None or not isinstance(value, Vector) or value.qtype not in ZONED:
        return plain
    return pd.DatetimeIndex(plain).tz_localize("UTC").tz_convert(tz).array


def operand_pd(value: Value) -> Any:
    """What pandas' operators are given of a value: an item as it is in a column, or an array without an index."""
    pd = need("pandas", "pandas")
    if not isinstance(value, Atom):
        return to_pd(value).array
    return pd.Series(column_pd(pd, collapse([value])), copy=False)[0]


def _frame_notes(value: Table | KeyedTable) -> dict[str, Any]:
    """What a frame remembers; see ``_wanted``."""
    keys, table = (value.key_table, value.value_table) if isinstance(value, KeyedTable) else (None, value)
    notes: dict[str, Any] = {"columns": notes_of(table, column_labels(table))}
    if keys is not None:
        notes |= {"index": notes_of(keys, column_labels(keys)), "keyed": True, "sorted": value.sorted}  # type: ignore[union-attr]
    notes["attr"] = value.attr.char if isinstance(value, Table) else ""
    return {name: note for name, note in notes.items() if note}


def _remembered(made: Any, notes: dict[str, Any]) -> Any:
    if notes:
        made.attrs[_ATTRS] = notes
    return made


def _scalar(pd: Any, value: Atom) -> Any:
    if value.qtype in _TEXT:
        return to_py(value)
    found = column_pd(pd, Vector.of(value.qtype, np.array([value.raw], value.qtype.numpy)))
    return pd.Series(found)[0]


def _frame(pd: Any, table: Table, column: Callable[[Value], Any]) -> Any:
    columns = [column(part) for part in table.data]
    frame = pd.DataFrame(dict(enumerate(columns)), copy=False)
    frame.columns = pd.Index(column_labels(table), dtype=object) if not columns else column_labels(table)
    return frame


def _index(pd: Any, keys: Value, column: Callable[[Value], Any]) -> Any:
    if not isinstance(keys, Table):
        return pd.Index(column(keys))
    if not keys.data.items:
        return pd.RangeIndex(len(keys))
    columns = [column(part) for part in keys.data]
    if len(columns) == 1:
        return pd.Index(columns[0], name=column_labels(keys)[0])
    return pd.MultiIndex.from_arrays(columns, names=column_labels(keys))


def column_pd(pd: Any, value: Value) -> Any:
    """What pandas takes for a column without looking at each item."""
    if isinstance(value, List):
        return _list(pd, value)
    if not isinstance(value, Vector):
        return [to_py(item) for item in value]
    qtype, data = value.qtype, value.data
    if qtype in _TEXT:
        return _texts(pd, value)
    rule = RULES[qtype]
    if rule.unit:
        limits = _YEARS_1_TO_9999[qtype] if qtype in _YEARS_1_TO_9999 else bounds(qtype)
        if qtype is QType.MINUTE:
            limits = (limits[0] * 60, limits[1] * 60)
        counts = moments(qtype, data, rule.pandas, *limits)
        return counts.view(f"{rule.numpy[:2]}[{rule.pandas}]")
    mask = nulls(qtype, data)
    return data if mask is None else pd.arrays.IntegerArray(data, mask)


def _texts(pd: Any, vector: Vector) -> Any:
    if _arrow_texts(pd):
        pa = need("pyarrow", "arrow")
        return _string_array(pd, vector_pa(pa, vector, guid_text=True))
    if vector.qtype is QType.GUID:
        data, _ = guid_texts(vector.data)
        return data.view("S36").astype("U36").astype(object)
    texts = vector.array if vector.qtype is QType.SYMBOL else [raw.decode("latin-1") for raw in items_py(vector)]
    return pd.array(texts, dtype="str") if _strings_are_a_dtype(pd) else texts


def _strings_are_a_dtype(pd: Any) -> bool:
    """From pandas 3 on texts have a dtype of their own, ``str``; before, they were objects."""
    return int(pd.__version__.split(".")[0]) >= 3


def _arrow_texts(pd: Any) -> bool:
    return _strings_are_a_dtype(pd) and has_arrow()


def _string_array(pd: Any, array: Any) -> Any:
    return pd.array(array, dtype=pd.StringDtype("pyarrow", na_value=np.nan))


def _list(pd: Any, value: List, tz: str | None = None) -> Any:
    texts = string_list(value)
    if texts is None:
        try:
            return objects_of([_item(pd, item, tz) for item in value.items])
        except RecursionError:
            raise ConversionError("this value is nested deeper than Python objects can be here") from None
    if _arrow_texts(pd):
        return _string_array(pd, list_pa(need("pyarrow", "arrow"), value))
    plain = [raw.decode("utf-8", "backslashreplace") for raw in texts]
    return pd.array(plain, dtype="str") if _strings_are_a_dtype(pd) else objects_of(plain)


def _item(pd: Any, item: Value, tz: str | None) -> Any:
    """An item of a general list: NumPy's and pandas' moments, which have nanoseconds, where Python's have not."""
    if isinstance(item, Vector):
        return to_np(item) if tz is None or item.qtype not in ZONED else _shown(pd, item, tz, False)
    if isinstance(item, List) and item.strings is None:
        return [_item(pd, inner, tz) for inner in item.items]
    if isinstance(item, Atom) and RULES[item.qtype].unit and not item.is_null:
        return to_pd(item, tz)
    return printable(to_py(item, tz))


# --- pandas -> q -----------------------------------------------------------------------------------------------------


def from_pandas(obj: Any, how: How = DEFAULT) -> Value | None:
    """A value of a pandas object; ``None`` for what is none of the kinds here.

    A ``DataFrame`` is a table; with an index that is named, or of texts, moments or several levels, a keyed table whose
    key columns are the index. A plain index, of integers and without a name, numbers rows and is dropped: also what
    ``frame[frame.a > 1]`` leaves of one. Texts and categories of texts become symbols, time-zone-aware moments UTC,
    missing items the type's null. What came from q and is as it was becomes what it was (``DataFrame.attrs``).
    """
    pd = need("pandas", "pandas")
    if isinstance(obj, pd.DataFrame):
        return _from_frame(pd, obj, how)
    if isinstance(obj, pd.MultiIndex):
        return _from_frame(pd, obj.to_frame(index=False), how)
    if isinstance(obj, pd.Series):
        return _from_one(pd, obj, how)
    if isinstance(obj, pd.Index):
        return _fitted(pd, how, "", None, pd.Series(obj, copy=False))
    if isinstance(obj, pd.api.extensions.ExtensionArray):
        return _from_series(pd, pd.Series(obj, copy=False))
    if obj is pd.NaT:
        return atom(QType.TIMESTAMP)
    if obj is pd.NA:
        return NULL
    if isinstance(obj, pd.Timestamp):
        naive = obj.tz_convert("UTC").tz_localize(None) if obj.tz is not None else obj
        return as_q(naive.to_datetime64())
    if isinstance(obj, pd.Timedelta):
        return timespan(obj)
    return None


def _from_frame(pd: Any, frame: Any, how: How) -> Value:
    notes = frame.attrs.get(_ATTRS, {})
    names, index = [str(name) for name in frame.columns], frame.index
    keys = [] if _is_plain(pd, index) and not notes.get("keyed") else _level_names(index)
    how.check([*keys, *names])
    columns = [frame.iloc[:, i] for i in range(frame.shape[1])]
    table = _columns(pd, how, names, columns, notes.get("columns", {}))
    if not keys:
        sorts = notes.get("attr") == "s" and bool(names) and _is_ordered(table.data.items[0])
        return Table.of(table.names, table.data, Attr.SORTED) if sorts else table
    levels = [pd.Series(index.get_level_values(i)) for i in range(index.nlevels)]
    return KeyedTable(_columns(pd, how, keys, levels, notes.get("index", {})), table, bool(notes.get("sorted")))


def _is_ordered(column: Value) -> bool:
    return isinstance(column, Vector) and kept_attr(column, {"attr": "s"}).attr is Attr.SORTED  # type: ignore[attr-defined]


def _is_plain(pd: Any, index: Any) -> bool:
    """Whether an index just numbers the rows: integers, or none, without a name."""
    return bool(index.nlevels == 1 and index.name is None and (pd.api.types.is_integer_dtype(index) or not len(index)))


def _level_names(index: Any) -> list[str]:
    return ["index" if name is None and index.nlevels == 1 else f"level_{i}" if name is None else str(name)
            for i, name in enumerate(index.names)]  # fmt: skip


def _columns(pd: Any, how: How, names: list[str], columns: list[Any], notes: dict[str, Note]) -> Table:
    pairs = zip(names, columns, strict=True)
    return Table(symbols(names), List.of(tuple([_fitted(pd, how, n, notes.get(n), c) for n, c in pairs])))


def _from_one(pd: Any, series: Any, how: How) -> Value:
    notes = series.attrs.get(_ATTRS, {})
    name = "" if series.name is None else str(series.name)
    kept = notes.get("dict")
    if kept is None:
        return _fitted(pd, how, name, notes.get("value") or notes.get("columns", {}).get(name), series)
    index = series.index
    values = _fitted(pd, how, "value", kept["value"], series.reset_index(drop=True))
    if index.nlevels > 1 or index.name is not None:
        names = _level_names(index)
        levels = [pd.Series(index.get_level_values(i)) for i in range(index.nlevels)]
        return Dict(_columns(pd, how, names, levels, kept["key"]), values, bool(kept.get("sorted")))
    return Dict(_fitted(pd, how, "key", kept["key"], pd.Series(index)), values, bool(kept.get("sorted")))


def _fitted(pd: Any, how: How, name: str, note: Note | None, series: Any) -> Value:
    text = isinstance(series.dtype, pd.StringDtype) or (how.chars and _has_texts(pd, series))
    return fitted(
        how,
        name,
        note,
        text=text,
        plain=lambda: _plain(pd, series),
        default=lambda: _from_series(pd, series, how.inner),
    )


def _has_texts(pd: Any, series: Any) -> bool:
    return pd.api.types.infer_dtype(series, skipna=True) == "string"  # type: ignore[no-any-return]


def _plain(pd: Any, series: Any) -> Any:
    """What `become` takes of a series."""
    dtype = series.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "biufMm":
        return series.to_numpy()
    if isinstance(dtype, pd.DatetimeTZDtype):
        return series.dt.tz_convert(None).to_numpy()
    if has_arrow() and (isinstance(dtype, pd.ArrowDtype) or getattr(dtype, "storage", "") == "pyarrow"):
        return plain_arrow(need("pyarrow", "arrow"), need("pyarrow", "arrow").array(series.array))
    if not isinstance(dtype, np.dtype) and hasattr(dtype, "numpy_dtype"):
        mask = series.isna().to_numpy()
        return np.ma.MaskedArray(series.to_numpy(dtype.numpy_dtype, na_value=dtype.numpy_dtype.type(0)), mask)
    array = series.to_numpy(object)
    gone = [bool(item is None or item is pd.NA or item is pd.NaT or item != item) if not hasattr(item, "__len__") else
            False for item in array]  # fmt: skip
    return [None if missing else item for item, missing in zip(array, gone, strict=True)]


def _from_series(pd: Any, series: Any, how: How = DEFAULT) -> Value:
    dtype = series.dtype
    if isinstance(dtype, np.dtype):
        return _from_objects(pd, series, how) if dtype.kind == "O" else from_array(series.to_numpy())
    if isinstance(dtype, pd.DatetimeTZDtype):
        return from_array(series.dt.tz_convert(None).to_numpy())
    if isinstance(dtype, pd.CategoricalDtype):
        return _from_categories(pd, series)
    if isinstance(dtype, pd.StringDtype):
        arrow = dtype.storage == "pyarrow" and has_arrow()
        found = from_arrow(need("pyarrow", "arrow").array(series.array)) if arrow else None
        return found if found is not None else _from_objects(pd, series, how, text=True)
    if isinstance(dtype, pd.ArrowDtype):
        found = from_arrow(need("pyarrow", "arrow").chunked_array(series.array.__arrow_array__()), how)
        assert found is not None
        return found
    if isinstance(dtype, pd.PeriodDtype):
        return _from_periods(series)
    if isinstance(dtype, pd.SparseDtype):
        return _from_series(pd, series.sparse.to_dense(), how)
    if hasattr(dtype, "numpy_dtype"):
        return _from_masked(series)
    raise ConversionError(f"pandas' {dtype} has no q form")


def _from_masked(series: Any) -> Value:
    plain = series.dtype.numpy_dtype
    blank = np.nan if plain.kind == "f" else plain.type(0)
    found = from_array(series.to_numpy(plain, na_value=blank))
    mask = series.isna().to_numpy()
    return with_nulls(found, mask) if isinstance(found, Vector) and plain.kind != "f" else found


def _from_periods(series: Any) -> Value:
    unit = {"period[M]": "M", "period[D]": "D"}.get(str(series.dtype), "ns")
    starts = series.dt.to_timestamp().to_numpy()
    return from_array(starts.astype(f"M8[{unit}]") if unit != "ns" else starts)


def _from_categories(pd: Any, series: Any) -> Value:
    codes = series.cat.codes.to_numpy()
    words = _from_series(pd, pd.Series(series.cat.categories))
    missing = bool((codes < 0).any())
    if isinstance(words, Vector) and words.qtype is QType.SYMBOL:
        texts = words.symbols.objects().tolist()
        if missing and "" not in texts:
            texts.append("")
        table = np.empty(len(texts), object)
        table[:] = texts
        found = np.where(codes < 0, texts.index("") if missing else 0, codes).astype(np.int32)
        return Vector.of(QType.SYMBOL, SymbolArray.from_codes(found, table))
    if not isinstance(words, Vector) or not len(words):
        return _from_series(pd, series.astype(object))
    return with_nulls(Vector(words.qtype, words.array[codes]), codes < 0)


def _from_objects(pd: Any, series: Any, how: How, text: bool = False) -> Value:
    array = series.to_numpy(object)
    gone = pd.isna(array)
    if not gone.any():
        return symbols(array.tolist()) if text else as_q(array.tolist(), strings=how.strings)
    if text:
        return symbols(np.where(gone, "", array).tolist())
    given = [None if missing else item for item, missing in zip(array.tolist(), gone.tolist(), strict=True)]
    return as_q(given, strings=how.strings)
