"""Databases on disk: what is saved in partitions is read back, whatever the rows."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.amounts import examples
from tests.engine.test_cases import Memory

from anyq.engine import Interpreter
from anyq.errors import QError
from anyq.values import symbols, vector

rows = st.lists(st.tuples(st.sampled_from(["b", "a", "c"]), st.integers(-9, 9)), min_size=1, max_size=5)
Rows = list[tuple[str, int]]


def set_table(q: Interpreter, data: Rows) -> None:
    q.set("s", symbols([sym for sym, _ in data]))
    q.set("n", vector("j", [number for _, number in data]))
    q.eval("t:([]sym:s;n:n)")


@settings(max_examples=examples(15), deadline=None)
@given(st.dictionaries(st.integers(1, 9), rows, min_size=1, max_size=3))
def test_dpft_and_loading(days: dict[int, Rows]) -> None:
    """Sorted by the parted field, stable, enumerated; each partition by itself."""
    q = Interpreter(Memory())
    for day, data in days.items():
        set_table(q, data)
        assert q.eval(f".Q.dpft[`:db;2020.01.0{day};`sym;`t]") == symbols(["t"])[0]
    q.eval(r"\l db")
    for day, data in days.items():
        found = q.eval(f"select sym,n from t where date=2020.01.0{day}")
        wanted = sorted(data, key=lambda row: row[0])
        assert list(zip(found.column("sym").py(), found.column("n").py(), strict=True)) == wanted  # type: ignore[attr-defined]
        assert q.eval(f"`p=attr exec sym from t where date=2020.01.0{day}") == 1
    assert q.eval("sum exec n from t") == sum(number for data in days.values() for _, number in data)
    assert q.eval("date~asc distinct date") == 1
    assert q.eval("type exec sym from select from t where date=first date") == 20


@settings(max_examples=examples(15), deadline=None)
@given(st.lists(rows, min_size=1, max_size=3))
def test_enumerating_extends_the_domain_once(parts: list[Rows]) -> None:
    q = Interpreter(Memory())
    seen: dict[str, None] = {}
    for data in parts:
        set_table(q, data)
        assert q.eval("t~@[.Q.en[`:db]t;`sym;value]") == 1
        seen.update(dict.fromkeys(sym for sym, _ in data))
        assert q.eval("get`:db/sym") == q.eval("sym") == symbols(list(seen))


@given(st.binary(max_size=60), st.integers(1, 20))
def test_files_are_read_in_pieces_that_end_with_lines(data: bytes, size: int) -> None:
    host = Memory()
    host.write_file("/f", data.replace(b"\r", b""))
    q = Interpreter(host)
    q.eval("seen:()")
    q.eval(f".Q.fsn[{{seen,:x}};`:/f;{size}]")
    assert q.eval("seen~read0`:/f") == 1


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (".Q.dpft[`:db;2020.01.01;`nix;`t]", "nix"),
        (".Q.dpft[`:db;2020.01.01;`sym;`u]", "u"),
        (r"\l nowhere", "nowhere"),
    ],
)
def test_errors(text: str, wanted: str) -> None:
    q = Interpreter(Memory())
    set_table(q, [("a", 1)])
    with pytest.raises(QError, match=f"^{wanted}"):
        q.eval(text)
