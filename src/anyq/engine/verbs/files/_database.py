"""Databases on disk: ``.Q.en .Q.ens .Q.dpft .Q.dpt .Q.hdpf .Q.par .Q.fs``, and loading a folder.

A database is a folder of serialized values, splayed tables, scripts and partitions (`_partitions`).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from anyq.errors import QError
from anyq.values import NULL, Atom, Attr, List, QType, StringArray, Table, Value, Vector, count

from ...kernel._enumeration import Enumeration
from ...kernel._order import grade
from ...kernel._support import chars, integer, items_of, long, longs, strs, symbol, symbols, table_of, text_of
from ...kernel._take import take
from ...session._context import Context
from ...session._vocabulary import Vocabulary
from ..tables._enums import extend_domain, with_new
from ._files import load_value, path_of, store_value
from ._partitions import SEGMENTS, is_partition, load_partitions, segments_of

__all__ = ["install", "load_folder"]

_CHUNK: Final = 131_000


# -- enumerating


def enumerated(q: Context, folder: Value, table: Value) -> Value:
    """``.Q.en[dir;t]``: the symbol columns of a table over ``sym``, which is kept in ``dir/sym``."""
    return enumerated_over(q, folder, table, symbol("sym"))


def enumerated_over(q: Context, folder: Value, table: Value, name: Value) -> Value:
    """``.Q.ens[dir;t;name]``: the same over another list."""
    if not isinstance(table, Table):
        raise QError("type")
    domain = strs(name)[0]
    if folder is NULL:
        columns = [_over(q, domain, column) for column in table.data.items]
        return Table.of(table.names, List.of(tuple(columns)), table.attr)
    path = f"{path_of(folder).rstrip('/')}/{domain}"
    file = symbol(f":{path}")
    words = load_value(q, file) if q.host.kind(path) else symbols([])
    # Set once: what is enumerated over the variable already keeps its places, which fewer words would not have.
    q.set(domain, _with_words(words, table))
    columns = [_over(q, domain, column) for column in table.data.items]
    longer = q.get(domain)
    if count(longer) != count(words) or not q.host.kind(path):
        store_value(q, file, longer)
    return Table.of(table.names, List.of(tuple(columns)), table.attr)


def _with_words(words: Value, table: Table) -> Value:
    """The words of a symbol file, with the new words of a table's columns."""
    parts = [part for column in table.data.items for part in (column.items if isinstance(column, List) else [column])]
    for part in parts:
        if type(part) is Vector and part.qtype is QType.SYMBOL and isinstance(words, Vector):
            words = with_new(words, part)
    return words


def _over(q: Context, domain: str, column: Value) -> Value:
    if isinstance(column, Vector) and column.qtype is QType.SYMBOL and not isinstance(column, Enumeration):
        return extend_domain(q, domain, column)
    if (
        isinstance(column, List)
        and column.items
        and all(isinstance(item, Vector) and item.qtype is QType.SYMBOL for item in column.items)
    ):
        return List.of(tuple([extend_domain(q, domain, item) for item in column.items]))
    return column


# -- partitions


def partition_path(q: Context, folder: Value, partition: Value, table: Value) -> Value:
    """``.Q.par[dir;p;t]``: the folder of a table in a partition; in a segmented database in the segment of its turn."""
    base = path_of(folder).rstrip("/")
    segments = segments_of(q, base)
    if segments and isinstance(partition, Atom) and isinstance(partition.raw, int):
        base = segments[partition.raw % len(segments)]
    return symbol(f":{base}/{_text(q, partition)}/{strs(table)[0]}")


def _text(q: Context, partition: Value) -> str:
    return bytes(q.verb("string", partition)).decode()


def _saved(q: Context, folder: Value, partition: Value, field: str, table: Value, domain: str) -> Value:
    """A global table sorted by ``field``, parted on it, enumerated, into its folder of the partition."""
    name = strs(table)[0]
    value = q.get(name)
    if not isinstance(value, Table):
        raise QError("type")
    made = enumerated_over(q, folder, value, symbol(domain))
    assert isinstance(made, Table)
    if field:
        made = _parted(made, field)
    where = strs(partition_path(q, folder, partition, table))[0]
    store_value(q, symbol(f"{where}/"), made)
    return symbol(name)


def _parted(table: Table, field: str) -> Table:
    if field not in table.column_names:
        raise QError(field)
    ordered = take(table, grade(table.column(field)))
    assert isinstance(ordered, Table)
    first = ordered.column(field)
    rest = [name for name in ordered.column_names if name != field]
    marked = first.with_attr(Attr.PARTED) if isinstance(first, Vector) else first
    return table_of([field, *rest], [marked, *[ordered.column(name) for name in rest]])


def dpft(q: Context, folder: Value, partition: Value, field: Value, table: Value) -> Value:
    """``.Q.dpft[dir;p;f;t]``."""
    return _saved(q, folder, partition, strs(field)[0], table, "sym")


def dpfts(q: Context, folder: Value, partition: Value, field: Value, table: Value, s: Value) -> Value:
    """``.Q.dpfts[dir;p;f;t;s]``."""
    return _saved(q, folder, partition, strs(field)[0], table, strs(s)[0])


def dpt(q: Context, folder: Value, partition: Value, table: Value) -> Value:
    """``.Q.dpt[dir;p;t]``: as ``.Q.dpft``, without sorting."""
    return _saved(q, folder, partition, "", table, "sym")


def dpts(q: Context, folder: Value, partition: Value, table: Value, s: Value) -> Value:
    """``.Q.dpts[dir;p;t;s]``."""
    return _saved(q, folder, partition, "", table, strs(s)[0])


def hdpf(q: Context, history: Value, folder: Value, partition: Value, field: Value) -> Value:
    """``.Q.hdpf[h;dir;p;f]``: every table of the root saved by ``.Q.dpft`` and emptied; then the process at ``h``, if
    it can be reached, is told to load its database again."""
    for name in strs(q.verb("tables", symbol("."))):
        dpft(q, folder, partition, field, symbol(name))
        table = q.get(name)
        assert isinstance(table, Table)
        q.set(name, table[0:0])
    try:
        handle = integer(q.verb("hopen", history))
    except QError:
        return NULL
    q.host.call(handle, chars("\\l ."))
    q.host.close(handle)
    return NULL


# -- text in pieces


def in_pieces(q: Context, function: Value, file: Value) -> Value:
    """``.Q.fs[f;file]``: ``f`` of the lines of a file, some at a time; the size of the file."""
    return in_pieces_of(q, function, file, long(_CHUNK))


def in_pieces_of(q: Context, function: Value, file: Value, size: Value) -> Value:
    """``.Q.fsn[f;file;n]``: in pieces of about ``n`` bytes, each ending at the end of a line."""
    path, step, at, rest = path_of(file), max(integer(size), 1), 0, b""
    total = q.host.size(path)
    while at < total:
        q.check()
        piece = q.host.read(path, at, step)
        at += len(piece)
        whole, _, rest = (rest + piece).rpartition(b"\n") if at < total else (rest + piece, b"", b"")
        if whole:
            lines = whole.removesuffix(b"\n").replace(b"\r\n", b"\n").split(b"\n")
            q.apply(function, (List.of(StringArray.from_bytes(lines)),))
        if not piece:
            break
    return long(total)


# -- loading


def dsave(q: Context, x: Value, y: Value) -> Value:
    """q's ``dsave``: global tables splayed and enumerated below a folder, or below a part of it, each parted on its
    first column."""
    root, *inner = strs(x)
    base = "/".join([root.rstrip("/"), *inner])
    for name in strs(y):
        value = q.get(name)
        if not isinstance(value, Table):
            raise QError("type")
        made = enumerated(q, symbol(root), value)
        assert isinstance(made, Table)
        first, *others = made.data.items
        parted = q.verb("#", symbol("p"), first)
        store_value(q, symbol(f"{base}/{name}/"), Table.of(made.names, List.of((parted, *others))))
    return y


def load_database(q: Context, x: Value) -> Value:
    r"""``.Q.l``: ``\l`` of a folder or a script."""
    return q.verb("system", chars(f"l {path_of(x)}"))


def load_without(q: Context, x: Value, folder: Value, scripts: Value) -> Value:
    """``.Q.lo[dir;cd;scripts]``: a database, without going to its folder or running its scripts where these are 0."""
    before = q.host.facts().get("directory", ".")
    load_folder(q, path_of(x), scripts=q.truth(scripts))
    if not q.truth(folder):
        q.host.change_folder(before)
    return NULL


def grouped_lines(x: Value) -> Value:
    r"""``.Q.ld``: the lines of a script as ``\l`` takes them together: first lines by number, and texts."""
    first: list[int] = []
    texts: list[bytes] = []
    for number, line in enumerate([text_of(line) for line in items_of(x)], 1):
        if texts and line.startswith((b" ", b"\t", b"}")):
            texts[-1] += b"\n" + line
        elif line.strip():
            first.append(number)
            texts.append(line)
    return List.of((longs(first), List.of(StringArray.from_bytes(texts))))


def load_folder(q: Context, path: str, *, scripts: bool = True) -> None:
    r"""``\l`` of a folder: a splayed table into a variable of its name; of a database everything that is in it, and the
    folder becomes the current one."""
    host = q.host
    folder = path.rstrip("/") or "/"
    if host.kind(f"{folder}/.d"):
        q.set(folder.rpartition("/")[2], load_value(q, symbol(f":{folder}")))
        return
    host.change_folder(folder)
    names = [name for name in host.names(".") if not name.startswith(".") and not name.endswith("$")]
    load_partitions(q)
    for name in sorted(names, key=lambda name: (host.kind(name) == "folder", name)):
        if name != SEGMENTS and not is_partition(name):
            _load_one(q, name, scripts=scripts)


def _load_one(q: Context, name: str, *, scripts: bool) -> None:
    host = q.host
    if name.endswith((".q", ".k")):
        if not scripts:
            return
        q.verb("system", Vector(QType.CHAR, np.frombuffer(f"l {name}".encode(), np.uint8)))
    elif host.kind(name) == "file" or host.kind(f"{name}/.d"):
        q.set(name, load_value(q, symbol(f":{name}")))


def install(vocabulary: Vocabulary) -> None:
    """Enter this family's names."""
    for name, rank, function in (
        ("en", 2, enumerated), ("ens", 3, enumerated_over), ("par", 3, partition_path), ("dpft", 4, dpft),
        ("dpfts", 5, dpfts), ("dpt", 3, dpt), ("dpts", 4, dpts), ("fs", 2, in_pieces), ("fsn", 3, in_pieces_of),
        ("fps", 2, in_pieces), ("fpn", 3, in_pieces_of), ("hdpf", 4, hdpf), ("l", 1, load_database),
        ("lo", 3, load_without),
    ):  # fmt: skip
        vocabulary.define(f".Q.{name}", rank, function, context=True)
    vocabulary.define(".Q.ld", 1, grouped_lines)
    vocabulary.define("dsave", 2, dsave, context=True)
