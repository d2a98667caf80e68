"""Text read as values: what the console writes is read back, and any other text is a null."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anyq.console import string
from anyq.engine.kernel._support import null_raw
from anyq.engine.kernel._tok import parse_text
from anyq.testing import strategies as q
from anyq.values import Atom, QType

READ = [
    QType.BOOLEAN, QType.BYTE, QType.SHORT, QType.INT, QType.LONG, QType.DATE, QType.MONTH, QType.MINUTE, QType.SECOND,
    QType.TIME,
]  # fmt: skip
CLOCKS = {
    QType.MINUTE: 5999,
    QType.SECOND: 359_999,
    QType.TIME: 359_999_999,
    QType.MONTH: 12 * 500,
    QType.DATE: 200_000,
}


@given(st.data(), st.sampled_from(READ))
def test_what_string_writes_is_read(data: st.DataObject, qtype: QType) -> None:
    raw = data.draw(st.integers(0, CLOCKS[qtype])) if qtype in CLOCKS else data.draw(q.atoms(qtype)).raw
    assert parse_text(qtype, string(Atom(qtype, raw)).encode()) == raw


@given(st.floats(allow_nan=False))
def test_floats(number: float) -> None:
    assert parse_text(QType.FLOAT, repr(number).replace("inf", "0w").encode()) == number


@given(st.uuids())
def test_guids(guid: uuid.UUID) -> None:
    assert parse_text(QType.GUID, str(guid).encode()) == guid.bytes


@given(st.ip_addresses(v=4))
def test_addresses(address: object) -> None:
    assert parse_text(QType.INT, str(address).encode()) == int.from_bytes(address.packed, "big", signed=True)  # type: ignore[attr-defined]
    assert parse_text(QType.GUID, str(address).encode())[-4:] == address.packed  # type: ignore[attr-defined]


@pytest.mark.parametrize("qtype", [t for t in QType if t.char.strip()])
@given(text=st.binary(max_size=12))
def test_any_text_is_a_value_of_the_type(qtype: QType, text: bytes) -> None:
    raw = parse_text(qtype, text)
    assert Atom(qtype, raw).qtype is qtype
    if qtype not in (QType.CHAR, QType.SYMBOL, QType.BOOLEAN, QType.BYTE):
        assert str(parse_text(qtype, b"?" + text)) == str(null_raw(qtype))


@pytest.mark.parametrize("qtype", [QType.SHORT, QType.INT, QType.LONG])
def test_the_edges_of_integers(qtype: QType) -> None:
    assert isinstance(qtype.inf, int)
    assert parse_text(qtype, b"0W") == qtype.inf
    assert parse_text(qtype, b"-0W") == qtype.ninf
    assert parse_text(qtype, str(qtype.inf).encode()) == qtype.inf
    for text in (str(qtype.inf + 1), "9" * 10_000):
        assert parse_text(qtype, text.encode()) == null_raw(qtype)
