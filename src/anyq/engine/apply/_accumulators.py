"""The accumulators, Over and Scan: converge, do, while, reduce.

Facts: KX reference, page ref/accumulators.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final

from anyq.errors import QError
from anyq.values import Atom, Dict, List, Primitive, QType, Table, Value, Vector, collapse, match

from ..kernel._items import iterated, rebuilt
from ..kernel._records import records
from ..session._context import Context
from ..session._functions import Closure, is_function, rank_of
from ._maps import COUNTS
from ._whole import fold_numbers, scan_numbers, scanned

__all__ = ["over", "scan"]

Function = Callable[..., Value]
Q = QType


def over(q: Context, f: Value, n: int) -> Function:
    rank = _loop_rank(q, f)
    if rank == 1:
        return _repeat_over(q, f, n)
    if n == 1:
        inner = q.callable(f, 2)
        return partial(_reduce_numbers, q, f, partial(_reduce, inner, _whole(q, f), _is_join(q, f)))
    inner = q.callable(f, n)
    if n == 2:
        return partial(_fold_numbers, q, f, partial(_fold, inner))
    return partial(_last_of_zip, inner)


def _reduce_numbers(q: Context, f: Value, general: Function, x: Value) -> Value:
    found = fold_numbers(q, f, x[0], x[1:]) if type(f) is Closure and type(x) is Vector and len(x) else None
    return general(x) if found is None else found


def _fold_numbers(q: Context, f: Value, general: Function, seed: Value, x: Value) -> Value:
    found = fold_numbers(q, f, seed, x)
    return general(seed, x) if found is None else found


def _loop_rank(q: Context, f: Value) -> int:
    """1 for what converges or repeats, 2 and more for what folds."""
    if isinstance(f, List | Vector | Dict | Table):
        return 2 if isinstance(f, List) and len(f) and _is_matrix(f) else 1
    if not is_function(f):
        return 1
    return rank_of(f, q.vocabulary)


def _is_matrix(f: List) -> bool:
    """Whether two arguments select an item: rows of items, or functions that take the second."""
    return all(isinstance(row, Vector | List) or is_function(row) for row in f.items)


def _is_join(q: Context, f: Value) -> bool:
    return isinstance(f, Primitive) and q.vocabulary.primitive(f) is q.vocabulary.entries[","]


def _whole(q: Context, f: Value) -> Function | None:
    """A faster way to reduce: ``+/`` is ``sum`` over vectors, and so on."""
    entry = q.vocabulary.primitive(f) if isinstance(f, Primitive) else None
    name = _REDUCERS.get(entry.name) if entry is not None else None
    found = q.vocabulary.entries.get(name) if name else None
    return q.builtin(found, 1) if found is not None else None


_REDUCERS: Final = {"+": "sum", "*": "prd", "&": "min", "|": "max", ",": "raze"}
_NUMBERS: Final = frozenset(kind for kind in QType if QType.BOOLEAN <= kind <= QType.TIME) - {
    QType.GUID, QType.CHAR, QType.SYMBOL,
}  # fmt: skip


def _reduce(inner: Function, whole: Function | None, joins: bool, x: Value) -> Value:
    if whole is not None and type(x) is Vector and len(x) and x.qtype in _NUMBERS and not x.attr:
        return whole(x)
    if joins and whole is not None and isinstance(x, List | Vector) and len(x):
        return whole(x)
    items = iterated(x)
    if items is None:
        return whole(x) if joins and whole is not None else x  # ``raze 5`` is a list
    if not items:
        return whole(x) if whole is not None else List.of(())
    value = items[0]
    for item in items[1:]:
        value = inner(value, item)
    return value


def _fold(inner: Function, seed: Value, x: Value) -> Value:
    items = iterated(x)
    if items is None:
        return inner(seed, x)
    for item in items:
        seed = inner(seed, item)
    return seed


def _zipped(arguments: Sequence[Value]) -> Iterator[tuple[Value, ...]]:
    visited = [iterated(a) for a in arguments]
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


def _repeat_over(q: Context, f: Value, n: int) -> Function:
    inner = q.callable(f, 1)
    if n == 1:
        return partial(_converge, q, inner)
    if n != 2:
        raise QError("rank")
    return partial(_do_or_while, q, inner)


def _converge(q: Context, inner: Function, x: Value) -> Value:
    first, before = x, x
    while True:
        q.check()
        after = inner(before)
        if _settled(after, before) or _settled(after, first):
            return before
        before = after


def _settled(after: Value, before: Value) -> bool:
    return after is before or match(after, before)


def _do_or_while(q: Context, inner: Function, test: Value, x: Value) -> Value:
    if isinstance(test, Atom) and test.qtype in COUNTS:
        if getattr(inner, "__module__", "") == "q":  # compiled code looks at the stop flag itself
            for _ in range(test.raw):
                x = inner(x)
            return x
        for _ in range(test.raw):
            q.check()
            x = inner(x)
        return x
    condition = q.callable(test, 1)
    while q.truth(condition(x)):
        q.check()
        x = inner(x)
    return x


def scan(q: Context, f: Value, n: int) -> Function:
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
        return partial(
            _running_numbers, q, f, partial(_running, q.callable(f, 2), _running_whole(q, f), _is_join(q, f))
        )
    inner = q.callable(f, n)
    if n == 2:
        return partial(_running_numbers_from, q, f, partial(_running_from, inner))
    return partial(_running_zip, inner)


def _running_numbers(q: Context, f: Value, general: Function, x: Value) -> Value:
    if type(f) is Closure and type(x) is Vector and len(x):
        found = scan_numbers(q, f, x[0], x[1:])
        if found is not None:
            return scanned(x.qtype, [x.data[:1].tolist()[0], *found[0]], found[1])
    return general(x)


def _running_numbers_from(q: Context, f: Value, general: Function, seed: Value, x: Value) -> Value:
    found = scan_numbers(q, f, seed, x) if isinstance(x, Vector) and len(x) else None
    return general(seed, x) if found is None else scanned(seed.qtype, *found)  # type: ignore[attr-defined]


_SCANNERS: Final = {"+": "sums", "*": "prds", "&": "mins", "|": "maxs", "^": "fills"}


def _running_whole(q: Context, f: Value) -> Function | None:
    entry = q.vocabulary.primitive(f) if isinstance(f, Primitive) else None
    name = _SCANNERS.get(entry.name) if entry is not None else None
    found = q.vocabulary.entries.get(name) if name else None
    return q.builtin(found, 1) if found is not None else None


def _running(inner: Function, whole: Function | None, joins: bool, x: Value) -> Value:
    if whole is not None and type(x) is Vector and len(x) and x.qtype in _NUMBERS and not x.attr:
        return whole(x)
    items = iterated(x)
    if not items:
        return x if whole is not None else List.of(())
    value = collapse([items[0]]) if joins and isinstance(items[0], Atom) else items[0]
    out = [value]
    for item in items[1:]:
        value = inner(value, item)
        out.append(value)
    return rebuilt(x, out)


def _recurrence(q: Context, factor: Value, seed: Value, x: Value) -> Value:
    """``a b\\c`` with float ``b``: each result is the one before, times ``b``, plus the item of ``c``."""

    def step(before: Value, factor: Value, item: Value) -> Value:
        return q.verb("+", item, q.verb("*", before, factor))

    return _running_zip(step, seed, factor, x)


def _running_from(inner: Function, seed: Value, x: Value) -> Value:
    items = iterated(x)
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
    if all(iterated(a) is None for a in rest):
        return seed
    return records(out)


def _converge_scan(q: Context, inner: Function, x: Value) -> Value:
    out, first = [x], x
    while True:
        q.check()
        after = inner(out[-1])
        if _settled(after, out[-1]) or _settled(after, first):
            return records(out)
        out.append(after)


def _do_or_while_scan(q: Context, inner: Function, test: Value, x: Value) -> Value:
    out = [x]
    if isinstance(test, Atom) and test.qtype in COUNTS:
        for _ in range(test.raw):
            q.check()
            out.append(inner(out[-1]))
        return records(out)
    condition = q.callable(test, 1)
    while q.truth(condition(out[-1])):
        q.check()
        out.append(inner(out[-1]))
    return records(out)
