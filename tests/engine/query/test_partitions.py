"""Partition pruning: a pruned query gives what the same query gives of the whole table in memory."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.amounts import examples
from tests.engine.test_cases import Memory

from anyq.engine import Interpreter

FIELD = ["date=2020.01.02", "date in 2020.01.01 2020.01.03", "date>2020.01.01", "date within 2020.01.02 2020.01.09"]
OTHER = ["n>1", "sym=`a", "n=max n", "i<1", "n>date-2020.01.01"]


@pytest.fixture(scope="module")
def q() -> Interpreter:
    made = Interpreter(Memory())
    for day in (1, 2, 3):
        made.eval(f"t:([]sym:`a`b`a;n:{day}*1 2 3;f:1 2 3f);.Q.dpft[`:db;2020.01.0{day};`sym;`t]")
    made.eval(r"\l db")
    made.eval("m:select from t")
    return made


@settings(max_examples=examples(25), deadline=None)
@given(
    st.lists(st.sampled_from(FIELD), max_size=2),
    st.lists(st.sampled_from(OTHER), max_size=2),
    st.lists(st.sampled_from(FIELD), max_size=1),
    st.sampled_from(
        ["select", "exec n", "select sum n by sym", "select c:count i,last f", "exec date", "select n by date"]
    ),
)
def test_as_in_memory(q: Interpreter, first: list[str], middle: list[str], last: list[str], columns: str) -> None:
    where = ",".join(first + [c for c in middle if not c.startswith(("i<", "n=max"))] + last)
    text = f"{columns} from {{}}{' where ' + where if where else ''}"
    assert q.eval(f"({text.format('t')})~{text.format('m')}") == 1


def test_conditions_see_their_partition(q: Interpreter) -> None:
    """``i`` and aggregates of a condition are those of each partition."""
    assert q.eval("exec n from t where i=0").py() == [1, 2, 3]
    assert q.eval("exec n from t where date=2020.01.03,n=max n").py() == [9]
