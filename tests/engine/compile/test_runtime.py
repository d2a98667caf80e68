"""What compiled code calls: conditions, counts, errors, appends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import Q

from anyq.engine.compile._runtime import amend_local, append, compose, signal, times, truth, unpack, unset
from anyq.engine.kernel._join import join
from anyq.errors import QError
from anyq.testing import strategies as q
from anyq.values import Atom, Composition, List, QType, Value, Vector, chars, long, symbol, vector

NO_CONDITION = (QType.SYMBOL, QType.GUID)


def outcome(run: object, *arguments: Value) -> object:
    """The result, or the error's text."""
    try:
        return run(*arguments)  # type: ignore[operator]
    except QError as error:
        return error.text


@given(q.values())
def test_a_condition_is_the_atom_of_a_number(x: Value) -> None:
    if isinstance(x, Atom) and x.qtype not in NO_CONDITION:
        assert truth(x) is bool(x.raw != 0)
    else:
        assert outcome(truth, x) == "type"


@given(q.values())
def test_do_counts_by_whole_numbers(x: Value) -> None:
    found = outcome(times, x)
    assert found == (x.raw if isinstance(x, Atom) and isinstance(x.raw, int) and x.qtype <= QType.LONG else "type")


@given(q.values())
def test_signals_are_symbols_or_strings(x: Value) -> None:
    made = signal(x)
    if isinstance(x, Atom) and x.qtype is QType.SYMBOL:
        assert made.text == x.raw
    elif not (isinstance(x, Vector) and x.qtype is QType.CHAR):
        assert made.text == "stype"
    assert signal(chars("abc")).text == "abc"


@given(q.vectors(), q.vectors() | q.atoms())
def test_a_vector_keeps_its_type_when_appended_to(x: Vector, y: Value) -> None:
    found = outcome(lambda a, b: append(Q, join, a, b), x, y)
    if y.qtype is x.qtype:  # type: ignore[attr-defined]
        assert found == join(x, y)
    else:
        assert found == ("type" if len(x) else join(x, y))


@given(q.atoms(), q.atoms())
def test_an_atom_takes_the_empty_list_only(x: Atom, y: Atom) -> None:
    assert outcome(lambda a, b: append(Q, join, a, b), x, y) == "type"
    assert append(Q, join, x, List.of(())) == join(x, List.of(()))


@given(st.lists(q.vectors("j", min_size=1), min_size=1, max_size=3), q.vectors("j", min_size=1))
def test_a_list_of_lists_takes_a_list_as_one_item(rows: list[Vector], row: Vector) -> None:
    made = append(Q, join, List.of(tuple(rows)), row)
    assert list(made) == [*rows, row]


@given(st.lists(st.integers(0, 9), min_size=1, max_size=5), st.integers(0, 4), st.integers(10, 19))
def test_a_local_is_amended_in_place_only_when_nobody_else_has_it(items: list[int], at: int, new: int) -> None:
    at %= len(items)
    x = vector("j", items)
    view = x.np()
    made = amend_local(x, (long(at),), None, long(new))
    assert made.py() == [*items[:at], new, *items[at + 1 :]]
    assert view.tolist() == items


@given(st.lists(st.integers(0, 9), max_size=4), st.integers(0, 4))
def test_unpacked(items: list[int], size: int) -> None:
    found = outcome(lambda x: unpack(x, size), vector("j", items))
    assert found == ([long(item) for item in items] if len(items) == size else "length")
    assert unpack(long(7), size) == [long(7)] * size


def test_compositions_are_flat_and_other_errors_pass() -> None:
    f, g, h = (
        (Q.get(name) for name in ("count", "reverse", "neg"))
        if Q.names.find("count")
        else (symbol("f"), symbol("g"), symbol("h"))
    )
    made = compose(f, compose(g, h))
    assert isinstance(made, Composition)
    assert made == Composition((f, g, h))
    with pytest.raises(QError, match="other"):
        unset(QError("other"), "name", join, long(1))
    assert unset(QError("name"), "name", join, long(1)) == vector("j", [1])
