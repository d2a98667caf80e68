"""Queries of dicts: their entries are the names that expressions see."""

from __future__ import annotations

from anyq.errors import QError
from anyq.values import Dict, List, Table, Value, Vector, collapse, symbols

from ..session._context import Context, Scope
from ._prepared import Prepared
from ._selection import as_column

__all__ = ["changed_dict", "dict_table", "exec_dict"]


def exec_dict(q: Context, query: Prepared, d: Value, scope: Scope | None) -> Value:
    """Expressions over the entries of a dict."""
    found = _entries(d, scope)
    if not query.columns:
        return d
    results = [q.trees.eval(tree, query.context, found) for _, tree in query.columns]
    return results[0] if query.plain else Dict(symbols([name for name, _ in query.columns]), collapse(results))


def _entries(d: Value, scope: Scope | None) -> Scope:
    assert isinstance(d, Dict)
    values: dict[str, Value] = {key.raw: value for key, value in d.pairs()}  # type: ignore[attr-defined]

    def find(name: str) -> Value | None:
        return values[name] if name in values else scope(name) if scope is not None else None

    return find


def changed_dict(q: Context, query: Prepared, d: Dict, scope: Scope | None) -> Value:
    """update and delete on a dict: its entries are set or removed."""
    values: dict[str, Value] = {key.raw: value for key, value in d.pairs()}  # type: ignore[attr-defined]
    if query.by is not None or query.where:
        raise QError("type")
    found = _entries(d, scope)
    for name, tree in query.columns:
        if query.kind == "update":
            values[name] = q.trees.eval(tree, query.context, found)
        else:
            values.pop(name, None)
    return Dict(symbols(list(values)), collapse(list(values.values())))


def dict_table(d: Dict) -> Table:
    """A dict of columns as a table; atoms are repeated."""
    values = list(d.value)
    size = max((len(v) for v in values if isinstance(v, Vector | List)), default=1)
    assert isinstance(d.key, Vector)
    return Table.of(d.key, List.of(tuple([as_column(v, size) for v in values])))
