"""Tables of evaluated columns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anyq.engine.kernel._build import build_table, unique_names
from anyq.errors import QError
from anyq.values import Atom, Dict, KeyedTable, QType, Table, symbols


@given(st.lists(st.sampled_from(["a", "a1", "a11", "b", "x"]), max_size=8))
def test_unique_names_differ_and_first_ones_stay(names: list[str]) -> None:
    made = unique_names(names)
    assert len(set(made)) == len(made) == len(names)
    assert all(fresh.startswith(name) for fresh, name in zip(made, names, strict=True))
    if len(set(names)) == len(names):
        assert made == names


@pytest.mark.parametrize(("keyed", "kind"), [(-1, Dict), (0, Table), (1, KeyedTable)])
def test_kinds(keyed: int, kind: type) -> None:
    assert type(build_table(["a", "b"], [symbols(["x"]), symbols(["y"])], keyed)) is kind


def test_atoms_are_repeated_and_names_numbered() -> None:
    made = build_table(["a", "a"], [symbols(["x", "y"]), Atom(QType.LONG, 1)], 0)
    assert isinstance(made, Table)
    assert made.column_names == ["a", "a1"]
    assert len(made) == 2


@pytest.mark.parametrize(
    ("columns", "error"),
    [
        ([symbols(["x"]), symbols(["x", "y"])], "length"),
        ([Atom(QType.LONG, 1), Atom(QType.LONG, 2)], "rank"),
    ],
)
def test_refused(columns: list[object], error: str) -> None:
    with pytest.raises(QError, match=error):
        build_table(["a", "b"], columns, 0)  # type: ignore[arg-type]
