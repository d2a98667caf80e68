"""update and delete, against lists of Python."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import ask, error, holds

from anyq.testing import strategies as q
from anyq.values import Table, Value, symbols, vector

rows = st.lists(st.tuples(st.sampled_from("ab"), st.integers(-5, 5)), max_size=6)
Rows = list[tuple[str, int]]


def set_table(data: Rows) -> None:
    ask("t:([]k:k;v:v)", k=symbols([k for k, _ in data]), v=vector("j", [v for _, v in data]))


@given(rows, st.integers(-5, 5))
def test_rows_that_pass_change(data: Rows, bound: int) -> None:
    set_table(data)
    assert ask(f"exec v from update v:7 from t where v>{bound}") == vector(
        "j", [7 if v > bound else v for _, v in data]
    )
    assert ask(f"exec n from update n:v from t where v>{bound}").py() == [v if v > bound else None for _, v in data]
    assert ask(f"exec v from delete from t where v>{bound}") == vector("j", [v for _, v in data if v <= bound])


@given(rows)
def test_by_groups(data: Rows) -> None:
    set_table(data)
    sums = {key: sum(v for k, v in data if k == key) for key in "ab"}
    assert ask("exec v from update v:sum v by k from t") == vector("j", [sums[k] for k, _ in data])
    assert holds("(update v:v by k from t)~t")
    assert holds("(update n:i by k from t)~update n:i from t")


@given(q.tables(max_rows=3))
def test_columns_go_one_by_one(x: Table) -> None:
    for name in x.column_names[1:]:
        made = ask(f"delete {name} from x", x=x)
        assert isinstance(made, Table)
        assert made.column_names == [other for other in x.column_names if other != name]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("update v:1 2 from t", "length"),
        ("update v:`a from t where v=1", "type"),
        ("delete z from t", "z"),
        ("update v:z from t", "z"),
    ],
)
def test_errors_change_nothing(text: str, wanted: str) -> None:
    set_table([("a", 1), ("b", 2), ("a", 3)])
    before: Value = ask("t")
    assert error(text) == wanted
    assert error(text.replace(" t", "`t", 1) if " t " in text else text[:-1] + "`t") == wanted
    assert ask("t") == before
