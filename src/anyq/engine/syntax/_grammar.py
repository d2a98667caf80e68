"""The glyphs, iterators and built-in words that have a number, and what a glyph means with one argument."""

from __future__ import annotations

from typing import Final

__all__ = ["GLYPHS", "ITERATORS", "OPERATOR_CODES", "UNARY_CODES", "UNARY_OF_GLYPH"]

ITERATORS: Final = ("'", "/", "\\", "':", "/:", "\\:")
"""Iterators by their code."""

_OPERATORS: Final = (
    ": + - * % & | ^ = < > $ , # _ ~ ! ? @ . 0: 1: 2: in within like bin ss insert wsum wavg div xexp setenv binr"
    " cov cor"
)
OPERATOR_CODES: Final = {name: code for code, name in enumerate(_OPERATORS.split())}
"""Operators (type 102) by name (page kb/serialization.md and the order of k's glyphs)."""

_GLYPH_WORDS: Final = (
    "flip neg first reciprocal where reverse null group iasc idesc string enlist count floor not key distinct"
    " type value"
)
_UNARIES: Final = (
    f":: {_GLYPH_WORDS} read0 read1 2:: avg last sum prd min max exit getenv abs sqrt log exp sin asin cos acos"
    " tan atan enlist var dev hopen"
)
_ENLIST: Final = 12
UNARY_CODES: Final = {
    **{name: code for code, name in enumerate(_UNARIES.split()) if code != _ENLIST},
    ",:": _ENLIST,
}
"""Unary primitives (type 101) by their q name. ``enlist`` makes lists of any length; k's ``,:`` is another value."""

GLYPHS: Final = tuple(name for name in OPERATOR_CODES if not name[0].isalpha())

UNARY_OF_GLYPH: Final = {
    **dict(zip("+-*%&|^=<>$,#_~!?@.", _GLYPH_WORDS.split(), strict=True)),
    ":": "::",
    ",": ",:",
    "0:": "read0",
    "1:": "read1",
}
"""What a glyph means with one argument: in ``#:``, ``(#)x`` and in k (page basics/exposed-infrastructure.md)."""
