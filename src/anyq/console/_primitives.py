"""The glyphs and words of primitives, by their codes on the wire."""

from __future__ import annotations

from typing import Final

from anyq.values import ELIDED, Primitive, QType

__all__ = ["ITERATORS", "OPERATORS", "UNARIES", "primitive_text"]

UNARIES: Final = (
    "::", "+:", "-:", "*:", "%:", "&:", "|:", "^:", "=:", "<:", ">:", "$:", ",:", "#:", "_:", "~:", "!:", "?:", "@:",
    ".:", "0::", "1::", "2::", "avg", "last", "sum", "prd", "min", "max", "exit", "getenv", "abs", "sqrt", "log", "exp",
    "sin", "asin", "cos", "acos", "tan", "atan", "enlist", "var", "dev", "hopen",
)  # fmt: skip
"""What q prints for the unary primitives, by code."""

OPERATORS: Final = (
    ":", "+", "-", "*", "%", "&", "|", "^", "=", "<", ">", "$", ",", "#", "_", "~", "!", "?", "@", ".", "0:", "1:",
    "2:", "in", "within", "like", "bin", "ss", "insert", "wsum", "wavg", "div", "xexp", "setenv", "binr", "cov", "cor",
)  # fmt: skip
"""What q prints for the operators, by code."""

ITERATORS: Final = ("'", "/", "\\", "':", "/:", "\\:")
"""What q prints for the iterators, by code; also, in this order, for the types 106 to 111 that they derive."""

_NAMES: Final = {QType.UNARY: UNARIES, QType.OPERATOR: OPERATORS, QType.ITERATOR: ITERATORS}


def primitive_text(primitive: Primitive) -> str:
    """The glyph or word of a primitive; an elided argument is the empty text."""
    if primitive.qtype is QType.UNARY and primitive.code == ELIDED.code:
        return ""
    return _NAMES[primitive.qtype][primitive.code]
