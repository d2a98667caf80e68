"""q's functions of columns, as functions that make expressions. Text as an argument names a column.

Functions that the wire has a number for are sent as that number, so that q knows them for what they are (it splits
aggregates over the partitions of a table, and finds rows by attributes); the others as a lambda that applies the word.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from anyq.console import is_path
from anyq.errors import ConversionError
from anyq.values import (
    Composition,
    Derived,
    Lambda,
    List,
    Primitive,
    Projection,
    QType,
    Value,
    symbol,
    symbols,
)

from ._expression import (
    ABS,
    DIV,
    MOD,
    NEG,
    NOT,
    NULL_TEST,
    XEXP,
    Binary,
    Expression,
    Function,
    Name,
    Unary,
    binary,
    col,
    column_of,
    derived,
    enlist,
    infix_word,
    operand,
    unary,
    word,
)

__all__ = [
    "abs", "all", "any", "avg", "avgs", "call", "ceiling", "cor", "count", "cov", "deltas", "dev", "differ",
    "distinct", "div", "ema", "exp", "fby", "fills", "first", "floor", "iasc", "idesc", "last", "log", "lower",
    "mavg", "max", "maxs", "mcount", "mdev", "med", "min", "mins", "mmax", "mmin", "mod", "msum", "neg", "next",
    "not_", "null", "prd", "prds", "prev", "rank", "ratios", "reciprocal", "reverse", "scov", "sdev", "signum",
    "sqrt", "string", "sublist", "sum", "sums", "svar", "trim", "type_", "upper", "var", "wavg", "when", "wsum",
    "xbar", "xexp", "xlog", "xprev", "xrank",
]  # fmt: skip

# Aggregates
avg: Final[Unary] = unary("avg", 23)
count: Final[Unary] = unary("count", 13)
first: Final[Unary] = unary("first", 3)
last: Final[Unary] = unary("last", 24)
max: Final[Unary] = unary("max", 28)
min: Final[Unary] = unary("min", 27)
prd: Final[Unary] = unary("prd", 26)
sum: Final[Unary] = unary("sum", 25)
var: Final[Unary] = unary("var", 42)
dev: Final[Unary] = unary("dev", 43)
all: Final[Unary] = word("all")
any: Final[Unary] = word("any")
med: Final[Unary] = word("med")
sdev: Final[Unary] = word("sdev")
svar: Final[Unary] = word("svar")
cor: Final[Binary] = binary("cor", 36)
cov: Final[Binary] = binary("cov", 35)
scov: Final[Binary] = infix_word("scov")
wavg: Final[Binary] = binary("wavg", 30)
wsum: Final[Binary] = binary("wsum", 29)

# Running and by neighbours
avgs: Final[Unary] = word("avgs")
deltas: Final[Unary] = derived("deltas", QType.PRIOR, 2)
differ: Final[Unary] = word("differ")
fills: Final[Unary] = derived("fills", QType.SCAN, 7)
maxs: Final[Unary] = derived("maxs", QType.SCAN, 6)
mins: Final[Unary] = derived("mins", QType.SCAN, 5)
next: Final[Unary] = word("next")
prds: Final[Unary] = derived("prds", QType.SCAN, 3)
prev: Final[Unary] = derived("prev", QType.PRIOR, 0)
ratios: Final[Unary] = derived("ratios", QType.PRIOR, 4)
sums: Final[Unary] = derived("sums", QType.SCAN, 1)
ema: Final[Binary] = infix_word("ema")
mavg: Final[Binary] = infix_word("mavg")
mcount: Final[Binary] = infix_word("mcount")
mdev: Final[Binary] = infix_word("mdev")
mmax: Final[Binary] = infix_word("mmax")
mmin: Final[Binary] = infix_word("mmin")
msum: Final[Binary] = infix_word("msum")
xprev: Final[Binary] = infix_word("xprev")

# Item by item
abs: Final[Unary] = ABS
ceiling: Final[Unary] = word("ceiling")
exp: Final[Unary] = unary("exp", 34)
floor: Final[Unary] = unary("floor", 14)
log: Final[Unary] = unary("log", 33)
neg: Final[Unary] = NEG
not_: Final[Unary] = NOT
null: Final[Unary] = NULL_TEST
reciprocal: Final[Unary] = unary("reciprocal", 4)
signum: Final[Unary] = word("signum")
sqrt: Final[Unary] = unary("sqrt", 32)
div: Final[Binary] = DIV
mod: Final[Binary] = MOD
xbar: Final[Binary] = infix_word("xbar")
xexp: Final[Binary] = XEXP
xlog: Final[Binary] = infix_word("xlog")

# Text, order and the rest
distinct: Final[Unary] = unary("distinct", 17)
iasc: Final[Unary] = unary("iasc", 9)
idesc: Final[Unary] = unary("idesc", 10)
lower: Final[Unary] = word("lower")
rank: Final[Unary] = word("rank")
reverse: Final[Unary] = unary("reverse", 6)
string: Final[Unary] = unary("string", 11)
trim: Final[Unary] = word("trim")
type_: Final[Unary] = unary("type", 18)
upper: Final[Unary] = word("upper")
sublist: Final[Binary] = infix_word("sublist")
xrank: Final[Binary] = infix_word("xrank")

_COND: Final = Function("?", 3, Primitive(QType.OPERATOR, 17))
_FLIP: Final = Primitive(QType.UNARY, 1)
_DICT: Final = Primitive(QType.OPERATOR, 16)
_FBY: Final = Lambda("", "{x fby y}")


def when(condition: object, then: object, otherwise: object) -> Expression:
    """``?[condition;then;otherwise]``: for each row one of two. Text as one of these is a symbol."""
    parts = column_of(condition), operand(then), operand(otherwise)
    tree = List.of((_COND.head, *[part.tree for part in parts]))
    return Expression(tree, ("?[", parts[0], ";", parts[1], ";", parts[2], "]"), parts[0].name, tight=True)


def fby(function: Unary, x: object, by: str | Sequence[str]) -> Expression:
    """``(function;x)fby by``: an aggregate of the rows that share ``by``, one column or several, for each row.

    ``where=col("price") == fby(max, "price", "sym")`` keeps the dearest row of each symbol.
    """
    column = column_of(x)
    names = [by] if isinstance(by, str) else list(by)
    groups = [col(name) for name in names]
    pair = List.of((Primitive(QType.UNARY, 41), function.head, column.tree))
    left = (f"({function.name};", column, ") fby ")
    if len(groups) == 1:
        return Expression(List.of((_FBY, pair, groups[0].tree)), (*left, groups[0]), column.name)
    keys: Value = List.of((_DICT, List.of((symbols(names),)), enlist(*groups).tree))
    inner = [piece for group in groups for piece in (group, ";")][:-1]
    return Expression(List.of((_FBY, pair, List.of((_FLIP, keys)))), (*left, "([]", *inner, ")"), column.name)


def call(function: str | Value, *arguments: object) -> Expression:
    """A function of the server, by its name or as a q value, applied to expressions; text as an argument is a column.

    Without arguments it is applied to the generic null, as ``f[]`` does. Raises `anyq.ConversionError` for a name that
    is none in q.
    """
    given = [column_of(argument) for argument in arguments] or [operand(None)]
    if isinstance(function, str):
        if not is_path(function):
            raise ConversionError(
                f"{function!r} names no function of a server; q's own are in anyq.query, or given as values"
            )
        head: Value = symbol(function)
        shown: tuple[object, ...] = (Name(function),)
    elif isinstance(function, Lambda | Primitive | Derived | Projection | Composition):
        head, shown = function, ("(", function, ")")
    else:
        raise ConversionError(f"a function is called by its name or as a q value, not as a {type(function).__name__}")
    inner = [piece for argument in given for piece in (argument, ";")][:-1]
    tree = List.of((head, *[argument.tree for argument in given]))
    return Expression(tree, (*shown, "[", *inner, "]"), given[0].name, tight=True)
