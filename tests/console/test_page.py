"""What the console prints."""

from __future__ import annotations

import textwrap
import time

import numpy as np
import pytest

import anyq
from anyq.console import Style, text


def shown(value: anyq.Value, style: Style | None = None) -> str:
    """The console's text without the spaces that end a line."""
    return "\n".join(one.rstrip() for one in text(value, style or Style()).split("\n"))


def page(expected: str) -> str:
    return textwrap.dedent(expected).strip("\n")


def test_a_table_stands_in_columns_and_shows_no_types() -> None:
    table = anyq.table(
        {
            "sym": anyq.symbols(["a", "", "ccc"]),
            "n": anyq.vector("j", [1, None, 30]),
            "f": anyq.vector("f", [1, 2.5, None]),
            "c": anyq.chars("xyz"),
            "s": anyq.strings(["ab", "", "c"]),
            "l": anyq.List([anyq.vector("j", [1, 2]), anyq.vector("j", [1]), anyq.symbol("a")]),
        }
    )
    assert shown(table) == page("""
        sym n  f   c s    l
        ---------------------
        a   1  1   x "ab" 1 2
               2.5 y ""   ,1
        ccc 30     z ,"c" `a
    """)


def test_a_keyed_table_and_dicts() -> None:
    keyed = anyq.keyed_table({"k": anyq.symbols(["a", "bc"])}, {"v": anyq.vector("j", [10, 2])})
    assert shown(keyed) == page("""
        k | v
        --| --
        a | 10
        bc| 2
    """)
    assert shown(anyq.dict({"a": 1, "bcd": 2})) == "a  | 1\nbcd| 2"
    assert shown(anyq.dict({"a": 1, "b": "x"})) == "a| 1\nb| `x"
    assert shown(anyq.dict({"a": [1, 2], "b": [30, 4]})) == "a| 1  2\nb| 30 4"
    assert shown(anyq.dict({"a": [1, 2], "b": [3]})) == "a| 1 2\nb| ,3"
    assert shown(anyq.Dict(anyq.List([]), anyq.List([]))) == ""


def test_a_dict_of_lists_to_a_table() -> None:
    value = anyq.Dict(anyq.symbols(["x", "yy"]), anyq.table({"a": [1, 2]}))
    assert shown(value).split("\n") == ["  | a", "--| -", "x | 1", "yy| 2"]


def test_lists_of_one_length_are_a_grid() -> None:
    assert shown(anyq.as_q([[1, 20], [300, 4]])) == "1   20\n300 4"
    assert shown(anyq.as_q([[1, 20], ["a", "b"]])) == "1 20\na b"
    assert shown(anyq.as_q([[1, 20], [3]])) == "1 20\n,3"
    assert shown(anyq.as_q([[True, False], [False, True]])) == "10b\n01b"
    assert shown(anyq.as_q([b"ab", b"cd"])) == '"ab"\n"cd"'
    assert shown(anyq.as_q([[b"ab", b"c"], [b"d", b"efg"]])) == '"ab" ,"c"\n,"d" "efg"'
    assert shown(anyq.as_q([1, "a", [1, "b"]])) == "1\n`a\n(1;`b)"


def test_the_console_cuts_rows_and_columns() -> None:
    assert shown(anyq.as_q([list(range(10))] * 10), Style(10, 10)) == "\n".join(["0 1 2 3.."] * 7 + [".."])
    assert len(shown(anyq.table({"a": list(range(100))})).split("\n")) == 23
    assert shown(anyq.table({"a": list(range(21))})).split("\n")[-1] == "20"
    assert len(str(anyq.vector("j", range(100)))) == 79
    assert str(anyq.chars("x" * 77)) == '"' + "x" * 77 + '"'
    assert str(anyq.chars("x" * 78)) == '"' + "x" * 76 + ".."


def test_widths_are_bytes_of_utf8() -> None:
    assert shown(anyq.table({"a": ["é"], "b": [1]})) == "a  b\n----\né 1"


def test_empty_tables_show_their_heading() -> None:
    assert shown(anyq.table({"a": anyq.vector("j"), "bc": anyq.symbols([])})) == "a bc\n----"


@pytest.mark.parametrize("kind", ["vector", "list", "table", "dict", "symbols"])
def test_printing_costs_what_is_shown(kind: str) -> None:
    big = anyq.Vector("j", np.arange(10_000_000))
    values = {
        "vector": big,
        "list": anyq.List([big, big]),
        "table": anyq.Table(anyq.symbols(["a"]), anyq.List([big])),
        "dict": anyq.Dict(big, big),
        "symbols": anyq.Vector(
            "s", anyq.values.SymbolArray.from_codes(np.zeros(10_000_000, np.int32), np.array(["a"], object))
        ),
    }
    started = time.perf_counter()
    assert len(str(values[kind])) < 2000
    assert time.perf_counter() - started < 0.05
