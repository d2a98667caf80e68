"""The ``.Q`` namespace: tools that scripts use (page ref/dotq.md). Files and partitions are not of this family."""

from __future__ import annotations

import string as letters
from collections.abc import Callable
from typing import Final

from anyq.console import page
from anyq.errors import QError
from anyq.values import NULL, Atom, Dict, KeyedTable, List, QType, Table, Value, Vector, collapse, count

from ...kernel._enumeration import Enumeration
from ...kernel._search import factorized
from ...kernel._support import (
    EMPTY,
    chars,
    flag,
    integer,
    is_list,
    is_string,
    items_of,
    long,
    longs,
    null_atom,
    strs,
    symbol,
    symbols,
    table_of,
    text_of,
    type_number,
)
from ...kernel._take import take
from ...kernel._temporal import cast
from ...session._context import Context
from ...session._vocabulary import Vocabulary
from ..numbers._arithmetic import add, subtract
from ..tables._dicts import keyed
from ..tables._tables import by_name, table_named, unkeyed
from ..text._base64 import ALPHABET, BASE_36, decoded, encoded, number_of, text_of_number
from ..text._cast import tok
from ..text._strings import pad, to_string
from ._internals import format_numbers, one_line, sha1

__all__ = ["RESERVED", "install"]

RESERVED: Final = [
    "abs",
    "acos",
    "asin",
    "atan",
    "avg",
    "bin",
    "binr",
    "cor",
    "cos",
    "cov",
    "delete",
    "dev",
    "div",
    "do",
    "enlist",
    "exec",
    "exit",
    "exp",
    "getenv",
    "hopen",
    "if",
    "in",
    "insert",
    "last",
    "like",
    "log",
    "max",
    "min",
    "prd",
    "select",
    "setenv",
    "sin",
    "sqrt",
    "ss",
    "sum",
    "tan",
    "update",
    "var",
    "wavg",
    "while",
    "within",
    "wsum",
    "xexp",
]
"""What ``.Q.res`` lists: words that are not functions of the namespace ``.q``."""

_NAME_CHARS: Final = letters.ascii_lowercase + letters.ascii_uppercase + "_" + letters.digits
_TYPES: Final = " bg xhijefcspmdznuvts"
_RELEASE: Final = 9131
"""2025.01.01, as days since 2000."""


def add_months(x: Value, y: Value) -> Value:
    """The date so many months later; the day of the month may spill over into the next month."""
    month = cast(QType.MONTH, x)
    day = subtract(x, cast(QType.DATE, month))
    return add(cast(QType.DATE, add(month, y)), day)


def join_symbols(q: Context, x: Value, y: Value) -> Value:
    """``.Q.dd``: a path or a dotted name of a symbol and anything; of a list each item is a part."""
    items = items_of(y) if isinstance(y, Vector | List) and not is_string(y) else [y]
    texts = [text_of(to_string(item, q.settings.style.digits)) for item in items]
    parts = [*strs(x), *(text.decode("utf-8", "surrogateescape") for text in texts)]
    return symbol(("/" if parts[0].startswith(":") else ".").join(parts))


def fixed(x: Value, y: Value) -> Value:
    """``.Q.f``: a number with so many places, halves rounded away from zero."""
    return format_numbers(integer(x), y, decimal=True)


def formatted(x: Value, y: Value, z: Value) -> Value:
    """``.Q.fmt``: a number with ``y`` places, at the right of ``x`` characters; stars when it does not fit."""
    made, width = fixed(y, z), integer(x)
    if not is_string(made):
        return collapse([formatted(x, y, item) for item in items_of(z)])
    return pad(-width, made) if count(made) <= width else chars("*" * width)


# -- names


def _sane(name: str) -> str:
    kept = "".join([char for char in name if char in _NAME_CHARS])
    return "a" + kept if not kept or kept[0] in letters.digits + "_" else kept


def sanitized(q: Context, x: Value) -> Value:
    """``.Q.id``: a symbol, or the names of a table or a dict, as names that queries can use."""
    if isinstance(x, Atom) and x.qtype is QType.SYMBOL:
        return symbol(_sane(x.raw))
    if isinstance(x, KeyedTable):
        return keyed(len(x.key_table.data), sanitized(q, x.unkeyed()))
    if isinstance(x, Table):
        return Table.of(symbols(_sane_names(q, x.column_names)), x.data)
    if isinstance(x, Dict):
        return Dict(symbols(_sane_names(q, strs(x.key))), x.value)
    raise QError("type")


def _sane_names(q: Context, names: list[str]) -> list[str]:
    out: list[str] = []
    for name in names:
        sane = _sane(name)
        if sane in RESERVED or q.vocabulary.is_keyword(sane):
            sane += "1"
        made, number = sane, 0
        while made in out:
            number += 1
            made = f"{sane}{number}"
        out.append(made)
    return out


# -- tables


def append_columns(x: Value, y: Value) -> Value:
    """``.Q.ff``: a table with the columns of another one that it lacks, all null."""
    if not isinstance(x, Table) or not isinstance(y, Table):
        raise QError("type")
    fresh = [name for name in y.column_names if name not in x.column_names]
    gaps = [collapse([_null_in(y.column(name))] * len(x)) for name in fresh]
    return table_of(x.column_names + fresh, [*x.data.items, *gaps])


def _null_in(column: Value) -> Value:
    return null_atom(column.qtype) if isinstance(column, Vector) else EMPTY


def apply_simple(q: Context, f: Value, x: Value) -> Value:
    """``.Q.ft``: a function of simple tables, of a keyed one."""
    if not isinstance(x, KeyedTable):
        return q.apply(f, (x,))
    return keyed(len(x.key_table.data), q.apply(f, (x.unkeyed(),)))


def apply_unique(q: Context, f: Value, x: Value) -> Value:
    """``.Q.fu``: a function of a list, computed on its different items only."""
    if not is_list(x):
        return q.apply(f, (x,))
    codes, firsts = factorized(x)
    return take(q.apply(f, (take(x, firsts),)), codes)


def foreign_key(x: Value) -> Value:
    return symbol(x.domain if isinstance(x, Enumeration) else "")


def type_letter(x: Value) -> Value:
    """``.Q.ty``: the letter of a vector's type, a capital for a list of vectors of one type, else a blank."""
    if isinstance(x, List) and len(x):
        kinds = {type_number(item) for item in x.items}
        only = kinds.pop()
        return Atom(QType.CHAR, ord(_TYPES[only].upper() if not kinds and 0 < only < len(_TYPES) else " "))
    number = abs(type_number(x))
    return Atom(QType.CHAR, ord(_TYPES[number] if number < len(_TYPES) else " "))


def columns_dict(q: Context, x: Value) -> Value:
    table = unkeyed(table_named(q, x))
    return Dict(table.names, table.data)


def value_of(q: Context, x: Value) -> Value:
    return by_name(q, x)


# -- the session


def plain_text(q: Context, x: Value) -> Value:
    """``.Q.s``: what the console shows."""
    return chars(page(x, q.settings.style))


def memory(q: Context, _: Value) -> Value:
    """``.Q.w``: the numbers of ``\\w`` by name."""
    names = ["used", "heap", "peak", "wmax", "mmap", "mphy", "syms", "symw"]
    numbers = items_of(q.verb("system", chars("w")))
    return Dict(symbols(names), collapse((numbers + [long(0)] * len(names))[: len(names)]))


def timed(q: Context, f: Value, x: Value) -> Value:
    """``.Q.ts``: time in milliseconds and space in bytes, and the result."""
    start = q.host.elapsed()
    result = q.apply(f, items_of(x) if is_list(x) else [x])
    return List.of((longs([(q.host.elapsed() - start) // 10**6, 0]), result))


def options(q: Context, x: Value) -> Value:
    """``.Q.opt``: command-line words as a dict; those that belong to no option go to ``.Q.x``."""
    names: list[str] = []
    found: list[list[Value]] = []
    loose: list[Value] = []
    for word in items_of(x):
        text = text_of(word).decode("utf-8", "surrogateescape")
        if text.startswith("-") and len(text) > 1 and not text[1].isdigit():
            names.append(text[1:])
            found.append([])
        else:
            (found[-1] if found else loose).append(word)
    q.set(".Q.x", List.of(tuple(loose)))
    values = [EMPTY if not words else words[0] if len(words) == 1 else List.of(tuple(words)) for words in found]
    return Dict(symbols(names), List.of(tuple(values)))


def defaults(x: Value, y: Value) -> Value:
    """``.Q.def``: the values of ``x``, and the options ``y`` read as values of the same types."""
    if not isinstance(x, Dict) or not isinstance(y, Dict):
        raise QError("type")
    given = dict(zip(strs(y.key), items_of(y.value), strict=True))
    made = []
    for name, value in zip(strs(x.key), items_of(x.value), strict=True):
        made.append(_read_like(value, given[name]) if name in given else value)
    return Dict(x.key, collapse(made))


def _read_like(like: Value, words: Value) -> Value:
    qtype = like.qtype if isinstance(like, Atom | Vector) else QType.CHAR
    if is_string(like):
        return words
    if qtype is QType.BOOLEAN and not count(words):
        return flag(True)
    return tok(qtype, words)


def install(vocabulary: Vocabulary) -> None:
    """Enter this family's names."""
    constants = {
        "A": letters.ascii_uppercase, "a": letters.ascii_lowercase, "an": _NAME_CHARS, "n": letters.digits,
        "nA": BASE_36, "b6": ALPHABET, "t": _TYPES,
    }  # fmt: skip
    for name, held in constants.items():
        vocabulary.constant(f".Q.{name}", chars(held))
    vocabulary.constant(".Q.res", symbols(RESERVED))
    vocabulary.constant(".Q.M", long(2**63 - 1))
    vocabulary.constant(".Q.K", Atom(QType.DATE, _RELEASE))
    vocabulary.constant(".Q.k", Atom(QType.FLOAT, 4.1))
    vocabulary.constant(".Q.x", EMPTY)
    plain: dict[str, tuple[int, Callable[..., Value]]] = {
        "addmonths": (2, add_months), "f": (2, fixed), "fmt": (3, formatted), "ff": (2, append_columns),
        "fk": (1, foreign_key), "ty": (1, type_letter), "sha1": (1, sha1), "btoa": (1, lambda x: chars(encoded(x))),
        "atob": (1, decoded), "def": (2, defaults), "gc": (1, lambda _: long(0)),
        "qt": (1, lambda x: flag(isinstance(x, Table | KeyedTable))),
        "j10": (1, lambda x: number_of(x, ALPHABET)), "j12": (1, lambda x: number_of(x, BASE_36)),
        "x10": (1, lambda x: text_of_number(x, ALPHABET, 10)), "x12": (1, lambda x: text_of_number(x, BASE_36, 12)),
    }  # fmt: skip
    for name, (rank, function) in plain.items():
        vocabulary.define(f".Q.{name}", rank, function)
    with_context: dict[str, tuple[int, Callable[..., Value]]] = {
        "dd": (2, join_symbols), "id": (1, sanitized), "ft": (2, apply_simple), "fu": (2, apply_unique),
        "fc": (2, lambda q, f, x: q.apply(f, (x,))), "s": (1, plain_text), "s1": (1, one_line), "w": (1, memory),
        "ts": (2, timed), "opt": (1, options), "V": (1, columns_dict), "v": (1, value_of),
        "gz": (1, lambda q, x: flag(True) if x is NULL else q.verb("!", long(-35), x)),
    }  # fmt: skip
    for name, (rank, function) in with_context.items():
        vocabulary.define(f".Q.{name}", rank, function, context=True)
