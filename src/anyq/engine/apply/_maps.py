"""The map iterators: Each, Each Left, Each Right, Each Parallel, Each Prior, Case.

Facts: KX reference, page ref/maps.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Final

from anyq.errors import QError
from anyq.values import Atom, Derived, Dict, List, Primitive, QType, StringArray, Value, Vector, collapse, count

from ..kernel._index import index_at
from ..kernel._items import iterated, nothing_visited, rebuilt
from ..kernel._join import concatenate
from ..kernel._records import records
from ..kernel._short_lists import SHORT_LISTS, short_lists
from ..kernel._support import is_atom, null_like
from ..kernel._texts import WHOLE
from ..session._context import Context
from ..session._functions import Closure, project, rank_of
from ..session._vocabulary import Native
from ._whole import each_whole, is_itemwise

__all__ = ["COUNTS", "each", "each_left", "each_prior", "each_right"]

Function = Callable[..., Value]
Q = QType
COUNTS: Final = frozenset({Q.BOOLEAN, Q.BYTE, Q.SHORT, Q.INT, Q.LONG})


def each(q: Context, f: Value, n: int) -> Function:
    if _is_case(f) and n > 1:
        return partial(_case, f)
    if 0 < n < rank_of(f, q.vocabulary):
        return _waiting(Q.EACH, f)
    inner = q.callable(f, n)
    if n == 1:
        name = _name_of(q, f)
        if name in SHORT_LISTS:
            lists = partial(_each_list, name, inner)
            return partial(_each_text, WHOLE[name], lists) if name in WHOLE else lists
        if name in WHOLE:
            return partial(_each_text, WHOLE[name], partial(_each1, inner))
        return partial(_each_item, inner) if name in _ITEMWISE else each_whole(q, f, 1, partial(_each1, inner))
    if n == 0:
        raise QError("rank")
    if n == 2 and _name_of(q, f) == "vs":
        return partial(_each_split, inner)
    return each_whole(q, f, n, partial(_each_many, inner))


def _each_split(inner: Function, x: Value, y: Value) -> Value:
    """``","vs'texts`` is ``","vs texts``."""
    whole = isinstance(x, Atom) and x.qtype is Q.CHAR and isinstance(y, List) and y.strings
    return inner(x, y) if whole else _each_many(inner, x, y)


def _waiting(kind: QType, f: Value) -> Function:
    """A derived function has the rank of the function it is made of: fewer arguments project it (page ref/maps.md)."""
    derived = Derived(kind, f)
    return lambda *arguments: project(derived, arguments)


_ITEMWISE: Final = frozenset({
    "string", "neg", "not", "null", "abs", "signum", "sqrt", "exp", "log", "sin", "cos", "tan", "asin", "acos", "atan",
    "floor", "ceiling", "reciprocal", "lower", "upper",
})  # fmt: skip
"""Functions that go through the items of a vector themselves, in one stroke."""


def _name_of(q: Context, f: Value) -> str:
    """The name of a built-in function, of ``,/`` as well; empty for others."""
    if isinstance(f, Derived):
        return "raze" if f.qtype is Q.OVER and _name_of(q, f.function) == "," else ""
    entry = q.vocabulary.primitive(f) if isinstance(f, Primitive) else None
    return entry.name if entry is not None else f.name if isinstance(f, Native) else ""


def _each_text(whole: Callable[[StringArray], Value], general: Function, x: Value) -> Value:
    texts = x.strings if type(x) is List and not x.attr else None
    return whole(texts) if texts else general(x)


def _each_list(name: str, inner: Function, x: Value) -> Value:
    found = short_lists(name, inner, x)
    return _each1(inner, x) if found is None else found


def _each_item(inner: Function, x: Value) -> Value:
    whole = type(x) is Vector or (type(x) is List and x.strings is not None)
    return inner(x) if whole and len(x) and not x.attr else _each1(inner, x)  # type: ignore[attr-defined]


def _each1(inner: Function, x: Value) -> Value:
    items = iterated(x)
    if items is None:
        return inner(x)
    if not items:
        return nothing_visited(x)
    return rebuilt(x, [inner(item) for item in items])


def _each_many(inner: Function, *arguments: Value) -> Value:
    visited = [iterated(a) for a in arguments]
    sizes = {len(items) for items in visited if items is not None}
    if not sizes:
        return inner(*arguments)
    if len(sizes) > 1:
        raise QError("length")
    dicts = [a for a in arguments if isinstance(a, Dict)]
    if len(dicts) > 1:
        return _each_dicts(inner, arguments, dicts)
    size = sizes.pop()
    columns = [[a] * size if items is None else items for a, items in zip(arguments, visited, strict=True)]
    results = [inner(*row) for row in zip(*columns, strict=True)]
    return rebuilt(dicts[0], results) if dicts else records(results)


def _each_dicts(inner: Function, arguments: Sequence[Value], dicts: list[Dict]) -> Value:
    """Dicts meet by key; a key that one lacks is skipped on that side's account as a null."""
    keys = dicts[0].key
    aligned = [index_at(a, keys) if isinstance(a, Dict) else a for a in arguments]
    return Dict(keys, _each_many(inner, *aligned))


def _is_case(f: Value) -> bool:
    return isinstance(f, Vector) and f.qtype in COUNTS


def _case(which: Value, *lists: Value) -> Value:
    """``v'[a;b;c]``: item i of the result is item i of the list that ``v[i]`` picks."""
    picks = [int(p.raw) for p in which]
    dicts = [x for x in lists if isinstance(x, Dict)]
    if any(count(x) != len(picks) for x in lists if dicts and not is_atom(x)):
        raise QError("length")
    if any(x.key != dicts[0].key for x in dicts):
        raise QError("domain")  # the keys have to stand in one order (page ref/maps.md)
    columns = [iterated(x) for x in lists]
    if not all(0 <= pick < len(lists) for pick in picks):
        raise QError("rank")
    if any(column is not None and len(column) < len(picks) for column in columns):
        raise QError("length")
    out = []
    for at, pick in enumerate(picks):
        column, whole = columns[pick], lists[pick]
        out.append(whole if column is None else column[at])
    return collapse(out)


# -- each left, each right, each prior


def each_left(q: Context, f: Value, n: int) -> Function:
    if n == 1 and isinstance(f, Atom | Vector):
        return partial(q.verb, "vs", f)  # page ref/maps.md: ``\\:`` of an atom or a string splits
    if n == 1:
        return _waiting(Q.EACH_LEFT, f)
    if n != 2:
        raise QError("rank")
    inner = q.callable(f, 2)

    def visit(x: Value, y: Value) -> Value:
        items = iterated(x)
        if items is None:
            return inner(x, y)
        return rebuilt(x, [inner(item, y) for item in items]) if items else nothing_visited(x)

    return visit


def each_right(q: Context, f: Value, n: int) -> Function:
    if n == 1 and isinstance(f, Atom | Vector):
        return partial(q.verb, "sv", f)
    if n == 1:
        return _waiting(Q.EACH_RIGHT, f)
    if n != 2:
        raise QError("rank")
    inner = q.callable(f, 2)
    splitting = partial(_each_split, inner) if _name_of(q, f) == "vs" else None

    def visit(x: Value, y: Value) -> Value:
        if splitting is not None and isinstance(x, Atom) and isinstance(y, List):
            return splitting(x, y)
        items = iterated(y)
        if items is None:
            return inner(x, y)
        return rebuilt(y, [inner(x, item) for item in items]) if items else nothing_visited(y)

    return visit


_IDENTITIES: Final = {"-": 0, "+": 0, "*": 1, "%": 1, "&": None, "|": None}


def each_prior(q: Context, f: Value, n: int) -> Function:
    if rank_of(f, q.vocabulary) == 1:
        return each(q, f, n)  # Each Parallel of a unary function
    inner = q.callable(f, 2)
    if n == 2:
        return partial(_prior, inner)
    if n != 1:
        raise QError("rank")
    joins = isinstance(f, Primitive) and q.vocabulary.primitive(f) is q.vocabulary.entries[","]

    whole = _prior_whole(q, f)

    def unseeded(x: Value) -> Value:
        if whole is not None and type(x) is Vector and len(x) > 1 and not x.attr:
            made = _neighbours(whole, unseeded, x)
            if made is not None:
                return made
        items = iterated(x)
        if not items:
            return x
        if joins:
            return rebuilt(x, [items[0], *[inner(b, a) for a, b in pairwise(items)]])
        return _prior(inner, _seed(q, f, items[0]), x)

    return unseeded


def _prior_whole(q: Context, f: Value) -> Function | None:
    """``f`` of all items and all items before them, if it goes through them by itself."""
    if _name_of(q, f) == ":":
        return lambda x, y: y
    return q.callable(f, 2) if is_itemwise(q, f, 2) else None


def _neighbours(whole: Function, visit: Function, x: Vector) -> Value | None:
    """The first item goes by itself, as only its neighbour is no item; ``None`` where that makes other types."""
    try:
        rest = whole(x[1:], x[:-1])
    except QError:
        return None
    first = visit(x[:1])
    if type(first) is not Vector or type(rest) is not Vector or first.qtype is not rest.qtype:
        return None
    return concatenate([first, rest]) if len(rest) == len(x) - 1 else None


def _seed(q: Context, f: Value, first: Value) -> Value:
    """What stands before the first item: the identity of arithmetic, so that it passes through; else a null.

    Built-in functions get an atom for rows too, which their arithmetic extends.
    """
    if type(f) is Closure or _name_of(q, f) == ":":
        return null_like(first)
    atom = first
    while isinstance(atom, Vector | List) and len(atom):
        atom = atom[0]
    entry = q.vocabulary.primitive(f) if isinstance(f, Primitive) else None
    if entry is not None and entry.name in _IDENTITIES and isinstance(atom, Atom):
        identity = _IDENTITIES[entry.name]
        return first if identity is None else Atom(atom.qtype if atom.qtype <= Q.FLOAT else Q.LONG, identity)
    return null_like(atom)


def _prior(inner: Function, seed: Value, x: Value) -> Value:
    items = iterated(x)
    if items is None:
        return inner(x, seed)
    if not items:
        return nothing_visited(x)
    before = [seed, *items[:-1]]
    return rebuilt(x, [inner(item, prior) for item, prior in zip(items, before, strict=True)])
