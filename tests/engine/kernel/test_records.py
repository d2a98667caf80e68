"""Lists of results: when dicts become a table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anyq.engine.kernel._records import is_row, records, row_as, rows_as
from anyq.engine.kernel._support import items_of
from anyq.errors import QError
from anyq.testing import strategies as q
from anyq.values import Dict, List, Table, Value, collapse, symbols

NAMES = ["a", "b", "c"]
rows = st.lists(st.lists(q.atoms(), min_size=3, max_size=3).map(lambda items: Dict(symbols(NAMES), collapse(items))))


@given(rows.filter(bool))
def test_records_of_like_dicts_are_a_table_with_these_rows(given_rows: list[Value]) -> None:
    made = records(given_rows)
    assert isinstance(made, Table)
    assert items_of(made) == given_rows


@given(q.tables(max_rows=5).filter(lambda table: len(table) > 0))
def test_the_rows_of_a_table_make_the_table(table: Table) -> None:
    assert items_of(records(items_of(table))) == items_of(table)


@given(st.lists(q.values(allow_functions=False), max_size=4))
def test_records_hold_the_results(results: list[Value]) -> None:
    assert items_of(records(results)) == results


def test_dicts_with_other_keys_or_another_order_are_a_list() -> None:
    one, other = Dict(symbols(["a", "b"]), q_longs(1, 2)), Dict(symbols(["b", "a"]), q_longs(1, 2))
    assert isinstance(records([one, other]), List)
    assert isinstance(records([one, Dict(symbols(["a"]), q_longs(1))]), List)
    assert not is_row(Dict(q_longs(1), q_longs(1)))


@given(st.permutations(NAMES))
def test_rows_are_put_in_the_order_of_the_columns(order: list[str]) -> None:
    row = Dict(symbols(order), q_longs(*[NAMES.index(name) for name in order]))
    assert row_as(NAMES, row) == items_of(q_longs(0, 1, 2))
    assert items_of(rows_as(NAMES, [row, row])) == [Dict(symbols(NAMES), q_longs(0, 1, 2))] * 2


@pytest.mark.parametrize("names", [["a", "b"], ["a", "b", "d"], ["a", "b", "c", "d"]])
def test_rows_with_other_keys_are_refused(names: list[str]) -> None:
    with pytest.raises(QError, match="mismatch"):
        rows_as(NAMES, [Dict(symbols(names), q_longs(*range(len(names))))])


def q_longs(*numbers: int) -> Value:
    from anyq.engine.kernel._support import longs

    return longs(numbers)
