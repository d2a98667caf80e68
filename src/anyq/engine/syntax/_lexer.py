"""Source text to tokens.

The text is handled as one character a byte (latin-1 over UTF-8), so that positions count bytes and every byte can
stand in a string. Facts: KX reference, pages basics/syntax.md ("Spaces", "Tokens") and basics/datatypes.md.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

import attrs

from anyq.errors import QError

__all__ = ["MAX_NESTING", "Kind", "Token", "source_of", "text_of", "tokenize"]

MAX_NESTING: Final = 180
"""Brackets inside brackets. Deeper text is the error ``limit``."""


class Kind(Enum):
    """What a token is."""

    NUMBERS = "numbers"
    STRING = "string"
    SYMBOLS = "symbols"
    NAME = "name"
    GLYPH = "glyph"
    ITERATOR = "iterator"
    OPEN = "open"
    CLOSE = "close"
    SEMICOLON = "semicolon"
    END = "end"


@attrs.frozen
class Token:
    """``adjacent`` tells that nothing but this token's own text separates it from the one before."""

    kind: Kind
    text: str
    start: int
    end: int
    adjacent: bool


_NUMBER: Final = r"(?:0x[0-9a-fA-F]*|\.?\d(?:[0-9A-Za-z.]|:(?=\d)|(?<=\d[eE])[-+](?=\d))*)"
_TOKEN: Final = re.compile(
    rf"""
      (?P<blank>[ \t\r\n]+)
    | (?P<string>"(?:[^"\\]|\\.)*")
    | (?P<symbols>(?:`(?:[A-Za-z0-9.][\w.]*)?(?::[\w.:/]*)?)+)
    | (?P<io>[012]:(?=0x|\D|$))
    | (?P<numbers>-?{_NUMBER})
    | (?P<name>\.?[A-Za-z]\w*(?:\.[A-Za-z]\w*)*(?:\.(?=:[^:]))?)
    | (?P<iterator>['/\\]:?)
    | (?P<null>::)
    | (?P<glyph><=|>=|<>|[-+*%&|^=<>$,#_~!?@.:])
    | (?P<open>[(\[{{])
    | (?P<close>[)\]}}])
    | (?P<semicolon>;)
    """,
    re.X | re.S,
)
_MORE: Final = re.compile(rf"[ \t]+(-?{_NUMBER})")
_FILE_VERB: Final = re.compile(r"[012]:\d")
_KINDS: Final = {
    "string": Kind.STRING, "symbols": Kind.SYMBOLS, "io": Kind.GLYPH, "numbers": Kind.NUMBERS, "name": Kind.NAME,
    "iterator": Kind.ITERATOR, "null": Kind.GLYPH, "glyph": Kind.GLYPH, "open": Kind.OPEN, "close": Kind.CLOSE,
    "semicolon": Kind.SEMICOLON,
}  # fmt: skip
_NOUN_ENDS: Final = frozenset({Kind.NUMBERS, Kind.STRING, Kind.SYMBOLS, Kind.NAME, Kind.CLOSE})
_EVEN_BLANK: Final = " \t\r\n"


def source_of(text: str | bytes) -> str:
    """Query text as the lexer wants it."""
    raw = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else bytes(text)
    return raw.decode("latin-1")


def text_of(source: str) -> str:
    """Part of a source as ordinary text: the inverse of `source_of`."""
    return source.encode("latin-1").decode("utf-8", "surrogateescape")


def tokenize(source: str) -> list[Token]:
    """The tokens of ``source``, closed by one of kind END. Raises `QError` (``char``, ``"``) with a position.

    The bracket that closes a lambda's parameters ends no noun: in ``{[x]-1}`` the minus is a sign.
    """
    tokens: list[Token] = []
    position, size, blank = 0, len(source), True
    signatures: list[bool] = []
    after_signature = False
    while position < size:
        if source[position] == "/" and (position == 0 or source[position - 1] in _EVEN_BLANK):
            position, blank = _end_of_line(source, position), True
            continue
        found = _TOKEN.match(source, position)
        if found is None:
            raise QError('"' if source[position] == '"' else "char", position=position)
        kind, end = found.lastgroup or "", found.end()
        if kind == "blank":
            position, blank = end, True
            continue
        after_noun = bool(tokens) and not blank and not after_signature and _ends_noun(tokens[-1])
        if kind == "numbers" and after_noun and source[position] == "-":
            kind, end = "glyph", position + 1
        elif kind == "numbers" and tokens and tokens[-1].kind is Kind.STRING and _FILE_VERB.match(source, position):
            kind, end = "io", position + 2  # ``","0:10 10#x``: no minute stands beside a delimiter
        elif kind == "numbers":
            end = _numbers_end(source, end)
        elif kind == "glyph" and _through(source, found.group(), end):
            end += 1
        after_signature = False
        if kind == "open":
            if len(signatures) > MAX_NESTING:
                raise QError("limit", position=position)
            signatures.append(source[position] == "[" and bool(tokens) and tokens[-1].text == "{")
        elif kind == "close":
            after_signature = bool(signatures) and signatures.pop()
        tokens.append(Token(_KINDS[kind], source[position:end], position, end, not blank))
        position, blank = end, False
    tokens.append(Token(Kind.END, "", size, size, not blank))
    return tokens


def _ends_noun(token: Token) -> bool:
    """Whether a minus right after this token subtracts; after a lambda's brace it is a sign, as everywhere else."""
    return token.kind in _NOUN_ENDS and token.text != "}"


def _end_of_line(source: str, position: int) -> int:
    found = source.find("\n", position)
    return len(source) if found < 0 else found


def _numbers_end(source: str, end: int) -> int:
    """Numbers with blanks between them are one vector literal. ``1 2:`` stops before the operator ``2:``."""
    while True:
        found = _MORE.match(source, end)
        if found is None or _is_operator_next(source, found.start(1)):
            return end
        end = found.end()


def _is_operator_next(source: str, position: int) -> bool:
    return (
        source[position] in "012"
        and source[position + 1 : position + 2] == ":"
        and (not source[position + 2 : position + 3].isdigit() or source.startswith("0x", position + 2))
    )


def _through(source: str, glyph: str, end: int) -> bool:
    """Whether a colon follows at once: ``+:`` is assignment through ``+``, or its one-argument form."""
    if glyph == ":" or source[end : end + 1] != ":":
        return False
    return source[end + 1 : end + 2] != ":"
