"""A table that went into a frame and comes back is what it was: type, nulls, infinities, attributes, keys."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.amounts import examples

import anyq
from anyq.testing import strategies as qst
from anyq.values import Attr, QType, Value, Vector, identical

pd = pytest.importorskip("pandas")
pa = pytest.importorskip("pyarrow")
pl = pytest.importorskip("polars")

LIBRARIES = ("pd", "pa", "pl")
KINDS = "bgxhijefcspmdznuvt"
LAST_DAY = {QType.DATE: 2_921_939, QType.MONTH: 95_999}
FIRST_DAY = {QType.DATE: -730_119, QType.MONTH: -23_988}
LAST_NS = 2**63 - 1 - 946_684_800 * 10**9


def kept(vector: Vector, library: str) -> bool:
    """Whether the README's table of exceptions leaves this vector alone."""
    if vector.qtype is QType.SYMBOL:
        return not any("\ud800" <= c <= "\udfff" for text in vector.symbols for c in text)
    if vector.qtype is QType.TIMESTAMP:
        return not bool(((vector.array > LAST_NS) & (vector.array != vector.qtype.inf)).any())
    if vector.qtype in LAST_DAY:
        data = vector.array
        outside = (data >= LAST_DAY[vector.qtype]) | (data <= FIRST_DAY[vector.qtype])
        return not bool(
            (outside & (data != vector.qtype.inf) & (data != vector.qtype.ninf) & (data != vector.qtype.null)).any()
        )
    if vector.qtype is QType.DATETIME:
        whole = np.rint(np.clip(np.nan_to_num(vector.array), -1e8, 1e8) * 86_400_000) / 86_400_000
        finite = np.isfinite(vector.array)
        return bool((whole[finite] == vector.array[finite]).all()) and bool((np.abs(vector.array[finite]) < 7e5).all())
    return True


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=examples(25))
@given(data=st.data())
def test_columns(library: str, kind: str, data: Any) -> None:
    column = data.draw(qst.vectors(kind))
    table = anyq.Table(anyq.symbols(["c"]), anyq.List([column]))
    if kept(column, library):
        again = anyq.as_q(getattr(table, library)())
        assert isinstance(again, anyq.Table)
        assert again == table
        if holds(column):
            assert identical(again, table) or kind in "efz"


def holds(column: Vector) -> bool:
    """Whether the attribute is true, as q's own are: the strategies give any."""
    raws = [raw.tobytes() for raw in column.array] if column.qtype is QType.GUID else column.array.tolist()
    runs = [raw for raw, before in zip(raws, [object(), *raws], strict=False) if raw != before]
    if column.attr is Attr.SORTED:
        return raws == sorted(raws) and raws == raws
    return {Attr.UNIQUE: len(set(raws)) == len(raws), Attr.PARTED: len(set(runs)) == len(runs)}.get(column.attr, True)


EXAMPLES: dict[str, Value] = {
    "strings": anyq.strings(["ab", "", "c", "né"]),
    "lists of dates": anyq.List([anyq.vector("d", [1, None]), anyq.vector("d", [])]),
    "lists of months": anyq.List([anyq.vector("m", [1, None]), anyq.vector("m", [3])]),
    "lists of guids": anyq.List([anyq.vector("g", [None]), anyq.vector("g", [None, None])]),
    "lists of longs": anyq.List([anyq.vector("j", [1]), anyq.vector("j", [2, 3])]),
    "infinite dates": anyq.vector("d", [2**31 - 1, None, 5, -(2**31) + 1]),
    "infinite months": anyq.vector("m", [2**31 - 1, None, 5, -(2**31) + 1]),
    "infinite datetimes": anyq.vector("z", [float("inf"), None, 5.0, float("-inf")]),
    "infinite minutes": anyq.vector("u", [2**31 - 1, None, 5, -(2**31) + 1]),
    "sorted symbols": anyq.symbols(["a", "b", "b"], "s"),
    "unique longs": anyq.vector("j", [3, 1, 2], "u"),
    "parted symbols": anyq.symbols(["b", "b", "a"], "p"),
    "grouped dates": anyq.vector("d", [1, 2, 1], "g"),
}


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("name", EXAMPLES)
def test_examples(library: str, name: str) -> None:
    column: Any = EXAMPLES[name]
    plain = anyq.Table(anyq.symbols(["c", "n"]), anyq.List([column, anyq.vector("j", range(len(column)))]))
    keyed = anyq.KeyedTable(plain[["n"]], plain[["c"]])
    by_it = anyq.KeyedTable(plain[["c"]], plain[["n"]])
    for table in (plain, keyed, by_it):
        if table is by_it and isinstance(column, anyq.List) and library == "pd":
            continue  # pandas has no index of lists
        assert identical(anyq.as_q(getattr(table, library)()), table)


@pytest.mark.parametrize("kind", KINDS)
def test_series_and_dicts_of_pandas(kind: str) -> None:
    others = {"g": anyq.vector("g", [b"a" * 16, None]), "c": anyq.chars("ab"), "s": anyq.symbols(["a", ""])}
    vector = others[kind] if kind in others else anyq.vector(kind, [1, 0])
    assert anyq.as_q(vector.pd()) == vector
    assert anyq.as_q(vector.pl()) == vector
    keyed = anyq.Dict(vector, anyq.vector("d", [1, 2]))
    assert anyq.as_q(keyed.pd()) == keyed
    assert anyq.as_q(anyq.table({"c": vector}).pd()["c"]) == vector


def test_what_was_computed_anew_goes_by_its_dtype() -> None:
    frame = anyq.table({"d": anyq.vector("d", [1, 2]), "c": anyq.chars("ab"), "g": anyq.vector("g", [None, None])}).pd()
    frame["d"] += pd.Timedelta(hours=1)
    frame["c"] = ["ab", "c"]
    again = anyq.as_q(frame[frame.c != "c"])
    assert again.dtypes == {"d": QType.TIMESTAMP, "c": QType.SYMBOL, "g": QType.GUID}  # type: ignore[attr-defined]
    marked = anyq.table({"a": anyq.vector("j", [1, 2, 3], "s")}).pd()
    assert anyq.as_q(marked)["a"].attr is Attr.SORTED
    assert not anyq.as_q(marked[::-1])["a"].attr


def test_types_of_columns() -> None:
    from decimal import Decimal

    columns = {
        "note": ["a", "b"],
        "px": [Decimal("1.5"), None],
        "n": [1, 2],
        "at": ["2024-01-02", ""],
        "d": [None, 1.0],
    }
    types = {"note": "*", "px": "f", "n": "h", "at": "d", "d": "j"}
    wanted = {"note": anyq.strings(["a", "b"]), "px": anyq.vector("f", [1.5, None]), "n": anyq.vector("h", [1, 2]),
              "at": anyq.vector("d", ["2024-01-02", None]), "d": anyq.vector("j", [None, 1])}  # fmt: skip
    for made in (pd.DataFrame(columns), pa.table(columns), pl.DataFrame(columns, strict=False), columns):
        again = anyq.table(made, types=types)
        for name in types:
            assert again[name] == wanted[name]
    with pytest.raises(anyq.ConversionError, match=r"column px.*types="):
        anyq.as_q(pd.DataFrame(columns))
    with pytest.raises(anyq.ConversionError, match=r"nothing.*note"):
        anyq.as_q(pd.DataFrame(columns), types={"nothing": "j"})
    with pytest.raises(anyq.ConversionError, match="column note"):
        anyq.table(pd.DataFrame(columns), types={"note": "j", "px": "f"})
    with pytest.raises(anyq.ConversionError, match="q type"):
        anyq.as_q(columns, types={"n": "Q"})


def test_texts_as_chars() -> None:
    columns = {"a": ["x", "yz"]}
    for made in (pd.DataFrame(columns), pa.table(columns), pl.DataFrame(columns), columns):
        assert anyq.table(made, strings="chars")["a"] == anyq.strings(["x", "yz"])
        assert anyq.table(made, strings="chars", types={"a": "s"})["a"] == anyq.symbols(["x", "yz"])
    assert anyq.as_q("ab", strings="chars") == anyq.chars("ab")
    assert anyq.as_q({"k": "ab"}, strings="chars") == anyq.Dict(anyq.symbols(["k"]), anyq.List([anyq.chars("ab")]))
    assert anyq.as_q(pd.Series(["a"], dtype="category"), strings="chars") == anyq.symbols(["a"])
    with pytest.raises(ValueError, match="symbols"):
        anyq.as_q("a", strings="texts")  # type: ignore[arg-type]


class Order:
    def __init__(self, size: int) -> None:
        self.size = size


class Limit(Order):
    pass


def test_registered_classes() -> None:
    with pytest.raises(anyq.ConversionError, match=r"convert\.register"):
        anyq.as_q(Order(1))
    anyq.convert.register(Order, lambda order: {"size": order.size})
    assert anyq.as_q(Limit(5)) == anyq.as_q({"size": 5})
    assert anyq.as_q([Order(1), Order(2)])[1] == anyq.as_q({"size": 2})
    for wrong in ("pandas", anyq.Table):
        with pytest.raises(TypeError):
            anyq.convert.register(wrong, lambda it: it)  # type: ignore[arg-type]


def test_time_zones_on_output() -> None:
    table = anyq.table({"at": anyq.vector("p", ["2024-07-01T12:00:00.000000001", None]), "d": anyq.vector("d", [1, 2]),
                        "z": anyq.vector("z", ["2024-01-01T12:00", None])})  # fmt: skip
    keyed = anyq.KeyedTable(table[["at"]], table[["d"]])
    for library in LIBRARIES:
        made = getattr(table, library)(tz="Europe/London")
        first = made["at"][0].as_py() if library == "pa" else made["at"][0]
        assert (first.hour, first.utcoffset().seconds) == (13, 3600)
        assert anyq.as_q(made) == table
        assert anyq.as_q(getattr(keyed, library)(tz="Europe/London")) == keyed
        assert anyq.as_q(getattr(table["at"], library)(tz="Asia/Tokyo")) == table["at"]
    assert anyq.timestamp("2024-07-01T12:00").pd(tz="Europe/London").hour == 13
    assert anyq.timestamp(None).pd(tz="Europe/London") is pd.NaT


@pytest.mark.parametrize("kind", KINDS)
def test_pandas_on_arrow(kind: str) -> None:
    others = {"g": anyq.vector("g", [b"a" * 16, None]), "c": anyq.chars("ab"), "s": anyq.symbols(["a", ""])}
    vector = others[kind] if kind in others else anyq.vector(kind, [1, None] if kind not in "bx" else [1, 0])
    table = anyq.table({"c": vector, "n": [1, 2]})
    keyed = anyq.KeyedTable(table[["n"]], table[["c"]])
    for value in (table, keyed, vector):
        made = value.pd(arrow=True)
        assert all(isinstance(dtype, pd.ArrowDtype) for dtype in (made.dtypes if made.ndim == 2 else [made.dtype]))
        assert anyq.as_q(made) == value
