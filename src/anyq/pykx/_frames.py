"""The methods that tables share with pandas' frames; what pandas computes goes through real pandas, types kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from anyq import convert
from anyq.values import KeyedTable, Value, long, symbol, symbols

from . import _engine
from ._base import K, unwrap, wrap
from ._exceptions import QError
from ._groups import (
    GroupBy,
    aggregates_of,
    class_name,
    classes_of,
    column_as,
    frame_of,
    is_null_item,
    matches,
    plain_function,
    table_of,
    title_of,
)
from ._indexers import At, ILoc, Loc
from ._links import LINKS

__all__ = ["FrameMethods", "GroupBy", "PandasAPI"]

_NUMBERS: Final = ("mean", "median", "std", "sem", "kurt", "skew", "sum", "prod", "var")
_BY_TEXT: Final = frozenset({"mean", "median", "std", "sem", "kurt"})
"""The aggregates of rows whose keys PyKX writes as symbols."""
_ANY: Final = ("min", "max", "count", "nunique")
_WRONG: Final = "is not supported here; take .pd(), and kx.toq of the result"


class FrameMethods:
    """What a table does as a frame of pandas does."""

    _v: Value
    replace_self: bool = False
    """Whether methods put their result in the place of the table."""

    if TYPE_CHECKING:

        @property
        def _names(self) -> list[str]: ...

    def _given(self, value: Value, inplace: bool = False) -> Any:
        if inplace or self.replace_self:
            self._v = value
            return self
        return wrap(value)

    @property
    def empty(self) -> bool:
        """Whether it has no rows."""
        return not len(self._v)

    @property
    def ndim(self) -> int:
        """Two."""
        return 2

    @property
    def shape(self) -> Any:
        """The numbers of rows and columns."""
        keys = len(self._v.key_table.columns) if isinstance(self._v, KeyedTable) else 0
        return len(self._v), len(self._names) - keys

    @property
    def size(self) -> Any:
        """The number of items."""
        rows, columns = self.shape
        return LINKS.toq(rows * columns)

    @property
    def loc(self) -> Loc:
        """Rows and columns by key and name."""
        return Loc(self)

    @property
    def iloc(self) -> ILoc:
        """Rows and columns by number."""
        return ILoc(self)

    @property
    def at(self) -> At:
        """One item by row and column."""
        return At(self)

    # Rows

    def head(self, n: int = 5) -> Any:
        """The first rows."""
        return self._given(_engine.call("{(x&count y)#y}", long(n), self._v))

    def tail(self, n: int = 5) -> Any:
        """The last rows."""
        return self._given(_engine.call("{(neg x&count y)#y}", long(n), self._v))

    def sample(self, n: int | None = None, frac: float | None = None, replace: bool = False, **more: Any) -> Any:
        """Random rows. ``ValueError`` for more than there are, without ``replace``."""
        count = len(self._v)
        if n is not None and frac is not None:
            raise ValueError("Please enter a value for `frac` OR `n`, not both")
        size = round(count * frac) if frac is not None else 1 if n is None else n
        if size < 0 or (size > count and not replace):
            raise ValueError(f"Cannot take {size} of {count} rows without replacement")
        return wrap(
            _engine.call("{k:keys z;k xkey (0!z) $[y;x;neg x]?count z}", long(size), unwrap(bool(replace)), self._v)
        )

    def drop_duplicates(
        self, subset: Any = None, keep: Any = None, inplace: bool = False, ignore_index: bool = False
    ) -> Any:
        """Different rows."""
        if subset is not None or keep is not None or inplace or ignore_index:
            raise NotImplementedError(f"drop_duplicates with other parameters {_WRONG}")
        return self._given(_engine.call("distinct", self._v))

    def nlargest(self, n: int, columns: Any, keep: str = "first") -> Any:
        """The rows with the largest items."""
        return table_of(frame_of(self).nlargest(n, columns, keep=keep).reset_index(drop=True))

    def nsmallest(self, n: int, columns: Any, keep: str = "first") -> Any:
        """The rows with the smallest items."""
        return table_of(frame_of(self).nsmallest(n, columns, keep=keep).reset_index(drop=True))

    def sort_values(self, by: Any, ascending: bool = True, inplace: bool = False, **more: Any) -> Any:
        """The rows in order of columns."""
        names = [by] if isinstance(by, str) else list(by)
        verb = "xasc" if ascending else "xdesc"
        return self._given(_engine.call(f"{{x {verb} y}}", symbols(names), self._v), inplace)

    # Columns

    def get(self, key: Any, default: Any = None) -> Any:
        """A column, or a table of columns; ``default``, or without one `QError`, where there is none."""
        names = [str(key)] if isinstance(key, str | K) and not isinstance(key, list) else list(key)
        missing = [name for name in names if name not in self._names]
        if missing:
            if default is None:
                raise QError(f"Attempted to retrieve inaccessible column: {', '.join(missing)}")
            return default
        if len(names) == 1 and not isinstance(key, list):
            return wrap(_engine.call("{(0!x)y}", self._v, symbol(names[0])))
        return wrap(_engine.call("{y#0!x}", self._v, symbols(names)))

    def pop(self, item: Any) -> Any:
        """Take columns out of the table, and give them."""
        names = [item] if isinstance(item, str) else list(item)
        found = wrap(_engine.call("{y#0!x}", self._v, symbols(names)))
        self._v = _engine.call("{k:keys x;k xkey y _ 0!x}", self._v, symbols(names))
        return found

    def drop(
        self, labels: Any = None, axis: Any = 0, index: Any = None, columns: Any = None, level: Any = None,
        inplace: bool = False, errors: str = "raise",
    ) -> Any:  # fmt: skip
        """Without columns, or without rows."""
        if columns is None and index is None and labels is None:
            raise ValueError("Need to specify at least one of 'labels', 'index' or 'columns'")
        if columns is None and axis in (1, "columns"):
            columns = labels
        if columns is not None:
            names = [columns] if isinstance(columns, str) else [str(name) for name in columns]
            missing = [name for name in names if name not in self._names]
            if missing and errors != "ignore":
                raise QError(f"{missing} not found")
            made = _engine.call("{k:keys x;k xkey (y inter cols x)_0!x}", self._v, symbols(names))
            return self._given(made, inplace)
        rows = labels if index is None else index
        frame = frame_of(self)
        try:
            found = frame.drop(index=rows if isinstance(rows, list) else [rows], level=level, errors=errors)
        except KeyError as error:
            raise QError(str(error)) from error
        kept = found if isinstance(self._v, KeyedTable) else found.reset_index(drop=True)
        return self._given(convert.from_object(kept), inplace)

    def rename(self, labels: Any = None, index: Any = None, columns: Any = None, axis: Any = 0, **more: Any) -> Any:
        """Other names for columns, or other keys."""
        if labels is None and index is None and columns is None:
            raise ValueError("must pass an index to rename")
        if more:
            raise NotImplementedError(f"rename with {', '.join(more)} {_WRONG}")
        if labels is not None and axis in (1, "columns"):
            columns = labels
        if columns is not None:
            if not isinstance(columns, dict):
                raise ValueError("the columns of rename are a mapping of names")
            made = _engine.call(
                "{x xcol y}", LINKS.value_of({k: v for k, v in columns.items() if k in self._names}), self._v
            )
            return self._given(made)
        if not isinstance(self._v, KeyedTable):
            raise ValueError("nothing to rename: the table has no key")
        return table_of(frame_of(self).rename(labels if index is None else index))

    def _affixed(self, make: Callable[[str], str], axis: Any) -> Any:
        if axis in (0, "index"):
            raise NotImplementedError("only the names of columns get a prefix or suffix")
        if axis not in (1, "columns", None):
            raise ValueError(f"No axis named {axis}")
        keys = self._v.key_table.columns if isinstance(self._v, KeyedTable) else []
        names = {name: make(name) for name in self._names if name not in keys}
        return self._given(_engine.call("{x xcol y}", LINKS.value_of(names), self._v))

    def add_prefix(self, prefix: str, axis: Any = 1) -> Any:
        """The columns with names that begin so."""
        return self._affixed(lambda name: prefix + name, axis)

    def add_suffix(self, suffix: str, axis: Any = 1) -> Any:
        """The columns with names that end so."""
        return self._affixed(lambda name: name + suffix, axis)

    def reset_index(self, levels: Any = None, *, drop: bool = False, inplace: bool = False, **more: Any) -> Any:
        """The key columns among the others, or without them."""
        if not isinstance(self._v, KeyedTable):
            return self._given(self._v, inplace)
        keys = self._v.key_table.columns
        chosen = (
            keys
            if levels is None
            else [keys[x] if isinstance(x, int) else x for x in (levels if isinstance(levels, list) else [levels])]
        )
        kept = [name for name in keys if name not in chosen]
        made = _engine.call("{[t;k;d] t:0!t; k xkey d _ t}", self._v, symbols(kept), symbols(chosen if drop else []))
        return self._given(made, inplace)

    def astype(self, dtype: Any, copy: Any = True, errors: str = "raise") -> Any:
        """Columns of other classes."""
        if copy is not True:
            raise NotImplementedError("astype is only there when copy is set to True")
        kinds = dict.fromkeys(self._names, dtype) if not isinstance(dtype, dict) else dtype
        if any(name not in self._names for name in kinds):
            raise ValueError("Column name passed in dictionary not present in df table")
        made = self._v
        for name, kind in kinds.items():
            column = wrap(_engine.call("{(0!x)y}", made, symbol(name)))
            try:
                value = column_as(column, kind)
            except (ValueError, QError):
                if errors == "ignore":
                    continue
                raise
            made = _engine.call("{[t;c;v] k:keys t;u:flip 0!t;u[c]:v;k xkey flip u}", made, symbol(name), value)
        return self._given(made)

    def select_dtypes(self, include: Any = None, exclude: Any = None) -> Any:
        """The columns of certain classes, or of others."""
        if include is None and exclude is None:
            raise ValueError("Expecting either include or exclude param to be passed")
        wanted, unwanted = classes_of(include, "include"), classes_of(exclude, "exclude")
        if wanted & unwanted:
            raise ValueError("Include and Exclude lists have overlapping elements")
        keys = self._v.key_table.columns if isinstance(self._v, KeyedTable) else []
        names = [
            name for name, kind in zip(self._names, self._kinds(), strict=True)
            if name not in keys and (kind in wanted if include is not None else kind not in unwanted)
        ]  # fmt: skip
        if not names:
            return LINKS.toq(None)
        return wrap(_engine.call("{k:keys x;k xkey (k,y)#0!x}", self._v, symbols(names)))

    def _kinds(self) -> list[str]:
        columns = _engine.call("{value flip 0!x}", self._v)
        return [class_name(wrap(column)) for column in columns]

    # Numbers

    def _numbers(self, name: str, axis: Any, numeric: bool, **keywords: Any) -> Any:
        frame = frame_of(self)
        if numeric and name not in ("count", "nunique"):
            keywords["numeric_only"] = True
        try:
            found = getattr(frame, name)(axis=axis, **keywords)
        except (TypeError, ValueError) as error:
            raise QError(f"type: {error}") from error
        return table_of(found, numbered=name not in _BY_TEXT)

    def mode(self, axis: Any = 0, numeric_only: bool = False, dropna: bool = True) -> Any:
        """The items that come most often."""
        return table_of(frame_of(self).mode(axis=axis, numeric_only=numeric_only, dropna=dropna))

    def all(self, axis: Any = 0, bool_only: bool = False, skipna: bool = True, *_: Any, **__: Any) -> Any:
        """Whether all items are true, by column."""
        return table_of(frame_of(self).all(axis=axis, bool_only=bool_only, skipna=skipna), numbered=True)

    def any(self, axis: Any = 0, bool_only: bool = False, skipna: bool = True, *_: Any, **__: Any) -> Any:
        """Whether any item is true, by column."""
        return table_of(frame_of(self).any(axis=axis, bool_only=bool_only, skipna=skipna), numbered=True)

    def abs(self, numeric_only: bool = False) -> Any:
        """The items without their sign."""
        frame = frame_of(self)
        try:
            return table_of((frame.select_dtypes(include=np.number) if numeric_only else frame).abs())
        except TypeError as error:
            raise QError(f"type: {error}") from error

    def isna(self) -> Any:
        """Whether each item is null."""
        return wrap(
            _engine.call(
                "{k:keys x;k xkey flip @[flip 0!x;cols[x]except k;{$[0h=type x;{all null x}each x;null x]}]}", self._v
            )
        )

    def notna(self) -> Any:
        """Whether each item is no null."""
        return wrap(
            _engine.call(
                "{k:keys x;k xkey flip @[flip 0!x;cols[x]except k;{not $[0h=type x;{all null x}each x;null x]}]}",
                self._v,
            )
        )

    isnull = isna
    notnull = notna

    # Functions

    def apply(
        self, func: Any, *args: Any, axis: int = 0, raw: Any = None, result_type: Any = None, **keywords: Any
    ) -> Any:
        """A function of each column, or with ``axis=1`` of each row."""
        if not callable(func):
            raise RuntimeError("Provided value 'func' is not callable")
        if raw is not None:
            raise NotImplementedError("'raw' parameter is set to None only")
        if result_type is not None:
            raise NotImplementedError("'result_type' parameter is set to None only")
        table = wrap(_engine.call("{0!x}", self._v))
        if axis == 0:
            parts = {name: LINKS.toq(func(table[name], *args, **keywords)) for name in table._names}
            made = LINKS.value_of(parts)
            return wrap(_engine.call("{$[all 0<=type each value x;flip x;x]}", made))
        rows = [LINKS.toq(func(wrap(row), *args, **keywords)) for row in _engine.call("{flip value flip x}", table._v)]
        if all(isinstance(row, K) and row.is_atom for row in rows):
            return LINKS.toq(rows)
        return wrap(_engine.call("{flip x!flip y}", symbols(table._names), LINKS.value_of(rows)))

    def map(self, func: Any, na_action: Any = None, **keywords: Any) -> Any:
        """A function of each item."""
        if na_action not in (None, "ignore") or na_action is False:
            raise TypeError("na_action must be None or 'ignore'")
        if not callable(func):
            raise TypeError("Provided value 'func' is not callable")
        keys = self._v.key_table.columns if isinstance(self._v, KeyedTable) else []
        made = self._v
        for name in [name for name in self._names if name not in keys]:
            column = wrap(_engine.call("{(0!x)y}", made, symbol(name)))
            items = [item if na_action and is_null_item(item) else func(item, **keywords) for item in column]
            made = _engine.call(
                "{[t;c;v] k:keys t;u:flip 0!t;u[c]:v;k xkey flip u}", made, symbol(name), LINKS.value_of(items)
            )
        return wrap(made)

    applymap = map

    def replace(self, to_replace: Any, value: Any) -> Any:
        """Other items in the place of those that match."""
        return self.map(lambda item: value if matches(item, to_replace) else item)

    def agg(self, func: Any, axis: int = 0, *args: Any, **keywords: Any) -> Any:
        """Aggregates of the columns: by name, or functions."""
        if axis != 0:
            raise NotImplementedError("'axis' parameter is 0 only")
        if isinstance(self._v, KeyedTable):
            raise NotImplementedError("'agg' method not supported for KeyedTable")
        if len(self._v) == 0:
            raise QError("Application of 'agg' method not supported on on tabular data with 0 rows")
        if isinstance(func, dict):
            return aggregates_of(self, func)
        if isinstance(func, list):
            rows = {title_of(one): self.agg(one) for one in func}
            names = symbols(list(rows))
            return wrap(_engine.call("{([function:x])!y}", names, LINKS.value_of(list(rows.values()))))
        return table_of(frame_of(self).agg(plain_function(func)))

    # Joins and groups

    def merge(
        self, right: Any, how: str = "inner", on: Any = None, copy: bool = True, q_join: bool = False, **keywords: Any
    ) -> Any:
        """Both tables joined as pandas does."""
        if q_join:
            raise ValueError("Provided value for `q_join` is not supported: take q's own joins, kx.q.lj and the others")
        other = right if isinstance(right, K) else LINKS.toq(right)
        if how == "cross" and (on or keywords.get("left_on") or keywords.get("right_on")):
            raise ValueError(
                'Can not pass on, right_on, left_on or set right_index=True or left_index=True with how="cross"'
            )
        found = frame_of(self).merge(frame_of(other), how=how, on=on, **keywords)
        return self._given(convert.from_object(found), not copy)

    def merge_asof(self, right: Any, *args: Any, copy: bool = True, **keywords: Any) -> Any:
        """Both tables joined by the nearest key before."""
        import pandas

        other = right if isinstance(right, K) else LINKS.toq(right)
        return self._given(
            convert.from_object(pandas.merge_asof(frame_of(self), frame_of(other), *args, **keywords)), not copy
        )

    def groupby(
        self, by: Any = None, axis: Any = 0, level: Any = None, as_index: bool = True, sort: bool = True,
        group_keys: bool = True, observed: bool = False, dropna: bool = True,
    ) -> GroupBy:  # fmt: skip
        """Groups of rows, as pandas makes them."""
        if by is not None and level is not None:
            raise RuntimeError("Cannot use both by and level keywords.")
        if observed or not group_keys or axis not in (0, "index") or callable(by):
            raise NotImplementedError(f"groupby with these parameters {_WRONG}")
        frame = frame_of(self)
        levels = level if isinstance(level, list) else [level]
        if level is not None and any(isinstance(x, int) and x >= frame.index.nlevels for x in levels):
            raise KeyError(f"the table has {frame.index.nlevels} key columns, not {level}")
        names = by.py() if isinstance(by, K) else by
        return GroupBy(frame.groupby(by=names, level=level, as_index=as_index, sort=sort, dropna=dropna))


def _aggregate(name: str, numeric: bool) -> Callable[..., Any]:
    def apply(self: Any, axis: Any = 0, skipna: bool = True, numeric_only: bool = False, **keywords: Any) -> Any:
        if name not in ("count", "nunique"):
            keywords["skipna"] = skipna
        return self._numbers(name, axis, numeric_only, **keywords)

    apply.__name__ = name
    apply.__doc__ = f"pandas' ``{name}`` of each column, or with ``axis=1`` of each row."
    return apply


for _name in (*_NUMBERS, *_ANY, "idxmax", "idxmin"):
    setattr(FrameMethods, _name, _aggregate(_name, _name in _NUMBERS))


class PandasAPI(FrameMethods):
    """The methods above, by their name in PyKX. Only tables have them."""

    def __init__(self) -> None:
        raise TypeError("PandasAPI is no class to make objects of: tables have its methods")
