"""``select``, ``exec``, ``update`` and ``delete`` in q's functional form, here and on connections."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from anyq.values import Atom, Dict, KeyedTable, List, QType, Table, Value, Vector, boolean, chars, symbol, symbols

from . import _engine
from ._base import K, unwrap, wrap
from ._column import Column, ParseTree, QueryPhrase, Variable, tree_of
from ._exceptions import QError, Unsupported
from ._links import LINKS

__all__ = ["QSQL", "SQL", "Insert", "Upsert", "query"]

_FUNCTIONS: Final = {
    "select": "{?[x;y 0;y 1;y 2]}", "exec": "{?[x;y 0;y 1;y 2]}", "update": "{![x;y 0;y 1;y 2]}",
    "delete": "{![x;y 0;y 1;y 2]}",
}  # fmt: skip
_NAMED: Final = {verb: "{[x;y] x:value x;" + text[1:] for verb, text in _FUNCTIONS.items()}
"""For tables that are given by name, which are left as they are."""
_EMPTY: Final = List.of(())
Ask = Callable[..., Any]


def _parsed(text: str) -> Value:
    """The tree of a phrase."""
    return _engine.call("parse", chars(text))


def _tree(x: Any) -> Value:
    """The tree of a phrase, an expression, a name or a constant."""
    if isinstance(x, str):
        return _parsed(x)
    if isinstance(x, bytes):
        return _parsed(x.decode())
    if isinstance(x, Column | ParseTree | QueryPhrase | Variable):
        return tree_of(x)
    if isinstance(x, list | tuple) and any(isinstance(item, K | Column | ParseTree) for item in x):
        return tree_of([item if not isinstance(item, Column) else item._data for item in x])
    value = unwrap(x)
    if isinstance(value, Vector) and value.qtype is QType.SYMBOL:
        return List.of((value,)) if len(value) > 1 else value
    if isinstance(value, Atom) and value.qtype is QType.SYMBOL:
        return symbols([value.raw])
    return value


def _where(where: Any) -> Value:
    if where is None:
        return _EMPTY
    if isinstance(where, QueryPhrase):
        return where.__as_q__()
    if isinstance(where, ParseTree):
        value = tree_of(where)
        if _is_conditions(where._data):
            return value
        return List.of((value,))
    if isinstance(where, list | tuple):
        if len(where) == 1 and isinstance(where[0], list):
            where = where[0]
        return List.of(tuple([_tree(part) for part in where]))
    return List.of((_tree(where),))


def _is_conditions(data: Any) -> bool:
    """Whether a tree is a list of trees, and not the application of a function."""
    if isinstance(data, K):
        data = [wrap(item) for item in data._v] if isinstance(data._v, List) else [data]
    return isinstance(data, list) and bool(data) and all(isinstance(part, list) or _is_list(part) for part in data)


def _is_list(part: Any) -> bool:
    return isinstance(part, K) and isinstance(part._v, List | Vector)


def _columns(columns: Any, verb: str, by: bool = False) -> Value:
    """The columns of a query: a dictionary of names and trees, or for ``exec`` of one column its tree."""
    single = verb == "exec"
    if columns is None:
        return boolean(False) if by and not single else _EMPTY
    if isinstance(columns, str | bytes):
        name = columns.decode() if isinstance(columns, bytes) else columns
        if single and not name.isidentifier():
            return _parsed(name)
        return symbol(name) if single else _dict([(name, symbol(name))])
    if isinstance(columns, Column):
        tree = tree_of(columns)
        return tree if single and not columns._renamed else _dict([(columns._name, tree)])
    if isinstance(columns, ParseTree):
        return tree_of(columns)
    if isinstance(columns, QueryPhrase):
        return _dict([(name or "x", tree_of(tree)) for name, tree in columns.pairs()])
    if isinstance(columns, Mapping):
        for name, item in columns.items():
            if isinstance(item, str) and not item.strip():
                raise ValueError(f"The phrase of column {name} is empty")
        return _dict([(str(name), _tree(item)) for name, item in columns.items()])
    if isinstance(columns, list | tuple):
        return _dict([_pair(item) for item in columns])
    return unwrap(columns)


def _pair(item: Any) -> tuple[str, Value]:
    if isinstance(item, Column):
        return item._name, tree_of(item)
    return str(item), symbol(str(item))


def _dict(pairs: list[tuple[str, Value]]) -> Value:
    return Dict(symbols([name for name, _ in pairs]), List.of(tuple([tree for _, tree in pairs])))


def _deleted(columns: Any) -> Value:
    if columns is None:
        return symbols([])
    if isinstance(columns, QueryPhrase):
        return symbols([str(name) for name, _ in columns.pairs()])
    if isinstance(columns, Column):
        return symbols([columns._name])
    names = [columns] if isinstance(columns, str) else list(columns)
    return symbols([item._name if isinstance(item, Column) else str(item) for item in names])


def query(
    verb: str,
    table: Any,
    columns: Any = None,
    where: Any = None,
    by: Any = None,
    *,
    inplace: bool = False,
    ask: Ask | None = None,
    asynchronous: bool = False,
) -> Any:
    """A query of a table, or of the name of one, by ``ask`` (a function and its arguments) or in the embedded q.

    ``inplace`` puts the result in the place of the table. ``TypeError`` for what is no table.
    """
    named = isinstance(table, str) or (isinstance(table, K) and isinstance(table._v, Atom))
    source: Value = symbol(str(table)) if named else unwrap(table)
    if not named and not isinstance(source, Table | KeyedTable):
        raise TypeError(f"A query is of a table or of the name of one, not of a {type(table).__name__}")
    if verb == "delete" and columns is not None and where is not None:
        raise TypeError("'where' clause and 'columns' cannot both be given to delete")
    parts = List.of((
        _where(where), _columns(by, verb, by=True), _deleted(columns) if verb == "delete" else _columns(columns, verb),
    ))  # fmt: skip
    if inplace:
        return _in_place(verb, table, source, named, parts, ask, asynchronous)
    function = (_NAMED if named else _FUNCTIONS)[verb]
    if ask is not None:
        return ask(function, wrap(source), wrap(parts))
    return wrap(_engine.call(function, source, parts))


def _in_place(
    verb: str, table: Any, source: Value, named: bool, parts: Value, ask: Ask | None, asynchronous: bool
) -> Any:
    if named:
        function = _FUNCTIONS[verb] if verb in ("update", "delete") else "{x set ?[value x;y 0;y 1;y 2];value x}"
        if ask is not None:
            return ask(function, wrap(source), wrap(parts))
        return wrap(_engine.call(function, source, parts))
    if asynchronous:
        raise QError("'inplace' not supported for tables that are sent by asynchronous connections: give a name")
    if not isinstance(table, K):
        raise TypeError("'inplace' needs a table of this package, or a name")
    if type(table).__name__ in ("PartitionedTable", "SplayedTable"):
        raise QError("Application of 'inplace' updates not supported for tables on disk")
    made = query_now(verb, source, parts, ask)
    if type(made) is not type(table):
        raise QError(f"Returned data format does not match the table's: {type(made).__name__}")
    table._v = made._v
    return table


def query_now(verb: str, source: Value, parts: Value, ask: Ask | None) -> Any:
    """The result of a query of a table."""
    if ask is not None:
        return ask(_FUNCTIONS[verb], wrap(source), wrap(parts))
    return wrap(_engine.call(_FUNCTIONS[verb], source, parts))


class QSQL:
    """``q.qsql``: queries in a q or on a connection."""

    def __init__(self, ask: Ask | None = None, asynchronous: bool = False) -> None:
        self._ask = ask
        self._asynchronous = asynchronous

    def _query(self, verb: str, table: Any, columns: Any, where: Any, by: Any, inplace: bool) -> Any:
        return query(verb, table, columns, where, by, inplace=inplace, ask=self._ask, asynchronous=self._asynchronous)

    def select(self, table: Any, columns: Any = None, where: Any = None, by: Any = None, inplace: bool = False) -> Any:
        """``select columns by by from table where where``."""
        return self._query("select", table, columns, where, by, inplace)

    def exec(self, table: Any, columns: Any = None, where: Any = None, by: Any = None) -> Any:
        """``exec columns by by from table where where``."""
        return self._query("exec", table, columns, where, by, False)

    def update(
        self,
        table: Any,
        columns: Any = None,
        where: Any = None,
        by: Any = None,
        inplace: bool = False,
        modify: bool = False,
    ) -> Any:
        """``update columns by by from table where where``."""
        return self._query("update", table, columns, where, by, inplace or modify)

    def delete(
        self, table: Any, columns: Any = None, where: Any = None, inplace: bool = False, modify: bool = False
    ) -> Any:
        """``delete columns from table where where``."""
        return self._query("delete", table, columns, where, None, inplace or modify)


class SQL:
    """``q.sql``: KX's SQL, which is left out."""

    def __call__(self, query: Any, *arguments: Any) -> Any:
        raise QError(".s.sp: KX's SQL (s.k_) is left out: write the query as q, with q.qsql or q(...)")

    def prepare(self, query: Any, *arguments: Any) -> Any:
        """Left out."""
        raise Unsupported("KX's SQL (s.k_) is left out: write the query as q, with q.qsql or q(...)")

    def execute(self, query: Any, *arguments: Any) -> Any:
        """Left out."""
        return self.prepare(query, *arguments)

    def get_input_types(self, query: Any) -> Any:
        """Left out."""
        return self.prepare(query)


class _AddRows:
    _verb: str

    def __init__(self, ask: Ask | None = None) -> None:
        self._ask = ask

    def __call__(self, table: Any, row: Any, match_schema: bool = False, test_insert: bool = False) -> Any:
        """Add rows to a table, or to the variable of a name."""
        rows = LINKS.toq(row)
        ask: Ask = self._ask or (lambda text, *values: wrap(_engine.call(text, *map(unwrap, values))))
        if match_schema:
            given = ask("{$[(type x)in 98 99h;exec t from 0!meta x;.Q.t abs type each x]}", rows)
            wanted = ask("{exec t from 0!meta x}", LINKS.toq(table))
            if bytes(given) != bytes(wanted):
                raise QError(f"Insert/Upsert: the types of the rows, {given!s}, are not those of the table, {wanted!s}")
        if test_insert:
            return ask(
                "{$[-11h=type x;value x;x] upsert y}",
                LINKS.toq(table),
                rows,
            )
        return ask(f"{{x {self._verb} y}}", LINKS.toq(table), rows)


class Insert(_AddRows):
    """``q.insert``."""

    _verb = "insert"


class Upsert(_AddRows):
    """``q.upsert``."""

    _verb = "upsert"


LINKS.query = query
