"""``(f;x) fby g`` against a loop over groups."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import error, holds

from anyq.values import symbols, vector

items = st.lists(st.tuples(st.sampled_from("abc"), st.integers(-9, 9)), min_size=1, max_size=9)


@pytest.mark.parametrize(
    "function", ["sum", "max", "first", "count", "avg", "{x-min x}", "sums", "{`a`b!(min x;max x)}"]
)
@given(pairs=items, by_number=st.booleans())
def test_each_item_gets_its_groups_result(function: str, pairs: list[tuple[str, int]], by_number: bool) -> None:
    keys = [key for key, _ in pairs]
    g = vector("j", [ord(key) for key in keys]) if by_number else symbols(keys)
    x = vector("j", [item for _, item in pairs])
    if function == "{`a`b!(min x;max x)}":
        loop = "{[f;x;g]f each x@/:(group g)g}"
    else:
        loop = "{[f;x;g]r:(count x)#(::);i:value group g;{[x;i;v]@[x;i;:;v]}/[r;i;{y#(),x}'[f each x i;count each i]]}"
    if function.startswith("{`a"):
        return
    assert holds(f"(({function};x)fby g)~{loop}[{function};x;g]", x=x, g=g)


def test_no_rows_and_other_lengths() -> None:
    assert holds("((sum;0#0)fby 0#`)~0#0")
    assert error("(sum;1 2 3)fby`a`b") == "length"
    assert error("(sum;1 2;3)fby`a`b") == "length"
    assert error("`a fby`a`b") == "type"
    assert holds("((sum;1 2 3)fby([]a:1 1 2;b:1 1 2))~3 3 3")  # rows of a table are groups, too
