"""Expressions of a query: columns, literals, and functions of them.

An expression holds two things, both made when it is made: its parse tree, which is what is sent (a symbol is a column,
a constant that could be taken for one is enlisted), and the pieces of its q text, which is what is shown. Neither is
found by recursion, for a program may chain thousands of conditions.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Final, NoReturn

import attrs

from anyq.console import is_path, literal
from anyq.errors import ConversionError
from anyq.values import Atom, Derived, Lambda, List, Primitive, QType, Value, Vector, as_q, chars, collapse, symbol

__all__ = [
    "ABS", "DIV", "IN", "LIKE", "MOD", "NEG", "NOT", "NULL_TEST", "WITHIN", "XEXP", "Binary", "Expression", "Function",
    "Name", "Unary", "apply", "binary", "col", "column_of", "derived", "enlist", "infix_word", "lit", "operand",
    "quoted", "render", "unary", "word",
]  # fmt: skip


@attrs.frozen
class Name:
    """A name within the pieces of a text."""

    text: str


@attrs.frozen(eq=False, repr=False)
class Expression:
    """A part of a query, made by `col`, `lit` and the functions of `anyq.query`; it is evaluated by q.

    Python's operators stand for q's: ``+ - * / // % **`` for ``+ - * % div mod xexp``, the comparisons for ``= <> < <=
    > >=``, ``& |`` for ``and or``, ``~`` for ``not``, unary ``-`` for ``neg``. The other side of an operator is an
    expression or a constant: any object with a q form, where text is a symbol. ``== None`` asks for nulls. An
    expression has no truth of its own: join conditions by ``&`` and ``|``, each in parentheses.

    ``str`` is the q text that it stands for.
    """

    tree: Value
    """The parse tree, as q's ``parse`` gives it."""
    pieces: tuple[Any, ...] = attrs.field(repr=False)
    name: str = "x"
    """The name that a column of it gets if none is given: that of the column it begins with, as in q."""
    tight: bool = False
    """Whether its text can stand left of an operator without parentheses."""
    constant: Value | None = None
    """What a literal is, unquoted."""
    function: str | None = None
    """The name of the function that it applies, if it is made by one of those of `anyq.query`."""
    arguments: tuple[Expression, ...] = attrs.field(default=(), repr=False)

    def __str__(self) -> str:
        text = render([self])
        return literal(self.tree) if text is None else text

    def __repr__(self) -> str:
        text = str(self)
        return f"<{type(self).__name__}: {text if len(text) <= 1000 else text[:1000] + '...'}>"

    def __bool__(self) -> NoReturn:
        raise TypeError(
            "an expression of a query is neither true nor false here, q evaluates it: write (a > 1) & (b < 2), not"
            " `and`, `or`, `not`, `if` or 1 < a < 2; for membership, a.isin([...])"
        )

    __hash__: ClassVar[None] = None  # type: ignore[assignment]

    def __iter__(self) -> NoReturn:
        raise TypeError("an expression of a query has no items here: q evaluates it")

    def alias(self, name: str) -> Expression:
        """The same, as a column that is named ``name``."""
        return attrs.evolve(self, name=_checked(name))

    # Operators

    def __add__(self, other: object) -> Expression:
        return apply(PLUS, self, operand(other))

    def __radd__(self, other: object) -> Expression:
        return apply(PLUS, operand(other), self)

    def __sub__(self, other: object) -> Expression:
        return apply(MINUS, self, operand(other))

    def __rsub__(self, other: object) -> Expression:
        return apply(MINUS, operand(other), self)

    def __mul__(self, other: object) -> Expression:
        return apply(TIMES, self, operand(other))

    def __rmul__(self, other: object) -> Expression:
        return apply(TIMES, operand(other), self)

    def __truediv__(self, other: object) -> Expression:
        return apply(DIVIDE, self, operand(other))

    def __rtruediv__(self, other: object) -> Expression:
        return apply(DIVIDE, operand(other), self)

    def __floordiv__(self, other: object) -> Expression:
        return apply(DIV, self, operand(other))

    def __rfloordiv__(self, other: object) -> Expression:
        return apply(DIV, operand(other), self)

    def __mod__(self, other: object) -> Expression:
        return apply(MOD, self, operand(other))

    def __rmod__(self, other: object) -> Expression:
        return apply(MOD, operand(other), self)

    def __pow__(self, other: object) -> Expression:
        return apply(XEXP, self, operand(other))

    def __rpow__(self, other: object) -> Expression:
        return apply(XEXP, operand(other), self)

    def __and__(self, other: object) -> Expression:
        return apply(AND, self, operand(other))

    def __rand__(self, other: object) -> Expression:
        return apply(AND, operand(other), self)

    def __or__(self, other: object) -> Expression:
        return apply(OR, self, operand(other))

    def __ror__(self, other: object) -> Expression:
        return apply(OR, operand(other), self)

    def __neg__(self) -> Expression:
        return apply(NEG, self)

    def __invert__(self) -> Expression:
        return apply(NOT, self)

    def __abs__(self) -> Expression:
        return apply(ABS, self)

    def __eq__(self, other: object) -> Expression:  # type: ignore[override]
        return apply(NULL_TEST, self) if other is None else apply(EQUAL, self, operand(other))

    def __ne__(self, other: object) -> Expression:  # type: ignore[override]
        return ~apply(NULL_TEST, self) if other is None else apply(UNEQUAL, self, operand(other))

    def __lt__(self, other: object) -> Expression:
        return apply(LESS, self, operand(other))

    def __le__(self, other: object) -> Expression:
        return apply(AT_MOST, self, operand(other))

    def __gt__(self, other: object) -> Expression:
        return apply(MORE, self, operand(other))

    def __ge__(self, other: object) -> Expression:
        return apply(AT_LEAST, self, operand(other))

    # q's words

    def isin(self, items: object) -> Expression:
        """``in``: whether it is one of ``items``, an iterable of constants, a q list, or an ``exec`` query."""
        if (
            isinstance(items, Iterable)
            and not isinstance(items, str | bytes | Value)
            and not hasattr(items, "__array__")
        ):
            items = list(items)
        return apply(IN, self, operand(items))

    def within(self, low: object, high: object) -> Expression:
        """``within``: whether it lies between two constants or expressions, both included."""
        ends = operand(low), operand(high)
        fixed = [end.constant for end in ends if end.constant is not None]
        return apply(WITHIN, self, _constant(collapse(fixed)) if len(fixed) == 2 else enlist(*ends))

    def like(self, pattern: str | bytes) -> Expression:
        """``like``: whether text or symbols match a pattern of q: ``?`` is any character, ``*`` any number of them."""
        return apply(LIKE, self, _constant(chars(pattern)))

    def isnull(self) -> Expression:
        """``null``: whether it is its type's null."""
        return apply(NULL_TEST, self)

    def fill(self, value: object) -> Expression:
        """``value^``: itself, with ``value`` in place of nulls."""
        return apply(FILL, operand(value), self)

    def cast(self, kind: QType | str) -> Expression:
        """``kind$``: as another type, by its name or `anyq.QType`: ``col("time").cast("minute")``."""
        return apply(CAST, lit(QType.of(kind).label), self)

    def each(self, function: Unary) -> Expression:
        """A function of one argument for each item: ``col("prices").each(anyq.query.count)``."""
        tree = List.of((Derived(QType.EACH, function.head), self.tree))
        return Expression(tree, (f"{function.name} each ", self), self.name)


@attrs.frozen
class Function:
    """A function of q, of ``rank`` arguments.

    ``head`` is what is sent for it: the primitive of that number, or a lambda that applies the word where q has no
    number for it. ``outer`` is applied to the result: ``a<=b`` is ``not a>b``, as q itself has it.
    """

    name: str
    rank: int
    head: Value
    infix: bool = False
    outer: Value | None = None

    def __str__(self) -> str:
        return self.name


@attrs.frozen
class Unary(Function):
    """A function of q with one argument: an expression, a constant, or text, which names a column."""

    def __call__(self, x: object) -> Expression:
        """The expression of it, evaluated by q."""
        return apply(self, column_of(x))


@attrs.frozen
class Binary(Function):
    """A function of q with two arguments: expressions, constants, or text, which names a column."""

    def __call__(self, x: object, y: object) -> Expression:
        """The expression of it, evaluated by q."""
        return apply(self, column_of(x), column_of(y))


def apply(function: Function, *arguments: Expression) -> Expression:
    """The expression of a function and its arguments."""
    tree: Value = List.of((function.head, *[argument.tree for argument in arguments]))
    if function.outer is not None:
        tree = List.of((function.outer, tree))
    word = function.name[0].isalpha()
    if function.infix:
        left, right = arguments
        between = f" {function.name} " if word else function.name
        pieces: tuple[Any, ...] = (left, between, right) if left.tight else ("(", left, ")", between, right)
        passed = left.constant is not None and (word or _is_symbol(left.constant))
        name = (right if passed else left).name
        return Expression(tree, pieces, name, function=function.name, arguments=arguments)
    if len(arguments) == 1:
        pieces = (function.name, " ", arguments[0])
        return Expression(tree, pieces, arguments[0].name, function=function.name, arguments=arguments)
    inner = [piece for argument in arguments for piece in (argument, ";")][:-1]
    return Expression(tree, (function.name, "[", *inner, "]"), arguments[0].name if arguments else "x", tight=True)


def col(name: str) -> Expression:
    """A column, by its name; ``i`` is the number of the row. A name that is no column is a variable of the server.

    What follows a dot is a part of it, as in q: ``col("time.minute")``, or a column by a foreign key.
    """
    return Expression(symbol(_checked(name)), (Name(name),), _own_name(name), tight=True)


def lit(value: object) -> Expression:
    """A constant: any object with a q form. Text is a symbol, bytes are a string of q; ``lit(q_value)`` is exact."""
    return _constant(as_q(value))


def operand(value: object) -> Expression:
    """The other side of an operator: an expression as it is, all else as a constant."""
    if isinstance(value, Expression):
        return value
    made = getattr(value, "as_expression", None)
    return lit(value) if made is None else made()


def column_of(value: object) -> Expression:
    """What stands for a column: text names one."""
    return col(value) if isinstance(value, str) else operand(value)


def enlist(*items: Expression) -> Expression:
    """The list of expressions."""
    tree = List.of((_ENLIST, *[item.tree for item in items]))
    inner = [piece for item in items for piece in (item, ";")][:-1]
    pieces = ("enlist ", *inner) if len(items) == 1 else ("(", *inner, ")")
    return Expression(tree, pieces, items[0].name, tight=len(items) > 1)


def quoted(value: Value) -> Value:
    """A constant for a parse tree: what q would take for a name or an application is enlisted."""
    if isinstance(value, Atom):
        return Vector(QType.SYMBOL, [value.raw]) if value.qtype is QType.SYMBOL else value
    if isinstance(value, List) and not len(value):
        return value
    if isinstance(value, List) or (isinstance(value, Vector) and value.qtype is QType.SYMBOL and len(value)):
        return List.of((value,))
    return value


def render(pieces: Iterable[Any]) -> str | None:
    """The q text of pieces; ``None`` if a name in it cannot be written there."""
    out: list[str] = []
    todo = [*pieces][::-1]
    while todo:
        piece = todo.pop()
        if isinstance(piece, str):
            out.append(piece)
        elif isinstance(piece, Expression):
            todo.extend(reversed(piece.pieces))
        elif isinstance(piece, Name):
            if not is_path(piece.text):
                return None
            out.append(piece.text)
        elif isinstance(piece, Value):
            out.append(literal(piece))
        else:  # a query within this one
            inner = piece.pieces()
            if inner is None:
                return None
            todo.extend(reversed(inner))
    return "".join(out)


def _constant(value: Value) -> Expression:
    return Expression(quoted(value), (value,), constant=value, tight=_is_token(value))


def _is_token(value: Value) -> bool:
    """Whether the text of a constant is one token, which can stand left of an operator as it is."""
    if not isinstance(value, Atom):
        return False
    if value.qtype is QType.SYMBOL:
        return str(value.raw).isalnum() and value.raw.isascii()
    return value.qtype in (QType.LONG, QType.FLOAT, QType.BOOLEAN) and value.raw >= 0


def _is_symbol(value: Value) -> bool:
    return isinstance(value, Atom) and value.qtype is QType.SYMBOL


def _own_name(name: str) -> str:
    last = name.rpartition(".")[2]
    return "x" if last == "i" else last or name


def _checked(name: object) -> str:
    if not isinstance(name, str) or not name:
        raise ConversionError(f"the name of a column is text, and not empty: not {name!r}")
    return name


def word(name: str) -> Unary:
    """A function that the wire has no number for, sent as a lambda that applies the word."""
    return Unary(name, 1, Lambda("", f"{{{name} x}}"))


def infix_word(name: str) -> Binary:
    """As `word`, of two arguments."""
    return Binary(name, 2, Lambda("", f"{{x {name} y}}"), infix=True)


def derived(name: str, kind: QType, code: int) -> Unary:
    """A word that covers an iterator of an operator, as ``sums`` does ``+\\``."""
    return Unary(name, 1, Derived(kind, Primitive(QType.OPERATOR, code)))


def unary(name: str, code: int) -> Unary:
    """A function that the wire has the number ``code`` for."""
    return Unary(name, 1, Primitive(QType.UNARY, code))


def binary(name: str, code: int, outer: Value | None = None) -> Binary:
    """As `unary`, of two arguments."""
    return Binary(name, 2, Primitive(QType.OPERATOR, code), infix=True, outer=outer)


_NOT: Final = Primitive(QType.UNARY, 15)
_ENLIST: Final = Primitive(QType.UNARY, 41)

PLUS, MINUS, TIMES, DIVIDE = binary("+", 1), binary("-", 2), binary("*", 3), binary("%", 4)
AND, OR, FILL = binary("&", 5), binary("|", 6), binary("^", 7)
EQUAL, LESS, MORE, CAST = binary("=", 8), binary("<", 9), binary(">", 10), binary("$", 11)
UNEQUAL, AT_MOST, AT_LEAST = binary("<>", 8, _NOT), binary("<=", 10, _NOT), binary(">=", 9, _NOT)
IN, WITHIN, LIKE = binary("in", 23), binary("within", 24), binary("like", 25)
DIV, XEXP = binary("div", 31), binary("xexp", 32)
MOD = infix_word("mod")
NEG, NULL_TEST, NOT, ABS = unary("neg", 2), unary("null", 7), unary("not", 15), unary("abs", 31)
