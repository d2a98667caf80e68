"""Text: ``string``, case, trimming, ``like``, ``ss ssr``, padding, ``md5``."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from anyq.console import line, string, strings
from anyq.errors import QError
from anyq.values import Atom, Dict, List, QType, StringArray, SymbolArray, Table, Value, Vector, collapse

from ...kernel._itemwise import extend1
from ...kernel._patterns import cut, matches, test_of
from ...kernel._support import EMPTY, Array, bools, chars, flag, is_atom, is_string, longs, symbol, text_of, vec
from ...kernel._take import window
from ...kernel._texts import translated, trimmed
from ...session._context import Context
from ...session._vocabulary import Vocabulary
from ..lists._types import is_null

__all__ = ["install", "pad", "to_string"]

_SYMBOL, _CHAR = QType.SYMBOL, QType.CHAR


def to_string(x: Value, digits: int) -> Value:
    """q's ``string`` with so many significant digits for floats."""
    if isinstance(x, Atom):
        return chars(bytes([x.raw]) if x.qtype is _CHAR else _text(x, digits))
    if isinstance(x, Vector):
        if is_string(x):
            return List.of(StringArray.from_bytes([bytes([b]) for b in bytes(x)])) if len(x) else EMPTY
        if x.qtype is _SYMBOL:
            texts = [text.encode("utf-8", "surrogateescape") for text in x.symbols]
        else:
            texts = [text.encode() for text in strings(x, digits)]
        return List.of(StringArray.from_bytes(texts)) if texts else EMPTY
    if isinstance(x, List):
        return List.of(tuple([to_string(item, digits) for item in x.items]))
    if isinstance(x, Dict | Table):
        return extend1(lambda part: to_string(part, digits), x)
    return chars(line(x, digits))


def _text(x: Atom, digits: int) -> str:
    return x.raw if x.qtype is _SYMBOL else string(x, digits)


def _string(q: Context, x: Value) -> Value:
    return to_string(x, q.settings.style.digits)


# -- case and blanks


def _mapped(x: Value, on_text: Callable[[str], str], table: Array) -> Value:
    """Symbols through a function, chars through a table of bytes, in any shape; other atoms stay."""
    if isinstance(x, Atom):
        if x.qtype is _SYMBOL:
            return symbol(on_text(x.raw))
        if x.qtype is _CHAR:
            return Atom(_CHAR, int(table[x.raw]))
        return x
    if isinstance(x, Vector):
        if x.qtype is _SYMBOL:
            return vec(_SYMBOL, _mapped_symbols(x.symbols, on_text))
        return vec(_CHAR, table[x.data]) if x.qtype is _CHAR else x
    if isinstance(x, List) and x.strings:
        return translated(x.strings, table)
    return extend1(lambda part: _mapped(part, on_text, table), x)


def _mapped_symbols(data: SymbolArray, on_text: Callable[[str], str]) -> SymbolArray:
    codes, uniques = data.factorize()
    mapped = np.array([on_text(text) for text in uniques.tolist()], object)
    return SymbolArray.from_strs(mapped[codes] if len(codes) else [])


_LOWER = np.frombuffer(bytes(range(256)).lower(), np.uint8)
_UPPER = np.frombuffer(bytes(range(256)).upper(), np.uint8)


def lower(x: Value) -> Value:
    return _mapped(x, str.lower, _LOWER)


def upper(x: Value) -> Value:
    return _mapped(x, str.upper, _UPPER)


def _trimming(left: bool, right: bool) -> Callable[[Value], Value]:
    def trim(x: Value) -> Value:
        if isinstance(x, Vector):
            missing = is_null(x)
            assert isinstance(missing, Vector)
            kept = np.flatnonzero(~missing.data)
            if not len(kept):
                return x[0:0]
            return window(x, int(kept[0]) if left else 0, int(kept[-1]) + 1 if right else len(x))
        if isinstance(x, Dict) and isinstance(x.value, Vector):
            return Dict(x.key, collapse([trim(item) for item in x.value]))
        if isinstance(x, List) and x.strings:
            return trimmed(x.strings, left=left, right=right)
        if isinstance(x, List | Dict):
            return extend1(trim, x)
        if isinstance(x, Table):
            columns = [trim(c) if isinstance(c, List) else c for c in x.data.items]
            return Table.of(x.names, List.of(tuple(columns)))
        return x

    return trim


def pad(width: int, x: Value) -> Value:
    """q's ``width$text``: cut or filled with blanks on the right, on the left for a negative width."""
    if (isinstance(x, Vector) and is_string(x)) or (isinstance(x, Atom) and x.qtype is _CHAR):
        text = text_of(x)
        return chars(text[:width].ljust(width) if width >= 0 else text[width:].rjust(-width))
    if isinstance(x, List | Dict | Table):
        return extend1(lambda part: pad(width, part), x)
    raise QError("type")


# -- patterns


def _like(q: Context, x: Value, y: Value) -> Value:
    """q's ``x like y``."""
    if isinstance(y, List):
        if isinstance(x, List | Vector) and not is_string(x) and len(x) == len(y):
            return collapse([_like(q, item, each) for item, each in zip(x, y.items, strict=True)])
        raise QError("type" if is_atom(x) or is_string(x) else "length")
    return _tested(test_of(text_of(y), q.check), x)


def _tested(test: Callable[[bytes], bool], x: Value) -> Value:
    if isinstance(x, Atom) or is_string(x):
        if isinstance(x, Atom) and x.qtype not in (_SYMBOL, _CHAR):
            raise QError("type")
        return flag(test(text_of(x)))
    if isinstance(x, Vector):
        if x.qtype is not _SYMBOL:
            raise QError("type")
        codes, uniques = x.symbols.factorize()
        hits = [test(text.encode("utf-8", "surrogateescape")) for text in uniques.tolist()]
        return bools(np.array(hits, np.bool_)[codes] if len(codes) else [])
    if isinstance(x, List) and x.strings is not None:
        return bools([test(text) for text in x.strings])
    if isinstance(x, Dict):
        return Dict(x.key, _tested(test, x.value))
    if isinstance(x, List) and all(is_atom(item) or is_string(item) for item in x.items):
        return extend1(lambda part: _tested(test, part), x)
    raise QError("type")


def _search(q: Context, x: Value, y: Value) -> Value:
    """q's ``x ss y``: where the pattern begins in the string; matches do not overlap."""
    if isinstance(x, List):
        return collapse([_search(q, item, y) for item in x.items])
    if not is_string(x):
        raise QError("type")
    part, *others = cut(text_of(y))
    if others or not part.width:
        raise QError("length")
    return longs(list(matches(part, text_of(x), q.check)))


def _replace(q: Context, x: Value, y: Value, z: Value) -> Value:
    """q's ``ssr``: every match of ``y`` in ``x`` by ``z``, a string or a function of the matched text."""
    if isinstance(x, List):
        return collapse([_replace(q, item, y, z) for item in x.items])
    if not is_string(x):
        raise QError("type")
    text, made, at = text_of(x), [], 0
    part, *others = cut(text_of(y))
    if others:
        raise QError("length")
    for found in matches(part, text, q.check) if part.width else ():
        end = found + part.width
        new = z if isinstance(z, Vector | Atom) else q.apply(z, (chars(text[found:end]),))
        made += [text[at:found], text_of(new)]
        at = end
    return chars(b"".join([*made, text[at:]]))


def md5(x: Value) -> Value:
    """The MD5 digest of a string, as bytes."""
    if not is_string(x):
        raise QError("type")
    import hashlib

    digest = hashlib.md5(text_of(x), usedforsecurity=False).digest()
    return vec(QType.BYTE, np.frombuffer(digest, np.uint8))


def install(vocabulary: Vocabulary) -> None:
    """Enter this family's names."""
    vocabulary.define("string", 1, _string, context=True)
    vocabulary.unary("lower", lower)
    vocabulary.unary("upper", upper)
    vocabulary.unary("trim", _trimming(True, True))
    vocabulary.unary("ltrim", _trimming(True, False))
    vocabulary.unary("rtrim", _trimming(False, True))
    vocabulary.unary("md5", md5)
    vocabulary.binary("like", _like, context=True)
    vocabulary.binary("ss", _search, context=True)
    vocabulary.define("ssr", 3, _replace, context=True)
