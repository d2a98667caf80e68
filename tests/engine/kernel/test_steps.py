"""Step functions, against a loop."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anyq.engine.kernel._steps import step_rows
from anyq.errors import QError
from anyq.values import table, vector

pairs = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=6)


@given(pairs.map(sorted), pairs)
def test_the_last_key_that_is_not_greater(keys: list[tuple[int, int]], wanted: list[tuple[int, int]]) -> None:
    have, sought = (
        {"a": vector("j", [a for a, _ in rows]), "b": vector("j", [b for _, b in rows])} for rows in (keys, wanted)
    )
    found = step_rows(table(have), table(sought)).tolist()
    assert found == [max((at for at, key in enumerate(keys) if key <= row), default=-1) for row in wanted]


def test_other_types_are_refused() -> None:
    with pytest.raises(QError, match="type"):
        step_rows(table({"a": vector("j", [1])}), table({"a": vector("f", [1])}))
