"""Numbered internal functions: against the libraries that say what is right."""

from __future__ import annotations

import gzip
import hashlib
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import ask, error, holds

from anyq import codec
from anyq.engine.verbs.system._internals import fixed_point
from anyq.testing import strategies as q
from anyq.values import Value, byte, chars, vector

data = st.binary(max_size=40)


def bytes_(items: bytes) -> Value:
    return vector("x", list(items)) if items else ask("0#0x")


@given(q.values())
def test_serialized_and_back(x: Value) -> None:
    assert bytes(ask("-8!x", x=x)) == codec.dumps(x)
    assert holds("x~-9!-8!x", x=x)
    assert holds("x~-9!-18!x", x=x)
    assert holds("(-22!x)=count -8!x", x=x)


@given(data)
def test_any_bytes_are_a_message_or_badmsg(items: bytes) -> None:
    assert error("-9!x", x=bytes_(items)) in ("badmsg", "")
    assert error("-9!x", x=chars(items)) == "type"


@given(data)
def test_digests_are_hashlibs(items: bytes) -> None:
    assert bytes(ask("md5 x", x=chars(items))) == hashlib.md5(items).digest()
    assert bytes(ask("-33!x", x=chars(items))) == hashlib.sha1(items).digest()


@given(data, st.integers(0, 9))
def test_gzip_is_gzips(items: bytes, level: int) -> None:
    packed = ask("-35!(n;x)", n=ask(str(level)), x=bytes_(items))
    assert gzip.decompress(bytes(packed)) == items
    assert holds("x~-35!y", x=bytes_(items), y=vector("x", list(gzip.compress(items))))


@given(st.decimals(-(10**6), 10**6, places=4, allow_nan=False), st.integers(0, 4))
def test_decimal_places_round_halves_away_from_zero(number: Decimal, places: int) -> None:
    wanted = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    assert Decimal(fixed_point(float(number), places, decimal=True)) == wanted
    assert abs(Decimal(fixed_point(float(number), places, decimal=False)) - number) <= Decimal(1).scaleb(
        -places
    ) / 2 * Decimal("1.000001")


@given(q.values(allow_functions=False))
def test_one_line(x: Value) -> None:
    assert holds("(-3!x)~.Q.s1 x", x=x)
    assert b"\n" not in bytes(ask("-3!x", x=x)) or b"\n" in codec.dumps(x)


@pytest.mark.parametrize(
    ("text", "wanted"), [("-9!0x01", "badmsg"), ("-99!1", "nyi"), ("-8!1", ""), ("-27!(2;1f)", "")]
)
def test_errors(text: str, wanted: str) -> None:
    assert error(text).partition(":")[0] in (wanted, "type") if wanted else error(text) == ""
    assert byte(1) == ask("0x01")


@pytest.mark.parametrize(
    "made",
    [
        "x:-8!til 100",
        "x:0#0x00; v:-8!til 100; i:0; do[count v; x,:v i; i+:1]",
        "x:0#0x00; do[9; x,:3#0x00]; x:27_x,-8!til 100",
    ],
)
@pytest.mark.parametrize("change", ["x[20]:0xff", "x[20 30 40]:0xff", "x,:0x01", "x[20]:0xff; x[30]:0xee"])
def test_a_message_that_changes_leaves_the_value_read_from_it(made: str, change: str) -> None:
    assert holds(f"{made}; y:-9!x; {change}; y~til 100")
