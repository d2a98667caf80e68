"""The iterators: what a derived function does with its arguments.

`derive` turns a derived value into a Python function of a given number of arguments; the inner function is resolved
once, before the loop. Facts: KX reference, pages ref/maps.md (Each, Each Left, Each Right, Each Parallel, Each Prior,
Case) and ref/accumulators.md (Scan, Over: converge, do, while, reduce).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from anyq.errors import QError
from anyq.values import (
    Atom,
    Derived,
    Dict,
    KeyedTable,
    List,
    Primitive,
    QType,
    Table,
    Value,
    Vector,
    collapse,
    match,
)

from ._functions import is_function, rank_of
from ._index import index_at, null_of
from ._records import records

if TYPE_CHECKING:
    from ._interpreter import Interpreter

__all__ = ["derive", "items_of", "rebuilt"]

Function = Callable[..., Value]
Q = QType
_COUNTS: Final = frozenset({Q.BOOLEAN, Q.BYTE, Q.SHORT, Q.INT, Q.LONG})


def derive(q: Interpreter, f: Derived, n: int) -> Function:
    """The derived function ``f`` for ``n`` arguments. `QError` (``rank``) if there is no such form."""
    return _BUILDERS[f.qtype](q, f.function, n)


# -- items


def items_of(x: Value) -> Sequence[Value] | None:
    """The items that an iterator visits; ``None`` for an atom."""
    if isinstance(x, Vector):
        return list(x)
    if isinstance(x, List):
        return x.items
    if isinstance(x, KeyedTable):
        return list(x.value_table)
    if isinstance(x, Dict):
        return items_of(x.values)
    if isinstance(x, Table):
        return list(x)
    return None


def rebuilt(like: Value, results: Sequence[Value]) -> Value:
    """The results of visiting ``like``: a dict keeps its keys, records of one shape become a table."""
    if isinstance(like, Dict):
        return Dict(like.keys, records(results))
    return records(results)


# -- each


def _each(q: Interpreter, f: Value, n: int) -> Function:
    if _is_case(f) and n > 1:
        return partial(_case, f)
    inner = q.callable(f, n)
    if n == 1:
        return partial(_each1, inner)
    if n == 0:
        raise QError("rank")
    return partial(_each_many, inner)


def _each1(inner: Function, x: Value) -> Value:
    items = items_of(x)
    if items is None:
        return inner(x)
    if not items:
        return _empty(x)
    return rebuilt(x, [inner(item) for item in items])


def _empty(x: Value) -> Value:
    if isinstance(x, Dict):
        return Dict(x.keys, List.of(()))
    return List.of(())


def _each_many(inner: Function, *arguments: Value) -> Value:
    visited = [items_of(a) for a in arguments]
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
    keys = dicts[0].keys
    aligned = [index_at(a, keys) if isinstance(a, Dict) else a for a in arguments]
    return Dict(keys, _each_many(inner, *aligned))


def _is_case(f: Value) -> bool:
    return isinstance(f, Vector) and f.qtype in _COUNTS


def _case(which: Value, *lists: Value) -> Value:
    """``v'[a;b;c]``: item i of the result is item i of the list that ``v[i]`` picks."""
    picks = [int(p.raw) for p in which]  # type: ignore[attr-defined]
    columns = [items_of(x) for x in lists]
    out = []
    for at, pick in enumerate(picks):
        column, whole = columns[pick], lists[pick]
        out.append(whole if column is None else column[at])
    return collapse(out)


# -- each left, each right, each prior


def _each_left(q: Interpreter, f: Value, n: int) -> Function:
    if n == 1 and isinstance(f, Atom | Vector):
        return partial(q.verb, "vs", f)  # page ref/maps.md: ``\\:`` of an atom or a string splits
    if n != 2:
        raise QError("rank")
    inner = q.callable(f, 2)

    def each_left(x: Value, y: Value) -> Value:
        items = items_of(x)
        if items is None:
            return inner(x, y)
        return rebuilt(x, [inner(item, y) for item in items]) if items else _empty(x)

    return each_left


def _each_right(q: Interpreter, f: Value, n: int) -> Function:
    if n == 1 and isinstance(f, Atom | Vector):
        return partial(q.verb, "sv", f)
    if n != 2:
        raise QError("rank")
    inner = q.callable(f, 2)

    def each_right(x: Value, y: Value) -> Value:
        items = items_of(y)
        if items is None:
            return inner(x, y)
        return rebuilt(y, [inner(x, item) for item in items]) if items else _empty(y)

    return each_right


_IDENTITIES: Final = {"-": 0, "+": 0, "*": 1, "%": 1, "&": None, "|": None}


def _each_prior(q: Interpreter, f: Value, n: int) -> Function:
    if rank_of(f, q.vocabulary) == 1:
        return _each(q, f, n)  # Each Parallel of a unary function
    inner = q.callable(f, 2)
    if n == 2:
        return partial(_prior, inner)
    if n != 1:
        raise QError("rank")
    joins = isinstance(f, Primitive) and q.vocabulary.primitive(f) is q.vocabulary.entries[","]

    def unseeded(x: Value) -> Value:
        items = items_of(x)
        if not items:
            return x
        if joins:
            return rebuilt(x, [items[0], *[inner(b, a) for a, b in pairwise(items)]])
        return _prior(inner, _seed(q, f, items[0]), x)

    return unseeded


def _seed(q: Interpreter, f: Value, first: Value) -> Value:
    """What stands before the first item: the identity of arithmetic, so that it passes through; else a null."""
    entry = q.vocabulary.primitive(f) if isinstance(f, Primitive) else None
    if entry is not None and entry.name in _IDENTITIES and isinstance(first, Atom):
        identity = _IDENTITIES[entry.name]
        return first if identity is None else Atom(Q.LONG if first.qtype is not Q.FLOAT else Q.FLOAT, identity)
    return null_of(first)


def _prior(inner: Function, seed: Value, x: Value) -> Value:
    items = items_of(x)
    if items is None:
        return inner(x, seed)
    if not items:
        return _empty(x)
    before = [seed, *items[:-1]]
    return rebuilt(x, [inner(item, prior) for item, prior in zip(items, before, strict=True)])


# -- over and scan


def _over(q: Interpreter, f: Value, n: int) -> Function:
    rank = _loop_rank(q, f)
    if rank == 1:
        return _repeat_over(q, f, n)
    if n == 1:
        inner = q.callable(f, 2)
        return partial(_reduce, inner, _whole(q, f))
    inner = q.callable(f, n)
    if n == 2:
        return partial(_fold, inner)
    return partial(_last_of_zip, inner)


def _loop_rank(q: Interpreter, f: Value) -> int:
    """1 for what converges or repeats, 2 and more for what folds."""
    if isinstance(f, List | Vector | Dict | Table):
        return 1 if not (isinstance(f, List) and len(f) and isinstance(f[0], List | Vector) and _is_matrix(f)) else 2
    if not is_function(f):
        return 1
    return rank_of(f, q.vocabulary)


def _is_matrix(f: List) -> bool:
    return all(isinstance(row, Vector | List) for row in f.items)


def _whole(q: Interpreter, f: Value) -> Function | None:
    """A faster way to reduce: ``+/`` is ``sum`` over vectors, and so on."""
    entry = q.vocabulary.primitive(f) if isinstance(f, Primitive) else None
    name = _REDUCERS.get(entry.name) if entry is not None else None
    found = q.vocabulary.entries.get(name) if name else None
    return q.builtin(found, 1) if found is not None else None


_REDUCERS: Final = {"+": "sum", "*": "prd", "&": "min", "|": "max", ",": "raze"}
_WIDE: Final = frozenset({Q.LONG, Q.FLOAT, Q.REAL, Q.INT})


def _reduce(inner: Function, whole: Function | None, x: Value) -> Value:
    if whole is not None and type(x) is Vector and len(x) and x.qtype in _WIDE and not x.attr:
        return whole(x)
    items = items_of(x)
    if items is None:
        return x
    if not items:
        return whole(x) if whole is not None else List.of(())
    value = items[0]
    for item in items[1:]:
        value = inner(value, item)
    return value


def _fold(inner: Function, seed: Value, x: Value) -> Value:
    items = items_of(x)
    if items is None:
        return inner(seed, x)
    for item in items:
        seed = inner(seed, item)
    return seed


def _zipped(arguments: Sequence[Value]) -> Iterator[tuple[Value, ...]]:
    visited = [items_of(a) for a in arguments]
    sizes = {len(items) for items in visited if items is not None}
    if len(sizes) > 1:
        raise QError("length")
    size = sizes.pop() if sizes else 1
    columns = [[a] * size if items is None else items for a, items in zip(arguments, visited, strict=True)]
    return zip(*columns, strict=True)


def _last_of_zip(inner: Function, seed: Value, *rest: Value) -> Value:
    for row in _zipped(rest):
        seed = inner(seed, *row)
    return seed


def _repeat_over(q: Interpreter, f: Value, n: int) -> Function:
    inner = q.callable(f, 1)
    if n == 1:
        return partial(_converge, q, inner)
    if n != 2:
        raise QError("rank")
    return partial(_do_or_while, q, inner)


def _converge(q: Interpreter, inner: Function, x: Value) -> Value:
    first, before = x, x
    while True:
        q.check()
        after = inner(before)
        if _settled(after, before) or _settled(after, first):
            return before
        before = after


def _settled(after: Value, before: Value) -> bool:
    return after is before or match(after, before)


def _do_or_while(q: Interpreter, inner: Function, test: Value, x: Value) -> Value:
    if isinstance(test, Atom) and test.qtype in _COUNTS:
        state = q.state
        for _ in range(test.raw):
            if state.stop:
                q.halt()
            x = inner(x)
        return x
    condition = q.callable(test, 1)
    while q.truth(condition(x)):
        q.check()
        x = inner(x)
    return x


def _scan(q: Interpreter, f: Value, n: int) -> Function:
    rank = _loop_rank(q, f)
    if n == 2 and isinstance(f, Atom | Vector) and f.qtype in (Q.FLOAT, Q.REAL):
        return partial(_recurrence, q, f)
    if rank == 1:
        inner = q.callable(f, 1)
        if n == 1:
            return partial(_converge_scan, q, inner)
        if n != 2:
            raise QError("rank")
        return partial(_do_or_while_scan, q, inner)
    if n == 1:
        joins = isinstance(f, Primitive) and q.vocabulary.primitive(f) is q.vocabulary.entries[","]
        return partial(_running, q.callable(f, 2), _running_whole(q, f), joins)
    inner = q.callable(f, n)
    if n == 2:
        return partial(_running_from, inner)
    return partial(_running_zip, inner)


_SCANNERS: Final = {"+": "sums", "*": "prds", "&": "mins", "|": "maxs"}


def _running_whole(q: Interpreter, f: Value) -> Function | None:
    entry = q.vocabulary.primitive(f) if isinstance(f, Primitive) else None
    name = _SCANNERS.get(entry.name) if entry is not None else None
    found = q.vocabulary.entries.get(name) if name else None
    return q.builtin(found, 1) if found is not None else None


def _running(inner: Function, whole: Function | None, joins: bool, x: Value) -> Value:
    if whole is not None and type(x) is Vector and len(x) and x.qtype in _WIDE and not x.attr:
        return whole(x)
    items = items_of(x)
    if not items:
        return x if whole is not None else List.of(())
    value = collapse([items[0]]) if joins and isinstance(items[0], Atom) else items[0]
    out = [value]
    for item in items[1:]:
        value = inner(value, item)
        out.append(value)
    return rebuilt(x, out)


def _recurrence(q: Interpreter, factor: Value, seed: Value, x: Value) -> Value:
    """``a b\\c`` with float ``b``: each result is the one before, times ``b``, plus the item of ``c``."""

    def step(before: Value, factor: Value, item: Value) -> Value:
        return q.verb("+", item, q.verb("*", before, factor))

    return _running_zip(step, seed, factor, x)


def _running_from(inner: Function, seed: Value, x: Value) -> Value:
    items = items_of(x)
    if items is None:
        return inner(seed, x)
    out = []
    for item in items:
        seed = inner(seed, item)
        out.append(seed)
    return rebuilt(x, out)


def _running_zip(inner: Function, seed: Value, *rest: Value) -> Value:
    out = []
    for row in _zipped(rest):
        seed = inner(seed, *row)
        out.append(seed)
    if all(items_of(a) is None for a in rest):
        return seed
    return records(out)


def _converge_scan(q: Interpreter, inner: Function, x: Value) -> Value:
    out, first = [x], x
    while True:
        q.check()
        after = inner(out[-1])
        if _settled(after, out[-1]) or _settled(after, first):
            return records(out)
        out.append(after)


def _do_or_while_scan(q: Interpreter, inner: Function, test: Value, x: Value) -> Value:
    out = [x]
    if isinstance(test, Atom) and test.qtype in _COUNTS:
        for _ in range(test.raw):
            q.check()
            out.append(inner(out[-1]))
        return records(out)
    condition = q.callable(test, 1)
    while q.truth(condition(out[-1])):
        q.check()
        out.append(inner(out[-1]))
    return records(out)


_BUILDERS: Final[dict[QType, Callable[[Any, Value, int], Function]]] = {
    Q.EACH: _each, Q.OVER: _over, Q.SCAN: _scan, Q.PRIOR: _each_prior, Q.EACH_RIGHT: _each_right,
    Q.EACH_LEFT: _each_left,
}  # fmt: skip
