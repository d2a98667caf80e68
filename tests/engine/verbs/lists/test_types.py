"""Types, nulls and fill."""

from __future__ import annotations

import pytest
from hypothesis import given
from tests.engine.asking import holds

from anyq.testing import strategies as q
from anyq.values import Atom, Value, Vector


@given(q.atoms())
def test_the_type_of_a_vector_is_minus_that_of_its_items(x: Atom) -> None:
    assert holds("(type x)=neg type enlist x", x=x)


@given(q.values(allow_functions=False))
def test_count_and_type_go_with_match(x: Value) -> None:
    assert holds("(-5h=type type x)|-6h<>type type x", x=x)
    assert holds("(type x)within -20 127h", x=x)


@given(q.vectors(max_size=6))
def test_null_marks_what_fill_replaces(x: Vector) -> None:
    assert holds("(null x)~{null y}[0]each x", x=x) or holds("0=count x", x=x)
    assert holds("all not null(first[x where not null x])^x", x=x) or holds("all null x", x=x)


@given(q.vectors("j", max_size=6), q.atoms("j", allow_nulls=False))
def test_fill_leaves_the_rest(x: Vector, y: Atom) -> None:
    assert holds("(y^x)~?[null x;y;x]", x=x, y=y)
    assert holds("(y^x)~@[x;where null x;:;y]", x=x, y=y)


@pytest.mark.parametrize("kind", "hijefcspmdznuvt")
def test_every_type_but_boolean_and_byte_has_a_null(kind: str) -> None:
    assert holds(f'null first 0#"{kind}"$()')
