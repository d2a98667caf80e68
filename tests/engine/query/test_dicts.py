"""Queries of dicts, against Python's dicts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import ask, error, holds

from anyq.engine.query._dicts import dict_table
from anyq.values import Dict, List, long, symbols, vector

entries = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.integers(-9, 9), min_size=1, max_size=3)


@given(entries)
def test_expressions_see_the_entries(items: dict[str, int]) -> None:
    d = Dict(symbols(list(items)), vector("j", list(items.values())))
    for name, number in items.items():
        assert ask(f"exec {name}+1 from d", d=d) == number + 1
        made = ask(f"update {name}:2*{name},z:0 from d", d=d)
        assert isinstance(made, Dict)
        assert dict(made.items()) == {**items, name: 2 * number, "z": 0}
        left = ask(f"delete {name} from d", d=d)
        assert isinstance(left, Dict)
        assert [(key, item.py()) for key, item in left.items()] == [
            (key, item) for key, item in items.items() if key != name
        ]
    assert holds("(exec from d)~d", d=d)
    assert error("update a:1 from d where 1b", d=d) == "type"


@given(st.lists(st.integers(0, 9), min_size=1, max_size=4), st.integers(0, 9))
def test_a_dict_of_columns_is_a_table(column: list[int], one: int) -> None:
    made = dict_table(Dict(symbols(["a", "b"]), List.of((vector("j", column), long(one)))))
    assert made.column("a") == vector("j", column)
    assert made.column("b") == vector("j", [one] * len(column))
