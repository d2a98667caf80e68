"""q text that evaluates to a value: what a program would have to contain to make it.

`line` shows a value and forgives: symbols with spaces, days beyond the calendar and digits of a date-time are lost in
it. Here nothing is, so the text can stand for the value in a query. Written with a stack and not by recursion, for
nesting is as deep as memory.
"""

from __future__ import annotations

import re
from typing import Any, Final

from anyq.errors import ConversionError
from anyq.values import (
    NULL,
    Atom,
    Attr,
    Composition,
    Derived,
    Dict,
    KeyedTable,
    Lambda,
    List,
    Primitive,
    Projection,
    QType,
    Table,
    Value,
    Vector,
    collapse,
)

from ._atoms import join, quoted, raws
from ._primitives import ITERATORS, primitive_text

__all__ = ["literal"]

Parts = list["Value | str"]

_PRECISE: Final = 17
_PLAIN_SYMBOL: Final = re.compile(r"(?:[A-Za-z0-9.][A-Za-z0-9_.]*)?\Z")
_DAY_NS: Final = 86_400_000_000_000
_CALENDAR: Final = {
    QType.DATE: (-730_119, 2_921_939),
    QType.MONTH: (-24_000, 95_999),
    QType.TIMESTAMP: (-(2**63), 2**63),
}
"""The raw values, of years that have four digits, that q reads back from what it prints."""
_UNARY_WORDS: Final = {
    "+:": "flip", "-:": "neg", "*:": "first", "%:": "reciprocal", "&:": "where", "|:": "reverse", "^:": "null",
    "=:": "group", "<:": "iasc", ">:": "idesc", "$:": "string", "#:": "count", "_:": "floor", "~:": "not", "!:": "key",
    "?:": "distinct", "@:": "type", ".:": "value", "0::": "read0", "1::": "read1",
}  # fmt: skip
"""The q words of k's unary glyphs, which q text cannot have."""


def literal(value: Value) -> str:
    """The q text of ``value``: evaluated, it matches ``value``, whatever its type, nesting and symbols.

    A lambda is its source, in the namespace where the text is evaluated. Raises `anyq.ConversionError` for values that
    no text makes: a primitive without a name in q, and bytes of a lambda that are not UTF-8.
    """
    out: list[str] = []
    todo: Parts = [value]
    while todo:
        part = todo.pop()
        if isinstance(part, str):
            out.append(part)
        else:
            todo.extend(reversed(_parts(part)))
    return "".join(out)


def _parts(value: Value) -> Parts:
    if isinstance(value, Atom):
        return [_fields(value.qtype, [value.raw])]
    if isinstance(value, Vector):
        return [_vector(value)]
    if isinstance(value, List):
        return [_mark(value.attr), *_list(value)]
    if isinstance(value, KeyedTable):
        return ["(", value.key_table, ")!", value.value_table]
    if isinstance(value, Table):
        names: Value = value.names
        if not len(value.names):
            raise ConversionError("no q text makes a table without columns")
        return [_mark(value.attr), "flip(", names, ")!", value.data]
    if isinstance(value, Dict):
        mark = "`s#" if value.sorted and not getattr(value.key, "attr", 0) else ""
        return [mark, "(", value.key, ")!", value.value]
    return _function(value)


def _mark(attr: Attr) -> str:
    return f"`{attr.char}#" if attr else ""


def _vector(vector: Vector) -> str:
    mark = _mark(vector.attr)
    if not len(vector):
        return mark + ('""' if vector.qtype is QType.CHAR else f"`{vector.qtype.label}$()")
    return mark + ("enlist " if len(vector) == 1 else "") + _fields(vector.qtype, _raw_values(vector))


def _raw_values(vector: Vector) -> list[Any]:
    # `raws` shows the bytes of symbols that are not UTF-8 in octal; here they are needed as they are.
    return vector.symbols.objects().tolist() if vector.qtype is QType.SYMBOL else raws(vector)


def _fields(qtype: QType, fields: list[Any]) -> str:
    """The text of an atom, or of the items of a vector of two or more."""
    if qtype is QType.SYMBOL:
        return _symbols(fields)
    if qtype is QType.GUID:
        texts = [join(qtype, [raw], _PRECISE) for raw in fields]
        quoted_texts = [f'"{text}"' for text in texts]
        return '"G"$' + (quoted_texts[0] if len(texts) == 1 else f"({';'.join(quoted_texts)})")
    low, high = _CALENDAR.get(qtype, (0, 0))
    named = (qtype.null, qtype.inf, qtype.ninf)
    if qtype is QType.DATETIME:
        if any(raw == raw for raw in fields):
            return f'"z"${join(QType.FLOAT, fields, _PRECISE)}'
    elif low and not all(low <= raw <= high or raw in named for raw in fields):
        counts = QType.INT if qtype.width == 4 else QType.LONG
        return f'"{qtype.char}"${join(counts, fields, _PRECISE)}'
    return join(qtype, fields, _PRECISE)


def _symbols(texts: list[str]) -> str:
    if all(map(_PLAIN_SYMBOL.match, texts)):
        return "`" + "`".join(texts)
    raw_texts = [text.encode("utf-8", "surrogateescape") for text in texts]
    if all(32 < end < 127 for raw in raw_texts for end in (*raw[:1], *raw[-1:])):
        quoted_texts = [("enlist " if len(raw) == 1 else "") + quoted(raw) for raw in raw_texts]
        return "`$" + (quoted_texts[0] if len(texts) == 1 else f"({';'.join(quoted_texts)})")
    # A cast to symbols trims; a message in bytes does not.
    head = b"\xf5" if len(texts) == 1 else b"\x0b\0" + len(texts).to_bytes(4, "little")
    body = head + b"".join([raw + b"\0" for raw in raw_texts])
    return f"-9!0x01000000{(8 + len(body)).to_bytes(4, 'little').hex()}{body.hex()}"


def _list(value: List) -> Parts:
    items = value.items
    if not items:
        return ["()"]
    if len(items) == 1:
        # An atom that is alone in a general list, and not in a vector, has no text of its own: (::;x) less its first.
        return ["1_(::;", items[0], ")"] if isinstance(items[0], Atom) else ["enlist ", items[0]]
    parts: Parts = ["("]
    if not isinstance(collapse(items), List):
        parts = ["1_(::;"]
    for item in items:
        parts += [item, ";"]
    parts[-1] = ")"
    return parts


def _function(value: Value) -> Parts:
    if isinstance(value, Lambda):
        try:
            return [value.source.decode()]
        except UnicodeDecodeError:
            raise ConversionError("no q text has the bytes of this lambda's source: they are not UTF-8") from None
    if isinstance(value, Primitive):
        return ["(::)" if value == NULL else _word(value)]
    if isinstance(value, Derived):
        return ["(", value.function, ")", ITERATORS[value.qtype - QType.EACH]]
    if isinstance(value, Projection):
        head, *rest = value.items
        parts: Parts = ["(", head, ")["]
        for item in rest:
            parts += [item, ";"]
        return [*parts[:-1], "]"] if rest else [*parts, "]"]
    if isinstance(value, Composition):
        return ["('[", *[part for item in value.items for part in (item, ";")][:-1], "])"]
    raise ConversionError(f"no q text makes a {type(value).__name__}")


def _word(value: Primitive) -> str:
    text = primitive_text(value)
    if value.qtype is not QType.UNARY:
        return text
    if text == ",:":
        raise ConversionError("no q text makes k's unary `,`")
    return _UNARY_WORDS.get(text, text)
