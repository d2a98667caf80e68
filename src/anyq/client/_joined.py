"""Updates of one table, joined."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from anyq.values import Atom, List, SymbolArray, Table, Value, Vector, collapse

__all__ = ["joined_updates"]


def joined_updates(parts: Iterable[Value], schema: Value | None) -> Iterator[Value]:
    """The rows of ``parts``, in tables as long as they go; what is no rows of a table is given as it is, in its place.

    Parts that are lists of columns, or of the items of one row, take their names from ``schema``.
    """
    waiting: list[Table] = []
    for part in parts:
        table = _as_table(part, schema)
        if waiting and (table is None or not _alike(waiting[0], table)):
            yield _joined(waiting)
            waiting = []
        if table is None:
            yield part
        else:
            waiting.append(table)
    if waiting:
        yield _joined(waiting)


def _as_table(part: Value, schema: Value | None) -> Table | None:
    if type(part) is Table:
        return part
    if type(schema) is not Table or not isinstance(part, List | Vector) or len(part) != len(schema.names):
        return None
    items = list(part)
    if all(type(item) is Atom for item in items):  # one row
        return Table.of(schema.names, List.of(tuple(collapse([item]) for item in items)))
    counts = {len(item) if isinstance(item, List | Vector) else -1 for item in items}
    return Table.of(schema.names, List.of(tuple(items))) if len(counts) == 1 and -1 not in counts else None


def _alike(one: Table, other: Table) -> bool:
    """Whether their columns can be joined to columns of the same types."""
    if one.names is not other.names and one.column_names != other.column_names:
        return False
    pairs = zip(one.data.items, other.data.items, strict=True)
    return all(_same_kind(a, b) for a, b in pairs)


def _same_kind(a: Value, b: Value) -> bool:
    if isinstance(a, Vector):
        return type(a) is type(b) and a.qtype is b.qtype
    return isinstance(a, List) and isinstance(b, List)


def _joined(tables: Sequence[Table]) -> Table:
    if len(tables) == 1:
        return tables[0]
    columns = zip(*(table.data.items for table in tables), strict=True)
    return Table.of(tables[0].names, List.of(tuple(map(_column, columns))))


def _column(parts: Sequence[Value]) -> Value:
    vectors = [part for part in parts if isinstance(part, Vector)]
    if not vectors:
        return List.of(tuple(item for part in parts if isinstance(part, List) for item in part))
    qtype = vectors[0].qtype
    if isinstance(vectors[0].data, SymbolArray):
        raw = b"".join(vector.symbols.raw() for vector in vectors)
        return Vector.of(qtype, SymbolArray.from_raw(sum(map(len, vectors)), raw))
    data = np.concatenate([vector.data for vector in vectors])
    data.flags.writeable = False
    return Vector.of(qtype, data)
