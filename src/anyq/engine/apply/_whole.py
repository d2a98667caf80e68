"""Iterators in one stroke: functions that go through the items of vectors by themselves, and lambdas of numbers.

``f each v`` is ``f v`` where ``f`` is item-wise: a verb that is, or a lambda of such verbs between its arguments and
atoms. A lambda of numbers that is not (with ``$[..]``, or under Over and Scan) runs as scalar code over raw numbers.
Whatever does not fit goes the general way, item by item; so do errors, which are then those of the item that has them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from anyq.errors import QError
from anyq.values import Atom, Primitive, QType, Value, Vector

from ..kernel._records import records
from ..session._context import Context
from ..session._functions import Closure
from ..session._scalar_code import SCALARS, ScalarCode, Unfit, boxed
from ..session._vocabulary import Native
from ..syntax._grammar import UNARY_OF_GLYPH
from ..syntax._nodes import Apply, Assign, Constant, Name, Node, Verb

__all__ = ["each_whole", "fold_numbers", "is_itemwise", "scan_numbers", "scanned"]

Function = Callable[..., Value]


def each_whole(q: Context, f: Value, n: int, general: Function) -> Function:
    """``f'`` of ``n`` arguments; ``general`` is the way that visits each item."""
    if is_itemwise(q, f, n):
        inner = q.callable(f, n)

        def whole(*arguments: Value) -> Value:
            size = _common_size(arguments)
            if size:
                try:
                    made = inner(*arguments)
                except QError:
                    return general(*arguments)  # which raises the error of the first item that has one
                if type(made) is Vector and len(made) == size:
                    return made
            return general(*arguments)

        return whole
    if type(f) is not Closure or f.rank != n:
        return general

    def numbers(*arguments: Value) -> Value:
        types = _types_of(arguments) if _common_size(arguments) else None
        made = q.scalar(f, types) if types is not None else None
        return general(*arguments) if made is None else _each_number(q.callable(f, n), made, types or (), arguments)

    return numbers


def _common_size(arguments: Sequence[Value]) -> int:
    """The count of the vectors among arguments that are atoms else; 0 where there is no such count."""
    sizes = set()
    for argument in arguments:
        if type(argument) is Vector and not argument.attr:
            sizes.add(len(argument))
        elif type(argument) is not Atom:
            return 0
    return sizes.pop() if len(sizes) == 1 else 0


def _types_of(arguments: Sequence[Value]) -> tuple[QType, ...] | None:
    types = tuple([argument.qtype for argument in arguments])  # type: ignore[attr-defined]
    return types if SCALARS.issuperset(types) else None


def _raws(argument: Value, size: int) -> Sequence[Any]:
    return [argument.raw] * size if isinstance(argument, Atom) else argument.data.tolist()  # type: ignore[attr-defined]


def _vector(qtype: QType, raws: list[Any]) -> Value:
    data = np.array(raws, qtype.numpy)
    data.flags.writeable = False
    return Vector.of(qtype, data)


def _each_number(f: Function, made: ScalarCode, types: tuple[QType, ...], arguments: Sequence[Value]) -> Value:
    size = _common_size(arguments)
    rows = zip(*[_raws(argument, size) for argument in arguments], strict=True)
    code, row = made.code, ()
    out: list[Any] = []
    add = out.append
    while True:
        try:
            for row in rows:
                add(code(*row))
            return _vector(made.qtype, out)
        except Unfit:
            item = f(*map(Atom, types, row))
        if type(item) is not Atom or item.qtype is not made.qtype:
            done = [*[boxed(made.qtype, raw) for raw in out], item]
            return records([*done, *[f(*map(Atom, types, row)) for row in rows]])
        add(item.raw)


# -- accumulators


def _states(q: Context, f: Value, seed: Value, x: Value) -> ScalarCode | None:
    """The code of ``f[state;item]`` where the state keeps the type of the seed."""
    if type(f) is not Closure or f.rank != 2 or type(seed) is not Atom or type(x) is not Vector:
        return None
    if seed.qtype not in SCALARS or x.qtype not in SCALARS:
        return None
    made = q.scalar(f, (seed.qtype, x.qtype))
    return made if made is not None and made.qtype is seed.qtype else None


def fold_numbers(q: Context, f: Value, seed: Value, x: Value) -> Value | None:
    """``seed f/x``; ``None`` where this is no work for scalar code."""
    made = _states(q, f, seed, x)
    if made is None:
        return None
    general, code, state, item = q.callable(f, 2), made.code, seed.raw, None  # type: ignore[attr-defined]
    items = iter(x.data.tolist())  # type: ignore[attr-defined]
    while True:
        try:
            for item in items:
                state = code(state, item)
            return boxed(made.qtype, state)
        except Unfit:
            other = general(Atom(made.qtype, state), Atom(x.qtype, item))  # type: ignore[attr-defined]
        if type(other) is not Atom or other.qtype is not made.qtype:
            for item in items:
                other = general(other, Atom(x.qtype, item))  # type: ignore[attr-defined]
            return other
        state = other.raw


def scan_numbers(q: Context, f: Value, seed: Value, x: Value) -> tuple[list[Any], list[Value]] | None:
    """``seed f\\x``: raw states of the seed's type, and behind them what is no such; ``None`` as `fold_numbers`."""
    made = _states(q, f, seed, x)
    if made is None:
        return None
    general, code, state, item = q.callable(f, 2), made.code, seed.raw, None  # type: ignore[attr-defined]
    items = iter(x.data.tolist())  # type: ignore[attr-defined]
    out: list[Any] = []
    add = out.append
    while True:
        try:
            for item in items:
                state = code(state, item)
                add(state)
            return out, []
        except Unfit:
            other = general(Atom(made.qtype, state), Atom(x.qtype, item))  # type: ignore[attr-defined]
        if type(other) is not Atom or other.qtype is not made.qtype:
            rest = [other]
            for item in items:
                rest.append(general(rest[-1], Atom(x.qtype, item)))  # type: ignore[attr-defined]
            return out, rest
        state = other.raw
        add(state)


def scanned(kind: QType, raws: list[Any], rest: list[Value]) -> Value:
    """The list of the states of `scan_numbers`."""
    return records([*[boxed(kind, raw) for raw in raws], *rest]) if rest else _vector(kind, raws)


# -- which functions are item-wise


def is_itemwise(q: Context, f: Value, n: int) -> bool:
    """Whether ``f`` of ``n`` vectors is what it is of their items, one by one."""
    entry = q.vocabulary.primitive(f) if isinstance(f, Primitive) else None
    if isinstance(f, Native):
        entry = q.vocabulary.entries[f.name]
    if entry is not None:
        return _itemwise_verb(entry.function(n))
    return type(f) is Closure and f.rank == n and n > 0 and _itemwise_body(q, f)


def _itemwise_verb(function: Function | None) -> bool:
    return bool(getattr(function, "itemwise", False))


def _itemwise_body(q: Context, f: Closure) -> bool:
    *others, last = f.node.body or (None,)
    names = set(f.node.params)
    for statement in others:
        if not isinstance(statement, Assign) or statement.verb or statement.indices is not None or statement.everywhere:
            return False
        if not _computes(q, statement.value, names):
            return False
        names.add(statement.name)
    return last is not None and not isinstance(last, Constant) and _computes(q, last, names)


def _computes(q: Context, node: Node, names: set[str]) -> bool:
    if isinstance(node, Constant):
        return type(node.value) is Atom
    if isinstance(node, Name):
        return node.name in names
    if not isinstance(node, Apply) or not isinstance(node.function, Verb):
        return False
    verb = node.function
    name = UNARY_OF_GLYPH.get(verb.name, verb.name) if verb.unary else verb.name
    entry = q.vocabulary.entries.get(name)
    itemwise = entry is not None and _itemwise_verb(entry.function(len(node.arguments)))
    return itemwise and all(_computes(q, part, names) for part in node.arguments)
