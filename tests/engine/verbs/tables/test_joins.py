"""Joins on equal keys, against loops over rows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.amounts import examples
from tests.engine.asking import Q, ask, error, holds

from anyq.values import vector

keys = st.integers(0, 4)
left = st.lists(st.tuples(keys, st.integers(0, 9)), max_size=6)
right = st.dictionaries(keys, st.tuples(st.integers(10, 19), st.integers(20, 29)), max_size=4)
Left = list[tuple[int, int]]
Right = dict[int, tuple[int, int]]


def set_tables(x: Left, y: Right) -> None:
    """``t`` has columns k and a; ``u`` is keyed by k and has a and b."""
    ask("t:([]k:k;a:a)", k=vector("j", [k for k, _ in x]), a=vector("j", [a for _, a in x]))
    pairs = list(y.values())
    ask(
        "u:([k:k]a:a;b:b)",
        k=vector("j", list(y)),
        a=vector("j", [p[0] for p in pairs]),
        b=vector("j", [p[1] for p in pairs]),
    )


def rows_of(text: str) -> list[tuple[Any, ...]]:
    return [tuple(row.value.py()) for row in Q.eval(text)]


@settings(max_examples=examples(40))
@given(left, right)
def test_left_inner_and_plus(x: Left, y: Right) -> None:
    set_tables(x, y)
    matched = [(k, *y[k]) for k, _ in x if k in y]
    assert rows_of("t lj u") == [(k, *y.get(k, (a, None))) for k, a in x]
    assert rows_of("t ij u") == matched
    assert rows_of("t pj u") == [(k, a + y.get(k, (0, 0))[0], y.get(k, (0, 0))[1]) for k, a in x]
    assert rows_of("t ljf u") == rows_of("t lj u")  # no nulls on the right
    assert holds("(0!(1!t)lj u)~t lj u") or len(dict(x)) < len(x)


@settings(max_examples=examples(40))
@given(left, right)
def test_union(x: Left, y: Right) -> None:
    set_tables(x, y)
    assert rows_of("t uj 0!u") == [(k, a, None) for k, a in x] + [(k, a, b) for k, (a, b) in y.items()]
    firsts = dict(reversed(x))
    wanted: dict[int, tuple[int, int | None]] = {k: (firsts[k], None) for k, _ in x}
    wanted.update(y)
    assert rows_of("0!(select first a by k from t)uj u") == [
        (k, *wanted[k]) for k in [*sorted(firsts), *[k for k in y if k not in firsts]]
    ]


@settings(max_examples=examples(40))
@given(left, left)
def test_equal_joins_pair_every_row(x: Left, y: Left) -> None:
    set_tables(x, {})
    ask("v:([]k:k;c:c)", k=vector("j", [k for k, _ in y]), c=vector("j", [c for _, c in y]))
    assert rows_of("ej[`k;t;v]") == [(k, a, c) for k, a in x for other, c in y if k == other]


@pytest.mark.parametrize("verb", ["lj", "ij", "pj"])
def test_the_right_table_has_keys(verb: str) -> None:
    set_tables([(1, 2)], {1: (3, 4)})
    assert error(f"t {verb} 0!u") == "type"
    assert error(f"(delete k from t){verb} u") == "k"
    assert Q.eval("t~t lj()") == (1 if verb else 0)
