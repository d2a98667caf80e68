"""JSON: ``.j.j`` and ``.j.k`` (page ref/dotj.md)."""

from __future__ import annotations

import math
from typing import Any

from anyq.console import string
from anyq.errors import QError
from anyq.values import NULL, Atom, Dict, KeyedTable, List, QType, Table, Value, Vector, collapse

from ...kernel._support import EMPTY, FLOATS, FUNCTIONS, TEMPORAL, chars, items_of, symbols
from ...kernel._take import rows_to_table

__all__ = ["read_json", "write_json"]


def write_json(x: Value, *, infinity: str = "inf") -> str:
    """``x`` as JSON. Nulls are ``null``; infinities are ``infinity``, with a minus for the negative one."""
    if isinstance(x, Atom):
        return _atom(x, infinity)
    if isinstance(x, Vector):
        if x.qtype is QType.CHAR:
            return _quoted(bytes(x.data).decode("utf-8", "surrogateescape"))
        return "[" + ",".join([_atom(item, infinity) for item in x]) + "]"
    if isinstance(x, List):
        return "[" + ",".join([write_json(item, infinity=infinity) for item in x.items]) + "]"
    if isinstance(x, Table):
        return "[" + ",\n ".join([write_json(row, infinity=infinity) for row in x]) + "]"
    if isinstance(x, KeyedTable):
        return write_json(x.unkeyed(), infinity=infinity)
    if isinstance(x, Dict):
        pairs = zip(items_of(x.keys), items_of(x.values), strict=True)
        return "{" + ",".join([f"{_key(k)}:{write_json(v, infinity=infinity)}" for k, v in pairs]) + "}"
    return "null" if x is NULL or x == NULL else "null" if isinstance(x, FUNCTIONS) else _refused()


def _refused() -> str:
    raise QError("type")


def _quoted(text: str) -> str:
    import json

    return json.dumps(text, ensure_ascii=False)


def _key(x: Value) -> str:
    if isinstance(x, Atom):
        return _quoted(x.raw if x.qtype is QType.SYMBOL else string(x, 17))
    return write_json(x)


def _atom(x: Atom, infinity: str) -> str:
    qtype, raw = x.qtype, x.raw
    if qtype is QType.BOOLEAN:
        return "true" if raw else "false"
    if qtype is QType.CHAR:
        return _quoted(chr(raw))
    if qtype is QType.SYMBOL:
        return _quoted(raw)
    if x.is_null and qtype is not QType.GUID:
        return "null"
    if qtype in TEMPORAL:
        return _quoted(_temporal(x))
    if qtype in FLOATS:
        if math.isinf(raw):
            return infinity if infinity == "null" or raw > 0 else "-" + infinity
        return string(x, 17 if qtype is QType.FLOAT else 9) if raw % 1 else string(x, 17)
    text = string(x, 17)
    return _quoted(text) if qtype in (QType.GUID, QType.BYTE) else str(raw)


def _temporal(x: Atom) -> str:
    """Dates with hyphens; ``D`` before a time, as q writes it."""
    text = string(x, 17)
    if x.qtype in (QType.DATE, QType.TIMESTAMP, QType.DATETIME):
        return text[:10].replace(".", "-") + text[10:]
    return text.replace(".", "-") if x.qtype is QType.MONTH else text


def read_json(text: bytes) -> Value:
    """The value of JSON text: numbers are floats, strings char vectors, objects dicts, lists of like objects tables."""
    import json

    try:
        return _value(json.loads(text.decode("utf-8", "surrogateescape")))
    except (ValueError, RecursionError):
        raise QError("type") from None


def _value(found: Any) -> Value:
    if found is None:
        return Atom(QType.FLOAT, math.nan)
    if isinstance(found, bool):
        return Atom(QType.BOOLEAN, int(found))
    if isinstance(found, int | float):
        return Atom(QType.FLOAT, float(found))
    if isinstance(found, str):
        return chars(found)
    if isinstance(found, list):
        return _listed([_value(item) for item in found])
    keys = symbols(list(found))
    return Dict(keys, _collapsed([_value(item) for item in found.values()]))


def _collapsed(items: list[Value]) -> Value:
    return collapse(items) if items else EMPTY


def _listed(items: list[Value]) -> Value:
    return rows_to_table(items) if items else EMPTY
