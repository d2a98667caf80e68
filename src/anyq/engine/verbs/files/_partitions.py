"""Partitions: folders named by date, month, year or number, in the database's folder or in the segments of ``par.txt``.

Loading a database finds them and makes a `Partitioned` of each table in them; what was found is in ``.Q.pf .Q.pt .Q.PV
.Q.PD .Q.pv .Q.pd .Q.pn .Q.P .Q.D .Q.u``. Facts: KX documentation, pages ref/dotq.md, kb/partition.md.
"""

from __future__ import annotations

import re
from typing import Final

import numpy as np

from anyq.errors import QError
from anyq.values import NULL, Atom, Dict, List, QType, Table, Value, Vector, collapse, count

from ...kernel._join import join
from ...kernel._partitioned import Database, Partitioned
from ...kernel._search import positions
from ...kernel._support import EMPTY, chars, flag, integers, is_atom, long, longs, strs, symbol, symbols
from ...kernel._take import take
from ...session._context import Context
from ...session._vocabulary import Vocabulary
from ._files import columns_of, load_value, path_of, store_value
from ._stored import stored_count

__all__ = ["SEGMENTS", "install", "is_partition", "load_partitions", "segments_of"]

SEGMENTS: Final = "par.txt"
_KINDS: Final = (
    (r"\d{4}\.\d\d\.\d\d", "D", "date"),
    (r"\d{4}\.\d\d", "M", "month"),
    (r"\d{4}", "I", "year"),
    (r"\d+", "I", "int"),
)


def is_partition(name: str) -> bool:
    """Whether a folder of that name is a partition."""
    return any(re.fullmatch(pattern, name) for pattern, _, _ in _KINDS)


def segments_of(q: Context, folder: str) -> list[str]:
    """The folders that ``par.txt`` names; none without it."""
    path = f"{folder}/{SEGMENTS}" if folder else SEGMENTS
    if q.host.kind(path) != "file":
        return []
    lines = q.host.read(path).decode("utf-8", "surrogateescape").split("\n")
    return [line.strip().removeprefix(":").rstrip("/") for line in lines if line.strip()]


# -- loading


def load_partitions(q: Context) -> None:
    """Make tables of the partitions in the current folder; nothing where there are none."""
    segments = segments_of(q, ".")
    found = _folders(q, segments or ["."])
    if not found:
        return
    names = [path.rpartition("/")[2] for path in found]
    kind = next(kind for kind in _KINDS if all(re.fullmatch(kind[0], name) for name in names) or kind is _KINDS[-1])
    pairs = [(path, name) for path, name in zip(found, names, strict=True) if re.fullmatch(kind[0], name)]
    values = [_value(q, kind[1], name) for _, name in pairs]
    order = sorted(range(len(pairs)), key=lambda k: values[k].raw)
    made = collapse([values[k] for k in order])
    assert isinstance(made, Vector)
    folders = tuple([pairs[k][0] for k in order])
    host = q.host
    database = Database(
        kind[2], made, folders, list(range(len(folders))),
        host.anchored(lambda path: load_value(q, symbol(f":{path}"))),
        host.anchored(lambda path: _size(q, path)), host.anchored(lambda path: bool(host.kind(path))), join,
    )  # fmt: skip
    _define_tables(q, database)
    if segments:
        _define_segments(q, segments, database)
    q.set(".Q.u", flag(len(set(made.array.tolist())) == len(made)))
    _define(q, database)


def _folders(q: Context, places: list[str]) -> list[str]:
    host = q.host
    paths = [f"{place}/{name}" if place != "." else name for place in places for name in host.names(place)]
    found = [path for path in paths if is_partition(path.rpartition("/")[2]) and host.kind(path) == "folder"]
    dated = [path for path in found if re.fullmatch(_KINDS[0][0], path.rpartition("/")[2])]
    return dated or found


def _value(q: Context, letter: str, name: str) -> Atom:
    made = q.verb("$", Atom(QType.CHAR, ord(letter)), chars(name))
    assert isinstance(made, Atom)
    return made


def _size(q: Context, path: str) -> int:
    found = stored_count(lambda at, length: q.host.read(path, at, length))
    return count(load_value(q, symbol(f":{path}"))) if found is None else found


def _tables_in(q: Context, folder: str) -> list[str]:
    """What may be tables of a partition; a hidden one was left by a process that died while it wrote."""
    return [name for name in q.host.names(folder) if not name.startswith(".")]


def _define_tables(q: Context, database: Database) -> None:
    """A variable for every table; its columns are those in the last partition that has it."""
    host = q.host
    fields: dict[str, list[str]] = {}
    for folder in database.folders:
        for table in _tables_in(q, folder):
            if host.kind(f"{folder}/{table}/.d"):
                fields[table] = columns_of(q, f"{folder}/{table}")
    for table in sorted(fields):
        database.counts[table] = ()
        q.set(table, Partitioned.over(database, table, fields[table]))
    q.set(".Q.pf", symbol(database.field))
    q.set(".Q.pt", symbols(sorted(fields)))


def _define_segments(q: Context, segments: list[str], database: Database) -> None:
    held = []
    for segment in segments:
        inside = [k for k, folder in enumerate(database.folders) if folder.rpartition("/")[0] == segment]
        held.append(take(database.values, np.array(inside, np.int64)))
    q.set(".Q.P", symbols([f":{segment}" for segment in segments]))
    q.set(".Q.D", List.of(tuple(held)))


def _define(q: Context, database: Database) -> None:
    """The variables that say what is there, and what queries see of it."""
    places = symbols([f":{folder.rpartition('/')[0] or '.'}" for folder in database.folders])
    visible = np.array(database.visible, np.int64)
    seen = take(database.values, visible)
    for name, value in (
        ("PV", database.values), ("PD", places), ("pv", seen), ("pd", take(places, visible)), ("pn", _counts(database)),
    ):  # fmt: skip
        q.set(f".Q.{name}", value)
    q.set(database.field, seen)


def _counts(database: Database) -> Value:
    return Dict(symbols(list(database.counts)), List.of(tuple([longs(np.array(n, np.int64)) if n else EMPTY
                                                               for n in database.counts.values()])))  # fmt: skip


# -- what scripts ask of them


def _database(q: Context) -> Database:
    """The database of the partitioned tables that are loaded; ``'par`` without any."""
    for name in strs(q.names.find(".Q.pt") or symbols([])):
        found = q.names.find(name)
        if isinstance(found, Partitioned):
            return found.database
    raise QError("par")


def is_partitioned(x: Value) -> Value:
    """``.Q.qp``: ``1b`` for a partitioned table, ``0`` for other values."""
    return flag(True) if isinstance(x, Partitioned) else long(0)


def counted(q: Context, x: Value) -> Value:
    """``.Q.cn``: how many rows a partitioned table has in each partition; kept in ``.Q.pn``."""
    if not isinstance(x, Partitioned):
        raise QError("par")
    database = x.database
    if not database.counts[x.title]:
        database.counts[x.title] = tuple([x.size(k) for k in database.visible])
        if not q.names.frozen:  # a client that may set nothing may count
            q.set(".Q.pn", _counts(database))
    return longs(np.array(database.counts[x.title], np.int64))


def rows_of(x: Value, y: Value) -> Value:
    """``.Q.ind``: rows of a partitioned table by their numbers in the whole."""
    if not isinstance(y, Vector):
        raise QError("type")
    return x.rows(integers(y)) if isinstance(x, Partitioned) else take(x, integers(y))


def viewed(q: Context, x: Value) -> Value:
    """``.Q.view``: the partitions that queries see; all of them again for an empty list."""
    database = _database(q)
    q.names.check(".Q.pv")
    everything = list(range(len(database.folders)))
    if x is not NULL and count(x):
        wanted = x if isinstance(x, Vector) else collapse([x])
        if not isinstance(wanted, Vector) or wanted.qtype is not database.values.qtype:
            raise QError("type")
        kept = positions(wanted, database.values) < len(wanted)
        if not kept.any():
            raise QError("invalid partition filter")
        everything = [k for k in everything if kept[k]]
    database.visible = everything
    database.counts = dict.fromkeys(database.counts, ())
    _define(q, database)
    return NULL


def lenient(q: Context, _: Value) -> Value:
    """``.Q.bv``: tables count as empty in partitions that lack them; their schemas in ``.Q.vp``."""
    database = _database(q)
    q.names.check(".Q.vp")
    database.lenient = True
    database.counts = dict.fromkeys(database.counts, ())
    schemas: dict[str, Value] = {}
    for title in database.counts:
        table = q.names.find(title)
        lacking = [f for f in database.folders if not q.host.kind(f"{f}/{title}/.d")]
        if isinstance(table, Partitioned) and lacking:
            schemas[title] = table.prototype()[0:0]
    q.set(".Q.vp", Dict(symbols(list(schemas)), List.of(tuple(schemas.values()))))
    return NULL


def filled(q: Context, x: Value) -> Value:
    """``.Q.chk``: empty tables written where partitions lack them, as the last partition with the table has it; for
    each partition, the last one first, its folder if anything was written."""
    base, host = path_of(x).rstrip("/"), q.host
    places = segments_of(q, base) or [base]
    folders = sorted(_folders(q, places), key=lambda path: path.rpartition("/")[2], reverse=True)
    models: dict[str, str] = {}
    for folder in folders:
        for table in _tables_in(q, folder):
            if host.kind(f"{folder}/{table}/.d"):
                models.setdefault(table, f"{folder}/{table}")
    report: list[Value] = []
    for folder in folders:
        missing = [table for table in models if not host.kind(f"{folder}/{table}/.d")]
        for table in missing:
            model = load_value(q, symbol(f":{models[table]}/"))
            assert isinstance(model, Table)
            store_value(q, symbol(f":{folder}/{table}/"), model[0:0])
        report.append(symbols([f":{folder}"]) if missing else EMPTY)
    return List.of(tuple(report))


def added(q: Context, x: Value) -> Value:
    """``.Q.li``: those of the given partitions that are there by now are seen by queries too."""
    database = _database(q)
    wanted = collapse([x]) if is_atom(x) else x
    if not isinstance(wanted, Vector) or wanted.qtype is not database.values.qtype:
        raise QError("type")
    load_partitions(q)
    fresh = _database(q)
    kept = (positions(wanted, fresh.values) < len(wanted)) | (
        positions(database.values, fresh.values) < len(database.values)
    )
    fresh.visible = np.flatnonzero(kept).tolist()
    _define(q, fresh)
    return NULL


def install(vocabulary: Vocabulary) -> None:
    """Enter this family's names."""
    vocabulary.define(".Q.qp", 1, is_partitioned)
    vocabulary.define(".Q.ind", 2, rows_of)
    vocabulary.define(".Q.MAP", 1, lambda _: NULL)
    for name, function in (
        ("cn", counted), ("view", viewed), ("bv", lenient), ("bvi", lenient), ("chk", filled), ("li", added),
    ):  # fmt: skip
        vocabulary.define(f".Q.{name}", 1, function, context=True)
