"""What enumerations are kept as: places in the values of a variable, and what becomes of them when it changes."""

from __future__ import annotations

import numpy as np

from anyq.errors import QError
from anyq.values import Atom, Dict, KeyedTable, List, QType, Table, Value, Vector, collapse

from ._enumeration import Domain, EnumeratedAtom, Enumeration
from ._search import positions
from ._support import longs
from ._take import take

__all__ = ["appendable", "enumerated", "extends", "over", "place", "places", "renumbered", "words_of"]

_NO_PLACE = -(2**63)


def words_of(value: Value | None) -> Vector | None:
    """What can be enumerated over a variable's value: a list of symbols, the keys of a table with one key column;
    ``None`` for tables whose rows are numbered. Raises `QError` (``type``) for other values."""
    if isinstance(value, KeyedTable):
        keys = value.key_table.data.items
        return keys[0] if len(keys) == 1 and isinstance(keys[0], Vector) else None
    if isinstance(value, Vector) and value.qtype is QType.SYMBOL:
        return value
    if value is None or isinstance(value, Table):
        return None
    raise QError("type")


def places(x: Enumeration) -> Vector:
    """The numbers that an enumeration is kept as; ``0N`` for what is not in the domain."""
    words = x.source.words if x.source is not None else None
    if words is None or words.qtype is not x.qtype:
        return x.plain() if x.qtype is QType.LONG else longs(np.full(len(x), _NO_PLACE))
    found = positions(words, x.plain())
    return longs(np.where(found == len(words), _NO_PLACE, found))


def place(x: EnumeratedAtom) -> Atom:
    """The number that one enumerated value is kept as."""
    return places(x.alone())[0]


def over(domain: Domain, at: Vector) -> Enumeration:
    """The enumeration of places."""
    words = domain.words
    if words is None:
        return Enumeration.over(domain.name, longs(at.data), domain)
    return Enumeration.over(domain.name, _taken(words, at), domain)


def _taken(words: Vector, at: Vector) -> Vector:
    found = take(words, at.data)
    assert isinstance(found, Vector)
    return Vector.of(found.qtype, found.data)


def enumerated(domain: Domain, y: Value) -> Value:
    """Values that are in the domain, as enumerated over it. Raises `QError`: ``cast`` for others, ``type``."""
    words = domain.words
    if words is None:
        raise QError("type")
    if isinstance(y, List):
        if not len(y):
            return Enumeration.over(domain.name, Vector.of(words.qtype, words[0:0].data), domain)
        return List.of(tuple([enumerated(domain, item) for item in y.items]))
    if isinstance(y, Dict):
        return Dict(y.key, enumerated(domain, y.value))
    if not isinstance(y, Atom | Vector) or y.qtype is not words.qtype:
        raise QError("type")
    wanted = y if isinstance(y, Vector) else collapse([y])
    assert isinstance(wanted, Vector)
    found = positions(words, wanted)
    missing = found == len(words)
    if missing.any() and not all(wanted[int(at)].is_null for at in np.flatnonzero(missing)):
        raise QError("cast")
    if isinstance(y, Atom):
        return EnumeratedAtom(y.qtype, y.raw, domain.name, domain)
    return Enumeration.over(domain.name, wanted, domain)


def appendable(x: Enumeration, y: Value) -> Value:
    """``y`` as what can be appended to ``x``: enumerated over the same domain, if that is known."""
    if x.source is None or getattr(y, "source", None) is x.source or not isinstance(y, Atom | Vector):
        return y
    return enumerated(x.source, y)


def extends(old: Vector | None, new: Vector | None) -> bool:
    """Whether a domain only got longer, so that its places mean what they meant."""
    if old is None or new is None or old.qtype is not new.qtype or len(new) < len(old):
        return old is new
    ours, theirs = (x.symbols.objects() if x.qtype is QType.SYMBOL else x.data for x in (old, new))
    return bool((ours == theirs[: len(old)]).all())


def renumbered(x: Value, old: Domain, new: Domain) -> Value:
    """``x`` with what is enumerated over ``old`` standing for what is at the same places of ``new``; ``x`` itself if
    nothing in it is."""
    if isinstance(x, Enumeration | EnumeratedAtom):
        if x.source is not new:
            return x
        before = x.alone() if isinstance(x, EnumeratedAtom) else x
        made = over(new, places(Enumeration.over(old.name, before.plain(), old))).with_attr(before.attr)
        return made.atom(0) if isinstance(x, EnumeratedAtom) else made
    if isinstance(x, List) and x.strings is None:
        items = [renumbered(item, old, new) for item in x.items]
        same = all(a is b for a, b in zip(items, x.items, strict=True))
        return x if same else List.of(tuple(items), x.attr)
    if isinstance(x, Dict):
        keys, values = renumbered(x.key, old, new), renumbered(x.value, old, new)
        return x if keys is x.key and values is x.value else type(x).of(keys, values, x.sorted)
    if type(x) is Table:  # not of partitions, whose columns are in files
        columns = renumbered(x.data, old, new)
        return x if columns is x.data else Table.of(x.names, columns, x.attr)  # type: ignore[arg-type]
    return x
