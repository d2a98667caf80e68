"""``kx.DB``: databases of partitions, on q's ``.Q`` functions."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any, Final

from anyq.values import Atom, QType, Value, chars, symbol, symbols

from . import _engine
from ._base import K, unwrap, wrap
from ._compress import Compress
from ._embedded_q import q
from ._exceptions import PyKXException, QError, Unsupported
from ._links import LINKS
from ._toq import toq

__all__ = ["DB", "DBError"]

_PARTED: Final = (QType.DATE, QType.MONTH, QType.LONG, QType.INT, QType.SHORT)
_ATTRIBUTES: Final = {"sorted": "s", "unique": "u", "parted": "p", "grouped": "g", "": ""}


class DBError(PyKXException):
    """A database cannot be loaded so."""


class _Tables:
    """The tables of a database by name, where an attribute of the database has the name."""

    def __init__(self, db: DB) -> None:
        self._db = db

    def __getattr__(self, name: str) -> Any:
        return self._db._table(name)


class DB:
    """A database in a directory, one at a time in a process; its tables are attributes."""

    _loaded: Path | None = None

    def __init__(
        self, path: Any = None, change_dir: bool = True, load_scripts: bool = True, overwrite: bool = False
    ) -> None:
        if not (change_dir and load_scripts):
            raise QError("'change_dir' and 'load_scripts' behavior only supported with PYKX_4_1_ENABLED")
        self.tables: list[str] | None = None
        self.path: Path | None = None
        self.table: _Tables = _Tables(self)
        if path is not None:
            self.path = Path(path).absolute()
            if DB._loaded not in (None, self.path) and not overwrite:
                print(
                    "PyKXWarning: Only one DB object exists at a time within a process. Use overwrite=True to "
                    "overwrite your existing DB object. This warning will error in future releases."
                )
            if self.path.is_dir() and any(self.path.iterdir()):
                self.load(self.path, overwrite=True)
            else:
                self.path.mkdir(parents=True, exist_ok=True)
                os.chdir(self.path)
                _go(self.path)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._table(name)

    def _table(self, name: str) -> Any:
        if name not in (self.tables or []):
            raise AttributeError(f"The database has no table {name!r}", name=name)
        return q[name]

    # Loading

    def load(
        self,
        path: Any,
        *,
        overwrite: bool = False,
        encrypt: Any = None,
        change_dir: bool = True,
        load_scripts: bool = True,
    ) -> None:
        """Open the database in a directory. `DBError` for what is none, or while another one is open."""
        where = Path(str(path)).absolute()
        if not overwrite and DB._loaded is not None and self.path is not None:
            if where == DB._loaded or where.name == DB._loaded.name:
                raise DBError("Attempting to reload existing database: give overwrite=True to load it again")
            raise DBError("Only one kdb+ database can be loaded within a process: give overwrite=True for another")
        if where.is_file():
            raise DBError(f"Provided path is a file: {where}")
        if not where.is_dir():
            raise DBError(f"Unable to find object at specified path: {where}")
        if (where / ".DS_Store").exists():
            os.chdir(where)
            raise DBError("Invalid MacOS metadata file '.DS_Store' stored in the database: remove it")
        os.chdir(where)
        _go(where)
        _engine.evaluate('system"l ."')
        self.path = DB._loaded = where
        self._refresh()

    def _refresh(self) -> None:
        self.tables = [
            str(name) for name in wrap(_engine.evaluate("$[`pt in key`.Q;.Q.pt;`$()]")).py()
        ] or self._splayed()
        for name in self.tables:
            if name in vars(type(self)) or name == "table":
                warnings.warn(
                    f'A database table "{name}" would overwrite one of the pykx.DB() methods, '
                    "please access your table via the table attribute", stacklevel=2,
                )  # fmt: skip

    def _splayed(self) -> list[str]:
        if self.path is None:
            return []
        return sorted(entry.name for entry in self.path.iterdir() if (entry / ".d").is_file())

    def _reload(self) -> None:
        assert self.path is not None
        self.load(self.path, overwrite=True)

    def _root(self) -> Value:
        assert self.path is not None
        return symbol(f":{self.path}")

    # Writing

    def create(
        self,
        table: Any,
        table_name: str,
        partition: Any = None,
        *,
        by_field: str | None = None,
        sym_enum: str | None = None,
        log: bool = True,
        compress: Compress | None = None,
        encrypt: Any = None,
        format: str = "partitioned",
        change_dir: bool = True,
        load_scripts: bool = True,
    ) -> None:
        """Write a table: in one partition, or in those that a column of it names."""
        if encrypt is not None:
            raise Unsupported("encryption of files is left out: use an encrypted file system")
        data = LINKS.toq(table) if not isinstance(table, K) else table
        if type(data).__name__ not in ("Table", "KeyedTable"):
            raise QError("Supplied table must be a kx.Table, or of pandas or PyArrow")
        before = _engine.evaluate("@[value;`.z.zd;{()}]")
        if compress is not None:
            _engine.call("{.z.zd:x;}", LINKS.value_of(list(compress.encoded)))
        try:
            if format == "splayed":
                self._write("", data._v, table_name, by_field, sym_enum)
            else:
                self._write_parts(data, table_name, partition, by_field, sym_enum)
        finally:
            if compress is not None:
                _engine.call('{$[count x;.z.zd:x;system"x .z.zd"];}', before)
        self._reload()

    def _write_parts(self, data: Any, name: str, partition: Any, by: str | None, domain: str | None) -> None:
        if isinstance(partition, str):
            if partition not in data._names:
                raise QError(f"Partition column {partition} not in supplied table")
            kind = data[partition]
            if getattr(kind, "qtype", None) not in _PARTED:
                raise QError(f"Unsupported type: {type(kind)} is no type of partitions")
            for part in wrap(_engine.call("{asc distinct x}", kind._v)):
                rows = _engine.call(
                    "{[t;c;p] ![?[t;enlist(=;c;p);0b;()];();0b;enlist c]}", data._v, symbol(partition), part._v
                )
                self._write(str(part), rows, name, by, domain)
        else:
            part = LINKS.toq(partition)
            if not isinstance(part._v, Atom) or part._v.qtype not in _PARTED:
                raise QError(f"Unsupported type: {type(part)} is no type of partitions")
            self._write(str(part), data._v, name, by, domain)

    def _write(self, part: str, rows: Value, name: str, by: str | None, domain: str | None) -> None:
        assert self.path is not None
        if by is not None:
            rows = _engine.call("{@[y xcols y xasc x;y;`p#]}", rows, symbol(by))
        made = _engine.call("{.Q.ens[x;y;z]}", self._root(), rows, symbol(domain or "sym"))
        folder = f":{self.path}/{part}/{name}/" if part else f":{self.path}/{name}/"
        if by is not None:
            made = _engine.call("{@[x;y;`p#]}", made, symbol(by))
        _engine.call("{x set y;}", symbol(folder), made)

    def enumerate(self, table: Any, *, sym_file: str | None = None) -> Any:
        """A table with its symbols enumerated over a file of the database."""
        return wrap(_engine.call("{.Q.ens[x;y;z]}", self._root(), unwrap(table), symbol(sym_file or "sym")))

    def fill_database(self) -> None:
        """Write empty tables where partitions lack some."""
        _engine.call("{.Q.chk x;}", self._root())
        self._reload()

    # Views

    def partition_count(self, *, subview: Any = None) -> Any:
        """Rows of each table by partition."""
        if subview is None:
            return wrap(_engine.evaluate(".Q.pv!flip .Q.pt!{.Q.cn value x}each .Q.pt"))
        return wrap(_engine.call("{p:(),x;(p)!(flip .Q.pt!{.Q.cn value x}each .Q.pt) .Q.pv?p}", unwrap(subview)))

    def subview(self, view: Any = None) -> None:
        """Have queries see these partitions only, or all."""
        if view is None:
            _engine.evaluate(".Q.view[]")
        else:
            _engine.call("{.Q.view (),raze x}", unwrap(view))

    # Columns

    def list_columns(self, table: str) -> list[str]:
        """The columns of a table."""
        if table not in (self.tables or []):
            raise QError(f"Column listing not possible for table {table}: it is none of the database")
        return [str(name) for name in wrap(_engine.call("{cols[x]except .Q.pf}", symbol(table))).py()]

    def _has(self, table: str, column: str) -> None:
        if column not in self.list_columns(table):
            raise QError(f"Specified column '{column}' is not present in table {table}")

    def _each(self, function: str, table: str, *values: Value) -> None:
        """Do something with each partition of a table: a q function of the folder and of values."""
        folders = wrap(_engine.call(
            '{[t] {[t;d] .Q.par[hsym`$".";d;t]}[t] each .Q.pv}', symbol(table)
        ))  # fmt: skip
        for folder in folders:
            _engine.call(function, folder._v, *values)
        self._reload()

    def add_column(self, table: str, column_name: str, default_value: Any) -> None:
        """A new column with one value everywhere, or with the items of a list one for each row."""
        default = unwrap(default_value)
        self._each(
            "{[d;c;v] n:count get .Q.dd[d;first get .Q.dd[d;`.d]];"
            "v:$[-11h=type v;.Q.ens[`:.;([]v:n#v);`sym]`v;0>type v;n#v;n#v];.Q.dd[d;c] set v;"
            "@[d;`.d;:;distinct get[.Q.dd[d;`.d]],c];}",
            table, symbol(column_name), default,
        )  # fmt: skip

    def reorder_columns(self, table: str, new_order: Any) -> None:
        """The columns in another order."""
        self._each("{[d;c] .Q.dd[d;`.d] set c;}", table, symbols(list(new_order)))

    def rename_column(self, table: str, original_name: str, new_name: str) -> None:
        """Another name for a column."""
        self._has(table, original_name)
        self._each(
            '{[d;a;b] system"r ",(1_string .Q.dd[d;a])," ",1_string .Q.dd[d;b];'
            "f:.Q.dd[d;`.d]; c:get f; c[c?a]:b; f set c;}",
            table, symbol(original_name), symbol(new_name),
        )  # fmt: skip

    def delete_column(self, table: str, column: str) -> None:
        """Remove a column and its files."""
        self._has(table, column)
        self._each("{[d;c] f:.Q.dd[d;`.d]; f set get[f]except c; hdel .Q.dd[d;c];}", table, symbol(column))

    def copy_column(self, table: str, original_column: str, new_column: str) -> None:
        """A second column of the same items."""
        self._has(table, original_column)
        self._each(
            "{[d;a;b] .Q.dd[d;b] set get .Q.dd[d;a]; f:.Q.dd[d;`.d]; f set distinct get[f],b;}",
            table, symbol(original_column), symbol(new_column),
        )  # fmt: skip

    def find_column(self, table: str, column_name: str) -> None:
        """Nothing where all partitions have the column; `QError` otherwise."""
        if column_name not in self.list_columns(table):
            raise QError(f"Requested column not found in all partitions: {column_name}")

    def apply_function(self, table: str, column_name: str, function: Any) -> None:
        """What a function makes of a column, in its place."""
        if not callable(function):
            raise RuntimeError("Provided 'function' is not callable")
        self._has(table, column_name)
        self._each("{[d;c;f] p:.Q.dd[d;c]; p set f get p;}", table, symbol(column_name), unwrap(function))

    def set_column_attribute(self, table: str, column_name: str, new_attribute: Any) -> None:
        """An attribute on a column: ``sorted unique parted grouped``."""
        self._has(table, column_name)
        char = _ATTRIBUTES.get(str(new_attribute), str(new_attribute))
        self._each("{[d;c;a] p:.Q.dd[d;c]; p set a#get p;}", table, symbol(column_name), symbol(char))

    def clear_column_attribute(self, table: str, column_name: str) -> None:
        """No attribute on a column."""
        self.set_column_attribute(table, column_name, "")

    def set_column_type(self, table: str, column_name: str, new_type: Any) -> None:
        """The items of a column in another type."""
        self._has(table, column_name)
        kind = toq._resolve_k_type(new_type)
        qtype = getattr(kind, "qtype", QType.LIST)
        try:
            self._each(
                "{[d;c;t] p:.Q.dd[d;c]; p set t$get p;}", table, symbol(column_name), Atom(QType.CHAR, ord(qtype.char))
            )
        except QError as error:
            title = getattr(kind, "__name__", "")
            raise QError(
                f"Unable to convert column {column_name} to type: <class 'pykx.wrappers.{title}'>: {error}"
            ) from error

    def rename_table(self, original_name: str, new_name: str) -> None:
        """Another name for a table."""
        self._each(
            _RENAME,
            original_name, symbol(new_name),
        )  # fmt: skip


_RENAME: Final = '{[d;n] p:1_string d; p:$["/"=last p;-1_p;p]; system"r ",p," ",("/" sv -1_"/" vs p),"/",string n;}'


def _go(path: Path) -> None:
    """Have q be where Python is."""
    _engine.call('{system"cd ",x;}', chars(str(path)))
