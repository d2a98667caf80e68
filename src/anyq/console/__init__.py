"""Value -> the text that q prints.

`text` is what the console shows, cut to the console's size; `line` is the one-line form, whole.
"""

from ._atoms import string, strings
from ._html import html
from ._line import line
from ._literal import literal
from ._names import WORDS, is_name, is_path
from ._page import cells, text
from ._primitives import OPERATORS, UNARIES, primitive_text
from ._style import DEFAULT, Style

__all__ = [
    "DEFAULT", "OPERATORS", "UNARIES", "WORDS", "Style", "cells", "html", "is_name", "is_path", "line", "literal",
    "primitive_text", "string", "strings", "text",
]  # fmt: skip
