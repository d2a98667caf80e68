"""Dictionaries: making, keys and values, upsert, entries taken and deleted; keyed tables (``!``)."""

from __future__ import annotations

import numpy as np

from anyq.errors import QError
from anyq.values import Atom, Dict, KeyedTable, List, QType, Table, Value, Vector, count

from ...kernel._enumeration import EnumeratedAtom, Enumeration
from ...kernel._join import _as_keys
from ...kernel._namespace_path import absolute
from ...kernel._records import is_row, records
from ...kernel._search import positions
from ...kernel._support import EMPTY, INTEGERS, fail, integer, is_atom, strs, symbols
from ...kernel._take import take
from ...session._context import Context
from ...session._vocabulary import Vocabulary

__all__ = ["bang", "delete_keys", "install", "keyed", "make_dict", "take_keys", "unkeyed"]


def make_dict(x: Value, y: Value) -> Value:
    """A dict of keys and values; two tables make a keyed table."""
    if is_atom(x) or is_atom(y) or isinstance(y, KeyedTable):
        raise QError("type")
    keys = x.key if isinstance(x, Dict) else x
    values = y.value if isinstance(y, Dict) else y
    if isinstance(values, List) and not len(values):
        values = List.of((values,) * count(keys))
    if count(keys) != count(values):
        raise QError("length")
    if isinstance(keys, Table) and isinstance(values, Table):
        return KeyedTable(keys, values)
    return Dict(keys, values)


def keyed(size: int, table: Value) -> Value:
    """``size!table``: the first columns as keys; none for 0."""
    plain = unkeyed(table)
    if not isinstance(plain, Table):
        raise QError("type")
    if size <= 0:
        return plain
    names, columns = plain.column_names, plain.data.items
    if size >= len(names):
        raise QError("length")
    return KeyedTable(
        Table.of(symbols(names[:size]), List.of(columns[:size])),
        Table.of(symbols(names[size:]), List.of(columns[size:])),
    )


def unkeyed(table: Value) -> Value:
    return table.unkeyed() if isinstance(table, KeyedTable) else table


def bang(x: Value, y: Value) -> Value:
    """q's ``x!y`` where ``x`` is not negative: a dict, or a table with so many key columns."""
    if isinstance(x, Atom) and x.qtype in INTEGERS and isinstance(y, Table | KeyedTable):
        return keyed(integer(x), y)
    return make_dict(x, y)


def take_keys(x: Value, y: Value) -> Value:
    """The entries of ``y`` with the keys ``x``; of a table the columns, of a keyed table the rows."""
    if isinstance(y, Table):
        names = strs(x)
        if not names:
            raise QError("rank")  # a table has columns
        if set(names) - set(y.column_names):
            raise QError(next(name for name in names if name not in y.column_names))
        return Table.of(symbols(names), List.of(tuple([y.column(name) for name in names])))
    if not isinstance(y, Dict):
        raise QError("type")
    if isinstance(y, KeyedTable):
        wanted = x if isinstance(x, Table) else records([x]) if is_row(x) else fail("type")
        kept = positions(y.key, wanted)
        kept = kept[kept < len(y)]
        return KeyedTable(take(y.key, kept), take(y.value, kept))
    keys = _as_keys(x)
    found = positions(y.key, keys)
    return Dict(keys, take(y.value, np.where(found < len(y), found, -1)))


def delete_keys(x: Value, y: Value) -> Value:
    """The dict or table ``x`` without the keys, the columns, or the row at the position ``y``."""
    if isinstance(x, Table):
        if isinstance(y, Atom) and y.qtype in INTEGERS:
            at = integer(y)
            return take(x, np.delete(np.arange(len(x)), at)) if 0 <= at < len(x) else x
        dropped = set(strs(y))
        kept = [name for name in x.column_names if name not in dropped]
        return Table.of(symbols(kept), List.of(tuple([x.column(name) for name in kept])))
    if not isinstance(x, Dict):
        raise QError("type")
    if isinstance(x, KeyedTable):
        gone = y if isinstance(y, Table) else records([y]) if is_row(y) else None
        if gone is None:
            strs(y)
            return KeyedTable(x.key, delete_keys(x.value, y))
    else:
        gone = _as_keys(y)
    found = positions(gone, x.key)
    kept_rows = np.flatnonzero(found == count(gone))
    return type(x)(take(x.key, kept_rows), take(x.value, kept_rows))


def _key_of_name(q: Context, name: str) -> Value:
    """Of a namespace its names, of a dict its keys, of another variable its own name, of nothing the empty list."""
    if name in ("", "."):
        # ``.z`` is no namespace that `key` lists (page basics/syscmds.md).
        return symbols([s for s in q.names.spaces() if s != "z"] if not name else list(q.names.members[""]))
    found = q.names.find(absolute(name, q.context))
    if found is None:
        return EMPTY
    return found.key if isinstance(found, Dict) else Atom(QType.SYMBOL, name)


def key(q: Context, x: Value) -> Value:
    """The keys of a dict; of a keyed table the key columns; the type's name of a vector, an enumeration's domain.

    Of a whole number: what ``til`` gives, as k's ``!`` does. Of a symbol: what the variable or namespace of that name
    is known by.
    """
    if type(x) is Atom and x.qtype is QType.SYMBOL and not x.raw.startswith(":"):
        return _key_of_name(q, x.raw)
    if isinstance(x, Atom) and x.qtype in INTEGERS:
        return Vector(QType.LONG, np.arange(integer(x)))
    if isinstance(x, Enumeration | EnumeratedAtom):
        return Atom(QType.SYMBOL, x.domain)
    if isinstance(x, Dict):
        return x.key
    if isinstance(x, Table):
        return symbols([])
    if isinstance(x, Vector | Atom) and (x.qtype is not QType.SYMBOL or isinstance(x, Vector)):
        return Atom(QType.SYMBOL, x.qtype.label)
    if isinstance(x, List):
        return Atom(QType.SYMBOL, "")
    raise QError("type")


def install(vocabulary: Vocabulary) -> None:
    """Enter this family's names."""
    vocabulary.binary("!", bang)
    vocabulary.define("key", 1, key, context=True)
