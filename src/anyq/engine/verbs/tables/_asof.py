"""Joins on time: ``aj aj0 ajf ajf0 asof`` and the window joins ``wj wj1``.

Rows are cut into groups of equal key columns; within a group, the last row that is not later is found by binary search.
A right table that is not sorted within its groups is sorted first, so that its answer is right, not fast.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from anyq.errors import QError
from anyq.values import Atom, QType, Table, Value, Vector, collapse

from ...kernel._join import join
from ...kernel._order import ranks
from ...kernel._records import is_row, records
from ...kernel._search import shared_codes
from ...kernel._support import integer, items_of, strs, table_of
from ...kernel._take import take, window
from ...session._context import Context
from ...session._vocabulary import Vocabulary
from ._joins import merged
from ._tables import column_of, rekeyed, table_named, unkeyed

__all__ = ["install"]

Longs = npt.NDArray[np.int64]


class Grouped:
    """The rows of a right table by group, sorted within each by time; ``order`` are their numbers."""

    def __init__(self, codes: Longs, times: Any) -> None:
        size = int(codes.max(initial=-1)) + 1
        self.order = _by_group(codes, size)
        self.starts = np.searchsorted(codes[self.order], np.arange(size + 1))
        self.times = times[self.order]
        same = codes[self.order][1:] == codes[self.order][:-1]
        if bool((same & (self.times[1:] < self.times[:-1])).any()):
            self.order = np.lexsort((np.arange(len(codes)), times, codes))
            self.times = times[self.order]

    def search(self, codes: Longs, times: Any, side: Any) -> Longs:
        """How many rows up to here belong to the groups before and, in the own group, lie before the time (with
        ``right``: not after it). The result counts from the start of all groups."""
        size = len(self.starts) - 1
        out = np.zeros(len(codes), np.int64)
        known = np.flatnonzero(codes < size)
        if not len(known) or not size:
            return out
        order = known[_by_group(codes[known], size)]
        edges = np.searchsorted(codes[order], np.arange(size + 1))
        for group in np.unique(codes[known]).tolist():
            rows = order[edges[group] : edges[group + 1]]
            start, end = self.starts[group], self.starts[group + 1]
            out[rows] = start + np.searchsorted(self.times[start:end], times[rows], side=side)
        return out

    def first(self, codes: Longs) -> Longs:
        """Where each row's group begins."""
        return self.starts[np.minimum(codes, len(self.starts) - 1)]


def _by_group(codes: Longs, size: int) -> Longs:
    return np.argsort(codes.astype(np.int16) if size < 2**15 else codes, kind="stable")


def _prepared(names: list[str], left: Table, right: Table) -> tuple[Longs, Longs, Any, Any]:
    """The groups of both tables, and numbers that order the times of both."""
    for name in names:
        if name not in left.column_names or name not in right.column_names:
            raise QError(name)
    equal, last = names[:-1], names[-1]
    if equal:
        own, other = shared_codes([right.column(n) for n in equal], [left.column(n) for n in equal])
        other = np.where(other > int(own.max(initial=-1)), int(own.max(initial=-1)) + 1, other)
    else:
        own, other = np.zeros(len(right), np.int64), np.zeros(len(left), np.int64)
    mine, theirs = right.column(last), left.column(last)
    if not isinstance(mine, Vector) or not isinstance(theirs, Vector) or mine.qtype is not theirs.qtype:
        raise QError("type")
    if mine.qtype is QType.SYMBOL or mine.data.dtype.kind in "fV":
        both = ranks(join(mine, theirs))
        return own, other, both[: len(mine)], both[len(mine) :]
    return own, other, mine.data, theirs.data


def _asof_rows(names: list[str], left: Table, right: Table) -> tuple[Longs, npt.NDArray[np.bool_]]:
    own, other, mine, theirs = _prepared(names, left, right)
    grouped = Grouped(own, mine)
    at = grouped.search(other, theirs, "right") - 1
    found = at >= grouped.first(other)
    found &= other <= int(own.max(initial=-1))
    rows = grouped.order[np.where(found, at, 0)] if len(right) else np.zeros(len(left), np.int64)
    return rows, found


def _aj(own_time: bool, filling: bool) -> Callable[..., Value]:
    def aj(q: Context, c: Value, x: Value, y: Value) -> Value:
        names = strs(c)
        left = table_named(q, x)
        plain, right = unkeyed(left), unkeyed(table_named(q, y))
        rows, found = _asof_rows(names, plain, right)
        skipped = set(names if own_time else names[:-1])
        rest = [n for n in right.column_names if n not in skipped]
        values = table_of(rest, [right.column(n) for n in rest])
        return _given(q, x, rekeyed(merged(plain, values, rows, found, filling=filling), left))

    return aj


def _given(q: Context, x: Value, made: Value) -> Value:
    """The result of a join: where the left table was a name, its new value."""
    if not isinstance(x, Atom):
        return made
    q.set(x.raw, made)
    return x


def asof(q: Context, x: Value, y: Value) -> Value:
    """q's ``x asof y``: for a row, or each row of a table, the last record of ``x`` up to it."""
    right = unkeyed(table_named(q, x))
    single = is_row(y)
    wanted = records([y]) if single else y
    if not isinstance(wanted, Table):
        raise QError("type")
    rows, found = _asof_rows(wanted.column_names, wanted, right)
    rest = [n for n in right.column_names if n not in wanted.column_names]
    made = take(table_of(rest, [right.column(n) for n in rest]), np.where(found, rows, -1))
    assert isinstance(made, Table)
    return made.row(0) if single else made


def _wj(prevailing: bool) -> Callable[..., Value]:
    def wj(q: Context, w: Value, c: Value, x: Value, y: Value) -> Value:
        names, spec = strs(c), items_of(y)
        left = table_named(q, x)
        plain, right = unkeyed(left), unkeyed(spec[0])
        low, high = _window(w, plain.column(names[-1]))
        own, other, mine, _ = _prepared(names, plain, right)
        grouped = Grouped(own, mine)
        starts = grouped.search(other, low, "left")
        ends = grouped.search(other, high, "right")
        first = grouped.first(other)
        if prevailing:
            before = grouped.search(other, low, "right") - 1
            starts = np.where(before >= first, np.minimum(before, starts), starts)
        known = other <= int(own.max(initial=-1))
        starts, ends = np.where(known, starts, 0), np.where(known, np.maximum(ends, starts), 0)
        result = plain
        for part in spec[1:]:
            name, column = _aggregated(q, part, right, grouped.order, starts, ends)
            result = _with_column(result, name, column)
        return _given(q, x, rekeyed(result, left))

    return wj


def window_join(q: Context, prevailing: Value, w: Value, c: Value, x: Value, y: Value) -> Value:
    """``ww[1b;w;c;x;y]`` is ``wj[w;c;x;y]``, and with ``0b`` ``wj1``. Raises their errors."""
    return _wj(bool(integer(prevailing)))(q, w, c, x, y)


def _window(w: Value, times: Value) -> tuple[Any, Any]:
    bounds = items_of(w)
    if len(bounds) != 2 or not all(isinstance(b, Vector) and len(b) == len(times) for b in bounds):
        raise QError("length")
    return bounds[0].data, bounds[1].data  # type: ignore[attr-defined]


def _aggregated(q: Context, part: Value, right: Table, order: Longs, starts: Longs, ends: Longs) -> tuple[str, Value]:
    function, *arguments = items_of(part)
    names = [name for argument in arguments for name in strs(argument)]
    columns = [take(column_of(right, name), order) for name in names]
    results = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        q.check()
        results.append(q.applier.apply(function, tuple([window(c, start, end) for c in columns])))
    return names[-1], collapse(results) if results else columns[-1][0:0]


def _with_column(table: Table, name: str, column: Value) -> Table:
    names, columns = table.column_names, list(table.data.items)
    if name in names:
        columns[names.index(name)] = column
    else:
        names.append(name)
        columns.append(column)
    return table_of(names, columns)


def install(vocabulary: Vocabulary) -> None:
    """Enter this family's names."""
    for name, own_time, filling in (
        ("aj", True, False), ("aj0", False, False), ("ajf", True, True), ("ajf0", False, True),
    ):  # fmt: skip
        vocabulary.define(name, 3, _aj(own_time, filling), context=True)
    vocabulary.define("asof", 2, asof, context=True)
    vocabulary.define("wj", 4, _wj(True), context=True)
    vocabulary.define("wj1", 4, _wj(False), context=True)
    vocabulary.define("ww", 5, window_join, context=True)
