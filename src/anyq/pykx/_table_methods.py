"""What tables do in q's own way: queries, new rows, attributes, joins."""

from __future__ import annotations

from typing import Any, Final

from anyq.values import List, Table, Value, symbol, symbols

from . import _engine
from ._base import OTHERS, unwrap, wrap
from ._exceptions import QError, Unsupported
from ._links import LINKS

__all__ = ["TableMethods"]


class TableMethods:
    """What tables, keyed or not, do in q's own way."""

    _v: Value

    def select(self, columns: Any = None, where: Any = None, by: Any = None, inplace: bool = False, **more: Any) -> Any:
        """``select columns by by from this where where``."""
        return LINKS.query("select", self, columns, where, by, inplace=inplace, **more)

    def exec(self, columns: Any = None, where: Any = None, by: Any = None, **more: Any) -> Any:
        """``exec columns by by from this where where``."""
        return LINKS.query("exec", self, columns, where, by, **more)

    def update(self, columns: Any = None, where: Any = None, by: Any = None, inplace: bool = False, **more: Any) -> Any:
        """``update columns by by from this where where``."""
        return LINKS.query("update", self, columns, where, by, inplace=inplace, **more)

    def delete(self, columns: Any = None, where: Any = None, inplace: bool = False, **more: Any) -> Any:
        """``delete columns from this where where``."""
        return LINKS.query("delete", self, columns, where, None, inplace=inplace, **more)

    def sql(self, query: Any, *arguments: Any) -> Any:
        """KX's SQL, which is left out here."""
        if not isinstance(query, str):
            raise TypeError("Supplied query is not of type string")
        if "$1" not in query:
            raise QError("Supplied query does not contain argument $1 in the place of a table")
        raise Unsupported("KX's SQL (s.k_) is left out: write the query as q, with .select() or kx.q(...)")

    # Changes

    def insert(self, row: Any, match_schema: bool = False, test_insert: bool = False, inplace: bool = True) -> Any:
        """Add rows, to this object too. Rows whose key exists are an error."""
        return self._with_rows("insert", row, match_schema, test_insert, inplace)

    def upsert(self, row: Any, match_schema: bool = False, test_insert: bool = False, inplace: bool = True) -> Any:
        """Add rows, or put them in the place of those with the same key, in this object too."""
        return self._with_rows("upsert", row, match_schema, test_insert, inplace)

    def _with_rows(self, verb: str, row: Any, match_schema: bool, test: bool, inplace: bool) -> Any:
        rows = unwrap(row)
        if match_schema:
            wanted = wrap(_engine.call("{exec t from 0!meta x}", self._v)).py()
            given = wrap(_engine.call("{$[(type x)in 98 99h;exec t from 0!meta x;.Q.t abs type each x]}", rows)).py()
            if bytes(wanted) != bytes(given):
                raise QError(f"Insert/Upsert: the types of the rows, {given!r}, are not those of the table, {wanted!r}")
        if verb == "insert":
            made = _engine.call(
                "{@[`.;`pykxInsert;:;x];r:@[{insert[`pykxInsert;x];(1b;pykxInsert)};y;{(0b;x)}];"
                "![`.;();0b;enlist`pykxInsert];$[r 0;r 1;'r 1]}",
                self._v,
                rows,
            )
        else:
            made = _engine.call("{x upsert y}", self._v, rows)
        if not test and inplace:
            self._v = made
            return self
        if not test:
            return wrap(made)
        return wrap(_engine.call("{-5 sublist x}", made))

    def sorted(self, cols: Any = "") -> Any:
        """The attribute of sorted lists on columns, the first one by default; in place."""
        return self._with_attribute("s", cols)

    def unique(self, cols: Any = "") -> Any:
        """The attribute of lists without equal items on columns, the first one by default; in place."""
        return self._with_attribute("u", cols)

    def parted(self, cols: Any = "") -> Any:
        """The attribute of lists whose equal items stand together on columns; in place."""
        return self._with_attribute("p", cols)

    def grouped(self, cols: Any = "") -> Any:
        """The attribute of indexed lists on columns, the first one by default; in place."""
        return self._with_attribute("g", cols)

    def _with_attribute(self, char: str, cols: Any) -> Any:
        names = [cols] if isinstance(cols, str) else list(cols)
        if names == [""]:
            names = [self._names[0]]
        self._v = _engine.call(
            "{[t;a;c] k:keys t;k xkey {[a;t;c] @[t;c;a#]}[a]/[0!t;c]}",
            self._v,
            symbol(char),
            symbols(list(map(str, names))),
        )
        return self

    def xbar(self, values: Any) -> Any:
        """Columns rounded down to multiples: ``{"price": 10}``."""
        if not all(isinstance(name, str) for name in values):
            raise QError("Column(s) supplied are not strings")
        made = self._v
        for name, size in values.items():
            made = _engine.call("{[t;c;s] ![t;();0b;(enlist c)!enlist(xbar;s;c)]}", made, symbol(name), unwrap(size))
        return wrap(made)

    def ungroup(self) -> Any:
        """A row for each item of the lists in the columns."""
        return wrap(_engine.call("ungroup", self._v))

    def prototype(self) -> Any:
        """The same columns with one row of nulls."""
        return wrap(_engine.call("{k:keys x;k!enlist first 0#0!x}", self._v))

    def reorder_columns(self, cols: Any, inplace: bool = False) -> Any:
        """The columns with these first."""
        if not isinstance(cols, str | list):
            raise QError("Supplied column is not a string or list")
        names = [cols] if isinstance(cols, str) else cols
        for name in names:
            if name not in self._names:
                raise QError(f'Supplied column "{name}" not in the table')
        made = _engine.call("{x xcols y}", symbols(names), self._v)
        return self._replaced(made, inplace)

    def _replaced(self, value: Value, inplace: bool) -> Any:
        if not inplace:
            return wrap(value)
        self._v = value
        return self

    def window_join(self, table: Any, windows: Any, cols: Any, aggs: dict[str, Any]) -> Any:
        """For each row what functions make of the rows of another table in its window: q's ``wj``."""
        wanted = LINKS.value_of({name: list(how)[1:] for name, how in aggs.items()})
        functions = [unwrap(how[0]) for how in aggs.values()]
        made = self._v
        for (name, how), function in zip(aggs.items(), functions, strict=True):
            made = _engine.call(
                _WINDOW_JOIN,
                *_packed(
                    made, unwrap(table), unwrap(windows), unwrap(cols), symbol(name), function, symbols(list(how[1:]))
                ),
            )
        del wanted
        return wrap(made)

    @property
    def _names(self) -> list[str]:
        names: list[str] = self._v.columns  # type: ignore[attr-defined]
        return names

    @property
    def columns(self) -> Any:
        """The names of the columns."""
        return wrap(_engine.call("cols", self._v))

    @property
    def dtypes(self) -> Any:
        """A table of the columns and the names of their classes."""
        kinds = [_kind(wrap(column)) for column in _engine.call("{value flip 0!x}", self._v)]
        return LINKS.toq({"columns": self._names, "datatypes": [kind.encode() for kind in kinds]}, OTHERS[Table])


_WINDOW_JOIN: Final = (
    "{[a] t:a 0;q:a 1;w:a 2;c:(),a 3;n:a 4;f:a 5;s:(),a 6;"
    "r:wj[w;c;t;(enlist q),enlist[(::)],/:s];"
    "v:f .' flip r s; ((cols t),n) xcols (cols[t]#r),'flip (enlist n)!enlist v}"
)


def _packed(*values: Value) -> tuple[Value]:
    return (List.of(tuple(values)),)


def _kind(column: Any) -> str:
    """What a table's types are called by: the class of a column's items."""
    name = type(column).__name__
    if name != "List":
        return f"kx.{name.removesuffix('Vector')}Atom"
    kinds = {type(item).__name__ for item in column}
    return f"kx.{kinds.pop()}" if len(kinds) == 1 else "kx.List"
