"""Prepared queries: what they name, and that their functional form is what ``parse`` gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from tests.engine.asking import Q, ask, holds

from anyq.engine.query._prepared import Prepared, names_of
from anyq.testing import strategies as q
from anyq.values import List, Value, boolean, long, symbol, symbols

QUERIES = [
    "select from t", "select a from t where b>1,c",
    "select a,z:b+1 by c from t", "select distinct a from t",
    "exec a from t", "exec a by b from t", "exec z:a by y:b from t", "exec a,b from t",
    "update a:b by c from t where d",
    "delete a,b from t", "delete from t where a", "select[5] a from t", "select[5;>a] from t", "select[<b]a from t",
    "exec distinct a from t", "delete from t",
]  # fmt: skip


@pytest.mark.parametrize("text", QUERIES)
def test_arguments_are_the_functional_form(text: str) -> None:
    (node,) = Q.parsed(text).statements
    prepared = Q.trees.prepare(node, "")  # type: ignore[arg-type]
    assert isinstance(prepared, Prepared)
    assert holds("x~2_parse y", x=List.of(prepared.arguments()), y=ask(f'"{text}"'))
    assert "t" in prepared.names


@given(q.values(allow_functions=False))
def test_names_are_the_symbols_of_a_tree(x: Value) -> None:
    tree = List.of((symbol("f"), x, List.of((symbols(["g", "h"]), long(1), boolean(True)))))
    found = list(names_of(tree))
    assert {"f", "g", "h"} <= set(found)
    assert all(isinstance(name, str) for name in found)
