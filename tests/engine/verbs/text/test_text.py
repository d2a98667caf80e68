"""Delimited and fixed-width text: ``0:``."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import Disk, error, holds

from anyq.engine import Interpreter
from anyq.engine.kernel._support import longs, symbols, table_of


@given(st.lists(st.tuples(st.integers(-99, 99), st.text("ab", max_size=3)), max_size=5))
def test_a_table_is_written_and_read(rows: list[tuple[int, str]]) -> None:
    x = table_of(["a", "b"], [longs([a for a, _ in rows]), symbols([b for _, b in rows])])
    assert holds('x~("JS";enlist",")0:csv 0:x', x=x)
    assert holds("(count csv 0:x)=1+count x", x=x)


@given(st.lists(st.tuples(st.integers(0, 99), st.text("ab", min_size=2, max_size=2)), min_size=1, max_size=4))
def test_fixed_widths(rows: list[tuple[int, str]]) -> None:
    lines = ";".join(f'"{number:>3}{text}"' for number, text in rows)
    assert holds(f'(sum first("JS";3 2)0:({lines};"{0:>3}zz"))={sum(n for n, _ in rows)}')


@pytest.mark.parametrize("kind", "JFS*CBDTPUXHIEGNMZV")
def test_every_letter_reads_an_empty_cell(kind: str) -> None:
    assert holds(f'1=count first(enlist"{kind}";",")0:enlist ""')


def test_a_file_is_written_and_read() -> None:
    session = Interpreter(Disk())
    session.eval("`:t.csv 0:csv 0:([]a:1 2;b:`x`y)")
    assert session.eval('(("JS";enlist",")0:`:t.csv)~([]a:1 2;b:`x`y)') == session.eval("1b")
    assert session.eval("read0`:t.csv") == session.eval('("a,b";"1,x";"2,y")')


@pytest.mark.parametrize(
    "text", ['(enlist"J";",")0:1', '(enlist"?";",")0:enlist enlist"1"', '("J";1 2)0:enlist enlist"1"']
)
def test_refused(text: str) -> None:
    assert error(text) != ""
