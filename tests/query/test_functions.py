from __future__ import annotations

from typing import Any

import pytest
from tests.query.support import answer

import anyq.query
from anyq.embedded import BlockingEmbedded
from anyq.query import Binary, Unary, call, exec, fby, max, select

FUNCTIONS = [value for name in anyq.query.__all__ if isinstance(value := getattr(anyq.query, name), Unary | Binary)]
COLUMNS = ("price", "size", "sym", "flag", "note", "time", "date", "nested")


@pytest.mark.parametrize("function", FUNCTIONS, ids=str)
def test_function_is_its_word(q: BlockingEmbedded, function: Any) -> None:
    """On every column, and on pairs of them, with the answer or the error that q text gives."""
    worked = 0
    for column in COLUMNS:
        if isinstance(function, Unary):
            made, text = function(column), f"{function.name} {column}"
            cases = [(made, text)]
        else:
            cases = [(function(left, column), f"{left} {function.name} {column}") for left in (2, "size", "price")]
        for made, text in cases:
            assert str(made) == text
            wanted = answer(q, f"exec {text} from trade")
            assert answer(q, exec("trade", made)) == wanted
            worked += not isinstance(wanted, str)
    assert worked


def test_fby_is_q(q: BlockingEmbedded) -> None:
    query = select("trade", where=anyq.query.col("price") == fby(max, "price", ["sym", "date"]))
    assert q(query) == q("select from trade where price=(max;price) fby ([]sym;date)")


def test_call_by_name_and_value(q: BlockingEmbedded) -> None:
    q("twice:{2*x}")
    assert q(exec("trade", call("twice", "size"))) == q("exec 2*size from trade")
    assert q(exec("trade", call(anyq.Lambda("", "{2*x}"), "size"))) == q("exec 2*size from trade")
