"""Hypothesis strategies for q values and q messages.

Every strategy gives values that q itself can hold, unless asked for more; nulls, infinities, attributes, symbols that
are no UTF-8 and empty lists among them. They shrink towards the generic null, zeros and short lists of longs.

A ``kind`` is a q type as everywhere in anyq: a type character (``"j"``), a name (``"long"``), a number or a
`anyq.QType`; ``None`` is any.

::

    from anyq.testing import strategies as q

    @given(q.tables({"time": "p", "sym": "s", "price": q.vectors("f", allow_nulls=False)}, max_rows=100))
    def test_of_mine(trades: anyq.Table) -> None: ...

With Hypothesis installed, ``st.from_type(anyq.Table)`` and type hints of ``@given``-filled arguments find them too.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, Final, Literal, get_args

try:
    from hypothesis import strategies as st
    from hypothesis.strategies import DrawFn, SearchStrategy
except ModuleNotFoundError as _error:
    if _error.name != "hypothesis":
        raise
    raise ImportError("strategies need hypothesis: pip install 'anyq[testing]'", name="hypothesis") from None

from anyq.codec import Kind, dumps
from anyq.errors import QError
from anyq.values import (
    ELIDED,
    FIXED_TYPES,
    NULL,
    Atom,
    Attr,
    Composition,
    Derived,
    Dict,
    KeyedTable,
    Lambda,
    List,
    Primitive,
    Projection,
    QType,
    Table,
    Value,
    Vector,
    collapse,
    strings,
    symbols,
)

from ._raws import ordered, raws

__all__ = [
    "atoms", "dicts", "errors", "functions", "keyed_tables", "kinds", "lists", "messages", "string_lists", "tables",
    "values", "vectors",
]  # fmt: skip

KindOf = QType | str | int | None
Column = QType | str | int | SearchStrategy[Any]

_VECTOR_TYPES: Final = (QType.LONG, *(t for t in (*FIXED_TYPES, QType.SYMBOL) if t is not QType.LONG))
_LAST_CODE: Final = {QType.UNARY: 44, QType.OPERATOR: 36, QType.ITERATOR: 5}


def kinds() -> SearchStrategy[QType]:
    """The types that atoms and vectors can have; shrinks to long."""
    return st.sampled_from(_VECTOR_TYPES)


# Strategies are made of composites here, also where ``flatmap`` or ``builds`` would do: Hypothesis writes strategies
# and calls out in full in its messages, and a composite keeps that short.


def _each_kind(kind: KindOf, make: Callable[[QType], SearchStrategy[Any]]) -> SearchStrategy[Any]:
    return _any_kind(make) if kind is None else make(QType.of(kind))


@st.composite
def _any_kind(draw: DrawFn, make: Callable[[QType], SearchStrategy[Any]]) -> Any:
    return draw(make(draw(kinds())))


def atoms(kind: KindOf = None, *, allow_nulls: bool = True, allow_infinities: bool = True) -> SearchStrategy[Atom]:
    """Atoms of one type, or of any."""

    def make(qtype: QType) -> SearchStrategy[Atom]:
        return raws(qtype, allow_nulls, allow_infinities).map(lambda raw: Atom(qtype, raw))

    return _each_kind(kind, make)


def vectors(
    kind: KindOf = None,
    *,
    min_size: int = 0,
    max_size: int | None = None,
    allow_nulls: bool = True,
    allow_infinities: bool = True,
    allow_attributes: bool = True,
) -> SearchStrategy[Vector]:
    """Vectors of one type, or of any. An attribute is only on a vector for which it is true."""
    attrs = st.sampled_from(Attr) if allow_attributes else st.just(Attr.NONE)

    def make(qtype: QType) -> SearchStrategy[Vector]:
        return _vectors(qtype, attrs, _fields(qtype, allow_nulls, allow_infinities, min_size, max_size))

    return _each_kind(kind, make)


@lru_cache(1000)
def _fields(
    qtype: QType, allow_nulls: bool, allow_infinities: bool, min_size: int, max_size: int | None
) -> SearchStrategy[list[Any]]:
    return st.lists(raws(qtype, allow_nulls, allow_infinities), min_size=min_size, max_size=max_size)


@st.composite
def _vectors(draw: DrawFn, qtype: QType, attrs: SearchStrategy[Attr], contents: SearchStrategy[list[Any]]) -> Vector:
    attr, fields = draw(attrs), draw(contents)
    if attr in (Attr.SORTED, Attr.PARTED):
        fields = ordered(qtype, fields)
    if attr is Attr.UNIQUE and len({raw if raw == raw else None for raw in fields}) < len(fields):
        attr = Attr.NONE
    vector = collapse([Atom(qtype, raw) for raw in fields])
    return vector.with_attr(attr) if isinstance(vector, Vector) else Vector(qtype, [], attr)


def string_lists(*, min_size: int = 0, max_size: int | None = None) -> SearchStrategy[List]:
    """General lists of char vectors without attributes: q's lists of strings."""
    texts = st.text().map(lambda text: text.encode()) | st.binary()
    return st.lists(texts, min_size=min_size, max_size=max_size).map(strings)


def lists(
    elements: SearchStrategy[Value] | None = None,
    *,
    min_size: int = 0,
    max_size: int | None = None,
    allow_collapsible: bool = False,
) -> SearchStrategy[List]:
    """General lists of ``elements``: by default atoms, vectors, and lists of these.

    A list whose items are atoms of one type is a vector to q, and one of dicts may be a table. Other clients send such
    lists; ``allow_collapsible=True`` gives them too.
    """
    general = st.lists(_flat() if elements is None else elements, min_size=min_size, max_size=max_size).map(List)
    if not allow_collapsible:
        general = general.filter(lambda made: not _collapsible(made.items))
    return general | string_lists(min_size=min_size, max_size=max_size) if elements is None else general


def _collapsible(items: Sequence[Value]) -> bool:
    return isinstance(collapse(items), Vector) or (bool(items) and all(type(item) is Dict for item in items))


@cache
def _flat() -> SearchStrategy[Value]:
    return atoms() | vectors() | st.just(NULL) | st.lists(atoms() | vectors(), min_size=2, max_size=3).map(collapse)


@lru_cache(100)
def _of_size(size: int) -> SearchStrategy[Value]:
    exact: Any = {"min_size": size, "max_size": size}
    return vectors(**exact) | lists(**exact)


def dicts(
    keys: KindOf = None, values: KindOf = None, *, min_size: int = 0, max_size: int | None = None
) -> SearchStrategy[Dict]:
    """Dicts of lists to lists, step dicts (with sorted keys) among them; of vectors where a kind is given.

    Keys may repeat, as they may in q.
    """

    return _dicts(keys, values, st.integers(min_size, 5 if max_size is None else max_size))


@st.composite
def _dicts(draw: DrawFn, keys: KindOf, values: KindOf, sizes: SearchStrategy[int]) -> Dict:
    size = draw(sizes)
    exact: Any = {"min_size": size, "max_size": size}
    have = draw(_of_size(size) if keys is None else vectors(keys, **exact))
    want = draw(_of_size(size) if values is None else vectors(values, **exact))
    step = isinstance(have, Vector) and have.attr is Attr.SORTED and draw(st.booleans())
    return Dict(have, want, sorted=step)


_names: Final = st.text(string.ascii_lowercase, min_size=1, max_size=8) | st.from_regex(
    r"[A-Za-z][A-Za-z0-9]{0,10}", fullmatch=True
)
_name_lists: Final = st.lists(_names, min_size=1, max_size=5, unique=True)


@st.composite
def _table(draw: DrawFn, columns: Mapping[str, Column] | None, rows: int, named: tuple[str, ...]) -> Table:
    if columns is None:
        drawn = draw(_name_lists)
        names = [name + "_" if name in named else name for name in drawn]
        made = [draw(_of_size(rows)) for _ in names]
    else:
        names = list(columns)
        made = [draw(_column(columns[name], rows)) for name in names]
    return Table(symbols(names), List(made))


def _column(column: Column, rows: int) -> SearchStrategy[Value]:
    if not isinstance(column, SearchStrategy):
        return vectors(column, min_size=rows, max_size=rows)
    return column.map(lambda value: _cut(value, rows))


def _cut(value: Any, rows: int) -> Value:
    """``value`` repeated or cut to that many rows; a column strategy knows nothing of the others."""
    have = len(value)
    if have == rows or not have:
        return value if have == rows else List([NULL] * rows)
    return value[:rows] if have > rows else collapse([value[i % have] for i in range(rows)])


def tables(
    columns: Mapping[str, Column] | None = None, *, min_rows: int = 0, max_rows: int | None = None
) -> SearchStrategy[Table]:
    """Tables with these columns, or any.

    A column is given as a kind, or as a strategy for vectors or lists; what it gives is repeated or cut to the number
    of rows.
    """
    return _tables(columns, st.integers(min_rows, 8 if max_rows is None else max_rows))


@st.composite
def _tables(draw: DrawFn, columns: Mapping[str, Column] | None, counts: SearchStrategy[int]) -> Table:
    return draw(_table(columns, draw(counts), ()))


def keyed_tables(
    keys: Mapping[str, Column] | None = None,
    columns: Mapping[str, Column] | None = None,
    *,
    min_rows: int = 0,
    max_rows: int | None = None,
) -> SearchStrategy[KeyedTable]:
    """Keyed tables with these key columns and value columns (as in `tables`), or any. Keys may repeat."""

    return _keyed(keys, columns, st.integers(min_rows, 8 if max_rows is None else max_rows))


@st.composite
def _keyed(
    draw: DrawFn,
    keys: Mapping[str, Column] | None,
    columns: Mapping[str, Column] | None,
    counts: SearchStrategy[int],
) -> KeyedTable:
    rows = draw(counts)
    key = draw(_table(keys, rows, tuple(columns or ())))
    return KeyedTable(key, draw(_table(columns, rows, tuple(key.column_names))))


@st.composite
def _primitives(draw: DrawFn) -> Primitive:
    qtype = draw(st.sampled_from(tuple(_LAST_CODE)))
    return Primitive(qtype, draw(st.integers(0, _LAST_CODE[qtype])))


def _lambdas() -> SearchStrategy[Lambda]:
    known = st.sampled_from(["{x}", "{x+y}", "{[a;b]a*b}", "{}"])
    commented = st.text(string.printable[:94]).map("{{/{}\n }}".format)
    return st.builds(Lambda, st.sampled_from(["", "d", "a.b"]), known | commented)


@cache
def functions() -> SearchStrategy[Value]:
    """Function values: lambdas, primitives, projections, compositions, and what iterators derive.

    They are inert data here. A real q may refuse to apply, or even to take, a projection that makes no sense to it.
    """
    return st.recursive(_primitives() | _lambdas(), _derive, max_leaves=4)


@st.composite
def _derive(draw: DrawFn, inner: SearchStrategy[Value]) -> Value:
    kind = draw(st.sampled_from((Projection, Composition, Derived)))
    if kind is Projection:
        return Projection([draw(inner), *draw(st.lists(atoms() | st.just(ELIDED), min_size=1, max_size=4))])
    if kind is Composition:
        return Composition(draw(st.lists(inner, min_size=2, max_size=3)))
    return Derived(draw(st.integers(QType.EACH, QType.EACH_LEFT)), draw(inner))


@cache
def values(*, max_leaves: int = 12, allow_functions: bool = True) -> SearchStrategy[Value]:
    """Any q value, nested ones among them."""
    return st.recursive(_leaf(allow_functions), _nest, max_leaves=max_leaves)


@st.composite
def _leaf(draw: DrawFn, allow_functions: bool) -> Value:
    return draw(_leaves(allow_functions))


@cache
def _leaves(allow_functions: bool) -> SearchStrategy[Value]:
    leaves = [atoms(), vectors(), string_lists(), dicts(), tables(), keyed_tables()]
    leaves += [functions(), st.just(NULL)] if allow_functions else []
    return st.one_of(*leaves)


@st.composite
def _nest(draw: DrawFn, inner: SearchStrategy[Value]) -> Value:
    if draw(st.booleans()):
        return _dict_of(draw(st.lists(st.tuples(inner, inner), max_size=4)))
    return draw(lists(inner))


def _dict_of(pairs: Sequence[tuple[Value, Value]]) -> Dict:
    return Dict(collapse([key for key, _ in pairs]), collapse([value for _, value in pairs]))


def errors() -> SearchStrategy[QError]:
    """q errors as a peer may send them."""
    known = st.sampled_from(["type", "length", "rank", "nyi", "wsfull"])
    return (known | st.text().map(lambda text: text.replace("\0", ""))).map(QError)


def messages(
    contents: SearchStrategy[Value | QError] | None = None,
    *,
    kind: Kind | None = None,
    compress: bool | Literal["maybe"] = "maybe",
) -> SearchStrategy[bytes]:
    """Whole messages with their header, of the kind given or any; errors are responses whatever the kind.

    With ``compress``, what q would compress is compressed.
    """

    chosen: SearchStrategy[Kind] = st.sampled_from(get_args(Kind)) if kind is None else st.just(kind)
    squeeze = st.booleans() if compress == "maybe" else st.just(compress)
    return _messages(values() | errors() if contents is None else contents, chosen, squeeze)


@st.composite
def _messages(
    draw: DrawFn,
    contents: SearchStrategy[Value | QError],
    kinds: SearchStrategy[Kind],
    squeeze: SearchStrategy[bool],
) -> bytes:
    content = draw(contents)
    kind = "response" if isinstance(content, QError) else draw(kinds)
    return dumps(content, kind=kind, compress=draw(squeeze))
