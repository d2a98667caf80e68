"""Rows added by ``insert``, ``upsert`` and ``,``: one table, whatever shape the rows are given in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import Q, error, holds

rows = st.lists(st.tuples(st.integers(-9, 9), st.sampled_from("xyz")), min_size=1, max_size=4)
Rows = list[tuple[int, str]]


def shapes(data: Rows) -> dict[str, str]:
    """The same rows as a table, columns, dicts in either order, and a list of rows."""
    a = "".join(f"{n} " for n, _ in data).strip()
    s = "".join(f"`{x}" for _, x in data)
    one = "enlist " if len(data) == 1 else ""
    return {
        "table": f"([]a:{one}{a};s:{one}{s})",
        "turned": f"([]s:{one}{s};a:{one}{a})",
        "dicts": f"({';'.join(f'`a`s!({n};`{x})' for n, x in data)})" if len(data) > 1 else f"`a`s!({a};{s})",
        "turned dicts": f"`s`a!({s};{a})" if len(data) == 1 else f"({';'.join(f'`s`a!(`{x};{n})' for n, x in data)})",
        "lists": f"({a};{s})" if len(data) == 1 else f"({';'.join(f'({n};`{x})' for n, x in data)})",
    }


@given(rows, rows)
def test_every_shape_of_rows_makes_the_same_table(have: Rows, more: Rows) -> None:
    Q.eval(f"t:{shapes(have)['table']}")
    wanted = Q.eval(f"t,{shapes(more)['table']}")
    assert len(wanted) == len(have) + len(more)
    for name, text in shapes(more).items():
        assert Q.eval(f"t upsert {text}") == wanted, name
        Q.eval(f"u:t;u,:{text}")
        assert Q.eval("u") == wanted, name
        Q.eval(f"w:t;`w upsert {text}")
        assert Q.eval("w") == wanted, name
    Q.eval(f"i:t;`i insert {shapes(more)['table']}")
    assert Q.eval("i") == wanted


@given(rows, rows)
def test_keyed_rows_are_replaced_or_added(have: Rows, more: Rows) -> None:
    wanted = dict((*have, *more))
    Q.eval(f"k:([a:0#0]s:0#`);k:k upsert {shapes(have)['table']};k:k upsert {shapes(more)['table']}")
    assert dict(zip(Q.eval("exec a from k").py(), Q.eval("exec s from k").py(), strict=True)) == wanted
    assert holds("(count k)=count distinct exec a from k")
    fresh = [row for row in more if row[0] not in dict(have)]
    if len(dict(fresh)) == len(more):
        assert error(f"k:([a:0#0]s:0#`);k:k upsert {shapes(have)['table']};`k insert {shapes(more)['table']}") == ""
    else:
        assert (
            error(f"k:([a:0#0]s:0#`);k:k upsert {shapes(have)['table']};`k insert {shapes(more)['table']}") == "insert"
        )


@pytest.mark.parametrize(
    ("rows_text", "wanted"),
    [("(1f;`x)", "type"), ("(1;2)", "type"), ("enlist 1", "length"), ("`a`z!(1;`x)", "mismatch"),
     ("([]z:1 2)", "mismatch"), ("(1;`x;3)", "length"), ("([]a:1 2f;s:`a`b)", "type")],
)  # fmt: skip
def test_what_no_row_can_be(rows_text: str, wanted: str) -> None:
    """Refused alike at each entry point, and the table stays as it was."""
    Q.eval("t:([]a:1 2;s:`a`b)")
    for text in (f"`t upsert {rows_text}", f"t upsert {rows_text}", f"t,:{rows_text}", f"`t insert {rows_text}"):
        assert error(text) == wanted, text
    assert holds("t~([]a:1 2;s:`a`b)")
