"""Phrases of queries, written from their parts and read back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import Q, error

from anyq.engine.syntax._nodes import Name, Query

names = st.sampled_from(["a", "b", "c", "d"])
columns = st.lists(names, max_size=3, unique=True)


def query(text: str) -> Query:
    (node,) = Q.parsed(text).statements
    assert isinstance(node, Query)
    return node


@given(
    st.sampled_from(["select", "exec"]),
    columns,
    columns,
    columns,
    st.integers(-9, 9) | st.none(),
    st.sampled_from(["<", ">", ""]),
)
def test_each_phrase_is_found(
    kind: str, picked: list[str], by: list[str], where: list[str], limit: int | None, order: str
) -> None:
    by = [f"g{name}" for name in by]
    brackets = ";".join(([str(limit)] if limit is not None else []) + ([f"{order}a"] if order else []))
    text = f"{kind}{f'[{brackets}]' if brackets else ''} {','.join(picked)}"
    text += (
        f"{' by ' + ','.join(by) if by else ''} from t{' where ' + ','.join(f'{c}>1' for c in where) if where else ''}"
    )
    node = query(text)
    assert node.kind == kind
    assert [name for name, _ in node.columns] == picked
    assert [name or "" for name, _ in node.by or ()] == ([""] if kind == "exec" and len(by) == 1 else by)
    assert len(node.where) == len(where)
    assert len(node.limits) == (limit is not None)
    assert (node.order[0] if node.order else "") == order
    assert isinstance(node.table, Name)
    assert text[node.start : node.end] == text.strip()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("select a", "from"),
        ("select from", "from"),
        ("select a by a from t", "dup names for cols/groups a"),
        ("select[1 from t", "["),
        ("select a:1,b+:2 from t", "assign"),
    ],
)
def test_what_no_query_is(text: str, wanted: str) -> None:
    assert error(text) == wanted


@given(st.integers(1, 30))
def test_queries_nest(depth: int) -> None:
    text = "t"
    for _ in range(depth):
        text = f"(select from {text})"
    assert error(f"t:([]a:1 2);count {text}") in ("", "limit")
