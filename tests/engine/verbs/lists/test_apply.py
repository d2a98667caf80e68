"""``@`` and ``.``: apply, index, amend, trap."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import error, holds

from anyq.engine.kernel._support import long, longs
from anyq.testing import strategies as q
from anyq.values import Dict, Vector


@given(q.vectors(min_size=1, max_size=6), st.integers(0, 5))
def test_index_and_amend(x: Vector, i: int) -> None:
    at = long(i % len(x))
    assert holds("(x@i)~x i", x=x, i=at)
    assert holds("(@[x;i;:;x i])~x", x=x, i=at)
    assert holds("(.[x;enlist i;:;first x])[i]~first x", x=x, i=at)


@given(st.lists(st.integers(-99, 99), min_size=1, max_size=6), st.lists(st.integers(0, 5), max_size=8))
def test_amend_changes_a_place_as_often_as_it_comes(numbers: list[int], places: list[int]) -> None:
    at = [place % len(numbers) for place in places]
    wanted = [n + at.count(i) for i, n in enumerate(numbers)]
    assert holds("w~@[x;i;+;1]", x=longs(numbers), i=longs(at), w=longs(wanted))


@given(q.dicts("s", "j", max_size=4), q.atoms("s"), q.atoms("j"))
def test_amend_of_a_dict_adds_a_key(x: Dict, key: object, value: object) -> None:
    assert holds("(@[x;k;:;v])[k]~v", x=x, k=key, v=value) or holds("`step in attr key x", x=x)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@[{'x};`err;{x}]", '"err"'),
        ("@[{1+x};`a;`bad]", "`bad"),
        (".[{x+y};(1;`a);{`$x}]", "`type"),
        (".[+;1 2;0N]", "3"),
        ("@[neg;1;0N]", "-1"),
    ],
)
def test_trap(text: str, expected: str) -> None:
    assert holds(f"({text})~{expected}")


@pytest.mark.parametrize("text", ["@[1 2;5;:;3]", ".[(1 2;3 4);0 9;:;1]", "@[1 2;0 1;:;1 2 3]", "@[1 2;0;:;`a]"])
def test_refused(text: str) -> None:
    assert error(text) in ("length", "type")
