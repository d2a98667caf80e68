"""Values -> polars, and polars -> values: through Arrow's buffers when pyarrow is there, else through NumPy's."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from anyq.errors import ConversionError
from anyq.values import Atom, Dict, KeyedTable, List, QType, Table, Value, Vector, symbols

from ._arrow import LIMITS, list_pa, notes_pa, vector_pa, views_pa
from ._from_arrow import from_arrow, keyed_again, plain_arrow
from ._numpy import bounds, from_array, with_nulls
from ._objects import from_sequence
from ._optional import has_arrow, need
from ._python import items_py, refuse_deep, to_py
from ._rules import RULES, moments, nulls
from ._texts import column_labels, guid_texts, printable, string_list, text_views
from ._wanted import DEFAULT, How, Note, as_chars, fitted, note_of

__all__ = ["from_polars", "to_pl"]

_I64: Final = np.iinfo(np.int64)
_NOTES: Final = "_anyq_notes"
_UNITS: Final = {"D": "D", "ns": "ns", "ms": "ms", "s": "ms"}


def to_pl(value: Value, tz: str | None = None) -> Any:
    """``value`` as polars: the column *polars* of the table of conversions.

    A table is a ``DataFrame``, a keyed one too, with its keys as the first columns; a vector or list is a ``Series``, a
    dict a ``DataFrame`` of the columns ``key`` and ``value``. polars has no scalars: an atom is a Python object.
    Raises ``ImportError`` without polars and `anyq.ConversionError` for what polars has no type for, and for nesting
    over 100. ``tz`` names the zone in which timestamps and datetimes are shown.
    """
    pl = need("polars", "polars")
    refuse_deep(value)
    if isinstance(value, Atom):
        return to_py(value, tz)
    if isinstance(value, KeyedTable | Table):
        table = value.unkeyed() if isinstance(value, KeyedTable) else value
        names = column_labels(table)
        if len(set(names)) < len(names):
            raise ConversionError(f"polars has no two columns of the same name: {', '.join(names)}")
        pairs = zip(names, table.data, strict=True)
        made = pl.DataFrame([_zoned(pl, _series(pl, name, c), tz) for name, c in pairs])
        return _remembered(made, notes_pa(value, table))
    if isinstance(value, Dict):
        parts = {"key": value.key, "value": value.value}
        return pl.DataFrame([_zoned(pl, _series(pl, name, part), tz) for name, part in parts.items()])
    note = note_of(value)
    return _remembered(_zoned(pl, _series(pl, "", value), tz), {"value": note} if note else {})


def _zoned(pl: Any, series: Any, tz: str | None) -> Any:
    """``series`` with a zone to show its instants in, at any depth."""
    return series if tz is None else series.cast(_zoned_type(pl, series.dtype, tz))


def _zoned_type(pl: Any, dtype: Any, tz: str) -> Any:
    if isinstance(dtype, pl.Datetime):
        return pl.Datetime(dtype.time_unit, tz)
    if isinstance(dtype, pl.List):
        return pl.List(_zoned_type(pl, dtype.inner, tz))
    if isinstance(dtype, pl.Struct):
        return pl.Struct({field.name: _zoned_type(pl, field.dtype, tz) for field in dtype.fields})
    return dtype


def _remembered(made: Any, notes: dict[str, Any]) -> Any:
    """polars has no place for metadata: this very object remembers, what is made of it does not."""
    if notes:
        setattr(made, _NOTES, notes)
    return made


def _series(pl: Any, name: str, value: Value) -> Any:
    if isinstance(value, Table):
        return to_pl(value).to_struct(name)
    if not isinstance(value, Vector | List):
        raise ConversionError(f"a {type(value).__name__} has no polars form")
    if has_arrow():
        pa = need("pyarrow", "arrow")
        views = text_views(value)
        shared = views_pa(pa, views) if views is not None else None
        if shared is not None:
            return pl.Series(name, shared)
        array = list_pa(pa, value) if isinstance(value, List) else vector_pa(pa, value, guid_text=True)
        return pl.Series(name, array)
    return _without_arrow(pl, name, value)


def _without_arrow(pl: Any, name: str, value: Vector | List) -> Any:
    if isinstance(value, List):
        texts = string_list(value)
        if texts is not None:
            return pl.Series(name, [raw.decode("utf-8", "backslashreplace") for raw in texts], pl.String)
        vectors = [item for item in value.items if isinstance(item, Vector)]
        if len(vectors) == len(value.items) and len({item.qtype for item in vectors}) == 1:
            return pl.Series(name, [_without_arrow(pl, "", item) for item in vectors])
        return pl.Series(name, printable([to_py(item) for item in value.items]), strict=False)
    qtype, rule = value.qtype, RULES[value.qtype]
    if qtype is QType.GUID:
        return pl.Series(name, guid_texts(value.data)[0].view("S36").astype("U36").tolist(), pl.String)
    if qtype in (QType.SYMBOL, QType.CHAR):
        found = items_py(value)
        return pl.Series(
            name, [x.decode("latin-1") for x in found] if qtype is QType.CHAR else printable(found), pl.String
        )
    data = value.data
    if rule.unit:
        unit = _UNITS[rule.arrow]
        limits = LIMITS.get(qtype, bounds(qtype) if qtype is QType.TIMESTAMP else (_I64.min + 1, _I64.max))
        data = moments(qtype, data, unit, *limits).view(f"{rule.numpy[:2]}[{unit}]")
        return pl.Series(name, data)
    mask = nulls(qtype, data)
    series = pl.Series(name, data)
    return series if mask is None else series.set(pl.Series(mask), None)


def from_polars(obj: Any, how: How = DEFAULT) -> Value | None:
    """A value of a polars ``DataFrame``, ``LazyFrame`` (collected) or ``Series``; ``None`` for other objects.

    A frame that `to_pl` gave becomes what it was; frames made from it go by their dtypes, and by ``types=``.
    """
    pl = need("polars", "polars")
    if isinstance(obj, pl.LazyFrame):
        obj = obj.collect()
    if isinstance(obj, pl.DataFrame):
        how.check(obj.columns)
        notes = getattr(obj, _NOTES, {})
        kept = notes.get("columns", {})
        columns = [_fitted(pl, how, series.name, kept.get(series.name), series) for series in obj.get_columns()]
        return keyed_again(Table(symbols(obj.columns), List.of(tuple(columns))), notes)
    if isinstance(obj, pl.Series):
        return _fitted(pl, how, obj.name, getattr(obj, _NOTES, {}).get("value"), obj)
    return None


def _fitted(pl: Any, how: How, name: str, note: Note | None, series: Any) -> Value:
    return fitted(
        how, name, note, text=series.dtype == pl.String, plain=lambda: _plain(pl, series),
        default=lambda: _from_series(pl, series, how.inner),
    )  # fmt: skip


def _plain(pl: Any, series: Any) -> Any:
    """What `become` takes of a series."""
    if has_arrow() and series.dtype != pl.Object and "128" not in str(series.dtype):
        return plain_arrow(need("pyarrow", "arrow"), series.to_arrow())
    if series.dtype.is_numeric() and series.null_count():
        return np.ma.MaskedArray(series.fill_null(0).to_numpy(), series.is_null().to_numpy())
    return series.to_numpy() if series.dtype.is_numeric() or series.dtype.is_temporal() else series.to_list()


def _as_long(pl: Any, series: Any) -> Any:
    try:
        return series.cast(pl.Int64)
    except pl.exceptions.PolarsError:
        raise ConversionError(f"an item of a series of {series.dtype} is out of the range of long") from None


def _from_series(pl: Any, series: Any, how: How) -> Value:
    if series.dtype == pl.Object:  # of which Arrow sees the addresses only
        return from_sequence(series.to_list(), how)
    if str(series.dtype) in ("Int128", "UInt128"):
        series = _as_long(pl, series)
    if has_arrow():
        found = from_arrow(series.to_arrow(), how)
        assert found is not None
        return found
    return _from_parts(pl, series, how)


def _from_parts(pl: Any, series: Any, how: How) -> Value:
    """A value without Arrow: what Python's objects would round is taken from polars' numbers."""
    dtype = series.dtype
    if isinstance(dtype, pl.Struct):
        found = from_polars(series.struct.unnest(), how)
        assert found is not None
        return found
    if isinstance(dtype, pl.List | pl.Array):
        parts = series.arr.to_list() if isinstance(dtype, pl.Array) else series
        empty = _from_series(pl, pl.Series([], dtype=dtype.inner), how)
        return List.of(tuple([empty if part is None else _from_series(pl, part, how) for part in parts]))
    if dtype == pl.Binary:
        return from_sequence(series.fill_null(b"").to_list())
    if dtype == pl.Time:
        nanos = Vector(QType.TIMESPAN, series.to_physical().fill_null(0).to_numpy())
        return with_nulls(nanos, series.is_null().to_numpy())
    if dtype in (pl.String, pl.Categorical, pl.Enum):
        found = symbols(series.cast(pl.String).fill_null("").to_list())
        return as_chars(found) if how.chars and dtype == pl.String else found
    if not (dtype.is_numeric() or dtype.is_temporal() or dtype == pl.Boolean):
        return from_sequence(series.to_list())
    mask = series.is_null().to_numpy()
    plain = series.fill_null(False) if dtype == pl.Boolean else series.fill_null(0) if dtype.is_numeric() else series
    found_array = from_array(plain.to_numpy())
    assert isinstance(found_array, Vector)
    return with_nulls(found_array, mask) if not dtype.is_temporal() else found_array
