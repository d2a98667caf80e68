"""Value -> the text that q prints.

`text` is what the console shows, cut to the console's size; `line` is the one-line form, whole.
"""

from ._atoms import string, strings
from ._columns import CellStyle, column_texts, joined_rows, listed_texts, quoted_texts, slices, symbol_texts
from ._html import html
from ._line import line
from ._literal import literal
from ._names import WORDS, is_name, is_path
from ._page import cells, page, text
from ._primitives import OPERATORS, UNARIES, primitive_text
from ._style import DEFAULT, Style
from ._visible import visible

__all__ = [
    "DEFAULT", "OPERATORS", "UNARIES", "WORDS", "CellStyle", "Style", "cells", "column_texts", "html", "is_name",
    "is_path", "joined_rows", "line", "listed_texts", "literal", "page", "primitive_text", "quoted_texts", "slices",
    "string", "strings", "symbol_texts", "text", "visible",
]  # fmt: skip
