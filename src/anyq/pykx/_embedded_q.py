"""``kx.q``: the q of this process."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, Final

from anyq.values import NULL, List, chars, symbol

from . import _engine
from ._base import unwrap, wrap
from ._console import Console
from ._ctx import Q, QContext, _missing
from ._query import QSQL, SQL, Insert, Upsert
from ._read import QReader
from ._system import SystemCommands
from ._write import QWriter

__all__ = ["EmbeddedQ", "q"]


class EmbeddedQ(Q):
    """The q of this process, one object: ``kx.q("1+1")``, ``kx.q("{x+y}", 1, 2)``."""

    is_embedded = True
    _one: EmbeddedQ | None = None
    _own = frozenset({"console", "qsql", "sql", "read", "write", "system", "insert", "upsert", "query"})
    _contexts: Final = threading.local()

    def __new__(cls) -> EmbeddedQ:
        if cls._one is None:
            made = super().__new__(cls)
            cls._one = made
            made.console = Console(made)
            made.qsql = QSQL()
            made.query = made.qsql
            made.sql = SQL()
            made.read = QReader(made)
            made.write = QWriter(made)
            made.system = SystemCommands(made)
            made.insert, made.upsert = Insert(), Upsert()
        return cls._one

    console: Console
    qsql: QSQL
    query: QSQL
    sql: SQL
    read: QReader
    write: QWriter
    system: SystemCommands
    insert: Insert
    upsert: Upsert

    def __repr__(self) -> str:
        return "pykx.q"

    def __call__(
        self,
        query: Any,
        *arguments: Any,
        wait: bool | None = None,
        sync: bool | None = None,
        debug: bool = False,
        skip_debug: bool = False,
        **keywords: Any,
    ) -> Any:
        """Evaluate q text, or apply a function of q to arguments. ``wait=False`` gives the generic null.

        Raises `QError`; ``TypeError`` for more than 8 arguments, or for what has no q form.
        """
        if type(query) is str and not arguments:
            value = _engine.evaluate(query)
        else:
            if len(arguments) > 8:
                raise TypeError(f"Too many arguments: {len(arguments)} given, q functions take 8")
            head = chars(query) if isinstance(query, str | bytes) else unwrap(query)
            value = _engine.evaluate(List.of((head, *[unwrap(x) for x in arguments])) if arguments else head)
        return wrap(NULL) if wait is False or sync is False else wrap(value)

    def _now(self, query: Any, *arguments: Any) -> Any:
        return wrap(_engine.call(query, *[unwrap(x) for x in arguments]))

    def __getitem__(self, name: Any) -> Any:
        return wrap(_engine.on_q(lambda engine: engine.get(str(name))))

    def _word(self, word: str) -> Any:
        return wrap(_engine.on_q(lambda engine: engine.function_named(word)))

    def _function(self, sign: str) -> Any:
        return wrap(_engine.evaluate(sign if sign in ("'", "/", "\\", "/:", "\\:", "':") else f"({sign})"))

    def _from_script(self, name: str) -> Any:
        try:
            path = self._script(name)
        except FileNotFoundError as error:
            raise _missing(name, name, error, "pykx.q") from error
        self._load(path, name)
        return QContext(self, f".{name}")

    def _load(self, path: Path, name: str) -> None:
        """Run a script. Its names are in ``.name``, also where it does not say so."""
        _engine.call(
            '{[p;n] o:string system"d"; system"d .",n; r:@[{system"l ",x;0b};p;{(1b;x)}]; system"d ",o;'
            "if[not r~0b;'r 1];}",
            chars(str(path)), chars(name),
        )  # fmt: skip

    def _enter(self, path: str) -> None:
        stack: list[Any] = self._contexts.__dict__.setdefault("stack", [])
        stack.append(_engine.evaluate('system"d"'))
        _engine.call('{system"d ",string x;}', symbol(path))

    def _leave(self) -> None:
        _engine.call('{system"d ",string x;}', self._contexts.stack.pop())

    def set(self, name: str, value: Any) -> None:
        """Set a variable."""
        self[name] = value


q: EmbeddedQ = EmbeddedQ()
