"""The repr of a value evaluates to it."""

import datetime as dt
import pickle
import uuid

import pytest

import anyq


@pytest.mark.parametrize(
    "value",
    [
        anyq.boolean(True),
        anyq.guid(uuid.UUID(int=5)),
        anyq.byte(255),
        anyq.short(None),
        anyq.int(-5),
        anyq.long(2**63 - 1),
        anyq.real(1.5),
        anyq.float(None),
        anyq.float(float("-inf")),
        anyq.char("a"),
        anyq.symbol("a b"),
        anyq.symbol(b"\xff\xfe"),
        anyq.timestamp("2020-01-01T10:00:00.123456789"),
        anyq.timestamp(None),
        anyq.month("2020-05"),
        anyq.date(dt.date(1999, 12, 31)),
        anyq.datetime(dt.datetime(2001, 1, 1, 12)),
        anyq.timespan("-1D02:03:04.5"),
        anyq.minute("09:30"),
        anyq.second("09:30:15"),
        anyq.time("09:30:15.250"),
        anyq.vector("j", [1, None, 3], "s"),
        anyq.vector("g", [uuid.UUID(int=1)]),
        anyq.vector("p", ["2020-01-01"]),
        anyq.chars("abc"),
        anyq.symbols(["a", "b"], "g"),
        anyq.strings(["ab", ""]),
        anyq.List([anyq.long(1), anyq.List([anyq.symbol("x")])]),
        anyq.NULL,
        anyq.Lambda("", "{x+y}"),
        anyq.Projection([anyq.Primitive(102, 1), anyq.long(1), anyq.ELIDED]),
        anyq.Derived(107, anyq.Primitive(102, 1)),
        anyq.table({"a": anyq.vector("j", [1, 2]), "b": anyq.symbols(["x", "y"])}),
        anyq.keyed_table({"a": anyq.vector("j", [1])}, {"b": anyq.vector("f", [1.5])}),
        anyq.Dict(anyq.symbols(["a"]), anyq.vector("j", [1], "u"), sorted=True),
    ],
    ids=lambda v: repr(v)[:40],
)
def test_repr_evaluates_back_and_pickle_keeps(value: anyq.Value) -> None:
    assert anyq.identical(eval(repr(value)), value)
    assert anyq.identical(pickle.loads(pickle.dumps(value)), value)
