"""Partitions: folders named by date, month, year or number, in the database's folder or in the segments of ``par.txt``.

Loading a database finds them and makes a `Partitioned` of each table in them; what was found is in ``.Q.pf .Q.pt .Q.PV
.Q.PD .Q.pv .Q.pd .Q.pn .Q.P .Q.D .Q.u``. Facts: KX documentation, pages ref/dotq.md, kb/partition.md.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from anyq.errors import QError
from anyq.values import NULL, Atom, Dict, List, QType, Table, Value, Vector, collapse, count

from .._partitioned import Database, Partitioned
from ._files import load_value, path_of, store_value
from ._search import positions
from ._stored import stored_count
from ._support import EMPTY, chars, flag, integers, is_atom, long, longs, strs, symbol, symbols
from ._take import join, take

if TYPE_CHECKING:
    from .._interpreter import Interpreter
    from .._vocabulary import Vocabulary

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


def segments_of(interpreter: Interpreter, folder: str) -> list[str]:
    """The folders that ``par.txt`` names; none without it."""
    path = f"{folder}/{SEGMENTS}" if folder else SEGMENTS
    if interpreter.host.kind(path) != "file":
        return []
    lines = interpreter.host.read(path).decode("utf-8", "surrogateescape").split("\n")
    return [line.strip().removeprefix(":").rstrip("/") for line in lines if line.strip()]


# -- loading


def load_partitions(interpreter: Interpreter) -> None:
    """Make tables of the partitions in the current folder; nothing where there are none."""
    segments = segments_of(interpreter, ".")
    found = _folders(interpreter, segments or ["."])
    if not found:
        return
    names = [path.rpartition("/")[2] for path in found]
    kind = next(kind for kind in _KINDS if all(re.fullmatch(kind[0], name) for name in names) or kind is _KINDS[-1])
    pairs = [(path, name) for path, name in zip(found, names, strict=True) if re.fullmatch(kind[0], name)]
    values = [_value(interpreter, kind[1], name) for _, name in pairs]
    order = sorted(range(len(pairs)), key=lambda k: values[k].raw)
    made = collapse([values[k] for k in order])
    assert isinstance(made, Vector)
    folders = tuple([pairs[k][0] for k in order])
    database = Database(
        kind[2], made, folders, list(range(len(folders))), lambda path: load_value(interpreter, symbol(f":{path}")),
        lambda path: _size(interpreter, path), lambda path: bool(interpreter.host.kind(path)), join,
    )  # fmt: skip
    _define_tables(interpreter, database)
    if segments:
        _define_segments(interpreter, segments, database)
    interpreter.set(".Q.u", flag(len(set(made.array.tolist())) == len(made)))
    _define(interpreter, database)


def _folders(interpreter: Interpreter, places: list[str]) -> list[str]:
    host = interpreter.host
    paths = [f"{place}/{name}" if place != "." else name for place in places for name in host.names(place)]
    found = [path for path in paths if is_partition(path.rpartition("/")[2]) and host.kind(path) == "folder"]
    dated = [path for path in found if re.fullmatch(_KINDS[0][0], path.rpartition("/")[2])]
    return dated or found


def _value(interpreter: Interpreter, letter: str, name: str) -> Atom:
    made = interpreter.verb("$", Atom(QType.CHAR, ord(letter)), chars(name))
    assert isinstance(made, Atom)
    return made


def _size(interpreter: Interpreter, path: str) -> int:
    found = stored_count(lambda at, length: interpreter.host.read(path, at, length))
    return count(load_value(interpreter, symbol(f":{path}"))) if found is None else found


def _define_tables(interpreter: Interpreter, database: Database) -> None:
    """A variable for every table; its columns are those in the last partition that has it."""
    host = interpreter.host
    fields: dict[str, list[str]] = {}
    for folder in database.folders:
        for table in host.names(folder):
            if host.kind(f"{folder}/{table}/.d"):
                fields[table] = strs(load_value(interpreter, symbol(f":{folder}/{table}/.d")))
    for table in sorted(fields):
        database.counts[table] = ()
        interpreter.set(table, Partitioned.over(database, table, fields[table]))
    interpreter.set(".Q.pf", symbol(database.field))
    interpreter.set(".Q.pt", symbols(sorted(fields)))


def _define_segments(interpreter: Interpreter, segments: list[str], database: Database) -> None:
    held = []
    for segment in segments:
        inside = [k for k, folder in enumerate(database.folders) if folder.rpartition("/")[0] == segment]
        held.append(take(database.values, np.array(inside, np.int64)))
    interpreter.set(".Q.P", symbols([f":{segment}" for segment in segments]))
    interpreter.set(".Q.D", List.of(tuple(held)))


def _define(interpreter: Interpreter, database: Database) -> None:
    """The variables that say what is there, and what queries see of it."""
    places = symbols([f":{folder.rpartition('/')[0] or '.'}" for folder in database.folders])
    visible = np.array(database.visible, np.int64)
    seen = take(database.values, visible)
    for name, value in (
        ("PV", database.values), ("PD", places), ("pv", seen), ("pd", take(places, visible)), ("pn", _counts(database)),
    ):  # fmt: skip
        interpreter.set(f".Q.{name}", value)
    interpreter.set(database.field, seen)


def _counts(database: Database) -> Value:
    return Dict(symbols(list(database.counts)), List.of(tuple([longs(np.array(n, np.int64)) if n else EMPTY
                                                               for n in database.counts.values()])))  # fmt: skip


# -- what scripts ask of them


def _database(interpreter: Interpreter) -> Database:
    """The database of the partitioned tables that are loaded; ``'par`` without any."""
    for name in strs(interpreter.names.find(".Q.pt") or symbols([])):
        found = interpreter.names.find(name)
        if isinstance(found, Partitioned):
            return found.database
    raise QError("par")


def is_partitioned(x: Value) -> Value:
    """``.Q.qp``: ``1b`` for a partitioned table, ``0`` for other values."""
    return flag(True) if isinstance(x, Partitioned) else long(0)


def counted(interpreter: Interpreter, x: Value) -> Value:
    """``.Q.cn``: how many rows a partitioned table has in each partition; kept in ``.Q.pn``."""
    if not isinstance(x, Partitioned):
        raise QError("par")
    database = x.database
    if not database.counts[x.title]:
        database.counts[x.title] = tuple([x.size(k) for k in database.visible])
        _define(interpreter, database)
    return longs(np.array(database.counts[x.title], np.int64))


def rows_of(x: Value, y: Value) -> Value:
    """``.Q.ind``: rows of a partitioned table by their numbers in the whole."""
    if not isinstance(y, Vector):
        raise QError("type")
    return x.rows(integers(y)) if isinstance(x, Partitioned) else take(x, integers(y))


def viewed(interpreter: Interpreter, x: Value) -> Value:
    """``.Q.view``: the partitions that queries see; all of them again for an empty list."""
    database = _database(interpreter)
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
    _define(interpreter, database)
    return NULL


def lenient(interpreter: Interpreter, _: Value) -> Value:
    """``.Q.bv``: tables count as empty in partitions that lack them; their schemas in ``.Q.vp``."""
    database = _database(interpreter)
    database.lenient = True
    database.counts = dict.fromkeys(database.counts, ())
    schemas: dict[str, Value] = {}
    for title in database.counts:
        table = interpreter.names.find(title)
        lacking = [f for f in database.folders if not interpreter.host.kind(f"{f}/{title}/.d")]
        if isinstance(table, Partitioned) and lacking:
            schemas[title] = table.prototype()[0:0]
    interpreter.set(".Q.vp", Dict(symbols(list(schemas)), List.of(tuple(schemas.values()))))
    return NULL


def filled(interpreter: Interpreter, x: Value) -> Value:
    """``.Q.chk``: empty tables written where partitions lack them, as the last partition with the table has it; for
    each partition, the last one first, its folder if anything was written."""
    base, host = path_of(x).rstrip("/"), interpreter.host
    places = segments_of(interpreter, base) or [base]
    folders = sorted(_folders(interpreter, places), key=lambda path: path.rpartition("/")[2], reverse=True)
    models: dict[str, str] = {}
    for folder in folders:
        for table in host.names(folder):
            if host.kind(f"{folder}/{table}/.d"):
                models.setdefault(table, f"{folder}/{table}")
    report: list[Value] = []
    for folder in folders:
        missing = [table for table in models if not host.kind(f"{folder}/{table}/.d")]
        for table in missing:
            model = load_value(interpreter, symbol(f":{models[table]}/"))
            assert isinstance(model, Table)
            store_value(interpreter, symbol(f":{folder}/{table}/"), model[0:0])
        report.append(symbols([f":{folder}"]) if missing else EMPTY)
    return List.of(tuple(report))


def added(interpreter: Interpreter, x: Value) -> Value:
    """``.Q.li``: those of the given partitions that are there by now are seen by queries too."""
    database = _database(interpreter)
    wanted = collapse([x]) if is_atom(x) else x
    if not isinstance(wanted, Vector) or wanted.qtype is not database.values.qtype:
        raise QError("type")
    load_partitions(interpreter)
    fresh = _database(interpreter)
    kept = (positions(wanted, fresh.values) < len(wanted)) | (
        positions(database.values, fresh.values) < len(database.values)
    )
    fresh.visible = np.flatnonzero(kept).tolist()
    _define(interpreter, fresh)
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
