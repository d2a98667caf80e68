"""Applying values to arguments: functions of every kind, and data as maps from indexes to items.

`Applier.callable` turns any value into a Python function of a given number of arguments, once; whoever applies often
(iterators, compiled code) keeps what it returns. Facts: KX reference, pages basics/application.md and ref/apply.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from anyq.errors import QError
from anyq.values import (
    ELIDED,
    NULL,
    Atom,
    Composition,
    Derived,
    Dict,
    Lambda,
    List,
    Primitive,
    Projection,
    QType,
    Table,
    Value,
    Vector,
)

from ..kernel._index import index_at, index_deep
from ..session._context import Context
from ..session._functions import MAX_RANK, Closure, is_function, project, rank_of
from ..session._vocabulary import Entry, Native, Vocabulary
from ._iterators import derive

__all__ = ["Applier", "arguments_of"]

Function = Callable[..., Value]
_DATA = (Vector, List, Dict, Table)


def arguments_of(x: Value) -> tuple[Value, ...]:
    """The arguments that ``f . x`` passes: the items of a list; an atom stands for itself alone."""
    if isinstance(x, Vector | List):
        return tuple(x)
    return (x,)


class Applier:
    """Application on behalf of one interpreter."""

    def __init__(self, q: Context) -> None:
        self.q = q
        self.vocabulary: Vocabulary = q.vocabulary
        self._bound: dict[tuple[str, int], Function] = {}

    # -- the three spellings that compiled code uses

    def apply1(self, f: Value, x: Value) -> Value:
        """``f[x]``."""
        if type(f) is Closure and f.rank == 1:
            return f.code(x)
        if isinstance(f, _DATA):
            return index_at(f, x)
        return self.callable(f, 1)(x)

    def apply2(self, f: Value, x: Value, y: Value) -> Value:
        """``f[x;y]``."""
        if type(f) is Closure and f.rank == 2:
            return f.code(x, y)
        return self.callable(f, 2)(x, y)

    def apply(self, f: Value, arguments: Sequence[Value]) -> Value:
        """``f[...]``; an elided argument makes a projection of a function."""
        if _elided(arguments):
            return self.projected(f, tuple(arguments))
        return self.callable(f, len(arguments))(*arguments)

    def projected(self, f: Value, arguments: tuple[Value, ...]) -> Value:
        """``f[x;;z]``: for functions a projection, for data an index with everything where there is a gap."""
        if isinstance(f, _DATA):
            return index_deep(f, [NULL if a is ELIDED else a for a in arguments], self.apply)
        rank = len(arguments) if isinstance(f, Atom) else rank_of(f, self.vocabulary)
        if len(arguments) > max(rank, 1) and not self._variadic(f):
            raise QError("rank")
        return project(f, arguments)

    @staticmethod
    def _variadic(f: Value) -> bool:
        return isinstance(f, Primitive | Native | Derived | Projection)

    # -- any value as a Python function

    def callable(self, f: Value, n: int) -> Function:
        """A Python function that applies ``f`` to ``n`` arguments. Raises `QError` (``rank``) if ``f`` takes fewer."""
        kind = type(f)
        if kind is Closure:
            return self._lambda(f, n)  # type: ignore[arg-type]
        if isinstance(f, Primitive):
            entry = self.vocabulary.primitive(f)
            if f.qtype is QType.ITERATOR:
                return partial(self._iterator, f)
            if entry is None:
                raise QError("nyi")
            return self.builtin(entry, n)
        if isinstance(f, Native):
            return self.builtin(self.vocabulary.entries[f.name], n)
        if isinstance(f, Derived):
            return derive(self.q, f, n)
        if isinstance(f, Projection):
            return self._projection(f, n)
        if isinstance(f, Composition):
            return self._composition(f, n)
        if isinstance(f, Lambda):
            return self.callable(self.q.closure(f), n)
        if isinstance(f, _DATA):
            return partial(index_at, f) if n == 1 else partial(self._index_many, f)
        if isinstance(f, Atom):
            return partial(self.q.apply_atom, f)
        raise QError("type")

    def _index_many(self, x: Value, *path: Value) -> Value:
        return index_deep(x, path, self.apply)

    def _lambda(self, f: Closure, n: int) -> Function:
        if f.owner is not self.q:
            return self.callable(self.q.closure(Lambda(f.context, f.source)), n)
        if f.rank == n:
            return self.q.compiled(f)
        if n < f.rank:
            return partial(_project_now, f)
        if f.rank == 0 and n == 1:
            return lambda _: f.code()
        raise QError("rank")

    def builtin(self, entry: Entry, n: int) -> Function:
        """The function of a vocabulary entry for ``n`` arguments, bound to this interpreter where it wants that."""
        found = self._bound.get((entry.name, n))
        if found is not None:
            return found
        function = entry.function(n)
        if function is None:
            function = self._missing_rank(entry, n)
        elif function in entry.wants_context:
            function = partial(function, self.q)
        elif n == 2:
            fast = getattr(function, "fast", None)
            function = function if fast is None else fast()
        self._bound[entry.name, n] = function
        return function

    def _missing_rank(self, entry: Entry, n: int) -> Function:
        most = max(entry.ranks, default=0)
        if n < most:
            return partial(_project_now, entry.value)
        raise QError("rank")

    def _projection(self, f: Projection, n: int) -> Function:
        target, given = f.items[0], f.items[1:]
        gaps = [at for at, item in enumerate(given) if item is ELIDED or _is_elided(item)]
        rank = rank_of(f, self.vocabulary)
        if n < rank:
            return partial(self._fill_projection, f, gaps)
        extra = n - len(gaps)
        if extra < 0 or (extra > 0 and len(given) + extra > MAX_RANK):
            raise QError("rank")
        inner = self.callable(target, len(given) + extra)
        if n == 1 and len(gaps) == 1:
            before, after = given[: gaps[0]], given[gaps[0] + 1 :]
            if len(given) == 2:
                return (lambda x: inner(before[0], x)) if before else (lambda x: inner(x, after[0]))
            return lambda x: inner(*before, x, *after)

        def filled(*arguments: Value) -> Value:
            return inner(*_fill(given, gaps, arguments))

        return filled

    def _fill_projection(self, f: Projection, gaps: list[int], *arguments: Value) -> Value:
        """Fewer arguments than gaps: a longer projection of the same function."""
        return Projection((f.items[0], *_fill(f.items[1:], gaps, arguments)))

    def _composition(self, f: Composition, n: int) -> Function:
        if 0 < n < rank_of(f, self.vocabulary):
            return partial(_project_now, f)
        inner = self.callable(f.items[-1], n)
        outers = [self.callable(part, 1) for part in reversed(f.items[:-1])]
        if len(outers) == 1:
            outer = outers[0]
            return lambda *arguments: outer(inner(*arguments))

        def composed(*arguments: Value) -> Value:
            value = inner(*arguments)
            for function in outers:
                value = function(value)
            return value

        return composed

    def _iterator(self, f: Primitive, *arguments: Value) -> Value:
        """An iterator applied in brackets: ``'[f;g]`` composes, ``/[f]`` derives."""
        if len(arguments) == 1:
            return Derived(QType(QType.EACH + f.code), arguments[0])
        if f.code == 0 and all(isinstance(a, _DATA) or is_function(a) or _is_handle(a) for a in arguments):
            return Composition(arguments)
        raise QError("rank")


def _is_handle(x: Value) -> bool:
    return isinstance(x, Atom) and x.qtype in (QType.SHORT, QType.INT, QType.LONG)


def _project_now(f: Value, *arguments: Value) -> Value:
    return project(f, arguments)


def _is_elided(item: Value) -> bool:
    return type(item) is Primitive and item.code == 255 and item.qtype is QType.UNARY


def _elided(arguments: Sequence[Value]) -> bool:
    return any(type(a) is Primitive and _is_elided(a) for a in arguments)


def _fill(given: Sequence[Value], gaps: list[int], arguments: Sequence[Value]) -> list[Any]:
    filled = list(given)
    extra = list(arguments)
    for at in gaps:
        if not extra:
            break
        filled[at] = extra.pop(0)
    return filled + extra
