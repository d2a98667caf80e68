"""A select of a table that is spread over processes: who is asked what, and what makes one answer of theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

import attrs

import anyq.query
from anyq.engine import Interpreter
from anyq.errors import ConversionError, QError
from anyq.partitions import combined, split
from anyq.query import Expression
from anyq.values import Atom, Dict, KeyedTable, List, Primitive, QType, Table, Value, Vector, collapse, match, symbols

from ._workers import Worker

__all__ = ["Ask", "Route", "Select", "is_select", "read_select", "routed"]

_AGGREGATES: Final = (
    "sum", "count", "min", "max", "first", "last", "avg", "wavg", "var", "dev", "svar", "sdev", "med", "prd", "wsum",
    "cor", "cov", "scov", "all", "any",
)  # fmt: skip
_HEADS: Final[Mapping[str, Value]] = {name: getattr(anyq.query, name).head for name in _AGGREGATES}
_Q: Final = Interpreter()
_SELECT, _IN, _TAKE, _ENLIST, _COUNT_I = (_Q.eval(text) for text in ("(?)", "(in)", "(#)", "enlist", "(count;`i)"))
_ALL, _ROWS, _DISTINCT = (_Q.eval(text) for text in ("()", "0b", "1b"))

Join = Callable[[Interpreter, Sequence[Value]], Value]


@attrs.frozen
class Select:
    """The arguments of ``?[table;where;by;columns]``."""

    table: str
    where: tuple[Value, ...]
    by: Value
    columns: Value


@attrs.frozen
class Ask:
    """A query that any of some workers can answer."""

    workers: Sequence[Worker]
    message: Value


@attrs.frozen
class Route:
    """The queries of one select, and what joins their answers."""

    asks: Sequence[Ask]
    join: Join | None
    """``None``: there is one answer, and it is the answer."""


@attrs.frozen
class _Piece:
    """Neighbouring partitions that the same workers hold; none, for a table in memory."""

    workers: tuple[Worker, ...]
    partitions: tuple[Atom, ...] = ()
    today: Atom | None = None
    """The partition that a table in memory stands for, if it has no column that says so."""


@attrs.frozen
class _Plan:
    """What is asked of each worker instead of the select, and what makes its answer of theirs."""

    by: Value
    columns: Value
    join: Join


def is_select(head: Value) -> bool:
    """Whether a parse tree with this head is a select or an exec."""
    return match(head, _SELECT)


def read_select(message: Value) -> Select | None:
    """The select that a list ``(?;`table;where;by;columns)`` is; ``None`` for other messages.

    Raises `QError` for a select that has more: a limit, an order.
    """
    if not (isinstance(message, List) and len(message) > 4 and match(message[0], _SELECT)):
        return None
    table, where = message[1], message[2]
    if not (isinstance(table, Atom) and table.qtype is QType.SYMBOL):
        return None
    if len(message) != 5:
        raise QError("a gateway takes selects without a limit or an order: ?[table;where;by;columns]")
    if not isinstance(where, List | Vector):
        raise QError("type")
    return Select(table.raw, tuple(where), message[3], message[4])


def routed(q: Interpreter, select: Select, workers: Sequence[Worker]) -> Route:
    """Who is asked what. Raises `QError` where nobody has the table, or its answers cannot be made one."""
    holders = [worker for worker in workers if select.table in worker.holdings]
    if not holders:
        raise QError(select.table)
    field = next((found for worker in holders if (found := worker.holdings[select.table].field)), "")
    pieces = _pieces(q, select, holders, field)
    try:
        plan = _planned(select, field)
    except QError:
        if len(pieces) > 1:
            raise
        return Route([_ask(pieces[0], select, select.by, select.columns, field)], None)
    pieces = [part for piece in pieces for part in _shared_out(piece)]
    asks = [_ask(piece, select, plan.by, plan.columns, field) for piece in pieces]
    days = [piece.today for piece in pieces]
    whole = match(select.columns, _ALL) and bool(field)

    def join(q: Interpreter, answers: Sequence[Value]) -> Value:
        if whole:
            answers = [_dated(q, answer, field, day) for answer, day in zip(answers, days, strict=True)]
        return plan.join(q, answers)

    return Route(asks, join)


# -- who has which partitions


def _pieces(q: Interpreter, select: Select, holders: Sequence[Worker], field: str) -> list[_Piece]:
    """The pieces that the conditions on the partition field leave, in the order of partitions; at least one."""
    if not field:
        roles = dict.fromkeys(worker.role for worker in holders)
        if len(roles) > 1:
            raise QError(f"{select.table} is held by the roles {' '.join(roles)}: ask one of them by .gw.syncexec")
        return [_Piece(tuple(holders))]
    stored: dict[Atom, list[Worker]] = {}
    memory: dict[Atom, list[Worker]] = {}
    others: list[Worker] = []
    for worker in holders:
        held = worker.holdings[select.table]
        if held.field:
            for partition in held.partitions:
                stored.setdefault(partition, []).append(worker)
        elif field in held.columns:
            others.append(worker)
        else:
            memory.setdefault(held.today, []).append(worker)
    places = {**{day: (found, day) for day, found in memory.items()}, **{p: (f, None) for p, f in stored.items()}}
    order = sorted(places, key=lambda partition: partition.raw)
    runs = groupby(_kept(q, select, field, order) or order[:1], key=lambda partition: places[partition])
    pieces = [_Piece(tuple(found), tuple(run) if day is None else (), day) for (found, day), run in runs]
    if not _kept(q, select, field, order):
        pieces = [attrs.evolve(piece, partitions=()) for piece in pieces]
    return pieces + ([_Piece(tuple(others))] if others else [])


def _kept(q: Interpreter, select: Select, field: str, order: Sequence[Atom]) -> list[Atom]:
    """The partitions that meet the conditions on the field alone."""
    decisive = [condition for condition in select.where if _names(condition) == {field}]
    if not decisive or not order:
        return list(order)
    table = Table(symbols([field]), List.of((collapse(list(order)),)))
    rows = q.value(List.of((_SELECT, table, List.of(tuple(decisive)), _ALL, symbols(["i"])[0])))
    assert isinstance(rows, Vector)
    return [order[row] for row in rows.array.tolist()]


def _shared_out(piece: _Piece) -> Iterator[_Piece]:
    """As many parts of a piece as workers can answer at the same time."""
    up = sum(worker.connection is not None for worker in piece.workers)
    count = len(piece.partitions)
    parts = max(1, min(up, count))
    for part in range(parts):
        yield attrs.evolve(piece, partitions=piece.partitions[count * part // parts : count * (part + 1) // parts])


# -- what they are asked


def _ask(piece: _Piece, select: Select, by: Value, columns: Value, field: str) -> Ask:
    where = select.where
    if piece.today is not None:
        day = List.of((_TAKE, _COUNT_I, piece.today))
        where = tuple([_replaced(condition, field, day) for condition in where])
        by, columns = _replaced(by, field, day), _replaced(columns, field, day)
    elif piece.partitions:
        chosen = List.of((_IN, symbols([field])[0], collapse(list(piece.partitions))))
        where = (chosen, *where)
    return Ask(piece.workers, List.of((_SELECT, symbols([select.table])[0], List.of(where), by, columns)))


def _replaced(tree: Value, field: str, day: Value) -> Value:
    """A parse tree with something else in place of a column."""
    if isinstance(tree, Dict):
        values = tree.value
        if isinstance(values, Vector):
            values = List.of(tuple(values))
        return Dict(tree.key, _replaced(values, field, day))
    if isinstance(tree, Atom):
        return day if tree.qtype is QType.SYMBOL and tree.raw == field else tree
    return List.of(tuple([_replaced(item, field, day) for item in tree])) if isinstance(tree, List) else tree


def _dated(q: Interpreter, answer: Value, field: str, day: Atom | None) -> Value:
    """Rows of a table in memory, with the partition field that those of stored ones have."""
    if day is None or not isinstance(answer, Table):
        return answer
    days = q.value(List.of((_TAKE, Atom(QType.LONG, len(answer)), day)))
    return Table(symbols([field, *answer.columns]), List.of((days, *answer.data)))


# -- what makes one answer


def _planned(select: Select, field: str) -> _Plan:
    """Raises `QError` for what cannot be made of answers."""
    by, columns = select.by, select.columns
    if isinstance(by, Dict):
        return _grouped(by, _dict(columns))
    if match(by, _ROWS) or match(by, _DISTINCT):
        if match(columns, _ALL):
            return _Plan(by, columns, _distinct if match(by, _DISTINCT) else _razed)
        wanted = _dict(columns)
        if not _aggregates(*wanted.values()):
            _check_rows(wanted)
            return _Plan(by, columns, _distinct if match(by, _DISTINCT) else _razed)
        return _grouped(None, wanted)
    if match(by, _ALL):
        return _executed(columns)
    raise QError("this select cannot be spread over servers; give a role by .gw.syncexec")


def _executed(columns: Value) -> _Plan:
    """``exec``: a select, and then its columns."""
    if isinstance(columns, Dict):
        wanted, last = _dict(columns), "{[a;t]$[a;first t;flip t]}"
    else:
        wanted, last = {"x": columns}, "{[a;t]$[a;first t`x;t`x]}"
    aggregated = _aggregates(*wanted.values())
    if aggregated:
        inner = _grouped(None, wanted)
    else:
        _check_rows(wanted)
        inner = _Plan(_ROWS, _columns(wanted), _razed)

    def join(q: Interpreter, answers: Sequence[Value]) -> Value:
        flag = Atom(QType.BOOLEAN, aggregated)
        return q.value(List.of((q.eval(last), flag, inner.join(q, answers))))

    return attrs.evolve(inner, join=join)


def _grouped(by: Dict | None, wanted: Mapping[str, Value]) -> _Plan:
    """Aggregates that split, by keys or over all rows."""
    parts = {name: _split(name, tree) for name, tree in wanted.items()}
    partials = {name: part.tree for found in parts.values() for name, part in found.partials.items()}
    if by is None:  # one row, also of an aggregate that is a list
        partials = {name: List.of((_ENLIST, tree)) for name, tree in partials.items()}
    elif any(name in partials for name in by.key.py()):
        raise QError("dup")

    def join(q: Interpreter, answers: Sequence[Value]) -> Value:
        tables = [answer.unkeyed() if isinstance(answer, KeyedTable) else answer for answer in answers]
        whole = [table for table in tables if isinstance(table, Table)]
        return combined(whole, parts, None if by is None else list(by.key.py()), q)

    return _Plan(_ROWS if by is None else by, _columns(partials), join)


def _split(name: str, tree: Value) -> anyq.partitions.Split:
    for function, head in _HEADS.items():
        if isinstance(tree, List) and len(tree) > 1 and match(tree[0], head):
            arguments = tuple([Expression(tree=argument, pieces=()) for argument in tree[1:]])
            if any(_aggregates(argument.tree) for argument in arguments):
                break
            try:
                return split(name, Expression(tree=tree, pieces=(), function=function, arguments=arguments))
            except ConversionError:
                break
    raise QError(f"{name} does not split over servers; give a role by .gw.syncexec")


def _dict(columns: Value) -> dict[str, Value]:
    if not isinstance(columns, Dict):
        raise QError("this select cannot be spread over servers; give a role by .gw.syncexec")
    return dict(zip(columns.key.py(), columns.value, strict=True))


def _columns(wanted: Mapping[str, Value]) -> Dict:
    return Dict(symbols(list(wanted)), List.of(tuple(wanted.values())))


def _check_rows(wanted: Mapping[str, Value]) -> None:
    """Raise `QError` for functions that may look beyond a row."""
    for name, tree in wanted.items():
        for leaf in _leaves(tree):
            if not isinstance(leaf, Atom | Vector | Primitive):
                raise QError(f"{name} may not be row by row; give a role by .gw.syncexec")


def _aggregates(*trees: Value) -> bool:
    heads = list(_HEADS.values())
    return any(match(leaf, head) for tree in trees for leaf in _leaves(tree) for head in heads)


def _razed(q: Interpreter, answers: Sequence[Value]) -> Value:
    return answers[0] if len(answers) == 1 else q.value(List.of((q.eval("raze"), List.of(tuple(answers)))))


def _distinct(q: Interpreter, answers: Sequence[Value]) -> Value:
    return q.value(List.of((q.eval("distinct"), _razed(q, answers))))


def _leaves(tree: Value) -> Iterator[Value]:
    todo = [tree]
    while todo:
        one = todo.pop()
        if isinstance(one, Dict):
            todo.append(one.value)
        elif isinstance(one, List):
            todo.extend(one)
        else:
            yield one


def _names(tree: Value) -> set[str]:
    """The columns that a parse tree names: a symbol is one, a constant is enlisted."""
    return {leaf.raw for leaf in _leaves(tree) if isinstance(leaf, Atom) and leaf.qtype is QType.SYMBOL}
