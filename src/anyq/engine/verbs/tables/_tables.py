"""Columns and rows of tables: ``meta cols keys xcol xcols xkey xasc xdesc xgroup ungroup tables``.

A table is given as such, or by the name of a variable; then what changes it sets the variable and gives the name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from anyq.errors import QError
from anyq.values import (
    Atom,
    Dict,
    KeyedTable,
    List,
    QType,
    StringArray,
    Table,
    Value,
    Vector,
    collapse,
    count,
)

from ...kernel._bulk import counting, repeated_items
from ...kernel._enumeration import Enumeration
from ...kernel._join import razed
from ...kernel._partitioned import Partitioned
from ...kernel._search import factorized
from ...kernel._support import INTEGERS, chars, integer, is_atom, items_of, strs, symbol, symbols, table_of
from ...kernel._take import take
from ...session._context import Context
from ...session._vocabulary import Vocabulary
from ..lists._sets import groups
from ..lists._sort import sort_columns
from ._dicts import bang as make_dict
from ._dicts import keyed
from ._enums import link

__all__ = [
    "bang",
    "by_name",
    "changed",
    "column_of",
    "column_type",
    "install",
    "is_name",
    "key_names",
    "rekeyed",
    "table_named",
    "unkeyed",
]

AnyTable = Table | KeyedTable


def is_name(x: Value) -> bool:
    return isinstance(x, Atom) and x.qtype is QType.SYMBOL


def by_name(q: Context, x: Value) -> Value:
    """The value of the variable, or of the file, that a symbol names; other values as they are."""
    if not (isinstance(x, Atom) and x.qtype is QType.SYMBOL):
        return x
    return q.verb("get", x) if x.raw.startswith(":") else q.get(x.raw)


def table_named(q: Context, x: Value) -> AnyTable:
    """A table or keyed table, given as such or by name; ``'type`` for others."""
    found = by_name(q, x)
    if not isinstance(found, Table | KeyedTable):
        raise QError("type")
    return found


def changed(q: Context, x: Value, change: Callable[[AnyTable], Value]) -> Value:
    """The changed table; for a name, the variable or the file is set and the name is the result."""
    made = change(table_named(q, x))
    if not (isinstance(x, Atom) and x.qtype is QType.SYMBOL):
        return made
    if x.raw.startswith(":"):
        splayed = not x.raw.endswith("/") and q.host.kind(x.raw[1:]) == "folder"
        q.verb("set", symbol(f"{x.raw}/") if splayed else x, made)
    else:
        q.set(x.raw, made)
    return x


def unkeyed(x: Value) -> Table:
    """The plain table; ``'type`` for what is no table."""
    if isinstance(x, KeyedTable):
        return x.unkeyed()
    if isinstance(x, Table):
        return x
    raise QError("type")


def column_of(table: Table, name: str) -> Value:
    """A column by name; the name is the error when there is none."""
    if name not in table.column_names:
        raise QError(name)
    return table.column(name)


def key_names(x: AnyTable) -> list[str]:
    return x.key_table.column_names if isinstance(x, KeyedTable) else []


def rekeyed(plain: Table, like: AnyTable) -> Value:
    """A plain table with as many key columns as another."""
    return keyed(len(key_names(like)), plain)


# -- what there is


def column_type(column: Value) -> str:
    """The letter of ``meta``: of a list the upper case of its first item's, if that is a vector; else a space.

    ``meta`` looks at the first row only (page ref/file-text.md).
    """
    if isinstance(column, Vector):
        return column.qtype.char
    if isinstance(column, List) and len(column):
        if isinstance(column.strings, StringArray):
            return "C"
        first = column[0]
        if isinstance(first, Vector):
            return first.qtype.char.upper()
    return " "


def meta(q: Context, x: Value) -> Value:
    """q's ``meta``: a table of types, foreign keys and attributes, keyed by column."""
    table = unkeyed(table_named(q, x))
    if isinstance(table, Partitioned):
        table = table.prototype()
    columns = table.data.items
    foreign = [c.domain if isinstance(c, Enumeration) and _is_table(q, c.domain) else "" for c in columns]
    attrs = [c.attr.char if isinstance(c, Vector | List) else "" for c in columns]
    types = "".join([column_type(c) for c in columns])
    return KeyedTable(
        table_of(["c"], [symbols(table.column_names)]),
        table_of(["t", "f", "a"], [chars(types), symbols(foreign), symbols(attrs)]),
    )


def _is_table(q: Context, name: str) -> bool:
    return isinstance(q.names.find(name), Table | KeyedTable)


def cols(q: Context, x: Value) -> Value:
    """q's ``cols``: the names of all columns."""
    return symbols(unkeyed(table_named(q, x)).column_names)


def keys(q: Context, x: Value) -> Value:
    """q's ``keys``: the names of the key columns."""
    return symbols(key_names(table_named(q, x)))


# -- other names, another order


def xcol(q: Context, x: Value, y: Value) -> Value:
    """q's ``xcol``: the first columns renamed, or those that a dict of old to new names says."""

    def rename(table: AnyTable) -> Value:
        plain = unkeyed(table)
        names = plain.column_names
        if isinstance(x, Dict):
            new = dict(zip(strs(x.key), strs(x.value), strict=True))
            if set(new) - set(names):
                raise QError("length")
            names = [new.get(name, name) for name in names]
        else:
            given = strs(x)
            if len(given) > len(names):
                raise QError("length")
            names = [*given, *names[len(given) :]]
        return rekeyed(Table.of(symbols(names), plain.data), table)

    return changed(q, y, rename)


def _picked(table: Table, names: Sequence[str]) -> Table:
    missing = [name for name in names if name not in table.column_names]
    if missing:
        raise QError(missing[0])
    return table_of(names, [table.column(name) for name in names])


def xcols(q: Context, x: Value, y: Value) -> Value:
    """q's ``xcols``: these columns first."""
    first = strs(x)

    def reorder(table: AnyTable) -> Value:
        if isinstance(table, KeyedTable):
            raise QError("type")
        return _picked(table, [*first, *[name for name in table.column_names if name not in first]])

    return changed(q, y, reorder)


def xkey(q: Context, x: Value, y: Value) -> Value:
    """q's ``xkey``: these columns, and no others, as the key."""
    first = strs(x)

    def rekey(table: AnyTable) -> Value:
        plain = unkeyed(table)
        ordered = _picked(plain, [*first, *[name for name in plain.column_names if name not in first]])
        return keyed(len(first), ordered)

    return changed(q, y, rekey)


def enkey(q: Context, x: Value, y: Value) -> Value:
    """q's ``n!t`` where ``t`` is a name."""
    return changed(q, y, lambda table: keyed(integer(x), table))


def xasc(q: Context, x: Value, y: Value) -> Value:
    """q's ``xasc``: the rows in ascending order of columns."""
    return changed(q, y, lambda table: sort_columns(x, table, down=False))


def xdesc(q: Context, x: Value, y: Value) -> Value:
    """q's ``xdesc``."""
    return changed(q, y, lambda table: sort_columns(x, table, down=True))


# -- nested rows


def xgroup(q: Context, x: Value, y: Value) -> Value:
    """q's ``xgroup``: keyed by columns, the others as lists of what belongs to each key."""
    plain = unkeyed(table_named(q, y))
    by = _picked(plain, strs(x))
    rest = [name for name in plain.column_names if name not in by.column_names]
    codes, firsts = factorized(by)
    parts = groups(codes, len(firsts))
    columns = [_nested(plain.column(name), parts) for name in rest]
    key = take(by, firsts)
    assert isinstance(key, Table)
    return KeyedTable(key, table_of(rest, columns))


def _nested(column: Value, parts: tuple[Value, ...]) -> List:
    return List.of(tuple([take(column, part.data) for part in parts]))  # type: ignore[attr-defined]


def ungroup(q: Context, x: Value) -> Value:
    """q's ``ungroup``: a row for each item of the lists in a row. ``'length`` where they differ in count."""
    table = unkeyed(table_named(q, x))
    columns = table.data.items
    nested = [isinstance(c, List) and any(not is_atom(item) for item in c.items) for c in columns]
    if not any(nested):
        return table
    sizes: np.ndarray[tuple[int, ...], np.dtype[np.int64]] | None = None
    for column, deep in zip(columns, nested, strict=True):
        if deep:
            mine = np.array([count(item) for item in column], np.int64)
            if sizes is not None and bool((sizes != mine).any()):
                raise QError("length")
            sizes = mine
    assert sizes is not None
    repeated = repeated_items(counting(len(sizes)), sizes)
    flat = [_razed(column) if deep else take(column, repeated) for column, deep in zip(columns, nested, strict=True)]
    return Table.of(table.names, List.of(tuple(flat)))


def _razed(column: Value) -> Value:
    found = razed(items_of(column))
    return collapse([found]) if is_atom(found) else found


def tables(q: Context, x: Value) -> Value:
    """q's ``tables``: the names of the tables in a namespace."""
    if isinstance(x, Atom) and x.qtype is QType.SYMBOL:
        return q.verb("system", chars(f"a {x.raw}" if x.raw else "a"))
    return q.verb("system", chars("a"))


def bang(q: Context, x: Value, y: Value) -> Value:
    """q's ``x!y``, with tables given by name and with links to tables."""
    if isinstance(x, Atom) and x.qtype in INTEGERS and is_name(y) and integer(x) >= 0:
        return enkey(q, x, y)
    if isinstance(x, Atom) and x.qtype is QType.SYMBOL and isinstance(y, Atom | Vector) and y.qtype in INTEGERS:
        return link(q, x.raw, y)
    return make_dict(x, y)


def install(vocabulary: Vocabulary) -> None:
    """Enter this family's names."""
    for name, unary in {"meta": meta, "cols": cols, "keys": keys, "ungroup": ungroup, "tables": tables}.items():
        vocabulary.define(name, 1, unary, context=True)
    for name, binary in {
        "xcol": xcol, "xcols": xcols, "xkey": xkey, "xasc": xasc, "xdesc": xdesc, "xgroup": xgroup,
    }.items():  # fmt: skip
        vocabulary.define(name, 2, binary, context=True)
