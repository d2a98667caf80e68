"""qSQL: select, exec, update and delete, from phrases or in functional form.

Facts: KX reference, pages basics/qsql.md, basics/funsql.md, ref/select.md, ref/exec.md, ref/update.md, ref/delete.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from anyq.errors import QError
from anyq.values import (
    NULL,
    Atom,
    Attr,
    Dict,
    KeyedTable,
    List,
    Primitive,
    QType,
    Table,
    Value,
    Vector,
    collapse,
    count,
    symbols,
)

from ..kernel._build import unique_names
from ..kernel._groups import Groups, reduced
from ..kernel._index import as_positions, index_at
from ..kernel._partitioned import Partitioned
from ..kernel._records import records
from ..kernel._support import null_like
from ..kernel._take import take
from ..session._context import Context, Scope
from ._changes import deleted, updated
from ._dicts import changed_dict, dict_table, exec_dict
from ._partitions import narrowed
from ._parts import (
    common_size,
    conditions,
    in_order,
    is_flag,
    limited,
    pairs,
    unlimited,
    window,
)
from ._prepared import Prepared
from ._segments import group_values, row_wise
from ._selection import Selection, as_column, groups_of

__all__ = ["Queries"]

Pairs = tuple[tuple[str, Value], ...]


class Queries:
    """Runs queries on behalf of one interpreter."""

    def __init__(self, q: Context) -> None:
        self.q = q

    # -- entry points

    def run(self, query: Prepared, table: Value, limits: tuple[Value, ...], variables: Mapping[str, Value]) -> Value:
        """A query in the text of a program; ``variables`` are the locals it may use."""
        return self._dispatch(query, table, limits, variables.get)

    def nested(self, query: Prepared, context: str, scope: Scope | None) -> Value:
        """A query inside an expression of another."""
        assert query.table is not None
        limits = tuple([self.q.trees.eval(limit, context, scope) for limit in query.limits])
        table = self.q.trees.eval(query.table, context, scope)
        return self._dispatch(query, table, limits, scope)

    def _dispatch(self, query: Prepared, table: Value, limits: tuple[Value, ...], scope: Scope | None) -> Value:
        if query.kind in ("update", "delete"):
            return self._by_reference(query, table, scope)
        source, keyed = self.source(table)
        if keyed < 0 and query.kind == "exec":
            return exec_dict(self.q, query, self._named(table), scope)
        if isinstance(source, Partitioned):
            source, query = narrowed(self.q, query, source, scope)
        return self.select(query, source, keyed, limits, scope)

    def _named(self, table: Value) -> Value:
        return self.q.get(table.raw) if isinstance(table, Atom) else table

    def source(self, table: Value) -> tuple[Table, int]:
        """The table that a query reads, and how many of its columns are the key. Raises `QError`."""
        if isinstance(table, Atom) and table.qtype is QType.SYMBOL:
            table = self.q.get(table.raw)
        if isinstance(table, Table):
            return table, 0
        if isinstance(table, KeyedTable):
            return table.unkeyed(), len(table.key_table.names)
        if isinstance(table, Dict) and isinstance(table.key, Vector) and table.key.qtype is QType.SYMBOL:
            return dict_table(table), -1
        raise QError("type")

    # -- select and exec

    def select(
        self, query: Prepared, table: Table, keyed: int, limits: tuple[Value, ...], scope: Scope | None
    ) -> Value:
        """The result of select or exec."""
        rows = Selection(self.q, table, query.context, scope).filtered(query.where)
        if query.kind == "exec":
            return self._exec(query, rows)
        if query.by is not None:
            return self._finish(query, limited(self._by(query, rows, query.by), limits))
        rows = self._ordered(query, rows, limits)
        if query.columns:
            return self._finish(query, self._flat(query.columns, rows))
        kept = rows.restricted()
        return self._keyed_again(kept, keyed) if keyed > 0 and not query.distinct else self._finish(query, kept)

    def _ordered(self, query: Prepared, rows: Selection, limits: tuple[Value, ...]) -> Selection:
        """The rows in the order, and as many, as ``select[n;>c]`` asks for, before any expression sees them."""
        if query.order is not None:
            glyph, tree = query.order
            keys = as_column(rows.eval(tree), len(rows))
            where = as_positions(self.q.verb("iasc" if glyph == "<" else "idesc", keys))
            assert where is not None
            rows = rows.among(where)
        return rows.among(window(len(rows), limits[0])) if limits else rows

    def _finish(self, query: Prepared, made: Value) -> Value:
        return self.q.verb("distinct", made) if query.distinct else made

    @staticmethod
    def _keyed_again(table: Value, keyed: int) -> Value:
        assert isinstance(table, Table)
        names, columns = table.names, table.data.items
        keys = Table.of(names[:keyed], List.of(columns[:keyed]))
        return KeyedTable(keys, Table.of(names[keyed:], List.of(columns[keyed:])))

    def _flat(self, columns: Pairs, rows: Selection) -> Table:
        results = [rows.eval(tree) for _, tree in columns]
        size = common_size(results)
        names = symbols(unique_names([name for name, _ in columns]))
        return Table.of(names, List.of(tuple([as_column(result, size) for result in results])))

    def _by(self, query: Prepared, rows: Selection, by: Pairs) -> Value:
        groups = groups_of(by, rows)
        names = [name for name, _ in by]
        columns: Pairs = query.columns
        if not columns:
            left = [name for name in rows.table.column_names if name not in names]
            last = groups.lasts()
            parts = [take(self._column(rows, name), last) for name in left]
        else:
            left = unique_names([*names, *(name for name, _ in columns)])[len(names) :]
            parts = [self.per_group(tree, rows, groups) for _, tree in columns]
        keys = Table.of(symbols(unique_names(names)), List.of(in_order(groups.keys)), Attr.SORTED)
        return KeyedTable(keys, Table.of(symbols(left), List.of(tuple(parts))))

    @staticmethod
    def _column(rows: Selection, name: str) -> Value:
        found = rows.column(name)
        assert found is not None
        return found

    def per_group(self, tree: Value, rows: Selection, groups: Groups) -> Value:
        """An expression for every group, as a column: of atoms where each gives an atom, else of lists."""
        name, inner = self._aggregate(tree)
        if name and len(groups):
            whole = row_wise(self.q, inner, rows)
            if whole is not None:
                first = rows.among(groups.rows(0)).eval(tree)
                done = reduced(name, whole, groups, first if isinstance(first, Atom) else None)
                if done is not None:
                    return done
        if isinstance(tree, Atom) and tree.qtype is QType.SYMBOL:
            column = rows.scope(tree.raw)
            if column is not None and count(column) == len(rows):
                return List.of(tuple([take(column, groups.rows(k)) for k in range(len(groups))]))
        results = group_values(self.q, tree, rows, groups)
        if results is None:
            results = []
            for k in range(len(groups)):
                self.q.check()
                results.append(rows.among(groups.rows(k)).eval(tree))
        if not results:
            whole = rows.eval(tree)
            return null_like(collapse([whole])) if isinstance(whole, Atom) else List.of(())
        return collapse(results)

    def _aggregate(self, tree: Value) -> tuple[str, Value]:
        """The name of the aggregate that a tree applies to one argument, and that argument."""
        if isinstance(tree, Vector) and tree.qtype is QType.SYMBOL:
            return "", tree
        if isinstance(tree, List) and len(tree) == 2 and isinstance(tree[0], Primitive):
            entry = self.q.vocabulary.primitive(tree[0])
            if entry is not None and entry.name in _AGGREGATES:
                return entry.name, tree[1]
        return "", tree

    # -- exec

    def _exec(self, query: Prepared, rows: Selection) -> Value:
        if query.by is None:
            if query.plain:
                made = rows.eval(query.columns[0][1])
                return self.q.verb("distinct", made) if query.distinct else made
            if not query.columns:
                last = Atom(QType.LONG, len(rows) - 1)
                return index_at(rows.restricted(), last)
            names = symbols(unique_names([name for name, _ in query.columns]))
            results = [rows.eval(tree) for _, tree in query.columns]
            if query.distinct:
                results[0] = self.q.verb("distinct", results[0])
            return Dict(names, collapse(results))
        if len(query.by) == 1 and is_flag(query.by[0][1]):
            return self._flat(query.columns, rows)
        groups = groups_of(query.by, rows)
        if query.plain:
            values = self.per_group(query.columns[0][1], rows, groups)
            if isinstance(values, List):
                # Dicts with the same keys are a table: the pivot of page kb/pivoting-tables.md.
                values = records(values.items)
            bare = len(query.by) == 1 and not query.by[0][0]
            keys = groups.keys[0] if bare else self._key_table(query.by, groups)
            return (KeyedTable if isinstance(keys, Table) and isinstance(values, Table) else Dict)(keys, values)
        parts = [self.per_group(tree, rows, groups) for _, tree in query.columns]
        table = Table.of(symbols(unique_names([name for name, _ in query.columns])), List.of(tuple(parts)))
        if len(query.by) == 1 and not query.by[0][0]:
            return Dict(groups.keys[0], table)
        return KeyedTable(self._key_table(query.by, groups), table)

    @staticmethod
    def _key_table(by: Pairs, groups: Groups) -> Table:
        return Table.of(symbols([name for name, _ in by]), List.of(groups.keys))

    # -- update and delete

    def _by_reference(self, query: Prepared, table: Value, scope: Scope | None) -> Value:
        """A table, or the name of one: then the variable is set, and the name is the result."""
        if isinstance(table, Atom) and table.qtype is QType.SYMBOL:
            if query.kind == "delete" and self._drops_names(query, table.raw):
                return table
            self.q.set(table.raw, self._changed(query, self.q.get(table.raw), scope))
            return table
        return self._changed(query, table, scope)

    def _drops_names(self, query: Prepared, space: str) -> bool:
        """``delete a from `.ns``: forget variables of a namespace."""
        key = "" if space == "." else space
        if key not in self.q.names.members or (not key and space != "."):
            return False
        for name, _ in query.columns:
            full = f"{key}.{name}" if key else name
            if name not in self.q.names.members[key]:
                raise QError(name)
            self.q.names.drop(full)
        return True

    def _changed(self, query: Prepared, table: Value, scope: Scope | None) -> Value:
        source, keyed = self.source(table)
        if isinstance(source, Partitioned):
            raise QError("par")
        if keyed < 0 and isinstance(table, Dict):
            return changed_dict(self.q, query, table, scope)
        if query.kind == "update":
            made = updated(self.q, query, source, scope)
        else:
            made = deleted(self.q, query, source, scope)
        return self._keyed_again(made, keyed) if keyed > 0 else made

    # -- functional forms

    def functional(self, kind: str, arguments: Sequence[Value]) -> Value:
        """``?[t;c;b;a]`` and ``![t;c;b;a]``, with the optional limit and sort of select."""
        table, where, by, columns, *rest = arguments
        query = Prepared(
            kind,
            isinstance(by, Atom) and by.qtype is QType.BOOLEAN and bool(by.raw),
            (),
            None,
            conditions(where),
            None,
            context=self.q.context,
        )
        if kind == "update":
            return self._functional_change(query, table, by, columns)
        is_exec = isinstance(by, List) and not len(by)
        if (isinstance(by, Atom) and by.qtype is QType.SYMBOL) or (isinstance(by, Vector | List) and len(by)):
            query = attrs.evolve(query, kind="exec", by=(("", by),))
            is_exec = True
        elif isinstance(by, Dict):
            query = attrs.evolve(query, by=pairs(by))
        if isinstance(columns, Dict):
            query = attrs.evolve(query, columns=pairs(columns))
        elif not (isinstance(columns, List | Vector) and not len(columns)):
            query = attrs.evolve(query, kind="exec", columns=(("", columns),), plain=True)
            is_exec = True
        if is_exec:
            query = attrs.evolve(query, kind="exec")
        if len(rest) > 1:
            query = attrs.evolve(query, order=_order(self.q, rest[1]))
        limits = tuple(rest[:1]) if rest and not unlimited(rest[0]) else ()
        return self._dispatch(query, table, limits, None)

    def _functional_change(self, query: Prepared, table: Value, by: Value, columns: Value) -> Value:
        if isinstance(columns, Dict):
            grouping = pairs(by) if isinstance(by, Dict) else None
            return self._dispatch(attrs.evolve(query, columns=pairs(columns), by=grouping), table, (), None)
        names = tuple([(str(item.raw), NULL) for item in columns]) if isinstance(columns, Vector) else ()
        return self._dispatch(attrs.evolve(query, kind="delete", columns=names), table, (), None)

    def simple_exec(self, table: Value, where: Value, tree: Value) -> Value:
        """``?[t;i;x]``: an expression over the rows ``i``."""
        source, _ = self.source(table)
        rows = as_positions(where)
        if rows is None:
            raise QError("type")
        return Selection(self.q, source, self.q.context, None, rows).eval(tree)


_AGGREGATES = frozenset({"sum", "avg", "count", "min", "max", "first", "last"})


def _order(q: Context, x: Value) -> tuple[str, Value]:
    """``(>:;`price)`` of the sixth argument."""
    if isinstance(x, List) and len(x) == 2 and isinstance(x[0], Primitive):
        entry = q.vocabulary.primitive(x[0])
        if entry is not None and entry.name in ("iasc", "idesc"):
            return ("<" if entry.name == "iasc" else ">"), x[1]
    raise QError("type")
