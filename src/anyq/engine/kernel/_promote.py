"""Result types: one table per group of operators, by the types of the two arguments.

Rows are the left argument's type, columns the right's; ``.`` is ``'type``. Facts: KX reference, pages ref/add.md,
ref/subtract.md, ref/multiply.md, ref/divide.md, ref/div.md, ref/mod.md, ref/lesser.md; ref/fill.md
has the table of ref/lesser.md.
"""

from __future__ import annotations

from typing import Final

from anyq.values import QType

__all__ = ["ADD", "COMPARE", "DIV", "DIVIDE", "LESSER", "MOD", "MULTIPLY", "SUBTRACT", "Promotion"]

Promotion = dict[tuple[QType, QType], QType]

_ORDER: Final = "bgxhijefcspmdznuvt"


def _table(text: str) -> Promotion:
    found: Promotion = {}
    for line in text.split("\n"):
        row = line.split()
        if not row:
            continue
        for column, result in zip(_ORDER, row[1:], strict=True):
            if result != ".":
                found[QType.of(row[0]), QType.of(column)] = QType.of(result)
    return found


_NUMBERS_FIRST: Final = """
b  i . i i i j e f c . p m d z n u v t
x  i . i i i j e f c . p m d z n u v t
h  i . i i i j e f c . p m d z n u v t
i  i . i i i j e f c . p m d z n u v t
j  j . j j j j e f c . p m d z n u v t
e  e . e e e e e f c . p m d z n u v t
f  f . f f f f f f c . f f z z f f f f
"""


def _numbers(char_column: str) -> str:
    """The rows of numeric left arguments, with the column of chars for each of them."""
    lines = [line for line in _NUMBERS_FIRST.split("\n") if line]
    return "\n".join(line.replace("c", char) for line, char in zip(lines, char_column, strict=True))


_TEMPORAL_SUM: Final = """
p  p . p p p p p f p . n . {q} . p p p p
m  m . m m m m m f m . . i . . p p p p
d  d . d d d d d z d . {q} . i . p p p p
z  z . z z z z z z z . . . . f p z z z
n  n . n n n n n f n . p p p p n n n n
u  u . u u u u u f u . p p p z n u v t
v  v . v v v v v f v . p p p z n v v t
t  t . t t t t t f t . p p p z n t t t
"""

_CHAR_ROW: Final = "c  . . . . . . . f . . p m d z n u v t\n"

ADD: Final = _table(_numbers("......f") + "\n" + _CHAR_ROW + _TEMPORAL_SUM.format(q="."))

SUBTRACT: Final = _table(_numbers("iiiijef") + "\n" + _CHAR_ROW + _TEMPORAL_SUM.format(q="n"))

_TEMPORAL_PRODUCT: Final = """
p  p . p p p p p f p . . . . . . . . .
m  m . m m m m m f m . . . . . . . . .
d  d . d d d d d z d . . . . . . . . .
z  z . z z z z z z z . . . . . . . . .
n  n . n n n n n f n . . . . . . . . .
u  u . u u u u u f u . . . . . . . . .
v  v . v v v v v f v . . . . . . . . .
t  t . t t t t t f t . . . . . . . . .
"""

MULTIPLY: Final = _table(_numbers("......f") + "\n" + _CHAR_ROW + _TEMPORAL_PRODUCT)

MOD: Final = _table(
    _numbers("......f").replace("e  e . e e e e e f . . p m d z n u v t", "e  f . f f f f f f . . f f z z f f f f")
    + "\n"
    + _CHAR_ROW
    + """
p  n . n n n n n f n . . . . . . . . .
m  i . i i i i i f i . . . . . . . . .
d  i . i i i i i . i . . . . . . . . .
z  f . f f f f f f f . . . . . . . . .
n  n . n n n n n f n . n . . . n n n n
u  u . u u u u u f u . . . . . n u v t
v  v . v v v v v f v . . . . . n v v t
t  t . t t t t t f t . . . . . n t t t
"""
)

_DIV_ROWS: Final = {
    "b": "i", "x": "i", "h": "i", "i": "i", "j": "j", "e": "f", "f": "f", "c": "i", "p": "p", "m": "m", "d": "d",
    "z": "z", "n": "n", "u": "u", "v": "v", "t": "t",
}  # fmt: skip

DIV: Final = {
    (QType.of(x), QType.of(y)): QType.of(result) for x, result in _DIV_ROWS.items() for y in _ORDER if y not in "gs"
}

DIVIDE: Final = dict.fromkeys(DIV, QType.FLOAT)

LESSER: Final = _table("""
b  b . x h i j e f c . p m d z n u v t
x  x . x h i j e f c . p m d z n u v t
h  h . h h i j e f c . p m d z n u v t
i  i . i i i j e f c . p m d z n u v t
j  j . j j j j e f c . p m d z n u v t
e  e . e e e e e f c . p m d z n u v t
f  f . f f f f f f c . p m d z n u v t
c  c . c c c c c c c . p m d z n u v t
p  p . p p p p p p p . p p p p n u v t
m  m . m m m m m m m . p m d . . . . .
d  d . d d d d d d d . p d d z . . . .
z  z . z z z z z z z . p . z z n u v t
n  n . n n n n n n n . n . . n n n n n
u  u . u u u u u u u . u . . u n u v t
v  v . v v v v v v v . v . . v n v v t
t  t . t t t t t t t . t . . t n t t t
""")


def _compared_as() -> Promotion:
    """The type in which two types are compared: temporal pairs as `LESSER`, others by their underlying numbers."""
    found: Promotion = {}
    for x, y in LESSER:
        both = (x, y)
        if all(t >= QType.TIMESTAMP for t in both):
            found[both] = LESSER[both]
        elif any(t in (QType.REAL, QType.FLOAT, QType.DATETIME) for t in both):
            found[both] = QType.FLOAT
        else:
            found[both] = QType.LONG
    return found


COMPARE: Final = _compared_as()
