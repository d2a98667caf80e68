"""Atoms: equality with Python's values, and numbers."""

import datetime as dt

import pytest

import anyq


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


def test_atoms_as_numbers() -> None:
    assert int(anyq.long(5)) == 5
    assert float(anyq.int(5)) == 5.0
    assert [10, 20][anyq.long(1)] == 20
    assert not anyq.boolean(False)
    with pytest.raises(anyq.ConversionError):
        int(anyq.long(None))
    with pytest.raises(anyq.ConversionError):
        bool(anyq.guid(None))


def test_texts_and_bytes_are_equal() -> None:
    assert anyq.chars("abc") == b"abc"
    assert anyq.chars("abc") != b"abd"
    assert anyq.char("a") == b"a"
    assert hash(anyq.char("a")) == hash(b"a")
    assert anyq.chars("abc") != "abc"


def test_an_atom_equals_its_python_value() -> None:
    for value in (
        anyq.date("2024-02-03"), anyq.month("2024-02"), anyq.timestamp("2024-02-03T01:02:03"), anyq.guid(bytes(16)),
        anyq.timespan(5000), anyq.minute("09:30"), anyq.time("09:30"), anyq.char("x"), anyq.datetime("2024-02-03"),
    ):  # fmt: skip
        plain = value.py()
        assert value == plain
        assert plain == value
        assert hash(value) == hash(plain)
        assert {plain: 1}[value] == 1
    assert anyq.timestamp(1) != anyq.timestamp(1).py()
    assert anyq.date("2024-02-03") != dt.datetime(2024, 2, 3)
    assert anyq.date(None) != dt.date(2000, 1, 1)
