"""Enumerations: ``sym$x`` and ``sym?x``, foreign keys, links (``!``), and what is known of them."""

from __future__ import annotations

import numpy as np

from anyq.errors import QError
from anyq.values import Atom, Attr, Dict, KeyedTable, List, QType, Table, Value, Vector, collapse

from ...kernel._domains import enumerated, over
from ...kernel._enumeration import Domain, Enumeration
from ...kernel._index import found_rows, key_rows
from ...kernel._join import concatenate
from ...kernel._namespace_path import absolute
from ...kernel._search import positions
from ...kernel._support import INTEGERS, integers, longs, symbols
from ...session._context import Context
from ...session._vocabulary import Vocabulary

__all__ = ["enumerate_over", "extend_domain", "foreign_keys", "install", "link", "with_new"]


def enumerate_over(q: Context, name: str, y: Value) -> Value:
    """q's ``name$y``: ``'cast`` unless every item is in the list, or among the keys of the table, of that name."""
    value = q.get(name)
    plain = y.with_attr(Attr.NONE) if isinstance(y, Vector) and y.attr else y
    if isinstance(value, KeyedTable) and len(value.key_table.data) > 1:
        return _rows_over(q, name, value.key_table, plain)
    return enumerated(_domain(q, name), plain)


def _domain(q: Context, name: str) -> Domain:
    return q.names.domain(absolute(name, q.context), name)


def _rows_over(q: Context, name: str, keys: Table, y: Value) -> Value:
    """A foreign key over several columns: the rows of the keyed table that hold these keys."""
    wanted, single = key_rows(keys, y)
    at = found_rows(keys, wanted)
    if (at < 0).any():
        raise QError("cast")
    made = Enumeration.over(name, longs(at), _domain(q, name))
    return made.atom(0) if single else made


def extend_domain(q: Context, name: str, y: Value) -> Value:
    """q's ``name?y``: as ``$``, but symbols that the list has not are added to it first."""
    try:
        words: Value = q.get(name)
    except QError:
        words = symbols([])
    if isinstance(words, KeyedTable):
        return enumerate_over(q, name, y)
    if isinstance(words, List) and not len(words):
        words = symbols([])
    if not isinstance(words, Vector) or words.qtype is not QType.SYMBOL:
        raise QError("type")
    longer = with_new(words, y)
    if longer is not words or not len(words):
        q.set(name, longer)
    return enumerated(_domain(q, name), y)


def with_new(words: Vector, y: Value) -> Vector:
    """A list of symbols with those of ``y`` that are not in it at its end."""
    if isinstance(y, List | Dict):
        for item in y.items if isinstance(y, List) else [y.value]:
            words = with_new(words, item)
        return words
    if not isinstance(y, Atom | Vector) or y.qtype is not QType.SYMBOL:
        raise QError("type")
    wanted = y if isinstance(y, Vector) else symbols([y.raw])
    found = positions(words, wanted)
    fresh = dict.fromkeys(wanted[np.flatnonzero(found == len(words))].symbols)
    return concatenate([words, symbols(list(fresh))]) if fresh else words


def link(q: Context, name: str, y: Value) -> Value:
    """q's ``name!y``: row numbers of a table, or places in a list, as an enumeration over it."""
    if not isinstance(y, Atom | Vector) or y.qtype not in INTEGERS:
        raise QError("type")
    try:
        domain = _domain(q, name)
    except QError:
        domain = Domain(name)
    made = over(domain, longs(integers(y if isinstance(y, Vector) else collapse([y]))))
    return made if isinstance(y, Vector) else made.atom(0)


def foreign_keys(table: Value) -> dict[str, str]:
    """The columns that are enumerated over tables or lists, and over which."""
    plain = table.unkeyed() if isinstance(table, KeyedTable) else table
    if not isinstance(plain, Table):
        raise QError("type")
    pairs = zip(plain.column_names, plain.data.items, strict=True)
    return {name: column.domain for name, column in pairs if isinstance(column, Enumeration)}


def fkeys(q: Context, x: Value) -> Value:
    """q's ``fkeys``: a dict of the columns that are foreign keys to the tables they belong to."""
    table = q.get(x.raw) if isinstance(x, Atom) and x.qtype is QType.SYMBOL else x
    found = {name: domain for name, domain in foreign_keys(table).items() if _is_table(q, domain)}
    return Dict(symbols(list(found)), symbols(list(found.values())))


def _is_table(q: Context, name: str) -> bool:
    try:
        return isinstance(q.get(name), Table | KeyedTable)
    except QError:
        return False


def install(vocabulary: Vocabulary) -> None:
    """Enter this family's names."""
    vocabulary.define("fkeys", 1, fkeys, context=True)
