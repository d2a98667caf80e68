"""The data model: construction, equality, hashing, repr, access."""

import copy
import datetime as dt
import pickle
import uuid

import numpy as np
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


def test_copies_need_no_stack_and_keep_what_is_shared() -> None:
    value: anyq.Value = anyq.List.of((anyq.vector("j", [1, 2]), anyq.Lambda("", "{x}")))
    for _ in range(20_000):
        value = anyq.List.of((value, value))
    made: anyq.Value
    for made in (pickle.loads(pickle.dumps(value)), copy.deepcopy(value)):
        depth = 0
        while isinstance(made, anyq.List) and isinstance(made[0], anyq.List):
            assert made[0] is made[1]
            made, depth = made[0], depth + 1
        assert isinstance(made, anyq.List)
        assert depth == 20_000
        assert isinstance(made[0], anyq.Vector)
        assert not made[0].data.flags.writeable
        assert made == anyq.List([anyq.vector("j", [1, 2]), anyq.Lambda("", "{x}")])


def test_number_atoms_are_equal_to_python_values_and_hash_alike() -> None:
    assert anyq.long(2) == 2
    assert anyq.float(2.5) == 2.5
    assert anyq.boolean(True) == True  # noqa: E712
    assert anyq.symbol("a") == "a"
    assert anyq.char("a") != "a"
    assert anyq.long(None) == None  # noqa: E711
    assert anyq.long(None) != -(2**63)
    assert anyq.long(2) != anyq.int(2)
    assert {anyq.long(2): "two"}[2] == "two"  # type: ignore[index]
    assert {anyq.symbol("a"): 1}["a"] == 1  # type: ignore[index]


def test_constructors_refuse_what_does_not_fit() -> None:
    for make, obj in [
        (anyq.byte, 256), (anyq.short, 40000), (anyq.long, 2**63), (anyq.boolean, 2), (anyq.boolean, None),
        (anyq.symbol, "a\0b"), (anyq.symbol, 5), (anyq.long, 1.5), (anyq.guid, "xyz"), (anyq.timestamp, "nonsense"),
        (anyq.timestamp, dt.datetime(2400, 1, 1)), (anyq.time, "9h"), (anyq.symbol, "\ud800"), (anyq.long, "1"),
    ]:  # fmt: skip
        with pytest.raises(anyq.ConversionError):
            make(obj)


def test_atoms_as_numbers() -> None:
    assert int(anyq.long(5)) == 5
    assert float(anyq.int(5)) == 5.0
    assert [10, 20][anyq.long(1)] == 20
    assert not anyq.boolean(False)
    with pytest.raises(anyq.ConversionError):
        int(anyq.long(None))
    with pytest.raises(anyq.ConversionError):
        bool(anyq.guid(None))


def test_match_is_type_exact_and_tolerant_on_floats() -> None:
    assert anyq.match(anyq.float(0.1 + 0.2), anyq.float(0.3))
    assert not anyq.identical(anyq.float(0.1 + 0.2), anyq.float(0.3))
    assert not anyq.match(anyq.float(0.0), anyq.float(1e-300))
    assert anyq.match(anyq.vector("j", [1, 2], "s"), anyq.vector("j", [1, 2]))
    assert not anyq.identical(anyq.vector("j", [1, 2], "s"), anyq.vector("j", [1, 2]))
    assert not anyq.match(anyq.long(1), anyq.vector("j", [1]))
    assert anyq.match(anyq.float(None), anyq.float(None))


def test_match_of_deep_nesting_needs_no_stack() -> None:
    def deep() -> anyq.Value:
        value: anyq.Value = anyq.long(1)
        for _ in range(100_000):
            value = anyq.List.of((value,))
        return value

    assert anyq.match(deep(), deep())


def test_vectors_are_read_only_and_index_as_python_does() -> None:
    source = np.arange(5)
    vector = anyq.Vector(anyq.QType.LONG, source)
    assert vector.data.base is source
    assert not vector.data.flags.writeable
    assert vector[1] == 1
    assert vector[-1] == 4
    assert [int(a) for a in vector[1:3]] == [1, 2]
    assert len(vector) == 5
    with pytest.raises(anyq.ConversionError):
        anyq.Vector("j", np.zeros((2, 2), np.int64))


def test_tables_give_columns_rows_and_slices() -> None:
    table = anyq.table({"a": anyq.vector("j", [1, 2, 3]), "b": anyq.symbols(["x", "y", "z"])})
    assert len(table) == 3
    assert table["a"] == anyq.vector("j", [1, 2, 3])
    assert table[1]["b"] == "y"
    assert len(table[1:]) == 2
    assert [row["a"] for row in table] == [1, 2, 3]
    with pytest.raises(KeyError, match="there are a, b"):
        table["c"]
    with pytest.raises(anyq.ConversionError, match="different counts"):
        anyq.Table(anyq.symbols(["a", "b"]), anyq.List([anyq.vector("j", [1]), anyq.vector("j", [1, 2])]))


def test_dicts_find_by_match() -> None:
    pairs = anyq.Dict(anyq.vector("j", [1, 2]), anyq.symbols(["a", "b"]))
    assert pairs[anyq.long(2)] == "b"
    assert anyq.int(2) not in pairs
    with pytest.raises(KeyError):
        pairs[anyq.long(3)]
    with pytest.raises(anyq.ConversionError):
        anyq.Dict(anyq.vector("j", [1, 2]), anyq.vector("j", [1]))


def test_symbol_storage_forms_agree() -> None:
    texts = ["a", "", "bc", "a", "\udcff"]
    wire = anyq.symbols(texts).symbols.wire()
    again = anyq.values.SymbolArray.from_wire(*wire)
    assert again.objects().tolist() == texts
    assert again[2] == "bc"
    codes, uniques = again.factorize()
    assert codes.tolist() == [0, 1, 2, 0, 3]
    coded = anyq.values.SymbolArray.from_codes(codes, uniques)
    assert coded.wire()[0].tobytes() == wire[0].tobytes()
    assert coded.take(np.array([4, 0])).objects().tolist() == ["\udcff", "a"]


def test_errors_pickle_with_their_fields() -> None:
    lost = pickle.loads(pickle.dumps(anyq.ConnectionLost("gone", outcome="not sent")))
    assert (str(lost), lost.outcome) == ("gone", "not sent")
    assert pickle.loads(pickle.dumps(anyq.QError("type", detail="x", position=3))).position == 3
