"""Functional queries: ``?[t;c;b;a]`` and ``![t;c;b;a]`` as values, and the q text that they stand for.

What is sent is ``(?;`trade;where;by;columns)``, a list of a primitive and data. No text of a caller's becomes q text on
the way, so a name or a constant can be anything and means itself. Facts: KX reference, pages basics/funsql.md and
basics/qsql.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

import attrs

from anyq.console import is_name, is_path, literal
from anyq.errors import ConversionError
from anyq.values import (
    NULL,
    Atom,
    Dict,
    KeyedTable,
    List,
    Primitive,
    QType,
    Table,
    Value,
    Vector,
    as_q,
    boolean,
    chars,
    collapse,
    long,
    symbol,
    symbols,
)

from ._expression import Expression, Name, col, column_of, quoted, render

__all__ = ["Columns", "FunctionalQuery", "Order", "Source", "asc", "delete", "desc", "exec_", "select", "update"]

Column: TypeAlias = str | Expression
Columns: TypeAlias = Column | Sequence[Column] | Mapping[str, object]
"""Columns of a result: a name, an expression, several of these, or a mapping of names to them."""

Pairs: TypeAlias = tuple[tuple[str, Expression], ...]
Kind: TypeAlias = Literal["select", "exec", "update", "delete"]

_SELECT: Final = Primitive(QType.OPERATOR, 17)
_CHANGE: Final = Primitive(QType.OPERATOR, 16)
_EMPTY: Final = List(())


@attrs.frozen(eq=False)
class Order:
    """An order of rows, made by `asc` and `desc`."""

    by: Expression
    descending: bool


def asc(column: Column) -> Order:
    """Rows in ascending order of a column or expression, for `select`."""
    return Order(column_of(column), False)


def desc(column: Column) -> Order:
    """Rows in descending order of a column or expression, for `select`."""
    return Order(column_of(column), True)


@attrs.frozen(eq=False, repr=False, kw_only=True)
class FunctionalQuery:
    """A query made of values, by `select`, `exec_`, `update` and `delete`.

    It is what a connection, a pool, a portal and an embedded q take for a query: ``await q(query)``,
    ``q.submit(query)``, ``q.post(query)``. ``anyq.as_q(query)`` is what they send. ``str`` is the q text that it stands
    for, in the functional form where a name cannot be written in q text. It is immutable and pickles; two are equal
    when they send the same.
    """

    kind: Kind
    table: str | Table | KeyedTable | Dict | FunctionalQuery
    columns: Pairs | Expression | None = None
    where: tuple[Expression, ...] = ()
    by: Pairs | Expression | None = None
    distinct: bool = False
    limit: int | tuple[int, int] | None = None
    order: Order | None = None
    in_place: bool = False

    def __attrs_post_init__(self) -> None:
        _check_names([name for name, _ in (*self._pairs(self.columns), *self._pairs(self.by))])

    # What is sent

    def __as_q__(self) -> Value:
        """The value that is sent."""
        by_name = isinstance(self.table, str)
        if isinstance(self.table, FunctionalQuery) or (by_name and self.kind in _CHANGES and not self.in_place):
            # The table has to be evaluated first: by eval, and not as an argument that is there already.
            return List.of((chars("eval"), self._form(quoted)))
        return self._form(lambda value: value)

    def as_expression(self) -> Expression:
        """This query within another, as in ``col("sym").isin(exec_("watched", "sym"))``."""
        return Expression(self._form(quoted), ("(", _Nested(self), ")"), tight=True)

    def _form(self, quote: Any) -> List:
        """The list ``(?;t;c;b;a)``, with ``quote`` around arguments that are parse trees."""
        table = self.table
        source: Value = symbol(table) if isinstance(table, str) else table  # type: ignore[assignment]
        if isinstance(table, FunctionalQuery):
            source = table._form(quoted)
        elif self.in_place and quote is quoted:
            source = quoted(source)
        conditions = collapse([part.tree for part in self.where]) if self.where else _EMPTY
        if self.kind == "delete":
            names = symbols([name for name, _ in self._pairs(self.columns)])
            return List.of((_CHANGE, source, quote(conditions), boolean(False), quote(names)))
        head = _CHANGE if self.kind == "update" else _SELECT
        form = [head, source, quote(conditions), self._grouping(quote), self._results(quote)]
        if self.limit is not None or self.order is not None:
            form.append(self._count())
        if self.order is not None:
            grade = Primitive(QType.UNARY, 10 if self.order.descending else 9)
            form.append(quote(List.of((grade, self.order.by.tree))))
        return List.of(tuple(form))

    def _grouping(self, quote: Any) -> Value:
        if isinstance(self.by, Expression):
            tree: Value = quote(_alone(self.by.tree))
            return tree
        if self.by is not None:
            return _dict(self.by)
        return _EMPTY if self.kind == "exec" else boolean(self.distinct)

    def _results(self, quote: Any) -> Value:
        if self.columns is None:
            return _EMPTY
        if isinstance(self.columns, Expression):
            tree: Value = quote(_alone(self.columns.tree))
            return tree
        return _dict(self.columns)

    def _count(self) -> Value:
        if self.limit is None:
            return long(QType.LONG.inf)
        return as_q(list(self.limit)) if isinstance(self.limit, tuple) else long(self.limit)

    @staticmethod
    def _pairs(columns: Pairs | Expression | None) -> Pairs:
        return () if columns is None or isinstance(columns, Expression) else columns

    # Parts

    def streamed_table(self) -> str:
        """The name of the table whose rows `part` counts.

        `ValueError` for a query whose results for parts of the table are not the parts of its result.
        """
        if self.kind != "select" or not isinstance(self.table, str):
            raise ValueError("a stream is of a select from a table that the server has, named by a text")
        for name in ("by", "distinct", "limit", "order"):
            if getattr(self, name):
                raise ValueError(f"a select with {name}= has no parts: each would be made of its own rows only")
        return self.table

    def part(self, first: int, last: int, partition: tuple[str, Value] | None = None) -> FunctionalQuery:
        """This query for the rows ``first`` to ``last`` of its table; of a partition ``(name, value)`` of it, if given.

        Conditions and columns see the rows of the part only.
        """
        window: tuple[Expression, ...] = (col("i").within(first, last),)
        if partition is not None:
            window = (col(partition[0]) == partition[1], *window)
        return attrs.evolve(self, where=(*window, *self.where))

    # What is shown

    def __str__(self) -> str:
        pieces = self.pieces()
        text = None if pieces is None else render(pieces)
        if text is not None:
            return text
        sent = self.__as_q__()
        assert isinstance(sent, List)
        head, *arguments = sent.items
        if not isinstance(head, Primitive):
            return f"eval {literal(arguments[0])}"
        return f"{'?!'[head == _CHANGE]}[{';'.join(map(literal, arguments))}]"

    def __repr__(self) -> str:
        text = str(self)
        return f"<{type(self).__name__}: {text if len(text) <= 1000 else text[:1000] + '...'}>"

    def pieces(self) -> list[Any] | None:
        """The pieces of its text; ``None`` if a name of a result cannot be written in q text."""
        out: list[Any] = [self.kind]
        if self.distinct:
            out.append(" distinct")
        if self.limit is not None or self.order is not None:
            out += self._window()
        for word, part in ((" ", self.columns), (" by ", self.by)):
            listed = self._listed(part)
            if listed is None:
                return None
            out += [word, *listed] if listed else []
        source = self._source()
        if source is None:
            return None
        out += [" from ", *source]
        for number, condition in enumerate(self.where):
            out += ["," if number else " where ", condition]
        return out

    def _listed(self, columns: Pairs | Expression | None) -> list[Any] | None:
        """The pieces of a list of columns; ``None`` if a name cannot be written."""
        if columns is None:
            return []
        if isinstance(columns, Expression):
            return [columns]
        alone = self.kind == "exec" and len(columns) == 1  # which would be the vector, without its name
        out: list[Any] = []
        for name, part in columns:
            if not is_name(name):
                return None
            first = part.pieces[0]
            same = isinstance(first, Name) and first.text == name != "i" and len(part.pieces) == 1 and not alone
            out += [",", part] if same else [",", name, ":", part]
        return out[1:]

    def _window(self) -> list[Any]:
        count = self.limit
        out: list[Any] = ["["]
        if count is not None:
            out.append(" ".join(map(str, count)) if isinstance(count, tuple) else str(count))
        if self.order is not None:
            out += [";" if count is not None else "", ">" if self.order.descending else "<", self.order.by]
        return [*out, "]"]

    def _source(self) -> list[Any] | None:
        table = self.table
        if isinstance(table, FunctionalQuery):
            return ["(", _Nested(table), ")"]
        if not isinstance(table, str):
            return ["(", table, ")"]
        if self.in_place:
            return [symbol(table)] if is_path(table) else None
        return [Name(table)]

    # As a value

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FunctionalQuery):
            return NotImplemented
        return self.__as_q__() == other.__as_q__()

    def __hash__(self) -> int:
        return hash((self.kind, str(self.table), len(self.where)))


@attrs.frozen
class _Nested:
    """A query among the pieces of another's text."""

    query: FunctionalQuery

    def pieces(self) -> list[Any] | None:
        return self.query.pieces()


_CHANGES: Final = ("update", "delete")
Source: TypeAlias = str | FunctionalQuery | object


def select(
    table: Source,
    columns: Columns | None = None,
    *,
    where: Expression | str | Iterable[Expression | str] = (),
    by: Columns | None = None,
    distinct: bool = False,
    limit: int | tuple[int, int] | None = None,
    order: Order | Column | None = None,
) -> FunctionalQuery:
    """``select columns by by from table where where``: a table.

    ``table`` is a name on the server, a table that is sent along (also a frame), or another query. ``columns`` and
    ``by`` are names or expressions, or a mapping of new names to these; no columns means all. An expression without a
    name has that of the column it begins with, as in q (`Expression.alias` gives another). Rows have to meet all of
    ``where``, which are looked at in this order, the later ones only for rows that met the earlier.

    ``limit`` is a number of rows, of the last ones if negative, or a start and a number; ``order`` is `asc` or `desc`
    of a column. Raises `anyq.ConversionError` for what has no q form, `ValueError` for what q does not have.
    """
    if order is not None and (by is not None or distinct):
        raise ValueError(
            "q orders rows before it groups them: order a query of this query, select(select(...), order=...)"
        )
    if distinct and by is not None:
        raise ValueError("a grouped query is distinct already: leave distinct out")
    if isinstance(limit, tuple) and min(limit) < 0:
        raise ValueError(f"a limit is a number of rows, or a start and a number, neither negative, not {limit!r}")
    return FunctionalQuery(
        kind="select", table=_table(table), columns=_named(columns), where=_conditions(where), by=_named(by),
        distinct=distinct, limit=limit, order=asc(order) if isinstance(order, str | Expression) else order,
    )  # fmt: skip


def exec_(
    table: Source,
    columns: Columns | None = None,
    *,
    where: Expression | str | Iterable[Expression | str] = (),
    by: Columns | None = None,
) -> FunctionalQuery:
    """``exec columns by by from table where where``: what is in a column, not a table.

    One name or expression gives its vector (by one ``by``: a dict of group to vector), several or a mapping a dict of
    columns, none the last row. Arguments and errors as `select`.
    """
    return FunctionalQuery(
        kind="exec", table=_table(table), columns=_single(columns), where=_conditions(where), by=_single(by)
    )


def update(
    table: Source,
    columns: Columns,
    *,
    where: Expression | str | Iterable[Expression | str] = (),
    by: Columns | None = None,
    in_place: bool = False,
) -> FunctionalQuery:
    """``update columns by by from table where where``: the table with columns changed or added.

    The server's table stays as it is, unless ``in_place=True``: then the variable is set, and the result is its name.
    Arguments and errors as `select`.
    """
    changed = _named(columns)
    if not changed:
        raise ValueError("update needs the columns that it sets")
    return FunctionalQuery(
        kind="update", table=_table(table, in_place), columns=changed, where=_conditions(where), by=_named(by),
        in_place=in_place,
    )  # fmt: skip


def delete(
    table: Source,
    columns: str | Iterable[str] = (),
    *,
    where: Expression | str | Iterable[Expression | str] = (),
    in_place: bool = False,
) -> FunctionalQuery:
    """``delete from table where where``, or ``delete columns from table``: the table without rows, or without columns.

    ``in_place`` as `update`. Raises `ValueError` for columns and conditions together, which q does not have.
    """
    names = [columns] if isinstance(columns, str) else list(columns)
    conditions = _conditions(where)
    if names and conditions:
        raise ValueError("q deletes columns, or rows: give columns or where")
    return FunctionalQuery(
        kind="delete", table=_table(table, in_place), columns=tuple([(name, col(name)) for name in names]) or None,
        where=conditions, in_place=in_place,
    )  # fmt: skip


def _table(table: object, in_place: bool = False) -> Any:
    if isinstance(table, FunctionalQuery):
        if in_place:
            raise ValueError("the result of a query has no place: in_place needs the name of a table")
        if table.kind in _CHANGES and table.in_place:
            raise ValueError("a query in place gives a name, not a table: run it first")
        return table
    if isinstance(table, str):
        if not table:
            raise ConversionError("the name of a table is empty")
        return table
    if in_place:
        raise ValueError("a table that is sent along has no place: in_place needs the name of a table")
    made = as_q(table)
    if not isinstance(made, Table | Dict):
        raise ConversionError(f"a query reads a table, or the name of one, not a {type(table).__name__}")
    return made


def _conditions(where: Expression | str | Iterable[Expression | str]) -> tuple[Expression, ...]:
    given = [where] if isinstance(where, Expression | str) else list(where)
    for part in given:
        if not isinstance(part, Expression | str):
            raise ConversionError(f"a condition is an expression, such as col('size') > 100, not {part!r}")
    return tuple([column_of(part) for part in given])


def _named(columns: Columns | None) -> Pairs | None:
    """Columns with their names; ``None`` for none."""
    if columns is None:
        return None
    if isinstance(columns, Mapping):
        pairs = [(_name(name), column_of(value)) for name, value in columns.items()]
    else:
        parts = [columns] if isinstance(columns, str | Expression) else list(columns)
        made = [column_of(part) for part in parts]
        pairs = [(part.name, part) for part in made]
    names = [name for name, _ in pairs]
    _check_names(names)
    return tuple(pairs) or None


def _check_names(names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"two columns are named {name!r}: give them names, by a mapping or by alias")


def _name(name: object) -> str:
    if not isinstance(name, str) or not name:
        raise ConversionError(f"the name of a column is text, and not empty: not {name!r}")
    return name


def _single(columns: Columns | None) -> Pairs | Expression | None:
    return column_of(columns) if isinstance(columns, str | Expression) else _named(columns)


def _dict(pairs: Pairs) -> Dict:
    return Dict.of(symbols([name for name, _ in pairs]), collapse([part.tree for _, part in pairs]))


def _alone(tree: Value) -> Value:
    """A tree in the place of columns or groups, where some constants mean something else: they are given to ``::``."""
    if isinstance(tree, List | Vector) and len(tree):
        return tree
    return tree if isinstance(tree, Atom) and tree.qtype is QType.SYMBOL else List.of((NULL, tree))
