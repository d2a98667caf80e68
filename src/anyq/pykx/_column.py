"""Columns of queries as Python expressions: ``kx.Column("price").max()``.

A tree is held as Python data: a ``str`` is the name of a column, a list the application of its first item to the
others, all else a constant. A constant that would mean something else in a tree (a symbol, a list) stands in a list of
one item, which q's ``eval`` takes for the item itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

from anyq.values import Atom as QAtom
from anyq.values import Dict, List, QType, Value, Vector, symbol, symbols

from . import _engine
from ._base import K, unwrap, wrap
from ._column_words import COLUMN_FIRST, COLUMN_LAST, PARTS, UNARY
from ._functions import Function
from ._links import LINKS
from ._vectors import CharVector

__all__ = ["Column", "ParseTree", "QueryPhrase", "Variable", "constant", "phrases", "tree_of"]

_ITERATORS: Final = frozenset({"each", "peach", "over", "scan", "prior"})


def _function(name: Any) -> Any:
    """A function for a tree: of its name or text in q, or of a value."""
    if isinstance(name, Variable):
        return name._name
    if isinstance(name, CharVector):
        name = str(name)
    if isinstance(name, bytes):
        name = name.decode()
    if isinstance(name, str):
        return wrap(_engine.evaluate(name if name[:1] in "{(" or name.isidentifier() else f"({name})"))
    return name if isinstance(name, K) else wrap(LINKS.function(name)) if callable(name) else LINKS.toq(name)


def constant(x: Any) -> Any:
    """What stands in a tree for the value of an argument; columns and trees for themselves."""
    if isinstance(x, Column | ParseTree | Variable):
        return x._data
    if isinstance(x, QueryPhrase):
        return x._phrase
    if isinstance(x, str):
        return [x]
    value = unwrap(x)
    if isinstance(value, QAtom) and value.qtype is QType.SYMBOL:
        return [value.raw]
    return [wrap(value)] if isinstance(value, List | Dict) or _symbolic(value) else wrap(value)


def _symbolic(value: Value) -> bool:
    return isinstance(value, Vector) and value.qtype is QType.SYMBOL


def tree_of(data: Any) -> Value:
    """The q value of a tree."""
    if isinstance(data, Column | ParseTree | Variable | QueryPhrase):
        return data.__as_q__()
    if isinstance(data, str):
        return symbol(data)
    if isinstance(data, list | tuple):
        if len(data) == 1 and isinstance(data[0], str):
            return symbols(data)
        return List.of(tuple([tree_of(item) for item in data]))
    return unwrap(data)


class _Trees:
    """Operators that make trees."""

    _data: Any

    def call(
        self, op: Any, *others: Any, iterator: str | None = None, col_arg_ind: int = 0, project_args: Any = None
    ) -> Any:
        """A function of q or of Python applied to this and to others.

        ``iterator`` is one of q's (``each``, ``over``, ``\\\\:`` ...), ``col_arg_ind`` the place of this among the
        arguments, ``project_args`` the places of the arguments that are given before the iterator applies.
        """
        arguments = [constant(other) for other in others]
        arguments.insert(col_arg_ind, self._data)
        function = _function(op)
        if project_args is not None:
            given = [arguments[place] if place in project_args else ... for place in range(len(arguments))]
            while given and given[-1] is ...:
                given.pop()
            function = [function, *given]
            arguments = [item for place, item in enumerate(arguments) if place not in project_args]
        if iterator is not None:
            function = _iterated(function, iterator)
            if iterator in _ITERATORS:
                return self._with([*function, *arguments])
        return self._with([function, *arguments])

    def _with(self, data: Any) -> Any:
        raise NotImplementedError

    def __add__(self, other: Any) -> Any:
        return self.call("+", other)

    def __radd__(self, other: Any) -> Any:
        return self.call("+", other, col_arg_ind=1)

    def __sub__(self, other: Any) -> Any:
        return self.call("-", other)

    def __rsub__(self, other: Any) -> Any:
        return self.call("-", other, col_arg_ind=1)

    def __mul__(self, other: Any) -> Any:
        return self.call("*", other)

    def __rmul__(self, other: Any) -> Any:
        return self.call("*", other, col_arg_ind=1)

    def __truediv__(self, other: Any) -> Any:
        return self.call("%", other)

    def __rtruediv__(self, other: Any) -> Any:
        return self.call("%", other, col_arg_ind=1)

    def __floordiv__(self, other: Any) -> Any:
        return self.call("div", other)

    def __rfloordiv__(self, other: Any) -> Any:
        return self.call("div", other, col_arg_ind=1)

    def __mod__(self, other: Any) -> Any:
        return self.call("mod", other)

    def __rmod__(self, other: Any) -> Any:
        return self.call("mod", other, col_arg_ind=1)

    def __pow__(self, other: Any) -> Any:
        return self.call("xexp", other)

    def __rpow__(self, other: Any) -> Any:
        return self.call("xexp", other, col_arg_ind=1)

    def __eq__(self, other: object) -> Any:
        return self.call("=", other)

    def __ne__(self, other: object) -> Any:
        return self.call("<>", other)

    def __lt__(self, other: Any) -> Any:
        return self.call("<", other)

    def __le__(self, other: Any) -> Any:
        return self.call("<=", other)

    def __gt__(self, other: Any) -> Any:
        return self.call(">", other)

    def __ge__(self, other: Any) -> Any:
        return self.call(">=", other)

    def __or__(self, other: Any) -> Any:
        return self.call("|", other)

    def __invert__(self) -> Any:
        return self.call("not")

    def __neg__(self) -> Any:
        return self.call("neg")

    def __pos__(self) -> Any:
        return self.call("abs")

    def __abs__(self) -> Any:
        return self.call("abs")

    __hash__: ClassVar[None] = None  # type: ignore[assignment]

    def within(self, lower: Any, upper: Any) -> Any:
        """Whether the items are between two bounds, these included."""
        return self.call("within", [lower, upper])

    def call_value(self) -> Value:
        """The q value of the tree."""
        return tree_of(self._data)

    def __as_q__(self) -> Value:
        return tree_of(self._data)


def _iterated(function: Any, iterator: str) -> Any:
    if iterator in _ITERATORS:
        return [_function(iterator), function]
    made = function
    while iterator:
        sign = next(sign for sign in ("':", "/:", "\\:", "'", "/", "\\") if iterator.startswith(sign))
        iterator = iterator[len(sign) :]
        if isinstance(made, Function):
            made = wrap(_engine.call(f"{{x{sign}}}", made._v))
        else:
            made = [wrap(_engine.evaluate(sign)), made]
    return made


class Column(_Trees):
    """A column of a query, and what is made of it.

    ``Column("price")`` is the column; ``Column("high", value=...)`` a tree under a name. ``&`` joins columns.
    """

    def __init__(self, column: Any = None, name: Any = None, data: Any = None, value: Any = None, **rest: Any) -> None:
        if column is None and name is None:
            raise TypeError("'name' cannot be None: a column has a name")
        first = column if column is not None else name
        title = name if name is not None else first
        if rest or not isinstance(first, str | K) or not isinstance(title, str | K):
            raise TypeError("Column name can only be of type str or SymbolAtom (Str and pykx.SymbolAtom)")
        self._renamed: bool = name is not None
        self._name: str = str(title)
        given = data if data is not None else value
        if given is None and column is not None and name is not None and not _is_name_only(name):
            given = None
        self._data: Any = str(first) if given is None else given
        if column is not None and name is not None and given is None:
            self._name, self._data = str(title), str(first)

    def _with(self, data: Any) -> Column:
        made = object.__new__(Column)
        made._name, made._data, made._renamed = self._name, data, self._renamed
        return made

    def name(self, name: Any) -> Column:
        """The same under another name."""
        if not isinstance(name, str) and type(name).__name__ != "SymbolAtom":
            raise TypeError("Column name can only be of type str or SymbolAtom")
        made = self._with(self._data)
        made._name, made._renamed = str(name), True
        return made

    def average(self) -> Column:
        """The mean."""
        return self.call("avg")  # type: ignore[no-any-return]

    def __and__(self, other: Any) -> QueryPhrase:
        made: QueryPhrase = QueryPhrase(self) & other
        return made

    class _Fby:
        """``Column.fby(...)`` on the class, and an error on a column."""

        def __get__(self, instance: object, owner: type[Column]) -> Callable[..., Column]:
            if instance is not None:
                raise RuntimeError("fby is called on the class: kx.Column.fby(...), not on a Column object")
            return _fby

    fby: Final = _Fby()

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Callable[..., Column]: ...


def _is_name_only(name: Any) -> bool:
    return isinstance(name, str)


def _fby(by: Any, aggregate: Any, data: Any, by_table: bool = False, data_table: bool = False) -> Column:
    made = object.__new__(Column)
    made._name, made._renamed = str(by if isinstance(by, str) else getattr(by, "_name", "fby")), False
    made._data = _fby_tree(by, aggregate, data, by_table, data_table)
    return made


def _fby_tree(by: Any, aggregate: Any, data: Any, by_table: bool, data_table: bool) -> Any:
    enlist = wrap(_engine.evaluate("enlist"))
    return [wrap(_engine.evaluate("fby")), [enlist, _function(aggregate), _part(data, data_table)], _part(by, by_table)]


def _part(x: Any, table: bool) -> Any:
    if isinstance(x, QueryPhrase):
        return ParseTree.table(x.to_dict())._data
    if type(x).__name__ == "Dictionary":
        return ParseTree.table(x.py())._data
    if isinstance(x, Mapping) and not isinstance(x, K):
        return ParseTree.table(x)._data
    if table:
        return ParseTree.table(x)._data
    if isinstance(x, K):
        return x
    return x._data if isinstance(x, _Trees) else x


class ParseTree(_Trees):
    """A tree of q: of text, of a list, or of a column."""

    def __init__(self, tree: Any = None) -> None:
        if isinstance(tree, _Trees):
            tree = tree._data
        elif isinstance(tree, QueryPhrase):
            tree = tree._phrase
        self._data: Any = tree

    @property
    def _tree(self) -> Any:
        return self._data

    def _with(self, data: Any) -> ParseTree:
        return ParseTree(data)

    def enlist(self) -> ParseTree:
        """A list of this tree alone."""
        return ParseTree([self._data])

    def first(self) -> ParseTree:
        """The first item of the tree."""
        return ParseTree(self._data[0])

    def append(self, other: Any) -> ParseTree:
        """With one more item."""
        return ParseTree([*self._data, other])

    @classmethod
    def table(cls, x: Any) -> ParseTree:
        """The tree that makes a table of columns."""
        columns = dict(x) if isinstance(x, Mapping) else {name: name for name in x}
        enlist = wrap(_engine.evaluate("enlist"))
        names = [wrap(symbols(list(columns)))]
        flip, dictionary = wrap(_engine.evaluate("flip")), wrap(_engine.evaluate("!"))
        return cls([flip, [dictionary, names, [enlist, *columns.values()]]])

    @staticmethod
    def list(x: Any) -> ParseTree:
        """The tree that makes a list."""
        return ParseTree([wrap(_engine.evaluate("enlist")), *x])

    @staticmethod
    def fby(by: Any, aggregate: Any, data: Any, by_table: bool = False, data_table: bool = False) -> ParseTree:
        """q's ``fby``: an aggregate within groups."""
        return ParseTree(_fby_tree(by, aggregate, data, by_table, data_table))


class Variable:
    """The name of a variable of q in a query."""

    def __init__(self, name: str) -> None:
        self._name = name

    @property
    def _data(self) -> Any:
        return self._name

    def __as_q__(self) -> Value:
        return symbol(self._name)

    def exists(self) -> bool:
        """Whether q has it."""
        return bool(wrap(_engine.call("{@[{get x;1b};x;{0b}]}", symbol(self._name))))

    def get(self) -> Any:
        """Its value."""
        return wrap(_engine.call("get", symbol(self._name)))


class QueryPhrase:
    """Several columns, or several conditions."""

    def __init__(self, phrase: Any = None, names: list[str] | None = None) -> None:
        self._names: list[str | None] = []
        self._phrase: list[Any] = []
        self.are_trees: bool = True
        if isinstance(phrase, Column):
            self._names, self._phrase = [phrase._name], [phrase._data]
        elif isinstance(phrase, ParseTree):
            self._names, self._phrase = [None], [phrase._data]
        elif isinstance(phrase, QueryPhrase):
            self._names, self._phrase = list(phrase._names), list(phrase._phrase)
        elif isinstance(phrase, Mapping):
            self._names, self._phrase = list(phrase), [getattr(item, "_data", item) for item in phrase.values()]
        elif phrase is not None:
            self._names, self._phrase = [None] * len(phrase), [getattr(item, "_data", item) for item in phrase]

    def __and__(self, other: Any) -> QueryPhrase:
        if not isinstance(other, Column | QueryPhrase | ParseTree):
            raise TypeError(f"cannot `&` a {type(other).__name__} off a `pykx.QueryPhrase` or a `pykx.Column`.")
        made, more = QueryPhrase(self), QueryPhrase(other)
        made._names += more._names
        made._phrase += more._phrase
        return made

    def extend(self, other: Any) -> QueryPhrase:
        """With the columns of another."""
        made: QueryPhrase = self & other
        return made

    def to_dict(self) -> dict[Any, Any]:
        """Names and trees."""
        return dict(zip(self._names, self._phrase, strict=True))

    def pairs(self) -> list[tuple[Any, Any]]:
        """Names and trees, of equal names all."""
        return list(zip(self._names, self._phrase, strict=True))

    def __as_q__(self) -> Value:
        return List.of(tuple([tree_of(item) for item in self._phrase]))


def _method(name: str, how: str) -> Callable[..., Any]:
    def unary(self: Column, iterator: str | None = None, **keywords: Any) -> Any:
        return self.call(name, iterator=iterator, **keywords)

    def last(self: Column, other: Any, iterator: str | None = None, col_arg_ind: int = 1, **keywords: Any) -> Any:
        return self.call(name, other, iterator=iterator, col_arg_ind=col_arg_ind, **keywords)

    def first(self: Column, other: Any, iterator: str | None = None, col_arg_ind: int = 0, **keywords: Any) -> Any:
        return self.call(name, other, iterator=iterator, col_arg_ind=col_arg_ind, **keywords)

    found: dict[str, Callable[..., Any]] = {"unary": unary, "last": last, "first": first}
    return found[how]


def _part_of(name: str) -> property:
    return property(lambda self: self.call("$", name, col_arg_ind=1))


def phrases() -> dict[str, Callable[..., Any]]:
    """The methods that apply functions of q, by name."""
    tables = (("unary", UNARY), ("last", COLUMN_LAST), ("first", COLUMN_FIRST))
    return {method: _method(name, how) for how, table in tables for method, name in table.items()}


for _name, _apply in phrases().items():
    for _class in (Column, ParseTree):
        if _name not in vars(_class):
            setattr(_class, _name, _apply)
for _name, _sign in PARTS.items():
    setattr(Column, _name, _part_of(_sign))
