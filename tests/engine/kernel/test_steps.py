"""Step functions, against a loop and against ``bin``."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import error, holds

from anyq.engine.kernel._steps import step_rows
from anyq.engine.kernel._support import longs
from anyq.errors import QError
from anyq.testing import strategies as q
from anyq.values import Vector, table, vector

ascending = q.vectors("j", min_size=1, max_size=6).map(lambda x: longs(np.unique(x.data)))
pairs = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=6)


@given(pairs.map(sorted), pairs)
def test_the_last_key_that_is_not_greater(keys: list[tuple[int, int]], wanted: list[tuple[int, int]]) -> None:
    have, sought = (
        {"a": vector("j", [a for a, _ in rows]), "b": vector("j", [b for _, b in rows])} for rows in (keys, wanted)
    )
    found = step_rows(table(have), table(sought)).tolist()
    assert found == [max((at for at, key in enumerate(keys) if key <= row), default=-1) for row in wanted]


@given(ascending, q.vectors("j", max_size=5))
def test_one_key_column_is_bin(keys: Vector, wanted: Vector) -> None:
    made = step_rows(table({"k": keys}), table({"k": wanted}))
    assert holds("m~k bin w", m=longs(made), k=keys, w=wanted)
    assert holds("(exec v from(`s#([k]v:til count k))([]k:w))~(`s#k!til count k)w", k=keys, w=wanted)
    assert holds("(exec v from([]k:w)lj`s#([k]v:til count k))~(`s#k!til count k)w", k=keys, w=wanted)


def test_other_types_are_refused() -> None:
    with pytest.raises(QError, match="type"):
        step_rows(table({"a": vector("j", [1])}), table({"a": vector("f", [1])}))
    assert error("(`s#([k:1 2]v:3 4))`a") == "type"
