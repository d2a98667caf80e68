"""Enumerations: ``sym$x`` and ``sym?x``, foreign keys, links (``!``), and what is known of them."""

from __future__ import annotations

import numpy as np

from anyq.errors import QError
from anyq.values import Atom, Attr, Dict, KeyedTable, List, QType, Table, Value, Vector, collapse

from ...kernel._enumeration import EnumeratedAtom, Enumeration
from ...kernel._join import concatenate
from ...kernel._search import positions
from ...kernel._support import INTEGERS, integers, longs, symbols
from ...kernel._take import take
from ...session._context import Context
from ...session._vocabulary import Vocabulary

__all__ = ["enumerate_over", "extend_domain", "foreign_keys", "install", "link", "places"]


def domain_values(domain: Value) -> Vector | None:
    """What can be enumerated over a variable's value: a list of symbols, the keys of a table with one key column;
    ``None`` for a table without keys, whose rows are numbered."""
    if isinstance(domain, KeyedTable):
        keys = domain.key_table.columns.items
        if len(keys) == 1 and isinstance(keys[0], Vector):
            return keys[0]
        raise QError("type")
    if isinstance(domain, Table):
        return None
    if isinstance(domain, Vector) and domain.qtype is QType.SYMBOL:
        return domain
    raise QError("type")


def enumerate_over(q: Context, name: str, y: Value) -> Value:
    """q's ``name$y``: ``'cast`` unless every item is in the list, or among the keys of the table, of that name."""
    words = domain_values(q.get(name))
    if words is None:
        raise QError("type")
    return _over(name, words, y.with_attr(Attr.NONE) if isinstance(y, Vector) and y.attr else y)


def _over(name: str, words: Vector, y: Value) -> Value:
    if isinstance(y, List):
        return List.of(tuple([_over(name, words, item) for item in y.items])) if len(y) else _none(name, words)
    if isinstance(y, Dict):
        return Dict(y.keys, _over(name, words, y.values))
    if not isinstance(y, Atom | Vector) or y.qtype is not words.qtype:
        raise QError("type")
    wanted = y if isinstance(y, Vector) else collapse([y])
    assert isinstance(wanted, Vector)
    found = positions(words, wanted)
    missing = found == len(words)
    if missing.any() and not all(wanted[int(at)].is_null for at in np.flatnonzero(missing)):
        raise QError("cast")
    return EnumeratedAtom(y.qtype, y.raw, name) if isinstance(y, Atom) else Enumeration.over(name, wanted)


def _none(name: str, words: Vector) -> Enumeration:
    return Enumeration.over(name, Vector.of(words.qtype, words[0:0].data))


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
    return _over(name, longer, y)


def with_new(words: Vector, y: Value) -> Vector:
    """A list of symbols with those of ``y`` that are not in it at its end."""
    if isinstance(y, List | Dict):
        for item in y.items if isinstance(y, List) else [y.values]:
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
    if isinstance(y, Atom):
        made = link(q, name, collapse([y]))
        return made[0] if isinstance(made, Vector) else made
    at = integers(y)
    try:
        words = domain_values(q.get(name))
    except QError:
        words = None
    if words is None:
        return Enumeration.over(name, longs(at))
    found = take(words, at)
    assert isinstance(found, Vector)
    return Enumeration.over(name, Vector.of(found.qtype, found.data))


def places(q: Context, x: Enumeration) -> Vector:
    """The numbers that an enumeration is kept as; ``0N`` for what is not in the domain."""
    words = domain_values(q.get(x.domain))
    if words is None:
        return x.plain()
    found = positions(words, x.plain())
    return longs(np.where(found == len(words), -(2**63), found))


def foreign_keys(table: Value) -> dict[str, str]:
    """The columns that are enumerated over tables or lists, and over which."""
    plain = table.unkeyed() if isinstance(table, KeyedTable) else table
    if not isinstance(plain, Table):
        raise QError("type")
    pairs = zip(plain.column_names, plain.columns.items, strict=True)
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
