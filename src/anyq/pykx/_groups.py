"""Groups of rows, and what the methods of frames stand on."""

from __future__ import annotations

from typing import Any, Final

from anyq import convert
from anyq.values import Value, symbols

from . import _engine
from ._base import ATOMS, VECTORS, K, unwrap, wrap
from ._exceptions import QError
from ._links import LINKS

__all__ = [
    "GroupBy",
    "aggregates_of",
    "class_name",
    "classes_of",
    "column_as",
    "frame_of",
    "is_null_item",
    "matches",
    "plain_function",
    "table_of",
    "title_of",
]


def frame_of(table: Any) -> Any:
    return convert.to_pd(table._v)


def table_of(found: Any, numbered: bool = False) -> Any:
    """A table of a frame, a dictionary of a series, else what `toq` gives.

    The keys of a dictionary are symbols, or with ``numbered`` those of rows their numbers.
    """
    import pandas as pd

    if isinstance(found, pd.DataFrame):
        return wrap(convert.from_object(found))
    if isinstance(found, pd.Series):
        rows = numbered and found.index.dtype.kind == "i"
        keys = unwrap(found.index.tolist()) if rows else symbols([str(key) for key in found.index])
        return wrap(_engine.call("{x!y}", keys, LINKS.value_of(found.reset_index(drop=True))))
    return LINKS.toq(found)


class GroupBy:
    """Groups of rows."""

    def __init__(self, groups: Any) -> None:
        self._groups = groups

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        found = getattr(self._groups, name)
        return (lambda *args, **keywords: self._given(found(*args, **keywords))) if callable(found) else found

    def __getitem__(self, key: Any) -> GroupBy:
        return GroupBy(self._groups[[key] if isinstance(key, str) else list(key)])

    def agg(self, func: Any, *args: Any, **keywords: Any) -> Any:
        """Aggregates of each group."""
        if isinstance(func, dict):
            raise NotImplementedError("dictionary input is not supported for groups")
        return self._given(self._groups.agg(plain_function(func), *args, **keywords))

    def _given(self, found: Any) -> Any:
        import pandas as pd

        if isinstance(found, pd.DataFrame) and isinstance(found.columns, pd.MultiIndex):
            return {str(name): table_of(found.xs(name, axis=1, level=1)) for name in found.columns.levels[1]}
        if isinstance(found, pd.DataFrame) and found.index.name is None and found.index.nlevels == 1:
            found = found.reset_index(drop=True)
        return table_of(found.to_frame() if isinstance(found, pd.Series) else found)


def plain_function(func: Any) -> Any:
    """What pandas is given for a function: of q, one that gets and gives q values."""
    if isinstance(func, list):
        return [plain_function(one) for one in func]
    if isinstance(func, K):
        function: Any = func
        return lambda series: function(series.tolist()).py()
    return func


def title_of(func: Any) -> str:
    return func if isinstance(func, str) else getattr(func, "__name__", str(func))


def aggregates_of(table: Any, functions: dict[str, Any]) -> Any:
    for how in functions.values():
        if not (isinstance(how, str) or callable(how)):
            raise NotImplementedError(f"unsupported type {type(how)} supplied as dictionary value")
    titles = {name: title_of(how) for name, how in functions.items()}
    rows = list(dict.fromkeys(titles.values()))
    frame = frame_of(table)
    columns = {
        name: [frame[name].agg(plain_function(functions[name])) if title == titles[name] else None for title in rows]
        for name in functions
    }
    return wrap(_engine.call("{([function:x])!flip y}", symbols(rows), LINKS.value_of(columns)))


def class_name(column: Any) -> str:
    return str(type(column).__name__).removesuffix("Vector")


def classes_of(kinds: Any, what: str) -> set[str]:
    listed = [] if kinds is None else kinds if isinstance(kinds, list) else [kinds]
    found = set()
    for kind in listed:
        name = (kind if isinstance(kind, str) else kind.__name__).removeprefix("kx.")
        if name == "CharVector":
            raise Exception(
                f"'CharVector' not supported. Use 'CharAtom' for columns of char atoms. "
                f"'kx.List' will {what} any columns containing mixed list data."
            )
        found.add(name.removesuffix("Vector").removesuffix("Atom"))
    return found


_COMPLEX: Final = (
    "This method can only handle casting string complex columns to symbols.  Other complex column data or"
    " casting to other data is not supported."
)


def column_as(column: Any, kind: Any) -> Value:
    name = kind.removeprefix("kx.") if isinstance(kind, str) else getattr(kind, "__name__", "")
    names = {cls.__name__: cls for cls in (*VECTORS.values(), *ATOMS.values())}
    if name not in names:
        raise QError("Value passed does not match PyKX wrapper type")
    title = name.removesuffix("Vector").removesuffix("Atom")
    if type(column).__name__ == "List":
        if title != "Symbol" or not all(type(item).__name__ == "CharVector" for item in column):
            raise ValueError(_COMPLEX)
        return _engine.call("{`$x}", column._v)
    if type(column).__name__ == "CharVector" and title == "Symbol":
        return _engine.call("{`$'x}", column._v)
    try:
        return unwrap(column.cast(names[f"{title}Vector"]))
    except (QError, TypeError) as error:
        raise QError(
            f"Not supported: Error casting {type(column).__name__} to {title}Vector with q error: type"
        ) from error


def is_null_item(item: Any) -> bool:
    return bool(item.is_null)


def matches(item: Any, other: Any) -> bool:
    found = item._equal(other)
    return bool(found.all()) if isinstance(found, K) and not found.is_atom else bool(found)
