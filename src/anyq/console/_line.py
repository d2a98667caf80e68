"""The one-line form: what ``.Q.s1`` gives and ``0N!`` prints.

Written with a stack of what is still to come and not by recursion: nesting is as deep as memory. Given a limit, only
as much of a value is looked at as fits into it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from anyq.values import (
    Atom,
    Attr,
    Composition,
    Derived,
    Dict,
    Lambda,
    List,
    Primitive,
    Projection,
    QType,
    StringArray,
    SymbolArray,
    Table,
    Value,
    Vector,
)

from ._atoms import join, printable, raws
from ._primitives import ITERATORS, primitive_text

__all__ = ["line"]

Parts = list["Value | str"]


def line(value: Value, digits: int = 7, limit: int | None = None) -> str:
    """``value`` in one line (newlines in the source of a lambda stay), in a form that q reads back.

    ``digits`` is the precision of floats. With ``limit``, at least that many characters are right, and what follows
    them may be anything: cut there.
    """
    out: list[str] = []
    room = float("inf") if limit is None else limit + 2
    todo: Parts = [value]
    while todo and room > 0:
        part = todo.pop()
        if not isinstance(part, str):
            made = _parts(part, digits, None if limit is None else int(room))
            if not isinstance(made, str):
                todo.extend(reversed(made))
                continue
            part = made
        out.append(part)
        room -= len(part)
    return "".join(out)


def _parts(value: Value, digits: int, room: int | None) -> str | Parts:
    if isinstance(value, Atom):
        domain = getattr(value, "domain", "") if type(value) is not Atom else ""
        return (f"`{domain}$" if domain else "") + _atom(value, digits)
    if isinstance(value, Vector):
        # An interpreter's enumerated atoms and vectors know the variable that their symbols come from.
        domain = getattr(value, "domain", "")
        mark = _mark(value.attr)
        return (f"{mark}`{domain}$" if domain else "") + mark + _vector(value, digits, room)
    if isinstance(value, List):
        return [_mark(value.attr), *_list(value, room)]
    if isinstance(value, Table):
        return [_mark(value.attr), "+", *_pair(value.names, value.data)]
    if isinstance(value, Dict):
        # A sorted dict shows by its keys, which carry the attribute.
        return _pair(value.key, value.value)
    return _function(value)


def _mark(attr: Attr) -> str:
    return f"`{attr.char}#" if attr else ""


def _atom(atom: Atom, digits: int) -> str:
    raw = printable(atom.raw) if atom.qtype is QType.SYMBOL else atom.raw
    if atom.qtype is QType.FLOAT or atom.qtype is QType.CHAR:
        return join(atom.qtype, [raw], digits)
    if atom.qtype is QType.REAL and raw in (float("inf"), float("-inf")):
        return "0we" if raw > 0 else "-0we"
    return join(atom.qtype, [raw], digits)


def _vector(vector: Vector, digits: int, room: int | None) -> str:
    if not len(vector):
        return '""' if vector.qtype is QType.CHAR else f"`{vector.qtype.label}$()"
    if room is not None and len(vector) > room:
        vector = _first(vector, room)
    text = join(vector.qtype, raws(vector), digits)
    return "," + text if len(vector) == 1 else text


def _first(vector: Vector, count: int) -> Vector:
    if isinstance(vector.data, SymbolArray):
        return Vector.of(vector.qtype, SymbolArray.from_strs([vector.data[i] for i in range(count)]))
    return vector[:count]


def _list(value: List, room: int | None) -> Parts:
    if not len(value):
        return ["()"]
    found = value.items if room is None or not isinstance(value.strings, StringArray) else value[: room + 1].items
    shown: Sequence[Value] = found if room is None else tuple(islice(found, room + 1))
    if len(value) == 1:
        return [",", shown[0]]
    return ["(", *_separated(shown), ")"]


def _separated(values: Iterable[Value]) -> Parts:
    parts: Parts = []
    for value in values:
        parts += [";", value]
    return parts[1:]


def _pair(keys: Value, values: Value) -> Parts:
    return ["(", keys, ")!", values] if _needs_parens(keys) else [keys, "!", values]


def _needs_parens(keys: Value) -> bool:
    """Whether ``!`` would otherwise take only a part of the keys' text for its left side."""
    if isinstance(keys, Vector):
        return bool(keys.attr) or len(keys) == 1 or (not len(keys) and keys.qtype is not QType.CHAR)
    if isinstance(keys, List):
        return bool(keys.attr) or len(keys) == 1
    return True


def _function(value: Value) -> str | Parts:
    if isinstance(value, Lambda):
        return printable(value.source.decode("utf-8", "surrogateescape"))
    if isinstance(value, Primitive):
        return primitive_text(value)
    if isinstance(value, Derived):
        return [value.function, ITERATORS[value.qtype - QType.EACH]]
    if isinstance(value, Projection):
        head, *rest = value.items or ("",)
        return [head, "[", *_separated(rest), "]"]
    if isinstance(value, Composition):
        return list(value.items)
    return _other(value)


def _other(value: Any) -> str:
    return f"<{type(value).__name__}>"
