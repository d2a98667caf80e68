"""Keyed tables amended by key, against a dict of Python."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import Q, error

from anyq.engine.kernel._amend import amend_deep
from anyq.engine.kernel._join import join
from anyq.engine.kernel._keyed import amend_keyed, of_nothing
from anyq.values import Atom, KeyedTable, List, QType, Vector, symbols, vector

keys = st.integers(0, 5)
have = st.dictionaries(keys, st.integers(0, 99), min_size=1, max_size=5)


def keyed(pairs: dict[int, int]) -> KeyedTable:
    Q.set("k", vector("j", list(pairs)))
    Q.set("v", vector("j", list(pairs.values())))
    made = Q.eval("([k:k]v:v)")
    assert isinstance(made, KeyedTable)
    return made


def pairs_of(x: object) -> dict[int, int | None]:
    assert isinstance(x, KeyedTable)
    plain = x.unkeyed()
    return dict(zip(plain.column("k").py(), plain.column("v").py(), strict=True))


@given(have, st.lists(st.tuples(keys, st.integers(0, 99)), min_size=1, max_size=4), st.booleans())
def test_rows_by_key(old: dict[int, int], changes: list[tuple[int, int]], single: bool) -> None:
    """One key or several, known or new; the last change of a key counts."""
    x, wanted = keyed(old), dict(old)
    if single:
        changes = changes[:1]
    wanted.update(changes)
    head = Atom(QType.LONG, changes[0][0]) if single else vector("j", [key for key, _ in changes])
    y = Atom(QType.LONG, changes[0][1]) if single else vector("j", [item for _, item in changes])
    made = amend_keyed(x, head, [Atom(QType.SYMBOL, "v")], None, y, amend_deep)
    assert pairs_of(made) == wanted
    assert pairs_of(x) == old  # what was given out stays


@given(have, keys, st.integers(0, 9))
def test_an_operator_sees_the_item_or_its_identity(old: dict[int, int], key: int, more: int) -> None:
    keyed(old)
    Q.eval(f"t:([k:k]v:v);t[{key};`v]+:{more}")
    assert pairs_of(Q.eval("t")) == {**old, key: old.get(key, 0) + more}


@given(have, keys)
def test_atoms_and_records_are_the_same_key(old: dict[int, int], key: int) -> None:
    x, row = keyed(old), Atom(QType.LONG, 7)
    heads = [Atom(QType.LONG, key), Q.eval(f"(enlist`k)!enlist {key}"), Q.eval(f"([]k:enlist {key})")]
    made = [amend_keyed(x, head, [Atom(QType.SYMBOL, "v")], None, row, amend_deep) for head in heads]
    assert made[0] == made[1] == made[2]


def test_of_nothing_is_the_identity() -> None:
    one = Atom(QType.LONG, 1)
    assert of_nothing(join, one) == Vector(QType.LONG, [1])
    assert of_nothing(lambda x, y: y, symbols(["a"])) == symbols(["a"])
    assert List.of(()) == Q.eval("()")


@pytest.mark.parametrize(
    ("text", "wanted"), [("t[1;`z]:3", "z"), ("t[`a;`v]:1", "type"), ("t[1]:`x`y!1 2", "mismatch")]
)
def test_errors(text: str, wanted: str) -> None:
    Q.eval("t:([k:1 2]v:3 4)")
    assert error(text) == wanted
