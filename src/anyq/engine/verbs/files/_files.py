"""Files of q values and of bytes: ``get set key save load rsave rload hcount hdel read0 read1 1:``.

A file symbol is a symbol that begins with a colon; one that ends in a slash is the folder of a splayed table, a file a
column and their order in ``.d``. All reading and writing is the host's, and whole: a file is never left half-written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import numpy.typing as npt

from anyq.console import strings as cell_texts
from anyq.errors import QError
from anyq.values import NULL, Atom, Attr, Dict, List, QType, StringArray, Table, Value, Vector, collapse

from ...kernel._compressed import is_compressed, plain_size, trailer_of
from ...kernel._domains import places
from ...kernel._enumeration import Enumeration
from ...kernel._support import (
    EMPTY,
    chars,
    integer,
    integers,
    is_string,
    items_of,
    long,
    strs,
    symbol,
    symbols,
    table_of,
    text_of,
)
from ...session._context import Context
from ...session._vocabulary import Vocabulary
from ..tables._dicts import key as key_of_data
from ..tables._enums import link
from ._stored import stored, value_of

__all__ = [
    "columns_of", "compression", "file_lines", "file_text", "install", "is_file", "load_value", "path_of",
    "store_columns", "store_value",
]  # fmt: skip

_COLUMNS = ".d"


def is_file(x: Value) -> bool:
    """Whether a value is a file symbol."""
    return isinstance(x, Atom) and x.qtype is QType.SYMBOL and x.raw.startswith(":")


def path_of(x: Value) -> str:
    """The path that a symbol names, whose colon may be left out as in published code; ``'type`` for others."""
    if isinstance(x, Atom) and x.qtype is QType.SYMBOL:
        raw: str = x.raw
        return raw.removeprefix(":")
    raise QError("type")


def _is_name(x: Value) -> bool:
    return isinstance(x, Atom) and x.qtype is QType.SYMBOL


# -- values in files


def load_value(q: Context, x: Value) -> Value:
    """q's ``get`` of a file or of the folder of a splayed table."""
    path = path_of(x)
    if path.endswith("/") or q.host.kind(path) == "folder":
        return _splayed(q, path.rstrip("/") or "/")
    return _resolved(q, value_of(q.host.read(path), path))


def _resolved(q: Context, value: Value) -> Value:
    """An enumeration's places as what they stand for, where the domain is there."""
    if not isinstance(value, Enumeration):
        return value
    found = link(q, value.domain, value.plain())
    assert isinstance(found, Vector)
    return found.with_attr(value.attr)


def _splayed(q: Context, folder: str) -> Table:
    host = q.host
    if host.kind(f"{folder}/{_COLUMNS}") != "file":
        raise QError(f"{folder}. OS reports: No such file or directory" if not host.kind(folder) else "type")
    names = columns_of(q, folder)
    columns = [load_value(q, symbol(f":{folder}/{name}")) for name in names]
    sizes = {len(c) for c in columns if isinstance(c, Vector | List)}
    if len(sizes) > 1 or any(not isinstance(c, Vector | List) for c in columns):
        raise QError(f"{folder}. The columns differ in count")
    return table_of(names, columns)


def columns_of(q: Context, folder: str) -> list[str]:
    """The columns of a splayed table, from its ``.d``. `QError` (``type``) if one is no name of a file there."""
    path = f"{folder}/{_COLUMNS}"
    names = strs(value_of(q.host.read(path), path))
    if any("/" in name for name in names):
        raise QError("type", detail=f"{path} names files of other folders")
    return names


def _bytes_of(q: Context, value: Value) -> bytes:
    return stored(value, places(value) if isinstance(value, Enumeration) else None)


def store_value(q: Context, x: Value, y: Value) -> Value:
    """q's ``set`` to a file, or to a folder (a name that ends in a slash)."""
    path = path_of(x)
    if not path.endswith("/"):
        q.host.write_file(path, _bytes_of(q, y))
        return x
    if not isinstance(y, Table):
        raise QError("type")
    columns = y.data.items
    if any(isinstance(c, Vector) and c.qtype is QType.SYMBOL and not isinstance(c, Enumeration) for c in columns):
        # q wants symbols enumerated in a splayed table: .Q.en does that.
        raise QError("type")
    made = {name: _bytes_of(q, column) for name, column in zip(y.column_names, columns, strict=True)}
    if any("/" in name or name in (".", "..") for name in made):
        raise QError("type", detail="a column's name is to name a file of the folder")
    q.host.write_folder(path.rstrip("/") or "/", {**made, _COLUMNS: stored(y.names)})
    return x


def store_columns(q: Context, folder: str, columns: Mapping[str, Value]) -> None:
    """Replace columns of a splayed table, all of them or none."""
    q.host.write_folder(folder, {name: _bytes_of(q, column) for name, column in columns.items()})


def set_value(q: Context, x: Value, y: Value) -> Value:
    """q's ``set``: a variable, a file or a splayed table. Compression parameters are taken and not used."""
    if isinstance(x, List) and len(x) and is_file(x[0]):
        return store_value(q, x[0], y)
    if not (isinstance(x, Atom) and x.qtype is QType.SYMBOL):
        raise QError("type")
    if x.raw.startswith(":"):
        return store_value(q, x, y)
    q.set(x.raw, y)
    return x


# -- what is there


def key(q: Context, x: Value) -> Value:
    """q's ``key``: of a file symbol what is there; of others as for data and names."""
    if not is_file(x):
        return key_of_data(q, x)
    path = path_of(x)
    kind = q.host.kind(path.rstrip("/") or "/")
    if kind == "folder":
        return symbols(q.host.names(path)).with_attr(Attr.SORTED)
    return x if kind else EMPTY


def hcount(q: Context, x: Value) -> Value:
    """q's ``hcount``: the size of a file in bytes; of a compressed one, what it was before."""
    path = path_of(x)
    size = q.host.size(path)
    return long(plain_size(lambda at, length: q.host.read(path, at, length), size, path))


def compression(q: Context, x: Value) -> Value:
    """``-21!``: how a file is compressed; an empty dict if it is not."""
    path = path_of(x)

    def read(at: int, length: int | None) -> bytes:
        return q.host.read(path, at, length)

    if not is_compressed(read(0, 8)):
        return Dict(symbols([]), EMPTY)
    size = q.host.size(path)
    found = trailer_of(read, size, path)
    small = [Atom(QType.INT, number) for number in (found.algorithm, found.block_power, found.level)]
    names = ["compressedLength", "uncompressedLength", "algorithm", "logicalBlockSize", "zipLevel"]
    return Dict(symbols(names), List.of((long(size), long(found.plain), *small)))


def hdel(q: Context, x: Value) -> Value:
    """q's ``hdel``: delete a file or an empty folder."""
    q.host.delete(path_of(x))
    return x


# -- bytes and lines


def _part(x: Value) -> tuple[str, int, int | None]:
    """A file, or a list of a file, an offset and a length."""
    if isinstance(x, List) and len(x) in (2, 3) and _is_name(x[0]):
        return path_of(x[0]), integer(x[1]), integer(x[2]) if len(x) == 3 else None
    return path_of(x), 0, None


def read1(q: Context, x: Value) -> Value:
    """q's ``read1``: the bytes of a file, or of a part of it."""
    path, offset, length = _part(x)
    return Vector.of(QType.BYTE, np.frombuffer(q.host.read(path, offset, length), np.uint8))


def file_text(q: Context, x: Value) -> bytes:
    path, offset, length = _part(x)
    return q.host.read(path, offset, length)


def file_lines(data: bytes) -> List:
    """Text cut at its newlines, which may be preceded by a carriage return."""
    lines = data.replace(b"\r\n", b"\n").split(b"\n")
    if not lines[-1]:
        lines.pop()
    return List.of(StringArray.from_bytes(lines))


def read0(q: Context, x: Value) -> Value:
    """q's ``read0``: the lines of a file; of a part of it that lies in one line, its characters."""
    data = file_text(q, x)
    return chars(data) if isinstance(x, List) and b"\n" not in data else file_lines(data)


def binary(q: Context, x: Value, y: Value) -> Value:
    """q's ``1:``: bytes to a file, or records of fixed width out of bytes."""
    if isinstance(x, List) and len(x) == 4 and _is_name(x[0]):
        x = x[0]  # The parameters of compression are taken and not used, as in `set_value`.
    if _is_name(x):
        if not (isinstance(y, Vector) and y.qtype in (QType.BYTE, QType.CHAR)):
            raise QError("type")
        q.host.write_file(path_of(x), bytes(y))
        return x
    if not (isinstance(x, List) and len(x) == 2):
        raise QError("type")
    little = is_string(x[0])
    types, widths = (x[0], x[1]) if little else (x[1], x[0])
    data = bytes(y) if isinstance(y, Vector) and y.qtype in (QType.BYTE, QType.CHAR) else file_text(q, y)
    return _records(text_of(types).decode("latin-1"), integers(widths).tolist(), data, "<" if little else ">")


def foreign(q: Context, x: Value, y: Value) -> Value:
    """q's ``2:``: a function of a shared library. The library must be there; C code is never run here, so that the
    function is the error ``nyi`` when it is called."""
    path = path_of(x)
    library = path if path.endswith((".so", ".dll", ".dylib")) else f"{path}.so"
    if not (isinstance(y, List) and len(y) == 2 and _is_name(y[0])):
        raise QError("type")
    if q.host.kind(library) != "file":
        raise QError(f"{library}. OS reports: cannot open shared object file: No such file or directory")
    parameters = ";".join("abcdefgh"[: integer(y[1])])
    return q.verb("value", chars(f"{{[{parameters}]'`nyi}}"))


def _records(types: str, widths: list[int], data: bytes, order: Literal["<", ">"]) -> Value:
    if len(types) != len(widths):
        raise QError("length")
    size = sum(widths)
    count = len(data) // size if size else 0
    rows = np.frombuffer(data, np.uint8, count * size).reshape(count, size)
    columns: list[Value] = []
    at = 0
    for letter, wide in zip(types, widths, strict=True):
        field, at = rows[:, at : at + wide], at + wide
        if letter != " ":
            columns.append(_field(letter, field, wide, order))
    return List.of(tuple(columns))


def _field(letter: str, field: npt.NDArray[np.uint8], wide: int, order: Literal["<", ">"]) -> Value:
    raw = np.ascontiguousarray(field).tobytes()
    if letter == "*":
        return List.of(StringArray.from_bytes(raw[i : i + wide] for i in range(0, len(raw), wide)))
    qtype = QType.of(letter.lower())
    if qtype is QType.SYMBOL:
        parts = [raw[i : i + wide].split(b"\0")[0].rstrip(b" ") for i in range(0, len(raw), wide)]
        return symbols([part.decode("utf-8", "surrogateescape") for part in parts])
    if wide != qtype.width:
        raise QError("type")
    if qtype is QType.GUID:
        return Vector(qtype, np.frombuffer(raw, qtype.numpy))
    return Vector(qtype, np.frombuffer(raw, qtype.numpy.newbyteorder(order)).astype(qtype.numpy, copy=False))


# -- variables in files of their name


def _split(text: str) -> tuple[str, str, str]:
    """A path, the variable's name in it, and the extension."""
    path = text.removeprefix(":")
    name = path.rstrip("/").rpartition("/")[2]
    stem, dot, extension = name.partition(".")
    return path, stem, extension if dot else ""


def save(q: Context, x: Value) -> Value:
    """q's ``save``: a variable to the file of its name, as text when the name has an extension."""
    if not isinstance(x, Atom):
        return collapse([save(q, item) for item in items_of(x)])
    path, name, extension = _split(strs(x)[0])
    value = q.get(name)
    target = symbol(f":{path}")
    if not extension:
        return store_value(q, target, value)
    lines = _exported(q, extension, value)
    q.host.write_file(path, b"".join([line + b"\n" for line in lines]))
    return target


def _exported(q: Context, extension: str, value: Value) -> list[bytes]:
    if extension in ("csv", "txt"):
        delimiter = Atom(QType.CHAR, ord("," if extension == "csv" else "\t"))
        return [bytes(line) for line in items_of(q.verb("0:", delimiter, value))]
    if extension == "xml" and isinstance(value, Table):
        return _xml(value, q.settings.style.digits)
    made = q.apply(q.get(".h.tx"), (symbol(extension),)) if extension else NULL
    return [text_of(line) for line in items_of(q.apply(made, (value,)))]


def _xml(table: Table, digits: int) -> list[bytes]:
    columns = []
    for column in table.data.items:
        texts = cell_texts(column, digits) if isinstance(column, Vector) else [
            text_of(item).decode("utf-8", "surrogateescape") for item in items_of(column)
        ]  # fmt: skip
        columns.append([_escaped(text) for text in texts])
    rows = zip(*columns, strict=True)
    names = table.column_names
    body = ["<r>" + "".join([f"<{n}>{v}</{n}>" for n, v in zip(names, row, strict=True)]) + "</r>" for row in rows]
    return [line.encode("utf-8", "surrogateescape") for line in ("<R>", *body, "</R>")]


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def load(q: Context, x: Value) -> Value:
    """q's ``load``: a file into the variable of its name; a folder into a dict of what its files hold."""
    if not isinstance(x, Atom):
        return symbols([load(q, item).raw for item in items_of(x)])  # type: ignore[attr-defined]
    path, name, _ = _split(strs(x)[0])
    q.set(name, _loaded(q, path.rstrip("/")))
    return symbol(name)


def _loaded(q: Context, path: str) -> Value:
    host = q.host
    if host.kind(path) != "folder" or host.kind(f"{path}/{_COLUMNS}"):
        return load_value(q, symbol(f":{path}"))
    names = host.names(path)
    return Dict(symbols(names), collapse([_loaded(q, f"{path}/{name}") for name in names]))


def rsave(q: Context, x: Value) -> Value:
    """q's ``rsave``: a table splayed into the folder of its name."""
    path, name, _ = _split(strs(x)[0])
    return store_value(q, symbol(f":{path.rstrip('/')}/"), q.get(name))


def rload(q: Context, x: Value) -> Value:
    """q's ``rload``: a splayed table from the folder of its name."""
    path, name, _ = _split(strs(x)[0])
    q.set(name, load_value(q, symbol(f":{path.rstrip('/')}/")))
    return symbol(name)


def install(vocabulary: Vocabulary) -> None:
    """Enter this family's names."""
    for name, unary in {
        "key": key, "hcount": hcount, "hdel": hdel, "read0": read0, "read1": read1, "save": save, "load": load,
        "rsave": rsave, "rload": rload,
    }.items():  # fmt: skip
        vocabulary.define(name, 1, unary, context=True)
    vocabulary.define("set", 2, set_value, context=True)
    vocabulary.define("1:", 2, binary, context=True)
    vocabulary.define("2:", 2, foreign, context=True)
