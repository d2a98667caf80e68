"""Cast, tok, pad and enumerate: all that ``x$y`` does, by what ``x`` is (page ref/overloads.md, dollar)."""

from __future__ import annotations

from anyq.errors import QError
from anyq.values import Atom, Dict, List, QType, Table, Value, Vector, collapse

from ...kernel._domains import place, places
from ...kernel._enumeration import EnumeratedAtom, Enumeration
from ...kernel._itemwise import extend1
from ...kernel._read_texts import read_texts
from ...kernel._support import empty, is_string, items_of, text_of
from ...kernel._temporal import BY_NAME, CASTABLE, cast, part_of
from ...kernel._tok import parse_text
from ...session._context import Context
from ...session._vocabulary import Vocabulary
from ..numbers._matrix import multiply_matrices
from ..tables._enums import enumerate_over
from ._strings import pad

__all__ = ["dollar", "install", "tok"]


def tok(qtype: QType, y: Value, *, day_first: bool = False) -> Value:
    """The value that each string in ``y`` says."""
    if (isinstance(y, Atom) and y.qtype is QType.CHAR) or is_string(y):
        if qtype is QType.CHAR and isinstance(y, Vector) and len(y) != 1:
            return y
        return Atom(qtype, parse_text(qtype, text_of(y), day_first=day_first))
    if isinstance(y, List):
        if not len(y):
            return empty(qtype)
        if y.strings is not None and qtype is not QType.CHAR:
            return read_texts(qtype, y.strings, day_first=day_first)
        return collapse([tok(qtype, item, day_first=day_first) for item in y.items])
    if isinstance(y, Dict | Table):
        return extend1(lambda item: tok(qtype, item, day_first=day_first), y)
    if isinstance(y, Atom | Vector) and y.qtype is qtype:
        return y
    raise QError("type")


# -- the dollar


def dollar(q: Context, x: Value, y: Value) -> Value:
    """q's ``x$y``."""
    if isinstance(x, Atom):
        return _by_atom(q, x, y)
    if isinstance(x, Vector | List) and _is_matrix(x):
        return multiply_matrices(x, y)
    if isinstance(x, Vector | List):
        others = items_of(y) if isinstance(y, Vector | List) else [y] * len(x)
        if len(others) != len(x):
            raise QError("length")
        return collapse([dollar(q, a, b) for a, b in zip(items_of(x), others, strict=True)])
    raise QError("type")


def _is_matrix(x: Value) -> bool:
    if isinstance(x, Vector):
        return x.qtype in (QType.FLOAT, QType.REAL)
    return isinstance(x, List) and bool(len(x)) and isinstance(x[0], Vector) and _is_matrix(x[0])


def _by_atom(q: Context, x: Atom, y: Value) -> Value:
    if isinstance(y, Enumeration | EnumeratedAtom):
        y = _unenumerated(x, y)
    if isinstance(y, List) and y.strings is None and any(isinstance(i, Enumeration | EnumeratedAtom) for i in y.items):
        return collapse([_by_atom(q, x, item) for item in y.items])
    if x.qtype is QType.CHAR:
        return _by_letter(chr(x.raw), y, q)
    if x.qtype is QType.SYMBOL:
        return _by_name(q, x.raw, y)
    if x.qtype is QType.SHORT:
        if x.raw == 0:
            return y
        return _by_letter(_letter(x.raw), y, q)
    if x.qtype in (QType.LONG, QType.INT):
        return pad(x.raw, y)
    if isinstance(y, List) and not len(y):
        return y
    raise QError("type")


def _unenumerated(x: Atom, y: Enumeration | EnumeratedAtom) -> Value:
    """What a cast of an enumeration starts from: its places for numbers, else what it stands for."""
    target = BY_NAME.get(x.raw) if x.qtype is QType.SYMBOL else None
    if x.qtype is QType.CHAR:
        target = CASTABLE.get(chr(x.raw))
    if x.qtype is QType.SHORT:
        target = next((t for t in CASTABLE.values() if t == x.raw), None)
    if target is None or target is QType.SYMBOL:
        return y.plain()
    return places(y) if isinstance(y, Enumeration) else place(y)


def _letter(number: int) -> str:
    found = next((t.char for t in CASTABLE.values() if t == abs(number)), "")
    if not found:
        raise QError("type")
    return found if number > 0 else found.upper()


def _by_letter(letter: str, y: Value, q: Context) -> Value:
    if letter == "*":
        return y
    qtype = CASTABLE.get(letter.lower())
    if qtype is None:
        raise QError("type")
    if letter.islower():
        return cast(qtype, y)
    return tok(qtype, y, day_first=q.settings.day_first)


def _by_name(q: Context, name: str, y: Value) -> Value:
    if name == "":
        return tok(QType.SYMBOL, y)
    found = part_of(name, y)
    if found is not None:
        return found
    return enumerate_over(q, name, y)


def install(vocabulary: Vocabulary) -> None:
    """Enter this family's names."""
    vocabulary.binary("$", dollar, context=True)
