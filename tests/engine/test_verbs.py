"""Laws of the verbs: item by item or at once is the same; what sorting, sets and groups promise; text reads back."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.amounts import examples

from anyq.engine import Interpreter
from anyq.errors import QError
from anyq.testing import strategies as qst
from anyq.values import Atom, Dict, List, QType, Value, Vector, collapse, match

ITEMWISE = ("+", "-", "*", "%", "&", "|", "=", "<", ">", "<=", ">=", "<>", "div", "mod", "xbar", "^")
NUMBERS = (
    QType.BOOLEAN, QType.BYTE, QType.SHORT, QType.INT, QType.LONG, QType.REAL, QType.FLOAT, QType.CHAR, QType.TIMESTAMP,
    QType.MONTH, QType.DATE, QType.TIMESPAN, QType.MINUTE, QType.SECOND, QType.TIME,
)  # fmt: skip
READABLE = {QType.TIMESTAMP: 10**18, QType.TIMESPAN: 10**18, QType.MONTH: 10**4, QType.DATE: 10**5}
"""Up to where the raw values of a type have four digits for the year, or two for the hour."""
UNARY = ("neg", "abs", "signum", "floor", "ceiling", "sqrt", "exp", "log", "sin", "not", "null", "reciprocal", "string")

q = Interpreter()
numbers = st.sampled_from(NUMBERS)


def verb(name: str) -> Callable[..., Value]:
    return q.builtin(q.vocabulary.entries[name], 1 if name in UNARY else 2)


def outcome(run: Callable[..., Value], *arguments: Value) -> Value | str:
    """The result, or the error's text."""
    try:
        return run(*arguments)
    except QError as error:
        return error.text


def same(x: Value | str, y: Value | str) -> bool:
    return x == y if isinstance(x, str) or isinstance(y, str) else match(x, y)


def repeated(item: Atom, size: int) -> Vector:
    made = collapse([item] * size)
    assert isinstance(made, Vector)
    return made


def each(run: Callable[..., Value], x: Vector, y: Vector) -> Value | str:
    results = []
    for a, b in zip(x, y, strict=True):
        made = outcome(run, a, b)
        if isinstance(made, str):
            return made
        results.append(made)
    return collapse(results)


@pytest.mark.parametrize("name", ITEMWISE)
@settings(max_examples=examples(40))
@given(data=st.data())
def test_pairs_go_item_by_item(name: str, data: st.DataObject) -> None:
    """A vector with a vector, or with an atom on either side, is the list of what its items give."""
    size = data.draw(st.integers(1, 5))
    x = data.draw(qst.vectors(data.draw(numbers), min_size=size, max_size=size))
    y = data.draw(qst.vectors(data.draw(numbers), min_size=size, max_size=size))
    run = verb(name)
    assert same(outcome(run, x, y), each(run, x, y))
    assert same(outcome(run, x, y[0]), each(run, x, repeated(y[0], size)))
    assert same(outcome(run, x[0], y), each(run, repeated(x[0], size), y))


@pytest.mark.parametrize("name", UNARY)
@settings(max_examples=examples(20))
@given(data=st.data())
def test_one_argument_goes_item_by_item(name: str, data: st.DataObject) -> None:
    x = data.draw(qst.vectors(data.draw(numbers), min_size=1, max_size=5))
    run = verb(name)
    whole = outcome(run, x)
    parts = [outcome(run, item) for item in x]
    if isinstance(whole, str):
        assert parts[0] == whole
    else:
        assert match(whole, collapse([part for part in parts if not isinstance(part, str)]))


@given(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1), st.sampled_from("+-*"))
def test_longs_wrap(a: int, b: int, name: str) -> None:
    """Modulo 2 to the 64, and a null makes a null."""
    null = -(2**63)
    op = {"+": operator.add, "-": operator.sub, "*": operator.mul}[name]
    wanted = null if null in (a, b) else (op(a, b) + 2**63) % 2**64 - 2**63
    made = verb(name)(Atom(QType.LONG, a), Atom(QType.LONG, b))
    assert isinstance(made, Atom)
    assert made.raw == wanted


@given(qst.vectors(max_size=8))
def test_sorting(x: Vector) -> None:
    """``asc`` is the items in the order of ``iasc``; it is sorted, and ``rank`` says where each item went."""
    q.set("x", x)
    assert q.eval("(asc x)~x iasc x") == 1
    assert q.eval("(desc x)~x idesc x") == 1
    assert q.eval("(asc x)~`s#asc x") == 1
    assert q.eval("((asc x)rank x)~x") == 1
    assert q.eval("(asc iasc x)~til count x") == 1


@given(qst.vectors(max_size=8), qst.vectors(max_size=8))
def test_sets(x: Vector, y: Vector) -> None:
    q.set("x", x)
    q.set("y", y if y.qtype is x.qtype else x[1:])
    assert q.eval("(distinct x)~distinct distinct x") == 1
    assert q.eval("(count distinct x)=count group x") == 1
    assert q.eval("all x in distinct x") == 1
    assert q.eval("(asc raze value group x)~til count x") == 1 or not len(x)
    assert q.eval("(x except y)~x where not x in y") == 1
    assert q.eval("(x inter y)~x where x in y") == 1
    assert q.eval("all(x union y)in x,y") == 1
    assert q.eval("(x?x)~(distinct x)?x") == 1 or q.eval("count x") != q.eval("count distinct x")


@given(qst.vectors(min_size=1, max_size=8), st.integers(-10, 10))
def test_taking(x: Vector, size: int) -> None:
    q.set("x", x)
    q.set("n", Atom(QType.LONG, size))
    assert q.eval("(count n#x)=abs n") == 1
    assert q.eval("x~(n rotate x)(neg n)rotate til count x") == 1
    assert q.eval("(reverse reverse x)~x") == 1
    assert q.eval("(raze 2 cut x)~x") == 1
    assert q.eval("x~(n sublist x),$[n<0;();n _ x]") == 1 or size < 0


def printable(value: Value) -> bool:
    """Whether the text of a value can be read back as the same value: floats of few digits, no functions, and no list
    of one item, which q shows with a comma that it does not read."""
    if isinstance(value, Vector | List) and len(value) == 1:
        return False
    if isinstance(value, Atom):
        return _plain(value)
    if isinstance(value, Vector):
        return all(_plain(item) for item in value)
    if isinstance(value, List):
        return all(printable(item) for item in value)
    return isinstance(value, Dict) and printable(value.key) and printable(value.value)


def _plain(item: Atom) -> bool:
    if item.qtype in (QType.REAL, QType.DATETIME, QType.GUID):
        return False
    if item.qtype is QType.FLOAT:
        return bool(math.isfinite(item.raw) and float(f"{item.raw:.7g}") == item.raw)
    if item.qtype is QType.SYMBOL:
        return bool(item.raw == "" or (item.raw.isascii() and item.raw.isalnum() and item.raw[0].isalpha()))
    return not item.qtype.epoch or bool(abs(item.raw) < READABLE.get(item.qtype, 10**7))


@settings(max_examples=examples(60))
@given(qst.values(allow_functions=False).filter(printable))
def test_text_reads_back(x: Value) -> None:
    """``x~value .Q.s1 x``."""
    q.set("x", x)
    assert match(q.eval("value .Q.s1 x"), x)


@given(qst.values())
def test_messages_read_back(x: Value) -> None:
    """``(-9!-8!x)~x``."""
    q.set("x", x)
    assert q.eval("(-9!-8!x)~x") == 1
