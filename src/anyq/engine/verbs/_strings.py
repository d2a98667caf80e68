"""Text: ``string``, case, trimming, ``like``, ``ss ssr``, ``sv vs`` of strings, padding, md5."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anyq.console import line, string, strings
from anyq.values import Atom, Dict, List, QType, StringArray, Table, Value, Vector

from ._itemwise import extend1
from ._support import EMPTY, chars, is_string

if TYPE_CHECKING:
    from .._interpreter import Interpreter
    from .._vocabulary import Vocabulary

__all__ = ["install", "to_string"]


def to_string(x: Value, digits: int) -> Value:
    """q's ``string`` with so many significant digits for floats."""
    if isinstance(x, Atom):
        return chars(bytes([x.raw]) if x.qtype is QType.CHAR else string(x, digits))
    if isinstance(x, Vector):
        if is_string(x):
            return List.of(StringArray.from_bytes([bytes([b]) for b in bytes(x)])) if len(x) else EMPTY
        texts = [text.encode("utf-8", "surrogateescape") for text in strings(x, digits)]
        return List.of(StringArray.from_bytes(texts)) if texts else EMPTY
    if isinstance(x, List):
        return List.of(tuple([to_string(item, digits) for item in x.items]))
    if isinstance(x, Dict | Table):
        return extend1(lambda part: to_string(part, digits), x)
    return chars(line(x, digits))


def _string(interpreter: Interpreter, x: Value) -> Value:
    return to_string(x, interpreter.settings.style.digits)


def install(vocabulary: Vocabulary) -> None:
    """Enter this family's names."""
    vocabulary.define("string", 1, _string, context=True)
